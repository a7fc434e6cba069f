"""Horizontal bars from zero, one a row: the value at the bar's end, its interval as a thin line with caps.

Where there are intervals, the values stand in a column before the bars: at the end of a thin line each would be read as
the end of the range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from helpers.show.bar_rows import Bar, draw_bars_of, fitted, write_values
from helpers.show.encodings import (
    REFERENCE,
    WHERE,
    Drawing,
    Kind,
    NothingToDraw,
    Part,
    bare_note,
    interval_note,
    one_of,
    rest_note,
    whole_number,
)
from helpers.show.layout import drawable, shortened, text_width
from helpers.show.row_labels import BESIDE_LABELS, RowLabels, highlighted, label_lines, laid_out
from helpers.show.scales import Scale, scale_for
from helpers.show.style import NARROW, POINT, SMALL_SIZE, WIDE, new_figure
from helpers.show.value_axis import BESIDE, EDGE, FOOT, GAP, LINE, TICKS, Across, axis_above, unit_text, writer

DRAWN_AT_MOST = 60  # rows; a longer chart is no picture any more, and the table has them all


def arrange(rows: pd.DataFrame, encoding: Mapping[str, Any]) -> pd.DataFrame:
    """Largest value first (ties by label), unknown values last; `sort: none` keeps the table's order."""
    if encoding.get("sort", "value") == "none":
        return rows
    return rows.sort_values([encoding["value"], encoding["label"]], ascending=[False, True], kind="stable")


@dataclass(frozen=True)
class _Plan:
    """Where everything stands; `body` is the height of all bars in points."""

    rows: list[Bar]
    texts: list[str]  # the values, where they stand before the bars; else empty
    labels: RowLabels
    scale: Scale
    marks: list[tuple[str, float]]  # reference lines: label, place in written units
    across: Across
    body: float


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
    top = TICKS + LINE * (1 + max((row for _, _, row in named), default=-1)) + (2 if named else 0)
    foot = FOOT + (LINE + 3 if rest else 0)
    height, across, brand = top + plan.body + foot, plan.across, drawing.brand
    figure = new_figure(across.width, height)
    axes = across.axes(figure, top, plan.body, foot)
    draw_bars_of(axes, plan.rows, brand, told_apart="highlight" in drawing.encoding)
    marks = [mark for _, mark in plan.marks]
    low, high = min(0, *(row.start for row in plan.rows), *marks), max(0, *(row.end for row in plan.rows), *marks)
    axis_above(axes, across, plan.scale, (low, high), brand, most=3 if drawing.narrow else 5, marks=marks)

    write = writer(figure, across.width, height)
    for text, row in zip(plan.texts, plan.rows, strict=False):
        write(across.left - 2 * BESIDE, top + row.middle, text, ha="right")
    for number, row in enumerate(plan.rows):
        colour = brand.accent_text if row.highlighted else brand.ink
        plan.labels.write(write, number, top + row.middle, brand.quiet, color=colour)
    write_values(write, across, plan.rows, top, brand)
    small = {"size": SMALL_SIZE}
    if plan.scale.unit:
        write(0, top - 6, unit_text(across, plan.scale), color=brand.quiet, **small)
    for (text, x, row), (_, mark) in zip(named, plan.marks, strict=True):
        y = (row + 0.5) * LINE
        write(x, y, text, **small)
        ends = [1 - (y + LINE / 2) / height, foot / height]
        dashed = {"color": brand.ink, "linewidth": 1, "linestyle": (0, (3, 2)), "zorder": 1.5}
        figure.add_artist(Line2D([across.x(mark) / across.width] * 2, ends, **dashed))
    if rest:
        write(0, height - LINE / 2 - 2, f"… {rest}", color=brand.quiet, **small)
    return figure


def _planned(drawing: Drawing, shown: pd.DataFrame) -> _Plan:
    raw = {key: drawing.values(key)[shown.index] for key in ("value", "low", "high")}
    refs = drawing.encoding.get("reference", [])
    column = drawing.schema.column(drawing.encoding["value"])
    every = np.concatenate([*(part.dropna() for part in raw.values()), [float(ref["at"]) for ref in refs]])
    scale = scale_for(column, every, drawing.audience)
    drawn = {key: scale.drawn(part) for key, part in raw.items()}
    marks = [(drawable(ref["label"]), float(scale.drawn([ref["at"]])[0])) for ref in refs]

    widest = 104.0 if drawing.narrow else 156.0
    names = label_lines(drawing, shown, widest)
    labels = laid_out(names, [""] * len(names), (scale.unit, ""), widest=widest, under=False)
    heights = [len(name) * LINE + GAP for name in names]
    middles = np.cumsum(heights) - np.array(heights) / 2
    texts = [scale.label(number) for number in raw["value"]]
    value, low, high = (part.tolist() for part in drawn.values())
    before = texts if (raw["low"].notna() & raw["high"].notna()).any() else []
    texts = [""] * len(texts) if before else texts
    rows = [Bar(*cells) for cells in zip(texts, value, highlighted(drawing, shown), middles, low, high, strict=True)]
    width = (NARROW if drawing.narrow else WIDE) / POINT
    left = labels.room + BESIDE_LABELS + max((text_width(text) + 3 * BESIDE for text in before), default=0.0)
    room = width - left - EDGE
    across = Across(width, left, room, *fitted(rows, room, [mark for _, mark in marks]))
    return _Plan(rows, before, labels, scale, marks, across, float(sum(heights)))


def _reference_rows(plan: _Plan) -> list[tuple[str, float, int]]:
    """Text, left edge and row of each reference label: side by side where there is room, else one above the other."""
    placed: list[tuple[str, float, int]] = []
    for label, mark in plan.marks:
        text = shortened(label, plan.across.width - 2, SMALL_SIZE)
        size = text_width(text, SMALL_SIZE)
        x = min(max(0.0, plan.across.x(mark) - size / 2), plan.across.width - size - 1)
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
    notes=lambda drawing: [*interval_note(drawing, "Thin lines"), *bare_note(drawing)],
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
