"""Help with examples and defaults, and complaints that show the nearest names."""

import argparse
import re
import textwrap

from spargio_report.failures import nearest

# Of each command; a test parses every one of them.
EXAMPLES = {
    "compare": ["compare run.json", "compare run.json --all -w 'ping_pong/*'",
                "compare run.json --a spargio --b asio --format markdown"],
    "report": ["report run.json -o report", "report run.json -o report --guardrails rails.toml --formats svg"],
    "gate": ["gate run.json --guardrails rails.toml",
             "gate run.json --guardrails rails.toml --bench build/release/harness/spargio-bench --junit gates.xml",
             "gate run.json --bench build/release/harness/spargio-bench --inconclusive=fail --summary"],
    "verdict": ["verdict run.json", "verdict run.json --guardrails rails.toml"],
    "plot": ["plot run.json -o figures", "plot run.json -o figures --figure forest --formats pdf"],
    "selftest": ["selftest --quick", "selftest --bench build/release/harness/spargio-bench -o selftest"],
    "history": ["history results/nightly", "history results/nightly -w 'net/*' --steady -o history"],
    "completion": ["completion bash", "completion fish"],
}


class TeachingFormatter(argparse.HelpFormatter):
    """Says the default of each option that has one; keeps the lines of the examples."""

    def _get_help_string(self, action):
        text = action.help or ""
        if action.option_strings and isinstance(action.default, (str, int, float)) and not isinstance(action.default, bool) \
                and action.default != argparse.SUPPRESS and "default" not in text:
            text += " (default: %(default)s)"
        return text

    def _fill_text(self, text, width, indent):
        return "\n\n".join(part if part.startswith("examples:") else textwrap.fill(part, width, initial_indent=indent,
                                                                                  subsequent_indent=indent)
                           for part in text.split("\n\n"))


class TeachingParser(argparse.ArgumentParser):
    """argparse lists what is legal; this shows what was meant."""

    def __init__(self, **settings):
        super().__init__(formatter_class=TeachingFormatter, allow_abbrev=False, **settings)

    def error(self, message: str):
        wrong = re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message)
        if wrong:
            legal = re.findall(r"'(.*?)'", wrong[2])
            message = re.sub(r" \(choose from .*\)", f"; {nearest(wrong[1], legal)}", message)
        super().error(message)

    def parse_args(self, args=None, namespace=None):
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            of = self.commands().get(getattr(options, "command", None), self)
            flag = next((word for word in unknown if word.startswith("-")), None)
            hint = f"; {nearest(flag.split('=')[0], of.flags())}" if flag else ""
            of.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        self._refuse_empty(options)
        return options

    def _refuse_empty(self, options: argparse.Namespace) -> None:
        """An empty word is a variable of a script that was not set, never a name that somebody meant."""
        of = self.commands().get(getattr(options, "command", None), self)
        for action in of._actions:
            given = getattr(options, action.dest, None)
            if given == "" or (isinstance(given, (list, tuple)) and "" in given):
                of.error(f"argument {'/'.join(action.option_strings) or action.metavar or action.dest}: is empty; "
                         "name something, or leave it away")

    def commands(self) -> dict[str, "TeachingParser"]:
        chosen = [action for action in self._actions if isinstance(action, argparse._SubParsersAction)]
        return chosen[0].choices if chosen else {}

    def flags(self) -> list[str]:
        return [name for action in self._actions for name in action.option_strings]


def teach(root: TeachingParser) -> None:
    """Puts the examples of every command before its exit codes."""
    for name, command in root.commands().items():
        lines = "".join(f"\n  spargio-report {example}" for example in EXAMPLES.get(name, []))
        command.epilog = "\n\n".join(part for part in (lines and f"examples:{lines}", command.epilog) if part)
