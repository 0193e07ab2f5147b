"""Holds a document against the schema of results, and says what is wrong as `spargio-bench validate` does (M20, P22):
"PLACE: words", PLACE a JSON pointer, a value as its JSON. A test holds the two programs together."""

import json
import re
from functools import lru_cache
from pathlib import Path

import jsonschema

from spargio_report.failures import ExitCode, ReportError

SCHEMA_PATH = Path(__file__).resolve().parents[3] / "results" / "schema" / "result-v1.schema.json"
LONGEST_SHOWN, HEAD, TAIL = 80, 50, 20
_RULES = jsonschema.Draft202012Validator.VALIDATORS


def shown(value) -> str:
    """As its JSON, the middle left out where it is long."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:HEAD]}…{text[-TAIL:]}"


def pointer(path) -> str:
    return "".join(f"/{step}" for step in path) or "/"


@lru_cache
def schema() -> dict:
    try:
        return json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(ExitCode.USAGE, str(SCHEMA_PATH), f"the result schema cannot be read: {error.strerror}",
                          "run spargio-report from a complete checkout") from None


def first_violation(document, newer: bool) -> str | None:
    """`newer`: the file is of a later minor version, so that keys that this one does not know are no fault."""
    error = next(_validator(newer).iter_errors(document), None)
    if error is None:
        return None
    while error.validator == "oneOf" and error.context:  # of the choices the last one speaks
        error = next(one for one in error.context if one.schema_path[0] == len(error.validator_value) - 1)
    return f"{pointer(error.absolute_path)}: {_words(error)}"


def _is_integer(_checker, value) -> bool:
    """Strictly: 1.0 is none, and a whole number beyond 64 bits has become a fraction already."""
    return type(value) is int


def _items(validator, rule, items, whole):
    """The same as jsonschema's, but a list of nothing but whole numbers is looked through at once: those of the
    histograms are two fifths of the values of a full run."""
    if rule != {"type": "integer"} or not isinstance(items, list) or any(type(item) is not int for item in items):
        yield from _RULES["items"](validator, rule, items, whole)


def _pattern(_validator, rule, value, _whole):
    """Where `$` is the end, as it is in the schema's dialect, and not the place before a last line feed."""
    if isinstance(value, str) and not re.search(rule.replace("$", r"\Z"), value):
        yield jsonschema.ValidationError("does not match")


def _unknown_keys_pass(validator, rule, value, whole):
    if rule is not False:
        yield from _RULES["additionalProperties"](validator, rule, value, whole)


@lru_cache
def _validator(newer: bool):
    rules = {"items": _items, "pattern": _pattern, **({"additionalProperties": _unknown_keys_pass} if newer else {})}
    types = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
    return jsonschema.validators.extend(jsonschema.Draft202012Validator, rules, type_checker=types)(schema())


_NAMES = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}


def _words(error) -> str:
    rule, value = error.validator_value, error.instance
    match error.validator:
        case "type":
            return f"must be {_listed(rule)}, is {_NAMES.get(type(value), 'number')}"
        case "required":
            return f"lacks {shown(next(key for key in rule if key not in value))}"
        case "additionalProperties":
            known = error.schema.get("properties", {})
            return f"has a key {shown(min(key for key in value if key not in known))} that the schema does not know"
        case "enum":
            return f"is {shown(value)}, must be one of {_listed(rule)}"
        case "const":
            return f"must be {_listed(rule)}"
        case "pattern":
            return f"is {shown(value)}, must match {_listed(rule)}"
        case "minimum":
            return f"is {shown(value)}, least is {_listed(rule)}"
        case "maxLength":
            return f"is longer than {rule} letters"
        case "minItems":
            return "has too few items"
        case "maxItems":
            return "has too many items"
        case "oneOf":
            return "fits more than one of the choices"
    return error.message


def _listed(rule) -> str:
    return json.dumps(rule, ensure_ascii=False, separators=(",", ":"))
