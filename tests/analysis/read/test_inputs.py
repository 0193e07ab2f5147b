"""Whatever is wrong with a result file ends in a message with place and remedy, and in the right exit code."""

import copy
import json

import builder
import pytest
from spargio_report.read.load import load_run


def broken(change):
    """A sound run of two arms, spoilt by `change(document)`."""
    document = builder.pair(0.5, blocks=10)
    change(document)
    return document


def slice_of(document, block=3, position=2):
    return document["blocks"][block]["slices"][position]


SPOILT = {
    "zero_operations": (lambda d: slice_of(d).update(operations=0), "/blocks/3/slices/2/operations"),
    "a_slice_without_time": (lambda d: slice_of(d).update(wall_ns=0), "/blocks/3/slices/2/wall_ns"),
    "a_negative_time": (lambda d: slice_of(d).update(user_ns=-1), "/blocks/3/slices/2/user_ns"),
    "a_text_for_a_number": (lambda d: slice_of(d).update(wall_ns="12"), "/blocks/3/slices/2/wall_ns"),
    "a_missing_key": (lambda d: slice_of(d).pop("wall_ns"), "/blocks/3/slices/2"),
    "a_renamed_case_in_a_slice": (lambda d: slice_of(d).update(case="ping_pong/steady_rtt|spargi"),
                                  "/blocks/3/slices/2/case"),
    "a_renamed_arm": (lambda d: d["cases"][0].update(arm="spargo"), "/cases/0/id"),
    "a_renamed_group": (lambda d: d["blocks"][1].update(group="ping_pong/steady_rt"), "/blocks/1/group"),
    "an_unknown_backend": (lambda d: d["cases"][0].update(backend="spargi"), "/cases/0/backend"),
    "an_unknown_workload": (lambda d: d["cases"][0].update(workload="ping_pong/steady"), "/cases/0/workload"),
    "a_block_that_stands_twice": (lambda d: d["blocks"].append({**d["blocks"][0], "index": 10}), "/blocks/10/number"),
    "a_case_that_stands_twice": (lambda d: d["cases"].append(copy.deepcopy(d["cases"][0])), "/cases/2/id"),
    "a_measured_case_without_a_slice": (lambda d: [block.update(slices=[]) for block in d["blocks"]], "/cases/0"),
    "an_unmeasured_case_without_a_reason": (lambda d: d["cases"][0].update(status="crashed"), "/cases/0/reason"),
    "no_case_at_all": (lambda d: d.update(cases=[], blocks=[]), "/cases"),
    "an_unknown_status": (lambda d: d["cases"][0].update(status="fine"), "/cases/0/status"),
    "a_key_that_the_schema_does_not_know": (lambda d: d.update(verdict="PASS"), "/: has a key"),
    "the_wrong_major_version": (lambda d: d.update(schema_version="2.0"), "/schema_version: this build reads schema 1.x"),
    "no_version": (lambda d: d.pop("schema_version"), "/: is no result of spargio-bench"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_M20_P22_a_spoilt_file_ends_with_4_and_names_the_place_and_the_remedy(name, tmp_path, inside, one_gate):
    change, place = SPOILT[name]
    path = builder.write(tmp_path, broken(change))
    ended = inside("gate", path, "--guardrails", one_gate())
    assert ended.returncode == 4
    assert str(path) in ended.stderr and place in ended.stderr and "remedy: " in ended.stderr
    assert "Traceback" not in ended.stderr and ended.stdout == ""


TEXTS = {
    "empty": (lambda text: "", "the file is empty"),
    "truncated": (lambda text: text[: len(text) // 2], "truncated"),
    "cut_off_before_the_last_brace": (lambda text: text[:-1], "truncated"),
    "NaN": (lambda text: text.replace('"wall_ns": ', '"wall_ns": NaN, "x": ', 1), "NaN is no number"),
    "infinity_by_its_exponent": (lambda text: text.replace('"cpu_pressure_share": ',
                                                           '"cpu_pressure_share": 1e999, "x": ', 1),
                                 "1e999 is no number"),
    "a_number_of_five_thousand_digits": (lambda text: text.replace('"wall_ns": ', '"wall_ns": ' + "9" * 5000, 1),
                                         "is no number"),
    "half_a_surrogate_pair": (lambda text: text.replace('"synthetic"', '"\\ud800"'), "surrogate"),
    "not_an_object": (lambda text: "[1, 2]", "is no result of spargio-bench"),
    "not_JSON": (lambda text: "wall_ns = 3", "not JSON"),
    "nested_without_end": (lambda text: "[" * 100_000, ""),
}


@pytest.mark.parametrize("command", ["compare", "gate", "report", "plot"])
@pytest.mark.parametrize("name", TEXTS)
def test_M20_P22_text_that_is_no_result_ends_with_4_in_every_command(name, command, tmp_path, inside):
    change, words = TEXTS[name]
    path = tmp_path / "result.json"
    path.write_text(change(json.dumps(builder.pair(0.5, blocks=10))))
    ended = inside(command, path, *(("-o", tmp_path / "out") if command in ("report", "plot") else ()))
    assert ended.returncode == 4
    assert str(path) in ended.stderr and words in ended.stderr and "remedy: " in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("at", [1, 400, 5000])
def test_P22_a_truncated_file_is_named_with_the_byte_where_it_ends(at, tmp_path, inside):
    path = tmp_path / "result.json"
    path.write_text(json.dumps(builder.pair(0.5, blocks=10))[:at])
    assert "byte " in inside("compare", path).stderr


def test_P22_the_place_of_a_NaN_is_its_byte(tmp_path, inside):
    text = json.dumps(builder.pair(0.5, blocks=10)).replace('"title": "synthetic"', '"title": "NaN \u00e4"')
    text = text.replace('"wall_ns": ', '"wall_ns": NaN, "x": ', 1)
    path = tmp_path / "result.json"
    path.write_text(text, encoding="utf-8")
    offset = text.encode().index(b'"wall_ns": NaN') + len(b'"wall_ns": ')
    assert f"byte {offset}:" in inside("compare", path).stderr


def test_P22_bytes_that_are_no_text_are_named(tmp_path, inside):
    path = tmp_path / "result.json"
    path.write_bytes(b'{"schema_version": "\xff"}')
    ended = inside("compare", path)
    assert ended.returncode == 4 and "not UTF-8 at byte 20" in ended.stderr


def test_P22_a_missing_file_points_to_its_journal(tmp_path, inside):
    ended = inside("compare", tmp_path / "result.json")
    assert ended.returncode == 4 and "no such result file" in ended.stderr
    (tmp_path / "result.json.journal.jsonl").write_text("{}\n")
    assert "--resume" in inside("compare", tmp_path / "result.json").stderr


def test_P22_a_journal_is_no_result(tmp_path, inside):
    (tmp_path / "result.json.journal.jsonl").write_text("{}\n")
    ended = inside("compare", tmp_path / "result.json.journal.jsonl")
    assert ended.returncode == 2 and "journal" in ended.stderr


def test_M20_a_newer_minor_version_is_read_with_a_note(tmp_path, inside):
    document = builder.pair(0.5)
    document.update(schema_version="1.7", moon_phase="full")
    ended = inside("compare", builder.write(tmp_path, document))
    assert ended.returncode == 0 and "newer than 1.4" in ended.stderr and "moon_phase" in ended.stderr


def test_M20_the_golden_file_of_schema_1_0_is_read_and_judged(inside):
    ended = inside("compare", builder.ROOT / "results" / "schema" / "golden" / "result-1.0.json")
    assert ended.returncode == 0
    assert "spargio is ahead of every general runtime (asio) in 1 of 2 cases" in ended.stdout
    assert "0.50x [0.48, 0.50] FASTER" in ended.stdout
    assert "oneTBB has no message channel" in ended.stdout


def test_M20_the_p95_of_a_case_of_an_older_file_comes_from_its_buckets(tmp_path):
    document = builder.make_run([builder.Group("ping_pong/steady_rtt", [builder.Arm("spargio", 100, latency=True), builder.Arm("asio", 200)])])
    latency = document["cases"][0]["latency"]
    assert "p95_ns" not in latency
    for count, wanted in (([900, 100], 300), ([951, 49], 100), ([149, 50], None)):
        latency.update(count=sum(count), buckets=[[100, count[0]], [300, count[1]]])
        case = next(iter(load_run(builder.write(tmp_path, document)).cases.values()))
        assert case.latency["p95_ns"] == wanted
    latency["p95_ns"] = 7
    assert next(iter(load_run(builder.write(tmp_path, document)).cases.values())).latency["p95_ns"] == 7


def test_M20_an_interrupted_run_is_judged_and_marked(tmp_path, inside):
    document = builder.pair(0.5)
    document["run"].update(status="interrupted", finished_unix_ns=None)
    ended = inside("compare", builder.write(tmp_path, document))
    assert ended.returncode == 0 and "marked interrupted" in ended.stderr and "marked interrupted" in ended.stdout


@pytest.mark.parametrize("status", ["crashed", "wrong_result", "timed_out", "failed"])
def test_P20_a_case_that_broke_costs_its_own_rows_and_ends_with_4(status, tmp_path, inside):
    arms = [builder.Arm("spargio", 100), builder.Arm("asio", 200),
            builder.Arm("libuv", 1, status=status, reason="the cell said so")]
    path = builder.write(tmp_path, builder.make_run([builder.Group("ping_pong/steady_rtt", arms)]))
    ended = inside("compare", path)
    assert ended.returncode == 4
    assert "the time of asio" in ended.stdout and "the cell said so" in ended.stdout


@pytest.mark.parametrize(("arguments", "words"), [
    ((), "required"), (("compare",), "required"), (("nonsense", "x"), "invalid choice"),
    (("compare", "FILE", "--a", "spargio"), "stand only together"),
    (("compare", "FILE", "--a", "spargi", "--b", "asio"), "did you mean 'spargio'"),
    (("compare", "FILE", "-w", "nosuch"), "no compared case is named like 'nosuch'"),
    (("plot", "FILE", "-o", "out", "--formats", "gif"), "none of png, svg, pdf"),
    (("report", "FILE", "-o", "/proc/nowhere"), "cannot be written to"),
])
def test_P22_wrong_usage_ends_with_2_and_says_what_is_legal(arguments, words, tmp_path, inside):
    path = builder.write(tmp_path, builder.pair(0.5))
    ended = inside(*(path if argument == "FILE" else argument for argument in arguments))
    assert ended.returncode == 2 and words in ended.stderr and "Traceback" not in ended.stderr


def test_P22_the_program_itself_ends_with_the_code_of_its_command(tmp_path, program, one_gate):
    path = builder.write(tmp_path, broken(lambda document: slice_of(document).update(operations=0)))
    ended = program("gate", path, "--guardrails", one_gate())
    assert ended.returncode == 4 and "remedy: " in ended.stderr and ended.stdout == ""
    assert program("compare").returncode == 2
    assert program("--help").returncode == 0
