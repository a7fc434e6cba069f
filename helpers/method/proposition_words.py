"""The words of a value proposition: kinds of offer, where a price can stand, and how a sheet is read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from helpers.method.intent_words import MAINTAIN, RETIRE

# the parts of a holistic offer: a product alone is easily copied, three kinds together are not
KINDS = MappingProxyType(
    {
        "product": "Product",
        "service": "Service",
        "information": "Information",
        "experience": "Experience",
        "terms": "Terms",
        "relationship": "Relationship",
    }
)
LEAST_KINDS = 3
MESSAGES = 3
BELOW, LEVEL, ABOVE = "below", "level", "above"
POSITIONS = MappingProxyType({BELOW: "Below", LEVEL: "Level with", ABOVE: "Above"})
DRAFT, DECIDED = "draft", "decided"
STATES = MappingProxyType({DRAFT: "Draft", DECIDED: "Decided"})
AHEAD, BEHIND, EVEN, NOT_COMPARED = "ahead", "behind", "even", "not_compared"
STANDINGS = MappingProxyType(
    {
        AHEAD: "They rate us higher",
        BEHIND: "They rate the alternative higher",
        EVEN: "No difference beyond chance",
        NOT_COMPARED: "Nobody compared us on it",
    }
)
PRICE = "price"  # in the name of a driver, as in step 06
DEFEND = "deepen_and_defend"  # of step 05


def said(sheet: Mapping[str, Any], name: str) -> str:
    """A text of a sheet, on one line; empty where nothing is said.

    >>> said({"promise": " On the quay\\n by four. "}, "promise"), said({}, "promise")
    ('On the quay by four.', '')
    """
    value = sheet.get(name)
    return "" if value is None or isinstance(value, (dict, list)) else " ".join(str(value).split())


def listed_in(sheet: Mapping[str, Any], name: str) -> list[str]:
    """The entries of a list of a sheet, without blanks; one text is a list of one.

    >>> listed_in({"drivers": ["advice", " "]}, "drivers"), listed_in({"drivers": "advice"}, "drivers")
    (['advice'], ['advice'])
    """
    value = sheet.get(name)
    entries = value if isinstance(value, list) else [value]
    return [" ".join(str(entry).split()) for entry in entries if entry is not None and str(entry).strip()]


def pairs_in(sheet: Mapping[str, Any], name: str) -> dict[str, str]:
    """The pairs of a sheet, such as each barrier to exit with its driver.

    >>> pairs_in({"barriers": {"spares aboard": "availability"}}, "barriers")
    {'spares aboard': 'availability'}
    """
    value = sheet.get(name)
    return {str(key).strip(): str(text).strip() for key, text in value.items()} if isinstance(value, dict) else {}


def is_called_for(intents: pd.DataFrame) -> pd.Series:
    """Whether the first intent of each group calls for a proposition: all but retire.

    >>> is_called_for(pd.DataFrame({"primary": ["grow", "re_engineer", "retire"]})).tolist()
    [True, True, False]
    """
    return intents["primary"] != RETIRE


def is_defended(intents: pd.DataFrame, group_share: pd.DataFrame | None = None) -> pd.Series:
    """Whether each group is to be defended: kept as it is, or nearly all of its business is ours.

    Parameters
    ----------
    intents : DataFrame, one row per group: group_id, primary
    group_share : DataFrame of step 05 with group_id and band, or None

    >>> intents = pd.DataFrame({"group_id": ["g1", "g2", "g3"], "primary": ["grow", "maintain", "grow"]})
    >>> share = pd.DataFrame({"group_id": ["g1"], "band": ["deepen_and_defend"]})
    >>> is_defended(intents, share).tolist()
    [True, True, False]
    """
    ours = [] if group_share is None else group_share.loc[group_share["band"] == DEFEND, "group_id"].tolist()
    return (intents["primary"] == MAINTAIN) | intents["group_id"].isin(ours)
