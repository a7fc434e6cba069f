"""Groups on which we fail to earn: the wrong customers, too weak an offer, or customers who buy on price alone?"""

from __future__ import annotations

import pandas as pd

from helpers.method.contract_fees import contract_fees
from helpers.method.delivered import columns_of
from helpers.method.group_members import BESIDE
from helpers.method.group_parts import part_names
from helpers.method.money import ten_thousandths
from helpers.method.profit import LEAST_KNOWN
from helpers.method.share import ALL

TOP = 3  # most important drivers, on which a loss is a weak offer
DEEP = 0.10  # off the list price of a day: from here on its revenue counts as discounted
MOST_DISCOUNTED = 0.5  # of the revenue
PRICE = "price"  # in the name of a driver
DIAGNOSES = {
    "wrong_customers": "Wrong customers",
    "weak_offer": "Weak offer",
    "price_driven": "Price driven",
    "none_fits": "None of the three",
    "cannot_say": "Cannot say",
}
REASONS = {"profit": "costs more than it brings", "downturn": "margin falls", "lifetime": "lifetime value below zero"}
DIGITS = 9
_TEXTS = ["group_id", "group_name", "fails_by", "lost_drivers", "top_driver", "diagnosis", "diagnosis_name"]


def failing_groups(
    importance: pd.DataFrame,
    performance: pd.DataFrame,
    customer_value: pd.DataFrame | None,
    margin_slopes: pd.DataFrame | None,
    clv_by_group: pd.DataFrame | None,
    customer_days: pd.DataFrame,
    groups: pd.DataFrame | None,
    contracts: pd.DataFrame | None = None,
    *,
    start: object,
    as_of: object,
) -> pd.DataFrame:
    """Which groups fail to earn us anything, and the first of three reasons that fits.

    Parameters
    ----------
    importance : DataFrame, one row per group and driver
        group_id, driver, label and importance; empty where there is none.
    performance : DataFrame, one row per group and driver
        group_id, driver, advantage and advantage_high: points by which we are ahead of the best alternative.
    customer_value : DataFrame, one row per customer, or None
        Of step 04: group_id, revenue, customer_profit.
    margin_slopes : DataFrame or None
        Of step 04: group_id, decides and downturn.
    clv_by_group : DataFrame or None
        Of step 04: group_id and clv_high.
    customer_days : DataFrame, one row per customer and day with a line
    groups : DataFrame, one row per customer in a group, or None; then there is no group to fail
    contracts : DataFrame, one row per contract, optional
        Their fees belong to what a group brings, and are not in the profit of step 04.
    start, as_of : date
        The window.

    Returns
    -------
    DataFrame, one row per group that was formed, in their order
        group_id, group_name
        customers        int
        customer_profit  float    of the window; missing where that of half the revenue or more is unknown
        contract_fees    float    of the window
        fails            boolean  missing where step 04 said nothing of the group
        fails_by         str      why: costs more than it brings (profit and fees below zero), margin falls, lifetime
                                  value below zero
        advantage        float    points, of all drivers weighted by importance; missing where none of them has both
        lost_drivers     str      of the three most important, those whose advantage lies below zero with its interval
        top_driver       str      the most important driver, equal ones together
        discounted_part  float    of the revenue, on days with a tenth or more off the list price
        diagnosis        str      of a group that fails, the first that fits: wrong_customers (costs more than it
                                  brings, advantage of zero or more and no lost driver), weak_offer (a lost driver),
                                  price_driven (price the top driver, or more than half of the revenue discounted),
                                  none_fits; cannot_say where no advantage is known

    Notes
    -----
    The first that fits counts: who likes us better than anybody and costs us money is no matter of the offer. A group
    that is ahead on the whole only by drivers that matter little is not better served, so that a lost driver comes
    first. Where nobody compared us with a competitor the first
    two reasons cannot be ruled out, so none is given.

    Examples
    --------
    >>> none = pd.DataFrame(columns=["group_id", "driver", "label", "importance", "advantage", "advantage_high"])
    >>> worth = pd.DataFrame({"customer_id": ["c1"], "group_id": "g1", "revenue": 90.0, "customer_profit": -5.0})
    >>> groups = pd.DataFrame({"customer_id": ["c1"], "group_id": "g1", "group_name": "Yards"})
    >>> days = pd.DataFrame({"customer_id": ["c1"], "date": pd.Timestamp("2026-05-01"), "revenue": 90.0})
    >>> found = failing_groups(none, none, worth, None, None, days, groups, start="2026-01-01", as_of="2027-01-01")
    >>> found[["group_name", "fails_by", "diagnosis"]].values.tolist()
    [['Yards', 'costs more than it brings', 'cannot_say']]
    """
    members = columns_of(groups, {"customer_id": "str", "group_id": "str", "group_name": "str"})
    names = part_names(members["group_id"], members)
    sold = _discounted(customer_days, members, start, as_of)
    earned = contract_fees(contracts, start=start, end=as_of)
    fees = earned.groupby(members.set_index("customer_id")["group_id"].reindex(earned.index)).sum().round(4)
    rows = []
    for group_id, name in names.items():
        if group_id == ALL or group_id in BESIDE:
            continue
        paid = float(fees.get(group_id, 0.0))
        fails, why, profit = _fails(group_id, paid, customer_value, margin_slopes, clv_by_group)
        row = {"group_id": group_id, "group_name": name, "customers": int((members["group_id"] == group_id).sum())}
        row |= {
            "customer_profit": profit,
            "contract_fees": paid,
            "fails": fails,
            "fails_by": ", ".join(REASONS[one] for one in why) or None,
        }
        row |= _offer(importance, performance, group_id) | {"discounted_part": sold.get(group_id, float("nan"))}
        row["diagnosis"] = _diagnosis(row, "profit" in why) if fails is True else None
        rows.append(row | {"diagnosis_name": DIAGNOSES.get(row["diagnosis"])})
    kinds = dict.fromkeys(_TEXTS[:2], "str") | {"customers": "int64", "customer_profit": float}
    kinds |= {"contract_fees": float, "fails": "boolean"}
    kinds |= {"fails_by": "str", "advantage": float, "lost_drivers": "str", "top_driver": "str"}
    kinds |= {"discounted_part": float, "diagnosis": "str", "diagnosis_name": "str"}
    table = pd.DataFrame(rows, columns=list(kinds)).astype(kinds)
    return table.round({"advantage": DIGITS, "discounted_part": DIGITS, "customer_profit": 4})


