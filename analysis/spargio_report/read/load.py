"""Reads a result file: text, JSON, schema, integrity, model. What is wrong is said with its place (M20, P22)."""

import json
import re
from math import isfinite
from pathlib import Path

from spargio_report.failures import invalid_input, usage_error
from spargio_report.read.integrity import integrity_problems
from spargio_report.read.model import Run
from spargio_report.read.records import build_run
from spargio_report.read.schema_words import first_violation, schema, shown
from spargio_report.read.text import NotUtf8, utf8_text

KNOWN_MINOR = 4

LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
MEASURE_AGAIN = "measure again, or take the file from the run that wrote it (spargio-bench validate FILE tells more)"


class _BadNumber(Exception):
    """Carries the text of a number that no result may hold."""


def load_run(path) -> Run:
    """Everything or an error: a file that is partly wrong is wrong."""
    path = Path(path)
    text = _read_text(path)
    document = _parse(path, text)
    newer = _is_newer(path, document)
    problem = first_violation(document, newer) or next(integrity_problems(document), None)
    if problem:
        raise invalid_input(str(path), problem, MEASURE_AGAIN)
    return build_run(str(path), document, _notes(path, document) if newer else [])


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


def _integer(text: str) -> int | float:
    """Beyond 64 bits a fraction, as the harness reads it."""
    value = int(text) if len(text) <= 20 else 2**64
    return value if -2**63 <= value < 2**64 else _real(text)


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
        problem = "the file ends in the middle of a value: it is truncated" if cut else f"not JSON: {error.msg}"
        raise invalid_input(str(path), f"byte {offset} (line {error.lineno}): {problem}", MEASURE_AGAIN) from None
    except RecursionError:
        raise invalid_input(str(path), "nested too deeply to be a result file", MEASURE_AGAIN) from None
    return document


def _number_offset(text: str, number: str) -> int:
    """Byte offset of the first such number that does not stand in a string."""
    for match in re.finditer(r'"(?:\\.|[^"\\])*"|' + re.escape(number), text):
        if not match.group().startswith('"'):
            return len(text[:match.start()].encode())
    return 0


def _is_newer(path: Path, document) -> bool:
    """Whether the file is of a later minor version, which may have keys that this program does not know."""
    if not isinstance(document, dict) or "schema_version" not in document:
        raise invalid_input(str(path), "/: is no result of spargio-bench (it has no schema_version)", MEASURE_AGAIN)
    version = document["schema_version"]
    if not isinstance(version, str):
        return False
    if not version.startswith("1."):
        raise invalid_input(str(path), f"/schema_version: this build reads schema 1.x, the file is of {shown(version)}; "
                            "use the build that wrote it", "spargio-report and spargio-bench of one release belong together")
    minor = version.removeprefix("1.")
    return re.fullmatch("[0-9]+", minor) is not None and (len(minor) > 9 or int(minor) > KNOWN_MINOR)


def _notes(path: Path, document: dict) -> list[str]:
    extra = [key for key in document if key not in schema()["properties"]]
    passed_over = f"; passed over: {', '.join(extra)}" if extra else ""
    return [f"{path.name} has schema {document['schema_version']}, newer than 1.{KNOWN_MINOR} known here: "
            f"what is new in it is not shown{passed_over}"]
