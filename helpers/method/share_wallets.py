"""Which wallets may be used: the ones of the last year, in the scope, each spend counted once.

A client's wallets come from several sources, for several periods, with and without a category. Adding them as they come
would count the same spend twice. Here each wallet gets a state that says whether it is used and, if not, why.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.errors import StepInputError, counted
from helpers.method.money import HALF_A_CENT, whole_money

# Best first: a panel saw the purchases, an account manager sees the customer, a customer remembers.
SOURCES = ("panel", "account_manager", "stated")
RECENT_MONTHS = 12

USED = "used"
KEY = ["customer_id", "category", "period_start", "period_end", "wallet_source"]


def all_lines(customer_category: pd.DataFrame) -> pd.DataFrame:
    """All rows, with "" for a missing category: what we sold, to whomever.

    >>> all_lines(pd.DataFrame({"customer_id": ["c2", None], "category": [None, "tea"]}))["category"].tolist()
    ['', 'tea']
    """
    return customer_category.assign(category=customer_category["category"].astype("str").fillna(""))


def without_customer(customer_category: pd.DataFrame) -> pd.Series:
    """Which rows belong to no customer: revenue, but nobody's share."""
    return customer_category["customer_id"].astype("str").fillna("") == ""


def named_customers(customer_category: pd.DataFrame) -> pd.DataFrame:
    """The rows that belong to a customer, with "" for a missing category.

    Lines without a customer are revenue, but nobody's share; step 01 counts them.

    Parameters
    ----------
    customer_category : DataFrame, one row per customer and category (or customer, quarter and category)

    Returns
    -------
    DataFrame, same grain and columns, sorted by customer and category

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["c2", None, "c1"], "category": ["tea", "tea", None]})
    >>> named_customers(lines)["category"].tolist()
    ['', 'tea']
    """
    rows = all_lines(customer_category)
    rows = rows[~without_customer(rows)]
    keys = [name for name in ("customer_id", "category", "quarter_start") if name in rows]
    return rows.sort_values(keys, kind="stable", ignore_index=True)


def in_scope(category: pd.Series, scope_categories: Sequence[str] | None) -> pd.Series:
    """Which rows lie in the scope: all of them without a list, and never a blank category with one."""
    if scope_categories is None:
        return pd.Series(True, index=category.index)
    return category.isin([name for name in scope_categories if name])


def wallet_states(
    wallet_revenue: pd.DataFrame | None,
    customer_category: pd.DataFrame,
    *,
    as_of: object,
    scope_categories: Sequence[str] | None = None,
    months: int | None = RECENT_MONTHS,
) -> pd.DataFrame:
    """Every delivered wallet with its state: used, or why it is not.

    Answers "which of the wallets that we collected went into the share?". Nothing is dropped: rows in = rows out.

    Parameters
    ----------
    wallet_revenue : DataFrame, one row per wallet, or None when the client delivered none
    customer_category : DataFrame, one row per customer and category of the window
        Says which categories we sell in.
    as_of : date
        Wallets count whose period ends within the `months` before it. A period that is still running at `as_of` counts
        too: its revenue was scaled by days.
    scope_categories : list of str, optional
        The categories in scope; None = all that we sell.
    months : int, optional
        None lifts the limit, for a trend.

    Returns
    -------
    DataFrame, one row per wallet, the columns of wallet_revenue and `state`, sorted by customer, category and period
        used           counts
        older          ends too early; it may serve the trend
        later          begins at or after `as_of`
        not_covered    our own transactions cover no day of it, so there is nothing to set against it
        outside_scope  another category, or no category while the scope is a list of categories
        not_sold       scope is all that we sell, and this category was not sold in the window
        overlap        same customer and category, overlapping days, and a better source or a later period is there
        by_category    a wallet without a category, of a customer whose wallets by category are used for some of its
                       days: the same spend must not count twice

    Raises
    ------
    StepInputError
        If a wallet is missing or below zero.

    Notes
    -----
    Of overlapping wallets the panel's goes first, then the account manager's, then the customer's own statement; within
    one source the later end, then the longer period. A wallet is taken if it overlaps none that was taken before.

    Examples
    --------
    >>> wallets = pd.DataFrame({"customer_id": "c1", "category": "tea", "wallet_source": ["stated", "panel"],
    ...     "wallet": [90.0, 80.0], "revenue": 20.0, "covered_days": 181, "period_start": pd.Timestamp("2026-01-01"),
    ...     "period_end": pd.Timestamp("2026-06-30")})
    >>> sold = pd.DataFrame({"customer_id": ["c1"], "category": ["tea"], "revenue": [40.0]})
    >>> wallet_states(wallets, sold, as_of="2026-07-01")[["wallet_source", "state"]].values.tolist()
    [['panel', 'used'], ['stated', 'overlap']]
    """
    if wallet_revenue is None:
        return pd.DataFrame(columns=[*KEY, "wallet", "revenue", "period_days", "covered_days", "conflict", "state"])
    _refuse_bad_wallets(wallet_revenue)
    rows = wallet_revenue.assign(
        category=wallet_revenue["category"].astype("str").fillna(""),
        wallet_source=wallet_revenue["wallet_source"].astype("str").fillna(""),
    ).sort_values(KEY, kind="stable", ignore_index=True)
    now = pd.Timestamp(as_of)
    blank = rows["category"] == ""
    sold = set(all_lines(customer_category)["category"])
    state = pd.Series(USED, index=rows.index)
    # The first reason that applies is the one that is told, so the weaker ones are written first.
    if scope_categories is None:
        state[~blank & ~rows["category"].isin(sold)] = "not_sold"
    else:
        state[~in_scope(rows["category"], scope_categories)] = "outside_scope"
    state[rows["revenue"].isna() | ~(rows["covered_days"] > 0).fillna(False).astype(bool)] = "not_covered"
    state[rows["period_start"] >= now] = "later"
    if months is not None:
        state[rows["period_end"] < now - pd.DateOffset(months=months)] = "older"
    state[_overlapped(rows[state == USED])] = "overlap"
    state[_split(rows[(state == USED) & blank], rows[(state == USED) & ~blank])] = "by_category"
    return rows.assign(state=state)


