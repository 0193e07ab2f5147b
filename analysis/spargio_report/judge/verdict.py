"""What became of one gate: the word, the figures that it rests on, and what excuses it (M11, M13)."""

from dataclasses import dataclass

from spargio_report.read.guardrails import Gate, Waiver
from spargio_report.statistics.estimate import Estimate

PASS, FAIL, INCONCLUSIVE, MISSING = "PASS", "FAIL", "INCONCLUSIVE", "MISSING"
# From the one that matters most: a gate against several rivals takes the worst.
SEVERITY = (MISSING, FAIL, INCONCLUSIVE, PASS)


@dataclass(frozen=True)
class Verdict:
    """One gate against one arm; `against` is None for an absolute gate."""

    gate: Gate
    word: str
    reason: str
    group: str | None = None
    against: str | None = None
    metric: str | None = None
    estimate: Estimate | None = None
    waiver: Waiver | None = None
    others: tuple["Verdict", ...] = ()  # the rivals that were not the worst
    confirmed: bool = False  # a FAIL that came out twice, each time from zero
    futile: bool = False  # undecided, and more blocks would hardly change that
    by_way_of: str | None = None  # the anchor, of a gate that was held against a file

    @property
    def counts(self) -> bool:
        """A waiver excuses a loss or a doubt, never a measurement that is not there."""
        return self.waiver is None or self.word == MISSING
