"""Does our right to win rest on what a group rates worst of us? Then what we promise is what we do least well."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Finding
from helpers.method.channel_consistency import SURE
from helpers.method.finding_values import count_value, group_value, inside_sentence, share_value, text_value
from helpers.method.group_named import NO_GROUP
from helpers.method.share import ALL
from helpers.method.tactics import chosen_tactics
from helpers.method.top_needs import speaks_of


def weakest_promises(
    channel_consistency: pd.DataFrame, right_to_win: pd.DataFrame | None, tactics: pd.DataFrame
) -> pd.DataFrame:
    """Groups whose weakest contact is about the driver on which our right to win their business rests.

    Parameters
    ----------
    channel_consistency : DataFrame, from `channel_consistency.channel_consistency`
    right_to_win : DataFrame or None, of step 08: group_id, driver, label, chance
    tactics : DataFrame, from `tactics.tactics`

    Returns
    -------
    DataFrame, one row per group and such contact, groups in the order of the contacts
        group_id, touchpoint, driver, label  str
        chance     float  that we are better at something that matters to the group: at this driver
        responses  int    behind the contact; missing where nobody said how many
        served     bool   whether a tactic that the team chose, for the group or for all, serves that driver

    Notes
    -----
    A contact is about a driver where its name has a word that begins like one of the driver's (`top_needs.speaks_of`).
    Contacts that are only probably the weakest, by a chance below 0.8, are left out.

    Examples
    --------
    >>> links = pd.DataFrame({"group_id": ["g1"], "touchpoint": ["Answer to a complaint"], "weakest": [True],
    ...     "weakest_chance": [0.9], "responses": [40]})
    >>> right = pd.DataFrame({"group_id": ["g1"], "driver": ["c"], "label": ["Complaints"], "chance": [0.7]})
    >>> plan = pd.DataFrame({"tactic": ["a"], "group_id": ["g1"], "driver": ["price"], "selected": [True]})
    >>> weakest_promises(links, right, plan)[["touchpoint", "chance", "served"]].values.tolist()
    [['Answer to a complaint', 0.7, False]]
    """
    columns = ["group_id", "touchpoint", "driver", "label", "chance", "responses", "served"]
    links = channel_consistency[channel_consistency["weakest"] & (channel_consistency["group_id"] != NO_GROUP)]
    links = links[links["weakest_chance"].fillna(1.0) >= SURE]
    if right_to_win is None or links.empty:
        return pd.DataFrame(columns=columns)
    known = right_to_win.dropna(subset=["chance", "label"])[["group_id", "driver", "label", "chance"]]
    rows = links.merge(known, on="group_id", how="inner")
    about = [bool(speaks_of(pd.Series([row.touchpoint]), row.label).iloc[0]) for row in rows.itertuples()]
    rows = rows[pd.Series(about, rows.index, dtype=bool)]
    chosen = chosen_tactics(tactics)
    served = {(row.group_id, row.driver) for row in chosen.itertuples()}
    rows = rows.assign(
        served=[bool({(row.group_id, row.driver), (ALL, row.driver)} & served) for row in rows.itertuples()]
    )
    return rows[columns].reset_index(drop=True)


def weakest_promise_findings(promises: pd.DataFrame) -> list[Finding]:
    """11.weakest_promise: the group whose right to win rests on its weakest contact, those that nothing serves first.

    Parameters
    ----------
    promises : DataFrame, from `weakest_promises`
    """
    if promises.empty:
        return []
    row = promises.sort_values("served", kind="stable").iloc[0]
    values = {"group": group_value(row["group_id"]), "contact": text_value(row["touchpoint"])}
    values |= {"driver": text_value(inside_sentence(row["label"])), "chance": share_value(row["chance"])}
    text = "What {group:group} would have to find better with us than elsewhere, {driver:text} (so far {chance:pct} "
    text += "likely), is what they rate worst: {contact:text}"
    text += "." if row["served"] else ", and no chosen tactic works on it."
    more = promises["group_id"].nunique() - 1
    if more:
        values["more"] = count_value(more)
        text = f"{text[:-1]}; the like is true of {{more:count}} more {'group' if more == 1 else 'groups'}."
    answers = None if pd.isna(row["responses"]) else int(row["responses"])
    return [Finding(id="11.weakest_promise", text=text, values=values, n=answers, n_of="response",
                    evidence="modelled", table="channel_consistency")]  # fmt: skip
