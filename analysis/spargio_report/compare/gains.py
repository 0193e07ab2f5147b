"""What a user gains over the runtime that he has now: our default arm against the best arm of each other backend."""

from collections.abc import Iterable
from dataclasses import dataclass

from spargio_report.compare.comparison import Comparison, hardest
from spargio_report.read.model import STANDINGS, Run


@dataclass(frozen=True)
class Gains:
    """`cells`: (group, backend) -> ours against that backend's best arm in that case. Groups in the order of the run."""

    arm: str
    groups: tuple[str, ...]
    general: tuple[str, ...]
    specialists: tuple[str, ...]
    cells: dict[tuple[str, str], Comparison]

    @property
    def backends(self) -> tuple[str, ...]:
        """Those that one would write a whole program on come first."""
        return self.general + self.specialists

    def of(self, backend: str) -> list[Comparison]:
        return [one for (_, other), one in self.cells.items() if other == backend]

    def count(self, backend: str, word: str) -> int:
        return sum(one.ratio.word == word for one in self.of(backend))

    def hardest(self, backend: str) -> Comparison:
        """The case in which it is hardest to beat."""
        return hardest(self.of(backend))


def gains_of(run: Run, comparisons: Iterable[Comparison]) -> Gains | None:
    """None where no arm of ours without knobs met a rival."""
    arm = next((case.arm for case in run.cases.values() if case.kind == "ours" and case.is_default), None)
    held: dict[tuple[str, str], list[Comparison]] = {}
    for one in comparisons:
        if one.a.arm == arm and one.b.kind == "rival" and not one.is_repeat:
            held.setdefault((one.group, one.b.backend), []).append(one)
    if not held:
        return None
    cells = {key: hardest(some) for key, some in held.items()}
    general, specialists = (tuple(sorted({backend for _, backend in cells if run.backends[backend].standing == standing}))
                            for standing in STANDINGS[:2])
    groups = [group for group in run.groups if any(key[0] == group for key in cells)]
    return Gains(arm, tuple(groups), general, specialists, cells)
