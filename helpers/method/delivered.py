"""Delivered tables as the calculations want them: an optional column that the client does not have is blank."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd


def columns_of(table: pd.DataFrame | None, types: Mapping[str, object]) -> pd.DataFrame:
    """These columns of a delivered table in these dtypes, as a copy; a column that is not there is missing in each row.

    Parameters
    ----------
    table : DataFrame, or None where it was not delivered; then no row
    types : mapping of column to dtype

    Examples
    --------
    >>> columns_of(pd.DataFrame({"activity": ["visit"]}), {"activity": "str", "minutes": float}).values.tolist()
    [['visit', nan]]
    >>> columns_of(None, {"activity": "str"}).empty
    True
    """
    rows = pd.DataFrame() if table is None else table
    return rows.reindex(columns=list(types)).astype(dict(types))
