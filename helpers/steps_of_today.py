"""The first half of the registry: the steps that find out who the customers are today and what each side gains.

`steps.py` puts the steps of what is to come behind them; nobody else reads this module.
"""

from __future__ import annotations

import math

from helpers.answers import Amount, Column, Cuts, Match, Pick, Points, Rows, Words
from helpers.step_entry import Choice, Headline, Step

PORTFOLIO_GOALS = ("value_tiers", "relationship_types", "advocates", "customer_equity", "none")

STEPS_OF_TODAY: tuple[Step, ...] = (
    Step(
        id="01_frame_engagement",
        title="Frame the engagement",
        question="What do we want a customer strategy for, what do we believe today, and can the data carry it?",
        acts="The board and the team that leads the engagement",
        reads=("customer_summary", "customer_month", "received_data"),
        reads_if_there=("goals",),
        decides=(
            Choice(
                "values",
                "What do we value, what do we stand for, what difference do we make?",
                Words(
                    "{we value: ..., we stand for: ..., difference we make: ...}",
                    parts=("we value", "we stand for", "difference we make"),
                ),
            ),
            Choice(
                "direction",
                "What will we be more of, and what less of?",
                Words("{more of: ..., less of: ...}", parts=("more of", "less of")),
            ),
            Choice(
                "hurdle",
                "What must a customer be worth over the horizon to be worth serving?",
                Amount("120.00", unit="money per customer over the horizon", least=0),
            ),
            Choice(
                "portfolio_goals",
                "Which of the four portfolio goals does each business goal stand for?",
                Match("{a goal: value_tiers, another: advocates}", words=PORTFOLIO_GOALS),
            ),
            Choice(
                "beliefs",
                "Before any result: our favourite and difficult customers, our share, our loss-makers?",
                Rows(
                    "{finance director: {favourite_customers: [...], difficult_customers: [...], customer_share: 0.4, "
                    "part_losing_money: 0.1, top_driver: price, sealed_on: 2026-11-22}}",
                    key="leader",
                    columns=(
                        Column("favourite_customers", "Favourite customers", "list"),
                        Column("difficult_customers", "Difficult customers", "list"),
                        Column("customer_share", "Our share of them", "either", unit="share"),
                        Column("part_losing_money", "Part losing us money", "either", unit="share"),
                        Column("top_driver", "What they want most"),
                    ),
                    sealed=True,
                ),
            ),
        ),
        publishes=("data_health", "data_notes", "monthly_revenue", "assumptions", "portfolio_goals", "beliefs"),
        uses=("framing", "framing_notes", "framing_findings"),
        headlines=(Headline("Months", "data/months"), Headline("Revenue", "data/revenue")),
    ),
    Step(
        id="02_rate_customers",
        title="Rate customers",
        question="Who are our customers today, and how good is each of them for us?",
        acts="The heads of sales and service",
        reads=("customer_summary", "customer_days"),
        reads_if_there=("service_events", "activity_costs", "survey", "referrals"),
        reads_version=("02_rate_customers/customer_ratings",),
        decides=(
            Choice(
                "weights",
                "What counts how much when we call a customer good?",
                Points(
                    "{worth: 35, trend: 15, engagement: 25, friction: 15, advocacy: 10}",
                    parts=("worth", "trend", "engagement", "friction", "advocacy"),
                ),
            ),
            Choice(
                "cuts",
                "From which score on is a customer an A, a B, a C?",
                Cuts("{A: 65, B: 50, C: 35}", parts=("A", "B", "C")),
            ),
        ),
        publishes=(
            *("customer_ratings", "rating_measures", "rating_mix", "concentration", "lorenz_curve"),
            *("revenue_bridge", "cohorts", "call_list"),
        ),
        uses=(
            *("rating_measures", "rating", "cost_to_serve", "advocacy", "concentration", "revenue_bridge", "cohorts"),
            *("rating_mix", "call_list", "history", "list_tables", "list_findings", "list_changes", "list_words"),
            *("list_closing", "rating_what_if", "rating_reference", "moved_since"),
        ),
        headlines=(
            Headline("Active customers", "answer/active"),
            Headline("Revenue from A customers", "answer/best_part"),
        ),
    ),
    Step(
        id="03_form_groups",
        title="Form customer groups",
        question="Which customers behave alike, so that one strategy can serve them?",
        acts="The team that leads the engagement",
        reads=("customer_summary", "customer_days", "customer_quarter", "customer_channel"),
        reads_if_there=("customers",),
        reads_version=tuple(f"03_form_groups/{table}" for table in ("customer_groups", "group_centres", "group_cuts")),
        decides=(
            Choice(
                "way_in",
                "By what do we form groups: by all behaviour, by recency, frequency and money, or by rules of our own?",
                Pick("behaviour", named=("behaviour", "rfm", "rules")),
            ),
            Choice(
                "group_count",
                "Into how many groups do we cut the customers?",
                Amount("5", unit="groups", least=3, most=8),
                where_needed=True,
            ),
            Choice(
                "refit",
                "Do we keep the groups of the last version and assign customers to them, or form them anew?",
                Pick("assign", named=("assign", "refit")),
                options=("assign", "refit"),
                where_needed=True,
            ),
            Choice(
                "groups",
                "What do we call each group, which customers stand for it, and what is true of it?",
                Rows(
                    "{g1: {name: Boatyards, anchors: [C0041, C0107], description: ..., rule: orders >= 12}}",
                    key="group",
                    columns=(
                        Column("name", "Name", required=True),
                        Column("anchors", "Customers that stand for it", "list", personal=True),
                        Column("description", "What is true of it"),
                        Column("rule", "Rule, where groups are formed by rules"),
                    ),
                ),
            ),
        ),
        publishes=(
            *("customer_groups", "group_profiles", "group_portions", "group_behaviour", "group_attributes"),
            *("group_buying", "group_rules", "group_evidence", "group_centres", "group_cuts", "group_features"),
            "group_moves",
        ),
        uses=(
            *("group_features", "group_clusters", "group_evidence", "group_identity", "group_tree", "rules", "rfm"),
            *("group_members", "group_forming", "group_portions", "group_profiles", "group_mix", "group_tables"),
            *("group_findings", "group_closing", "group_what_if", "group_before", "group_moves"),
        ),
        headlines=(Headline("Customer groups", "answer/groups"),),
    ),
    Step(
        id="04_value_to_us",
        title="Value to us",
        question="What is each group of customers worth to us, after what it costs to serve it?",
        acts="The finance director and the heads of sales and service",
        reads=("customer_summary", "customer_days"),
        reads_if_there=(
            *("customers", "contracts", "service_events", "activity_costs", "survey", "referrals"),
            *("customer_quarter", "customer_channel"),
        ),
        better_with=("03_form_groups",),
        checks_with=("02_rate_customers",),
        reads_version=("04_value_to_us/customer_value",),
        decides=(
            Choice(
                "gross_margin_rate",
                "Which part of revenue is left after the cost of the goods, where no cost of goods was delivered?",
                Amount("0.35", unit="part of revenue, 0 to 1", least=0, most=1),
                where_needed=True,
            ),
            Choice(
                "value_cuts",
                "From which yearly profit on is a customer of high, and of middle value to us?",
                Cuts("{high: 1200, middle: 150}", parts=("high", "middle"), most=math.inf),
                where_needed=True,
            ),
            Choice(
                "downturn_plan",
                "Its margin is falling: which value will we add, and by when must it show?",
                Words("{value we add: ..., by when: ...}", parts=("value we add", "by when")),
                per_group=True,
            ),
        ),
        publishes=(
            *("customer_value", "profit_ladder", "whale_curve", "profit_flips", "margin_trend", "margin_slopes"),
            *("value_tiers", "acquisition", "advocacy", "customer_types", "clv_validation", "clv_by_group"),
        ),
        uses=(
            *("year_before", "profit_window", "whale", "lifetime_checks", "lifetime_study", "acquisition"),
            *("referral_value", "value_tables", "value_findings", "value_closing", "value_what_if", "value_tiers"),
            *("tier_moves", "moved_since"),
        ),
        headlines=(
            Headline("Customer equity", "answer/equity"),
            Headline("Customers losing us money", "answer/losing"),
        ),
    ),
    Step(
        id="05_customer_share",
        title="Customer share",
        question=(
            "How much of what our customers spend on this category do they spend with us, and how much more could they?"
        ),
        acts="The account team and the board",
        reads=("customer_summary", "customer_category", "customer_quarter", "customer_days"),
        reads_if_there=("wallet_revenue", "supplier_spend", "markets", "customers"),
        better_with=("03_form_groups",),
        decides=(
            Choice(
                "scope",
                "Which categories do we mean when we say our share of a customer?",
                Pick(
                    "main_categories, or a list of your own [laundry, bleach]",
                    own=True,
                    named=("all_categories", "main_categories", "largest_category"),
                ),
            ),
            Choice(
                "capture_rate",
                "Which part of what our customers buy elsewhere can we win within a year?",
                Amount("0.15", unit="part of headroom a year, 0 to 1", least=0, most=1),
                where_needed=True,
            ),
        ),
        publishes=(
            *("customer_share", "group_share", "share_by_category", "share_by_scope", "share_by_quarter"),
            *("share_change", "headroom", "headroom_curve", "wallet_estimates", "wallet_study", "winnable_headroom"),
            *("own_frontier", "rank_based_share"),
        ),
        uses=(
            *("share", "share_by", "share_scope", "share_tables", "share_what_if", "share_change", "share_years"),
            *("share_closing", "rank_share", "share_estimates", "share_estimate_findings", "share_estimate_closing"),
        ),
        headlines=(Headline("Customer share", "answer/share"),),
    ),
    Step(
        id="06_value_to_them",
        title="Value to them",
        question="What do customers value, and how do we do on it against their best alternative?",
        acts="The heads of product, marketing and service",
        reads=("customer_summary", "customer_days"),
        reads_if_there=("survey", "customers", "contracts", "service_events", "activity_costs"),
        better_with=("03_form_groups", "04_value_to_us", "05_customer_share"),
        decides=(
            Choice(
                "secrets",
                "What do we know of our customers' own work that no rival knows?",
                Rows(
                    "{winter_prices: {group: g1, what: ..., how_learned: ..., learned_on: 2026-05-12, "
                    "confirmed_by: ..., known_to_competitors: no, offer: ..., status: checked}}",
                    key="secret",
                    columns=(
                        Column("group", "Group"),
                        Column("what", "What we know", required=True),
                        Column("how_learned", "How we learned it"),
                        Column("learned_on", "Learned on", "day"),
                        Column("confirmed_by", "Confirmed by"),
                        Column("known_to_competitors", "Do competitors know it?", words=("no", "unclear", "yes")),
                        Column("offer", "Offer it leads to"),
                        Column("status", "Status", words=("heard", "checked", "in_use", "dropped")),
                    ),
                ),
                where_needed=True,
            ),
        ),
        publishes=(
            *("driver_importance", "driver_outcomes", "driver_performance", "top_needs", "response_bias"),
            *("customer_loyalty", "loyalty_profit", "tenure_profit", "satisfied_leavers", "leaving_by_satisfaction"),
            *("survey_leaks", "driver_plateau", "failing_groups", "secret_candidates", "customer_secrets"),
        ),
        uses=(
            *("survey_answers", "survey_weights", "survey_leaks", "response_bias", "driver_importance"),
            *("driver_performance", "driver_costs", "driver_map", "top_needs", "satisfied_leavers", "loyalty"),
            *("tenure_profit", "plateau", "failing_groups", "secret_candidates", "customer_secrets"),
            *("needs_findings", "importance_findings", "loyalty_findings", "diagnosis_findings"),
            *("needs_closing", "importance_closing", "loyalty_closing"),
        ),
        headlines=(Headline("Drivers on which we lead", "answer/ahead"),),
    ),
    Step(
        id="07_value_exchange",
        title="The value exchange",
        question="In which groups do both sides gain, and where does one side give more than it gets?",
        acts="The board",
        reads=("customer_summary", "customer_days"),
        reads_if_there=("survey", "referrals"),
        better_with=(
            *("01_frame_engagement", "03_form_groups", "04_value_to_us", "05_customer_share"),
            "06_value_to_them",
        ),
        decides=(
            Choice(
                "weights",
                "By what does a driver count: what goes with recommending us, what customers state, or all alike?",
                Pick("derived", named=("derived", "stated", "equal")),
                where_needed=True,
            ),
        ),
        publishes=("value_exchange", "exchange_levers", "exchange_claim", "group_profiles_full"),
        uses=(
            *("exchange_sides", "value_exchange", "exchange_balance", "exchange_claim", "full_profiles"),
            "lifetime_terms",
            *("exchange_tables", "exchange_findings", "exchange_closing", "exchange_what_if"),
            *("group_parts", "value_tables"),
        ),
        headlines=(
            Headline("Customers worth more than the hurdle", "to_us/us"),
            Headline("Respondents who gain", "to_them/them"),
        ),
    ),
)
