"""The fourth stage of a gate: from samples to a verdict on each, and of several rivals or machines the worst (M11, M12)."""

from spargio_report.judge.judged import Judged
from spargio_report.judge.pairing import Asked, Held, Unpaired, pair
from spargio_report.judge.sampling import AnchoredSample, Sample, Sampled, sample
from spargio_report.judge.verdict import INCONCLUSIVE, SEVERITY, Verdict
from spargio_report.statistics.decide import decide, decide_in_looks


def judge(sampled: Sampled) -> Judged:
    """A verdict for every gate, in the order of the guardrail file."""
    decide_values = decide_in_looks if sampled.asked.in_looks else decide
    return Judged(sampled.asked, tuple(worst([_verdict_on(held, one, decide_values) for one in held.parts])
                                       for held in sampled.gates))


def judge_run(asked: Asked) -> Judged:
    """All stages up to the verdicts."""
    return judge(sample(pair(asked)))


def _verdict_on(held: Held, part: Sample | AnchoredSample | Unpaired, decide_values) -> Verdict:
    if isinstance(part, Unpaired):
        return Verdict(held.gate, part.word, part.reason, part.group, part.against, part.metric, None, held.waiver)
    if isinstance(part, AnchoredSample):
        return _verdict_on_shift(held, part)
    pair, found = part.pair, part.found
    decision = decide_values(found.log_values, held.gate.target, held.gate.tolerance)
    return Verdict(held.gate, decision.word, decision.reason, pair.group, pair.b.arm if pair.b else None, pair.metric,
                   found, held.waiver, futile=decision.futile)


def _verdict_on_shift(held: Held, part: AnchoredSample) -> Verdict:
    """The ratio to the anchor now, against the ratio to it then (two_samples)."""
    gate, shift = held.gate, part.shift
    decision = shift.decide(gate.target, gate.tolerance)
    reason = decision.reason
    if shift.blocks < min(part.now_blocks, part.then_blocks):
        reason += (f"; of {part.now_blocks} blocks now and {part.then_blocks} then these were measured with the CPUs near "
                   "or far alike")
    return Verdict(gate, decision.word, reason, part.pair.group, f"{gate.a} of {part.revision_then}", part.pair.metric,
                   shift.estimate() if shift.blocks else None, held.waiver, by_way_of=gate.anchor)


def worst(verdicts: list[Verdict]) -> Verdict:
    """Against every rival at once: all must pass, and one that fails makes the whole fail.

    The largest ratio names the rival to beat. No correction for having asked several: a pass needs them all. Asking
    on is futile when it is for every rival that is undecided: one that is not may still make the whole fail.
    """
    def rank(verdict: Verdict):
        return SEVERITY.index(verdict.word), -(verdict.estimate.value if verdict.estimate else 0)

    if len(verdicts) == 1:
        return verdicts[0]
    ordered = sorted(verdicts, key=rank)
    first = ordered[0]
    return Verdict(first.gate, first.word, first.reason, first.group, first.against, first.metric, first.estimate,
                   first.waiver, tuple(ordered[1:]),
                   futile=all(one.futile for one in ordered if one.word == INCONCLUSIVE) and first.word == INCONCLUSIVE)
