"""The window, its halves, quarters and months: everything is counted back from as_of, never from the clock.

A period begins on its first day and ends the day before the next one begins. The day of the month is that of as_of; a
month too short for it gives its last day (31 March less one month is 28 February).
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from helpers.errors import TableError, counted

GRACE = timedelta(days=6)


def months_before(day: date, months: int) -> date:
    """The day this many calendar months earlier (later, if negative).

    >>> months_before(date(2026, 3, 31), 1)
    datetime.date(2026, 2, 28)
    """
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def whole_months(first: date, end: date) -> int:
    """How many whole months, counted back from `end`, begin on `first` or later; 0 if none does.

    >>> whole_months(date(2024, 1, 2), date(2025, 1, 1))
    11
    """
    months = (end.year - first.year) * 12 + end.month - first.month
    while months > 0 and months_before(end, months) < first:
        months -= 1
    return max(months, 0)


@dataclass(frozen=True)
class Periods:
    """The window of an analysis: `window_start` <= day < `as_of`, in two halves of equal months.

    `first_date` and `last_date` are those of the transactions before as_of. `shortened_from` is the number of months
    asked for where the history is shorter.
    """

    as_of: date
    window_months: int
    first_date: date
    last_date: date
    shortened_from: int | None = None

    @property
    def window_start(self) -> date:
        """First day of the window, and of its prior half."""
        return months_before(self.as_of, self.window_months)

    @property
    def current_start(self) -> date:
        """First day of the current half."""
        return months_before(self.as_of, self.window_months // 2)

    @property
    def months(self) -> list[tuple[date, date]]:
        """First and last day of each month of the window, the earliest first."""
        return self._blocks(1)

    @property
    def quarters(self) -> list[tuple[date, date]]:
        """First and last day of each quarter of the window, the earliest first; an incomplete first one is left out."""
        return self._blocks(3)

    @property
    def seasonal_risk(self) -> bool:
        """Whether a half is under 12 months, so that prior and current differ by season."""
        return self.window_months < 24

    @property
    def remarks(self) -> list[str]:
        """What a reader has to know about the window, in sentences."""
        said = []
        if self.shortened_from:
            said.append(
                f"The history begins on {self.first_date}, so the window is {self.window_months} months "
                f"instead of {self.shortened_from}: the largest even number of whole months."
            )
        if self.seasonal_risk:
            said.append(
                f"Each half of the window has {counted(self.window_months // 2, 'month')}: "
                "differences between the halves may be those between seasons."
            )
        return said

    def _blocks(self, size: int) -> list[tuple[date, date]]:
        starts = [months_before(self.as_of, back) for back in range(0, self.window_months + 1, size)]
        return [(start, end - timedelta(days=1)) for end, start in zip(starts, starts[1:], strict=False)][::-1]


def choose_periods(*, first_date: date, last_date: date, as_of: date | None, window_months: int) -> Periods:
    """The window that the data can carry.

    A month counts as whole if the history begins within its first week: nobody sells on New Year's Day, and a file that
    begins on 2 January holds that year.

    Parameters
    ----------
    first_date, last_date : date
        First and last day with a transaction; the last one before `as_of` where that is given.
    as_of : date, optional
        The day after the last day looked at; without it, the day after `last_date`.
    window_months : int
        The months wanted, an even number.

    Raises
    ------
    TableError
        If less than two whole months lie between the first transaction and as_of.
    """
    as_of = as_of or last_date + timedelta(days=1)
    there = min(whole_months(first_date - GRACE, as_of), window_months)
    months = there - there % 2
    if months < 2:
        raise TableError(
            f"The transactions begin on {first_date} and as_of is {as_of}: less than two whole months, "
            "which is the least that can be compared half with half."
        )
    return Periods(
        as_of=as_of,
        window_months=months,
        first_date=first_date,
        last_date=last_date,
        shortened_from=window_months if months < window_months else None,
    )
