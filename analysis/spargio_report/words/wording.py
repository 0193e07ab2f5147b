"""Numbers and verdicts in words. A ratio has one form everywhere (M14)."""

from spargio_report.compare.comparison import Comparison, Headline
from spargio_report.compare.standings import Standing, standings
from spargio_report.judge.verdict import MISSING, Verdict
from spargio_report.read.model import Run, Tool
from spargio_report.statistics.estimate import Estimate


def number(value: float) -> str:
    """Three figures, and never fewer than two decimals below ten."""
    if value >= 100:
        return f"{value:.0f}"
    if value >= 10:
        return f"{value:.1f}"
    if value >= 0.1 or value == 0:
        return f"{value:.2f}"
    return f"{value:#.2g}"


def bound(value: float) -> str:
    """A bound close to 1 gets as many decimals as show on which side of it it lies."""
    decimals = 2
    while decimals < 6 and value != 1 and round(value, decimals) == 1:
        decimals += 1
    return number(value) if decimals == 2 else f"{value:.{decimals}f}"


def limit_number(value: float) -> str:
    """Up to four decimals, at least two: a limit is a chosen number and is not rounded."""
    whole, _, decimals = f"{value:.4f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def duration(ns: float | None) -> str:
    if ns is None:
        return "–"
    for size, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if ns >= size:
            return f"{ns / size:.3g} {unit}" if ns < 1000 * size else f"{ns / size:.0f} {unit}"
    return f"{ns:.3g} ns"


def percent(share: float | None) -> str:
    if share is None:
        return "–"
    if abs(share) >= 1:
        return f"{share * 100:.0f} %"
    return f"{share * 100:.1f} %" if abs(share) >= 0.001 or share == 0 else f"{share * 100:#.2g} %"


def memory(size: int | None) -> str:
    return "–" if size is None else f"{size / 1048576:.1f} MiB"


def _interval(estimate: Estimate, form) -> str:
    return f"[{form(estimate.low)}, {form(estimate.high)}]" if estimate.has_interval else "[no interval]"


def _seen(estimate: Estimate) -> str:
    if estimate.detectable is None:
        return "could have seen nothing: fewer than 6 blocks"
    return f"could have seen {percent(estimate.detectable)}"


def ratio_short(estimate: Estimate) -> str:
    return f"{number(estimate.value)}x {_interval(estimate, bound)}"


def factor_text(factor: float) -> str:
    """By how much a ratio changed, and to which side."""
    return f"{number(factor)}x {'worse' if factor > 1 else 'better'}"


def ratio_line(estimate: Estimate, word: str, limit: float | None = None) -> str:
    """`0.94x [0.91, 0.97] n=20 PASS (limit 1.10, could have seen 1.4 %)`"""
    held = f"limit {limit_number(limit)}, " if limit is not None else ""
    return f"{ratio_short(estimate)} n={estimate.blocks} {word} ({held}{_seen(estimate)})"


def verdict_line(verdict: Verdict) -> str:
    if verdict.estimate is None:
        return f"{verdict.word}: {verdict.reason}"
    if verdict.gate.is_ratio:
        return ratio_line(verdict.estimate, verdict.word, verdict.gate.limit)
    form = duration if verdict.metric.endswith("_ns_per_operation") else percent
    found = verdict.estimate
    return (f"{form(found.value)} {_interval(found, form)} n={found.blocks} {verdict.word} "
            f"(limit {form(verdict.gate.limit)}, {_seen(found)})")


def comparison_line(one: Comparison) -> str:
    return ratio_line(one.ratio, one.word)


def _cpu_cost(one: Comparison) -> str:
    if one.cpu_ratio is None or one.judged_by_cpu:
        return ""
    return f" at {number(one.cpu_ratio.value)}x the CPU time"


def _against(one: Comparison) -> str:
    verb = {"FASTER": "takes", "SLOWER": "takes", "CHEAPER": "uses", "DEARER": "uses"}.get(one.word, "takes")
    judged = "CPU time" if one.judged_by_cpu else "time"
    return f"{one.group} {verb} {ratio_short(one.ratio)} the {judged} of {one.b.arm}{_cpu_cost(one)}"


def _dearer(won: list[Headline]) -> list[Headline]:
    """Wins that cost more CPU time per operation than the rival they are held against."""
    return [row for row in won if not row.strongest.judged_by_cpu and row.strongest.cpu_ratio
            and row.strongest.cpu_ratio.word == "SLOWER"]


