"""What step 05 says beside the measured share: of unknown wallets, and of what can be won.

Every sentence says on what it rests: known wallets, estimated ones, or none at all.
"""

from __future__ import annotations

from helpers.client.result_model import Finding, Value
from helpers.method.finding_values import (
    count_value,
    group_value,
    is_known,
    money_value,
    number_value,
    share_value,
)
from helpers.method.group_members import BESIDE
from helpers.method.group_parts import MIN_CELL
from helpers.method.share import ALL, CUTS, MIN_COVERAGE
from helpers.method.share_estimates import EstimateTables
from helpers.method.share_findings import share_findings
from helpers.method.share_tables import ShareTables
from helpers.method.wallet_study import wallet_study_summary

CONFLICTS_NAMED = 5
MANY_CONFLICTS = 0.1  # of the wallets told: whom we leave out are those whose whole spend we seem to have


def step_findings(
    tables: ShareTables,
    estimates: EstimateTables,
    *,
    cuts: tuple[float, float] = CUTS,
    min_coverage: float = MIN_COVERAGE,
) -> list[Finding]:
    """All findings of step 05: the answer, what it would be with everyone, what can be won, then one for each exhibit.

    Parameters
    ----------
    tables : ShareTables
    estimates : EstimateTables
    cuts, min_coverage
        As the tables were made with.

    Returns
    -------
    list of Finding
        Those of `share_findings`, and: 05.modelled_share and 05.wallet_model where wallets were estimated, and
        05.wallet_study where some of the known could be hidden; 05.winnable_headroom and 05.capture_rate where there is
        a rate of capture; 05.own_frontier where wallets could be neither known nor estimated; 05.conflicts where
        wallets lie below our own revenue.
    """
    answer, *others = share_findings(tables, cuts=cuts, min_coverage=min_coverage)
    first = [_modelled(estimates), _winnable(estimates), _frontier(estimates)]
    last = [_rate(estimates), _model(estimates), _study(estimates), _conflicts(tables)]
    return [finding for finding in (answer, *first, *others, *last) if finding is not None]


def _modelled(estimates: EstimateTables) -> Finding | None:
    whole, fit = estimates.whole, estimates.fit
    if fit is None or not is_known(whole["modelled_share"]):
        return None
    values = {
        "estimated": count_value(fit.estimated),
        "buyers": count_value(whole["customers"]),
        "share": share_value(whole["modelled_share"], whole["modelled_low"], whole["modelled_high"]),
    }
    text = (
        "With the {estimated:count} wallets that we do not know estimated, we hold {share:pct} of what our "
        "{buyers:count} buyers spend ({share:pct_range})"
    )
    if is_known(whole["customer_share"]):
        values["measured"] = share_value(whole["customer_share"], whole["share_low"], whole["share_high"])
        low, high = whole["modelled_low"], whole["modelled_high"]
        so = "the known wallets alone say about the same, {measured:pct}"
        if not low <= whole["customer_share"] <= high:
            more = "more" if whole["customer_share"] > high else "less"
            so = f"the known wallets alone say {{measured:pct}}, because they belong to customers who give us {more}"
        text += f": {so}"
    said = {"id": "05.modelled_share", "n": fit.known, "evidence": "modelled", "table": "group_share"}
    return Finding(text=text + ".", values=values, **said)


def _model(estimates: EstimateTables) -> Finding | None:
    fit = estimates.fit
    if fit is None:
        return None
    values = {
        "known": count_value(fit.known),
        "coverage": share_value(fit.coverage),
        "level": share_value(fit.level),
        "ratio": number_value(fit.median_ratio),
        "truncated": share_value(fit.truncated),
        "r2": share_value(max(fit.r2, 0.0)),
    }
    text = (
        "An estimated wallet is a wide guess for one customer: its upper end is {ratio:ratio} times its lower in the "
        "middle case. What we know of a customer tells {r2:pct} of the differences between wallets; of the "
        "{known:count} known ones, each estimated without itself, {coverage:pct} lie within their range "
        "({level:pct} is meant), and {truncated:pct} of the estimates begin at our own revenue, the least a wallet "
        "can be."
    )
    said = {"id": "05.wallet_model", "n": fit.known, "evidence": "modelled", "table": "wallet_estimates"}
    return Finding(text=text, values=values, **said)


def _study(estimates: EstimateTables) -> Finding | None:
    if estimates.study.empty:
        return None
    summary = wallet_study_summary(estimates.study)
    values = {
        "times": count_value(summary.times),
        "coverage": share_value(summary.coverage),
        "ratio": number_value(summary.median_ratio),
        "difference": share_value(summary.difference),
        "inside": share_value(summary.inside),
    }
    text = (
        "Would we have found what we know? We hid the wallets of a random half {times:count} times and estimated them "
        "from the others: {coverage:pct} of the hidden wallets lay within their range (upper end {ratio:ratio} times "
        "the lower in the middle case), and the share of all came out {difference:points} off on average, within its "
        "range in {inside:pct} of the times."
    )
    hidden = int(estimates.study["hidden"].min())
    return Finding(id="05.wallet_study", text=text, values=values, n=hidden, evidence="modelled", table="wallet_study")


