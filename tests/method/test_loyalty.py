"""Loyal by deeds, by words, and good for profit: four customers and more, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from helpers.method.loyalty import TYPES, customer_loyalty, loyalty_profit
from helpers.method.survey_answers import survey_answers
from tests.method.days_builders import days

PERIOD = {"start": "2026-01-01", "as_of": "2027-01-01"}
OFTEN = ["2026-10-01", "2026-11-01", "2026-12-01"]  # a gap of 30.5 days, 31 days late: lateness just above one
EARLY = ["2026-01-01", "2026-02-01", "2026-03-01"]  # ten months late
# customer: first order ever, order days of the window, yearly profit
PEOPLE = {
    "friend": ("2023-01-01", OFTEN, 90.0),
    "barnacle": ("2023-06-01", OFTEN, -5.0),
    "butterfly": ("2026-10-01", OFTEN, 80.0),
    "stranger": ("2026-10-01", OFTEN, 10.0),
    "gone": ("2022-01-01", EARLY, 10.0),  # the oldest, and no longer in its rhythm
    "twice": ("2022-06-01", OFTEN[:2], 70.0),  # old, and without a rhythm
}


def tables(people: dict) -> dict:
    rows = [(name, day, 10.0) for name, (_, dates, _) in people.items() for day in dates]
    first = {name: pd.Timestamp(day) for name, (day, _, _) in people.items()}
    summary = pd.DataFrame({"customer_id": list(first), "first_date": list(first.values())})
    value = pd.DataFrame({"customer_id": list(people), "yearly_profit": [one[2] for one in people.values()]})
    return {"customer_summary": summary, "customer_days": days(*rows), "customer_value": value}


def test_each_type_by_hand():
    found = customer_loyalty(**tables(PEOPLE), **PERIOD).set_index("customer_id")
    # tenure: the median lies between the third and fourth of 2022-01, 2022-06, 2023-01 | 2023-06, 2026-10, 2026-10
    assert found["loyal"].to_dict() == {
        "friend": True,
        "barnacle": False,
        "butterfly": False,
        "stranger": False,
        "gone": False,
        "twice": False,
    }
    longer = PEOPLE | {"new": ("2026-11-01", ["2026-11-01"], 1.0), "newer": ("2026-12-01", ["2026-12-01"], 2.0)}
    found = customer_loyalty(**tables(longer), **PERIOD).set_index("customer_id")
    # now the median lies between 2023-06 and 2026-10; the profits are -5, 1, 2, 10 | 10, 70, 80, 90: the middle is 10
    assert found["loyalty_type"].to_dict() == {
        "friend": "true_friends",
        "barnacle": "barnacles",
        "butterfly": "butterflies",
        "stranger": "strangers",  # on the middle is not above it
        "gone": "strangers",
        "twice": "butterflies",
        "new": "strangers",
        "newer": "strangers",
    }
    table = loyalty_profit(found.reset_index())
    assert table[["loyalty_type", "customers", "yearly_profit", "losing"]].values.tolist() == [
        ["true_friends", 1, 90.0, 0],
        ["butterflies", 2, 150.0, 0],
        ["barnacles", 1, -5.0, 1],
        ["strangers", 4, 23.0, 0],
    ]
    assert table["part_of_profit"].tolist() == pytest.approx([90 / 258, 150 / 258, -5 / 258, 23 / 258])
    assert table["part_of_customers"].sum() == 1


def test_lateness_of_exactly_two_is_still_loyal():
    dates = ["2026-11-12", "2026-11-22", "2026-12-12"]  # gaps 10 and 20: 15; twenty days late
    late = {"edge": ("2020-01-01", ["2026-11-22", "2026-12-02", "2026-12-12"], 1.0)}  # gaps of 10, twenty days late
    inside = {
        "inside": ("2020-01-01", dates, 1.0),
        "a": ("2026-12-01", OFTEN[2:], 1.0),
        "b": ("2026-12-01", OFTEN[2:], 1),
    }
    found = customer_loyalty(**tables(late | inside), **PERIOD).set_index("customer_id")
    assert found.loc["edge", "lateness"] == 2.0 and found.loc["edge", "loyal"]
    assert found.loc["inside", "lateness"] == pytest.approx(20 / 15) and found.loc["inside", "loyal"]


def test_an_account_older_than_its_first_order_counts_from_its_start():
    opened = pd.DataFrame(
        {"customer_id": ["friend", "gone"], "start_date": pd.to_datetime(["2021-01-01", "2026-01-01"])}
    )
    found = customer_loyalty(**tables(PEOPLE), customers=opened, **PERIOD).set_index("customer_id")
    assert found.loc["friend", "since"] == pd.Timestamp("2021-01-01")
    assert found.loc["gone", "since"] == pd.Timestamp("2022-01-01")  # an order before the start is a fact
    assert found.loc["friend", "tenure_months"] == pytest.approx(72.0, abs=0.02)


def test_words_are_the_mean_of_the_answers():
    survey = pd.DataFrame(
        {"customer_id": ["friend", "friend", "gone", "twice", "twice"], "recommend": [10, 8, 10, 9, 8]}
    )
    answers = survey_answers(survey, start="2026-01-01", end="2027-01-01")
    found = customer_loyalty(**tables(PEOPLE), answers=answers, **PERIOD).set_index("customer_id")
    assert found["says_loyal"].dropna().to_dict() == {"friend": True, "gone": True, "twice": False}
    table = loyalty_profit(found.reset_index())
    assert table["answered"].sum() == 3 and table["says_loyal"].sum() == 2


def test_without_profit_there_is_loyalty_and_no_type():
    known = tables(PEOPLE)
    known["customer_value"] = None
    found = customer_loyalty(**known, **PERIOD)
    assert found["loyalty_type"].isna().all() and found["loyal"].any()
    assert loyalty_profit(found).empty


def test_groups_are_judged_by_the_medians_of_all_and_add_up():
    groups = pd.DataFrame({"customer_id": list(PEOPLE)[:3], "group_id": ["g1", "g1", "g2"]})
    groups["group_name"] = groups["group_id"].map({"g1": "Yards", "g2": "Owners"})
    alone, grouped = (customer_loyalty(**tables(PEOPLE), groups=one, **PERIOD) for one in (None, groups))
    assert alone["loyalty_type"].tolist() == grouped["loyalty_type"].tolist()
    table = loyalty_profit(grouped, groups)
    assert table["group_name"].drop_duplicates().tolist() == ["All customers", "Yards", "Owners", "In no group"]
    whole = table["group_id"] == "all"
    for column in ("customers", "yearly_profit", "losing"):
        assert table.loc[whole, column].tolist() == [
            table.loc[~whole & (table["loyalty_type"] == kind), column].sum() for kind in TYPES
        ]


def test_row_order_and_the_unit_of_money_change_no_type():
    known = tables(PEOPLE)
    one = customer_loyalty(**known, **PERIOD)
    turned = {name: table.iloc[::-1] for name, table in known.items()}
    pd.testing.assert_frame_equal(one, customer_loyalty(**turned, **PERIOD))
    cents = known | {
        "customer_value": known["customer_value"].assign(yearly_profit=lambda rows: 100 * rows.yearly_profit)
    }
    assert customer_loyalty(**cents, **PERIOD)["loyalty_type"].tolist() == one["loyalty_type"].tolist()


def test_a_group_that_loses_has_no_parts_of_profit():
    people = pd.DataFrame({"group_id": "g1", "loyalty_type": ["barnacles", "strangers"], "yearly_profit": [-5.0, 2.0]})
    found = loyalty_profit(people.assign(says_loyal=pd.array([None, None], dtype="boolean")))
    assert found["part_of_profit"].isna().all() and found["yearly_profit"].sum() == -3.0


def test_nobody_and_one_customer():
    nobody = tables({})
    nobody["customer_summary"] = nobody["customer_summary"].astype({"first_date": "datetime64[us]"})
    found = customer_loyalty(**nobody, **PERIOD)
    assert found.empty and loyalty_profit(found).empty
    one = customer_loyalty(**tables({"c1": ("2020-01-01", OFTEN, 5.0)}), **PERIOD)
    assert one[["loyal", "loyalty_type"]].values.tolist() == [[False, "strangers"]]
    assert np.isfinite(one["tenure_months"]).all()
