"""Who wins where: one arm of ours against the strongest rival of each case, among the rivals of one class."""

from collections.abc import Sequence
from dataclasses import dataclass

from spargio_report.compare.comparison import Headline
from spargio_report.read.model import STANDINGS


@dataclass(frozen=True)
class Standing:
    """The cases of one arm that have a rival of a class. `lost`: the worst first; `won`: the best first."""

    arm: str
    against: str  # the class: general or specialist
    backends: tuple[str, ...]  # those of that class that it met
    lost: tuple[Headline, ...]
    won: tuple[Headline, ...]
    unsure: tuple[Headline, ...]

    @property
    def cases(self) -> int:
        return len(self.lost) + len(self.won) + len(self.unsure)


def standing_of(arm: str, against: str, rows: Sequence[Headline]) -> Standing | None:
    """None where the arm met no rival of that class."""
    held = sorted((row for row in (one.against(against) for one in rows if one.a.arm == arm) if row.rivals), key=lambda row: row.rank)
    if not held:
        return None
    return Standing(arm, against, backends_of(held, against), tuple(row for row in held if row.plain_word == "SLOWER"),
                    tuple(row for row in reversed(held) if row.plain_word == "FASTER"),
                    tuple(row for row in held if row.plain_word == "UNSURE"))


def standings(rows: Sequence[Headline]) -> list[Standing]:
    """Plain arms before those with knobs, else in the order of the run; of each the general runtimes first."""
    arms = sorted(dict.fromkeys(row.a.arm for row in rows if row.rivals), key=lambda arm: "[" in arm)
    found = [standing_of(arm, against, rows) for arm in arms for against in STANDINGS]
    return [one for one in found if one]


def backends_of(rows: Sequence[Headline], standing: str) -> tuple[str, ...]:
    """The rivals of a class that these rows meet, by name."""
    return tuple(sorted({one.b.backend for row in rows for one in row.rivals if one.b.standing == standing}))
