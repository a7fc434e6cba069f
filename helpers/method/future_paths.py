"""A graceful transition: by which path does a group that is out of step come along, or leave, and what does that free?

Gentle ways come first. A path ends where the group pays again, so each way has its place and its day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from helpers.errors import StepInputError, listed, quoted
from helpers.method.finding_values import is_known, is_number
from helpers.method.future_fit import OUT
from helpers.method.money import whole_money

REPRICE, SELF_SERVE, PARTNER, END = "reprice", "self_serve", "partner", "end"
WAYS = {
    REPRICE: "Price by what it costs to serve",
    SELF_SERVE: "Lead to self-service",
    PARTNER: "Hand over to a partner",
    END: "End the relation",
}
MONTHS_AFTER = {REPRICE: 3, SELF_SERVE: 6, PARTNER: 12, END: 12}
YEAR = 12
FIELDS = ("place", "by", "cost_released", "how")
COLUMNS = [
    *("group_id", "group_name", "customers", "place", "way", "way_name", "by", "cost_released", "how"),
]


def proposed_paths(
    future_groups: pd.DataFrame, profit_chance: pd.DataFrame, *, as_of: object, window_months: int
) -> dict[str, tuple[dict[str, dict[str, Any]], str]]:
    """The path that the rule proposes for each group that is out of step.

    Parameters
    ----------
    future_groups : DataFrame, from `future_fit.future_groups`
    profit_chance : DataFrame, from `profit_chance`
    as_of : date
    window_months : int, of the revenue and the cost to serve

    Returns
    -------
    dict of group_id to (the answer as a decision file holds it, why in words)
        First prices that carry the cost, within three months. Then self-service, within six, where the group costs more
        to serve for its revenue than all groups together: that releases what lies above. Last, within a year, a
        partner, or the end of the relation where we surely lose money: that releases what is left of the cost to serve.

    Notes
    -----
    Cost is released in a year, and only if it really ends: people and vans that stand idle cost as before. Where the
    cost to serve is not known nothing is said of it.

    Examples
    --------
    >>> stands = pd.DataFrame({"group_id": ["g1", "g2", "g3"], "stand": ["out_of_step", "leads", "open"],
    ...     "revenue": 1000.0, "cost_to_serve": [400.0, 100.0, 100.0], "fails": ["Profitable, Right to win", "", ""]})
    >>> profit = pd.DataFrame({"group_id": ["g1"], "profit_high": [-5.0]})
    >>> path, why = proposed_paths(stands, profit, as_of="2026-12-01", window_months=24)["g1"]
    >>> [(way, row["place"], row["by"], row.get("cost_released")) for way, row in path.items()]
    [('reprice', 1, '2027-03-01', None), ('self_serve', 2, '2027-06-01', 100), ('end', 3, '2027-12-01', 100)]
    """
    years = window_months / YEAR
    both = future_groups.dropna(subset=["cost_to_serve", "revenue"])
    revenue = both["revenue"].sum()
    usual = both["cost_to_serve"].sum() / revenue if revenue > 0 else np.nan
    high = profit_chance.set_index("group_id")["profit_high"]
    found = {}
    for row in future_groups[future_groups["stand"] == OUT].to_dict("records"):
        cost, loses = row["cost_to_serve"], bool(high.get(row["group_id"], np.nan) < 0)
        known = is_known(cost) and is_known(usual) and cost > 0
        above = max(cost - usual * row["revenue"], 0.0) if known else 0.0
        ways = [REPRICE, *([SELF_SERVE] if round(above / years) else []), END if loses else PARTNER]
        released = {SELF_SERVE: above, ways[-1]: cost - above} if known else {}
        rows = {}
        for place, way in enumerate(ways, 1):
            due = pd.Timestamp(as_of) + pd.DateOffset(months=MONTHS_AFTER[way])
            rows[way] = {"place": place, "by": f"{due:%Y-%m-%d}"}
            if round(released.get(way, 0.0) / years):
                rows[way]["cost_released"] = round(released[way] / years)
        found[row["group_id"]] = (rows, _because(row, ways, loses))
    return found


def transition_paths(future_groups: pd.DataFrame, chosen: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The paths in force, way by way.

    Parameters
    ----------
    future_groups : DataFrame, from `future_fit.future_groups`
    chosen : mapping of group_id to the decision `transition`, of the groups that are out of step
        A way without a place is not taken.

    Returns
    -------
    DataFrame, one row per group and way, in the groups' order, by place: the columns of the published transition_paths

    Raises
    ------
    StepInputError
        If a way has no name of ours, a place is no whole number from one on or stands twice, a later way comes earlier,
        or the cost released is below zero.

    Examples
    --------
    >>> stands = pd.DataFrame({"group_id": ["g1"], "group_name": ["Yards"], "customers": [40]})
    >>> said = {"g1": {"partner": {"place": 2, "by": "2027-09-01"}, "reprice": {"place": 1, "by": "2027-03-01"}}}
    >>> transition_paths(stands, said)[["place", "way"]].values.tolist()
    [[1, 'reprice'], [2, 'partner']]
    """
    rows = []
    for group in future_groups.to_dict("records"):
        path = chosen.get(group["group_id"]) or {}
        strange = [way for way in path if way not in WAYS]
        if strange:
            raise StepInputError(
                f"The decision {group['group_id']}.transition names {listed([quoted(way) for way in strange])}. "
                f"Expected {listed(list(WAYS), 4)}."
            )
        taken = [{"way": way} | {name: row.get(name) for name in FIELDS} for way, row in path.items()]
        taken = [row for row in taken if is_known(row["place"]) and str(row["place"]).strip()]
        _refuse(group["group_id"], taken)
        for row in sorted(taken, key=lambda row: row["place"]):
            named = {name: group[name] for name in ("group_id", "group_name", "customers")}
            rows.append(named | row | {"way_name": WAYS[row["way"]]})
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["by"] = pd.to_datetime(table["by"]).astype("datetime64[us]")
    table["cost_released"] = whole_money(pd.to_numeric(table["cost_released"]).astype(float))
    texts = dict.fromkeys(("group_id", "group_name", "way", "way_name", "how"), "str")
    return table.astype(texts | {"customers": "int64", "place": "int64"})


