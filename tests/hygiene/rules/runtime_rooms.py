"""The rooms of the runtime: what each may include, and the few doors between them (decision 0036).

A room is a folder of runtime/; its own detail/, files/ and sockets/ belong to it. From below:

    detail/machine   core   detail/frames   detail/lanes   detail/sched   detail/ring   detail/pool   observe
    detail/doors     headers only: what rooms above may ask of the loop, which implements them
    tasks   sync
    detail/loop      the shard; it knows tasks and descriptors, and nothing above
    run   shards     what needs the loop itself
    ops   time   fs   net   io   boundary
"""
from __future__ import annotations

from .area import Area

COROUTINES = ("coroutine",)
THREADS = ("thread", "mutex", "shared_mutex", "condition_variable", "future", "semaphore", "barrier", "latch",
           "stop_token", "pthread.h", "threads.h", "semaphore.h")
SYSCALLS = ("sys/*", "linux/*", "asm/*", "unistd.h", "fcntl.h", "poll.h", "signal.h", "sched.h", "netinet/*",
            "arpa/*", "net/*", "netdb.h", "dirent.h", "spawn.h", "aio.h")


def room(name: str) -> str:
    return f"runtime/{name}/*"


MACHINE, CORE, FRAMES, LANES, SCHED, RING, POOL, LOOP = (
    room(name) for name in ("detail/machine", "core", "detail/frames", "detail/lanes", "detail/sched", "detail/ring",
                            "detail/pool", "detail/loop"))
TASKS, SYNC, OPS, OBSERVE, RUN = (room(name) for name in ("tasks", "sync", "ops", "observe", "run"))

# Each door, and the rooms that may use it beside the loop, which implements it. A new door is a new line here.
DOORS: dict[str, tuple[str, ...]] = {
    "buffer_context.hpp": ("ops",),
    "launching.hpp": ("tasks", "net", "io"),
    "operation_context.hpp": ("ops", "shards"),
    "progress_wait.hpp": ("tasks", "shards"),
    "register_descriptor.hpp": ("fs", "net"),
    "registered_context.hpp": ("ops",),
    "return_list.hpp": (),
    "room_context.hpp": ("tasks",),
    "submit_blocking.hpp": ("tasks",),
    "timer_context.hpp": ("ops", "time", "boundary"),
}


def doors(user: str) -> tuple[str, ...]:
    return tuple(f"runtime/detail/doors/{door}" for door, users in DOORS.items() if user in users)


ROOMS: dict[str, Area] = {
    "runtime": Area(own=("runtime/*",)),  # only the header that gathers the others for the user
    "runtime/detail/machine": Area(),
    "runtime/core": Area(own=(MACHINE,)),
    "runtime/detail/frames": Area(own=(MACHINE, CORE)),
    "runtime/detail/lanes": Area(own=(MACHINE, CORE, FRAMES)),
    "runtime/detail/sched": Area(own=(MACHINE, CORE, FRAMES, LANES), never=SYSCALLS),
    "runtime/detail/ring": Area(own=(MACHINE, CORE, LANES), libraries=("liburing.h", "liburing"),
                                never=COROUTINES + THREADS),
    "runtime/detail/pool": Area(own=(MACHINE, CORE, FRAMES, SCHED, OBSERVE)),
    "runtime/observe": Area(own=(MACHINE, CORE)),
    "runtime/detail/doors": Area(own=(MACHINE, CORE, FRAMES, SCHED, RING, POOL)),
    "runtime/tasks": Area(own=(MACHINE, CORE, FRAMES, SCHED, *doors("tasks"))),
    "runtime/sync": Area(own=(MACHINE, CORE, FRAMES, LANES, SCHED, TASKS)),
    "runtime/detail/loop": Area(own=(MACHINE, CORE, FRAMES, LANES, SCHED, RING, POOL, OBSERVE, SYNC,
                                     room("detail/doors"))),
    "runtime/run": Area(own=(MACHINE, CORE, POOL, TASKS, OBSERVE, LOOP)),
    "runtime/shards": Area(own=(MACHINE, CORE, LANES, LOOP, RUN, *doors("shards"))),
    # An operation sees what all operations share, and no other one; it writes its own request.
    "runtime/ops": Area(own=(MACHINE, CORE, FRAMES, SCHED, TASKS, SYNC, *doors("ops"), "runtime/ops/operation*.hpp",
                             "runtime/ops/detail/*", "runtime/ops/buffer_lease.hpp", "runtime/ops/current_position.hpp", "runtime/ops/buffer_segments.hpp",
                             "runtime/ops/registered_buffer.hpp",
                             "runtime/detail/ring/kernel_constants.hpp", "runtime/detail/ring/played_tier.hpp"),
                        libraries=("liburing.h",), self_contained=False),
    "runtime/time": Area(own=(MACHINE, CORE, SCHED, TASKS, "runtime/ops/operation.hpp", *doors("time"))),
    "runtime/fs": Area(own=(MACHINE, CORE, TASKS, SYNC, OPS, room("time"), *doors("fs"))),
    "runtime/net": Area(own=(MACHINE, CORE, TASKS, SYNC, OPS, *doors("net"))),
    "runtime/io": Area(own=(MACHINE, CORE, TASKS, *doors("io"))),
    # The two adapters are headers for those who have these libraries; no other header may show them.
    "runtime/boundary": Area(own=(MACHINE, CORE, FRAMES, SCHED, *doors("boundary")), libraries=("boost", "uv.h")),
}


def room_of(path: str) -> str | None:
    """The room that a file of the runtime stands in, its parts counted to it; None for the others."""
    found = max((name for name in ROOMS if path.startswith(name + "/")), key=len, default=None)
    return None if found == "runtime" else found
