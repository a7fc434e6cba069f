"""Steps 11 to 13 of the registry: what we do, what the board signs, and whether it works."""

from __future__ import annotations

from helpers.answers import Column, Rows, Words
from helpers.step_entry import Choice, Headline, Step

STEPS_OF_ACTION: tuple[Step, ...] = (
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
        reads_if_there=("customers",),
        better_with=(
            *("01_frame_engagement", "02_rate_customers", "03_form_groups", "04_value_to_us", "05_customer_share"),
            *("06_value_to_them", "07_value_exchange", "08_face_of_future", "09_choose_intent"),
            *("10_value_propositions", "11_align_tactics"),
        ),
        decides=(
            Choice(
                "decision_asked",
                "Which decision is the board asked for?",
                Words("Approve what we intend with each group, and the budget of the first year."),
                where_needed=True,
            ),
            Choice(
                "sign",
                "Who signs the strategy, on which day, with which reservation?",
                Rows(
                    "{Ada Lund, chair: {on: 2026-12-04, reservation: ...}}",
                    key="who",
                    columns=(Column("on", "On which day", "day"), Column("reservation", "With which reservation")),
                ),
                where_needed=True,
            ),
        ),
        publishes=(
            *("strategy", "board_groups", "strategy_risks", "beliefs_and_facts", "strategy_assumptions"),
            *("decisions_made", "open_questions"),
        ),
        uses=("customer_strategy", "strategy_material", "strategy_groups", "strategy_closing"),
        headlines=(Headline("More profit a year, likely", "money_back/back"),),
    ),
    Step(
        id="13_scoreboard",
        title="The scoreboard",
        question="Is the strategy working, and what have we learned?",
        acts="The owners of the expected results",
        publishes=("scoreboard", "equity_bridge", "learning_loop"),
    ),
)
