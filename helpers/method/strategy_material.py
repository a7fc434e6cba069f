"""What may the strategy say? Only what earlier steps found, published or people decided, each with where it stands.

A value is taken from its place and keeps the name of that place. So a sentence knows what it rests on without anybody
saying so, and a test can change each number of the earlier steps and see which sentences follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from helpers.client.result_model import Finding, Result, Value
from helpers.method.finding_values import is_known

# the tables of earlier steps that the strategy reads, by the step that publishes them
TABLES: dict[str, tuple[str, ...]] = {
    "01_frame_engagement": ("beliefs",),
    "03_form_groups": ("group_portions",),
    "04_value_to_us": ("profit_ladder", "customer_value", "margin_trend"),
    "05_customer_share": ("group_share",),
    "06_value_to_them": ("top_needs",),
    "07_value_exchange": ("value_exchange",),
    "08_face_of_future": ("commitment_npv",),
    "09_choose_intent": (
        "group_intents",
        "expected_results",
        "assumption_sensitivity",
        "value_at_stake",
        "goal_outlook",
    ),
    "10_value_propositions": ("value_propositions",),
    "11_align_tactics": ("tactics", "tactic_portfolio", "tactic_gaps", "trial_plans", "learning_plan"),
}
KEYS: dict[str, tuple[str, ...]] = {
    "beliefs": ("leader", "question"),
    "group_portions": ("group_id",),
    "profit_ladder": ("group_id", "rung"),
    "customer_value": ("customer_id",),
    "margin_trend": ("group_id", "measure", "quarter_start"),
    "group_share": ("group_id",),
    "top_needs": ("group_id", "driver"),
    "value_exchange": ("group_id",),
    "group_intents": ("group_id",),
    "expected_results": ("group_id", "measure"),
    "assumption_sensitivity": ("group_id", "quantity"),
    "commitment_npv": ("group_id", "customer_group", "level", "project"),
    "value_at_stake": ("group_id", "lever"),
    "value_propositions": ("group_id",),
    "goal_outlook": ("goal", "scenario"),
    "tactics": ("tactic",),
    "tactic_portfolio": ("tactic",),
    "tactic_gaps": ("gap", "tactic", "group_id"),
    "trial_plans": ("tactic",),
    "learning_plan": ("loop",),
}
BOARD, CHAPTER = "board", "chapter"


@dataclass(frozen=True)
class Told:
    """A value and the places that it was taken from."""

    value: Value
    sources: tuple[str, ...]

    @property
    def number(self) -> float:
        """The value as a number."""
        return float(self.value.value)


@dataclass(frozen=True)
class Sentence:
    """One sentence of the document: where it stands, what it says, and what it rests on.

    `told` are the places whose values it says; `weighed` those that only chose it or its words, such as the numbers
    that were smaller than the largest.
    """

    chapter: str
    finding: Finding
    told: tuple[str, ...]
    weighed: tuple[str, ...] = ()
    group_id: str = ""

    @property
    def place(self) -> str:
        """`board` for the two pages, `chapter` for what stands behind them."""
        return CHAPTER if self.finding.id.startswith("12.in_") else BOARD


@dataclass(frozen=True)
class Material:
    """What the earlier steps said, by step, and the tables that they published, by name; what is not there is left out.

    Parameters
    ----------
    said : mapping of step id to Result
    tables : mapping of table name to DataFrame
        With the columns that `KEYS` names, which are unique together.
    window_months : int
        Of the window; sums over it are told by the year.
    """

    said: Mapping[str, Result]
    tables: Mapping[str, pd.DataFrame]
    window_months: int = 12

    def has(self, step: str) -> bool:
        """Whether a step of this number has a result."""
        return any(name.startswith(step) for name in self.said)

    def rows(self, table: str, **where: object) -> list[dict]:
        """The rows of a table that hold these values, in the table's order; none where there is no such table."""
        found = self._records.get(table, [])
        return [row for row in found if all(row[column] == value for column, value in where.items())]

    @cached_property
    def _records(self) -> dict[str, list[dict]]:
        return {name: table.to_dict("records") for name, table in self.tables.items()}

    def cell(
        self, table: str, row: Mapping | None, column: str, unit: str, low: str = "", high: str = ""
    ) -> Told | None:
        """A cell of a row, with its interval from two others; None where nothing is known.

        Parameters
        ----------
        row : mapping or None
            One of `rows`.
        unit : str
            As of `Value`; a `date` may be a timestamp.
        """
        if row is None or column not in row or not is_known(row[column]) or row[column] == "":
            return None
        ends = [float(row[end]) if end and is_known(row[end]) else None for end in (low, high)]
        names = [column, *(name for name, end in zip((low, high), ends, strict=True) if end is not None)]
        return Told(_value(row[column], unit, *ends), tuple(place(table, row, name) for name in names))

    def finding(self, name: str) -> Finding | None:
        """The finding of this id, or None."""
        step = next((said for number, said in self.said.items() if number.startswith(name[:2])), None)
        return next((one for one in step.findings if one.id == name), None) if step else None

    def value(self, name: str) -> Told | None:
        """A value of a finding, named as `<finding>/<value>`."""
        found = self.finding(name.partition("/")[0])
        value = found.values.get(name.partition("/")[2]) if found else None
        return None if value is None or value.value is None else Told(value, (name,))

    def quote(self, chapter: str, name: str) -> Sentence | None:
        """A finding of an earlier step as it stands, as a sentence of a chapter; None where it was not said."""
        found = self.finding(name)
        if found is None:
            return None
        number, _, rest = name.partition(".")
        said = found.model_copy(update={"id": f"12.in_{chapter}_{number}_{rest}", "table": None})
        told = tuple(f"{name}/{value}" for value in found.values) or (name,)
        group = rest.partition(".")[2]
        return Sentence(chapter, said, told, group_id=group)

    def quotes(self, chapter: str, names: Iterable[str], groups: Sequence[str] = ()) -> list[Sentence]:
        """Several of these in order; a name that ends in `.*` stands for that of each group."""
        each = [
            name.replace("*", group) if name.endswith(".*") else name
            for name in names
            for group in (groups if name.endswith(".*") else ("",))
        ]
        found = [self.quote(chapter, name) for name in dict.fromkeys(each)]
        return [one for one in found if one is not None]

    def step_of(self, number: str) -> str:
        """The id of the step of this number, if it has a result; else the number."""
        return next((name for name in self.said if name.startswith(number)), number)


