"""A run with the verdict on every gate: what the stages after the judgement pass on, and what the exit code is made of."""

from dataclasses import dataclass

from spargio_report.failures import ExitCode
from spargio_report.judge.pairing import Asked
from spargio_report.judge.verdict import FAIL, INCONCLUSIVE, MISSING, SEVERITY, Verdict
from spargio_report.read.model import Run


@dataclass(frozen=True)
class Canary:
    """One arm against itself, in as many blocks as the gates have."""

    group: str
    arm: str
    value: float
    low: float
    high: float
    blocks: int

    @property
    def tripped(self) -> bool:
        return self.low > 1 or self.high < 1


@dataclass(frozen=True)
class Judged:
    """`asked.run` holds all blocks that were measured for it so far."""

    asked: Asked
    verdicts: tuple[Verdict, ...]
    canary: Canary | None = None

    @property
    def run(self) -> Run:
        return self.asked.run

    @property
    def by_severity(self) -> list[Verdict]:
        """The worst first, else in the order of the guardrail file."""
        return sorted(self.verdicts, key=lambda verdict: SEVERITY.index(verdict.word))

    def exit_code(self, inconclusive_fails: bool) -> ExitCode:
        """A FAIL of one run alone is never 1, and never 0 either: what is not confirmed is a doubt that was found (M13)."""
        words = {verdict.word for verdict in self.verdicts if verdict.counts}
        if MISSING in words or self.run.broken_cases:
            return ExitCode.INVALID
        if self.canary is not None and self.canary.tripped:
            return ExitCode.CANARY
        if any(verdict.word == FAIL and verdict.confirmed for verdict in self.verdicts if verdict.counts):
            return ExitCode.FAIL
        if FAIL in words:
            return ExitCode.INCONCLUSIVE
        if INCONCLUSIVE in words and inconclusive_fails:
            return ExitCode.INCONCLUSIVE
        return ExitCode.OK
