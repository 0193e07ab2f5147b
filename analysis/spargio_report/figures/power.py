"""The power curve of the gate: what it says, as a share of the replays, against the true ratio (M15)."""

from pathlib import Path

from spargio_report.figures.canvas import FixedLocator, FuncFormatter, PercentFormatter
from spargio_report.figures.style import BLUE, LIGHT, ORANGE, VERMILION, WIDTH_IN, ratio_tick, shared_style

WORDS = (("PASS", BLUE, "-", "o"), ("INCONCLUSIVE", ORANGE, "--", "s"), ("FAIL", VERMILION, "-.", "^"))
ROW_IN, COLUMNS = 1.75, 3


def draw_power(power: dict[str, list[dict]], tolerance: float, folder: Path, formats: tuple[str, ...]) -> list[Path]:
    """`power`: case -> ratios in order, each with the counts of its verdicts. Writes power.FORMAT; gives the paths."""
    with shared_style() as plt:
        rows = -(-len(power) // COLUMNS)
        height = ROW_IN * rows + 0.5
        figure, grid = plt.subplots(rows, COLUMNS, figsize=(WIDTH_IN, height), sharex=True, sharey=True, squeeze=False,
                                    gridspec_kw={"left": 0.075, "right": 0.985, "wspace": 0.08, "hspace": 0.32,
                                                 "top": 1 - 0.3 / height, "bottom": 0.45 / height})
        for axes, (name, ladder) in zip(grid.flat, power.items()):
            _draw_case(axes, name, ladder, tolerance)
        for axes in grid.flat[len(power):]:
            axes.set_visible(False)
        ladders = list(power.values())
        for word in WORDS:
            # Where it stands highest: in most cases hardly anything is in doubt.
            highest = max(range(len(ladders)), key=lambda index: max(shares(ladders[index], word[0])))
            _label(grid.flat[highest], ladders[highest], *word[:2])
        for axes in grid[-1]:
            axes.set_xlabel("true ratio")
        paths = [folder / f"power.{kind}" for kind in formats]
        for path in paths:
            figure.savefig(path)
        plt.close(figure)
    return paths


def shares(ladder: list[dict], word: str) -> list[float]:
    return [step.get(word, 0) / max(1, sum(value for key, value in step.items() if key != "ratio")) for step in ladder]


def _draw_case(axes, name: str, ladder: list[dict], tolerance: float) -> None:
    ratios = [step["ratio"] for step in ladder]
    axes.axvspan(1.0, 1 + tolerance, color=LIGHT, lw=0, zorder=0)
    for word, colour, line, marker in WORDS:
        axes.plot(ratios, shares(ladder, word), color=colour, linestyle=line, marker=marker, markersize=3,
                  markerfacecolor="white" if word == "INCONCLUSIVE" else colour)
    axes.set(title=name, ylim=(-0.03, 1.03), xlim=(ratios[0] - 0.01, ratios[-1] + 0.01))
    axes.xaxis.set_major_locator(FixedLocator([0.9, 1.0, 1.1, 1.2, 1.3]))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.xaxis.set_major_formatter(FuncFormatter(ratio_tick))
    axes.grid(axis="y")


def _label(axes, ladder: list[dict], word: str, colour: str) -> None:
    """The word beside its own line."""
    ratios = [step["ratio"] for step in ladder]
    values = shares(ladder, word)
    at = max(range(len(values)), key=lambda index: values[index])
    right = ratios[at] > sum(ratios) / len(ratios)
    axes.annotate("in doubt" if word == "INCONCLUSIVE" else word, (ratios[at], values[at]),
                  xytext=(-4 if right else 4, 6 if values[at] < 0.9 else -11), textcoords="offset points", fontsize=7,
                  ha="right" if right else "left", color=colour)
