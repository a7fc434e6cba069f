"""Labels beside marked points: where there is room, off the lines and off each other, never outside the axes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from helpers.show.layout import text_width, wrapped
from helpers.show.style import POINT

_LINE, _LINES = 11.0, 4  # points; a label has so many lines at most
_WIDTHS = (132.0, 108.0, 84.0, 60.0)  # points; the ways to break a label, the widest first

# directions from the point, the most usual first, and how far the label may stand off, in points
_AROUND = ((1, 0), (1, 1), (-1, 1), (-1, 0), (-1, -1), (1, -1), (0, 1), (0, -1))
_GAPS = (7.0, 12.0, 18.0, 26.0, 36.0, 48.0, 62.0, 78.0, 96.0, 120.0)
_CLEAR = 3.0  # points kept free around a label
FAR = 18.0  # from here on a thin line ties the label to its point

Box = tuple[float, float, float, float]  # left, top, right, bottom, in points from the top left of the figure


def write_beside(
    axes: Axes,
    points: Sequence[tuple[float, float, str, str]],
    courses: Sequence[tuple[np.ndarray, np.ndarray]],
    *,
    near: bool = False,
) -> list[float]:
    """Write the label of each point (x, y, text, colour) beside it, clear of lines (x, y), all in the axes' units.

    A label that stands off is tied to its point by a thin line; with `near` none does, and each covers as little of the
    lines as it can. One that finds no place is left to the table. Gives back how far each stands from its point, in
    points: from `FAR` on it is tied, without a place it is infinite.
    """
    figure, frame = axes.figure, axes.get_position()
    width, height = (size / POINT for size in figure.get_size_inches())
    left, right, top, bottom = frame.x0 * width, frame.x1 * width, (1 - frame.y1) * height, (1 - frame.y0) * height
    bounds = (left + _CLEAR, top + _CLEAR, right - _CLEAR, bottom - _CLEAR)  # clear of a frame

    def on_figure(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        at = axes.transData.transform(np.column_stack([x, y])) / figure.dpi / POINT
        return np.column_stack([at[:, 0], height - at[:, 1]])

    places = [tuple(on_figure([x], [y])[0].tolist()) for x, y, *_ in points]
    labels = [_ways(text, (bounds[2] - bounds[0]) * 0.6) for *_, text, _ in points]
    sizes = [[(max(map(text_width, way)), len(way) * _LINE) for way in ways] for ways in labels]
    lines = [_along(on_figure(*course)) for course in courses]
    gaps = [gap for gap in _GAPS if gap < FAR] if near else _GAPS
    found = boxes_beside(places, sizes, np.concatenate([np.empty((0, 2)), *lines]), bounds, gaps)
    distances = []
    behind = {"facecolor": figure.get_facecolor(), "edgecolor": "none", "pad": 0.6}
    for place, ways, spot, (*_, colour) in zip(places, labels, found, points, strict=True):
        if spot is None:
            distances.append(np.inf)
            continue
        way, box = spot
        # the text leans to its point
        x, side = (box[2], "right") if box[2] < place[0] else (box[0], "left")
        for row, text in enumerate(ways[way]):
            y = 1 - (box[1] + (row + 0.5) * _LINE) / height
            figure.text(x / width, y, text, ha=side, va="center_baseline", color=colour, bbox=behind)
        end = np.clip(place, box[:2], box[2:])
        apart = float(np.hypot(*(end - place)))
        distances.append(apart)
        if apart > FAR:
            x, y = np.transpose([place, end + (place - end) * 2 / apart])
            figure.add_artist(Line2D(x / width, 1 - y / height, color=colour, linewidth=0.8))
    return distances


def _ways(text: str, widest: float) -> list[list[str]]:
    """The label broken in several ways, none of them cut where that can be helped."""
    ways = [wrapped(text, width, _LINES) for width in sorted({min(width, widest) for width in _WIDTHS}, reverse=True)]
    whole = [way for way in ways if not way[-1].endswith("…")]
    return whole or ways[:1]


def boxes_beside(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[Sequence[tuple[float, float]]],
    obstacles: np.ndarray,
    bounds: Box,
    gaps: Sequence[float] = _GAPS,
) -> list[tuple[int, Box] | None]:
    """A box for the label of each point, in order; None where every place would cover a label or a point.

    Parameters
    ----------
    points : (x, y) of each point
    sizes : for each point the (width, height) of its label, one for each way to break it
    obstacles : array, one row (x, y) for each place that a label should leave free, such as places along the lines
    bounds : Box
        What the labels may not leave.
    gaps : how far a label may stand off its point, the nearest first

    Returns
    -------
    list of (which of the sizes, Box)

    Notes
    -----
    The nearest place that leaves all obstacles free wins; where there is none, the one that covers fewest.

    >>> boxes_beside([(10, 10)], [[(20, 8)]], np.empty((0, 2)), (0, 0, 100, 100))
    [(0, (17.0, 6.0, 37.0, 14.0))]
    """
    placed: list[tuple[int, Box] | None] = []
    dots = np.array(points, dtype=float).reshape(-1, 2)
    for point, ways in zip(points, sizes, strict=True):
        others = [spot[1] for spot in placed if spot is not None]
        best, least = None, np.inf
        for gap, (way, size), direction in product(gaps, enumerate(ways), _AROUND):
            box = _inside(_box(point, size, direction, gap), bounds)
            if box is None or _holds(box, dots).any() or any(_meet(box, other) for other in others):
                continue
            covered = int(_holds(box, obstacles).sum())
            if covered < least:
                best, least = (way, box), covered
            if covered == 0:
                break
        placed.append(best)
    return placed


def _along(course: np.ndarray) -> np.ndarray:
    """Places along a line, two points from each other; where the line is broken there are none."""
    known = np.isfinite(course).all(axis=1)
    pieces = [course[known]]
    for place in np.flatnonzero(known[1:] & known[:-1]):
        start, end = course[place], course[place + 1]
        steps = int(np.hypot(*(end - start)) / 2) + 2
        pieces.append(np.linspace(start, end, steps))
    return np.concatenate(pieces)


def _box(point: tuple[float, float], size: tuple[float, float], direction: tuple[int, int], gap: float) -> Box:
    """The label with its nearest edge or corner so far from the point in this direction."""
    (x, y), (width, height), (across, down) = point, size, direction
    gap = gap * 0.7 if across and down else gap
    left = x + across * gap + {1: 0, 0: -width / 2, -1: -width}[across]
    top = y + down * gap + {1: 0, 0: -height / 2, -1: -height}[down]
    return left, top, left + width, top + height


def _inside(box: Box, bounds: Box) -> Box | None:
    """The box moved into the bounds; None where it is larger than they are."""
    (left, top, right, bottom), (low, high, far, deep) = box, bounds
    width, height = right - left, bottom - top
    if width > far - low or height > deep - high:
        return None
    left, top = min(max(left, low), far - width), min(max(top, high), deep - height)
    return left, top, left + width, top + height


def _holds(box: Box, places: np.ndarray) -> np.ndarray:
    left, top, right, bottom = box
    x, y = places[:, 0], places[:, 1]
    across = (x > left - _CLEAR) & (x < right + _CLEAR)
    return across & (y > top - _CLEAR) & (y < bottom + _CLEAR)


def _meet(box: Box, other: Box) -> bool:
    across = min(box[2], other[2]) - max(box[0], other[0])
    down = min(box[3], other[3]) - max(box[1], other[1])
    return across > -_CLEAR and down > -_CLEAR
