"""Ids that stay: anchors decide, rows and names do not; what is new or gone is told."""

import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.group_identity import decided_anchors, default_names, identify, match_groups, proposed_anchors

LABELS = pd.Series([0, 0, 0, 1, 1, 2], index=list("abcdef"))
MONEY = pd.Series([1.0, 1, 1, 9, 9, 5], index=LABELS.index)


def test_without_a_decision_the_largest_revenue_is_g1():
    found = identify(LABELS, MONEY, {})
    assert found.ids == {1: "g1", 2: "g2", 0: "g3"}
    assert (found.new, found.vanished, found.anchors, found.astray) == ((), (), 0, 0)


def test_anchors_keep_their_id_whatever_the_labels_and_the_order_of_rows():
    anchors = {"g1": ["a", "b"], "g2": ["d"], "g3": ["f"]}
    assert identify(LABELS, MONEY, anchors).ids == {0: "g1", 1: "g2", 2: "g3"}
    assert identify(LABELS[::-1].map({0: 2, 1: 0, 2: 1}), MONEY, anchors).ids == {2: "g1", 0: "g2", 1: "g3"}


def test_one_cluster_takes_one_id_and_the_other_is_told_as_vanished():
    found = identify(LABELS, MONEY, {"g1": ["a"], "g2": ["b", "c"], "g7": ["d", "gone"]})
    assert found.ids == {0: "g2", 1: "g7", 2: "g8"}, "an id is never used again"
    assert (found.new, found.vanished, found.anchors, found.astray) == (("g8",), ("g1",), 5, 2)


def test_a_customer_cannot_stand_for_two_groups_and_an_id_is_g_and_a_number():
    with pytest.raises(StepInputError, match='"c1" stands for two groups'):
        decided_anchors({"g1": {"anchors": ["c1"]}, "g2": {"anchors": ["c1"]}})
    with pytest.raises(StepInputError, match='"yards" is no group id'):
        decided_anchors({"yards": {"name": "Yards"}})


def test_names_are_unique_and_say_what_sets_a_group_apart():
    alike = {"measure": ["frequency", "breadth"] * 2, "place": [0.9, 0.8, 0.9, 0.8]}
    names = default_names(pd.DataFrame({"group_id": ["g1", "g1", "g2", "g2"]} | alike), ["g1", "g2"])
    assert names == {"g1": "Group 1", "g2": "Group 2"}


def test_delivered_values_mean_a_group_by_id_or_name_and_two_of_a_name_mean_none():
    found, strange = match_groups(
        ["G2", "yards ", "Owners", "", "lapsing"], {"g1": "Yards", "g2": "Owners", "g3": "owners"}
    )
    assert found == ["g2", "g1", None, None, "lapsing"] and strange == ["Owners"]


def test_the_nearest_five_are_proposed_and_of_equal_ones_the_first_by_id():
    table = pd.DataFrame({"customer_id": list("gfedcba"), "group_id": "g1", "distance": [0.0, 1, 1, 1, 1, 1, 1]})
    assert proposed_anchors(table) == {"g1": ["g", "a", "b", "c", "d"]}
