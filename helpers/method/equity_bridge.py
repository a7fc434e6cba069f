"""From the customer equity of the earlier version to that of today: what moved it, to the cent.

Who came and who left are counted whole. For who stayed, the change of each customer's lifetime value is shared out over
what changed about it. Each cause gets its mean effect over all orders in which the causes could have come, so that no
order has to be chosen and nothing is left over.
"""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from helpers.method.money import whole_money

BEFORE, ACQUIRED, WON_BACK, LOST = "before", "acquired", "won_back", "lost"
MOVED, VOLUME, MARGIN, SERVE = "moved", "share_gained", "margin", "cost_to_serve"
CONTRACTS, MODEL, DEFINITION, NOW = "contracts", "model", "definition", "now"
PARTS = {
    BEFORE: ("Customer equity then", "total"),
    ACQUIRED: ("Acquired customers", "customers"),
    WON_BACK: ("Won-back customers", "customers"),
    LOST: ("Lost customers", "customers"),
    MOVED: ("Moves between groups", "customers"),
    VOLUME: ("They buy more or less", "relation"),
    MARGIN: ("Margin", "relation"),
    SERVE: ("Cost to serve", "relation"),
    CONTRACTS: ("Contracts", "relation"),
    MODEL: ("The model, fitted anew", "change_of_measure"),
    DEFINITION: ("What margin counts", "change_of_measure"),
    NOW: ("Customer equity today", "total"),
}
CAUSES = (MOVED, VOLUME, MARGIN, SERVE)
COLUMNS = {
    **dict.fromkeys(("part", "part_name", "kind"), "str"),
    "is_total": "bool",
    "customers": "int64",
    "amount": "float64",
}
TINY = 1e-12
AFTER_COST_TO_SERVE = "after_cost_to_serve"


