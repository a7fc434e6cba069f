"""Concentration: on how few of the active customers does the revenue rest?

Describes who brings what in the window; it says nothing of why, and a portfolio is not bad for being concentrated.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from helpers.errors import StepInputError, counted
from helpers.method.money import UNITS, ten_thousandths

GROUP_ID = "all"
OURS, ALIKE = "Our customers", "If all bought alike"
STEPS = 100


def gini(amounts: ArrayLike) -> float:
    """How unequal amounts are: 0 = all the same, near 1 = one has all.

    2 sum(i x_i) / (n sum x) - (n + 1) / n, amounts in ascending order, i = 1 ... n. The most it can be is 1 - 1/n.

    Parameters
    ----------
    amounts : array of float
        In any order and currency; what is below zero counts as zero. Missing values are refused.

    Returns
    -------
    float
        Rounded to nine decimals, so that equal amounts give exactly 0; NaN where nothing is above zero.

    Raises
    ------
    StepInputError
        If an amount is missing.

    References
    ----------
    Gini, *Variabilita e mutabilita* (1912); the formula for a sorted list is the usual one.

    Examples
    --------
    >>> gini([1, 2, 3, 4]), gini([0, 0, 0, 1]), gini([5, 5, 5])
    (0.25, 0.75, 0.0)
    """
    values = np.asarray(amounts, dtype=float)
    missing = int((~np.isfinite(values)).sum())
    if missing:
        raise StepInputError(
            f"gini: {counted(missing, 'amount')} of {len(values):,} missing. Leave out customers without a line in the "
            "window, and count them."
        )
    values = np.sort(values.clip(min=0.0))
    n, whole = len(values), values.sum()
    if not whole > 0:
        return np.nan
    # The formula with both terms in one sum: the same number, without the difference of two large ones.
    ranks = 2 * np.arange(1, n + 1) - n - 1
    return round(float((ranks * values).sum() / (n * whole)), 9) + 0.0


def concentration(revenue: pd.Series) -> pd.DataFrame:
    """How much of the revenue rests on how few of the active customers.

    Parameters
    ----------
    revenue : Series, one value per active customer, currency
        Over the window. Missing = active by contract alone, no line in the window: left out and not counted.

    Returns
    -------
    DataFrame, one row: the columns of the published concentration
        customers                 int    with a line in the window
        below_zero                int    of these, revenue below zero; they count as zero in all that follows
        part_of_top_10, _top_20   float  of the largest n/10 and n/5 customers. Where that is no whole number, the next
                                         customer counts in part (a straight line between two points of the Lorenz
                                         curve), so that customers who are all alike give exactly .10 and .20
        customers_for_80          int    fewest that bring 80 % or more
        The parts and `gini` are missing where nobody brought anything.

    Notes
    -----
    Equal customers on a border make no difference: any of them brings the same.

    References
    ----------
    Lorenz, "Methods of Measuring the Concentration of Wealth" (1905).

    Examples
    --------
    >>> table = concentration(pd.Series({"c1": 60.0, "c2": 30.0, "c3": 10.0, "c4": -5.0, "c5": None}))
    >>> table[["customers", "below_zero", "revenue", "part_of_top_20", "customers_for_80"]].values.tolist()
    [[4, 1, 100.0, 0.48, 2]]
    """
    known = revenue.dropna().astype(float)
    running = _running(known)
    n, whole = len(known), int(running[-1])
    enough = _customers_for_80(running)
    table = pd.DataFrame(
        {
            "group_id": [GROUP_ID],
            "customers": n,
            "below_zero": int((ten_thousandths(known) < 0).sum()),
            "revenue": whole / UNITS,
            "gini": gini(known),
            "part_of_top_10": _part_of_top(running, 10),
            "part_of_top_20": _part_of_top(running, 5),
            "customers_for_80": enough,
            "part_for_80": enough / n if whole else np.nan,
            "largest_customer": running[1] / whole if whole else np.nan,
        }
    )
    return table.astype({"group_id": "str", "customers_for_80": "Int64"})


def lorenz_curve(revenue: pd.Series, steps: int = STEPS) -> pd.DataFrame:
    """Which part of the revenue the first customers bring together, the largest first.

    Parameters
    ----------
    revenue : Series, one value per active customer, currency
        As in `concentration`.
    steps : int
        Points after the first; all customers where there are no more. The point of 80 % is added to them.

    Returns
    -------
    DataFrame, one row per line and point, both lines from nobody to everyone: the columns of the published lorenz_curve
        customers    int   from the largest to this one
        revenue      float together; missing on the straight line
        point        bool  true once: the fewest customers that bring 80 %
        point_label  str   says what they bring, in whole percent rounded down, since few customers may bring far more

        Empty where nobody brought anything.

    Examples
    --------
    >>> curve = lorenz_curve(pd.Series({"c1": 60.0, "c2": 30.0, "c3": 10.0}))
    >>> curve.loc[curve["line"] == "Our customers", ["customers", "part_of_revenue", "point"]].values.tolist()
    [[0, 0.0, False], [1, 0.6, False], [2, 0.9, True], [3, 1.0, False]]
    """
    running = _running(revenue.dropna().astype(float))
    n, whole = len(running) - 1, int(running[-1])
    enough = _customers_for_80(running)
    places = np.union1d(np.arange(steps + 1) * n // steps, enough) if enough else np.array([], dtype=np.int64)
    ours = pd.DataFrame(
        {
            "line": pd.Series([OURS] * len(places), dtype="str"),
            "customers": places,
            "part_of_customers": places / max(n, 1),
            "revenue": running[places] / UNITS,
            "part_of_revenue": running[places] / max(whole, 1),
            "point": places == (enough or 0),
        }
    )
    ours["point_label"] = ours["point"].map({True: _point_label(running, enough)} if enough else {}).astype("str")
    alike = ours.assign(line=ALIKE, revenue=np.nan, part_of_revenue=ours["part_of_customers"], point=False)
    return pd.concat([ours, alike.assign(point_label=None).astype(ours.dtypes)], ignore_index=True)


def _running(revenue: pd.Series) -> np.ndarray:
    """What the first 0, 1, 2 ... customers bring together, the largest first, in ten-thousandths."""
    amounts = np.sort(ten_thousandths(revenue).clip(min=0))[::-1]
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(amounts)])


def _customers_for_80(running: np.ndarray) -> int | None:
    """Fewest customers that bring 80 % or more; in whole numbers, so that exactly 80 % is enough."""
    whole = int(running[-1])
    needed = -(-4 * whole // 5)
    return int(np.searchsorted(running, needed)) if whole else None


def _part_of_top(running: np.ndarray, nth: int) -> float:
    """Part that the largest nth of customers bring, on the straight line between two points where it is not whole."""
    n, whole = len(running) - 1, int(running[-1])
    if not whole:
        return np.nan
    full, rest = divmod(n, nth)
    further = rest / nth * float(running[full + 1] - running[full]) if rest else 0.0
    return round((float(running[full]) + further) / whole, 9)


def _point_label(running: np.ndarray, enough: int) -> str:
    percent = 100 * int(running[enough]) // int(running[-1])
    return f"{counted(enough, 'customer')} {'brings' if enough == 1 else 'bring'} {percent}\N{NO-BREAK SPACE}%"
