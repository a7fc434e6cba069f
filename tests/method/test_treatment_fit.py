"""Treatment: rank correlations against known ones, the best served least, and value before cost to serve."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.method.lifetime_margin import EarningRates
from helpers.method.treatment_findings import treatment_assumptions, treatment_cannot_say, treatment_findings
from helpers.method.treatment_fit import gross_rates, rank_correlation, treatment, treatment_fit

NAMES = {"g1": "Yards", "g2": "Fleets", "lapsing": "Lapsing"}


def treated(per_order, worth, group="g1", **more) -> pd.DataFrame:
    """Customers with this service an order and this worth."""
    ids = [f"c{place:03d}" for place in range(len(per_order))]
    table = pd.DataFrame({"customer_id": ids, "group_id": group, "orders": 1.0, "per_order": per_order})
    table["given"], table["gross_margin"], table["clv_before"] = table["per_order"], worth, worth
    return table.assign(clv=table["clv_before"] / 2, without_fault=True).assign(**more)


def of(table, group="all", per="order", measure="clv_before"):
    rows = table[(table["group_id"] == group) & (table["per"] == per) & (table["measure"] == measure)]
    return rows.iloc[0]


def test_the_correlation_of_a_textbook():
    """Spearman's own arithmetic: 1 - 6 sum d^2 / (n (n^2 - 1)) without ties."""
    x, y = pd.Series([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), pd.Series([3, 1, 2, 6, 5, 4, 7, 10, 9, 8])
    d2 = ((x - y) ** 2).sum()
    r, low, high = rank_correlation(x, y)
    assert r == pytest.approx(1 - 6 * d2 / 990) and low < r < high
    assert rank_correlation(x, np.exp(y)) == pytest.approx((r, low, high))  # ranks alone count
    assert rank_correlation(x, -x) == (-1.0, -1.0, -1.0)
    assert np.isnan(rank_correlation(x[:9], y[:9])).all() and np.isnan(rank_correlation(x, y * 0)).all()


def test_intervals_of_the_correlation_hold_the_truth():
    rng = np.random.default_rng(3)
    true = 6 / np.pi * np.arcsin(0.5 / 2)  # of a normal correlation of a half
    held = 0
    for _ in range(400):
        pair = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 60)
        _, low, high = rank_correlation(pd.Series(pair[:, 0]), pd.Series(pair[:, 1]))
        held += low <= true <= high
    assert 0.86 <= held / 400 <= 0.94


def test_the_best_who_are_served_least_by_hand():
    # the two best of ten get 1 and 9; the middle is 5.5
    table = treatment_fit(treated([9, 1, 2, 3, 4, 7, 8, 10, 6, 5], [100, 90, 8, 7, 6, 5, 4, 3, 2, 1]), NAMES)
    row = of(table)
    assert (row["best"], row["below"], row["at_risk"]) == (2, 1, 45.0) and row["usual_level"] == 5.5
    assert row["below_low"] < 0.5 < row["below_high"] and row["verdict"] == "no link"
    told = {one.id: one for one in treatment_findings(table)}
    assert told["11.best_below"].values["money"].value == 45.0 and "nothing to do" in told["11.treatment"].text
    assert of(table, "g2")["customers"] == 0 and of(table, "g2")["best"] == 0
    assert "lapsing" not in set(table["group_id"])


def test_who_gets_just_what_the_middle_one_gets_is_not_below_it():
    row = of(treatment_fit(treated([6, 5, *range(1, 5), *range(7, 12)], [100, 90, *range(9, 0, -1)]), NAMES))
    assert (row["usual_level"], row["best"], row["below"]) == (6.0, 2, 1)


def test_groups_add_up_and_equals_are_best_together():
    both = treated(np.arange(20.0), [5.0] * 6 + [1.0] * 14)
    both["group_id"] = ["g1", "g2"] * 10
    table = treatment_fit(both, NAMES)
    whole, parts = of(table), [of(table, "g1"), of(table, "g2")]
    assert whole["best"] == 6 and whole["below"] == 6  # all six equals, though a fifth is four
    for column in ("best", "below", "at_risk", "customers"):
        assert whole[column] == sum(part[column] for part in parts)
    assert "11.best_below_group" in [one.id for one in treatment_findings(table)]


