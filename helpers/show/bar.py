"""Horizontal bars from zero, one a row: the value at the bar's end, its interval as a thin line with caps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from helpers.show.encodings import (
    REFERENCE,
    WHERE,
    Drawing,
    Kind,
    NothingToDraw,
    Part,
    interval_note,
    one_of,
    rest_note,
    whole_number,
)
from helpers.show.layout import drawable, shortened, text_width, wrapped
from helpers.show.numbers import cell_texts
from helpers.show.scales import Scale, nice_ticks, scale_for
from helpers.show.style import NARROW, POINT, SMALL_SIZE, WIDE, new_figure

# in points
_LINE, _GAP, _BAR = 11.0, 8.0, 10.0
_TICKS, _FOOT, _EDGE, _AIR = 15.0, 4.0, 2.0, 4.0

DRAWN_AT_MOST = 60  # rows; a longer chart is no picture any more, and the table has them all


def arrange(rows: pd.DataFrame, encoding: Mapping[str, Any]) -> pd.DataFrame:
    """Largest value first (ties by label), unknown values last; `sort: none` keeps the table's order."""
    if encoding.get("sort", "value") == "none":
        return rows
    return rows.sort_values([encoding["value"], encoding["label"]], ascending=[False, True], kind="stable")


@dataclass(frozen=True)
class _Row:
    """One bar, ready to draw: values in written units, places in points from the top of the body."""

    label: list[str]
    text: str
    value: float
    low: float
    high: float
    highlighted: bool
    middle: float

    @property
    def start(self) -> float:
        """The left end of bar and interval together."""
        return float(np.fmin(np.fmin(0, self.value), self.low))

    @property
    def end(self) -> float:
        """The right end of bar and interval together."""
        return float(np.fmax(np.fmax(0, self.value), self.high))


@dataclass(frozen=True)
class _Plan:
    """Where everything stands, in points: `left` to the axis, then `room` for bars and their values."""

    rows: list[_Row]
    scale: Scale
    marks: list[tuple[str, float]]  # reference lines: label, place in written units
    width: float
    left: float
    room: float
    body: float
    per_unit: float
    origin: float  # of zero, from `left`

    def x(self, value: float) -> float:
        """The place of a value, from the left edge of the figure."""
        return self.left + self.origin + value * self.per_unit


def draw_bars(drawing: Drawing) -> Figure:
    """The chart, laid out in points: labels take what they need, the bars what is left."""
    value = drawing.values("value")
    known = drawing.rows[value.notna()]
    if known.empty:
        raise NothingToDraw("no value is known.")
    shown = known.head(min(drawing.encoding.get("top", DRAWN_AT_MOST), DRAWN_AT_MOST))
    rest = rest_note(len(shown), len(drawing.rows))
    plan = _planned(drawing, shown)

    named = _reference_rows(plan)
    top = _TICKS + _LINE * (1 + max((row for _, _, row in named), default=-1)) + (2 if named else 0)
    foot = _FOOT + (_LINE + 3 if rest else 0)
    height = top + plan.body + foot
    figure = new_figure(plan.width, height)
    axes = figure.add_axes((plan.left / plan.width, foot / height, plan.room / plan.width, plan.body / height))
    axes.set_xlim(-plan.origin / plan.per_unit, (plan.room - plan.origin) / plan.per_unit)
    axes.set_ylim(plan.body, 0)
    _bars(axes, plan, drawing)
    _axis(axes, plan, drawing)

    brand = drawing.brand
    write = _writer(figure, plan.width, height)
    for row in plan.rows:
        colour = brand.accent_text if row.highlighted else brand.ink
        for number, line in enumerate(row.label):
            write(0, top + row.middle + (number - (len(row.label) - 1) / 2) * _LINE, line, color=colour)
        at, side = (plan.x(row.start) - _AIR, "right") if row.value < 0 else (plan.x(row.end) + _AIR, "left")
        behind = {"facecolor": brand.paper, "edgecolor": "none", "pad": 0.6}
        write(at, top + row.middle, row.text, ha=side, bbox=behind)
    small = {"size": SMALL_SIZE}
    if plan.scale.unit:
        write(0, top - 6, shortened(plan.scale.unit, plan.left - 8, SMALL_SIZE), color=brand.quiet, **small)
    for (text, x, row), (_, mark) in zip(named, plan.marks, strict=True):
        y = (row + 0.5) * _LINE
        write(x, y, text, **small)
        ends = [1 - (y + _LINE / 2) / height, foot / height]
        dashed = {"color": brand.ink, "linewidth": 1, "linestyle": (0, (3, 2)), "zorder": 1.5}
        figure.add_artist(Line2D([plan.x(mark) / plan.width] * 2, ends, **dashed))
    if rest:
        write(0, height - _LINE / 2 - 2, f"… {rest}", color=brand.quiet, **small)
    return figure


