"""The same waterfall for each of several groups: small ones side by side on one scale, their labels at the left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.figure import Figure

from helpers.errors import StepInputError, listed, quoted
from helpers.show.encodings import Drawing, NothingToDraw, rest_note
from helpers.show.layout import drawable, shortened, text_width, wrapped
from helpers.show.scales import Scale
from helpers.show.style import NARROW, POINT, SMALL_SIZE, WIDE, Brand, new_figure
from helpers.show.value_axis import EDGE, FOOT, GAP, LINE, Across, Write, writer
from helpers.show.waterfall_rows import Row, counts_in_words, draw_rows, fitted, rows_of, write_values
from helpers.show.waterfall_sums import ends_of, is_total

PANELS_AT_MOST, SIDE_BY_SIDE = 12, 4
# in points: between panels side by side and one below the other, and the length that the longest bar has at least
_APART, _BELOW, _LEAST = 12.0, 10.0, 36.0


@dataclass(frozen=True)
class Panel:
    """One waterfall of the set: its name, its rows, and which part each of them is."""

    name: str
    drawing: Drawing

    @property
    def parts(self) -> list[str]:
        """The cells of the label column; a part without a name is ""."""
        return self.drawing.rows[self.drawing.encoding["label"]].fillna("").astype(str).tolist()

    @property
    def count(self) -> str:
        """How many stand behind its first part, in words."""
        return counts_in_words(self.drawing)[0]


@dataclass(frozen=True)
class _Label:
    """The words at the left of a row."""

    lines: list[str]
    weight: str


@dataclass(frozen=True)
class _Plan:
    """Where everything stands, in points: what the panels share, then what each of them has."""

    labels: list[_Label]
    middles: np.ndarray
    body: float
    panels: list[Panel]
    rows: list[list[Row]]
    scale: Scale
    columns: int
    across: Across  # of the first panel in a line
    on_the_left: list[list[bool]]
    heads: list[list[str]]
    counts: list[str]

    @property
    def head(self) -> float:
        """The height of the names and counts over a line of panels."""
        lines = max(len(name) + bool(count) for name, count in zip(self.heads, self.counts, strict=True))
        return lines * LINE + 4


def panels_of(drawing: Drawing) -> tuple[list[Panel], list[str]]:
    """The panels that can be drawn, in the table's order, and the names of those that cannot: a value is not known.

    Raises
    ------
    StepInputError
        If a waterfall does not add up.
    """
    series, panels, unknown = drawing.encoding["series"], [], []
    for _, rows in drawing.rows.groupby(series, sort=False, dropna=False):
        one = replace(drawing, rows=rows)
        name = drawable(one.texts(series)[0]) or "(no name)"
        try:
            ends_of(one)
        except NothingToDraw:
            unknown.append(name)
            continue
        if one.values("value").isna().all():
            unknown.append(name)
        else:
            panels.append(Panel(name, one))
    return panels, unknown


def shared_parts(panels: Sequence[Panel]) -> list[str]:
    """The parts of all panels in one order: what one of them has more stands behind what it stands behind there.

    Raises
    ------
    StepInputError
        If a part stands in a panel twice, or the panels have theirs in different orders.
    """
    order: list[str] = []
    for panel in panels:
        own, table, place = panel.parts, f"Table {panel.drawing.schema.name}", 0
        for part in own:
            if own.count(part) > 1:
                raise StepInputError(f"{table}: {quoted(part)} stands in {quoted(panel.name)} twice; name it once.")
            if part not in order:
                order.insert(place, part)
            elif order.index(part) < place:
                found = (
                    f"{table}: {quoted(part)} stands in {quoted(panel.name)} at another place than in the panels before"
                )
                raise StepInputError(f"{found}. Panels share their labels: bring the parts into one order.")
            place = order.index(part) + 1
    return order


def draw_waterfalls(drawing: Drawing) -> Figure:
    """The panels, as many side by side as leave the bars some length."""
    panels, _ = panels_of(drawing)
    if not panels:
        raise NothingToDraw("no value is known.")
    plan, brand = _planned(drawing, panels[:PANELS_AT_MOST]), drawing.brand
    rest = rest_note(len(plan.panels), len(panels)).replace("row", "panel")
    lines = math.ceil(len(plan.panels) / plan.columns)
    lead = LINE + 3 if plan.scale.unit else 0.0
    height = lead + lines * (plan.head + plan.body + _BELOW) - _BELOW + FOOT + (LINE + 3 if rest else 0)
    figure = new_figure(plan.across.width, height)
    write = writer(figure, plan.across.width, height)
    if plan.scale.unit:
        write(0, LINE / 2, plan.scale.unit, size=SMALL_SIZE, color=brand.quiet)
    for number, rows in enumerate(plan.rows):
        line, place = divmod(number, plan.columns)
        top = lead + line * (plan.head + plan.body + _BELOW) + plan.head
        if place == 0:
            _write_labels(write, plan, top, brand)
        across = replace(plan.across, left=plan.across.left + place * (plan.across.room + _APART))
        axes = across.axes(figure, top, plan.body, height - top - plan.body)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.axvline(0, color=brand.quiet, linewidth=1, zorder=4)
        draw_rows(axes, rows, across, brand)
        write_values(write, rows, plan.on_the_left[number], across, top, brand, SMALL_SIZE)
        _write_head(write, plan, number, across.left, top, brand)
    if rest:
        write(0, height - LINE / 2 - 2, f"… {rest}", size=SMALL_SIZE, color=brand.quiet)
    return figure


def _planned(drawing: Drawing, panels: list[Panel]) -> _Plan:
    width, widest = (NARROW if drawing.narrow else WIDE) / POINT, 84.0 if drawing.narrow else 132.0
    said: dict[str, tuple[str, str]] = {}
    for panel in panels:
        names = panel.drawing.texts(drawing.encoding["label"])
        weights = ["bold" if total else "normal" for total in is_total(panel.drawing.rows, drawing.encoding)]
        said |= dict(zip(panel.parts, zip(names, weights, strict=True), strict=True))
    labels, parts = [], shared_parts(panels)
    for name, weight in (said[part] for part in parts):
        labels.append(_Label(wrapped(drawable(name) or "(no name)", widest, 2, SMALL_SIZE, weight), weight))
    heights = np.array([len(label.lines) * LINE + GAP - 2 for label in labels])
    middles = heights.cumsum() - heights / 2
    places = dict(zip(parts, middles.tolist(), strict=True))
    stand = [np.array([places[part] for part in panel.parts]) for panel in panels]
    rows, scale = rows_of([panel.drawing for panel in panels], stand)
    left = max(text_width(line, SMALL_SIZE, label.weight) for label in labels for line in label.lines) + _APART
    columns, across, sides = _side_by_side(rows, width, left, 2 if drawing.narrow else SIDE_BY_SIDE)
    heads = [wrapped(panel.name, across.room, 2, SMALL_SIZE, "bold") for panel in panels]
    counts = [shortened(panel.count, across.room, SMALL_SIZE) for panel in panels]
    return _Plan(labels, middles, float(heights.sum()), panels, rows, scale, columns, across, sides, heads, counts)


def _side_by_side(
    rows: Sequence[Sequence[Row]], width: float, left: float, most: int
) -> tuple[int, Across, list[list[bool]]]:
    """How many panels stand in a line, evenly filled, the fit that all of them share, and the sides of their values."""
    every = [row for own in rows for row in own]
    span = max(0.0, *(row.high for row in every)) - min(0.0, *(row.low for row in every))
    for columns in range(min(most, len(rows)), 0, -1):
        even = math.ceil(len(rows) / math.ceil(len(rows) / columns))
        room = (width - left - EDGE - _APART * (even - 1)) / even
        across, sides = fitted(every, width, left, room, SMALL_SIZE)
        if columns == 1 or (span * across.per_unit >= _LEAST and span > 0):
            break
    cuts = np.cumsum([len(own) for own in rows])[:-1]
    return even, across, [part.tolist() for part in np.split(np.array(sides), cuts)]


def _write_head(write: Write, plan: _Plan, number: int, left: float, top: float, brand: Brand) -> None:
    """The name of a panel, and under it how many stand behind it."""
    lines = [(line, {"weight": "bold", "color": brand.ink}) for line in plan.heads[number]]
    lines += [(plan.counts[number], {"color": brand.quiet})] if plan.counts[number] else []
    for place, (line, look) in enumerate(lines):
        write(left, top - plan.head + (place + 0.5) * LINE, line, size=SMALL_SIZE, **look)


def _write_labels(write: Write, plan: _Plan, top: float, brand: Brand) -> None:
    for label, middle in zip(plan.labels, plan.middles, strict=True):
        for number, line in enumerate(label.lines):
            y = top + middle + (number - (len(label.lines) - 1) / 2) * LINE
            write(0, y, line, size=SMALL_SIZE, color=brand.ink, weight=label.weight)


def panel_notes(drawing: Drawing) -> list[str]:
    """Which panels are not in the picture because one of their values is not known."""
    if "series" not in drawing.encoding:
        return []
    unknown = panels_of(drawing)[1]
    return [f"Not in the picture, because a value is not known: {listed(unknown)}."] if unknown else []
