"""What the registry says of one step: its questions, what it reads and publishes, and what people decide in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from helpers.answers import Answer
from helpers.errors import StepInputError, nearest

KIT = Path(__file__).resolve().parent.parent
NOTEBOOKS = KIT / "notebooks"


@dataclass(frozen=True)
class Choice:
    """A judgement that people make in a step.

    `name` is the part after the dot in a decision id (`all.scope`, `g2.intent`); `per_group` tells which of the two.
    `asks` says which kind of answer is wanted, and so which form is shown and what is refused.
    `options` are the only values allowed; empty where the client's data or the team's words make them.
    `tolerance` is the relative move of a number seen when deciding that makes the decision stale.
    `where_needed` choices are asked only of clients whose data call for them.
    """

    name: str
    question: str
    asks: Answer = Answer()
    per_group: bool = False
    options: tuple[str, ...] = ()
    tolerance: float = 0.10
    where_needed: bool = False

    @property
    def always(self) -> bool:
        """Whether every client is asked; else the step's result tells who is, and for which groups."""
        return not (self.per_group or self.where_needed)

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
    more. `needs` and `better_with` say the same of earlier steps; with those of `checks_with` it is only compared,
    so it is not provisional where they are. `uses` are the modules of `helpers.method` it calls.
    `reads_version` names what it looks back at in versions frozen before: `<step>/<table>`, or `<step>` for what that
    step said and what was decided in it.
    `reads_intent_rules` where the client's `intent_rules.yaml`, or the kit's, is part of it.
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
    checks_with: tuple[str, ...] = ()
    decides: tuple[Choice, ...] = ()
    publishes: tuple[str, ...] = ()
    reads_version: tuple[str, ...] = ()
    reads_intent_rules: bool = False
    uses: tuple[str, ...] = ()
    headlines: tuple[Headline, ...] = ()
    cell_seconds: int = 600
    step_seconds: int = 1800

    @property
    def number(self) -> str:
        """The two digits at the front of the id."""
        return self.id[:2]

    @property
    def builds_on(self) -> tuple[str, ...]:
        """The earlier steps whose results it may read."""
        return self.needs + self.better_with + self.checks_with

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
