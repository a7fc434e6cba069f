"""What each group is like: the typical value of each measure, how sure it is, and what sets the group apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import bdtr

from helpers.errors import StepInputError
from helpers.method.group_features import DIGITS, FEATURES
from helpers.method.group_members import BESIDE, TOLD, group_order
from helpers.method.intervals import LEVEL
from helpers.method.share import ALL, ALL_NAME

MEASURES = {feature.name: feature.title for feature in FEATURES} | {"revenue": "Revenue in the window"}
MOST_TOLD = 2  # measures that a description names
MIDDLE = (0.40, 0.60)  # typical places between these do not set a group apart
# a description says of a measure that it is low or high in these words
WORDS = {
    "recency": ("ordered lately", "long since the last order"),
    "frequency": ("few orders", "many orders"),
    "money_per_order": ("small orders", "big orders"),
    "regularity": ("steady", "irregular"),
    "breadth": ("few categories", "many categories"),
    "discount_rate": ("little discount", "much discount"),
    "return_rate": ("few returns", "many returns"),
    "channel_mix": ("rarely by the main channel", "mostly by one channel"),
    "trend": ("falling", "growing"),
}


def group_behaviour(
    features: pd.DataFrame, customer_groups: pd.DataFrame, customer_summary: pd.DataFrame
) -> pd.DataFrame:
    """The median of each measure in each group, and the place of that group among all customers.

    Answers "what do the customers of this group have in common?".

    Parameters
    ----------
    features : DataFrame, one row per customer whose behaviour is known, from `group_features`
    customer_groups : DataFrame, one row per active customer
    customer_summary : DataFrame, one row per customer
        Its revenue in the window is told beside the features.

    Returns
    -------
    DataFrame, one row per group and measure, "all" first: the columns of the published group_behaviour
        median_low, _high  float  the 90 % interval of `median_interval`
        place              float  median of the percentile ranks of the group's customers, 0 to 1
        Without rows of a measure that nobody of the group has.

    Examples
    --------
    >>> groups = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": ["g1", "g2"], "group_name": ["A", "B"]})
    >>> known = pd.DataFrame({"customer_id": ["c1", "c2"], "frequency": [2.0, 6.0]})
    >>> summary = pd.DataFrame({"customer_id": ["c1", "c2"], "revenue": [10.0, None]})
    >>> found = group_behaviour(known, groups, summary)
    >>> found[["group_id", "measure", "median", "place"]].values.tolist()  # doctest: +NORMALIZE_WHITESPACE
    [['all', 'frequency', 4.0, 0.5], ['all', 'revenue', 10.0, 0.5], ['g1', 'frequency', 2.0, 0.25],
     ['g1', 'revenue', 10.0, 0.5], ['g2', 'frequency', 6.0, 0.75]]
    """
    table = customer_groups[["customer_id", "group_id"]].merge(features, on="customer_id", how="left")
    table = table.merge(customer_summary[["customer_id", "revenue"]], on="customer_id", how="left")
    names = {ALL: ALL_NAME} | dict(customer_groups[["group_id", "group_name"]].itertuples(index=False))
    rows = []
    for group_id in [ALL, *group_order(set(names) - {ALL})]:
        inside = (table["group_id"] == group_id) | (group_id == ALL)
        for measure in [name for name in MEASURES if name in table]:
            values = table[measure].astype(float)
            known = values[inside].dropna()
            if known.empty:
                continue
            low, high = median_interval(known)
            rows.append(
                {
                    "group_id": group_id,
                    "group_name": names[group_id],
                    "measure": measure,
                    "measure_name": MEASURES[measure],
                    "customers": len(known),
                    "median": round(float(known.median()), DIGITS),
                    "median_low": low,
                    "median_high": high,
                    "place": round(float(percentile_places(values)[known.index].median()), DIGITS),
                }
            )
    columns = ["group_id", "group_name", "measure", "measure_name", "customers", "median", "median_low", "median_high"]
    return pd.DataFrame(rows, columns=[*columns, "place"])


def median_interval(values: pd.Series | np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """The interval around a median, from the order of the values alone.

    Parameters
    ----------
    values : array of float, one per customer, no missing ones
    level : float
        Part of such intervals, at the least, that hold the median of the customers that these are a sample of.

    Returns
    -------
    (low, high) : tuple of float
        Two of the values; (NaN, NaN) where there are too few for the level, below five for 90 %.

    Raises
    ------
    StepInputError
        If a value is missing or the level is out of range.

    Notes
    -----
    The k-th smallest and the k-th largest, with the largest k for which a fair coin shows heads fewer than k times in n
    throws with a probability of (1 - level) / 2 at most. It assumes no form of the distribution.

    References
    ----------
    Conover, *Practical Nonparametric Statistics* (3rd edition, 1999), 3.2.

    Examples
    --------
    >>> median_interval([5, 1, 4, 2, 3])
    (1.0, 5.0)
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    if np.isnan(ordered).any() or not 0 < level < 1:
        raise StepInputError("median_interval: expected known values and a level between 0 and 1.")
    n = len(ordered)
    # the chance of at most 0, 1, 2 ... heads; k counts those that are small enough
    k = int((bdtr(np.arange(n), n, 0.5) <= (1 - level) / 2).sum())
    return (float("nan"), float("nan")) if k < 1 else (float(ordered[k - 1]), float(ordered[n - k]))


