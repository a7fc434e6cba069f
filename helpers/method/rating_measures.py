"""What a customer is rated on: thirteen measures in five families, and which of them this client's data can carry.

Each measure stays in its own unit here; `helpers.method.rating` ranks them and makes the letter. What is not known is
missing, never zero. A measure that nobody has, or that is the same for everybody, gives its weight to the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.method.advocacy import recommendation, referrals_made
from helpers.method.cost_to_serve import cost_to_serve
from helpers.method.history import order_days
from helpers.method.money import UNITS, whole_money
from helpers.method.order_rhythm import order_rhythm

FAMILIES = ("worth", "trend", "engagement", "friction", "advocacy")
MOST_OF_ONE_FAMILY = 0.50
DIGITS = 9  # of a ratio, so that the last bit of a division breaks no tie


@dataclass(frozen=True)
class Measure:
    """One column of customer_ratings that counts. `needs` says in words what makes it known."""

    name: str
    title: str
    family: str
    good_direction: str
    needs: str


LINES = "lines in the window"
GOODS = "cost_of_goods in transactions, on every line of a customer"
SERVICE = "the tables service_events and activity_costs"
MEASURES = (
    Measure("revenue", "Revenue", "worth", "higher", LINES),
    Measure("gross_margin_rate", "Gross margin rate", "worth", "higher", GOODS),
    Measure("profit_rate", "Profit rate", "worth", "higher", f"{GOODS}, and {SERVICE}"),
    Measure("revenue_growth", "Growth", "trend", "higher", "a first order before the current half of the window"),
    Measure("orders", "Orders", "engagement", "higher", LINES),
    Measure("active_months", "Active months", "engagement", "higher", LINES),
    Measure("breadth", "Breadth", "engagement", "higher", "category in transactions"),
    Measure("lateness", "Lateness", "engagement", "lower", "three order days of a customer in the window"),
    Measure("return_rate", "Return rate", "friction", "lower", "lines above zero in the window"),
    Measure("discount_rate", "Discount rate", "friction", "lower", "list_revenue in transactions, on every line"),
    Measure("cost_to_serve_rate", "Cost to serve rate", "friction", "lower", SERVICE),
    Measure("recommend", "Would recommend", "advocacy", "higher", "customer_id and recommend in the table survey"),
    Measure("buying_referrals", "Buying referrals", "advocacy", "higher", "the table referrals"),
)
COUNTS = ("orders", "active_months", "breadth", "buying_referrals")


def customer_measures(
    customer_summary: pd.DataFrame,
    customer_days: pd.DataFrame,
    *,
    window_start: object,
    current_start: object,
    as_of: object,
    window_months: int,
    service_events: pd.DataFrame | None = None,
    activity_costs: pd.DataFrame | None = None,
    survey: pd.DataFrame | None = None,
    referrals: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What each active customer is to us, measure by measure.

    Answers "by what would we know a good customer?".

    Parameters
    ----------
    customer_summary : DataFrame, one row per customer
        Only the active are measured.
    customer_days : DataFrame, one row per customer and day with a line, over all history
        An order day is one with a line above zero.
    window_start, current_start, as_of : date
        First day of the window and of its current half, and the day after its last.
    window_months : int
        Months count back from as_of; one too short for its day of the month gives its last day.
    service_events, activity_costs, survey, referrals : DataFrame, optional
        As delivered; None where they were not, and then what rests on them is missing.

    Returns
    -------
    DataFrame, one row per active customer, sorted by customer_id: the measures of the published customer_ratings
        revenue             float  in the window, currency
        gross_margin_rate   float  (revenue - cost of goods) / revenue, where every line has its cost
        profit_rate         float  the same after cost to serve, where both are known
        revenue_growth      float  (current half - prior half) / mean of the two without their signs, -2 to 2; missing
                                   without an order before the current half, or where both halves are zero
        orders              int    in the window
        active_months       int    months of the window with an order day
        breadth             int    named categories bought; missing where none has a name
        lateness            float  days from the last order day to as_of / median gap between order days, both within
                                   the window; needs three order days. Below 1 = not due yet
        return_rate         float  brought back / bought; above 1 where more came back than was bought in the window
        discount_rate       float  (list revenue - revenue) / list revenue, where every line has its list revenue
        cost_to_serve_rate  float  cost to serve / revenue; zero without an event, missing where one has no cost
        recommend           float  mean answer in the window; one without a date counts
        buying_referrals    int    customers who came through this one and bought

    Notes
    -----
    Rates need a denominator above zero. Who is active by a running contract alone has no line in the window, and all
    that comes from transactions is missing: the fees are not in them. Ratios are rounded to nine decimals.

    Examples
    --------
    >>> summary = pd.DataFrame({"customer_id": ["c1"], "status": ["active"], "lines": [2], "orders": [2],
    ...     "categories": [0], "revenue": [90.0], "revenue_prior": [60.0], "revenue_current": [30.0],
    ...     "list_revenue": [100.0]})
    >>> days = pd.DataFrame({"customer_id": "c1", "date": pd.to_datetime(["2026-02-01", "2026-08-01"]),
    ...     "positive_lines": [1, 1], "returned": 0.0, "cost_of_goods": [40.0, None]})
    >>> found = customer_measures(summary, days, window_start="2026-01-01", current_start="2026-07-01",
    ...     as_of="2027-01-01", window_months=12)
    >>> found[["revenue_growth", "active_months", "discount_rate", "gross_margin_rate"]].round(4).values.tolist()
    [[-0.6667, 2, 0.1, nan]]
    """
    active = customer_summary[customer_summary["status"] == "active"].set_index("customer_id").sort_index()
    start, end = pd.Timestamp(window_start), pd.Timestamp(as_of)
    days = customer_days[(customer_days["date"] >= start) & (customer_days["date"] < end)]
    served = _cost_to_serve(active.index, service_events, activity_costs, start, end)
    table = pd.DataFrame(index=active.index)
    table["revenue"] = whole_money(active["revenue"])
    table = table.join(_rates(active, days, served)).join(_habits(active, days, start, end, window_months))
    first = order_days(customer_days, as_of=end).groupby("customer_id")["date"].min()
    old = first.reindex(active.index) < pd.Timestamp(current_start)
    table["revenue_growth"] = _growth(active["revenue_prior"], active["revenue_current"]).where(old)
    table[active["lines"].astype(float) == 0] = float("nan")  # no line in the window: unknown, not zero
    table["recommend"] = _of(active.index, recommendation(survey, start=start, end=end), "recommend")
    brought = None if referrals is None else referrals_made(referrals, customer_days, end=end)
    table["buying_referrals"] = _of(active.index, brought, "buying_referrals", nobody=0.0)
    table = table[[measure.name for measure in MEASURES]]
    return table.astype(dict.fromkeys(COUNTS, "Int64")).reset_index()


