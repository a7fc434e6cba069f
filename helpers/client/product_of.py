"""An amount that a file does not hold, made of those it does: revenue as quantity times unit price.

client.yaml says `revenue: {product_of: ["Quantity", "UnitPrice"]}`. The product is worked out once, while the text of
its factors is at hand, and is from then on a text of the file like any other: corrections set it, parsing reads it,
control totals add it up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from pydantic import ValidatorFunctionWrapHandler

from helpers.client.checked import wrong
from helpers.client.parsing import EXACT, Reading, exact, trimmed, value
from helpers.client.schema import Column
from helpers.client.sql_text import identifier, literal
from helpers.errors import nearest, quoted

if TYPE_CHECKING:
    from helpers.client.sources import Source
    from helpers.client.tables import Connection

KEY = "product_of"
EXPECTED = 'Expected {product_of: ["Quantity", "UnitPrice"]}: two headings of the file or more.'
FACTOR = Column(name="factor", type="money", meaning="", required=True)  # a factor is written as amounts are
LARGEST = "1e18"  # far more than an amount may be, and few enough digits to be multiplied exactly


@dataclass(frozen=True)
class Product:
    """Headings of a file whose numbers, multiplied, are one of our columns of money."""

    headings: tuple[str, ...]

    def __str__(self) -> str:
        """How messages call it.

        >>> str(Product(("Quantity", "UnitPrice")))
        'Quantity x UnitPrice'
        """
        return " x ".join(self.headings)


def heading_or_product(entry: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """What client.yaml says of a column: a mapping is a product, the rest is left to the model."""
    if not isinstance(entry, dict):
        return read(entry)
    unknown = [key for key in entry if key != KEY]
    if unknown:
        raise wrong(f"{quoted(unknown[0])} is not known here.", f"{nearest(str(unknown[0]), [KEY])} {EXPECTED}")
    headings = entry.get(KEY)
    if not isinstance(headings, list) or not all(isinstance(one, str) and one.strip() for one in headings):
        raise wrong(f"{KEY} holds no list of headings.", EXPECTED)
    if len(headings) < 2:
        raise wrong(f"a product of {len(headings)} is none.", EXPECTED)
    twice = [one for one in headings if headings.count(one) > 1]
    if twice:
        raise wrong(f"the heading {quoted(twice[0])} stands twice.", EXPECTED)
    return Product(tuple(one.strip() for one in headings))


def written(heading: str | Product | None) -> Any:
    """A heading or a product as client.yaml holds it.

    >>> written(Product(("Quantity", "UnitPrice")))
    {'product_of': ['Quantity', 'UnitPrice']}
    """
    return {KEY: list(heading.headings)} if isinstance(heading, Product) else heading


def add_products(
    connection: Connection,
    part: str,
    source: Source,
    products: Mapping[str, Mapping[str, int]],
    fields: Mapping[int, str],
    readings: Mapping[int, Reading],
) -> None:
    """Work out the products of a file, as further columns of its part table and of its source.

    Parameters
    ----------
    products : dict
        By our name: the position of each factor by its heading.
    fields, readings : dict
        By position: the field of the part table, and how its text is read. A product is written with the decimal mark
        of its factors, so that a correction writes it as the file writes amounts.

    Notes
    -----
    Factors count with at most ten decimals, and so does the product of each with the one before. The text of a row with
    a factor that is no number says which; with a blank factor it is blank.
    """
    texts = []
    for place, (ours, factors) in enumerate(products.items()):
        read = [(heading, fields[at], readings[at]) for heading, at in factors.items()]
        written = next((reading for _, _, reading in read if reading != Reading()), Reading())
        source.theirs[ours], source.fields[ours] = str(Product(tuple(factors))), f"p{place}"
        source.readings[ours] = written
        source.factors += [field for _, field, _ in read if field not in source.factors]
        texts.append(f"{_product(read, written)} as p{place}")
    if texts:
        ends = ", ".join(f"{trimmed(field)} as {_end(field)}" for field in source.factors)
        kept = ", ".join(_end(field) for field in source.factors)
        connection.execute(
            f"create or replace table {identifier(part)} as select * exclude ({kept}), {', '.join(texts)} "
            f"from (select *, {ends} from {identifier(part)})"
        )


def _end(field: str) -> str:
    return f"trimmed_{field}"


def _product(factors: Sequence[tuple[str, str, Reading]], written: Reading) -> str:
    """SQL for the text of a product: its plain decimal form, or which factor is no number, or NULL."""
    ends = [_end(field) for _, field, _ in factors]
    numbers = [_number(text, reading) for text, (_, _, reading) in zip(ends, factors, strict=True)]
    strange = [
        f"when {text} is not null and {number} is null then {literal(heading + ': ')} || {text}"
        for (heading, _, _), text, number in zip(factors, ends, numbers, strict=True)
    ]
    blank = " or ".join(f"{text} is null" for text in ends)
    sizes = list(accumulate((f"abs(cast({number} as double))" for number in numbers), "{} * {}".format))
    as_written = " || ' x ' || ".join(ends)
    too_large = f"when greatest({', '.join(sizes)}) >= {LARGEST} then {as_written}"
    plain = f"rtrim(rtrim(cast({_multiplied(numbers)} as varchar), '0'), '.')"
    if written.decimal != ".":
        plain = f"replace({plain}, '.', {literal(written.decimal)})"
    return f"case {' '.join(strange)} when {blank} then null {too_large} else {plain} end"


def _number(text: str, reading: Reading) -> str:
    return f"(case when ({value(FACTOR, text, reading)}) is not null then {exact(text, reading)} end)"


def _multiplied(numbers: Sequence[str]) -> str:
    product = numbers[0]
    for number in numbers[1:]:
        product = f"cast({product} * {number} as {EXACT})"
    return product
