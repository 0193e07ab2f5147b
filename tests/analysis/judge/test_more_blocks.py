"""`gate --bench` asks for more blocks until it can decide; the harness is played by a script.

The script draws its noise from the number of the order, not from the seed that it is given, which is new each time: the
test must end alike each time.
"""

import stat
import sys

import builder
import pytest

from spargio_report.judge.judging import worst
from spargio_report.judge.verdict import Verdict

FAKE = """#!{python}
import json, re, sys, tomllib
from pathlib import Path
sys.path.insert(0, {here!r})
import builder
assert sys.argv[1] == "run" and sys.argv[3] == "-o"
asked = tomllib.loads(Path(sys.argv[2]).read_text())
group, = asked["group"]
if group["arms"] == ["spargio"] * 2:  # the canary, which is no order of a gate
    with open({log!r} + ".canary", "a") as log:
        log.write(json.dumps(asked) + "\\n")
    arms = [builder.Arm("spargio", {canary} * 1000), builder.Arm("spargio#2", 1000)]
    document = builder.make_run([builder.Group("ping_pong/steady_rtt", arms, blocks=asked["blocks"])], seed=3)
    Path(sys.argv[4]).write_text(json.dumps(document))
    sys.exit(0)
with open({log!r}, "a") as log:
    log.write(json.dumps(asked) + "\\n")
orders = len(Path({log!r}).read_text().splitlines())
document = builder.pair({ratio}, blocks=asked["blocks"], seed=100 + orders, noise={noise})
document["cases"] = [case for case in document["cases"] if case["arm"] in group["arms"]]
{change}
Path(sys.argv[4]).write_text(json.dumps(document))
sys.exit({code})
"""


@pytest.fixture
def bench(tmp_path):
    def write(ratio, noise=0.05, code=0, change="", canary=1.0):
        path = tmp_path / "bench"
        path.write_text(FAKE.format(python=sys.executable, here=str(builder.ROOT / "tests" / "analysis"),
                                    log=str(tmp_path / "log"), ratio=ratio, noise=noise, code=code, change=change,
                                    canary=canary))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path
    return write


def orders(tmp_path):
    return (tmp_path / "log").read_text().splitlines() if (tmp_path / "log").exists() else []


def test_M11_a_decided_gate_asks_for_nothing(tmp_path, inside, one_gate, bench):
    path = builder.write(tmp_path, builder.pair(0.5, blocks=10))
    assert inside("gate", path, "--guardrails", one_gate(), "--bench", bench(0.5)).returncode == 0
    assert not orders(tmp_path)


def test_M11_an_undecided_gate_gets_blocks_look_by_look_until_it_decides(tmp_path, inside, one_gate, bench):
    path = builder.write(tmp_path, builder.pair(1.02, blocks=10, noise=0.05))
    ended = inside("gate", path, "--guardrails", one_gate(), "--bench", bench(1.0))
    assert ended.returncode == 0 and "PASS" in ended.stdout
    assert 1 <= len(orders(tmp_path)) <= 3
    assert '"arms": ["spargio", "asio"]' in orders(tmp_path)[0] and '"blocks": 10' in orders(tmp_path)[0]


def test_M11_after_40_blocks_it_is_inconclusive(tmp_path, inside, one_gate, bench):
    path = builder.write(tmp_path, builder.pair(1.05, blocks=10, noise=0.14))
    ended = inside("gate", path, "--guardrails", one_gate(), "--bench", bench(1.05, noise=0.14), "--inconclusive=fail")
    assert ended.returncode == 3 and "n=40 INCONCLUSIVE" in ended.stdout
    assert len(orders(tmp_path)) == 3


def test_M11_where_it_is_futile_nobody_asks_for_more(tmp_path, inside, one_gate, bench):
    path = builder.write(tmp_path, builder.pair(1.02, blocks=20, noise=2.0))
    ended = inside("gate", path, "--guardrails", one_gate(), "--bench", bench(1.0), "--inconclusive=fail")
    assert ended.returncode == 3 and "INCONCLUSIVE" in ended.stdout
    assert not orders(tmp_path)


@pytest.mark.parametrize(("second", "asks"), [(True, False), (False, True)])
def test_M11_against_several_rivals_it_is_futile_only_when_it_is_for_each(second, asks):
    def verdict(against, futile, others=()):
        return Verdict(None, "INCONCLUSIVE", "", "g", against, "m", None, None, others, futile=futile)
    assert worst([verdict("asio", True), verdict("libuv", second)]).futile is not asks


def test_M11_a_file_of_four_blocks_is_first_filled_up_to_the_first_look(tmp_path, inside, one_gate, bench):
    path = builder.write(tmp_path, builder.pair(0.5, blocks=4))
    assert inside("gate", path, "--guardrails", one_gate(), "--bench", bench(0.5)).returncode == 0
    assert '"blocks": 6' in orders(tmp_path)[0] and len(orders(tmp_path)) == 1


def test_W3_a_backend_that_came_as_a_plugin_is_loaded_again(tmp_path, inside, one_gate, bench):
    document = builder.pair(0.5, blocks=4)
    document["backends"][0]["plugin"] = "/somewhere/asio.so"
    path = builder.write(tmp_path, document)
    change = "assert sys.argv[5:] == ['--plugin', '/somewhere/asio.so'], sys.argv"
    ended = inside("gate", path, "--guardrails", one_gate(), "--bench", bench(0.5, change=change))
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(("change", "words"), [
    ("document['tool']['git_revision'] = 'other'", "$.tool.git_revision is 'other'"),
    ("document['environment']['kernel'] = '9'", "$.environment.kernel is '9'"),
])
def test_M12_blocks_of_another_build_or_machine_are_refused(change, words, tmp_path, inside, one_gate, bench):
    path = builder.write(tmp_path, builder.pair(0.5, blocks=4))
    ended = inside("gate", path, "--guardrails", one_gate(), "--bench", bench(0.5, change=change))
    assert ended.returncode == 4 and words in ended.stderr and "remedy: " in ended.stderr


