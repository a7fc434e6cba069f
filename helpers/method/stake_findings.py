"""What step 09 says of the value at stake, and of the results to expect; what it assumed, and whether it adds up."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check, Finding
from helpers.errors import listed
from helpers.method.finding_values import count_value, group_value, money_value
from helpers.method.money import HALF_A_CENT
from helpers.method.value_at_stake import KEEP, KEPT, LEVERS, RELEASE, REPAIR, WIN, stake_by_group

LARGEST = {
    WIN: "what customers in {group:group} buy elsewhere",
    REPAIR: "what it costs above the usual to serve {group:group}",
    KEEP: "what those of {group:group} bring who would leave",
    RELEASE: "what we lose on customers of {group:group}",
}


def stake_findings(value_at_stake: pd.DataFrame, expected_results: pd.DataFrame | None = None) -> list[Finding]:
    """The findings on value at stake, each only where there is something to say.

    Returns
    -------
    list of Finding
        09.at_stake, all groups, and the largest lever of any; 09.not_pulled, where more could be won of a group that is
        not to grow than all that is counted; 09.no_owner, expected results that nobody answers for. What one must
        believe of each lever stands in the table.
    """
    found = (_whole(value_at_stake), _not_pulled(value_at_stake), _owners(expected_results))
    return [one for one in found if one is not None]


def _whole(value_at_stake: pd.DataFrame) -> Finding | None:
    """What is counted in all groups, and the largest part of it: one lever of one group, whose range is its own."""
    sums = stake_by_group(value_at_stake).dropna()
    sums = sums[sums["counted"] > 0]
    if sums.empty:
        return None
    own = value_at_stake[value_at_stake["group_id"].isin(sums["group_id"])]
    lever = own.loc[own["counted"].idxmax()]
    values = {
        "all": money_value(sums["counted"].sum()),
        "group": group_value(lever["group_id"]),
        "money": money_value(lever["counted"], lever["counted_low"], lever["counted_high"]),
    }
    text = "About {all:money} of profit a year is at stake over all groups"
    if len(sums) == 1:
        text = "About {all:money} of profit a year is at stake, all of it in one group"
    text += f". The largest part, {{money:money}} ({{money:money_range}}), is {LARGEST[lever['lever']]}."
    return Finding(
        id="09.at_stake", text=text, values=values, n=_people(value_at_stake), evidence="modelled",
        table="value_at_stake",
    )  # fmt: skip


def _not_pulled(value_at_stake: pd.DataFrame) -> Finding | None:
    """The business that could be won of a group that the intents do not grow, where it exceeds all that is counted."""
    rows = value_at_stake[(value_at_stake["lever"] == WIN) & ~value_at_stake["pulled"].astype(bool)]
    rows = rows[rows["alone"] > max(value_at_stake["counted"].sum(), 0.0)]
    if rows.empty:
        return None
    row = rows.loc[rows["alone"].idxmax()]
    values = {
        "group": group_value(row["group_id"]),
        "money": money_value(row["alone"], row["alone_low"], row["alone_high"]),
    }
    text = (
        "No intent reaches for what customers in {group:group} buy elsewhere and could be won: "
        "{money:money} of profit a year if we grew the group ({money:money_range})."
    )
    return Finding(
        id="09.not_pulled", text=text, values=values, n=int(row["customers"]), evidence="modelled",
        table="value_at_stake",
    )  # fmt: skip


def _owners(expected_results: pd.DataFrame | None) -> Finding | None:
    """How many results nobody answers for."""
    if expected_results is None or expected_results.empty:
        return None
    idle = int((expected_results["owner"] == "").sum())
    if not idle:
        return None
    values = {"idle": count_value(idle), "all": count_value(len(expected_results))}
    text = "Of {all:count} results that we expect, {idle:count} have no owner: nobody answers for them."
    text = text.replace("have", "has").replace("for them", "for it") if idle == 1 else text
    return Finding(
        id="09.no_owner", text=text, values=values, n=len(expected_results), n_of="result", evidence="judged",
        table="expected_results",
    )  # fmt: skip


def _people(value_at_stake: pd.DataFrame) -> int:
    """Customers of the groups: the most that a lever of each stands on."""
    return int(value_at_stake.groupby("group_id")["customers"].max().fillna(0).sum())


def stake_checks(value_at_stake: pd.DataFrame) -> list[Check]:
    """Whether overlap was removed: nothing counts for more than it would alone, and what is not pulled not at all.

    An intent that drives customers away makes `keep` cost money; not pulled, it counts nothing, which is no more of it.
    """
    known = value_at_stake.dropna(subset=["alone", "counted"])
    most = known["alone"].where(known["pulled"].astype(bool), 0.0)
    more = int((known["counted"] > most + HALF_A_CENT).sum())
    words = "No lever counts for more than it would be worth alone."
    return [Check(id="09.overlap", sentence=words, found=more, expected=0, verdict="fail" if more else "pass")]


def stake_assumptions(value_at_stake: pd.DataFrame, kept: Mapping[str, tuple[float, float, float]]) -> list[Assumption]:
    """What was used that the data did not supply: for groups of which no shift says who stays (`kept` names those)."""
    rows = value_at_stake[(value_at_stake["lever"] == KEEP) & ~value_at_stake["group_id"].isin(list(kept))]
    if rows["exposed"].isna().all():
        return []
    text = "Part of the customers who would stop buying in a year that can be kept, where no intent's shift says it."
    return [Assumption(id="09.kept", text=text, value=KEPT[1], low=KEPT[0], high=KEPT[2], evidence="judged")]


def stake_cannot_say(value_at_stake: pd.DataFrame) -> list[CannotSay]:
    """Which levers are not known, and for whom."""
    unlocked = {
        "Winnable headroom is not known.": "wallets of 30 customers or more, and the rate of capture in step 05.",
        "Gross margin is not known.": "transactions: cost_of_goods.",
        "Cost to serve is not known.": "service_events and activity_costs.",
        "Profit is not known.": "transactions: cost_of_goods, or a decided gross margin rate.",
        "Two years of history or more would show how many leave.": "transactions of 24 months or more.",
    }
    gaps, groups = [], value_at_stake["group_name"].nunique()
    for (lever, why), own in value_at_stake[value_at_stake["why_not"] != ""].groupby(["lever", "why_not"], sort=False):
        lacking = own["group_name"].drop_duplicates().tolist()
        whom = "any group" if len(lacking) == groups > 1 else listed(lacking)
        question = f"What is at stake if we {LEVERS[lever].lower()}, in {whom}?"
        gaps.append(CannotSay(question=question, because=why, unlocked_by=unlocked[why]))
    return gaps
