"""The register of tactics: what people wrote down, as a table that every later question can be asked of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.method.group_named import NO_GROUP, group_named, names_of_groups, shown_name
from helpers.method.share import ALL

EFFECTS = ("effect_low", "effect_likely", "effect_high")
TEXTS = ("title", "function", "stage", "process_changed", "measure", "owner", "control", "stop_rule")
NUMBERS = ("cost", "people_days", *EFFECTS)
DAYS = ("starts", "ends", "trial_on")
BETWEEN = "; "  # names of several prerequisites in one cell


def tactics(
    register: Mapping[str, Mapping] | None, groups: pd.DataFrame | None, drivers: pd.DataFrame | None
) -> pd.DataFrame:
    """The register as a table, its groups and drivers found by id or name.

    Parameters
    ----------
    register : mapping of a tactic's key to its row, or None
        As decided; what a row leaves out is not known.
    groups : DataFrame with group_id and group_name, or None
    drivers : DataFrame with driver and label, of the survey, or None
        Of step 06; without it a driver stays as it was written.

    Returns
    -------
    DataFrame, one row per tactic in the order of the register: the published tactics without what later questions add
        group_id     str    "no_group" where what was written is no group of ours; "all" for all customers
        driver       str    as the survey calls it where it can be found, else as written; empty where none was named
        effects      float  discounted margin over the horizon; all three missing where low <= likely <= high fails
        cost         float  missing where nobody said; never zero for that
        needs        str    keys of the tactics that come first, parted by "; "
        selected     bool   whether the team chose it

    Examples
    --------
    >>> groups = pd.DataFrame({"group_id": ["g1"], "group_name": ["Yards"]})
    >>> row = {"title": "Bay", "group": "yards", "cost": 10, "starts": "2027-01-01", "selected": "yes"}
    >>> table = tactics({"bay": row, "mail": {"title": "Mail", "group": "Clubs"}}, groups, None)
    >>> table[["tactic", "group_id", "cost", "selected"]].values.tolist()
    [['bay', 'g1', 10.0, True], ['mail', 'no_group', nan, False]]
    """
    rows = {str(key): dict(row or {}) for key, row in (register or {}).items()}
    table = pd.DataFrame({"tactic": pd.Series(list(rows), dtype="str")})
    for name in TEXTS:
        table[name] = pd.Series([cell_text(row.get(name)) for row in rows.values()], dtype="str")
    for name in NUMBERS:
        table[name] = pd.Series([_number(row.get(name)) for row in rows.values()], dtype="float64")
    for name in DAYS:
        table[name] = pd.to_datetime(pd.Series([row.get(name) or None for row in rows.values()], dtype="object"))
    written = pd.Series([cell_text(row.get("group")) for row in rows.values()], dtype="str")
    table["group_id"] = _groups(written, groups)
    names = names_of_groups(groups)
    table["group_name"] = pd.Series([shown_name(group, names) for group in table["group_id"]], dtype="str")
    table["group_written"] = written
    said = [cell_text(row.get("driver")) for row in rows.values()]
    table[["driver", "driver_name"]] = pd.DataFrame(_drivers(said, drivers), columns=["driver", "driver_name"]).astype(
        "str"
    )
    table["needs"] = pd.Series([BETWEEN.join(needs_of(row.get("needs"))) for row in rows.values()], dtype="str")
    table["selected"] = pd.Series([cell_text(row.get("selected")) == "yes" for row in rows.values()], dtype=bool)
    low, likely, high = (table[name] for name in EFFECTS)
    table.loc[~((low <= likely) & (likely <= high)), list(EFFECTS)] = np.nan
    return table


def needs_of(value: object) -> list[str]:
    """The keys of the tactics that come first, as written in one text or in a list, each once.

    >>> needs_of("a; b"), needs_of(["a", "a"]), needs_of(None)
    (['a', 'b'], ['a'], [])
    """
    parts = value if isinstance(value, (list, tuple)) else str(value or "").split(";")
    return list(dict.fromkeys(str(part).strip() for part in parts if str(part).strip()))


def chosen_tactics(tactics: pd.DataFrame) -> pd.DataFrame:
    """Those that the team chose; all of them while nothing is chosen yet.

    >>> chosen_tactics(pd.DataFrame({"tactic": ["a", "b"], "selected": [False, True]}))["tactic"].tolist()
    ['b']
    """
    return tactics[tactics["selected"]] if tactics["selected"].any() else tactics


def _groups(written: pd.Series, groups: pd.DataFrame | None) -> pd.Series:
    """Group ids; "all" where all customers are meant."""
    found = group_named(written.where(written != "", None), groups).group_id
    everybody = written.str.strip().str.lower().isin([ALL, "all customers"])
    return found.where(~(everybody & (found == NO_GROUP)), ALL).astype("str")


def _drivers(said: Sequence[str], drivers: pd.DataFrame | None) -> list[tuple[str, str]]:
    """Driver and its name in plain words, by either of them."""
    known = [] if drivers is None else drivers[["driver", "label"]].drop_duplicates("driver").to_numpy().tolist()
    by_word = {str(word).strip().lower(): (driver, label) for driver, label in known for word in (label, driver)}
    return [by_word.get(one.lower(), (one, one)) for one in said]


def cell_text(value: object) -> str:
    """What people wrote in a cell, without the blanks around it; nothing where they left it out.

    >>> cell_text(" keep "), cell_text(None)
    ('keep', '')
    """
    return "" if value is None else str(value).strip()


def _number(value: object) -> float:
    return float("nan") if value is None or cell_text(value) == "" else float(value)
