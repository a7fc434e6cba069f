"""What would change our mind: each uncertain number in words and in its own unit, and what a group's would lead to."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Value
from helpers.method.finding_values import money_value, share_value, text_value
from helpers.method.intent_words import FACTS, INTENTS, TESTS
from helpers.method.pass_chance import FAIL, PASS
from helpers.method.value_words import in_words, range_in_words

TELLS = 0.01  # right in one case more of a hundred: less is not worth a question
ABOUT = {
    "to_us": "the part of its customers who pay for us",
    "to_them": "the part of its customers who gain",
    "lifetime": "its lifetime value",
    "margin_slope": "the yearly change of its margin",
    "customer_share": "our share of its business",
    "headroom": "what is winnable, as a part of a year's revenue",
    **{test: f"the chance that {FACTS[test].words[PASS]}" for test in TESTS},
}
UNITS = {"lifetime": "money", "margin_slope": "points"}  # all others are shares
COLUMNS = ["tells", "label", "today_words", "flip_words", "flip_name"]


def in_plain_words(assumption_sensitivity: pd.DataFrame, currency: str = "") -> pd.DataFrame:
    """The table with five more columns, for reading.

    Parameters
    ----------
    assumption_sensitivity : DataFrame of `helpers.method.assumption_sensitivity.assumption_sensitivity`
    currency : str, as the client writes it

    Returns
    -------
    DataFrame, the same rows, with
        tells        bool  whether to know it would set one case of a hundred right, or more
        label        str   group and number; of a chance, what it is the chance of
        today_words  str   the number with its range and unit
        flip_words   str   beyond which value the proposal is another one; empty where there is none
        flip_name    str   which one
        alone        bool  whether this number by itself can change the proposal: the value stands, the number is worth
                           a question, and it reaches that value within its range; a chance is settled either way

    Examples
    --------
    >>> row = {"group_name": "Yards", "quantity": "market", "kind": "chance", "value": 0.9, "low": None, "high": None}
    >>> row |= {"worth": 0.2, "flip_at": 0.2, "flip_way": "falls", "flip_primary": "maintain", "flip_secondary": ""}
    >>> in_plain_words(pd.DataFrame([row]))[COLUMNS].values.tolist()[0][2:]
    ['90 %', 'below 20 %', 'Maintain']
    """
    table, words = assumption_sensitivity.copy(), dict.fromkeys(COLUMNS[1:], "str")
    rows = table.to_dict("records")
    table["tells"] = [bool(row["worth"] >= TELLS) for row in rows]
    table["label"] = [_label(row) for row in rows]
    table["today_words"] = [_today(row, currency) for row in rows]
    table["flip_words"] = [_flip(row, currency) for row in rows]
    table["flip_name"] = [intent_words(row["flip_primary"], row["flip_secondary"]) for row in rows]
    within = [row["kind"] == "chance" or bool(row["low"] <= row["flip_at"] <= row["high"]) for row in rows]
    table["alone"] = table["tells"] & (table["flip_words"] != "") & pd.Series(within, index=table.index, dtype=bool)
    return table.astype(words | {"tells": bool, "alone": bool})


def intent_words(primary: str, secondary: str = "") -> str:
    """One or two intents for reading.

    >>> intent_words("re_engineer", "retire")
    'Re-engineer, then Retire'
    """
    return ", then ".join(INTENTS[intent] for intent in (primary, secondary) if intent)


def change_clause(row: dict, otherwise: str) -> tuple[str, dict[str, Value]]:
    """What would change the proposal for a group, as the end of a sentence, with its values.

    Parameters
    ----------
    row : the quantity of the group that is worth most to know, of `in_plain_words`
    otherwise : the intents that are proposed most often instead, in words; empty where nothing is

    Notes
    -----
    Which side of a number leads elsewhere is said only with the intents that come on that side: the most frequent other
    proposal may come of another number altogether. Where nothing is known of that side, only the number is named.

    Examples
    --------
    >>> row = {"quantity": "market", "kind": "chance", "value": 0.9, "flip_way": "falls", "flip_at": 0.2}
    >>> change_clause(row | {"flip_name": "Maintain"}, "Maintain")[0]
    ' It would be {other:text} if {what:text}, now {now:pct}, fell below {at:pct}.'
    """
    unit = UNITS.get(row["quantity"], "share")
    how, typed = {"money": ("money", money_value), "points": ("points", share_value)}.get(unit, ("pct", share_value))
    values = {"what": text_value(ABOUT[row["quantity"]]), "now": typed(row["value"])}
    if row["flip_name"]:
        values |= {"other": text_value(row["flip_name"]), "at": typed(row["flip_at"])}
        turns = "rose above" if row["flip_way"] == "rises" else "fell below"
        return f" It would be {{other:text}} if {{what:text}}, now {{now:{how}}}, {turns} {{at:{how}}}.", values
    if not otherwise:
        return "", {}
    beyond = intent_words(row["else_primary"], row["else_secondary"])
    values["other"] = text_value(beyond or otherwise)
    if not beyond:
        text = " It could become {{other:text}}; what weighs most in the doubt is {{what:text}}, now {{now:{how}}}."
        return text.format(how=how), values
    above = row["stable_above"] < row["stable_below"]
    text = " It could become {other:text}, above all if "
    if row["kind"] == "chance":
        claim = FACTS[row["quantity"]].words[PASS if above else FAIL]
        likely = row["value"] if above else 1 - row["value"]
        values = {"other": values["other"], "claim": text_value(claim), "now": share_value(likely)}
        return text + "{claim:text} (now {now:pct} likely).", values
    values["cut"] = typed(row["cut"])
    side = "above" if above else "below"
    return text + f"{{what:text}}, now {{now:{how}}}, is {side} {{cut:{how}}}.", values


def _label(row: dict) -> str:
    about = ABOUT[row["quantity"]]
    if row["kind"] == "chance":
        about = FACTS[row["quantity"]].title.lower()
    return f"{row['group_name']}: {about.removeprefix('the ').removeprefix('its ')}"


def _today(row: dict, currency: str) -> str:
    unit = UNITS.get(row["quantity"], "share")
    now = in_words(row["value"], unit, currency)
    return now if row["kind"] == "chance" else f"{now} ({range_in_words(row['low'], row['high'], unit)})"


def _flip(row: dict, currency: str) -> str:
    if not row["flip_way"]:
        return ""
    side = "above" if row["flip_way"] == "rises" else "below"
    return f"{side} {in_words(row['flip_at'], UNITS.get(row['quantity'], 'share'), currency)}"
