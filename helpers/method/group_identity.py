"""Which group is which: ids that stay when groups are formed again, by the customers that stand for each group.

A `group_id` is for good, a name is for reading. People write down both, with up to five customers that stand for the
group; a cluster of later data takes the id whose customers it holds most of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.errors import StepInputError, listed, quoted
from helpers.method.group_members import BESIDE, group_order
from helpers.method.group_profiles import telling_measures
from helpers.method.share import ALL, ALL_NAME

MOST_ANCHORS = 5
GROUP_ID = re.compile(r"g[1-9][0-9]*")


@dataclass(frozen=True)
class Identity:
    """Who is who: `ids` has the id of each cluster by its label.

    `new` are ids that nobody decided on, `vanished` decided ids that no cluster took; `astray` counts the anchors that
    lie in another group than the one they stand for, or in none. Without a decision all of these are empty.
    """

    ids: Mapping[int, str]
    new: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    anchors: int = 0
    astray: int = 0


def identify(labels: pd.Series, revenue: pd.Series, anchors: Mapping[str, Iterable[str]]) -> Identity:
    """The lasting id of each cluster.

    Parameters
    ----------
    labels : Series of int, the cluster of each customer, by customer_id
    revenue : Series of float, by customer_id
    anchors : mapping of decided group_id to customer ids; empty where nobody decided

    Returns
    -------
    Identity

    Notes
    -----
    The pair of id and cluster with most anchors comes first, each goes once; equal ones by id, then by the cluster's
    revenue. What is left gets new ids above all decided ones, the largest revenue first: an id is never used again.

    Examples
    --------
    >>> labels = pd.Series([0, 0, 1, 1, 2], index=["a", "b", "c", "d", "e"])
    >>> money = pd.Series([9.0, 1.0, 30.0, 2.0, 5.0], index=labels.index)
    >>> identify(labels, money, {}).ids
    {1: 'g1', 0: 'g2', 2: 'g3'}
    >>> found = identify(labels, money, {"g1": ["a", "b"], "g4": ["c", "z"], "g5": ["d"]})
    >>> found.ids, found.new, found.vanished, found.anchors, found.astray
    ({0: 'g1', 1: 'g4', 2: 'g6'}, ('g6',), ('g5',), 5, 2)
    """
    sums = revenue.reindex(labels.index).fillna(0.0).groupby(labels).sum().round(4)
    sizes = labels.value_counts()
    by_money = sorted(map(int, sums.index), key=lambda label: (-sums[label], -sizes[label], label))
    held = [(group, labels.get(customer)) for group, ones in anchors.items() for customer in dict.fromkeys(ones)]
    counts = pd.Series([pair for pair in held if pair[1] is not None], dtype=object).value_counts()
    pairs = sorted(
        ((group, label) for group, label in counts.index),
        key=lambda pair: (-counts[pair], len(pair[0]), pair[0], by_money.index(pair[1])),
    )
    ids: dict[int, str] = {}
    for group, label in pairs:
        if label not in ids and group not in ids.values():
            ids[int(label)] = group
    last = max((int(group[1:]) for group in anchors if GROUP_ID.fullmatch(group)), default=0)
    new = []
    for label in [label for label in by_money if label not in ids]:
        last += 1
        ids[label] = f"g{last}"
        new.append(ids[label])
    vanished = [group for group in group_order(anchors) if group not in ids.values()]
    astray = sum(ids.get(label) != group for group, label in held)
    decided = bool(anchors)
    return Identity(ids, tuple(new) if decided else (), tuple(vanished), len(held), astray)


def kept_identity(labels: pd.Series, ids: list[str], anchors: Mapping[str, Iterable[str]]) -> Identity:
    """The ids of centres that were kept: nothing has to be matched, and anchors may have moved.

    Parameters
    ----------
    labels : Series of int, the nearest centre of each customer, by customer_id
    ids : list of str, the group_id of each centre
    anchors : mapping of decided group_id to customer ids

    Examples
    --------
    >>> found = kept_identity(pd.Series([0, 1], index=["a", "b"]), ["g2", "g1"], {"g2": ["a", "b"], "g3": ["z"]})
    >>> found.ids, found.vanished, found.anchors, found.astray
    ({0: 'g2', 1: 'g1'}, ('g3',), 3, 2)
    """
    held = [(group, labels.get(customer)) for group, ones in anchors.items() for customer in dict.fromkeys(ones)]
    astray = sum(label is None or ids[int(label)] != group for group, label in held)
    decided = set(anchors)
    new = [group for group in group_order(ids) if decided and group not in decided]
    vanished = [group for group in group_order(anchors) if group not in ids]
    return Identity(dict(enumerate(ids)), tuple(new), tuple(vanished), len(held), astray)


def decided_anchors(decided: Mapping[str, Mapping] | None) -> dict[str, list[str]]:
    """The anchors of the decision `all.groups`, by group id; a group without any has none.

    Raises
    ------
    StepInputError
        If an id is not g and a number, or a customer stands for two groups.

    Examples
    --------
    >>> decided_anchors({"g1": {"name": "Yards", "anchors": ["c1", 7]}, "g2": {"name": "Owners"}})
    {'g1': ['c1', '7'], 'g2': []}
    """
    anchors: dict[str, list[str]] = {}
    for group, row in (decided or {}).items():
        if not GROUP_ID.fullmatch(str(group)):
            raise StepInputError(f"all.groups: {quoted(group)} is no group id. Expected g1, g2 and so on.")
        given = row.get("anchors") or []
        given = [str(one) for one in (given if isinstance(given, list) else [given])]
        taken = [one for one in given if any(one in others for others in anchors.values())]
        if taken:
            raise StepInputError(f"all.groups: {quoted(taken[0])} stands for two groups. Leave it in one of them.")
        anchors[str(group)] = given
    return anchors


def proposed_anchors(customer_groups: pd.DataFrame) -> dict[str, list[str]]:
    """The five customers nearest to the centre of each group; of equally near ones the first by id.

    Groups without centres propose none: by their rule they are known.

    >>> table = pd.DataFrame({"customer_id": ["a", "b"], "group_id": ["g1", "g1"], "distance": [0.4, 0.1]})
    >>> proposed_anchors(table)
    {'g1': ['b', 'a']}
    """
    near = customer_groups[customer_groups["distance"].notna()].sort_values(["distance", "customer_id"])
    found = near.groupby("group_id")["customer_id"].apply(lambda ids: list(ids[:MOST_ANCHORS])).to_dict()
    return {group: found[group] for group in group_order(found)}


def default_names(behaviour: pd.DataFrame, group_ids: Iterable[str]) -> dict[str, str]:
    """Names from what sets each group apart, where nobody has given one: "Many orders, big orders".

    Groups that would have the same name get a third measure, or at last their id.

    >>> rows = {"group_id": ["g1", "g1", "g2"], "measure": ["frequency", "breadth", "frequency"]}
    >>> default_names(pd.DataFrame(rows | {"place": [0.9, 0.8, 0.9]}), ["g1", "g2"])
    {'g1': 'Many orders, many categories', 'g2': 'Many orders'}
    """
    ids = group_order(group_ids)
    names: dict[str, str] = {}
    for most in (2, 3, 4):
        for group in [one for one in ids if one not in names]:
            words = ", ".join(telling_measures(behaviour, group, most=most)) or "in the middle"
            names[group] = words[0].upper() + words[1:]
        twice = {name for name in names.values() if list(names.values()).count(name) > 1}
        if not twice:
            return names
        names = {group: name for group, name in names.items() if name not in twice}
    return {group: names.get(group, f"Group {group[1:]}") for group in ids}


def match_groups(values: Iterable[object], names: Mapping[str, str]) -> tuple[list[str | None], list[str]]:
    """The group that each delivered value means, by id or by name, and the values that mean none.

    Parameters
    ----------
    values : of a column customer_group, as delivered; an empty one means no group and is no fault
    names : mapping of group_id to group_name

    Returns
    -------
    list of str or None, one per value
    list of str, each value that matches no group once, in the order of the values

    Notes
    -----
    Neither capitals nor spaces at the ends matter. A name that two groups have means neither.

    Examples
    --------
    >>> match_groups(["g1", " boatyards ", "all", "Yachts", None], {"g1": "Boatyards"})
    (['g1', 'g1', 'all', None, None], ['Yachts'])
    """
    known: dict[str, str | None] = {}
    for group, name in {ALL: ALL_NAME, **BESIDE, **names}.items():
        key = _key(name)
        known[key] = None if known.get(key, group) != group else group
    known |= {_key(group): group for group in (ALL, *BESIDE, *names)}  # an id goes before a name
    keys = [_key(value) for value in values]
    found = [known.get(key) for key in keys]
    strange = [str(value).strip() for value, key in zip(values, keys, strict=True) if key and known.get(key) is None]
    return found, list(dict.fromkeys(strange))


def identity_words(identity: Identity) -> str:
    """What changed against the decision, for the reason of a new proposal; empty where nothing did.

    >>> identity_words(Identity({}, new=("g6",), vanished=("g2",)))
    'g6 is new, and g2 was not found again.'
    """
    parts = [f"{listed(list(identity.new))} {'is' if len(identity.new) == 1 else 'are'} new"] if identity.new else []
    if identity.vanished:
        verb = "was" if len(identity.vanished) == 1 else "were"
        parts.append(f"{listed(list(identity.vanished))} {verb} not found again")
    return f"{', and '.join(parts)}." if parts else ""


def _key(value: object) -> str:
    return "" if value is None or value != value else " ".join(str(value).split()).casefold()
