"""Who the customers of a group are, and how they buy: their attributes, their channels, their categories."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.group_members import group_order
from helpers.method.money import UNITS, ten_thousandths, whole_money
from helpers.method.share import ALL, ALL_NAME

NO_ATTRIBUTES = ("customer_id", "name", "start_date", "acquisition_cost")
MOST_VALUES = 12  # an attribute with more values than these names persons or places, not kinds
MOST_SHOWN = 6  # values told of one by one; the rest is one
TITLES = {"channel": "Channel", "category": "Category"}


def group_attributes(customer_groups: pd.DataFrame, customers: pd.DataFrame | None) -> pd.DataFrame:
    """The values of each delivered attribute in each group, those attributes first that tell the groups apart most.

    Answers "by what would we know them before they buy?".

    Parameters
    ----------
    customer_groups : DataFrame, one row per active customer
    customers : DataFrame, one row per customer, as delivered; None where it was not

    Returns
    -------
    DataFrame, one row per attribute, value and group, "all" first: the columns of the published group_attributes
        known          int    customers of the group of whom the attribute is known
        part_of_group  float  customers / known; missing where nobody is known

    Notes
    -----
    An attribute counts that has two to twelve values among the active customers. Its values stand by how often they
    occur, equal ones by name; from the seventh on they are one row. Attributes stand by Cramér's V against the groups.

    References
    ----------
    Cramér, *Mathematical Methods of Statistics* (1946), 21.9.

    Examples
    --------
    >>> groups = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": ["g1", "g2"], "group_name": ["A", "B"]})
    >>> found = group_attributes(groups, pd.DataFrame({"customer_id": ["c1", "c2"], "region": ["North", "South"]}))
    >>> found.loc[found["group_id"] == "g1", ["label", "part_of_group"]].values.tolist()
    [['Region: North', 1.0], ['Region: South', 0.0]]
    """
    columns = ["group_id", "group_name", "attribute", "value", "label", "customers", "known", "part_of_group"]
    if customers is None:
        return pd.DataFrame(columns=columns)
    names = _names(customer_groups)
    rows = customer_groups[["customer_id", "group_id"]].merge(customers, on="customer_id", how="left")
    found = []
    for attribute in [name for name in customers.columns if name not in NO_ATTRIBUTES]:
        values = rows[attribute].astype("str").fillna("").str.strip()
        values = values[values != ""]
        if 2 <= values.nunique() <= MOST_VALUES:
            group = rows.loc[values.index, "group_id"]
            apart = round(_cramers_v(pd.crosstab(group, values).to_numpy()), 9)
            found.append((-apart, attribute, _attribute_rows(attribute, values, group, names)))
    tables = [table for _, _, table in sorted(found, key=lambda one: one[:2])]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def group_buying(
    customer_groups: pd.DataFrame,
    customer_channel: pd.DataFrame,
    customer_quarter: pd.DataFrame,
    *,
    window_start: object,
) -> pd.DataFrame:
    """What each group spends through each channel and on each category, over the whole quarters of the window.

    Answers "where do we meet them, and with what?".

    Parameters
    ----------
    customer_groups : DataFrame, one row per active customer
    customer_channel, customer_quarter : DataFrame, one row per customer, quarter and channel, or category
        Lines of nobody, and lines that name no channel or category, count nowhere here.
    window_start : date

    Returns
    -------
    DataFrame, one row per dimension, value and group, "all" first: the columns of the published group_buying
        customers      int    with a line there
        part_of_group  float  of what the group spent where a value is named; missing where that is not above zero
        A dimension with one value only tells nothing, and has no rows. Values stand by revenue, equal ones by name;
        from the seventh on they are one row.

    Examples
    --------
    >>> groups = pd.DataFrame({"customer_id": ["c1"], "group_id": ["g1"], "group_name": ["A"]})
    >>> sold = pd.DataFrame({"customer_id": "c1", "quarter_start": pd.Timestamp("2026-01-01"),
    ...     "channel": ["web", "phone"], "revenue": [30.0, 10.0]})
    >>> found = group_buying(groups, sold, sold.assign(category="soap"), window_start="2026-01-01")
    >>> found.loc[found["group_id"] == "g1", ["label", "part_of_group"]].values.tolist()
    [['Channel: web', 0.75], ['Channel: phone', 0.25]]
    """
    columns = ["group_id", "group_name", "dimension", "value", "label", "customers", "revenue", "part_of_group"]
    tables = [
        _dimension_rows("channel", customer_channel, customer_groups, window_start),
        _dimension_rows("category", customer_quarter, customer_groups, window_start),
    ]
    tables = [table for table in tables if table is not None]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def _dimension_rows(
    dimension: str, sold: pd.DataFrame, customer_groups: pd.DataFrame, window_start: object
) -> pd.DataFrame | None:
    """The rows of channels, or of categories; None where fewer than two are named."""
    names = _names(customer_groups)
    group = sold["customer_id"].astype("str").map(customer_groups.set_index("customer_id")["group_id"])
    named = sold[dimension].astype("str").fillna("").str.strip() != ""
    inside = group.notna() & named & (sold["quarter_start"] >= pd.Timestamp(window_start))
    rows = sold[inside].assign(group_id=group[inside], money=ten_thousandths(sold.loc[inside, "revenue"]))
    if rows[dimension].nunique() < 2:
        return None
    rows["value"], order = _few(rows[dimension].astype("str"), rows["money"])
    both = pd.concat([rows.assign(group_id=ALL), rows])
    cells = both.groupby(["value", "group_id"]).agg(money=("money", "sum"), customers=("customer_id", "nunique"))
    every = pd.MultiIndex.from_product([order, names], names=["value", "group_id"])
    table = cells.reindex(every, fill_value=0).reset_index()
    whole = table.groupby("group_id")["money"].transform("sum")
    table["part_of_group"] = (table["money"] / whole.where(whole > 0)).astype(float)
    table["revenue"], table["dimension"] = whole_money(table["money"] / UNITS), dimension
    return _labelled(table, TITLES[dimension], names)


def _attribute_rows(attribute: str, values: pd.Series, group: pd.Series, names: dict[str, str]) -> pd.DataFrame:
    """An attribute as rows, from its value and the group of each customer of whom it is known."""
    values, order = _few(values, pd.Series(1, index=values.index))
    both = pd.DataFrame({"value": pd.concat([values, values]), "group_id": [ALL] * len(group) + list(group)})
    every = pd.MultiIndex.from_product([order, names], names=["value", "group_id"])
    table = both.groupby(["value", "group_id"]).size().reindex(every, fill_value=0).rename("customers").reset_index()
    table["known"] = table.groupby("group_id")["customers"].transform("sum")
    table["part_of_group"] = (table["customers"] / table["known"].where(table["known"] > 0)).astype(float)
    table["attribute"], words = attribute, attribute.replace("_", " ")
    return _labelled(table, words[:1].upper() + words[1:], names)


def _labelled(table: pd.DataFrame, title: str, names: dict[str, str]) -> pd.DataFrame:
    table = table.assign(label=[f"{title}: {value}" for value in table["value"]])
    return table.assign(group_name=table["group_id"].map(names))


def _names(customer_groups: pd.DataFrame) -> dict[str, str]:
    """The groups with their names, "all" first."""
    names = dict(customer_groups[["group_id", "group_name"]].drop_duplicates("group_id").itertuples(index=False))
    return {ALL: ALL_NAME} | {group_id: names[group_id] for group_id in group_order(names)}


def _few(values: pd.Series, sizes: pd.Series) -> tuple[pd.Series, list[str]]:
    """The values with the small ones put together, and their order: the largest first, equal ones by name.

    What is put together stands last, under a name that says how many values it holds.
    """
    total = sizes.groupby(values.to_numpy()).sum()
    order = [name for name, _ in sorted(total.items(), key=lambda item: (-item[1], item[0]))]
    if len(order) <= MOST_SHOWN + 1:  # a single one needs no other name
        return values, order
    others = f"{len(order) - MOST_SHOWN} others"
    return values.where(values.isin(order[:MOST_SHOWN]), others), [*order[:MOST_SHOWN], others]


def _cramers_v(counts: np.ndarray) -> float:
    """How far two sortings of the same customers go together, 0 to 1; 0 where one of them sorts nothing."""
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0].astype(float)
    if min(counts.shape) < 2:
        return 0.0
    total = counts.sum()
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / total
    return float(np.sqrt((np.square(counts - expected) / expected).sum() / (total * (min(counts.shape) - 1))))
