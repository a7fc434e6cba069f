"""The customers of an earlier version by the model of today: what part of a change is the model's, and not theirs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.lifetime_checks import lifetime_basis
from helpers.method.newborn import WEEKS_A_MONTH
from helpers.method.purchase_history import purchase_history
from helpers.method.shared_models import shared_models


def purchases_restated(
    customer_days: pd.DataFrame,
    customer_quarter: pd.DataFrame | None,
    customer_channel: pd.DataFrame | None,
    group_centres: pd.DataFrame | None,
    *,
    then: object | None,
    as_of: object,
    months: int,
    annual_discount: float,
) -> pd.Series | None:
    """What today's model says that the customers of an earlier day were going to spend from that day on.

    Parameters
    ----------
    customer_days, customer_quarter, customer_channel, group_centres : DataFrame
        As in `lifetime_checks.lifetime_basis`, which says who shares a fit.
    then, as_of : date, of the earlier version and of today
    months, annual_discount : as in step 04 of today

    Returns
    -------
    Series of float by customer_id, money: expected purchases x spend, discounted to `then`; what was bought before it
    is all that is looked at. None where there is no model, or no earlier version (`then` is None).

    Notes
    -----
    The difference from what the earlier version said holds all that changed about the model: its parameters, fitted to
    more data; who shares a fit; the horizon and the discount; and corrected data.
    """
    if then is None:
        return None
    basis = lifetime_basis(customer_days, customer_quarter, customer_channel, group_centres, as_of=as_of)
    try:
        models = shared_models(basis.history, basis.sharing)
    except StepInputError:
        return None
    history = purchase_history(customer_days, end=then)
    of = pd.Series(models.of, index=basis.history["customer_id"].to_numpy()).reindex(history["customer_id"])
    weeks = WEEKS_A_MONTH * np.arange(1, months + 1)
    factors = (1 + annual_discount) ** (-(np.arange(months) + 0.5) / 12)
    value = np.full(len(history), np.nan)
    for name, at, (x, t_x, T, count, mean) in replace(models, of=of.to_numpy(dtype=object)).parts(history):
        spend = models.spends[name].expected(count, mean)
        value[at] = models.purchases[name].discounted_purchases(x, t_x, T, weeks, factors) * spend
    return pd.Series(value, index=history["customer_id"].to_numpy())
