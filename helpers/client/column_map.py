"""Which column of a delivered file is which of ours.

Only what client.yaml says, or the very same name, counts. Synonyms are used to suggest, never to decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpers.client.product_of import Product
from helpers.client.schema import Column, TableSchema
from helpers.errors import Problem, listed, nearest, quoted

# tables in which each row needs one of several columns, though none of them is compulsory alone
ONE_OF = {"survey": ("customer_id", "respondent_id"), "activity_costs": ("unit_cost", "cost_per_minute")}
# a blank customer is revenue without a customer: its own line in every total, not a fault
MAY_BE_BLANK = {("transactions", "customer_id")}
# which column tells what the rows of a table are worth
MONEY = {
    "transactions": "revenue",
    "contracts": "monthly_fee",
    "wallets": "wallet",
    "supplier_spend": "spend",
    "investments": "investment",
    "spend": "amount",
}


@dataclass(frozen=True)
class ColumnMap:
    """Our columns of one file, in the order of the schema: position and heading in the file; and what is left over.

    `products` are those of our columns that have no position: the position of each factor by its heading.
    """

    positions: dict[str, int]
    columns: dict[str, Column]
    unused: tuple[str, ...]
    products: dict[str, dict[str, int]]

    @property
    def places(self) -> set[int]:
        """Every position that is read."""
        return {at for ours in self.columns for at in self.places_of(ours)}

    def places_of(self, ours: str) -> list[int]:
        """Where a column of ours stands: one position, or those of its factors."""
        return list(self.products[ours].values()) if ours in self.products else [self.positions[ours]]


def never_blank(table: str, column: Column) -> bool:
    """Whether every row of a table has to fill a column."""
    return column.required and (table, column.name) not in MAY_BE_BLANK


def map_columns(
    schema: TableSchema, given: Mapping[str, str | Product | None], header: Sequence[str]
) -> tuple[ColumnMap | None, list[Problem]]:
    """Our columns of a file with this header, or the problems that leave it open.

    Parameters
    ----------
    given : dict
        `columns` of client.yaml: our name to the client's, or to the product of several; None for a column left out.
    header : sequence of str
        The file's column names, without spaces at their ends.
    """
    problems = []
    found: dict[str, int] = {}
    products: dict[str, dict[str, int]] = {}
    left_out = {ours.casefold() for ours, theirs in given.items() if theirs is None}
    given = {ours: theirs for ours, theirs in given.items() if theirs is not None}
    for ours, theirs in given.items():
        headings = theirs.headings if isinstance(theirs, Product) else (theirs.strip(),)
        problems += [_absent(ours, heading, header) for heading in headings if heading not in header]
        places = {heading: list(header).index(heading) for heading in headings if heading in header}
        if isinstance(theirs, Product):
            products[ours] = places
        elif places:
            found[ours] = places[headings[0]]
    taken = set(found.values())
    for column in schema.columns:
        if column.name in given or column.name in left_out:
            continue
        places = [at for at, name in enumerate(header) if name.casefold() == column.name and at not in taken]
        if len(places) == 1:
            found[column.name] = places[0]
        elif places:
            names = listed([quoted(header[at]) for at in places])
            remedy = f"Say in client.yaml which one it is: columns: {{{column.name}: {quoted(header[places[0]])}}}."
            problems.append(Problem(column.name, f"The file has {names}.", remedy))
        elif column.required:
            problems.append(_missing(schema, column, header, taken))
    either = ONE_OF.get(schema.name, ())
    if either and not any(name in found or name in given for name in either):
        problems.append(_missing(schema, schema.column(either[0]), header, taken, words=" or ".join(either)))
    taken = set(found.values())
    columns = {name: schema.column(name) for name in schema.names if name in (*found, *products)}
    columns |= {name: schema.column(name) for name in (*found, *products) if name not in columns}
    unused = []
    factors = {at for places in products.values() for at in places.values()}
    for at, name in enumerate(header):
        if at in taken:
            continue
        ours = next((way for way in (name, name.lower()) if schema.has(way)), None)
        if ours is None or ours.casefold() in {known.casefold() for known in (*columns, *schema.names, *left_out)}:
            unused += [] if at in factors else [name]
        else:
            found[ours], columns[ours] = at, schema.column(ours)
    if problems:
        return None, problems
    positions = {name: found[name] for name in columns if name in found}
    return ColumnMap(positions, columns, tuple(unused), products), []


def _absent(ours: str, heading: str, header: Sequence[str]) -> Problem:
    remedy = f"{nearest(heading, list(header))} Correct columns: in client.yaml."
    return Problem(f"{quoted(heading)} -> {ours}", "The file has no column of this name.", remedy)


def _missing(
    schema: TableSchema, column: Column, header: Sequence[str], taken: set[int], *, words: str = ""
) -> Problem:
    """A compulsory column that nobody mapped, with the most likely candidate of the file."""
    free = [name for at, name in enumerate(header) if at not in taken]
    likely = likely_heading(column, free)
    example = quoted(likely) if likely else '"its name in the file"'
    remedy = f"Add to client.yaml: columns: {{{column.name}: {example}}}{', if that is it' if likely else ''}."
    if column.type == "money" and not likely:
        product = f'columns: {{{column.name}: {{product_of: ["Quantity", "Price"]}}}}'
        remedy += f" Where it is a quantity times a price: {product}, with the headings of the file."
    found = f"{schema.name} needs a column for it; the file has {listed([quoted(name) for name in header], 12)}."
    return Problem(words or column.name, found, remedy)


def likely_heading(column: Column, names: Sequence[str], *, whole: bool = False) -> str | None:
    """The heading that says the same as our name or one of its synonyms: as a whole, else (not `whole`) in part.

    Capitals, spaces and marks do not count: "CustomerID", "customer id" and "Customer-Id" are one.
    """
    known = [_words(word) for word in (column.name, *column.synonyms)]
    ways = (
        lambda words, word: words.replace(" ", "") == word.replace(" ", ""),
        lambda words, word: f" {word} " in f" {words} ",
    )
    for fits in ways[:1] if whole else ways:
        for word in known:
            for name in names:
                if fits(_words(name), word):
                    return name
    return None


def leave_out(column: Column) -> str:
    """How a column that cannot be read is left out; empty for a compulsory one."""
    if column.required:
        return ""
    return f", or leave the column out: {column.name}: (nothing after the colon) under columns in client.yaml"


def _words(name: str) -> str:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)  # InvoiceNo
    return re.sub(r"[\W_]+", " ", parted).strip().casefold()
