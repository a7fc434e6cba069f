"""The table of the board's first page: each group with its intent, its portion, what it brings and what we expect."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from helpers.errors import counted
from helpers.method.strategy_money import step_of_sum
from helpers.show.audience import Audience
from helpers.show.numbers import NBSP, long_date
from helpers.show.range_strip import range_strip
from helpers.show.sentences import format_value

SHEET, BAND, LINE = 33, 2, {"name": 30, "headline": 44, "why": 46}  # lines that a sheet holds; marks on a line of each
LEAST = 3  # lines of a row: a share and a range with a day take as many
BANDS = (
    ("We serve", ("grow", "maintain")),
    ("We change how we serve", ("re_engineer",)),
    ("We part with", ("retire",)),
)


@dataclass(frozen=True)
class Shown:
    """A column: its heading, a class, the columns that it needs one value of, and a cell as HTML."""

    title: str
    kind: str
    needs: str
    cell: Callable[[dict], str]


def board_table(board: pd.DataFrame, audience: Audience, basis: str = "") -> str:
    """The groups as a table; empty where no group has an intent. Columns of which nothing is known are left out.

    Parameters
    ----------
    board : DataFrame, the published board_groups as this audience may see it
        As many as a sheet holds by `on_the_sheet`; the others are counted below the table.
    basis : str
        What the profits leave out, in a few words, where they do.
    """
    if board.empty:
        return ""
    board = _alike(board)
    shown, left_out = on_the_sheet(board)
    rest = len(board) - len(shown)
    more = f'<p class="more">And {counted(rest, "more group")}, in the chapters.</p>' if rest > 0 else ""
    return _table(shown, audience, "board many" if left_out else "board", basis) + more


def other_groups(board: pd.DataFrame, audience: Audience, basis: str = "") -> str:
    """The groups that the first sheet has no room for, as the same table; empty where it holds all."""
    rest = _alike(board).iloc[len(on_the_sheet(board)[0]) :]
    return _table(rest.assign(why=""), audience, "board many", basis) if len(rest) else ""


def on_the_sheet(board: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The groups that a sheet holds, and the columns that are left empty so that it does: `why`, then `headline`.

    Notes
    -----
    Lines are counted as they fall on paper. Reasons that have no room stand in a chapter, as headlines do anyway; where
    all groups do not fit without them either, so do those that come last.

    Examples
    --------
    >>> row = {"group_name": "Yards", "primary": "grow", "intent": "Grow", "headline": "", "why": ""}
    >>> shown, left_out = on_the_sheet(pd.DataFrame([row | {"why": str(at) * 120} for at in range(9)]))
    >>> len(shown), left_out
    (9, ('why',))
    """
    if len(board) > 1 and board["why"].nunique() == 1:
        board = board.assign(why="")  # the answer says it once
    room = SHEET - BAND * sum(board["primary"].isin(intents).any() for _, intents in BANDS)
    for left_out in ((), ("why",), ("why", "headline")):
        shown = board.assign(**dict.fromkeys(left_out, ""))
        lines = _lines(shown["group_name"] + " " + shown["intent"], "name")
        lines += _lines(shown["headline"], "headline") + _lines(shown["why"], "why")
        lines = lines.clip(lower=LEAST)
        if lines.sum() <= room:
            return shown, left_out
    return shown.head(max(int((lines.cumsum() <= room).sum()), 1)), left_out


