"""Block series of one arm measured against itself, kept so that thousands of replays need no machine (M15).

The series are recorded by `selftest --record`, from real runs, with their noise as it was. Replays draw blocks from
them with replacement. A recorded series has a centre of its own, by chance; a replay is of a true ratio that is known,
so the centre is taken off first, and it is the one that the gate estimates (Hodges-Lehmann).
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spargio_report.failures import invalid_input
from spargio_report.outputs import write_output
from spargio_report.read.load import load_run
from spargio_report.read.model import Run
from spargio_report.read.text import NotUtf8, utf8_text
from spargio_report.statistics import estimate as estimating
from spargio_report.statistics.estimate import robust_spread
from spargio_report.statistics.signed_rank import hodges_lehmann

# Below that, draws with replacement repeat the same few blocks.
LEAST_BLOCKS = 30
RECORD_AGAIN = "record it again: spargio-report selftest --record FILE --bench PATH"


@dataclass(frozen=True)
class Series:
    """One case: log(a / b) of each block, about zero."""

    name: str
    values: np.ndarray

    @property
    def spread(self) -> float:
        return robust_spread(self.values)

    def draw(self, rng: np.random.Generator, blocks: int, log_ratio: float = 0.0) -> np.ndarray:
        return log_ratio + rng.choice(self.values, blocks)


@dataclass(frozen=True)
class Recording:
    series: tuple[Series, ...]
    origin: dict  # date, machine, tool: where the blocks come from


def series_of(run: Run) -> dict[str, list[float]]:
    """Group -> log ratios, of every group whose first arm stands twice."""
    found = {}
    for group in run.groups:
        repeat = next((case for case in run.cases_of(group) if case.is_repeat and case.measured), None)
        if repeat is None:
            continue
        first = run.case_of(group, repeat.original_arm)
        metric = estimating.judged_metric(run, group)
        found[group] = list(estimating.log_ratios(run, repeat, first, metric).values())
    return found


def save(run_path: Path, into: str) -> Recording:
    """Keeps the A/A series of a result file."""
    run = load_run(run_path)
    series = series_of(run)
    if not series:
        raise invalid_input(str(run_path), "holds no arm that stands twice", RECORD_AGAIN)
    environment, tool = run.environment, run.tool
    document = {
        "what": "log(second / first) of one arm measured against itself, one number a block",
        "origin": {"recorded_unix_ns": run.about.started_unix_ns, "kernel": environment.kernel,
                   "cpu_model": environment.cpu_model, "cpus": environment.affinity,
                   "git_revision": tool.git_revision, "compiler": tool.compiler},
        "series": {name: [round(value, 6) for value in values] for name, values in series.items()},
    }
    recording = _recording(document, str(run_path))
    write_output("--record", into, json.dumps(document, indent=1) + "\n")
    return recording


def load(path: Path) -> Recording:
    try:
        return _recording(json.loads(utf8_text(path.read_bytes())), str(path))
    except OSError as error:
        raise invalid_input(str(path), f"cannot be read: {error.strerror}", RECORD_AGAIN) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, NotUtf8) as error:
        raise invalid_input(str(path), f"is no recording of A/A blocks ({error})", RECORD_AGAIN) from None


def _recording(document: dict, path: str) -> Recording:
    series = {name: np.array(values, dtype=float) for name, values in document["series"].items()}
    for name, values in series.items():
        if len(values) < LEAST_BLOCKS or not np.all(np.isfinite(values)):
            raise invalid_input(path, f"$.series['{name}'] holds {len(values)} blocks that are no "
                                f"{LEAST_BLOCKS} finite numbers", RECORD_AGAIN)
    if not series:
        raise invalid_input(path, "$.series is empty", RECORD_AGAIN)
    return Recording(tuple(Series(name, values - hodges_lehmann(values)) for name, values in series.items()),
                     document["origin"])
