"""Going viral: how many new customers does a customer of each group bring us in a year?"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import betainc, gammaincinv

from helpers.method.advocacy import BOUGHT, referral_states
from helpers.method.group_members import BESIDE, group_order
from helpers.method.history import order_days
from helpers.method.intervals import LEVEL
from helpers.method.share import ALL, ALL_NAME

DAYS_A_YEAR = 365.25
DIGITS = 9
COLUMNS = ["group_id", "group_name", "customers", "referrers", "buying_referrals", "customer_years"]
PER_HUNDRED = {"per_hundred": "per_year", "per_hundred_low": "per_year_low", "per_hundred_high": "per_year_high"}
NUMBERS = ["per_year", "per_year_low", "per_year_high", *PER_HUNDRED]
NUMBERS += ["surely_more", "came_known", "came_passing", "part_passing"]


def going_viral(
    referrals: pd.DataFrame | None,
    customer_days: pd.DataFrame,
    customer_groups: pd.DataFrame,
    passing: Collection[str] = (),
    *,
    window_start: object,
    as_of: object,
) -> pd.DataFrame:
    """Referrals that ended in a purchase per customer and year, by group, and whether they bring the right kind.

    Answers "whose word brings us customers, and of which kind?".

    Parameters
    ----------
    referrals : DataFrame, one row per referral, or None
    customer_days : DataFrame, one row per customer and day with a line, over all history
    customer_groups : DataFrame, one row per active customer
        customer_id, group_id and group_name.
    passing : collection of str
        Ids of the groups that pass the five tests.
    window_start, as_of : date

    Returns
    -------
    DataFrame, one row per group, "all" first; no row where no referral was delivered
        customers         int    in the group
        referrers         int    of these, who sent somebody who bought
        buying_referrals  int    referrals of the window that count and ended in a purchase, as in `advocacy`
        customer_years    float  from the first order, or the begin of the window, to as_of, over the group; who never
                                 ordered counts from the begin
        per_year          float  buying_referrals / customer_years, with its 90 % interval
        came_known        int    of those who came, how many are in a group today
        came_passing      int    of these, in a passing one
        surely_more       bool   more than the other customers by more than chance; missing for all customers
        part_passing      float  came_passing / came_known; missing where none is known or no group passes

    Notes
    -----
    Customers who are in no group today are not here, nor is what they sent. Two customers who named the same one on its
    first day both count. Those sent shortly before as_of had little time to buy, in all groups alike. The interval is
    the exact one of a Poisson count, widened where a few customers send more than chance would have it. `surely_more`
    asks whether a group sent more than its part of the customer-years lets expect, given what all sent together; the
    test allows for the choice among so many groups.

    References
    ----------
    Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936). McCullagh and Nelder, *Generalized
    Linear Models* (2nd edition, 1989), 6.2.3, for the dispersion.

    Examples
    --------
    >>> sent = pd.DataFrame({"customer_id": ["a"], "referred_customer_id": ["b"],
    ...     "date": pd.to_datetime(["2025-06-01"])})
    >>> days = pd.DataFrame({"customer_id": ["a", "b"], "date": pd.to_datetime(["2024-02-01", "2025-07-01"]),
    ...     "positive_lines": 1, "revenue": 5.0})
    >>> groups = pd.DataFrame({"customer_id": ["a", "b"], "group_id": ["g1", "g2"], "group_name": ["A", "B"]})
    >>> table = going_viral(sent, days, groups, ["g2"], window_start="2025-01-01", as_of="2026-01-01")
    >>> table[["group_id", "buying_referrals", "customer_years", "per_year", "came_passing"]].round(2).values.tolist()
    [['all', 1, 1.5, 0.67, 1], ['g1', 1, 1.0, 1.0, 1], ['g2', 0, 0.5, 0.0, 0]]
    """
    if referrals is None or referrals.empty:
        return pd.DataFrame(columns=[*COLUMNS, *NUMBERS])
    start, end = pd.Timestamp(window_start), pd.Timestamp(as_of)
    people = customer_groups[["customer_id", "group_id", "group_name"]].astype("str").set_index("customer_id")
    states = referral_states(referrals, customer_days, end=end)
    sent = states[(states["state"] == BOUGHT) & (states["date"] >= start) & states["customer_id"].isin(people.index)]
    first = order_days(customer_days, as_of=end).groupby("customer_id")["date"].min().reindex(people.index)
    days = (end - first.fillna(start).clip(lower=start)).dt.days
    kind = sent["referred_customer_id"].map(people["group_id"])
    right = kind.isin(set(map(str, passing)))
    each = pd.DataFrame({"sent": 1, "known": kind.notna().astype(int), "right": right.astype(int)}, index=sent.index)
    counts = each.groupby(sent["customer_id"]).sum().reindex(people.index, fill_value=0).assign(days=days)
    names = dict(people.itertuples(index=False))
    rows = [{"group_id": ALL, "group_name": ALL_NAME, **_row(counts, bool(passing))}]
    for group_id in group_order(names):
        inside = people["group_id"] == group_id
        more = _surely_more(counts[inside], counts[~inside], len(set(names) - set(BESIDE)) or 1)
        rows.append({"group_id": group_id, "group_name": names[group_id], "surely_more": more})
        rows[-1] |= _row(counts[inside], bool(passing))
    table = pd.DataFrame(rows, columns=[*COLUMNS, *NUMBERS]).astype({"surely_more": "boolean"})
    return table.assign(**{name: (100 * table[one]).round(DIGITS) for name, one in PER_HUNDRED.items()})


def rate_interval(count: float, exposure: float, dispersion: float = 1.0, level: float = LEVEL) -> tuple[float, float]:
    """The interval around count / exposure, from the law of rare events; wider by `dispersion`.

    References
    ----------
    Garwood, Biometrika 28 (1936).

    Examples
    --------
    >>> tuple(round(end, 2) for end in rate_interval(10, 1.0))
    (5.43, 16.96)
    >>> tuple(round(end, 2) for end in rate_interval(0, 1.0))
    (0.0, 3.0)
    """
    seen, tail = count / dispersion, (1 - level) / 2
    low = gammaincinv(seen, tail) if seen > 0 else 0.0
    high = gammaincinv(seen + 1, 1 - tail)
    return float(low * dispersion / exposure), float(high * dispersion / exposure)


def dispersion(counts: ArrayLike, exposure: ArrayLike) -> float:
    """How unequally counts fall on customers, chance being 1; never less.

    >>> dispersion([4, 0, 0, 0], [1.0, 1.0, 1.0, 1.0]), dispersion([1, 1, 1, 1], [1.0, 1.0, 1.0, 1.0])
    (4.0, 1.0)
    """
    counts, exposure = np.asarray(counts, dtype=float), np.asarray(exposure, dtype=float)
    if len(counts) < 2 or not counts.sum() > 0:
        return 1.0
    expected = counts.sum() * exposure / exposure.sum()
    # sorted, so that the order of customers decides no last bit
    return max(1.0, round(float(np.sort((counts - expected) ** 2 / expected).sum() / (len(counts) - 1)), DIGITS))


def _row(people: pd.DataFrame, passes: bool) -> dict[str, float]:
    """The numbers of one group; `people` has days, sent, known and right of each of its customers."""
    sums = people.sum()
    years = float(sums["days"]) / DAYS_A_YEAR
    low = high = rate = np.nan
    if years > 0:
        rate = sums["sent"] / years
        low, high = rate_interval(sums["sent"], years, dispersion(people["sent"], people["days"]))
    return {
        "customers": len(people),
        "referrers": int((people["sent"] > 0).sum()),
        "buying_referrals": int(sums["sent"]),
        "customer_years": round(years, DIGITS),
        "per_year": round(rate, DIGITS),
        "per_year_low": round(low, DIGITS),
        "per_year_high": round(high, DIGITS),
        "came_known": int(sums["known"]),
        "came_passing": int(sums["right"]),
        "part_passing": sums["right"] / sums["known"] if passes and sums["known"] else np.nan,
    }


def _surely_more(people: pd.DataFrame, others: pd.DataFrame, groups: int) -> bool:
    """Whether these send more than the others: of all that was sent, is their part more than that of their years?"""
    days, sent = people["days"].sum(), people["sent"].sum()
    all_days, all_sent = days + others["days"].sum(), sent + others["sent"].sum()
    if others.empty or not sent:
        return False
    unequal = max(dispersion(side["sent"], side["days"]) for side in (people, others))
    # the chance of so many or more, as a binomial law says; it also stands for counts that are no whole numbers
    chance = betainc(sent / unequal, (all_sent - sent) / unequal + 1, days / all_days)
    return bool(chance <= (1 - LEVEL) / 2 / groups)
