"""Throughput against p99 against memory: what one is bought with of the others."""

import numpy as np

from spargio_report.figures.canvas import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator
from spargio_report.figures.labels import Label, label_points
from spargio_report.figures.style import WIDTH_IN, mark_of, plt, rate_tick, time_tick
from spargio_report.read.model import Case, Run
from spargio_report.statistics.estimate import case_value
from spargio_report.words.wording import memory

PANEL_IN, HEAD_IN, TITLE_IN, FOOT_IN = 1.55, 0.3, 0.3, 0.42
LEFT_IN, AXES_IN, COLUMN_IN = 0.62, 1.35, WIDTH_IN / 2
LARGEST_POINT = 160  # square points, for the arm of a panel with the most memory


def cases_with_all_three(run: Run, group: str) -> list[Case]:
    return [case for case in run.cases_of(group)
            if case.measured and case.latency and case.latency["p99_ns"] and case.peak_rss_bytes
            and case_value(run, case, "wall_ns_per_operation")]


def groups_with_tradeoff(run: Run) -> list[str]:
    return [group for group in run.groups if len(cases_with_all_three(run, group)) >= 2]


def draw_tradeoff(run: Run, title: str):
    groups = groups_with_tradeoff(run)
    lines = (len(groups) + 1) // 2
    pitch = TITLE_IN + PANEL_IN + FOOT_IN
    height = HEAD_IN + lines * pitch
    figure = plt.figure(figsize=(WIDTH_IN, height))
    for place, group in enumerate(groups):
        line, column = divmod(place, 2)
        axes = figure.add_axes(((column * COLUMN_IN + LEFT_IN) / WIDTH_IN,
                                1 - (HEAD_IN + line * pitch + TITLE_IN + PANEL_IN) / height,
                                AXES_IN / WIDTH_IN, PANEL_IN / height))
        _draw_panel(axes, run, group, height)
    figure.text(0.01, 1 - 0.15 / height, title, weight="bold", fontsize=9.5, va="center")
    return figure


def _draw_panel(axes, run: Run, group: str, height: float) -> None:
    cases = cases_with_all_three(run, group)
    most = max(case.peak_rss_bytes for case in cases)
    points = []
    for case in cases:
        mark = mark_of(case.backend)
        x, y = 1e9 / case_value(run, case, "wall_ns_per_operation"), case.latency["p99_ns"]
        axes.scatter(x, y, s=LARGEST_POINT * case.peak_rss_bytes / most, marker=mark.marker, linewidths=1.0,
                     facecolor=mark.colour if case.kind == "ours" else "none", edgecolor=mark.colour,
                     zorder=4 if case.kind == "ours" else 3)
        points.append(Label(x, y, f"{case.arm}, {memory(case.peak_rss_bytes)}", mark.colour, mark.marker,
                            mark.colour if case.kind == "ours" else "white"))
    for axis, scale, limits, tick in ((axes.xaxis, axes.set_xscale, axes.set_xlim, rate_tick),
                                      (axes.yaxis, axes.set_yscale, axes.set_ylim, time_tick)):
        values = [point.x if axis is axes.xaxis else point.y for point in points]
        scale("log")
        limits(*_widened(min(values), max(values)))
        _set_ticks(axis, tick)
    axes.grid(axis="both")
    axes.set_title(group, fontsize=8, x=-LEFT_IN / AXES_IN + 0.04, pad=5)
    axes.set_xlabel("operations per second →", fontsize=7, labelpad=1)
    axes.set_ylabel("← p99", fontsize=7, labelpad=1)
    label_points(axes, points, height, column=1.13, size=6.2, letters=28)


def _widened(low: float, high: float) -> tuple[float, float]:
    """Room for the largest points, and an axis of at least a factor of two."""
    room = max(1.25, np.sqrt(2 / (high / low)), (high / low) ** 0.12)
    return low / room, high * room


def _set_ticks(axis, tick) -> None:
    low, high = axis.get_view_interval()
    decades = np.log10(high / low)
    if decades < 0.7:
        axis.set_major_locator(MaxNLocator(3, steps=(1, 2, 5, 10)))
    else:
        axis.set_major_locator(LogLocator(base=10, subs=(1,) if decades > 2 else (1, 3), numticks=7))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(tick))
    axis.set_minor_formatter(NullFormatter())
    axis.set_tick_params(labelsize=6.5)
