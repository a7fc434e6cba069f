"""Cost to serve by hand, and what may not change it."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import StepInputError
from helpers.method.cost_to_serve import add_costs, cost_of_events, cost_to_serve, events_without_cost

YEAR = {"start": "2026-01-01", "end": "2027-01-01"}
COLUMNS = ["customer_id", "date", "activity", "quantity", "minutes", "is_reactive"]
TYPES = {
    "customer_id": "str",
    "date": "datetime64[us]",
    "activity": "str",
    "quantity": float,
    "minutes": float,
    "is_reactive": "boolean",
}


def events(*rows) -> pd.DataFrame:
    """service_events as the reader of tables gives them."""
    return pd.DataFrame(rows, columns=COLUMNS).astype(TYPES)


def prices(*rows) -> pd.DataFrame:
    """activity_costs from (activity, unit_cost, cost_per_minute)."""
    table = pd.DataFrame(rows, columns=["activity", "unit_cost", "cost_per_minute"])
    return table.astype({"activity": "str", "unit_cost": float, "cost_per_minute": float})


PRICES = prices(("visit", 85.0, 0.9), ("call", None, 0.55), ("return", 4.1, None))
EVENTS = events(
    ("c1", "2026-01-01", "visit", None, 45, True),  # 45 x 0.90 = 40.50: time wins over the unit cost
    ("c1", "2026-02-01", "visit", 2, None, False),  # no minutes: 2 x 85.00 = 170.00
    ("c1", "2026-02-02", "visit", 3, 10, False),  # the minutes of all three visits: 10 x 0.90 = 9.00
    ("c1", "2026-02-03", "return", 3, 99, True),  # no price per minute: 3 x 4.10 = 12.30
    ("c2", "2026-03-01", "call", 5, None, True),  # by the minute only, and no minutes
    ("c2", "2026-03-02", "call", 5, 7, None),  # 7 x 0.55 = 3.85; a blank mark beside others is no
    ("c2", "2026-03-03", "return", 0, None, False),  # zero pieces were delivered, and cost nothing
    ("c3", "2026-12-31", "gift", None, None, False),  # nobody priced gifts
    ("c4", "2025-12-31", "visit", None, 60, True),  # before the period
    ("c4", "2027-01-01", "visit", None, 60, True),  # after it
)


def test_each_event_by_hand():
    found = cost_of_events(EVENTS, PRICES, **YEAR)
    cost = found["cost"].astype(object).where(found["cost"].notna(), None)
    assert cost.tolist() == [40.5, 170.0, 9.0, 12.3, None, 3.85, 0.0, None]
    by = ["time", "unit", "time", "unit", "no_minutes", "time", "unit", "no_price"]
    assert found["costed_by"].tolist() == by
    assert (found["customer_id"] != "c4").all()


def test_each_customer_by_hand():
    found = cost_to_serve(EVENTS, PRICES, **YEAR).set_index("customer_id")
    assert found.loc["c1"].tolist() == [4, 4, 231.8, 52.8]  # 40.50 + 170.00 + 9.00 + 12.30; 40.50 + 12.30
    assert found.loc["c2"].tolist() == [3, 2, 3.85, 0.0]
    assert found.loc["c3", ["events", "costed_events"]].tolist() == [1, 0]
    assert found.loc["c3", ["cost_to_serve", "reactive_cost"]].isna().all(), "unknown is not zero"
    assert list(found.index) == ["c1", "c2", "c3"]


def test_by_activity_it_is_the_same_money():
    found = add_costs(cost_of_events(EVENTS, PRICES, **YEAR), ["activity"]).set_index("activity")
    assert found["cost_to_serve"].to_dict() == pytest.approx(
        {"call": 3.85, "gift": float("nan"), "return": 12.3, "visit": 219.5}, nan_ok=True
    )
    assert found["events"].to_dict() == {"call": 2, "gift": 1, "return": 2, "visit": 3}


def test_what_cannot_be_costed_is_listed():
    found = events_without_cost(EVENTS, PRICES, **YEAR)
    assert found.columns.tolist() == ["activity", "reason", "events", "without_cost", "customers"]
    assert found.values.tolist() == [["call", "no_minutes", 2, 1, 1], ["gift", "no_price", 1, 1, 1]]
    assert events_without_cost(EVENTS.iloc[:4], PRICES, **YEAR).empty


def test_an_activity_with_a_row_but_no_price_is_not_priced():
    found = events_without_cost(EVENTS, prices(*PRICES.values.tolist(), ("gift", None, None)), **YEAR)
    assert found.set_index("activity").loc["gift", "reason"] == "no_price"


def test_without_prices_events_are_counted_and_nothing_is_costed():
    for costs in (None, prices()):
        found = cost_to_serve(EVENTS, costs, **YEAR)
        assert found["events"].tolist() == [4, 3, 1]
        assert found["costed_events"].tolist() == [0, 0, 0]
        assert found["cost_to_serve"].isna().all()
        assert events_without_cost(EVENTS, costs, **YEAR)["without_cost"].sum() == 8


@pytest.mark.parametrize("nothing", [None, events(), EVENTS.iloc[8:]], ids=["no table", "no row", "none in the period"])
def test_without_events_the_tables_are_empty_and_typed(nothing):
    found, without = cost_to_serve(nothing, PRICES, **YEAR), events_without_cost(nothing, PRICES, **YEAR)
    assert found.empty and without.empty
    assert found.dtypes.astype(str).to_dict() == {
        "customer_id": "str",
        "events": "int64",
        "costed_events": "int64",
        "cost_to_serve": "float64",
        "reactive_cost": "float64",
    }
    assert without.columns.tolist() == ["activity", "reason", "events", "without_cost", "customers"]


def test_optional_columns_may_be_absent():
    bare = EVENTS[["customer_id", "date", "activity"]]
    found = cost_to_serve(bare, PRICES[["activity", "unit_cost"]], **YEAR).set_index("customer_id")
    assert found.loc["c1", "cost_to_serve"] == 3 * 85 + 4.1
    assert found["reactive_cost"].isna().all(), "where nobody marked an event, the reactive part is unknown"
    by_minute = cost_of_events(bare, PRICES[["activity", "cost_per_minute"]], **YEAR)
    assert set(by_minute["costed_by"]) == {"no_minutes", "no_price"}


def test_marks_outside_the_period_show_that_the_client_marks():
    marked = EVENTS.assign(is_reactive=EVENTS["is_reactive"].where(EVENTS["customer_id"] == "c4"))
    assert cost_to_serve(marked, PRICES, **YEAR)["reactive_cost"].dropna().tolist() == [0.0, 0.0]


def test_two_rows_of_prices_are_refused():
    with pytest.raises(StepInputError, match='activity_costs: "visit" stands in two rows'):
        cost_to_serve(EVENTS, prices(("visit", 1, None), ("visit", 2, None)), **YEAR)


def test_more_than_money_can_be_is_refused():
    many = events(*[("c1", "2026-01-01", "visit", 1e9, None, False)] * 2)
    assert cost_to_serve(many, prices(("visit", 400_000, None)), **YEAR)["cost_to_serve"].item() == 8e14
    with pytest.raises(StepInputError, match="more than an amount of money"):
        cost_to_serve(many, prices(("visit", 500_000, None)), **YEAR)


amounts = st.one_of(st.none(), st.integers(0, 900).map(lambda number: number / 7))
one_event = st.tuples(
    st.sampled_from(["c1", "c2", "c3"]),
    st.sampled_from(["2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01"]),
    st.sampled_from(["visit", "call", "return", "gift"]),
    amounts,
    amounts,
    st.sampled_from([True, False, None]),
)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(one_event, max_size=25), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_and_every_way_of_adding_up_ties(rows, random):
    table = events(*rows)
    found = cost_to_serve(table, PRICES, **YEAR)
    shuffled = list(range(len(rows)))
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(
        found, cost_to_serve(table.iloc[shuffled], PRICES.iloc[::-1], **YEAR), check_exact=True
    )
    costed = cost_of_events(table, PRICES, **YEAR)
    activities = add_costs(costed, ["activity"])
    whole = round(found["cost_to_serve"].sum(), 4)
    assert whole == round(activities["cost_to_serve"].sum(), 4) == round(costed["cost"].sum(), 4)
    without = events_without_cost(table, PRICES, **YEAR)
    assert without["without_cost"].sum() == (found["events"] - found["costed_events"]).sum()
    assert (found["reactive_cost"].fillna(0) <= found["cost_to_serve"].fillna(0)).all()
