"""What each group needs most: its most important drivers, with somebody's own words where somebody spoke of them."""

from __future__ import annotations

import re

import pandas as pd

from helpers.method.share import ALL
from helpers.method.survey_answers import OWN, Answers

MOST = 3
LEAST_WORDS = 3  # a remark of fewer tells nothing
LEAST_STEM = 4  # letters of a driver's word by which it is found in a remark
ENDINGS = ("ability", "ing", "ies", "y", "es", "s", "e")
COLUMNS = (
    *("group_id", "group_name", "rank", "driver", "label", "customers"),
    *("importance", "importance_low", "importance_high", "p_important", "advantage", "place", "in_their_words"),
)


def top_needs(driver_map: pd.DataFrame, answers: Answers, *, most: int = MOST) -> pd.DataFrame:
    """The most important drivers of all customers and of each group that answered for itself.

    Answers "what does this group want of a supplier, and how does it put it?".

    Parameters
    ----------
    driver_map : DataFrame, one row per group and driver, from `driver_map`
    answers : Answers
    most : int
        Drivers a group; those of equal importance at the border all count.

    Returns
    -------
    DataFrame, "all" first, then the groups, each by rank: the columns of the published top_needs
        rank            int  1 = most important; equal ones share a rank
        importance ...  as in `driver_map`
        in_their_words  str  a sentence in which somebody of the group speaks of the driver; missing where nobody did

    Notes
    -----
    A group whose importance is borrowed whole from all customers has no needs of its own here. A sentence of
    a remark speaks of a driver if it has a word that begins like one of the driver's name, such as "delivered" for
    delivery. Of several the one is taken whose writer rated the driver nearest to the group's mean, to the point, then
    the shorter one, then by the alphabet: a typical voice, not the loudest. Remarks are personal, and clients do not
    see them.

    Examples
    --------
    >>> remarks = pd.Series(["The van delivered late.", "Too dear."])
    >>> words_of("Delivery"), speaks_of(remarks, "Delivery").tolist()
    (('deliver',), [True, False])
    """
    place = pd.Series(range(len(driver_map)), index=driver_map.index)
    block = place.groupby(driver_map["group_id"]).transform("min")
    ranks = driver_map.groupby("group_id")["importance"].rank(method="min", ascending=False)
    table = driver_map.assign(block=block, place_of=place, rank=ranks)
    own = table[table["importance"].notna() & ~(table["borrowed_part"] >= 1) & (table["rank"] <= most)]
    order = own.astype({"rank": "int64"}).sort_values(["block", "rank", "place_of"], kind="stable")
    rows, sentences = answers.sincere, _sentences(answers)
    about = {name: sentences[speaks_of(sentences["sentence"], answers.labels[name])] for name in set(order["driver"])}
    voices = [
        _voice(_of(about[driver], group), _of(rows, group)[OWN + driver])
        for group, driver in order[["group_id", "driver"]].itertuples(index=False)
    ]
    table = order.assign(in_their_words=pd.Series(voices, index=order.index, dtype="str"))
    return table[list(COLUMNS)].reset_index(drop=True)


def words_of(label: str) -> tuple[str, ...]:
    """The beginnings of words by which a remark is known to speak of a driver.

    >>> words_of("On time"), words_of("Ordering"), words_of("Complaints")
    (('time',), ('order',), ('complaint',))
    """
    stems = []
    for word in re.findall(r"\w+", label.casefold()):
        cut = next((end for end in ENDINGS if word.endswith(end) and len(word) - len(end) >= LEAST_STEM), "")
        stems.append(word.removesuffix(cut))
    return tuple(stem for stem in stems if len(stem) >= LEAST_STEM)


def speaks_of(remarks: pd.Series, label: str) -> pd.Series:
    """Whether each remark has a word that begins like one of the driver's.

    >>> speaks_of(pd.Series(["Prices went up again.", "Too dear."]), "Price").tolist()
    [True, False]
    """
    stems = words_of(label)
    if not stems:
        return pd.Series(False, index=remarks.index)
    begins = rf"\b(?:{'|'.join(map(re.escape, stems))})"
    return remarks.str.casefold().str.contains(begins, regex=True).astype(bool)


def _sentences(answers: Answers) -> pd.DataFrame:
    """The sentences of all remarks that are long enough to tell something, with the responses that they are from."""
    said = answers.sincere[answers.sincere["verbatim"].notna()]
    split = said["verbatim"].str.strip().str.split(r"(?<=[.!?])\s+", regex=True)
    rows = said.assign(sentence=split.astype(object)).explode("sentence").astype({"sentence": "str"})
    return rows[rows["sentence"].str.split().str.len() >= LEAST_WORDS]


def _voice(rows: pd.DataFrame, ratings: pd.Series) -> str | None:
    """Of sentences about a driver the typical one, given the ratings of the group; None without any."""
    far = (rows[ratings.name] - ratings.mean()).abs().round()
    order = rows.assign(far=far, length=rows["sentence"].str.len())[far.notna()]
    order = order.sort_values(["far", "length", "sentence"], kind="stable")
    return str(order["sentence"].iloc[0]) if len(order) else None


def _of(rows: pd.DataFrame, group: str) -> pd.DataFrame:
    return rows if group == ALL else rows[rows["group_id"] == group]
