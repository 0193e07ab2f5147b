"""Claims: what CMake files, test names and Markdown say about the rest of the project is true."""
from __future__ import annotations

import re
from pathlib import PurePosixPath

from .tree import GENERATED, Finding, Tree


CPP_TEST = re.compile(r"^\s*(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)")
PYTHON_TEST = re.compile(r"^\s*def (test_\w+)")
CTEST = re.compile(r"^\s*add_test\(NAME (\S+)")


def named_tests(tree: Tree) -> list[tuple[str, int, str]]:
    """(file, line, name) of every test; the name of a suite stands before that of a test, with an underscore between."""
    found = []
    for name in tree.files:
        if not name.startswith("tests/") or not name.endswith((".cpp", ".py", "CMakeLists.txt")):
            continue
        # A name may stand on the line after the macro.
        text = re.sub(r"(\bTEST(?:_F|_P)?\(\s*\w+,)\s*\n\s*", r"\1 ", tree.text(name) or "")
        for number, line in enumerate(text.split("\n"), start=1):
            if match := CPP_TEST.match(line):
                found.append((name, number, f"{match[1]}_{match[2]}"))
            elif match := PYTHON_TEST.match(line) or CTEST.match(line):
                found.append((name, number, match[1]))
    return found


def check_listed_in_cmake(tree: Tree) -> list[Finding]:
    """Each .cpp is named, relative to it, in a CMakeLists.txt above it."""
    lists = {PurePosixPath(name).parent: named_sources(tree.text(name) or "")
             for name in tree.files if PurePosixPath(name).name == "CMakeLists.txt"}
    findings = []
    for name in tree.cpp():
        path = PurePosixPath(name)
        if path.suffix == ".cpp" and not any(path.relative_to(folder).as_posix() in lists.get(folder, ())
                                             for folder in path.parents):
            findings.append(Finding(name, 0, "is in no CMakeLists.txt: nothing compiles it"))
    return findings


def named_sources(cmake: str) -> set[str]:
    """The words of a CMakeLists.txt, and what its loops may make of them: `${name}.cpp`, `straight/${name}.cpp`."""
    cmake = strip_comments(cmake)
    words = set(re.findall(r"[\w./+-]+", cmake))
    loops = re.findall(r"([\w./-]*)\$\{\w+\}([\w-]*\.cpp)", cmake)
    return words | {before + word + after for before, after in loops for word in words}


def strip_comments(cmake: str) -> str:
    return re.sub(r"#.*", "", cmake)


SPAN = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"^[\w.+-]+(?:/[\w.+*-]+)+/?$")
FENCE = re.compile(r"^\s*```")


def make_targets(tree: Tree) -> set[str]:
    targets: set[str] = set()
    for line in (tree.text("Makefile") or "").split("\n"):
        if match := re.match(r"^([a-z][\w -]*?)\s*:(?!=)", line):
            targets |= set(match[1].split())
    return targets


def check_readme(tree: Tree) -> list[Finding]:
    """The README names only files, folders and make targets that are there."""
    text = tree.text("README.md") if "README.md" in tree.files else None
    if text is None:
        return [Finding("README.md", 0, "is missing")]
    targets = make_targets(tree)
    tops = {name.split("/", 1)[0] for name in tree.files}
    findings = []
    fenced = False
    for number, line in tree.lines("README.md"):
        if FENCE.match(line):
            fenced = not fenced
            continue
        for span in [re.sub(r"(^|\s)#.*", "", line)] if fenced else SPAN.findall(line):
            findings += [Finding("README.md", number, f"make has no target {target}")
                         for target in re.findall(r"(?:^|[\s;&])make ([a-z][\w-]*)", span) if target not in targets]
            findings += [Finding("README.md", number, f"there is no {word}") for word in span.split()
                         if names_missing_file(tree, word, tops)]
    return findings


def names_missing_file(tree: Tree, word: str, tops: set[str]) -> bool:
    word = word.removeprefix("./").rstrip(".,;:")
    if not PATH.match(word) or word.startswith(GENERATED) or word.split("/", 1)[0] not in tops:
        return False
    return not any(tree.root.glob(word.rstrip("/")))
