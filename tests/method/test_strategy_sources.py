"""Each sentence of the strategy follows the places that it names, and no other."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from helpers.client.result_model import Value
from helpers.method.customer_strategy import strategy_sentences
from helpers.method.strategy_beliefs import beliefs_and_facts
from helpers.method.strategy_groups import group_plans
from helpers.method.strategy_material import KEYS, Material, place
from helpers.method.strategy_risks import risks
from tests.method.strategy_builders import material
from tests.method.strategy_earlier import before as version_before

BEFORE = version_before()
ASKED = {"asked": "Approve it.", "signed": {"Ada": {"on": "2027-01-20", "reservation": "The desk first."}}}
# what a word can become so that the rules of the earlier steps still know it
OTHER = {
    "primary": {"grow": "maintain", "maintain": "grow", "re_engineer": "retire"},
    "secondary": {"": "retire", "retire": ""},
    "proposed": {"grow": "maintain", "maintain": "grow", "retire": "grow"},
    "proposed_secondary": {"": "retire"},
    "otherwise": {"maintain": "grow", "grow": "maintain", "retire": "maintain"},
    "otherwise_secondary": {"": "retire"},
    "flip_primary": {"maintain": "grow", "re_engineer": "retire"},
    "flip_secondary": {"": "retire"},
    "flip_way": {"falls": "rises", "rises": "falls"},
    "unit": {"money": "share", "share": "money"},
    "position": {"sweet_spot": "they_under_get", "undecided": "sweet_spot", "we_over_give": "they_under_get"},
    "state": {"decided": "draft", "draft": "decided"},
    "group_id": {"g1": "g2", "g2": "g3", "g3": "g1"},
    "status": {"pass": "fail", "fail": "pass"},
    "belief": {"0.7": "0.31", "0.28": "0.9", "0.05": "0.26", "price": "availability", "advice": "availability",
               "Acme (c1), Beta (c2)": "Acme (c1)", "c3": "c1"},
}  # fmt: skip


def built_from(start, **words):
    """The sentences of the document."""
    plans, facts = group_plans(start), beliefs_and_facts(start)
    return strategy_sentences(start, plans, risks(start, plans), facts, before=BEFORE, **words)


def said(built) -> dict[str, tuple]:
    """What each sentence says, by id."""
    return {one.finding.id: (one.finding.text, one.finding.values) for one in built}


def rests(built, name: str) -> tuple[set[str], set[str]]:
    """The sentences that say a place, and those that say it or were chosen by it."""
    says = {one.finding.id for one in built if name in one.told}
    return says, says | {one.finding.id for one in built if name in one.weighed}


def moved(before, after) -> set[str]:
    one, other = said(before), said(after)
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def other_value(column: str, value: object) -> object:
    """Another value that the column may hold."""
    if column in OTHER:
        return OTHER[column][value]
    if isinstance(value, bool):
        return not value
    if isinstance(value, pd.Timestamp):
        return value + pd.Timedelta(days=400)
    if isinstance(value, str):
        return f"{value} indeed"
    return value + 1 if isinstance(value, int) else value * 1.37 + 0.013


def other_value_of(key: str, value: Value) -> Value:
    """Another value of a finding; its interval moves too."""
    if value.unit == "group":
        return value.model_copy(update={"value": "g3" if value.value == "g1" else "g1"})
    low = None if value.low is None else value.low * 0.9
    return value.model_copy(update={"value": other_value(key, value.value), "low": low})


def cells() -> list[tuple[str, int, str]]:
    found = [
        (table, at, column)
        for table, frame in material().tables.items()
        for column in frame.columns
        if column not in KEYS[table]
        for at in range(len(frame))
        if not pd.isna(frame.at[at, column])
    ]
    return [one for one in found if one[2] != "group_name"]


def check(before, after, name: str) -> None:
    """Those that say it change; whatever else changes was chosen by it."""
    says, may = rests(before, name)
    _, may_after = rests(after, name)
    changed = moved(before, after)
    assert says <= changed, f"{name}: {sorted(says - changed)} say it and do not follow"
    assert changed <= may | may_after, f"{name}: {sorted(changed - may - may_after)} follow and do not name it"


def test_each_cell_of_a_table_moves_the_sentences_that_rest_on_it_and_no_other():
    start = material()
    before, used = built_from(start, **ASKED), 0
    for table, at, column in cells():
        frame = start.tables[table].astype(object).copy()
        row = frame.loc[at].to_dict()
        frame.at[at, column] = other_value(column, frame.at[at, column])
        after = built_from(replace(start, tables={**start.tables, table: frame}), **ASKED)
        name = place(table, row, column)
        check(before, after, name)
        used += bool(rests(before, name)[1])
    assert used > 100  # the tables are read, and not only carried


def test_each_value_of_a_finding_moves_the_sentences_that_rest_on_it_and_no_other():
    start = material()
    before, used = built_from(start, **ASKED), 0
    for step, result in start.said.items():
        for at, finding in enumerate(result.findings):
            for key, value in finding.values.items():
                new = other_value_of(key, value)
                findings = list(result.findings)
                findings[at] = finding.model_copy(update={"values": {**finding.values, key: new}})
                changed = {**start.said, step: result.model_copy(update={"findings": findings})}
                after = built_from(replace(start, said=changed), **ASKED)
                name = f"{finding.id}/{key}"
                check(before, after, name)
                used += bool(rests(before, name)[0])
    assert used >= 10


@pytest.mark.parametrize("kind", ["decisions", "assumptions", "cannot_say"])
def test_what_a_step_decided_assumed_or_left_open_is_counted_where_it_is_said(kind):
    start = material()
    before = built_from(start, **ASKED)
    for step, result in start.said.items():
        if not getattr(result, kind):
            continue
        fewer = {**start.said, step: result.model_copy(update={kind: getattr(result, kind)[:-1]})}
        changed = moved(before, built_from(replace(start, said=fewer), **ASKED))
        assert changed
        assert changed <= rests(before, f"{step}/{kind}")[1] | {"12.decided", "12.assumed", "12.open"}


def test_the_reason_that_people_gave_is_said_in_their_words_and_moves_its_sentence_alone():
    start = material()
    step = start.said["09_choose_intent"]
    first = step.decisions[0].model_copy(update={"reason": "We know them."})
    changed = {**start.said, "09_choose_intent": step.model_copy(update={"decisions": [first, step.decisions[1]]})}
    before, after = built_from(start, **ASKED), built_from(replace(start, said=changed), **ASKED)
    assert moved(before, after) == {"12.whom.g1"} == rests(before, "09.g1.intent/reason")[0]
    assert said(after)["12.whom.g1"][1]["why"].value == "We know them."


def test_what_is_asked_and_signed_moves_its_own_sentences():
    start = material()
    before = built_from(start, **ASKED)
    after = built_from(start, **(ASKED | {"asked": "Wait."}))
    assert moved(before, after) == {"12.asked"}
    after = built_from(start, asked="Approve it.")
    assert moved(before, after) == {"12.signed_1", "12.signed", "12.signed_open"}


def test_sentences_do_not_depend_on_what_else_a_table_holds():
    start = material()
    more = {name: table.assign(something_new=1.0) for name, table in start.tables.items()}
    assert said(built_from(Material(start.said, more, 24))) == said(built_from(start))
