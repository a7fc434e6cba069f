"""Customers alike in what they do: centres that are found once and kept, and who is nearest to which.

Labels are numbers from 0 on, the largest cluster first; `helpers.method.group_identity` gives clusters their lasting
ids. Centres are frozen with a version: later data are assigned to them and not fitted again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.group_features import FEATURES
from helpers.method.group_kmeans import kmeans, nearest
from helpers.method.group_scale import Scale, own_units, scaled

SEED = 20_030
STARTS = 10
MOST_ROWS = 20_000  # that centres are sought on; they then settle on all rows
DIGITS = 9
NAMES = {feature.name: feature.title for feature in FEATURES}


@dataclass(frozen=True)
class Centres:
    """k centres on a scale: `points` is k x features, in the order of `scale.names`."""

    scale: Scale
    points: np.ndarray

    @property
    def k(self) -> int:
        """How many there are."""
        return len(self.points)


def fit_centres(features: pd.DataFrame, scale: Scale, k: int, *, seed: int = SEED) -> Centres:
    """Centres of k clusters of these customers, the cluster with most customers first.

    Parameters
    ----------
    features : DataFrame, one row per customer, from `group_features`; any order
    scale : Scale, from `feature_scale`
    k : int
    seed : int, for the starts

    Returns
    -------
    Centres

    Raises
    ------
    StepInputError
        If fewer than k customers differ in what the scale shows of them.

    Notes
    -----
    The best of ten k-means by inertia; above 20,000 customers on that many of them, and then once on all. Clusters of
    equal size stand in the order of their centres.

    Examples
    --------
    >>> table = pd.DataFrame({"recency": [1.0, 2.0, 300.0, 310.0, 320.0]})
    >>> centres = fit_centres(table, Scale(("recency",), ("log1p",), (1.0,), (3.0,), (2.0,)), 2)
    >>> [[round(value) for value in row] for row in own_units(centres.points, centres.scale).tolist()]
    [[310], [1]]
    """
    points = in_order(scaled(features, scale))
    return Centres(scale, settled(points, k, seed=seed))


def settled(points: np.ndarray, k: int, *, seed: int = SEED) -> np.ndarray:
    """Centres of k clusters of points that stand `in_order`; k x features, the largest cluster first."""
    if k < 1 or len(np.unique(points, axis=0)) < k:
        raise StepInputError(
            f"{k} groups were asked for, and {len(points)} customers differ in fewer ways than that. "
            "Ask for fewer groups, or form them by rules."
        )
    rng = np.random.default_rng([seed, k])
    some = points
    if len(points) > MOST_ROWS:
        some = points[np.sort(rng.choice(len(points), MOST_ROWS, replace=False))]
    centres = kmeans(some, np.ones((1, len(some))), k, rng, starts=STARTS)
    if some is not points:
        centres = kmeans(points, np.ones((1, len(points))), k, rng, begin=centres)
    size = np.bincount(nearest(points, centres)[0], minlength=k)
    return centres[0][np.lexsort((*centres[0].T[::-1], -size))]


def assign(features: pd.DataFrame, centres: Centres) -> pd.DataFrame:
    """Which centre each customer is nearest to; customers unseen when the centres were found too.

    Parameters
    ----------
    features : DataFrame, one row per customer, from `group_features`; measured with the channel of the scale
    centres : Centres

    Returns
    -------
    DataFrame, one row per customer, in the order of the rows
        customer_id      str
        label            int    number of the nearest centre; of equally near ones the first
        distance         float  to it, on the scale
        second_label     int    number of the next one; empty where there is a single centre
        second_distance  float  to that

    Examples
    --------
    >>> table = pd.DataFrame({"customer_id": ["a", "b"], "trend": [0.0, 0.9]})
    >>> one = Centres(Scale(("trend",), ("none",), (1.0,), (0.0,), (0.5,)), np.array([[0.0], [2.0]]))
    >>> assign(table, one)[["label", "distance", "second_label"]].values.tolist()
    [[0, 0.0, 1], [1, 0.200000763, 0]]
    """
    points = scaled(features, centres.scale)
    squares = (points**2).sum(axis=1)[:, np.newaxis] + (centres.points**2).sum(axis=1) - 2 * (points @ centres.points.T)
    order = np.argsort(squares, axis=1, kind="stable")
    away = np.sqrt(np.take_along_axis(squares, order, axis=1)).round(DIGITS)
    several = centres.k > 1
    missing = pd.Series(pd.NA, index=range(len(points)))
    return pd.DataFrame(
        {
            "customer_id": features["customer_id"].astype("str").to_numpy(),
            "label": pd.Series(order[:, 0], dtype="Int64"),
            "distance": away[:, 0],
            "second_label": (pd.Series(order[:, 1]) if several else missing).astype("Int64"),
            "second_distance": away[:, 1] if several else np.nan,
        }
    )


def centres_table(centres: Centres, group_ids: list[str]) -> pd.DataFrame:
    """Centres as the published group_centres, to be kept with a version.

    Parameters
    ----------
    centres : Centres
    group_ids : list of str, one per centre

    Returns
    -------
    DataFrame, one row per group and feature
        group_id, feature, feature_name  str
        channel       str    the one that channel_mix counts; empty for the other features
        transform     str    log1p or none
        scale_unit    float  a value is divided by it before the transform
        scale_median  float  of the transformed values
        scale_iqr     float  interquartile range of the transformed values (standard deviation where that is zero)
        centre        float  on the scale
        centre_value  float  in the unit of the feature
    """
    scale, values = centres.scale, own_units(centres.points, centres.scale)
    rows = [
        (group, name, NAMES[name], (scale.channel or "") if name == "channel_mix" else "", *rest)
        for place, group in enumerate(group_ids)
        for name, *rest in zip(
            *(scale.names, scale.transforms, scale.units, scale.medians, scale.spreads),
            *(centres.points[place].tolist(), np.round(values[place], DIGITS).tolist()),
            strict=True,
        )
    ]
    words = ["group_id", "feature", "feature_name", "channel", "transform"]
    numbers = ["scale_unit", "scale_median", "scale_iqr", "centre", "centre_value"]
    table = pd.DataFrame(rows, columns=[*words, *numbers])
    return table.astype(dict.fromkeys(words, "str") | dict.fromkeys(numbers, "float64"))


def frozen_centres(group_centres: pd.DataFrame) -> tuple[Centres, list[str]]:
    """The centres of a published group_centres, and their group ids in its order.

    >>> made = Centres(Scale(("trend",), ("none",), (1.0,), (0.0,), (0.5,)), np.array([[0.0], [2.0]]))
    >>> again, ids = frozen_centres(centres_table(made, ["g2", "g1"]))
    >>> again.scale == made.scale, again.points.tolist(), ids
    (True, [[0.0], [2.0]], ['g2', 'g1'])
    """
    ids = list(dict.fromkeys(group_centres["group_id"].astype("str")))
    one = group_centres[group_centres["group_id"].astype("str") == ids[0]] if ids else group_centres
    columns = ("feature", "transform", "scale_unit", "scale_median", "scale_iqr")
    channel = next((name for name in one["channel"].astype("str").fillna("") if name), None)
    scale = Scale(*(tuple(one[column].tolist()) for column in columns), channel=channel)
    points = group_centres["centre"].to_numpy(dtype=float).reshape(len(ids), len(one))
    return Centres(scale, points), ids


def in_order(points: np.ndarray) -> np.ndarray:
    """The points in an order that depends on nothing but themselves, so that draws do not depend on rows or ids."""
    return points[np.lexsort(points.T[::-1])] if points.size else points
