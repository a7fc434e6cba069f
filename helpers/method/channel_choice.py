"""Through which channel do we serve each group? What the data say, what people decide, and where the two disagree.

A channel is judged by what is left of its sales, not by its sales. Nothing is proposed: which channel leads is a matter
of what we promise as well, and that no order says.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.errors import StepInputError, listed, quoted
from helpers.method.delivered import columns_of
from helpers.method.group_named import formed_groups, group_named, names_of_groups, shown_name, shown_order
from helpers.method.intervals import ratio_change_interval
from helpers.method.money import UNITS, ten_thousandths, whole_money
from helpers.method.share import ALL

LEAD, SUPPORT, CLOSE = ROLES = ("lead", "support", "close")
NOT_SAID = "Not recorded"
RISING, FALLING, STEADY = "rising", "falling", "steady"
LARGE = 0.25  # part of the group's revenue from which closing a channel is no small matter
SEEN = 0.10  # part from which a channel is compared with others
CLEARLY = 0.05  # points of revenue that one must leave more than the other
COLUMNS = [
    *("group_id", "group_name", "channel", "customers", "orders", "revenue", "part_of_revenue", "part_before"),
    *("part_now", "change", "change_low", "change_high", "trend", "gross_margin", "cost_to_serve", "result"),
    *("result_rate", "role", "why", "contradiction"),
]
MONEY = ("revenue", "gross_margin", "cost_to_serve", "result")


def channel_choice(
    transactions: pd.DataFrame,
    customer_value: pd.DataFrame | None,
    groups: pd.DataFrame | None,
    *,
    window_start: object,
    current_start: object,
    as_of: object,
    decided: Mapping[str, Mapping] | None = None,
    propositions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What each channel brings from each group, how that moves, what people decided, and what speaks against it.

    Answers "which channel leads, which supports, which do we close, for this group?".

    Parameters
    ----------
    transactions : DataFrame, one row per line
        customer_id, date, revenue, and what there is of order_id, channel, cost_of_goods.
    customer_value : DataFrame or None, of step 04
        cost_to_serve of the window, by customer.
    groups : DataFrame or None, one row per customer
        customer_id, group_id, group_name. Who is in none counts among all customers alone.
    window_start, current_start, as_of : date
        The window and its middle.
    decided : mapping of any key to a row, optional
        group (id or name), channel, role (lead, support or close), why. A row on a group that is not there any more is
        left out, and told by `gone_groups`.
    propositions : DataFrame or None, of step 10
        group_id and channel: the one that a group's card names. One that no order and no role knows is not compared.

    Returns
    -------
    DataFrame, one row per group and channel, the largest revenue first in each: the published channel_choice
        customers, orders   int    with a line above zero in the window through it
        part_of_revenue     share  of the group's revenue in the window; missing where that is not above zero
        part_before, part_now, change  share  in the prior and the current half, and the difference in points
        trend               str    rising or falling where the interval of the change lies on one side of zero, else
                                   steady; empty where it cannot be said
        gross_margin        float  missing where a line lacks its cost of goods
        cost_to_serve       float  each customer's, split over its channels by its orders in the window (modelled)
        result, result_rate float  gross margin - cost to serve, and as a part of revenue
        role, why           str    as decided, else empty
        contradiction       str    what speaks against the role, in words; empty where nothing does

    Raises
    ------
    StepInputError
        If a decided role is none of the three, a channel is empty, or a channel of a group has two roles.

    Notes
    -----
    An event of service knows no channel, so its cost goes where the customer's orders went. A customer without an order
    in the window leaves its cost out of this table. A channel that people lead with and nobody has used is said.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "a", "b"], "date": pd.to_datetime(["2026-01-05"] * 3),
    ...     "revenue": [60.0, 20.0, 20.0], "cost_of_goods": [30.0, 10.0, 10.0], "order_id": ["1", "2", "3"],
    ...     "channel": ["web", "phone", "phone"]})
    >>> groups = pd.DataFrame({"customer_id": ["a", "b"], "group_id": "g1", "group_name": "Yards"})
    >>> value = pd.DataFrame({"customer_id": ["a", "b"], "cost_to_serve": [8.0, 9.0]})
    >>> period = {"window_start": "2025-02-01", "current_start": "2025-08-01", "as_of": "2026-02-01"}
    >>> found = channel_choice(lines, value, groups, **period)
    >>> found.loc[found["group_id"] == "g1", ["channel", "part_of_revenue", "result"]].values.tolist()
    [['web', 0.6, 26.0], ['phone', 0.4, 7.0]]
    """
    names = names_of_groups(groups)
    lines = _lines(transactions, groups, window_start, as_of)
    table = _sums(lines, customer_value)
    if names:
        everyone = _sums(lines.assign(group_id=ALL), customer_value)
        table = pd.concat([everyone, table[table["group_id"].isin(names)]], ignore_index=True)
    table = _trends(table, lines, pd.Timestamp(current_start), bool(names))
    table = _with_roles(table, _roles(decided, names, lines), names)
    cards = _cards(propositions, table)
    words = [[*_against(row, table), *_card_against(row, table, cards)] for row in table.to_dict("records")]
    table["contradiction"] = [" ".join(each) for each in words]
    table["group_name"] = [shown_name(group, names) for group in table["group_id"]]
    order = {group: place for place, group in enumerate(shown_order(names, table["group_id"]))}
    table["_place"] = table["group_id"].map(order)
    table["_size"] = -table["revenue"].fillna(-np.inf)
    table = table.sort_values(["_place", "_size", "channel"], ignore_index=True)[COLUMNS]
    words = ("group_id", "group_name", "channel", "trend", "role", "why", "contradiction")
    parts = ("part_of_revenue", "part_before", "part_now", "change", "change_low", "change_high", "result_rate")
    table = table.astype(dict.fromkeys(words, "str") | dict.fromkeys((*MONEY, *parts), "float64"))
    for name in MONEY:
        table[name] = whole_money(table[name])
    return table.astype({"customers": "Int64", "orders": "Int64"})


