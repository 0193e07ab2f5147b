"""Files are UTF-8 in every locale, with a byte-order mark or without (M20, P22)."""

import ast
import json
import os
import shutil
import subprocess
import sys

import builder
import pytest

PACKAGE = builder.ROOT / "analysis" / "spargio_report"
OPENING = {"open", "read_text", "write_text"}
LOCALES = {"ja_JP.EUC-JP": ("ja_JP", "EUC-JP"), "zh_CN.GB18030": ("zh_CN", "GB18030"), "tr_TR.UTF-8": ("tr_TR", "UTF-8"),
           "de_DE.ISO-8859-1": None, "C": None, "POSIX": None, "C.UTF-8": None, "xx_YY.UTF-8": None, "nonsense": None,
           "en_US": None}
THIN = ("ja_JP.EUC-JP", "C", "xx_YY.UTF-8")  # of a thin run (tests/README.md): one that is not UTF-8, none, and one unknown to the system


def unnamed_encodings(text):
    """Lines that open a file as text, or read a process as text, and leave the encoding to the locale."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = {word.arg: word.value for word in node.keywords}
        mode = [word.value for word in [*node.args, *given.values()] if isinstance(word, ast.Constant)]
        binary = any(isinstance(word, str) and "b" in word and len(word) <= 3 for word in mode)
        other = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") in ("os", "Image")
        if name in OPENING and not binary and not other and "encoding" not in given:
            yield node.lineno
        if "text" in given or "universal_newlines" in given:
            yield node.lineno


def test_M20_every_text_names_its_encoding():
    found = {str(path): list(unnamed_encodings(path.read_text(encoding="utf-8"))) for path in (*PACKAGE.rglob("*.py"), PACKAGE.parent / "renew-docs")}
    assert not {path: lines for path, lines in found.items() if lines}


def test_M20_the_look_for_encodings_finds_what_it_looks_for():
    assert list(unnamed_encodings("a.read_text()\nopen('x')\nrun(y, text=True)\nopen('x', 'rb')\nos.open('x', 0)")) == [1, 2, 3]


@pytest.mark.parametrize("name", THIN if os.environ.get("SPARGIO_TESTS") == "thin" else LOCALES)
def test_M20_P22_every_locale_reads_writes_and_says_the_same(name, tmp_path, one_gate):
    """By the launcher, and by a Python that nobody has told to be in UTF-8. Some the system makes; others are unknown to it."""
    if LOCALES[name]:
        if shutil.which("localedef"):
            source, letters = LOCALES[name]
            subprocess.run(["localedef", "-i", source, "-f", letters, tmp_path / name], capture_output=True, check=False)
        if not (tmp_path / name).exists():
            pytest.skip(f"localedef cannot make {name} here")
    document = builder.pair(0.5)
    document["run"]["title"] = "größer als 漢字"
    path = builder.write(tmp_path, document)
    where = {**os.environ, "LC_ALL": name, "LOCPATH": str(tmp_path), "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    gate = ["gate", path, "--guardrails", one_gate(why="größer"), "--markdown", tmp_path / "gates.md"]
    report = ["report", path, "-o", tmp_path / "out", "--formats", "svg"]
    compare = ["compare", path]
    for command in ([builder.ROOT / "analysis" / "spargio-report", *gate], [sys.executable, PACKAGE / "__main__.py", *report],
                    [sys.executable, PACKAGE / "__main__.py", *compare]):
        found = subprocess.run(command, env=where, capture_output=True, timeout=120, check=False)
        assert found.returncode == 0, found.stderr.decode(errors="replace")
        assert "Traceback" not in found.stderr.decode("utf-8") and found.stdout.decode("utf-8")
    assert "µs" in found.stdout.decode("utf-8"), "of the last one, whose words are not all ASCII"
    assert "größer als 漢字" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")


def marked(path):
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    return path


def test_M20_a_byte_order_mark_is_no_part_of_a_file(tmp_path, inside, one_gate):
    path, rails = marked(builder.write(tmp_path, builder.pair(0.5))), marked(one_gate())
    for command in (("gate", path, "--guardrails", rails), ("compare", path), ("history", path, "--all")):
        ended = inside(*command)
        assert ended.returncode == 0, ended.stderr


def test_P22_a_byte_order_mark_moves_no_place(tmp_path, inside):
    text = json.dumps(builder.pair(0.5, blocks=10)).replace('"wall_ns": ', '"wall_ns": NaN, "x": ', 1)
    path = tmp_path / "result.json"
    path.write_text(text, encoding="utf-8")
    offset = marked(path).read_bytes().index(b'"wall_ns": NaN') + len(b'"wall_ns": ')
    assert f"byte {offset}:" in inside("compare", path).stderr


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
def test_P22_a_file_in_utf16_is_refused_with_4_and_a_guardrail_file_with_2(encoding, tmp_path, inside, one_gate):
    path, rails = builder.write(tmp_path, builder.pair(0.5)), one_gate()
    for spoilt, code in ((rails, 2), (path, 4)):
        before = spoilt.read_bytes()
        spoilt.write_bytes(before.decode().encode(encoding))
        ended = inside("gate", path, "--guardrails", rails)
        assert ended.returncode == code and str(spoilt) in ended.stderr and "remedy: " in ended.stderr
        assert encoding != "utf-16" or "UTF-16" in ended.stderr
        spoilt.write_bytes(before)
