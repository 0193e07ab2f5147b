"""What stands at the end of `make bench`: the run in ten lines that a person reads."""

from spargio_report.compare.comparison import Comparison, Headline, hardest
from spargio_report.compare.gains import Gains
from spargio_report.compare.standings import Standing, standings
from spargio_report.judge.judged import Judged
from spargio_report.judge.verdict import FAIL, MISSING
from spargio_report.words.wording import NOUNS, build_doubts, gate_summary, ratio_short, score

LINES = 10
SHOWN_BACKENDS = 5
SHOWN_GATES = 3


def ten_lines(judged: Judged, rows: list[Headline], gains: Gains | None) -> list[str]:
    """What is gained over each general runtime, then over the specialists and the floor, then the gates; never more than ten."""
    said = _gains(gains, rows) if gains else [score(one) for one in standings(rows)] or ["No arm of ours stood beside a rival."]
    broken = judged.run.broken_cases
    last = [*build_doubts(judged.run)[:1], _gates(judged)]
    if broken:
        last.append(f"Not measured: {broken[0].id}, {broken[0].status}"
                    + (f", and {len(broken) - 1} more" if len(broken) > 1 else ""))
    return said[:LINES - len(last)] + last


def _gains(gains: Gains, rows: list[Headline]) -> list[str]:
    """The floor comes last, for it is what goes where there is no room."""
    lines = []
    if gains.general:
        lines.append(f"{gains.arm} against each general runtime at its best, cases slower (or dearer), not sure, faster (or cheaper):")
        width = max(map(len, gains.general))
        lines += [f"  {name:<{width}}  {_counts(gains.of(name))}" for name in gains.general[:SHOWN_BACKENDS]]
        if len(gains.general) > SHOWN_BACKENDS:
            lines[-1] += f"; and {len(gains.general) - SHOWN_BACKENDS} more runtimes, which the page shows"
    others = [one for one in standings(rows) if one.arm == gains.arm and one.against != "general"]
    lines += [f"{gains.arm} against all {NOUNS[one.against]}s ({', '.join(one.backends)}): {_counts(_strongest(one))}" for one in others]
    floors = [row.floor for row in rows if row.floor and row.a.arm == gains.arm]
    return lines + ([f"{gains.arm} against the floor, by hand: {_counts(floors)}"] if floors else [])


def _strongest(standing: Standing) -> list[Comparison]:
    return [row.strongest for row in (*standing.lost, *standing.unsure, *standing.won)]


def _counts(met: list[Comparison]) -> str:
    words = [one.ratio.word for one in met]
    worst = hardest(met)
    return (f"{words.count('SLOWER')} slower, {words.count('UNSURE')} not sure, {words.count('FASTER')} faster of {len(met)}; hardest "
            f"{worst.group} {ratio_short(worst.ratio)} of {worst.b.arm}, n={worst.ratio.blocks}")


def _gates(judged: Judged) -> str:
    worst = [verdict.gate.id for verdict in judged.by_severity if verdict.word in (FAIL, MISSING) and verdict.counts]
    return gate_summary(judged.verdicts) + (": " + ", ".join(worst[:SHOWN_GATES]) if worst else "") + (
        f" and {len(worst) - SHOWN_GATES} more" if len(worst) > SHOWN_GATES else "")
