"""A grid of shaded cells, each with its number: rows by columns, such as cohorts by quarters since the first order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.errors import counted, listed
from helpers.show.encodings import WHERE, Drawing, Kind, Part, money_texts
from helpers.show.grid_cells import Cells, cells_of, places
from helpers.show.layout import drawable, shortened, text_width, wrapped
from helpers.show.row_labels import BESIDE_LABELS, RowLabels, laid_out, name_lines
from helpers.show.style import NARROW, POINT, SMALL_SIZE, WIDE, Brand, blended, new_figure, text_on
from helpers.show.tables import heading
from helpers.show.value_axis import EDGE, FOOT, LINE, Write, writer

_COUNT_SIZE = 7.0  # the second number in a cell; nothing is smaller
# in points: the height of a cell with one and with two numbers, the gap between cells, the air beside a number
_CELL, _TALL, _BETWEEN, _AIR = 18.0, 27.0, 1.5, 5.0
_WIDEST_CELL, _WIDEST_HEAD, _SLIMMEST_HEAD = 50.0, 62.0, 34.0
_LIGHTEST, _DARKEST = 0.07, 0.68  # zero is told from an empty cell; ink stands out 5 : 1 from the darkest
# a cell that holds a verdict: which colour of the brand, how much of it, and a mark, so that colour is not alone
_TONES = {"good": ("accent", 0.55, " ✓"), "open": ("muted", 0.3, ""), "bad": ("bad", 0.5, " ✗")}


@dataclass(frozen=True)
class _Plan:
    """Where everything stands, in points: `shown` columns of the width `cell` begin at `left`."""

    cells: Cells
    labels: RowLabels
    heads: list[list[str]]
    lead: list[str]
    rest: list[str]
    width: float
    left: float
    cell: float
    shown: int
    two_numbers: bool

    @property
    def heights(self) -> np.ndarray:
        """The height of each row."""
        least = _TALL if self.two_numbers else _CELL
        return np.array([max(least, self.labels.lines(row) * LINE + 5) for row in range(len(self.labels.names))])

    @property
    def deepest(self) -> int:
        """The most lines that the heading of a column takes."""
        return max(len(head) for head in self.heads)

    @property
    def top(self) -> float:
        """The height of the lines over the cells."""
        return LINE * max(len(self.lead) + self.deepest, len(self.labels.heads)) + 4


def arrange(rows: pd.DataFrame, encoding: Mapping[str, Any]) -> pd.DataFrame:
    """Row by row in the order in which they first come; dates and numbers along the columns, words as they come."""
    down, _ = places(rows[encoding["row"]], by_value=False)
    along, _ = places(rows[encoding["column"]], by_value=True)
    return rows.iloc[np.lexsort((along, down))]


def draw_grid(drawing: Drawing) -> Figure:
    """The grid, laid out in points: as many columns as fit in full, and below what was left to the table."""
    plan, brand = _planned(drawing), drawing.brand
    body, small = float(plan.heights.sum()), {"size": SMALL_SIZE, "color": brand.quiet}
    foot = FOOT + (len(plan.rest) * LINE + 3 if plan.rest else 0)
    height, across = plan.top + body + foot, plan.cell * plan.shown
    figure = new_figure(plan.width, height)
    axes = figure.add_axes((plan.left / plan.width, foot / height, across / plan.width, body / height))
    axes.set_xlim(0, across)
    axes.set_ylim(body, 0)
    axes.axis("off")

    write = writer(figure, plan.width, height)
    _heads(write, plan, small)
    shades = plan.cells.shades()
    for row, middle in enumerate(plan.heights.cumsum() - plan.heights / 2):
        plan.labels.write(write, row, plan.top + middle, brand.quiet)
        for place in range(plan.shown):
            tone = plan.cells.tones[row, place]
            ground = _tone_ground(tone, brand) if drawing.encoding.get("tones") else _ground(shades[row, place], brand)
            if ground:
                corner = (place * plan.cell + _BETWEEN / 2, middle - (plan.heights[row] - _BETWEEN) / 2)
                size = (plan.cell - _BETWEEN, plan.heights[row] - _BETWEEN)
                axes.add_patch(Rectangle(corner, *size, facecolor=ground, linewidth=0))
            _numbers(write, plan, (row, place), plan.top + middle, text_on(ground or brand.paper, brand))
    for number, line in enumerate(reversed(plan.rest)):
        write(0, height - (number + 0.5) * LINE - 2, line, **small)
    return figure


def _planned(drawing: Drawing) -> _Plan:
    cells = cells_of(drawing)
    widest = 60.0 if drawing.narrow else 130.0
    names = name_lines(cells.row_names, widest)
    labels = laid_out(names, cells.row_counts, cells.row_heads, widest=widest, under=drawing.narrow)
    width = (NARROW if drawing.narrow else WIDE) / POINT
    left = labels.room + BESIDE_LABELS
    room = width - left - EDGE
    heads = _head_lines([drawable(name) or "–" for name in cells.column_names], drawing.narrow)
    shown, cell, two_numbers = _fitting(cells, heads, room, counts=not drawing.narrow)
    lead = wrapped(cells.column_head, room, 3, SMALL_SIZE)
    rest = _rest(cells, shown, width)
    return _Plan(cells, labels, heads[:shown], lead, rest, width, left, cell, shown, two_numbers)


def _head_lines(names: list[str], narrow: bool) -> list[list[str]]:
    """The names over the columns; on a narrow screen as slim as their longest word allows, for more columns to fit."""
    if not narrow:
        return [wrapped(name, _WIDEST_HEAD, 3, SMALL_SIZE) for name in names]
    word = max(text_width(word, SMALL_SIZE) for name in names for word in name.split(" "))
    return [wrapped(name, min(max(word, _SLIMMEST_HEAD), _WIDEST_HEAD), 4, SMALL_SIZE) for name in names]


def _fitting(cells: Cells, heads: list[list[str]], room: float, *, counts: bool) -> tuple[int, float, bool]:
    """How many columns fit, how wide they are, and whether the second number fits without losing a column."""
    marked = np.where(cells.tones != "", cells.texts + _TONES["good"][2], cells.texts)
    texts = zip(heads, marked.T, strict=True)
    own = np.array([max(text_width(text, SMALL_SIZE) for text in (*head, *column)) for head, column in texts])
    second = np.array([max(text_width(text, _COUNT_SIZE) for text in column) for column in cells.counts.T])

    def fitting(widths: np.ndarray) -> tuple[int, float]:
        needed = np.maximum.accumulate(widths) + _AIR
        shown = max(1, int((needed * np.arange(1, len(widths) + 1) <= room).sum()))
        return shown, max(float(needed[shown - 1]), min(room / shown, _WIDEST_CELL))

    one, two = fitting(own), fitting(np.fmax(own, second))
    both = counts and second.max() > 0 and two[0] == one[0]
    return (*(two if both else one), both)


def _rest(cells: Cells, shown: int, width: float) -> list[str]:
    """What the picture leaves to the table, in one or two lines."""
    columns, parts = cells.column_names[shown:], []
    if columns:
        span = f"{columns[0]} to {columns[-1]}" if len(columns) > 1 else columns[0]
        parts.append(f"{counted(len(columns), 'more column')} ({shortened(drawable(span), 110, SMALL_SIZE)})")
    if cells.rows_left:
        parts.append(counted(cells.rows_left, "more row"))
    return wrapped(f"… and {listed(parts)} in the table", width - EDGE, 2, SMALL_SIZE) if parts else []


def _heads(write: Write, plan: _Plan, small: dict[str, Any]) -> None:
    """What the columns are, their own names, and at the left what the labels are; the lowest lines meet."""
    base = plan.top - 4 - LINE / 2
    for number, line in enumerate(reversed(plan.lead)):
        write(plan.left, base - (plan.deepest + number) * LINE, line, **small)
    for place, head in enumerate(plan.heads):
        for number, line in enumerate(reversed(head)):
            write(plan.left + (place + 0.5) * plan.cell, base - number * LINE, line, ha="center", **small)
    plan.labels.write_heads(write, base, small["color"])


def _ground(shade: float, brand: Brand) -> str | None:
    """The colour of a cell; values below zero take another hue, and their minus says so too."""
    if not np.isfinite(shade):
        return None
    hue = brand.accent if shade >= 0 else brand.series[1]
    return blended(hue, brand.paper, _LIGHTEST + (_DARKEST - _LIGHTEST) * abs(shade))


def _tone_ground(tone: str, brand: Brand) -> str | None:
    """The colour of a cell with a verdict; None for a word that has no tone."""
    if not tone:
        return None
    hue, part, _ = _TONES[tone]
    return blended(brand.series[1] if hue == "bad" else getattr(brand, hue), brand.paper, part)


def _tones_fault(value: Any) -> str | None:
    fits = isinstance(value, Mapping) and all(tone in _TONES for tone in value.values())
    return None if fits else f"should be {{word: tone}}, each tone one of {', '.join(_TONES)}"


def _numbers(write: Write, plan: _Plan, place: tuple[int, int], middle: float, colour: str) -> None:
    text, count = plan.cells.texts[place], plan.cells.counts[place] if plan.two_numbers else ""
    look = {"ha": "center", "color": colour}
    x = plan.left + (place[1] + 0.5) * plan.cell
    tone = plan.cells.tones[place]
    if text:
        text += _TONES[tone][2] if tone else ""
        write(x, middle - (5 if count else 0), text, size=SMALL_SIZE, **look)
    if count:
        write(x, middle + 6, count, size=_COUNT_SIZE, **look)


def _notes(drawing: Drawing) -> list[str]:
    """What the second number in a cell is, where there is one, and what marks and colours say."""
    tones = drawing.encoding.get("tones", {})
    if tones:
        looks = {"good": "blue with ✓", "open": "grey", "bad": "brown with ✗"}
        said = [f"{word}: {looks[tone]}" for word, tone in tones.items()]
        return [f"{'; '.join(said)}."]
    if not _planned(drawing).two_numbers:
        return []
    return [f"Second number in a cell: {drawing.schema.column(drawing.encoding['count']).heading}."]


def _pairs(drawing: Drawing) -> list[str]:
    """What the columns are, then the first and the last known value of each row."""
    encoding, known = drawing.encoding, drawing.rows[drawing.values("value").notna()]
    if known.empty:
        return []
    columns = drawing.texts(encoding["column"], known)
    along, _ = places(known[encoding["column"]], by_value=True)
    span = dict.fromkeys([columns[int(along.argmin())], columns[int(along.argmax())]])
    head = heading(drawing.schema.column(encoding["column"]), drawing.audience)
    numbers = money_texts(drawing, encoding["value"], known)
    cells = pd.Series([f"{number} at {column}" for number, column in zip(numbers, columns, strict=True)], dtype=object)
    names = drawing.texts(encoding["row"], known)
    rows = cells.groupby(places(known[encoding["row"]], by_value=False)[0]).indices.values()
    said = [f"{names[row[0]]}: {', '.join(dict.fromkeys(cells[[row[0], row[-1]]]))}" for row in rows]
    return [f"{head} {' to '.join(span)}", *said]


GRID = Kind(
    name="grid",
    words="Shaded grid",
    arrange=arrange,
    draw=draw_grid,
    notes=_notes,
    pairs=_pairs,
    parts={
        "row": Part("column that names each row, in the table's order", required=True),
        "column": Part("column that names each column: dates and numbers in order, words as they come", required=True),
        "value": Part("column that gives each cell its number and its shade", "number column", required=True),
        "count": Part("second, smaller number of a cell, where there is room", "number column"),
        "verdict": Part("column with the word that a cell's colour says, in place of its size", needs="tones"),
        "tones": Part(
            "what each word is: {word: good, open or bad}; a cell with another word stays white",
            "value",
            check=_tones_fault,
            needs="verdict",
        ),
        "row_count": Part("number of each row, the same all along it: customers of the cohort", "number column"),
        "where": WHERE,
    },
)
