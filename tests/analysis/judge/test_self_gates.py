"""This build against a base build: in the same blocks, or by way of an anchor against a file (M12)."""

import copy
import json
import re
import sys

import builder
import numpy as np
import pytest
from builder import Arm, Group

from spargio_report.statistics.two_samples import Shift, bounds, null_cdf

RTT = "ping_pong/steady_rtt"


def rails(tmp_path, **more):
    keys = {"id": "no-slower-than-base", "kind": "self", "workload": RTT, "a": "spargio", "target": 1.0,
            "tolerance": 0.05, "why": "a change may not slow it down", **more}
    path = tmp_path / "rails.toml"
    path.write_text("[[gate]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items()
                                           if value is not None))
    return path


def beside_base(ratio, **more):
    arms = [Arm("spargio", 100 * ratio, instructions=500 * ratio), Arm("spargio@base", 100, instructions=500),
            Arm("asio", 300)]
    return builder.make_run([Group(RTT, arms, blocks=20)], **more)


@pytest.mark.parametrize(("ratio", "code", "word"), [(0.97, 0, "PASS"), (1.12, 3, "FAIL")])
def test_M12_a_self_gate_holds_an_arm_against_its_twin_of_the_base_build(ratio, code, word, tmp_path, inside):
    ended = inside("gate", builder.write(tmp_path, beside_base(ratio)), "--guardrails", rails(tmp_path))
    assert ended.returncode == code and f"n=20 {word}" in ended.stdout and "spargio@base" in ended.stdout


def test_M12_knobs_belong_to_the_twin_as_well(tmp_path, inside):
    arms = [Arm("spargio[spin=0]", 90), Arm("spargio@base[spin=0]", 100), Arm("spargio@base", 10)]
    path = builder.write(tmp_path, builder.make_run([Group(RTT, arms, blocks=20)]))
    ended = inside("gate", path, "--guardrails", rails(tmp_path, a="spargio[spin=0]"))
    assert ended.returncode == 0 and "spargio@base[spin=0]" in ended.stdout


def test_M23_without_a_base_the_gate_is_missing_and_says_how_to_measure_one(tmp_path, inside):
    ended = inside("gate", builder.write(tmp_path, builder.pair(0.5)), "--guardrails", rails(tmp_path))
    assert ended.returncode == 4 and "MISSING" in ended.stdout and "--baseline PATH" in ended.stdout


@pytest.mark.parametrize(("more", "words"), [
    ({"a": "spargio@base"}, "an arm of the base"), ({"b": "asio"}, "leave b away"), ({"anchor": ""}, "anchor"),
    ({"kind": "rival", "b": "asio", "anchor": "floor"}, "'anchor' stands in a gate of kind 'rival'")])
def test_P22_a_self_gate_that_makes_no_sense_is_refused(more, words, tmp_path, inside):
    ended = inside("gate", builder.write(tmp_path, beside_base(1.0)), "--guardrails", rails(tmp_path, **more))
    assert ended.returncode == 2 and words in ended.stderr and "remedy: " in ended.stderr


def test_M12_instructions_are_counted_finer_than_time(tmp_path, inside):
    """Two percent more instructions show where the noise of time hides two percent."""
    path = builder.write(tmp_path, beside_base(1.02, noise=0.1))
    by_time = inside("gate", path, "--guardrails", rails(tmp_path, tolerance=0.01))
    counted = inside("gate", path, "--guardrails", rails(tmp_path, tolerance=0.01, metric="instructions_per_operation"))
    assert by_time.returncode == 0 and "INCONCLUSIVE" in by_time.stdout
    assert counted.returncode == 3 and "FAIL" in counted.stdout


def test_M12_a_machine_that_counts_no_instructions_makes_a_doubt_and_no_red(tmp_path, inside):
    document = beside_base(1.0)
    for block in document["blocks"]:
        for one in block["slices"]:
            one["instructions"] = None
    path = builder.write(tmp_path, document)
    ended = inside("gate", path, "--guardrails", rails(tmp_path, metric="instructions_per_operation"))
    assert ended.returncode == 0 and "INCONCLUSIVE" in ended.stdout and "spargio-bench doctor" in ended.stdout


def test_M12_the_base_is_no_rival_and_no_row_of_the_headline(tmp_path, inside):
    ended = inside("compare", builder.write(tmp_path, beside_base(1.0)))
    assert "asio" in ended.stdout and "@base" not in ended.stdout
    ended = inside("compare", builder.write(tmp_path, beside_base(1.0)), "--all")
    assert "spargio@base" in ended.stdout


def anchored(ours, floor, seed, blocks=20, noise=0.02):
    arms = [Arm("spargio", ours), Arm("floor", floor)]
    return builder.make_run([Group(RTT, arms, blocks=blocks)], seed=seed, noise=noise)


