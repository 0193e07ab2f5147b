"""Files of `spargio-bench sweep`: the verdict comes from the confirmation alone, and the tornado shows every knob."""

import builder
import pytest
from clipping import outside

from spargio_report.commands.cli import main
from spargio_report.compare.comparison import all_comparisons
from spargio_report.compare.sweep_result import span, sweep_of
from spargio_report.compare.sweeps import scaling_sweeps
from spargio_report.figures.style import shared_style
from spargio_report.figures.tornado import draw_tornado
from spargio_report.read.load import load_run
from spargio_report.words.sweep_words import sweep_verdict

POINTS = {"spargio[steal_budget=4]": 0.8, "spargio[steal_budget=1]": 0.97, "spargio[spin=0]": 1.3, "spargio[spin=9]": 1.05}
WINNER = "spargio[steal_budget=4]"


def swept(confirmed=0.8, blocks=20, points=POINTS, status="complete", seed=1):
    """A file with one screening of all points, and a confirmation in which the winner has another ratio."""
    screen = [builder.Arm("spargio", 1000.0)] + [builder.Arm(arm, 1000.0 * ratio) for arm, ratio in points.items()]
    last = [builder.Arm("spargio", 1000.0), builder.Arm(WINNER, 1000.0 * confirmed)]
    groups = [builder.Group("net/hotspot_rotation", screen, {}, 6)]
    document = builder.make_run([*groups, builder.Group("net/keyed_hotspot", last, {}, blocks)], seed=seed)
    _rename(document, "net/hotspot_rotation", "net/keyed_hotspot@screen1")
    for case in document["cases"]:
        inside = case["arm"].partition("[")[2].rstrip("]")
        case["knobs_given"] = dict(part.split("=") for part in inside.split(",") if part)
        case["workload"] = "net/keyed_hotspot"
    document["schema_version"] = "1.3"
    document["run"]["status"] = status
    ranked = [{"arm": arm, "median_ratio": ratio, "blocks": 6, "kept": arm == WINNER} for arm, ratio in points.items()]
    document["run"]["sweep"] = {
        "baseline": "spargio", "combine": "ofat", "left_out": [], "winner": WINNER,
        "knobs": [{"name": "steal_budget", "values": ["4", "1"]}, {"name": "spin", "values": ["0", "9"]}],
        "stages": [{"kind": "screening", "group": "net/keyed_hotspot@screen1", "blocks_planned": 6, "points": ranked},
                   {"kind": "confirmation", "group": "net/keyed_hotspot", "blocks_planned": blocks, "points": []}]}
    return document


def _rename(document, old, new):
    for case in document["cases"]:
        if case["group"] == old:
            case["group"], case["id"] = new, f"{new}|{case['arm']}"
    for block in document["blocks"]:
        if block["group"] == old:
            block["group"] = new
            for one in block["slices"]:
                one["case"] = f"{new}|{one['case'].partition('|')[2]}"


@pytest.fixture
def load(tmp_path):
    return lambda document: load_run(builder.write(tmp_path, document))


def test_M14_a_winner_is_named_with_what_it_saves_and_its_fresh_blocks(load):
    said = sweep_verdict(load(swept()))
    assert said.startswith("steal_budget=4 takes ") and "less time per frame than the defaults" in said
    assert "confirmed on 20 fresh blocks: 0.8" in said and "n=20 FASTER" in said


def test_M14_a_sweep_in_which_nothing_is_better_says_so_whatever_the_screening_said(load):
    """The screening saw 0.8x; its blocks must not reach the verdict."""
    for confirmed, word in ((1.0, "UNSURE"), (1.2, "SLOWER")):
        said = sweep_verdict(load(swept(confirmed)))
        assert said.startswith("Nothing found that is better than the defaults in net/keyed_hotspot: 4 points were")
        assert f"on 20 fresh blocks at {1.0 if confirmed == 1.0 else 1.2}"[:22] in said and f" n=20 {word}" in said


def test_M14_points_whose_knobs_contradict_each_other_are_said_not_to_have_been_tried(load):
    document = swept()
    assert "contradicting" not in sweep_verdict(load(document))  # files of before have no such list
    document["run"]["sweep"]["contradictory"] = [{"arm": "spargio[a=1,b=2]", "reason": "both"}]
    assert sweep_verdict(load(document)).endswith("Not tried, their knobs contradicting each other: spargio[a=1,b=2].")


def test_M11_an_interrupted_sweep_confirms_nothing(load):
    document = swept(status="interrupted")
    assert sweep_verdict(load(document)).startswith("The sweep was interrupted in its confirmation. Nothing found")
    document["run"]["sweep"]["stages"].pop()
    document["cases"] = [case for case in document["cases"] if case["group"].endswith("@screen1")]
    document["blocks"] = [block for block in document["blocks"] if block["group"].endswith("@screen1")]
    for index, block in enumerate(document["blocks"]):
        block["index"] = index
    assert "was interrupted before its confirmation: nothing is shown to be better" in sweep_verdict(load(document))


def test_M14_in_each_stage_the_points_are_held_against_the_baseline(load):
    pairs = [(one.a.arm, one.b.arm) for one in all_comparisons(load(swept()))]
    assert pairs == [(arm, "spargio") for arm in (*POINTS, WINNER)]


def test_M14_the_tornado_has_a_bar_for_each_knob_the_widest_first_and_no_clipped_label(load):
    run = load(swept())
    found = sweep_of(run)
    assert list(found.by_knob) == ["spin", "steal_budget"]
    low, high = span(found.by_knob["steal_budget"])
    assert low == pytest.approx(0.8, rel=0.05) and high == 1
    with shared_style():
        figure = draw_tornado(found, "sweep")
        assert outside(figure) == []
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert texts.count("steal_budget=4") == 2 and "spin=9" in texts
    assert sum("not confirmed" in text for text in texts) == 0 and sum("confirmed" in text for text in texts) == 1
    with shared_style():
        doubtful = draw_tornado(sweep_of(load(swept(1.0))), "sweep")
    assert any("not confirmed" in text.get_text() for axes in doubtful.axes for text in axes.texts)
    assert scaling_sweeps(run) == []


def test_M14_compare_and_report_say_the_verdict_first_and_show_the_tornado(tmp_path, capsys):
    path = str(builder.write(tmp_path, swept()))
    assert main(["compare", path]) == 0
    assert capsys.readouterr().out.startswith("steal_budget=4 takes ")
    assert main(["report", path, "-o", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out/tornado.png").exists()
    page, text = (tmp_path / "out/index.html").read_text(), (tmp_path / "out/report.md").read_text()
    for one in (page, text):
        assert "steal_budget=4 takes " in one
    assert text.index("steal_budget=4 takes ") < 400 and "tornado" in page
    assert "](tornado.svg)" in text
    assert main(["plot", path, "--figure", "tornado", "-o", str(tmp_path / "plot")]) == 0
