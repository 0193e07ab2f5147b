"""Prints every finding of the project: PYTHONPATH=tests/hygiene python3 -m rules [--quick]

--quick leaves out what takes minutes: compiling each header by itself.
"""
import sys
from pathlib import Path

from . import (claims, commits, functions, headers_alone, includes, leftovers, links, mutants, numbers, public_headers, rooms,
               tour)
from .tree import Tree

if __name__ == "__main__":
    tree = Tree(Path(__file__).resolve().parents[3])
    slow = {"check_headers_alone"} if "--quick" in sys.argv[1:] else set()
    modules = (includes, headers_alone, rooms, functions, leftovers, claims, links, mutants, numbers, public_headers,
               tour, commits)
    found = [finding for module in modules for name, rule in vars(module).items()
             if name.startswith("check_") and name not in slow for finding in rule(tree)]
    for finding in sorted(found):
        print(finding)
    sys.exit(1 if found else 0)
