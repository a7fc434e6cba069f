"""The estimated part of step 05 as one thing: what unknown wallets may be, and what of the headroom can be won.

Measured and modelled stand side by side and are never mixed: the share of known wallets keeps its columns, and what
rests on estimates has columns of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.client.result_model import Evidence
from helpers.method.own_frontier import frontier_by_group, own_frontier
from helpers.method.share import ALL, CUTS
from helpers.method.wallet_estimates import WalletEstimates, WalletFit, estimate_wallets
from helpers.method.wallet_groups import modelled_group_share
from helpers.method.wallet_inputs import wallet_inputs
from helpers.method.wallet_study import wallet_study
from helpers.method.winnable_groups import winnable_by_group
from helpers.method.winnable_headroom import (
    JUDGED,
    LEAST_PAIRS,
    OF_ALL,
    OF_GROUP,
    capture_pairs,
    capture_rates,
    winnable_headroom,
)

MODELLED = ("modelled_share", "modelled_low", "modelled_high", "modelled_band")
FRONTIER = ("group_id", "group_name", "customers", "year_revenue", "frontier", "customers_below", "distance")


@dataclass(frozen=True)
class EstimateTables:
    """What step 05 publishes beside the measured share.

    `group_share` has the measured and the modelled columns, `wallets` a row per buyer; `fit` is None where nothing was
    estimated, and `why_not` then says why, unless every wallet is known. `asks_rate` tells whether people alone can
    judge how fast share can be gained: there is headroom, and too few wallets of two years.
    """

    group_share: pd.DataFrame
    wallets: pd.DataFrame
    winnable: pd.DataFrame
    study: pd.DataFrame
    frontier: pd.DataFrame
    fit: WalletFit | None
    why_not: str
    asks_rate: bool

    @property
    def whole(self) -> pd.Series:
        """The measured and modelled share of all customers."""
        return self.group_share[self.group_share["group_id"] == ALL].iloc[0]

    @property
    def groups(self) -> list[str]:
        """The ids of the groups to draw beside each other; all customers alone where there are no groups."""
        ids = [group_id for group_id in self.group_share["group_id"] if group_id != ALL]
        return ids or [ALL]

    @property
    def won(self) -> pd.Series | None:
        """What can be won of all customers, None where nobody can say."""
        rows = self.winnable[self.winnable["group_id"] == ALL]
        return rows.iloc[0] if len(rows) and pd.notna(rows["winnable"].iloc[0]) else None

    @property
    def evidence_of_winning(self) -> Evidence:
        """`judged` where people set the rate of capture, else `modelled`."""
        return "judged" if (self.winnable["capture_basis"] == JUDGED).any() else "modelled"

    @property
    def pairs(self) -> int:
        """How many customers with wallets of two years stand behind the rates, each counted once."""
        rows = self.winnable
        shared = rows.loc[rows["capture_basis"] == OF_ALL, "pairs"]
        return int(shared.max() if len(shared) else rows.loc[rows["capture_basis"] == OF_GROUP, "pairs"].sum())


def estimate_tables(
    customer_share: pd.DataFrame,
    group_share: pd.DataFrame,
    wallet_states: pd.DataFrame,
    *,
    customer_category: pd.DataFrame,
    customer_quarter: pd.DataFrame,
    customer_days: pd.DataFrame,
    customers: pd.DataFrame | None,
    wallet_revenue: pd.DataFrame | None,
    window_start: object,
    as_of: object,
    scope_categories: Sequence[str] | None = None,
    groups: pd.DataFrame | None = None,
    cuts: tuple[float, float] = CUTS,
    decided: float | None = None,
) -> EstimateTables:
    """Unknown wallets estimated where enough are known, and what of the headroom can be won.

    Parameters
    ----------
    customer_share : DataFrame, one row per buyer, from `share.customer_share`
    group_share : DataFrame, one row per group, from `share.group_share` with the same cuts
    wallet_states : DataFrame, one row per wallet, from `share_wallets.wallet_states`
    customer_category, customer_quarter, customer_days : DataFrame, the summaries
    customers : DataFrame, one row per customer, or None
    wallet_revenue : DataFrame, one row per wallet, or None
    window_start, as_of : date
    scope_categories : list of str, optional
        As in `customer_share`.
    groups : DataFrame, optional
        group_id and group_name.
    cuts : (float, float)
        Of the bands.
    decided : float, optional
        The rate of capture that people judged, 0 to 1; it counts where wallets of two years are too few.

    Raises
    ------
    StepInputError
        As `wallet_inputs.wallet_inputs` and `winnable_headroom.capture_rates`.
    """
    scope = {"as_of": as_of, "scope_categories": scope_categories}
    known = (customer_share, wallet_states, customer_quarter, customer_days, customers)
    inputs = wallet_inputs(*known, window_start=window_start, **scope)
    found = estimate_wallets(inputs)
    pairs = capture_pairs(customer_share, wallet_revenue, customer_category, **scope)
    rates = capture_rates(pairs, group_share["group_id"], decided)
    return EstimateTables(
        group_share=beside(group_share, modelled_group_share(found, groups, cuts=cuts)),
        wallets=wallet_table(found, winnable_headroom(found, rates)),
        winnable=winnable_by_group(found, rates, groups),
        study=wallet_study(inputs),
        frontier=frontier_where_unknown(inputs, found, groups),
        fit=found.fit,
        why_not=found.why_not,
        asks_rate=len(pairs) < LEAST_PAIRS and bool((found.customers["basis"] != "unknown").any()),
    )


def beside(group_share: pd.DataFrame, modelled: pd.DataFrame | None = None) -> pd.DataFrame:
    """The table of shares with the modelled share beside the measured one.

    Parameters
    ----------
    group_share : DataFrame, one row per group, from `share.group_share`
    modelled : DataFrame, one row per group, from `wallet_groups.modelled_group_share`, optional

    Returns
    -------
    DataFrame, the rows and columns of group_share and
        modelled_share, _low, _high  float  missing where no wallet of the group had to be estimated, or none could be
        modelled_band                str    missing likewise

    Examples
    --------
    >>> measured = pd.DataFrame({"group_id": ["all", "g1"], "customer_share": [0.3, 0.4]})
    >>> model = pd.DataFrame({"group_id": ["all", "g1"], "estimated": [7, 0], "modelled_share": [0.25, 0.4],
    ...     "modelled_low": [0.2, 0.4], "modelled_high": [0.31, 0.4], "band": ["undecided", "build"]})
    >>> beside(measured, model)[["modelled_share", "modelled_band"]].values.tolist()
    [[0.25, 'undecided'], [nan, nan]]
    """
    table = group_share.drop(columns=[name for name in MODELLED if name in group_share])
    if modelled is None or modelled.empty:
        return table.assign(**dict.fromkeys(MODELLED[:3], np.nan), modelled_band=None)
    there = modelled[(modelled["estimated"] > 0) & modelled["modelled_share"].notna()].set_index("group_id")
    for name, column in zip(MODELLED, (*MODELLED[:3], "band"), strict=True):
        table[name] = table["group_id"].map(there[column])
    return table


def frontier_where_unknown(
    inputs: pd.DataFrame, found: WalletEstimates, groups: pd.DataFrame | None = None
) -> pd.DataFrame:
    """What our better customers of each kind spend with us, by group; no rows where wallets are known or estimated.

    It stands in for what we cannot estimate, and is no wallet: what a customer buys elsewhere is not in it. Only those
    who bought within the year count: whoever did not is lost rather than small.

    Parameters
    ----------
    inputs : DataFrame, one row per buyer, from `wallet_inputs.wallet_inputs`
    found : WalletEstimates
    groups : DataFrame, optional
        group_id and group_name.
    """
    bought = inputs[inputs["year_revenue"] > 0]
    if not found.why_not or bought.empty:
        return pd.DataFrame(columns=FRONTIER)
    return frontier_by_group(own_frontier(bought), groups)[list(FRONTIER)]


def wallet_table(found: WalletEstimates, winnable: pd.DataFrame) -> pd.DataFrame:
    """One row per buyer: its wallet, known or estimated, and what of its headroom can be won.

    Parameters
    ----------
    found : WalletEstimates
    winnable : DataFrame, one row per buyer, from `winnable_headroom.winnable_headroom`

    Raises
    ------
    MergeError
        If a customer stands in one of the tables twice.
    """
    amounts = ["headroom", "headroom_low", "headroom_high", "winnable", "winnable_low", "winnable_high"]
    return found.customers.merge(winnable[["customer_id", *amounts]], on="customer_id", how="left", validate="1:1")
