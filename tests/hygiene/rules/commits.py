"""Commits: a subject fits on a line of every tool that shows it."""
from __future__ import annotations

import subprocess

from .tree import Finding, Tree

CHARACTERS_MOST = 72
# The rule holds for what comes after this commit; 123 of the 222 before it were longer.
SINCE = "ac8041dcc1ff"


def _git(tree: Tree, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(["git", *arguments], cwd=tree.root, capture_output=True, text=True)


def why_unknown(tree: Tree, since: str = SINCE) -> str | None:
    """Why the subjects cannot be looked at: None where they can."""
    if not (tree.root / ".git").exists():
        return "there is no git history here"
    if _git(tree, "merge-base", "--is-ancestor", since, "HEAD").returncode != 0:
        return f"the history does not reach back to {since} (a shallow clone?)"
    return None


def check_subjects(tree: Tree, since: str = SINCE) -> list[Finding]:
    """Nothing where the history is not there; `why_unknown` says so."""
    if why_unknown(tree, since):
        return []
    listed = _git(tree, "log", "--format=%h %s", f"{since}..HEAD").stdout
    return [Finding(f"commit {commit}", 0, f"its subject has {len(subject)} characters, at most {CHARACTERS_MOST}: {subject}")
            for commit, _, subject in (line.partition(" ") for line in listed.splitlines())
            if len(subject) > CHARACTERS_MOST]
