"""No page of a sample shows what a program left lying about: missing values, unfilled places, ids, doubled marks."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.conftest import SAMPLES

NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/client.yaml"))
INLINE = {"a", "b", "em", "strong", "i", "span", "code", "sup", "sub", "abbr", "small"}
UNREAD = {"style", "pre", "code"}  # code is shown to the team as it is
DEBRIS = {
    "a missing value": r"(?<![\w-])(nan|NaN|NaT|-?inf|<NA>|null|undefined|Timestamp|dtype)(?![\w-])|\w: None(?=$|[,)])",
    "an unfilled place": r"\{[a-z_0-9]+[:}]",
    "a part of nothing": r"(?<![\d.,])0 of 0\b",
    "a mark after a space": r"(?<![,;]) [,;:!?](?!\S)| \.(?=$| [A-Z])",
    "two marks": r"(?<!\.)\.\.(?!\.)|[,;:]\.|(?<!Inc)\.,|,,|;;|\?\.",
    "an empty pair": r"\(\s*\)|\[\s*\]|“\s*”",
    "the id of a group": r"(?<![\w.-])g\d+(?!\w)",
    "one of many": r"(?<![\d.,])1\s(customers|groups|tactics|years|months|days|points|answers|questions|steps|goals)\b",
    "a word twice": r"\b(the|a|of|to|and|is|are|for|with|on|by|at) \1\b",
    "a minus of nothing": r"[−-]0(?![\d.,-])",
}
PAIRS = {")": "(", "]": "[", "}": "{"}


class _Blocks(HTMLParser):
    """What a reader sees of a page, one text for each block: a paragraph, a cell, a picture's words."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = []
        self.open, self.unread = "", 0

    def handle_starttag(self, tag, attrs):
        if tag not in INLINE:
            self.close_block()
        self.unread += tag in UNREAD
        self.open += "code" if tag == "code" else ""
        self.blocks += [value for name, value in attrs if name == "alt" and value]

    def handle_endtag(self, tag):
        if tag not in INLINE:
            self.close_block()
        self.unread -= tag in UNREAD

    def handle_data(self, data):
        self.open += "" if self.unread else data

    def close_block(self) -> None:
        self.blocks.append(" ".join(self.open.split()))
        self.open = ""


def debris(html: str) -> list[str]:
    """Each find with the words around it."""
    page = _Blocks()
    page.feed(html)
    page.close_block()
    found = []
    for text in filter(None, page.blocks):
        for name, pattern in DEBRIS.items():
            around = (text[max(0, hit.start() - 60) : hit.end() + 40] for hit in re.finditer(pattern, text))
            found += [f"{name}: {words}" for words in around]
        waiting: list[str] = []
        for mark in re.findall(r"[()\[\]{}]", text):
            if mark in PAIRS and waiting[-1:] == [PAIRS[mark]]:
                waiting.pop()
            else:
                waiting.append(mark)
        found += [f"brackets: {text[:120]}"] if waiting else []
    return found


@pytest.mark.parametrize("sample", NAMES)
def test_no_page_shows_debris(run_sample, client_pages, sample):
    run = run_sample(sample)
    pages = [*sorted(run.report.glob("*.html")), *sorted(client_pages(run).glob("*.html"))]
    assert len(pages) > 26, "thirteen steps and an overview, for two audiences"
    found = {(page.name, words) for page in pages for words in debris(page.read_text(encoding="utf-8"))}
    assert sorted(found) == []


@pytest.mark.parametrize(
    "words",
    [
        "<td>nan</td>",
        "<li>owner: None</li>",
        "<p>We have {share:pct} of it.</p>",
        "<p>0 of 0 groups</p>",
        "<p>We lead , they say.</p>",
        "<p>It takes ten minutes., And more.</p>",
        "<p>Asked of <b>g12</b></p>",
        "<p>ahead by 1\xa0points</p>",
        "<p>all of the the rest</p>",
        "<p>a change of −0 %</p>",
        "<p>the rest (but not all</p>",
        '<img alt="Sales of inf" src="">',
    ],
)
def test_debris_is_found(words):
    assert len(debris(words)) == 1


def test_words_that_look_like_debris_are_let_be():
    for words in ("None of 5 groups surely leads.", "1.1 points", "Inc., whose advice", "10 of 0.5", "a - 0.2 (b [c])"):
        assert debris(f"<p>{words}</p>") == []
    assert debris("<p>Reads <code>a</code>, <code>b_{x}</code>.</p><pre>nan</pre>") == []
