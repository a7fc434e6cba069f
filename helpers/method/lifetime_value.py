"""Customer lifetime value: what each customer is expected to leave us from as_of on, and how sure that is.

Expected purchases times spend times margin, month by month, discounted; running contracts are added. It is residual:
what a customer has brought so far is not in it. A total is surer than any of its customers, so both have intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.contract_value import ContractValue
from helpers.method.group_members import group_order
from helpers.method.lifetime_margin import NO_MARGIN, EarningRates
from helpers.method.mbg_nbd import fit_mbg_nbd
from helpers.method.newborn import WEEKS_A_MONTH
from helpers.method.shared_models import SharedModels, shared_models
from helpers.method.value_draws import LEVEL

ALL, ALL_NAME, DORMANT, DORMANT_NAME = "all", "All active customers", "dormant", "Dormant customers"
# Intervals of totals made of what the models know held 84 of 100 truths of planted clients, since seasons, trends and
# who is of which kind are not in the draws. A tenth wider they hold 88, and of clients that this was not chosen on as
# many as an oracle's (helpers/README.md, Studies).
WIDENED = 1.10
REACH = NormalDist().inv_cdf((1 + LEVEL) / 2)
COLUMNS = [
    *("customer_id", "one_order", "p_alive", "expected_purchases", "expected_spend", "expected_revenue"),
    *("margin_rate", "contract_clv", "clv", "clv_low", "clv_high"),
]


@dataclass(frozen=True)
class LifetimeValue:
    """What customers will bring.

    customers : DataFrame, one row per customer who ever bought or has a contract ahead, sorted by customer_id
        COLUMNS; clv is missing where no margin is known
    groups : DataFrame, the published clv_by_group
    basis : str, what a margin is taken after, one of `lifetime_margin.BASES`
    models : SharedModels or None, None where too few bought again for any model
    check_part : float, how far customer equity by MBG/NBD lies from that by BG/NBD, as a part of it; missing without
    months, annual_discount : the horizon and the yearly discount
    """

    customers: pd.DataFrame
    groups: pd.DataFrame
    basis: str
    models: SharedModels | None
    check_part: float
    months: int
    annual_discount: float

    @property
    def shown(self) -> list[str]:
        """The rows of `groups` that a chart compares: the groups, or all customers where there are none."""
        rows = self.groups["group_id"]
        return [one for one in rows if one not in (ALL, DORMANT)] or [ALL]


def lifetime_value(
    history: pd.DataFrame,
    sharing: np.ndarray,
    rates: EarningRates,
    net: EarningRates,
    contracts: ContractValue,
    parts: pd.Series,
    names: dict[str, str],
    *,
    months: int = 36,
    annual_discount: float = 0.10,
) -> LifetimeValue:
    """The lifetime value of each customer, of each group and of all.

    Parameters
    ----------
    history : DataFrame, one row per customer who ever bought, from `purchase_history`
    sharing : array of str, one value per row of the history, from `lifetime_groups`; "" = one fit of all
    rates, net : EarningRates of the same customers
        What a euro of purchase days earns, and what is left of it after returns (basis expected_revenue).
    contracts : ContractValue
    parts : Series of str by customer_id
        The group of every customer: of the active their own, "dormant" for the others.
    names : mapping of group_id to name
    months : int
        The horizon.
    annual_discount : float
        Month k counts (1 + annual_discount)^-((k - 0.5) / 12).

    Returns
    -------
    LifetimeValue

    Raises
    ------
    StepInputError
        If the horizon has no month or the discount is below zero.

    Notes
    -----
    A customer's clv = sum over months of new purchases x spend x margin rate x discount + contracts. Its interval is
    that of its purchases and spend (5th to 95th percentile), at its margin rate. A group's interval is made of what
    purchases and spend could be, of the error of margins, and of contracts, which are independent, a tenth wider.

    References
    ----------
    Fader, Hardie and Lee, "Counting your customers the easy way", Marketing Science 24 (2005); Fader and Hardie, "The
    Gamma-Gamma model of monetary value" (2013).
    """
    if months < 1 or annual_discount < 0:
        raise StepInputError(
            f"lifetime_value: the horizon is {months} months and the discount {annual_discount:g}. Expected a month or "
            "more, and a discount of zero or more such as 0.1."
        )
    weeks = WEEKS_A_MONTH * np.arange(1, months + 1)
    factors = (1 + annual_discount) ** (-(np.arange(months) + 0.5) / 12)
    ids = pd.Index(sorted(set(history["customer_id"]) | set(contracts.contracts["customer_id"])), dtype="str")
    models, ahead, check = _ahead(history, sharing, weeks, factors)
    ahead = ahead.set_index(history["customer_id"].to_numpy())
    table = pd.DataFrame(index=ids).join(ahead)
    table["margin_rate"] = rates.customers.set_index("customer_id")["margin_rate"].reindex(ids)
    after = net.customers.set_index("customer_id")["margin_rate"].reindex(ids)
    bought = history.set_index("customer_id")
    table["one_order"] = (bought["x"] == 0).reindex(ids, fill_value=False).astype("boolean")
    fees = contracts.by_customer.reindex(ids)
    table["contract_clv"] = fees
    # who never bought has nothing but its contract; without a model nothing is known of those who did
    only = pd.Series(~ids.isin(bought.index), index=ids)
    table.loc[only, ["value", "value_low", "value_high"]] = 0.0
    table["expected_revenue"] = table["value"] * after.fillna(1.0)
    margin = table["margin_rate"].where(~only, 0.0)
    ends = np.sort(np.column_stack([table["value_low"] * margin, table["value_high"] * margin]), axis=1)
    table["clv"] = table["value"] * margin + fees.fillna(0.0)
    table["clv_low"], table["clv_high"] = ends[:, 0] + fees.fillna(0.0), ends[:, 1] + fees.fillna(0.0)
    money = ["expected_spend", "expected_revenue", "contract_clv", "clv", "clv_low", "clv_high"]
    table[money] = table[money].round(4) + 0.0
    if rates.basis == NO_MARGIN:
        table[["clv", "clv_low", "clv_high", "margin_rate"]] = np.nan
    intervals = None
    if models is not None:
        intervals = _Totals(models, history, ahead["value"].to_numpy(), rates, net, contracts, weeks, factors)
    group_of = parts.reindex(ids).fillna(DORMANT)
    groups = _by_group(table, group_of, names, parts, intervals)
    part = _check_part(ahead, check, rates, group_of, rates.basis)
    customers = table.rename_axis("customer_id").reset_index()[COLUMNS]
    return LifetimeValue(customers, groups, rates.basis, models, part, months, annual_discount)


def _ahead(history, sharing, weeks, factors) -> tuple[SharedModels | None, pd.DataFrame, np.ndarray | None]:
    """The models, what they say of each customer, and what MBG/NBD says of its value; nothing where nobody repeats."""
    try:
        models = shared_models(history, sharing)
    except StepInputError:
        names = ["p_alive", "expected_purchases", "expected_spend", "value", "value_low", "value_high"]
        return None, pd.DataFrame(np.nan, index=history.index, columns=names), None
    check = np.zeros(len(history))
    others = shared_models(history, sharing, fit_mbg_nbd)
    for name, at, (x, t_x, T, count, mean) in others.parts(history):
        level = others.spends[name].expected(count, mean)
        check[at] = others.purchases[name].discounted_purchases(x, t_x, T, weeks, factors) * level
    return models, models.table(history, weeks, factors), check


def _check_part(ahead, check, rates, group_of, basis) -> float:
    """The difference that the other model makes to the value of all active customers."""
    if check is None:
        return float("nan")
    margin = rates.customers.set_index("customer_id")["margin_rate"].reindex(ahead.index).to_numpy()
    active = (group_of.reindex(ahead.index) != DORMANT).to_numpy()
    weight = np.where(active, 1.0 if basis == NO_MARGIN else margin, 0.0)
    ours = float(ahead["value"].to_numpy() @ weight)
    return float(check @ weight) / ours - 1 if ours > 0 else float("nan")


class _Totals:
    """Intervals of totals over groups of customers."""

    def __init__(self, models, history, value, rates, net, contracts, weeks, factors) -> None:
        self.models, self.history, self.value, self.rates, self.net = models, history, value, rates, net
        self.contracts, self.weeks, self.factors = contracts, weeks, factors

    def of(self, label: np.ndarray) -> list[pd.DataFrame]:
        """Of revenue, and of profit where a margin is known: how far below and above its mean a total may come.

        By label and for "all"; both are of the same drawn futures.
        """
        kinds = [self.net] if self.rates.basis == NO_MARGIN else [self.net, self.rates]
        errors = [kind.customers.set_index("customer_id").reindex(self.history["customer_id"]) for kind in kinds]
        weights = [one["margin_rate"].fillna(0.0).to_numpy() for one in errors]
        totals = self.models.total_intervals(self.history, self.weeks, self.factors, label, *weights)
        found = []
        for kind, error, weight, (ends, whole) in zip(kinds, errors, weights, totals, strict=True):
            ends.loc[ALL] = whole
            means = pd.Series(self.value * weight).groupby(label).sum()
            means[ALL] = means.sum()
            spread = self._margin_error(error, label)
            if kind is self.rates:
                spread = np.hypot(spread, self._contract_error(label, spread.index))
            below = np.hypot(ends["low"] - means[ends.index], REACH * spread[ends.index])
            above = np.hypot(ends["high"] - means[ends.index], REACH * spread[ends.index])
            found.append(pd.DataFrame({"below": WIDENED * below, "above": WIDENED * above}))
        return found

    def _margin_error(self, errors: pd.DataFrame, label: np.ndarray) -> pd.Series:
        """The standard error that margins give to each total: customers' own, and that of the kind they draw to."""
        own = pd.Series((self.value * errors["margin_error"].fillna(0.0).to_numpy()) ** 2).groupby(label).sum()
        drawn = (1 - errors["credibility"].fillna(1.0)) * errors["group_error"].fillna(0.0)
        shared = pd.DataFrame({"label": label, "kind": self.models.of, "error": self.value * drawn.to_numpy()})
        by_kind = shared.groupby(["label", "kind"])["error"].sum() ** 2
        variance = own.add(by_kind.groupby("label").sum(), fill_value=0.0)
        variance[ALL] = own.sum() + float((shared.groupby("kind")["error"].sum() ** 2).sum())
        return np.sqrt(variance)

    def _contract_error(self, label: np.ndarray, labels: pd.Index) -> pd.Series:
        of = pd.Series(label, index=self.history["customer_id"].to_numpy())
        owner = self.contracts.contracts["customer_id"].map(of)
        return pd.Series({one: self.contracts.error((owner == one).to_numpy() | (one == ALL)) for one in labels})