def _lines(transactions: pd.DataFrame, groups: pd.DataFrame | None, start: object, end: object) -> pd.DataFrame:
    """The lines of customers in the window, with their group."""
    types = {"customer_id": "str", "date": "datetime64[us]", "order_id": "str", "channel": "str"}
    lines = columns_of(transactions, types | {"revenue": float, "cost_of_goods": float})
    inside = (lines["date"] >= pd.Timestamp(start)) & (lines["date"] < pd.Timestamp(end))
    lines = lines[inside & (lines["customer_id"].fillna("") != "")].copy()
    lines["channel"] = lines["channel"].fillna("").replace("", NOT_SAID)
    lines["order"] = lines["order_id"].fillna(lines["date"].dt.strftime("%Y-%m-%d"))
    member = {} if groups is None else dict(zip(groups["customer_id"], groups["group_id"], strict=True))
    lines["group_id"] = lines["customer_id"].map(member).astype("object").fillna("" if member else ALL).astype("str")
    lines["units"] = ten_thousandths(lines["revenue"].fillna(0.0))
    lines["margin"] = lines["units"] - ten_thousandths(lines["cost_of_goods"].fillna(0.0))
    lines["blank"] = lines["cost_of_goods"].isna()
    return lines


def _sums(lines: pd.DataFrame, customer_value: pd.DataFrame | None) -> pd.DataFrame:
    """One row per group and channel: customers, orders and money."""
    keys = ["group_id", "channel"]
    bought = lines[lines["revenue"] > 0]
    table = lines.groupby(keys).agg(revenue=("units", "sum"), gross=("margin", "sum"), blank=("blank", "any"))
    table["customers"] = bought.groupby(keys)["customer_id"].nunique()
    each = bought.groupby([*keys, "customer_id"])["order"].nunique().rename("orders").reset_index()
    table["orders"] = each.groupby(keys)["orders"].sum()
    table[["customers", "orders"]] = table[["customers", "orders"]].fillna(0).astype("int64")
    table["revenue"] = table["revenue"] / UNITS
    table["gross_margin"] = (table["gross"] / UNITS).where(~table["blank"].astype(bool))
    table["cost_to_serve"] = _served(each, customer_value, keys)
    table["result"] = table["gross_margin"] - table["cost_to_serve"]
    table["result_rate"] = (table["result"] / table["revenue"]).where(table["revenue"] > 0)
    whole = table.groupby("group_id")["revenue"].transform("sum")
    table["part_of_revenue"] = (table["revenue"] / whole).where(whole > 0)
    return table.reset_index()


