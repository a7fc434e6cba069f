"""A share read from ranks: what it would say, and whether it may be used.

The Wallet Allocation Rule of Keiningham, Aksoy, Buoye and Cooil (Harvard Business Review, October 2011) turns the rank
that a customer gives a supplier into a share of wallet. The name is their mark; ours is "rank-based share of wallet".
It serves where wallets are unknown, and only with ranks by preference or satisfaction: ranks by spend hold the answer
already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from helpers.client.result_model import Check
from helpers.errors import StepInputError, nearest, quoted
from helpers.method.share import ALL, ALL_NAME, group_names
from helpers.method.share_wallets import in_scope

BASES = ("preference", "satisfaction", "spend")
SET_PART = 0.05
MIN_USE_SEVERAL = 0.40
SET_SIZES = (1.4, 6.0)
COLUMNS = (
    *("rank_basis", "group_id", "group_name", "customers", "suppliers_all", "set_size", "use_several"),
    *("rank_based_share", "spend_share", "mean_spend_share", "not_first", "wallet", "one_rank_up", "applies", "reason"),
)


def rank_based_share(rank: ArrayLike, n: ArrayLike) -> np.ndarray:
    """The share that a rank stands for: (1 - rank / (n + 1)) x 2 / n.

    Parameters
    ----------
    rank : array
        1 = the favourite; equals share the mean of their places (two firsts: 1.5 each).
    n : array
        How many suppliers count for the customer.

    Returns
    -------
    array of float, between 0 and 1; over all suppliers of a customer it sums to 1

    Raises
    ------
    StepInputError
        If a rank lies outside 1 to n.

    References
    ----------
    Keiningham, Aksoy, Buoye, Cooil, "Customer Loyalty Isn't Enough. Grow Your Share of Wallet", HBR, October 2011.

    Examples
    --------
    >>> rank_based_share([1, 2, 3], 3).round(4).tolist()
    [0.5, 0.3333, 0.1667]
    """
    rank, n = np.asarray(rank, dtype=float), np.asarray(n, dtype=float)
    if not ((rank >= 1) & (rank <= n)).all():
        raise StepInputError("rank_based_share: expected ranks from 1 to the number of suppliers that count.")
    return (1 - rank / (n + 1)) * 2 / n


def one_rank_up(rank: ArrayLike, n: ArrayLike, wallet: ArrayLike) -> np.ndarray:
    """What one place higher in a customer's ranking could bring at most: 2 / (n (n + 1)) x wallet.

    Parameters
    ----------
    rank, n : array
        As in `rank_based_share`. The favourite cannot rise; half a place (from a tie) is worth half.
    wallet : array
        Currency.

    Returns
    -------
    array of float, currency: an upper bound, since the rule describes who is ranked how, not what a better rank causes

    Raises
    ------
    StepInputError
        If a rank lies outside 1 to n.

    Examples
    --------
    >>> one_rank_up([1, 2], 2, 300.0).tolist()
    [0.0, 100.0]
    """
    rank_based_share(rank, n)
    rank, n = np.asarray(rank, dtype=float), np.asarray(n, dtype=float)
    return np.minimum(rank - 1, 1) * 2 / (n * (n + 1)) * np.asarray(wallet, dtype=float)


def rank_based_share_table(
    supplier_spend: pd.DataFrame | None,
    buyers: Iterable[str],
    *,
    scope_categories: Sequence[str] | None = None,
    our_name: str | None = None,
    customer_share: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Whether a share may be read from the ranks in hand, basis by basis and group by group, and what it would say.

    Parameters
    ----------
    supplier_spend : DataFrame, one row per customer, supplier and category, or None
        customer_id, supplier, and what there is of category, spend, supplier_rank, rank_basis, satisfaction.
    buyers : customer ids
        Who buys from us in the scope; other customers' ranks say nothing about our share of ours.
    scope_categories : list of str, optional
        Rows without a category count only without it.
    our_name : str, optional
        What `supplier` says when it means us. Unknown, or in no row: applicability is judged, the shares stay empty.
    customer_share : DataFrame, one row per buyer, from `share.customer_share`, optional
        Adds a row per group, and the wallets of customers whose spend with their suppliers is not known.
    groups : DataFrame, optional
        group_id and group_name.

    Returns
    -------
    DataFrame, one row per basis found (preference, satisfaction, spend) and group, "all" first; ranks by spend have
    only the row of all, and without ranks there is none
        customers             int    buyers with ranks on this basis who name us (all, where our name is unknown)
        suppliers_all         float  mean number of suppliers per customer
        set_size, use_several float  of suppliers with at least 5 % of the customer's known spend; without spend, of all
        rank_based_share      float  mean over customers, 0 where we do not count; missing where it does not apply
        spend_share           float  the same customers' spend with us / with all, sum over sum; missing without spend
        mean_spend_share      float  the mean of their own such shares: this is what a mean of ranks compares with
        not_first             int    customers to whom we count and who rank another as high or higher
        wallet                float  what these spend with all; missing where it is known of nobody
        one_rank_up           float  `one_rank_up` summed over them, an upper bound; missing likewise or where it does
                                     not apply
        applies, reason       bool, str

    Raises
    ------
    StepInputError
        If a basis is not one of the three.

    Notes
    -----
    Several categories of a customer are joined first: spend is added; for preference the mean of the ranks, for
    satisfaction the mean score (else of the ranks) is taken. Then the suppliers that count are ranked anew, equals
    sharing the mean place, so that a supplier who does not count takes no place from one who does.

    References
    ----------
    Keiningham, Aksoy, Buoye, Cooil, HBR, October 2011.

    Examples
    --------
    >>> spend = pd.DataFrame({"customer_id": ["c1", "c1", "c2", "c2"], "supplier": ["we", "x", "we", "x"],
    ...     "category": "tea", "spend": [60.0, 40.0, 30.0, 70.0], "supplier_rank": [1, 2, 1, 2],
    ...     "rank_basis": "preference"})
    >>> table = rank_based_share_table(spend, ["c1", "c2"], our_name="we")
    >>> table[["customers", "set_size", "rank_based_share", "spend_share", "applies"]].round(3).values.tolist()
    [[2, 2.0, 0.667, 0.45, True]]
    """
    rows = _clean(supplier_spend)
    our_name = our_name if (rows["supplier"] == our_name).any() else None
    rows = rows[rows["customer_id"].isin(set(buyers)) & in_scope(rows["category"], scope_categories)]
    table = []
    for basis in BASES:
        ranked = _one_basis(rows[rows["rank_basis"] == basis], basis, our_name)
        if ranked.empty:
            continue
        names, group_of = {ALL: ALL_NAME}, pd.Series(ALL, index=ranked.index)
        if customer_share is not None:
            by_id = customer_share.set_index("customer_id")
            group_of = ranked["customer_id"].map(by_id["group_id"])
            told = by_id["wallet"].where(by_id["wallet_state"] == "known")
            ranked["whole"] = ranked["whole"].fillna(ranked["customer_id"].map(told))
            if basis != "spend":
                names = group_names(customer_share[customer_share["group_id"].isin(set(group_of))], groups)
        for group_id, name in names.items():
            part = ranked if group_id == ALL else ranked[group_of == group_id]
            row = {"rank_basis": basis, "group_id": group_id, "group_name": name}
            table.append(row | _basis_row(part, basis, our_name))
    return pd.DataFrame(table, columns=COLUMNS)


