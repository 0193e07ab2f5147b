"""Holds every gate of a guardrail file against a run; every gate yields a verdict (M11, M12, M23)."""

import numpy as np

from spargio_report.failures import ExitCode, nearest, usage_error
from spargio_report.judge.verdict import FAIL, INCONCLUSIVE, MISSING, SEVERITY, Verdict
from spargio_report.read.guardrails import ABOVE_B, BEST_RIVAL, JUDGED, Gate, Guardrails, Waiver
from spargio_report.read.metrics import INSTRUCTIONS, PERCENTILES
from spargio_report.read.model import Case, Run
from spargio_report.statistics import estimate as estimating
from spargio_report.statistics.decide import decide, decide_in_looks
from spargio_report.statistics.two_samples import Shift, same_states

def judge_all(run: Run, guardrails: Guardrails, in_looks: bool = False, baseline: Run | None = None) -> list[Verdict]:
    """With a baseline the gates of kind self are held against that file instead of a base build in the same blocks."""
    judge_values = decide_in_looks if in_looks else decide
    verdicts = []
    for gate in guardrails.gates:
        waiver = guardrails.waivers.get(gate.id)
        verdicts.append(judge_against_file(run, baseline, gate, waiver) if baseline and gate.kind == "self"
                        else _judge(run, gate, waiver, judge_values))
    return verdicts


def exit_code(verdicts: list[Verdict], run: Run, inconclusive_fails: bool, canary_tripped: bool = False) -> ExitCode:
    """A FAIL of one run alone is never 1, and never 0 either: what is not confirmed is a doubt that was found (M13)."""
    words = {verdict.word for verdict in verdicts if verdict.counts}
    if MISSING in words or run.broken_cases:
        return ExitCode.INVALID
    if canary_tripped:
        return ExitCode.CANARY
    if any(verdict.word == FAIL and verdict.confirmed for verdict in verdicts if verdict.counts):
        return ExitCode.FAIL
    if FAIL in words:
        return ExitCode.INCONCLUSIVE
    if INCONCLUSIVE in words and inconclusive_fails:
        return ExitCode.INCONCLUSIVE
    return ExitCode.OK


def find_group(run: Run, gate: Gate) -> str | None:
    """Of a file of one machine."""
    return next(iter(find_groups(run, gate)), None)


def find_groups(run: Run, gate: Gate) -> list[str]:
    """The group with the gate's parameters, all others at the workload's defaults; one of each machine that has it."""
    workload = run.workloads.get(gate.workload)
    if workload is None:
        return []
    for name in gate.params:
        if name not in workload.defaults:
            raise usage_error(f"gate '{gate.id}'", f"{gate.workload} has no parameter '{name}'",
                              nearest(name, workload.defaults))
    wanted = {**workload.defaults, **gate.params}
    return list(dict.fromkeys(case.group for case in run.cases.values() if case.workload == gate.workload
                              and {**workload.defaults, **case.parameters} == wanted))


def _judge(run: Run, gate: Gate, waiver: Waiver | None, judge_values) -> Verdict:
    def missing(reason: str) -> Verdict:
        return Verdict(gate, MISSING, reason, waiver=waiver)

    if gate.workload not in run.workloads:
        return missing(f"the run has no workload '{gate.workload}' ({nearest(gate.workload, run.workloads)})")
    groups = find_groups(run, gate)
    if not groups:
        wanted = ", ".join(f"{key}={value}" for key, value in gate.params.items()) or "its default parameters"
        return missing(f"the run does not hold {gate.workload} with {wanted}; measure it: "
                       f"spargio-bench run -w {gate.workload}")
    of_machines = [_judge_group(run, gate, waiver, group, judge_values) for group in groups]
    return of_machines[0] if len(groups) == 1 else _worst([one for some in of_machines for one in (some, *some.others)])


def _judge_group(run: Run, gate: Gate, waiver: Waiver | None, group: str, judge_values) -> Verdict:
    """The gate on one machine."""
    def missing(reason: str) -> Verdict:
        return Verdict(gate, MISSING, reason, group=group, waiver=waiver)

    metric = metric_of(run, group, gate)
    a = run.case_of(group, gate.a)
    problem = _why_absent(run, group, gate.a, a) or _why_no_percentile(run, a, metric)
    if problem:
        return missing(problem)
    uncounted = _why_no_count(run, a, metric)
    if uncounted:
        return Verdict(gate, INCONCLUSIVE, uncounted, group, gate.b, metric, None, waiver)
    if gate.kind == "absolute":
        return _judge_absolute(run, gate, waiver, a, metric, judge_values)
    rivals, problem = _others(run, gate, group)
    problem = problem or next(filter(None, (_why_no_percentile(run, b, metric) for b in rivals)), None)
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


def _why_no_count(run: Run, case: Case, metric: str) -> str | None:
    """Where the machine counts no instructions nobody is to blame: a doubt, and no missing measurement."""
    if metric != INSTRUCTIONS or estimating.block_values(run, case, metric):
        return None
    return "this machine lets nobody count instructions (`spargio-bench doctor` says why)"


