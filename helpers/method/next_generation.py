"""Next generation: which customers of today have come to behave like the groups that lead into the future?

Everybody's behaviour moves from year to year, also by chance. Chance moves customers away as often as it brings them
nearer, so those who went away tell how many of those who came nearer mean nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError, listed
from helpers.method.group_clusters import Centres, assign, frozen_centres
from helpers.method.group_features import FEATURES
from helpers.method.group_members import group_order
from helpers.method.group_scale import scaled

LEAST_ORDERS = 4  # in each of the two years, before a change of behaviour says much
CHANCE = 0.10  # of those named, so many may be named by chance
DIGITS = 9
MOST_REASONS = 3
LEAST_PART = 0.15  # of what brought a customer nearer; less is no reason

# what a customer does who now has less of a feature, and more
WORDS = {
    "recency": ("has ordered more lately", "has not ordered for longer"),
    "frequency": ("orders less often", "orders more often"),
    "money_per_order": ("places smaller orders", "places bigger orders"),
    "regularity": ("orders at steadier intervals", "orders at less steady intervals"),
    "breadth": ("buys fewer categories", "buys more categories"),
    "discount_rate": ("buys at smaller discounts", "buys at bigger discounts"),
    "return_rate": ("brings back less", "brings back more"),
    "channel_mix": ("orders less through {channel}", "orders more through {channel}"),
    "trend": ("grows more slowly", "grows faster"),
}
TITLES = {feature.name: feature.title for feature in FEATURES}
TABLE_COLUMNS = ["customer_id", "group_before", "group_now", "group_id", "distance_before", "distance_now", "fall"]
FEATURE_COLUMNS = ["group_id", "feature", "feature_name", "customers", "told_of", "change"]
FEATURE_COLUMNS += ["before", "now", "centre_value"]
NO_PASSING, NO_CENTRES, NO_YEAR = "no_passing", "no_centres", "no_year"


@dataclass(frozen=True)
class Movers:
    """Who came nearer to the passing groups by more than chance explains.

    table     one row per customer named, the largest fall first: customer_id, group_before, group_now, group_id (the
              passing group that it is nearest to), distance_before, distance_now, fall, reasons
    features  one row per passing group with movers and feature: group_id, feature, feature_name, customers, told_of
              (for how many it is a reason), change (how, in words), before and now (medians of the movers, own unit)
              and centre_value
    compared  int    customers whose two years could be compared and who might have moved
    least     float  the smallest fall that is named; missing where nobody is
    by_chance int    so many went away as far: about as many of those named mean nothing
    why_not   str    no_passing, no_centres or no_year where nothing could be compared; else empty
    """

    table: pd.DataFrame
    features: pd.DataFrame
    compared: int
    least: float
    by_chance: int
    why_not: str = ""


def movers(
    before: pd.DataFrame | None,
    now: pd.DataFrame | None,
    group_centres: pd.DataFrame | None,
    passing: Collection[str],
    *,
    least_orders: int = LEAST_ORDERS,
    chance: float = CHANCE,
) -> Movers:
    """The existing customers who came nearer to the groups that pass, beyond what chance explains, with reasons.

    Answers "who of our customers is becoming the customer we want?".

    Parameters
    ----------
    before : DataFrame, from `year_before.features_a_year_before`, or None
    now : DataFrame, the published group_features, or None
    group_centres : DataFrame, the published group_centres, or None
    passing : collection of str
        Ids of the groups that pass the five tests; those without a centre do not count.
    least_orders : int
        A customer counts who placed so many orders in each of the two years.
    chance : float
        The part of those named that may mean nothing.

    Returns
    -------
    Movers

    Raises
    ------
    StepInputError
        If least_orders is below 1, or chance not between 0 and 1.

    Notes
    -----
    The distance is that to the nearest passing centre, on the frozen scale of step 03; a feature that is known in one
    of the years alone counts in neither. Named are those who were in no passing group a year before and whose distance
    fell by t or more: t is the smallest for which (1 + customers who are in none now and whose distance rose by t or
    more) / (those named) is `chance` or less. So at least 1 / chance customers are named, or nobody. Who first ordered
    in the second half of the earlier year is not compared: a year cut short looks like few orders.
    A reason is a feature that took LEAST_PART or more of what was lost of the squared distance; three at most.

    References
    ----------
    Barber and Candes, "Controlling the false discovery rate via knockoffs", Annals of Statistics 43 (2015): the count
    of those on the other side, plus one, as the number of false discoveries.

    Examples
    --------
    >>> from helpers.method.group_clusters import Centres, centres_table
    >>> from helpers.method.group_scale import Scale
    >>> made = Centres(Scale(("frequency",), ("none",), (1.0,), (0.0,), (1.0,)), np.array([[4.0], [12.0]]))
    >>> centres = centres_table(made, ["g1", "g2"])
    >>> year = pd.DataFrame({"customer_id": [f"c{n}" for n in range(12)], "trend": 0.0, "frequency": 5.0})
    >>> found = movers(year, year.assign(frequency=[5.0, 4.0] + [10.0] * 10), centres, ["g2"])
    >>> len(found.table), found.least, found.by_chance, found.table["reasons"].unique().tolist()
    (10, 5.0, 0, ['orders more often'])
    """
    if least_orders < 1 or not 0 < chance < 1:
        raise StepInputError(
            f"Movers: least_orders is {least_orders} and chance {chance:g}. Expected orders from 1 on, and a part "
            "between 0 and 1, such as 0.1."
        )
    if group_centres is None or group_centres.empty:
        return _nobody(NO_CENTRES)
    centres, ids = frozen_centres(group_centres)
    wanted = [group for group in group_order(ids) if group in set(map(str, passing))]
    if not wanted:
        return _nobody(NO_PASSING)
    if before is None or now is None:
        return _nobody(NO_YEAR)
    rows = _compared(before, now, centres, ids, wanted, least_orders)
    # who stood in a passing group may only leave it, and who stands in one now only have come: years change places
    might_come, might_go = ~rows["group_before"].isin(wanted), ~rows["group_now"].isin(wanted)
    least = _least_fall(rows.loc[might_come, "fall"], rows.loc[might_go, "fall"], chance)
    named = rows[might_come & (rows["fall"] >= least)].sort_values(["fall", "customer_id"], ascending=[False, True])
    away = int((might_go & (rows["fall"] <= -least)).sum())
    named = named.reset_index(drop=True)
    years = [year.loc[named["customer_id"]].reset_index(drop=True) for year in _both(before, now)]
    parts = _gains(named, years, centres, ids)
    told = (parts >= LEAST_PART) & (parts.rank(axis=1, ascending=False, method="first") <= MOST_REASONS)
    named["reasons"] = _reasons(years, parts.where(told), centres.scale.channel)
    features = _features(named, years, told, group_centres, centres.scale.channel)
    return Movers(named, features, int((might_come | might_go).sum()), least, away)


def _least_fall(came: pd.Series, went: pd.Series, chance: float) -> float:
    """The smallest fall t for which (1 + rises of t or more) / (falls of t or more) is small enough; NaN for none."""
    falls = np.sort(came[came > 0].to_numpy())
    rises = np.sort(-went[went < 0].to_numpy())
    fell = len(falls) - np.searchsorted(falls, falls)
    rose = len(rises) - np.searchsorted(rises, falls)
    enough = 1 + rose <= chance * fell + 1e-9  # a part of exactly `chance` is enough
    return float(falls[enough][0]) if enough.any() else float("nan")


def _compared(
    before: pd.DataFrame, now: pd.DataFrame, centres: Centres, ids: list[str], wanted: list[str], least_orders: int
) -> pd.DataFrame:
    """Customers with two comparable years: their groups, their distance to the nearest passing centre, its fall."""
    names = dict(enumerate(ids))
    then, later = _both(before, now)
    often = (then["frequency"] >= least_orders) & (later["frequency"] >= least_orders)
    whole = then["trend"].notna() if "trend" in then else True  # else the first order lies in the year's second half
    then, later = then[often & whole], later[often & whole]
    groups = [assign(year.reset_index(), centres)["label"].map(names).to_numpy() for year in (then, later)]
    unknown = then.isna() | later.isna()
    far = [_distances(year.mask(unknown), centres) for year in (then, later)]
    places = [ids.index(group) for group in wanted]
    nearest = far[1][:, places].argmin(axis=1)
    away = [one[:, places].min(axis=1).round(DIGITS) for one in far]
    return pd.DataFrame(
        {
            "customer_id": then.index.astype("str"),
            "group_before": pd.Series(groups[0], dtype="str"),
            "group_now": pd.Series(groups[1], dtype="str"),
            "group_id": pd.Series([wanted[place] for place in nearest], dtype="str"),
            "distance_before": away[0],
            "distance_now": away[1],
            "fall": (away[0] - away[1]).round(DIGITS),
        }
    )


def _both(before: pd.DataFrame, now: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The two years of the customers who are in both, by customer_id and sorted by it."""
    years = [year.assign(customer_id=year["customer_id"].astype("str")) for year in (before, now)]
    first, second = (year.set_index("customer_id").sort_index() for year in years)
    known = first.index.intersection(second.index)
    columns = [name for name in TITLES if name in first and name in second]
    return first.loc[known, columns].astype(float), second.loc[known, columns].astype(float)


