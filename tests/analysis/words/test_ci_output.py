"""What a CI service reads of a gate says the same as the terminal."""

import xml.etree.ElementTree as xml

import builder
import pytest
from builder import Arm, Group


def junit(tmp_path, inside, document, rails, *more):
    path = tmp_path / "gates.xml"
    ended = inside("gate", builder.write(tmp_path, document), "--guardrails", rails, "--junit", path, *more)
    return ended, xml.parse(path).getroot()


@pytest.mark.parametrize(("ratio", "kind"), [(0.5, None), (1.5, "skipped"), (1.02, "skipped")])
def test_M23_junit_has_a_test_case_for_every_gate_with_its_verdict(ratio, kind, tmp_path, inside, one_gate):
    noise = 0.6 if ratio == 1.02 else 0.02
    _, suite = junit(tmp_path, inside, builder.pair(ratio, noise=noise), one_gate())
    case, = suite.findall("testcase")
    assert (case.get("name"), case.get("classname"), suite.get("tests")) == ("rtt", "ping_pong/steady_rtt", "1")
    assert [one.tag for one in case if one.tag != "system-out"] == ([kind] if kind else [])
    assert "could have seen" in case.find("system-out").text


def test_M23_junit_counts_a_missing_measurement_and_a_broken_case_as_errors(tmp_path, inside, one_gate):
    arms = [Arm("spargio", 100), Arm("asio", 1, status="crashed", reason="signal <6> \x1b[31m & more")]
    ended, suite = junit(tmp_path, inside, builder.make_run([Group("ping_pong/steady_rtt", arms)]), one_gate())
    assert ended.returncode == 4 and (suite.get("errors"), suite.get("failures"), suite.get("tests")) == ("2", "0", "2")
    assert "signal <6> ?[31m & more" in suite.findall("testcase")[1].find("error").get("message")


def test_M13_junit_calls_only_a_confirmed_fail_a_failure(tmp_path, one_gate):
    from dataclasses import replace

    from spargio_report.judge.judging import judge_run
    from spargio_report.judge.pairing import Asked
    from spargio_report.read.guardrails import load_guardrails
    from spargio_report.read.load import load_run
    from spargio_report.words.ci_output import write_junit
    run = load_run(builder.write(tmp_path, builder.pair(1.5)))
    judged = judge_run(Asked(run, load_guardrails(one_gate())))
    verdict, = judged.verdicts
    for confirmed, failures in ((True, "1"), (False, "0")):
        write_junit(str(tmp_path / "out.xml"), replace(judged, verdicts=(replace(verdict, confirmed=confirmed),)))
        assert xml.parse(tmp_path / "out.xml").getroot().get("failures") == failures


def test_M14_markdown_leads_with_the_summary_and_has_the_line_of_each_gate(tmp_path, inside, one_gate):
    path = builder.write(tmp_path, builder.pair(0.5))
    inside("gate", path, "--guardrails", one_gate(), "--markdown", tmp_path / "gates.md")
    text = (tmp_path / "gates.md").read_text()
    assert text.startswith("**1 gate: 1 PASS**") and "n=20 PASS (limit 1.10, could have seen" in text


def test_M13_the_step_summary_is_appended_to_and_wants_its_variable(tmp_path, inside, one_gate, monkeypatch):
    path = builder.write(tmp_path, builder.pair(0.5))
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    refused = inside("gate", path, "--guardrails", one_gate(), "--summary")
    assert refused.returncode == 2 and "--markdown FILE" in refused.stderr and not refused.stdout
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert inside("gate", path, "--guardrails", one_gate(), "--summary").returncode == 0
    assert summary.read_text().startswith("before\n**1 gate: 1 PASS**")


@pytest.mark.parametrize("flag", ["--junit", "--markdown"])
@pytest.mark.parametrize(("place", "words"), [("", "is a folder"), ("none/x", "there is no folder"),
                                             ("/proc/spargio.xml", "cannot be written")])
def test_P22_a_place_that_cannot_be_written_is_refused_before_anything_is_measured(flag, place, words, tmp_path, inside,
                                                                                   one_gate):
    bench = tmp_path / "bench"
    bench.write_text(f"#!/bin/sh\ntouch '{tmp_path}/measured'\nexit 2\n")
    bench.chmod(0o755)
    path = builder.write(tmp_path, builder.pair(1.0, blocks=4))
    ended = inside("gate", path, "--guardrails", one_gate(), "--bench", bench, flag, tmp_path / place)
    assert ended.returncode == 2 and f"{flag} " in ended.stderr and words in ended.stderr and "remedy: " in ended.stderr
    assert ended.stdout == "" and not (tmp_path / "measured").exists()


def test_P22_the_look_at_a_place_leaves_nothing_there(tmp_path):
    from spargio_report.outputs import check_outputs
    from spargio_report.failures import ReportError
    written = tmp_path / "before.xml"
    written.write_text("before")
    check_outputs({"--junit": str(written), "--markdown": str(tmp_path / "new.md"), "--summary": "/dev/null"})
    assert written.read_text() == "before" and [one.name for one in tmp_path.iterdir()] == ["before.xml"]
    with pytest.raises(ReportError, match="names the same file"):
        check_outputs({"--junit": "x", "--markdown": "./x"})
