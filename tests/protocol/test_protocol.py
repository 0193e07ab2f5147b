"""The protocol of shards as a whole, searched by Spin (shards.pml), and the defects that the search must find."""

import pathlib
import re
import subprocess

import pytest

MODEL = pathlib.Path(__file__).parent / "shards.pml"


def search(folder, *defines, bits=None):
    """Builds the verifier and gives the number of errors it finds and the number of states it visited."""
    subprocess.run(["spin", "-a", *(f"-D{each}" for each in defines), str(MODEL)], cwd=folder, check=True, stdout=subprocess.PIPE)
    kind = ["-DCOLLAPSE"] if bits is None else ["-DBITSTATE"]
    subprocess.run(["gcc", "-O2", "-w", "-DSAFETY", "-DMEMLIM=2000", *kind, "-o", "verify", "pan.c"], cwd=folder, check=True)
    limits = ["-m100000"] if bits is None else ["-m100000", f"-w{bits}"]
    said = subprocess.run(["./verify", *limits], cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout
    assert "max search depth too small" not in said, said
    errors = re.search(r"errors: (\d+)", said)
    states = re.search(r"([\d.e+]+) states, stored", said)
    return int(errors[1]), float(states[1])


def test_P3_two_shards_lose_no_message_task_or_stop(tmp_path):
    errors, states = search(tmp_path, "SHARDS=2", "STOP_WHEN_DONE")
    assert errors == 0
    assert states > 100_000, "the model does next to nothing"


def test_P9_two_shards_that_are_stopped_at_any_moment_all_leave(tmp_path):
    errors, states = search(tmp_path, "SHARDS=2", "MESSAGES=1", "TASKS=1")
    assert errors == 0
    assert states > 10_000, "the model does next to nothing"


def test_P3_three_shards_lose_no_message_task_or_stop_as_far_as_hashing_sees(tmp_path):
    errors, _ = search(tmp_path, "SHARDS=3", "MESSAGES=1", "TASKS=1", "STOP_WHEN_DONE", bits=24)
    assert errors == 0


@pytest.mark.parametrize(
    "defect",
    [
        "FORGET_REFUSED_BELLS",
        "WAIT_FOR_REFUSED_BELLS",
        "SLEEP_WITHOUT_A_LOOK",
        "SPAWN_WAKES_NOBODY",
        "STOP_WAKES_NOBODY",
    ],
)
def test_P3_a_planted_defect_of_the_protocol_is_found(tmp_path, defect):
    errors, _ = search(tmp_path, "SHARDS=2", "STOP_WHEN_DONE", defect)
    assert errors > 0, f"{defect} goes unnoticed"
