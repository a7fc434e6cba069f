"""Where does the chain of contacts with a group break? A chain is as good as its weakest link, weighed by what matters.

Each contact is compared with our own best function for the same group: what we can do in one place, customers expect
in the next.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.delivered import columns_of
from helpers.method.group_named import NO_GROUP, group_named, names_of_groups, shown_name, shown_order
from helpers.method.intervals import LEVEL, t_quantile
from helpers.method.share import ALL

LEAST_RESPONSES = 10
DRAWS = 1_000
SEED = 20_112
SURE = 0.8  # chance from which a link is called the weakest without "probably"
TIE = 1e-9
TEXTS = ("touchpoint", "business_function", "stage", "customer_group")
TYPES = dict.fromkeys(TEXTS, "str") | dict.fromkeys(("touchpoint_score", "importance", "responses"), float)
KEYS = ["group_id", "touchpoint", "business_function", "stage"]
FEW = "Fewer than ten answers."
NO_WEIGHT = "Nobody said how much it matters."
ONE_FUNCTION = "Only one function is rated: there is none to compare with."
COLUMNS = [
    *(
        "group_id",
        "group_name",
        "place",
        "touchpoint",
        "business_function",
        "stage",
        "score",
        "score_low",
        "score_high",
    ),
    *("importance", "responses", "judged", "best_function", "best_score", "gap", "cost", "cost_low", "cost_high"),
    *("weakest", "weakest_chance", "why_not"),
]


def rating_spread(survey: pd.DataFrame | None) -> float | None:
    """How far single ratings of ours lie apart: their standard deviation within a question, over all questions.

    The table touchpoints holds means alone. How sure a mean is depends on how far answers differ, and the survey is the
    only place that tells.

    Parameters
    ----------
    survey : DataFrame or None, one row per response
        The columns driver_*.

    Returns
    -------
    float, points; None where no question has two answers

    Examples
    --------
    >>> rating_spread(pd.DataFrame({"driver_price": [4.0, 6.0, 8.0], "driver_range": [1.0, 3.0, 5.0]}))
    2.0
    """
    if survey is None:
        return None
    rated = survey[sorted(name for name in survey.columns if name.startswith("driver_"))].astype(float)
    answers = rated.notna().sum()
    rated = rated[answers.index[answers > 1]]
    freedom = int((rated.notna().sum() - 1).sum())
    if not freedom:
        return None
    squares = float(np.nansum((rated - rated.mean()).to_numpy() ** 2))
    return float(np.sqrt(squares / freedom))


def channel_consistency(
    touchpoints: pd.DataFrame | None, groups: pd.DataFrame | None, *, spread: float | None = None, level: float = LEVEL
) -> pd.DataFrame:
    """Each contact of each group: how far it lies below what our best function does, and what that costs.

    Answers "which contact would we mend first, for whom?".

    Parameters
    ----------
    touchpoints : DataFrame, one row per contact and group, or None
        touchpoint, business_function, stage, customer_group (blank = all customers), touchpoint_score, importance,
        responses. What stands in several rows of a group is one contact: the mean by responses.
    groups : DataFrame or None
        group_id and group_name, any number of rows a group.
    spread : float, optional
        Standard deviation of single ratings, from `rating_spread`. Without it nothing has an interval.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame, one row per group and contact, the costliest first in each group: the published channel_consistency
        importance      share  of all contacts of the group; missing where not delivered
        judged          bool   rated by ten or more, or by nobody knows how many; one of two functions or more
        best_function   str    with the highest mean score of its judged contacts; several joined by "; "
        gap             float  points, score of the best function - own; below zero where it is better
        cost            float  points of the group's mean rating, weighed by importance: importance x gap
        weakest         bool   whether its cost is the largest of the group, and above zero; ties are all
        weakest_chance  share  part of draws in which it is

    Raises
    ------
    StepInputError
        If the spread is no number above zero.

    Notes
    -----
    weakest link = max of importance x (score of the best function - own score). Importance is made to sum to one in
    each group, so the cost reads: if this contact were as good as our best function, the group's weighed mean rating
    would be so much higher. Scores are means of `responses` ratings that lie `spread` apart; their error is taken as
    normal. Costs and chances come from draws of all scores of the group, in which the best function is chosen again.

    References
    ----------
    The rule is the method's own (step 11); a chain that is judged by its worst link goes back to Kremer, "The O-Ring
    Theory of Economic Development", Quarterly Journal of Economics 108 (1993).

    Examples
    --------
    >>> table = pd.DataFrame({"touchpoint": ["Quay", "Visit", "Hotline"], "business_function": ["delivery", "sales",
    ...     "support"], "customer_group": "g1", "touchpoint_score": [8.0, 7.0, 5.0], "importance": [2.0, 1.0, 1.0],
    ...     "responses": [40, 40, 40]})
    >>> found = channel_consistency(table, pd.DataFrame({"group_id": ["g1"], "group_name": ["Yards"]}))
    >>> found[["touchpoint", "gap", "cost", "weakest"]].values.tolist()
    [['Hotline', 3.0, 0.75, True], ['Visit', 1.0, 0.25, False], ['Quay', 0.0, 0.0, False]]
    """
    if spread is not None and not (np.isfinite(spread) and spread > 0):
        raise StepInputError(f"channel_consistency: the spread of ratings is {spread}. Expected a number above zero.")
    names = names_of_groups(groups)
    rows = _contacts(touchpoints, groups)
    parts = []
    for group in [*shown_order(names, rows["group_id"]), NO_GROUP]:
        mine = rows[rows["group_id"] == group]
        if len(mine):
            parts.append(_links(mine.reset_index(drop=True), spread, level).assign(group_name=shown_name(group, names)))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
    words = ("group_id", "group_name", "touchpoint", "business_function", "stage", "best_function", "why_not")
    numbers = ("score", "score_low", "score_high", "importance", "best_score", "gap", "cost", "cost_low", "cost_high")
    kinds = dict.fromkeys(words, "str") | dict.fromkeys((*numbers, "weakest_chance"), "float64")
    table = table[COLUMNS].astype(kinds | {"judged": bool, "weakest": bool, "place": "Int64", "responses": "Int64"})
    table[list(numbers)] = table[list(numbers)].round(9) + 0.0
    return table


def unknown_groups(touchpoints: pd.DataFrame | None, groups: pd.DataFrame | None) -> tuple[str, ...]:
    """Names in the column customer_group that are no group of ours."""
    if touchpoints is None or "customer_group" not in touchpoints:
        return ()
    return group_named(touchpoints["customer_group"], groups).unmatched


def _contacts(touchpoints: pd.DataFrame | None, groups: pd.DataFrame | None) -> pd.DataFrame:
    """One row per group and contact, in the order of their names."""
    rows = columns_of(touchpoints, TYPES)
    for name in TEXTS[:3]:
        rows[name] = rows[name].fillna("").str.strip()
    blank = rows["customer_group"].fillna("").str.strip() == ""
    rows["group_id"] = group_named(rows["customer_group"], groups).group_id.mask(blank, ALL)
    rows = rows.dropna(subset=["touchpoint_score"])
    # rows are added up in an order that has nothing to do with the file's
    rows = rows.sort_values([*KEYS, "touchpoint_score", "importance", "responses"])
    known = rows["responses"].notna().groupby([rows[key] for key in KEYS]).transform("all")
    rows["weight"] = rows["responses"].where(known & (rows["responses"] > 0), 1.0)
    rows["weighed"] = rows["touchpoint_score"] * rows["weight"]
    table = rows.groupby(KEYS, as_index=False).agg(
        weighed=("weighed", "sum"),
        weight=("weight", "sum"),
        importance=("importance", "mean"),
        responses=("responses", lambda values: values.sum(skipna=False)),
    )
    table["score"] = table["weighed"] / table["weight"]
    return table


def _links(mine: pd.DataFrame, spread: float | None, level: float) -> pd.DataFrame:
    """The contacts of one group, the costliest first."""
    whole = mine["importance"].sum()
    mine["importance"] = mine["importance"] / whole if whole > 0 else np.nan
    few = (mine["responses"] < LEAST_RESPONSES).to_numpy()
    functions = mine["business_function"].where(~few).nunique()
    mine["why_not"] = np.where(few, FEW, "" if functions > 1 else ONE_FUNCTION)
    mine["judged"] = mine["why_not"] == ""
    mine["why_not"] = mine["why_not"].mask(mine["judged"] & mine["importance"].isna(), NO_WEIGHT)
    error = spread / np.sqrt(mine["responses"]) if spread is not None else pd.Series(np.nan, mine.index)
    error = error.where(mine["responses"] > 0)
    reach = error * [t_quantile((1 + level) / 2, max(n - 1, 1)) if n > 0 else np.nan for n in mine["responses"]]
    mine["score_low"], mine["score_high"] = mine["score"] - reach, mine["score"] + reach
    best = pd.Series(dtype=float)
    judged = mine[mine["judged"]]
    if len(judged):
        means = judged.groupby("business_function")["score"].mean()
        best = means[means >= means.max() - TIE]
    mine["best_function"], mine["best_score"] = "; ".join(best.index), best.max() if len(best) else np.nan
    mine["gap"] = (mine["best_score"] - mine["score"]).where(mine["judged"])
    mine["cost"] = mine["importance"] * mine["gap"]
    most = mine["cost"].max()
    mine["weakest"] = (mine["cost"] >= most - TIE) & (mine["cost"] > TIE)
    mine["cost_low"] = mine["cost_high"] = mine["weakest_chance"] = np.nan
    weighed = mine["judged"] & mine["cost"].notna()
    if weighed.any() and error[mine["judged"]].notna().all():
        _draw(mine, error, weighed, level)
    mine = mine.sort_values(["cost", "touchpoint", "business_function", "stage"], ascending=[False, True, True, True])
    place = mine["cost"].rank(method="min", ascending=False)
    return mine.assign(place=place.astype("Int64"))


def _draw(mine: pd.DataFrame, error: pd.Series, weighed: pd.Series, level: float) -> None:
    """Ranges of the costs and the chance of being the weakest, from draws of all judged scores of the group."""
    judged = np.flatnonzero(mine["judged"])
    luck = np.random.default_rng(SEED).standard_normal((DRAWS, len(judged)))
    scores = mine["score"].to_numpy()[judged] + luck * error.to_numpy()[judged]
    functions, names = pd.factorize(mine["business_function"].to_numpy()[judged])
    means = np.stack([scores[:, functions == one].mean(axis=1) for one in range(len(names))])
    costs = (means.max(axis=0)[:, None] - scores) * mine["importance"].to_numpy()[judged]
    inside = weighed.to_numpy()[judged]
    at, costs = mine.index[judged[inside]], costs[:, inside]
    ends = np.quantile(costs, [(1 - level) / 2, (1 + level) / 2], axis=0)
    mine.loc[at, "cost_low"], mine.loc[at, "cost_high"] = ends[0], ends[1]
    worst = costs >= costs.max(axis=1, keepdims=True) - TIE
    mine.loc[at, "weakest_chance"] = (worst & (costs > TIE)).mean(axis=0)
