"""Do we reach the business goals, with no action and with the intents? The projected portfolio in the goals' measure.

A group's future customers are taken to be as its customers are today; what changes is how many there are of each kind.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.method.group_features import MONTHS
from helpers.method.intervals import LEVEL
from helpers.method.portfolio_projection import SCENARIOS, Paths

TIED = ("preferred", "contract", "partner")  # relationship types that are more than single purchases
# what of the portfolio each portfolio goal is measured by; advocates and equity are sums, the others parts
MEASURES = {
    "value_tiers": ("high_tier", "Part of customers in the high value tier"),
    "relationship_types": ("tied", "Part of customers tied to us by relationship type"),
    "advocates": ("advocate", "Advocates"),
    "customer_equity": ("clv", "Customer equity"),
}
SUMS = ("advocate", "clv")
LIKELY, UNLIKELY = 0.8, 0.2
SAME = 0.05  # of a goal's baseline: nearer than this, it is the same measure
NEAR = 0.5  # or nearer than this, in percent


def customer_marks(customer_value: pd.DataFrame, customers: pd.DataFrame | None = None) -> pd.DataFrame:
    """What a customer of each group is on average, in the measures of the portfolio goals.

    Parameters
    ----------
    customer_value : DataFrame, one row per customer, the published one
    customers : DataFrame as delivered, or None
        With its relationship_type, where there is one.

    Returns
    -------
    DataFrame, index group_id, of active customers
        high_tier, tied, advocate  float  part of the customers of whom it is known
        clv                        float  mean, currency a customer; where none is known, missing as the others

    Examples
    --------
    >>> value = pd.DataFrame({"customer_id": ["a", "b"], "group_id": "g1", "status": "active",
    ...     "value_tier": ["high", "low"], "advocate": [True, None], "clv": [9.0, 1.0]})
    >>> customer_marks(value)[["high_tier", "advocate", "clv"]].values.tolist()
    [[0.5, 1.0, 5.0]]
    """
    rows = customer_value[customer_value["status"] == "active"].sort_values("customer_id")
    tier = rows["value_tier"].astype("object").where(rows["value_tier"].notna() & (rows["value_tier"] != "unknown"))
    marks = pd.DataFrame({"group_id": rows["group_id"].astype("str")})
    marks["high_tier"] = (tier == "high").astype(float).where(tier.notna())
    kinds = pd.Series(None, rows.index, dtype="object")
    if customers is not None and "relationship_type" in customers:
        named = customers.set_index("customer_id")["relationship_type"]
        kinds = rows["customer_id"].map(named.astype("object"))
    known = kinds.notna() & (kinds.astype("str") != "")
    marks["tied"] = kinds.isin(TIED).astype(float).where(known)
    marks["advocate"] = rows["advocate"].astype("boolean").astype("Float64").astype(float)
    marks["clv"] = rows["clv"].astype(float)
    return marks.groupby("group_id").mean()


def goal_outlook(
    portfolio_goals: pd.DataFrame,
    scenarios: Mapping[str, Paths],
    marks: pd.DataFrame,
    *,
    as_of: object,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Each business goal, where its measure goes by its date, and how likely it is reached.

    Parameters
    ----------
    portfolio_goals : DataFrame, one row per goal, the published one of step 01
    scenarios : mapping of no_action and with_intents to Paths, from `projected`
    marks : DataFrame, from `customer_marks`
    as_of : date
    level : float
        Of the range.

    Returns
    -------
    DataFrame, one row per goal and scenario: the columns of the published goal_outlook
        measure                str    the goal's own, with its unit, as delivered
        measured_by            str    the measure of the portfolio
        today, expected, _low, _high  float  that measure, now and at the end of the first projected year not before
                                      by_date
        change                 float  expected / today - 1
        year                   int    that year
        asked                  float  the target in the same measure; missing where the goal is measured by another
        chance                 float  part of draws that reach it
        verdict                str    likely (80 % or more), unlikely (20 % or less), open, cannot_say
        why_not                str    why it cannot be said, else empty

    Notes
    -----
    A goal is taken to be measured as the portfolio is where its baseline is what we find today: as a number, in
    percent, or as the change from today in percent (a baseline of zero). Else the portfolio's own change is shown, and
    no verdict.
    """
    rows = []
    for goal in portfolio_goals.to_dict("records"):
        for name, paths in scenarios.items():
            row = {key: goal.get(key) for key in ("goal", "measure", "portfolio_goal", "baseline", "target", "by_date")}
            said = _outlook(goal, paths, marks, as_of, level)
            rows.append(row | {"scenario": name, "scenario_name": SCENARIOS[name]} | said)
    columns = ["goal", "measure", "portfolio_goal", "scenario", "scenario_name", "measured_by"]
    columns += ["baseline", "target", "by_date"]
    numbers = ["today", "expected", "expected_low", "expected_high", "change", "year", "asked", "chance"]
    table = pd.DataFrame(rows, columns=[*columns, *numbers, "verdict", "why_not"])
    table["by_date"] = pd.to_datetime(table["by_date"])
    numeric = dict.fromkeys(["baseline", "target", *numbers], "float64") | {"year": "Int64"}
    words = dict.fromkeys([*columns[:6], "verdict", "why_not"], "str")
    return table.astype({"year": "float64"}).astype(numeric | words)


