"""The measures of a scoreboard, period by period: of the whole portfolio, and of each group.

A measure is taken over all history, not only the window: limits need many periods, and each holds its own days only.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from helpers.method.advocacy import BOUGHT, referral_states
from helpers.method.cost_to_serve import cost_of_events
from helpers.method.group_clusters import frozen_centres
from helpers.method.group_members import BESIDE, group_order
from helpers.method.history import GRACE, order_days
from helpers.method.intent_words import GROW, MAINTAIN
from helpers.method.lifetime_groups import kinds_when_last_bought
from helpers.method.margin_trend import LEAST_KNOWN
from helpers.method.money import UNITS, ten_thousandths
from helpers.method.profit import events_cover
from helpers.method.score_periods import COLUMNS, QUARTER, Blocks, blocks_of, fitting_blocks, sums_of
from helpers.method.share import ALL

REVENUE, MARGIN, PROFIT_RATE, LAPSE, REFERRED = (
    "revenue",
    "gross_margin_rate",
    "profit_rate",
    "lapse_rate",
    "referred_buyers",
)
PROFIT, SERVE, SHARE, PORTION = "profit", "cost_to_serve_rate", "customer_share", "portion"
SILENT = 12  # months without an order after which a customer has fallen silent
A_YEAR = 4  # quarters: profit is told as a year's rate, as it is expected


def portfolio_series(
    customer_days: pd.DataFrame,
    events: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
    referrals: pd.DataFrame | None = None,
    *,
    as_of: object,
) -> pd.DataFrame:
    """The measures of all customers together.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day with a line, over all history
    events, costs : service_events and activity_costs, optional
    referrals : DataFrame, one row per referral, as delivered, optional
    as_of : date

    Returns
    -------
    DataFrame, one row per measure and period, periods in order: group_id ("all"), name, unit, period, period_start,
    period_end, label, customers (who ordered, or were at risk of falling silent), value (missing where not known)
        revenue            money of the period, lines without a customer included
        gross_margin_rate  share; missing where less than nine tenths of the revenue has a cost of goods
        profit_rate        share, by quarter: routine service is often booked once a quarter
        lapse_rate         share: customers whose twelfth silent month ended in the period / customers who at its start
                           had ordered in the twelve months before; from the second year on
        referred_buyers    count: customers who came through a referral and first bought in the period
    A measure that is known in no period is not in it.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["a", "b"], "date": pd.to_datetime(["2026-01-05", "2026-02-05"]),
    ...     "positive_lines": 1, "orders": 30, "revenue": [10.0, 20.0], "cost_of_goods": [4.0, None]})
    >>> table = portfolio_series(days, as_of="2026-03-01")
    >>> table[["name", "label", "value"]].values.tolist()[:3]
    [['revenue', 'Jan 2026', 10.0], ['revenue', 'Feb 2026', 20.0], ['gross_margin_rate', 'Jan 2026', 0.6]]
    """
    days = customer_days[customer_days["date"] < pd.Timestamp(as_of)]
    blocks = fitting_blocks(days, as_of=as_of)
    sums = sums_of(days, blocks)
    rows = [
        blocks.rows(ALL, REVENUE, "money", sums["revenue"] / UNITS, sums["customers"]),
        blocks.rows(ALL, MARGIN, "share", _margin(sums), sums["customers"]),
        blocks.rows(ALL, LAPSE, "share", *_lapses(days, blocks)),
    ]
    quarters = blocks_of(days, QUARTER, as_of=as_of)
    whole = sums_of(days, quarters)
    cost = _served(events, costs, None, quarters)
    if cost is not None:
        rate = _margin(whole) - cost / whole["revenue"].where(whole["revenue"] > 0).to_numpy()
        rows.append(quarters.rows(ALL, PROFIT_RATE, "share", rate, whole["customers"]))
    if referrals is not None:
        count = _referred(referral_states(referrals, days, end=as_of), days, blocks)
        rows.append(blocks.rows(ALL, REFERRED, "count", count, count))
    return _known(rows)


def kinds_of_customers(
    customer_days: pd.DataFrame,
    customer_quarter: pd.DataFrame,
    customer_channel: pd.DataFrame,
    group_centres: pd.DataFrame | None,
    *,
    as_of: object,
) -> pd.Series | None:
    """The group of everybody who ever bought twice, as each was when it last bought, by the centres that step 03 froze.

    Parameters
    ----------
    customer_days, customer_quarter, customer_channel : DataFrame
        Over all history: the last two from `portfolio_states.quarters_of_history`.
    group_centres : DataFrame or None
        Without a row where groups were not formed by behaviour.
    as_of : date

    Returns
    -------
    Series of str by customer_id, or None where there is no centre, or nobody to place

    Notes
    -----
    A list of today's members would hold nobody who left, and every group would seem to grow. Membership by the year
    would let a group jump each year. So a customer counts in one group over all time, also after it left; that
    customers move between groups is told by the bridge of two versions, and by the projection of step 09.
    """
    if group_centres is None or group_centres.empty:
        return None
    centres, ids = frozen_centres(group_centres)
    tables = (customer_days, customer_quarter, customer_channel)
    kinds = kinds_when_last_bought(*tables, centres, end=as_of).map(dict(enumerate(ids)))
    return None if kinds.empty else kinds.astype("str")


def group_series(
    customer_days: pd.DataFrame,
    kinds: pd.Series | None,
    events: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
    *,
    as_of: object,
) -> pd.DataFrame:
    """The measures of each group: portion, customers who fall silent, profit, cost to serve.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day with a line, over all history
    kinds : Series of str by customer_id or None, from `kinds_of_customers`
    events, costs : service_events and activity_costs, optional
    as_of : date

    Returns
    -------
    DataFrame, one row per group, measure and period: the columns of `portfolio_series`
        portion             share of the customers in any group who ordered in the period
        lapse_rate          share, by months where the group has orders enough in each, else quarters
        profit              money a year: that of the quarter x 4; gross margin alone without service events
        cost_to_serve_rate  share of revenue, by quarter
    Without kinds there is no row.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["a", "b"], "date": pd.to_datetime(["2026-01-05", "2026-01-06"]),
    ...     "positive_lines": 1, "orders": 30, "revenue": [10.0, 20.0], "cost_of_goods": [4.0, 5.0]})
    >>> table = group_series(days, pd.Series({"a": "g1", "b": "g2"}), as_of="2026-02-01")
    >>> table[["group_id", "name", "label", "value"]].values.tolist()
    [['g1', 'portion', 'Jan 2026', 0.5], ['g2', 'portion', 'Jan 2026', 0.5]]
    """
    days = customer_days[customer_days["date"] < pd.Timestamp(as_of)]
    if kinds is None:
        return pd.DataFrame(columns=list(COLUMNS))
    group = days["customer_id"].map(kinds)
    blocks, quarters = fitting_blocks(days, as_of=as_of), blocks_of(days, QUARTER, as_of=as_of)
    everyone = sums_of(days[group.notna()], blocks)["customers"].to_numpy(dtype=float)
    rows = []
    for one in group_order(set(kinds)):
        own = days[(group == one).to_numpy()]
        people = sums_of(own, blocks)["customers"].to_numpy()
        part = np.where(everyone > 0, people / np.maximum(everyone, 1), np.nan)
        rows.append(blocks.rows(one, PORTION, "share", part, people))
        # counted over the portfolio's months: a month in which the group ordered nothing has too few orders as well
        finer = fitting_blocks(own, as_of=as_of, first=days["date"].min())
        rows.append(finer.rows(one, LAPSE, "share", *_lapses(own, finer, first=days["date"].min())))
        sums = sums_of(own, quarters)
        cost = _served(events, costs, kinds.index[kinds == one], quarters)
        revenue = sums["revenue"].to_numpy(dtype=float)
        left = _margin(sums) * revenue / UNITS - (0.0 if cost is None else cost / UNITS)
        rows.append(quarters.rows(one, PROFIT, "money", A_YEAR * left, sums["customers"]))
        if cost is not None:
            rate = cost / np.where(revenue > 0, revenue, np.nan)
            rows.append(quarters.rows(one, SERVE, "share", rate, sums["customers"]))
    return _known(rows)


def share_series(share_by_quarter: pd.DataFrame | None, chosen: Iterable[str]) -> pd.DataFrame:
    """Customer share by quarter: of the chosen groups together, sum over sum, and of each group.

    Parameters
    ----------
    share_by_quarter : DataFrame or None, of step 05
    chosen : group ids; none of them = all customers

    Returns
    -------
    DataFrame, one row per group ("all" = the chosen together) and quarter: the columns of `portfolio_series`

    Examples
    --------
    >>> rows = pd.DataFrame({"group_id": ["g1", "g2"], "quarter_start": pd.Timestamp("2026-01-01"), "customers": 9,
    ...     "quarter_end": pd.Timestamp("2026-03-31"), "wallet": [100.0, 300.0], "revenue": [50.0, 30.0],
    ...     "customer_share": [0.5, 0.1]})
    >>> share_series(rows, ["g1", "g2"])[["group_id", "value"]].values.tolist()
    [['all', 0.2], ['g1', 0.5], ['g2', 0.1]]
    """
    if share_by_quarter is None or share_by_quarter["customer_share"].isna().all():
        return pd.DataFrame(columns=list(COLUMNS))
    wanted = sorted(set(chosen)) or [ALL]
    quarters = share_by_quarter[["quarter_start", "quarter_end"]].drop_duplicates().sort_values("quarter_start")
    day = pd.Timedelta(days=1)
    blocks = Blocks(QUARTER, pd.DatetimeIndex(quarters["quarter_start"]), quarters["quarter_end"].max() + day)
    known = share_by_quarter[share_by_quarter["customer_share"].notna()]
    rows = []
    for one in [ALL, *group_order(set(share_by_quarter["group_id"]) - {ALL, *BESIDE})]:
        own = known[known["group_id"].isin(wanted if one == ALL else [one])]
        sums = own.groupby("quarter_start")[["revenue", "wallet", "customers"]].sum()
        sums = sums.reindex(blocks.starts, fill_value=0)
        share = sums["revenue"] / sums["wallet"].where(sums["wallet"] > 0)
        rows.append(blocks.rows(one, SHARE, "share", share.round(9), sums["customers"]))
    return _known(rows)


def chosen_groups(group_intents: pd.DataFrame | None) -> list[str]:
    """Whom we mean to serve: the groups to grow or to maintain; none where no intent was chosen.

    >>> chosen_groups(pd.DataFrame({"group_id": ["g1", "g2"], "primary": ["grow", "retire"]}))
    ['g1']
    """
    if group_intents is None:
        return []
    return sorted(group_intents.loc[group_intents["primary"].isin([GROW, MAINTAIN]), "group_id"])


def _known(rows: list[pd.DataFrame]) -> pd.DataFrame:
    """Series that are known anywhere, from the first known period on."""
    kept = []
    for one in rows:
        if one["value"].notna().any():
            kept.append(
                one.loc[one["value"].first_valid_index() :].assign(value=lambda own: own["value"].round(9) + 0.0)
            )
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(COLUMNS))


def _margin(sums: pd.DataFrame) -> np.ndarray:
    """Gross margin rate over what has a cost of goods; missing where that is too little of the revenue."""
    revenue, known = sums["revenue"].to_numpy(dtype=float), sums["known"].to_numpy(dtype=float)
    enough = (revenue > 0) & (known > 0) & (known >= LEAST_KNOWN * revenue)
    return np.where(enough, (known - sums["goods"].to_numpy()) / np.where(enough, known, 1.0), np.nan)


def _served(events, costs, members: pd.Index | None, blocks: Blocks) -> np.ndarray | None:
    """Traced cost in ten-thousandths by block; missing where events do not cover it or lack prices, None if all are."""
    if events is None or costs is None or not len(blocks.starts):
        return None
    first = blocks.starts[0]
    cover = events_cover(events, start=first, end=blocks.end)
    costed = cost_of_events(events, costs, start=first, end=blocks.end)
    if cover is None or costed["cost"].isna().all():
        return None
    place = blocks.number(costed["date"])
    count, priced = (np.bincount(place, weights, len(blocks.starts)) for weights in (None, costed["cost"].notna()))
    told = np.asarray((blocks.starts >= cover[0]) & (blocks.ends <= cover[1])) & (count > 0)
    told &= priced >= LEAST_KNOWN * count
    if members is not None:
        inside = costed["customer_id"].isin(members).to_numpy()
        costed, place = costed[inside], place[inside]
    money = ten_thousandths(costed["cost"].fillna(0.0)).astype(float)
    return np.where(told, np.bincount(place, money, len(blocks.starts)), np.nan)


def _lapses(days: pd.DataFrame, blocks: Blocks, first: pd.Timestamp | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Part of the customers at risk who fell silent in each block, and how many were at risk; missing in year one."""
    orders = order_days(days, as_of=blocks.end)
    orders = orders[orders["customer_id"].astype("str").fillna("") != ""]
    orders = orders.sort_values(["customer_id", "date"]).drop_duplicates()
    first = days["date"].min() if first is None and len(days) else first
    silent = pd.DateOffset(months=SILENT)
    following = orders.groupby("customer_id")["date"].shift(-1)
    rate, people = np.full(len(blocks.starts), np.nan), np.zeros(len(blocks.starts), dtype="int64")
    for place, (start, end) in enumerate(zip(blocks.starts, blocks.ends, strict=True)):
        if start - silent < first - GRACE:
            continue
        recent = (orders["date"] >= start - silent) & (orders["date"] < start)
        left = recent & (orders["date"] < end - silent) & ~(following < end)
        people[place] = orders.loc[recent, "customer_id"].nunique()
        if people[place]:
            rate[place] = orders.loc[left, "customer_id"].nunique() / people[place]
    return rate, people


def _referred(referrals: pd.DataFrame, days: pd.DataFrame, blocks: Blocks) -> np.ndarray:
    """Customers who came through a referral that counts, by the block of their first order day after it."""
    came = referrals[referrals["state"] == BOUGHT].drop_duplicates("referred_customer_id")
    orders = order_days(days, as_of=blocks.end).merge(
        came[["referred_customer_id", "date"]].rename(columns={"date": "sent"}),
        left_on="customer_id",
        right_on="referred_customer_id",
    )
    first = orders[orders["date"] >= orders["sent"]].groupby("customer_id")["date"].min()
    place = blocks.number(first)
    return np.bincount(place[place >= 0], minlength=len(blocks.starts)).astype("int64")
