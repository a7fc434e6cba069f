"""Lines over time or another order: named at their ends, with the interval as a band; more than four become panels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.show.axis_x import Places, places
from helpers.show.encodings import (
    REFERENCE,
    WHERE,
    Drawing,
    Kind,
    NothingToDraw,
    Part,
    interval_note,
    one_of,
)
from helpers.show.layout import drawable, shortened, spread, text_width, wrapped
from helpers.show.line_series import Series, line_pairs, one_value_a_place, series_of
from helpers.show.point_labels import write_beside
from helpers.show.scales import Scale, nice_ticks, scale_for
from helpers.show.style import NARROW, POINT, SMALL_SIZE, WIDE, Brand, new_figure

ON_ONE_PANEL = 4
PANELS_AT_MOST = 12
_MARKERS = ("o", "s", "^", "D")
_LINE, _EDGE, _PAD = 11.0, 2.0, 9.0  # points; _PAD: from the ends of the axis to the first and last point


def arrange(rows: pd.DataFrame, encoding: Mapping[str, Any]) -> pd.DataFrame:
    """Line by line, in the order in which they first come; dates and numbers along x, words in the table's order."""
    keys = pd.DataFrame({"series": 0, "x": range(len(rows))}, index=rows.index)
    x = rows[encoding["x"]]
    if pd.api.types.is_numeric_dtype(x) or pd.api.types.is_datetime64_any_dtype(x):
        keys["x"] = x
    if "series" in encoding:
        keys["series"] = pd.factorize(rows[encoding["series"]])[0]
    return rows.loc[keys.sort_values(["series", "x"], kind="stable").index]


def draw_lines(drawing: Drawing) -> Figure:
    """The chart, laid out in points: one panel with names at the lines' ends, or small panels on the same axes."""
    rows = drawing.rows[drawing.rows[drawing.encoding["x"]].notna()]
    if drawing.values("value")[rows.index].notna().sum() == 0:
        raise NothingToDraw("no value is known.")
    drawing = replace(drawing, rows=rows)
    one_value_a_place(drawing)
    column = drawing.schema.column(drawing.encoding["value"])
    refs = [(drawable(ref["label"]), ref["at"]) for ref in drawing.encoding.get("reference", [])]
    every = np.concatenate(
        [*(drawing.values(key).dropna() for key in ("value", "low", "high")), [at for _, at in refs]]
    )
    scale = scale_for(column, every, drawing.audience)
    refs = [(label, float(scale.drawn([at])[0])) for label, at in refs]

    x = drawing.schema.column(drawing.encoding["x"])
    along = places(rows, x, drawing.encoding.get("x_form"), drawing.audience, most=3 if drawing.narrow else 6)
    lines = series_of(drawing, along, scale)
    from_zero = drawing.encoding.get("zero", True)
    drawn = scale.drawn(every)
    low, high = float(min(drawn)), float(max(drawn))
    ticks = nice_ticks(min(low, 0) if from_zero else low, max(high, 0) if from_zero else high, 4)
    # over numbers both axes are named: there the upright one is not told by the other
    counted = ", ".join(part for part in (column.heading if along.form == "number" else "", scale.unit) if part)
    caption = "; ".join(part for part in (counted, "" if from_zero else "the axis does not start at zero") if part)
    quiet, loud = ([line for line in lines if line.quiet is wanted] for wanted in (True, False))
    plan = _Plan(drawing, along, scale, ticks, refs, caption, from_zero, quiet)
    return _one_panel(plan, loud) if len(loud) <= ON_ONE_PANEL else _panels(plan, loud)


@dataclass(frozen=True)
class _Plan:
    drawing: Drawing
    along: Places
    scale: Scale
    ticks: list[float]
    refs: list[tuple[str, float]]
    caption: str
    from_zero: bool
    quiet: list[Series]

    @property
    def width(self) -> float:
        return (NARROW if self.drawing.narrow else WIDE) / POINT

    @property
    def left(self) -> float:
        """Room for the labels of the upright axis, and for half of the first label below."""
        texts = self.scale.tick_texts(self.ticks)
        first = self.along.ticks[0]
        half = max(text_width(first[1], SMALL_SIZE), text_width(first[2], SMALL_SIZE)) / 2
        return max(max(text_width(text, SMALL_SIZE) for text in texts) + 5, half - _PAD + 1)

    @property
    def below(self) -> float:
        return 5 + _LINE * (2 if any(year for _, _, year in self.along.ticks) else 1)

    @property
    def half_last(self) -> float:
        """Half of the widest label below: it may stick out to the right of the last point."""
        return max(text_width(text, SMALL_SIZE) for tick in self.along.ticks for text in tick[1:]) / 2


