"""Direct labels: the name stands beside the end of its line, and no two names touch."""

from dataclasses import dataclass

import numpy as np

from spargio_report.figures.style import WIDTH_IN, fitted

LABEL_GAP_IN = 0.125
LABEL_SIZE = 7.2
LEADER = "#B0B0B0"
LEADER_START_IN, LEADER_STOP_IN = 1 / 72, 3 / 72  # before its name, before its point


def spread(heights: list[float], gap: float, top: float) -> list[float]:
    """The sorted heights, moved as little as needed for neighbours to stand `gap` apart, none above `top` if it can
    be helped."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else height)
    ceiling = max(top, gap * (len(placed) - 1))
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    return placed


@dataclass(frozen=True)
class Label:
    """`x`, `y` in data units; the mark stands before the text as well, so that no leader has to be followed."""

    x: float
    y: float
    text: str
    colour: str
    marker: str | None = None
    face: str | None = None


def label_points(axes, labels: list[Label], page_height_in: float, column: float = 1.045, size: float = LABEL_SIZE,
                 letters: int = 27) -> None:
    """Names in a column right of the axes, a thin line from each to its point; the limits of the axes must stand.

    `column`: where the names begin, as a share of the width of the axes. `letters`: how many of `size` fit from
    there to the next thing; longer names get smaller ones.
    """
    axes.get_xlim(), axes.get_ylim()  # pending automatic limits are worked out here
    inches = axes.get_position().height * page_height_in
    before = 0.07 / (axes.get_position().width * WIDTH_IN)
    to_axes = axes.transData + axes.transAxes.inverted()
    placed = sorted(((to_axes.transform((one.x, one.y))[1] * inches, one) for one in labels), key=lambda one: one[0])
    gap = LABEL_GAP_IN * size / LABEL_SIZE
    for (_, one), height in zip(placed, spread([place for place, _ in placed], gap, inches)):
        y = height / inches
        text, text_size = fitted(one.text, size, letters)
        axes.text(column, y, text, transform=axes.transAxes, va="center", color=one.colour, zorder=2, fontsize=text_size)
        _draw_leader(axes, (column, y), to_axes.transform((one.x, one.y)), page_height_in)
        if one.marker:
            axes.plot(column - before, y, transform=axes.transAxes, marker=one.marker, color=one.colour, markersize=3.6,
                      markerfacecolor=one.face or one.colour, markeredgewidth=0.8, clip_on=False)


def _draw_leader(axes, begin, end, page_height_in: float) -> None:
    """From a name to just before its point. Shares of the axes, and so a plain line: an annotation with an arrow is
    worked out anew whenever it is drawn, which took a tenth of a page with many names."""
    size = np.array((axes.get_position().width * WIDTH_IN, axes.get_position().height * page_height_in))
    begin, end = np.array(begin), np.array(end)
    inches = np.hypot(*((end - begin) * size))
    stop = end - (end - begin) * min(1, LEADER_STOP_IN / inches) if inches else end
    axes.plot(*zip(begin - (LEADER_START_IN / size[0], 0), stop), transform=axes.transAxes, lw=0.45, color=LEADER,
              clip_on=False, zorder=1.5)
