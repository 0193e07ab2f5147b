"""A result file as the base of self gates: what may be held against it, and what may become one (M12)."""

import contextlib
from dataclasses import replace
from pathlib import Path

from spargio_report.failures import invalid_input, usage_error
from spargio_report.judge.judged import Judged
from spargio_report.judge.pairing import Asked, find_group, metric_of
from spargio_report.judge.verdict import FAIL, INCONCLUSIVE, MISSING
from spargio_report.outputs import write_output
from spargio_report.read.guardrails import Gate
from spargio_report.read.model import Run
from spargio_report.statistics.decide import FIRST_LOOK_BLOCKS
from spargio_report.statistics.estimate import log_ratios

# What makes two machines two; None in both files is equal.
MACHINE_KEYS = ("kernel", "architecture", "cpu_model", "cpus_usable", "cpus_online", "affinity", "cgroup_cpu_limit",
                "smt", "governor", "mitigations", "virtualization")


def check_baseline(asked: Asked) -> None:
    """Refuses a baseline that no gate asks for, one of another machine, and one that was slowed on purpose."""
    run, baseline, guardrails = asked.run, asked.baseline, asked.guardrails
    if not any(gate.kind == "self" for gate in guardrails.gates):
        raise usage_error(guardrails.path, "no gate is of kind 'self', so none is held against a baseline",
                          "add a gate with kind = \"self\", or leave --baseline away")
    merged = next((one for one in (run, baseline) if one.is_merged), None)
    if merged:
        raise usage_error(merged.path, "is a merged file, and a baseline is of one machine", "name a file of this machine alone")
    for key in MACHINE_KEYS:
        now, then = getattr(run.environment, key), getattr(baseline.environment, key)
        if now != then:
            raise usage_error(baseline.path, f"$.environment.{key} is {then!r}, in {run.path} it is {now!r}: a baseline of "
                              "another machine shows nothing", "measure the baseline here, or hold a base build against "
                              "this one in the same blocks: spargio-bench run --baseline PATH")
    slowed = next((case for case in baseline.cases.values() if case.injected), None)
    if slowed:
        raise usage_error(baseline.path, f"'{slowed.id}' was slowed on purpose (--inject)",
                          "measure the baseline without --inject")


def save_baseline(run: Run, judged: Judged, path: str) -> None:
    """Keeps the file of the run, as it was before more was measured, whole or not at all; refuses one that could be none."""
    guardrails = judged.asked.guardrails
    own = [gate for gate in guardrails.gates if gate.kind == "self"]
    if not own:
        raise usage_error(guardrails.path, "no gate is of kind 'self', so none will ask for a baseline",
                          "add a gate with kind = \"self\", or leave --save-baseline away")
    failed = next((one for one in judged.verdicts if one.word == FAIL and one.counts), None)
    if failed:
        raise invalid_input(run.path, f"becomes no baseline: gate '{failed.gate.id}' says FAIL, and a base that has lost hides it",
                            "mend the loss, or waive the gate with a reason, then save again")
    problem = _why_unfit(run) or next(filter(None, (_why_no_base(run, gate) for gate in own)), None)
    if problem:
        raise invalid_input(run.path, f"becomes no baseline: {problem}",
                            "measure it again, complete and with the anchors (-b floor), then save")
    with contextlib.suppress(OSError):  # what is wrong with the folder is said when the file is written
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_output("--save-baseline", path, Path(run.path).read_bytes())


def as_first_baseline(judged: Judged) -> Judged:
    """Self gates of a run that is to become the first baseline have nothing to be held against yet."""
    if judged.run.about.base_build:
        return judged
    return replace(judged, verdicts=tuple(
        replace(one, word=INCONCLUSIVE, reason="nothing to be held against yet: this run is to be the first baseline")
        if one.gate.kind == "self" and one.word == MISSING else one for one in judged.verdicts))


def _why_unfit(run: Run) -> str | None:
    if not run.is_complete:
        return f"it is marked {run.about.status}"
    broken = next(iter(run.broken_cases), None)
    if broken:
        return f"'{broken.id}' is {broken.status}: {broken.reason}"
    slowed = next((case for case in run.cases.values() if case.injected), None)
    return f"'{slowed.id}' was slowed on purpose (--inject)" if slowed else None


def _why_no_base(run: Run, gate: Gate) -> str | None:
    group = find_group(run, gate)
    if group is None:
        return f"it does not hold {gate.workload} with the parameters of gate '{gate.id}'"
    cases = [run.case_of(group, arm) for arm in (gate.a, gate.anchor)]
    absent = next((arm for arm, case in zip((gate.a, gate.anchor), cases) if case is None or not case.measured), None)
    if absent:
        return f"{group} has no measured arm '{absent}', which gate '{gate.id}' is held by"
    blocks = len(log_ratios(run, *cases, metric_of(run, group, gate)))
    if blocks < FIRST_LOOK_BLOCKS:
        return f"gate '{gate.id}' has {blocks} blocks in it, the first look needs {FIRST_LOOK_BLOCKS}"
    return None
