"""Latency against offered load: where each runtime's queue begins to grow."""

from spargio_report.compare.sweeps import Sweep
from spargio_report.figures.labels import Label, label_points
from spargio_report.figures.scaling import set_time_axis, set_value_axis
from spargio_report.figures.style import GREY, WIDTH_IN, face_of, mark_of, plt
from spargio_report.read.metrics import PERCENTILES
from spargio_report.read.model import Case, Run
from spargio_report.statistics.estimate import case_value

# Below this share of what was offered, the requests of a slice were not over when they should have been.
KEPT_UP = 0.98
PANELS = (("p50_ns", "median latency"), ("p95_ns", "p95 latency"), ("p99_ns", "p99 latency"))
GAP_IN, EDGE_IN = 0.25, 0.42


def draw_load(run: Run, sweep: Sweep):
    panel_in = max(1.7, 0.16 * len(sweep.lines))
    height = EDGE_IN + len(PANELS) * (panel_in + GAP_IN) - GAP_IN + EDGE_IN
    figure = plt.figure(figsize=(WIDTH_IN, height))
    for place, (key, name) in enumerate(PANELS):
        below = len(PANELS) - 1 - place
        axes = figure.add_axes((0.1, (EDGE_IN + below * (panel_in + GAP_IN)) / height, 0.66, panel_in / height))
        _draw_panel(axes, run, sweep, key, height)
        axes.set_ylabel(name, labelpad=3)
        if place == 0:
            axes.set_title(f"{sweep.title}: latency against offered load")
        if below:
            axes.set_xlabel("")
            axes.set_xticklabels([])
        else:
            axes.set_xlabel("offered requests per second", labelpad=2)
    return figure


def keeps_up(run: Run, case: Case, rate: float) -> bool:
    """Whether the requests went through as fast as they were offered."""
    wall_ns = case_value(run, case, "wall_ns_per_operation")
    return wall_ns is not None and 1e9 / wall_ns >= KEPT_UP * rate


def _draw_panel(axes, run: Run, sweep: Sweep, key: str, height: float) -> None:
    place = dict(zip(sweep.values, sweep.positions))
    ends = []
    for name, cases in sweep.lines.items():
        some = sorted(((place[value], case) for value, case in cases.items()
                       if case.latency and case.latency[key]), key=lambda one: one[0])
        if not some:
            continue
        mark = mark_of(some[0][1].backend)
        axes.plot([x for x, _ in some], [case.latency[key] for _, case in some], color=mark.colour, lw=1.1,
                  marker=mark.marker, linestyle=mark.line, markerfacecolor=face_of(name, some[0][1].backend),
                  markeredgewidth=0.9, zorder=3 + (some[0][1].kind == "ours"))
        behind = [(x, case.latency[key]) for x, case in some if not keeps_up(run, case, x)]
        axes.plot([x for x, _ in behind], [y for _, y in behind], "x", color="black", markersize=8,
                  markeredgewidth=1.0, zorder=6, label="_behind")
        ends.append(Label(some[-1][0], some[-1][1].latency[key], name, mark.colour, mark.marker,
                          face_of(name, some[0][1].backend)))
    axes.set_yscale("log")
    set_value_axis(axes, sweep)
    if not ends:
        axes.text(0.5, 0.5, f"fewer than {PERCENTILES[key]:,} operations: no {key.removesuffix('_ns')}", transform=axes.transAxes, ha="center", color=GREY)
        return
    set_time_axis(axes)
    label_points(axes, ends, height)
