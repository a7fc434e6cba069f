"""How does each customer behave? Nine features of the twelve months before a day, from which groups are formed.

Each feature stays in its own unit here; `helpers.method.group_scale` says which of them count and puts them on one
scale. What is not known is missing, never zero. The same function measures another year of the same customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.history import days_of_customers
from helpers.method.money import UNITS, ten_thousandths

MONTHS = 12  # a whole year, so that no season is missed
LEAST_ORDER_DAYS = 3  # two gaps: the fewest that can differ
DIGITS = 9  # of a ratio, so that the last bit of a division makes no difference
HALF_A_QUARTER = pd.Timedelta(days=45)  # a day inside every quarter, whatever the lengths of its months

CLUSTERED, ONE_ORDER, LAPSING, CONTRACT_ONLY = "clustered", "one_order", "lapsing", "contract_only"


@dataclass(frozen=True)
class Feature:
    """One feature: its column, its title, its unit and what makes it known."""

    name: str
    title: str
    unit: str
    needs: str


FEATURES = (
    Feature("recency", "Days since the last order", "days", "an order in the 12 months"),
    Feature("frequency", "Orders", "orders", "an order in the 12 months"),
    Feature("money_per_order", "Money per order", "currency", "an order in the 12 months"),
    Feature("regularity", "Spread of the gaps between orders", "ratio", "three order days in the 12 months"),
    Feature("breadth", "Categories bought", "categories", "category in transactions"),
    Feature("discount_rate", "Discount", "share", "list_revenue in transactions, on every line of a day"),
    Feature("return_rate", "Brought back", "share", "lines above zero in the 12 months"),
    Feature("channel_mix", "Part of orders through one channel", "share", "channel in transactions"),
    Feature("trend", "Growth from half-year to half-year", "ratio", "a first order before the last six months"),
)
NAMES = tuple(feature.name for feature in FEATURES)


def group_features(
    customer_days: pd.DataFrame,
    customer_quarter: pd.DataFrame,
    customer_channel: pd.DataFrame,
    *,
    end: object,
    channel: str | None = None,
) -> pd.DataFrame:
    """How each customer who came back behaved in the twelve months before a day.

    Answers "by what would we see that customers are alike?". Who has a single order day in all of the history before
    `end`, or none in these months, is not here: one order shows no habit.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day with a line, over all history
        An order day is one with a line above zero.
    customer_quarter : DataFrame, one row per customer, quarter and category
    customer_channel : DataFrame, one row per customer, quarter and channel
    end : date
        The day after the twelve months: as_of, or a whole number of quarters before it.
    channel : str, optional
        The channel of `channel_mix`; without it the `telling_channel` of these months. Another year is measured by
        the same.

    Returns
    -------
    DataFrame, one row per customer, sorted by customer_id; missing = not known
        recency          float  days from the last order day to `end`
        frequency        float  orders
        money_per_order  float  revenue, returns subtracted, / orders; zero where more came back than was bought
        regularity       float  standard deviation of the gaps between order days / their mean; from three order days
                                on. 0 = like clockwork, 1 = at random
        breadth          float  named categories with revenue above zero
        discount_rate    float  (list revenue - revenue) / list revenue, over the days that know theirs
        return_rate      float  brought back / bought
        channel_mix      float  part of the orders that came through the channel
        trend            float  (second half - first half) / mean of the two without their signs, -2 to 2; missing where
                                the first order of all lies in the second half

    Raises
    ------
    StepInputError
        If `end` cuts a quarter of the tables in two.

    Notes
    -----
    Sums are over whole numbers, so neither the order of rows nor the currency unit decides a last bit.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": "c1", "date": pd.to_datetime(["2025-02-01", "2025-03-03", "2025-12-02"]),
    ...     "positive_lines": 1, "orders": 1, "revenue": [40.0, 50.0, 30.0], "returned": 0.0,
    ...     "list_revenue": [50.0, 50.0, None]})
    >>> starts = pd.to_datetime(["2025-01-01"])
    >>> quarter = pd.DataFrame({"customer_id": "c1", "quarter_start": starts, "category": "Rope", "revenue": 90.0})
    >>> by = pd.DataFrame({"customer_id": "c1", "quarter_start": starts, "channel": "web", "orders": 2})
    >>> group_features(days, quarter, by, end="2026-01-01")[list(NAMES)].round(4).to_numpy()[0].tolist()
    [30.0, 3.0, 40.0, 1.1351, 1.0, 0.1, 0.0, 1.0, -1.0]
    """
    last_day = pd.Timestamp(end)
    start, middle = (last_day - pd.DateOffset(months=months) for months in (MONTHS, MONTHS // 2))
    days = days_of_customers(customer_days, as_of=last_day)
    ordered = days[days["ordered"]].groupby("customer_id")["date"].agg(["min", "max", "size"])
    known = ordered[(ordered["size"] >= 2) & (ordered["max"] >= start)].sort_index()

    rows = customer_days.loc[days.index].assign(money=days["money"], ordered=days["ordered"])
    rows = rows[(rows["date"] >= start) & rows["customer_id"].isin(known.index)]
    by = rows["customer_id"].astype("str")
    sums = rows.assign(
        orders=rows["orders"].astype("int64"),
        back=ten_thousandths(rows["returned"]),
        late=rows["money"].where(rows["date"] >= middle, 0),
        **_discounts(rows),
    )
    names = ["orders", "money", "back", "late", "listed", "paid"]
    sums = sums.groupby(by)[names].sum().reindex(known.index).astype("int64")

    table = pd.DataFrame(index=known.index)
    table["recency"] = (last_day - known["max"]).dt.days.astype(float)
    table["frequency"] = sums["orders"].astype(float)
    money = sums["money"].clip(lower=0) / (UNITS * sums["orders"].where(sums["orders"] > 0))
    table["money_per_order"] = money.round(DIGITS)
    table["regularity"] = _regularity(rows).reindex(known.index)
    table["breadth"] = _breadth(_of_year(customer_quarter, start, last_day)).reindex(known.index)
    table["discount_rate"] = _ratio(sums["listed"] - sums["paid"], sums["listed"])
    table["return_rate"] = _ratio(sums["back"], sums["money"] + sums["back"])
    channel = telling_channel(customer_channel, end=end) if channel is None else channel
    table["channel_mix"] = _channel_mix(_of_year(customer_channel, start, last_day), channel).reindex(known.index)
    early, late = sums["money"] - sums["late"], sums["late"]
    table["trend"] = _ratio(2 * (late - early), late.abs() + early.abs()).where(known["min"] < middle)
    return table[list(NAMES)].astype(float).reset_index(names="customer_id")


def telling_channel(customer_channel: pd.DataFrame, *, end: object) -> str | None:
    """The channel that tells customers apart best: the one whose part of a customer's orders varies most.

    Over the twelve months before `end`, by variance; of equals the first by name; None where no order has a channel.

    Examples
    --------
    >>> by = pd.DataFrame({"customer_id": ["a", "a", "b", "b"], "quarter_start": pd.to_datetime("2025-10-01"),
    ...     "channel": ["rep", "web", "rep", "fax"], "orders": [5, 5, 5, 5]})
    >>> telling_channel(by, end="2026-01-01")
    'fax'
    """
    last_day = pd.Timestamp(end)
    year = _of_year(customer_channel, last_day - pd.DateOffset(months=MONTHS), last_day)
    names = sorted(set(year.loc[year["orders"] > 0, "channel"].astype("str").fillna("")) - {""})
    if not names:
        return None
    # sorted, so that the order of customers decides no last bit
    varies = [round(float(np.var(np.sort(_channel_mix(year, name)))), DIGITS) for name in names]
    return names[int(np.argmax(varies))]


def standing(customer_summary: pd.DataFrame, customer_days: pd.DataFrame, *, as_of: object) -> pd.DataFrame:
    """Which active customers can be grouped by what they do, and what the others are.

    Parameters
    ----------
    customer_summary : DataFrame, one row per customer; only the active count
    customer_days : DataFrame, one row per customer and day with a line, over all history
    as_of : date

    Returns
    -------
    DataFrame, one row per active customer, sorted by customer_id
        standing  str  clustered      two order days or more in all, and one of them in the last 12 months
                       one_order      a single order day, and that in the last 12 months
                       lapsing        ordered in the window, but not in the last 12 months
                       contract_only  no order in the window: active by a running contract alone

    Examples
    --------
    >>> summary = pd.DataFrame({"customer_id": ["a", "b", "c"], "status": "active", "order_days": [1, 1, 0]})
    >>> days = pd.DataFrame({"customer_id": ["a", "b"], "date": pd.to_datetime(["2025-09-01", "2024-09-01"]),
    ...     "positive_lines": 1, "revenue": 5.0})
    >>> standing(summary, days, as_of="2026-01-01")["standing"].tolist()
    ['one_order', 'lapsing', 'contract_only']
    """
    active = customer_summary[customer_summary["status"] == "active"].set_index("customer_id").sort_index()
    days = days_of_customers(customer_days, as_of=as_of)
    ordered = days[days["ordered"]].groupby("customer_id")["date"].agg(["max", "size"]).reindex(active.index)
    recent = (ordered["max"] >= pd.Timestamp(as_of) - pd.DateOffset(months=MONTHS)).to_numpy()
    often = (ordered["size"] >= 2).to_numpy()
    bought = (active["order_days"] > 0).to_numpy(dtype=bool)
    words = np.select([recent & often, recent, bought], [CLUSTERED, ONE_ORDER, LAPSING], CONTRACT_ONLY)
    return pd.DataFrame({"customer_id": active.index.astype("str"), "standing": pd.Series(words, dtype="str")})


def _of_year(table: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Rows of customers whose quarter lies in the twelve months."""
    inside = table["quarter_start"] + HALF_A_QUARTER
    if "quarter_end" in table and ((table["quarter_start"] < end) & (table["quarter_end"] >= end)).any():
        raise StepInputError(
            f"{end:%Y-%m-%d} lies inside a quarter. Expected the first day of one: as_of, or some quarters before it."
        )
    named = table["customer_id"].astype("str").fillna("") != ""
    return table[named & (inside >= start) & (inside < end)]


