"""What flips sign: which rate, a fifth higher or lower, turns a profit into a loss, or back?

A ladder rests on rates that somebody set: discounts, the cost of goods, the price of a visit. Where a group's sign
changes within the range in which such a rate may be wrong, its profit is not yet a fact to act on.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.cost_to_serve import add_costs, cost_of_events
from helpers.method.group_parts import part_names, parts_of
from helpers.method.money import UNITS, ten_thousandths
from helpers.method.profit import MARGIN, PROFIT
from helpers.method.share import ALL

CHANGE = 0.20
TITLES = {"discount": "Discounts", "cost_of_goods": "Cost of goods", "cost_to_serve": "Cost to serve"}


def profit_flips(
    profits: pd.DataFrame,
    groups: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
    *,
    start: object,
    as_of: object,
    basis: str = PROFIT,
    change: float = CHANGE,
) -> pd.DataFrame:
    """Profit of each part if a rate were a fifth higher or lower, and whose sign that changes.

    Answers "how sure are we who earns and who loses?".

    Parameters
    ----------
    profits : DataFrame, one row per customer, from `customer_profit`
        Customers whose profit is known.
    groups : DataFrame, optional
        As in `profit_ladder`.
    events, costs : DataFrame, optional
        service_events and activity_costs: each activity is a rate of its own then.
    start, as_of : date
        Of the same window.
    basis : str
        customer_profit, or gross_margin where no profit is known; then cost to serve is no rate.
    change : float
        By which part a rate moves, up and down; above 0.

    Returns
    -------
    DataFrame, one row per part, rate and direction: the columns of the published profit_flips. "all" first; the rates
    in the order of the ladder, then the activities, the dearest for the portfolio first, equal ones by name
        rate              str    discount, cost_of_goods, cost_to_serve, or the activity
        kind              str    ladder or activity
        change            float  +change or -change
        cost              float  currency, what the rate took; its change is `change` times that
        profit            float  as it is
        changed_profit    float  with the changed rate, all else as it was
        flips             bool   the part earns and would lose, or the other way round; zero is no loss
        to_loss, to_profit
                          int    of the part's customers who ordered, those who would begin to lose or to earn money
        break_even        float  the change at which the profit of the part is zero; missing where the rate took nothing

    Raises
    ------
    StepInputError
        If the change is not above zero, the basis is none, or a customer stands in the groups twice.

    Notes
    -----
    Each rate moves alone and customers do as they did: what a higher price would make them do is another question.
    Customers of whom a discount is unknown keep their profit there.

    Examples
    --------
    >>> profits = pd.DataFrame({"customer_id": ["c1", "c2"], "ordered": True, "discount": 0.0,
    ...     "cost_of_goods": [60.0, 30.0], "gross_margin": [10.0, 20.0], "cost_to_serve": 0.0,
    ...     "customer_profit": [10.0, 20.0]})
    >>> found = profit_flips(profits, start="2026-01-01", as_of="2027-01-01")
    >>> found.loc[found["cost"] > 0, ["rate", "change", "changed_profit", "flips", "to_loss"]].values.tolist()
    [['cost_of_goods', -0.2, 48.0, False, 0], ['cost_of_goods', 0.2, 12.0, False, 1]]
    """
    if not change > 0:
        raise StepInputError(f"profit_flips: change is {change:g}, and should be a part above zero, such as 0.2.")
    if basis not in (PROFIT, MARGIN):
        raise StepInputError(f'profit_flips: basis is "{basis}". Expected {PROFIT} or {MARGIN}.')
    known = profits[profits[basis].notna()].reset_index(drop=True)
    parts = parts_of(known["customer_id"], groups)
    profit = ten_thousandths(known[basis])
    ladder = [rate for rate in TITLES if basis == PROFIT or rate != "cost_to_serve"]
    rates = {rate: ten_thousandths(known[rate].astype(float).fillna(0.0)) for rate in ladder}
    activities = _by_activity(known["customer_id"], events, costs, start, as_of) if basis == PROFIT else {}
    names = part_names(parts, groups)
    inside = {part: np.full(len(known), True) if part == ALL else (parts == part).to_numpy() for part in names}
    rows = []
    for rate, cost in (rates | activities).items():
        title = {
            "rate": rate,
            "rate_name": TITLES.get(rate, rate),
            "kind": "activity" if rate in activities else "ladder",
        }
        for step in (-change, change):
            changed = profit - np.rint(step * cost).astype(np.int64)
            # one who has not ordered is active by a contract alone, and its fees are not in the profit
            turns = known["ordered"].to_numpy(dtype=bool) & ((profit < 0) != (changed < 0))
            for part, name in names.items():
                of = inside[part]
                whole, new, took = int(profit[of].sum()), int(changed[of].sum()), int(cost[of].sum())
                rows.append(
                    {"group_id": part, "group_name": name, **title, "change": step, "cost": took / UNITS}
                    | {"profit": whole / UNITS, "changed_profit": new / UNITS, "flips": (whole < 0) != (new < 0)}
                    | {"to_loss": int((turns & of & (profit >= 0)).sum())}
                    | {"to_profit": int((turns & of & (profit < 0)).sum())}
                    | {"break_even": round(whole / took, 9) if took else np.nan}
                )
    table = pd.DataFrame(rows)
    order = {part: place for place, part in enumerate(names)}
    return table.sort_values("group_id", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)


def _by_activity(
    customer_id: pd.Series, events: pd.DataFrame | None, costs: pd.DataFrame | None, start: object, end: object
) -> dict[str, np.ndarray]:
    """Ten-thousandths that each activity cost for each of these customers, the dearest activity first."""
    costed = cost_of_events(events, costs, start=start, end=end).dropna(subset="cost")
    sums = add_costs(costed[costed["customer_id"].isin(customer_id)], ["activity", "customer_id"])
    tables = {}
    for activity, rows in sums.groupby("activity"):
        units = pd.Series(ten_thousandths(rows["cost_to_serve"]), index=rows["customer_id"].to_numpy())
        tables[str(activity)] = units.reindex(customer_id, fill_value=0).to_numpy()
    return dict(sorted(tables.items(), key=lambda entry: (-int(entry[1].sum()), entry[0])))