def _served(each: pd.DataFrame, customer_value: pd.DataFrame | None, keys: list[str]) -> pd.Series | float:
    """Cost to serve by group and channel; missing where that of one of its customers is unknown."""
    if customer_value is None:
        return np.nan
    cost = customer_value.set_index("customer_id")["cost_to_serve"].astype(float)
    whole = each.groupby("customer_id")["orders"].transform("sum")
    part = (each["customer_id"].map(cost) * each["orders"] / whole).round(4)
    part = part.groupby([each[key] for key in keys]).agg(lambda values: values.sum(skipna=False))
    return part.round(4)


def _trends(table: pd.DataFrame, lines: pd.DataFrame, current_start: pd.Timestamp, grouped: bool) -> pd.DataFrame:
    """Each channel's part of the group's revenue in both halves, and whether it surely moved."""
    lines = lines.assign(half=np.where(lines["date"] < current_start, "before", "now"))
    lines = pd.concat([lines, lines.assign(group_id=ALL)]) if grouped else lines
    found = {}
    for group, mine in lines.groupby("group_id"):
        by = mine.groupby(["customer_id", "channel", "half"])["units"].sum().div(UNITS).unstack("half", fill_value=0.0)
        by = by.reindex(columns=["before", "now"], fill_value=0.0)
        whole = by.groupby("customer_id").sum()
        if not (whole.sum() > 0).all():
            continue
        for channel, own in by.groupby("channel"):
            part = own.droplevel("channel").reindex(whole.index, fill_value=0.0)
            low, high = ratio_change_interval(part["before"], whole["before"], part["now"], whole["now"])
            before, now = part.sum() / whole.sum()
            trend = "" if np.isnan(low) else RISING if low > 0 else FALLING if high < 0 else STEADY
            found[group, channel] = (before, now, now - before, low, high, trend)
    names = ["part_before", "part_now", "change", "change_low", "change_high", "trend"]
    keys = list(zip(table["group_id"], table["channel"], strict=True))
    rows = [found.get(key, (np.nan,) * 5 + ("",)) for key in keys]
    return table.join(pd.DataFrame(rows, columns=names, index=table.index))


def _roles(
    decided: Mapping[str, Mapping] | None, names: dict[str, str], lines: pd.DataFrame
) -> dict[tuple[str, str], tuple[str, str]]:
    """What people decided, by group and channel: the role and why."""
    known = {str(one).casefold(): str(one) for one in lines["channel"].unique()}
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for key, row in (decided or {}).items():
        role, channel = str(row.get("role") or "").strip(), str(row.get("channel") or "").strip()
        if role not in ROLES or not channel:
            raise StepInputError(
                f"The decision on channels, row {quoted(key)}: found the role {quoted(role)} of the channel "
                f"{quoted(channel)}. Expected a channel, and one of {listed(list(ROLES))}."
            )
        text = str(row.get("group") or "").strip()
        group = ALL if text in ("", ALL) else _group(text, names)
        if group is None:
            continue
        channel = known.get(channel.casefold(), channel)
        if (group, channel) in found:
            raise StepInputError(
                f"The decision on channels, row {quoted(key)}: {quoted(channel)} has a role for {quoted(text)} "
                "already. Expected one row for each group and channel: take one out."
            )
        found[group, channel] = (role, str(row.get("why") or ""))
    return found


def gone_groups(decided: Mapping[str, Mapping] | None, groups: pd.DataFrame | None) -> list[str]:
    """The groups, as written, that rows of the decision on channels name and that are not there, each once.

    Parameters
    ----------
    decided : mapping of any key to a row, or None
    groups : DataFrame with group_id and group_name, or None

    Examples
    --------
    >>> groups = pd.DataFrame({"group_id": ["g1"], "group_name": ["Yards"]})
    >>> gone_groups({"a": {"group": "yards"}, "b": {"group": "g9"}, "c": {"group": "all"}}, groups)
    ['g9']
    """
    names = names_of_groups(groups)
    written = [str(row.get("group") or "").strip() for row in (decided or {}).values()]
    return [text for text in dict.fromkeys(written) if text not in ("", ALL) and _group(text, names) is None]


