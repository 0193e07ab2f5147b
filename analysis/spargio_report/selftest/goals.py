"""What the gate promises (M16), and whether what was measured keeps it."""

from dataclasses import asdict, dataclass
from math import sqrt
from statistics import NormalDist

from spargio_report.selftest.replays import Count

MET, MISSED, UNSURE = "MET", "MISSED", "UNSURE"


@dataclass(frozen=True)
class Result:
    """One goal and its figure. `low` and `high`: the 95 % interval of a rate, or the figure itself."""

    name: str
    goal: str
    measured: str
    value: float
    low: float
    high: float
    word: str
    where: str

    def as_dict(self) -> dict:
        return asdict(self)


def wilson(count: Count, level: float = 0.95) -> tuple[float, float]:
    """Interval of a rate (Wilson 1927), which is sound for rates of nearly 0 and nearly 1 as well."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    n, rate = count.of, count.rate
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def at_most(name: str, count: Count, limit: float, where: str) -> Result:
    low, high = wilson(count)
    word = MET if high <= limit else MISSED if low > limit else UNSURE
    return Result(name, f"at most {limit:.1%}", _words(count), count.rate, low, high, word, where)


def at_least(name: str, count: Count, limit: float, where: str) -> Result:
    low, high = wilson(count)
    word = MET if low >= limit else MISSED if high < limit else UNSURE
    return Result(name, f"at least {limit:.0%}", _words(count), count.rate, low, high, word, where)


def between(name: str, count: Count, least: float, most: float, where: str) -> Result:
    low, high = wilson(count)
    inside = least <= low and high <= most
    outside = high < least or low > most
    word = MET if inside else MISSED if outside else UNSURE
    return Result(name, f"{least:.0%} to {most:.0%}", _words(count), count.rate, low, high, word, where)


def no_more_than(name: str, value: float, limit: float, unit: str, where: str) -> Result:
    """Of a figure that is no rate."""
    return Result(name, f"at most {limit:g} {unit}", f"{value:.3g} {unit}", value, value, value,
                  MET if value <= limit else MISSED, where)


def _words(count: Count) -> str:
    low, high = wilson(count)
    return f"{count.rate:.2%} [{low:.2%}, {high:.2%}] of {count.of:,}"
