"""How deep are the discounts of each group, and how much of the future does it buy, quarter by quarter?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.delivered import columns_of
from helpers.method.group_features import HALF_A_QUARTER
from helpers.method.group_parts import BESIDE, NO_CUSTOMER, part_names, parts_of
from helpers.method.history import block_label, block_starts
from helpers.method.margin_trend import LEAST_KNOWN
from helpers.method.money import UNITS, ten_thousandths
from helpers.method.share import ALL

DEPTH, FUTURE = "discount_depth", "future_part"
SUMS = ("revenue", "listed_revenue", "list_revenue", "placed_revenue", "future_revenue")
DIGITS = 9


def direction_quarters(
    customer_days: pd.DataFrame,
    customer_quarter: pd.DataFrame | None,
    categories: pd.DataFrame | None,
    groups: pd.DataFrame | None = None,
    *,
    window_start: object,
    as_of: object,
) -> pd.DataFrame:
    """Discount depth and the part of revenue in future categories, by group and quarter of the window.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day with a line
    customer_quarter : DataFrame, one row per customer, quarter and category, or None
    categories : DataFrame, one row per category, or None
        category and role; one or more are `future`, else no part of the revenue can be.
    groups : DataFrame, optional
        customer_id, group_id and group_name. Without them there is only "all".
    window_start, as_of : date
        Quarters count back from as_of; an incomplete first one is left out.

    Returns
    -------
    DataFrame, one row per group that was formed and quarter, "all" first: the columns of the published
    direction_quarters
        customers       int    who had a line in the quarter
        revenue         float  currency
        listed_revenue, list_revenue    float  revenue of days whose list price is known, and that list price
        placed_revenue, future_revenue  float  revenue in categories with a role, and in those of the future
        discount_depth  float  1 - listed_revenue / list_revenue; missing where the first is less than nine tenths of
                               the revenue, or nothing is above zero
        future_part     float  future_revenue / placed_revenue; missing likewise

    Raises
    ------
    StepInputError
        If a customer stands in the groups twice.

    Notes
    -----
    "all" holds everybody's lines, those of nobody too. What is brought back counts at the price at which it went out.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["c1"], "date": pd.to_datetime(["2026-11-01"]), "revenue": [90.0],
    ...     "list_revenue": [100.0]})
    >>> bought = pd.DataFrame({"customer_id": "c1", "quarter_start": pd.to_datetime(["2026-10-01"] * 2),
    ...     "category": ["Batteries", "Ropes"], "revenue": [60.0, 30.0]})
    >>> roles = pd.DataFrame({"category": ["Batteries", "Ropes"], "role": ["future", "commodity"]})
    >>> found = direction_quarters(days, bought, roles, window_start="2026-10-01", as_of="2027-01-01")
    >>> found[["group_id", "quarter", "discount_depth", "future_part"]].round(3).values.tolist()
    [['all', 'Q4 2026', 0.1, 0.667]]
    """
    starts = block_starts(window_start, as_of)
    sold = _discounts(customer_days, groups, starts, as_of)
    bought = _roles(customer_quarter, categories, groups, starts, as_of)
    names = part_names(parts_of(_members(groups), groups), groups)
    names = {part: name for part, name in names.items() if part not in BESIDE}
    every = pd.MultiIndex.from_product([list(names), range(len(starts))])
    cells = sold.join(bought, how="outer").reindex(every).fillna(0).astype("int64")
    place = every.get_level_values(1)
    ends = pd.DatetimeIndex([*starts[1:], pd.Timestamp(as_of)])[: len(starts)]  # a short window has no quarter
    labels = np.array([block_label(start, end) for start, end in zip(starts, ends, strict=True)], dtype=object)
    table = pd.DataFrame(
        {
            "group_id": every.get_level_values(0).astype("str"),
            "group_name": every.get_level_values(0).map(names).astype("str"),
            "quarter_start": starts[place],
            "quarter_end": ends[place] - pd.Timedelta(days=1),
            "quarter": pd.Series(labels[place], dtype="str"),
            "customers": cells["customers"].to_numpy(),
        }
        | {name: cells[name].to_numpy() / UNITS for name in SUMS}
    )
    return table.assign(**parts_of_money(table))


def parts_of_money(sums: pd.DataFrame) -> dict[str, np.ndarray]:
    """Discount depth and future part of rows that hold the sums; missing where too little of the money is known.

    Examples
    --------
    >>> sums = {"revenue": 90.0, "listed_revenue": 90.0, "list_revenue": 100.0, "placed_revenue": 80.0}
    >>> parts_of_money(pd.DataFrame([sums | {"future_revenue": 20.0}]))
    {'discount_depth': array([0.1]), 'future_part': array([nan])}
    """
    whole = sums["revenue"].to_numpy(dtype=float)
    found = {}
    for name, known, over in ((DEPTH, "listed_revenue", "list_revenue"), (FUTURE, "placed_revenue", "placed_revenue")):
        seen, below = sums[known].to_numpy(dtype=float), sums[over].to_numpy(dtype=float)
        told = (whole > 0) & (seen > 0) & (seen >= LEAST_KNOWN * whole) & (below > 0)
        above = below - seen if name == DEPTH else sums["future_revenue"].to_numpy(dtype=float)
        # rounded, so that a part that never moves is the same number in every quarter
        part = np.divide(above, below, out=np.full(len(sums), np.nan), where=told)
        found[name] = part.round(DIGITS) + 0.0
    return found


def _members(groups: pd.DataFrame | None) -> pd.Series:
    return pd.Series(dtype="str") if groups is None else groups["customer_id"]


def _discounts(
    customer_days: pd.DataFrame, groups: pd.DataFrame | None, starts: pd.DatetimeIndex, as_of: object
) -> pd.DataFrame:
    """Ten-thousandths of revenue and of list prices, and customers, by part and number of the quarter."""
    kinds = {"customer_id": "str", "date": "datetime64[us]", "revenue": float, "list_revenue": float}
    rows = columns_of(customer_days, kinds)
    first = starts[0] if len(starts) else pd.Timestamp(as_of)
    rows = rows[(rows["date"] >= first) & (rows["date"] < pd.Timestamp(as_of))]
    listed, revenue = rows["list_revenue"].notna().to_numpy(), ten_thousandths(rows["revenue"])
    money = {
        "revenue": revenue,
        "listed_revenue": np.where(listed, revenue, 0),
        "list_revenue": ten_thousandths(rows["list_revenue"].fillna(0.0)),
    }
    both = _with_all(rows, rows["date"], money, groups, starts)
    sums = both.groupby(["part", "quarter"])[list(money)].sum()
    named = both[both["customer_id"] != ""].groupby(["part", "quarter"])["customer_id"].nunique()
    return sums.join(named.rename("customers"))


def _roles(
    customer_quarter: pd.DataFrame | None,
    categories: pd.DataFrame | None,
    groups: pd.DataFrame | None,
    starts: pd.DatetimeIndex,
    as_of: object,
) -> pd.DataFrame:
    """Ten-thousandths in categories with a role and in future ones, by part and number of the quarter."""
    kinds = {"customer_id": "str", "quarter_start": "datetime64[us]", "category": "str", "revenue": float}
    rows = columns_of(customer_quarter, kinds)
    middle = rows["quarter_start"] + HALF_A_QUARTER
    first = starts[0] if len(starts) else pd.Timestamp(as_of)
    inside = (middle >= first) & (middle < pd.Timestamp(as_of))
    rows, middle = rows[inside], middle[inside]
    known = columns_of(categories, {"category": "str", "role": "str"}).dropna()
    role = rows["category"].map(known.drop_duplicates("category").set_index("category")["role"])
    # where no category is of the future, a part of zero would be no news of the customers
    placed = role.notna().to_numpy() & bool((known["role"] == "future").any())
    revenue = ten_thousandths(rows["revenue"])
    future = (role == "future").to_numpy(dtype=bool)
    money = {"placed_revenue": np.where(placed, revenue, 0), "future_revenue": np.where(future, revenue, 0)}
    return _with_all(rows, middle, money, groups, starts).groupby(["part", "quarter"])[list(money)].sum()


def _with_all(
    rows: pd.DataFrame,
    when: pd.Series,
    money: dict[str, np.ndarray],
    groups: pd.DataFrame | None,
    starts: pd.DatetimeIndex,
) -> pd.DataFrame:
    """Rows with their part and quarter, each a second time as a row of "all"."""
    part = parts_of(rows["customer_id"], groups)
    known = part.isin([*BESIDE, NO_CUSTOMER])
    quarter = np.asarray(starts.searchsorted(pd.DatetimeIndex(when), side="right")) - 1
    named = rows["customer_id"].astype("str").fillna("").to_numpy()
    table = pd.DataFrame({"part": part.to_numpy(), "quarter": quarter, "customer_id": named} | money)
    return pd.concat([table[~known.to_numpy()], table.assign(part=ALL)], ignore_index=True)