def measure_table(measures: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """Which measures count for this client, what each weighs, and why the others do not.

    Parameters
    ----------
    measures : DataFrame, one row per active customer, from `customer_measures`
    weights : mapping of family to weight, from `helpers.method.rating.family_weights`
        A family that is not named weighs nothing.

    Returns
    -------
    DataFrame, one row per measure in a fixed order: the columns of the published rating_measures
        weight           float  part of the whole, zero where the measure is not used; sums to 1 where any is used
        customers_known  int    active customers for whom it is known
        why_not          str    why it is not used; empty where it is

    Notes
    -----
    A measure is not used where fewer than two customers have it, where it is the same for all who have it, or where
    its family weighs nothing. Its weight goes to the others of its family in equal parts; that of a family without any
    goes to the other families in proportion. Of two or more families none has more than one half: what is above goes
    to the others in proportion, and then they hold the other half between them. A family that is left alone has all.

    Examples
    --------
    >>> known = pd.DataFrame({"revenue": [9.0, 5.0], "orders": [3, 1], "active_months": [2, 2]})
    >>> table = measure_table(known.reindex(columns=[measure.name for measure in MEASURES]),
    ...     {"worth": 0.6, "engagement": 0.2, "advocacy": 0.2})
    >>> table.loc[table["used"], ["measure", "weight"]].values.tolist()
    [['revenue', 0.5], ['orders', 0.5]]
    >>> table.loc[table["measure"] == "active_months", "why_not"].item()
    'The same for every customer: it tells nobody apart.'
    """
    reasons = {measure.name: _why_not(measures[measure.name], measure, weights) for measure in MEASURES}
    beside = pd.Series([measure.family for measure in MEASURES if not reasons[measure.name]], dtype="str")
    parts, sharing = _parts(weights, set(beside)), beside.value_counts()
    rows = []
    for measure in MEASURES:
        used = not reasons[measure.name]
        rows.append(
            {
                "measure": measure.name,
                "measure_name": measure.title,
                "family": measure.family,
                "good_direction": measure.good_direction,
                "weight": parts[measure.family] / int(sharing[measure.family]) if used else 0.0,
                "customers_known": int(measures[measure.name].notna().sum()),
                "used": used,
                "why_not": reasons[measure.name],
            }
        )
    return pd.DataFrame(rows)


def _rates(active: pd.DataFrame, days: pd.DataFrame, served: pd.Series) -> pd.DataFrame:
    """What is a part of the customer's money."""
    revenue, listed = whole_money(active["revenue"]), whole_money(active["list_revenue"])
    goods = _sum_if_all_known(days, "cost_of_goods").reindex(active.index)
    returned = _sum_if_all_known(days, "returned").reindex(active.index)
    return pd.DataFrame(
        {
            "gross_margin_rate": _ratio(revenue - goods, revenue),
            "profit_rate": _ratio(revenue - goods - served, revenue),
            "return_rate": _ratio(returned, revenue + returned),
            "discount_rate": _ratio(listed - revenue, listed),
            "cost_to_serve_rate": _ratio(served, revenue),
        }
    )


def _habits(
    active: pd.DataFrame, days: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, window_months: int
) -> pd.DataFrame:
    """What is counted in orders, months, categories and days."""
    starts = pd.DatetimeIndex([end - pd.DateOffset(months=back) for back in range(window_months, 0, -1)])
    bought = order_days(days, as_of=end)
    customer, date = bought["customer_id"], bought["date"]
    rhythm = order_rhythm(days, start=start, end=end).set_index("customer_id")
    month = pd.Series(starts.searchsorted(date, side="right"), index=bought.index)
    categories = active["categories"].astype(float)
    return pd.DataFrame(
        {
            "orders": active["orders"].astype(float),
            "active_months": month.groupby(customer).nunique().reindex(active.index, fill_value=0).astype(float),
            "breadth": categories.where(categories > 0),
            "lateness": rhythm["lateness"].reindex(active.index),
        },
        index=active.index,
    )


def _cost_to_serve(
    customers: pd.Index,
    events: pd.DataFrame | None,
    costs: pd.DataFrame | None,
    start: pd.Timestamp,
    end: pd.Timestamp,
) -> pd.Series:
    """Cost to serve of the window: zero without an event, missing where an event has no cost."""
    if events is None or costs is None:
        return pd.Series(float("nan"), index=customers)
    table = cost_to_serve(events, costs, start=start, end=end)
    table["cost_to_serve"] = whole_money(table["cost_to_serve"]).where(table["costed_events"] == table["events"])
    return _of(customers, table, "cost_to_serve", nobody=0.0)


def _of(customers: pd.Index, table: pd.DataFrame | None, column: str, nobody: float = float("nan")) -> pd.Series:
    """The column for these customers: missing where the table was not delivered, `nobody` where it lacks a customer."""
    if table is None:
        return pd.Series(float("nan"), index=customers)
    return table.set_index("customer_id")[column].astype(float).reindex(customers, fill_value=nobody)


def _sum_if_all_known(days: pd.DataFrame, column: str) -> pd.Series:
    """Sum by customer; missing where any day lacks it."""
    grouped = days[column].astype(float).groupby(days["customer_id"])
    return whole_money(grouped.sum().where(grouped.count() == grouped.size()))


def _growth(prior: pd.Series, current: pd.Series) -> pd.Series:
    prior, current = whole_money(prior), whole_money(current)
    return _ratio(2 * (current - prior), prior.abs() + current.abs())


def _ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    """part / whole where the whole is above zero.

    Money is counted in ten-thousandths first: whole numbers divide alike in every currency unit, so a tie stays one.
    """
    part, whole = (part * UNITS).round(), (whole * UNITS).round()
    return (part / whole).where(whole > 0).round(DIGITS) + 0.0


def _why_not(values: pd.Series, measure: Measure, weights: Mapping[str, float]) -> str:
    """Why a measure does not count; empty where it does."""
    known = values.dropna().astype(float).round(DIGITS)
    if known.empty:
        return f"Known for no customer. It needs {measure.needs}."
    if len(known) == 1:
        return f"Known for one customer only, who cannot be compared. It needs {measure.needs}."
    if known.nunique() == 1:
        return "The same for every customer: it tells nobody apart."
    return "" if weights.get(measure.family, 0) > 0 else "The weights in force give its family nothing."


def _parts(weights: Mapping[str, float], there: set[str]) -> dict[str, float]:
    """The weights of the families that are there, summing to 1, none above one half unless it is alone."""
    left = {family: weights[family] for family in FAMILIES if family in there}
    if not left:
        return {}
    total = sum(left.values())
    parts = {family: weight / total for family, weight in left.items()}
    top = max(parts, key=parts.__getitem__)
    if len(parts) == 1 or parts[top] <= MOST_OF_ONE_FAMILY:
        return parts
    # Only one can be above one half. The others then share the other half, so none of them can come to more.
    others = sum(weight for family, weight in left.items() if family != top)
    spread = {family: (1 - MOST_OF_ONE_FAMILY) * weight / others for family, weight in left.items()}
    return spread | {top: MOST_OF_ONE_FAMILY}
