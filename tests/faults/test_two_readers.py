"""What `spargio-bench validate` refuses, `spargio-report` refuses with the same words, and the other way round (M20, P22): files made
at random from the schema, files changed beyond it, and the known hard ones."""
import copy
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCH = Path(os.environ.get("SPARGIO_BUILD", ROOT / "build" / "release")) / "harness" / "spargio-bench"
sys.path[:0] = [str(ROOT / "analysis"), str(ROOT / "tests" / "analysis")]

import schema_files  # noqa: E402
from spargio_report.failures import ReportError  # noqa: E402
from spargio_report.read.load import load_run  # noqa: E402

pytestmark = pytest.mark.skipif(not BENCH.exists(), reason=f"{BENCH} is not built")
WRONG = (None, True, -1, 0, 1.0, 1.5, 2**63, 2**64, 10**30, "", "x", "ä" * 90, [], {}, [1], {"a": 1}, 1e308, -(2**63) - 1)


def refused_by_the_harness(paths: list[Path]) -> dict[Path, list[str]]:
    """What is wrong with each; nothing: it is valid."""
    done = subprocess.run([BENCH, "validate", *paths], capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 4), done.stderr
    found: dict[Path, list[str]] = {path: [] for path in paths}
    for line in done.stderr.splitlines():
        name, _, problem = line.removeprefix("spargio-bench: ").strip().partition(": ")
        found[Path(name)].append(problem)
    for path in paths:
        assert found[path] or f"{path}: valid" in done.stdout, done.stderr
    return found


def refused_by_the_analysis(path: Path) -> str | None:
    try:
        load_run(path)
    except ReportError as error:
        return f"{error.place}: {error.problem}".removeprefix(f"{path}: ")
    return None


def hold_together(texts: list[str], folder: Path) -> int:
    """Asserts that both say the same of each, and returns how many are valid."""
    paths = []
    for number, text in enumerate(texts):
        paths.append(folder / f"{number}.json")
        paths[-1].write_text(text, encoding="utf-8")
    valid = 0
    for path, problems in refused_by_the_harness(paths).items():
        said = refused_by_the_analysis(path)
        assert (said is None) == (not problems), (path.read_text()[:2000], said, problems)
        assert said is None or any(problem == said or problem.startswith(said + "; ") for problem in problems), (said, problems)
        valid += said is None
    return valid


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_M20_P22_both_readers_say_the_same_of_a_file_made_at_random(start, tmp_path):
    texts = [schema_files.made(seed) for seed in range(start, start + 100)]
    assert 20 < hold_together(texts, tmp_path) < 100


def broken(seed: int) -> str:
    """A sound file in which one value somewhere is another, is gone, or has a neighbour."""
    rng = random.Random(seed)
    document = copy.deepcopy(rng.choice(schema_files.bases()))
    block = rng.choice(document["blocks"])
    part = rng.choice([document, block, rng.choice(block["slices"]), rng.choice(document["cases"]), document["run"],
                       document["environment"], document["tool"], document["backends"][0], document["workloads"][0]])
    key = rng.choice(sorted(part))
    change = rng.randrange(4)
    if change == 0:
        del part[key]
    elif change == 1:
        part[rng.choice(("more", "ä", "status", ""))] = rng.choice(WRONG)
    else:
        part[key] = rng.choice(WRONG)
    return json.dumps(document, ensure_ascii=rng.random() < 0.5)


@pytest.mark.parametrize("start", range(0, 800, 200))
def test_M20_P22_both_readers_say_the_same_of_a_file_that_the_schema_does_not_allow(start, tmp_path):
    assert hold_together([broken(seed) for seed in range(start, start + 200)], tmp_path) < 150


def changed(change) -> str:
    document = copy.deepcopy(schema_files.bases()[0])
    change(document)
    return json.dumps(document)


HARD = {
    "an_older_minor": lambda d: d.update(schema_version="1.0"),
    "a_newer_minor_with_more": lambda d: (d.update(schema_version="1.9", more=1), d["run"].update(more=2), d["cases"][0].update(more=3)),
    "a_minor_beyond_64_bits": lambda d: d.update(schema_version="1." + "9" * 60, more=1),
    "a_minor_of_a_million_figures": lambda d: d.update(schema_version="1." + "9" * 1_000_000),
    "a_version_with_a_line_feed": lambda d: d.update(schema_version="1.4\n"),
    "a_version_of_two_points": lambda d: d.update(schema_version="1.4.1"),
    "another_major": lambda d: d.update(schema_version="2.0"),
    "a_version_that_is_a_number": lambda d: d.update(schema_version=1.4),
    "no_version": lambda d: d.pop("schema_version"),
    "a_backend_twice": lambda d: d["backends"].append(copy.deepcopy(d["backends"][0])),
    "a_workload_twice": lambda d: d["workloads"].append(copy.deepcopy(d["workloads"][0])),
    "a_case_twice": lambda d: d["cases"].append(copy.deepcopy(d["cases"][0])),
    "a_block_twice": lambda d: d["blocks"].append({**d["blocks"][0], "index": len(d["blocks"])}),
    "no_case": lambda d: d.update(cases=[], blocks=[]),
    "an_empty_reason": lambda d: d["cases"][0].update(status="failed", reason=""),
    "a_group_on_two_machines": lambda d: (d.update(machines=[{"name": n, "environment": d["environment"]} for n in "ab"]),
                                          d["blocks"][1].update(machine=1)),
    "a_machine_that_is_not_there": lambda d: d["cases"][0].update(machine=2**64 - 1),
    "a_part_of_a_machine_that_is_not_there": lambda d: d.update(parts=[{"machine": 3, "tool": d["tool"], "run": d["run"]}]),
    "only_latency": lambda d: [s.update(mode="latency") for b in d["blocks"] for s in b["slices"]],
    "only_dropped_blocks": lambda d: [b.update(dropped=True, drop_reason="noise") for b in d["blocks"]],
}


@pytest.mark.parametrize("name", HARD)
def test_M20_P22_both_readers_say_the_same_of(name, tmp_path):
    hold_together([changed(HARD[name])], tmp_path)


@pytest.mark.parametrize("text", ["", " \n", "[]", "3", "null", '"x"', "{}", '{"schema_version": "x"}', '\ufeff{"a": 1}'])
def test_M20_P22_both_readers_say_the_same_of_what_is_no_result(text, tmp_path):
    assert hold_together([text], tmp_path) == 0


@pytest.mark.parametrize("text", ['{"a": 1e999}', '{"a": NaN}', '{"a": -Infinity}', '{"a": 1', "{'a': 1}", '{"a": "\\ud800"}', '{"a": 1,}',
                                  "[" * 100_000, '{"a": 01}'])
def test_M20_P22_both_readers_refuse_what_is_no_strict_json(text, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    assert refused_by_the_harness([path])[path] and refused_by_the_analysis(path)
