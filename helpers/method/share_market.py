"""The market of the window: which year's sizes may stand beside our revenue, and our revenue of that same year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from helpers.errors import StepInputError, listed
from helpers.method.money import whole_money
from helpers.method.share_wallets import all_lines, quarters_of


@dataclass(frozen=True)
class Market:
    """Market sizes of one year by category, and our revenue of that year.

    `state`: exact = our revenue is that of the year; scaled = of the window, scaled by days to the year; no_table = no
    sizes were delivered; no_year = no delivered year fits the window.
    """

    state: Literal["exact", "scaled", "no_table", "no_year"]
    year: int | None = None
    sizes: Mapping[str, float] = field(default_factory=dict)
    revenue: Mapping[str, float] = field(default_factory=dict)


def market_of_window(
    customer_category: pd.DataFrame,
    markets: pd.DataFrame | None,
    *,
    window_start: object,
    as_of: object,
    customer_quarter: pd.DataFrame | None = None,
) -> Market:
    """The market year that the window can be compared with.

    The latest year that lies whole in the window; else the latest that covers at least half of the window.

    Parameters
    ----------
    customer_category : DataFrame, one row per customer and category of the window
        Lines without a customer are revenue too.
    markets : DataFrame, one row per segment and year, or None
        segment (the name of a category), year, market_size. A size of zero or below is no measurement.
    window_start, as_of : date
        The window is window_start <= date < as_of.
    customer_quarter : DataFrame, one row per customer, quarter and category, optional
        Where its quarters make up the year, they are our revenue of it; else that of the window is scaled by days.

    Raises
    ------
    StepInputError
        If `markets` holds a segment twice for the year.

    Examples
    --------
    >>> sold = pd.DataFrame({"customer_id": ["c1"], "category": ["tea"], "revenue": [40.0]})
    >>> sizes = pd.DataFrame({"segment": ["tea"], "year": [2026], "market_size": [800.0]})
    >>> market_of_window(sold, sizes, window_start="2026-01-01", as_of="2027-01-01").revenue
    {'tea': 40.0}
    """
    if markets is None or markets.empty:
        return Market("no_table")
    start, end = pd.Timestamp(window_start), pd.Timestamp(as_of)
    year = _fitting_year({int(year) for year in markets["year"]}, start, end)
    if year is None:
        return Market("no_year")
    rows = markets[markets["year"].astype(int) == year]
    twice = sorted(set(rows.loc[rows["segment"].duplicated(), "segment"].astype(str)))
    if twice:
        raise StepInputError(
            f"markets: {listed(twice)} stands in the year {year} more than once. One size is expected for each segment."
        )
    rows = rows[rows["market_size"] > 0]
    sizes = dict(zip(rows["segment"].fillna(""), rows["market_size"].astype(float), strict=True))
    first, after = pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)
    lines, factor, state = all_lines(customer_category), (after - first).days / (end - start).days, "scaled"
    if (first, after) == (start, end):
        factor, state = 1.0, "exact"
    elif customer_quarter is not None:
        quarters = quarters_of(customer_quarter)
        quarters = quarters[(quarters["quarter_start"] >= first) & (quarters["quarter_end"] < after)]
        days = (quarters["quarter_end"] - quarters["quarter_start"]).dt.days + 1
        if days.sum() == (after - first).days:
            lines, factor, state = all_lines(customer_quarter), 1.0, "exact"
            lines = lines[lines["quarter_start"].isin(quarters["quarter_start"])]
    revenue = whole_money(lines.groupby("category")["revenue"].sum() * factor)
    return Market(state, year, sizes, revenue.to_dict())


def _fitting_year(years: set[int], start: pd.Timestamp, end: pd.Timestamp) -> int | None:
    """The latest year whole in the window, else the latest that covers at least half of it."""
    spans = {year: (pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)) for year in years}
    whole = [year for year, (first, after) in spans.items() if first >= start and after <= end]
    half = [
        year
        for year, (first, after) in spans.items()
        if 2 * (min(after, end) - max(first, start)).days >= (end - start).days
    ]
    return max(whole or half, default=None)
