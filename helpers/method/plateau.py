"""A plateau: we put more and more work into something, and customers no longer rate it any better."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from helpers.method.cost_to_serve import cost_of_events
from helpers.method.delivered import columns_of
from helpers.method.history import block_starts, order_days
from helpers.method.intervals import LEVEL
from helpers.method.margin_trend import ALPHA, holm
from helpers.method.profit import events_cover
from helpers.method.survey_answers import OWN, Answers

LEAST_WAVES = 6
LEAST_ANSWERS = 10  # of a wave: the mean of fewer is mostly chance
SILENCE = 21  # days without an answer end a wave
LONGEST = 92  # days; a survey that never rests is cut into quarters
EFFORT_DAYS = 91  # of work before a wave, on which its answers can rest
YEAR = 365.25
PLATEAU, PAYS, FALLS, STEADY, UNKNOWN = ("plateau", "pays", "falls", "steady", "unknown")
NUMBERS = [f"{name}{end}" for name in ("effort_slope", "score_slope") for end in ("", "_low", "_high")]
DIGITS = 9


def driver_plateau(
    answers: Answers,
    customer_days: pd.DataFrame,
    events: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
    *,
    as_of: object,
) -> pd.DataFrame:
    """How our work on each driver and its rating move from wave to wave.

    Parameters
    ----------
    answers : Answers
        Dated ratings; straight-liners are left out.
    customer_days : DataFrame, one row per customer and day with a line
    events, costs : DataFrame, optional
        service_events and activity_costs with the column driver. Spellings of a driver that differ by capitals, blanks
        and underscores are one.
    as_of : date

    Returns
    -------
    DataFrame, one row per driver in the order of the survey
        driver, label
        waves              int    with ten ratings or more and a known effort before them
        effort_slope, effort_slope_low, effort_slope_high  float  a year, as a part of the mean effort
        score_slope, score_slope_low, score_slope_high     float  points a year
        p_effort           float  chance of such a rise by itself, one-sided, after Holm over the drivers
        state              str    unknown below six waves or without activities; steady where effort does not rise
                                  (p_effort above 5 %); else plateau where the interval of the score's slope holds zero,
                                  pays where it lies above, falls where it lies below
        Slopes are missing where the state is unknown.

    Notes
    -----
    A wave ends when nobody answers for three weeks; a survey that never rests is cut into quarters counted back from
    as_of. The effort before a wave is the cost of the driver's activities in the 91 days before its first answer, for
    each customer who ordered in them: more customers are no more effort. A slope that crosses zero is no proof that
    nothing moves; the interval says how much could have been missed.

    References
    ----------
    Holm, Scandinavian Journal of Statistics 6 (1979).

    Examples
    --------
    >>> from helpers.method.survey_answers import survey_answers
    >>> survey = pd.DataFrame({"date": pd.Timestamp("2026-03-02"), "driver_price": [5.0, 6.0]})
    >>> told = survey_answers(survey, start="2026-01-01", end="2027-01-01")
    >>> days = pd.DataFrame({"customer_id": ["c1"], "date": pd.Timestamp("2026-02-01"), "positive_lines": 1})
    >>> driver_plateau(told, days, as_of="2027-01-01")[["driver", "waves", "state"]].values.tolist()
    [['price', 0, 'unknown']]
    """
    said = answers.sincere.dropna(subset=["date"])
    first_days = survey_waves(said["date"], as_of=as_of)
    starts = pd.DatetimeIndex(sorted(first_days.unique()))
    effort = _effort(events, costs, customer_days, starts)
    years = np.asarray((starts - starts.min()) / pd.Timedelta(days=YEAR)) if len(starts) else np.empty(0)
    rows, chances = [], {}
    for place, (driver, label) in enumerate(answers.labels.items()):
        ratings = said[OWN + driver].groupby(first_days)
        score = ratings.mean().where(ratings.count() >= LEAST_ANSWERS).reindex(starts).to_numpy(dtype=float)
        work = effort.get(_key(driver), pd.Series(np.nan, index=starts)).to_numpy(dtype=float)
        known = np.isfinite(score) & np.isfinite(work)
        row = {"driver": driver, "label": label, "waves": int(known.sum()), "state": UNKNOWN}
        if known.sum() >= LEAST_WAVES:
            relative = work[known] / work[known].mean() if work[known].any() else work[known]
            *effort_slope, chances[place] = _slope(years[known], relative)
            *score_slope, _ = _slope(years[known], score[known])
            row |= dict(zip(NUMBERS, [*effort_slope, *score_slope], strict=True))
        rows.append(row)
    for place, chance in zip(chances, holm(np.array(list(chances.values()))), strict=True):
        rows[place] |= {"p_effort": chance, "state": _state(chance, rows[place])}
    kinds = {"driver": "str", "label": "str", "waves": "int64"} | dict.fromkeys([*NUMBERS, "p_effort"], float)
    kinds |= {"state": "str"}
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds).round(dict.fromkeys([*NUMBERS, "p_effort"], DIGITS))


def survey_waves(dates: pd.Series, *, as_of: object) -> pd.Series:
    """The first day of the wave that each answer belongs to.

    Parameters
    ----------
    dates : Series of datetime64, none missing
    as_of : date
        From which quarters count back, where the survey never rests.

    Examples
    --------
    >>> days = pd.Series(pd.to_datetime(["2026-03-20", "2026-03-02", "2026-09-01"]))
    >>> survey_waves(days, as_of="2027-01-01").dt.strftime("%m-%d").tolist()
    ['03-02', '03-02', '09-01']
    """
    if dates.empty:
        return dates
    ordered = dates.sort_values()
    number = (ordered.diff().dt.days > SILENCE).cumsum()
    first = ordered.groupby(number).transform("min")
    if ((ordered - first).dt.days > LONGEST).any():
        starts = block_starts(ordered.min() - pd.DateOffset(months=3), as_of)
        first = pd.Series(starts[starts.searchsorted(ordered, side="right") - 1], index=ordered.index)
    return first.reindex(dates.index)


def _effort(
    events: pd.DataFrame | None, costs: pd.DataFrame | None, customer_days: pd.DataFrame, starts: pd.DatetimeIndex
) -> dict[str, pd.Series]:
    """Cost of each driver's activities before each wave, for each customer who ordered then; missing where unknown."""
    serves = columns_of(costs, {"activity": "str", "driver": "str"}).dropna().set_index("activity")["driver"].map(_key)
    if serves.empty or not len(starts) or events is None:
        return {}
    before, found = pd.Timedelta(days=EFFORT_DAYS), {name: [] for name in sorted(set(serves))}
    covered = events_cover(events, start=columns_of(events, {"date": "datetime64[us]"})["date"].min(), end=starts.max())
    for start in starts:
        days = order_days(customer_days, as_of=start)
        buyers = days.loc[days["date"] >= start - before, "customer_id"].nunique()
        costed = cost_of_events(events, costs, start=start - before, end=start)
        driver = costed["activity"].map(serves)
        told = covered is not None and covered[0] <= start - before and start <= covered[1] and buyers > 0
        for name, values in found.items():
            own = costed.loc[(driver == name).to_numpy(bool), "cost"]
            values.append(own.sum() / buyers if told and own.notna().all() else np.nan)
    return {name: pd.Series(values, index=starts) for name, values in found.items()}


def _key(driver: str) -> str:
    """A driver's name without what people write one way or another."""
    return "_".join(str(driver).replace("_", " ").casefold().split())


def _slope(years: np.ndarray, values: np.ndarray, level: float = LEVEL) -> tuple[float, float, float, float]:
    """Least squares: slope a year, the ends of its interval by Student's t, one-sided p of a rise."""
    apart = years - years.mean()
    slope = float(apart @ values / (apart @ apart))
    left = values - values.mean() - slope * apart
    freedom = len(values) - 2
    error = float(np.sqrt(left @ left / freedom / (apart @ apart)))
    if error <= 1e-12 * max(1.0, np.abs(values).max()):
        return slope, slope, slope, 0.0 if slope > 1e-9 else 1.0
    reach = float(stdtrit(freedom, (1 + level) / 2)) * error
    return slope, slope - reach, slope + reach, float(stdtr(freedom, -slope / error))


def _state(chance: float, row: dict) -> str:
    if chance > ALPHA:
        return STEADY
    if row["score_slope_low"] > 0:
        return PAYS
    return FALLS if row["score_slope_high"] < 0 else PLATEAU
