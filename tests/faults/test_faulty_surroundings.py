"""P22: every command under everything that may be wrong around it: it ends, by itself, with a documented code and a remedy.

A table of commands (sweep_commands.py) and a table of conditions. The numbers B1, B2 and so on are of the faults that were
found so and mended. Not every command meets every condition: `share` says which do (tests/README.md).
"""
import functools
import json
import os
import re
import shutil
import signal
import subprocess

import pytest
from sweep_commands import (BENCH, COMMANDS, DOCUMENTED, LOST_WORDS, REPORT, TINY, Command, Condition, check_end, program_of,
                            run_under, table_of_codes, words_of)

IS_THIN = os.environ.get("SPARGIO_TESTS") == "thin"

STREAMS = (
    Condition("output_closed", "B1", ">&-", frozenset({"output"})),
    Condition("output_full", "B1", ">/dev/full", frozenset({"output"})),
    Condition("output_to_nobody", "B3", loses=frozenset({"output"}), reader_is_gone=True),
    Condition("output_is_a_device", "B2", ">/dev/null"),
    Condition("output_is_appended_to_a_file", "B2", ">>appended"),
    Condition("errors_closed", "B1", "2>&-", frozenset({"errors"})),
    Condition("errors_full", "B1", "2>/dev/full", frozenset({"errors"})),
    Condition("errors_to_nobody", "B3", loses=frozenset({"errors"}), reader_is_gone=True),
    Condition("both_to_nobody", "B3", loses=frozenset({"output", "errors"}), reader_is_gone=True),
    Condition("both_closed", "B1", ">&- 2>&-", frozenset({"output", "errors"})),
    Condition("both_full", "B1", ">/dev/full 2>/dev/full", frozenset({"output", "errors"})),
    Condition("input_closed", "B1", "<&-"),
    Condition("all_closed", "B1", "<&- >&- 2>&-", frozenset({"output", "errors"})),
    Condition("input_is_a_folder", "B1", "<."),
)
KILLED = (signal.SIGKILL, signal.SIGSEGV)
LIMITS = tuple(Condition(f"{name.lower()}_{most}", "B25", limits={name: most}, may_kill=kill, may_fail=True)
               for name, most, kill in (
    ("NOFILE", 3, ()), ("NOFILE", 8, ()), ("NOFILE", 16, ()), ("NOFILE", 40, ()),
    ("AS", 30 << 20, ()), ("AS", 100 << 20, ()), ("AS", 300 << 20, ()),
    ("DATA", 1 << 20, ()), ("DATA", 20 << 20, ()),
    ("FSIZE", 0, (signal.SIGXFSZ,)), ("FSIZE", 2000, ()),
    ("STACK", 64 << 10, KILLED), ("STACK", 256 << 10, KILLED),
    ("MEMLOCK", 0, ()), ("MEMLOCK", 4096, ()), ("SIGPENDING", 0, ()), ("CORE", 0, ()),
    ("CPU", 1, (signal.SIGXCPU, signal.SIGKILL)),
))
LOCALES = {"C": None, "POSIX": None, "C.UTF-8": None, "en_US": None, "xx_YY.UTF-8": None, "": None,
           "ja_JP.EUC-JP": ("ja_JP", "EUC-JP"), "zh_CN.GB18030": ("zh_CN", "GB18030"), "tr_TR.UTF-8": ("tr_TR", "UTF-8"),
           "de_DE.UTF-8": ("de_DE", "UTF-8"), "ar_SA.UTF-8": ("ar_SA", "UTF-8"), "de_DE.ISO-8859-1": ("de_DE", "ISO-8859-1")}
SETTINGS = (
    *(Condition(f"locale_{name or 'empty'}", "B19", settings={"LC_ALL": name}) for name in LOCALES),
    Condition("no_home", "B14", settings={"HOME": None}),
    Condition("home_is_missing", "B14", settings={"HOME": "/nonexistent"}),
    Condition("home_is_empty", "B14", settings={"HOME": ""}),
    Condition("temporary_is_missing", "B12", settings={"TMPDIR": "/nonexistent"}),
    Condition("temporary_is_a_device", "B12", settings={"TMPDIR": "/dev/null"}),
    Condition("no_path", "B22", settings={"PATH": "/usr/bin:/bin", "CDPATH": "/:/tmp"}),
    Condition("terminal_is_dumb", "B8", settings={"TERM": "dumb"}),
    Condition("terminal_is_unknown", "B8", settings={"TERM": None}),
    Condition("no_colour", "B8", settings={"NO_COLOR": "1"}),
    Condition("one_column", "B8", settings={"COLUMNS": "1", "LINES": "1"}),
    Condition("columns_are_no_number", "B8", settings={"COLUMNS": "wide"}),
)
CONDITIONS = STREAMS + LIMITS + SETTINGS


