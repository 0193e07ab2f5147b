"""From slices to one number per block, and from blocks to a ratio with its interval (M10).

A ratio is always a / b: below 1, a is the faster (or the cheaper) one.
"""

from dataclasses import dataclass
from math import exp, inf, log, pi, sqrt
from statistics import NormalDist

import numpy as np

from spargio_report.read.metrics import INSTRUCTIONS, JUDGED_METRIC, PERCENTILES
from spargio_report.read.model import Case, Run
from spargio_report.statistics.signed_rank import hodges_lehmann, lower_bound, upper_bound

DISPLAY_ALPHA = 0.025  # on each side: a 95 % interval
DETECTION_POWER = 0.80

# Entering and leaving a slice costs a process about this much CPU; below it a figure says nothing, and a logarithm
# of zero would say something absurd.
CPU_FLOOR_NS_PER_SLICE = 1_000

# A percentile below what a clock tells: of 0 ns there is no ratio.
CLOCK_FLOOR_NS = 1

# What one arm uses beyond the other is a difference, and a logarithm wants it above nothing: one millionth of a CPU.
LEAST_CPU_SHARE = 1e-6

@dataclass(frozen=True)
class Estimate:
    """A ratio (or, for an absolute figure, a value), its 95 % interval and what it could have seen."""

    value: float
    low: float
    high: float
    blocks: int
    detectable: float | None
    log_values: np.ndarray

    @property
    def has_interval(self) -> bool:
        return self.low > 0 and self.high < inf

    @property
    def word(self) -> str:
        """Against 1: which way the whole interval lies."""
        if self.has_interval and self.high < 1:
            return "FASTER"
        if self.has_interval and self.low > 1:
            return "SLOWER"
        return "UNSURE"


def slice_value(one, metric: str) -> float | None:
    if metric in PERCENTILES:
        latency = one.latency.get(metric) if one.latency else None  # p95 since schema 1.4
        return None if latency is None else max(latency, CLOCK_FLOOR_NS)
    if metric == INSTRUCTIONS:
        return one.instructions / one.operations if one.instructions else None
    cpu_ns = max(one.cpu_ns, CPU_FLOOR_NS_PER_SLICE)
    if metric == "wall_ns_per_operation":
        return one.wall_ns / one.operations
    if metric == "cpu_ns_per_operation":
        return cpu_ns / one.operations
    return cpu_ns / one.wall_ns


def block_values(run: Run, case: Case, metric: str) -> dict[int, float]:
    """Block number -> median over the block's slices of that case: those of throughput, or of latency."""
    key = ("blocks", case.id, metric)
    if key not in run.worked_out:
        found = {}
        mode = "latency" if metric in PERCENTILES else "throughput"
        for block in run.blocks_of(case.group):
            values = [value for one in block.slices if one.case == case.id and one.mode == mode
                      if (value := slice_value(one, metric)) is not None]
            if values:
                found[block.number] = float(np.median(values))
        run.worked_out[key] = found
    return run.worked_out[key]


def case_value(run: Run, case: Case, metric: str) -> float | None:
    values = block_values(run, case, metric)
    return float(np.median(list(values.values()))) if values else None


def judged_metric(run: Run, group: str) -> str:
    return JUDGED_METRIC[run.workload_of(group).judged_by]


def log_ratios(run: Run, a: Case, b: Case, metric: str) -> dict[int, float]:
    """Block number -> log(a / b), for the blocks in which both arms ran."""
    ours, theirs = block_values(run, a, metric), block_values(run, b, metric)
    return {number: log(ours[number] / theirs[number]) for number in ours if number in theirs}


def ratio(run: Run, a: Case, b: Case, metric: str) -> Estimate | None:
    """None where no block holds both arms. Worked out once for a run and shared by gates, tables and figures."""
    key = ("ratio", a.id, b.id, metric)
    if key not in run.worked_out:
        found = log_ratios(run, a, b, metric)
        run.worked_out[key] = estimate(np.array(list(found.values()))) if found else None
    return run.worked_out[key]


def log_cpu_share_above(run: Run, a: Case, b: Case) -> np.ndarray:
    """Log of the CPU share that `a` uses beyond `b` in the same block.

    Entering and leaving a slice costs some 30 us of CPU, which is more than an idle runtime may use in a slice of
    20 ms; the floor pays it as well, so the difference is the runtime's own.
    """
    ours, theirs = block_values(run, a, "cpu_share"), block_values(run, b, "cpu_share")
    return np.array([log(max(ours[number] - theirs[number], LEAST_CPU_SHARE)) for number in ours if number in theirs])


def estimate(log_values: np.ndarray) -> Estimate:
    return Estimate(value=exp(hodges_lehmann(log_values)), low=exp(lower_bound(log_values, DISPLAY_ALPHA)),
                    high=_exp(upper_bound(log_values, DISPLAY_ALPHA)), blocks=len(log_values),
                    detectable=detectable_effect(log_values), log_values=log_values)


def _exp(value: float) -> float:
    return inf if value == inf else exp(value)


def robust_spread(log_values: np.ndarray) -> float:
    """Standard deviation by the median absolute deviation, or the plain one where more than half are equal.

    The median absolute deviation of few values is too small; the factor undoes that (found by simulation).
    """
    n = len(log_values)
    deviation = 1.4826 * float(np.median(np.abs(log_values - np.median(log_values)))) * n / max(1, n - 1.2)
    return deviation if deviation > 0 else float(np.std(log_values))


def detectable_effect(log_values: np.ndarray) -> float | None:
    """The change, as a share, that so many blocks of this spread show in 80 of 100 runs at the 95 % interval.

    The signed-rank test needs pi/3 times the blocks that a t test needs on normal data; on the heavy tails of
    timings it needs fewer, so this errs on the careful side. The exact test is a little harder to pass than its
    large-sample form: two blocks fewer account for that from 10 blocks on (found by simulation, held by a test).
    """
    n = len(log_values)
    if n < 6:  # below that no 95 % interval exists
        return None
    normal = NormalDist()
    reach = normal.inv_cdf(1 - DISPLAY_ALPHA) + normal.inv_cdf(DETECTION_POWER)
    return exp(reach * robust_spread(log_values) * sqrt(pi / 3 / (n - 2))) - 1


def by_state(run: Run, a: Case, b: Case, metric: str) -> dict[str, tuple[float, int]]:
    """State of the CPUs -> (median ratio, blocks): ratios may depend on it, so a reader is told."""
    found = log_ratios(run, a, b, metric)
    states: dict[str, list[float]] = {}
    for block in run.blocks_of(a.group):
        if block.number in found:
            states.setdefault(block.state, []).append(found[block.number])
    return {state: (exp(float(np.median(values))), len(values)) for state, values in sorted(states.items())}
