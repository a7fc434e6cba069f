"""A first draft of each proposition from the evidence, for people to change: it says what is shown, and nothing else.

What the evidence does not hold stays out, and the checker names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from helpers.client.result_model import Result
from helpers.errors import listed
from helpers.method.finding_values import inside_sentence
from helpers.method.proposition_evidence import Evidence
from helpers.method.proposition_words import ABOVE, LEVEL, is_called_for

VALUES = "01.all.values"
STANDS_FOR = "we stand for"
NEXT_BEST = "the next best supplier"


def proposition_drafts(
    intents: pd.DataFrame, evidence: Mapping[str, Evidence], firm_values: str, proofs: Mapping[str, str]
) -> dict[str, tuple[dict[str, Any] | None, str]]:
    """A draft for each group that its intent calls for one.

    Parameters
    ----------
    intents : DataFrame, one row per group: group_id, primary
    evidence : mapping of group_id to Evidence
    firm_values : str
        What the firm says of its values, from `firm_values`; "" where nobody said it.
    proofs : mapping of group_id to the id of the finding that shows where we are ahead

    Returns
    -------
    dict of group_id to (the sheet as a decision file holds it, or None where nothing is known; why, in words)

    Notes
    -----
    Price: a price that customers rate worse than the alternative's is taken to stand above it. The driver that earns it
    is the most important one on which we are ahead. A price below has no driver and no reason in the evidence.

    Examples
    --------
    >>> known = Evidence(serves=("delivery",), labels=("Delivery",), alternative="Northgate", price="above")
    >>> intents = pd.DataFrame({"group_id": ["g1", "g2"], "primary": ["grow", "retire"]})
    >>> drafts = proposition_drafts(intents, {"g1": known}, "", {"g1": "10.lead.g1"})
    >>> drafts["g1"][0]["promise"], drafts["g1"][0]["price_driver"]
    ('We do better than Northgate on what counts for you: delivery.', 'delivery')
    >>> drafts["g2"]
    (None, 'We mean to retire this group, so it is promised nothing new.')
    """
    called = is_called_for(intents)
    drafts: dict[str, tuple[dict[str, Any] | None, str]] = {}
    for group, wanted in zip(intents["group_id"], called, strict=True):
        if not wanted:
            drafts[group] = None, "We mean to retire this group, so it is promised nothing new."
            continue
        sheet = _draft(evidence.get(group, Evidence()), firm_values, proofs.get(group, ""))
        drafts[group] = sheet, _because(sheet)
    return drafts


def firm_values(framed: Result | None) -> str:
    """What the firm says of its values in step 01, ready to be quoted; "" where nobody said it.

    What it stands for goes first; else the first thing it says.
    """
    used = next((used for used in (framed.decisions if framed else []) if used.id == VALUES), None)
    value = used.value if used is not None else None
    if isinstance(value, dict):
        value = value.get(STANDS_FOR) or next(iter(value.values()), None)
    elif isinstance(value, list):
        value = value[0] if value else None
    return " ".join(str(value).split()).rstrip(".") if isinstance(value, str) else ""


def _draft(known: Evidence, values: str, proof: str) -> dict[str, Any] | None:
    """The sheet; None where there is nothing to build on, for a channel alone promises nothing."""
    if not (known.serves or known.alternative or known.remarks):
        return None
    labels = [inside_sentence(label) for label in known.labels]
    other = known.alternative or NEXT_BEST
    sheet: dict[str, Any] = {}
    if labels:
        what = listed(labels)
        if values:
            hold = f"What they can hold us to is {what}, where they rate us above {other}."
            sheet["values_line"] = f"We stand for “{values}”. {hold}"
        sheet["promise"] = f"We do better than {other} on what counts for you: {what}."
        sheet["drivers"] = list(known.serves)
        sheet |= {"proof": proof} if proof else {}
    sheet |= {"alternative": known.alternative} if known.alternative else {}
    if known.price:
        sheet["price_position"] = known.price
        if known.serves and known.price in (LEVEL, ABOVE):
            sheet["price_driver"] = known.serves[0]
    if labels:
        sheet["headline"] = f"Ahead of {other} on {labels[0]}, say those who know both"
    if known.remarks:
        sheet["messages"] = list(known.remarks)
    sheet |= {"channel": known.channel} if known.channel else {}
    return sheet


def _because(sheet: dict[str, Any] | None) -> str:
    if sheet is None:
        return "No answer to a survey says where this group finds us better or whom else it knows: there is no draft."
    if "drivers" not in sheet:
        return "A draft of what customers answered. On nothing that matters to them they surely rate us higher."
    said = "A draft of what customers answered: what matters to them and is better with us, by their own ratings."
    heard = " What stands under messages they wrote themselves." if "messages" in sheet else ""
    return f"{said}{heard} What it leaves open nobody has said yet."
