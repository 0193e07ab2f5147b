"""W8: no reference run is shown whose rivals may be written worse than a short program on the same library."""

import json
import subprocess
import sys
from types import SimpleNamespace

import builder
import pytest
from builder import ROOT, Arm, Group

sys.path.insert(0, str(ROOT / "tests/fairness"))
import record  # noqa: E402
from reference import problems_of  # noqa: E402

# Reference runs from before a fairness run was kept with one. A renewed run comes with its own: its line goes then.
WITHOUT_FAIRNESS = {
    "quick": "measured on 2026-11-24, when `make fairness` wrote no file",
}

CASE = SimpleNamespace(backend="tbb", workload="fanout/skynet", settings=("leaves=100000",), straight="tbb_group", argument="skynet")
FACTS = {"kernel": "6.1.0", "architecture": "x86_64", "cpu_model": "a synthetic machine", "cpus_usable": 2}


@pytest.mark.parametrize("folder", sorted((ROOT / "results/reference").iterdir()), ids=lambda folder: folder.name)
def test_W8_a_reference_run_has_its_fairness_run_beside_it(folder):
    found = problems_of(folder)
    if folder.name in WITHOUT_FAIRNESS:
        assert "has no fairness.json" in found[0], f"{folder.name} has one now: take it out of WITHOUT_FAIRNESS"
    else:
        assert found == []


def test_W8_the_runs_without_are_there():
    assert all((ROOT / "results/reference" / name).is_dir() for name in WITHOUT_FAIRNESS)


@pytest.fixture
def reference(tmp_path):
    """Writes a folder with a run in which tbb[join=group] takes 0.3 of tbb's time, and a fairness run; keywords change that."""
    groups = [Group("fanout/skynet", [Arm("spargio", 100), Arm("tbb", 300), Arm("tbb[join=group]", 90)]),
              Group("fanout/fib", [Arm("spargio", 100), Arm("tbb", 300)])]
    builder.write(tmp_path, builder.make_run(groups))

    def write(ratio=1.0, case=CASE, blocks=10, **changes):
        entry = record.entry_of(case, [ratio * (1 + 0.002 * at) for at in range(blocks)], [ratio] * blocks, [1000 * ratio, 1000])
        found = record.record_of(("0123456789ab", False), 1.05, "", [entry], []) | {"machine": dict(FACTS)} | changes
        record.write(tmp_path / "fairness.json", found)
        return problems_of(tmp_path)
    return write


def with_case(**changes):
    return SimpleNamespace(**{**vars(CASE), **changes})


def test_W8_a_run_whose_backends_are_as_fast_as_their_straight_line_programs_is_taken(reference):
    assert reference(ratio=1.0) == []


def test_W8_a_run_without_a_fairness_run_is_refused(reference, tmp_path):
    reference()
    (tmp_path / "fairness.json").unlink()
    assert "make fairness" in problems_of(tmp_path)[0]


@pytest.mark.parametrize(("changes", "words"), [
    ({"git_revision": "ba9876543210"}, "of revision ba9876543210, result.json of 0123456789ab"),
    ({"git_dirty": True}, "changes that are in no commit"),
    ({"machine": {**FACTS, "cpu_model": "another"}}, "cpu_model another"),
    ({"machine": {**FACTS, "kernel": "6.18.0"}}, "kernel 6.18.0"),
    ({"machine": {**FACTS, "cpus_usable": 4}}, "cpus_usable 4"),
    ({"only": "asio"}, "only the cases with 'asio'"),
    ({"limit": 2.0}, "more than 1.05"),
    ({"failed": ["go fs/read_rtt / go read_rtt"]}, "go read_rtt failed"),
    ({"fairness_version": 0}, "of version 0"),
])
def test_W8_a_fairness_run_of_another_build_or_machine_or_a_part_of_one_is_refused(reference, changes, words):
    assert any(words in problem for problem in reference(**changes))


def test_W8_a_backend_wholly_above_the_limit_is_refused_unless_another_arm_makes_up_for_it(reference):
    assert reference(ratio=3.0) == []  # tbb[join=group] takes 0.3 of it
    assert "no arm of tbb in the run" in reference(ratio=4.0)[0]
    fib = with_case(workload="fanout/fib", settings=("n=24",), argument="fib")
    assert "tbb fanout/fib n=24 / tbb_group fib takes 3.03" in reference(ratio=3.0, case=fib)[0]


def test_W8_an_interval_that_reaches_to_the_limit_refuses_nothing_and_too_few_blocks_do(reference):
    assert reference(ratio=1.045, case=with_case(workload="fanout/fib", settings=("n=24",))) == []
    assert "too few for an interval" in reference(blocks=5)[0]


def test_W8_another_case_or_an_arm_with_other_knobs_makes_up_for_nothing(reference):
    assert reference(ratio=3.0, case=with_case(settings=("leaves=1000",)))
    assert reference(ratio=3.0, case=with_case(settings=("leaves=100000", "join=group")))
    assert reference(ratio=3.0, case=with_case(workload="fs/read_rtt", settings=()))


@pytest.mark.parametrize(("n", "ranks"), [(5, (None, None)), (6, (1, 6)), (8, (1, 8)), (9, (2, 8)), (10, (2, 9)), (20, (6, 15))])
def test_M10_the_interval_of_a_median_is_exact(n, ranks):
    assert record.interval_of(range(n, 0, -1)) == ranks


def test_W8_the_comparison_writes_what_it_found(tmp_path):
    """With programs that say what they are told to."""
    build = tmp_path / "build"
    for path, says in (("harness/spargio-bench", '{"git_revision": "0123456789ab", "git_dirty": false}'), ("tests/fairness/fairness-drive", "30 60 7"),
                       ("tests/fairness/straight_libuv_cold", "20 40 7")):
        (build / path).parent.mkdir(parents=True, exist_ok=True)
        (build / path).write_text(f"#!/bin/sh\necho '{says}'\n")
        (build / path).chmod(0o755)
    ended = subprocess.run([sys.executable, ROOT / "tests/fairness/compare.py", build, "--only", "libuv ping_pong/cold_start", "--json",
                            tmp_path / "new/fairness.json"], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 1 and "above 1.05" in ended.stdout, ended.stderr
    found = json.loads((tmp_path / "new/fairness.json").read_text())
    entry, = found.pop("cases")
    assert (entry["backend"], entry["workload"], entry["ratio"], entry["low"], entry["high"], entry["n"]) == \
        ("libuv", "ping_pong/cold_start", *[pytest.approx(1.5)] * 3, 10)
    assert found["machine"] == record.machine() and found["git_revision"] == "0123456789ab" and found["only"] and found["date"].endswith("Z")
    (build / "harness/spargio-bench").unlink()
    ended = subprocess.run([sys.executable, ROOT / "tests/fairness/compare.py", build, "--json", tmp_path / "none.json"],
                           capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 4 and "make build" in ended.stderr and not (tmp_path / "none.json").exists()
