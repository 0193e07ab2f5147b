"""Finds texts of a figure that reach over the edge of the paper."""

from spargio_report.figures.style import plt


def unseen_ticks(figure):
    """matplotlib keeps labels for ticks beyond the limits of an axis, and never draws them."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if not low <= tick.get_loc() <= high or not axis.get_visible():
                    yield from (tick.label1, tick.label2)


def outside(figure):
    """Texts that reach over the edge of the paper."""
    figure.canvas.draw()
    renderer, page = figure.canvas.get_renderer(), figure.bbox
    unseen = set(unseen_ticks(figure))
    found = []
    for text in figure.findobj(plt.Text):
        box = text.get_window_extent(renderer)
        if text not in unseen and text.get_visible() and text.get_text() and not (
                box.x0 >= page.x0 - 1 and box.x1 <= page.x1 + 1 and box.y0 >= page.y0 - 1 and box.y1 <= page.y1 + 1):
            found.append(text.get_text())
    plt.close(figure)
    return found
