"""Content, and gone: who told us that all was well and left nevertheless.

What people say and what they do are two things. Here the first is the last answer on satisfaction, and the second what
came after it: orders that stopped, or a contract that ended.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.contract_terms import GAP_DAYS
from helpers.method.delivered import columns_of
from helpers.method.group_parts import part_names
from helpers.method.order_rhythm import order_rhythm
from helpers.method.share import ALL, UNGROUPED
from helpers.method.survey_answers import Answers
from helpers.method.wilson import wilson

SATISFIED = 0.8  # of the way up the scale: the top three of eleven answers
GONE = 3.0  # own gaps since the last order day; beyond it a customer has left
ORDERS, CONTRACT, BOTH = "orders", "contract", "both"
DIGITS = 9


def satisfied_leavers(
    answers: Answers,
    customer_days: pd.DataFrame,
    contracts: pd.DataFrame | None = None,
    *,
    start: object,
    as_of: object,
) -> pd.DataFrame:
    """What each customer said of its satisfaction last, and whether it has left since.

    Parameters
    ----------
    answers : Answers
        Dated answers on satisfaction from customers that are known; others cannot be followed and are not here.
    customer_days : DataFrame, one row per customer and day with a line
    contracts : DataFrame, one row per contract or term of it, or None
        customer_id, start_date and end_date (last day, included; blank = still running).
    start, as_of : date
        The window, for lateness.

    Returns
    -------
    DataFrame, one row per customer, sorted by customer_id
        customer_id, group_id
        answered_on        datetime64  day of the last answer
        satisfaction       float       points; the mean where several answered on that day
        satisfied          bool        from eight tenths of the scale on: the top three of eleven
        order_days         int         in the window
        lateness           float       days since the last order day / own median gap; missing below three order days
        contract_ended_on  datetime64  last day of the last contract, where that came after the answer and at least 30
                                       days ago; missing where one runs, or none was ever there
        left               boolean     late by more than 3 own gaps, or such an end; missing without a rhythm to be
                                       late against and without a contract
        sign               str         orders, contract or both, where it left
        satisfied_leaver   boolean     satisfied, and left

    Notes
    -----
    A customer that is late may come back: this is a sign, not a fact. A contract counts as over when nothing of the
    customer runs and nothing new began within 30 days; one that ended in the last 30 days may still be renewed.

    Examples
    --------
    >>> from helpers.method.survey_answers import survey_answers
    >>> day = pd.to_datetime
    >>> survey = pd.DataFrame({"customer_id": ["c1", "c2"], "satisfaction": [9, 10], "date": day("2026-04-01")})
    >>> days = pd.DataFrame({"customer_id": ["c1"] * 3 + ["c2"] * 3, "positive_lines": 1, "date": day(["2026-03-01",
    ...     "2026-03-31", "2026-04-30", "2026-05-01", "2026-08-01", "2026-12-01"])})
    >>> told = survey_answers(survey, start="2026-01-01", end="2027-01-01", stated={"satisfaction": (0, 10)})
    >>> found = satisfied_leavers(told, days, start="2026-01-01", as_of="2027-01-01")
    >>> found[["customer_id", "left", "satisfied_leaver"]].values.tolist()
    [['c1', True, True], ['c2', False, False]]
    """
    table = _last_answers(answers)
    rhythm = order_rhythm(customer_days, start=start, end=as_of).set_index("customer_id")
    table["order_days"] = table["customer_id"].map(rhythm["order_days"]).fillna(0).astype("int64")
    table["lateness"] = table["customer_id"].map(rhythm["lateness"]).astype(float)
    last_day, runs = _contracts(contracts, as_of)
    table["contract_ended_on"] = last_day.reindex(table["customer_id"]).to_numpy()
    table["contract_ended_on"] = table["contract_ended_on"].where(table["contract_ended_on"] > table["answered_on"])
    late = table["lateness"] > GONE
    over = table["contract_ended_on"].notna()
    known = table["lateness"].notna() | over | table["customer_id"].isin(runs)
    table["left"] = (late | over).astype("boolean").where(known)
    signs = pd.Series(np.select([late & over, late, over], [BOTH, ORDERS, CONTRACT], ""), index=table.index)
    table["sign"] = signs.where(late | over).astype("str")
    table["satisfied_leaver"] = table["left"] & table["satisfied"]
    return table


def leaving_by_satisfaction(satisfied_leavers: pd.DataFrame, groups: pd.DataFrame | None = None) -> pd.DataFrame:
    """Which part of the satisfied customers left, beside that of the others: by group, and for all of them first.

    Parameters
    ----------
    satisfied_leavers : DataFrame, from `satisfied_leavers`
    groups : DataFrame, optional
        For the names.

    Returns
    -------
    DataFrame, two rows per group; no row where nobody's leaving is known
        group_id, group_name
        answer             str    satisfied or others
        answer_name        str    for reading
        customers          int    whose leaving is known
        unknown            int    of whom it is not
        left               int
        part_left, part_left_low, part_left_high  float  missing without a customer

    References
    ----------
    Wilson, Journal of the American Statistical Association 22 (1927) (the interval).

    Examples
    --------
    >>> people = pd.DataFrame({"group_id": None, "satisfied": [True, True, False],
    ...     "left": pd.array([True, False, None], dtype="boolean")}).astype({"group_id": "str"})
    >>> leaving_by_satisfaction(people)[["answer", "customers", "unknown", "left"]].values.tolist()[:2]
    [['satisfied', 2, 0, 1], ['others', 0, 1, 0]]
    """
    people = satisfied_leavers.assign(group_id=satisfied_leavers["group_id"].fillna(UNGROUPED))
    names = part_names(people["group_id"], groups) if people["left"].notna().any() else {}
    rows = []
    for group_id, name in names.items():
        own = people if group_id == ALL else people[people["group_id"] == group_id]
        for answer, words in (("satisfied", "Satisfied"), ("others", "All others")):
            of = own[own["satisfied"] == (answer == "satisfied")]
            left = of["left"].dropna().astype(bool)
            row = {"group_id": group_id, "group_name": name, "answer": answer, "answer_name": words}
            row |= {"customers": len(left), "unknown": len(of) - len(left), "left": int(left.sum())}
            row["part_left"] = left.mean() if len(left) else np.nan
            low, high = wilson([row["part_left"]], [len(left)])
            rows.append(row | {"part_left_low": low[0], "part_left_high": high[0]})
    texts, counts = ["group_id", "group_name", "answer", "answer_name"], ["customers", "unknown", "left"]
    parts = ["part_left", "part_left_low", "part_left_high"]
    kinds = dict.fromkeys(texts, "str") | dict.fromkeys(counts, "int64") | dict.fromkeys(parts, float)
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds).round(dict.fromkeys(parts, DIGITS))


def _last_answers(answers: Answers) -> pd.DataFrame:
    """The last dated answer on satisfaction of each customer; several on one day count as their mean."""
    rows = answers.table.dropna(subset=["customer_id", "date", "satisfaction"])
    rows = rows[rows["date"] == rows.groupby("customer_id")["date"].transform("max")]
    table = rows.groupby("customer_id", as_index=False).agg(
        group_id=("group_id", "first"), answered_on=("date", "first"), satisfaction=("satisfaction", "mean")
    )
    table["satisfaction"] = table["satisfaction"].round(DIGITS)
    scale = answers.scales.get("satisfaction")
    # answers that are all alike, on no stated scale, tell nobody's satisfaction
    up = table["satisfaction"] * 0.0 if scale is None else scale.part(table["satisfaction"]).round(DIGITS)
    table["satisfied"] = (up >= SATISFIED).astype(bool)
    return table.astype({"customer_id": "str", "group_id": "str", "answered_on": "datetime64[us]"})


def _contracts(contracts: pd.DataFrame | None, as_of: object) -> tuple[pd.Series, pd.Index]:
    """By customer the last day of its contracts, where all of them are over; and the customers of whom one runs.

    A contract that ended less than 30 days ago may still be renewed, and runs until then.
    """
    kinds = {"customer_id": "str", "start_date": "datetime64[us]", "end_date": "datetime64[us]"}
    rows = columns_of(contracts, kinds)
    today = pd.Timestamp(as_of)
    rows = rows[rows["start_date"] < today]
    open_end = rows["end_date"].fillna(today)
    last = open_end.groupby(rows["customer_id"]).max()
    # the day after the last one is the first without a contract
    runs = last + pd.Timedelta(days=1 + GAP_DAYS) > today
    return last[~runs], last.index[runs]
