"""How one amount becomes another, one part a row: totals from zero, steps from where the row before them ended."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.show.encodings import WHERE, Drawing, Kind, NothingToDraw, Part, money_texts
from helpers.show.layout import drawable, shortened, text_width, wrapped
from helpers.show.scales import Scale, scale_for
from helpers.show.style import NARROW, POINT, SMALL_SIZE, WIDE, Brand, new_figure
from helpers.show.value_axis import (
    BAR_HEIGHT,
    BESIDE,
    EDGE,
    FOOT,
    GAP,
    LINE,
    TICKS,
    Across,
    axis_above,
    fit,
    unit_text,
    writer,
)
from helpers.show.waterfall_sums import ends_of, is_total, mask_parts

DRAWN_AT_MOST = 40  # parts; none may be left out, and more are no picture
_APART = 6.0  # points between a label and its count
_LEAST = 1.2  # points: so wide is the smallest step drawn, to be seen at all


@dataclass(frozen=True)
class _Row:
    """One part, ready to draw: values in written units, its middle in points from the top of the body."""

    label: list[str]
    count: str
    text: str
    start: float
    end: float
    total: bool
    known: bool
    middle: float

    @property
    def low(self) -> float:
        return min(self.start, self.end)

    @property
    def high(self) -> float:
        return max(self.start, self.end)

    @property
    def down(self) -> bool:
        return self.end < self.start

    def colour(self, brand: Brand, *, text: bool = False) -> str:
        """Totals are dark, steps up have the accent, steps down the second colour of the brand."""
        if self.total or self.start == self.end:
            return brand.ink if text and self.known else brand.quiet
        return brand.series[1] if self.down else (brand.accent_text if text else brand.accent)


@dataclass(frozen=True)
class _Plan:
    rows: list[_Row]
    scale: Scale
    across: Across
    body: float
    on_the_left: list[bool]  # whether the value stands left of its bar
    below: bool  # whether counts stand on a line of their own


def draw_waterfall(drawing: Drawing) -> Figure:
    """The chart, laid out in points: labels take what they need, the bars what is left."""
    if drawing.values("value").isna().all():
        raise NothingToDraw("no value is known.")
    if len(drawing.rows) > DRAWN_AT_MOST:
        raise NothingToDraw(f"{len(drawing.rows)} parts are too many for one picture, and none may be left out.")
    plan = _planned(drawing)
    across, brand = plan.across, drawing.brand
    height = TICKS + plan.body + FOOT
    figure = new_figure(across.width, height)
    axes = across.axes(figure, TICKS, plan.body, FOOT)
    _bars(axes, plan, brand)
    ends = min(0.0, *(row.low for row in plan.rows)), max(0.0, *(row.high for row in plan.rows))
    axis_above(axes, across, plan.scale, ends, brand, most=3 if drawing.narrow else 5)

    write = writer(figure, across.width, height)
    if plan.scale.unit:
        write(0, TICKS - 6, unit_text(across, plan.scale), color=brand.quiet, size=SMALL_SIZE)
    behind = {"facecolor": brand.paper, "edgecolor": "none", "pad": 0.6}
    for row, left in zip(plan.rows, plan.on_the_left, strict=True):
        middle, bold = TICKS + row.middle, {"weight": "bold"} if row.total else {}
        lines = len(row.label) + (1 if plan.below and row.count else 0)
        first = middle - (lines - 1) / 2 * LINE
        for number, line in enumerate(row.label):
            write(0, first + number * LINE, line, color=brand.ink, **bold)
        if row.count:
            beside = 0.0 if plan.below else text_width(row.label[-1], weight=bold.get("weight", "normal")) + _APART
            write(beside, first + (lines - 1) * LINE, row.count, color=brand.quiet, size=SMALL_SIZE)
        at, side = (across.x(row.low) - BESIDE, "right") if left else (across.x(row.high) + BESIDE, "left")
        write(at, middle, row.text, ha=side, color=row.colour(brand, text=True), bbox=behind, **bold)
    return figure


def _planned(drawing: Drawing) -> _Plan:
    raw, (starts, ends) = drawing.values("value"), ends_of(drawing)
    totals, known = is_total(drawing.rows, drawing.encoding), raw.notna().to_numpy()
    scale = _scale(drawing, np.concatenate([starts, ends]), raw[known & ~totals].to_numpy())
    texts = [_value_text(scale, *cells) for cells in zip(raw, totals, known, strict=True)]

    widest = 104.0 if drawing.narrow else 156.0
    labels, counts, below = _labels(drawing, totals, widest)
    lines = [len(label) + (1 if below and count else 0) for label, count in zip(labels, counts, strict=True)]
    heights = np.array(lines) * LINE + GAP
    middles = np.cumsum(heights) - heights / 2
    drawn = (scale.drawn(starts).tolist(), scale.drawn(ends).tolist())
    parts = zip(labels, counts, texts, *drawn, totals.tolist(), known.tolist(), middles.tolist(), strict=True)
    rows = [_Row(*cells) for cells in parts]

    room = max(_label_width(row, below) for row in rows)
    left = max(room, min(text_width(scale.unit, SMALL_SIZE), widest)) + 8
    width = (NARROW if drawing.narrow else WIDE) / POINT
    across, on_the_left = _fitted(rows, width, left)
    return _Plan(rows, scale, across, float(heights.sum()), on_the_left, below)


def _scale(drawing: Drawing, places: np.ndarray, steps: np.ndarray) -> Scale:
    """The scale of the totals, with the decimals that half of the steps need for two digits, but two at most."""
    scale = scale_for(drawing.schema.column(drawing.encoding["value"]), places, drawing.audience)
    sizes = np.abs(steps[steps != 0]) / scale.factor
    if scale.decimals is None or scale.factor == 1 or not len(sizes):
        return scale
    wanted = 1 - int(np.floor(np.log10(np.median(sizes))))
    return replace(scale, decimals=max(scale.decimals, min(wanted, 2)))


def _value_text(scale: Scale, value: float, total: bool, known: bool) -> str:
    """A total as it is, a step with its sign: "+1.2", or "<+0.1" for what would round to nothing."""
    if not known:
        return "not known"
    text = scale.label(value) if value else "0"
    if total or value <= 0:
        return text
    return f"{text[0]}+{text[1:]}" if text[0] in "<>" else f"+{text}"


def _labels(drawing: Drawing, totals: np.ndarray, widest: float) -> tuple[list[list[str]], list[str], bool]:
    """The lines of each label, its count, and whether counts need a line of their own; all rows are treated alike."""
    names = [drawable(name) or "(no name)" for name in drawing.texts(drawing.encoding["label"])]
    counts = _counts(drawing, widest)
    weights = ["bold" if total else "normal" for total in totals]
    labels = [wrapped(name, widest, 3, weight=weight) for name, weight in zip(names, weights, strict=True)]
    beside = [
        text_width(label[-1], weight=weight) + _APART + text_width(count, SMALL_SIZE) if count else 0.0
        for label, count, weight in zip(labels, counts, weights, strict=True)
    ]
    return labels, counts, max(beside) > widest


def _counts(drawing: Drawing, widest: float) -> list[str]:
    """What stands small beside each label: "1,204 customers"; nothing where the count is not known."""
    name = drawing.encoding.get("count")
    if name is None:
        return [""] * len(drawing.rows)
    unit = drawing.schema.column(name).unit
    texts = []
    for text in drawing.texts(name):
        noun = unit[:-1] if text == "1" and unit.endswith("s") else unit
        texts.append(shortened(f"{text} {noun}".strip(), widest, SMALL_SIZE) if text else "")
    return texts


def _label_width(row: _Row, below: bool) -> float:
    sizes = [text_width(line, weight="bold" if row.total else "normal") for line in row.label]
    count = text_width(row.count, SMALL_SIZE)
    return max(*sizes, count) if below or not row.count else max(*sizes, sizes[-1] + _APART + count)


def _fitted(rows: list[_Row], width: float, left: float) -> tuple[Across, list[bool]]:
    """The fit of bars and values: what goes down has its value on the left, unless the labels are in the way there."""
    beside = np.array([BESIDE + text_width(row.text, weight="bold" if row.total else "normal") + 1 for row in rows])
    lows, highs = (np.array([getattr(row, end) for row in rows]) for end in ("low", "high"))
    below_zero = highs <= 0

    def fitted(on_the_left: np.ndarray) -> Across:
        pads = np.where(on_the_left, beside, 0.0), np.where(on_the_left, 1.0, beside)
        room = width - left - EDGE
        ends = np.append(-lows, 0.0), np.append(highs, 0.0)
        return Across(width, left, room, *fit(*ends, *(np.append(pad, 0.0) for pad in pads), room))

    negative = np.array([row.end < 0 and row.total for row in rows]) & below_zero
    across = fitted(negative)
    down = np.array([row.down and not row.total for row in rows])
    has_room = np.array([across.x(low) for low in lows]) - left >= beside
    on_the_left = negative | (down & has_room)
    return fitted(on_the_left), on_the_left.tolist()


def _bars(axes: Axes, plan: _Plan, brand: Brand) -> None:
    """Bars, and thin lines from where one part ends to where the next begins; a part that moves nothing is a line."""
    half, thin = BAR_HEIGHT / 2, {"color": brand.quiet, "linewidth": 0.8}
    for row, following in zip(plan.rows, [*plan.rows[1:], None], strict=True):
        look = {"color": row.colour(brand), "zorder": 2}
        if (row.high - row.low) * plan.across.per_unit >= _LEAST:
            axes.barh(row.middle, row.high - row.low, left=row.low, height=BAR_HEIGHT, linewidth=0, **look)
        else:
            width = 0.8 if row.low == row.high else _LEAST
            axes.vlines((row.low + row.high) / 2, row.middle - half, row.middle + half, linewidth=width, **look)
        if following is not None:
            axes.vlines(row.end, row.middle + half, following.middle - half, zorder=1.5, **thin)


def _pairs(drawing: Drawing) -> list[str]:
    """The first and the last total, then the parts from the one that moves most to the one that moves least."""
    values, totals = drawing.values("value"), is_total(drawing.rows, drawing.encoding)
    names = drawing.texts(drawing.encoding["label"])
    amounts = money_texts(drawing, drawing.encoding["value"], drawing.rows)
    places = [place for place in range(len(values)) if np.isfinite(values.iloc[place])]
    whole = [place for place in places if totals[place]]
    first = list(dict.fromkeys([*whole[:1], *whole[-1:]]))
    rest = sorted((place for place in places if place not in first), key=lambda place: -abs(values.iloc[place]))
    signs = ["+" if value > 0 and not total else "" for value, total in zip(values, totals, strict=True)]
    return [f"{names[place]} {signs[place]}{amounts[place]}" for place in [*first, *rest]]


WATERFALL = Kind(
    name="waterfall",
    words="Waterfall chart",
    arrange=lambda rows, encoding: rows,
    draw=draw_waterfall,
    pairs=_pairs,
    mask=mask_parts,
    parts={
        "label": Part("column that names each part; parts stand in the table's order", required=True),
        "value": Part("column of the amounts; its type gives the axis", "number column", required=True),
        "total": Part(
            "yes-or-no column: yes is a whole amount from zero, no a step from where the row before ended",
            "boolean column",
            required=True,
        ),
        "count": Part("column of a count that stands small beside the label", "number column"),
        "where": WHERE,
    },
)
