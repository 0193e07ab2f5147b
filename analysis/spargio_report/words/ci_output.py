"""What a CI service reads of a gate: JUnit XML, Markdown, the step summary of GitHub Actions."""

import os
import re
import xml.etree.ElementTree as xml

from spargio_report.failures import usage_error
from spargio_report.judge.judged import Judged
from spargio_report.judge.verdict import FAIL, INCONCLUSIVE, MISSING, Verdict
from spargio_report.outputs import append_output, write_output
from spargio_report.words import tables
from spargio_report.words.wording import build_doubts, canary_line, gate_summary

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(path: str, judged: Judged) -> None:
    """A confirmed FAIL is a failure, what is missing or broke an error, a doubt or a waived loss is skipped."""
    suite = xml.Element("testsuite", name="guardrails")
    for verdict in judged.by_severity:
        case = xml.SubElement(suite, "testcase", classname=_clean(verdict.gate.workload), name=_clean(verdict.gate.id))
        text = _clean(f"{tables.gate_row(verdict)[-1]} ({verdict.reason})")
        kind = _kind(verdict)
        if kind:
            xml.SubElement(case, kind, message=text)
        xml.SubElement(case, "system-out").text = text
    canary = judged.canary
    if canary:
        case = xml.SubElement(suite, "testcase", classname=_clean(canary.group), name="canary")
        if canary.tripped:
            xml.SubElement(case, "error", message=_clean(canary_line(canary)))
        xml.SubElement(case, "system-out").text = _clean(canary_line(canary))
    for one in judged.run.broken_cases:
        case = xml.SubElement(suite, "testcase", classname=_clean(one.group), name=_clean(one.arm))
        xml.SubElement(case, "error", message=_clean(f"{one.status}: {one.reason}"))
    for attribute, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{kind}"))))
    suite.set("tests", str(len(suite.findall("testcase"))))
    write_output("--junit", path, '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(suite, encoding="unicode") + "\n")


def _kind(verdict: Verdict) -> str | None:
    if verdict.word == MISSING:
        return "error"
    if verdict.word == FAIL:
        return "failure" if verdict.confirmed and verdict.counts else "skipped"
    return "skipped" if verdict.word == INCONCLUSIVE else None


def markdown_text(judged: Judged) -> str:
    """The summary in one line, then the table of gates, and what broke."""
    parts = [f"**{gate_summary(judged.verdicts)}**",
             tables.markdown(tables.GATE_COLUMNS, [tables.gate_row(verdict) for verdict in judged.by_severity])]
    if judged.canary:
        parts.append(canary_line(judged.canary))
    parts += build_doubts(judged.run)
    broken = tables.broken_rows(judged.run)
    if broken:
        parts.append(tables.markdown(tables.ABSENT_COLUMNS, broken))
    return "\n\n".join(parts) + "\n"


def write_markdown(path: str, text: str) -> None:
    write_output("--markdown", path, text)


def step_summary_path() -> str:
    path = os.environ.get(SUMMARY_VARIABLE)
    if not path:
        raise usage_error("--summary", f"${SUMMARY_VARIABLE} is not set", "GitHub Actions sets it; elsewhere use "
                          "--markdown FILE")
    return path


def append_summary(path: str, text: str) -> None:
    append_output("--summary", path, text + "\n")


def _clean(text: str) -> str:
    return NOT_IN_XML.sub("?", text)
