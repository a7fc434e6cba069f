"""How one amount becomes another, one part a row: totals from zero, steps from where the row before them ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from helpers.show.encodings import WHERE, Drawing, Kind, NothingToDraw, Part, money_texts
from helpers.show.layout import drawable, shortened, text_width, wrapped
from helpers.show.scales import Scale
from helpers.show.style import NARROW, POINT, SMALL_SIZE, WIDE, new_figure
from helpers.show.value_axis import EDGE, FOOT, GAP, LINE, TICKS, Across, axis_above, unit_text, writer
from helpers.show.waterfall_panels import draw_waterfalls, panel_notes, panels_of
from helpers.show.waterfall_rows import Row, counts_in_words, draw_rows, fitted, rows_of, write_values
from helpers.show.waterfall_sums import is_total, mask_parts

DRAWN_AT_MOST = 40  # parts; none may be left out, and more are no picture
_APART = 6.0  # points between a label and its count


@dataclass(frozen=True)
class _Label:
    """The words at the left of a row."""

    lines: list[str]
    count: str
    weight: str

    def room(self, below: bool) -> float:
        """Their width, the count on a line of its own or beside the last."""
        sizes, count = [text_width(line, weight=self.weight) for line in self.lines], text_width(self.count, SMALL_SIZE)
        return max(*sizes, count) if below or not self.count else max(*sizes, sizes[-1] + _APART + count)


@dataclass(frozen=True)
class _Plan:
    rows: list[Row]
    labels: list[_Label]
    scale: Scale
    across: Across
    body: float
    on_the_left: list[bool]  # whether the value stands left of its bar
    below: bool  # whether counts stand on a line of their own


def draw_waterfall(drawing: Drawing) -> Figure:
    """The chart, laid out in points: labels take what they need, the bars what is left; a series makes panels."""
    if drawing.values("value").isna().all():
        raise NothingToDraw("no value is known.")
    series = drawing.encoding.get("series")
    most = int(drawing.rows[series].value_counts(dropna=False).max()) if series else len(drawing.rows)
    if most > DRAWN_AT_MOST:
        raise NothingToDraw(f"{most} parts are too many for one picture, and none may be left out.")
    if series:
        return draw_waterfalls(drawing)
    plan = _planned(drawing)
    across, brand = plan.across, drawing.brand
    height = TICKS + plan.body + FOOT
    figure = new_figure(across.width, height)
    axes = across.axes(figure, TICKS, plan.body, FOOT)
    draw_rows(axes, plan.rows, across, brand)
    ends = min(0.0, *(row.low for row in plan.rows)), max(0.0, *(row.high for row in plan.rows))
    axis_above(axes, across, plan.scale, ends, brand, most=3 if drawing.narrow else 5)

    write = writer(figure, across.width, height)
    if plan.scale.unit:
        write(0, TICKS - 6, unit_text(across, plan.scale), color=brand.quiet, size=SMALL_SIZE)
    for row, label in zip(plan.rows, plan.labels, strict=True):
        lines = len(label.lines) + (1 if plan.below and label.count else 0)
        first = TICKS + row.middle - (lines - 1) / 2 * LINE
        for number, line in enumerate(label.lines):
            write(0, first + number * LINE, line, color=brand.ink, weight=label.weight)
        if label.count:
            beside = 0.0 if plan.below else text_width(label.lines[-1], weight=label.weight) + _APART
            write(beside, first + (lines - 1) * LINE, label.count, color=brand.quiet, size=SMALL_SIZE)
    write_values(write, plan.rows, plan.on_the_left, across, TICKS, brand)
    return figure


def _planned(drawing: Drawing) -> _Plan:
    widest = 104.0 if drawing.narrow else 156.0
    labels, below = _labels(drawing, widest)
    heights = np.array([len(label.lines) + (1 if below and label.count else 0) for label in labels]) * LINE + GAP
    [rows], scale = rows_of([drawing], [np.cumsum(heights) - heights / 2])
    room = max(label.room(below) for label in labels)
    left = max(room, min(text_width(scale.unit, SMALL_SIZE), widest)) + 8
    width = (NARROW if drawing.narrow else WIDE) / POINT
    across, on_the_left = fitted(rows, width, left, width - left - EDGE)
    return _Plan(rows, labels, scale, across, float(heights.sum()), on_the_left, below)


def _labels(drawing: Drawing, widest: float) -> tuple[list[_Label], bool]:
    """The words of each row, and whether counts need a line of their own; all rows are treated alike."""
    labels = []
    names, totals = drawing.texts(drawing.encoding["label"]), is_total(drawing.rows, drawing.encoding)
    for name, total, count in zip(names, totals, counts_in_words(drawing), strict=True):
        weight = "bold" if total else "normal"
        lines = wrapped(drawable(name) or "(no name)", widest, 3, weight=weight)
        labels.append(_Label(lines, shortened(count, widest, SMALL_SIZE), weight))
    return labels, any(label.room(below=False) > widest for label in labels if label.count)


def _pairs(drawing: Drawing) -> list[str]:
    """The first and the last total, then the parts from the one that moves most to the one that moves least.

    Of panels only the totals, each under the panel's name.
    """
    if "series" in drawing.encoding:
        return [f"{panel.name}: {', '.join(_said(panel.drawing)[0])}" for panel in panels_of(drawing)[0]]
    whole, rest = _said(drawing)
    return whole + rest


def _said(drawing: Drawing) -> tuple[list[str], list[str]]:
    """The first and last total with their values, and the other parts with theirs, the largest first."""
    values, totals = drawing.values("value"), is_total(drawing.rows, drawing.encoding)
    names = drawing.texts(drawing.encoding["label"])
    amounts = money_texts(drawing, drawing.encoding["value"], drawing.rows)
    places = [place for place in range(len(values)) if np.isfinite(values.iloc[place])]
    whole = [place for place in places if totals[place]]
    first = list(dict.fromkeys([*whole[:1], *whole[-1:]]))
    rest = sorted((place for place in places if place not in first), key=lambda place: -abs(values.iloc[place]))
    signs = ["+" if value > 0 and not total else "" for value, total in zip(values, totals, strict=True)]
    said = [f"{name} {sign}{amount}" for name, sign, amount in zip(names, signs, amounts, strict=True)]
    return [said[place] for place in first], [said[place] for place in rest]


WATERFALL = Kind(
    name="waterfall",
    words="Waterfall chart",
    arrange=lambda rows, encoding: rows,
    draw=draw_waterfall,
    notes=panel_notes,
    pairs=_pairs,
    mask=mask_parts,
    parts={
        "label": Part("column that names each part; parts stand in the table's order", required=True),
        "value": Part("column of the amounts; its type gives the axis", "number column", required=True),
        "total": Part(
            "yes-or-no column: yes is a whole amount from zero, no a step from where the row before ended",
            "boolean column",
            required=True,
        ),
        "count": Part("column of a count: small beside the label, or of panels under the name", "number column"),
        "series": Part("column that tells panels apart: the same waterfall for each, on one scale"),
        "where": WHERE,
    },
)
