"""Numbers: each R16 or M11 that any file cites is defined in docs/spec, and what is defined is proved, or said not to be there."""
from __future__ import annotations

import re
from pathlib import PurePosixPath

from .claims import named_tests
from .tree import Finding, Tree, under

SPEC, STATUS = "docs/spec/", "docs/status.md"
STATES = ("there", "partly", "not there")

CITED = re.compile(r"(?<![A-Za-z0-9])([RWMP]\d{1,2}[a-z]?)(?![A-Za-z0-9])")
DEFINED = re.compile(r'<a id="([^"]*)"></a>(?:\*\*(\w+))?')
ROW = re.compile(r"^\| *(\[.*?) *\| *(.*?) *\| *(.*?) *\|$")
LINKED = re.compile(r"\[([RWMP]\d+[a-z]?)\]\(([^)]*)\)")
PROOF = re.compile(r"`([^`]+)`")


def definitions(tree: Tree) -> list[tuple[str, int, str, str]]:
    """(file, line, anchor, number) of each anchor in docs/spec."""
    return [(name, line, match[1], match[2] or "") for name in tree.files if name.startswith(SPEC)
            for line, text in tree.lines(name) for match in DEFINED.finditer(text)]


def defined_numbers(tree: Tree) -> dict[str, str]:
    """The file that defines each number."""
    return {number: name for name, _, _, number in definitions(tree)}


def check_definitions(tree: Tree) -> list[Finding]:
    """Each number is defined once, under its own anchor."""
    findings, seen = [], set()
    for name, line, anchor, number in definitions(tree):
        if not CITED.fullmatch(number) or anchor != number.lower():
            findings.append(Finding(name, line, f"the anchor {anchor} stands before {number or 'no number'}"))
        if number in seen:
            findings.append(Finding(name, line, f"{number} is defined twice"))
        seen.add(number)
    return findings


def check_citations(tree: Tree) -> list[Finding]:
    known = defined_numbers(tree)
    # Results are made by programs and hold whatever letters they hold.
    return [Finding(name, line, f"{number} is defined nowhere in {SPEC}")
            for name in tree.files if not under(name, "results")
            for line, text in tree.lines(name) for number in sorted(set(CITED.findall(text))) if number not in known]


def proven_numbers(tree: Tree) -> dict[str, set[str]]:
    """The numbers in the names of the tests of each file."""
    proven: dict[str, set[str]] = {}
    for name, _, test in named_tests(tree):
        # Between underscores, so that keeps_p99 is a word and no number.
        proven.setdefault(name, set()).update(re.findall(r"(?:^|_)([RWMP]\d+[a-z]?)(?=_|$)", test))
    return proven


def check_status(tree: Tree) -> list[Finding]:
    """Each defined number has one row in docs/status.md, with a state, and proofs that are tests and carry its number."""
    known, proven = defined_numbers(tree), proven_numbers(tree)
    # A test file is named without its folder, so that it may move, or with it, where many have its name.
    homes: dict[str, list[str]] = {}
    for name in tree.files:
        if name.startswith("tests/"):
            homes.setdefault(PurePosixPath(name).name, []).append(name)
            homes[name] = [name]
    findings, seen = [], set()
    for line, text in tree.lines(STATUS) if STATUS in tree.files else []:
        if not (row := ROW.match(text)):
            continue
        numbers = LINKED.findall(row[1])
        for number, target in numbers:
            if target != f"{known.get(number, '?').removeprefix('docs/')}#{number.lower()}":
                findings.append(Finding(STATUS, line, f"{number} does not link to its definition"))
            if number in seen:
                findings.append(Finding(STATUS, line, f"{number} has two rows"))
            seen.add(number)
        state = next((state for state in STATES if re.match(rf"{state}\b", row[2])), None)
        if state is None:
            findings.append(Finding(STATUS, line, f"the state is none of {', '.join(STATES)}"))
        proofs = PROOF.findall(row[3])
        findings += [Finding(STATUS, line, f"there is no test file {proof}") for proof in proofs
                     if not (tree.root / proof).is_dir() and proof not in homes]
        shown = set().union(*(proven.get(home, set()) for proof in proofs for home in homes.get(proof, ())))
        if state in ("there", "partly"):
            findings += [Finding(STATUS, line, f"no test in the files named proves {number}")
                         for number, _ in numbers if number not in shown]
    return findings + [Finding(known[number], 0, f"{number} has no row in {STATUS}") for number in sorted(set(known) - seen)]
