"""What a result file says, as plain data. Nothing here judges."""

import re
from dataclasses import dataclass, field

# The two CPUs of a virtual machine are near (about 45 ns a cache-line round trip) or far (about 450 ns); the
# border is the geometric middle.
NEAR_FAR_BORDER_NS = 150

BROKEN = ("crashed", "wrong_result", "timed_out", "failed")


@dataclass(frozen=True)
class Slice:
    case: str
    mode: str
    operations: int
    wall_ns: int
    cpu_ns: int
    user_ns: int
    system_ns: int
    voluntary_switches: int
    instructions: int | None = None  # null where the machine counts none
    latency: dict | None = None  # percentiles, of a slice that recorded latencies


@dataclass(frozen=True)
class Block:
    index: int
    group: str
    number: int
    pressure_share: float | None
    foreign_share: float | None
    cache_line_before_ns: int | None
    cache_line_after_ns: int | None
    state_changed: bool
    dropped: bool
    drop_reason: str | None
    slices: tuple[Slice, ...]
    machine: int = 0

    @property
    def state(self) -> str:
        """near, far, changed (within the block) or unknown."""
        if self.state_changed:
            return "changed"
        seen = [ns for ns in (self.cache_line_before_ns, self.cache_line_after_ns) if ns is not None]
        if not seen:
            return "unknown"
        return "near" if sum(seen) / len(seen) < NEAR_FAR_BORDER_NS else "far"


@dataclass(frozen=True)
class Backend:
    name: str
    kind: str
    version: str
    summary: str


@dataclass(frozen=True)
class Workload:
    name: str
    summary: str
    operation: str
    judged_by: str
    measures_latency: bool
    defaults: dict[str, str]


@dataclass(frozen=True)
class Case:
    id: str
    group: str
    workload: str
    parameters: dict[str, str]
    arm: str
    backend: str
    kind: str
    status: str
    reason: str | None
    latency: dict | None
    peak_rss_bytes: int | None
    paused_cpu_share: float | None
    injected: float | None
    knobs: dict[str, str]
    repro: str
    machine: int = 0  # of a merged file: which of its machines
    of_base: bool = False  # a cell of the build that this one is held against

    @property
    def measured(self) -> bool:
        return self.status == "measured"

    @property
    def is_repeat(self) -> bool:
        """The second arm of an A/A pair."""
        return "#" in self.arm

    @property
    def original_arm(self) -> str:
        return self.arm.split("#", 1)[0]


@dataclass(frozen=True)
class Machine:
    name: str
    environment: dict

    @property
    def words(self) -> str:
        """What a reader knows it by."""
        cpus, model = self.environment["cpus_usable"], self.environment["cpu_model"] or "a CPU of unknown model"
        return f"{model}, " + ("1 CPU" if cpus == 1 else f"{cpus or 'an unknown number of'} CPUs")


MACHINE_SUFFIX = re.compile(r"@(machine\d+)$")


def base_group(group: str) -> str:
    """Without the machine that a merged file names a group by when several have measured it."""
    return MACHINE_SUFFIX.sub("", group)


@dataclass
class Run:
    path: str
    raw: dict
    backends: dict[str, Backend]
    workloads: dict[str, Workload]
    cases: dict[str, Case]
    blocks: list[Block]
    notes: list[str] = field(default_factory=list)
    block_value_cache: dict = field(default_factory=dict, repr=False)
    machines: tuple[Machine, ...] = ()

    @property
    def groups(self) -> list[str]:
        """In the order in which the cases are declared."""
        return list(dict.fromkeys(case.group for case in self.cases.values()))

    def cases_of(self, group: str) -> list[Case]:
        return [case for case in self.cases.values() if case.group == group]

    def case_of(self, group: str, arm: str) -> Case | None:
        return next((case for case in self.cases_of(group) if case.arm == arm), None)

    def workload_of(self, group: str) -> Workload:
        return self.workloads[self.cases_of(group)[0].workload]

    def blocks_of(self, group: str) -> list[Block]:
        """The blocks that count: those dropped by the noise rule are not among them."""
        return [block for block in self.blocks if block.group == group and not block.dropped]

    def dropped_of(self, group: str) -> list[Block]:
        return [block for block in self.blocks if block.group == group and block.dropped]

    def machine_of(self, group: str) -> Machine:
        return self.machines[self.cases_of(group)[0].machine]

    @property
    def broken_cases(self) -> list[Case]:
        return [case for case in self.cases.values() if case.status in BROKEN]

    @property
    def absent_cases(self) -> list[Case]:
        return [case for case in self.cases.values() if case.status in ("unsupported", "unavailable", "not_run")]

    @property
    def is_complete(self) -> bool:
        return self.raw["run"]["status"] == "complete"

    @property
    def is_sweep(self) -> bool:
        """Whether `spargio-bench sweep` wrote it."""
        return self.raw["run"].get("sweep") is not None