def percentile_places(values: pd.Series) -> pd.Series:
    """The place of each value among all, 0 to 1: (those below + half of those equal, itself included) / all.

    >>> percentile_places(pd.Series([1.0, 2.0, 2.0, None])).round(3).tolist()
    [0.167, 0.667, 0.667, nan]
    """
    known = values.notna().sum()
    return (values.rank(method="average") - 0.5) / max(int(known), 1)


def telling_measures(behaviour: pd.DataFrame, group_id: str, most: int = MOST_TOLD) -> list[str]:
    """The measures in which a group lies farthest from the middle of all, the farthest first, in words.

    At most so many; equal ones in the order of the measures; what lies near the middle is not told.

    >>> rows = {"group_id": "g1", "measure": ["frequency", "breadth"], "place": [0.9, 0.45]}
    >>> telling_measures(pd.DataFrame(rows), "g1")
    ['many orders']
    """
    rows = behaviour[(behaviour["group_id"] == group_id) & behaviour["measure"].isin(WORDS)]
    rows = rows[(rows["place"] < MIDDLE[0]) | (rows["place"] > MIDDLE[1])]
    far = (rows["place"] - 0.5).abs().sort_values(ascending=False, kind="stable").index[:most]
    return [WORDS[row.measure][int(row.place > 0.5)] for row in rows.loc[far].itertuples()]


def group_profiles(
    customer_groups: pd.DataFrame,
    portions: pd.DataFrame,
    behaviour: pd.DataFrame,
    *,
    descriptions: Mapping[str, str],
    anchors: Mapping[str, list[str]],
) -> pd.DataFrame:
    """What each group is called, what is true of it, who stands for it and its portions; all active customers first.

    Parameters
    ----------
    customer_groups, portions, behaviour : DataFrame
        From `group_members.customer_groups`, `group_portions` and `group_behaviour`.
    descriptions : mapping of group_id to text
        As people wrote them; a group without one is told by the measures that set it apart.
    anchors : mapping of group_id to customer ids

    Returns
    -------
    DataFrame, one row per group, "all" first: the columns of the published group_profiles
        The parts of "all" are those of the active customers: below one where money belongs to nobody.
    """
    groups = portions[portions["group_id"].isin(customer_groups["group_id"])]
    sums = groups[["customers", "part_of_customers", "revenue"]].sum()
    whole = {"group_id": ALL, "group_name": ALL_NAME, **sums}
    for part in ("part_of_revenue", "gross_margin", "part_of_gross_margin"):
        whole[part] = groups[part].sum(skipna=False) if len(groups) else np.nan
    table = pd.concat([pd.DataFrame([whole]), groups], ignore_index=True)
    way = customer_groups.drop_duplicates("group_id").set_index("group_id")["assigned_by"]
    table["assigned_by"] = table["group_id"].map(way).astype("str")
    table["is_group"] = ~table["group_id"].isin([ALL, *BESIDE])
    told = [descriptions.get(one) or TOLD.get(one) or _told(behaviour, one) for one in table["group_id"]]
    table["description"] = pd.Series(told, dtype="str")
    table["anchors"] = pd.Series([", ".join(anchors.get(one, [])) for one in table["group_id"]], dtype="str")
    table["revenue"] = table["revenue"].round(4)
    columns = ["group_id", "group_name", "description", "anchors", "assigned_by", "is_group"]
    return table[[*columns, *portions.columns.drop(["group_id", "group_name"])]]


def _told(behaviour: pd.DataFrame, group_id: str) -> str:
    """A group in the words of its measures."""
    if group_id == ALL:
        return "All who bought in the window or have a running contract."
    words = telling_measures(behaviour, group_id)
    if words:
        return f"{' and '.join(words).capitalize()}."
    known = (behaviour["group_id"] == group_id) & behaviour["measure"].isin(WORDS)
    if not known.any():
        return "How they bought in the last twelve months is not known."
    return "Near the middle of all who ordered of late, in every measure."
