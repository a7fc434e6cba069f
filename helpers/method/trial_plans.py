"""Can a tactic be tried before it is done, and on how many customers? Two groups by lot, and 80 % power."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.special import ndtri

from helpers.errors import StepInputError
from helpers.method.delivered import columns_of

LEVEL, POWER = 0.05, 0.80  # two-sided
REACH = float(ndtri(1 - LEVEL / 2) + ndtri(POWER))
MONTHS = 12  # how long a trial is watched
MARGIN, COST = "margin", "cost_to_serve"
OUTCOMES = MappingProxyType({MARGIN: "gross margin", COST: "cost to serve"})
SEEN_IN_COST = ("cost_to_serve_rate", "cost_to_serve")  # measures of the register that are read in cost
COLUMNS = ["tactic", "title", "group_id", "group_name", "outcome", "customers", "effect", "spread", "correlation",
           "size", "smallest_effect", "possible", "control", "stop_rule", "trial_on", "why_not", "says"]  # fmt: skip
NO_SPREAD = "How much customers differ in it is not known."
NO_EFFECT = "Its effect is not known."
NO_ONE = "It is for no group of ours."


def customers_needed(effect: float, spread: float, correlation: float = 0.0) -> float:
    """Customers of both halves together, by lot, to find a mean difference with 80 % power, two-sided at 5 %.

    Parameters
    ----------
    effect : float, the difference of means
    spread : float, the standard deviation of the measure between customers, before it is known what they did earlier
    correlation : float, of the measure with the same a year before, which is taken account of

    Returns
    -------
    float, even and whole, at least 4; NaN where the effect is zero or anything is missing

    Notes
    -----
    n of one half = 2 (z + z')^2 sd^2 (1 - r^2) / effect^2, rounded up.

    References
    ----------
    Jacob Cohen, Statistical Power Analysis for the Behavioral Sciences (1988), chapter 2; G. F. Borm, J. Fransen and
    W. A. J. G. Lemmens, "A Simple Sample Size Formula for Analysis of Covariance in Randomized Clinical Trials",
    Journal of Clinical Epidemiology 60 (2007).

    Examples
    --------
    Cohen's middle effect, half a standard deviation, takes 63 in each half (64 by the t distribution):

    >>> customers_needed(0.5, 1.0), customers_needed(0.5, 1.0, 0.6)
    (126.0, 82.0)
    """
    if not (effect and np.isfinite(effect) and np.isfinite(spread) and np.isfinite(correlation)):
        return float("nan")
    half = 2 * (REACH * spread / effect) ** 2 * (1 - correlation**2)
    return 2.0 * max(2.0, float(np.ceil(half - 1e-9)))


def spreads(
    customer_days: pd.DataFrame,
    customer_groups: pd.DataFrame | None,
    customer_value: pd.DataFrame | None = None,
    *,
    as_of: object,
    years: float,
) -> pd.DataFrame | None:
    """How much customers of each group differ in a year's gross margin, and in a year's cost to serve.

    Parameters
    ----------
    customer_days : DataFrame, of all history
    customer_groups : DataFrame, one row per customer: customer_id, group_id; None where no groups were formed
    customer_value : DataFrame or None
        cost_to_serve of the window, missing where it is not known.
    as_of : date
    years : float, of the window

    Returns
    -------
    DataFrame, one row per group and outcome, margin and cost_to_serve; None without groups
        group_id, outcome, customers
        spread       float  standard deviation between customers, of margin over the last twelve months; missing where
                            fewer than three are known, or cost of goods is not known of every line
        correlation  float  of margin with that of the twelve months before; 0 where that is not known or nobody differs

    Raises
    ------
    StepInputError
        If a customer stands twice in the groups.
    """
    if customer_groups is None:
        return None
    if customer_groups["customer_id"].duplicated().any():
        raise StepInputError("customer_groups: a customer stands there twice. Expected one row a customer.")
    end = pd.Timestamp(as_of)
    edges = [end - pd.DateOffset(months=MONTHS * 2), end - pd.DateOffset(months=MONTHS), end]
    margins = [_margin(customer_days, edges[at], edges[at + 1]) for at in (0, 1)]
    whole = len(customer_days) > 0 and customer_days["date"].min() <= edges[0]
    costs = columns_of(customer_value, {"customer_id": "str", "cost_to_serve": float}).set_index("customer_id")
    rows = []
    for group, own in customer_groups.sort_values("customer_id").groupby("group_id"):
        ids, count = own["customer_id"], len(own)
        then, now = (None if margin is None else margin.reindex(ids).fillna(0.0) for margin in margins)
        spread = _spread(now)
        told = then is not None and whole and np.std(then) > 0 and spread > 0
        related = float(np.corrcoef(then, now)[0, 1]) if told else 0.0
        rows.append((str(group), MARGIN, count, spread, related))
        rows.append((str(group), COST, count, _spread(costs["cost_to_serve"].reindex(ids).dropna() / years), 0.0))
    return pd.DataFrame(rows, columns=["group_id", "outcome", "customers", "spread", "correlation"])


def _spread(values: pd.Series | None) -> float:
    """The standard deviation; missing where fewer than three are known."""
    return float(np.std(values, ddof=1)) if values is not None and len(values) > 2 else float("nan")


def _margin(customer_days: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.Series | None:
    """Gross margin by customer; None where the cost of goods of a line is not known."""
    own = customer_days[(customer_days["date"] >= start) & (customer_days["date"] < end)]
    if own["cost_of_goods"].isna().any():
        return None
    money = (own["revenue"] - own["cost_of_goods"]).round(4)
    return money.groupby(own["customer_id"]).sum()


def trial_plans(
    tactics: pd.DataFrame, spreads: pd.DataFrame | None, *, months: int, annual_discount: float
) -> pd.DataFrame:
    """For each tactic, on how many customers it would have to be tried, and whether its group has so many.

    Parameters
    ----------
    tactics : DataFrame, from `tactics.tactics`
    spreads : DataFrame or None
        Of the function of this name. A tactic whose measure is cost to serve is read in that, any other in margin.
    months, annual_discount : int, float
        The horizon and the discount by which the effects were meant, as in step 04.

    Returns
    -------
    DataFrame, one row per tactic: the columns of the published trial_plans
        effect           float  likely effect by customer and year, undiscounted
        size             float  customers of both halves; missing where it cannot be told
        smallest_effect  float  the smallest likely effect, as the register counts it, that all customers would show
        possible         bool   missing where it cannot be told

    Notes
    -----
    The effect is taken as the same in every month of the horizon and for every customer of the group.
    """
    rows = [] if spreads is None else spreads.to_dict("records")
    known = {(row["group_id"], row["outcome"]): row for row in rows}
    years = discounted_years(months, annual_discount)
    plans = []
    for row in tactics.to_dict("records"):
        outcome = COST if row["measure"] in SEEN_IN_COST else MARGIN
        plans.append(_trial(row, outcome, known.get((row["group_id"], outcome)), years))
    table = pd.DataFrame(plans, columns=COLUMNS)
    words = ["outcome", "tactic", "title", "group_id", "group_name", "control", "stop_rule", "why_not", "says"]
    numbers = ["effect", "spread", "correlation", "smallest_effect"]
    types = dict.fromkeys(words, "str") | dict.fromkeys(numbers, "float64")
    types |= {"customers": "Int64", "size": "Int64", "possible": "boolean"}
    return table.astype(types).assign(trial_on=pd.to_datetime(table["trial_on"]))


def discounted_years(months: int, annual_discount: float) -> float:
    """What one a year is worth today over so many months, each counted in its middle.

    >>> discounted_years(36, 0.0), round(discounted_years(36, 0.10), 4)
    (3.0, 2.6092)
    """
    if months < 1 or annual_discount <= -1:
        raise StepInputError(f"A horizon of {months} months at {annual_discount:g} a year. Expected a month or more.")
    return float(np.sum((1 + annual_discount) ** (-(np.arange(months) + 0.5) / 12)) / 12)


def _trial(row: dict, outcome: str, own: dict | None, years: float) -> dict:
    """The plan of one tactic."""
    plan = {name: row[name] for name in ("tactic", "title", "group_id", "group_name", "control", "stop_rule")}
    plan |= {
        "outcome": OUTCOMES[outcome],
        "trial_on": row["trial_on"],
        "customers": pd.NA,
        "size": pd.NA,
        "possible": pd.NA,
    }
    plan |= dict.fromkeys(("effect", "spread", "correlation", "smallest_effect"), float("nan"))
    if own is None:
        return plan | {"why_not": NO_ONE, "says": ""}
    plan |= {name: own[name] for name in ("customers", "spread", "correlation")}
    if not np.isfinite(own["spread"]):
        return plan | {"why_not": NO_SPREAD, "says": ""}
    people = own["customers"]
    least = 2 * REACH * own["spread"] * np.sqrt((1 - own["correlation"] ** 2) / people)
    plan["smallest_effect"] = least * people * years
    effect = row["effect_likely"] / years / people
    size = customers_needed(effect, own["spread"], own["correlation"])
    if not np.isfinite(size):
        return plan | {"why_not": NO_EFFECT, "says": ""}
    possible = size <= people
    says = f"can be tried on {size:,.0f} of its {people:,} customers"
    if not possible:
        says = f"cannot be tried: the group has {people:,} customers, {size:,.0f} are needed"
    return plan | {"effect": effect, "size": int(size), "possible": possible, "why_not": "", "says": says}
