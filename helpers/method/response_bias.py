"""Who answered, and who stayed silent? Respondents against all active customers, by group, size and habit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.group_parts import ALL, part_names
from helpers.method.intervals import LEVEL
from helpers.method.survey_answers import Answers
from helpers.method.survey_weights import LABELS, customer_kinds, thirds
from helpers.method.wilson import wilson

GROUP, REVENUE, ORDERS = "group", "revenue", "order_days"
WORDS = {
    REVENUE: dict(zip(LABELS, ("Small customers", "Middle customers", "Large customers"), strict=True)),
    ORDERS: dict(zip(LABELS, ("Who order rarely", "Who order at times", "Who order often"), strict=True)),
}
_NUMBERS = ("part_of_customers", "part_of_respondents", "response_rate", "response_rate_low", "response_rate_high")
_COLUMNS = ("characteristic", "part", "label", "customers", "respondents", *_NUMBERS, "part_of_revenue", "differs")


def response_bias(answers: Answers, customers: pd.DataFrame, groups: pd.DataFrame | None = None) -> pd.DataFrame:
    """How many customers of each kind answered.

    Parameters
    ----------
    answers : Answers
    customers : DataFrame, one row per customer
        customer_id, status, revenue and order_days, from customer_summary; only active customers count. Where
        first_date is there too, who came after the last dated response does not: nobody could have asked it.
    groups : DataFrame or None
        customer_groups, for the names to read.

    Returns
    -------
    DataFrame, the row of all active customers first, then by group (where there are any), by third of revenue and by
    third of order days; no row where nobody answered
        characteristic, part, label  str  all, group, revenue or order_days; group id or small, middle, large; in words
        customers, respondents       int  a customer who answered several times is one
        part_of_customers, part_of_respondents  float  of all active customers, of all respondents
        response_rate, _low, _high   float  respondents / customers, with its 90 % interval
        part_of_revenue              float  revenue of the respondents / that of the customers; missing without revenue
        differs                      bool   whether the rate is not that of all; by chance in 10 % for all rows together

    Notes
    -----
    Customers with equal numbers are of one third. A response without a customer, or of one who is no longer active, is
    in no row. What silent customers think stays unknown: these are the differences that can be seen.

    Examples
    --------
    >>> from helpers.method.survey_answers import survey_answers
    >>> buys = pd.DataFrame({"customer_id": [f"c{n}" for n in range(9)], "status": "active"})
    >>> buys = buys.assign(revenue=np.arange(1.0, 10.0), order_days=4)
    >>> said = survey_answers(buys.tail(2).assign(recommend=8), start="2026-01-01", end="2027-01-01")
    >>> found = response_bias(said, buys)
    >>> found.loc[found["characteristic"] == "revenue", ["part", "customers", "respondents"]].values.tolist()
    [['small', 3, 0], ['middle', 3, 0], ['large', 3, 2]]
    """
    active = customers[customers["status"] == "active"].drop_duplicates("customer_id").set_index("customer_id")
    last = answers.table["date"].max()
    if "first_date" in active and pd.notna(last):
        active = active[~(active["first_date"] > last)]
    answered = active.index.isin(answers.table["customer_id"].dropna())
    if not answered.any():
        return _typed(pd.DataFrame(columns=list(_COLUMNS)))
    kinds = customer_kinds(answers, customers).loc[active.index]
    found = [_counts("all", pd.Series(ALL, active.index), {ALL: "All who could be asked"}, active, answered)]
    names = part_names(kinds["group_id"][kinds["group_id"] != ""], groups)
    if groups is not None:
        found.append(_counts(GROUP, kinds["group_id"], {k: v for k, v in names.items() if k != ALL}, active, answered))
    for characteristic, words in WORDS.items():
        found.append(_counts(characteristic, thirds(active[characteristic]), words, active, answered))
    table = pd.concat(found, ignore_index=True)
    whole = table.iloc[0]
    table["part_of_customers"] = table["customers"] / whole["customers"]
    table["part_of_respondents"] = table["respondents"] / whole["respondents"]
    rate = table["respondents"] / table["customers"]
    table["response_rate"] = rate
    table["response_rate_low"], table["response_rate_high"] = wilson(rate, table["customers"])
    low, high = wilson(rate, table["customers"], 1 - (1 - LEVEL) / max(len(table) - 1, 1))
    table["differs"] = (low > rate.iloc[0] + 1e-9) | (high < rate.iloc[0] - 1e-9)
    return _typed(table)


def _counts(
    characteristic: str, part: pd.Series, words: dict[str, str], active: pd.DataFrame, answered: np.ndarray
) -> pd.DataFrame:
    """Customers, respondents and revenue of the parts that occur, in the order of the words."""
    rows = []
    for name, label in words.items():
        here = (part == name).to_numpy()
        if here.any():
            revenue = float(active.loc[here, "revenue"].sum())
            theirs = float(active.loc[here & answered, "revenue"].sum())
            rows.append(
                {"characteristic": characteristic, "part": name, "label": label, "customers": int(here.sum())}
                | {"respondents": int((here & answered).sum())}
                | {"part_of_revenue": theirs / revenue if revenue > 0 else np.nan}
            )
    return pd.DataFrame(rows)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    types = dict.fromkeys(("characteristic", "part", "label"), "str") | {"customers": "int64", "respondents": "int64"}
    types |= dict.fromkeys((*_NUMBERS, "part_of_revenue"), "float64") | {"differs": "bool"}
    return table[list(_COLUMNS)].astype(types).round(dict.fromkeys((*_NUMBERS, "part_of_revenue"), 9))
