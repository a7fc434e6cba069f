"""What is true of the groups: who belongs together, who moves, how prices run, and what could an analyst find?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from harbour_maker.behaviour import Scale, behaviour, falls, repeat_buyers
from harbour_maker.purchases import History
from harbour_maker.world import AS_OF, BEST_GROUP, CATEGORIES, CURRENT_START, GROUPS, PLANS, START, WINDOW_START

ANCHORS = 5
ATTRIBUTES = ("industry", "region", "customer_size")
QUARTERS = 8
CLEAR_ORDERS = 4  # in each half, before a change of behaviour says much
LIVES = {"new": [0.12, 0.22], "lapsing": [0.05, 0.13], "dormant": [0.07, 0.16], "reactivated": [0.002, 0.04]}


def groups_truth(
    population: pd.DataFrame, history: History, lines: pd.DataFrame, groups: bool = True
) -> dict[str, dict]:
    """Facts of the population, its orders and its groups; with groups False those that then hold."""
    facts = _size_truth(population, history, lines) | _lives_truth(population, history)
    if not groups:
        facts["groups"] = {"what": "There are no groups, but one continuum of customers.", "value": 0}
        return facts
    labels = population.set_index("customer_id")["group"]
    now = repeat_buyers(lines, behaviour(lines, AS_OF))
    scale = Scale(now)
    scaled = scale(now)
    facts |= _found_truth(scaled, labels) | _prices_truth(lines, labels) | _attributes_truth(population)
    then = behaviour(lines, CURRENT_START)
    facts |= _movers_truth(population, scale(then), scaled, pd.concat([then["frequency"], now["frequency"]], axis=1))
    facts["groups"] = {
        "what": "Five behavioural groups, by key; customers with a single order stand beside them.",
        "value": {plan.key: plan.name for plan in GROUPS},
    }
    facts["group_laws"] = {
        "what": "By group: orders a year are Gamma (r, alpha), leaving after a repeat order is Beta (a, b), the net EUR"
        " of an order Gamma-Gamma (p, q, gamma); time runs with the season.",
        "value": {plan.key: _laws(plan) for plan in GROUPS},
    }
    return facts


def customers(population: pd.DataFrame, history: History) -> pd.DataFrame:
    """By customer_id: orders (until AS_OF), first_order (day) and life (as in the fact lives)."""
    by = history.orders.groupby("customer_id")["date"]
    table = pd.DataFrame({"orders": by.size(), "first_order": by.min()}).reindex(population["customer_id"])
    return table.assign(life=_lives(history).reindex(table.index))


def _laws(plan):
    leaves = (plan.dropout_weight * plan.dropout, plan.dropout_weight * (1 - plan.dropout))
    gamma = plan.order_value * (plan.value_q - 1) / plan.value_shape
    law = {"r": plan.rate_shape, "alpha": plan.rate_shape / plan.orders_a_year, "a": leaves[0], "b": leaves[1]}
    return law | {"p": plan.value_shape, "q": plan.value_q, "gamma": gamma}


def _size_truth(population, history, lines):
    count = len(population)
    years = (AS_OF - START).days / 365.25
    month = history.orders["date"].dt.month
    return {
        "size_per_customer": {
            "what": "Orders, order lines and yearly revenue (EUR) for each customer that ever bought.",
            "value": {
                "orders": len(history.orders) / count,
                "lines": len(lines) / count,
                "revenue_a_year": lines["revenue"].sum() / years / count,
            },
            "band": {"orders": [24, 31], "lines": [58, 78], "revenue_a_year": [1_700, 2_800]},
        },
        "gross_margin": {
            "what": "Gross margin as a part of revenue, over all history.",
            "value": 1 - lines["cost_of_goods"].sum() / lines["revenue"].sum(),
            "band": [0.30, 0.40],
        },
        "season": {
            "what": "Part of all orders that falls in March to August.",
            "value": month.between(3, 8).mean(),
            "band": [0.55, 0.63],
        },
    }


def _lives(history):
    """What the record of orders says of each customer at AS_OF."""
    date, who = history.orders["date"], history.orders["customer_id"]
    before, prior, current = (
        who[span].unique()
        for span in (date < WINDOW_START, (date >= WINDOW_START) & (date < CURRENT_START), date >= CURRENT_START)
    )
    life = pd.Series("regular", index=pd.Index(who.unique(), name="customer_id"))
    here = life.index
    life[here.isin(prior) & ~here.isin(current)] = "lapsing"
    life[~here.isin(prior) & ~here.isin(current)] = "dormant"
    life[here.isin(before) & ~here.isin(prior) & here.isin(current)] = "reactivated"
    life[~here.isin(before) & ~here.isin(prior)] = "new"
    return life


def _lives_truth(population, history):
    parts = _lives(history).value_counts(normalize=True)
    orders = history.orders.groupby("customer_id").size()
    return {
        "lives": {
            "what": "Parts of all customers: new (first order in the current half), lapsing (in the prior half, but"
            " not since), dormant (before the window only), reactivated (before it, and in the current half).",
            "value": {name: parts.get(name, 0.0) for name in ("new", "lapsing", "dormant", "reactivated")},
            "band": LIVES,
        },
        "one_order": {
            "what": "Part of all customers with a single order.",
            "value": (orders == 1).mean(),
            "band": [0.08, 0.16],
        },
        "left": {
            "what": "Part of all customers that left for good before as_of; nobody tells us, so it must be inferred.",
            "value": history.died.notna().mean(),
            "band": [0.08, 0.24],
        },
    }


def _found_truth(scaled, labels):
    """How well groups can be told apart by what customers do: by one who knows the groups, and by one who does not."""
    true = labels.reindex(scaled.index)
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    informed = cross_val_predict(QuadraticDiscriminantAnalysis(reg_param=0.01), scaled, true, cv=folds)
    blind = KMeans(len(PLANS), n_init=10, random_state=0).fit_predict(scaled)
    centres = scaled.groupby(true).median()
    far = np.sqrt(((scaled - centres.loc[true].to_numpy()) ** 2).sum(axis=1))
    nearest = {key: far[true == key].sort_index().nsmallest(ANCHORS).index.tolist() for key in PLANS}
    return {
        "group_parts": {
            "what": "Parts of all repeat customers of the last 12 months by true group.",
            "value": true.value_counts(normalize=True).reindex(list(PLANS)).to_dict(),
            "band": [0.08, 0.40],
        },
        "groups_found": {
            "what": "Agreement (adjusted Rand index) with the true groups of those that k-means finds, where it is told"
            " that there are five.",
            "value": adjusted_rand_score(true, blind),
            "band": [0.55, 0.88],
            "oracle": adjusted_rand_score(true, informed),
            "tolerance": 0.15,
            "how": "Quadratic discriminant analysis on the true groups, in ten parts each judged by the other nine; of"
            " repeat customers of the last 12 months. Movers behave like their new group, but count as their old one.",
        },
        "anchors": {
            "what": "Five customers by group that are nearest to its centre.",
            "value": {key: {"name": PLANS[key].name, "customers": nearest[key]} for key in PLANS},
        },
    }


def _prices_truth(lines, labels):
    """How discount and the part of future categories run by group, over the quarters of the window."""
    own = lines[lines["customer_id"].notna() & (lines["date"] >= WINDOW_START)]
    months = (own["date"].dt.year - WINDOW_START.year) * 12 + own["date"].dt.month - WINDOW_START.month
    keys = [own["customer_id"].map(labels).rename("group"), (months // 3).rename("quarter")]
    coming = own["category"].map(CATEGORIES.set_index("category")["role"]) == "future"
    sums = own.assign(future=own["revenue"].where(coming, 0.0)).groupby(keys)
    sums = sums[["revenue", "list_revenue", "future"]].sum()
    series = {
        "discount": 1 - sums["revenue"] / sums["list_revenue"],
        "future": sums["future"] / sums["revenue"],
    }
    years = (np.arange(QUARTERS) - (QUARTERS - 1) / 2) / 4
    slopes = {
        name: {key: float(years @ values[key].to_numpy() / (years @ years)) for key in PLANS}
        for name, values in series.items()
    }
    return {
        "discount_slope": {
            "what": "Slope a year of discount as a part of list revenue, by group, over the window's eight quarters.",
            "value": slopes["discount"],
            "band": dict.fromkeys(PLANS, [-0.01, 0.01]) | {"yards": [-0.025, -0.008], "chandlers": [0.02, 0.06]},
            "oracle": {plan.key: plan.discount_slope for plan in GROUPS},
            "how": "The planted slope of the group, those who move away included.",
        },
        "future_slope": {
            "what": "Slope a year of the part of revenue in future categories, by group, over the same quarters.",
            "value": slopes["future"],
            "band": dict.fromkeys(PLANS, [-0.06, 0.06]) | {"yards": [0.01, 0.11], "chandlers": [-0.10, 0.0]},
            "oracle": {plan.key: plan.future_slope for plan in GROUPS},
            "how": "As for discount.",
        },
    }


def _attributes_truth(population):
    """How well the best group can be told by what is known before a customer buys."""
    best = (population["group"] == BEST_GROUP).to_numpy()
    known = pd.get_dummies(population[list(ATTRIBUTES)]).astype(float)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    score = cross_val_predict(LogisticRegression(), known, best, cv=folds, method="predict_proba")[:, 1]
    return {
        "best_by_attributes": {
            "what": "How well industry, region and size tell who is of the best group: area under the curve.",
            "value": roc_auc_score(best, score),
            "band": [0.68, 0.92],
            "tolerance": 0.05,
            "how": "Logistic regression on the true groups, in five parts each judged by the other four.",
        }
    }


def _movers_truth(population, before, after, orders):
    """Who moves toward the best group, and whether it shows."""
    rows = population.set_index("customer_id")
    moves = rows["is_mover"]
    if not moves.any():
        return {"movers": {"what": "Customers that move toward the best group.", "value": []}}
    true = rows["group"]
    centre = after[true.reindex(after.index) == BEST_GROUP].median()
    fall = falls(before, after, centre)
    fewest = orders.reindex(fall.index).min(axis=1)  # of the two halves
    fall = fall[(true.reindex(fall.index) != BEST_GROUP) & (fewest >= 2)].sort_values(ascending=False, kind="stable")
    top = round(moves.sum() / 2)
    told = clear_falls(fall[fewest >= CLEAR_ORDERS])
    return {
        "movers": {
            "what": "Customers that came to behave like the best group in the current half.",
            "value": sorted(moves.index[moves]),
        },
        "movers_part": {
            "what": "Their part of all customers.",
            "value": moves.mean(),
            "band": [0.05, 0.08],
        },
        "movers_found": {
            "what": "Of customers with two orders or more in each half, take half as many as there are movers: those"
            " whose distance to the best group fell most. The part of movers among them.",
            "value": moves[fall.index[:top]].mean(),
            "band": [0.65, 1.0],
            "how": "Distance on the scale of the last 12 months to the median of the true best group.",
        },
        "movers_told": {
            "what": "By the rule of falls that chance does not explain: the part of all movers it finds, and the part"
            " of those found that are movers.",
            "value": {"found": moves[told].sum() / moves.sum(), "right": moves[told].sum() / max(len(told), 1)},
            "band": {"found": [0.15, 1.0], "right": [0.80, 1.0]},
            "how": f"Of customers with {CLEAR_ORDERS} orders or more in each half (with fewer, it often finds nobody):"
            " falls from the least on that is ten times as frequent as a rise as large.",
        },
    }


def clear_falls(fall: pd.Series) -> pd.Index:
    """Who fell by so much that hardly anybody rose by as much: at most a tenth as many, one more counted."""
    for least in np.sort(fall[fall > 0]):
        fell = fall.index[fall >= least]
        if 1 + (fall <= -least).sum() <= 0.1 * len(fell):
            return fell
    return fall.index[:0]
