"""Findings as sentences: a template, typed values, and the reader for whom they are put into words.

A placeholder `{name:how}` names a value of the finding and the way to say it; `{customer:ID}` and `{group:ID}` name an
id directly. Templates are never given to `str.format`, so a value that holds braces is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from helpers.client.result_model import Finding, Value
from helpers.errors import StepInputError, listed, nearest
from helpers.show.audience import Audience
from helpers.show.numbers import MINUS, NBSP, fixed, hundredfold, long_date, money_digits, percent, significant

# how -> the units that may be said so
HOWS: dict[str, tuple[str, ...]] = {
    "pct": ("share",),
    "pct1": ("share",),
    "pct_range": ("share",),
    "points": ("points", "share"),
    "money": ("money",),
    "money2": ("money",),
    "money_range": ("money",),
    "count": ("count",),
    "count_range": ("count",),
    "number": ("number", "count"),
    "ratio": ("number",),
    "date": ("date",),
    "text": ("text",),
    "customer": ("customer",),
    "group": ("group",),
}

_PLACEHOLDER = re.compile(r"\{([^{}:]*):([^{}]*)\}")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_WORDS = ("date", "text", "customer", "group")


def say(finding: Finding, audience: Audience) -> str:
    """The finding as a sentence for this audience: plain text, not escaped.

    Raises
    ------
    StepInputError
        If a placeholder has no value, or cannot be said that way; finding and placeholder are named.
    """
    return fill(finding.text, finding.values, audience, where=f"Finding {finding.id}")


def fill(text: str, values: Mapping[str, Value], audience: Audience, *, where: str) -> str:
    """A template with its placeholders put into words; `where` names it in an error.

    Raises
    ------
    StepInputError
        If a placeholder has no value, or cannot be said that way, or a brace stands alone.
    """
    faults = _faults(text, values)
    if faults:
        raise StepInputError(f"{where}: {' '.join(faults)}")

    def word(match: re.Match) -> str:
        name, how = match.groups()
        value, how = _looked_up(name, how, values)
        said = value.value
        if how.endswith("_range"):
            said = (value.low, value.high)
        elif how == "points" and value.unit == "share":
            said = hundredfold(said)
        try:
            answer = format_value(said, how, audience)
        except StepInputError as error:
            raise StepInputError(f"{where}: {match.group()} - {error}") from None
        # our own words may have to open the sentence; a name or an id of the client's is left as it is
        ours = answer.startswith(("one ", "under ", "over "))
        return answer[0].upper() + answer[1:] if ours and match.start() == 0 else answer

    return _PLACEHOLDER.sub(word, text)


def format_value(value: object, how: str, audience: Audience) -> str:
    """One value in words.

    Parameters
    ----------
    value : number, str, or (low, high) for the `_range` forms
    how : str
        `pct` "34 %" (one decimal below 1 %), `pct1` "34.2 %", `points` "12 points", `money` "USD 93,963" (cents below
        1,000), `money2` (always cents), `count` "1,824", `number` (three significant digits), `ratio` "2.9", `date`
        "1 January 2018", `text`, `customer` (the id; "one customer" for the client), `group` (its name;
        in quotes if it holds a comma), and
        `pct_range` "32 to 36 %", `money_range`, `count_range`.

    Raises
    ------
    StepInputError
        If `how` is unknown, the value is missing or of the wrong sort, or the group has no name.
    """
    if how not in HOWS:
        raise StepInputError(f'nothing can be said as "{how}". {nearest(how, list(HOWS))}')
    if how.endswith("_range"):
        low, high = value
        if low is None or high is None:
            raise StepInputError("the value has no interval.")
        if low > high:
            raise StepInputError(f"the interval is upside down: {low} to {high}.")
        return _range(_number(low), _number(high), how, audience)
    if value is None:
        raise StepInputError("the value is missing. Say something else where it is not known.")
    return _word(str(value), how, audience) if how in _WORDS else _quantity(_number(value), how, audience)


def typed_digits(text: str) -> list[str]:
    """Numbers typed into a template outside its placeholders.

    >>> typed_digits("Of 1,824 households {share:pct} stay 2 years.")
    ['1,824', '2']
    """
    return _DIGITS.findall(_PLACEHOLDER.sub(" ", text))


def check_finding(finding: Finding) -> None:
    """Refuse a finding whose sentence cannot be said, or has numbers typed into it.

    Raises
    ------
    StepInputError
        All faults of the finding at once.
    """
    faults = _faults(finding.text, finding.values)
    digits = typed_digits(finding.text)
    if digits:
        faults.append(f"The text has digits typed into it: {listed(digits)}. Give them as values, with placeholders.")
    if faults:
        raise StepInputError(f"Finding {finding.id}: {' '.join(faults)}")


def _looked_up(name: str, how: str, values: Mapping[str, Value]) -> tuple[Value, str]:
    """The value of a placeholder and how to say it; a name in `values` goes before an id typed in the template."""
    if name not in values and name in ("customer", "group"):
        return Value(value=how, unit=name), name
    return values[name], how


def _faults(text: str, values: Mapping[str, Value]) -> list[str]:
    faults = []
    if "{" in (rest := _PLACEHOLDER.sub(" ", text)) or "}" in rest:
        faults.append("A brace stands outside a placeholder; placeholders read {name:how}.")
    for match in _PLACEHOLDER.finditer(text):
        name, how = match.groups()
        if name not in values and name not in ("customer", "group"):
            known = nearest(name, list(values)) if values else "It has no values."
            faults.append(f'{match.group()} names no value "{name}". {known}')
            continue
        value, how = _looked_up(name, how, values)
        if how not in HOWS:
            faults.append(f'{match.group()} - nothing can be said as "{how}". {nearest(how, list(HOWS))}')
        elif value.unit not in HOWS[how]:
            fits = [known for known, units in HOWS.items() if value.unit in units]
            faults.append(f"{match.group()} does not fit the unit {value.unit}; use {listed(fits)}.")
        elif how.endswith("_range"):
            if value.low is None or value.high is None:
                faults.append(f"{match.group()} needs low and high, and they are missing.")
        elif value.value is None:
            faults.append(f"{match.group()} has no value. Say something else where it is not known.")
    return faults


def _number(value: object) -> float | int:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise StepInputError(f"a number is needed, not {type(value).__name__}.")
    return value


def _quantity(value: float, how: str, audience: Audience) -> str:
    if how == "pct":
        return percent(value)
    if how == "pct1":
        return percent(value, 1)
    if how == "points":
        text = fixed(value, 0) if float(value).is_integer() or abs(value) >= 9.95 else fixed(value, 1)
        return f"{text}{NBSP}{'point' if text in ('1', MINUS + '1') else 'points'}"
    if how in ("money", "money2"):
        return f"{audience.currency}{NBSP}{money_digits(value, cents=True if how == 'money2' else None)}"
    if how == "count":
        return fixed(value, 0)
    if how == "ratio" and abs(value) >= 0.95:
        return fixed(value, 1)
    return significant(value, 2 if how == "ratio" else 3)


def _range(low: float, high: float, how: str, audience: Audience) -> str:
    if how == "pct_range":
        low, high = hundredfold(low), hundredfold(high)
        decimals = 0 if fixed(low, 0) != fixed(high, 0) and abs(low) >= 0.95 else 1
        before, after, ends = "", f"{NBSP}%", [fixed(end, decimals) for end in (low, high)]
        ends = [text.removesuffix(".0") for text in ends] if all(text.endswith(".0") for text in ends) else ends
    elif how == "money_range":
        cents = max(abs(low), abs(high)) < 999.995
        before, after, ends = f"{audience.currency}{NBSP}", "", [money_digits(end, cents) for end in (low, high)]
    else:
        before, after, ends = "", "", [fixed(end, 0) for end in (low, high)]
    return before + (ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}") + after


def _word(value: str, how: str, audience: Audience) -> str:
    if how == "date":
        try:
            return long_date(value)
        except ValueError:
            raise StepInputError(f'"{value}" is not a date such as 2018-01-31.') from None
    if how == "customer":
        return value if audience.sees_persons else "one customer"
    if how == "group":
        name = audience.group(value)
        if name is None:
            raise StepInputError(f'no group has the id "{value}". {nearest(value, [*audience.groups, "all"])}')
        # without the marks nobody could tell where one name of a list ends and the next begins
        return f"“{name}”" if "," in name else name
    return value
