"""A history as a table, as Markdown, as JSON and as a figure."""

import json

from spargio_report.compare.series import Change, Point, Series, Settings
from spargio_report.read.text import written_name
from spargio_report.words import tables
from spargio_report.words.wording import factor_text, ratio_short

CHANGE_COLUMNS = ("case", "a", "b", "gates", "change", "between", "before", "after", "p", "changed as well")
STEADY_COLUMNS = ("case", "a", "b", "gates", "runs", "a / b over all runs")
FORMAT_VERSION = 1


def change_row(series: Series, change: Change) -> tuple[str, ...]:
    return (series.key.group, series.key.a, series.key.b, ", ".join(series.gates) or "–", factor_text(change.factor),
            f"{change.last_before.label} and {change.first_after.label}",
            f"{ratio_short(change.before.ratio)} n={len(change.before.points)}",
            f"{ratio_short(change.after.ratio)} n={len(change.after.points)}", f"{change.p:.3f}",
            "; ".join(change.also_changed) or "–")


def steady_row(series: Series) -> tuple[str, ...]:
    last = series.stretches[-1]
    return (series.key.group, series.key.a, series.key.b, ", ".join(series.gates) or "–", str(len(series.points)),
            ratio_short(last.ratio))


def by_machine(all_series: list[Series]) -> dict[str, list[Series]]:
    machines: dict[str, list[Series]] = {}
    for series in all_series:
        machines.setdefault(series.key.machine, []).append(series)
    return machines


def text(all_series: list[Series], settings: Settings, with_steady: bool, table, heading, words=str) -> str:
    """`table` lays out columns and rows, `heading` a line above them, `words` a paragraph."""
    parts = []
    for machine, some in by_machine(all_series).items():
        parts.append(heading(f"Machine: {machine}"))
        parts.append(words(summary(some, settings)))
        changed = sorted((series for series in some if series.changes), key=lambda one: -one.worst_factor)
        if changed:
            parts.append(table(CHANGE_COLUMNS, [change_row(series, change)
                                                for series in changed for change in series.changes]))
        steady = [series for series in some if not series.changes]
        if steady and with_steady:
            parts.append(table(STEADY_COLUMNS, [steady_row(series) for series in steady]))
    return "\n\n".join(parts)


def summary(some: list[Series], settings: Settings) -> str:
    """What was looked at, what came out, and what chance alone would do."""
    runs = {point.run_id for series in some for point in series.points}
    least = 2 * settings.least_runs
    able = [series for series in some if len(series.points) >= least]
    changed = [series for series in able if series.changes]
    said = f"{_count(len(some), 'series')} of {_count(len(runs), 'run')}"
    if len(runs) > 1:
        points = [point for series in some for point in series.points]
        said += f", from {min(points, key=_when).label} to {max(points, key=_when).label}"
    if not able:
        return said + f". None has the {least} runs that finding a change needs; the longest has " \
                      f"{max(len(series.points) for series in some)}."
    said += f". {len(changed)} changed" if changed else ". No change was found"
    if len(able) < len(some):
        said += f" ({len(some) - len(able)} have fewer than the {least} runs that finding one needs)"
    return said + (f". At the level of {settings.level * 100:g} % chance alone would show about "
                   f"{settings.level * len(able):.2g} of {len(able)} as changed.")


def _when(point: Point) -> tuple[int, str]:
    return point.started_unix_ns, point.run_id


def _count(number_of: int, noun: str) -> str:
    return f"{number_of} {noun}" + ("" if number_of == 1 or noun == "series" else "s")


def terminal_text(all_series, settings, with_steady, table, words) -> str:
    """`table` lays out columns and rows, `words` a paragraph."""
    return text(all_series, settings, with_steady, table, words, words)


def markdown_text(all_series, settings, with_steady=True) -> str:
    return text(all_series, settings, with_steady, tables.markdown, lambda line: f"## {line}")


def json_text(all_series: list[Series], settings: Settings) -> str:
    document = {"history": FORMAT_VERSION, "level": settings.level, "least_runs": settings.least_runs,
                "permutations": settings.permutations, "seed": settings.seed,
                "series": [_series_document(series) for series in all_series]}
    return json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def _series_document(series: Series) -> dict:
    return {"machine": series.key.machine, "case": series.key.group, "a": series.key.a, "b": series.key.b,
            "metric": series.key.metric, "gates": list(series.gates),
            "runs": [{"run": point.run_id, "file": written_name(point.path), "started_unix_ns": point.started_unix_ns,
                      "revision": point.revision, "dirty": point.dirty, **_ratio_document(point.ratio)}
                     for point in series.points],
            "changes": [{"last_run_before": change.last_before.run_id, "first_run_after": change.first_after.run_id,
                         "factor": change.factor, "p": change.p, "before": _ratio_document(change.before.ratio),
                         "after": _ratio_document(change.after.ratio), "changed_as_well": change.also_changed}
                        for change in series.changes]}


def _ratio_document(ratio) -> dict:
    """Of a run, n counts its blocks; of a stretch, its runs."""
    return {"ratio": ratio.value, "low": ratio.low if ratio.has_interval else None,
            "high": ratio.high if ratio.has_interval else None, "n": ratio.blocks}
