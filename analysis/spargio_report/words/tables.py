"""The tables: rows of plain text made once; `layout` lays them out for a terminal and for Markdown."""

from spargio_report.compare.comparison import Comparison, Headline
from spargio_report.judge.verdict import SEVERITY, Verdict
from spargio_report.read.model import MACHINE_SUFFIX, Run
from spargio_report.statistics.estimate import case_value
from spargio_report.words.layout import markdown, terminal, wrapped
from spargio_report.words.wording import duration, memory, number, percent, ratio_line, ratio_short, verdict_line

__all__ = ["markdown", "terminal", "wrapped"]  # with what stands below, all that is said in rows

SEVERITY_ORDER = {word: place for place, word in enumerate(SEVERITY)}

HEADLINE_COLUMNS = ("case", "arm", "time/op", "CPU/op", "against the strongest rival", "rival", "its time/op",
                    "its CPU/op", "CPU ratio", "against the floor")
PAIR_COLUMNS = ("case", "a", "b", "a / b", "a time/op", "a CPU/op", "b time/op", "b CPU/op", "CPU ratio",
                "by CPU state")
GATE_COLUMNS = ("gate", "a", "against", "verdict")
CASE_COLUMNS = ("case", "arm", "time/op", "CPU/op", "p50", "p99", "peak memory", "CPU while paused",
                "mind")
ABSENT_COLUMNS = ("case", "arm", "status", "why")


def headline_row(row: Headline) -> tuple[str, ...]:
    best, floor = row.strongest, row.floor
    some = best or floor
    return (row.group, row.a.arm, duration(some.a_wall_ns), duration(some.a_cpu_ns),
            ratio_line(best.ratio, row.word) if best else "no rival measured", best.b.arm if best else "–",
            duration(best.b_wall_ns) if best else "–", duration(best.b_cpu_ns) if best else "–",
            cpu_ratio(best) if best else "–", f"{ratio_short(floor.ratio)} {floor.b.arm}" if floor else "–")


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
                     duration(latency.get("p99_ns")), memory(case.peak_rss_bytes), percent(case.paused_cpu_share),
                     ", ".join(mind) or "–"))
    return rows


def absent_rows(run: Run) -> list[tuple[str, ...]]:
    return [(case.group, case.arm, case.status, case.reason) for case in run.broken_cases + run.absent_cases]


def broken_rows(run: Run) -> list[tuple[str, ...]]:
    """Without the arms that cannot do the workload, or are not there: these are no fault."""
    return [row for row in absent_rows(run) if row[2] not in ("unsupported", "unavailable")]
