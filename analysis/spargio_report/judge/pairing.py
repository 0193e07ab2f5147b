"""The second stage of a gate: the measurements of a run that it is held by, or why there are none (M10, M12, M23)."""

from dataclasses import dataclass

from spargio_report.failures import nearest, usage_error
from spargio_report.judge.verdict import INCONCLUSIVE, MISSING
from spargio_report.read.guardrails import JUDGED, Gate, Guardrails, Waiver
from spargio_report.read.metrics import INSTRUCTIONS, PERCENTILES
from spargio_report.read.model import Case, Run
from spargio_report.statistics import estimate as estimating


@dataclass(frozen=True)
class Asked:
    """The first stage: a run, and the gates that it is held against.

    With a baseline the gates of kind self are held against that file instead of a base build in the same blocks.
    `in_looks`: the blocks are a growing series of which the first look that decides, decides; else a fixed set.
    """

    run: Run
    guardrails: Guardrails
    baseline: Run | None = None
    in_looks: bool = False


@dataclass(frozen=True)
class Pair:
    """Two arms within the blocks of one group; `b` is None where a gate holds a figure of `a` alone."""

    group: str
    a: Case
    b: Case | None
    metric: str


@dataclass(frozen=True)
class AnchoredPair:
    """An arm beside its anchor: (arm, anchor) of the run, and of the baseline's file."""

    group: str
    now: tuple[Case, Case]
    then: tuple[Case, Case]
    metric: str


@dataclass(frozen=True)
class Unpaired:
    """No measurement to judge by: MISSING, or INCONCLUSIVE where nobody is to blame."""

    word: str
    reason: str
    group: str | None = None
    against: str | None = None
    metric: str | None = None


@dataclass(frozen=True)
class Held:
    """A gate with its parts, one for each machine and rival: pairs after this stage, samples after the next."""

    gate: Gate
    waiver: Waiver | None
    parts: tuple


@dataclass(frozen=True)
class Paired:
    asked: Asked
    gates: tuple[Held, ...]


def pair(asked: Asked) -> Paired:
    """Every gate gets at least one part, so that none is passed over in silence.

    Raises ReportError (usage) where a gate names a parameter that its workload has not, or the wrong kind of arm.
    """
    def parts_of(gate: Gate) -> tuple:
        if asked.baseline and gate.kind == "self":
            return (_beside_anchor(asked.run, asked.baseline, gate),)
        return tuple(_pairs_of(asked.run, gate))

    return Paired(asked, tuple(Held(gate, asked.guardrails.waivers.get(gate.id), parts_of(gate))
                               for gate in asked.guardrails.gates))


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


def metric_of(run: Run, group: str, gate: Gate) -> str:
    return estimating.judged_metric(run, group) if gate.metric == JUDGED else gate.metric


def _pairs_of(run: Run, gate: Gate) -> list[Pair | Unpaired]:
    if gate.workload not in run.workloads:
        return [Unpaired(MISSING, f"the run has no workload '{gate.workload}' ({nearest(gate.workload, run.workloads)})")]
    groups = find_groups(run, gate)
    if not groups:
        wanted = ", ".join(f"{key}={value}" for key, value in gate.params.items()) or "its default parameters"
        return [Unpaired(MISSING, f"the run does not hold {gate.workload} with {wanted}; measure it: "
                                  f"spargio-bench run -w {gate.workload}")]
    return [one for group in groups for one in _pairs_in(run, gate, group)]


def _pairs_in(run: Run, gate: Gate, group: str) -> list[Pair | Unpaired]:
    """Those of one machine."""
    metric = metric_of(run, group, gate)
    a = run.case_of(group, gate.a)
    problem = _why_absent(run, group, gate.a, a) or _why_no_percentile(run, a, metric)
    if problem:
        return [Unpaired(_word_without(gate, [a]), problem, group)]
    uncounted = _why_no_count(run, a, metric)
    if uncounted:
        return [Unpaired(INCONCLUSIVE, uncounted, group, gate.b, metric)]
    if gate.kind == "absolute":
        return [Pair(group, a, None, metric)]
    rivals, problem = _others(run, gate, group)
    problem = problem or next(filter(None, (_why_no_percentile(run, b, metric) for b in rivals)), None)
    if problem:
        return [Unpaired(_word_without(gate, _meant(run, gate, group)), problem, group)]
    return [Pair(group, a, b, metric) for b in rivals]


