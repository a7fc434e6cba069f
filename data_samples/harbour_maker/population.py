"""Who are Harbour's customers, and what is each really like?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from harbour_maker.names import account_numbers, company_names
from harbour_maker.order_times import order_times
from harbour_maker.world import AS_OF, BEST_GROUP, CURRENT_START, GROUPS, PLANS, START, WINDOW_START, date_at, draws

CONTINUUM_TIES = 0.3  # part of the groups' correlations that a world without groups keeps
CONTINUUM_RATE = 2.0  # fewest orders a year that its rates are modelled on
OPENED_EARLY = 0.52  # part of the accounts that moved over in the first months
EARLY_YEARS = 0.30
MOVERS_PER_CUSTOMER = 60 / 900
MOVERS_FROM = {
    "workshops": 2.0,
    "chandlers": 1.0,
}  # and how much more often one of the first moves than one of the second
MOVED = 0.95  # how far a mover goes toward the best group, when the current half begins
SLOPE_OF_A_STEP = 16 / 21  # least-squares slope a year, over eight quarters, of a step of 1 in their middle
NEVER_BUYERS = 0.02
INDUSTRIES = ("Boat building", "Engine repair", "Charter and ferry", "Retail", "Clubs")
INDUSTRY_MATCHES = 0.42  # and a fifth of the others by chance
REGIONS = ("North", "East", "South", "West", "Islands")
SIZES = ("1-4 staff", "5-9 staff", "10-49 staff", "50+ staff")
CHANNELS = ("field sales", "referral", "web", "trade fair")
# part of a group whose preferred supplier we are
FIRST_CHOICE = {"yards": 0.48, "workshops": 0.70, "fleets": 0.30, "chandlers": 0.78, "owners": 0.50}
COST_TO_WIN = {"field sales": 420.0, "referral": 90.0, "web": 60.0, "trade fair": 240.0}
OBSERVABLE = (
    "customer_id",
    "name",
    "start_date",
    "industry",
    "region",
    "customer_size",
    "channel",
    "relationship_type",
    "acquisition_cost",
)
# spread of each latent within a group: standard deviations on the scale named in _logit / log
SPREAD = {"discount": 0.20, "return_rate": 0.20, "web_part": 0.30, "future_part": 0.40, "breadth": 0.08}


def population(seed: int, customers: int, movers: bool = True, groups: bool = True) -> pd.DataFrame:
    """One row per customer that ever bought, in random order: what the client knows of it, and what is true of it.

    Observable: customer_id, name, start_date, industry, region, customer_size, channel, relationship_type,
    acquisition_cost.
    Latent: group, first_order (calendar years since START), rate (orders a year), dropout (after each repeat order),
    order_value (mean net EUR an order), value_shape, discount, discount_slope, return_rate, breadth (categories ever
    bought), web_part, future_part, future_slope (levels at the middle of the window, slopes a year), lines (an order),
    first_choice (whether we are its preferred supplier), share (of its spend, while active), potential (yearly EUR with
    everyone), is_mover. Without groups, group is the nearest of the five, a mere tier, and nobody moves.
    """
    rng = draws(seed, "population")
    table = _grouped(rng, customers) if groups else _continuum(rng, customers)
    table["first_order"] = _first_orders(rng, customers)
    table["is_mover"] = False
    if movers and groups:  # without groups there is none to move toward
        table["is_mover"] = _movers(table, seed)
        table = _bent_back(table)
    table = _shares(table, draws(seed, "shares"))
    return _observable(table, draws(seed, "attributes"))


def never_buyers(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Accounts of people who never bought: observable columns only, as many as NEVER_BUYERS of the customers."""
    rng = draws(seed, "never_buyers")
    count = max(1, round(NEVER_BUYERS * len(table)))
    rows = table.iloc[rng.choice(len(table), count, replace=False)].copy()
    taken = set(table["customer_id"])
    free = [number for number in account_numbers(rng, len(table) + count) if number not in taken]
    rows["customer_id"] = free[:count]
    rows["name"] = company_names(rng, count, set(table["name"]))
    rows["relationship_type"] = "transactional"
    rows["start_date"] = date_at(rng.uniform(0.0, 2.95, count))
    return rows[list(OBSERVABLE)].reset_index(drop=True)


