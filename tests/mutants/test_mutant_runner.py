"""The program that plants defects says of each what came of it, and leaves everything as it was."""
import json
import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import children  # noqa: E402  (found through the line above)

RUN = Path(__file__).with_name("run.py")
HALF = "#include <cstdio>\n#include <unistd.h>\ninline int half(int of) {\n    return of / 2;\n}\n"
HANGS = "[] { for (;;) ::pause(); return 0; }();"
TELLS_AND_HANGS = '[] { std::fputc(120, std::fopen("PIPE", "w")); std::fflush(nullptr); for (;;) ::pause(); return 0; }();'
# A program with the two switches of GoogleTest that count here, which compiles in a moment.
PROGRAM = r"""
#include "numbers/half.hpp"
#include <cstdio>
#include <cstring>
#define TEST(suite, name) static int suite##_##name()
TEST(R1, half_of_eight) { return half(8) == 4 ? 0 : 1; }
int main(int count, char** arguments) {
    if (count == 3 && std::strcmp(arguments[2], "--gtest_list_tests") == 0)
        return std::printf("R1.\n%s", std::strcmp(arguments[1], "--gtest_filter=R1.*") == 0 ? "  half_of_eight\n" : "") < 0;
    return R1_half_of_eight();
}
"""
MODEL = r"""
#include <cstring>
int main(int, char** arguments) { return std::strcmp(arguments[2], "look") == 0 ? 0 : 1; }
"""
FILES = {
    "CMakePresets.json": '{"version": 6, "configurePresets": [{"name": "release", "generator": "Ninja",'
                         ' "binaryDir": "${sourceDir}/build", "cacheVariables": {"CMAKE_CXX_COMPILER": "g++"}}]}\n',
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.25)\nproject(toy LANGUAGES CXX)\nadd_subdirectory(tests)\n",
    "tests/CMakeLists.txt": "function(spargio_add_test name)\n    add_executable(${name} ${ARGN})\n"
                            "    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})\nendfunction()\n"
                            "function(spargio_add_model name)\n    add_executable(model_${name} ${name}_model.cpp)\n"
                            "endfunction()\n"
                            "spargio_add_test(half_tests half_test.cpp)\nspargio_add_model(park MUTANTS look announce)\n",
    "tests/half_test.cpp": PROGRAM, "tests/park_model.cpp": MODEL, "numbers/half.hpp": HALF}


def defect(new: str, killer: str = 'program = "half_tests"\nfilter = "R1.*"') -> str:
    return f"why = 'A half is wrong.'\nfile = 'numbers/half.hpp'\n{killer}\nold = 'of / 2;'\nnew = {json.dumps(new)}\n"


def of_model(mutant: str) -> str:
    return defect("of;", f'program = "model_park"\nmutant = "{mutant}"')


@pytest.fixture
def project(tmp_path):
    for name, text in FILES.items():
        write(tmp_path / name, text)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def describe(project: Path, *texts: str) -> None:
    for number, text in enumerate(texts, start=1):
        write(project / f"tests/mutants/{number:03}-half.toml", text)


def command(project: Path, *words: str) -> list[str]:
    return [sys.executable, str(RUN), "--root", str(project), *words]


