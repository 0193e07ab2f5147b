"""The planted defects of tests/mutants are up to date: each can be planted, and names a test that is there."""
from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from .claims import strip_comments
from .tree import Finding, Tree

FOLDER = "tests/mutants/"
NAME = re.compile(r"^(\d{3})-[a-z0-9]+(?:-[a-z0-9]+)*\.toml$")
KEYS = {"why", "file", "program", "old", "new"}

# Put together, so that this file doesn't hold what it looks for: the name by which defects once stood in the sources.
IN_THE_SOURCES = "SPARGIO_" + "MUTANT"


@dataclass(frozen=True)
class Defect:
    path: str  # of its description
    number: int
    why: str
    file: str
    old: str
    new: str
    program: str
    filter: str | None  # of a test program
    mutant: str | None  # of a model

    def planted(self, text: str) -> str:
        return text.replace(self.old, self.new, 1)


def parse(path: str, text: str) -> Defect:
    """The description in a file; ValueError says what is wrong with it."""
    match = NAME.match(PurePosixPath(path).name)
    if not match:
        raise ValueError("is not named NNN-words-with-hyphens.toml")
    table = tomllib.loads(text)
    killers = table.keys() & {"filter", "mutant"}
    if len(killers) != 1 or table.keys() - killers != KEYS:
        raise ValueError(f"has not exactly the keys {', '.join(sorted(KEYS))} and one of filter and mutant")
    if not all(isinstance(value, str) for value in table.values()):
        raise ValueError("has a value that is not a text")
    if not table["why"].strip() or "\n" in table["why"]:
        raise ValueError("does not say in one line why this is a defect")
    return Defect(path=path, number=int(match[1]), filter=table.get("filter"), mutant=table.get("mutant"),
                  **{key: table[key] for key in KEYS})


def read(tree: Tree) -> tuple[list[Defect], list[Finding]]:
    """All defects by number, and what is wrong with the form of their descriptions."""
    defects: list[Defect] = []
    findings: list[Finding] = []
    for name in tree.files:
        if not name.startswith(FOLDER) or not name.endswith(".toml"):
            continue
        try:
            defects.append(parse(name, tree.text(name) or ""))
        except ValueError as error:  # tomllib's errors are some
            findings.append(Finding(name, 0, str(error)))
    return sorted(defects, key=lambda each: each.number), findings


def check_descriptions(tree: Tree) -> list[Finding]:
    defects, findings = read(tree)
    taken: dict[int, str] = {}
    for each in defects:
        if (first := taken.setdefault(each.number, each.path)) != each.path:
            findings.append(Finding(each.path, 0, f"has the number of {first}"))
    return findings


def check_places(tree: Tree) -> list[Finding]:
    """Each old text stands exactly once in its file, and the new one is another."""
    findings = []
    for each in read(tree)[0]:
        if each.file not in tree.files:
            findings.append(Finding(each.path, 0, f"there is no {each.file}"))
        elif not each.old or (times := (tree.text(each.file) or "").count(each.old)) != 1:
            findings.append(Finding(each.path, 0, f"old stands {times if each.old else 'any number of'} times in "
                                                  f"{each.file}, not once: follow the source"))
        if each.old == each.new:
            findings.append(Finding(each.path, 0, "changes nothing: old and new are the same"))
    return findings


def check_killers(tree: Tree) -> list[Finding]:
    """The program is there, and each part of the filter matches a test of its sources."""
    programs, models = test_programs(tree), model_programs(tree)
    findings = []
    for each in read(tree)[0]:
        if each.mutant is not None:
            if each.program not in models:
                findings.append(Finding(each.path, 0, f"no CMakeLists.txt of the tests has the model {each.program}"))
            elif each.mutant not in models[each.program]:
                findings.append(Finding(each.path, 0, f"{each.program} has no mutant {each.mutant}"))
        elif each.program not in programs:
            findings.append(Finding(each.path, 0, f"no CMakeLists.txt of the tests has the program {each.program}"))
        else:
            tests = [test for source in programs[each.program] for test in tests_of(tree.text(source) or "")]
            findings += [Finding(each.path, 0, f"no test of {each.program} matches {pattern}")
                         for pattern in each.filter.split("-")[0].split(":")
                         if not any(matches(pattern, test) for test in tests)]
    return findings


def check_sources_are_sound(tree: Tree) -> list[Finding]:
    """No defect stands in the sources themselves, to be switched on."""
    return [Finding(name, number, "a planted defect belongs into tests/mutants") for name in tree.files
            for number, line in tree.lines(name) if IN_THE_SOURCES in line]


def calls(tree: Tree, function: str) -> list[tuple[PurePosixPath, list[str]]]:
    """(folder, arguments) of each call of a CMake function below tests/."""
    found = []
    for name in tree.files:
        if name.startswith("tests/") and PurePosixPath(name).name == "CMakeLists.txt":
            text = strip_comments(tree.text(name) or "")
            found += [(PurePosixPath(name).parent, match[1].split())
                      for match in re.finditer(rf"\b{function}\(([^)]*)\)", text)]
    return found


def test_programs(tree: Tree) -> dict[str, list[str]]:
    """The sources of each test program."""
    return {arguments[0]: [(folder / word).as_posix() for word in arguments if word.endswith(".cpp")]
            for folder, arguments in calls(tree, "spargio_add_test") if arguments}


def model_programs(tree: Tree) -> dict[str, list[str]]:
    """The mutants of each model."""
    return {"model_" + arguments[0]: arguments[arguments.index("MUTANTS") + 1:]
            for _, arguments in calls(tree, "spargio_add_model") if "MUTANTS" in arguments}


GTEST = re.compile(r"\b(TYPED_TEST|TEST(?:_F|_P)?)\(\s*(\w+)\s*,\s*(\w+)\s*\)")
INSTANCE = re.compile(r"\bINSTANTIATE_TEST_SUITE_P\(\s*(\w+)\s*,\s*(\w+)\s*,")


def tests_of(source: str) -> list[tuple[str, bool]]:
    """The names of the tests as --gtest_filter sees them. True: any text may follow, the name of a parameter."""
    found: list[tuple[str, bool]] = []
    for kind, suite, test in GTEST.findall(source):
        if kind == "TEST_P":
            found += [(f"{instance}/{suite}.{test}/", True) for instance, of in INSTANCE.findall(source) if of == suite]
        elif kind == "TYPED_TEST":
            found.append((f"{suite}/0.{test}", False))
        else:
            found.append((f"{suite}.{test}", False))
    return found


def matches(pattern: str, test: tuple[str, bool]) -> bool:
    name, goes_on = test
    literal = pattern.replace("[", "[[]")  # GoogleTest knows * and ? only
    if not goes_on:
        return fnmatchcase(name, literal)
    # Of the pattern, a part matches the name, and the rest what follows.
    return any(fnmatchcase(name, pattern[:end].replace("[", "[[]")) for end in range(len(pattern) + 1))
