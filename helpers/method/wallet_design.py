"""Buyers as numbers that a regression can take: what is skewed in logarithms, what is a word as a column of its own.

Amounts are taken relative to the median, so the currency makes no difference; and rows are put in an order of their
own, so neither the order of the table nor the customers' ids do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.method.wallet_inputs import ATTRIBUTE

DIGITS = 9  # of a logarithm, so that the last bit of a division does not decide an order


@dataclass(frozen=True)
class Design:
    """Buyers as rows of numbers, those with a known wallet first.

    rows      int    (buyers,) the place of each row in the inputs
    features  float  (buyers, columns) the first is 1, the others have mean 0
    spread    float  (buyers, 2) what tells how far a wallet can lie from its estimate: how seldom we saw the customer
    revenue   float  (buyers,) ours of the year, zero or more
    wallet    float  (buyers,) missing where unknown
    group     int    (buyers,) number of its group, from 0
    known     int    so many first rows have a wallet
    attributes       names of the attributes used
    """

    rows: np.ndarray
    features: np.ndarray
    spread: np.ndarray
    revenue: np.ndarray
    wallet: np.ndarray
    group: np.ndarray
    known: int
    attributes: tuple[str, ...]


def design(inputs: pd.DataFrame) -> Design:
    """The buyers as a regression takes them.

    Parameters
    ----------
    inputs : DataFrame, one row per buyer, from `wallet_inputs.wallet_inputs`

    Examples
    --------
    >>> rows = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": "all", "year_revenue": [10.0, 40.0],
    ...     "wallet": [None, 90.0], "order_days": [1.0, 3.0], "breadth": 1.0, "order_value": [10.0, 13.0],
    ...     "all_order_days": [1.0, 3.0], "pace": [1.0, 3.0]})
    >>> made = design(rows.astype({"wallet": float}))
    >>> made.rows.tolist(), made.known, made.features.shape
    ([1, 0], 1, (2, 7))
    """
    revenue = inputs["year_revenue"].fillna(0.0).clip(lower=0.0).to_numpy(dtype=float)
    wallet = inputs["wallet"].to_numpy(dtype=float)
    numbers = [
        _relative_log(revenue),
        (revenue <= 0).astype(float),
        np.log1p(inputs["order_days"].to_numpy(dtype=float)),
        np.log1p(inputs["breadth"].to_numpy(dtype=float)),
        _relative_log(inputs["order_value"].to_numpy(dtype=float)),
        np.log(inputs["pace"].to_numpy(dtype=float) + 0.1),
    ]
    names = [name for name in inputs if name.startswith(ATTRIBUTE)]
    words = [inputs[name] for name in names]
    if inputs["group_id"].nunique() > 1:
        words.append(inputs["group_id"])
    columns = [_scaled(np.column_stack(numbers)), *(_indicators(word) for word in words)]
    features = np.column_stack([np.ones(len(inputs)), *columns])
    seldom = 1 / (1 + inputs["all_order_days"].to_numpy(dtype=float))
    spread = np.column_stack([np.ones(len(inputs)), _scaled(seldom[:, None])])

    unknown = np.isnan(wallet)
    keys = [*features.T[::-1].round(DIGITS), _relative_log(wallet), unknown]
    rows = np.lexsort(keys)
    return Design(
        rows,
        features[rows],
        spread[rows],
        revenue[rows],
        wallet[rows],
        pd.factorize(inputs["group_id"], sort=True)[0][rows],
        int((~unknown).sum()),
        tuple(name.removeprefix(ATTRIBUTE) for name in names),
    )


def _relative_log(amounts: np.ndarray) -> np.ndarray:
    """Logarithms of amounts over their median; 0, the middle, where there is none."""
    there = np.nan_to_num(amounts) > 0
    if not there.any():
        return np.zeros(len(amounts))
    whole = np.where(there, amounts, 1.0)
    return np.where(there, np.log(whole / np.median(amounts[there])), 0.0).round(DIGITS)


def _scaled(numbers: np.ndarray) -> np.ndarray:
    """Mean 0 and standard deviation 1; a column that is the same everywhere becomes 0."""
    if not len(numbers):
        return numbers
    spread = numbers.std(axis=0)
    return np.where(spread > 1e-12, (numbers - numbers.mean(axis=0)) / np.where(spread > 1e-12, spread, 1.0), 0.0)


def _indicators(words: pd.Series) -> np.ndarray:
    """One column per word, mean 0."""
    columns = pd.get_dummies(words, dtype=float).to_numpy()
    return columns - columns.mean(axis=0)
