"""What one gains over the runtime in use now: each runtime with its best arm, nothing hidden, everything within the paper."""

import builder
import pytest
from builder import Arm, Group
from matplotlib.patches import Rectangle
from clipping import outside

from spargio_report.compare.comparison import all_comparisons
from spargio_report.compare.gains import gains_of
from spargio_report.figures.gains import draw_gains
from spargio_report.figures.heatmap import cell_number
from spargio_report.figures.style import plt, shared_style
from spargio_report.read.load import load_run


def gains(tmp_path, *groups):
    run = load_run(builder.write(tmp_path, builder.make_run(list(groups))))
    return gains_of(run, all_comparisons(run))


def test_M14_a_runtime_stands_there_with_the_arm_that_is_hardest_to_beat(tmp_path):
    found = gains(tmp_path, Group("ping_pong/steady_rtt", [Arm("spargio", 100), Arm("tokio", 300), Arm("tokio[flavor=x]", 50)]),
                  Group("fanout/balanced", [Arm("spargio", 100), Arm("tokio", 200), Arm("tokio[flavor=x]", 900)]))
    arms = {group: one.b.arm for (group, backend), one in found.cells.items() if backend == "tokio"}
    assert arms == {"ping_pong/steady_rtt": "tokio[flavor=x]", "fanout/balanced": "tokio"}


def test_M14_a_larger_ratio_that_may_be_chance_does_not_hide_a_loss(tmp_path):
    run = load_run(builder.write(tmp_path, builder.make_run(
        [Group("ping_pong/steady_rtt", [Arm("spargio", 100), Arm("tokio", 80), Arm("tokio[flavor=x]", 70)])])))
    comparisons = all_comparisons(run)
    noisy = next(one for one in comparisons if one.b.arm == "tokio[flavor=x]")
    noisy.ratio = type(noisy.ratio)(noisy.ratio.value, 0.5, 3, 10, None, noisy.ratio.log_values)
    assert noisy.ratio.word == "UNSURE"
    assert gains_of(run, comparisons).cells["ping_pong/steady_rtt", "tokio"].b.arm == "tokio"


def test_M14_our_plain_arm_is_shown_and_neither_our_knobs_nor_the_floor(tmp_path):
    found = gains(tmp_path, Group("ping_pong/steady_rtt", [Arm("spargio[spin=0]", 10), Arm("spargio", 100), Arm("asio", 200),
                                                           Arm("floor", 5), Arm("spargio#2", 100)]))
    assert found.arm == "spargio" and found.backends == ("asio",)
    assert found.cells["ping_pong/steady_rtt", "asio"].a.arm == "spargio"


def test_M14_general_runtimes_stand_before_specialists(tmp_path):
    found = gains(tmp_path, Group("fanout/balanced", [Arm("spargio", 100), *(Arm(name, 200) for name in ("tbb", "threads", "tokio", "asio"))]))
    assert found.backends == ("asio", "tokio", "tbb", "threads")
    assert (found.general, found.specialists) == (("asio", "tokio"), ("tbb", "threads"))


def test_M14_without_a_plain_arm_or_a_rival_there_are_no_gains(tmp_path):
    assert gains(tmp_path, Group("fanout/balanced", [Arm("spargio[spin=0]", 100), Arm("tbb", 100)])) is None
    assert gains(tmp_path, Group("fanout/balanced", [Arm("spargio", 100), Arm("floor", 100)])) is None


@pytest.fixture
def drawn(tmp_path):
    found = gains(tmp_path, Group("ping_pong/steady_rtt", [Arm("spargio", 100), Arm("asio", 900), Arm("libuv", 50)]),
                  Group("net/open_loop", [Arm("spargio", 100), Arm("asio", 100.5)]))
    with shared_style():
        figure = draw_gains(found, "Gains")
        figure.canvas.draw()
        yield found, figure
        plt.close(figure)


def test_M14_the_cells_say_the_ratios_and_losses_are_framed_and_bold(drawn):
    found, figure = drawn
    texts = {text.get_text(): text for text in figure.findobj(plt.Text)}
    weights = {one.ratio.word: texts[cell_number(one.ratio.value)].get_weight() for one in found.cells.values()}
    assert weights == {"FASTER": "normal", "UNSURE": "normal", "SLOWER": "bold"} and "–" in texts
    framed = [patch for patch in figure.findobj(Rectangle) if patch.get_edgecolor() == (0, 0, 0, 1) and patch.get_width() == 0.9]
    assert len(framed) == 1
    assert "open_loop (CPU)" in texts and "steady_rtt" in texts


def test_M14_what_is_not_decided_is_hatched_and_nothing_else_is(drawn):
    found, figure = drawn
    hatched = [patch for patch in figure.findobj(Rectangle) if patch.get_hatch()]
    unsure = [one for one in found.cells.values() if one.ratio.word == "UNSURE"]
    assert len(hatched) == len(unsure) == 1


def test_M14_the_sums_count_every_case_of_a_runtime_once(drawn):
    found, figure = drawn
    for backend in found.backends:
        cells = sum(other == backend for _, other in found.cells)
        assert sum(found.count(backend, word) for word in ("FASTER", "UNSURE", "SLOWER")) == cells


def columns_of(figure):
    """Where the names of the columns stand, in the first half."""
    return {text.get_text(): text.get_position()[0] for text in figure.axes[0].texts if text.get_rotation()}


def test_M14_the_specialists_stand_apart_beyond_a_rule(tmp_path):
    group = Group("fanout/balanced", [Arm(name, 100) for name in ("spargio", "asio", "go", "rayon", "tbb")])
    document = builder.make_run([group])
    for backend in document["backends"]:
        backend["class"] = "specialist" if backend["name"] in ("rayon", "tbb") else "general"
    run = load_run(builder.write(tmp_path, document))
    with shared_style():
        figure = draw_gains(gains_of(run, all_comparisons(run)), "Gains")
        places = columns_of(figure)
        assert list(places) == ["asio", "go", "rayon", "tbb"]
        assert places["go"] - places["asio"] == places["tbb"] - places["rayon"] == pytest.approx(1)
        assert places["rayon"] - places["go"] > 1.3
        rules = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_xdata()[0] == line.get_xdata()[1]]
        assert len(rules) == 1 and 2 < rules[0] < 2.45
        plt.close(figure)


def test_M14_without_specialists_there_is_no_rule(drawn):
    assert not [line for line in drawn[1].axes[0].lines if line.get_xdata()[0] == line.get_xdata()[1]]


def test_M14_no_label_of_the_gains_is_clipped(tmp_path):
    run = load_run(builder.write(tmp_path, builder.quick()))
    with shared_style():
        assert outside(draw_gains(gains_of(run, all_comparisons(run)), "What spargio gains over the runtime in use now")) == []
