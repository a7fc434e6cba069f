"""The registry: the steps, what each asks, reads, decides and publishes. The method's table of contents.

A step may read only what stands here: `step.table` and `step.result` refuse the rest. So this page is also the
wiring diagram: from it come the order of a run, the table in the README, and what must be computed again.
"""

from __future__ import annotations

from helpers.answers import Column, Rows
from helpers.errors import StepInputError, nearest
from helpers.step_entry import KIT, Choice, Headline, Step
from helpers.steps_of_today import STEPS_OF_TODAY

__all__ = [
    "BY_ID",
    "KIT",
    "STEPS",
    "Choice",
    "Headline",
    "Step",
    "built_steps",
    "find_step",
    "nearest_step",
]


STEPS: tuple[Step, ...] = (
    *STEPS_OF_TODAY,
    Step(
        id="08_face_of_future",
        title="The face of our future",
        question="Which groups lead us into the future, and which are out of step with it?",
        acts="The board",
        reads=("customer_summary", "customer_days", "customer_quarter", "customer_channel"),
        reads_if_there=("categories", "markets", "investments", "prospects", "customers", "referrals", "contracts"),
        better_with=("03_form_groups", "04_value_to_us", "06_value_to_them", "07_value_exchange"),
        decides=(
            Choice(
                "right_to_win",
                "On what are we better than the best alternative, for which group, and what proves it?",
                Rows(
                    "{winter_crates: {group: g1, driver: delivery, proof: ...}}",
                    key="advantage",
                    columns=(
                        Column("group", "Group"),
                        Column("driver", "Driver of the survey"),
                        Column("proof", "Proof"),
                    ),
                ),
                where_needed=True,
            ),
            Choice(
                "workshop",
                "From what we know of them, how far does each group pass each test, from 0 to 100?",
                Rows(
                    "{g1: {direction: 70, market: 55, why: ...}}",
                    key="group",
                    columns=(
                        Column("profitable", "Profitable", "number"),
                        Column("direction", "Same direction", "number"),
                        Column("commitment", "Worth committing to", "number"),
                        Column("market", "Adoption-ready growth", "number"),
                        Column("right_to_win", "Right to win", "number"),
                        Column("why", "Why"),
                    ),
                    fixed=True,
                ),
                where_needed=True,
            ),
            Choice(
                "transition",
                "It is out of step with our future: by which path does it come along or leave?",
                Rows(
                    "{reprice: {place: 1, by: 2027-03-31, how: ...}, "
                    "self_serve: {place: 2, by: 2027-06-30, cost_released: 12000}}",
                    key="way",
                    columns=(
                        Column("place", "In which place", "number"),
                        Column("by", "By when", "day"),
                        Column("cost_released", "Cost that it releases in a year", "number"),
                        Column("how", "How"),
                    ),
                    fixed=True,
                ),
                per_group=True,
            ),
        ),
        publishes=(
            *("future_fit", "future_groups", "profit_chance", "direction_quarters", "group_direction"),
            *("commitment_npv", "market_readiness", "driver_chances", "right_to_win"),
            *("lookalikes", "mover_features", "going_viral", "transition_paths"),
        ),
        uses=(
            *("profit_chance", "direction_quarters", "group_direction", "year_before", "commitment_groups"),
            *("market_readiness", "right_to_win", "group_named", "future_fit", "future_paths", "future_findings"),
            *("future_closing", "next_generation", "prospects_like", "going_viral", "lookalikes"),
            "profit_ladder",
        ),
        headlines=(Headline("Groups that lead", "answer/leads"), Headline("Groups out of step", "answer/out")),
    ),
    Step(
        id="09_choose_intent",
        title="Choose the intent",
        question="What do we intend with each group, and what result do we expect by when?",
        acts="The board",
        publishes=(
            "group_intents",
            "value_at_stake",
            "expected_results",
            "portfolio_projection",
            "assumption_sensitivity",
        ),
    ),
    Step(
        id="10_value_propositions",
        title="Value propositions",
        question="What do we promise each chosen group, and why should it believe us?",
        acts="The heads of product and marketing",
        publishes=("value_propositions", "proposition_gaps"),
    ),
    Step(
        id="11_align_tactics",
        title="Align the tactics",
        question="What do we do, through which channels, with which people and money?",
        acts="The heads of all functions that customers meet",
        publishes=("tactics", "channel_consistency", "treatment_fit", "spend_alignment", "tactic_portfolio"),
    ),
    Step(
        id="12_customer_strategy",
        title="The customer strategy",
        question="Whom do we serve, with what, for what result, and what would change our mind?",
        acts="The board, which signs it",
        publishes=("strategy",),
    ),
    Step(
        id="13_scoreboard",
        title="The scoreboard",
        question="Is the strategy working, and what have we learned?",
        acts="The owners of the expected results",
        publishes=("scoreboard", "equity_bridge", "learning_loop"),
    ),
    # A new step goes here.
)

BY_ID = {step.id: step for step in STEPS}


def find_step(name: str) -> Step:
    """The step with this id or number ("05", "5" or "05_customer_share").

    >>> find_step("5").id
    '05_customer_share'
    """
    for step in STEPS:
        if name in (step.id, step.number) or name.zfill(2) == step.number:
            return step
    raise StepInputError(f'There is no step "{name}". {nearest_step(name)}')


def nearest_step(name: str) -> str:
    """Advice for a name that no step has: the nearest id, or where all of them stand."""
    return nearest(name, list(BY_ID), "Expected a number or id such as 05 or 05_customer_share; README.md lists all.")


def built_steps() -> list[Step]:
    """The steps whose notebooks exist, in order."""
    return [step for step in STEPS if step.built]
