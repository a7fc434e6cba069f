"""What step 04 says of the time ahead: customer equity, how far the model can be trusted, acquisition and advocacy.

What it says of the window is in `profit_findings`; the answer joins the two.
"""

from __future__ import annotations

from helpers.client.result_model import Finding
from helpers.errors import listed
from helpers.method.finding_values import (
    count_value,
    group_value,
    is_known,
    money_value,
    number_value,
    share_value,
)
from helpers.method.group_parts import BESIDE, MIN_CELL
from helpers.method.lifetime_margin import AFTER_COST_TO_SERVE, ASSUMED, GROSS_MARGIN, NO_MARGIN
from helpers.method.nps import NPS
from helpers.method.profit_findings import profit_findings
from helpers.method.purchase_holdout import MOST_ERROR
from helpers.method.share import ALL
from helpers.method.value_tables import ValueTables

AFTER = {
    AFTER_COST_TO_SERVE: "after the cost of goods and traced service",
    GROSS_MARGIN: "before any cost to serve",
    ASSUMED: "at an assumed margin",
    NO_MARGIN: "as revenue, since no cost is known",
}


def value_findings(tables: ValueTables) -> list[Finding]:
    """The findings of step 04, the answer first.

    Returns
    -------
    list of Finding
        04.answer, those of `profit_findings`, 04.contract_fees, 04.clv_by_group, 04.validation, 04.one_order,
        04.dependence, 04.acquisition, 04.advocacy, 04.advocates, 04.customer_types and 04.referrals, each where there
        is something to say.
    """
    found = [_answer(tables), *profit_findings(tables.profit), _fees(tables), _groups(tables), *_models(tables)]
    found += [_acquisition(tables), _advocacy(tables), _advocates(tables), *_types(tables)]
    return [one for one in found if one is not None]


def _answer(tables: ValueTables) -> Finding:
    """What our customers are worth, and how many of them cost us money today."""
    equity, whale = tables.equity, tables.profit.whale
    months = count_value(tables.lifetime.months)
    customers = int(equity["customers"])
    values = {"customers": count_value(customers), "months": months}
    ours, are = ("one active customer", "is") if customers == 1 else ("{customers:count} active customers", "are")
    said = {"id": "04.answer", "n": customers or None, "table": "clv_by_group"}
    if is_known(equity["clv"]):
        values["equity"] = money_value(equity["clv"], equity["clv_low"], equity["clv_high"])
        values |= {"low": money_value(equity["clv_low"]), "high": money_value(equity["clv_high"])}
        text = (
            f"Our {ours} {are} worth {{equity:money}} ({{low:money}} to {{high:money}}) to us over {{months:count}} "
            f"months, {AFTER[tables.lifetime.basis]}"
        )
        if equity["clv"] < 0:
            losses = {"loss": "clv", "least": "clv_high", "most": "clv_low"}
            values |= {name: money_value(-equity[column]) for name, column in losses.items()}
            text = (
                f"Our {ours} will cost us {{loss:money}} ({{least:money}} to {{most:money}}) more than they bring over "
                f"{{months:count}} months, {AFTER[tables.lifetime.basis]}"
            )
        said["evidence"] = "assumed" if tables.lifetime.basis == ASSUMED else "modelled"
    elif is_known(equity["expected_revenue"]):
        values["revenue"] = money_value(equity["expected_revenue"], equity["revenue_low"], equity["revenue_high"])
        text = (
            f"Our {ours} will bring {{revenue:money}} of revenue over {{months:count}} months; what that is worth "
            "cannot be said, since no cost is known"
        )
        said["evidence"] = "modelled"
    else:
        text = f"What our {ours} will bring in {{months:count}} months cannot be said: too few bought again"
        said["evidence"] = "measured"
    if whale is not None and whale.customers > 1 and tables.profit.basis is not None:
        values["losing"] = share_value(whale.losing_part)
        text += "; {losing:pct} of them cost us more than they brought in the window"
    return Finding(text=text + ".", values=values, **said)


