"""The window's profit as one thing: the ladder, the whale curve, what flips sign, the trend and the tiers."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from helpers.method.margin_trend import margin_slopes, margin_trend
from helpers.method.profit import PROFIT, customer_profit, profit_basis
from helpers.method.profit_findings import ProfitTables
from helpers.method.profit_flips import profit_flips
from helpers.method.profit_ladder import profit_ladder, untraced_costs
from helpers.method.value_tiers import proposed_cuts, tier_portions, value_tiers
from helpers.method.whale import whale_facts

FLIPS = ("group_id", "group_name", "rate", "rate_name", "kind", "change", "cost", "profit", "changed_profit")
FLIPS += ("flips", "to_loss", "to_profit", "break_even")
TIERS = ("group_id", "group_name", "tier", "cut", "customers", "part_of_customers", "revenue", "customer_profit")


def window_profits(
    customer_summary: pd.DataFrame,
    customer_days: pd.DataFrame,
    events: pd.DataFrame | None,
    costs: pd.DataFrame | None,
    *,
    window_start: object,
    as_of: object,
    window_months: int,
) -> tuple[pd.DataFrame, dict[str, float] | None]:
    """Profit of each customer in the window, and the cuts between tiers that a first version would propose.

    Parameters
    ----------
    customer_summary, customer_days, events, costs : DataFrame
        As in `customer_profit`.
    window_start, as_of : date
    window_months : int

    Returns
    -------
    profits : DataFrame, from `customer_profit`
        Where only the gross margin is known, `yearly_profit` is a year's part of that.
    cuts : dict with high and middle, or None where no cut can be proposed
    """
    period = {"start": window_start, "as_of": as_of, "window_months": window_months}
    profits = customer_profit(customer_summary, customer_days, events, costs, **period)
    basis = profit_basis(profits)
    if basis is not None and basis != PROFIT:
        profits["yearly_profit"] = (profits[basis] * 12 / window_months).round(4) + 0.0
    own = profits[profits["ordered"] & profits["customer_id"].notna()]
    return profits, proposed_cuts(own["yearly_profit"]) if basis else None


def tiers_of(profits: pd.DataFrame, cuts: Mapping[str, float] | None) -> pd.Series:
    """The tier of each row; missing throughout without cuts."""
    if cuts is None:
        return pd.Series(index=profits.index, dtype="str")
    return value_tiers(profits["yearly_profit"], cuts)


def profit_window(
    profits: pd.DataFrame,
    customer_days: pd.DataFrame,
    groups: pd.DataFrame | None,
    events: pd.DataFrame | None,
    costs: pd.DataFrame | None,
    *,
    cuts: Mapping[str, float] | None,
    window_start: object,
    as_of: object,
    window_months: int,
    before: pd.DataFrame | None = None,
) -> ProfitTables:
    """All tables of the window's profit.

    Parameters
    ----------
    profits : DataFrame, from `window_profits`
    customer_days, events, costs : DataFrame
    groups : DataFrame, one row per active customer, or None
    cuts : mapping with high and middle, the cuts in force, or None
    window_start, as_of : date
    window_months : int
    before : DataFrame, optional
        The groups as they would have been drawn a year ago, from `year_before.groups_a_year_before`.

    Notes
    -----
    What the data do not reach is a table without rows. Flips and tiers are of customers, so lines without one are not
    in them; the ladder has them on a row of their own.
    """
    basis = profit_basis(profits)
    own = profits[profits["customer_id"].notna()].reset_index(drop=True)
    left = untraced_costs(events, costs, as_of=as_of, window_months=window_months)
    untraced = float(left["window_cost"].sum()) if len(left) and events is not None and costs is not None else None
    period = {"window_start": window_start, "as_of": as_of}
    trend = margin_trend(customer_days, events, costs, groups, **period)
    then = None if before is None else margin_trend(customer_days, events, costs, before, **period)
    flips, tiers, whale = pd.DataFrame(columns=list(FLIPS)), pd.DataFrame(columns=list(TIERS)), None
    if basis is not None:
        flips = profit_flips(own, groups, events, costs, start=window_start, as_of=as_of, basis=basis)
        whale = whale_facts(own.loc[own["ordered"], basis])  # as `earned`, of which the curve is drawn
    if basis is not None and cuts is not None:
        tiers = tier_portions(own.assign(customer_profit=own[basis]), tiers_of(own, cuts), groups)
        tiers["cut"] = tiers["tier"].map({**cuts, "low": 0.0}).astype(float)
    return ProfitTables(
        profits=profits,
        profit_ladder=profit_ladder(profits, groups, untraced=untraced),
        profit_flips=flips,
        margin_trend=trend,
        margin_slopes=margin_slopes(trend, then),
        value_tiers=tiers[list(TIERS)],
        whale=whale,
        basis=basis,
        cuts=dict(cuts) if cuts else None,
    )
