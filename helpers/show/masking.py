"""What an audience may see of a table: persons and small groups are held back, and a reader is told."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.client.schema import TableSchema
from helpers.errors import counted
from helpers.show.audience import Audience

# each of these that a table has tells how many customers stand behind a row, or behind its numbers
COUNTS = ("known_wallets", "customers", "bought", "n")


def mask_table(table: pd.DataFrame, schema: TableSchema, audience: Audience) -> tuple[pd.DataFrame, list[str]]:
    """What this audience may see of a table, and in words what was held back.

    For the client, personal columns are dropped, and so are rows that rest on fewer customers than `min_cell`. A row
    that rests on none stays: it tells of nobody. Where a count runs from row to row, what two rows differ by is what
    the customers between them bring, so these must be as many. Masking a masked table changes nothing.

    Returns
    -------
    (DataFrame, list of str)
        The rows that stay, in their order, and one sentence for each kind of loss that a reader would miss.
    """
    if audience.sees_persons:
        return table, []
    personal = [name for name in table.columns if schema.column(name).personal]
    kept = table.drop(columns=personal)
    small = small_rows(table, audience) | _too_close(table, schema, audience)
    notes = []
    if small.any():
        verb = "is" if small.sum() == 1 else "are"
        rows = counted(int(small.sum()), "row")
        notes = [f"{rows} with fewer than {audience.min_cell} customers {verb} not shown alone."]
    return kept[~small], notes


def counts_behind(table: pd.DataFrame) -> pd.DataFrame:
    """How many customers stand behind each row, one column for each count that the table has; unknown is 0."""
    known = {name: pd.to_numeric(table[name]).astype("Float64").fillna(0) for name in COUNTS if name in table.columns}
    return pd.DataFrame(known, index=table.index, dtype=float)


def small_rows(table: pd.DataFrame, audience: Audience) -> np.ndarray:
    """Which rows rest on customers, but on too few to be shown alone to this audience."""
    counts = counts_behind(table).to_numpy()
    return ((counts > 0) & (counts < audience.min_cell)).any(axis=1) & (not audience.sees_persons)


def _too_close(table: pd.DataFrame, schema: TableSchema, audience: Audience) -> np.ndarray:
    """Which rows of a running count lie fewer than `min_cell` customers from one shown; marked ones are shown first."""
    close = np.zeros(len(table), dtype=bool)
    flags = [column.name for column in schema.columns if column.type == "boolean" and column.name in table.columns]
    marked = table[flags].fillna(False).astype(bool).any(axis=1).to_numpy()
    for name in (column.name for column in schema.columns if column.running and column.name in table.columns):
        others = [key for key in schema.key if key != name and key in table.columns]
        lines = table.groupby(others, dropna=False, sort=False).indices.values() if others else [np.arange(len(table))]
        for places in lines:
            counts = pd.to_numeric(table[name]).astype("Float64").fillna(0).to_numpy(dtype=float)[places]
            close[places] = ~_apart(counts, marked[places], audience.min_cell)
    return close


def _apart(counts: np.ndarray, marked: np.ndarray, least: int) -> np.ndarray:
    """Which of these running counts to keep, so that two of them differ by `least` or more.

    None at all and all of them are kept, then the marked ones where they can be, then the others from the first on.
    """
    ends = [0.0, counts.max(initial=0)]
    kept, shown = np.isin(counts, ends), np.array(ends)
    for place in np.lexsort([counts, ~marked]):
        if (np.abs(shown - counts[place]) >= least).all():
            kept[place], shown = True, np.append(shown, counts[place])
    return kept
