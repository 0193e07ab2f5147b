"""Makes result files for tests: seeded synthetic runs whose true ratios are known."""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

KINDS = {"spargio": "ours", "floor": "floor", "threads": "rival", "asio": "rival", "libuv": "rival", "tbb": "rival",
         "asio_uring": "rival", "tokio": "rival", "go": "rival", "rayon": "rival", "trio": "rival"}
WORKLOADS = {
    "ping_pong/steady_rtt": ("round trip", "wall_time", True, {"rounds": "256", "workers": "2"}),
    "ping_pong/tasks_rtt": ("round trip", "wall_time", True, {"rounds": "256", "workers": "2"}),
    "ping_pong/one_way_drain": ("message", "wall_time", False,
                                {"rounds": "2048", "batch": "1", "workers": "2"}),
    "ping_pong/cold_start": ("round trip", "wall_time", False, {"rounds": "64", "workers": "2"}),
    "fanout/balanced": ("branch", "wall_time", False, {"requests": "64", "branches": "16", "workers": "2"}),
    "fanout/skewed": ("branch", "wall_time", False, {"requests": "64", "branches": "16", "workers": "2"}),
    "fanout/hotkey_rotation": ("branch", "wall_time", False, {"requests": "64", "branches": "16", "workers": "2"}),
    "fanout/skynet": ("leaf", "wall_time", False, {"leaves": "100000", "workers": "2"}),
    "fanout/fib": ("call", "wall_time", False, {"n": "24", "workers": "2"}),
    "fs/read_rtt": ("read", "wall_time", False, {"workers": "2"}),
    "fs/read_depth": ("read", "wall_time", False, {"workers": "2"}),
    "fs/write_depth": ("write", "wall_time", False, {"workers": "2"}),
    "fs/metadata_storm": ("file", "wall_time", False, {"files": "64", "workers": "2"}),
    "net/echo_rtt": ("echo", "wall_time", False, {"workers": "2"}),
    "net/stream_window": ("frame", "wall_time", False, {"write": "per_frame", "workers": "2"}),
    "net/imbalanced": ("frame", "wall_time", False, {"workers": "2"}),
    "net/hotspot_rotation": ("frame", "wall_time", False, {"steps_in_turn": "64", "workers": "2"}),
    "net/pipeline_hotspot": ("frame", "wall_time", False, {"frames": "1024", "workers": "2"}),
    "net/keyed_hotspot": ("frame", "wall_time", False, {"steps_in_turn": "64", "workers": "2"}),
    "net/bursty_tenants": ("frame", "wall_time", False, {"workers": "2"}),
    "net/churn": ("connection", "wall_time", False, {"connections": "256", "workers": "2"}),
    "serve/echo": ("request", "wall_time", False, {"connections": "64", "workers": "1"}),
    "net/connections": ("echo", "wall_time", False, {"connections": "1000", "workers": "2"}),
    "mixed/io_cpu": ("echo", "wall_time", True, {"streams": "4", "workers": "2"}),
    "net/open_loop": ("echo", "cpu_time", True, {"rate": "10000", "workers": "2"}),
    "idle/park": ("ms of idleness", "cpu_time", False, {"workers": "2"}),
}


@dataclass
class Arm:
    name: str
    wall_ns: float  # the true time of one operation
    cpu_factor: float = 2.0  # CPU time as a multiple of wall time
    status: str = "measured"
    reason: str | None = None
    instructions: float | None = None  # of one operation
    latency: bool = False
    latency_count: int = 20_000  # of one slice
    tail: float = 3.0  # p99 of a slice as a multiple of its median

    @property
    def backend(self) -> str:
        return self.name.split("[")[0].split("#")[0].split("@")[0]


@dataclass
class Group:
    workload: str
    arms: list[Arm]
    parameters: dict = field(default_factory=dict)
    blocks: int = 10

    @property
    def name(self) -> str:
        given = ",".join(f"{key}={value}" for key, value in self.parameters.items())
        return f"{self.workload}?{given}" if given else self.workload


