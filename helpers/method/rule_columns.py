"""The columns that a rule may name: what kind of value each holds, how a rule writes it and how people call it."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

# what a rule does not name: it says what customers are like, and stands in tables and sentences that others see
NEVER_IN_RULES = ("customer_id", "name")


@dataclass(frozen=True)
class RuleColumn:
    """A column that rules may name: its kind of value (number, text, day, boolean), and how people call it.

    `type` and `unit` are those of the schema, such as share; they say how a number of it is written in a sentence.
    """

    name: str
    kind: str = "number"
    title: str = ""
    type: str = "number"
    unit: str = ""

    @property
    def word(self) -> str:
        """The column as a rule writes it: what cannot stand in a word of a rule becomes an underscore.

        >>> [RuleColumn(name).word for name in ("Customer size", "2nd site", "class")]
        ['Customer_size', '_2nd_site', 'class_']
        """
        text = unicodedata.normalize("NFKC", self.name)
        text = "".join(char if f"a{char}".isidentifier() else "_" for char in text)
        text = text if text.isidentifier() else f"_{text}"
        try:
            own = isinstance(ast.parse(text, mode="eval").body, ast.Name)
        except SyntaxError:  # a word of the language, such as class
            own = False
        return text if own else f"{text}_"

    @property
    def heading(self) -> str:
        """How people call it."""
        return self.title or self.name.replace("_", " ")


def rule_columns(frame: pd.DataFrame, described: Iterable = ()) -> list[RuleColumn]:
    """The columns of a table that rules may name, their kinds read from their dtypes.

    Parameters
    ----------
    frame : DataFrame
        Ids and names of customers are left out.
    described : columns of a schema, optional
        Their types, headings and units are used in words.

    Examples
    --------
    >>> [column.kind for column in rule_columns(pd.DataFrame({"orders": [1], "region": ["North"], "late": [True]}))]
    ['number', 'text', 'boolean']
    """
    known = {column.name: column for column in described}
    found = []
    for name in frame:
        if name not in NEVER_IN_RULES:
            kind, column = _kind_of_dtype(frame[name]), known.get(name)
            says = {"type": column.type, "title": column.heading, "unit": column.unit} if column else {}
            found.append(RuleColumn(str(name), kind, **says))
    return found


def _kind_of_dtype(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "boolean"
    if pd.api.types.is_numeric_dtype(values):
        return "number"
    return "day" if pd.api.types.is_datetime64_any_dtype(values) else "text"
