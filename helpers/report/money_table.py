"""The money of the board's second page as a table: what it costs, what it brings, what is left, and by when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from helpers.client.result_model import Finding, Value
from helpers.show.audience import Audience
from helpers.show.numbers import NBSP
from helpers.show.sentences import fill, format_value

LOSS = "it may lose money"


@dataclass(frozen=True)
class Row:
    """A row: the sentence and the value that it shows, its heading, and what stands under that where it is known."""

    sentence: str
    value: str
    title: str
    under: tuple[str, ...]


ROWS = (
    Row("12.money_in", "cost", "Cost", ("{first:date} to {last:date}",)),
    Row("12.effect", "effect", "Brings, by tactic", ("over {months:count} months, in today's money",)),
    Row("12.net", "net", "Left after the cost", ()),
    Row("12.money_back", "back", "More profit a year",
        ("by group, by {by:date}", "by group, between {first:date} and {last:date}")),
)  # fmt: skip


def money_table(said: Mapping[str, Finding], audience: Audience) -> str:
    """The rows of which a sentence is said, low, most likely and high; empty where fewer than two are.

    Parameters
    ----------
    said : mapping of id to Finding
        The sentences on money as this audience may see them. The table says no more than they do.
    """
    rows = [row for row in ROWS if row.sentence in said]
    if len(rows) < 2:
        return ""
    head = "".join(f'<th scope="col" class="num">{name}</th>' for name in ("Low", "Most likely", "High"))
    body = "".join(_row(row, said[row.sentence], audience) for row in rows)
    return (
        f'<table class="money"><thead><tr><th scope="col">{escape(audience.currency)}</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def told_in_table(said: Mapping[str, Finding], audience: Audience) -> set[str]:
    """The ids of the sentences that the table tells."""
    return {row.sentence for row in ROWS} if money_table(said, audience) else set()


def _row(row: Row, said: Finding, audience: Audience) -> str:
    value = said.values[row.value]
    later = any(name.startswith("late_") for name in said.values)  # the sheet before says whose, and by which day
    under = [
        fill(text.replace(", by {", ", most by {") if later else text, said.values, audience, where=said.id)
        for text in row.under
        if all(name in said.values for name in _names(text))
    ]
    if value.low is not None and value.low < 0:
        under.append(LOSS)
    beside = f"<span>{escape('; '.join(under))}</span>" if under else ""
    ends = (value.low, value.value, value.high)
    cells = "".join(f'<td class="num">{_cell(end, value, audience)}</td>' for end in ends)
    return f'<tr class="is-{row.value}"><th scope="row">{escape(row.title)}{beside}</th>{cells}</tr>'


def _cell(end: object, value: Value, audience: Audience) -> str:
    """One end; what has no range stands in the middle alone."""
    if end is None:
        return ""
    written = format_value(end, "money", audience).removeprefix(audience.currency + NBSP)
    return f"<b>{escape(written)}</b>" if end is value.value else escape(written)


def _names(text: str) -> list[str]:
    """The placeholders of a text.

    >>> _names("by {by:date}")
    ['by']
    """
    return [part.partition(":")[0] for part in text.split("{")[1:]]