def our_name_checks(supplier_spend: pd.DataFrame | None, our_name: str | None) -> list[Check]:
    """Whether a row of supplier_spend names us; nothing where the table or our name is not known.

    Examples
    --------
    >>> our_name_checks(pd.DataFrame({"supplier": ["Harbour Supplies"]}), "Harbor Supplies")[0].found
    'no row says "Harbor Supplies". Did you mean "Harbour Supplies"?'
    """
    if supplier_spend is None or our_name is None or supplier_spend.empty:
        return []
    suppliers = supplier_spend["supplier"].dropna().astype(str)
    there = bool((suppliers == our_name).any())
    said = "" if there else f"no row says {quoted(our_name)}. {nearest(our_name, sorted(set(suppliers))[:1000])}"
    return [
        Check(
            id="05.our_name",
            sentence="supplier_spend names us as supplier_name in client.yaml does; else no share is read from ranks.",
            found=said or our_name,
            expected=our_name,
            verdict="pass" if there else "flag",
        )
    ]


def _clean(supplier_spend: pd.DataFrame | None) -> pd.DataFrame:
    """The table with all its optional columns, or no rows; refuses a basis that is none."""
    needed = ["customer_id", "supplier", "category", "spend", "supplier_rank", "rank_basis", "satisfaction"]
    if supplier_spend is None:
        return pd.DataFrame(columns=needed)
    rows = supplier_spend.reindex(columns=needed)
    rows["category"] = rows["category"].astype("str").fillna("")
    for name in ("spend", "supplier_rank", "satisfaction"):
        rows[name] = rows[name].astype(float)
    unknown = sorted(set(rows["rank_basis"].dropna()) - {"", *BASES})
    if unknown:
        raise StepInputError(
            f'supplier_spend: there is no rank basis "{unknown[0]}". {nearest(str(unknown[0]), BASES)}'
        )
    return rows


