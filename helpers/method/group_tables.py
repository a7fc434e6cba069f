"""The tables of step 03 as one thing: what the step says, checks and leaves open is drawn from the same ones."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from helpers.method.group_before import GroupsBefore
from helpers.method.group_forming import Behaviour, Formed


@dataclass(frozen=True)
class GroupTables:
    """The groups in force and the published tables of step 03; `before` are the groups of the version before."""

    found: Behaviour
    formed: Formed
    portions: pd.DataFrame
    profiles: pd.DataFrame
    attributes: pd.DataFrame
    buying: pd.DataFrame
    moves: pd.DataFrame | None = None
    before: GroupsBefore | None = None

    @property
    def groups(self) -> pd.DataFrame:
        """The rows of the groups that were formed, without those that stand beside."""
        return self.profiles[self.profiles["is_group"].astype(bool)]

    @property
    def beside(self) -> pd.DataFrame:
        """The rows of active customers who stand beside the groups."""
        whole = self.profiles["group_id"] == "all"
        return self.profiles[~self.profiles["is_group"].astype(bool) & ~whole]

    @property
    def active(self) -> int:
        """The number of active customers."""
        return len(self.formed.customer_groups)


def evidence_lines(formed: Behaviour | Formed) -> list[dict]:
    """The reference line of the exhibit: what a cloud without groups reaches; none where that was not asked.

    >>> from helpers.method.group_evidence import Reality
    >>> one = Behaviour(None, None, None, 3, None, Reality(3, True, 0.9, 0.71, ""))
    >>> evidence_lines(one)
    [{'at': 0.71, 'label': 'a cloud without groups'}]
    """
    null = formed.reality.null_agreement
    return [] if null != null else [{"at": round(null, 3), "label": "a cloud without groups"}]
