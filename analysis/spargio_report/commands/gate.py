"""`spargio-report gate`: load, pair, sample, judge, ask for more, confirm, write; each stage takes what the one before made."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from spargio_report.commands.common import TableForm, load, note, writable_directory
from spargio_report.commands.flags import EPILOG, add_guardrails, add_table_form
from spargio_report.failures import ExitCode, usage_error
from spargio_report.judge.baseline import as_first_baseline, check_baseline, save_baseline
from spargio_report.judge.canary import doubt_by_canary
from spargio_report.judge.confirm import confirm
from spargio_report.judge.harness import Harness, check_one_machine
from spargio_report.judge.judged import Judged
from spargio_report.judge.judging import judge
from spargio_report.judge.measured_files import MeasuredFiles
from spargio_report.judge.more_blocks import ask_for_more
from spargio_report.judge.pairing import Asked, pair
from spargio_report.judge.sampling import sample
from spargio_report.outputs import check_outputs, goes_to_standard_output
from spargio_report.read.guardrails import load_guardrails
from spargio_report.words import ci_output, tables
from spargio_report.words.wording import build_doubts, canary_line, gate_summary


@dataclass(frozen=True)
class Inputs:
    file: str
    guardrails: str
    baseline: str | None
    bench: str | None


@dataclass(frozen=True)
class Outputs:
    """`summary`: the file that $GITHUB_STEP_SUMMARY names, if it is to be written."""

    form: TableForm
    junit: str | None
    markdown: str | None
    summary: str | None
    baseline: str | None

    @property
    def files(self) -> list[str]:
        return [name for name in (self.junit, self.markdown, self.summary, self.baseline) if name]


@dataclass(frozen=True)
class Request:
    inputs: Inputs
    outputs: Outputs
    keep: str | None
    inconclusive_fails: bool


def add_to(choice, parent: argparse.ArgumentParser) -> None:
    gate = choice.add_parser("gate", parents=[parent], epilog=EPILOG, help="hold the run against guardrails.toml")
    add_guardrails(gate)
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
    add_table_form(gate)
    gate.add_argument("--junit", metavar="FILE", help="write JUnit XML: a test case for every gate")
    gate.add_argument("--markdown", metavar="FILE", help="write the summary and the table of gates as Markdown")
    gate.add_argument("--summary", action="store_true", help="append the same to $GITHUB_STEP_SUMMARY")
    gate.set_defaults(run=lambda options: run(request_of(options)))


def request_of(options: argparse.Namespace) -> Request:
    """Refuses flags that exclude each other, and outputs that could not be written, before anything is read or measured."""
    summary = ci_output.step_summary_path() if options.summary else None
    baseline = options.save_baseline if options.save_baseline and Path(options.save_baseline).parent.exists() else None  # else made later
    check_outputs({"--junit": options.junit, "--markdown": options.markdown, "--summary": summary, "--save-baseline": baseline})
    if options.baseline and options.bench:
        raise usage_error("gate", "--baseline FILE stands with --bench, which measures again beside a base build",
                          "take one of them away; with --bench use spargio-bench run --baseline PATH")
    if options.keep and not options.bench:
        raise usage_error("gate", "--keep DIR stands only with --bench: without it nothing is measured",
                          "add --bench PATH, or leave --keep away")
    if options.keep:
        writable_directory(options.keep, "--keep")
    return Request(Inputs(options.file, options.guardrails, options.baseline, options.bench),
                   Outputs(TableForm(options.format, options.color), options.junit, options.markdown, summary,
                           options.save_baseline),
                   options.keep, options.inconclusive == "fail")


def run(request: Request) -> ExitCode:
    asked = ask(request.inputs)
    judged = judge(sample(pair(asked)))
    if request.inputs.bench:
        with MeasuredFiles(request.keep, note) as files:
            harness = Harness(request.inputs.bench, files, note)
            decided = ask_for_more(judged, harness)
            doubted = doubt_by_canary(decided, harness)
            judged = confirm(doubted, harness)
    if request.outputs.baseline and not asked.baseline:
        judged = as_first_baseline(judged)
    # What is written to standard output stands there alone.
    words = sys.stderr if any(map(goes_to_standard_output, request.outputs.files)) else sys.stdout
    show(judged, request.outputs.form, words)
    write(judged, request.outputs)
    if request.outputs.baseline:
        save_baseline(asked.run, judged, request.outputs.baseline)
        print(f"baseline {request.outputs.baseline}", file=words)
    return judged.exit_code(request.inconclusive_fails)


def ask(inputs: Inputs) -> Asked:
    guardrails = load_guardrails(inputs.guardrails)
    asked = Asked(load(inputs.file), guardrails, in_looks=inputs.bench is not None)
    if inputs.baseline:
        asked = Asked(asked.run, guardrails, baseline=load(inputs.baseline))
        check_baseline(asked)
    if inputs.bench:
        check_one_machine(asked.run)
    return asked


def show(judged: Judged, form: TableForm, words) -> None:
    said = [form.table(tables.GATE_COLUMNS, [tables.gate_row(verdict) for verdict in judged.by_severity])]
    broken = tables.broken_rows(judged.run)
    if broken:
        said.append(form.table(tables.ABSENT_COLUMNS, broken))
    if judged.canary:
        said.append(form.text([canary_line(judged.canary)]))
    print("\n\n".join([*said, form.text([*build_doubts(judged.run), gate_summary(judged.verdicts)])]), file=words)


def write(judged: Judged, outputs: Outputs) -> None:
    if outputs.junit:
        ci_output.write_junit(outputs.junit, judged)
    text = ci_output.markdown_text(judged)
    if outputs.markdown:
        ci_output.write_markdown(outputs.markdown, text)
    if outputs.summary:
        ci_output.append_summary(outputs.summary, text)