def test_P22_the_tables_of_exit_codes_are_those_of_the_programs():
    """And of their help. docs/gating.md has those of the gate in a table of verdicts, in which each is the last cell."""
    harness = table_of_codes("harness/common/exit_codes.hpp", r"^ +exit_\w+ = (\d+),")
    analysis = table_of_codes("analysis/spargio_report/failures.py", r"^    [A-Z]+ = (\d+)")
    assert 4 in harness and 70 in analysis
    assert harness == DOCUMENTED["bench"] and analysis == DOCUMENTED["report"]
    assert table_of_codes("docs/gating.md", r"\| (\d+)(?:, or 3 with [^|]*)? \|$") == analysis
    for program, codes in ((BENCH, harness), (REPORT, analysis)):
        if program.exists():
            words = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout.partition("xit codes:")[2]
            assert {int(code) for code in re.findall(r"(?:^|[,;\s])(\d+) ", words)} == codes, words


def share(command: Command) -> int:
    """One in so many conditions: a start of Python is dear, and what measures takes its time."""
    if command.program == "report":
        return 55 if IS_THIN else 3
    if command.measures or command.line == "doctor":
        return 24 if IS_THIN else 2
    return 8 if IS_THIN else 1


def pairs(conditions):
    """(command, condition); the shares of two commands are different ones, so that every condition is met."""
    return [pytest.param(command, condition, id=f"{condition.number}-{condition.name}-{command.program}_{command.name}")
            for row, condition in enumerate(CONDITIONS) if condition in conditions for column, command in enumerate(COMMANDS)
            if (row + 7 * column) % share(command) == 0]


def test_P22_every_condition_meets_the_harness_and_every_command_some_condition():
    every = [pair.values for pair in pairs(CONDITIONS)]
    assert {command for command, _ in every} == set(COMMANDS)
    assert {condition.name for command, condition in every if command.program == "bench"} == {one.name for one in CONDITIONS}


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A folder with what the commands read: a result of three arms, and a gate for it."""
    if not BENCH.exists():
        pytest.skip(f"{BENCH} is not built")
    folder = tmp_path_factory.mktemp("made")
    words = ["run", "-w", "idle/park", "-b", "spargio", "-b", "threads", *TINY.split(), "-q", "-o", folder / "a.json"]
    done = subprocess.run([BENCH, *words], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    (folder / "rails.toml").write_text('[[gate]]\nid = "park"\nkind = "rival"\nworkload = "idle/park"\na = "spargio"\n'
                                       'b = "threads"\ntarget = 1000.0\ntolerance = 0.1\nwhy = "a test"\n')
    return folder


@pytest.fixture
def names(made, tmp_path):
    return {"result": str(made / "a.json"), "rails": str(made / "rails.toml"), "out": str(tmp_path / "out")}


def complete(path) -> bool:
    return json.loads(path.read_text())["run"]["status"] == "complete"


def swept(command: Command, condition: Condition, names, folder, wanted=None, under=()):
    ended = run_under(condition, [program_of(command), *words_of(command, names)], folder, under)
    check_end(command, condition, ended, wanted)
    return ended


@pytest.mark.parametrize("command, condition", pairs(STREAMS))
def test_P22_lost_words_cost_no_result_and_lie_about_none(command, condition, names, tmp_path):
    lost = "output" in condition.loses and not condition.reader_is_gone and command.prints
    wanted = {LOST_WORDS[command.program]} if lost and command.code == 0 else {command.code}
    if command.line == "doctor":
        wanted.add(4)  # what makes figures worthless
    swept(command, condition, names, tmp_path, wanted)
    if command.measures:
        assert complete(tmp_path / "out")


@pytest.mark.parametrize("command, condition", pairs(LIMITS))
def test_P22_a_small_limit_of_the_system_is_named_and_is_no_verdict(command, condition, names, tmp_path):
    ended = swept(command, condition, names, tmp_path)
    if command.measures and ended.code == 0:
        assert complete(tmp_path / "out")
    assert not list(tmp_path.glob("*.partial"))


@pytest.fixture(scope="session")
def locales(tmp_path_factory):
    """Makes a locale when it is first asked for, but in a thin run. The others stay names that the system does not know."""
    folder = tmp_path_factory.mktemp("locales")

    def make(name):
        if not IS_THIN and LOCALES.get(name) and not (folder / name).exists() and shutil.which("localedef"):
            source, letters = LOCALES[name]
            subprocess.run(["localedef", "-i", source, "-f", letters, folder / name], capture_output=True, check=False)
        return folder
    return make


@pytest.fixture(scope="session")
def usual(made, tmp_path_factory):
    """What a command prints when nothing is wrong."""
    folder = tmp_path_factory.mktemp("usual")

    @functools.cache
    def words(command):
        out = folder / str(COMMANDS.index(command))
        names = {"result": str(made / "a.json"), "rails": str(made / "rails.toml"), "out": str(out)}
        return run_under(Condition("usual"), [program_of(command), *words_of(command, names)], folder).out.replace(str(out), "OUT")
    return words


@pytest.mark.parametrize("command, condition", pairs(SETTINGS))
def test_P22_what_the_user_has_set_changes_neither_code_nor_words(command, condition, names, tmp_path, locales, usual, monkeypatch):
    name = condition.settings.get("LC_ALL", "C")
    monkeypatch.setenv("LOCPATH", str(locales(name)))
    ended = swept(command, condition, names, tmp_path, {command.code, 4} if command.line == "doctor" else {command.code})
    if not command.measures and command.line != "doctor":
        assert ended.out.replace(names["out"], "OUT") == usual(command)
