"""What step 09 says of the years ahead: where the portfolio goes, would that have been right, what intents add."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check, Finding
from helpers.method.finding_values import (
    count_value,
    date_value,
    group_value,
    is_known,
    number_value,
    share_value,
    text_value,
)
from helpers.method.intent_shifts import KEEP, RELEASE
from helpers.method.intent_words import INTENTS
from helpers.method.portfolio_moves import A_YEAR, PRIOR
from helpers.method.portfolio_projection import NAMES, NO_ACTION, WITH_INTENTS, holdout_errors

TABLE = "portfolio_projection"
REACH = 0.005  # a chance that is told as none
OUT_OF_REACH = "is out of reach"
VERDICTS = {"likely": "is likely reached", "unlikely": "is hardly reached", "open": "may be reached or not"}


def projection_findings(
    portfolio_projection: pd.DataFrame, holdout: pd.DataFrame | None, goal_outlook: pd.DataFrame | None = None
) -> list[Finding]:
    """The findings on the years ahead, each only where there is something to say.

    Parameters
    ----------
    portfolio_projection : DataFrame, from `portfolio_projection.portfolio_projection`
    holdout : DataFrame or None, from `portfolio_projection.holdout_year`
    goal_outlook : DataFrame or None, from `goal_outlook.goal_outlook`

    Returns
    -------
    list of Finding
        09.projection, the group whose portion moves most with no action, or that none surely does; 09.held_out, the
        last year as it would have been projected; 09.intents_move, customers more or fewer by the intents; 09.goals
    """
    found = [_no_action(portfolio_projection), _held_out(holdout), _with_intents(portfolio_projection)]
    found.append(_goals(goal_outlook))
    return [one for one in found if one is not None]


def _last(portfolio_projection: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """The groups in the last year of a scenario."""
    rows = portfolio_projection[portfolio_projection["scenario"] == scenario]
    return rows[(rows["year"] == rows["year"].max()) & ~rows["state"].isin(list(NAMES))]


def _no_action(portfolio_projection: pd.DataFrame) -> Finding | None:
    """The portion that moves most, if its range leaves today's behind."""
    rows = portfolio_projection[portfolio_projection["scenario"] == NO_ACTION]
    last, first = _last(portfolio_projection, NO_ACTION), rows[rows["year"] == 0].set_index("state")["part"]
    if last.empty:
        return None
    today = rows[(rows["year"] == 0) & rows["part"].notna()]
    common = {"n": int(today["customers"].sum()), "evidence": "modelled", "table": TABLE}
    when = {"when": date_value(last["year_end"].iloc[0])}
    last = last.assign(today=last["state"].map(first))
    sure = last[(last["part_low"] > last["today"]) | (last["part_high"] < last["today"])]
    if sure.empty:
        text = "With no action, no group's part of our customers surely moves by {when:date}: each range holds today's."
        return Finding(id="09.projection", text=text, values=when, **common)
    row = sure.loc[(sure["part"] - sure["today"]).abs().idxmax()]
    verb = "grows" if row["part"] > row["today"] else "shrinks"
    text = (
        f"With no action, the part of {{group:group}} {verb} most: from {{today:pct}} of our customers to {{part:pct}} "
        "({part:pct_range}) by {when:date}."
    )
    values = when | {
        "group": group_value(row["state"]),
        "today": share_value(row["today"]),
        "part": share_value(row["part"], row["part_low"], row["part_high"]),
    }
    return Finding(id="09.projection", text=text, values=values, **common)


