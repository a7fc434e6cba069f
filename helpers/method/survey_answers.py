"""What customers answered, cleaned once for all who ask: one row per response, one column per question.

Steps 06 and 07 read answers here and nowhere else. Nothing is dropped in silence: what does not count is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from helpers.errors import StepInputError, listed
from helpers.method.delivered import columns_of
from helpers.method.group_members import group_order
from helpers.method.survey_scale import Scale, survey_scales

OWN, OTHER, STATED = "driver__", "competitor__", "stated__"  # columns of the cleaned table, before the driver's name
DELIVERED = {OWN: "driver_", OTHER: "competitor_", STATED: "importance_"}
LEAST_ALIKE = 5  # ratings; fewer equal ones in a row happen by themselves
_TEXTS = ("customer_id", "respondent_id", "competitor", "verbatim")


@dataclass(frozen=True)
class Answers:
    """The answers of a period, from `survey_answers`.

    Attributes
    ----------
    table : DataFrame, one row per response of the period
        customer_id, respondent, group_id, competitor, verbatim  str    missing where unknown
        cluster       str         whose answers belong together: the customer, else the person, else the response
        date          datetime64  missing where the response has none
        recommend, satisfaction, driver__<name>, competitor__<name>, stated__<name>  float  missing = not answered
        straight_line bool        whether all drivers got one and the same rating
        weight        float       1 until `survey_weights.weighted` is asked
    drivers : DataFrame, one row per driver that somebody rated, in the order of the survey's columns
        driver, label  str
        rated          int  responses with a rating of ours
        compared       int  responses that rate us and the competitor
        stated         int  responses that say how important it is
    scales : dict of str to Scale, by kind of question
    counts : dict of str to int
        responses (delivered), outside (the period), kept, undated, straight_line, without_customer, without_group
    members : Series of str by customer_id
        The group of each customer, whether it answered or not; empty where no groups were formed.
    unrated : tuple of str
        Drivers that have a column and no rating of ours: nothing can be said of them.
    """

    table: pd.DataFrame
    drivers: pd.DataFrame
    scales: dict[str, Scale]
    counts: dict[str, int]
    members: pd.Series
    unrated: tuple[str, ...] = ()

    @property
    def sincere(self) -> pd.DataFrame:
        """The table without the responses that gave all drivers the same rating."""
        return self.table[~self.table["straight_line"]]

    @property
    def names(self) -> list[str]:
        """The drivers, as the survey calls them."""
        return self.drivers["driver"].tolist()

    @property
    def labels(self) -> dict[str, str]:
        """The drivers in plain words, by name."""
        return dict(zip(self.drivers["driver"], self.drivers["label"], strict=True))


def survey_answers(
    survey: pd.DataFrame | None,
    groups: pd.DataFrame | None = None,
    *,
    start: object,
    end: object,
    stated: Mapping[str, tuple[float, float]] | None = None,
) -> Answers:
    """The answers of a period, one row per response.

    Parameters
    ----------
    survey : DataFrame, one row per response, or None
        As delivered; only customer_id or respondent_id and the answers to what is asked need to be there.
    groups : DataFrame, one row per customer, or None
        customer_id and group_id, from step 03.
    start, end : date
        Responses with start <= date < end count, and those without a date: many a survey is one wave without dates.
    stated : mapping of kind to (low, high), optional
        The scales that client.yaml states, from `step.scales`.

    Returns
    -------
    Answers
        Without a survey, or without a response in the period, all its tables are empty.

    Notes
    -----
    A response is a **straight line** if it rates five drivers or more and all of them alike: it then tells how much
    somebody likes us, or wants to be done, and nothing of one driver against another. Such responses stay in the
    table; `Answers.sincere` is without them.

    The order of the rows is that of their content, so it does not depend on the order of delivery.

    Examples
    --------
    >>> survey = pd.DataFrame({"customer_id": ["c2", "c1"], "recommend": [9, 4], "driver_on_time": [8, 3]})
    >>> found = survey_answers(survey, start="2026-01-01", end="2027-01-01")
    >>> found.table[["cluster", "recommend", "driver__on_time"]].values.tolist()
    [['customer c1', 4.0, 3.0], ['customer c2', 9.0, 8.0]]
    >>> found.labels
    {'on_time': 'On time'}
    """
    names = _drivers_of(survey)
    asked = {prefix + name: DELIVERED[prefix] + name for prefix in DELIVERED for name in names}
    kinds = dict.fromkeys(_TEXTS, "str") | {"date": "datetime64[us]"}
    kinds |= dict.fromkeys(("recommend", "satisfaction", *asked.values()), float)
    every = columns_of(survey, kinds).rename(columns={theirs: ours for ours, theirs in asked.items()})
    every = every.rename(columns={"respondent_id": "respondent"})
    inside = every["date"].isna() | ((every["date"] >= pd.Timestamp(start)) & (every["date"] < pd.Timestamp(end)))
    table = every[inside]
    for name in ("customer_id", "respondent", "competitor", "verbatim"):
        table = table.assign(**{name: table[name].where(table[name].fillna("").str.strip() != "")})
    order = ["date", "customer_id", "respondent", "recommend", "satisfaction", *asked, "competitor", "verbatim"]
    table = table.sort_values(order, ignore_index=True, kind="stable")
    table["cluster"] = _cluster(table)
    members = _members(groups)
    table["group_id"] = table["customer_id"].map(members).astype("str")
    ratings = table[[OWN + name for name in names]]
    alike = ratings.max(axis=1) == ratings.min(axis=1)
    table["straight_line"] = alike & (ratings.notna().sum(axis=1) >= LEAST_ALIKE)
    table["weight"] = 1.0
    rated = [name for name in names if ratings[OWN + name].notna().any()]
    counts = {
        "responses": len(every),
        "outside": int((~inside).sum()),
        "kept": len(table),
        "undated": int(table["date"].isna().sum()),
        "straight_line": int(table["straight_line"].sum()),
        "without_customer": int(table["customer_id"].isna().sum()),
        "without_group": int((table["customer_id"].notna() & table["group_id"].isna()).sum()),
    }
    first = ["customer_id", "respondent", "cluster", "group_id", "date", "competitor", "recommend", "satisfaction"]
    kept = [prefix + name for prefix in DELIVERED for name in rated]
    table = table[[*first, *kept, "verbatim", "straight_line", "weight"]]
    unrated = tuple(name for name in names if name not in rated)
    return Answers(table, _described(table, rated), survey_scales(survey, stated), counts, members, unrated)


def without_drivers(answers: Answers, names: Iterable[str]) -> Answers:
    """The same answers without some drivers, such as an item that only repeats whether a customer left.

    Raises
    ------
    StepInputError
        If a name is not one of the drivers.

    Examples
    --------
    >>> survey = pd.DataFrame({"customer_id": ["c1"], "driver_price": [3], "driver_renewed": [1]})
    >>> found = survey_answers(survey, start="2026-01-01", end="2027-01-01")
    >>> without_drivers(found, ["renewed"]).names
    ['price']
    """
    gone = list(names)
    unknown = [name for name in gone if name not in answers.names]
    if unknown:
        raise StepInputError(
            f"without_drivers: {listed(unknown)} is no driver of the survey ({listed(answers.names)})."
        )
    table = answers.table.drop(columns=[prefix + name for prefix in DELIVERED for name in gone])
    drivers = answers.drivers[~answers.drivers["driver"].isin(gone)].reset_index(drop=True)
    return replace(answers, table=table, drivers=drivers)


def group_ids(answers: Answers) -> list[str]:
    """The groups from which somebody answered, in the order in which groups are shown."""
    return group_order(answers.table["group_id"].dropna())


def driver_label(name: str) -> str:
    """The name of a driver as people read it.

    >>> driver_label("on_time"), driver_label("IT-support")
    ('On time', 'IT-support')
    """
    words = " ".join(name.replace("_", " ").split())
    return words[:1].upper() + words[1:]


def _drivers_of(survey: pd.DataFrame | None) -> list[str]:
    """Drivers with a column for our rating, in the order of the columns."""
    prefix = DELIVERED[OWN]
    return [] if survey is None else [name.removeprefix(prefix) for name in survey if name.startswith(prefix)]


def _cluster(table: pd.DataFrame) -> pd.Series:
    own_row = "row " + pd.Series(table.index.astype("str"), index=table.index, dtype="str")
    who = ("customer " + table["customer_id"]).fillna("person " + table["respondent"]).fillna(own_row)
    return who.astype("str")


def _members(groups: pd.DataFrame | None) -> pd.Series:
    members = columns_of(groups, {"customer_id": "str", "group_id": "str"}).set_index("customer_id")["group_id"]
    if members.index.has_duplicates:
        raise StepInputError("survey_answers: a customer is in two groups. Expected one row per customer.")
    return members


def _described(table: pd.DataFrame, drivers: list[str]) -> pd.DataFrame:
    found = pd.DataFrame({"driver": drivers, "label": [driver_label(name) for name in drivers]}, dtype="str")
    own, other, stated = (table[[prefix + name for name in drivers]].notna().to_numpy(bool) for prefix in DELIVERED)
    for name, known in (("rated", own), ("compared", own & other), ("stated", stated)):
        found[name] = known.sum(axis=0).astype("int64")
    return found
