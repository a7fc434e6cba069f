"""What the intake noticed and kept: lines without a customer, returns, equal lines, lines that may be no sales.

Rows and money are of everything that was kept, in the window or not: these are questions for whoever sent the data.
"""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Finding, Value
from helpers.method.finding_values import count_value, money_value, share_value

# as the intake words its notes; those that end in a list of the client's own words are known by their start
NO_CUSTOMER = "lines without a customer"
BELOW_ZERO = "revenue below zero: returns, credits and corrections"
FEES = "revenue below zero though quantity is above zero: fees or bad debts rather than returns"
EQUAL = "equal to another line of the file in every column; both are kept"
STRANGERS = "lines of customers that the customers table does not know"
NO_SALES = {
    "revenue of exactly zero": "revenue of zero",
    "quantity below zero though revenue is not: corrections of stock rather than returns": (
        "a quantity below zero and revenue that is not"
    ),
    "product codes of another form than nearly all others": "product codes unlike nearly all others",
}
WEIGHTY = 0.005  # part of the rows or of the money, above which a note is a sentence


def data_notes(received_data: pd.DataFrame) -> pd.DataFrame:
    """Every note of the intake, with the part of the rows and of the money that it concerns.

    Parameters
    ----------
    received_data : DataFrame, one row per table, outcome and reason

    Returns
    -------
    DataFrame, one row per table and note, in the order given: the columns of the published data_notes
        rows           int    one row counts in every note that fits it, so they do not add up
        part_of_rows   float  0-1 of the rows kept; missing without rows
        money          float  currency; missing for tables that hold no money
        part_of_money  float  of the money kept, below 0 for money below zero; missing where that is not above zero

    Examples
    --------
    >>> received = pd.DataFrame({"table": "transactions", "outcome": ["kept", "noted"], "reason": ["", "odd"],
    ...     "rows": [8, 2], "money": [50.0, -5.0]})
    >>> data_notes(received)[["note", "part_of_rows", "part_of_money"]].values.tolist()
    [['odd', 0.25, -0.1]]
    """
    amounts = received_data.astype({"rows": "float64", "money": "float64"})
    kept = amounts[amounts["outcome"] == "kept"].groupby("table")[["rows", "money"]].sum()
    notes = amounts[amounts["outcome"] == "noted"].reset_index(drop=True).rename(columns={"reason": "note"})
    for name in ("rows", "money"):
        whole = notes["table"].map(kept[name]).astype(float)
        part = notes[name] / whole.where(whole > 0)
        notes[f"part_of_{name}"] = part.where(notes["rows"] > 0).round(9)
    return notes.astype({"rows": "int64"})[["table", "note", "rows", "part_of_rows", "money", "part_of_money"]]


def note_findings(notes: pd.DataFrame) -> list[Finding]:
    """The notes that a board would want in a sentence, those on transactions only.

    Parameters
    ----------
    notes : DataFrame
        From `data_notes`.

    Returns
    -------
    list of Finding
        Where there is something to tell: 01.data_notes, 01.no_customer. Where it is more than a two-hundredth of the
        rows or of the money: 01.returns, 01.equal_lines, 01.no_sales, 01.strangers.
    """
    lines = notes[notes["table"] == "transactions"].set_index("note")
    # the list of the client's own codes is in the table, and not in the sentence
    lines.index = [str(note).split(': "')[0] for note in lines.index]
    found = [_count(notes), _no_customer(lines), _returns(lines), _equal(lines), _no_sales(lines), _strangers(lines)]
    return [finding for finding in found if finding is not None]


def part_without_customer(notes: pd.DataFrame) -> float:
    """The larger of the parts of rows and of money that name no customer; 0 where every line names one."""
    lines = notes[(notes["table"] == "transactions") & (notes["note"] == NO_CUSTOMER)]
    return float(lines[["part_of_rows", "part_of_money"]].max(axis=None)) if len(lines) else 0.0


def _count(notes: pd.DataFrame) -> Finding | None:
    asked = len(notes)
    if not asked:
        return None
    if asked == 1:
        text = "One thing was noticed on what is kept: no fault by itself, but something to ask the sender or to know."
        return _finding("data_notes", text, {})
    text = (
        "Noticed on what is kept: {notes:count} things. None is a fault by itself; each is something to ask the "
        "sender or to know."
    )
    return _finding("data_notes", text, {"notes": count_value(asked)})


def _no_customer(lines: pd.DataFrame) -> Finding | None:
    if NO_CUSTOMER not in lines.index:
        return None
    row = lines.loc[NO_CUSTOMER]
    values = _values(row)
    text = "Lines that name no customer: {rows:count}, {part_of_rows:pct1} of all; they bring {money:money}"
    if 0 <= row["part_of_money"] <= 1:
        values["part"] = share_value(row["part_of_money"])
        text += ", {part:pct1} of revenue"
    text += ". They are in every total and in nobody's rating until someone says whose they are."
    return _finding("no_customer", text, values)


def _returns(lines: pd.DataFrame) -> Finding | None:
    if not _is_weighty(lines, BELOW_ZERO):
        return None
    values = _values(lines.loc[BELOW_ZERO], sign=-1)
    text = "Returns, credits and corrections take {money:money} off revenue, in {rows:count} lines"
    if FEES in lines.index:
        values |= {f"fees_{name}": value for name, value in _values(lines.loc[FEES], sign=-1).items()}
        text += "; {fees_rows:count} of them, worth {fees_money:money}, have a quantity above zero, as fees have"
    return _finding("returns", f"{text}.", values)


def _equal(lines: pd.DataFrame) -> Finding | None:
    if not _is_weighty(lines, EQUAL):
        return None
    text = (
        "Lines that repeat another one in every column: {rows:count}, worth {money:money}. They are kept, since a "
        "customer may buy the same twice; if the sender's export doubled them, they are no sales."
    )
    return _finding("equal_lines", text, _values(lines.loc[EQUAL]))


def _no_sales(lines: pd.DataFrame) -> Finding | None:
    there = [note for note in NO_SALES if note in lines.index]
    if not any(_is_weighty(lines, note) for note in there):
        return None
    values, told = {}, []
    for number, note in enumerate(there):
        name = "abc"[number]
        values[name] = count_value(lines.loc[note, "rows"])
        told.append(f"{{{name}:count}} with {NO_SALES[note]}")
    listed = f"{', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else told[0]
    text = (
        f"Lines that may be no sales of products, some of them for more than one reason: {listed}. They count until "
        "someone says that they should not."
    )
    return _finding("no_sales", text, values)


def _strangers(lines: pd.DataFrame) -> Finding | None:
    if not _is_weighty(lines, STRANGERS):
        return None
    text = (
        "Customers whom the customers table does not know stand behind {rows:count} lines, {part_of_rows:pct1} of "
        "all: what rests on attributes will leave them out."
    )
    return _finding("strangers", text, _values(lines.loc[STRANGERS]))


def _is_weighty(lines: pd.DataFrame, note: str) -> bool:
    return note in lines.index and bool((lines.loc[note, ["part_of_rows", "part_of_money"]].abs() > WEIGHTY).any())


def _values(row: pd.Series, *, sign: int = 1) -> dict[str, Value]:
    return {
        "rows": count_value(row["rows"]),
        "part_of_rows": share_value(row["part_of_rows"]),
        "money": money_value(sign * row["money"]),
    }


def _finding(name: str, text: str, values: dict[str, Value]) -> Finding:
    return Finding(id=f"01.{name}", text=text, values=values, evidence="measured", table="data_notes")