def measured_path(paths: Paths, mark: pd.Series, *, is_sum: bool) -> np.ndarray:
    """A measure of the portfolio at the end of each year: draws x years; missing where no group knows its mark.

    >>> paths = Paths(("g1", "lapsed"), np.array([[[4, 1], [6, 1]]]), np.array([[[4.0, 1.0], [6.0, 1.0]]]))
    >>> measured_path(paths, pd.Series({"g1": 0.5}), is_sum=True).tolist()
    [[2.0, 3.0]]
    """
    at = [place for place in paths.of_portfolio if pd.notna(mark.get(paths.states[place], np.nan))]
    if not at:
        return np.full(paths.customers.shape[:2], np.nan)
    each = np.array([float(mark[paths.states[place]]) for place in at])
    count = paths.customers[:, :, at]
    whole = np.ones(count.shape[:2]) if is_sum else count.sum(axis=2).astype(float)
    return np.divide(count @ each, whole, out=np.full(whole.shape, np.nan), where=whole > 0)


def _outlook(goal: Mapping, paths: Paths, marks: pd.DataFrame, as_of: object, level: float) -> dict:
    """What one scenario says of one goal."""
    column, title = MEASURES.get(str(goal["portfolio_goal"]), ("", ""))
    if not column:
        return _silent("", "The goal asks nothing of the customer portfolio.")
    path = measured_path(paths, marks[column], is_sum=column in SUMS)
    if np.isnan(path).all():
        return _silent(title, "No customer's value of this measure is known.")
    today = float(path[0, 0])
    by = pd.to_datetime(goal["by_date"])
    year = paths.customers.shape[1] - 1 if pd.isna(by) else _year(as_of, by)
    if year >= path.shape[1]:
        return _silent(title, "Its date lies beyond the years that are projected.") | {"today": today}
    low, middle, high = np.quantile(path[:, year], [(1 - level) / 2, 0.5, (1 + level) / 2])
    row = {"measured_by": title, "today": today, "expected": middle, "expected_low": low, "expected_high": high}
    row |= {"year": year, "change": middle / today - 1 if today else np.nan}
    asked = _asked(goal, today)
    if asked is None:
        why = "The goal is measured by something else: its baseline is not what the portfolio shows today."
        why = "The goal has no baseline and target." if pd.isna(goal["baseline"]) or pd.isna(goal["target"]) else why
        return row | {"asked": np.nan, "chance": np.nan, "verdict": "cannot_say", "why_not": why}
    up = asked >= today
    chance = float(np.mean(path[:, year] >= asked if up else path[:, year] <= asked))
    verdict = "likely" if chance >= LIKELY else "unlikely" if chance <= UNLIKELY else "open"
    return row | {"asked": asked, "chance": chance, "verdict": verdict, "why_not": ""}


def _silent(title: str, why: str) -> dict:
    return {"measured_by": title, "verdict": "cannot_say", "why_not": why}


def _year(as_of: object, by: pd.Timestamp) -> int:
    """The first year end that is not before the date; at least one."""
    year = 1
    while pd.Timestamp(as_of) + pd.DateOffset(months=MONTHS * year) < by:
        year += 1
    return year


def _asked(goal: Mapping, today: float) -> float | None:
    """The target in the measure of the portfolio; None where the goal is measured by something else."""
    baseline, target = goal["baseline"], goal["target"]
    if pd.isna(baseline) or pd.isna(target):
        return None
    if baseline == 0:
        return today * (1 + target / 100)
    for unit, near in ((1.0, 0.0), (100.0, NEAR)):
        if abs(baseline - unit * today) <= max(SAME * abs(baseline), near):
            return float(target) / unit
    return None
