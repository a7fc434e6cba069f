"""What step 04 says of the past: where the money of a sale goes, who earns and who loses, and whether margins hold.

Every sentence is chosen by the data. "Profit" is what is left after traced cost to serve; where no service was
delivered it is the gross margin, and the sentences say so.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from helpers.client.result_model import Finding, Value
from helpers.method.finding_values import (
    count_value,
    group_value,
    is_known,
    money_value,
    number_value,
    share_value,
    text_value,
)
from helpers.method.group_parts import BESIDE, MIN_CELL
from helpers.method.margin_trend import PROFIT_RATE
from helpers.method.profit import PROFIT
from helpers.method.profit_flips import CHANGE
from helpers.method.share import ALL
from helpers.method.whale import WhaleFacts

NO_SLOPE = 0.005  # a year: a rate whose whole interval lies within half a point is called steady


@dataclass(frozen=True)
class ProfitTables:
    """The tables of the window's profit, and which sum speaks for it.

    profits, profit_ladder, profit_flips, margin_trend, margin_slopes, value_tiers : DataFrame
        As the functions of those names give them.
    whale : WhaleFacts, or None where nobody's profit is known
    basis : str or None
        customer_profit, gross_margin, or None where neither is known.
    cuts : dict or None
        high and middle, the cuts in force.
    """

    profits: pd.DataFrame
    profit_ladder: pd.DataFrame
    profit_flips: pd.DataFrame
    margin_trend: pd.DataFrame
    margin_slopes: pd.DataFrame
    value_tiers: pd.DataFrame
    whale: WhaleFacts | None
    basis: str | None
    cuts: dict[str, float] | None

    @property
    def left(self) -> str:
        """What the sum is called in a sentence."""
        return "profit" if self.basis == PROFIT else "gross margin"

    @property
    def earned(self) -> pd.Series:
        """What each customer who ordered left us, by the sum that speaks; missing throughout where none does."""
        own = self.profits[self.profits["ordered"] & self.profits["customer_id"].notna()]
        return own[self.basis] if self.basis else pd.Series(index=own.index, dtype="float64")

    @property
    def groups(self) -> list[str]:
        """The groups that the ladder shows, those beside left out."""
        found = self.profit_ladder["group_id"].unique()
        return [group for group in found if group not in (ALL, *BESIDE)]

    @property
    def rungs(self) -> list[str]:
        """The rungs on which groups can be compared: untraced cost belongs to no group."""
        return [rung for rung in self.profit_ladder["rung"].unique() if "untraced" not in rung]

    @property
    def falling(self) -> list[str]:
        """The groups in downturn, as the slopes have them."""
        slopes = self.margin_slopes
        return [group for group in slopes.loc[slopes["downturn"].astype(bool), "group_id"] if group != ALL]

    def rung(self, rung: str, group: str = ALL) -> float | None:
        """An amount of the ladder, None where it has no such rung."""
        rows = self.profit_ladder
        amount = rows.loc[(rows["group_id"] == group) & (rows["rung"] == rung), "amount"]
        return float(amount.iloc[0]) if len(amount) else None


def profit_findings(tables: ProfitTables) -> list[Finding]:
    """The findings about the window.

    Parameters
    ----------
    tables : ProfitTables

    Returns
    -------
    list of Finding
        04.profit_ladder where more than revenue is known, 04.untraced_cost where it is, 04.group_profit and
        04.group_profit.<group_id> where there are groups; 04.whale_curve, 04.value_tiers and 04.profit_flips where a
        profit or a gross margin is known; 04.margin_trend where a rate is known for four quarters,
        04.downturn.<group_id> for each group in downturn.
    """
    found = [
        _ladder(tables),
        _untraced(tables),
        *_groups(tables),
        _whale(tables),
        _tiers(tables),
        _flips(tables),
        _trend(tables),
    ]
    return [finding for finding in [*found, *_downturns(tables)] if finding is not None]


def _ladder(tables: ProfitTables) -> Finding | None:
    listed, revenue = tables.rung("list_revenue"), tables.rung("revenue")
    whole = listed if listed is not None else revenue
    steps = {
        "discount": "{discount:pct} to discounts",
        "cost_of_goods": "{cost_of_goods:pct} to the goods",
        "cost_to_serve": "{cost_to_serve:pct} to service that can be traced",
    }
    amounts = {rung: tables.rung(rung) for rung in steps}
    known = [rung for rung in steps if amounts[rung] is not None]
    if not known or not whole or whole <= 0:
        return None
    values = {rung: share_value(-amounts[rung] / whole) for rung in known}
    last = {"cost_to_serve": PROFIT, "cost_of_goods": "gross_margin", "discount": "revenue"}[known[-1]]
    left = tables.rung(last)
    values |= {"left": share_value(left / whole), "amount": money_value(left)}
    names = {PROFIT: "profit", "gross_margin": "gross margin", "revenue": "revenue"}
    price = "what our sales would bring at list price" if listed is not None else "our revenue"
    goes = _and([steps[rung] for rung in known]).replace("pct}", "pct} goes", 1)
    text = f"Of {price}, {goes}: {{left:pct}} is left as {names[last]}, {{amount:money}}"
    if left < 0:
        values |= {"left": share_value(-left / whole), "amount": money_value(-left)}
        text = f"Of {price}, {goes}: {{left:pct}} more than there is, a loss of {{amount:money}}"
    customers = int(tables.profit_ladder["customers"].iloc[0])
    said = {"id": "04.profit_ladder", "n": customers, "evidence": "measured", "table": "profit_ladder"}
    return Finding(text=text + ".", values=values, **said)


def _untraced(tables: ProfitTables) -> Finding | None:
    """The service that is paid for and that no record lays at anybody's door."""
    untraced, left = tables.rung("untraced_cost"), tables.rung("profit_after_untraced")
    if not untraced:
        return None
    values = {"untraced": money_value(abs(untraced)), "left": money_value(abs(left))}
    text = "Service for {untraced:money} cannot be traced to anybody"
    if untraced > 0:  # a step up: more was charged to events than the capacity costs
        text = "The prices of service charge {untraced:money} more than its capacity costs"
    text += ": after it {left:money} of profit is left" if left >= 0 else ": after it we lose {left:money}"
    said = {"id": "04.untraced_cost", "evidence": "modelled", "table": "profit_ladder"}
    return Finding(text=text + ".", values=values, n=int(tables.profit_ladder["customers"].iloc[0]), **said)


