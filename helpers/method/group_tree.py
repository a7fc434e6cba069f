"""Groups in rules that a person can follow: a small tree over what customers do, read out as one rule for each group.

The tree is made from the groups and does not make them. How well its rules find them is asked of customers that the
tree has not seen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.method.group_features import FEATURES
from helpers.method.group_members import BESIDE, group_order
from helpers.method.rule_columns import RuleColumn
from helpers.method.rules import Rule, first_match, parse_rule

DEPTH = 3
FOLDS = 5
EXACT = 0.80
FEWEST = 0.01  # part of the customers, of the smallest leaf
TYPES = {"share": "share", "currency": "money"}
COLUMNS = tuple(RuleColumn(one.name, "number", one.title, TYPES.get(one.unit, "number")) for one in FEATURES)


@dataclass(frozen=True)
class TreeRules:
    """An expression for each group that the tree finds, and the part of unseen customers that they put right."""

    expressions: Mapping[str, str]
    fidelity: float


def tree_rules(features: pd.DataFrame, group_ids: pd.Series, names: tuple[str, ...]) -> TreeRules:
    """A rule for each group over features in their own units.

    Parameters
    ----------
    features : DataFrame, one row per customer, from `group_features`
    group_ids : Series of str, in the same order
    names : tuple of str, the features that the groups were formed by

    Returns
    -------
    TreeRules
        fidelity is missing where a group has fewer than five customers.

    Notes
    -----
    A tree of depth 3, of depth 4 where some group would have no leaf in it. Its thresholds are rounded to
    the fewest digits that part the same customers. Held-out: five parts, each put into groups by the rules made from
    the other four; a customer of whom a value is missing is in no group then, and counts as wrong.

    References
    ----------
    Breiman, Friedman, Olshen and Stone, *Classification and Regression Trees* (1984).

    Examples
    --------
    >>> table = pd.DataFrame({"frequency": [1.0, 2, 2, 3, 3, 18, 20, 22, 30, 31]})
    >>> found = tree_rules(table, pd.Series(["g2"] * 5 + ["g1"] * 5), ("frequency",))
    >>> dict(found.expressions), found.fidelity
    ({'g2': 'frequency < 10', 'g1': 'frequency >= 10'}, 1.0)
    """
    table = features[list(names)].reset_index(drop=True)
    groups = group_ids.reset_index(drop=True)
    # in the order of what they do, so that neither rows nor ids of customers decide between equal splits
    order = table.assign(group=groups).sort_values([*names, "group"], ignore_index=True)
    table, groups = order[list(names)], order["group"]
    if table.empty or groups.nunique() < 2:
        return TreeRules({}, float("nan"))
    return TreeRules(_expressions(table, groups), _fidelity(table, groups))


def group_rules(
    expressions: Mapping[str, str],
    columns: list[RuleColumn],
    frame: pd.DataFrame,
    customer_groups: pd.DataFrame,
    *,
    fidelity: float,
) -> pd.DataFrame:
    """How well each rule finds its group among the customers whom the rules are asked about.

    Parameters
    ----------
    expressions : mapping of group_id to an expression; a group without one has no rule
    columns : list of RuleColumn
    frame : DataFrame, one row per customer: customer_id and the columns that rules name
    customer_groups : DataFrame, one row per active customer
    fidelity : float

    Returns
    -------
    DataFrame, one row per group that was formed: the columns of the published group_rules
    """
    names = dict(customer_groups[["group_id", "group_name"]].itertuples(index=False))
    group = frame["customer_id"].map(customer_groups.set_index("customer_id")["group_id"])
    rows = []
    for group_id in [one for one in group_order(names) if one not in BESIDE]:
        rule: Rule | None = parse_rule(expressions[group_id], columns) if group_id in expressions else None
        holds = rule.holds(frame) if rule else pd.Series(False, index=frame.index)
        inside = group == group_id
        both = int((holds & inside).sum())
        covers = both / max(int(inside.sum()), 1)
        rows.append(
            {
                "group_id": group_id,
                "group_name": names[group_id],
                "rule": _sentence(rule.words) if rule else "",
                "expression": rule.text if rule else "",
                "customers": int(inside.sum()),
                "holds": both / int(holds.sum()) if holds.any() else np.nan,
                "covers": covers,
                "fidelity": fidelity,
                "verdict": "good" if min(fidelity, covers) >= EXACT else "approximate",
            }
        )
    named = ["group_id", "group_name", "rule", "expression", "customers", "holds", "covers", "fidelity", "verdict"]
    return pd.DataFrame(rows, columns=named)


def _expressions(table: pd.DataFrame, groups: pd.Series) -> dict[str, str]:
    """The expression of each group that a leaf of the tree is of; a group with two leaves has an "or"."""
    found = _grown(table, groups, DEPTH)
    return found if len(found) == groups.nunique() else _grown(table, groups, DEPTH + 1)


def _grown(table: pd.DataFrame, groups: pd.Series, depth: int) -> dict[str, str]:
    """The expressions of a tree of this depth."""
    values = table.fillna(table.median()).fillna(0.0).to_numpy()
    ids, labels = np.unique(groups.to_numpy(dtype=str), return_inverse=True)
    least = max(1, int(FEWEST * len(table)))

    def walk(rows: np.ndarray, depth: int, bounds: dict[tuple[str, str], float]) -> list[tuple[str, dict]]:
        """The leaves below here: the group of each, and its bounds."""
        split = _best_split(values[rows], labels[rows], len(ids), least) if depth else None
        if split is None:
            return [(str(ids[np.bincount(labels[rows], minlength=len(ids)).argmax()]), bounds)]
        name, below = table.columns[split[0]], values[rows, split[0]] < split[1]
        # a tighter bound of the same kind replaces the one above it
        found = walk(rows[below], depth - 1, bounds | {(name, "<"): split[1]})
        found += walk(rows[~below], depth - 1, bounds | {(name, ">="): split[1]})
        return found if len({group for group, _ in found}) > 1 else [(found[0][0], bounds)]

    leaves: dict[str, list[str]] = {}
    for group, bounds in walk(np.arange(len(table)), depth, {}):
        said = [f"{name} {sign} {value:.12g}" for (name, sign), value in bounds.items()]
        leaves.setdefault(group, []).append(" and ".join(said) or "True")
    several = {group: [f"({part})" for part in parts] if len(parts) > 1 else parts for group, parts in leaves.items()}
    return {group: " or ".join(parts) for group, parts in several.items()}


def _best_split(values: np.ndarray, labels: np.ndarray, k: int, least: int) -> tuple[int, float] | None:
    """The column and the cut that leave the groups purest by Gini; the first of equal ones, None where none helps.

    Counts are whole numbers, so that the order of rows decides nothing.
    """
    n = len(labels)
    whole = np.bincount(labels, minlength=k)
    best, found = float((whole**2).sum()) / n + 1e-9, None
    for column in range(values.shape[1]):
        order = np.argsort(values[:, column], kind="stable")
        ranked = values[order, column]
        left = np.cumsum(np.eye(k, dtype=np.int64)[labels[order]], axis=0)[:-1]
        size = np.arange(1, n)
        allowed = (ranked[1:] > ranked[:-1]) & (size >= least) & (n - size >= least)
        pure = (left**2).sum(axis=1) / size + ((whole - left) ** 2).sum(axis=1) / (n - size)
        pure = np.where(allowed, pure, -1.0)
        if n > 1 and pure.max() > best + 1e-9:
            at = int(pure.argmax())
            best, found = float(pure[at]), (column, plain_cut(float(ranked[at]), float(ranked[at + 1])))
    return found


def plain_cut(below: float, above: float) -> float:
    """The number with fewest digits that parts two values: above the first, and at most the second.

    >>> plain_cut(3.0, 18.0), plain_cut(0.0417, 0.0523), plain_cut(119.0, 120.0)
    (10.0, 0.05, 120.0)
    >>> plain_cut(4.0, 5.0)
    5.0
    """
    middle = (below + above) / 2
    for digits in range(1, 16):
        cut = float(f"{middle:.{digits}g}")
        step = 10.0 ** (math.floor(math.log10(abs(middle))) + 1 - digits) if middle else 1.0
        for near in (cut, round(cut + step, 12)):  # of two halves, the one above too
            if below < near <= above:
                return near
    return above


def _fidelity(table: pd.DataFrame, groups: pd.Series) -> float:
    """The part of customers put right by rules made without them."""
    if groups.value_counts().min() < FOLDS:
        return float("nan")
    # every fifth customer of each group, in the order of what they do
    fold = groups.groupby(groups).cumcount() % FOLDS
    right = 0
    for part in range(FOLDS):
        seen, unseen = fold != part, fold == part
        expressions = _expressions(table[seen].reset_index(drop=True), groups[seen].reset_index(drop=True))
        rules = {group: parse_rule(text, COLUMNS) for group, text in expressions.items()}
        right += int((first_match(table[unseen], rules) == groups[unseen]).sum())
    return round(right / len(table), 9)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}." if words else ""
