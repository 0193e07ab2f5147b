"""What one operation costs: user and system time of all threads, and the time that its CPUs had nothing to do."""

import numpy as np

from spargio_report.figures.canvas import FuncFormatter, MaxNLocator
from spargio_report.figures.style import BLACK, GREY, ORANGE, WIDTH_IN, plt, time_tick
from spargio_report.read.model import Case, Run
from spargio_report.words.wording import duration

ROW_IN = 0.165
PANEL_GAP_IN = 0.46
HEAD_IN, FOOT_IN, LABEL_IN, TEXT_IN = 0.78, 0.15, 1.6, 1.75
# Told apart without colour as well: full and dark, hatched, empty.
PARTS = (("user", "#2F6F9F", None), ("system", ORANGE, "/////"), ("idle", "white", None))


def cases_with_cost(run: Run, group: str) -> list[Case]:
    return [case for case in run.cases_of(group) if case.measured and cost_parts(run, case)]


def cost_parts(run: Run, case: Case) -> tuple[float, float, float] | None:
    """(user, system, idle) ns per operation, medians over blocks. None where no block counts.

    Idle: what the CPUs that the runtime may use (its workers, at most those of the machine) had left over. Of a
    workload that is judged by CPU time the pace is given, so idling is no cost of the runtime: 0 there.
    """
    found = []
    cpus = _cpus(run, case)
    for block in run.blocks_of(case.group):
        rows = [(one.user_ns / one.operations, one.system_ns / one.operations,
                 max(0.0, cpus * one.wall_ns - one.user_ns - one.system_ns) / one.operations)
                for one in block.slices if one.case == case.id and one.mode == "throughput"]
        if rows:
            found.append(np.median(rows, axis=0))
    if not found:
        return None
    user, system, idle = (float(value) for value in np.median(found, axis=0))
    return user, system, 0.0 if run.workload_of(case.group).judged_by == "cpu_time" else idle


def _cpus(run: Run, case: Case) -> int:
    machine = run.machine_of(case.group).environment.cpus_usable or 1
    workers = case.parameters.get("workers", "")
    return max(1, min(machine, int(workers))) if workers.isdecimal() else machine


def draw_cost(run: Run, groups: list[str], title: str):
    """A panel for each case, a bar for each arm; its own scale in each, so that no panel flattens another."""
    panels = [(group, [(case, cost_parts(run, case)) for case in cases_with_cost(run, group)]) for group in groups]
    heights = [ROW_IN * len(rows) for _, rows in panels]
    height = HEAD_IN + sum(heights) + PANEL_GAP_IN * (len(panels) - 1) + FOOT_IN + 0.2
    figure = plt.figure(figsize=(WIDTH_IN, height))
    top = height - HEAD_IN
    for (group, rows), panel_in in zip(panels, heights):
        axes = figure.add_axes((LABEL_IN / WIDTH_IN, (top - panel_in) / height,
                                (WIDTH_IN - LABEL_IN - TEXT_IN) / WIDTH_IN, panel_in / height))
        _draw_panel(axes, run, group, rows)
        top -= panel_in + PANEL_GAP_IN
    figure.text(0.01, 1 - 0.16 / height, title, weight="bold", fontsize=9.5, va="center")
    _draw_key(figure, height)
    return figure


def _draw_panel(axes, run: Run, group: str, rows) -> None:
    axes.set(ylim=(len(rows) - 0.5, -0.5))
    most = max(sum(parts) for _, parts in rows) or 1.0
    for y, (case, parts) in enumerate(rows):
        left = 0.0
        for (_, colour, hatch), size in zip(PARTS, parts):
            axes.barh(y, size, left=left, height=0.68, color=colour, hatch=hatch, edgecolor=BLACK, lw=0.4)
            left += size
        axes.text(-0.015, y, case.arm, transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=7,
                  weight="bold" if case.kind == "ours" else "normal")
        axes.text(1.02, y, cost_text(parts), transform=axes.get_yaxis_transform(), va="center", fontsize=6.5)
    axes.set_xlim(0, most * 1.005)
    axes.yaxis.set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(time_tick))
    axes.tick_params(axis="x", labelsize=6.5, pad=1.5, length=2)
    axes.set_title(f"{group}, a {run.workload_of(group).operation}", fontsize=8, pad=3,
                   x=-LABEL_IN / (axes.get_position().width * WIDTH_IN) + 0.02)


def cost_text(parts: tuple[float, float, float]) -> str:
    """`121 ns + 30 ns, idle 12 ns`"""
    user, system, idle = parts
    return f"{duration(user)} + {duration(system)}" + (f", idle {duration(idle)}" if idle else "")


def _draw_key(figure, height: float) -> None:
    x = 0.01
    for name, colour, hatch in PARTS:
        figure.add_artist(plt.Rectangle((x, 1 - 0.42 / height), 0.022, 0.1 / height, facecolor=colour, hatch=hatch,
                                        edgecolor=BLACK, lw=0.5, transform=figure.transFigure))
        figure.text(x + 0.028, 1 - 0.37 / height, name, fontsize=7.5, va="center")
        x += 0.1
    figure.text(x + 0.02, 1 - 0.37 / height, "each panel has a scale of its own; on the right: user + system, idle",
                fontsize=7, va="center", color=GREY)
