"""What sets a group apart: medians with their intervals, places, attributes and purchases, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from helpers.errors import StepInputError
from helpers.method.group_mix import group_attributes, group_buying
from helpers.method.group_portions import group_portions
from helpers.method.group_profiles import (
    group_behaviour,
    group_profiles,
    median_interval,
    percentile_places,
    telling_measures,
)
from tests.method.profit_builders import grouped, shuffled, sold

GROUPS = grouped(c1="g1", c2="g1", c3="g2", c4="lapsing")
FEATURES = pd.DataFrame(
    {"customer_id": ["c1", "c2", "c3"], "frequency": [2.0, 4.0, 9.0], "breadth": [1.0, np.nan, np.nan]}
)
SUMMARY = pd.DataFrame({"customer_id": ["c1", "c2", "c3", "c4"], "revenue": [10.0, 30.0, 20.0, np.nan]})


def test_medians_and_places_by_hand():
    found = group_behaviour(FEATURES, GROUPS, SUMMARY).set_index(["group_id", "measure"])
    assert found["median"].to_dict() == {
        ("all", "frequency"): 4.0, ("all", "breadth"): 1.0, ("all", "revenue"): 20.0,
        ("g1", "frequency"): 3.0, ("g1", "breadth"): 1.0, ("g1", "revenue"): 20.0,
        ("g2", "frequency"): 9.0, ("g2", "revenue"): 20.0,
    }  # fmt: skip
    # ranks of frequency: 1/6, 3/6, 5/6; the place of g1 is the middle of its two
    assert found.loc[("g1", "frequency"), "place"] == pytest.approx(1 / 3)
    assert found.loc[("g2", "frequency"), "place"] == pytest.approx(5 / 6)
    assert found.loc[("g1", "breadth"), "customers"] == 1
    assert found["median_low"].isna().all(), "three customers are too few for an interval"
    pd.testing.assert_frame_equal(
        found,
        group_behaviour(shuffled(FEATURES), shuffled(GROUPS), shuffled(SUMMARY)).set_index(["group_id", "measure"]),
    )


def test_the_interval_of_a_median_is_that_of_the_sign_test():
    rng = np.random.default_rng(7)
    for n in (5, 8, 30, 101):
        values = rng.permutation(np.arange(1.0, n + 1))
        low, high = median_interval(values)
        k = int(low)  # the k-th smallest is k
        assert high == n + 1 - k
        assert 2 * binom.cdf(k - 1, n, 0.5) <= 0.10 < 2 * binom.cdf(k, n, 0.5)
    assert median_interval([3.0] * 9) == (3.0, 3.0)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0, 3.0, 4.0]], ids=["none", "one", "four"])
def test_too_few_values_have_no_interval(values):
    assert np.isnan(median_interval(values)).all()


def test_an_interval_of_what_is_missing_is_refused():
    with pytest.raises(StepInputError, match="known values"):
        median_interval([1.0, np.nan])
    with pytest.raises(StepInputError, match="a level between 0 and 1"):
        median_interval([1.0, 2.0], level=1.0)


def test_places_count_equal_ones_half_and_leave_the_missing_out():
    places = percentile_places(pd.Series([5.0, 1.0, 5.0, np.nan]))
    assert places[:3].tolist() == pytest.approx([2 / 3, 1 / 6, 2 / 3]) and np.isnan(places[3])
    assert percentile_places(pd.Series([np.nan])).isna().all()


def test_what_lies_farthest_from_the_middle_is_told_first_and_the_middle_is_not():
    places = {"recency": 0.1, "frequency": 0.95, "breadth": 0.60, "trend": 0.39, "revenue": 1.0}
    behaviour = pd.DataFrame({"group_id": "g1", "measure": list(places), "place": list(places.values())})
    assert telling_measures(behaviour, "g1") == ["many orders", "ordered lately"]
    assert telling_measures(behaviour, "g1", most=9) == ["many orders", "ordered lately", "falling"]
    assert telling_measures(behaviour, "g2") == []


def test_profiles_sum_the_active_and_tell_what_people_did_not():
    days = sold(("c1", "2026-02-01", 60.0, 20.0), ("c3", "2026-02-01", 20.0, 15.0), (None, "2026-02-01", 20.0, 1.0))
    portions = group_portions(GROUPS, days, window_start="2026-01-01", as_of="2027-01-01")
    behaviour = group_behaviour(FEATURES, GROUPS, SUMMARY)
    members = GROUPS.assign(assigned_by=["behaviour", "behaviour", "behaviour", "lapsing"])
    found = group_profiles(
        members, portions, behaviour, descriptions={"g1": "Buy by the boat."}, anchors={"g1": ["c2", "c1"]}
    ).set_index("group_id")
    assert found.index.tolist() == ["all", "g1", "g2", "lapsing"]
    assert found["is_group"].tolist() == [False, True, True, False]
    assert found["anchors"].tolist() == ["", "c2, c1", "", ""]
    assert found.at["g1", "description"] == "Buy by the boat." and found.at["g2", "description"] == "Many orders."
    assert found.loc["all", ["customers", "revenue", "part_of_revenue"]].tolist() == [4, 80.0, 0.8]
    assert found.at["all", "gross_margin"] == 45.0
    assert found["assigned_by"].tolist()[1:] == ["behaviour", "behaviour", "lapsing"]


# ---- who they are and how they buy -----------------------------------------------------------------------------------

WHO = pd.DataFrame(
    {"customer_id": ["c1", "c2", "c3", "c4"], "name": ["A", "B", "C", "D"], "region": ["North", "South", "South", " "]}
    | {"customer_size": ["big", "big", "small", "big"], "code": ["w", "w", "w", "w"]}
)


def test_a_group_without_measures_is_not_said_to_be_in_the_middle():
    groups = grouped(c1="g1", c2="g2").assign(assigned_by="rfm")
    days = sold(("c1", "2026-02-01", 60.0, 20.0), ("c2", "2026-02-01", 20.0, 15.0))
    portions = group_portions(groups, days, window_start="2026-01-01", as_of="2027-01-01")
    rows = {"group_id": ["g1", "g2"], "measure": ["frequency", "revenue"], "place": [0.5, 0.5]}
    told = group_profiles(groups, portions, pd.DataFrame(rows), descriptions={}, anchors={}).set_index("group_id")
    assert told.at["g1", "description"] == "Near the middle of all who ordered of late, in every measure."
    assert told.at["g2", "description"] == "How they bought in the last twelve months is not known."


def test_attributes_by_hand():
    found = group_attributes(GROUPS, WHO)
    # of three whose region is known, g1 has one of each, g2 one South; size tells the groups apart wholly
    assert found["attribute"].drop_duplicates().tolist() == ["customer_size", "region"]
    region = found[found["attribute"] == "region"].set_index(["value", "group_id"])
    assert region.loc["South", "customers"].to_dict() == {"all": 2, "g1": 1, "g2": 1, "lapsing": 0}
    assert region.loc["South", "known"].to_dict() == {"all": 3, "g1": 2, "g2": 1, "lapsing": 0}
    assert region.loc["South", "part_of_group"].tolist()[:3] == pytest.approx([2 / 3, 0.5, 1.0])
    assert np.isnan(region.at[("South", "lapsing"), "part_of_group"])
    assert "Customer size: big" in set(found["label"]), "the word of the page, not of the column"
    pd.testing.assert_frame_equal(found, group_attributes(shuffled(GROUPS), shuffled(WHO)))


def test_an_attribute_counts_that_sorts_into_two_to_twelve_kinds():
    many = grouped(**{f"c{n:02}": f"g{n % 2 + 1}" for n in range(26)})
    who = pd.DataFrame({"customer_id": many["customer_id"], "twelve": [f"v{n % 12:02}" for n in range(26)]})
    who["thirteen"] = [f"v{n % 13:02}" for n in range(26)]
    found = group_attributes(many, who.assign(one="same"))
    assert set(found["attribute"]) == {"twelve"}
    values = found["value"].drop_duplicates().tolist()
    # v00 and v01 occur three times, the others twice: by name
    assert values == ["v00", "v01", "v02", "v03", "v04", "v05", "6 others"]
    whole = found[found["group_id"] == "all"]
    assert whole["customers"].tolist() == [3, 3, 2, 2, 2, 2, 12] and whole["part_of_group"].sum() == pytest.approx(1)


def test_without_attributes_there_are_no_rows():
    assert group_attributes(GROUPS, None).empty
    assert group_attributes(GROUPS, WHO[["customer_id", "name", "code"]]).empty


def quarterly(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "quarter_start", "channel", "revenue"])
    return table.astype({"customer_id": "str", "quarter_start": "datetime64[us]", "channel": "str"})


BOUGHT = quarterly(
    ("c1", "2026-01-01", "web", 30.0), ("c1", "2026-04-01", "web", 10.0), ("c2", "2026-01-01", "rep", 40.0),
    ("c3", "2026-01-01", "rep", 5.0), ("c3", "2026-01-01", "web", -5.0),
    ("c1", "2025-10-01", "rep", 999.0), ("c9", "2026-01-01", "rep", 999.0), (None, "2026-01-01", "rep", 999.0),
    ("c1", "2026-01-01", "", 999.0),
)  # fmt: skip


def test_what_groups_buy_by_hand():
    one_kind = BOUGHT.assign(category="soap")
    found = group_buying(GROUPS, BOUGHT, one_kind, window_start="2026-01-01")
    assert found["dimension"].unique().tolist() == ["channel"], "one category only tells nothing"
    table = found.set_index(["value", "group_id"])
    assert table["revenue"].unstack().loc["rep"].to_dict() == {"all": 45.0, "g1": 40.0, "g2": 5.0, "lapsing": 0.0}
    assert table["customers"].unstack().loc["web"].to_dict() == {"all": 2, "g1": 1, "g2": 1, "lapsing": 0}
    assert table.at[("web", "g1"), "part_of_group"] == 0.5
    assert table["part_of_group"].unstack()[["g2", "lapsing"]].isna().all(axis=None), "nothing above zero was spent"
    assert found["value"].drop_duplicates().tolist() == ["rep", "web"]
    again = group_buying(shuffled(GROUPS), shuffled(BOUGHT), shuffled(one_kind), window_start="2026-01-01")
    pd.testing.assert_frame_equal(found, again)
    assert group_buying(GROUPS, BOUGHT.head(0), one_kind.head(0), window_start="2026-01-01").empty
