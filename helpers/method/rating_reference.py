"""Does a letter still mean what it meant? Places counted among the customers of the first version, not among today's.

A place among today's customers cannot show a list that gets better: somebody is always last. Counted among the same
customers as in the first version, all may rise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pandas as pd

from helpers.client.result_model import CannotSay, Check, DecisionUsed, Finding
from helpers.method.finding_values import count_value, share_value, text_value
from helpers.method.moved_since import Moved, moved_since, shared_months
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


class Frozen(Protocol):
    """A frozen version, as far as letters are held against it."""

    name: str
    as_of: str
    window_months: int
    decisions: Mapping[str, DecisionUsed]


def letters_held(
    first: Frozen | None, last: Frozen | None, *, as_of: str, months: int, cuts: Mapping, weights: Mapping
) -> dict[str, Any]:
    """How letters of the version before were given, as `letter_findings` takes it.

    Parameters
    ----------
    first, last : the first version and the one before this run; None where there is none
    as_of, months, cuts, weights : of this run, as decided

    Returns
    -------
    dict
        version, first   str   their names; None where there is none
        comparable       bool  whether the window of the version before is as long as today's: its places were counted
                               among the customers of the first version too
        shared           int   whole months in both windows
        judged           list  of `weights` and `cuts` those that were others then: they move letters, not customers

    Examples
    --------
    >>> letters_held(None, None, as_of="2026-09-01", months=24, cuts={}, weights={})["version"] is None
    True
    """
    if first is None or last is None:
        return {"version": None, "first": None, "comparable": False, "shared": 0, "judged": []}
    used = {name: last.decisions.get(f"02.all.{name}") for name in ("weights", "cuts")}
    now = {"weights": weights, "cuts": cuts}
    return {
        "version": last.name,
        "first": first.name,
        "comparable": last.window_months == months,
        "shared": shared_months((last.as_of, last.window_months), (as_of, months)),
        "judged": [name for name, one in used.items() if one is not None and one.value != now[name]],
    }


def letters_moved(customer_ratings: pd.DataFrame, before: pd.DataFrame) -> Moved:
    """Who has a better or worse letter than in the version before, each customer counted once."""
    then, now = (table.set_index("customer_id")["rating"].astype(str) for table in (before, customer_ratings))
    return moved_since(then, now, LETTERS)


def letter_checks(customer_ratings: pd.DataFrame, before: pd.DataFrame | None) -> list[Check]:
    """That the counts of who moved hold each customer once; none in a first version."""
    if before is None:
        return []
    sentence = "Each customer who has a letter, or had one in the version before, is counted once."
    return [letters_moved(customer_ratings, before).check("02.since", sentence)]


def letter_findings(
    customer_ratings: pd.DataFrame,
    before: pd.DataFrame | None,
    alone: pd.DataFrame | None,
    *,
    version: str | None,
    first: str | None,
    comparable: bool = True,
    shared: int = 0,
    judged: Sequence[str] = (),
) -> list[Finding]:
    """How many customers have another letter than in the version before, and what the fixed reference does.

    Parameters
    ----------
    customer_ratings : DataFrame, today's, counted among the customers of the first version
    before : DataFrame, customer_ratings of the version before; None where there is none
    alone : DataFrame, today's as they would be among themselves; None where nothing is fixed
    version, first, comparable, shared, judged
        As `letters_held` gives them.

    Returns
    -------
    list of Finding: 02.since and 02.reference; none where there is no version to compare with

    Examples
    --------
    >>> now = pd.DataFrame({"customer_id": ["a", "b", "c"], "rating": ["A", "C", "B"]})
    >>> then = pd.DataFrame({"customer_id": ["a", "b"], "rating": ["B", "C"]})
    >>> said = letter_findings(now, then, now, version="v2", first="v1")
    >>> {name: said[0].values[name].value for name in ("up", "down", "same", "both", "gone", "came")}
    {'up': 1, 'down': 0, 'same': 1, 'both': 2, 'gone': 0, 'came': 1}
    """
    if before is None or alone is None:
        return []
    found = []
    moved = letters_moved(customer_ratings, before)
    if moved.both and comparable:
        values = {**moved.values, "version": text_value(version)}
        text = "Of {both:count} customers rated in version {version:text} too, {up:count} have a better letter now, "
        text += "{down:count} a worse one and {same:count} the same; {gone:count} more were rated then only, "
        text += "{came:count} are now only."
        if judged:
            others = " and ".join(f"the {name}" for name in judged)
            text += f" Part of this is no customer's doing: {others} were decided otherwise then."
        if shared:
            values["shared"] = count_value(shared)
            text += " The two windows share {shared:count} months, in which nothing can have moved."
        found.append(
            Finding(id="02.since", text=text, values=values, n=moved.both, evidence="judged", table="customer_ratings")
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


def letter_cannot_say(
    version: str | None, reference: pd.DataFrame | None, *, comparable: bool = True, **_: object
) -> list[CannotSay]:
    """That letters cannot be compared with those of a version, where there is one with another window.

    >>> letter_cannot_say(None, None)
    []
    >>> len(letter_cannot_say("v1", None)), len(letter_cannot_say("v2", pd.DataFrame(), comparable=False))
    (1, 1)
    """
    if version is None or (reference is not None and comparable):
        return []
    because = "Its window was of another length, so places are counted among today's customers."
    if reference is not None:
        because = "Its window was of another length than today's and than that of the first version, among whose "
        because += "customers places are counted today."
    return [
        CannotSay(
            question=f"Which customers have another letter than in version {version}?",
            because=because,
            unlocked_by="the same window_months in client.yaml.",
        )
    ]
