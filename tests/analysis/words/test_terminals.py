"""What a terminal is shown: colours where it has them and nobody minds, and no line wider than it is (M14)."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import builder
import pytest
from spargio_report.words import layout

LAUNCHER = builder.ROOT / "analysis" / "spargio-report"
COLOUR = re.compile("\x1b\\[[0-9;]*m")


def on_a_terminal(arguments, columns=200, **settings):
    """What the program writes to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    where = {key: value for key, value in {**os.environ, "TERM": "xterm", "NO_COLOR": None, "COLUMNS": None, **settings}.items()
             if value is not None}
    with subprocess.Popen([LAUNCHER, *map(str, arguments)], stdin=theirs, stdout=theirs, stderr=theirs, env=where) as program:
        os.close(theirs)
        seen = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the program has closed it
                break
            seen += part
    os.close(ours)
    assert program.returncode in (0, 3, 4)
    return seen.decode("utf-8").replace("\r\n", "\n")


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return builder.write(tmp_path_factory.mktemp("run"), builder.quick(blocks=6))


@pytest.mark.parametrize(("settings", "flags", "coloured"), [
    ({}, (), True), ({"NO_COLOR": "1"}, (), False), ({"NO_COLOR": ""}, (), True), ({"TERM": "dumb"}, (), False),
    ({"TERM": None}, (), False), ({"NO_COLOR": "1", "TERM": "dumb"}, ("--color", "always"), True), ({}, ("--color", "never"), False)],
    ids=str)
def test_M14_colours_are_for_terminals_that_have_them_and_users_who_want_them(settings, flags, coloured, result):
    assert bool(COLOUR.search(on_a_terminal(["compare", result, *flags], **settings))) == coloured


@pytest.mark.parametrize("columns", [60, 120])
@pytest.mark.parametrize("command", [("compare",), ("compare", "--all"), ("gate",), ("history", "--all", "--steady")], ids=str)
def test_M14_no_line_is_wider_than_the_terminal_and_no_cell_is_lost(command, columns, result):
    name, *flags = command
    seen = COLOUR.sub("", on_a_terminal([name, result, *flags], columns))
    assert max(map(layout.width_of, seen.splitlines())) <= columns
    piped = subprocess.run([LAUNCHER, name, result, *flags], capture_output=True, text=True, check=False).stdout
    assert set(re.findall(r"\d+\.\d+x", piped)) <= set(re.findall(r"\d+\.\d+x", seen)) and max(map(len, piped.splitlines())) > columns


def test_M14_columns_that_the_user_has_set_are_taken(result):
    assert max(map(layout.width_of, COLOUR.sub("", on_a_terminal(["compare", result], COLUMNS="70")).splitlines())) <= 70


def test_M14_a_name_from_a_file_does_nothing_to_a_terminal(tmp_path):
    document = builder.pair(0.5)
    document["run"]["status"] = "interrupted"
    document["cases"].append({**document["cases"][1], "arm": "x\x1b]0;title\x07\x1b[2J", "id": document["cases"][1]["group"] + "|x\x1b]0;title\x07\x1b[2J",
                              "status": "crashed", "reason": "\x9b2J \x1b[31m gone"})
    seen = on_a_terminal(["compare", builder.write(tmp_path, document)])
    assert "\\x1b]0;title\\x07\\x1b[2J" in seen and "\\x9b2J" in seen
    assert not re.search("[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]|\x1b(?!\\[[0-9;]*m)", seen)


def test_M14_words_wrap_between_words_and_a_word_that_is_too_long_is_cut():
    rows = [("case", "a verdict of more words than the last column has room for in this terminal"), ("x" * 70, "y" * 70)]
    for width in (20, 40, 60, 300):
        table = layout.terminal(("name", "verdict"), rows, False, width)
        assert max(map(layout.width_of, table.splitlines())) <= width
        assert re.sub(r"\s", "", table).count("x") == 70 and "y" * 20 in re.sub(r"\s", "", table)
