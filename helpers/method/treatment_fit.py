"""Do our best customers get our best service? What we give, by customer, against what it brings and what it is worth.

Service is what we choose to give: visits, advice, deliveries, handling. What we had to do because something went wrong
is no treatment, and is left out where the client marks it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import ndtri

from helpers.method.cost_to_serve import add_costs
from helpers.method.group_members import BESIDE, group_order
from helpers.method.intervals import LEVEL
from helpers.method.lifetime_margin import AFTER_COST_TO_SERVE, GROSS_MARGIN, EarningRates, earning_rates
from helpers.method.money import whole_money
from helpers.method.share import ALL, ALL_NAME
from helpers.method.wilson import wilson

ORDER, CUSTOMER = "order", "customer"
MARGIN, WORTH = "gross_margin", "clv_before"
MEASURES = {MARGIN: "Gross margin", WORTH: "CLV before cost to serve"}
LEAST = 10  # customers below which no correlation is told
BEST = 80.0  # percentile rank from which a customer is among the best: the top fifth
UNCLEAR = 1e-3  # a margin rate nearer to zero tells no revenue
FITS, AGAINST, NONE = "follows worth", "against worth", "no link"
COLUMNS = [
    *("group_id", "group_name", "per", "measure", "measure_name", "customers", "correlation", "low", "high", "verdict"),
    *(
        "best",
        "below",
        "below_part",
        "below_low",
        "below_high",
        "at_risk",
        "usual_level",
        "best_level",
        "without_fault",
    ),
]


def gross_rates(
    customer_days: pd.DataFrame, customer_value: pd.DataFrame, *, window_start: object, as_of: object
) -> EarningRates | None:
    """What a euro of orders leaves before cost to serve, by customer; None where no cost of goods was delivered."""
    if customer_days["cost_of_goods"].isna().all():
        return None
    groups = customer_value.set_index("customer_id")["group_id"].astype("str")
    return earning_rates(customer_days, groups, basis=GROSS_MARGIN, window_start=window_start, as_of=as_of)


def treatment(
    customer_value: pd.DataFrame,
    customer_summary: pd.DataFrame,
    costed: pd.DataFrame | None,
    gross: EarningRates | None,
) -> pd.DataFrame:
    """What each customer who ordered in the window gets from us, brings us and is worth to us.

    Parameters
    ----------
    customer_value : DataFrame, one row per customer, of step 04
    customer_summary : DataFrame, one row per customer
        orders of the window.
    costed : DataFrame or None, one row per event of the window, from `cost_to_serve.cost_of_events`
    gross : EarningRates or None, from `gross_rates`

    Returns
    -------
    DataFrame, one row per active customer with an order in the window, sorted by customer_id
        given        float  cost of the window's events that answered no fault, currency: the service level given to the
                            customer; all events where the client marks no fault; missing where an event has no price
        per_order    float  given / orders of the window: the service level of an order
        gross_margin float  of the window
        clv_before   float  lifetime value before cost to serve; missing where no margin is known
        clv          float  after it
        without_fault bool  whether events that answer a fault are left out

    Notes
    -----
    What a customer costs in all grows with its orders by itself, so service an order is the level that we choose; both
    are told. CLV of step 04 counts margin after cost to serve: ranking customers by that would call those best who are
    served least. Before it: clv = V x margin rate + contracts, so V = (clv - contracts) / margin rate is what the
    customer will order, and V x gross margin rate + contracts what it is worth before service. Where the margin rate is
    within a thousandth of zero V is the expected revenue, which has returns taken off. A CLV that rests on the gross
    margin or on a decided rate is before cost to serve already.
    """
    value = customer_value[customer_value["status"] == "active"].set_index("customer_id").sort_index()
    orders = customer_summary.set_index("customer_id")["orders"].astype(float).reindex(value.index)
    table = pd.DataFrame(index=value.index)
    table["group_id"] = value["group_id"].astype("str")
    table["orders"] = orders
    table["given"], table["without_fault"] = _given(costed, value.index)
    table["per_order"] = table["given"] / orders.where(orders > 0)
    table[MARGIN] = value["gross_margin"].astype(float)
    table["clv"] = value["clv"].astype(float)
    table[WORTH] = _before(value, gross)
    return table[orders > 0].rename_axis("customer_id").reset_index()


def treatment_fit(treated: pd.DataFrame, names: Mapping[str, str], *, level: float = LEVEL) -> pd.DataFrame:
    """Whether service goes where margin and worth are, for all customers and in each group.

    Answers "do those whom we could least afford to lose get more from us than others?".

    Parameters
    ----------
    treated : DataFrame, one row per customer, from `treatment`
    names : mapping of group_id to name, of the groups that were formed
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame, one row per group, way to measure service and measure of value: the published treatment_fit
        per          str    order or customer: service an order, service a customer in the window
        correlation  number rank correlation (Spearman), -1 to 1; missing under ten customers or where all are alike
        low, high    number its interval
        verdict      str    fits (interval above zero), against (below), none (holds zero); empty where unknown
        best         int    of the group's customers, those in the top fifth of all by the measure
        below, _part, _low, _high  of these, who gets less than the middle one of all customers
        at_risk      money  CLV of those below (not below zero): what leaves with them
        usual_level, best_level    currency, the middle service of all customers, and of the group's best

    Notes
    -----
    The interval is that of Bonett and Wright: Fisher's z with variance (1 + r^2 / 2) / (n - 3). If service had nothing
    to do with value, half of the best would lie below the middle. The best and the middle are those of all customers in
    every row, so the counts of the groups add up to those of all. Equal customers are among the best together.

    References
    ----------
    Bonett and Wright, "Sample Size Requirements for Estimating Pearson, Kendall and Spearman Correlations",
    Psychometrika 65 (2000).

    Examples
    --------
    >>> treated = pd.DataFrame({"customer_id": [f"c{k:02d}" for k in range(10)], "group_id": "g1", "orders": 1.0,
    ...     "given": np.arange(10.0), "per_order": np.arange(10.0), "gross_margin": np.arange(10.0) ** 2,
    ...     "clv_before": 9.0 - np.arange(10), "clv": 5.0, "without_fault": True})
    >>> found = treatment_fit(treated, {"g1": "Yards"})
    >>> found.loc[found["group_id"] == "all", ["per", "measure", "correlation", "best", "below"]].values.tolist()[:2]
    [['order', 'gross_margin', 1.0, 2, 0], ['order', 'clv_before', -1.0, 2, 2]]
    """
    formed = [group for group in group_order(names) if group not in BESIDE]
    rows = []
    for group in [ALL, *formed]:
        for per, column in ((ORDER, "per_order"), (CUSTOMER, "given")):
            for measure in MEASURES:
                known = treated.dropna(subset=[column, measure])
                own = known if group == ALL else known[known["group_id"] == group]
                row = {"group_id": group, "group_name": ALL_NAME if group == ALL else names[group], "per": per}
                row |= {"measure": measure, "measure_name": MEASURES[measure], "customers": len(own)}
                row["without_fault"] = bool(treated["without_fault"].all())
                rows.append(row | _correlated(own[column], own[measure], level) | _best(known, own, column, measure))
    table = pd.DataFrame(rows, columns=COLUMNS)
    words = ("group_id", "group_name", "per", "measure", "measure_name", "verdict")
    numbers = ("correlation", "low", "high", "below_part", "below_low", "below_high")
    money = ("at_risk", "usual_level", "best_level")
    table = table.astype(dict.fromkeys(words, "str") | dict.fromkeys((*numbers, *money), "float64"))
    for name in money:
        table[name] = whole_money(table[name])
    return table.astype(dict.fromkeys(("customers", "best", "below"), "Int64"))


def rank_correlation(x: pd.Series, y: pd.Series, level: float = LEVEL) -> tuple[float, float, float]:
    """Spearman's rank correlation with its interval; ties share the mean of their places.

    Missing under ten pairs, or where all values on one side are equal. A perfect order has no interval but itself.

    >>> other = pd.Series([2, 1, 3, 4, 6, 5, 7, 8, 10, 9])
    >>> tuple(round(one, 3) for one in rank_correlation(pd.Series(range(10)), other))
    (0.964, 0.846, 0.992)
    """
    n = len(x)
    if n < LEAST or x.nunique() < 2 or y.nunique() < 2:
        return np.nan, np.nan, np.nan
    r = float(np.clip(np.corrcoef(x.rank(), y.rank())[0, 1], -1.0, 1.0))
    if abs(r) > 1 - 1e-12:
        return float(np.sign(r)), float(np.sign(r)), float(np.sign(r))
    reach = float(ndtri((1 + level) / 2)) * np.sqrt((1 + r**2 / 2) / (n - 3))
    middle = np.arctanh(r)
    return r, float(np.tanh(middle - reach)), float(np.tanh(middle + reach))


def _correlated(x: pd.Series, y: pd.Series, level: float) -> dict:
    """The correlation and what it says."""
    r, low, high = rank_correlation(x, y, level)
    verdict = "" if np.isnan(r) else FITS if low > 0 else AGAINST if high < 0 else NONE
    return {"correlation": round(r, 9), "low": round(low, 9), "high": round(high, 9), "verdict": verdict}


def _best(known: pd.DataFrame, own: pd.DataFrame, column: str, measure: str) -> dict:
    """Those of the top fifth who are in the group, and how many get less than the middle customer."""
    if len(known) < LEAST:
        return {"best": pd.NA, "below": pd.NA}
    place = 100 * (known[measure].rank() - 0.5) / len(known)
    usual = float(known[column].median())
    best = own[place.reindex(own.index) >= BEST]
    below = best[best[column] < usual]
    part = len(below) / len(best) if len(best) else np.nan
    low, high = wilson([part], [len(best)]) if len(best) else ([np.nan], [np.nan])
    return {
        "best": len(best),
        "below": len(below),
        "below_part": part,
        "below_low": float(low[0]),
        "below_high": float(high[0]),
        "at_risk": float(below["clv"].clip(lower=0).sum()) if below["clv"].notna().all() else np.nan,
        "usual_level": usual,
        "best_level": float(best[column].median()) if len(best) else np.nan,
    }


def _given(costed: pd.DataFrame | None, ids: pd.Index) -> tuple[pd.Series | float, bool]:
    """Cost of the events that answered no fault by customer, and whether faults are marked."""
    if costed is None or costed.empty:
        return np.nan, False
    sums = add_costs(costed, ["customer_id"]).set_index("customer_id")
    marked = bool(costed["is_reactive"].notna().any())
    given = sums["cost_to_serve"] - (sums["reactive_cost"] if marked else 0.0)
    # a customer with an event that has no price is not known; one without any event got nothing
    given = given.where(sums["events"] == sums["costed_events"]).round(4)
    none = pd.Series(0.0, ids)
    return none.where(~ids.isin(sums.index), given.reindex(ids)), marked


def _before(value: pd.DataFrame, gross: EarningRates | None) -> pd.Series:
    """Lifetime value before cost to serve."""
    clv, fees = value["clv"].astype(float), value["contract_clv"].astype(float).fillna(0.0)
    if gross is None:
        return clv.where(value["clv_basis"] != AFTER_COST_TO_SERVE)
    rate = value["margin_rate"].astype(float)
    ahead = ((clv - fees) / rate.where(rate.abs() > UNCLEAR)).fillna(value["expected_revenue"].astype(float))
    before = gross.customers.set_index("customer_id")["margin_rate"].reindex(value.index)
    return clv.where(value["clv_basis"] != AFTER_COST_TO_SERVE, (ahead * before + fees).where(clv.notna()))
