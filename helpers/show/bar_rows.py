"""Bars from zero, one a row: how they just fit with their values beside them, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from helpers.show.layout import text_width
from helpers.show.style import Brand
from helpers.show.value_axis import BAR_HEIGHT, BESIDE, Across, Write, fit


@dataclass(frozen=True)
class Bar:
    """One bar, ready to draw: value and interval in written units, its middle in points from the top of the body."""

    text: str
    value: float
    highlighted: bool
    middle: float
    low: float = float("nan")
    high: float = float("nan")

    @property
    def start(self) -> float:
        """The left end of bar and interval together."""
        return float(np.fmin(np.fmin(0, self.value), self.low))

    @property
    def end(self) -> float:
        """The right end of bar and interval together."""
        return float(np.fmax(np.fmax(0, self.value), self.high))

    @property
    def beside(self) -> float:
        """The points that its value takes beside it."""
        return BESIDE + text_width(self.text) + 1 if self.text else 0.0


def fitted(bars: Sequence[Bar], room: float, marks: Sequence[float] = ()) -> tuple[float, float]:
    """Points per unit, and where zero stands, so that the longest bar with its value and all marks just fit."""
    beside = np.array([bar.beside for bar in bars])
    negative = np.array([bar.value < 0 for bar in bars])
    none = np.zeros(len(marks) + 1)
    lefts = np.concatenate([[-bar.start for bar in bars], [-mark for mark in marks], [0.0]])
    rights = np.concatenate([[bar.end for bar in bars], marks, [0.0]])
    pad_left = np.concatenate([np.where(negative, beside, 0), none])
    pad_right = np.concatenate([np.where(negative, 0, beside), none + 1])
    return fit(lefts, rights, pad_left, pad_right, room)


def draw_bars_of(axes: Axes, bars: Sequence[Bar], brand: Brand, *, told_apart: bool) -> None:
    """The bars with their intervals; where rows are told apart, only highlighted ones have the accent."""
    known = [bar for bar in bars if np.isfinite(bar.value)]
    colours = [brand.accent if bar.highlighted or not told_apart else brand.muted for bar in known]
    lengths = [bar.value for bar in known]
    axes.barh([bar.middle for bar in known], lengths, height=BAR_HEIGHT, color=colours, linewidth=0, zorder=2)
    for bar in bars:
        if np.isfinite(bar.low) and np.isfinite(bar.high):
            axes.hlines(bar.middle, bar.low, bar.high, color=brand.ink, linewidth=1, zorder=3)
            axes.vlines([bar.low, bar.high], bar.middle - 2.5, bar.middle + 2.5, color=brand.ink, linewidth=1, zorder=3)


def write_values(write: Write, across: Across, bars: Sequence[Bar], top: float, brand: Brand) -> None:
    """The value of each bar at its end, on paper so that no line runs through it."""
    behind = {"facecolor": brand.paper, "edgecolor": "none", "pad": 0.6}
    for bar in (bar for bar in bars if bar.text):
        left = bar.value < 0
        at = across.x(bar.start) - BESIDE if left else across.x(bar.end) + BESIDE
        write(at, top + bar.middle, bar.text, ha="right" if left else "left", bbox=behind)
