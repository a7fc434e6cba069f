"""How the values of one column are written in a chart: per cent, currency in thousands or millions, plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from matplotlib.ticker import MaxNLocator

from helpers.client.schema import Column
from helpers.show.audience import Audience
from helpers.show.numbers import MINUS, NBSP, POINTS, fixed, hundredfold, percent, significant

_UNREADABLE = 1e10  # from here on digits are only counted: an error in the data, but no reason to fail

_STEPS = ((1e9, "billion"), (1e6, "million"), (1e3, "thousand"))


@dataclass(frozen=True)
class Scale:
    """One unit for a whole chart. `factor` is what a written 1 stands for, `unit` the words over the axis.

    Values are divided by `factor` before they are drawn, so the axis counts what is written.
    """

    factor: float
    unit: str
    percent: bool = False
    decimals: int | None = None

    def label(self, value: float) -> str:
        """A value as it stands beside its mark; what would round to nothing is under the least shown, or about zero."""
        scaled = value / self.factor
        if abs(scaled) >= _UNREADABLE:
            return f"{scaled:.1e}".replace("-", MINUS).replace("e+", "e")
        if self.percent:
            # one decimal where all are small, but never "0.0 %" of what is not quite nothing
            decimals = self.decimals if not value or abs(value) >= 0.0005 else None
            text = percent(value, decimals).replace("under ", "<").replace("over ", ">")
            return f"≈0{NBSP}%" if text.startswith(f">{MINUS}0") else text
        if self.decimals is None:
            return significant(scaled)
        text = fixed(scaled, self.decimals)
        if value and not any(digit in text for digit in "123456789"):
            least = fixed(10.0**-self.decimals, self.decimals)
            return f"<{least}" if value > 0 else "≈0"
        return text

    def tick_texts(self, ticks: Sequence[float]) -> list[str]:
        """Ticks (in written units), all with the decimals that their step needs; the last carries the per cent sign."""
        decimals = max((decimals_of(tick) for tick in ticks), default=0)
        if any(abs(tick) >= _UNREADABLE for tick in ticks):
            texts = [f"{tick:.0e}".replace("-", MINUS).replace("e+", "e") if tick else "0" for tick in ticks]
        else:
            texts = [fixed(tick, decimals) if tick else "0" for tick in ticks]
        if self.percent and texts:
            texts[-1] += f"{NBSP}%"
        return texts

    def drawn(self, values: Sequence[float]) -> np.ndarray:
        """Values in written units."""
        if self.percent:
            return np.array([hundredfold(float(value)) for value in values], dtype=float)
        return np.asarray(values, dtype=float) / self.factor


def scale_for(column: Column, values: Sequence[float], audience: Audience) -> Scale:
    """The scale for the values of one column (with its intervals), from the column's type and the largest of them.

    Shares are whole per cent, with one decimal where all of them are under ten; differences of shares are points.
    """
    known = np.abs(np.asarray(values, dtype=float))
    largest = float(known[np.isfinite(known)].max(initial=0.0))
    if column.type == "share":
        small = 0 < largest < 0.0995
        if column.unit == POINTS:
            return Scale(factor=0.01, unit=POINTS, decimals=int(small))
        return Scale(factor=0.01, unit="", percent=True, decimals=1 if small else None)
    unit = audience.currency if column.type == "money" else column.unit
    # money is read in thousands from 100,000 up, counts are written out below a million
    floor = 1e5 if column.type == "money" else 1e6
    factor, word = next(((f, w) for f, w in _STEPS if largest >= max(f, floor)), (1.0, ""))
    unit = f"{unit} {word}" if column.type == "money" else ", ".join(part for part in (unit, word) if part)
    if column.type == "number" and factor == 1:
        return Scale(factor=1.0, unit=unit)
    whole = factor == 1 and (column.type == "integer" or largest >= 999.995)
    decimals = 0 if whole or largest / factor >= 100 else (1 if factor > 1 else 2)
    return Scale(factor=factor, unit=unit.strip(), decimals=decimals)


def headed(column: Column, scale: Scale) -> str:
    """The heading of a column with what its numbers count: "Revenue, USD thousand"; whole numbers count their heading.

    >>> headed(Column("profit", "money", "Profit."), Scale(1000.0, "EUR thousand"))
    'Profit, EUR thousand'
    """
    words = column.heading[:1].upper() + column.heading[1:]
    unit = scale.unit.removeprefix(column.unit).lstrip(", ") if column.type == "integer" else scale.unit
    return f"{words}, {unit}" if unit else words


def nice_ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`, about `most` steps apart."""
    low, high = (float(f"{end:.9g}") for end in (low, high))  # 100.00000000001 needs no tick at 150
    if not high > low:
        high = low + 1
    ticks = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [0.0 if abs(tick) < 1e-9 * (high - low) else float(tick) for tick in ticks]


def decimals_of(tick: float) -> int:
    """The decimals that a round number needs."""
    exponent = Decimal(f"{tick:.6g}").normalize().as_tuple().exponent
    return max(0, -int(exponent))
