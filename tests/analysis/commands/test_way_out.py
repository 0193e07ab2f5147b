"""However the program ends, its exit code says how: 1 is a confirmed FAIL and nothing else (P22)."""

import json
import os
import signal
import subprocess
import sys

import builder
import pytest

LAUNCHER = builder.ROOT / "analysis" / "spargio-report"
UNFORESEEN = 70


@pytest.fixture
def files(tmp_path, one_gate):
    """A run that passes, one that fails, the gate for both; words in braces stand for them."""
    names = {"pass": builder.write(tmp_path, builder.pair(0.5), "pass.json"),
             "fail": builder.write(tmp_path, builder.pair(2.0), "fail.json"), "rails": one_gate(), "out": tmp_path / "out"}
    return {key: str(path) for key, path in names.items()}


def ended(line, files, redirections="", **settings):
    """Of a line that a shell runs, with `$report` as the program."""
    command = "\"$report\" " + line.format(**files) + " " + redirections
    return subprocess.run(["sh", "-c", command], env={**os.environ, "report": str(LAUNCHER), **settings}, cwd=os.path.dirname(files["out"]),
                          capture_output=True, text=True, timeout=120, check=False)


PRINTING = ["gate {pass} --guardrails {rails}", "compare {pass}", "verdict {pass} --guardrails {rails}", "history {pass}",
            "completion bash", "--help", "gate --help", "plot {pass} -o {out} --figure forest", "report {pass} -o {out} --formats svg"]


@pytest.mark.parametrize(("line", "lost"), [*((line, ">/dev/full") for line in PRINTING), (PRINTING[0], ">&-"),
                                            (PRINTING[5], ">&-")])
def test_P22_words_that_cannot_be_printed_are_no_verdict(line, lost, files):
    found = ended(line, files, lost)
    assert found.returncode == UNFORESEEN
    assert "standard output: cannot be written" in found.stderr and "remedy: " in found.stderr and "Traceback" not in found.stderr


def test_P22_a_closed_output_is_not_taken_by_a_file_that_is_opened_later(files):
    ended("report {pass} -o {out} --formats svg", files, ">&-")
    for name in os.listdir(files["out"]):
        with open(os.path.join(files["out"], name), encoding="utf-8") as file:
            assert not file.read(40).startswith(files["out"])


@pytest.mark.parametrize(("line", "code"), [("gate {pass} --guardrails {rails}", 0), ("gate {fail} --guardrails {rails}", 3),
                                            ("gate none.json --guardrails {rails}", 4), ("gate", 2)])
@pytest.mark.parametrize("lost", ["2>&-", "2>/dev/full", "<&- 2>&-"])
def test_P22_notes_that_nobody_can_read_change_no_exit_code(line, code, lost, files):
    assert ended(line, files, lost).returncode == code


@pytest.mark.parametrize(("line", "code"), [("gate {pass} --guardrails {rails}", 0), ("gate {fail} --guardrails {rails}", 3),
                                            ("gate none.json --guardrails {rails}", 4), ("compare {pass}", 0)])
def test_P22_a_reader_who_goes_away_ends_the_words_and_not_the_verdict(line, code, files):
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "wb") as pipe:
        found = subprocess.run([LAUNCHER, *line.format(**files).split()], stdout=pipe, stderr=pipe, timeout=120, check=False)
    assert found.returncode == code


@pytest.mark.parametrize(("error", "words"), [
    (ZeroDivisionError("by nothing"), "please report it"), (MemoryError(), "more memory"),
    (OSError(28, "No space left on device"), "room on the disk"), (ImportError("no numpy"), "SPARGIO_PYTHON"),
    (SystemExit(1), "please report it"), (RecursionError("deep"), "please report it")])
def test_P22_what_nobody_thought_of_has_a_code_of_its_own_and_says_what_to_do(error, words, tmp_path, inside, monkeypatch):
    def breaks(*_):
        raise error
    monkeypatch.setattr("spargio_report.commands.compare.load", breaks)
    found = inside("compare", "x.json")
    assert found.returncode == UNFORESEEN and words in found.stderr and "compare.py:" in found.stderr
    assert "Traceback" not in found.stderr and len(found.stderr.splitlines()) == 2
    assert "Traceback" in inside("compare", "x.json", "-v").stderr


