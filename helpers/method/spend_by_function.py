"""Where do money and people's days go, by function and group, and how much of it answers what had gone wrong?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.delivered import columns_of
from helpers.method.group_named import NO_GROUP, group_named, names_of_groups, shown_name, shown_order
from helpers.method.money import UNITS, ten_thousandths
from helpers.method.share import ALL

NOT_SPLIT, NOT_SPLIT_NAME = "not_split", "Not split by group"
ALL_FUNCTIONS = "All functions"
COLUMNS = [
    *("business_function", "group_id", "group_name", "amount", "part_of_spend", "people_days", "reactive", "planned"),
    *("unmarked", "reactive_part"),
]


def spend_by_function(spend: pd.DataFrame | None, groups: pd.DataFrame | None) -> pd.DataFrame:
    """Spend of each function on each group: money, days, and how much of the money was reactive.

    Parameters
    ----------
    spend : DataFrame, one row per function and group, or None
        business_function, amount, and what there is of people_days, customer_group (blank = not split), is_reactive.
    groups : DataFrame or None
        group_id and group_name, any number of rows a group.

    Returns
    -------
    DataFrame, one row per function and group, with "All functions" and "all" as sums: the published spend_by_function
        part_of_spend  share  of all money
        people_days    float  missing where a row has none
        reactive, planned, unmarked  money  answers what had gone wrong; does not; nobody said. They add up to amount
        reactive_part  share  reactive / (reactive + planned); missing where nothing was marked

    Notes
    -----
    Functions are alike whatever their capitals. A group that the client names and that is none of ours is "no_group";
    what names no group is "not_split". Nothing is left out, so the sums are those of the file.

    Examples
    --------
    >>> table = pd.DataFrame({"business_function": ["sales", "Sales", "support"], "amount": [60.0, 20.0, 20.0],
    ...     "people_days": [6.0, 2.0, 2.0], "customer_group": "Yards", "is_reactive": [False, True, True]})
    >>> found = spend_by_function(table, pd.DataFrame({"group_id": ["g1"], "group_name": ["Yards"]}))
    >>> found.loc[found["group_id"] == "all", ["business_function", "amount", "reactive_part"]].values.tolist()
    [['All functions', 100.0, 0.4], ['sales', 80.0, 0.25], ['support', 20.0, 1.0]]
    """
    names = names_of_groups(groups)
    types = {"business_function": "str", "amount": float, "people_days": float, "customer_group": "str"}
    rows = columns_of(spend, types | {"is_reactive": "boolean"}).dropna(subset=["amount"])
    if rows.empty:
        return _typed(pd.DataFrame(columns=COLUMNS))
    blank = rows["customer_group"].fillna("").str.strip() == ""
    rows["group_id"] = group_named(rows["customer_group"], groups).group_id.mask(blank, NOT_SPLIT)
    rows["business_function"] = rows["business_function"].fillna("").str.strip().str.lower()
    units = pd.Series(ten_thousandths(rows["amount"]), rows.index)
    marked = rows["is_reactive"].fillna(False).astype(bool)
    rows["units"] = units
    rows["reactive"] = units.where(marked, 0)
    rows["planned"] = units.where(rows["is_reactive"].notna() & ~marked, 0)
    # days to a tenth of a thousandth, so that their sums are equal in every order
    rows["days"] = ten_thousandths(rows["people_days"].fillna(0.0))
    rows["blank"] = rows["people_days"].isna()
    parts = [rows, rows.assign(group_id=ALL)]
    parts += [part.assign(business_function=ALL_FUNCTIONS) for part in parts]
    table = (
        pd.concat(parts)
        .groupby(["business_function", "group_id"], as_index=False)
        .agg(
            units=("units", "sum"),
            reactive=("reactive", "sum"),
            planned=("planned", "sum"),
            days=("days", "sum"),
            blank=("blank", "any"),
        )  # fmt: skip
    )
    table["amount"], table["reactive"], table["planned"] = (
        table[name] / UNITS for name in ("units", "reactive", "planned")
    )
    table["unmarked"] = (table["amount"] - table["reactive"] - table["planned"]).round(4) + 0.0
    table["people_days"] = (table["days"] / UNITS).where(~table["blank"].astype(bool))
    whole = units.sum() / UNITS
    table["part_of_spend"] = table["amount"] / whole if whole > 0 else np.nan
    known = table["reactive"] + table["planned"]
    table["reactive_part"] = (table["reactive"] / known).where(known > 0)
    table["group_name"] = [
        NOT_SPLIT_NAME if group == NOT_SPLIT else shown_name(group, names) for group in table["group_id"]
    ]
    order = [*shown_order(names, set(table["group_id"]) - {NOT_SPLIT}), NO_GROUP, NOT_SPLIT]
    place = {group: at for at, group in enumerate(order)}
    table["place"] = table["group_id"].map(place)
    table["first"] = table["business_function"] != ALL_FUNCTIONS
    table = table.sort_values(["first", "business_function", "place"], ignore_index=True)
    return _typed(table[COLUMNS])


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    words = ("business_function", "group_id", "group_name")
    return table.astype(dict.fromkeys(words, "str") | dict.fromkeys(COLUMNS[3:], "float64"))