def _group(text: str, names: dict[str, str]) -> str | None:
    """The group that a decided row names; None where there is no such group."""
    table = pd.DataFrame({"group_id": list(names), "group_name": list(names.values())})
    named = group_named(pd.Series([text], dtype="object"), table)
    return None if named.unmatched else str(named.group_id.iloc[0])


def _with_roles(table: pd.DataFrame, roles: dict, names: dict[str, str]) -> pd.DataFrame:
    """The table with the decided roles; a channel that nobody has used gets a row of its own."""
    there = set(zip(table["group_id"], table["channel"], strict=True))
    # what was decided for all counts for each group that has no word of its own on that channel
    for (group, channel), told in list(roles.items()):
        if group == ALL:
            for one in formed_groups(names):
                roles.setdefault((one, channel), told)
    new = [{"group_id": group, "channel": channel, "trend": "", "customers": 0, "orders": 0, "revenue": 0.0}
           for group, channel in roles if (group, channel) not in there]  # fmt: skip
    if new:
        table = pd.concat([table, pd.DataFrame(new)], ignore_index=True)
    keys = list(zip(table["group_id"], table["channel"], strict=True))
    table["role"] = [roles.get(key, ("", ""))[0] for key in keys]
    table["why"] = [roles.get(key, ("", ""))[1] for key in keys]
    return table


def _cards(propositions: pd.DataFrame | None, table: pd.DataFrame) -> dict[str, str]:
    """The channel that each group's card names, of those in the table."""
    cards = columns_of(propositions, {"group_id": "str", "channel": "str"}).dropna()
    known = {str(one).casefold(): str(one) for one in table["channel"].unique()}
    named = zip(cards["group_id"], cards["channel"].str.strip().str.casefold(), strict=True)
    return {group: known[channel] for group, channel in named if channel in known}


def _card_against(row: dict, table: pd.DataFrame, cards: Mapping[str, str]) -> list[str]:
    """Whether the card sends the group another way than the role: told once, where a channel leads at that one."""
    card = cards.get(row["group_id"])
    own = table[table["group_id"] == row["group_id"]]
    lead = own.loc[own["role"] == LEAD, "channel"].tolist()
    if card is None or card in lead:
        return []
    if row["role"] == LEAD:
        return [f"The card of step 10 sends them to {card}."]
    if row["role"] in (SUPPORT, CLOSE) and not lead and row["channel"] == card:
        return ["The card of step 10 sends them here."]
    return []


def _against(row: dict, table: pd.DataFrame) -> list[str]:
    """What the data hold against the role of one channel."""
    others = table[(table["group_id"] == row["group_id"]) & (table["channel"] != row["channel"])]
    large = others[others["part_of_revenue"] >= SEEN]
    rate, part = row["result_rate"], row["part_of_revenue"]
    words = []
    if row["role"] == LEAD:
        if not row["orders"]:
            words.append("Nobody has ordered through it yet.")
        elif rate <= 0:
            words.append("After cost to serve it leaves nothing.")
        if (large["result_rate"] > rate + CLEARLY).any():
            best = large.loc[large["result_rate"].idxmax(), "channel"]
            words.append(f"Through {best} more is left of each sale.")
        if row["trend"] == FALLING:
            words.append("Its part of the revenue falls.")
        if (others["role"] == LEAD).any():
            words.append("Another channel leads too.")
    if row["role"] == CLOSE:
        if part >= LARGE:
            words.append("A quarter of the revenue or more comes through it.")
        if len(large) and (rate > large["result_rate"] + CLEARLY).all():
            words.append("No other channel leaves as much of each sale.")
        if row["trend"] == RISING:
            words.append("Its part of the revenue rises.")
    if row["role"] == SUPPORT and part > 0.5:
        words.append("It leads already: more than half of the revenue comes through it.")
    if not row["role"] and rate < 0 and part >= SEEN:
        words.append("After cost to serve it loses money, and nobody decided on it.")
    return words
