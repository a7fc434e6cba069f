"""What step 11 says of treatment: whether service goes where worth is, and which of the best are served least."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Finding
from helpers.method.finding_values import count_value, group_value, money_value, number_value, share_value
from helpers.method.share import ALL
from helpers.method.treatment_fit import AGAINST, FITS, ORDER, WORTH


def treatment_findings(treatment_fit: pd.DataFrame) -> list[Finding]:
    """The findings on treatment, each only where there is something to say.

    Returns
    -------
    list of Finding
        11.treatment, whether service an order goes with worth; 11.best_below, the best customers who get less than the
        middle one; 11.best_below_group, the group with most of their value
    """
    rows = treatment_fit[(treatment_fit["per"] == ORDER) & (treatment_fit["measure"] == WORTH)]
    found = [_whole(rows[rows["group_id"] == ALL]), _best(rows[rows["group_id"] == ALL]), _where(rows)]
    return [one for one in found if one is not None]


def _whole(rows: pd.DataFrame) -> Finding | None:
    """Over all customers."""
    rows = rows.dropna(subset=["correlation"])
    if rows.empty:
        return None
    row = rows.iloc[0]
    unclear = (
        "How much service an order gets has nothing to do with the customer's worth, as far as can be told (rank "
        "correlation {r:number})."
    )
    text = {
        FITS: "The more a customer is worth, the more service an order of it gets (rank correlation {r:number}).",
        AGAINST: "The more a customer is worth, the less service an order of it gets (rank correlation {r:number}).",
    }.get(row["verdict"], unclear)
    values = {"r": number_value(round(row["correlation"], 2))}
    return _finding("11.treatment", text, values, int(row["customers"]))


def _best(rows: pd.DataFrame) -> Finding | None:
    """The best who get less than the middle customer."""
    rows = rows.dropna(subset=["below", "at_risk"])
    if rows.empty or not rows.iloc[0]["below"]:
        return None
    row = rows.iloc[0]
    values = {
        "best": count_value(row["best"]),
        "below": count_value(row["below"]),
        "part": share_value(row["below_part"], row["below_low"], row["below_high"]),
        "money": money_value(row["at_risk"]),
    }
    text = (
        "Of our {best:count} best customers {below:count} ({part:pct}) get less service an order than the middle "
        "customer: {money:money} of lifetime value is at risk with them."
    )
    return _finding("11.best_below", text, values, int(row["best"]), int(row["below"]))


def _where(rows: pd.DataFrame) -> Finding | None:
    """The group in which most of that value lies."""
    groups = rows[(rows["group_id"] != ALL) & (rows["at_risk"] > 0)]
    if len(groups) < 2:
        return None
    row = groups.loc[groups["at_risk"].idxmax()]
    values = {
        "group": group_value(row["group_id"]),
        "below": count_value(row["below"]),
        "part": share_value(row["at_risk"] / groups["at_risk"].sum()),
    }
    text = "Most of that value, {part:pct}, lies in {group:group}, with {below:count} of these customers."
    return _finding("11.best_below_group", text, values, int(row["best"]), int(row["below"]))


def _finding(name: str, text: str, values: dict, n: int, smallest: int | None = None) -> Finding:
    return Finding(
        id=name, text=text, values=values, n=n, smallest=smallest, evidence="modelled", table="treatment_fit"
    )


def treatment_assumptions(treatment_fit: pd.DataFrame) -> list[Assumption]:
    """What was used that the data did not supply."""
    if treatment_fit["correlation"].isna().all():
        return []
    text = "What we choose to give a customer is the cost of its service events"
    text += " that answered no fault." if treatment_fit["without_fault"].all() else ", those that answered a fault too."
    return [Assumption(id="11.service_level", text=text, value="cost of service an order")]


def treatment_cannot_say(treatment_fit: pd.DataFrame) -> list[CannotSay]:
    """Why nothing can be said, or of what."""
    rows = treatment_fit[(treatment_fit["per"] == ORDER) & (treatment_fit["group_id"] == ALL)]
    if rows["correlation"].notna().all() and len(rows):
        return []
    priced = rows["usual_level"].notna().any()
    because = "No margin is known." if priced else "What service customers get is not known, or of under ten customers."
    unlocked = "transactions: cost_of_goods." if priced else "service_events with activity_costs for each activity."
    question = "Do our best customers get our best service?"
    return [CannotSay(question=question, because=because, unlocked_by=unlocked)]
