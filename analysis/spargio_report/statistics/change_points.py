"""Change points of a series by E-divisive (M17).

Matteson and James, "A Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data", Journal of the
American Statistical Association 109 (2014): two stretches of a series are held against each other by the energy
statistic, which sees any difference of distribution and asks for none in particular. The most different split is a
change when few random orders of the same values yield one as different; then each side is looked at by itself. The
exponent of the distance is 1.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

CHUNK_ORDERS = 50  # tried before asking whether it is decided
CHUNK_NUMBERS = 2_000_000  # of distances held at once: 16 MB


@dataclass(frozen=True)
class Split:
    at: int  # the first value after the change
    p: float


@lru_cache(maxsize=16)
def _pairs(count: int, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Every (tau, kappa): the stretch [0, tau) is held against [tau, kappa), both of at least `least` values."""
    tau, kappa = np.meshgrid(np.arange(least, count - least + 1), np.arange(2 * least, count + 1), indexing="ij")
    fits = kappa - tau >= least
    return tau[fits], kappa[fits]


def _statistics(distances: np.ndarray, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Of each matrix of distances [series, n, n]: the largest statistic, and the tau where it is."""
    count = distances.shape[-1]
    sums = np.zeros((len(distances), count + 1, count + 1))
    np.cumsum(np.cumsum(distances, axis=1), axis=2, out=sums[:, 1:, 1:])
    tau, kappa = _pairs(count, least)
    after = kappa - tau
    first, both, cross = sums[:, tau, tau], sums[:, kappa, kappa], sums[:, tau, kappa] - sums[:, tau, tau]
    second = both - first - 2 * cross
    # A mean over the pairs within a stretch; each stands twice in its sum.
    energy = 2 * cross / (tau * after) - first / (tau * (tau - 1)) - second / (after * (after - 1))
    weighted = energy * (tau * after / kappa)
    best = np.argmax(weighted, axis=1)
    return weighted[np.arange(len(distances)), best], tau[best]


def _distances(values: np.ndarray) -> np.ndarray:
    """[series, n] -> [series, n, n]"""
    return np.abs(values[:, :, None] - values[:, None, :])


def _best_split(segments: list[np.ndarray], least: int) -> tuple[float, int, int]:
    """(statistic, number of the segment, place in it) of the most different split; -inf where none is long enough."""
    found = (-np.inf, -1, -1)
    for number, segment in enumerate(segments):
        if len(segment) >= 2 * least:
            value, place = _statistics(_distances(segment[None]), least)
            found = max(found, (float(value[0]), number, int(place[0])))
    return found


def _chance(segments: list[np.ndarray], seen: float, least: int, permutations: int, level: float, rng) -> float:
    """The share of random orders, the true one among them, that split as well. Ends early where it is above `level`
    already, so a p above the level is only a lower bound."""
    usable = [segment for segment in segments if len(segment) >= 2 * least]
    size = max(1, min(CHUNK_ORDERS, CHUNK_NUMBERS // max(len(segment) for segment in usable) ** 2))
    reached = done = 0
    threshold = seen - 1e-12 * abs(seen)  # the same values in another order are summed with another rounding
    while done < permutations:
        now = min(size, permutations - done)
        best = np.full(now, -np.inf)
        for segment in usable:
            orders = rng.permuted(np.broadcast_to(segment, (now, len(segment))), axis=1)
            best = np.maximum(best, _statistics(_distances(orders), least)[0])
        reached += int(np.count_nonzero(best >= threshold))
        done += now
        if (reached + 1) / (permutations + 1) > level:
            break
    return (reached + 1) / (permutations + 1)


def change_points(values, level: float, least: int, permutations: int, seed) -> list[Split]:
    """The places at which the distribution of the values changes, in order; the same from the same seed.

    A series without a change yields one with a chance of `level`. No stretch between two changes is shorter than
    `least` values (2 or more), so a change is seen only once so many values have come after it.
    """
    if least < 2:
        raise ValueError("a stretch needs two values or more")
    rng = np.random.default_rng(seed)
    segments = [np.asarray(values, dtype=float)]
    found: list[Split] = []
    while True:
        seen, number, place = _best_split(segments, least)
        if number < 0 or seen <= 0:
            break
        p = _chance(segments, seen, least, permutations, level, rng)
        if p > level:
            break
        found.append(Split(sum(map(len, segments[:number])) + place, p))
        segments[number:number + 1] = [segments[number][:place], segments[number][place:]]
    return sorted(found, key=lambda split: split.at)
