"""Groups that are kept from a version: who is assigned where, who moved, and when nothing is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.method.group_before import (
    GroupsBefore,
    drift,
    kept_groups,
    possible_ways,
    refit_proposal,
    refit_scopes,
    way_in_proposal,
)
from helpers.method.group_clusters import Centres, centres_table
from helpers.method.group_features import NAMES
from helpers.method.group_moves import formed_only, group_moves, move_findings
from helpers.method.group_scale import Scale

SCALE = Scale(("frequency",), ("none",), (1.0,), (0.0,), (1.0,))
CENTRES = centres_table(Centres(SCALE, np.array([[2.0], [10.0]])), ["g3", "g1"])
NO_CUTS = pd.DataFrame({"measure": []})


def table(*rows, way="behaviour"):
    frame = pd.DataFrame(rows, columns=["customer_id", "group_id", "group_name"])
    return frame.assign(assigned_by=frame["group_id"].where(frame["group_id"] == "lapsing", way))


OWNERS, YARDS = ("g3", "Owners"), ("g1", "Boatyards")
THEN = table(
    *[(f"a{n}", "g1", "Yards") for n in range(4)],
    *[("b", *OWNERS), ("c", "g9", "Gone"), ("d", "lapsing", "Lapsing")],
)
BEFORE = GroupsBefore("v1", "2025-09-01", THEN, CENTRES, NO_CUTS)
NOW = table(*[(f"a{n}", *OWNERS) for n in range(3)], ("b", *OWNERS), *[(one, *YARDS) for one in ("c", "d", "new")])


def test_moves_by_hand():
    moves = group_moves(NOW, BEFORE)
    found = {(row.from_group_id, row.group_id): (row.customers, row.moved) for row in moves.itertuples()}
    assert found == {
        ("g1", "g3"): (3, True),
        ("g1", "not_there"): (1, False),
        ("g3", "g3"): (1, False),
        ("g9", "g1"): (1, True),
        ("g1", "g1"): (0, False),
        ("g3", "g1"): (0, False),
        ("g9", "g3"): (0, False),
        ("lapsing", "g1"): (1, False),
        ("not_there", "g1"): (1, False),
    }
    assert moves["customers"].sum() == 8
    assert moves.groupby("from_group_id")["part_of_group"].sum().drop("not_there").eq(1).all()
    assert formed_only(moves) == {"from_group_id": ["g1", "g3", "g9"], "group_id": ["g1", "g3"]}


def test_the_sentences_of_moves():
    moved, came, drifted = move_findings(group_moves(NOW, BEFORE), BEFORE, assigned=True, drift=0.917)
    assert {name: value.value for name, value in moved.values.items() if name != "day"} == {
        "both": 5, "moved": 4, "part": 0.8, "version": "v1", "from": "g1", "to": "g3", "most": 3,
    }  # fmt: skip
    assert moved.evidence == "measured" and "formed anew" not in moved.text
    assert (came.values["went"].value, came.values["came"].value, came.values["then"].value) == (1, 1, 7)
    assert drifted.values["agreement"].value == 0.92
    anew = move_findings(group_moves(NOW, BEFORE), BEFORE, assigned=False)
    assert [one.id for one in anew] == ["03.moved", "03.came_and_went"]
    assert anew[0].evidence == "judged" and "formed anew" in anew[0].text


def test_a_window_of_another_length_says_nothing_of_who_came_and_keeps_no_scores():
    other = replace(BEFORE, same_window=False)
    found = move_findings(group_moves(NOW, other), other, assigned=True, drift=0.917)
    assert [one.id for one in found] == ["03.moved", "03.drift"]
    assert other.keeps("behaviour"), "centres are of twelve months in any window"
    scored = GroupsBefore("v1", "2025-09-01", THEN.assign(assigned_by="rfm"), NO_CUTS, CENTRES)
    assert scored.keeps("rfm") and not replace(scored, same_window=False).keeps("rfm")


def test_a_group_that_is_gone_is_named_as_it_was():
    only = GroupsBefore("v1", "2025-09-01", THEN[THEN["group_id"] == "g9"], CENTRES, NO_CUTS)
    moved = move_findings(group_moves(NOW, only), only, assigned=True)[0]
    assert moved.values["from"].value == "Gone" and "{from:text}" in moved.text


def test_row_order_and_equal_moves():
    moves = group_moves(NOW, BEFORE)
    mixed = GroupsBefore("v1", "2025-09-01", THEN.sample(frac=1, random_state=1), CENTRES, NO_CUTS)
    pd.testing.assert_frame_equal(moves, group_moves(NOW.sample(frac=1, random_state=2), mixed))
    level = table(("a0", "g3", "Owners"), ("b", "g1", "Yards"))
    text = move_findings(group_moves(level, BEFORE), BEFORE, assigned=True)[0].text
    assert "largest move" not in text, "two moves of one customer each: none is the largest"


def test_without_a_version_there_is_nothing_to_say():
    moves = group_moves(NOW, None)
    assert moves.empty and list(moves.columns) == list(group_moves(NOW, BEFORE).columns)
    assert move_findings(moves, None, assigned=False) == [] and formed_only(moves) == {
        "from_group_id": [],
        "group_id": [],
    }
    assert kept_groups(BEFORE, "refit") is None and kept_groups(BEFORE, "assign") is BEFORE


def test_nobody_was_or_is_there():
    nobody = GroupsBefore("v1", "2025-09-01", THEN.iloc[:0], CENTRES, NO_CUTS)
    assert move_findings(group_moves(NOW, nobody), nobody, assigned=True) == []
    assert (nobody.way_in, nobody.names, refit_proposal(nobody)) == ("", {}, {})
    gone = move_findings(group_moves(NOW.iloc[:0], BEFORE), BEFORE, assigned=True)
    assert [one.id for one in gone] == ["03.came_and_went"] and gone[0].values["part"].value == 1


def test_what_is_kept_and_asked():
    assert BEFORE.keeps("behaviour") and not BEFORE.keeps("rfm") and not BEFORE.keeps("rules")
    assert refit_scopes(BEFORE, "behaviour") == ["all"] and refit_scopes(BEFORE, "rules") == []
    assert refit_proposal(BEFORE)["all"][0] == "assign"
    scored = GroupsBefore(
        "v1", "2025-09-01", THEN.assign(assigned_by="rfm"), CENTRES.iloc[:0], pd.DataFrame({"a": [1]})
    )
    assert scored.keeps("rfm") and not scored.keeps("behaviour") and scored.channel is None
    assert possible_ways(("rfm", "rules"), BEFORE) == ("behaviour", "rfm", "rules")
    assert way_in_proposal("rfm", "why", BEFORE)[0] == "behaviour"


def features(values):
    frame = pd.DataFrame(np.nan, index=range(len(values)), columns=list(NAMES))
    return frame.assign(frequency=values, customer_id=[f"c{n}" for n in range(len(values))])


@pytest.mark.parametrize(("values", "expected"), [([1, 2, 9, 11], 1.0), ([1, 1.1, 1.2, 5, 5.1, 5.2], 0.0)])
def test_drift_by_hand(values, expected):
    assert drift(features(values), BEFORE) == expected


def test_drift_is_not_known_where_too_few_differ():
    assert np.isnan(drift(features([2, 2, 2]), BEFORE)) and np.isnan(drift(features([]), BEFORE))
