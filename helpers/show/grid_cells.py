"""What stands in a grid before it is laid out: its rows and columns, the text of each cell, the count of each row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.show.encodings import Drawing, NothingToDraw
from helpers.show.layout import drawable
from helpers.show.numbers import MINUS, NBSP, fixed, hundredfold
from helpers.show.row_labels import count_texts
from helpers.show.scales import Scale, scale_for
from helpers.show.tables import heading

ROWS_AT_MOST = 24


@dataclass(frozen=True)
class Cells:
    """The grid as arrays of rows by columns, "" and NaN where the table has no such row, and the words around it."""

    values: np.ndarray
    texts: np.ndarray
    counts: np.ndarray  # the second number of each cell
    row_names: list[str]
    row_counts: list[str]
    row_heads: list[str]  # what the names are, and what the counts are
    column_names: list[str]
    column_head: str  # what the columns are, and the unit of the cells where their numbers do not say it
    row_words: list[str]  # what is said of each row as a whole, at its end
    word_head: str
    tones: np.ndarray  # what the verdict of each cell is: good, open, bad, or "" where it has none
    rows_left: int  # rows of the grid that are left to the table

    def shades(self) -> np.ndarray:
        """From -1 to 1: each value's part of the largest; NaN where there is none.

        A column that holds the largest value in every row (100 % in the quarter of the first order) is as dark as can
        be and does not set what the others are measured by: beside it they would all look alike.
        """
        sizes = np.abs(self.values)
        known = np.isfinite(sizes)
        highest, lowest = np.where(known, sizes, 0).max(axis=0), np.where(known, sizes, np.inf).min(axis=0)
        everywhere = (lowest == highest.max()) & (known.sum(axis=0) > 1)
        largest = highest[~everywhere].max(initial=0) or highest.max() or 1
        return np.clip(self.values / largest, -1, 1)


def places(values: pd.Series, *, by_value: bool) -> tuple[np.ndarray, int]:
    """The place of each value among the different ones, and their number.

    Values stand as they first come, with `by_value` dates and numbers in their order; unknown is a value too.
    """
    ordered = pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values)
    codes, different = pd.factorize(values, sort=by_value and ordered, use_na_sentinel=False)
    return codes, len(different)


def cells_of(drawing: Drawing) -> Cells:
    """The first rows of the grid with all its columns.

    Raises
    ------
    NothingToDraw
        If no value is known.
    StepInputError
        If a cell would hold several values, or the count of a row changes within it.
    """
    table, encoding, values = drawing.rows, drawing.encoding, drawing.values("value")
    if values.isna().all():
        raise NothingToDraw("no value is known.")
    _one_value_a_cell(drawing)
    scale = scale_for(drawing.schema.column(encoding["value"]), values.dropna(), drawing.audience)
    down, rows = places(table[encoding["row"]], by_value=False)
    along, columns = places(table[encoding["column"]], by_value=True)
    kept = down < ROWS_AT_MOST
    at, shape = (down[kept], along[kept]), (min(rows, ROWS_AT_MOST), columns)
    _, first_row = np.unique(down[kept], return_index=True)
    _, first_column = np.unique(along, return_index=True)
    row_counts, counted = _row_counts(drawing)
    row_words, word_head = _row_words(drawing)
    column = encoding["column_short"] if drawing.narrow and "column_short" in encoding else encoding["column"]
    head = heading(drawing.schema.column(encoding["column"]), drawing.audience)
    return Cells(
        values=_spread(values[kept], at, np.full(shape, np.nan)),
        texts=_spread(_cell_texts(drawing, values[kept], scale), at, np.full(shape, "", object)),
        counts=_spread(count_texts(drawing, "count")[0][kept], at, np.full(shape, "", object)),
        row_names=drawing.texts(encoding["row"], table[kept].iloc[first_row]),
        row_counts=list(row_counts[kept][first_row]),
        row_heads=[heading(drawing.schema.column(encoding["row"]), drawing.audience), counted],
        column_names=drawing.texts(column, table.iloc[first_column]),
        # a cell that says a verdict is read by its mark; the subtitle says what its number is
        column_head=f"{head}; cells: {scale.unit}" if scale.unit and "verdict" not in encoding else head,
        row_words=list(row_words[kept][first_row]),
        word_head=word_head,
        tones=_spread(_tones(drawing)[kept], at, np.full(shape, "", object)),
        rows_left=rows - shape[0],
    )


def _cell_texts(drawing: Drawing, values: pd.Series, scale: Scale) -> list[str]:
    """The cells as text; plain numbers alike in their decimals, as in a table, so that they compare at a glance."""
    name = drawing.encoding["value"]
    if drawing.schema.column(name).type != "number" or scale.factor != 1:
        return [cell_text(value, scale) for value in values]
    return [text or "–" for text in drawing.texts(name, drawing.rows.loc[values.index])]


def _tones(drawing: Drawing) -> np.ndarray:
    """The tone of each row's verdict."""
    tones, verdict = drawing.encoding.get("tones", {}), drawing.encoding.get("verdict")
    words = drawing.rows[verdict] if verdict else [""] * len(drawing.rows)
    return np.array([tones.get(word, "") if isinstance(word, str) else "" for word in words], dtype=object)


