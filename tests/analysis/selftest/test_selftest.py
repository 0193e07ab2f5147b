"""The proof of the gate is itself held against gates and files whose faults are known (M15, M16)."""

import json
import os
import sys
from pathlib import Path
from statistics import NormalDist

import builder
import numpy as np
import pytest
from builder import Arm, Group

from spargio_report.figures.power import shares
from spargio_report.selftest import goals, live, mutations, proof, recorded, replays
from spargio_report.selftest.replays import Count
from spargio_report.statistics import decide

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = ROOT / "results" / "reference" / "quick" / "result.json"


def normal(spread, blocks=200, seed=5):
    """Evenly spread quantiles of a normal distribution: graded, and symmetric about zero."""
    steps = (np.arange(blocks) + 0.5) / blocks
    return recorded.Series("synthetic", spread * np.array([NormalDist().inv_cdf(step) for step in steps]))


def test_M16_replays_of_a_quiet_case_meet_every_goal_of_the_gate():
    rng = np.random.default_rng(2)
    series = normal(0.02)
    same, limit, twice = (replays.replay(series, rng, 300, 0.1, ratio) for ratio in (1.0, 1.1, 1.2))
    assert same.count("FAIL").rate <= 0.01 and same.count("INCONCLUSIVE").hits == 0
    assert limit.count("PASS").rate <= 0.05 and limit.count("FAIL").rate >= 0.9
    assert twice.count("FAIL").rate == 1.0 and np.median(same.blocks) <= 20


def test_M16_replays_show_a_gate_that_is_too_lax(monkeypatch):
    """The selftest must be able to fail: with ten times the alpha, A/A fails too often."""
    monkeypatch.setattr(decide, "ALPHA_FAIL", 0.2)
    found = replays.replay(normal(0.02), np.random.default_rng(2), 300, 0.1, 1.0)
    assert goals.at_most("A/A", found.count("FAIL"), 0.005, "").word == goals.MISSED


def test_M16_intervals_of_a_known_series_cover_as_they_should_and_narrow_ones_would_not(monkeypatch):
    rng = np.random.default_rng(4)
    assert goals.between("", replays.coverage(normal(0.05), rng, 1500), 0.93, 0.97, "").word != goals.MISSED
    monkeypatch.setattr(replays, "DISPLAY_ALPHA", 0.1)
    assert goals.between("", replays.coverage(normal(0.05), rng, 1500), 0.93, 0.97, "").word == goals.MISSED


def test_M16_a_run_of_twenty_gates_is_rarely_red_by_chance():
    recording = recorded.Recording((normal(0.02), normal(0.1)), {})
    count = replays.false_reds(recording, np.random.default_rng(8), 60, (0.1, 0.1))
    assert count.of == 60 and count.hits <= 2


@pytest.mark.parametrize(("hits", "of", "limit", "word"), [
    (0, 5000, 0.005, "MET"), (0, 10, 0.005, "UNSURE"), (100, 5000, 0.005, "MISSED")])
def test_M16_a_goal_is_met_missed_or_not_certain_by_the_interval_of_the_rate(hits, of, limit, word):
    assert goals.at_most("x", Count(hits, of), limit, "").word == word


def test_M16_the_interval_of_a_rate_is_that_of_the_literature():
    # Newcombe (Statistics in Medicine 17, 1998), table I, method 3, 81 of 263: 0.2553 to 0.3662.
    low, high = goals.wilson(Count(81, 263))
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def a_recording(tmp_path, ratio=1.0, blocks=40):
    arms = [Arm("spargio", 100), Arm("spargio#2", 100 * ratio)]
    path = builder.write(tmp_path, builder.make_run([Group("ping_pong/steady_rtt", arms, blocks=blocks)]))
    return recorded.save(path, str(tmp_path / "aa.json"))


def test_M15_a_recording_keeps_the_blocks_of_an_arm_against_itself_about_zero(tmp_path):
    kept = a_recording(tmp_path, ratio=1.05)  # by chance, as it were: the centre is taken off
    (series,) = kept.series
    assert series.name == "ping_pong/steady_rtt" and len(series.values) == 40
    assert abs(np.median(series.values)) < 0.01 < series.spread
    assert kept.origin["git_revision"] == "0123456789ab"


@pytest.mark.parametrize(("text", "words"), [
    ("", "no recording"), ("[1]", "no recording"), ('{"origin": {}, "series": {}}', "is empty"),
    ('{"origin": {}, "series": {"a": [0.1, 0.2]}}', "holds 2 blocks"),
    ('{"origin": {}, "series": {"a": [' + ",".join(["NaN"] * 40) + "]}}", "finite numbers")])
def test_P22_a_recording_that_is_none_is_refused_with_place_and_remedy(text, words, tmp_path, inside):
    path = tmp_path / "aa.json"
    path.write_text(text)
    ended = inside("selftest", "--recorded", path)
    assert ended.returncode == 4 and str(path) in ended.stderr and words in ended.stderr and "--record" in ended.stderr


def test_P22_recording_needs_the_harness(tmp_path, inside):
    ended = inside("selftest", "--record", tmp_path / "aa.json")
    assert ended.returncode == 2 and "--bench" in ended.stderr


def sound_file(tmp_path):
    arms = [Arm("spargio", 100), Arm("asio", 400)]
    return builder.write(tmp_path, builder.make_run([Group("ping_pong/steady_rtt", arms), Group("fs/read_rtt", arms)]))


