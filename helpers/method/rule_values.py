"""What a rule's parts are worth on a table: values that may be missing, and conditions that may be unknown."""

from __future__ import annotations

import ast
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from helpers.method.rule_columns import RuleColumn

SAME = 1e-12  # numbers that differ by a smaller part of themselves are equal
NOTHING = 1e-12  # and so are numbers as near to zero as this
OPERATIONS = MappingProxyType({"Add": np.add, "Sub": np.subtract, "Mult": np.multiply, "Div": np.divide})
ORDERS = MappingProxyType({"Lt": operator.lt, "LtE": operator.le, "Gt": operator.gt, "GtE": operator.ge})


@dataclass(frozen=True)
class Truth:
    """For each row whether a condition holds and whether it fails; neither where what it rests on is missing."""

    holds: np.ndarray
    fails: np.ndarray

    def both(self, other: Truth) -> Truth:
        """This and the other: fails where one fails, whatever the other is."""
        return Truth(self.holds & other.holds, self.fails | other.fails)

    def either(self, other: Truth) -> Truth:
        """This or the other: holds where one holds, whatever the other is."""
        return Truth(self.holds | other.holds, self.fails & other.fails)

    def turned(self) -> Truth:
        """The opposite; what is unknown stays so."""
        return Truth(self.fails, self.holds)


class Asked:
    """A table that rules are asked of; each of its columns is read once, however many rules name it."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._read: dict[tuple[str, str], np.ndarray] = {}

    def __len__(self) -> int:
        return len(self._frame)

    def __contains__(self, name: str) -> bool:
        return name in self._frame

    def column(self, name: str, kind: str) -> np.ndarray:
        """The values of a column as a rule compares them, see `_values`; not to be written to."""
        if (name, kind) not in self._read:
            self._read[name, kind] = _column(self._frame[name], kind)
        return self._read[name, kind]


def truth_of(node: ast.expr, frame: Asked, columns: Mapping[str, RuleColumn]) -> Truth:
    """For which rows of a table a condition holds, and for which it fails.

    Parameters
    ----------
    node : ast.expr, a condition that `helpers.method.rule_reader` has let pass
    frame : Asked, of a table with the columns that it names
    columns : mapping of a word of the rule to its column
    """
    if isinstance(node, ast.BoolOp):
        join = Truth.both if isinstance(node.op, ast.And) else Truth.either
        whole, *others = (truth_of(part, frame, columns) for part in node.values)
        for part in others:
            whole = join(whole, part)
        return whole
    if isinstance(node, ast.UnaryOp):
        return truth_of(node.operand, frame, columns).turned()
    if isinstance(node, ast.Compare):
        return _comparison(node, frame, columns)
    values = _values(node, "boolean", frame, columns)
    known = np.asarray(~pd.isna(values))
    yes = known & np.where(known, values, False).astype(bool)
    return Truth(yes, known & ~yes)


def _comparison(node: ast.Compare, frame: Asked, columns: Mapping[str, RuleColumn]) -> Truth:
    """A chain holds where each of its links does."""
    everyone = np.ones(len(frame), dtype=bool)
    whole, left = Truth(everyone, ~everyone), node.left
    for operation, right in zip(node.ops, node.comparators, strict=True):
        members = isinstance(operation, ast.In | ast.NotIn)
        kind = _kind([left, *(right.elts if members else [right])], columns)
        own = _values(left, kind, frame, columns)
        if members:
            link = Truth(~everyone, everyone)
            for part in right.elts:
                link = link.either(_link("Eq", own, _values(part, kind, frame, columns), kind))
            link = link.turned() if isinstance(operation, ast.NotIn) else link
        else:
            link = _link(type(operation).__name__, own, _values(right, kind, frame, columns), kind)
        whole, left = whole.both(link), right
    return whole


def _link(name: str, left: np.ndarray, right: np.ndarray, kind: str) -> Truth:
    """One comparison of two arrays of a kind."""
    known = np.asarray(~(pd.isna(left) | pd.isna(right)))
    if kind == "number":
        with np.errstate(invalid="ignore"):  # what is missing on either side counts in `known`
            far = np.maximum(SAME * np.maximum(np.abs(left), np.abs(right)), NOTHING)
            same = np.abs(left - right) <= far
    else:
        same = np.asarray(left == right, dtype=bool)
    if name in ("Eq", "NotEq"):
        found = same if name == "Eq" else ~same
    else:
        ordered = np.zeros(len(known), dtype=bool)
        ordered[known] = ORDERS[name](left[known], right[known])
        found = ordered | same if name in ("LtE", "GtE") else ordered & ~same
    return Truth(known & found, known & ~found)


def _kind(nodes: list[ast.expr], columns: Mapping[str, RuleColumn]) -> str:
    """The kind of value that is compared: a day where one side is a column of days."""
    kinds = [columns[node.id].kind for node in nodes if isinstance(node, ast.Name)]
    kinds += ["text" for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    kinds += ["boolean" for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, bool)]
    return "day" if "day" in kinds else (kinds or ["number"])[0]


def _values(node: ast.expr, kind: str, frame: Asked, columns: Mapping[str, RuleColumn]) -> np.ndarray:
    """One value for each row: float with NaN, words or true and false as objects with None, days with NaT."""
    if isinstance(node, ast.Name):
        return frame.column(columns[node.id].name, kind)
    if isinstance(node, ast.Constant):
        if kind == "number":
            return np.full(len(frame), float(node.value))
        value = np.datetime64(node.value, "us") if kind == "day" else node.value
        return np.full(len(frame), value, dtype="datetime64[us]" if kind == "day" else object)
    if isinstance(node, ast.UnaryOp):
        value = _values(node.operand, "number", frame, columns)
        return -value if isinstance(node.op, ast.USub) else value
    left, right = (_values(side, "number", frame, columns) for side in (node.left, node.right))
    with np.errstate(all="ignore"):  # what has no value becomes missing below
        value = OPERATIONS[type(node.op).__name__](left, right)
    return np.where(np.isfinite(value), value, np.nan)


def _column(values: pd.Series, kind: str) -> np.ndarray:
    if kind == "number":
        numbers = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        return np.where(np.isfinite(numbers), numbers, np.nan)
    if kind == "day":
        return values.to_numpy(dtype="datetime64[us]")
    found = values.astype(object).where(values.notna(), None).to_numpy(dtype=object)
    if kind == "text":  # an empty cell says nothing
        return np.array([None if value is None or not str(value).strip() else str(value) for value in found], object)
    return found