def _one_panel(plan: _Plan, lines: list[Series]) -> Figure:
    brand, width, narrow = plan.drawing.brand, plan.width, plan.drawing.narrow
    widest = 84.0 if narrow else 124.0
    labels = [(_end_label(line, widest, named=len(lines + plan.quiet) > 1), line.end) for line in lines]
    labels += [(wrapped(line.name, widest, 3, SMALL_SIZE), line.end) for line in plan.quiet]
    labels += [(wrapped(text, widest, 3, SMALL_SIZE), at) for text, at in plan.refs]
    colours = _colours(brand, len(lines), text=True)
    colours += [brand.quiet] * len(plan.quiet) + [brand.ink] * len(plan.refs)
    room = max(text_width(text, weight="bold") for label, _ in labels for text in label)
    right = max(room + 5, plan.half_last - _PAD + 1)
    top, plot = (_LINE + 9 if plan.caption else 7.0), (168.0 if narrow else 196.0)
    plot = max(plot, sum(len(label) * _LINE + 4 for label, _ in labels))
    height = top + plot + plan.below

    figure = new_figure(width, height)
    across = width - plan.left - right - _EDGE
    axes = figure.add_axes((plan.left / width, plan.below / height, across / width, plot / height))
    _frame(axes, plan, across, upright=True, along=True)
    for number, (line, colour) in enumerate(zip(lines, _colours(brand, len(lines)), strict=True)):
        _draw(axes, line, colour, _MARKERS[number], brand)
    _compared(axes, plan)
    _say_points(axes, plan, lines)

    low, high = axes.get_ylim()
    wanted = [top + plot * (high - at) / (high - low) for _, at in labels]
    heights = [len(label) * _LINE + 4 for label, _ in labels]
    middles = spread(wanted, heights, top - 6, top + plot + plan.below)
    for (label, _), middle, colour, number in zip(labels, middles, colours, range(len(labels)), strict=True):
        size = {} if number < len(lines) else {"size": SMALL_SIZE}
        for row, text in enumerate(label):
            y = middle + (row - (len(label) - 1) / 2) * _LINE
            bold = {"weight": "bold"} if number < len(lines) and row == len(label) - 1 else {}
            at = (plan.left + across + 4) / width
            figure.text(at, 1 - y / height, text, va="center_baseline", color=colour, **size, **bold)
    _caption(figure, plan, width, height)
    return figure


def _panels(plan: _Plan, lines: list[Series]) -> Figure:
    brand, width, columns = plan.drawing.brand, plan.width, 2 if plan.drawing.narrow else 3
    shown = lines[:PANELS_AT_MOST]
    rest = len(lines) - len(shown)
    rows = math.ceil(len(shown) / columns)
    beside = max(text_width(line.last, SMALL_SIZE, "bold") for line in shown) + 5
    gap, title, plot, between = 10.0, 15.0, 72.0, 10.0
    across = (width - plan.left - _EDGE - gap * (columns - 1)) / columns - beside
    lead = _LINE + 4 if plan.caption or plan.refs or plan.quiet else 0.0
    foot = _LINE + 4 if rest else 0.0
    height = lead + rows * (title + plot + between) + plan.below + foot

    figure = new_figure(width, height)
    for number, line in enumerate(shown):
        row, place = divmod(number, columns)
        x = plan.left + place * (across + beside + gap)
        top = lead + row * (title + plot + between) + title
        axes = figure.add_axes((x / width, 1 - (top + plot) / height, across / width, plot / height))
        _frame(axes, plan, across, upright=place == 0, along=number + columns >= len(shown))
        _draw(axes, line, brand.accent, "o", brand)
        _compared(axes, plan)
        low, high = axes.get_ylim()
        y = top + plot * (high - line.end) / (high - low)
        at = (x + across + 3) / width
        look = {"va": "center_baseline", "weight": "bold"}
        figure.text(at, 1 - y / height, line.last, size=SMALL_SIZE, color=brand.accent_text, **look)
        name = shortened(line.name, across + beside - 2, weight="bold")
        figure.text(x / width, 1 - (top - title + 6) / height, name, **look)
    _caption(figure, plan, width, height)
    if rest:
        text = f"… and {rest} more in the table"
        figure.text(0, 2 / height, text, size=SMALL_SIZE, color=brand.quiet, va="bottom")
    return figure


def _frame(axes: Axes, plan: _Plan, across: float, *, upright: bool, along: bool) -> None:
    """Axes without a box: light lines across, labels only at the outer edges of a set of panels."""
    for spine in axes.spines.values():
        spine.set_visible(False)
    first, last = plan.along.low, plan.along.high
    pad = _PAD * ((last - first) or 1.0) / max(across - 2 * _PAD, 1)
    axes.set_xlim(first - pad, last + pad)
    low, high = plan.ticks[0], plan.ticks[-1]
    axes.set_ylim(low, high)
    axes.set_yticks(plan.ticks, labels=plan.scale.tick_texts(plan.ticks) if upright else [""] * len(plan.ticks))
    labels = plan.along.fitting(across - 2 * _PAD) if along else []
    axes.set_xticks([place for place, _ in labels], labels=[text for _, text in labels])
    axes.tick_params(axis="both", length=0, pad=4)
    axes.grid(axis="y", zorder=0)
    axes.set_axisbelow(True)
    if low <= 0 <= high and plan.from_zero:
        axes.axhline(0, color=plan.drawing.brand.quiet, linewidth=1, zorder=1.5)


