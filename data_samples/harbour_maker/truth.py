"""What is true of a Harbour? The facts of all subjects together, and one row of truth per customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits

from harbour_maker import truth_groups, truth_needs, truth_share
from harbour_maker.beliefs import beliefs, beliefs_truth
from harbour_maker.budget import spend_truth
from harbour_maker.build import Harbour
from harbour_maker.contacts import touchpoints_truth
from harbour_maker.future import markets_truth
from harbour_maker.goals import goals_truth
from harbour_maker.projects import investments_truth
from harbour_maker.prospects import prospects_truth
from harbour_maker.truth_value import value_truth
from harbour_maker.wallet_categories import category_share_truth
from harbour_maker.world import WINDOW_START

LATENT = ("group", "is_mover", "rate", "dropout", "order_value", "discount", "return_rate", "web_part", "future_part")


@dataclass(frozen=True)
class Truth:
    """All that is true of one Harbour.

    facts : by subject and name. A fact holds, as far as they have a meaning: what (a sentence), value, band (where the
        value lies whatever the seed; for a mapping of values one band for all, or one by key), oracle (what a perfect
        analyst could know of the tables), tolerance (by how much a step may be off), how (how the oracle was computed)
    customers : one row per customer that ever bought, by customer_id; money in EUR
    beliefs : what each leader sealed
    """

    facts: dict[str, dict[str, dict]]
    customers: pd.DataFrame
    beliefs: dict[str, dict]


@threadpool_limits.wrap(limits=1)  # the same sums on any machine, and faster for tables as small as these
def truth(harbour: Harbour) -> Truth:
    """The facts and the customers of one Harbour."""
    seed, tables, population = harbour.seed, harbour.tables, harbour.population
    lines, held = tables["transactions"], harbour.contracts
    leavers = truth_needs.respondents(harbour.history, lines, held.table, held.ended, harbour.survey)
    worth = value_truth(population, harbour.history, lines, harbour.service, held, seed)
    shares = truth_share.share_truth(
        *(population, harbour.true_wallets, lines, harbour.yearly_wallets, tables["supplier_spend"]),
        *(harbour.opinions, harbour.survey),
    )
    asked = (population, harbour.opinions, harbour.survey)
    needs = truth_needs.needs_truth(*asked, harbour.secrets, leavers, harbour.referrals, seed)
    customers = _latent(harbour).join(
        [
            truth_groups.customers(population, harbour.history),
            worth.customers,
            truth_share.customers(population, harbour.true_wallets, harbour.yearly_wallets),
            truth_needs.customers(*asked, leavers, harbour.referrals),
        ]
    )
    facts = {
        "groups": truth_groups.groups_truth(population, harbour.history, lines, harbour.groups),
        "value": worth.facts,
        "share": shares | category_share_truth(harbour.elsewhere_parts, harbour.true_wallets, lines),
        "needs": needs,
        "future": markets_truth(seed, tables["markets"])
        | investments_truth(tables["investments"], lines, population)
        | prospects_truth(seed, tables["prospects"], harbour.prospect_groups),
        "functions": touchpoints_truth(tables["touchpoints"])
        | spend_truth(tables["spend"], population, lines, harbour.service.cost),
        "goals": goals_truth(),
    }
    said, sure = _beliefs(harbour, facts, customers)
    facts["beliefs"] = sure
    if not harbour.groups:
        facts = {subject: {name: _without_band(fact) for name, fact in part.items()} for subject, part in facts.items()}
    return Truth(facts, customers.sort_index().reset_index(), said)


def _without_band(fact: dict) -> dict:
    """A fact of a world without groups: bands are those of the world with groups, and its groups are tiers only."""
    return {name: part for name, part in fact.items() if name != "band"}


def _latent(harbour: Harbour) -> pd.DataFrame:
    """What was planted of each customer, by customer_id."""
    table = harbour.population.set_index("customer_id")
    table = table[["name", *(name for name in LATENT if name in table)]]
    died = harbour.history.died.reindex(table.index)
    return table.assign(died=died, alive=died.isna())


def _beliefs(harbour: Harbour, facts: dict, customers: pd.DataFrame) -> tuple[dict, dict]:
    """What the leaders believe, and whether it is so."""
    importance = facts["needs"]["driver_importance"]["value"]["all"]
    true: dict[str, Any] = {
        "customer_share": facts["share"]["customer_share"]["value"],
        "part_losing_money": facts["value"]["losing_part"]["value"],
        "top_driver": max(importance, key=importance.get),
    }
    orders = harbour.history.orders
    recent = orders[orders["date"] >= WINDOW_START].groupby("customer_id").size()
    known = (
        customers[["name", "window_revenue", "window_profit"]].assign(window_orders=recent).fillna({"window_orders": 0})
    )
    said = beliefs(true, known.reset_index())
    return said, beliefs_truth(said, true, customers["window_profit"])


def out_of_band(fact: dict) -> list[str]:
    """Which values of a fact lie outside its band, in words; none where it has no band."""
    value, band = fact.get("value"), fact.get("band")
    if band is None:
        return []
    values = value if isinstance(value, dict) else {"value": value}
    bands = band if isinstance(band, dict) else dict.fromkeys(values, band)
    return [
        f"{key} is {values[key]}, and should lie from {low} to {high}"
        for key, (low, high) in bands.items()
        if not low <= values[key] <= high
    ]
