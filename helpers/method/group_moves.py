"""Who moved from one group to another since the version before?

Only customers who were in a group that was formed then, and are in one now, can have moved. Who came, who went, and who
stood beside the groups is counted apart: an account that is not active any more has not changed its kind.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from helpers.client.result_model import Finding, Value
from helpers.method.finding_values import (
    count_value,
    date_value,
    group_value,
    is_known,
    number_value,
    share_value,
    text_value,
)
from helpers.method.group_before import GroupsBefore
from helpers.method.group_members import BESIDE, group_order

NOT_THERE, NOT_THEN, NOT_NOW = "not_there", "Not active then", "Not active any more"
COLUMNS = ("from_group_id", "from_group_name", "group_id", "group_name", "customers", "customers_then")
COLUMNS += ("part_of_group", "moved")


def group_moves(customer_groups: pd.DataFrame, before: GroupsBefore | None) -> pd.DataFrame:
    """Where the customers of the version before are now.

    Parameters
    ----------
    customer_groups : DataFrame, one row per active customer, of today
    before : GroupsBefore, or None in a first version

    Returns
    -------
    DataFrame, one row per formed group then and formed group now, and per other pair with a customer
        The columns of the published group_moves, in the order of the groups then, and of those now; without a row where
        there is no version before.

    Examples
    --------
    >>> now = pd.DataFrame({"customer_id": ["a", "b", "d"], "group_id": ["g1", "g2", "g2"],
    ...     "group_name": ["Yards", "Owners", "Owners"]})
    >>> then = pd.DataFrame({"customer_id": ["a", "b", "c"], "group_id": "g1", "group_name": "Yards"})
    >>> table = group_moves(now, GroupsBefore("v1", "2025-09-01", then, None, None))
    >>> table[["from_group_id", "group_id", "customers", "moved"]].values.tolist()
    [['g1', 'g1', 1, False], ['g1', 'g2', 1, True], ['g1', 'not_there', 1, False], ['not_there', 'g2', 1, False]]
    """
    if before is None:
        empty = pd.DataFrame(columns=list(COLUMNS))
        return empty.astype({"customers": "int64", "customers_then": "Int64", "moved": "bool"})
    names = ["customer_id", "group_id", "group_name"]
    then = before.groups[names].rename(columns={"group_id": "from_group_id", "group_name": "from_group_name"})
    both = then.merge(customer_groups[names], on="customer_id", how="outer")
    both = both.astype({name: "object" for name in both.columns})
    both = both.fillna({"from_group_id": NOT_THERE, "group_id": NOT_THERE})
    both = both.fillna({"from_group_name": NOT_THEN, "group_name": NOT_NOW})
    counts = both.groupby(list(COLUMNS[:4])).size().to_dict()
    # each formed group then with each of today, nobody went between some: a grid of them has all its cells
    pairs = {(*one, *other): 0 for one in _formed(before.groups) for other in _formed(customer_groups)} | counts
    table = pd.DataFrame([(*pair, count) for pair, count in pairs.items()], columns=list(COLUMNS[:5]))
    table["customers_then"] = table["from_group_id"].map(then["from_group_id"].value_counts()).astype("Int64")
    table["part_of_group"] = (table["customers"] / table["customers_then"].astype("Float64")).astype("float64").round(9)
    formed = ~table[["from_group_id", "group_id"]].isin([*BESIDE, NOT_THERE])
    other = (table["from_group_id"] != table["group_id"]) & (table["customers"] > 0)
    table["moved"] = formed.all(axis=1) & other
    places = {name: _places(table[name]) for name in ("from_group_id", "group_id")}
    rows = pd.DataFrame({name: table[name].map(place) for name, place in places.items()})
    table = table.loc[rows.sort_values(list(rows)).index, list(COLUMNS)].reset_index(drop=True)
    return table.astype(dict.fromkeys(COLUMNS[:4], "str"))


def formed_only(moves: pd.DataFrame) -> dict[str, list[str]]:
    """Of both columns the groups that were formed, in their order: what an exhibit of moves shows."""
    aside = {*BESIDE, NOT_THERE}
    columns = ("from_group_id", "group_id")
    return {name: [group for group in dict.fromkeys(moves[name]) if group not in aside] for name in columns}


def move_findings(
    moves: pd.DataFrame, before: GroupsBefore | None, *, assigned: bool, drift: float = float("nan")
) -> list[Finding]:
    """Who moved, the largest move, who came and went, and how well the kept groups still fit.

    Parameters
    ----------
    moves : DataFrame, from `group_moves`
    before : GroupsBefore or None
    assigned : bool
        Whether today's customers were assigned to the groups that were kept; else these were formed anew.
    drift : float
        From `group_before.drift`; not a number where that was not asked.

    Returns
    -------
    list of Finding: 03.moved, 03.came_and_went and 03.drift; none of them in a first version, the
        second not where the window was of another length
    """
    if before is None:
        return []
    found = [_moved(moves, before, assigned), _came_and_went(moves, before), _drift(before, drift)]
    return [finding for finding in found if finding is not None]


def _moved(moves: pd.DataFrame, before: GroupsBefore, assigned: bool) -> Finding | None:
    formed = ~moves[["from_group_id", "group_id"]].isin([*BESIDE, NOT_THERE]).to_numpy()
    stayed_or_moved = moves[formed.all(axis=1)]
    both = int(stayed_or_moved["customers"].sum())
    if not both:
        return None
    went = stayed_or_moved[stayed_or_moved["moved"]]
    moved = int(went["customers"].sum())
    values = {"both": count_value(both), "moved": count_value(moved), "part": share_value(moved / both)}
    values |= {"version": text_value(before.version), "day": date_value(before.as_of)}
    text = "Of {both:count} customers who were in a group in version {version:text} ({day:date}) and are in one now, "
    text += "{moved:count} ({part:pct}) are in another"
    if moved:
        most = went["customers"].max()
        largest = went[went["customers"] == most]
        if len(largest) == 1:
            row = largest.iloc[0]
            here = set(moves["group_id"])
            values["from"] = group_value(row["from_group_id"])
            source = "{from:group}"
            if row["from_group_id"] not in here:  # its name is not known any more to who reads today's groups
                values["from"], source = text_value(row["from_group_name"]), "{from:text}"
            values |= {"to": group_value(row["group_id"]), "most": count_value(most)}
            text += f"; the largest move, {{most:count}}, is from {source} to {{to:group}}"
    text += "." if assigned else ". The groups were formed anew: part of this is the groups that moved, not customers."
    return Finding(
        id="03.moved", text=text, values=values, n=both, evidence="measured" if assigned else "judged",
        table="group_moves",
    )  # fmt: skip


def _came_and_went(moves: pd.DataFrame, before: GroupsBefore) -> Finding | None:
    came = int(moves.loc[moves["from_group_id"] == NOT_THERE, "customers"].sum())
    went = int(moves.loc[moves["group_id"] == NOT_THERE, "customers"].sum())
    then = int(moves.loc[moves["from_group_id"] != NOT_THERE, "customers"].sum())
    if not then or not before.same_window:  # other windows, others who count as active
        return None
    values: dict[str, Value] = {"came": count_value(came), "went": count_value(went), "then": count_value(then)}
    values |= {"part": share_value(went / then), "version": text_value(before.version)}
    text = (
        "Of the {then:count} customers active in version {version:text}, {went:count} ({part:pct}) are not active any "
    )
    text += "more; {came:count} are active now who were not then."
    return Finding(
        id="03.came_and_went", text=text, values=values, n=then, evidence="measured", table="group_moves"
    )  # fmt: skip


def _drift(before: GroupsBefore, drift: float) -> Finding | None:
    if not is_known(drift):
        return None
    values = {"agreement": number_value(round(drift, 2)), "version": text_value(before.version)}
    text = "Groups formed anew from today's customers would agree with those kept from version {version:text} to "
    text += "{agreement:number}, where one is full agreement."
    return Finding(id="03.drift", text=text, values=values, evidence="measured", table="group_centres")


def _formed(groups: pd.DataFrame) -> list[tuple[str, str]]:
    """Id and name of each group that was formed."""
    rows = groups[~groups["group_id"].isin(list(BESIDE))].drop_duplicates("group_id")
    return list(zip(rows["group_id"], rows["group_name"], strict=True))


def _places(group_ids: Iterable[str]) -> dict[str, int]:
    """Where each group stands: as everywhere, and who is not there last."""
    ids = [group for group in group_order(group_ids) if group != NOT_THERE]
    return {group: place for place, group in enumerate([*ids, NOT_THERE])}
