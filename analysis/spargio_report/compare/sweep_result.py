"""What a file of `spargio-bench sweep` holds: the points as they were screened, and the winner on fresh blocks."""

from dataclasses import dataclass

from spargio_report.read.model import Run
from spargio_report.statistics import estimate
from spargio_report.statistics.estimate import Estimate


@dataclass(frozen=True)
class Point:
    """A setting against the baseline: below 1 it is the better one. `ratio` is None where no block holds both."""

    arm: str
    change: str  # `steal_budget=4`: what it has and the baseline has not
    knobs: tuple[str, ...]
    ratio: Estimate | None


@dataclass(frozen=True)
class SweepResult:
    """`screened`: the first stage, which holds every point; `confirmed`: the last, whose blocks no ranking has seen."""

    group: str
    baseline: str
    screened: tuple[Point, ...]
    winner: str | None
    confirmed: Point | None
    judged_by_cpu: bool

    @property
    def by_knob(self) -> dict[str, list[Point]]:
        """Knob (or knobs, where they were combined) -> its points, the widest range foremost."""
        found: dict[str, list[Point]] = {}
        for point in self.screened:
            if point.ratio is not None:
                found.setdefault(" + ".join(point.knobs), []).append(point)
        return dict(sorted(found.items(), key=lambda item: span(item[1])[0] / span(item[1])[1]))


def span(points: list[Point]) -> tuple[float, float]:
    """From the lowest to the highest ratio; the baseline, which is one of the knob's values, stands at 1."""
    values = [point.ratio.value for point in points] + [1.0]
    return min(values), max(values)


def sweep_of(run: Run) -> SweepResult | None:
    """None where the file is of no sweep."""
    if not run.is_sweep:
        return None
    sweep = run.about.sweep
    first, last = (next((stage.group for stage in sweep.stages if stage.kind == kind), None)
                   for kind in ("screening", "confirmation"))
    some = first or last or run.groups[0]
    return SweepResult(
        group=some.split("@screen")[0], baseline=sweep.baseline,
        screened=tuple(_points(run, first, sweep.baseline)), winner=sweep.winner,
        confirmed=next((one for one in _points(run, last, sweep.baseline) if one.ratio), None),
        judged_by_cpu=run.workload_of(some).judged_by == "cpu_time")


def _points(run: Run, group: str | None, baseline: str):
    base = run.case_of(group, baseline) if group else None
    if base is None:
        return
    metric = estimate.judged_metric(run, group)
    for case in run.cases_of(group):
        if case.id == base.id:
            continue
        changed = {name: value for name, value in case.knobs_given.items() if base.knobs_given.get(name) != value}
        measured = case.measured and base.measured
        yield Point(case.arm, ", ".join(f"{name}={value}" for name, value in changed.items()), tuple(changed),
                    estimate.ratio(run, case, base, metric) if measured else None)