def gate_against_file(tmp_path, inside, now, then, **more):
    first, second = tmp_path / "now.json", tmp_path / "then.json"
    first.write_text(json.dumps(now))
    second.write_text(json.dumps(then))
    return inside("gate", first, "--guardrails", rails(tmp_path, **more), "--baseline", second)


def test_M12_against_a_file_the_drift_of_the_machine_falls_out_by_the_anchor(tmp_path, inside):
    """Then the machine was three times as fast: ours 100 and the floor 50, now 300 and 150."""
    ended = gate_against_file(tmp_path, inside, anchored(300, 150, 1), anchored(100, 50, 2))
    assert ended.returncode == 0 and "PASS" in ended.stdout
    assert "by way of floor: weaker than a base build in the same blocks" in ended.stdout
    slower = gate_against_file(tmp_path, inside, anchored(345, 150, 1), anchored(100, 50, 2))
    assert slower.returncode == 3 and "FAIL" in slower.stdout
    assert 1.12 < float(re.search(r"(1\.\d+)x", slower.stdout)[1]) < 1.18


def test_M12_a_baseline_of_another_machine_or_without_the_anchor_is_refused(tmp_path, inside):
    other = anchored(100, 50, 2)
    other["environment"]["cpu_model"] = "another one"
    ended = gate_against_file(tmp_path, inside, anchored(100, 50, 1), other)
    assert ended.returncode == 2 and "another machine shows nothing" in ended.stderr
    ended = gate_against_file(tmp_path, inside, anchored(100, 50, 1), builder.pair(1.0))
    assert ended.returncode == 4 and "has no arm 'floor'" in ended.stdout
    ended = gate_against_file(tmp_path, inside, anchored(100, 50, 1), builder.pair(1.0), anchor="asio")
    assert ended.returncode == 4 and "now.json" in ended.stdout and "has no arm 'asio'" in ended.stdout


def test_P22_a_baseline_file_and_a_harness_exclude_each_other(tmp_path, inside):
    path = builder.write(tmp_path, beside_base(1.0))
    ended = inside("gate", path, "--guardrails", rails(tmp_path), "--baseline", path, "--bench", "/bin/true")
    assert ended.returncode == 2 and "take one of them away" in ended.stderr


def test_M12_the_distribution_of_rank_sums_is_that_of_the_tables():
    # Mann and Whitney (1947), table I: n = m = 3, U <= 0 to 4 of 20; n = 4, m = 3, U <= 3.
    assert np.allclose(null_cdf(3, 3)[:5], [0.05, 0.1, 0.2, 0.35, 0.5])
    assert np.isclose(null_cdf(4, 3)[3], 0.2)
    assert np.isclose(null_cdf(40, 40)[-1], 1.0) and np.all(np.diff(null_cdf(40, 40)) >= 0)


def test_M12_the_interval_of_a_shift_covers_as_it_should():
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(800):
        low, high = bounds(rng.standard_normal(20) + 0.3, rng.standard_normal(15), 0.025, 0.025)
        held += low <= 0.3 <= high
    assert 0.93 < held / 800 < 0.97


def test_M12_against_a_file_a_true_ratio_at_the_limit_hardly_ever_passes():
    rng = np.random.default_rng(5)
    words = [Shift(np.log(1.05) + 0.03 * rng.standard_normal(20), 0.03 * rng.standard_normal(20)).decide(1.0, 0.05).word
             for _ in range(400)]
    assert words.count("PASS") <= 20 and words.count("FAIL") > 200


def test_M11_more_blocks_of_a_self_gate_are_asked_beside_the_same_base(tmp_path, inside):
    document = beside_base(1.02, noise=0.05)
    document["blocks"] = document["blocks"][:10]
    document["run"]["base_build"] = {"path": "/opt/base/spargio-bench", "tool": copy.deepcopy(document["tool"])}
    script = tmp_path / "bench"
    script.write_text(f"""#!{sys.executable}
import json, sys
open({str(tmp_path / "asked")!r}, "a").write(" ".join(sys.argv) + "\\n")
document = json.load(open({str(tmp_path / "more.json")!r}))
json.dump(document, open(sys.argv[sys.argv.index("-o") + 1], "w"))
""")
    script.chmod(0o755)
    more = beside_base(1.0, noise=0.02, seed=9)
    more["blocks"] = more["blocks"][:10]
    more["run"]["base_build"] = document["run"]["base_build"]
    (tmp_path / "more.json").write_text(json.dumps(more))
    inside("gate", builder.write(tmp_path, document), "--guardrails", rails(tmp_path), "--bench", script)
    assert "--baseline /opt/base/spargio-bench" in (tmp_path / "asked").read_text().splitlines()[0]
    more["run"]["base_build"] = {"path": "x", "tool": {**document["tool"], "git_revision": "another"}}
    (tmp_path / "more.json").write_text(json.dumps(more))
    ended = inside("gate", builder.write(tmp_path, document), "--guardrails", rails(tmp_path), "--bench", script)
    assert ended.returncode == 4 and "$.run.base_build.tool.git_revision" in ended.stderr
