"""What step 13 looks back at: the tables of the version frozen before this run, and what older ones promised."""

from __future__ import annotations

from collections.abc import Sequence
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
    """Of the latest version its day, customers and scoreboard, and what is promised; None for what was not there."""

    as_of: str | None = None
    value: pd.DataFrame | None = None
    results: pd.DataFrame | None = None
    board: pd.DataFrame | None = None
    measures: pd.DataFrame | None = None

    @property
    def there(self) -> bool:
        """Whether there is one."""
        return self.as_of is not None


def earlier_version(versions: Sequence[Frozen]) -> EarlierVersion:
    """The tables of the latest version, with the results that are to be scored; nothing throughout without one.

    Parameters
    ----------
    versions : sequence of Frozen, the latest last

    Examples
    --------
    >>> earlier_version([]).there
    False
    """
    if not versions:
        return EarlierVersion()
    version = versions[-1]
    return EarlierVersion(
        as_of=version.as_of,
        value=version.table("04_value_to_us", "customer_value"),
        results=promised(versions),
        board=version.table("13_scoreboard", "scoreboard"),
        measures=version.table("13_scoreboard", "score_measures"),
    )


def promised(versions: Sequence[Frozen]) -> pd.DataFrame | None:
    """The results to be scored: those of the latest version, and of older ones those that were not due by its day.

    Parameters
    ----------
    versions : sequence of Frozen, the latest last

    Returns
    -------
    DataFrame, one row per group and measure; None where no version expected anything

    Notes
    -----
    A result that a later version expects too was renewed: the later one counts. One that was due by the day of the
    latest version was scored in its run. So each promise is scored, and in one version only.
    """
    found, renewed = [], pd.MultiIndex.from_arrays([[], []])
    for version in reversed(versions):
        table = version.table("09_choose_intent", "expected_results")
        if table is None:
            continue
        own = pd.MultiIndex.from_frame(table[["group_id", "measure"]].astype(str))
        ahead = pd.to_datetime(table["by_date"]) > pd.Timestamp(versions[-1].as_of)
        found.append(table[~own.isin(renewed) & (ahead | (version is versions[-1]))])
        renewed = renewed.append(own)
    return pd.concat(found, ignore_index=True) if found else None
