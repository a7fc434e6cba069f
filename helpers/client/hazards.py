"""What is true of the data and may be misread later: returns, lines without revenue, fees, answers on another scale.

Every such line is kept and noted, with its rows and its money. Nothing here is a fault: a note says what to ask the
sender before anything is built on these lines. Step 01 puts the weighty ones into sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from helpers.client.check_values import parsed
from helpers.client.count_rows import Count
from helpers.client.sources import Received
from helpers.client.survey_form import SURVEY, kind_of
from helpers.client.tables import Connection
from helpers.errors import listed, quoted

# note -> the columns it needs, and its condition over their values
LINES = {
    "lines without a customer": (("customer_id",), "{customer_id} is null"),
    "revenue below zero: returns, credits and corrections": (("revenue",), "{revenue} < 0"),
    "revenue of exactly zero": (("revenue",), "{revenue} = 0"),
    "quantity below zero": (("quantity",), "{quantity} < 0"),
    "quantity below zero though revenue is not: corrections of stock rather than returns": (
        ("quantity", "revenue"),
        "{quantity} < 0 and {revenue} >= 0",
    ),
    "revenue below zero though quantity is above zero: fees or bad debts rather than returns": (
        ("quantity", "revenue"),
        "{quantity} > 0 and {revenue} < 0",
    ),
}
OTHER_CODES = "product codes of another form than nearly all others"
LONG_AGO = "dated more than ten years before the last line"
STRANGERS = "lines of customers that the customers table does not know"
SILENT = "customers without a line in transactions"
NARROW = "answers all within a shorter scale than the one stated: ask on which they were given"
USUAL_SCALES = ((1, 5), (0, 5), (1, 6), (1, 7), (0, 10), (1, 10))  # the shortest first
MUCH_SHORTER = 0.75  # of the stated scale; nobody giving the worst answer of eleven is no other scale
LEAST_ANSWERS = 30  # fewer may all be of one mind
NEARLY_ALL = 0.95  # part of the lines that gives the codes their form
SELDOM = 0.01  # lines from long ago are history where they are more than this part
MOST_NAMED = 8
# forms that codes have and names have not; the first that nearly all lines fit is theirs
CODE_FORMS = ("regexp_matches({code}, '^[0-9]')", "regexp_matches({code}, '^[^ ]*[0-9][^ ]*$')")


def count_hazards(connection: Connection, received: Received) -> list[Count]:
    """The notes on parsed transactions and answers, where there is something to note; none for other tables."""
    if received.name == SURVEY:
        return list(_narrow_answers(connection, received))
    if received.name != "transactions":
        return []
    slots = {name: received.slot(name, "v") for name in received.columns}
    counts = []
    for note, (needed, condition) in LINES.items():
        if set(needed) <= set(slots):
            counts += _noted(connection, received, note, condition.format(**slots))
    return [*counts, *_other_codes(connection, received, slots), *_long_ago(connection, received, slots)]


def count_strangers(connection: Connection, tables: Mapping[str, Received]) -> list[Count]:
    """Customers that only one of transactions and customers knows; none where one of the two was not delivered."""
    lines, customers = tables.get("transactions"), tables.get("customers")
    if lines is None or customers is None:
        return []
    line, known = lines.slot("customer_id", "v"), customers.slot("customer_id", "v")
    buyers = f"select {line} from {parsed(lines)} where {line} is not null"
    names = f"select {known} from {parsed(customers)} where {known} is not null"
    silent = connection.execute(f"select count(*) from {parsed(customers)} where {known} not in ({buyers})").fetchone()[
        0
    ]
    strangers = _noted(connection, lines, STRANGERS, f"{line} is not null and {line} not in ({names})")
    return [*strangers, *([Count("customers", "noted", SILENT, silent, None)] if silent else [])]


def _narrow_answers(connection: Connection, received: Received) -> Iterable[Count]:
    """Answers that nobody used the rest of the scale for: 1 to 5 on what client.yaml states as 0 to 10."""
    kinds = {}
    for column in received.columns:
        kind = kind_of(column)
        # we and the competitor are rated on one scale, so that both have to fit the shorter one
        kinds.setdefault("driver" if kind == "competitor" else kind, []).append(received.slot(column, "v"))
    for kind, ends in received.config.scale.items():
        if not (slots := kinds.get(kind)):
            continue
        answers = " union all ".join(f"select {slot} as answer from {parsed(received)}" for slot in slots)
        query = f"select min(answer), max(answer), count(answer) from ({answers})"
        low, high, every = connection.execute(query).fetchone()
        if every < LEAST_ANSWERS:
            continue
        span = max(ends) - min(ends)
        fits = [pair for pair in USUAL_SCALES if pair[0] <= low <= high <= pair[1]]
        shorter = [pair for pair in fits if pair[1] - pair[0] <= MUCH_SHORTER * span]
        if shorter:
            first, last = shorter[0]
            said = f"{kind} fits {first} to {last}, and {ends[0]:g} (worst) to {ends[1]:g} (best) is stated"
            yield Count(received.name, "noted", f"{NARROW} ({said})", every, None)


def _noted(connection: Connection, received: Received, note: str, condition: str) -> Iterable[Count]:
    revenue = received.slot("revenue", "v")
    rows, money = connection.execute(
        f"select count(*), sum({revenue}) from {parsed(received)} where {condition}"
    ).fetchone()
    return [Count(received.name, "noted", note, rows, money or Decimal(0))] if rows else []


def _other_codes(connection: Connection, received: Received, slots: Mapping[str, str]) -> Iterable[Count]:
    """Postage, fees and entries by hand hide under codes that look unlike those of products."""
    if "product" not in slots:
        return []
    code = slots["product"]
    every = connection.execute(f"select count({code}) from {parsed(received)}").fetchone()[0]
    for form in CODE_FORMS:
        other = f"not {form.format(code=code)}"
        found = connection.execute(
            f"select {code}, count(*) from {parsed(received)} where {other} group by 1 order by 2 desc, 1"
        ).fetchall()
        if sum(rows for _, rows in found) <= (1 - NEARLY_ALL) * every:
            names = listed([quoted(name, 30) for name, _ in found], MOST_NAMED)
            return _noted(connection, received, f"{OTHER_CODES}: {names}", other)
    return []


def _long_ago(connection: Connection, received: Received, slots: Mapping[str, str]) -> Iterable[Count]:
    """A few lines from long before the others: often a stand-in for a day that nobody knew."""
    day = slots["date"]
    first, edge, every = connection.execute(
        f"select min({day}), max({day}) - interval 10 year, count(*) from {parsed(received)}"
    ).fetchone()
    if first is None:
        return []
    condition = f"{day} < date '{edge:%Y-%m-%d}'"
    noted = _noted(connection, received, f"{LONG_AGO} (the first on {first})", condition)
    return [one for one in noted if one.rows <= SELDOM * every]
