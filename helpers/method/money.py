"""Money as the tables hold it: amounts on a grid of four decimals, and sums of them that are exact in every order."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

UNITS = 10_000  # to one of the currency
HALF_A_CENT = 0.005  # amounts that differ by less are the same to a reader


def ten_thousandths(money: ArrayLike) -> np.ndarray:
    """Amounts as whole numbers of the smallest unit of the tables, so that sums are exact in every order.

    Parameters
    ----------
    money : array of float
        No missing values; exact up to 900 billion an amount, and 900 trillion a sum.

    Examples
    --------
    >>> int(ten_thousandths([0.1, 0.2]).sum()), ten_thousandths([-1.5]).tolist()
    (3000, [-15000])
    """
    return np.rint(np.asarray(money, dtype=float) * UNITS).astype(np.int64)


def whole_money(values: pd.Series) -> pd.Series:
    """Sums of money back on the grid of the tables, four decimals, so that equal amounts are equal in every row order.

    >>> bool(whole_money(pd.Series([0.1 + 0.2]))[0] == 0.3)
    True
    """
    # Adding 0.0 turns -0.0 into 0.0: the two are equal, but are not written alike.
    return values.astype(float).round(4) + 0.0
