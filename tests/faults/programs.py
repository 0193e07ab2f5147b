"""Running the test programs of the runtime under a fault, and telling whether they did what they do without it."""
from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = Path(os.environ.get("SPARGIO_BUILD", ROOT / "build" / "release")) / "tests"

# A lost wake-up shows as a program that never ends.
LIMIT_S = 240


@dataclass(frozen=True)
class Program:
    name: str
    filter: str = "*"
    folder: str = "runtime"
    stress: float = 1.0
    """How much a stress test does, 1 being the usual amount."""

    @property
    def path(self) -> Path:
        return TESTS / self.folder / self.name


@dataclass(frozen=True)
class Outcome:
    passed: frozenset[str]
    skipped: frozenset[str]
    failed: frozenset[str]
    exit_code: int
    output: str


def run(program: Program, folder: Path, tier: str = "", under: tuple[str, ...] = ()) -> Outcome:
    """Runs the program to its end, as a test of its own would: a hang is an error of pytest's."""
    report = folder / f"{program.name}.json"
    environment = {**os.environ, "SPARGIO_STRESS": str(program.stress)}
    environment.pop("SPARGIO_TIER", None)
    if tier:
        environment["SPARGIO_TIER"] = tier
    done = subprocess.run(
        [*under, str(program.path), f"--gtest_filter={program.filter}", f"--gtest_output=json:{report}"],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=LIMIT_S, check=False)
    cases = []
    if report.exists():
        cases = [(f"{suite['name']}.{case['name']}", case) for suite in json.loads(report.read_text())["testsuites"]
                 for case in suite["testsuite"]]
    failed = {name for name, case in cases if "failures" in case}
    skipped = {name for name, case in cases if case["result"] == "SKIPPED"}
    passed = {name for name, case in cases if case["result"] == "COMPLETED"} - failed
    return Outcome(frozenset(passed), frozenset(skipped), frozenset(failed), done.returncode, done.stdout[-4000:])


def listed(program: Program) -> set[str]:
    """The tests that the filter leaves."""
    said = subprocess.run([str(program.path), f"--gtest_filter={program.filter}", "--gtest_list_tests"], text=True,
                          stdout=subprocess.PIPE, check=True).stdout
    names, suite = set(), ""
    for line in said.splitlines():
        word = line.split("#")[0].rstrip()
        if word.startswith("  "):
            names.add(suite + word.strip())
        elif word.endswith("."):
            suite = word
    return names