def cost_of_wins(won: list[Headline]) -> str:
    dear = _dearer(won)
    most = max(dear, key=lambda row: row.strongest.cpu_ratio.value, default=None)
    return (f"In {len(dear)} of its {len(won)} wins it uses more CPU time per operation than the strongest "
            f"of them (at most {number(most.strongest.cpu_ratio.value)}x, in {most.group})." if dear else
            "No win is bought with more CPU time per operation than the strongest of them uses.")


NOUNS = {"general": "general runtime", "specialist": "specialist"}


def score(standing: Standing) -> str:
    lost, won, unsure = standing.lost, standing.won, standing.unsure
    text = (f"{standing.arm} is ahead of every {NOUNS[standing.against]} ({', '.join(standing.backends)}) in {len(won)} of "
            f"{cases(standing.cases)}")
    text += f", behind at least one in {len(lost)}" if lost else ", behind in none"
    return text + (f", and {len(unsure)} could not be decided." if unsure else ".")


def _in_full(standing: Standing) -> str:
    """Who won what, by how much, at what CPU cost: all losses by name, of the wins the largest and the smallest."""
    lost, won = standing.lost, standing.won
    text = [score(standing)]
    if lost:
        text.append("It is behind where " + "; ".join(_against(row.strongest) for row in lost) + ".")
    if won:
        text.append("It wins by most where " + _against(won[0].strongest)
                    + (", by least where " + _against(won[-1].strongest) if len(won) > 1 else "") + ".")
        text.append(cost_of_wins(won))
    return " ".join(text)


def _in_short(standing: Standing) -> str:
    behind = f" It is behind where {'; '.join(_against(row.strongest) for row in standing.lost)}." if standing.lost else ""
    return score(standing) + behind


def cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"


def plain_verdict(run: Run, comparisons: list[Comparison], rows: list[Headline], swept: str | None = None) -> list[str]:
    """Paragraphs; the first alone says who won what, by how much, at what CPU cost, and what is not sure: against the general
    runtimes first, then against the specialists.

    `swept`: the verdict of a sweep, which stands first instead."""
    held = standings(rows)
    if swept:
        first = swept
    elif not held:
        first = "; ".join(f"{one.a.arm}: {_against(one)} ({one.word})" for one in comparisons) + "." \
            if comparisons else "No two arms were measured in the same blocks: there is nothing to compare."
    else:
        foremost, *others = held
        unsure = [row for standing in held for row in standing.unsure]
        first = " ".join([_in_full(foremost), *map(_in_short, others), _unsure(unsure, sum(standing.cases for standing in held))])
    return [first, " ".join(doubts(run, comparisons))]


SHOWN_DOUBTS = 4  # more of them would bury what the paragraph says


def _unsure(some: list[Headline], total: int) -> str:
    """`some` of `total` comparisons with the strongest rival of a class."""
    blind = [row for row in some if not row.strongest.ratio.has_interval]
    if blind:
        most = max(row.strongest.ratio.blocks for row in blind)
        return (f"Not sure: every one of the {_comparisons(len(blind))}; they have at most {_blocks(most)}, "
                f"and an interval needs 6." if len(blind) == total else
                f"Not sure: {_comparisons(len(some))}, {len(blind)} of them with fewer than the 6 blocks that an "
                f"interval needs; the table marks them UNSURE.")
    if not some:
        return "Not sure: nothing between these arms; what limits the figures stands below."
    listed = [f"{row.group}, {row.a.arm} against {row.strongest.b.arm}, {ratio_line(row.strongest.ratio, 'UNSURE')}"
              for row in some[:SHOWN_DOUBTS]]
    more = [f"and {len(some) - SHOWN_DOUBTS} more, marked UNSURE in the table"] if len(some) > SHOWN_DOUBTS else []
    return "Not sure: " + "; ".join(listed + more) + "."


def _comparisons(count: int) -> str:
    return "1 comparison" if count == 1 else f"{count} comparisons"


def _blocks(count: int) -> str:
    return "1 block" if count == 1 else f"{count} blocks"


