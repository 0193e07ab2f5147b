"""Gates against runs: the right verdict, the right exit code, and nothing passed over in silence."""

import copy

import builder
import pytest
from builder import Arm, Group


def gate(inside, tmp_path, document, rails, *more):
    return inside("gate", builder.write(tmp_path, document), "--guardrails", rails, *more)


@pytest.mark.parametrize(("ratio", "code", "word"), [(0.8, 0, "PASS"), (1.3, 3, "FAIL"), (1.05, 3, "FAIL")])
def test_M11_a_known_ratio_gets_its_verdict_and_exit_code(ratio, code, word, tmp_path, inside, one_gate):
    ended = gate(inside, tmp_path, builder.pair(ratio), one_gate())
    assert ended.returncode == code and f"n=20 {word} (limit 1.10, could have seen" in ended.stdout


def test_M11_swapped_arms_turn_the_verdict_round(tmp_path, inside, one_gate):
    document = builder.pair(0.5)
    swapped = copy.deepcopy(document)
    for block in swapped["blocks"]:
        for one in block["slices"]:
            arm = {"spargio": "asio", "asio": "spargio"}[one["case"].split("|")[1]]
            one["case"] = f"ping_pong/steady_rtt|{arm}"
    assert gate(inside, tmp_path, document, one_gate()).returncode == 0
    assert gate(inside, tmp_path, swapped, one_gate()).returncode == 3


def test_M11_too_few_blocks_are_inconclusive_and_red_only_when_asked(tmp_path, inside, one_gate):
    document = builder.pair(0.5, blocks=9)
    ended = gate(inside, tmp_path, document, one_gate())
    assert ended.returncode == 0 and "INCONCLUSIVE" in ended.stdout and "first look needs 10" in ended.stdout
    assert gate(inside, tmp_path, document, one_gate(), "--inconclusive=fail").returncode == 3


def test_M11_dropped_blocks_do_not_count(tmp_path, inside, one_gate):
    document = builder.pair(0.5, blocks=10)
    document["blocks"][0].update(dropped=True, drop_reason="noise")
    assert "9 blocks" in gate(inside, tmp_path, document, one_gate()).stdout


MISSING = {
    "an_arm_that_is_not_there": ({"a": "spargio[spin=1]"}, "did you mean 'spargio'"),
    "a_rival_that_is_not_there": ({"b": "libuv"}, "has no arm 'libuv'"),
    "a_workload_that_is_not_there": ({"workload": "ping_pong/stedy_rtt"}, "did you mean 'ping_pong/steady_rtt'"),
    "parameters_that_were_not_measured": ({"workload": "ping_pong/steady_rtt", "extra": 'params = { rounds = "7" }\n'},
                                          "does not hold ping_pong/steady_rtt with rounds=7"),
}


@pytest.mark.parametrize("name", MISSING)
def test_M23_a_missing_measurement_is_a_failure_and_no_skip(name, tmp_path, inside, one_gate):
    changes, words = MISSING[name]
    ended = gate(inside, tmp_path, builder.pair(0.5), one_gate(**changes))
    assert ended.returncode == 4 and "MISSING" in ended.stdout and words in ended.stdout


@pytest.mark.parametrize("status", ["unsupported", "unavailable", "crashed", "wrong_result", "not_run"])
def test_M23_a_rival_without_a_figure_is_missing_with_its_reason(status, tmp_path, inside, one_gate):
    arms = [Arm("spargio", 100), Arm("asio", 1, status=status, reason="the reason it gave")]
    ended = gate(inside, tmp_path, builder.make_run([Group("ping_pong/steady_rtt", arms)]), one_gate())
    assert ended.returncode == 4 and status in ended.stdout and "the reason it gave" in ended.stdout


def test_M23_a_case_that_broke_is_red_even_if_no_gate_asks_for_it(tmp_path, inside, one_gate):
    arms = [Arm("spargio", 100), Arm("asio", 200), Arm("libuv", 1, status="crashed", reason="signal 11")]
    ended = gate(inside, tmp_path, builder.make_run([Group("ping_pong/steady_rtt", arms)]), one_gate())
    assert ended.returncode == 4 and "signal 11" in ended.stdout


def test_P22_a_parameter_the_workload_does_not_have_is_a_usage_error(tmp_path, inside, one_gate):
    ended = gate(inside, tmp_path, builder.pair(0.5), one_gate(extra='params = { round = "7" }\n'))
    assert ended.returncode == 2 and "no parameter 'round'" in ended.stderr and "rounds" in ended.stderr


def test_M12_a_gate_of_the_wrong_kind_is_refused(tmp_path, inside, one_gate):
    ended = gate(inside, tmp_path, builder.pair(0.5), one_gate(kind="floor"))
    assert ended.returncode == 2 and "'asio' is of kind 'rival'" in ended.stderr


def rivals(**walls):
    return builder.make_run([Group("ping_pong/steady_rtt", [Arm(name, wall) for name, wall in walls.items()])])


