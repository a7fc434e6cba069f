"""Intents: what the rules propose for each group and why, how many may grow, and what would change a proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

import pandas as pd

from helpers.client.result_model import Check
from helpers.errors import StepInputError, listed
from helpers.method.intent_facts import NAMES, checked_words
from helpers.method.intent_rules import IntentRule
from helpers.method.intent_space import Space, in_words, settled
from helpers.method.intent_words import DOWNTURN, FACTS, FUTURE, GROW, RIGHT, TESTS, intent_fault
from helpers.method.pass_chance import FAIL, PASS
from helpers.method.rules import UNGROUPED, first_match

MOST_GROW = 2
PART_GROW = 3  # one of so many groups, rounded up


def first_rule(facts: pd.DataFrame, rules: Sequence[IntentRule]) -> pd.Series:
    """The id of the first rule that fits each row.

    Parameters
    ----------
    facts : DataFrame, one row per group, or per draw of one; a column for each fact
    rules : list of IntentRule, in the order in which they are asked

    Raises
    ------
    StepInputError
        If a fact holds a word that it cannot have, or no rule fits a row: its facts contradict each other, for rules
        that leave a possible group out are refused when they are read.

    Examples
    --------
    >>> from helpers.method.intent_rules import intent_rules
    >>> row = {"id": "rest", "sentence": "We keep it.", "when": "True", "primary": "maintain"}
    >>> facts = pd.DataFrame({name: [fact.blank] for name, fact in FACTS.items()})
    >>> first_rule(facts, intent_rules([row])).tolist()
    ['rest']
    """
    checked_words(facts)
    found = first_match(facts, {rule.id: rule.when for rule in rules})
    if (found == UNGROUPED).any():
        row = facts[(found == UNGROUPED).to_numpy()].iloc[0]
        named = Space(name for rule in rules for name in rule.when.columns).names
        words = in_words({name: row[name] for name in named})
        raise StepInputError(f"No intent rule fits a group with {words}. Facts that contradict each other were given.")
    return found


def propose_intents(facts: pd.DataFrame, rules: Sequence[IntentRule]) -> pd.DataFrame:
    """What the rules propose for each group, which rule did, and why.

    Parameters
    ----------
    facts : DataFrame, one row per group, of `helpers.method.intent_facts.intent_facts`
    rules : list of IntentRule

    Returns
    -------
    DataFrame, one row per group in the order of the facts
        group_id, group_name
        primary, secondary  str  intents; secondary empty where there is none
        rule                str  id of the rule that fired
        sentence            str  its sentence
        because             str  the facts that made it fit, in words and no more than suffice; empty for a rule that
                                 fits every group
        not_known           str  titles of the facts of which nothing is known, empty where there is none

    Raises
    ------
    StepInputError
        As `first_rule`.

    Examples
    --------
    >>> from helpers.method.intent_rules import intent_rules
    >>> rows = [
    ...     {"id": "lossy", "sentence": "It costs more.", "when": 'lifetime == "below"', "primary": "retire"},
    ...     {"id": "rest", "sentence": "We keep it.", "when": "True", "primary": "maintain"},
    ... ]
    >>> blank = {name: fact.blank for name, fact in FACTS.items()}
    >>> facts = pd.DataFrame([{"group_id": "g1", "group_name": "Yards", **blank, "lifetime": "below"}])
    >>> propose_intents(facts, intent_rules(rows))[["primary", "rule", "because"]].values.tolist()
    [['retire', 'lossy', 'It will cost more than it brings.']]
    """
    by_id = {rule.id: rule for rule in rules}
    fired = [by_id[name] for name in first_rule(facts, rules)]
    table = facts[NAMES].reset_index(drop=True)
    for column in ("primary", "secondary"):
        table[column] = [getattr(rule, column) for rule in fired]
    table["rule"] = [rule.id for rule in fired]
    table["sentence"] = [rule.sentence for rule in fired]
    known = facts[list(FACTS)].to_dict("records")
    table["because"] = [_because(rule, words) for rule, words in zip(fired, known, strict=True)]
    table["not_known"] = [
        ", ".join(fact.title for name, fact in FACTS.items() if words[name] == fact.blank) for words in known
    ]
    texts = [name for name in table if name not in NAMES]
    return table.astype(dict.fromkeys(texts, "str"))


def _because(rule: IntentRule, words: Mapping[str, str]) -> str:
    """The fewest facts that make the rule fit, in words."""
    space = Space(rule.when.columns)
    enough = space.enough(space.where(rule.when), space.cell(words)) if space.names else {}
    text = "; ".join(FACTS[name].words[word] for name, word in enough.items())
    return f"{text[0].upper()}{text[1:]}." if text else ""


def focus_limit(groups: int) -> int:
    """How many groups may have grow as their first intent: at most two, and at most a third of them, rounded up.

    >>> [focus_limit(groups) for groups in (0, 1, 3, 4, 9)]
    [0, 1, 1, 2, 2]
    """
    return min(MOST_GROW, ceil(groups / PART_GROW))


def intent_checks(chosen: Mapping[str, Sequence[str]], facts: pd.DataFrame) -> list[Check]:
    """Whether the chosen intents can stand: allowed pairs, no grow without the right to win, and focus.

    Parameters
    ----------
    chosen : mapping of group_id to its first and, where there is one, second intent, as decided or proposed
    facts : DataFrame, one row per group: group_id, group_name, right_to_win

    Returns
    -------
    list of Check
        09.pairs fails where a group has no intent or one that is refused; 09.right_to_win and 09.focus are flags, for
        people may know what no test says, and are told what they leave.

    Examples
    --------
    >>> facts = pd.DataFrame({"group_id": ["g1"], "group_name": ["Yards"], "right_to_win": ["fail"]})
    >>> [check.verdict for check in intent_checks({"g1": ["grow"]}, facts)]
    ['pass', 'flag', 'pass']
    """
    names = dict(zip(facts["group_id"], facts["group_name"], strict=True))
    refused = [group for group in names if intent_fault(list(chosen.get(group, ())))]
    growing = [group for group in names if list(chosen.get(group, ()))[:1] == [GROW]]
    shown = set(facts.loc[facts[RIGHT] == PASS, "group_id"])
    bare, limit = [group for group in growing if group not in shown], focus_limit(len(names))

    def named(groups: list[str]) -> str:
        return listed([names[group] for group in groups], most=12) or "none"

    return [
        Check(
            id="09.pairs",
            sentence="Each group has one intent, and at most a second one that goes with it.",
            found=f"refused: {named(refused)}",
            expected="refused: none",
            verdict="fail" if refused else "pass",
        ),
        Check(
            id="09.right_to_win",
            sentence="No group is to grow where it is not shown that we are better at something that matters to it.",
            found=f"without it: {named(bare)}",
            expected="without it: none",
            verdict="flag" if bare else "pass",
        ),
        Check(
            id="09.focus",
            sentence="Groups to grow are at most two, and at most a third of all groups, rounded up.",
            found=len(growing),
            expected=limit,
            verdict="flag" if len(growing) > limit else "pass",
        ),
    ]


def _others(name: str, row: Mapping[str, str]) -> list[str]:
    """The words that a fact could have instead; why a group fails is asked of one that fails only."""
    words = [word for word in FACTS[name].words if word != row[name]]
    if name != "diagnosis":
        return words
    fails = row["lifetime"] == "below" or row[DOWNTURN] == "yes" or row["profitable"] == FAIL
    return [word for word in words if word != "none"] if fails else []


def what_flips(facts: pd.DataFrame, rules: Sequence[IntentRule]) -> pd.DataFrame:
    """Which other word of one fact would change what the rules propose for a group.

    Parameters
    ----------
    facts : DataFrame, one row per group, of `helpers.method.intent_facts.intent_facts`
    rules : list of IntentRule

    Returns
    -------
    DataFrame, one row per group, fact and other word that changes the first or second intent; groups in their order,
    facts and words in that of `FACTS`
        group_id, group_name, fact, title
        now, other           str  the words
        other_words          str  what the other says
        primary, secondary   str  what the rules would propose then
        rule                 str  which of them

    Notes
    -----
    One fact at a time, in agreement with itself: a test that turns changes `future` with it (see `settled`), which is
    therefore not turned alone. Changes to not knowing count too: they tell what rests on a fact.

    Examples
    --------
    >>> from helpers.method.intent_rules import intent_rules
    >>> rows = [
    ...     {"id": "lossy", "sentence": "It costs more.", "when": 'lifetime == "below"', "primary": "retire"},
    ...     {"id": "rest", "sentence": "We keep it.", "when": "True", "primary": "maintain"},
    ... ]
    >>> blank = {name: fact.blank for name, fact in FACTS.items()}
    >>> facts = pd.DataFrame([{"group_id": "g1", "group_name": "Yards", **blank}])
    >>> what_flips(facts, intent_rules(rows))[["fact", "other", "primary"]].values.tolist()
    [['lifetime', 'below', 'retire']]
    """
    levers = [name for name in FACTS if name != FUTURE]
    columns = [*NAMES, "fact", "title", "now", "other", "other_words", "primary", "secondary", "rule"]
    by_id = {rule.id: rule for rule in rules}
    variants = []
    for row, fired in zip(facts.to_dict("records"), first_rule(facts, rules), strict=True):
        for name in levers:
            others = _others(name, row)
            # the future is made anew only where what makes it is turned
            remade = name in (*TESTS, DOWNTURN)
            variants += [
                {**row, name: word, "fact": name, "now": row[name], "other": word, "fired": fired, "remade": remade}
                for word in others
            ]
    if not variants:
        return pd.DataFrame(columns=columns, dtype="str")
    table = pd.DataFrame(variants)
    again = settled(table)
    table.loc[table["remade"], list(FACTS)] = again.loc[again["remade"], list(FACTS)]
    table["rule"] = first_rule(table, rules).to_numpy()
    for column in ("primary", "secondary"):
        table[column] = [getattr(by_id[name], column) for name in table["rule"]]
        table[f"{column}_now"] = [getattr(by_id[name], column) for name in table["fired"]]
    same = (table["primary"] == table["primary_now"]) & (table["secondary"] == table["secondary_now"])
    table["title"] = [FACTS[name].title for name in table["fact"]]
    table["other_words"] = [FACTS[name].words[word] for name, word in zip(table["fact"], table["other"], strict=True)]
    return table.loc[~same, columns].reset_index(drop=True).astype(dict.fromkeys(columns, "str"))


def proposed_values(proposal: pd.DataFrame) -> dict[str, tuple[list[str], str]]:
    """The proposals as decisions are proposed: by group_id its one or two intents, and why.

    Parameters
    ----------
    proposal : DataFrame of `propose_intents`

    Examples
    --------
    >>> row = {"group_id": "g1", "primary": "grow", "secondary": "re_engineer", "sentence": "Much to win."}
    >>> proposed_values(pd.DataFrame([row]))
    {'g1': (['grow', 're_engineer'], 'Much to win.')}
    """
    return {
        row["group_id"]: ([row["primary"], *filter(None, [row["secondary"]])], row["sentence"])
        for row in proposal.to_dict("records")
    }
