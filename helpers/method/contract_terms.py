"""Contracts as rows of a table, read as lives: how often was each renewed, and did it end or does it run?

A client writes a contract as one row that goes on or as a new row at each renewal. Both say the same here.
"""

from __future__ import annotations

import pandas as pd

from helpers.errors import StepInputError
from helpers.method.delivered import columns_of
from helpers.method.money import whole_money

GAP_DAYS = 30  # a new contract that begins within so many days after the last one's end is its renewal
USUAL_MONTHS = 12  # of a period, where the client does not say
RUNNING, ENDED, PENDING = "running", "ended", "pending"


def contract_terms(contracts: pd.DataFrame | None, *, as_of: object) -> pd.DataFrame:
    """The life of each contract up to as_of: its renewals so far, and what has become of it.

    Answers "how many periods did contracts like these last?".

    Parameters
    ----------
    contracts : DataFrame, one row per contract or per term of it, or None
        customer_id, start_date, end_date (last day, included; blank = still running), monthly_fee, period_months.
    as_of : date
        Rows that begin on it or later are left out: nothing is known of them yet.

    Returns
    -------
    DataFrame, one row per contract, sorted by customer_id, first day, fee
        customer_id    str
        first_day      datetime64
        monthly_fee    float  the last one
        period_months  int    the last one; 12 where the client does not say
        assumed_period bool   whether it is that 12
        renewals       int    ends of periods that it outlived
        state          str    running (also beyond as_of), ended, or pending: its last period ended within 30 days
                              before as_of, so whether it goes on is not known yet
        next_end       datetime64  first day on which it does not run unless renewed; missing unless running

    Raises
    ------
    StepInputError
        If a row has no first day or no fee, or ends before it begins.

    Notes
    -----
    A row of the same customer that begins within 30 days after the end of another one renews it; of several, the one
    that ended last is renewed. Rows that overlap are contracts beside each other. A row that runs for several periods
    was renewed at the end of each but the last; what ended inside a period ended at that period's end.

    Examples
    --------
    >>> rows = pd.DataFrame({"customer_id": ["c1", "c1"], "start_date": pd.to_datetime(["2024-01-01", "2025-01-10"]),
    ...     "end_date": pd.to_datetime(["2024-12-31", None]), "monthly_fee": [90.0, 95.0], "period_months": [12, 12]})
    >>> life = contract_terms(rows, as_of="2026-02-01")
    >>> life[["renewals", "state", "monthly_fee"]].values.tolist(), f"{life['next_end'][0]:%Y-%m-%d}"
    ([[2, 'running', 95.0]], '2027-01-10')
    """
    types = {"customer_id": "str", "start_date": "datetime64[us]", "end_date": "datetime64[us]", "monthly_fee": float}
    rows = columns_of(contracts, types | {"period_months": "Int64"})
    _refuse_senseless(rows)
    today = pd.Timestamp(as_of)
    rows = rows[rows["start_date"] < today]
    keys = ["customer_id", "start_date", "end_date", "monthly_fee", "period_months"]
    rows = rows.sort_values(keys, na_position="last", kind="stable", ignore_index=True)
    rows["assumed_period"] = rows["period_months"].isna()
    rows["period_months"] = rows["period_months"].fillna(USUAL_MONTHS).astype("int64").clip(lower=1)
    lives: list[dict] = []
    for _, own in rows.groupby("customer_id", sort=True):
        lives += _lives(own.to_dict("records"), today)
    columns = ["customer_id", "first_day", "monthly_fee", "period_months", "assumed_period", "renewals", "state"]
    table = pd.DataFrame(lives, columns=[*columns, "next_end"])
    table = table.sort_values(["customer_id", "first_day", "monthly_fee"], kind="stable", ignore_index=True)
    table["monthly_fee"] = whole_money(table["monthly_fee"])
    whole = {"period_months": "int64", "renewals": "int64", "assumed_period": bool}
    days = {"first_day": "datetime64[us]", "next_end": "datetime64[us]"}
    return table.astype({"customer_id": "str", "state": "str"} | whole | days)


def _refuse_senseless(rows: pd.DataFrame) -> None:
    blank = rows["start_date"].isna() | rows["monthly_fee"].isna()
    if blank.any():
        raise StepInputError(
            f"contracts: {int(blank.sum())} of {len(rows)} rows have no start_date or no monthly_fee. "
            "Expected both in each row; correct the table."
        )
    turned = rows["end_date"] < rows["start_date"]
    if turned.any():
        first = rows[turned].iloc[0]
        raise StepInputError(
            f"contracts: {int(turned.sum())} rows end before they begin, such as one from "
            f"{first['start_date']:%Y-%m-%d} to {first['end_date']:%Y-%m-%d}. Expected end_date as the last day; "
            "correct the table."
        )


def _lives(rows: list[dict], today: pd.Timestamp) -> list[dict]:
    """Rows of one customer by first day, joined where one renews another."""
    lives: list[dict] = []
    for row in rows:
        over = [life for life in lives if _renews(row, life)]
        if over:
            life = max(over, key=lambda one: one["until"])
            life["renewals"] += 1  # at the end of the row before
        else:
            life = {"customer_id": row["customer_id"], "first_day": row["start_date"], "renewals": 0}
            lives.append(life)
        life |= {name: row[name] for name in ("monthly_fee", "period_months", "assumed_period")}
        life |= _row_until(row, today)
        life["renewals"] += life.pop("inside")
    for life in lives:
        del life["until"]
    return lives


def _renews(row: dict, life: dict) -> bool:
    late = row["start_date"] - life["until"]
    return pd.Timedelta(0) <= late <= pd.Timedelta(days=GAP_DAYS)


def _row_until(row: dict, today: pd.Timestamp) -> dict:
    """What one row says: ends of periods outlived inside it, the first day after it, and its state at today."""
    start, months = row["start_date"], row["period_months"]
    open_end = pd.isna(row["end_date"])
    until = pd.Timestamp.max if open_end else row["end_date"] + pd.Timedelta(days=1)
    last = min(until, today)  # the ends of periods up to here are known
    inside = 0
    while start + pd.DateOffset(months=months * (inside + 1)) <= last:
        inside += 1
    boundary = start + pd.DateOffset(months=months * inside)
    if until > today:
        ahead = start + pd.DateOffset(months=months * (inside + 1))
        return {"inside": inside, "until": until, "state": RUNNING, "next_end": min(ahead, until)}
    if inside and boundary == until:
        inside -= 1  # the end itself is no renewal, unless a row renews it
    state = PENDING if today - until < pd.Timedelta(days=GAP_DAYS) else ENDED
    return {"inside": inside, "until": until, "state": state, "next_end": pd.NaT}
