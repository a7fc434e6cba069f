"""What step 06 says of loyalty: by deeds, by words, by what it earns us, and of who was content and left."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Finding
from helpers.method.finding_values import count_value, is_known, number_value, share_value
from helpers.method.share import ALL
from helpers.method.tenure_profit import OURS, PUBLISHED, THROUGHOUT
from helpers.method.wilson import difference_interval

LOYAL = ["true_friends", "barnacles"]
NO_GAP = 0.10  # two parts whose difference lies within so much of either side, whole range, are alike
LEAST = 10  # of either kind, before their parts are set against each other


def loyalty_findings(
    customer_loyalty: pd.DataFrame,
    loyalty_profit: pd.DataFrame,
    tenure_profit: pd.DataFrame,
    leaving_by_satisfaction: pd.DataFrame,
) -> list[Finding]:
    """The findings on loyalty, each only where there is something to say.

    Parameters
    ----------
    customer_loyalty, loyalty_profit : DataFrame, from `loyalty`
    tenure_profit : DataFrame, from `tenure_profit`
    leaving_by_satisfaction : DataFrame, from `satisfied_leavers`

    Returns
    -------
    list of Finding
        06.loyalty_profit, 06.tenure_profit, 06.said_loyal, 06.leaving_by_satisfaction.
    """
    found = [
        _profit(loyalty_profit),
        _tenure(tenure_profit),
        _words_and_deeds(customer_loyalty),
        _leaving(leaving_by_satisfaction),
    ]
    return [one for one in found if one is not None]


def _profit(rows: pd.DataFrame) -> Finding | None:
    """Whether loyal customers bring profit more often than the others do."""
    whole = rows[rows["group_id"] == ALL].set_index("loyalty_type")
    if whole.empty:
        return None
    of = whole["customers"]
    loyal, others = int(of[LOYAL].sum()), int(of.drop(LOYAL).sum())
    if min(loyal, others) < LEAST:
        return None
    high, other = of["true_friends"] / loyal, of["butterflies"] / others
    opening = _opening(high, loyal, other, others, "loyalty and profit", "Loyalty is not profit")
    values = {"loyal": count_value(loyal), "high": share_value(high), "other": share_value(other)}
    text = (
        f"{opening}: {{high:pct}} of {{loyal:count}} loyal customers bring more than the middle customer, of the "
        "others {other:pct}"
    )
    losing = int(whole.loc[LOYAL, "losing"].sum())
    if losing:
        values["losing"] = count_value(losing)
        text += "; {losing:count} of the loyal cost us money"
    said = {"n": loyal + others, "smallest": losing or None, "evidence": "measured", "table": "loyalty_profit"}
    return Finding(id="06.loyalty_profit", text=text + ".", values=values, **said)


def _tenure(rows: pd.DataFrame) -> Finding | None:
    """How closely tenure and profit go together, beside the published."""
    ours = rows[rows["kind"] == OURS].iloc[0]
    if not is_known(ours["correlation"]):
        return None
    published = rows.loc[rows["kind"] == PUBLISHED, "correlation"]
    values = {"explained": share_value(ours["explained"]), "r": number_value(ours["correlation"])}
    values |= {"low": number_value(ours["correlation_low"]), "high": number_value(ours["correlation_high"])}
    values |= {"least": number_value(published.min()), "most": number_value(published.max())}
    text = (
        "How long a customer has been with us goes with {explained:pct} of the differences in profit (correlation "
        "{r:ratio}, {low:ratio} to {high:ratio}; published studies found {least:ratio} to {most:ratio})"
    )
    here = rows[rows["kind"] == THROUGHOUT].iloc[0]
    if is_known(here["correlation"]):
        values |= {"here": number_value(here["correlation"]), "people": count_value(here["customers"])}
        text += "; of the {people:count} who were here throughout the window it is {here:ratio}"
    n = int(ours["customers"])
    return Finding(
        id="06.tenure_profit", text=text + ".", values=values, n=n, evidence="measured", table="tenure_profit"
    )


def _words_and_deeds(people: pd.DataFrame) -> Finding | None:
    """Whether those who would recommend us are those who stay."""
    answered = people[people["says_loyal"].notna()]
    says = answered["says_loyal"].astype(bool)
    gladly, others = int(says.sum()), int((~says).sum())
    if min(gladly, others) < LEAST:
        return None
    deeds = answered["loyal"].astype(bool)
    deed, other = deeds[says].mean(), deeds[~says].mean()
    opening = _opening(deed, gladly, other, others, "words and deeds", "Words are not deeds")
    values = {"gladly": count_value(gladly), "deed": share_value(deed)}
    values |= {"others": count_value(others), "other": share_value(other)}
    text = (
        f"{opening}: of {{gladly:count}} customers who would gladly recommend us {{deed:pct}} are loyal by what they "
        "do, of {others:count} others who answered {other:pct}."
    )
    said = {"n": len(answered), "smallest": min(gladly, others), "evidence": "measured", "table": "loyalty_profit"}
    return Finding(id="06.said_loyal", text=text, values=values, **said)


def _opening(first: float, first_people: int, second: float, second_people: int, both: str, apart: str) -> str:
    """What two parts say in a word: together if the first is surely larger, apart if it surely is not by much."""
    low, high = difference_interval(first, first_people, second, second_people)
    if low > 0:
        return f"{both.capitalize()} go together"
    return apart if high <= NO_GAP else f"Whether {both} go together cannot be told"


def _leaving(rows: pd.DataFrame) -> Finding | None:
    """How many were content and left, beside the others."""
    whole = rows[rows["group_id"] == ALL].set_index("answer")
    if whole.empty or not whole.at["satisfied", "customers"]:
        return None
    content, others = whole.loc["satisfied"], whole.loc["others"]
    values = {"left": count_value(content["left"]), "customers": count_value(content["customers"])}
    values["part"] = share_value(content["part_left"], content["part_left_low"], content["part_left_high"])
    text = "{left:count} of {customers:count} satisfied customers have left since, {part:pct} ({part:pct_range})"
    if others["customers"] >= LEAST:
        values["other"] = share_value(others["part_left"])
        text += "; of the others who answered {other:pct}"
        low, top = difference_interval(
            content["part_left"], content["customers"], others["part_left"], others["customers"]
        )
        if low <= 0 <= top:
            text += ", a difference that may be chance"
    n = int(content["customers"] + others["customers"])
    name = "leaving_by_satisfaction"
    said = {"n": n, "smallest": int(content["left"]) or None, "evidence": "measured", "table": name}
    return Finding(id=f"06.{name}", text=text + ".", values=values, **said)
