"""The rows of a waterfall as they are drawn: from where to where, in which colour, with which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes

from helpers.show.encodings import Drawing
from helpers.show.layout import text_width
from helpers.show.scales import Scale, scale_for
from helpers.show.style import TEXT_SIZE, Brand
from helpers.show.value_axis import BAR_HEIGHT, BESIDE, Across, Write, fit
from helpers.show.waterfall_sums import ends_of, is_total

_LEAST = 1.2  # points: so wide is the smallest step drawn, to be seen at all


@dataclass(frozen=True)
class Row:
    """One part, ready to draw: values in written units, its middle in points from the top of the body."""

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

    @property
    def weight(self) -> str:
        """Totals stand out."""
        return "bold" if self.total else "normal"

    def colour(self, brand: Brand, *, text: bool = False) -> str:
        """Totals are dark, steps up have the accent, steps down the second colour of the brand."""
        if self.total or self.start == self.end:
            return brand.ink if text and self.known else brand.quiet
        return brand.series[1] if self.down else (brand.accent_text if text else brand.accent)


def counts_in_words(drawing: Drawing) -> list[str]:
    """What stands small beside each label: "1,204 customers"; nothing where the count is not known."""
    name = drawing.encoding.get("count")
    if name is None:
        return [""] * len(drawing.rows)
    unit = drawing.schema.column(name).unit
    texts = []
    for text in drawing.texts(name):
        noun = unit[:-1] if text == "1" and unit.endswith("s") else unit
        texts.append(f"{text} {noun}".strip() if text else "")
    return texts


def rows_of(drawings: Sequence[Drawing], middles: Sequence[np.ndarray]) -> tuple[list[list[Row]], Scale]:
    """The rows of each waterfall on one scale; `middles` are where the rows of each stand.

    Raises
    ------
    StepInputError, NothingToDraw
        As `ends_of`.
    """
    raw, ends = [drawing.values("value") for drawing in drawings], [ends_of(drawing) for drawing in drawings]
    totals = [is_total(drawing.rows, drawing.encoding) for drawing in drawings]
    steps = [values[values.notna() & ~total].to_numpy() for values, total in zip(raw, totals, strict=True)]
    scale = _scale(drawings[0], np.concatenate(raw), np.concatenate(steps))
    found = []
    for values, (start, end), total, middle in zip(raw, ends, totals, middles, strict=True):
        known = values.notna().tolist()
        texts = [_value_text(scale, *cells) for cells in zip(values, total, known, strict=True)]
        drawn = (scale.drawn(start).tolist(), scale.drawn(end).tolist())
        cells = zip(texts, *drawn, total.tolist(), known, middle.tolist(), strict=True)
        found.append([Row(*parts) for parts in cells])
    return found, scale


def _scale(drawing: Drawing, values: np.ndarray, steps: np.ndarray) -> Scale:
    """The scale of what is written, with the decimals that half of the steps need for two digits, but two at most.

    How high the bars reach on their way does not count: 922,266 is 922 thousand, also where a step before ends above
    a million.
    """
    scale = scale_for(drawing.schema.column(drawing.encoding["value"]), values, drawing.audience)
    sizes = np.abs(steps[steps != 0]) / scale.factor
    if scale.percent or scale.decimals is None or scale.factor == 1 or not len(sizes):
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


def fitted(
    rows: Sequence[Row], width: float, left: float, room: float, size: float = TEXT_SIZE
) -> tuple[Across, list[bool]]:
    """The fit of bars and values, and which values stand left of their bars.

    What goes down has its value on the left, unless the labels or the line of zero are in the way there.
    """
    beside = np.array([BESIDE + text_width(row.text, size, row.weight) + 1 for row in rows])
    lows, highs = (np.array([getattr(row, end) for row in rows]) for end in ("low", "high"))
    below_zero = highs <= 0

    def with_values(on_the_left: np.ndarray) -> Across:
        pads = np.where(on_the_left, beside, 0.0), np.where(on_the_left, 1.0, beside)
        ends = np.append(-lows, 0.0), np.append(highs, 0.0)
        return Across(width, left, room, *fit(*ends, *(np.append(pad, 0.0) for pad in pads), room))

    negative = np.array([row.end < 0 and row.total for row in rows]) & below_zero
    across = with_values(negative)
    down = np.array([row.down and not row.total for row in rows])
    has_room = np.array([across.x(low) - (across.x(0) if low >= 0 else left) for low in lows]) >= beside
    on_the_left = negative | (down & has_room)
    return with_values(on_the_left), on_the_left.tolist()


def draw_rows(axes: Axes, rows: Sequence[Row], across: Across, brand: Brand) -> None:
    """Bars, and thin lines from where one part ends to where the next begins; a part that moves nothing is a line."""
    half, thin = BAR_HEIGHT / 2, {"color": brand.quiet, "linewidth": 0.8}
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        look = {"color": row.colour(brand), "zorder": 2}
        if (row.high - row.low) * across.per_unit >= _LEAST:
            axes.barh(row.middle, row.high - row.low, left=row.low, height=BAR_HEIGHT, linewidth=0, **look)
        else:
            width = 0.8 if row.low == row.high else _LEAST
            axes.vlines((row.low + row.high) / 2, row.middle - half, row.middle + half, linewidth=width, **look)
        if following is not None:
            axes.vlines(row.end, row.middle + half, following.middle - half, zorder=1.5, **thin)


def write_values(
    write: Write,
    rows: Sequence[Row],
    on_the_left: Sequence[bool],
    across: Across,
    top: float,
    brand: Brand,
    size: float = TEXT_SIZE,
) -> None:
    """The value of each row beside its bar; `top` is where the body begins."""
    behind = {"facecolor": brand.paper, "edgecolor": "none", "pad": 0.6}
    for row, left in zip(rows, on_the_left, strict=True):
        at, side = (across.x(row.low) - BESIDE, "right") if left else (across.x(row.high) + BESIDE, "left")
        look = {"color": row.colour(brand, text=True), "weight": row.weight, "size": size}
        write(at, top + row.middle, row.text, ha=side, bbox=behind, **look)
