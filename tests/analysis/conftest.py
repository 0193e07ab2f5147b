"""Paths, and the fixtures that run the real program."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "analysis"), str(Path(__file__).resolve().parent)]


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """The system's temporary folder of a test: nothing that a test leaves there outlives it.

    It comes after `tmp_path`, whose root pytest puts into the real one.
    """
    # Not below tmp_path: a browser makes a socket there, and the path of a socket has to be short.
    with tempfile.TemporaryDirectory(prefix="spargio-test-", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture
def program(tmp_path):
    """Runs spargio-report as a user does."""
    def run(*arguments, environment=None):
        return subprocess.run([ROOT / "analysis" / "spargio-report", *map(str, arguments)], cwd=tmp_path,
                              env=environment, capture_output=True, text=True, timeout=120, check=False)
    return run


@dataclass
class Ended:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def inside(capsys):
    """The same without a process of its own, for the many tests that need only words and exit code."""
    def run(*arguments):
        from spargio_report.commands.cli import main
        from spargio_report.commands.way_out import ended
        code = ended(lambda: main, list(map(str, arguments)))
        return Ended(code, *capsys.readouterr())
    return run


@pytest.fixture
def one_gate(tmp_path):
    """A guardrail file with one gate of spargio against asio; keywords change its keys, None takes one away."""
    def write(name="guardrails.toml", extra="", **changes):
        keys = {"id": "rtt", "kind": "rival", "workload": "ping_pong/steady_rtt", "a": "spargio", "b": "asio",
                "target": 1.0, "tolerance": 0.1, "why": "a test", **changes}
        lines = [f"{key} = {value if isinstance(value, (int, float)) else repr(value)}"
                 for key, value in keys.items() if value is not None]
        path = tmp_path / name
        path.write_text("[[gate]]\n" + "\n".join(lines) + "\n" + extra)
        return path
    return write
