"""What the document rests on, as tables and lists: assumptions, judgements and open questions."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType

import pandas as pd

from helpers.answers import Amount
from helpers.errors import counted
from helpers.report.strategy_tables import table_row
from helpers.show import blocks
from helpers.show.audience import Audience
from helpers.show.numbers import MINUS, NBSP
from helpers.steps import STEPS

TITLES = MappingProxyType({step.number: step.title for step in STEPS})
STATES = MappingProxyType(
    {
        "proposed": "A proposal by rule; nobody has confirmed it",
        "stale": "Decided on numbers that have moved since",
        "missing": "Nobody has decided yet",
    }
)


def assumptions(rows: pd.DataFrame) -> str:
    """Those that have a range, which can be argued about; the others in a fold."""
    ranged = rows["low"].notna() & rows["high"].notna()
    first, others = (_assumed(rows[one]) for one in (ranged, ~ranged))
    if first and others:
        count = counted(int((~ranged).sum()), "more assumption")
        others = f"<details><summary>{count} without a range</summary>{others}</details>"
    return first + others


def decisions(table: pd.DataFrame, audience: Audience) -> str:
    """What nobody has confirmed, or was decided on other numbers; what people decided in a fold."""
    made = table["state"] == "decided"
    fold, count = _judged(table[made], audience), counted(int(made.sum()), "judgement")
    inside = f"<details><summary>{count} that people have made</summary>{fold}</details>" if fold else ""
    return _judged(table[~made], audience) + inside


def open_questions(rows: pd.DataFrame) -> str:
    """What could not be said, why, and what would answer it."""
    items = [
        f"<li><strong>{escape(row['question'])}</strong> {escape(row['because'])} "
        f'<span class="basis">What would answer it: {escape(row["unlocked_by"])}</span></li>'
        for row in rows.to_dict("records")
    ]
    return f'<ul class="small-print">{"".join(items)}</ul>' if items else ""


def _judged(table: pd.DataFrame, audience: Audience) -> str:
    """Some judgements as a table; empty of none."""
    items = []
    for row in table.to_dict("records"):
        whom = "" if row["group_id"] == "all" else f" ({audience.group(row['group_id']) or row['group_id']})"
        day = row["decided_on"]
        on = "" if pd.isna(day) else f", {blocks.plain_date(day.date().isoformat())}"
        who = f"{row['decided_by']}{on}" if row["decided_by"] else STATES.get(row["state"], row["state"])
        asked = f'{escape(row["question"] + whom)}<span class="basis">'
        asked += f"{escape(row['step'] + ' ' + TITLES.get(row['step'], ''))}</span>"
        mark = "" if row["state"] == "decided" else "open"
        answer = with_unit(row["decision"], row["answer"], audience.currency) or "–"
        items.append(table_row(asked, [escape(answer), escape(who)], ("Answer", "Who and when"), mark))
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Asked", "Answer", "Who and when"))
    html = f"<thead><tr>{head}</tr></thead><tbody>{''.join(items)}</tbody>"
    return f'<table class="judged">{html}</table>' if items else ""


def with_unit(decision: str, answer: str, currency: str) -> str:
    """An answer that is one number, with the unit in which the step asked for it; any other as it is.

    >>> with_unit("11.all.budget", "80,000", "EUR").replace(NBSP, " "), with_unit("11.all.people_days", "400", "EUR")
    ('EUR 80,000', '400 working days')
    """
    number, _, name = decision.split(".")
    step = next((one for one in STEPS if one.number == number), None)
    asked = next((one.asks for one in step.decides if one.name == name), None) if step else None
    if not isinstance(asked, Amount) or not answer.replace(",", "").replace(".", "").isdigit():
        return answer
    what, _, more = asked.unit.partition(" ")
    if what not in ("currency", "money"):
        return f"{answer} {asked.unit}".strip()
    return f"{currency}{NBSP}{answer} {more}".strip()


def _assumed(rows: pd.DataFrame) -> str:
    """Assumptions as a list; empty of none."""
    items = [
        f'<li>{escape(row["text"])} <span class="basis">{escape(_ranged(row))}</span></li>'
        for row in rows.to_dict("records")
    ]
    return f'<ul class="small-print">{"".join(items)}</ul>' if items else ""


def _ranged(row: Mapping) -> str:
    """The value of an assumption, with its range where it has one."""
    text = _number(row["value"])
    if not pd.isna(row["low"]) and not pd.isna(row["high"]):
        text += f" ({_number(row['low'])} to {_number(row['high'])})"
    return f"{text}; {row['evidence']}; step {row['step']}"


def _number(value: object) -> str:
    """A number as people write it; what is none as it is."""
    try:
        return blocks.plain(float(str(value))).replace("-", MINUS)
    except ValueError:
        return blocks.plain(value)
