"""What is known of each buyer that could tell its wallet: its spend with us, how often, how broadly, and who it is.

One row per buyer, for the twelve months before `as_of`. Wallets of other lengths are brought to a year by their days,
so that all rows speak of the same thing; which ones were is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.history import days_of_customers
from helpers.method.money import UNITS, whole_money
from helpers.method.share_wallets import USED, in_scope, named_customers

YEAR = 365
NEARLY = 15  # days: a wallet of 350 to 380 days is one of a year
MONTHS = 12
SETTLING = 60  # days added to a customer's history, so that who came yesterday has no giant pace
ATTRIBUTE = "attribute__"
NOT_ATTRIBUTES = ("customer_id", "name", "start_date", "acquisition_cost")
LEAST_BUYERS = 10  # of a level of an attribute; those with fewer are one level together
MOST_LEVELS = 20
OTHER = "(other)"


def wallet_inputs(
    customer_share: pd.DataFrame,
    wallet_states: pd.DataFrame,
    customer_quarter: pd.DataFrame,
    customer_days: pd.DataFrame,
    customers: pd.DataFrame | None,
    *,
    window_start: object,
    as_of: object,
    scope_categories: Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per buyer: its wallet where it is known, and what could tell it where it is not.

    Parameters
    ----------
    customer_share : DataFrame, one row per buyer, from `share.customer_share`
        A wallet in conflict counts as unknown here.
    wallet_states : DataFrame, one row per wallet, from `share_wallets.wallet_states` with the same scope
        Says which days the wallets speak of.
    customer_quarter : DataFrame, one row per customer, quarter and category
    customer_days : DataFrame, one row per customer and day, over all history
    customers : DataFrame, one row per customer, or None
        Every column but names, dates and cost is an attribute.
    window_start, as_of : date
    scope_categories : list of str, optional
        As in `customer_share`.

    Returns
    -------
    DataFrame, sorted by customer_id
        group_id        str
        year_revenue    float  ours in the scope in the wallet's year; where it is unknown in the last 12 months, zero
                               or more, brought to a year by days where there is less history
        wallet          float  of a year; missing where unknown or in conflict
        wallet_revenue  float  ours in that year; missing likewise
        scaled          bool   whether the wallet's days were not about a year
        order_days      float  days with an order in the last 12 months, in any category
        breadth         float  categories in scope with revenue above zero in the last 12 months
        order_value     float  revenue above zero of an order day, over all history, in any category; missing where
                               none was above zero
        all_order_days  float  days with an order over all history, in any category
        pace            float  these a year, since the first one
        attribute__*    str    one per attribute that tells buyers apart; rare values are "(other)", none is ""

    Raises
    ------
    StepInputError
        If a customer stands in `customer_share` or in `customers` twice.

    Notes
    -----
    A panel writes no row where nothing was spent, so the days of its wallets are those of the whole panel.
    """
    _refuse_twice(customer_share, "customer_share")
    now = pd.Timestamp(as_of)
    table = customer_share[["customer_id", "group_id"]].sort_values("customer_id", ignore_index=True)
    buyers = customer_share.set_index("customer_id").loc[table["customer_id"]].reset_index()
    known = (buyers["wallet_state"] == "known").to_numpy()
    factor, scaled = _to_a_year(wallet_states, table["customer_id"])

    recent = named_customers(customer_quarter)
    recent = recent[in_scope(recent["category"], scope_categories)]
    recent = recent[recent["quarter_start"] >= now - pd.DateOffset(months=MONTHS)]
    last_year = _year_revenue(recent, buyers, now, pd.Timestamp(window_start))
    table["wallet"] = whole_money((buyers["wallet"] * factor).where(known))
    table["wallet_revenue"] = whole_money((buyers["wallet_revenue"] * factor).where(known))
    table["scaled"] = scaled & known
    table["year_revenue"] = table["wallet_revenue"].where(known, last_year)

    bought = recent[recent["revenue"] > 0].groupby("customer_id")["category"].nunique()
    table["breadth"] = bought.reindex(table["customer_id"]).fillna(0).to_numpy(dtype=float)
    history = _history(customer_days, now).reindex(table["customer_id"])
    table["order_days"] = history["recent"].fillna(0).to_numpy(dtype=float)
    table["order_value"] = history["value"].to_numpy(dtype=float)
    table["all_order_days"] = history["all_days"].fillna(0).to_numpy(dtype=float)
    table["pace"] = history["pace"].fillna(0).to_numpy(dtype=float)
    return pd.concat([table, _attributes(customers, table["customer_id"])], axis=1)


