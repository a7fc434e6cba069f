"""Where did each customer stand at the end of each year? In a group, lapsing, lapsed, or not yet a customer.

Years are the twelve-month windows that count back from as_of and do not overlap. Each is looked at by itself, with the
centres that step 03 froze: so a customer's moves between years are its own, and not those of the groups.
"""

from __future__ import annotations

import pandas as pd

from helpers.method.group_clusters import assign, frozen_centres
from helpers.method.group_features import HALF_A_QUARTER, LAPSING, MONTHS, ONE_ORDER, group_features
from helpers.method.group_members import group_order
from helpers.method.history import block_starts, order_days
from helpers.method.money import UNITS, ten_thousandths

LAPSED, NOT_YET = "lapsed", "not_yet"
QUARTER_MONTHS = 3


def portfolio_states(
    customer_days: pd.DataFrame,
    customer_quarter: pd.DataFrame | None,
    customer_channel: pd.DataFrame | None,
    group_centres: pd.DataFrame | None,
    *,
    as_of: object,
) -> pd.DataFrame | None:
    """The state of each customer at the end of each whole year of the history.

    Answers "who was what, a year ago and the years before?", from which the moves of a year are counted.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day with a line, over all history
    customer_quarter, customer_channel : DataFrame
        As in `group_features`; best over all history, from `quarters_of_history`. A year which they do not cover
        is left out where a feature of the centres needs them: without it customers seem to be of another kind.
    group_centres : DataFrame or None
        Of step 03; without a row where groups were not formed by behaviour.
    as_of : date

    Returns
    -------
    DataFrame, one row per customer who ordered before as_of and per year, sorted by customer_id and year_end
        customer_id  str
        year_end     datetime  the day after the year
        state        str       the group's id, one_order, lapsing, lapsed or not_yet
    None where there is no centre, or no whole year that can be placed.

    Notes
    -----
    A customer is in the group of the nearest centre with two order days or more in all and one in the year; `one_order`
    with a single one, in the year; `lapsing` without one in the year and with one in the year before; `lapsed` after
    that; `not_yet` before its first order. Customers by contract alone order nothing and are not here. What was before
    the history is not known: in its first year nobody is lapsing, and nobody is known to be new.

    Examples
    --------
    >>> import numpy as np
    >>> from helpers.method.group_clusters import Centres, centres_table
    >>> from helpers.method.group_scale import Scale
    >>> often = Centres(Scale(("frequency",), ("none",), (1.0,), (0.0,), (1.0,)), np.array([[2.0], [6.0]]))
    >>> dates = ["2024-01-01", "2024-07-01", "2026-02-01"]
    >>> days = pd.DataFrame({"customer_id": "c1", "date": pd.to_datetime(dates), "positive_lines": 1, "orders": 1,
    ...     "revenue": 5.0, "returned": 0.0, "list_revenue": 5.0})
    >>> none = pd.DataFrame({"customer_id": [], "quarter_start": pd.to_datetime([]), "category": [], "revenue": []})
    >>> by = pd.DataFrame({"customer_id": [], "quarter_start": pd.to_datetime([]), "channel": [], "orders": []})
    >>> portfolio_states(days, none, by, centres_table(often, ["g2", "g1"]), as_of="2027-01-01")["state"].tolist()
    ['g2', 'lapsing', 'g2']
    """
    if group_centres is None or group_centres.empty or customer_quarter is None or customer_channel is None:
        return None
    days = order_days(customer_days, as_of=as_of)
    days = days[days["customer_id"].astype("str").fillna("") != ""]
    centres, ids = frozen_centres(group_centres)
    needed = [customer_quarter] * ("breadth" in centres.scale.names)
    needed += [customer_channel] * ("channel_mix" in centres.scale.names)
    # lines without a customer and returns open the history too, as they open the window
    first = customer_days["date"].min()
    starts = [] if days.empty else block_starts(first, as_of, MONTHS)
    starts = [start for start in starts if all(_covers(table, start, first) for table in needed)]
    if not starts:
        return None
    everyone = pd.Index(sorted(days["customer_id"].astype("str").unique()), dtype="str")
    tables = (customer_days, customer_quarter, customer_channel)
    years = []
    for start in starts:
        end = start + pd.DateOffset(months=MONTHS)
        near = assign(group_features(*tables, end=end, channel=centres.scale.channel), centres)
        placed = near.set_index("customer_id")["label"].map(dict(enumerate(ids)))
        years.append(_states(days, placed, everyone, end))
    table = pd.concat(years, ignore_index=True)
    return table.sort_values(["customer_id", "year_end"], ignore_index=True)


