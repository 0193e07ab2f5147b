"""The rules about includes find what they should, and only that."""
import pytest
from planting import places, plant
from rules import includes, layers, runtime_rooms


@pytest.mark.parametrize("path, line", [
    ("runtime/core/a.hpp", "#include <spargio/detail/ring/ring.hpp>"),
    ("runtime/core/a.hpp", "#include <liburing.h>"),
    ("runtime/detail/machine/a.hpp", "#include <spargio/core/b.hpp>"),
    ("runtime/detail/ring/a.hpp", "#include <coroutine>"),
    ("runtime/detail/ring/a.cpp", "#include <thread>"),
    ("runtime/detail/ring/a.cpp", "#include <spargio/tasks/task.hpp>"),
    ("runtime/detail/frames/a.hpp", "#include <spargio/detail/ring/ring.hpp>"),
    ("runtime/detail/sched/a.hpp", "#include <spargio/detail/ring/ring.hpp>"),
    ("runtime/detail/sched/a.cpp", "#include <sys/mman.h>"),
    ("runtime/detail/sched/a.cpp", "#include <unistd.h>"),
    ("runtime/detail/loop/a.cpp", "#include <spargio/ops/sockets/send.hpp>"),
    ("runtime/detail/loop/a.cpp", "#include <spargio/run/runtime.hpp>"),
    ("runtime/detail/doors/a.hpp", "#include <spargio/detail/loop/shard.hpp>"),
    ("runtime/tasks/a.hpp", "#include <spargio/detail/loop/shard.hpp>"),
    ("runtime/tasks/a.hpp", "#include <spargio/detail/doors/operation_context.hpp>"),
    ("runtime/tasks/a.hpp", "#include <boost/asio.hpp>"),
    ("runtime/tasks/a.hpp", '#include "workloads/contract/work.hpp"'),
    ("runtime/tasks/a.hpp", '#include "runtime/core/b.hpp"'),
    ("runtime/ops/a.cpp", "#include <spargio/ops/sockets/send.hpp>"),
    ("runtime/ops/a.cpp", "#include <spargio/detail/loop/shard.hpp>"),
    ("runtime/ops/a.cpp", "#include <spargio/detail/doors/novel_context.hpp>"),
    ("runtime/net/a.cpp", "#include <spargio/detail/ring/ring.hpp>"),
    ("runtime/net/a.cpp", "#include <spargio/detail/doors/operation_context.hpp>"),
    ("runtime/fs/a.cpp", "#include <spargio/detail/sched/deque.hpp>"),
    ("runtime/boundary/a.hpp", "#include <spargio/detail/loop/shard.hpp>"),
    ("workloads/a.hpp", "#include <spargio/core/b.hpp>"),
    ("workloads/a.cpp", '#include "backends/registry/registry.hpp"'),
    ("workloads/a.cpp", "#include <fmt/format.h>"),
    ("workloads/contract/a.hpp", '#include "workloads/cases/fanout.hpp"'),
    ("workloads/cases/a.hpp", '#include "workloads/scenarios/streams.hpp"'),
    ("workloads/novel/a.hpp", "#include <vector>"),
    ("backends/asio/handlers/a.cpp", '#include "backends/asio/coroutines/run_slice.hpp"'),
    ("backends/asio/a.cpp", '#include "backends/tbb/tbb_backend.hpp"'),
    ("backends/asio/a.cpp", '#include "harness/plan/plan.hpp"'),
    ("backends/asio/a.cpp", "#include <uv.h>"),
    ("backends/threads/a.cpp", "#include <spargio/core/b.hpp>"),
    ("backends/threads/a.cpp", "#include <tbb/task_group.h>"),
    ("backends/registry/registry.cpp", '#include "harness/plan/plan.hpp"'),
    ("harness/plan/a.cpp", '#include "backends/tbb/tbb_backend.hpp"'),
    ("harness/record/a.hpp", '#include "harness/plan/plan.hpp"'),
    ("harness/common/a.hpp", '#include "harness/record/b.hpp"'),
    ("harness/show/a.cpp", '#include "harness/run/b.hpp"'),
    ("harness/cell/a.cpp", '#include "harness/run/b.hpp"'),
    ("harness/novel/a.hpp", "#include <vector>"),
    ("harness/a.cpp", "#include <spargio/core/b.hpp>"),
    ("harness/a.cpp", "#include <boost/asio.hpp>"),
    ("harness/a.cpp", '#include "harness/nosuch.hpp"'),
    ("runtime/novel/a.hpp", "#include <vector>"),
    ("backends/novel/a.hpp", "#include <vector>"),
    ("elsewhere/a.hpp", "#include <vector>"),
])
def test_an_include_against_the_table_is_found(tmp_path, path, line):
    everything = {name: "" for name in (
        "runtime/detail/ring/ring.hpp", "runtime/tasks/task.hpp", "runtime/ops/sockets/send.hpp",
        "runtime/detail/loop/shard.hpp", "runtime/run/runtime.hpp", "runtime/detail/doors/operation_context.hpp",
        "runtime/detail/doors/novel_context.hpp", "runtime/detail/sched/deque.hpp", "runtime/core/b.hpp",
        "workloads/contract/work.hpp", "backends/registry/registry.hpp", "backends/tbb/tbb_backend.hpp",
        "harness/plan/plan.hpp", "harness/record/b.hpp", "harness/run/b.hpp", "workloads/cases/fanout.hpp",
        "workloads/scenarios/streams.hpp",
        "backends/asio/coroutines/run_slice.hpp")}
    tree = plant(tmp_path, everything | {path: f"// what for\n{line}\n"})
    assert [place[0] for place in places(includes.check_layers(tree))] == [path]


