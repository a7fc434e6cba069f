"""Rows that are alike, counted once: many customers share a history, and a model needs each history only once."""

from __future__ import annotations

import numpy as np
import pandas as pd


def distinct_rows(*columns: np.ndarray) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """The distinct rows of some columns, in the order of their values, and where each row stands among them.

    Parameters
    ----------
    columns : arrays of numbers, all of one length, without missing values

    Returns
    -------
    rows : list of array
        The distinct rows, column by column, sorted by the first column, then the second, and so on.
    place : array of int
        For each given row, its place among the distinct ones.
    weight : array of int
        How many given rows each distinct one stands for.

    Examples
    --------
    >>> rows, place, weight = distinct_rows(np.array([2.0, 1.0, 2.0]), np.array([5.0, 7.0, 5.0]))
    >>> [column.tolist() for column in rows], place.tolist(), weight.tolist()
    ([[1.0, 2.0], [7.0, 5.0]], [1, 0, 1], [1, 2])
    """
    packed, parts = np.zeros(len(columns[0]), dtype=np.int64), []
    for column in columns:
        codes, values = pd.factorize(column, sort=True)
        # Packed anew after each column, the codes stay below the number of rows squared.
        kept, packed = _ranked(packed * max(len(values), 1) + codes)
        parts = [part[kept // max(len(values), 1)] for part in parts]
        parts.append(values[kept % max(len(values), 1)])
    return parts, packed, np.bincount(packed, minlength=len(parts[0]))


def _ranked(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct numbers in their order, and the place of each number among them."""
    place, values = pd.factorize(numbers, sort=True)
    return values, place
