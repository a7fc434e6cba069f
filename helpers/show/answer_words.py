"""What people decided, in words: a decision file is written with ids, keys and parts of one, and a page is read.

The registry knows how each column of a table that people fill in reads, the audience knows the names of the groups.
Only the words of an answer change here, never which answer it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.answers import Column, Rows, is_number
from helpers.client.result_model import DecisionUsed, decision_in_words
from helpers.errors import StepInputError
from helpers.show.audience import Audience
from helpers.show.numbers import NBSP, long_date, money_digits, percent
from helpers.steps import STEPS

GROUP_COLUMNS = ("group_id", "group")
DECISION_COLUMN = "feeds"  # of a learning loop: the decision that waits for its answer
SMALL = 0.1  # below it the two ends of a range are often one whole percent


def in_words(used: DecisionUsed, audience: Audience | None) -> DecisionUsed:
    """The judgement with its answer, and what the rule proposed, as people read them.

    Of a table that was decided the proposal keeps the rows that people changed: a row that they left as it was says
    nothing new. Names of groups take the place of their ids where the audience knows them.

    Parameters
    ----------
    used : DecisionUsed
        As result.json holds it.
    audience : Audience, optional
        Whose page it is; without one, ids of groups stay and amounts carry no currency.
    """
    asks = _asked(used.id)
    columns = {column.name: column for column in getattr(asks, "columns", ())}
    value, proposed = used.value, used.proposed
    if isinstance(asks, Rows) and _is_rows(value):
        if used.state in ("decided", "stale") and _is_rows(proposed):
            proposed = _changed(value, proposed) or value
        value, proposed = (_rows(asks, columns, one, audience) if _is_rows(one) else one for one in (value, proposed))
    elif columns:
        value, proposed = (_row(columns, one, audience) if _is_row(one) else one for one in (value, proposed))
    return used.model_copy(update={"value": value, "proposed": proposed})


def row_title(asks: Rows, key: str, audience: Audience | None) -> str:
    """What a row is about, in words: the name of a group for its id, and the title of what is said of it.

    >>> row_title(Rows(subjects=(("profit", "Profit a year", "money"),)), "g1.profit", None)
    'g1, Profit a year'
    """
    return _subject(asks, key, audience)[0]


def _asked(decision_id: str) -> Any:
    """How the registry asks for this judgement; None for one that it does not know."""
    number, _, name = decision_id.split(".", 2)
    try:
        return next((step.choice(name).asks for step in STEPS if step.number == number), None)
    except StepInputError:  # a result of an older kit
        return None


def _is_row(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value)


def _is_rows(value: Any) -> bool:
    return _is_row(value) and all(isinstance(row, Mapping) for row in value.values())


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: cell for name, cell in row.items() if cell is not None and cell != ""}


def _changed(value: Mapping[str, Any], proposed: Mapping[str, Any]) -> dict[str, Any]:
    """The proposed rows that people left out, or in which they wrote something else."""

    def as_proposed(decided: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
        return all(row.get(name) == cell for name, cell in _filled(decided).items())

    return {key: row for key, row in proposed.items() if key not in value or not as_proposed(value[key], row)}


def _rows(asks: Rows, columns: Mapping[str, Column], value: Mapping[str, Any], audience: Audience | None) -> dict:
    """Each row under words in place of its key; rows that read alike are told apart by a number."""
    told: dict[str, Any] = {}
    for key, row in value.items():
        name, unit = _subject(asks, str(key), audience)
        naming = [column for column in asks.named_by if not _is_blank(row.get(column))]
        if naming:
            name = ", ".join(_cell(columns.get(each), each, row[each], "", audience) for each in naming)
        rest = {each: cell for each, cell in row.items() if each not in naming}
        words, again = name, 1
        while words in told:
            again += 1
            words = f"{name} ({again})"
        told[words] = _row(columns, rest, audience, unit)
    return told


def _subject(asks: Rows, key: str, audience: Audience | None) -> tuple[str, str]:
    """What a row is about and the unit of its numbers: "g1.profit" is of a group and of one of the `subjects`."""
    known = {name: (title, unit) for name, title, unit in asks.subjects}
    words, units = [], [""]
    for part in key.split(".") if known else [key]:
        title, unit = known.get(part, (_group(part, audience), ""))
        words.append(title)
        units.append(unit)
    return ", ".join(words), units[-1]


def _row(columns: Mapping[str, Column], row: Mapping[str, Any], audience: Audience | None, unit: str = "") -> dict:
    """The filled cells under the titles of their columns, without those that the audience may not see."""
    hidden = {name for name, column in columns.items() if column.personal} if _sees_none(audience) else set()
    return {
        columns[name].title if name in columns else name: _cell(columns.get(name), name, cell, unit, audience)
        for name, cell in _filled(row).items()
        if name not in hidden
    }


def _sees_none(audience: Audience | None) -> bool:
    return audience is not None and not audience.sees_persons


def _cell(column: Column | None, name: str, cell: Any, unit: str, audience: Audience | None) -> Any:
    if isinstance(cell, (list, Mapping)):
        return cell
    if name in GROUP_COLUMNS:
        return _group(str(cell), audience)
    if name == DECISION_COLUMN:
        return decision_in_words(cell, {} if audience is None else audience.groups)
    if column is None:
        return _day(cell) if name == "sealed_on" else cell
    if column.takes == "day":
        return _day(cell)
    if is_number(cell):
        unit = column.unit or ("share" if column.takes == "share" else unit)
        return _amount(cell, unit, audience)
    return dict(column.reads).get(cell, cell)


def _amount(number: float, unit: str, audience: Audience | None) -> Any:
    if unit == "share":
        whole = abs(number) >= SMALL or abs(100 * number - round(100 * number)) < 1e-9
        return percent(number, None if whole else 1)
    if unit == "money":
        digits = money_digits(number, cents=None if number % 1 else False)
        return f"{audience.currency}{NBSP}{digits}" if audience is not None else digits
    return number


def _group(text: str, audience: Audience | None) -> str:
    return (audience.group(text) if audience is not None else None) or text


def _day(cell: Any) -> str:
    try:
        return long_date(cell)
    except ValueError:
        return str(cell)


def _is_blank(cell: Any) -> bool:
    return cell is None or cell == ""
