"""`spargio-report selftest`: runs the parts, prints what they found, and says whether the gate keeps its promises."""

import datetime
import json
import os
import platform
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from spargio_report.failures import ExitCode, usage_error
from spargio_report.outputs import check_outputs
from spargio_report.read.guardrails import load_guardrails
from spargio_report.selftest import goals, live, mutations, recorded, replays
from spargio_report.selftest.replays import Count
from spargio_report.words import tables

ROOT = Path(__file__).resolve().parents[3]
RECORDING = ROOT / "results" / "selftest" / "aa-blocks.json"
BASE = ROOT / "results" / "reference" / "quick" / "result.json"
GUARDRAILS = ROOT / "guardrails.toml"
TOLERANCE = 0.15  # of cases that the project's own gates don't hold
ARM = "spargio"
# One that computes, one that crosses threads, one each of files, sockets and much stealing.
RECORDED = ("fanout/skynet", "ping_pong/tasks_rtt", "ping_pong/one_way_drain", "fs/read_rtt", "net/echo_rtt",
            "net/hotspot_rotation")
LIVE = ("fanout/skynet", "fs/read_rtt")
LADDER = (0.85, 0.90, 0.95, 1.0, 1.03, 1.06, 1.09, 1.12, 1.15, 1.2, 1.25, 1.3, 1.4)
CASE_COLUMNS = ("case", "spread of a block", "tolerance", "A/A: PASS", "in doubt", "FAIL", "at the limit: FAIL", "twice it: FAIL",
                "A/A: blocks")
COLUMNS = ("goal", "wanted", "measured [95 %]", "", "where")


@dataclass(frozen=True)
class Request:
    """`bench`: the harness of the live trials; without it there are none. `record`: only measures a new recording."""

    bench: str | None
    is_quick: bool
    seed: int
    recorded: Path
    base: Path
    record: str | None
    blocks: int
    output: Path | None


def prove(request: Request, note) -> ExitCode:
    if request.record:
        return _record(request, note)
    rng = np.random.default_rng(request.seed)
    recording = recorded.load(request.recorded)
    scale = 0.1 if request.is_quick else 1.0
    note(f"replaying {len(recording.series)} recorded cases")
    results, ladders, cases = _replayed(recording, rng, scale)
    outcomes = _mutated(request.base, note)
    caught = Count(sum(one.is_caught for one in outcomes), len(outcomes))
    results.append(goals.Result("mutated inputs end with an exit code that is not 0", "all",
                                f"{caught.hits} of {caught.of}", caught.rate, caught.rate, caught.rate,
                                goals.MET if caught.hits == caught.of else goals.MISSED, "spoilt files"))
    found = {}
    if request.bench:
        for hog in (False, True):
            note("live trials " + ("beside a process that takes one CPU" if hog else "on the machine as it is"))
            found[hog] = _live(request, hog, note)
            results += _judge_live(found[hog], hog)
    _print(results, outcomes, cases, request)
    if request.output:
        _write(request.output, results, outcomes, ladders, cases, found, recording, request)
    missed = [one for one in results if one.word == goals.MISSED]
    return ExitCode.CANARY if missed else ExitCode.OK


def _record(request, note) -> ExitCode:
    if not request.bench:
        raise usage_error("selftest --record", "needs --bench", "name the spargio-bench of the build: --bench PATH")
    check_outputs({"--record": request.record})
    with tempfile.TemporaryDirectory(prefix="spargio-selftest-") as folder:
        result = Path(folder) / "aa.json"
        live.record(request.bench, RECORDED, ARM, request.blocks, result)
        recording = recorded.save(result, request.record)
    for series in recording.series:
        note(f"{series.name}: {len(series.values)} blocks, spread {series.spread:.1%}")
    return ExitCode.OK


def tolerance_of(workload: str) -> float:
    """The least tolerance of the project's gates on a ratio of this case: noisy cases have wider ones."""
    gates = load_guardrails(GUARDRAILS, datetime.date.min).gates
    return min((gate.tolerance for gate in gates if gate.workload == workload and gate.kind in ("rival", "floor")),
               default=TOLERANCE)


