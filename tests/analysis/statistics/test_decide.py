"""The three verdicts, and how often they err."""

import numpy as np
import pytest

from spargio_report.statistics.decide import ALPHA_FAIL, ALPHA_PASS, LOOKS, decide, decide_in_looks
from spargio_report.statistics.futility import chance_to_decide
from spargio_report.statistics.signed_rank import critical_value, null_cdf


def series(seed, runs, blocks, ratio, spread=0.02):
    return np.log(ratio) + spread * np.random.default_rng(seed).standard_t(3, size=(runs, blocks))


def words(runs, judge, target=1.0, tolerance=0.05):
    found = [judge(run, target, tolerance).word for run in runs]
    return {word: found.count(word) / len(found) for word in ("PASS", "FAIL", "INCONCLUSIVE")}


def test_M11_fewer_than_ten_blocks_are_inconclusive_and_say_so():
    decision = decide(np.full(9, -1.0), 1.0, 0.1)
    assert decision.word == "INCONCLUSIVE" and "first look needs 10" in decision.reason


@pytest.mark.parametrize(("blocks", "look"), [(10, 1), (19, 1), (20, 2), (30, 3), (39, 3), (40, 4), (55, 4)])
def test_M11_a_fixed_file_is_judged_at_the_largest_look_it_reaches(blocks, look):
    decision = decide(np.full(blocks, np.log(0.5)), 1.0, 0.1)
    assert (decision.word, decision.look) == ("PASS", look)
    assert f"look {look} of 4" in decision.reason


def test_M11_a_limit_equal_to_the_target_is_refused():
    with pytest.raises(ValueError, match="could never pass"):
        decide(np.zeros(10), 1.0, 0.0)


def test_M11_each_look_spends_only_its_own_share_of_alpha():
    # Nine blocks above the target and the weakest just below it: 2/1024, too much for 0.1 %, enough for 1 %.
    values = np.array([-0.001, *np.linspace(0.1, 0.2, 9)])
    assert decide(values, 1.0, 0.01).word != "FAIL"
    assert decide(np.abs(values), 1.0, 0.01).word == "FAIL"


@pytest.mark.parametrize(("rank", "word"), [(3, "PASS"), (4, "INCONCLUSIVE")])
def test_M11_a_pass_at_the_first_look_spends_half_a_percent_and_no_more(rank, word):
    # All blocks below the limit but the one of that rank: tails of 5/1024 and 7/1024 around 0.5 %.
    distance = 0.01 * np.arange(1, 11)
    distance[rank - 1] *= -1
    assert decide(np.log(1.1) - distance, 1.0, 0.1).word == word


def test_M11_A_A_runs_fail_in_at_most_one_of_200():
    assert words(series(1, 2000, 40, 1.0), decide_in_looks)["FAIL"] <= 0.005


def test_M11_a_ratio_at_the_target_fails_in_at_most_1_of_100_over_all_looks():
    assert words(series(2, 2000, 40, 1.3), decide_in_looks, target=1.3)["FAIL"] <= 0.01


def test_M11_a_ratio_at_the_limit_passes_in_at_most_5_of_100_and_fails_in_90():
    found = words(series(3, 1000, 40, 1.05), decide_in_looks)
    assert found["PASS"] <= 0.05 and found["FAIL"] >= 0.90


def test_M11_twice_the_tolerance_fails_in_99_of_100():
    assert words(series(4, 1000, 40, 1.10), decide_in_looks)["FAIL"] >= 0.99


def test_M11_a_quiet_machine_leaves_at_most_5_of_100_undecided_within_20_blocks():
    assert words(series(5, 1000, 20, 1.0, spread=0.015), decide_in_looks)["INCONCLUSIVE"] <= 0.05


def test_M11_the_first_look_that_decides_decides():
    values = np.concatenate([np.full(10, np.log(2.0)), np.full(30, np.log(0.1))])
    assert decide_in_looks(values, 1.0, 0.1).look == 1
    assert decide_in_looks(values, 1.0, 0.1).word == "FAIL"


def test_M11_the_looks_spend_10_20_30_and_40_percent_of_each_alpha_and_no_tail_exceeds_its_share():
    assert [(blocks, round(share, 9)) for blocks, share in LOOKS] == [(10, 0.1), (20, 0.2), (30, 0.3), (40, 0.4)]
    spent = {ALPHA_FAIL: 0.0, ALPHA_PASS: 0.0}
    for blocks, share in LOOKS:
        for alpha in spent:
            tail = null_cdf(blocks)[critical_value(blocks, alpha * share)]
            assert tail <= alpha * share * (1 + 1e-9)
            spent[alpha] += tail
    assert 0.009 < spent[0.01] <= 0.01 and 0.045 < spent[0.05] <= 0.05


def test_M11_a_verdict_that_no_later_look_can_reach_is_futile_and_one_within_reach_is_not():
    # Twenty blocks half-way between target and limit; the spread alone says whether twenty more would help.
    shape = np.linspace(-1.0, 1.0, 20)
    middle = np.log(1.05) / 2
    hopeless, near = decide(middle + shape, 1.0, 0.05), decide(middle + 0.09 * shape, 1.0, 0.05)
    assert hopeless.word == near.word == "INCONCLUSIVE"
    assert hopeless.futile and "futility" in hopeless.reason
    assert not near.futile and "futility" not in near.reason


def test_M11_after_the_last_look_and_after_a_verdict_nothing_is_futile():
    wild = np.linspace(-1.0, 1.0, 40)
    assert decide(wild[::2], 1.0, 0.05).futile
    assert not decide(wild, 1.0, 0.05).futile and decide(wild, 1.0, 0.05).word == "INCONCLUSIVE"
    assert not decide(np.full(20, -1.0), 1.0, 0.05).futile
    assert not decide(np.zeros(5), 1.0, 0.05).futile


def test_M11_futility_ends_no_series_whose_blocks_are_there():
    # Undecidable by the first twenty blocks; the next twenty are all clear.
    values = np.concatenate([np.linspace(-1.0, 1.0, 20), np.full(20, np.log(0.2))])
    assert decide(values[:20], 1.0, 0.05).futile
    assert decide_in_looks(values, 1.0, 0.05).word == "PASS"


def test_M11_the_chance_that_futility_reckons_with_is_no_smaller_than_what_happens():
    """Of series that go on from twenty blocks with the ratio that these show, at most that share is decided."""
    rng = np.random.default_rng(6)
    decided = promised = 0.0
    for _ in range(150):
        centre = np.log(1.025) + 0.15 / np.sqrt(20) * rng.standard_normal()
        values = centre + 0.15 * rng.standard_normal(40)
        if decide(values[:20], 1.0, 0.05).word == "INCONCLUSIVE":
            promised += chance_to_decide(values[:20], 0.0, np.log(1.05), ((30, 0.003, 0.015), (40, 0.004, 0.02)))
            decided += any(decide(values[:blocks], 1.0, 0.05).word != "INCONCLUSIVE" for blocks in (30, 40))
    assert 5 < decided <= promised
