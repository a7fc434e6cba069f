"""Does money follow intent? Each group's part of what is spent today beside its part of what is planned."""

from __future__ import annotations

import pandas as pd

from helpers.method.delivered import columns_of
from helpers.method.group_named import group_named
from helpers.method.intent_words import GROW
from helpers.method.tactics import chosen_tactics

COLUMNS = ["group_id", "group_name", "customers", "primary", "primary_name", "spend", "spend_part", "planned",
           "planned_part", "change", "rises", "against_intent"]  # fmt: skip


def group_resources(
    tactics: pd.DataFrame, group_intents: pd.DataFrame | None, spend: pd.DataFrame | None
) -> pd.DataFrame:
    """Part of spend today and part of the chosen tactics' cost, by group with an intent.

    Parameters
    ----------
    tactics : DataFrame, from `tactics.tactics`
        What the team chose counts; all of it while nothing is chosen.
    group_intents : DataFrame or None
        Of step 09.
    spend : DataFrame or None
        As delivered: amount, customer_group by id or name; rows of no group of ours are in no part.

    Returns
    -------
    DataFrame, one row per group in the order of the intents: the columns of the published group_resources
        spend_part, planned_part  float  of what these groups have together; missing where that is nothing or unknown
        rises           bool  whether the part planned is above the part of today; missing where either is
        against_intent  bool  whether the group is to grow and its part does not rise; a part that stays the same does
                              not

    Examples
    --------
    >>> intents = pd.DataFrame({"group_id": ["g1", "g2"], "group_name": ["Yards", "Clubs"], "customers": [5, 6],
    ...     "primary": ["grow", "maintain"], "primary_name": ["Grow", "Maintain"]})
    >>> plan = pd.DataFrame({"group_id": ["g1", "g2"], "cost": [10.0, 30.0], "selected": True})
    >>> spent = pd.DataFrame({"customer_group": ["g1", "Clubs"], "amount": [50.0, 50.0]})
    >>> group_resources(plan, intents, spent)[["spend_part", "planned_part", "against_intent"]].values.tolist()
    [[0.5, 0.25, True], [0.5, 0.75, False]]
    """
    groups = pd.DataFrame(columns=COLUMNS[:5]) if group_intents is None else group_intents[COLUMNS[:5]]
    table = groups.reset_index(drop=True)
    table["spend"] = _spent(table, spend)
    chosen = chosen_tactics(tactics).dropna(subset=["cost"])
    planned = chosen.groupby("group_id")["cost"].sum().round(4)
    table["planned"] = table["group_id"].map(planned).astype("float64").fillna(0.0 if len(chosen) else float("nan"))
    for name in ("spend", "planned"):
        whole = table[name].sum()
        table[f"{name}_part"] = table[name] / whole if whole > 0 else float("nan")
    table["change"] = table["planned_part"] - table["spend_part"]
    known = table["change"].notna()
    table["rises"] = (table["change"] > 1e-9).astype("boolean").where(known)
    table["against_intent"] = ((table["primary"] == GROW) & ~table["rises"]).astype("boolean").where(known)
    return table[COLUMNS]


def _spent(groups: pd.DataFrame, spend: pd.DataFrame | None) -> pd.Series:
    """Money spent on each group; missing for all where no row of the table says of which group it is."""
    rows = columns_of(spend, {"customer_group": "str", "amount": float})
    by_group = rows["amount"].groupby(group_named(rows["customer_group"], groups).group_id.to_numpy()).sum().round(4)
    found = groups["group_id"].map(by_group).astype("float64")
    return found if found.isna().all() else found.fillna(0.0)
