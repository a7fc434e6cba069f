"""What step 04 says of the time ahead: customer equity, how far the model can be trusted, acquisition and advocacy.

What it says of the window is in `profit_findings`; the answer joins the two.
"""

from __future__ import annotations

from helpers.client.result_model import Finding
from helpers.method.finding_values import (
    count_value,
    group_value,
    is_known,
    money_value,
    number_value,
    share_value,
)
from helpers.method.group_parts import BESIDE
from helpers.method.lifetime_margin import AFTER_COST_TO_SERVE, ASSUMED, GROSS_MARGIN, NO_MARGIN
from helpers.method.nps import NPS
from helpers.method.profit_findings import MIN_CELL, profit_findings
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
        04.answer, those of `profit_findings`, 04.clv_by_group, 04.validation, 04.one_order, 04.dependence,
        04.acquisition, 04.advocacy and 04.customer_types, each where there is something to say.
    """
    found = [_answer(tables), *profit_findings(tables.profit), _groups(tables), *_models(tables)]
    return [one for one in [*found, _acquisition(tables), _advocacy(tables), _types(tables)] if one is not None]


def _answer(tables: ValueTables) -> Finding:
    """What our customers are worth, and how many of them cost us money today."""
    equity, whale = tables.equity, tables.profit.whale
    months = count_value(tables.lifetime.months)
    customers = int(equity["customers"])
    values = {"customers": count_value(customers), "months": months}
    said = {"id": "04.answer", "n": customers or None, "table": "clv_by_group"}
    if is_known(equity["clv"]):
        values["equity"] = money_value(equity["clv"], equity["clv_low"], equity["clv_high"])
        values |= {"low": money_value(equity["clv_low"]), "high": money_value(equity["clv_high"])}
        text = (
            "Our {customers:count} active customers are worth {equity:money} ({low:money} to {high:money}) to us over "
            f"{{months:count}} months, {AFTER[tables.lifetime.basis]}"
        )
        said["evidence"] = "assumed" if tables.lifetime.basis == ASSUMED else "modelled"
    elif is_known(equity["expected_revenue"]):
        values["revenue"] = money_value(equity["expected_revenue"], equity["revenue_low"], equity["revenue_high"])
        text = (
            "Our {customers:count} active customers will bring {revenue:money} of revenue over {months:count} months; "
            "what that is worth cannot be said, since no cost is known"
        )
        said["evidence"] = "modelled"
    else:
        text = (
            "What our {customers:count} active customers will bring in {months:count} months cannot be said: too few "
            "bought again"
        )
        said["evidence"] = "measured"
    if whale is not None and whale.customers and tables.profit.basis is not None:
        values["losing"] = share_value(whale.losing_part)
        text += "; {losing:pct} of them cost us more than they brought in the window"
    return Finding(text=text + ".", values=values, **said)


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
    text = "{group:group} holds the largest part of customer equity, {clv:money}"
    if is_known(top["part_of_clv"]) and 0 < top["part_of_clv"] <= 1:
        values |= {"part": share_value(top["part_of_clv"])}
        values["customers"] = share_value(top["customers"] / max(int(whole["customers"]), 1))
        text += " or {part:pct}, with {customers:pct} of the customers"
    below = big[big["clv_high"] < 0]
    if len(below):
        worst = below.sort_values("clv", kind="stable").iloc[0]
        values |= {"worst": group_value(worst["group_id"]), "loss": money_value(-worst["clv"])}
        text += "; {worst:group} will cost us {loss:money} if nothing changes"
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
        text = (
            "{part:pct1} of customer equity rests on {once:count} customers who ordered once, whom the model takes to "
            "be customers still"
        )
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
    values = {end: number_value(round(100 * row[f"score_{end}"])) for end in ("low", "high")}
    if row["measure"] == NPS:
        values["score"] = number_value(round(100 * row["score"]))
        text = "Our Net Promoter Score is {score:number} ({low:number} to {high:number})"
    else:
        values = {"score": share_value(row["score"], row["score_low"], row["score_high"])}
        text = "{score:pct} of the answers are at the top of the scale"
    count = int(row["advocates"])
    values["advocates"] = count_value(count)
    text += "; {advocates:count} customers speak for us and are heard"
    n = int(row["n"])
    return Finding(id="04.advocacy", text=text + ".", values=values, n=n, evidence="measured", table="advocacy")


def _types(tables: ValueTables) -> Finding | None:
    rows = tables.customer_types
    if rows.empty:
        return None
    row = rows.iloc[0]
    values = {name: count_value(row[name]) for name in ("champions", "advocates")}
    values["brought"] = money_value(row["referral_value"])
    text = (
        "{champions:count} customers are worth much themselves and through others, {advocates:count} only through "
        "others; what referrals brought in their first year is {brought:money}, part of the value of those who came."
    )
    n = int(row["customers"])
    return Finding(id="04.customer_types", text=text, values=values, n=n, evidence="modelled", table="customer_types")