EMPTY = ["gate ''", "gate {pass} --bench '' --guardrails {rails}", "gate {pass} --guardrails ''", "gate {pass} --junit ''",
         "gate {pass} --keep ''", "gate {pass} --baseline ''", "gate {pass} --save-baseline ''", "report {pass} -o ''",
         "plot {pass} -o ''", "history ''", "history {pass} ''", "compare {pass} -w ''", "compare {pass} --a '' --b asio",
         "selftest --bench ''", "selftest --base ''", "selftest -o ''"]


@pytest.mark.parametrize("line", EMPTY)
def test_P22_an_empty_word_is_refused_and_never_passed_over(line, files, inside):
    found = inside(*[files.get(word.strip("{}"), word) if word != "''" else "" for word in line.split()])
    assert found.returncode == 2 and "is empty" in found.stderr and found.stdout == ""


def test_P22_a_latency_of_nothing_is_held_like_any_other(tmp_path, inside, one_gate):
    arms = [builder.Arm("spargio", 100, latency=True), builder.Arm("asio", 200, latency=True)]
    document = builder.make_run([builder.Group("ping_pong/steady_rtt", arms)])
    for block in document["blocks"]:
        for one in block["slices"]:
            if one["mode"] == "latency":
                one["latency"]["p50_ns"] = 0
    found = inside("gate", builder.write(tmp_path, document), "--guardrails", one_gate(metric="p50_ns"))
    assert found.returncode == 0 and "1.00x" in found.stdout


@pytest.mark.parametrize("key", ["target", "tolerance"])
@pytest.mark.parametrize("digits", [400, 5000])
def test_P22_a_number_of_too_many_digits_in_a_gate_is_a_wrong_gate(key, digits, files, one_gate, inside):
    rails = one_gate()
    rails.write_text("\n".join(f"{key} = {'9' * digits}" if line.startswith(key) else line
                               for line in rails.read_text().splitlines()))
    found = inside("gate", files["pass"], "--guardrails", rails)
    assert found.returncode == 2 and str(rails) in found.stderr and "remedy: " in found.stderr


def test_P22_a_full_disk_under_keep_is_no_verdict(files):
    """A folder on a device that is full: what the system says stands in the message."""
    limited = subprocess.run(["bash", "-c", "ulimit -f 0; exec \"$@\"", "bash", LAUNCHER, "gate", files["fail"], "--guardrails",
                              files["rails"], "--bench", "/bin/true", "--keep", files["out"]], capture_output=True, text=True,
                             timeout=120, check=False)
    assert limited.returncode in (2, UNFORESEEN) and "remedy: " in limited.stderr, limited.stderr


@pytest.mark.parametrize("bench", ["none", "/", "garbage", "rails/below", "x" * 300])
@pytest.mark.parametrize("line", ["gate {pass} --guardrails {rails} --bench ", "selftest --record {out} --bench "])
def test_P22_a_harness_that_is_none_is_wrong_usage(line, bench, files, tmp_path, inside):
    (tmp_path / "garbage").write_text("no program")
    (tmp_path / "garbage").chmod(0o755)
    found = inside(*line.format(**files).split(), tmp_path / bench if bench != "/" else bench)
    assert found.returncode == 2 and "cannot be started" in found.stderr and "--bench PATH" in found.stderr


LIMITS = ["-n 11", "-v 40000", "-v 60000", "-f 0", "-s 64"]


@pytest.mark.parametrize("limit", LIMITS)
def test_P22_no_limit_of_the_system_looks_like_a_verdict(limit, files):
    """Where the loader, the shell or the kernel ends it, the code is theirs; a FAIL of one file is 3."""
    for line in ("gate {fail} --guardrails {rails}", "report {fail} -o {out} --formats svg"):
        command = f'ulimit {limit}; exec "$report" ' + line.format(**files)
        found = subprocess.run(["bash", "-c", command], env={**os.environ, "report": str(LAUNCHER)}, capture_output=True, text=True,
                               timeout=120, check=False)
        assert found.returncode in (0, 2, 3, UNFORESEEN, 127) or found.returncode < 0, found
        assert "Traceback" not in found.stderr and (found.returncode != 0 or line.startswith("report"))


