"""Adoption-ready growth: does the part of a group's market grow that would really buy, and not only the market?

A market may grow while those in it who are ready to adopt become fewer: growth that we could not sell to. Both are
measured over the same years. Where new adopters are counted, the curve of Bass says whether their peak has passed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import StepInputError, listed, quoted
from helpers.method.bass import fit_adoption
from helpers.method.delivered import columns_of
from helpers.method.group_named import (
    NO_GROUP,
    formed_groups,
    group_named,
    names_of_groups,
    shown_name,
    shown_order,
)
from helpers.method.intervals import LEVEL
from helpers.method.market_growth import LEAST_YEARS, yearly_growth
from helpers.method.money import whole_money
from helpers.method.pass_chance import status_of

GROUP, SEGMENT = "group", "segment"
MEASURED, JUDGED, NOT_TESTED = "measured", "judged", "not_tested"
MEASURED_YEARS = 5
COMING_YEARS = 5
NO_MARKET, NO_SHARE = "no_market", "no_ready_share"
NOT_COUNTED, A_GAP, OF_A_GROUP = "not_counted", "a_gap", "see_segments"
TYPES = {
    "segment": "str",
    "customer_group": "str",
    "year": "Int64",
    "market_size": float,
    "adoption_ready_share": float,
    "new_adopters": float,
}
WHOLE = ["segments", "years", "first_year", "last_year", "expected_years", "size_year", "peak_year", "coming_from"]
GROWTH = ["broad_growth", "broad_low", "broad_high", "ready_growth", "ready_low", "ready_high"]
BASS = [name + end for name in ("bass_p", "bass_q", "bass_m") for end in ("", "_low", "_high")]
BASS += ["adopted", "peak_year", "coming_from", "still_to_come", "coming_low", "coming_high", "bass_why_not"]
COLUMNS = [
    *("group_id", "group_name", "level", "segment", "segments", "years", "first_year", "last_year", "expected_years"),
    *("size_year", "market_size", "ready_size", *GROWTH, "p_grows", "status", "basis", "why_not", "mistake", *BASS),
]


def market_readiness(
    markets: pd.DataFrame | None, groups: pd.DataFrame | None, *, as_of: object, level: float = LEVEL
) -> pd.DataFrame:
    """How fast each group's market grows, and the part of it that is ready to adopt.

    Answers "is the growth that we see growth that we could sell to?".

    Parameters
    ----------
    markets : DataFrame, one row per market segment and year, or None
        segment, year, market_size, and what there is of adoption_ready_share, new_adopters and customer_group (id or
        name; a blank one belongs to the group that the segment's other rows name).
    groups : DataFrame, one row per customer in a group, or None
        group_id and group_name.
    as_of : date
        A year that is not over by then is an expectation.
    level : float, of the ranges

    Returns
    -------
    DataFrame: the columns of the published market_readiness. A row per group, in their order, its market being the sum
    of its segments in the years that all of them know; under it a row per segment; at the end segments of no group.
        years, first_year, last_year  Int64  that tell growth: those whose adoption-ready part is known where three or
                                             more are, else those whose market is
        expected_years      Int64   of them not over by as_of
        size_year           Int64   the last of these years that is over
        market_size, ready_size  float  currency a year, in it
        broad_growth, ready_growth and their ranges  float  compound a year; -0.04 is four per cent less each year
        p_grows             float   probability that the adoption-ready part grows
        status              str     pass, fail, undecided or not_tested, by p_grows
        basis               str     measured; judged with fewer than five years that are over; not_tested
        why_not             str     empty where tested: no_market, no_ready_share, too_few_years, a_year_of_nothing
        mistake             boolean the market grows and its adoption-ready part falls, both beyond their ranges
        bass_...            of a segment, from the years of new adopters that are over: innovation p, imitation q,
                            market in the end m, the year of the peak, who adopted so far, and who will in the five
                            years from coming_from on; bass_why_not says why there is no curve: not_counted, a_gap,
                            too_short, empty, before_the_peak; see_segments in the row of a group

    Raises
    ------
    StepInputError
        If a segment stands twice in a year for one group, or a blank group could mean two.

    Notes
    -----
    Growth is a line through logarithms with Student's t, see `market_growth`; adoption is described in `bass`. A market
    that neither grows nor shrinks passes in one case of five and fails in one, as the borders of a test have it. Curves
    of two segments do not add up to one curve, so a group has none. Years before the first adopter do not count.

    Examples
    --------
    >>> markets = pd.DataFrame({"segment": "Refit", "year": range(2021, 2027), "customer_group": "Yards",
    ...     "market_size": [100.0, 101, 103, 104, 105, 107],
    ...     "adoption_ready_share": [0.40, 0.38, 0.35, 0.33, 0.31, 0.28]})
    >>> groups = pd.DataFrame({"group_id": ["g1"], "group_name": ["Yards"]})
    >>> found = market_readiness(markets, groups, as_of="2027-01-01")
    >>> found.loc[0, ["broad_growth", "ready_growth"]].astype(float).round(3).tolist(), found.loc[0, "status"]
    ([0.013, -0.055], 'fail')
    >>> bool(found.loc[0, "mistake"])
    True
    """
    rows = _read(markets, groups)
    names = names_of_groups(groups)
    there = rows.groupby("group_id", sort=False)
    found = []
    for group_id in shown_order(names, rows["group_id"]):
        if group_id not in there.groups:
            if group_id in formed_groups(names):
                found.append(_row(rows.iloc[:0], group_id, GROUP, as_of, level))
            continue
        mine = there.get_group(group_id)
        found.append(_row(_summed(mine), group_id, GROUP, as_of, level) | {"segments": mine["segment"].nunique()})
        found += _segments(mine, group_id, as_of, level)
    found += _segments(rows[rows["group_id"] == NO_GROUP], NO_GROUP, as_of, level)
    table = pd.DataFrame(found, columns=[name for name in COLUMNS if name != "group_name"])
    ids = table["group_id"].astype("str")
    table.insert(1, "group_name", ids.map(lambda group_id: shown_name(group_id, names)).astype("str"))
    texts = dict.fromkeys(("group_id", "level", "segment", "status", "basis", "why_not", "bass_why_not"), "str")
    table = table.astype(texts | dict.fromkeys(WHOLE, "Int64") | {"mistake": "boolean"})
    others = [name for name in COLUMNS if name not in {*texts, *WHOLE, "mistake", "group_name"}]
    return table.astype(dict.fromkeys(others, float))[COLUMNS]


def is_expected(years: pd.Series, as_of: object) -> pd.Series:
    """Which calendar years are not over on the day before `as_of`.

    >>> years = pd.Series([2025, 2026])
    >>> is_expected(years, "2026-09-01").tolist(), is_expected(years, "2027-01-01").tolist()
    ([False, True], [False, False])
    """
    return years >= pd.Timestamp(as_of).year


def _read(markets: pd.DataFrame | None, groups: pd.DataFrame | None) -> pd.DataFrame:
    """The delivered rows with their group_id and the money that is ready to adopt, by segment and year."""
    rows = columns_of(markets, TYPES)
    if groups is not None and len(rows):
        named = rows["customer_group"].notna()
        told = rows[named].groupby("segment")["customer_group"]
        several = told.nunique()
        unclear = sorted(set(rows.loc[~named, "segment"]) & set(several.index[several > 1]))
        if unclear:
            raise StepInputError(
                f"markets: {listed([quoted(name) for name in unclear])} has rows of several customer groups, and rows "
                "without one. Expected a group in each of its rows, or in none: fill customer_group in."
            )
        rows["customer_group"] = rows["customer_group"].fillna(rows["segment"].map(told.first()).astype("str"))
    rows["group_id"] = group_named(rows["customer_group"], groups).group_id
    stranger = rows["customer_group"].where(rows["group_id"] == NO_GROUP).fillna("")
    twice = rows.assign(stranger=stranger).duplicated(["group_id", "stranger", "segment", "year"])
    if twice.any():
        row = rows[twice].sort_values(["segment", "year"]).iloc[0]
        raise StepInputError(
            f"markets: {quoted(row['segment'])} stands in the year {row['year']} more than once "
            f"({int(twice.sum())} rows too many). One size is expected for each segment and year."
        )
    rows["ready"] = rows["market_size"] * rows["adoption_ready_share"]
    # parts of a segment that are delivered for several groups, none of them ours, are one segment
    keys = ["group_id", "segment", "year"]
    sums = rows.groupby(keys)[["market_size", "ready", "new_adopters"]]
    return sums.sum(skipna=False).reset_index()


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """The market of a group: its segments added up, in the years that all of them know."""
    if rows["segment"].nunique() == 1:
        return rows
    by = [rows.pivot(index="year", columns="segment", values=name) for name in ("market_size", "ready")]
    sums = [table.sum(axis=1, skipna=False) for table in by]
    return pd.DataFrame({"year": by[0].index, "market_size": sums[0].to_numpy(), "ready": sums[1].to_numpy()})


def _segments(rows: pd.DataFrame, group_id: str, as_of: object, level: float) -> list[dict[str, object]]:
    """A row for each segment of a group, by name."""
    found = []
    for segment, mine in rows.groupby("segment", sort=True):
        row = _row(mine, group_id, SEGMENT, as_of, level)
        found.append(row | _adoption(mine, as_of, level) | {"segment": segment, "segments": 1})
    return found


def _row(rows: pd.DataFrame, group_id: str, kind: str, as_of: object, level: float) -> dict[str, object]:
    """Growth of a market from its years, one row each."""
    sized, known = rows[rows["market_size"].notna()], rows[rows["ready"].notna()]
    used = known if len(known) >= LEAST_YEARS else sized
    expected = is_expected(used["year"], as_of)
    broad = yearly_growth(used["year"], used["market_size"], level=level)
    ready = yearly_growth(used["year"], used["ready"], level=level)
    over = used[~expected].tail(1)
    why = ready.why_not
    if not len(sized):
        why = NO_MARKET
    elif not len(known):
        why = NO_SHARE
    basis = NOT_TESTED if why else MEASURED if len(used) - expected.sum() >= MEASURED_YEARS else JUDGED
    return {
        "group_id": group_id,
        "level": kind,
        "segments": 0,
        "years": len(used),
        "first_year": used["year"].min(),
        "last_year": used["year"].max(),
        "expected_years": int(expected.sum()),
        "size_year": over["year"].max(),
        "market_size": float(whole_money(over["market_size"]).sum()) if len(over) else np.nan,
        "ready_size": float(whole_money(over["ready"]).sum()) if over["ready"].notna().any() else np.nan,
        **dict(zip(GROWTH, (broad.rate, broad.low, broad.high, ready.rate, ready.low, ready.high), strict=True)),
        "p_grows": ready.chance,
        "status": str(status_of(ready.chance)[0]),
        "basis": basis,
        "why_not": why,
        "mistake": pd.NA if np.isnan(broad.rate + ready.rate) else broad.low > 0 and ready.high < 0,
        "bass_why_not": OF_A_GROUP if kind == GROUP and len(rows) else NOT_COUNTED,
    }


def _adoption(rows: pd.DataFrame, as_of: object, level: float) -> dict[str, object]:
    """The curve of a segment's new adopters in the years that are over, from the first in which anybody adopted."""
    counted = rows[~is_expected(rows["year"], as_of) & rows["new_adopters"].notna()]
    if counted.empty:
        return {"bass_why_not": NOT_COUNTED}
    some = counted[counted["new_adopters"] > 0]
    counted = counted[counted["year"] >= some["year"].min()] if len(some) else counted
    first, last = int(counted["year"].min()), int(counted["year"].max())
    adopted = float(counted["new_adopters"].sum())
    if len(counted) != last - first + 1:
        return {"bass_why_not": A_GAP, "adopted": adopted}
    found = fit_adoption(counted["new_adopters"], level=level)
    if found.model is None:
        return {"bass_why_not": found.why_not, "adopted": adopted}
    as_of = pd.Timestamp(as_of)
    start = as_of.year + int(as_of.day_of_year > 1)  # the first year that lies ahead as a whole
    at = start - first + 1
    coming, low, high = found.coming(at, at + COMING_YEARS - 1)
    numbers = {}
    for name in ("p", "q", "m"):
        numbers[f"bass_{name}"] = getattr(found.model, name)
        numbers[f"bass_{name}_low"], numbers[f"bass_{name}_high"] = found.ranges[name]
    return numbers | {
        "adopted": adopted,
        "peak_year": first + int(max(found.model.peak_time, 0.0)),
        "coming_from": start,
        "still_to_come": coming,
        "coming_low": low,
        "coming_high": high,
        "bass_why_not": "",
    }
