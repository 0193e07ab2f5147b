"""Direct labels: the name stands beside the end of its line, and no two names touch."""

from dataclasses import dataclass

from spargio_report.style import WIDTH_IN

LABEL_GAP_IN = 0.125
LABEL_SIZE = 7.2
LEADER = "#B0B0B0"


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
        text = axes.annotate(one.text, (one.x, one.y), xytext=(column, y), textcoords="axes fraction", va="center",
                             fontsize=size * min(1, letters / len(one.text)), color=one.colour, annotation_clip=False,
                             arrowprops={"arrowstyle": "-", "lw": 0.45, "color": LEADER, "shrinkA": 1, "shrinkB": 3,
                                         "relpos": (0, 0.5)}, zorder=2)
        text.arrow_patch.set_zorder(1.5)
        if one.marker:
            axes.plot(column - before, y, transform=axes.transAxes, marker=one.marker, color=one.colour, markersize=3.6,
                      markerfacecolor=one.face or one.colour, markeredgewidth=0.8, clip_on=False)