@pytest.mark.parametrize("path, line", [
    ("runtime/core/a.cpp", "#include <sys/mman.h>"),
    ("runtime/detail/ring/a.cpp", "#include <liburing.h>"),
    ("runtime/detail/ring/a.cpp", "#include <spargio/core/b.hpp>"),
    ("runtime/detail/sched/a.cpp", "#include <spargio/detail/frames/b.hpp>"),
    ("runtime/detail/loop/a.cpp", "#include <spargio/detail/ring/b.hpp>"),
    ("runtime/detail/loop/a.cpp", "#include <spargio/detail/loop/b.hpp>"),
    ("runtime/shards/a.hpp", "#include <spargio/detail/loop/b.hpp>"),
    ("runtime/tasks/a.hpp", "#include <spargio/detail/doors/launching.hpp>"),
    ("runtime/ops/sockets/send.cpp", "#include <spargio/ops/sockets/send.hpp>"),
    ("runtime/ops/sockets/send.cpp", "#include <spargio/ops/operation.hpp>"),
    ("runtime/ops/sockets/send.hpp", "#include <liburing.h>"),
    ("runtime/ops/send.cpp", "#include <spargio/detail/doors/operation_context.hpp>"),
    ("runtime/net/a.cpp", "#include <spargio/ops/sockets/send.hpp>"),
    ("runtime/net/a.cpp", "#include <spargio/detail/doors/register_descriptor.hpp>"),
    ("runtime/boundary/a.hpp", "#include <spargio/detail/doors/timer_context.hpp>"),
    ("runtime/spargio.hpp", "#include <spargio/net/b.hpp>"),
    ("workloads/a.cpp", "#include <sys/syscall.h>"),
    ("backends/spargio/a.cpp", "#include <spargio/net/b.hpp>"),
    ("backends/asio/a.cpp", "#include <boost/asio.hpp>"),
    ("backends/asio/a.cpp", '#include "workloads/b.hpp"'),
    ("backends/registry/registry.cpp", '#include "backends/tbb/tbb_backend.hpp"'),
    ("harness/plan/a.cpp", '#include "backends/registry/registry.hpp"'),
    ("harness/common/a.cpp", "#include <fnmatch.h>"),
    ("harness/common/a.cpp", "#include <nlohmann/json.hpp>"),
    ("harness/record/json/a.cpp", '#include "harness/record/b.hpp"'),
    ("harness/run/a.cpp", '#include "harness/record/b.hpp"'),
    ("harness/a.cpp", '#include "harness/command/b.hpp"'),
])
def test_an_include_within_the_table_is_not_complained_of(tmp_path, path, line):
    header = line.split()[1].strip('<>"')
    included = header.replace("spargio/", "runtime/") if header.startswith("spargio/") else header
    tree = plant(tmp_path, ({included: ""} if included.split("/")[0] in ("runtime", "workloads", "backends", "harness") else {})
                 | {path: f"// what for\n{line}\n"})
    assert not includes.check_layers(tree)


