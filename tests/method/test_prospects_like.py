"""Prospects against customers whose kind is known: who is ranked, by what, and when nobody is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.method.prospects_like import area_under_curve, auc_interval, prospects_like


def people(*cells: tuple) -> tuple[pd.DataFrame, pd.DataFrame]:
    """customers and customer_groups from (industry, region, group, how many)."""
    rows = [(industry, region, group) for industry, region, group, count in cells for _ in range(count)]
    table = pd.DataFrame(rows, columns=["industry", "region", "group_id"], dtype="str")
    table.insert(0, "customer_id", [f"c{number:03}" for number in range(len(table))])
    return table.drop(columns="group_id"), table[["customer_id", "group_id"]]


def asked(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["prospect_id", "industry", "region"], dtype="str")


# yards are of the kind in four of five cases, shops in one of five; the region says nothing
KINDS = (("Yard", "g1", 40), ("Yard", "g2", 10), ("Shop", "g1", 10), ("Shop", "g2", 40))
MIXED = people(*[(one, region, group, count) for region in ("North", "South") for one, group, count in KINDS])
THREE = asked(("p3", "Shop", "North"), ("p2", "YARD ", "South"), ("p1", "yard", "North"))


def test_prospects_stand_by_the_part_of_like_customers_that_are_of_the_kind():
    found = prospects_like(THREE, *MIXED, ["g1"])
    assert not found.why_not and (found.passing, found.others) == (100, 100)
    # of 100 yards 80 are of the kind, of 100 shops 20; a ridge draws both a little to the middle
    likeness = found.table.set_index("prospect_id")["likeness"]
    assert likeness["p1"] == pytest.approx(0.8, abs=0.02) and likeness["p3"] == pytest.approx(0.2, abs=0.02)
    assert likeness["p1"] == likeness["p2"]  # capitals and spaces are no other word, and both regions are alike
    assert found.table[["prospect_id", "rank"]].values.tolist() == [["p1", 1], ["p2", 1], ["p3", 3]]
    assert found.table["reasons"].tolist() == ["industry: yard", "industry: YARD", ""]


def test_the_held_out_area_is_that_of_the_two_kinds():
    # a yard stands above a shop in 80 x 80 pairs of 100 x 100, below in 20 x 20, and the rest are ties
    customers, groups = MIXED
    found = prospects_like(THREE, customers[["customer_id", "industry"]], groups, ["g1"])
    assert found.auc == pytest.approx(0.8)
    assert found.low < found.auc < found.high and found.high - found.low == pytest.approx(0.105, abs=0.005)


def test_attributes_that_say_nothing_rank_nobody():
    customers, groups = people(("Yard", "North", "g1", 30), ("Yard", "North", "g2", 30),
                               ("Shop", "South", "g1", 30), ("Shop", "South", "g2", 30))  # fmt: skip
    found = prospects_like(THREE, customers, groups, ["g1"])
    assert found.why_not == "too_weak" and found.auc < 0.65
    assert found.table["rank"].isna().all() and found.table["prospect_id"].tolist() == ["p1", "p2", "p3"]
    assert (found.table["reasons"] == "").all() and found.table["likeness"].isna().all()
    # what a client may decide: the same AUC is enough where less is asked
    assert not prospects_like(THREE, customers, groups, ["g1"], least_auc=0.1).why_not


def test_the_area_is_held_out_and_not_that_of_customers_already_seen():
    """Forty towns that say nothing: seen again they seem to tell, held out they do not."""
    rng = np.random.default_rng(3)
    customers = pd.DataFrame(
        {"customer_id": [f"c{n:03}" for n in range(240)], "town": np.repeat(np.arange(40), 6).astype(str)}
    )
    groups = pd.DataFrame({"customer_id": customers["customer_id"], "group_id": rng.permutation(["g1", "g2"] * 120)})
    prospects = pd.DataFrame({"prospect_id": ["p1"], "town": ["7"]})
    part = (groups["group_id"] == "g1").groupby(customers["town"]).transform("mean")
    assert area_under_curve(part.to_numpy(), (groups["group_id"] == "g1").to_numpy()) > 0.68
    assert prospects_like(prospects, customers, groups, ["g1"]).auc < 0.6


def test_who_stands_beside_the_groups_teaches_nothing():
    customers, groups = MIXED
    beside = groups.assign(group_id=groups["group_id"].mask(groups.index % 3 == 0, "one_order"))
    found = prospects_like(THREE, customers, beside, ["g1"])
    assert found.passing + found.others == (groups.index % 3 != 0).sum()


def test_only_attributes_that_both_tables_say_in_the_same_words_count():
    customers, groups = MIXED
    customers = customers.assign(
        customer_size="10-49", channel="web", sector=customers["industry"], relationship_type=groups["group_id"],
        reference=customers["customer_id"], start_date="2020-01-01",
    )  # fmt: skip
    prospects = THREE.assign(
        customer_size="10-49", sector="Werft", relationship_type="g1", reference="c001", source="fair"
    )
    found = prospects_like(prospects, customers, groups, ["g1"])
    assert found.attributes == ("industry", "region")
    assert set(found.left_out) == {"customer_size", "sector", "reference"}
    assert "other words" in found.left_out["sector"] and "values" in found.left_out["reference"]


def test_what_is_not_known_neither_draws_nor_repels():
    customers, groups = MIXED
    prospects = asked(("p1", "Yard", None), ("p2", None, "North"), ("p3", "Sawmill", "South"), ("p4", "Shop", None))
    prospects = pd.concat([prospects, THREE.assign(prospect_id=["q1", "q2", "q3"])], ignore_index=True)
    found = prospects_like(prospects, customers, groups, ["g1"]).table.set_index("prospect_id")
    assert found.at["p2", "likeness"] == found.at["p3", "likeness"] == pytest.approx(0.5, abs=0.02)
    assert found.at["p4", "likeness"] < found.at["p2", "likeness"] < found.at["p1", "likeness"]


def test_neither_the_order_of_rows_nor_ids_matter():
    customers, groups = MIXED
    found = prospects_like(THREE, customers, groups, ["g1"])
    mixed = prospects_like(
        THREE.iloc[::-1], customers.sample(frac=1, random_state=1), groups.sample(frac=1, random_state=2), ["g1"]
    )
    pd.testing.assert_frame_equal(found.table, mixed.table)
    assert found.auc == mixed.auc
    ids = dict(zip(customers["customer_id"], customers["customer_id"].iloc[::-1].map("z{}".format), strict=True))
    renamed = [table.assign(customer_id=table["customer_id"].map(ids)) for table in (customers, groups)]
    again = prospects_like(THREE, *renamed, ["g1"])
    assert again.auc == found.auc
    pd.testing.assert_frame_equal(again.table, found.table)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"prospects": None}, "no_table"),
        ({"prospects": THREE.iloc[:0]}, "no_table"),
        ({"customers": None}, "no_table"),
        ({"passing": []}, "no_passing"),
        ({"passing": ["g9"]}, "no_passing"),
        ({"passing": ["g1", "g2"]}, "too_few"),
        ({"prospects": THREE[["prospect_id"]]}, "no_attribute"),
        ({"customers": MIXED[0][["customer_id"]]}, "no_attribute"),
        ({"customers": MIXED[0].iloc[:0]}, "no_passing"),
    ],
)
def test_without_a_part_nobody_is_ranked_and_the_part_is_told(given, why):
    found = prospects_like(
        **{"prospects": THREE, "customers": MIXED[0], "customer_groups": MIXED[1], "passing": ["g1"]} | given
    )
    assert found.why_not == why and found.table["rank"].isna().all() and np.isnan(found.auc)


def test_few_of_a_kind_are_too_few():
    customers, groups = people(("Yard", "North", "g1", 19), ("Shop", "North", "g2", 60))
    assert prospects_like(THREE, customers, groups, ["g1"]).why_not == "too_few"
    customers, groups = people(("Yard", "North", "g1", 20), ("Shop", "North", "g2", 60))
    found = prospects_like(THREE, customers, groups, ["g1"])
    assert not found.why_not and found.auc == 1.0 and found.attributes == ("industry",)


def test_the_area_counts_ties_half_and_needs_both_kinds():
    truly = np.array([True, True, False])
    assert area_under_curve(np.array([0.4, 0.4, 0.4]), truly) == 0.5
    assert area_under_curve(np.array([0.1, 0.9, 0.5]), truly) == 0.5
    assert np.isnan(area_under_curve(np.array([0.1, 0.9]), np.array([True, True])))
    low, high = auc_interval(1.0, 30, 30)
    assert low == high == 1.0
