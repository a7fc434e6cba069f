"""Numbers, dates and cells as people read them: the only place that turns a value into digits.

Halves are rounded away from zero, as people do by hand; a negative number carries a true minus; a no-break space keeps
a number and its unit on one line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pandas as pd

from helpers.client.schema import Column
from helpers.show.audience import Audience

NBSP, MINUS = "\u00a0", "\u2212"
UNITS = {"money": "money", "share": "share", "count": "number"}  # how a row says its unit, and the type it means
CALENDAR_YEAR = "year"  # as the unit of a whole number; an amount of years has the unit years
POINTS = "points"  # as the unit of a share that is the difference of two: 0.03 is three points, and no part of anything

# not strftime's %B, which follows the locale of the machine
MONTHS = tuple(
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
)

_LONG = 700  # digits of working precision: enough for the largest float written out


def fixed(value: float, decimals: int) -> str:
    """A number with so many decimals and thousands separators; never a negative zero.

    >>> fixed(93962.5, 0), fixed(-0.04, 1)
    ('93,963', '0.0')
    """
    with localcontext(prec=_LONG):
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        sign = MINUS if rounded < 0 else ""
        return f"{sign}{abs(rounded):,f}"


def significant(value: float, digits: int = 3) -> str:
    """A number to so many significant digits, written out, without idle zeros.

    >>> significant(1234567), significant(0.0012345), significant(2.0)
    ('1,230,000', '0.00123', '2')
    """
    if value == 0:
        return "0"
    with localcontext(prec=_LONG):
        exact = Decimal(str(value))
        rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), rounding=ROUND_HALF_UP)
        text = f"{abs(rounded):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return (MINUS if value < 0 else "") + text


def percent(value: float, decimals: int | None = None) -> str:
    """A share of 0-1 as per cent: no decimals, but one where none would say "nothing" or "all" of what is not quite so.

    >>> percent(0.34).replace(NBSP, " "), percent(0.004).replace(NBSP, " "), percent(0.9996).replace(NBSP, " ")
    ('34 %', '0.4 %', 'over 99.9 %')
    """
    exact = Decimal(str(value)) * 100
    size = abs(exact)
    if decimals is not None:
        return f"{fixed(exact, decimals)}{NBSP}%"
    if 0 < size < Decimal("0.05"):
        return f"{'under' if value > 0 else 'over'} {fixed(Decimal('0.1').copy_sign(exact), 1)}{NBSP}%"
    if Decimal("99.95") <= size < 100:
        return f"{'over' if value > 0 else 'under'} {fixed(Decimal('99.9').copy_sign(exact), 1)}{NBSP}%"
    near_an_end = 0 < size < Decimal("0.95") or Decimal("99.5") <= size < 100
    return f"{fixed(exact, 1 if near_an_end else 0)}{NBSP}%"


def hundredfold(share: float) -> float:
    """A share as a number of per cent, as people write it: 0.285 is 28.5, not 28.499999999999996."""
    return float(Decimal(str(share)) * 100)


def money_digits(value: float, cents: bool | None = None) -> str:
    """An amount without its currency: cents below 1,000 (or as told), none from there up.

    >>> money_digits(93962.6), money_digits(12.5), money_digits(0)
    ('93,963', '12.50', '0')
    """
    if value == 0 and cents is None:
        return "0"
    if cents is None:
        cents = abs(Decimal(str(value))) < Decimal("999.995")
    return fixed(value, 2 if cents else 0)


def long_date(value: object) -> str:
    """A day in words, "1 January 2018"; ValueError when the text is not an ISO date.

    >>> long_date("2018-01-01").replace(NBSP, " ")
    '1 January 2018'
    """
    day = date.fromisoformat(str(value)[:10])
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]} {day.year}"


def span_of_days(first: object, next_first: object) -> str:
    """The days from the first to the one before the next span's first, in words.

    >>> span_of_days("2017-01-01", "2018-01-01"), span_of_days("2016-03-01", "2017-03-01")
    ('2017', '1 March 2016 to 28 February 2017')
    """
    start, end = pd.Timestamp(first), pd.Timestamp(next_first) - pd.Timedelta(days=1)
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        return f"{start.year}" if start.year == end.year else f"{start.year} to {end.year}"
    return " to ".join(f"{day.day} {MONTHS[day.month - 1]} {day.year}" for day in (start, end))


def cell_texts(
    values: Sequence[object], column: Column, audience: Audience, units: Sequence[object] | None = None
) -> list[str]:
    """The cells of one column as plain text, alike in their decimals; "" where nothing is known.

    `units` are those of the rows (money, share, count): numbers of a column without a unit are written in them, and
    money carries its currency.

    Shares are per cent with one decimal, money has cents only where the whole column is small, whole numbers have
    thousands separators, dates are in words, yes and no are words, a group id becomes the name of its group.
    """
    if units is not None and column.type == "number" and not column.unit:
        return _in_units(values, units, column, audience)
    cents, decimals = False, None
    if column.type == "number":
        known = [abs(float(value)) for value in values if not pd.isna(value) and abs(float(value)) != float("inf")]
        decimals = _decimals_alike(known)
    if column.type == "money":
        known = [abs(float(value)) for value in values if not pd.isna(value)]
        cents = bool(known) and max(known) < 999.995 and any(size % 1 for size in known)
    return ["" if pd.isna(value) else _cell(value, column, audience, cents, decimals) for value in values]


def _in_units(values: Sequence[object], units: Sequence[object], column: Column, audience: Audience) -> list[str]:
    """Cells of several units: those of one unit alike in their decimals, whatever stands between them."""
    texts = [""] * len(values)
    for unit in dict.fromkeys(units):
        places = [place for place, other in enumerate(units) if other == unit]
        own = replace(column, type=UNITS.get(str(unit), column.type))
        written = cell_texts([values[place] for place in places], own, audience)
        for place, text in zip(places, written, strict=True):
            texts[place] = f"{audience.currency}{NBSP}{text}" if text and own.type == "money" else text
    return texts


def _decimals_alike(sizes: Sequence[float]) -> int | None:
    """Decimals for a column of numbers: three digits of the largest; None where that leaves nothing of one of them.

    >>> _decimals_alike([13.8, 0.0833]), _decimals_alike([12.0, 3.0]), _decimals_alike([13.8, 0.001])
    (1, 0, None)
    """
    if all(size == int(size) for size in sizes):
        return 0
    largest = max(sizes, default=0.0)
    decimals = max(0, 2 - Decimal(str(largest)).adjusted()) if largest else 0
    if decimals > 4 or any(0 < size < 0.5 * 10.0**-decimals for size in sizes):
        return None
    return decimals


def _cell(value: object, column: Column, audience: Audience, cents: bool, decimals: int | None) -> str:
    kind = column.type
    if kind in ("share", "money", "number") and abs(float(value)) == float("inf"):
        return f"{MINUS if value < 0 else ''}∞"
    if kind == "share":
        return fixed(hundredfold(float(value)), 1) if column.unit == POINTS else percent(float(value), 1)
    if kind == "money":
        # an amount that whole units would show as nothing keeps its cents
        return fixed(value, 2 if cents or 0 < abs(value) < 0.5 else 0)
    if kind == "integer":
        # 2026 is the name of a year, and no amount of years
        return str(int(value)) if column.unit == CALENDAR_YEAR else fixed(int(value), 0)
    if kind == "number":
        return significant(float(value)) if decimals is None else fixed(float(value), decimals)
    if kind == "date":
        return long_date(value)
    if kind == "boolean":
        return "yes" if value else "no"
    text = str(value)
    if column.name == "group_id":
        return audience.group(text) or text
    # a word of the kit's own, such as win_more, is shown as people say it; a client's word is never touched
    return text.replace("_", " ") if text in column.allowed else text