def _fees(tables: ValueTables) -> Finding | None:
    """Fees of contracts stand in lifetime value and in no profit: who looks like a loss-maker for want of them?"""
    worth = tables.customer_value
    holders = worth[(worth["status"] == "active") & (worth["contract_clv"] > 0)]
    if holders.empty or tables.profit.basis is None:
        return None
    losing = holders[holders[tables.profit.basis] < 0]
    values = {"holders": count_value(len(holders)), "fees": money_value(holders["contract_clv"].sum())}
    values["losing"] = count_value(len(losing))
    who = "customer has" if len(holders) == 1 else "customers have"
    text = f"{{holders:count}} {who} a running contract, with fees of {{fees:money}} ahead"
    text += "; the profit of the window holds no fees"
    if len(losing):
        text += ", so {losing:count} of them may look like a loss for want of these"
    said = {"n": len(holders), "smallest": len(losing) or None, "evidence": "modelled", "table": "customer_value"}
    return Finding(id="04.contract_fees", text=text + ".", values=values, **said)


def _groups(tables: ValueTables) -> Finding | None:
    """Where customer equity lies."""
    rows = tables.lifetime.groups
    whole = rows.iloc[0]
    own = rows[~rows["group_id"].isin([ALL, "dormant", *BESIDE]) & rows["clv"].notna()]
    said = {"evidence": "modelled", "table": "clv_by_group", "n": int(whole["customers"])}
    if own.empty:
        # another name: the chart of lifetime values would have nothing to show
        if is_known(whole["clv"]) or not is_known(whole["expected_revenue"]):
            return None
        values = {"revenue": money_value(whole["expected_revenue"]), "low": money_value(whole["revenue_low"])}
        values |= {"high": money_value(whole["revenue_high"]), "months": count_value(tables.lifetime.months)}
        text = "Over {months:count} months we expect {revenue:money} of revenue ({low:money} to {high:money})."
        return Finding(id="04.revenue_ahead", text=text, values=values, **said)
    said["id"] = "04.clv_by_group"
    big = own[own["customers"] >= MIN_CELL]
    if big.empty:
        return None
    top = big.sort_values("clv", ascending=False, kind="stable").iloc[0]
    values = {"group": group_value(top["group_id"]), "clv": money_value(top["clv"], top["clv_low"], top["clv_high"])}
    text = "Most of all is expected of {group:group}, {clv:money}"
    if top["clv"] <= 0:
        values["clv"] = money_value(-top["clv"], -top["clv_high"], -top["clv_low"])
        text = "No group is expected to leave us anything; the smallest loss, {clv:money}, is that of {group:group}"
    elif is_known(top["part_of_clv"]) and 0 < top["part_of_clv"] <= 1:
        values |= {"part": share_value(top["part_of_clv"])}
        values["customers"] = share_value(top["customers"] / max(int(whole["customers"]), 1))
        text = (
            "The largest part of customer equity, {clv:money} or {part:pct}, lies in {group:group}, {customers:pct} of "
            "the customers"
        )
    below = big[big["clv_high"] < 0]
    if len(below) and top["clv"] > 0:
        worst = below.sort_values("clv", kind="stable").iloc[0]
        values |= {"worst": group_value(worst["group_id"]), "loss": money_value(-worst["clv"])}
        text += "; in {worst:group} we will lose {loss:money} if nothing changes"
    return Finding(text=text + ".", values=values, smallest=int(big["customers"].min()), **said)


