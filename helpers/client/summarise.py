"""From parsed tables to what the steps see: the window, the summaries, and wallets beside our own revenue."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from helpers.client.check_values import parsed
from helpers.client.count_rows import Count
from helpers.client.periods import Periods, choose_periods
from helpers.client.sources import Complaints, Received
from helpers.client.tables import Connection
from helpers.errors import Problem, TableError, counted, listed
from helpers.method.summaries import CUSTOMER_SUMMARY, WALLET_REVENUE_DETAIL

# wallets below our own revenue are listed for step 05; when they carry more than this part, the table itself is wrong
CONFLICT_LIMIT_PERCENT = 5
NOTED_WALLETS = {
    "certain_conflict": "wallets below our own revenue of the same days: listed as conflicts, not raised",
    "conflict and not certain_conflict": "wallets below our revenue as scaled by days: listed as conflicts",
    "covered_days between 1 and period_days - 1": "our data cover a part of the period: our revenue is scaled by days",
    "covered_days = 0": "the period lies outside our data: our revenue is unknown",
    "not is_known": "wallets of customers that no other table knows: nothing to set beside them",
    "is_known and not is_buyer": "wallets of customers without revenue above zero in the window: not among the buyers",
}
LATE_DAYS = 31  # a last transaction further from as_of than this leaves the end of the window empty
BESIDE = {"customers": ("customer_id",), "contracts": ("customer_id", "start_date", "end_date")}


@dataclass(frozen=True)
class Window:
    """The periods, and what the choice of them gives to note."""

    periods: Periods
    remarks: list[str]
    counts: list[Count]


def choose_window(
    connection: Connection, received: Received, as_of: date | None, window_months: int, complaints: Complaints
) -> Window | None:
    """The window that the parsed transactions can carry, or None with the complaint that there is none."""
    day, revenue = received.slot("date", "v"), received.slot("revenue", "v")
    before = f"where {day} < $as_of" if as_of else ""
    given = {"as_of": as_of} if as_of else {}
    first, last = connection.execute(
        f"select min({day}), max({day}) from {parsed(received)} {before}", given
    ).fetchone()
    where = received.sources[0].where("date")
    remedy = "Correct as_of or window_months in client.yaml, or ask for a longer history."
    if first is None:
        found = f"No row lies before as_of ({as_of})." if as_of else "No row is left after the corrections."
        complaints.add(received.name, received.files, Problem(where, found, remedy))
        return None
    try:
        periods = choose_periods(first_date=first, last_date=last, as_of=as_of, window_months=window_months)
    except TableError as error:
        complaints.add(received.name, received.files, Problem(where, str(error), remedy))
        return None
    if last < periods.window_start:
        end = periods.as_of - timedelta(days=1)
        found = f"No row lies in the window ({periods.window_start} to {end}): the last one is of {last}."
        remedy = (
            "Expected as_of to be the day after the last day that was delivered: "
            f"set as_of: {last + timedelta(days=1)} in client.yaml, or leave as_of out."
        )
        complaints.add(received.name, received.files, Problem(where, found, remedy))
        return None
    remarks = list(periods.remarks)
    counts = []
    if as_of is None:
        remarks.insert(0, f"client.yaml has no as_of: {periods.as_of} is the day after the last transaction.")
    empty = (periods.as_of - last).days
    if empty > LATE_DAYS:
        remarks.append(f"The last transaction is of {last}, {empty} days before as_of: the end of the window is empty.")
    outside = (
        (f"{day} < $edge", periods.window_start, "before the window", "before"),
        (f"{day} >= $edge", periods.as_of, "after as_of, outside the window", "on or after"),
    )
    for condition, edge, reason, side in outside:
        rows, money = connection.execute(
            f"select count(*), sum({revenue}) from {parsed(received)} where {condition}", {"edge": edge}
        ).fetchone()
        if rows:
            counts.append(Count("transactions", "noted", reason, rows, money))
            remarks.append(f"{counted(rows, 'line')} {side} {edge} {'is' if rows == 1 else 'are'} not in the window.")
    return Window(periods, remarks, counts)


def make_relations(connection: Connection, tables: dict[str, Received], periods: Periods) -> None:
    """The relations that `method/summaries.py` stands on."""
    transactions = tables["transactions"]
    connection.execute(f"create view lines as select {_columns(transactions)} from {parsed(transactions)}")
    for name, columns in BESIDE.items():
        received = tables.get(name)
        if received:
            values = ", ".join(
                f"{received.slot(column, 'v')} as {column}" if column in received.columns else f"null::date as {column}"
                for column in columns
            )
            connection.execute(f"create view {name} as select {values} from {parsed(received)}")
        else:
            types = {"customer_id": "varchar", "start_date": "date", "end_date": "date"}
            nothing = ", ".join(f"null::{types[column]} as {column}" for column in columns)
            connection.execute(f"create view {name} as select {nothing} where false")
    if "wallets" in tables:
        connection.execute(
            f"create view wallets as select row_number() over (order by file, record) as row, "
            f"{_columns(tables['wallets'])} from {parsed(tables['wallets'])}"
        )
    connection.execute(
        "create table frame as select $as_of::date as as_of, $start::date as window_start, "
        "$current::date as current_start, $as_of::date - 1 as window_end, $first::date as first_date",
        {
            "as_of": periods.as_of,
            "start": periods.window_start,
            "current": periods.current_start,
            # a window whose first sale falls some days late is whole, so the data cover it from its first day on
            "first": min(periods.first_date, periods.window_start),
        },
    )
    for name, blocks in (("months", periods.months), ("quarters", periods.quarters)):
        connection.execute(f"create table {name} (first_day date, last_day date)")
        if blocks:
            connection.executemany(f"insert into {name} values (?, ?)", [list(block) for block in blocks])


def _columns(received: Received) -> str:
    """All fixed columns of the schema, NULL where the client has none."""
    return ", ".join(
        f"{received.slot(column.name, 'v')} as {column.name}"
        if column.name in received.columns
        else f"cast(null as {column.sql_type}) as {column.name}"
        for column in received.schema.columns
    )


def check_wallets(connection: Connection, wallets: Received, complaints: Complaints) -> list[Count]:
    """Wallets below our own revenue: a complaint when they weigh much, else a note; they are never raised.

    Noted are also those that no share can be made of: of strangers, and of customers who bought nothing.

    Only revenue of days that our data cover counts as proof; where it was scaled to a longer period, a wallet below it
    is noted as a conflict and never stops the intake.
    """
    connection.execute(
        "create table wallet_detail as select detail.*, everyone.customer_id is not null as is_known, "
        "coalesce(everyone.revenue > 0, false) as is_buyer "
        f"from ({WALLET_REVENUE_DETAIL}) as detail "
        f"left join ({CUSTOMER_SUMMARY}) as everyone on everyone.customer_id = detail.customer_id"
    )
    total, weight, rows = connection.execute(
        "select sum(revenue), sum(revenue) filter (where certain_conflict), "
        "count(*) filter (where certain_conflict) from wallet_detail"
    ).fetchone()
    if rows and weight * 100 > total * CONFLICT_LIMIT_PERCENT:
        complaints.add("wallets", wallets.files, *_conflicts(connection, wallets, rows))
        return []
    counts = []
    for condition, reason in NOTED_WALLETS.items():
        query = f"select count(*), sum(wallet) from wallet_detail where {condition}"
        rows, money = connection.execute(query).fetchone()
        if rows:
            counts.append(Count("wallets", "noted", reason, rows, money))
    return counts


def _conflicts(connection: Connection, wallets: Received, count: int) -> Iterable[Problem]:
    rows = connection.execute(
        """select customer_id, wallet, observed, period_start, period_end,
        (select count(*) from wallet_detail) as known
        from wallet_detail where certain_conflict order by row"""
    ).fetchall()
    customers = list(dict.fromkeys(row[0] for row in rows))
    _, wallet, revenue, start, end, known = rows[0]
    below = f"{count:,} of {counted(known, 'wallet')} {'is' if count == 1 else 'are'} below our own revenue"
    entry = ", ".join([*(json.dumps(name, ensure_ascii=False) for name in customers[:2]), "..."][: len(customers)])
    who = f"{'customer' if len(customers) == 1 else 'customers'} {listed(customers, 20)}"
    first = f"wallet {wallet:,.2f}, our revenue {revenue:,.2f}, {start} to {end}"
    found = f"{below} for the same customer, category and days ({who}; first: {first})."
    remedy = (
        "A wallet is what the customer spends with everyone, so it cannot be less. "
        "Correct the wallets, their periods or their categories at the source, or drop the rows by one entry in "
        f"decisions/corrections.yaml, where: {{customer_id: [{entry}]}}."
    )
    yield Problem(wallets.sources[0].where("wallet"), found, remedy)