def _planned(drawing: Drawing, shown: pd.DataFrame) -> _Plan:
    raw = {key: drawing.values(key)[shown.index] for key in ("value", "low", "high")}
    refs = drawing.encoding.get("reference", [])
    column = drawing.schema.column(drawing.encoding["value"])
    every = np.concatenate([*(part.dropna() for part in raw.values()), [float(ref["at"]) for ref in refs]])
    scale = scale_for(column, every, drawing.audience)
    drawn = {key: scale.drawn(part) for key, part in raw.items()}
    marks = [(drawable(ref["label"]), float(scale.drawn([ref["at"]])[0])) for ref in refs]

    labels, label_room = _labels(drawing, shown, scale.unit)
    heights = [len(label) * _LINE + _GAP for label in labels]
    middles = np.cumsum(heights) - np.array(heights) / 2
    texts = [scale.label(number) for number in raw["value"]]
    flags = _highlighted(drawing, shown)
    rows = [
        _Row(*cells)
        for cells in zip(labels, texts, *(part.tolist() for part in drawn.values()), flags, middles, strict=True)
    ]
    width = (NARROW if drawing.narrow else WIDE) / POINT
    left = label_room + 8
    room = width - left - _EDGE
    per_unit, origin = _fit(rows, [mark for _, mark in marks], room)
    return _Plan(rows, scale, marks, width, left, room, float(sum(heights)), per_unit, origin)


def _writer(figure: Figure, width: float, height: float) -> Callable[..., None]:
    """Text at points from the top left, its middle on the line given."""

    def write(x: float, y: float, text: str, **look: Any) -> None:
        figure.text(x / width, 1 - y / height, text, va="center_baseline", **look)

    return write


def _highlighted(drawing: Drawing, shown: pd.DataFrame) -> list[bool]:
    name = drawing.encoding.get("highlight")
    return [False] * len(shown) if name is None else [bool(flag) for flag in shown[name].fillna(False)]


def _labels(drawing: Drawing, shown: pd.DataFrame, unit: str) -> tuple[list[list[str]], float]:
    """The lines of each label, and the room that they take."""
    column = drawing.schema.column(drawing.encoding["label"])
    names = cell_texts(list(shown[column.name]), column, drawing.audience)
    widest, lines = (104.0, 3) if drawing.narrow else (156.0, 3)
    suffix = drawable(drawing.encoding.get("highlight_label", ""))
    suffix = shortened(f"({suffix})", widest) if suffix else ""
    labels = []
    for name, highlighted in zip(names, _highlighted(drawing, shown), strict=True):
        label = wrapped(drawable(name) or "(no name)", widest, lines)
        if highlighted and suffix:
            together = f"{label[-1]} {suffix}"
            label = [*label[:-1], together] if text_width(together) <= widest else [*label, suffix]
        labels.append(label)
    room = max(text_width(line) for label in labels for line in label)
    return labels, max(room, min(text_width(unit, SMALL_SIZE), widest))


def _fit(rows: list[_Row], marks: list[float], room: float) -> tuple[float, float]:
    """Points per unit, and where zero stands, so that the longest bar with its value just fits."""
    beside = np.array([_AIR + text_width(row.text) + 1 for row in rows])
    negative = np.array([row.value < 0 for row in rows])
    none = np.zeros(len(marks) + 1)
    lefts = np.concatenate([[-row.start for row in rows], [-mark for mark in marks], [0.0]])
    rights = np.concatenate([[row.end for row in rows], marks, [0.0]])
    pad_left = np.concatenate([np.where(negative, beside, 0), none])
    pad_right = np.concatenate([np.where(negative, 0, beside), none + 1])

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


