"""Which figures a run yields, and how they are written to disk."""

import base64
from dataclasses import dataclass, field
from pathlib import Path

from spargio_report.compare import Comparison, headlines
from spargio_report.figure_forest import draw_forest
from spargio_report.figure_heatmap import draw_heatmap
from spargio_report.figure_strips import draw_strips
from spargio_report.model import Run
from spargio_report.style import shared_style


@dataclass
class Figure:
    name: str
    kind: str
    title: str
    caption: str
    paths: list[Path] = field(default_factory=list)

    @property
    def data_uri(self) -> str:
        """The drawing itself, for a page that must not refer to other files."""
        svg = next((path for path in self.paths if path.suffix == ".svg"), None)
        path = svg or next(path for path in self.paths if path.suffix == ".png")
        kind = "svg+xml" if svg else "png"
        return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


FOREST_CAPTION = ("Time per operation as a ratio, ours / other, from differences within blocks: left of 1 ours is "
                  "faster. Points are Hodges-Lehmann estimates, bars exact 95 % intervals; hollow points are arms "
                  "with knobs set, a cross marks an interval that contains 1, or too few blocks for one. The bracket "
                  "is a gate: a pass lies wholly "
                  "left of its limit. idle/park is judged by CPU time.")
HEATMAP_CAPTION = ("Time per operation of ours over the other's, colour on a log2 scale. Blue: ours is faster; "
                   "orange: slower; bold and framed: slower than a rival; hatched: the 95 % interval "
                   "contains 1, or there are too few blocks for one; dash: not a pair of this run. "
                   "idle/park is judged by CPU time.")
STRIPS_CAPTION = ("Median time per operation of each arm, block by block in the order of the run; one column is one "
                  "block. Below: CPU pressure, and whether the CPUs were near (short bar), far (tall bar) or changed "
                  "state within the block (hatched).")


def write_figures(run: Run, comparisons: list[Comparison], folder: Path, formats: tuple[str, ...],
                  wanted: str = "all") -> list[Figure]:
    figures = []
    with shared_style() as plt:
        for figure, draw in _plan(run, comparisons):
            if wanted not in ("all", figure.kind):
                continue
            canvas = draw()
            for kind in formats:
                path = folder / f"{figure.name}.{kind}"
                # No date inside, so that the same data gives the same file.
                canvas.savefig(path, metadata={"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind))
                figure.paths.append(path)
            plt.close(canvas)
            figures.append(figure)
    return figures


def _plan(run: Run, comparisons: list[Comparison]):
    """(figure, function that draws it), the most telling first."""
    pairs = [one for one in comparisons if not one.is_repeat]
    rows = [one for one in headlines(run, comparisons) if one.strongest]
    if rows:
        best = [row.strongest for row in rows]
        yield (Figure("forest-headline", "forest", "Ours against the strongest rival of each case", FOREST_CAPTION),
               lambda: draw_forest(run, best, "Against the strongest rival of each case"))
    keys = dict.fromkeys((one.group.split("/")[0], one.a.arm) for one in pairs)
    for family, arm in keys:
        some = [one for one in pairs if (one.group.split("/")[0], one.a.arm) == (family, arm)]
        yield (Figure(f"forest-{family}-{_file_name(arm)}", "forest", f"{family}: {arm} against every other arm",
                      FOREST_CAPTION),
               lambda some=some, title=f"{family}: {arm} against every other arm": draw_forest(run, some, title))
    if any(one.a.kind == "ours" for one in pairs):
        yield (Figure("heatmap", "heatmap", "Workload by backend", HEATMAP_CAPTION),
               lambda: draw_heatmap(run, pairs))
    for group in run.groups:
        if any(one.group == group for one in comparisons):
            yield (Figure("strips-" + _file_name(group), "strips", f"{group}: block by block", STRIPS_CAPTION),
                   lambda group=group: draw_strips(run, group))


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")
