"""The two dimensions of a map: where a value stands on each, the numbers along it, and where it is cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.show.encodings import Drawing
from helpers.show.layout import drawable
from helpers.show.scales import Scale, headed, nice_ticks, scale_for

_PAD = 14.0  # points from the ends of an axis to the outermost mark


@dataclass(frozen=True)
class Axis:
    """One of the two dimensions in written units: the values with their intervals, the ends, and where it is cut."""

    head: str
    scale: Scale
    values: np.ndarray
    lows: np.ndarray
    highs: np.ndarray
    cut: float | None
    cut_label: str
    ends: tuple[float, float]

    def limits(self, room: float) -> tuple[float, float]:
        """The ends with room for the outermost marks, when the axis is so many points long."""
        low, high = self.ends
        pad = _PAD * (high - low) / (room - 2 * _PAD)
        return low - pad, high + pad

    def place(self, value: float, room: float) -> float:
        """How far from the low end of the axis a value stands, in points."""
        low, high = self.limits(room)
        return room * (value - low) / (high - low)

    def ticks(self, most: int) -> tuple[list[float], list[str]]:
        """Round numbers between the ends, and how they are written."""
        low, high = self.ends
        inside = [tick for tick in nice_ticks(low, high, most) if low <= tick <= high]
        return inside, self.scale.tick_texts(inside)


def axis_of(drawing: Drawing, key: str) -> Axis:
    """The axis of the column under this key; it holds every value, both ends of its interval, and the cut."""
    column, cut = drawing.schema.column(drawing.encoding[key]), drawing.encoding.get(f"cut_{key}")
    raw = [drawing.values(name).to_numpy() for name in (key, f"{key}_low", f"{key}_high")]
    every = np.concatenate([*raw, [cut["at"] if cut else np.nan]])
    every = every[np.isfinite(every)]
    scale = scale_for(column, every, drawing.audience)
    drawn = scale.drawn(every)
    low, high = float(drawn.min()), float(drawn.max())
    if not high - low > 1e-9 * max(abs(low), abs(high)):  # all the same: in the middle of something
        wide = abs(low) / 2 or 1.0
        low, high = low - wide, high + wide
    values, lows, highs = (_written(scale, values) for values in raw)
    at = float(scale.drawn([cut["at"]])[0]) if cut else None
    return Axis(
        headed(column, scale), scale, values, lows, highs, at, drawable(cut["label"]) if cut else "", (low, high)
    )


def _written(scale: Scale, values: np.ndarray) -> np.ndarray:
    """Values in written units; what is not known stays so."""
    return np.array([float(scale.drawn([value])[0]) if np.isfinite(value) else np.nan for value in values])


def cut_form(value: Any) -> str | None:
    """A check for a dashed line."""
    fits = isinstance(value, Mapping) and set(value) == {"at", "label"} and isinstance(value["label"], str)
    fits = fits and isinstance(value["at"], (int, float)) and not isinstance(value["at"], bool)
    return None if fits and np.isfinite(value["at"]) else "should be {at: number, label: text}"
