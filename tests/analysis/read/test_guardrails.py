"""A guardrail file says exactly what it means, or is refused with the place and the remedy."""

import datetime
import itertools
import tomllib

import builder
import pytest

from spargio_report.failures import ReportError
from spargio_report.read.guardrails import load_guardrails

TODAY = datetime.date(2026, 11, 22)


def refusal(path, today=TODAY):
    with pytest.raises(ReportError) as caught:
        load_guardrails(path, today)
    assert caught.value.code == 2
    return str(caught.value)


@pytest.mark.parametrize(("changes", "words"), [
    ({"tolerence": 0.1}, ["gate 'rtt'", "unknown key 'tolerence'", "did you mean 'tolerance'?"]),
    ({"tolerance": 0}, ["gate 'rtt'", "'tolerance' is 0", "could never pass"]),
    ({"tolerance": -0.1}, ["gate 'rtt'", "above 0"]),
    ({"target": "fast"}, ["gate 'rtt'", "'target' is 'fast'", "a number above 0"]),
    ({"target": 0}, ["gate 'rtt'", "'target' is 0"]),
    ({"target": None}, ["gate 'rtt'", "'target' is missing"]),
    ({"why": None}, ["gate 'rtt'", "'why' is missing"]),
    ({"id": None}, ["gate number 1", "'id' is missing"]),
    ({"b": None}, ["gate 'rtt'", "'b' is missing", "best-rival"]),
    ({"b": "spargio"}, ["'a' and 'b' are both 'spargio'"]),
    ({"kind": "rivals"}, ["'kind' is 'rivals'", "did you mean 'rival'?"]),
    ({"kind": "own"}, ["'kind' is 'own'", "legal are: absolute, floor, rival, self"]),
    ({"kind": "floor", "b": "best-rival"}, ["kind = \"rival\""]),
    ({"kind": "absolute", "metric": "cpu_share"}, ["an absolute gate has no 'b'"]),
    ({"kind": "absolute", "b": None}, ["an absolute gate names no metric", "cpu_share"]),
    ({"metric": "wall_ns_per_op"}, ["'metric' is 'wall_ns_per_op'", "wall_ns_per_operation"]),
])
def test_M23_a_wrong_gate_is_refused_with_its_id_its_key_and_what_is_legal(changes, words, one_gate):
    path = one_gate(**changes)
    said = refusal(path)
    for word in [str(path), *words]:
        assert word in said


@pytest.mark.parametrize(("text", "words"), [
    ("", "declares no gate"), ("[[gate]\n", "line 1"), ("[defaults]\ntolerence = 1\n", "in [defaults]"),
    ("[gates]\n", "did you mean 'gate'?"), ("[gate]\nid = 'x'\n", "with two brackets"),
    ("defaults = 3\n", "[defaults]"),
    ("[[gate]]\nid = 'x'\nparams = 3\n", "'kind' is missing"), ("a = 1979-13-01\n", "line 1"),
])
def test_M23_P22_a_malformed_file_is_refused_with_the_place(text, words, tmp_path):
    path = tmp_path / "guardrails.toml"
    path.write_text(text)
    said = refusal(path)
    assert words in said and str(path) in said


def test_M23_P22_a_file_that_cannot_be_read_is_refused(tmp_path):
    assert "no such guardrail file" in refusal(tmp_path / "none.toml")
    assert "cannot be read" in refusal(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"# \xff")
    assert "not UTF-8" in refusal(tmp_path / "latin.toml")


def test_M23_an_id_that_stands_twice_is_refused(one_gate):
    path = one_gate()
    path.write_text(path.read_text() * 2)
    assert "gate 'rtt': the id stands twice" in refusal(path)


@pytest.mark.parametrize(("waiver", "words"), [
    ("gate = 'rtt'\nuntil = 2026-11-21\nreason = 'slow disk'", ["expired on 2026-11-21", "slow disk"]),
    ("gate = 'rtt'\nuntil = '2020-01-01'\nreason = 'x'", ["expired on 2020-01-01"]),
    ("gate = 'rrt'\nuntil = 2027-01-01\nreason = 'x'", ["there is no gate 'rrt'", "did you mean 'rtt'?"]),
    ("gate = 'rtt'\nuntil = 'soon'\nreason = 'x'", ["'until' is 'soon'", "until = 2027-01-31"]),
    ("gate = 'rtt'\nuntil = 2027-01-01", ["'reason' is missing"]),
    ("gate = 'rtt'\nuntil = 2027-01-01\nreason = 'x'\nwhy = 'y'", ["unknown key 'why'"]),
])
def test_M23_a_wrong_or_expired_waiver_is_an_error(waiver, words, one_gate):
    said = refusal(one_gate(extra=f"[[waiver]]\n{waiver}\n"))
    for word in words:
        assert word in said