def sentence(
    chapter: str,
    name: str,
    text: str,
    values: Mapping[str, Told | None],
    *,
    evidence: str,
    n: int | None = None,
    n_of: str = "customer",
    weighed: Iterable[str] = (),
    group: str = "",
    smallest: int | None = None,
    table: str | None = None,
) -> Sentence | None:
    """A sentence of ours over values of earlier steps; None where one of them is not known.

    Examples
    --------
    >>> told = Told(Value(value=3, unit="count"), ("09.answer/grow",))
    >>> sentence("answer", "answer", "We grow {grow:count}.", {"grow": told}, evidence="judged").told
    ('09.answer/grow',)
    >>> sentence("answer", "answer", "We grow {grow:count}.", {"grow": None}, evidence="judged") is None
    True
    """
    if any(value is None for value in values.values()):
        return None
    found = Finding(
        id=f"12.{name}.{group}" if group else f"12.{name}",
        text=text, values={key: told.value for key, told in values.items()}, n=n, n_of=n_of, smallest=smallest,
        evidence=evidence, table=table,
    )  # fmt: skip
    told = tuple(dict.fromkeys(source for one in values.values() for source in one.sources))
    return Sentence(chapter, found, told, tuple(dict.fromkeys(one for one in weighed if one not in told)), group)


def place(table: str, row: Mapping, column: str) -> str:
    """The name of a cell: `<table>/<keys>/<column>`."""
    return f"{table}/{'|'.join(str(row[key]) for key in KEYS[table])}/{column}"


def summed(parts: Sequence[Told], unit: str) -> Told | None:
    """The sum of some values, their intervals added end by end; None of none, no interval where one has none.

    >>> one = Told(Value(value=2.0, low=1.0, high=3.0, unit="money"), ("a",))
    >>> summed([one, one], "money").value.high, summed([], "money") is None
    (6.0, True)
    """
    if not parts:
        return None
    ends = [[getattr(one.value, end) for one in parts] for end in ("low", "high")]
    low, high = (None if None in end else float(sum(end)) for end in ends)
    total = sum(one.value.value for one in parts)
    sources = tuple(dict.fromkeys(source for one in parts for source in one.sources))
    return Told(Value(value=total, low=low, high=high, unit=unit), sources)


def group(group_id: str) -> Told:
    """A group by its id; the name is chosen when the page is drawn, and rests on nothing that could change."""
    return Told(Value(value=group_id, unit="group"), ())


def words(text: str, *sources: str) -> Told:
    """Words that stand for themselves."""
    return Told(Value(value=text, unit="text"), sources)


def counted_as(number: int, *sources: str) -> Told:
    """A number of things."""
    return Told(Value(value=int(number), unit="count"), sources)


def in_an_id(key: object) -> str:
    """A client's own key as a part of an id.

    >>> in_an_id("Refit desk 2")
    'refit_desk_2'
    """
    return "".join(mark if mark.isascii() and mark.isalnum() else "_" for mark in str(key).lower())


def listing(names: Sequence[str], how: str = "group") -> str:
    """Placeholders in a row, as a sentence lists them.

    >>> listing(["a", "b", "c"])
    '{a:group}, {b:group} and {c:group}'
    """
    marks = [f"{{{name}:{how}}}" for name in names]
    return marks[0] if len(marks) == 1 else f"{', '.join(marks[:-1])} and {marks[-1]}"


def _value(value: object, unit: str, low: float | None, high: float | None) -> Value:
    if unit == "date":
        return Value(value=f"{pd.Timestamp(value):%Y-%m-%d}", unit=unit)
    if unit in ("text", "group"):
        return Value(value=str(value), unit=unit)
    if unit == "count":
        return Value(value=int(value), unit=unit)
    return Value(value=float(value), low=low, high=high, unit=unit)
