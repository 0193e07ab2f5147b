"""Where the ratios of many runs changed: found where it was planted, and seldom where there is nothing."""

import json
import random

import builder
import numpy as np
import pytest
from clipping import outside

from spargio_report.compare.series import Settings, find_changes, series_of
from spargio_report.figures.history_panels import draw_history
from spargio_report.figures.style import shared_style
from spargio_report.read.guardrails import load_guardrails
from spargio_report.read.load import load_run
from spargio_report.statistics.change_points import change_points

DAY_NS = 86_400 * 10**9


def noise(seed, runs=30, tails=3):
    """Heavy-tailed, as nightly ratios are."""
    return np.random.default_rng((99, seed)).standard_t(tails, runs) * 0.01


def night(number, ratio=0.5, arms=None, **environment):
    """The run of one night, with some spread of its own."""
    rng = random.Random(number)
    arms = arms or [builder.Arm("spargio", 1000 * ratio * rng.lognormvariate(0, 0.01)), builder.Arm("asio", 1000.0)]
    document = builder.make_run([builder.Group("ping_pong/steady_rtt", arms, blocks=8)], seed=number)
    document["run"]["started_unix_ns"] += number * DAY_NS
    document["tool"]["git_revision"] = f"{number:02d}aaaaaaaaaa"
    document["environment"].update(environment)
    return document


def nights(folder, count, change_at=None, factor=1.0, **environment):
    for number in range(count):
        ratio = 0.5 * (factor if change_at is not None and number >= change_at else 1)
        builder.write(folder, night(number, ratio, **environment), f"{number:02d}.json")
    return folder


@pytest.mark.parametrize("factor", [1.05, 0.9])
def test_M17_a_planted_change_is_found_at_its_place(factor):
    places = []
    for seed in range(25):
        values = noise(seed)
        values[18:] += np.log(factor)
        places.append([split.at for split in change_points(values, 0.01, 6, 499, seed)])
    assert sum(any(abs(at - 18) <= 2 for at in found) for found in places) >= 24
    assert sum(len(found) == 1 for found in places) >= 22


def test_M17_without_a_change_the_rate_of_false_alarms_is_the_chosen_level():
    alarms = sum(bool(change_points(noise(seed, tails=2), 0.05, 4, 199, seed)) for seed in range(400))
    assert 8 <= alarms <= 34  # 20 are expected; a binomial leaves these bounds three times in a thousand


def test_M17_two_changes_are_told_apart_and_a_change_of_spread_alone_is_seen():
    values = noise(3, 60)
    values[20:40] += 0.2
    assert [split.at for split in change_points(values, 0.01, 6, 499, 1)] == [20, 40]
    values = np.random.default_rng(5).normal(0, 0.01, 80)
    values[40:] *= 8
    assert change_points(values, 0.01, 6, 499, 1)


def test_M17_no_stretch_is_shorter_than_asked_for_and_equal_values_have_no_change():
    values = np.array([0.0] * 4 + [1.0] * 26)
    assert all(6 <= split.at <= 24 for split in change_points(values, 0.05, 6, 199, 1))
    assert [split.at for split in change_points(values, 0.05, 4, 199, 1)] == [4]
    assert change_points(np.ones(40), 0.05, 6, 199, 1) == []
    assert change_points(np.arange(11.0), 0.05, 6, 199, 1) == []


def test_M17_the_same_seed_gives_the_same_history():
    assert change_points(noise(1) + np.arange(30) / 900, 0.2, 6, 99, 7) == change_points(
        noise(1) + np.arange(30) / 900, 0.2, 6, 99, 7)


def test_M17_the_table_names_the_night_the_revisions_and_the_ratios_before_and_after(tmp_path, inside, one_gate):
    ended = inside("history", nights(tmp_path, 24, 14, 1.12), "--guardrails", one_gate())
    assert ended.returncode == 0 and ended.stderr == ""
    row = next(line for line in ended.stdout.splitlines() if line.startswith("ping_pong/steady_rtt"))
    assert "2023-11-27 13aaaaaaaa and 2023-11-28 14aaaaaaaa" in row and " rtt " in row
    assert " 1.12x worse " in row and " 0.50x [0.50, 0.50] n=14 " in row and " 0.56x [0.55, 0.56] n=10 " in row
    assert "chance alone would show about 0.01 of 1" in ended.stdout


def test_M17_a_gain_is_called_better_and_what_else_changed_is_named(tmp_path, inside, one_gate):
    for number in range(16):
        document = night(number, 0.5 if number < 8 else 0.4, kernel="6.1.0" if number < 8 else "6.9.0")
        if number >= 8:
            next(entry for entry in document["backends"] if entry["name"] == "asio")["version"] = "1.1"
        builder.write(tmp_path, document, f"{number:02d}.json")
    ended = inside("history", tmp_path, "--guardrails", one_gate())
    assert "better" in ended.stdout and "kernel 6.1.0 → 6.9.0; version of asio 1.0 → 1.1" in ended.stdout


def test_M17_two_kinds_of_machine_are_two_series_and_no_change(tmp_path, inside, one_gate):
    for number in range(24):
        other = {"cpu_model": "another machine"} if number % 2 else {}
        builder.write(tmp_path, night(number, 0.5 if number % 2 else 0.7, **other), f"{number:02d}.json")
    ended = inside("history", tmp_path, "--guardrails", one_gate(), "--steady")
    assert ended.stdout.count("Machine: ") == 2 and ended.stdout.count("No change was found") == 2
    assert "Machine: another machine" in ended.stdout


