"""How figures are said."""

import builder
import numpy as np
import pytest

from spargio_report.compare.comparison import all_comparisons, headlines
from spargio_report.read.load import load_run
from spargio_report.statistics.estimate import Estimate, estimate
from spargio_report.words.wording import bound, duration, limit_number, number, percent, plain_verdict, ratio_line


def test_M14_a_ratio_has_its_one_form():
    found = Estimate(0.94, 0.91, 0.97, 20, 0.014, np.zeros(20))
    assert ratio_line(found, "PASS", 1.10) == "0.94x [0.91, 0.97] n=20 PASS (limit 1.10, could have seen 1.4 %)"


def test_M14_without_enough_blocks_it_says_that_nothing_could_be_seen():
    assert ratio_line(estimate(np.zeros(3)), "UNSURE") == \
        "1.00x [no interval] n=3 UNSURE (could have seen nothing: fewer than 6 blocks)"


@pytest.mark.parametrize(("value", "text"), [(0.0291, "0.029"), (0.5, "0.50"), (12.34, "12.3"), (1234, "1234"),
                                             (0.03, "0.030")])
def test_M14_numbers_keep_their_figures(value, text):
    assert number(value) == text


def test_M14_a_bound_next_to_1_shows_its_side():
    assert (bound(0.998), bound(1.0004), bound(1.0), bound(0.97)) == ("0.998", "1.0004", "1.00", "0.97")


def test_M14_limits_are_not_rounded():
    assert (limit_number(1.1), limit_number(0.115), limit_number(0.71875)) == ("1.10", "0.115", "0.7188")


@pytest.mark.parametrize(("ns", "text"), [(83.4, "83.4 ns"), (4310, "4.31 µs"), (1.5e6, "1.5 ms"), (None, "–")])
def test_M14_durations_carry_their_unit(ns, text):
    assert duration(ns) == text


def test_M14_small_shares_are_not_rounded_away():
    assert (percent(0.00021), percent(0.014), percent(0)) == ("0.021 %", "1.4 %", "0.0 %")


def verdict_of(tmp_path, document):
    run = load_run(builder.write(tmp_path, document))
    comparisons = all_comparisons(run)
    return plain_verdict(run, comparisons, headlines(run, comparisons))


def test_M14_the_first_paragraph_says_who_won_what_at_what_cost_and_what_is_not_sure(tmp_path):
    first = verdict_of(tmp_path, builder.quick())[0]
    assert first.startswith("spargio is ahead of every general runtime (asio, libuv) in")
    assert "behind where fanout/skewed takes 1.2" in first and "the time of tbb at 1.1" in first
    assert "more CPU time per operation than the strongest of them" in first and "spargio[spin=0]" not in first
    assert "Not sure: ping_pong/one_way_drain?batch=all, spargio against threads" in first


def test_M14_the_general_runtimes_are_spoken_of_before_the_specialists(tmp_path):
    first = verdict_of(tmp_path, builder.quick())[0]
    assert first.index("general runtime") < first.index("ahead of every specialist (tbb, threads)") < first.index("tbb at 1.1")


def test_M14_a_win_over_one_rival_is_no_win_over_all(tmp_path):
    arms = [builder.Arm("spargio", 100), builder.Arm("asio", 200), builder.Arm("libuv", 50)]
    first = verdict_of(tmp_path, builder.make_run([builder.Group("ping_pong/steady_rtt", arms)]))[0]
    assert "ahead of every general runtime (asio, libuv) in 0 of 1 case, behind at least one in 1" in first
    assert "the time of libuv" in first


def test_M14_doubts_name_state_changes_dropped_blocks_and_broken_cases(tmp_path):
    document = builder.quick()
    document["blocks"][0].update(dropped=True, drop_reason="neighbours")
    document["blocks"][1].update(state_changed=True)
    document["cases"][3].update(status="crashed", reason="signal 11")
    document["run"]["status"] = "interrupted"
    doubts = verdict_of(tmp_path, document)[1]
    assert "1 of 100 blocks were dropped" in doubts and "changed within" in doubts
    assert f"{document['cases'][3]['id']} (crashed)" in doubts and "marked interrupted" in doubts


def test_M14_an_A_A_pair_that_differs_is_reason_for_distrust(tmp_path):
    arms = [builder.Arm("asio", 100), builder.Arm("asio#2", 120)]
    doubts = verdict_of(tmp_path, builder.make_run([builder.Group("ping_pong/steady_rtt", arms)]))[1]
    assert "distrust small differences" in doubts


def test_M14_with_too_few_blocks_the_paragraph_says_so_and_stays_short(tmp_path):
    first = verdict_of(tmp_path, builder.quick(blocks=3))[0]
    assert "they have at most 3 blocks, and an interval needs 6" in first and len(first) < 600


def test_M14_many_doubts_are_counted_and_not_all_listed(tmp_path):
    groups = [builder.Group("ping_pong/steady_rtt", [builder.Arm("spargio", 100), builder.Arm("asio", 100)],
                            {"rounds": str(rounds)}) for rounds in range(1, 13)]
    first = verdict_of(tmp_path, builder.make_run(groups, noise=0.2))[0]
    assert first.count("could have seen") == 4 and "more, marked UNSURE in the table" in first
