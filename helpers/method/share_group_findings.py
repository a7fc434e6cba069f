"""What the table of shares by group says: how much is known, how sure it is, and how the groups differ.

The first three sentences speak of all customers together and stand also where no groups were formed.
"""

from __future__ import annotations

from helpers.client.result_model import Finding
from helpers.method.finding_values import count_value, group_value, is_known, money_value, row_share, share_value
from helpers.method.group_members import BESIDE
from helpers.method.group_parts import MIN_CELL
from helpers.method.share import ALL, CUTS, MIN_COVERAGE
from helpers.method.share_tables import ShareTables


def group_findings(
    tables: ShareTables, *, cuts: tuple[float, float] = CUTS, min_coverage: float = MIN_COVERAGE
) -> list[Finding]:
    """The findings about coverage, the mean of shares, the band, and each group.

    Parameters
    ----------
    tables : ShareTables
    cuts, min_coverage
        As the tables were made with.

    Returns
    -------
    list of Finding
        Always 05.coverage and 05.band; 05.mean_of_shares where there is a share; 05.group_share where two groups have
        one from enough known wallets to be read alone, and 05.group_share.<group_id> for each group.
    """
    found = [_coverage(tables, min_coverage), _mean_of_shares(tables), _band(tables, cuts)]
    return [finding for finding in found if finding is not None] + _groups(tables, min_coverage)


def _coverage(tables: ShareTables, min_coverage: float) -> Finding:
    whole = tables.whole
    said = {"id": "05.coverage", "table": "group_share", "n": int(whole["customers"]) or None, "evidence": "measured"}
    if not whole["customers"]:
        return Finding(text="Without buyers in scope there is no wallet to know.", **said)
    values = {"known": count_value(whole["known_wallets"]), "buyers": count_value(whole["customers"])}
    if whole["known_wallets"] == whole["customers"]:
        return Finding(
            text="The wallet of every buyer in scope is known ({buyers:count} of {buyers:count}).",
            values=values,
            **said,
        )
    values |= {"coverage": share_value(whole["coverage"]), "conflicts": count_value(whole["conflicts"])}
    text = (
        "Wallets are known for {known:count} of {buyers:count} buyers, who bring {coverage:pct} of our revenue in scope"
    )
    if whole["conflicts"]:
        text += "; wallets below our own revenue are left out and listed ({conflicts:count} of the buyers)"
    if whole["coverage"] < min_coverage:
        values["least"] = share_value(min_coverage)
        text += "; below {least:pct} we do not state a share"
    return Finding(text=text + ".", values=values, **said)


def _mean_of_shares(tables: ShareTables) -> Finding | None:
    whole = tables.whole
    if not is_known(whole["customer_share"]) or not is_known(whole["mean_of_shares"]):
        return None
    mean, so = whole["mean_of_shares"], "on the whole big and small wallets give us about the same part"
    if is_known(whole["share_low"]) and not whole["share_low"] <= mean <= whole["share_high"]:
        so = f"on the whole bigger wallets give us a {'smaller' if mean > whole['customer_share'] else 'larger'} part"
    values = {"mean": share_value(whole["mean_of_shares"]), "share": row_share(whole)}
    text = f"The mean of the customers' shares is {{mean:pct}}, the share of all their money {{share:pct}}: {so}."
    count = int(whole["known_wallets"])
    said = {"id": "05.mean_of_shares", "n": count, "evidence": tables.evidence, "table": "group_share"}
    return Finding(text=text, values=values, **said)


def _band(tables: ShareTables, cuts: tuple[float, float]) -> Finding:
    whole, (first, second) = tables.whole, cuts
    values = {"first": share_value(first), "second": share_value(second)}
    texts = {
        "win_more": "Our share is below {first:pct} even at the upper end of its range ({share:pct_range}): most of "
        "what our buyers spend is still to be won.",
        "build": "Our share lies between {first:pct} and {second:pct} ({share:pct_range}): a position to build on, "
        "which others hold too.",
        "deepen_and_defend": "Our share is {second:pct} or more even at the lower end of its range "
        "({share:pct_range}): little is left to win, and all of it to lose.",
        "undecided": "The range of our share ({share:pct_range}) crosses a cut ({first:pct} or {second:pct}), so no "
        "band is named.",
    }
    if whole["band"] == "undecided" and not is_known(whole["share_low"]):
        text = (
            "One known wallet gives a share but no range, so no band is named (cuts at {first:pct} and {second:pct})."
        )
    else:
        text = texts.get(whole["band"], "Without a share there is no band (cuts at {first:pct} and {second:pct}).")
    if "{share:" in text:
        values["share"] = row_share(whole)
    count = int(whole["known_wallets"]) or None
    return Finding(id="05.band", text=text, values=values, n=count, evidence=tables.evidence, table="group_share")


def _groups(tables: ShareTables, min_coverage: float) -> list[Finding]:
    rows = tables.group_share[tables.group_share["group_id"] != ALL]
    said = {"table": "group_share", "evidence": tables.evidence}
    found = []
    known = rows[rows["customer_share"].notna() & (rows["known_wallets"] >= MIN_CELL)]
    known = known.sort_values(["customer_share", "group_id"], ascending=[False, True])
    known = known[~known["group_id"].isin(BESIDE)]  # who stands beside the groups is no group to compare
    if len(known) > 1:
        top, bottom = known.iloc[0], known.iloc[-1]
        values = {"top": group_value(top["group_id"]), "top_share": row_share(top)}
        values |= {"bottom": group_value(bottom["group_id"]), "bottom_share": row_share(bottom)}
        apart = (
            is_known(top["share_low"]) and is_known(bottom["share_high"]) and top["share_low"] > bottom["share_high"]
        )
        text = (
            "Of what each group spends, we get the largest part from {top:group} ({top_share:pct}), the smallest from "
            "{bottom:group} ({bottom_share:pct})"
        )
        text += "." if apart else "; the ranges overlap, so the order may be chance."
        found.append(
            Finding(id="05.group_share", text=text, values=values, n=int(known["known_wallets"].sum()), **said)
        )
    for row in rows.to_dict("records"):
        values = {"group": group_value(row["group_id"]), "coverage": share_value(row["coverage"])}
        if is_known(row["customer_share"]):
            values |= {"share": row_share(row), "headroom": money_value(row["wallet"] - row["wallet_revenue"])}
            text = "{group:group}: {share:pct} of what they spend comes to us, {headroom:money} goes to others"
            text += (
                "."
                if row["known_wallets"] == row["customers"]
                else " (known wallets: {coverage:pct} of their revenue)."
            )
        else:
            values["least"] = share_value(min_coverage)
            text = (
                "For {group:group} we cannot say a share: known wallets cover {coverage:pct} of their "
                "revenue, {least:pct} are needed."
            )
        # Without any known wallet the sentence is about the customers, and few of them are not read alone either.
        count = int(min(row["known_wallets"], row["customers"]) or row["customers"])
        found.append(Finding(id=f"05.group_share.{row['group_id']}", text=text, values=values, n=count, **said))
    return found
