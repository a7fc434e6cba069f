"""Where do money and people go? The table spend: twelve months by function, group and what had gone wrong first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harbour_maker.world import AS_OF, GROUPS, PLANS, draws

LAST_YEAR = AS_OF - pd.DateOffset(months=12)
FUNCTION_OF = {
    "order_handling": "sales",
    "picking": "delivery",
    "delivery": "delivery",
    "sales_visit": "sales",
    "support_call": "support",
    "technical_advice": "service",
    "returns_handling": "service",
    "credit_chasing": "support",
    "rush_delivery": "delivery",
}
OTHER_PART = 0.14  # catalogue, fairs, product work: a part of the cost to serve, kept by no activity
# how what no activity explains is spread over functions and, by habit and not by value, over groups
FUNCTIONS = {"marketing": 0.30, "product": 0.14, "sales": 0.14, "service": 0.12, "support": 0.24, "delivery": 0.06}
HABIT = {"owners": 0.36, "chandlers": 0.25, "workshops": 0.20, "fleets": 0.11, "yards": 0.08}
REACTIVE = (0.535, 0.565)  # part of all money that answers what had gone wrong
# what the heads of the functions say of their people's time; more than the events flag, for a visit may mend a quarrel
GONE_WRONG = {"marketing": 0.25, "product": 0.35, "sales": 0.45, "service": 0.60, "support": 0.85, "delivery": 0.50}
A_DAY = {"marketing": 900, "product": 700, "sales": 420, "service": 400, "support": 340, "delivery": 520}  # EUR a day


def spend(
    seed: int, population: pd.DataFrame, events: pd.DataFrame, rates: pd.DataFrame, cost: pd.DataFrame
) -> pd.DataFrame:
    """The table spend: one row a function, group and whether it is reactive; EUR of the last twelve months.

    Parameters
    ----------
    events, rates : the tables service_events and activity_costs
    cost : one row per customer and month, with traced and untraced cost to serve

    The total is the cost to serve of these months, traced and untraced, and OTHER_PART of it.
    """
    rng = draws(seed, "spend")
    traced = traced_spend(events, rates, population.set_index("customer_id")["group"])
    cells = pd.MultiIndex.from_product([FUNCTIONS, [plan.key for plan in GROUPS]], names=["function", "group"])
    year = cost[cost["month"] >= LAST_YEAR]
    rest = float(year["traced"].sum() + year["untraced"].sum()) * (1 + OTHER_PART) - float(traced["amount"].sum())
    habit = np.outer(list(FUNCTIONS.values()), [HABIT[plan.key] for plan in GROUPS])
    habit *= np.exp(rng.normal(0, 0.04, habit.shape))
    amount = rest * habit.ravel() / habit.sum() + traced["amount"].reindex(cells, fill_value=0.0).to_numpy()
    said = np.array([GONE_WRONG[function] for function, _ in cells])
    said = np.log(said / (1 - said)) + rng.normal(0, 0.10, len(said))
    flagged = traced["reactive"].reindex(cells, fill_value=0.0).to_numpy()
    reactive = _reactive(amount, said, flagged, rng.uniform(*REACTIVE))
    tables = [pd.DataFrame({"amount": reactive, "is_reactive": True}, cells)]
    tables.append(pd.DataFrame({"amount": amount - reactive, "is_reactive": False}, cells))
    rows = pd.concat(tables).reset_index()
    order = {key: place for place, key in enumerate([*FUNCTIONS, *PLANS])}
    rows = rows.sort_values(
        ["function", "group", "is_reactive"], key=lambda column: column.replace(order), kind="stable"
    )
    return pd.DataFrame(
        {
            "business_function": rows["function"],
            "amount": rows["amount"].round(2),
            "people_days": (rows["amount"] / rows["function"].map(A_DAY)).round(1),
            "customer_group": rows["group"].map({key: plan.name for key, plan in PLANS.items()}),
            "is_reactive": rows["is_reactive"],
        }
    ).reset_index(drop=True)


def _reactive(amount: np.ndarray, said: np.ndarray, flagged: np.ndarray, wanted: float) -> np.ndarray:
    """EUR of each cell that answer what had gone wrong: the said parts, shifted together until all are the wanted part.

    Never less than what events flag as reactive. Parts are given as log odds.
    """
    low, high = -6.0, 6.0
    for _ in range(60):
        shift = (low + high) / 2
        reactive = np.maximum(amount / (1 + np.exp(-said - shift)), flagged)
        low, high = (shift, high) if reactive.sum() < wanted * amount.sum() else (low, shift)
    return reactive


def traced_spend(events: pd.DataFrame, rates: pd.DataFrame, group_of: pd.Series) -> pd.DataFrame:
    """Pieces x unit cost and minutes x cost per minute of the last twelve months.

    One row per function and group: amount, and reactive, the part of it that the events flag.
    """
    recent = events[events["date"] >= LAST_YEAR]
    rate = rates.set_index("activity")
    by_piece = recent["quantity"].fillna(1) * recent["activity"].map(rate["unit_cost"]).fillna(0)
    amount = by_piece + recent["minutes"].fillna(0) * recent["activity"].map(rate["cost_per_minute"]).fillna(0)
    cells = [
        recent["activity"].map(FUNCTION_OF).rename("function"),
        recent["customer_id"].map(group_of).rename("group"),
    ]
    sums = {"amount": amount, "reactive": amount.where(recent["is_reactive"].astype(bool), 0.0)}
    return pd.DataFrame(sums).groupby(cells).sum()


def spend_truth(
    spend: pd.DataFrame, population: pd.DataFrame, lines: pd.DataFrame, cost: pd.DataFrame
) -> dict[str, dict]:
    """How far money is out of line with value."""
    keys = {plan.name: plan.key for plan in GROUPS}
    by_group = spend.groupby(spend["customer_group"].map(keys))["amount"].sum()
    recent = lines[lines["date"] >= LAST_YEAR]
    margin = (recent["revenue"] - recent["cost_of_goods"]).groupby(
        recent["customer_id"].map(population.set_index("customer_id")["group"])
    ).sum()  # fmt: skip
    ratio = (by_group / by_group.sum()) / (margin / margin.sum())
    year = cost[cost["month"] >= LAST_YEAR]
    whole = float(year["traced"].sum() + year["untraced"].sum())
    reactive = float(spend.loc[spend["is_reactive"], "amount"].sum() / spend["amount"].sum())
    return {
        "spend_total": {
            "what": "All spend of the last twelve months, EUR: cost to serve, traced and untraced, and what no "
            "activity explains.",
            "value": float(spend["amount"].sum()),
            "band": [whole * (1 + OTHER_PART) - 1, whole * (1 + OTHER_PART) + 1],
            "tolerance": 0.01,
        },
        "spend_out_of_line": {
            "what": "Part of spend over part of gross margin of the same twelve months, by group: 1 = in line.",
            "value": {plan.key: float(ratio[plan.key]) for plan in GROUPS},
            "band": {"owners": [1.3, 20], "yards": [0.3, 0.9]},
            "tolerance": 0.02,
        },
        "reactive_spend": {
            "what": "Part of spend that answers what had gone wrong.",
            "value": reactive,
            "band": [0.53, 0.57],
            "oracle": reactive,
            "tolerance": 0.001,
        },
    }
