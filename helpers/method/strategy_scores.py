"""What came of what was promised, in half a sentence for the board."""

from __future__ import annotations

import pandas as pd

from helpers.method.strategy_material import Told, counted_as


def scores_told(due: pd.DataFrame) -> tuple[str, dict[str, Told]]:
    """What came of the results that were due: those that people promised, and apart those that are only watched.

    Notes
    -----
    A portion has no better way: it is a watch and no promise, and counts as come where it lies in its range.
    """
    watched = due["better"].eq("")
    promised = due[~watched]
    hit = promised["hit"].astype(bool)
    values = {"watched": counted_as(int(watched.sum())), "seen": counted_as(int(due.loc[watched, "hit"].sum()))}
    seen = "{seen:count} of {watched:count} that are only watched came within theirs"
    if promised.empty:
        return seen.replace("theirs", "their range"), values
    counts = {
        "due": len(promised),
        "within": int(hit.sum()),
        "better": int((promised["good"].astype(bool) & ~hit).sum()),
    }
    counts["worse"] = counts["due"] - counts["within"] - counts["better"]
    within = "{within:count}" if counts["within"] else "none"
    told = f"of {{due:count}} promised results that were due {within} came within their range, {{better:count}} better "
    told += "and {worse:count} worse"
    values = {name: counted_as(count) for name, count in counts.items() if count or name != "within"} | (
        values if watched.any() else {}
    )
    return told + (f"; {seen}" if watched.any() else ""), values