def test_M12_the_best_rival_is_every_rival_and_the_worst_is_named(tmp_path, inside, one_gate):
    rails = one_gate(b="best-rival")
    won = gate(inside, tmp_path, rivals(spargio=100, asio=200, libuv=150, floor=10), rails)
    assert won.returncode == 0 and "rtt   spargio  libuv    0.6" in won.stdout
    lost = gate(inside, tmp_path, rivals(spargio=100, asio=200, libuv=50), rails)
    assert lost.returncode == 3 and "rtt   spargio  libuv    2.0" in lost.stdout


def test_M12_an_excepted_rival_is_left_to_its_own_gate(tmp_path, inside, one_gate):
    rails = one_gate(b="best-rival", extra='except = ["tbb"]\n')
    assert gate(inside, tmp_path, rivals(spargio=100, asio=200, tbb=50), rails).returncode == 0
    assert gate(inside, tmp_path, rivals(spargio=100, asio=200, libuv=50), rails).returncode == 4


def test_M12_a_matrix_may_have_other_forms_only_of_a_rival_that_is_excepted(tmp_path, inside, one_gate):
    document = builder.make_run([Group("ping_pong/steady_rtt", [Arm("spargio", 100), Arm("asio", 200), Arm("asio[poll=on]", 50)])])
    assert gate(inside, tmp_path, document, one_gate(b="best-rival", extra='except = ["asio[poll=on]", "asio[threads=1]"]\n')).returncode == 0
    assert gate(inside, tmp_path, document, one_gate(b="best-rival", extra='except = ["asio[threads=1]"]\n')).returncode == 3


def test_M12_a_rival_that_cannot_do_the_case_is_none_but_one_that_broke_is(tmp_path, inside, one_gate):
    for status, code in (("unsupported", 0), ("unavailable", 0), ("crashed", 4)):
        arms = [Arm("spargio", 100), Arm("asio", 200), Arm("tbb", 1, status=status, reason="so it is")]
        document = builder.make_run([Group("ping_pong/steady_rtt", arms)])
        assert gate(inside, tmp_path, document, one_gate(b="best-rival")).returncode == code
    only = builder.make_run([Group("ping_pong/steady_rtt", [Arm("spargio", 100), arms[2]])])
    assert gate(inside, tmp_path, only, one_gate(b="best-rival")).returncode == 4


def test_M11_an_absolute_gate_holds_a_figure_against_its_limit(tmp_path, inside, one_gate):
    rails = one_gate(kind="absolute", b=None, metric="wall_ns_per_operation", target=100, tolerance=1.0)
    assert gate(inside, tmp_path, builder.pair(0.06), rails).returncode == 0
    ended = gate(inside, tmp_path, builder.pair(0.5), rails)
    assert ended.returncode == 3 and "FAIL (limit 200 ns" in ended.stdout


def test_M11_idling_is_judged_by_its_share_of_a_cpu(tmp_path, inside, one_gate):
    rails = one_gate(kind="absolute", b=None, workload="idle/park", metric="cpu_share", target=0.001, tolerance=1.0)
    for factor, code in ((0.0002, 0), (0.0, 0), (0.02, 3)):
        document = builder.make_run([Group("idle/park", [Arm("spargio", 1e6, factor), Arm("asio", 1e6, 0.0003)])])
        assert gate(inside, tmp_path, document, rails).returncode == code


def test_M11_idling_can_be_judged_by_what_it_uses_beyond_the_floor(tmp_path, inside, one_gate):
    rails = one_gate(kind="floor", b="floor", workload="idle/park", metric="cpu_share_above_b", target=0.001,
                     tolerance=1.0)
    for factor, code, word in ((0.002, 0, "PASS (limit 0.2 %"), (0.0022, 0, "PASS"), (0.001, 0, "PASS"),
                               (0.012, 3, "FAIL (limit 0.2 %")):
        arms = [Arm("spargio", 1e6, factor), Arm("floor", 1e6, 0.002)]
        ended = gate(inside, tmp_path, builder.make_run([Group("idle/park", arms)]), rails)
        assert ended.returncode == code and word in ended.stdout
    refused = gate(inside, tmp_path, builder.pair(0.5), one_gate(metric="cpu_share_above_b"))
    assert refused.returncode == 2 and "kind = \"floor\"" in refused.stderr


def test_M10_a_workload_judged_by_cpu_time_is_compared_by_cpu_time(tmp_path, inside, one_gate):
    document = builder.make_run([Group("idle/park", [Arm("spargio", 1e6, 0.002), Arm("asio", 1e6, 0.004)])])
    ended = gate(inside, tmp_path, document, one_gate(workload="idle/park", target=0.6))
    assert ended.returncode == 0 and "0.51x [0.50, 0.52]" in ended.stdout


