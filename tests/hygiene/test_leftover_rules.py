"""The rules about leftovers and form find what they should, and only that."""
import pytest
from planting import places, plant
from rules import leftovers

# Put together, so that these files don't hold what the rules look for.
REMINDER = "TO" + "DO"
HOME = "/ho" + "me/someone/spargio"


@pytest.mark.parametrize("name", ["runtime/core/a.cpp", "analysis/a.py", "CMakeLists.txt", ".ci/a"])
def test_a_file_that_is_too_long_is_found(tmp_path, name):
    most = leftovers.LINES_MOST
    begin = "#!/bin/bash\n" if name.startswith(".ci") else "\n"
    assert not leftovers.check_length(plant(tmp_path / "fits", {name: begin + "\n" * (most - 1)}))
    assert places(leftovers.check_length(plant(tmp_path / "long", {name: begin + "\n" * most}))) == [(name, 0)]


def test_a_reminder_without_an_owner_is_found(tmp_path):
    tree = plant(tmp_path, {"a.cpp": f"// {REMINDER}: later\n// {REMINDER}(maria): when 6.2 is everywhere\n",
                            "b.md": f"\n{'FIX' + 'ME'} this\n"})
    assert places(leftovers.check_owners(tree)) == [("a.cpp", 1), ("b.md", 2)]


@pytest.mark.parametrize("line", [
    'std::cerr << "here" << std::endl;', 'std::printf("%d", x);', 'printf("%d", x);', 'fprintf(stderr, "x");',
    'puts("x");', 'fmt::print("x");', 'std::println("x");'])
def test_a_library_that_prints_is_found(tmp_path, line):
    tree = plant(tmp_path, {"runtime/core/a.cpp": f"void f() {{\n    {line}\n}}\n"})
    assert places(leftovers.check_prints(tree)) == [("runtime/core/a.cpp", 2)]


def test_programs_print_and_so_does_what_is_about_to_abort(tmp_path):
    tree = plant(tmp_path, {"harness/a.cpp": 'std::printf("x");\n', "tests/a.cpp": 'std::cout << "x";\n',
                            "runtime/core/assert.cpp": 'std::fprintf(stderr, "x");\n',
                            "runtime/core/b.cpp": "// as std::printf does\nstd::snprintf(text, size, \"x\");\n"})
    assert not leftovers.check_prints(tree)


def test_a_forgotten_debugger_is_found(tmp_path):
    tree = plant(tmp_path, {"analysis/a.py": "x = 1\n    " + "break" + "point()\n"})
    assert places(leftovers.check_prints(tree)) == [("analysis/a.py", 2)]


def test_an_import_of_a_conftest_is_found(tmp_path):
    tree = plant(tmp_path, {"tests/a/test_x.py": "import os\nfrom conftest import ROOT\n",
                            "tests/b/test_y.py": "from builder import ROOT\n"})
    assert places(leftovers.check_conftest(tree)) == [("tests/a/test_x.py", 2)]


@pytest.mark.parametrize("line", [
    "// return value;", "    // queue.push(item);", "// if (ready) {", "// int count = 0;", "// }", "// } else {",
    "// spin(100);", "// std::vector<int> all(3, 0);", "// for (int i = 0; i < 3; ++i) f(i);",
    "// self->wake();", "// void wake() noexcept {", "// #include <vector>", "// total += each;", "#if 0"])
def test_code_in_a_cpp_comment_is_found(tmp_path, line):
    tree = plant(tmp_path, {"runtime/core/a.cpp": f"\n{line}\n"})
    assert places(leftovers.check_dead_code(tree)) == [("runtime/core/a.cpp", 2)]


@pytest.mark.parametrize("line", [
    "// The caller waits for the reply; the reader does not;",
    "// see eventfd(2);",
    "// for two arms, ABBA;",
    "// if it is full, the caller waits",
    "// returns at once when there is nothing to do",
    "// an answer (the other side's) comes later;",
    "// Cost: one load (relaxed).",
    "/// co_await tcp.send(buffer);",
    "// while it sleeps, the other side may ring the bell",
    "// throw-away state for the model"])
def test_prose_in_a_cpp_comment_is_not_complained_of(tmp_path, line):
    assert not leftovers.check_dead_code(plant(tmp_path, {"runtime/core/a.cpp": f"{line}\n"}))


@pytest.mark.parametrize("line, is_code", [
    ("# import json", True), ("# print(x)", True), ("    # x = load(path)", True), ("# def run(self):", True),
    ("# for each in all_of_them:", True), ("# from pathlib import Path", True),
    ("# The first one counts.", False), ("# for each block, one number", False),
    ("# import of a module is slow", False), ("# returns are rare", False)])
def test_code_in_a_python_comment_is_found(tmp_path, line, is_code):
    assert bool(leftovers.check_dead_code(plant(tmp_path, {"analysis/a.py": f"{line}\n"}))) == is_code


def test_a_path_of_one_machine_is_found(tmp_path):
    tree = plant(tmp_path, {"docs/a.md": f"fine: ~/x, $HOME{HOME[:5]}x\n\nin {HOME}\n"})
    assert places(leftovers.check_machine_paths(tree)) == [("docs/a.md", 3)]


def test_faults_of_form_are_found(tmp_path):
    tree = plant(tmp_path, {
        "a.cpp": "int a; \n", "b.cpp": "\tint b;\n", "c.cpp": "int c;", "d.cpp": "int d;\n\n", "e.cpp": "int e;\r\n",
        "fine.cpp": "int fine;\n", "Makefile": "all:\n\techo\n"})
    # Written as bytes: Python would read the carriage return as a part of the line's end.
    (tmp_path / "e.cpp").write_bytes(b"int e;\r\n")
    assert {place[0] for place in places(leftovers.check_form(tree))} == {"a.cpp", "b.cpp", "c.cpp", "d.cpp", "e.cpp"}


def test_a_header_without_guard_or_purpose_is_found(tmp_path):
    tree = plant(tmp_path, {
        "runtime/core/fine.hpp": "// What it is for.\n#pragma once\n",
        "runtime/core/mute.hpp": "#pragma once\n",
        "backends/x/open.hpp": "int x;\n"})
    assert places(leftovers.check_headers_begin(tree)) == [("backends/x/open.hpp", 0), ("runtime/core/mute.hpp", 1)]
