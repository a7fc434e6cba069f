"""Newborn customers: how many purchase days somebody brings of whom nothing is known but the channel, discounted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.method.bg_nbd import fit_bg_nbd
from helpers.method.purchase_history import purchase_history
from helpers.method.purchase_likelihood import MIN_REPEATERS, NAMES
from helpers.method.purchase_model import PurchaseModel
from helpers.method.purchase_moments import parameter_slopes

WEEKS_A_MONTH = 365.25 / 84


@dataclass(frozen=True)
class Newborn:
    """Purchase days of a new customer, discounted, the first one in full.

    days : float, over the whole horizon
    days_by_month : array, up to the end of month 0 (the first purchase alone), 1, 2 ... horizon
    error : float, standard error of `days` from the parameters of the model
    """

    days: float
    days_by_month: np.ndarray
    error: float


def newborn_of(model: PurchaseModel, *, months: int, annual: float) -> Newborn:
    """What a model expects of somebody who buys for the first time today.

    Parameters
    ----------
    model : PurchaseModel
    months : int
        The horizon.
    annual : float
        Yearly discount; purchases of month k count (1 + annual)^-((k - 0.5)/12).

    Notes
    -----
    The error is linear in the logarithms of the parameters, with their covariance.

    References
    ----------
    Fader, Hardie and Lee, "Counting your customers the easy way" (Marketing Science 24, 2005), equation 9.
    """
    factors = (1 + annual) ** (-(np.arange(months) + 0.5) / 12)
    weeks = WEEKS_A_MONTH * np.arange(1, months + 1)

    def by_month(of: PurchaseModel) -> np.ndarray:
        ahead = np.diff(np.append(0.0, of.expected_newborn(weeks)))
        return np.cumsum(np.append(1.0, ahead * factors))

    slopes = parameter_slopes(model, NAMES, lambda of: by_month(of)[-1])[:, 0]
    variance = float(slopes @ model.covariance @ slopes)
    days = by_month(model)
    return Newborn(float(days[-1]), days, float(np.sqrt(max(variance, 0.0))))


def newborn_by_channel(
    customer_days: pd.DataFrame, channels: pd.Series, *, as_of: object, months: int, annual: float
) -> dict[str, Newborn]:
    """Newborn customers of each channel that has repeat buyers enough for a model of its own, and of all.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day with a line, over all history
    channels : Series by customer_id
        Through which each was won; missing where unknown.
    as_of, months, annual
        As `newborn_of`.

    Returns
    -------
    dict of channel to Newborn; all customers under "". A model that found no maximum is left out.

    Notes
    -----
    The channel is known at the first purchase, so those who left soon are in the model of their channel too. Groups
    formed by what customers did later would hold only those who stayed.
    """
    history = purchase_history(customer_days, end=as_of)
    of = channels.reindex(history["customer_id"]).to_numpy(dtype=object)
    parts = {"": history} | {
        channel: history[(of == channel).astype(bool)] for channel in sorted(set(channels.dropna()))
    }
    found = {}
    for channel, part in parts.items():
        if int((part["x"] > 0).sum()) < MIN_REPEATERS:
            continue
        model = fit_bg_nbd(part)
        if model.converged:
            found[channel] = newborn_of(model, months=months, annual=annual)
    return found
