"""The tables of step 04 that join what each of its calculations found, customer by customer and group by group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.method.advocacy import advocates, is_nps_scale, recommendation, referrals_made
from helpers.method.customer_types import TYPES, referral_types, type_cuts
from helpers.method.group_parts import part_names, parts_of
from helpers.method.lifetime_checks import LifetimeBasis
from helpers.method.lifetime_value import ALL, DORMANT, LifetimeValue
from helpers.method.nps import LEAST_ANSWERS, NPS, nps_by_group
from helpers.method.profit_findings import ProfitTables
from helpers.method.referral_value import ReferralTerms, referral_value, valued_referrals

UNKNOWN = "unknown"


@dataclass(frozen=True)
class ValueTables:
    """Everything that step 04 says, from which its sentences and checks are made.

    profit : ProfitTables
    lifetime : LifetimeValue
    basis : LifetimeBasis
    customer_value, clv_validation, advocacy, customer_types, acquisition : DataFrame, as published
    independence : (rank correlation, low, high) or None
    simple : float or None, the simple lifetime value of the portfolio
    """

    profit: ProfitTables
    lifetime: LifetimeValue
    basis: LifetimeBasis
    customer_value: pd.DataFrame
    clv_validation: pd.DataFrame
    advocacy: pd.DataFrame
    customer_types: pd.DataFrame
    acquisition: pd.DataFrame
    independence: tuple[float, float, float] | None
    simple: float | None

    @property
    def equity(self) -> pd.Series:
        """The row of all active customers."""
        return self.lifetime.groups.iloc[0]


def group_of_each(customer_summary: pd.DataFrame, groups: pd.DataFrame | None) -> pd.Series:
    """The group of every customer for totals of value: of the active their own ("all" without groups), else dormant.

    Examples
    --------
    >>> summary = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "status": ["active", "dormant", "never"]})
    >>> group_of_each(summary, None).to_dict()
    {'c1': 'all', 'c2': 'dormant'}
    """
    rows = customer_summary[customer_summary["status"] != "never"]
    own = parts_of(rows["customer_id"], groups) if groups is not None else pd.Series(ALL, index=rows.index, dtype="str")
    parts = own.where((rows["status"] == "active").to_numpy(), DORMANT)
    return pd.Series(parts.to_numpy(), index=rows["customer_id"].astype("str").to_numpy(), dtype="str").sort_index()


def referrals_of(
    referrals: pd.DataFrame | None,
    customer_days: pd.DataFrame,
    margin_rates: pd.Series,
    *,
    as_of: object,
    terms: ReferralTerms,
) -> pd.DataFrame | None:
    """What each customer's referrals are worth, as `referral_value` gives it; None where none were delivered."""
    if referrals is None:
        return None
    return referral_value(valued_referrals(referrals, customer_days, margin_rates, as_of=as_of, terms=terms))