def test_P20_a_case_that_breaks_while_more_is_measured_is_red(tmp_path, inside, one_gate, bench):
    change = "document['cases'][1].update(status='crashed', reason='signal 6')"
    path = builder.write(tmp_path, builder.pair(0.5, blocks=4))
    ended = inside("gate", path, "--guardrails", one_gate(), "--bench", bench(0.5, change=change, code=4))
    assert ended.returncode == 4 and "signal 6" in ended.stdout


def test_P22_a_harness_that_cannot_be_started_or_fails_is_named(tmp_path, inside, one_gate, bench):
    path = builder.write(tmp_path, builder.pair(0.5, blocks=4))
    ended = inside("gate", path, "--guardrails", one_gate(), "--bench", tmp_path / "none")
    assert ended.returncode == 2 and "cannot be started" in ended.stderr
    ended = inside("gate", path, "--guardrails", one_gate(), "--bench", bench(0.5, code=2))
    assert ended.returncode == 4 and "ended with 2" in ended.stderr


def bench_that_breaks(bench):
    return bench(1.5, change="document['cases'][1].update(status='crashed', reason='signal 6')", code=4)


def failed(tmp_path):
    return builder.write(tmp_path, builder.pair(1.5, blocks=20))


def test_M13_a_fail_of_one_file_is_said_to_be_unconfirmed_and_is_neither_red_nor_green(tmp_path, inside, one_gate):
    ended = inside("gate", failed(tmp_path), "--guardrails", one_gate())
    assert ended.returncode == 3 and "unconfirmed: one run makes no red" in ended.stdout
    assert "--bench PATH measures again" in ended.stdout


def test_M13_a_fail_is_measured_from_zero_and_only_two_make_red(tmp_path, inside, one_gate, bench):
    path = failed(tmp_path)
    ended = inside("gate", path, "--guardrails", one_gate(), "--bench", bench(1.5))
    assert ended.returncode == 1 and "n=10 FAIL" in ended.stdout and "confirmed: twice" in ended.stdout
    assert len(orders(tmp_path)) == 1 and '"blocks": 10' in orders(tmp_path)[0]
    ended = inside("gate", path, "--guardrails", one_gate(), "--bench", bench(0.9))
    assert ended.returncode == 0 and "INCONCLUSIVE" in ended.stdout and "measured again from zero PASS" in ended.stdout


def test_M13_a_fail_that_is_in_doubt_from_zero_is_looked_at_again_and_is_no_fail(tmp_path, inside, one_gate, bench):
    ended = inside("gate", failed(tmp_path), "--guardrails", one_gate(), "--bench", bench(1.05, noise=0.14),
                   "--inconclusive=fail")
    assert ended.returncode == 3 and "from zero INCONCLUSIVE" in ended.stdout and len(orders(tmp_path)) == 4


def test_M13_of_several_rivals_only_the_one_that_was_lost_against_is_met_again(tmp_path, inside, one_gate, bench):
    arms = [builder.Arm("spargio", 1500), builder.Arm("asio", 1000), builder.Arm("libuv", 9000)]
    path = builder.write(tmp_path, builder.make_run([builder.Group("ping_pong/steady_rtt", arms, blocks=20)]))
    ended = inside("gate", path, "--guardrails", one_gate(b="best-rival"), "--bench", bench(1.5))
    assert ended.returncode == 1 and '"arms": ["spargio", "asio"]' in orders(tmp_path)[0]


def test_M13_a_case_that_breaks_when_a_fail_is_measured_again_is_invalid(tmp_path, inside, one_gate, bench):
    ended = inside("gate", failed(tmp_path), "--guardrails", one_gate(), "--bench", bench_that_breaks(bench))
    assert ended.returncode == 4 and "when measured again" in ended.stdout and "signal 6" in ended.stdout


def test_M13_a_waived_fail_is_not_measured_again(tmp_path, inside, one_gate, bench):
    waiver = "[[waiver]]\ngate = 'rtt'\nuntil = 2999-01-01\nreason = 'known'\n"
    ended = inside("gate", failed(tmp_path), "--guardrails", one_gate(extra=waiver), "--bench", bench(1.5))
    assert ended.returncode == 0 and not orders(tmp_path)


def test_M13_the_canary_is_one_arm_against_itself_in_as_many_blocks(tmp_path, inside, one_gate, bench):
    ended = inside("gate", failed(tmp_path), "--guardrails", one_gate(), "--bench", bench(1.5))
    assert "canary: spargio against itself" in ended.stdout and "contains 1 as it should" in ended.stdout
    asked, = (tmp_path / "log.canary").read_text().splitlines()
    assert '"arms": ["spargio", "spargio"]' in asked and '"blocks": 20' in asked


@pytest.mark.parametrize("canary", [1.2, 0.8])
def test_M13_a_canary_that_trips_turns_a_fail_into_a_doubt_and_the_exit_code_into_5(canary, tmp_path, inside, one_gate,
                                                                                   bench):
    ended = inside("gate", failed(tmp_path), "--guardrails", one_gate(), "--bench", bench(1.5, canary=canary))
    assert ended.returncode == 5 and "TRIPPED" in ended.stdout and not orders(tmp_path)
    assert "INCONCLUSIVE" in ended.stdout and "(machine) the canary tripped; was FAIL" in ended.stdout
