"""Reads guardrails.toml. Whatever is wrong in it is named with its gate and key, never guessed at (M23, P22)."""

import datetime
import tomllib
from dataclasses import dataclass
from pathlib import Path

from spargio_report.failures import ReportError, nearest, usage_error
from spargio_report.read.metrics import METRICS
from spargio_report.read.text import NotUtf8, utf8_text

# What is held is a ratio, a share or nanoseconds; numbers beyond these would leave the range of a logarithm.
LEAST_NUMBER, LARGEST_NUMBER = 1e-12, 1e15
KINDS = ("rival", "floor", "self", "absolute")
BASE_MARK = "@base"
BEST_RIVAL = "best-rival"
# What `b` may say for all rivals of a class, one by one; None: of any.
MANY = {BEST_RIVAL: None, "best-general": "general", "best-specialist": "specialist"}
ABOVE_B = "cpu_share_above_b"  # what `a` uses beyond `b`: a difference, not a ratio
JUDGED = "judged"  # whichever of the metrics the workload itself is judged by

DEFAULT_KEYS = ("kind", "a", "b", "metric", "tolerance", "anchor", "unavailable")
GATE_KEYS = ("id", "kind", "workload", "params", "a", "b", "except", "metric", "target", "tolerance", "anchor", "unavailable", "why")
# What it means when an arm of the gate is not to be had on this machine, as where a container forbids io_uring.
UNAVAILABLE = ("missing", "inconclusive")
DEFAULT_ANCHOR = "floor"
WAIVER_KEYS = ("gate", "until", "reason")


@dataclass(frozen=True)
class Gate:
    id: str
    kind: str
    workload: str
    params: dict[str, str]
    a: str
    b: str | None
    excepted: tuple[str, ...]  # rivals that best-rival leaves out, because a gate of their own holds them
    metric: str
    target: float
    tolerance: float
    why: str
    anchor: str = DEFAULT_ANCHOR  # of a gate of kind self against a file: the arm that both were measured beside
    unavailable: str = UNAVAILABLE[0]

    @property
    def names_many(self) -> bool:
        return self.b in MANY

    def rivals_in(self, run, group: str) -> list:
        """The cases that `b` stands for where it names many, whatever became of them; like with like (Case.meets)."""
        wanted, asked = MANY[self.b], run.case_of(group, self.a)
        return [case for case in run.cases_of(group) if case.kind == "rival" and not case.is_repeat
                and wanted in (None, case.standing) and case.arm not in self.excepted and (asked is None or asked.meets(case))]

    @property
    def is_ratio(self) -> bool:
        return self.kind != "absolute" and self.metric != ABOVE_B

    @property
    def limit(self) -> float:
        return self.target * (1 + self.tolerance)


@dataclass(frozen=True)
class Waiver:
    gate: str
    until: datetime.date
    reason: str


@dataclass(frozen=True)
class Guardrails:
    path: str
    gates: tuple[Gate, ...]
    waivers: dict[str, Waiver]


def load_guardrails(path, today: datetime.date | None = None) -> Guardrails:
    path = Path(path)
    document = _read(path)
    place = str(path)
    _only(place, document, ("defaults", "gate", "waiver"), "at the top level")
    defaults = _table(place, document.get("defaults", {}), "[defaults]")
    _only(place, defaults, DEFAULT_KEYS, "in [defaults]")
    gates = [_gate(place, number, entry, defaults)
             for number, entry in enumerate(_tables(place, document, "gate"), start=1)]
    if not gates:
        raise usage_error(place, "declares no gate, so it guards nothing", "add a [[gate]]")
    ids = [gate.id for gate in gates]
    for name in ids:
        if ids.count(name) > 1:
            raise usage_error(f"{place}: gate '{name}'", "the id stands twice", "give every gate an id of its own")
    waivers = [_waiver(place, number, entry, ids, today or datetime.date.today())
               for number, entry in enumerate(_tables(place, document, "waiver"), start=1)]
    return Guardrails(place, tuple(gates), {waiver.gate: waiver for waiver in waivers})


