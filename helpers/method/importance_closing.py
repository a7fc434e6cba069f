"""What importance leaves open, what it assumes, and whether its tables hold together."""

from __future__ import annotations

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.errors import listed
from helpers.method.driver_importance import LENT, NO_SURVEY, Importance
from helpers.method.driver_outcomes import (
    CONSTANT,
    LEAST,
    LEAST_A_DRIVER,
    LEAST_WITH_SHARE,
    NO_OUTCOME,
    ONE_DRIVER,
    SHARE,
    TOO_FEW,
    UNRELATED,
)
from helpers.method.group_parts import ALL
from helpers.method.survey_answers import Answers
from helpers.method.survey_scale import scale_words
from helpers.method.survey_weights import effective_n

QUESTION = "What matters most to customers, by what moves them?"
WHY = {
    NO_SURVEY: (
        "No survey was delivered that rates us on anything.",
        "survey: recommend from 0 to 10, and one driver_ column for each thing that customers rate.",
    ),
    NO_OUTCOME: (
        "Nobody was asked for a conclusion, only for ratings.",
        "survey: recommend or satisfaction, by the people who give the ratings.",
    ),
    TOO_FEW: (
        "Too few responses.",
        f"survey: {LEAST} responses or more, and {LEAST_A_DRIVER} for each driver.",
    ),
    CONSTANT: (
        "The answers are alike: all conclude the same, or each rates everything the same.",
        "survey: an outcome and ratings in which customers differ, such as on a scale of 0 to 10.",
    ),
    ONE_DRIVER: (
        "Only one driver was rated often enough.",
        "survey: driver_ columns for whatever else customers may care about.",
    ),
    UNRELATED: (
        "The ratings explain no more of the outcome than chance would.",
        "survey: drivers that customers themselves name, asked of more people.",
    ),
}
REASONS = {TOO_FEW: "too few ratings", CONSTANT: "one and the same rating by all"}


def importance_cannot_say(importance: Importance, answers: Answers) -> list[CannotSay]:
    """The questions about importance that stay open for this client, each only where it does."""
    gaps = []
    if importance.reason:
        because, unlocked = WHY[importance.reason]
        return [CannotSay(question=QUESTION, because=because, unlocked_by=unlocked)]
    labels = answers.labels
    left_out = {labels[name]: REASONS[why] for name, why in importance.left_out.items()}
    left_out |= dict.fromkeys(answers.unrated, "no rating of ours")
    if left_out:
        said = listed([f"{name} ({why})" for name, why in left_out.items()], 12)
        gaps.append(
            CannotSay(
                question="How important are the drivers that could not be compared?",
                because=f"Left out: {said}.",
                unlocked_by="survey: these questions, put to more customers.",
            )
        )
    table = importance.table
    small = table.loc[table["borrowed_part"] == 1, "group_name"].drop_duplicates().tolist()
    if small:
        gaps.append(
            CannotSay(
                question=f"What moves {listed(small, 12)} in particular?",
                because=f"Each has fewer than {LEAST} responses that count; what is shown is that of all customers.",
                unlocked_by="survey: more answers from these groups.",
            )
        )
    if table["stated_importance"].isna().all():
        gaps.append(
            CannotSay(
                question="Do customers say that what moves them matters to them?",
                because="Nobody was asked how important a driver is.",
                unlocked_by="survey: importance_ columns beside the driver_ ones.",
            )
        )
    share = importance.outcomes[importance.outcomes["outcome"] == SHARE]
    if share.empty or share["verdict"].iloc[0] == TOO_FEW:
        gaps.append(
            CannotSay(
                question="Does what moves their opinion also move how much they buy from us?",
                because=f"Of fewer than {LEAST_WITH_SHARE} customers both the ratings and our share are known.",
                unlocked_by="wallets of customers who answer, or answers of customers whose wallets are known.",
            )
        )
    return gaps


def importance_assumptions(importance: Importance, answers: Answers) -> list[Assumption]:
    """What is used that no table supplied."""
    if not answers.scales:
        return []
    unstated = {kind: scale for kind, scale in answers.scales.items() if not scale.stated}
    found = []
    if unstated:
        text = "The scale of the answers is read off them; client.yaml states none (tables.survey.scale)."
        found.append(Assumption(id="06.scale", text=text, value=scale_words(unstated)))
    if importance.outcome:
        found.append(
            Assumption(
                id="06.lent",
                text="A group's importance leans on all customers as if so many of their responses were its own.",
                value=LENT,
            )
        )
        if answers.sincere["weight"].nunique() > 1:
            text = "Silent customers would have answered as those of their group and third of revenue did who "
            text += "answered; weighted so, the responses that count say as much as so many alike."
            found.append(Assumption(id="06.silent", text=text, value=round(effective_n(answers.sincere["weight"]))))
    return found


def importance_checks(importance: Importance) -> list[Check]:
    """Whether the parts of each group make one, and each interval holds its value; nothing to check without any."""
    table = importance.table
    if table.empty:
        return []
    apart = float((table.groupby("group_id")["importance"].sum() - 1).abs().max())
    out = (table["importance"] < table["importance_low"]) | (table["importance"] > table["importance_high"])
    whole = table[table["group_id"] == ALL]
    r2 = float(importance.outcomes.loc[importance.outcomes["role"] == "main", "r2"].iloc[0])
    off = abs(float(whole["r2"].iloc[0]) - r2)
    return [
        Check(
            id="06.importance_makes_one",
            sentence="The importance of all drivers adds up to one in every group (largest difference).",
            found=round(apart, 9),
            expected=0,
            tolerance=1e-6,
            verdict="pass" if apart <= 1e-6 else "fail",
        ),
        Check(
            id="06.importance_intervals",
            sentence="Every interval holds the importance that it belongs to (rows that it does not hold).",
            found=int(out.sum()),
            expected=0,
            verdict="pass" if not out.any() else "fail",
        ),
        Check(
            id="06.importance_r2",
            sentence="What LMG shares out is what the regression explains (difference of the two R2).",
            found=round(off, 9),
            expected=0,
            tolerance=1e-6,
            verdict="pass" if off <= 1e-6 else "fail",
        ),
    ]
