"""The figures: all there, readable in every form, and nothing drawn outside the paper."""

import builder
import numpy as np
import pytest
from clipping import outside

from spargio_report.compare.comparison import all_comparisons, headlines
from spargio_report.figures.forest import draw_forest
from spargio_report.figures.heatmap import cell_number, draw_heatmap
from spargio_report.figures.labels import spread
from spargio_report.figures.strips import draw_strips
from spargio_report.figures.style import mark_of, plt, shared_style
from spargio_report.read.load import load_run
from spargio_report.read.model import STANDINGS


@pytest.fixture
def run(tmp_path):
    return load_run(builder.write(tmp_path, builder.quick()))


def test_M14_no_label_is_clipped_in_any_figure(run):
    comparisons = all_comparisons(run)
    pairs = [one for one in comparisons if not one.is_repeat]
    best = [one for row in headlines(run, comparisons) for one in (row.against(each).strongest for each in STANDINGS) if one]
    with shared_style():
        assert outside(draw_forest(run, best, "best")) == []
        assert outside(draw_forest(run, pairs, "all")) == []
        assert outside(draw_heatmap(run, pairs)) == []
        for group in run.groups:
            assert outside(draw_strips(run, group)) == []


def test_M14_ratios_of_the_heatmap_stay_within_their_cells(tmp_path):
    """Down to a three-hundredth and up to thousands, in as many columns as the quick matrix has."""
    times = [0.3, 1, 7, 44, 330, 1010, 2_000, 90_000, 28_000, 12_345, 750, 5, 90, 100_000]
    names = [f"asio[spin={place}]" for place in range(len(times))]
    arms = [builder.Arm("spargio", 100.0)] + [builder.Arm(name, time) for name, time in zip(names, times)]
    run = load_run(builder.write(tmp_path, builder.make_run([builder.Group("ping_pong/steady_rtt", arms)])))
    with shared_style():
        figure = draw_heatmap(run, all_comparisons(run))
        figure.canvas.draw()
    axes = figure.axes[0]
    cell = axes.get_window_extent().width / len(times)
    labels = [text for text in axes.texts if text.get_text() != "spargio"]
    widths = {text.get_text(): text.get_window_extent().width / cell for text in labels}
    plt.close(figure)
    assert len(labels) == len(times) and max(widths.values()) < 1, widths


@pytest.mark.parametrize(("value", "text"), [(0.0036, "1/280"), (0.00036, "1/3k"), (0.01, "0.010"), (0.37, "0.37"),
                                             (14.6, "14.6"), (730.2, "730"), (12_345, "12k")])
def test_M14_a_ratio_takes_at_most_five_letters_of_a_cell(value, text):
    assert cell_number(value) == text and len(text) <= 5


def test_M14_the_longest_names_of_arms_fit_beside_their_intervals(tmp_path):
    arms = [builder.Arm("spargio[spin=0]", 100), builder.Arm("tokio[flavor=current_thread]", 200)]
    run = load_run(builder.write(tmp_path, builder.make_run([builder.Group("ping_pong/steady_rtt", arms)])))
    with shared_style():
        assert outside(draw_forest(run, all_comparisons(run), "long names")) == []


def test_M14_doubtful_figures_are_not_written_white_on_white(tmp_path):
    run = load_run(builder.write(tmp_path, builder.quick(blocks=3)))
    with shared_style():
        figure = draw_heatmap(run, all_comparisons(run))
    boxed = [text for text in figure.findobj(plt.Text) if text.get_bbox_patch()]
    plt.close(figure)
    assert boxed and {text.get_color() for text in boxed} == {"black"}


def test_M14_labels_at_the_ends_of_lines_never_touch():
    placed = spread([0.1, 0.1, 0.11, 0.5, 2.0, 2.0], 0.12, 2.0)
    assert np.all(np.diff(placed) >= 0.12 - 1e-9) and placed[-1] <= 2.0
    assert spread([0.0, 0.0, 0.0], 0.12, 2.0) == pytest.approx([0.0, 0.12, 0.24])


def test_M14_backends_differ_by_shape_and_not_by_colour_alone():
    backends = ["spargio", "floor", "threads", "asio", "asio_uring", "libuv", "tbb", "tokio", "go", "rayon"]
    assert len({mark_of(name).marker for name in backends}) == len(backends)
    assert not {mark_of(name).marker for name in backends} & {mark_of(name).marker for name in ("a plugin", "b plugin", "c plugin")}


def test_M14_plot_writes_each_figure_in_the_forms_asked_for(tmp_path, inside):
    path = builder.write(tmp_path, builder.pair(0.5))
    ended = inside("plot", path, "-o", tmp_path / "out", "--formats", "png,svg,pdf")
    assert ended.returncode == 0
    names = {line.rsplit("/", 1)[1] for line in ended.stdout.splitlines()}
    for name in ("forest-headline", "heatmap", "strips-ping-pong-steady-rtt"):
        assert {f"{name}.png", f"{name}.svg", f"{name}.pdf"} <= names
    assert (tmp_path / "out" / "heatmap.png").read_bytes().startswith(b"\x89PNG")


def test_M14_the_same_data_gives_the_same_drawing(tmp_path, inside):
    path = builder.write(tmp_path, builder.pair(0.5))
    for name in ("one", "two"):
        inside("plot", path, "-o", tmp_path / name, "--formats", "svg", "--figure", "forest")
    first, second = (sorted((tmp_path / name).glob("*.svg")) for name in ("one", "two"))
    assert first and [one.read_bytes() for one in first] == [one.read_bytes() for one in second]


@pytest.mark.parametrize("blocks", [1, 2, 5])
def test_M14_few_blocks_draw_points_without_an_interval(blocks, tmp_path, inside):
    path = builder.write(tmp_path, builder.pair(0.5, blocks=blocks))
    assert inside("report", path, "-o", tmp_path / "out").returncode == 0
    assert "[no interval]" in (tmp_path / "out" / "report.md").read_text()


def test_P22_names_with_dollar_signs_are_drawn_as_they_are(tmp_path, inside):
    document = builder.pair(0.5)
    text = builder.json.dumps(document).replace("asio", "a$io_{")
    path = tmp_path / "result.json"
    path.write_text(text)
    assert inside("plot", path, "-o", tmp_path / "out").returncode == 0


def test_P22_nothing_to_draw_is_said(tmp_path, inside):
    document = builder.make_run([builder.Group("ping_pong/steady_rtt", [builder.Arm("spargio", 100)])])
    ended = inside("plot", builder.write(tmp_path, document), "-o", tmp_path / "out", "--figure", "heatmap")
    assert ended.returncode == 4 and "nothing that a heatmap figure could show" in ended.stderr and "remedy: " in ended.stderr
