"""What each command does: load, compare, judge, print or write."""

import fnmatch
import sys
from pathlib import Path

from spargio_report.compare.comparison import all_comparisons, chosen_pair, headlines
from spargio_report.failures import ExitCode, nearest, usage_error
from spargio_report.figures.kinds import FIGURE_KINDS
from spargio_report.judge.baseline import check_baseline, first_of_its_kind, save_baseline
from spargio_report.judge.confirm import confirm, doubt_fails, measure_canary
from spargio_report.judge.gates import exit_code, judge_all
from spargio_report.judge.measured_files import MeasuredFiles
from spargio_report.judge.more_blocks import decide_with_more_blocks
from spargio_report.read.guardrails import load_guardrails
from spargio_report.read.load import load_run
from spargio_report.read.model import Run
from spargio_report.words import ci_output
from spargio_report.words import tables
from spargio_report.words.sweep_words import sweep_verdict
from spargio_report.words.wording import canary_line, gate_summary, plain_verdict


def _note(text: str) -> None:
    print(f"spargio-report: {text}", file=sys.stderr)


def _load(path: str) -> Run:
    run = load_run(path)
    for note in run.notes:
        _note(note)
    if not run.is_complete:
        _note(f"{path} is marked {run.about.status}: not all that was planned was measured")
    return run


def _layout(options):
    """The table writer that the options ask for."""
    if options.format == "markdown":
        return tables.markdown
    colour = options.color == "always" or (options.color == "auto" and sys.stdout.isatty())
    return lambda columns, rows: tables.terminal(columns, rows, colour)


def _after_measurement(run: Run) -> ExitCode:
    """Losses are no failure of a report; cases that broke are."""
    return ExitCode.INVALID if run.broken_cases else ExitCode.OK


def compare(options) -> ExitCode:
    run = _load(options.file)
    if bool(options.a) != bool(options.b):
        raise usage_error("compare", "--a and --b stand only together", "name both arms, or neither")
    comparisons = _chosen(run, options)
    if options.workload:
        comparisons = _of_groups(run, comparisons, options.workload)
    table = _layout(options)
    rows = [] if options.a else headlines(run, comparisons)
    print("\n\n".join(plain_verdict(run, comparisons, rows, sweep_verdict(run))))
    if rows:
        print("\n" + _headline(options, rows))
    if options.all or not rows:
        ordered = sorted(comparisons, key=lambda one: one.rank)
        print("\n" + table(tables.PAIR_COLUMNS, [tables.pair_row(one) for one in ordered]))
    absent = tables.absent_rows(run)
    if absent:
        print("\n" + table(tables.ABSENT_COLUMNS, absent))
    return _after_measurement(run)


def _headline(options, rows) -> str:
    """A terminal is too narrow for the floor's column; `--all` has it."""
    width = len(tables.HEADLINE_COLUMNS) - (options.format == "terminal")
    return _layout(options)(tables.HEADLINE_COLUMNS[:width], [tables.headline_row(row)[:width] for row in rows])


def _chosen(run: Run, options):
    if not options.a:
        return all_comparisons(run)
    arms = {case.arm for case in run.cases.values()}
    for arm in (options.a, options.b):
        if arm not in arms:
            raise usage_error("compare", f"the run has no arm '{arm}'", nearest(arm, arms))
    comparisons = chosen_pair(run, options.a, options.b)
    if not comparisons:
        raise usage_error("compare", f"no case measured both '{options.a}' and '{options.b}'",
                          "name two arms of one case; `compare --all` lists the pairs")
    return comparisons


def _of_groups(run: Run, comparisons, pattern: str):
    kept = [one for one in comparisons if fnmatch.fnmatch(one.group, pattern) or pattern in one.group]
    if not kept:
        raise usage_error("compare", f"no compared case is named like '{pattern}'", nearest(pattern, run.groups))
    return kept