def _winnable(estimates: EstimateTables) -> Finding | None:
    won = estimates.won
    if won is None:
        return None
    values = {
        "headroom": money_value(won["headroom"], won["headroom_low"], won["headroom_high"]),
        "winnable": money_value(won["winnable"], won["winnable_low"], won["winnable_high"]),
    }
    # 05.answer and 05.headroom count the known wallets alone
    beside = ", estimated wallets included," if estimates.fit is not None and estimates.fit.estimated else ","
    text = f"Of the {{headroom:money}} a year that goes to others{beside} "
    text += "{winnable:money_range} can be won within a year"
    groups = estimates.winnable[estimates.winnable["group_id"] != ALL]
    groups = groups[groups["winnable"].notna() & (groups["customers"] >= MIN_CELL) & ~groups["group_id"].isin(BESIDE)]
    if len(groups) > 1 and won["winnable"] > 0:
        top = groups.sort_values(["winnable", "group_id"], ascending=[False, True]).iloc[0]
        values |= {"top": group_value(top["group_id"]), "part": share_value(top["winnable"] / won["winnable"])}
        text += ", {part:pct} of it from {top:group}"
    said = {"id": "05.winnable_headroom", "table": "winnable_headroom", "evidence": estimates.evidence_of_winning}
    return Finding(text=text + ".", values=values, n=int(won["customers"]), **said)


def _rate(estimates: EstimateTables) -> Finding | None:
    won = estimates.won
    if won is None or not is_known(won["capture_rate"]):
        return None
    values = {"rate": share_value(won["capture_rate"], won["capture_low"], won["capture_high"])}
    said = {"id": "05.capture_rate", "table": "winnable_headroom", "evidence": estimates.evidence_of_winning}
    if estimates.evidence_of_winning == "judged":
        text = (
            "What can be won rests on a rate of capture that people judged: {rate:pct} of what is elsewhere within a "
            "year. Its range is half and one and a half times that."
        )
        return Finding(text=text, values=values, n=int(won["customers"]), **said)
    values["pairs"] = count_value(estimates.pairs)
    text = (
        "What can be won supposes that all give way as the readiest quarter did: {rate:pct} of what was elsewhere, "
        "seen in {pairs:count} customers with wallets of two years. It bounds a plan and forecasts nothing."
    )
    return Finding(text=text, values=values, n=estimates.pairs, **said)


def _frontier(estimates: EstimateTables) -> Finding | None:
    rows = estimates.frontier
    if rows.empty:
        return None
    whole = rows[rows["group_id"] == ALL].iloc[0]
    if not is_known(whole["distance"]) or not whole["customers_below"]:
        return None
    values = {"customers": count_value(whole["customers"]), "distance": money_value(whole["distance"])}
    text = (
        "Spending like our better customers of their kind, the {customers:count} buyers of the last year would bring "
        "{distance:money} more; whether they buy it elsewhere, nobody knows."
    )
    said = {"id": "05.own_frontier", "table": "own_frontier", "evidence": "measured"}
    return Finding(text=text, values=values, n=int(whole["customers"]), **said)


def _conflicts(tables: ShareTables) -> Finding | None:
    rows = tables.customer_share[tables.customer_share["wallet_state"] == "conflict"].copy()
    if rows.empty:
        return None
    rows["short"] = rows["wallet_revenue"] - rows["wallet"]
    rows = rows.sort_values(["short", "customer_id"], ascending=[False, True])
    named = rows.head(CONFLICTS_NAMED)
    values = {"conflicts": count_value(len(rows))}
    values |= {f"who_{place}": Value(value=name, unit="customer") for place, name in enumerate(named["customer_id"])}
    which = ", ".join(f"{{who_{place}:customer}}" for place in range(len(named)))
    one = len(rows) == 1
    # of the whole scope; step 01 counts the rows, of single categories, that lie below
    text = "One customer's whole wallet lies" if one else "The whole wallets of {conflicts:count} customers lie"
    them = "to the same customer" if one else "to each of them"
    told = tables.wallets[tables.wallets["customer_id"].isin(rows["customer_id"])]
    if (told["covered_days"] < told["period_days"]).any():
        # what the customer bought on the days that we see may be all that it buys in the period
        text += f" below what we sold {them}, scaled to the wallet's whole period; ask again: {which}"
    else:
        text += f" below what we sold {them}, which cannot be true; ask again: {which}"
    text += " and others" if len(rows) > len(named) else ""
    known = int((tables.customer_share["wallet_state"] == "known").sum())
    many = known > 0 and len(rows) >= MANY_CONFLICTS * (known + len(rows))
    text += ". Leaving out so many, {known:count} remain, may make our share look smaller than it is." if many else "."
    if many:
        values["known"] = count_value(known)
    said = {"id": "05.conflicts", "table": "customer_share", "evidence": "measured"}
    return Finding(text=text, values=values, n=len(rows), smallest=1, **said)