def _why_no_percentile(run: Run, case: Case, metric: str) -> str | None:
    """A percentile needs operations enough in every block (M10), and a file that keeps it by block (schema 1.2)."""
    needed = PERCENTILES.get(metric)
    if needed is None or estimating.block_values(run, case, metric):
        return None
    if not run.workloads[case.workload].measures_latency:
        return f"{case.workload} records no latencies, so it has no {metric}"
    counts = [one.latency["count"] for block in run.blocks_of(case.group) for one in block.slices
              if one.case == case.id and one.latency]
    if not counts:
        return f"the file keeps no {metric} of single blocks; measure again with this spargio-bench"
    return (f"{metric} needs {needed:,} operations in a block, {case.id} had {max(counts):,}; "
            "measure with longer slices (--slice-ms)")


def _others(run: Run, gate: Gate, group: str) -> tuple[list[Case], str | None]:
    """The arms that `b` stands for. A rival that cannot do the workload is no rival in it; one that broke is."""
    if gate.b != BEST_RIVAL:
        case = run.case_of(group, gate.b)
        problem = _why_absent(run, group, gate.b, case)
        if gate.kind == "self" and case is None:
            problem = (f"{group} has no arm '{gate.b}': the base build was not measured beside this one; measure it: "
                       "spargio-bench run --baseline PATH")
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
    return Verdict(gate, decision.word, decision.reason, a.group, b.arm, metric, found, waiver,
                   futile=decision.futile)


def metric_of(run: Run, group: str, gate: Gate) -> str:
    return estimating.judged_metric(run, group) if gate.metric == JUDGED else gate.metric


def judge_against_file(run: Run, baseline: Run, gate: Gate, waiver: Waiver | None) -> Verdict:
    """The ratio to the anchor now, against the ratio to it then (two_samples)."""
    samples, groups, metric = [], [], None
    for one in (run, baseline):
        group = find_group(one, gate)
        cases = [one.case_of(group, arm) for arm in (gate.a, gate.anchor)] if group else []
        problem = f"does not hold {gate.workload} with the gate's parameters" if group is None else next(
            filter(None, (_why_absent(one, group, arm, case) for arm, case in zip((gate.a, gate.anchor), cases))), None)
        if problem is None:
            metric = metric_of(one, group, gate)
            uncounted = next(filter(None, (_why_no_count(one, case, metric) for case in cases)), None)
            if uncounted:
                return Verdict(gate, INCONCLUSIVE, f"{one.path}: {uncounted}", group, gate.b, metric, None, waiver)
            values = estimating.log_ratios(one, *cases, metric)
            states = {block.number: block.state for block in one.blocks_of(group)}
            samples.append([(states[number], value) for number, value in values.items()])
            problem = None if values else f"has no block with {metric} of both {gate.a} and {gate.anchor}"
        if problem:
            return Verdict(gate, MISSING, f"{one.path}: {problem}", group, gate.b, metric, None, waiver)
        groups.append(cases[0].parameters)
    other = _why_other_work(gate, *groups)
    if other:
        return Verdict(gate, MISSING, f"{baseline.path}: {other}", group, gate.b, metric, None, waiver)
    against = f"{gate.a} of {baseline.tool.git_revision}"
    shift = Shift(*same_states(*samples))
    decision = shift.decide(gate.target, gate.tolerance)
    reason = decision.reason
    if shift.blocks < min(map(len, samples)):
        reason += (f"; of {len(samples[0])} blocks now and {len(samples[1])} then these were measured with the CPUs near "
                   "or far alike")
    return Verdict(gate, decision.word, reason, group, against, metric, shift.estimate() if shift.blocks else None, waiver,
                   by_way_of=gate.anchor)


def _why_other_work(gate: Gate, now: dict, then: dict) -> str | None:
    """A default that was changed between the builds makes two workloads of one name."""
    for name in sorted(now.keys() & then.keys()):
        if now[name] != then[name]:
            return (f"{gate.workload} was measured with {name}={then[name]}, now with {name}={now[name]}, which is "
                    "other work; measure the baseline again")
    return None


def _judge_absolute(run: Run, gate: Gate, waiver, a: Case, metric: str, judge_values) -> Verdict:
    values = np.log(list(estimating.block_values(run, a, metric).values()))
    decision = judge_values(values, gate.target, gate.tolerance)
    return Verdict(gate, decision.word, decision.reason, a.group, None, metric, estimating.estimate(values), waiver,
                   futile=decision.futile)


def _worst(verdicts: list[Verdict]) -> Verdict:
    """Against every rival at once: all must pass, and one that fails makes the whole fail.

    The largest ratio names the rival to beat. No correction for having asked several: a pass needs them all. Asking
    on is futile when it is for every rival that is undecided: one that is not may still make the whole fail.
    """
    def rank(verdict: Verdict):
        return SEVERITY.index(verdict.word), -(verdict.estimate.value if verdict.estimate else 0)

    ordered = sorted(verdicts, key=rank)
    worst = ordered[0]
    return Verdict(worst.gate, worst.word, worst.reason, worst.group, worst.against, worst.metric, worst.estimate,
                   worst.waiver, tuple(ordered[1:]),
                   futile=all(one.futile for one in ordered if one.word == INCONCLUSIVE) and worst.word == INCONCLUSIVE)
