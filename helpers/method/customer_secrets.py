"""The register of customer secrets: what we know of our customers' own work that no rival knows, and how sure it is.

People write it; this module says which entries still stand. A secret that nobody confirmed grows old, and one that a
competitor knows is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from helpers.method.delivered import columns_of
from helpers.method.share import ALL, ALL_NAME

STALE_MONTHS = 18
STANDINGS = {
    "confirmed": "Confirmed",
    "to_confirm": "To be confirmed",
    "undated": "Undated: ask when",
    "stale": "Stale: confirm or drop",
    "known": "Known to competitors",
    "dropped": "Dropped",
}
ALIVE = ("confirmed", "to_confirm")  # on which an offer may be built
_TEXTS = ("what", "how_learned", "confirmed_by", "known_to_competitors", "offer", "status")


def customer_secrets(
    register: Mapping[str, Mapping[str, Any]] | None, groups: pd.DataFrame | None = None, *, as_of: object
) -> pd.DataFrame:
    """The register as a table, each entry with what it is worth today.

    Parameters
    ----------
    register : mapping of secret to its answers, or None
        The decision `all.secrets`: group (an id or a name), what, how_learned, learned_on, confirmed_by,
        known_to_competitors (no, unclear, yes), offer, status (heard, checked, in_use, dropped).
    groups : DataFrame, optional
        group_id and group_name of the groups in force.
    as_of : date
        By which a secret is old.

    Returns
    -------
    DataFrame, one row per secret in the order of the register
        secret         str         its key in the register
        group_id       str         missing where its group is none of today's
        group_name     str         as today, else as it was written
        what, how_learned, confirmed_by, known_to_competitors, offer, status  str  missing where not said
        learned_on     datetime64
        standing       str         the first that holds: dropped (by its status), known (competitors know it),
                                   confirmed (by somebody), undated (no day, not confirmed), stale (learned more than 18
                                   months before as_of, not confirmed), to_confirm
        standing_name  str         for reading

    Examples
    --------
    >>> register = {"kits": {"what": "They pack by boat.", "learned_on": "2025-01-10"}}
    >>> customer_secrets(register, as_of="2026-09-01")["standing"].tolist()
    ['stale']
    """
    names = columns_of(groups, {"group_id": "str", "group_name": "str"}).drop_duplicates("group_id")
    by_id = {ALL: ALL_NAME} | dict(names.itertuples(index=False))
    by_name = {str(name).casefold(): group_id for group_id, name in by_id.items()}
    oldest = pd.Timestamp(as_of) - pd.DateOffset(months=STALE_MONTHS)
    rows = []
    for secret, said in (register or {}).items():
        row = {name: _text(said.get(name)) for name in _TEXTS} | {"secret": str(secret)}
        written = _text(said.get("group"))
        group_id = written if written in by_id else by_name.get((written or "").casefold())
        row |= {"group_id": group_id, "group_name": by_id.get(group_id, written)}
        row["learned_on"] = pd.NaT if _text(said.get("learned_on")) is None else pd.Timestamp(said["learned_on"])
        row["standing"] = _standing(row, oldest)
        rows.append(row | {"standing_name": STANDINGS[row["standing"]]})
    columns = ["secret", "group_id", "group_name", "what", "how_learned", "learned_on", "confirmed_by"]
    columns += ["known_to_competitors", "offer", "status", "standing", "standing_name"]
    kinds = dict.fromkeys(columns, "str") | {"learned_on": "datetime64[us]"}
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def _text(value: Any) -> str | None:
    """What was said in words; None for nothing."""
    text = "" if value is None else str(value).strip()
    return text or None


def _standing(row: Mapping[str, Any], oldest: pd.Timestamp) -> str:
    if row["status"] == "dropped":
        return "dropped"
    if row["known_to_competitors"] == "yes":
        return "known"
    if row["confirmed_by"]:
        return "confirmed"
    if pd.isna(row["learned_on"]):
        return "undated"
    return "stale" if row["learned_on"] < oldest else "to_confirm"
