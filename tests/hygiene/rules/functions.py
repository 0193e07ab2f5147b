"""Functions: how long they may be, and what their parameters are not called."""
from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath

from .cpp_scan import Head, blanked, cpp_functions, parameters_of, rust_functions
from .tree import Finding, Tree, under

LINES_MOST = 60

# A ratchet: what was longer when the rule came. (Name of the file, function) -> its lines then. An entry may shrink and
# never grow; one that fits, or is gone, is taken off the list.
GIANTS: dict[tuple[str, str], int] = {}

PRONOUNS = ("what", "how", "which", "who")
# Areas of C++ in which no parameter is called by a pronoun.
CPP_WITHOUT_PRONOUNS: tuple[str, ...] = ("backends", "examples", "harness", "runtime", "tests", "workloads")

# A type before it, and after it the next parameter, a default or the end.
PRONOUN_PARAMETER = re.compile(rf"(?:[\w>.\]]\s+|[&*>]\s*)({'|'.join(PRONOUNS)})\s*(?:=[^=]|,|$)")
LAMBDA = re.compile(r"\]\s*(?:<[^()]*>\s*)?\(((?:[^()]|\([^()]*\))*)\)")


def functions_of(tree: Tree, name: str) -> list[Head]:
    text = tree.text(name) or ""
    if name in tree.cpp():
        return [one for one in cpp_functions(text) if one.last_line]
    if name.endswith(".rs"):
        return rust_functions(text)
    return [Head(node.name, "", node.lineno, node.end_lineno) for node in ast.walk(ast.parse(text))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def sources(tree: Tree) -> list[str]:
    return [*tree.cpp(), *tree.python(), *(name for name in tree.files if name.endswith(".rs"))]


def check_function_length(tree: Tree, giants: dict[tuple[str, str], int] | None = None) -> list[Finding]:
    giants = GIANTS if giants is None else giants
    findings, met = [], set()
    for name in sources(tree):
        for one in functions_of(tree, name):
            key = (PurePosixPath(name).name, one.name)
            if one.length <= LINES_MOST:
                continue
            met.add(key)
            if key not in giants:
                findings.append(Finding(name, one.first_line, f"{one.name} has {one.length} lines; at most {LINES_MOST}, so "
                                        "that it fits on a screen: give its steps names"))
            elif one.length > giants[key]:
                findings.append(Finding(name, one.first_line, f"{one.name} has grown from {giants[key]} lines to "
                                        f"{one.length}: a giant may shrink, and never grow"))
    return findings + [Finding("tests/hygiene/rules/functions.py", 0, f"{function} of {file} is no giant any more: take it "
                               "off the list") for file, function in giants if (file, function) not in met]


def check_python_parameters(tree: Tree) -> list[Finding]:
    findings = []
    for name in tree.python():
        for node in ast.walk(ast.parse(tree.text(name) or "")):
            if isinstance(node, ast.arg) and node.arg in PRONOUNS:
                findings.append(Finding(name, node.lineno, _complaint(node.arg)))
    return findings


def check_cpp_parameters(tree: Tree, areas: tuple[str, ...] | None = None) -> list[Finding]:
    """In the areas where it is on: the parameters of functions and of lambdas."""
    areas = CPP_WITHOUT_PRONOUNS if areas is None else areas
    findings = []
    for name in tree.cpp():
        if areas and under(name, *areas):
            text = tree.text(name) or ""
            lists = [(head.first_line, parameters_of(head)) for head in cpp_functions(text)]
            code = blanked(text)
            lists += [(code.count("\n", 0, match.start()) + 1, match[1]) for match in LAMBDA.finditer(code)]
            findings += [Finding(name, line, _complaint(match[1])) for line, parameters in lists
                         for match in PRONOUN_PARAMETER.finditer(parameters)]
    return findings


def _complaint(pronoun: str) -> str:
    return f"a parameter is called '{pronoun}': name its role (request, workload, options, reason, target)"