def test_the_table_has_every_room_and_every_room_its_files(project):
    """A room that the table lacks is found by check_layers(); one that has no files is a leftover."""
    assert {name for name in runtime_rooms.ROOMS if not project.cpp(under=name + "/")} == set()
    assert {"workloads", "harness"} <= layers.AREAS.keys()


def test_the_doors_to_the_loop_are_those_of_the_list(project):
    there = {name.rsplit("/", 1)[1] for name in project.cpp(under="runtime/detail/doors/")}
    assert there == runtime_rooms.DOORS.keys()
    assert len(there) <= 12, "a door more is a decision (0036)"


def test_a_circle_of_rooms_is_found_though_no_file_includes_itself(tmp_path):
    tree = plant(tmp_path, {
        "runtime/tasks/spawn.hpp": "#include <spargio/detail/doors/launching.hpp>\n",
        "runtime/detail/doors/launching.hpp": "",
        "runtime/detail/doors/timer_context.hpp": "#include <spargio/tasks/task.hpp>\n",
        "runtime/tasks/task.hpp": ""})
    assert not includes.check_circles(tree)
    found = includes.check_room_circles(tree)
    assert len(found) == 1
    assert "runtime/detail/doors -> runtime/tasks -> runtime/detail/doors" in found[0].problem
    assert "runtime/detail/doors/timer_context.hpp includes spargio/tasks/task.hpp" in found[0].problem


def test_the_parts_of_a_room_may_include_one_another(tmp_path):
    tree = plant(tmp_path, {
        "runtime/tasks/task_group.hpp": "#include <spargio/tasks/detail/child_scope.hpp>\n",
        "runtime/tasks/detail/child_scope.hpp": "#include <spargio/tasks/spawn.hpp>\n",
        "runtime/tasks/spawn.hpp": ""})
    assert not includes.check_room_circles(tree)


def test_the_rooms_of_the_harness_have_one_direction():
    rooms = [name.removeprefix("harness/") for name in layers.AREAS
             if name.startswith("harness/") and name != "harness/gbench"]
    assert len(rooms) == 9
    for place, room in enumerate(rooms):
        own = layers.AREAS[f"harness/{room}"].own
        seen = {pattern.split("/")[1] for pattern in own if pattern.startswith("harness/")}
        assert seen <= set(rooms[:place]), room


def test_a_circle_of_includes_is_found_once(tmp_path):
    tree = plant(tmp_path, {
        "workloads/a.hpp": '#include "workloads/b.hpp"\n',
        "workloads/b.hpp": '#include "workloads/c.hpp"\n',
        "workloads/c.hpp": '#include "workloads/a.hpp"\n',
        "workloads/outside.hpp": '#include "workloads/a.hpp"\n'})
    found = includes.check_circles(tree)
    assert len(found) == 1
    assert "workloads/a.hpp -> workloads/b.hpp -> workloads/c.hpp -> workloads/a.hpp" in found[0].problem


def test_a_diamond_of_includes_is_no_circle(tmp_path):
    tree = plant(tmp_path, {
        "runtime/core/top.hpp": "#include <spargio/core/left.hpp>\n#include <spargio/core/right.hpp>\n",
        "runtime/core/left.hpp": "#include <spargio/core/bottom.hpp>\n",
        "runtime/core/right.hpp": "#include <spargio/core/bottom.hpp>\n",
        "runtime/core/bottom.hpp": ""})
    assert not includes.check_circles(tree)


def test_cpp_in_analysis_is_found(tmp_path):
    tree = plant(tmp_path, {"analysis/fast.cpp": "\n", "analysis/load.py": "import json\nimport ctypes\n"})
    assert places(includes.check_areas_without_cpp(tree)) == [("analysis/fast.cpp", 0), ("analysis/load.py", 2)]


def test_the_rooms_of_the_workloads_make_no_circle():
    below = {room: {other for other in layers.AREAS if other != room and other.startswith("workloads/")
                    and layers.may_include(f"{room}/a.cpp", f"{other}/b.hpp")}
             for room in layers.AREAS if room.startswith("workloads/")}
    while below:
        free = {room for room, others in below.items() if not others & below.keys()}
        assert free, f"a circle among {sorted(below)}"
        below = {room: others for room, others in below.items() if room not in free}
