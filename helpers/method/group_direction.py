"""In which direction does a group of customers go: with us, or down to buying on price alone?

Two things tell: how deep the discounts are that it gets, and which part of what it buys lies in the categories in which
we see our future. Shallower discounts and more of the future is specialising; deeper ones and less is commoditising.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.direction_quarters import DEPTH, FUTURE, SUMS, parts_of_money
from helpers.method.margin_trend import LEAST_QUARTERS, QUARTERS_A_YEAR, STEEP, YEAR
from helpers.method.pass_chance import FAIL, NOT_TESTED, PASS, PASS_FROM, UNDECIDED, status_of
from helpers.method.share import ALL
from helpers.method.slope_draws import DRAWS, Line, drawn_slopes, line_through

SPECIALISING, COMMODITISING, MIXED = "specialising", "commoditising", "mixed"
VERDICTS = {
    SPECIALISING: "Specialising",
    COMMODITISING: "Commoditising",
    MIXED: "Mixed",
    UNDECIDED: "No clear direction",
    NOT_TESTED: "Not tested",
}
TRENDS = {SPECIALISING: "better", COMMODITISING: "worse", MIXED: "level", UNDECIDED: "level"}
TWICE, WITHIN, ONCE = "drawn_twice", "within_years", "drawn_once"
SHORT, NO_LIST_PRICE, NO_FUTURE = "short_history", "no_list_price", "no_future_category"
MEASURES = {"depth": DEPTH, "future": FUTURE}
MATTERS = -STEEP  # a year, one point: nobody is held to go against us by less
NEITHER = 0.5  # what a draw counts that goes neither with us nor against us
DIGITS = 9
COLUMNS = [
    *("group_id", "group_name", "customers", "quarters"),
    *("depth_before", "depth_now", "depth_slope", "depth_slope_low", "depth_slope_high"),
    *("depth_slope_today", "depth_slope_second", "future_before", "future_now"),
    *("future_slope", "future_slope_low", "future_slope_high", "future_slope_today", "future_slope_second"),
    *("looks", "chance", "p_commoditising", "p_mixed", "status", "verdict", "verdict_name", "trend", "why_not"),
]


def group_direction(
    quarters: pd.DataFrame, before: pd.DataFrame | None = None, *, by_behaviour: bool = True, draws: int = DRAWS
) -> pd.DataFrame:
    """Which way each group goes, and how sure that is: the test Same direction.

    Parameters
    ----------
    quarters : DataFrame, from `direction_quarters`
    before : DataFrame, optional
        The same of the groups as they would have been drawn a year ago, from `year_before.groups_a_year_before`.
    by_behaviour : bool
        Whether what customers did of late decided who is in a group. Where it did not (rules on industry or region),
        one look is enough.
    draws : int

    Returns
    -------
    DataFrame, one row per group, "all" first: the columns of the published group_direction
        customers          int    most that had a line in any one of the quarters
        quarters           int    with both parts known
        depth_before, depth_now    float  discount depth over the last four quarters and the four before them
        depth_slope, _low, _high   float  change a year, .01 is one point: the mean of both looks, and the ends of 90 %
                                   of the draws; by the one look, with Student's t, where there are no draws
        depth_slope_today, depth_slope_second  float  least squares, of the two looks; the second is missing where there
                                   is only one
        future_before ... future_slope_second  float  the same of the part of revenue in future categories
        looks              str    drawn_twice: today and a year ago; within_years: today, and with a level of its own
                                  for the last four quarters; drawn_once
        chance             float  part of the draws with discount slope <= 0 and future slope > 0, and half of those
                                  that go neither that way nor against us by a point a year; missing where one of the
                                  two is not known for four quarters
        p_commoditising    float  of discount slope > 0 and future slope <= 0
        p_mixed            float  of one with us and one against: what is left
        status             str    pass, fail, undecided or not_tested, by the chance
        verdict            str    specialising: passes; commoditising: fails, with p_commoditising of .8 or more and
                                  discounts that deepen by a point a year or more in each look; mixed: p_mixed of .8
                                  or more; undecided; not_tested
        trend              str    better, worse, level: the direction is itself the trend
        why_not            str    why it is not tested: short_history, no_list_price, no_future_category; else empty

    Notes
    -----
    Discount reliance of the last twelve months is one of the things by which groups are formed. That alone makes a
    group of heavy discounts look as if they had grown, and a group that lost its best customers to another look as if
    it sank; the same group drawn a year ago errs the other way, and the mean of both slopes is nearer than either. Half
    of the draws are of the one, half of the other: nothing passes that only one of them shows. Where groups cannot be
    drawn a year ago, the second half may put the last twelve months on a level of their own: that takes out what the
    choice of customers does as a step, and needs more quarters to be as sure.

    To pass, both slopes must go our way, so of a group that goes nowhere one draw in four would pass, and by chance it
    would be failed as often as not. A draw that goes neither our way nor against us, with discounts deeper by a point a
    year or future categories less by one, therefore counts half. Over 40 seeds of Harbour (tests/method/
    test_harbour_intents.py) that leaves the groups that truly sink or rise where they were, and most of those that go
    nowhere undecided.

    Examples
    --------
    >>> starts = pd.date_range("2025-01-01", periods=8, freq="QS")
    >>> rows = pd.DataFrame({"group_id": "g1", "group_name": "Yards", "quarter_start": starts, "customers": 30,
    ...     "revenue": 80.0, "listed_revenue": 80.0, "list_revenue": [95.0, 95, 94, 94, 93, 92, 92, 91],
    ...     "placed_revenue": 80.0, "future_revenue": [20.0, 21, 22, 24, 25, 26, 27, 29]})
    >>> from helpers.method.direction_quarters import parts_of_money
    >>> found = group_direction(rows.assign(**parts_of_money(rows)))
    >>> found[["future_slope", "looks", "status", "verdict"]].round(3).values.tolist()
    [[0.064, 'within_years', 'pass', 'specialising']]
    """
    rows = []
    for (group_id, name), part in quarters.groupby(["group_id", "group_name"], sort=False):
        part = part.sort_values("quarter_start")
        looks, how = _looks(part, _same_group(before, group_id), by_behaviour)
        row = {"group_id": group_id, "group_name": name, "customers": int(part["customers"].max())}
        row |= {"quarters": int(part[[DEPTH, FUTURE]].notna().all(axis=1).sum()), "why_not": _why_not(part)}
        drawn = _drawn(looks, draws)
        row |= _levels(part) | _slopes(part, looks, drawn) | {"looks": how}
        rows.append(row | _judged(drawn, looks))
    kinds = dict.fromkeys(COLUMNS, float) | dict.fromkeys(("customers", "quarters"), "int64")
    texts = ("group_id", "group_name", "looks", "status", "verdict", "verdict_name", "trend", "why_not")
    table = pd.DataFrame(rows, columns=COLUMNS).astype(kinds | dict.fromkeys(texts, "str"))
    return table.round(dict.fromkeys([name for name in COLUMNS if name not in texts], DIGITS))


def _same_group(before: pd.DataFrame | None, group_id: str) -> pd.DataFrame | None:
    if before is None or group_id == ALL:
        return None
    return before[before["group_id"] == group_id].sort_values("quarter_start")


def _looks(part: pd.DataFrame, before: pd.DataFrame | None, by_behaviour: bool) -> tuple[list[tuple[Line, Line]], str]:
    """The lines of the group as it is drawn today, and those of a second look where there can be one."""
    now = _lines(part)
    if now is None:
        return [], ONCE
    second, how = (None, ONCE) if before is None else (_lines(before), TWICE)
    # nobody was chosen to be in "all"
    if second is None and by_behaviour and part["group_id"].iloc[0] != ALL:
        second, how = _lines(part, split=True), WITHIN
    return ([now], ONCE) if second is None else ([now, second], how)


def _lines(part: pd.DataFrame, *, split: bool = False) -> tuple[Line, Line] | None:
    """The lines of both measures; None where one of them is not known for long enough."""
    places = np.arange(len(part))
    side = places >= len(part) - YEAR if split else None
    found = []
    for measure in MEASURES.values():
        values = part[measure].to_numpy(dtype=float)
        enough = np.isfinite(values).sum() >= LEAST_QUARTERS and (not split or 0 < side.sum() < len(side))
        found.append(line_through(values, places / QUARTERS_A_YEAR, side) if enough else None)
    return None if None in found else (found[0], found[1])


def _drawn(looks: list[tuple[Line, Line]], draws: int) -> np.ndarray:
    """As many slopes of each look; no row without a look."""
    return np.vstack([np.empty((0, 2)), *(drawn_slopes(*look, draws // len(looks)) for look in looks)])


def _levels(part: pd.DataFrame) -> dict[str, float]:
    """Both parts over the last four quarters and over the four before them; missing with fewer quarters."""
    found = {}
    for name, rows in (("now", part.iloc[-YEAR:]), ("before", part.iloc[-2 * YEAR : -YEAR])):
        whole = len(rows) == YEAR
        sums = rows[list(SUMS)].sum().to_frame().T
        parts = parts_of_money(sums)
        found |= {f"{short}_{name}": parts[long][0] if whole else np.nan for short, long in MEASURES.items()}
    return found


def _slopes(part: pd.DataFrame, looks: list[tuple[Line, Line]], drawn: np.ndarray) -> dict[str, float]:
    """The slope of each measure with its interval, told also where the other measure is not known."""
    found = {}
    years = np.arange(len(part)) / QUARTERS_A_YEAR
    for place, (short, measure) in enumerate(MEASURES.items()):
        values = part[measure].to_numpy(dtype=float)
        line = line_through(values, years) if np.isfinite(values).sum() >= LEAST_QUARTERS else None
        today = line.slope if line else np.nan
        slope, (low, high) = today, line.interval() if line else (np.nan, np.nan)
        if looks:
            slope = float(np.mean([look[place].slope for look in looks]))
            low, high = np.percentile(drawn[:, place], [5, 95])
        found |= {f"{short}_slope": slope, f"{short}_slope_low": low, f"{short}_slope_high": high}
        found[f"{short}_slope_today"] = today
        found[f"{short}_slope_second"] = looks[1][place].slope if len(looks) > 1 else np.nan
    return found


def _judged(drawn: np.ndarray, looks: list[tuple[Line, Line]]) -> dict[str, object]:
    """What the draws say."""
    if not len(drawn):
        row = {"chance": np.nan, "p_commoditising": np.nan, "p_mixed": np.nan, "verdict": NOT_TESTED}
        return row | {"status": NOT_TESTED, "verdict_name": VERDICTS[NOT_TESTED], "trend": None}
    depth, future = drawn.T
    shallower, more = depth <= 0, future > 0
    ours, against = shallower & more, float((~shallower & ~more).mean())
    # rounded, so that a slope of exactly a point is one
    matters = (depth.round(DIGITS) >= MATTERS) | (future.round(DIGITS) <= -MATTERS)
    chance = float(ours.mean() + NEITHER * (~ours & ~matters).mean())
    row = {
        "chance": chance,
        "p_commoditising": against,
        "p_mixed": round(1 - float(ours.mean()) - against, DIGITS) + 0.0,
    }
    status = str(status_of(chance)[0])
    deepens = min(look[0].slope for look in looks) >= -STEEP
    verdict = UNDECIDED
    if status == PASS:
        verdict = SPECIALISING
    elif status == FAIL and against >= PASS_FROM and deepens:
        verdict = COMMODITISING
    elif row["p_mixed"] >= PASS_FROM:
        verdict = MIXED
    return row | {
        "status": status,
        "verdict": verdict,
        "verdict_name": VERDICTS[verdict],
        "trend": TRENDS[verdict],
    }


def _why_not(part: pd.DataFrame) -> str:
    """Why the group is not tested; empty where it is."""
    if len(part) < LEAST_QUARTERS:
        return SHORT
    known = part[[DEPTH, FUTURE]].notna().sum()
    if known[DEPTH] < LEAST_QUARTERS:
        return NO_LIST_PRICE
    return NO_FUTURE if known[FUTURE] < LEAST_QUARTERS else ""