def _read(path: Path) -> dict:
    try:
        return tomllib.loads(utf8_text(path.read_bytes()))
    except FileNotFoundError:
        raise usage_error(str(path), "no such guardrail file", "name one with --guardrails FILE") from None
    except OSError as error:
        raise usage_error(str(path), f"cannot be read: {error.strerror}", "check its owner and mode") from None
    except NotUtf8 as error:
        raise usage_error(str(path), str(error), "save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, and a number of more digits than Python reads
        raise usage_error(str(path), f"not TOML: {error}", "mend the line named") from None


def _only(place: str, table: dict, legal, where: str) -> None:
    for key in table:
        if key not in legal:
            raise usage_error(place, f"unknown key '{key}' {where}", nearest(key, legal))


def _table(place: str, value, name: str) -> dict:
    if not isinstance(value, dict):
        raise usage_error(place, f"{name} is not a table", f"write {name} on a line of its own, keys below it")
    return value


def _tables(place: str, document: dict, name: str) -> list[dict]:
    value = document.get(name, [])
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise usage_error(place, f"'{name}' is not a list of tables", f"write [[{name}]], with two brackets")
    return value


def _text(place: str, key: str, value) -> str:
    if not isinstance(value, str) or not value:
        raise usage_error(place, f"'{key}' is {value!r}", f"{key} must be a text that is not empty")
    return value


def _number(place: str, key: str, value) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not LEAST_NUMBER <= value <= LARGEST_NUMBER:
        if isinstance(value, (int, float)) and value > LARGEST_NUMBER:
            raise usage_error(place, f"'{key}' is beyond {LARGEST_NUMBER:g}", f"{key} must be a number that can be measured")
        extra = ""
        if key == "tolerance":
            extra = "; with zero the limit would equal the target, and such a gate could never pass"
        raise usage_error(place, f"'{key}' is {value!r}", f"{key} must be a number above 0{extra}")
    return float(value)


def _gate(path: str, number: int, entry: dict, defaults: dict) -> Gate:
    name = entry.get("id")
    place = f"{path}: gate {name!r}" if isinstance(name, str) and name else f"{path}: gate number {number}"
    _only(place, entry, GATE_KEYS, "")
    values = {"metric": JUDGED, **defaults, **entry}
    if values.get("kind") == "absolute" and "b" not in entry:
        values.pop("b", None)
    for key in ("id", "kind", "workload", "a", "target", "tolerance", "why"):
        if key not in values:
            raise usage_error(place, f"'{key}' is missing", f"add {key} = … to the gate"
                              + (" or to [defaults]" if key in DEFAULT_KEYS else ""))
    for key in ("id", "kind", "workload", "a", "metric", "why"):
        _text(place, key, values[key])
    _one_of(place, "kind", values["kind"], KINDS)
    _one_of(place, "metric", values["metric"], (JUDGED, *METRICS, ABOVE_B))
    gate = Gate(id=values["id"], kind=values["kind"], workload=values["workload"],
                params=_params(place, values.get("params", {})), a=values["a"],
                b=_b(place, values), excepted=_excepted(place, values), metric=values["metric"],
                target=_number(place, "target", values["target"]),
                tolerance=_number(place, "tolerance", values["tolerance"]), why=values["why"],
                anchor=_text(place, "anchor", values.get("anchor", DEFAULT_ANCHOR)),
                unavailable=_one_of(place, "unavailable", values.get("unavailable", UNAVAILABLE[0]), UNAVAILABLE))
    if "anchor" in entry and gate.kind != "self":
        raise usage_error(place, f"'anchor' stands in a gate of kind '{gate.kind}'", "take it away: it is for kind self")
    if gate.kind == "absolute" and gate.metric == JUDGED:
        raise usage_error(place, "an absolute gate names no metric", "add metric = one of " + ", ".join(METRICS))
    if gate.metric == ABOVE_B and gate.kind != "floor":
        raise usage_error(place, f"metric '{ABOVE_B}' stands in a gate of kind '{gate.kind}'", "set kind = \"floor\"")
    return gate


def _one_of(place: str, key: str, value, legal) -> str:
    if _text(place, key, value) not in legal:
        raise usage_error(place, f"'{key}' is '{value}'", nearest(value, legal))
    return value


def _b(place: str, values: dict) -> str | None:
    if values["kind"] == "absolute":
        if "b" in values:
            raise usage_error(place, "an absolute gate has no 'b'", "take b away, or set kind = \"rival\"")
        return None
    if values["kind"] == "self":
        return _own_base(place, values)
    if "b" not in values:
        raise usage_error(place, "'b' is missing", f"add b = an arm of the run, or b = \"{BEST_RIVAL}\"")
    b = _text(place, "b", values["b"])
    if b in MANY and values["kind"] != "rival":
        raise usage_error(place, f"'b' is '{b}' in a gate of kind '{values['kind']}'", "set kind = \"rival\"")
    if b == values["a"]:
        raise usage_error(place, f"'a' and 'b' are both '{b}'", "name two different arms")
    return b


def base_of(arm: str) -> str:
    """`spargio[spin=0]` -> `spargio@base[spin=0]`."""
    name, bracket, knobs = arm.partition("[")
    return f"{name}{BASE_MARK}{bracket}{knobs}"


def _own_base(place: str, values: dict) -> str:
    """A gate of kind self holds an arm against the same arm of the base build, and nothing else."""
    b = base_of(values["a"])
    if BASE_MARK in values["a"]:
        raise usage_error(place, f"'a' is '{values['a']}', an arm of the base", "name the arm of this build")
    if values.get("b", b) not in (b, *MANY):
        raise usage_error(place, f"'b' is '{values['b']}' in a gate of kind 'self'", f"leave b away: it is '{b}'")
    return b


def _excepted(place: str, values: dict) -> tuple[str, ...]:
    value = values.get("except", [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise usage_error(place, "'except' is not a list of arms", "write except = [\"tbb\"]")
    if value and values.get("b") not in MANY:
        raise usage_error(place, "'except' stands without b = \"best-rival\"", "take one of the two away")
    return tuple(value)


def _params(place: str, value) -> dict[str, str]:
    if not isinstance(value, dict) or any(isinstance(item, (dict, list)) for item in value.values()):
        raise usage_error(place, "'params' is not a table of plain values", "write params = { batch = \"all\" }")
    return {key: str(item) for key, item in value.items()}


def _waiver(path: str, number: int, entry: dict, ids: list[str], today: datetime.date) -> Waiver:
    name = entry.get("gate")
    place = f"{path}: waiver for {name!r}" if isinstance(name, str) else f"{path}: waiver number {number}"
    _only(place, entry, WAIVER_KEYS, "")
    for key in WAIVER_KEYS:
        if key not in entry:
            raise usage_error(place, f"'{key}' is missing", f"add {key} = …")
    gate, reason = _text(place, "gate", entry["gate"]), _text(place, "reason", entry["reason"])
    if gate not in ids:
        raise usage_error(place, f"there is no gate '{gate}'", nearest(gate, ids))
    until = _date(place, entry["until"])
    if until < today:
        raise usage_error(place, f"expired on {until} (reason was: {reason})",
                          "mend what it excused and delete the waiver, or renew it with a reason")
    return Waiver(gate, until, reason)


def _date(place: str, value) -> datetime.date:
    problem: ReportError = usage_error(place, f"'until' is {value!r}", "write a date: until = 2027-01-31")
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if not isinstance(value, str):
        raise problem
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        raise problem from None
