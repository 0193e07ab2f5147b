"""Links: what a document points to, files and places within them, is there."""
from __future__ import annotations

import os
import re
from pathlib import PurePosixPath

from .tree import Finding, Tree

# [text](target), ![text](target), and the definition of a reference: [name]: target
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)|^\[[^\]]+\]:\s*(\S+)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
ANCHOR = re.compile(r'<a id="([^"]+)">')
FENCE = re.compile(r"^\s*```")
CODE = re.compile(r"`[^`]*`")


def prose(tree: Tree, name: str) -> list[tuple[int, str]]:
    """The lines of a document that are not quoted code."""
    kept, fenced = [], False
    for number, line in tree.lines(name):
        if FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            kept.append((number, line))
    return kept


def slug(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"<[^>]*>", "", heading)).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(tree: Tree, name: str) -> set[str]:
    found: set[str] = set()
    for _, line in prose(tree, name):
        found |= set(ANCHOR.findall(line))
        if match := HEADING.match(line):
            title = slug(match[1])
            repeated = (f"{title}-{n}" for n in range(1, 1000))
            found.add(title if title not in found else next(each for each in repeated if each not in found))
    return found


def check_links(tree: Tree) -> list[Finding]:
    """Relative links of every Markdown file lead to a file that is there, and to a place that is there in it."""
    findings = []
    for name in tree.files:
        if not name.endswith(".md"):
            continue
        for number, line in prose(tree, name):
            for match in LINK.finditer(CODE.sub("``", line)):
                if re.match(r"[a-z]+:", target := match[1] or match[2]):
                    continue
                path, _, place = target.partition("#")
                file = os.path.normpath(PurePosixPath(name).parent / path) if path else name
                if not (tree.root / file).exists():
                    findings.append(Finding(name, number, f"the link to {target} leads nowhere"))
                elif place and file.endswith(".md") and place not in anchors(tree, file):
                    findings.append(Finding(name, number, f"there is no place #{place} in {file}"))
    return findings
