"""Harbour Supplies with other seeds: the tables that a step would read, and the truth behind them.

The files are written and taken in as a client's are, so that a study judges what a step would really get. A study of
its own calls `seed_tables` with a folder that stays; a test asks the fixture `harbour` of this folder's conftest, which
makes each seed once for the whole test run.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import Template

import pandas as pd

from helpers.client.folder import open_client
from helpers.client.intake import take_in
from helpers.client.schema import schema
from helpers.client.tables import read_table
from helpers.client.tables_manifest import read_tables_manifest

SAMPLES = str(Path(__file__).resolve().parents[2] / "data_samples")
if SAMPLES not in sys.path:
    sys.path.append(SAMPLES)

from harbour_maker import build, truth, writing  # noqa: E402

CUSTOMERS = 900


@dataclass(frozen=True)
class SeedTables:
    """One Harbour: `folder` is the client's, with its tables under results/tables."""

    folder: Path
    seed: int
    groups: bool = True

    def table(self, name: str) -> pd.DataFrame | None:
        """A delivered table or a summary as `step.table(name)` gives it; None where there is none."""
        tables = self.folder / "results" / "tables"
        entry = self.received.tables.get(name)
        return None if entry is None else read_table(tables / entry.file, schema(name))

    @property
    def halves(self) -> dict[str, str]:
        """window_start, current_start and as_of, as the methods take them."""
        known = self.received
        return {"window_start": known.window_start, "current_start": known.current_start, "as_of": known.as_of}

    @cached_property
    def received(self):
        """tables.json."""
        return read_tables_manifest(self.folder / "results" / "tables")

    @cached_property
    def harbour(self) -> build.Harbour:
        """Everything of this seed in memory, the population and its latent traits too (about two seconds)."""
        return build.build(self.seed, CUSTOMERS, groups=self.groups)

    @cached_property
    def truth(self) -> truth.Truth:
        """`facts` by subject and name, and `customers` (about three seconds more)."""
        return truth.truth(self.harbour)


def seed_tables(seed: int, folder: Path, *, groups: bool = True) -> SeedTables:
    """The tables of one seed, made in `folder` unless they stand there already."""
    made = SeedTables(folder, seed, groups)
    if not (folder / "results" / "tables" / "tables.json").is_file():
        (folder / "data").mkdir(parents=True, exist_ok=True)
        for name, table in made.harbour.tables.items():
            (folder / "data" / f"{name}.csv").write_text(writing.csv_text(name, table), encoding="utf-8")
        text = (writing.TEXTS / "client.yaml").read_text(encoding="utf-8")
        text = Template(text).substitute(writing.numbers(made.harbour))
        (folder / "client.yaml").write_text(text, encoding="utf-8")
        client = open_client(folder)
        take_in(client, client.tables_folder)
    return made
