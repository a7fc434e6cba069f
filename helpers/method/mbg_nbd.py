"""MBG/NBD: BG/NBD in which a customer may drop out right after the first purchase too."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from helpers.method.purchase_likelihood import fit
from helpers.method.purchase_model import PurchaseModel


def fit_mbg_nbd(history: pd.DataFrame, start: PurchaseModel | Sequence[float] | None = None) -> PurchaseModel:
    """Fit the modified beta-geometric/negative binomial distribution model.

    Parameters, result, errors and notes as `fit_bg_nbd`.

    References
    ----------
    Batislam, Denizel and Filiztekin, "Empirical validation and comparison of models for customer base analysis"
    (International Journal of Research in Marketing 24, 2007, 201-209).
    """
    return fit("mbg_nbd", history, start)
