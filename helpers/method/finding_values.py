"""Typed values for findings: numbers from pandas and NumPy, made plain, with their unit.

A finding's text never holds a digit; every number in it is one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from helpers.client.result_model import CannotSay, Value
from helpers.errors import StepInputError

LARGEST = 1e300  # near what a float can hold; nobody means more


def share_value(value: float, low: float | None = None, high: float | None = None) -> Value:
    """A part of a whole, 0-1, with its interval where there is one.

    >>> share_value(0.25, float("nan"), float("nan")).low is None
    True
    """
    return Value(value=_number(value), low=_end(low), high=_end(high), unit="share")


def row_share(row: Mapping) -> Value:
    """The customer share of a row of a published table, with its interval."""
    return share_value(row["customer_share"], row.get("share_low"), row.get("share_high"))


def money_value(value: float, low: float | None = None, high: float | None = None) -> Value:
    """An amount in the client's currency, with its interval where there is one."""
    return Value(value=_number(value), low=_end(low), high=_end(high), unit="money")


def count_value(value: int) -> Value:
    """A whole number of things."""
    return Value(value=int(value), unit="count")


def number_value(value: float) -> Value:
    """A number that is neither money, nor a part, nor a count."""
    return Value(value=_number(value), unit="number")


def text_value(value: str) -> Value:
    """A name that the client gave, such as a category's."""
    return Value(value=str(value), unit="text")


def inside_sentence(label: str) -> str:
    """A label as it stands inside a sentence: without its capital, unless it is an abbreviation.

    >>> inside_sentence("On time"), inside_sentence("IT help")
    ('on time', 'IT help')
    """
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def capital(label: str) -> str:
    """With a capital, where it opens a sentence.

    >>> capital("support")
    'Support'
    """
    return label[:1].upper() + label[1:]


def group_value(group_id: str) -> Value:
    """A customer group by its id; the name is chosen when the page is drawn."""
    return Value(value=str(group_id), unit="group")


def date_value(value: object) -> Value:
    """A day, as YYYY-MM-DD.

    >>> date_value(pd.Timestamp("2026-10-01 00:00")).value
    '2026-10-01'
    """
    return Value(value=f"{pd.Timestamp(value):%Y-%m-%d}", unit="date")


def is_number(value: object) -> bool:
    """Whether people wrote a number that can be counted with.

    >>> is_number(7), is_number(True), is_number("7"), is_number(float("nan")), is_number(10**400)
    (True, False, False, False, False)
    """
    # compared, not made a float: Python cannot turn a whole number of hundreds of digits into one
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def left_open_in(gaps: list[CannotSay]) -> Callable[[str, str, str], None]:
    """A function that adds a question that stays open to this list: the question, why, and what would answer it.

    >>> gaps = []
    >>> left_open_in(gaps)("Do they come back?", "Nobody has ordered yet.", "transactions.")
    >>> gaps[0].unlocked_by
    'transactions.'
    """

    def left_open(question: str, because: str, unlocked_by: str) -> None:
        gaps.append(CannotSay(question=question, because=because, unlocked_by=unlocked_by))

    return left_open


def is_known(value: object) -> bool:
    """Whether there is a number to speak of: not None, not NaN, not NA."""
    return value is not None and not pd.isna(value)


def _number(value: float) -> float:
    if not is_known(value):
        raise StepInputError("A finding's value is missing. Choose another sentence where there is no number to tell.")
    return float(value)


def _end(value: float | None) -> float | None:
    return float(value) if is_known(value) else None
