#!/usr/bin/env python3
"""Holds each rival backend against straight-line programs on the same library.

Both sides are fresh processes that do the same work; they run in turn (backend, straight, straight, backend), and
the figure of a case is the median over such blocks of the ratio backend/straight. Above 1.05 the backend is
written worse than a short program would be, and that is a defect of the backend (W, fairness).

    compare.py BUILD_DIR [--only TEXT] [--blocks N] [--limit 1.05] [--json FILE]

Exit code: 0 all within the limit, 1 a backend is slower, 2 usage, 4 a program failed or its answer is wrong, also that of
the build which --json asks for its revision.
"""

import argparse
import dataclasses
import math
import pathlib
import statistics
import subprocess
import sys

import record


# Libraries whose straight-line programs are one binary, in a folder of its own, that takes the name of the program.
ONE_BINARY = ("tokio", "rayon", "go")


@dataclasses.dataclass(frozen=True)
class Case:
    backend: str
    workload: str
    iterations: int
    settings: tuple  # parameters and knobs of the backend's side
    straight: str
    argument: str = ""

    @property
    def title(self):
        settings = ",".join(self.settings)
        program = f"{self.straight} {self.argument}" if self.straight in ONE_BINARY else self.straight
        return f"{self.backend} {self.workload}{'[' + settings + ']' if settings else ''} / {program}"


def message_cases(backend, drains):
    yield Case(backend, "ping_pong/steady_rtt", 40, (), f"{backend}_steady")
    for program in drains:
        for batch in ("1",) if program.endswith("channel") else ("1", "64", "all"):
            iterations = 400 if batch == "1" else 1500
            yield Case(backend, "ping_pong/one_way_drain", iterations, (f"batch={batch}",), program, batch)


def fanout_cases(backend, program, *settings):
    for shape in ("balanced", "skewed"):
        yield Case(backend, f"fanout/{shape}", 10, settings, program, shape)


def tokio_cases():
    """One program, whose argument names the scenario."""
    current = ("flavor=current_thread",)
    yield Case("tokio", "ping_pong/steady_rtt", 40, (), "tokio", "steady")
    yield Case("tokio", "ping_pong/steady_rtt", 40, current, "tokio", "steady_current")
    yield Case("tokio", "ping_pong/tasks_rtt", 1000, (), "tokio", "tasks")
    for batch, iterations in (("1", 400), ("64", 1500), ("all", 1500)):
        yield Case("tokio", "ping_pong/one_way_drain", iterations, (f"batch={batch}",), "tokio", f"drain_{batch}")
    yield Case("tokio", "ping_pong/cold_start", 60, (), "tokio", "cold")
    yield from fanout_cases("tokio", "tokio")
    yield Case("tokio", "fanout/skynet", 20, ("leaves=100000",), "tokio", "skynet")
    yield Case("tokio", "fanout/fib", 20, ("n=24",), "tokio", "fib")
    yield Case("tokio", "fs/read_rtt", 20, (), "tokio", "read_rtt")
    yield Case("tokio", "fs/read_depth", 8, (), "tokio", "read_depth")


def rayon_cases():
    yield from fanout_cases("rayon", "rayon")
    yield Case("rayon", "fanout/skynet", 20, ("leaves=100000",), "rayon", "skynet")
    yield Case("rayon", "fanout/skynet", 20, ("leaves=100000", "fork=scope"), "rayon", "skynet_by_scope")
    yield Case("rayon", "fanout/fib", 40, ("n=24",), "rayon", "fib")


def go_cases():
    yield Case("go", "ping_pong/steady_rtt", 40, (), "go", "steady")
    yield Case("go", "ping_pong/tasks_rtt", 1000, (), "go", "tasks")
    for batch, iterations in (("1", 200), ("64", 1500), ("all", 1500)):
        yield Case("go", "ping_pong/one_way_drain", iterations, (f"batch={batch}",), "go", f"drain_{batch}")
    yield from fanout_cases("go", "go")
    yield Case("go", "fanout/skynet", 20, ("leaves=100000",), "go", "skynet")
    yield Case("go", "fanout/fib", 20, ("n=24",), "go", "fib")
    yield Case("go", "fs/read_rtt", 200, (), "go", "read_rtt")
    yield Case("go", "fs/read_depth", 20, (), "go", "read_depth")


def all_cases():
    yield from message_cases("asio", ("asio_drain", "asio_drain_channel"))
    yield Case("asio", "ping_pong/cold_start", 60, (), "asio_cold")
    yield Case("asio", "ping_pong/cold_start", 60, (), "asio_cold_main")
    yield from fanout_cases("asio", "asio_fanout", "context=pool")
    yield from message_cases("libuv", ("libuv_drain",))
    yield Case("libuv", "ping_pong/cold_start", 60, (), "libuv_cold")
    yield from fanout_cases("libuv", "libuv_fanout")
    yield from message_cases("threads", ("threads_drain",))
    yield Case("threads", "ping_pong/cold_start", 60, (), "threads_cold")
    yield from fanout_cases("threads", "threads_fanout")
    yield from fanout_cases("tbb", "tbb_fanout")
    yield from fanout_cases("tbb", "tbb_parallel_for")
    for program in ("tbb_invoke", "tbb_group", "tbb_bypass"):
        yield Case("tbb", "fanout/skynet", 20, ("leaves=100000",), program, "skynet")
        yield Case("tbb", "fanout/fib", 20, ("n=24",), program, "fib")
    yield from tokio_cases()
    yield from rayon_cases()
    yield from go_cases()


