"""BG/NBD: how often customers buy and when they stop, fitted to who bought how often and how recently."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from helpers.method.purchase_likelihood import fit
from helpers.method.purchase_model import PurchaseModel


def fit_bg_nbd(history: pd.DataFrame, start: PurchaseModel | Sequence[float] | None = None) -> PurchaseModel:
    """Fit the beta-geometric/negative binomial distribution model.

    Parameters
    ----------
    history : DataFrame, one row per customer who ever bought
        x repeat purchases, t_x weeks from the first purchase to the last, T weeks observed; see `purchase_history`.
    start : PurchaseModel or four numbers, optional
        Where the search begins (r, alpha, a, b); a model of similar customers saves time and changes no result.

    Returns
    -------
    PurchaseModel
        It says whether the maximum was found, and which parameters stand at a bound.

    Raises
    ------
    StepInputError
        If fewer than 30 customers bought again, or a row is no history.

    Notes
    -----
    No customer can have dropped out before its first repeat purchase. Where many bought once, look at `fit_mbg_nbd`
    too. Neither the order of rows nor ids matter.

    References
    ----------
    Fader, Hardie and Lee, "Counting your customers the easy way: an alternative to the Pareto/NBD model" (Marketing
    Science 24, 2005, 275-284).
    """
    return fit("bg_nbd", history, start)
