"""Loyal by what they do, loyal by what they say, and good for our profit: three things that are easily taken for one.

Who has been with us for long and still comes in its own rhythm is loyal by behaviour. Whether such customers also earn
us more is a question to the data, and not what the word means.
"""

from __future__ import annotations

import pandas as pd

from helpers.method.delivered import columns_of
from helpers.method.group_parts import part_names, parts_of
from helpers.method.order_rhythm import order_rhythm
from helpers.method.share import ALL
from helpers.method.survey_answers import Answers

MOST_LATE = 2.0  # own gaps since the last order day
LOYAL_WORDS = 0.9  # of the way up the scale: 9 and 10 of 0 to 10
DAYS_A_MONTH = 365.25 / 12
DIGITS = 9
# by (loyal, profit above the middle)
TYPES = {
    "true_friends": ("True friends", True, True),
    "butterflies": ("Butterflies", False, True),
    "barnacles": ("Barnacles", True, False),
    "strangers": ("Strangers", False, False),
}


def customer_loyalty(
    customer_summary: pd.DataFrame,
    customer_days: pd.DataFrame,
    customer_value: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    answers: Answers | None = None,
    customers: pd.DataFrame | None = None,
    *,
    start: object,
    as_of: object,
) -> pd.DataFrame:
    """How loyal each customer is by what it does and by what it says, and what it earns us.

    Answers "who stays with us, and is that good for us?".

    Parameters
    ----------
    customer_summary : DataFrame, one row per customer
        customer_id and first_date.
    customer_days : DataFrame, one row per customer and day with a line
    customer_value : DataFrame, one row per customer, or None
        Of step 04: yearly_profit. Without it nobody has a profit, and so no type.
    groups : DataFrame, one row per customer in a group, or None
    answers : Answers, optional
        For what they say.
    customers : DataFrame, optional
        start_date: where it is earlier than the first order, the relation began then.
    start, as_of : date
        The window.

    Returns
    -------
    DataFrame, one row per customer with an order day in the window, sorted by customer_id
        customer_id, group_id
        since          datetime64  first day of the relation that is known
        tenure_months  float       from then to as_of
        order_days     int         in the window
        lateness       float       days since the last order day / own median gap; missing below three order days
        loyal          bool        tenure above the median of all of them, and lateness of 2 or less; who has no
                                   lateness has shown no rhythm to be loyal by
        says_loyal     boolean     mean answer to recommend of nine tenths of the scale or more; missing without one
        yearly_profit  float       currency; missing where unknown
        loyalty_type   str         true_friends (loyal, profit above the median), butterflies (profit only),
                                   barnacles (loyal only), strangers (neither); missing without a profit

    Notes
    -----
    Medians are those of all customers here, not of the group, so that groups can be compared; who stands on one is not
    above it. Ties are ties. Profit is that of the window: who came during it had less time to bring any.

    References
    ----------
    Reinartz and Kumar, "The Mismanagement of Customer Loyalty", Harvard Business Review, July 2002 (the four types).

    Examples
    --------
    >>> day = pd.to_datetime
    >>> days = pd.DataFrame({"customer_id": ["c1"] * 3 + ["c2"], "positive_lines": 1,
    ...     "date": day(["2026-10-01", "2026-11-01", "2026-12-01", "2026-12-01"])})
    >>> summary = pd.DataFrame({"customer_id": ["c1", "c2"], "first_date": day(["2024-01-01", "2026-12-01"])})
    >>> worth = pd.DataFrame({"customer_id": ["c1", "c2"], "yearly_profit": [10.0, 90.0]})
    >>> found = customer_loyalty(summary, days, worth, start="2026-01-01", as_of="2027-01-01")
    >>> found[["customer_id", "loyal", "loyalty_type"]].values.tolist()
    [['c1', True, 'barnacles'], ['c2', False, 'butterflies']]
    """
    rhythm = order_rhythm(customer_days, start=start, end=as_of)
    table = rhythm[["customer_id", "order_days", "lateness"]].astype({"customer_id": "str", "order_days": "int64"})
    table.insert(1, "group_id", parts_of(table["customer_id"], groups))
    since = _since(customer_summary, customers).reindex(table["customer_id"])
    table.insert(2, "since", since.to_numpy())
    months = (pd.Timestamp(as_of) - table["since"]).dt.days / DAYS_A_MONTH
    table.insert(3, "tenure_months", months.astype(float).round(DIGITS))
    longer = table["tenure_months"] > table["tenure_months"].median()
    table["loyal"] = (longer & (table["lateness"] <= MOST_LATE)).astype(bool)
    table["says_loyal"] = _says_loyal(answers).reindex(table["customer_id"]).astype("boolean").array
    worth = columns_of(customer_value, {"customer_id": "str", "yearly_profit": float}).set_index("customer_id")
    table["yearly_profit"] = worth["yearly_profit"].reindex(table["customer_id"]).to_numpy()
    table["loyalty_type"] = _types(table["loyal"], table["yearly_profit"])
    return table


