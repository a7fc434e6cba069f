"""Acquisition: what a customer who is won today will be worth, beside what it cost to win one, by channel and year.

To create and to keep customers are two tasks. Lifetime value from today on judges the second; here the clock starts at
the first purchase, so that a channel is judged by all that its customers bring.
"""

from __future__ import annotations

from math import fsum, sqrt

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.delivered import columns_of
from helpers.method.intervals import LEVEL, t_quantile
from helpers.method.money import UNITS, whole_money
from helpers.method.newborn import Newborn, newborn_by_channel
from helpers.method.purchase_history import purchase_days

ALL, CHANNEL, YEAR, CHANNEL_YEAR = "all", "channel", "year", "channel_year"
_MONEY = ("acquisition_cost", "newborn_clv", "clv_low", "clv_high")
_RATIO = ("value_per_cost", "ratio_low", "ratio_high")
_COUNTS = ("customers", "never_bought", "margins_unknown", "costs_known", "payback_months")
COLUMNS = ("scope", "channel", "year", "cohort", *_COUNTS[:4], *_MONEY, *_RATIO, "payback_months", "model")


def acquisition(
    customers: pd.DataFrame | None,
    customer_days: pd.DataFrame,
    margin_rates: pd.Series,
    *,
    as_of: object,
    months: int = 36,
    annual_discount: float = 0.10,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Value and cost of new customers, by the channel that won them and the year.

    Answers "does what we pay for a new customer come back, and after how many months?".

    Parameters
    ----------
    customers : DataFrame, one row per account, or None
        What there is of customer_id, channel (through which it was won), start_date and acquisition_cost.
    customer_days : DataFrame, one row per customer and day with a line, over all history
    margin_rates : Series by customer_id
        What one of revenue of purchase days earns, as in the lifetime value; missing where unknown.
    as_of : date
    months : int
        The horizon, counted from the first purchase.
    annual_discount : float
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame, one row per cohort that has a customer, sorted: all, each year, each channel, each channel and year
        scope            str    all, year, channel, channel_year
        channel          str    missing in rows over all channels
        year             Int64  of start_date, without one of the first purchase; missing in rows over all years
        cohort           str    the two in words
        customers        Int64  accounts that bought
        never_bought     Int64  accounts that never did: they cost, and bring nothing
        margins_unknown  Int64  customers left out of the value because their margin rate is unknown
        costs_known      Int64  accounts with an acquisition cost, also those that never bought
        acquisition_cost float  currency per customer who bought: mean cost of an account with a known cost, times the
                                accounts that it takes to win one who buys; missing where no cost is known
        newborn_clv, clv_low, clv_high  float  currency per customer, first purchase included; missing without a model
        value_per_cost, ratio_low, ratio_high  float  newborn_clv / acquisition_cost
        payback_months   Int64  after so many months the margin has reached the cost, 0 = with the first purchase;
                                missing where it does not within the horizon, or the cost or the value is unknown
        model            str    channel: purchases ahead by a model of the channel's own customers; all: of all
                                customers, for the channel has too few repeat buyers; missing without a model

    Raises
    ------
    StepInputError
        If the horizon has no month, or an account has two rows.

    Notes
    -----
    newborn_clv = margin of a purchase day x (1 + sum over k of purchases in month k x (1 + annual)^-((k - 0.5)/12)).
    The margin of a purchase day is sum over sum, the cohort's margin over its purchase days, so that a channel whose
    frequent buyers order small is not flattered. Purchases ahead are those of the purchase model for somebody of whom
    nothing is known but the channel: years of one channel differ in margin and cost only.

    The interval is linear: which customers the cohort happens to hold (value and cost of one customer together), and
    how sure the purchase model's parameters are.

    Accounts without a channel stand in the rows over all channels only.

    References
    ----------
    Fader, Hardie and Lee (2005), equation 9, for the purchases of a newborn; Gupta and Lehmann, *Managing Customers as
    Investments* (2005), for value beside acquisition cost.
    """
    if months < 1:
        raise StepInputError(f"acquisition: months is {months}, and should be 1 or more.")
    accounts = _accounts(customers, customer_days, margin_rates, as_of)
    models = newborn_by_channel(
        customer_days, accounts.set_index("customer_id")["channel"], as_of=as_of, months=months, annual=annual_discount
    )
    rows = [
        {"scope": scope, "channel": channel, "year": year, "cohort": _words(channel, year)}
        | _row(accounts[places], *_model_of(models, channel), level)
        for scope, channel, year, places in _cohorts(accounts)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    kinds = dict.fromkeys(("scope", "channel", "cohort", "model"), "str")
    kinds |= dict.fromkeys(("year", *_COUNTS), "Int64") | dict.fromkeys((*_MONEY, *_RATIO), float)
    table = table.astype(kinds)
    for name in _MONEY:
        table[name] = whole_money(table[name])
    return table.round(dict.fromkeys(_RATIO, 6))


def _accounts(
    customers: pd.DataFrame | None, customer_days: pd.DataFrame, margin_rates: pd.Series, as_of: object
) -> pd.DataFrame:
    """One row per account opened before as_of or customer who bought: channel, year, cost, purchase days, margin."""
    kinds = {"customer_id": "str", "channel": "str", "start_date": "datetime64[us]", "acquisition_cost": float}
    known = columns_of(customers, kinds)
    twice = known["customer_id"].duplicated()
    if twice.any():
        raise StepInputError(f"acquisition: customer {known.loc[twice, 'customer_id'].iloc[0]} has more than one row.")
    bought = purchase_days(customer_days, end=as_of).groupby("customer_id", as_index=False)
    bought = bought.agg(first=("date", "min"), days=("date", "size"), units=("money", "sum"))
    table = known.merge(bought, on="customer_id", how="outer", validate="one_to_one")
    begun = table["days"].notna() | ~(table["start_date"] >= pd.Timestamp(as_of))
    table = table[begun].sort_values("customer_id", ignore_index=True)
    table["days"] = table["days"].fillna(0).astype("int64")
    table["year"] = table["start_date"].fillna(table["first"]).dt.year.astype("Int64")
    rates = pd.Series(margin_rates, dtype=float).reindex(table["customer_id"]).to_numpy()
    table["margin"] = table["units"].fillna(0).to_numpy(dtype=float) / UNITS * rates
    table["channel"] = table["channel"].where(table["channel"].fillna("") != "")
    return table


def _cohorts(accounts: pd.DataFrame):
    """Each cohort with a customer: scope, channel, year and its places."""
    bought = (accounts["days"] > 0).to_numpy()
    channels = sorted(set(accounts["channel"].dropna()))
    years = sorted(set(accounts["year"].dropna()))
    pairs = [(None, None), *((None, year) for year in years), *((channel, None) for channel in channels)]
    pairs += [(channel, year) for channel in channels for year in years]
    for channel, year in pairs:
        places = np.ones(len(accounts), dtype=bool)
        if channel is not None:
            places &= (accounts["channel"] == channel).fillna(False).to_numpy(dtype=bool)
        if year is not None:
            places &= (accounts["year"] == year).fillna(False).to_numpy(dtype=bool)
        if (places & bought).any():
            scope = {(True, True): ALL, (True, False): YEAR, (False, True): CHANNEL}.get(
                (channel is None, year is None), CHANNEL_YEAR
            )
            yield scope, channel, year, places


def _words(channel: str | None, year: int | None) -> str:
    said = "All channels" if channel is None else channel
    return said if year is None else f"{said}, {year}"


def _model_of(models: dict[str, Newborn], channel: str | None) -> tuple[Newborn | None, str | None]:
    if channel in models:
        return models[channel], CHANNEL
    return models.get(""), ALL if "" in models else None


def _row(cohort: pd.DataFrame, newborn: Newborn | None, model: str | None, level: float) -> dict:
    """Value, cost and their ratio, each with how much one account moves it."""
    bought, costed = cohort["days"] > 0, cohort["acquisition_cost"].notna()
    valued = bought & cohort["margin"].notna()
    row = {
        "customers": int(bought.sum()),
        "never_bought": int((~bought).sum()),
        "margins_unknown": int((bought & ~valued).sum()),
        "costs_known": int(costed.sum()),
        "model": model,
    }
    cost, cost_moved = None, 0.0
    if costed.any():
        costs = cohort["acquisition_cost"].where(costed, 0.0).to_numpy()
        mean, needed = fsum(costs) / int(costed.sum()), len(cohort) / int(bought.sum())
        cost = row["acquisition_cost"] = mean * needed
        cost_moved = np.where(costed, costs - mean, 0.0) / int(costed.sum()) * needed
    if newborn is None or not valued.any():
        return row
    margins, days = cohort["margin"].where(valued, 0.0).to_numpy(), cohort["days"].where(valued, 0).to_numpy()
    earned = fsum(margins) / days.sum()
    moved = newborn.days * (margins - earned * days) / days.sum()
    value = row["newborn_clv"] = newborn.days * earned
    row["clv_low"], row["clv_high"] = _ends(value, moved, earned * newborn.error, int(valued.sum()), level)
    if cost is not None and cost > 0:
        ratio = row["value_per_cost"] = value / cost
        moved = (moved - ratio * cost_moved) / cost
        count = min(int(valued.sum()), int(costed.sum()))
        row["ratio_low"], row["ratio_high"] = _ends(ratio, moved, earned * newborn.error / cost, count, level)
    if cost is not None:
        reached = np.flatnonzero(newborn.days_by_month * earned >= cost)
        row["payback_months"] = int(reached[0]) if len(reached) else None
    return row


def _ends(value: float, moved: np.ndarray, model_error: float, count: int, level: float) -> tuple[float, float]:
    """The interval around a value: how much each account moves it, and the error of the model; NaN for one account."""
    if count < 2:
        return float("nan"), float("nan")
    error = sqrt(count / (count - 1) * fsum(np.square(moved)) + model_error**2)
    reach = t_quantile((1 + level) / 2, count - 1) * error
    return value - reach, value + reach
