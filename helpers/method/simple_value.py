"""The simple lifetime value: a margin that comes each year from those who stay, discounted. A check, and a way out.

It knows one rate of retention for all and nothing of single customers. Where the purchase model fails its hold-out, it
stands beside that model's value, over the same horizon.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from helpers.errors import StepInputError


def simple_value(margin: ArrayLike, retention: ArrayLike, *, annual_discount: float, years: float) -> np.ndarray:
    """Margin times k (1 - k^n) / (1 - k), where k = retention / (1 + discount): what a customer brings in n years.

    Parameters
    ----------
    margin : array, currency a year
    retention : array, 0 to 1
        Part of the customers who are still there a year later; they bring their margin at the end of it.
    annual_discount : float, zero or more
    years : float
        The horizon; infinity gives the margin multiple retention / (1 + discount - retention).

    Returns
    -------
    array of money

    Raises
    ------
    StepInputError
        If the retention is no part, or the discount or the horizon is below zero.

    References
    ----------
    Gupta and Lehmann, *Managing Customers as Investments* (2005), chapter 2.

    Examples
    --------
    >>> simple_value(100.0, 0.8, annual_discount=0.1, years=3).round(2).item()
    164.09
    >>> simple_value(1.0, 1.0, annual_discount=0.0, years=3).item()
    3.0
    """
    retention = np.asarray(retention, dtype=float)
    if not ((retention >= 0) & (retention <= 1)).all() or annual_discount < 0 or years < 0:
        raise StepInputError(
            "simple_value: expected a retention from 0 to 1, and a discount and a horizon of zero or more; found "
            f"{np.ravel(retention)[:3].tolist()}, {annual_discount:g} and {years:g}."
        )
    k = retention / (1 + annual_discount)
    # where nobody leaves and nothing is discounted, each year counts as one
    below = np.where(k < 1, 1 - k, 1.0)
    return np.asarray(margin, dtype=float) * np.where(k < 1, k * (1 - k**years) / below, years)
