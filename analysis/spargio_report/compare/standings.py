"""Who wins where: one arm of ours against the strongest rival of each case."""

from dataclasses import dataclass

from spargio_report.compare.comparison import Headline


@dataclass(frozen=True)
class Standing:
    """The cases of one arm that have a rival. `lost`: the worst first; `won`: the best first."""

    arm: str
    lost: tuple[Headline, ...]
    won: tuple[Headline, ...]
    unsure: tuple[Headline, ...]


def standing_of(arm: str, rows: list[Headline]) -> Standing:
    """`rows` of any arm, losses first."""
    held = [row for row in rows if row.a.arm == arm and row.rivals]
    return Standing(arm, tuple(row for row in held if row.plain_word == "SLOWER"),
                    tuple(row for row in reversed(held) if row.plain_word == "FASTER"),
                    tuple(row for row in held if row.plain_word == "UNSURE"))


def standings(rows: list[Headline]) -> list[Standing]:
    """Plain arms before those with knobs, else in the order of the run."""
    arms = sorted(dict.fromkeys(row.a.arm for row in rows if row.rivals), key=lambda arm: "[" in arm)
    return [standing_of(arm, rows) for arm in arms]
