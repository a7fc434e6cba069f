"""Control charts: points over time with their centre and limits, one small panel for each measure, four at most.

What lies within the limits is noise. A point that says more is a diamond, so that colour is not alone, and limits that
too few points have set are dashed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.errors import StepInputError
from helpers.show.axis_x import Places, places
from helpers.show.encodings import WHERE, Drawing, Kind, NothingToDraw, Part, one_of
from helpers.show.layout import drawable, text_width, wrapped
from helpers.show.numbers import UNITS
from helpers.show.scales import Scale, nice_ticks, scale_for
from helpers.show.style import NARROW, POINT, SMALL_SIZE, WIDE, new_figure

PANELS_AT_MOST = 4
ENDS = ("centre", "lower", "upper")

_LINE, _PAD, _EDGE, _GAP = 11.0, 7.0, 2.0, 18.0  # points
_PLOT, _FOOT, _BETWEEN = 92.0, 27.0, 10.0


def arrange(rows: pd.DataFrame, encoding: Mapping[str, Any]) -> pd.DataFrame:
    """Measure by measure, in the order in which they first come; by time within."""
    keys = pd.DataFrame({"series": pd.factorize(rows[encoding["series"]])[0], "x": rows[encoding["x"]]}, rows.index)
    return rows.loc[keys.sort_values(["series", "x"], kind="stable").index]


@dataclass(frozen=True)
class _Panel:
    """One measure, ready to draw; values in written units."""

    name: str
    along: Places
    scale: Scale
    value: np.ndarray
    ends: dict[str, float]
    marked: np.ndarray
    dashed: bool
    last: str
    rows: pd.DataFrame

    @property
    def ticks(self) -> list[float]:
        """Round numbers around all points and limits; the axis need not start at zero."""
        known = [*self.value[np.isfinite(self.value)], *(end for end in self.ends.values() if np.isfinite(end))]
        return nice_ticks(min(known), max(known), 3)


def draw_control(drawing: Drawing) -> Figure:
    """The charts, laid out in points: two beside each other where there is room, else one above the other."""
    shown = panels_of(drawing)
    columns = 1 if drawing.narrow or len(shown) == 1 else 2
    width = (NARROW if drawing.narrow else WIDE) / POINT
    left = max(text_width(text, SMALL_SIZE) for one in shown for text in one.scale.tick_texts(one.ticks)) + 6
    beside = max(text_width(one.last, SMALL_SIZE, "bold") for one in shown) + 7
    across = (width - _EDGE - _GAP * (columns - 1)) / columns - left - beside
    room = left + across + beside
    titles = [wrapped(one.name, room, 3, weight="bold") for one in shown]
    rows = math.ceil(len(shown) / columns)
    heads = [max(len(titles[n]) for n in range(len(shown)) if n // columns == row) for row in range(rows)]
    tops = [sum((heads[r] + 1) * _LINE + 8 + _PLOT + _FOOT + _BETWEEN for r in range(row)) for row in range(rows)]
    height = tops[-1] + (heads[-1] + 1) * _LINE + 8 + _PLOT + _FOOT

    figure = new_figure(width, height)
    for number, (one, title) in enumerate(zip(shown, titles, strict=True)):
        row, place = divmod(number, columns)
        x, top = place * (room + _GAP), tops[row]
        for line, text in enumerate(title):
            y = 1 - (top + _LINE * (line + 0.5)) / height
            figure.text(x / width, y, text, weight="bold", va="center_baseline")
        y = 1 - (top + heads[row] * _LINE + _LINE * 0.5 + 1) / height
        look = {"size": SMALL_SIZE, "va": "center_baseline"}
        from_zero = one.ticks[0] <= 0 <= one.ticks[-1]
        words = "; ".join(
            text for text in (one.scale.unit, "" if from_zero else "the axis does not start at zero") if text
        )
        figure.text(x / width, y, words, color=drawing.brand.quiet, **look)
        top += (heads[row] + 1) * _LINE + 8
        frame = ((x + left) / width, 1 - (top + _PLOT) / height, across / width, _PLOT / height)
        axes = figure.add_axes(frame)
        _frame(axes, one, across, drawing)
        _draw(axes, one, drawing)
        low, high = axes.get_ylim()
        final = one.value[np.isfinite(one.value)][-1]
        at = 1 - (top + _PLOT * (high - final) / (high - low)) / height
        end = (x + left + across + 5) / width
        figure.text(end, at, one.last, color=drawing.brand.accent_text, weight="bold", **look)
    return figure


def panels_of(drawing: Drawing) -> list[_Panel]:
    """The measures, in order; one without a known value is left out.

    Raises
    ------
    NothingToDraw
        If none is known.
    StepInputError
        If there are more than fit into a picture, or two rows of a measure share a place.
    """
    series = drawing.encoding["series"]
    found, money = [], _money_scale(drawing)
    for name, rows in drawing.rows.groupby(series, sort=False):
        if rows.duplicated([drawing.encoding["x"]]).any():
            raise StepInputError(f"Table {drawing.schema.name}: several rows of {name} share one place in time.")
        one = replace(drawing, rows=rows)
        raw = one.values("value")
        if raw.notna().any():
            found.append(_panel(str(name), one, raw, money))
    if not found:
        raise NothingToDraw("no value is known.")
    if len(found) > PANELS_AT_MOST:
        raise StepInputError(
            f"Table {drawing.schema.name}: {len(found)} measures are more than a picture of control charts holds. "
            f"Choose {PANELS_AT_MOST} with where."
        )
    return found


def _money_scale(drawing: Drawing) -> Scale:
    """One scale for all money of the picture: thousands in one panel and single ones in the next are misread."""
    encoding, rows = drawing.encoding, drawing.rows
    column = replace(drawing.schema.column(encoding["value"]), type="money")
    rows = rows[rows[encoding["unit"]] == "money"] if "unit" in encoding else rows
    only = replace(drawing, rows=rows)
    return scale_for(column, [v for key in (*ENDS, "value") for v in only.values(key)], drawing.audience)


def _panel(name: str, drawing: Drawing, raw: pd.Series, money: Scale) -> _Panel:
    rows, encoding = drawing.rows, drawing.encoding
    column = drawing.schema.column(encoding["value"])
    unit = str(rows[encoding["unit"]].iloc[0]) if "unit" in encoding else ""
    column = replace(column, type=UNITS.get(unit, column.type))
    # limits are those of the measure: the same on each of its rows
    ends = {key: float(drawing.values(key).iloc[-1]) for key in ENDS}
    every = [*raw.dropna(), *(end for end in ends.values() if np.isfinite(end))]
    scale = scale_for(column, every, drawing.audience)
    if column.type == "money" and scale.factor < money.factor:
        # what is small in the unit of all keeps its digits
        scale = replace(money, decimals=None)
    drawn = {key: float(scale.drawn([end])[0]) if np.isfinite(end) else end for key, end in ends.items()}
    said = {
        key: rows[encoding[key]].fillna(False).to_numpy(dtype=bool) for key in ("signal", "dashed") if key in encoding
    }
    nothing = np.zeros(len(rows), dtype=bool)
    along = places(rows, drawing.schema.column(encoding["x"]), encoding.get("x_form"), drawing.audience, most=4)
    return _Panel(
        drawable(name),
        along,
        scale,
        np.array([float(scale.drawn([value])[0]) if np.isfinite(value) else np.nan for value in raw]),
        drawn,
        said.get("signal", nothing),
        bool(said.get("dashed", nothing).any()),
        scale.label(float(raw.dropna().iloc[-1])),
        rows,
    )


def _frame(axes: Axes, one: _Panel, across: float, drawing: Drawing) -> None:
    for spine in axes.spines.values():
        spine.set_visible(False)
    first, last = one.along.low, one.along.high
    pad = _PAD * ((last - first) or 1.0) / max(across - 2 * _PAD, 1)
    axes.set_xlim(first - pad, last + pad)
    axes.set_ylim(one.ticks[0], one.ticks[-1])
    axes.set_yticks(one.ticks, labels=one.scale.tick_texts(one.ticks))
    labels = one.along.fitting(across - 2 * _PAD)
    axes.set_xticks([place for place, _ in labels], labels=[text for _, text in labels])
    axes.tick_params(axis="both", length=0, pad=4)
    axes.grid(axis="y", zorder=0)
    axes.set_axisbelow(True)


def _draw(axes: Axes, one: _Panel, drawing: Drawing) -> None:
    brand = drawing.brand
    style = (0, (3, 2)) if one.dashed else "solid"
    for key, width in (("lower", 1.0), ("upper", 1.0), ("centre", 1.4)):
        if np.isfinite(one.ends[key]):
            kind = "solid" if key == "centre" else style
            axes.axhline(one.ends[key], color=brand.muted, linewidth=width, linestyle=kind, zorder=2)
    known = np.isfinite(one.value)
    axes.plot(one.along.at[known], one.value[known], color=brand.accent, linewidth=1.2, zorder=3, clip_on=False)
    plain, marked = known & ~one.marked, known & one.marked
    dots = {"linestyle": "none", "clip_on": False, "zorder": 4, "markeredgecolor": brand.paper}
    axes.plot(
        one.along.at[plain], one.value[plain], "o", color=brand.accent, markersize=3.6, markeredgewidth=0.5, **dots
    )
    axes.plot(
        one.along.at[marked], one.value[marked], "D", color=brand.series[1], markersize=6.5, markeredgewidth=0.8, **dots
    )


def _notes(drawing: Drawing) -> list[str]:
    """What the marks stand for, as far as they occur."""
    shown = panels_of(drawing)
    words = []
    if any(np.isfinite(one.ends["centre"]) for one in shown):
        words.append("Lines: the centre, and the limits of what is noise.")
    if any(one.dashed for one in shown):
        words.append("Dashed limits are provisional: fewer than twelve points set them.")
    if any((one.marked & np.isfinite(one.value)).any() for one in shown):
        words.append("Diamonds: signals.")
    return words


def _pairs(drawing: Drawing) -> list[str]:
    """Each measure with its latest value, centre and limits, and how many signals it shows."""
    pairs = []
    for one in panels_of(drawing):
        unit = f" {one.scale.unit}" if one.scale.unit else ""
        words = [f"latest {one.last}{unit}"]
        for key in ENDS:
            if np.isfinite(one.ends[key]):
                written = one.scale.label(
                    one.ends[key] / 100 if one.scale.percent else one.ends[key] * one.scale.factor
                )
                words.append(f"{key} {written}")
        count = int((one.marked & np.isfinite(one.value)).sum())
        words.append(f"{count} signals" if count != 1 else "1 signal")
        pairs.append(f"{one.name}: {', '.join(words)}")
    return pairs


CONTROL = Kind(
    name="control",
    words="Control charts",
    arrange=arrange,
    draw=draw_control,
    notes=_notes,
    pairs=_pairs,
    parts={
        "x": Part("column along the bottom: dates", required=True),
        "value": Part("column that gives the height", "number column", required=True),
        "series": Part("column that names the measures, four at most; each has a panel of its own", required=True),
        "centre": Part("centre of the measure, the same on each of its rows", "number column", required=True),
        "lower": Part("its lower limit", "number column"),
        "upper": Part("its upper limit", "number column"),
        "signal": Part("yes-or-no column: yes is drawn as a diamond", "boolean column"),
        "dashed": Part("yes-or-no column: yes draws the limits dashed", "boolean column"),
        "unit": Part("column that says money, share or count, where measures of several units stand in one table"),
        "x_form": Part("how dates are said: quarter, month or date", "value", check=one_of("quarter", "month", "date")),
        "where": WHERE,
    },
)
