"""Reading a rule: Python's parser makes a tree of it, and only what is known here may be in that tree.

Nothing of it is ever run. Each column must be known, each comparison between two of a kind, and what is refused is
refused at its word.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from helpers.errors import nearest, quoted
from helpers.method.rule_columns import RuleColumn
from helpers.method.rule_text import Misread, clean

MOST_DEPTH = 60
COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
A_KIND = MappingProxyType({"number": "a number", "text": "words", "day": "a day", "boolean": "true or false"})
SUCH = "A rule compares columns with numbers or words in quotes, such as orders >= 12."


class Reading(NamedTuple):
    """A rule on one line, its tree, and the columns that it names by their words."""

    line: str
    tree: ast.expr
    columns: Mapping[str, RuleColumn]


def read(text: str, columns: Sequence[RuleColumn]) -> Reading:
    """The rule read and checked; Misread where it cannot be used.

    Parameters
    ----------
    text : str
    columns : list of RuleColumn, all that may be named

    Examples
    --------
    >>> list(read("0.1 <= discount < 0.2 and not orders < 3", [RuleColumn("orders"), RuleColumn("discount")]).columns)
    ['discount', 'orders']
    """
    line = clean(text)
    lead = len(line) - len(line.lstrip())
    try:
        tree = ast.parse(line[lead:], mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        start = min(lead + max((getattr(fault, "offset", None) or 1) - 1, 0), len(line) - 1)
        raise Misread(start, start + 1, "it cannot be read from here on.", SUCH) from None
    reader = _Reader(line, lead, columns)
    if reader.kind(tree) != "boolean":
        raise reader.misread(tree, "this is no condition yet.", 'Compare it, such as "orders >= 12".')
    if not reader.named and not isinstance(tree, ast.Constant):
        raise reader.misread(tree, "it names no column.", 'Write "True" for a rule that holds for everybody.')
    return Reading(line[lead:], tree, reader.named)


class _Reader:
    """Walks the tree of one rule once and refuses what is not allowed, at its place."""

    def __init__(self, line: str, lead: int, columns: Sequence[RuleColumn]):
        self.line, self.lead = line, lead
        self.bytes = line[lead:].encode()
        words = [column.word for column in columns]
        self.known = dict(zip(words, columns, strict=True))
        self.twice = {word for word in words if words.count(word) > 1}
        self.named: dict[str, RuleColumn] = {}

    def kind(self, node: ast.expr, depth: int = 0) -> str:
        """The kind of value that a part of the rule has."""
        if depth > MOST_DEPTH:
            raise self.misread(node, "too much stands within each other here.", "Say it in several rules.")
        match node:
            case ast.BoolOp():
                for part in node.values:
                    self.condition(part, depth)
                return "boolean"
            case ast.UnaryOp(op=ast.Not()):
                return self.condition(node.operand, depth)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                return self.number(node.operand, depth)
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
                self.number(node.left, depth)
                return self.number(node.right, depth)
            case ast.Compare():
                return self.comparison(node, depth)
            case ast.Name():
                return self.column(node).kind
            case ast.Constant(value=bool()):
                return "boolean"
            case ast.Constant(value=int() | float()):
                return "number"
            case ast.Constant(value=str()):
                return "text"
            case ast.List() | ast.Tuple():
                remedy = 'A list stands behind in, such as region in ["North", "East"]; write 1000 for 1,000.'
                raise self.misread(node, "a list cannot stand here.", remedy)
        raise self.misread(node, f"{quoted(self.shown(node))} cannot stand in a rule.", SUCH)

    def condition(self, node: ast.expr, depth: int) -> str:
        """Refuses what is no condition where one must stand."""
        kind, shown = self.kind(node, depth + 1), self.shown(node)
        if kind != "boolean":
            remedy = f"Compare it, such as {shown} >= 12." if kind == "number" else f'Such as {shown} == "North".'
            if isinstance(node, ast.Constant):
                remedy = "Write the column again before it: orders < 3 or orders > 12."
            raise self.misread(node, f"{quoted(shown)} is {A_KIND[kind]} and no condition.", remedy)
        return kind

    def number(self, node: ast.expr, depth: int) -> str:
        """Refuses what cannot be calculated with."""
        kind = self.kind(node, depth + 1)
        if kind != "number":
            found = f"{quoted(self.shown(node))} is {A_KIND[kind]}, and no number to calculate with."
            raise self.misread(node, found, "Calculate with numbers, and compare what comes out.")
        return kind

    def comparison(self, node: ast.Compare, depth: int) -> str:
        """Refuses two that cannot be compared; each part is read once, for a chain may hold further ones."""
        left, kind = node.left, self.side(node.left, depth)
        for operation, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operation, COMPARISONS):
                other = self.side(right, depth)
                self.two(left, kind, operation, right, other)
                left, kind = right, other
            elif not isinstance(operation, ast.In | ast.NotIn):
                raise self.misread(node, "a rule cannot compare so.", SUCH)
            elif len(node.ops) > 1:
                raise self.misread(right, "in cannot stand in a chain.", "Join two conditions with and.")
            else:
                self.members(left, kind, right)
        return "boolean"

    def side(self, node: ast.expr, depth: int) -> str:
        """The kind of one side of a comparison, which is a value and not a condition itself."""
        if isinstance(node, ast.Compare | ast.BoolOp) or isinstance(getattr(node, "op", None), ast.Not):
            raise self.misread(node, "a condition is compared here.", "Join conditions with and, or, not.")
        return self.kind(node, depth + 1)

    def two(self, left: ast.expr, kind: str, operation: ast.cmpop, right: ast.expr, other: str) -> None:
        """Refuses a comparison of two that are not of a kind, and an order among words."""
        if {kind, other} == {"day", "text"}:
            self.day(right if other == "text" else left)
        elif kind != other:
            found = f"{quoted(self.shown(left))} is {A_KIND[kind]}, {quoted(self.shown(right))} {A_KIND[other]}."
            raise self.misread(right, found, self.remedy_for(right, kind, other))
        elif kind in ("text", "boolean") and isinstance(operation, ORDERED):
            found = f"{quoted(self.shown(left))} is {A_KIND[kind]}, which has no order."
            raise self.misread(right, found, 'Write == or !=, or in ["North", "East"].')

    def remedy_for(self, right: ast.expr, kind: str, other: str) -> str:
        """What to write instead of the right side of an unequal pair."""
        if kind == "text" and other == "number":
            return f'Write "{self.shown(right)}" in quotes, or compare a column of numbers.'
        if kind == "number" and other == "text":
            return "Write a number without quotes, or compare a column of words."
        return "Compare days with a day, such as" + ' "2026-10-01", and true or false with True or False.'

    def members(self, left: ast.expr, kind: str, right: ast.expr) -> None:
        """Refuses a list that holds anything but constants of the kind of what stands before it."""
        if not isinstance(right, ast.List | ast.Tuple):
            such = '["North", "East"]' if kind == "text" else "[1, 2, 3]"
            raise self.misread(right, "behind in a list is expected.", f"Write it in square brackets: {such}.")
        for part in right.elts:
            inner = part.operand if isinstance(part, ast.UnaryOp) else part
            if not isinstance(inner, ast.Constant):
                shown = self.shown(part)
                remedy = f'Write "{shown}" in quotes.' if isinstance(part, ast.Name) else SUCH
                raise self.misread(part, f"{quoted(shown)} is no number and no word in quotes.", remedy)
            self.two(left, kind, ast.Eq(), part, self.kind(part))

    def day(self, node: ast.expr) -> None:
        """Refuses words that are no day, where a day is compared."""
        try:
            date.fromisoformat(node.value if isinstance(node, ast.Constant) else "")
        except ValueError:
            found = f"{quoted(self.shown(node))} is no day."
            raise self.misread(node, found, 'Write year-month-day in quotes: "2026-10-01".') from None

    def column(self, node: ast.Name) -> RuleColumn:
        """The column of this word."""
        column = self.known.get(node.id)
        if column is None:
            found = f"no column has the name {quoted(node.id)}."
            raise self.misread(node, found, nearest(node.id, list(self.known)))
        if node.id in self.twice:
            raise self.misread(
                node, f"two columns read {quoted(node.id)} in a rule.", "Name them apart in client.yaml."
            )
        self.named[node.id] = column
        return column

    def shown(self, node: ast.expr) -> str:
        """The part of the rule as it was written."""
        return self.line[slice(*self.place(node))]

    def place(self, node: ast.expr) -> tuple[int, int]:
        """Its first character and the one after its last; the parser counts in bytes."""
        last = node.end_col_offset or node.col_offset + 1
        return tuple(self.lead + len(self.bytes[:end].decode()) for end in (node.col_offset, last))

    def misread(self, node: ast.expr, found: str, remedy: str) -> Misread:
        """The refusal of a part."""
        return Misread(*self.place(node), found, remedy)
