"""What step 11 leaves open of the register, what it assumed, and whether its tables hold what was written."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.method.checks import same_count
from helpers.method.finding_values import left_open_in
from helpers.method.intent_words import RETIRE
from helpers.method.tactic_gaps import CHOSEN
from helpers.method.trial_plans import LEVEL, MONTHS, NO_EFFECT, NO_SPREAD, POWER


def asked_of_people(
    tactics: pd.DataFrame, group_intents: pd.DataFrame | None, channel_choice: pd.DataFrame | None = None
) -> dict[str, list[str]]:
    """Which of the step's decisions this client is asked for, each as the scopes to ask.

    Notes
    -----
    The register is asked for where a group has an intent. What tactics may cost, who does them, what is learned and,
    where there are two channels or more, which of them leads is asked once there are tactics: a client who has just
    begun is not drowned in questions.

    >>> asked = asked_of_people(pd.DataFrame({"tactic": []}), pd.DataFrame({"group_id": ["g1"]}))
    >>> [name for name, scopes in asked.items() if scopes]
    ['tactics']
    """
    some = group_intents is not None and len(group_intents) > 0
    more = ["all"] if some and len(tactics) else []
    several = channel_choice is not None and channel_choice["channel"].nunique() > 1
    first = ["all"] if some or len(tactics) else []
    return {
        "tactics": first,
        "loops": more,
        "budget": more,
        "people_days": more,
        "channel_choice": more if several else [],
    }


def register_assumptions(
    trial_plans: pd.DataFrame, tactic_gaps: pd.DataFrame, *, months: int, annual_discount: float
) -> list[Assumption]:
    """What the register's findings used that the data did not supply, each only where it was."""
    said = []
    if trial_plans["size"].notna().any():
        text = "A trial compares two halves drawn by lot over so many months; it finds the likely effect this often."
        said.append(Assumption(id="11.power", text=text, value=POWER))
        text = "So often a trial finds an effect where there is none; both directions count."
        said.append(Assumption(id="11.level", text=text, value=LEVEL))
        text = "Months that a trial is watched. An effect is the same in each month of the horizon, for each customer."
        said.append(Assumption(id="11.trial_months", text=text, value=MONTHS))
        text = "Effects in the register are counted over this many months, discounted as lifetime value is."
        said.append(Assumption(id="11.horizon", text=text, value=months))
        said.append(Assumption(id="11.annual_discount", text="Discount of a year.", value=annual_discount))
    if not tactic_gaps.empty:
        text = "Groups with these first intents need a tactic that evolves what we do for them, and a learning loop."
        said.append(Assumption(id="11.chosen", text=text, value=", ".join(CHOSEN)))
        text = f"Stages of the relation that call for a tactic where the first intent is to {RETIRE}."
        said.append(Assumption(id="11.retired", text=text, value="serve"))
    return said


def register_checks(
    tactics: pd.DataFrame, register: Mapping | None, learning_plan: pd.DataFrame, loops: Mapping | None
) -> list[Check]:
    """Whether each row that people wrote is in the tables once."""
    written, known = len(register or {}), int(tactics["tactic"].nunique())
    return [
        same_count("11.register", "Each tactic of the register is in the table once.", known, written),
        same_count("11.loops", "Each learning loop is in the plan once.", len(learning_plan), len(loops or {})),
    ]


def register_cannot_say(
    tactics: pd.DataFrame,
    trial_plans: pd.DataFrame,
    group_intents: pd.DataFrame | None,
    drivers: pd.DataFrame | None,
) -> list[CannotSay]:
    """Which questions on the register stay open for this client, each only where it does."""
    gaps: list[CannotSay] = []
    gap = left_open_in(gaps)
    if group_intents is None or group_intents.empty:
        because = "No group has an intent yet."
        gap("Which tactics do our intents call for?", because, "Step 09, choose the intent.")
    elif tactics.empty:
        because = "No tactic is registered."
        unlocked = "The decision tactics, filled in as a sheet or in the notebook."
        gap("What do we do about our intents, and what does it cost?", because, unlocked)
        return gaps
    if len(tactics) and (drivers is None or drivers.empty):
        because = "What customers were asked about is not known, so a driver counts as it was written."
        gap("Do our tactics serve what matters to customers?", because, "survey, with ratings of drivers.")
    open_ = trial_plans["why_not"]
    if (open_ == NO_SPREAD).any():
        unlocked = "transactions: cost_of_goods of every line, and three customers or more in the group."
        gap("On how many customers must a tactic be tried?", NO_SPREAD, unlocked)
    if (open_ == NO_EFFECT).any():
        lacking = int((open_ == NO_EFFECT).sum())
        because = f"Of {len(tactics)} tactics, {lacking} say no effect as low, likely and high."
        gap("What does each tactic bring, and can it be tried?", because, "Their effects in the register.")
    return gaps
