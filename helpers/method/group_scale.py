"""Features on one scale: logarithms, the median as 0 and the middle half of the customers as 1 wide.

What a scale is made from fixes it, so that another year, or another customer, is put on the same one. Scaled values lie
on a grid of 2^-18 and within 32 of the median: products and sums of them are then exact in float64, and no group can
depend on the order of rows or on how many threads did the sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.method.group_features import FEATURES, NAMES

GRID = 2.0**18
FARTHEST = 32.0  # middle halves from the median
TWINS = 0.9  # of two features correlated more strongly than this, one is enough
LEAST_KNOWN = 0.5  # part of the customers
SIGNED = ("trend",)  # may be negative, and so is not put on a log scale
MONEY = ("money_per_order",)
OF_MEDIAN = 100.0  # money counts in hundredths of its median, so that no currency unit decides what the log does


@dataclass(frozen=True)
class Scale:
    """How features are scaled, fixed: `names` count; a value v becomes (t(v / unit) - median) / spread.

    `transforms` say what t is: log1p, or none. `spreads` are interquartile ranges of t(v / unit), and where that is
    zero its standard deviation. `channel` is the one that channel_mix counts.
    """

    names: tuple[str, ...]
    transforms: tuple[str, ...]
    units: tuple[float, ...]
    medians: tuple[float, ...]
    spreads: tuple[float, ...]
    channel: str | None = None


def feature_scale(features: pd.DataFrame, channel: str | None = None) -> tuple[Scale, pd.DataFrame]:
    """Which features tell these customers apart, and the scale that they are put on.

    Parameters
    ----------
    features : DataFrame, one row per customer, from `group_features`
    channel : str, optional
        The one that channel_mix counts, to be kept with the scale.

    Returns
    -------
    Scale
    DataFrame, one row per feature in a fixed order
        feature, feature_name, unit  str
        customers_known              int    customers for whom it is known
        used                         bool
        why_not                      str    why it is left out; empty where it is used

    Notes
    -----
    Left out are a feature that fewer than half of the customers have, one that is the same for all who have it, and of
    two that are correlated above .9 either way (on the scale) the one that stands later in the order of `FEATURES`.
    Rates below zero count as zero; what is not known stands at the median, and then neither draws nor repels.

    Examples
    --------
    >>> table = pd.DataFrame(0.0, index=range(4), columns=list(NAMES))
    >>> table["recency"], table["frequency"], table["breadth"] = [1, 5, 9, 40], [9, 1, 1, 4], [10, 2, 2, 5]
    >>> scale, said = feature_scale(table)
    >>> scale.names
    ('recency', 'frequency')
    >>> said.loc[said["feature"] == "breadth", "why_not"].item()
    'Nearly the same as frequency: one of the two is enough.'
    """
    known = features[list(NAMES)].astype(float)
    why_not = {name: _why_not(known[name]) for name in NAMES}
    rows, columns = [], {}
    for name in [name for name in NAMES if not why_not[name]]:
        row = _row(name, known[name])
        columns[name] = _scaled(known[name], *row)
        twin = next((other for other, *_ in rows if _correlation(columns[name], columns[other]) > TWINS), None)
        if twin:
            why_not[name] = f"Nearly the same as {twin}: one of the two is enough."
        else:
            rows.append((name, *row))
    table = pd.DataFrame([(feature.name, feature.title, feature.unit) for feature in FEATURES])
    table.columns = ["feature", "feature_name", "unit"]
    table["customers_known"] = known.notna().sum().to_numpy()
    table["used"] = [not why_not[name] for name in NAMES]
    table["why_not"] = pd.Series(list(why_not.values()), dtype="str")
    parts = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return Scale(*(tuple(part) for part in parts), channel=channel), table


def scaled(features: pd.DataFrame, scale: Scale) -> np.ndarray:
    """Customers x features on the scale, in the order of the rows; what is not known stands at the median.

    >>> table = pd.DataFrame({"recency": [0.0, np.expm1(1.0), None]})
    >>> scaled(table, Scale(("recency",), ("log1p",), (1.0,), (0.0,), (0.5,)))[:, 0].tolist()
    [0.0, 2.0, 0.0]
    """
    rows = zip(scale.names, scale.transforms, scale.units, scale.medians, scale.spreads, strict=True)
    columns = [_scaled(features[name], *row) for name, *row in rows]
    return np.column_stack(columns) if columns else np.zeros((len(features), 0))


def own_units(points: np.ndarray, scale: Scale) -> np.ndarray:
    """Points on the scale, such as centres, back in the units of the features.

    >>> own_units(np.array([[2.0]]), Scale(("trend",), ("none",), (1.0,), (0.5,), (0.25,))).tolist()
    [[1.0]]
    """
    values = points * np.array(scale.spreads) + np.array(scale.medians)
    logged = np.array([transform == "log1p" for transform in scale.transforms], dtype=bool)
    return np.where(logged, np.expm1(np.where(logged, values, 0.0)), values) * np.array(scale.units)


def _row(name: str, values: pd.Series) -> tuple[str, float, float, float]:
    """transform, unit, median and spread of a feature."""
    values = np.sort(values.dropna().to_numpy())  # sorted, so that the order of customers decides no last bit
    middle = np.median(values[values > 0]) if name in MONEY and (values > 0).any() else OF_MEDIAN
    transform, unit = "none" if name in SIGNED else "log1p", float(middle / OF_MEDIAN)
    moved = _transformed(values, transform, unit)
    low, median, high = np.quantile(moved, [0.25, 0.5, 0.75])
    spread = high - low if high - low > 1 / GRID else np.std(moved, ddof=1)
    return transform, unit, float(np.round(median, 9)), float(np.round(spread, 9))


def _transformed(values: np.ndarray, transform: str, unit: float) -> np.ndarray:
    return np.log1p(np.clip(values, 0, None) / unit) if transform == "log1p" else values / unit


def _scaled(values: pd.Series, transform: str, unit: float, median: float, spread: float) -> np.ndarray:
    far = (_transformed(values.to_numpy(dtype=float), transform, unit) - median) / spread
    return np.rint(np.nan_to_num(np.clip(far, -FARTHEST, FARTHEST)) * GRID) / GRID + 0.0


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    """The size of Pearson's correlation, rounded so that the order of rows decides nothing."""
    n, sums = len(one), (one.sum(), other.sum())
    cross = n * (one @ other) - sums[0] * sums[1]
    squares = (n * (one @ one) - sums[0] ** 2) * (n * (other @ other) - sums[1] ** 2)
    return float(np.round(abs(cross) / np.sqrt(squares), 9)) if squares > 0 else 0.0


def _why_not(values: pd.Series) -> str:
    """Why a feature cannot count; empty where it can."""
    feature = FEATURES[NAMES.index(values.name)]
    known = values.dropna()
    if len(known) < LEAST_KNOWN * len(values) or len(known) < 2:
        part = "no customer" if known.empty else "fewer than half of the customers"
        return f"Known for {part}. It needs {feature.needs}."
    low, high = _transformed(np.array([known.min(), known.max()]), "none" if values.name in SIGNED else "log1p", 1.0)
    return "The same for every customer: it tells nobody apart." if high - low < 1e-9 else ""
