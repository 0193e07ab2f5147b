"""The commands of spargio-report. Results on stdout, everything else on stderr."""

import argparse
import sys
from pathlib import Path

from spargio_report import commands
from spargio_report.failures import ExitCode, ReportError

EPILOG = "Exit codes: 0 pass, 1 confirmed FAIL, 2 usage, 3 inconclusive (with --inconclusive=fail), " \
         "4 missing, invalid, crashed or wrong result."
PROJECT_GUARDRAILS = Path(__file__).resolve().parents[2] / "guardrails.toml"


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="spargio-report", epilog=EPILOG,
                                   description="Judges and draws the result files of spargio-bench.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("file", help="a result file of spargio-bench run")
    common.add_argument("-v", "--verbose", action="store_true", help="say which Python runs this")
    choice = root.add_subparsers(dest="command", required=True, metavar="COMMAND")

    compare = choice.add_parser("compare", parents=[common], epilog=EPILOG,
                                help="ratios with intervals: ours against every other arm, losses first")
    compare.add_argument("-w", "--workload", metavar="GLOB", help="only the cases of these groups")
    compare.add_argument("--a", metavar="ARM", help="this arm …")
    compare.add_argument("--b", metavar="ARM", help="… against this one, wherever both were measured")
    compare.add_argument("--all", action="store_true", help="every pair, not only the strongest rival of each case")
    compare.add_argument("--format", choices=("terminal", "markdown"), default="terminal")
    compare.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    compare.set_defaults(run=commands.compare)

    report = choice.add_parser("report", parents=[common], epilog=EPILOG,
                               help="write index.html, report.md and the figures")
    report.add_argument("-o", "--output", metavar="DIR", required=True)
    _add_guardrails(report)
    _add_formats(report)
    report.set_defaults(run=commands.report)

    gate = choice.add_parser("gate", parents=[common], epilog=EPILOG, help="hold the run against guardrails.toml")
    _add_guardrails(gate)
    gate.add_argument("--inconclusive", choices=("pass", "fail"), default="pass",
                      help="whether an inconclusive gate makes the exit code 3 (default: pass)")
    gate.add_argument("--bench", metavar="PATH", help="spargio-bench: ask it for more blocks of undecided gates, "
                      "up to 40 of each")
    gate.add_argument("--format", choices=("terminal", "markdown"), default="terminal")
    gate.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    gate.set_defaults(run=commands.gate)

    plot = choice.add_parser("plot", parents=[common], epilog=EPILOG, help="write the figures only")
    plot.add_argument("-o", "--output", metavar="DIR", required=True)
    plot.add_argument("--figure", choices=("all", "forest", "heatmap", "strips"), default="all")
    _add_guardrails(plot)
    _add_formats(plot)
    plot.set_defaults(run=commands.plot)
    return root


def _add_guardrails(command: argparse.ArgumentParser) -> None:
    command.add_argument("--guardrails", metavar="FILE", default=str(PROJECT_GUARDRAILS),
                         help="default: the project's guardrails.toml")


def _formats(text: str) -> tuple[str, ...]:
    formats = tuple(text.split(","))
    for name in formats:
        if name not in ("png", "svg", "pdf"):
            raise argparse.ArgumentTypeError(f"'{name}' is none of png, svg, pdf")
    return formats


def _add_formats(command: argparse.ArgumentParser) -> None:
    command.add_argument("--formats", type=_formats, default=("png", "svg"), metavar="LIST",
                         help="png, svg, pdf, with commas between (default: png,svg)")


def main(arguments: list[str]) -> int:
    try:
        options = parser().parse_args(arguments)
    except SystemExit as stop:  # argparse has said why
        return int(ExitCode.USAGE) if stop.code else int(ExitCode.OK)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        return int(options.run(options))
    except ReportError as error:
        print(f"spargio-report: {error}", file=sys.stderr)
        return int(error.code)
    except BrokenPipeError:
        sys.stderr.close()
        return int(ExitCode.OK)
    except KeyboardInterrupt:
        return 130
