"""Three verdicts from blocks: PASS, FAIL, INCONCLUSIVE (M11).

Target T, limit H = T * (1 + tolerance). FAIL when the lower bound lies above T (alpha 1 %), PASS when the upper
bound lies below H (alpha 5 %). Looks after 10, 20, 30 and 40 blocks may spend 10, 20, 30 and 40 % of each alpha,
so all looks together spend no more than the whole. Whether another look is worth its blocks says `futility`.
"""

from dataclasses import dataclass
from math import exp, inf, log

import numpy as np

from spargio_report.statistics.futility import WORTH_ASKING, chance_to_decide
from spargio_report.statistics.signed_rank import lower_bound, upper_bound

ALPHA_FAIL = 0.01
ALPHA_PASS = 0.05
LOOKS = ((10, 0.1), (20, 0.2), (30, 0.3), (40, 0.4))
FIRST_LOOK_BLOCKS = LOOKS[0][0]
LAST_LOOK_BLOCKS = LOOKS[-1][0]


@dataclass(frozen=True)
class Decision:
    word: str  # PASS, FAIL or INCONCLUSIVE
    reason: str
    look: int  # 1 to 4; 0: too few blocks for the first
    low: float  # bound that is held against the target
    high: float  # bound that is held against the limit
    futile: bool = False  # undecided, and later looks would hardly change that


def limit_of(target: float, tolerance: float) -> float:
    return target * (1 + tolerance)


def decide(log_values: np.ndarray, target: float, tolerance: float) -> Decision:
    """Judges a fixed set of blocks at the largest look that it reaches; all of its blocks are used."""
    if not tolerance > 0:
        raise ValueError("a tolerance of zero makes the limit equal the target: such a gate could never pass")
    n = len(log_values)
    reached = [look for look in enumerate(LOOKS, start=1) if look[1][0] <= n]
    if not reached:
        return Decision("INCONCLUSIVE", f"{n} blocks, the first look needs {FIRST_LOOK_BLOCKS}", 0, 0.0, inf)
    number, (_, share) = reached[-1]
    low = lower_bound(log_values, ALPHA_FAIL * share)
    high = upper_bound(log_values, ALPHA_PASS * share)
    at = f"look {number} of {len(LOOKS)}, {n} blocks"
    limit = limit_of(target, tolerance)
    if low > log(target):
        return Decision("FAIL", f"{at}: at least {exp(low):.3g}, above the target {target:.4g}", number,
                        exp(low), exp(high))
    if high < log(limit):
        return Decision("PASS", f"{at}: at most {exp(high):.3g}, below the limit {limit:.4g}", number,
                        exp(low), exp(high))
    reason = (f"{at}: between {exp(low):.3g} and {exp(high):.3g}, which neither clears the limit {limit:.4g} "
              f"nor lies above the target {target:.4g}")
    later = tuple((blocks, ALPHA_FAIL * part, ALPHA_PASS * part) for blocks, part in LOOKS[number:])
    futile = bool(later) and chance_to_decide(log_values, log(target), log(limit), later) < WORTH_ASKING
    if futile:
        reason += f"; more blocks would decide it with a chance below {WORTH_ASKING:.0%} (stopped for futility)"
    return Decision("INCONCLUSIVE", reason, number, exp(low), exp(high), futile)


def decide_in_looks(log_values: np.ndarray, target: float, tolerance: float) -> Decision:
    """Judges a growing series the way `gate --bench` meets it: the first look that decides, decides.

    Futility ends no series here: it says whether more blocks are to be asked for, and these have been measured.
    """
    decision = decide(log_values[:0], target, tolerance)
    for blocks, _ in LOOKS:
        if blocks > len(log_values):
            break
        decision = decide(log_values[:blocks], target, tolerance)
        if decision.word != "INCONCLUSIVE":
            break
    return decision
