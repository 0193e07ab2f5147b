"""Every header compiles alone.

What a file includes before anything else, it compiles by itself. So whoever compiles a file has compiled its first header
alone, and that one's first header, and so on: only those that are nobody's first are compiled here.
"""
from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from .includes import INCLUDE, own_file
from .tree import Finding, Tree, under

# What may stand before the first include and changes nothing for it.
BEFORE = re.compile(r"^\s*(//.*)?$|^#pragma once$")


def first_header(tree: Tree, name: str) -> str | None:
    """The header of ours that a file includes with nothing before it."""
    for _, line in tree.lines(name):
        if match := INCLUDE.match(line):
            return own_file(match[1] or match[2], match[2] is not None)
        if not BEFORE.match(line):
            return None
    return None


def compiled_by(tree: Tree, build: Path) -> set[str]:
    """The sources that the commands of a build begin with: of joined ones (cmake/joined_units.cmake) the first, and none
    where the command line includes something before."""
    commands = json.loads((build / "compile_commands.json").read_text())
    sources = set()
    for path in {Path(each["file"]) for each in commands if " -include " not in each["command"]}:
        if "Unity" in path.parts:
            path = Path(re.findall(r'#include "(.+)"', path.read_text())[0])
        sources.add(os.path.relpath(path, tree.root))
    return sources & set(tree.files)


def headers_to_compile(tree: Tree, build: Path | None = None) -> list[str]:
    """The headers that no other header includes first, nor a source of the build, which must be a finished one.

    Models are left out: Relacy wants its own names for the standard ones.
    """
    headers = [name for name in tree.headers() if not under(name, "tests/models")]
    proving = [*headers, *(compiled_by(tree, build) if build else ())]
    proven = {first_header(tree, name) for name in proving}
    return [name for name in headers if name not in proven]


def check_headers_alone(tree: Tree) -> list[Finding]:
    return compile_each(tree, headers_to_compile(tree), os.cpu_count() or 1)


def compile_each(tree: Tree, headers: list[str], jobs: int, compiler: str = "g++") -> list[Finding]:
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(jobs) as pool:
        (Path(scratch) / "spargio").symlink_to((tree.root / "runtime").resolve())
        results = pool.map(lambda name: compile_alone(tree, name, compiler, scratch), headers)
        return [finding for finding in results if finding]


def compile_alone(tree: Tree, name: str, compiler: str, include: str) -> Finding | None:
    own = PurePosixPath(name)
    # As users reach it: a header of the runtime through its public name.
    text = f"<spargio/{own.relative_to('runtime')}>" if under(name, "runtime") else f'"{name}"'
    done = subprocess.run(
        [compiler, "-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-x", "c++", "-I", str(tree.root), "-I", include,
         "-"], input=f"#include {text}\n", capture_output=True, text=True)
    if done.returncode == 0:
        return None
    first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr[:300])
    return Finding(name, 0, f"does not compile alone: {first.replace(str(tree.root) + '/', '')}")
