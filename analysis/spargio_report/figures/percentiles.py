"""The latency percentile curve: how the tail grows, one more nine a decade (x = 1 / (1 - p))."""

import numpy as np

from spargio_report.figures.canvas import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator
from spargio_report.figures.labels import Label, label_points
from spargio_report.figures.style import WIDTH_IN, face_of, mark_of, plt, time_tick
from spargio_report.read.model import Case, Run

# A percentile is drawn as far as ten operations lie beyond it: p99 from 1,000 operations, p99.9 from 10,000 (M10).
BEYOND = 10
LEAST_OPERATIONS = 10 * BEYOND  # as far as p90; below that there is no curve
POINTS_A_DECADE = 40
MARKED = (2, 10, 20, 100, 1e3, 1e4, 1e5, 1e6, 1e7)


def cases_with_curve(run: Run, group: str) -> list[Case]:
    return [case for case in run.cases_of(group)
            if case.measured and case.latency and case.latency["count"] >= LEAST_OPERATIONS]


def percentile_curve(latency: dict) -> tuple[np.ndarray, np.ndarray]:
    """(1 / (1 - p), nanoseconds): the smallest recorded value that at least the share p of all does not exceed."""
    values = np.array([value for value, _ in latency["buckets"]], dtype=float)
    reached = np.cumsum([count for _, count in latency["buckets"]])
    end = reached[-1] / BEYOND
    grid = np.geomspace(1, end, max(2, int(np.log10(end) * POINTS_A_DECADE)))
    x = np.unique(np.concatenate([grid, [mark for mark in MARKED if mark <= end]]))
    needed = np.ceil((1 - 1 / x) * reached[-1] - 1e-6)
    return x, values[np.minimum(np.searchsorted(reached, np.maximum(needed, 1)), len(values) - 1)]


def draw_percentiles(run: Run, group: str):
    cases = cases_with_curve(run, group)
    height = max(3.0, 1.0 + 0.16 * len(cases))
    figure = plt.figure(figsize=(WIDTH_IN, height))
    axes = figure.add_axes((0.1, 0.42 / height, 0.66, 1 - 0.75 / height))
    axes.set(xscale="log", yscale="log",
             title=f"{group}: latency of a {run.workload_of(group).operation} by percentile")
    ends = []
    for case in cases:
        x, y = percentile_curve(case.latency)
        mark = mark_of(case.backend)
        axes.plot(x, y, color=mark.colour, marker=mark.marker, linestyle=mark.line, lw=1.1, markersize=4,
                  markevery=[place for place, one in enumerate(x) if one in MARKED], markeredgewidth=0.9,
                  markerfacecolor=face_of(case.arm, case.backend), zorder=4 if case.kind == "ours" else 3)
        ends.append(Label(x[-1], y[-1], case.arm, mark.colour, mark.marker, face_of(case.arm, case.backend)))
    _finish(axes, max(one.x for one in ends))
    label_points(axes, ends, height, column=1.06)
    return figure


def _finish(axes, end: float) -> None:
    axes.set_xlim(1, end * 1.05)
    axes.xaxis.set_major_locator(FixedLocator([mark for mark in MARKED if mark <= end]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(percentile_tick))
    axes.set_xlabel("percentile", labelpad=2)
    low, high = axes.get_ylim()
    axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1,) if high / low > 1000 else (1, 2, 5), numticks=12))
    axes.yaxis.set_major_formatter(FuncFormatter(time_tick))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="both")


def percentile_tick(x: float, _=None) -> str:
    """2 -> p50, 10 -> p90, 20 -> p95, 100 -> p99, 1000 -> p99.9."""
    text = f"{100 * (1 - 1 / x):.7f}".rstrip("0").rstrip(".")
    return f"p{text}"