def wallets_by_quarter(
    customer_quarter: pd.DataFrame,
    wallet_revenue: pd.DataFrame | None,
    *,
    as_of: object,
    scope_categories: Sequence[str] | None = None,
) -> pd.DataFrame:
    """What each customer's wallets of one quarter add up to, however old the quarter.

    Parameters
    ----------
    customer_quarter : DataFrame, one row per customer, quarter and category
        Says which quarters there are.
    wallet_revenue : DataFrame, one row per wallet, or None
        Used are wallets whose period is the quarter or lies in it. Longer ones are not split: the wallet of half a
        year does not know in which quarter it was spent.
    as_of, scope_categories
        As in `wallet_states`.

    Returns
    -------
    DataFrame, one row per customer and quarter with such a wallet: customer_id, quarter_start and the sums of
    `known_wallets`
    """
    by = ["customer_id", "quarter_start"]
    quarters = quarters_of(customer_quarter)
    if wallet_revenue is None or wallet_revenue.empty or quarters.empty:
        return known_wallets(pd.DataFrame(), by).astype({"quarter_start": "datetime64[us]"})
    place = quarters["quarter_start"].searchsorted(wallet_revenue["period_start"], side="right") - 1
    found = quarters.iloc[np.maximum(place, 0)].set_index(wallet_revenue.index)
    fits = (wallet_revenue["period_start"] >= found["quarter_start"]) & (
        wallet_revenue["period_end"] <= found["quarter_end"]
    )
    fitting = wallet_revenue.assign(quarter_start=found["quarter_start"])[fits]
    states = wallet_states(fitting, customer_quarter, as_of=as_of, scope_categories=scope_categories, months=None)
    return known_wallets(states[states["state"] == USED], by)


def quarters_of(customer_quarter: pd.DataFrame) -> pd.DataFrame:
    """The quarters that hold a line, the earliest first: quarter_start and quarter_end."""
    quarters = customer_quarter[["quarter_start", "quarter_end"]].drop_duplicates()
    return quarters.sort_values("quarter_start", ignore_index=True)


