"""What other weights of the drivers would change: the sentence under the form of step 07's decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from helpers.client.result_model import Finding
from helpers.method.exchange_sides import DERIVED, EQUAL, SAID, driver_weights, gains_of_responses
from helpers.method.exchange_tables import formed
from helpers.method.finding_values import count_value, group_value, is_known, share_value, text_value
from helpers.method.survey_answers import Answers
from helpers.method.value_exchange import POSITIONS, WITHIN, value_exchange

WORDS = {
    DERIVED: "weights derived from what goes with recommending us",
    SAID: "weights as customers state them",
    EQUAL: "equal weights",
}
MOST_NAMED = 3


def if_weights(
    exchange: pd.DataFrame,
    answers: Answers,
    importance: pd.DataFrame | None,
    worth: pd.DataFrame,
    names: Mapping[str, str],
    *,
    within: float = WITHIN,
) -> Callable[[Any], Finding]:
    """What each group would gain, and where it would stand, with the drivers weighted another way.

    Parameters
    ----------
    exchange : DataFrame, the table in force, from `value_exchange`
    answers, importance, worth, names, within
        As in `driver_weights`, `gains_of_responses` and `value_exchange`.

    Returns
    -------
    function from a way to weigh to a Finding; StepInputError where this client has nothing to weigh that way by

    Examples
    --------
    >>> from helpers.method.exchange_sides import worth_of_customers
    >>> from helpers.method.survey_answers import survey_answers
    >>> rows = range(12)
    >>> survey = pd.DataFrame({"customer_id": [f"c{n:02d}" for n in rows], "driver_price": 9, "competitor_price": 4,
    ...     "driver_range": 5, "competitor_range": 8, "importance_price": 1, "importance_range": 9})
    >>> answers = survey_answers(survey, start="2026-01-01", end="2027-01-01")
    >>> nobody = worth_of_customers(pd.Series(dtype="str"), None, 0)
    >>> gains = gains_of_responses(answers, driver_weights(answers, None, "equal"))
    >>> preview = if_weights(value_exchange(nobody, gains, {"all": "All"}), answers, None, nobody, {"all": "All"})
    >>> said = preview("stated")
    >>> said.values["before"].value, said.values["them"].value
    (1.0, 0.0)
    """
    before = exchange.set_index("group_id")

    def preview(way: str) -> Finding:
        gains = gains_of_responses(answers, driver_weights(answers, importance, way))
        after = value_exchange(worth, gains, names, within=within)
        whole, values = after.iloc[0], {"way": text_value(WORDS[way])}
        if not is_known(whole["to_them"]) or not is_known(exchange.iloc[0]["to_them"]):
            text = "With {way:text} still too few compare us to say what they gain."
            return Finding(id="07.preview", text=text, values=values, evidence="measured")
        values |= {"them": share_value(whole["to_them"]), "before": share_value(exchange.iloc[0]["to_them"])}
        own = formed(after)
        moved = own[own["position"].to_numpy() != before.loc[own["group_id"], "position"].to_numpy()]
        values["moved"] = count_value(len(moved))
        text = "With {way:text} {them:pct} of those who compared us gain"
        if values["them"].value == values["before"].value and moved.empty:
            return Finding(
                id="07.preview", text=f"{text}; this is what is in force.", values=values, evidence="modelled"
            )
        text += ", where {before:pct} do in force; "
        text += "no group changes its place" if moved.empty else _places(moved, values)
        return Finding(id="07.preview", text=f"{text}.", values=values, evidence="modelled")

    return preview


def _places(moved: pd.DataFrame, values: dict) -> str:
    """The groups that change their place, and where they would stand."""
    parts = []
    for number, row in enumerate(moved.head(MOST_NAMED).to_dict("records")):
        letter = "abc"[number]
        values |= {letter: group_value(row["group_id"]), f"{letter}_at": text_value(POSITIONS[row["position"]].lower())}
        parts.append(f"{{{letter}:group}} would move to {{{letter}_at:text}}")
    more = len(moved) - len(parts)
    if more:
        values["more"] = count_value(more)
        parts.append("{more:count} more would move")
    return "; ".join(parts)
