"""The page on a narrow screen and in the dark, in a real browser (M14)."""

import html
import json
import re

import builder
import pytest
from browser import in_browser
from spargio_report.compare.judged_run import judged_run
from spargio_report.judge.judging import judge_run
from spargio_report.judge.pairing import Asked
from spargio_report.read.guardrails import load_guardrails
from spargio_report.read.load import load_run
from spargio_report.report import report_files as report

DARK, LIGHT = "0", "1"  # what the browser calls them
PHONE = 390


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Of the whole quick matrix, without its figures."""
    run = load_run(str(builder.ROOT / "results/reference/quick/result.json"))
    content = report._content(judged_run(judge_run(Asked(run, load_guardrails(str(builder.ROOT / "guardrails.toml"))))), [])
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(report._page(content), encoding="utf-8")
    return path


def seen(page, folder, look, scheme=LIGHT, width=PHONE):
    """What `look` gives within the page, which stands in a frame as wide as a phone: a window has a least width."""
    framed = folder / "framed.html"
    text = json.dumps(page.read_text(encoding="utf-8")).replace("</", "<\\/")
    framed.write_text(f'<!DOCTYPE html><title></title><iframe style="width:{width}px;height:800px;border:0"></iframe>', encoding="utf-8")
    script = ("const frame = document.querySelector('iframe'); frame.addEventListener('load', () => {"
              "const page = frame.contentDocument, style = (one) => frame.contentWindow.getComputedStyle(one);"
              f"document.title = JSON.stringify((() => {{ {look} }})()); }}); frame.srcdoc = {text};")
    dom = in_browser(framed, folder, script, flags=[f"--blink-settings=preferredColorScheme={scheme}"])
    return json.loads(html.unescape(re.search(r"<title>(.*?)</title>", dom, re.DOTALL)[1]))


def test_M14_on_a_phone_nothing_reaches_over_the_side_and_no_row_is_a_screen_tall(page, tmp_path):
    found = seen(page, tmp_path, "page.querySelectorAll('details').forEach((one) => { one.open = true; });"
                 "return { wide: page.documentElement.scrollWidth, rows: [...page.querySelectorAll('tbody tr')].map((one) =>"
                 " one.getBoundingClientRect().height), right: Math.max(...[...page.querySelectorAll('#verdict td, #verdict li, h1, h2, p')]"
                 ".map((one) => one.getBoundingClientRect().right)) };")
    assert found["wide"] <= PHONE and found["right"] <= PHONE
    assert len(found["rows"]) > 300 and max(found["rows"]) < 400, max(found["rows"])


def test_M14_on_a_phone_no_word_is_broken_between_its_letters(page, tmp_path):
    """A word takes one line wherever it fits into one: its rectangles are counted, word by word."""
    broken = seen(page, tmp_path, """
        const found = [], range = page.createRange();
        for (const cell of page.querySelectorAll('#verdict td, #verdict li, .scroll td, .scroll th, h2, h3, p')) {
            if (!cell.getClientRects().length) continue;
            const walker = page.createTreeWalker(cell, 4);
            for (let node = walker.nextNode(); node; node = walker.nextNode())
                for (const word of node.data.matchAll(/[\\w./]{2,18}/g)) {
                    range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
                    if (new Set([...range.getClientRects()].map((one) => Math.round(one.top))).size > 1) found.push(word[0]);
                }
        }
        return found.slice(0, 20);""")
    assert broken == []


LUMINANCE = """
    const light = (colour) => { const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((one) => { const part = one / 255;
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; });
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]; };
    const behind = (one) => { for (; one; one = one.parentElement) { const colour = style(one).backgroundColor;
        if (!/, 0\\)$/.test(colour)) return colour; } return null; };
    const contrast = (one) => { const pair = [light(style(one).color), light(behind(one))].sort((a, b) => b - a);
        return (pair[0] + 0.05) / (pair[1] + 0.05); };
"""


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_M14_every_word_stands_out_from_what_is_behind_it(scheme, page, tmp_path):
    """4.5 to 1, as WCAG 2 asks for; what stands behind is the page's own and not the browser's."""
    found = seen(page, tmp_path, LUMINANCE + """
        const all = [...page.querySelectorAll('body, h1, h2, h3, p, td, th, li, code, input, summary, .sub, .count, label')];
        const worst = all.filter((one) => behind(one) && contrast(one) < 4.5).map((one) => one.tagName + ' ' + contrast(one));
        return { own: all.every(behind), worst: worst.slice(0, 5), page: light(behind(page.body)) };""", scheme)
    assert found["own"] and found["worst"] == []
    assert found["page"] < 0.05 if scheme == DARK else found["page"] > 0.9


def test_M14_figures_keep_their_white_paper_in_the_dark(tmp_path, inside):
    inside("report", builder.write(tmp_path, builder.pair(0.5)), "-o", tmp_path / "out", "--formats", "svg")
    found = seen(tmp_path / "out" / "index.html", tmp_path, "return [...page.querySelectorAll('figure img')].map((one) =>"
                 " [style(one).backgroundColor, style(one).width]);", DARK)
    assert found and {colour for colour, _ in found} == {"rgb(255, 255, 255)"}
