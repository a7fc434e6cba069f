"""What groups of customers spend in all, where some wallets are known and the others estimated; and our share of it.

The measured share of `helpers.method.share` speaks of customers with a known wallet only. This one speaks of all
buyers, and says between which values the truth lies: known wallets are added up, estimated ones with what may be off.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.intervals import LEVEL
from helpers.method.money import whole_money
from helpers.method.share import ALL, CUTS, group_names, share_band
from helpers.method.wallet_estimates import WalletEstimates
from helpers.method.wallet_sums import DRAWS

LEAST_OF_GROUP = 5  # known wallets; with fewer nothing of the group's own kind was seen
CANNOT = "cannot_say"


def modelled_group_share(
    found: WalletEstimates,
    groups: pd.DataFrame | None = None,
    *,
    cuts: tuple[float, float] = CUTS,
    level: float = LEVEL,
) -> pd.DataFrame:
    """The share of all buyers, and of each group, with estimated wallets where none is known.

    Answers "and if we counted those whose wallet nobody told us?".

    Parameters
    ----------
    found : WalletEstimates, from `wallet_estimates.estimate_wallets`
    groups : DataFrame, optional
        group_id and group_name, any number of rows per group.
    cuts : (float, float)
        Of the bands, as in `share.group_share`.
    level : float
        Of the interval.

    Returns
    -------
    DataFrame, "all" first, then the groups by id
        customers, known, estimated             int    all buyers, and those of each basis
        known_part                              float  part of year_revenue whose wallet is known; missing without any
        year_revenue                            float  ours in the wallets' year
        known_wallet, estimated_wallet, wallet  float  sums; the last two are missing where something is unknown
        wallet_low, wallet_high                 float  of all wallets together
        modelled_share, _low, _high             float  year_revenue / wallet and its interval
        headroom, _low, _high                   float  wallet - year_revenue
        band                                    str    as in `share.group_share`; cannot_say where something is unknown

    Raises
    ------
    StepInputError
        If not 0 < first cut < second cut <= 1.

    Notes
    -----
    The interval asks what *these* customers spend, and is a point where every wallet is known; the one of the measured
    share asks what other customers of the same kind would give. It holds three things: another sample of known
    customers (bootstrap), the chance of each unknown one, and that we do not know how far the known ones stand for the
    others: a third of the draws each corrects for their makeup fully, half way and not at all. A group with fewer than
    five known wallets, and some unknown, gets no share: nothing of its kind was seen.

    Examples
    --------
    >>> rows = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": "all", "year_revenue": [10.0, 40.0],
    ...     "wallet": [60.0, 90.0], "wallet_revenue": [10.0, 40.0], "scaled": False, "order_days": [1.0, 3.0],
    ...     "breadth": 1.0, "order_value": [10.0, 13.0], "all_order_days": [1.0, 3.0], "pace": [1.0, 3.0]})
    >>> from helpers.method.wallet_estimates import estimate_wallets
    >>> row = modelled_group_share(estimate_wallets(rows)).iloc[0]
    >>> [float(row[name]) for name in ("wallet", "headroom", "modelled_share", "modelled_low")]
    [150.0, 100.0, 0.3333333333333333, 0.3333333333333333]
    """
    share_band(0.0, 0.0, cuts)
    customers = found.customers
    drawn_of, drawn = found.sums(customers.set_index("customer_id")["group_id"])
    by_group = dict(zip(drawn_of, drawn, strict=True))
    by_group[ALL] = drawn.sum(axis=0) if len(drawn) else np.zeros(DRAWS)
    rows = []
    for group_id, name in group_names(customers, groups).items():
        members = customers if group_id == ALL else customers[customers["group_id"] == group_id]
        row = {"group_id": group_id, "group_name": name} | _sums(members)
        draws = by_group.get(group_id, np.zeros(DRAWS))
        if row["known"] + row["estimated"] < row["customers"] or (row["estimated"] and row["known"] < LEAST_OF_GROUP):
            row |= dict.fromkeys(("estimated_wallet", "wallet"), np.nan)
            draws = np.full(DRAWS, np.nan)
        rows.append(row | _with_range(row, draws, cuts, level))
    table = pd.DataFrame(rows)
    money = ["year_revenue", "known_wallet", "estimated_wallet", "wallet", "wallet_low", "wallet_high"]
    money += ["headroom", "headroom_low", "headroom_high"]
    table[money] = table[money].apply(whole_money)
    return table


def _sums(members: pd.DataFrame) -> dict:
    known, estimated = members["basis"] == "known", members["basis"] == "estimated"
    revenue = float(members["year_revenue"].sum())
    sums = [float(members.loc[which, "wallet_estimate"].sum()) for which in (known, estimated)]
    return {
        "customers": len(members),
        "known": int(known.sum()),
        "estimated": int(estimated.sum()),
        "known_part": float(members.loc[known, "year_revenue"].sum()) / revenue if revenue > 0 else np.nan,
        "year_revenue": revenue,
        "known_wallet": sums[0],
        "estimated_wallet": sums[1],
        "wallet": sum(sums),
    }


def _with_range(row: dict, draws: np.ndarray, cuts: tuple[float, float], level: float) -> dict:
    revenue, wallet = row["year_revenue"], row["wallet"]
    low, high = np.quantile(row["known_wallet"] + draws, [(1 - level) / 2, (1 + level) / 2])
    low, high = min(low, wallet), max(high, wallet)  # a mean of skewed wallets may lie outside; nan stays nan
    able = wallet > 0
    share_low, share_high = (revenue / high, revenue / low) if able else (np.nan, np.nan)
    return {
        "wallet_low": low,
        "wallet_high": high,
        "modelled_share": revenue / wallet if able else np.nan,
        "modelled_low": share_low,
        "modelled_high": share_high,
        "headroom": wallet - revenue,
        "headroom_low": low - revenue,
        "headroom_high": high - revenue,
        "band": share_band(share_low, share_high, cuts) if able else CANNOT,
    }
