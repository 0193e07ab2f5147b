"""Help that teaches, complaints that show what was meant, completion (P22)."""

import shlex
import shutil
import subprocess

import pytest

from spargio_report.commands.cli import parser
from spargio_report.commands.teaching_parser import EXAMPLES

COMMANDS = sorted(parser().commands())


@pytest.mark.parametrize("command", COMMANDS)
def test_P22_the_help_of_a_command_has_examples_that_it_would_take(command, inside):
    ended = inside(command, "--help")
    assert ended.returncode == 0 and "examples:" in ended.stdout and EXAMPLES[command]
    for example in EXAMPLES[command]:
        assert f"\n  spargio-report {example}\n" in ended.stdout
        assert parser().parse_args(shlex.split(example)).command == command


@pytest.mark.parametrize("command", COMMANDS)
def test_P22_the_help_of_each_flag_says_what_it_does_and_its_default(command):
    for action in parser().commands()[command]._actions:
        text = parser().commands()[command]._get_formatter()._get_help_string(action)
        assert text, f"{command} {action.option_strings} has no help"
        if action.option_strings and action.default not in (None, False, "==SUPPRESS=="):
            assert "default" in text, f"{command} {action.option_strings}"


@pytest.mark.parametrize(("line", "words"), [
    ("gat x.json", "did you mean 'gate'"),
    ("gate x.json --junt y", "did you mean '--junit'"),
    ("gate x.json --junt=y", "did you mean '--junit'"),
    ("gate x.json --inconclusive=fial", "did you mean 'fail'"),
    ("plot x.json -o y --figure forrest", "did you mean 'forest'"),
    ("report x.json -o y --formats pgn", "none of png, svg, pdf"),
    ("completion bosh", "did you mean 'bash'"),
])
def test_P22_a_wrong_word_is_met_with_the_nearest_one(line, words, inside):
    ended = inside(*line.split())
    assert ended.returncode == 2 and words in ended.stderr and ended.stdout == ""


BASH = """
compopt() { :; }  # only there while a completion runs
complete() { registered="$*"; }
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_spargio_report
printf '%s\\n' "$registered" "${COMPREPLY[@]}"
"""


@pytest.fixture
def completed(tmp_path, inside):
    """What bash offers for a line whose last word is being typed."""
    (tmp_path / "completion").write_text(inside("completion", "bash").stdout)

    def complete(*words):
        ended = subprocess.run(["bash", "-euc", BASH, "bash", tmp_path / "completion", "spargio-report", *words],
                               cwd=tmp_path, capture_output=True, text=True, check=True)
        registered, *offered = ended.stdout.split("\n")
        assert registered.endswith("-F _spargio_report spargio-report") and not ended.stderr
        return {word for word in offered if word}
    return complete


def test_P22_bash_completes_every_command_and_every_flag_that_there_is(completed):
    assert completed("") == {*COMMANDS, "--help"}
    assert completed("com") == {"compare", "completion"}
    for command in COMMANDS:
        assert completed(command, "-") == set(parser().commands()[command].flags())


def test_P22_bash_completes_the_values_of_a_flag_and_folders(completed, tmp_path):
    assert completed("gate", "x.json", "--color", "a") == {"auto", "always"}
    assert completed("gate", "x.json", "--color", "=") == {"auto", "always", "never"}
    assert completed("gate", "x.json", "--color", "=", "al") == {"always"}
    assert completed("completion", "") == {"bash", "zsh", "fish"}
    (tmp_path / "folder").mkdir()
    assert completed("report", "x.json", "-o", "fo") == {"folder"}
    assert completed("gate", "x.json", "--junit", "") == set()  # bash offers files itself


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_P22_the_completion_of_another_shell_is_a_script_that_it_can_read(shell, tmp_path, inside):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "completion").write_text(inside("completion", shell).stdout)
    subprocess.run([shell, "-n", tmp_path / "completion"], check=True)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_P22_the_completion_of_another_shell_names_every_command_and_flag(shell, inside):
    text = inside("completion", shell).stdout
    for command in COMMANDS:
        for flag in parser().commands()[command].flags():
            spelt = flag if shell == "zsh" else f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"
            assert spelt in text, f"{command} {flag}"