def _year_revenue(recent: pd.DataFrame, buyers: pd.DataFrame, now: pd.Timestamp, start: pd.Timestamp) -> pd.Series:
    """Ours in the last 12 months, by the place of the buyer; by days where the quarters hold less than a year."""
    if recent.empty:  # less than a quarter of history: the window is all there is
        sums, first = buyers.set_index("customer_id")["revenue"], start
    else:
        sums, first = recent.groupby("customer_id")["revenue"].sum(), recent["quarter_start"].min()
    days = max((now - first).days, 1)
    factor = YEAR / days if days < YEAR - NEARLY else 1.0
    sums = sums.reindex(buyers["customer_id"]).fillna(0.0).clip(lower=0.0) * factor
    return whole_money(sums).reset_index(drop=True)


def _to_a_year(states: pd.DataFrame, customer_id: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """By what each customer's wallet is multiplied to be one of a year, and where that is not 1."""
    used = states[states["state"] == USED]
    if used.empty:
        return np.ones(len(customer_id)), np.zeros(len(customer_id), dtype=bool)
    periods = ["period_start", "period_end"]
    panel = used["wallet_source"] == "panel"
    days = _days_of(used.loc[~panel, ["customer_id", *periods]])
    if panel.any():
        whole = _days_of(used.loc[panel, periods].assign(customer_id="panel")).iloc[0]
        seen = pd.Series(whole, index=pd.unique(used.loc[panel, "customer_id"]))
        days = pd.concat([days, seen]).groupby(level=0).max()
    days = days.reindex(customer_id).to_numpy(dtype=float)
    scaled = np.abs(days - YEAR) > NEARLY  # a missing number of days is not above anything
    return np.where(scaled, YEAR / np.where(scaled, days, YEAR), 1.0), scaled


def _days_of(periods: pd.DataFrame) -> pd.Series:
    """Days of each customer's periods together: their sum, and where they overlap no more than from first to last."""
    each = periods.drop_duplicates()
    each = each.assign(days=(each["period_end"] - each["period_start"]).dt.days + 1)
    by = each.groupby("customer_id")
    span = (by["period_end"].max() - by["period_start"].min()).dt.days + 1
    return by["days"].sum().clip(upper=span)


def _history(customer_days: pd.DataFrame, now: pd.Timestamp) -> pd.DataFrame:
    """Order days of the last 12 months, revenue of an order day, and order days a year since the first, by customer."""
    days = days_of_customers(customer_days, as_of=now)
    days = days[days["ordered"]]
    by = days.groupby("customer_id")
    table = by.agg(first=("date", "min"), all_days=("date", "size"))
    money = days["money"].clip(lower=0).groupby(days["customer_id"]).sum()
    table["value"] = (money.astype(float) / (UNITS * table["all_days"])).where(money > 0)
    since = (now - table["first"]).dt.days + SETTLING
    table["pace"] = table["all_days"] * YEAR / since
    recent = days[days["date"] >= now - pd.DateOffset(months=MONTHS)]
    table["recent"] = recent.groupby("customer_id").size()
    return table


def _attributes(customers: pd.DataFrame | None, customer_id: pd.Series) -> pd.DataFrame:
    """Who the buyers are, in words: one column per attribute that has two levels or more among them."""
    if customers is None:
        return pd.DataFrame(index=customer_id.index)
    _refuse_twice(customers, "customers")
    rows = customers.set_index("customer_id").reindex(customer_id)
    found = {}
    for name in sorted(set(rows.columns) - set(NOT_ATTRIBUTES)):
        words = rows[name].astype("str").fillna("").reset_index(drop=True)
        counts = words.value_counts()
        counts = counts[counts >= LEAST_BUYERS].sort_index().sort_values(ascending=False, kind="stable")
        words = words.where(words.isin(counts.index[:MOST_LEVELS]), OTHER)
        if words.nunique() > 1:
            found[ATTRIBUTE + name] = words
    return pd.DataFrame(found, index=customer_id.index)


def _refuse_twice(table: pd.DataFrame, name: str) -> None:
    if table["customer_id"].duplicated().any():
        raise StepInputError(
            f"wallet_inputs: a customer stands in {name} twice; expected one row per customer. Correct the rows in "
            "decisions/corrections.yaml."
        )
