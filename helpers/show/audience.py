"""For whom a page is drawn: what that reader may see, the currency, and the names of the customer groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from helpers.client.schema import TableSchema
from helpers.errors import StepInputError, counted, nearest

AUDIENCES = ("working", "client")

# each of these that a table has tells how many customers stand behind a row, or behind its numbers
_COUNTS = ("known_wallets", "customers", "n")


@dataclass(frozen=True)
class Audience:
    """A reader. `working` is the team and sees everything; `client` sees no person and no small group on its own.

    `groups` gives each group id the name to read; `min_cell` is the fewest customers that may be shown alone.
    """

    name: str
    currency: str
    groups: Mapping[str, str] = field(default_factory=dict)
    min_cell: int = 10

    @property
    def sees_persons(self) -> bool:
        """Whether personal columns and ids of customers may be shown."""
        return self.name == "working"

    def holds_back(self, count: int | None) -> bool:
        """Whether something that rests on so many customers may not be shown alone; an unknown count may be shown.

        >>> audience_for("client", "EUR", {}).holds_back(9)
        True
        """
        return not self.sees_persons and count is not None and 0 < count < self.min_cell

    def group(self, group_id: str) -> str | None:
        """The name of a group, or None when it has none."""
        return self.groups.get(group_id) or ("All customers" if group_id == "all" else None)


def audience_for(name: str, currency: str, groups: Mapping[str, str]) -> Audience:
    """The audience of this name.

    Raises
    ------
    StepInputError
        If there is no such audience; the nearest is named.
    """
    if name not in AUDIENCES:
        raise StepInputError(f'There is no audience "{name}". {nearest(name, AUDIENCES)}')
    return Audience(name=name, currency=currency, groups=dict(groups))


def mask_table(table: pd.DataFrame, schema: TableSchema, audience: Audience) -> tuple[pd.DataFrame, list[str]]:
    """What this audience may see of a table, and in words what was held back.

    For the client, personal columns are dropped, and so are rows that rest on fewer customers than `min_cell`. A row
    that rests on none stays: it tells of nobody. Masking a masked table changes nothing.

    Returns
    -------
    (DataFrame, list of str)
        The rows that stay, in their order, and one sentence for each kind of loss that a reader would miss.
    """
    if audience.sees_persons:
        return table, []
    personal = [name for name in table.columns if schema.column(name).personal]
    kept = table.drop(columns=personal)
    small = np.zeros(len(kept), dtype=bool)
    for name in (name for name in _COUNTS if name in kept.columns):
        numbers = pd.to_numeric(kept[name]).astype("Float64")
        small |= ((numbers > 0) & (numbers < audience.min_cell)).fillna(False).to_numpy(dtype=bool)
    notes = []
    if small.any():
        verb = "is" if small.sum() == 1 else "are"
        rows = counted(int(small.sum()), "row")
        notes = [f"{rows} with fewer than {audience.min_cell} customers {verb} not shown alone."]
    return kept[~small], notes
