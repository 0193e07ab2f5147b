"""What a user gains over the runtime that he has now: our default arm against the best arm of each other backend."""

from collections.abc import Iterable
from dataclasses import dataclass

from spargio_report.compare.comparison import Comparison, hardest
from spargio_report.read.model import Run

@dataclass(frozen=True)
class Gains:
    """`cells`: (group, backend) -> ours against that backend's best arm in that case. Groups in the order of the run."""

    arm: str
    groups: tuple[str, ...]
    backends: tuple[str, ...]
    cells: dict[tuple[str, str], Comparison]

    def count(self, backend: str, word: str) -> int:
        return sum(one.ratio.word == word for (_, other), one in self.cells.items() if other == backend)


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
    # Those that one would write a whole program on come first.
    backends = sorted({backend for _, backend in cells}, key=lambda name: (run.backends[name].standing != "general", name))
    groups = [group for group in run.groups if any(key[0] == group for key in cells)]
    return Gains(arm, tuple(groups), tuple(backends), cells)
