"""What step 09 says of the intents: whom to serve and whom not, how firm that is, and what would change our mind."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Finding
from helpers.errors import listed
from helpers.method.finding_values import count_value, date_value, group_value, share_value, text_value
from helpers.method.intent_facts import LARGE_HEADROOM
from helpers.method.intent_words import FACTS, GROW, INTENTS, MAINTAIN, RE_ENGINEER, RETIRE
from helpers.method.intents import focus_limit
from helpers.method.mind_changers import ABOUT, change_clause, intent_words
from helpers.method.pass_chance import PASS

VERBS = {GROW: "grow", MAINTAIN: "maintain", RE_ENGINEER: "re-engineer", RETIRE: "retire"}
UNLOCKED = {
    "position": "a survey that compares us with the best alternative, and costs of goods (steps 04 to 07)",
    "lifetime": "transactions: cost_of_goods, or a decided gross margin rate (step 04)",
    "downturn": "costs of goods over four quarters or more (step 04)",
    "diagnosis": "a survey that compares us with the best alternative, and costs of goods (step 06)",
    "share": "wallets of 30 customers or more (step 05)",
    "headroom": "wallets of 30 customers or more, and the rate of capture (step 05)",
    "profitable": "transactions: cost_of_goods (step 08)",
    "direction": "list prices and which categories are our future (step 08)",
    "commitment": "investments with their margins of five years (step 08)",
    "market": "markets by group, five years or more (step 08)",
    "right_to_win": "a survey that compares us with the best alternative, or advantages with their proof (step 08)",
}


def intent_findings(group_intents: pd.DataFrame, assumption_sensitivity: pd.DataFrame) -> list[Finding]:
    """The findings on the intents, each only where there is something to say.

    Parameters
    ----------
    group_intents : DataFrame of `helpers.method.intent_table.group_intents`
    assumption_sensitivity : DataFrame of `helpers.method.mind_changers.in_plain_words`

    Returns
    -------
    list of Finding
        09.answer, which groups have which first intent, and with whom we part later; 09.intent.<group_id>, the intents
        of the group, or of it and of others of which the same is to be said, with the sentence of their rule and the
        number that would change them, or that people chose otherwise;
        09.focus, more groups to grow than one can; 09.firm, which proposals are firm and which not; 09.unmeasured, that
        none can be, for what was not measured; 09.change, the number of all groups that is worth most to know, where it
        is one case of a hundred or more; 09.flips, for how many groups one such number, within its range, alone changes
        the proposal
    """
    if group_intents.empty:
        return []
    found = [_answer(group_intents)]
    growing = group_intents.loc[group_intents["primary"] == GROW]
    found += _focus(growing, len(group_intents))
    tells = assumption_sensitivity[assumption_sensitivity["tells"].astype(bool)]
    tells = tells.sort_values(["worth", "group_id", "rank"], ascending=[False, True, True])
    most = {row["group_id"]: row for row in reversed(tells.to_dict("records"))}
    found += _intents(group_intents, most)
    found += _firm(group_intents)
    if len(tells):
        people = dict(zip(group_intents["group_id"], group_intents["customers"], strict=True))
        row = tells.iloc[0].to_dict()
        found += [_change(row, people[row["group_id"]]), _flips(tells, group_intents)]
    return found


def expected_findings(expected_results: pd.DataFrame) -> list[Finding]:
    """How many results are expected by when; nothing where none is."""
    if expected_results.empty:
        return []
    days = pd.to_datetime(expected_results["by_date"]).value_counts().sort_index()
    values = {
        "results": count_value(len(expected_results)),
        "groups": count_value(expected_results["group_id"].nunique()),
    }
    due = []
    for place, (day, count) in enumerate(days.items(), 1):
        values |= {f"due_{place}": count_value(count), f"by_{place}": date_value(day)}
        due.append(f"{{due_{place}:count}} by {{by_{place}:date}}")
    text = (
        "We expect {results:count} results of {groups:count} groups, as ranges that the next run scores: "
        f"{listed(due, 12)}."
    )
    if len(expected_results) == 1:
        text = "We expect one result by {by_1:date}, as a range that the next run scores."
    elif len(days) == 1:
        text = (
            "We expect {results:count} results of {groups:count} groups by {by_1:date}, as ranges that the next run "
            "scores."
        )
    values = {name: value for name, value in values.items() if f"{{{name}:" in text}
    return [
        Finding(
            id="09.expected", text=text, values=values, n=len(expected_results), n_of="result", evidence="judged",
            table="expected_results",
        )
    ]  # fmt: skip


def _answer(group_intents: pd.DataFrame) -> Finding:
    counts = group_intents["primary"].value_counts()
    values = {intent: count_value(int(counts.get(intent, 0))) for intent in INTENTS}
    values["groups"] = count_value(len(group_intents))
    parts = []
    for intent, verb in VERBS.items():
        own = group_intents.loc[group_intents["primary"] == intent, "group_id"].tolist()
        values |= {f"{intent}_{number}": group_value(group) for number, group in enumerate(own, 1)}
        named = [f"{{{intent}_{number}:group}}" for number in range(1, len(own) + 1)]
        # what nobody is to grow or to leave is an answer as well
        if named or intent == GROW:
            parts.append(f"{verb} {listed(named, len(named)) if named else 'none'}")
    between = ";" if len(parts) > 2 else ","
    text = f"Of {{groups:count}} groups we {'; '.join(parts[:-1])}{between} and {parts[-1]}."
    if len(parts) == 1:
        text = f"Of {{groups:count}} groups we {parts[0]}."
    text += _left(group_intents, values)
    if len(group_intents) == 1:
        intent = group_intents["primary"].iloc[0]
        text = f"We {VERBS[intent]} {{{intent}_1:group}}, our only group."
        text += _left(group_intents, values)
    return _finding("09.answer", text, values, int(group_intents["customers"].sum()), "judged")


def _left(group_intents: pd.DataFrame, values: dict) -> str:
    """Whom we part with only if re-engineering does not help, or that with nobody. Its values join the others."""
    later = group_intents.loc[group_intents["secondary"] == RETIRE, "group_id"].tolist()
    if later:
        values |= {f"later_{number}": group_value(group) for number, group in enumerate(later, 1)}
        names = listed([f"{{later_{number}:group}}" for number in range(1, len(later) + 1)], len(later))
        return f" We part with {names} if that does not help."
    return "" if (group_intents["primary"] == RETIRE).any() else " We part with none."


def _focus(growing: pd.DataFrame, groups: int) -> list[Finding]:
    limit = focus_limit(groups)
    if len(growing) <= limit:
        return []
    values = {"growing": count_value(len(growing)), "most": count_value(limit), "groups": count_value(groups)}
    text = (
        "{growing:count} groups are to grow, and of {groups:count} at most {most:count} should: who grows all grows "
        "none. Say which comes first."
    )
    return [_finding("09.focus", text, values, int(growing["customers"].sum()), "judged")]


def _intents(group_intents: pd.DataFrame, most: dict[str, dict]) -> list[Finding]:
    """A sentence a group; groups of which the same is to be said share one."""
    alike: dict[tuple, list[dict]] = {}
    for row in group_intents.to_dict("records"):
        changes = row["group_id"] if row["group_id"] in most or row["differs"] else ""
        alike.setdefault((row["primary"], row["secondary"], row["sentence"], changes), []).append(row)
    return [_intent(rows, most.get(rows[0]["group_id"])) for rows in alike.values()]


def _intent(rows: list[dict], most: dict | None) -> Finding:
    row, names = rows[0], ["group", *(f"group_{number}" for number in range(2, len(rows) + 1))]
    values = {name: group_value(one["group_id"]) for name, one in zip(names, rows, strict=True)}
    values["intent"] = text_value(row["primary_name"])
    text = listed([f"{{{name}:group}}" for name in names], len(names)) + ": {intent:text}"
    if row["secondary"]:
        values["second"] = text_value(row["secondary_name"])
        text += ", then {second:text}"
    if row["differs"]:
        values["proposed"] = text_value(intent_words(row["proposed"], row["proposed_secondary"]))
        text += ". People chose so; the rules propose {proposed:text}."
    else:
        values["why"] = text_value(row["sentence"])
        text += ". {why:text}"
        if most is not None:
            clause, more = change_clause(most, intent_words(row["otherwise"], row["otherwise_secondary"]))
            text, values = text + clause, values | more
    people = [one["customers"] for one in rows]
    found = _finding(f"09.intent.{row['group_id']}", text, values, sum(people), "judged")
    return found.model_copy(update={"smallest": min(people)}) if len(rows) > 1 else found


def _firm(group_intents: pd.DataFrame) -> list[Finding]:
    open_ = group_intents[group_intents["could_change"] != ""]
    drawn = group_intents[group_intents["intent_stability"].notna() & (group_intents["could_change"] == "")]
    values = {"groups": count_value(len(group_intents))}
    people = int(group_intents["customers"].sum())
    if drawn.empty:
        if open_.empty:
            return []
        values["open"] = count_value(len(open_))
        text = (
            "No proposal is firm yet: for {open:count} of {groups:count} groups, something that was not measured could "
            "change it by itself."
        )
        if len(group_intents) == 1:
            text, values = "The proposal is not firm: something that was not measured could change it by itself.", {}
        return [_finding("09.unmeasured", text, values, people, "modelled")]
    if len(group_intents) == 1:
        text = "If all that is uncertain were known, the proposal would be the same in {part:pct} of the cases."
        return [_finding("09.firm", text, {"part": share_value(drawn["intent_stability"].iloc[0])}, people, "modelled")]
    parts = []
    for is_firm in (True, False):
        rows = drawn[drawn["firm"].astype(bool) == is_firm].sort_values(
            "intent_stability", ascending=False, kind="stable"
        )
        named = []
        for number, row in enumerate(rows.to_dict("records"), 1):
            name = f"{'firm' if is_firm else 'not'}_{number}"
            values |= {name: group_value(row["group_id"]), f"{name}_part": share_value(row["intent_stability"])}
            named.append(f"{{{name}:group}} ({{{name}_part:pct}})")
        if named:
            parts.append(f"{'are firm' if is_firm else 'not firm'}: {listed(named, len(named))}")
    count, values["firm"] = int(drawn["firm"].sum()), count_value(int(drawn["firm"].sum()))
    opening = "{firm:count} of {groups:count} proposals " + ("is" if count == 1 else "are") + " firm"
    opening += ", the same in four of five cases of what may be true, or more"
    text = f"{opening}: {parts[0].partition(': ')[2]}" if count else opening
    if len(parts) == 2 or not count:
        text += f"; not firm: {parts[-1].partition(': ')[2]}"
    text += "."
    if len(open_):
        values["open"] = count_value(len(open_))
        text += " For {open:count} of them, something that was not measured could change it by itself."
    return [_finding("09.firm", text, values, people, "modelled")]


def _change(row: dict, customers: int) -> Finding:
    values = {"group": group_value(row["group_id"]), "more": count_value(round(100 * row["worth"]))}
    if row["kind"] == "chance":
        values["claim"] = text_value(FACTS[row["quantity"]].words[PASS])
        text = "Most worth finding out, for {group:group}: whether {claim:text}. "
    else:
        values["what"] = text_value(ABOUT[row["quantity"]])
        text = "Most worth finding out, for {group:group}: {what:text}. "
    text += "Finding this out would raise our right choices by {more:count} in a hundred."
    found = _finding("09.change", text, values, customers, "modelled")
    return found.model_copy(update={"table": "assumption_sensitivity"})


def _flips(tells: pd.DataFrame, group_intents: pd.DataFrame) -> Finding:
    alone = tells.loc[tells["alone"].astype(bool), "group_id"].nunique()
    values = {"alone": count_value(alone), "groups": count_value(len(group_intents))}
    text = "For {alone:count} of {groups:count} groups, one uncertain number can change the proposal by itself."
    if not alone:
        text = "For none of {groups:count} groups can one uncertain number change the proposal by itself."
        values.pop("alone")
    if len(group_intents) == 1:
        text, values = f"{'One' if alone else 'No'} uncertain number can change the proposal by itself.", {}
    found = _finding("09.flips", text, values, int(group_intents["customers"].sum()), "modelled")
    return found.model_copy(update={"table": "assumption_sensitivity"})


def _finding(name: str, text: str, values: dict, customers: int, evidence: str) -> Finding:
    return Finding(id=name, text=text, values=values, n=customers, evidence=evidence, table="group_intents")


def intent_assumptions(assumption_sensitivity: pd.DataFrame) -> list[Assumption]:
    """What the proposals and their draws used that the data did not supply, each only where it was."""
    used = [LARGE_HEADROOM] if "headroom" in set(assumption_sensitivity["quantity"]) else []
    if len(assumption_sensitivity):
        text = (
            "What rests on the same evidence of a group, such as its profit and its lifetime value, is wrong together; "
        )
        text += "what rests on other evidence is wrong by itself, and groups are wrong each by itself."
        used.append(Assumption(id="09.drawn_together", text=text, value="one draw for each kind of evidence"))
    return used


def intent_cannot_say(facts: pd.DataFrame) -> list[CannotSay]:
    """Which facts are known of no group or not of all, and what would tell them; or that no group was formed.

    Facts that the same groups lack are told together.

    >>> blank = {name: fact.blank for name, fact in FACTS.items()} | dict.fromkeys(UNLOCKED, "pass")
    >>> facts = pd.DataFrame([{"group_id": "g1", "group_name": "Yards", **blank, "market": "not_tested"}])
    >>> [gap.question for gap in intent_cannot_say(facts)]
    ['Would the intent change for Yards by adoption-ready growth?']
    """
    if facts.empty:
        whom = "What do we intend with each group, and what do we expect of it?"
        return [CannotSay(question=whom, because="No group stands.", unlocked_by="groups, formed in step 03.")]
    lacking: dict[tuple[str, ...], list[str]] = {}
    for name in UNLOCKED:
        groups = tuple(facts.loc[facts[name] == FACTS[name].blank, "group_name"])
        if groups:
            lacking.setdefault(groups, []).append(name)
    gaps = []
    for groups, names in lacking.items():
        whom = "any group" if len(groups) == len(facts) > 1 else listed(list(groups), 12)
        titles = listed([FACTS[name].title[0].lower() + FACTS[name].title[1:] for name in names], 12)
        unlocked = "; ".join(dict.fromkeys(UNLOCKED[name] for name in names))
        because = f"Not known: {titles}. The rules go by what else is known."
        question = f"Would the intent change for {whom} by {titles}?"
        if len(names) > 1:
            question = f"Would the intent change for {whom} if we knew more?"
        gaps.append(CannotSay(question=question, because=because, unlocked_by=f"{unlocked}."))
    return gaps