def test_M10_no_cpu_time_at_all_is_a_microsecond_a_slice_and_no_absurd_ratio(tmp_path, inside):
    document = builder.make_run([Group("idle/park", [Arm("spargio", 1e6, 0.0), Arm("asio", 1e6, 0.0),
                                                     Arm("libuv", 1e6, 0.0003)])])
    ended = inside("compare", builder.write(tmp_path, document), "--all")
    assert "asio   1.02x [0.97, 1.05] n=10 UNSURE" in ended.stdout and "libuv  0.17x [" in ended.stdout


def test_M23_a_waiver_excuses_a_loss_but_no_missing_measurement(tmp_path, inside, one_gate):
    waiver = "[[waiver]]\ngate = 'rtt'\nuntil = 2999-01-01\nreason = 'known'\n"
    ended = gate(inside, tmp_path, builder.pair(1.5), one_gate(extra=waiver))
    assert ended.returncode == 0 and "FAIL" in ended.stdout and "waived until 2999-01-01: known" in ended.stdout
    assert gate(inside, tmp_path, builder.pair(0.5), one_gate(b="tbb", extra=waiver)).returncode == 4


def test_M11_latency_slices_are_not_judged(tmp_path, inside, one_gate):
    document = builder.pair(0.5)
    for block in document["blocks"]:
        slow = copy.deepcopy(block["slices"][0])
        slow.update(mode="latency", wall_ns=slow["wall_ns"] * 1000)
        block["slices"] += [slow] * 9
    assert gate(inside, tmp_path, document, one_gate()).returncode == 0


def percentile_rails(tmp_path, metric="p99_ns", target=1.0):
    rails = tmp_path / "percentiles.toml"
    rails.write_text(f"""
[[gate]]
id = "tail"
kind = "rival"
workload = "ping_pong/steady_rtt"
a = "spargio"
b = "asio"
metric = "{metric}"
target = {target}
tolerance = 0.1
why = "the slowest of a hundred counts too"
""")
    return rails


def tails(ours: Arm, theirs: Arm, **more):
    return builder.make_run([Group("ping_pong/steady_rtt", [ours, theirs], blocks=20)], **more)


def test_M10_a_gate_on_a_percentile_judges_the_tail_and_not_the_middle(tmp_path, inside):
    document = tails(Arm("spargio", 100, latency=True, tail=9), Arm("asio", 120, latency=True, tail=4))
    ended = gate(inside, tmp_path, document, percentile_rails(tmp_path))
    assert ended.returncode == 3 and "FAIL" in ended.stdout and "1.8" in ended.stdout  # 900 against 480
    assert gate(inside, tmp_path, document, percentile_rails(tmp_path, "p50_ns")).returncode == 0


def test_M10_a_percentile_of_too_few_operations_is_missing_with_the_remedy(tmp_path, inside):
    document = tails(Arm("spargio", 100, latency=True), Arm("asio", 120, latency=True, latency_count=999))
    ended = gate(inside, tmp_path, document, percentile_rails(tmp_path))
    assert ended.returncode == 4 and "needs 1,000 operations in a block" in ended.stdout
    assert "asio had 999" in ended.stdout and "--slice-ms" in ended.stdout


def test_M10_p95_is_judged_from_200_operations_on(tmp_path, inside):
    few = {"latency": True, "latency_count": 200}
    document = tails(Arm("spargio", 100, tail=9, **few), Arm("asio", 120, tail=4, **few))
    ended = gate(inside, tmp_path, document, percentile_rails(tmp_path, "p95_ns"))
    assert ended.returncode == 3 and "FAIL" in ended.stdout and "1.8" in ended.stdout
    few["latency_count"] = 199
    document = tails(Arm("spargio", 100, tail=9, **few), Arm("asio", 120, tail=4, **few))
    ended = gate(inside, tmp_path, document, percentile_rails(tmp_path, "p95_ns"))
    assert ended.returncode == 4 and "p95_ns needs 200 operations in a block" in ended.stdout and "had 199" in ended.stdout


def test_M10_a_file_from_before_p95_says_so_to_a_gate(tmp_path, inside):
    document = tails(Arm("spargio", 100, latency=True), Arm("asio", 120, latency=True))
    for block in document["blocks"]:
        for one in block["slices"]:
            one.get("latency", {}).pop("p95_ns", None)
    ended = gate(inside, tmp_path, document, percentile_rails(tmp_path, "p95_ns"))
    assert ended.returncode == 4 and "keeps no p95_ns of single blocks" in ended.stdout


def test_M10_a_file_that_keeps_no_percentiles_of_blocks_says_so(tmp_path, inside):
    document = tails(Arm("spargio", 100, latency=True), Arm("asio", 120, latency=True))
    for block in document["blocks"]:
        for one in block["slices"]:
            one.pop("latency", None)
    ended = gate(inside, tmp_path, document, percentile_rails(tmp_path))
    assert ended.returncode == 4 and "keeps no p99_ns of single blocks" in ended.stdout
