"""The tables: rows of plain text made once; `layout` lays them out for a terminal and for Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass

from spargio_report.compare.comparison import Comparison, Headline
from spargio_report.compare.standings import backends_of
from spargio_report.judge.verdict import SEVERITY, Verdict
from spargio_report.read.model import MACHINE_SUFFIX, Run
from spargio_report.statistics.estimate import case_value
from spargio_report.words.layout import markdown, terminal, wrapped
from spargio_report.words.wording import duration, memory, number, percent, ratio_line, ratio_short, verdict_line

__all__ = ["markdown", "terminal", "wrapped"]  # with what stands below, all that is said in rows

SEVERITY_ORDER = {word: place for place, word in enumerate(SEVERITY)}

PAIR_COLUMNS = ("case", "a", "b", "a / b", "a time/op", "a CPU/op", "b time/op", "b CPU/op", "CPU ratio",
                "by CPU state")
GATE_COLUMNS = ("gate", "a", "against", "verdict")
CASE_COLUMNS = ("case", "arm", "time/op", "CPU/op", "p50", "p95", "p99", "peak memory", "CPU while paused",
                "mind")
ABSENT_COLUMNS = ("case", "arm", "status", "why")


@dataclass(frozen=True)
class HeadlineTable:
    """`name`: of its place in a page. `rows`: the word of the whole row, and its cells; losses first."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def headline_tables(rows: Sequence[Headline]) -> list[HeadlineTable]:
    """What one gains over the runtime in use now, a column for each; apart from it the specialists, and the floor."""
    apart = any(row.floor for row in rows)
    general, specialists = backends_of(rows, "general"), backends_of(rows, "specialist")
    others = " and ".join([*(["the specialists"] if specialists else []), *(["the floor"] if apart else [])])
    found = []
    if general:
        found.append(_headline_table("headline", "Against each general runtime, lost cases first", rows, "general", general, False))
    if others:
        found.append(_headline_table("specialists", f"Against {others}, lost cases first", rows, "specialist", specialists, apart))
    return found


def _headline_table(name: str, title: str, rows: Sequence[Headline], standing: str, backends: tuple[str, ...], with_floor: bool) -> HeadlineTable:
    held = sorted((row.against(standing) for row in rows), key=lambda row: row.rank)
    shown = [row for row in held if row.rivals or (with_floor and row.floor)]
    columns = ("case", "arm", "time/op", "CPU/op", *backends, *(["CPU ratio"] if backends else []), *(["the floor"] if with_floor else []))
    return HeadlineTable(name, title, columns, tuple((row.word, _headline_cells(row, backends, with_floor)) for row in shown))


def _headline_cells(row: Headline, backends: tuple[str, ...], with_floor: bool) -> tuple[str, ...]:
    best = row.strongest
    some = best or row.floor
    return (row.group, row.a.arm, duration(some.a_wall_ns), duration(some.a_cpu_ns),
            *(_gain_cell(row.against_backend(backend)) for backend in backends),
            *([f"{cpu_ratio(best)} {best.b.backend}" if best else "–"] if backends else []),
            *([_gain_cell(row.floor)] if with_floor else []))


def _gain_cell(one: Comparison | None) -> str:
    """Short, since a row has many: the blocks, and what could have been seen, stand in the table of all pairs."""
    if one is None:
        return "–"
    knobs = one.b.arm.removeprefix(one.b.backend)
    return f"{ratio_short(one.ratio)} {one.word}" + (f" {knobs}" if knobs else "")


def pair_row(one: Comparison) -> tuple[str, ...]:
    return (one.group, one.a.arm, one.b.arm, ratio_line(one.ratio, one.word), duration(one.a_wall_ns),
            duration(one.a_cpu_ns), duration(one.b_wall_ns), duration(one.b_cpu_ns), cpu_ratio(one),
            state_text(one))


def cpu_ratio(one: Comparison) -> str:
    return ratio_short(one.cpu_ratio) if one.cpu_ratio else "–"


def state_text(one: Comparison) -> str:
    return ", ".join(f"{state} {number(value)}x (n={count})" for state, (value, count) in one.states.items())


def gate_row(verdict: Verdict) -> tuple[str, ...]:
    gate = verdict.gate
    line = verdict_line(verdict)
    if verdict.word == "INCONCLUSIVE" and verdict.estimate is not None:  # else the line is the reason
        line += f": {verdict.reason}"
    if verdict.word == "FAIL" and verdict.counts:
        line += ", confirmed: " + verdict.reason if verdict.confirmed else ", unconfirmed: one run makes no red"
    if verdict.by_way_of:
        line += f"; held against a file by way of {verdict.by_way_of}: weaker than a base build in the same blocks"
    if verdict.waiver:
        line += f" — waived until {verdict.waiver.until}: {verdict.waiver.reason}"
    machine = MACHINE_SUFFIX.search(verdict.group or "")
    return (gate.id, gate.a, (verdict.against or gate.b or "absolute") + (f" on {machine[1]}" if machine else ""), line)


def case_rows(run: Run) -> list[tuple[str, ...]]:
    """Medians over blocks."""
    codes: dict[str, list[str]] = {}
    for warning in run.warnings:
        codes.setdefault(warning.case, []).append(warning.code.replace("_", " "))
    rows = []
    for case in run.cases.values():
        if not case.measured:
            continue
        mind = codes.get(case.id, []) + ([f"slowed on purpose by {percent(case.injected)}"] if case.injected else [])
        latency = case.latency or {}
        rows.append((case.group, case.arm, duration(case_value(run, case, "wall_ns_per_operation")),
                     duration(case_value(run, case, "cpu_ns_per_operation")), duration(latency.get("p50_ns")),
                     duration(latency.get("p95_ns")), duration(latency.get("p99_ns")), memory(case.peak_rss_bytes), percent(case.paused_cpu_share),
                     ", ".join(mind) or "–"))
    return rows


def absent_rows(run: Run) -> list[tuple[str, ...]]:
    return [(case.group, case.arm, case.status, case.reason) for case in run.broken_cases + run.absent_cases]


def broken_rows(run: Run) -> list[tuple[str, ...]]:
    """Without the arms that cannot do the workload, or are not there: these are no fault."""
    return [row for row in absent_rows(run) if row[2] not in ("unsupported", "unavailable")]
