"""What did we believe, and what is so? The guesses of step 01, sealed before any result, against the facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from helpers.client.result_model import Value
from helpers.method.finding_values import inside_sentence, is_known
from helpers.method.strategy_material import Material, Sentence, Told, counted_as, place, sentence, words
from helpers.method.value_words import in_words, range_in_words

FAVOURITE, DIFFICULT, SHARE, LOSING, DRIVER = (
    "favourite_customers", "difficult_customers", "customer_share", "part_losing_money", "top_driver",
)  # fmt: skip
QUESTIONS = {
    FAVOURITE: "Our favourite customers",
    DIFFICULT: "Our difficult customers",
    SHARE: "Our share of what customers spend",
    LOSING: "Part of customers on whom we lose money",
    DRIVER: "What moves customers most",
}
RIGHT, NOT_SO, OPEN = "right", "not so", "open"
CLOSE = 0.05  # a guess of a part is right within five points of the fact or its range
COLUMNS = {
    "leader": "str", "question": "str", "question_name": "str", "believed": "str", "fact": "str", "guess": "float64",
    "value": "float64", "low": "float64", "high": "float64", "named": "Int64", "customers": "Int64", "verdict": "str",
}  # fmt: skip


def beliefs_and_facts(material: Material, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Each guess beside the fact, and whether it was right.

    Parameters
    ----------
    names : mapping of customer_id to name, optional
        Leaders name customers; a customer is found by an id in brackets, such as "Acme (C17)", by an id alone, or by
        its exact name.

    Returns
    -------
    DataFrame, one row per leader and question, as published; empty where nobody said anything
        guess, value, low, high  float  for parts of one
        named, customers         int    how many customers were named, and how many of them earn us money (favourites)
                                        or lose us money (difficult ones)
        verdict                  str    right: within five points of the fact or its range, of customers all that were
                                        found; not so; open where no fact is known, or the answers cannot tell it from
                                        what comes first

    Examples
    --------
    >>> said = pd.DataFrame({"leader": ["Ada"], "question": ["top_driver"], "belief": ["price"]})
    >>> beliefs_and_facts(Material({}, {"beliefs": said}))[["believed", "verdict"]].values.tolist()
    [['price', 'open']]
    """
    profit = _profits(material)
    rows = [_row(material, one, profit, names or {}) for one in material.rows("beliefs")]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def belief_sentences(material: Material, facts: pd.DataFrame) -> list[Sentence]:
    """What the guesses come to, question by question; no leader and no customer is named."""
    rows = facts.to_dict("records")
    found = [
        _whole(material, rows),
        _parts(material, rows, SHARE),
        _parts(material, rows, LOSING),
        _driver(material, rows),
    ]
    found += [_customers(material, rows, FAVOURITE), _customers(material, rows, DIFFICULT)]
    return [one for one in found if one is not None]


