"""What do we mean to learn, who asks, how often, and what will be decided by the answer?"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from helpers.method.group_named import NO_GROUP, group_named, names_of_groups, shown_name
from helpers.method.share import ALL
from helpers.method.tactics import cell_text

MONTHS = MappingProxyType({"weekly": 0, "monthly": 1, "quarterly": 3, "yearly": 12})
DAYS = MappingProxyType({"weekly": 7})


def learning_plan(loops: Mapping[str, Mapping] | None, groups: pd.DataFrame | None, *, as_of: object) -> pd.DataFrame:
    """The learning loops, when each is due next, and which are late.

    Parameters
    ----------
    loops : mapping of a loop's key to its row, or None
        As decided: question, owner, cadence, feeds, group, last_answered, answer.
    groups : DataFrame with group_id and group_name, or None
    as_of : date
        What is due before this day and was not answered is late.

    Returns
    -------
    DataFrame, one row per loop in the order written: the columns of the published learning_plan
        next_due  date  last_answered and one turn; missing where it was never answered or has no cadence
        late      bool  whether that day lies before as_of; a loop never answered is not late, it has not begun

    Examples
    --------
    >>> rows = {"price": {"question": "Do they pay more?", "cadence": "quarterly", "last_answered": "2026-01-31"}}
    >>> learning_plan(rows, None, as_of="2026-09-01")[["next_due", "late"]].astype("str").values.tolist()
    [['2026-04-30', 'True']]
    """
    rows = [{**dict(row or {}), "loop": str(key)} for key, row in (loops or {}).items()]
    words = ["loop", "question", "owner", "cadence", "feeds", "answer"]
    table = pd.DataFrame({name: pd.Series([cell_text(row.get(name)) for row in rows], dtype="str") for name in words})
    written = pd.Series([cell_text(row.get("group")) for row in rows], dtype="str")
    found = group_named(written.where(written != "", None), groups).group_id
    everybody = (written == "") | written.str.lower().isin([ALL, "all customers"])
    table["group_id"] = found.where(~(everybody & (found == NO_GROUP)), ALL).astype("str")
    names = names_of_groups(groups)
    table["group_name"] = pd.Series([shown_name(group, names) for group in table["group_id"]], dtype="str")
    table["last_answered"] = pd.to_datetime(
        pd.Series([row.get("last_answered") or None for row in rows], dtype="object")
    )
    turns = [_due(*pair) for pair in zip(table["last_answered"], table["cadence"], strict=True)]
    table["next_due"] = pd.to_datetime(pd.Series(turns, dtype="object"))
    table["late"] = (table["next_due"] < pd.Timestamp(as_of)).astype(bool)
    return table


def _due(last: pd.Timestamp, cadence: str) -> pd.Timestamp | None:
    if pd.isna(last) or cadence not in MONTHS:
        return None
    return last + pd.DateOffset(months=MONTHS[cadence], days=DAYS.get(cadence, 0))
