"""What may include what: the table of the specification, as data.

An area is a folder; the longest that fits a file counts. `own` lists the folders (or single headers, as patterns) of
ours that its files may include beside their own area, `libraries` the third-party headers, by the first part of
the name. The standard library and the system's headers are open to all, but for the `never` of an area.
"""
from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Area:
    own: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    never: tuple[str, ...] = ()  # patterns of standard or system headers
    self_contained: bool = True  # False: the files of the area may not include one another either


COROUTINES = ("coroutine",)
THREADS = ("thread", "mutex", "shared_mutex", "condition_variable", "future", "semaphore", "barrier", "latch",
           "stop_token", "pthread.h", "threads.h", "semaphore.h")
SYSCALLS = ("sys/*", "linux/*", "asm/*", "unistd.h", "fcntl.h", "poll.h", "signal.h", "sched.h", "netinet/*",
            "arpa/*", "net/*", "netdb.h", "dirent.h", "spawn.h", "aio.h")

OPEN = ("runtime/*",)

AREAS: dict[str, Area] = {
    "runtime": Area(own=OPEN),  # only the headers that gather the others for the user
    # The rooms were cut anew in the commit before this table is: what each may include follows.
    **{f"runtime/{room}": Area(own=OPEN) for room in ("core", "detail", "fs", "io", "net", "observe", "ops", "run",
                                                       "shards", "sync", "tasks", "time")},
    "runtime/detail/ring": Area(own=("runtime/core/*", "runtime/detail/machine/*", "runtime/detail/lanes/direct_link.hpp"), libraries=("liburing.h", "liburing"),
                                never=COROUTINES + THREADS),
    # The two adapters are headers for those who have these libraries; no other header may show them.
    "runtime/boundary": Area(own=OPEN, libraries=("boost", "uv.h")),
    "workloads": Area(),
    "backends/registry": Area(own=("workloads/*", "backends/*/*_backend.hpp")),
    "backends/spargio": Area(own=("workloads/*", "runtime/*")),
    # What the harness shows of the runtime's parts stands here, because the harness itself may not include it.
    "backends/spargio/micro": Area(own=("workloads/*", "runtime/*"), libraries=("benchmark",)),
    "backends/floor": Area(own=("workloads/*",), libraries=("liburing.h",)),
    "backends/threads": Area(own=("workloads/*",)),
    "backends/asio": Area(own=("workloads/*",), libraries=("boost",)),
    # The same sources compiled once more (decision 0023).
    "backends/asio_uring": Area(own=("workloads/*", "backends/asio/*"), libraries=("boost", "liburing.h")),
    "backends/libuv": Area(own=("workloads/*",), libraries=("uv.h",)),
    "backends/tokio": Area(own=("workloads/*",)),
    "backends/tbb": Area(own=("workloads/*",), libraries=("tbb", "oneapi")),
    "harness": Area(own=("workloads/*", "backends/registry/registry.hpp"), libraries=("CLI", "fmt", "nlohmann", "toml++")),
    "examples": Area(own=("runtime/*",), libraries=("boost",), self_contained=False),
    "harness/gbench": Area(own=("workloads/*", "backends/registry/registry.hpp"), libraries=("benchmark",)),
    "tests": Area(own=("*",), libraries=("gtest", "gmock", "relacy", "liburing.h", "boost", "uv.h", "tbb", "oneapi",
                                         "nlohmann", "fmt", "toml++", "CLI")),
}


def area_of(path: str) -> str | None:
    """The area with the longest name that contains the file."""
    fitting = [name for name in AREAS if path.startswith(name + "/")]
    # A header that gathers others stands in runtime/ itself; a folder there which the table lacks has no area.
    if fitting == ["runtime"] and path.count("/") > 1 or fitting == ["backends"] and path.count("/") > 1:
        return None
    return max(fitting, key=len, default=None)


def may_include(path: str, included: str) -> bool:
    """Whether a file of ours may include another file of ours."""
    name = area_of(path)
    if name is None:
        return False
    area = AREAS[name]
    if any(fnmatchcase(included, pattern) for pattern in area.own):
        return True
    if not area.self_contained:
        return stem(path) == stem(included)
    return area_of(included) == name


def stem(path: str) -> str:
    return path.rsplit(".", 1)[0]


def may_use_library(path: str, header: str) -> bool:
    name = area_of(path)
    return name is not None and header.split("/", 1)[0] in AREAS[name].libraries


def is_forbidden(path: str, header: str) -> bool:
    """Whether a standard or system header is in the `never` of the file's area."""
    name = area_of(path)
    return name is not None and any(fnmatchcase(header, pattern) for pattern in AREAS[name].never)