def _groups(tables: ProfitTables) -> list[Finding]:
    """How the groups differ in what they leave, then each of them."""
    if tables.basis is None or not tables.groups:
        return []
    rows = tables.profit_ladder[tables.profit_ladder["group_id"].isin(tables.groups)]
    left = rows[rows["rung"] == tables.basis].set_index("group_id")
    revenue = rows[rows["rung"] == "revenue"].set_index("group_id")["amount"]
    said = {"evidence": "measured", "table": "profit_ladder"}
    found = []
    big = left[(left["customers"] >= MIN_CELL) & left["part_of_revenue"].notna()]
    if len(big) > 1:
        order = big.sort_values(["part_of_revenue"], ascending=False, kind="stable")
        top, bottom = order.iloc[0], order.iloc[-1]
        values = {"top": group_value(order.index[0]), "top_rate": share_value(top["part_of_revenue"])}
        values |= {"bottom": group_value(order.index[-1]), "bottom_rate": share_value(bottom["part_of_revenue"])}
        # a group's name may be one or many: no verb follows it
        text = (
            f"{tables.left.capitalize()} is the largest part of revenue in {{top:group}} ({{top_rate:pct}}), the "
            "smallest in {bottom:group} ({bottom_rate:pct})"
        )
        if top["part_of_revenue"] < 0:
            values |= {
                end: share_value(-row["part_of_revenue"]) for end, row in (("top_rate", top), ("bottom_rate", bottom))
            }
            text = (
                f"No group leaves us a {tables.left}: the loss is the smallest part of revenue in {{top:group}} "
                "({top_rate:pct}), the largest in {bottom:group} ({bottom_rate:pct})"
            )
        if bottom["amount"] < 0:
            values["loss"] = money_value(-bottom["amount"])
            text += ": there we lose {loss:money}"
        smallest = int(min(top["customers"], bottom["customers"]))
        n = int(big["customers"].sum())
        found.append(Finding(id="04.group_profit", text=text + ".", values=values, n=n, smallest=smallest, **said))
    for group, row in left.iterrows():
        values = {"group": group_value(group), "revenue": money_value(revenue[group])}
        values["amount"] = money_value(abs(row["amount"]))
        text = "{group:group}: of {revenue:money} of revenue, {amount:money} is left"
        if row["amount"] < 0:
            text = "{group:group}: {revenue:money} of revenue cost us {amount:money} more than it brought"
        elif is_known(row["part_of_revenue"]):
            values["rate"] = share_value(row["part_of_revenue"])
            text += " ({rate:pct})"
        n = int(row["customers"]) or None
        found.append(Finding(id=f"04.group_profit.{group}", text=text + ".", values=values, n=n, **said))
    return found


