"""Includes: the table of layers, and no circle."""
from __future__ import annotations

import re
from itertools import pairwise

from .layers import AREAS, area_of, is_forbidden, may_include, may_use_library
from .runtime_rooms import room_of
from .tree import Finding, Tree, under

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')
SYSTEM_FOLDER = re.compile(r"^(sys|linux|asm|net|netinet|arpa|sanitizer)/")
STANDARD = re.compile(r"^[a-z_0-9]+$")
# A header like <poll.h> is the system's, unless it is one of the libraries that the table knows.
PLAIN = re.compile(r"^\w+\.h$")
LIBRARIES = {library for area in AREAS.values() for library in area.libraries}


def includes_of(tree: Tree, name: str) -> list[tuple[int, str, bool]]:
    """(line, header, in quotes) of each include."""
    found = []
    for number, line in tree.lines(name):
        match = INCLUDE.match(line)
        if match:
            found.append((number, match[1] or match[2], match[2] is not None))
    return found


def own_file(header: str, quoted: bool) -> str | None:
    """The file of ours that an include means; None where it means no file of ours."""
    if not quoted:
        return "runtime/" + header.removeprefix("spargio/") if header.startswith("spargio/") else None
    return header


def is_of_system(header: str) -> bool:
    if STANDARD.match(header) or SYSTEM_FOLDER.match(header):
        return True
    return PLAIN.match(header) is not None and header not in LIBRARIES


def check_layers(tree: Tree) -> list[Finding]:
    findings = []
    for name in tree.cpp():
        if area_of(name) is None:
            findings.append(Finding(name, 0, "stands in a folder that the table of layers does not have"))
            continue
        for number, header, quoted in includes_of(tree, name):
            problem = judge(tree, name, header, quoted)
            if problem:
                findings.append(Finding(name, number, problem))
    return findings


def judge(tree: Tree, name: str, header: str, quoted: bool) -> str | None:
    included = own_file(header, quoted)
    if included is not None:
        if quoted and under(header, "runtime"):
            return f'include "{header}" as <spargio/{header.removeprefix("runtime/")}>'
        if not (tree.root / included).is_file():
            return f"{header} is not a file of the project (includes are rooted at the project)"
        if not may_include(name, included):
            return f"{area_of(name)} may not include {included}"
        return None
    if is_of_system(header):
        return f"{area_of(name)} may not include <{header}>" if is_forbidden(name, header) else None
    if not may_use_library(name, header):
        allowed = ", ".join(AREAS[area_of(name)].libraries) or "none"
        return f"{area_of(name)} may not use the library of <{header}> (allowed: {allowed})"
    return None


def check_circles(tree: Tree) -> list[Finding]:
    graph = {name: [included for _, header, quoted in includes_of(tree, name)
                    if (included := own_file(header, quoted)) is not None] for name in tree.cpp()}
    findings: list[Finding] = []
    done: set[str] = set()
    for start in graph:
        visit(start, graph, [], done, findings)
    return findings


def visit(name: str, graph: dict[str, list[str]], path: list[str], done: set[str], findings: list[Finding]) -> None:
    if name in path:
        circle = path[path.index(name):] + [name]
        findings.append(Finding(name, 0, "includes itself: " + " -> ".join(circle)))
        return
    if name in done:
        return
    for included in graph.get(name, ()):
        visit(included, graph, path + [name], done, findings)
    done.add(name)


def check_room_circles(tree: Tree) -> list[Finding]:
    """No room of the runtime includes itself by way of others: they can be read from below."""
    graph: dict[str, list[str]] = {}
    shown: dict[tuple[str, str], str] = {}
    for name in tree.cpp(under="runtime/"):
        if (here := room_of(name)) is None:
            continue
        for _, header, quoted in includes_of(tree, name):
            there = room_of(own_file(header, quoted) or "")
            if there is not None and there != here:
                graph.setdefault(here, []).append(there)
                shown.setdefault((here, there), f"{name} includes {header}")
    findings: list[Finding] = []
    done: set[str] = set()
    for start in sorted(graph):
        visit(start, graph, [], done, findings)
    return [Finding(each.path, 0, each.problem + "".join(
        f"; {shown[pair]}" for pair in pairwise(each.problem.removeprefix("includes itself: ").split(" -> "))))
        for each in findings]


def check_areas_without_cpp(tree: Tree) -> list[Finding]:
    """Analysis reads results and the schema, nothing of C++."""
    findings = [Finding(name, 0, "analysis is Python only") for name in tree.cpp(under="analysis/")]
    loads = re.compile(r"\bctypes\b|\bcffi\b|\.hpp\b")
    for name in tree.python(under="analysis/"):
        findings += [Finding(name, number, "analysis reads results and schema, nothing of C++")
                     for number, line in tree.lines(name) if loads.search(line)]
    return findings
