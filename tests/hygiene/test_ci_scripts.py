"""The scripts behind `make` count rightly and hand on what went wrong."""
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

CTEST = """<testsuite name="x" tests="5">
<testcase name="a" status="run"/>
<testcase name="b" status="fail"><failure message=""/></testcase>
<testcase name="c" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/></testcase>
<testcase name="d_NOT_BUILT" status="notrun"><skipped message="Unable to find executable"/></testcase>
<testcase name="e" status="disabled"><skipped message="Disabled"/></testcase>
</testsuite>"""
PYTEST = """<testsuites><testsuite name="pytest">
<testcase name="a"/><testcase name="b"><error message="x"/></testcase><testcase name="c"><skipped/></testcase>
<testcase name="d"/></testsuite></testsuites>"""


def count(*files: Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, PROJECT / ".ci/count-tests", *files], capture_output=True, text=True)
    return done.returncode, (done.stdout.splitlines() or [""])[-1]


def test_counts_of_ctest_and_pytest_are_added_up(tmp_path):
    (tmp_path / "ctest.xml").write_text(CTEST)
    (tmp_path / "pytest.xml").write_text(PYTEST)
    assert count(tmp_path / "ctest.xml") == (1, "1 passed, 2 failed, 2 skipped")
    assert count(tmp_path / "pytest.xml") == (1, "2 passed, 1 failed, 1 skipped")
    assert count(tmp_path / "ctest.xml", tmp_path / "pytest.xml") == (1, "3 passed, 3 failed, 3 skipped")


def test_when_all_passed_the_line_is_short_and_the_exit_code_zero(tmp_path):
    (tmp_path / "a.xml").write_text('<testsuite><testcase name="a" status="run"/></testsuite>')
    assert count(tmp_path / "a.xml") == (0, "1 passed, 0 failed")


@pytest.mark.parametrize("text", [None, "", "<testsuite><testcase name", "<testsuite/>", "<testsuites></testsuites>"])
def test_a_run_that_left_no_tests_is_a_failure(tmp_path, text):
    if text is not None:
        (tmp_path / "a.xml").write_text(text)
    assert count(tmp_path / "a.xml") == (1, "0 passed, 1 failed")


