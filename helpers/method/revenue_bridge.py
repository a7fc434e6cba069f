"""The revenue bridge: how did the revenue of the prior half become that of the current half?

Every customer with a line in the window stands in exactly one part, by the days on which it ordered; what the parts
changed adds up from one half to the other, to the last unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.history import block_starts, days_of_customers
from helpers.method.money import HALF_A_CENT, UNITS, ten_thousandths

NO_CUSTOMER = "no_customer"
PARTS = {
    "new": "New",
    "reactivated": "Came back",
    "expanded": "Bought more",
    "contracted": "Bought less",
    "lost": "Stopped buying",
    "unchanged": "Bought the same",
    "credits_only": "Credits or free items only",
    NO_CUSTOMER: "Without a customer",
}
NEW_OR_BACK = "New or came back"
BUYERS_BOTH = ["expanded", "contracted", "unchanged"]
BUYERS_PRIOR = [*BUYERS_BOTH, "lost"]
HALVES = (
    ("prior", "Prior half", BUYERS_PRIOR),
    ("current", "Current half", [*BUYERS_BOTH, "new", "reactivated"]),
)


@dataclass(frozen=True)
class BridgeFacts:
    """What the bridge says of those who bought in the prior half, and how far back it could look.

    `kept` is the part of them who bought in the current half too. `net_retention` is what they bring now / their
    prior revenue (above 1 where they grew). Both are missing where there is nothing to divide by. `earlier_months` are
    whole months of history before the window: with 0, `new` holds those who came back, too; with few, some of those who
    last bought before them.
    """

    bought_prior: int
    bought_both: int
    prior_revenue: float
    kept: float
    net_retention: float
    earlier_months: int


def revenue_bridge(
    customer_days: pd.DataFrame, *, window_start: object, current_start: object, as_of: object
) -> pd.DataFrame:
    """From the prior half's revenue to the current half's, by what customers did.

    Answers "did we grow by winning, by keeping or by selling more, and what did we lose meanwhile?".

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day, over all history
        A row without a customer_id is revenue, but nobody's.
    window_start, current_start, as_of : date
        The prior half begins with the first and ends before the second; the current half ends before the third.

    Returns
    -------
    DataFrame, one row per part in the order of the bridge: the columns of the published revenue_bridge
        part             str    new           first order of all history in the current half
                                reactivated   ordered in the current half and before the window, not in the prior half
                                expanded, contracted, unchanged
                                              ordered in both halves; unchanged = less than half a cent between them
                                lost          ordered in the prior half only
                                credits_only  no order in either half, but lines: returns, credits, free items
                                no_customer   lines without a customer
        customers        int    of the part; for the two halves those who ordered in them; missing for no_customer
        amount           float  current - prior revenue of the part; for the two halves their revenue, all of it
        prior_revenue, current_revenue
                         float  of the part; of the two halves only their own
        Parts without a customer and without money are left out. prior + all changes = current exactly: the sums are
        made in whole ten-thousandths.

    Raises
    ------
    StepInputError
        If the three days are not in order.

    Notes
    -----
    An order is a line above zero. Returns count where they fall, so an amount may be negative even in `new`.
    Where less than a month of history lies before the window, a customer who came back looks new; the name of the part
    then says so.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["c1", "c1", "c2", "c3"], "positive_lines": 1,
    ...     "date": pd.to_datetime(["2026-02-01", "2026-08-01", "2026-03-01", "2026-09-01"]),
    ...     "revenue": [10.0, 14.0, 5.0, 2.5]})
    >>> halves = {"window_start": "2026-01-01", "current_start": "2026-07-01", "as_of": "2027-01-01"}
    >>> revenue_bridge(days, **halves)[["part", "amount"]].values.tolist()
    [['prior', 15.0], ['new', 2.5], ['expanded', 4.0], ['lost', -5.0], ['current', 16.5]]
    """
    start, middle, end = (pd.Timestamp(day) for day in (window_start, current_start, as_of))
    if not start < middle < end:
        raise StepInputError(
            f"revenue_bridge: window_start {start:%Y-%m-%d}, current_start {middle:%Y-%m-%d} and as_of {end:%Y-%m-%d} "
            "must follow one another."
        )
    parts = _sums_by_part(customer_days, start, middle, end)
    names = PARTS | ({} if history_before(customer_days, window_start=start) else {"new": NEW_OR_BACK})
    changes = pd.DataFrame(
        {
            "part": parts.index.astype("str"),
            "part_name": parts.index.map(names).astype("str"),
            "is_total": False,
            "customers": parts["customers"].astype("Int64").mask(parts.index == NO_CUSTOMER).array,
            "amount": (parts["current"] - parts["prior"]).array / UNITS,
            "prior_revenue": parts["prior"].array / UNITS,
            "current_revenue": parts["current"].array / UNITS,
        }
    )[(parts != 0).any(axis=1).array]
    bought, money = parts["customers"], parts[["prior", "current"]].sum() / UNITS
    halves = [
        {
            "part": half,
            "part_name": name,
            "is_total": True,
            "customers": bought[buyers].sum(),
            "amount": money[half],
            f"{half}_revenue": money[half],
        }
        for half, name, buyers in HALVES
    ]
    ends = pd.DataFrame(halves, columns=list(changes)).astype(changes.dtypes)
    return pd.concat([ends.iloc[:1], changes, ends.iloc[1:]], ignore_index=True)


def bridge_facts(revenue_bridge: pd.DataFrame, *, earlier_months: int) -> BridgeFacts:
    """What a sentence needs beside the bars: how many of the prior half's customers stayed, with how much revenue.

    Parameters
    ----------
    revenue_bridge : DataFrame, from `revenue_bridge`
    earlier_months : int
        From `history_before`.

    Notes
    -----
    The revenue of the prior half is here that of the customers who ordered in it: credits without an order and revenue
    without a customer can be neither kept nor lost.

    Examples
    --------
    >>> bridge = pd.DataFrame({"part": ["expanded", "lost"], "customers": [3, 1], "amount": [10.0, -20.0],
    ...     "prior_revenue": [80.0, 20.0]})
    >>> facts = bridge_facts(bridge, earlier_months=12)
    >>> facts.kept, facts.net_retention
    (0.75, 0.9)
    """
    rows = revenue_bridge.set_index("part").reindex(BUYERS_PRIOR)
    rows = rows[["customers", "amount", "prior_revenue"]].astype(float).fillna(0.0)
    amount, prior = rows["amount"], round(float(rows["prior_revenue"].sum()), 4)
    bought, both = int(rows["customers"].sum()), int(rows.loc[BUYERS_BOTH, "customers"].sum())
    return BridgeFacts(
        bought_prior=bought,
        bought_both=both,
        prior_revenue=prior,
        kept=both / bought if bought else np.nan,
        net_retention=_kept_of(prior, amount.sum()),
        earlier_months=earlier_months,
    )


def history_before(customer_days: pd.DataFrame, *, window_start: object) -> int:
    """Whole months of history before the window: 0 = who came back cannot be told from who is new.

    A customer is new if no order of it is in the data, so the longer they reach back, the surer that is.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day, over all history
        Lines without a customer count too: they show that the history was there.
    window_start : date

    Examples
    --------
    >>> days = pd.DataFrame({"date": pd.to_datetime(["2025-09-03", "2026-02-01"])})
    >>> history_before(days, window_start="2026-01-01"), history_before(days, window_start="2025-09-01")
    (4, 0)
    """
    first = customer_days["date"].min()
    return 0 if pd.isna(first) else len(block_starts(first, window_start, months=1))


def _sums_by_part(
    customer_days: pd.DataFrame, start: pd.Timestamp, middle: pd.Timestamp, end: pd.Timestamp
) -> pd.DataFrame:
    """Customers and ten-thousandths of revenue in each half, one row per part, all parts in order."""
    customers = _halves_by_customer(days_of_customers(customer_days, as_of=end), start, middle)
    sums = customers.assign(customers=1).groupby(_part_of(customers))[["customers", "prior", "current"]].sum()
    sums = sums.reindex(list(PARTS), fill_value=0)
    sums.loc[NO_CUSTOMER] = (0, *_nobodys(customer_days, start, middle, end))
    return sums


def _halves_by_customer(days: pd.DataFrame, start: pd.Timestamp, middle: pd.Timestamp) -> pd.DataFrame:
    """One row per customer with a line in the window: when it ordered, and its revenue in each half."""
    before, late = days["date"] < start, days["date"] >= middle
    early = ~before & ~late
    marks = {
        "in_window": ~before,
        "bought_before": days["ordered"] & before,
        "bought_prior": days["ordered"] & early,
        "bought_current": days["ordered"] & late,
    }
    money = {"prior": days["money"] * early, "current": days["money"] * late}
    how = dict.fromkeys(marks, "max") | dict.fromkeys(money, "sum")
    table = pd.DataFrame(marks | money).groupby(days["customer_id"], sort=False).agg(how)
    return table[table["in_window"]]


def _part_of(customers: pd.DataFrame) -> np.ndarray:
    prior, current = customers["bought_prior"], customers["bought_current"]
    change = customers["current"] - customers["prior"]
    rules = {
        "credits_only": ~prior & ~current,
        "lost": ~current,
        "reactivated": ~prior & customers["bought_before"],
        "new": ~prior,
        "unchanged": change.abs() < HALF_A_CENT * UNITS,
        "expanded": change > 0,
    }
    # The first rule that applies names the part, so each may rest on those before it.
    return np.select(list(rules.values()), list(rules), "contracted")


def _nobodys(
    customer_days: pd.DataFrame, start: pd.Timestamp, middle: pd.Timestamp, end: pd.Timestamp
) -> tuple[int, int]:
    """Revenue without a customer in each half, in ten-thousandths."""
    rows = customer_days[customer_days["customer_id"].astype("str").fillna("") == ""]
    halves = [(start, middle), (middle, end)]
    prior, current = (
        int(ten_thousandths(rows.loc[(rows["date"] >= first) & (rows["date"] < last), "revenue"]).sum())
        for first, last in halves
    )
    return prior, current


def _kept_of(prior: float, change: float) -> float:
    return round(1 + float(change) / prior, 9) if prior > 0 else np.nan
