"""The margin trend: does a group's margin fall from quarter to quarter, and is that more than chance?

Two rates, before and after cost to serve. The second needs dated service events: costs may rise where margins hold.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from helpers.method.cost_to_serve import add_costs, cost_of_events
from helpers.method.group_parts import BESIDE, part_names, parts_of
from helpers.method.history import block_label, block_starts
from helpers.method.intervals import LEVEL
from helpers.method.money import UNITS, ten_thousandths
from helpers.method.profit import events_cover
from helpers.method.share import ALL

PROFIT_RATE, MARGIN_RATE = "profit_rate", "gross_margin_rate"
TITLES = {MARGIN_RATE: "Gross margin rate", PROFIT_RATE: "Profit rate"}
LEAST_KNOWN = 0.9  # of a quarter's revenue, or events: with less, who is known may differ from quarter to quarter
LEAST_QUARTERS = 4
STEEP = -0.01  # a year
ALPHA = 0.05
QUARTERS_A_YEAR = 4
YEAR = 4  # quarters over which behaviour decided who is in a group
NUMBERS = ["slope", "slope_low", "slope_high", "p_fall", "slope_within", "p_within", "lag1"]
KEYS = ["group_id", "group_name", "measure", "measure_name", "decides"]
COLUMNS = [
    *("group_id", "group_name", "measure", "measure_name", "quarter_start", "quarter_end", "quarter"),
    *("customers", "revenue", "rate", "decides"),
]


def margin_trend(
    customer_days: pd.DataFrame,
    events: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    *,
    window_start: object,
    as_of: object,
) -> pd.DataFrame:
    """Gross margin rate and profit rate of each group, quarter by quarter of the window.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day with a line
    events, costs : DataFrame, optional
        service_events and activity_costs, both needed for a profit rate.
    groups : DataFrame, optional
        customer_id, group_id and group_name. Without them there is only "all".
    window_start, as_of : date
        Quarters count back from as_of; an incomplete first one is left out.

    Returns
    -------
    DataFrame, one row per part, rate and quarter, "all" first: the columns of the published margin_trend
        measure    str    gross_margin_rate: over the days whose cost is known; its rate is missing where they hold less
                          than nine tenths of the revenue, or where revenue is not above zero
                          profit_rate: the same less cost to serve / revenue; missing where less than nine tenths of the
                          events have a price, and where recorded events do not cover the quarter
        customers  int    who had a line in the quarter
        revenue    float  currency
        rate       float
        decides    bool   whether a downturn of the part is judged by this rate: the profit rate where it is known in
                          four quarters or more, else the gross margin rate

    Raises
    ------
    StepInputError
        As in `cost_of_events`, and if a customer stands in the groups twice.

    Notes
    -----
    Cost to serve counts in the quarter of the event, also where the customer bought in another.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": "c1", "date": pd.to_datetime(["2026-08-01", "2026-11-01"]),
    ...     "revenue": [100.0, 200.0], "cost_of_goods": [60.0, 130.0]})
    >>> found = margin_trend(days, window_start="2026-07-01", as_of="2027-01-01")
    >>> found.loc[found["decides"], ["group_id", "quarter", "rate"]].values.tolist()
    [['all', 'Q3 2026', 0.4], ['all', 'Q4 2026', 0.35]]
    """
    starts = block_starts(window_start, as_of)
    cells, parts = _sales(customer_days, groups, starts, as_of)
    served = _service(events, costs, groups, starts, as_of)
    names = part_names(parts, groups)
    every = pd.MultiIndex.from_product([list(names), range(len(starts))])
    cells, served = cells.reindex(every, fill_value=0), served.reindex(every, fill_value=0)
    revenue, known, goods = (cells[name] for name in ("revenue", "known_revenue", "cost_of_goods"))
    covered = np.tile(_covered(events, costs, starts, as_of), len(names))
    whole = revenue.where(revenue > 0)
    enough = (known > 0) & (known >= LEAST_KNOWN * revenue)
    margin_rate = ((known - goods) / known.where(enough)).where(revenue > 0)
    told = covered & (served["costed_events"] >= LEAST_KNOWN * served["events"])
    ends = pd.DatetimeIndex([*starts[1:], pd.Timestamp(as_of)])[: len(starts)]  # a short window has no quarter
    place = every.get_level_values(1)
    labels = np.array([block_label(start, end) for start, end in zip(starts, ends, strict=True)], dtype=object)
    quarters = pd.DataFrame(
        {
            "group_id": every.get_level_values(0).astype("str"),
            "group_name": every.get_level_values(0).map(names).astype("str"),
            "quarter_start": starts[place],
            "quarter_end": ends[place] - pd.Timedelta(days=1),
            "quarter": pd.Series(labels[place], dtype="str"),
            "customers": cells["customers"].to_numpy(),
            "revenue": revenue.to_numpy() / UNITS,
        }
    )
    rates = {MARGIN_RATE: margin_rate, PROFIT_RATE: (margin_rate - served["cost"] / whole).where(told)}
    rows = [
        quarters.assign(measure=measure, measure_name=TITLES[measure], rate=_rounded(rate))
        for measure, rate in rates.items()
    ]
    table = pd.concat(rows, ignore_index=True)
    count = table["rate"].notna().groupby([table["group_id"], table["measure"]]).sum().unstack()
    by_profit = table["group_id"].map(count[PROFIT_RATE] >= LEAST_QUARTERS).astype(bool) if len(count) else False
    table["decides"] = (table["measure"] == PROFIT_RATE) == by_profit
    order = {part: number for number, part in enumerate(names)}
    table = table.sort_values(
        ["group_id", "measure", "quarter_start"], key=lambda keys: keys.map(order) if keys.name == "group_id" else keys,
        kind="stable", ignore_index=True,
    )  # fmt: skip
    return table.astype({"measure": "str", "measure_name": "str"})[COLUMNS]


def margin_slopes(margin_trend: pd.DataFrame, before: pd.DataFrame | None = None, level: float = LEVEL) -> pd.DataFrame:
    """How fast each rate rises or falls, and which groups are in downturn.

    Answers "where do we lose what we earn, if nothing is done?".

    Parameters
    ----------
    margin_trend : DataFrame, from `margin_trend`
    before : DataFrame, optional
        The same of the groups as they would have been drawn a year ago, from `year_before.groups_a_year_before`.
    level : float
        Of the interval around the slope.

    Returns
    -------
    DataFrame, one row per part and rate that is known in four quarters or more, in the order of `margin_trend`: the
    columns of the published margin_slopes
        quarters               int    with a known rate
        slope                  float  least squares, change of the rate a year: -.01 is one point
        slope_low, slope_high  float  Student's t with quarters - 2 degrees of freedom
        p_fall                 float  one-sided: how often chance alone falls as steeply
        p_holm                 float  the same after Holm over the groups tested; missing for a row that is not tested
        slope_within, p_within float  the same slope and p where the last twelve months may stand on another level than
                                      what is before them; missing with less than two known quarters on either side
        slope_before, p_before float  slope of the group as it would have been drawn a year ago, and its p after Holm
                                      over these; missing without `before`, or where that has too few quarters
        lag1                   float  correlation of what is left of a quarter with what was left of the one before; far
                                      from zero, neighbours are alike and p is too sure. Missing where nothing is left
        decides                bool   as in `margin_trend`
        downturn               bool   decides, slope <= -.01 a year and p_holm <= .05, and the same of slope_before and
                                      p_before; where these are missing, of slope_within and p_within if known

    Notes
    -----
    The behaviour of the last twelve months decided who is in a group, and so who of the same customers is not: those
    who changed, and those who left. That alone lifts or lowers the rate of these months against what was before, and
    with the group drawn a year ago it does the opposite. A downturn has to show in both. Where there is no other group
    to look at, it has to fall within the two years as well, and not only from the one to the other: that is less sure.

    Groups are tested together, each by the rate it is judged by. "all", customers who stand beside the groups (one
    order, lapsing, in none) and lines of nobody are not among them; where there are no groups, "all" is tested alone.

    References
    ----------
    Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6 (1979).

    Examples
    --------
    >>> trend = pd.DataFrame({"group_id": "all", "group_name": "All customers", "measure": "gross_margin_rate",
    ...     "measure_name": "Gross margin rate", "rate": [0.40, 0.39, 0.36, 0.35], "decides": True,
    ...     "quarter_start": pd.to_datetime(["2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01"])})
    >>> found = margin_slopes(trend)
    >>> found[["measure", "slope", "p_fall", "lag1", "downturn"]].round(4).values.tolist()
    [['gross_margin_rate', -0.072, 0.0119, -0.75, True]]
    """
    table = _lines(margin_trend, level)
    alone = set(margin_trend["group_id"]) <= {ALL}
    tested = table["decides"] & (alone | ~table["group_id"].isin([ALL, *BESIDE]))
    table.insert(table.columns.get_loc("lag1"), "p_holm", _after_holm(table, tested))
    then = table[["slope", "p_fall"]] * np.nan
    if before is not None:
        then = table[["group_id", "measure"]].merge(_lines(before, level), "left", on=["group_id", "measure"])
    table["slope_before"] = then["slope"].where(tested)
    table["p_before"] = _after_holm(then, tested & then["slope"].notna())
    unknown = table[["slope_before", "slope_within"]].isna()
    # without a year before there is one level only, and nothing that a choice of customers could have moved
    second = _falls(table["slope_within"], table["p_within"]) | unknown["slope_within"]
    second = second.where(unknown["slope_before"], _falls(table["slope_before"], table["p_before"]))
    downturn = tested & _falls(table["slope"], table["p_holm"]) & second
    named = ["slope", "slope_low", "slope_high", "p_fall", "p_holm", "slope_within", "p_within"]
    ordered = [*KEYS[:4], "quarters", *named, "slope_before", "p_before", "lag1", "decides"]
    return table[ordered].assign(downturn=downturn.astype(bool))


def _lines(margin_trend: pd.DataFrame, level: float) -> pd.DataFrame:
    """The line through each part's rates, one row per part and rate that is known for long enough."""
    rows = []
    for key, part in margin_trend.groupby(KEYS, sort=False):
        values = part.sort_values("quarter_start")["rate"].to_numpy(dtype=float)
        if np.isfinite(values).sum() >= LEAST_QUARTERS:
            rows.append((*key, *_line(values, level)))
    table = pd.DataFrame(rows, columns=[*KEYS, "quarters", *NUMBERS])
    kinds = dict.fromkeys(KEYS[:4], "str") | {"decides": bool, "quarters": "int64"}
    return table.astype(kinds | dict.fromkeys(NUMBERS, "float64"))


