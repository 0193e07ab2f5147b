"""Every command that a user gives, each as small as it can be, and the one way to run it and to judge how it ended."""
from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SPARGIO_BUILD", ROOT / "build" / "release"))
BENCH = BUILD / "harness" / "spargio-bench"
GBENCH = BUILD / "harness" / "spargio-gbench"
REPORT = ROOT / "analysis" / "spargio-report"
# A command that hangs is what is looked for; the machine may be busy.
LIMIT_S = 120
TINY = "--blocks 1 --slices 1 --slice-ms 1 --quiet-wait 0"



def table_of_codes(document: str, pattern: str = r"^\| (\d+) \|") -> set[int]:
    """Of a document, or of a source with a pattern of its own."""
    return set(map(int, re.findall(pattern, (ROOT / document).read_text(encoding="utf-8"), re.MULTILINE)))


DOCUMENTED = {"bench": table_of_codes("harness/README.md"), "report": table_of_codes("analysis/README.md")}
# What a command ends with that had no room for its words.
LOST_WORDS = {"bench": 4, "report": 70}


@dataclass(frozen=True)
class Command:
    """`line`: words, with {result} for a result file, {out} for what -o names; `code`: where nothing is wrong."""

    program: str
    line: str
    code: int = 0
    measures: bool = False
    writes: str = ""
    """What {out} is: a file, a folder, or nothing."""
    prints: bool = True

    @property
    def name(self) -> str:
        return re.sub(r"[^a-z]+", "_", self.line.split("{")[0].lower()).strip("_") or "none"


BENCH_COMMANDS = (
    Command("bench", "--help"),
    Command("bench", "version"),
    Command("bench", "list"),
    Command("bench", "list cases -w idle/park"),
    Command("bench", "list knobs -b spargio"),
    Command("bench", "completion bash"),
    Command("bench", "doctor"),
    Command("bench", "validate {result}"),
    Command("bench", "validate none.json", code=4),
    Command("bench", "repro idle/park|threads {result}"),
    Command("bench", "export {result} --format csv"),
    Command("bench", "export {result} --format gbench -o {out}", writes="file", prints=False),
    Command("bench", "merge {result} -o {out}", writes="file"),
    Command("bench", "run -w idle/park --plan"),
    Command("bench", "run -w nonesuch", code=2, prints=False),
    Command("bench", f"run -w idle/park -b spargio {TINY} -o {{out}}", writes="file", measures=True),
    Command("bench", f"ab -w idle/park --a spargio --b threads {TINY} -o {{out}}", writes="file", measures=True),
    Command("bench", f"sweep -w idle/park -b spargio -k spin=0,50 {TINY} -o {{out}}", writes="file", measures=True),
)
REPORT_COMMANDS = (
    Command("report", "--help"),
    Command("report", "completion bash"),
    Command("report", "compare {result}"),
    Command("report", "compare none.json", code=4, prints=False),
    Command("report", "gate {result} --guardrails {rails} --markdown {out}", writes="file"),
    Command("report", "gate {result} --guardrails {rails} --junit {out}", writes="file"),
    Command("report", "verdict {result} --guardrails {rails}"),
    Command("report", "history {result} --guardrails {rails}"),
    Command("report", "history {result} --guardrails {rails} --formats svg -o {out}", writes="folder"),
    Command("report", "plot {result} --guardrails {rails} --figure forest --formats svg -o {out}", writes="folder"),
    Command("report", "report {result} --guardrails {rails} --formats svg -o {out}", writes="folder"),
)
COMMANDS = BENCH_COMMANDS + REPORT_COMMANDS


@dataclass(frozen=True)
class Condition:
    """What is wrong with the surroundings. `number`: the row of the table of faults that it belongs to."""

    name: str
    number: str = ""
    redirections: str = ""
    loses: frozenset[str] = frozenset()
    """Of output, errors: what nobody gets to read."""
    reader_is_gone: bool = False
    limits: dict[str, int] = field(default_factory=dict, hash=False)
    settings: dict[str, str | None] = field(default_factory=dict, hash=False)
    """None: not set."""
    may_kill: tuple[int, ...] = ()
    """Signals by which the limit itself ends a process."""
    may_fail: bool = False


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    errors: str


def program_of(command: Command) -> Path:
    return BENCH if command.program == "bench" else REPORT


def words_of(command: Command, names: dict[str, str]) -> list[str]:
    return [re.sub(r"\{(\w+)\}", lambda found: names[found[1]], word) for word in command.line.split()]


def _limit(limits: dict[str, int]):
    def before_exec() -> None:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        for name, most in limits.items():
            which = getattr(resource, f"RLIMIT_{name}")
            resource.setrlimit(which, (most, most))
    return before_exec


def run_under(condition: Condition, words: list, folder: Path, under: tuple[str, ...] = ()) -> Ended:
    """Through a shell that redirects; `under`: a program that starts it all (setpriv, unshare)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "SPARGIO_"))}
    kept["SPARGIO_PYTHON"] = sys.executable
    for name, value in condition.settings.items():
        kept.pop(name, None)
        if value is not None:
            kept[name] = value
    out, errors = subprocess.PIPE, subprocess.PIPE
    if condition.reader_is_gone:
        read, write = os.pipe()
        os.close(read)
        out = write if "output" in condition.loses else out
        errors = write if "errors" in condition.loses else errors
    script = f'exec "$@" {condition.redirections}'
    try:
        done = subprocess.run([*under, "bash", "-c", script, "bash", *map(str, words)], cwd=folder, env=kept,
                              stdin=subprocess.DEVNULL, stdout=out, stderr=errors, timeout=LIMIT_S, check=False,
                              preexec_fn=_limit(condition.limits))
    finally:
        if condition.reader_is_gone:
            os.close(write)
    return Ended(done.returncode, (done.stdout or b"").decode("utf-8", "replace"),
                 (done.stderr or b"").decode("utf-8", "replace"))


def check_end(command: Command, condition: Condition, ended: Ended, wanted: set[int] | None = None) -> None:
    """Whatever is wrong with the surroundings: a documented code, no signal, words with a place and a remedy."""
    told = f"{command.line} [{condition.name}]: {ended}"
    if ended.code < 0 or ended.code > 128 and ended.code - 128 in condition.may_kill:
        assert -ended.code in condition.may_kill or ended.code - 128 in condition.may_kill, told
        return
    if condition.may_fail and ended.code in (2, 126, 127) and "spargio-" not in ended.errors:
        return  # the shell or the loader was not let start it
    assert ended.code in DOCUMENTED[command.program], told
    assert ended.code != 1, told
    assert "Traceback" not in ended.errors and "please report" not in ended.errors, told
    if wanted is not None:
        assert ended.code in wanted, told
    if command.measures and ended.code == 4 and " failed: " in ended.out + ended.errors:
        return  # what its case was refused stands at the case
    if ended.code not in (0, command.code) and "errors" not in condition.loses:
        assert f"spargio-{command.program}: " in ended.errors, told
        remedy = "remedy: " if command.program == "report" else "; "
        assert remedy in ended.errors.partition(f"spargio-{command.program}: ")[2], told