def _whale(tables: ProfitTables) -> Finding | None:
    facts = tables.whale
    if facts is None or not facts.customers:
        return None
    said = {"id": "04.whale_curve", "n": facts.customers, "evidence": "measured", "table": "whale_curve"}
    values = {"total": money_value(facts.total), "losing": count_value(facts.losing)}
    if facts.refused:
        # without a curve to title, the sentence goes by another name
        said["id"] = "04.no_whale"
        values["total"] = money_value(-facts.total)
        text = (
            f"Together our customers leave no {tables.left} but cost us {{total:money}}, so a part of it means nothing"
        )
        if facts.total == 0:
            values, text = {"losing": values["losing"]}, f"Together our customers leave no {tables.left} at all"
        return Finding(text=text + "; {losing:count} of them lose us money.", values=values, **said)
    if not facts.losing:
        text = f"No customer loses us money: all {tables.left} of {{total:money}} adds up without a loss."
        return Finding(text=text, values={"total": values["total"]}, **said)
    values |= {
        "earning": share_value(facts.peak_customers),
        "peak": share_value(facts.peak_part),
        "lost": money_value(facts.lost),
    }
    others = "the last customer takes" if facts.losing == 1 else "the {losing:count} who lose us money take"
    text = (
        f"{{earning:pct}} of the customers earn {{peak:pct}} of the {tables.left}; {others} {{lost:money}} of it away "
        "again."
    )
    smallest = min(facts.losing, facts.earning) or None
    return Finding(text=text, values=values, smallest=smallest, **said)


def _tiers(tables: ProfitTables) -> Finding | None:
    rows = tables.value_tiers[tables.value_tiers["group_id"] == ALL].set_index("tier")
    if rows.empty or tables.cuts is None:
        return None
    values = {tier: share_value(rows.at[tier, "part_of_customers"]) for tier in ("high", "loss")}
    values |= {"cut": money_value(tables.cuts["high"])}
    total = rows["customer_profit"].sum()
    text = "{high:pct} of the customers who ordered are of high value to us, {cut:money} a year or more"
    if total > 0:
        values["part"] = share_value(rows.at["high", "customer_profit"] / total)
        text += f", and bring {{part:pct}} of the {tables.left}"
    text += "; {loss:pct} cost us more than they bring."
    n = int(rows["customers"].sum())
    return Finding(id="04.value_tiers", text=text, values=values, n=n, evidence="measured", table="value_tiers")


def _flips(tables: ProfitTables) -> Finding | None:
    rows = tables.profit_flips
    if rows.empty:
        return None
    whole = rows[rows["group_id"] == ALL]
    moved = whole.assign(moved=whole["to_loss"] + whole["to_profit"])
    worst = moved.sort_values(["to_loss", "cost"], ascending=False, kind="stable").iloc[0]
    turned = rows[rows["flips"].astype(bool) & rows["group_id"].isin(tables.groups)]
    values = {"change": share_value(CHANGE)}
    which = [group for group in tables.groups if group in set(turned["group_id"])]
    said = {"id": "04.profit_flips", "evidence": "modelled", "table": "profit_flips"}
    said["n"] = int(tables.whale.customers) if tables.whale and tables.whale.customers else None
    if not worst["to_loss"] and not which:
        text = f"No rate, moved by {{change:pct}}, would turn anybody's {tables.left} into a loss, or back."
        return Finding(text=text, values=values, **said)
    names = {f"group{place}": group_value(group) for place, group in enumerate(which)}
    named = "every group" if which == tables.groups else _and([f"{{{name}:group}}" for name in names]) if names else ""
    if not worst["to_loss"]:
        text = f"Moved by {{change:pct}}, one rate or another would turn {tables.left} to loss, or back, in {named}."
        return Finding(text=text, values=values | names, **said)
    values |= {"rate": text_value(str(worst["rate_name"]).lower()), "customers": count_value(worst["to_loss"])}
    who = "customer" if worst["to_loss"] == 1 else "customers"
    how = "higher" if worst["change"] > 0 else "lower"
    text = f"Were {{rate:text}} {{change:pct}} {how}, {{customers:count}} more {who} would lose us money"
    if which:
        values |= names
        text += f"; with one rate or another {tables.left} would turn to loss, or back, in {named}"
    elif tables.groups:
        text += f"; in no group would {tables.left} turn to loss, or back"
    return Finding(text=text + ".", values=values, **said)


