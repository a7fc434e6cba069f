"""What step 10 says: where each group finds us better, what it is promised, and what is still open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from helpers.client.result_model import Finding, Value
from helpers.errors import listed
from helpers.method.finding_values import count_value, group_value, inside_sentence, text_value
from helpers.method.intent_words import RETIRE
from helpers.method.proposition_drafts import NEXT_BEST
from helpers.method.proposition_evidence import Evidence
from helpers.method.proposition_words import AHEAD, DRAFT, is_called_for
from helpers.method.value_propositions import LOCK_IN


def lead_findings(standing: pd.DataFrame, evidence: Mapping[str, Evidence]) -> list[Finding]:
    """10.lead.<group_id>: on what the group rates us higher; only where it does on something, beyond doubt.

    Where some of that counts for an even part of all drivers or more, by best estimate, only this is named.

    Parameters
    ----------
    standing : DataFrame of `proposition_evidence.driver_standing`
    evidence : mapping of group_id to Evidence, of the groups to speak of

    Examples
    --------
    >>> standing = pd.DataFrame({"group_id": ["g1"], "label": ["Advice"], "compared": [30], "advantage": [1.4],
    ...     "advantage_low": [0.9], "advantage_high": [1.9], "matters": [True], "standing": ["ahead"]})
    >>> lead_findings(standing, {"g1": Evidence(alternative="Northgate")})[0].text.partition(" on ")[2]
    '{drivers:text}, at least an even part of what they value, by {gain:number} points.'
    """
    found = []
    for group, known in evidence.items():
        rows = standing[(standing["group_id"] == group) & (standing["standing"] == AHEAD)]
        if rows.empty:
            continue
        matter = bool(rows["matters"].any())
        rows = (rows[rows["matters"]] if matter else rows).sort_values("advantage", ascending=False, kind="stable")
        best = rows.iloc[0]
        gain, low, high = (round(float(best[name]), 1) for name in ("advantage", "advantage_low", "advantage_high"))
        values = {
            "group": group_value(group),
            "other": text_value(known.alternative or NEXT_BEST),
            "drivers": _names(rows["label"].tolist()),
            "gain": Value(value=gain, low=low, high=high, unit="number"),
        }
        text = "{group:group} rate us above {other:text} on {drivers:text}, "
        # an estimate: whether it decides for them is another question, which step 08 asks
        text += f"{'each ' if len(rows) > 1 else ''}at least an even part of what they value, " if matter else ""
        if len(rows) > 1:
            values["best"] = _names([best["label"]])
            text += "most on {best:text}, "
        text += "by {gain:number} point." if gain == 1 else "by {gain:number} points."
        said = {"n": int(rows["compared"].min()), "evidence": "measured"}
        found.append(Finding(id=f"10.lead.{group}", text=text, values=values, **said))
    return found


def lead_ids(leads: Sequence[Finding]) -> dict[str, str]:
    """The id of each group's lead, by its group."""
    return {lead.id.rpartition(".")[2]: lead.id for lead in leads}


def proposition_findings(
    intents: pd.DataFrame,
    propositions: pd.DataFrame,
    gaps: pd.DataFrame,
    drivers: pd.DataFrame,
    barriers: pd.DataFrame,
) -> list[Finding]:
    """The findings on the propositions, the answer first.

    Parameters
    ----------
    intents : DataFrame, one row per group: group_id, customers, primary
    propositions, gaps, drivers, barriers : the published tables of the step

    Returns
    -------
    list of Finding
        10.answer where some group is to be served. Where there is something to tell: 10.cards, 10.claims, 10.gaps and
        10.barriers. The promises themselves stand on the cards.
    """
    wanted = intents[is_called_for(intents)]
    if wanted.empty and propositions.empty:
        return []
    found = [_answer(wanted, propositions), _cards(propositions)]
    found += [_claims(drivers, gaps), _gaps(gaps), _barriers(barriers)]
    return [finding for finding in found if finding is not None]


def _answer(wanted: pd.DataFrame, table: pd.DataFrame) -> Finding:
    served = table[table["primary"] != RETIRE]
    drafts = int((served["state"] == DRAFT).sum())
    decided = len(served) - drafts
    values = {"chosen": count_value(len(wanted)), "decided": count_value(decided)}
    if len(wanted) == 1:
        values = {}
        drafted = "a draft from the evidence" if drafts else "no proposition yet"
        text = f"The one group that we mean to serve has {'a proposition that people decided' if decided else drafted}"
    elif decided == len(wanted):
        values = {"decided": values["decided"]}
        text = "People have decided what we promise each of the {decided:count} groups that we mean to serve"
    else:
        text = "Of {chosen:count} groups that we mean to serve, {decided:count} "
        text += f"{'has' if decided == 1 else 'have'} a proposition that people decided"
        if not decided:
            text = "Nobody has decided yet what we promise any of the {chosen:count} groups that we mean to serve"
            del values["decided"]
        if drafts:
            values["drafts"] = count_value(drafts)
            text += f"; {{drafts:count}} {'has' if drafts == 1 else 'have'} a draft from the evidence"
    said = {"n": int(wanted["customers"].sum()), "evidence": "judged", "table": "value_propositions"}
    return Finding(id="10.answer", text=f"{text}.", values=values, **said)


