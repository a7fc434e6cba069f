"""Tables as HTML."""

from __future__ import annotations

import re
from html import unescape

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.schema import Column, TableSchema
from helpers.errors import StepInputError
from helpers.show.audience import audience_for
from helpers.show.tables import html_table

HOSTILE = "<img src=x onerror=alert(1)>"


def test_the_whole_of_a_small_table(table_schema, working):
    table = pd.DataFrame({"category": ["Soup", None], "revenue": [93963.4, None], "customers": [1824, 3]})
    assert html_table(table, table_schema, working, caption="Shares & more") == (
        '<div class="table-scroll" tabindex="0" role="region" aria-label="Shares &amp; more">'
        '<table class="numbers stacks">'
        "<caption>Shares &amp; more</caption><thead><tr>"
        '<th scope="col" class="text">Category</th><th scope="col" class="num">Our revenue, USD</th>'
        '<th scope="col" class="num">Buyers</th></tr></thead><tbody>'
        '<tr><th scope="row" class="text">Soup</th><td data-title="Our revenue, USD" class="num">93,963</td>'
        '<td data-title="Buyers" class="num">1,824</td></tr>'
        '<tr><th scope="row" class="text empty"><span aria-hidden="true">–</span>'
        '<span class="visually-hidden">not known</span></th>'
        '<td data-title="Our revenue, USD" class="num empty">'
        '<span aria-hidden="true">–</span><span class="visually-hidden">not known</span></td>'
        '<td data-title="Buyers" class="num">3</td></tr></tbody></table></div>'
    )


def test_the_same_head_of_rows_is_told_once_to_the_eye_and_always_aloud(table_schema, working):
    table = pd.DataFrame({"category": ["Soup", "Soup", "Tea", "Soup"], "customers": [1, 2, 3, 4]})
    html = html_table(table, table_schema, working)
    again = '<th scope="row" class="text again"><span>Soup</span></th>'
    assert html.count(again) == 1
    assert html.index(again) < html.index(">Tea<")
    assert html.count("Soup") == 3
    assert "again" not in html_table(table[["customers"]].assign(customers=1), table_schema, working)
    assert html_table(table.head(0), table_schema, working).count('scope="col"') == 2


def test_a_table_that_scrolls_has_no_titles_in_its_cells(table_schema, working):
    html = html_table(pd.DataFrame({"category": ["Soup"], "customers": [1]}), table_schema, working, stacks=False)
    assert "data-title" not in html
    assert '<table class="numbers">' in html


def test_long_tables_are_cut_and_say_so(table_schema, working):
    table = pd.DataFrame({"category": [f"c{i}" for i in range(1809)]})
    html = html_table(table, table_schema, working, most=5)
    assert html.count("<tr>") == 6
    assert html.endswith('<p class="more">… and 1,804 more rows</p>')


def test_group_ids_hide_behind_names_unless_asked_for(table_schema, working):
    table = pd.DataFrame({"group_id": ["g2"], "group_name": ["Refit <regulars>"], "set_size": [2.34567]})
    html = html_table(table, table_schema, working)
    assert html.count('<th scope="col"') == 2
    assert "Refit &lt;regulars&gt;" in html
    assert "Suppliers that count, suppliers per customer" in html
    assert ">Refit regulars</th>" in html_table(table[["group_id"]], table_schema, working)
    assert html_table(table, table_schema, working, columns=["group_id", "set_size"]).count('scope="col"') == 2


def test_an_unknown_column_is_refused(table_schema, working):
    with pytest.raises(StepInputError, match='has no column "revenu". Did you mean "revenue"?'):
        html_table(pd.DataFrame({"revenu": [1.0]}), table_schema, working)


def test_hostile_ids_stand_there_as_text(table_schema, working):
    html = html_table(pd.DataFrame({"customer_id": [HOSTILE], "category": ['"><script>']}), table_schema, working)
    assert "<img" not in html
    assert "<script" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


@settings(derandomize=True, max_examples=80, deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=4), st.text(max_size=20), st.text(max_size=10))
def test_no_value_leaves_its_cell(values, title, currency):
    columns = (Column("name", "text", "x", title=title), Column("revenue", "money", "x"))
    schema = TableSchema("t", "published", "x", "x", columns)
    table = pd.DataFrame({"name": values, "revenue": 1.0})
    html = html_table(table, schema, audience_for("client", currency, {}), caption=title)
    tags, attributes = (
        "div|table|caption|thead|tbody|tr|th|td|span",
        "class|scope|tabindex|role|aria-label|aria-hidden|data-title",
    )
    allowed = rf'</?(?:{tags})(?: (?:{attributes})="[^"<>]*")*>'
    rest = re.sub(allowed, "\0", html)
    assert "<" not in rest
    assert ">" not in rest
    for value in values:
        assert not value or value in unescape(rest)


def test_a_number_is_written_in_the_unit_of_its_row(working):
    columns = (Column("what", "text", "Measure."), Column("unit", "text", "Its unit."), Column("now", "number", "Now."))
    described = TableSchema("mixed", "published", "one row per measure", "For tests.", columns)
    table = pd.DataFrame({"what": list("abcd"), "unit": ["money", "share", "count", "share"]})
    table["now"] = [86526.4, 0.0685, 17.0, None]
    html = html_table(table, described, working, columns=["what", "now"], unit="unit")
    html = html.replace("\N{NO-BREAK SPACE}", " ")
    cells = re.findall(r'<td data-title="Now" class="num">(.*?)</td>', html)
    assert cells == ["USD 86,526", "6.9 %", "17"] and html.count('class="num empty"') == 1
