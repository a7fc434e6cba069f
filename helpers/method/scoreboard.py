"""The scoreboard: every measure on an XmR chart, its limits set once and then kept.

A measure with a season is charted as the difference from the same period a year earlier. Measures that are known only
when a version is made, such as customer equity, stand beside as points from version to version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.method.money import whole_money
from helpers.method.score_periods import MONTH, QUARTER, VERSION
from helpers.method.season import is_seasonal, year_differences
from helpers.method.share import ALL
from helpers.method.xmr import PERSISTENT, SIGNALS, Limits, lag_correlation, xmr_limits, xmr_signals

A_YEAR = {MONTH: 12, QUARTER: 4, VERSION: 0}
LEVEL, DIFFERENCE = "level", "difference"
# expected of the same customers over a like time: a month's lapse is no year's, a busy quarter times four no year,
# and who ordered in a month is another whole than all active customers
COMPARABLE = ("customer_share", "cost_to_serve_rate")
LATELY = 12  # months: a signal in them is news
# name: title, which way is good, what the value can never be below and above
NAMED = {
    "customer_equity": ("Customer equity", "up", None, None),
    "customer_share": ("Customer share", "up", 0.0, None),
    "revenue": ("Revenue", "up", None, None),
    "gross_margin_rate": ("Gross margin rate", "up", None, None),
    "profit_rate": ("Profit rate", "up", None, None),
    "lapse_rate": ("Part of customers who fall silent", "down", 0.0, 1.0),
    "referred_buyers": ("Customers who came through others", "up", 0.0, None),
    "advocates": ("Advocates", "up", 0.0, None),
    "high_tier": ("Part of customers in the high value tier", "up", 0.0, 1.0),
    "loss_tier": ("Part of customers on whom we lose money", "down", 0.0, 1.0),
    "portion": ("Portion of the customers who ordered", "", 0.0, 1.0),
    "profit": ("Profit of a quarter times four", "up", None, None),
    "cost_to_serve_rate": ("Cost to serve / revenue", "down", 0.0, None),
}
# the measures of all customers that one picture shows, as far as they are there
FIRST = ("revenue", "gross_margin_rate", "lapse_rate", "customer_share", "profit_rate", "referred_buyers")
IN_A_PICTURE = 4
EARLIER = "against a year earlier"
PORTFOLIO, MOVED = "portfolio", "moved"
POINTS = [
    *("measure", "group_id", "group_name", "name", "title", "unit", "period", "period_start", "period_end", "label"),
    *("customers", "level", "value", "centre", "lower", "upper", "signal", "signal_name", "in_signal", "provisional"),
    "picture",
]
MEASURES = [
    *(
        "measure",
        "group_id",
        "group_name",
        "name",
        "title",
        "unit",
        "better",
        "period",
        "points",
        "level",
        "value",
        "charted",
    ),
    *(
        "seasonal",
        "centre",
        "reach",
        "lower",
        "upper",
        "set_by",
        "limits",
        "lag1",
        "persistent",
        "signals",
        "last_signal",
    ),
    *("last_signal_name", "expected_low", "expected_high", "by_date", "owner"),
]


def scoreboard(
    series: Sequence[pd.DataFrame],
    names: Mapping[str, str],
    *,
    earlier: pd.DataFrame | None = None,
    expected: pd.DataFrame | None = None,
    as_of: object,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every measure with its limits and signals, point by point and in one row.

    Parameters
    ----------
    series : list of DataFrame, one row per measure and period, the columns of `score_series.portfolio_series`
    names : mapping of group_id to name; "all" needs none
    earlier : DataFrame or None
        `score_measures` of the earlier version: of all customers, limits that 24 points set are kept, and so is whether
        the measure is charted as a difference. Those of a group are set anew: its past is, see `kinds_of_customers`.
    expected : DataFrame or None, of step 09
        The ranges that stand beside the measures on the same base (`COMPARABLE`) that are charted as they are.
    as_of : date

    Returns
    -------
    scoreboard : DataFrame, one row per measure and period; money to four decimals
        level                 float  the measure itself
        value                 float  what is charted: the level, or its difference from a year earlier
        centre, lower, upper  float  missing without limits; an end that the measure can never reach is missing
        signal, signal_name   str    a rule of `xmr`, or empty
        in_signal             bool
        provisional           bool   limits from fewer than 12 points
        picture               str    portfolio (the first four measures of all customers), moved (four others with a
                              signal in the last twelve months, good or bad news first, then the latest), or empty
    score_measures : DataFrame, one row per measure

    Examples
    --------
    >>> days = pd.date_range("2026-01-01", periods=10, freq="MS")
    >>> rows = pd.DataFrame({"group_id": "all", "name": "revenue", "unit": "money", "period": "month",
    ...     "period_start": days, "period_end": days + pd.offsets.MonthEnd(0), "label": "", "customers": 9,
    ...     "value": [10.0, 12, 10, 12, 10, 12, 10, 12, 10, 30]})
    >>> points, measures = scoreboard([rows], {}, as_of="2026-11-01")
    >>> measures[["measure", "limits", "signals", "last_signal_name"]].values.tolist()
    [['revenue', 'provisional', 3, 'beyond a limit']]
    """
    kept = {} if earlier is None else {row["measure"]: row for row in earlier.to_dict("records")}
    ranges = _ranges(expected)
    points, measures = [], []
    known = [one for one in series if len(one)]
    series = pd.concat(known) if known else pd.DataFrame(columns=["group_id", "name", "period"])
    for (group, name, period), own in series.groupby(["group_id", "name", "period"], sort=False):
        own = own.sort_values("period_start").reset_index(drop=True)
        key = name if group == ALL else f"{group}.{name}"
        key = f"{key}.{VERSION}" if period == VERSION and name == "customer_share" else key
        before = kept.get(key)
        # the past of a group is told anew with each version, since customers count where they last bought
        kept_too = before is not None and before["period"] == period and group == ALL
        before = before if kept_too else None
        frame, row = _charted(own, before, A_YEAR[period], NAMED[name][2:])
        told = {"measure": key, "group_id": group, "group_name": names.get(group, "") if group != ALL else ""}
        told |= {"name": name, "title": _title(name, told["group_name"], row["charted"])}
        points.append(frame.assign(**told))
        facts = {"unit": own["unit"].iloc[0], "period": period, "better": NAMED[name][1]}
        beside = ranges.get((group, name), {}) if row["charted"] == LEVEL else {}
        measures.append(told | facts | row | beside)
    board = pd.DataFrame(measures).reindex(columns=MEASURES)
    board["last_signal"] = pd.to_datetime(board["last_signal"])
    table = pd.concat(points, ignore_index=True) if points else pd.DataFrame(columns=POINTS)
    order = {name: place for place, name in enumerate(NAMED)}
    board = board.iloc[np.lexsort((board["group_id"], board["name"].map(order), board["group_id"] != ALL))]
    place = {key: number for number, key in enumerate(board["measure"])}
    table["picture"] = table["measure"].map(_pictures(board, as_of)).astype("object").fillna("")
    table = table.assign(place=table["measure"].map(place)).sort_values(["place", "period_start"])
    return _typed(table[POINTS]), _typed(board)