def feign(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/bash\n" + script)
    path.chmod(0o755)


def run(root: Path, *command: str, **more: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BENCH_", "SPARGIO_"))}
    environment["PATH"] = f"{root}/tools:{environment['PATH']}"
    return subprocess.run(command, cwd=root, env=environment | more, capture_output=True, text=True)


@pytest.fixture
def house(tmp_path):
    """A copy of the scripts, with a feigned make, harness and report."""
    shutil.copytree(PROJECT / ".ci", tmp_path / ".ci")
    feign(tmp_path / "analysis/spargio-report", """case $1 in
    report) touch "$4/index.html" "$4/forest.png"; exit ${REPORT_CODE:-0} ;;
    compare) echo "ratio table"; exit ${COMPARE_CODE:-0} ;;
    gate) echo "gate table"; exit ${GATE_CODE:-0} ;;
    verdict) echo "ten lines"; exit ${VERDICT_CODE:-${GATE_CODE:-0}} ;;
esac
""")
    feign(tmp_path / "build/harness/spargio-bench", 'echo "$@" > arguments; [ -n "$NO_RESULT" ] || echo {} > "$4"\n'
                                                    'exit ${BENCH_CODE:-0}\n')
    return tmp_path


def bench(house: Path, **more: str) -> subprocess.CompletedProcess:
    return run(house, "bash", ".ci/bench", "build", BENCH_OUT=str(house / "out"), **more)


def test_bench_ends_with_the_verdict_and_the_page_to_open(house):
    done = bench(house, BENCH_ARGS="--blocks 1 --seed 7")
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said.index("ten lines") < said.index(f"Open   {house / 'out/index.html'}") == len(said) - 2
    assert "ratio table" not in done.stdout and "gate table" not in done.stdout and "forest.png" not in done.stdout
    assert "--blocks 1 --seed 7" in (house / "arguments").read_text()


def test_bench_leaves_the_tables_and_the_names_of_all_files_beside_the_page(house):
    bench(house)
    assert (house / "out/compare.txt").read_text() == "ratio table\n"
    assert (house / "out/gates.txt").read_text() == "gate table\n"
    assert (house / "out/files.txt").read_text().split() == ["compare.txt", "forest.png", "gates.txt", "index.html",
                                                             "result.json"]


def test_bench_hands_on_an_invalid_case_but_still_reports_the_others(house):
    done = bench(house, BENCH_CODE="4")
    assert done.returncode == 4
    assert "ten lines" in done.stdout


@pytest.mark.parametrize("code, wanted", [("0", 4), ("2", 2)])
def test_bench_without_a_result_fails(house, code, wanted):
    done = bench(house, BENCH_CODE=code, NO_RESULT="1")
    assert done.returncode == wanted
    assert "no result" in done.stderr


def test_bench_that_was_interrupted_says_where_the_result_is_and_ends_with_130(house):
    done = bench(house, BENCH_CODE="130")
    assert done.returncode == 130
    assert "result.json" in done.stderr


@pytest.mark.parametrize("command", ["REPORT_CODE", "COMPARE_CODE", "GATE_CODE", "VERDICT_CODE"])
def test_bench_hands_on_what_the_report_could_not_do(house, command):
    assert bench(house, **{command: "4"}).returncode == 4


@pytest.mark.parametrize("code", ["1", "3"])
def test_bench_takes_a_measured_loss_for_a_result(house, code):
    done = bench(house, GATE_CODE=code)
    assert done.returncode == 0
    assert "ten lines" in done.stdout


def test_the_tests_of_a_program_that_ctest_runs_in_shares_are_counted_one_by_one(house):
    wrote = '<testsuites><testsuite><testcase name="x" status="run"/>{}</testsuite></testsuites>'
    failed = '<testcase name="y" status="run"><failure message=""/></testcase>'
    (house / "ctest.xml").write_text('<testsuite><testcase name="all_shard_0" status="run"/></testsuite>')
    (house / "shard.xml").write_text(wrote.format(failed))
    feign(house / "tools/ctest", 'while [ "$1" != --output-junit ]; do shift; done\n'
                                 'cp ctest.xml "$2"; cp shard.xml "$(dirname "$2")/all_shard_0.xml"; echo ran\n')
    stale = house / "build/test-reports/gone_shard_0.xml"
    stale.parent.mkdir(parents=True)
    stale.write_text("not of this run")
    done = run(house, "bash", ".ci/test", "build", "cpp")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "2 passed, 1 failed")
    (house / "shard.xml").write_text(wrote.format(""))
    done = run(house, "bash", ".ci/test", "build", "cpp")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "2 passed, 0 failed")


# What the feigned make does for each of its targets, by way of variables: RESULT_test="exit 1" and so on.
MAKE = 'variable=RESULT_${1//-/_}; echo "made $1 WERROR=$WERROR"; eval "${!variable:-true}"\n'


def ci_run(house: Path, **results: str) -> tuple[int, list[str]]:
    feign(house / "tools/make", MAKE)
    feign(house / ".ci/gate", 'echo "gated $1"; exit ${OWN_GATES:-0}\n')
    feign(house / ".ci/format", 'echo "form $1"; exit ${FORM:-0}\n')
    defaults = {"RESULT_test": "echo '41 passed, 0 failed, 2 skipped'"}
    done = run(house, "bash", ".ci/run", **(defaults | results))
    return done.returncode, done.stdout.splitlines()


def test_ci_ends_with_the_sum_of_tests_and_steps(house):
    code, lines = ci_run(house)
    assert (code, lines[-1]) == (0, "46 passed, 0 failed")
    assert "gated build/release" in lines
    assert "form --check" in lines


def test_ci_counts_failed_tests_and_goes_on(house):
    code, lines = ci_run(house, RESULT_test="echo '40 passed, 1 failed'; exit 2")
    assert (code, lines[-1]) == (1, "45 passed, 1 failed")
    assert any("made bench" in line for line in lines)


def test_ci_counts_a_test_run_that_died_as_a_failure(house):
    assert ci_run(house, RESULT_test="exit 2")[1][-1] == "5 passed, 1 failed"
    assert ci_run(house, RESULT_test="echo '40 passed, 0 failed'; exit 2")[1][-1] == "45 passed, 1 failed"