def gate(options) -> ExitCode:
    summary = ci_output.step_summary_path() if options.summary else None
    ci_output.check_outputs({"--junit": options.junit, "--markdown": options.markdown, "--summary": summary})
    if options.baseline and options.bench:
        raise usage_error("gate", "--baseline FILE stands with --bench, which measures again beside a base build",
                          "take one of them away; with --bench use spargio-bench run --baseline PATH")
    if options.keep and not options.bench:
        raise usage_error("gate", "--keep DIR stands only with --bench: without it nothing is measured",
                          "add --bench PATH, or leave --keep away")
    if options.keep:
        writable_directory(options.keep, "--keep")
    guardrails = load_guardrails(options.guardrails)
    run = _load(options.file)
    measured, baseline = run, None
    if options.baseline:
        baseline = _load(options.baseline)
        check_baseline(run, baseline, guardrails)
    if options.bench:
        with MeasuredFiles(options.keep, _note) as files:
            run, verdicts = decide_with_more_blocks(run, guardrails, options.bench, files, _note)
            canary = measure_canary(run, verdicts, options.bench, files, _note)
            if canary and canary.tripped:
                verdicts = doubt_fails(verdicts, canary)
            else:
                run, verdicts = confirm(run, verdicts, options.bench, files, _note)
    else:
        canary = None
        verdicts = judge_all(run, guardrails, baseline=baseline)
    if options.save_baseline and not baseline:
        verdicts = first_of_its_kind(run, verdicts)
    verdicts = sorted(verdicts, key=lambda one: tables.SEVERITY_ORDER[one.word])
    print(_layout(options)(tables.GATE_COLUMNS, [tables.gate_row(verdict) for verdict in verdicts]))
    absent = [row for row in tables.absent_rows(run) if row[2] not in ("unsupported", "unavailable")]
    if absent:
        print("\n" + _layout(options)(tables.ABSENT_COLUMNS, absent))
    if canary:
        print("\n" + canary_line(canary))
    print("\n" + gate_summary(verdicts))
    if options.junit:
        ci_output.write_junit(options.junit, verdicts, canary, run.broken_cases)
    text = ci_output.markdown_text(verdicts, canary, absent)
    if options.markdown:
        ci_output.write_markdown(options.markdown, text)
    if summary:
        ci_output.append_summary(summary, text)
    if options.save_baseline:
        save_baseline(measured, guardrails, verdicts, options.save_baseline)
        print(f"baseline {options.save_baseline}")
    return exit_code(verdicts, run, options.inconclusive == "fail", canary is not None and canary.tripped)


def report(options) -> ExitCode:
    from spargio_report.report.report_files import write_report
    run = _load(options.file)
    verdicts = judge_all(run, load_guardrails(options.guardrails))
    for path in write_report(run, verdicts, writable_directory(options.output), options.formats):
        print(path)
    return _after_measurement(run)


def plot(options) -> ExitCode:
    from spargio_report.figures.plan import left_out, write_figures
    run = _load(options.file)
    comparisons = all_comparisons(run, judge_all(run, load_guardrails(options.guardrails)))
    written = write_figures(run, comparisons, writable_directory(options.output), options.formats, options.figure)
    if not written:
        raise usage_error(options.file, f"holds nothing that a {options.figure} figure could show",
                          FIGURE_KINDS.get(options.figure, "measure two arms of one case in the same run"))
    if options.figure == "all":
        for kind, why in left_out(written):
            _note(f"no {kind} figure: {why}")
    for figure in written:
        for path in figure.paths:
            print(path)
    return ExitCode.OK


def selftest(options) -> ExitCode:
    from spargio_report.selftest.command import selftest as run_selftest
    if options.output:
        writable_directory(options.output)
    return run_selftest(options, _note)


def writable_directory(name: str, flag: str = "-o") -> Path:
    path = Path(name)
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise usage_error(str(path), f"cannot be written to: {error.strerror}",
                          f"name a folder that you may write to with {flag}") from None
    return path
