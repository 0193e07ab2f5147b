"""The knob tornado: how far each knob moves the baseline, the widest first, and the winner on fresh blocks."""

from spargio_report.compare.sweep_result import Point, SweepResult, span
from spargio_report.figures.canvas import FuncFormatter, NullLocator
from spargio_report.figures.forest import ratio_locator
from spargio_report.figures.style import BLUE, GREY, LIGHT, ORANGE, SKY, WIDTH_IN, fitted, plt, ratio_tick
from spargio_report.words.sweep_words import baseline_words
from spargio_report.words.wording import ratio_short

ROW_IN = 0.185
LABEL_IN, TEXT_IN = 1.9, 2.0
LABEL_LETTERS = 31
HEAD_IN, FOOT_IN = 0.62, 0.42


def draw_tornado(found: SweepResult, title: str):
    """A thick bar for each knob, from its lowest to its highest ratio; below it a row for each value."""
    lines = _lay_out(found)
    height = HEAD_IN + FOOT_IN + ROW_IN * len(lines)
    figure = plt.figure(figsize=(WIDTH_IN, height))
    axes = figure.add_axes((LABEL_IN / WIDTH_IN, FOOT_IN / height, (WIDTH_IN - LABEL_IN - TEXT_IN) / WIDTH_IN,
                            (height - HEAD_IN - FOOT_IN) / height))
    axes.set(xscale="log", xlim=_limits(found), ylim=(len(lines) - 0.5, -0.5))
    axes.axvline(1, color="black", lw=0.9, zorder=2)
    for y, (name, points, point) in enumerate(lines):
        if point is None:
            _draw_knob(axes, y, name, points)
        else:
            _draw_point(axes, y, point, found)
    _finish(figure, axes, found, title, height)
    return figure


def _lay_out(found: SweepResult) -> list[tuple[str, list[Point], Point | None]]:
    lines = []
    for name, points in found.by_knob.items():
        lines.append((name, points, None))
        lines += [(name, points, point) for point in sorted(points, key=lambda one: one.ratio.value)]
    if found.confirmed:
        lines += [("confirmation, fresh blocks", [], None), ("", [], found.confirmed)]
    return lines


def _limits(found: SweepResult) -> tuple[float, float]:
    shown = [point.ratio for point in (*found.screened, found.confirmed) if point and point.ratio]
    edges = [edge for one in shown for edge in (one.value, *((one.low, one.high) if one.has_interval else ()))]
    return min([*edges, 0.9]) / 1.06, max([*edges, 1.1]) * 1.06


def _draw_knob(axes, y: int, name: str, points: list[Point]) -> None:
    axes.axhline(y - 0.5, color=LIGHT, lw=0.7, xmin=-0.9, xmax=1.7, clip_on=False)
    width = axes.get_position().width * WIDTH_IN
    name, size = fitted(name, 8, LABEL_LETTERS)
    axes.text((0.08 - LABEL_IN) / width, y, name, transform=axes.get_yaxis_transform(), weight="bold", va="center",
              fontsize=size, clip_on=False)
    if points:
        low, high = span(points)
        # Told apart in black and white by the side of 1 on which they lie, and by the hatch.
        for ends, colour, hatch in (((low, 1), SKY, None), ((1, high), ORANGE, "////")):
            axes.barh(y, ends[1] - ends[0], left=ends[0], height=0.62, color=colour, hatch=hatch, edgecolor="white",
                      linewidth=0, zorder=1)


def _draw_point(axes, y: int, point: Point, found: SweepResult) -> None:
    last = point is found.confirmed
    winner = point.arm == found.winner
    proven = last and point.ratio.word == "FASTER"
    colour = BLUE if winner else GREY
    if point.ratio.has_interval:
        axes.plot([point.ratio.low, point.ratio.high], [y, y], color=colour, lw=1.6, solid_capstyle="butt", zorder=3)
    axes.plot(point.ratio.value, y, marker="*" if winner else "o", markersize=9 if winner else 4.5, color=colour,
              markerfacecolor=colour if proven or not last else "white", zorder=4)
    change, size = fitted(point.change, 7.5, LABEL_LETTERS)
    axes.text(-0.02, y, change, transform=axes.get_yaxis_transform(), ha="right", va="center",
              weight="bold" if winner else "normal", fontsize=size)
    said = ratio_short(point.ratio) + ((" confirmed" if proven else " not confirmed") if last else "")
    axes.text(1.03, y, said, transform=axes.get_yaxis_transform(), va="center",
              fontsize=7.5 if len(said) < 24 else 6.6, weight="bold" if last else "normal")


def _finish(figure, axes, found: SweepResult, title: str, height: float) -> None:
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.xaxis.set_major_formatter(FuncFormatter(ratio_tick))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_locator(ratio_locator(*axes.get_xlim()))
    figure.text(0.01, 1 - 0.2 / height, title, weight="bold", fontsize=9.5, va="center")
    better, worse = ("cheaper", "dearer") if found.judged_by_cpu else ("faster", "slower")
    for text, side, align in ((f"← {better}", -6, "right"), (f"{worse} →", 6, "left")):
        axes.annotate(text, (1, 1), xycoords=axes.get_xaxis_transform(), xytext=(side, 11), ha=align, va="center",
                      textcoords="offset points", fontsize=7.5, color=GREY, annotation_clip=False)
    judged = "CPU time" if found.judged_by_cpu else "time"
    axes.set_xlabel(f"{judged} per operation, setting / {baseline_words(found)} (log scale)", labelpad=2)
