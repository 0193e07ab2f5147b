"""A judged run with its pairs: made once, and handed to every table, figure and sentence."""

from dataclasses import dataclass

from spargio_report.compare.comparison import Comparison, Headline, all_comparisons, headlines
from spargio_report.judge.judged import Judged
from spargio_report.judge.verdict import Verdict
from spargio_report.read.model import Run


@dataclass(frozen=True)
class JudgedRun:
    """`comparisons`: every pair of arms, with the verdicts on it; `headlines`: ours against its rivals, losses first."""

    run: Run
    verdicts: tuple[Verdict, ...]
    comparisons: tuple[Comparison, ...]
    headlines: tuple[Headline, ...]


def judged_run(judged: Judged) -> JudgedRun:
    run, verdicts = judged.run, judged.verdicts
    comparisons = all_comparisons(run, verdicts)
    return JudgedRun(run, verdicts, tuple(comparisons), tuple(headlines(run, comparisons)))