def test_M15_every_spoilt_file_ends_the_gate_with_a_message_and_not_with_0(tmp_path):
    outcomes = mutations.try_all(sound_file(tmp_path), tmp_path)
    assert len(outcomes) == len(mutations.OF_THE_DOCUMENT) + len(mutations.OF_THE_TEXT) == 12
    assert {one.name: one.exit_code for one in outcomes if not one.is_caught} == {}
    assert {one.exit_code for one in outcomes} == {3, 4}  # the swapped arms are a loss, the rest no measurement


def test_M15_a_mutation_that_goes_through_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(mutations, "OF_THE_DOCUMENT", {"nothing is changed": lambda document, pair: None})
    monkeypatch.setattr(mutations, "OF_THE_TEXT", {})
    (outcome,) = mutations.try_all(sound_file(tmp_path), tmp_path)
    assert not outcome.is_caught and outcome.exit_code == 0


def test_M15_a_base_without_a_clear_lead_is_refused(tmp_path):
    path = builder.write(tmp_path, builder.pair(0.9))
    with pytest.raises(Exception, match="no pair of arms with a ratio below 0.5"):
        mutations.sound_pair(path)


def test_M15_the_projects_reference_run_can_be_spoilt():
    pair = mutations.sound_pair(REFERENCE)
    assert pair.a.startswith("spargio") and pair.b


FAKE = """#!{python}
import json, sys
sys.path[:0] = [{tests!r}]
import builder
from builder import Arm, Group
words = sys.argv
out, blocks = words[words.index("-o") + 1], int(words[words.index("--blocks") + 1])
slow = float(words[words.index("--inject") + 1].split("+")[1].rstrip("%")) / 100 if "--inject" in words else 0.0
log = open({log!r}, "a"); log.write(" ".join(words) + chr(10))
arms = [Arm("spargio", 100), Arm("spargio#2", 100 * (1 + slow))]
group = Group(words[words.index("-w") + 1], arms, blocks=blocks)
json.dump(builder.make_run([group], seed=blocks + int(1000 * slow)), open(out, "w"))
"""


@pytest.fixture
def fake_bench(tmp_path):
    path = tmp_path / "bench"
    path.write_text(FAKE.format(python=sys.executable, tests=str(ROOT / "tests" / "analysis"),
                                log=str(tmp_path / "orders")))
    path.chmod(0o755)
    return path


def test_M15_live_trials_slow_the_second_arm_and_judge_what_came(tmp_path, fake_bench):
    setting = live.Setting(("ping_pong/steady_rtt",), "spargio", 0.1, 2, (0.0, 0.2))
    found = live.trials(str(fake_bench), setting, lambda text: None)
    assert [(one.slowdown, one.word) for one in found] == [(0.0, "PASS"), (0.2, "FAIL")] * 2
    asked = (tmp_path / "orders").read_text().splitlines()
    assert sum("--inject spargio#2:+20.0000%" in line for line in asked) == 2 and all("--blocks 10" in one for one in asked)


def test_P22_a_harness_that_is_not_there_or_fails_is_named(tmp_path):
    setting = live.Setting(("ping_pong/steady_rtt",), "spargio", 0.1, 1, (0.0,))
    with pytest.raises(Exception, match="cannot be started"):
        live.trials(str(tmp_path / "none"), setting, lambda text: None)
    with pytest.raises(Exception, match="ended with 1"):
        live.trials("/bin/false", setting, lambda text: None)


def test_P23_the_process_that_takes_a_cpu_ends_with_the_trials(tmp_path):
    with pytest.raises(RuntimeError):
        with live.one_core_hog(True) as hog:
            assert len(os.sched_getaffinity(hog)) == 1
            raise RuntimeError
    with pytest.raises(ProcessLookupError):
        os.kill(hog, 0)
    with live.one_core_hog(False) as none:
        assert none is None


def test_M15_the_whole_command_writes_its_figures_and_the_power_curve(tmp_path, inside, fake_bench):
    a_recording(tmp_path)
    ended = inside("selftest", "--quick", "--recorded", tmp_path / "aa.json", "--base", sound_file(tmp_path),
                   "--bench", fake_bench, "-o", tmp_path / "out")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    document = json.loads((tmp_path / "out" / "selftest.json").read_text())
    assert {one["where"] for one in document["goals"]} == {"replays", "spoilt files", "live", "live, one CPU taken"}
    assert len(document["live"]["quiet"]) == len(document["live"]["one_cpu_taken"]) == 12
    assert "goals met" in ended.stdout and (tmp_path / "out" / "power.svg").stat().st_size > 5000
    ladder = document["power"]["ping_pong/steady_rtt"]
    assert shares(ladder, "PASS")[0] > 0.9 and shares(ladder, "FAIL")[-1] > 0.9


def test_M16_a_goal_that_is_missed_ends_with_5(tmp_path, inside, monkeypatch):
    monkeypatch.setattr(decide, "ALPHA_FAIL", 0.5)
    a_recording(tmp_path)
    ended = inside("selftest", "--quick", "--recorded", tmp_path / "aa.json", "--base", sound_file(tmp_path))
    assert ended.returncode == 5 and "MISSED" in ended.stdout and "live trials: left out" in ended.stdout


def test_M16_a_case_is_judged_by_the_tolerance_of_its_own_gates():
    assert proof.tolerance_of("net/echo_rtt") == 0.3
    assert proof.tolerance_of("net/hotspot_rotation") == proof.TOLERANCE
    assert proof.tolerance_of("ping_pong/tasks_rtt") == proof.TOLERANCE  # its gate is on an absolute time
    assert proof.tolerance_of("no/case") == proof.TOLERANCE
