"""The commands of spargio-report. Results on stdout, everything else on stderr."""

import sys

from spargio_report.commands import compare, completion, gate, history, plot, report, selftest, verdict
from spargio_report.commands.flags import EPILOG, result_file
from spargio_report.commands.teaching_parser import TeachingParser, teach
from spargio_report.failures import ExitCode, ReportError
from spargio_report.judge.harness import INTERRUPTED


def parser() -> TeachingParser:
    root = TeachingParser(prog="spargio-report", epilog=EPILOG,
                          description="Judges and draws the result files of spargio-bench.")
    choice = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in (compare, report, gate, verdict, plot):
        command.add_to(choice, result_file())
    selftest.add_to(choice)
    history.add_to(choice)
    completion.add_to(choice, root)
    teach(root)
    return root


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
