"""R50: as a part of another project the runtime leaves that project's settings alone, and says what it needs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from build_folder import entry_of_cache

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = Path(__file__).parent / "outside" / "main.cpp"
PARENT = f"""cmake_minimum_required(VERSION 3.25)
project(parent LANGUAGES CXX)
add_subdirectory("{ROOT}" spargio)
add_library(inside SHARED main.cpp)
target_link_libraries(inside PRIVATE spargio::spargio)
install(TARGETS inside)
"""


def run(*command, **more) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **more)


@pytest.fixture(scope="module")
def built() -> Path:
    folder = Path(os.environ.get("SPARGIO_BUILD", ROOT / "build" / "release"))
    if not (folder / "include" / "spargio").exists():
        pytest.skip(f"{folder} is not configured: make build")
    return folder


@pytest.fixture(scope="module")
def inside(built, tmp_path_factory) -> Path:
    """The build folder of a project that has ours as a part; configured, which decides all that is asked here."""
    source = tmp_path_factory.mktemp("parent")
    shutil.copy(OUTSIDE, source)
    (source / "CMakeLists.txt").write_text(PARENT)
    done = run("cmake", "-S", source, "-B", source / "build", f"-DCMAKE_CXX_COMPILER={entry_of_cache(built, 'CMAKE_CXX_COMPILER')}")
    assert done.returncode == 0, done.stderr
    return source / "build"


def test_R50_the_kind_of_build_is_that_of_the_project_around_it(inside):
    assert entry_of_cache(inside, "CMAKE_BUILD_TYPE") == ""


def test_R50_a_project_that_installs_itself_installs_none_of_ours(inside):
    steps = "".join(path.read_text() for path in inside.glob("**/cmake_install.cmake"))
    assert "libinside.so" in steps
    assert "libspargio" not in steps and "include/spargio" not in steps


def test_R50_the_library_is_compiled_for_a_shared_one_inside_too(inside):
    commands = (inside / "spargio" / "runtime" / "CMakeFiles" / "spargio.dir" / "flags.make").read_text()
    assert "-fPIC" in commands


def test_R50_B21_a_shared_library_holds_all_of_ours_is_loaded_and_runs(built, tmp_path):
    """Of every object, so that one that cannot be moved is met by the linker, and none is patched when it is loaded."""
    ours = built / "runtime" / "libspargio.a"
    if not ours.exists():
        pytest.skip(f"{ours} is not built")
    shared = tmp_path / "libinside.so"
    done = run(entry_of_cache(built, "CMAKE_CXX_COMPILER"), "-std=c++23", f"-I{built}/include", "-fPIC", "-shared", OUTSIDE, "-o", shared,
               "-Wl,--whole-archive", ours, "-Wl,--no-whole-archive", "-Wl,-z,defs", "-Wl,-z,text", "-pthread", "-luring")
    assert done.returncode == 0, done.stderr
    done = run(sys.executable, "-c", "import ctypes, sys; sys.exit(ctypes.CDLL(sys.argv[1]).main())", shared, timeout=120)
    assert (done.returncode, done.stdout) == (0, "outside: ran on two shards\n"), done.stderr


@pytest.mark.parametrize("compiler", ["g++", "clang++-19"])
def test_R50_headers_are_clean_of_what_other_projects_warn_about(built, compiler):
    if not shutil.which(compiler):
        pytest.skip(f"there is no {compiler} here")
    done = run(compiler, "-std=c++23", f"-I{built}/include", "-Wall", "-Wextra", "-Wpedantic", "-Wnon-virtual-dtor",
               "-Woverloaded-virtual", "-Wextra-semi", "-Werror", "-fsyntax-only", OUTSIDE)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("flags, sentence", [
    (("-std=c++23", "-fno-exceptions"), "compile what includes it without -fno-exceptions"),
    (("-std=c++20",), "compile what includes it with -std=c++23")])
@pytest.mark.parametrize("header", ["spargio.hpp", "core/errc.hpp", "fs/file.hpp", "tasks/task.hpp"])
def test_R50_a_compiler_that_lacks_something_is_told_so_first(built, tmp_path, flags, sentence, header):
    program = tmp_path / "main.cpp"
    program.write_text(f"#include <spargio/{header}>\nint main() {{}}\n")
    done = run(entry_of_cache(built, "CMAKE_CXX_COMPILER"), f"-I{built}/include", *flags, "-fsyntax-only", program)
    first = next(line for line in done.stderr.splitlines() if "error" in line)
    assert sentence in first


def preset(folder: Path, **more: str) -> subprocess.CompletedProcess:
    off = [f"-DSPARGIO_{part}=OFF" for part in ("BENCH", "GBENCH", "TESTS", "EXAMPLES")]
    environment = {name: value for name, value in os.environ.items() if name != "CXX"}
    return run("cmake", "--preset", "release", "-S", ROOT, "-B", folder, *off, env=environment | more, cwd=ROOT)


def test_R50_the_preset_takes_the_compiler_that_CXX_names(tmp_path):
    if not shutil.which("clang++-19"):
        pytest.skip("there is no clang++-19 here")
    assert preset(tmp_path / "usual").returncode == 0
    assert Path(entry_of_cache(tmp_path / "usual", "CMAKE_CXX_COMPILER")).name == "g++"
    assert preset(tmp_path / "asked", CXX="clang++-19").returncode == 0
    assert Path(entry_of_cache(tmp_path / "asked", "CMAKE_CXX_COMPILER")).name == "clang++-19"
    late = preset(tmp_path / "usual", CXX="clang++-19")
    assert "CXX asks for clang++-19, and this build is made with" in late.stderr
