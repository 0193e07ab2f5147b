"""What a comparison found, as a file that is kept beside a reference run: which build, which machine, when, and every ratio."""

import datetime
import json
import math
import os
import pathlib
import platform
import statistics
import subprocess

VERSION = 1
# How the facts of the machine are called in a result file of the harness, which they are compared with.
MACHINE_FACTS = ("kernel", "architecture", "cpu_model", "cpus_usable")


def interval_of(ratios):
    """The exact 95 % interval of the median, by order statistics; (None, None) below 6 blocks, which give none."""
    ordered, n = sorted(ratios), len(ratios)
    below, rank = 1, 0  # ways to lie below the median: of so many throws as there are blocks, fewer than `rank` heads
    while below / 2**n <= 0.025:
        rank += 1
        below += math.comb(n, rank)
    return (ordered[rank - 1], ordered[n - rank]) if rank else (None, None)


def entry_of(case, wall_ratios, cpu_ratios, walls):
    """Of one case. Ratios are backend / straight-line program; `walls`: medians of both sides in ns an operation."""
    low, high = interval_of(wall_ratios)
    return {"backend": case.backend, "workload": case.workload, "settings": list(case.settings), "straight": case.straight,
            "argument": case.argument, "ratio": statistics.median(wall_ratios), "low": low, "high": high,
            "cpu_ratio": statistics.median(cpu_ratios), "n": len(wall_ratios),
            "wall_ns_per_operation": {"backend": walls[0], "straight": walls[1]}}


def machine():
    """Facts that the harness finds out as well; None where the system does not say."""
    lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), None)
    return dict(zip(MACHINE_FACTS, (platform.release(), platform.machine(), model, len(os.sched_getaffinity(0)))))


def build_of(folder):
    """(revision, dirty) of a build folder, as its harness says. Raises OSError, ValueError, KeyError or CalledProcessError
    where it does not say so."""
    said = subprocess.run([folder / "harness/spargio-bench", "version"], capture_output=True, text=True, check=True, timeout=60)
    version = json.loads(said.stdout)
    return version["git_revision"], version["git_dirty"]


def record_of(build, limit, only, entries, failed):
    """`build`: (revision, dirty); `only`: the text that the titles had to contain; `failed`: titles of cases without a figure."""
    return {"fairness_version": VERSION, "git_revision": build[0], "git_dirty": build[1], "machine": machine(),
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), "limit": limit, "only": only,
            "cases": entries, "failed": failed}


def write(path, record):
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    beside.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)