def version_points(
    customer_value: pd.DataFrame | None,
    group_share: pd.DataFrame | None,
    chosen: Iterable[str],
    *,
    as_of: object,
    earlier: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Measures that are known when a version is made, from version to version.

    Parameters
    ----------
    customer_value : DataFrame or None, of step 04
    group_share : DataFrame or None, of step 05
    chosen : group ids, of whom the customer share is told together; none = all
    as_of : date, of this run
    earlier : DataFrame or None
        The `scoreboard` of the earlier version, which holds the points of those before it.

    Returns
    -------
    DataFrame, one row per measure and version: the columns of `score_series.portfolio_series`
        customer_equity  money  sum of CLV of active customers
        high_tier, loss_tier  share of active customers with a known tier
        advocates        count
        customer_share   share  revenue / wallet over the known wallets of the chosen groups

    Examples
    --------
    >>> value = pd.DataFrame({"customer_id": ["a", "b"], "status": "active", "clv": [7.0, 3.0],
    ...     "value_tier": ["high", "loss"], "advocate": [True, None]})
    >>> version_points(value, None, [], as_of="2026-09-01")[["name", "value"]].values.tolist()
    [['customer_equity', 10.0], ['high_tier', 0.5], ['loss_tier', 0.5], ['advocates', 1.0]]
    """
    day = pd.Timestamp(as_of)
    found: list[tuple[str, str, float, int]] = []
    if customer_value is not None:
        own = customer_value[customer_value["status"] == "active"]
        people = len(own)
        if own["clv"].notna().any():
            found.append(("customer_equity", "money", float(own["clv"].astype(float).sum()), people))
        known = own["value_tier"].isin(["high", "middle", "low", "loss"])
        for tier in ("high", "loss") if known.any() else ():
            part = float((own["value_tier"] == tier).sum() / known.sum())
            found.append((f"{tier}_tier", "share", part, int(known.sum())))
        if own["advocate"].notna().any():
            found.append(("advocates", "count", float(own["advocate"].fillna(False).sum()), people))
    if group_share is not None:
        wanted = sorted(set(chosen)) or [ALL]
        own = group_share[group_share["group_id"].isin(wanted) & group_share["customer_share"].notna()]
        if own["wallet"].sum() > 0:
            share = float(own["wallet_revenue"].sum() / own["wallet"].sum())
            found.append(("customer_share", "share", share, int(own["known_wallets"].sum())))
    rows = [
        {"group_id": ALL, "name": name, "unit": unit, "period": VERSION, "period_start": day, "period_end": day}
        | {"label": f"{day:%Y-%m-%d}", "customers": people, "value": round(value, 9)}
        for name, unit, value, people in found
    ]
    table = pd.DataFrame(rows, columns=["group_id", "name", "unit", "period", "period_start", "period_end", "label",
                                        "customers", "value"])  # fmt: skip
    if earlier is None or earlier.empty or table.empty:
        return table
    past = earlier[(earlier["period"] == VERSION) & (earlier["period_start"] < day)].assign(value=earlier["level"])
    past = past[past["name"].isin(table["name"])]
    return pd.concat([past[list(table)], table], ignore_index=True)


def _charted(
    own: pd.DataFrame, before: Mapping | None, a_year: int, ends: tuple[float | None, float | None]
) -> tuple[pd.DataFrame, dict]:
    """The points of one measure with limits and signals, and what a row says of it."""
    level = own["value"].astype(float)
    frozen = before is not None and before["limits"] == "frozen"
    seasonal = bool(before["seasonal"]) if frozen else bool(a_year) and is_seasonal(level, a_year)
    value = pd.Series(year_differences(level, a_year) if seasonal else level)
    own = own.assign(level=level, value=value)[(value.notna().cummax()).to_numpy()]
    limits = xmr_limits(own["value"]) if a_year else None
    if frozen:
        centre, reach = float(before["centre"]), float(before["reach"])
        limits = Limits(centre, centre - reach, centre + reach, int(before["set_by"]))
    said = xmr_signals(own["value"], limits)
    floor, roof = (None, None) if seasonal else ends
    lower, upper = (np.nan, np.nan) if limits is None else (limits.lower, limits.upper)
    lower = np.nan if floor is not None and lower < floor else lower
    upper = np.nan if roof is not None and upper > roof else upper
    centre = np.nan if limits is None else limits.centre
    own = own.assign(
        centre=centre, lower=lower, upper=upper, signal=said, provisional=bool(limits and limits.provisional)
    )
    own["signal_name"] = own["signal"].map(SIGNALS).fillna("")
    own["in_signal"] = own["signal"] != ""
    marked = own[own["in_signal"]]
    alike = lag_correlation(own["value"]) if a_year else np.nan
    row = {"points": int(own["value"].notna().sum()), "level": level.iloc[-1], "seasonal": seasonal}
    row |= {"value": own["value"].iloc[-1] if len(own) else np.nan}
    row |= {"charted": DIFFERENCE if seasonal else LEVEL, "centre": centre, "lower": lower, "upper": upper}
    row |= {"reach": limits.upper - limits.centre if limits else np.nan}
    row |= {"set_by": limits.points if limits else 0, "limits": _state(limits), "lag1": alike}
    row |= {
        "persistent": bool(alike > PERSISTENT),
        "signals": len(marked),
        "last_signal": pd.NaT,
        "last_signal_name": "",
    }
    if len(marked):
        row |= {"last_signal": marked["period_start"].iloc[-1], "last_signal_name": marked["signal_name"].iloc[-1]}
    return own, row


def _state(limits: Limits | None) -> str:
    if limits is None:
        return "none"
    return "frozen" if limits.frozen else "provisional" if limits.provisional else "open"


def _title(name: str, group: str, charted: str) -> str:
    title = NAMED[name][0]
    title = f"{group}: {title[0].lower()}{title[1:]}" if group else title
    return f"{title}, {EARLIER}" if charted == DIFFERENCE else title


def _ranges(expected: pd.DataFrame | None) -> dict[tuple[str, str], dict]:
    """What step 09 expects on the base of the scoreboard, by group and measure."""
    if expected is None:
        return {}
    return {
        (row["group_id"], row["measure"]): {"expected_low": row["low"], "expected_high": row["high"]}
        | {"by_date": row["by_date"], "owner": row["owner"]}
        for row in expected.to_dict("records")
        if row["measure"] in COMPARABLE
    }


def _pictures(board: pd.DataFrame, as_of: object) -> dict[str, str]:
    """Which measures stand in which picture."""
    charted = board[board["period"] != VERSION]
    first = [key for key in FIRST if key in set(charted["measure"])][:IN_A_PICTURE]
    since = pd.Timestamp(as_of) - pd.DateOffset(months=LATELY)
    others = charted[~charted["measure"].isin(first) & (charted["last_signal"] >= since)]
    # a portion is neither good nor bad by itself
    others = others.assign(judged=others["better"] != "")
    others = others.sort_values(["judged", "last_signal", "signals", "measure"], ascending=[False, False, False, True])
    return dict.fromkeys(others["measure"].head(IN_A_PICTURE), MOVED) | dict.fromkeys(first, PORTFOLIO)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Dtypes as published; money of a measure on the grid of money, all else to nine decimals."""
    words = ("measure", "group_id", "group_name", "name", "title", "unit", "better", "period", "label", "charted",
             "limits", "signal", "signal_name", "last_signal_name", "owner", "picture")  # fmt: skip
    table = table.assign(
        **{name: table[name].astype("object").fillna("").astype("str") for name in words if name in table}
    )
    for name in ("level", "value", "centre", "reach", "lower", "upper", "lag1", "expected_low", "expected_high"):
        if name in table:
            exact = table[name].astype(float).round(9) + 0.0
            table[name] = exact.where(table["unit"] != "money", whole_money(table[name]))
    for name in ("last_signal", "by_date", "period_start", "period_end"):
        if name in table:
            table[name] = pd.to_datetime(table[name])
    whole = [name for name in ("customers", "points", "set_by", "signals") if name in table]
    yes = [name for name in ("in_signal", "provisional", "seasonal", "persistent") if name in table]
    return table.astype(dict.fromkeys(whole, "int64") | dict.fromkeys(yes, bool)).reset_index(drop=True)
