"""Fees of contracts in a period: revenue that stands in no transaction, and without which holders look like losses."""

from __future__ import annotations

import pandas as pd

from helpers.method.delivered import columns_of
from helpers.method.money import whole_money

DAYS_A_MONTH = 365.25 / 12


def contract_fees(contracts: pd.DataFrame | None, *, start: object, end: object) -> pd.Series:
    """What each customer's contracts brought in a period.

    Parameters
    ----------
    contracts : DataFrame, one row per contract or term of it, or None
        customer_id, start_date, end_date (last day, included; blank = still running), monthly_fee.
    start, end : date
        Days with start <= day < end count; a day is the 30.4th part of a month.

    Returns
    -------
    Series of float, currency, by customer_id, sorted; customers without a day under contract are not in it

    Notes
    -----
    Fees are taken to be earned day by day, whenever they were paid. Contracts beside each other add up.

    Examples
    --------
    >>> rows = pd.DataFrame({"customer_id": ["c1"], "start_date": [pd.Timestamp("2025-01-01")], "monthly_fee": [30.0]})
    >>> contract_fees(rows, start="2026-01-01", end="2027-01-01").round(1).to_dict()
    {'c1': 359.8}
    """
    kinds = {"customer_id": "str", "start_date": "datetime64[us]", "end_date": "datetime64[us]", "monthly_fee": float}
    rows = columns_of(contracts, kinds)
    first, after = pd.Timestamp(start), pd.Timestamp(end)
    until = (rows["end_date"] + pd.Timedelta(days=1)).fillna(after).clip(upper=after)
    days = (until - rows["start_date"].clip(lower=first)).dt.days
    under = days > 0
    fees = whole_money((days * rows["monthly_fee"] / DAYS_A_MONTH)[under])
    return fees.groupby(rows.loc[under, "customer_id"]).sum().round(4)
