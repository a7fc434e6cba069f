"""The map of drivers, what they cost and who needs what, against tables worked by hand."""

import numpy as np
import pandas as pd
import pytest

from helpers.method.driver_costs import driver_costs, driver_of_activity
from helpers.method.driver_map import TOLD, driver_map
from helpers.method.survey_answers import survey_answers
from helpers.method.top_needs import COLUMNS, speaks_of, top_needs, words_of

PERIOD = {"start": "2026-01-01", "end": "2027-01-01"}


def performance(**rows: tuple[float, float, float]) -> pd.DataFrame:
    """Advantage, low and high by driver, of all customers."""
    table = pd.DataFrame(rows, index=["advantage", "advantage_low", "advantage_high"]).T
    said = {"group_id": "all", "group_name": "All customers", "driver": table.index, "label": table.index.str.title()}
    return table.astype(float).assign(**said, customers=50).reset_index(drop=True)


def importance(**chance: float) -> pd.DataFrame:
    """P(importance >= 1/p) by driver, of all customers; importance itself is an equal part."""
    known = {"group_id": "all", "driver": list(chance), "p_important": list(chance.values())}
    rest = dict.fromkeys(("importance", "importance_low", "importance_high"), 1 / len(chance))
    return pd.DataFrame(known | rest | {"borrowed_part": 0.0})


AHEAD, BEHIND, OPEN, UNKNOWN = (1.0, 0.2, 1.8), (-1.0, -1.8, -0.2), (0.1, -0.5, 0.7), (np.nan,) * 3


@pytest.mark.parametrize(
    ("chance", "compared", "place"),
    [
        (0.80, AHEAD, "win_on"),
        (1.00, BEHIND, "fix_first"),
        (0.95, OPEN, "contested"),
        (0.79, AHEAD, "undecided"),
        (0.21, BEHIND, "undecided"),
        (0.20, AHEAD, "over_served"),
        (0.00, OPEN, "keep"),
        (0.10, BEHIND, "keep"),
        (np.nan, AHEAD, "cannot_say"),
        (0.95, UNKNOWN, "cannot_say"),
    ],
)
def test_each_place_by_the_table_of_the_method(chance, compared, place):
    assert driver_map(performance(price=compared), importance(price=chance))["place"].tolist() == [place]


def test_an_interval_that_touches_zero_holds_it():
    touching = performance(price=(0.5, 0.0, 1.0), advice=(-0.5, -1.0, 0.0))
    assert driver_map(touching, importance(price=0.9, advice=0.9))["place"].tolist() == ["contested"] * 2


def test_winning_is_dear_where_it_takes_more_of_the_cost_than_it_counts():
    costs = pd.DataFrame({"group_id": "all", "driver": ["price", "advice"], "cost_to_serve": [30.0, 70.0]})
    costs["part_of_cost"] = costs["cost_to_serve"] / 100
    found = driver_map(performance(price=AHEAD, advice=AHEAD), importance(price=0.9, advice=0.9), costs)
    assert found["win"].tolist() == ["win_profitably", "win_costly"]
    beaten = driver_map(performance(price=BEHIND, advice=AHEAD), importance(price=0.9, advice=0.9), costs)
    assert beaten["win"].isna().tolist() == [True, False]
    assert driver_map(performance(price=AHEAD), importance(price=0.9))["win"].isna().all()


def test_a_driver_left_out_of_importance_keeps_its_row():
    found = driver_map(performance(price=AHEAD, new=AHEAD), importance(price=0.9))
    assert found["driver"].tolist() == ["price", "new"] and found["place"].tolist() == ["win_on", "cannot_say"]
    nothing = driver_map(performance(price=AHEAD).head(0), importance(price=0.9).head(0))
    assert nothing.empty and set(TOLD) <= set(nothing.columns)


# ---- cost by driver --------------------------------------------------------------------------------------------------

EVENTS = pd.DataFrame(
    {
        "customer_id": ["c1", "c1", "c2", "c9"],
        "date": pd.to_datetime(["2026-02-01", "2026-03-01", "2026-03-01", "2026-04-01"]),
        "activity": ["van", "advice call", "van", "dunning"],
    }
)
COSTS = pd.DataFrame(
    {
        "activity": ["van", "advice call", "dunning", "new"],
        "unit_cost": [6.0, 2.0, 5.0, 1.0],
        "driver": ["On-Time", "advice", None, "taste"],
    }
)
GROUPS = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": ["g1", "g2"]})


def test_costs_by_driver_of_all_and_of_each_group():
    found = driver_costs(EVENTS, COSTS, GROUPS, ["advice", "on_time", "price"], **PERIOD)
    rows = found[["group_id", "driver", "cost_to_serve", "part_of_cost"]].values.tolist()
    assert rows == [
        *(["all", "advice", 2.0, 1 / 7], ["all", "on_time", 12.0, 6 / 7], ["all", "price", 0.0, 0.0]),
        *(["g1", "advice", 2.0, 0.25], ["g1", "on_time", 6.0, 0.75], ["g1", "price", 0.0, 0.0]),
        *(["g2", "advice", 0.0, 0.0], ["g2", "on_time", 6.0, 1.0], ["g2", "price", 0.0, 0.0]),
    ]