def _one_basis(rows: pd.DataFrame, basis: str, our_name: str | None) -> pd.DataFrame:
    """One row per customer and supplier: spend, whether it counts, and its place among those that count."""
    measure = {"preference": rows["supplier_rank"], "satisfaction": -rows["satisfaction"], "spend": -rows["spend"]}[
        basis
    ]
    # Mixing scores with ranks would compare unlike things, so a column serves only if it is there for every row.
    rows = rows.assign(score=rows["supplier_rank"] if measure.isna().any() else measure).dropna(subset=["score"])
    how = "sum" if basis == "spend" and not measure.isna().any() else "mean"
    by = ["customer_id", "supplier"]
    grouped = rows.groupby(by)
    sums = grouped.agg(score=("score", how)).join(grouped["spend"].sum(min_count=1)).reset_index()
    sums["score"], sums["spend"] = sums["score"].round(6), sums["spend"].round(4)
    if our_name is not None:
        sums = sums[sums["customer_id"].isin(sums.loc[sums["supplier"] == our_name, "customer_id"])]
    gaps = sums["spend"].isna().groupby(sums["customer_id"]).transform("any")
    whole = sums.groupby("customer_id")["spend"].transform("sum").where(~gaps)
    sums["counts"] = ~(sums["spend"] < SET_PART * whole - 1e-9)
    sums["whole"] = whole
    sums["place"] = sums["score"].where(sums["counts"]).groupby(sums["customer_id"]).rank(method="average")
    return sums


def _basis_row(ranked: pd.DataFrame, basis: str, our_name: str | None) -> dict:
    by_customer = ranked.groupby("customer_id").agg(all=("supplier", "size"), n=("counts", "sum"))
    set_size, use_several = float(by_customer["n"].mean()), float((by_customer["n"] >= 2).mean())
    spend_share = mean_share = share = gain = whole = np.nan
    not_first = 0
    if our_name is not None:
        us = ranked[ranked["supplier"] == our_name].set_index("customer_id").join(by_customer["n"])
        # Where we do not count we have no place, and sometimes nobody has one: such a customer adds zero.
        there = us[us["counts"]]
        share = float(rank_based_share(there["place"], there["n"]).sum() / len(us))
        below = there[there["place"] > 1]
        not_first = len(below)
        known = below[below["whole"] > 0]
        if len(known):
            whole = round(float(known["whole"].sum()), 4)
            gain = round(float(one_rank_up(known["place"], known["n"], known["whole"]).sum()), 4)
        spent = us[us["spend"].notna() & (us["whole"] > 0)]
        if len(spent):
            spend_share = float(spent["spend"].sum() / spent["whole"].sum())
            mean_share = float((spent["spend"] / spent["whole"]).mean())
    applies, reason = _applicability(set_size, use_several, basis, our_name)
    return {
        "customers": len(by_customer),
        "suppliers_all": float(by_customer["all"].mean()),
        "set_size": set_size,
        "use_several": use_several,
        "rank_based_share": share if applies else np.nan,
        "spend_share": spend_share,
        "mean_spend_share": mean_share,
        "not_first": not_first,
        "wallet": whole,
        "one_rank_up": gain if applies else np.nan,
        "applies": applies,
        "reason": reason,
    }


def _applicability(set_size: float, use_several: float, basis: str, our_name: str | None) -> tuple[bool, str]:
    if basis == "spend":
        return False, "The ranks were made from spend, so a share read from them is circular."
    if use_several < MIN_USE_SEVERAL:
        return False, "Too few customers use several suppliers for ranks to say much."
    if not SET_SIZES[0] <= set_size <= SET_SIZES[1]:
        return False, "The mean number of suppliers that count lies outside the range for which the rule was tested."
    if our_name is None:
        return True, "It would apply, but no row is known to be ours, so the share stays empty."
    return True, "Enough customers use several suppliers, and the ranks do not rest on spend."