def known_wallets(used: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Wallets added up: one row per customer (and category or quarter), with the state of the sum.

    Parameters
    ----------
    used : DataFrame, one row per wallet that counts
    by : list of str
        The columns that a row of the answer is one of.

    Returns
    -------
    DataFrame, one row per combination of `by`
        wallet, wallet_revenue  float  sums, same currency
        wallet_source           str    the sources, best first, joined by +
        wallet_state            str    known; conflict = a wallet, or their sum, is below our own revenue by more than
                                       half a cent; unknown = the wallets sum to nothing, which says as little as none

    Examples
    --------
    >>> used = pd.DataFrame({"customer_id": ["c1", "c1"], "wallet": [30.0, 50.0], "revenue": [20.0, 0.0],
    ...                      "conflict": [False, False], "wallet_source": ["stated", "panel"]})
    >>> known_wallets(used, ["customer_id"]).values.tolist()
    [['c1', 80.0, 20.0, 'panel+stated', 'known']]
    """
    by = list(by)
    columns = [*by, "wallet", "wallet_revenue", "wallet_source", "wallet_state"]
    if used.empty:
        return pd.DataFrame(columns=columns).astype({"wallet": float, "wallet_revenue": float})
    flags = {source: used["wallet_source"] == source for source in SOURCES}
    rows = used.assign(**flags, conflict=used["conflict"].fillna(False).astype(bool))
    sums = rows.groupby(by, as_index=False, sort=True).agg(
        wallet=("wallet", "sum"),
        wallet_revenue=("revenue", "sum"),
        conflict=("conflict", "any"),
        **{source: (source, "any") for source in SOURCES},
    )
    sums["wallet"], sums["wallet_revenue"] = whole_money(sums["wallet"]), whole_money(sums["wallet_revenue"])
    below = sums["conflict"] | (sums["wallet_revenue"] - sums["wallet"] > HALF_A_CENT)
    empty = sums["wallet"] < HALF_A_CENT
    sums["wallet_state"] = np.select([below, empty], ["conflict", "unknown"], "known")
    sums["wallet_source"] = _joined_sources(sums)
    return sums[columns]


def _joined_sources(sums: pd.DataFrame) -> pd.Series:
    """The sources of each row as one text; there are only seven combinations, so each is spelled once."""
    code = sum(sums[source].astype(int) * 2**place for place, source in enumerate(SOURCES))
    words = [
        "+".join(name for place, name in enumerate(SOURCES) if number >> place & 1)
        for number in range(2 ** len(SOURCES))
    ]
    return code.map(dict(enumerate(words)))


def _overlapped(rows: pd.DataFrame) -> pd.Index:
    """The rows that give way to another wallet of the same customer and category over the same days."""
    rows = rows.sort_values(["customer_id", "category", "period_start", "period_end"], kind="stable")
    rows = rows.assign(group=rows.groupby(["customer_id", "category"], sort=False).ngroup())
    # Sorted by start, periods are free of overlaps exactly when no neighbours overlap; so few rows reach the loop.
    touches = (rows["group"] == rows["group"].shift()) & (rows["period_start"] <= rows["period_end"].shift())
    rows = rows[rows["group"].isin(rows.loc[touches, "group"])]
    place = rows["wallet_source"].map({source: number for number, source in enumerate(SOURCES)}).fillna(len(SOURCES))
    rows = rows.assign(place=place, days=rows["period_end"] - rows["period_start"]).sort_values(
        ["group", "place", "period_end", "days"], ascending=[True, True, False, False], kind="stable"
    )
    losers, taken, current = [], [], None
    for row in rows[["group", "period_start", "period_end"]].itertuples():
        if row.group != current:
            current, taken = row.group, []
        if any(row.period_start <= end and start <= row.period_end for start, end in taken):
            losers.append(row.Index)
        else:
            taken.append((row.period_start, row.period_end))
    return pd.Index(losers, dtype=rows.index.dtype)


def _split(whole: pd.DataFrame, parts: pd.DataFrame) -> pd.Index:
    """The wallets without a category that share a day with a wallet by category of the same customer."""
    days = ["customer_id", "period_start", "period_end"]
    pairs = whole[days].reset_index().merge(parts[days].drop_duplicates(), on="customer_id", suffixes=("", "_part"))
    shared = (pairs["period_start"] <= pairs["period_end_part"]) & (pairs["period_start_part"] <= pairs["period_end"])
    return pd.Index(pairs.loc[shared, "index"].unique(), dtype=whole.index.dtype)


def _refuse_bad_wallets(wallet_revenue: pd.DataFrame) -> None:
    amounts = wallet_revenue["wallet"].astype(float)
    bad = int((amounts.isna() | (amounts < 0)).sum())
    if bad:
        raise StepInputError(
            f"wallet_revenue: {counted(bad, 'wallet')} of {len(amounts):,} missing or below zero. A wallet is what a "
            "customer spends with everyone, zero or more. Correct the rows in decisions/corrections.yaml."
        )