def _after_holm(table: pd.DataFrame, tested: pd.Series) -> pd.Series:
    """p of a fall after Holm over the rows tested; missing for the others."""
    adjusted = holm(table.loc[tested, "p_fall"].to_numpy())
    return pd.Series(adjusted, index=table.index[tested], dtype="float64").reindex(table.index)


def _falls(slope: pd.Series, p_value: pd.Series) -> pd.Series:
    """Steep enough, and more than chance."""
    return (slope <= STEEP) & (p_value <= ALPHA)


def holm(p_values: np.ndarray) -> np.ndarray:
    """p-values after Holm's correction for testing several together; equal ones stay equal.

    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    n = len(p_values)
    adjusted = np.empty(n)
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * np.arange(n, 0, -1)), 1.0)
    return adjusted


def _sales(
    customer_days: pd.DataFrame, groups: pd.DataFrame | None, starts: pd.DatetimeIndex, as_of: object
) -> tuple[pd.DataFrame, pd.Series]:
    """Ten-thousandths and customers by part and number of the quarter, and the parts that occur."""
    first = starts[0] if len(starts) else pd.Timestamp(as_of)
    inside = (customer_days["date"] >= first) & (customer_days["date"] < pd.Timestamp(as_of))
    days = customer_days[inside.to_numpy(dtype=bool)]
    goods = days["cost_of_goods"].astype(float)
    revenue = ten_thousandths(days["revenue"])
    rows = pd.DataFrame(
        {
            "part": parts_of(days["customer_id"], groups).to_numpy(),
            "quarter": _quarter(days["date"], starts),
            "customer_id": days["customer_id"].astype("str").fillna("").to_numpy(),
            "revenue": revenue,
            "known_revenue": np.where(goods.notna(), revenue, 0),
            "cost_of_goods": ten_thousandths(goods.fillna(0.0)),
            "days_without_cost": goods.isna().to_numpy(dtype="int64"),
        }
    )
    money = ["revenue", "known_revenue", "cost_of_goods", "days_without_cost"]
    parts = rows["part"].drop_duplicates()
    both = pd.concat([rows, rows.assign(part=ALL)], ignore_index=True)
    cells = both.groupby(["part", "quarter"])
    named = both[both["customer_id"] != ""].groupby(["part", "quarter"])["customer_id"].nunique()
    return cells[money].sum().join(named.rename("customers")).fillna(0).astype("int64"), parts


def _service(
    events: pd.DataFrame | None,
    costs: pd.DataFrame | None,
    groups: pd.DataFrame | None,
    starts: pd.DatetimeIndex,
    as_of: object,
) -> pd.DataFrame:
    """Ten-thousandths of cost to serve, events and those with a cost, by part and number of the quarter."""
    first = starts[0] if len(starts) else pd.Timestamp(as_of)
    costed = cost_of_events(events, costs, start=first, end=as_of)
    costed["part"] = parts_of(costed["customer_id"], groups)
    costed["quarter"] = _quarter(costed["date"], starts)
    both = pd.concat([costed, costed.assign(part=ALL)], ignore_index=True)
    sums = add_costs(both, ["part", "quarter"]).set_index(["part", "quarter"])
    cost = pd.Series(ten_thousandths(sums["cost_to_serve"].fillna(0.0)), index=sums.index)
    return sums[["events", "costed_events"]].assign(cost=cost)


def _covered(
    events: pd.DataFrame | None, costs: pd.DataFrame | None, starts: pd.DatetimeIndex, as_of: object
) -> np.ndarray:
    """Whether recorded events cover each quarter from its first day to its last."""
    if events is None or costs is None or not len(starts):
        return np.full(len(starts), False)
    cover = events_cover(events, start=starts[0], end=as_of)
    if cover is None:
        return np.full(len(starts), False)
    ends = pd.DatetimeIndex([*starts[1:], pd.Timestamp(as_of)])
    inside = np.asarray((starts >= cover[0]) & (ends <= cover[1]))
    # a quarter in which nothing at all was recorded was not recorded, and not free of cost
    return inside & (np.bincount(_quarter(events["date"], starts) + 1, minlength=len(starts) + 1)[1:] > 0)


def _quarter(dates: pd.Series, starts: pd.DatetimeIndex) -> np.ndarray:
    """Number of the quarter; -1 before the first."""
    return np.asarray(starts.searchsorted(pd.DatetimeIndex(dates), side="right")) - 1


def _rounded(rates: pd.Series) -> np.ndarray:
    """So that a rate that never moves is the same number in every quarter."""
    return rates.astype(float).round(9).to_numpy() + 0.0


def _line(rates: np.ndarray, level: float) -> tuple[float, ...]:
    """Least squares over the known quarters: how many, slope a year, its ends, p of a fall, both within, lag-1."""
    known = np.isfinite(rates)
    n = int(known.sum())
    years, rate = np.flatnonzero(known) / QUARTERS_A_YEAR, rates[known]
    slope, error, left = _fit(years, rate, np.zeros(n, dtype=np.int64))
    reach = float(stdtrit(n - 2, (1 + level) / 2)) * error
    late = (np.flatnonzero(known) >= len(rates) - YEAR).astype(np.int64)
    within = p_within = np.nan
    if min(late.sum(), n - late.sum()) >= 2:
        within, error_within, _ = _fit(years, rate, late)
        p_within = _p_of_a_fall(within, error_within, n - 3)
    placed = np.full(len(rates), np.nan)
    placed[known] = left
    squares = float(left @ left)
    lag1 = float(np.nansum(placed[1:] * placed[:-1])) / squares if squares > 0 else np.nan
    p_fall = _p_of_a_fall(slope, error, n - 2)
    return n, slope, slope - reach, slope + reach, p_fall, within, p_within, lag1


def _fit(years: np.ndarray, rate: np.ndarray, side: np.ndarray) -> tuple[float, float, np.ndarray]:
    """The slope that lines of each side share, its standard error and what is left; the sides have own levels."""
    count = np.bincount(side)
    x, y = (values - (np.bincount(side, values) / count)[side] for values in (years, rate))
    spread = float(x @ x)
    slope = float(x @ y / spread)
    left = y - slope * x
    # rates are rounded to nine decimals: what is left below that is no scatter
    left = np.where(np.abs(left).max() < 1e-8, 0.0, left)
    error = float(np.sqrt(left @ left / (len(rate) - len(count) - 1) / spread))
    return round(slope, 9) + 0.0, error, left


def _p_of_a_fall(slope: float, error: float, freedom: int) -> float:
    return float(stdtr(freedom, slope / error)) if error > 0 else float(slope >= 0)
