"""Prospects that look like the groups that pass, by what is known of people before they buy.

Attributes of today's customers are asked first: do they tell who is of a passing group at all, among customers that the
model has not seen? Where they do not, no prospect is ranked.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import expit

from helpers.method.group_members import BESIDE
from helpers.method.intervals import LEVEL, t_quantile

LEAST_AUC = 0.65
LEAST_SIDE = 20  # customers of passing groups, and others, with attributes
LEAST_VALUE = 5  # customers with a value, before it counts
LEAST_KNOWN = 0.5  # part of the customers, and of the prospects, with a value that counts
FOLDS, TIMES, SEED = 5, 10, 20_082
PENALTY = 1.0  # of a ridge, on squared log-odds
DIGITS = 9
MOST_REASONS = 2
CLEAR = 0.2  # log-odds above the middle customer's, before a value is a reason
# what is ours, or names one, or came after the customer did
NO_ATTRIBUTES = {"customer_id", "prospect_id", "name", "start_date", "acquisition_cost", "relationship_type", "source"}
NO_TABLE, NO_PASSING, TOO_FEW, NO_ATTRIBUTE, TOO_WEAK = "no_table", "no_passing", "too_few", "no_attribute", "too_weak"


@dataclass(frozen=True)
class Prospects:
    """How much prospects look like the passing groups, or why nobody can say.

    table       one row per prospect, the likeliest first: prospect_id, name, rank, likeness, reasons. Without a rank,
                in the order of their ids, where they are not ranked
    auc, low, high  float  hold-out area under the curve with its interval; missing where there is no model
    passing, others int    customers of passing groups, and of other groups, that the model learned from
    attributes  tuple of str, those that count, and left_out, those that do not, with the reason
    why_not     str    no_table, no_passing, too_few, no_attribute, too_weak; empty where prospects are ranked
    """

    table: pd.DataFrame
    auc: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    passing: int = 0
    others: int = 0
    attributes: tuple[str, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    why_not: str = ""


def prospects_like(
    prospects: pd.DataFrame | None,
    customers: pd.DataFrame | None,
    customer_groups: pd.DataFrame,
    passing: Collection[str],
    *,
    least_auc: float = LEAST_AUC,
) -> Prospects:
    """The prospects ranked by how much they look like the customers of the groups that pass.

    Answers "whom should we call first?".

    Parameters
    ----------
    prospects : DataFrame, one row per prospect, as delivered, or None
    customers : DataFrame, one row per customer, as delivered, or None
    customer_groups : DataFrame, one row per active customer
        customer_id and group_id; those who stand beside the groups are of no kind yet and teach nothing.
    passing : collection of str
    least_auc : float
        Below it nobody is ranked.

    Returns
    -------
    Prospects
        likeness  float  probability of being of a passing group, were the prospect one of our customers; equal ones
                         share the better rank

    Notes
    -----
    Logistic regression with a ridge on what both tables say in words: a value counts that five customers have, an
    attribute of which half of the customers and half of the prospects have such a value. What is not known neither
    draws nor repels. The hold-out AUC is the mean over ten times five random parts, each judged by the other four, and
    within each part; its interval is Hanley and McNeil's.

    References
    ----------
    Hanley and McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC) curve",
    Radiology 143 (1982). le Cessie and van Houwelingen, "Ridge estimators in logistic regression", Applied Statistics
    41 (1992).

    Examples
    --------
    >>> people = pd.DataFrame({"customer_id": [f"c{n}" for n in range(60)], "industry": ["Yard", "Shop"] * 30})
    >>> groups = pd.DataFrame({"customer_id": people["customer_id"], "group_id": ["g1", "g2"] * 30})
    >>> asked = pd.DataFrame({"prospect_id": ["p1", "p2"], "industry": ["Shop", " yard"]})
    >>> found = prospects_like(asked, people, groups, ["g1"])
    >>> found.auc, found.table[["prospect_id", "rank", "reasons"]].values.tolist()
    (1.0, [['p2', 1, 'industry: yard'], ['p1', 2, '']])
    """
    if prospects is not None:
        prospects = prospects.sort_values("prospect_id", ignore_index=True)
    if prospects is None or prospects.empty or customers is None:
        return Prospects(_unranked(prospects), why_not=NO_TABLE)
    rows = customer_groups.loc[~customer_groups["group_id"].isin(BESIDE), ["customer_id", "group_id"]]
    rows = rows.merge(customers.drop(columns="group_id", errors="ignore"), on="customer_id", how="inner")
    truly = rows["group_id"].isin(set(map(str, passing))).to_numpy()
    sides = {"passing": int(truly.sum()), "others": int((~truly).sum())}
    if not truly.any():
        return Prospects(_unranked(prospects), **sides, why_not=NO_PASSING)
    if min(sides.values()) < LEAST_SIDE:
        return Prospects(_unranked(prospects), **sides, why_not=TOO_FEW)
    values, left_out = _telling_values(rows, prospects)
    said = {**sides, "attributes": tuple(values), "left_out": left_out}
    if not values:
        return Prospects(_unranked(prospects), **said, why_not=NO_ATTRIBUTE)
    design = _indicators(rows, values)
    auc = _held_out(design, truly)
    low, high = auc_interval(auc, sides["passing"], sides["others"])
    said |= {"auc": auc, "low": low, "high": high}
    if auc < least_auc:
        return Prospects(_unranked(prospects), **said, why_not=TOO_WEAK)
    return Prospects(_ranked(prospects, design, truly, values), **said)


def area_under_curve(score: np.ndarray, truly: np.ndarray) -> float:
    """The probability that one of the kind scores above one who is not; equal scores count half; NaN without either.

    >>> area_under_curve(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False]))
    0.875
    """
    ranks = pd.Series(np.round(score, DIGITS)).rank().to_numpy()
    hits, misses = int(truly.sum()), int((~truly).sum())
    if not hits or not misses:
        return float("nan")
    return float((ranks[truly].sum() - hits * (hits + 1) / 2) / (hits * misses))


def auc_interval(auc: float, hits: int, misses: int, level: float = LEVEL) -> tuple[float, float]:
    """The interval around an area under the curve, from so many of the kind and so many who are not.

    References
    ----------
    Hanley and McNeil, Radiology 143 (1982), for the standard error; a normal law, cut at 0 and 1.

    Examples
    --------
    >>> tuple(round(end, 4) for end in auc_interval(0.75, 50, 100))
    (0.6765, 0.8235)
    """
    both_hits, both_misses = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (hits - 1) * (both_hits - auc**2) + (misses - 1) * (both_misses - auc**2)
    reach = t_quantile((1 + level) / 2, np.inf) * np.sqrt(spread / (hits * misses))
    return float(max(auc - reach, 0.0)), float(min(auc + reach, 1.0))


def _telling_values(rows: pd.DataFrame, prospects: pd.DataFrame) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Attributes that count with their values, and those that both tables have and do not count, with the reason."""
    values, left_out = {}, {}
    for name in sorted(set(rows) & set(prospects) - NO_ATTRIBUTES):
        own, theirs = _words(rows[name]), _words(prospects[name])
        counts = own[own != ""].value_counts()
        kept = sorted(counts.index[counts >= LEAST_VALUE])
        if len(kept) < 2:
            left_out[name] = "hardly two values that several customers share"
        elif own.isin(kept).mean() < LEAST_KNOWN:
            left_out[name] = "known for too few customers"
        elif theirs.isin(kept).mean() < LEAST_KNOWN:
            left_out[name] = "said in other words of prospects, or of too few of them"
        else:
            values[name] = kept
    return values, left_out


