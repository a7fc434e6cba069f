"""Does a letter still mean what it meant? Places counted among the customers of the first version, not among today's.

A place among today's customers cannot show a list that gets better: somebody is always last. Counted among the same
customers as in the first version, all may rise.
"""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import CannotSay, Finding
from helpers.method.finding_values import count_value, share_value, text_value
from helpers.method.rating import LETTERS
from helpers.method.rating_measures import MEASURES


def comparable(ratings: pd.DataFrame | None, *, then_months: int | None, months: int) -> pd.DataFrame | None:
    """The measures of the first version, where places can be counted among them.

    Parameters
    ----------
    ratings : DataFrame, customer_ratings of the first version; None where there is none
    then_months, months : int
        How long the window was then, and is now: revenue of one year has no place among that of two.

    Returns
    -------
    DataFrame, one row per customer then, one column per measure; None where there is nothing to compare with

    Examples
    --------
    >>> comparable(None, then_months=None, months=24) is None
    True
    """
    if ratings is None or ratings.empty or then_months != months:
        return None
    return ratings[[measure.name for measure in MEASURES]]


def letter_findings(
    customer_ratings: pd.DataFrame,
    before: pd.DataFrame | None,
    alone: pd.DataFrame | None,
    *,
    version: str | None,
    first: str | None,
) -> list[Finding]:
    """How many customers have another letter than in the version before, and what the fixed reference does.

    Parameters
    ----------
    customer_ratings : DataFrame, today's, counted among the customers of the first version
    before : DataFrame, customer_ratings of the version before; None where there is none
    alone : DataFrame, today's as they would be among themselves; None where nothing is fixed
    version, first : str
        The names of the version before and of the first one.

    Returns
    -------
    list of Finding: 02.since and 02.reference; none where there is no version to compare with

    Examples
    --------
    >>> now = pd.DataFrame({"customer_id": ["a", "b", "c"], "rating": ["A", "C", "B"]})
    >>> then = pd.DataFrame({"customer_id": ["a", "b"], "rating": ["B", "C"]})
    >>> said = letter_findings(now, then, now, version="v2", first="v1")
    >>> said[0].values["up"].value, said[0].values["down"].value, said[0].values["both"].value
    (1, 0, 2)
    """
    if before is None or alone is None:
        return []
    both = customer_ratings[["customer_id", "rating"]].merge(before[["customer_id", "rating"]], on="customer_id")
    both = both[both[["rating_x", "rating_y"]].isin(LETTERS).all(axis=1)]
    found = []
    if len(both):
        places = {letter: place for place, letter in enumerate(LETTERS)}
        risen = both["rating_y"].map(places).astype(int) - both["rating_x"].map(places).astype(int)
        values = {"both": count_value(len(both)), "version": text_value(version)}
        values |= {"up": count_value((risen > 0).sum()), "down": count_value((risen < 0).sum())}
        text = "Of {both:count} customers rated in version {version:text} too, {up:count} have a better letter now and "
        text += "{down:count} a worse one."
        found.append(
            Finding(id="02.since", text=text, values=values, n=len(both), evidence="judged", table="customer_ratings")
        )
    rated = customer_ratings["rating"].isin(LETTERS).to_numpy()
    other = int(((customer_ratings["rating"].to_numpy() != alone["rating"].to_numpy()) & rated).sum())
    if rated.any():
        values = {"first": text_value(first), "other": count_value(other), "part": share_value(other / rated.sum())}
        text = "Places are counted among the customers of version {first:text}, so that a letter means the same as "
        text += "then; among today's alone, {other:count} customers ({part:pct}) would have another."
        found.append(
            Finding(
                id="02.reference",
                text=text,
                values=values,
                n=int(rated.sum()),
                evidence="measured",
                table="customer_ratings",
            )  # fmt: skip
        )
    return found


def letter_cannot_say(version: str | None, reference: pd.DataFrame | None) -> list[CannotSay]:
    """That letters cannot be compared with those of a version, where there is one with another window.

    >>> letter_cannot_say(None, None)
    []
    """
    if version is None or reference is not None:
        return []
    return [
        CannotSay(
            question=f"Which customers have another letter than in version {version}?",
            because="Its window was of another length, so places are counted among today's customers.",
            unlocked_by="the same window_months in client.yaml.",
        )
    ]
