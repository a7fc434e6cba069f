"""Small clients for the tests of the rating: lines by hand or at random, and the summaries that the intake makes."""

from __future__ import annotations

import pandas as pd
from hypothesis import strategies as st

from helpers.client.schema import schema
from helpers.method.rating import family_weights, rate, rating_cuts
from helpers.method.rating_measures import customer_measures, measure_table

WINDOW = {"window_start": "2025-01-01", "current_start": "2026-01-01", "as_of": "2027-01-01"}
MONTHS = 24


def line(customer, date, revenue, category=None, listed=None, cost=None):
    """One line of transactions."""
    return {
        "customer_id": customer,
        "date": pd.Timestamp(date),
        "revenue": float(revenue),
        "category": category,
        "list_revenue": listed,
        "cost_of_goods": cost,
    }


def typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A table as the reader of tables gives it: all columns of its schema, each in its dtype."""
    return frame.reindex(columns=schema(name).names).astype({c.name: c.dtype for c in schema(name).columns})


def table_of(name: str, *rows: dict) -> pd.DataFrame:
    """A delivered table by hand; what a row does not say is missing."""
    frame = pd.DataFrame(list(rows))
    if "date" in frame:
        frame["date"] = pd.to_datetime(frame["date"])
    return typed(name, frame)


def days_of(lines: list[dict]) -> pd.DataFrame:
    """customer_days of these lines."""
    frame = pd.DataFrame(lines, columns=list(line("c", "2026-01-01", 1)))
    keys = [frame["customer_id"].astype("str").fillna(""), frame["date"]]
    numbers = frame[["revenue", "list_revenue", "cost_of_goods"]].astype(float)
    sums, full = numbers.groupby(keys).sum().round(4), numbers.isna().groupby(keys).sum() == 0
    days = sums.where(full)
    days["lines"] = frame.groupby(keys).size()
    days["positive_lines"] = (frame["revenue"] > 0).groupby(keys).sum()
    days["orders"] = (days["positive_lines"] > 0).astype(int)
    days["returned"] = (-frame["revenue"].astype(float)).clip(lower=0).groupby(keys).sum().round(4)
    days = typed("customer_days", days.reset_index())
    days["customer_id"] = days["customer_id"].where(days["customer_id"] != "")
    return days


def summary_of(lines: list[dict], contracts: tuple[str, ...] = (), window: dict = WINDOW) -> pd.DataFrame:
    """customer_summary of these lines; `contracts` names those with a running one."""
    rows = []
    named = {row["customer_id"] for row in lines if row["customer_id"] is not None}
    for customer in sorted({*named, *contracts}):
        history = [row for row in lines if row["customer_id"] == customer]
        recent = [row for row in history if row["date"] >= pd.Timestamp(window["window_start"])]
        bought = [row for row in recent if row["revenue"] > 0]
        late = [row for row in recent if row["date"] >= pd.Timestamp(window["current_start"])]
        listed = [row["list_revenue"] for row in recent]
        ever = any(row["revenue"] > 0 for row in history)
        now, before = round(sum(row["revenue"] for row in late), 4), [row for row in recent if row not in late]
        rows.append(
            {
                "customer_id": customer,
                "status": "active" if bought or customer in contracts else "dormant" if ever else "never",
                "first_date": min((row["date"] for row in history), default=pd.NaT),
                "last_date": max((row["date"] for row in history), default=pd.NaT),
                "lines": len(recent),
                "orders": len({row["date"] for row in bought}),
                "order_days": len({row["date"] for row in bought}),
                "categories": len({row["category"] for row in bought} - {None}),
                "revenue": round(sum(row["revenue"] for row in recent), 4),
                "revenue_prior": round(sum(row["revenue"] for row in before), 4),
                "revenue_current": now,
                "list_revenue": round(sum(listed), 4) if recent and None not in listed else None,
            }
        )
    return typed("customer_summary", pd.DataFrame(rows))


def measured(lines: list[dict], contracts: tuple[str, ...] = (), **delivered) -> pd.DataFrame:
    """customer_measures of these lines, by customer."""
    table = customer_measures(summary_of(lines, contracts), days_of(lines), **WINDOW, window_months=MONTHS, **delivered)
    return table.set_index("customer_id")


def rated(lines: list[dict], contracts: tuple[str, ...] = (), weights=None, **options) -> pd.DataFrame:
    """customer_ratings of these lines, by customer, all the way through."""
    measures = measured(lines, contracts).reset_index()
    counts = measure_table(measures, family_weights(weights))
    return rate(measures, counts, cuts=rating_cuts(), **options).set_index("customer_id")


cents = st.integers(-5_000, 50_000).filter(bool)
days_back = st.integers(1, 1_000).map(lambda back: pd.Timestamp(WINDOW["as_of"]) - pd.Timedelta(days=back))


@st.composite
def line_lists(draw, most_customers: int = 8):
    """Lines of a random client in whole cents. Returns, blanks, dormant customers and lines without one occur."""
    customers = [*(f"c{number}" for number in range(draw(st.integers(2, most_customers)))), None]
    rows = draw(st.lists(st.tuples(st.sampled_from(customers), days_back, cents), min_size=1, max_size=40))
    lines = []
    for customer, date, amount in rows:
        category = draw(st.sampled_from(["tea", "cups", "sugar", None]))
        listed = draw(st.sampled_from([1.0, 1.1, 1.25])) if amount > 0 else 1.0
        part = draw(st.sampled_from([0.4, 0.5, 0.75]))
        one = line(customer, date, amount / 100, category, round(amount * listed) / 100, round(amount * part) / 100)
        if draw(st.integers(0, 19)) == 0:
            one["cost_of_goods"] = None
        lines.append(one)
    return lines
