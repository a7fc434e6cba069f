"""What do our intents change in the moves of customers? Judged by people, with a range, never measured.

A shift says which part of some customers does otherwise than it would: stays instead of leaving, moves to a
better group, is led away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.client.result_model import CannotSay
from helpers.errors import StepInputError, listed, nearest
from helpers.method.group_features import LAPSING

KEEP, MOVE, RELEASE = "keep", "move", "release"
KINDS = {
    KEEP: "of those who would stop buying stay",
    MOVE: "of those who would stay move to another group",
    RELEASE: "are led away within a year",
}
# low, likely, high. No source says how much an intent changes; these are starting points to be talked about.
PROPOSED = {
    "grow": ((KEEP, 0.0, 0.1, 0.2),),
    "maintain": ((KEEP, 0.1, 0.2, 0.3),),
    "re_engineer": ((KEEP, -0.1, 0.0, 0.1),),  # dearer or plainer service drives some away, and keeps others
    "retire": ((RELEASE, 0.2, 0.4, 0.6),),
}
ENDS = ["low", "likely", "high"]


def intent_shifts(
    intents: Mapping[str, str], decided: Mapping[str, Mapping] | Sequence[Mapping] | None = None
) -> pd.DataFrame:
    """The shifts of the chosen intents: as people judged them, else as proposed.

    Parameters
    ----------
    intents : mapping of group_id to its primary intent
    decided : rows of the decision, optional
        Each with group_id, kind (keep, move, release), to (of a move), low, likely and high, parts of one. A group
        with a row of its own has none of the proposed. Rows of groups that stand no more are left out:
        `stray_shifts` tells them.

    Returns
    -------
    DataFrame, one row per shift, groups in the order given
        group_id, intent, kind, to, words  str    to is empty but for a move
        low, likely, high                  float  parts; below zero = the other way round, of keep alone
        proposed                           bool   whether nobody decided

    Raises
    ------
    StepInputError
        If a kind or an intent is unknown, a move has no other group to go to, or low <= likely <= high do not hold
        within -1 and 1 (0 and 1 but for keep).

    Examples
    --------
    >>> table = intent_shifts({"g1": "retire", "g2": "grow"}, [{"group_id": "g2", "kind": "move", "to": "g1",
    ...     "low": 0.0, "likely": 0.1, "high": 0.2}])
    >>> table[["group_id", "kind", "to", "likely", "proposed"]].values.tolist()
    [['g1', 'release', '', 0.4, True], ['g2', 'move', 'g1', 0.1, False]]
    """
    rows = [row for row in _rows(decided) if not _gone(row, intents)]
    own = {group: [row for row in rows if str(row.get("group_id")) == group] for group in map(str, intents)}
    found = []
    for group, intent in intents.items():
        if intent not in PROPOSED:
            raise StepInputError(
                f"Intent of {group}: {intent!r}. Expected {listed(list(PROPOSED))}{nearest(intent, list(PROPOSED))}"
            )
        given = own[str(group)]
        proposed = [dict(zip(["kind", *ENDS], row, strict=True)) for row in PROPOSED[intent]]
        for row in given or proposed:
            found.append({"group_id": str(group), "intent": intent, "proposed": not given, **_checked(row, intents)})
    columns = ["group_id", "intent", "kind", "to", "words", *ENDS, "proposed"]
    texts = dict.fromkeys(columns[:5], "str")
    return pd.DataFrame(found, columns=columns).astype(texts | dict.fromkeys(ENDS, "float64") | {"proposed": bool})


def proposed_shifts(shifts: pd.DataFrame) -> dict[str, dict[str, object]]:
    """The shifts as rows of the decision, for people to change: s1, s2 and so on.

    Examples
    --------
    >>> proposed_shifts(intent_shifts({"g1": "retire"}))
    {'s1': {'group_id': 'g1', 'kind': 'release', 'to': '', 'low': 0.2, 'likely': 0.4, 'high': 0.6}}
    """
    columns = ["group_id", "kind", "to", *ENDS]
    return {f"s{number}": row for number, row in enumerate(shifts[columns].to_dict("records"), 1)}


def stray_shifts(
    decided: Mapping[str, Mapping] | Sequence[Mapping] | None, intents: Mapping[str, object]
) -> list[CannotSay]:
    """Shifts that people decided for groups that stand no more; nothing is made of them.

    >>> row = {"group_id": "g9", "kind": "keep", "low": 0.1, "likely": 0.2, "high": 0.3}
    >>> [gap.question for gap in stray_shifts({"s1": row}, {"g1": "grow"})]
    ['What becomes of the shifts decided for g9?']
    """
    gone = sorted({name for row in _rows(decided) for name in _gone(row, intents)})
    if not gone:
        return []
    return [
        CannotSay(
            question=f"What becomes of the shifts decided for {listed(gone, 30)}?",
            because="No such group stands today, so they are left out.",
            unlocked_by="another decision on the shifts, of the groups that stand.",
        )
    ]


def kept_parts(shifts: pd.DataFrame | None) -> dict[str, tuple[float, float, float]]:
    """Which part of those who would leave stays in each group, low, likely and high: of its shifts of the kind keep.

    Several of one group follow each other. Groups without one are not in it.

    >>> rows = [{"group_id": "g1", "kind": "keep", "low": 0.0, "likely": 0.1, "high": 0.2}]
    >>> kept_parts(intent_shifts({"g1": "grow", "g2": "retire"}, rows))
    {'g1': (0.0, 0.1, 0.2)}
    """
    if shifts is None:
        return {}
    keeps = shifts[shifts["kind"] == KEEP]
    return {
        str(group): tuple(round(float(1 - (1 - own[end]).prod()), 12) for end in ENDS)
        for group, own in keeps.groupby("group_id", sort=False)
    }


def _rows(decided: Mapping[str, Mapping] | Sequence[Mapping] | None) -> list[Mapping]:
    return list(decided.values()) if isinstance(decided, Mapping) else list(decided or [])


def _gone(row: Mapping, intents: Mapping[str, object]) -> list[str]:
    """The groups of a row that have no intent: those whose shift it is, and where it leads."""
    named = [str(row.get("group_id")), *([str(row["to"])] if row.get("kind") == MOVE and row.get("to") else [])]
    return [name for name in named if name not in {str(group) for group in intents}]


def _checked(row: Mapping, intents: Mapping[str, str]) -> dict:
    """A row with its words, if it can be."""
    kind, to = str(row.get("kind")), str(row.get("to") or "")
    where = f"Shift of {row.get('group_id', 'an intent')}"
    if kind not in KINDS:
        raise StepInputError(f"{where}: its kind is {kind!r}. Expected {listed(list(KINDS))}.")
    if (kind == MOVE) != bool(to) or (to and (to not in intents or to == str(row.get("group_id")))):
        raise StepInputError(f"{where}: it leads to {to!r}. Expected another group for a move, and none else.")
    low, likely, high = (float(row[end]) for end in ENDS)
    if not (-1.0 if kind == KEEP else 0.0) <= low <= likely <= high <= 1.0:
        raise StepInputError(f"{where}: {low:g}, {likely:g}, {high:g}. Expected low, likely and high as parts of one.")
    return {"kind": kind, "to": to, "words": KINDS[kind], "low": low, "likely": likely, "high": high}


def shifted(rates: np.ndarray, states: Sequence[str], shifts: pd.DataFrame, *, seed: int) -> np.ndarray:
    """The rates of a year with the intents.

    Parameters
    ----------
    rates : array, draws x states x states, each row making one
    states : of the rates
    shifts : DataFrame, from `intent_shifts`
        Groups without a state are passed over.
    seed : int
        The strength of a shift is drawn once per draw (triangular), and is the same for all years.

    Returns
    -------
    array of the same shape; each row still makes one

    Examples
    --------
    >>> rates = np.array([[[0.8, 0.0, 0.2], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]])
    >>> row = {"group_id": "g1", "kind": "keep", "low": 0.5, "likely": 0.5, "high": 0.5}
    >>> table = intent_shifts({"g1": "grow"}, [row])
    >>> shifted(rates, ["g1", "g2", "lapsing"], table, seed=1)[0, 0].tolist()
    [0.9, 0.0, 0.1]
    """
    out, states = rates.copy(), list(states)
    quiet = states.index(LAPSING)
    for number, row in enumerate(shifts.to_dict("records")):
        if row["group_id"] not in states or (row["to"] and row["to"] not in states):
            continue
        at = states.index(row["group_id"])
        part = _triangular(row, len(rates), np.random.default_rng([seed, 3, number]))
        if row["kind"] == RELEASE:
            out[:, at] *= (1 - part)[:, np.newaxis]
            out[:, at, quiet] += part
            continue
        source, to = (quiet, at) if row["kind"] == KEEP else (at, states.index(row["to"]))
        # the other way round, those who would stay leave: as many of them as there are
        moved = np.minimum(part * out[:, at, source], 1.0)
        moved = np.maximum(moved, -out[:, at, to])
        out[:, at, source] -= moved
        out[:, at, to] += moved
    return out


def _triangular(row: Mapping, draws: int, rng: np.random.Generator) -> np.ndarray:
    if row["low"] == row["high"]:
        return np.full(draws, row["low"])
    return rng.triangular(row["low"], row["likely"], row["high"], draws)
