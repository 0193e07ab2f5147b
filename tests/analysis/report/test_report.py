"""The report, read as a person would: in a real browser, and as Markdown."""

import base64
import html
import json
import re
import zlib
from html.parser import HTMLParser

import builder
import pytest
from browser import in_browser
from spargio_report.compare.judged_run import judged_run
from spargio_report.judge.judging import judge_run
from spargio_report.judge.pairing import Asked
from spargio_report.read.guardrails import Guardrails, load_guardrails
from spargio_report.read.load import load_run
from spargio_report.report import report_files as report


ORDER = {"SLOWER": 0, "DEARER": 0, "UNSURE": 1, "FASTER": 2, "CHEAPER": 2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One report of the shape of the quick matrix, for all tests here."""
    from spargio_report.commands.cli import main
    place = tmp_path_factory.mktemp("report")
    document = builder.quick()
    document["cases"][2]["repro"] = "spargio-bench run -w '<script>alert(1)</script>'"
    document["cases"][3]["injected_slowdown"] = 0.05
    document["warnings"] = [{"code": "near_overhead", "case": document["cases"][2]["id"],
                             "text": "within five times of what the harness itself costs"}]
    assert main(["report", str(builder.write(place, document)), "-o", str(place / "out")]) == 0
    return place / "out"


class Rows(HTMLParser):
    """Texts of the visible rows of one table."""

    def __init__(self, table):
        super().__init__()
        self.table, self.inside, self.rows, self.cell = table, False, [], False

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "table":
            self.inside = given.get("id") == self.table
        if self.inside and tag == "tr":
            self.rows.append(None if "hidden" in given else [])
        if tag == "td" and self.inside and self.rows[-1] is not None:
            self.rows[-1].append("")
            self.cell = True

    def handle_endtag(self, tag):
        if tag == "td":
            self.cell = False

    def handle_data(self, data):
        if self.cell:
            self.rows[-1][-1] += data


def rows_of(dom, table):
    parser = Rows(table)
    parser.feed(dom)
    return [row for row in parser.rows if row]


def test_M14_the_browser_shows_the_verdict_first_and_lost_cases_first(folder, tmp_path):
    dom = in_browser(folder / "index.html", tmp_path)
    assert "spargio is ahead of every general runtime (asio, libuv) in" in dom
    order = ["Who wins where", "general runtime (asio", "specialist (tbb", "Whether to believe it", 'id="headline"', 'id="specialists"', "<figure",
             ">Method<", ">Environment<"]
    assert [dom.index(one) for one in order] == sorted(dom.index(one) for one in order)
    for table, runtimes in (("headline", 2), ("specialists", 2)):
        rows = rows_of(dom, table)
        worst = [min(ORDER[word] for word in re.findall(r"\] ([A-Z]+)", " ".join(row[4:4 + runtimes]))) for row in rows]
        assert worst == sorted(worst) and (table == "headline" or len(set(worst)) > 1)
        assert {row[1] for row in rows} == {"spargio"}  # a row a case, of the configuration that is the default
    assert dom.count("9 of 9 rows") == 2


def test_M14_each_general_runtime_has_its_own_column_and_the_specialists_and_the_floor_stand_apart(folder, tmp_path):
    heads = [re.findall(r"<th[^>]*>([^<]+)", table) for table in re.findall(r'<table id="(?:headline|specialists)".*?</thead>',
                                                                            (folder / "index.html").read_text(), re.DOTALL)]
    assert heads == [["case", "arm", "time/op", "CPU/op", "asio", "libuv", "CPU ratio"],
                     ["case", "arm", "time/op", "CPU/op", "tbb", "threads", "CPU ratio", "the floor"]]


def test_M14_the_browser_unpacks_every_figure(folder, tmp_path):
    """Deflated into the page; seen means that the browser has decoded an image of some size."""
    look = ("const all = [...document.querySelectorAll('figure img')];"
            "const look = () => { document.title = JSON.stringify({ wide: all.map((one) => one.naturalWidth),"
            " hidden: all.filter((one) => one.hidden).length }); setTimeout(look, 50); }; look();")
    dom = in_browser(folder / "index.html", tmp_path, look)
    seen = json.loads(html.unescape(re.search(r"<title>(.*?)</title>", dom)[1]))
    svgs = list(folder.glob("*.svg"))
    assert len(seen["wide"]) == len(svgs) > 20 and min(seen["wide"]) >= 500 and seen["hidden"] == 0
    assert "needs JavaScript" not in dom


def test_M14_a_figure_stays_readable_where_the_browser_cannot_unpack(folder, tmp_path):
    """Without DecompressionStream every figure keeps the note that names its file."""
    old = tmp_path / "old.html"
    old.write_text((folder / "index.html").read_text().replace("<script>", "<script>delete window.DecompressionStream;",
                                                               1))
    dom = in_browser(old, tmp_path)
    assert dom.count("needs JavaScript") == len(list(folder.glob("*.svg")))
    assert "stands beside the page as heatmap.svg" in dom


def test_M14_a_packed_figure_is_the_file_beside_the_page(folder):
    page = (folder / "index.html").read_text()
    for path in folder.glob("*.svg"):
        packed = re.search(rf'<figure id="{path.stem}">\s*<img[^>]*data-packed="([^"]+)"', page)[1]
        assert zlib.decompress(base64.b64decode(packed)) == path.read_bytes()


def test_M14_the_first_screen_says_who_wins_where_and_whether_to_believe_it(tmp_path):
    """The whole quick matrix, on a screen of 1280 by 800: score, cases, interval, gates and doubts without scrolling."""
    run = load_run(str(builder.ROOT / "results/reference/quick/result.json"))
    asked = Asked(run, load_guardrails(str(builder.ROOT / "guardrails.toml")))
    content = report._content(judged_run(judge_run(asked)), [])
    (tmp_path / "index.html").write_text(report._page(content))
    look = ("const box = (name) => document.querySelector(name).getBoundingClientRect();"
            "const cells = [...document.querySelectorAll('#verdict > .standing td, .trust li')];"
            "document.title = JSON.stringify({ standing: box('.standing').bottom, trust: box('.trust').bottom,"
            " top: box('.score').top, right: Math.max(...cells.map((one) => one.getBoundingClientRect().right)),"
            " wide: document.documentElement.clientWidth, scrolls: document.documentElement.scrollWidth });")
    dom = in_browser(tmp_path / "index.html", tmp_path, look)
    place = json.loads(html.unescape(re.search(r"<title>(.*?)</title>", dom)[1]))
    assert 0 < place["top"] < place["standing"] < place["trust"] <= 800, place
    assert place["right"] <= place["wide"] and place["scrolls"] <= place["wide"], place
    first = dom[dom.index('id="verdict"'):dom.index('id="headline"')]
    for words in ("Behind a general runtime", "Ahead of every general runtime", "gates:", "paired blocks", "A/A pair", "of 28 cases",
                  "hardest ping_pong/tasks_rtt", "Behind a specialist"):
        assert words in first


def ns(text):
    value, unit = text.split(" ")
    return float(value) * {"ns": 1, "µs": 1e3, "ms": 1e6}[unit]


@pytest.mark.parametrize(("clicks", "falling"), [(1, False), (2, True)])
def test_M14_a_click_on_a_heading_sorts_by_number_across_units(clicks, falling, folder, tmp_path):
    click = "document.querySelectorAll('#headline th')[2].click();" * clicks
    rows = rows_of(in_browser(folder / "index.html", tmp_path, click), "headline")
    times = [ns(row[2]) for row in rows]
    assert len(times) == 9 and times == sorted(times, reverse=falling)


def test_M14_a_click_sorts_ratios_by_their_value(folder, tmp_path):
    dom = in_browser(folder / "index.html", tmp_path, "document.querySelectorAll('#pairs th')[3].click();")
    ratios = [float(row[3].split("x")[0]) for row in rows_of(dom, "pairs")]
    assert ratios == sorted(ratios) and len(ratios) > 60


def test_M14_the_filter_leaves_the_rows_with_all_its_words(folder, tmp_path):
    script = ("const box = document.querySelector('[data-table=specialists]'); box.value = 'FANOUT tbb';"
              "box.dispatchEvent(new Event('input'));")
    dom = in_browser(folder / "index.html", tmp_path, script)
    assert [row[0] for row in rows_of(dom, "specialists")] == ["fanout/skewed", "fanout/balanced"]
    assert "2 of 9 rows" in dom


def test_M14_the_page_stays_below_its_limit_whatever_its_tables_weigh(tmp_path, monkeypatch):
    document = builder.quick(blocks=6)
    document["warnings"] = [{"code": "near_overhead", "case": document["cases"][2]["id"], "text": "x" * 500}] * 600
    monkeypatch.setattr(report, "PAGE_LIMIT_BYTES", 700_000)
    nothing = Guardrails("", (), {})
    judged = judged_run(judge_run(Asked(load_run(builder.write(tmp_path, document)), nothing)))
    report.write_report(judged, tmp_path, ("svg",))
    page = (tmp_path / "index.html").read_text()
    assert 500_000 < len(page.encode()) < 700_000 and "more figures stand beside this page" in page


def test_M14_the_page_is_one_file_that_asks_the_network_for_nothing(folder):
    page = (folder / "index.html").read_text()
    assert len(page.encode()) <= 3_000_000
    addresses = re.findall(r"""(?:src|href)\s*=\s*["']([^"']{0,60})|url\(([^)]{0,60})|@import""", page)
    assert addresses == [] and page.count("data-packed=") == len(list(folder.glob("*.svg")))
    assert not re.search(r"https?://|fetch\(|XMLHttpRequest|<link", page)


def test_M14_names_and_commands_from_the_file_are_only_text(folder):
    page = (folder / "index.html").read_text()
    assert "<script>alert" not in page and html.escape("<script>alert(1)") in page


def test_M14_every_case_its_command_its_cpu_time_and_every_refusal_stand_in_the_page(folder):
    page = html.unescape((folder / "index.html").read_text())
    document = builder.quick()
    for case in document["cases"]:
        assert case["reason"] is None or case["reason"] in page
        assert case["status"] != "measured" or case["arm"] in page
    assert page.count("spargio-bench run -w") >= sum(case["status"] == "measured" for case in document["cases"])
    for words in ("CPU/op", "CPU ratio", "b CPU/op", "p99", "within five times", "<td>near overhead</td>",
                  "<td>slowed on purpose by 5.0 %</td>", "a synthetic machine", "g++ 12.2.0",
                  "changed within", "Hodges-Lehmann"):
        assert words in page


def test_M14_ratios_are_split_by_the_state_of_the_cpus(folder):
    assert re.search(r"far [\d.]+x \(n=\d+\), near [\d.]+x \(n=\d+\)", (folder / "report.md").read_text())


def test_M14_the_markdown_has_the_verdict_the_losses_and_the_gates(folder):
    text = (folder / "report.md").read_text()
    assert text.index("spargio is ahead of") < text.index("lost cases first") < text.index("## Gates")
    table = text[text.index("| case |"):text.index("## Gates")].strip().splitlines()
    assert len({line.count(" | ") for line in table if line.startswith("| ") and "---" not in line}) == 2  # two tables
    apart = text.index("## Against the specialists and the floor")
    assert text.index("| asio | libuv | CPU ratio |") < apart
    assert text[apart:].split("\n")[4].startswith("| fanout/skewed | spargio |")
    assert re.search(r"\n2\d gates: 1 FAIL, 2\d PASS", text), re.search(r"\d+ gates: .*", text)[0]


def test_M23_gates_for_cases_that_the_run_does_not_hold_are_counted_in_a_report(tmp_path, inside):
    ended = inside("report", builder.write(tmp_path, builder.pair(0.05)), "-o", tmp_path / "out")
    text = (tmp_path / "out" / "report.md").read_text()
    assert ended.returncode == 0 and "more need cases that this run does not hold" in text


def test_P20_a_report_with_a_broken_case_is_written_and_ends_with_4(tmp_path, inside):
    arms = [builder.Arm("spargio", 100), builder.Arm("asio", 200),
            builder.Arm("libuv", 1, status="crashed", reason="signal 11 (SIGSEGV)")]
    path = builder.write(tmp_path, builder.make_run([builder.Group("ping_pong/steady_rtt", arms)]))
    assert inside("report", path, "-o", tmp_path / "out").returncode == 4
    assert "signal 11 (SIGSEGV)" in (tmp_path / "out" / "index.html").read_text()


def test_P20_a_run_in_which_nothing_was_measured_still_gets_its_report(tmp_path, inside):
    arms = [builder.Arm("spargio", 1, status="crashed", reason="signal 11"),
            builder.Arm("asio", 1, status="unavailable", reason="not built")]
    path = builder.write(tmp_path, builder.make_run([builder.Group("ping_pong/steady_rtt", arms)]))
    assert inside("report", path, "-o", tmp_path / "out").returncode == 4
    assert "nothing to compare" in (tmp_path / "out" / "report.md").read_text()
