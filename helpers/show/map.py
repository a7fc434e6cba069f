"""Dots in two dimensions, read as a two-by-two: a name beside each dot, dashed lines where the plane is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.errors import listed
from helpers.show.encodings import WHERE, Drawing, Kind, NothingToDraw, Part, interval_note, money_texts, rest_note
from helpers.show.layout import drawable, shortened, text_width, wrapped
from helpers.show.map_axis import Axis, axis_of, cut_form
from helpers.show.point_labels import FAR, write_beside
from helpers.show.style import NARROW, POINT, SMALL_SIZE, WIDE, Brand, new_figure
from helpers.show.value_axis import EDGE, LINE, Write, writer

DOTS_AT_MOST = 40
_SAME, _APART = 2.5, 6.0  # points: dots nearer than this stand on one place; between the names of two corners
_BESIDE, _SIDE_BY_SIDE = 8.0, 3  # points between the middles of dots on one place; so many can be told apart
TICKS_UPRIGHT = 5
_BODY = {True: 232.0, False: 252.0}  # the height of the plot, by whether the screen is narrow


@dataclass(frozen=True)
class _Dot:
    """One place with the name, or names, of what stands there."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class _Plan:
    """Where everything stands, in points from the top left: `top` and `left` of the plot, its `room` and `body`."""

    drawing: Drawing
    x: Axis
    y: Axis
    names: list[str]
    corners: list[list[str]]
    beside_cut: list[str]  # the words at the right end of the level line
    under_cut: list[str]
    notes: list[str]
    width: float
    left: float
    room: float
    body: float

    @property
    def strips(self) -> tuple[float, float]:
        """The heights of the corners' names over and under the plot."""
        over, under = (max(len(lines) for lines in self.corners[at : at + 2]) for at in (0, 2))
        return over and over * LINE + 4, under and under * LINE + 4

    @property
    def most_across(self) -> int:
        """About so many ticks along the bottom."""
        return 3 if self.drawing.narrow else 6

    @property
    def top(self) -> float:
        return LINE + 6 + self.strips[0]

    @property
    def foot(self) -> float:
        """From the lower edge of the plot to what stands under the axis."""
        return self.strips[1] + LINE + 4


def draw_map(drawing: Drawing) -> Figure:
    """The chart, laid out in points. Where names find no room near their dots, all dots are numbered instead."""
    x, y = drawing.values("x"), drawing.values("y")
    rows = drawing.rows[(x.notna() & y.notna()).to_numpy()]
    if rows.empty:
        raise NothingToDraw("no row has a value in both directions.")
    drawing = replace(drawing, rows=rows.head(DOTS_AT_MOST))
    plan = _planned(drawing, len(rows))
    clear, over = (_drawn(plan, over_lines=over_lines) for over_lines in (False, True))
    # best is a name beside its dot, if need be over a line; on a wide screen a few ties can be followed, too
    for ties in (0,) if drawing.narrow else (0, len(plan.names) / 4):
        for figure, distances in (clear, over):
            if np.inf not in distances and sum(apart > FAR for apart in distances) <= ties:
                return figure
    return _drawn(plan, numbered=True)[0]


