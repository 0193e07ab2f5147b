"""Names that break other formats: what the harness is told, what is a repeat, what a reader sees (M11, M14, P22)."""

import re
import sys
import tomllib

import builder
import pytest
from spargio_report.judge.harness import matrix_text
from spargio_report.read.load import load_run
from spargio_report.read.text import toml_list, toml_text
from spargio_report.words import layout

ODD = ["😀", "a|b", "x#1", "x@base", "\x7f", "\x00", "\"'\\", "größer 漢字", "a\nb", "\x1b[31m", "]", "=", "#2"]


@pytest.mark.parametrize("text", ODD)
def test_M11_a_name_is_the_same_in_the_matrix_that_the_harness_reads(text, tmp_path):
    assert tomllib.loads(f"{toml_text(text)} = {toml_list([text, 'x'])}") == {text: [text, "x"]}
    arms = [builder.Arm(f"spargio[key={text}]" if "=" not in text and "]" not in text else "spargio", 100), builder.Arm("asio", 200)]
    group = builder.Group("ping_pong/steady_rtt", arms, {text: text}, blocks=2)
    run = load_run(builder.write(tmp_path, builder.make_run([group])))
    asked = tomllib.loads(matrix_text(run, 10, {run.groups[0]: [arm.name for arm in arms]}, 1))
    assert asked["group"][0]["arms"] == [arm.name for arm in arms] and asked["group"][0]["parameters"][text] == text


def test_M10_a_knob_with_the_sign_of_a_repeat_is_no_repeat(tmp_path):
    arms = [builder.Arm("spargio[path=a#2]", 100), builder.Arm("spargio[path=a#2]#2", 100), builder.Arm("asio", 200)]
    run = load_run(builder.write(tmp_path, builder.make_run([builder.Group("fs/read_rtt", arms)])))
    assert [case.is_repeat for case in run.cases.values()] == [False, True, False]
    assert [case.original_arm for case in run.cases.values()] == ["spargio[path=a#2]"] * 2 + ["asio"]


@pytest.mark.parametrize("text", ODD)
def test_M14_a_name_takes_one_row_of_every_table(text):
    for table in (layout.terminal(("a", "b"), [(text, "x")], False), layout.markdown(("a", "b"), [(text, "x")])):
        assert len(table.splitlines()) == 3 or "\x1b" in text
    last = layout.markdown(("a", "b"), [(text, "x")]).splitlines()[-1]
    assert len(re.findall(r"(?<!\\)\|", last)) == 3, "a sign of Markdown's in a name makes a cell of its own"


def test_M14_a_column_is_as_wide_as_a_terminal_shows_it():
    rows = [("漢字😀", "x"), ("abc", "x"), ("e\u0301", "x")]
    assert [layout.width_of(line.split("x")[0]) for line in layout.terminal(("a", "b"), rows, False).splitlines()[2:]] == [8, 8, 8]


@pytest.mark.parametrize("stays", [False, True])
def test_M11_the_gate_names_no_file_that_it_then_removes(stays, tmp_path, inside, one_gate, temporary):
    """The harness says where it wrote; that is of use only where the file stays."""
    bench = tmp_path / "bench"
    bench.write_text(f"#!{sys.executable}\nimport sys, json, tomllib\nsys.path.insert(0, {str(builder.ROOT / 'tests/analysis')!r})\n"
                     "import builder\nfrom pathlib import Path\n"
                     "document = builder.make_run([builder.Group('ping_pong/steady_rtt', [builder.Arm('spargio', 10), "
                     "builder.Arm('spargio#2', 10)], blocks=20)], seed=3)\nPath(sys.argv[4]).write_text(json.dumps(document))\n"
                     "print('measured 20 blocks')\nprint(f'result: {sys.argv[4]}')\n")
    bench.chmod(0o755)
    keep = ("--keep", tmp_path / "kept") if stays else ()
    found = inside("gate", builder.write(tmp_path, builder.pair(0.5)), "--guardrails", one_gate(), "--bench", bench, *keep)
    assert found.returncode == 0 and "measured 20 blocks" in found.stderr
    assert ("result: " in found.stderr) == stays and (str(temporary / "spargio-gate") in found.stderr) is False
