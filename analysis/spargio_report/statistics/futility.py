"""Whether more blocks are worth their time: the futility rule of M11.

The predictive probability that a later look still says PASS or FAIL, with the blocks so far as all that is known
(Spiegelhalter, Freedman and Blackburn, "Monitoring clinical trials: conditional or predictive power?", Controlled
Clinical Trials 7, 1986; stochastic curtailment itself is of Lan, Simon and Halperin, 1982). After n blocks with an
estimate of standard error s / sqrt(n), the estimate after m blocks will lie around today's with the variance
s^2 (1/n - 1/m), whatever the true ratio is; a bound lies z s / sqrt(m) beside it.

The rule is not binding: it only ends the asking for blocks. Blocks that are there are judged all the same, and no
alpha is spent or won by it, so it can make no PASS and no FAIL, only an INCONCLUSIVE sooner.
"""

from math import inf, sqrt
from statistics import NormalDist

import numpy as np

from spargio_report.statistics.signed_rank import hodges_lehmann, lower_bound, upper_bound

# Below this chance nobody asks for more. Found by simulation (decision 0028): where the noise is far too large for the
# tolerance it saves a sixth of the blocks and loses two verdicts of a hundred; elsewhere it never comes to it.
WORTH_ASKING = 0.1
# The spread is read off the signed-rank interval itself, so that heavy tails count as the rank test counts them.
SPREAD_ALPHA = 0.025


def chance_to_decide(log_values: np.ndarray, log_target: float, log_limit: float,
                     looks: tuple[tuple[int, float, float], ...]) -> float:
    """The chance, at most, that one of the later looks (blocks, alpha of a FAIL, alpha of a PASS) decides.

    The chances of all looks and of both verdicts are added, never taken together: it errs towards asking.
    """
    n = len(log_values)
    low, high = lower_bound(log_values, SPREAD_ALPHA), upper_bound(log_values, SPREAD_ALPHA)
    if low == -inf or high == inf:
        return 1.0
    normal = NormalDist()
    spread = (high - low) / (2 * normal.inv_cdf(1 - SPREAD_ALPHA)) * sqrt(n)
    centre = hodges_lehmann(log_values)
    chance = 0.0
    for blocks, alpha_fail, alpha_pass in looks:
        if blocks <= n:
            continue
        beside = spread / sqrt(blocks)
        above_target = centre - log_target + normal.inv_cdf(alpha_fail) * beside
        below_limit = log_limit - centre + normal.inv_cdf(alpha_pass) * beside
        unknown = spread * sqrt(1 / n - 1 / blocks)
        for margin in (above_target, below_limit):
            chance += normal.cdf(margin / unknown) if unknown > 0 else float(margin > 0)
    return min(1.0, chance)
