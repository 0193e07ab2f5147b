"""A figure of a report, and how figures are written to disk."""

import base64
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from spargio_report.figures.drawing import draw_all
from spargio_report.figures.kinds import FIGURE_KINDS
from spargio_report.figures.style import shared_style

SPREAD_FROM = 4  # fewer drawings are not worth the start of more processes

HOW_TO_SAVE = {  # no date inside, so that the same data gives the same file
    ".svg": {"metadata": {"Date": None}},
    ".pdf": {"metadata": {"CreationDate": None}},
    ".png": {"pil_kwargs": {"compress_level": 3}},  # a tenth larger than the usual 6, in a third of the time
}


@dataclass
class Figure:
    name: str
    kind: str
    title: str
    caption: str
    draw: Callable[[], object] = field(repr=False)
    paths: list[Path] = field(default_factory=list)

    @property
    def picture(self) -> Path:
        """The one that a page shows: the SVG if there is one."""
        return next((path for path in self.paths if path.suffix == ".svg"),
                    next((path for path in self.paths if path.suffix == ".png"), self.paths[0]))

    @cached_property
    def packed(self) -> str:
        """The SVG deflated, as text: a tenth of what the drawing itself takes in base64."""
        return base64.b64encode(zlib.compress(self.picture.read_bytes(), 9)).decode()

    @cached_property
    def data_uri(self) -> str:
        """A PNG as it is, for a page that must not refer to other files: it is deflated already."""
        return f"data:image/png;base64,{base64.b64encode(self.picture.read_bytes()).decode()}"


def write_figures(figures: list[Figure], folder: Path, formats: tuple[str, ...]) -> list[Figure]:
    """On every CPU that the process may use: two thirds of a report's time are drawing. Fills in the paths."""
    for figure in figures:
        figure.paths = [folder / f"{figure.name}.{kind}" for kind in formats]
    workers = min(len(figures) // SPREAD_FROM + 1, len(os.sched_getaffinity(0)))
    with shared_style():
        draw_all(len(figures), lambda number: _write(figures[number]), workers)
    return figures


def _write(figure: Figure) -> None:
    """One drawing, written in every form."""
    with shared_style() as plt:
        canvas = figure.draw()
        for path in figure.paths:
            canvas.savefig(path, **HOW_TO_SAVE.get(path.suffix, {}))
        plt.close(canvas)


def left_out(figures: list[Figure]) -> list[tuple[str, str]]:
    """(kind, reason) of each kind of figure that the run has nothing for."""
    drawn = {figure.kind for figure in figures}
    return [(kind, reason) for kind, reason in FIGURE_KINDS.items() if kind not in drawn]
