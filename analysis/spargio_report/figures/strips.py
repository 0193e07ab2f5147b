"""Paired strips: every block of a case, all arms above one another, the state of the machine below."""

import numpy as np

from spargio_report.figures.canvas import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator
from spargio_report.figures.labels import Label, label_points
from spargio_report.figures.style import GREY, LIGHT, WIDTH_IN, face_of, mark_of, plt, time_tick
from spargio_report.read.model import Case, Run
from spargio_report.statistics.estimate import block_values, judged_metric

FAR_SHADE, NEAR_SHADE = "#555555", "#BBBBBB"


def draw_strips(run: Run, group: str):
    metric = judged_metric(run, group)
    blocks = sorted(run.blocks_of(group), key=lambda block: block.index)
    place = {block.number: x for x, block in enumerate(blocks, start=1)}
    cases = [case for case in run.cases_of(group) if case.measured and block_values(run, case, metric)]
    height = max(2.9, 1.5 + 0.16 * len(cases))
    figure, (upper, pressure, state) = plt.subplots(
        3, 1, figsize=(WIDTH_IN, height), sharex=True,
        gridspec_kw={"height_ratios": [height - 1.15, 0.4, 0.16], "hspace": 0.16, "left": 0.1, "right": 0.78,
                     "top": 1 - 0.36 / height, "bottom": 0.38 / height})
    for case in cases:
        _draw_arm(upper, case, block_values(run, case, metric), place)
    _finish_upper(upper, run, group, metric)
    _label_directly(upper, cases, run, metric, place, height)
    _draw_pressure(pressure, blocks)
    _draw_state(state, blocks)
    return figure


def _draw_arm(axes, case: Case, values: dict[int, float], place: dict[int, int]) -> None:
    mark = mark_of(case.backend)
    points = sorted((place[number], value) for number, value in values.items())
    axes.plot([x for x, _ in points], [value for _, value in points], color=mark.colour, marker=mark.marker,
              linestyle=mark.line, lw=0.7, markersize=3.8, markeredgewidth=0.9, zorder=4 if case.kind == "ours" else 3,
              markerfacecolor=face_of(case.arm, case.backend))


def _finish_upper(axes, run: Run, group: str, metric: str) -> None:
    workload = run.workload_of(group)
    judged = "CPU time" if metric == "cpu_ns_per_operation" else "time"
    axes.set(yscale="log", title=f"{group}: {judged} per {workload.operation}, block by block")
    low, high = axes.get_ylim()
    wide = np.log10(high / low) > 1.3
    axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1,) if wide else (1, 1.5, 2, 3, 5, 7), numticks=12))
    axes.yaxis.set_major_formatter(FuncFormatter(time_tick))
    axes.yaxis.set_minor_formatter(NullFormatter())
    if not wide:
        axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(axis="both")
    axes.tick_params(axis="x", length=0)


def _label_directly(axes, cases: list[Case], run: Run, metric: str, place: dict[int, int], height: float) -> None:
    axes.set_xlim(0.5, max(place.values()) + 0.5)
    ends = []
    for case in cases:
        values = block_values(run, case, metric)
        number = max(values, key=lambda one: place[one])
        mark = mark_of(case.backend)
        ends.append(Label(place[number], values[number], case.arm, mark.colour, mark.marker,
                          face_of(case.arm, case.backend)))
    label_points(axes, ends, height)


def _draw_pressure(axes, blocks) -> None:
    """Bars; a block whose pressure could not be read has a dot on the axis instead."""
    shares = [None if block.pressure_share is None else min(max(block.pressure_share, 0.0), 1.0) for block in blocks]
    known = [share for share in shares if share is not None]
    axes.bar([x for x, share in enumerate(shares, start=1) if share is not None], [share * 100 for share in known],
             width=0.7, color=GREY)
    unread = [x for x, share in enumerate(shares, start=1) if share is None]
    axes.plot(unread, [0] * len(unread), ".", color=GREY, markersize=2)
    axes.set_ylim(0, max([share * 100 for share in known] + [5]) * 1.1)
    axes.yaxis.set_major_locator(MaxNLocator(2))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))
    axes.tick_params(axis="x", length=0)
    axes.text(1.045, 0.5, "CPU pressure", transform=axes.transAxes, va="center", fontsize=7.2, color=GREY)


def _draw_state(axes, blocks) -> None:
    look = {"near": (0.45, NEAR_SHADE, None), "far": (1.0, FAR_SHADE, None), "changed": (1.0, "white", "/////"),
            "unknown": (0.1, LIGHT, None)}
    for x, block in enumerate(blocks, start=1):
        size, colour, hatch = look[block.state]
        axes.bar(x, size, width=0.7, color=colour, hatch=hatch, edgecolor=FAR_SHADE, lw=0.5)
    axes.set(ylim=(0, 1.15), yticks=[], xlabel="block")
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=20))
    seen = [state for state in look if any(block.state == state for block in blocks)]
    axes.text(1.045, 0.5, "CPUs " + "/".join(seen), transform=axes.transAxes, va="center", fontsize=7.2, color=GREY)
