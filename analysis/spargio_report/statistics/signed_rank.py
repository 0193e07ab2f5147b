"""The Wilcoxon signed-rank machinery: exact null distribution, Walsh averages, Hodges-Lehmann, exact bounds (M10).

The inversion used here: the number of Walsh averages at or below the true centre is distributed as the signed-rank
statistic. So with k the largest value whose tail P(statistic <= k) is at most alpha, the (k+1)th smallest Walsh
average lies above the centre with a chance of at most alpha. Ties make it only more careful.
"""

from functools import lru_cache
from math import inf

import numpy as np


@lru_cache(maxsize=None)
def null_cdf(n: int) -> np.ndarray:
    """P(statistic <= k) for k = 0 .. n(n+1)/2, by dynamic programming over the ranks; exact to rounding."""
    chances = np.ones(1)
    for rank in range(1, n + 1):
        wider = np.zeros(len(chances) + rank)
        wider[: len(chances)] += 0.5 * chances
        wider[rank:] += 0.5 * chances
        chances = wider
    return np.cumsum(chances)


@lru_cache(maxsize=None)
def critical_value(n: int, alpha: float) -> int:
    """The largest k with P(statistic <= k) <= alpha; -1 where n is too small for any."""
    # One part in 10^9 forgives the rounding of alphas that are exact powers of two, such as 1/1024.
    return int(np.searchsorted(null_cdf(n), alpha * (1 + 1e-9), side="right")) - 1


def walsh_averages(values: np.ndarray) -> np.ndarray:
    """All n(n+1)/2 pairwise averages, each value with itself included, sorted."""
    values = np.asarray(values, dtype=float)
    first, second = np.triu_indices(len(values))
    return np.sort((values[first] + values[second]) / 2)


def hodges_lehmann(values: np.ndarray) -> float:
    return float(np.median(walsh_averages(values)))


def lower_bound(values: np.ndarray, alpha: float) -> float:
    """The centre lies below this with a chance of at most alpha; -inf where so few values cannot say."""
    k = critical_value(len(values), alpha)
    return float(walsh_averages(values)[k]) if k >= 0 else -inf


def upper_bound(values: np.ndarray, alpha: float) -> float:
    k = critical_value(len(values), alpha)
    return float(walsh_averages(values)[-1 - k]) if k >= 0 else inf
