"""Self gates against a file of earlier: what is held against it, what may become one, and what it can't show (M12)."""

import json

import builder
import numpy as np
import pytest
from builder import Arm, Group

from spargio_report.statistics import two_samples
from spargio_report.statistics.two_samples import Shift, bounds, critical_value, null_cdf, same_states

RTT, DRAIN = "ping_pong/steady_rtt", "ping_pong/one_way_drain"


def rails(tmp_path, kind="self", **more):
    keys = {"id": "no-slower-than-base", "kind": kind, "workload": RTT, "a": "spargio", "target": 1.0, "tolerance": 0.05,
            "why": "a change may not slow it down", **more}
    path = tmp_path / "rails.toml"
    path.write_text("[[gate]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items()))
    return path


def anchored(ours=100.0, floor=50.0, seed=1, blocks=20, workload=RTT, noise=0.02, **more):
    arms = [Arm("spargio", ours, instructions=ours * 5), Arm("floor", floor, instructions=floor * 5)]
    return builder.make_run([Group(workload, arms, blocks=blocks, **more)], seed=seed, noise=noise)


def put(tmp_path, name, document):
    path = tmp_path / name
    path.write_text(json.dumps(document))
    return path


def state_of_cpus(document, far_of):
    """Every block near or far; far: ours takes half as much again of what the anchor takes."""
    for block in document["blocks"]:
        far = far_of(block["number"])
        block["state_changed"] = False
        for probe in ("probes_before", "probes_after"):
            block[probe]["cache_line_round_trip_ns"] = 440 if far else 45
        for one in block["slices"]:
            if far and one["case"].endswith("|spargio"):
                one["wall_ns"] = int(one["wall_ns"] * 1.5)
    return document


def against(tmp_path, inside, now, then, *more, **keys):
    return inside("gate", put(tmp_path, "now.json", now), "--guardrails", rails(tmp_path, **keys),
                  "--baseline", put(tmp_path, "then.json", then), *more)


@pytest.mark.parametrize(("ratio", "word"), [(0.8, "PASS"), (0.97, "PASS"), (1.0, "PASS"), (1.08, "FAIL"),
                                             (1.2, "FAIL"), (1.5, "FAIL")])
def test_M12_the_verdict_against_a_file_follows_the_ratio_and_never_the_absolute_times(ratio, word, tmp_path, inside):
    for drift in (0.4, 1.0, 2.5):
        ended = against(tmp_path, inside, anchored(100 * ratio * drift, 50 * drift, 3, blocks=40), anchored(seed=4, blocks=40))
        row = next(line for line in ended.stdout.splitlines() if "no-slower-than-base" in line)
        assert f" {word}" in row and "weaker than a base build in the same blocks" in ended.stdout


def test_M12_blocks_of_one_state_of_the_CPUs_are_held_against_blocks_of_the_same(tmp_path, inside):
    near = state_of_cpus(anchored(seed=1, blocks=40), lambda number: False)
    far = state_of_cpus(anchored(seed=2, blocks=40), lambda number: True)
    ended = against(tmp_path, inside, far, near)
    assert ended.returncode == 0 and "INCONCLUSIVE" in ended.stdout and "FAIL" not in ended.stdout
    mixed = state_of_cpus(anchored(seed=3, blocks=40), lambda number: number % 2 == 0)
    for then in (near, far):
        ended = against(tmp_path, inside, mixed, then)
        assert "PASS" in ended.stdout and "n=20" in ended.stdout
    slower = state_of_cpus(anchored(ours=112, seed=4, blocks=40), lambda number: number % 2 == 0)
    assert "FAIL" in against(tmp_path, inside, slower, near).stdout


def test_M12_states_are_matched_by_count_and_order_alone():
    now = [("near", 1.0), ("far", 2.0), ("near", 3.0), ("near", 4.0), ("changed", 9.0)]
    then = [("far", 5.0), ("far", 6.0), ("near", 7.0), ("near", 8.0)]
    kept_now, kept_then = same_states(now, then)
    assert kept_now.tolist() == [2.0, 1.0, 3.0] and kept_then.tolist() == [5.0, 7.0, 8.0]
    assert Shift(*same_states([("near", 1.0)] * 40, [("far", 9.0)] * 40)).decide(1.0, 0.05).word == "INCONCLUSIVE"


def test_M12_a_parameter_whose_default_has_changed_makes_other_work(tmp_path, inside):
    then = anchored(seed=2)
    for workload in then["workloads"]:
        for parameter in workload["parameters"]:
            parameter["default"] = "512" if parameter["name"] == "rounds" else parameter["default"]
    for case in then["cases"]:
        case["parameters"]["rounds"] = "512"
    ended = against(tmp_path, inside, anchored(), then)
    assert ended.returncode == 4 and "rounds=512" in ended.stdout and "other work" in ended.stdout


@pytest.mark.parametrize("key", ["kernel", "cpu_model", "cpus_online", "smt", "mitigations", "cgroup_cpu_limit"])
def test_M12_whatever_makes_another_machine_is_refused(key, tmp_path, inside):
    then = anchored(seed=2)
    then["environment"][key] = {"mitigations": {"spectre_v2": "off"}, "cpus_online": 64, "cgroup_cpu_limit": 1.5}.get(key, "x")
    ended = against(tmp_path, inside, anchored(), then)
    assert ended.returncode == 2 and f"$.environment.{key}" in ended.stderr and "another machine shows nothing" in ended.stderr


def test_P22_a_baseline_that_no_gate_asks_for_is_refused(tmp_path, inside):
    for flag in ("--baseline", "--save-baseline"):
        ended = inside("gate", put(tmp_path, "now.json", anchored()), "--guardrails", rails(tmp_path, kind="floor", b="floor"),
                       flag, put(tmp_path, "then.json", anchored(seed=2)))
        assert ended.returncode == 2 and "no gate is of kind 'self'" in ended.stderr and "remedy: " in ended.stderr


def test_M12_a_baseline_that_was_slowed_on_purpose_is_refused(tmp_path, inside):
    then = anchored(seed=2)
    then["cases"][0]["injected_slowdown"] = 0.1
    ended = against(tmp_path, inside, anchored(), then)
    assert ended.returncode == 2 and "slowed on purpose" in ended.stderr


def test_M12_instructions_that_nobody_counted_are_a_doubt_against_a_file_as_well(tmp_path, inside):
    counted, uncounted = anchored(), anchored(seed=2)
    for block in uncounted["blocks"]:
        for one in block["slices"]:
            one["instructions"] = None
    keys = {"metric": "instructions_per_operation"}
    for now, then, name in ((counted, uncounted, "then.json"), (uncounted, counted, "now.json")):
        ended = against(tmp_path, inside, now, then, **keys)
        assert ended.returncode == 0 and "INCONCLUSIVE" in ended.stdout and name in ended.stdout
    assert "PASS" in against(tmp_path, inside, counted, anchored(seed=2), **keys).stdout


def save(tmp_path, inside, document, target="kept/base.json", *more, **keys):
    return inside("gate", put(tmp_path, "now.json", document), "--guardrails", rails(tmp_path, **keys),
                  "--save-baseline", tmp_path / target, *more)


def test_M12_the_first_baseline_is_saved_as_it_was_measured_and_the_next_run_is_held_against_it(tmp_path, inside):
    ended = save(tmp_path, inside, anchored())
    assert ended.returncode == 0 and ended.stdout.count("nothing to be held against yet") == 1 and "MISSING" not in ended.stdout
    assert (tmp_path / "kept/base.json").read_bytes() == (tmp_path / "now.json").read_bytes()
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["base.json"]
    ended = inside("gate", put(tmp_path, "next.json", anchored(120, seed=5)), "--guardrails", rails(tmp_path),
                   "--baseline", tmp_path / "kept/base.json")
    assert ended.returncode == 3 and "FAIL" in ended.stdout


def test_M12_a_run_that_has_lost_does_not_become_the_baseline_that_hides_it(tmp_path, inside):
    assert save(tmp_path, inside, anchored()).returncode == 0
    before = (tmp_path / "kept/base.json").read_bytes()
    ended = save(tmp_path, inside, anchored(130, seed=6), "kept/base.json", "--baseline", tmp_path / "kept/base.json")
    assert ended.returncode == 4 and "FAIL" in ended.stdout and "hides it" in ended.stderr
    assert (tmp_path / "kept/base.json").read_bytes() == before
    better = save(tmp_path, inside, anchored(90, seed=7), "kept/base.json", "--baseline", tmp_path / "kept/base.json")
    assert better.returncode == 0 and (tmp_path / "kept/base.json").read_bytes() != before


@pytest.mark.parametrize(("spoil", "words"), [
    (lambda d: d["run"].update(status="interrupted"), "marked interrupted"),
    (lambda d: d["cases"][0].update(injected_slowdown=0.1), "slowed on purpose"),
    (lambda d: d.update(blocks=[{**one, "index": index} for index, one in enumerate(
        one for one in d["blocks"] if one["number"] < 9)]), "9 blocks"),
    (lambda d: d.update(cases=d["cases"][:1], blocks=[{**one, "slices": [s for s in one["slices"] if s["case"].endswith("spargio")]}
                                                      for one in d["blocks"]]), "no measured arm 'floor'")])
def test_M12_what_no_later_run_could_be_held_against_is_not_saved(spoil, words, tmp_path, inside):
    document = anchored()
    spoil(document)
    ended = save(tmp_path, inside, document)
    assert ended.returncode == 4 and words in ended.stderr and not (tmp_path / "kept").exists()


def test_P22_a_baseline_that_cannot_be_written_says_so(tmp_path, inside):
    (tmp_path / "kept").write_text("a file")
    ended = save(tmp_path, inside, anchored())
    assert ended.returncode == 2 and "there is no folder" in ended.stderr and ended.stdout == ""  # before anything is judged


@pytest.mark.parametrize(("n", "m"), [(40, 40), (20, 400), (99, 101), (10, 1000), (100, 100)])
def test_M12_exact_rank_sums_are_symmetric_and_the_approximation_beyond_is_the_careful_side_of_them(n, m, monkeypatch):
    chances = null_cdf(n, m)
    assert np.isclose(chances[-1], 1.0) and np.all(np.diff(chances) > -1e-12)
    assert np.allclose(chances[:-1] + chances[-2::-1], 1.0, atol=1e-9)
    for alpha in (0.001, 0.005, 0.025, 0.05):
        exact = critical_value.__wrapped__(n, m, alpha)
        monkeypatch.setattr(two_samples, "EXACT_DIFFERENCES", 0)
        approximate = critical_value.__wrapped__(n, m, alpha)
        monkeypatch.undo()
        assert 0.95 * exact - 2 <= approximate <= exact
    assert critical_value(600, 600, 0.025) > 0  # from some 500 values on the coefficients leave the range of a double


@pytest.mark.parametrize(("blocks", "noise"), [(10, 0.05), (20, 0.05), (40, 0.1)])
def test_M16_an_equal_build_fails_in_hardly_any_of_its_files(blocks, noise):
    """Both runs heavy-tailed; the error of a FAIL is spent by the look that the blocks reach."""
    rng = np.random.default_rng(blocks)
    fails = sum(Shift(noise * rng.standard_t(3, blocks), noise * rng.standard_t(3, blocks)).decide(1.0, 0.05).word == "FAIL"
                for _ in range(600))
    assert fails <= 9  # 1 % of 600 and three standard errors
    low, high = bounds(np.zeros(4), np.zeros(4), 0.001, 0.001)
    assert low == -np.inf and high == np.inf  # too few for any bound: never a verdict