def _distances(year: pd.DataFrame, centres: Centres) -> np.ndarray:
    """Customers x centres."""
    points = scaled(year, centres.scale)
    return np.sqrt(((points[:, np.newaxis, :] - centres.points) ** 2).sum(axis=2))


def _gains(named: pd.DataFrame, years: list[pd.DataFrame], centres: Centres, ids: list[str]) -> pd.DataFrame:
    """Of all that brought each mover nearer to its centre, the part of each feature; movers x features."""
    unknown = years[0].isna() | years[1].isna()
    aims = centres.points[[ids.index(group) for group in named["group_id"]]]
    squares = [(scaled(year.mask(unknown), centres.scale) - aims) ** 2 for year in years]
    gained = np.clip(squares[0] - squares[1], 0, None)
    parts = gained / gained.sum(axis=1, keepdims=True)
    return pd.DataFrame(parts, columns=list(centres.scale.names)).round(DIGITS)


def _change(name: str, more: bool, channel: str | None) -> str:
    """What a customer does who now has more of a feature, or less."""
    return WORDS[name][int(more)].format(channel=channel or "one channel")


def _reasons(years: list[pd.DataFrame], parts: pd.DataFrame, channel: str | None) -> pd.Series:
    """What each mover does otherwise than a year before, the most telling first, in words."""
    more = years[1] > years[0]
    told = [row.dropna().sort_values(ascending=False, kind="stable").index for _, row in parts.iterrows()]
    words = [listed([_change(name, more.at[place, name], channel) for name in one]) for place, one in enumerate(told)]
    return pd.Series(words, dtype="str")