def _discounts(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """List revenue, and what was paid, of the days that know the first."""
    listed = rows["list_revenue"].astype(float).fillna(0.0)
    listed = ten_thousandths(listed.where(listed > 0, 0.0))
    return {"listed": listed, "paid": np.where(listed > 0, rows["money"], 0)}


def _regularity(rows: pd.DataFrame) -> pd.Series:
    """Standard deviation / mean of the gaps between the order days of each customer, from whole numbers of days."""
    days = rows.loc[rows["ordered"], ["customer_id", "date"]].sort_values(["customer_id", "date"])
    gap = days["date"].diff().dt.days.where(days["customer_id"] == days["customer_id"].shift())
    gaps = pd.DataFrame({"gap": gap, "square": gap**2}).groupby(days["customer_id"].astype("str"))
    sums, n = gaps.sum(), gaps["gap"].count().astype(float)
    variance = (n * sums["square"] - sums["gap"] ** 2) / (n * (n - 1)).where(n >= LEAST_ORDER_DAYS - 1)
    return (np.sqrt(variance) * n / sums["gap"]).round(DIGITS)


def _breadth(year: pd.DataFrame) -> pd.Series:
    """Named categories in which a customer bought more than it brought back; missing without one."""
    named = year[year["category"].astype("str").fillna("") != ""]
    keys = [named["customer_id"].astype("str"), named["category"].astype("str")]
    bought = pd.Series(ten_thousandths(named["revenue"]), index=named.index).groupby(keys).sum()
    return (bought > 0).groupby(level=0).sum().astype(float).replace(0.0, np.nan)


def _channel_mix(year: pd.DataFrame, channel: str | None) -> pd.Series:
    """Part of a customer's orders through the channel, among those whose channel is known."""
    known = year[(year["channel"].astype("str").fillna("") != "") & (year["orders"] > 0)]
    if channel is None or known.empty:
        return pd.Series(dtype=float)
    orders = known["orders"].astype("int64")
    by = known["customer_id"].astype("str")
    return _ratio(orders.where(known["channel"] == channel, 0).groupby(by).sum(), orders.groupby(by).sum())


def _ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    """part / whole of whole numbers, where the whole is above zero."""
    return (part / whole.where(whole > 0)).round(DIGITS) + 0.0
