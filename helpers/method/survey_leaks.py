"""Survey items that only repeat what happened: who answers "will you renew?" with no has left already.

Such an item explains every outcome best and helps nobody, since it is the outcome. It is found by how well it tells who
left from who stayed, and refused before importance is computed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from helpers.method.survey_answers import OTHER, OWN, STATED, Answers

MOST_AUC = 0.95
LEAST_EACH = 10  # leavers, and who stayed: among fewer, a perfect order comes by itself
CLEARLY_GONE, CLEARLY_HERE = 6.0, 2.0  # own gaps since the last order day
ANSWER, ANSWERED = "answer", "answered"
KINDS = {OWN: "rating of us", OTHER: "rating of the competitor", STATED: "stated importance"}
DIGITS = 9


def survey_leaks(answers: Answers, satisfied_leavers: pd.DataFrame) -> pd.DataFrame:
    """How well each item of the survey tells customers who left from those who stayed.

    Parameters
    ----------
    answers : Answers
    satisfied_leavers : DataFrame, from `satisfied_leavers.satisfied_leavers`
        Its answers of the last day are looked at, of customers who clearly left (late by more than 6 own gaps, or by a
        contract that ended) or clearly stayed (late by 2 at most).

    Returns
    -------
    DataFrame, up to two rows per item in the order of the survey
        item       str      recommend, satisfaction, or the column of a driver: driver__x, competitor__x, stated__x
        driver     str      its driver; missing for the first two
        label      str      for reading
        by         str      answer (what was answered) or answered (whether anything was)
        customers  int      who clearly left or stayed, and for `answer` who answered the item
        left       int      of these
        auc        float    chance that the item puts a random leaver and a random stayer in the right order, whichever
                            order that is: .5 tells nothing, 1 everything. Missing below ten of either kind
        refused    bool     above .95

    Notes
    -----
    An item that only leavers were asked tells as much as one that they answered alike, so whether it was answered is
    looked at too, where some did and some did not. Ties count half. Below ten of either kind nothing is refused: that
    is said, and not tested. Who is a little late is left out, since such a sign is often wrong and would hide a leak:
    on eight Harbours an item that repeats the truth reaches .985 or more so, and .96 with all of them.

    References
    ----------
    Hanley and McNeil, Radiology 143 (1982) (AUC); Kaufman, Rosset and Perlich, "Leakage in Data Mining", KDD 2011.

    Examples
    --------
    >>> from helpers.method.survey_answers import survey_answers
    >>> survey = pd.DataFrame({"customer_id": [f"c{n}" for n in range(20)], "date": pd.Timestamp("2026-04-01"),
    ...     "driver_renewed": [0] * 10 + [1] * 10, "driver_price": [5, 6] * 10})
    >>> told = survey_answers(survey, start="2026-01-01", end="2027-01-01")
    >>> left = pd.array([True] * 10 + [False] * 10, dtype="boolean")
    >>> people = pd.DataFrame({"customer_id": survey["customer_id"], "answered_on": survey["date"], "left": left,
    ...     "lateness": [9.0] * 10 + [1.0] * 10, "contract_ended_on": pd.NaT})
    >>> survey_leaks(told, people)[["item", "auc", "refused"]].values.tolist()
    [['driver__renewed', 1.0, True], ['driver__price', 0.5, False]]
    """
    people = satisfied_leavers[_clear(satisfied_leavers)]
    days = people[["customer_id", "answered_on"]].rename(columns={"answered_on": "date"})
    rows = answers.table.merge(days, on=["customer_id", "date"])
    items = [name for name, *_ in _items(answers)]
    table = rows.groupby("customer_id")[items].mean() if items else pd.DataFrame(index=people["customer_id"])
    left = people.set_index("customer_id")["left"].astype(bool).reindex(table.index)
    found = []
    for name, driver, label in _items(answers):
        said = table[name].notna()
        tests = {ANSWER: (table.loc[said, name], left[said])}
        if 0 < said.sum() < len(said):
            tests[ANSWERED] = (said.astype(float), left)
        for by, (values, gone) in tests.items():
            auc = _auc(values.to_numpy(dtype=float).round(DIGITS), gone.to_numpy(dtype=bool))
            row = {"item": name, "driver": driver, "label": label, "by": by, "customers": len(values)}
            found.append(row | {"left": int(gone.sum()), "auc": auc, "refused": auc > MOST_AUC})
    texts = ["item", "driver", "label", "by"]
    kinds = dict.fromkeys(texts, "str") | {"customers": "int64", "left": "int64", "auc": float, "refused": bool}
    return pd.DataFrame(found, columns=list(kinds)).astype(kinds).round({"auc": DIGITS})


def refused_drivers(survey_leaks: pd.DataFrame) -> list[str]:
    """The drivers whose rating of ours is refused, each once: importance is computed without them.

    >>> leaks = pd.DataFrame({"item": ["driver__renewed", "stated__price"], "driver": ["renewed", "price"],
    ...     "refused": True})
    >>> refused_drivers(leaks)
    ['renewed']
    """
    own = survey_leaks[survey_leaks["refused"].astype(bool) & survey_leaks["item"].str.startswith(OWN)]
    return list(dict.fromkeys(own["driver"]))


def _clear(people: pd.DataFrame) -> pd.Series:
    """Who left or stayed beyond much doubt."""
    left = people["left"].astype("boolean")
    sure = people["contract_ended_on"].notna() | (people["lateness"] > CLEARLY_GONE)
    here = ~(people["lateness"] > CLEARLY_HERE)
    return ((left.fillna(False) & sure) | (~left.fillna(True) & here)).astype(bool)


def _items(answers: Answers) -> Iterator[tuple[str, str | None, str]]:
    """Column, driver and words of each item that somebody answered."""
    for name in ("recommend", "satisfaction"):
        if answers.table[name].notna().any():
            yield name, None, name.capitalize()
    for prefix, words in KINDS.items():
        for driver, label in answers.labels.items():
            if answers.table[prefix + driver].notna().any():
                yield prefix + driver, driver, label if prefix == OWN else f"{label}, {words}"


def _auc(values: np.ndarray, left: np.ndarray) -> float:
    """The larger of the two chances, from mean ranks."""
    gone, stayed = int(left.sum()), int((~left).sum())
    if min(gone, stayed) < LEAST_EACH:
        return float("nan")
    ranks = pd.Series(values).rank().to_numpy()
    below = ranks[left].sum() - gone * (gone + 1) / 2
    part = below / (gone * stayed)
    return float(max(part, 1 - part))
