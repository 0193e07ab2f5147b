"""`spargio-report verdict`: ten lines, the general runtimes first; the page and the other commands have the rest."""

import argparse
from dataclasses import dataclass

from spargio_report.commands.common import load
from spargio_report.commands.flags import EPILOG, add_guardrails
from spargio_report.compare.comparison import all_comparisons, headlines
from spargio_report.compare.gains import gains_of
from spargio_report.failures import ExitCode
from spargio_report.judge.judging import judge
from spargio_report.judge.pairing import Asked, pair
from spargio_report.judge.sampling import sample
from spargio_report.read.guardrails import load_guardrails
from spargio_report.words.verdict_words import ten_lines


@dataclass(frozen=True)
class Request:
    file: str
    guardrails: str


def add_to(choice, parent: argparse.ArgumentParser) -> None:
    verdict = choice.add_parser("verdict", parents=[parent], epilog=EPILOG,
                                help="the run and its gates in ten lines; exit codes as of gate")
    add_guardrails(verdict)
    verdict.set_defaults(run=lambda options: run(Request(options.file, options.guardrails)))


def run(request: Request) -> ExitCode:
    measured = load(request.file)
    judged = judge(sample(pair(Asked(measured, load_guardrails(request.guardrails)))))
    comparisons = all_comparisons(measured)
    print("\n".join(ten_lines(judged, headlines(measured, comparisons), gains_of(measured, comparisons))))
    return judged.exit_code(inconclusive_fails=False)
