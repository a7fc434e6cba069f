"""One card a row, to be handed out: for what is read by itself, and not compared down a column.

A card says its name, one large line, a few short ones, and labelled lines below. On paper two of them fill a page. Like
a table it holds nothing that its audience may not see, and every text is escaped here.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd

from helpers.show.encodings import WHERE, Drawing, Kind, Part
from helpers.show.tables import heading


def cards_html(drawing: Drawing) -> str:
    """The rows as cards; what a row does not say has no line, and no label either.

    Returns
    -------
    str
        `<div class="cards">` with an `<article class="card">` for each row. Classes inside: `over`, `name`, `mark`,
        `lead`, `points`, `foot`.
    """
    rows = pd.DataFrame({name: drawing.texts(name) for name in drawing.rows.columns}, dtype="str")
    return f'<div class="cards">{"".join(_card(drawing, row) for row in rows.to_dict("records"))}</div>'


def _card(drawing: Drawing, row: Mapping[str, str]) -> str:
    names = drawing.encoding
    title, mark = row[names["title"]], row.get(names.get("mark", ""), "")
    marked = f' <span class="mark">{escape(mark)}</span>' if mark else ""
    # a column that this audience may not see is not in the row
    points = "".join(f"<li>{escape(row[name])}</li>" for name in names.get("points", ()) if row.get(name))
    told = [name for name in names.get("columns", ()) if row.get(name)]
    lines = "".join(f"<dt>{escape(_label(drawing, name))}</dt><dd>{escape(row[name])}</dd>" for name in told)
    parts = [
        _line("over", row.get(names.get("over", ""), "")),
        f'<p class="name">{escape(title)}{marked}</p>',
        _line("lead", row.get(names.get("lead", ""), "")),
        f'<ul class="points">{points}</ul>' if points else "",
        f"<dl>{lines}</dl>" if lines else "",
        _line("foot", row.get(names.get("foot", ""), "")),
    ]
    return f'<article class="card" aria-label="{escape(title)}">{"".join(parts)}</article>'


def _line(kind: str, text: str) -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if text else ""


def _label(drawing: Drawing, name: str) -> str:
    return heading(drawing.schema.column(name), drawing.audience)


CARDS = Kind(
    name="cards",
    words="Cards",
    arrange=lambda rows, encoding: rows,
    html=cards_html,
    parts={
        "title": Part("column with the name of each card", required=True),
        "over": Part("column with the small line above the name"),
        "mark": Part("column with a word beside the name, such as Draft; empty = no mark"),
        "lead": Part("column with the large line below the name"),
        "points": Part("columns with a short line each, in this order", "columns"),
        "columns": Part("columns with a labelled line each, in this order", "columns"),
        "foot": Part("column with the last line, in small print"),
        "where": WHERE,
    },
)
