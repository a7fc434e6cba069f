"""Values across the page, one row under the other: where they stand, the axis above them, text at points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.show.layout import shortened, text_width
from helpers.show.scales import Scale, nice_ticks
from helpers.show.style import SMALL_SIZE, Brand

# in points; BESIDE: between the end of a bar and its value
LINE, GAP, BAR_HEIGHT = 11.0, 8.0, 10.0
TICKS, FOOT, EDGE, BESIDE = 15.0, 4.0, 2.0, 4.0

Write = Callable[..., None]


@dataclass(frozen=True)
class Across:
    """Where values stand, in points: the labels' `left`, then `room` for the marks and the words beside them."""

    width: float
    left: float
    room: float
    per_unit: float
    origin: float  # of zero, from `left`

    def x(self, value: float) -> float:
        """The place of a value, from the left edge of the figure."""
        return self.left + self.origin + value * self.per_unit

    def axes(self, figure: Figure, top: float, body: float, foot: float) -> Axes:
        """Axes over the room, `top` points below the figure's edge; upright they count points from their own top."""
        height = top + body + foot
        axes = figure.add_axes((self.left / self.width, foot / height, self.room / self.width, body / height))
        axes.set_xlim(-self.origin / self.per_unit, (self.room - self.origin) / self.per_unit)
        axes.set_ylim(body, 0)
        return axes


def fit(
    lefts: np.ndarray, rights: np.ndarray, pad_left: np.ndarray, pad_right: np.ndarray, room: float
) -> tuple[float, float]:
    """Points per unit, and where zero stands, so that the widest marks with the words beside them just fit.

    `lefts` and `rights` are how far each mark reaches from zero, `pad_left` and `pad_right` the points of its words.
    """

    def needed(per_unit: float) -> tuple[float, float]:
        return float((lefts * per_unit + pad_left).max()), float((rights * per_unit + pad_right).max())

    span = float(lefts.max() + rights.max())
    if span <= 0:  # nothing but zeros
        return room, needed(room)[0]
    small, large = 0.0, room / span
    for _ in range(80):
        middle = (small + large) / 2
        small, large = (middle, large) if sum(needed(middle)) <= room else (small, middle)
    return small, needed(small)[0]


def axis_above(
    axes: Axes,
    across: Across,
    scale: Scale,
    ends: tuple[float, float],
    brand: Brand,
    *,
    most: int,
    marks: Sequence[float] = (),
) -> None:
    """Light grid along the values, ticks above them; a tick gives way to a neighbour or to one of `marks`."""
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_yticks([])
    axes.axvline(0, color=brand.quiet, linewidth=1, zorder=4)
    low, high = ends
    # the unit stands at the left of the same line
    kept, free = [], text_width(unit_text(across, scale), SMALL_SIZE) - 2
    for tick in nice_ticks(low, high, most):
        half = text_width(scale.tick_texts([tick])[0], SMALL_SIZE) / 2
        x = across.x(tick)
        inside = low <= tick <= high and x + half <= across.width - EDGE
        clear = all(abs(across.x(mark) - x) > half + 2 for mark in marks)
        if inside and clear and x - half >= free + 4:
            kept.append(tick)
            free = x + half
    axes.xaxis.tick_top()
    axes.set_xticks(kept, labels=scale.tick_texts(kept))
    axes.tick_params(axis="x", length=0, pad=2)
    axes.grid(axis="x", zorder=0)
    axes.set_axisbelow(True)


def unit_text(across: Across, scale: Scale) -> str:
    """The unit of the values as it stands over the labels."""
    return shortened(scale.unit, across.left - 8, SMALL_SIZE)


def writer(figure: Figure, width: float, height: float) -> Write:
    """Text at points from the top left, its middle on the line given."""

    def write(x: float, y: float, text: str, **look: Any) -> None:
        figure.text(x / width, 1 - y / height, text, va="center_baseline", **look)

    return write
