"""What was known of Harbour a year before? The client folder from which its first version is frozen.

The same Harbour, cut off after its first 24 months: nothing that happened, was asked or was planned later is in it.
What people decided then is what they decide today where it does not rest on numbers; dates are moved back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from harbour_maker.build import Harbour
from harbour_maker.decisions import decisions
from harbour_maker.truth import Truth
from harbour_maker.writing import csv_text

AS_OF = pd.Timestamp("2025-09-01")  # the first 24 months end the day before
TEXT = Path(__file__).parent / "texts" / "client_first.yaml"
# of the tables with a day: its column
DATED = {"transactions": "date", "customers": "start_date", "contracts": "start_date", "service_events": "date"}
DATED |= {"survey": "date", "referrals": "date", "wallets": "period_end"}
UNDATED = ("categories", "activity_costs")  # prices and parts that held from the beginning
# decided before any result, or on what the desks know: the same a year before
FILES = ("01_frame_engagement.yaml", "02_rate_customers.yaml", "03_form_groups.yaml")
# but for what is asked only once a version stands, and for the hurdle, of which less was known then
LATER = r"  all\.(?:refit|hurdle):\n(?:    .*\n)+"
HEAD = "# The first round, on the first 24 months.\n"
NOTES = (r"(?m)^\s*#.*\n", "")  # what today's files say of today's round


def a_year_back(text: str) -> str:
    """A text with every day and year in it a year earlier.

    >>> a_year_back("By 2027-03-01, or in the spring of 2028.")
    'By 2026-03-01, or in the spring of 2027.'
    """
    return re.sub(r"\b20\d\d\b", lambda year: str(int(year[0]) - 1), text)


def first_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables as they could have been exported on the first day after those 24 months."""
    known = {name: tables[name][tables[name][column] < AS_OF] for name, column in DATED.items()}
    markets = tables["markets"]
    known["markets"] = markets[markets["year"] <= AS_OF.year]
    known |= {name: tables[name] for name in UNDATED}
    # that a contract would end later nobody knew, unless it was signed for a term that was still on
    held = known["contracts"]
    months = [pd.DateOffset(months=int(months)) for months in held["period_months"]]
    signed = pd.Series([start + term for start, term in zip(held["start_date"], months, strict=True)], index=held.index)
    ends = held["end_date"].where((held["end_date"] < AS_OF) | (held["end_date"] < signed))
    known["contracts"] = held.assign(end_date=ends)
    return {name: table.reset_index(drop=True) for name, table in known.items()}


def first_files(harbour: Harbour, known: Truth) -> dict[str, str]:
    """The files of the client folder by name: client.yaml, data/ and those decisions that rest on no number."""
    tables = first_tables(harbour.tables)
    files = {f"data/{name}.csv": csv_text(name, table) for name, table in tables.items()}
    anchors = known.facts["groups"]["anchors"]["value"]
    there = set(tables["transactions"]["customer_id"].dropna())
    stood = {
        key: row | {"customers": [one for one in row["customers"] if one in there]} for key, row in anchors.items()
    }
    decided = decisions(known.beliefs, stood)
    decided = {name: re.sub(LATER, "", re.sub(*NOTES, decided[name])) for name in FILES}
    files |= {f"decisions/{name}": HEAD + a_year_back(text) for name, text in decided.items()}
    return files | {"client.yaml": TEXT.read_text(encoding="utf-8")}


def write_first(harbour: Harbour, known: Truth, folder: Path) -> None:
    """Write that folder; files of these names are replaced, others stay."""
    for name, text in first_files(harbour, known).items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
