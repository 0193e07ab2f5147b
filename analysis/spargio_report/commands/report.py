"""`spargio-report report`: the page, the Markdown and the figures of a run."""

import argparse

from spargio_report.commands.common import after_measurement, load, writable_directory
from spargio_report.commands.flags import EPILOG, add_formats, add_guardrails, add_output
from spargio_report.compare.judged_run import judged_run
from spargio_report.failures import ExitCode
from spargio_report.judge.judging import judge_run
from spargio_report.judge.pairing import Asked
from spargio_report.read.guardrails import load_guardrails


def add_to(choice, parent: argparse.ArgumentParser) -> None:
    report = choice.add_parser("report", parents=[parent], epilog=EPILOG,
                               help="write index.html, report.md and the figures")
    add_output(report)
    add_guardrails(report)
    add_formats(report)
    report.set_defaults(run=lambda options: run(options.file, options.guardrails, options.output, options.formats))


def run(file: str, guardrails: str, output: str, formats: tuple[str, ...]) -> ExitCode:
    from spargio_report.report.report_files import write_report  # draws, and drawing takes its time to load
    judged = judged_run(judge_run(Asked(load(file), load_guardrails(guardrails))))
    for path in write_report(judged, writable_directory(output), formats):
        print(path)
    return after_measurement(judged.run)
