"""Finds what a run varied in steps: a parameter over several cases, or a knob over several arms of one case."""

from collections.abc import Iterator
from dataclasses import dataclass

from spargio_report.read.model import Case, Run

RATE = "rate"  # the offered load, which has a figure of its own


@dataclass(frozen=True)
class Sweep:
    """`varied`: parameter or knob. `lines`: name of a line -> its measured cases by the text of the value, as `values` go."""

    varied: str
    name: str
    workload: str
    fixed: tuple[str, ...]
    values: tuple[str, ...]
    lines: dict[str, dict[str, Case]]

    @property
    def title(self) -> str:
        kept = f" ({', '.join(self.fixed)})" if self.fixed else ""
        return f"{self.workload} by {self.name}{kept}"

    @property
    def positions(self) -> list[float]:
        """Where the values stand: as numbers, or one step after the other where one of them is a word."""
        if all(is_number(value) for value in self.values):
            return [float(value) for value in self.values]
        return [float(place) for place in range(len(self.values))]


def is_number(text: str) -> bool:
    try:
        return 0 < float(text) < float("inf")
    except ValueError:
        return False


def parameter_sweeps(run: Run) -> list[Sweep]:
    """A parameter of which one workload has two or more numbers, everything else being equal, on one machine."""
    sets: dict[tuple, dict[str, str]] = {}
    for group in run.groups:
        case = run.cases_of(group)[0]
        for name, value in case.parameters.items():
            others = tuple(sorted((key, other) for key, other in case.parameters.items() if key != name))
            sets.setdefault((case.workload, name, others, case.machine), {})[value] = group
    return [sweep for (workload, name, others, _), groups in sets.items()
            if (sweep := _of_parameter(run, workload, name, others, groups))]


def _of_parameter(run: Run, workload: str, name: str, others, groups: dict[str, str]) -> Sweep | None:
    if sum(map(is_number, groups)) < 2:
        return None
    values = in_order(groups)
    arms = dict.fromkeys(case.arm for value in values for case in run.cases_of(groups[value])
                         if case.measured and not case.is_repeat)
    lines = {}
    for arm in arms:
        found = {value: case for value in values if (case := run.case_of(groups[value], arm)) and case.measured}
        if len(found) >= 2:
            lines[arm] = found
    defaults = run.workloads[workload].defaults
    fixed = tuple(f"{key}={value}" for key, value in others if defaults.get(key) != value)
    if len(run.machines) > 1:
        fixed += (run.machine_of(groups[values[0]]).name,)
    return Sweep("parameter", name, workload, fixed, tuple(values), lines) if lines else None


def knob_sweeps(run: Run) -> Iterator[Sweep]:
    """Not those of a file of `spargio-bench sweep`, which has a figure of its own (sweep_result).

    A knob of which a case has two or more numbers, given by name, the arm's other knobs being equal.
    """
    if run.is_sweep:
        return
    for group in run.groups:
        sets: dict[str, dict[str, dict[str, Case]]] = {}
        for case in run.cases_of(group):
            if not case.measured or case.is_repeat:
                continue
            knobs = case.knobs_given
            for name, value in knobs.items():
                others = ",".join(f"{key}={other}" for key, other in sorted(knobs.items()) if key != name)
                line = f"{case.backend}[{others}]" if others else case.backend
                sets.setdefault(name, {}).setdefault(line, {})[value] = case
        for name, lines in sets.items():
            kept = {line: cases for line, cases in lines.items() if sum(map(is_number, cases)) >= 2}
            if kept:
                values = in_order({value for cases in kept.values() for value in cases})
                yield Sweep("knob", name, group, (), tuple(values), kept)


def in_order(values) -> list[str]:
    """Numbers by size, then words."""
    return sorted(values, key=lambda value: (not is_number(value), float(value) if is_number(value) else 0, value))


def scaling_sweeps(run: Run) -> list[Sweep]:
    return [sweep for sweep in parameter_sweeps(run) if sweep.name != RATE] + list(knob_sweeps(run))


def load_sweeps(run: Run) -> list[Sweep]:
    """Those over the offered rate in which an arm has a latency at two rates or more."""
    return [sweep for sweep in parameter_sweeps(run) if sweep.name == RATE and len(sweep.values) >= 2
            and any(sum(bool(case.latency) for case in cases.values()) >= 2 for cases in sweep.lines.values())]
