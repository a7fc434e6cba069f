"""Scores, trees and the three ways in, on tables with known answers and on Harbour's planted groups."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.group_evidence import adjusted_rand
from helpers.method.group_forming import behaviour_found, form_groups
from helpers.method.group_tree import plain_cut, tree_rules
from helpers.method.rfm import DEFAULT_GROUPS, rfm_cuts, rfm_scores

TEN = pd.DataFrame(
    {"customer_id": list("abcdefghij"), "recency": range(1, 11), "frequency": range(1, 11), "money": 5.0}
)


def test_scores_are_fifths_and_few_days_are_a_high_one():
    scores = rfm_scores(TEN, rfm_cuts(TEN))
    assert scores["frequency_score"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert scores["recency_score"].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert set(scores["money_score"]) == {3}, "equal customers have equal scores, and stand in the middle"


def test_later_customers_are_scored_by_the_same_cuts():
    later = pd.DataFrame({"customer_id": ["z"], "recency": [400.0], "frequency": [0.0], "money": [99.0]})
    assert rfm_scores(later, rfm_cuts(TEN)).iloc[0, 1:].tolist() == [1, 1, 5]


def test_where_most_ordered_once_a_single_order_is_not_frequent():
    """By hand: seventy of a hundred at one order have a percentile rank of .35, and twenty at two one of .80."""
    frequency = [1.0] * 70 + [2.0] * 20 + [9.0] * 10
    shop = pd.DataFrame({"customer_id": [f"c{n:03d}" for n in range(100)], "recency": 1.0, "money": np.arange(100.0)})
    shop["frequency"] = frequency
    cuts = rfm_cuts(shop)
    assert cuts.loc[cuts["measure"] == "frequency", "from_value"].tolist()[1:] == [1.0, 2.0, 2.0, 2.0]
    scores = rfm_scores(shop, cuts).set_axis(shop.index)
    assert scores["frequency_score"].groupby(frequency).unique().map(list).to_dict() == {1.0: [2], 2.0: [5], 9.0: [5]}
    mixed = shop.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(cuts, rfm_cuts(mixed))
    cents = rfm_scores(shop.assign(money=shop["money"] * 100), rfm_cuts(shop.assign(money=shop["money"] * 100)))
    assert cents["money_score"].tolist() == scores["money_score"].tolist()


def test_nobody_has_no_scores():
    nobody = TEN.head(0)
    assert rfm_cuts(nobody)["from_value"].isna().all() and rfm_scores(nobody, rfm_cuts(nobody)).empty


@pytest.mark.parametrize(("below", "above", "cut"), [(3, 18, 10), (0.0417, 0.0523, 0.05), (4, 5, 5), (-2, -1, -1)])
def test_a_cut_has_few_digits_and_parts_the_two(below, above, cut):
    assert plain_cut(below, above) == pytest.approx(cut)
    assert below < plain_cut(below, above) <= above


def test_a_tree_does_not_depend_on_the_order_of_rows_and_a_cloud_has_no_rule():
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {"frequency": rng.integers(1, 30, 200).astype(float), "breadth": rng.integers(1, 9, 200) * 1.0}
    )
    groups = pd.Series(np.where(table["frequency"] >= 12, "g1", np.where(table["breadth"] >= 5, "g2", "g3")))
    found = tree_rules(table, groups, ("frequency", "breadth"))
    order = rng.permutation(200)
    again = tree_rules(table.iloc[order], groups.iloc[order], ("frequency", "breadth"))
    assert found == again and found.fidelity > 0.95
    assert found.expressions["g1"] == "frequency >= 12"
    chance = tree_rules(table, pd.Series(rng.choice(["g1", "g2"], 200)), ("frequency", "breadth"))
    assert chance.fidelity < 0.7


@pytest.fixture(scope="module")
def formed(harbour):
    """(found, a function that forms groups) of one Harbour."""
    made = harbour(2)
    names = ("customer_summary", "customer_days", "customer_quarter", "customer_channel")
    tables, as_of = [made.table(name) for name in names], made.halves["as_of"]
    found = behaviour_found(*tables, as_of=as_of)

    def form(**how):
        return form_groups(found, tables[0], tables[1], made.table("customers"), as_of=as_of, **how)

    return made, found, form


def test_planted_groups_are_found_kept_by_anchors_and_real(formed):
    made, found, form = formed
    truth = made.truth.facts["groups"]["anchors"]["value"]
    decided = {f"g{n}": {"name": row["name"], "anchors": row["customers"]} for n, row in enumerate(truth.values(), 1)}
    groups = form(way_in="behaviour", count=5, decided=decided)
    assert found.reality.real and groups.real and found.proposal == "behaviour"
    assert not groups.identity.new and not groups.identity.vanished and groups.identity.astray <= 2
    assert groups.rules["group_name"].tolist() == [row["name"] for row in truth.values()]
    assert groups.customer_groups["customer_id"].is_unique
    before = form(way_in="behaviour", count=5).customer_groups
    both = before[before["group_id"].str.startswith("g")].merge(groups.customer_groups, on="customer_id")
    codes = [pd.factorize(both[name])[0][np.newaxis] for name in ("group_id_x", "group_id_y")]
    assert adjusted_rand(*codes, 5)[0] == 1, "names change no group"


def test_scores_place_everybody_who_ordered_and_rules_the_others_stand_beside(formed):
    _, _, form = formed
    tiers = form(way_in="rfm")
    placed = tiers.customer_groups[tiers.customer_groups["assigned_by"] == "rfm"]
    assert set(placed["group_id"]) <= set(DEFAULT_GROUPS) and not (placed["group_id"] == "ungrouped").any()
    rules = {"g1": {"name": "Often", "rule": "orders >= 12"}, "g2": {"name": "North", "rule": 'region == "North"'}}
    ours = form(way_in="rules", decided=rules)
    names = ours.customer_groups.set_index("customer_id")["group_name"]
    assert set(names) - {"One order so far", "Lapsing", "By contract alone"} == {"Often", "North", "In no group"}
    assert ours.rules["covers"].tolist() == [1.0, 1.0] and not ours.real
    assert (ours.unmatched, ours.idle, tiers.idle) == ((), (), ())
    strange = form(way_in="rules", decided=rules | {"g3": {"name": "?", "rule": 'region == "Nort"'}})
    assert strange.unmatched and strange.idle == ("g3",)
    late = {"g3": {"name": "Very often", "rule": "orders >= 20"}}
    assert form(way_in="rules", decided=rules | late).idle == ("g3",), "an earlier rule takes them all"


def test_rules_that_are_missing_or_wrong_are_told_with_what_to_write(formed):
    _, _, form = formed
    with pytest.raises(StepInputError, match="there is no rule"):
        form(way_in="rules")
    with pytest.raises(StepInputError, match='no column has the name "oders"'):
        form(way_in="rules", decided={"g1": {"name": "Often", "rule": "oders >= 12"}})
