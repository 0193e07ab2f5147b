"""Reads a result file: text, JSON, schema, integrity, model. What is wrong is said with its place (M20, P22)."""

import json
import re
from functools import lru_cache
from math import isfinite
from pathlib import Path

import jsonschema

from spargio_report.failures import ExitCode, ReportError, invalid_input, usage_error
from spargio_report.read.integrity import check_integrity
from spargio_report.read.model import Run
from spargio_report.read.records import build_run
from spargio_report.read.text import NotUtf8, utf8_text

KNOWN_MAJOR = 1
KNOWN_MINOR = 4
SCHEMA_PATH = Path(__file__).resolve().parents[3] / "results" / "schema" / "result-v1.schema.json"

LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
MEASURE_AGAIN = "measure again, or take the file from the run that wrote it (spargio-bench validate FILE tells more)"


class _BadNumber(Exception):
    """Carries the text of a number that no result may hold."""


def load_run(path) -> Run:
    """Everything or an error: a file that is partly wrong is wrong."""
    path = Path(path)
    text = _read_text(path)
    document = _parse(path, text)
    notes = _check_version(path, document)
    _check_schema(path, document)
    check_integrity(str(path), document)
    return build_run(str(path), document, notes)


def _read_text(path: Path) -> str:
    journal = path.parent / (path.name + ".journal.jsonl")
    if path.name.endswith(".journal.jsonl"):
        raise usage_error(str(path), "this is the journal of an unfinished run, not a result file",
                          "finish the run: spargio-bench run --resume RESULT.json")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        remedy = "check the name; spargio-bench run prints the name of the file it wrote"
        if journal.exists():
            remedy = f"the run was cut off, its journal is {journal}: finish it with spargio-bench run --resume {path}"
        raise invalid_input(str(path), "no such result file", remedy) from None
    except OSError as error:
        raise invalid_input(str(path), f"cannot be read: {error.strerror}", "check its owner and mode") from None
    if not data.strip():
        raise invalid_input(str(path), "the file is empty", MEASURE_AGAIN)
    try:
        return utf8_text(data)
    except NotUtf8 as error:
        raise invalid_input(str(path), str(error), MEASURE_AGAIN) from None


def _refuse(text: str):
    raise _BadNumber(text)


def _integer(text: str) -> int:
    return int(text) if len(text) <= 20 else _refuse(text)


def _real(text: str) -> float:
    value = float(text)
    return value if isfinite(value) else _refuse(text)


def _parse(path: Path, text: str) -> dict:
    try:
        document = json.loads(text, parse_constant=_refuse, parse_int=_integer, parse_float=_real)
        if LONE_SURROGATE.search(text):
            json.dumps(document, ensure_ascii=False).encode()
    except _BadNumber as error:
        shown = str(error) if len(str(error)) <= 24 else str(error)[:20] + "…"
        raise invalid_input(str(path), f"byte {_number_offset(text, str(error))}: {shown} is no number that a result "
                            "may hold (a figure that is not known is null)", MEASURE_AGAIN) from None
    except UnicodeEncodeError:
        raise invalid_input(str(path), "holds half a surrogate pair, which is no character", MEASURE_AGAIN) from None
    except json.JSONDecodeError as error:
        offset = len(text[:error.pos].encode())
        cut = error.pos >= len(text.rstrip()) or "Unterminated string" in error.msg
        problem = "the file ends too early (truncated)" if cut else f"not JSON: {error.msg}"
        raise invalid_input(str(path), f"byte {offset} (line {error.lineno}): {problem}", MEASURE_AGAIN) from None
    except RecursionError:
        raise invalid_input(str(path), "nested too deeply to be a result file", MEASURE_AGAIN) from None
    if not isinstance(document, dict):
        raise invalid_input(str(path), "not a result file: its top level is not an object", MEASURE_AGAIN)
    return document


def _number_offset(text: str, number: str) -> int:
    """Byte offset of the first such number that does not stand in a string."""
    for match in re.finditer(r'"(?:\\.|[^"\\])*"|' + re.escape(number), text):
        if not match.group().startswith('"'):
            return len(text[:match.start()].encode())
    return 0


def _check_version(path: Path, document: dict) -> list[str]:
    version = document.get("schema_version")
    match = re.fullmatch(r"(\d+)\.(\d+)", version) if isinstance(version, str) else None
    if not match:
        raise invalid_input(str(path), f"$.schema_version is {version!r}: not a spargio-bench result", MEASURE_AGAIN)
    major, minor = int(match[1]), int(match[2])
    if major != KNOWN_MAJOR:
        raise invalid_input(str(path), f"$.schema_version is {version}; this program reads {KNOWN_MAJOR}.x",
                            "use the spargio-report of the same release as the spargio-bench that wrote the file")
    if minor <= KNOWN_MINOR:
        return []
    known = _schema()["properties"]
    extra = [key for key in document if key not in known]
    for key in extra:
        del document[key]
    passed_over = f"; passed over: {', '.join(extra)}" if extra else ""
    return [f"{path.name} has schema {version}, newer than {KNOWN_MAJOR}.{KNOWN_MINOR} known here: "
            f"what is new in it is not shown{passed_over}"]


@lru_cache
def _schema() -> dict:
    try:
        return json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(ExitCode.USAGE, str(SCHEMA_PATH), f"the result schema cannot be read: {error.strerror}",
                          "run spargio-report from a complete checkout") from None


def _check_items(validator, schema, items, whole):
    """The same as jsonschema's, but a list of nothing but whole numbers is looked through at once: those of the
    histograms are two fifths of the values of a full run."""
    if schema != {"type": "integer"} or not isinstance(items, list) or any(type(item) is not int for item in items):
        yield from jsonschema.Draft202012Validator.VALIDATORS["items"](validator, schema, items, whole)


_Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"items": _check_items})


def _check_schema(path: Path, document: dict) -> None:
    validator = _Validator(_schema())
    error = next(iter(validator.iter_errors(document)), None)
    if error is None:
        return
    problem = error.message
    if len(problem) > 200:
        problem = f"{problem[:120]} … {problem[-70:]}"
    raise invalid_input(str(path), f"{error.json_path}: {problem}", MEASURE_AGAIN)
