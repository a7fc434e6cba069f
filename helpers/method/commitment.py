"""Worth committing to: what would it cost to follow a group, what would it bring, and how likely is that enough?

A project is judged by the net present value of its own flows: money out at the start of a year, margin in at its end.
The range that was delivered is read as one piece of luck that lasts: a project that disappoints does so in all years.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from helpers.errors import StepInputError, quoted
from helpers.method.delivered import columns_of

YEARS = 5
FIFTH = float(ndtri(0.95))  # standard deviations between the middle and the 5th or the 95th percentile
TENTHS = (0.1, 0.5, 0.9)
SURE = 1900  # a year from here on is one of the calendar, a lower one counts from as_of
FLOWS = ("investment", "expected_margin", "margin_low", "margin_high")
TEXTS = ("customer_group", "project", "requested_by", "category")
TYPES = dict.fromkeys(TEXTS, "str") | {"year": "Int64"} | dict.fromkeys(FLOWS, float)
_OUT = (
    *("customer_group", "project", "requested_by", "category", "years", "invested", "margin", "npv"),
    *("npv_low", "npv_middle", "npv_high", "chance", "payback_years", "first_year_result", "left_out", "flows"),
)


@dataclass(frozen=True)
class Flows:
    """The present value of one project as a function of its luck z, a standard normal: middle + fall or rise times z.

    `middle` is the value at the expected margins; `fall` and `rise` what one standard deviation takes or gives; missing
    where no range was delivered.
    """

    middle: float
    fall: float
    rise: float

    def value(self, luck: np.ndarray | float) -> np.ndarray:
        """The present value at this luck."""
        luck = np.asarray(luck, dtype=float)
        return self.middle + np.where(luck < 0, self.fall, self.rise) * luck

    @property
    def is_known(self) -> bool:
        """Whether the range was delivered."""
        return bool(np.isfinite(self.fall + self.rise))

    @property
    def chance(self) -> float:
        """The probability that the value is above zero; missing where no range was delivered."""
        if not self.is_known:
            return float("nan")
        slope = self.fall if self.middle > 0 else self.rise
        return float(ndtr(self.middle / slope)) if slope else float(self.middle > 0)


def project_values(
    investments: pd.DataFrame | None, *, annual_discount: float, as_of: object, years: int = YEARS
) -> pd.DataFrame:
    """What each project would cost and bring, and how likely it is to pay.

    Parameters
    ----------
    investments : DataFrame, one row per group, project and year, or None
        customer_group, year, investment, and what there is of project, requested_by, category, expected_margin,
        margin_low, margin_high (5th and 95th percentile). A project without a name is the group's one. Years are those
        of the calendar, or count from as_of (1 = the first).
    annual_discount : float, zero or more
    as_of : date
        Calendar years before its own are over: their flows are left out.
    years : int
        Of each project so many years count, from its first; later ones are left out.

    Returns
    -------
    DataFrame, one row per group and project, in this order
        invested, margin  float  undiscounted sums at what is expected
        npv               float  at the expected margins, at the start of the first year of any project
        npv_low, npv_middle, npv_high  float  its 10th, 50th and 90th percentile; missing without a range, like chance
        chance            float  probability that it is above zero
        payback_years     Int64  years from the project's first until the discounted flows so far, at what is expected,
                                 are zero or more and stay so; missing where that never happens
        first_year_result float  margin less outlay of the project's first year: all that a view of twelve months sees
        left_out          int    its rows of years that do not count
        flows             Flows  the same as a function of luck, for draws over several projects

    Raises
    ------
    StepInputError
        If the discount is below zero, years are of both kinds, a project stands twice in a year, a margin is missing
        where its range is given, or not low <= expected <= high.

    Notes
    -----
    The margin of a year is expected + z (expected - low) / 1.645 for z < 0 and expected + z (high - expected) / 1.645
    above, with one standard normal z for all years. So the value is a straight line on either side of z = 0, and its
    percentiles and the chance are exact: nothing is drawn. A year without any margin brings none.

    Examples
    --------
    A project that costs 100 now and brings 121 after two years is worth 0 at 10 % a year.

    >>> table = pd.DataFrame({"customer_group": "g1", "project": "Quay", "year": [2027, 2028],
    ...     "investment": [100.0, 0.0], "expected_margin": [0.0, 121.0],
    ...     "margin_low": [0.0, 99.0], "margin_high": [0.0, 143.0]})
    >>> found = project_values(table, annual_discount=0.10, as_of="2027-01-01")
    >>> found["npv"].abs().round(6).tolist(), found["chance"].round(6).tolist(), found["first_year_result"].tolist()
    ([0.0], [0.5], [-100.0])
    """
    if not annual_discount >= 0:
        raise StepInputError(f"annual_discount is {annual_discount:g}, and should be zero or more, such as 0.10.")
    rows = counted_flows(investments, as_of=as_of, years=years)
    found = []
    for (group, project), mine in rows.groupby(["customer_group", "project"], sort=True):
        used = mine[mine["counts"]]
        texts = {name: _first(mine[name]) for name in ("requested_by", "category")}
        texts |= {"customer_group": group, "project": project, "left_out": len(mine) - len(used)}
        found.append(texts | value_of(used, annual_discount))
    table = pd.DataFrame(found, columns=list(_OUT))
    numbers = [name for name in _OUT[5:-1] if name not in ("payback_years", "left_out")]
    kinds = dict.fromkeys(TEXTS, "str") | dict.fromkeys(("years", "left_out"), "int64")
    return table.astype(kinds | {"payback_years": "Int64"} | dict.fromkeys(numbers, float))


def counted_flows(investments: pd.DataFrame | None, *, as_of: object, years: int = YEARS) -> pd.DataFrame:
    """The delivered rows by group, project and year, with the years that count.

    Parameters
    ----------
    investments, as_of, years
        As in `project_values`.

    Returns
    -------
    DataFrame, one row per group, project and year, in this order
        counts  bool  not over, and among the project's first `years`
        ahead   int   years after the first that counts of any project
    """
    rows = columns_of(investments, TYPES)
    rows["project"] = rows["project"].fillna("")
    relative = rows["year"] < SURE
    if relative.any() and not relative.all():
        raise StepInputError(
            f"investments: {int(relative.sum())} rows count their year from as_of (such as {rows['year'].min()}), the "
            f"others are years of the calendar (such as {rows['year'].max()}). Expected one way: change the file."
        )
    _refuse(rows)
    keys = ["customer_group", "project"]
    rows = rows.sort_values([*keys, "year"], ignore_index=True)
    ahead = rows["year"] >= (1 if relative.any() else pd.Timestamp(as_of).year)
    first = rows["year"].where(ahead).groupby([rows[key] for key in keys]).transform("min")
    rows["counts"] = (ahead & (rows["year"] < first + years)).fillna(False).astype(bool)
    start = rows.loc[rows["counts"], "year"].min()
    rows["ahead"] = (rows["year"] - start).fillna(0).astype("int64") if rows["counts"].any() else 0
    return rows


def value_of(rows: pd.DataFrame, annual_discount: float) -> dict[str, object]:
    """What flows that count are worth, one row a year in their order: the numbers of `project_values`."""
    if rows.empty:
        return {"years": 0, "flows": Flows(np.nan, np.nan, np.nan), "payback_years": pd.NA}
    out = rows["investment"].fillna(0.0).to_numpy(float)
    middle = rows["expected_margin"].to_numpy(float)
    # a year without any margin brings none; a year with one but without its range leaves the range unknown
    none = np.isnan(middle)
    middle = np.where(none, 0.0, middle)
    low, high = (np.where(none, 0.0, rows[name].to_numpy(float)) for name in ("margin_low", "margin_high"))
    ahead = rows["ahead"].to_numpy(float)
    at_start, at_end = (1 + annual_discount) ** -ahead, (1 + annual_discount) ** -(ahead + 1)
    flows = Flows(
        middle=float(middle @ at_end - out @ at_start),
        fall=float((middle - low) @ at_end / FIFTH),
        rise=float((high - middle) @ at_end / FIFTH),
    )
    tenths = flows.value(ndtri(TENTHS)) if flows.is_known else np.full(3, np.nan)
    # outlays of a year come before its margin, so what is left at the end of a year is the sum of both so far
    left = np.cumsum(middle * at_end - out * at_start).round(6)
    late = np.flatnonzero(left < 0)
    paid = late[-1] + 1 if len(late) else 0
    return {
        "years": len(rows),
        "invested": float(out.sum()),
        "margin": float(middle.sum()),
        "npv": flows.middle,
        **{name: float(value) for name, value in zip(("npv_low", "npv_middle", "npv_high"), tenths, strict=True)},
        "chance": flows.chance,
        "payback_years": int(ahead[paid] - ahead[0]) + 1 if paid < len(rows) else pd.NA,
        "first_year_result": float(middle[0] - out[0]),
        "flows": flows,
    }


def _refuse(rows: pd.DataFrame) -> None:
    """Refuse what contradicts itself."""
    low, middle, high = (rows[name] for name in ("margin_low", "expected_margin", "margin_high"))
    bad = (low > middle) | (middle > high) | (low > high) | (middle.isna() & (low.notna() | high.notna()))
    twice = rows.duplicated(["customer_group", "project", "year"])
    for faults, found, expected in (
        (bad, "has a margin outside its own range, or a range without an expected margin", "low <= expected <= high"),
        (twice, "stands more than once", "one row for each project and year; give each project a name"),
    ):
        if faults.any():
            row = rows[faults].sort_values(["customer_group", "project", "year"]).iloc[0]
            name = f"project {quoted(row['project'])}" if row["project"] else "a project without a name"
            raise StepInputError(
                f"investments: {name} of {row['customer_group']} {found} in the year {row['year']} "
                f"({int(faults.sum())} rows like it). Expected {expected}: correct the file."
            )


def _first(values: pd.Series) -> object:
    """The first value that is there, or None."""
    known = values.dropna()
    return None if known.empty else known.iloc[0]
