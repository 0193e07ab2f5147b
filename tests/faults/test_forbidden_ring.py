"""W1: where io_uring is forbidden, as in most containers, the arms that need it are unavailable with the remedy, and the others
are measured."""
import ctypes
import json
import os
import platform
import struct
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCH = Path(os.environ.get("SPARGIO_BUILD", ROOT / "build" / "release")) / "harness" / "spargio-bench"
# The numbers of io_uring_setup, io_uring_enter and io_uring_register, the same on every architecture.
CALLS = {"setup": 425, "enter": 426, "register": 427}
LIMIT_S = 120
pytestmark = pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="the filter is written for others")


def forbid(call: int, error: int) -> None:
    """From here on this process and its children are answered with `error` (seccomp(2), a filter that needs no right)."""
    def statement(code: int, k: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("HBBI", code, yes, no, k)

    # Load the number; if it is the call, return the errno, else allow.
    program = (statement(0x20, 0) + statement(0x15, call, 0, 1) + statement(0x06, 0x00050000 | error)
               + statement(0x06, 0x7FFF0000))
    code = ctypes.create_string_buffer(program)
    filter_ = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.create_string_buffer(filter_), 0, 0):
        os._exit(99)


def measured(tmp_path: Path, call: str, error: int, *arms: str) -> tuple[int, dict]:
    if not BENCH.exists():
        pytest.skip(f"{BENCH} is not built")
    result = tmp_path / "a.json"
    words = [word for arm in arms for word in ("-b", arm)]
    done = subprocess.run([BENCH, "run", "-w", "ping_pong/steady_rtt", "-w", "ping_pong/cold_start", "-w", "fs/read_rtt", *words,
                           "--blocks", "1", "--slices", "1", "--slice-ms", "1", "--quiet-wait", "0", "-q", "-o", result],
                          preexec_fn=lambda: forbid(CALLS[call], error), capture_output=True, text=True, timeout=LIMIT_S)
    assert result.exists(), done.stderr
    return done.returncode, json.loads(result.read_text())


@pytest.mark.parametrize("call, error", [("setup", 1), ("setup", 38), ("enter", 1), ("register", 1)])
def test_W1_what_needs_io_uring_is_unavailable_and_the_rest_is_measured(tmp_path, call, error):
    code, document = measured(tmp_path, call, error, "spargio", "asio_uring", "asio", "threads", "floor")
    seen = {}
    for case in document["cases"]:
        seen.setdefault(case["backend"], []).append(case)
    for backend, cases in seen.items():
        for case in cases:
            if backend in ("spargio", "asio_uring"):
                assert case["status"] == "unavailable", case
                assert "seccomp" in case["reason"] or "build" in case["reason"]
            else:
                assert case["status"] in ("measured", "unsupported"), case
    assert code == 0
    assert document["environment"]["io_uring"] != "available"


def test_W1_a_ring_by_hand_that_was_asked_for_by_name_is_unavailable(tmp_path):
    code, document = measured(tmp_path, "setup", 1, "floor,files=ring", "threads")
    of_ring = {case["workload"]: case for case in document["cases"] if case["backend"] == "floor"}
    assert of_ring["fs/read_rtt"]["status"] == "unavailable" and "seccomp" in of_ring["fs/read_rtt"]["reason"]
    assert of_ring["ping_pong/steady_rtt"]["status"] == "measured"
    assert code == 0
