"""Buying referrals per customer and year against histories worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.method.advocacy import referrals_made
from helpers.method.going_viral import dispersion, going_viral, rate_interval
from tests.method.days_builders import days

WINDOW = {"window_start": "2025-01-01", "as_of": "2027-01-01"}
GROUPS = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c", "d", "e"],
        "group_id": ["g1", "g1", "g2", "g2", "contract_only"],
        "group_name": ["Yards", "Yards", "Owners", "Owners", "By contract alone"],
    },
    dtype="str",
)
# a and c were here before the window; b came in its second year, d in its last quarter of that; e never ordered
DAYS = days(
    ("a", "2024-05-01", 5.0), ("b", "2026-01-01", 5.0), ("b", "2026-07-01", 5.0), ("c", "2023-03-01", 5.0),
    ("d", "2026-10-02", 5.0), ("gone", "2024-01-05", 5.0),
)  # fmt: skip


def sent(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["customer_id", "referred_customer_id", "date"]).astype(
        {"customer_id": "str", "referred_customer_id": "str", "date": "datetime64[us]"}
    )


SENT = sent(
    ("a", "b", "2025-12-01"),  # bought a month later
    ("a", "d", "2026-06-01"),
    ("c", "d", "2026-09-01"),  # named before by a
    ("c", "z", "2026-09-01"),  # never bought
    ("c", "a", "2024-04-01"),  # before the window
    ("gone", "e", "2026-09-01"),
)


def test_rates_are_referrals_over_the_years_that_customers_were_here():
    table = going_viral(SENT, DAYS, GROUPS, ["g2"], **WINDOW).set_index("group_id")
    assert table.index.tolist() == ["all", "g1", "g2", "contract_only"]
    # a was here for both years, b for one, d for 91 days; who never ordered counts from the begin of the window
    assert (table["customer_years"] * 365.25).round().to_dict() == {
        "all": 2646,
        "g1": 1095,
        "g2": 821,
        "contract_only": 730,
    }
    assert table["buying_referrals"].to_dict() == {"all": 2, "g1": 2, "g2": 0, "contract_only": 0}
    assert table["referrers"].to_dict() == {"all": 1, "g1": 1, "g2": 0, "contract_only": 0}
    assert table.at["g1", "per_year"] == pytest.approx(2 * 365.25 / 1095)
    assert table.at["g1", "per_hundred"] == pytest.approx(200 * 365.25 / 1095)
    # b is a yard and d an owner: one of the two who came is of the group that passes
    assert table.loc["g1", ["came_known", "came_passing", "part_passing"]].tolist() == [2, 1, 0.5]
    assert np.isnan(table.at["g2", "part_passing"]) and table.at["g2", "per_year"] == 0
    assert (table["per_year_low"] <= table["per_year"]).all() and (table["per_year"] < table["per_year_high"]).all()


def test_it_counts_as_advocacy_does_where_all_lies_in_the_window():
    inside = SENT[SENT["date"] >= "2025-01-01"]
    made = referrals_made(inside, DAYS, end=WINDOW["as_of"])
    made = made[made["customer_id"].isin(GROUPS["customer_id"])]
    found = going_viral(inside, DAYS, GROUPS, **WINDOW)
    assert found.at[0, "buying_referrals"] == made["buying_referrals"].sum() == 2
    assert found["part_passing"].isna().all()  # where no group passes, none is of the right kind or of the wrong one


def test_a_group_that_sends_more_by_more_than_chance_is_told():
    many = [f"x{number:02}" for number in range(40)]
    groups = pd.DataFrame(
        {"customer_id": many, "group_id": ["g1"] * 20 + ["g2"] * 20, "group_name": "one"}, dtype="str"
    )
    came = [f"y{number:02}" for number in range(20)]
    history = days(*[(one, "2024-06-01", 5.0) for one in many], *[(one, "2026-06-01", 5.0) for one in came])
    own = sent(*[(one, new, "2026-05-01") for one, new in zip(many, came, strict=False)])
    found = going_viral(own, history, groups, **WINDOW).set_index("group_id")["surely_more"]
    assert found["g1"] and not found["g2"] and found.isna()["all"]
    # five of five from half of the years: one in 32 by chance, too often for a choice of two groups; six are not
    some = [going_viral(own.iloc[:sent], history, groups, **WINDOW).set_index("group_id") for sent in (5, 6)]
    assert [table.at["g1", "surely_more"] for table in some] == [False, True]
    # one customer who sent all of them is no habit of its group
    single = own.assign(customer_id=many[0])
    assert not going_viral(single, history, groups, **WINDOW)["surely_more"].fillna(False).any()


def test_neither_the_order_of_rows_nor_ids_matter():
    found = going_viral(SENT, DAYS, GROUPS, ["g2"], **WINDOW)
    mixed = going_viral(SENT.iloc[::-1], DAYS.iloc[::-1], GROUPS.iloc[::-1], ["g2"], **WINDOW)
    pd.testing.assert_frame_equal(found, mixed)


@pytest.mark.parametrize("given", [None, SENT.iloc[:0]])
def test_without_referrals_nothing_is_said(given):
    found = going_viral(given, DAYS, GROUPS, ["g1"], **WINDOW)
    assert found.empty and "per_year" in found


def test_one_customer_and_nobody():
    found = going_viral(SENT, DAYS, GROUPS.iloc[:1], **WINDOW).set_index("group_id")
    assert found["buying_referrals"].to_dict() == {"all": 2, "g1": 2} and not found.at["g1", "surely_more"]
    none = going_viral(SENT, DAYS, GROUPS.iloc[:0], **WINDOW)
    assert none["customers"].tolist() == [0] and none["per_year"].isna().all()


def test_the_interval_of_a_count_is_the_exact_one():
    # Garwood: none seen gives up to ln 20, and the ends have one twentieth beyond them
    low, high = rate_interval(0, 2.0)
    assert low == 0 and high == pytest.approx(np.log(20) / 2)
    low, high = rate_interval(3, 1.0)
    beyond = [
        np.exp(-rate) * sum(rate**k / [1, 1, 2, 6][k] for k in range(most + 1)) for rate, most in ((low, 2), (high, 3))
    ]
    assert [1 - beyond[0], beyond[1]] == pytest.approx([0.05, 0.05])
    wider = rate_interval(3, 1.0, dispersion=2.0)
    assert wider[0] < low and wider[1] > high


def test_dispersion_by_hand():
    # expected 1 and 3 of 4: (3 - 1)^2 / 1 + (1 - 3)^2 / 3 over one degree of freedom
    assert dispersion([3, 1], [1.0, 3.0]) == pytest.approx(4 + 4 / 3)
    assert dispersion([0, 0], [1.0, 1.0]) == dispersion([5], [1.0]) == dispersion([], []) == 1.0
