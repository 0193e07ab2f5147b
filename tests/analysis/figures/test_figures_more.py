"""Costs, percentiles, offered load, scaling, trade-offs: the figures show what the file holds, and nothing else."""

import json

import builder
import numpy as np
import pytest
from clipping import outside

from spargio_report.compare.sweeps import knob_sweeps, load_sweeps, parameter_sweeps, scaling_sweeps
from spargio_report.figures.cost import cost_parts, draw_cost
from spargio_report.figures.kinds import FIGURE_KINDS
from spargio_report.figures.offered_load import draw_load, keeps_up
from spargio_report.figures.percentiles import draw_percentiles, percentile_curve, percentile_tick
from spargio_report.figures.scaling import draw_scaling
from spargio_report.figures.style import plt, shared_style
from spargio_report.figures.tradeoff import draw_tradeoff, groups_with_tradeoff
from spargio_report.read.load import load_run

NAMES = ("spargio", "spargio[spin=0]", "asio", "tokio[flavor=current_thread]", "floor[files=ring]")


def arms(*factors, latency=True, names=NAMES):
    return [builder.Arm(name, 1000.0 * factor, latency=latency) for name, factor in zip(names, factors)]


@pytest.fixture
def swept(tmp_path):
    """Offered rates, the last of which asio cannot hold, counts of connections, batches, and shards of one arm."""
    groups = [builder.Group("net/open_loop", [builder.Arm("spargio", 1e9 / rate, latency=True),
                                              builder.Arm("asio", 1e9 / rate, latency=True)],
                            {} if rate == 10_000 else {"rate": str(rate)}, 6) for rate in (5_000, 10_000, 40_000)]
    groups += [builder.Group("net/connections", arms(1, 1.1, 1 + count / 1000, 2, 0.9),
                             {"connections": str(count)}, 6) for count in (64, 256, 1024)]
    groups += [builder.Group("ping_pong/one_way_drain", arms(1, 2, latency=False), {"batch": size}, 6)
               for size in ("1", "64", "all")]
    groups += [builder.Group("fanout/balanced", [builder.Arm(f"spargio[shards={count}]", 4000.0 / count)
                                                 for count in (1, 2, 4)] + [builder.Arm("asio", 1500.0)], {}, 6)]
    document = builder.make_run(groups)
    rates = {case["id"]: int(case["parameters"]["rate"]) for case in document["cases"] if "rate" in case["parameters"]}
    for one in (one for block in document["blocks"] for one in block["slices"] if one["case"] in rates):
        held = min(rates[one["case"]], 10_000 if one["case"].endswith("asio") else 10**9)
        one["wall_ns"] = one["operations"] * 10**9 // held
    return load_run(builder.write(tmp_path, document))


def test_M14_no_label_of_the_other_figures_is_clipped(swept, tmp_path):
    with shared_style():
        for group in swept.groups:
            assert outside(draw_cost(swept, [group], group)) == []
        assert outside(draw_cost(swept, swept.groups, "everything")) == []
        for group in swept.groups[:6]:
            assert outside(draw_percentiles(swept, group)) == []
        for sweep in load_sweeps(swept):
            assert outside(draw_load(swept, sweep)) == []
        for sweep in scaling_sweeps(swept):
            assert outside(draw_scaling(swept, sweep)) == []
        assert outside(draw_tradeoff(swept, "trade-off")) == []


def test_M14_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed():
    x, ns = percentile_curve({"buckets": [[100, 900], [200, 90], [5000, 9], [70_000, 1]]})
    at = dict(zip(x, ns))
    assert (at[1], at[2], at[10], at[100]) == (100, 100, 100, 200)
    assert x[-1] == 100 and ns[-1] == 200  # p99 is as far as ten of 1,000 lie beyond
    beyond = ns[np.searchsorted(x, 10.1)]
    assert beyond == 200 and list(ns) == sorted(ns)


def test_M14_percentile_curves_agree_with_the_percentiles_of_the_file():
    run = load_run(str(builder.ROOT / "results/reference/quick/result.json"))
    held = 0
    for case in run.cases.values():
        if case.measured and case.latency and case.latency["p99_ns"] and case.latency["count"] >= 1000:
            x, ns = percentile_curve(case.latency)
            # The file gives the middle of a bucket whose bounds are at most 1 part in 64 apart.
            assert ns[list(x).index(2)] == pytest.approx(case.latency["p50_ns"], rel=0.02), case.id
            assert ns[list(x).index(100)] == pytest.approx(case.latency["p99_ns"], rel=0.02), case.id
            held += 1
    assert held >= 40


@pytest.mark.parametrize(("x", "text"), [(2, "p50"), (10, "p90"), (100, "p99"), (1e3, "p99.9"), (1e6, "p99.9999")])
def test_M14_the_axis_of_percentiles_names_its_nines(x, text):
    assert percentile_tick(x) == text


def test_M14_cost_is_user_and_system_time_and_what_the_workers_left_idle(tmp_path):
    document = builder.make_run([builder.Group("ping_pong/steady_rtt", [builder.Arm("spargio", 1000, 1.5),
                                                                        builder.Arm("asio", 1000, 2.5)])], noise=0)
    for block in document["blocks"]:
        for one in block["slices"]:
            cpu = 1.5 if one["case"].endswith("spargio") else 2.5
            one.update(operations=1000, wall_ns=1_000_000, user_ns=int(cpu * 600_000), system_ns=int(cpu * 400_000))
    run = load_run(builder.write(tmp_path, document))
    ours, theirs = (cost_parts(run, case) for case in run.cases.values())
    assert ours == (900, 600, 500)  # two workers on two CPUs had 2,000 ns
    assert theirs == (1500, 1000, 0)  # more than its workers could use: no time is made up


