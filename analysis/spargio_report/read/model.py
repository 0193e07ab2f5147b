"""What a result file says, as plain data. Nothing here judges."""

import re
from dataclasses import dataclass, field, fields, replace

# The two CPUs of a virtual machine are near (about 45 ns a cache-line round trip) or far (about 450 ns); the
# border is the geometric middle.
NEAR_FAR_BORDER_NS = 150

BROKEN = ("crashed", "wrong_result", "timed_out", "failed")

# What people take a backend for, in the order in which they are spoken of: a user asks first what he gains over the runtime that he has.
STANDINGS = ("general", "specialist", "floor")


@dataclass(frozen=True)
class Tool:
    """The spargio-bench that measured. A base build of an older schema may leave facts out: they are None then."""

    name: str | None
    version: str | None
    git_revision: str | None
    git_dirty: bool | None
    compiler: str | None
    compiler_flags: str | None
    build_type: str | None
    digest: str | None = None  # of the program file, where the file has it


@dataclass(frozen=True)
class BaseBuild:
    """The other build, whose arms are called NAME@base."""

    path: str
    tool: Tool


@dataclass(frozen=True)
class Stage:
    """One of a sweep: a group of its own, with blocks of its own. `kind`: screening or confirmation."""

    kind: str
    group: str


@dataclass(frozen=True)
class SweepPlan:
    """How `spargio-bench sweep` came to its winner; `left_out` and `contradictory` are arms that were not tried."""

    baseline: str
    winner: str | None
    left_out: tuple[str, ...]
    contradictory: tuple[str, ...]
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class About:
    """What a file says of the run as a whole. `status`: complete, interrupted or failed."""

    id: str
    title: str | None
    seed: int
    arguments: tuple[str, ...]
    status: str
    started_unix_ns: int
    slices_per_block: int
    slice_target_ns: int
    base_build: BaseBuild | None
    sweep: SweepPlan | None
    missing_shards: tuple[str, ...]  # of a file that was merged without them


@dataclass(frozen=True)
class RunWarning:
    """`case` is None where it is about the whole run."""

    code: str
    case: str | None
    text: str


@dataclass(frozen=True)
class Environment:
    """A machine. What could not be found out is None; `facts` holds all that the file says, for a reader to see."""

    kernel: str | None
    architecture: str | None
    cpu_model: str | None
    cpus_usable: int | None
    cpus_online: int | None
    affinity: list[int] | None
    memory_bytes: int | None
    cgroup_cpu_limit: float | None
    smt: str | None
    governor: str | None
    mitigations: dict[str, str] | None
    virtualization: str | None
    facts: dict[str, object] = field(repr=False)

    @classmethod
    def of(cls, facts: dict[str, object]) -> "Environment":
        return cls(**{one.name: facts.get(one.name) for one in fields(cls) if one.name != "facts"}, facts=facts)


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
    plugin: str | None  # the path of the library, where it came as one
    digest: str | None = None  # of that library, where the file has it
    standing: str = "general"  # what people take it for: general, specialist or floor


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
    knobs_given: dict[str, str]  # by name; `knobs` are all that were in force
    repro: str
    machine: int = 0  # of a merged file: which of its machines
    of_base: bool = False  # a cell of the build that this one is held against
    standing: str = "general"  # its backend's: general, specialist or floor
    waits: str | None = None  # how a worker without work waits: sleeps, spins or polls; None: not said

    def meets(self, other: "Case") -> bool:
        """Like with like: an arm that sleeps at once is held against those that do, too. One that may spin or polls meets all."""
        return self.waits != "sleeps" or other.waits in ("sleeps", None)

    @property
    def is_default(self) -> bool:
        """Without knobs: the arm that the headline speaks of."""
        return self.arm == self.backend

    @property
    def measured(self) -> bool:
        return self.status == "measured"

    @property
    def is_repeat(self) -> bool:
        """The second arm of an A/A pair."""
        return REPEAT.search(self.arm) is not None

    @property
    def original_arm(self) -> str:
        return REPEAT.sub("", self.arm)


@dataclass(frozen=True)
class Machine:
    name: str
    environment: Environment

    @property
    def words(self) -> str:
        """What a reader knows it by."""
        cpus, model = self.environment.cpus_usable, self.environment.cpu_model or "a CPU of unknown model"
        return f"{model}, " + ("1 CPU" if cpus == 1 else f"{cpus or 'an unknown number of'} CPUs")


REPEAT = re.compile(r"#\d+$")  # at the end, where no knob stands: a value may hold the sign as well
MACHINE_SUFFIX = re.compile(r"@(machine\d+)$")


def base_group(group: str) -> str:
    """Without the machine that a merged file names a group by when several have measured it."""
    return MACHINE_SUFFIX.sub("", group)


@dataclass
class Run:
    path: str
    schema_version: str
    about: About
    tool: Tool
    environment: Environment  # of a merged file that of its first machine
    backends: dict[str, Backend]
    workloads: dict[str, Workload]
    cases: dict[str, Case]
    blocks: list[Block]
    warnings: tuple[RunWarning, ...]
    notes: list[str] = field(default_factory=list)
    worked_out: dict = field(default_factory=dict, repr=False)  # what statistics made of these blocks, so that it is made once
    machines: tuple[Machine, ...] = ()
    is_merged: bool = False

    def without_blocks(self) -> "Run":
        """The same cases, of which nothing is measured yet."""
        return replace(self, blocks=[], worked_out={})

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
        return self.about.status == "complete"

    @property
    def is_sweep(self) -> bool:
        """Whether `spargio-bench sweep` wrote it."""
        return self.about.sweep is not None
