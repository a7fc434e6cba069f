"""What is true of profit: the ladder, who costs more than the customer brings, and which group's profit falls?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import t as student

from harbour_maker.effort import BIGGEST, EFFORT, TRACED_PART, WINDOW, quarter_of
from harbour_maker.service import Service, event_cost
from harbour_maker.world import PLANS, WINDOW_START

LEVEL = 0.05  # of the test for a downturn, one-sided, after Holm
STEEP = -0.01  # a year; a flatter fall is no downturn


def window_profit(population: pd.DataFrame, lines: pd.DataFrame, service: Service) -> pd.DataFrame:
    """EUR of the window per customer_id: revenue, gross_margin, traced, untraced, profit (before untraced cost); and
    active.

    Active are those with a line above zero in the window.
    """
    own = lines[(lines["date"] >= WINDOW_START) & lines["customer_id"].notna()]
    sums = own.groupby("customer_id")[["revenue", "cost_of_goods"]].sum()
    events = service.events[service.events["date"] >= WINDOW_START]
    cost = service.cost[service.cost["month"] >= WINDOW_START].groupby("customer_id")["untraced"].sum()
    table = pd.DataFrame(index=pd.Index(population["customer_id"], name="customer_id"))
    table["revenue"] = sums["revenue"]
    table["gross_margin"] = sums["revenue"] - sums["cost_of_goods"]
    table["traced"] = pd.Series(event_cost(events), events.index).groupby(events["customer_id"]).sum()
    table["untraced"] = cost
    table = table.fillna(0.0)
    table["profit"] = table["gross_margin"] - table["traced"]
    table["active"] = table.index.isin(own.loc[own["revenue"] > 0, "customer_id"])
    return table


def profit_truth(population: pd.DataFrame, lines: pd.DataFrame, service: Service) -> dict[str, dict]:
    """Facts about profit in the window."""
    profit = window_profit(population, lines, service)
    active = profit[profit["active"]]
    group = population.set_index("customer_id")["group"]
    revenue = profit["revenue"].sum()
    biggest = profit.nlargest(BIGGEST, "revenue")
    dear = biggest["profit"] / biggest["revenue"] < profit["profit"].sum() / revenue / 3
    size = np.log(active["revenue"].clip(lower=1.0))
    hard = np.log(service.effort.hardness[active.index])
    all_cost = profit["traced"].sum() + profit["untraced"].sum()
    of_groups = profit.groupby(group)[["revenue", "gross_margin", "traced", "untraced", "profit"]].sum()
    return {
        "gross_margin_rate": {
            "what": "Gross margin of all customers' lines in the window, as a part of revenue.",
            "value": profit["gross_margin"].sum() / revenue,
            "band": [0.30, 0.40],
            "tolerance": 0.001,
        },
        "cost_to_serve_rate": {
            "what": "All cost to serve of the window, traced and untraced, as a part of revenue.",
            "value": all_cost / revenue,
            "band": [0.20, 0.24],
        },
        "traced_part": {
            "what": "Part of all cost to serve that service_events and activity_costs show.",
            "value": profit["traced"].sum() / all_cost,
            "band": [TRACED_PART - 0.005, TRACED_PART + 0.005],
        },
        "whale_peak": {
            "what": "Profit before untraced cost of the customers with a profit over that of all active ones.",
            "value": active["profit"].clip(lower=0).sum() / active["profit"].sum(),
            "band": [1.40, 1.85],
            "tolerance": 0.005,
        },
        "losing_part": {
            "what": "Part of the active customers that lose money before untraced cost.",
            "value": float((active["profit"] < 0).mean()),
            "band": [0.25, 0.40],
            "tolerance": 0.005,
        },
        "dear_big_accounts": {
            "what": f"How many of the {BIGGEST} biggest accounts lose money or earn under a third of the mean rate.",
            "value": int(dear.sum()),
            "band": [6, 14],
        },
        "effort_with_size": {
            "what": "Correlation over active customers of log hard-to-serve multiplier and log revenue in the window.",
            "value": float(np.corrcoef(size, hard)[0, 1]),
            "band": [0.15, 0.45],
        },
        "group_profit": {
            "what": "EUR of the window by group: all customers that ever bought; profit is before untraced cost.",
            "value": of_groups.loc[list(PLANS)].to_dict("index"),
        },
        **_slopes(population, lines, service),
    }


def quarterly_profit_rates(group: pd.Series, lines: pd.DataFrame, service: Service) -> pd.DataFrame:
    """Profit before untraced cost over revenue, group x quarter of the window. group : group key per customer_id."""
    own = lines[lines["customer_id"].isin(group.index) & (lines["date"] >= WINDOW_START)]
    events = service.events
    events = events[events["customer_id"].isin(group.index) & (events["date"] >= WINDOW_START)]

    def by_cell(table, values):
        return values.groupby([table["customer_id"].map(group), quarter_of(table["date"])]).sum().unstack()

    revenue = by_cell(own, own["revenue"])
    margin = by_cell(own, own["revenue"] - own["cost_of_goods"])
    return (margin - by_cell(events, pd.Series(event_cost(events), events.index))) / revenue


def slopes(rates: pd.DataFrame) -> pd.DataFrame:
    """Per row the least-squares slope a year over its quarters, its standard error and the one-sided p of a fall."""
    count = rates.shape[1]
    years = (np.arange(count) - (count - 1) / 2) / 4
    slope = rates.to_numpy() @ years / (years @ years)
    left = rates.to_numpy() - rates.to_numpy().mean(axis=1, keepdims=True) - slope[:, None] * years
    error = np.sqrt((left**2).sum(axis=1) / (count - 2) / (years @ years))
    table = pd.DataFrame({"slope": slope, "error": error}, index=rates.index)
    return table.assign(p_fall=student.cdf(slope / error, count - 2))


def downturns(table: pd.DataFrame) -> list[str]:
    """The rows of `slopes` that fall steeply enough, and surely so after Holm's correction."""
    ordered = table.sort_values("p_fall")
    adjusted = np.maximum.accumulate(ordered["p_fall"].to_numpy() * np.arange(len(ordered), 0, -1))
    return sorted(ordered.index[(adjusted <= LEVEL) & (ordered["slope"] <= STEEP).to_numpy()])


def _slopes(population, lines, service):
    measured = slopes(quarterly_profit_rates(population.set_index("customer_id")["group"], lines, service))
    bands = {key: [plan.slope - 0.025, plan.slope + 0.025] for key, plan in EFFORT.items()}
    return {
        "profit_slope": {
            "what": "Planted slope a year of each group's profit rate (before untraced cost).",
            "value": {key: plan.slope for key, plan in EFFORT.items()},
            "oracle": measured.loc[list(PLANS)].to_dict("index"),
            "tolerance": 0.025,
            "how": f"Least squares over the {WINDOW.stop - WINDOW.start} quarters of the window with the true groups.",
        },
        "profit_slope_measured": {
            "what": "The same slopes as an analyst who knew the true groups would measure them.",
            "value": measured["slope"][list(PLANS)].to_dict(),
            "band": bands,
        },
        "downturn": {
            "what": "The groups whose profit rate truly falls.",
            "value": [key for key, plan in EFFORT.items() if plan.slope <= STEEP],
            "oracle": downturns(measured),
            "how": f"Slope at most {STEEP:g} a year, one-sided t test at {LEVEL:g} after Holm over the true groups.",
        },
    }