def customers_named(belief: str, known: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """The ids of the customers whom a leader named, in order, each once; what is no customer of ours is left out.

    >>> customers_named("Acme (C17), C2, Beta, nobody", ["C2", "C17", "C3"], {"C3": "Beta"})
    ['C17', 'C2', 'C3']
    """
    ids, by_name = set(known), {name.casefold(): key for key, name in names.items()}
    found = []
    for part in re.split(r",\s*", belief):
        inside = re.findall(r"\(([^()]+)\)\s*$", part)
        for one in (*inside, part.strip(), by_name.get(part.strip().casefold(), "")):
            if one in ids:
                found.append(one)
                break
    return list(dict.fromkeys(found))


def _profits(material: Material) -> dict[str, float]:
    """What each customer left us in the window, where it is known."""
    rows = material.rows("customer_value")
    return {row["customer_id"]: float(row["customer_profit"]) for row in rows if is_known(row.get("customer_profit"))}


def _row(material: Material, said: dict, profit: Mapping[str, float], names: Mapping[str, str]) -> dict:
    question, belief = said["question"], str(said["belief"])
    row = {"leader": said["leader"], "question": question, "question_name": QUESTIONS.get(question, question)}
    row |= {"believed": belief, "fact": "", "verdict": OPEN}
    if question in (SHARE, LOSING):
        return row | _part(material, question, belief)
    if question == DRIVER:
        return row | _driver_row(material, belief)
    named = customers_named(belief, list(profit), names)
    good = sum((profit[one] > 0) == (question == FAVOURITE) for one in named)
    said_of = "earn us money" if question == FAVOURITE else "lose us money"
    # who was named stays with the team
    row |= {"believed": f"{len(belief.split(','))} named", "named": len(named), "customers": good}
    if named:
        row |= {"fact": f"{good} of {len(named)} {said_of}", "verdict": RIGHT if good == len(named) else NOT_SO}
    return row


def _fact(material: Material, question: str) -> Told | None:
    """The fact that a guess of a part is held against; before any service nobody knows on whom we lose money."""
    if question == LOSING and not material.rows("profit_ladder", group_id="all", rung="customer_profit"):
        return None
    return material.value("05.answer/share" if question == SHARE else "04.answer/losing")


def _part(material: Material, question: str, belief: str) -> dict:
    fact = _fact(material, question)
    try:
        guess = float(belief)
    except ValueError:
        return {}
    told = {"guess": guess, "believed": f"{100 * guess:g} %"}
    if fact is None:
        return told
    value, low, high = fact.number, fact.value.low, fact.value.high
    low, high = (value, value) if low is None or high is None else (low, high)
    near = low - CLOSE <= guess <= high + CLOSE
    ends = {"low": fact.value.low, "high": fact.value.high}
    between = f" ({range_in_words(low, high, 'share')})" if fact.value.low is not None else ""
    said = f"{in_words(value, 'share')}{between}"
    return told | {"value": value, "fact": said} | ends | {"verdict": RIGHT if near else NOT_SO}


def _first_driver(material: Material) -> dict | None:
    return next((row for row in material.rows("top_needs", group_id="all") if row["rank"] == 1), None)


def _driver_row(material: Material, belief: str) -> dict:
    first = _first_driver(material)
    if first is None:
        return {}
    word = belief.strip().casefold()
    rows = material.rows("top_needs", group_id="all")
    named = next((row for row in rows if word in (row["driver"].casefold(), row["label"].casefold())), None)
    fact = f"{first['label']} comes first"
    if named is None:
        return {"fact": fact, "verdict": NOT_SO}
    if named["rank"] == 1:
        return {"fact": fact, "verdict": RIGHT}
    near = is_known(named["importance_high"]) and named["importance_high"] >= first["importance"]
    fact += f", {inside_sentence(str(named['label']))} is number {int(named['rank'])}"
    # what is open is said to be so: the answers cannot tell the two apart
    return {"fact": f"{fact}; too close to tell" if near else fact, "verdict": OPEN if near else NOT_SO}


def _beliefs(material: Material, question: str) -> tuple[str, ...]:
    return tuple(place("beliefs", row, "belief") for row in material.rows("beliefs", question=question))


def _whole(material: Material, rows: Sequence[dict]) -> Sentence | None:
    """How many of the guesses were right."""
    settled = [row for row in rows if row["verdict"] != OPEN]
    if not settled:
        return None
    told = tuple(place("beliefs", row, "belief") for row in material.rows("beliefs"))
    # each fact can turn a guess
    facts = [name for name in ("05.answer/share", "04.answer/losing") if material.value(name)]
    facts += [place("top_needs", row, name) for row in material.rows("top_needs", group_id="all")
              for name in ("rank", "label", "driver", "importance", "importance_high")]  # fmt: skip
    facts += [place("customer_value", row, "customer_profit") for row in material.rows("customer_value")]
    right = sum(row["verdict"] == RIGHT for row in settled)
    values = {
        "right": counted_as(right, "beliefs"),
        "settled": counted_as(len(settled), "beliefs"),
        "leaders": counted_as(len({row["leader"] for row in rows}), "beliefs"),
    }
    text = "Of {settled:count} guesses of {leaders:count} leaders that can be told, {right:count} "
    text += "was right." if right == 1 else "were right."
    return sentence(
        "beliefs", "in_beliefs", text, values, evidence="measured", n=len(settled), n_of="leader",
        weighed=[*told, *facts], table="beliefs_and_facts",
    )  # fmt: skip


def _parts(material: Material, rows: Sequence[dict], question: str) -> Sentence | None:
    """The lowest and the highest guess of a part, and the fact."""
    own = [row for row in rows if row["question"] == question and is_known(row["guess"])]
    if not own:
        return None
    guesses = [float(row["guess"]) for row in own]
    told = _beliefs(material, question)
    values: dict[str, Told | None] = {
        "guess": Told(Value(value=min(guesses), low=min(guesses), high=max(guesses), unit="share"), told),
        "right": counted_as(sum(row["verdict"] == RIGHT for row in own), *told),
        "leaders": counted_as(len(own)),
        "fact": _fact(material, question),
    }
    what = "our share of what customers spend" if question == SHARE else "the part of customers on whom we lose money"
    base = " of what the buyers spend whose whole spend we know" if question == SHARE else ""
    before = f"Before any result, {{leaders:count}} leaders put {what} at {{guess:pct_range}}"
    if len(own) == 1 or min(guesses) == max(guesses):
        before = before.replace("{guess:pct_range}", "{guess:pct}")
    text = f"{before}; it is {{fact:pct}}{base}. {{right:count}} of them came near."
    if values["fact"] is not None and values["fact"].value.low is not None:
        text = f"{before}; it is {{fact:pct_range}}{base}. {{right:count}} of them came near."
    return sentence(
        "beliefs", f"in_beliefs_{question}", text, values, evidence="measured", n=len(own), n_of="leader",
        table="beliefs_and_facts",
    )  # fmt: skip


def _driver(material: Material, rows: Sequence[dict]) -> Sentence | None:
    """What leaders thought moves customers most, and what comes first."""
    own = [row for row in rows if row["question"] == DRIVER]
    first = _first_driver(material)
    if not own or first is None:
        return None
    told = _beliefs(material, DRIVER)
    thought = list(dict.fromkeys(inside_sentence(str(row["believed"])) for row in own))
    values = {
        "thought": words(" or ".join(thought), *told),
        "fact": words(inside_sentence(str(first["label"])), place("top_needs", first, "label")),
        "right": counted_as(sum(row["verdict"] == RIGHT for row in own)),
        "leaders": counted_as(len(own)),
    }
    found = "it is {fact:text}, which {right:count} of {leaders:count} named."
    if any(row["verdict"] == OPEN for row in own):
        found = "{fact:text} comes first, but too close to tell; {right:count} of {leaders:count} named it."
    text = f"They thought that {{thought:text}} moves customers most; by their answers {found}"
    cells = [place("top_needs", row, name) for row in material.rows("top_needs", group_id="all")
             for name in ("rank", "label", "driver", "importance", "importance_high")]  # fmt: skip
    return sentence(
        "beliefs", "in_beliefs_top_driver", text, values, evidence="modelled", n=len(own), n_of="leader", weighed=cells,
        table="beliefs_and_facts",
    )  # fmt: skip


def _customers(material: Material, rows: Sequence[dict], question: str) -> Sentence | None:
    """How many of the customers that were named are what they were named for."""
    own = [row for row in rows if row["question"] == question and is_known(row["named"]) and row["named"] > 0]
    if not own:
        return None
    named, good = sum(int(row["named"]) for row in own), sum(int(row["customers"]) for row in own)
    told = _beliefs(material, question)
    weighed = [place("customer_value", row, "customer_profit") for row in material.rows("customer_value")]
    values = {"named": counted_as(named, *told), "bad": counted_as(named - good, *told)}
    text = "Of the {named:count} customers whom they like best, {bad:count} cost us more than they bring."
    if question == DIFFICULT:
        text = "Of the {named:count} whom they find difficult, {bad:count} earn us money."
    return sentence(
        "beliefs", f"in_beliefs_{question}", text, values, evidence="measured", n=named, smallest=named,
        weighed=weighed, table="beliefs_and_facts",
    )  # fmt: skip
