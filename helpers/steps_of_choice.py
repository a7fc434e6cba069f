"""Steps 08 to 10 of the registry: who leads into the future, what we intend with each group, what we promise it."""

from __future__ import annotations

from helpers.answers import LARGEST, Column, Pair, Rows, Sheet
from helpers.step_entry import Choice, Headline, Step

# how a change that an intent brings reads on a page
_SHIFTS = (
    ("keep", "part that stays of those who would stop buying (below zero: more of them leave)"),
    ("move", "part that moves on in a year"),
    ("release", "part that is led away in a year"),
)

STEPS_OF_CHOICE: tuple[Step, ...] = (
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
                        Column("profitable", "Profitable", "number", least=0, most=100),
                        Column("direction", "Same direction", "number", least=0, most=100),
                        Column("commitment", "Worth committing to", "number", least=0, most=100),
                        Column("market", "Adoption-ready growth", "number", least=0, most=100),
                        Column("right_to_win", "Right to win", "number", least=0, most=100),
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
                        Column(
                            "cost_released", "Cost that it releases in a year", "number", unit="money", most=LARGEST
                        ),
                        Column("how", "How"),
                    ),
                    fixed=True,
                    # as in helpers.method.future_paths.WAYS; a test holds them together
                    subjects=(
                        ("reprice", "Price by what it costs to serve", ""),
                        ("self_serve", "Lead to self-service", ""),
                        ("partner", "Hand over to a partner", ""),
                        ("end", "End the relation", ""),
                    ),
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
            *("profit_ladder", "lifetime_terms"),
        ),
        headlines=(Headline("Groups that lead", "answer/leads"), Headline("Groups out of step", "answer/out")),
    ),
    Step(
        id="09_choose_intent",
        title="Choose the intent",
        question="What do we intend with each group, and what result do we expect by when?",
        acts="The board",
        reads=("customer_days", "transactions"),
        reads_if_there=("customers",),
        better_with=(
            *("01_frame_engagement", "03_form_groups", "04_value_to_us", "05_customer_share", "06_value_to_them"),
            *("07_value_exchange", "08_face_of_future"),
        ),
        decides=(
            Choice(
                "intent",
                "What do we intend with this group?",
                # the same pairs as helpers.method.intent_words.PAIRS; a test holds them together
                Pair(
                    "grow, or [grow, re_engineer]",
                    pairs=(("grow", "re_engineer"), ("maintain", "re_engineer"), ("re_engineer", "retire")),
                ),
                per_group=True,
                options=("grow", "maintain", "re_engineer", "retire"),
            ),
            Choice(
                "shifts",
                "What do the intents change in a year: which part stays, moves or is led away?",
                Rows(
                    "{s1: {group_id: g1, kind: keep, low: 0.1, likely: 0.2, high: 0.3}}",
                    key="shift",
                    columns=(
                        Column("group_id", "Group"),
                        Column("kind", "keep, move or release", reads=_SHIFTS),
                        Column("to", "Where to, of a move"),
                        Column("low", "At least", "number", unit="share"),
                        Column("likely", "Likely", "number", unit="share"),
                        Column("high", "At most", "number", unit="share"),
                    ),
                    ascending=("low", "likely", "high"),
                    named_by=("group_id", "kind"),
                ),
                where_needed=True,
            ),
            Choice(
                "results",
                "Which result do we expect of each group by when, and who answers for it?",
                Rows(
                    "{g1.profit: {owner: Head of sales, by_date: 2027-12-31, low: 9000, likely: 10000, high: 12000}}",
                    key="result",
                    columns=(
                        Column("owner", "Owner"),
                        Column("by_date", "By when", "day"),
                        Column("low", "At least", "number", least=-LARGEST, most=LARGEST),
                        Column("likely", "Likely", "number", least=-LARGEST, most=LARGEST),
                        Column("high", "At most", "number", least=-LARGEST, most=LARGEST),
                    ),
                    fixed=True,
                    ascending=("low", "likely", "high"),
                    rest_proposed=True,
                    # those of helpers.method.expected_results.MEASURES; a test holds them together
                    subjects=(
                        ("profit", "Profit a year", "money"),
                        ("customer_share", "Customer share", "share"),
                        ("lapse_rate", "Customers who stop buying in a year", "share"),
                        ("cost_to_serve_rate", "Cost to serve / revenue", "share"),
                        ("portion", "Part of the portfolio's customers", "share"),
                    ),
                ),
                where_needed=True,
            ),
        ),
        publishes=(
            *("group_intents", "assumption_sensitivity", "value_at_stake", "expected_results"),
            *("portfolio_projection", "portfolio_moves", "projection_holdout", "goal_outlook"),
        ),
        reads_intent_rules=True,
        uses=(
            *("intent_facts", "intent_rules", "intents", "fact_doubts", "assumption_sensitivity", "intent_table"),
            *("intent_findings", "intent_shifts", "intent_projection", "portfolio_states", "value_at_stake"),
            *("expected_results", "stake_bridges", "stake_findings", "delivered", "mind_changers"),
        ),
        headlines=(Headline("Groups to grow", "answer/grow"), Headline("Groups to retire", "answer/retire")),
    ),
    Step(
        id="10_value_propositions",
        title="Value propositions",
        question="What do we promise each chosen group, and why should it believe us?",
        acts="The heads of product and marketing",
        reads_if_there=("survey",),
        better_with=(
            *("01_frame_engagement", "02_rate_customers", "03_form_groups", "04_value_to_us", "05_customer_share"),
            *("06_value_to_them", "07_value_exchange", "08_face_of_future", "09_choose_intent"),
        ),
        decides=(
            Choice(
                "proposition",
                "What do we promise this group, and why should it believe us?",
                Sheet(
                    "{values_line: ..., promise: ..., drivers: [delivery, advice], proof: 10.lead.g1, "
                    "alternative: ..., price_position: above, price_driver: delivery, service: ..., information: ..., "
                    "headline: ..., messages: [..., ..., ...], channel: ..., barriers: {one crate a hull: delivery}}",
                    columns=(
                        Column("values_line", "Why our values matter to them"),
                        Column("promise", "Promise"),
                        Column("drivers", "Drivers of the survey that it serves", "list"),
                        Column("proof", "Proof: a finding or a secret"),
                        Column("alternative", "Alternative beaten"),
                        Column("price_position", "Our price against it", words=("below", "level", "above")),
                        Column("price_driver", "Driver that earns the price"),
                        Column("price_reason", "Why we ask less"),
                        Column("product", "Product"),
                        Column("service", "Service"),
                        Column("information", "Information"),
                        Column("experience", "Experience"),
                        Column("terms", "Terms"),
                        Column("relationship", "Relationship"),
                        Column("headline", "Headline"),
                        Column("messages", "Three messages in their words", "list"),
                        Column("channel", "Channel"),
                        Column("barriers", "Barriers to exit, each with its driver", "pairs"),
                    ),
                ),
                per_group=True,
            ),
        ),
        publishes=(
            *("value_propositions", "proposition_parts", "proposition_drivers", "proposition_gaps"),
            "exit_barriers",
        ),
        uses=(
            *("proposition_evidence", "proposition_drafts", "value_propositions", "proposition_gaps"),
            *("proposition_findings", "proposition_closing", "proposition_words", "survey_answers"),
        ),
        headlines=(Headline("Groups with a proposition", "answer/decided"), Headline("Gaps open", "gaps/gaps")),
    ),
)