def test_ci_counts_each_failed_step(house):
    code, lines = ci_run(house, RESULT_bench="exit 1", RESULT_clang_warnings="exit 1", OWN_GATES="1", FORM="1")
    assert (code, lines[-1]) == (1, "42 passed, 4 failed")


def test_ci_still_runs_the_tests_when_a_warning_broke_the_strict_build(house):
    code, lines = ci_run(house, RESULT_build="exit 1")
    assert (code, lines[-1]) == (1, "45 passed, 1 failed")
    assert "made test WERROR=OFF" in lines


def clang_says(folder: Path, *sources: str) -> tuple[int, str]:
    """Of a build of these sources, as the project's commands are."""
    entries = []
    for number, text in enumerate(sources):
        (folder / f"{number}.cpp").write_text(text)
        entries.append({"directory": str(folder), "file": f"{folder}/{number}.cpp",
                        "command": f"clang++-19 -O2 -Wall -Werror -o made/all.dir/{number}.o -c {folder}/{number}.cpp"})
    (folder / "compile_commands.json").write_text(json.dumps(entries))
    done = subprocess.run([PROJECT / ".ci/clang-warnings", folder], capture_output=True, text=True)
    return done.returncode, done.stdout


def test_clang_reads_every_source_and_a_warning_of_one_is_a_failure(tmp_path):
    fine = "int one() { return 1; }\n"
    warned = "template <class T> int two() { T unused = 2; return 2; }\nint all() { return two<int>(); }\n"
    other = "int three() { return 3; }\n"
    assert clang_says(tmp_path, fine, other) == (0, "clang-warnings: 2 sources, 0 failed\n")
    code, said = clang_says(tmp_path, fine, warned, other)
    assert code == 1 and "unused variable" in said and re.findall("FAILED (.*)", said) == [f"{tmp_path}/1.cpp"]
    assert said.endswith("clang-warnings: 3 sources, 1 failed\n")
    assert not (tmp_path / "made").exists()


def test_sources_that_use_a_name_twice_are_no_failure_and_hide_none(tmp_path):
    alike = "static int once = 1;\nint {}() {{ return once; }}\n"
    sources = [alike.format(name) for name in ("a", "b", "c")]
    assert clang_says(tmp_path, *sources) == (0, "clang-warnings: 3 sources, 0 failed\n")
    code, said = clang_says(tmp_path, *sources, "static int once = 1;\n")
    assert code == 1 and re.findall("FAILED (.*)", said) == [f"{tmp_path}/3.cpp"]


def test_clang_that_has_nothing_to_read_is_a_failure(tmp_path):
    assert clang_says(tmp_path) == (2, "")


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_the_form_is_not_right_where_nothing_can_tell(house, arguments):
    bare = house / "bare"
    bare.mkdir()
    for tool in ("bash", "dirname", "git"):
        (bare / tool).symlink_to(shutil.which(tool))
    done = run(house, "bash", ".ci/format", *arguments, PATH=str(bare))
    assert done.returncode == 1
    assert "clang-format is not installed" in done.stderr


def test_find_python_says_what_no_python_here_can_import(house):
    done = run(house, "bash", ".ci/find-python", "nosuchmodule")
    assert done.returncode == 2
    assert "nosuchmodule" in done.stderr and "SPARGIO_PYTHON" in done.stderr


def test_find_python_prefers_the_one_that_was_named(house):
    feign(house / "tools/mypython", "exec /usr/bin/env python3 \"$@\"\n")
    done = run(house, "bash", ".ci/find-python", "json", SPARGIO_PYTHON=str(house / "tools/mypython"))
    assert done.stdout.strip() == str(house / "tools/mypython")


def made(house: Path, *arguments: str) -> str:
    """What `make` would do for these arguments."""
    shutil.copy(PROJECT / "Makefile", house)
    return run(house, "make", "-n", *arguments).stdout


def test_bench_builds_only_what_measuring_needs(house):
    commands = made(house, "bench")
    assert ".ci/bootstrap --measuring" in commands
    assert "-DSPARGIO_TESTS=OFF -DSPARGIO_EXAMPLES=OFF -DSPARGIO_GBENCH=OFF" in commands
    assert "--target spargio-bench" in commands


