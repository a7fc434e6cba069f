"""The kinds of exhibit there are, and the one way to draw any of them. A new kind is one module and its name here."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from helpers.client.result_model import Exhibit
from helpers.client.schema import TableSchema
from helpers.errors import StepInputError, nearest
from helpers.show.audience import Audience
from helpers.show.bar import BAR
from helpers.show.cards import CARDS
from helpers.show.control import CONTROL
from helpers.show.encodings import Drawing, Kind, check_encoding, rows_for
from helpers.show.grid import GRID
from helpers.show.line import LINE
from helpers.show.map import MAP
from helpers.show.panels import PANELS
from helpers.show.style import BRAND, Brand, chart_style, svg_bytes
from helpers.show.tables import TABLE
from helpers.show.timeline import TIMELINE
from helpers.show.waterfall import WATERFALL

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        BAR,
        LINE,
        GRID,
        PANELS,
        WATERFALL,
        MAP,
        CONTROL,
        TIMELINE,
        TABLE,
        CARDS,
        # A new kind goes here.
    )
}


def find_kind(exhibit: Exhibit, schema: TableSchema) -> Kind:
    """The kind of this exhibit, its encoding checked.

    Raises
    ------
    StepInputError
        If the kind, a part of the encoding or a column is unknown, a part is missing, or of the wrong type.
    """
    if exhibit.kind not in KINDS:
        raise StepInputError(
            f'Exhibit {exhibit.id}: there is no kind "{exhibit.kind}". {nearest(exhibit.kind, list(KINDS))}'
        )
    check_encoding(exhibit, KINDS[exhibit.kind], schema)
    return KINDS[exhibit.kind]


def drawing_of(
    exhibit: Exhibit,
    table: pd.DataFrame,
    schema: TableSchema,
    audience: Audience,
    *,
    narrow: bool = False,
    brand: Brand = BRAND,
) -> tuple[Drawing, list[str]]:
    """What the exhibit shows this audience, ready to draw, and in words what was held back.

    Raises
    ------
    StepInputError
        As `find_kind`.
    NothingToDraw
        If no row is left, or the audience may not see a column that the picture needs.
    """
    kind = find_kind(exhibit, schema)
    rows, held_back = rows_for(exhibit, kind, table, schema, audience)
    return Drawing(rows, exhibit.encoding, schema, audience, narrow, brand), held_back


def figure_of(
    exhibit: Exhibit,
    table: pd.DataFrame,
    schema: TableSchema,
    audience: Audience,
    *,
    narrow: bool,
    brand: Brand = BRAND,
) -> Figure:
    """The exhibit as a matplotlib figure, 6.5 or 3.6 inches wide, as high as its rows need; errors as `drawing_of`."""
    drawing, _ = drawing_of(exhibit, table, schema, audience, narrow=narrow, brand=brand)
    kind = KINDS[exhibit.kind]
    if kind.draw is None:
        raise StepInputError(f"Exhibit {exhibit.id} is a {kind.name}; it has no picture.")
    with chart_style(brand):
        return kind.draw(drawing)


def draw(
    exhibit: Exhibit,
    table: pd.DataFrame,
    schema: TableSchema,
    audience: Audience,
    *,
    narrow: bool,
    brand: Brand = BRAND,
) -> bytes:
    """The exhibit as SVG, masked for the audience; the same bytes for the same input. Errors as `drawing_of`."""
    return svg_bytes(figure_of(exhibit, table, schema, audience, narrow=narrow, brand=brand))
