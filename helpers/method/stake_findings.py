"""What step 09 says of the value at stake, and of the results to expect; what it assumed, and whether it adds up."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check, Finding
from helpers.errors import listed
from helpers.method.finding_values import count_value, group_value, money_value, share_value, text_value
from helpers.method.money import HALF_A_CENT
from helpers.method.value_at_stake import KEEP, LEVERS, stake_by_group


def stake_findings(value_at_stake: pd.DataFrame, expected_results: pd.DataFrame | None = None) -> list[Finding]:
    """The findings on value at stake, each only where there is something to say.

    Returns
    -------
    list of Finding
        09.at_stake, all groups, and the largest lever of the group where most lies; 09.no_owner, expected results that
        nobody answers for. What one must believe of each lever stands in the table.
    """
    return [one for one in (_whole(value_at_stake), _owners(expected_results)) if one is not None]


def _whole(value_at_stake: pd.DataFrame) -> Finding | None:
    """What is counted in all groups, and where most of it lies."""
    sums = stake_by_group(value_at_stake).dropna()
    sums = sums[sums["counted"] > 0]
    if sums.empty:
        return None
    most = sums.loc[sums["counted"].idxmax()]
    own = value_at_stake[value_at_stake["group_id"] == most["group_id"]]
    lever = own.loc[own["counted"].idxmax()]
    values = {
        "all": money_value(sums["counted"].sum()),
        "group": group_value(most["group_id"]),
        "part": share_value(most["counted"] / sums["counted"].sum()),
        "lever": text_value(lever["lever_name"].lower()),
        "money": money_value(lever["counted"], max(lever["counted_low"], 0.0), lever["counted_high"]),
    }
    text = (
        "About {all:money} of profit a year is at stake over all groups, {part:pct} of it in {group:group}, above all "
        "if we {lever:text}: {money:money_range}."
    )
    if len(sums) == 1:
        text = (
            "About {all:money} of profit a year is at stake, all of it in {group:group}, above all if we {lever:text}: "
            "{money:money_range}."
        )
        values.pop("part")
    return Finding(
        id="09.at_stake", text=text, values=values, n=_people(value_at_stake), evidence="modelled",
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
        id="09.no_owner", text=text, values=values, n=len(expected_results), n_of="row", evidence="judged",
        table="expected_results",
    )  # fmt: skip


def _people(value_at_stake: pd.DataFrame) -> int:
    """Customers of the groups: the most that a lever of each stands on."""
    return int(value_at_stake.groupby("group_id")["customers"].max().fillna(0).sum())


def stake_checks(value_at_stake: pd.DataFrame) -> list[Check]:
    """Whether overlap was removed: nothing counts for more than it would alone."""
    known = value_at_stake.dropna(subset=["alone", "counted"])
    more = int((known["counted"] > known["alone"] + HALF_A_CENT).sum())
    words = "No lever counts for more than it would be worth alone."
    return [Check(id="09.overlap", sentence=words, found=more, expected=0, verdict="fail" if more else "pass")]


def stake_assumptions(value_at_stake: pd.DataFrame, kept: tuple[float, float, float]) -> list[Assumption]:
    """What was used that the data did not supply."""
    if value_at_stake.loc[value_at_stake["lever"] == KEEP, "exposed"].isna().all():
        return []
    text = "Part of the customers who would fall silent in a year that can be kept."
    return [Assumption(id="09.kept", text=text, value=kept[1], low=kept[0], high=kept[2], evidence="judged")]


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
