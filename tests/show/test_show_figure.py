"""Exhibits on a page."""

from __future__ import annotations

import re
from base64 import b64decode
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.result_model import Exhibit
from helpers.client.schema import Column, TableSchema, schema
from helpers.show.audience import audience_for
from helpers.show.encodings import Drawing, bare_note, interval_note
from helpers.show.figure import figure_html
from helpers.show.style import BRAND, WHITE

HOSTILE = "<img src=x onerror=alert(1)>"
SHARES = {"label": "category", "value": "customer_share", "low": "share_low", "high": "share_high"}


class Tags(HTMLParser):
    """All tags with their attributes, and the text between."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def test_a_picture_for_both_widths_with_its_words(categories, exhibit, table_schema, working):
    given = (exhibit("bar", **SHARES), categories, table_schema, "We own <laundry> & little else.", working)
    html = figure_html(*given)
    page = Tags(html)
    assert page.tags[0] == ("figure", {"class": "exhibit", "id": "05.shares"})
    source = next(attrs for tag, attrs in page.tags if tag == "source")
    image = next(attrs for tag, attrs in page.tags if tag == "img")
    assert source["media"] == "(max-width: 640px)"
    assert (source["width"], image["width"]) == ("346", "624")
    for url, width in ((source["srcset"], b"259.2pt"), (image["src"], b"468pt")):
        svg = b64decode(url.removeprefix("data:image/svg+xml;base64,"))
        assert b'width="%b"' % width in svg
    assert "We own <laundry> & little else." in page.text
    assert "Thin lines: 90 % interval." in page.text
    assert "Source: Household panel" in page.text
    assert "The numbers" in page.text
    assert not any("style" in attrs or tag == "script" for tag, attrs in page.tags)
    assert html == figure_html(
        exhibit("bar", **SHARES), categories, table_schema, "We own <laundry> & little else.", working
    )


def test_masks_hold_in_picture_numbers_and_alt(alt_text, categories, exhibit, table_schema, client, working):
    shown = exhibit("bar", **SHARES)
    html = figure_html(shown, categories, table_schema, "x", client)
    assert "1 row with fewer than 10 customers is not shown alone." in html
    assert ">Cold cereal<" not in html
    assert ">Cold cereal<" in figure_html(shown, categories, table_schema, "x", working)
    few = exhibit("bar", **SHARES, where={"category": ["Cold cereal", "Soup"]})
    assert "Cold cereal" not in alt_text(few, categories, table_schema, client)


def test_nothing_to_draw_is_a_sentence(categories, exhibit, table_schema, working):
    html = figure_html(exhibit("bar", **SHARES), categories.assign(customer_share=np.nan), table_schema, "x", working)
    assert "<picture>" not in html
    assert "<svg" not in html
    assert '<p class="nothing">Nothing to draw: no value is known.</p>' in html


def test_persons_are_not_drawn_for_the_client(exhibit, table_schema, client):
    table = pd.DataFrame({"customer_id": ["C0041"], "revenue": [5.0]})
    html = figure_html(exhibit("bar", label="customer_id", value="revenue"), table, table_schema, "x", client)
    assert "Nothing to draw" in html
    assert "C0041" not in html
    html = figure_html(exhibit("table", columns=["customer_id", "revenue"]), table, table_schema, "x", client)
    assert "C0041" not in html
    assert "5" in html


def test_a_table_shows_itself(categories, exhibit, table_schema, working):
    html = figure_html(
        exhibit("table", columns=["category", "revenue"], most=3), categories, table_schema, "x", working
    )
    assert "<picture>" not in html
    assert "<details>" not in html
    assert "… and 14 more rows" in html
    assert html.count('scope="col"') == 2


def test_alt_text_holds_the_key_numbers(alt_text, categories, quarters, exhibit, table_schema, working):
    said = alt_text(exhibit("bar", **SHARES), categories, table_schema, working)
    assert said.startswith("Bar chart: Customer share by category. Laundry detergents 83.0 %; Household cleaning")
    assert said.endswith("; 12 more in the table.")
    line = exhibit("line", x="quarter_start", value="revenue", series="group_name")
    said = alt_text(line, quarters, table_schema, working)
    ends = "All customers, 1 January 2016 31,000 USD; All customers, 1 October 2017 390,000 USD."
    assert said == f"Line chart: Customer share by category. {ends}"


def test_unknown_characters_are_explained(categories, exhibit, table_schema, working):
    html = figure_html(exhibit("bar", **SHARES), categories.assign(category="咖啡"), table_schema, "x", working)
    assert "□ in the picture stands for" in html
    assert "咖啡" in html


@pytest.mark.parametrize("place", ["title", "subtitle", "source", "caption", "alt", "label", "currency"])
def test_hostile_text_is_text_everywhere(place, categories, exhibit, table_schema):
    audience = audience_for("working", HOSTILE if place == "currency" else "USD", {})
    shown = exhibit("bar", label="category", value="revenue")
    if place in ("subtitle", "source", "caption", "alt"):
        shown = shown.model_copy(update={place: f'"{HOSTILE}'})
    if place == "label":
        categories["category"] = f'"{HOSTILE}'
    html = figure_html(shown, categories, table_schema, HOSTILE if place == "title" else "x", audience)
    assert "onerror" in html
    assert HOSTILE not in html
    assert [tag for tag, _ in Tags(html).tags].count("img") == 1
    assert not any("onerror" in attrs for _, attrs in Tags(html).tags)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=4, unique=True), st.text(max_size=30))
def test_any_labels_make_a_page(labels, words):
    schema = TableSchema("t", "published", "x", "x", (Column("name", "text", "x"), Column("value", "share", "x")))
    table = pd.DataFrame({"name": labels, "value": 0.5})
    encoding = {"label": "name", "value": "value", "highlight_label": words, "reference": [{"at": 0.2, "label": words}]}
    shown = Exhibit(
        id="05.t", kind="bar", table="t", finding="05.t", encoding=encoding, subtitle=words, source=words, alt=words
    )
    page = Tags(re.sub('base64,[^"]*', "", figure_html(shown, table, schema, words, audience_for("client", "EUR", {}))))
    allowed = {"figure", "figcaption", "p", "picture", "source", "img", "details", "summary", "div", "table", "thead"}
    assert {tag for tag, _ in page.tags} <= allowed | {"tbody", "tr", "th", "td", "span"}


def test_the_look_is_the_style_of_seaborn():
    """Written out, because to load seaborn takes longer than to load all else; this tells when it changes."""
    seaborn = pytest.importorskip("seaborn")
    theirs = seaborn.axes_style("white")
    without = {"image.cmap", "font.family"}  # a colour map of seaborn's own, and the font, which the kit sets
    assert {key: value for key, value in theirs.items() if key not in without} == WHITE


def test_behind_a_picture_stands_what_it_shows_and_no_code(working):
    """Of 24 columns: names, values, range and what tells the rows apart; "pass" beside "Passes" is noise."""
    described = schema("future_fit")
    row = {column.name: pd.NA for column in described.columns}
    names = {"group_id": "g1", "group_name": "Boatyards", "test": "market", "test_short": "Market", "status": "pass"}
    table = pd.DataFrame([row | names | {"score": 87.0}, row | names | {"test_short": "Profit", "score": 50.0}])
    shown = Exhibit(
        id="08.grid", kind="grid", table="future_fit", finding="08.f", subtitle="s", source="s", alt="a",
        encoding={"row": "group_name", "column": "test_short", "value": "score"},
    )  # fmt: skip
    html = figure_html(shown, table, described, "Title", working)
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)<', html) == ["Group", "Test", "Score, 0 to 100"]


@pytest.mark.parametrize(
    ("meaning", "note"),
    [
        ("Lower end of the 90 % interval.", "90 % interval"),
        ("Lower end of the 90 % range.", "90 % range"),
        ("Its 10th percentile: 8 of 10 cases lie above.", "8 of 10 cases"),
        ("Its lower end.", "from “Low” to “High”"),
    ],
)
def test_what_thin_lines_are_is_read_from_the_schema(working, meaning, note):
    columns = (Column("low", "number", meaning, title="Low"), Column("high", "number", "x", title="High"))
    described = TableSchema("t", "published", "x", "x", columns)
    rows = pd.DataFrame({"low": [1.0], "high": [2.0]})
    drawing = Drawing(rows, {"low": "low", "high": "high"}, described, working, False, BRAND)
    assert interval_note(drawing, "Thin lines") == [f"Thin lines: {note}."]


@pytest.mark.parametrize(
    ("low", "said"),
    [([0.1, 0.2], []), ([0.1, None], ["No line: too few cases to give a range."]), ([None, None], [])],
)
def test_a_bar_without_a_range_beside_others_is_not_taken_for_sure(working, low, said):
    columns = (Column("v", "share", "x"), Column("low", "share", "x"), Column("high", "share", "x"))
    rows = pd.DataFrame({"v": [0.3, 0.4], "low": low, "high": [0.5, 0.6]}).astype(float)
    keys = {"value": "v", "low": "low", "high": "high"}
    drawing = Drawing(rows, keys, TableSchema("t", "published", "x", "x", columns), working, False, BRAND)
    assert bare_note(drawing) == said
