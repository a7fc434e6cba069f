"""Champions, affluents, advocates and misers: what customers bring themselves, and what they bring through others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError, listed

CHAMPIONS, AFFLUENTS, ADVOCATES, MISERS = "champions", "affluents", "advocates", "misers"
TYPES = (CHAMPIONS, AFFLUENTS, ADVOCATES, MISERS)
# the corners of the map, in the order in which the exhibit takes them: top left, top right, bottom left, bottom right
CORNERS = ("Advocates", "Champions", "Misers", "Affluents")


@dataclass(frozen=True)
class TypeCuts:
    """Above which lifetime value and above which referral value a customer is high."""

    clv: float
    referral_value: float


def type_cuts(values: pd.DataFrame) -> TypeCuts:
    """The medians of lifetime value and referral value.

    Parameters
    ----------
    values : DataFrame, one row per customer
        clv and referral_value; rows without either are left out.

    Raises
    ------
    StepInputError
        If no customer has both.

    Notes
    -----
    Most customers refer nobody, and then the median is zero: any referral value is high. The article names the four
    types and does not fix where to cut; the median needs no judgement and does not depend on the currency's unit.

    Examples
    --------
    >>> type_cuts(pd.DataFrame({"clv": [10.0, 20.0, 90.0], "referral_value": [0.0, 0.0, 5.0]}))
    TypeCuts(clv=20.0, referral_value=0.0)
    """
    known = values[["clv", "referral_value"]].dropna()
    if known.empty:
        raise StepInputError("Types by value: no customer has both a lifetime value and a referral value.")
    medians = known.median().round(4)
    return TypeCuts(float(medians["clv"]), float(medians["referral_value"]))


def map_of_types(customer_types: pd.DataFrame) -> dict[str, object]:
    """How a map of groups is cut and what its corners are: an encoding for the exhibit; empty without a row.

    Parameters
    ----------
    customer_types : DataFrame, one row per group, that of all customers first
        clv_per_customer and referral_value_per_customer, in money.

    Notes
    -----
    Groups stand at their averages, so they are held against the average customer. A single customer's type is cut at
    the middle customer: where most refer nobody that middle is zero, and every group would lie above it.

    Examples
    --------
    >>> rows = pd.DataFrame({"clv_per_customer": [40.0, 90.0], "referral_value_per_customer": [2.0, 1.0]})
    >>> map_of_types(rows)["cut_x"], map_of_types(rows)["cut_y"]["at"]
    ({'at': 40.0, 'label': 'average customer'}, 2.0)
    """
    if customer_types.empty:
        return {}
    columns = {"cut_x": "clv_per_customer", "cut_y": "referral_value_per_customer"}
    whole = customer_types.iloc[0]
    cuts = {key: {"at": float(whole[column]), "label": "average customer"} for key, column in columns.items()}
    return cuts | {"corners": list(CORNERS)}


def referral_types(values: pd.DataFrame, cuts: TypeCuts) -> pd.Series:
    """The type of each customer.

    Parameters
    ----------
    values : DataFrame, one row per customer
        clv and referral_value, in money.
    cuts : TypeCuts
        From `type_cuts`; those of the first version later on, so that customers move and not the border.

    Returns
    -------
    Series of str, by the rows of `values`; missing where one of the two is not known
        champions   high in both
        affluents   high in lifetime value only
        advocates   high in referral value only (the flag `advocate` is another question: who speaks and is heard)
        misers      high in neither

    Raises
    ------
    StepInputError
        If a column is missing.

    Notes
    -----
    High is above the cut: who stands on it is low, and equal customers are of equal type.

    References
    ----------
    Kumar, Petersen and Leone, "How Valuable Is Word of Mouth?", Harvard Business Review, October 2007.

    Examples
    --------
    >>> values = pd.DataFrame({"clv": [90.0, 90.0, 5.0, 5.0], "referral_value": [7.0, 0.0, 7.0, None]})
    >>> referral_types(values, TypeCuts(clv=50.0, referral_value=0.0)).tolist()
    ['champions', 'affluents', 'advocates', nan]
    """
    missing = [name for name in ("clv", "referral_value") if name not in values.columns]
    if missing:
        raise StepInputError(f"Types by value: the table lacks {listed(missing)}.")
    clv, brought = values["clv"].astype(float), values["referral_value"].astype(float)
    rich, heard = clv > cuts.clv, brought > cuts.referral_value
    found = np.select([rich & heard, rich, heard], TYPES[:3], MISERS)
    return pd.Series(found, index=values.index, dtype="str").where(clv.notna() & brought.notna())
