"""The chosen intents side by side: what the rules proposed, what people chose, how firm it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from helpers.errors import StepInputError, listed
from helpers.method.intent_words import INTENTS, UNKNOWN, intent_fault
from helpers.method.mind_changers import intent_words
from helpers.method.pass_chance import NOT_TESTED

COLUMNS = [
    *("group_id", "group_name", "customers", "primary", "primary_name", "secondary", "secondary_name", "differs"),
    *("proposed", "proposed_secondary", "rule", "sentence", "because", "not_known"),
    *("intent_stability", "primary_stability", "same_rule", "firm", "otherwise", "otherwise_secondary"),
    *("otherwise_name", "otherwise_part", "could_change"),
]
NUMBERS = ["intent_stability", "primary_stability", "same_rule", "otherwise_part"]


def group_intents(
    proposal: pd.DataFrame,
    stability: pd.DataFrame,
    chosen: Mapping[str, Sequence[str]],
    groups: pd.DataFrame | None,
    flips: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row a group: its intents, and what speaks for them.

    Parameters
    ----------
    proposal : DataFrame of `helpers.method.intents.propose_intents`
    stability : DataFrame of `helpers.method.assumption_sensitivity.intent_stability`, of the same groups
    chosen : mapping of group_id to its first and, where there is one, second intent, as decided or proposed
    groups : DataFrame, one row per customer in a group, or None
    flips : DataFrame of `helpers.method.intents.what_flips`, or None

    Returns
    -------
    DataFrame, one row per group: the columns of the published group_intents
        differs       bool  whether people chose something else than the rules propose
        firm          bool  as `stability` has it, and nothing could change it that is not known at all: what is not
                            known is not drawn, and a proposal that rests on it would look firmer than it is
        could_change  str   titles of the facts not known of which one alone could change it; empty where there is none

    Raises
    ------
    StepInputError
        If a group has no intent, or one that is refused.

    Examples
    --------
    >>> words = dict.fromkeys(["rule", "sentence", "because", "not_known"], "")
    >>> one = pd.DataFrame([{"group_id": "g1", "group_name": "Yards", "primary": "grow", "secondary": "", **words}])
    >>> firm = one[["group_id"]].assign(**dict.fromkeys(NUMBERS, 1.0), firm=True, otherwise="", otherwise_secondary="")
    >>> table = group_intents(one, firm, {"g1": ["maintain", "re_engineer"]}, None)
    >>> table[["primary_name", "secondary_name", "proposed", "differs"]].values.tolist()
    [['Maintain', 'Re-engineer', 'grow', True]]
    """
    faults = [
        f"{row.group_name}: {fault[0]} {fault[1]}"
        for row in proposal.itertuples()
        if (fault := intent_fault(list(chosen.get(row.group_id, ()))))
    ]
    if faults:
        raise StepInputError(f"Intents that cannot stand: {listed(faults, 12)}")
    counted = {} if groups is None else groups["group_id"].value_counts().to_dict()
    table = proposal.rename(columns={"primary": "proposed", "secondary": "proposed_secondary"})
    kept = ["group_id", *NUMBERS, "firm", "otherwise", "otherwise_secondary"]
    table = table.merge(stability[kept], on="group_id", how="left", validate="one_to_one")
    both = [(*chosen[group], "")[:2] for group in table["group_id"]]
    table["primary"], table["secondary"] = [one for one, _ in both], [two for _, two in both]
    for place in ("primary", "secondary"):
        table[f"{place}_name"] = [INTENTS.get(intent, "") for intent in table[place]]
    elses = table[["otherwise", "otherwise_secondary"]].fillna("")
    table["otherwise_name"] = [intent_words(first, second) for first, second in elses.to_numpy()]
    table["could_change"] = [_open(group, flips) for group in table["group_id"]]
    table["firm"] = table["firm"] & (table["could_change"] == "")
    table["differs"] = (table["primary"] != table["proposed"]) | (table["secondary"] != table["proposed_secondary"])
    table["customers"] = [int(counted.get(group, 0)) for group in table["group_id"]]
    words = [name for name in COLUMNS if name not in (*NUMBERS, "customers", "firm", "differs")]
    kinds = dict.fromkeys(words, "str") | dict.fromkeys(NUMBERS, float) | {"firm": bool, "differs": bool}
    return table[COLUMNS].astype({**kinds, "customers": int}).reset_index(drop=True)


def _open(group: str, flips: pd.DataFrame | None) -> str:
    """The facts not known of a group that could by themselves change what is proposed for it."""
    if flips is None or flips.empty:
        return ""
    own = flips[(flips["group_id"] == group) & flips["now"].isin([UNKNOWN, NOT_TESTED])]
    return ", ".join(own["title"].drop_duplicates())
