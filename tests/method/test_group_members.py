"""Who is in which group, who stands beside, and which part of the business each of them is: by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.group_members import BESIDE, customer_groups, group_order
from helpers.method.group_portions import group_portions, portion_columns
from tests.method.profit_builders import grouped, shuffled, sold

WINDOW = {"window_start": "2026-01-01", "as_of": "2027-01-01"}
KINDS = ["clustered", "clustered", "clustered", "one_order", "lapsing", "contract_only"]
STANDING = pd.DataFrame({"customer_id": [f"c{n}" for n in range(1, 7)], "standing": KINDS})
NAMES = {"g1": "Yards", "g2": "Owners"}


def placed(**group_of: str) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": list(group_of), "group_id": list(group_of.values())}, dtype="str")


def test_who_is_placed_is_in_a_group_and_the_others_stand_beside_by_what_they_did():
    found = customer_groups(STANDING, placed(c1="g2", c2="g1"), NAMES, way_in="rules").set_index("customer_id")
    assert found["group_id"].tolist() == ["g2", "g1", "ungrouped", "one_order", "lapsing", "contract_only"]
    assert found["group_name"].tolist() == ["Owners", "Yards", *(BESIDE[one] for one in found["group_id"][2:])]
    # c3 was looked at by the rules and held none; the others were not looked at
    assert found["assigned_by"].tolist() == ["rules", "rules", "rules", "one_order", "lapsing", "contract_only"]
    assert found[["distance", "confidence"]].isna().all(axis=None) and found["second_group_id"].isna().all()


def test_a_way_in_may_place_whom_behaviour_does_not_reach():
    found = customer_groups(STANDING, placed(c5="g1"), NAMES, way_in="rfm").set_index("customer_id")
    assert found.loc["c5", ["group_id", "assigned_by"]].tolist() == ["g1", "rfm"]


def test_what_centres_know_is_kept():
    known = placed(c1="g1").assign(distance=0.5, second_group_id="g2", confidence=0.8)
    found = customer_groups(STANDING, known, NAMES, way_in="behaviour")
    assert found.loc[0, ["distance", "second_group_id", "confidence"]].tolist() == [0.5, "g2", 0.8]


def test_the_order_of_rows_does_not_matter():
    found = customer_groups(STANDING, placed(c1="g2", c2="g1"), NAMES, way_in="rules")
    mixed = customer_groups(STANDING[::-1], placed(c2="g1", c1="g2"), NAMES, way_in="rules")
    pd.testing.assert_frame_equal(found, mixed)


@pytest.mark.parametrize(
    ("given", "names", "message"),
    [
        (placed(c1="g1", c9="g1"), NAMES, "nobody else is"),
        (pd.concat([placed(c1="g1"), placed(c1="g2")]), NAMES, "at most once"),
        (placed(c1="g1", c2="g7"), NAMES, "g7 has no name"),
    ],
    ids=["not active", "twice", "no name"],
)
def test_a_senseless_placing_is_refused(given, names, message):
    with pytest.raises(StepInputError, match=message):
        customer_groups(STANDING, given, names, way_in="rules")


def test_nobody_active_is_nobody_grouped():
    nobody = customer_groups(STANDING.head(0), placed(), NAMES, way_in="rules")
    assert nobody.empty
    assert group_portions(nobody, sold(), **WINDOW).empty


def test_ids_stand_by_number_and_who_is_beside_stands_last():
    given = ["ungrouped", "g10", "lapsing", "g2", "one_order", "g2", "contract_only"]
    assert group_order(given) == ["g2", "g10", "one_order", "lapsing", "contract_only", "ungrouped"]


# ---- portions --------------------------------------------------------------------------------------------------------

GROUPS = grouped(c1="g2", c2="g1", c3="g2")
SOLD = sold(
    ("c1", "2026-02-01", 60.0, 20.0),
    ("c2", "2026-03-01", 30.0, 27.0),
    ("c3", "2026-12-31", 20.0, 10.0),
    ("c8", "2026-05-01", -10.0, -5.0),  # brought back; not active
    (None, "2026-05-01", 25.0, 5.0),
    ("c1", "2025-12-31", 999.0, 1.0),
    ("c1", "2027-01-01", 999.0, 1.0),
)


def test_portions_by_hand():
    found = group_portions(GROUPS, SOLD, **WINDOW).set_index("group_id")
    assert found.index.tolist() == ["g1", "g2", "not_active", "no_customer"]
    assert found["revenue"].tolist() == [30.0, 80.0, -10.0, 25.0]
    assert found["part_of_revenue"].tolist() == [30 / 125, 80 / 125, -10 / 125, 25 / 125]
    assert found["gross_margin"].tolist() == [3.0, 50.0, -5.0, 20.0]
    assert found["part_of_gross_margin"].tolist() == pytest.approx([3 / 68, 50 / 68, -5 / 68, 20 / 68])
    assert found["customers"].fillna(-1).tolist() == [1, 2, -1, -1]
    assert found["part_of_customers"].tolist()[:2] == [1 / 3, 2 / 3]
    assert found["part_of_revenue"].sum() == pytest.approx(1)
    pd.testing.assert_frame_equal(
        found, group_portions(shuffled(GROUPS), shuffled(SOLD), **WINDOW).set_index("group_id")
    )
    assert portion_columns(found) == ["part_of_customers", "part_of_revenue", "part_of_gross_margin"]


def test_a_cost_that_is_not_known_leaves_no_margin_and_so_no_parts_of_it():
    gap = SOLD.assign(cost_of_goods=SOLD["cost_of_goods"].where(SOLD["customer_id"] != "c2"))
    found = group_portions(GROUPS, gap, **WINDOW).set_index("group_id")
    assert found["gross_margin"].isna().tolist() == [True, False, False, False]
    assert found["part_of_gross_margin"].isna().all()
    assert portion_columns(found) == ["part_of_customers", "part_of_revenue"]


def test_where_all_revenue_comes_to_nothing_there_are_no_parts():
    back = sold(("c1", "2026-02-01", 10.0, 5.0), ("c2", "2026-02-01", -10.0, -5.0))
    found = group_portions(GROUPS, back, **WINDOW)
    assert found["part_of_revenue"].isna().all() and found["part_of_gross_margin"].isna().all()


def test_a_customer_in_two_groups_is_refused():
    with pytest.raises(StepInputError, match="each customer has one group"):
        group_portions(pd.concat([GROUPS, grouped(c1="g1")]), SOLD, **WINDOW)
