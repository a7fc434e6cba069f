"""What step 10 assumes, what holds in it, and what stays open."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.errors import listed
from helpers.method.checks import same_count
from helpers.method.proposition_words import AHEAD, NOT_COMPARED, PRICE, is_called_for
from helpers.method.value_propositions import LOCK_IN

PRICE_READ = Assumption(
    id="10.price_position",
    text="In a draft, a price that customers rate worse than the alternative's is taken to stand above it, one that "
    "they rate better below it.",
    value="the rating of the driver that is called price",
    evidence="judged",
)
LOCKED = Assumption(
    id="10.lock_in",
    text="A barrier to exit that speaks of a contract, of notice or of switching binds; it is no reason to stay.",
    value="the words of the barrier and of its driver",
    evidence="judged",
)


def proposition_assumptions(standing: pd.DataFrame, barriers: pd.DataFrame) -> list[Assumption]:
    """What was used that the data did not supply, each only where it was."""
    priced = standing["driver"].str.casefold().str.contains(PRICE, regex=False) & (standing["standing"] != NOT_COMPARED)
    return ([PRICE_READ] if priced.any() else []) + ([LOCKED] if len(barriers) else [])


def proposition_checks(
    intents: pd.DataFrame,
    propositions: pd.DataFrame,
    gaps: pd.DataFrame,
    parts: pd.DataFrame,
    barriers: pd.DataFrame,
) -> list[Check]:
    """Whether no group is forgotten, and the tables say the same.

    Returns
    -------
    list of Check
        10.groups: groups that we mean to serve and that have neither a proposition nor the gap that says so;
        10.gaps: gaps over all propositions, and groups without one, against the rows of proposition_gaps;
        10.parts: kinds of offer over all propositions against the rows of proposition_parts;
        10.barriers: barriers that are accepted although they bind, or their lead's interval reaches zero.
    """
    wanted = intents.loc[is_called_for(intents), "group_id"]
    without = set(gaps.loc[gaps["gap"] == "no_proposition", "group_id"])
    forgotten = sorted(set(wanted) - set(propositions["group_id"]) - without)
    counted = int(propositions["gaps"].sum()) + len(without)
    weak = barriers[barriers["accepted"] & ((barriers["kind"] == LOCK_IN) | ~(barriers["advantage_low"] > 0))]
    return [
        same_count(
            "10.groups",
            "Each group that we mean to serve has a proposition, or the gap says it has none.",
            len(forgotten),
            0,
        ),
        same_count(
            "10.gaps", "The gaps on the cards and the groups without one are those of the list.", counted, len(gaps)
        ),
        same_count(
            "10.parts",
            "The kinds of offer on the cards are those of the list of parts.",
            int(propositions["kinds"].sum()),
            len(parts),
        ),
        same_count(
            "10.barriers", "No barrier to exit is accepted that binds, or whose lead may be chance.", len(weak), 0
        ),
    ]


def proposition_cannot_say(intents: pd.DataFrame | None, standing: pd.DataFrame) -> list[CannotSay]:
    """What stays open, and what would answer it.

    >>> standing = pd.DataFrame({"group_id": [], "group_name": [], "driver": [], "standing": []}, dtype="str")
    >>> [gap.question for gap in proposition_cannot_say(None, standing)]
    ['Whom do we promise something?']
    """
    if intents is None or intents.empty:
        because = "No group has an intent, so nobody said whom we serve."
        return [CannotSay(question="Whom do we promise something?", because=because, unlocked_by=_UNLOCKED["intents"])]
    wanted = intents[is_called_for(intents)]
    known = standing.loc[standing["standing"] != NOT_COMPARED, "group_id"]
    blind = wanted.loc[~wanted["group_id"].isin(known), "group_name"].tolist()
    found = []
    if blind:
        whom = "any group" if len(blind) == len(wanted) > 1 else listed(blind, 6)
        question = f"On what are we better than the best alternative, in the eyes of {whom}?"
        because = "Too few of them rated us and another supplier on the same things."
        found.append(CannotSay(question=question, because=because, unlocked_by=_UNLOCKED["survey"]))
    led = standing.loc[standing["standing"] == AHEAD, "group_id"]
    open_ = wanted.loc[wanted["group_id"].isin(known) & ~wanted["group_id"].isin(led), "group_name"].tolist()
    if open_:
        question = f"What could we promise {listed(open_, 6)} that nobody else does?"
        because = "They compared us, and on nothing do they surely rate us higher."
        found.append(CannotSay(question=question, because=because, unlocked_by=_UNLOCKED["lead"]))
    return found


_UNLOCKED = {
    "intents": "Steps 03 and 09: groups, and an intent for each.",
    "survey": "survey: driver_ and competitor_ ratings by ten customers of each group or more (step 06).",
    "lead": "Something that we do better, and answers that show it; or a customer secret to build on (step 06).",
}
