"""The commands of spargio-report. Results on stdout, everything else on stderr."""

import argparse
import sys
from pathlib import Path

from spargio_report.commands import commands
from spargio_report.commands import history as history_command
from spargio_report.commands.completion import SHELLS, script
from spargio_report.commands.teaching_parser import TeachingParser, teach
from spargio_report.failures import ExitCode, ReportError
from spargio_report.figures.kinds import FIGURE_KINDS
from spargio_report.judge.more_blocks import INTERRUPTED
from spargio_report.selftest import command as selftest_command

EPILOG = "Exit codes: 0 pass, 1 confirmed FAIL, 2 usage, 3 unconfirmed FAIL (one file alone), or inconclusive " \
         "(with --inconclusive=fail), 4 missing, invalid, crashed or wrong result, 5 the canary tripped, " \
         "130 interrupted."
PROJECT_GUARDRAILS = Path(__file__).resolve().parents[3] / "guardrails.toml"


def parser() -> TeachingParser:
    root = TeachingParser(prog="spargio-report", epilog=EPILOG,
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
    compare.add_argument("--format", choices=("terminal", "markdown"), default="terminal",
                         help="form of the table on standard output")
    compare.add_argument("--color", choices=("auto", "always", "never"), default="auto",
                         help="auto: colours on a terminal only")
    compare.set_defaults(run=commands.compare)

    report = choice.add_parser("report", parents=[common], epilog=EPILOG,
                               help="write index.html, report.md and the figures")
    report.add_argument("-o", "--output", metavar="DIR", required=True, help="folder for what is written; made if need be")
    _add_guardrails(report)
    _add_formats(report)
    report.set_defaults(run=commands.report)

    gate = choice.add_parser("gate", parents=[common], epilog=EPILOG, help="hold the run against guardrails.toml")
    _add_guardrails(gate)
    gate.add_argument("--baseline", metavar="FILE", help="hold gates of kind self against this result file, measured "
                      "before on this machine, by way of an anchor arm that both hold (weaker than a base build in "
                      "the same blocks: spargio-bench run --baseline PATH)")
    gate.add_argument("--save-baseline", metavar="FILE", help="keep this run for a later --baseline, unless a gate failed "
                      "or something is missing that gates of kind self need")
    gate.add_argument("--inconclusive", choices=("pass", "fail"), default="pass",
                      help="whether an inconclusive gate makes the exit code 3 (default: pass)")
    gate.add_argument("--bench", metavar="PATH", help="spargio-bench: ask it for more blocks of undecided gates, "
                      "up to 40 of each, to measure a FAIL again from zero, and for a canary (one arm against itself)")
    gate.add_argument("--keep", metavar="DIR", help="with --bench: leave the matrices and results of what is measured "
                      "there; without it they are removed, but for those of an error or an interruption")
    gate.add_argument("--format", choices=("terminal", "markdown"), default="terminal",
                      help="form of the table on standard output")
    gate.add_argument("--color", choices=("auto", "always", "never"), default="auto",
                      help="auto: colours on a terminal only")
    gate.add_argument("--junit", metavar="FILE", help="write JUnit XML: a test case for every gate")
    gate.add_argument("--markdown", metavar="FILE", help="write the summary and the table of gates as Markdown")
    gate.add_argument("--summary", action="store_true", help="append the same to $GITHUB_STEP_SUMMARY")
    gate.set_defaults(run=commands.gate)

    plot = choice.add_parser("plot", parents=[common], epilog=EPILOG, help="write the figures only")
    plot.add_argument("-o", "--output", metavar="DIR", required=True, help="folder for what is written; made if need be")
    plot.add_argument("--figure", choices=("all", *FIGURE_KINDS), default="all",
                      help="only this kind")
    _add_guardrails(plot)
    _add_formats(plot)
    plot.set_defaults(run=commands.plot)
    _add_selftest(choice)
    _add_history(choice)
    completion = choice.add_parser("completion", help="print what a shell needs to complete these commands",
                                   description="For bash: source <(spargio-report completion bash), in ~/.bashrc. For zsh the same "
                                   "after compinit, in ~/.zshrc. For fish: spargio-report completion fish | source.")
    completion.add_argument("shell", choices=SHELLS, help="whose form it is to have")
    completion.set_defaults(run=lambda options: print(script(root, options.shell), end="") or ExitCode.OK)
    teach(root)
    return root


def _add_history(choice) -> None:
    history = choice.add_parser("history", epilog=EPILOG, help="where the ratios of many runs changed",
                                description="One value a run, in the order of time; change points by E-divisive.")
    history.add_argument("files", nargs="+", metavar="DIR|FILE", help="result files, or folders with them")
    history.add_argument("-v", "--verbose", action="store_true", help="say which Python runs this")
    history.add_argument("-w", "--workload", metavar="GLOB", help="only the cases of these groups")
    history.add_argument("--all", action="store_true", help="every pair, not only those that a gate watches")
    history.add_argument("--steady", action="store_true", help="list the series without a change as well")
    history.add_argument("--level", type=float, default=0.01, metavar="P",
                         help="chance that a series without a change shows one (default: 0.01)")
    history.add_argument("--least-runs", type=int, default=6, metavar="N",
                         help="runs on each side of a change (default: 6, the fewest that have an interval)")
    history.add_argument("--permutations", type=int, default=499, metavar="N", help="random orders (default: 499)")
    history.add_argument("--seed", type=int, default=1, metavar="N", help="of the random orders (default: 1)")
    history.add_argument("-o", "--output", metavar="DIR", help="write history.md, history.json and the figure there")
    history.add_argument("--format", choices=("terminal", "markdown", "json"), default="terminal",
                         help="form of what is printed")
    history.add_argument("--color", choices=("auto", "always", "never"), default="auto",
                         help="auto: colours on a terminal only")
    _add_guardrails(history)
    _add_formats(history)
    history.set_defaults(run=history_command.history)


def _add_selftest(choice) -> None:
    """It reads a recording of its own, no result file."""
    selftest = choice.add_parser(
        "selftest", epilog="Exit codes: 0 no goal is missed beyond doubt, 2 usage, 4 a file or the harness is at fault, "
        "5 a goal is missed.", help="prove the gate: how often it errs, on replays, live, and on spoilt files")
    selftest.add_argument("--bench", metavar="PATH", help="spargio-bench: also try the gate live, one arm against itself "
                          "and slowed down on purpose, with and without a process that takes one CPU")
    selftest.add_argument("--quick", action="store_true", help="a tenth of the replays and two live trials of each kind")
    selftest.add_argument("--seed", type=int, default=1, help="of the replays (default: 1)")
    selftest.add_argument("-o", "--output", metavar="DIR", help="write selftest.json and the power curve there")
    selftest.add_argument("--recorded", metavar="FILE", default=str(selftest_command.RECORDING),
                          help="block series of A/A runs; default: the project's own")
    selftest.add_argument("--base", metavar="FILE", default=str(selftest_command.BASE),
                          help="the result file to spoil; default: the project's reference run")
    selftest.add_argument("--record", metavar="FILE", help="measure one arm against itself with --bench, and keep the "
                          "block series there, for replays; nothing else is done")
    selftest.add_argument("--blocks", type=int, default=60, help="blocks of each case with --record (default: 60)")
    selftest.add_argument("-v", "--verbose", action="store_true", help="say which Python runs this")
    selftest.set_defaults(run=commands.selftest)


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
    except KeyboardInterrupt as stop:
        print("spargio-report: interrupted" + (f"; {stop}" if str(stop) else ""), file=sys.stderr)
        return INTERRUPTED