@pytest.mark.parametrize(
    ("way", "verdict", "words"), [(1, "follows worth", "the more service"), (-1, "against worth", "the less")]
)
def test_what_is_said_of_the_whole(way, verdict, words):
    table = treatment_fit(treated(way * np.arange(30.0), np.arange(30.0)), NAMES)
    assert of(table)["verdict"] == verdict and words in treatment_findings(table)[0].text
    scrambled = treated(way * np.arange(30.0), np.arange(30.0)).sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(table, treatment_fit(scrambled, NAMES))


def value(**more) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d"],
            "group_id": "g1",
            "status": ["active", "active", "active", "dormant"],
            "gross_margin": [50.0, 40.0, None, None],
            "clv": [30.0, 0.001, 8.0, 0.0],
            "contract_clv": [10.0, None, None, None],
            "margin_rate": [0.2, 0.0001, 0.4, 0.2],
            "expected_revenue": [99.0, 60.0, 20.0, 1.0],
            "clv_basis": "after_cost_to_serve",
        }
    )
    return table.assign(**more)


SUMMARY = pd.DataFrame({"customer_id": ["a", "b", "c", "d"], "orders": [4, 2, 0, 0]})
COSTED = pd.DataFrame(
    {
        "customer_id": ["a", "a", "c"],
        "date": pd.Timestamp("2026-01-01"),
        "activity": "visit",
        "is_reactive": pd.array([False, True, False], dtype="boolean"),
        "cost": [12.0, 100.0, 3.0],
    }
)
GROSS = EarningRates("gross_margin", pd.DataFrame({"customer_id": ["a", "b", "c"], "margin_rate": [0.3, 0.35, 0.5]}), 0)


def test_service_and_worth_of_each_customer_by_hand():
    table = treatment(value(), SUMMARY, COSTED, GROSS).set_index("customer_id")
    assert table.index.tolist() == ["a", "b"]  # c has no order in the window, d is not active
    # what answered a fault is no treatment; who has no event got nothing
    assert table["given"].to_dict() == {"a": 12.0, "b": 0.0} and table["per_order"].to_dict() == {"a": 3.0, "b": 0.0}
    # a: (30 - 10) / .2 = 100 to come, at .3 and the contract; b: its rate tells nothing, so the expected revenue
    assert table["clv_before"].to_dict() == pytest.approx({"a": 40.0, "b": 21.0})
    assert table["without_fault"].all()
    unmarked = treatment(value(), SUMMARY, COSTED.assign(is_reactive=pd.NA), GROSS)
    assert unmarked["given"].tolist() == [112.0, 0.0] and not unmarked["without_fault"].any()
    unpriced = treatment(value(), SUMMARY, COSTED.assign(cost=[12.0, np.nan, 3.0]), GROSS)
    assert np.isnan(unpriced["given"].iloc[0])


def test_where_value_is_before_cost_already_or_not_known():
    before = treatment(value(clv_basis="gross_margin"), SUMMARY, COSTED, None)
    assert before["clv_before"].tolist() == [30.0, 0.001]
    assert treatment(value(), SUMMARY, COSTED, None)["clv_before"].isna().all()
    assert treatment(value(), SUMMARY, None, GROSS)["given"].isna().all()
    days = pd.DataFrame({"cost_of_goods": [np.nan]})
    assert gross_rates(days, value(), window_start="2025-01-01", as_of="2026-01-01") is None


def test_limits():
    nobody = treatment_fit(treated([], []), NAMES)
    few = treatment_fit(treated(np.arange(9.0), np.arange(9.0)), NAMES)
    unknown = treatment_fit(treated([np.nan] * 12, np.arange(12.0)), NAMES)
    no_margin = treatment_fit(treated(np.arange(12.0), [np.nan] * 12), NAMES)
    for table in (nobody, few, unknown, no_margin):
        assert treatment_findings(table) == [] and len(treatment_cannot_say(table)) == 1
        assert treatment_assumptions(table) == []
    known = treatment_fit(treated(np.arange(12.0), np.arange(12.0)), NAMES)
    assert treatment_cannot_say(known) == [] and "no fault" in treatment_assumptions(known)[0].text