def run(project: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(command(project, *words), capture_output=True, text=True)


def times(project: Path) -> dict[str, int]:
    return {name: (project / name).stat().st_mtime_ns for name in FILES}


def assert_sound(project: Path, before: dict[str, int]) -> None:
    """The project was not touched, and its copy holds no defect."""
    assert times(project) == before
    for name, text in FILES.items():
        assert (project / name).read_text() == text
        assert (project / "build/mutants/tree" / name).read_text() == text


def test_a_run_says_of_each_defect_what_came_of_it(project):
    describe(project, defect("of * 2;"), defect("of >> 1;"), defect("of / two;"), defect(HANGS), of_model("look"),
             of_model("announce"))
    before = times(project)
    done = run(project, "--limit", "1", "--rounds", "2")
    assert [re.sub(r" in \d+ s", "", line) for line in done.stdout.splitlines()[:-1]] == [
        "mutant 1 killed by half_tests R1.* (A half is wrong)",
        "mutant 2 SURVIVED half_tests R1.* (A half is wrong)",
        "mutant 3 COULD NOT BE TRIED with half_tests R1.* (A half is wrong), see build/mutants/logs/003.txt",
        "mutant 4 killed by half_tests R1.* (A half is wrong)",
        "mutant 5 killed by model_park look (A half is wrong)",
        "mutant 6 SURVIVED model_park announce (A half is wrong)"], done.stderr
    summary = r"6 mutants: 3 killed, 2 survived, 1 could not be tried, in \d+ min \d+ s"
    assert re.fullmatch(summary, done.stdout.splitlines()[-1])
    assert done.returncode == 2
    assert "two" in (project / "build/mutants/logs/003.txt").read_text()
    assert_sound(project, before)


def test_the_exit_code_says_whether_all_were_killed(project):
    describe(project, defect("of * 2;"), defect("of >> 1;"), of_model("look"))
    assert run(project, "1", "3").returncode == 0
    assert run(project, "1", "2", "--rounds", "1").returncode == 1
    assert run(project, "3").returncode == 0
    assert "no work to do" in (project / "build/mutants/logs/003.txt").read_text()


def hear_interrupts() -> None:
    """A shell has its background jobs ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_ends_its_children_and_takes_the_defect_out(project, number):
    """The test program opens a pipe, which the kernel closes when the program has ended."""
    os.mkfifo(project / "pipe")
    pipe = os.open(project / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    ready = select.poll()
    ready.register(pipe, select.POLLIN)
    describe(project, defect(TELLS_AND_HANGS.replace("PIPE", str(project / "pipe"))))
    before = times(project)
    runner = subprocess.Popen(command(project, "--limit", "600"), preexec_fn=hear_interrupts)
    try:
        assert ready.poll(120_000) and os.read(pipe, 1) == b"x", "the test program did not start"
        runner.send_signal(number)
        assert runner.wait(60) == 130
        assert ready.poll(0) and os.read(pipe, 1) == b"", "the test program still runs"
    finally:
        runner.kill()
        runner.wait()
        os.close(pipe)
    assert_sound(project, before)


def test_nothing_that_a_child_has_started_outlives_it(tmp_path):
    """Not what its group has, nor what has made a group of its own, as ninja's compilers do."""
    os.mkfifo(tmp_path / "pipe")
    pipe = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    script = "exec 3>pipe; sleep 600 & set -m; sleep 600 & exit 7"
    try:
        with open(os.devnull, "wb") as output:
            assert children.run(["bash", "-c", script], folder=tmp_path, output=output) == 7
        assert os.read(pipe, 1) == b""  # would block were there one that holds the other end
    finally:
        os.close(pipe)


def test_a_copy_that_a_killed_run_left_with_a_defect_is_made_good(project):
    describe(project, defect("of >> 1;"))
    assert run(project, "--rounds", "1").returncode == 1
    write(project / "build/mutants/tree/numbers/half.hpp", HALF.replace("/ 2", "* 2"))
    write(project / "build/mutants/tree/numbers/stray.hpp", "")
    assert run(project, "--rounds", "1").returncode == 1
    assert not (project / "build/mutants/tree/numbers/stray.hpp").exists()


@pytest.mark.parametrize(("text", "words", "complaint"), [
    (defect("of / 2;"), [], "changes nothing"), ("why =", [], "Invalid"), (defect("of;"), ["2"], "no defect of number 2"),
    (defect("of;", 'program = "half_tests"\nfilter = "R2.*"'), [], "no test of half_tests matches R2.*")])
def test_wrong_data_and_numbers_are_refused(project, text, words, complaint):
    describe(project, text)
    done = run(project, *words)
    assert done.returncode == 2 and complaint in done.stderr and not done.stdout


def test_the_list_names_what_there_is(project):
    describe(project, defect("of;"), of_model("look"))
    assert run(project, "--list").stdout.splitlines() == [
        "  1  half_tests  R1.*  numbers/half.hpp: A half is wrong.",
        "  2  model_park  look  numbers/half.hpp: A half is wrong."]
