"""Which lines does each order hold, at which discount and cost, and what comes back?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from harbour_maker.population import MOVED
from harbour_maker.purchases import History
from harbour_maker.world import AS_OF, BEST_GROUP, CATEGORIES, CURRENT_START, PLANS, draws

COUNTER_LINES = 0.015
REPS = {"North": "M. Ortiz", "East": "J. Falk", "South": "A. Renner", "West": "P. Lindqvist", "Islands": "S. Doyle"}
PRODUCTS = {
    "Electric drives": "Pod motor|Controller|Drive cable|Propeller kit|Charge coupler",
    "Batteries and solar": "Lithium pack|Solar panel|Charger|Battery monitor|Busbar",
    "Navigation electronics": "Chartplotter|AIS unit|Depth sounder|Antenna|Autopilot part",
    "Engine parts": "Oil filter|Impeller|Gasket set|Injector|Drive belt",
    "Rigging": "Shackle set|Turnbuckle|Wire terminal|Furler part|Block",
    "Deck hardware": "Cleat|Winch part|Hatch|Hinge set|Stanchion",
    "Safety gear": "Life jacket|Flare pack|Extinguisher|Harness|First aid kit",
    "Paint and varnish": "Antifouling|Primer|Varnish|Thinner|Filler",
    "Ropes and fasteners": "Dock line|Screw pack|Bolt pack|Sealant|Tape",
    "Oils and cleaning": "Engine oil|Grease|Hull cleaner|Degreaser|Wipes",
}
COLUMNS = ["customer_id", "date", "order_id", "product", "category", "quantity", "revenue", "list_revenue"]
COLUMNS += ["cost_of_goods", "channel", "sales_rep"]


def lines(population: pd.DataFrame, history: History, seed: int) -> pd.DataFrame:
    """Order lines by date, with returns and counter sales, in the columns of the kit's transactions.

    Returns are negative lines with the number of the order they came from; counter sales have no customer.
    """
    rng = draws(seed, "lines")
    orders = history.orders
    place = pd.Index(population["customer_id"]).get_indexer(orders["customer_id"])
    now = behaviour_at(population, place, orders["date"])
    on_web = rng.random(len(orders)) < now["web_part"]
    by_rep = rng.random(len(orders)) < 0.55
    channel = np.where(on_web, "web", np.where(by_rep, "rep", "phone"))

    per_order = 1 + rng.poisson(np.maximum(population["lines"].to_numpy()[place] - 1, 0.05))
    of = np.repeat(np.arange(len(orders)), per_order)
    part = rng.gamma(2.5, size=len(of))
    part /= np.bincount(of, part)[of]
    category = _categories(population, now, place, of, rng)
    discount = np.clip(now["discount"].to_numpy()[of] + rng.normal(0, 0.025, len(of)), 0, 0.6)
    revenue = (orders["net_value"].to_numpy()[of] * part).round(2)
    list_revenue = np.maximum(revenue / (1 - discount), revenue).round(2)
    cost = list_revenue * CATEGORIES["cost_rate"].to_numpy()[category] * np.exp(rng.normal(0, 0.05, len(of)))
    table = pd.DataFrame(
        {
            "customer_id": orders["customer_id"].to_numpy()[of],
            "date": orders["date"].to_numpy()[of],
            "order_id": orders["order_id"].to_numpy()[of],
            "product": _products(category, rng),
            "category": CATEGORIES["category"].to_numpy()[category],
            "quantity": np.maximum(1, np.rint(list_revenue / np.exp(rng.normal(3, 0.6, len(of))))).astype(int),
            "revenue": revenue,
            "list_revenue": list_revenue,
            "cost_of_goods": cost.round(2),
            "channel": channel[of],
        }
    )
    rep = population["region"].map(REPS).to_numpy()[place[of]]
    table["sales_rep"] = np.where(table["channel"] == "web", None, rep)
    table = table[table["revenue"] > 0]
    back = _returns(table, now["return_rate"].to_numpy()[of][table.index], rng)
    counter = _counter_sales(table, rng)
    every = pd.concat([table, back, counter], ignore_index=True)
    return every.sort_values(["date", "order_id"], kind="stable", ignore_index=True)[COLUMNS]


def behaviour_at(population: pd.DataFrame, place: np.ndarray, date: pd.Series) -> pd.DataFrame:
    """The true discount, future_part, web_part, return_rate and breadth of the customer in that row on that date.

    Levels hold at the middle of the window, from where slopes run; movers go MOVED of the way to the best group's plan
    when the current half begins.
    """
    rows = population.iloc[place].reset_index(drop=True)
    date = pd.Series(pd.to_datetime(date)).reset_index(drop=True)
    years = (date - CURRENT_START) / pd.Timedelta(days=365.25)
    now = pd.DataFrame(
        {
            "discount": rows["discount"] + rows["discount_slope"] * years,
            "future_part": rows["future_part"] + rows["future_slope"] * years,
            "web_part": rows["web_part"],
            "return_rate": rows["return_rate"],
            "breadth": rows["breadth"].astype(float),
        }
    )
    best = PLANS[BEST_GROUP]
    moved = np.where(rows["is_mover"] & (date >= CURRENT_START), MOVED, 0.0)
    for name in now:
        now[name] += moved * (getattr(best, name) - now[name])
    now["discount"] = now["discount"].clip(0, 0.55)
    now["future_part"] = now["future_part"].clip(0.02, 0.95)
    now["breadth"] = now["breadth"].round().astype(int)
    return now


def _categories(population, now, place, of, rng):
    """A category per line, by its place in CATEGORIES.

    A future one with the customer's probability; then one of those it buys, the first in its own list most.
    """
    roles = CATEGORIES["role"].to_numpy()
    future, rest = np.flatnonzero(roles == "future"), np.flatnonzero(roles != "future")
    own_future = rng.permuted(np.tile(future, (len(population), 1)), axis=1)
    own_rest = rng.permuted(np.tile(rest, (len(population), 1)), axis=1)
    breadth = now["breadth"].to_numpy()[of]
    wide_future = np.clip(np.rint(breadth * 0.3), 1, len(future))
    wide_rest = np.clip(breadth - wide_future, 1, len(rest))
    is_future = rng.random(len(of)) < now["future_part"].to_numpy()[of]
    wide = np.where(is_future, wide_future, wide_rest)
    pick = np.floor(wide * rng.random(len(of)) ** 1.3).astype(int)
    customer = place[of]
    return np.where(is_future, own_future[customer, np.minimum(pick, 2)], own_rest[customer, np.minimum(pick, 6)])


def _products(category, rng):
    names = np.array([PRODUCTS[name].split("|") for name in CATEGORIES["category"]])
    return names[category, rng.integers(0, names.shape[1], len(category))]


def _returns(table, return_rate, rng):
    """Lines that come back in part or whole within six weeks, at the price and cost at which they went out."""
    part = rng.uniform(0.1, 0.6, len(table))
    came = rng.random(len(table)) < return_rate / 0.35
    back, part = table[came].copy(), part[came]
    for name in ("revenue", "list_revenue", "cost_of_goods"):
        back[name] = -(back[name] * part).round(2)
    back["quantity"] = -np.maximum(1, np.rint(back["quantity"] * part)).astype(int)
    back["date"] += pd.to_timedelta(rng.integers(3, 43, len(back)), unit="D")
    return back[(back["date"] < AS_OF) & (back["revenue"] < 0)]


def _counter_sales(table, rng):
    """Sold over the counter to people without an account."""
    sold = table.iloc[np.sort(rng.choice(len(table), round(COUNTER_LINES * len(table)), replace=False))].copy()
    small = np.exp(rng.normal(-0.9, 0.3, len(sold)))
    for name in ("revenue", "list_revenue", "cost_of_goods"):
        sold[name] = (sold[name] * small).round(2).clip(lower=0.01)
    sold["order_id"] = [f"K{number}" for number in 50_000 + rng.integers(1, 4, len(sold)).cumsum()]
    sold["customer_id"], sold["channel"], sold["sales_rep"] = None, "counter", None
    return sold