def _held_out(holdout: pd.DataFrame | None) -> Finding | None:
    """Whether the projection would have been right, and nearer than to expect no change."""
    if holdout is None or holdout.empty:
        return None
    inside, states = int(holdout["inside"].sum()), len(holdout)
    ours, same = holdout_errors(holdout)
    nearer = "nearer" if ours < same else "no nearer"
    values = {"states": count_value(states), "inside": count_value(inside)}
    text = (
        "The last year, projected from the years before, came out inside its range for {inside:count} of "
        "{states:count} parts of the portfolio, the groups and who stands beside them, and on the whole "
        f"{nearer} than if we had expected no change"
    )
    outside = holdout[~holdout["inside"]]
    if len(outside):
        worst = outside.loc[(outside["part_seen"] - outside["part"]).abs().idxmax()]
        values |= {
            "worst": text_value(worst["state_name"]),
            "seen": share_value(worst["part_seen"]),
            "said": share_value(worst["part"], worst["part_low"], worst["part_high"]),
        }
        text += "; {worst:text} came to {seen:pct} where {said:pct_range} was projected"
    return Finding(
        id="09.held_out", text=text + ".", values=values, n=states, n_of="part", evidence="measured",
        table="projection_holdout",
    )  # fmt: skip


def _with_intents(portfolio_projection: pd.DataFrame) -> Finding | None:
    """The group that the intents move most, with what it has today: fewer than with no action may still be more."""
    last = _last(portfolio_projection, WITH_INTENTS).dropna(subset=["more"])
    sure = last[(last["more_low"] > 0) | (last["more_high"] < 0)]
    if sure.empty:
        return None
    row = sure.loc[sure["more"].abs().idxmax()]
    idle = _last(portfolio_projection, NO_ACTION).set_index("state")["customers"]
    now = portfolio_projection[portfolio_projection["year"] == 0].drop_duplicates("state").set_index("state")
    values = {
        "group": group_value(row["state"]),
        "with": number_value(round(row["customers"])),
        "without": number_value(round(idle[row["state"]])),
        "today": number_value(round(now.loc[row["state"], "customers"])),
        "when": date_value(row["year_end"]),
    }
    text = (
        "If the first intents do what we judge they do, {with:number} customers are in {group:group} by {when:date} "
        "instead of {without:number} with no action; today {today:number} are."
    )
    n = int(portfolio_projection.loc[portfolio_projection["year"] == 0].drop_duplicates("state")["customers"].sum())
    return Finding(id="09.intents_move", text=text, values=values, n=n, evidence="judged", table=TABLE)


def _goals(goal_outlook: pd.DataFrame | None) -> Finding | None:
    """Which goals can be judged, and how likely each is reached, with the intents and without."""
    if goal_outlook is None or goal_outlook.empty:
        return None
    best = WITH_INTENTS if (goal_outlook["scenario"] == WITH_INTENTS).any() else NO_ACTION
    rows = goal_outlook[goal_outlook["scenario"] == best]
    judged = rows[rows["verdict"] != "cannot_say"]
    common = {"n": len(rows), "n_of": "goal", "table": "goal_outlook"}
    values = {"goals": count_value(len(rows))}
    if judged.empty:
        text = "Of {goals:count} business goals none is measured by what the customer portfolio shows."
        return Finding(id="09.goals", text=text, values=values, evidence="measured", **common)
    values["judged"] = count_value(len(judged))
    idle = goal_outlook[goal_outlook["scenario"] == NO_ACTION].set_index("goal")["chance"]
    parts = []
    for place, row in enumerate(judged.to_dict("records"), 1):
        values |= {f"goal_{place}": text_value(row["goal"]), f"chance_{place}": share_value(row["chance"])}
        words = OUT_OF_REACH if row["chance"] < REACH else VERDICTS[row["verdict"]]
        how = f"{{chance_{place}:pct}}"
        if best == WITH_INTENTS and is_known(idle.get(row["goal"])):
            values[f"idle_{place}"] = share_value(idle[row["goal"]])
            how += f" with the intents, {{idle_{place}:pct}} without acting"
        parts.append(f"“{{goal_{place}:text}}” {words} ({how})")
    text = f"The portfolio can show {{judged:count}} of {{goals:count}} business goals: {'; '.join(parts)}."
    evidence = "judged" if best == WITH_INTENTS else "modelled"
    return Finding(id="09.goals", text=text, values=values, evidence=evidence, **common)


