"""Numbers of different kinds in one column of text: each in its own unit, so that nobody has to guess it."""

from __future__ import annotations

MINUS = "\N{MINUS SIGN}"
SMALL = 0.0995  # a part below this has a decimal, or a change of it could not be seen


def in_words(value: float, unit: str, currency: str = "") -> str:
    """A number with its unit: "money", "share" or "points" (a change of a share).

    >>> [in_words(0.312, "share"), in_words(0.0818, "share"), in_words(-7672.9, "money", "EUR")]
    ['31 %', '8.2 %', 'EUR −7,673']
    >>> in_words(-0.0099, "points")
    '−1.0 points'
    """
    if unit == "money":
        return f"{currency} {_signed(value, 0)}".strip()
    if unit == "points":
        return f"{_signed(100 * value, 1)} points"
    return f"{_signed(100 * value, 1 if abs(value) < SMALL else 0)} %"


def range_in_words(low: float, high: float, unit: str, currency: str = "") -> str:
    """Both ends of a range with their unit, or one number where they read alike.

    >>> range_in_words(0.341, 0.46, "share"), range_in_words(3637.5, 24497.2, "money", "EUR")
    ('34 to 46 %', 'EUR 3,638 to 24,497')
    """
    ends = [in_words(end, unit) for end in (low, high)]
    first = ends[0].removesuffix(" %").removesuffix(" points")
    words = ends[1] if ends[0] == ends[1] else f"{first} to {ends[1]}"
    return f"{currency} {words}".strip() if unit == "money" else words


def _signed(number: float, digits: int) -> str:
    text = f"{abs(number):,.{digits}f}"
    return text if number >= 0 or not text.strip("0.,") else f"{MINUS}{text}"
