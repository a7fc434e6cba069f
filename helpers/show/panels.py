"""The same rows by two to four measures: a small bar chart for each, side by side where they fit, else stacked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.client.schema import Column
from helpers.show.bar_rows import Bar, draw_bars_of, fitted, write_values
from helpers.show.encodings import WHERE, Drawing, Kind, NothingToDraw, Part, money_texts, rest_note
from helpers.show.layout import wrapped
from helpers.show.row_labels import RowLabels, count_texts, highlighted, label_lines, laid_out
from helpers.show.scales import Scale, headed, scale_for
from helpers.show.style import NARROW, POINT, SMALL_SIZE, WIDE, Brand, new_figure
from helpers.show.tables import heading
from helpers.show.value_axis import EDGE, FOOT, GAP, LINE, Across, Write, writer

ROWS_AT_MOST = 24
# in points: between panels side by side and one below the other, and the length that the longest bar has at least
_APART, _BELOW, _LEAST = 14.0, 12.0, 28.0


@dataclass(frozen=True)
class _Measure:
    """One column of values, ready to draw; columns of one `family` share the scale and the points per unit."""

    head: str
    family: tuple[str, ...]
    bars: list[Bar]


@dataclass(frozen=True)
class _Panel:
    """One measure with its place."""

    head: list[str]
    bars: list[Bar]
    across: Across


@dataclass(frozen=True)
class _Plan:
    """Where everything stands, in points. A block is a set of panels side by side with the labels at its left."""

    labels: RowLabels
    blocks: list[list[_Panel]]
    width: float
    body: float

    @property
    def head(self) -> float:
        """The height of the lines over a block."""
        lines = max(len(panel.head) for block in self.blocks for panel in block)
        return LINE * max(lines, len(self.labels.heads)) + 3


def draw_panels(drawing: Drawing) -> Figure:
    """The charts, laid out in points: labels take what they need, the panels share what is left."""
    columns = drawing.encoding["values"]
    if all(drawing.numbers(name).isna().all() for name in columns):
        raise NothingToDraw("no value is known.")
    shown = drawing.rows.head(ROWS_AT_MOST)
    plan, brand = _planned(drawing, shown), drawing.brand
    rest = rest_note(len(shown), len(drawing.rows))
    foot = FOOT + (LINE + 3 if rest else 0)
    height = len(plan.blocks) * (plan.head + plan.body + _BELOW) - _BELOW + foot
    figure = new_figure(plan.width, height)
    write = writer(figure, plan.width, height)
    for number, block in enumerate(plan.blocks):
        top = number * (plan.head + plan.body + _BELOW) + plan.head
        _write_labels(write, plan, block, top, brand)
        for panel in block:
            axes = panel.across.axes(figure, top, plan.body, height - top - plan.body)
            _frame(axes, brand)
            draw_bars_of(axes, panel.bars, brand, told_apart="highlight" in drawing.encoding)
            write_values(write, panel.across, panel.bars, top, brand)
            for line, text in enumerate(reversed(panel.head)):
                y = top - 3 - (line + 0.5) * LINE
                write(panel.across.left, y, text, size=SMALL_SIZE, weight="bold")
    if rest:
        write(0, height - LINE / 2 - 2, f"… {rest}", size=SMALL_SIZE, color=brand.quiet)
    return figure


def _planned(drawing: Drawing, shown: pd.DataFrame) -> _Plan:
    """Side by side where every heading and every value fits, with less room for the labels on narrow screens."""
    labels = _labels(drawing, shown, 76.0 if drawing.narrow else 130.0)
    measures = _measures(drawing, shown, labels)
    room = _room(labels, drawing.narrow, len(measures))
    if all(_fits(measure, room) for measure in measures):
        return _placed(labels, [measures], room, drawing.narrow)
    labels = _labels(drawing, shown, 104.0 if drawing.narrow else 156.0)
    blocks = [[measure] for measure in _measures(drawing, shown, labels)]
    return _placed(labels, blocks, _room(labels, drawing.narrow, 1), drawing.narrow)


def _room(labels: RowLabels, narrow: bool, count: int) -> float:
    """The width of each of so many panels beside the labels."""
    return (_width(narrow) - labels.room - _APART - EDGE - _APART * (count - 1)) / count


def _width(narrow: bool) -> float:
    return (NARROW if narrow else WIDE) / POINT


def _placed(labels: RowLabels, blocks: list[list[_Measure]], room: float, narrow: bool) -> _Plan:
    per_unit: dict[tuple[str, ...], float] = {}
    for measure in (measure for block in blocks for measure in block):
        if any(bar.start or bar.end for bar in measure.bars):  # nothing but zeros fits at any size
            longest, _ = fitted(measure.bars, room)
            per_unit[measure.family] = min(longest, per_unit.get(measure.family, longest))
    lefts = [labels.room + _APART + place * (room + _APART) for place in range(len(blocks[0]))]
    panels = [
        [
            _panel(measure, per_unit.get(measure.family, 1.0), left, room, narrow)
            for measure, left in zip(block, lefts, strict=True)
        ]
        for block in blocks
    ]
    return _Plan(labels, panels, _width(narrow), float(_heights(labels).sum()))


def _panel(measure: _Measure, per_unit: float, left: float, room: float, narrow: bool) -> _Panel:
    zero = max((bar.beside - bar.start * per_unit for bar in measure.bars if bar.value < 0), default=0.0)
    return _Panel(_head_lines(measure, room), measure.bars, Across(_width(narrow), left, room, per_unit, zero))


def _labels(drawing: Drawing, shown: pd.DataFrame, widest: float) -> RowLabels:
    counts, count_head = count_texts(drawing, "count")
    label_head = heading(drawing.schema.column(drawing.encoding["label"]), drawing.audience)
    names, counts = label_lines(drawing, shown, widest), list(counts[: len(shown)])
    return laid_out(names, counts, (label_head, count_head), widest=widest, under=drawing.narrow)


def _heights(labels: RowLabels) -> np.ndarray:
    return np.array([labels.lines(row) * LINE + GAP for row in range(len(labels.names))])


def _measures(drawing: Drawing, shown: pd.DataFrame, labels: RowLabels) -> list[_Measure]:
    columns = [drawing.schema.column(name) for name in drawing.encoding["values"]]
    heights = _heights(labels)
    middles, flags = heights.cumsum() - heights / 2, highlighted(drawing, shown)
    measures = []
    for column in columns:
        family = _family(column)
        alike = [drawing.numbers(other.name).head(len(shown)) for other in columns if _family(other) == family]
        scale = scale_for(column, pd.concat(alike).dropna(), drawing.audience)
        values = drawing.numbers(column.name).head(len(shown))
        texts = ["–" if np.isnan(value) else scale.label(value) for value in values]
        bars = [Bar(*cells) for cells in zip(texts, _drawn(scale, values), flags, middles, strict=True)]
        measures.append(_Measure(headed(column, scale), family, bars))
    return measures


def _drawn(scale: Scale, values: pd.Series) -> list[float]:
    return [float("nan") if np.isnan(value) else float(scale.drawn([value])[0]) for value in values]


def _family(column: Column) -> tuple[str, ...]:
    """What makes lengths comparable: all shares, all money, all numbers of one unit; a bare number is on its own."""
    if column.type in ("share", "money"):
        return (column.type,)
    return ("unit", column.unit) if column.unit else ("own", column.name)


def _fits(measure: _Measure, room: float) -> bool:
    """Whether the heading breaks between words only, and a bar keeps some length beside the values."""
    sides = [
        max((bar.beside for bar in measure.bars if (bar.value < 0) is left), default=0.0) for left in (True, False)
    ]
    return sum(sides) + _LEAST <= room and " ".join(_head_lines(measure, room)) == measure.head


def _head_lines(measure: _Measure, room: float) -> list[str]:
    return wrapped(measure.head, room, 3, SMALL_SIZE, "bold")


def _write_labels(write: Write, plan: _Plan, block: list[_Panel], top: float, brand: Brand) -> None:
    plan.labels.write_heads(write, top - 3 - LINE / 2, brand.quiet)
    for row, bar in enumerate(block[0].bars):
        colour = brand.accent_text if bar.highlighted else brand.ink
        plan.labels.write(write, row, top + bar.middle, brand.quiet, color=colour)


def _frame(axes: Axes, brand: Brand) -> None:
    """No ticks: every bar has its value. Only zero is marked."""
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.axvline(0, color=brand.quiet, linewidth=1, zorder=4)


def _pairs(drawing: Drawing) -> list[str]:
    """Each row with its known values, every one under its heading."""
    columns = [drawing.schema.column(name) for name in drawing.encoding["values"]]
    texts = [money_texts(drawing, column.name, drawing.rows) for column in columns]
    pairs = []
    for label, *numbers in zip(drawing.texts(drawing.encoding["label"]), *texts, strict=True):
        known = [f"{column.heading} {text}" for column, text in zip(columns, numbers, strict=True) if text]
        if known:
            pairs.append(f"{label}: {', '.join(known)}")
    return pairs


def _two_to_four(value: Any) -> str | None:
    fits = isinstance(value, (list, tuple)) and 2 <= len(value) <= 4 and len(set(map(str, value))) == len(value)
    return None if fits else "should be a list of two to four different columns"


PANELS = Kind(
    name="panels",
    words="Bar charts side by side",
    arrange=lambda rows, encoding: rows,
    draw=draw_panels,
    pairs=_pairs,
    parts={
        "label": Part("column that names each row, in the table's order", required=True),
        "values": Part(
            "two to four columns, one panel each; shares, money and numbers of one unit share their scale",
            "number columns",
            required=True,
            check=_two_to_four,
        ),
        "count": Part("number of each row, beside its label", "number column"),
        "highlight": Part("yes-or-no column: yes in the accent colour, the rest grey", "boolean column"),
        "highlight_label": Part("words after the label of a highlighted row, so that colour is not alone", "value"),
        "where": WHERE,
    },
)
