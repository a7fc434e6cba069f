"""Who holds a service contract, since when, until when, for how much? Retention is shifted beta geometric.

A contract runs in periods of six or twelve months. At the end of each it is ended with the holder's own probability,
drawn once from a Beta; otherwise it goes on: with most holders as one running row, with the others as a new row a few
days later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from harbour_maker.purchases import History
from harbour_maker.world import AS_OF, draws

ALPHA, BETA = 0.9, 4.5  # of the Beta of the probability to end at the end of a period
HALF_YEARLY = 0.35  # of contracts have periods of six months, the others of twelve
NEW_ROW = 0.40  # of holders get a new row at each renewal
LONGEST_GAP = 20  # days between such rows
QUIET_DAYS = 31  # before AS_OF no period ends, so that every ending is known to be one
PRICE_RISE = 0.025  # of the fee at a renewal that is a new row
FEES = {"yards": 110.0, "workshops": 55.0, "fleets": 140.0, "chandlers": 60.0, "owners": 40.0}  # middle EUR a month


@dataclass(frozen=True)
class Contracts:
    """All service contracts.

    table : rows of contracts; end_date is the last day, included, and blank while a running row runs
    ended : per holder (customer_id) the last day of a contract that was not renewed, NaT while it runs
    terms : one row per holder: customer_id, period_months, monthly_fee (last), renewals (so far), next_end (of the
            running period; blank if ended), leaving (true probability to end at the end of a period)
    """

    table: pd.DataFrame
    ended: pd.Series
    terms: pd.DataFrame


def contracts(population: pd.DataFrame, history: History, seed: int) -> Contracts:
    """The contracts of all customers whose relationship is one, from the first until AS_OF."""
    rng = draws(seed, "contracts")
    holders = population[population["relationship_type"] == "contract"].sort_values("customer_id")
    ordered = history.orders.groupby("customer_id")["date"].agg(["min", "max"])
    rows, terms = [], []
    for holder in holders.itertuples():
        first, last = ordered.loc[holder.customer_id]
        own, term = _contract(holder, first, last, rng)
        rows += own
        terms.append(term)
    table = pd.DataFrame(rows).sort_values(["start_date", "customer_id"], kind="stable", ignore_index=True)
    table["end_date"] = pd.to_datetime(table["end_date"])
    terms = pd.DataFrame(terms)
    ended = terms.set_index("customer_id")["ended"].astype("datetime64[ns]").rename("contract_ended")
    return Contracts(table=table, ended=ended, terms=terms.drop(columns="ended"))


def _contract(holder, first, last, rng):
    """The rows of one holder and what is true of it; it begins while the customer still orders."""
    period = 6 if rng.random() < HALF_YEARLY else 12
    new_rows = rng.random() < NEW_ROW
    leaving = rng.beta(ALPHA, BETA)
    fee = 5 * max(1, round(FEES[holder.group] * np.exp(rng.normal(0, 0.5)) / 5))
    latest = min((last - first).days, 400, (AS_OF - first).days - 2 * QUIET_DAYS)
    start = first + pd.Timedelta(days=int(rng.integers(0, max(latest, 0) + 1)))
    ends_after = int(rng.geometric(leaving))
    gaps = rng.integers(0, LONGEST_GAP + 1, 12) if new_rows else np.zeros(12, dtype=int)
    periods = _periods(start, period, gaps)
    quiet = AS_OF - pd.Timedelta(days=QUIET_DAYS)
    if any(quiet <= end < AS_OF for _, end in periods):
        periods = _periods(start + pd.Timedelta(days=QUIET_DAYS + 1), period, gaps)
    return _rows(holder.customer_id, periods[:ends_after], ends_after, new_rows, fee, period, leaving)


def _periods(start, period, gaps):
    """First and last day of the periods that begin before AS_OF, were they all renewed."""
    periods = []
    for gap in gaps:
        if start >= AS_OF:
            break
        end = start + pd.DateOffset(months=period) - pd.Timedelta(days=1)
        periods.append((start, end))
        start = end + pd.Timedelta(days=1 + int(gap))
    return periods


def _rows(customer_id, periods, ends_after, new_rows, fee, period, leaving):
    over = len(periods) == ends_after and periods[-1][1] < AS_OF
    common = {"customer_id": customer_id, "period_months": period}
    rises = range(len(periods) if new_rows else 1)
    fees = [round(fee * (1 + PRICE_RISE) ** number, 2) for number in rises]
    rows = [
        {
            "customer_id": customer_id,
            "start_date": start,
            "end_date": end,
            "monthly_fee": money,
            "period_months": period,
        }
        for (start, end), money in zip(periods, fees, strict=False)
    ]
    if not new_rows:
        rows[0]["end_date"] = periods[-1][1] if over else None
    term = common | {
        "monthly_fee": fees[-1],
        "renewals": len(periods) - 1,
        "next_end": pd.NaT if over else periods[-1][1],
        "leaving": leaving,
        "ended": periods[-1][1] if over else pd.NaT,
    }
    return rows, term
