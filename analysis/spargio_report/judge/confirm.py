"""A FAIL is measured again from zero, with a new seed: only two make red (M13)."""

from dataclasses import replace

from spargio_report.judge.harness import Harness, add_blocks
from spargio_report.judge.judged import Judged
from spargio_report.judge.judging import judge_run
from spargio_report.judge.more_blocks import ask_for_more
from spargio_report.judge.pairing import Asked
from spargio_report.judge.verdict import FAIL, INCONCLUSIVE, MISSING, Verdict
from spargio_report.read.guardrails import Guardrails
from spargio_report.read.model import BROKEN, Run
from spargio_report.statistics.decide import FIRST_LOOK_BLOCKS


def confirm(judged: Judged, harness: Harness) -> Judged:
    """Measures every gate that failed from zero: FAIL twice is FAIL, otherwise it is a doubt.

    Of a gate against several rivals only those are met again that it lost against. A case that breaks meanwhile is
    broken in the run that is returned. What is waived is not measured again: it makes nothing red.
    """
    run, confirmed = judged.run, []
    for verdict in judged.verdicts:
        if verdict.word == FAIL and verdict.counts:
            harness.note(f"gate {verdict.gate.id} failed; measuring it again from zero")
            run, verdict = _again(run, verdict, harness)
        confirmed.append(verdict)
    return replace(judged, asked=replace(judged.asked, run=run), verdicts=tuple(confirmed))


def _again(run: Run, verdict: Verdict, harness: Harness) -> tuple[Run, Verdict]:
    second = _from_zero(run, verdict, harness)
    fresh = second.run
    run = replace(run, cases={name: fresh.cases[name] if fresh.cases[name].status in BROKEN else case
                              for name, case in run.cases.items()})
    missing = next((one for one in second.verdicts if one.word == MISSING), None)
    if missing:
        return run, replace(verdict, word=MISSING, reason=f"when measured again: {missing.reason}", estimate=None)
    twice = next((one for one in second.verdicts if one.word == FAIL), None)
    if twice:
        return run, replace(verdict, confirmed=True, against=twice.against, estimate=twice.estimate,
                            reason=f"twice; when measured again: {twice.reason}", others=())
    first = second.verdicts[0]
    return run, replace(verdict, word=INCONCLUSIVE,
                        reason=f"FAIL at first ({verdict.reason}), but measured again from zero {first.word}: "
                               f"{first.reason}")


def _from_zero(run: Run, verdict: Verdict, harness: Harness) -> Judged:
    """The pairs that were lost, each as a gate of its own, on none of the blocks that there were."""
    lost = [one for one in (verdict, *verdict.others) if one.word == FAIL]
    gates = tuple(replace(one.gate, b=one.against, excepted=()) for one in lost)
    arms = {arm for one in lost for arm in (one.gate.a, one.against) if arm}
    order = {verdict.group: [case.arm for case in run.cases_of(verdict.group) if case.arm in arms]}
    fresh = add_blocks(run.without_blocks(), harness.measure(run, FIRST_LOOK_BLOCKS, order, "first-look"))
    return ask_for_more(judge_run(Asked(fresh, Guardrails("", gates, {}), in_looks=True)), harness)
