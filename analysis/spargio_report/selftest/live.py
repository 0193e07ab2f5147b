"""The gate on the machine as it is: one arm against itself, and against itself slowed down on purpose (M15).

Each trial is a gate from nothing: a first look of ten blocks, more blocks while it is undecided, as `gate --bench`
does it. The slowed arm waits for a share of each operation's time (`--inject`), so its true ratio is known. Half of
the trials may run beside a process that takes a CPU for itself.
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spargio_report.failures import ExitCode, invalid_input
from spargio_report.judge.harness import not_started
from spargio_report.read.load import load_run
from spargio_report.read.text import toml_list, toml_text
from spargio_report.selftest.replays import Verdicts
from spargio_report.statistics.decide import LOOKS, decide_in_looks
from spargio_report.statistics.estimate import judged_metric, log_ratios

HOG = "while True: pass"


@dataclass(frozen=True)
class Setting:
    """What is tried, how often, and against which gate."""

    workloads: tuple[str, ...]
    arm: str
    tolerance: float
    trials: int  # of each workload and slowdown
    slowdowns: tuple[float, ...]  # shares; 0: A/A


@dataclass
class Trial:
    workload: str
    slowdown: float
    word: str
    blocks: int
    seconds: float


@contextmanager
def one_core_hog(wanted: bool):
    """A process that takes all of one CPU, and its id; ended by that, whatever happens."""
    if not wanted:
        yield None
        return
    hog = subprocess.Popen([sys.executable, "-I", "-c", HOG], stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        os.sched_setaffinity(hog.pid, {max(os.sched_getaffinity(0))})
        yield hog.pid
    finally:
        hog.kill()
        hog.wait()


def trials(bench: str, setting: Setting, note) -> list[Trial]:
    """One after the other; of the workloads and slowdowns in turn, so that no state of the machine favours one."""
    found = []
    with tempfile.TemporaryDirectory(prefix="spargio-selftest-") as folder:
        for number in range(setting.trials):
            for workload in setting.workloads:
                for slowdown in setting.slowdowns:
                    one = _trial(bench, setting, workload, slowdown, Path(folder))
                    note(f"trial {number + 1} of {setting.trials}: {workload} slowed by {slowdown:.0%}: {one.word} "
                         f"after {one.blocks} blocks, {one.seconds:.1f} s")
                    found.append(one)
    return found


def _trial(bench: str, setting: Setting, workload: str, slowdown: float, folder: Path) -> Trial:
    began = time.monotonic()
    values: list[float] = []
    decision = None
    have = 0
    for wanted, _ in LOOKS:
        values += _measure(bench, setting, workload, slowdown, wanted - have, folder)
        have = wanted
        decision = decide_in_looks(np.array(values), 1.0, setting.tolerance)
        if decision.word != "INCONCLUSIVE" or decision.futile:
            break
    return Trial(workload, slowdown, decision.word, len(values), time.monotonic() - began)


def _measure(bench: str, setting: Setting, workload: str, slowdown: float, blocks: int, folder: Path) -> list[float]:
    """Log ratios of the second arm, which may be slowed, to the first."""
    result = folder / f"{secrets.token_hex(4)}.json"
    command = [bench, "run", "-w", workload, "-b", setting.arm, "-b", setting.arm, "--blocks", str(blocks),
               "--progress", "none", "-q", "-o", str(result)]
    if slowdown > 0:
        command += ["--inject", f"{setting.arm}#2:+{slowdown:.4%}"]
    try:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               encoding="utf-8", errors="replace", check=False)
    except OSError as error:
        raise not_started(bench, error) from None
    if ended.returncode == ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if ended.returncode != ExitCode.OK or not result.exists():
        raise invalid_input(bench, f"ended with {ended.returncode}: {ended.stderr.strip()}", "run it by hand: "
                            + " ".join(command))
    run = load_run(result)
    group = run.groups[0]
    repeat = next(case for case in run.cases_of(group) if case.is_repeat)
    first = run.case_of(group, repeat.original_arm)
    return list(log_ratios(run, repeat, first, judged_metric(run, group)).values())


def record(bench: str, workloads: tuple[str, ...], arm: str, blocks: int, result: Path) -> None:
    """Measures the arm against itself in every workload, in one run."""
    matrix = result.with_suffix(".toml")
    groups = "".join(f"[[group]]\nworkload = {toml_text(name)}\narms = {toml_list([arm, arm])}\n" for name in workloads)
    matrix.write_text(f'title = "A/A for the selftest"\nblocks = {blocks}\n{groups}', encoding="utf-8")
    try:
        ended = subprocess.run([bench, "run", str(matrix), "-o", str(result)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               check=False)  # it would name a file that does not stay
    except OSError as error:
        raise not_started(bench, error) from None
    if ended.returncode == ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if ended.returncode != ExitCode.OK:
        raise invalid_input(bench, f"ended with {ended.returncode} when recording ({matrix})",
                            "run it by hand on that matrix and mend what it says")


def verdicts_of(found: list[Trial], slowdown: float) -> Verdicts:
    chosen = [one for one in found if one.slowdown == slowdown]
    words: dict[str, int] = {}
    for one in chosen:
        words[one.word] = words.get(one.word, 0) + 1
    return Verdicts(words, [one.blocks for one in chosen])
