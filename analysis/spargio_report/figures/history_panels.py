"""The series of one machine above one another: a point a run with its interval, the level of each stretch, and a line
where it changed."""

from math import log

import numpy as np

from spargio_report.compare.series import Series
from spargio_report.figures.canvas import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator
from spargio_report.figures.style import BLUE, GREY, VERMILION, WIDTH_IN, plt, ratio_tick
from spargio_report.words.wording import factor_text

PANELS = 12  # more would be a poster; history.md and history.json have all
PANEL_IN, HEAD_IN, FOOT_IN = 1.15, 0.55, 0.75
MOST_LABELS = 8


def draw_history(machine: str, all_series: list[Series]):
    """None where there is nothing but single runs. Those that changed come first, the largest change foremost."""
    shown = sorted((series for series in all_series if len(series.points) > 1),
                   key=lambda one: -one.worst_factor)[:PANELS]
    if not shown:
        return None
    height = HEAD_IN + FOOT_IN + PANEL_IN * len(shown)
    figure, panels = plt.subplots(len(shown), 1, figsize=(WIDTH_IN, height), squeeze=False, sharex=True,
                                  gridspec_kw={"hspace": 0.55, "left": 0.09, "right": 0.97,
                                               "top": 1 - HEAD_IN / height, "bottom": FOOT_IN / height})
    runs = _runs(shown)
    for axes, series in zip(panels[:, 0], shown):
        _draw_series(axes, series, runs)
    _label_runs(panels[-1, 0], runs)
    figure.text(0.09, 1 - 0.16 / height, _cut(machine, 110), fontsize=7.2, color=GREY, va="center")
    return figure


def _runs(shown: list[Series]) -> dict[tuple[int, str], tuple[int, str]]:
    """(time, id) of each run -> its place on the common axis, and its label."""
    points = {(point.started_unix_ns, point.run_id): point.label for series in shown for point in series.points}
    return {key: (place, points[key]) for place, key in enumerate(sorted(points), start=1)}


def _draw_series(axes, series: Series, runs) -> None:
    at = {id(point): runs[point.started_unix_ns, point.run_id][0] for point in series.points}
    for point in series.points:
        if point.ratio.has_interval:
            axes.plot([at[id(point)]] * 2, [point.ratio.low, point.ratio.high], color=GREY, lw=0.7, zorder=2)
    axes.plot([at[id(point)] for point in series.points], [point.ratio.value for point in series.points], "o",
              color=BLUE, markersize=3, zorder=3)
    for stretch in series.stretches:
        axes.plot([at[id(stretch.points[0])] - 0.4, at[id(stretch.points[-1])] + 0.4], [stretch.ratio.value] * 2,
                  color=BLUE, lw=1.4, zorder=4)
    for change in series.changes:
        place = at[id(change.first_after)] - 0.5
        axes.axvline(place, color=VERMILION, lw=1.1, ls="--", zorder=1)
        right = place > len(runs) / 2
        axes.annotate(factor_text(change.factor), (place, 1), xycoords=("data", "axes fraction"),
                      xytext=(-3 if right else 3, -2), textcoords="offset points", ha="right" if right else "left",
                      va="top", fontsize=7, color=VERMILION)
    gates = f" ({', '.join(series.gates)})" if series.gates else ""
    axes.set_title(_cut(f"{series.key.group}: {series.key.a} / {series.key.b}{gates}", 105), fontsize=7.5)
    _scale(axes, [value for point in series.points for value in (
        (point.ratio.low, point.ratio.value, point.ratio.high) if point.ratio.has_interval else (point.ratio.value,))])
    axes.set_xlim(0.3, len(runs) + 0.7)


def _scale(axes, values: list[float]) -> None:
    """A logarithmic axis with a few round ratios on it, wide enough that 1 % looks like little."""
    axes.set_yscale("log")
    middle = float(np.median(values))
    low, high = min(*values, middle / 1.06), max(*values, middle * 1.06)
    margin = (high / low) ** 0.12
    low, high = low / margin, high * margin
    axes.set_ylim(low, high)
    if log(high / low) > 2.5:
        axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1, 3), numticks=6))
    else:
        step = next(size for size in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1e9)
                    if (high - low) / (size * _unit(low)) <= 4.5) * _unit(low)
        ticks = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
        axes.yaxis.set_major_locator(FixedLocator([round(tick, 12) for tick in ticks]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(ratio_tick))
    axes.grid(axis="y")
    axes.tick_params(axis="x", length=0)


def _unit(low: float) -> float:
    """The power of ten that ratios of this size are counted in."""
    return 10.0 ** np.floor(np.log10(low) + 0.3)


def _label_runs(axes, runs) -> None:
    """Date and revision of some runs, the first and the last among them."""
    every = max(1, -(-len(runs) // MOST_LABELS))
    chosen = [(place, label) for place, label in runs.values() if (place - 1) % every == 0]
    axes.set_xticks([place for place, _ in chosen], [label.replace(" ", "\n") for _, label in chosen], fontsize=6)
    axes.set_xlabel("run: date, revision")


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[:most - 1] + "…"
