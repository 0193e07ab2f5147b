"""Flags that several commands share, and the epilogue of their help."""

import argparse
from pathlib import Path

EPILOG = "Exit codes: 0 pass, 1 confirmed FAIL, 2 usage, 3 unconfirmed FAIL (one file alone), or inconclusive " \
         "(with --inconclusive=fail), 4 missing, invalid, crashed or wrong result, 5 the canary tripped, " \
         "70 broken down (a defect, a full disk, a limit): no verdict, 130 interrupted."
PROJECT_GUARDRAILS = Path(__file__).resolve().parents[3] / "guardrails.toml"


def result_file() -> argparse.ArgumentParser:
    """The parent of every command that reads one result file."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("file", help="a result file of spargio-bench run")
    add_verbose(common)
    return common


def add_verbose(command: argparse.ArgumentParser) -> None:
    command.add_argument("-v", "--verbose", action="store_true", help="say which Python runs this")


def add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument("-o", "--output", metavar="DIR", required=True, help="folder for what is written; made if need be")


def add_table_form(command: argparse.ArgumentParser, formats: tuple[str, ...] = ("terminal", "markdown"),
                   purpose: str = "form of the table on standard output") -> None:
    command.add_argument("--format", choices=formats, default="terminal", help=purpose)
    command.add_argument("--color", choices=("auto", "always", "never"), default="auto",
                         help="auto: colours on a terminal only")


def add_guardrails(command: argparse.ArgumentParser) -> None:
    command.add_argument("--guardrails", metavar="FILE", default=str(PROJECT_GUARDRAILS),
                         help="default: the project's guardrails.toml")


def add_formats(command: argparse.ArgumentParser) -> None:
    command.add_argument("--formats", type=_formats, default=("png", "svg"), metavar="LIST",
                         help="png, svg, pdf, with commas between (default: png,svg)")


def _formats(text: str) -> tuple[str, ...]:
    formats = tuple(text.split(","))
    for name in formats:
        if name not in ("png", "svg", "pdf"):
            raise argparse.ArgumentTypeError(f"'{name}' is none of png, svg, pdf")
    return formats
