"""`spargio-report history`: reads many result files, sound ones or not, and says where ratios changed."""

import fnmatch
import re
import sys
from pathlib import Path

from spargio_report.compare.series import Series, Settings, find_changes, series_of
from spargio_report.failures import ExitCode, ReportError, nearest, usage_error
from spargio_report.read.guardrails import Guardrails, load_guardrails
from spargio_report.read.load import load_run
from spargio_report.read.model import Run
from spargio_report.words import history_words

OWN_OUTPUT = re.compile(r'\s*\{\s*"history"')


def _note(text: str) -> None:
    print(f"spargio-report: {text}", file=sys.stderr)


def history(options) -> ExitCode:
    settings = _settings(options)
    runs, spoilt = _load_all(_files(options.files))
    guardrails = load_guardrails(options.guardrails)
    chosen = _choose(series_of(runs, guardrails), options, guardrails)
    for series in chosen:
        find_changes(series, settings)
    if options.format == "json":
        print(history_words.json_text(chosen, settings), end="")
    elif options.format == "markdown":
        print(history_words.markdown_text(chosen, settings, options.steady))
    else:
        colour = options.color == "always" or (options.color == "auto" and sys.stdout.isatty())
        print(history_words.terminal_text(chosen, settings, options.steady, colour))
    if options.output:
        from spargio_report.commands.commands import writable_directory
        from spargio_report.report.history_files import write_history
        for path in write_history(chosen, settings, writable_directory(options.output), options.formats):
            _note(f"wrote {path}")
    return ExitCode.INVALID if spoilt else ExitCode.OK


def _settings(options) -> Settings:
    settings = Settings(options.level, options.least_runs, options.permutations, options.seed)
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


def _files(names: list[str]) -> list[Path]:
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
            _note(f"{path} is the same run as {runs[name].path} ({name}) and counts once")
            continue
        runs[name] = run
    for error in errors:
        _note(str(error))
    if not runs:
        raise errors[0]
    if errors:
        _note(f"{len(errors)} of {len(paths)} files are left out, and the exit code is {int(ExitCode.INVALID)}")
    return list(runs.values()), len(errors)


def _choose(found: list[Series], options, guardrails: Guardrails) -> list[Series]:
    if not found:
        raise usage_error("history", "no run measured two arms in the same blocks", "measure two arms of one case")
    if options.workload:
        kept = [one for one in found if fnmatch.fnmatch(one.key.group, options.workload)
                or options.workload in one.key.group]
        if not kept:
            raise usage_error("history", f"no compared case is named like '{options.workload}'",
                              nearest(options.workload, [one.key.group for one in found]))
        found = kept
    if options.all:
        return found
    watched = [one for one in found if one.gates]
    if not watched:
        _note(f"no gate of {guardrails.path} watches any of these pairs: all of them are shown")
    return watched or found
