"""What became of the results that an earlier version expected, and how often did each owner's ranges hold?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.expected_results import BEYOND, CANNOT_SAY, LAPSE, NOT_DUE, SHORT, group_baselines, scored_results
from helpers.method.group_features import LAPSING

IN_RANGE, BELOW, ABOVE = "in_range", "below", "above"
OUTCOMES = {
    IN_RANGE: "in range",
    BELOW: "below the range",
    ABOVE: "above the range",
    NOT_DUE: "not due yet",
    CANNOT_SAY: "cannot be measured",
}
NOBODY = ""
COLUMNS = [
    *("group_id", "group_name", "measure", "measure_name", "unit", "better", "baseline", "low", "likely", "high"),
    *("by_date", "owner", "now", "outcome", "outcome_name", "score", "due", "hit", "good"),
    *("owner_due", "owner_hit_rate"),
]
NUMBERS = ("baseline", "low", "likely", "high", "now", "owner_hit_rate")


def measured_now(
    customer_value: pd.DataFrame | None,
    group_share: pd.DataFrame | None,
    portfolio_moves: pd.DataFrame | None,
    portfolio_projection: pd.DataFrame | None,
    *,
    years: float,
) -> pd.DataFrame:
    """Where each measure stands today, group by group, as step 09 takes it when it expects results.

    Parameters
    ----------
    customer_value, group_share, portfolio_moves, portfolio_projection : DataFrame or None
        As steps 04, 05 and 09 publish them.
    years : float
        Of the window.

    Returns
    -------
    DataFrame, one row per group and known measure: group_id, measure, value
    """
    if customer_value is None:
        return pd.DataFrame({"group_id": pd.Series(dtype="str"), "measure": pd.Series(dtype="str"), "value": []})
    rates = None
    if portfolio_moves is not None and len(portfolio_moves):
        rates = portfolio_moves[portfolio_moves["next_state"] == LAPSING]
        rates = rates.rename(columns={"state": "group_id", "probability": LAPSE})
    ahead = portfolio_projection if portfolio_projection is not None and len(portfolio_projection) else None
    money = dict.fromkeys(["revenue", "cost_to_serve", "customer_profit"], float)
    return group_baselines(customer_value.astype(money), group_share, rates, ahead, years=years)


def results_scored(
    earlier: pd.DataFrame | None, now: pd.DataFrame, *, as_of: object, expected: pd.DataFrame | None = None
) -> pd.DataFrame:
    """What came of each result that the earlier version expected.

    Parameters
    ----------
    earlier : DataFrame or None
        `expected_results` of the earlier version.
    now : DataFrame, from `measured_now`
    as_of : date, of this run
    expected : DataFrame or None
        `expected_results` of this run, for the first version: those still ahead of us, and where they start from.

    Returns
    -------
    DataFrame, one row per expected result, in their order
        now           float  where the measure stands; missing where it is not known any more
        outcome, outcome_name  str  in_range, below, above, not_due (before its day), cannot_say
        score         str    as `expected_results.scored_results` has it: reached, beyond, short ...
        due           bool   its day has come and it can be measured
        hit           bool   within its range
        good          bool   within its range, or better than it
        owner_due, owner_hit_rate  int, float  results of its owner that are due, and the part of them in range
    Without an earlier version, and without anything expected by this one, there is no row.

    Examples
    --------
    >>> row = {"group_id": "g1", "group_name": "Yards", "measure": "profit", "measure_name": "Profit a year",
    ...     "unit": "money", "better": "up", "baseline": 9.0, "low": 10.0, "likely": 11.0, "high": 12.0, "owner": "Ada",
    ...     "by_date": pd.Timestamp("2026-09-01")}
    >>> now = pd.DataFrame({"group_id": ["g1"], "measure": ["profit"], "value": [13.0]})
    >>> results_scored(pd.DataFrame([row]), now, as_of="2026-09-01")[["outcome", "hit", "good"]].values.tolist()
    [['above', False, True]]
    """
    if earlier is None and expected is not None:
        # a promise of today whose day has passed is no forecast, so nothing is scored by it
        earlier = expected[pd.to_datetime(expected["by_date"]) > pd.Timestamp(as_of)]
    if earlier is None or earlier.empty:
        table = pd.DataFrame(columns=COLUMNS)
        return _typed(table)
    table = scored_results(earlier, now, as_of=as_of)
    outside = table["score"].isin([BEYOND, SHORT])
    side = np.where(table["now"] > table["high"], ABOVE, BELOW)
    outcome = np.select([table["score"].isin([NOT_DUE, CANNOT_SAY]), outside], [table["score"], side], IN_RANGE)
    table["outcome"] = pd.Series(outcome, index=table.index).astype("str")
    # which side is good differs by measure, so the words say it
    judged = np.select(
        [outside & (table["better"] == ""), table["score"] == BEYOND, outside], ["", ": better", ": worse"], ""
    )
    table["outcome_name"] = table["outcome"].map(OUTCOMES) + judged
    table["due"] = ~table["score"].isin([NOT_DUE, CANNOT_SAY])
    table["hit"] = table["outcome"] == IN_RANGE
    table["good"] = table["hit"] | (table["score"] == BEYOND)
    owners = owner_scores(table.assign(owner=table["owner"].fillna("").astype("str"))).set_index("owner")
    table["owner_due"] = table["owner"].map(owners["results"]).fillna(0)
    table["owner_hit_rate"] = table["owner"].map(owners["hit_rate"])
    return _typed(table.reindex(columns=COLUMNS))


def owner_scores(results_scored: pd.DataFrame) -> pd.DataFrame:
    """How often the ranges that each owner answers for held what came.

    Parameters
    ----------
    results_scored : DataFrame, from `results_scored`

    Returns
    -------
    DataFrame, one row per owner with a result that is due, by name; results of nobody last, with an empty owner
        results, hits, good  int    due; within their range; within or better
        hit_rate             float  hits / results

    Notes
    -----
    Ranges are meant to hold nine times in ten. So few are due at a time that a rate says little by itself: the number
    stands beside it.

    Examples
    --------
    >>> rows = pd.DataFrame({"owner": ["Ada", "Ada", ""], "due": True, "hit": [True, False, True], "good": True})
    >>> owner_scores(rows).values.tolist()
    [['Ada', 2, 1, 2, 0.5], ['', 1, 1, 1, 1.0]]
    """
    due = results_scored[results_scored["due"].astype(bool)]
    table = due.groupby("owner").agg(results=("hit", "size"), hits=("hit", "sum"), good=("good", "sum"))
    table = table.astype("int64").assign(hit_rate=table["hits"] / table["results"].clip(lower=1)).reset_index()
    return table.sort_values("owner", key=lambda owner: owner.replace(NOBODY, "\U0010ffff"), ignore_index=True)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    words = [name for name in table if name not in (*NUMBERS, "by_date", "due", "hit", "good", "owner_due")]
    table = table.assign(**{name: table[name].astype("object").fillna("").astype("str") for name in words})
    table = table.assign(by_date=pd.to_datetime(table["by_date"]))
    kinds = dict.fromkeys(NUMBERS, "float64") | dict.fromkeys(["due", "hit", "good"], bool) | {"owner_due": "int64"}
    return table.astype(kinds).reset_index(drop=True)
