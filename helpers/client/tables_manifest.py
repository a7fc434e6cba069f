"""tables.json: which tables stand beside it, over which window, and from which bytes they were made.

No clock and no path outside the client's folder: the same delivery gives the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from helpers.client.derived import read_json, write_json

MANIFEST = "tables.json"


class Part(BaseModel):
    """A piece of the manifest: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class SourceFile(Part):
    """A delivered file as named in client.yaml; `rows` as received, before corrections."""

    file: str
    sha256: str
    rows: int


class Period(Part):
    """First and last day, both included, as year-month-day."""

    start: str
    end: str


class TableEntry(Part):
    """A table beside the manifest. Summaries have no sources of their own: they are made of the delivered tables."""

    kind: Literal["delivered", "summary"]
    file: str
    rows: int
    sha256: str
    columns: list[str]
    sources: list[SourceFile] = []


class TablesManifest(Part):
    """tables.json. Days are texts year-month-day; the window is window_start <= day < as_of.

    `first_date` and `last_date` are those of the transactions before as_of. `scales` are the lowest and the highest
    answer of each kind of question in the survey, where client.yaml states them; higher is better in all of them.
    """

    format: Literal[1] = 1
    as_of: str
    window_start: str
    window_months: int
    prior_start: str
    current_start: str
    quarters: list[Period]
    first_date: str
    last_date: str
    seasonal_risk: bool
    remarks: list[str]
    scales: dict[str, tuple[float, float]] = {}
    tables: dict[str, TableEntry]


def write_tables_manifest(folder: Path, manifest: TablesManifest) -> None:
    """Write tables.json in one fixed form."""
    write_json(folder / MANIFEST, manifest)


def read_tables_manifest(folder: Path) -> TablesManifest:
    """The manifest of a folder of tables.

    Raises
    ------
    RunError
        If the client's data have not been taken in, or the file is damaged.
    """
    absent = "The client's data have not been read yet. Run the client first: python3 workbook.py run CLIENT."
    return read_json(folder / MANIFEST, TablesManifest, absent=absent)
