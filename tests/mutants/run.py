#!/usr/bin/env python3
"""Plants the defects of tests/mutants into a copy of the project, one at a time, and sees a test notice each.

Exit code 0: every one was killed; 1: one survived; 2: one could not be built, or its description is wrong.
"""
from __future__ import annotations

import argparse
import contextlib
import enum
import fcntl
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import BinaryIO

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "hygiene")]

import children  # noqa: E402  (found through the line above)
from rules import mutants  # noqa: E402
from rules.mutants import Defect  # noqa: E402
from rules.tree import Tree  # noqa: E402
from tree_copy import TreeCopy  # noqa: E402

FOLDER = "build/mutants"


class Outcome(enum.Enum):
    KILLED = "killed by"
    SURVIVED = "SURVIVED"
    BROKEN = "COULD NOT BE TRIED with"


def describe(outcome: Outcome, defect: Defect, seconds: float, log: Path) -> str:
    told = f"mutant {defect.number} {outcome.value} {defect.program} {defect.filter or defect.mutant}"
    return f"{told} in {seconds:.0f} s ({defect.why.rstrip('.')})" + (
        f", see {log}" if outcome is Outcome.BROKEN else "")


class Trial:
    """Builds and runs, in one folder, what must notice a defect."""

    def __init__(self, root: Path, *, rounds: int, limit: float, jobs: int):
        self._root = root
        self._folder = root / FOLDER
        self._build = self._folder / "build"
        self._copy = TreeCopy(self._folder / "tree")
        self._rounds, self._limit, self._jobs = rounds, limit, jobs

    def prepare(self, tree: Tree) -> bool:
        """Copies the project and configures its build; false when that fails, after telling where it says why."""
        self._copy.follow(tree)
        settings = ["-DSPARGIO_BENCH=OFF"]
        if shutil.which("ccache"):
            os.environ.setdefault("CCACHE_BASEDIR", str(self._folder))
            os.environ.setdefault("CCACHE_NOHASHDIR", "1")
            settings.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
        log = self._folder / "configure.txt"
        with log.open("wb") as output:
            command = ["cmake", "--preset", "release", "-B", self._build, *settings]
            if children.run(command, folder=self._copy.folder, output=output) == 0:
                return True
        print(f"mutants: cmake failed, see {log}", file=sys.stderr)
        return False

    def judge(self, defect: Defect) -> tuple[Outcome, str]:
        """How the defect fared, and a line that says so."""
        log = self._folder / "logs" / f"{defect.number:03}.txt"
        log.parent.mkdir(exist_ok=True)
        begin = time.monotonic()
        with log.open("wb", buffering=0) as output:  # what the children say comes between what is written here
            outcome = self._model(defect, output) if defect.mutant else self._program(defect, output)
        return outcome, describe(outcome, defect, time.monotonic() - begin, log.relative_to(self._root))

    def _model(self, defect: Defect, output: BinaryIO) -> Outcome:
        """A model has the defect built in, and says itself whether it has found it."""
        program = self._built(defect.program, output)
        if program is None:
            return Outcome.BROKEN
        code = children.run([program, "--mutant", defect.mutant], folder=self._build, output=output, limit=self._limit)
        return {0: Outcome.KILLED, 1: Outcome.SURVIVED, None: Outcome.SURVIVED}.get(code, Outcome.BROKEN)

    def _program(self, defect: Defect, output: BinaryIO) -> Outcome:
        """A test program that fails, crashes or hangs in one of the rounds has noticed: a lost wake-up looks so."""
        with self._copy.planted(defect):
            program = self._built(defect.program, output)
        if program is None:
            return Outcome.BROKEN
        command = [program, f"--gtest_filter={defect.filter}"]
        if not self._lists_tests([*command, "--gtest_list_tests"], output):
            return Outcome.BROKEN
        for _ in range(self._rounds):
            code = children.run([*command, "--gtest_fail_fast"], folder=self._build, output=output, limit=self._limit)
            if code != 0:
                output.write(f"\nended with {'nothing: it hung' if code is None else code}\n".encode())
                return Outcome.KILLED
        return Outcome.SURVIVED

    def _built(self, program: str, output: BinaryIO) -> Path | None:
        command = ["cmake", "--build", self._build, "-j", str(self._jobs), "--target", program]
        if children.run(command, folder=self._build, output=output) != 0:
            return None
        return next((path for path in (self._build / "tests").rglob(program) if path.is_file()), None)

    def _lists_tests(self, command: list[str | Path], output: BinaryIO) -> bool:
        listed = self._folder / "listed.txt"
        with listed.open("wb") as names:
            code = children.run(command, folder=self._build, output=names, limit=self._limit)
        text = listed.read_bytes()
        output.write(text)
        return code == 0 and b"\n  " in text


def chosen(tree: Tree, numbers: list[int]) -> list[Defect]:
    """The defects of these numbers, default all, those of a program together so that less is compiled again. ValueError
    says what is wrong with their descriptions, or with the numbers."""
    defects, findings = mutants.read(tree)
    findings += [*mutants.check_descriptions(tree), *mutants.check_places(tree), *mutants.check_killers(tree)]
    if findings:
        raise ValueError("\n".join(str(each) for each in sorted(set(findings))))
    if unknown := set(numbers) - {each.number for each in defects}:
        raise ValueError(f"there is no defect of number {', '.join(map(str, sorted(unknown)))}")
    return sorted((each for each in defects if not numbers or each.number in numbers),
                  key=lambda each: (each.program, each.number))


def try_all(trial: Trial, defects: list[Defect]) -> int:
    """Prints how each fares, and a summary; the exit code."""
    begin = time.monotonic()
    counts = dict.fromkeys(Outcome, 0)
    for defect in defects:
        outcome, line = trial.judge(defect)
        counts[outcome] += 1
        print(line, flush=True)
    minutes, seconds = divmod(round(time.monotonic() - begin), 60)
    print(f"{len(defects)} mutants: {counts[Outcome.KILLED]} killed, {counts[Outcome.SURVIVED]} survived, "
          f"{counts[Outcome.BROKEN]} could not be tried, in {minutes} min {seconds} s")
    return 2 if counts[Outcome.BROKEN] else 1 if counts[Outcome.SURVIVED] else 0


@contextlib.contextmanager
def alone(folder: Path):
    """Two runs would plant into one copy: BlockingIOError where there is another."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", nargs="*", type=int, help="the defects to try; default: all")
    parser.add_argument("--list", action="store_true", help="say what there is, and end")
    parser.add_argument("--rounds", type=int, default=3, help="runs of a test before its defect has survived (default 3)")
    parser.add_argument("--limit", type=float, default=90, help="seconds after which a run counts as hung (default 90)")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="compilers at a time")
    parser.add_argument("--root", type=Path, default=HERE.parents[1], help=argparse.SUPPRESS)
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    asked = arguments(words)
    tree = Tree(asked.root.resolve())
    try:
        defects = chosen(tree, asked.number)
        if asked.list:
            for each in sorted(defects, key=lambda each: each.number):
                print(f"{each.number:3}  {each.program}  {each.filter or each.mutant}  {each.file}: {each.why}")
            return 0
        with alone(tree.root / FOLDER):
            trial = Trial(tree.root, rounds=asked.rounds, limit=asked.limit, jobs=asked.jobs)
            return try_all(trial, defects) if trial.prepare(tree) else 2
    except ValueError as error:
        print(error, file=sys.stderr)
    except BlockingIOError:
        print("mutants: another run is at it", file=sys.stderr)
    return 2


if __name__ == "__main__":
    # As Ctrl-C does, so that children end and the copy is restored.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
