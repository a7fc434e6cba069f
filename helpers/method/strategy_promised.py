"""What came of what the version before promised: how many results, each of them, and where profit went since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

import pandas as pd

from helpers.client.result_model import Value
from helpers.method.expected_results import PROFIT
from helpers.method.finding_values import inside_sentence, is_known
from helpers.method.results_scored import ABOVE, BELOW, NOT_DUE
from helpers.method.strategy_groups import GroupPlan
from helpers.method.strategy_material import (
    Material,
    Sentence,
    Told,
    counted_as,
    group,
    in_an_id,
    place,
    sentence,
    words,
)
from helpers.method.strategy_scores import scores_told

CHAPTER = "since"
HOW = MappingProxyType({"money": "money", "share": "pct"})
SIDES = MappingProxyType({ABOVE: "above the range", BELOW: "below the range"})
WATCHED = "only watched"  # of a result that nobody means to move one way


class Promised(Protocol):
    """The version before, as far as its promises are concerned."""

    expected: pd.DataFrame | None

    @property
    def scored(self) -> pd.DataFrame:
        """What came of each result that it expected."""

    def place(self, name: str) -> str:
        """The name of a place of that version."""


def promise_sentences(material: Material, plans: Sequence[GroupPlan], before: Promised) -> list[Sentence | None]:
    """How many results were due and came, and each result that can be measured, group by group.

    Returns
    -------
    list of Sentence or None
        12.in_since_promised; 12.in_since_came_<measure> of each result that can be measured, also of one that is not
        due; _again where one was missed, or has not come, and is promised anew as it was.
    """
    scored = before.scored
    if scored.empty:
        return []
    found = _counted(before, scored)
    order = {plan.group_id: at for at, plan in enumerate(plans)}
    known = scored[scored["now"].notna()]
    known = known.sort_values("group_id", key=lambda ids: ids.map(order).fillna(len(order)), kind="stable")
    here = {plan.group_id: plan for plan in plans}
    for row in known.to_dict("records"):
        found += [
            _came(row, before, here.get(row["group_id"])),
            _again(row, before, here.get(row["group_id"]), material),
        ]
    return found


def rests(before: Promised) -> list[str]:
    """The places that say whether each result is due, can be measured, and came."""
    rows = before.scored.to_dict("records")
    told = [_cell(before, row, column) for row in rows for column in ("by_date", "low", "high", "better")]
    return told + [_measured(row) for row in rows]


def _counted(before: Promised, scored: pd.DataFrame) -> list[Sentence | None]:
    """How many were due and came, and apart those that are only watched."""
    places, due = rests(before), scored[scored["due"].astype(bool)]
    values = {"all": counted_as(len(scored), before.place("expected_results"))}
    if due.empty:
        waiting = scored[scored["outcome"] == NOT_DUE]
        text = "Of {all:count} results that were promised none is due and can be measured yet."
        if len(waiting):
            first = waiting.sort_values(["by_date", "group_id", "measure"]).iloc[0]
            values["first"] = Told(Value(value=f"{first['by_date']:%Y-%m-%d}", unit="date"), ())
            text = text[:-1] + "; the first is due on {first:date}."
        return [sentence(CHAPTER, "in_since_promised", text, values, evidence="measured", weighed=places)]
    told, scores = scores_told(due)
    values |= scores | {"known": counted_as(len(due))}
    text = f"Of {{all:count}} results that were expected {{known:count}} are due and can be measured: {told}."
    return [sentence(CHAPTER, "in_since_promised", text, values, evidence="measured", weighed=places)]


def profit_since(plans: Sequence[GroupPlan], before: Promised) -> list[Sentence | None]:
    """How many groups leave more profit a year than then, the one that rose most, and the one that fell most."""
    scored = before.scored
    rows = scored[(scored["measure"] == PROFIT) & scored["baseline"].notna() & scored["now"].notna()]
    if rows.empty:
        return []
    rows = rows.assign(change=rows["now"] - rows["baseline"]).sort_values("change", ascending=False, kind="stable")
    places = [one for row in rows.to_dict("records") for one in (_cell(before, row, "baseline"), _measured(row))]
    people = {plan.group_id: plan.customers for plan in plans}
    found, more = [], int((rows["change"] > 0).sum())
    values = {"all": counted_as(len(rows))}
    text = "None of {all:count} groups leaves us more profit a year than then"
    if more:
        values["more"] = counted_as(more)
        leave = "leaves" if more == 1 else "leave"
        text = f"{{more:count}} of {{all:count}} groups {leave} us more profit a year than then"
        values |= _ends(rows.iloc[0].to_dict(), before, "money")
        text += ", {name:text} most: {was:money} then, {now:money} now"
    best, worst = (people.get(rows["group_id"].iloc[at]) for at in (0, -1))
    found.append(sentence(CHAPTER, "in_since_profit", f"{text}.", values, evidence="measured", n=best, weighed=places))
    if rows["change"].iloc[-1] < 0:
        values = _ends(rows.iloc[-1].to_dict(), before, "money")
        text = "{name:text} lost most: {was:money} then, {now:money} now."
        found.append(sentence(CHAPTER, "in_since_profit_less", text, values, evidence="measured", n=worst,
                              weighed=places))  # fmt: skip
    return found


def _ends(row: Mapping[str, Any], before: Promised, unit: str) -> dict[str, Told]:
    """A group's name, and its measure then and now."""
    return {
        "name": words(row["group_name"], _cell(before, row, "group_name")),
        "was": Told(Value(value=float(row["baseline"]), unit=unit), (_cell(before, row, "baseline"),)),
        "now": Told(Value(value=float(row["now"]), unit=unit), (_measured(row),)),
    }