def _replayed(recording, rng, scale: float):
    """The goals that replays can show, over all recorded cases; and the ladder of true ratios for the figure."""
    each = max(20, int(4000 * scale / len(recording.series)))
    tolerances = [tolerance_of(series.name) for series in recording.series]
    same, limit, twice = 0, 1, 2  # tolerances above the target
    at = {steps: [replays.replay(series, rng, each, tolerance, 1 + steps * tolerance)
                  for series, tolerance in zip(recording.series, tolerances)] for steps in (same, limit, twice)}

    def total(steps: int, word: str) -> Count:
        return sum((one.count(word) for one in at[steps]), Count(0, 0))

    runs = max(50, int(1000 * scale))
    held = sum((replays.coverage(series, rng, each) for series in recording.series), Count(0, 0))
    where = "replays"
    results = [
        goals.at_most("A/A: FAIL, a gate", total(same, "FAIL"), 0.005, where),
        goals.at_most(f"A/A: red, a run of {replays.GATES_OF_A_RUN} gates",
                      replays.false_reds(recording, rng, runs, tolerances), 0.02, where),
        goals.at_most("at the limit: PASS", total(limit, "PASS"), 0.05, where),
        goals.at_least("at the limit: FAIL", total(limit, "FAIL"), 0.90, where),
        goals.at_least("at twice the tolerance: FAIL", total(twice, "FAIL"), 0.99, where),
        goals.at_most("A/A: INCONCLUSIVE", total(same, "INCONCLUSIVE"), 0.05, where),
        goals.between("95 % interval of 20 blocks holds the truth", held, 0.93, 0.97, where),
        goals.no_more_than("A/A: median blocks of a gate",
                           statistics.median(blocks for one in at[same] for blocks in one.blocks), 20, "blocks", where),
    ]
    steps = max(20, int(600 * scale))
    ladders = {series.name: {ratio: replays.replay(series, rng, steps, TOLERANCE, ratio).words for ratio in LADDER}
               for series in recording.series}
    cases = [_case_row(series, tolerances[index], [at[above][index] for above in (same, limit, twice)])
             for index, series in enumerate(recording.series)]
    return results, ladders, cases


def _case_row(series, tolerance: float, verdicts) -> tuple[str, ...]:
    """A goal over all cases hides which of them are too noisy for the tolerance."""
    same, limit, twice = verdicts
    words = [f"{same.count(word).rate:.1%}" for word in ("PASS", "INCONCLUSIVE", "FAIL")]
    return (series.name, f"{series.spread:.1%}", f"{tolerance:.0%}", *words, f"{limit.count('FAIL').rate:.1%}",
            f"{twice.count('FAIL').rate:.1%}", f"{statistics.median(same.blocks):g}")


def _mutated(base: Path, note):
    note(f"spoiling {base.name} in {len(mutations.OF_THE_DOCUMENT) + len(mutations.OF_THE_TEXT)} ways")
    with tempfile.TemporaryDirectory(prefix="spargio-selftest-") as folder:
        return mutations.try_all(base, Path(folder))


def _live(request, hog: bool, note):
    setting = live.Setting(LIVE, ARM, TOLERANCE, 2 if request.is_quick else 10, (0.0, TOLERANCE, 2 * TOLERANCE))
    with live.one_core_hog(hog):
        return live.trials(request.bench, setting, note)


def _judge_live(found, hog: bool):
    where = "live, one CPU taken" if hog else "live"
    same = live.verdicts_of(found, 0.0)
    seconds = statistics.median(one.seconds for one in found if one.slowdown == 0.0)
    return [
        goals.at_most("A/A: FAIL, a gate", same.count("FAIL"), 0.005, where),
        goals.at_most("at the limit: PASS", live.verdicts_of(found, TOLERANCE).count("PASS"), 0.05, where),
        goals.at_least("at twice the tolerance: FAIL", live.verdicts_of(found, 2 * TOLERANCE).count("FAIL"), 0.99, where),
        goals.at_most("A/A: INCONCLUSIVE", same.count("INCONCLUSIVE"), 0.15 if hog else 0.05, where),
        goals.no_more_than("A/A: median blocks of a gate", statistics.median(same.blocks), 20, "blocks", where),
        goals.no_more_than("A/A: median time of a gate", seconds, 10, "s", where),
    ]


def _print(results, outcomes, cases, request) -> None:
    print(tables.terminal(COLUMNS, [(one.name, one.goal, one.measured, one.word, one.where) for one in results],
                          sys.stdout.isatty()))
    for one in outcomes:
        if not one.is_caught:
            print(f"\nnot caught: {one.name} (exit code {one.exit_code}: {one.message or 'no message'})")
    words = [one.word for one in results]
    print(f"\n{words.count(goals.MET)} of {len(results)} goals met, {words.count(goals.MISSED)} missed, "
          f"{words.count(goals.UNSURE)} not certain with so few trials; tolerances of guardrails.toml, live {TOLERANCE:.0%}, seed {request.seed}.")
    print("\n" + tables.terminal(CASE_COLUMNS, cases, False))
    if not request.bench:
        print("\nlive trials: left out, because --bench PATH was not given")


def _write(folder: Path, results, outcomes, ladders, cases, found, recording, request) -> None:
    from spargio_report.figures.power import draw_power
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": {"kernel": platform.release(), "cpus": len(os.sched_getaffinity(0)),
                    "architecture": platform.machine()},
        "recording": recording.origin, "tolerance_of_power_and_live": TOLERANCE, "seed": request.seed,
        "goals": [one.as_dict() for one in results],
        "cases": [dict(zip(CASE_COLUMNS, one)) for one in cases],
        "mutations": [asdict(one) for one in outcomes],
        "power": {name: [{"ratio": ratio, **words} for ratio, words in ladder.items()]
                  for name, ladder in ladders.items()},
        "live": {"quiet" if not hog else "one_cpu_taken": [asdict(one) for one in trials]
                 for hog, trials in found.items()},
    }
    path = folder / "selftest.json"
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(path)
    for drawn in draw_power(document["power"], TOLERANCE, folder, ("png", "svg")):
        print(drawn)
