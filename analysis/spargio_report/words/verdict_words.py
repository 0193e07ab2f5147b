"""What stands at the end of `make bench`: the run in ten lines that a person reads."""

from spargio_report.compare.comparison import Headline
from spargio_report.compare.standings import Standing, standings
from spargio_report.judge.judged import Judged
from spargio_report.judge.verdict import FAIL, MISSING
from spargio_report.words.wording import build_doubts, gate_summary, ratio_short

SHOWN_ARMS = 2
SHOWN_CASES = 3  # losses, and as many wins


def ten_lines(judged: Judged, rows: list[Headline]) -> list[str]:
    """`rows`: losses first. Never more than ten; the losses stand before the wins."""
    arms, doubt = standings(rows), build_doubts(judged.run)[:1]
    lines = [_count(standing) for standing in arms[:SHOWN_ARMS]] or ["No arm of ours stood beside a rival."]
    if arms:
        lines += [_case("slower", row) for row in arms[0].lost[:SHOWN_CASES]]
        lines += [_case("faster", row) for row in arms[0].won[:SHOWN_CASES - len(doubt)]]
    lines += [*doubt, _gates(judged)]
    broken = judged.run.broken_cases
    if broken:
        lines.append(f"Not measured: {broken[0].id}, {broken[0].status}"
                     + (f", and {len(broken) - 1} more" if len(broken) > 1 else ""))
    return lines


def _count(standing: Standing) -> str:
    cases = len(standing.lost) + len(standing.won) + len(standing.unsure)
    return (f"{standing.arm}: {len(standing.won)} of {cases} cases faster (or cheaper) than every rival, "
            f"{len(standing.lost)} slower than one, {len(standing.unsure)} not sure")


def _case(word: str, row: Headline) -> str:
    best = row.strongest
    return f"  {word}  {row.group}: {ratio_short(best.ratio)} of {best.b.arm}, n={best.ratio.blocks}"


def _gates(judged: Judged) -> str:
    worst = [verdict.gate.id for verdict in judged.by_severity if verdict.word in (FAIL, MISSING) and verdict.counts]
    return gate_summary(judged.verdicts) + (": " + ", ".join(worst[:SHOWN_CASES]) if worst else "") + (
        f" and {len(worst) - SHOWN_CASES} more" if len(worst) > SHOWN_CASES else "")
