"""The rule that headers compile alone compiles what nothing else proves, and finds what lacks something."""
import json

from planting import places, plant
from rules import headers_alone


def test_a_header_that_needs_another_is_found(tmp_path):
    tree = plant(tmp_path, {
        "workloads/fine.hpp": "#pragma once\n#include <string>\ninline std::string name;\n",
        "workloads/lacking.hpp": "#pragma once\ninline std::string name;\n",
        "runtime/core/fine.hpp": "#pragma once\nnamespace spargio { inline int size = 0; }\n",
        "runtime/core/user.hpp": "#pragma once\n#include <spargio/core/fine.hpp>\ninline int* p = &spargio::size;\n"})
    found = headers_alone.check_headers_alone(tree)
    assert places(found) == [("workloads/lacking.hpp", 0)]
    assert "string" in found[0].problem


def test_a_header_that_lacks_something_is_found_by_way_of_the_one_that_includes_it_first(tmp_path):
    tree = plant(tmp_path, {
        "workloads/lacking.hpp": "// what for\n#pragma once\ninline std::string name;\n",
        "workloads/user.hpp": '#pragma once\n\n#include "workloads/lacking.hpp"\n\n#include <string>\n'})
    assert headers_alone.headers_to_compile(tree) == ["workloads/user.hpp"]
    found = headers_alone.check_headers_alone(tree)
    assert "lacking.hpp" in found[0].problem


def test_what_is_included_second_or_after_code_proves_nothing(tmp_path):
    tree = plant(tmp_path, {
        "workloads/lacking.hpp": "#pragma once\ninline std::string name;\n",
        "workloads/second.hpp": '#include <string>\n#include "workloads/lacking.hpp"\n',
        "workloads/after.hpp": 'namespace std { class string; }\n#include "workloads/lacking.hpp"\n',
        "workloads/under.hpp": '#if 0\n#include "workloads/lacking.hpp"\n#endif\n'})
    assert "workloads/lacking.hpp" in headers_alone.headers_to_compile(tree)


def test_a_source_proves_its_header_where_the_build_compiles_it_first(tmp_path):
    alone = {f"workloads/{name}.{end}": f'#include "workloads/{name}.hpp"\n' if end == "cpp" else "#pragma once\n"
             for name in ("apart", "first", "second", "unbuilt") for end in ("cpp", "hpp")}
    tree = plant(tmp_path / "tree", alone)
    joined = tmp_path / "build/Unity/unity_0.cxx"
    joined.parent.mkdir(parents=True)
    joined.write_text("".join(f'/* NOLINT */\n#include "{tree.root}/workloads/{name}.cpp"\n' for name in ("first", "second")))
    commands = {str(joined): "", str(tree.root / "workloads/apart.cpp"): "", "/elsewhere/third_party.cpp": "",
                str(tree.root / "workloads/unbuilt.cpp"): " -include workloads/other.hpp "}
    (tmp_path / "build/compile_commands.json").write_text(json.dumps(
        [{"file": file, "command": f"c++{more}"} for file, more in commands.items()]))
    assert headers_alone.headers_to_compile(tree, tmp_path / "build") == ["workloads/second.hpp", "workloads/unbuilt.hpp"]
    assert len(headers_alone.headers_to_compile(tree)) == 4