def equity_bridge(
    earlier: pd.DataFrame, today: pd.DataFrame, *, restated: pd.Series | None = None
) -> pd.DataFrame | None:
    """What moved customer equity between two versions.

    Parameters
    ----------
    earlier, today : DataFrame, one row per customer, the published customer_value of both
        customer_id, group_id, status, revenue, cost_to_serve, expected_revenue, margin_rate, contract_clv, clv,
        clv_basis
    restated : Series of float by customer_id, optional
        What the model as it is fitted today says, from the day of the earlier version on, of the purchases of that
        version's customers (`equity_restated.purchases_restated`). Without it a model that was fitted anew hides in
        "they buy more or less".

    Returns
    -------
    DataFrame, one row per part, in the order of PARTS: part, part_name, kind, amount, customers, is_total
        amount     float  currency; the parts between the totals sum to their difference to the cent
        customers  int    whose value it is; of a cause those whose value it moved
    None where no lifetime value is known in one of the two.

    Notes
    -----
    Equity is the sum of clv over active customers. A customer's clv = purchases x (g - c) + contracts, where purchases
    = (clv - contracts) / margin_rate, c = cost to serve / revenue of its group in the window (0 where margins count no
    cost to serve), and g = margin_rate + c. Cost to serve is taken from the group because the published margin of a
    customer is drawn towards its group's and is not told apart.

    Who is active in both has four causes. *Moved*: purchases are multiplied by, and g and c moved by, what told the new
    group from the old one in the earlier version (means of its active customers); nothing where the group was not there
    then. *They buy more or less*: the rest of the change of purchases, *margin* and *cost to serve* the rest of that of
    g and c. Each cause gets its Shapley value: the mean over the 24 orders of the causes of what it adds. *The model*
    is the earlier customers' purchases restated, at their earlier margins; it is taken off before all else, so that
    lost customers count as today's model would have them. Where margins count other costs than before, all of the
    change of margin and cost to serve is a change of definition.

    References
    ----------
    Shapley, "A value for n-person games" (1953); Gupta and Lehmann, *Managing Customers as Investments* (2005), on
    customer equity.

    Examples
    --------
    >>> row = {"group_id": "g1", "status": "active", "revenue": 100.0, "cost_to_serve": 10.0, "expected_revenue": 100.0,
    ...     "margin_rate": 0.2, "contract_clv": None, "clv": 20.0, "clv_basis": "after_cost_to_serve"}
    >>> then = pd.DataFrame([row | {"customer_id": "a"}, row | {"customer_id": "b"}])
    >>> now = pd.DataFrame([row | {"customer_id": "b", "clv": 40.0}, row | {"customer_id": "c"}])
    >>> bridge = equity_bridge(then, now)
    >>> bridge.loc[bridge["amount"] != 0, ["part", "amount"]].values.tolist()
    [['before', 40.0], ['acquired', 20.0], ['lost', -20.0], ['share_gained', 20.0], ['now', 60.0]]
    """
    then, now = _parts_of_value(earlier), _parts_of_value(today)
    if then is None or now is None:
        return None
    both = then.add_suffix("_then").join(now.add_suffix("_now"), how="outer").sort_index()
    was = both["active_then"].fillna(False).to_numpy(dtype=bool)
    is_now = both["active_now"].fillna(False).to_numpy(dtype=bool)
    known = both["clv_then"].notna().to_numpy()
    model = np.zeros(len(both))
    if restated is not None:
        again = restated.reindex(both.index).astype(float).fillna(both["bought_then"]).to_numpy()
        rate = (both["gross_then"] - both["serve_then"]).to_numpy()
        model = np.where(was, (again - both["bought_then"].to_numpy()) * rate, 0.0)
        both["bought_then"] = again
    clv_then = both["clv_then"].fillna(0.0).to_numpy() + model
    clv_now = both["clv_now"].fillna(0.0).to_numpy()
    stayed = was & is_now
    moved = _shared_out(both[stayed], then)
    definition = pd.Series(0.0, index=moved.index)
    if _basis(earlier) != _basis(today):
        definition = moved[MARGIN] + moved[SERVE]
        moved[[MARGIN, SERVE]] = 0.0
    contracts = (both["contracts_now"] - both["contracts_then"])[stayed]
    amounts = {
        BEFORE: both["clv_then"].fillna(0.0).to_numpy()[was],
        ACQUIRED: clv_now[is_now & ~was & ~known],
        WON_BACK: clv_now[is_now & ~was & known],
        LOST: -clv_then[was & ~is_now],
        **{cause: moved[cause].to_numpy() for cause in CAUSES},
        CONTRACTS: contracts.to_numpy(),
        MODEL: model[was],
        DEFINITION: definition.to_numpy(),
        NOW: clv_now[is_now],
    }
    rows = [
        {"part": part, "part_name": PARTS[part][0], "kind": PARTS[part][1], "amount": float(np.nansum(values))}
        | {"customers": int(_counted(part, values)), "is_total": PARTS[part][1] == "total"}
        for part, values in amounts.items()
    ]
    table = pd.DataFrame(rows)
    table["amount"] = whole_money(table["amount"])
    # parts are rounded one by one; what that leaves goes to the one that is largest by nature, and is below a cent
    parts = table["is_total"].eq(False)
    total = table.set_index("part")["amount"]
    left = round(total[NOW] - total[BEFORE] - table.loc[parts, "amount"].sum(), 4)
    table.loc[table["part"] == VOLUME, "amount"] += left
    table["amount"] = whole_money(table["amount"])
    return table


def bridge_table(
    earlier: pd.DataFrame | None, today: pd.DataFrame | None, *, restated: pd.Series | None = None
) -> pd.DataFrame:
    """The published equity_bridge: as `equity_bridge`, without rows where there is no earlier version or no equity.

    A part without customers and without money is left out.
    """
    found = None if earlier is None or today is None else equity_bridge(earlier, today, restated=restated)
    if found is None:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in COLUMNS.items()})
    found = found[found["is_total"] | (found["amount"] != 0) | (found["customers"] > 0)]
    return found.reset_index(drop=True)[list(COLUMNS)]


