"""The rules about includes find what they should, and only that."""
import pytest
from planting import places, plant
from rules import includes, layers


@pytest.mark.parametrize("path, line", [
    ("runtime/core/a.hpp", "#include <spargio/detail/ring/ring.hpp>"),
    ("runtime/core/a.hpp", "#include <liburing.h>"),
    ("runtime/ring/a.hpp", "#include <coroutine>"),
    ("runtime/ring/a.cpp", "#include <thread>"),
    ("runtime/ring/a.cpp", "#include <spargio/tasks/task.hpp>"),
    ("runtime/task/a.hpp", "#include <spargio/detail/ring/ring.hpp>"),
    ("runtime/sched/a.hpp", "#include <spargio/detail/ring/ring.hpp>"),
    ("runtime/sched/a.cpp", "#include <sys/mman.h>"),
    ("runtime/sched/a.cpp", "#include <unistd.h>"),
    ("runtime/shard/a.cpp", "#include <spargio/ops/sockets/send.hpp>"),
    ("runtime/ops/a.cpp", "#include <spargio/ops/sockets/send.hpp>"),
    ("runtime/ops/a.cpp", "#include <spargio/detail/loop/shard.hpp>"),
    ("runtime/net/a.cpp", "#include <spargio/detail/ring/ring.hpp>"),
    ("runtime/fs/a.cpp", "#include <spargio/sched/deque.hpp>"),
    ("runtime/boundary/a.hpp", "#include <spargio/detail/loop/shard.hpp>"),
    ("runtime/task/a.hpp", "#include <boost/asio.hpp>"),
    ("runtime/task/a.hpp", '#include "workloads/contract/work.hpp"'),
    ("runtime/task/a.hpp", '#include "runtime/core/b.hpp"'),
    ("workloads/a.hpp", "#include <spargio/core/b.hpp>"),
    ("workloads/a.cpp", '#include "backends/registry/registry.hpp"'),
    ("workloads/a.cpp", "#include <fmt/format.h>"),
    ("backends/asio/a.cpp", '#include "backends/tbb/tbb_backend.hpp"'),
    ("backends/asio/a.cpp", '#include "harness/plan/plan.hpp"'),
    ("backends/asio/a.cpp", "#include <uv.h>"),
    ("backends/threads/a.cpp", "#include <spargio/core/b.hpp>"),
    ("backends/threads/a.cpp", "#include <tbb/task_group.h>"),
    ("backends/registry/registry.cpp", '#include "harness/plan/plan.hpp"'),
    ("harness/a.cpp", '#include "backends/tbb/tbb_backend.hpp"'),
    ("harness/a.cpp", "#include <spargio/core/b.hpp>"),
    ("harness/a.cpp", "#include <boost/asio.hpp>"),
    ("harness/a.cpp", '#include "harness/nosuch.hpp"'),
    ("runtime/novel/a.hpp", "#include <vector>"),
    ("backends/novel/a.hpp", "#include <vector>"),
    ("elsewhere/a.hpp", "#include <vector>"),
])
def test_an_include_against_the_table_is_found(tmp_path, path, line):
    everything = {name: "" for name in (
        "runtime/detail/ring/ring.hpp", "runtime/tasks/task.hpp", "runtime/ops/sockets/send.hpp", "runtime/detail/loop/shard.hpp",
        "runtime/sched/deque.hpp", "runtime/core/b.hpp", "workloads/contract/work.hpp", "backends/registry/registry.hpp",
        "backends/tbb/tbb_backend.hpp", "harness/plan/plan.hpp")}
    tree = plant(tmp_path, everything | {path: f"// what for\n{line}\n"})
    assert [place[0] for place in places(includes.check_layers(tree))] == [path]


@pytest.mark.parametrize("path, line", [
    ("runtime/core/a.cpp", "#include <sys/mman.h>"),
    ("runtime/ring/a.cpp", "#include <liburing.h>"),
    ("runtime/ring/a.cpp", "#include <spargio/core/b.hpp>"),
    ("runtime/sched/a.cpp", "#include <spargio/task/b.hpp>"),
    ("runtime/shard/a.cpp", "#include <spargio/ring/b.hpp>"),
    ("runtime/shard/a.cpp", "#include <spargio/shard/b.hpp>"),
    ("runtime/ops/send.cpp", "#include <spargio/ops/sockets/send.hpp>"),
    ("runtime/ops/send.cpp", "#include <spargio/ops/operation.hpp>"),
    ("runtime/ops/send.cpp", "#include <spargio/shards/shard_context.hpp>"),
    ("runtime/net/a.cpp", "#include <spargio/ops/sockets/send.hpp>"),
    ("runtime/boundary/a.cpp", "#include <spargio/shards/remote_shard.hpp>"),
    ("runtime/boundary/a.hpp", "#include <spargio/detail/doors/timer_context.hpp>"),
    ("runtime/spargio.hpp", "#include <spargio/net/b.hpp>"),
    ("workloads/a.cpp", "#include <sys/syscall.h>"),
    ("backends/spargio/a.cpp", "#include <spargio/net/b.hpp>"),
    ("backends/asio/a.cpp", "#include <boost/asio.hpp>"),
    ("backends/asio/a.cpp", '#include "workloads/b.hpp"'),
    ("backends/registry/registry.cpp", '#include "backends/tbb/tbb_backend.hpp"'),
    ("harness/a.cpp", '#include "backends/registry/registry.hpp"'),
    ("harness/a.cpp", "#include <fnmatch.h>"),
    ("harness/a.cpp", "#include <nlohmann/json.hpp>"),
])
def test_an_include_within_the_table_is_not_complained_of(tmp_path, path, line):
    header = line.split()[1].strip('<>"')
    included = header.replace("spargio/", "runtime/") if header.startswith("spargio/") else header
    tree = plant(tmp_path, ({included: ""} if included.split("/")[0] in ("runtime", "workloads", "backends") else {})
                 | {path: f"// what for\n{line}\n"})
    assert not includes.check_layers(tree)


def test_the_table_has_every_folder_of_the_specification():
    folders = "core ring task sched shard ops time fs net io boundary".split()
    assert {f"runtime/{folder}" for folder in folders} | {"workloads", "harness"} <= layers.AREAS.keys()


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


def test_a_header_that_needs_another_is_found(tmp_path):
    tree = plant(tmp_path, {
        "workloads/fine.hpp": "#pragma once\n#include <string>\ninline std::string name;\n",
        "workloads/lacking.hpp": "#pragma once\ninline std::string name;\n",
        "runtime/core/fine.hpp": "#pragma once\nnamespace spargio { inline int size = 0; }\n",
        "runtime/core/user.hpp": "#pragma once\n#include <spargio/core/fine.hpp>\ninline int* p = &spargio::size;\n"})
    found = includes.check_headers_alone(tree)
    assert places(found) == [("workloads/lacking.hpp", 0)]
    assert "string" in found[0].problem


def test_cpp_in_analysis_is_found(tmp_path):
    tree = plant(tmp_path, {"analysis/fast.cpp": "\n", "analysis/load.py": "import json\nimport ctypes\n"})
    assert places(includes.check_areas_without_cpp(tree)) == [("analysis/fast.cpp", 0), ("analysis/load.py", 2)]
