"""What step 05 says of time: whether our share of the same customers moves, by quarter and within a year."""

from __future__ import annotations

from helpers.client.result_model import Finding
from helpers.method.finding_values import count_value, date_value, group_value, share_value
from helpers.method.group_parts import MIN_CELL
from helpers.method.share import ALL
from helpers.method.share_tables import ShareTables
from helpers.method.share_years import STILL

MOVES = {"rose": "rose from {before:%s} to {now:%s}", "fell": "fell from {before:%s} to {now:%s}"}


def trend_findings(tables: ShareTables) -> list[Finding]:
    """The findings of step 05 about change.

    Parameters
    ----------
    tables : ShareTables

    Returns
    -------
    list of Finding
        05.share_by_quarter where some quarter has a share; 05.share_change where two years can be compared, and
        05.groups_that_moved where some group's range leaves out no change; 05.no_trend where neither is so.
    """
    found = [_by_quarter(tables), _by_year(tables), _groups_by_year(tables)]
    return [finding for finding in found if finding is not None]


def _by_quarter(tables: ShareTables) -> Finding | None:
    change = tables.change
    said = {"id": "05.share_by_quarter", "table": "share_by_quarter", "evidence": tables.evidence}
    if change is None:
        # without the share of a single quarter there is no picture that this could be the title of
        drawn = tables.share_by_quarter["customer_share"].notna().any()
        if tables.year is not None and not drawn:
            return None
        text = "Whether our share moves we cannot say: no two quarters have enough wallets of the same buyers."
        if tables.year is not None:
            text = "By quarter we cannot say whether our share moves: no two have enough wallets of the same buyers."
        return Finding(text=text, **said | ({} if drawn else {"id": "05.no_trend"}))
    values = {
        "first": share_value(change.first),
        "last": share_value(change.last),
        "from": date_value(change.first_quarter),
        "to": date_value(change.last_quarter),
        "customers": count_value(change.customers),
    }
    # A small move of many customers can be sure and still round to the same percent.
    how = "pct1" if round(100 * change.first) == round(100 * change.last) else "pct"
    span = f"from {{first:{how}}} in the quarter from {{from:date}} to {{last:{how}}} in the one from {{to:date}}"
    if change.low > 0 or change.high < 0:
        word = "rose" if change.low > 0 else "fell"
        text = f"Our share of the same buyers {word} {span} ({{customers:count}} are known in both)."
    elif change.low >= -STILL and change.high <= STILL:
        text = (
            "Our share of the same buyers stands still: {first:pct} in the quarter from {from:date}, {last:pct} in the "
            "one from {to:date} ({customers:count} are known in both)."
        )
    else:
        values |= {"low": share_value(change.low), "high": share_value(change.high)}
        text = (
            f"Our share of the same buyers went {span}; the range of the change, {{low:points}} to {{high:points}}, "
            "does not tell whether it moved ({customers:count} are known in both)."
        )
    return Finding(text=text, values=values, n=change.customers, **said)


def _by_year(tables: ShareTables) -> Finding | None:
    whole = tables.year
    if whole is None:
        return None
    values = {
        "before": share_value(whole["share_before"]),
        "now": share_value(whole["share_now"]),
        "change": share_value(whole["change"], whole["change_low"], whole["change_high"]),
    }
    # a small move of many customers can be sure and still round to the same percent
    how = "pct1" if round(100 * whole["share_before"]) == round(100 * whole["share_now"]) else "pct"
    if whole["moved"] in MOVES:
        text = f"Our share of the same customers {MOVES[whole['moved']] % (how, how)} within a year"
    elif whole["moved"] == "still":
        text = f"Our share of the same customers stands still: {{before:{how}}} a year before, {{now:{how}}} now"
    else:
        values |= {"low": share_value(whole["change_low"]), "high": share_value(whole["change_high"])}
        text = (
            f"Our share of the same customers went from {{before:{how}}} to {{now:{how}}} within a year; the "
            "range of the change, {low:points} to {high:points}, does not tell whether it moved"
        )
    said = {"id": "05.share_change", "table": "share_change", "evidence": tables.evidence}
    return Finding(text=text + ".", values=values, n=int(whole["customers"]), **said)


def _groups_by_year(tables: ShareTables) -> Finding | None:
    rows = tables.share_change
    rows = rows[(rows["group_id"] != ALL) & (rows["customers"] >= MIN_CELL) & (rows["moved"] != "cannot_say")]
    apart = rows[rows["moved"].isin(MOVES)]
    if tables.year is None or apart.empty:
        return None
    values = {f"group_{place}": group_value(group_id) for place, group_id in enumerate(apart["group_id"])}
    values |= {"moved": count_value(len(apart)), "groups": count_value(len(rows))}
    parts = [f"{{group_{place}:group}} {word}" for place, word in enumerate(apart["moved"])]
    text = f"Groups that moved by more than the range ({{moved:count}} of {{groups:count}}): {', '.join(parts)}."
    said = {"table": "share_change", "evidence": tables.evidence, "smallest": int(apart["customers"].min())}
    return Finding(id="05.groups_that_moved", text=text, values=values, n=int(rows["customers"].sum()), **said)