def paths_not_needed(future_groups: pd.DataFrame, decided: Callable[[str], Any]) -> list[str]:
    """The groups for which people decided a path, though they are not out of step.

    Parameters
    ----------
    future_groups : DataFrame, from `future_fit.future_groups`
    decided : function from `<group_id>.transition` to the answer in force, or None

    Examples
    --------
    >>> stands = pd.DataFrame({"group_id": ["g1", "g2", "g3"], "stand": ["out_of_step", "leads", "open"]})
    >>> said = {"g1.transition": {"end": {"place": 1}}, "g2.transition": {"end": {"place": 1}}}
    >>> paths_not_needed(stands, said.get)
    ['g2']
    """
    others = future_groups.loc[future_groups["stand"] != OUT, "group_id"]
    return [group for group in others if decided(f"{group}.transition")]


def _because(row: Mapping[str, Any], ways: list[str], loses: bool) -> str:
    """Why the rule proposes this path."""
    said = f"It fails {row['fails']}."
    said += " Prices first, so that it may pay for what it asks."
    if SELF_SERVE in ways:
        said += " It costs more to serve for its revenue than all groups together."
    return said + (" We surely lose money on it." if loses else " What is left may suit a partner better than us.")


def _refuse(group_id: str, taken: list[dict[str, Any]]) -> None:
    """Stop at a path that cannot be walked."""
    places, where = [row["place"] for row in taken], f"The decision {group_id}.transition"
    if any(not is_number(place) or place < 1 or place != int(place) for place in places):
        found = listed([quoted(place) for place in places], 4)
        raise StepInputError(f"{where} has the places {found}. Expected 1, 2, 3 and so on.")
    if len(set(places)) < len(places):
        raise StepInputError(f"{where} has two ways in one place. Expected each way in a place of its own.")
    ordered = [str(row["by"]) for row in sorted(taken, key=lambda row: row["place"]) if row["by"]]
    if ordered != sorted(ordered):
        raise StepInputError(f"{where}: a later way is due before an earlier one. Expected days in that order.")
    below = [row["way"] for row in taken if is_number(row["cost_released"]) and row["cost_released"] < 0]
    if below:
        raise StepInputError(f"{where}: {below[0]} releases less than nothing. Expected a cost of zero or more.")
