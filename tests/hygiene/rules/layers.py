"""What may include what: the table of the specification, as data.

An area is a folder; the longest that fits a file counts. `own` lists the folders (or single headers, as patterns) of
ours that its files may include beside their own area, `libraries` the third-party headers, by the first part of
the name. The rooms of the runtime stand in runtime_rooms.py. The standard library and the system's headers are open to
all, but for the `never` of an area.
"""
from __future__ import annotations

from fnmatch import fnmatchcase

from .area import Area
from .runtime_rooms import ROOMS

# The rooms of the workloads, from the ground up: each may use those before it that it is given.
MEASURE, CONTRACT, TRAFFIC, HTTP, CASES, PEER, GROUND = (f"workloads/{room}/*" for room in (
    "measure", "contract", "traffic", "http", "cases", "peer", "ground"))
# What both styles of Asio stand on.
ASIO = ("workloads/*", *(f"backends/asio/{name}.hpp" for name in (
    "listener_set", "own_server", "serve_listener", "sessions", "stream_set", "worker_threads")))

def harness(*rooms: str) -> tuple[str, ...]:
    return tuple(f"harness/{room}/*" for room in rooms)


AREAS: dict[str, Area] = {
    **ROOMS,
    "workloads": Area(),  # backend_c.h, which plugins include
    "workloads/measure": Area(),
    "workloads/contract": Area(own=(MEASURE,)),
    "workloads/traffic": Area(own=(CONTRACT,)),
    "workloads/http": Area(libraries=("http_parser.h",)),
    "workloads/cases": Area(own=(CONTRACT, MEASURE, TRAFFIC, HTTP)),
    "workloads/peer": Area(own=(CONTRACT, MEASURE, CASES)),
    "workloads/ground": Area(own=(CONTRACT, MEASURE, TRAFFIC, CASES, PEER, HTTP)),
    "workloads/scenarios": Area(own=(CONTRACT, MEASURE, TRAFFIC, CASES, GROUND)),
    "workloads/plugin": Area(own=(CONTRACT, MEASURE, CASES, PEER, "workloads/backend_c.h")),
    "backends/registry": Area(own=("workloads/*", "backends/*/*_backend.hpp")),
    "backends/spargio": Area(own=("workloads/*", "runtime/*")),
    "backends/spargio/sessions": Area(own=("workloads/*", "runtime/*", "backends/spargio/*")),
    # What the harness shows of the runtime's parts stands here, because the harness itself may not include it.
    "backends/spargio/micro": Area(own=("workloads/*", "runtime/*"), libraries=("benchmark",)),
    "backends/floor": Area(own=("workloads/*",), libraries=("liburing.h",)),
    "backends/threads": Area(own=("workloads/*",)),
    "backends/asio": Area(own=("workloads/*",), libraries=("boost",)),
    "backends/asio/handlers": Area(own=ASIO, libraries=("boost",)),
    "backends/asio/coroutines": Area(own=ASIO, libraries=("boost",)),
    # The same sources compiled once more (decision 0023).
    "backends/asio_uring": Area(own=("workloads/*", "backends/asio/*"), libraries=("boost", "liburing.h")),
    "backends/libuv": Area(own=("workloads/*",), libraries=("uv.h",)),
    "backends/tokio": Area(own=("workloads/*",)),
    "backends/rayon": Area(own=("workloads/*",)),
    "backends/go": Area(own=("workloads/*",)),
    "backends/tbb": Area(own=("workloads/*",), libraries=("tbb", "oneapi")),
    # The harness from bottom to top: a room sees those above it in this list, and so there is no circle.
    "harness/common": Area(own=("workloads/*",), libraries=("fmt", "nlohmann")),
    "harness/record": Area(own=("workloads/*", *harness("common")), libraries=("fmt",)),
    "harness/machine": Area(own=("workloads/*", *harness("common", "record")), libraries=("fmt",)),
    "harness/plan": Area(own=("workloads/*", "backends/registry/registry.hpp", *harness("common", "record")),
                         libraries=("fmt", "toml++")),
    "harness/cell": Area(own=("workloads/*", *harness("common", "record", "machine", "plan")), libraries=("fmt",)),
    "harness/show": Area(own=("workloads/*", *harness("common", "record", "machine", "plan")), libraries=("fmt",)),
    "harness/run": Area(own=("workloads/*", *harness("common", "record", "machine", "plan", "cell", "show")),
                        libraries=("fmt",)),
    "harness/files": Area(own=harness("common", "record"), libraries=("fmt",)),
    "harness/command": Area(own=("workloads/*", "backends/registry/registry.hpp",
                                 *harness("common", "record", "machine", "plan", "cell", "run", "files")),
                            libraries=("CLI", "fmt")),
    "harness": Area(own=("harness/*",), libraries=("fmt",)),  # the program, which has all rooms
    "examples": Area(own=("runtime/*",), libraries=("boost",), self_contained=False),
    "harness/gbench": Area(own=("workloads/*", "backends/registry/registry.hpp"), libraries=("benchmark",)),
    "tests": Area(own=("*",), libraries=("gtest", "gmock", "relacy", "liburing.h", "boost", "uv.h", "tbb", "oneapi",
                                         "nlohmann", "fmt", "toml++", "CLI")),
}


def area_of(path: str) -> str | None:
    """The area with the longest name that contains the file."""
    fitting = [name for name in AREAS if path.startswith(name + "/")]
    # A header that gathers others stands in runtime/ itself, the program in harness/; a folder there which the table
    # lacks has no area.
    if fitting in (["runtime"], ["workloads"], ["harness"]) and path.count("/") > 1:
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