class ProgramFailed(Exception):
    pass


def run(command):
    """Runs one program and returns (wall ns an operation, CPU ns an operation, checksum)."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProgramFailed(f"{command[0]}: {error}; build it first: `cmake --build BUILD_DIR`, and what is "
                            "not in C++ by `cmake --build BUILD_DIR --target straight_programs`") from error
    if done.returncode != 0:
        raise ProgramFailed(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    wall, cpu, checksum = done.stdout.split()
    return float(wall), float(cpu), checksum


def commands_of(case, programs):
    backend = [str(programs / "fairness-drive"), case.backend, case.workload, str(case.iterations), *case.settings]
    folder = programs / case.straight if case.straight in ONE_BINARY else programs
    straight = [str(folder / f"straight_{case.straight}"), str(case.iterations)]
    return backend, straight + ([case.argument] if case.argument else [])


def compare(case, programs, blocks):
    """Ratios of wall and CPU time, one a block, and the median wall times of both sides."""
    backend, straight = commands_of(case, programs)
    wall_ratios, cpu_ratios, walls = [], [], ([], [])
    for block in range(blocks):
        order = (backend, straight, straight, backend) if block % 2 == 0 else (straight, backend, backend, straight)
        samples = {id(backend): [], id(straight): []}
        for command in order:
            samples[id(command)].append(run(command))
        checksums = {sample[2] for side in samples.values() for sample in side}
        if len(checksums) != 1:
            raise ProgramFailed(f"{case.title}: the two sides answer differently: {sorted(checksums)}")
        means = [
            [math.exp(statistics.fmean(math.log(max(sample[figure], 1e-9)) for sample in samples[id(side)]))
             for figure in (0, 1)]
            for side in (backend, straight)
        ]
        wall_ratios.append(means[0][0] / means[1][0])
        cpu_ratios.append(means[0][1] / means[1][1])
        walls[0].append(means[0][0])
        walls[1].append(means[1][0])
    return wall_ratios, cpu_ratios, [statistics.median(side) for side in walls]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="the build folder, e.g. build/release")
    parser.add_argument("--only", default="", help="only cases whose title contains this text")
    parser.add_argument("--blocks", type=int, default=10, help="blocks a case (default 10)")
    parser.add_argument("--limit", type=float, default=1.05, help="highest median ratio allowed (default 1.05)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write what was found, for a reference run to be kept beside")
    given = parser.parse_args()
    given.cases = [case for case in all_cases() if given.only in case.title]
    if not given.cases:
        parser.error(f"no case contains '{given.only}'; try one of: asio, libuv, threads, tbb, tokio, fanout, drain, cold")
    return given


def compared(cases, programs, blocks, limit):
    """Prints a line a case; gives the entries of a record, the titles of those that are slower and of those that failed."""
    entries, slower, failed = [], [], []
    print(f"{'backend / straight program':<72} {'ratio':>6} {'lo..hi':>12} {'cpu':>5}  ns/op")
    for case in cases:
        try:
            entry = record.entry_of(case, *compare(case, programs, blocks))
        except ProgramFailed as error:
            failed.append(case.title)
            print(f"{case.title:<72} failed: {error}", flush=True)
            continue
        entries.append(entry)
        mark = ""
        if entry["ratio"] > limit:
            slower.append(case.title)
            mark = f"  above {limit}"
        bounds = f"{entry['low']:5.2f}..{entry['high']:5.2f}" if entry["low"] is not None else "no interval"
        walls = entry["wall_ns_per_operation"]
        print(f"{case.title:<72} {entry['ratio']:6.2f} {bounds:>12} {entry['cpu_ratio']:5.2f}  "
              f"{walls['backend']:,.0f} / {walls['straight']:,.0f}{mark}", flush=True)
    return entries, slower, failed


def main():
    given = arguments()
    try:
        build = record.build_of(given.build) if given.json else None
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        print(f"{given.build} does not say of which revision it is: {error}; build it first: `make build`", file=sys.stderr)
        return 4
    entries, slower, failed = compared(given.cases, given.build / "tests" / "fairness", given.blocks, given.limit)
    print(f"{len(given.cases)} cases, {len(slower)} backends slower than a straight-line program, {len(failed)} failed")
    if given.json:
        record.write(given.json, record.record_of(build, given.limit, given.only, entries, failed))
        print(f"written to {given.json}")
    return 4 if failed else 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