def _bars(axes: Axes, plan: _Plan, drawing: Drawing) -> None:
    brand, told_apart = drawing.brand, "highlight" in drawing.encoding
    colours = [brand.accent if row.highlighted or not told_apart else brand.muted for row in plan.rows]
    middles = [row.middle for row in plan.rows]
    axes.barh(middles, [row.value for row in plan.rows], height=_BAR, color=colours, linewidth=0, zorder=2)
    for row in plan.rows:
        if np.isfinite(row.low) and np.isfinite(row.high):
            axes.hlines(row.middle, row.low, row.high, color=brand.ink, linewidth=1, zorder=3)
            axes.vlines([row.low, row.high], row.middle - 2.5, row.middle + 2.5, color=brand.ink, linewidth=1, zorder=3)


def _axis(axes: Axes, plan: _Plan, drawing: Drawing) -> None:
    """Light grid along the values, ticks above the bars; a tick gives way to a neighbour or a reference line."""
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_yticks([])
    axes.axvline(0, color=drawing.brand.quiet, linewidth=1, zorder=4)
    marks = [mark for _, mark in plan.marks]
    low, high = min(0, *(row.start for row in plan.rows), *marks), max(0, *(row.end for row in plan.rows), *marks)
    # the unit stands at the left of the same line
    kept, free = [], text_width(shortened(plan.scale.unit, plan.left - 8, SMALL_SIZE), SMALL_SIZE) - 2
    for tick in nice_ticks(low, high, 3 if drawing.narrow else 5):
        half = text_width(plan.scale.tick_texts([tick])[0], SMALL_SIZE) / 2
        x = plan.x(tick)
        inside = low <= tick <= high and x + half <= plan.width - _EDGE
        clear = all(abs(plan.x(mark) - x) > half + 2 for mark in marks)
        if inside and clear and x - half >= free + 4:
            kept.append(tick)
            free = x + half
    axes.xaxis.tick_top()
    axes.set_xticks(kept, labels=plan.scale.tick_texts(kept))
    axes.tick_params(axis="x", length=0, pad=2)
    axes.grid(axis="x", zorder=0)
    axes.set_axisbelow(True)


def _reference_rows(plan: _Plan) -> list[tuple[str, float, int]]:
    """Text, left edge and row of each reference label: side by side where there is room, else one above the other."""
    placed: list[tuple[str, float, int]] = []
    for label, mark in plan.marks:
        text = shortened(label, plan.width - 2, SMALL_SIZE)
        size = text_width(text, SMALL_SIZE)
        x = min(max(0.0, plan.x(mark) - size / 2), plan.width - size - 1)
        taken = [(left - 8, left + text_width(said, SMALL_SIZE) + 8, row) for said, left, row in placed]
        row = 0
        while any(row == other and x < right and left < x + size for left, right, other in taken):
            row += 1
        placed.append((text, x, row))
    return placed


BAR = Kind(
    name="bar",
    words="Bar chart",
    arrange=arrange,
    draw=draw_bars,
    notes=lambda drawing: interval_note(drawing, "Thin lines"),
    parts={
        "label": Part("column that names each bar", required=True),
        "value": Part("column that gives its length; its type gives the axis", "number column", required=True),
        "low": Part("lower end of the interval", "number column"),
        "high": Part("upper end of the interval", "number column"),
        "highlight": Part("yes-or-no column: yes in the accent colour, the rest grey", "boolean column"),
        "highlight_label": Part("words after the label of a highlighted bar, so that colour is not alone", "value"),
        "reference": REFERENCE,
        "sort": Part("value (largest first) or none (the table's order)", "value", check=one_of("value", "none")),
        "top": Part("most bars drawn; the rest is counted", "value", check=whole_number),
        "where": WHERE,
    },
)
