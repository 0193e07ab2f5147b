"""The rooms of the analysis: which may import which, as data, and no import in a circle, not even within a function."""
from __future__ import annotations

import ast
from pathlib import PurePosixPath

from .tree import Finding, Tree

PACKAGE = "spargio_report"
HOME = f"analysis/{PACKAGE}/"

# A room is a folder of the package, or a file that stands in the package itself; it imports itself and what is listed.
BELOW_WORDS = ("failures", "outputs", "read", "statistics", "judge", "compare")
ROOMS: dict[str, tuple[str, ...]] = {
    "__init__": (),
    "failures": (),
    "outputs": ("failures",),
    "read": ("failures",),
    "statistics": ("failures", "read"),
    "judge": ("failures", "outputs", "read", "statistics"),
    "compare": ("failures", "read", "statistics", "judge"),
    "words": BELOW_WORDS,
    "figures": (*BELOW_WORDS, "words"),
    "report": (*BELOW_WORDS, "words", "figures"),
    "selftest": (*BELOW_WORDS, "words", "figures"),
    "commands": (*BELOW_WORDS, "words", "figures", "report", "selftest"),
    "__main__": ("commands",),
}


def modules(tree: Tree) -> dict[str, str]:
    """Dotted name -> file, of every module of the package."""
    found = {}
    for name in tree.python(under=HOME):
        parts = PurePosixPath(name.removeprefix("analysis/")).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)] = name
    return found


def imports_of(tree: Tree, name: str, known: dict[str, str]) -> list[tuple[int, str]]:
    """(line, dotted name) of each module of the package that the file imports, wherever in the file it does so."""
    found = []
    for node in ast.walk(ast.parse(tree.text(name) or "")):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            found.append((node.lineno, f"{PACKAGE}.?relative"))
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:  # `from room import module` as well as `from room.module import name`
                inner = f"{node.module}.{alias.name}"
                found.append((node.lineno, inner if inner in known else node.module))
    return sorted({(line, module) for line, module in found if module.split(".")[0] == PACKAGE})


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def check_rooms(tree: Tree) -> list[Finding]:
    known = modules(tree)
    findings = []
    for module, name in known.items():
        room = room_of(module)
        if room not in ROOMS:
            findings.append(Finding(name, 0, f"stands in a room that the table of rooms does not have: {room}"))
            continue
        for line, target in imports_of(tree, name, known):
            if target not in known:
                findings.append(Finding(name, line, f"imports {target}, which is no module by its full name"))
            elif room_of(target) != room and room_of(target) not in ROOMS[room]:
                findings.append(Finding(name, line, f"{room} may not import {room_of(target)}: "
                                        f"its rooms are {', '.join(ROOMS[room]) or 'none'}"))
    return findings


def check_import_circles(tree: Tree) -> list[Finding]:
    """One finding for each circle, at the file of it that comes first."""
    known = modules(tree)
    graph = {module: sorted({target for _, target in imports_of(tree, name, known) if target in known})
             for module, name in known.items()}
    findings = {}
    for start in sorted(graph):
        circle = _way_back(graph, start)
        if circle and frozenset(circle) not in findings:
            findings[frozenset(circle)] = Finding(known[start], 0, "imports itself in a circle: " + " -> ".join(
                module.removeprefix(f"{PACKAGE}.") for module in (*circle, start)))
    return list(findings.values())


def _way_back(graph: dict[str, list[str]], start: str) -> list[str] | None:
    """The shortest way from a module to itself; None where there is none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for target in graph[way[-1]]:
            if target == start:
                return way
            if target not in seen:
                seen.add(target)
                ways.append([*way, target])
    return None