def _grouped(rng, customers):
    bounds = np.rint(np.cumsum([plan.part for plan in GROUPS]) * customers).astype(int)
    group = rng.permutation(np.repeat([plan.key for plan in GROUPS], np.diff(bounds, prepend=0)))

    def planted(field):
        return np.array([getattr(PLANS[key], field) for key in group], dtype=float)

    def around_logit(field):
        middle = planted(field)
        return _expit(np.log(middle / (1 - middle)) + SPREAD[field] * rng.standard_normal(customers))

    shape = planted("rate_shape")
    weight, mean = planted("dropout_weight"), planted("dropout")
    value_q = planted("value_q")
    breadth = planted("breadth") * np.exp(SPREAD["breadth"] * rng.standard_normal(customers))
    return pd.DataFrame(
        {
            "group": group,
            "rate": rng.gamma(shape, planted("orders_a_year") / shape),
            "dropout": rng.beta(weight * mean, weight * (1 - mean)),
            "order_value": planted("order_value") * (value_q - 1) / rng.gamma(value_q),
            "value_shape": planted("value_shape"),
            "discount": around_logit("discount"),
            "discount_slope": planted("discount_slope"),
            "return_rate": around_logit("return_rate"),
            "breadth": np.clip(np.rint(breadth), 2, 10).astype(int),
            "web_part": around_logit("web_part"),
            "future_part": around_logit("future_part"),
            "future_slope": planted("future_slope"),
            "lines": planted("lines"),
        }
    )


def _continuum(rng, customers):
    """One cloud, on log and logit scales, with the means and spreads of all groups together and weaker ties."""
    model = _grouped(rng, 6000)
    model["rate"] = model["rate"].clip(lower=CONTINUUM_RATE)
    scales = dict.fromkeys(("rate", "order_value", "breadth", "lines", "value_shape"), (np.log, np.exp))
    scales |= dict.fromkeys(("dropout", "discount", "return_rate", "web_part", "future_part"), (_logit, _expit))
    columns = [name for name in model if name != "group"]
    drawn_from = model[columns].astype(float)
    for name, (there, _) in scales.items():
        drawn_from[name] = there(model[name].clip(lower=1e-4))
    centre, spread = drawn_from.mean(), np.cov(drawn_from.to_numpy().T)
    spread = CONTINUUM_TIES * spread + (1 - CONTINUUM_TIES) * np.diag(np.diag(spread)) + 1e-12 * np.eye(len(columns))
    cloud = pd.DataFrame(rng.multivariate_normal(centre, spread, size=customers), columns=columns)
    scale = drawn_from.std() + 1e-9
    centres = drawn_from.groupby(model["group"]).mean()
    far = [(((cloud - centres.loc[plan.key]) / scale) ** 2).sum(axis=1) for plan in GROUPS]
    table = cloud.copy()
    for name, (_, back) in scales.items():
        table[name] = back(cloud[name])
    for name in ("rate", "order_value"):
        table[name] *= model[name].mean() / table[name].mean()
    table["breadth"] = table["breadth"].round().clip(2, 10).astype(int)
    table["lines"] = table["lines"].clip(1.2, 8)
    table["group"] = np.array([plan.key for plan in GROUPS])[np.argmin(far, axis=0)]
    return table


def _first_orders(rng, customers):
    early = rng.random(customers) < OPENED_EARLY
    end = (AS_OF - START).days / 365.25
    return np.where(
        early, EARLY_YEARS * rng.beta(1, 1.6, customers), rng.uniform(EARLY_YEARS / 2, end - 0.003, customers)
    )


