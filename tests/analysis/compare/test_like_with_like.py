"""Like with like (W8): an arm that sleeps at once is held against those that do, one that may spin or polls against all."""

import builder
import pytest
from spargio_report.compare.comparison import all_comparisons, headlines
from spargio_report.read.guardrails import load_guardrails
from spargio_report.read.load import load_run

WAITS = {"spargio": "spins", "spargio[spin=0]": "sleeps", "asio": "sleeps", "asio[poll=on]": "polls", "tbb": "spins", "libuv": None}


def measured(tmp_path, waits=None):
    document = builder.make_run([builder.Group("ping_pong/steady_rtt", [builder.Arm(arm, 100 + 10 * at) for at, arm in enumerate(WAITS)])])
    for case in document["cases"]:
        case["waits"] = (waits or WAITS)[case["arm"]]
    for backend in document["backends"]:
        backend["class"] = {"tbb": "specialist", "spargio": "general"}.get(backend["name"], "general")
    return load_run(builder.write(tmp_path, document))


def met(run, arm):
    return {one.b.arm for one in all_comparisons(run) if one.a.arm == arm}


def test_W8_an_arm_that_sleeps_meets_those_that_sleep_and_those_that_do_not_say(tmp_path):
    assert met(measured(tmp_path), "spargio[spin=0]") == {"asio", "libuv"}


def test_W8_an_arm_that_may_spin_meets_all(tmp_path):
    assert met(measured(tmp_path), "spargio") == {"asio", "asio[poll=on]", "tbb", "libuv"}


def test_M14_a_case_has_one_headline_that_of_the_default_configuration(tmp_path):
    run = measured(tmp_path)
    assert [row.a.arm for row in headlines(run, all_comparisons(run))] == ["spargio"]


@pytest.mark.parametrize("b, arms", [("best-rival", 4), ("best-general", 3), ("best-specialist", 1)])
def test_M23_a_gate_speaks_of_all_rivals_or_of_those_of_one_class(b, arms, tmp_path, inside):
    rails = tmp_path / "rails.toml"
    rails.write_text(f'[[gate]]\nid = "g"\nkind = "rival"\nworkload = "ping_pong/steady_rtt"\na = "spargio"\nb = "{b}"\nmetric = "judged"\n'
                     'target = 2.0\ntolerance = 0.1\nwhy = "a test"\n', encoding="utf-8")
    run = measured(tmp_path)
    ended = inside("gate", run.path, "--guardrails", rails)
    assert ended.returncode == 0, ended.stderr
    gate, = load_guardrails(rails).gates
    assert len(gate.rivals_in(run, "ping_pong/steady_rtt")) == arms


def test_M23_a_gate_of_an_arm_that_sleeps_leaves_out_those_that_spin(tmp_path):
    rails = tmp_path / "rails.toml"
    rails.write_text('[[gate]]\nid = "g"\nkind = "rival"\nworkload = "ping_pong/steady_rtt"\na = "spargio[spin=0]"\nb = "best-rival"\n'
                     'metric = "judged"\ntarget = 2.0\ntolerance = 0.1\nwhy = "a test"\n', encoding="utf-8")
    gate, = load_guardrails(rails).gates
    assert {case.arm for case in gate.rivals_in(measured(tmp_path), "ping_pong/steady_rtt")} == {"asio", "libuv"}