def _word_without(gate: Gate, meant: list[Case | None]) -> str:
    """Missing, unless the machine has none of these arms to give and the gate says that this is no fault."""
    lacking = bool(meant) and all(case is not None and case.status == "unavailable" for case in meant)
    return INCONCLUSIVE if lacking and gate.unavailable == "inconclusive" else MISSING


def _meant(run: Run, gate: Gate, group: str) -> list[Case | None]:
    """The arms that `b` may stand for, but for those that cannot do the workload at all."""
    if not gate.names_many:
        return [run.case_of(group, gate.b)]
    return [case for case in gate.rivals_in(run, group) if case.status != "unsupported"]


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
    if not counts or max(counts) >= needed:
        return f"the file keeps no {metric} of single blocks; measure again with this spargio-bench"
    return (f"{metric} needs {needed:,} operations in a block, {case.id} had {max(counts):,}; "
            "measure with longer slices (--slice-ms)")


def _others(run: Run, gate: Gate, group: str) -> tuple[list[Case], str | None]:
    """The arms that `b` stands for. A rival that cannot do the workload is no rival in it; one that broke is."""
    if not gate.names_many:
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
    for arm in gate.excepted:  # a smaller matrix may have other forms of that rival only
        if arm.split("[")[0] not in [case.backend for case in rivals]:
            return [], f"{group} has no rival '{arm}' to except ({nearest(arm, [case.arm for case in rivals])})"
    rivals = gate.rivals_in(run, group)
    able = [case for case in rivals if case.status not in ("unsupported", "unavailable")]
    for case in able:
        problem = _why_absent(run, group, case.arm, case)
        if problem:
            return [], problem
    return able, None if able else f"{group} has no measured rival"


def _beside_anchor(run: Run, baseline: Run, gate: Gate) -> AnchoredPair | Unpaired:
    sides, group, metric, lacking = [], None, None, []
    for one in (run, baseline):
        group = find_group(one, gate)
        cases = tuple(one.case_of(group, arm) for arm in (gate.a, gate.anchor)) if group else ()
        problem = f"does not hold {gate.workload} with the gate's parameters" if group is None else next(
            filter(None, (_why_absent(one, group, arm, case) for arm, case in zip((gate.a, gate.anchor), cases))), None)
        lacking = [case for case in cases if case is None or not case.measured]
        if problem is None:
            metric = metric_of(one, group, gate)
            uncounted = next(filter(None, (_why_no_count(one, case, metric) for case in cases)), None)
            if uncounted:
                return Unpaired(INCONCLUSIVE, f"{one.path}: {uncounted}", group, gate.b, metric)
            if not estimating.log_ratios(one, *cases, metric):
                problem = f"has no block with {metric} of both {gate.a} and {gate.anchor}"
        if problem:
            return Unpaired(_word_without(gate, lacking), f"{one.path}: {problem}", group, gate.b, metric)
        sides.append(cases)
    other = _why_other_work(gate, *(arm.parameters for arm, _ in sides))
    if other:
        return Unpaired(MISSING, f"{baseline.path}: {other}", group, gate.b, metric)
    return AnchoredPair(group, *sides, metric)


def _why_other_work(gate: Gate, now: dict, then: dict) -> str | None:
    """A default that was changed between the builds makes two workloads of one name."""
    for name in sorted(now.keys() & then.keys()):
        if now[name] != then[name]:
            return (f"{gate.workload} was measured with {name}={then[name]}, now with {name}={now[name]}, which is "
                    "other work; measure the baseline again")
    return None
