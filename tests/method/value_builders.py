"""Step 04 for tests: money, lifetime values, answers and referrals of twenty customers, put together by its functions.

Ten customers of g1 (a0 to a9) earn 40 each and are worth 100; ten of g2 (b0 to b9) earn 5 and are worth -5; d0 bought
before the window only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.lifetime_checks import LifetimeBasis, validation_table
from helpers.method.lifetime_value import LifetimeValue
from helpers.method.profit_window import profit_window, tiers_of, window_profits
from helpers.method.purchase_history import purchase_history
from helpers.method.purchase_holdout import HoldOut
from helpers.method.referral_value import TERMS
from helpers.method.value_tables import (
    ValueTables,
    advocacy_table,
    customer_value_table,
    group_of_each,
    referrals_of,
    types_table,
)
from tests.method.profit_builders import PRICES, grouped, known, served, sold

PERIOD = {"window_start": "2026-01-01", "as_of": "2027-01-01"}
GROUP_OF = {f"a{n}": "g1" for n in range(10)} | {f"b{n}": "g2" for n in range(10)}
GROUPS = grouped(**GROUP_OF)
SUMMARY = known(**dict.fromkeys(GROUP_OF, "active"), d0="dormant", n0="never").assign(revenue=0.0)
SUMMARY["revenue"] = SUMMARY["customer_id"].map({one: 100.0 if one < "b" else 50.0 for one in GROUP_OF})
DAYS = sold(
    *[(f"a{n}", f"2026-0{n % 3 + 2}-01", 100.0, 60.0) for n in range(10)],
    *[(f"b{n}", "2026-05-01", 50.0, 45.0) for n in range(10)],
    ("d0", "2024-05-01", 50.0, 45.0),
)
EVENTS = served(("b0", "2026-01-15", "visit", 1), ("b1", "2026-12-15", "call", 1))
WORTH = {"g1": 100.0, "g2": -5.0, "dormant": 7.0}
# answers of a0 and of b0 to b2, and whom they sent: b1 and b2 came through a0, b3 through b0
ANSWERS = {"a0": 10.0, "a1": 9.0, "b0": 3.0, "b1": 10.0}
SENT = [("a0", "b1"), ("a0", "b2"), ("b0", "b3"), ("a1", "n0")]


def survey(answers: dict[str, float] = ANSWERS) -> pd.DataFrame:
    table = pd.DataFrame({"customer_id": list(answers), "recommend": list(answers.values())})
    return table.assign(date=pd.Timestamp("2026-06-01")).astype({"customer_id": "str", "recommend": float})


def referrals(*rows: tuple[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["customer_id", "referred_customer_id"]).astype("str")
    return table.assign(date=pd.Timestamp("2026-04-01"))


def lifetime(group_of: pd.Series, worth: dict[str, float] = WORTH, basis: str = "after_cost_to_serve", **changed):
    """What customers will bring, as much as `worth` says for each of a group; a range of a tenth to each side."""
    clv = group_of.map(worth).astype(float)
    customers = pd.DataFrame({"customer_id": group_of.index.astype("str"), "one_order": group_of.index == "a0"})
    customers = customers.assign(p_alive=0.9, expected_purchases=2.0, expected_spend=50.0, expected_revenue=90.0)
    customers = customers.assign(margin_rate=0.4, contract_clv=0.0, clv=clv.to_numpy())
    customers = customers.assign(clv_low=customers["clv"] - 10, clv_high=customers["clv"] + 10)
    rows = []
    for group in ["all", *sorted(set(group_of) - {"dormant", "all"}), "dormant"]:
        own = clv[group_of == group] if group != "all" else clv[group_of != "dormant"]
        total = own.sum(min_count=1)  # what is not known is no zero
        reach = 0.1 * abs(total)
        once = 100.0 if group in ("all", "g1") and "a0" in own.index else 0.0
        row = {"group_id": group, "group_name": group.title(), "customers": len(own), "contract_clv": 0.0}
        row |= {"clv": total, "clv_low": total - reach, "clv_high": total + reach, "one_order_clv": once}
        ahead = {"expected_revenue": 90.0, "revenue_low": 80.0, "revenue_high": 99.0}
        rows.append(row | {name: amount * len(own) for name, amount in ahead.items()})
    groups = pd.DataFrame(rows)
    whole = groups["clv"].iloc[0]
    groups["part_of_clv"] = groups["clv"] / whole if whole > 0 else np.nan
    given = {"models": object(), "check_part": float("nan"), "months": 36, "annual_discount": 0.10} | changed
    return LifetimeValue(customers, groups.assign(clv_per_customer=groups["clv"] / groups["customers"]), basis, **given)


def held_out(predicted: float = 2.2, naive: float = 4.0) -> HoldOut:
    """Forty customers of whom each bought twice after the cut, foreseen and carried forward alike."""
    table = pd.DataFrame({"customer_id": [f"c{n:02}" for n in range(40)], "x": 1, "actual": 2})
    return HoldOut(pd.Timestamp("2026-01-01"), table.assign(predicted=predicted, naive=naive))


def value_tables(
    *,
    days: pd.DataFrame = DAYS,
    groups: pd.DataFrame | None = GROUPS,
    events: pd.DataFrame | None = EVENTS,
    answers: pd.DataFrame | None = None,
    sent: pd.DataFrame | None = None,
    hold: HoldOut | None = None,
    acquisition: pd.DataFrame | None = None,
    independence: tuple[float, float, float] | None = None,
    simple: float | None = None,
    **life,
) -> ValueTables:
    """Everything that step 04 says."""
    costs = None if events is None else PRICES
    profits, cuts = window_profits(SUMMARY, days, events, costs, **PERIOD, window_months=12)
    window = profit_window(profits, days, groups, events, costs, cuts=cuts, **PERIOD, window_months=12)
    group_of = group_of_each(SUMMARY, groups)
    ahead = lifetime(group_of, **({"worth": WORTH | {"all": 47.5}} | life))
    rates = ahead.customers.set_index("customer_id")["margin_rate"]
    brought = referrals_of(sent, days, rates, as_of=PERIOD["as_of"], terms=TERMS)
    told = {"survey": answers, "referrals": sent, "valued": brought, "customer_days": days}
    worth = customer_value_table(window, tiers_of(profits, cuts), ahead, group_of, **told, **PERIOD)
    history = purchase_history(days, end=PERIOD["as_of"])
    basis = LifetimeBasis(history, np.full(len(history), "", dtype=object), False, hold)
    won = acquisition if acquisition is not None else pd.DataFrame(columns=["scope", "value_per_cost"])
    return ValueTables(
        window, ahead, basis, worth, validation_table(hold), advocacy_table(answers, groups, worth, **PERIOD),
        types_table(worth, brought, groups), won, independence, simple,
    )  # fmt: skip
