"""From histories to lifetime values in one call: margins, contracts, models and totals, as step 04 takes them."""

from __future__ import annotations

import pandas as pd

from helpers.method.contract_value import contract_value
from helpers.method.lifetime_checks import LifetimeBasis
from helpers.method.lifetime_margin import NO_MARGIN, EarningRates, earning_rates, margin_basis
from helpers.method.lifetime_value import LifetimeValue, lifetime_value


def lifetime_of(
    basis: LifetimeBasis,
    customer_days: pd.DataFrame,
    group_of: pd.Series,
    names: dict[str, str],
    *,
    contracts: pd.DataFrame | None,
    events: pd.DataFrame | None,
    costs: pd.DataFrame | None,
    gross_margin_rate: float | None,
    window_start: object,
    as_of: object,
    months: int,
    annual_discount: float,
) -> tuple[LifetimeValue, EarningRates]:
    """Lifetime values of all customers, and what a unit of their revenue earns.

    Parameters
    ----------
    basis : LifetimeBasis
    customer_days : DataFrame
    group_of : Series of str by customer_id, from `value_tables.group_of_each`
    names : mapping of group_id to name
    contracts, events, costs : DataFrame or None, as delivered
    gross_margin_rate : float or None
        Decided; used only where no cost of goods was delivered.
    window_start, as_of : date
    months, annual_discount : the horizon and the yearly discount
    """
    ahead = contract_value(contracts, as_of=as_of, months=months, annual_discount=annual_discount)
    buyers = basis.history["customer_id"]
    kind = pd.Series(basis.sharing, index=buyers.to_numpy())
    people = sorted(set(buyers) | set(ahead.contracts["customer_id"]))
    # margins are drawn to those of the kind, and where there is one fit of all to those of the customer's group
    own = kind if basis.by_kind else group_of
    sharing = own.reindex(people).fillna("")
    window = {"window_start": window_start, "as_of": as_of}
    after = margin_basis(customer_days, events, costs, gross_margin_rate, **window)
    rates = earning_rates(
        customer_days,
        sharing,
        basis=after,
        events=events,
        costs=costs,
        gross_margin_rate=gross_margin_rate,
        **window,
    )
    net = earning_rates(customer_days, sharing, basis=NO_MARGIN, **window)
    found = lifetime_value(
        basis.history,
        basis.sharing,
        rates,
        net,
        ahead,
        group_of,
        names,
        months=months,
        annual_discount=annual_discount,
    )
    return found, rates
