"""Would the purchase model have foreseen the last months? It is fitted to what was known before, and meets what came.

Beside it stands the simplest forecast: everybody goes on buying at the rate so far.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from helpers.errors import StepInputError
from helpers.method.bg_nbd import fit_bg_nbd
from helpers.method.purchase_history import WEEK, history_of_purchases, purchase_days
from helpers.method.purchase_likelihood import MIN_REPEATERS
from helpers.method.purchase_model import PurchaseModel

MOST_ERROR = 0.20
MOST_FREQUENT = 7  # repeat purchases and more, in one row


@dataclass(frozen=True)
class HoldOut:
    """What was foreseen and what came.

    cut : first day that the models did not know
    customers : DataFrame, one row per customer with a purchase before the cut, sorted by customer_id
        customer_id, x (repeat purchases before the cut), actual, predicted and naive purchases after it
    """

    cut: pd.Timestamp
    customers: pd.DataFrame

    @property
    def error(self) -> float:
        """Predicted purchases over actual ones, less one; NaN where nobody bought."""
        actual = self.customers["actual"].sum()
        return float(self.customers["predicted"].sum() / actual - 1) if actual else float("nan")

    def mean_error(self, of: str = "predicted") -> float:
        """Mean absolute error per customer, of "predicted" or "naive"."""
        return float((self.customers[of] - self.customers["actual"]).abs().mean())

    @property
    def passes(self) -> bool:
        """Whether the error of the total is within 20 % and customers are foreseen better than by their rates."""
        return bool(abs(self.error) <= MOST_ERROR and self.mean_error() < self.mean_error("naive"))


def holdout_cut(first_day: object, as_of: object) -> pd.Timestamp:
    """The first day of the hold-out: 12 months before as_of, or half-way through a history shorter than 24 months.

    >>> str(holdout_cut("1997-01-01", "1998-07-01").date()), str(holdout_cut("2022-05-03", "2026-09-01").date())
    ('1997-10-01', '2025-09-01')
    """
    first, end = pd.Timestamp(first_day), pd.Timestamp(as_of)
    year_before = end - pd.DateOffset(months=12)
    if end - pd.DateOffset(months=24) >= first:
        return year_before
    return end - pd.Timedelta(days=(end - first).days // 2)


def hold_out(
    customer_days: pd.DataFrame,
    *,
    as_of: object,
    cut: object = None,
    groups: pd.Series | None = None,
    fit: Callable[..., PurchaseModel] = fit_bg_nbd,
) -> HoldOut:
    """Fit to what was before the cut, and compare with the purchases from the cut to as_of.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day
    as_of : date
    cut : date, optional
        None for `holdout_cut`.
    groups : Series by customer_id, optional
        Who shares a fit; must be made of what was known before the cut. A group with fewer than 30 repeat buyers, and
        customers in none, have the fit of all. None for one fit.
    fit : `fit_bg_nbd` or `fit_mbg_nbd`

    Raises
    ------
    StepInputError
        If nobody bought, or fewer than 30 bought again before the cut.

    Notes
    -----
    Naive is x/T carried forward, 0 for somebody who bought for the first time on the day before the cut. Customers won
    after the cut are not in it.
    """
    purchases = purchase_days(customer_days, end=as_of)
    if purchases.empty:
        raise StepInputError("hold-out: nobody bought; expected purchases on both sides of the cut.")
    cut = holdout_cut(purchases["date"].min(), as_of) if cut is None else pd.Timestamp(cut)
    history = history_of_purchases(purchases[purchases["date"] < cut], end=cut)
    came = purchases.loc[purchases["date"] >= cut, "customer_id"].value_counts()
    weeks = (pd.Timestamp(as_of) - cut).days / WEEK
    labels = np.full(len(history), "") if groups is None else groups.reindex(history["customer_id"]).fillna("")
    rate = np.divide(history["x"], history["T"], out=np.zeros(len(history)), where=history["T"] > 0)
    customers = pd.DataFrame(
        {
            "customer_id": history["customer_id"],
            "x": history["x"],
            "actual": came.reindex(history["customer_id"]).fillna(0).to_numpy(dtype=int),
            "predicted": _predicted(history, np.asarray(labels, dtype=object), weeks, fit),
            "naive": rate * weeks,
        }
    )
    return HoldOut(cut, customers)


def _predicted(history: pd.DataFrame, labels: ArrayLike, weeks: float, fit: Callable[..., PurchaseModel]) -> np.ndarray:
    """Expected purchases, each customer by the fit of its group where that has repeat buyers enough."""
    together = fit(history)
    predicted = np.empty(len(history))
    for label in sorted(set(labels)):
        own = history[labels == label]
        enough = label != "" and (own["x"] > 0).sum() >= MIN_REPEATERS
        model = fit(own, together) if enough else together
        predicted[labels == label] = model.expected_purchases(own["x"], own["t_x"], own["T"], weeks)[:, 0]
    return predicted
