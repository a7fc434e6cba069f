"""What a waterfall adds up: where each part starts and ends, and which stand together when some may not be shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from helpers.client.schema import TableSchema
from helpers.errors import StepInputError, listed, quoted
from helpers.show.audience import Audience
from helpers.show.encodings import Drawing, NothingToDraw
from helpers.show.masking import counts_behind, mask_table, small_rows
from helpers.show.numbers import cell_texts, fixed

TOGETHER = "Other parts together"
_HALF_A_UNIT = {"money": 0.005, "integer": 0.5}


def is_total(rows: pd.DataFrame, encoding: Mapping[str, Any]) -> np.ndarray:
    """Which rows are whole amounts; a row of which that is not known is a step."""
    return rows[encoding["total"]].fillna(False).to_numpy(dtype=bool)


def ends_of(drawing: Drawing) -> tuple[np.ndarray, np.ndarray]:
    """Where each row starts and ends: a total from zero, a step from where the row before it ended.

    A row without a value changes nothing.

    Raises
    ------
    StepInputError
        If a total is not what the rows before it add up to: within half a cent for money, half a unit for counts, a
        millionth of the largest amount for other numbers.
    NothingToDraw
        If that is so because a value is not known.
    """
    values, totals = drawing.values("value").to_numpy(), is_total(drawing.rows, drawing.encoding)
    largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    half = _HALF_A_UNIT.get(drawing.schema.column(drawing.encoding["value"]).type, 1e-6 * largest)
    tolerance = max(half, 1e-12 * largest)  # what floats cannot hold is no difference
    starts, ends = [], []
    since, unknown = [], []  # from the last total on: values, and places of those not known
    for place, (value, total) in enumerate(zip(values.tolist(), totals.tolist(), strict=True)):
        reached = math.fsum(since)
        known = math.isfinite(value)
        if known and total:
            if place and abs(value - reached) > tolerance:
                raise _no_sum(drawing, place, reached, unknown)
            since, unknown = [], []
        (since if known else unknown).append(value if known else place)
        starts.append(0.0 if known and total else reached)
        ends.append(math.fsum(since))
    return np.array(starts), np.array(ends)


def _no_sum(drawing: Drawing, place: int, reached: float, unknown: list[int]) -> StepInputError:
    """What to say of a total that is not the sum of what stands before it."""
    names, column = drawing.texts(drawing.encoding["label"]), drawing.schema.column(drawing.encoding["value"])
    if unknown:
        missing, total = listed([quoted(names[other]) for other in unknown]), quoted(names[place])
        return NothingToDraw(f"the value of {missing} is not known, and {total} is not the sum of the others.")
    value, decimals = float(drawing.values("value").iloc[place]), {"money": 2, "integer": 0}.get(column.type, 6)
    found, expected, apart = (fixed(number, decimals) for number in (value, reached, value - reached))
    return StepInputError(
        f"Table {drawing.schema.name}: {quoted(names[place])} is {found} in {column.name}, but the rows before it add "
        f"up to {expected}, a difference of {apart}. A waterfall that does not add up is not drawn: complete the rows, "
        f"or correct which of them are totals in {drawing.encoding['total']}."
    )


def mask_parts(
    rows: pd.DataFrame, encoding: Mapping[str, Any], schema: TableSchema, audience: Audience
) -> tuple[pd.DataFrame, list[str]]:
    """The rows for this audience, and what was held back: small steps become one step, so that the sums still hold.

    A step left out would be known from the difference. So the steps between two totals that rest on too few customers
    are joined and, while they are still too few, the step with the next fewest customers joins them. Where a series
    makes panels, a panel with a part that rests on too few is left out whole.

    Raises
    ------
    NothingToDraw
        If a total rests on too few customers, or all steps together do.
    """
    small, totals = small_rows(rows, audience), is_total(rows, encoding)
    if not small.any():
        return mask_table(rows, schema, audience)
    if "series" in encoding:
        return _whole_panels(rows, small, encoding["series"], schema, audience)
    pieces, notes = [], []
    for _, places in pd.Series(range(len(rows))).groupby(np.cumsum(totals)):
        places = places.to_numpy()
        if small[places].any():
            joined = _joined(rows.iloc[places], small[places], totals[places], audience.min_cell)
            pieces.append(_as_one(rows.iloc[places], joined, encoding))
            column = schema.column(encoding["label"])
            names = cell_texts(list(rows.iloc[places[joined]][column.name]), column, audience)
            few = f"at least one of them rests on fewer than {audience.min_cell} customers"
            notes.append(f"{listed(names, len(names))} are shown together, because {few}.")
        else:
            pieces.append(rows.iloc[places])
    masked, others = mask_table(pd.concat(pieces), schema, audience)
    return masked, notes + others


def _whole_panels(
    rows: pd.DataFrame, small: np.ndarray, series: str, schema: TableSchema, audience: Audience
) -> tuple[pd.DataFrame, list[str]]:
    """The panels that rest on enough customers, and which do not."""
    few = pd.Series(small, index=rows.index).groupby(rows[series], dropna=False).transform("any").to_numpy()
    names = cell_texts(list(rows.loc[few, series].drop_duplicates()), schema.column(series), audience)
    masked, notes = mask_table(rows[~few], schema, audience)
    verb = "is" if len(names) == 1 else "are"
    note = f"{listed(names, len(names))} {verb} not shown: fewer than {audience.min_cell} customers stand behind it."
    return masked, [note.replace("it.", "each.") if len(names) > 1 else note, *notes]


def _joined(rows: pd.DataFrame, small: np.ndarray, totals: np.ndarray, least: int) -> np.ndarray:
    """The places of the steps to join: the small ones, then those with the fewest customers until there are enough."""
    counts = counts_behind(rows).to_numpy()
    joined = list(np.flatnonzero(small))
    fewest_first = np.argsort(counts.sum(axis=1), kind="stable")
    others = [place for place in fewest_first if not small[place] and not totals[place] and counts[place].any()]

    def too_few() -> bool:
        together = counts[joined].sum(axis=0)
        return bool(((together > 0) & (together < least)).any())

    while too_few() and others:
        joined.append(others.pop(0))
    if too_few() or totals[joined].any():
        raise NothingToDraw(f"a part rests on fewer than {least} customers, and without it the others do not add up.")
    return np.sort(joined)


def _as_one(rows: pd.DataFrame, joined: np.ndarray, encoding: Mapping[str, Any]) -> pd.DataFrame:
    """The rows with these as one, at the place of the first; what cannot be added is not known of it."""
    parts = rows.iloc[joined]
    one = rows.iloc[:0].reindex(parts.index[:1])
    one[encoding["label"]] = TOGETHER
    one[encoding["total"]] = False
    for name in {encoding["value"], encoding.get("count", encoding["value"]), *counts_behind(rows).columns}:
        one[name] = parts[name].sum(skipna=False)
    others = np.setdiff1d(np.arange(len(rows)), joined)
    return pd.concat([rows.iloc[others[others < joined[0]]], one, rows.iloc[others[others > joined[0]]]])