def doubts(run: Run, comparisons: list[Comparison]) -> list[str]:
    """What a reader should not take for certain."""
    said = [f"The A/A pair {one.b.arm} in {one.group} came out at {ratio_short(one.ratio)}"
             + (": one and the same program looks like two, so distrust small differences of this run."
                if one.word == "DIFFERS" else ", which contains 1 as it should.")
             for one in comparisons if one.is_repeat and one.ratio.has_interval]
    said += build_doubts(run) + _taken_away(run) + _state_doubts(run)
    few = min((one.ratio.blocks for one in comparisons), default=0)
    if comparisons and few < 10:
        said.append(f"Some comparisons rest on only {_blocks(few)}; no gate decides on fewer than 10.")
    if run.broken_cases:
        said.append("Without a figure because something went wrong: "
                    + "; ".join(f"{case.id} ({case.status})" for case in run.broken_cases) + ".")
    if len(run.machines) > 1:
        said.append(f"The file joins the results of {len(run.machines)} machines ("
                    + "; ".join(f"{one.name}: {one.words}" for one in run.machines)
                    + "); no ratio here is taken across two of them.")
    if run.about.missing_shards:
        said.append(f"It was merged without {' and '.join(run.about.missing_shards)} of its shards.")
    if not run.is_complete:
        said.append(f"The run is marked {run.about.status}: not all that was planned was measured.")
    said.append("Ratios are taken within blocks of a few seconds and hold on this machine; "
                "absolute times drift two to three fold with the state of its CPUs.")
    return said


# What the harness warns of when the machine, or a part of it, was not the run's alone.
TAKEN_AWAY = ("single_cpu", "few_cpus", "cpus_changed", "cpu_quota", "nice")


def _taken_away(run: Run) -> list[str]:
    return list(dict.fromkeys(one.text for one in run.warnings if one.code in TAKEN_AWAY))[:SHOWN_DOUBTS]


OPTIMISED = ("Release", "RelWithDebInfo", "MinSizeRel")


def build_doubts(run: Run) -> list[str]:
    """What the programs were built with that nobody ships, so that their figures are none of a release."""
    base = run.about.base_build.tool if run.about.base_build else None
    said = [f"{name} was built {odd}: its figures say little of an optimised build."
            for name, tool in (("The program that measured", run.tool), ("The base build", base)) if tool
            for odd in [_odd_build(tool)] if odd]
    if base and base.build_type and run.tool.build_type and base.build_type != run.tool.build_type:
        said.append(f"The base build is of type {base.build_type}, this one of type {run.tool.build_type}: their ratio shows that, "
                    "and not the change between them.")
    return said


def _odd_build(tool: Tool) -> str | None:
    flags = (tool.compiler_flags or "").split()
    optimised = tool.build_type in OPTIMISED or any(flag in ("-O1", "-O2", "-O3", "-Os", "-Ofast") for flag in flags)
    odd = [] if optimised and "-O0" not in flags else ["without optimisation" + (f" ({tool.build_type})" if tool.build_type else "")]
    return " and ".join(odd + [f"with {flag}" for flag in flags if flag.startswith("-fsanitize=")]) or None


def _state_doubts(run: Run) -> list[str]:
    counted = [block for block in run.blocks if not block.dropped]
    states = {state: sum(block.state == state for block in counted) for state in ("near", "far", "changed")}
    dropped = len(run.blocks) - len(counted)
    said = []
    if states["changed"]:
        groups = sorted({block.group for block in counted if block.state == "changed"})
        said.append(f"The state of the CPUs (near or far) changed within {states['changed']} of {len(counted)} "
                    f"blocks, in " + (', '.join(groups) if len(groups) <= 3 else f"{len(groups)} of the cases") + ".")
    if states["near"] and states["far"]:
        said.append(f"The CPUs were near in {states['near']} blocks and far in {states['far']}; ratios may differ "
                    f"between the two, and the table of all pairs gives both.")
    if dropped:
        said.append(f"{dropped} of {len(run.blocks)} blocks were dropped for noise, by a rule that does not see "
                    f"the outcome.")
    return said


def gate_summary(verdicts: list[Verdict]) -> str:
    words = [verdict.word for verdict in verdicts]
    parts = [f"{words.count(word)} {word}" for word in ("FAIL", MISSING, "INCONCLUSIVE", "PASS") if word in words]
    single = sum(verdict.word == "FAIL" and verdict.counts and not verdict.confirmed for verdict in verdicts)
    waived = sum(not verdict.counts for verdict in verdicts)
    count = "1 gate: " if len(verdicts) == 1 else f"{len(verdicts)} gates: "
    return count + ", ".join(parts) + (f" ({waived} waived)" if waived else "") + (
        f" ({single} unconfirmed: --bench PATH measures again)" if single else "")


def canary_line(canary) -> str:
    """What the canary says of the machine."""
    text = (f"canary: {canary.arm} against itself in {canary.group} "
            f"{bound(canary.value)}x [{bound(canary.low)}, {bound(canary.high)}] n={canary.blocks}")
    return text + (" TRIPPED: one program looks like two here, so nothing is convicted on this machine now"
                   if canary.tripped else ", which contains 1 as it should")
