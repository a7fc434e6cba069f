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
        cells = "".join(f"<td>{cell(one, text, name)}</td>" for _, text, name in TACTIC_COLUMNS)
        rows.append(f'<tr><th scope="row">{cell(one, "{title:text}", "title")}{whom}</th>{cells}</tr>')
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
            head = f'<th scope="row">{cell(f"{{{measure}_name:text}}")}</th>'
            rows.append(f"<tr>{head}{''.join(f'<td>{text}</td>' for text in cells)}</tr>")
        span = len(RESULT_COLUMNS)
        band = f'<tr class="under"><th colspan="{span}" scope="colgroup">{cell("{group:group}")}</th></tr>'
        group = one.values["group"].value
        bodies.append(f"<tbody>{band if group != before else ''}{''.join(rows)}</tbody>")
        before = group
    return _table(RESULT_COLUMNS, bodies, "judged results") if bodies else ""


def _table(titles: Sequence[str], bodies: Sequence[str], kind: str = "judged") -> str:
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    return f'<table class="{kind}"><thead><tr>{head}</tr></thead>{"".join(bodies)}</table>'
