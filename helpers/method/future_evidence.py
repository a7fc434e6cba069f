"""What one test of the future says of one group: its verdict, how it is known, what it rests on, where it goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from helpers.method.finding_values import is_known
from helpers.method.pass_chance import FAIL, NOT_TESTED, PASS, STATUS_NAMES, UNDECIDED, status_of
from helpers.method.value_words import in_words

MONEY, PARTS = ("money", "money_low", "money_high"), ("part", "part_low", "part_high")
# of each test: what its evidence is, where it stands, the columns that tell it, and the unit in which it is said
EVIDENCE = {
    "profitable": ("Profit of the window", MONEY, ("profit", "profit_low", "profit_high"), "money"),
    "direction": (
        "Future categories, change of their part a year", PARTS,
        ("future_slope", "future_slope_low", "future_slope_high"), "points",
    ),
    "commitment": ("Net present value of all its projects", MONEY, ("npv_middle", "npv_low", "npv_high"), "money"),
    "market": ("Ready market, growth a year", PARTS, ("ready_growth", "ready_low", "ready_high"), "share"),
    "right_to_win": ("Chance that we are better and it matters", PARTS, ("chance", None, None), "share"),
}  # fmt: skip
NBSP = "\N{NO-BREAK SPACE}"  # keeps a number and its unit on one line
TRENDS = {PASS: "better", FAIL: "worse", UNDECIDED: "level"}


def row_of_test(
    test: str, row: Mapping[str, Any] | pd.Series | None, window_months: int | None = None, currency: str = ""
) -> dict[str, Any]:
    """What one test says of one group.

    Parameters
    ----------
    test : str, a key of `EVIDENCE`
    row : the group's row in the table of that test, or None where it has none
    window_months, currency : int and str, optional; for the words

    Returns
    -------
    dict
        chance, status, status_name, basis, evidence, evidence_words, trend, why_not and the columns of money and parts,
        as `helpers.method.future_fit.future_fit` describes them.

    Examples
    --------
    >>> row = {"p_grows": 0.9, "ready_growth": 0.081, "basis": "measured"}
    >>> found = row_of_test("market", row)
    >>> found["status"], found["trend"], found["evidence_words"].replace(NBSP, " ")
    ('pass', 'better', 'Ready market, growth a year: 8.1 %')
    """
    told = {} if row is None else row
    chance = told.get("p_grows" if test == "market" else "chance", np.nan)
    status = str(status_of(chance)[0])
    basis = _basis(test, told, status)
    trend = TRENDS.get(status) if test == "market" else told.get("trend")
    words, places, columns, unit = EVIDENCE[test]
    if test == "profitable":  # step 09 speaks of a year, and before fees: whose amounts these are has to be said
        words = f"Profit of {window_months} months" if window_months else words
        words += ", with contract fees" if told.get("contract_fees", 0) > 0 else ""
    if test == "right_to_win" and is_known(told.get("label")) and told.get("label"):
        words = f"Chance that we are better on {told['label']} and it matters"
    numbers = dict.fromkeys((*MONEY, *PARTS), np.nan)
    numbers |= {place: told.get(column, np.nan) for place, column in zip(places, columns, strict=True) if column}
    found = {"chance": chance, "status": status, "status_name": STATUS_NAMES[status], "basis": basis}
    value = numbers[places[0]]
    evidence = words if is_known(value) else None
    said = f"{words}: {in_words(float(value), unit, currency)}".replace(" %", NBSP + "%") if evidence else None
    found |= {"evidence": evidence, "evidence_words": said}
    return found | {"trend": trend, "why_not": told.get("why_not", "")} | numbers


def _basis(test: str, told: Mapping[str, Any] | pd.Series, status: str) -> str:
    """Whether a verdict was measured, or rests on what people expect."""
    if status == NOT_TESTED:
        return NOT_TESTED
    if test == "commitment":
        return "judged"  # margins ahead are what people expect
    return "judged" if told.get("basis") == "judged" else "measured"