def _latency(arm: Arm) -> dict:
    middle = max(1, int(arm.wall_ns))
    return {"count": 20_000, "min_ns": middle // 2 + 1, "max_ns": middle * 50, "p50_ns": middle,
            "p90_ns": int(middle * 1.3) + 1, "p99_ns": middle * 3, "p999_ns": middle * 10,
            "buckets": [[middle, 19_000], [middle * 3, 1_000]]}


def _percentiles(arm: Arm, true_ns: float) -> dict:
    middle = max(1, int(true_ns))
    few = arm.latency_count < 1_000
    return {"count": arm.latency_count, "min_ns": middle // 2 + 1, "max_ns": middle * 50, "p50_ns": middle,
            "p90_ns": int(middle * 1.3) + 1, "p95_ns": None if arm.latency_count < 200 else int(middle * arm.tail * 0.6),
            "p99_ns": None if few else int(middle * arm.tail),
            "p999_ns": None if arm.latency_count < 10_000 else middle * 10}


def _slice(case: str, arm: Arm, true_ns: float, rng: random.Random, mode: str = "throughput") -> dict:
    operations = max(1, int(2e7 / true_ns))
    wall_ns = max(1, int(operations * true_ns * rng.lognormvariate(0, 0.01)))
    cpu_ns = int(wall_ns * arm.cpu_factor)
    return {"case": case, "mode": mode, "iterations": operations, "operations": operations, "wall_ns": wall_ns,
            "user_ns": cpu_ns * 7 // 10, "system_ns": cpu_ns - cpu_ns * 7 // 10, "voluntary_switches": 2,
            "involuntary_switches": 1, "cycles": None,
            "instructions": None if arm.instructions is None
            else int(operations * arm.instructions * rng.lognormvariate(0, 0.001)),
            **({"latency": _percentiles(arm, true_ns)} if mode == "latency" else {})}


def _block(group: Group, index: int, number: int, rng: random.Random, noise: float, slices: int) -> dict:
    """One state of the machine for all arms of the block, and noise of each arm's process on top of it."""
    far, changed = rng.random() < 0.3, rng.random() < 0.08
    state = rng.lognormvariate(0, 0.3)
    line = 440 if far else 45
    probe = lambda ns: {"cache_line_round_trip_ns": ns, "eventfd_round_trip_ns": ns * 25 + 3000}
    block = {"index": index, "group": group.name, "number": number, "seed": rng.getrandbits(32),
             "started_unix_ns": 1_700_000_000_000_000_000 + index * 10**9,
             "cpu_pressure_share": round(abs(rng.gauss(0.02, 0.03)), 4),
             "foreign_cpu_share": round(abs(rng.gauss(0.01, 0.02)), 4), "stolen_cpu_share": 0.0, "throttled_ns": None,
             "probes_before": probe(line), "probes_after": probe(485 - line if changed else line),
             "state_changed": changed, "waited_for_quiet_ns": 0, "dropped": False, "drop_reason": None, "slices": []}
    for arm in group.arms:
        if arm.status != "measured":
            continue
        process_ns = arm.wall_ns * state * rng.lognormvariate(0, noise)
        case = f"{group.name}|{arm.name}"
        block["slices"] += [_slice(case, arm, process_ns, rng) for _ in range(slices)]
        if arm.latency:
            block["slices"].append(_slice(case, arm, process_ns * 1.2, rng, "latency"))
    return block


