"""Intent rules: a table that people can read and change, which proposes an intent for every group.

The first rule that fits counts. What the rules together leave out, and a rule that is never reached, is found by
looking at every combination of the facts that they name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpers.errors import Problem, StepInputError, nearest, quoted, report_problems
from helpers.method.intent_space import Space, in_words
from helpers.method.intent_words import FACTS, GROW, RIGHT, intent_fault
from helpers.method.pass_chance import PASS
from helpers.method.rule_columns import RuleColumn
from helpers.method.rule_reader import read
from helpers.method.rule_text import Misread, excerpt
from helpers.method.rules import UNGROUPED, Rule

COLUMNS = tuple(RuleColumn(fact.name, "text", fact.title) for fact in FACTS.values())
SUCH = 'A condition compares facts with words in quotes, such as position == "sweet_spot" and headroom != "small".'
OF_TABLES = re.compile(r"column|customer|orders|region|North|number|0\.1|1000")  # advice of the reader for other rules
MOST_GAPS = 3
MOST_RULES = 60


@dataclass(frozen=True)
class IntentRule:
    """One rule: its condition, its first and second intent (empty where there is none), and why in a sentence."""

    id: str
    sentence: str
    when: Rule
    primary: str
    secondary: str = ""


def intent_rules(
    rows: Sequence[Mapping[str, object]], *, file: str = "templates/intent_rules.yaml"
) -> list[IntentRule]:
    """The rules of a file, read and checked against each other.

    Parameters
    ----------
    rows : list of mapping, in the order in which they are asked
        id, sentence, when (a condition over `FACTS`), primary, secondary (missing or empty for none) and, where known,
        line.
    file : str
        What messages call it.

    Returns
    -------
    list of IntentRule

    Raises
    ------
    StepInputError
        Once, with every fault: no rule, an id that stands twice or is no plain word, an unknown fact, word or intent, a
        refused pair. Where each rule can be read, also: a rule that no group can reach, one that proposes grow where
        the right to win is not shown, and combinations of facts that fit no rule, in their fewest words.

    Notes
    -----
    Combinations that no group can have are left out: the five tests of step 08 decide on the future, and a downturn
    fails the test of profit. Where that is not enough for somebody's rules, a last one with `True` fits every group.

    Examples
    --------
    >>> rows = [
    ...     {"id": "lossy", "sentence": "It costs more.", "when": 'downturn == "yes"', "primary": "retire"},
    ...     {"id": "rest", "sentence": "We keep it.", "when": "True", "primary": "maintain"},
    ... ]
    >>> [(rule.id, rule.primary) for rule in intent_rules(rows)]
    [('lossy', 'retire'), ('rest', 'maintain')]
    >>> intent_rules(rows[:1])
    Traceback (most recent call last):
        ...
    helpers.errors.StepInputError: The intent rules - 1 problem in templates/intent_rules.yaml
      1. after the last rule: no rule fits a group with downturn != "yes".
         Write rules for these, or last one with when: "True", which fits every group.
    """
    problems: list[Problem] = []
    rules: list[IntentRule] = []
    seen: set[str] = set()
    places = [_place(row, number) for number, row in enumerate(rows, start=1)]
    for place, row in zip(places, rows, strict=True):
        rule = _rule(row, place, seen, problems)
        rules += [rule] if rule else []
    if not rows:
        remedy = "Write one for each case, or take the file away: the kit's own rules stand in templates."
        problems.append(Problem("rules", "there is no rule.", remedy))
    elif len(rows) > MOST_RULES:
        remedy = f"Expected at most {MOST_RULES}, which people can still read through: join those with one intent."
        problems.append(Problem("rules", f"there are {len(rows):,} rules.", remedy))
    elif len(rules) == len(rows):
        problems += _together(rules, places)
    if problems:
        raise StepInputError(report_problems("The intent rules", file, problems))
    return rules


def _place(row: Mapping[str, object], number: int) -> str:
    """Where a rule stands, as the reader of the file finds it."""
    name = quoted(row["id"]) if str(row.get("id") or "").strip() else f"number {number}"
    return f"line {row['line']}, rule {name}" if row.get("line") else f"rule {name}"


def _rule(row: Mapping[str, object], place: str, seen: set[str], problems: list[Problem]) -> IntentRule | None:
    """One rule; None where its condition cannot be read. Its faults are added to `problems`."""
    name, text = str(row.get("id") or "").strip(), str(row.get("when", "")).strip()
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) or name == UNGROUPED:
        remedy = "Expected small letters, digits and underscores, such as grow_and_mend."
        problems.append(Problem(f"{place} -> id", f"{quoted(name)} is no plain word.", remedy))
    elif name in seen:
        problems.append(Problem(f"{place} -> id", "a rule above has this id.", "Give each its own."))
    seen.add(name)
    sentence = str(row.get("sentence") or "").strip()
    if not sentence:
        remedy = "Write in a sentence why such a group gets this intent: it stands on the page."
        problems.append(Problem(f"{place} -> sentence", "nothing is written here.", remedy))
    primary, secondary = (str(row.get(key) or "").strip() for key in ("primary", "secondary"))
    if fault := intent_fault([primary] if primary else []):
        problems.append(Problem(f"{place} -> primary", *fault))
    elif fault := intent_fault([primary, secondary] if secondary else [primary]):
        problems.append(Problem(f"{place} -> secondary", *fault))
    try:
        when = _condition(text)
    except Misread as fault:
        found = fault.found
        if fault.end > fault.start:
            lines = excerpt(text, fault.start, fault.end).replace("\n", "\n   ")
            found = f"at character {fault.start + 1}: {fault.found}\n   {lines}"
        problems.append(Problem(f"{place} -> when", found, fault.remedy))
        return None
    return IntentRule(name, sentence, when, primary, secondary)


def _condition(text: str) -> Rule:
    """A condition over facts; Misread where it cannot be used."""
    try:
        rule = Rule(*read(text, COLUMNS))
    except Misread as fault:
        # the reader speaks to who writes rules over columns of numbers; here are facts and words
        remedy = SUCH if OF_TABLES.search(fault.remedy) else fault.remedy
        raise Misread(fault.start, fault.end, fault.found.replace("column", "fact"), remedy) from None
    for node in ast.walk(rule.tree):
        if isinstance(node, ast.Compare):
            for left, right in zip([node.left, *node.comparators], node.comparators, strict=False):
                _compared(left, right, rule.text)
    return rule


def _compared(left: ast.expr, right: ast.expr, line: str) -> None:
    """Refuses what does not compare a fact with its own words: another word would fit no group in silence."""
    fact, other = (left, right) if isinstance(left, ast.Name) else (right, left)
    if not isinstance(fact, ast.Name) or isinstance(other, ast.Name):
        raise Misread(*_span(left, right, line), "this does not compare a fact with a word.", SUCH)
    known = FACTS[fact.id].words
    for part in ast.walk(other):
        if isinstance(part, ast.Constant) and part.value not in known:
            remedy = nearest(str(part.value), list(known), f"Its words: {', '.join(known)}.")
            raise Misread(*_span(part, part, line), f"{quoted(part.value)} is no word of {fact.id}.", remedy)


def _span(first: ast.expr, last: ast.expr, line: str) -> tuple[int, int]:
    """The characters from one part to another; the parser counts in bytes."""
    raw = line.encode()
    return len(raw[: first.col_offset].decode()), len(raw[: last.end_col_offset].decode())


def _together(rules: Sequence[IntentRule], places: Sequence[str]) -> list[Problem]:
    """What is wrong with the rules as a whole: one never reached, grow without the right to win, a gap."""
    grows = any(rule.primary == GROW for rule in rules)
    space = Space([*(name for rule in rules for name in rule.when.columns), *([RIGHT] if grows else [])])
    problems, left = [], space.possible.copy()
    for number, (rule, place) in enumerate(zip(rules, places, strict=True)):
        takes = space.where(rule.when) & left
        if takes.any():
            if rule.primary == GROW and (bare := takes & ~space.having(RIGHT, PASS)).any():
                found = f"it proposes grow without the right to win, such as where {in_words(space.boxes(bare, 1)[0])}."
                problems.append(Problem(f"{place} -> when", found, f'Add: and {RIGHT} == "{PASS}".'))
            left &= ~takes
        elif not _meets(rule):
            found = f"no group can ever fit {quoted(rule.when.text, 200)}."
            problems.append(Problem(f"{place} -> when", found, "Correct the condition, or take the rule out."))
        else:
            earlier = [quoted(other.id) for other in rules[:number] if _meets(rule, other)]
            found = f"it is never reached: every group that fits it fits {_either(earlier)} before."
            problems.append(Problem(place, found, "Move it up, make it narrower or take it out."))
    if left.any():
        gaps = [in_words(words) or "any facts" for words in space.boxes(left, MOST_GAPS + 1)]
        shown = [f"\n       {gap}" for gap in gaps[:MOST_GAPS]] if len(gaps) > 1 else [f" {gaps[0]}"]
        more = "\n       and others" if len(gaps) > MOST_GAPS else ""
        found = f"no rule fits a group with{''.join(shown)}{more}."
        remedy = 'Write rules for these, or last one with when: "True", which fits every group.'
        problems.append(Problem("after the last rule", found, remedy))
    return problems


def _meets(*rules: IntentRule) -> bool:
    """Whether a group can fit all of these at once."""
    space = Space(name for rule in rules for name in rule.when.columns)
    inside = space.possible
    for rule in rules:
        inside = inside & space.where(rule.when)
    return bool(inside.any())


def _either(items: Sequence[str]) -> str:
    return " or ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)
