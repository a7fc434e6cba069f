"""What step 13 looks back at: the tables of the version frozen before this run, or nothing in the first one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pandas as pd


class Frozen(Protocol):
    """A frozen version, as far as a step may look into it."""

    as_of: str

    def table(self, step_id: str, table: str) -> pd.DataFrame | None:
        """A table as it was published then."""


@dataclass(frozen=True)
class EarlierVersion:
    """The earlier version: its day, customers, expected results and scoreboard; None for what was not there."""

    as_of: str | None = None
    value: pd.DataFrame | None = None
    results: pd.DataFrame | None = None
    board: pd.DataFrame | None = None
    measures: pd.DataFrame | None = None

    @property
    def there(self) -> bool:
        """Whether there is one."""
        return self.as_of is not None


def earlier_version(version: Frozen | None) -> EarlierVersion:
    """The tables of a version; nothing throughout without one.

    >>> earlier_version(None).there
    False
    """
    if version is None:
        return EarlierVersion()
    return EarlierVersion(
        as_of=version.as_of,
        value=version.table("04_value_to_us", "customer_value"),
        results=version.table("09_choose_intent", "expected_results"),
        board=version.table("13_scoreboard", "scoreboard"),
        measures=version.table("13_scoreboard", "score_measures"),
    )
