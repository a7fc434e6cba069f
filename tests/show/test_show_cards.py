"""One card a row: what stands on it, what is left out, and for whom."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.schema import Column, TableSchema
from helpers.errors import StepInputError
from helpers.show.audience import audience_for
from helpers.show.figure import figure_html
from helpers.show.kinds import figure_of

COLUMNS = (
    Column("group_name", "text", "Its name.", title="Group"),
    Column("customers", "integer", "How many.", unit="customers", title="Customers"),
    Column("intent", "text", "Why we serve it.", title="Intent"),
    Column("state", "text", "Whether decided.", title="State"),
    Column("headline", "text", "In one line.", title="Headline"),
    Column("message_1", "text", "A message.", title="First message"),
    Column("message_2", "text", "Another.", title="Second message"),
    Column("remark", "text", "A customer's own words.", title="Remark", personal=True),
    Column("alternative", "text", "Whom they compare us with.", title="Instead of"),
    Column("revenue", "money", "What it brings.", title="Revenue"),
    Column("to_do", "text", "What is missing.", title="To do"),
)
SCHEMA = TableSchema("shares", "published", "one row per group", "For tests.", COLUMNS)
ENCODING = {
    "title": "group_name",
    "over": "intent",
    "mark": "state",
    "lead": "headline",
    "points": ["message_1", "message_2", "remark"],
    "columns": ["alternative", "revenue"],
    "foot": "to_do",
}


def groups():
    return pd.DataFrame(
        {
            "group_name": ["Boat & yard", "Clubs"],
            "customers": [154, 9],
            "intent": ["Grow", "Maintain"],
            "state": ["", "Draft"],
            "headline": ["On the quay by <four>.", None],
            "message_1": ["There when you say.", None],
            "message_2": ["Parts last.", None],
            "remark": ["Ask for Ilse.", None],
            "alternative": ["Northgate", None],
            "revenue": [1250310.55, None],
            "to_do": [None, "Name the proof."],
        }
    )


def drawn(exhibit, audience, **changed):
    return figure_html(exhibit("cards", **(ENCODING | changed)), groups(), SCHEMA, "What we promise", audience)


def cards_of(html):
    return re.findall(r"<article.*?</article>", html)


def test_the_whole_of_a_card(exhibit, working):
    assert cards_of(drawn(exhibit, working)) == [
        '<article class="card" aria-label="Boat &amp; yard"><p class="over">Grow</p>'
        '<p class="name">Boat &amp; yard</p><p class="lead">On the quay by &lt;four&gt;.</p>'
        '<ul class="points"><li>There when you say.</li><li>Parts last.</li><li>Ask for Ilse.</li></ul>'
        "<dl><dt>Instead of</dt><dd>Northgate</dd><dt>Revenue, USD</dt><dd>1,250,311</dd></dl></article>",
        '<article class="card" aria-label="Clubs"><p class="over">Maintain</p>'
        '<p class="name">Clubs <span class="mark">Draft</span></p><p class="foot">Name the proof.</p></article>',
    ]


def test_a_client_sees_no_person_and_no_small_group(exhibit, client):
    html = drawn(exhibit, client)
    assert [card.count("<li>") for card in cards_of(html)] == [2]
    assert "Ilse" not in html
    assert "Clubs" not in html
    assert "1 row with fewer than 10 customers is not shown alone." in html


def test_only_the_rows_asked_for_and_only_the_parts_given(exhibit, working):
    html = figure_html(
        exhibit("cards", title="group_name", where={"intent": "Maintain"}), groups(), SCHEMA, "What we promise", working
    )
    assert cards_of(html) == ['<article class="card" aria-label="Clubs"><p class="name">Clubs</p></article>']
    none = figure_html(
        exhibit("cards", title="group_name", where={"intent": "Retire"}), groups(), SCHEMA, "What we promise", working
    )
    assert "Nothing to draw: no row of the table belongs here." in none


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": "name"}, 'title: the table has no column "name".'),
        ({"points": ["message_3"]}, 'points: the table has no column "message_3".'),
        ({"label": "group_name"}, 'a cards has no part "label".'),
    ],
)
def test_a_slip_is_told(exhibit, working, changed, words):
    with pytest.raises(StepInputError, match=re.escape(words)):
        drawn(exhibit, working, **changed)


def test_a_card_needs_a_name(exhibit, working):
    with pytest.raises(StepInputError, match="a cards also needs title"):
        figure_html(exhibit("cards", lead="headline"), groups(), SCHEMA, "What we promise", working)


def test_cards_are_no_picture(exhibit, working):
    cards = exhibit("cards", **ENCODING)
    with pytest.raises(StepInputError, match="has no picture"):
        figure_of(cards, groups(), SCHEMA, working, narrow=True)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=8, max_size=8))
def test_no_text_leaves_its_card(texts):
    from helpers.client.result_model import Exhibit

    names = ["group_name", "intent", "state", "headline", "message_1", "message_2", "alternative", "to_do"]
    row = pd.DataFrame({name: [text] for name, text in zip(names, texts, strict=True)}, dtype="str")
    encoding = {key: part for key, part in ENCODING.items() if key not in ("points", "columns")}
    encoding |= {"points": ["message_1", "message_2"], "columns": ["alternative"]}
    facts = {"finding": "05.share", "subtitle": "s", "source": "s", "alt": "s", "table": "shares"}
    cards = Exhibit(id="05.shares", kind="cards", encoding=encoding, **facts)
    card = cards_of(figure_html(cards, row, SCHEMA, "t", audience_for("client", "USD", {})).replace("\n", " "))[0]
    tags = r'</?(?:article|p|span|ul|li|dl|dt|dd)(?: (?:class|aria-label)="[^"<>]*")*>'
    assert not set("<>") & set(re.sub(tags, "", card))
