"""Whether a reference run may be shown: its rivals were held against straight-line programs, and stand there at their best."""

import json

from record import MACHINE_FACTS, VERSION

from spargio_report.read.load import load_run
from spargio_report.statistics import estimate

RESULT, FAIRNESS = "result.json", "fairness.json"


def problems_of(folder):
    """Sentences; none where `folder` holds a result and, of the same revision and machine, a whole fairness run in which each
    backend is as fast as its straight-line programs, or has an arm in the result that is."""
    path = folder / FAIRNESS
    if not path.exists():
        return [f"{folder.name} has no {FAIRNESS}: run `make fairness` on the machine and the revision of the run, and keep build/fairness.json"]
    found = json.loads(path.read_text(encoding="utf-8"))
    if found.get("fairness_version") != VERSION:
        return [f"{FAIRNESS} is of version {found.get('fairness_version')}, not {VERSION}"]
    run = load_run(folder / RESULT)
    return [*_other_origin(found, run), *_incomplete(found),
            *(problem for entry in found["cases"] for problem in _unfair(entry, found["limit"], run))]


def _other_origin(found, run):
    if (found["git_revision"], found["git_dirty"]) != (run.tool.git_revision, False):
        changed = " with changes that are in no commit" if found["git_dirty"] else ""
        yield f"{FAIRNESS} is of revision {found['git_revision']}{changed}, {RESULT} of {run.tool.git_revision}"
    for fact in MACHINE_FACTS:
        if found["machine"][fact] != run.environment.facts.get(fact):
            yield f"{FAIRNESS} was measured with {fact} {found['machine'][fact]}, {RESULT} with {run.environment.facts.get(fact)}"


def _incomplete(found):
    if found["only"]:
        yield f"{FAIRNESS} holds only the cases with '{found['only']}'"
    if found["limit"] > 1.05:
        yield f"{FAIRNESS} allows a ratio of {found['limit']}, more than 1.05"
    for title in found["failed"]:
        yield f"{title} failed"
    for entry in found["cases"]:
        if entry["low"] is None:
            yield f"{_title(entry)} has {entry['n']} blocks, too few for an interval"


def _title(entry):
    return f"{entry['backend']} {entry['workload']} {','.join(entry['settings'])} / {entry['straight']} {entry['argument']}".replace("  ", " ").rstrip()


def _unfair(entry, limit, run):
    """Where the whole interval lies above the limit and no arm of that backend in the run makes up for it."""
    if entry["low"] is None or entry["low"] <= limit:
        return
    best = min((entry["ratio"] * share for share in _shares(entry, run)), default=entry["ratio"])
    if best > limit:
        yield (f"{_title(entry)} takes {entry['ratio']:.2f} [{entry['low']:.2f}, {entry['high']:.2f}] of the straight-line program, and no arm "
               f"of {entry['backend']} in the run takes less than {best:.2f}")


def _shares(entry, run):
    """Of each arm of the backend in that case of the run: its time as a share of the time of the arm that was held."""
    settings = dict(pair.split("=", 1) for pair in entry["settings"])
    workload = run.workloads.get(entry["workload"])
    if workload is None:
        return
    wanted = {**workload.defaults, **{name: value for name, value in settings.items() if name in workload.defaults}}
    knobs = {name: value for name, value in settings.items() if name not in workload.defaults}
    cases = [case for case in run.cases.values() if (case.workload, case.backend) == (entry["workload"], entry["backend"])
             and {**workload.defaults, **case.parameters} == wanted and case.measured and not case.is_repeat]
    held = next((case for case in cases if case.knobs_given == knobs), None)
    for case in cases if held else ():
        share = estimate.ratio(run, case, held, "wall_ns_per_operation")
        if share is not None:
            yield share.value
