"""Small trees of files with a fault planted in them."""
from pathlib import Path

from rules.tree import Finding, Tree


def plant(root: Path, files: dict[str, str]) -> Tree:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree(root)


def places(findings: list[Finding]) -> list[tuple[str, int]]:
    return [(finding.path, finding.line) for finding in sorted(findings)]