def test_P22_a_program_that_breaks_down_over_a_spoilt_file_has_caught_nothing():
    from spargio_report.selftest.mutations import Outcome
    assert [Outcome("x", code, "words").is_caught for code in (0, 1, 2, 3, 4, 5, UNFORESEEN, 130, -11)] == [
        False, True, False, True, True, False, False, False, False]


HIJACK = ("statistics", "contextlib", "importlib", "json", "numpy", "matplotlib", "jinja2", "sitecustomize", "usercustomize",
          "spargio_report", "dataclasses")


@pytest.mark.parametrize("path", [None, "", ":", ".", ":.:"])
def test_P22_nothing_of_the_working_directory_is_ever_run(path, files, tmp_path):
    for name in HIJACK:
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'run')!r}, 'a').write({name!r})\nraise SystemExit(1)\n")
    found = ended("compare {pass}", files, **({} if path is None else {"PYTHONPATH": path}))
    assert found.returncode == 0 and "ahead of every general runtime" in found.stdout, found.stderr
    assert not (tmp_path / "run").exists()


def test_P22_the_document_of_exit_codes_names_every_one_that_there_is():
    from spargio_report.commands.flags import EPILOG
    from spargio_report.failures import ExitCode
    tables = {name: (builder.ROOT / name).read_text(encoding="utf-8") for name in ("analysis/README.md", "docs/gating.md")}
    for code in ExitCode:
        assert f"{int(code)} " in EPILOG, code
        for name, text in tables.items():
            assert f"| {int(code)} |" in text, (name, code)


@pytest.mark.parametrize("sent", [signal.SIGHUP, signal.SIGTERM])
def test_P22_a_signal_that_the_caller_has_switched_off_stays_off(sent):
    """`nohup` means it."""
    script = ("import signal, os, sys; sys.path.insert(0, sys.argv[1]); from spargio_report.commands.way_out import leave\n"
              f"signal.signal({int(sent)}, signal.SIG_IGN)\n"
              f"sys.exit(leave(lambda: lambda _: os.kill(os.getpid(), {int(sent)}) or 7, []))")
    assert subprocess.run([sys.executable, "-c", script, builder.ROOT / "analysis"], check=False).returncode == 7


def test_P22_a_name_that_is_not_utf8_is_read_and_written(files, tmp_path, inside):
    odd = tmp_path.__class__(os.fsdecode(os.fsencode(tmp_path) + b"/n\xffight"))
    for folder in ("out", "report"):  # for the shell to find by their pattern
        (odd / folder).mkdir(parents=True)
    for file in ("x.xml", "x.md"):
        (odd / file).touch()
    for number in range(2):
        builder.write(odd, builder.pair(0.5, seed=number), f"{number}.json")
    assert ended("history n*ight --all -o n*ight/out --formats svg", files).returncode == 0
    document = json.loads((odd / "out" / "history.json").read_text(encoding="utf-8"))
    assert {run["file"] for one in document["series"] for run in one["runs"]} == {"n\\xffight/0.json", "n\\xffight/1.json"}
    for line in ("report n*ight/0.json -o n*ight/report --formats png,svg,pdf", "gate n*ight/0.json --junit n*ight/x.xml "
                 "--markdown n*ight/x.md --guardrails {rails}"):
        assert ended(line, files).returncode == 0


@pytest.mark.parametrize("line", ["report {pass} -o ", "plot {pass} -o ", "history {pass} -o "])
def test_P22_B12_a_folder_of_an_impossible_name_is_wrong_usage(line, files, inside):
    found = inside(*line.format(**files).split(), "x" * 300)
    assert found.returncode == 2 and "File name too long" in found.stderr and "remedy: " in found.stderr


def test_P22_a_valid_file_with_nothing_to_draw_or_to_follow_is_said_and_is_no_error(tmp_path, inside):
    path = builder.write(tmp_path, builder.make_run([builder.Group("ping_pong/steady_rtt", [builder.Arm("spargio", 100)])]))
    for words in (("plot", path, "-o", tmp_path / "out"), ("history", path), ("history", path, "--format", "json"),
                  ("history", path, "-o", tmp_path / "history")):
        found = inside(*words)
        assert found.returncode == 0 and "measure two arms of one case" in found.stderr, found
