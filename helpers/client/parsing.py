"""The SQL that reads a column: from the client's text to a value of our type, or to nothing where it is not one.

A text is checked as a whole by a regular expression or a date pattern and cast afterwards. Nothing is guessed: "2.5" in
a file whose thousands are marked by "." is not 25, and "05/02/24" is no date of the year 24.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from helpers.client.schema import Column
from helpers.client.sql_text import literal

FIRST_YEAR, LAST_YEAR = 1970, 2100
ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?)?"
TRUE, FALSE = ("true", "yes", "1"), ("false", "no", "0")
# spaces that spreadsheets and web pages leave at the ends of a field, the invisible ones included
SPACES = " \t\n\r\u00a0\u2007\u202f\u3000\u200b\ufeff"
EXACT = "decimal(38, 10)"
EXCEL_DAYS = "excel"  # as a date format: days are stored as Excel counts them
DAY_NUMBER = "[0-9]{1,7}([.,][0-9]+)?"  # what stands after the mark is the time of the day

# what to propose for a column that cannot be read; only those that fit every row are
DATE_FORMATS = (
    *("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%d"),
    *("%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%b %d, %Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y"),
)
TIMES = ("", " %H:%M", " %H:%M:%S")
NUMBER_FORMATS = ((".", None), (",", None), (".", ","), (",", "."), (",", " "), (".", "'"), (".", " "))


@dataclass(frozen=True)
class Reading:
    """How the numbers and dates of a file are written; the defaults are those of typed files (Parquet).

    `from_1904` says that a workbook counts its days from 1904 and not from 1900.
    """

    decimal: str = "."
    thousands: str | None = None
    date_format: str | None = None
    from_1904: bool = False


def trimmed(text: str) -> str:
    """The text without spaces at its ends; NULL when nothing is left."""
    # trimming by a list of characters is slow, and nearly no field needs it
    ends = f"ascii({text}) not between 33 and 126 or ascii(right({text}, 1)) not between 33 and 126"
    return f"nullif(case when {ends} then trim({text}, {literal(SPACES)}) else {text} end, '')"


def value(column: Column, text: str, reading: Reading) -> str:
    """The value of a trimmed text in the type of the column; NULL when it is none."""
    if column.type in ("id", "text"):
        if column.allowed:
            known = ", ".join(literal(word) for word in column.allowed)
            return f"case when lower({text}) in ({known}) then lower({text}) end"
        return text
    if column.type == "date":
        day = any_date(text, reading)
        return f"case when year({day}) between {FIRST_YEAR} and {LAST_YEAR} then {day} end"
    if column.type == "boolean":
        words = {word: answer for answer, group in (("true", TRUE), ("false", FALSE)) for word in group}
        cases = " ".join(f"when '{word}' then {answer}" for word, answer in words.items())
        return f"case lower({text}) {cases} end"
    matches = f"regexp_full_match({text}, {literal(_pattern(column, reading))})"
    cast = f"try_cast({_plain(text, reading)} as {column.sql_type})"
    if column.sql_type == "DOUBLE":
        matches += f" and isfinite({cast})"  # 1e999 has the form of a number
    return f"case when {matches} then {cast} end"


def format_fault(date_format: str) -> str | None:
    """What is wrong with a date pattern, as a sentence; None if it names a local day.

    The database accepts patterns that leave a part of the day open, and week numbers that it then ignores.
    """
    if date_format == EXCEL_DAYS:
        return None
    marks = {mark[-1] for mark in re.findall("%-?.", date_format.replace("%%", ""))}
    if marks & set("zZ"):
        return "It holds a time zone (%z), and which day a moment falls on depends on the place."
    missing = [
        name for name, ways in (("year (%Y)", "Yy"), ("month (%m)", "mbB"), ("day (%d)", "d")) if not marks & set(ways)
    ]
    if missing:
        return f"It has no {' and no '.join(missing)}."
    strange = sorted(marks - set("YymbBdHIMSfpaA"))
    return f"%{strange[0]} is not known here." if strange else None


def any_date(text: str, reading: Reading) -> str:
    """The day in a text, whatever its year; NULL when it is none."""
    iso = f"when regexp_full_match({text}, {literal(ISO_DATE)}) then try_cast(left({text}, 10) as date)"
    if reading.date_format == EXCEL_DAYS:
        # the system of 1900 has a 29th of February in that year, so its days count from two days before 1900
        start = "1904-01-01" if reading.from_1904 else "1899-12-30"
        days = f"cast(regexp_extract({text}, '^[0-9]+') as integer)"
        number = f"when regexp_full_match({text}, {literal(DAY_NUMBER)}) then date '{start}' + {days}"
        return f"case {number} {iso} end"
    return f"cast({moment(text, reading)} as date)" if reading.date_format else f"case {iso} end"


def moment(text: str, reading: Reading) -> str:
    """The day in a text with its time, which is midnight where the text tells none; NULL when it is no day."""
    if reading.date_format == EXCEL_DAYS:
        return f"cast({any_date(text, reading)} as timestamp)"
    if reading.date_format:
        return f"try_strptime({text}, {literal(reading.date_format)})"
    return f"case when regexp_full_match({text}, {literal(ISO_DATE)}) then try_cast({text} as timestamp) end"


def exact(text: str, reading: Reading) -> str:
    """The number in a text that was found to be one, with ten decimals."""
    return f"try_cast({_plain(text, reading)} as {EXACT})"


def has_more_decimals(text: str, reading: Reading) -> str:
    """Whether a number has more than the four decimals that money keeps."""
    return f"regexp_matches({text}, {literal(re.escape(reading.decimal) + '[0-9]{4}[0-9]*[1-9]')})"


def _pattern(column: Column, reading: Reading) -> str:
    whole = "[0-9]+"
    if reading.thousands:
        mark = "[ \u00a0\u202f]" if reading.thousands == " " else f"[{reading.thousands}]"
        whole = f"(?:[0-9]+|[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+)"
    decimal = f"[{reading.decimal}]"
    if column.type == "integer":
        return f"[+-]?{whole}(?:{decimal}0+)?"
    digits = f"[+-]?(?:{whole}(?:{decimal}[0-9]+)?|{decimal}[0-9]+)"
    # money in powers of ten has lost its cents on the way through a spreadsheet
    return digits if column.type == "money" else f"{digits}(?:[eE][+-]?[0-9]{{1,3}})?"


def _plain(text: str, reading: Reading) -> str:
    plain = text
    if reading.thousands:
        marks = " \u00a0\u202f" if reading.thousands == " " else reading.thousands
        for mark in marks:
            plain = f"replace({plain}, {literal(mark)}, '')"
    return plain if reading.decimal == "." else f"replace({plain}, {literal(reading.decimal)}, '.')"


def number_words(column: Column) -> tuple[str, str]:
    """What a text that could not be read is not, in the singular and the plural, with what was expected."""
    return {
        "date": ("is not a date", "are not dates"),
        "boolean": ("is neither yes nor no", "are neither yes nor no"),
        "integer": ("is not a whole number", "are not whole numbers"),
        "money": ("is not an amount", "are not amounts"),
    }.get(column.type, ("is not a number", "are not numbers"))


def expected(column: Column, reading: Reading) -> str:
    """What the column should hold, as a sentence."""
    if column.allowed:
        return f"Expected one of {', '.join(column.allowed)}."
    if column.type == "date":
        if reading.date_format == EXCEL_DAYS:
            return "Expected numbers of days such as 46112, or dates such as 2026-03-31 (year-month-day)."
        return "" if reading.date_format else "Expected dates such as 2026-03-31 (year-month-day)."
    if column.type == "boolean":
        return f"Expected one of {', '.join((*TRUE, *FALSE))}."
    if column.type == "integer":
        return "Expected whole numbers such as 12."
    one = "1250.50" if column.type == "money" else "0.35" if column.type == "share" else "12.5"
    what = "amounts" if column.type == "money" else "numbers"
    return f"Expected {what} such as {one.replace('.', reading.decimal)}."