def _fails(
    group_id: str, fees: float, value: pd.DataFrame | None, slopes: pd.DataFrame | None, clv: pd.DataFrame | None
) -> tuple[bool | None, list[str], float]:
    """Whether a group fails, by which of the three signs, and its profit."""
    kinds = {"group_id": "str", "revenue": float, "customer_profit": float}
    own = columns_of(value, kinds)
    own = own[own["group_id"] == group_id]
    known, revenue = own["customer_profit"].notna(), own["revenue"].fillna(0.0)
    enough = known.any() and revenue[known].sum() >= LEAST_KNOWN * revenue.sum()
    profit = round(own.loc[known, "customer_profit"].sum(), 4) + 0.0 if enough else float("nan")
    slope = columns_of(slopes, {"group_id": "str", "decides": "boolean", "downturn": "boolean"})
    slope = slope[(slope["group_id"] == group_id) & slope["decides"].fillna(False)]
    ahead = columns_of(clv, {"group_id": "str", "clv_high": float})
    ahead = ahead.loc[ahead["group_id"] == group_id, "clv_high"].dropna()
    signs = {"profit": profit + fees < 0, "downturn": bool(slope["downturn"].fillna(False).any())}
    signs["lifetime"] = bool((ahead < 0).any())
    why = [name for name, is_so in signs.items() if is_so]
    nothing = profit != profit and slope.empty and ahead.empty
    return None if nothing else bool(why), why, profit


def _offer(importance: pd.DataFrame, performance: pd.DataFrame, group_id: str) -> dict:
    """How our offer to a group compares, by what it finds important; unknown where it was not asked."""
    weights = importance.loc[importance["group_id"] == group_id, ["driver", "label", "importance"]]
    rated = performance.loc[performance["group_id"] == group_id, ["driver", "advantage", "advantage_high"]]
    both = weights.merge(rated, on="driver", how="left").dropna(subset="importance")
    if both.empty:
        return {"advantage": float("nan"), "lost_drivers": None, "top_driver": None}
    place = both["importance"].round(DIGITS).rank(ascending=False, method="min")
    lost = both[(place <= TOP) & (both["advantage_high"] < 0)]
    seen = both.dropna(subset="advantage")
    total = seen["importance"].sum()
    overall = (seen["importance"] * seen["advantage"]).sum() / total if total > 0 else float("nan")
    first = both[place == 1]
    found = {"advantage": round(overall, DIGITS), "lost_drivers": ", ".join(lost["label"]) or None}
    price = first["driver"].str.casefold().str.contains(PRICE, regex=False).any()
    return found | {"top_driver": " and ".join(first["label"]), "price_first": bool(price)}


def _diagnosis(row: dict, loses: bool) -> str:
    if row["advantage"] != row["advantage"]:
        return "cannot_say"
    if loses and row["advantage"] >= 0 and not row["lost_drivers"]:
        return "wrong_customers"
    if row["lost_drivers"]:
        return "weak_offer"
    # a part that is not known is above nothing
    return "price_driven" if row["price_first"] or row["discounted_part"] > MOST_DISCOUNTED else "none_fits"


def _discounted(customer_days: pd.DataFrame, members: pd.DataFrame, start: object, as_of: object) -> dict[str, float]:
    """By group the part of the revenue on days with a tenth or more off; only where the list price is mostly known."""
    kinds = {"customer_id": "str", "date": "datetime64[us]", "revenue": float, "list_revenue": float}
    rows = columns_of(customer_days, kinds)
    rows = rows[(rows["date"] >= pd.Timestamp(start)) & (rows["date"] < pd.Timestamp(as_of)) & (rows["revenue"] > 0)]
    group = rows["customer_id"].map(members.set_index("customer_id")["group_id"])
    known = rows["list_revenue"] > 0
    deep = known & (rows["list_revenue"] - rows["revenue"] >= (DEEP - 1e-9) * rows["list_revenue"])
    money = pd.Series(ten_thousandths(rows["revenue"]), index=rows.index)
    sums = pd.DataFrame({"all": money, "known": money.where(known, 0), "deep": money.where(deep, 0)})
    sums = sums.groupby(group).sum()
    sums = sums[(sums["known"] > 0) & (sums["known"] >= LEAST_KNOWN * sums["all"])]
    return (sums["deep"] / sums["known"]).to_dict()
