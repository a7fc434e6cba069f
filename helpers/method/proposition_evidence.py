"""What a proposition can rest on: where a group finds us better, whom it names beside us, how it puts it.

Nothing here is invented: what nobody was asked is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.method.delivered import columns_of
from helpers.method.group_named import formed_groups, names_of_groups
from helpers.method.proposition_words import ABOVE, AHEAD, BEHIND, BELOW, EVEN, LEVEL, MESSAGES, NOT_COMPARED, PRICE
from helpers.method.secret_candidates import LEAST_WORDS as LONG_SENTENCE
from helpers.method.secret_candidates import OWN_WORDS, without_private
from helpers.method.survey_answers import OTHER, OWN, Answers
from helpers.method.top_needs import LEAST_WORDS, speaks_of

MOST_DRIVERS = 3  # that a draft serves: who promises everything promises nothing
NAMED_LEAST = 10  # customers of a group who name an alternative; with fewer those of all groups speak
COLUMNS = [
    *("group_id", "group_name", "driver", "label", "compared", "importance", "matters"),
    *("advantage", "advantage_low", "advantage_high", "standing"),
]


@dataclass(frozen=True)
class Evidence:
    """What is known of one group. `serves` are driver ids, the most important first; empty texts are not known."""

    serves: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    alternative: str = ""
    price: str = ""
    channel: str = ""
    remarks: tuple[str, ...] = ()


def driver_standing(performance: pd.DataFrame | None, groups: pd.DataFrame | None) -> pd.DataFrame:
    """How each group rates us on each driver against its best alternative, in one word.

    Parameters
    ----------
    performance : DataFrame, one row per group and driver, or None
        driver_performance of step 06: the advantage in points with its 90 % interval, and the importance.
    groups : DataFrame, one row per customer in a group, or None; then there is no row

    Returns
    -------
    DataFrame, one row per group that was formed and driver, in the order of the survey
        matters   bool  whether the importance is at least an equal part of all drivers, by best estimate
        standing  str   ahead (the interval above 0), behind (below 0), even (it holds 0), not_compared

    Examples
    --------
    >>> groups = pd.DataFrame({"customer_id": ["c1"], "group_id": "g1", "group_name": "Yards"})
    >>> rated = pd.DataFrame({"group_id": "g1", "driver": ["price", "advice"], "label": ["Price", "Advice"],
    ...     "compared": 30, "importance": [0.3, 0.7], "advantage": [-1.0, 2.0], "advantage_low": [-1.5, 1.5],
    ...     "advantage_high": [-0.5, 2.5]})
    >>> driver_standing(rated, groups)[["driver", "matters", "standing"]].values.tolist()
    [['price', False, 'behind'], ['advice', True, 'ahead']]
    """
    names = names_of_groups(groups)
    numbers = dict.fromkeys(("compared", "importance", "advantage", "advantage_low", "advantage_high"), float)
    table = columns_of(performance, dict.fromkeys(("group_id", "driver", "label"), "str") | numbers)
    table = table[table["group_id"].isin(formed_groups(names))].reset_index(drop=True)
    place = {group: number for number, group in enumerate(names)}
    table = table.sort_values("group_id", key=lambda ids: ids.map(place), kind="stable", ignore_index=True)
    table["group_name"] = table["group_id"].map(names).astype("str")
    equal_part = 1 / table.groupby("group_id")["importance"].transform("count").clip(lower=1)
    table["matters"] = (table["importance"].round(9) >= equal_part.round(9)).astype(bool)
    stands = np.select(
        [table["advantage_low"].isna(), table["advantage_low"] > 0, table["advantage_high"] < 0],
        [NOT_COMPARED, AHEAD, BEHIND],
        EVEN,
    )
    table["standing"] = pd.Series(stands, index=table.index, dtype="str")
    table["compared"] = table["compared"].fillna(0).astype("int64")
    return table[COLUMNS]


def group_evidence(
    standing: pd.DataFrame, answers: Answers, group_buying: pd.DataFrame | None, group_ids: list[str]
) -> dict[str, Evidence]:
    """What is known of each of these groups.

    Parameters
    ----------
    standing : DataFrame of `driver_standing`
    answers : Answers, of the window
        Whom customers compare us with, and what they wrote.
    group_buying : DataFrame of step 03, or None
        For the channel by which most of the group's revenue comes.
    group_ids : list of str

    Returns
    -------
    dict of group_id to Evidence
        serves       drivers that matter and on which they rate us higher, at most three, the most important first
        alternative  the competitor that most of its customers name; with fewer than ten who name one, of all customers
        price        where they rate our price worse it stands above, where better below, else level; "" if not compared
        remarks      up to three sentences about such drivers and not about the writer's own work, from writers who rate
                     us no worse on them than the competitor: what several wrote first, then the shorter, then by the
                     alphabet

    Notes
    -----
    Equal competitors are all named, and equal channels too. A remark may be meant otherwise than its writer's rating
    says: people read the draft before it goes out.
    """
    named = answers.table.dropna(subset=["competitor"])
    found = {}
    for group in group_ids:
        rows = standing[standing["group_id"] == group]
        best = rows[rows["matters"] & (rows["standing"] == AHEAD)]
        best = best.sort_values("importance", ascending=False, kind="stable").head(MOST_DRIVERS)
        own = named[named["group_id"] == group]
        speaking = own if own["cluster"].nunique() >= NAMED_LEAST else named
        found[group] = Evidence(
            serves=tuple(best["driver"]),
            labels=tuple(best["label"]),
            alternative=_most(speaking.drop_duplicates(["cluster", "competitor"])["competitor"].value_counts()),
            price=_price(rows),
            channel=_channel(group_buying, group),
            remarks=_remarks(answers, group, best),
        )
    return found


def _most(counts: pd.Series) -> str:
    """The label of the largest; equal ones together, by the alphabet."""
    counts = counts[counts > 0]
    return "" if counts.empty else " or ".join(sorted(map(str, counts.index[counts == counts.max()])))


def _price(rows: pd.DataFrame) -> str:
    """Where our price stands by the driver that is called price; nothing without one that was compared."""
    found = rows.loc[rows["driver"].str.casefold().str.contains(PRICE, regex=False), "standing"].tolist()
    return {AHEAD: BELOW, BEHIND: ABOVE, EVEN: LEVEL}.get(found[0], "") if found else ""


def _channel(group_buying: pd.DataFrame | None, group: str) -> str:
    texts = dict.fromkeys(("group_id", "dimension", "value"), "str")
    rows = columns_of(group_buying, texts | {"part_of_group": float})
    rows = rows[(rows["group_id"] == group) & (rows["dimension"] == "channel")].dropna(subset=["value"])
    return _most(rows.groupby("value")["part_of_group"].sum().round(9))


def _remarks(answers: Answers, group: str, best: pd.DataFrame) -> tuple[str, ...]:
    """Sentences of the group about what we are better at, in their words."""
    rows = answers.sincere
    rows = rows[(rows["group_id"] == group) & rows["verbatim"].notna()]
    split = rows["verbatim"].str.strip().str.split(r"(?<=[.!?])\s+", regex=True)
    rows = rows.assign(sentence=split.astype(object)).explode("sentence").astype({"sentence": "str"})
    rows = rows[rows["sentence"].str.split().str.len() >= LEAST_WORDS]
    told: list[str] = []
    asked = best[best["driver"].isin(answers.names)]
    for driver, label in asked[["driver", "label"]].itertuples(index=False):
        content = rows[OWN + driver] >= rows[OTHER + driver].fillna(np.inf)
        about = rows.loc[content & speaks_of(rows["sentence"], label), "sentence"]
        about = about[~about.map(_of_own_work).astype(bool)]
        counts = about.map(without_private).value_counts()
        told += sorted(counts.index, key=lambda text, counts=counts: (-counts[text], len(text), text))
    return tuple(dict.fromkeys(told))[:MESSAGES]


def _of_own_work(sentence: str) -> bool:
    """Whether a long sentence speaks of we or I: it tells of the writer's work, and praises nothing."""
    words = sentence.casefold().replace(",", " ").rstrip(".!?").split()
    return len(words) >= LONG_SENTENCE and bool(OWN_WORDS.intersection(words))
