"""Scaling curves: time per operation while one parameter or knob grows."""

import numpy as np

from spargio_report.compare.sweeps import Sweep, is_number
from spargio_report.figures.canvas import FixedFormatter, FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator
from spargio_report.figures.labels import Label, label_points
from spargio_report.figures.style import GREY, WIDTH_IN, face_of, mark_of, plt, time_tick
from spargio_report.read.model import Run
from spargio_report.statistics.estimate import block_values, judged_metric

# Of these, twice as many should halve the time: a line shows what that would be.
SHOULD_SCALE = ("workers", "shards")


def draw_scaling(run: Run, sweep: Sweep):
    height = max(3.0, 1.0 + 0.16 * len(sweep.lines))
    figure = plt.figure(figsize=(WIDTH_IN, height))
    axes = figure.add_axes((0.1, 0.45 / height, 0.66, 1 - 0.8 / height))
    place = dict(zip(sweep.values, sweep.positions))
    ends = []
    for name, cases in sweep.lines.items():
        some = [(value, case) for value, case in cases.items()
                if block_values(run, case, judged_metric(run, case.group))]
        if not some:
            continue
        some.sort(key=lambda one: place[one[0]])
        quartiles = np.array([_quartiles(run, case) for _, case in some])
        x = [place[value] for value, _ in some]
        mark = mark_of(some[0][1].backend)
        axes.errorbar(x, quartiles[:, 1], yerr=np.abs(quartiles[:, (0, 2)] - quartiles[:, 1:2]).T, color=mark.colour,
                      marker=mark.marker, linestyle=mark.line, lw=1.1, elinewidth=0.8, capsize=2, markeredgewidth=0.9,
                      markerfacecolor=face_of(name, some[0][1].backend), zorder=3 + (some[0][1].kind == "ours"))
        face = face_of(name, some[0][1].backend)
        ends.append(Label(x[-1], quartiles[-1, 1], name, mark.colour, mark.marker, face))
        if sweep.name in SHOULD_SCALE and some[0][1].kind == "ours" and all(is_number(value) for value, _ in some):
            axes.plot(x, quartiles[0, 1] * x[0] / np.array(x), color=GREY, lw=0.8, linestyle=(0, (1, 2)))
            ends.append(Label(x[-1], quartiles[0, 1] * x[0] / x[-1], f"ideal, from {name}", GREY))
    axes.set(yscale="log", title=sweep.title)
    set_value_axis(axes, sweep)
    metric = judged_metric(run, next(iter(next(iter(sweep.lines.values())).values())).group)
    axes.set_ylabel(f"{'CPU time' if metric == 'cpu_ns_per_operation' else 'time'} per operation", labelpad=3)
    set_time_axis(axes)
    label_points(axes, ends, height)
    return figure


def _quartiles(run: Run, case) -> np.ndarray:
    values = list(block_values(run, case, judged_metric(run, case.group)).values())
    return np.percentile(values, (25, 50, 75))


def set_value_axis(axes, sweep: Sweep) -> None:
    """A tick at each measured value; a log scale where they span a factor of four, so that equal factors look equal."""
    positions = sweep.positions
    numbers = all(is_number(value) for value in sweep.values)
    if numbers and positions[-1] / positions[0] >= 4:
        axes.set_xscale("log")
        room = (positions[-1] / positions[0]) ** 0.03
        axes.set_xlim(positions[0] / room, positions[-1] * room)
    else:
        room = (positions[-1] - positions[0]) * 0.03
        axes.set_xlim(positions[0] - room, positions[-1] + room)
    axes.xaxis.set_major_locator(FixedLocator(positions))
    axes.xaxis.set_major_formatter(FixedFormatter(sweep.values))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(sweep.name, labelpad=2)
    axes.grid(axis="both")


def set_time_axis(axes) -> None:
    low, high = axes.get_ylim()
    axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1,) if high / low > 1000 else (1, 2, 5), numticks=12))
    axes.yaxis.set_major_formatter(FuncFormatter(time_tick))
    axes.yaxis.set_minor_formatter(NullFormatter())
