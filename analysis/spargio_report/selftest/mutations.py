"""Spoilt result files: whatever is wrong with one, the gate must not say that all is well (M15)."""

import copy
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from spargio_report.compare.comparison import all_comparisons
from spargio_report.failures import ExitCode, invalid_input
from spargio_report.read.load import load_run
from spargio_report.read.text import toml_text, utf8_text

PROGRAM = Path(__file__).resolve().parents[1] / "__main__.py"
CAUGHT = (ExitCode.FAIL, ExitCode.INCONCLUSIVE, ExitCode.INVALID)
CLEAR_LEAD = 0.5  # of the pair that the mutations are done to: it passes, and swapped it fails


@dataclass(frozen=True)
class Pair:
    """Two arms of one case that a gate holds against each other, and passes."""

    group: str
    workload: str
    parameters: dict
    a: str
    b: str


def sound_pair(path: Path) -> Pair:
    run = load_run(path)
    clear = [one for one in all_comparisons(run) if one.ratio.high < CLEAR_LEAD and one.ratio.blocks >= 10
             and one.a.kind == "ours" and one.b.kind == "rival" and not one.judged_by_cpu]
    if not clear:
        raise invalid_input(str(path), f"holds no pair of arms with a ratio below {CLEAR_LEAD} in 10 blocks",
                            "name the file of a run of the quick matrix with --base")
    best = min(clear, key=lambda one: one.ratio.high)
    return Pair(best.group, best.a.workload, best.a.parameters, best.a.arm, best.b.arm)


def only_group(document: dict, group: str) -> dict:
    """A smaller file that is as sound."""
    names = {case["id"] for case in document["cases"] if case["group"] == group}
    return {**document, "cases": [case for case in document["cases"] if case["id"] in names],
            "blocks": [{**block, "index": index} for index, block in enumerate(
                block for block in document["blocks"] if block["group"] == group)],
            "warnings": [one for one in document["warnings"] if one["case"] is None or one["case"] in names]}


def rails_text(pair: Pair) -> str:
    parameters = ", ".join(f"{toml_text(key)} = {toml_text(value)}" for key, value in pair.parameters.items())
    return (f'[[gate]]\nid = "selftest"\nkind = "rival"\nworkload = {toml_text(pair.workload)}\n'
            f'params = {{ {parameters} }}\na = {toml_text(pair.a)}\nb = {toml_text(pair.b)}\n'
            'metric = "wall_ns_per_operation"\ntarget = 1.0\ntolerance = 0.1\nwhy = "the selftest asks"\n')


def _without_arm(document: dict, pair: Pair) -> None:
    name = f"{pair.group}|{pair.a}"
    document["cases"] = [case for case in document["cases"] if case["id"] != name]
    for block in document["blocks"]:
        block["slices"] = [one for one in block["slices"] if one["case"] != name]
    document["warnings"] = [one for one in document["warnings"] if one["case"] != name]


def _first_slice(document: dict, pair: Pair) -> dict:
    return next(one for block in document["blocks"] if block["group"] == pair.group for one in block["slices"]
                if one["case"] == f"{pair.group}|{pair.a}")


def _crashed(document: dict, pair: Pair) -> None:
    case = next(case for case in document["cases"] if case["id"] == f"{pair.group}|{pair.b}")
    case.update(status="crashed", reason="killed by SIGSEGV while it ran a slice")


def _renamed_arm(document: dict, pair: Pair) -> None:
    old, new = f"{pair.group}|{pair.a}", f"{pair.group}|renamed"
    for case in document["cases"]:
        if case["id"] == old:
            case.update(id=new, arm="renamed")
    for block in document["blocks"]:
        for one in block["slices"]:
            if one["case"] == old:
                one["case"] = new
    for one in document["warnings"]:
        if one["case"] == old:
            one["case"] = new


def _swapped(document: dict, pair: Pair) -> None:
    names = {f"{pair.group}|{pair.a}": f"{pair.group}|{pair.b}", f"{pair.group}|{pair.b}": f"{pair.group}|{pair.a}"}
    for block in document["blocks"]:
        for one in block["slices"]:
            one["case"] = names.get(one["case"], one["case"])


OF_THE_DOCUMENT = {
    "an arm is missing": _without_arm,
    "a slice did no operations": lambda document, pair: _first_slice(document, pair).update(operations=0),
    "a slice took no time": lambda document, pair: _first_slice(document, pair).update(wall_ns=0),
    "a case crashed": _crashed,
    "a slice names a case that is not there": lambda document, pair: _first_slice(document, pair).update(case="x|y"),
    "an arm was renamed": _renamed_arm,
    "the arms were swapped": _swapped,
    "all blocks were dropped": lambda document, pair: [block.update(dropped=True, drop_reason="noise")
                                                       for block in document["blocks"]],
}
OF_THE_TEXT = {
    "the file is empty": lambda text: "",
    "a time is NaN": lambda text: text.replace('"wall_ns":', '"wall_ns": NaN, "x":', 1),
    "the file was cut off": lambda text: text[: len(text) * 2 // 3],
    "the file is not there": None,
}


@dataclass(frozen=True)
class Outcome:
    name: str
    exit_code: int
    message: str

    @property
    def is_caught(self) -> bool:
        """A program that broke down over the file has caught nothing."""
        return self.exit_code in CAUGHT and bool(self.message)


def gate_exit(path: Path, rails: Path) -> tuple[int, str]:
    ended = subprocess.run([sys.executable, "-P", str(PROGRAM), "gate", str(path), "--guardrails", str(rails)],
                           capture_output=True, encoding="utf-8", check=False)
    return ended.returncode, (ended.stderr or ended.stdout).strip()


def try_all(base: Path, folder: Path) -> list[Outcome]:
    """The untouched file first, which must pass: else nothing is shown by the others."""
    pair = sound_pair(base)
    rails = folder / "rails.toml"
    rails.write_text(rails_text(pair), encoding="utf-8")
    document = only_group(json.loads(utf8_text(base.read_bytes())), pair.group)
    text = json.dumps(document)
    spoilt = folder / "spoilt.json"
    spoilt.write_text(text, encoding="utf-8")
    code, message = gate_exit(spoilt, rails)
    if code != 0:
        raise invalid_input(str(base), f"does not pass untouched ({message})", "name another file with --base")
    outcomes = []
    for name, change in OF_THE_DOCUMENT.items():
        changed = copy.deepcopy(document)
        change(changed, pair)
        spoilt.write_text(json.dumps(changed), encoding="utf-8")
        outcomes.append(Outcome(name, *gate_exit(spoilt, rails)))
    for name, change in OF_THE_TEXT.items():
        spoilt.unlink(missing_ok=True)
        if change is not None:
            spoilt.write_text(change(text), encoding="utf-8")
        outcomes.append(Outcome(name, *gate_exit(spoilt, rails)))
    return outcomes
