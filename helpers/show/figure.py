"""An exhibit on a page: its message as text, the picture for wide and narrow screens, and the numbers behind it."""

from __future__ import annotations

import re
from base64 import b64encode
from html import escape

import pandas as pd

from helpers.client.result_model import Exhibit
from helpers.client.schema import TableSchema
from helpers.show.audience import Audience
from helpers.show.encodings import Drawing, NothingToDraw
from helpers.show.kinds import KINDS, drawing_of, find_kind
from helpers.show.layout import UNKNOWN, drawable
from helpers.show.masking import COUNTS
from helpers.show.style import BRAND, Brand, chart_style, svg_bytes
from helpers.show.tables import html_table

NARROW_SCREEN = "(max-width: 640px)"
BEHIND_AT_MOST = 200  # rows of the table behind a picture; a page is not a data file
PAIRS = 5  # label and value pairs in an alternative text


def figure_html(
    exhibit: Exhibit,
    table: pd.DataFrame,
    schema: TableSchema,
    title: str,
    audience: Audience,
    *,
    brand: Brand = BRAND,
    phone: bool = True,
) -> str:
    """The exhibit as `<figure>`, masked for the audience, everything escaped, no style attributes, no script.

    Parameters
    ----------
    table : DataFrame
        The published table, unmasked.
    title : str
        The finding as a sentence for this audience, plain text.
    phone : bool
        Whether to draw it for a narrow screen too; a notebook has no use for that, and drawing takes time.

    Returns
    -------
    str
        Classes: `exhibit`; in the caption `title`, `subtitle`; then `caption`, `note`, `source`, `nothing`.

    Raises
    ------
    StepInputError
        If the kind or its encoding is wrong. What cannot be drawn is no error: a sentence stands in its place.
    """
    kind = find_kind(exhibit, schema)
    notes: list[str] = []
    behind = ""
    try:
        wide, notes = drawing_of(exhibit, table, schema, audience, brand=brand)
        if kind.draw is None:
            body = kind.html(wide)
        else:
            alt = _told(exhibit, wide)
            body, behind = _picture(wide, kind.draw, alt, phone), _numbers(wide)
            notes = [*kind.notes(wide), *notes, *_unknown_characters(wide)]
    except NothingToDraw as empty:
        body = f'<p class="nothing">Nothing to draw: {escape(str(empty))}</p>'
    parts = [
        f'<figure class="exhibit" id="{escape(exhibit.id)}">',
        f'<figcaption><p class="title">{escape(title)}</p>',
        f'<p class="subtitle">{escape(exhibit.subtitle)}</p></figcaption>',
        body,
        f'<p class="caption">{escape(exhibit.caption)}</p>' if exhibit.caption else "",
        f'<p class="note">{escape(" ".join(notes))}</p>' if notes else "",
        f'<p class="source">Source: {escape(exhibit.source)}</p>',
        behind,
        "</figure>",
    ]
    return "".join(parts)


def _lead(exhibit: Exhibit) -> str:
    """Kind and subject, as a sentence."""
    words = KINDS[exhibit.kind].words
    lead = exhibit.alt if exhibit.alt.lower().startswith(words.lower()) else f"{words}: {exhibit.alt}"
    return lead.rstrip() if lead.rstrip().endswith((".", "!", "?")) else f"{lead.rstrip()}."


def _told(exhibit: Exhibit, drawing: Drawing) -> str:
    """The lead and the first few numbers of what is drawn."""
    lead, pairs = _lead(exhibit), KINDS[exhibit.kind].pairs(drawing)
    if not pairs:
        return lead
    rest = len(pairs) - PAIRS
    more = f"; {rest:,} more in the table" if rest > 0 else ""
    return f"{lead} {'; '.join(pairs[:PAIRS])}{more}."


def _picture(wide: Drawing, draw, alt: str, phone: bool) -> str:
    narrow = Drawing(**{**wide.__dict__, "narrow": True})
    with chart_style(wide.brand):
        pictures = [svg_bytes(draw(drawing)) for drawing in ((wide, narrow) if phone else (wide,))]
    (wide_url, wide_size), *others = [(_data_url(svg), _size(svg)) for svg in pictures]
    sources = "".join(f'<source media="{NARROW_SCREEN}" srcset="{url}" {size}>' for url, size in others)
    return f'<picture>{sources}<img src="{wide_url}" alt="{escape(alt)}" {wide_size}></picture>'


def _data_url(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + b64encode(svg).decode("ascii")


def _size(svg: bytes) -> str:
    """Width and height attributes in CSS pixels, from the points that matplotlib writes."""
    width, height = (re.search(rb'\b%b="([\d.]+)pt"' % side, svg)[1] for side in (b"width", b"height"))
    return f'width="{float(width) * 96 / 72:.0f}" height="{float(height) * 96 / 72:.0f}"'


def _numbers(drawing: Drawing) -> str:
    columns = _columns_behind(drawing)
    table = html_table(
        drawing.rows, drawing.schema, drawing.audience, columns=columns, most=BEHIND_AT_MOST, stacks=False
    )
    return f"<details><summary>The numbers</summary>{table}</details>"


def _columns_behind(drawing: Drawing) -> list[str]:
    """What the picture shows, what tells its rows apart, and how many customers stand behind them.

    Other columns are read in the published table. A column without a title is a code, and its words stand beside it.
    """
    rows, described = drawing.rows, drawing.schema
    used: set[str] = set()
    for given in drawing.encoding.values():
        used.update(name for name in ([given] if isinstance(given, str) else given if _is_list(given) else []))
    keys = {"group_name" if key == "group_id" else key for key in described.key}
    apart = {name for name in keys & set(rows.columns) if rows[name].nunique(dropna=False) > 1}

    def belongs(name: str) -> bool:
        column = described.column(name)
        if name in used:
            return bool(column.title) or column.type != "boolean"
        return bool(column.title) and (name in apart or name in COUNTS)

    return [name for name in rows.columns if belongs(name)]


def _is_list(given: object) -> bool:
    return isinstance(given, (list, tuple)) and all(isinstance(name, str) for name in given)


def _unknown_characters(drawing: Drawing) -> list[str]:
    keys = ("label", "series", "row", "column", "point_label")
    names = [drawing.encoding[key] for key in keys if key in drawing.encoding]
    if any(UNKNOWN in drawable(text) for name in names for text in drawing.rows[name].dropna()):
        return [f"{UNKNOWN} in the picture stands for a character that its font does not have; the numbers have it."]
    return []
