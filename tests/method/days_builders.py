"""customer_days for tests: by hand, and drawn at random."""

from __future__ import annotations

import pandas as pd
from hypothesis import strategies as st

from helpers.client.schema import schema


def days(*rows: tuple) -> pd.DataFrame:
    """customer_days from (customer, day, revenue) or (customer, day, revenue, positive lines).

    Columns and dtypes are those of the reader; what is not given is empty. Without the fourth, a day of revenue above
    zero has one positive line, and any other day none.
    """
    table = pd.DataFrame([(*row, int(row[2] > 0)) if len(row) == 3 else row for row in rows])
    table = (
        table.set_axis(["customer_id", "date", "revenue", "positive_lines"], axis=1) if len(rows) else pd.DataFrame()
    )
    columns = schema("customer_days").columns
    table = table.reindex(columns=[column.name for column in columns])
    table["lines"], table["orders"] = table["positive_lines"].clip(lower=1), table["positive_lines"].clip(upper=1)
    table["returned"] = 0.0
    return table.astype({column.name: column.dtype for column in columns})


@st.composite
def histories(draw, first: str = "2024-02-20", last: str = "2026-12-31"):
    """customer_days of a few customers over up to three years; returns, free items and lines of nobody occur.

    The smallest unit of the tables occurs too, and equal amounts, since a bridge has to close over them.
    """
    customers = st.sampled_from(["c1", "c2", "c3", "c4", "c5", "c6", None])
    offsets = st.integers(0, (pd.Timestamp(last) - pd.Timestamp(first)).days)
    keys = draw(st.lists(st.tuples(customers, offsets), max_size=30, unique=True))
    amounts = st.one_of(st.integers(-50_000, 900_000), st.sampled_from([0, 1, 49, 50, 100_000])).map(
        lambda n: n / 10_000
    )
    rows = []
    for customer, offset in keys:
        amount = draw(amounts)
        positive = draw(st.integers(1, 3)) if amount > 0 else draw(st.integers(0, 1))
        rows.append((customer, pd.Timestamp(first) + pd.Timedelta(days=offset), amount, positive))
    return days(*rows)


def renamed(customer_days: pd.DataFrame) -> pd.DataFrame:
    """The same history under other ids, whose order is another one."""
    ids = customer_days["customer_id"].map({f"c{number}": f"k{9 - number}" for number in range(1, 7)})
    return customer_days.assign(customer_id=ids.astype("str"))
