"""Which figures a run yields, and how they are written to disk."""

import base64
import gc
import multiprocessing
import os
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from spargio_report.compare.comparison import Comparison, headlines
from spargio_report.compare.sweep_result import sweep_of
from spargio_report.compare.sweeps import load_sweeps, scaling_sweeps
from spargio_report.figures import captions
from spargio_report.figures.cost import cases_with_cost, draw_cost
from spargio_report.figures.forest import draw_forest
from spargio_report.figures.heatmap import draw_heatmap
from spargio_report.figures.kinds import FIGURE_KINDS
from spargio_report.figures.offered_load import draw_load
from spargio_report.figures.percentiles import cases_with_curve, draw_percentiles
from spargio_report.figures.scaling import draw_scaling
from spargio_report.figures.strips import draw_strips
from spargio_report.figures.style import shared_style
from spargio_report.figures.tornado import draw_tornado
from spargio_report.figures.tradeoff import draw_tradeoff, groups_with_tradeoff
from spargio_report.read.model import Run

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


def write_figures(run: Run, comparisons: list[Comparison], folder: Path, formats: tuple[str, ...],
                  wanted: str = "all") -> list[Figure]:
    """Draws on every CPU that the process may use: two thirds of a report's time are drawing."""
    figures = [figure for figure in plan(run, comparisons) if wanted in ("all", figure.kind)]
    for figure in figures:
        figure.paths = [folder / f"{figure.name}.{kind}" for kind in formats]
    workers = min(len(figures) // SPREAD_FROM + 1, len(os.sched_getaffinity(0)))
    with shared_style():
        if workers == 1:
            for figure in figures:
                _write(figure)
        else:
            _write_in_processes(figures, workers)
    return figures


def _write_in_processes(figures: list[Figure], workers: int) -> None:
    """Forked, so that they have the run and the style without reading them again."""
    global _shared
    _shared = figures
    gc.freeze()  # a collection in a child would copy every page of the run that it counts
    try:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
            list(pool.map(_write_shared, range(len(figures))))
    finally:
        gc.unfreeze()
        _shared = []


_shared: list[Figure] = []


def _write_shared(place: int) -> None:
    _write(_shared[place])


def _write(figure: Figure) -> None:
    """One drawing, written in every form."""
    with shared_style() as plt:
        canvas = figure.draw()
        for path in figure.paths:
            canvas.savefig(path, **HOW_TO_SAVE.get(path.suffix, {}))
        plt.close(canvas)


def left_out(figures: list[Figure]) -> list[tuple[str, str]]:
    """(kind, why) of each kind of figure that the run has nothing for."""
    drawn = {figure.kind for figure in figures}
    return [(kind, why) for kind, why in FIGURE_KINDS.items() if kind not in drawn]


def plan(run: Run, comparisons: list[Comparison]) -> list[Figure]:
    """The most telling first: by kind, in the order of FIGURE_KINDS."""
    found = [*_tornado(run), *_forests(run, comparisons), *_heatmap(run, comparisons), *_costs(run), *_percentiles(run), *_loads(run),
             *_scalings(run), *_tradeoff(run), *_strips(run, comparisons)]
    order = list(FIGURE_KINDS)
    return sorted(found, key=lambda figure: order.index(figure.kind))


def _tornado(run: Run) -> Iterator[Figure]:
    found = sweep_of(run)
    if found and found.by_knob:
        title = f"{found.group}: what the knobs of {found.baseline} change"
        yield Figure("tornado", "tornado", title, captions.TORNADO, lambda: draw_tornado(found, title))


def _forests(run: Run, comparisons: list[Comparison]) -> Iterator[Figure]:
    pairs = [one for one in comparisons if not one.is_repeat]
    if run.is_sweep:
        if pairs:
            title = "Every stage of the sweep against its baseline"
            yield Figure("forest-sweep", "forest", title, captions.FOREST, lambda: draw_forest(run, pairs, title))
        return
    best = [row.strongest for row in headlines(run, comparisons) if row.strongest]
    if best:
        yield Figure("forest-headline", "forest", "Ours against the strongest rival of each case", captions.FOREST,
                     lambda: draw_forest(run, best, "Against the strongest rival of each case"))
    for family, arm in dict.fromkeys((_family(one.group), one.a.arm) for one in pairs):
        some = [one for one in pairs if (_family(one.group), one.a.arm) == (family, arm)]
        title = f"{family}: {arm} against every other arm"
        yield Figure(f"forest-{family}-{_file_name(arm)}", "forest", title, captions.FOREST,
                     lambda some=some, title=title: draw_forest(run, some, title))


def _heatmap(run: Run, comparisons: list[Comparison]) -> Iterator[Figure]:
    pairs = [one for one in comparisons if not one.is_repeat]
    if any(one.a.kind == "ours" for one in pairs) and not run.is_sweep:
        yield Figure("heatmap", "heatmap", "Workload by backend", captions.HEATMAP, lambda: draw_heatmap(run, pairs))


def _costs(run: Run) -> Iterator[Figure]:
    groups = [group for group in run.groups if len(cases_with_cost(run, group)) >= 2]
    for family in dict.fromkeys(map(_family, groups)):
        some = [group for group in groups if _family(group) == family]
        title = f"{family}: CPU cost per operation"
        yield Figure(f"cost-{family}", "cost", title, captions.COST,
                     lambda some=some, title=title: draw_cost(run, some, title))


def _percentiles(run: Run) -> Iterator[Figure]:
    for group in run.groups:
        if len(cases_with_curve(run, group)) >= 2:
            yield Figure("percentiles-" + _file_name(group), "percentiles", f"{group}: latency by percentile",
                         captions.PERCENTILES, lambda group=group: draw_percentiles(run, group))


def _loads(run: Run) -> Iterator[Figure]:
    for sweep in load_sweeps(run):
        yield Figure("load-" + _file_name(sweep.title), "load", f"{sweep.title}: latency against offered load",
                     captions.LOAD, lambda sweep=sweep: draw_load(run, sweep))


def _scalings(run: Run) -> Iterator[Figure]:
    for sweep in scaling_sweeps(run):
        yield Figure("scaling-" + _file_name(sweep.title), "scaling", sweep.title, captions.SCALING,
                     lambda sweep=sweep: draw_scaling(run, sweep))


def _tradeoff(run: Run) -> Iterator[Figure]:
    if groups_with_tradeoff(run):
        title = "Throughput against p99 against memory"
        yield Figure("tradeoff", "tradeoff", title, captions.TRADEOFF, lambda: draw_tradeoff(run, title))


def _strips(run: Run, comparisons: list[Comparison]) -> Iterator[Figure]:
    for group in run.groups:
        if any(one.group == group for one in comparisons):
            yield Figure("strips-" + _file_name(group), "strips", f"{group}: block by block", captions.STRIPS,
                         lambda group=group: draw_strips(run, group))


def _family(group: str) -> str:
    return group.split("/")[0]


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")