def _by_group(table, group_of, names, parts, totals) -> pd.DataFrame:
    """The published clv_by_group: "all" first, the groups, the dormant last."""
    label = None
    if totals is not None:
        label = group_of.reindex(totals.history["customer_id"]).to_numpy(dtype=object)
        revenue, *others = totals.of(label)
        profit = others[0] if others else None
        active = label != DORMANT
        if not active.all():
            # "all" is the active: the dormant are worth little, and are taken out of the sum of variances
            for frame in (revenue, *others):
                if DORMANT in frame.index:
                    for side in ("below", "above"):
                        left = frame.at[ALL, side] ** 2 - frame.at[DORMANT, side] ** 2
                        frame.at[ALL, side] = np.sqrt(max(left, 0.0))
    counts = parts.value_counts()
    rows = []
    order = [ALL, *group_order(set(parts) - {ALL, DORMANT}), DORMANT]  # without groups all are in "all" already
    for group in order:
        inside = (group_of != DORMANT) if group == ALL else (group_of == group)
        people = int((parts != DORMANT).sum()) if group == ALL else int(counts.get(group, 0))
        if group == DORMANT and not people:
            continue
        own = table[inside.to_numpy()]
        clv, ahead = own["clv"].sum(min_count=1), own["expected_revenue"].sum(min_count=1)
        row = {"group_id": group, "group_name": {ALL: ALL_NAME, DORMANT: DORMANT_NAME, **names}.get(group, group)}
        row |= {"customers": people, "clv": clv, "expected_revenue": ahead}
        row |= {"contract_clv": own["contract_clv"].sum(), "one_order_clv": own.loc[own["one_order"], "clv"].sum()}
        if totals is not None and group in revenue.index:
            row |= {
                "revenue_low": ahead - revenue.at[group, "below"],
                "revenue_high": ahead + revenue.at[group, "above"],
            }
            if profit is not None:
                row |= {"clv_low": clv - profit.at[group, "below"], "clv_high": clv + profit.at[group, "above"]}
        row["clv_per_customer"] = clv / people if people else np.nan
        rows.append(row)
    found = pd.DataFrame(rows)
    whole = found["clv"].iloc[0]
    active = found["group_id"] != DORMANT
    found["part_of_clv"] = (found["clv"] / whole).where(active & (whole > 0))
    columns = [
        *("group_id", "group_name", "customers", "clv", "clv_low", "clv_high", "clv_per_customer", "part_of_clv"),
        *("contract_clv", "one_order_clv", "expected_revenue", "revenue_low", "revenue_high"),
    ]
    money = [name for name in columns[3:] if name != "part_of_clv"]
    found = found.reindex(columns=columns).astype(dict.fromkeys(columns[3:], "float64"))
    found[money] = found[money].round(4) + 0.0
    return found.astype({"group_id": "str", "group_name": "str", "customers": "int64"})