def quarters_of_history(transactions: pd.DataFrame, *, as_of: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    """customer_quarter and customer_channel over all history, where the summaries cover only the window.

    Parameters
    ----------
    transactions : DataFrame, one row per order line
        customer_id, date, revenue, and what there is of category, channel and order_id.
    as_of : date

    Returns
    -------
    customer_quarter : DataFrame, one row per customer, quarter and category: the columns that `group_features` reads
    customer_channel : DataFrame, one row per customer, quarter and channel, likewise
        An order is an order id with a line above zero, or such a day where a line has no id.

    Notes
    -----
    Raw lines are read here because no summary holds categories and channels of years before the window.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": "c1", "date": pd.to_datetime(["2025-10-01", "2025-11-04"]),
    ...     "revenue": [4.0, 6.0], "category": "Rope", "channel": "web", "order_id": "o1"})
    >>> quarters, channels = quarters_of_history(lines, as_of="2026-01-01")
    >>> quarters[["category", "revenue"]].values.tolist(), channels[["channel", "orders"]].values.tolist()
    ([['Rope', 10.0]], [['web', 1]])
    """
    given = transactions[transactions["date"] < pd.Timestamp(as_of)]
    starts = block_starts(given["date"].min(), as_of, QUARTER_MONTHS) if len(given) else pd.DatetimeIndex([])
    number = starts.searchsorted(pd.DatetimeIndex(given["date"]), side="right") - 1
    lines = pd.DataFrame({"customer_id": given["customer_id"].astype("str").fillna("").to_numpy(), "quarter": number})
    for name in ("category", "channel"):
        lines[name] = given[name].astype("str").fillna("").to_numpy() if name in given else ""
    lines["money"] = ten_thousandths(given["revenue"])
    day = "d" + pd.Series(given["date"].dt.strftime("%Y-%m-%d").to_numpy(), dtype="str")
    numbered = given["order_id"].astype("str") if "order_id" in given else pd.Series(None, given.index, dtype="str")
    lines["order"] = ("o" + numbered.reset_index(drop=True)).fillna(day)
    # days before the first whole quarter belong to none
    lines = lines[lines["quarter"] >= 0]
    by = ["customer_id", "quarter"]
    bought = lines.groupby([*by, "category"])["money"].sum().rename("revenue").reset_index()
    bought["revenue"] = bought["revenue"] / UNITS
    orders = lines[lines["money"] > 0].groupby([*by, "channel"])["order"].nunique().rename("orders").reset_index()
    return _dated(bought, starts, as_of), _dated(orders, starts, as_of)


def states_of(group_ids: list[str]) -> list[str]:
    """All states in the order in which they are shown: groups, one order, lapsing, lapsed, not yet.

    >>> states_of(["g2", "g1"])
    ['g1', 'g2', 'one_order', 'lapsing', 'lapsed', 'not_yet']
    """
    return [*group_order([*group_ids, ONE_ORDER, LAPSING]), LAPSED, NOT_YET]


def _states(days: pd.DataFrame, placed: pd.Series, everyone: pd.Index, end: pd.Timestamp) -> pd.DataFrame:
    """The state of everyone on the day after one year."""
    known = days[days["date"] < end]
    last = known.groupby(known["customer_id"].astype("str"))["date"].max().reindex(everyone)
    state = pd.Series(NOT_YET, index=everyone, dtype="object")
    state[last.notna()] = LAPSED
    state[last >= end - pd.DateOffset(months=2 * MONTHS)] = LAPSING
    state[last >= end - pd.DateOffset(months=MONTHS)] = ONE_ORDER
    state.update(placed.astype("object"))
    return pd.DataFrame({"customer_id": everyone, "year_end": end, "state": state.astype("str").to_numpy()})


def _covers(table: pd.DataFrame, start: pd.Timestamp, first: pd.Timestamp) -> bool:
    """Whether the quarters reach back to the first day of a year, or to that of the history."""
    return bool(len(table)) and bool(table["quarter_start"].min() <= max(start, first) + HALF_A_QUARTER)


def _dated(table: pd.DataFrame, starts: pd.DatetimeIndex, as_of: object) -> pd.DataFrame:
    """With the first and last day of the quarter in place of its number."""
    ends = pd.DatetimeIndex([*starts[1:], pd.Timestamp(as_of)])[: len(starts)] - pd.Timedelta(days=1)
    number = table.pop("quarter").to_numpy()
    table.insert(1, "quarter_start", pd.DatetimeIndex(starts)[number])
    table.insert(2, "quarter_end", ends[number])
    return table
