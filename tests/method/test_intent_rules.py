"""Intent rules: what a table of rules may say, and that gaps and rules never reached are found."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.intent_rules_file import read_intent_rules
from helpers.errors import StepInputError
from helpers.method.intent_rules import intent_rules
from helpers.method.intent_space import Space
from helpers.method.intent_words import FACTS, INTENTS, PAIRS, intent_fault

RIGHT = 'right_to_win == "pass"'


def row(name, when, primary="maintain", secondary="", **more):
    return {"id": name, "sentence": f"Why {name}.", "when": when, "primary": primary, "secondary": secondary, **more}


REST = row("rest", "True")


def told(*rows):
    with pytest.raises(StepInputError) as caught:
        intent_rules(rows, file="shop/intent_rules.yaml")
    return str(caught.value)


def test_the_kits_own_rules_can_be_used(tmp_path):
    file = read_intent_rules(tmp_path)
    rules = intent_rules(file.rows, file=file.file)
    assert {rule.primary for rule in rules} == set(INTENTS)
    assert {(rule.primary, rule.secondary) for rule in rules if rule.secondary} == set(PAIRS)
    assert all(rule.sentence.endswith(".") for rule in rules)
    used = {name for rule in rules for name in rule.when.columns}
    assert used == set(FACTS) - {"share"}


@pytest.mark.parametrize("chosen", list(product(INTENTS, INTENTS)))
def test_only_three_pairs_go_together(chosen):
    assert (intent_fault(chosen) is None) == (chosen in PAIRS)


def test_a_third_intent_none_and_an_unknown_one_are_refused():
    assert intent_fault(["grow"]) is None
    assert intent_fault(["grow", "re_engineer", "retire"])[0] == "3 intents are chosen."
    assert intent_fault([])[0] == "there is no intent."
    assert intent_fault(["Maintain"]) == ('"Maintain" is no intent.', 'Did you mean "maintain"?')


# ---- what one rule may say -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (row("a", 'positon == "low_low"'), ["no fact has the name", 'Did you mean "position"?', "at character 1"]),
        (row("a", 'position == "lowlow"'), ['"lowlow" is no word of position', 'Did you mean "low_low"?']),
        (row("a", 'position in ["low_low", "x"]'), ['"x" is no word of position', "Its words: sweet_spot"]),
        (row("a", "position == future"), ["does not compare a fact with a word", "A condition compares facts"]),
        (row("a", 'lifetime > "above"'), ["has no order", "A condition compares facts"]),
        (row("a", "position == 3"), ["position", "A condition compares facts"]),
        (row("a", 'position = "low_low"'), ['Write "==" for "is"']),
        (row("a", "position"), ["A condition compares facts"]),
        (row("a", ""), ["it is empty"]),
        (row("a", 'len(position) == "x"'), ["would be a function"]),
        (row("a", "True", "growth"), ["primary", '"growth" is no intent', 'Did you mean "grow"?']),
        (row("a", "True", "maintain", "retire"), ["secondary", "maintain does not go with retire as the second"]),
        (row("a", "True", "retire", "re_engineer"), ["secondary", "re_engineer with retire"]),
        (row("a", "True", "maintain", "both"), ["secondary", '"both" is no intent']),
        (row("a", "True", ""), ["primary", "there is no intent"]),
        (row("a", "True", "", "retire"), ["primary", "there is no intent"]),
        (row("Not a word", "True"), ["id", "no plain word"]),
        (row("ungrouped", "True"), ["no plain word"]),
        ({**REST, "sentence": " "}, ["sentence", "nothing is written here"]),
    ],
)
def test_a_rule_that_cannot_be_used_is_told_in_words(rule, said):
    message = told({**rule, "line": 7})
    assert message.startswith("The intent rules - 1 problem in shop/intent_rules.yaml\n  1. line 7, rule ")
    assert not any(word in message for word in ("column", "orders", "North"))
    for words in said:
        assert words in message


def test_all_faults_are_told_at_once():
    message = told(row("a", "positon"), row("a", "True", "growth"), {"when": "True"})
    assert message.startswith("The intent rules - 6 problems")
    assert "a rule above has this id" in message and "rule number 3" in message


def test_without_rules_there_is_nothing_to_propose():
    assert "there is no rule" in told()


def test_a_table_that_nobody_can_read_through_is_refused():
    message = told(*(row(f"r{number}", 'downturn == "yes"') for number in range(61)))
    assert "there are 61 rules" in message and "Expected at most 60" in message


# ---- the rules together ----------------------------------------------------------------------------------------------


def test_a_gap_is_told_in_its_fewest_words():
    message = told(row("a", 'position == "sweet_spot" or lifetime != "below"'), row("b", 'position == "low_low"'))
    left = 'position in ["we_over_give", "they_under_get", "undecided", "unknown"] and lifetime == "below"'
    assert f"after the last rule: no rule fits a group with {left}.\n" in message
    assert "no rule fits a group with any facts." in told(row("a", "False"))


def test_of_many_gaps_a_few_are_shown():
    names = ("position", "lifetime", "downturn", "headroom", "market")
    firsts = [next(iter(FACTS[name].words)) for name in names]
    message = told(row("a", " and ".join(f'{name} == "{word}"' for name, word in zip(names, firsts, strict=True))))
    gaps = [line.strip() for line in message.splitlines() if line.startswith("       ")]
    assert gaps == ['market != "pass"', 'headroom != "large"', 'downturn != "yes"', "and others."]


def test_a_rule_that_others_hide_is_told_with_them():
    first, second = row("a", 'lifetime == "below"'), row("b", 'lifetime in ["above", "unclear"]')
    hidden = row("c", 'lifetime != "unknown" and position == "low_low"', line=9)
    message = told(first, second, hidden, REST)
    assert 'line 9, rule "c": it is never reached: every group that fits it fits "a" or "b" before' in message
    assert 'fits "rest" before' in told(REST, row("late", 'downturn == "yes"'))


def test_a_rule_that_nobody_can_fit_is_told_apart():
    assert "no group can ever fit" in told(row("a", 'lifetime == "below" and lifetime == "above"'), REST)
    # the tests make the future, so the two contradict each other
    assert "no group can ever fit" in told(row("a", 'future == "passes" and right_to_win != "pass"'), REST)
    assert "no group can ever fit" in told(row("a", "False"), REST)


def test_what_no_group_can_have_is_no_gap():
    tests = 'future == "passes" or right_to_win in ["fail", "undecided", "not_tested"] or profitable != "pass"'
    failed = 'direction == "fail" or commitment == "fail" or market == "fail"'
    assert len(intent_rules([row("a", tests), row("b", failed)])) == 2
    downturn = row("b", 'profitable in ["fail", "not_tested"]')
    assert len(intent_rules([row("a", 'downturn != "yes"'), downturn])) == 2


def test_grow_needs_the_right_to_win():
    message = told(row("a", 'position == "sweet_spot"', "grow", line=3), REST)
    assert 'line 3, rule "a" -> when: it proposes grow without the right to win' in message
    assert 'such as where position == "sweet_spot" and right_to_win != "pass".' in message
    assert 'Add: and right_to_win == "pass"' in message
    assert intent_rules([row("a", f'position == "sweet_spot" and {RIGHT}', "grow"), REST])
    # a group that passes has it; and one without it that an earlier rule takes never comes here
    assert intent_rules([row("a", 'future == "passes"', "grow"), REST])
    assert intent_rules([row("b", 'right_to_win != "pass"'), row("a", 'position == "sweet_spot"', "grow"), REST])


@settings(derandomize=True, deadline=None, max_examples=25)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["lifetime", "headroom", "downturn"]),
            st.sets(
                st.sampled_from(["above", "below", "unclear", "unknown", "large", "small", "yes", "no"]), min_size=3
            ),
            min_size=1,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_gaps_and_hidden_rules_are_those_of_looking_at_every_group(drawn):
    names = ("lifetime", "headroom", "downturn")
    rules, fits = [], []
    for number, parts in enumerate(drawn):
        allowed = {name: [word for word in FACTS[name].words if word in words] for name, words in parts.items()}
        if not all(allowed.values()):
            continue
        rules.append(row(f"r{number}", " and ".join(f"{name} in {words}" for name, words in allowed.items())))
        fits.append(allowed)
    named = [name for name in names if any(name in allowed for allowed in fits)]
    groups = [dict(zip(named, words, strict=True)) for words in product(*(FACTS[name].words for name in named))]
    fired = [
        next((i for i, allowed in enumerate(fits) if all(g[name] in ok for name, ok in allowed.items())), None)
        for g in groups
    ]
    hidden = set(range(len(rules))) - set(fired)
    if not rules:
        return
    if None not in fired and not hidden:
        assert len(intent_rules(rules)) == len(rules)
        return
    message = told(*rules)
    assert ("after the last rule" in message) == (None in fired)
    for number, rule in enumerate(rules):
        assert (f'rule "{rule["id"]}": it is never reached' in message) == (number in hidden)


def test_every_fact_at_once_is_looked_at_in_little_room():
    space = Space(FACTS)
    assert space.possible.size == space.possible.shape[0] * 4 * 3 * 6 * 5 * 4 * 4**6
    assert space.possible.strides.count(0) >= 5  # facts that nothing is linked with take no room
