"""Writes a report: the figures, report.md and one self-contained index.html."""

from datetime import UTC, datetime
from pathlib import Path

import jinja2

from spargio_report.compare.judged_run import JudgedRun
from spargio_report.figures.figure import Figure, left_out, write_figures
from spargio_report.figures.plan import plan
from spargio_report.judge.verdict import Verdict
from spargio_report.read.model import Run
from spargio_report.words import tables
from spargio_report.words.standing_words import backend_rows, standing_words, trust
from spargio_report.words.sweep_words import sweep_verdict
from spargio_report.words.wording import gate_summary, plain_verdict

TEMPLATES = Path(__file__).resolve().parent / "templates"
MEGABYTE = 1_000_000
PAGE_LIMIT_BYTES = 3 * MEGABYTE
FRAME_BYTES = 1_500  # more than the markup round a figure takes
SHOWN_ENTRIES = 11  # of a column; what comes after them stands in one run of words below


def write_report(judged: JudgedRun, folder: Path, formats: tuple[str, ...]) -> list[Path]:
    """Returns what it wrote, the page first."""
    figures = write_figures(plan(judged), folder, formats)
    content = _content(judged, figures)
    page, text = folder / "index.html", folder / "report.md"
    page.write_text(_page(content), encoding="utf-8")
    text.write_text(_render("report.md.j2", content).rstrip() + "\n", encoding="utf-8")
    return [page, text, *(path for figure in figures for path in figure.paths)]


def _page(content: dict) -> str:
    """Drops the last figures from the page, never from the folder, where it would grow too heavy to mail."""
    everything = {**content, **_page_tables(content)}
    shown, size = [], len(_render("report.html.j2", {**everything, "shown": []}).encode())
    for figure in content["figures"]:
        size += len(_embedded(figure)) + FRAME_BYTES + len(figure.title) + len(figure.caption)
        if size < PAGE_LIMIT_BYTES:
            shown.append(figure)
    return _render("report.html.j2", {**everything, "shown": shown})


def _embedded(figure: Figure) -> str:
    return figure.packed if figure.picture.suffix == ".svg" else figure.data_uri


def _page_tables(content: dict) -> dict:
    """The rows in the one form that the page's table macro takes: (word, cells)."""
    def plain(rows):
        return [("", row) for row in rows]

    return {
        "gate_rows": [(word, (*cells, why)) for word, why, cells in content["gates"]],
        "case_table": [("", (*cells, case.repro)) for case, cells in content["cases"]],
        "absent_table": plain(content["absent"]), "warning_table": plain(content["warnings"]),
        "block_table": plain(content["blocks"]), "environment_table": plain(content["environment"]),
        "backend_table": plain((one.name, one.kind, one.version, one.summary)
                               for one in content["run"].backends.values()),
        "method": _render("method.txt.j2", content).strip().split("\n"),
    }


def _render(name: str, content: dict) -> str:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), trim_blocks=True, lstrip_blocks=True,
                                     undefined=jinja2.StrictUndefined, autoescape=name.endswith(".html.j2"))
    environment.filters["table"] = lambda rows, columns: tables.markdown(columns, rows)
    return environment.get_template(name).render(content)


def _content(judged: JudgedRun, figures: list[Figure]) -> dict:
    run, verdicts, comparisons, rows = judged.run, judged.verdicts, judged.comparisons, judged.headlines
    ordered = sorted(comparisons, key=lambda one: (one.is_repeat, one.place))
    measured = [gate for gate in verdicts if gate.group is not None]
    return {
        "run": run, "about": run.about, "tool": run.tool, "title": run.about.title or run.about.id,
        "started": _moment(run.about.started_unix_ns), "figures": figures, "left_out": left_out(figures),
        "verdict": plain_verdict(run, comparisons, rows, sweep_verdict(run)), "standings": standing_words(rows),
        "backend_rows": backend_rows,
        "trust": trust(run, comparisons, rows), "shown_entries": SHOWN_ENTRIES,
        "headlines": tables.headline_tables(rows),
        "pair_columns": tables.PAIR_COLUMNS,
        "pairs": [(one.word, tables.pair_row(one)) for one in ordered],
        "gate_columns": tables.GATE_COLUMNS,
        "gates": [(_gate_class(gate), gate.gate.why, tables.gate_row(gate))
                  for gate in sorted(measured, key=lambda gate: tables.SEVERITY_ORDER[gate.word])],
        "gates_elsewhere": len(verdicts) - len(measured), "gate_summary": gate_summary(measured) if measured else None,
        "case_columns": tables.CASE_COLUMNS,
        "cases": list(zip((case for case in run.cases.values() if case.measured),
                          tables.case_rows(run))),
        "absent_columns": tables.ABSENT_COLUMNS, "absent": tables.absent_rows(run),
        "warnings": [(one.code, one.case or "the whole run", one.text) for one in run.warnings],
        "environment": [(f"{machine.name}: {name}" if len(run.machines) > 1 else name, _value(value))
                        for machine in run.machines for key, value in machine.environment.facts.items()
                        for name in [key.replace("_", " ")]],
        "machines": "; ".join(dict.fromkeys(f"{machine.words}, kernel {machine.environment.kernel or 'not known'}"
                                            for machine in run.machines)),
        "blocks": _block_facts(run),
    }


def _gate_class(verdict: Verdict) -> str:
    once = verdict.word == "FAIL" and verdict.counts and not verdict.confirmed
    return "fail unconfirmed" if once else verdict.word


def _block_facts(run: Run) -> list[tuple[str, ...]]:
    """Per case: how many blocks counted, in which state of the CPUs, and how many were dropped."""
    rows = []
    for group in run.groups:
        blocks = run.blocks_of(group)
        count = {state: sum(block.state == state for block in blocks)
                 for state in ("near", "far", "changed", "unknown")}
        rows.append((group, str(len(blocks)), str(count["near"]), str(count["far"]), str(count["changed"]),
                     str(count["unknown"]), str(len(run.dropped_of(group)))))
    return rows


def _moment(unix_ns: int) -> str:
    return datetime.fromtimestamp(unix_ns / 1e9, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _value(value) -> str:
    if value is None:
        return "not known"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {item}" for key, item in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
