"""Steps 11 to 13 of the registry: what we do, what the board signs, and whether it works."""

from __future__ import annotations

from helpers.step_entry import Step

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
        publishes=("scoreboard", "equity_bridge", "learning_loop"),
    ),
)
