"""Sales, service and prices for the tests of profit: by hand, and drawn at random."""

from __future__ import annotations

import pandas as pd
from hypothesis import strategies as st

WINDOW = {"start": "2026-01-01", "as_of": "2027-01-01"}
YEAR = WINDOW | {"window_months": 12}


def sold(*rows: tuple) -> pd.DataFrame:
    """customer_days from (customer, day, revenue, cost of goods) and, where it is another sum, list revenue."""
    table = pd.DataFrame(
        [(*row, row[2]) if len(row) == 4 else row for row in rows],
        columns=["customer_id", "date", "revenue", "cost_of_goods", "list_revenue"],
    )
    kinds = {"customer_id": "str", "date": "datetime64[us]"}
    table = table.astype(kinds | dict.fromkeys(("revenue", "cost_of_goods", "list_revenue"), float))
    return table.assign(positive_lines=(table["revenue"] > 0).astype("Int64"))


def served(*rows: tuple) -> pd.DataFrame:
    """service_events from (customer, day, activity, quantity)."""
    table = pd.DataFrame(rows, columns=["customer_id", "date", "activity", "quantity"])
    return table.astype({"customer_id": "str", "date": "datetime64[us]", "activity": "str", "quantity": float})


def priced(**unit_costs: float) -> pd.DataFrame:
    """activity_costs, by the piece."""
    table = pd.DataFrame({"activity": list(unit_costs), "unit_cost": list(unit_costs.values())})
    return table.astype({"activity": "str", "unit_cost": float})


def known(**status: str) -> pd.DataFrame:
    """customer_summary: the customers and their status."""
    return pd.DataFrame({"customer_id": list(status), "status": list(status.values())}).astype("str")


def grouped(**group_of: str) -> pd.DataFrame:
    """Groups: customers and the id of theirs, which is named by it."""
    table = pd.DataFrame({"customer_id": list(group_of), "group_id": list(group_of.values())}).astype("str")
    return table.assign(group_name="Group " + table["group_id"])


PRICES = priced(visit=40.0, call=2.5)
GROUPS = grouped(c1="g1", c2="g1", c3="g2", c9="g3")


@st.composite
def books(draw):
    """(customer_days, service_events) of a few customers in 2026; some costs, prices and customers are unknown."""
    cents = st.integers(-20_000, 90_000).map(lambda number: number / 10_000)
    dates = st.sampled_from([f"2026-{month:02d}-15" for month in range(1, 13)] + ["2025-12-31", "2027-01-01"])
    people = st.sampled_from(["c1", "c2", "c3", "c4", None])
    unsure = st.one_of(cents, st.none())
    keys = draw(st.lists(st.tuples(people, dates), max_size=12, unique=True))
    rows = [(*key, draw(cents), draw(unsure), draw(unsure)) for key in keys]
    buyers = st.sampled_from(["c1", "c2", "c3", "c4", "c5"])
    activity = st.sampled_from(["visit", "call", "call", "gift"])
    events = draw(st.lists(st.tuples(buyers, dates, activity, st.integers(0, 3)), max_size=8))
    return sold(*rows), served(*events)


def other_ids(table: pd.DataFrame) -> pd.DataFrame:
    """The same rows under other ids, whose order is another one."""
    return table.assign(customer_id=table["customer_id"].map({f"c{n}": f"k{9 - n}" for n in range(10)}).astype("str"))


def shuffled(table: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    return table.sample(frac=1, random_state=seed)
