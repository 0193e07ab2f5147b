"""Finds the functions of C++ and Rust sources by their braces. No parser: our code is formatted, and this is enough of one.

Comments and the insides of strings are blanked first, so that every brace that is left is one of the language.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

BLANKED = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![\w'])'(?:\\(?:u\{\w+\}|.[^'\n]{0,8})|[^'\\\n])'|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.DOTALL | re.MULTILINE)
RUST_RAW = re.compile(r'\br(#*)".*?"\1', re.DOTALL)
TEMPLATE = re.compile(r"^\s*template\s*<")
ACCESS = re.compile(r"^\s*(?:(?:public|private|protected)\s*:\s*)+")
ATTRIBUTE = re.compile(r"\[\[[^\]]*\]\]|\balignas\s*\([^()]*\)")
TYPE = re.compile(r"^\s*(?:typedef\s+)?(?:class|struct|union|enum)\b")
NAMESPACE = re.compile(r'^\s*(?:inline\s+)?(?:namespace\b|extern\s*$)')
OPERATOR = re.compile(r"\boperator\s*(?:\(\s*\)|[^\s\w(]+|\"\"\s*\w+|\w+)")
VALUE = "\1"  # stands for an initializer in braces
# What may stand between the last parenthesis of a function's head and its body.
TAIL = re.compile(r"^(?:\s|const\b|volatile\b|noexcept\b|override\b|final\b|mutable\b|try\b|&|->[^=;{}]*|requires\b[^;{}]*)*$")


@dataclass(frozen=True)
class Head:
    """The head of a function. `last_line` is None for a declaration; both lines count from 1."""

    name: str
    text: str
    first_line: int
    last_line: int | None

    @property
    def length(self) -> int:
        return 0 if self.last_line is None else self.last_line - self.first_line + 1


def blanked(text: str) -> str:
    """Comments, preprocessor lines and the insides of literals as blanks; every line keeps its number."""
    def blank(match: re.Match) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    return BLANKED.sub(blank, text)


@lru_cache(maxsize=None)
def cpp_functions(text: str) -> list[Head]:
    """Every function outside of others, defined or declared; lambdas count as lines of the function that holds them."""
    code = blanked(text)
    found: list[Head] = []
    scopes: list[str] = []  # of each open brace: scope, body or value
    begin, head, round_depth = 0, "", 0
    opened: Head | None = None

    for place, letter in enumerate(code):
        in_body, in_value = "body" in scopes, "value" in scopes
        if letter in "()":
            round_depth += 1 if letter == "(" else -1
        if letter == "{":
            kind = "value" if in_body or in_value or round_depth else kind_of(head)
            if kind == "body":
                first = code.count("\n", 0, begin + _indent(code[begin:place])) + 1
                opened = Head(name_of(head), head, first, None)
            scopes.append(kind)
            if kind != "value":
                begin, head = place + 1, ""
        elif letter == "}" and scopes:
            kind = scopes.pop()
            if kind == "body" and opened:
                found.append(Head(opened.name, opened.text, opened.first_line, code.count("\n", 0, place) + 1))
            if kind == "value" and not in_body and "value" not in scopes:
                head += VALUE  # a member's initializer, after which the body may follow
            elif kind != "value":
                begin, head = place + 1, ""
        elif letter == ";" and not round_depth and not in_body and not in_value:
            if "(" in _plain(head) and not _is_value(head):
                found.append(Head(name_of(head), head, code.count("\n", 0, begin + _indent(code[begin:place])) + 1, None))
            begin, head = place + 1, ""
        elif not in_body and not in_value:
            head += letter
    return found


def kind_of(head: str) -> str:
    """What the brace after this head opens: a scope (namespace, class), a function's body, or a value."""
    plain = _plain(head)
    if NAMESPACE.match(plain):
        return "scope"
    if TYPE.match(plain) and not plain.rstrip().endswith(")"):
        return "value" if re.match(r"\s*enum\b", plain) else "scope"
    if "(" not in plain or _is_value(head):
        return "value"
    return "body" if TAIL.match(plain[max(plain.rindex(")"), plain.rfind(VALUE)) + 1:]) else "value"


def name_of(head: str) -> str:
    """`shard::run`, `operator==`, or of a test `TEST(suite, name)`."""
    plain = _plain(head)
    test = re.search(r"\b(TEST\w*|TYPED_TEST\w*)\s*\(\s*(\w+)\s*,\s*(\w+)", plain)
    if test:
        return f"{test[1]}({test[2]}, {test[3]})"
    match = re.search(r"((?:[\w~]+(?:<[^()<>]*>)?\s*::\s*)*(?:operator\s*[^\s(]*(?:\(\s*\))?|~?\w+))\s*\(", plain)
    return re.sub(r"\s+", "", match[1]) if match else "?"


def parameters_of(head: Head) -> str:
    """What stands within the parentheses of a head, those of its parameters' own types left out."""
    plain = re.sub(r"\bnoexcept\s*\(.*", "", _plain(head.text), flags=re.DOTALL)
    begin = plain.find("(")
    depth = 0
    for place in range(begin, len(plain)):
        depth += {"(": 1, ")": -1}.get(plain[place], 0)
        if depth == 0:
            return plain[begin + 1:place]
    return plain[begin + 1:]


def rust_functions(text: str) -> list[Head]:
    code = blanked(RUST_RAW.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text))
    found = []
    for match in re.finditer(r"^[ \t]*(?:pub(?:\([^)]*\))?\s+)?(?:const\s+|async\s+|unsafe\s+|extern\s+)*fn\s+(\w+)", code,
                             re.MULTILINE):
        body = re.compile(r"[{;]").search(code, match.end())
        if body and body[0] == "{":
            last = _closing(code, body.start())
            found.append(Head(match[1], code[match.start():body.start()], code.count("\n", 0, match.start()) + 1,
                              code.count("\n", 0, last) + 1))
    return found


def _closing(code: str, opening: int) -> int:
    depth = 0
    for place in range(opening, len(code)):
        depth += {"{": 1, "}": -1}.get(code[place], 0)
        if depth == 0:
            return place
    return len(code) - 1


def _indent(text: str) -> int:
    """How far a head begins behind the blanks and access labels before it."""
    rest = ACCESS.sub("", text)
    return len(text) - len(rest.lstrip())


def _plain(head: str) -> str:
    """Without access labels, attributes and the lists of template parameters."""
    plain = ATTRIBUTE.sub(" ", ACCESS.sub("", head))
    while TEMPLATE.match(plain):
        place, depth = plain.index("<"), 0
        for place in range(plain.index("<"), len(plain)):
            # `->` and `>=` close nothing.
            closes = plain[place] == ">" and plain[place - 1] != "-"
            depth += 1 if plain[place] == "<" else -1 if closes else 0
            if depth == 0:
                break
        plain = plain[place + 1:]
    return plain


def _is_value(head: str) -> bool:
    """Whether an equals sign outside of parentheses makes it a variable with its value."""
    plain, depth = OPERATOR.sub("operator", _plain(head)), 0
    for before, letter in zip(" " + plain, plain):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "=" and depth == 0 and before not in "=!<>":
            return not re.search(r"=\s*(?:default|delete|0)\s*$", plain)
    return False
