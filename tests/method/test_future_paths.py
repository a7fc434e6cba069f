"""Paths of groups that are out of step: what the rule proposes, what is in force, and what cannot be walked."""

import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.future_findings import path_findings
from helpers.method.future_paths import WAYS, proposed_paths, transition_paths

WHEN = {"as_of": "2026-09-01", "window_months": 24}


def stands(*rows):
    table = pd.DataFrame(rows, columns=["group_id", "stand", "revenue", "cost_to_serve"])
    return table.assign(group_name="Group", customers=40, fails="Profitable, Same direction")


def profit(**high):
    return pd.DataFrame({"group_id": list(high), "profit_high": list(high.values())})


OUT = ("g4", "out_of_step", 1000.0, 400.0)
LEAD = ("g1", "leads", 3000.0, 400.0)  # both together: a fifth of revenue


def test_gentle_ways_first_and_cost_in_a_year():
    path, why = proposed_paths(stands(LEAD, OUT), profit(g4=5.0), **WHEN)["g4"]
    assert path == {
        "reprice": {"place": 1, "by": "2026-12-01"},
        "self_serve": {"place": 2, "by": "2027-03-01", "cost_released": 100},  # (400 - a fifth of 1,000) / 2 years
        "partner": {"place": 3, "by": "2027-09-01", "cost_released": 100},
    }
    assert why.startswith("It fails Profitable, Same direction.") and "more to serve" in why


def test_what_surely_loses_ends():
    path, why = proposed_paths(stands(LEAD, OUT), profit(g4=-1.0), **WHEN)["g4"]
    assert list(path) == ["reprice", "self_serve", "end"] and why.endswith("We surely lose money on it.")


def test_who_costs_no_more_than_others_is_not_led_to_self_service():
    path, _ = proposed_paths(stands(LEAD, ("g4", "out_of_step", 1000.0, 50.0)), profit(), **WHEN)["g4"]
    assert list(path) == ["reprice", "partner"] and path["partner"]["cost_released"] == 25


@pytest.mark.parametrize("cost", [float("nan"), 0.0])
def test_without_a_known_cost_none_is_said_to_be_released(cost):
    path, _ = proposed_paths(stands(("g4", "out_of_step", 1000.0, cost)), profit(), **WHEN)["g4"]
    assert list(path) == ["reprice", "partner"] and not [row for row in path.values() if "cost_released" in row]


def test_only_groups_out_of_step_get_a_path():
    others = [
        (f"g{place}", stand, 1.0, 1.0) for place, stand in enumerate(["leads", "open", "held_back", "not_tested"])
    ]
    assert proposed_paths(stands(*others), profit(), **WHEN) == {}
    assert proposed_paths(stands(), profit(), **WHEN) == {}


def test_a_proposal_can_be_taken_as_it_is():
    table = stands(LEAD, OUT)
    proposed = {group: path for group, (path, _) in proposed_paths(table, profit(), **WHEN).items()}
    found = transition_paths(table, proposed)
    assert found["way"].tolist() == ["reprice", "self_serve", "partner"]
    assert found["cost_released"].sum() == 200 and found["by"].max() == pd.Timestamp("2027-09-01")
    said = path_findings(found)[0]
    assert said.values["released"].value == 200 and said.n == 40


def test_ways_in_their_order_and_those_without_a_place_left_out():
    said = {"end": {"place": 2}, "reprice": {"place": 1, "how": "by letter"}, "partner": {"place": None, "how": "no"}}
    found = transition_paths(stands(OUT), {"g4": said})
    assert found[["place", "way"]].values.tolist() == [[1, "reprice"], [2, "end"]]
    assert found["by"].isna().all() and "last" not in path_findings(found)[0].values


def test_nothing_chosen_is_an_empty_table():
    found = transition_paths(stands(OUT), {})
    assert found.empty and path_findings(found) == []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"sell": {"place": 1}}, 'names "sell". Expected ' + ", ".join(list(WAYS)[:3])),
        ({"reprice": {"place": 0}}, "has the places"),
        ({"reprice": {"place": 1.5}}, "has the places"),
        ({"reprice": {"place": 1}, "end": {"place": 1}}, "two ways in one place"),
        (
            {"reprice": {"place": 1, "by": "2027-09-01"}, "end": {"place": 2, "by": "2027-03-01"}},
            "a later way is due before an earlier one",
        ),
        ({"end": {"place": 1, "cost_released": -5}}, "end releases less than nothing"),
    ],
)
def test_a_path_that_cannot_be_walked_is_refused(said, words):
    with pytest.raises(StepInputError, match="decision g4.transition") as stop:
        transition_paths(stands(OUT), {"g4": said})
    assert words in str(stop.value)
