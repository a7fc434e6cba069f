"""What better customers of a kind spend with us, counted by hand."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.own_frontier import frontier_by_group, own_frontier


def spend(**groups: list[float]) -> pd.DataFrame:
    rows = [
        (f"{group}{number:03d}", group, value)
        for group, values in groups.items()
        for number, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["customer_id", "group_id", "year_revenue"])


def test_each_group_has_the_frontier_of_its_own_customers():
    table = own_frontier(spend(g1=[float(n) for n in range(1, 32)], g2=[100.0 * n for n in range(1, 42)]))
    of = table.groupby("group_id")["frontier"].unique()
    assert of["g1"].tolist() == [25.0], "of 1 to 31 the 25th: 24 lie below, 6 above"
    assert of["g2"].tolist() == [3300.0]
    first = table.iloc[0]
    assert first[["like", "like_customers", "below", "distance"]].tolist() == ["group", 31, True, 24.0]
    at, above = table.iloc[24], table.iloc[30]
    assert (at["below"], at["distance"], above["distance"]) == (False, 0.0, 0.0)


def test_a_small_group_is_like_all_and_who_bought_nothing_sets_no_frontier():
    inputs = spend(g1=[10.0] * 29 + [0.0] * 5, g2=[20.0] * 30)
    table = own_frontier(inputs).set_index("customer_id")
    assert table.loc["g1000", ["like", "like_customers", "frontier"]].tolist() == ["all", 59, 20.0]
    assert table.loc["g2000", ["like", "like_customers", "frontier"]].tolist() == ["group", 30, 20.0]
    assert table.loc["g1033", ["frontier", "distance"]].tolist() == [20.0, 20.0], "it lapsed, and is the whole way off"
    half = own_frontier(inputs, quantile=0.25).set_index("customer_id")
    assert half.at["g1000", "frontier"] == 10.0, "with five at zero it would be less"


def test_groups_add_up():
    inputs = spend(g1=[float(n) for n in range(1, 32)], g2=[5.0] * 3)
    table = frontier_by_group(own_frontier(inputs), pd.DataFrame({"group_id": ["g1"], "group_name": ["One"]}))
    table = table.set_index("group_id")
    assert table.index.tolist() == ["all", "g1", "g2"] and table.at["g1", "group_name"] == "One"
    assert np.isnan(table.at["all", "frontier"]) and table.at["g1", "frontier"] == 25.0
    for name in ("customers", "customers_below", "distance", "year_revenue"):
        assert table.at["all", name] == pytest.approx(table.loc[["g1", "g2"], name].sum())
    assert table.at["g1", "distance"] == sum(range(25)), "24 + 23 + ... + 1"


def test_order_and_currency_make_no_difference():
    inputs = spend(g1=[3.0, 1.0, 2.0] * 12)
    frontier = own_frontier(inputs)
    mixed = own_frontier(inputs.sample(frac=1, random_state=1)).sort_values("customer_id", ignore_index=True)
    pd.testing.assert_frame_equal(mixed, frontier)
    cents = own_frontier(inputs.assign(year_revenue=100 * inputs["year_revenue"]))
    assert cents["distance"].tolist() == pytest.approx((100 * frontier["distance"]).tolist())


@pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0]])
def test_where_nobody_bought_there_is_no_frontier(values):
    table = own_frontier(spend(g1=values))
    assert table["frontier"].isna().all() and table["distance"].isna().all() and not table["below"].any()
    assert table["like"].tolist() == ["none"] * len(values)
    assert len(frontier_by_group(table)) == (2 if values else 1)


def test_one_customer_is_its_own_frontier():
    row = own_frontier(spend(g1=[7.0])).iloc[0]
    assert row[["like", "like_customers", "frontier", "distance"]].tolist() == ["all", 1, 7.0, 0.0]


@pytest.mark.parametrize("quantile", [0, 1, 80])
def test_a_quantile_that_is_none_is_refused(quantile):
    with pytest.raises(StepInputError, match="expected a part of customers, such as 0.8"):
        own_frontier(spend(g1=[7.0]), quantile)
