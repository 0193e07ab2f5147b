"""The canary: one arm against itself shows whether this machine can convict a program (M13)."""

from dataclasses import replace
from math import exp

from spargio_report.failures import invalid_input
from spargio_report.judge.harness import REPLACE_RUN, Harness, check_same_origin
from spargio_report.judge.judged import Canary, Judged
from spargio_report.judge.verdict import FAIL, INCONCLUSIVE
from spargio_report.read.guardrails import ABOVE_B
from spargio_report.statistics import estimate as estimating
from spargio_report.statistics.decide import FIRST_LOOK_BLOCKS, LAST_LOOK_BLOCKS
from spargio_report.statistics.signed_rank import lower_bound, upper_bound

# On each side. The canary of a machine that is well trips in one run of a hundred: a run may be falsely red in two.
CANARY_ALPHA = 0.005


def doubt_by_canary(judged: Judged, harness: Harness) -> Judged:
    """A machine on which one program looks like two cannot convict a program: every FAIL becomes a doubt then."""
    canary = measure_canary(judged, harness)
    if canary is None or not canary.tripped:
        return replace(judged, canary=canary)
    return replace(judged, canary=canary, verdicts=tuple(
        replace(verdict, word=INCONCLUSIVE, confirmed=False,
                reason=f"(machine) the canary tripped; was FAIL: {verdict.reason}")
        if verdict.word == FAIL else verdict for verdict in judged.verdicts))


def measure_canary(judged: Judged, harness: Harness) -> Canary | None:
    """None where no gate holds a measurement. The arm is that of a gate that failed, if there is one."""
    held = [verdict for verdict in judged.verdicts if verdict.estimate is not None]
    if not held:
        return None
    chosen = next((verdict for verdict in held if verdict.word == FAIL), held[0])
    blocks = max(FIRST_LOOK_BLOCKS, min(LAST_LOOK_BLOCKS, max(verdict.estimate.blocks for verdict in held)))
    arm = chosen.gate.a
    harness.note(f"canary: {blocks} blocks of {arm} against itself in {chosen.group}")
    pair = harness.measure(judged.run, blocks, {chosen.group: [arm, arm]}, "canary")
    check_same_origin(judged.run, pair)
    a, b = pair.case_of(chosen.group, arm), pair.case_of(chosen.group, f"{arm}#2")
    metric = "cpu_share" if chosen.metric == ABOVE_B else chosen.metric
    found = estimating.ratio(pair, a, b, metric) if a and b and a.measured and b.measured else None
    if found is None or found.blocks < FIRST_LOOK_BLOCKS // 2:
        raise invalid_input(pair.path, f"the canary ({arm} twice in {chosen.group}) was not measured", REPLACE_RUN)
    return Canary(chosen.group, arm, found.value, exp(lower_bound(found.log_values, CANARY_ALPHA)),
                  exp(upper_bound(found.log_values, CANARY_ALPHA)), found.blocks)
