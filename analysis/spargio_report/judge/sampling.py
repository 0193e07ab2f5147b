"""The third stage of a gate: from a pair to one number a block, and to its estimate (M10)."""

from dataclasses import dataclass, replace

import numpy as np

from spargio_report.judge.pairing import AnchoredPair, Asked, Held, Pair, Paired, Unpaired
from spargio_report.judge.verdict import MISSING
from spargio_report.read.guardrails import ABOVE_B
from spargio_report.read.model import Case, Run
from spargio_report.statistics import estimate as estimating
from spargio_report.statistics.estimate import Estimate
from spargio_report.statistics.two_samples import Shift, same_states


@dataclass(frozen=True)
class Sample:
    pair: Pair
    found: Estimate


@dataclass(frozen=True)
class AnchoredSample:
    """The shift of the ratio to the anchor. `now_blocks`, `then_blocks`: all that there were, whatever their states."""

    pair: AnchoredPair
    revision_then: str
    shift: Shift
    now_blocks: int
    then_blocks: int


@dataclass(frozen=True)
class Sampled:
    asked: Asked
    gates: tuple[Held, ...]


def sample(paired: Paired) -> Sampled:
    return Sampled(paired.asked, tuple(replace(held, parts=tuple(_sample_of(paired.asked, one) for one in held.parts))
                                       for held in paired.gates))


def _sample_of(asked: Asked, part: Pair | AnchoredPair | Unpaired) -> Sample | AnchoredSample | Unpaired:
    if isinstance(part, Unpaired):
        return part
    if isinstance(part, AnchoredPair):
        return _shift_of(asked, part)
    found = _estimate_of(asked.run, part)
    if found is None:
        return Unpaired(MISSING, f"no block holds both {part.a.id} and {part.b.id}", part.group, part.b.arm, part.metric)
    return Sample(part, found)


def _estimate_of(run: Run, pair: Pair) -> Estimate | None:
    """None where no block holds both arms."""
    if pair.b is None:
        return estimating.estimate(np.log(list(estimating.block_values(run, pair.a, pair.metric).values())))
    if pair.metric == ABOVE_B:
        values = estimating.log_cpu_share_above(run, pair.a, pair.b)
        return estimating.estimate(values) if len(values) else None
    return estimating.ratio(run, pair.a, pair.b, pair.metric)


def _shift_of(asked: Asked, pair: AnchoredPair) -> AnchoredSample:
    now = _by_state(asked.run, pair.now, pair.metric)
    then = _by_state(asked.baseline, pair.then, pair.metric)
    return AnchoredSample(pair, asked.baseline.tool.git_revision, Shift(*same_states(now, then)), len(now), len(then))


def _by_state(run: Run, cases: tuple[Case, Case], metric: str) -> list[tuple[str, float]]:
    """(state of the CPUs, log of the ratio) of each block."""
    states = {block.number: block.state for block in run.blocks_of(cases[0].group)}
    return [(states[number], value) for number, value in estimating.log_ratios(run, *cases, metric).items()]
