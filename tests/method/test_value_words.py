"""What step 04 says of the time ahead, in the words that fit: one or many, gain or loss, and groups by their names."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.client.result_model import Finding
from helpers.method.customer_types import map_of_types
from helpers.method.value_findings import value_findings
from helpers.show.audience import audience_for
from helpers.show.sentences import say
from tests.method.value_builders import DAYS, referrals, survey, value_tables

NAMES = {"g1": "Boatyards", "g2": "Fleets", "all": "All customers"}


def spoken(tables) -> dict[str, str]:
    """The sentences by id without the step, as the team reads them."""
    audience = audience_for("working", "EUR", NAMES)
    found: list[Finding] = value_findings(tables)
    return {one.id.removeprefix("04."): say(one, audience).replace("\u00a0", " ") for one in found}


def groups_of(tables, **values):
    """The tables with other values in the row of all customers."""
    rows = tables.lifetime.groups
    for column, value in values.items():
        rows[column] = [value, *rows[column].iloc[1:]]
    return tables


@pytest.fixture(scope="module")
def whole() -> dict[str, str]:
    sent = referrals(("a0", "b1"), ("a0", "b2"))
    return spoken(value_tables(answers=survey({"a0": 10, "a1": 9, "b0": 3, "b1": 10}), sent=sent))


def test_no_verb_follows_a_groups_name(whole):
    # a0 to a9 are worth 100 each, b0 to b9 cost 5 each: Boatyards hold more than the whole, so no part is said
    assert whole["clv_by_group"] == (
        "Most of all is expected of Boatyards, EUR 1,000; in Fleets we will lose EUR 50.00 if nothing changes."
    )
    assert whole["customer_types"] == (
        "Above the average customer both in what they buy and in whom they send us: Boatyards."
    )
    assert whole["group_profit"].startswith("Profit is the largest part of revenue in Boatyards (40 %), the smallest")
    part = spoken(value_tables(worth={"g1": 100.0, "g2": 25.0, "dormant": 0.0, "all": 62.5}))["clv_by_group"]
    assert part == ("The largest part of customer equity, EUR 1,000 or 80 %, lies in Boatyards, 50 % of the customers.")


def test_where_every_group_loses_no_part_is_the_largest():
    said = spoken(value_tables(worth={"g1": -8.0, "g2": -5.0, "dormant": 0.0, "all": -6.5}))["clv_by_group"]
    assert said == "No group is expected to leave us anything; the smallest loss, EUR 50.00, is that of Fleets."


def test_groups_that_only_send():
    tables = value_tables(sent=referrals(("b0", "b1"), ("b2", "a3")))
    assert spoken(tables)["customer_types"] == (
        "Above the average customer both in what they buy and in whom they send us: no group; only in whom they send: "
        "Fleets."
    )


def test_one_customer_is_not_spoken_of_as_many():
    one = spoken(groups_of(value_tables(), customers=1))
    assert one["answer"].startswith("Our one active customer is worth EUR")
    many = spoken(value_tables())
    assert many["answer"].startswith("Our 20 active customers are worth EUR")
    assert many["one_order"].endswith(
        "rests on one customer who ordered once, whom the model takes to be a customer still."
    )


def answers(promoters: int, detractors: int, passives: int = 0) -> pd.DataFrame:
    """Answers of so many: a0 and a1 first, then people of whom nothing else is known."""
    told = [10.0] * promoters + [0.0] * detractors + [8.0] * passives
    names = ["a0", "a1", *(f"x{number}" for number in range(len(told)))]
    return survey(dict(zip(names, told, strict=False)))


@pytest.mark.parametrize(
    ("answered", "said"),
    [
        (
            (24, 6),
            "There are more promoters than detractors, by 60 % of those who answered: a Net Promoter Score of 60 (",
        ),
        (
            (6, 24),
            "There are more detractors than promoters, by 60 % of those who answered: a Net Promoter Score of −60 (",
        ),
        ((15, 15), "There are as many promoters as detractors: a Net Promoter Score of 0 ("),
    ],
)
def test_the_score_is_said_as_the_chart_counts_it(answered, said):
    tables = value_tables(answers=answers(*answered))
    assert spoken(tables)["advocacy"].startswith(said)
    assert tables.advocacy["score"].iloc[0] == pytest.approx((answered[0] - answered[1]) / 30)


def test_who_speaks_for_us():
    spoke = {
        number: spoken(value_tables(answers=answers(30, 0), sent=referrals(*rows)))["advocates"]
        for number, rows in enumerate([[("b0", "b3")], [("a0", "b1")], [("a0", "b1"), ("a1", "b2")]])
    }
    assert spoke[0] == "No customer speaks for us and is heard."
    assert spoke[1] == "One customer speaks for us and is heard."
    assert spoke[2] == "2 customers speak for us and are heard."
    assert "advocates" not in spoken(value_tables())


def test_fees_of_contracts_are_in_no_profit():
    assert "contract_fees" not in spoken(value_tables())
    tables = value_tables()
    worth = tables.customer_value
    worth["contract_clv"] = worth["customer_id"].map({"a0": 90.0, "a1": 60.0, "b0": 30.0})
    assert spoken(tables)["contract_fees"] == (
        "3 customers have a running contract, with fees of EUR 180.00 ahead; the profit of the window holds no fees, "
        "so 1 of them may look like a loss for want of these."
    )
    worth["contract_clv"] = worth["customer_id"].map({"a0": 90.0})
    assert spoken(tables)["contract_fees"] == (
        "1 customer has a running contract, with fees of EUR 90.00 ahead; the profit of the window holds no fees."
    )


def test_without_groups_the_kinds_of_customers_are_counted():
    said = spoken(value_tables(groups=None, sent=referrals(("a0", "b1"))))
    # without groups all are worth the same, so nobody lies above the middle
    assert said["customer_types"].startswith("0 customers are worth much themselves and through others, 1 only through")
    assert "referrals" not in said


def test_the_map_is_cut_at_the_average_customer():
    tables = value_tables(sent=referrals(("a0", "b1")))
    cuts = map_of_types(tables.customer_types)
    row = tables.customer_types.iloc[0]
    assert (cuts["cut_x"]["at"], cuts["cut_y"]["at"]) == (row["clv_per_customer"], row["referral_value_per_customer"])
    assert cuts["corners"] == ["Advocates", "Champions", "Misers", "Affluents"]
    assert map_of_types(pd.DataFrame()) == {}


def test_where_everybody_loses_us_money():
    dear = DAYS.assign(cost_of_goods=DAYS["revenue"] * 1.25, list_revenue=float("nan"))
    worth = {"g1": -8.0, "g2": -5.0, "dormant": 0.0, "all": -6.5}
    said = spoken(value_tables(days=dear, events=None, worth=worth, basis="gross_margin"))
    # 1,500 of revenue, goods for 1,875; ten times -8 and ten times -5, a tenth to each side
    assert said["profit_ladder"] == (
        "Of our revenue, 125 % goes to the goods: 25 % more than there is, a loss of EUR 375.00."
    )
    assert said["group_profit"] == (
        "No group leaves us a gross margin: the loss is the smallest part of revenue in Boatyards (25 %), the largest "
        "in Fleets (25 %): there we lose EUR 125.00."
    )
    assert said["answer"] == (
        "Our 20 active customers will cost us EUR 130.00 (EUR 117.00 to EUR 143.00) more than they bring over 36 "
        "months, before any cost to serve; 100 % of them cost us more than they brought in the window."
    )