def test_M23_a_waiver_holds_through_its_last_day(one_gate):
    path = one_gate(extra="[[waiver]]\ngate = 'rtt'\nuntil = 2026-11-22\nreason = 'x'\n")
    assert load_guardrails(path, TODAY).waivers["rtt"].until == TODAY


def test_M23_defaults_fill_what_a_gate_leaves_out(tmp_path):
    path = tmp_path / "guardrails.toml"
    path.write_text("[defaults]\nkind = 'rival'\na = 'spargio'\nb = 'best-rival'\ntolerance = 0.2\n[[gate]]\nid = 'x'\n"
                    "workload = 'w/x'\nparams = { batch = 64 }\nexcept = ['tbb']\ntarget = 2\nwhy = 'y'\n")
    gate, = load_guardrails(path).gates
    assert (gate.a, gate.b, gate.limit, gate.params, gate.excepted) == \
        ("spargio", "best-rival", 2.4, {"batch": "64"}, ("tbb",))


GATES = load_guardrails(builder.ROOT / "guardrails.toml").gates
SPECIALISTS = ("threads", "tbb", "rayon")


def held_by_the_quick_matrix():
    """(workload, parameters): the arms that are no floor and not ours. Arms that a backend refuses count as well."""
    with open(builder.ROOT / "harness/matrices/quick.toml", "rb") as file:
        groups = tomllib.load(file)["group"]
    cases = {}
    for group in groups:
        rivals = {arm for arm in group["arms"] if not arm.startswith(("spargio", "floor"))}
        names = list(group.get("parameters", {}))
        for values in itertools.product(*group.get("parameters", {}).values()):
            cases[group["workload"], tuple(zip(names, map(str, values)))] = rivals
    return {key: rivals for key, rivals in cases.items() if rivals}


@pytest.mark.parametrize("standing", ["general", "specialist"])
def test_M23_every_case_of_the_quick_matrix_has_a_gate_against_each_class_of_rivals(standing):
    defaults = {"ping_pong/one_way_drain": {("batch", "1")}, "net/stream_window": {("write", "per_frame")}}
    asked = {(gate.workload, frozenset(gate.params.items())) for gate in GATES
             if (gate.a, gate.b, gate.metric) == ("spargio", f"best-{standing}", "judged")}
    wanted = {(workload, frozenset(set(values) - defaults.get(workload, set()))) for (workload, values), rivals in held_by_the_quick_matrix().items()
              if any(arm.startswith(SPECIALISTS) == (standing == "specialist") for arm in rivals)}
    assert len(wanted) > 25 and asked == wanted


def test_M23_what_a_gate_of_the_project_leaves_out_or_names_is_in_the_quick_matrix():
    held = held_by_the_quick_matrix()
    for gate in GATES:
        rivals = {arm for (workload, _), arms in held.items() for arm in arms if workload == gate.workload}
        backends = {arm.split("[")[0] for arm in rivals}
        assert {arm.split("[")[0] for arm in gate.excepted} <= backends, gate.id
        if gate.kind == "rival" and not gate.names_many:
            assert gate.b in rivals, gate.id


def test_M23_no_two_gates_of_the_project_ask_the_same():
    questions = [(gate.workload, tuple(gate.params.items()), gate.a, gate.b, gate.metric) for gate in GATES]
    assert len(set(questions)) == len(questions)


def test_M23_a_tolerance_wider_than_usual_says_why():
    usual = 0.15
    for gate in GATES:
        alike = [other.why for other in GATES if other.workload == gate.workload and other.tolerance == gate.tolerance]
        assert gate.tolerance <= usual or gate.metric != "judged" or any("tolerance" in why for why in alike), gate.id


def test_M23_every_gate_of_the_project_gets_a_verdict_on_the_quick_matrix(tmp_path, inside):
    ended = inside("gate", builder.write(tmp_path, builder.quick(trees=True)))
    assert ended.returncode == 3
    assert f"{len(GATES)} gates: 1 FAIL, {len(GATES) - 1} PASS" in ended.stdout
    assert ended.stdout.index("skewed-specialists") < ended.stdout.index("steady-rtt-general")
