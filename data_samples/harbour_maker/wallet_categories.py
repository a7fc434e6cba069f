"""On what is a wallet spent? The known wallets parted by category, and the share we truly hold in each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harbour_maker.wallets import YEARS, significant
from harbour_maker.world import CATEGORIES, draws

# how spend elsewhere falls on the categories: much where specialists and supermarkets sell it too
ELSEWHERE = pd.Series(
    {
        "Electric drives": 0.03,
        "Batteries and solar": 0.05,
        "Navigation electronics": 0.20,
        "Engine parts": 0.12,
        "Rigging": 0.06,
        "Deck hardware": 0.06,
        "Safety gear": 0.06,
        "Paint and varnish": 0.18,
        "Ropes and fasteners": 0.08,
        "Oils and cleaning": 0.16,
    }
).reindex(CATEGORIES["category"])
LIKE_OURS = 0.20  # the rest falls as what the customer buys from us
STEADY = 15.0  # how much alike customers are in it; of a Dirichlet
LEAST = 0.01  # of a wallet: less is told with another category


def by_category(yearly: pd.DataFrame, lines: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table wallets, and how each customer's spend elsewhere truly falls on the categories.

    Parameters
    ----------
    yearly : DataFrame, one row per customer, year and source, the wallet as the source gives it
    lines : the table transactions

    Returns
    -------
    wallets : DataFrame, one row per customer, category, year and source
        The categories of a year add up to the yearly wallet, but for the rounding of each by who states it.
    parts : DataFrame, one row per customer known, one column per category; rows sum to one
    """
    rng = draws(seed, "wallet_categories")
    names = pd.Index(CATEGORIES["category"])
    customers = pd.Index(np.sort(yearly["customer_id"].unique()))
    ours = {year: revenue_by_category(lines, customers, *span) for year, span in YEARS.items()}
    bought = ours["current"] + ours["prior"]
    like = bought[names].clip(lower=0)
    like = like.div(like.sum(axis=1).where(lambda sums: sums > 0, 1.0), axis=0)
    mixed = (1 - LIKE_OURS) * ELSEWHERE.to_numpy() / ELSEWHERE.sum() + LIKE_OURS * like.to_numpy()
    drawn = np.maximum(rng.gamma(STEADY * mixed), 1e-9)
    parts = pd.DataFrame(drawn / drawn.sum(axis=1, keepdims=True), customers, names)

    starts = {start: year for year, (start, _) in YEARS.items()}
    tables = []
    for start, rows in yearly.groupby("period_start"):
        # by position from here on: a customer that two sources know stands in two rows
        own = ours[starts[start]].reindex(rows["customer_id"])
        wallet, bought = rows["wallet"].to_numpy(), own.to_numpy().sum(axis=1)
        elsewhere = parts.reindex(index=rows["customer_id"], columns=own.columns, fill_value=0.0).to_numpy()
        cells = own.to_numpy() + elsewhere * np.maximum(wallet - bought, 0.0)[:, None]
        conflict = wallet < bought
        cells = np.where(conflict[:, None], cells * (wallet / np.maximum(bought, 0.01))[:, None], cells).clip(min=0.0)
        told = _told(_without_crumbs(cells, own.to_numpy()), own.to_numpy(), rows["wallet_source"].to_numpy(), conflict)
        place, column = np.nonzero(told > 0)
        tables.append(rows.iloc[place].assign(category=own.columns[column], wallet=told[place, column]))
    columns = ["customer_id", "category", "wallet", "period_start", "period_end", "wallet_source", "confidence"]
    found = pd.concat(tables, ignore_index=True)[columns]
    return found.sort_values(["period_start", "wallet_source", "customer_id", "category"], ignore_index=True), parts


def revenue_by_category(
    lines: pd.DataFrame, customers: pd.Index, start: pd.Timestamp, end: pd.Timestamp
) -> pd.DataFrame:
    """Net revenue of each customer in each category from start until the day before end."""
    own = lines[lines["customer_id"].isin(customers) & (lines["date"] >= start) & (lines["date"] < end)]
    table = own.pivot_table(index="customer_id", columns="category", values="revenue", aggfunc="sum")
    further = sorted(set(lines["category"]) - set(CATEGORIES["category"]))
    return table.reindex(index=customers, columns=[*CATEGORIES["category"], *further]).fillna(0.0)


def _without_crumbs(cells: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Small spends where the customer buys nothing from us told with its largest category."""
    crumb = (cells < LEAST * cells.sum(axis=1, keepdims=True)) & (own <= 0)
    kept = np.where(crumb, 0.0, cells)
    kept[np.arange(len(kept)), kept.argmax(axis=1)] += np.where(crumb, cells, 0.0).sum(axis=1)
    return kept


def _told(cells: np.ndarray, own: np.ndarray, source: np.ndarray, conflict: np.ndarray) -> np.ndarray:
    """The panel to the cent, people in two digits; only who forgot some of it says less than he bought from us."""
    exact, rough = cells.round(2), significant(cells, 2)
    unit = 10.0 ** (np.floor(np.log10(np.maximum(own, 1.0))) - 1)
    rough = np.where((rough < own) & ~conflict[:, None], np.ceil(own / unit) * unit, rough)
    exact = np.where(conflict[:, None], exact, np.maximum(exact, own.round(2)))
    return np.where((source == "panel")[:, None], exact, rough)


def category_share_truth(parts: pd.DataFrame, true_wallets: pd.DataFrame, lines: pd.DataFrame) -> dict[str, dict]:
    """What part of their spend on a category its buyers with a known wallet truly give us, sum over sum."""
    ours = revenue_by_category(lines, parts.index, *YEARS["current"])[parts.columns]
    whole = ours + parts.mul(true_wallets.loc[parts.index, "elsewhere_current"], axis=0)
    buys = ours > 0
    share = {name: float(ours.loc[buys[name], name].sum() / whole.loc[buys[name], name].sum()) for name in parts}
    high = max(share.values()) - min(share.values())
    return {
        "share_by_category": {
            "what": "Our share of what buyers of a category spend on it, of those whose wallet of last year is known.",
            "value": share,
            "band": [0.05, 0.9],
            "oracle": share,
            "tolerance": 0.06,
            "how": "True spend of these customers; sources are off by what they forget and round.",
        },
        "share_by_category_apart": {
            "what": "The highest share of a category less the lowest.",
            "value": high,
            "band": [0.10, 0.8],
        },
    }  # fmt: skip
