"""What differs between two versions of a strategy, as data: what `compare` prints and shows as a page."""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field

from helpers.client.result_model import Part, Value
from helpers.errors import listed

FACTS = {"value": "answer", "reason": "reason", "by": "maker"}  # of a judgement, and how they are called


class Move(Part):
    """Customers who were of one kind and are of another; `customer_ids` is empty for the client."""

    from_: str = Field(serialization_alias="from")
    to: str
    customers: int
    customer_ids: list[str] = []


class Matrix(Part):
    """Every customer of either side once: `counts` has a row for each kind then and a column for each kind now.

    The last row are those who were not there then, the last column those who are not there now.
    """

    rows: list[str]
    columns: list[str]
    counts: list[list[int]]
    same: list[list[bool]]

    @property
    def then(self) -> int:
        """All customers of the first side."""
        return sum(sum(row) for row in self.counts[:-1])

    @property
    def now(self) -> int:
        """All customers of the second side."""
        return sum(sum(row[:-1]) for row in self.counts)

    @property
    def gone(self) -> int:
        """Those of the first side whom the second has not."""
        return sum(row[-1] for row in self.counts)

    @property
    def new(self) -> int:
        """Those of the second side whom the first has not."""
        return sum(self.counts[-1])


class Sorting(Part):
    """How one way to sort customers moved: `both` are those who are sorted in both, `held_back` moves of too few.

    `aside` are those who stood beside the groups, or could not be sorted, in one of the two: they count as no move.
    """

    kind: str
    both: int
    moved: int
    only_before: int
    only_after: int
    moves: list[Move] = []
    aside: list[Move] = []
    held_back: int = 0
    matrix: Matrix | None = None


class NumberMoved(Part):
    """A number of a headline, of a step's answer or of one group, in both, and whether it moved; `why` in words if so.

    `headline` marks those that a step is known by, `group` those of one group. `beyond` says whether the difference is
    more than both ranges allow; None where one of them has no range.
    """

    id: str
    title: str
    group: str = ""
    headline: bool = False
    before: Value
    after: Value
    moved: bool
    why: str = ""
    beyond: bool | None = None


class SentenceMoved(Part):
    """What a step said of the goals then and now; empty where it said nothing."""

    id: str
    before: str
    after: str


class DecisionMoved(Part):
    """A judgement that was `changed`, or was asked on one side only: `new` now, or `gone`; `because` says why if known.

    `others` names what of a changed one is another: its value, its reason, who made it. For the client, who sees
    neither value nor reason, it says that they are others all the same.
    """

    id: str
    question: str
    what: str
    others: list[str] = []
    because: str = ""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}

    @property
    def words(self) -> str:
        """What happened to it, in words.

        >>> moved = DecisionMoved(id="02.all.cuts", question="", what="changed", others=["value", "by"])
        >>> moved.words, moved.model_copy(update={"what": "new"}).words
        ('another answer and maker', 'was not asked then')
        """
        if self.what == "changed":
            return f"another {listed([FACTS[name] for name in self.others])}"
        words = {"new": "was not asked then", "gone": "is not asked any more"}[self.what]
        return words + (self.because and f", because {self.because}")


class Comparison(Part):
    """Everything that differs; `definitions` are by step what makes the same data give other numbers."""

    format: int = 1
    before: dict[str, str]
    after: dict[str, str]
    audience: str
    sortings: list[Sorting]
    numbers: list[NumberMoved]
    goals: list[SentenceMoved]
    decisions: list[DecisionMoved]
    parameters: list[str]
    definitions: dict[str, list[str]]
    only_before: list[str]
    only_after: list[str]

    def text(self) -> str:
        """The comparison as JSON in ASCII."""
        return json.dumps(self.model_dump(by_alias=True), indent=1)

    @property
    def decided_otherwise(self) -> list[DecisionMoved]:
        """The judgements that are others now, without those that were only made again."""
        return [one for one in self.decisions if one.what != "changed" or one.others]

    @property
    def nothing_changed(self) -> bool:
        """Whether the two say the same."""
        customers = any(
            one.moves or one.aside or one.held_back or one.only_before or one.only_after for one in self.sortings
        )
        said = any(one.before != one.after for one in (*self.numbers, *self.goals))
        made = self.decided_otherwise or self.parameters or self.definitions or self.only_before or self.only_after
        return not (customers or said or made)
