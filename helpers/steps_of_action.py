"""Steps 11 to 13 of the registry: what we do, what the board signs, and whether it works."""

from __future__ import annotations

from helpers.answers import Column, Rows
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
        publishes=("strategy",),
    ),
    Step(
        id="13_scoreboard",
        title="The scoreboard",
        question="Is the strategy working, and what have we learned?",
        acts="The owners of the expected results",
        reads=("customer_days", "customer_quarter", "customer_channel", "transactions"),
        reads_if_there=("service_events", "activity_costs", "referrals"),
        better_with=(
            *("03_form_groups", "04_value_to_us", "05_customer_share", "09_choose_intent", "11_align_tactics"),
        ),
        decides=(
            Choice(
                "answers",
                "What was learned since, and what did it change?",
                Rows(
                    "{winter_price: {answered_on: 2026-11-23, answer: ..., changed: ...}}",
                    key="loop",
                    columns=(
                        Column("answered_on", "Answered on", "day"),
                        Column("answer", "What was learned"),
                        Column("changed", "What it changed"),
                    ),
                ),
                where_needed=True,
            ),
        ),
        publishes=("scoreboard", "score_measures", "equity_bridge", "results_scored", "learning_loop"),
        reads_version=(
            *("04_value_to_us/customer_value", "09_choose_intent/expected_results"),
            *("13_scoreboard/score_measures", "13_scoreboard/scoreboard"),
        ),
        uses=(
            *("portfolio_states", "score_series", "scoreboard", "earlier_version", "equity_restated", "equity_bridge"),
            *("results_scored", "learning_loop", "scoreboard_findings", "scoreboard_closing"),
        ),
        headlines=(Headline("Measures that moved", "answer/moved"),),
    ),
)
