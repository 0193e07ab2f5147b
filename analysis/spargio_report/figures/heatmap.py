"""Workload by backend: where ours wins and loses at a glance."""

import numpy as np

from spargio_report.compare.comparison import Comparison
from spargio_report.figures.canvas import LinearSegmentedColormap, Rectangle, TwoSlopeNorm
from spargio_report.figures.style import BLUE, ORANGE, WIDTH_IN, plt
from spargio_report.read.model import STANDINGS, Run
from spargio_report.words.wording import number

CELL_IN = 0.27
LEFT_IN = 2.15
CELL_TEXT = 7.5
DIGIT_EM = 0.66  # a digit of the font and a little air, in its size
RIGHT_IN = 0.75  # room for the last slanted name
# Beyond 16 times either way the colour says no more; the figure in the cell does.
REACH = 4.0
BLUE_TO_ORANGE = LinearSegmentedColormap.from_list("blue_to_orange", [BLUE, "#8DC0E0", "white", "#F4D08A", ORANGE])


def draw_heatmap(run: Run, comparisons: list[Comparison]):
    """One panel for each of our arms, columns shared."""
    ours = list(dict.fromkeys(one.a.arm for one in comparisons if one.a.kind == "ours"))
    others = sorted(dict.fromkeys((one.b.kind == "ours", STANDINGS.index(one.b.standing), one.b.arm) for one in comparisons))
    columns = [arm for _, _, arm in others]
    panels = [(arm, [group for group in run.groups if any((one.group, one.a.arm) == (group, arm)
                                                          for one in comparisons)]) for arm in ours]
    heights = [len(groups) * CELL_IN for _, groups in panels]
    head, gap, foot = 0.5 + 0.05 * max(map(len, columns)), 0.35, 0.62
    height = head + sum(heights) + gap * (len(panels) - 1) + foot
    figure = plt.figure(figsize=(WIDTH_IN, height))
    norm = TwoSlopeNorm(0, -REACH, REACH)
    top = height - head
    for place, ((arm, groups), panel_in) in enumerate(zip(panels, heights)):
        axes = figure.add_axes((LEFT_IN / WIDTH_IN, (top - panel_in) / height, (WIDTH_IN - LEFT_IN - RIGHT_IN) / WIDTH_IN,
                                panel_in / height))
        _draw_panel(axes, run, comparisons, arm, groups, columns, norm, with_names=place == 0)
        top -= panel_in + gap
    figure.text(0.01, 1 - 0.16 / height, "Time per operation, ours / other", weight="bold", fontsize=9.5,
                va="center")
    _draw_scale(figure, norm, height)
    return figure


def cell_number(value: float) -> str:
    """A ratio in at most five letters: 0.0036 is 1/280, and 12345 is 12k."""
    if value >= 9999.5:
        return f"{value / 1000:.0f}k" if value < 999_500 else "≫1k"
    if value >= 0.01:
        return number(value)
    return f"1/{float(f'{1 / value:.2g}'):.0f}" if value > 1 / 995 else f"1/{1 / value / 1000:.0f}k"


def _draw_panel(axes, run: Run, comparisons, arm: str, groups, columns, norm, with_names: bool) -> None:
    axes.set(xlim=(0, len(columns)), ylim=(len(groups), 0))
    size = _text_size(len(columns))
    found = {(one.group, one.b.arm): one for one in comparisons if one.a.arm == arm}
    for y, group in enumerate(groups):
        for x, other in enumerate(columns):
            one = found.get((group, other))
            if one:
                _draw_cell(axes, x, y, one, norm, size)
            else:
                case = run.case_of(group, other)
                _draw_blank(axes, x, y, case.status if case else "not in the run")
    axes.set_yticks(np.arange(len(groups)) + 0.5, groups)
    axes.set_xticks(np.arange(len(columns)) + 0.5, columns if with_names else [])
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    plt.setp(axes.get_xticklabels(), rotation=40, ha="left", rotation_mode="anchor")
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.text(-2.1 / (axes.get_position().width * WIDTH_IN), -0.42, arm, transform=axes.get_yaxis_transform(),
              weight="bold", va="center")


def _text_size(columns: int) -> float:
    """The largest, up to the usual one, at which five letters stay within a cell."""
    cell_in = (WIDTH_IN - LEFT_IN - RIGHT_IN) / columns
    return min(CELL_TEXT, 0.94 * cell_in * 72 / (5 * DIGIT_EM))


def _draw_cell(axes, x: int, y: int, one: Comparison, norm, size: float) -> None:
    shade = np.clip(np.log2(one.ratio.value), -REACH, REACH)
    axes.add_patch(Rectangle((x, y), 1, 1, facecolor=BLUE_TO_ORANGE(norm(shade)), edgecolor="white", lw=1.2))
    unsure = one.ratio.word == "UNSURE"
    if unsure:
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor="none", edgecolor="#8A8A8A", hatch="////", lw=0))
    slower = one.ratio.word == "SLOWER" and one.b.kind != "floor"
    if slower:
        axes.add_patch(Rectangle((x + 0.05, y + 0.08), 0.9, 0.84, facecolor="none", edgecolor="black", lw=1.0))
    axes.text(x + 0.5, y + 0.52, cell_number(one.ratio.value), ha="center", va="center", fontsize=size,
              weight="bold" if slower else "normal", color="white" if shade < -3 and not unsure else "black",
              bbox={"boxstyle": "square,pad=0.15", "fc": "white", "ec": "none"} if unsure else None)


def _draw_blank(axes, x: int, y: int, status: str) -> None:
    axes.text(x + 0.5, y + 0.52, "–" if status in ("unsupported", "not in the run") else status.replace("_", " "),
              ha="center", va="center", fontsize=6.5, color="#8A8A8A")


def _draw_scale(figure, norm, height: float) -> None:
    bar = figure.add_axes((LEFT_IN / WIDTH_IN, 0.32 / height, 2.2 / WIDTH_IN, 0.1 / height))
    scale = figure.colorbar(plt.cm.ScalarMappable(norm, BLUE_TO_ORANGE), cax=bar, orientation="horizontal",
                            ticks=[-4, -2, 0, 2, 4])
    scale.ax.set_xticklabels(["1/16×", "1/4×", "1×", "4×", "16×"])
    scale.outline.set_linewidth(0.5)
    figure.text(4.55 / WIDTH_IN, 0.37 / height, "framed: slower than this rival · hatched: not sure",
                fontsize=7, va="center", color="#444444")