def _models(tables: ValueTables) -> list[Finding]:
    """How well the held-out months were foreseen, and what the models assume."""
    found = []
    held = tables.basis.held_out
    if held is not None and is_known(held.error):
        whole = tables.clv_validation.iloc[-1]
        values = {"error": share_value(abs(held.error)), "actual": count_value(whole["actual"])}
        values["naive_error"] = share_value(abs(whole["naive_error"]))
        miss = {"miss": number_value(held.mean_error()), "naive": number_value(held.mean_error("naive"))}
        way = "too few" if held.error < 0 else "too many"
        other = "too few" if whole["naive_error"] < 0 else "too many"
        said = {"n": len(held.customers), "evidence": "measured", "table": "clv_validation"}
        text = (
            f"Of {{actual:count}} purchases held back the model foresaw {{error:pct1}} {way}, the old pace "
            f"carried forward {{naive_error:pct1}} {other}"
        )
        if held.passes:
            text += "."
        else:
            values["allowed"] = share_value(MOST_ERROR)
            why = "by more than {allowed:pct} in all" if abs(held.error) > MOST_ERROR else "no better by customer"
            text += f": it fails, {why}, and its values are a rough guide"
            if tables.simple is not None and is_known(tables.simple) and tables.lifetime.basis != NO_MARGIN:
                values["simple"] = money_value(tables.simple)
                text += "; a simple value at last year's retention is {simple:money}"
            text += "."
        found.append(Finding(id="04.validation", text=text, values=values, **said))
        text = "The model misses a customer by {miss:ratio} purchases, the old pace carried forward by {naive:ratio}."
        found.append(Finding(id="04.validation_miss", text=text, values=miss, **said))
    equity = tables.equity
    if is_known(equity["clv"]) and equity["clv"] > 0 and abs(equity["one_order_clv"]) > 0:
        active = tables.customer_value[tables.customer_value["status"] == "active"]
        once = int(active["one_order"].fillna(False).sum())
        values = {"part": share_value(equity["one_order_clv"] / equity["clv"]), "once": count_value(once)}
        whom = "one customer" if once == 1 else "{once:count} customers"
        still = "a customer" if once == 1 else "customers"
        text = f"{{part:pct1}} of customer equity rests on {whom} who ordered once"
        text += f", whom the model takes to be {still} still"
        if is_known(tables.lifetime.check_part) and abs(tables.lifetime.check_part) > 0.10:
            values["other"] = share_value(abs(tables.lifetime.check_part))
            way = "less" if tables.lifetime.check_part < 0 else "more"
            text += f"; a model in which one may leave after the first order (MBG/NBD) gives {{other:pct}} {way}"
        said = {"n": once or None, "evidence": "modelled", "table": "clv_by_group"}
        found.append(Finding(id="04.one_order", text=text + ".", values=values, **said))
    rank = tables.independence
    if rank is not None and abs(rank[0]) > 0.3:
        values = {"rank": number_value(rank[0]), "low": number_value(rank[1]), "high": number_value(rank[2])}
        way = "more" if rank[0] > 0 else "less"
        text = (
            f"Who buys often spends {way} a time (rank correlation {{rank:ratio}}, {{low:ratio}} to {{high:ratio}}), "
            "which the spend model takes not to be so: single customers' values are less sure than they look."
        )
        n = int((tables.basis.history["spend_days"] > 0).sum())
        said = {"n": n, "evidence": "measured", "table": "customer_value"}
        found.append(Finding(id="04.dependence", text=text, values=values, **said))
    return found


def _acquisition(tables: ValueTables) -> Finding | None:
    """Whether what we pay for a new customer comes back."""
    rows = tables.acquisition
    whole = rows[rows["scope"] == "all"]
    if whole.empty or not is_known(whole.iloc[0]["value_per_cost"]):
        return None
    row = whole.iloc[0]
    values = {"cost": money_value(row["acquisition_cost"])}
    values["worth"] = money_value(row["newborn_clv"], row["clv_low"], row["clv_high"])
    values["ratio"] = number_value(row["value_per_cost"])
    text = (
        "It costs {cost:money} to win a customer, who is worth {worth:money} from the first order on, {ratio:ratio} "
        "times that"
    )
    channels = rows[(rows["scope"] == "channel") & rows["value_per_cost"].notna() & (rows["customers"] >= MIN_CELL)]
    short = channels[channels["ratio_high"] < 1]
    if len(short):
        values["short"] = count_value(len(short))
        kind = "channel does" if len(short) == 1 else "channels do"
        text += f"; {{short:count}} {kind} not earn the cost back"
    n = int(row["customers"])
    return Finding(id="04.acquisition", text=text + ".", values=values, n=n, evidence="modelled", table="acquisition")


