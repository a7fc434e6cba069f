"""Steps 11 to 13 of the registry: what we do, what the board signs, and whether it works."""

from __future__ import annotations

from helpers.answers import LARGEST, Amount, Column, Rows, Words
from helpers.step_entry import Choice, Headline, Step

TACTIC = (
    Column("title", "Tactic", required=True),
    Column("group", "Group", required=True),
    Column(
        "function",
        "Function",
        words=("product", "marketing", "sales", "service", "support", "delivery"),
        required=True,
    ),
    Column("driver", "Driver of the survey"),
    Column("stage", "Stage", words=("attract", "win", "serve", "keep", "evolve"), required=True),
    Column("cost", "Cost", "number", required=True, least=0, most=LARGEST),
    Column("people_days", "Working days", "number", least=0, most=LARGEST),
    Column("process_changed", "Process that changes"),
    Column("effect_low", "Effect at least", "number", least=-LARGEST, most=LARGEST),
    Column("effect_likely", "Likely effect", "number", least=-LARGEST, most=LARGEST),
    Column("effect_high", "Effect at most", "number", least=-LARGEST, most=LARGEST),
    Column("measure", "Measure"),
    Column("owner", "Owner"),
    Column("starts", "Starts", "day"),
    Column("ends", "Ends", "day"),
    Column("needs", "Needs first (keys)", "list"),
    Column("control", "Control group"),
    Column("stop_rule", "Stop rule"),
    Column("trial_on", "Trial on", "day"),
    Column("selected", "Chosen", words=("yes", "no")),
)

STEPS_OF_ACTION: tuple[Step, ...] = (
    Step(
        id="11_align_tactics",
        title="Align the tactics",
        question="What do we do, through which channels, with which people and money?",
        acts="The heads of all functions that customers meet",
        reads=("customer_days", "customer_summary", "transactions"),
        reads_if_there=("touchpoints", "survey", "spend", "service_events", "activity_costs"),
        needs=("04_value_to_us", "09_choose_intent"),
        better_with=("03_form_groups", "06_value_to_them", "08_face_of_future", "10_value_propositions"),
        decides=(
            Choice(
                "tactics",
                "What do we do for which group, what does it take and bring, and who answers for it?",
                Rows(
                    "{fitting_bay: {title: A fitting bay, group: g1, function: service, driver: advice, stage: evolve, "
                    "cost: 30000, effect_low: 20000, effect_likely: 45000, effect_high: 80000, selected: yes}}",
                    key="tactic",
                    columns=TACTIC,
                ),
                where_needed=True,
            ),
            Choice(
                "loops",
                "What do we want to learn again and again, who asks, and which decision does the answer feed?",
                Rows(
                    "{yards_share: {question: ..., owner: Head of sales, cadence: quarterly, feeds: 09.g1.intent, "
                    "group: g1}}",
                    key="loop",
                    columns=(
                        Column("question", "Question", required=True),
                        Column("owner", "Owner"),
                        Column("cadence", "How often", words=("weekly", "monthly", "quarterly", "yearly")),
                        Column("feeds", "Feeds the decision"),
                        Column("group", "Group"),
                        Column("last_answered", "Last answered on", "day"),
                        Column("answer", "Last answer"),
                    ),
                ),
                where_needed=True,
            ),
            Choice(
                "budget",
                "How much money may the tactics take together?",
                Amount("80000", unit="currency", least=0, most=LARGEST),
                where_needed=True,
            ),
            Choice(
                "people_days",
                "How many working days of our own people may they take?",
                Amount("400", unit="working days", least=0, most=LARGEST),
                where_needed=True,
            ),
            Choice(
                "channel_choice",
                "Which channel leads, which supports and which is closed, for which group?",
                Rows(
                    "{yards_desk: {group: g1, channel: phone, role: lead, why: ...}}",
                    key="choice",
                    columns=(
                        Column("group", "Group", required=True),
                        Column("channel", "Channel", required=True),
                        Column("role", "Role", words=("lead", "support", "close"), required=True),
                        Column("why", "Why"),
                    ),
                ),
                where_needed=True,
            ),
        ),
        publishes=(
            *("tactics", "tactic_gaps", "trial_plans", "learning_plan", "tactic_portfolio", "tactic_frontier"),
            *("channel_consistency", "channel_choice", "treatment_fit", "spend_by_function", "spend_alignment"),
            "alignment_index",
        ),
        uses=(
            *("tactics", "tactic_gaps", "trial_plans", "learning_plan", "register_findings", "register_closing"),
            "aligned_findings",
            *("tactic_portfolio", "tactic_register", "tactic_findings", "channel_consistency", "channel_choice"),
            "lifetime_terms",
            *("channel_findings", "cost_to_serve", "treatment_fit", "treatment_findings", "spend_by_function"),
            *("spend_alignment", "spend_findings", "weakest_promise"),
        ),
        headlines=(Headline("Tactics chosen", "answer/chosen"), Headline("Cost of the tactics", "answer/cost")),
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
        reads_version=(
            *("03_form_groups/customer_groups", "04_value_to_us", "05_customer_share"),
            "09_choose_intent/expected_results",
        ),
        uses=(
            *("customer_strategy", "strategy_material", "strategy_groups", "strategy_closing", "strategy_changes"),
            "results_scored",
        ),
        headlines=(Headline("More profit a year, likely", "money_back/back"),),
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
            "lifetime_terms",
            *("results_scored", "learning_loop", "scoreboard_findings", "scoreboard_closing"),
        ),
        headlines=(Headline("Measures that moved", "moved/moved"),),
    ),
)
