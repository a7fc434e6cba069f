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
_WIDEST_WORDS, _HEAD_BESIDE_WORDS = 96.0, 50.0  # words at the end of a row, and the heads that leave them room
_LIGHTEST, _DARKEST = 0.07, 0.68  # zero is told from an empty cell; ink stands out 5 : 1 from the darkest
# a cell that holds a verdict: which colour of the brand, how much of it, and a mark. Dark, middle and pale tell the
# three apart where colours do not: in grey print, and for whoever sees no difference between some of them
_TONES = {"good": ("accent", 1.0, " ✓"), "open": ("muted", 0.16, ""), "bad": ("bad", 0.5, " ✗")}


@dataclass(frozen=True)
class _Plan:
    """Where everything stands, in points: `shown` columns of the width `cell` begin at `left`."""

    cells: Cells
    labels: RowLabels
    heads: list[list[str]]
    lead: list[str]
    words: list[list[str]]  # at the end of each row; on a narrow screen they stand under its name
    word_head: list[str]
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
        lines = [max(self.labels.lines(row), len(words)) for row, words in enumerate(self.words)]
        return np.array([max(least, count * LINE + 5) for count in lines])

    @property
    def deepest(self) -> int:
        """The most lines that the heading of a column takes."""
        return max(len(head) for head in self.heads)

    @property
    def top(self) -> float:
        """The height of the lines over the cells."""
        return LINE * max(len(self.lead) + self.deepest, len(self.labels.heads), len(self.word_head)) + 4


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
        for number, line in enumerate(plan.words[row]):
            y = plan.top + middle + (number - (len(plan.words[row]) - 1) / 2) * LINE
            write(plan.left + across + BESIDE_LABELS, y, line, color=brand.ink)
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
    under = cells.row_words if drawing.narrow and not any(cells.row_counts) else cells.row_counts
    labels = laid_out(names, under, cells.row_heads, widest=widest, under=drawing.narrow)
    width = (NARROW if drawing.narrow else WIDE) / POINT
    left = labels.room + BESIDE_LABELS
    words, word_head = _words(cells, drawing.narrow)
    ends = [*(line for lines in words for line in lines), *word_head]
    room = width - left - EDGE - (BESIDE_LABELS + max(map(text_width, ends)) if any(ends) else 0)
    heads = _head_lines([drawable(name) or "–" for name in cells.column_names], drawing.narrow, any(ends))
    shown, cell, two_numbers = _fitting(cells, heads, room, counts=not drawing.narrow)
    lead = wrapped(cells.column_head, room, 3, SMALL_SIZE)
    rest = _rest(cells, shown, width)
    return _Plan(cells, labels, heads[:shown], lead, words, word_head, rest, width, left, cell, shown, two_numbers)


def _words(cells: Cells, narrow: bool) -> tuple[list[list[str]], list[str]]:
    """What is said at the end of each row, and what that is; on a narrow screen nothing."""
    if narrow or not any(cells.row_words):
        return [[] for _ in cells.row_names], []
    said = [wrapped(words, _WIDEST_WORDS, 2) for words in cells.row_words]
    return said, wrapped(cells.word_head, _WIDEST_WORDS, 2, SMALL_SIZE)


def _head_lines(names: list[str], narrow: bool, beside_words: bool) -> list[list[str]]:
    """The names over the columns; on a narrow screen as slim as their longest word allows, for more columns to fit."""
    if not narrow:
        widest = _HEAD_BESIDE_WORDS if beside_words else _WIDEST_HEAD
        return [wrapped(name, widest, 3, SMALL_SIZE) for name in names]
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
    end = plan.left + plan.cell * plan.shown + BESIDE_LABELS
    for number, line in enumerate(reversed(plan.word_head)):
        write(end, base - number * LINE, line, **small)
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
        looks = {"good": "✓, dark", "open": "no mark, pale", "bad": "✗, between the two"}
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
        "column_short": Part("column with shorter names of the columns, for narrow screens"),
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
        "row_word": Part("what is said of a row as a whole, the same all along it: the verdict on a group"),
        "where": WHERE,
    },
)
