"""`completion bash|zsh|fish`: what the shell needs to complete spargio-report, made from its own parser."""

import argparse
from dataclasses import dataclass

from spargio_report.failures import ExitCode

SHELLS = ("bash", "zsh", "fish")
FOLDER_WORDS = ("DIR",)
FILE_WORDS = ("FILE", "PATH", "DIR|FILE")


@dataclass(frozen=True)
class Flag:
    names: tuple[str, ...]
    takes: str  # nothing, one of `choices`, a file, a folder, or a value that nobody can guess
    choices: tuple[str, ...]
    help: str


def add_to(choice, root) -> None:
    completion = choice.add_parser("completion", help="print what a shell needs to complete these commands",
                                   description="For bash: source <(spargio-report completion bash), in ~/.bashrc. For zsh the same "
                                   "after compinit, in ~/.zshrc. For fish: spargio-report completion fish | source.")
    completion.add_argument("shell", choices=SHELLS, help="whose form it is to have")
    completion.set_defaults(run=lambda options: print(script(root, options.shell), end="") or ExitCode.OK)


def script(root, shell: str) -> str:
    """`root` is the parser of spargio-report."""
    table = {name: _flags(command) for name, command in root.commands().items()}
    helps = {action.dest: action.help for action in _commands_action(root)._choices_actions}
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](table, helps)


def _commands_action(root):
    return next(action for action in root._actions if isinstance(action, argparse._SubParsersAction))


def _flags(command) -> list[Flag]:
    flags = []
    for action in command._actions:
        words = tuple(str(choice) for choice in action.choices or ())
        if action.nargs == 0:
            takes = "nothing"
        elif words:
            takes = "choice"
        else:
            takes = "folder" if action.metavar in FOLDER_WORDS else \
                "file" if action.metavar in FILE_WORDS or not action.option_strings else "value"
        text = " ".join((action.help or "").split()).replace("%(default)s", str(action.default))
        flags.append(Flag(tuple(action.option_strings), takes, words, text))
    return flags


def _names(flags: list[Flag]) -> str:
    return " ".join(name for flag in flags for name in flag.names)


def _cases(table: dict[str, list[Flag]], line) -> list[str]:
    """A line of `case` for every flag that takes something, and for positional arguments with choices."""
    return [line(command, flag) for command, flags in table.items() for flag in flags if flag.names and flag.takes != "nothing"]


def _positional_words(flags: list[Flag]) -> str:
    return " ".join(word for flag in flags if not flag.names for word in flag.choices)


def _bash(table: dict[str, list[Flag]], helps: dict[str, str]) -> str:
    def case(command, flag):
        pattern = " | ".join(f'"{command} {name}"' for name in flag.names)
        action = {"choice": f'COMPREPLY=($(compgen -W "{" ".join(flag.choices)}" -- "$word")); compopt +o default',
                "folder": 'COMPREPLY=($(compgen -d -- "$word")); compopt -o filenames', "file": ":",
                "value": "compopt +o default"}[flag.takes]
        return f"    {pattern}) {action}; return ;;"
    own = [f'    {name}) words="{_names(flags)}"; plain="{_positional_words(flags)}" ;;' for name, flags in table.items()]
    return "\n".join([
        "# Completes spargio-report in bash. Made by: spargio-report completion bash",
        "_spargio_report() {",
        "    local IFS=$' \\t\\n' word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words plain",
        "    # --flag=value comes as three words",
        "    if [[ $word == = ]]; then word=; elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD - 2]}; fi",
        "    COMPREPLY=()",
        "    if ((COMP_CWORD == 1)); then",
        f'        COMPREPLY=($(compgen -W "{" ".join(table)} --help" -- "$word"))',
        "        return",
        "    fi",
        '    case "${COMP_WORDS[1]} $before" in',
        *_cases(table, case),
        "    esac",
        '    case "${COMP_WORDS[1]}" in',
        *own,
        "    esac",
        "    if [[ $word == -* ]]; then plain=$words; fi",
        '    if [[ -n $plain ]]; then COMPREPLY=($(compgen -W "$plain" -- "$word")); fi',
        "}",
        "complete -o default -F _spargio_report spargio-report", ""])


def _zsh(table: dict[str, list[Flag]], helps: dict[str, str]) -> str:
    def case(command, flag):
        pattern = "|".join(f"'{command} {name}'" for name in flag.names)
        action = {"choice": f"compadd -- {' '.join(flag.choices)}", "folder": "_files -/", "file": "_files",
                "value": ":"}[flag.takes]
        return f"    ({pattern}) {action}; return ;;"
    own = [f"    ({name}) words_here=({_names(flags)}); plain=({_positional_words(flags)}) ;;"
           for name, flags in table.items()]
    return "\n".join([
        "#compdef spargio-report",
        "# Completes spargio-report in zsh. Made by: spargio-report completion zsh",
        "_spargio_report() {",
        "    local -a words_here plain",
        f"    if (( CURRENT == 2 )); then compadd -- {' '.join(table)} --help; return; fi",
        '    case "$words[2] $words[CURRENT-1]" in',
        *_cases(table, case),
        "    esac",
        '    case "$words[2]" in',
        *own,
        "    esac",
        '    if [[ $words[CURRENT] == -* ]]; then compadd -- $words_here; elif (( $#plain )); then compadd -- $plain',
        "    else _files; fi",
        "}",
        "compdef _spargio_report spargio-report", ""])


def _fish(table: dict[str, list[Flag]], helps: dict[str, str]) -> str:
    def quoted(text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    lines = ["# Completes spargio-report in fish. Made by: spargio-report completion fish"]
    for name in table:
        lines.append(f"complete -c spargio-report -n __fish_use_subcommand -f -a {name} -d {quoted(helps.get(name) or '')}")
    for command, flags in table.items():
        seen = f"-n '__fish_seen_subcommand_from {command}'"
        for flag in flags:
            takes = {"nothing": "", "choice": f" -x -a '{' '.join(flag.choices)}'", "file": " -r -F",
                     "folder": " -x -a '(__fish_complete_directories)'", "value": " -x"}[flag.takes]
            if not flag.names:
                if flag.choices:
                    lines.append(f"complete -c spargio-report {seen} -f -a '{' '.join(flag.choices)}'")
                continue
            spelt = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in flag.names)
            lines.append(f"complete -c spargio-report {seen} {spelt}{takes} -d {quoted(flag.help)}")
    return "\n".join(lines) + "\n"
