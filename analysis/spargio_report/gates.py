"""Holds every gate of a guardrail file against a run; every gate yields a verdict (M11, M12, M23)."""

import datetime
from dataclasses import dataclass

import numpy as np

from spargio_report import estimate as estimating
from spargio_report.decide import decide, decide_in_looks
from spargio_report.failures import ExitCode, nearest, usage_error
from spargio_report.guardrails import ABOVE_B, BEST_RIVAL, JUDGED, Gate, Guardrails, Waiver
from spargio_report.model import Case, Run

PASS, FAIL, INCONCLUSIVE, MISSING = "PASS", "FAIL", "INCONCLUSIVE", "MISSING"
# From the one that matters most: a gate against several rivals takes the worst.
SEVERITY = (MISSING, FAIL, INCONCLUSIVE, PASS)


@dataclass(frozen=True)
class Verdict:
    """One gate against one arm; `against` is None for an absolute gate."""

    gate: Gate
    word: str
    reason: str
    group: str | None = None
    against: str | None = None
    metric: str | None = None
    estimate: estimating.Estimate | None = None
    waiver: Waiver | None = None
    others: tuple["Verdict", ...] = ()  # the rivals that were not the worst

    @property
    def counts(self) -> bool:
        """A waiver excuses a loss or a doubt, never a measurement that is not there."""
        return self.waiver is None or self.word == MISSING


def judge_all(run: Run, guardrails: Guardrails, in_looks: bool = False) -> list[Verdict]:
    judge_values = decide_in_looks if in_looks else decide
    return [_judge(run, gate, guardrails.waivers.get(gate.id), judge_values) for gate in guardrails.gates]


def exit_code(verdicts: list[Verdict], run: Run, inconclusive_fails: bool) -> ExitCode:
    words = {verdict.word for verdict in verdicts if verdict.counts}
    if MISSING in words or run.broken_cases:
        return ExitCode.INVALID
    if FAIL in words:
        return ExitCode.FAIL
    if INCONCLUSIVE in words and inconclusive_fails:
        return ExitCode.INCONCLUSIVE
    return ExitCode.OK


def find_group(run: Run, gate: Gate) -> str | None:
    """The group with the gate's parameters, all others at the workload's defaults."""
    workload = run.workloads.get(gate.workload)
    if workload is None:
        return None
    for name in gate.params:
        if name not in workload.defaults:
            raise usage_error(f"gate '{gate.id}'", f"{gate.workload} has no parameter '{name}'",
                              nearest(name, workload.defaults))
    wanted = {**workload.defaults, **gate.params}
    for case in run.cases.values():
        if case.workload == gate.workload and {**workload.defaults, **case.parameters} == wanted:
            return case.group
    return None


def _judge(run: Run, gate: Gate, waiver: Waiver | None, judge_values) -> Verdict:
    def missing(reason: str) -> Verdict:
        return Verdict(gate, MISSING, reason, group=find_group(run, gate) if gate.workload in run.workloads else None,
                       waiver=waiver)

    if gate.workload not in run.workloads:
        return missing(f"the run has no workload '{gate.workload}' ({nearest(gate.workload, run.workloads)})")
    group = find_group(run, gate)
    if group is None:
        wanted = ", ".join(f"{key}={value}" for key, value in gate.params.items()) or "its default parameters"
        return missing(f"the run does not hold {gate.workload} with {wanted}; measure it: "
                       f"spargio-bench run -w {gate.workload}")
    metric = estimating.judged_metric(run, group) if gate.metric == JUDGED else gate.metric
    a = run.case_of(group, gate.a)
    problem = _why_absent(run, group, gate.a, a)
    if problem:
        return missing(problem)
    if gate.kind == "absolute":
        return _judge_absolute(run, gate, waiver, a, metric, judge_values)
    rivals, problem = _others(run, gate, group)
    if problem:
        return missing(problem)
    verdicts = [_judge_ratio(run, gate, waiver, a, b, metric, judge_values) for b in rivals]
    return _worst(verdicts)


def _why_absent(run: Run, group: str, arm: str, case: Case | None) -> str | None:
    if case is None:
        arms = [other.arm for other in run.cases_of(group)]
        return f"{group} has no arm '{arm}' ({nearest(arm, arms)})"
    if not case.measured:
        return f"{case.id} is {case.status}: {case.reason}"
    if not estimating.block_values(run, case, "wall_ns_per_operation"):
        return f"{case.id} has no block that counts"
    return None


def _others(run: Run, gate: Gate, group: str) -> tuple[list[Case], str | None]:
    """The arms that `b` stands for. A rival that cannot do the workload is no rival in it; one that broke is."""
    if gate.b != BEST_RIVAL:
        case = run.case_of(group, gate.b)
        problem = _why_absent(run, group, gate.b, case)
        if problem is None and case.kind != gate.kind and case.kind != "ours":
            raise usage_error(f"gate '{gate.id}'", f"kind is '{gate.kind}', but '{gate.b}' is of kind '{case.kind}'",
                              f"set kind = \"{case.kind}\"")
        return ([case] if problem is None else []), problem
    rivals = [case for case in run.cases_of(group) if case.kind == "rival" and not case.is_repeat]
    for arm in gate.excepted:
        if arm not in [case.arm for case in rivals]:
            return [], f"{group} has no rival '{arm}' to except ({nearest(arm, [case.arm for case in rivals])})"
    rivals = [case for case in rivals if case.arm not in gate.excepted]
    able = [case for case in rivals if case.status not in ("unsupported", "unavailable")]
    for case in able:
        problem = _why_absent(run, group, case.arm, case)
        if problem:
            return [], problem
    return able, None if able else f"{group} has no measured rival"


def _judge_ratio(run: Run, gate: Gate, waiver, a: Case, b: Case, metric: str, judge_values) -> Verdict:
    if metric == ABOVE_B:
        values = estimating.log_cpu_share_above(run, a, b)
        found = estimating.estimate(values) if len(values) else None
    else:
        found = estimating.ratio(run, a, b, metric)
    if found is None:
        return Verdict(gate, MISSING, f"no block holds both {a.id} and {b.id}", a.group, b.arm, metric, None, waiver)
    decision = judge_values(found.log_values, gate.target, gate.tolerance)
    return Verdict(gate, decision.word, decision.reason, a.group, b.arm, metric, found, waiver)


def _judge_absolute(run: Run, gate: Gate, waiver, a: Case, metric: str, judge_values) -> Verdict:
    values = np.log(list(estimating.block_values(run, a, metric).values()))
    decision = judge_values(values, gate.target, gate.tolerance)
    return Verdict(gate, decision.word, decision.reason, a.group, None, metric, estimating.estimate(values), waiver)


def _worst(verdicts: list[Verdict]) -> Verdict:
    """Against every rival at once: all must pass, and one that fails makes the whole fail.

    The largest ratio names the rival to beat. No correction for having asked several: a pass needs them all.
    """
    def rank(verdict: Verdict):
        return SEVERITY.index(verdict.word), -(verdict.estimate.value if verdict.estimate else 0)

    ordered = sorted(verdicts, key=rank)
    worst = ordered[0]
    return Verdict(worst.gate, worst.word, worst.reason, worst.group, worst.against, worst.metric, worst.estimate,
                   worst.waiver, tuple(ordered[1:]))


def waiver_text(waiver: Waiver) -> str:
    days = (waiver.until - datetime.date.today()).days
    return f"waived until {waiver.until} ({days} days): {waiver.reason}"