def _advocacy(tables: ValueTables) -> Finding | None:
    rows = tables.advocacy
    if rows.empty or not is_known(rows.iloc[0]["score"]):
        return None
    row = rows.iloc[0]
    values = {"score": share_value(row["score"], row["score_low"], row["score_high"])}
    text = "{score:pct} of the answers are at the top of the scale"
    if row["measure"] == NPS:
        # the chart counts in percent of the answers, the score is known without the sign: the sentence says both
        values |= {end: number_value(round(100 * row[f"score_{end}"])) for end in ("low", "high")}
        values |= {"points": number_value(round(100 * row["score"])), "lead": share_value(abs(row["score"]))}
        more, fewer = ("promoters", "detractors") if row["score"] >= 0 else ("detractors", "promoters")
        text = (
            f"There are more {more} than {fewer}, by {{lead:pct}} of those who answered: a Net Promoter Score of "
            "{points:number} ({low:number} to {high:number})"
        )
        if row["score"] == 0:
            text = (
                "There are as many promoters as detractors: a Net Promoter Score of {points:number} ({low:number} to "
                "{high:number})"
            )
    said = {"n": int(row["n"]), "evidence": "measured", "table": "advocacy"}
    return Finding(id="04.advocacy", text=text + ".", values=values, **said)


def _advocates(tables: ValueTables) -> Finding | None:
    """How many speak for us and are heard."""
    speak = tables.customer_value["advocate"]
    if speak.isna().all():
        return None
    count = int(speak.sum())
    who = {0: "No customer speaks", 1: "One customer speaks"}.get(count, "{advocates:count} customers speak")
    text = f"{who} for us and is heard." if count < 2 else f"{who} for us and are heard."
    said = {"n": int(speak.notna().sum()), "smallest": count or None, "evidence": "measured", "table": "customer_value"}
    return Finding(id="04.advocates", text=text, values={"advocates": count_value(count)}, **said)


def _types(tables: ValueTables) -> list[Finding]:
    """Which groups lie above the average customer, and how many customers are of each kind."""
    rows = tables.customer_types
    if rows.empty:
        return []
    row, said = rows.iloc[0], {"n": int(rows.iloc[0]["customers"]), "evidence": "modelled", "table": "customer_types"}
    values = {name: count_value(row[name]) for name in ("champions", "advocates")}
    values["brought"] = money_value(row["referral_value"])
    both, are = ("customer", "is") if row["champions"] == 1 else ("customers", "are")
    text = (
        f"{{champions:count}} {both} {are} worth much themselves and through others, {{advocates:count}} only through "
        "others; what referrals brought in their first year is {brought:money}, part of the value of those who came."
    )
    counted = Finding(id="04.referrals", text=text, values=values, **said)
    groups = rows[~rows["group_id"].isin([ALL, *BESIDE]) & (rows["customers"] >= MIN_CELL)]
    if groups.empty:
        return [counted.model_copy(update={"id": "04.customer_types"})]
    rich = groups["clv_per_customer"] > row["clv_per_customer"]
    heard = groups["referral_value_per_customer"] > row["referral_value_per_customer"]
    corners = {"both": groups.loc[rich & heard, "group_id"], "sent": groups.loc[~rich & heard, "group_id"]}
    names = {
        f"{corner}{place}": group_value(group) for corner, found in corners.items() for place, group in enumerate(found)
    }
    named = {
        corner: listed([f"{{{name}:group}}" for name in names if name.startswith(corner)], len(names))
        for corner in corners
    }
    text = f"Above the average customer both in what they buy and in whom they send us: {named['both'] or 'no group'}"
    text += f"; only in whom they send: {named['sent']}" if named["sent"] else ""
    said["smallest"] = int(groups["customers"].min())
    return [Finding(id="04.customer_types", text=text + ".", values=names, **said), counted]
