"""What step 13 looks back at: the tables of the version frozen before this run, and what older ones promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from helpers.client.result_model import Result, Value

EQUITY = "04.answer"  # the finding of step 04 that tells customer equity, with its range and its horizon


class Frozen(Protocol):
    """A frozen version, as far as a step may look into it."""

    as_of: str

    def table(self, step_id: str, table: str) -> pd.DataFrame | None:
        """A table as it was published then."""

    def result(self, step_id: str) -> Result | None:
        """All that a step said then; None where it was not there."""


@dataclass(frozen=True)
class EarlierVersion:
    """Of the latest version its day, customers, what it said of their worth, scoreboard and promises; else None."""

    as_of: str | None = None
    value: pd.DataFrame | None = None
    worth: Result | None = None
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
        worth=version.result("04_value_to_us"),
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


def equity_then_and_now(then: Result | None, now: Result | None) -> tuple[Value, Value] | None:
    """Customer equity of the earlier version and of today with their ranges; None where they do not count the same.

    Parameters
    ----------
    then, now : Result or None
        What step 04 said in both.

    Notes
    -----
    Two of another horizon, or of another basis, are not held against each other: step 04 says each in its own words.

    Examples
    --------
    >>> equity_then_and_now(None, None) is None
    True
    """
    said = [None if one is None else next((each for each in one.findings if each.id == EQUITY), None)
            for one in (then, now)]  # fmt: skip
    if None in said or said[0].text != said[1].text or said[0].values.get("months") != said[1].values.get("months"):
        return None
    values = [one.values.get("equity") for one in said]
    ranged = all(one is not None and one.low is not None and one.high is not None for one in values)
    return (values[0], values[1]) if ranged else None
