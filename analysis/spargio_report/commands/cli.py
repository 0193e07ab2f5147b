"""The commands of spargio-report. Results on stdout, everything else on stderr."""

from spargio_report.commands import compare, completion, gate, history, plot, report, selftest, verdict
from spargio_report.commands.flags import EPILOG, result_file
from spargio_report.commands.teaching_parser import TeachingParser, teach
from spargio_report.failures import ExitCode


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
    """The exit code of the command. Raises what `way_out` knows how to say: ReportError, OutputLost, KeyboardInterrupt."""
    try:
        options = parser().parse_args(arguments)
    except SystemExit as stop:  # argparse has said why
        return int(ExitCode.USAGE) if stop.code else int(ExitCode.OK)
    return int(options.run(options))