def projection_checks(portfolio_projection: pd.DataFrame, moves_table: pd.DataFrame, active: int) -> list[Check]:
    """Whether rates make one, and whether the projection begins with the customers of today.

    Parameters
    ----------
    portfolio_projection : DataFrame
    moves_table : DataFrame, from `portfolio_moves.moves_table`
    active : int
        Customers who stand in a group, or as one_order or lapsing, in customer_groups of step 03.
    """
    sums = moves_table.groupby("state")["probability"].sum()
    off = int((np.abs(sums - 1) > 1e-6).sum())
    today = portfolio_projection[(portfolio_projection["scenario"] == NO_ACTION) & (portfolio_projection["year"] == 0)]
    start = int(today.loc[today["part"].notna(), "customers"].sum())
    return [
        Check(
            id="09.rates_make_one", sentence="From each state, the rates of all moves make one.", found=off, expected=0,
            verdict="fail" if off else "pass",
        ),
        Check(
            id="09.starts_today", sentence="The projection begins with the customers of step 03.", found=start,
            expected=active, verdict="pass" if start == active else "flag",
        ),
    ]  # fmt: skip


def projection_assumptions(
    moves_table: pd.DataFrame, shifts: pd.DataFrame | None, names: Mapping[str, str]
) -> list[Assumption]:
    """What was used that the data did not supply, each only where it was; groups by their `names`."""
    used = [
        Assumption(
            id="09.group_prior",
            text="A group's moves are mixed with those of all groups, which count as this many of its customers.",
            value=PRIOR,
        ),
        Assumption(
            id="09.years_differ",
            text="A year differs from the years before as a sample of this many customers of each group would.",
            value=A_YEAR,
        ),
        Assumption(
            id="09.alike",
            text="Customers of a group move alike, whatever they did before; new ones keep coming as in past years.",
            value="one year at a time",
        ),
    ]
    for state in moves_table.loc[~moves_table["seen"], "state"].drop_duplicates():
        used.append(
            Assumption(
                id=f"09.never_seen_{state}",
                text=f"{NAMES.get(state, state)}: the history is too short to count how many come back. Any part is as "
                "likely, up to that of customers who were quiet for a shorter time.",
                value="none counted",
            )
        )
    verbs = {
        KEEP: "of those who would stop buying, this part stays",
        RELEASE: "this part is led away a year",
    }
    for number, row in enumerate([] if shifts is None else shifts.to_dict("records")):
        verb = verbs.get(row["kind"], f"this part a year moves to {names.get(row['to'], row['to'])}")
        verb += "; below zero, so many more leave" if row["low"] < 0 else ""
        used.append(
            Assumption(
                id=f"09.shift_{number + 1}",
                text=f"{names.get(row['group_id'], row['group_id'])}, {INTENTS[row['intent']]}: {verb}.",
                value=row["likely"], low=row["low"], high=row["high"], evidence="judged",
            )
        )  # fmt: skip
    return used


def projection_cannot_say(years: int | None) -> list[CannotSay]:
    """What stays open: `years` of moves were seen, None where groups are not by behaviour.

    >>> [gap.question for gap in projection_cannot_say(1)]
    ['Would this projection have been right a year ago?']
    """
    if years is None:
        return [
            CannotSay(
                question="Where does the portfolio go if we do nothing?",
                because="Only groups by behaviour have centres by which customers of past years can be placed.",
                unlocked_by="groups by behaviour in step 03, or the groups of a later version beside these.",
            )
        ]
    if years < 1:
        return [
            CannotSay(
                question="Where does the portfolio go if we do nothing?",
                because="Moves between years need two whole years of history.",
                unlocked_by="transactions of 24 months or more.",
            )
        ]
    if years < 2:
        return [
            CannotSay(
                question="Would this projection have been right a year ago?",
                because="To hold a year out takes three whole years of history.",
                unlocked_by="transactions of 36 months or more.",
            )
        ]
    return []
