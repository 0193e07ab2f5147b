"""The statistics themselves, against brute force, hand-worked examples and simulation."""

from itertools import product

import numpy as np
import pytest

from spargio_report.statistics.estimate import detectable_effect, estimate
from spargio_report.statistics.signed_rank import (critical_value, hodges_lehmann, lower_bound, null_cdf, upper_bound,
                                        walsh_averages)


def heavy_tailed(rng, runs, blocks, spread=0.02):
    """Student's t with three degrees of freedom: tails as timings have them."""
    return spread * rng.standard_t(3, size=(runs, blocks))


@pytest.mark.parametrize("n", range(1, 11))
def test_M10_null_distribution_equals_the_count_of_all_sign_patterns(n):
    statistics = [sum(rank for rank, sign in enumerate(signs, start=1) if sign)
                  for signs in product((0, 1), repeat=n)]
    counted = np.cumsum(np.bincount(statistics, minlength=n * (n + 1) // 2 + 1)) / 2**n
    assert np.allclose(null_cdf(n), counted, atol=1e-12)


@pytest.mark.parametrize(("n", "alpha", "largest"), [(6, 0.025, 0), (8, 0.025, 3), (10, 0.025, 8), (10, 0.05, 10),
                                                     (20, 0.025, 52), (20, 0.05, 60), (30, 0.005, 109),
                                                     (50, 0.025, 434)])
def test_M10_critical_values_agree_with_printed_tables(n, alpha, largest):
    assert critical_value(n, alpha) == largest


def test_M10_too_few_blocks_give_no_bound_rather_than_a_wrong_one():
    assert critical_value(5, 0.025) == -1
    assert lower_bound(np.arange(5.0), 0.025) == -np.inf and upper_bound(np.arange(5.0), 0.025) == np.inf


def test_M10_ten_blocks_can_spend_a_thousandth():
    assert critical_value(10, 0.001) == 0


def test_M10_the_bounds_are_the_walsh_averages_that_the_distribution_names():
    # n = 6 at 5 %: P(statistic <= 2) = 3/64, P(<= 3) = 5/64, so the third average from either end.
    values = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
    assert lower_bound(values, 0.05) == 2.0 and upper_bound(values, 0.05) == 20.0
    assert walsh_averages(values)[:3].tolist() == [1, 1.5, 2] and walsh_averages(values)[-3:].tolist() == [20, 24, 32]


def test_M10_each_side_of_the_interval_errs_equally_often():
    found = [estimate(run) for run in heavy_tailed(np.random.default_rng(3), 2000, 20)]
    for misses in (sum(one.low > 1 for one in found), sum(one.high < 1 for one in found)):
        assert 0.013 <= misses / 2000 <= 0.035


def test_M10_hodges_lehmann_of_a_hand_worked_example():
    # 1, 4, 10: averages 1, 2.5, 4, 5.5, 7, 10; their middle is (4 + 5.5) / 2.
    assert walsh_averages(np.array([4.0, 1.0, 10.0])).tolist() == [1, 2.5, 4, 5.5, 7, 10]
    assert hodges_lehmann(np.array([4.0, 1.0, 10.0])) == 4.75


@pytest.mark.parametrize("blocks", [10, 20, 40])
def test_M10_the_interval_of_an_A_A_run_contains_1_in_93_to_97_of_100(blocks):
    rng = np.random.default_rng(20 + blocks)
    runs = heavy_tailed(rng, 2000, blocks)
    held = sum(found.low <= 1 <= found.high for found in map(estimate, runs))
    assert 0.93 <= held / 2000 <= 0.97


def test_M10_the_interval_follows_a_known_ratio_and_not_an_outlier():
    rng = np.random.default_rng(6)
    values = np.log(1.5) + heavy_tailed(rng, 1, 20)[0]
    values[3] = 9.0
    found = estimate(values)
    assert 1.42 < found.low < 1.5 < found.high < 1.58


@pytest.mark.parametrize("blocks", [10, 20, 40])
def test_M14_an_effect_of_the_size_named_is_seen_in_about_80_of_100_runs(blocks):
    rng = np.random.default_rng(11)
    effect = np.log1p(np.median([detectable_effect(run) for run in rng.normal(0, 0.02, (1000, blocks))]))
    seen = sum(estimate(run + effect).low > 1 for run in rng.normal(0, 0.02, (1000, blocks)))
    assert 0.75 <= seen / 1000 <= 0.85
