"""How do we do on what customers value, by itself and against the best alternative they know?

Attainment is our own rating as a part of the scale. Advantage is our rating less the competitor's, both given by the
same person: what a kind or a stern rater adds to both cancels.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.cluster_means import cluster_means
from helpers.method.group_parts import part_names
from helpers.method.intervals import LEVEL
from helpers.method.margin_trend import holm
from helpers.method.share import ALL
from helpers.method.survey_answers import OTHER, OWN, Answers, group_ids
from helpers.method.survey_scale import DRIVER

LEAST = 10  # customers; a mean of fewer says nothing of their group
ALPHA = 0.05  # of the statement that we are behind on a driver, over all drivers of a row of groups
COUNTS = ("customers", "rated", "compared")
NUMBERS = (
    *("own_rating", "attainment", "attainment_low", "attainment_high"),
    *("competitor_rating", "advantage", "advantage_low", "advantage_high", "p_behind", "p_holm"),
)
COLUMNS = ("group_id", "group_name", "driver", "label", *COUNTS, *NUMBERS, "behind", "rivals", "unique")


def driver_performance(
    answers: Answers, groups: pd.DataFrame | None = None, *, least: int = LEAST, level: float = LEVEL
) -> pd.DataFrame:
    """Attainment and advantage of all customers and of each group, driver by driver.

    Answers "on what are we better than the alternative, and on what are we worse?".

    Parameters
    ----------
    answers : Answers, from `survey_answers`, weighted or not
        Straight-liners are left out: who gives one rating to everything rates no driver.
    groups : DataFrame, optional
        group_id and group_name, any number of rows per group; only for the names.
    least : int
        With fewer customers a rating or an advantage is missing.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame, one row per group and driver, "all" first, drivers in the order of the survey; no row without ratings
        customers          int    who rated us on the driver, one or several times
        rated              int    their responses
        compared           int    customers who rated us and the competitor
        own_rating         float  mean, points of the client's scale; missing below `least` customers
        attainment, _low, _high   float  the same as a part of the scale, 0 to 1; missing without a scale
        competitor_rating  float  mean of the competitor's rating by those compared, points
        advantage, _low, _high    float  mean of ours less theirs, points; missing below `least` compared
        p_behind           float  one-sided p: how often chance alone puts us so far behind
        p_holm             float  the same after Holm: for all customers over the drivers, for groups over drivers and
                                  groups
        behind             bool   p_holm <= .05
        rivals             int    competitors whom `least` customers or more named and rated
        unique             bool   better than each of these, the whole interval above zero; missing without any

    Notes
    -----
    The interval has the customer as its unit, as in `cluster_means`. A group is never lent the ratings of others: what
    it thinks of us is its own, and few answers are few answers.

    References
    ----------
    Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6 (1979).

    Examples
    --------
    >>> from helpers.method.survey_answers import survey_answers
    >>> survey = pd.DataFrame({"customer_id": ["c1", "c2"], "driver_price": [4, 6], "competitor_price": [8, 7]})
    >>> found = driver_performance(survey_answers(survey, start="2026-01-01", end="2027-01-01"), least=2)
    >>> found[["group_id", "driver", "own_rating", "advantage", "behind"]].values.tolist()
    [['all', 'price', 5.0, -2.5, False]]
    """
    rows, names = answers.sincere, answers.names
    parts = {ALL: rows} | {group: rows[rows["group_id"] == group] for group in group_ids(answers)}
    known = part_names(pd.Series([group for group in parts if group != ALL], dtype="str"), groups)
    tables = [_part(group, known.get(group, group), part, answers, least, level) for group, part in parts.items()]
    table = pd.concat(tables, ignore_index=True) if names else pd.DataFrame(columns=list(COLUMNS))
    table = table.astype(dict.fromkeys(COUNTS, "int64") | dict.fromkeys(NUMBERS[:-1], float) | {"rivals": "int64"})
    table["p_holm"] = _after_holm(table)
    table["behind"] = (table["p_holm"] <= ALPHA).astype(bool)
    texts = dict.fromkeys(("group_id", "group_name", "driver", "label"), "str")
    return table.astype(texts | {"unique": "boolean"})[list(COLUMNS)]


def _part(group: str, name: str, rows: pd.DataFrame, answers: Answers, least: int, level: float) -> pd.DataFrame:
    """The rows of one group, before it is known what else was tested."""
    names = answers.names
    own, other = (rows[[prefix + one for one in names]].set_axis(names, axis=1) for prefix in (OWN, OTHER))
    both = own.notna() & other.notna()
    asked = {"clusters": rows["cluster"], "weights": rows["weight"]}
    ours, theirs = cluster_means(own, **asked), cluster_means(other.where(both), **asked)
    ahead = cluster_means(own - other, **asked)
    table = pd.DataFrame(
        {
            "group_id": group,
            "group_name": name,
            "driver": names,
            "label": [answers.labels[one] for one in names],
            "customers": ours.clusters,
            "rated": ours.answers,
            "compared": ahead.clusters,
        }
    )
    enough, compared = ours.clusters >= least, ahead.clusters >= least
    scale = answers.scales.get(DRIVER)
    table["own_rating"] = np.where(enough, ours.mean, np.nan)
    for end, points in zip(("", "_low", "_high"), (ours.mean, *ours.interval(level)), strict=True):
        part = np.nan if scale is None else np.clip(scale.part(points), 0, 1)
        table[f"attainment{end}"] = np.where(enough, part, np.nan)
    table["competitor_rating"] = np.where(compared, theirs.mean, np.nan)
    for end, points in zip(("", "_low", "_high"), (ahead.mean, *ahead.interval(level)), strict=True):
        table[f"advantage{end}"] = np.where(compared, points, np.nan)
    table["p_behind"] = np.where(compared, ahead.p_not_below(0), np.nan)
    return table.assign(**_against_each(rows, own - other, least, level))


def _against_each(rows: pd.DataFrame, ahead: pd.DataFrame, least: int, level: float) -> dict[str, object]:
    """How many named competitors can be told apart, and whether we are ahead of each of them, by driver."""
    rivals = np.zeros(ahead.shape[1], dtype=int)
    best = np.ones(ahead.shape[1], dtype=bool)
    for _, named in ahead.groupby(rows["competitor"], sort=True):
        found = cluster_means(named, rows.loc[named.index, "cluster"], rows.loc[named.index, "weight"])
        judged = found.clusters >= least
        rivals += judged
        best &= ~judged | (found.interval(level)[0] > 0)
    return {"rivals": rivals, "unique": pd.array(np.where(rivals > 0, best, None), dtype="boolean")}


def _after_holm(table: pd.DataFrame) -> pd.Series:
    """p after Holm: over the drivers for all customers together, over drivers and groups for the groups."""
    adjusted = pd.Series(np.nan, index=table.index)
    whole = table["group_id"] == ALL
    for family in (whole, ~whole):
        tested = family & table["p_behind"].notna()
        adjusted[tested] = holm(table.loc[tested, "p_behind"].to_numpy(dtype=float))
    return adjusted
