"""What one gains over the runtime in use now: a column for each general runtime, apart the specialists, cases in families down."""

import numpy as np

from spargio_report.compare.gains import Gains
from spargio_report.figures.canvas import Rectangle, TwoSlopeNorm
from spargio_report.figures.heatmap import BLUE_TO_ORANGE, DIGIT_EM, REACH, cell_number
from spargio_report.figures.style import GREY, LIGHT, WIDTH_IN, fitted, plt

ROW_IN = 0.2
FAMILY_IN = 0.19  # a family's name, above its cases
HEAD_IN, FOOT_IN = 0.86, 0.1
LABEL_IN, GAP_IN, RIGHT_IN = 1.42, 0.16, 0.1
LABEL_LETTERS = 24  # of the usual width that fit beside the cells; longer names get smaller ones
APART = 0.45  # of a cell: between the general runtimes and the specialists
TEXT = 7.5
WORDS = {"FASTER": "faster", "UNSURE": "not decided", "SLOWER": "slower"}


def draw_gains(gains: Gains, title: str):
    """Two halves side by side, so that the whole is taken in at a glance; below the second the sum of each column."""
    by_family: dict[str, list[str]] = {}
    for group in gains.groups:
        by_family.setdefault(group.split("/")[0], []).append(group)
    halves = _halves(by_family)
    sums_in = FAMILY_IN + ROW_IN * len(WORDS)
    deepest = max(_depth(halves[0]), _depth(halves[1]) + sums_in)
    height = HEAD_IN + deepest + FOOT_IN
    figure = plt.figure(figsize=(WIDTH_IN, height))
    half_in = (WIDTH_IN - GAP_IN - RIGHT_IN) / 2
    for place, half in enumerate(halves):
        left = place * (half_in + GAP_IN)
        axes = figure.add_axes(((left + LABEL_IN) / WIDTH_IN, FOOT_IN / height, (half_in - LABEL_IN) / WIDTH_IN, deepest / height))
        places = _places(gains)
        axes.set(xlim=(0, max(places.values()) + 1), ylim=(deepest, 0))
        axes.axis("off")
        _draw_names(axes, places)
        below = _draw_half(axes, gains, half, places)
        if place == 1:
            below = _draw_sums(axes, gains, below, places)
        _draw_rule(axes, gains, below)
    _draw_words(figure, title, height)
    return figure


def _halves(by_family: dict[str, list[str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The families in their order, cut where the two halves, with the sums below the second, are nearest in depth."""
    families = list(by_family.items())
    cuts = [(dict(families[:cut]), dict(families[cut:])) for cut in range(len(families) + 1)]
    return min(cuts, key=lambda cut: max(_depth(cut[0]), _depth(cut[1]) + FAMILY_IN + ROW_IN * len(WORDS)))


def _depth(half: dict[str, list[str]]) -> float:
    return sum(FAMILY_IN + ROW_IN * len(groups) for groups in half.values())


def _places(gains: Gains) -> dict[str, float]:
    """Where each column begins: the specialists stand apart."""
    gap = APART if gains.general and gains.specialists else 0
    return {backend: x + (gap if backend in gains.specialists else 0) for x, backend in enumerate(gains.backends)}


def _draw_rule(axes, gains: Gains, below: float) -> None:
    if gains.general and gains.specialists:
        x = len(gains.general) + APART / 2
        axes.plot([x, x], [0, below], color=GREY, lw=0.7)


def _draw_names(axes, places: dict[str, float]) -> None:
    for backend, x in places.items():
        axes.text(x + 0.42, -0.06, backend, rotation=40, ha="left", va="bottom", rotation_mode="anchor", fontsize=TEXT, clip_on=False)


def _draw_half(axes, gains: Gains, half: dict[str, list[str]], places: dict[str, float]) -> float:
    """Gives where the next thing may be drawn."""
    y = 0.0
    for family, groups in half.items():
        _draw_label(axes, y + FAMILY_IN * 0.6, family, weight="bold")
        y += FAMILY_IN
        for group in groups:
            shown = {backend: gains.cells.get((group, backend)) for backend in gains.backends}
            by_cpu = any(one and one.judged_by_cpu for one in shown.values())
            _draw_label(axes, y + ROW_IN / 2, _case_name(group) + (" (CPU)" if by_cpu else ""))
            for backend, one in shown.items():
                _draw_cell(axes, places[backend], y, one)
            y += ROW_IN
    return y


def _case_name(group: str) -> str:
    """Without its family: one_way_drain, batch=64."""
    name, _, parameters = group.partition("/")[2].partition("?")
    return f"{name}, {parameters}" if parameters else name


def _draw_label(axes, y: float, text: str, **look) -> None:
    text, size = fitted(text, TEXT, LABEL_LETTERS)
    axes.text(-0.12, y, text, ha="right", va="center", fontsize=size, clip_on=False, **look)


def _draw_cell(axes, x: float, y: float, one) -> None:
    if one is None:
        axes.text(x + 0.5, y + ROW_IN * 0.54, "–", ha="center", va="center", fontsize=TEXT - 1, color=GREY)
        return
    shade = np.clip(np.log2(one.ratio.value), -REACH, REACH)
    unsure, slower = one.ratio.word == "UNSURE", one.ratio.word == "SLOWER"
    axes.add_patch(Rectangle((x, y), 1, ROW_IN, facecolor=BLUE_TO_ORANGE(TwoSlopeNorm(0, -REACH, REACH)(shade)), edgecolor="white", lw=1.2))
    if unsure:
        axes.add_patch(Rectangle((x, y), 1, ROW_IN, facecolor="none", edgecolor="#8A8A8A", hatch="////", lw=0))
    if slower:
        axes.add_patch(Rectangle((x + 0.05, y + 0.018), 0.9, ROW_IN - 0.036, facecolor="none", edgecolor="black", lw=1.0))
    axes.text(x + 0.5, y + ROW_IN * 0.54, cell_number(one.ratio.value), ha="center", va="center", fontsize=_text_size(axes),
              weight="bold" if slower else "normal", color="white" if shade < -3 and not unsure else "black",
              bbox={"boxstyle": "square,pad=0.12", "fc": "white", "ec": "none"} if unsure else None)


def _text_size(axes) -> float:
    """The largest, up to the usual one, at which five letters stay within a cell."""
    cell_in = axes.get_position().width * WIDTH_IN / axes.get_xlim()[1]
    return min(TEXT, 0.94 * cell_in * 72 / (5 * DIGIT_EM))


def _draw_sums(axes, gains: Gains, y: float, places: dict[str, float]) -> float:
    """Gives where they end."""
    _draw_label(axes, y + FAMILY_IN * 0.6, "cases", weight="bold")
    y += FAMILY_IN
    for word, said in WORDS.items():
        axes.axhline(y, color=LIGHT, lw=0.7)
        _draw_label(axes, y + ROW_IN / 2, said)
        for backend, x in places.items():
            axes.text(x + 0.5, y + ROW_IN * 0.54, str(gains.count(backend, word)), ha="center", va="center", fontsize=TEXT)
        y += ROW_IN
    return y


def _draw_words(figure, title: str, height: float) -> None:
    figure.text(0.01, 1 - 0.14 / height, title, weight="bold", fontsize=9.5, va="center")
    figure.text(0.01, 1 - 0.31 / height, "Time per operation, ours / theirs with its best arm; right of the line specialists. Blue: ours is faster; framed: slower; "
                "hatched: not decided; –: not theirs.", fontsize=6.7, va="center", color=GREY)
