"""The page of two versions: what stood where by hand, totals that are those of both, and nobody by id."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from helpers.client.result_model import Value
from helpers.report.compare_page import NOTHING, compare_html, lead
from helpers.run.comparison import beyond_ranges, comparison
from tests.report.page_form import check_page
from tests.run.test_compare import CLIENT, GROUPS, NOW, RATE, THEN, VALUE, WORKING, decision, groups, said, side


def share(value, low=None, high=None):
    return Value(value=value, low=low, high=high, unit="share")


def of_group(step, name, group, **values):
    from helpers.client.result_model import Finding

    kept = said(step)
    told = Finding(id=f"{name}.{group}", text="So.", values=values, n=50, evidence="measured")
    return kept.model_copy(update={"findings": [*kept.findings, told]})


class Tables(HTMLParser):
    """The cells of each table of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables, self.cell = [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        if tag == "tr" and self.tables:
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.cell = []

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self.cell is not None:
            self.tables[-1][-1].append(" ".join("".join(self.cell).split()))
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell.append(f"{data} ")


def page(compared, client="Toy & Co <b>"):
    html = compare_html(compared, client, "EUR", "compare_v1_v2.html")
    assert check_page(html, {"compare_v1_v2.html"}) == [] and "<b>" not in html
    return html


def sides(then, now, old=None, new=None):
    return side("v1", old or {}, then), side("v2", new or {}, now)


def test_where_everybody_was_and_is_worked_by_hand():
    compared = comparison(*sides({"customer_groups": groups(THEN)}, {"customer_groups": groups(NOW)}), WORKING)
    (table,) = Tables(page(compared)).tables
    # then a, b in Yards, c in Owners, d beside; now e, d, c in Yards, b beside; a is gone, e is new
    assert table == [
        ["version v1 ↓ version v2 →", "Yards", "Lapsing", "Not there now", "All"],
        ["Yards", "0", "1", "1", "2"],
        ["Owners", "1", "0", "0", "1"],
        ["Lapsing", "1", "0", "0", "1"],
        ["Not there then", "1", "0", "0", "1"],
        ["All", "3", "1", "1", "5"],
    ]
    assert "Of all, 1 are gone and 1 new: 4 − 1 + 1 = 4." in page(compared)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_totals_are_those_of_both_versions_to_the_customer(seed):
    rows = pd.DataFrame({"customer_id": [f"c{n}" for n in range(200)]})
    kinds = pd.Series(["g1", "g2", "g10", "lapsing"])

    def drawn(part, state):
        own = rows.sample(frac=part, random_state=state)
        own = own.assign(group_id=kinds.sample(len(own), replace=True, random_state=state).to_numpy())
        return own.assign(group_name="The " + own["group_id"])

    tables = [drawn(part, seed + at) for at, part in enumerate((0.8, 0.7))]
    compared = comparison(*sides(*({"customer_groups": one} for one in tables)), WORKING)
    matrix = compared.sortings[0].matrix
    assert [sum(row) for row in matrix.counts[:-1]] == [
        (tables[0]["group_id"] == group).sum() for group in ("g1", "g2", "g10", "lapsing")
    ]
    assert [sum(column) for column in zip(*matrix.counts, strict=True)][:-1] == [
        (tables[1]["group_id"] == group).sum() for group in ("g1", "g2", "g10", "lapsing")
    ]
    assert (matrix.then, matrix.now) == (160, 140) and matrix.then - matrix.gone + matrix.new == matrix.now
    assert matrix.counts[-1][-1] == 0
    one = compared.sortings[0]
    stayed = sum(
        count for row, same in zip(matrix.counts, matrix.same, strict=True)
        for count, kept in zip(row, same, strict=True) if kept
    )  # fmt: skip
    aside = sum(move.customers for move in one.aside)
    assert one.moved + aside + stayed + matrix.gone == matrix.then


def test_who_is_in_no_tier_is_counted_too():
    then = pd.DataFrame({"customer_id": ["a", "b", "c"], "value_tier": ["high", None, "unknown"]})
    now = pd.DataFrame({"customer_id": ["b", "a", "d"], "value_tier": ["low", "loss", "middle"]})
    compared = comparison(*sides({"customer_value": then}, {"customer_value": now}), WORKING)
    matrix = compared.sortings[0].matrix
    assert matrix.rows == ["high", "Not known, or not active", "Not there then"]
    assert matrix.columns == ["middle", "low", "loss", "Not there now"]
    assert matrix.counts == [[0, 0, 1, 0], [0, 1, 0, 1], [1, 0, 0, 0]]


def test_a_version_with_itself_says_that_nothing_changed():
    one = side("v1", {RATE: said(RATE, decided=[decision()])}, {"customer_groups": groups(THEN)})
    compared = comparison(one, one, WORKING)
    assert compared.nothing_changed and lead(compared) == NOTHING
    html = page(compared)
    assert NOTHING in html and "None is another one." in html and "Computed otherwise" not in html
    assert "None of 3 customers in a group then and now moved." in html


@pytest.mark.parametrize(
    "other",
    [
        side("v2", {RATE: said(RATE, active=101, decided=[decision()])}, {"customer_groups": groups(THEN)}),
        side("v2", {RATE: said(RATE, decided=[decision(2)])}, {"customer_groups": groups(THEN)}),
        side("v2", {RATE: said(RATE, decided=[decision()])}, {"customer_groups": groups(THEN[1:])}),
        side(
            "v2", {RATE: said(RATE, decided=[decision()])}, {"customer_groups": groups(THEN)}, {RATE: {"Python": "="}}
        ),
        side("v2", {RATE: said(RATE, decided=[decision()]), VALUE: said(VALUE)}, {"customer_groups": groups(THEN)}),
    ],
    ids=["number", "judgement", "customer", "definition", "step"],
)
def test_any_difference_is_no_nothing(other):
    first = side("v1", {RATE: said(RATE, decided=[decision()])}, {"customer_groups": groups(THEN)})
    compared = comparison(first, other, WORKING)
    assert not compared.nothing_changed and lead(compared) != NOTHING


def test_numbers_by_group_with_what_their_ranges_allow():
    old = {"05_customer_share": of_group("05_customer_share", "05.group_share", "g1", share=share(0.3, 0.25, 0.35))}
    new = {"05_customer_share": of_group("05_customer_share", "05.group_share", "g1", share=share(0.38, 0.34, 0.42))}
    tables = {"customer_groups": groups(THEN)}
    compared = comparison(*sides(tables, tables, old, new), WORKING)
    numbers = {one.id: one for one in compared.numbers}
    # .08 more; the interval reaches down by the root of .04 and .05 squared, .064
    assert numbers["05.group_share.g1/share"].beyond is True
    assert numbers["05.group_share.g1/share"].group == "Yards"
    rows = [row for table in Tables(page(compared)).tables for row in table]
    assert [
        "Customer share",
        "30.0 % 25 to 35 %",
        "38.0 % 34 to 42 %",
        "+8.0 points",
        "more than both ranges allow",
    ] in [[cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("then", "now", "beyond"),
    [
        (share(0.3, 0.25, 0.35), share(0.36, 0.31, 0.41), False),  # .06 against a root of .0707
        (share(0.3, 0.25, 0.35), share(0.38, 0.33, 0.43), True),  # .08 against the same
        (share(0.3), share(0.9, 0.8, 1.0), None),
        (share(0.3, 0.25, 0.35), Value(value=5.0, low=4.0, high=6.0, unit="money"), None),
    ],
)
def test_whether_ranges_allow_that_nothing_changed(then, now, beyond):
    assert beyond_ranges(then, now) is beyond


def test_versions_with_other_groups_and_without_a_table():
    other = groups([("a", "g7", "Marinas"), ("c", "g2", "Owners")])
    compared = comparison(*sides({"customer_groups": groups(THEN)}, {"customer_groups": other}), WORKING)
    matrix = compared.sortings[0].matrix
    assert matrix.rows[:2] == ["Yards", "Owners"] and matrix.columns == ["Owners", "Marinas", "Not there now"]
    assert (matrix.then, matrix.now) == (4, 2)
    bare = comparison(*sides({}, {"customer_groups": other}), WORKING)
    assert page(bare).count("This cannot be said: one of the two has no table of it.") == 3


def test_nobody_stands_on_the_page_by_id_and_the_client_sees_no_few():
    many = [(f"x{n}", "g1", "Yards") for n in range(12)]
    tables = {"customer_groups": groups([*THEN, *many])}, {"customer_groups": groups([*NOW, *many])}
    for audience in (WORKING, CLIENT):
        compared = comparison(*sides(*tables), audience)
        assert not re.search(r"\b(x\d+|[abcde])\b", "".join(cell for table in Tables(page(compared)).tables
                                                            for row in table for cell in row))  # fmt: skip
    assert compared.sortings[0].matrix is None and "are not shown" in page(compared)
    same = comparison(*sides({"customer_groups": groups(many)}, {"customer_groups": groups(many)}), CLIENT)
    assert same.sortings[0].matrix.counts == [[12, 0], [0, 0]]


def test_judgements_show_only_the_parts_that_differ():
    old, new = ({RATE: said(RATE, decided=[decision({"g1": {"name": "Yards", "by": day}, "g2": 1})])}
                for day in ("2026", "2027"))  # fmt: skip
    html = page(comparison(*sides({}, {}, old, new), WORKING))
    assert "g1: by: 2026<br>" in html and "g1: by: 2027<br>" in html and "name" not in html.partition("02.all.cuts")[2]
    again = {RATE: said(RATE, decided=[decision({"g1": {"name": "Yards", "by": "2026"}, "g2": 1}, on="2026-12-01")])}
    assert "Made again as they were: 02.all.cuts." in page(comparison(*sides({}, {}, old, again), WORKING))


def test_a_step_that_only_one_has_and_a_definition_are_told():
    parts = {RATE: {"module rating": "1"}}, {RATE: {"module rating": "2"}}
    first = side("v1", {RATE: said(RATE, parameters={"DRAWS": 5}), GROUPS: said(GROUPS)}, rests_on=parts[0])
    second = side("today", {RATE: said(RATE, parameters={"DRAWS": 6})}, rests_on=parts[1])
    html = page(comparison(first, second, WORKING))
    for words in ("02.DRAWS was 5, is 6", "03 Form customer groups has a result in version v1 only", "1 part of how"):
        assert words in html
