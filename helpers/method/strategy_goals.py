"""Which of the business goals does the plan reach, and which is out of reach? In the goals' own measure."""

from __future__ import annotations

from types import MappingProxyType

from helpers.client.result_model import Value
from helpers.method.finding_values import inside_sentence, is_known
from helpers.method.strategy_material import Material, Sentence, Told, counted_as, place, sentence, words

WITH, UNLIKELY = "with_intents", "unlikely"  # how step 09 writes them
MOST_NAMED = 2  # goals out of reach that the first page names; of more it gives the number
# the measure of a portfolio goal; the others are parts of all customers
UNITS = MappingProxyType({"customer_equity": "money", "advocates": "count"})
HOW = MappingProxyType({"money": "money", "count": "count", "share": "pct"})


def goal_rows(material: Material) -> list[dict]:
    """The goals of which step 09 can say whether the intents reach them, in the order of step 01."""
    rows = material.rows("goal_outlook", scenario=WITH)
    return [row for row in rows if all(is_known(row[name]) for name in ("asked", "expected_low", "expected_high"))]


def out_of_reach(material: Material) -> Sentence | None:
    """The goals that the plan does not reach, with what they ask and what is expected; for the first page.

    >>> out_of_reach(Material({}, {})) is None
    True
    """
    rows = [row for row in goal_rows(material) if row["verdict"] == UNLIKELY]
    if not rows:
        return None
    every = material.rows("goal_outlook", scenario=WITH)
    read = ("verdict", "asked", "portfolio_goal", "by_date", "expected_low", "expected_high")
    cells = [place("goal_outlook", row, name) for row in every for name in read]
    if len(rows) > MOST_NAMED:
        verdicts = [place("goal_outlook", row, "verdict") for row in every]
        values = {"many": counted_as(len(rows), *verdicts), "all": counted_as(len(every))}
        text = "{many:count} of our {all:count} business goals are out of reach of this plan: see What we expect."
        return sentence("goals", "goals", text, values, evidence="modelled", weighed=cells)
    values, parts = {}, []
    for at, row in enumerate(rows, 1):
        told, phrase = _goal(material, row, at)
        values |= told
        parts.append(phrase)
    text = f"Out of reach of this plan: the goal {'; the goal '.join(parts)}."
    return sentence("goals", "goals", text, values, evidence="modelled", weighed=cells)


def goal_sentences(material: Material) -> list[Sentence]:
    """Each goal that the portfolio can show: what it asks by when, and what is expected with the intents."""
    found = []
    for at, row in enumerate(goal_rows(material), 1):
        values, phrase = _goal(material, row, at)
        measured = inside_sentence(str(row["measured_by"]))
        values["measured"] = words(measured, place("goal_outlook", row, "measured_by"))
        cells = [place("goal_outlook", row, name) for name in ("portfolio_goal", "by_date")]
        text = f"The goal {phrase} ({{measured:text}})."
        found.append(sentence("results", f"in_results_goal_{at}", text, values, evidence="modelled", weighed=cells))
    return [one for one in found if one]


def _goal(material: Material, row: dict, at: int) -> tuple[dict[str, Told | None], str]:
    """A goal as values and words: what is asked by when, and what is expected."""
    unit = UNITS.get(row["portfolio_goal"], "share")
    how = HOW[unit]
    values: dict[str, Told | None] = {
        f"goal_{at}": words(f"“{row['goal']}”"),
        f"asked_{at}": _number(row, unit, "asked"),
        f"then_{at}": _number(row, unit, "expected", "expected_low", "expected_high"),
    }
    phrase = f"{{goal_{at}:text}} asks for {{asked_{at}:{how}}}"
    if is_known(row["by_date"]):
        values[f"by_{at}"] = material.cell("goal_outlook", row, "by_date", "date")
        phrase += f" by {{by_{at}:date}}"
    return values, f"{phrase}; we expect {{then_{at}:{how}_range}}"


def _number(row: dict, unit: str, *columns: str) -> Told:
    """A number of a row, with its ends where they are given; people are counted whole."""
    numbers = [round(row[name]) if unit == "count" else float(row[name]) for name in columns]
    ends = dict(zip(("low", "high"), numbers[1:], strict=False))
    return Told(Value(value=numbers[0], unit=unit, **ends), tuple(place("goal_outlook", row, name) for name in columns))
