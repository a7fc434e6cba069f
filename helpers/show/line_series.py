"""The lines of a line chart as data: one for each value of the series column, with its band and its marked points."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from helpers.errors import StepInputError, nearest
from helpers.show.axis_x import Places
from helpers.show.encodings import Drawing, value_pairs
from helpers.show.layout import drawable
from helpers.show.scales import Scale


@dataclass(frozen=True)
class Series:
    """One line, ready to draw: places, values in written units, the ends of its band, and its marked points.

    `points` says which places are marked, `said` what stands beside them. A `quiet` line is there to compare with.
    """

    name: str
    x: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    last: str
    points: np.ndarray
    said: list[str]
    quiet: bool

    @property
    def end(self) -> float:
        """The last known value: the label stands beside it."""
        return float(self.value[np.isfinite(self.value)][-1])


def one_value_a_place(drawing: Drawing) -> None:
    """Refuse rows that share a place on one line.

    Raises
    ------
    StepInputError
        If a line would have two values at one place.
    """
    keys = [drawing.encoding[key] for key in ("x", "series") if key in drawing.encoding]
    if drawing.rows.duplicated(keys).any():
        raise StepInputError(
            f"Table {drawing.schema.name}: several rows share one {' and '.join(keys)}, so a line would jump. "
            "Name the series, or choose one with where."
        )


def series_of(drawing: Drawing, along: Places, scale: Scale) -> list[Series]:
    """One line for each value of the series column, in order; a line with no known value is left out."""
    rows, lines = drawing.rows, []
    raw = drawing.values("value")
    parts = {key: scale.drawn(drawing.values(key)) for key in ("value", "low", "high")}
    series = drawing.encoding.get("series")
    names = np.array(drawing.texts(series) if series else [""] * len(rows), dtype=object)
    quiet = _to_compare(drawing)
    marked, said = _marked(drawing)
    for name in dict.fromkeys(names):
        mine = names == name
        own = mine & raw.notna().to_numpy()
        if own.any():
            last = scale.label(float(raw.to_numpy()[own][-1]))
            points = marked[mine] & np.isfinite(parts["value"][mine])
            words = [text for text, here in zip(said[mine], points, strict=True) if here]
            bands = (parts[key][mine] for key in parts)
            lines.append(Series(drawable(name), along.at[mine], *bands, last, points, words, bool(quiet[mine].all())))
    return lines


def _to_compare(drawing: Drawing) -> np.ndarray:
    """Which rows belong to the line that is there only to compare with."""
    name = drawing.encoding.get("compare")
    if name is None:
        return np.zeros(len(drawing.rows), dtype=bool)
    column = drawing.schema.column(drawing.encoding["series"])
    if column.allowed and name not in column.allowed:
        where = f"Table {drawing.schema.name}: {column.name} has no line"
        raise StepInputError(f'{where} "{name}" to compare with. {nearest(name, column.allowed)}')
    return (drawing.rows[column.name] == name).fillna(False).to_numpy(dtype=bool)


def _marked(drawing: Drawing) -> tuple[np.ndarray, np.ndarray]:
    """Which rows are marked by a point, and what stands beside it."""
    name, label = drawing.encoding.get("point"), drawing.encoding.get("point_label")
    count = len(drawing.rows)
    marked = drawing.rows[name].fillna(False).to_numpy(dtype=bool) if name else np.zeros(count, dtype=bool)
    said = [drawable(text) for text in drawing.texts(label)] if label else [""] * count
    return marked, np.array(said, dtype=object)


def line_pairs(drawing: Drawing) -> list[str]:
    """What the marked points say, then the first and last value of each line but the one to compare with."""
    rows = drawing.rows[~_to_compare(drawing) & drawing.values("value").notna().to_numpy()]
    drawing = replace(drawing, rows=rows)
    marked, said = _marked(drawing)
    return [*(text for text in said[marked] if text), *value_pairs(drawing)]
