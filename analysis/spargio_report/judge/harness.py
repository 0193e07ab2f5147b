"""Lets spargio-bench measure more of what a run holds: the matrix that it is given, its exit code, and its blocks (M11)."""

import json
import secrets
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace

from spargio_report.failures import ExitCode, invalid_input, usage_error
from spargio_report.judge.measured_files import MeasuredFiles
from spargio_report.read.load import load_run
from spargio_report.read.model import BROKEN, Run

# Blocks of another program or another machine are no further blocks of this run.
SAME_TOOL = ("version", "git_revision", "compiler", "compiler_flags", "build_type")
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
        ended = _run_harness([self.path, "run", str(matrix), "-o", str(result), *_flags(run, arms_of_groups)])
        if ended in (ExitCode.INTERRUPTED, -signal.SIGINT, -signal.SIGTERM):
            raise KeyboardInterrupt(f"the blocks asked for last are kept in {result}" if result.exists() else "")
        if ended not in (ExitCode.OK, ExitCode.INVALID) or not result.exists():
            raise invalid_input(self.path, f"ended with {ended} when asked for more blocks ({matrix})",
                                "run it by hand on that matrix and mend what it says")
        return load_run(result)


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
    """A matrix for spargio-bench run. JSON texts and lists of texts are TOML as well."""
    lines = ['title = "more blocks for undecided gates"', f"blocks = {blocks}", f"slices = {run.about.slices_per_block}",
             f"slice_ms = {max(1, run.about.slice_target_ns // 1_000_000)}", f"seed = {seed}"]
    for group, arms in arms_of_groups.items():
        case = run.cases_of(group)[0]
        parameters = ", ".join(f"{key} = {json.dumps(value)}" for key, value in case.parameters.items())
        lines += ["[[group]]", f"workload = {json.dumps(case.workload)}", f"parameters = {{ {parameters} }}",
                  f"arms = {json.dumps(arms)}"]
    return "\n".join(lines) + "\n"


def _run_harness(command: list[str]) -> int:
    """Its exit code. An interruption is handed on, and the harness is given the time to write what it has."""
    try:
        harness = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=2)
    except OSError as error:
        raise usage_error(command[0], f"cannot be started: {error.strerror}",
                          "name the spargio-bench of the build with --bench PATH") from None
    with harness:
        try:
            return harness.wait()
        except KeyboardInterrupt:  # on a terminal the harness has it too; a second one changes nothing there
            harness.send_signal(signal.SIGINT)
            harness.wait()
            return ExitCode.INTERRUPTED


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
    """Refuses blocks of another build, another base or another machine."""
    base, other_base = run.about.base_build, more.about.base_build
    sections = [("tool", SAME_TOOL, run.tool, more.tool),
                ("environment", SAME_MACHINE, run.environment, more.environment)]
    if base and other_base:
        sections.append(("run.base_build.tool", SAME_TOOL, base.tool, other_base.tool))
    for section, keys, first, second in sections:
        for key in keys:
            before, now = getattr(first, key), getattr(second, key)
            if before != now:
                raise invalid_input(more.path, f"$.{section}.{key} is {now!r}, in {run.path} it is {before!r}",
                                    REPLACE_RUN)
