"""Where do the markets of the groups go? The table markets and its truth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harbour_maker.world import PLANS, draws

YEARS = range(2015, 2027)
SIZE_NOISE, READY_NOISE, ADOPTER_NOISE = 0.012, 0.018, 0.05  # of the logarithm
COMING = range(2027, 2032)
Z05 = 1.6448536269514722  # of the normal distribution: how far the 5th and the 95th percentile lie from the middle


# ---- markets ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Segment:
    """A market: its size in 2015 and yearly growth; the part ready to adopt in 2015 and how fast its money grows."""

    group: str
    name: str
    size: float
    growth: float
    ready: float
    ready_growth: float
    has_adopters: bool = False


SEGMENTS = (
    Segment("yards", "Refit and conversion", 38.4e6, 0.005, 0.18, 0.085),
    Segment("workshops", "Engine service", 44.1e6, 0.010, 0.40, -0.015, has_adopters=True),
    Segment("fleets", "Harbour craft upkeep", 61.7e6, 0.020, 0.33, 0.030),
    Segment("chandlers", "Chandlery retail", 52.9e6, 0.035, 0.55, -0.040),
    Segment("owners", "Leisure boat care", 70.3e6, 0.012, 0.22, 0.0),
)


@dataclass(frozen=True)
class Bass:
    """Who adopts when (Bass 1969): innovation p, imitation q, and how many will have adopted in the end."""

    p: float
    q: float
    most: float

    def adopted(self, years: np.ndarray) -> np.ndarray:
        """How many have adopted this many years after the first of January of the first year."""
        fallen = np.exp(-(self.p + self.q) * years)
        return self.most * (1 - fallen) / (1 + self.q / self.p * fallen)

    def new(self, years: np.ndarray) -> np.ndarray:
        """How many adopt in each year, the first being 1."""
        return self.adopted(years) - self.adopted(years - 1)

    @property
    def peak(self) -> float:
        """When most adopt, in years after the start."""
        return math.log(self.q / self.p) / (self.p + self.q)


def adoption(seed: int) -> Bass:
    """The adoption curve of the one segment that counts its new adopters."""
    rng = draws(seed, "adoption")
    return Bass(p=rng.uniform(0.022, 0.028), q=rng.uniform(0.42, 0.48), most=rng.uniform(4_500, 6_000))


def markets(seed: int) -> pd.DataFrame:
    """The table markets: one row a segment and year, the last year as the trade association expects it."""
    rng, years = draws(seed, "markets"), np.arange(len(YEARS))
    adopters = adoption(seed).new(years + 1.0) * np.exp(rng.normal(0, ADOPTER_NOISE, len(years)))
    tables = []
    for plan in SEGMENTS:
        size = plan.size * (1 + plan.growth) ** years * np.exp(rng.normal(0, SIZE_NOISE, len(years)))
        slope = (1 + plan.ready_growth) / (1 + plan.growth)
        ready = plan.ready * slope**years * np.exp(rng.normal(0, READY_NOISE, len(years)))
        columns = {"segment": plan.name, "year": list(YEARS), "market_size": np.round(size, -3)}
        columns["new_adopters"] = np.round(adopters) if plan.has_adopters else np.nan
        columns |= {"adoption_ready_share": np.round(ready, 3), "customer_group": PLANS[plan.group].name}
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def markets_truth(seed: int, markets: pd.DataFrame) -> dict[str, dict]:
    """How each market truly grows, and the adoption curve."""
    groups = [plan.group for plan in SEGMENTS]
    by_group = {plan.group: markets[markets["segment"] == plan.name] for plan in SEGMENTS}
    broad = {key: fitted_growth(rows["market_size"]) for key, rows in by_group.items()}
    part = {key: fitted_growth(rows["market_size"] * rows["adoption_ready_share"]) for key, rows in by_group.items()}
    planted = {plan.group: (plan.growth, plan.ready_growth) for plan in SEGMENTS}
    curve = adoption(seed)
    values = {"p": curve.p, "q": curve.q, "m": curve.most}
    errors = dict(zip(values, bass_errors(curve), strict=True))
    coming = curve.new(np.array([year - YEARS[0] + 1.0 for year in COMING]))
    return {
        "broad_market_growth": {
            "what": "Yearly growth of each group's whole market, as the delivered years show it.",
            "value": {key: broad[key][0] for key in groups},
            "planted": {key: planted[key][0] for key in groups},
            "band": {key: around(planted[key][0], 0.009) for key in groups},
            "oracle": {key: broad[key][1] for key in groups},
            "tolerance": 0.01,
            "how": "Least squares of log market_size on the year, 90 % interval with t(10).",
        },
        "adoption_ready_growth": {
            "what": "Yearly growth of the part of each group's market that is ready to adopt (market_size x "
            "adoption_ready_share): the chandlers' falls while their whole market grows, the yards' grows while "
            "theirs hardly does.",
            "value": {key: part[key][0] for key in groups},
            "planted": {key: planted[key][1] for key in groups},
            "band": {key: around(planted[key][1], 0.013) for key in groups},
            "oracle": {key: part[key][1] for key in groups},
            "tolerance": 0.01,
            "how": "As broad_market_growth. The owners' true growth is 0, so no sign may be claimed for it.",
        },
        "bass": {
            "what": "The adoption curve of the workshops' segment (Bass 1969): innovation p, imitation q, adopters in "
            "the end m, the calendar time of the peak, and the new adopters of the five years from 2027.",
            "value": values | {"peak": YEARS[0] + curve.peak, "coming": float(coming.sum())},
            "band": {"p": [0.02, 0.03], "q": [0.4, 0.5], "m": [4_500, 6_000], "peak": [2019.5, 2023]},
            "oracle": {name: around(values[name], Z05 * errors[name]) for name in values},
            "tolerance": {name: 3 * errors[name] for name in values},
            "how": "Fisher information of twelve yearly counts with 5 % noise of the logarithm. Year 1 is 2015.",
        },
    }


def fitted_growth(values: pd.Series) -> tuple[float, list[float]]:
    """Yearly growth by least squares of the logarithm, and its 90 % interval."""
    t90 = 1.8124611228107335  # Student's t with 10 degrees of freedom, 95th percentile
    time = np.arange(len(values)) - (len(values) - 1) / 2
    logs = np.log(values.to_numpy(float))
    slope = float(time @ logs / (time @ time))
    rest = logs - logs.mean() - slope * time
    error = math.sqrt(rest @ rest / (len(values) - 2) / (time @ time))
    return math.expm1(slope), [math.expm1(slope - t90 * error), math.expm1(slope + t90 * error)]


def bass_errors(curve: Bass) -> list[float]:
    """Standard errors of p, q and m that nobody can beat with these yearly counts."""
    years, at = np.arange(1.0, len(YEARS) + 1), (curve.p, curve.q, curve.most)
    columns = []
    for place, value in enumerate(at):
        step = 1e-5 * value
        up = Bass(*[one + step * (number == place) for number, one in enumerate(at)])
        columns.append((np.log(up.new(years)) - np.log(curve.new(years))) / step)
    slopes = np.column_stack(columns)
    return np.sqrt(np.diag(np.linalg.inv(slopes.T @ slopes)) * ADOPTER_NOISE**2).tolist()


def around(value: float, width: float) -> list[float]:
    """The interval of this half-width."""
    return [value - width, value + width]
