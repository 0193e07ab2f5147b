"""Prints every finding of the project: PYTHONPATH=tests/hygiene python3 -m rules"""
import sys
from pathlib import Path

from . import claims, includes, leftovers
from .tree import Tree

if __name__ == "__main__":
    tree = Tree(Path(__file__).resolve().parents[3])
    found = [finding for module in (includes, leftovers, claims) for name, rule in vars(module).items()
             if name.startswith("check_") for finding in rule(tree)]
    for finding in sorted(found):
        print(finding)
    sys.exit(1 if found else 0)
