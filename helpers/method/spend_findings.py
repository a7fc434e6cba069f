"""What step 11 says of money and people: how much is reactive, and whether they follow value and intent."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check, Finding
from helpers.errors import listed
from helpers.method.finding_values import count_value, group_value, left_open_in, money_value, share_value, text_value
from helpers.method.money import HALF_A_CENT
from helpers.method.share import ALL
from helpers.method.spend_alignment import AGAINST_INTENT, BUDGET, GROW, NEAR, PEOPLE, RE_ENGINEER, RETIRE
from helpers.method.spend_by_function import ALL_FUNCTIONS

MOST = 0.5  # part from which a function is called reactive


def spend_findings(
    spend_by_function: pd.DataFrame, spend_alignment: pd.DataFrame, alignment_index: pd.DataFrame
) -> list[Finding]:
    """The findings on spend, each only where there is something to say.

    Returns
    -------
    list of Finding
        11.reactive, the reactive part and the functions that mostly react; 11.spend_out_of_line, the groups that get
        farthest above and below their part of the value; 11.misaligned, the index and the move that mends most;
        11.people_misaligned; 11.intent_unfunded, groups to grow that get no larger part than today;
        11.intent_overfunded, groups to retire that do; 11.processes_unchanged
    """
    found = [_reactive(spend_by_function), _out_of_line(spend_alignment)]
    found += [_index(alignment_index, BUDGET), _index(alignment_index, PEOPLE)]
    found += [_intent(spend_alignment, GROW), _intent(spend_alignment, RETIRE), _processes(spend_alignment)]
    return [one for one in found if one is not None]


def _reactive(spend_by_function: pd.DataFrame) -> Finding | None:
    """How much answers what had gone wrong, and the functions that do hardly anything else."""
    rows = spend_by_function[(spend_by_function["group_id"] == ALL) & spend_by_function["reactive_part"].notna()]
    whole = rows[rows["business_function"] == ALL_FUNCTIONS]
    if whole.empty:
        return None
    most = rows[(rows["business_function"] != ALL_FUNCTIONS) & (rows["reactive_part"] > MOST)]
    most = most.sort_values(["reactive_part", "business_function"], ascending=[False, True])
    values = {
        "part": share_value(whole.iloc[0]["reactive_part"]),
        "money": money_value(whole.iloc[0]["reactive"]),
    }
    text = "{part:pct} of all that we spend on customers, {money:money} a year, goes to what had gone wrong."
    if len(most):
        values |= {
            "functions": text_value(listed(most["business_function"].tolist())),
            "worst": text_value(most.iloc[0]["business_function"]),
            "highest": share_value(most.iloc[0]["reactive_part"]),
        }
        text += " It is more than half in {functions:text}, most in {worst:text}: {highest:pct}."
        if len(most) == 1:
            values.pop("functions")
            text = text.replace(" It is more than half in {functions:text}, most in {worst:text}: {highest:pct}.",
                                " It is more than half in {worst:text} alone: {highest:pct}.")  # fmt: skip
    return Finding(
        id="11.reactive", text=text, values=values, n=len(rows) - 1, n_of="row", evidence="measured",
        table="spend_by_function",
    )  # fmt: skip


def _out_of_line(spend_alignment: pd.DataFrame) -> Finding | None:
    """The group with most above its part of the CLV, and the one with most below."""
    rows = spend_alignment.dropna(subset=["part_of_spend", "part_of_clv"])
    gap = (rows["part_of_spend"] - rows["part_of_clv"]).astype(float)
    if len(rows) < 2 or not (gap.max() > NEAR or gap.min() < -NEAR):
        return None
    over, under = rows.loc[gap.idxmax()], rows.loc[gap.idxmin()]
    values = {
        "over": group_value(over["group_id"]),
        "over_spend": share_value(over["part_of_spend"]),
        "over_value": share_value(over["part_of_clv"]),
        "under": group_value(under["group_id"]),
        "under_spend": share_value(under["part_of_spend"]),
        "under_value": share_value(under["part_of_clv"]),
    }
    text = (
        "{over:group} take {over_spend:pct} of what we spend on these groups and hold {over_value:pct} of the lifetime "
        "value; {under:group} take {under_spend:pct} and hold {under_value:pct}."
    )
    return _finding("11.spend_out_of_line", text, values, rows)


def _index(alignment_index: pd.DataFrame, resource: str) -> Finding | None:
    """How much would have to move, and the largest single move."""
    rows = alignment_index[(alignment_index["resource"] == resource) & (alignment_index["against"] == "clv")]
    rows = rows[rows["known"] & (rows["index"] > NEAR)]
    if rows.empty:
        return None
    row = rows.iloc[0]
    values = {
        "index": share_value(row["index"]),
        "from": group_value(row["from_group"]),
        "to": group_value(row["to_group"]),
    }
    if resource == BUDGET:
        values["moved"] = money_value(row["moved"])
        text = (
            "{index:pct} of the spend would have to move for it to lie where value lies. The largest single move "
            "towards that: {moved:money} from {from:group} to {to:group}."
        )
        name = "11.misaligned"
    else:
        values["moved"] = count_value(round(row["moved"]))
        text = "{index:pct} of people's days would have to move for them to lie where value lies. The largest single "
        text += "move towards that: {moved:count} days from {from:group} to {to:group}."
        name = "11.people_misaligned"
    return Finding(
        id=name, text=text, values=values, n=int(row["groups"]), n_of="row", evidence="modelled",
        table="alignment_index",
    )  # fmt: skip


def _intent(spend_alignment: pd.DataFrame, intent: str) -> Finding | None:
    """Groups whose part of money or days the tactics take where the intent does not point."""
    rows = spend_alignment[spend_alignment["primary"] == intent]
    money, people = (rows[f"{one}_by_intent"] == AGAINST_INTENT for one in ("budget", "people"))
    against = rows[money | people]
    if against.empty:
        return None
    both = {(True, True): "money and people", (True, False): "money", (False, True): "people"}
    what = both[bool(money.any()), bool(people.any())]
    values = {"group": group_value(against.iloc[0]["group_id"]), "what": text_value(what)}
    say = ("grow", "no larger") if intent == GROW else ("retire", "no smaller")
    if len(against) == 1:
        text = (
            f"We want to {say[0]} {{group:group}}, and the tactics give it {say[1]} part of {{what:text}} than today."
        )
    else:
        values["groups"] = count_value(len(against))
        text = (
            f"We want to {say[0]} {{groups:count}} groups to which the tactics give {say[1]} part of {{what:text}} "
            "than today, {group:group} among them."
        )
    name = "11.intent_unfunded" if intent == GROW else "11.intent_overfunded"
    return _finding(name, text, values, against)


def _processes(spend_alignment: pd.DataFrame) -> Finding | None:
    """Groups to re-engineer for which no tactic changes a process."""
    rows = spend_alignment[spend_alignment["primary"] == RE_ENGINEER]
    rows = rows[rows["processes_by_intent"] == AGAINST_INTENT]
    if rows.empty:
        return None
    values = {"groups": text_value(listed(rows["group_name"].tolist()))}
    text = "No selected tactic changes a process for {groups:text}, which we want to re-engineer."
    return _finding("11.processes_unchanged", text, values, rows)


def _finding(name: str, text: str, values: dict, rows: pd.DataFrame) -> Finding:
    n, fewest = int(rows["customers"].sum()), int(rows["customers"].min())
    return Finding(
        id=name, text=text, values=values, n=n, smallest=fewest, evidence="modelled", table="spend_alignment"
    )


def spend_checks(spend_by_function: pd.DataFrame, spend: pd.DataFrame | None) -> list[Check]:
    """Whether functions and groups add up to the file."""
    if spend is None or spend_by_function.empty:
        return []
    rows = spend_by_function
    whole = float(spend["amount"].sum())
    sums = {
        "function": rows.loc[(rows["group_id"] == ALL) & (rows["business_function"] != ALL_FUNCTIONS), "amount"].sum(),
        "group": rows.loc[(rows["group_id"] != ALL) & (rows["business_function"] == ALL_FUNCTIONS), "amount"].sum(),
    }
    found = []
    for kind, total in sums.items():
        verdict = "pass" if abs(total - whole) < HALF_A_CENT else "fail"
        words = f"Spend by {kind} adds up to the table spend."
        found.append(
            Check(
                id=f"11.spend_by_{kind}", sentence=words, found=round(float(total), 2), expected=round(whole, 2),
                tolerance=HALF_A_CENT, verdict=verdict,
            )
        )  # fmt: skip
    return found


def spend_assumptions(spend_alignment: pd.DataFrame) -> list[Assumption]:
    """What was used that the data did not supply."""
    if spend_alignment["part_of_spend"].isna().all():
        return []
    text = "A group is in line where its part of a resource lies within so much of its part of the value."
    return [Assumption(id="11.in_line", text=text, value=NEAR)]


def spend_cannot_say(spend_by_function: pd.DataFrame, spend_alignment: pd.DataFrame) -> list[CannotSay]:
    """What stays open about money and people."""
    gaps: list[CannotSay] = []
    gap = left_open_in(gaps)
    if spend_by_function.empty:
        gap("Do money and people go where value is?", "Nobody said where they go.", "spend, by function and group.")
        return gaps
    whole = spend_by_function[(spend_by_function["group_id"] == ALL)]
    if whole["reactive_part"].isna().all():
        gap("How much of our spend answers what had gone wrong?", "No row is marked.", "spend: is_reactive.")
    if spend_alignment["part_of_spend"].isna().all():
        gap(
            "Does money go where value is?", "Spend is not known of each group.",
            "spend: customer_group with the ids or names of step 03, for every group.",
        )  # fmt: skip
    elif spend_alignment["part_of_clv"].isna().all():
        gap("Does money go where value is?", "Lifetime value is not known.", "transactions: cost_of_goods.")
    if spend_alignment["people_days"].isna().any():
        gap("Do people work where value is?", "Days are not known of each group.", "spend: people_days.")
    return gaps
