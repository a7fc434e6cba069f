"""What is the board asked, who signed, and is the document sound? Its table, its checks and its own assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from helpers.client.result_model import Assumption, Check, DecisionUsed, Result, Value
from helpers.method.strategy_groups import GroupPlan, selected_tactics
from helpers.method.strategy_material import TABLES, Material, Sentence, Told, counted_as, sentence, words

DECISION_ASKED, SIGN = "12.all.decision_asked", "12.all.sign"
COLUMNS = {
    "sentence_id": "str", "place": "str", "chapter": "str", "position": "int64", "source": "str", "chosen_by": "str",
    "group_id": "str", "evidence": "str", "provisional": bool,
}  # fmt: skip
ASSUMPTIONS = (
    Assumption(
        id="12.together",
        text="Where the ranges of several groups or tactics are added, the ends are those of all going badly or well "
        "at once; the true range of the sum is narrower.",
        value="added end by end",
    ),
    Assumption(id="12.year", text="Sums over the window are told by the year, each year alike.", value="an even part"),
)


def proposed_decision(material: Material, plans: Sequence[GroupPlan]) -> tuple[str, str] | None:
    """What to ask of the board where nobody has worded it, and why; None where there is nothing to decide yet.

    >>> proposed_decision(Material({}, {}), []) is None
    True
    """
    if not plans:
        return None
    if all(plan.primary == "maintain" for plan in plans):
        text = "Keep all groups as they are for now, and say who finds out what is missing, and by when."
        return text, "No group stands out by what is known."
    parts = ["Approve what we intend with each group"]
    parts += ["what we promise it"] if material.rows("value_propositions") else []
    parts += ["the tactics chosen and their cost"] if selected_tactics(material) else []
    said = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    lacking = [row for row in material.rows("expected_results") if not row["owner"]]
    said += "; name an owner for each result that has none." if lacking else "."
    return said, "These are the parts of the strategy that stand."


def asked_to_sign(used: Iterable[DecisionUsed]) -> list[str]:
    """Whether anybody is asked to sign: once people have worded what the board shall decide.

    >>> asked_to_sign([DecisionUsed(id="12.all.decision_asked", state="decided")]), asked_to_sign([])
    (['all'], [])
    """
    return ["all" for one in used if one.id == DECISION_ASKED and one.state in ("decided", "stale")]


def asked_sentences(
    asked: object, signed: Mapping[str, Mapping] | None, said: Mapping[str, Result] | None = None
) -> list[Sentence]:
    """The decision asked; who has signed, on which day, with which reservation; what was not confirmed by then.

    >>> [one.finding.id for one in asked_sentences("Approve.", {"Ada": {"on": "2026-11-27"}})]
    ['12.asked', '12.signed_1', '12.signed']
    """
    found = []
    if asked:
        found.append(sentence("ask", "asked", "{asked:text}", {"asked": words(str(asked), DECISION_ASKED)},
                              evidence="judged"))  # fmt: skip
    rows = list((signed or {}).items())
    for at, (who, row) in enumerate(rows, 1):
        values = {"who": words(str(who), SIGN)}
        text = "{who:text}"
        if row.get("on"):
            values["on"] = Told(Value(value=str(row["on"])[:10], unit="date"), (SIGN,))
            text += ", {on:date}"
        text += "."
        if row.get("reservation"):
            values["reservation"] = words(str(row["reservation"]).strip(), SIGN)
            text += " With a reservation: {reservation:text}"
        found.append(sentence("sign", f"signed_{at}", text, values, evidence="judged"))
    if rows:
        held = sum(bool(row.get("reservation")) for _, row in rows)
        values = {"all": counted_as(len(rows), SIGN), "held": counted_as(held, SIGN)}
        text = "Signed by {all:count}, {held:count} of them with a reservation."
        found.append(sentence("sign", "signed", text, values, evidence="judged"))
    open_ = {name for one in (said or {}).values() for name in one.provisional}
    if rows and open_:
        values = {"open": counted_as(len(open_), *(f"{step}/provisional" for step in sorted(said or {})))}
        text = "When this was signed, {open:count} of the judgements that it rests on had not been confirmed."
        found.append(sentence("sign", "signed_open", text, values, evidence="judged"))
    return [one for one in found if one]


def in_order(parts: Iterable[Sequence[Sentence]]) -> list[Sentence]:
    """All sentences of the document: those of the board first, each part in its order; no two have the same id.

    >>> one = sentence("a", "b", "{x:text}", {"x": words("So.", "09.answer/x")}, evidence="judged")
    >>> [said.finding.id for said in in_order([[one, one]])]
    ['12.b', '12.b_2']
    """
    every, known = [], set()
    for one in (one for part in parts for one in part):
        name, at = one.finding.id, 2
        while name in known:  # two keys of a client may read alike as ids
            name, at = f"{one.finding.id}_{at}", at + 1
        known.add(name)
        every.append(replace(one, finding=one.finding.model_copy(update={"id": name})))
    return [one for one in every if one.place == "board"] + [one for one in every if one.place != "board"]


def strategy_table(sentences: Sequence[Sentence], material: Material) -> pd.DataFrame:
    """The published strategy: one row per sentence, in the order of the document.

    Returns
    -------
    DataFrame
        source       str   the places whose values it says, joined by "; "
        chosen_by    str   those that only chose it or its words
        provisional  bool  whether it rests on a step that rests on such a judgement
    """
    steps = {step[:2] for step, said in material.said.items() if said.provisional}
    rows = [
        {
            "sentence_id": one.finding.id, "place": one.place, "chapter": one.chapter, "position": at,
            "source": "; ".join(one.told), "chosen_by": "; ".join(_short(one.weighed)), "group_id": one.group_id,
            "evidence": one.finding.evidence, "provisional": bool(steps & steps_behind(one)),
        }
        for at, one in enumerate(sentences, 1)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def steps_behind(one: Sentence) -> set[str]:
    """The numbers of the steps that a sentence rests on.

    >>> told = words("Grow", "09.answer/grow", "value_propositions/g1/headline")
    >>> sorted(steps_behind(sentence("a", "b", "{x:text}", {"x": told}, evidence="judged")))
    ['09', '10']
    """
    owners = {table: step[:2] for step, tables in TABLES.items() for table in tables}
    heads = [name.partition("/")[0] for name in (*one.told, *one.weighed)]
    return {owners.get(head, head[:2]) for head in heads}


def _short(places: Sequence[str]) -> list[str]:
    """Places as columns of tables, so that a choice among hundreds of cells is still one line."""
    return list(dict.fromkeys(f"{one.split('/')[0]}/*/{one.split('/')[2]}" if one.count("/") == 2 else one
                              for one in places))  # fmt: skip


def strategy_checks(sentences: Sequence[Sentence], board: pd.DataFrame, material: Material) -> list[Check]:
    """Whether each sentence has its source, and the board's table adds up."""
    bare = [one.finding.id for one in sentences if not one.told]
    found = [
        Check(
            id="12.sources", sentence="Each sentence says values that an earlier step or a decision holds.",
            found=len(bare), expected=0, verdict="fail" if bare else "pass",
        )
    ]  # fmt: skip
    rows = material.rows("group_intents")
    people = sum(int(row["customers"]) for row in rows)
    on_board = int(board["customers"].sum())
    found.append(
        Check(
            id="12.groups", sentence="The board's table holds each group that has an intent, once.", found=on_board,
            expected=people, verdict="pass" if on_board == people else "fail",
        )
    )  # fmt: skip
    total = board["portion_likely"].sum()
    if board["portion_likely"].notna().any():
        found.append(
            Check(
                id="12.portions", sentence="The portions that we intend are not more than the whole.",
                found=round(float(total), 6), expected=1, verdict="pass" if total <= 1 + 1e-6 else "flag",
            )
        )  # fmt: skip
    return found