def test_M14_idling_is_no_cost_where_the_pace_is_given(swept):
    parts = cost_parts(swept, swept.case_of("net/open_loop", "spargio"))
    assert parts[0] > 0 and parts[1] > 0 and parts[2] == 0


def test_M14_sweeps_are_found_by_what_alone_differs(swept):
    found = {(sweep.workload, sweep.name): sweep for sweep in parameter_sweeps(swept)}
    assert set(found) == {("net/open_loop", "rate"), ("net/connections", "connections"),
                          ("ping_pong/one_way_drain", "batch")}
    assert found["net/connections", "connections"].values == ("64", "256", "1024")
    drain = found["ping_pong/one_way_drain", "batch"]
    assert drain.values == ("1", "64", "all") and drain.positions == [0, 1, 2]
    (knob,) = knob_sweeps(swept)
    assert (knob.name, knob.values, list(knob.lines)) == ("shards", ("1", "2", "4"), ["spargio"])


def test_M14_a_word_alone_makes_no_scaling_curve(tmp_path):
    groups = [builder.Group("net/stream_window", arms(1, 2), {"write": manner}, 2) for manner in ("per_frame", "vectored")]
    run = load_run(builder.write(tmp_path, builder.make_run(groups)))
    assert scaling_sweeps(run) == []


def test_M14_the_rate_has_its_own_figure_and_shows_who_could_not_hold_it(swept):
    (sweep,) = load_sweeps(swept)
    assert sweep.values == ("5000", "10000", "40000") and "rate" not in {one.name for one in scaling_sweeps(swept)}
    fast = sweep.lines["asio"]["40000"]
    assert not keeps_up(swept, fast, 40_000) and keeps_up(swept, sweep.lines["asio"]["5000"], 5_000)
    with shared_style():
        figure = draw_load(swept, sweep)
    crosses = [line for line in figure.axes[0].lines if line.get_label() == "_behind"]
    plt.close(figure)
    assert [list(line.get_xdata()) for line in crosses][1] == [40_000]


def test_M14_more_shards_are_held_against_perfect_scaling(swept):
    (sweep,) = knob_sweeps(swept)
    with shared_style():
        figure = draw_scaling(swept, sweep)
    names = [text.get_text() for text in figure.axes[0].texts]
    plt.close(figure)
    assert "ideal, from spargio" in names


def test_M14_an_arm_without_a_p99_has_no_point_in_the_tradeoff(swept):
    groups = groups_with_tradeoff(swept)
    assert "net/connections?connections=64" in groups and "fanout/balanced" not in groups


@pytest.mark.parametrize("kind", [kind for kind in FIGURE_KINDS if kind != "tornado"])  # test_sweep has that one
def test_M14_plot_draws_each_kind_alone(kind, swept, tmp_path, inside):
    ended = inside("plot", swept.path, "-o", tmp_path / kind, "--figure", kind, "--formats", "svg")
    assert ended.returncode == 0
    assert {path.name.split("-")[0].split(".")[0] for path in (tmp_path / kind).iterdir()} == {kind}


@pytest.mark.parametrize("kind", ["tornado", "load", "scaling", "percentiles", "tradeoff"])
def test_M14_a_figure_that_the_file_has_nothing_for_is_left_out_with_the_reason(kind, tmp_path, inside):
    path = builder.write(tmp_path, builder.pair(0.5, blocks=6))
    ended = inside("plot", path, "-o", tmp_path / "out", "--figure", kind)
    assert ended.returncode == 4 and f"nothing that a {kind} figure could show" in ended.stderr
    every = inside("plot", path, "-o", tmp_path / "out", "--formats", "svg")
    assert every.returncode == 0 and f"no {kind} figure: {FIGURE_KINDS[kind]}" in every.stderr
    inside("report", path, "-o", tmp_path / "page", "--formats", "svg")
    for page in ("index.html", "report.md"):
        assert f"{kind} ({FIGURE_KINDS[kind]})" in (tmp_path / "page" / page).read_text()


def test_M14_figures_of_several_processes_are_those_of_one(tmp_path, inside, monkeypatch):
    path = builder.write(tmp_path, builder.pair(0.5, blocks=6))
    inside("plot", path, "-o", tmp_path / "many", "--formats", "svg")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})
    inside("plot", path, "-o", tmp_path / "one", "--formats", "svg")
    many, one = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("many", "one"))
    assert many and many == one


def test_M24_no_curve_joins_points_of_two_machines(tmp_path):
    """Each machine of a merged file has its own figure, under its own name."""
    groups = [builder.Group("net/connections", arms(1, 2), {"connections": count}, 6) for count in ("64", "256")]
    document = builder.make_run(groups)
    document["machines"] = [{"name": f"machine{place}", "environment": document["environment"]} for place in (1, 2)]
    document["cases"] += [{**case, "id": case["id"].replace("|", "@machine2|"), "group": case["group"] + "@machine2",
                           "machine": 1} for case in document["cases"]]
    text = json.dumps(document["blocks"]).replace("|", "@machine2|")
    document["blocks"] += [{**block, "group": block["group"] + "@machine2", "machine": 1,
                            "index": block["index"] + len(document["blocks"])} for block in json.loads(text)]
    run = load_run(builder.write(tmp_path, document))
    assert [sweep.title for sweep in scaling_sweeps(run)] == [
        "net/connections by connections (machine1)", "net/connections by connections (machine2)"]
    assert all(sweep.values == ("64", "256") for sweep in scaling_sweeps(run))
