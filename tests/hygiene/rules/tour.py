"""The tour: each stop is a file that is there and holds the function named, one file an arrow, and few stops."""
from __future__ import annotations

import os
import re
from pathlib import PurePosixPath

from .tree import Finding, Tree

TOUR = "docs/tour.md"
STOPS_MOST = 10
STOP = re.compile(r"^\d+\. \[([^\]]+)\]\(([^)]+)\) `(\w+)`")


def check_tour(tree: Tree) -> list[Finding]:
    findings: list[Finding] = []
    stops, before = 0, ""
    for line, text in tree.lines(TOUR) if TOUR in tree.files else []:
        if text.startswith("## "):
            stops, before = 0, ""
        if not re.match(r"\d+\. ", text):
            continue
        stops += 1
        if not (stop := STOP.match(text)):
            findings.append(Finding(TOUR, line, "a stop is a link to a file and a function in quotes"))
            continue
        file = os.path.normpath(PurePosixPath(TOUR).parent / stop[2])
        if stop[1] != file:
            findings.append(Finding(TOUR, line, f"says {stop[1]} and leads to {file}"))
        if file not in tree.files or not re.search(rf"\b{stop[3]}\s*[(<=]", tree.text(file) or ""):
            findings.append(Finding(TOUR, line, f"there is no {stop[3]} in {file}"))
        if file == before:
            findings.append(Finding(TOUR, line, "stays in the file of the stop before: one file an arrow"))
        if stops > STOPS_MOST:
            findings.append(Finding(TOUR, line, f"is stop {stops}; a tour has at most {STOPS_MOST}"))
        before = file
    return findings