def _planned(drawing: Drawing, count: int) -> _Plan:
    width = (NARROW if drawing.narrow else WIDE) / POINT
    x, y = (axis_of(drawing, key) for key in ("x", "y"))
    left = max((text_width(text, SMALL_SIZE) for text in y.ticks(TICKS_UPRIGHT)[1]), default=0.0) + 6
    # on a narrow screen the plot needs the width, and what the level line is stands under it
    beside = wrapped(y.cut_label, 76.0, 4, SMALL_SIZE) if y.cut_label and not drawing.narrow else []
    right = max((text_width(line, SMALL_SIZE) for line in beside), default=0.0) + (5 if beside else 0)
    room = width - left - right - EDGE - 4
    said = [drawable(name) for name in drawing.encoding.get("corners", [""] * 4)]
    corners = [wrapped(name, room / 2 - _APART, 2, SMALL_SIZE, "bold") if name else [] for name in said]
    under = wrapped(x.cut_label, min(room, 180.0), 2, SMALL_SIZE) if x.cut_label else []
    notes = [f"Dashed, across: {y.cut_label}"] if y.cut_label and drawing.narrow else []
    rest = rest_note(len(drawing.rows), count)
    notes += [f"… {rest}"] if rest else []
    names = [drawable(name) or "(no name)" for name in drawing.texts(drawing.encoding["label"])]
    plan = _Plan(drawing, x, y, names, corners, beside, under, notes, width, left, room, _BODY[drawing.narrow])
    if any(1 < len(rows) <= _SIDE_BY_SIDE for rows in _together(plan)):
        notes.append("Dots that fall on one place stand side by side.")
    notes = [line for note in notes for line in wrapped(note, width - 2, 2, SMALL_SIZE)]
    return replace(plan, notes=notes)


def _drawn(plan: _Plan, *, numbered: bool = False, over_lines: bool = False) -> tuple[Figure, list[float]]:
    """The figure, and how far each name stands from its dot."""
    brand = plan.drawing.brand
    said = [str(number) for number in range(1, len(plan.names) + 1)] if numbered else plan.names
    key = _key_lines(plan, said) if numbered else []
    below = (
        plan.foot
        + LINE * len(plan.under_cut)
        + LINE
        + 2
        + (LINE + 1) * (len(plan.notes) + len(key))
        + (4 if key else 0)
    )
    height = plan.top + plan.body + below
    figure = new_figure(plan.width, height)
    box = (plan.left / plan.width, below / height, plan.room / plan.width, plan.body / height)
    axes = figure.add_axes(box)
    _frame(axes, plan, brand)
    courses = _crosses(axes, plan, brand) + _cuts(axes, plan, brand)
    dots = _dots(plan, said)
    places = ([dot.x for dot in dots], [dot.y for dot in dots])
    look = {"marker": "o", "markersize": 7.5, "markeredgecolor": brand.paper, "markeredgewidth": 0.9}
    axes.plot(*places, linestyle="none", color=brand.accent, zorder=4, clip_on=False, **look)
    # a number belongs right beside its dot, even over a line; so does a name where there is no other room near it
    points = [(dot.x, dot.y, dot.label, brand.ink) for dot in dots]
    distances = write_beside(axes, points, [] if numbered else courses, near=over_lines)
    write = writer(figure, plan.width, height)
    _write_around(write, plan, brand)
    for number, line in enumerate([*plan.notes, *key]):
        y = height - (len(plan.notes) + len(key) - number - 0.5) * (LINE + 1)
        colour = brand.quiet if number < len(plan.notes) else brand.ink
        for x, text in line if isinstance(line, list) else [(0.0, line)]:
            write(x, y, text, size=SMALL_SIZE, color=colour)
    return figure, distances


