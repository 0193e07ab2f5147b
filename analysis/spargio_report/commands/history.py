"""`spargio-report history`: reads many result files, sound ones or not, and says where ratios changed."""

import argparse
import fnmatch
import re
from dataclasses import dataclass
from pathlib import Path

from spargio_report.commands.common import TableForm, note, writable_directory
from spargio_report.commands.flags import EPILOG, add_formats, add_guardrails, add_table_form, add_verbose
from spargio_report.compare.series import Series, Settings, find_changes, series_of
from spargio_report.failures import ExitCode, ReportError, nearest, usage_error
from spargio_report.read.guardrails import Guardrails, load_guardrails
from spargio_report.read.load import load_run
from spargio_report.read.model import Run
from spargio_report.words import history_words
from spargio_report.words.wording import build_doubts

OWN_OUTPUT = re.compile(r'\s*\{\s*"history"')


@dataclass(frozen=True)
class Choice:
    """Which series are shown: of these groups, watched by a gate or every pair, changed or steady as well."""

    groups: str | None
    all_pairs: bool
    steady: bool


@dataclass(frozen=True)
class Request:
    files: tuple[str, ...]
    guardrails: str
    settings: Settings
    choice: Choice
    form: TableForm
    output: str | None
    formats: tuple[str, ...]


def add_to(choice) -> None:
    history = choice.add_parser("history", epilog=EPILOG, help="where the ratios of many runs changed",
                                description="One value a run, in the order of time; change points by E-divisive.")
    history.add_argument("files", nargs="+", metavar="DIR|FILE", help="result files, or folders with them")
    add_verbose(history)
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
    add_table_form(history, ("terminal", "markdown", "json"), "form of what is printed")
    add_guardrails(history)
    add_formats(history)
    history.set_defaults(run=lambda options: run(request_of(options)))


def request_of(options: argparse.Namespace) -> Request:
    return Request(tuple(options.files), options.guardrails,
                   _checked(Settings(options.level, options.least_runs, options.permutations, options.seed)),
                   Choice(options.workload, options.all, options.steady), TableForm(options.format, options.color),
                   options.output, options.formats)


def _checked(settings: Settings) -> Settings:
    if not 0 < settings.level < 1:
        raise usage_error("--level", f"{settings.level:g} is no chance of error", "give one between 0 and 1, as 0.01")
    if settings.least_runs < 2:
        raise usage_error("--least-runs", "a stretch of one run has no spread", "give 2 or more")
    if settings.seed < 0:
        raise usage_error("--seed", "is negative", "give 0 or more")
    if (settings.permutations + 1) * settings.level < 1:
        raise usage_error("--permutations", f"{settings.permutations} orders cannot show a chance of "
                          f"{settings.level:g}", f"give at least {int(1 / settings.level)}")
    return settings


def run(request: Request) -> ExitCode:
    runs, spoilt = _load_all(_files(request.files))
    guardrails = load_guardrails(request.guardrails)
    chosen = [find_changes(series, request.settings)
              for series in _chosen(series_of(runs, guardrails), request.choice, guardrails)]
    show(chosen, request)
    if request.output:
        from spargio_report.report.history_files import write_history  # draws, and drawing takes its time to load
        folder = writable_directory(request.output)
        for path in write_history(chosen, request.settings, folder, request.formats):
            note(f"wrote {path}")
    return ExitCode.INVALID if spoilt else ExitCode.OK


def show(chosen: list[Series], request: Request) -> None:
    form, steady = request.form, request.choice.steady
    if form.format == "json":
        print(history_words.json_text(chosen, request.settings), end="")
    elif form.format == "markdown":
        print(history_words.markdown_text(chosen, request.settings, steady))
    else:
        print(history_words.terminal_text(chosen, request.settings, steady, form.table,
                                          lambda paragraph: form.text([paragraph])))


def _files(names: tuple[str, ...]) -> list[Path]:
    """Of a folder every .json below it, but for the histories that this command wrote there."""
    found: dict[Path, Path] = {}
    for name in map(Path, names):
        inside = sorted(path for path in name.rglob("*.json") if path.is_file()) if name.is_dir() else [name]
        inside = [path for path in inside if not (name.is_dir() and _is_own_output(path))]
        if not inside:
            raise usage_error(str(name), "holds no result file", "name a folder with files of spargio-bench run")
        for path in inside:
            found.setdefault(path.resolve(), path)
    return list(found.values())


def _is_own_output(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return OWN_OUTPUT.match(file.read(80)) is not None
    except OSError:
        return False  # what cannot be read is said when it is loaded


def _load_all(paths: list[Path]) -> tuple[list[Run], int]:
    """The sound ones; what is wrong with each of the others is said. One bad night does not hide the rest."""
    runs: dict[str, Run] = {}
    errors: list[ReportError] = []
    for path in paths:
        try:
            run = load_run(path)
        except ReportError as error:
            errors.append(error)
            continue
        name = run.about.id
        if name in runs:
            note(f"{path} is the same run as {runs[name].path} ({name}) and counts once")
            continue
        runs[name] = run
        for text in build_doubts(run):
            note(f"{path}: {text}")
    for error in errors:
        note(str(error))
    if not runs:
        raise errors[0]
    if errors:
        note(f"{len(errors)} of {len(paths)} files are left out, and the exit code is {int(ExitCode.INVALID)}")
    return list(runs.values()), len(errors)


def _chosen(found: list[Series], choice: Choice, guardrails: Guardrails) -> list[Series]:
    if not found:
        note("no run measured two arms in the same blocks, so there is no ratio to follow: measure two arms of one case")
        return []
    if choice.groups:
        kept = [one for one in found if fnmatch.fnmatch(one.key.group, choice.groups)
                or choice.groups in one.key.group]
        if not kept:
            raise usage_error("history", f"no compared case is named like '{choice.groups}'",
                              nearest(choice.groups, [one.key.group for one in found]))
        found = kept
    if choice.all_pairs:
        return found
    watched = [one for one in found if one.gates]
    if not watched:
        note(f"no gate of {guardrails.path} watches any of these pairs: all of them are shown")
    return watched or found
