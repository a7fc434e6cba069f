"""What step 02 says of change: from half to half, of those who stayed, of those who came, and of whom to call."""

from __future__ import annotations

from helpers.client.result_model import Finding, Value
from helpers.method.finding_values import count_value, date_value, is_known, money_value, share_value
from helpers.method.list_tables import ListTables
from helpers.method.list_words import FEWEST, customers, opened, top_gain, top_loss, used_values, who_did
from helpers.method.money import HALF_A_CENT


def change_findings(tables: ListTables) -> list[Finding | None]:
    """02.bridge always; 02.kept, 02.halves, 02.cohorts and 02.calls, or None where there is nothing to tell.

    Parameters
    ----------
    tables : ListTables
    """
    return [_bridge(tables), _kept(tables), _halves(tables), _cohorts(tables), _calls(tables)]


def _bridge(tables: ListTables) -> Finding:
    said = {"id": "02.bridge", "table": "revenue_bridge", "evidence": "measured"}
    if tables.changes.empty:
        return Finding(text="Nothing was sold in either half.", **said)
    prior, current = (float(tables.part(half)["amount"]) for half in ("prior", "current"))
    change = round(current - prior, 4)
    values = {"prior": money_value(prior), "current": money_value(current)}
    verb = "rose" if change > 0 else "fell"
    if abs(change) < HALF_A_CENT:
        text = "Revenue stayed at {current:money} half on half"
    elif abs(change) <= prior:
        values["part"] = share_value(abs(change) / prior)
        text = f"Revenue {verb} by {{part:pct}} half on half"
    else:
        text = f"Revenue {verb} from {{prior:money}} to {{current:money}} half on half"
    moves = _moves(tables, values)[:: -1 if change < 0 else 1]
    moves = moves[:1] if "{prior:" in text else moves  # amounts enough for one title
    text += f": {', '.join(moves)}." if moves else "."
    count = int(tables.changes["customers"].fillna(0).sum())
    said |= {"n": count or None, "smallest": _fewest_told(tables)}
    return Finding(text=text, values=used_values(text, values), **said)


def _fewest_told(tables: ListTables) -> int | None:
    """The smallest part of the bridge, where a part that is named here could not be shown beside it.

    Parts on few customers are shown to a client together with the next smallest. An amount of one of these, told in the
    sentence, would give the others away.
    """
    people = tables.changes["customers"].dropna().astype(int)
    people = people[people > 0].sort_values(kind="stable")
    small = int((people < FEWEST).sum())
    if not small:
        return None
    together = max(small, int((people.cumsum() < FEWEST).sum()) + 1)
    named = {top_gain(tables), top_loss(tables)}
    return int(people.iloc[0]) if named & set(people.index[: max(together, 2)]) else None


def _moves(tables: ListTables, values: dict[str, Value]) -> list[str]:
    """The part of the bridge that added most, and the one that took most; fills `values` with their amounts."""
    moves = []
    if gain := top_gain(tables):
        values["gain"] = money_value(tables.changes.loc[gain, "amount"])
        moves.append(f"{who_did(tables, gain, 'those')} added {{gain:money}}")
    if loss := top_loss(tables):
        values["loss"] = money_value(-tables.changes.loc[loss, "amount"])
        moves.append(f"{who_did(tables, loss, 'those')} took {{loss:money}}")
    return moves


