"""Chapters that are tables: the chosen tactics and the expected results, a row for what one sentence says of each."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from helpers.client.result_model import Finding
from helpers.show.audience import Audience
from helpers.show.sentences import fill

TACTIC_COLUMNS = (
    ("Who", "{owner:text}", "owner"),
    ("From", "{starts:date}", "starts"),
    ("To", "{ends:date}", "ends"),
    ("Cost", "{cost:money}", "cost"),
    ("Judged to bring", "{effect:money_range}", "effect"),
    ("Seen by", "{measure:text}", "measure"),
)
HOW = {"money": "money", "share": "pct"}
RESULT_COLUMNS = ("Result", "Today", "Expected", "By", "Who")
UNKNOWN = "–"


def is_tactic(said: Finding) -> bool:
    """Whether a sentence of a chapter tells of one tactic."""
    return said.id.startswith("12.in_tactics_") and "title" in said.values


def is_result(said: Finding) -> bool:
    """Whether a sentence of a chapter tells what is expected of one group by one day."""
    return said.id.startswith("12.in_results") and "by" in said.values and "group" in said.values


def tactics_table(said: Sequence[Finding], audience: Audience) -> str:
    """The chosen tactics as a table, a row for each sentence; what it does not say stays empty."""

    def cell(one: Finding, text: str, name: str) -> str:
        return escape(fill(text, one.values, audience, where=one.id)) if name in one.values else UNKNOWN

    rows = []
    for one in said:
        whom = f'<span class="basis">{cell(one, "{group:group}", "group")}</span>' if "group" in one.values else ""
        cells = [cell(one, text, name) for _, text, name in TACTIC_COLUMNS]
        rows.append(table_row(cell(one, "{title:text}", "title") + whom, cells, [row[0] for row in TACTIC_COLUMNS]))
    return _table(("Tactic", *(row[0] for row in TACTIC_COLUMNS)), [f"<tbody>{''.join(rows)}</tbody>"]) if rows else ""


def results_table(said: Sequence[Finding], audience: Audience) -> str:
    """What is expected as a table, a row for each result; those of a sentence under the name of their group."""
    bodies, before = [], None
    for one in said:

        def cell(text: str, one: Finding = one) -> str:
            return escape(fill(text, one.values, audience, where=one.id))

        rows = []
        for measure in [name.removesuffix("_name") for name in one.values if name.endswith("_name")]:
            how = HOW[one.values[measure].unit]
            today, then = f"{{{measure}_today:{how}}}", f"{{{measure}:{how}_range}}"
            who = cell(f"{{{measure}_owner:text}}") if f"{measure}_owner" in one.values else "nobody yet"
            cells = [cell(today), cell(then), cell("{by:date}"), who]
            rows.append(table_row(cell(f"{{{measure}_name:text}}"), cells, RESULT_COLUMNS[1:]))
        span = len(RESULT_COLUMNS)
        band = f'<tr class="under"><th colspan="{span}" scope="colgroup">{cell("{group:group}")}</th></tr>'
        group = one.values["group"].value
        bodies.append(f"<tbody>{band if group != before else ''}{''.join(rows)}</tbody>")
        before = group
    return _table(RESULT_COLUMNS, bodies, "judged results") if bodies else ""


def table_row(head: str, cells: Sequence[str], titles: Sequence[str], kind: str = "") -> str:
    """A row of cells that are HTML already; each says its heading where a narrow screen stacks them.

    >>> table_row("Yards", ["12"], ["Customers"])
    '<tr><th scope="row">Yards</th><td data-title="Customers">12</td></tr>'
    """
    told = "".join(f'<td data-title="{escape(title)}">{cell}</td>' for title, cell in zip(titles, cells, strict=True))
    mark = f' class="{kind}"' if kind else ""
    return f'<tr{mark}><th scope="row">{head}</th>{told}</tr>'


def _table(titles: Sequence[str], bodies: Sequence[str], kind: str = "judged") -> str:
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    return f'<table class="{kind}"><thead><tr>{head}</tr></thead>{"".join(bodies)}</table>'
