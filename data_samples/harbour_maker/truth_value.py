"""What is each customer worth, in truth: facts of profit, lifetime and contracts together, and their columns per
customer?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from harbour_maker.contracts import Contracts
from harbour_maker.purchases import History, future_orders
from harbour_maker.service import Service
from harbour_maker.truth_contracts import contract_truth, fees_ahead
from harbour_maker.truth_lifetime import CONVENTION, HIGH, LOW, MONTHS, lifetime, realised_revenue
from harbour_maker.truth_profit import profit_truth, window_profit
from harbour_maker.world import PLANS

CLV_TOLERANCE = 0.12  # BG/NBD and Gamma-Gamma fitted per group to the delivered rows came within .09 on ten seeds
HOW = "Exact posterior with the planted laws; 5th and 95th percentile of simulated futures; margins as planned."


@dataclass(frozen=True)
class ValueTruth:
    """facts : by name, for truth.yaml
    customers : one row per customer_id in the order of the population, for truth_customers.csv; money in EUR
    """

    facts: dict[str, dict]
    customers: pd.DataFrame


def value_truth(
    population: pd.DataFrame, history: History, lines: pd.DataFrame, service: Service, contracts: Contracts, seed: int
) -> ValueTruth:
    """All truth about what customers are worth to Harbour.

    Columns per customer: hard_to_serve; of the window window_revenue, window_gross_margin, window_traced,
    window_untraced, window_profit; of the 36 months after as_of p_alive, expected_orders, realised_orders,
    margin_before and margin (what a euro ordered earns before and after traced cost), expected_clv_before,
    realised_clv_before, expected_clv, realised_clv; contract_ended, expected_fees and realised_fees for holders of
    service contracts, blank for others.
    """
    future = future_orders(population, history, seed, MONTHS)
    ahead = lifetime(population, history, lines, service.effort, seed)
    profit = window_profit(population, lines, service)
    fees, _ = fees_ahead(contracts, seed)
    table = profit.drop(columns="active").add_prefix("window_")
    table.insert(0, "hard_to_serve", service.effort.hardness)
    table = table.join(ahead.customers)
    table.insert(
        table.columns.get_loc("expected_orders") + 1,
        "realised_orders",
        future.groupby("customer_id").size().reindex(table.index, fill_value=0),
    )
    realised = realised_revenue(population, future)
    for name, margin in (("_before", table["margin_before"]), ("", table["margin"])):
        table[f"expected_clv{name}"] = table["expected_revenue"] * margin
        table[f"realised_clv{name}"] = realised * margin
    table = table.drop(columns="expected_revenue").join(contracts.ended).join(fees)
    running = contracts.terms.loc[contracts.terms["next_end"].notna(), "customer_id"]
    active = profit["active"] | profit.index.isin(running)
    facts = profit_truth(population, lines, service)
    facts |= _lifetime_truth(population, history, table, ahead.drawn, active)
    facts |= contract_truth(population, contracts, seed)
    return ValueTruth(facts, table)


def _lifetime_truth(population, history, table, drawn, active):
    """Facts about the customers' future orders."""
    group = population.set_index("customer_id")["group"]
    alive = history.died.reindex(table.index).isna()
    once = history.orders.groupby("customer_id").size().reindex(table.index) == 1

    def worth(of):
        of = of.to_numpy()
        out = {"customers": int(of.sum())}
        for name, suffix in (("before", "_before"), ("after", "")):
            margin = table["margin" + suffix].to_numpy()[of]
            out[f"{name}_cost_to_serve"] = {
                "expected": table[f"expected_clv{suffix}"][of].sum(),
                "interval": np.quantile(drawn[:, of] @ margin, [LOW, HIGH]).tolist(),
                "realised": table[f"realised_clv{suffix}"][of].sum(),
            }
        return out

    def fact(what, value):
        how = f"{HOW} The tolerance is a part of what is expected before cost to serve, for both kinds of CLV."
        return {"what": f"{what} {CONVENTION}", "value": value, "tolerance": CLV_TOLERANCE, "how": how}

    in_groups = {key: worth(active & (group == key)) for key in PLANS}
    per_group = pd.DataFrame({"true": alive.groupby(group).mean(), "expected": table["p_alive"].groupby(group).mean()})
    orders = table.groupby(group)[["expected_orders", "realised_orders"]].sum()
    return {
        "customer_equity": fact("The CLV of the active customers together.", worth(active)),
        "clv_by_group": fact("The CLV of the active customers of each group.", in_groups),
        "clv_one_order": fact("The CLV of the active customers with a single order.", worth(active & once)),
        "clv_dormant": fact("The CLV of customers that bought before the window only.", worth(~active)),
        "purchase_laws": {
            "what": "By group: gaps are exponential in season time (faster in season, a year is a year), the rate is "
            "Gamma(r, alpha) a year; after each repeat order the customer leaves with a probability from Beta(a, b); "
            "an order's value is Gamma(p) around the customer's mean: inverse gamma, shape q, mean mean_order.",
            "value": {key: _law(plan) for key, plan in PLANS.items()},
        },
        "alive_part": {
            "what": "Part of each group's customers, of all that ever bought, that are still customers at as_of.",
            "value": per_group["true"][list(PLANS)].to_dict(),
            "band": [0.4, 1.0],
            "oracle": per_group["expected"][list(PLANS)].to_dict(),
            "tolerance": 0.1,
            "how": HOW,
        },
        "orders_ahead": {
            "what": f"Orders of the {MONTHS} months after as_of, by group, of all that ever bought.",
            "value": orders["realised_orders"][list(PLANS)].to_dict(),
            "oracle": orders["expected_orders"][list(PLANS)].to_dict(),
            "tolerance": 0.2,
            "how": HOW,
        },
    }


def _law(plan):
    return {
        "r": plan.rate_shape,
        "alpha": plan.rate_shape / plan.orders_a_year,
        "a": plan.dropout_weight * plan.dropout,
        "b": plan.dropout_weight * (1 - plan.dropout),
        "p": plan.value_shape,
        "q": plan.value_q,
        "mean_order": plan.order_value,
    }