def _came(row: dict[str, Any], before: Promised, plan: GroupPlan | None) -> Sentence | None:
    """What came of one result: then, promised, now and the verdict."""
    how = HOW.get(row["unit"], "number")
    values = _told(row, before)
    whose = "{group:group}" if plan else "{name:text}"
    values |= {"group": group(row["group_id"])} if plan else {}
    if plan:
        values.pop("name")
    was = f"{{was:{how}}} then, " if "was" in values else ""
    text = f"{whose}, {{measure:text}}: {was}{{meant:{how}_range}} promised by {{by:date}}, now {{now:{how}}}: "
    text += "{verdict:text}."
    if row["owner"]:
        values["owner"] = words(str(row["owner"]), _cell(before, row, "owner"))
        text += " Answered for by {owner:text}."
    name = f"in_since_came_{in_an_id(row['measure'])}"
    kind = {"evidence": "measured", "weighed": [_cell(before, row, column) for column in ("better", "owner")]}
    if plan:
        return sentence(CHAPTER, name, text, values, group=row["group_id"], n=plan.customers, **kind)
    return sentence(CHAPTER, f"{name}_{in_an_id(row['group_id'])}", text, values, **kind)


def _told(row: dict[str, Any], before: Promised) -> dict[str, Told]:
    """What a result is called, where it stood, what was promised by when, where it stands, and the verdict."""
    unit, ends = row["unit"], {end: float(row[end]) for end in ("low", "high") if is_known(row[end])}
    values = _ends(row, before, unit)
    if not is_known(row["baseline"]):
        values.pop("was")
    values["measure"] = words(inside_sentence(row["measure_name"]), _cell(before, row, "measure_name"))
    places = tuple(_cell(before, row, column) for column in ("likely", "low", "high", "unit"))
    values["meant"] = Told(Value(value=float(row["likely"]), unit=unit, **ends), places)
    values["by"] = Told(Value(value=f"{row['by_date']:%Y-%m-%d}", unit="date"), (_cell(before, row, "by_date"),))
    return values | {"verdict": words(_verdict(row))}


def _verdict(row: Mapping[str, Any]) -> str:
    """A result's verdict in words.

    >>> _verdict({"due": True, "outcome": "above", "better": "up", "hit": False, "good": True})
    'better'
    >>> _verdict({"due": True, "outcome": "above", "better": "", "hit": False, "good": False})
    'above the range, only watched'
    """
    if not row["due"]:
        return "not due yet"
    if not row["better"]:
        return f"{SIDES.get(row['outcome'], 'in range')}, {WATCHED}"
    return "as promised" if row["hit"] else "better" if row["good"] else "worse"


def _again(row: dict[str, Any], before: Promised, plan: GroupPlan | None, material: Material) -> Sentence | None:
    """That what was missed, or has not come yet, is promised again as it was."""
    now = next(iter(material.rows("expected_results", group_id=row["group_id"], measure=row["measure"])), None)
    if now is None or row["hit"] or row["good"] or any(now[end] != row[end] for end in ("low", "high")):
        return None
    told, how = _told(row, before), HOW.get(row["unit"], "number")
    same = tuple(place("expected_results", now, end) for end in ("low", "high"))
    values = {"name": told["name"], "measure": told["measure"]}
    values["meant"] = Told(told["meant"].value, (*told["meant"].sources, *same))
    values["by"] = material.cell("expected_results", now, "by_date", "date")
    text = f"{{name:text}}, {{measure:text}}: what was promised then ({{meant:{how}_range}}) is promised again as it "
    text += "was, by {by:date}."
    weighed = [_cell(before, row, column) for column in ("better", "by_date")] + [_measured(row)]
    name = f"in_since_again_{in_an_id(row['measure'])}_{in_an_id(row['group_id'])}"
    people = plan.customers if plan else None
    return sentence(CHAPTER, name, text, values, evidence="judged", n=people, weighed=weighed)


def _cell(before: Promised, row: Mapping[str, Any], column: str) -> str:
    return before.place(f"expected_results/{row['group_id']}|{row['measure']}/{column}")


def _measured(row: Mapping[str, Any]) -> str:
    return f"09.measured/{row['group_id']}|{row['measure']}"