def test_bench_leaves_a_folder_with_tests_as_it_is(house):
    feign(house / "build/release/build.ninja", "")
    assert "SPARGIO_TESTS" not in made(house, "bench")


@pytest.mark.parametrize("target", ["test", "soak", "build"])
def test_what_needs_more_turns_a_folder_that_bench_made_into_a_whole_one(house, target):
    feign(house / "build/release/build.ninja", "")
    assert "-DSPARGIO_TESTS=ON -DSPARGIO_EXAMPLES=ON -DSPARGIO_GBENCH=ON" in made(house, target)


@pytest.mark.parametrize("given, said", [({}, "thin thin"), ({"SPARGIO_TESTS": "whole"}, "whole thin"),
                                         ({"SPARGIO_CONFORMANCE": "whole"}, "thin whole")])
def test_make_test_is_thin_unless_the_whole_is_asked_for_as_make_check_does(house, given, said):
    shutil.copy(PROJECT / "Makefile", house)
    feign(house / ".ci/bootstrap", "")
    feign(house / ".ci/test", 'echo "$SPARGIO_TESTS $SPARGIO_CONFORMANCE"\n')
    feign(house / "tools/cmake", "")
    assert run(house, "make", "test", **given).stdout.split("\n")[-2] == said
    assert "SPARGIO_CONFORMANCE=whole SPARGIO_TESTS=whole make test WERROR=ON" in made(house, "check").replace(
        shutil.which("make") or "make", "make")


def test_check_and_clang_tidy_see_each_source_by_itself(house):
    shutil.copy(PROJECT / "Makefile", house)
    assert "build-release-clang WERROR=ON JOINED=OFF" in (house / "Makefile").read_text()
    assert re.search(r"--preset release-clang -DSPARGIO_WERROR=\w+ -DSPARGIO_JOINED=OFF", made(house, "tidy"))
    assert "-DSPARGIO_JOINED=ON" in made(house, "build")


TOOL = """name=$(basename "$0")-$1; echo "begin $name" >> log
for _ in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done; echo "end $name" >> log
"""


@pytest.mark.parametrize("flags", [("-j4",), ()])
def test_nothing_is_measured_while_tests_run_however_many_goals_go_at_once(house, flags):
    """Each thing that make starts ends before the next begins, with -j and with MAKEFLAGS from outside."""
    shutil.copy(PROJECT / "Makefile", house)
    for name in ("bootstrap", "test", "bench"):
        feign(house / f".ci/{name}", TOOL)
    feign(house / "tools/cmake", TOOL)
    ended = run(house, "make", *flags, "test", "bench", **({} if flags else {"MAKEFLAGS": "-j8"}))
    assert ended.returncode == 0, ended.stderr
    lines = [line.split() for line in (house / "log").read_text().splitlines()]
    assert [word for word, _ in lines] == ["begin", "end"] * (len(lines) // 2)
    assert [name for _, name in lines[::2]] == [name for _, name in lines[1::2]]
    assert {"test-build/release", "bench-build/release"} <= {name for _, name in lines}


@pytest.mark.parametrize("script", sorted(
    path.name for path in (PROJECT / ".ci").iterdir() if "\ncd " in path.read_text(encoding="utf-8")))
def test_a_script_works_in_its_own_project_wherever_CDPATH_leads(house, tmp_path, script):
    """A relative `cd` looks along CDPATH first, and says where it went."""
    (tmp_path / "elsewhere/.ci").mkdir(parents=True)
    text = (house / ".ci" / script).read_text(encoding="utf-8")
    head, _, _ = text.partition('\ncd "$(dirname "$0")/.."')
    (house / ".ci" / script).write_text(head + '\ncd "$(dirname "$0")/.."\npwd\n', encoding="utf-8")
    said = run(house, "bash", f".ci/{script}", "build/release", CDPATH=str(tmp_path / "elsewhere")).stdout
    assert said.split() == [str(house)]


def test_bench_does_not_report_the_result_of_an_earlier_run(house):
    (house / "out").mkdir()
    (house / "out/result.json").write_text("{}")
    ended = bench(house, BENCH_CODE="2")
    assert ended.returncode == 2 and "no result" in ended.stderr
    assert "ratio table" not in ended.stdout and not (house / "out/compare.txt").exists()