def make_run(groups: list[Group], seed: int = 1, noise: float = 0.02, slices: int = 2) -> dict:
    rng = random.Random(seed)
    backends = sorted({arm.backend for group in groups for arm in group.arms})
    names = sorted({group.workload for group in groups})
    planned = [(group, number) for group in groups for number in range(group.blocks)]
    rng.shuffle(planned)
    return {
        "schema_version": "1.0",
        "tool": {"name": "spargio-bench", "version": "0.1.0", "git_revision": "0123456789ab", "git_dirty": False,
                 "compiler": "g++ 12.2.0", "compiler_flags": "-O2", "build_type": "Release"},
        "run": {"id": f"synthetic-{seed}", "title": "synthetic", "seed": seed, "arguments": ["run", "quick.toml"],
                "status": "complete", "started_unix_ns": 1_700_000_000_000_000_000,
                "finished_unix_ns": 1_700_000_180_000_000_000, "blocks_planned": max(g.blocks for g in groups),
                "slices_per_block": slices, "slice_target_ns": 20_000_000, "quiet_wait_limit_ns": 2_000_000_000},
        "environment": {"kernel": "6.1.0", "architecture": "x86_64", "cpu_model": "a synthetic machine",
                        "cpus_usable": 2, "cpus_online": 2, "affinity": [0, 1], "memory_bytes": 8 << 30,
                        "cgroup_cpu_limit": None, "clock_source": "tsc", "smt": "on", "governor": None,
                        "mitigations": {"spectre_v2": "Mitigation: Retpolines"}, "io_uring": "available",
                        "perf_counters": False, "perf_event_paranoid": 2, "virtualization": "kvm",
                        "memlock_limit_bytes": 8 << 20},
        "backends": [{"name": name, "kind": KINDS[name], "version": "1.0", "summary": f"{name} for tests",
                      "knobs": []} for name in backends],
        "workloads": [{"name": name, "summary": f"{name} for tests", "operation": WORKLOADS[name][0],
                       "judged_by": WORKLOADS[name][1], "measures_latency": WORKLOADS[name][2],
                       "parameters": [{"name": key, "default": value, "unit": "", "help": key}
                                      for key, value in WORKLOADS[name][3].items()]} for name in names],
        "cases": [_case(group, arm) for group in groups for arm in group.arms],
        "blocks": [_block(group, index, number, rng, noise, slices)
                   for index, (group, number) in enumerate(planned)],
        "warnings": [],
    }


def _case(group: Group, arm: Arm) -> dict:
    case_id = f"{group.name}|{arm.name}"
    knobs = {}
    if "[" in arm.name:
        knobs = dict(pair.split("=") for pair in arm.name.split("[")[1].split("]")[0].split(","))
    return {"id": case_id, "group": group.name, "workload": group.workload,
            "parameters": {**WORKLOADS[group.workload][3], **group.parameters}, "arm": arm.name,
            "backend": arm.backend, "of_base": "@base" in arm.name, "knobs_given": knobs, "knobs_effective": knobs, "capabilities": {},
            "injected_slowdown": None, "status": arm.status, "reason": arm.reason,
            "latency": _latency(arm) if arm.latency and arm.status == "measured" else None,
            "peak_rss_bytes": 6 << 20, "paused_cpu_share": 0.0001,
            "repro": f"spargio-bench run -w {group.workload} -b '{arm.name}'"}


def pair(ratio: float, blocks: int = 20, seed: int = 1, noise: float = 0.02, **other) -> dict:
    """spargio against asio in ping_pong/steady_rtt at a known true ratio."""
    return make_run([Group("ping_pong/steady_rtt", [Arm("spargio", 1000 * ratio), Arm("asio", 1000.0)],
                           blocks=blocks)], seed, noise, **other)


