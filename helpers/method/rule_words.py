"""A rule in plain words, for people who do not read signs: "orders at least 12 and discount rate below 10 %"."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from types import MappingProxyType

from helpers.method.rule_columns import RuleColumn

SIGNS = MappingProxyType(
    {"Lt": "below", "LtE": "at most", "Gt": "above", "GtE": "at least", "Eq": "exactly", "NotEq": "other than"}
)
DAYS = MappingProxyType(
    {"Lt": "before", "LtE": "not after", "Gt": "after", "GtE": "not before", "Eq": "on", "NotEq": "not on"}
)
SAID = MappingProxyType({"Eq": "is", "NotEq": "is not", "In": "is", "NotIn": "is not"})
OPPOSITE = MappingProxyType(
    {"Lt": "GtE", "GtE": "Lt", "Gt": "LtE", "LtE": "Gt", "Eq": "NotEq", "NotEq": "Eq", "In": "NotIn", "NotIn": "In"}
)
MIRRORED = MappingProxyType({"Lt": "Gt", "Gt": "Lt", "LtE": "GtE", "GtE": "LtE", "Eq": "Eq", "NotEq": "NotEq"})
CALCULATED = MappingProxyType({"Add": "plus", "Sub": "minus", "Mult": "times", "Div": "per"})
EVERYBODY, NOBODY = "everybody", "nobody"


def condition_words(node: ast.expr, columns: Mapping[str, RuleColumn]) -> str:
    """A condition in words.

    Parameters
    ----------
    node : ast.expr, a condition that `helpers.method.rule_reader` has let pass
    columns : mapping of a word of the rule to its column

    Notes
    -----
    "not" is carried inward, and what is said of one thing stands together: "orders at least 3 and below 12".
    """
    return _words(node, columns, True)


def _words(node: ast.expr, columns: Mapping[str, RuleColumn], wanted: bool) -> str:
    """The condition in words, or with `wanted` False its opposite."""
    if isinstance(node, ast.UnaryOp):
        return _words(node.operand, columns, not wanted)
    if isinstance(node, ast.Constant):
        return EVERYBODY if bool(node.value) == wanted else NOBODY
    if isinstance(node, ast.Name):
        return f"{'' if wanted else 'not '}{_heading(columns[node.id])}"
    if isinstance(node, ast.Compare):
        links = _links(node, columns, wanted)
        return _joined(links, wanted or len(links) == 1)
    joined_by_and = isinstance(node.op, ast.And) == wanted
    links: list[tuple[str, str]] = []
    for part in node.values:
        inner, part_wanted = _bare(part, wanted)
        alike = isinstance(inner, ast.Compare) and (part_wanted == joined_by_and or len(inner.ops) == 1)
        if alike:
            links += _links(inner, columns, part_wanted)
        else:
            words = _words(inner, columns, part_wanted)
            nested = isinstance(inner, ast.BoolOp | ast.Compare)
            links.append(("", f"({words})" if nested else words))
    return _joined(links, joined_by_and)


def _bare(node: ast.expr, wanted: bool) -> tuple[ast.expr, bool]:
    """The condition without its "not", and whether it or its opposite is meant."""
    while isinstance(node, ast.UnaryOp):
        node, wanted = node.operand, not wanted
    return node, wanted


def _joined(links: list[tuple[str, str]], with_and: bool) -> str:
    """Conditions joined, those on one thing behind each other: what is said of it is its name once."""
    join = " and " if with_and else " or "
    by_subject: dict[object, list[str]] = {}
    for place, (subject, said) in enumerate(links):
        by_subject.setdefault(subject or place, []).append(said)
    parts = []
    for subject, said in by_subject.items():
        parts.append(join.join(said) if isinstance(subject, int) else f"{subject} {join.join(said)}")
    return join.join(parts)


def _links(node: ast.Compare, columns: Mapping[str, RuleColumn], wanted: bool) -> list[tuple[str, str]]:
    """What each link of a comparison is about, and what it says of it."""
    links, left = [], node.left
    for operation, right in zip(node.ops, node.comparators, strict=True):
        name, about, other = type(operation).__name__, left, right
        if isinstance(left, ast.Constant) and not isinstance(right, ast.Constant | ast.List | ast.Tuple):
            name, about, other = MIRRORED[name], right, left
        links.append((_value(about, columns, None), _says(name if wanted else OPPOSITE[name], about, other, columns)))
        left = right
    return links


def _says(name: str, about: ast.expr, other: ast.expr, columns: Mapping[str, RuleColumn]) -> str:
    """One comparison in words, without what it is about."""
    column = _column_of(about, columns)
    if isinstance(other, ast.List | ast.Tuple):
        items = [_value(part, columns, column) for part in other.elts]
        return f"{SAID[name]} {' or '.join(items)}" if len(items) < 3 else f"{SAID[name]} one of {', '.join(items)}"
    value = _value(other, columns, column)
    kind = column.kind if column else "number"
    if kind == "day":
        return f"{DAYS[name]} {value}"
    return f"{SIGNS[name] if kind == 'number' else SAID[name]} {value}"


def _column_of(node: ast.expr, columns: Mapping[str, RuleColumn]) -> RuleColumn | None:
    return columns[node.id] if isinstance(node, ast.Name) else None


def _value(node: ast.expr, columns: Mapping[str, RuleColumn], beside: RuleColumn | None) -> str:
    """A value in words; a number takes the form of the column that stands `beside` it."""
    if isinstance(node, ast.Name):
        return _heading(columns[node.id])
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            return "yes" if node.value else "no"
        return node.value if isinstance(node.value, str) else number_words(float(node.value), beside)
    if isinstance(node, ast.UnaryOp):
        return f"{'-' if isinstance(node.op, ast.USub) else ''}{_value(node.operand, columns, beside)}"
    left, right = (_value(side, columns, None) for side in (node.left, node.right))
    left, right = (f"({words})" if isinstance(side, ast.BinOp) else words
                   for side, words in ((node.left, left), (node.right, right)))  # fmt: skip
    return f"{left} {CALCULATED[type(node.op).__name__]} {right}"


def number_words(value: float, column: RuleColumn | None = None) -> str:
    """A number as people write it: a part in percent, thousands apart, with its unit where that is said in words.

    >>> number_words(12000.5), number_words(0.125, RuleColumn("rate", type="share")).replace("\N{NO-BREAK SPACE}", " ")
    ('12,000.5', '12.5 %')
    >>> number_words(30, RuleColumn("recency", unit="days"))
    '30 days'
    """
    if column and column.type == "share":
        return f"{_plain(100 * value)}\N{NO-BREAK SPACE}%"
    unit = column.unit if column and column.type not in ("share", "money") else ""
    return f"{_plain(value)} {unit}" if unit and unit.isalpha() else _plain(value)


def _plain(value: float) -> str:
    return f"{value + 0.0:,.10g}"


def _heading(column: RuleColumn) -> str:
    """How people call it, in the middle of a sentence: NPS stays, Discount rate becomes small."""
    words = column.heading
    return words[0].lower() + words[1:] if words[1:2].islower() else words
