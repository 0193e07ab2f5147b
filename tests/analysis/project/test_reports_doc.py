"""docs/reports.md: every figure is explained, every picture is there and light, and what is quoted is what comes out."""

import re

import pytest

from builder import ROOT

from spargio_report.figures.kinds import FIGURE_KINDS

TEXT = ROOT / "docs/reports.md"
REFERENCE = ROOT / "results/reference/quick/result.json"
WITHOUT_PICTURE = {"load"}  # the reference run has one offered rate; the text says so


def test_M14_every_kind_of_figure_is_explained_and_shown():
    text = TEXT.read_text()
    sections = dict(re.findall(r"^### (\w+): [^\n]+\n(.*?)(?=^###|\Z)", text, re.MULTILINE | re.DOTALL))
    assert set(FIGURE_KINDS) <= set(sections)
    for kind in set(FIGURE_KINDS) - WITHOUT_PICTURE:
        assert f"](pictures/{kind}.png)" in sections[kind]


def test_M14_the_pictures_are_there_and_light():
    shown = set(re.findall(r"\]\((pictures/[^)]+)\)", TEXT.read_text()))
    files = {f"pictures/{path.name}": path for path in (TEXT.parent / "pictures").iterdir()}
    assert shown == set(files) and "pictures/page.png" in shown
    sizes = [path.stat().st_size for path in files.values()]
    assert max(sizes) < 150_000 and sum(sizes) < 1_000_000
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in files.values())


def test_M14_the_terminal_table_that_is_quoted_is_the_one_that_is_printed(inside):
    quoted = re.search(r"<!-- terminal -->\n```\n(.*?)\n…\n```", TEXT.read_text(), re.DOTALL)[1]
    assert quoted.count("\n") > 5 and quoted in inside("compare", REFERENCE).stdout, "run analysis/renew-docs"


@pytest.mark.parametrize(("document", "mark"), [("docs/results.md", "headline"), ("docs/results.md", "specialists"),
                                                ("docs/performance.md", "gates")])
def test_M14_the_tables_of_the_documents_are_those_of_the_reference_run(document, mark):
    shown = re.search(rf"<!-- {mark} -->\n(.*?)\n<!-- end of {mark} -->", (ROOT / document).read_text(), re.DOTALL)[1]
    rows = [line for line in shown.splitlines() if line.startswith("|")]
    assert len(rows) > 20
    report = (REFERENCE.parent / "report.md").read_text()
    assert "\n".join(rows) in report, "run analysis/renew-docs"


def test_M14_the_lines_of_the_readme_are_those_of_the_reference_run_general_runtimes_and_losses_first():
    text = (ROOT / "README.md").read_text()
    lines = re.search(r"<!-- five lines -->\n(.*?)\n<!-- end of five lines -->", text, re.DOTALL)[1].splitlines()
    report = (REFERENCE.parent / "report.md").read_text()
    wanted = {"- behind a general runtime in ": "- Behind a general runtime (", "- not decided against the general runtimes in ": "- Not decided (",
              "- ahead of every general runtime in ": "- Ahead of every general runtime (", "- behind a specialist in ": "- Behind a specialist (",
              "- ahead of every specialist in ": "- Ahead of every specialist ("}
    counts = {head: int(report.split(name, 1)[1].split(")", 1)[0]) for head, name in wanted.items() if name in report}
    assert [next(head for head in counts if line.startswith(head)) for line in lines] == list(counts)
    assert all(line.startswith(f"{head}{count}") for line, (head, count) in zip(lines, counts.items()))
    shown = [case for line in lines for case in re.split(r"; |: |such as ", line)[1:]]
    assert shown and all(case.replace("`", "") in report for case in shown), "run analysis/renew-docs"
