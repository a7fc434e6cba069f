"""What two versions of a strategy differ in, as data: customers, numbers, decisions, parameters and definitions.

`workbook compare --json` prints it as it stands here. Nothing is computed but counts and differences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.client.result_model import DecisionUsed, Finding, Result, Value
from helpers.method.difference import beyond_both
from helpers.method.group_before import ASSIGN
from helpers.method.group_members import BESIDE, group_order
from helpers.method.rating import LETTERS
from helpers.method.value_tiers import TIERS
from helpers.report.compared import FACTS, Comparison, DecisionMoved, Matrix, Move, NumberMoved, SentenceMoved, Sorting
from helpers.run.freshness import changes
from helpers.show.audience import Audience
from helpers.show.sentences import say
from helpers.steps import STEPS

if TYPE_CHECKING:
    import pandas as pd

MOVED_BY = 0.10  # of what a number without a range was
QUANTITIES = ("share", "points", "money", "count", "number")
# parts that a step rests on by which the same data give other numbers
DEFINITIONS = ("module ", "code cells", "notebook", "intent rules", "package ", "Python")
# how customers are sorted, by what is published: step, table, column of the kind, column of its name
SORTED = {
    "group": ("03_form_groups", "customer_groups", "group_id", "group_name"),
    "value tier": ("04_value_to_us", "customer_value", "value_tier", "value_tier"),
    "letter": ("02_rate_customers", "customer_ratings", "rating", "rating"),
}
ORDERS = {"value tier": TIERS, "letter": LETTERS}
NOT_THEN, NOT_NOW = "Not there then", "Not there now"
# what a step says of each group and is held against what it said then: finding, value, title
OF_GROUPS = (
    ("03.group", "part", "Part of active customers"),
    ("04.group_profit", "amount", "Profit over the window"),
    ("04.group_profit", "rate", "Profit / revenue"),
    ("05.group_share", "share", "Customer share"),
    ("07.balance", "us", "Part worth more to us than the hurdle"),
    ("07.balance", "them", "Part of respondents who gain with us"),
)
GOALS = ("01.goals", "01.portfolio_goals", "09.goals")
COUNT, REFITTING, KEPT = "03.all.group_count", "03.all.refit", "the groups are kept"
UNSORTED = (*BESIDE, "unknown", "unrated")  # kinds that say that a customer was not sorted


@dataclass(frozen=True)
class Side:
    """One of the two: a frozen version, or what stands today. `table` gives a published table or None."""

    name: str
    as_of: str
    kit: str
    results: Mapping[str, Result]
    rests_on: Mapping[str, Mapping[str, str]]
    table: Callable[[str, str], pd.DataFrame | None]


def comparison(before: Side, after: Side, audience: Audience) -> Comparison:
    """Hold two sides against each other, for an audience: the client sees no customer and no move of a few."""
    both = [step.id for step in STEPS if step.id in before.results and step.id in after.results]
    sortings = [_sorting(kind, before, after, audience) for kind in SORTED]
    return Comparison(
        before={"name": before.name, "as_of": before.as_of, "kit": before.kit},
        after={"name": after.name, "as_of": after.as_of, "kit": after.kit},
        audience=audience.name,
        sortings=[one for one in sortings if one],
        numbers=[*_numbers(both, before, after, audience), *_group_numbers(before, after, audience)],
        goals=list(_goals(before, after, audience)),
        decisions=list(_decisions(before, after, audience)),
        parameters=[line for step_id in both for line in _parameters(before.results[step_id], after.results[step_id])],
        definitions={
            step_id: lines
            for step_id in both
            if (lines := changes(*(_definitions(side.rests_on.get(step_id, {})) for side in (before, after))))
        },
        only_before=[step_id for step_id in before.results if step_id not in after.results],
        only_after=[step_id for step_id in after.results if step_id not in before.results],
    )


# ---- customers -------------------------------------------------------------------------------------------------------


def _sorting(kind: str, before: Side, after: Side, audience: Audience) -> Sorting | None:
    step_id, table, column, name = SORTED[kind]
    tables = [side.table(step_id, table) for side in (before, after)]
    if any(one is None or column not in one or one[column].isna().all() for one in tables):
        return None
    kinds = [one.dropna(subset=[column]).set_index("customer_id")[column].astype(str) for one in tables]
    # a group is the same while its id is, whatever it is called
    named = [dict(zip(one[column].astype(str), one[name].astype(str), strict=True)) for one in tables]
    then, now = kinds
    sorted_ = [one.index[~one.isin(UNSORTED)] for one in kinds]
    both = sorted_[0].intersection(sorted_[1])
    found: dict[tuple[str, str], list[str]] = {}
    for customer in sorted(then.index.intersection(now.index)):
        if then[customer] != now[customer]:
            found.setdefault((then[customer], now[customer]), []).append(str(customer))
    shown = {pair: ids for pair, ids in found.items() if not audience.holds_back(len(ids))}
    moves, aside = [], []
    for pair, ids in sorted(shown.items(), key=lambda item: (-len(item[1]), item[0])):
        named_ids = ids if audience.sees_persons else []
        move = Move(from_=named[0][pair[0]], to=named[1][pair[1]], customers=len(ids), customer_ids=named_ids)
        (aside if set(pair) & set(UNSORTED) else moves).append(move)
    return Sorting(
        kind=kind,
        both=len(both),
        moved=int((then[both] != now[both]).sum()),
        only_before=len(sorted_[0]) - len(both),
        only_after=len(sorted_[1]) - len(both),
        moves=moves,
        aside=aside,
        held_back=len(found) - len(shown),
        matrix=_matrix(kind, tables, (column, name), audience),
    )


def _matrix(kind: str, tables: Sequence[pd.DataFrame], columns: tuple[str, str], audience: Audience) -> Matrix | None:
    """Where everybody was and is; None where the client would see how few somebody is, for totals give it away."""
    column, name = columns
    kinds = [one.set_index("customer_id")[column].fillna("unknown").astype(str) for one in tables]
    named = [dict(zip(one[column].fillna("unknown").astype(str), one[name].astype(str), strict=True)) for one in tables]
    orders = [_order(kind, one) for one in kinds]
    everybody = kinds[0].index.union(kinds[1].index)
    then, now = (one.reindex(everybody, fill_value="") for one in kinds)
    pairs = then.groupby([then, now]).size().to_dict()
    counts = [[int(pairs.get((row, cell), 0)) for cell in (*orders[1], "")] for row in (*orders[0], "")]
    if any(audience.holds_back(count) for row in counts for count in row):
        return None
    titles = [[_kind_named(one, names) for one in order] for order, names in zip(orders, named, strict=True)]
    same = [[row == cell != "" for cell in (*orders[1], "")] for row in (*orders[0], "")]
    return Matrix(rows=[*titles[0], NOT_THEN], columns=[*titles[1], NOT_NOW], counts=counts, same=same)


def _order(kind: str, kinds: pd.Series) -> list[str]:
    """The kinds that are there, in their order; what is none stands last."""
    found = set(kinds)
    known = list(ORDERS[kind]) if kind in ORDERS else group_order(found)
    return [one for one in known if one in found] + sorted(found - set(known))


def _kind_named(kind: str, names: Mapping[str, str]) -> str:
    return {"unknown": "Not known, or not active", "unrated": "Unrated"}.get(kind, names.get(kind, kind))


# ---- numbers ---------------------------------------------------------------------------------------------------------


def _numbers(steps: Iterable[str], before: Side, after: Side, audience: Audience) -> Iterator[NumberMoved]:
    """The headlines of each step, and the other numbers of its answer."""
    registry = {step.id: step for step in STEPS}
    for step_id in steps:
        step = registry[step_id]
        then, now = ({one.id: one for one in side.results[step_id].findings} for side in (before, after))
        titles = {f"{step.number}.{headline.value}": headline.title for headline in step.headlines}
        answer = f"{step.number}.answer"
        more = then[answer].values if answer in then else {}
        for name in dict.fromkeys([*titles, *(f"{answer}/{value}" for value in more)]):
            finding, _, value = name.partition("/")
            if finding in then and finding in now and not _small((then[finding], now[finding]), audience):
                pair = then[finding].values.get(value), now[finding].values.get(value)
                if all(one is not None and one.value is not None and one.unit in QUANTITIES for one in pair):
                    title = titles.get(name) or f"{step.title}: {value.replace('_', ' ')}"
                    moved = {"why": why_moved(*pair), "beyond": beyond_ranges(*pair), "headline": name in titles}
                    moved["moved"] = bool(moved["why"])
                    yield NumberMoved(id=name, title=title, before=pair[0], after=pair[1], **moved)


def _group_numbers(before: Side, after: Side, audience: Audience) -> Iterator[NumberMoved]:
    """What is said of each group that is there in both, group by group."""
    said = [{one.id: one for result in side.results.values() for one in result.findings} for side in (before, after)]
    names = _names_of_groups(after)
    for own in group_order(names):
        for finding, value, title in OF_GROUPS:
            pair = [one.get(f"{finding}.{own}") for one in said]
            if None in pair or _small(pair, audience):
                continue
            then, now = (one.values.get(value) for one in pair)
            if then is None or now is None or then.value is None or now.value is None:
                continue
            why = why_moved(then, now)
            yield NumberMoved(id=f"{finding}.{own}/{value}", title=title, group=names[own], before=then, after=now,
                              moved=bool(why), why=why, beyond=beyond_ranges(then, now))  # fmt: skip


def _names_of_groups(side: Side) -> dict[str, str]:
    table = side.table("03_form_groups", "customer_groups")
    if table is None:
        return {}
    return dict(zip(table["group_id"].astype(str), table["group_name"].astype(str), strict=True))


def _goals(before: Side, after: Side, audience: Audience) -> Iterator[SentenceMoved]:
    """What was said of the goals, where either side said anything."""
    for name in GOALS:
        told = []
        for side in (before, after):
            reader = Audience(audience.name, audience.currency, _names_of_groups(side), audience.min_cell)
            found = [one for result in side.results.values() for one in result.findings if one.id == name]
            told.append(say(found[0], reader) if found and not _small(found, audience) else "")
        if any(told):
            yield SentenceMoved(id=name, before=told[0], after=told[1])


def beyond_ranges(before: Value, after: Value) -> bool | None:
    """Whether two numbers differ by more than both ranges allow; None where one of them has no range.

    >>> beyond_ranges(Value(value=1, low=0, high=2, unit="number"), Value(value=9, low=8, high=10, unit="number"))
    True
    >>> beyond_ranges(Value(value=1, unit="number"), Value(value=9, low=8, high=10, unit="number")) is None
    True
    """
    ends = [(one.value, one.low, one.high) for one in (before, after)]
    if before.unit != after.unit or any(part is None for one in ends for part in one):
        return None
    then, now = (tuple(float(part) for part in one) for one in ends)
    return beyond_both(then, now)


def why_moved(before: Value, after: Value) -> str:
    """Why a number counts as moved, in words; empty where it does not.

    With two ranges it has moved when they do not allow that it is the same, with one then when it left that, without
    one when it differs by more than a tenth.

    >>> why_moved(Value(value=100, low=90, high=120, unit="money"), Value(value=125, unit="money"))
    'outside its range then'
    >>> why_moved(Value(value=100, unit="count"), Value(value=110, unit="count"))
    ''
    >>> why_moved(Value(value=0, unit="count"), Value(value=1, unit="count"))
    'it was zero'
    """
    old, new = float(before.value), float(after.value)
    if before.unit != after.unit:
        return f"its unit was {before.unit}"
    beyond = beyond_ranges(before, after)
    if beyond is not None:
        return "by more than both ranges allow" if beyond else ""
    if before.low is not None and before.high is not None:
        return "" if before.low <= new <= before.high else "outside its range then"
    if old == 0:
        return "it was zero" if new != 0 else ""
    return "by more than a tenth" if abs(new - old) > MOVED_BY * abs(old) * (1 + 1e-9) else ""


def _small(findings: Iterable[Finding], audience: Audience) -> bool:
    return any(audience.holds_back(count) for one in findings for count in (one.n, one.smallest) if count is not None)


# ---- decisions, parameters, definitions ------------------------------------------------------------------------------


def _decisions(before: Side, after: Side, audience: Audience) -> Iterator[DecisionMoved]:
    """Judgements whose value, reason or maker is another one."""
    then, now = (
        {used.id: used for result in side.results.values() for used in result.decisions} for side in (before, after)
    )
    for name in sorted({*then, *now}):
        old, new = then.get(name), now.get(name)
        facts = [_facts(one) if one else {} for one in (old, new)]
        if facts[0] == facts[1]:
            continue
        what = "new" if old is None else "gone" if new is None else "changed"
        others = [fact for fact in FACTS if what == "changed" and facts[0][fact] != facts[1][fact]]
        because = KEPT if what == "gone" and name == COUNT and _keeps_groups(now) else ""
        if not audience.sees_persons:  # a value may name customers
            facts = [{key: part for key, part in one.items() if key in ("by", "decided_on")} for one in facts]
        asked = {"id": name, "question": (new or old).question, "what": what, "others": others, "because": because}
        yield DecisionMoved(**asked, before=facts[0], after=facts[1])


def _keeps_groups(used: Mapping[str, DecisionUsed]) -> bool:
    """Whether customers are assigned to the groups of a version: then nobody asks how many there should be."""
    return REFITTING in used and used[REFITTING].value == ASSIGN


def _facts(used: DecisionUsed) -> dict[str, Any]:
    return {name: getattr(used, name) for name in ("value", "reason", "by", "decided_on")}


def _parameters(before: Result, after: Result) -> list[str]:
    lines = []
    for name in sorted({*before.parameters, *after.parameters}):
        old, new = (result.parameters.get(name, "not there") for result in (before, after))
        if old != new:
            lines.append(f"{after.step[:2]}.{name} was {old}, is {new}")
    return lines


def _definitions(parts: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in parts.items() if name.startswith(DEFINITIONS)}
