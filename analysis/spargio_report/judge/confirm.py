"""A FAIL is measured again from zero, and one arm is held against itself: what makes a FAIL red (M13)."""

import secrets
from dataclasses import dataclass, replace
from math import exp

from spargio_report.failures import invalid_input
from spargio_report.judge.measured_files import MeasuredFiles
from spargio_report.judge.more_blocks import REPLACE_RUN, add_blocks, check_same_origin, decide_with_more_blocks, measure
from spargio_report.judge.verdict import FAIL, INCONCLUSIVE, MISSING, Verdict
from spargio_report.read.guardrails import ABOVE_B, Guardrails
from spargio_report.read.load import load_run
from spargio_report.read.model import BROKEN, Run
from spargio_report.statistics import estimate as estimating
from spargio_report.statistics.decide import FIRST_LOOK_BLOCKS, LAST_LOOK_BLOCKS
from spargio_report.statistics.signed_rank import lower_bound, upper_bound

# On each side. The canary of a machine that is well trips in one run of a hundred: a run may be falsely red in two.
CANARY_ALPHA = 0.005


@dataclass(frozen=True)
class Canary:
    """One arm against itself, in as many blocks as the gates have."""

    group: str
    arm: str
    value: float
    low: float
    high: float
    blocks: int

    @property
    def tripped(self) -> bool:
        return self.low > 1 or self.high < 1


def confirm(run: Run, verdicts: list[Verdict], bench: str, files: MeasuredFiles, note) -> tuple[Run, list[Verdict]]:
    """Measures every gate that failed from zero, with a new seed: FAIL twice is FAIL, otherwise it is a doubt.

    Of a gate against several rivals only those are met again that it lost against. A case that breaks meanwhile is
    broken in the run that is returned. What is waived is not measured again: it makes nothing red.
    """
    confirmed = []
    for verdict in verdicts:
        if verdict.word == FAIL and verdict.counts:
            note(f"gate {verdict.gate.id} failed; measuring it again from zero")
            run, verdict = _again(run, verdict, bench, files, note)
        confirmed.append(verdict)
    return run, confirmed


def _again(run: Run, verdict: Verdict, bench: str, files: MeasuredFiles, note) -> tuple[Run, Verdict]:
    lost = [one for one in (verdict, *verdict.others) if one.word == FAIL]
    gates = tuple(replace(one.gate, b=one.against, excepted=()) for one in lost)
    arms = {arm for one in lost for arm in (one.gate.a, one.against) if arm}
    order = {verdict.group: [case.arm for case in run.cases_of(verdict.group) if case.arm in arms]}
    name = files.name("first-look")
    measure(run, bench, FIRST_LOOK_BLOCKS, order, name, secrets.randbits(32))
    fresh = add_blocks(replace(run, blocks=[], block_value_cache={}), load_run(name.with_suffix(".json")))
    fresh, second = decide_with_more_blocks(fresh, Guardrails("", gates, {}), bench, files, note)
    run = replace(run, cases={name: fresh.cases[name] if fresh.cases[name].status in BROKEN else case
                              for name, case in run.cases.items()})
    missing = next((one for one in second if one.word == MISSING), None)
    if missing:
        return run, replace(verdict, word=MISSING, reason=f"when measured again: {missing.reason}", estimate=None)
    twice = next((one for one in second if one.word == FAIL), None)
    if twice:
        return run, replace(verdict, confirmed=True, against=twice.against, estimate=twice.estimate,
                            reason=f"twice; when measured again: {twice.reason}", others=())
    return run, replace(verdict, word=INCONCLUSIVE,
                        reason=f"FAIL at first ({verdict.reason}), but measured again from zero {second[0].word}: "
                               f"{second[0].reason}")


def measure_canary(run: Run, verdicts: list[Verdict], bench: str, files: MeasuredFiles, note) -> Canary | None:
    """None where no gate holds a measurement. The arm is that of a gate that failed, if there is one."""
    held = [verdict for verdict in verdicts if verdict.estimate is not None]
    if not held:
        return None
    chosen = next((verdict for verdict in held if verdict.word == FAIL), held[0])
    blocks = max(FIRST_LOOK_BLOCKS, min(LAST_LOOK_BLOCKS, max(verdict.estimate.blocks for verdict in held)))
    arm = chosen.gate.a
    note(f"canary: {blocks} blocks of {arm} against itself in {chosen.group}")
    name = files.name("canary")
    measure(run, bench, blocks, {chosen.group: [arm, arm]}, name, secrets.randbits(32))
    pair = load_run(name.with_suffix(".json"))
    check_same_origin(run, pair)
    a, b = pair.case_of(chosen.group, arm), pair.case_of(chosen.group, f"{arm}#2")
    metric = "cpu_share" if chosen.metric == ABOVE_B else chosen.metric
    found = estimating.ratio(pair, a, b, metric) if a and b and a.measured and b.measured else None
    if found is None or found.blocks < FIRST_LOOK_BLOCKS // 2:
        raise invalid_input(pair.path, f"the canary ({arm} twice in {chosen.group}) was not measured", REPLACE_RUN)
    return Canary(chosen.group, arm, found.value, exp(lower_bound(found.log_values, CANARY_ALPHA)),
                  exp(upper_bound(found.log_values, CANARY_ALPHA)), found.blocks)


def doubt_fails(verdicts: list[Verdict], canary: Canary) -> list[Verdict]:
    """A machine on which one program looks like two cannot convict a program."""
    if not canary.tripped:
        return verdicts
    return [replace(verdict, word=INCONCLUSIVE, confirmed=False,
                    reason=f"(machine) the canary tripped; was FAIL: {verdict.reason}")
            if verdict.word == FAIL else verdict for verdict in verdicts]
