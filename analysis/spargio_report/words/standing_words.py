"""Who wins where, and whether to believe it, in words: the answer that the first screen of a report gives."""

from dataclasses import dataclass
from statistics import median

from spargio_report.compare.comparison import Comparison, Headline, hardest
from spargio_report.compare.standings import Standing, standings
from spargio_report.read.model import Run
from spargio_report.words.wording import NOUNS, bound, cost_of_wins, doubts, number, percent, score


@dataclass(frozen=True)
class Entry:
    """One case against the rival that is hardest to beat in it."""

    case: str
    ratio: str
    interval: str
    judged: str  # time, or CPU time
    rival: str
    cpu: str  # what it costs in CPU time, as a ratio; empty where that is what is judged


@dataclass(frozen=True)
class Column:
    """`name` heads it, `outcome` is its class on the page: lost, unsure or won."""

    name: str
    outcome: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class BackendWords:
    """What one gains over one backend with its best arm: how many cases, and the one in which it is hardest to beat."""

    name: str
    lost: int
    unsure: int
    won: int
    hardest: str


@dataclass(frozen=True)
class StandingWords:
    """One arm of ours against the rivals of one class: losses first, the widest ratios foremost."""

    arm: str
    against: str  # general or specialist
    score: str
    cost: str  # of its wins, in CPU time; empty where it has none
    backends: tuple[BackendWords, ...]
    columns: tuple[Column, ...]


def standing_words(rows: list[Headline]) -> list[StandingWords]:
    return [_words_of(one) for one in standings(rows)]


def _words_of(standing: Standing) -> StandingWords:
    noun = NOUNS[standing.against]
    columns = ((f"Behind a {noun}", "lost", standing.lost), ("Not decided", "unsure", standing.unsure),
               (f"Ahead of every {noun}", "won", standing.won))
    return StandingWords(standing.arm, standing.against, score(standing), cost_of_wins(standing.won) if standing.won else "",
                         tuple(_backend_words(standing, name) for name in standing.backends),
                         tuple(Column(name, outcome, tuple(_entry(row.strongest) for row in rows))
                               for name, outcome, rows in columns if rows))


def _backend_words(standing: Standing, name: str) -> BackendWords:
    rows = (*standing.lost, *standing.unsure, *standing.won)
    met = [one for one in (row.against_backend(name) for row in rows) if one]
    words = [one.ratio.word for one in met]
    worst = hardest(met)
    return BackendWords(name, words.count("SLOWER"), words.count("UNSURE"), words.count("FASTER"),
                        f"{worst.group} {number(worst.ratio.value)}x")


def backend_rows(words: StandingWords) -> list[tuple[str, ...]]:
    """A column for each backend, after one of names."""
    return [(said, *(str(getattr(one, name)) for one in words.backends))
            for said, name in (("cases slower", "lost"), ("not decided", "unsure"), ("faster", "won"), ("hardest", "hardest"))]


def _entry(one: Comparison) -> Entry:
    cpu = f"{number(one.cpu_ratio.value)}x" if one.cpu_ratio and not one.judged_by_cpu else ""
    interval = f"{bound(one.ratio.low)}–{bound(one.ratio.high)}" if one.ratio.has_interval else "no interval"
    return Entry(one.group, f"{number(one.ratio.value)}x", interval, "CPU time" if one.judged_by_cpu else "time",
                 one.b.arm, cpu)


def trust(run: Run, comparisons: list[Comparison], rows: list[Headline]) -> list[str]:
    """What the comparisons rest on, then what a reader should not take for certain."""
    best = [row.strongest for row in rows if row.strongest]
    said = []
    if best:
        blocks = sorted({one.ratio.blocks for one in best})
        count = f"{blocks[0]}" if len(blocks) == 1 else f"{blocks[0]} to {blocks[-1]}"
        said.append(f"Each case was measured in {count} paired blocks, in new processes each.")
        seen = [one.ratio.detectable for one in best if one.ratio.detectable is not None]
        if seen:
            said.append(f"Differences from about {percent(median(seen))} on would have been seen in half of the cases "
                        f"(from {percent(min(seen))} in the steadiest, {percent(max(seen))} in the noisiest).")
    return said + doubts(run, comparisons)
