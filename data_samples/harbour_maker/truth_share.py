"""What is true of wallets and shares, and how much of it could be known?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from harbour_maker.opinions import SHARE_CORRELATION
from harbour_maker.suppliers import US
from harbour_maker.survey import Survey
from harbour_maker.world import CURRENT_START, WINDOW_START

SURE = 1.645  # standard errors either side of a 90 % interval
SET_PART = 0.05  # of its spend; a supplier with less does not count
# what the known wallets of a group may be off, few and chosen as they are
GROUP_TOLERANCE = {"chandlers": 0.12, "fleets": 0.04, "owners": 0.20, "workshops": 0.11, "yards": 0.07}
BEST_SOURCES = ("panel", "account_manager", "stated")


def customers(population: pd.DataFrame, true_wallets: pd.DataFrame, wallets: pd.DataFrame) -> pd.DataFrame:
    """What is true of each customer's wallet, indexed by customer_id.

    first_choice (we are its preferred supplier), planned_share (of its spend while it buys from us), wallet_prior and
    _current (EUR a year), share_prior and _current (missing where it bought nothing from us that year), wallet_known
    (of the current year).
    """
    table = population.set_index("customer_id")[["first_choice", "share"]].rename(columns={"share": "planned_share"})
    table = table.join(true_wallets[["wallet_prior", "wallet_current", "share_prior", "share_current"]])
    told = wallets.loc[wallets["period_start"] == CURRENT_START, "customer_id"]
    return table.assign(wallet_known=table.index.isin(told))


def share_truth(
    population: pd.DataFrame,
    true_wallets: pd.DataFrame,
    lines: pd.DataFrame,
    wallets: pd.DataFrame,
    supplier_spend: pd.DataFrame,
    opinions: pd.DataFrame,
    survey: Survey,
) -> dict[str, dict]:
    """The facts on wallets, shares and suppliers; shares are parts of a wallet of the last 12 months.

    Parameters
    ----------
    true_wallets : DataFrame, from `wallets.true_wallets`
    opinions : DataFrame, what everyone would answer
    """
    table = population.set_index("customer_id").join(true_wallets)
    bought = lines[lines["date"] >= WINDOW_START].groupby("customer_id")["revenue"].sum()
    buyers = table[table.index.isin(bought.index[bought > 0])]
    known = _known(buyers, wallets)
    facts = _wallet_facts(table, buyers, known, wallets)
    facts |= _share_facts(buyers, known)
    facts |= _supplier_facts(table, supplier_spend)
    return facts | {"satisfaction_and_share": _correlation(table, known, opinions, survey)}


def _known(buyers: pd.DataFrame, wallets: pd.DataFrame) -> pd.DataFrame:
    """One row per buyer with a wallet of the last year, the best source first; said_share above 1 is a conflict."""
    rows = wallets[wallets["period_start"] == CURRENT_START]
    rows = rows.assign(place=rows["wallet_source"].map(BEST_SOURCES.index)).sort_values(["customer_id", "place"])
    rows = rows.drop_duplicates("customer_id").set_index("customer_id")[["wallet"]]
    known = rows.join(buyers, how="inner")
    return known.assign(said_share=known["revenue_current"] / known["wallet"])


def _wallet_facts(
    table: pd.DataFrame, buyers: pd.DataFrame, known: pd.DataFrame, wallets: pd.DataFrame
) -> dict[str, dict]:
    rest = buyers[~buyers.index.isin(known.index)]
    managed = [part["relationship_type"].ne("transactional").mean() for part in (known, rest)]
    earlier = wallets.loc[wallets["period_start"] == WINDOW_START, "customer_id"].nunique()
    return {
        "wallets_known": {
            "what": "Part of the customers who bought in the window whose wallet of the last year is known.",
            "value": len(known) / len(buyers),
            "band": [0.45, 0.55],
        },
        "wallets_known_a_year_earlier": {
            "what": "Part of these whose wallet of the year before is known too, so that won share can be seen.",
            "value": earlier / len(known),
            "band": [0.50, 0.70],
        },
        "known_wallets_are_bigger": {
            "what": "Median true wallet where it is known over the median where it is not: not known at random.",
            "value": float(known["wallet_current"].median() / rest["wallet_current"].median()),
            "band": [1.3, 4.0],
        },
        "known_customers_are_managed": {
            "what": "Part with a relationship beyond the single order where the wallet is known, less that where not.",
            "value": float(managed[0] - managed[1]),
            "band": [0.05, 0.40],
        },
        "known_customers_give_more": {
            "what": "Mean true share where the wallet is known, less that where it is not (buyers of the last year).",
            "value": float(known["share_current"].mean() - rest["share_current"].mean()),
            "band": [0.0, 0.20],
        },
        "wallet_by_attributes": {
            "what": "R2 of the log of the true wallet on customer_size and industry: a regression finds something.",
            "value": _attribute_r2(table),
            "band": [0.40, 0.70],
        },
        "wallet_conflicts": {
            "what": "Part of the known wallets that lie below what the customer bought from us in the same year.",
            "value": float((known["said_share"] > 1).mean()),
            "band": [0.0, 0.02],
        },
    }


def _attribute_r2(table: pd.DataFrame) -> float:
    design = pd.get_dummies(table[["customer_size", "industry"]], drop_first=True).to_numpy(dtype=float)
    design = np.column_stack([np.ones(len(design)), design])
    wallet = np.log(table["wallet_current"].to_numpy())
    left = wallet - design @ np.linalg.lstsq(design, wallet, rcond=None)[0]
    return float(1 - left.var() / wallet.var())


def _share_facts(buyers: pd.DataFrame, known: pd.DataFrame) -> dict[str, dict]:
    usable = known[known["said_share"] <= 1]
    now = usable[usable["revenue_current"] > 0]
    first = now["first_choice"].astype(bool)
    means = {
        name: {
            "what": f"Mean share among buyers of the last year with a known wallet {words}.",
            "value": float(part["said_share"].mean()),
            "band": band,
            "oracle": float(part["share_current"].mean()),
            "tolerance": 0.03,
            "how": "The oracle is the true share of the same customers.",
        }
        for name, words, part, band in (
            ("share_as_first_choice", "whose preferred supplier we are", now[first], [0.48, 0.66]),
            ("share_otherwise", "who prefer another supplier", now[~first], [0.14, 0.36]),
        )
    }
    by_group = {str(group): _ratio(part, "wallet_current") for group, part in buyers.groupby("group")}
    return means | {
        "shares_above_80_percent": {
            "what": "Part of the known wallets in which our share is above 0.8, conflicts apart.",
            "value": float((usable["said_share"] > 0.8).mean()),
            "band": [0.03, 0.08],
        },
        "customer_share": {
            "what": "Share in the last year of all who bought in the window, sum over sum of true wallets.",
            "value": _ratio(buyers, "wallet_current")[0],
            "band": [0.17, 0.32],
            "oracle": _with_interval(usable),
            "tolerance": 0.03,
            "how": "The oracle sees the known wallets only, and they belong to customers who give us more.",
        },
        "group_share": {
            "what": "The same by group.",
            "value": {group: share for group, (share, _) in by_group.items()},
            "band": [0.12, 0.48],
            "oracle": {str(group): _with_interval(part) for group, part in usable.groupby("group")},
            "tolerance": GROUP_TOLERANCE,
            "how": "As above; the interval holds chance, not that the known ones are no random sample.",
        },
        "share_won_of_what_was_elsewhere": {
            "what": "Upper quartile over customers known in both years of the gain in share over what was elsewhere.",
            **_capture(usable),
        },
    }


def _ratio(part: pd.DataFrame, wallet: str) -> tuple[float, float]:
    """Share sum over sum, and its standard error as a ratio of means."""
    ours, whole = part["revenue_current"], part[wallet]
    share = float(ours.sum() / whole.sum())
    left = ours - share * whole
    return share, float(np.sqrt(len(part) / max(len(part) - 1, 1) * (left**2).sum()) / whole.sum())


def _with_interval(part: pd.DataFrame) -> dict:
    share, error = _ratio(part, "wallet")
    return {"value": share, "low": share - SURE * error, "high": share + SURE * error, "customers": len(part)}


def _capture(usable: pd.DataFrame) -> dict:
    both = usable.dropna(subset=["share_prior", "share_current"])
    gain = (both["share_current"] - both["share_prior"]) / (1 - both["share_prior"])
    return {"value": float(gain.quantile(0.75)), "band": [0.02, 0.30]}


def _supplier_facts(table: pd.DataFrame, supplier_spend: pd.DataFrame) -> dict:
    rows = supplier_spend.assign(whole=supplier_spend.groupby("customer_id")["spend"].transform("sum"))
    counts = (rows["spend"] >= SET_PART * rows["whole"]).groupby(rows["customer_id"]).sum()
    us = rows[rows["supplier"] == US].set_index("customer_id").join(table["share_current"])
    first = us["supplier_rank"] == 1
    return {
        "supplier_sets": {
            "what": "Mean number of suppliers that count (5 % of the spend or more), ourselves included.",
            "value": float(counts.mean()),
            "band": [2.0, 4.0],
        },
        "share_ranked_first": {
            "what": "Mean true share among those who name us their preferred supplier of all.",
            "value": float(us.loc[first, "share_current"].mean()),
            "band": [0.46, 0.66],
        },
        "share_ranked_lower": {
            "what": "Mean true share among those who name another first.",
            "value": float(us.loc[~first, "share_current"].mean()),
            "band": [0.14, 0.36],
        },
    }


def _correlation(table: pd.DataFrame, known: pd.DataFrame, opinions: pd.DataFrame, survey: Survey) -> dict:
    last = opinions[opinions["wave"] == opinions["wave"].max()].set_index("customer_id")["satisfaction"]
    said = survey.table.dropna(subset=["customer_id"]).drop_duplicates("customer_id", keep="last")
    both = said.set_index("customer_id").join(known["said_share"], how="inner")
    both = both[both["said_share"].between(0, 1, inclusive="right")]
    seen = float(both["satisfaction"].astype(float).corr(both["said_share"]))
    spread = SURE / np.sqrt(len(both) - 3)
    return {
        "what": "Correlation of satisfaction (second wave) and true share, over all customers that bought last year.",
        "value": float(last.reindex(table.index).corr(table["share_current"])),
        "band": [0.10, 0.20],
        "oracle": {
            "value": seen,
            "low": float(np.tanh(np.arctanh(seen) - spread)),
            "high": float(np.tanh(np.arctanh(seen) + spread)),
            "customers": len(both),
        },
        "how": f"Planted at {SHARE_CORRELATION}; the oracle has those who answered and whose wallet is known.",
    }
