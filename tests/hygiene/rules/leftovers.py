"""Leftovers and form: what may stand in a file, and how long it may be."""
from __future__ import annotations

import re

from .tree import CPP, Finding, Tree, under

LINES_MOST = 400

# Folders of libraries: what is in them never prints, but for the file through which a program ends saying why.
SILENT = ("runtime", "workloads", "backends")
LAST_WORDS = re.compile(r"(assert|fatal|abort)[a-z_]*\.[ch]pp$|^runtime/(run/run|detail/loop/report_stuck)\.cpp$")
PRINTS = re.compile(r"\bstd::(cout|cerr|clog|print|println|puts|printf|fprintf|perror)\b|"
                    r"(?<![\w.:>])(printf|fprintf|puts|fputs|perror)\s*\(|\bfmt::print")
PYTHON_DEBUGGING = re.compile(r"^\s*(breakpoint\(|import pdb|import ipdb|pdb\.|pprint\()")
CONFTEST = re.compile(r"^\s*(?:from conftest import|import conftest)\b")

UNOWNED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b(?!\([\w@.-]+\))")

KEYWORD = r"(?:return|break|continue|throw|delete|using|goto|co_return|co_await|co_yield|#\s*include|#\s*if)\b"
CPP_CODE = re.compile(
    r"^\s*//(?![/!])\s*(?:"
    rf"{KEYWORD}.*[;>)]$|"  # a statement
    r"(?:if|for|while|switch)\s?\(.*\).*[;{]?$|"
    r"\}?\s*else\s*\{?$|[{}]+;?$|.*\)\s*(?:const|noexcept|override)*\s*\{$|"
    r"[\w:<>,*&\[\].() >-]*\w\((?!\d\)|s\)).*\);$|[\w:.>-]+\(\);$|"  # a call or a declaration
    r"[\w:<>,*&\[\].()> -]+\s[-+*/|&^]?=\s.+;$"  # an assignment
    r")")
PYTHON_CODE = re.compile(r"^\s*#\s*(?:import \w+$|from [\w.]+ import |return\b.*[)\]\w]$(?<!\w\.)|def \w+\(|class \w+[:(]|"
                         r"print\(|(?:if|for|while|elif) .*:$|\w+ = .+[)\]]$)")

# Put together, so that this file doesn't hold what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w.$}~-])/" + r"(?:work|home|root|Users)/" + r"\w")

FORM_EXEMPT = (".svg", ".json", ".jsonl", ".hgrm", ".csv", ".html")


def check_length(tree: Tree) -> list[Finding]:
    findings = []
    for name in tree.sources():
        lines = (tree.text(name) or "").count("\n")
        if lines > LINES_MOST:
            findings.append(Finding(name, 0, f"has {lines} lines; at most {LINES_MOST}: it does more than one thing"))
    return findings


def check_owners(tree: Tree) -> list[Finding]:
    return [Finding(name, number, f"{match[1]} without an owner in parentheses")
            for name in tree.files for number, line in tree.lines(name) if (match := UNOWNED.search(line))]


def check_prints(tree: Tree) -> list[Finding]:
    findings = []
    for name in tree.cpp():
        if under(name, *SILENT) and not LAST_WORDS.search(name):
            findings += [Finding(name, number, "a library prints nothing (a leftover of debugging?)")
                         for number, line in tree.lines(name) if PRINTS.search(without_comment(line))]
    for name in tree.python():
        findings += [Finding(name, number, "a leftover of debugging")
                     for number, line in tree.lines(name) if PYTHON_DEBUGGING.match(line)]
    return findings


def check_conftest(tree: Tree) -> list[Finding]:
    """Several folders have a conftest, and which one an import finds depends on what else is collected."""
    return [Finding(name, number, "imports conftest, which may be another folder's: put it into a module")
            for name in tree.python() for number, line in tree.lines(name) if CONFTEST.match(line)]


def without_comment(line: str) -> str:
    return re.sub(r"//.*", "", line)


def check_dead_code(tree: Tree) -> list[Finding]:
    """Code in comments. Examples in the documentation of an interface stand behind three slashes and are welcome."""
    findings = []
    for name in tree.files:
        pattern = CPP_CODE if name.endswith(CPP) else PYTHON_CODE if name in tree.python() else None
        if pattern:
            findings += [Finding(name, number, f"code in a comment: {line.strip()}")
                         for number, line in tree.lines(name) if pattern.match(line)]
        if name.endswith(CPP):
            findings += [Finding(name, number, "code switched off") for number, line in tree.lines(name)
                         if re.match(r"\s*#\s*if\s+0\b", line)]
    return findings


def check_machine_paths(tree: Tree) -> list[Finding]:
    return [Finding(name, number, f"a path of one machine: {match[0]}...") for name in tree.files
            for number, line in tree.lines(name) if (match := MACHINE_PATH.search(line))]


def check_form(tree: Tree) -> list[Finding]:
    findings = []
    for name in tree.files:
        text = tree.text(name)
        if not text or name.endswith(FORM_EXEMPT):
            continue
        if not text.endswith("\n") or text.endswith("\n\n"):
            findings.append(Finding(name, 0, "does not end with exactly one line end"))
        for number, line in tree.lines(name):
            if line.rstrip() != line:
                findings.append(Finding(name, number, "blanks or a carriage return at the end of the line"))
            # A Makefile's recipes begin with a tab, and gofmt indents by tabs.
            indented = line.lstrip("\t") if name.endswith(".go") else line.removeprefix("\t") if name.endswith("Makefile") else line
            if "\t" in indented:
                findings.append(Finding(name, number, "a tab"))
    return findings


def check_headers_begin(tree: Tree) -> list[Finding]:
    """Each header guards itself, and one that others build on begins with what it is for."""
    findings = []
    for name in tree.headers():
        if under(name, "runtime", "workloads", "harness") and not tree.first_line(name).startswith("//"):
            findings.append(Finding(name, 1, "does not begin with a comment that says what it is for"))
        if "\n#pragma once\n" not in "\n" + (tree.text(name) or ""):
            findings.append(Finding(name, 0, "has no #pragma once"))
    return findings