def _words(values: pd.Series) -> pd.Series:
    """Words whose capitals and spaces do not matter; empty where there is none."""
    return values.astype("str").fillna("").str.split().str.join(" ").str.casefold()


def _indicators(table: pd.DataFrame, values: dict[str, list[str]]) -> np.ndarray:
    """Rows x values: 1 where the row has that value."""
    return np.column_stack(
        [(_words(table[name]) == value).to_numpy(dtype=float) for name, kept in values.items() for value in kept]
    )


def _fitted(design: np.ndarray, hits: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The intercept and the log-odds of each value, by Newton's method; the intercept has no penalty.

    `hits` of `size` customers with each row of the design are of the kind.
    """
    full = np.column_stack([np.ones(len(design)), design])
    ridge = np.diag(np.append(0.0, np.full(design.shape[1], PENALTY)))
    general = hits.sum() / size.sum()
    weights = np.append(np.log(general / (1 - general)), np.zeros(design.shape[1]))
    for _ in range(50):
        chance = expit(full @ weights)
        slope = full.T @ (hits - size * chance) - ridge @ weights
        curve = (full.T * (size * chance * (1 - chance))) @ full + ridge
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            break
    return weights


def _held_out(design: np.ndarray, truly: np.ndarray) -> float:
    """The mean area under the curve of parts that are each judged by the others.

    Customers with the same attributes of the same side are one kind, so neither rows nor ids decide who is in a part.
    """
    cells, cell = np.unique(design, axis=0, return_inverse=True)
    order = np.lexsort((cell.ravel(), truly))
    cell, truly = cell.ravel()[order], truly[order]
    rng = np.random.default_rng(SEED)
    areas = []
    for _ in range(TIMES):
        part = np.concatenate([rng.permutation(np.arange(side) % FOLDS) for side in ((~truly).sum(), truly.sum())])
        for fold in range(FOLDS):
            out = part == fold
            hits, size = (np.bincount(cell[some], minlength=len(cells)) for some in (~out & truly, ~out))
            weights = _fitted(cells, hits.astype(float), size.astype(float))
            areas.append(area_under_curve((weights[0] + cells @ weights[1:])[cell[out]], truly[out]))
    return float(np.round(np.mean(areas), DIGITS))


def _ranked(
    prospects: pd.DataFrame, design: np.ndarray, truly: np.ndarray, values: dict[str, list[str]]
) -> pd.DataFrame:
    """The prospects by their likeness, with what speaks for each."""
    cells, cell = np.unique(design, axis=0, return_inverse=True)
    hits = np.bincount(cell.ravel()[truly], minlength=len(cells))
    weights = _fitted(cells, hits.astype(float), np.bincount(cell.ravel()).astype(float))
    theirs = _indicators(prospects, values)
    table = _unranked(prospects)
    table["likeness"] = expit(weights[0] + theirs @ weights[1:]).round(DIGITS)
    table["rank"] = table["likeness"].rank(method="min", ascending=False).astype("Int64")
    table["reasons"] = pd.Series(_reasons(prospects, design, theirs, weights[1:], values), dtype="str")
    return table.sort_values(["rank", "prospect_id"], ignore_index=True)


def _reasons(
    prospects: pd.DataFrame, design: np.ndarray, theirs: np.ndarray, weights: np.ndarray, values: dict[str, list[str]]
) -> list[str]:
    """The attributes of each prospect that speak for it more than those of our customers do on average."""
    owner = np.repeat(list(values), [len(kept) for kept in values.values()])
    above = {}
    for name in values:
        here = owner == name
        average = np.round(design[:, here].mean(axis=0), DIGITS) @ weights[here]
        above[name] = (theirs[:, here] @ weights[here] - average).round(6)
    said = []
    for place, row in pd.DataFrame(above).iterrows():
        names = row[row >= CLEAR].sort_values(ascending=False, kind="stable").index[:MOST_REASONS]
        said.append(", ".join(f"{name.replace('_', ' ')}: {prospects.at[place, name].strip()}" for name in names))
    return said


def _unranked(prospects: pd.DataFrame | None) -> pd.DataFrame:
    """The prospects in the order of the rows, without a rank; none where there is no table."""
    rows = pd.DataFrame() if prospects is None else prospects.reindex(columns=["prospect_id", "name"])
    table = rows.reindex(columns=["prospect_id", "name"]).astype("str").reset_index(drop=True)
    table["rank"] = pd.Series(pd.NA, index=table.index, dtype="Int64")
    table["likeness"] = np.nan
    table["reasons"] = pd.Series("", index=table.index, dtype="str")
    return table
