"""Referral value: what the customers who came through a customer bring in their first year, as far as it is owed to it.

It says what somebody's word is worth. The same money is in the lifetime value of who came, so the two may stand side by
side for one customer and are never added up over all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.advocacy import COUNTED, referral_states
from helpers.method.history import order_days
from helpers.method.money import UNITS, whole_money
from helpers.method.purchase_history import purchase_days

MONTHS = 12
ANNUAL_DISCOUNT = 0.10
NOT_ANYWAY = 0.5
DAYS_A_MONTH = 365.25 / 12

NEW, KNOWN_BEFORE, NOT_BOUGHT, NO_MARGIN = "new", "known_before", "not_bought", "no_margin"


@dataclass(frozen=True)
class ReferralTerms:
    """What is assumed: the months that count, the yearly discount, and the part who would not have come anyway."""

    months: int = MONTHS
    annual_discount: float = ANNUAL_DISCOUNT
    not_anyway: float = NOT_ANYWAY

    def __post_init__(self) -> None:
        if self.months < 1:
            raise StepInputError(f"Referral value: months is {self.months}, and should be 1 or more.")
        if not 0 <= self.annual_discount < 10:
            raise StepInputError(
                f"Referral value: annual_discount is {self.annual_discount:g}, and should be a rate such as 0.10."
            )
        if not 0 <= self.not_anyway <= 1:
            raise StepInputError(
                f"Referral value: not_anyway is {self.not_anyway:g}, and should be a part from 0 to 1, such as 0.5."
            )


TERMS = ReferralTerms()


def valued_referrals(
    referrals: pd.DataFrame | None,
    customer_days: pd.DataFrame,
    margin_rates: pd.Series | Mapping[str, float],
    *,
    as_of: object,
    terms: ReferralTerms = TERMS,
) -> pd.DataFrame:
    """Every referral that counts, with what the customer who came has brought, and whether that is all of its year.

    Parameters
    ----------
    referrals : DataFrame, one row per referral, or None
        customer_id (who recommended us), referred_customer_id, date.
    customer_days : DataFrame, one row per customer and day with a line, over all history
    margin_rates : Series by customer_id
        What one of revenue of purchase days earns from each customer, the same rate as in its lifetime value: what
        comes back later is in the rate. A rate that is not known leaves the value unknown.
    as_of : date
        What happened on it or after it is not known yet.
    terms : ReferralTerms

    Returns
    -------
    DataFrame, one row per counted referral, sorted by customer_id and referred_customer_id
        customer_id, referred_customer_id, date, shared_by  as in `advocacy.referral_states`
        state             str    new           came, bought, and had not bought before
                                 known_before  had bought from us before the referral: it did not come through it
                                 not_bought    no order day so far
                                 no_margin     new, but what its revenue earns is not known
        months_seen       int    whole months from the referral to as_of, `terms.months` at most
        referred_margin   float  currency: margin of those months, discounted to the day of the referral
        referral_value    float  currency: of this, the part owed to this customer; 0 for known_before and not_bought

    Notes
    -----
    Month k after the referral is discounted by (1 + annual)^-((k - 0.5)/12). Value = margin x not_anyway / shared_by:
    two customers who named the same one on its first day share it. Where the year is not over, the value is what has
    been seen of it, and so too low; `months_seen` tells.

    References
    ----------
    Kumar, Petersen and Leone, "How Valuable Is Word of Mouth?", Harvard Business Review, October 2007. There who would
    have come anyway still saves the cost of winning it; that saving is left out here.

    Examples
    --------
    >>> referrals = pd.DataFrame({"customer_id": ["c1"], "referred_customer_id": ["c2"],
    ...     "date": pd.to_datetime(["2026-01-10"])})
    >>> days = pd.DataFrame({"customer_id": ["c2", "c2"], "date": pd.to_datetime(["2026-01-15", "2027-01-15"]),
    ...     "positive_lines": [1, 1], "revenue": [100.0, 900.0]})
    >>> found = valued_referrals(referrals, days, {"c2": 0.4}, as_of="2027-06-01")
    >>> found[["state", "months_seen", "referred_margin", "referral_value"]].round(2).values.tolist()
    [['new', 12, 39.84, 19.92]]
    """
    states = referral_states(referrals, customer_days, end=as_of)
    table = states[states["state"].isin(COUNTED)].drop(columns="state").reset_index(drop=True)
    ordered = order_days(customer_days, as_of=as_of).groupby("customer_id")["date"].agg(["min", "max"])
    ordered = ordered.reindex(table["referred_customer_id"])
    known_before = ordered["min"].to_numpy() < table["date"].to_numpy()
    bought = ordered["max"].to_numpy() >= table["date"].to_numpy()
    rates = pd.Series(margin_rates, dtype=float).reindex(table["referred_customer_id"]).to_numpy()
    states_of = np.select([known_before, ~bought, np.isnan(rates)], [KNOWN_BEFORE, NOT_BOUGHT, NO_MARGIN], NEW)
    table["state"] = pd.Series(states_of, dtype="str")
    since = (pd.Timestamp(as_of) - table["date"]).dt.days
    table["months_seen"] = (since / DAYS_A_MONTH).astype("int64").clip(upper=terms.months)
    margin = _discounted_revenue(table, purchase_days(customer_days, end=as_of), terms) * rates
    table["referred_margin"] = whole_money(pd.Series(margin)).where(table["state"] == NEW)
    value = table["referred_margin"] * terms.not_anyway / table["shared_by"]
    table["referral_value"] = whole_money(value.mask(table["state"].isin([KNOWN_BEFORE, NOT_BOUGHT]), 0.0))
    columns = ["customer_id", "referred_customer_id", "date", "shared_by", "state", "months_seen", "referred_margin"]
    return table[[*columns, "referral_value"]].sort_values(columns[:2], ignore_index=True)


def referral_value(valued: pd.DataFrame) -> pd.DataFrame:
    """What each customer's referrals are worth.

    Parameters
    ----------
    valued : DataFrame, one row per counted referral, from `valued_referrals`

    Returns
    -------
    DataFrame, one row per customer with a counted referral, sorted by customer_id; where referrals were delivered, who
    is not in it has a value of zero
        new_customers   int    different customers who came through this one and bought
        referral_value  float  currency; missing where none of them has a known margin
        unvalued        int    of new_customers, those whose margin is not known: then the value is too low
        not_over        int    of new_customers, those whose year is not over: likewise

    Examples
    --------
    >>> valued = pd.DataFrame({"customer_id": ["c1", "c1"], "referral_value": [20.0, None], "months_seen": [12, 3],
    ...     "state": ["new", "no_margin"]})
    >>> referral_value(valued).values.tolist()
    [['c1', 2, 20.0, 1, 1]]
    """
    came = valued["state"].isin([NEW, NO_MARGIN])
    known = valued["referral_value"].notna()
    units = pd.Series(np.rint(valued["referral_value"].fillna(0.0) * UNITS), index=valued.index)
    months = valued["months_seen"].max() if len(valued) else 0
    rows = valued[["customer_id"]].assign(
        came=came.astype("int64"),
        units=units.astype("int64"),
        known=known,
        unvalued=(came & ~known).astype("int64"),
        not_over=(came & (valued["months_seen"] < months)).astype("int64"),
    )
    sums = rows.groupby("customer_id", as_index=False).agg(
        new_customers=("came", "sum"),
        referral_value=("units", "sum"),
        unvalued=("unvalued", "sum"),
        not_over=("not_over", "sum"),
        known=("known", "any"),
    )
    sums["referral_value"] = (sums["referral_value"] / UNITS).where(sums["known"])
    return sums.drop(columns="known")


def _discounted_revenue(table: pd.DataFrame, purchases: pd.DataFrame, terms: ReferralTerms) -> np.ndarray:
    """Revenue of each referred customer's purchases in the months from the referral on, discounted by the month."""
    rows = table.reset_index()[["index", "referred_customer_id", "date"]]
    rows = rows.merge(purchases, left_on="referred_customer_id", right_on="customer_id", suffixes=("", "_bought"))
    month = np.floor((rows["date_bought"] - rows["date"]).dt.days / DAYS_A_MONTH)
    inside = (month >= 0) & (month < terms.months)
    # whole amounts are added up by month first, so that the order of rows cannot matter
    by_month = rows[inside].groupby(["index", month[inside].rename("month")])["money"].sum().unstack("month")
    by_month = by_month.reindex(index=table.index, columns=range(terms.months), fill_value=0).fillna(0)
    factors = (1 + terms.annual_discount) ** (-(np.arange(terms.months) + 0.5) / 12)
    return by_month.to_numpy(dtype=float) @ factors / UNITS
