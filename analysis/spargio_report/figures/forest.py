"""The ratio forest: the chart for a pull request."""

import numpy as np

from spargio_report.compare.comparison import Comparison
from spargio_report.figures.canvas import FixedLocator, FuncFormatter, LogLocator, NullLocator
from spargio_report.figures.style import GREY, LIGHT, VERMILION, WIDTH_IN, face_of, fitted, mark_of, plt, ratio_tick
from spargio_report.read.model import Run
from spargio_report.words.wording import ratio_short

ROW_IN = 0.185
LABEL_IN = 2.35
LABEL_LETTERS = 39  # of the font's usual width that fit there; longer ones get smaller letters
TEXT_IN = 1.5
HEAD_IN = 0.62
FOOT_IN = 0.42


def draw_forest(run: Run, comparisons: list[Comparison], title: str):
    """A heading per case, below it a row per pair; the ratio in figures on the right."""
    lines = _lay_out(comparisons)
    height = HEAD_IN + FOOT_IN + ROW_IN * len(lines)
    figure = plt.figure(figsize=(WIDTH_IN, height))
    axes = figure.add_axes((LABEL_IN / WIDTH_IN, FOOT_IN / height, (WIDTH_IN - LABEL_IN - TEXT_IN) / WIDTH_IN,
                            (height - HEAD_IN - FOOT_IN) / height))
    low, high = _range(comparisons)
    axes.set(xscale="log", xlim=(low, high), ylim=(len(lines) - 0.5, -0.5))
    axes.axvspan(1, high, color="#F4F4F4", lw=0)
    axes.axvline(1, color="black", lw=0.9)
    for y, line in enumerate(lines):
        if isinstance(line, str):
            _draw_heading(axes, y, line)
        else:
            _draw_row(axes, y, line)
    _finish(figure, axes, title, height, comparisons)
    return figure


def _lay_out(comparisons: list[Comparison]) -> list:
    """Cases lost to a general runtime first; in a case the general runtimes, then the specialists, then the floor, which is no rival."""
    groups = {}
    for one in sorted(comparisons, key=lambda one: one.place):
        groups.setdefault(one.group, []).append(one)
    return [line for group, ones in groups.items() for line in (group, *ones)]


def _range(comparisons: list[Comparison]) -> tuple[float, float]:
    edges = [edge for one in comparisons for edge in (one.ratio.low, one.ratio.high, one.ratio.value)
             if 0 < edge < np.inf]
    edges += [verdict.gate.limit for one in comparisons for verdict in one.verdicts
              if verdict.gate.is_ratio]
    return min(edges + [0.8]) / 1.15, max(edges + [1.25]) * 1.15


def _draw_heading(axes, y: int, group: str) -> None:
    axes.axhline(y - 0.5, color=LIGHT, lw=0.7, xmin=-0.9, xmax=1.7, clip_on=False)
    axes.text((0.08 - LABEL_IN) / _width_in(axes), y, group, transform=axes.get_yaxis_transform(), weight="bold",
              va="center", clip_on=False)


def _width_in(axes) -> float:
    return axes.get_position().width * WIDTH_IN


def _draw_row(axes, y: int, one: Comparison) -> None:
    colour = mark_of(one.b.backend).colour
    for verdict in (verdict for verdict in one.verdicts if verdict.gate.is_ratio):
        _draw_limit(axes, y, verdict)
    if one.ratio.has_interval:
        axes.plot([one.ratio.low, one.ratio.high], [y, y], color=colour, lw=1.6, solid_capstyle="butt", zorder=3)
    axes.plot(one.ratio.value, y, marker=mark_of(one.b.backend).marker, color=colour,
              markerfacecolor=face_of(one.b.arm, one.b.backend), markeredgewidth=1.0, zorder=4)
    if one.ratio.word == "UNSURE":
        axes.plot(one.ratio.value, y, marker="x", color="black", markersize=7, markeredgewidth=0.8, zorder=5)
    label, size = fitted(f"{one.a.arm} / {one.b.arm}", 7.5, LABEL_LETTERS)
    axes.text(-0.02, y, label, transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=size)
    axes.text(1.03, y, ratio_short(one.ratio), transform=axes.get_yaxis_transform(), va="center", fontsize=7.5,
              weight="bold" if one.ratio.word == "SLOWER" and one.b.kind != "floor" else "normal")


def _failed_once(verdict) -> bool:
    return verdict.gate.is_ratio and verdict.word == "FAIL" and verdict.counts and not verdict.confirmed


def _draw_limit(axes, y: int, verdict) -> None:
    """A closing bracket at the limit; red where the gate failed, dashed where that was not confirmed, and named."""
    limit = verdict.gate.limit
    colour = VERMILION if verdict.word == "FAIL" else GREY
    style = (0, (1.5, 1)) if _failed_once(verdict) else "-"
    axes.plot([limit, limit], [y - 0.38, y + 0.38], color=colour, lw=1.5, linestyle=style, zorder=2)
    low, high = axes.get_xlim()
    back = limit / (high / low) ** 0.012
    for edge in (-0.38, 0.38):
        axes.plot([back, limit], [y + edge, y + edge], color=colour, lw=1.1, zorder=2)


def _finish(figure, axes, title: str, height: float, shown: list[Comparison]) -> None:
    by_cpu = all(one.judged_by_cpu for one in shown)
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.xaxis.set_major_formatter(FuncFormatter(ratio_tick))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_locator(ratio_locator(*axes.get_xlim()))
    figure.text(0.01, 1 - 0.2 / height, title, weight="bold", fontsize=9.5, va="center")
    if any(_failed_once(verdict) for one in shown for verdict in one.verdicts):
        figure.text(0.99, 1 - 0.2 / height, "dashed red bracket: FAIL, unconfirmed", fontsize=7, color=VERMILION,
                    va="center", ha="right")
    better, worse = ("cheaper", "dearer") if by_cpu else ("faster", "slower")
    for text, side, align in ((f"← ours {better}", -6, "right"), (f"{worse} →", 6, "left")):
        axes.annotate(text, (1, 1), xycoords=axes.get_xaxis_transform(), xytext=(side, 11), ha=align, va="center",
                      textcoords="offset points", fontsize=7.5, color=GREY, annotation_clip=False)
    axes.set_xlabel(f"{'CPU time' if by_cpu else 'time'} per operation, ours / other (log scale)", labelpad=2)


def ratio_locator(low: float, high: float):
    decades = np.log10(high / low)
    if decades > 2.5:
        return LogLocator(base=10, numticks=12)
    if decades > 1:
        return LogLocator(base=10, subs=(1, 2, 5), numticks=20)
    if decades > 0.25:
        return LogLocator(base=10, subs=(1, 1.2, 1.5, 2, 3, 5, 7), numticks=20)
    return FixedLocator(np.round(np.arange(0.1, 10, 0.05 if decades < 0.12 else 0.1), 2))
