"""The registry: the steps, what each asks, reads, decides and publishes. The method's table of contents.

A step may read only what stands here: `step.table` and `step.result` refuse the rest. So this page is also the
wiring diagram: from it come the order of a run, the table in the README, and what must be computed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from helpers.answers import Amount, Answer, Column, Cuts, Match, Pick, Points, Rows, Words
from helpers.errors import StepInputError, nearest

KIT = Path(__file__).resolve().parent.parent
NOTEBOOKS = KIT / "notebooks"
PORTFOLIO_GOALS = ("value_tiers", "relationship_types", "advocates", "customer_equity", "none")


@dataclass(frozen=True)
class Choice:
    """A judgement that people make in a step.

    `name` is the part after the dot in a decision id (`all.scope`, `g2.intent`); `per_group` tells which of the two.
    `asks` says which kind of answer is wanted, and so which form is shown and what is refused.
    `options` are the only values allowed; empty where the client's data or the team's words make them.
    `tolerance` is the relative move of a number seen when deciding that makes the decision stale.
    """

    name: str
    question: str
    asks: Answer = Answer()
    per_group: bool = False
    options: tuple[str, ...] = ()
    tolerance: float = 0.10

    @property
    def example(self) -> str:
        """The id as it stands in a decision file."""
        return f"{'g1' if self.per_group else 'all'}.{self.name}"


@dataclass(frozen=True)
class Headline:
    """A number of a step that the overview over several clients shows; it is a quantity, never a name or an id.

    `value` names it as `<finding>/<value>`, such as `answer/share` for the share in the finding `05.answer`.
    """

    title: str
    value: str


@dataclass(frozen=True)
class Step:
    """One notebook: a pure function of tables, earlier results, decisions and parameters.

    `reads` are delivered tables and their summaries that it cannot do without; `reads_if_there` those that let it say
    more. `needs` and `better_with` say the same of earlier steps. `uses` are the modules of `helpers.method` it calls.
    `headlines` are one or two of its numbers by which clients are told apart at a glance.
    A cell that takes longer than `cell_seconds`, or a step longer than `step_seconds`, is stopped.
    """

    id: str
    title: str
    question: str
    acts: str
    reads: tuple[str, ...] = ()
    reads_if_there: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    better_with: tuple[str, ...] = ()
    decides: tuple[Choice, ...] = ()
    publishes: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    headlines: tuple[Headline, ...] = ()
    cell_seconds: int = 600
    step_seconds: int = 1800

    @property
    def number(self) -> str:
        """The two digits at the front of the id."""
        return self.id[:2]

    @property
    def notebook(self) -> Path:
        """Where the kit's own notebook of this step stands, built or not."""
        return NOTEBOOKS / f"{self.id}.ipynb"

    @property
    def built(self) -> bool:
        """Whether the notebook exists."""
        return self.notebook.is_file()

    def choice(self, name: str) -> Choice:
        """The declared decision of this name; StepInputError names the nearest when there is none."""
        for choice in self.decides:
            if choice.name == name:
                return choice
        known = [choice.name for choice in self.decides]
        advice = nearest(name, known) if known else "This step decides nothing."
        raise StepInputError(
            f'{self.id} has no decision "{name}". {advice} Decisions are declared in helpers/steps.py.'
        )


STEPS: tuple[Step, ...] = (
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
                        Column("customer_share", "Our share of them", "either"),
                        Column("part_losing_money", "Part losing us money", "either"),
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
            *("list_closing", "rating_what_if"),
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
        publishes=("customer_groups", "group_profiles", "group_rules", "group_centres"),
    ),
    Step(
        id="04_value_to_us",
        title="Value to us",
        question="What is each group of customers worth to us, after what it costs to serve it?",
        acts="The finance director and the heads of sales and service",
        publishes=(
            "customer_value",
            "profit_ladder",
            "whale_curve",
            "margin_trend",
            "acquisition",
            "advocacy",
            "clv_validation",
            "clv_by_group",
        ),
    ),
    Step(
        id="05_customer_share",
        title="Customer share",
        question=(
            "How much of what our customers spend on this category do they spend with us, and how much more could they?"
        ),
        acts="The account team and the board",
        reads=("customer_summary", "customer_category", "customer_quarter"),
        reads_if_there=("wallet_revenue", "supplier_spend", "markets"),
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
        ),
        publishes=(
            "customer_share",
            "group_share",
            "share_by_category",
            "share_by_scope",
            "headroom",
            "headroom_curve",
            "share_by_quarter",
            "rank_based_share",
        ),
        uses=(
            *("share", "share_by", "share_scope", "share_wallets", "share_tables", "share_what_if"),
            *("share_findings", "share_closing", "rank_share"),
        ),
        headlines=(Headline("Customer share", "answer/share"),),
    ),
    Step(
        id="06_value_to_them",
        title="Value to them",
        question="What do customers value, and how do we do on it against their best alternative?",
        acts="The heads of product, marketing and service",
        publishes=("driver_importance", "driver_performance", "loyalty_profit", "customer_secrets"),
    ),
    Step(
        id="07_value_exchange",
        title="The value exchange",
        question="In which groups do both sides gain, and where does one side give more than it gets?",
        acts="The board",
        publishes=("value_exchange", "group_profiles_full"),
    ),
    Step(
        id="08_face_of_future",
        title="The face of our future",
        question="Which groups lead us into the future, and which are out of step with it?",
        acts="The board",
        publishes=("future_fit", "commitment_npv", "market_readiness", "lookalikes"),
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