def _trend(tables: ProfitTables) -> Finding | None:
    slopes = tables.margin_slopes[tables.margin_slopes["decides"].astype(bool)]
    if slopes.empty:
        return None
    whole = slopes[slopes["group_id"] == ALL]
    customers = int(tables.profit_ladder["customers"].iloc[0]) or None
    said = {"id": "04.margin_trend", "n": customers, "evidence": "measured", "table": "margin_slopes"}
    rates = {PROFIT_RATE: "profit rate"}
    falling = tables.falling
    values: dict[str, Value] = {}
    if len(whole):
        row = whole.iloc[0]
        name = rates.get(row["measure"], "gross margin rate")
        values |= {
            "slope": share_value(abs(row["slope"]), *sorted(abs(row[end]) for end in ("slope_low", "slope_high")))
        }
        steady = row["slope_low"] >= -NO_SLOPE and row["slope_high"] <= NO_SLOPE
        if row["slope_high"] < 0 and not steady:
            text = f"The {name} of all customers falls by {{slope:points}} a year"
        elif row["slope_low"] > 0 and not steady:
            text = f"The {name} of all customers rises by {{slope:points}} a year"
        else:
            text = f"The {name} of all customers {'holds' if steady else 'goes up and down without a trend'}"
            values = {}
    else:
        text = "Whether the margin of all customers moves cannot be told"
    if falling:
        names = {f"group{place}": group_value(group) for place, group in enumerate(falling)}
        values |= names
        text += f"; in downturn: {_and([f'{{{name}:group}}' for name in names])}."
    elif tables.groups:
        text += "; no group is in downturn."
    elif bool(slopes["downturn"].any()):
        text += ": a downturn."
    else:
        text += "."
    return Finding(text=text, values=values, **said)


def _downturns(tables: ProfitTables) -> list[Finding]:
    """Each group in downturn, in numbers that a plan must be made against."""
    found = []
    slopes = tables.margin_slopes[tables.margin_slopes["decides"].astype(bool)].set_index("group_id")
    trend = tables.margin_trend
    for group in tables.falling:
        row = slopes.loc[group]
        mine = trend[(trend["group_id"] == group) & (trend["measure"] == row["measure"]) & trend["rate"].notna()]
        first, last = mine.iloc[0], mine.iloc[-1]
        values = {
            "group": group_value(group),
            "slope": share_value(-row["slope"], -row["slope_high"], -row["slope_low"]),
            "first": share_value(first["rate"]),
            "last": share_value(last["rate"]),
            "from": text_value(first["quarter"]),
            "to": text_value(last["quarter"]),
            "chance": number_value(row["p_holm"]),
        }
        rate = "profit rate" if row["measure"] == PROFIT_RATE else "gross margin rate"
        text = (
            f"The {rate} of {{group:group}} falls by {{slope:points}} a year: {{first:pct1}} in {{from:text}}, "
            "{last:pct1} in {to:text} (chance alone: {chance:number})."
        )
        n = int(mine["customers"].min()) or None
        found.append(
            Finding(
                id=f"04.downturn.{group}", text=text, values=values, n=n, evidence="measured", table="margin_slopes"
            )
        )
    return found


def _and(parts: list[str]) -> str:
    """Parts of a sentence, joined as people speak."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
