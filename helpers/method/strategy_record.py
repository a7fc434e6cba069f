"""What does the document rest on? Assumptions, judgements and open questions of all steps, and what would open them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from helpers.client.result_model import DecisionUsed
from helpers.method.intent_words import INTENTS
from helpers.method.strategy_material import Material, Sentence, counted_as, sentence, words

LONGEST = 400  # characters of an answer that the document prints; a longer one stays in the decision file, whole
HELD_BACK = ("beliefs", "secrets", "groups", "anchors")  # answers that name people or customers
HELD = "in the working papers"
MANY = 100  # from here on a number is told without decimals
# what a client may still deliver, as open questions name it; not what is also a common word, such as customers
DELIVERABLE = MappingProxyType(
    {
        "cost_of_goods": "the cost of goods on each line",
        "wallets": "what a sample of customers spends with everyone (wallets)",
        "survey": "a survey in which customers rate us and the best alternative",
        "service_events": "what service each customer takes, and what it costs (service_events, activity_costs)",
        "list_revenue": "list prices (list_revenue)",
        "category": "the category of each line",
        "referrals": "who sent whom (referrals)",
        "investments": "what following a group would cost and bring (investments)",
        "markets": "the markets of our groups (markets)",
        "supplier_spend": "how customers rank us among their suppliers (supplier_spend)",
    }
)
TABLES = MappingProxyType(
    {
        "strategy_assumptions": {
            "step": "str", "assumption": "str", "text": "str", "value": "str", "low": "float64", "high": "float64",
            "evidence": "str",
        },
        "decisions_made": {
            "decision": "str", "step": "str", "group_id": "str", "question": "str", "answer": "str", "state": "str",
            "decided_by": "str", "decided_on": "datetime64[us]", "reason": "str",
        },
        "open_questions": {"step": "str", "place": "int64", "question": "str", "because": "str", "unlocked_by": "str"},
    }
)  # fmt: skip


def strategy_assumptions(material: Material) -> pd.DataFrame:
    """Everything that the earlier steps used and the data did not supply, as published; values as text."""
    rows = [
        {"step": step[:2], "assumption": one.id, "text": one.text, "value": f"{one.value}", "low": one.low,
         "high": one.high, "evidence": one.evidence}
        for step, said in sorted(material.said.items())
        for one in said.assumptions
    ]  # fmt: skip
    return _table("strategy_assumptions", rows)


def decisions_made(material: Material) -> pd.DataFrame:
    """Who decided what: one row per judgement of the earlier steps, as published.

    Notes
    -----
    An answer is printed where it is a few plain words. One that is made of rows, is long, or names a customer or one
    of our groups by its id stays in the working papers. Where nobody has answered, it says what was used instead.
    """
    ids = {str(row["customer_id"]) for row in material.rows("customer_value")}
    ids |= {str(row["group_id"]) for row in material.rows("group_intents")}
    rows = [
        {"decision": one.id, "step": step[:2], "group_id": one.id.split(".")[1], "question": one.question,
         "answer": _answer(one, ids) or _used_instead(material, one), "state": one.state, "decided_by": one.by or "",
         "decided_on": one.decided_on, "reason": one.reason or one.because}
        for step, said in sorted(material.said.items())
        for one in said.decisions
    ]  # fmt: skip
    return _table("decisions_made", rows)


def open_questions(material: Material) -> pd.DataFrame:
    """What we could not say: one row per open question of the earlier steps, as published."""
    rows = [
        {"step": step[:2], "place": at, "question": one.question, "because": one.because,
         "unlocked_by": one.unlocked_by}
        for step, said in sorted(material.said.items())
        for at, one in enumerate(said.cannot_say, 1)
    ]  # fmt: skip
    return _table("open_questions", rows)


def record_sentences(material: Material, most: int = 3) -> list[Sentence]:
    """How much was decided, assumed and left open, and which data would answer most of it.

    Returns
    -------
    list of Sentence
        12.decided, 12.assumed, 12.open; 12.learn, what step 09 finds best worth finding out; 12.learn_<place>, the
        things that most open questions wait for, at most `most`
    """
    judged, assumed, questions = decisions_made(material), strategy_assumptions(material), open_questions(material)
    by_step = {kind: [f"{step}/{kind}" for step in sorted(material.said)] for kind in ("decisions", "assumptions")}
    gaps = [f"{step}/cannot_say" for step in sorted(material.said)]
    decided = int((judged["state"] == "decided").sum())
    found = []
    if len(judged):
        values = {"all": counted_as(len(judged), *by_step["decisions"]), "decided": counted_as(decided)}
        text = "People have made {decided:count} of the {all:count} judgements behind this"
        rest = len(judged) - decided
        text += f"; the other{'s are' if rest > 1 else ' is'} by rule, or open." if rest else "."
        if not decided:
            text = "Nobody has made any of the {all:count} judgements behind this: all are proposed by rule, or open."
            values.pop("decided")
        found.append(sentence("decisions", "decided", text, values, evidence="measured"))
    if len(assumed):
        values = {"all": counted_as(len(assumed), *by_step["assumptions"])}
        text = "It takes {all:count} assumptions: cross out what does not hold."
        text = text if len(assumed) > 1 else text.replace("assumptions", "assumption")
        found.append(sentence("assumptions", "assumed", text, values, evidence="assumed"))
    if len(questions):
        values = {"all": counted_as(len(questions), *gaps)}
        text = "{all:count} questions are open."
        found.append(sentence("open", "open", text, values, evidence="measured"))
    first = material.finding("09.change")
    if first:
        told = tuple(f"09.change/{name}" for name in first.values)
        found.append(Sentence("learn", first.model_copy(update={"id": "12.learn", "table": None}), told))
    for at, (what, count) in enumerate(first_to_learn(questions)[:most], 1):
        values = {"what": words(what, *gaps), "questions": counted_as(count, *gaps), "all": counted_as(len(questions))}
        text = "{questions:count} of {all:count} open questions wait for {what:text}."
        found.append(sentence("learn", f"learn_{at}", text, values, evidence="measured"))
    return [one for one in found if one]


def first_to_learn(questions: pd.DataFrame) -> list[tuple[str, int]]:
    """Which data would answer most of the open questions: in words, and how many wait for them; most first.

    Notes
    -----
    A question may wait for several things and counts for each. Equal numbers keep the order of `DELIVERABLE`. What one
    question alone waits for is left out.

    Examples
    --------
    >>> first_to_learn(pd.DataFrame({"unlocked_by": ["wallets: of some.", "a survey", "wallets of two years"]}))
    [('what a sample of customers spends with everyone (wallets)', 2)]
    """
    spoken = [text.replace("costs of goods", "cost_of_goods") for text in questions["unlocked_by"].astype(str)]
    counts = [(said, sum(_names(text, name) for text in spoken)) for name, said in DELIVERABLE.items()]
    return sorted((pair for pair in counts if pair[1] > 1), key=lambda pair: -pair[1])


def _names(text: str, name: str) -> bool:
    marks = "".join(mark if mark.isalnum() or mark == "_" else " " for mark in text)
    return name in marks.split()


def _answer(used: DecisionUsed, ids: Collection[str]) -> str:
    """An answer as one line of text; never one with the id of a customer or a group in it."""
    value, asked = used.value, used.id.rpartition(".")[2]
    if value is None:
        return ""
    if asked in HELD_BACK:
        return HELD
    if asked == "intent" and not isinstance(value, (str, Mapping)):
        return ", then ".join(INTENTS.get(str(one), str(one)) for one in value).capitalize()
    text = _plain(value) if _is_flat(value) else ""
    names_one = not ids.isdisjoint(re.findall(r"[\w-]+", text)) and not isinstance(value, (int, float))
    return HELD if not text or names_one or len(text) > LONGEST else text


def _used_instead(material: Material, asked: DecisionUsed) -> str:
    """What the steps used where nobody has answered: the assumption of the same name, if there is one."""
    if asked.value is not None:
        return ""
    name = asked.id.rpartition(".")[2]
    used = [one for said in material.said.values() for one in said.assumptions if one.id[3:] == name]
    if not used:
        return ""
    return f"None yet; step {used[0].id[:2]} used {_plain(used[0].value)}: {used[0].text}"


def _is_flat(value: object) -> bool:
    """Whether an answer is plain words or numbers, or one list or mapping of such."""
    parts = value.values() if isinstance(value, Mapping) else value
    if isinstance(value, str) or not isinstance(value, (Mapping, Sequence)):
        return True
    return all(isinstance(one, str) or not isinstance(one, (Mapping, Sequence)) for one in parts)


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{str(key).replace('_', ' ')}: {_plain(one)}" for key, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:,.0f}" if abs(value) >= MANY else f"{value:g}"
    return value.replace("_", " ") if isinstance(value, str) else str(value)


def _table(name: str, rows: list[dict]) -> pd.DataFrame:
    columns = TABLES[name]
    table = pd.DataFrame(rows, columns=list(columns))
    for column, dtype in columns.items():
        if dtype.startswith("datetime"):
            table[column] = pd.to_datetime(table[column], errors="coerce")
    return table.astype(columns)