def shapley(worth: dict[frozenset, np.ndarray], causes: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The mean effect of each cause over all orders, from what each set of causes is worth.

    >>> worth = {frozenset(): 2.0, frozenset("a"): 4.0, frozenset("b"): 6.0, frozenset("ab"): 12.0}
    >>> shapley(worth, ("a", "b"))
    {'a': 4.0, 'b': 6.0}
    """
    n, found = len(causes), {}
    for cause in causes:
        others, value = [one for one in causes if one != cause], 0.0
        for size in range(n):
            weight = factorial(size) * factorial(n - size - 1) / factorial(n)
            for some in combinations(others, size):
                value = value + weight * (worth[frozenset({*some, cause})] - worth[frozenset(some)])
        found[cause] = value
    return found


def _parts_of_value(value: pd.DataFrame) -> pd.DataFrame | None:
    """clv as purchases x (gross - serve) + contracts, by customer; None where no lifetime value is known."""
    rows = value.assign(customer_id=value["customer_id"].astype("str")).set_index("customer_id").sort_index()
    money = ["revenue", "cost_to_serve", "expected_revenue", "margin_rate", "contract_clv", "clv"]
    rows = rows.astype(dict.fromkeys(money, float))
    if rows["clv"].isna().all():
        return None
    active, contracts = rows["status"] == "active", rows["contract_clv"].fillna(0.0)
    rate, clv = rows["margin_rate"].fillna(0.0), rows["clv"].fillna(0.0)
    usable = rate.abs() > TINY
    bought = ((clv - contracts) / rate.where(usable)).where(usable, rows["expected_revenue"].fillna(0.0))
    # what a rate of nothing cannot explain is the contract's
    contracts = contracts.where(usable, clv)
    serve = pd.Series(0.0, index=rows.index)
    if _basis(value) == AFTER_COST_TO_SERVE:
        served = rows[active & rows["revenue"].notna() & rows["cost_to_serve"].notna()]
        sums = served.groupby("group_id")[["revenue", "cost_to_serve"]].sum()
        serve = rows["group_id"].map(sums["cost_to_serve"] / sums["revenue"].where(sums["revenue"] > 0)).fillna(0.0)
    parts = {"group": rows["group_id"].astype("str"), "active": active, "bought": bought, "gross": rate + serve}
    return pd.DataFrame(parts | {"serve": serve, "contracts": contracts, "clv": clv})


def _basis(value: pd.DataFrame) -> str:
    known = value["clv_basis"].dropna()
    return str(known.iloc[0]) if len(known) else ""


def _shared_out(both: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
    """What each cause did to each customer that stayed."""
    means = then[then["active"]].groupby("group")[["bought", "gross", "serve"]].mean()
    old, new = (means.reindex(both[f"group_{when}"]).reset_index(drop=True) for when in ("then", "now"))
    moved = ((both["group_then"] != both["group_now"]).to_numpy() & new.notna().all(axis=1)).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        times = (new["bought"] / old["bought"]).to_numpy()
    sound = moved & np.isfinite(times) & (times > TINY)
    times = np.where(sound, times, 1.0)
    gross, serve = (np.where(sound, (new[one] - old[one]).to_numpy(), 0.0) for one in ("gross", "serve"))
    was = {one: both[f"{one}_then"].to_numpy(dtype=float) for one in ("bought", "gross", "serve")}
    now = {one: both[f"{one}_now"].to_numpy(dtype=float) for one in ("bought", "gross", "serve")}
    worth = {}
    for size in range(len(CAUSES) + 1):
        for some in combinations(CAUSES, size):
            here, there = MOVED in some, MOVED not in some
            bought = (
                now["bought"] / (times if there else 1.0) if VOLUME in some else was["bought"] * (times if here else 1)
            )
            left = now["gross"] - (gross if there else 0) if MARGIN in some else was["gross"] + (gross if here else 0)
            cost = now["serve"] - (serve if there else 0) if SERVE in some else was["serve"] + (serve if here else 0)
            worth[frozenset(some)] = bought * (left - cost)
    return pd.DataFrame(shapley(worth, CAUSES), index=both.index)


def _counted(part: str, values: np.ndarray) -> int:
    """How many customers a part is about."""
    whole = part in (BEFORE, NOW, ACQUIRED, WON_BACK, LOST)
    return len(values) if whole else int((np.abs(values) > 5e-5).sum())
