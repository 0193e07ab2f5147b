"""Ratios over many runs: one series for each case, pair of arms and kind of machine, and where it changed (M17).

A run gives one value, the Hodges-Lehmann estimate of its blocks' log ratios: what differs between two nights (the
build's layout, the state of the machine) is common to the blocks of one, so the run is what may be permuted, and the
unit of the intervals too. Absolute times never enter.
"""

import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from spargio_report.compare.comparison import pairs_of
from spargio_report.judge.pairing import find_groups
from spargio_report.read.guardrails import Gate, Guardrails
from spargio_report.read.model import Case, Environment, Run, base_group
from spargio_report.statistics import estimate as estimating
from spargio_report.statistics.change_points import change_points
from spargio_report.statistics.estimate import Estimate

GIBIBYTE = 1 << 30


@dataclass(frozen=True)
class Key:
    machine: str
    group: str
    a: str
    b: str
    metric: str

    def __str__(self) -> str:
        return "|".join((self.machine, self.group, self.a, self.b, self.metric))


@dataclass(frozen=True)
class Point:
    """One run of a series."""

    run_id: str
    path: str
    started_unix_ns: int
    revision: str
    dirty: bool
    ratio: Estimate
    circumstances: dict[str, str]  # what else may have changed, by its name

    @property
    def day(self) -> str:
        return datetime.fromtimestamp(self.started_unix_ns / 1e9, UTC).strftime("%Y-%m-%d")

    @property
    def label(self) -> str:
        return f"{self.day} {self.revision[:10]}{'+' if self.dirty else ''}"


@dataclass(frozen=True)
class Stretch:
    """The runs between two changes."""

    points: tuple[Point, ...]
    ratio: Estimate  # over the runs, one value each


@dataclass(frozen=True)
class Change:
    before: Stretch
    after: Stretch
    p: float

    @property
    def factor(self) -> float:
        """The ratio after it over the ratio before it: above 1, `a` has become the worse."""
        return self.after.ratio.value / self.before.ratio.value

    @property
    def last_before(self) -> Point:
        return self.before.points[-1]

    @property
    def first_after(self) -> Point:
        return self.after.points[0]

    @property
    def also_changed(self) -> list[str]:
        before, after = self.last_before.circumstances, self.first_after.circumstances
        return [f"{name} {before.get(name, 'none')} → {after.get(name, 'none')}"
                for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name)]


@dataclass
class Series:
    key: Key
    gates: tuple[str, ...] = ()
    points: list[Point] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def worst_factor(self) -> float:
        """How far its largest change is from none, whichever way it went."""
        return max((max(change.factor, 1 / change.factor) for change in self.changes), default=1.0)


@dataclass(frozen=True)
class Settings:
    level: float = 0.01
    least_runs: int = 6
    permutations: int = 499
    seed: int = 1


def fingerprint(environment: Environment) -> str:
    """The kind of machine. Kernel and compiler are no part of it: they change what is measured, and are named where
    the series changes with them."""
    facts = (environment.cpu_model or "unknown CPU", environment.architecture,
             f"{environment.cpus_usable or '?'} of {environment.cpus_online or '?'} CPUs",
             f"{round(environment.memory_bytes / GIBIBYTE)} GiB" if environment.memory_bytes else None,
             f"limit {environment.cgroup_cpu_limit:g} CPUs" if environment.cgroup_cpu_limit else None,
             f"SMT {environment.smt}" if environment.smt else None, environment.governor,
             environment.virtualization)
    return ", ".join(fact for fact in facts if fact)


def series_of(runs: list[Run], guardrails: Guardrails | None) -> list[Series]:
    """Every pair that the runs compare, in the order of the first run that has it; with the gates that watch it."""
    found: dict[Key, Series] = {}
    for run in sorted(runs, key=lambda one: (one.about.started_unix_ns, one.about.id)):
        watched = _watched_pairs(run, guardrails)
        for group in run.groups:
            for a, b in pairs_of(run, group):
                if a.injected or b.injected or a.is_repeat:
                    continue  # slowed on purpose, or one program twice
                metric = estimating.judged_metric(run, group)
                ratio = estimating.ratio(run, a, b, metric)
                if ratio is None:
                    continue
                machine = fingerprint(run.machine_of(group).environment)
                key = Key(machine, base_group(group), a.arm, b.arm, metric)
                series = found.setdefault(key, Series(key))
                series.points.append(_point(run, a, b, ratio))
                series.gates = tuple(dict.fromkeys((*series.gates, *watched.get((group, a.arm, b.arm), ()))))
    return list(found.values())


def _watched_pairs(run: Run, guardrails: Guardrails | None) -> dict[tuple[str, str, str], list[str]]:
    watched: dict[tuple[str, str, str], list[str]] = {}
    for gate in guardrails.gates if guardrails else ():
        if not gate.is_ratio:
            continue
        for group in find_groups(run, gate):
            for arm in _arms_against(run, gate, group):
                watched.setdefault((group, gate.a, arm), []).append(gate.id)
    return watched


def _arms_against(run: Run, gate: Gate, group: str) -> list[str]:
    if not gate.names_many:
        return [gate.b]
    return [case.arm for case in gate.rivals_in(run, group)]


def _point(run: Run, a: Case, b: Case, ratio: Estimate) -> Point:
    about, tool = run.about, run.tool
    circumstances = {"kernel": run.machine_of(a.group).environment.kernel or "unknown", "compiler": tool.compiler,
                     "compiler flags": tool.compiler_flags, "slices of": f"{about.slice_target_ns / 1e6:g} ms",
                     **{f"version of {case.backend}": run.backends[case.backend].version for case in (a, b)
                        if case.kind != "ours"},
                     **{f"parameter {name}": value for name, value in a.parameters.items()}}
    return Point(about.id, run.path, about.started_unix_ns, tool.git_revision, tool.git_dirty, ratio,
                 circumstances)


def find_changes(series: Series, settings: Settings) -> Series:
    """Fills in the stretches and the changes between them."""
    values = np.log([point.ratio.value for point in series.points])
    seed = (settings.seed, zlib.crc32(str(series.key).encode()))  # its own, whatever else is in the history
    splits = change_points(values, settings.level, settings.least_runs, settings.permutations, seed)
    edges = [0, *(split.at for split in splits), len(values)]
    series.stretches = [Stretch(tuple(series.points[first:last]), estimating.estimate(values[first:last]))
                        for first, last in zip(edges, edges[1:])]
    series.changes = [Change(before, after, split.p)
                      for before, after, split in zip(series.stretches, series.stretches[1:], splits)]
    return series
