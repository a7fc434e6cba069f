"""A timeline (Gantt chart): one row a piece of work from its first day to its last, those that belong together in one
block, and an arrow from each thing that must be done first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.show.encodings import WHERE, Drawing, Kind, NothingToDraw, Part, rest_note
from helpers.show.layout import drawable, shortened, text_width, wrapped
from helpers.show.numbers import MONTHS, long_date
from helpers.show.row_labels import BESIDE_LABELS, highlighted
from helpers.show.style import NARROW, POINT, SMALL_SIZE, WIDE, new_figure
from helpers.show.value_axis import EDGE, LINE, writer

DRAWN_AT_MOST = 60  # rows; a longer chart is no picture any more, and the table has them all
HEAD, PAD, BLOCK, FOOT = 30.0, 7.0, 16.0, 6.0  # points: dates above, air around a row, a block's heading, air below
THICK = 9.0  # of a bar, points
SHORTEST = 2.0  # a day is seen, however long the axis
STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 480)  # months from tick to tick
BETWEEN = ";"  # of the keys in a cell of prerequisites


@dataclass(frozen=True)
class _Row:
    """One bar: where its middle stands from the top of the body, and its days."""

    key: str
    lines: list[str]
    middle: float
    start: float
    end: float
    needs: list[str]
    highlighted: bool


def arrange(rows: pd.DataFrame, encoding: Mapping[str, Any]) -> pd.DataFrame:
    """Blocks in the order in which the table first names them, within each the earliest first, ties as in the table."""
    ranks = rows.groupby(encoding["group"], sort=False, dropna=False).ngroup() if "group" in encoding else 0
    order = pd.DataFrame({"block": ranks, "start": pd.to_datetime(rows[encoding["start"]])}, index=rows.index)
    return rows.loc[order.sort_values(["block", "start"], kind="stable").index]


def draw_timeline(drawing: Drawing) -> Figure:
    """The chart, laid out in points: labels take what they need, the bars what is left."""
    known = _dated(drawing)
    if known.empty:
        raise NothingToDraw("no row has a first and a last day, in that order.")
    shown = known.head(DRAWN_AT_MOST)
    rest, brand = rest_note(len(shown), len(drawing.rows)), drawing.brand
    rows, blocks, body = _placed(drawing, shown)

    width = (NARROW if drawing.narrow else WIDE) / POINT
    left = max(text_width(line) for row in rows for line in row.lines) + BESIDE_LABELS
    first, last = _span(rows)
    room, foot = width - left - EDGE, FOOT + (LINE + 3 if rest else 0)
    height = HEAD + body + foot
    figure = new_figure(width, height)
    axes = figure.add_axes((left / width, foot / height, room / width, body / height))
    axes.set_xlim(first, last)
    axes.set_ylim(body, 0)
    axes.axis("off")

    write, per_day = writer(figure, width, height), room / (last - first)
    for at, month, year in _ticks(first, last, per_day):
        axes.axvline(at, color=brand.grid, linewidth=0.8, zorder=0)
        x = left + (at - first) * per_day
        small = {"size": SMALL_SIZE, "color": brand.quiet, "ha": "center"}
        write(x, HEAD - 8, month, **small)
        if year:
            write(x, HEAD - 8 - LINE, year, **small)
    for name, top in blocks:
        write(0, HEAD + top + BLOCK / 2 + 2, name, weight="bold")
    told_apart = "highlight" in drawing.encoding
    for row in rows:
        colour = brand.accent if row.highlighted or not told_apart else brand.muted
        length = max(row.end - row.start, SHORTEST / per_day)
        axes.barh(row.middle, length, THICK, left=row.start, color=colour, zorder=3)
        for number, line in enumerate(row.lines):
            write(0, HEAD + row.middle + (number - (len(row.lines) - 1) / 2) * LINE, line)
    _arrows(axes, rows, drawing)
    if rest:
        write(0, height - LINE / 2 - 2, f"… {rest}", color=brand.quiet, size=SMALL_SIZE)
    return figure


def _dated(drawing: Drawing) -> pd.DataFrame:
    """The rows that have a first and a last day, in that order."""
    start, end = (pd.to_datetime(drawing.rows[drawing.encoding[key]]) for key in ("start", "end"))
    return drawing.rows[(end >= start).fillna(False)]


def _placed(drawing: Drawing, shown: pd.DataFrame) -> tuple[list[_Row], list[tuple[str, float]], float]:
    """Rows and the headings of their blocks with their tops, and the height of all."""
    encoding, widest = drawing.encoding, 112.0 if drawing.narrow else 190.0
    labels = drawing.texts(encoding["label"], shown)
    keys = shown[encoding["key"]].astype("str").tolist() if "key" in encoding else labels
    needs = shown[encoding["needs"]].fillna("").astype("str") if "needs" in encoding else [""] * len(shown)
    groups = drawing.texts(encoding["group"], shown) if "group" in encoding else [None] * len(shown)
    days = [_days(shown[encoding[name]]) for name in ("start", "end")]
    full = (NARROW if drawing.narrow else WIDE) / POINT
    rows, blocks, top, before = [], [], 0.0, None
    for label, key, need, group, start, end, flag in zip(
        labels, keys, needs, groups, *days, highlighted(drawing, shown), strict=True
    ):
        if group != before:
            blocks.append((shortened(drawable(group) or "(no name)", full - EDGE, weight="bold"), top))
            top, before = top + BLOCK + 2, group
        lines = wrapped(drawable(label) or "(no name)", widest, 3 if drawing.narrow else 2)
        tall = len(lines) * LINE + PAD
        first = [part.strip() for part in need.split(BETWEEN) if part.strip()]
        # the last day is worked as well, so a bar ends where that day does
        rows.append(_Row(key, lines, top + tall / 2, start, end + 1, first, flag))
        top += tall
    return rows, blocks, top


def _days(values: pd.Series) -> list[float]:
    return ((pd.to_datetime(values) - pd.Timestamp("1970-01-01")).dt.days).astype(float).tolist()


def _span(rows: list[_Row]) -> tuple[float, float]:
    """Whole months around all bars, and at least one."""
    first = _month(min(row.start for row in rows))
    last = _month(max(row.end for row in rows) - 1) + pd.DateOffset(months=1)
    return _day(first), _day(last)


def _month(day: float) -> pd.Timestamp:
    return (pd.Timestamp("1970-01-01") + pd.Timedelta(days=day)).normalize().replace(day=1)


def _day(stamp: pd.Timestamp) -> float:
    return float((stamp - pd.Timestamp("1970-01-01")).days)


def _ticks(first: float, last: float, per_day: float) -> list[tuple[float, str, str]]:
    """Place, month, and the year where it changes, for as many first days of months as fit side by side."""
    start = _month(first)
    months = round((last - first) / 30.44)
    widest = max(text_width(name, SMALL_SIZE) for name in ("2027", *(month[:3] for month in MONTHS)))
    for step in STEPS:
        stamps = [start + pd.DateOffset(months=number) for number in range(0, months, step)]
        # labels stand in the middle of their line, so the first and the last need half their width beside it
        stamps = [one for one in stamps if (last - _day(one)) * per_day >= widest / 2 - EDGE]
        places = np.array([_day(one) for one in stamps])
        if len(places) < 2 or (np.diff(places) * per_day).min() >= widest + 5:
            break
    years = [str(one.year) for one in stamps]
    changed = [year if number == 0 or year != years[number - 1] else "" for number, year in enumerate(years)]
    names = [MONTHS[one.month - 1][:3] for one in stamps]
    return list(zip(places.tolist(), names, changed, strict=True))


def _arrows(axes: Axes, rows: list[_Row], drawing: Drawing) -> None:
    """From the end of what is needed to the start of what needs it; in another colour where that start is too early."""
    by_key = {row.key: row for row in rows}
    for row in rows:
        for first in (by_key[key] for key in row.needs if key in by_key and key != row.key):
            late = first.end > row.start
            colour = drawing.brand.series[1] if late else drawing.brand.ink
            down = np.sign(row.middle - first.middle) * THICK / 2
            look = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.0, "shrinkA": 0, "shrinkB": 0}
            look |= {"linestyle": "--" if late else "-", "mutation_scale": 7, "connectionstyle": "arc3,rad=0"}
            end = (row.start, row.middle - down)
            axes.annotate("", end, (first.end, first.middle + down), arrowprops=look, zorder=4)


def _is_late(drawing: Drawing) -> bool:
    """Whether an arrow of the other colour is drawn."""
    rows, _, _ = _placed(drawing, _dated(drawing).head(DRAWN_AT_MOST))
    by_key = {row.key: row for row in rows}
    return any(by_key[key].end > row.start for row in rows for key in row.needs if key in by_key and key != row.key)


def _notes(drawing: Drawing) -> list[str]:
    """What the arrows and the colours mean, and which rows have no bar."""
    rows, _, _ = _placed(drawing, _dated(drawing).head(DRAWN_AT_MOST))
    keys, notes = {row.key for row in rows}, []
    if any(key in keys - {row.key} for row in rows for key in row.needs):
        notes.append("Arrow: what must be done first.")
        if _is_late(drawing):
            notes.append("Broken arrow: it has not ended when the other starts.")
    label = drawing.encoding.get("highlight_label")
    if label and len({row.highlighted for row in rows}) == 2:
        notes.append(f"Grey: not {label}.")
    without = len(drawing.rows) - len(_dated(drawing))
    if without:
        notes.append(f"{without} without a first and a last day in that order: in the table only.")
    return notes


def _pairs(drawing: Drawing) -> list[str]:
    """Each row with its days."""
    shown = _dated(drawing)
    labels = drawing.texts(drawing.encoding["label"], shown)
    days = [shown[drawing.encoding[key]] for key in ("start", "end")]
    return [
        f"{label} from {long_date(start)} to {long_date(end)}" for label, start, end in zip(labels, *days, strict=True)
    ]


TIMELINE = Kind(
    name="timeline",
    words="Timeline",
    arrange=arrange,
    draw=draw_timeline,
    notes=_notes,
    pairs=_pairs,
    parts={
        "label": Part("column that names each row", required=True),
        "start": Part("column with the first day", required=True),
        "end": Part("column with the last day, which is worked as well", required=True),
        "group": Part("column of what belongs together: one block each, in the table's order"),
        "key": Part("column with the key by which others name the row; without it, its label"),
        "needs": Part("column with the keys of what must be done first, parted by semicolons"),
        "highlight": Part("yes-or-no column: yes in the accent colour, the rest grey", "boolean column"),
        "highlight_label": Part("what yes means, for the note below", "value", needs="highlight"),
        "where": WHERE,
    },
)