def loyalty_profit(customer_loyalty: pd.DataFrame, groups: pd.DataFrame | None = None) -> pd.DataFrame:
    """How many customers of each group are of each type, and what they earn us.

    Parameters
    ----------
    customer_loyalty : DataFrame, from `customer_loyalty`
    groups : DataFrame, optional
        For the names.

    Returns
    -------
    DataFrame, four rows per group, "all" first; no row where nobody's profit is known
        group_id, group_name, loyalty_type, type_name
        customers          int    of the type
        part_of_customers  float  of those of the group with a type
        yearly_profit      float  currency, of all of them together
        part_of_profit     float  of the group's; missing where that is not above zero
        losing             int    customers of the type who cost us more than they bring
        answered           int    customers of the type who said whether they would recommend us
        says_loyal         int    of these, who said 9 or 10 (nine tenths of the scale)

    Examples
    --------
    >>> people = pd.DataFrame({"group_id": "g1", "loyalty_type": ["barnacles", "butterflies"],
    ...     "yearly_profit": [-5.0, 45.0], "says_loyal": pd.array([True, None], dtype="boolean")})
    >>> found = loyalty_profit(people).set_index(["group_id", "loyalty_type"])
    >>> float(found.loc[("all", "butterflies"), "part_of_profit"]), int(found.loc[("all", "barnacles"), "losing"])
    (1.125, 1)
    """
    known = customer_loyalty[customer_loyalty["loyalty_type"].notna()]
    names = part_names(known["group_id"], groups) if len(known) else {}
    rows = []
    for group_id, name in names.items():
        own = known if group_id == ALL else known[known["group_id"] == group_id]
        if group_id != ALL and own.empty:
            continue
        for kind, (words, _, _) in TYPES.items():
            of = own[own["loyalty_type"] == kind]
            said = of["says_loyal"].dropna().astype(bool)
            row = {"group_id": group_id, "group_name": name, "loyalty_type": kind, "type_name": words}
            row |= {"customers": len(of), "part_of_customers": len(of) / len(own)}
            row |= {"yearly_profit": round(of["yearly_profit"].sum(), 4) + 0.0}
            row |= {"part_of_profit": _part(of["yearly_profit"].sum(), own["yearly_profit"].sum())}
            row |= {"losing": int((of["yearly_profit"] < 0).sum())}
            rows.append(row | {"answered": len(said), "says_loyal": int(said.sum())})
    texts = ["group_id", "group_name", "loyalty_type", "type_name"]
    counts = ["customers", "losing", "answered", "says_loyal"]
    columns = [*texts, "customers", "part_of_customers", "yearly_profit", "part_of_profit", *counts[1:]]
    kinds = dict.fromkeys(columns, float) | dict.fromkeys(texts, "str") | dict.fromkeys(counts, "int64")
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def _since(customer_summary: pd.DataFrame, customers: pd.DataFrame | None) -> pd.Series:
    """The first day of each relation: the first order, or the day of the account where that is earlier."""
    first = customer_summary.set_index(customer_summary["customer_id"].astype("str"))["first_date"]
    opened = columns_of(customers, {"customer_id": "str", "start_date": "datetime64[us]"}).set_index("customer_id")
    both = pd.concat([first.astype("datetime64[us]"), opened["start_date"]])
    return both.dropna().groupby(level=0).min()


def _says_loyal(answers: Answers | None) -> pd.Series:
    """Whether each customer who answered said 9 or 10, in the mean of its answers."""
    if answers is None or "recommend" not in answers.scales:
        return pd.Series(dtype="boolean")
    said = answers.table.dropna(subset=["customer_id", "recommend"])
    mean = said.groupby("customer_id")["recommend"].mean()
    return answers.scales["recommend"].part(mean).round(DIGITS) >= LOYAL_WORDS


def _types(loyal: pd.Series, profit: pd.Series) -> pd.Series:
    high = profit > profit.median()
    found = pd.Series(pd.NA, index=loyal.index, dtype="str")
    for kind, (_, is_loyal, is_high) in TYPES.items():
        found = found.mask((loyal == is_loyal) & (high == is_high) & profit.notna(), kind)
    return found


def _part(part: float, whole: float) -> float:
    return round(part / whole, DIGITS) if round(whole, 4) > 0 else float("nan")