def _cards(table: pd.DataFrame) -> Finding | None:
    """How many cards can go out; the title of the cards."""
    served = table[table["primary"] != RETIRE]
    if served.empty:
        return None
    whole = served[(served["gaps"] == 0) & (served["state"] != DRAFT)]
    values = {"cards": count_value(len(served)), "whole": count_value(len(whole))}
    text = "Of {cards:count} cards {whole:count} can go out as they stand"
    if len(whole) < len(served):
        rest = len(served) - len(whole)
        text += "; the other " if rest == 1 else "; the others "
        if (served["gaps"] > 0).any():
            text += "says what is open" if rest == 1 else "say what is open"
        else:
            text += "waits for a decision" if rest == 1 else "wait for a decision"
    said = {"n": int(served["customers"].sum()), "evidence": "judged", "table": "value_propositions"}
    return Finding(id="10.cards", text=f"{text}.", values=values, **said)


def _claims(drivers: pd.DataFrame, gaps: pd.DataFrame) -> Finding | None:
    """How many of the claims customers bear out, and whose promise speaks of more than it claims."""
    if drivers.empty:
        return None
    held, behind = drivers[drivers["standing"] == AHEAD], drivers[drivers["standing"] == "behind"]
    values = {"claims": count_value(len(drivers)), "held": count_value(len(held))}
    text = "Of {claims:count} claims on a driver, customers who compared us bear out {held:count}"
    if len(held) == len(drivers) > 1:
        values = {"claims": values["claims"]}
        text = "Customers who compared us bear out all {claims:count} things that we claim to do better"
    if len(behind):
        values["behind"] = text_value(
            listed([f"{inside_sentence(row.label)} for {row.group_name}" for row in behind.itertuples()], 4)
        )
        text += "; they rate the alternative higher on {behind:text}"
    beyond = gaps.loc[gaps["gap"] == "promised_and_behind", "group_id"].drop_duplicates().tolist()
    if beyond:
        values["beyond"] = group_value(beyond[0])
        text += "; the promise to {beyond:group} also speaks of something that they find better elsewhere"
    if len(beyond) > 1:
        values = {name: value for name, value in values.items() if name != "beyond"}
        values["promises"] = count_value(len(beyond))
        text = text.replace("the promise to {beyond:group} also speaks", "{promises:count} promises also speak")
    said = {"n": len(drivers), "n_of": "claim", "evidence": "measured", "table": "proposition_drivers"}
    return Finding(id="10.claims", text=f"{text}.", values=values, **said)


def _gaps(gaps: pd.DataFrame) -> Finding | None:
    """How many gaps there are, and where most."""
    if gaps.empty:
        return None
    counts = gaps.groupby("group_id", sort=False).size()
    most = counts.index[counts == counts.max()]
    values = {"gaps": count_value(len(gaps)), "groups": count_value(len(counts))}
    text = "{gaps:count} gaps are open in {groups:count} groups"
    if (gaps["gap"] == "no_proposition").all():
        values = {"groups": values["groups"]}
        text = "{groups:count} groups have no proposition, and customers said nothing that a draft could be made of"
        text = text.replace("groups have", "group has") if len(gaps) == 1 else text
    elif len(gaps) == 1:
        values = {"group": group_value(most[0]), "what": text_value(gaps["sentence"].iloc[0].rstrip("."))}
        text = "One gap is open, of {group:group}: {what:text}"
    elif len(counts) == 1:
        values = {"gaps": values["gaps"], "group": group_value(most[0])}
        text = "{gaps:count} gaps are open, all of {group:group}"
    elif len(most) == 1:
        values |= {"group": group_value(most[0]), "most": count_value(counts.max())}
        text += ", {most:count} of them of {group:group}"
    said = {"n": len(gaps), "n_of": "gap", "evidence": "judged", "table": "proposition_gaps"}
    return Finding(id="10.gaps", text=f"{text}.", values=values, **said)


def _barriers(barriers: pd.DataFrame) -> Finding | None:
    if barriers.empty:
        return None
    locks, held = (barriers["kind"] == LOCK_IN).sum(), barriers["accepted"].sum()
    values = {"barriers": count_value(len(barriers)), "held": count_value(held)}
    one = len(barriers) == 1
    rest = "rests" if held == 1 else "rest"
    text = f"Of {{barriers:count}} barriers to exit, {{held:count}} {rest} on something that the group finds better "
    text += "with us"
    if one:
        does = "rests" if held else "does not rest"
        text = f"The one barrier to exit {does} on something that the group finds better with us"
        values = {}
    if locks:
        values["locks"] = count_value(locks)
        text += "; {locks:count} only bind" if locks > 1 else "; one only binds"
        values = values if locks > 1 else {name: value for name, value in values.items() if name != "locks"}
    said = {"n": len(barriers), "n_of": "barrier", "evidence": "judged", "table": "exit_barriers"}
    return Finding(id="10.barriers", text=f"{text}.", values=values, **said)


def _names(labels: Sequence[str]) -> Value:
    return text_value(listed([inside_sentence(label) for label in labels], 8))
