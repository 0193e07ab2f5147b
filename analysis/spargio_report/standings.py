"""Who wins where, and whether to believe it: the answer that the first screen of a report gives."""

from dataclasses import dataclass
from statistics import median

from spargio_report.compare import Comparison, Headline
from spargio_report.model import Run
from spargio_report.wording import bound, cost_of_wins, doubts, number, percent, score, split


@dataclass(frozen=True)
class Entry:
    """One case against the rival that is hardest to beat in it."""

    case: str
    ratio: str
    interval: str
    what: str  # time, or CPU time
    rival: str
    cpu: str  # what it costs in CPU time, as a ratio; empty where that is what is judged


@dataclass(frozen=True)
class Standing:
    """One arm of ours. `columns`: (name, word, entries), losses first, the widest ratios foremost."""

    arm: str
    score: str
    cost: str  # of its wins, in CPU time; empty where it has none
    columns: tuple[tuple[str, str, tuple[Entry, ...]], ...]


def standings(rows: list[Headline]) -> list[Standing]:
    """Plain arms before those with knobs, else in the order of the run."""
    arms = sorted(dict.fromkeys(row.a.arm for row in rows if row.rivals), key=lambda arm: "[" in arm)
    return [_standing(arm, [row for row in rows if row.a.arm == arm]) for arm in arms]


def _standing(arm: str, rows: list[Headline]) -> Standing:
    lost, won, unsure = split(rows)
    return Standing(arm, score(arm, rows), cost_of_wins(won) if won else "", tuple(
        (name, word, tuple(_entry(row.strongest) for row in some))
        for name, word, some in (("Behind a rival", "lost", lost), ("Not decided", "unsure", unsure),
                                 ("Ahead of every rival", "won", won)) if some))


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
