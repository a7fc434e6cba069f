"""Contacts and spend of planted Harbours: the broken link, money that follows habit, and what goes to mend faults."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import pytest

from helpers.method.channel_consistency import SURE, channel_consistency, rating_spread
from helpers.method.spend_alignment import alignment_index, spend_alignment
from helpers.method.spend_by_function import ALL_FUNCTIONS, spend_by_function
from helpers.method.spend_findings import spend_checks, spend_findings
from tests.method.harbour_seeds import CUSTOMERS, SeedTables, build

YEAR = "2025-09-01"


class Said(NamedTuple):
    """What the methods say of one Harbour, from its delivered tables and the true groups.

    links : function of the weakest link by group key; true_links : the planted ones; firm : how many are sure
    ratio : part of spend / part of gross margin by group key, and true_ratio
    reactive, true_reactive : part of all spend
    reacting : functions that mostly react; verdicts : budget against value by group key; index : of budget and margin
    """

    links: dict[str, str]
    true_links: dict[str, str]
    firm: int
    ratio: dict[str, float]
    true_ratio: dict[str, float]
    reactive: float
    true_reactive: float
    reacting: str
    verdicts: dict[str, str]
    index: float


def said_of(tables: dict[str, pd.DataFrame], harbour: build.Harbour) -> Said:
    from harbour_maker.budget import spend_truth
    from harbour_maker.contacts import touchpoints_truth
    from harbour_maker.world import GROUPS

    names = {plan.key: plan.name for plan in GROUPS}
    group_of = harbour.population.set_index("customer_id")["group"]
    groups = pd.DataFrame({"group_id": list(names), "group_name": list(names.values())})
    links = channel_consistency(tables["touchpoints"], groups, spread=rating_spread(tables["survey"]))
    weakest = links[links["weakest"]].set_index("group_id")

    lines = tables["transactions"]
    recent = lines[(lines["date"] >= YEAR) & (lines["customer_id"].fillna("") != "")]
    margin = (recent["revenue"] - recent["cost_of_goods"]).astype(float).groupby(recent["customer_id"]).sum()
    value = pd.DataFrame({"customer_id": margin.index, "gross_margin": margin.to_numpy(), "status": "active"})
    value["group_id"], value["customer_profit"] = value["customer_id"].map(group_of), float("nan")
    clv = value.groupby("group_id", as_index=False)["gross_margin"].sum().rename(columns={"gross_margin": "clv"})

    spent = spend_by_function(tables["spend"], groups)
    assert [check.verdict for check in spend_checks(spent, tables["spend"])] == ["pass", "pass"]
    intents = groups.assign(customers=[(group_of == key).sum() for key in names], primary="maintain")
    aligned = spend_alignment(spent, None, clv, value, intents)
    index = alignment_index(aligned)
    told = {one.id: one for one in spend_findings(spent, aligned, index)}
    whole = spent[(spent["business_function"] == ALL_FUNCTIONS) & (spent["group_id"] == "all")].iloc[0]
    by_group = aligned.set_index("group_id")
    truth = spend_truth(
        harbour.tables["spend"], harbour.population, harbour.tables["transactions"], harbour.service.cost
    )
    return Said(
        links=weakest["business_function"].to_dict(),
        true_links=touchpoints_truth(harbour.tables["touchpoints"])["weakest_link"]["value"],
        firm=int((weakest["weakest_chance"] >= SURE).sum()),
        ratio=(by_group["part_of_spend"] / by_group["part_of_margin"]).to_dict(),
        true_ratio=truth["spend_out_of_line"]["value"],
        reactive=float(whole["reactive_part"]),
        true_reactive=truth["reactive_spend"]["value"],
        reacting=told["11.reactive"].values["worst"].value,
        verdicts=by_group["budget_by_value"].to_dict(),
        index=float(index.loc[(index["resource"] == "budget") & (index["against"] == "margin"), "index"].iloc[0]),
    )


def holds(said: Said) -> None:
    """What was planted is found."""
    assert said.links == said.true_links and set(said.links.values()) == {"support"}
    assert said.ratio == pytest.approx(said.true_ratio, abs=0.02)
    assert said.ratio["owners"] > 1.3 and said.ratio["yards"] < 0.9
    assert said.verdicts["yards"] == "less" and said.verdicts["owners"] == "more"
    assert said.reactive == pytest.approx(said.true_reactive, abs=0.001) and 0.53 <= said.reactive <= 0.57
    assert said.reacting == "support" and said.index > 0.1


@pytest.mark.parametrize("seed", [2, 3])
def test_what_was_planted_is_found(harbour, seed):
    made: SeedTables = harbour(seed)
    names = ("touchpoints", "survey", "transactions", "spend")
    holds(said_of({name: made.table(name) for name in names}, made.harbour))


@pytest.mark.long
def test_what_was_planted_is_found_in_forty():
    firm = 0
    for seed in range(1, 41):
        made = build.build(seed, CUSTOMERS)
        said = said_of(made.tables, made)
        firm += said.firm
        holds(said)
    assert firm >= 120, f"of 200 weakest links {firm} are said to be sure"
