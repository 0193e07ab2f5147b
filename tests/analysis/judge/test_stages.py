"""The stages of a gate: each takes what the one before made, and a judged run is made once for all that show it."""

import builder
import pytest
from builder import Arm, Group

from spargio_report.compare.judged_run import judged_run
from spargio_report.judge.harness import add_blocks
from spargio_report.judge.judging import judge, judge_run
from spargio_report.judge.pairing import Asked, Pair, Unpaired, pair
from spargio_report.judge.sampling import Sample, sample
from spargio_report.judge.verdict import MISSING
from spargio_report.read.guardrails import load_guardrails
from spargio_report.read.load import load_run
from spargio_report.statistics import estimate


@pytest.fixture
def asked(tmp_path, one_gate):
    """Two rivals, one of which is the stronger."""
    arms = [Arm("spargio", 100), Arm("asio", 150), Arm("libuv", 110)]
    run = load_run(builder.write(tmp_path, builder.make_run([Group("ping_pong/steady_rtt", arms, blocks=12)])))
    return Asked(run, load_guardrails(one_gate(b="best-rival")))


def test_M12_each_stage_turns_the_parts_of_a_gate_into_those_of_the_next(asked):
    paired = pair(asked)
    sampled = sample(paired)
    judged = judge(sampled)
    (before,), (after,), (verdict,) = paired.gates, sampled.gates, judged.verdicts
    assert [(type(one), one.a.arm, one.b.arm) for one in before.parts] == [
        (Pair, "spargio", "asio"), (Pair, "spargio", "libuv")]
    assert [(type(one), one.pair, one.found.blocks) for one in after.parts] == [
        (Sample, before.parts[0], 12), (Sample, before.parts[1], 12)]
    assert (verdict.against, [one.against for one in verdict.others]) == ("libuv", ["asio"])
    assert judged.asked is asked and judge_run(asked).verdicts[0].word == verdict.word


def test_M23_a_gate_without_a_measurement_is_carried_through_and_says_why(tmp_path, one_gate):
    run = load_run(builder.write(tmp_path, builder.pair(0.5)))
    paired = pair(Asked(run, load_guardrails(one_gate(b="tbb"))))
    (held,), (verdict,) = paired.gates, judge(sample(paired)).verdicts
    part, = held.parts
    assert isinstance(part, Unpaired) and part.word == verdict.word == MISSING and part.reason == verdict.reason


def test_M10_a_pair_is_estimated_once_for_gates_tables_and_figures(asked, monkeypatch):
    made = []
    real = estimate.estimate
    monkeypatch.setattr(estimate, "estimate", lambda values: made.append(values) or real(values))
    judged = judge_run(asked)
    shown = judged_run(judged)
    verdict, = judged.verdicts
    by_rival = {one.b.arm: one.ratio for one in shown.comparisons}
    assert all(one.estimate is by_rival[one.against] for one in (verdict, *verdict.others))
    assert len(made) == 4  # two pairs, by time and by CPU time
    judged_run(judged)
    assert len(made) == 4


def test_M11_further_blocks_leave_nothing_of_what_was_worked_out_without_them(asked):
    few = asked.run.worked_out
    judge_run(asked)
    assert few
    more = add_blocks(asked.run, asked.run)
    assert not more.worked_out and len(more.blocks) == 24
    assert not asked.run.without_blocks().worked_out and asked.run.without_blocks().blocks == []
