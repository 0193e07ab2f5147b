"""Which figures a run yields."""

from collections.abc import Iterator

from spargio_report.compare.gains import gains_of
from spargio_report.compare.judged_run import JudgedRun
from spargio_report.compare.sweep_result import sweep_of
from spargio_report.compare.sweeps import load_sweeps, scaling_sweeps
from spargio_report.figures import captions
from spargio_report.figures.cost import cases_with_cost, draw_cost
from spargio_report.figures.figure import Figure
from spargio_report.figures.forest import draw_forest
from spargio_report.figures.gains import draw_gains
from spargio_report.figures.heatmap import draw_heatmap
from spargio_report.figures.kinds import FIGURE_KINDS
from spargio_report.figures.offered_load import draw_load
from spargio_report.figures.percentiles import cases_with_curve, draw_percentiles
from spargio_report.figures.scaling import draw_scaling
from spargio_report.figures.strips import draw_strips
from spargio_report.figures.tornado import draw_tornado
from spargio_report.figures.tradeoff import draw_tradeoff, groups_with_tradeoff
from spargio_report.read.model import STANDINGS, Run


LONGEST_NAME = 90  # bytes of a part; a name has two at most, a kind and a number


def plan(judged: JudgedRun) -> list[Figure]:
    """The most telling first: by kind, in the order of FIGURE_KINDS."""
    run = judged.run
    found = [*_tornado(run), *_gains(judged), *_forests(judged), *_heatmap(judged), *_costs(run), *_percentiles(run),
             *_loads(run), *_scalings(run), *_tradeoff(run), *_strips(judged)]
    order = list(FIGURE_KINDS)
    planned = sorted(found, key=lambda figure: order.index(figure.kind))
    taken: dict[str, int] = {}
    for figure in planned:  # names that differ in their signs alone would be one file
        taken[figure.name] = taken.get(figure.name, 0) + 1
        if taken[figure.name] > 1:
            figure.name += f"--{taken[figure.name]}"
    return planned


def _tornado(run: Run) -> Iterator[Figure]:
    found = sweep_of(run)
    if found and found.by_knob:
        title = f"{found.group}: what the knobs of {found.baseline} change"
        yield Figure("tornado", "tornado", title, captions.TORNADO, lambda: draw_tornado(found, title))


def _gains(judged: JudgedRun) -> Iterator[Figure]:
    found = gains_of(judged.run, judged.comparisons)
    if found and not judged.run.is_sweep:
        title = f"What {found.arm} gains over the runtime in use now"
        yield Figure("gains", "gains", title, captions.GAINS, lambda: draw_gains(found, title))


def _forests(judged: JudgedRun) -> Iterator[Figure]:
    run = judged.run
    pairs = [one for one in judged.comparisons if not one.is_repeat]
    if run.is_sweep:
        if pairs:
            title = "Every stage of the sweep against its baseline"
            yield Figure("forest-sweep", "forest", title, captions.FOREST, lambda: draw_forest(run, pairs, title))
        return
    best = [row.against(standing).strongest for row in judged.headlines for standing in STANDINGS]
    best = [one for one in best if one]
    if best:
        yield Figure("forest-headline", "forest", "Ours against the strongest general runtime and the strongest specialist of each case",
                     captions.FOREST, lambda: draw_forest(run, best, "Against the strongest general runtime and specialist of each case"))
    for family, arm in dict.fromkeys((_family(one.group), one.a.arm) for one in pairs):
        some = [one for one in pairs if (_family(one.group), one.a.arm) == (family, arm)]
        title = f"{family}: {arm} against every other arm"
        yield Figure(f"forest-{_file_name(family, '_')}-{_file_name(arm)}", "forest", title, captions.FOREST,
                     lambda some=some, title=title: draw_forest(run, some, title))


def _heatmap(judged: JudgedRun) -> Iterator[Figure]:
    run = judged.run
    pairs = [one for one in judged.comparisons if not one.is_repeat]
    if any(one.a.kind == "ours" for one in pairs) and not run.is_sweep:
        yield Figure("heatmap", "heatmap", "Workload by backend", captions.HEATMAP, lambda: draw_heatmap(run, pairs))


def _costs(run: Run) -> Iterator[Figure]:
    groups = [group for group in run.groups if len(cases_with_cost(run, group)) >= 2]
    for family in dict.fromkeys(map(_family, groups)):
        some = [group for group in groups if _family(group) == family]
        title = f"{family}: CPU cost per operation"
        yield Figure(f"cost-{_file_name(family, '_')}", "cost", title, captions.COST,
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


def _strips(judged: JudgedRun) -> Iterator[Figure]:
    run = judged.run
    for group in run.groups:
        if any(one.group == group for one in judged.comparisons):
            yield Figure("strips-" + _file_name(group), "strips", f"{group}: block by block", captions.STRIPS,
                         lambda group=group: draw_strips(run, group))


def _family(group: str) -> str:
    return group.split("/")[0]


def _file_name(name: str, kept: str = "") -> str:
    """At most as long as every file system takes, in bytes: no name is cut that is not beyond any use."""
    plain = "".join(letter if letter.isalnum() or letter in kept else "-" for letter in name).strip("-")
    return plain.encode("utf-8", "replace")[:LONGEST_NAME].decode("utf-8", "ignore")
