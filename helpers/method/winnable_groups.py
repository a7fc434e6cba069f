"""What each group, and all of them together, could give us within a year, with the range of the sum."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.intervals import LEVEL
from helpers.method.money import whole_money
from helpers.method.share import ALL
from helpers.method.wallet_estimates import WalletEstimates
from helpers.method.wallet_groups import modelled_group_share
from helpers.method.wallet_sums import DRAWS, SEED
from helpers.method.winnable_headroom import OF_GROUP

NORMAL = 1.6448536269514722  # standard deviations either side of a 90 % interval
MONEY = ("headroom", "headroom_low", "headroom_high", "winnable", "winnable_low", "winnable_high")


def winnable_by_group(
    found: WalletEstimates, rates: pd.DataFrame, groups: pd.DataFrame | None = None, *, level: float = LEVEL
) -> pd.DataFrame:
    """Headroom and what could be won of it within a year, by group and in all.

    Answers "where is the next sale, and how large may it be?".

    Parameters
    ----------
    found : WalletEstimates, from `wallet_estimates.estimate_wallets`
    rates : DataFrame, one row per group, from `winnable_headroom.capture_rates`
        With a rate for every group of the customers.
    groups : DataFrame, optional
        group_id and group_name, any number of rows per group.
    level : float
        Of the ranges; that of `rates` should be .90.

    Returns
    -------
    DataFrame, "all" first, then the groups by id
        customers                        int    buyers
        headroom, _low, _high            float  as in `wallet_groups.modelled_group_share`
        capture_rate, _low, _high        float  of the group; for all what the sums come to, without a range
        capture_basis                    str    of the rate; missing for all
        pairs                            int    customers with two wallets behind the rate
        winnable, _low, _high            float  missing where headroom or rate is; all: the sum of the groups that have
                                                both, missing where none has

    Notes
    -----
    Wallets and rates are drawn together; groups that share a rate share its draw, so their errors do not cancel. A
    drawn rate lies around the rate as two halves of normal laws that give its interval.

    Examples
    --------
    >>> rows = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": "g1", "year_revenue": [10.0, 40.0],
    ...     "wallet": [60.0, 90.0], "wallet_revenue": [10.0, 40.0], "scaled": False, "order_days": [1.0, 3.0],
    ...     "breadth": 1.0, "order_value": [10.0, 13.0], "all_order_days": [1.0, 3.0], "pace": [1.0, 3.0]})
    >>> from helpers.method.wallet_estimates import estimate_wallets
    >>> rates = pd.DataFrame({"group_id": ["g1"], "customers": [40], "capture_rate": [0.2], "capture_low": [0.2],
    ...     "capture_high": [0.2], "basis": ["all"]})
    >>> winnable_by_group(estimate_wallets(rows), rates)[["group_id", "headroom", "winnable"]].values.tolist()
    [['all', 100.0, 20.0], ['g1', 100.0, 20.0]]
    """
    shares = modelled_group_share(found, groups, level=level)
    given = rates.rename(columns={"customers": "pairs", "basis": "capture_basis"})
    columns = ["group_id", "group_name", "customers", "headroom", "headroom_low", "headroom_high"]
    parts = shares[shares["group_id"] != ALL] if len(shares) > 1 else shares
    table = parts[columns].merge(given, on="group_id", how="left")
    table["pairs"] = table["pairs"].fillna(0).astype("int64")
    table["winnable"] = table["headroom"] * table["capture_rate"]
    draws = _drawn(found, table)
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(draws, tails, axis=1)
    table["winnable_low"] = np.minimum(low, table["winnable"])
    table["winnable_high"] = np.maximum(high, table["winnable"])
    if len(shares) > 1:
        table = pd.concat([_whole(shares, table, draws, tails), table], ignore_index=True)
    table[list(MONEY)] = table[list(MONEY)].apply(whole_money)
    return table


def _whole(shares: pd.DataFrame, table: pd.DataFrame, draws: np.ndarray, tails: list[float]) -> pd.DataFrame:
    row = shares.loc[shares["group_id"] == ALL, [name for name in shares if name in table]].reset_index(drop=True)
    told = table["winnable"].notna().to_numpy()
    won = float(table.loc[told, "winnable"].sum()) if told.any() else np.nan
    low, high = np.quantile(draws[told].sum(axis=0), tails) if told.any() else (np.nan, np.nan)
    room = float(table.loc[told, "headroom"].sum())
    rate = won / room if room > 0 else np.nan
    return row.assign(
        pairs=int(table["pairs"].max()),
        capture_rate=rate,
        capture_low=np.nan,
        capture_high=np.nan,
        capture_basis=None,
        winnable=won,
        winnable_low=min(low, won),
        winnable_high=max(high, won),
    )


def _drawn(found: WalletEstimates, table: pd.DataFrame) -> np.ndarray:
    """What may be won of each group, (groups, draws); missing where the group's headroom or rate is."""
    customers = found.customers
    groups, sums = found.sums(customers.set_index("customer_id")["group_id"])
    unknown = pd.DataFrame(sums, index=groups).reindex(table["group_id"]).fillna(0.0).to_numpy()
    known = customers[customers["basis"] == "known"].groupby("group_id")[["wallet_estimate"]].sum()["wallet_estimate"]
    known = known.reindex(table["group_id"]).fillna(0.0).to_numpy()
    revenue = customers.groupby("group_id")["year_revenue"].sum().reindex(table["group_id"]).fillna(0.0).to_numpy()
    room = np.maximum(known[:, None] + unknown - revenue[:, None], 0.0)
    rng = np.random.default_rng(SEED)
    shared, own = rng.standard_normal(DRAWS), rng.standard_normal((len(table), DRAWS))
    chance = np.where((table["capture_basis"] == OF_GROUP).to_numpy()[:, None], own, shared)
    rate, low, high = (table[[name]].to_numpy(dtype=float) for name in ("capture_rate", "capture_low", "capture_high"))
    reach = np.where(chance > 0, high - rate, rate - low) / NORMAL
    drawn = room * np.clip(rate + reach * chance, 0.0, 1.0)
    return np.where(table["winnable"].notna().to_numpy()[:, None], drawn, np.nan)