def test_M17_too_few_runs_are_said_and_decide_nothing(tmp_path, inside, one_gate):
    ended = inside("history", nights(tmp_path, 5, 2, 3.0), "--guardrails", one_gate())
    assert ended.returncode == 0 and "None has the 12 runs that finding a change needs; the longest has 5" in ended.stdout


def test_M17_only_watched_pairs_are_shown_unless_all_are_asked_for(tmp_path, inside, one_gate):
    for number in range(3):
        arms = [builder.Arm("spargio", 500), builder.Arm("asio", 1000), builder.Arm("libuv", 900),
                builder.Arm("spargio#2", 500)]
        builder.write(tmp_path, night(number, arms=arms), f"{number}.json")
    watched = inside("history", tmp_path, "--guardrails", one_gate(), "--steady").stdout
    assert "asio" in watched and "libuv" not in watched
    every = inside("history", tmp_path, "--guardrails", one_gate(), "--steady", "--all").stdout
    assert "libuv" in every and "#2" not in every
    best = inside("history", tmp_path, "--guardrails", one_gate(b="best-rival"), "--steady").stdout
    assert "asio" in best and "libuv" in best
    other = inside("history", tmp_path, "--guardrails", one_gate(workload="fanout/fib"), "--steady")
    assert "no gate of" in other.stderr and "libuv" in other.stdout


def test_M17_an_arm_slowed_on_purpose_is_no_part_of_a_series(tmp_path, inside, one_gate):
    for number in range(2):
        document = night(number)
        document["cases"][0]["injected_slowdown"] = 0.05 if number else None
        builder.write(tmp_path, document, f"{number}.json")
    assert "1 series of 1 run." in inside("history", tmp_path, "--guardrails", one_gate()).stdout


def test_M17_the_files_hold_the_same_as_the_table(tmp_path, inside, one_gate):
    (tmp_path / "runs").mkdir()
    nights(tmp_path / "runs", 20, 10, 1.2)
    ended = inside("history", tmp_path / "runs", "--guardrails", one_gate(), "-o", tmp_path / "runs")
    assert ended.returncode == 0
    document = json.loads((tmp_path / "runs" / "history.json").read_text())
    series, = document["series"]
    change, = series["changes"]
    assert series["gates"] == ["rtt"] and len(series["runs"]) == 20
    assert (change["last_run_before"], change["first_run_after"]) == ("synthetic-9", "synthetic-10")
    assert change["before"]["low"] < change["before"]["ratio"] < change["before"]["high"] < change["after"]["low"]
    assert change["factor"] == pytest.approx(1.2, rel=0.03) and change["p"] <= 0.01
    assert "| ping_pong/steady_rtt | spargio | asio | rtt |" in (tmp_path / "runs" / "history.md").read_text()
    assert (tmp_path / "runs" / "history-1.png").stat().st_size > 5_000
    assert "<svg" in (tmp_path / "runs" / "history-1.svg").read_text()
    again = inside("history", tmp_path / "runs", "--guardrails", one_gate(), "--format", "json")
    assert again.returncode == 0  # its own history.json among the runs is no run
    assert json.loads(again.stdout) == document


def test_M17_no_label_of_the_figure_is_clipped(tmp_path, one_gate):
    nights(tmp_path, 20, 10, 1.2, cpu_model="a machine with quite a long name, as the makers of processors give them")
    runs = [load_run(path) for path in sorted(tmp_path.glob("*.json"))]
    for series in (some := series_of(runs, load_guardrails(one_gate()))):
        find_changes(series, Settings())
    with shared_style():
        assert outside(draw_history(some[0].key.machine, some)) == []


def test_P22_a_spoilt_night_is_named_and_the_others_are_shown(tmp_path, inside, one_gate):
    nights(tmp_path, 14)
    text = (tmp_path / "03.json").read_text()
    (tmp_path / "03.json").write_text(text[: len(text) // 2])
    (tmp_path / "again.json").write_text((tmp_path / "05.json").read_text())
    ended = inside("history", tmp_path, "--guardrails", one_gate())
    assert ended.returncode == 4 and "1 series of 13 runs" in ended.stdout
    assert "03.json: byte" in ended.stderr and "truncated" in ended.stderr
    assert "again.json is the same run as" in ended.stderr


@pytest.mark.parametrize(("arguments", "words"), [
    (("--level", "1.5"), "is no chance of error"), (("--least-runs", "1"), "give 2 or more"),
    (("--permutations", "20"), "give at least 100"), (("-w", "nosuch"), "no compared case is named like"),
    (("--seed", "-1"), "give 0 or more"),
])
def test_P22_wrong_wishes_end_with_2(arguments, words, tmp_path, inside, one_gate):
    ended = inside("history", nights(tmp_path, 2), "--guardrails", one_gate(), *arguments)
    assert ended.returncode == 2 and words in ended.stderr


def test_P22_an_empty_folder_ends_with_2_and_a_missing_file_with_4(tmp_path, inside):
    assert "holds no result file" in inside("history", tmp_path).stderr
    assert inside("history", tmp_path / "none.json").returncode == 4
