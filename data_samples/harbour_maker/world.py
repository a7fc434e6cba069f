"""The fixed facts of Harbour's world: the calendar, the season, the catalogue and what each planted group is like."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pandas as pd

START = pd.Timestamp("2023-09-01")  # the day on which the two chandleries became Harbour; all accounts are opened anew
AS_OF = pd.Timestamp("2026-09-01")
WINDOW_START = pd.Timestamp("2024-09-01")
CURRENT_START = pd.Timestamp("2025-09-01")  # prior half before, current half from here on
DAYS_A_YEAR = 365.25
SEASON_AMPLITUDE = 0.25
SEASON_PEAK = 0.70  # of a year after 1 September: the middle of May, when boats go into the water


@dataclass(frozen=True)
class GroupPlan:
    """What is planted of one behavioural group. Rates are a year, parts 0-1, money EUR; slopes are points a year."""

    key: str
    name: str
    part: float  # of all customers
    orders_a_year: float  # mean of the Gamma of rates
    rate_shape: float  # r of the Gamma of rates
    dropout: float  # mean of the Beta of the probability of leaving after a repeat order
    dropout_weight: float  # a + b of that Beta
    order_value: float  # mean net money an order
    value_shape: float  # p of Gamma-Gamma: how steady the orders of one customer are
    value_q: float  # q of Gamma-Gamma: how alike the customers of the group are
    discount: float
    discount_slope: float
    future_part: float  # of revenue in future categories
    future_slope: float
    return_rate: float  # returned part of revenue
    breadth: float  # mean number of categories a customer ever buys
    web_part: float  # of orders
    lines: float  # mean lines an order
    industry: str  # the one to which most belong
    contract_part: float  # of customers whose relationship is a service contract


_PLANTED = {
    "key": ("yards", "workshops", "fleets", "chandlers", "owners"),
    "name": ("Boatyards", "Engine workshops", "Fleet operators", "Chandlery resellers", "Clubs and owners"),
    "part": (0.12, 0.28, 0.13, 0.18, 0.29),
    "orders_a_year": (23, 18, 11, 16, 4),
    "rate_shape": (8, 8, 8, 8, 0.34),
    "dropout": (0.005, 0.007, 0.010, 0.009, 0.020),
    "dropout_weight": (40, 40, 30, 40, 12),
    "order_value": (230, 135, 1100, 135, 29),
    "value_shape": (3, 3, 3, 3, 3),
    "value_q": (22, 22, 22, 22, 22),
    "discount": (0.05, 0.08, 0.08, 0.215, 0.03),
    "discount_slope": (-0.015, 0, 0, 0.040, 0),
    "future_part": (0.34, 0.22, 0.24, 0.24, 0.22),
    "future_slope": (0.060, 0, 0, -0.060, 0),
    "return_rate": (0.05, 0.05, 0.03, 0.10, 0.04),
    "breadth": (7.6, 3.45, 3.45, 3.45, 3.6),
    "web_part": (0.05, 0.28, 0.28, 0.28, 0.96),
    "lines": (3.1, 1.8, 2.0, 1.9, 2.0),
    "industry": ("Boat building", "Engine repair", "Charter and ferry", "Retail", "Clubs"),
    "contract_part": (0.25, 0.03, 0.45, 0.03, 0.02),
}
GROUPS: tuple[GroupPlan, ...] = tuple(
    GroupPlan(**dict(zip(_PLANTED, values, strict=True))) for values in zip(*_PLANTED.values(), strict=True)
)
PLANS = {plan.key: plan for plan in GROUPS}
BEST_GROUP = "yards"

CATEGORIES = pd.DataFrame(
    [
        ("Electric drives", "future", 0.56),
        ("Batteries and solar", "future", 0.58),
        ("Navigation electronics", "future", 0.57),
        ("Engine parts", "core", 0.59),
        ("Rigging", "core", 0.60),
        ("Deck hardware", "core", 0.59),
        ("Safety gear", "core", 0.60),
        ("Paint and varnish", "commodity", 0.69),
        ("Ropes and fasteners", "commodity", 0.70),
        ("Oils and cleaning", "commodity", 0.71),
    ],
    columns=["category", "role", "cost_rate"],  # cost of goods as a part of list revenue
)


def draws(seed: int, name: str) -> np.random.Generator:
    """The random stream called name: what one module draws moves no other module's numbers."""
    return np.random.default_rng(np.random.SeedSequence([seed, crc32(name.encode())]))


def years_since_start(dates: object) -> np.ndarray:
    """Calendar years from START, as floats."""
    return np.asarray((pd.to_datetime(dates) - START) / pd.Timedelta(days=DAYS_A_YEAR), dtype=float)


def date_at(years: np.ndarray) -> pd.DatetimeIndex:
    """The day that holds the moment so many calendar years after START."""
    return START + pd.to_timedelta(np.floor(np.asarray(years) * DAYS_A_YEAR).astype(int), unit="D")


def season_time(dates: object) -> np.ndarray:
    """Operational years from START: runs fast in season and slow out of it; every calendar year adds 1."""
    return season_time_of(years_since_start(dates))


def season_time_of(years: np.ndarray) -> np.ndarray:
    """As season_time, from calendar years since START."""
    years = np.asarray(years, dtype=float)
    swing = SEASON_AMPLITUDE / (2 * np.pi)
    return years + swing * (np.sin(2 * np.pi * (years - SEASON_PEAK)) + np.sin(2 * np.pi * SEASON_PEAK))


_YEARS = np.arange(0, 25, 1 / 1461)
_SEASON = season_time_of(_YEARS)


def calendar_time_of(season_years: np.ndarray) -> np.ndarray:
    """The inverse of season_time_of."""
    return np.interp(season_years, _SEASON, _YEARS)
