"""Rules: conditions over known columns that people write, and tables that are asked them.

"orders >= 12 and discount_rate < 0.1". A rule is read by `helpers.method.rule_reader`, never run.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from helpers.errors import Problem, StepInputError, quoted, report_problems
from helpers.method.rule_columns import RuleColumn
from helpers.method.rule_reader import read
from helpers.method.rule_text import Misread, excerpt
from helpers.method.rule_values import Asked, truth_of
from helpers.method.rule_words import condition_words

UNGROUPED = "ungrouped"
DECISIONS = "decisions/03_form_groups.yaml"


@dataclass(frozen=True)
class Rule:
    """A condition that can be asked of a table; made by `parse_rule`. `columns` are those it names, by their words."""

    text: str
    tree: ast.expr = field(repr=False, compare=False)
    columns: Mapping[str, RuleColumn] = field(repr=False, compare=False)

    @property
    def for_all(self) -> bool:
        """Whether it holds for everybody, whatever is known of them."""
        return isinstance(self.tree, ast.Constant) and self.tree.value is True

    @property
    def words(self) -> str:
        """The rule in plain words.

        >>> known = [RuleColumn("orders"), RuleColumn("discount_rate", type="share")]
        >>> parse_rule("orders >= 12 and not discount_rate >= 0.1", known).words.replace("\N{NO-BREAK SPACE}", " ")
        'orders at least 12 and discount rate below 10 %'
        """
        return condition_words(self.tree, self.columns)

    def holds(self, frame: pd.DataFrame) -> pd.Series:
        """For which rows the condition holds.

        Parameters
        ----------
        frame : DataFrame
            Has the columns that the rule names.

        Returns
        -------
        Series of bool, in the order of the rows

        Raises
        ------
        StepInputError
            If the table lacks a column of the rule.

        Notes
        -----
        What rests on a missing value is neither true nor false, and then the rule does not hold; "a or b" holds where
        one of the two does, whatever is missing in the other. Division by zero gives no value. Numbers that differ by a
        part in 1,000,000,000,000 are equal, so that the last bit of a sum decides nothing.

        Examples
        --------
        >>> from helpers.method.rule_columns import rule_columns
        >>> frame = pd.DataFrame({"orders": [12, 3, None], "region": ["North", "North", "South"]})
        >>> parse_rule('orders >= 12 or region == "South"', rule_columns(frame)).holds(frame).tolist()
        [True, False, True]
        """
        return pd.Series(self.holds_in(Asked(frame)), index=frame.index, dtype=bool)

    def holds_in(self, frame: Asked) -> np.ndarray:
        """The same of a table that other rules are asked of too."""
        lacking = [column.name for column in self.columns.values() if column.name not in frame]
        if lacking:
            raise StepInputError(
                f"The rule {quoted(self.text)} needs the column {quoted(lacking[0])}. It is not there."
            )
        return truth_of(self.tree, frame, self.columns).holds

    def absent_words(self, frame: pd.DataFrame) -> list[tuple[str, str]]:
        """Words that the rule looks for and no row has, with their column: a misspelt one holds for nobody in silence.

        >>> from helpers.method.rule_columns import rule_columns
        >>> frame = pd.DataFrame({"region": ["North", "South"]})
        >>> parse_rule('region in ["North", "Nort"]', rule_columns(frame)).absent_words(frame)
        [('region', 'Nort')]
        """
        absent = []
        for node in ast.walk(self.tree):
            sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            named = [self.columns[side.id] for side in sides if isinstance(side, ast.Name)]
            words = [part.value for side in sides for part in ast.walk(side) if isinstance(part, ast.Constant)]
            for column in (column for column in named if column.kind == "text"):
                there = set(frame[column.name].dropna().astype(str))
                absent += [(column.name, word) for word in words if word not in there]
        return list(dict.fromkeys(absent))


def parse_rule(text: object, columns: Sequence[RuleColumn]) -> Rule:
    """A rule read from what people wrote.

    Parameters
    ----------
    text : str
        A condition: columns, numbers, words and days in quotes, < <= > >= == != in, and, or, not, + - * /, brackets.
        `True` alone holds for everybody.
    columns : list of RuleColumn
        All that may be named.

    Raises
    ------
    StepInputError
        With the word at fault underlined, what is wrong with it and what to write.

    Examples
    --------
    >>> known = [RuleColumn("orders"), RuleColumn("discount_rate", type="share")]
    >>> parse_rule("0.1 <= discount_rate < 0.2 and not orders < 3", known).text
    '0.1 <= discount_rate < 0.2 and not orders < 3'
    >>> parse_rule("order >= 12", known)
    Traceback (most recent call last):
        ...
    helpers.errors.StepInputError: The rule cannot be used. At character 1: no column has the name "order".
        order >= 12
        ^^^^^
    Did you mean "orders"?
    """
    try:
        return _rule(text, columns)
    except Misread as fault:
        raise StepInputError(f"The rule cannot be used. {_found(text, fault)}\n{fault.remedy}") from None


def read_rules(decided: Mapping[str, object], columns: Sequence[RuleColumn]) -> dict[str, Rule]:
    """The rules of a decision, in its order; all that cannot be used are told at once.

    Parameters
    ----------
    decided : mapping of a group's name to its rule, or to a row that holds it under `rule`
    columns : list of RuleColumn

    Raises
    ------
    StepInputError
        With every fault of every rule, where there is none, and where one that holds for everybody is not the last.

    Examples
    --------
    >>> rules = read_rules({"Often": {"rule": "orders >= 12"}, "Others": "True"}, [RuleColumn("orders")])
    >>> [(name, rule.text) for name, rule in rules.items()]
    [('Often', 'orders >= 12'), ('Others', 'True')]
    """
    rules: dict[str, Rule] = {}
    problems = []
    for name, row in decided.items():
        text = row.get("rule", "") if isinstance(row, Mapping) else row
        try:
            rules[str(name)] = _rule(text, columns)
        except Misread as fault:
            problems.append(Problem(f"all.groups -> {name} -> rule", _found(text, fault, "   "), fault.remedy))
    names = list(rules)
    for name, after in zip(names, names[1:], strict=False):
        if rules[name].for_all:
            found = f"it holds for everybody, so that nobody is left for {quoted(after)}."
            problems.append(Problem(f"all.groups -> {name} -> rule", found, "Put it last."))
    if not decided:
        problems.append(Problem("all.groups", "there is no rule.", "Write one for each group: its name and its rule."))
    if problems:
        raise StepInputError(report_problems("The decision rules", DECISIONS, problems))
    return rules


def first_match(frame: pd.DataFrame, rules: Mapping[str, Rule]) -> pd.Series:
    """For each row the name of the first rule that holds; `ungrouped` where none does.

    Examples
    --------
    >>> from helpers.method.rule_columns import rule_columns
    >>> frame = pd.DataFrame({"orders": [20, 5, 1]})
    >>> known = rule_columns(frame)
    >>> first_match(frame, read_rules({"Often": "orders >= 12", "Some": "orders > 1"}, known)).tolist()
    ['Often', 'Some', 'ungrouped']
    """
    labels = np.full(len(frame), UNGROUPED, dtype=object)
    free = np.ones(len(frame), dtype=bool)
    asked = Asked(frame)
    for name, rule in rules.items():
        taken = free & rule.holds_in(asked)
        labels[taken] = name
        free &= ~taken
    return pd.Series(labels, index=frame.index, dtype="str")


def _rule(text: object, columns: Sequence[RuleColumn]) -> Rule:
    # a YAML file reads a bare true as a truth, and 12 as a number
    return Rule(*read(str(text), columns))


def _found(text: object, fault: Misread, indent: str = "") -> str:
    """What is wrong, and where it is a word, its place and the rule with signs under it."""
    if fault.end == fault.start:
        return fault.found if indent else fault.found[0].upper() + fault.found[1:]
    lines = excerpt(str(text), fault.start, fault.end).replace("\n", f"\n{indent}")
    start = "at" if indent else "At"
    return f"{start} character {fault.start + 1}: {fault.found}\n{indent}{lines}"