def _lines(texts: pd.Series, kind: str) -> pd.Series:
    """How many lines each text takes."""
    return -(-texts.str.len() // LINE[kind])


def _table(board: pd.DataFrame, audience: Audience, kind: str, basis: str) -> str:
    """Some groups as a table, in bands by what we do with them."""
    shown = _columns(board, audience, basis)
    head = "".join(f'<th scope="col" class="{one.kind}">{one.title}</th>' for one in shown)
    bodies = []
    for title, intents in BANDS:
        rows = board[board["primary"].isin(intents)].to_dict("records")
        if rows:
            band = f'<tr class="band"><th colspan="{len(shown) + 1}" scope="colgroup">{title}</th></tr>'
            bodies.append(f"<tbody>{band}{''.join(_row(row, shown, audience) for row in rows)}</tbody>")
    return (
        f'<table class="{kind}"><thead><tr><th scope="col">Group and intent</th>{head}</tr></thead>'
        f"{''.join(bodies)}</table>"
    )


def _columns(board: pd.DataFrame, audience: Audience, basis: str) -> list[Shown]:
    ends = _ends(board)
    day = _usual_day(board)
    by = "" if pd.isna(day) else f" by {long_date(day.date())}"
    moved = bool((board["portion_moved"] & board["portion_low"].notna()).any())
    where = f" → meant by {day.year}" if moved and not pd.isna(day) else ""
    money = f"<span>{escape(audience.currency)}{escape(by)}</span>"
    unit = f"{audience.currency}, {basis}" if basis else audience.currency
    every = [
        Shown(f"Customers<span>part of all{where}</span>", "num", "customers", lambda row: _portion(row, audience)),
        Shown("Our share<span>today, meant</span>", "num", "customer_share", lambda row: _share(row, audience)),
        Shown("Revenue<span>part of all</span>", "num", "revenue_part",
              lambda row: f"<b>{_word(row['revenue_part'], 'pct', audience)}</b>"),
        Shown(f"Profit a year<span>{escape(unit)}</span>", "num", "profit_today",
              lambda row: _plain_money(row["profit_today"], audience)),
        Shown(f"More a year{money}", "range", "change_likely", lambda row: _change(row, ends, audience, day)),
        Shown(f"Cost<span>{escape(audience.currency)}</span>", "num", "cost",
              lambda row: _plain_money(row["cost"], audience)),
    ]  # fmt: skip
    known = [one for one in every if board[one.needs].notna().any()]
    # what a group brings is its profit; its revenue where that is not known
    return [one for one in known if one.needs != "revenue_part" or board["profit_today"].isna().all()]


def _row(row: dict, shown: Sequence[Shown], audience: Audience) -> str:
    name = escape(audience.group(row["group_id"]) or row["group_name"])
    headline = f'<span class="headline">{escape(row["headline"])}</span>' if row["headline"] else ""
    why = f'<span class="why">{escape(row["why"])}</span>' if row["why"] else ""
    cells = "".join(
        f'<td class="{one.kind}" data-title="{escape(_bare(one.title))}">{one.cell(row)}</td>' for one in shown
    )
    return (
        f'<tr><th scope="row"><span class="name">{name}</span> <span class="intent is-{row["primary"]}">'
        f"{escape(row['intent'])}</span>{headline}{why}</th>{cells}</tr>"
    )


def _bare(title: str) -> str:
    """A heading as plain text, for narrow screens."""
    return title.replace("<span>", ", ").replace("</span>", "")


def _portion(row: dict, audience: Audience) -> str:
    text = f"<b>{_word(row['customers'], 'count', audience)}</b>"
    if not pd.isna(row["portion_today"]):
        text += f"<span>{_word(row['portion_today'], 'pct', audience)}"
        if row["portion_moved"] and not pd.isna(row["portion_low"]):
            text += f"</span><span>→ {_word((row['portion_low'], row['portion_high']), 'pct_range', audience)}"
        text += "</span>"
    return text


def _share(row: dict, audience: Audience) -> str:
    if pd.isna(row["customer_share"]):
        return _unknown()
    text = f"<b>{_word(row['customer_share'], 'pct', audience)}</b>"
    if not pd.isna(row["share_low"]):
        text += f"<span>{_word((row['share_low'], row['share_high']), 'pct_range', audience)}</span>"
    if not pd.isna(row["share_meant_low"]):
        text += f"<span>→ {_word((row['share_meant_low'], row['share_meant_high']), 'pct_range', audience)}</span>"
    return text


def _plain_money(value: float, audience: Audience) -> str:
    """An amount without its currency, which the heading has."""
    if pd.isna(value):
        return _unknown()
    return f"<b>{_word(round(value), 'money', audience).removeprefix(escape(audience.currency) + NBSP)}</b>"


def _usual_day(board: pd.DataFrame) -> pd.Timestamp:
    """The day by which most groups expect their results, the latest of several such; NaT where none is known."""
    return board["by_date"].dropna().mode().max()


def _change(row: dict, ends: tuple[float, float], audience: Audience, day: pd.Timestamp) -> str:
    if pd.isna(row["change_likely"]) or pd.isna(row["change_low"]):
        return _unknown()
    low, likely, high = (float(row[f"change_{end}"]) for end in ("low", "likely", "high"))
    said = format_value((round(low), round(high)), "count_range", audience)
    words = f"{said} more a year, most likely {format_value(round(likely), 'count', audience)}"
    other = "" if pd.isna(row["by_date"]) or row["by_date"] == day else f" by {long_date(row['by_date'].date())}"
    return f"{range_strip(low, likely, high, ends, words)}<span>{escape(said + other)}</span>"


def _alike(board: pd.DataFrame) -> pd.DataFrame:
    """The changes to the digits that the sum below them has, so that who adds them up finds it."""
    names = [f"change_{end}" for end in ("low", "likely", "high")]
    step = step_of_sum(board[names].dropna().to_numpy(dtype=float))
    return board.assign(
        **{name: (board[name] / step + 0.5).map(math.floor, na_action="ignore") * step for name in names}
    )


def _ends(board: pd.DataFrame) -> tuple[float, float]:
    """The scale that all ranges share."""
    known = board[["change_low", "change_high"]].to_numpy(dtype=float)
    known = known[~pd.isna(known)]
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)


def _word(value: object, how: str, audience: Audience) -> str:
    given = tuple(map(float, value)) if isinstance(value, tuple) else value
    return escape(format_value(given, how, audience))


def _unknown() -> str:
    return '<span class="empty" aria-hidden="true">–</span><span class="visually-hidden">not known</span>'