def _draw(axes: Axes, line: Series, colour: str, marker: str, brand: Brand) -> None:
    banded = np.isfinite(line.low) & np.isfinite(line.high) & np.isfinite(line.value)
    if banded.any():
        axes.fill_between(line.x, line.low, line.high, where=banded, color=colour, alpha=0.16, linewidth=0, zorder=1)
    known = np.isfinite(line.value)
    beside = np.concatenate([[False], known[:-1]]) | np.concatenate([known[1:], [False]])
    alone = known & ~beside
    if (banded & alone).any():  # a band needs two points; one point on its own keeps its interval as a line
        axes.vlines(
            line.x[banded & alone], line.low[banded & alone], line.high[banded & alone], color=colour, linewidth=1
        )
    # not clipped: a line along the top of the axes keeps its width
    axes.plot(line.x, line.value, color=colour, linewidth=2, zorder=3, clip_on=False)
    marked = known if known.sum() <= 12 else alone
    style = {"marker": marker, "markersize": 5.5, "markeredgecolor": brand.paper, "markeredgewidth": 0.8}
    axes.plot(line.x[marked], line.value[marked], linestyle="none", color=colour, zorder=4, clip_on=False, **style)
    if line.points.any():
        x, value, large = line.x[line.points], line.value[line.points], {"markersize": 9.0, "markeredgewidth": 1.5}
        axes.plot(x, value, linestyle="none", color=colour, zorder=5, clip_on=False, **style | large)


def _compared(axes: Axes, plan: _Plan) -> None:
    """What the lines are compared with, dashed: levels, and lines that are there for nothing else."""
    dashed, brand = {"linewidth": 1, "linestyle": (0, (3, 2)), "zorder": 2}, plan.drawing.brand
    for _, at in plan.refs:
        axes.axhline(at, color=brand.ink, **dashed)
    for line in plan.quiet:
        axes.plot(line.x, line.value, color=brand.muted, **dashed)


def _say_points(axes: Axes, plan: _Plan, lines: list[Series]) -> None:
    """The words beside marked points, off all lines."""
    levels = [(np.array(axes.get_xlim()), np.full(2, at)) for _, at in plan.refs]
    courses = [*((line.x, line.value) for line in [*lines, *plan.quiet]), *levels]
    said = [
        (float(line.x[place]), float(line.value[place]), text, colour)
        for line, colour in zip(lines, _colours(plan.drawing.brand, len(lines), text=True), strict=True)
        for place, text in zip(np.flatnonzero(line.points), line.said, strict=True)
        if text
    ]
    write_beside(axes, said, courses)


def _caption(figure: Figure, plan: _Plan, width: float, height: float) -> None:
    """What the upright axis counts; over panels also what the dashed lines are, since no label fits beside them."""
    panels = len(figure.axes) > 1
    compared = [*(line.name for line in plan.quiet), *(text for text, _ in plan.refs)]
    dashed = [f"dashed: {text}" for text in compared] if panels else []
    text = "; ".join([*([plan.caption] if plan.caption else []), *dashed])
    if text:
        text = shortened(text, width - 2, SMALL_SIZE)
        figure.text(0, 1 - 6 / height, text, size=SMALL_SIZE, color=plan.drawing.brand.quiet, va="center_baseline")


def _end_label(line: Series, widest: float, *, named: bool) -> list[str]:
    if not named:
        return [line.last]
    label = wrapped(line.name, widest, 2)
    return [*label, line.last]


def _colours(brand: Brand, count: int, *, text: bool = False) -> list[str]:
    first = brand.accent_text if text else brand.series[0]
    return [first, *brand.series[1:count]]


LINE = Kind(
    name="line",
    words="Line chart",
    arrange=arrange,
    draw=draw_lines,
    notes=lambda drawing: interval_note(drawing, "Shaded band"),
    pairs=line_pairs,
    parts={
        "x": Part("column along the bottom: dates, numbers, or words in the table's order", required=True),
        "value": Part("column that gives the height", "number column", required=True),
        "low": Part("lower edge of the band", "number column"),
        "high": Part("upper edge of the band", "number column"),
        "series": Part("column that tells the lines apart; more than four become small panels"),
        "compare": Part(
            "value of series whose line is only there to compare with: thin, dashed, grey",
            "value",
            check=lambda value: None if isinstance(value, str) else "should be a value of the series",
            needs="series",
        ),
        "point": Part("yes-or-no column: yes marks the row with a dot", "boolean column"),
        "point_label": Part("column of the words beside a dot; small panels have no room for them", needs="point"),
        "x_form": Part("how dates are said: quarter, month or date", "value", check=one_of("quarter", "month", "date")),
        "zero": Part("false: the axis need not start at zero, and says so", "value", check=one_of(True, False)),
        "reference": REFERENCE,
        "where": WHERE,
    },
)
