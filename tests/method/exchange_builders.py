"""Answers, values and groups for the tests of the exchange, small enough to work out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.exchange_sides import (
    driver_weights,
    gains_of_responses,
    way_in_force,
    ways_to_weigh,
    worth_of_customers,
)
from helpers.method.survey_answers import Answers, survey_answers
from helpers.method.value_exchange import value_exchange

YEAR = {"start": "2026-01-01", "end": "2027-01-01"}


def answered(
    *rows: tuple, drivers: tuple[str, ...] = ("price", "range"), groups: pd.DataFrame | None = None
) -> Answers:
    """Answers from (customer, own ratings, ratings of the alternative[, day[, stated importance]])."""
    table = []
    for customer, own, other, *more in rows:
        row = {"customer_id": customer, "date": more[0] if more else "2026-03-01"}
        row |= {f"driver_{name}": value for name, value in zip(drivers, own, strict=True)}
        row |= {f"competitor_{name}": value for name, value in zip(drivers, other, strict=True)}
        stated = more[1] if len(more) > 1 else [np.nan] * len(drivers)
        table.append(row | {f"importance_{name}": value for name, value in zip(drivers, stated, strict=True)})
    survey = pd.DataFrame(table).astype({"date": "datetime64[us]", "customer_id": "str"})
    return survey_answers(survey, groups, **YEAR, stated={"driver": (0, 10), "importance": (0, 10)})


def grouped(**members: list[str]) -> pd.DataFrame:
    """customer_groups from group_id and its customers."""
    rows = [(customer, group, group.upper()) for group, customers in members.items() for customer in customers]
    return pd.DataFrame(rows, columns=["customer_id", "group_id", "group_name"], dtype="str")


def important(**weights: tuple[float, ...]) -> pd.DataFrame:
    """driver_importance from group_id and the weights of price and range."""
    rows = [
        (group, name, each)
        for group, row in weights.items()
        for name, each in zip(("price", "range"), row, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["group_id", "driver", "importance"])
    table["label"], table["borrowed_part"] = table["driver"].str.capitalize(), 0.0
    table["derived_rank"] = table.groupby("group_id")["importance"].rank(ascending=False)
    return table


def valued(rows: list[tuple[str, str, float]], **more: float) -> pd.DataFrame:
    """customer_value from (customer, group, clv); nobody referred, and `more` columns alike for all."""
    table = pd.DataFrame(rows, columns=["customer_id", "group_id", "clv"]).assign(status="active", referral_value=0.0)
    facts = {"expected_revenue": 0.0, "revenue": 100.0, "cost_to_serve": 10.0, "margin_rate": 0.5} | more
    return table.assign(**facts)


def people(group: str, count: int, above: int) -> list[tuple[str, str, float]]:
    """So many customers of a group, the first of them worth 20, the others 1."""
    return [(f"{group}c{number:03d}", group, 20.0 if number < above else 1.0) for number in range(count)]


def two_sides(value: pd.DataFrame, answers: Answers, names: dict[str, str], **how) -> pd.DataFrame:
    """The table of both sides with equal weights and a hurdle of 10."""
    group_of = value.set_index("customer_id")["group_id"]
    worth = worth_of_customers(group_of, value, 10.0)
    way = way_in_force("equal", ways_to_weigh(answers, None))
    gains = gains_of_responses(answers, driver_weights(answers, None, way))
    return value_exchange(worth, gains, names, money=value, **how)
