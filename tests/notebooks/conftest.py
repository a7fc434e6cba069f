"""Whole runs, shared by the tests of this folder: each sample twice, and one that means harm."""

import csv
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from helpers.client.folder import open_client
from helpers.client.results import finished_steps, group_names, read_published
from tests.conftest import SampleRun, copy_sample

# a name that sorts first, ends an attribute and a tag, and would run; a category that ends a title and would run
HOUSEHOLD, THEIRS = '"><img src=x onerror=alert(1)>', "1085"
CATEGORY, OURS = "</title><script>alert(2)</script>", "LAUNDRY DETERGENTS"
CLIENT_NAME = "Maker <b onclick=alert(3)>764</b> & sons"
REASON = "</td><svg onload=alert(4)>"


@pytest.fixture(scope="session")
def hostile_run(run_once) -> SampleRun:
    """A client whose household, category, name and reasons are written to break pages."""
    return run_once("hostile", _make_hostile)


def _make_hostile(folder: Path) -> None:
    copy_sample("complete_journey", folder)
    lines = folder / "data" / "transactions.csv"
    with lines.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    names = {THEIRS: HOUSEHOLD, OURS: CATEGORY}
    with lines.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([names.get(field, field) for field in row] for row in rows)
    connection = duckdb.connect()
    for name in ("wallets", "supplier_spend"):
        path = folder / "data" / f"{name}.parquet"
        connection.execute(f"create table {name} as from read_parquet('{path}')")
        connection.execute(f"update {name} set customer_id = $new where customer_id = $old", _pair(HOUSEHOLD, THEIRS))
        connection.execute(f"update {name} set category = $new where category = $old", _pair(CATEGORY, OURS))
        connection.execute(f"copy {name} to '{path}' (format parquet)")
    connection.close()
    for path, old, new in (
        (folder / "data" / "markets.csv", OURS, CATEGORY),
        (folder / "client.yaml", "client: Maker 764 (Complete Journey)", f"client: '{CLIENT_NAME}'"),
        (folder / "decisions" / "corrections.yaml", "The line has no category,", REASON),
    ):
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


def _pair(new: str, old: str) -> dict[str, str]:
    return {"new": new, "old": old}


@pytest.fixture(scope="session")
def client_pages(made_once) -> Callable[[SampleRun], Path]:
    """A function: the pages of a run as the client gets them, made from its results without another run."""

    def pages(run: SampleRun) -> Path:
        def make(folder: Path) -> None:
            from helpers.report.pages import make_report

            client = open_client(run.folder)
            standing = finished_steps(run.results)
            make_report(
                client,
                standing,
                {},
                "client",
                folder,
                table=lambda step_id, name: read_published(run.results, step_id, name),
                groups=group_names(run.results, standing),
            )

        return made_once(f"client-pages-{run.folder.name}", make)[0]

    return pages