def _features(
    named: pd.DataFrame, years: list[pd.DataFrame], told: pd.DataFrame, group_centres: pd.DataFrame, channel: str | None
) -> pd.DataFrame:
    """By passing group: for how many movers each feature is a reason, and from where to where they went."""
    then, later = years
    known, more = then.notna() & later.notna(), later > then
    rows = []
    for group in group_order(named["group_id"]):
        here = named["group_id"] == group
        centre = group_centres[group_centres["group_id"] == group].set_index("feature")["centre_value"]
        for name in sorted(told, key=lambda name: -int(told.loc[here, name].sum())):
            reason, changed = here & told[name], here & known[name]
            mostly = 2 * int(more.loc[reason, name].sum()) > int(reason.sum())
            change = _change(name, mostly, channel) if reason.any() else ""
            medians = [year.loc[changed, name].median() for year in years]
            counts = [int(here.sum()), int(reason.sum())]
            rows.append([group, name, TITLES[name], *counts, change, *medians, float(centre[name])])
    return pd.DataFrame(rows, columns=FEATURE_COLUMNS)


def _nobody(why_not: str) -> Movers:
    table = pd.DataFrame(columns=[*TABLE_COLUMNS, "reasons"])
    return Movers(table, pd.DataFrame(columns=FEATURE_COLUMNS), 0, float("nan"), 0, why_not)