def _key_lines(plan: _Plan, said: Sequence[str]) -> list[list[tuple[float, str]]]:
    """What each number stands for, down one column or two: lines of (place, text)."""
    columns = 1 if plan.drawing.narrow else 2
    room, rows = plan.width / columns, -(-len(said) // columns)
    texts = [shortened(f"{at}  {name}", room - 8, SMALL_SIZE) for at, name in zip(said, plan.names, strict=True)]
    return [[(room * (at // rows), texts[at]) for at in range(row, len(texts), rows)] for row in range(rows)]


def _frame(axes: Axes, plan: _Plan, brand: Brand) -> None:
    """A thin box with light lines in both directions; the numbers are written by `_write_around`."""
    for spine in axes.spines.values():
        spine.set_color(brand.muted)
        spine.set_linewidth(0.8)
    axes.set_xlim(*plan.x.limits(plan.room))
    axes.set_ylim(*plan.y.limits(plan.body))
    axes.set_xticks(plan.x.ticks(plan.most_across)[0], labels=[])
    axes.set_yticks(plan.y.ticks(TICKS_UPRIGHT)[0], labels=[])
    axes.tick_params(axis="both", length=0)
    axes.grid(zorder=0)
    axes.set_axisbelow(True)


def _crosses(axes: Axes, plan: _Plan, brand: Brand) -> list[tuple[np.ndarray, np.ndarray]]:
    """The intervals as thin lines, and their courses."""
    x, y, courses = plan.x, plan.y, []
    for row in range(len(plan.names)):
        across = np.array([x.lows[row], x.highs[row]]), np.full(2, y.values[row])
        upright = np.full(2, x.values[row]), np.array([y.lows[row], y.highs[row]])
        courses += [course for course in (across, upright) if np.isfinite(course).all()]
    for course in courses:
        axes.plot(*course, color=brand.muted, linewidth=1.1, zorder=2)
    return courses


def _cuts(axes: Axes, plan: _Plan, brand: Brand) -> list[tuple[np.ndarray, np.ndarray]]:
    """The dashed lines, and their courses."""
    courses = []
    if plan.x.cut is not None:
        courses.append((np.full(2, plan.x.cut), np.array(axes.get_ylim())))
    if plan.y.cut is not None:
        courses.append((np.array(axes.get_xlim()), np.full(2, plan.y.cut)))
    for course in courses:
        axes.plot(*course, color=brand.ink, linewidth=1, linestyle=(0, (3, 2)), zorder=3)
    return courses


def _dots(plan: _Plan, said: Sequence[str]) -> list[_Dot]:
    """The dots to mark, in the order of their first names; of those on one place see `_together`."""
    low, high = plan.x.limits(plan.room)
    step, dots = _BESIDE * (high - low) / plan.room, []
    for rows in _together(plan):
        x, y = plan.x.values[rows[0]], plan.y.values[rows[0]]
        if len(rows) > _SIDE_BY_SIDE:
            dots.append(_Dot(x, y, ", ".join(said[row] for row in rows)))
            continue
        ordered = sorted(rows, key=lambda row: plan.x.values[row])
        for row in rows:
            aside = ordered.index(row) - (len(rows) - 1) / 2
            own = x + aside * step if len(rows) > 1 else plan.x.values[row]
            dots.append(_Dot(float(own), float(plan.y.values[row]), said[row]))
    return dots


def _together(plan: _Plan) -> list[list[int]]:
    """The rows by place, in the order in which they first come: two or three on one place stand side by side, so that
    each is seen with its name; more are one dot with all their names."""
    places: list[tuple[tuple[float, float], list[int]]] = []
    for row, (x, y) in enumerate(zip(plan.x.values.tolist(), plan.y.values.tolist(), strict=True)):
        here = plan.x.place(x, plan.room), plan.y.place(y, plan.body)
        near = [rows for there, rows in places if np.hypot(here[0] - there[0], here[1] - there[1]) < _SAME]
        if near:
            near[0].append(row)
        else:
            places.append((here, [row]))
    return [rows for _, rows in places]


def _write_around(write: Write, plan: _Plan, brand: Brand) -> None:
    """Headings, numbers along the axes, the corners' names in their strips, and what the dashed lines are."""
    small, ink = {"size": SMALL_SIZE, "color": brand.quiet}, {"size": SMALL_SIZE, "color": brand.ink}
    right, bottom = plan.left + plan.room, plan.top + plan.body
    write(0, LINE / 2, shortened(f"↑ {plan.y.head}", plan.width - 2, SMALL_SIZE), **small)
    for place, lines in enumerate(plan.corners):
        x, side = (right, "right") if place % 2 else (plan.left, "left")
        first = LINE + 4 if place < 2 else bottom + 3
        for number, line in enumerate(lines):
            write(x, first + (number + 0.5) * LINE, line, ha=side, weight="bold", **small)
    for tick, text in zip(*plan.y.ticks(TICKS_UPRIGHT), strict=True):
        write(plan.left - 5, bottom - plan.y.place(tick, plan.body), text, ha="right", **small)
    for number, line in enumerate(plan.beside_cut):
        middle = bottom - plan.y.place(plan.y.cut, plan.body)
        write(right + 5, middle + (number - (len(plan.beside_cut) - 1) / 2) * LINE, line, **ink)

    def across(value: float, words: Sequence[str]) -> float:
        """The middle for words under a value, moved where they would leave the figure."""
        half = max(text_width(text, SMALL_SIZE) for text in words) / 2
        return min(max(plan.left + plan.x.place(value, plan.room), half), plan.width - EDGE - half)

    row = bottom + plan.foot - LINE / 2 - 2
    for tick, text in zip(*plan.x.ticks(plan.most_across), strict=True):
        write(across(tick, [text]), row, text, ha="center", **small)
    for line in plan.under_cut:
        row += LINE
        write(across(plan.x.cut, plan.under_cut), row, line, ha="center", **ink)
    write(right, row + LINE, shortened(f"{plan.x.head} →", right, SMALL_SIZE), ha="right", **small)


def _left_out(drawing: Drawing) -> list[str]:
    """Which rows have no place, because a value is not known."""
    unknown = (drawing.values("x").isna() | drawing.values("y").isna()).to_numpy()
    names = [name for name, flag in zip(drawing.texts(drawing.encoding["label"]), unknown, strict=True) if flag]
    if not names or unknown.all():
        return []
    return [f"Not in the picture, because one of the two values is not known: {listed(names)}."]


def _notes(drawing: Drawing) -> list[str]:
    """What the thin lines are, and who is not in the picture."""
    lines = [interval_note(drawing, "Thin lines", low=f"{key}_low", high=f"{key}_high") for key in ("x", "y")]
    return [*dict.fromkeys(note for notes in lines for note in notes), *_left_out(drawing)]


def _pairs(drawing: Drawing) -> list[str]:
    """Each dot with both of its values."""
    columns = [drawing.schema.column(drawing.encoding[key]) for key in ("x", "y")]
    texts = [money_texts(drawing, column.name, drawing.rows) for column in columns]
    return [
        f"{label}: {columns[0].heading} {x}, {columns[1].heading} {y}"
        for label, x, y in zip(drawing.texts(drawing.encoding["label"]), *texts, strict=True)
        if x and y
    ]


def _four_names(value: Any) -> str | None:
    fits = isinstance(value, (list, tuple)) and len(value) == 4 and all(isinstance(name, str) for name in value)
    return None if fits else "should be four names: top left, top right, bottom left, bottom right"


MAP = Kind(
    name="map",
    words="Map of dots",
    arrange=lambda rows, encoding: rows,
    draw=draw_map,
    notes=_notes,
    pairs=_pairs,
    parts={
        "label": Part("column of the name beside each dot", required=True),
        "x": Part("column along the bottom", "number column", required=True),
        "y": Part("column that gives the height", "number column", required=True),
        "x_low": Part("lower end of the interval along the bottom", "number column", needs="x_high"),
        "x_high": Part("upper end of it", "number column", needs="x_low"),
        "y_low": Part("lower end of the interval upright", "number column", needs="y_high"),
        "y_high": Part("upper end of it", "number column", needs="y_low"),
        "cut_x": Part("dashed line that parts left from right: {at: number, label: text}", "value", check=cut_form),
        "cut_y": Part("dashed line that parts top from bottom: {at: number, label: text}", "value", check=cut_form),
        "corners": Part(
            "names over and under the plot: top left, top right, bottom left, bottom right",
            "value",
            check=_four_names,
            needs="cut_x",
        ),
        "where": WHERE,
    },
)
