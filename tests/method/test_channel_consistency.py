"""Weakest links: by hand, ties, too few answers, and how sure it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.channel_choice import COLUMNS as CHOICE
from helpers.method.channel_consistency import channel_consistency, rating_spread, unknown_groups
from helpers.method.channel_findings import channel_assumptions, channel_cannot_say, channel_findings

GROUPS = pd.DataFrame({"group_id": ["g1", "g2"], "group_name": ["Yards", "Fleets"]})
NO_CHOICE = pd.DataFrame(columns=CHOICE).astype({"part_of_revenue": float, "result_rate": float, "trend": "str"})


def contacts(*rows, **more) -> pd.DataFrame:
    """Contact, function, group, score, importance, answers."""
    names = ["touchpoint", "business_function", "customer_group", "touchpoint_score", "importance", "responses"]
    return pd.DataFrame(rows, columns=names).assign(**more)


KNOWN = contacts(
    ("Quay", "delivery", "g1", 8.0, 0.5, 40),
    ("Van", "delivery", "g1", 7.0, 0.1, 40),
    ("Visit", "sales", "g1", 7.0, 0.2, 40),
    ("Hotline", "support", "g1", 5.0, 0.1, 40),
    ("Letter", "support", "g1", 6.5, 0.1, 40),
    ("Quay", "delivery", "Fleets", 6.0, 3.0, 40),
    ("Hotline", "support", "Fleets", 9.0, 1.0, 40),
)


def of(table: pd.DataFrame, group: str) -> pd.DataFrame:
    return table[table["group_id"] == group].set_index("touchpoint")


def findings(table: pd.DataFrame) -> dict:
    return {one.id: one for one in channel_findings(table, NO_CHOICE)}


def test_links_by_hand():
    table = channel_consistency(KNOWN, GROUPS)
    yards, fleets = of(table, "g1"), of(table, "g2")
    # delivery is best of all with (8 + 7) / 2
    assert yards["best_function"].unique().tolist() == ["delivery"] and yards["best_score"].unique().tolist() == [7.5]
    costs = {"Hotline": 0.25, "Visit": 0.1, "Letter": 0.1, "Van": 0.05, "Quay": -0.25}
    assert yards["cost"].to_dict() == pytest.approx(costs)
    assert yards["place"].tolist() == [1, 2, 2, 4, 5] and yards.index[yards["weakest"]].tolist() == ["Hotline"]
    # what matters three times as much costs more, on whatever scale importance is
    assert fleets["cost"].to_dict() == pytest.approx({"Quay": 0.75 * 3, "Hotline": 0.0})
    told = findings(table)
    assert told["11.weakest_link.g1"].values["cost"].value == 0.25
    assert told["11.weakest_link.g1"].n == 40 and "probably" in told["11.weakest_link.g1"].text
    assert told["11.weakest_function"].values["functions"].value == "Delivery and support"


def test_rows_order_names_and_ids_do_not_matter():
    table = channel_consistency(KNOWN, GROUPS, spread=2.0)
    mixed = channel_consistency(KNOWN.sample(frac=1, random_state=1), GROUPS.iloc[::-1], spread=2.0)
    pd.testing.assert_frame_equal(table, mixed)
    renamed = channel_consistency(KNOWN.replace("Fleets", "g2"), GROUPS, spread=2.0)
    pd.testing.assert_frame_equal(table, renamed)


def test_equal_links_are_all_the_weakest():
    even = contacts(
        ("A", "sales", "g1", 5.0, 0.25, 40), ("B", "support", "g1", 5.0, 0.25, 40), ("C", "product", "g1", 8.0, 0.5, 40)
    )
    table = channel_consistency(even, GROUPS)
    assert table["weakest"].tolist() == [True, True, False] and table["place"].tolist() == [1, 1, 3]
    told = findings(table)["11.weakest_link.g1"]
    assert "equally weak" in told.text and told.values["contact"].value == "A and B"
    level = channel_consistency(even.assign(touchpoint_score=5.0), GROUPS)
    assert not level["weakest"].any() and level["best_function"].iloc[0] == "product; sales; support"
    assert findings(level) == {}


def test_few_answers_are_not_judged_and_set_no_standard():
    few = contacts(
        ("A", "sales", "g1", 9.9, 0.2, 9), ("B", "support", "g1", 5.0, 0.4, 10), ("C", "product", "g1", 8.0, 0.4, 10)
    )
    table = channel_consistency(few, GROUPS).set_index("touchpoint")
    assert table["judged"].to_dict() == {"B": True, "C": True, "A": False}
    assert table.loc["B", "best_function"] == "product" and table.loc["B", "cost"] == pytest.approx(0.4 * 3)
    assert np.isnan(table.loc["A", "cost"]) and table.loc["A", "why_not"] == "Fewer than ten answers."
    asked = [one.question for one in channel_cannot_say(table.reset_index(), NO_CHOICE)]
    assert "Is A a weak link?" in asked
    # unknown numbers of answers are judged, without an interval
    blank = channel_consistency(few.assign(responses=np.nan), GROUPS, spread=2.0)
    assert blank["judged"].all() and blank["cost_low"].isna().all() and blank["weakest_chance"].isna().all()
    assert findings(blank)["11.weakest_link.g1"].n is None


def test_several_rows_of_a_contact_are_one():
    twice = contacts(
        ("A", "sales", "g1", 4.0, 0.5, 30), ("A", "sales", "g1", 8.0, 0.5, 10), ("B", "support", "g1", 8.0, 0.5, 10)
    )
    table = channel_consistency(twice, GROUPS).set_index("touchpoint")
    assert table.loc["A", ["score", "responses", "importance"]].tolist() == [5.0, 40, 0.5]


def test_what_nobody_weighed_or_compared_is_said():
    table = channel_consistency(KNOWN.drop(columns="importance"), GROUPS)
    assert table["gap"].notna().all() and table["cost"].isna().all() and not table["weakest"].any()
    assert any("importance" in one.unlocked_by for one in channel_cannot_say(table, NO_CHOICE))
    one = channel_consistency(contacts(("A", "sales", "g1", 4.0, 0.5, 30), ("B", "Sales ", "g2", 4.0, 0.5, 30)), GROUPS)
    assert not one["judged"].any() and findings(one) == {}


def test_groups_that_are_not_named_or_not_ours():
    strange = KNOWN.assign(customer_group=["Yachts"] * 3 + [None] * 4)
    table = channel_consistency(strange, GROUPS)
    assert table["group_id"].unique().tolist() == ["all", "no_group"]
    assert unknown_groups(strange, GROUPS) == ("Yachts",) and unknown_groups(None, GROUPS) == ()
    assert "11.weakest_link.no_group" not in findings(table) and "11.weakest_link.all" in findings(table)
    assert "Yachts" in channel_cannot_say(table, NO_CHOICE, unknown_groups(strange, GROUPS))[-1].question


def test_limits():
    for nothing in (None, KNOWN.iloc[:0]):
        table = channel_consistency(nothing, GROUPS)
        assert table.empty and findings(table) == {}
        assert channel_cannot_say(table, NO_CHOICE)[0].because == "No contact was rated."
        assert channel_assumptions(table, NO_CHOICE) == []
    assert channel_consistency(KNOWN.iloc[:1], None).loc[0, "why_not"].startswith("Only one function")
    with pytest.raises(StepInputError, match="above zero"):
        channel_consistency(KNOWN, GROUPS, spread=0.0)


def test_the_spread_of_ratings():
    assert rating_spread(None) is None and rating_spread(pd.DataFrame({"driver_a": [3.0], "recommend": [9]})) is None
    # two questions with means of their own: 1, 3 and 5, 9 lie 1.41 and 2.83 apart
    two = pd.DataFrame({"driver_a": [1.0, 3.0, np.nan], "driver_b": [5.0, np.nan, 9.0], "competitor_a": 1.0})
    assert rating_spread(two) == pytest.approx(np.sqrt((2 + 8) / 2))


def test_intervals_hold_what_they_should():
    """Surveys of three functions whose true scores are known; and a chance of being weakest says how often it is."""
    rng, true = np.random.default_rng(5), np.array([7.5, 6.5, 6.2])
    base = contacts(("A", "a", "g1", 0, 0.3, 40), ("B", "b", "g1", 0, 0.3, 40), ("C", "c", "g1", 0, 0.4, 40))
    held, right, chances = 0, 0, []
    for _ in range(40):
        scores = true + rng.normal(0, 2 / np.sqrt(40), 3)
        table = channel_consistency(base.assign(touchpoint_score=scores), GROUPS, spread=2.0).set_index("touchpoint")
        truth = pd.Series(true, ["A", "B", "C"]).reindex(table.index)
        held += int(((table["score_low"] <= truth) & (truth <= table["score_high"])).sum())
        right += table.loc["C", "weakest"]
        chances.append(table.loc["C", "weakest_chance"])
    assert 0.84 <= held / 120 <= 0.97
    assert 0.5 < right / 40 < 1 and np.mean(chances) == pytest.approx(right / 40, abs=0.12)
