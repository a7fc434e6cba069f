"""Channels by hand: money, orders, trends, and what speaks against a decision."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.channel_choice import channel_choice, gone_groups
from helpers.method.channel_consistency import channel_consistency
from helpers.method.channel_findings import channel_assumptions, channel_cannot_say, channel_checks, channel_findings

PERIOD = {"window_start": "2024-01-01", "current_start": "2025-01-01", "as_of": "2026-01-01"}
BEFORE, NOW = "2024-06-01", "2025-06-01"
GROUPS = pd.DataFrame({"customer_id": ["a", "b", "c"], "group_id": ["g1", "g1", "g2"], "group_name": ["Y", "Y", "F"]})
NO_LINKS = channel_consistency(None, GROUPS)


def lines(*rows) -> pd.DataFrame:
    """Customer, day, order, channel, revenue, cost of goods."""
    table = pd.DataFrame(rows, columns=["customer_id", "date", "order_id", "channel", "revenue", "cost_of_goods"])
    return table.assign(date=pd.to_datetime(table["date"]))


KNOWN = lines(
    ("a", BEFORE, "1", "web", 50.0, 30.0),
    ("a", NOW, "2", "web", 30.0, 18.0),
    ("a", NOW, "2", "phone", 20.0, 10.0),
    ("b", BEFORE, "3", "phone", 100.0, 80.0),
    ("b", NOW, "4", "phone", -10.0, -8.0),
    ("b", NOW, "5", None, 10.0, 5.0),
    ("c", NOW, "6", "web", 40.0, 20.0),
    ("a", "2023-12-31", "0", "web", 999.0, 1.0),
    (None, NOW, "7", "web", 999.0, 1.0),
)
VALUE = pd.DataFrame({"customer_id": ["a", "b", "c"], "cost_to_serve": [9.0, 4.0, 30.0]})


def choice(transactions=KNOWN, value=VALUE, groups=GROUPS, decided=None, **more):
    return channel_choice(transactions, value, groups, **PERIOD, decided=decided, **more)


def of(table, group="g1"):
    return table[table["group_id"] == group].set_index("channel")


def findings(table) -> dict:
    return {one.id: one for one in channel_findings(NO_LINKS, table)}


def test_money_and_orders_by_hand():
    table = choice()
    yards = of(table)
    assert yards["revenue"].to_dict() == {"phone": 110.0, "web": 80.0, "Not recorded": 10.0}
    assert yards["orders"].to_dict() == {"phone": 2, "web": 2, "Not recorded": 1}
    assert yards["customers"].to_dict() == {"phone": 2, "web": 1, "Not recorded": 1}
    # a has two orders by web and one by phone: 6 and 3 of its 9; b one by phone and one not recorded: 2 and 2
    assert yards["cost_to_serve"].to_dict() == {"phone": 5.0, "web": 6.0, "Not recorded": 2.0}
    assert yards["result"].to_dict() == {"phone": 28.0 - 5, "web": 32.0 - 6, "Not recorded": 5.0 - 2}
    assert yards["part_before"].to_dict() == pytest.approx({"phone": 100 / 150, "web": 50 / 150, "Not recorded": 0})
    assert of(table, "all")["revenue"].sum() == 240.0
    check = channel_checks(table, 240.0)[0]
    assert check.verdict == "pass" and channel_checks(table, 239.0)[0].verdict == "fail"
    assert [one.id for one in channel_assumptions(NO_LINKS, table)] == ["11.channel_cost"]
    told = findings(table)["11.channels"]
    assert told.values["best"].value == "phone" and told.values["worst"].value == "web"


def test_the_order_of_rows_does_not_matter():
    pd.testing.assert_frame_equal(choice(), choice(KNOWN.sample(frac=1, random_state=2), VALUE[::-1], GROUPS[::-1]))


def test_unknown_costs_stay_unknown():
    table = choice(KNOWN.assign(cost_of_goods=np.nan), None)
    assert table[["gross_margin", "cost_to_serve", "result", "result_rate"]].isna().all().all()
    assert "cost_of_goods" in channel_cannot_say(NO_LINKS, table)[-1].unlocked_by
    some = of(choice(value=VALUE.assign(cost_to_serve=[np.nan, 4.0, 30.0])))
    assert some["cost_to_serve"].isna().to_dict() == {"phone": True, "web": True, "Not recorded": False}


def test_a_trend_is_told_where_it_is_sure():
    sold = ((BEFORE, "rep", 80.0), (BEFORE, "web", 20.0), (NOW, "rep", 20.0), (NOW, "web", 80.0))
    days = [(f"c{k:02d}", day, f"{k}{day}{how}", how, money + k, 0.0) for k in range(20) for day, how, money in sold]
    groups = pd.DataFrame({"customer_id": [f"c{k:02d}" for k in range(20)], "group_id": "g1", "group_name": "Y"})
    table = choice(lines(*days), None, groups)
    assert of(table)["trend"].to_dict() == {"rep": "falling", "web": "rising"}
    told = findings(table)["11.channel_moves"]
    assert told.values["now"].value == pytest.approx(1 - told.values["before"].value) and told.n == 20
    assert (of(choice(lines(*days[:2]), None, groups))["trend"] == "").all()


def test_what_speaks_against_a_decision():
    rows = [("a", NOW, str(k), "web", 10.0, 8.0) for k in range(4)] + [("a", NOW, "x", "phone", 60.0, 30.0)]
    decided = {
        "one": {"group": "Y", "channel": "Web", "role": "lead", "why": "We like it."},
        "two": {"group": "g1", "channel": "phone", "role": "close"},
        "three": {"group": "g1", "channel": "portal", "role": "lead"},
    }
    value = pd.DataFrame({"customer_id": ["a"], "cost_to_serve": [15.0]})
    table = of(choice(lines(*rows), value, GROUPS, decided))
    words = "After cost to serve it leaves nothing. Through phone more is left of each sale. Another channel leads too."
    assert table.loc["web", "contradiction"] == words
    assert "A quarter of the revenue or more" in table.loc["phone", "contradiction"]
    assert "No other channel leaves as much" in table.loc["phone", "contradiction"]
    assert table.loc["portal", "contradiction"].startswith("Nobody has ordered through it yet.")
    assert table.loc["web", "why"] == "We like it." and table.loc["portal", "orders"] == 0
    told = findings(choice(lines(*rows), value, GROUPS, decided))["11.channel_contradictions"]
    assert (told.values["roles"].value, told.values["against"].value) == (3, 3)
    # a channel that leads in fact
    support = of(choice(lines(*rows), value, GROUPS, {"k": {"channel": "phone", "role": "support"}}))
    assert support.loc["phone", "contradiction"].startswith("It leads already")
    assert support.loc["web", "contradiction"] == "After cost to serve it loses money, and nobody decided on it."


@pytest.mark.parametrize(("goods", "said"), [(56.0, ""), (54.0, "Through phone more is left of each sale.")])
def test_a_channel_leaves_clearly_more_from_five_points_on(goods, said):
    rows = lines(("a", NOW, "1", "web", 100.0, 60.0), ("a", NOW, "2", "phone", 100.0, goods))
    free = pd.DataFrame({"customer_id": ["a"], "cost_to_serve": [0.0]})
    table = of(choice(rows, free, GROUPS, {"k": {"group": "g1", "channel": "web", "role": "lead"}}))
    assert table.loc["web", "contradiction"] == said


@pytest.mark.parametrize(
    ("roles", "card", "said"),
    [
        ({"phone": "lead"}, "Web", {"phone": "The card of step 10 sends them to web."}),
        ({"phone": "lead", "web": "support"}, "web", {"phone": "The card of step 10 sends them to web."}),
        ({"web": "close"}, "web", {"web": "The card of step 10 sends them here."}),
        ({"web": "support"}, "web", {"web": "The card of step 10 sends them here."}),
        ({"phone": "lead"}, "phone", {}),
        ({"phone": "lead"}, "by pigeon", {}),
        ({"phone": "lead"}, None, {}),
        ({}, "web", {}),
    ],
)
def test_a_card_that_sends_customers_another_way_than_the_role(roles, card, said):
    rows = [("a", NOW, str(k), way, 10.0, 5.0) for k, way in enumerate(["web", "phone"])]
    value = pd.DataFrame({"customer_id": ["a"], "cost_to_serve": [1.0]})
    decided = {way: {"group": "g1", "channel": way, "role": role} for way, role in roles.items()}
    cards = pd.DataFrame({"group_id": ["g1", "g2"], "channel": [card, "web"]})
    with_cards = of(choice(lines(*rows), value, GROUPS, decided, propositions=cards))["contradiction"]
    without = of(choice(lines(*rows), value, GROUPS, decided))["contradiction"]
    found = {way: with_cards[way].removeprefix(without[way]).strip() for way in with_cards.index}
    assert {way: words for way, words in found.items() if words} == said


def test_a_channel_that_loses_and_nobody_decided_on():
    rows = [("c", NOW, "1", "web", 10.0, 8.0), ("a", NOW, "2", "web", 10.0, 1.0)]
    told = findings(choice(lines(*rows)))["11.channel_losses"]
    assert told.values["group"].value == "g2" and told.values["channels"].value == "web"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"group": "g1", "channel": "web", "role": "main"}, "one of lead, support and close"),
        ({"group": "g1", "channel": "", "role": "lead"}, "Expected a channel"),
    ],
)
def test_decisions_that_cannot_be_read_are_refused(row, words):
    with pytest.raises(StepInputError, match=words):
        choice(decided={"k": row})


def test_a_role_for_a_group_that_is_gone_is_left_out_and_said():
    decided = {
        "k": {"group": "g9", "channel": "web", "role": "lead"},
        "l": {"group": "Y", "channel": "web", "role": "lead"},
    }
    gone = gone_groups(decided, GROUPS)
    assert gone == ["g9"] and gone_groups(decided, None) == ["g9", "Y"] and gone_groups(None, GROUPS) == []
    pd.testing.assert_frame_equal(choice(decided=decided), choice(decided={"l": decided["l"]}))
    flag = channel_checks(choice(decided=decided), 240.0, gone)[1]
    assert (flag.verdict, flag.found) == ("flag", "g9") and "decisions/11_align_tactics.yaml" in flag.sentence


def test_a_channel_with_two_roles_is_refused():
    twice = {
        "k": {"group": "g1", "channel": "web", "role": "lead"},
        "l": {"group": "Y", "channel": "WEB", "role": "close"},
    }
    with pytest.raises(StepInputError, match="already"):
        choice(decided=twice)


def test_limits():
    empty = choice(KNOWN.iloc[:0])
    assert empty.empty and findings(empty) == {}
    alone = choice(KNOWN, VALUE, None)
    assert alone["group_id"].unique().tolist() == ["all"] and alone["revenue"].sum() == 240.0
    one = choice(KNOWN.drop(columns=["channel", "order_id"]))
    assert one["channel"].unique().tolist() == ["Not recorded"]
    assert channel_cannot_say(NO_LINKS, one)[-1].because == "There is one channel."
    returned = choice(lines(("a", NOW, "1", "web", -5.0, -4.0)))
    assert returned["part_of_revenue"].isna().all() and returned["result_rate"].isna().all()
