"""`gate --bench` asks for more blocks until it can decide; the harness is played by a script.

The script draws its noise from the number of the order, not from the seed that it is given, which is new each time: the
test must end alike each time.
"""

import stat
import sys

import builder
import pytest

FAKE = """#!{python}
import json, re, sys, tomllib
from pathlib import Path
sys.path.insert(0, {here!r})
import builder
assert sys.argv[1] == "run" and sys.argv[3] == "-o"
asked = tomllib.loads(Path(sys.argv[2]).read_text())
with open({log!r}, "a") as log:
    log.write(json.dumps(asked) + "\\n")
orders = len(Path({log!r}).read_text().splitlines())
group, = asked["group"]
document = builder.pair({ratio}, blocks=asked["blocks"], seed=100 + orders, noise={noise})
document["cases"] = [case for case in document["cases"] if case["arm"] in group["arms"]]
{change}
Path(sys.argv[4]).write_text(json.dumps(document))
sys.exit({code})
"""


@pytest.fixture
def bench(tmp_path):
    def write(ratio, noise=0.05, code=0, change=""):
        path = tmp_path / "bench"
        path.write_text(FAKE.format(python=sys.executable, here=str(builder.ROOT / "tests" / "analysis"),
                                    log=str(tmp_path / "log"), ratio=ratio, noise=noise, code=code, change=change))
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
    path = builder.write(tmp_path, builder.pair(1.0, blocks=10, noise=0.6))
    ended = inside("gate", path, "--guardrails", one_gate(), "--bench", bench(1.0, noise=0.6), "--inconclusive=fail")
    assert ended.returncode == 3 and "n=40 INCONCLUSIVE" in ended.stdout
    assert len(orders(tmp_path)) == 3


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