def test_groups_order_and_period_of_costs():
    shuffled = driver_costs(EVENTS.iloc[::-1], COSTS.iloc[::-1], GROUPS, ["advice", "on_time"], **PERIOD)
    pd.testing.assert_frame_equal(shuffled, driver_costs(EVENTS, COSTS, GROUPS, ["advice", "on_time"], **PERIOD))
    later = driver_costs(EVENTS, COSTS, None, ["on_time"], start="2026-03-01", end="2027-01-01")
    assert later[["group_id", "cost_to_serve"]].values.tolist() == [["all", 6.0]]


@pytest.mark.parametrize(
    ("events", "costs"),
    [(None, COSTS), (EVENTS, None), (EVENTS, COSTS.drop(columns="driver")), (EVENTS.head(0), COSTS)],
)
def test_nothing_where_no_cost_serves_a_driver(events, costs):
    found = driver_costs(events, costs, GROUPS, ["advice", "on_time"], **PERIOD)
    assert found.empty and list(found.columns) == ["group_id", "driver", "cost_to_serve", "part_of_cost"]


def test_drivers_of_activities_match_as_words():
    assert driver_of_activity(COSTS, ["on time", "taste", "price"]) == {"van": "on time", "new": "taste"}


# ---- needs -----------------------------------------------------------------------------------------------------------


def needs_of(parts: dict[str, float], borrowed: float = 0.0, remarks: dict[str, tuple[str, int]] | None = None):
    """The top needs of one group, g1, with these parts of importance; remarks are text and rating by driver."""
    drivers = list(parts)
    table = pd.DataFrame({"driver": drivers, "label": [name.title() for name in drivers], "group_id": "g1"})
    table = table.assign(group_name="Yards", customers=40, importance=list(parts.values()), borrowed_part=borrowed)
    table = table.assign(importance_low=0.0, importance_high=1.0, p_important=0.5, advantage=0.0, place="undecided")
    survey = pd.DataFrame({"customer_id": [f"c{n}" for n in range(12)], "verbatim": None}).astype({"verbatim": "str"})
    for name in drivers:
        survey[f"driver_{name}"] = [4, 6] * 6
    for at, (driver, (text, rating)) in enumerate((remarks or {}).items()):
        survey.loc[at, "verbatim"] = text
        survey.loc[at, f"driver_{driver.rstrip('2')}"] = rating
    members = pd.DataFrame({"customer_id": survey["customer_id"], "group_id": "g1"})
    return top_needs(table, survey_answers(survey, members, **PERIOD))


def test_the_three_most_important_and_ties_at_the_border():
    found = needs_of({"price": 0.1, "advice": 0.4, "range": 0.2, "delivery": 0.2, "quality": 0.1})
    assert found[["label", "rank"]].values.tolist() == [["Advice", 1], ["Range", 2], ["Delivery", 2]]
    tied = needs_of({"price": 0.4, "advice": 0.2, "range": 0.2, "delivery": 0.2})
    assert tied["rank"].tolist() == [1, 2, 2, 2]
    assert list(found.columns) == list(COLUMNS)


def test_a_group_that_only_borrows_has_no_needs_of_its_own():
    assert needs_of({"price": 0.6, "advice": 0.4}, borrowed=1.0).empty
    assert len(needs_of({"price": 0.6, "advice": 0.4}, borrowed=0.99)) == 2


def test_a_typical_voice_and_not_the_loudest():
    remarks = {
        "delivery": ("All fine. The van delivers when you say.", 5),
        "delivery2": ("Delivery is a lottery!", 0),
        "price": ("Fair prices.", 5),  # two words say nothing
    }
    found = needs_of({"delivery": 0.7, "price": 0.3}, remarks=remarks).set_index("driver")["in_their_words"]
    assert found["delivery"] == "The van delivers when you say."
    assert pd.isna(found["price"])


@pytest.mark.parametrize(
    ("label", "remark", "speaks"),
    [
        ("Delivery", "Deliveries are on time.", True),
        ("On time", "They come in time.", True),
        ("Ordering", "I order at night.", True),
        ("Ordering", "The border is closed.", False),
        ("Complaints", "My complaint was heard.", True),
        ("Quality", "Parts last.", False),
        ("IT", "It is fine with us.", False),
    ],
)
def test_which_remarks_speak_of_a_driver(label, remark, speaks):
    assert speaks_of(pd.Series([remark]), label).tolist() == [speaks]


def test_short_words_name_no_driver():
    assert words_of("IT") == () and words_of("Price") == ("pric",)
