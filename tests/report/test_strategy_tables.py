"""Sentences of a chapter become rows: every value of theirs is told, and what one does not say stays empty."""

import pytest

from helpers.client.result_model import Finding
from helpers.method.finding_values import date_value, group_value, money_value, share_value, text_value
from helpers.report.strategy_tables import promise_table, worth_table
from helpers.show.audience import audience_for

READER = audience_for("working", "EUR", {"g1": "Yards", "g2": "Clubs"})


def said(name, **values):
    return Finding(id=name, text="{group:group}", values=values, evidence="measured")


def test_a_group_of_which_less_is_known_keeps_its_row():
    known = said(
        "12.in_worth_group.g1", group=group_value("g1"), profit=money_value(86_180.0), verdict=text_value("both")
    )
    less = said("12.in_worth_group.g2", group=group_value("g2"), profit=money_value(-1_155.0))
    table = worth_table([known, less], READER)
    assert '<td data-title="Who gains for sure">both</td>' in table
    assert '<td data-title="Who gains for sure">–</td>' in table
    assert "Our share" not in table, "a column of which nothing is known is left out"
    assert worth_table([], READER) == ""


@pytest.mark.parametrize("owner", [None, "Ada Quist"])
def test_a_promise_says_its_day_though_it_is_not_due(owner):
    values = {
        "group": group_value("g1"),
        "measure": text_value("customers who stop buying in a year"),
        "was": share_value(0.08),
        "meant": share_value(0.065, 0.06, 0.07),
        "now": share_value(0.081),
        "by": date_value("2026-12-31"),
        "verdict": text_value("not due yet"),
    } | ({"owner": text_value(owner)} if owner else {})
    table = promise_table([said("12.in_since_came_leavers.g1", **values)], READER)
    cells = ("Promised", "6.0 to 7.0 %"), ("By", "31 December 2026"), ("Is", "8.1 %"), ("Who", owner or "nobody")
    for title, told in cells:
        assert f'<td data-title="{title}">{told}</td>' in table.replace("\N{NO-BREAK SPACE}", " ")
