"""Lets spargio-bench measure more of what a run holds: the matrix that it is given, its exit code, and its blocks (M11)."""

import errno
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from spargio_report.failures import ExitCode, invalid_input, usage_error
from spargio_report.judge.measured_files import MeasuredFiles
from spargio_report.read.load import load_run
from spargio_report.read.model import BROKEN, Run
from spargio_report.read.text import toml_list, toml_text

# Blocks of another program or another machine are no further blocks of this run.
SAME_TOOL = ("version", "git_revision", "git_dirty", "compiler", "compiler_flags", "build_type", "digest")
NO_PROGRAM = (errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.ENOEXEC, errno.ELOOP, errno.ENAMETOOLONG)
NO_REVISION = ("unknown", "", None)  # two of these may be any two programs
SAME_MACHINE = ("kernel", "cpu_model", "affinity")
REPLACE_RUN = "measure the whole matrix again with this harness, then gate that file"


@dataclass(frozen=True)
class Harness:
    """spargio-bench at `path`. What it is told and what it writes stands in `files`; `note` tells a person about it."""

    path: str
    files: MeasuredFiles
    note: Callable[[str], None]

    def measure(self, run: Run, blocks: int, arms_of_groups: dict[str, list[str]], stem: str) -> Run:
        """So many blocks of these arms, with a new seed, as a run of its own. Blocks until the harness has ended.

        Raises ReportError where the harness cannot be started or fails, KeyboardInterrupt where it was interrupted.
        """
        name = self.files.name(stem)
        matrix, result = name.with_suffix(".toml"), name.with_suffix(".json")
        matrix.write_text(matrix_text(run, blocks, arms_of_groups, secrets.randbits(32)), encoding="utf-8")
        ended = self._run([self.path, "run", str(matrix), "-o", str(result), *_flags(run, arms_of_groups)], result)
        if ended in (ExitCode.INTERRUPTED, -signal.SIGINT, -signal.SIGTERM):
            raise KeyboardInterrupt(f"the blocks asked for last are kept in {result}" if result.exists() else "")
        if ended not in (ExitCode.OK, ExitCode.INVALID) or not result.exists():
            raise invalid_input(self.path, f"ended with {ended} when asked for more blocks ({matrix})",
                                "run it by hand on that matrix and mend what it says")
        return load_run(result)

    def _run(self, command: list[str], result: Path) -> int:
        """Its exit code. What it prints goes to standard error, but for the name of a file that will not stay.

        An interruption is handed on, and the harness is given the time to write what it has.
        """
        try:
            harness = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8",
                                       errors="backslashreplace")
        except OSError as error:
            raise not_started(command[0], error) from None
        with harness:
            try:
                self._hand_on(harness.stdout, result)
                return harness.wait()
            except KeyboardInterrupt:  # on a terminal the harness has it too; a second one changes nothing there
                harness.send_signal(signal.SIGINT)
                self._hand_on(harness.stdout, result)
                harness.wait()
                return ExitCode.INTERRUPTED

    def _hand_on(self, words, result: Path) -> None:
        for line in words:
            if self.files.stay or str(result) not in line:
                print(line, end="", file=sys.stderr, flush=True)


def not_started(path: str, error: OSError) -> Exception:
    """A wrong name is the user's to mend; where the system has no process to give, no name is at fault."""
    if error.errno not in NO_PROGRAM:
        return error
    return usage_error(path, f"cannot be started: {error.strerror}", "name the spargio-bench of the build with --bench PATH")


def check_one_machine(run: Run) -> None:
    if len(run.machines) > 1:
        raise usage_error(run.path, f"joins the results of {len(run.machines)} machines: more blocks of it cannot be "
                          "measured here", "gate it without --bench, or gate each machine's own file on that machine")


def _flags(run: Run, arms_of_groups: dict[str, list[str]]) -> list[str]:
    """What the matrix does not say: where plugins and the base build are."""
    flags = [word for backend in run.backends.values() if backend.plugin for word in ("--plugin", backend.plugin)]
    if any(run.case_of(group, arm).of_base for group, arms in arms_of_groups.items() for arm in arms):
        flags += ["--baseline", run.about.base_build.path]
    return flags


def matrix_text(run: Run, blocks: int, arms_of_groups: dict[str, list[str]], seed: int) -> str:
    """A matrix for spargio-bench run."""
    lines = ['title = "more blocks for undecided gates"', f"blocks = {blocks}", f"slices = {run.about.slices_per_block}",
             f"slice_ms = {max(1, run.about.slice_target_ns // 1_000_000)}", f"seed = {seed}"]
    for group, arms in arms_of_groups.items():
        case = run.cases_of(group)[0]
        parameters = ", ".join(f"{toml_text(key)} = {toml_text(value)}" for key, value in case.parameters.items())
        lines += ["[[group]]", f"workload = {toml_text(case.workload)}", f"parameters = {{ {parameters} }}",
                  f"arms = {toml_list(arms)}"]
    return "\n".join(lines) + "\n"


def add_blocks(run: Run, more: Run) -> Run:
    """The first run's blocks, then the other's; a case that broke in either is broken."""
    check_same_origin(run, more)
    unknown = next((case for case in more.cases if case not in run.cases), None)
    if unknown:
        raise invalid_input(more.path, f"holds '{unknown}', which {run.path} does not", REPLACE_RUN)
    cases = {name: more.cases[name] if name in more.cases and more.cases[name].status in BROKEN else case
             for name, case in run.cases.items()}
    first = {group: 1 + max((block.number for block in run.blocks if block.group == group), default=-1)
             for group in run.groups}
    added = [replace(block, index=len(run.blocks) + block.index, number=first[block.group] + block.number)
             for block in more.blocks]
    return replace(run, cases=cases, blocks=run.blocks + added, worked_out={})


def check_same_origin(run: Run, more: Run) -> None:
    """Refuses blocks of another build, another plugin, another base or another machine."""
    base, other_base = run.about.base_build, more.about.base_build
    sections = [("tool", SAME_TOOL, run.tool, more.tool),
                ("environment", SAME_MACHINE, run.environment, more.environment)]
    if base and other_base:
        sections.append(("run.base_build.tool", SAME_TOOL, base.tool, other_base.tool))
    sections += [(f"backends['{name}']", ("digest",), run.backends[name], other)
                 for name, other in more.backends.items() if name in run.backends]
    for section, keys, first, second in sections:
        for key in keys:
            before, now = getattr(first, key), getattr(second, key)
            if before != now and not (key == "digest" and None in (before, now)):
                raise invalid_input(more.path, f"$.{section}.{key} is {now!r}, in {run.path} it is {before!r}",
                                    REPLACE_RUN)
        if keys is SAME_TOOL and first.git_revision in NO_REVISION and None in (first.digest, second.digest):
            raise invalid_input(more.path, f"$.{section}.git_revision is {second.git_revision!r}, as in {run.path}, and there is no "
                                "digest: nothing says that one program measured both", REPLACE_RUN)
