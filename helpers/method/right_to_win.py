"""Have we a right to win a group: are we ahead of the best alternative on something that matters to it?

One driver is enough, if it is important and we are ahead on it beyond doubt. Where nobody asked customers, people may
name advantages and prove them; two that are proved count as just enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from helpers.method.delivered import columns_of
from helpers.method.group_named import formed_groups, group_named, names_of_groups
from helpers.method.intervals import LEVEL
from helpers.method.pass_chance import FAIL_TO, STATUS_NAMES, status_of

PROVED = 2  # judged advantages that are enough, each with its proof
JUDGED_CHANCE = 0.80
MEASURED, JUDGED = "measured", "judged"
NO_SURVEY, NOT_COMPARED = "no_survey", "not_compared"
DIGITS = 9
DRIVER_COLUMNS = [
    *("group_id", "group_name", "driver", "label", "importance", "p_important"),
    *("advantage", "advantage_low", "advantage_high", "p_ahead", "chance", "best"),
]
COLUMNS = [
    *("group_id", "group_name", "compared", "drivers", "driver", "label", "p_important", "p_ahead"),
    *("measured_chance", "judged_advantages", "contradicted", "chance", "status", "status_name", "basis", "why_not"),
]


def driver_chances(
    importance: pd.DataFrame | None, performance: pd.DataFrame | None, groups: pd.DataFrame | None
) -> pd.DataFrame:
    """Of each driver the chance that it matters to a group and that we are ahead on it.

    Parameters
    ----------
    importance : DataFrame or None, one row per group and driver
        Of step 06: importance, and p_important, the part of the draws in which it is 1/p or more of p drivers.
    performance : DataFrame or None, one row per group and driver
        Of step 06: compared (customers), advantage (points) and the ends of its 90 % interval.
    groups : DataFrame, one row per customer in a group, or None; then there is no row

    Returns
    -------
    DataFrame, one row per group that was formed and driver, in the order of the survey
        p_ahead  float  chance that the advantage is above zero; missing where too few compared us with anybody
        chance   float  p_important x p_ahead; missing where one of them is
        best     bool   the group's largest chance; equal ones together

    Notes
    -----
    The advantage is drawn from Student's t around its mean, with as many degrees of freedom as its interval has. That
    chance can be written down, and so can the part of draws in which importance reaches 1/p, of which step 06 made
    p_important: the product is what draws of both would give, with no noise of its own. It takes the two to err
    independently: how a rating moves an opinion, and how high it is against another's, are different sides of the
    answers. A group of few answers borrows importance (as in step 06), never an advantage.

    The largest of several chances is a friendly number, and yet no better one was found. Over 40 seeds of Harbour, true
    groups (tests/method/test_harbour_right_to_win.py), some 50 answers each: where we are ahead on something that
    matters it passes 142 of 200 and fails none, where we are behind on all that matters it passes 39, fails 10 and
    leaves the rest open. With importance borrowed from all customers in the draws it would be 134 and 67, with
    bias-corrected draws 177 and 84, and the chance of any driver at all 196 and 132.

    Examples
    --------
    >>> groups = pd.DataFrame({"customer_id": ["c1"], "group_id": "g1", "group_name": "Yards"})
    >>> weights = pd.DataFrame({"group_id": "g1", "driver": ["price", "advice"], "label": ["Price", "Advice"],
    ...     "importance": [0.3, 0.7], "p_important": [0.1, 0.9]})
    >>> rated = pd.DataFrame({"group_id": "g1", "driver": ["price", "advice"], "compared": 30,
    ...     "advantage": [-1.0, 2.0], "advantage_low": [-1.5, 1.5], "advantage_high": [-0.5, 2.5]})
    >>> driver_chances(weights, rated, groups)[["driver", "p_ahead", "chance", "best"]].round(2).values.tolist()
    [['price', 0.0, 0.0, False], ['advice', 1.0, 0.9, True]]
    """
    names = names_of_groups(groups)
    texts = dict.fromkeys(("group_id", "driver", "label"), "str")
    weights = columns_of(importance, texts | {"importance": float, "p_important": float})
    numbers = dict.fromkeys(("advantage", "advantage_low", "advantage_high"), float)
    rated = columns_of(performance, texts | {"compared": float} | numbers)
    keys = ["group_id", "driver"]
    table = rated.merge(weights.drop(columns="label"), on=keys, how="left", validate="one_to_one")
    table = table[table["group_id"].isin(formed_groups(names))]
    place = {group: number for number, group in enumerate(names)}
    table = table.sort_values("group_id", key=lambda ids: ids.map(place), kind="stable", ignore_index=True)
    table["group_name"] = table["group_id"].map(names).astype("str")
    table["p_ahead"] = p_ahead(table)
    table["chance"] = (table["p_important"] * table["p_ahead"]).round(DIGITS)
    most = table.groupby("group_id")["chance"].transform("max")
    table["best"] = (table["chance"] == most).astype(bool)
    return table[DRIVER_COLUMNS]


def p_ahead(performance: pd.DataFrame) -> pd.Series:
    """The chance that each advantage is above zero, from its interval and the customers behind it.

    Where all who compare us say the same there is no chance to speak of: 1 above zero, else 0.

    >>> rows = pd.DataFrame({"compared": [11, 11], "advantage": [0.0, 1.0], "advantage_low": [-1.0, 1.0],
    ...     "advantage_high": [1.0, 1.0]})
    >>> p_ahead(rows).tolist()
    [0.5, 1.0]
    """
    middle, width = performance["advantage"], performance["advantage_high"] - performance["advantage_low"]
    freedom = (performance["compared"] - 1).clip(lower=1)
    error = width / 2 / stdtrit(freedom, (1 + LEVEL) / 2)
    chance = pd.Series(stdtr(freedom, middle / error.where(error > 0)), performance.index)
    chance = chance.where(error > 0, (middle > 0).astype(float))
    return chance.where(width.notna() & middle.notna()).round(DIGITS)


def right_to_win(
    chances: pd.DataFrame,
    performance: pd.DataFrame | None,
    groups: pd.DataFrame | None,
    judged: Mapping[str, Mapping[str, Any]] | None = None,
) -> pd.DataFrame:
    """Whether there is one important driver on which we are ahead: the test Right to win.

    Parameters
    ----------
    chances : DataFrame, from `driver_chances`
    performance : DataFrame or None, one row per group and driver
        For how many customers compared us.
    groups : DataFrame, one row per customer in a group, or None; then there is no row
    judged : mapping of advantage to its answers, or None
        The decision `right_to_win`: group (an id or a name), driver (where it is one of the survey's) and proof.
        Without a proof an advantage is an opinion and does not count.

    Returns
    -------
    DataFrame, one row per group that was formed: the columns of the published right_to_win
        compared           int    most customers who compared us on any one driver
        drivers            int    with a chance
        driver, label      str    the best; equal ones by the first of the survey
        p_important, p_ahead   float  of that driver
        measured_chance    float  the largest over drivers of P(importance >= 1/p and advantage > 0)
        judged_advantages  int    with a proof, each once, and not contradicted
        contradicted       str    judged advantages on a driver on which the survey has us ahead with a chance of .2 or
                                  less; empty where there is none
        chance             float  the larger of measured_chance and, with two judged advantages or more, .80
        status             str    pass, fail, undecided or not_tested; status_name says it in words
        basis              str    judged where people's advantages lift the chance, else measured; missing if not tested
        why_not            str    no_survey, not_compared (fewer than ten did, or importance is unknown); else empty

    Examples
    --------
    >>> groups = pd.DataFrame({"customer_id": ["c1"], "group_id": "g1", "group_name": "Yards"})
    >>> said = {"key to the yard": {"group": "Yards", "proof": "in 9 of 12 yards since 2024"},
    ...     "own crane": {"group": "g1", "proof": "no rival has one within 80 km"}}
    >>> found = right_to_win(driver_chances(None, None, groups), None, groups, said)
    >>> found[["judged_advantages", "chance", "status", "basis"]].values.tolist()
    [[2, 0.8, 'pass', 'judged']]
    """
    names = names_of_groups(groups)
    compared = columns_of(performance, {"group_id": "str", "compared": float}).groupby("group_id")["compared"].max()
    claims = _claims(judged, groups)
    rows = []
    for group_id in formed_groups(names):
        mine = chances[(chances["group_id"] == group_id) & chances["chance"].notna()]
        row = {"group_id": group_id, "group_name": names[group_id], "drivers": len(mine), "measured_chance": np.nan}
        row["compared"] = int(np.nan_to_num(compared.get(group_id, 0)))
        if len(mine):
            best = mine[mine["best"]].iloc[0]
            row |= {name: best[name] for name in ("driver", "label", "p_important", "p_ahead")}
            row["measured_chance"] = best["chance"]
        behind = set(mine.loc[mine["p_ahead"] <= FAIL_TO, "driver"].str.casefold())
        behind |= set(mine.loc[mine["p_ahead"] <= FAIL_TO, "label"].str.casefold())
        own = claims[claims["group_id"] == group_id]
        against = own["driver"].isin(behind)
        row |= {"judged_advantages": int((~against).sum()), "contradicted": ", ".join(own.loc[against, "advantage"])}
        rows.append(row | _decided(row) | {"why_not": _why_not(row, performance)})
    texts = ("group_id", "group_name", "driver", "label", "contradicted", "status", "status_name", "basis", "why_not")
    kinds = dict.fromkeys(COLUMNS, float) | dict.fromkeys(("compared", "drivers", "judged_advantages"), "int64")
    return pd.DataFrame(rows, columns=COLUMNS).astype(kinds | dict.fromkeys(texts, "str"))


def _decided(row: dict) -> dict[str, object]:
    """The chance from what was measured and what people proved."""
    measured, proved = row["measured_chance"], row["judged_advantages"] >= PROVED
    if proved and not measured >= JUDGED_CHANCE:
        chance, basis = JUDGED_CHANCE, JUDGED
    else:
        chance, basis = measured, MEASURED if measured == measured else None
    status = str(status_of(chance)[0])
    return {"chance": chance, "status": status, "status_name": STATUS_NAMES[status], "basis": basis}


def _why_not(row: dict, performance: pd.DataFrame | None) -> str:
    if row["measured_chance"] == row["measured_chance"]:
        return ""
    return NO_SURVEY if performance is None or performance.empty else NOT_COMPARED


def _claims(judged: Mapping[str, Mapping[str, Any]] | None, groups: pd.DataFrame | None) -> pd.DataFrame:
    """The advantages with a proof, with their group; the same driver or advantage of a group counts once."""
    rows = [
        {"advantage": str(name).strip(), "group": said.get("group"), "proof": _text(said.get("proof"))}
        | {"driver": (_text(said.get("driver")) or str(name).strip()).casefold()}
        for name, said in (judged or {}).items()
    ]
    table = pd.DataFrame(rows, columns=["advantage", "group", "proof", "driver"]).astype("object")
    table = table[table["proof"].notna()]
    table = table.assign(group_id=group_named(table["group"], groups).group_id)
    return table.drop_duplicates(["group_id", "driver"], ignore_index=True)


def _text(value: Any) -> str | None:
    """What was written, or None for nothing."""
    text = "" if value is None or value != value else str(value).strip()
    return text or None
