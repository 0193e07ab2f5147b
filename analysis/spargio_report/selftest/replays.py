"""Replays: the gate, thousands of times, on series whose true ratio is known (M15, M16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from spargio_report.judge.canary import CANARY_ALPHA
from spargio_report.selftest.recorded import Recording, Series
from spargio_report.statistics.decide import LAST_LOOK_BLOCKS, LOOKS, decide
from spargio_report.statistics.estimate import DISPLAY_ALPHA
from spargio_report.statistics.signed_rank import lower_bound, upper_bound

GATES_OF_A_RUN = 20
BLOCKS_OF_AN_INTERVAL = 20


@dataclass(frozen=True)
class Count:
    """How often something happened."""

    hits: int
    of: int

    def __add__(self, other: "Count") -> "Count":
        return Count(self.hits + other.hits, self.of + other.of)

    @property
    def rate(self) -> float:
        return self.hits / self.of if self.of else float("nan")


def ask(series: Series, rng: np.random.Generator, target: float, tolerance: float, ratio: float) -> tuple[str, int]:
    """Verdict and blocks, as `gate --bench` comes to them: look by look, until it decides or gives up."""
    values = series.draw(rng, LAST_LOOK_BLOCKS, log(ratio))
    decision, used = None, 0
    for used, _ in LOOKS:
        decision = decide(values[:used], target, tolerance)
        if decision.word != "INCONCLUSIVE" or decision.futile:
            break
    return decision.word, used


@dataclass
class Verdicts:
    """What became of the replays of one true ratio."""

    words: dict[str, int]
    blocks: list[int]

    @property
    def total(self) -> int:
        return sum(self.words.values())

    def count(self, word: str) -> Count:
        return Count(self.words.get(word, 0), self.total)


def replay(series: Series, rng: np.random.Generator, replays: int, tolerance: float, ratio: float) -> Verdicts:
    found = Verdicts({}, [])
    for _ in range(replays):
        word, blocks = ask(series, rng, 1.0, tolerance, ratio)
        found.words[word] = found.words.get(word, 0) + 1
        found.blocks.append(blocks)
    return found


def coverage(series: Series, rng: np.random.Generator, replays: int) -> Count:
    """How often the 95 % interval of twenty blocks holds the true ratio."""
    held = 0
    for _ in range(replays):
        values = series.draw(rng, BLOCKS_OF_AN_INTERVAL)
        held += lower_bound(values, DISPLAY_ALPHA) <= 0 <= upper_bound(values, DISPLAY_ALPHA)
    return Count(held, replays)


def false_reds(recording: Recording, rng: np.random.Generator, runs: int, tolerances: Sequence[float]) -> Count:
    """Runs of twenty gates on nothing but A/A that turn red: a FAIL, no canary, and a FAIL once more from zero.
    `tolerances`: of each recorded case."""
    def fails(place: int) -> bool:
        return ask(recording.series[place], rng, 1.0, tolerances[place], 1.0)[0] == "FAIL"

    red = 0
    for _ in range(runs):
        failed = [each for each in rng.integers(len(recording.series), size=GATES_OF_A_RUN) if fails(each)]
        if not failed or _canary_trips(recording.series[failed[0]], rng):
            continue
        red += any(fails(each) for each in failed)
    return Count(red, runs)


def _canary_trips(series: Series, rng: np.random.Generator) -> bool:
    values = series.draw(rng, LAST_LOOK_BLOCKS)
    return lower_bound(values, CANARY_ALPHA) > 0 or upper_bound(values, CANARY_ALPHA) < 0
