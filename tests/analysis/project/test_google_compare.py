"""M21: Google Benchmark's own compare.py reads what `spargio-bench export` writes.

The program is Debian's (libbenchmark-tools). It takes two functions from scipy, which Debian 12 can't install beside
libboost1.81-dev; where scipy is missing a module of that name gives them, which leaves the reading, matching and
printing to compare.py itself.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from builder import ROOT

BENCH = Path(os.environ.get("SPARGIO_BUILD", ROOT / "build/release")) / "harness/spargio-bench"
COMPARE = Path("/usr/share/benchmark/compare.py")
REFERENCE = ROOT / "results/reference/quick/result.json"
STAND_IN = '''
from types import SimpleNamespace
import numpy


def gmean(times):
    return numpy.exp(numpy.log(numpy.asarray(times, dtype=float)).mean(axis=0))


def mannwhitneyu(ours, theirs, alternative):
    assert alternative == "two-sided" and len(ours) > 1 and len(theirs) > 1
    return SimpleNamespace(pvalue=0.5)
'''

pytestmark = [
    pytest.mark.skipif(not BENCH.exists(), reason=f"no spargio-bench at {BENCH}: make build-release"),
    pytest.mark.skipif(not COMPARE.exists(), reason=f"no {COMPARE}: apt-get install libbenchmark-tools"),
]


@pytest.fixture
def compare(tmp_path):
    """Runs compare.py; its output without colours."""
    environment = dict(os.environ)
    if importlib.util.find_spec("scipy") is None:
        (tmp_path / "modules/scipy").mkdir(parents=True)
        (tmp_path / "modules/scipy/__init__.py").write_text("")
        (tmp_path / "modules/scipy/stats.py").write_text(STAND_IN)
        environment["PYTHONPATH"] = str(tmp_path / "modules")

    def run(*arguments):
        done = subprocess.run([sys.executable, COMPARE, *map(str, arguments)], env=environment, capture_output=True,
                              text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    return run


def exported(path, *flags):
    subprocess.run([BENCH, "export", REFERENCE, "--format", "gbench", *flags, "-o", path], check=True, timeout=120)
    return path


def blocks_of(case):
    kept = [block for block in json.loads(REFERENCE.read_text())["blocks"] if not block["dropped"]]
    return sum(any(each["case"] == case for each in block["slices"]) for block in kept)


def test_M21_compare_py_pairs_a_run_with_itself_case_by_case(compare, tmp_path):
    case = "fs/read_rtt|spargio"
    path = exported(tmp_path / "one.json", "--case", case)
    lines = [line for line in compare("benchmarks", path, path).splitlines() if line.startswith(case)]
    assert len(lines) == blocks_of(case) + 1, lines
    assert lines[-1].startswith(f"{case}_pvalue")
    assert f"Repetitions: {blocks_of(case)} vs {blocks_of(case)}" in lines[-1]
    for line in lines[:-1]:
        assert line.split()[1:3] == ["+0.0000", "+0.0000"], line


def test_M21_compare_py_holds_two_arms_of_one_run_against_each_other(compare, tmp_path):
    path = exported(tmp_path / "all.json")
    out = compare("filters", path, r"fs/read_rtt\|spargio$", r"fs/read_rtt\|threads$")
    rows = [line for line in out.splitlines() if line.startswith("[") and "_pvalue" not in line]
    assert len(rows) == min(blocks_of("fs/read_rtt|spargio"), blocks_of("fs/read_rtt|threads"))
    for row in rows:
        change, _, ours, theirs, *_ = row.rsplit("]", 1)[1].split()
        assert float(change) == pytest.approx((float(theirs) - float(ours)) / abs(float(ours)), abs=0.02)
