"""The axis along the bottom of a line chart: days, numbers or words as places, and the labels that fit under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.show.audience import Audience
from helpers.show.encodings import NUMERIC
from helpers.show.layout import drawable, shortened, text_width
from helpers.show.numbers import MONTHS, NBSP, cell_texts, fixed, hundredfold
from helpers.show.scales import decimals_of, nice_ticks
from helpers.show.style import SMALL_SIZE

_EPOCH = pd.Timestamp("1970-01-01")
_STEPS = {"quarter": (1, 2, 4, 8, 12, 20, 40), "month": (1, 2, 3, 6, 12, 24, 60, 120)}


@dataclass(frozen=True)
class Places:
    """Where each row stands along the axis, and the labels to choose from: (place, text, year or "").

    The axis goes from `low` to `high`: from the first row to the last, but shares count from zero in round steps.
    """

    at: np.ndarray
    ticks: list[tuple[float, str, str]]
    form: str
    low: float
    high: float

    def fitting(self, room: float) -> list[tuple[float, str]]:
        """Labels that fit side by side when the axis is so many points long; the year stands where it changes."""
        per_unit = room / ((self.high - self.low) or 1.0)
        count = len(self.ticks)
        steps = [*_STEPS.get(self.form, (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50)), count]
        for step in steps:
            chosen = _with_years(self.ticks[::step])
            widths = [max(text_width(line, SMALL_SIZE) for line in text.split("\n")) for _, text in chosen]
            middles = [place * per_unit for place, _ in chosen]
            gaps = np.diff(middles) - (np.array(widths[1:]) + np.array(widths[:-1])) / 2
            if (gaps >= 6).all():
                return chosen
        return _with_years(self.ticks[:1])


def places(rows: pd.DataFrame, column, form: str | None, audience: Audience, *, most: int) -> Places:
    """The places of these rows by the column under `x`; `most` ticks for numbers, and the width of words is limited."""
    values = rows[column.name]
    if column.type == "date":
        days = (pd.to_datetime(values) - _EPOCH).dt.days.to_numpy(dtype=float)
        stamps = sorted(set(pd.to_datetime(values)))
        form = _fitting_form(stamps, form or "date")
        return _from_first_to_last(days, [(float((day - _EPOCH).days), *_date_text(day, form)) for day in stamps], form)
    if column.type in NUMERIC:
        numbers = pd.to_numeric(values).astype(float).to_numpy()
        if column.type == "share":
            numbers = np.array([hundredfold(share) for share in numbers.tolist()])
            ticks = nice_ticks(min(0.0, float(numbers.min())), float(numbers.max()), most)
            return Places(numbers, _counted(ticks, column.heading, f"{NBSP}%"), "number", ticks[0], ticks[-1])
        low, high = float(numbers.min()), float(numbers.max())
        ticks = [tick for tick in nice_ticks(low, high, most) if low <= tick <= high] or [low]
        return _from_first_to_last(numbers, _counted(ticks, column.heading), "number")
    order = list(dict.fromkeys(values))
    numbers = values.map({value: place for place, value in enumerate(order)}).to_numpy(dtype=float)
    texts = [shortened(drawable(text), 62, SMALL_SIZE) for text in cell_texts(order, column, audience)]
    return _from_first_to_last(numbers, [(float(place), text, "") for place, text in enumerate(texts)], "words")


def _from_first_to_last(at: np.ndarray, ticks: list[tuple[float, str, str]], form: str) -> Places:
    return Places(at, ticks, form, float(at.min()), float(at.max()))


def _counted(ticks: Sequence[float], heading: str, sign: str = "") -> list[tuple[float, str, str]]:
    """Ticks of numbers; what they count stands under the last, where the years stand on an axis of days."""
    decimals = max(decimals_of(tick) for tick in ticks)
    texts = [fixed(tick, decimals) for tick in ticks]
    texts[-1] += sign
    return list(zip(ticks, texts, [*[""] * (len(ticks) - 1), heading], strict=True))


def _fitting_form(days: Sequence[pd.Timestamp], form: str) -> str:
    """Quarters are named only where they are the calendar's, months only where they begin on the first."""
    if form == "quarter" and any(day.day != 1 or day.month % 3 != 1 for day in days):
        form = "month"
    return "date" if form == "month" and any(day.day != 1 for day in days) else form


def _date_text(day: pd.Timestamp, form: str) -> tuple[str, str]:
    if form == "quarter":
        return f"Q{day.quarter}", str(day.year)
    month = MONTHS[day.month - 1][:3]
    return (month if form == "month" else f"{day.day} {month}"), str(day.year)


def _with_years(ticks: Sequence[tuple[float, str, str]]) -> list[tuple[float, str]]:
    said, texts = "", []
    for place, text, year in ticks:
        texts.append((place, f"{text}\n{year}" if year and year != said else text))
        said = year
    return texts