def customer_value_table(
    profit: ProfitTables,
    tiers: pd.Series,
    lifetime: LifetimeValue,
    group_of: pd.Series,
    *,
    survey: pd.DataFrame | None,
    referrals: pd.DataFrame | None,
    valued: pd.DataFrame | None,
    customer_days: pd.DataFrame,
    window_start: object,
    as_of: object,
    scale: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """One row per customer who ever bought or has a running contract: the published customer_value.

    Parameters
    ----------
    profit : ProfitTables
    tiers : Series by the rows of `profit.profits`, from `value_tiers`
    lifetime : LifetimeValue
    group_of : Series of str by customer_id, from `group_of_each`
    survey, referrals : DataFrame or None, as delivered
    valued : DataFrame or None, from `referrals_of`
    customer_days : DataFrame
    window_start, as_of : date
    scale : (low, high) of recommend, where the client states it

    Notes
    -----
    Where referrals were delivered, a customer without one has a referral value of zero. A type needs a lifetime value
    and a referral value, and an active customer.
    """
    ids = pd.Index(group_of.index)
    table = pd.DataFrame({"customer_id": ids.astype("str"), "group_id": group_of.to_numpy()})
    table["status"] = pd.Series(np.where(table["group_id"] == DORMANT, "dormant", "active"), dtype="str")
    own = profit.profits.assign(value_tier=tiers).dropna(subset="customer_id").set_index("customer_id")
    money = ["list_revenue", "discount", "revenue", "cost_of_goods", "gross_margin", "cost_to_serve", "customer_profit"]
    table = table.join(own[[*money, "yearly_profit", "value_tier"]], on="customer_id")
    ordered = own["ordered"].reindex(ids, fill_value=False).to_numpy(dtype=bool)
    table["value_tier"] = table["value_tier"].where(ordered).fillna(UNKNOWN).astype("str")
    table = table.join(lifetime.customers.set_index("customer_id"), on="customer_id")
    table["clv_basis"] = pd.Series(lifetime.basis, index=table.index, dtype="str").where(table["clv"].notna())
    said = recommendation(survey, start=window_start, end=as_of).set_index("customer_id")["recommend"]
    table["recommend"] = said.reindex(ids).to_numpy()
    spoke = _advocates(survey, referrals, customer_days, window_start, as_of, scale)
    table["advocate"] = spoke.reindex(ids).to_numpy(dtype=object)
    table["advocate"] = table["advocate"].astype("boolean")
    table["referral_value"] = np.nan
    if valued is not None:
        worth = valued.set_index("customer_id")["referral_value"]
        table["referral_value"] = worth.reindex(ids).to_numpy()
        table.loc[~ids.isin(worth.index), "referral_value"] = 0.0
    active = table["status"] == "active"
    table["customer_type"] = UNKNOWN
    both = table[active & table["clv"].notna() & table["referral_value"].notna()]
    if len(both) and (both["referral_value"] > 0).any():
        types = referral_types(both, type_cuts(both))
        table.loc[both.index, "customer_type"] = types
    table["customer_type"] = table["customer_type"].astype("str")
    return table


def _advocates(survey, referrals, customer_days, window_start, as_of, stated) -> pd.Series:
    """Whether each customer is an advocate, by customer_id; missing where it cannot be known."""
    told = recommendation(survey, start=window_start, end=as_of) if survey is not None else None
    made = referrals_made(referrals, customer_days, end=as_of) if referrals is not None else None
    scale = survey is not None and "recommend" in survey and is_nps_scale(survey["recommend"], stated)
    found = advocates(told, made, nps_scale=scale)
    return found.set_index("customer_id")["advocate"]


def advocacy_table(
    survey: pd.DataFrame | None,
    groups: pd.DataFrame | None,
    customer_value: pd.DataFrame,
    *,
    window_start: object,
    as_of: object,
    scale: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """The published advocacy: score, interval and advocates of all and of each group; empty without answers."""
    found = nps_by_group(survey, groups, start=window_start, end=as_of, scale=scale)
    scored = found["measure"] == NPS
    names = part_names(found.loc[found["group_id"] != ALL, "group_id"], groups) if len(found) else {}
    speak = customer_value[customer_value["advocate"].fillna(False).to_numpy(dtype=bool)]
    counts = speak["group_id"].value_counts()
    advocates_of = found["group_id"].map(counts).fillna(0).astype("int64")
    table = found.assign(
        group_name=found["group_id"].map(names).astype("str"),
        enough=found["n"] >= LEAST_ANSWERS,
        advocates=advocates_of.mask(found["group_id"] == ALL, len(speak)),
    )
    for end, top in (("", ""), ("_low", "_low"), ("_high", "_high")):
        points = found[f"nps{end}"] / 100
        table[f"score{end}"] = points.where(scored, found[f"top_box{top}"])
    columns = [
        *("group_id", "group_name", "measure", "n", "earlier_answers", "promoters", "passives", "detractors"),
        *("score", "score_low", "score_high", "enough", "advocates"),
    ]
    return table[columns]


def types_table(customer_value: pd.DataFrame, valued: pd.DataFrame | None, groups: pd.DataFrame | None) -> pd.DataFrame:
    """The published customer_types: what customers of each group bring themselves, and through others.

    Empty where no active customer has both a lifetime value and a referral value, or nobody's referrals brought any.
    """
    typed = customer_value[customer_value["customer_type"] != UNKNOWN]
    names = {ALL: "All active customers"} | {
        one: name for one, name in part_names(typed["group_id"], groups).items() if one != ALL
    }
    came = pd.Series(dtype="int64") if valued is None else valued.set_index("customer_id")["new_customers"]
    rows = []
    for group, name in names.items() if len(typed) else ():
        own = typed if group == ALL else typed[typed["group_id"] == group]
        if own.empty:
            continue
        counts = own["customer_type"].value_counts()
        rows.append(
            {"group_id": group, "group_name": name, "customers": len(own)}
            | {"clv_per_customer": own["clv"].sum() / len(own)}
            | {"referral_value_per_customer": own["referral_value"].sum() / len(own)}
            | {"referral_value": own["referral_value"].sum()}
            | {"new_customers": int(came.reindex(own["customer_id"]).fillna(0).sum())}
            | {one: int(counts.get(one, 0)) for one in TYPES}
        )
    counted = {"customers": "int64", "new_customers": "int64"} | dict.fromkeys(TYPES, "int64")
    money = ["clv_per_customer", "referral_value_per_customer", "referral_value"]
    columns = ["group_id", "group_name", "customers", *money, "new_customers", *TYPES]
    table = pd.DataFrame(rows, columns=columns).astype(counted | dict.fromkeys(money, "float64"))
    table[money] = table[money].round(4)
    return table.astype({"group_id": "str", "group_name": "str"})
