"""Step 03 for tests: small tables, put together by its own functions, with the evidence that a test wants."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.method.group_evidence import Reality
from helpers.method.group_forming import BEHAVIOUR, NO_CENTRES, RFM, Behaviour, Formed
from helpers.method.group_identity import Identity
from helpers.method.group_members import customer_groups
from helpers.method.group_mix import group_attributes, group_buying
from helpers.method.group_portions import group_portions
from helpers.method.group_profiles import group_behaviour, group_profiles
from helpers.method.group_tables import GroupTables
from tests.method.profit_builders import sold

WINDOW = {"window_start": "2026-01-01", "as_of": "2027-01-01"}
NAMES = {"g1": "Yards", "g2": "Owners", "g3": "Fleets"}
REAL = Reality(2, True, 0.9, 0.7, "")
UNREAL = Reality(2, False, 0.65, 0.7, "Two samples divide them as a cloud would.")
NOBODY = Identity({})  # nobody decided
UNSURE = Reality(0, False, np.nan, np.nan, "Too few came back.")


def members(sizes: Mapping[str, int]) -> dict[str, str]:
    """customer_id to group_id, so many of each."""
    return {f"{group}x{number:02}": group for group, size in sizes.items() for number in range(size)}


def group_tables(
    sizes: Mapping[str, int] = {"g1": 12, "g2": 20},
    *,
    way_in: str = BEHAVIOUR,
    reality: Reality = REAL,
    money: Mapping[str, float] = {"g1": 30.0, "g2": 1.0},
    frequency: Mapping[str, float] = {"g1": 9.0, "g2": 2.0},
    beside: Mapping[str, str] = {},
    fidelity: float = 0.95,
    identity: Identity = NOBODY,
    confidence: float = np.nan,
    unmatched: tuple[str, ...] = (),
    idle: tuple[str, ...] = (),
    who: pd.DataFrame | None = None,
    cost: float | None = 0.5,
) -> GroupTables:
    """The tables of groups of these sizes; each customer of a group spends the same and orders as often.

    `beside` has the standing of customers who are in no group, `cost` the goods' part of revenue.
    """
    group_of = members(sizes)
    people = [*group_of, *beside]
    standing = pd.DataFrame({"customer_id": people, "standing": ["clustered"] * len(group_of) + list(beside.values())})
    standing = standing.astype("str").sort_values("customer_id", ignore_index=True)
    placed = pd.DataFrame({"customer_id": list(group_of), "group_id": list(group_of.values())}, dtype="str")
    if way_in == BEHAVIOUR:
        placed["confidence"] = confidence
    groups = customer_groups(standing, placed, NAMES, way_in=way_in)
    spent = [
        (one, "2026-03-01", money[group], np.nan if cost is None else cost * money[group])
        for one, group in group_of.items()
    ]
    days = sold(*spent)
    features = pd.DataFrame(
        {"customer_id": list(group_of), "frequency": [frequency[group] for group in group_of.values()]}
    )
    features = features.astype({"customer_id": "str", "frequency": float})
    summary = pd.DataFrame({"customer_id": people, "status": "active"}).astype("str")
    summary["revenue"] = summary["customer_id"].map(dict(zip(days["customer_id"], days["revenue"], strict=True)))
    portions = group_portions(groups, days, **WINDOW)
    behaviour = group_behaviour(features, groups, summary)
    quarters = days.assign(quarter_start=pd.Timestamp("2026-01-01"), channel="web", category="rope")
    rules = pd.DataFrame({"group_id": list(sizes), "customers": list(sizes.values()), "fidelity": fidelity})
    said = pd.DataFrame({"feature_name": ["Orders", "Returns"], "customers_known": [len(group_of), 0]})
    formed = Formed(
        way_in, way_in == BEHAVIOUR and reality.real, reality, groups, behaviour, rules, pd.DataFrame(), NO_CENTRES,
        pd.DataFrame(), identity, {}, {}, unmatched, idle,
    )  # fmt: skip
    found = Behaviour(features, None, said, reality.k or None, pd.DataFrame(), reality)
    profiles = group_profiles(groups, portions, behaviour, descriptions={}, anchors={})
    buying = group_buying(groups, quarters, quarters, window_start=WINDOW["window_start"])
    return GroupTables(found, formed, portions, profiles, group_attributes(groups, who), buying)


def summary_and_days(tables: GroupTables) -> dict[str, pd.DataFrame]:
    """The summaries that the tables agree with."""
    groups = tables.formed.customer_groups
    days = pd.DataFrame({"customer_id": groups["customer_id"], "date": pd.Timestamp("2026-03-01")})
    days["revenue"] = tables.portions["revenue"].sum() / len(days)
    return {"customer_summary": groups[["customer_id"]].assign(status="active"), "customer_days": days}


WAYS = (BEHAVIOUR, RFM, "rules")