def _movers(table, seed):
    """Who changes toward the best group in the current half: drawn from those with two orders or more in each half."""
    orders, _ = order_times(*(table[name].to_numpy() for name in ("first_order", "rate", "dropout")), seed)
    day = date_at(orders["years"])
    prior = orders["place"][(day >= WINDOW_START) & (day < CURRENT_START)].value_counts()
    current = orders["place"][day >= CURRENT_START].value_counts()
    both = prior.index[prior >= 2].intersection(current.index[current >= 2])
    group = table["group"].to_numpy()
    eligible = np.array([place for place in sorted(both) if group[place] in MOVERS_FROM])
    weight = np.array([MOVERS_FROM[group[place]] for place in eligible])
    wanted = min(round(MOVERS_PER_CUSTOMER * len(table)), len(eligible))
    chosen = draws(seed, "movers").choice(eligible, wanted, replace=False, p=weight / weight.sum())
    return table.index.isin(chosen)


def _bent_back(table):
    """Those who stay behind drift a little the other way, so that a group with movers runs as planted as a whole."""
    best = PLANS[BEST_GROUP]
    in_window = (3 - table["first_order"]).clip(0, 2)  # years
    weight = table["rate"] * table["order_value"] * in_window
    for key in MOVERS_FROM:
        moves, stays = ((table["group"] == key) & (table["is_mover"] == how) for how in (True, False))
        ratio = weight[moves].sum() / weight[stays].sum()
        for level, slope in (("discount", "discount_slope"), ("future_part", "future_slope")):
            step = MOVED * (getattr(best, level) - getattr(PLANS[key], level))
            table.loc[stays, slope] -= SLOPE_OF_A_STEP * step * ratio
    return table


def _shares(table, rng):
    """The part of its spend that a customer gives us while active; with it follows what it spends with everyone."""
    first_choice = rng.random(len(table)) < table["group"].map(FIRST_CHOICE).to_numpy()
    table["first_choice"] = first_choice  # whether we are its preferred supplier
    table["share"] = np.where(first_choice, rng.beta(6.8, 4.6, len(table)), rng.beta(4.0, 12.0, len(table)))
    # a boat costs money every year, also those of a customer that buys from us once in ten
    table["potential"] = table["rate"].clip(lower=1.0) * table["order_value"] / table["share"]
    return table


def _observable(table, rng):
    count = len(table)
    own = np.array([PLANS[key].industry for key in table["group"]])
    table["industry"] = np.where(rng.random(count) < INDUSTRY_MATCHES, own, rng.choice(INDUSTRIES, count))
    table["region"] = rng.choice(REGIONS, count, p=[0.3, 0.2, 0.25, 0.15, 0.1])
    size = np.log(table["potential"]) + rng.normal(0, 1.1, count)
    table["customer_size"] = np.array(SIZES)[np.digitize(size, np.quantile(size, [0.4, 0.7, 0.92]))]
    sold = np.where(rng.random(count) < 0.7 * (1 - table["web_part"]), "field sales", "web")
    table["channel"] = np.where(rng.random(count) < 0.35, rng.choice(CHANNELS, count), sold)
    cost = table["channel"].map(COST_TO_WIN) * np.exp(rng.normal(0, 0.3, count))
    table["acquisition_cost"] = cost.round(0)
    held = rng.random(count) < np.array([PLANS[key].contract_part for key in table["group"]])
    preferred = rng.random(count) < np.where(table["rate"] * table["order_value"] > 3000, 0.3, 0.03)
    table["relationship_type"] = np.select([held, preferred], ["contract", "preferred"], "transactional")
    opened = table["first_order"] - rng.uniform(0, 14, count) / 365.25
    table["start_date"] = date_at(np.maximum(opened, 0))
    table["customer_id"] = account_numbers(rng, count)
    table["name"] = company_names(rng, count, set())
    latent = [name for name in table if name not in OBSERVABLE]
    return table[[*OBSERVABLE, *latent]]


def _logit(part):
    return np.log(part / (1 - part))


def _expit(value):
    return 1 / (1 + np.exp(-value))