def quick(blocks: int = 10, seed: int = 7, trees: bool = False) -> dict:
    """A run of the shape of the quick matrix: wins, a loss, doubts, refusals, an A/A pair; `trees`: the recursive
    cases, files and connections as well."""
    no_messages = dict(status="unsupported", reason="oneTBB has no message channel between two named threads")
    def messages(workload, ours, sleeping, floor, threads, asio, libuv, latency=False, **parameters):
        arms = [Arm("spargio", ours, 2.0), Arm("spargio[spin=0]", sleeping, 1.1), Arm("floor", floor, 2.0),
                Arm("floor[wait=block]", sleeping * 0.95, 1.0), Arm("threads", threads, 1.2),
                Arm("asio", asio, 1.3), Arm("asio[context=pool]", asio * 1.1, 1.3), Arm("libuv", libuv, 1.2),
                Arm("tbb", 1, **no_messages)]
        if workload == "ping_pong/steady_rtt":
            arms.append(Arm("asio[poll=on]", 660, 2.0))
        for arm in arms:
            arm.latency = latency
        return Group(workload, arms, parameters, blocks)

    def fan(workload, ours, tbb):
        return Group(workload, [Arm("spargio", ours, 1.9), Arm("floor", ours * 0.8, 2.0),
                                Arm("floor[mode=serial]", ours * 1.9, 1.0), Arm("threads", ours * 1.9, 1.8),
                                Arm("asio[context=pool]", ours * 3, 1.9), Arm("libuv", ours * 2.4, 1.8),
                                Arm("tbb", tbb, 1.95)], {}, blocks)

    def tree(workload, ours, tbb, **parameters):
        return Group(workload, [Arm("spargio", ours, 1.9), Arm("floor", ours * 0.1, 2.0),
                                Arm("threads", ours * 4, 1.8), Arm("asio[context=pool]", ours * 12, 1.9),
                                Arm("tbb", tbb, 1.95)], parameters, blocks)
    def transfers(workload, **parameters):
        ours = [Arm("spargio", 100, 1.0), Arm("spargio[spin=0]", 101, 1.0)]
        floors = [Arm("floor", 100, 1.0), Arm("floor[files=ring]", 100, 1.0)]
        rivals = [Arm(name, 2000, 1.2) for name in ("threads", "asio", "asio_uring", "libuv", "tokio")]
        if workload.startswith("fs/read"):
            rivals.append(Arm("tokio[blocking=in_place]", 2000, 1.2))
        if workload == "net/open_loop":
            rivals.append(Arm("libuv[loops=1]", 2000, 1.2))
        for arm in (*ours, *floors, *rivals):
            arm.latency = workload in ("net/open_loop", "mixed/io_cpu")
        return Group(workload, [*ours, *floors, *rivals], parameters, blocks)

    moved = [transfers("fs/read_rtt"), transfers("fs/read_depth"), transfers("fs/write_depth"),
             transfers("fs/metadata_storm", files="64"), transfers("net/echo_rtt"),
             transfers("net/stream_window", write="per_frame"), transfers("net/stream_window", write="vectored"),
             transfers("net/imbalanced"), transfers("net/hotspot_rotation", steps_in_turn="16"),
             transfers("net/pipeline_hotspot", frames="512"), transfers("net/keyed_hotspot", steps_in_turn="16"), transfers("net/bursty_tenants"),
             transfers("net/churn"), transfers("net/connections"), transfers("net/open_loop"),
             transfers("mixed/io_cpu"), transfers("serve/echo")]
    recursive = [fan("fanout/hotkey_rotation", 1700, 1650), tree("fanout/skynet", 20, 30, leaves="100000"), tree("fanout/fib", 8, 24, n="24")]
    return make_run([
        messages("ping_pong/steady_rtt", 150, 5100, 86, 9000, 5200, 6100, latency=True),
        messages("ping_pong/tasks_rtt", 60, 61, 4, 8000, 240, 900, latency=True),
        messages("ping_pong/one_way_drain", 21, 40, 4, 90, 120, 300),
        messages("ping_pong/one_way_drain", 9, 11, 3, 12, 25, 14, batch="64"),
        messages("ping_pong/one_way_drain", 8, 9, 3, 8.05, 22, 9, batch="all"),
        messages("ping_pong/cold_start", 2900, 4000, 900, 3000, 4500, 5200),
        fan("fanout/balanced", 1700, 1650), fan("fanout/skewed", 2300, 1900),
        Group("idle/park", [Arm("spargio", 1e6, 0.0002), Arm("spargio[spin=0]", 1e6, 0.0002),
                            Arm("floor", 1e6, 0.0001), Arm("asio", 1e6, 0.0003), Arm("libuv", 1e6, 0.0003),
                            Arm("tbb", 1e6, 0.0004)], {}, blocks),
        Group("ping_pong/steady_rtt", [Arm("asio", 5200), Arm("asio#2", 5200)], {"rounds": "255"}, blocks),
        *([*recursive, *moved] if trees else []),
    ], seed)


def write(directory, document: dict, name: str = "result.json"):
    path = directory / name
    path.write_text(json.dumps(document))
    return path
