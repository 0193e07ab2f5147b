"""`spargio-report plot`: the figures of a run alone."""

import argparse
from dataclasses import dataclass

from spargio_report.commands.common import load, note, writable_directory
from spargio_report.commands.flags import EPILOG, add_formats, add_guardrails, add_output
from spargio_report.compare.judged_run import judged_run
from spargio_report.failures import ExitCode, ReportError
from spargio_report.figures.kinds import FIGURE_KINDS
from spargio_report.judge.judging import judge_run
from spargio_report.judge.pairing import Asked
from spargio_report.read.guardrails import load_guardrails
from spargio_report.words.wording import build_doubts


@dataclass(frozen=True)
class Request:
    """`kind`: one of FIGURE_KINDS, or all."""

    file: str
    guardrails: str
    kind: str
    output: str
    formats: tuple[str, ...]


def add_to(choice, parent: argparse.ArgumentParser) -> None:
    plot = choice.add_parser("plot", parents=[parent], epilog=EPILOG, help="write the figures only")
    add_output(plot)
    plot.add_argument("--figure", choices=("all", *FIGURE_KINDS), default="all",
                      help="only this kind")
    add_guardrails(plot)
    add_formats(plot)
    plot.set_defaults(run=lambda options: run(Request(options.file, options.guardrails, options.figure, options.output,
                                                      options.formats)))


def run(request: Request) -> ExitCode:
    from spargio_report.figures.figure import left_out, write_figures  # drawing takes its time to load
    from spargio_report.figures.plan import plan
    run = load(request.file)
    for text in build_doubts(run):
        note(text)
    judged = judged_run(judge_run(Asked(run, load_guardrails(request.guardrails))))
    planned = [figure for figure in plan(judged) if request.kind in ("all", figure.kind)]
    written = write_figures(planned, writable_directory(request.output), request.formats)
    if not written and request.kind != "all":
        raise ReportError(ExitCode.INVALID, request.file, f"holds nothing that a {request.kind} figure could show",
                          FIGURE_KINDS[request.kind])
    if not written:
        note(f"{request.file} holds nothing that could be drawn: measure two arms of one case in the same run")
    if request.kind == "all":
        for kind, reason in left_out(written):
            note(f"no {kind} figure: {reason}")
    for figure in written:
        for path in figure.paths:
            print(path)
    return ExitCode.OK
