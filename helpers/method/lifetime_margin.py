"""What a euro that a customer orders will earn: margins for the lifetime value, and how far to trust a customer's own.

Lifetime value multiplies what a customer will spend on purchase days by what each euro of that earned in the window.
Returns fall on days without an order, and service has days of its own, so both are in the rate and not in the spend.
A rate from little revenue says little: it is drawn towards the rate of the customer's group, by its revenue.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.cost_to_serve import cost_of_events
from helpers.method.history import block_starts
from helpers.method.money import UNITS, ten_thousandths

AFTER_COST_TO_SERVE, GROSS_MARGIN, ASSUMED, NO_MARGIN = (
    "after_cost_to_serve",
    "gross_margin",
    "assumed_rate",
    "expected_revenue",
)
BASES = (AFTER_COST_TO_SERVE, GROSS_MARGIN, ASSUMED, NO_MARGIN)


@dataclass(frozen=True)
class EarningRates:
    """What a euro of purchase days earns, per customer.

    basis : str, one of BASES: what is taken off. With expected_revenue nothing but returns, and it is no margin
    customers : DataFrame, one row per customer asked for, sorted by customer_id
        customer_id, billed (revenue of purchase days in the window), own_rate (missing where unknown), group_rate,
        credibility (0-1, the weight of the own rate), margin_rate (what is used), margin_error (standard error of what
        the customer's own rate is around it), group_error (standard error of the group's rate)
    unknown : int, customers with purchase days in the window whose own rate is unknown, for a line lacks its cost
    """

    basis: str
    customers: pd.DataFrame
    unknown: int


def margin_basis(
    customer_days: pd.DataFrame,
    events: pd.DataFrame | None,
    costs: pd.DataFrame | None,
    gross_margin_rate: float | None,
    *,
    window_start: object,
    as_of: object,
) -> str:
    """What a margin can be taken after, the best that the data allow: one of BASES.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day
    events, costs : service_events and activity_costs, or None
    gross_margin_rate : float or None
        Decided by people, 0-1; used only where no day of a customer has its cost of goods.
    window_start, as_of : date

    Raises
    ------
    StepInputError
        If gross_margin_rate is no part between 0 and 1.
    """
    if gross_margin_rate is not None and not 0 <= gross_margin_rate <= 1:
        raise StepInputError(
            f"gross_margin_rate is {gross_margin_rate:g}, and should be a part of revenue between 0 and 1, such as 0.3."
        )
    days = _purchases_and_returns(customer_days, window_start, as_of)
    if days["gross"].notna().any():
        costed = cost_of_events(events, costs, start=window_start, end=as_of)
        return AFTER_COST_TO_SERVE if costed["cost"].notna().any() else GROSS_MARGIN
    return NO_MARGIN if gross_margin_rate is None else ASSUMED


def earning_rates(
    customer_days: pd.DataFrame,
    groups: pd.Series,
    *,
    basis: str,
    window_start: object,
    as_of: object,
    events: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
    gross_margin_rate: float | None = None,
) -> EarningRates:
    """What a euro of each customer's purchase days earns in the window, drawn towards its group's by revenue.

    Answers "if this customer orders for another 100, what is left of it?".

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day
    groups : Series of str, indexed by customer_id
        Whose rates are drawn together; the answer has these customers, those without a purchase day in the window too.
    basis : str
        One of BASES, from `margin_basis`.
    window_start, as_of : date
    events, costs : service_events and activity_costs; needed after cost to serve
    gross_margin_rate : float, with the basis assumed_rate

    Returns
    -------
    EarningRates

    Notes
    -----
    own rate = (revenue - cost of goods - traced cost to serve) / revenue of purchase days, all of the window. Purchase
    days are those of the lifetime models: with an order, and revenue not below zero. Returns on other days lower the
    numerator only. It may lie below zero.

    margin_rate = credibility x own rate + (1 - credibility) x the group's, where credibility = w / (w + K), w is the
    revenue of the purchase days, and K = variance within customers between quarters / variance between customers, both
    weighted by revenue. Where customers of a group do not differ by more than their quarters do, all have the group's
    rate. A customer whose cost of goods is not known throughout has its group's; so has one without purchase days. A
    group in which nobody's is known has that of all.

    References
    ----------
    Buehlmann and Straub, "Glaubwuerdigkeit fuer Schadensaetze", Mitteilungen der Vereinigung schweizerischer
    Versicherungsmathematiker 70 (1970).

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["c1", "c1"], "date": pd.to_datetime(["2026-01-05", "2026-01-09"]),
    ...     "positive_lines": [1, 0], "revenue": [100.0, -10.0], "cost_of_goods": [60.0, -6.0]})
    >>> rates = earning_rates(days, pd.Series({"c1": "g1"}), basis="gross_margin", window_start="2025-02-01",
    ...     as_of="2026-02-01")
    >>> rates.customers[["billed", "own_rate", "margin_rate"]].round(4).values.tolist()
    [[100.0, 0.36, 0.36]]
    """
    groups = groups.astype("str").sort_index()
    amounts = _amounts(customer_days, events, costs, basis, gross_margin_rate, window_start, as_of)
    amounts = amounts[amounts["customer_id"].isin(groups.index)]
    sums = amounts.groupby("customer_id")[["billed", "earned"]].sum().reindex(groups.index, fill_value=0)
    blank = amounts.groupby("customer_id")["unknown"].any().reindex(groups.index, fill_value=False).to_numpy(dtype=bool)
    billed = sums["billed"].to_numpy() / UNITS
    known = (billed > 0) & ~blank
    own = np.where(known, sums["earned"].to_numpy() / UNITS / np.where(known, billed, 1.0), np.nan)
    table = pd.DataFrame({"customer_id": groups.index.astype("str"), "billed": billed, "own_rate": own})
    everyone = _credibility(table, amounts, np.zeros(len(table), dtype=int), 1)
    codes, names = pd.factorize(groups.to_numpy(), sort=True)
    by_group = _credibility(table, amounts, codes, len(names))
    # a group in which nobody's rate is known has that of all
    facts = (
        by_group.where(
            by_group["rate"].notna(),
            pd.DataFrame(np.repeat(everyone.to_numpy(), len(names), axis=0), columns=everyone.columns),
        )
        .iloc[codes]
        .reset_index(drop=True)
    )
    facts = facts.fillna({"rate": 0.0, "within": 0.0, "between": 0.0, "error": 0.0})
    weight = np.where(known, billed, 0.0)
    spread = facts["between"].to_numpy()
    alone = by_group["customers"].to_numpy()[codes] == 1
    bottom = weight * spread + facts["within"].to_numpy()
    z = np.where(bottom > 0, weight * spread / np.where(bottom > 0, bottom, 1.0), 0.0)
    z = np.where(known & alone, 1.0, z)
    table["group_rate"] = facts["rate"]
    table["credibility"] = z
    table["margin_rate"] = z * np.where(known, own, 0.0) + (1 - z) * facts["rate"].to_numpy()
    table["margin_error"] = np.sqrt(spread * (1 - z))
    table["group_error"] = facts["error"]
    return EarningRates(basis, table, int(((billed > 0) & blank).sum()))


def _credibility(table: pd.DataFrame, amounts: pd.DataFrame, codes: np.ndarray, groups: int) -> pd.DataFrame:
    """Per group: customers with a known rate, the group's rate, the two variances, the standard error of the rate.

    The variance within is that of one unit of revenue; between is that of customers' true rates, not below zero.
    """
    known = table["own_rate"].notna().to_numpy()
    place = pd.Series(np.arange(len(table)), index=table["customer_id"])
    blocks = amounts[amounts["customer_id"].isin(table.loc[known, "customer_id"])]
    blocks = blocks.groupby(["customer_id", "block"], as_index=False)[["billed", "earned"]].sum()
    blocks = blocks[blocks["billed"] > 0]
    at = place.reindex(blocks["customer_id"]).to_numpy()
    billed, own = table["billed"].to_numpy(), table["own_rate"].fillna(0.0).to_numpy()
    weight = blocks["billed"].to_numpy() / UNITS
    rate = blocks["earned"].to_numpy() / UNITS / weight

    def total(values: np.ndarray, of: np.ndarray) -> np.ndarray:
        return np.bincount(of, weights=values, minlength=groups)

    of = codes[known]
    w, e = billed[known], own[known]
    count, whole = total(np.ones(len(w)), of), total(w, of)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total(w * e, of) / whole
        freedom = total(np.ones(len(at)), codes[at]) - count
        within = total(weight * (rate - own[at]) ** 2, codes[at]) / np.where(freedom > 0, freedom, np.nan)
        apart = total(w * (e - mean[of]) ** 2, of) - (count - 1) * within
        between = np.maximum(apart / (whole - total(w**2, of) / whole), 0.0)
        between = np.where(count > 1, between, 0.0)
        precision = 1 / (between[of] + within[of] / w)
        error = 1 / np.sqrt(total(np.where(np.isfinite(precision), precision, 0.0), of))
    facts = pd.DataFrame({"customers": count, "rate": mean, "within": within, "between": between, "error": error})
    return facts.replace([np.inf, -np.inf], np.nan)


def _amounts(
    customer_days: pd.DataFrame,
    events: pd.DataFrame | None,
    costs: pd.DataFrame | None,
    basis: str,
    rate: float | None,
    window_start: object,
    as_of: object,
) -> pd.DataFrame:
    """billed and earned in ten-thousandths, a row per customer and day or event, with the quarter (block) it is in."""
    days = _purchases_and_returns(customer_days, window_start, as_of)
    unknown = np.zeros(len(days), dtype=bool)
    if basis in (GROSS_MARGIN, AFTER_COST_TO_SERVE):
        unknown = days["gross"].isna().to_numpy()
        earned = ten_thousandths(days["gross"].fillna(0.0))
    elif basis == ASSUMED:
        if rate is None:
            raise StepInputError("earning_rates: the basis assumed_rate needs gross_margin_rate.")
        earned = ten_thousandths(days["revenue"] * rate)
    elif basis == NO_MARGIN:
        earned = ten_thousandths(days["revenue"])
    else:
        raise StepInputError(f"earning_rates: basis is {basis!r}, expected one of {', '.join(BASES)}.")
    parts = [
        pd.DataFrame(
            {
                "customer_id": days["customer_id"],
                "date": days["date"],
                "earned": earned,
                "billed": np.where(days["purchase"], ten_thousandths(days["revenue"]), 0),
                "unknown": unknown,
            }
        )
    ]
    if basis == AFTER_COST_TO_SERVE:
        costed = cost_of_events(events, costs, start=window_start, end=as_of)
        parts.append(
            pd.DataFrame(
                {
                    "customer_id": costed["customer_id"],
                    "date": costed["date"],
                    "earned": -ten_thousandths(costed["cost"].fillna(0.0)),
                    "billed": 0,
                    "unknown": False,
                }
            )
        )
    rows = pd.concat(parts, ignore_index=True)
    starts = block_starts(window_start, as_of)
    rows["block"] = np.searchsorted(starts.to_numpy(), rows["date"].to_numpy(dtype="datetime64[us]"), side="right")
    return rows


def _purchases_and_returns(customer_days: pd.DataFrame, window_start: object, as_of: object) -> pd.DataFrame:
    """The window's days with a customer: revenue, gross margin (missing where unknown), whether a purchase day."""
    date = customer_days["date"]
    named = customer_days["customer_id"].astype("str").fillna("") != ""
    rows = customer_days[named & (date >= pd.Timestamp(window_start)) & (date < pd.Timestamp(as_of))]
    revenue = rows["revenue"].astype(float)
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"].astype("str"),
            "date": rows["date"],
            "revenue": revenue,
            "gross": revenue - rows["cost_of_goods"].astype(float),
            "purchase": ((rows["positive_lines"] > 0) & (revenue >= 0)).to_numpy(dtype=bool),
        }
    )