def _kept(tables: ListTables) -> Finding | None:
    facts = tables.bridge
    if not facts.bought_prior:
        return None
    values = {"bought": count_value(facts.bought_prior), "both": count_value(facts.bought_both)}
    again, where = "bought again", "in the current one"
    if facts.bought_prior == 1:
        again = again if facts.bought_both else "did not buy again"
        text = f"The one customer who bought in the prior half {again} {where}"
    elif facts.bought_prior < FEWEST:
        count = "{both:count}" if facts.bought_both else "None"
        text = f"{count} of the {{bought:count}} customers who bought in the prior half {again} {where}"
    else:
        values["kept"] = share_value(facts.kept)
        text = f"Of {{bought:count}} customers who bought in the prior half, {{kept:pct}} {again} {where}"
    if facts.bought_both and is_known(facts.net_retention) and facts.net_retention >= 0:
        values["net"] = share_value(facts.net_retention)
        they = ("it brings", "it") if facts.bought_prior == 1 else ("all of them together bring", "they")
        text += f"; {they[0]} {{net:pct}} of what {they[1]} brought then"
    said = {"id": "02.kept", "table": "revenue_bridge", "evidence": "measured"}
    said |= {"n": facts.bought_prior, "smallest": facts.bought_prior}
    return Finding(text=f"{text}.", values=used_values(text, values), **said)


def _halves(tables: ListTables) -> Finding | None:
    if not tables.seasonal:
        return None
    length = "one month" if tables.half_months == 1 else "{months:count} months"
    text = f"The halves are {length} each and lie in different seasons: a change between them may be just that."
    values = used_values(text, {"months": count_value(tables.half_months)})
    said = {"id": "02.halves", "table": "revenue_bridge", "evidence": "measured"}
    return Finding(text=text, values=values, n=2 * tables.half_months, n_of="month", **said)


def _cohorts(tables: ListTables) -> Finding | None:
    if tables.cohorts.empty:
        return None
    won, before = tables.won, tables.before
    said = {"id": "02.cohorts", "table": "cohorts", "evidence": "measured"}
    if won.customers >= FEWEST:
        values = {"won": count_value(won.customers), "rate": share_value(won.retention)}
        values |= {"first": date_value(won.first_cohort), "last": date_value(tables.last_day(won.last_cohort))}
        text = (
            "Of {won:count} customers first seen between {first:date} and {last:date}, {rate:pct} bought again within "
        )
        text += "four quarters"
        if before.customers >= FEWEST:
            values["before"] = share_value(before.retention)
            text += "; of those of the data's first quarter, {before:pct}"
        return Finding(text=f"{text}.", values=used_values(text, values), n=won.customers, **said)
    if before.customers >= FEWEST:
        values = {"before": count_value(before.customers), "rate": share_value(before.retention)}
        text = "Of {before:count} customers of the data's first quarter, {rate:pct} bought again within four quarters; "
        text += "there is no other cohort." if tables.closed else "of later ones it is too early to say."
        return Finding(text=text, values=values, n=before.customers, **said)
    return _next_quarter(tables, said)


def _next_quarter(tables: ListTables, said: dict) -> Finding:
    """What can be said of newcomers before a year is over: who bought again in the quarter after their first."""
    rows = tables.cohorts[(tables.cohorts["quarters_since"] == 1) & ~tables.cohorts["is_before_data"].astype(bool)]
    came = int(rows["customers"].sum())
    if came < FEWEST:
        return Finding(text="Too few customers came long enough ago to tell how many stay.", **said)
    values = {"came": count_value(came), "rate": share_value(float(rows["bought"].sum()) / came)}
    text = "Of {came:count} customers first seen after the data's first quarter, {rate:pct} bought again in the "
    text += "following quarter."
    return Finding(text=text, values=values, n=came, **said)


def _calls(tables: ListTables) -> Finding | None:
    rows = tables.call_list
    if rows.empty:
        return None
    values = {"calls": count_value(len(rows)), "fall": money_value(-rows["revenue_change"].sum())}
    one = len(rows) == 1
    text = f"{opened(customers('calls', len(rows)))} rated A or B brought {{fall:money}} less in the current half: "
    text += "it is worth a call." if one else "they are worth a call."
    said = {"id": "02.calls", "table": "call_list", "evidence": "measured", "n": len(rows), "smallest": len(rows)}
    return Finding(text=text, values=used_values(text, values), **said)
