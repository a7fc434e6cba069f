"""Chapters that are tables: the chosen tactics and the expected results, a row for what one sentence says of each."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from helpers.client.result_model import Finding, Value
from helpers.method.value_words import in_words, range_in_words
from helpers.show.audience import Audience
from helpers.show.numbers import NBSP
from helpers.show.sentences import fill

TACTIC_COLUMNS = (
    ("Who", "{owner:text}", "owner"),
    ("From", "{starts:date}", "starts"),
    ("To", "{ends:date}", "ends"),
    ("Cost", "{cost:money}", "cost"),
    ("Judged to bring", "{effect:money_range}", "effect"),
    ("Seen by", "{measure:text}", "measure"),
)
RESULT_COLUMNS = ("Result", "Today", "Expected", "By", "Who")
PROMISE_COLUMNS = ("Result", "Then", "Promised", "By", "Is", "Verdict", "Who")
QUANTITIES = ("was", "meant", "now")
WORTH_COLUMNS = {
    "revenue": "Revenue a year",
    "profit": "Profit a year",
    "rate": "Of revenue",
    "us": "Worth more to us than the hurdle",
    "them": "Gain with us",
    "verdict": "Who gains for sure",
    "share": "Our share of what they spend",
    "others": "To others a year, known wallets",
}
UNKNOWN, OPEN = "–", "open"  # what is not known, and a verdict that nothing decides: a column of these says nothing


def is_tactic(said: Finding) -> bool:
    """Whether a sentence of a chapter tells of one tactic."""
    return said.id.startswith("12.in_tactics_") and "title" in said.values


def is_result(said: Finding) -> bool:
    """Whether a sentence of a chapter tells what is expected of one group by one day."""
    return said.id.startswith("12.in_results") and "by" in said.values and "group" in said.values


def is_worth(said: Finding) -> bool:
    """Whether a sentence of a chapter tells what one group is worth to us, and we to it."""
    return said.id.startswith("12.in_worth_group.")


def worth_table(said: Sequence[Finding], audience: Audience) -> str:
    """What the groups are worth to us and we to them as a table; a column of which nothing is known is left out."""
    known = {name for one in said for name, value in one.values.items() if name != "verdict" or value.value != OPEN}
    columns = {name: title for name, title in WORTH_COLUMNS.items() if name in known}
    rows = []
    for one in said if columns else ():
        name = escape(fill("{group:group}", one.values, audience, where=one.id))
        cells = [_told(one, key) if key == "verdict" else _quantity(one.values.get(key), audience) for key in columns]
        rows.append(table_row(name, cells, list(columns.values())))
    return _table(("Group", *columns.values()), [f"<tbody>{''.join(rows)}</tbody>"], "judged worth") if rows else ""


def is_promise(said: Finding) -> bool:
    """Whether a sentence of a chapter tells what came of one promise of the version before."""
    return said.id.startswith("12.in_since_came_") and "verdict" in said.values


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
            today, then = one.values[f"{measure}_today"], one.values[measure]
            who = cell(f"{{{measure}_owner:text}}") if f"{measure}_owner" in one.values else "nobody yet"
            alone = f", {cell(f'{{{measure}_alone:text}}')}" if f"{measure}_alone" in one.values else ""
            cells = [_quantity(today, audience), _quantity(then, audience, ranged=True) + alone]
            cells += [cell("{by:date}"), who]
            rows.append(table_row(cell(f"{{{measure}_name:text}}"), cells, RESULT_COLUMNS[1:]))
        group = one.values["group"].value
        band = _band(cell("{group:group}"), len(RESULT_COLUMNS)) if group != before else ""
        bodies.append(f"<tbody>{band}{''.join(rows)}</tbody>")
        before = group
    return _table(RESULT_COLUMNS, bodies, "judged results") if bodies else ""


def promise_table(said: Sequence[Finding], audience: Audience) -> str:
    """What came of each promise of the version before as a table, under the name of its group."""
    rows, before = [], None
    for one in said:
        whose = "{group:group}" if "group" in one.values else "{name:text}"
        name = escape(fill(whose, one.values, audience, where=one.id))
        rows += [_band(name, len(PROMISE_COLUMNS))] if name != before else []
        before = name
        was, meant, now = (_quantity(one.values.get(key), audience, ranged=key == "meant") for key in QUANTITIES)
        by, verdict = escape(fill("{by:date}", one.values, audience, where=one.id)), _told(one, "verdict")
        cells = [was, meant, by, now, verdict, _told(one, "owner", "nobody")]
        rows.append(table_row(_told(one, "measure"), cells, PROMISE_COLUMNS[1:], _colour(verdict)))
    return _table(PROMISE_COLUMNS, [f"<tbody>{''.join(rows)}</tbody>"], "judged promises") if rows else ""


def _told(said: Finding, key: str, otherwise: str = UNKNOWN) -> str:
    return escape(str(said.values[key].value)) if key in said.values else otherwise


def _colour(verdict: str) -> str:
    return "worse" if verdict == "worse" else ""


def _quantity(value: Value | None, audience: Audience, *, ranged: bool = False) -> str:
    """An amount or a share, or its range, as step 09 writes them: no cents, small shares with a decimal."""
    if value is None or value.value is None:
        return UNKNOWN
    if ranged and value.low is not None and value.high is not None:
        said = range_in_words(value.low, value.high, value.unit, audience.currency)
    else:
        said = in_words(float(value.value), value.unit, audience.currency)
    return escape(said.replace(f"{audience.currency} ", f"{audience.currency}{NBSP}"))


def _band(name: str, span: int) -> str:
    """The row under which those of a group stand; its name is HTML already."""
    return f'<tr class="under"><th colspan="{span}" scope="colgroup">{name}</th></tr>'


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
