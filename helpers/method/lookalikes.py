"""Who becomes like the groups that pass, and who might: movers and prospects in one list, each with its reasons."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from helpers.method.group_members import group_order
from helpers.method.next_generation import Movers
from helpers.method.prospects_like import Prospects

MOVER, PROSPECT = "mover", "prospect"
TYPES = {
    "kind": "str",
    "lookalike_id": "str",
    "name": "str",
    "rank": "int64",
    "group_id": "str",
    "group_before": "str",
    "group_now": "str",
    "distance_before": "float64",
    "distance_now": "float64",
    "fall": "float64",
    "likeness": "float64",
    "reasons": "str",
}


@dataclass(frozen=True)
class NextGeneration:
    """All that step 08 knows of the next generation: `viral` is the table of `going_viral`, `passing` in order."""

    passing: tuple[str, ...]
    movers: Movers
    prospects: Prospects
    viral: pd.DataFrame
    lookalikes: pd.DataFrame


def next_generation(
    passing: Collection[str],
    movers: Movers,
    prospects: Prospects,
    viral: pd.DataFrame,
    customers: pd.DataFrame | None = None,
) -> NextGeneration:
    """The parts together, with the list of all who are named.

    Parameters
    ----------
    passing : collection of str
        Ids of the groups that pass the five tests.
    movers, prospects, viral
        From `next_generation.movers`, `prospects_like.prospects_like` and `going_viral.going_viral`.
    customers : DataFrame, one row per customer, as delivered, or None
        It names the movers.
    """
    people = lookalikes(movers, prospects, customers)
    return NextGeneration(tuple(group_order(passing)), movers, prospects, viral, people)


def lookalikes(movers: Movers, prospects: Prospects, customers: pd.DataFrame | None = None) -> pd.DataFrame:
    """Customers who came to behave like the groups that pass, then the prospects who look like them.

    Parameters
    ----------
    movers, prospects, customers
        As in `next_generation`. Prospects that are not ranked are not here.

    Returns
    -------
    DataFrame, one row per mover and ranked prospect, movers first, each kind by its rank: the columns of the published
    lookalikes
        rank      int    movers by how far they came, prospects by their likeness; equal ones share the better rank
        group_id  str    the passing group that a mover is nearest to; empty for prospects
        fall      float  by how much the distance to it fell, on the scale of step 03; missing for prospects
        likeness  float  probability of being of a passing group, were the prospect a customer; missing for movers

    Examples
    --------
    >>> came = pd.DataFrame({"customer_id": ["c2", "c1"], "group_id": "g1", "fall": [2.0, 2.0], "reasons": ""})
    >>> none = Prospects(pd.DataFrame(columns=["prospect_id", "rank"]))
    >>> named = pd.DataFrame({"customer_id": ["c1"], "name": "A"})
    >>> table = lookalikes(Movers(came, pd.DataFrame(), 40, 2.0, 0), none, named)
    >>> table[["kind", "lookalike_id", "name", "rank"]].fillna("").values.tolist()
    [['mover', 'c1', 'A', 1], ['mover', 'c2', '', 1]]
    """
    came = movers.table.rename(columns={"customer_id": "lookalike_id"}).assign(kind=MOVER)
    came["rank"] = came["fall"].astype(float).rank(method="min", ascending=False).astype("int64")
    if customers is not None and "name" in customers:
        came["name"] = came["lookalike_id"].map(customers.set_index("customer_id")["name"])
    likely = prospects.table[prospects.table["rank"].notna()]
    likely = likely.rename(columns={"prospect_id": "lookalike_id"}).assign(kind=PROSPECT)
    parts = [part.reindex(columns=list(TYPES)).astype(TYPES) for part in (came, likely)]
    return pd.concat(parts, ignore_index=True).sort_values(["kind", "rank", "lookalike_id"], ignore_index=True)
