"""`spargio-report compare`: the verdict in words, then ours against each general runtime, the specialists and the floor, losses first."""

import argparse
import fnmatch
from dataclasses import dataclass

from spargio_report.commands.common import TableForm, after_measurement, load
from spargio_report.commands.flags import EPILOG, add_table_form
from spargio_report.compare.comparison import Comparison, Headline, all_comparisons, chosen_pair, headlines
from spargio_report.failures import ExitCode, nearest, usage_error
from spargio_report.read.model import Run
from spargio_report.words import tables
from spargio_report.words.sweep_words import sweep_verdict
from spargio_report.words.wording import plain_verdict


@dataclass(frozen=True)
class Request:
    """`arms`: the one pair that is asked for, else every pair. `groups`: a pattern or a part of their names."""

    file: str
    arms: tuple[str, str] | None
    groups: str | None
    all_pairs: bool
    form: TableForm


def add_to(choice, parent: argparse.ArgumentParser) -> None:
    compare = choice.add_parser("compare", parents=[parent], epilog=EPILOG,
                                help="ratios with intervals: ours against every other arm, losses first")
    compare.add_argument("-w", "--workload", metavar="GLOB", help="only the cases of these groups")
    compare.add_argument("--a", metavar="ARM", help="this arm …")
    compare.add_argument("--b", metavar="ARM", help="… against this one, wherever both were measured")
    compare.add_argument("--all", action="store_true", help="every pair, with the blocks and what could have been seen")
    add_table_form(compare)
    compare.set_defaults(run=lambda options: run(request_of(options)))


def request_of(options: argparse.Namespace) -> Request:
    if bool(options.a) != bool(options.b):
        raise usage_error("compare", "--a and --b stand only together", "name both arms, or neither")
    return Request(options.file, (options.a, options.b) if options.a else None, options.workload, options.all,
                   TableForm(options.format, options.color))


def run(request: Request) -> ExitCode:
    measured = load(request.file)
    comparisons = _asked_for(measured, request)
    rows = [] if request.arms else headlines(measured, comparisons)
    show(measured, comparisons, rows, request)
    return after_measurement(measured)


def show(run: Run, comparisons: list[Comparison], rows: list[Headline], request: Request) -> None:
    table = request.form.table
    print(request.form.text(plain_verdict(run, comparisons, rows, sweep_verdict(run))))
    for one in tables.headline_tables(rows):
        print(f"\n{one.title}:\n\n" + table(one.columns, [cells for _, cells in one.rows]))
    if request.all_pairs or not rows:
        ordered = sorted(comparisons, key=lambda one: one.place)
        print("\n" + table(tables.PAIR_COLUMNS, [tables.pair_row(one) for one in ordered]))
    absent = tables.absent_rows(run)
    if absent:
        print("\n" + table(tables.ABSENT_COLUMNS, absent))


def _asked_for(run: Run, request: Request) -> list[Comparison]:
    comparisons = _of_arms(run, *request.arms) if request.arms else all_comparisons(run)
    return _of_groups(run, comparisons, request.groups) if request.groups else comparisons


def _of_arms(run: Run, a: str, b: str) -> list[Comparison]:
    arms = {case.arm for case in run.cases.values()}
    for arm in (a, b):
        if arm not in arms:
            raise usage_error("compare", f"the run has no arm '{arm}'", nearest(arm, arms))
    comparisons = chosen_pair(run, a, b)
    if not comparisons:
        raise usage_error("compare", f"no case measured both '{a}' and '{b}'",
                          "name two arms of one case; `compare --all` lists the pairs")
    return comparisons


def _of_groups(run: Run, comparisons: list[Comparison], pattern: str) -> list[Comparison]:
    kept = [one for one in comparisons if fnmatch.fnmatch(one.group, pattern) or pattern in one.group]
    if not kept:
        raise usage_error("compare", f"no compared case is named like '{pattern}'", nearest(pattern, run.groups))
    return kept
