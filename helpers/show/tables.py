"""The kit's one way to make an HTML table: everything is escaped here, and alignment is a class, never a style."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd

from helpers.client.schema import Column, TableSchema
from helpers.errors import counted
from helpers.show.audience import Audience
from helpers.show.encodings import NUMERIC, WHERE, Drawing, Kind, Part, whole_number
from helpers.show.numbers import cell_texts

_SENTENCE = 40  # characters
_EMPTY = '<span aria-hidden="true">–</span><span class="visually-hidden">not known</span>'


def html_table(
    table: pd.DataFrame,
    schema: TableSchema,
    audience: Audience,
    *,
    caption: str | None = None,
    columns: Sequence[str] | None = None,
    most: int | None = None,
    stacks: bool = True,
    unit: str | None = None,
) -> str:
    """A table as HTML, numbers written by the types of the schema, every cell and heading escaped.

    It shows what it is given: masking for an audience is `mask_table`'s work, before.

    Parameters
    ----------
    columns : names, in the order wanted; None shows all, but `group_id` only where there is no `group_name`
    most : int
        Rows shown; the count of the rest stands below.
    stacks : bool
        Whether a narrow screen shows each row as a card, each cell under its heading; else it scrolls sideways.

    unit : str
        The column that says money, share or count of each row, where measures of several units stand in one table: a
        number that has no unit of its own is then written in that of its row.

    Returns
    -------
    str
        `<div class="table-scroll">` with a `<table class="numbers">`, also of the class `stacks`. Classes of cells:
        `num`, `date`, `text` (with `long` for a sentence), `empty`, and `again` where the head of a row is that of the
        row above.

    Raises
    ------
    StepInputError
        If the schema does not know a column.

    Notes
    -----
    The first column heads its row (`<th scope="row">`) unless it holds numbers.
    """
    names = _shown_columns(table, columns)
    described = [schema.column(name) for name in names]
    shown = table if most is None else table.head(most)
    units = None if unit is None else list(shown[unit])
    cells = [cell_texts(list(shown[column.name]), column, audience, units) for column in described]
    kinds = ["num" if column.type in NUMERIC else "date" if column.type == "date" else "text" for column in described]
    titles = [escape(heading(column, audience)) for column in described]
    heads = "".join(f'<th scope="col" class="{kind}">{title}</th>' for title, kind in zip(titles, kinds, strict=True))
    above = ["", *cells[0]] if cells and kinds[0] == "text" else [""] * (len(shown) + 1)
    rows = zip(zip(*cells, strict=True), above, strict=False)
    body = "".join(_row(row, kinds, titles if stacks else [], row[0] == before) for row, before in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    label = escape(caption or f"Table {schema.name}")
    html = (
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="{label}">'
        f'<table class="numbers{" stacks" if stacks else ""}">{title}'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    rest = len(table) - len(shown)
    return html + (f'<p class="more">… and {counted(rest, "more row")}</p>' if rest else "")


def heading(column: Column, audience: Audience) -> str:
    """The heading of a column, with its unit where the cells do not say it: "Our revenue, USD"."""
    if column.name == "group_id":
        return "Group"
    words = column.heading[:1].upper() + column.heading[1:]
    if column.type == "money":
        return f"{words}, {audience.currency}"
    return f"{words}, {column.unit}" if column.type == "number" and column.unit else words


def _shown_columns(table: pd.DataFrame, columns: Sequence[str] | None) -> list[str]:
    if columns is not None:
        return list(columns)
    return [name for name in table.columns if name != "group_id" or "group_name" not in table.columns]


def _row(texts: Sequence[str], kinds: Sequence[str], titles: Sequence[str], again: bool) -> str:
    cells = [
        _cell(text, kind, place == 0, again and place == 0)
        for place, (text, kind) in enumerate(zip(texts, kinds, strict=True))
    ]
    named = [cell.replace("<td ", f'<td data-title="{title}" ', 1) for cell, title in zip(cells, titles, strict=False)]
    return f"<tr>{''.join(named or cells)}</tr>"


def _cell(text: str, kind: str, first: bool, again: bool) -> str:
    tag, scope = ("th", ' scope="row"') if first and kind != "num" else ("td", "")
    if not text:
        return f'<{tag}{scope} class="{kind} empty">{_EMPTY}</{tag}>'
    # a sentence in a cell gets room instead of a word a line
    kind = f"{kind} long" if kind == "text" and len(text) > _SENTENCE else kind
    if again:
        return f'<{tag}{scope} class="{kind} again"><span>{escape(text)}</span></{tag}>'
    return f'<{tag}{scope} class="{kind}">{escape(text)}</{tag}>'


def _table(drawing: Drawing) -> str:
    """The columns asked for that this audience may see, or all."""
    asked = drawing.encoding.get("columns")
    visible = None if asked is None else [name for name in asked if name in drawing.rows.columns]
    given = {key: drawing.encoding.get(key) for key in ("most", "unit")}
    return html_table(drawing.rows, drawing.schema, drawing.audience, columns=visible, **given)


TABLE = Kind(
    name="table",
    words="Table",
    arrange=lambda rows, encoding: rows,
    html=_table,
    parts={
        "columns": Part("the columns shown, in this order", "columns"),
        "most": Part("most rows shown; the rest is counted", "value", check=whole_number),
        "unit": Part("column that says money, share or count, where measures of several units stand in one table"),
        "where": WHERE,
    },
)
