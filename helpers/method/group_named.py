"""Which group is meant where a delivered table names one, by its id or by its name?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from helpers.method.group_identity import match_groups
from helpers.method.group_members import group_order
from helpers.method.group_parts import BESIDE
from helpers.method.share import ALL, ALL_NAME

NO_GROUP = "no_group"


@dataclass(frozen=True)
class Named:
    """The groups that a delivered column names.

    Attributes
    ----------
    group_id : Series of str, one per row: the group, or "no_group" where the row names none that we know
    unmatched : tuple of str, what was written and matches no group, each once, in the order of the alphabet
    """

    group_id: pd.Series
    unmatched: tuple[str, ...]


def group_named(values: pd.Series, groups: pd.DataFrame | None) -> Named:
    """The group of each row of a delivered table.

    Parameters
    ----------
    values : Series of str, the column customer_group as delivered; missing where a row names none
    groups : DataFrame, optional
        group_id and group_name, any number of rows a group.

    Returns
    -------
    Named

    Notes
    -----
    An id goes before a name; neither capitals nor spaces at the ends matter; a name that two groups bear means neither.

    Examples
    --------
    >>> groups = pd.DataFrame({"group_id": ["g1", "g2"], "group_name": ["Boatyards", "Fleets"]})
    >>> found = group_named(pd.Series(["boatyards", "G2", "Yachts", None]), groups)
    >>> found.group_id.tolist(), found.unmatched
    (['g1', 'g2', 'no_group', 'no_group'], ('Yachts',))
    """
    texts = values.astype("object").where(values.notna(), None)
    found, strange = match_groups(texts.tolist(), names_of_groups(groups))
    ids = pd.Series(found, index=values.index, dtype="object").fillna(NO_GROUP).astype("str")
    return Named(ids, tuple(sorted(strange)))


def names_of_groups(groups: pd.DataFrame | None) -> dict[str, str]:
    """The name of each group by its id, in the order in which groups are shown; nothing without groups.

    >>> names_of_groups(pd.DataFrame({"group_id": ["g10", "g2", "g2"], "group_name": ["Yards", "Fleets", "Fleets"]}))
    {'g2': 'Fleets', 'g10': 'Yards'}
    """
    if groups is None:
        return {}
    names = dict(groups[["group_id", "group_name"]].drop_duplicates("group_id").itertuples(index=False))
    return {group: str(names[group]) for group in group_order(names)}


def shown_name(group_id: str, names: dict[str, str]) -> str:
    """The name of a group for reading, of those too that nobody formed.

    >>> shown_name("all", {}), shown_name("g2", {"g2": "Fleets"}), shown_name("no_group", {})
    ('All customers', 'Fleets', 'No group of ours')
    """
    return {ALL: ALL_NAME, NO_GROUP: "No group of ours", **BESIDE, **names}.get(group_id, group_id)


def shown_order(names: dict[str, str], found: Iterable[str]) -> list[str]:
    """The groups of a table in the order in which it shows them: "all", g1, g2 ... g10, then those who stand beside.

    Parameters
    ----------
    names : dict, of the groups in force
    found : of str, group ids that the delivered table means

    Examples
    --------
    >>> shown_order({"g2": "Fleets", "g10": "Yards"}, ["all", "lapsing", "no_group"])
    ['all', 'g2', 'g10', 'lapsing']
    """
    found = set(found)
    return [*([ALL] if ALL in found else []), *group_order([*names, *sorted(found - {ALL, NO_GROUP})])]


def formed_groups(names: dict[str, str]) -> list[str]:
    """The groups that somebody or some rule formed, without those that stand beside.

    >>> formed_groups({"g1": "Yards", "lapsing": "Lapsing"})
    ['g1']
    """
    return [group for group in names if group not in BESIDE]
