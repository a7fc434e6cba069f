"""What step 05 says: one sentence for the managing director, then one for each exhibit.

Every sentence is chosen by the data, so that it is true whatever they are: with all wallets, some or none, one category
or thirty, groups or not. Conclusions that need an interval are drawn from the interval.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.client.result_model import Finding
from helpers.method.finding_values import (
    count_value,
    date_value,
    is_known,
    money_value,
    number_value,
    row_share,
    share_value,
    text_value,
)
from helpers.method.group_parts import MIN_CELL
from helpers.method.share import ALL, CUTS, MIN_COVERAGE, share_band
from helpers.method.share_group_findings import group_findings
from helpers.method.share_tables import ShareTables, period_words, scope_words, why_unknown
from helpers.method.share_trend_findings import trend_findings

SAME_SHARE = 0.05  # scopes whose shares differ by less tell the same story
NOTHING = 0.001  # headroom below this part of the wallets is called next to nothing
SHORT_LIST = 0.10  # half of the headroom with at most this part of the customers is a list to work through


def share_findings(
    tables: ShareTables,
    *,
    cuts: tuple[float, float] = CUTS,
    min_coverage: float = MIN_COVERAGE,
) -> list[Finding]:
    """The findings of step 05, the answer first.

    Parameters
    ----------
    tables : ShareTables
    cuts, min_coverage
        As the tables were made with.

    Returns
    -------
    list of Finding
        Always 05.answer. Where any wallet is known: 05.share_by_scope, 05.share_by_category, 05.headroom, 05.coverage,
        05.band, and what `trend_findings` says. Where there is something to tell: 05.mean_of_shares, 05.market_share,
        05.rank_based_share, 05.one_rank_up, 05.group_share and 05.group_share.<group_id>. Without any wallet the other
        sentences would only say again that there is none.
    """
    if tables.wallets.empty:
        found = [_answer(tables, min_coverage), _market(tables), _rank_based(tables), _one_rank_up(tables)]
        return [finding for finding in found if finding is not None]
    found = [
        _answer(tables, min_coverage),
        _by_scope(tables),
        _by_category(tables, cuts),
        *trend_findings(tables),
        _headroom(tables),
        _market(tables),
        _rank_based(tables),
        _one_rank_up(tables),
        *group_findings(tables, cuts=cuts, min_coverage=min_coverage),
    ]
    return [finding for finding in found if finding is not None]


def _answer(tables: ShareTables, min_coverage: float) -> Finding:
    whole = tables.whole
    words, values = scope_words(tables)
    known = int(whole["known_wallets"]) or None
    said = {"id": "05.answer", "table": "group_share", "n": known, "evidence": tables.evidence}
    if not whole["customers"]:
        return Finding(
            text=f"No customer known to us bought on balance in {words}, so there is no share to speak of.",
            values=values,
            **said,
        )
    values |= {"buyers": count_value(whole["customers"]), "coverage": share_value(whole["coverage"])}
    if not is_known(whole["customer_share"]):
        if not whole["known_wallets"]:
            if len(tables.of_buyers):
                return _none_of_today(tables, said)
            one = whole["customers"] == 1
            who = "one customer who buys" if one else "{buyers:count} customers who buy"
            text = f"We cannot say our share: no wallet is known for the {who} from us. "
            text += "What some of them spend in all, asked or estimated, would be a start."
            return Finding(text=text, values={} if one else {"buyers": values["buyers"]}, **said)
        values["least"] = share_value(min_coverage)
        text = (
            "We cannot say our share: the wallets that we know belong to customers with {coverage:pct} of our revenue "
            f"in {words}, and below {{least:pct}} they may be quite unlike the rest."
        )
        return Finding(text=text, values=values, **said)
    who = "our buyers" if whole["known_wallets"] == whole["customers"] else "the buyers whose wallets we know"
    values["share"] = row_share(whole)
    values["headroom"] = money_value(whole["wallet"] - whole["wallet_revenue"])
    period, dates = period_words(tables.used)
    # Cents of rounding are no headroom.
    some = values["headroom"].value >= NOTHING * whole["wallet"]
    others = f"{{headroom:money}} {period} goes to others" if some else "next to nothing goes to others"
    text = f"Of what {who} spend on {words}, {{share:pct}} comes to us; {others}."
    return Finding(text=text, values=values | (dates if period in others else {}), **said)


def _none_of_today(tables: ShareTables, said: dict) -> Finding:
    """Wallets of buyers are there, and none of them speaks for today."""
    theirs = tables.of_buyers
    values = {"wallets": count_value(len(theirs)), "buyers": count_value(theirs["customer_id"].nunique())}
    text = "We cannot say our share of today: {wallets:count} wallets of {buyers:count} buyers were delivered, and all "
    if len(theirs) == 1:
        text, values = "We cannot say our share of today: one wallet of a buyer was delivered, and such ", {}
    text += why_unknown(tables, delivered=True)
    if set(theirs["state"]) == {"older"}:
        values["last"] = date_value(theirs["period_end"].max())
        text += ", the last on {last:date}"
    text += ". What these customers spend now, asked again, would be a start."
    return Finding(text=text, values=values, **said)


def _by_scope(tables: ShareTables) -> Finding:
    rows = tables.share_by_scope.set_index("scope")
    rows = rows[rows["customer_share"].notna()]
    said = {"id": "05.share_by_scope", "table": "share_by_scope", "evidence": tables.evidence}
    parts, values = [], {}
    if "all_categories" in rows.index:
        row = rows.loc["all_categories"]
        values |= {"wide": row_share(row), "wide_categories": count_value(row["categories"])}
        many = row["categories"] > 1
        parts.append("{wide:pct} over all " + ("{wide_categories:count} categories" if many else "that we sell"))
    narrower = "main_categories" in rows.index and not _same(rows, "main_categories", "all_categories")
    if narrower and rows.loc["main_categories", "categories"] > 1:
        row = rows.loc["main_categories"]
        values |= {
            "narrow": row_share(row),
            "narrow_categories": count_value(row["categories"]),
        }
        parts.append("{narrow:pct} over the {narrow_categories:count} main ones")
    if "largest_category" in rows.index and not _same(rows, "largest_category", "all_categories"):
        values |= {"largest": row_share(rows.loc["largest_category"]), "category": text_value(tables.largest_category)}
        parts.append("{largest:pct} in {category:text} alone")
    if "chosen_categories" in rows.index:
        row = rows.loc["chosen_categories"]
        values |= {"chosen": row_share(row), "chosen_categories": count_value(row["categories"])}
        parts.append("{chosen:pct} over the chosen categories ({chosen_categories:count})")
    if not parts:
        return Finding(text="However wide we draw the category, too few wallets are known to say our share.", **said)
    said["n"] = int(rows["known_wallets"].max())
    if len(parts) == 1:
        return Finding(text=f"There is one way to draw the category: our share is {parts[0]}.", values=values, **said)
    spread = rows["customer_share"].max() - rows["customer_share"].min()
    matters = "decides the answer" if spread >= SAME_SHARE else "changes little"
    text = f"How wide we draw the category {matters}: {', '.join(parts)}."
    return Finding(text=text, values=values, **said)


def _by_category(tables: ShareTables, cuts: tuple[float, float]) -> Finding:
    rows = tables.categories_in_scope[tables.categories_in_scope["customer_share"].notna()]
    few = int((rows["customers"] < MIN_CELL).sum())
    rows = rows[rows["customers"] >= MIN_CELL]
    said = {"id": "05.share_by_category", "table": "share_by_category", "evidence": tables.evidence}
    if rows.empty:
        text = "No category in scope has enough buyers with a known wallet ({least:count}) to be read alone."
        return Finding(text=text, values={"least": count_value(MIN_CELL)}, **said)
    said["n"] = int(tables.whole["known_wallets"])
    ordered = rows.sort_values(["customer_share", "category"], ascending=[False, True], kind="stable")
    top, bottom = ordered.iloc[0], ordered.iloc[-1]
    values = {"top": text_value(top["category"]), "top_share": row_share(top)}
    if len(rows) == 1:
        text = (
            "In {top:text}, the one category in scope that can be read alone, {top_share:pct} of what its buyers spend "
            "comes to us."
        )
        return Finding(text=text, values=values, **said)
    values |= {
        "bottom": text_value(bottom["category"]),
        "bottom_share": row_share(bottom),
        "categories": count_value(len(rows)),
    }
    # Owned or hardly there only where the whole range says so.
    bands = [share_band(row["share_low"], row["share_high"], cuts) for row in rows.to_dict("records")]
    own, weak = bands.count("deepen_and_defend"), bands.count("win_more")
    text = (
        "Our share runs from {top_share:pct} in {top:text} to {bottom_share:pct} in {bottom:text}: of "
        "{categories:count} shelves we own " + ("{own:count}" if own else "none")
    )
    text += " and hardly matter on {weak:count}" if weak else ""
    # they stand in the picture too, and may lie beyond both ends
    more = f"; {{few:count}} more {'has' if few == 1 else 'have'} too few known wallets to be read alone."
    text += more if few else "."
    counts = {"own": own, "weak": weak, "few": few}
    return Finding(text=text, values=values | {name: count_value(n) for name, n in counts.items() if n}, **said)


def _headroom(tables: ShareTables) -> Finding:
    rows = tables.headroom
    said = {"id": "05.headroom", "table": "headroom", "n": len(rows) or None, "evidence": tables.evidence}
    if rows.empty:
        return Finding(text="No wallet is known, so nobody can say with which customers there is most to win.", **said)
    total = float(rows["headroom"].sum())
    if total < NOTHING * rows["wallet"].sum():
        return Finding(
            text="Customers whose wallets we know buy next to nothing elsewhere: there is no headroom to win.", **said
        )
    running = np.cumsum(rows["headroom"].to_numpy(dtype=float))
    holders = int(np.searchsorted(running, 0.5 * total * (1 - 1e-12))) + 1
    part = holders / len(rows)
    values = {
        "holders": count_value(holders),
        "customers": count_value(len(rows)),
        "headroom": money_value(total),
    }
    so = "a list that can be worked through by name" if part <= SHORT_LIST else "too many for a list of names"
    if len(rows) < MIN_CELL:
        so = "too few customers to speak of a pattern"
    text = (
        "Half of the {headroom:money} that goes to others lies with {holders:count} of {customers:count} "
        f"customers: {so}."
    )
    return Finding(text=text, values=values, smallest=min(holders, len(rows) - holders) or None, **said)


def _market(tables: ShareTables) -> Finding | None:
    rows, whole = tables.categories_in_scope, tables.whole
    # Over a part of the scope the two shares would speak of different things.
    if rows.empty or rows["market_share"].isna().any() or not is_known(whole["customer_share"]):
        return None
    market = float((rows["market_share"] * rows["market_size"]).sum() / rows["market_size"].sum())
    values = {
        "market": share_value(market),
        "share": row_share(whole),
        "headroom": money_value(whole["wallet"] - whole["wallet_revenue"]),
    }
    text = (
        "Our market share is {market:pct}, our share of our own buyers {share:pct}: customer share points at "
        "{headroom:money} with people who already buy; market share cannot tell them from strangers."
    )
    count = int(whole["known_wallets"])
    return Finding(
        id="05.market_share", text=text, values=values, n=count, evidence=tables.evidence, table="share_by_category"
    )


def _rank_based(tables: ShareTables) -> Finding | None:
    rows = tables.rank_based_share
    rows = rows[rows["group_id"] == ALL]
    if rows.empty:
        return None
    usable = rows[rows["applies"].astype(bool)]
    row = (usable if len(usable) else rows).iloc[0]
    values = {"several": share_value(row["use_several"]), "set": number_value(row["set_size"])}
    habits = "{several:pct} of these customers use several suppliers that count, {set:number} on average"
    if row["rank_basis"] == "spend":
        text = "Ranks cannot stand in for wallets here: they were made from spend and only repeat it."
    elif not row["applies"]:
        text = f"Ranks cannot stand in for wallets here: {habits}, which is outside what the rule was tested for."
    elif not is_known(row["rank_based_share"]):
        text = f"Ranks could stand in for wallets here ({habits}), once it is stated which supplier is us."
    else:
        values = {"ranked": share_value(row["rank_based_share"]), "basis": text_value(row["rank_basis"])}
        text = "Read from ranks by {basis:text}, customers would give us {ranked:pct} of their spend on average"
        if is_known(row["mean_spend_share"]):
            values["mean"] = share_value(row["mean_spend_share"])
            text += "; by what they say they spend, it is {mean:pct}"
        text += "."
    said = {"id": "05.rank_based_share", "n": int(row["customers"]), "table": "rank_based_share"}
    return Finding(text=text, values=values, evidence="modelled", **said)


def _one_rank_up(tables: ShareTables) -> Finding | None:
    rows = tables.rank_based_share
    rows = rows[(rows["group_id"] == ALL) & rows["one_rank_up"].notna() & (rows["not_first"] > 0)]
    if rows.empty:
        return None
    row = rows.iloc[0]
    values = {
        "behind": count_value(row["not_first"]),
        "gain": money_value(row["one_rank_up"]),
        "several": share_value(row["use_several"]),
        "set": number_value(row["set_size"]),
    }
    text = (
        "One rank more with each of the {behind:count} customers who do not rank us first alone would bring "
        "{gain:money} at most; the rule tells who is ranked how, not what a better rank causes. It may be used here: "
        "{several:pct} of these customers use several suppliers that count, {set:number} on average."
    )
    said = {"id": "05.one_rank_up", "n": int(row["customers"]), "table": "rank_based_share", "evidence": "modelled"}
    return Finding(text=text, values=values, smallest=int(row["not_first"]), **said)


def _same(rows: pd.DataFrame, one: str, other: str) -> bool:
    """Whether two scopes hold the same, so that naming both would say one thing twice."""
    if not {one, other} <= set(rows.index):
        return False
    return bool((rows.loc[one, ["categories", "revenue"]] == rows.loc[other, ["categories", "revenue"]]).all())