def cell_text(value: float, scale: Scale) -> str:
    """A value in a cell; a share as whole per cent, but never "0 %" or "100 %" for what is not quite so.

    >>> share = Scale(0.01, "", percent=True)
    >>> [cell_text(value, share).replace(NBSP, " ") for value in (0.285, 0.001, 0.9999, 1.0, float("nan"))]
    ['29 %', '<1 %', '>99 %', '100 %', '–']
    """
    if np.isnan(value):
        return "–"
    size, sign = abs(hundredfold(value)), MINUS if value < 0 else ""
    if not scale.percent or size >= 1e6:
        return scale.label(value)
    if 0 < size < 0.5:
        return f"{'>' if sign else '<'}{sign}1{NBSP}%"
    if 99.5 <= size < 100:
        return f"{'<' if sign else '>'}{sign}99{NBSP}%"
    return f"{fixed(hundredfold(value), 0)}{NBSP}%"


def _spread(values: object, at: tuple[np.ndarray, np.ndarray], grid: np.ndarray) -> np.ndarray:
    grid[at] = values
    return grid


def _one_value_a_cell(drawing: Drawing) -> None:
    keys = [drawing.encoding["row"], drawing.encoding["column"]]
    if drawing.rows.duplicated(keys).any():
        raise StepInputError(
            f"Table {drawing.schema.name}: several rows share one {' and '.join(keys)}, so a cell would hold several "
            "values. Choose one with where."
        )


def _row_counts(drawing: Drawing) -> tuple[np.ndarray, str]:
    """The count of the row that each row of the table belongs to, as text, and its heading."""
    texts, head = count_texts(drawing, "row_count")
    return (_along_rows(drawing, "row_count", texts), head) if any(texts) else (texts, "")


def _row_words(drawing: Drawing) -> tuple[np.ndarray, str]:
    """What is said of the row that each row of the table belongs to, and its heading."""
    name = drawing.encoding.get("row_word")
    if name is None:
        return np.full(len(drawing.rows), "", object), ""
    texts = np.array([drawable(text) for text in drawing.texts(name)], dtype=object)
    return _along_rows(drawing, "row_word", texts), heading(drawing.schema.column(name), drawing.audience)


def _along_rows(drawing: Drawing, key: str, texts: np.ndarray) -> np.ndarray:
    """The texts of a column that has to be the same all along a row of the grid; what is unknown is filled in."""
    row, name = drawing.encoding["row"], drawing.encoding[key]
    down, _ = places(drawing.rows[row], by_value=False)
    changes = drawing.rows[name].groupby(down).nunique() > 1
    if changes.any():
        at = drawing.texts(row)[int(np.argmax(down == changes.idxmax()))]
        raise StepInputError(
            f'Table {drawing.schema.name}: "{name}" changes within the row "{at}", so it cannot stand beside its '
            f"label. Name a column as {key} that is the same all along a row."
        )
    known = pd.Series(texts).where(texts != "").groupby(down).transform("first").fillna("")
    return known.to_numpy(object)
