"""The verdict of a sweep in words: by the confirmation alone, for the screening chose the winner by its luck as well."""

from spargio_report.compare.sweep_result import SweepResult, sweep_of
from spargio_report.read.model import Run
from spargio_report.words.wording import percent, ratio_line


def sweep_verdict(run: Run) -> str | None:
    """None where the file is of no sweep."""
    found = sweep_of(run)
    if found is None:
        return None
    text = _verdict(run, found)
    left_out, contradictory = run.about.sweep.left_out, run.about.sweep.contradictory
    if left_out:
        text += f" Not tried, being the baseline or another point under another name: {', '.join(left_out)}."
    return text + (f" Not tried, their knobs contradicting each other: {', '.join(contradictory)}." if contradictory else "")


def baseline_words(found: SweepResult) -> str:
    return found.baseline if "[" in found.baseline else "the defaults"


def _verdict(run: Run, found: SweepResult) -> str:
    base = baseline_words(found)
    tried = f"{len(found.screened)} points were" if len(found.screened) != 1 else "1 point was"
    if found.confirmed is None:
        why = "was interrupted before its confirmation" if not run.is_complete else \
            "has no point with a figure in its confirmation"
        return f"The sweep of {found.group} {why}: nothing is shown to be better than {base}; {tried} screened."
    best, ratio = found.confirmed, found.confirmed.ratio
    operation = run.workload_of(found.group).operation
    judged = "CPU time" if found.judged_by_cpu else "time"
    blocks = "1 fresh block" if ratio.blocks == 1 else f"{ratio.blocks} fresh blocks"
    line = ratio_line(ratio, _word(found))
    if ratio.word == "FASTER" and run.is_complete:
        return (f"{best.change} takes {percent(1 - ratio.value)} less {judged} per {operation} than {base} in {found.group}, "
                f"confirmed on {blocks}: {line}. It was the best of {len(found.screened)} screened.")
    early = "" if run.is_complete else "The sweep was interrupted in its confirmation. "
    return (f"{early}Nothing found that is better than {base} in {found.group}: {tried} screened, and the best of them, "
            f"{best.change}, came out on {blocks} at {line}.")


def _word(found: SweepResult) -> str:
    word = found.confirmed.ratio.word
    return {"FASTER": "CHEAPER", "SLOWER": "DEARER"}.get(word, word) if found.judged_by_cpu else word
