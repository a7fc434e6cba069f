"""What step 09 says of the intents: whom to serve and whom not, how firm that is, and what would change our mind."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Finding
from helpers.errors import listed
from helpers.method.finding_values import count_value, date_value, group_value, share_value, text_value
from helpers.method.intent_facts import LARGE_HEADROOM
from helpers.method.intent_words import FACTS, GROW, INTENTS, MAINTAIN, RE_ENGINEER, RETIRE

TOLD = 0.05  # part of the doubt that a number must explain to be named
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
    assumption_sensitivity : DataFrame of `helpers.method.assumption_sensitivity.assumption_sensitivity`

    Returns
    -------
    list of Finding
        09.answer, how many groups have which first intent; 09.intent.<group_id>, each with the sentence of its rule, or
        that people chose otherwise; 09.firm, how many proposals are firm and which is least; 09.change.<group_id>, the
        number that explains most of the doubt about a group's proposal, where that is 5 % or more; 09.change, the one
        of these with most doubt behind it
    """
    if group_intents.empty:
        return []
    found = [_answer(group_intents), *(_intent(row) for row in group_intents.to_dict("records"))]
    drawn = group_intents[group_intents["intent_stability"].notna()]
    found += [] if drawn.empty else [_firm(drawn)]
    people = dict(zip(group_intents["group_id"], group_intents["customers"], strict=True))
    first = assumption_sensitivity[assumption_sensitivity["rank"] == 1]
    told = [row for row in first.to_dict("records") if row["explains"] >= TOLD]
    found += [_change(row, people[row["group_id"]], f"09.change.{row['group_id']}") for row in told]
    if told:
        firm = dict(zip(group_intents["group_id"], group_intents["intent_stability"], strict=True))
        # the doubt itself counts too: all of a small doubt is little
        most = max(told, key=lambda row: row["explains"] * firm[row["group_id"]] * (1 - firm[row["group_id"]]))
        found.append(_change(most, people[most["group_id"]], "09.change"))
    return found


def expected_findings(expected_results: pd.DataFrame) -> list[Finding]:
    """How many results are expected by when; nothing where none is."""
    if expected_results.empty:
        return []
    days = pd.to_datetime(expected_results["by_date"])
    values = {
        "results": count_value(len(expected_results)),
        "groups": count_value(expected_results["group_id"].nunique()),
        "by": date_value(days.max()),
    }
    text = (
        "We expect {results:count} results of {groups:count} groups by {by:date}, as ranges that the next run scores."
    )
    if len(expected_results) == 1:
        text = "We expect one result by {by:date}, as a range that the next run scores."
        values = {"by": values["by"]}
    return [
        Finding(
            id="09.expected", text=text, values=values, n=len(expected_results), evidence="judged",
            table="expected_results",
        )
    ]  # fmt: skip


def _answer(group_intents: pd.DataFrame) -> Finding:
    counts = group_intents["primary"].value_counts()
    values = {intent: count_value(int(counts.get(intent, 0))) for intent in INTENTS}
    values["groups"] = count_value(len(group_intents))
    text = (
        f"Of {{groups:count}} groups we grow {{{GROW}:count}}, maintain {{{MAINTAIN}:count}}, "
        f"re-engineer {{{RE_ENGINEER}:count}} and retire {{{RETIRE}:count}}."
    )
    return _finding("09.answer", text, values, int(group_intents["customers"].sum()), "judged")


def _intent(row: dict) -> Finding:
    values = {"group": group_value(row["group_id"]), "intent": text_value(row["primary_name"])}
    text = "{group:group}: {intent:text}"
    if row["secondary"]:
        values["second"] = text_value(row["secondary_name"])
        text += ", then {second:text}"
    if row["differs"]:
        values["proposed"] = text_value(INTENTS[row["proposed"]])
        text += ". People chose so; the rules propose {proposed:text}."
    else:
        values["why"] = text_value(row["sentence"])
        text += ". {why:text}"
    return _finding(f"09.intent.{row['group_id']}", text, values, row["customers"], "judged")


def _firm(group_intents: pd.DataFrame) -> Finding:
    least = group_intents.loc[group_intents["intent_stability"].idxmin()]
    values = {
        "firm": count_value(int(group_intents["firm"].sum())),
        "groups": count_value(len(group_intents)),
        "group": group_value(least["group_id"]),
        "part": share_value(least["intent_stability"]),
    }
    text = (
        "If all that is uncertain were known, the proposal would most likely stay for {firm:count} of {groups:count} "
        "groups. The least firm is that for {group:group}, the same in {part:pct} of the cases."
    )
    return _finding("09.firm", text, values, int(group_intents["customers"].sum()), "modelled")


def _change(row: dict, customers: int, name: str) -> Finding:
    values = {
        "group": group_value(row["group_id"]),
        "what": text_value(row["title"][0].lower() + row["title"][1:]),
        "part": share_value(row["explains"]),
    }
    text = "What would tell us most about {group:group} is the {what:text}: {part:pct} of the doubt rests on it."
    if name == "09.change":
        text = (
            "What would change our mind soonest is the {what:text} of {group:group}: {part:pct} of that doubt is there."
        )
    found = _finding(name, text, values, customers, "modelled")
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
    """Which facts are known of no group or not of all, and what would tell them.

    >>> blank = {name: fact.blank for name, fact in FACTS.items()} | dict.fromkeys(UNLOCKED, "pass")
    >>> facts = pd.DataFrame([{"group_id": "g1", "group_name": "Yards", **blank, "market": "not_tested"}])
    >>> [gap.question for gap in intent_cannot_say(facts)]
    ['Would an intent change by adoption-ready growth, for Yards?']
    """
    gaps = []
    for name, unlocked in UNLOCKED.items():
        fact = FACTS[name]
        lacking = facts.loc[facts[name] == fact.blank, "group_name"].tolist()
        if lacking:
            whom = "any group" if len(lacking) == len(facts) > 1 else listed(lacking, 12)
            title = fact.title[0].lower() + fact.title[1:]
            question = f"Would an intent change by {title}, for {whom}?"
            because = f"Not known is {title}. The rules then go by what else is known."
            gaps.append(CannotSay(question=question, because=because, unlocked_by=f"{unlocked}."))
    return gaps
