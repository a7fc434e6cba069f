"""The words at the left of rows: their names in lines, a count beside or under each, and what both are over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from helpers.show.encodings import Drawing
from helpers.show.layout import drawable, shortened, text_width, wrapped
from helpers.show.scales import headed, scale_for
from helpers.show.style import SMALL_SIZE
from helpers.show.value_axis import LINE, Write

BESIDE_LABELS = 8.0  # points between the names, their counts and what the rows hold


@dataclass(frozen=True)
class RowLabels:
    """Labels laid out: `room` wide in points, counts under the names or at the right end of the room."""

    names: list[list[str]]
    counts: list[str]
    under: bool
    heads: list[tuple[str, bool]]  # the lines over them, and whether one stands at the right, over the counts
    room: float

    def lines(self, row: int) -> int:
        """How many lines the label of a row takes."""
        return len(self.names[row]) + (self.under and bool(self.counts[row]))

    def write(self, write: Write, row: int, middle: float, quiet: str, **look: Any) -> None:
        """Name and count of a row, around the middle of the row; `look` is the name's, the count is small and quiet."""
        small = {"size": SMALL_SIZE, "color": quiet}
        lines, count = [(line, look) for line in self.names[row]], self.counts[row]
        if count and self.under:
            lines.append((count, small))
        elif count:
            write(self.room, middle, count, ha="right", **small)
        for number, (line, own) in enumerate(lines):
            write(0, middle + (number - (len(lines) - 1) / 2) * LINE, line, **own)

    def write_heads(self, write: Write, base: float, quiet: str) -> None:
        """What names and counts are; the last of the lines has its middle at `base`."""
        for number, (line, right) in enumerate(reversed(self.heads)):
            x, side = (self.room, "right") if right else (0, "left")
            write(x, base - number * LINE, line, ha=side, size=SMALL_SIZE, color=quiet)


def laid_out(
    names: list[list[str]], counts: list[str], heads: Sequence[str], *, widest: float, under: bool
) -> RowLabels:
    """The labels with the room that they take; `heads` are what the names are and what the counts are."""
    counts_room = max(text_width(text, SMALL_SIZE) for text in counts)
    room = max(text_width(line) for name in names for line in name)
    room = max(counts_room, room) if under else room + (BESIDE_LABELS + counts_room if counts_room else 0)
    room = max(room, *(min(text_width(head, SMALL_SIZE), widest) for head in heads))
    lines = [
        (line, over_counts and not under)
        for over_counts, head in zip((False, True), heads, strict=True)
        for line in wrapped(head, room, 2, SMALL_SIZE)
        if line
    ]
    return RowLabels(names, counts, under, lines, room)


def name_lines(names: Sequence[str], widest: float) -> list[list[str]]:
    """Each name on at most three lines; a row without a name says so."""
    return [wrapped(drawable(name) or "(no name)", widest, 3) for name in names]


def label_lines(drawing: Drawing, shown: pd.DataFrame, widest: float) -> list[list[str]]:
    """The lines of the column under `label`, a highlighted row with the words of `highlight_label`."""
    suffix = drawable(drawing.encoding.get("highlight_label", ""))
    suffix = shortened(f"({suffix})", widest) if suffix else ""
    labels = name_lines(drawing.texts(drawing.encoding["label"], shown), widest)
    for place, (label, flag) in enumerate(zip(labels, highlighted(drawing, shown), strict=True)):
        if flag and suffix:
            together = f"{label[-1]} {suffix}"
            labels[place] = [*label[:-1], together] if text_width(together) <= widest else [*label, suffix]
    return labels


def highlighted(drawing: Drawing, shown: pd.DataFrame) -> list[bool]:
    """Which rows the column under `highlight` marks; unknown is no."""
    name = drawing.encoding.get("highlight")
    return [False] * len(shown) if name is None else [bool(flag) for flag in shown[name].fillna(False)]


def count_texts(drawing: Drawing, key: str) -> tuple[np.ndarray, str]:
    """The counts under this key as text, "" where unknown, and their heading; all "" where the key is absent."""
    counts = drawing.values(key)
    if counts.isna().all():
        return np.full(len(counts), "", object), ""
    column = drawing.schema.column(drawing.encoding[key])
    scale = scale_for(column, counts.dropna(), drawing.audience)
    texts = ["" if np.isnan(count) else scale.label(count) for count in counts]
    return np.array(texts, dtype=object), headed(column, scale)
