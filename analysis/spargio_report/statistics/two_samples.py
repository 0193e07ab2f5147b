"""Two independent samples: a run against a file that was measured at another time (M12).

Figures of two times are never paired, and never compared as they are: absolute times drift two- to threefold. What is
compared is the ratio to an anchor, an arm that both files measured in the same blocks: the drift that both share
falls out of it. It is weaker than a base build in the same blocks, because a drift that the anchor does not share stays.

Rank sums (Wilcoxon, Mann and Whitney): the number of differences x - y at or below the true shift is distributed as
the statistic U, whose exact distribution gives the bounds (Hodges and Lehmann, 1963). Ties make it only more careful.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import exp, inf, log, pi, sqrt
from statistics import NormalDist

import numpy as np

from spargio_report.statistics.decide import ALPHA_FAIL, ALPHA_PASS, FIRST_LOOK_BLOCKS, LOOKS, Decision, limit_of
from spargio_report.statistics.estimate import DETECTION_POWER, DISPLAY_ALPHA, Estimate, robust_spread

EXACT_DIFFERENCES = 10_000


@lru_cache(maxsize=None)
def null_cdf(n: int, m: int) -> np.ndarray:
    """P(U <= u) for u = 0 .. n*m <= EXACT_DIFFERENCES: the Gaussian binomial coefficients, over their sum."""
    chances = np.zeros(n * m + 1)
    chances[0] = 1.0
    for i in range(1, n + 1):  # times (1 - q^(m+i)) / (1 - q^i)
        if m + i <= n * m:
            chances[m + i:] -= chances[:-(m + i)].copy()
        for first in range(min(i, n * m + 1)):
            chances[first::i] = np.cumsum(chances[first::i])
        chances *= i / (m + i)
    return np.cumsum(chances)


@lru_cache(maxsize=None)
def critical_value(n: int, m: int, alpha: float) -> int:
    """The largest u with P(U <= u) <= alpha; -1 where the samples are too small for any.

    Exact up to EXACT_DIFFERENCES, as far as doubles carry the coefficients; the normal approximation beyond, two
    smaller than it says, which is the careful side.
    """
    if n * m > EXACT_DIFFERENCES:
        return int(n * m / 2 + NormalDist().inv_cdf(alpha) * sqrt(n * m * (n + m + 1) / 12) - 0.5) - 2
    return int(np.searchsorted(null_cdf(n, m), alpha * (1 + 1e-9), side="right")) - 1


def differences(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.sort(np.subtract.outer(np.asarray(x, float), np.asarray(y, float)).ravel())


def bounds(x: np.ndarray, y: np.ndarray, alpha_low: float, alpha_high: float) -> tuple[float, float]:
    """Of the shift x - y; each is passed with a chance of at most its alpha."""
    found = differences(x, y)
    low, high = (critical_value(len(x), len(y), alpha) for alpha in (alpha_low, alpha_high))
    return (float(found[low]) if low >= 0 else -inf), (float(found[-1 - high]) if high >= 0 else inf)


def same_states(now: list[tuple[str, float]], then: list[tuple[str, float]]) -> tuple[np.ndarray, np.ndarray]:
    """As many values of each state of the CPUs from both, the first ones: even ratios depend on the state.

    Chosen by state and order alone, so no outcome chooses. Where the states were alike little is lost; where all blocks
    were near then and far now nothing is left, and nothing can be said.
    """
    kept: tuple[list[float], list[float]] = ([], [])
    for state in sorted({state for state, _ in (*now, *then)}):
        both = [[value for of, value in sample if of == state] for sample in (now, then)]
        for taken, values in zip(kept, both):
            taken += values[:min(map(len, both))]
    return np.array(kept[0]), np.array(kept[1])


@dataclass(frozen=True)
class Shift:
    """log(a / anchor) of this run, and of the baseline, block by block."""

    now: np.ndarray
    then: np.ndarray

    @property
    def blocks(self) -> int:
        return min(len(self.now), len(self.then))

    def estimate(self) -> Estimate:
        low, high = bounds(self.now, self.then, DISPLAY_ALPHA, DISPLAY_ALPHA)
        found = differences(self.now, self.then)
        return Estimate(value=exp(float(np.median(found))), low=exp(low) if low > -inf else 0.0,
                        high=exp(high) if high < inf else inf, blocks=self.blocks,
                        detectable=self._detectable(), log_values=found)

    def _detectable(self) -> float | None:
        """As estimate.detectable_effect(), of the difference of two samples."""
        if self.blocks < FIRST_LOOK_BLOCKS:
            return None
        normal = NormalDist()
        reach = normal.inv_cdf(1 - DISPLAY_ALPHA) + normal.inv_cdf(DETECTION_POWER)
        variance = sum(robust_spread(each) ** 2 / len(each) for each in (self.now, self.then))
        return exp(reach * sqrt(pi / 3 * variance)) - 1

    def decide(self, target: float, tolerance: float) -> Decision:
        """As decide.decide(); the look is that of the smaller sample."""
        n = self.blocks
        reached = [look for look in enumerate(LOOKS, start=1) if look[1][0] <= n]
        if not reached:
            return Decision("INCONCLUSIVE", f"{n} blocks, the first look needs {FIRST_LOOK_BLOCKS}", 0, 0.0, inf)
        number, (_, share) = reached[-1]
        low, high = bounds(self.now, self.then, ALPHA_FAIL * share, ALPHA_PASS * share)
        limit = limit_of(target, tolerance)
        at = f"look {number} of {len(LOOKS)}, {len(self.now)} blocks now and {len(self.then)} then"
        if low > log(target):
            word, words = "FAIL", f"at least {exp(low):.3g}, above the target {target:.4g}"
        elif high < log(limit):
            word, words = "PASS", f"at most {exp(high):.3g}, below the limit {limit:.4g}"
        else:
            word, words = "INCONCLUSIVE", (f"between {exp(low):.3g} and {exp(high):.3g}, which neither clears the limit "
                                           f"{limit:.4g} nor lies above the target {target:.4g}")
        return Decision(word, f"{at}: {words}", number, exp(low), exp(high))
