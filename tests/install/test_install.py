"""R50: the runtime is installed by itself, and a project that knows nothing else of it builds and runs against that."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from build_folder import entry_of_cache

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "hygiene"))
from rules import public_headers  # noqa: E402
from rules.tree import Tree  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = Path(__file__).parent / "outside"
SAID = "outside: ran on two shards\n"


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def build() -> Path:
    folder = Path(os.environ.get("SPARGIO_BUILD", ROOT / "build" / "release"))
    if not (folder / "runtime" / "libspargio.a").exists():
        pytest.skip(f"{folder} holds no built runtime: make build")
    return folder


@pytest.fixture(scope="module")
def compiler(build) -> str:
    return entry_of_cache(build, "CMAKE_CXX_COMPILER")


@pytest.fixture(scope="module")
def prefix(build, tmp_path_factory) -> Path:
    """Installed, and then moved: nothing may remember where it was installed first."""
    first = tmp_path_factory.mktemp("installed") / "first"
    run("cmake", "--install", build, "--prefix", first)
    moved = first.with_name("moved")
    first.rename(moved)
    return moved


def test_R50_a_project_finds_the_installed_runtime_by_find_package(prefix, compiler, tmp_path):
    source = tmp_path / "outside"
    shutil.copytree(OUTSIDE, source)
    run("cmake", "-S", source, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_CXX_COMPILER={compiler}")
    run("cmake", "--build", tmp_path / "build")
    assert run(tmp_path / "build" / "outside") == SAID


def test_R50_a_program_is_compiled_against_it_by_pkg_config_alone(prefix, compiler, tmp_path):
    folder = next(prefix.glob("**/pkgconfig"))
    flags = run("pkg-config", "--cflags", "--libs", "spargio", env=os.environ | {"PKG_CONFIG_PATH": str(folder)}).split()
    assert not any(str(ROOT) in flag for flag in flags)
    run(compiler, "-std=c++23", "-O0", OUTSIDE / "main.cpp", "-o", tmp_path / "outside", *flags)
    assert run(tmp_path / "outside") == SAID


def test_R50_a_version_that_is_not_this_one_is_refused_by_name(prefix, compiler, tmp_path):
    source = tmp_path / "outside"
    shutil.copytree(OUTSIDE, source)
    lists = source / "CMakeLists.txt"
    lists.write_text(lists.read_text().replace("find_package(spargio 0.1 ", "find_package(spargio 7.0 "))
    done = subprocess.run(["cmake", "-S", source, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
                           f"-DCMAKE_CXX_COMPILER={compiler}"], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert 'compatible with requested version "7.0"' in " ".join(done.stderr.split())


def test_R50_what_is_installed_is_the_runtime_and_nothing_of_the_harness(prefix):
    headers = {path.relative_to(prefix / "include" / "spargio") for path in prefix.glob("**/*.hpp")}
    public = public_headers.public_headers()
    needed = set(public).union(*(public_headers.reached(Tree(ROOT), each) for each in public))
    assert headers == {Path(each).relative_to("runtime") for each in needed if each.startswith("runtime/")}
    invited_in = [path for path in headers if path.name in ("runtime_core.hpp", "setup.hpp", "fault_plan.hpp")]
    assert not invited_in, "what implements the runtime is no part of what users include"
    others = {path.name for path in prefix.glob("**/*") if path.is_file() and path.suffix != ".hpp"}
    assert others == {"libspargio.a", "spargio.pc", "spargio-config.cmake", "spargio-config-version.cmake",
                      "spargio-targets.cmake", next(name for name in others if name.startswith("spargio-targets-"))}


def test_R50_no_installed_file_names_the_checkout_or_the_place_of_installation(prefix):
    for path in prefix.glob("**/*"):
        if path.is_file() and path.suffix != ".a":
            text = path.read_text(encoding="utf-8")
            assert str(ROOT) not in text and str(prefix.parent) not in text, path
