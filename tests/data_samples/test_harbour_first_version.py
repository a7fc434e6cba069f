"""The client folder of Harbour's first version: nothing in it is later than its last day, and it can be read."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from helpers.client.decisions import read_every_decision
from helpers.client.versions import kept_tables, read_version
from helpers.run.inspect import check_client

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
if str(SAMPLES) not in sys.path:
    sys.path.append(str(SAMPLES))

import make_harbour_first_version as maker  # noqa: E402
from harbour_maker import truth as truths  # noqa: E402
from harbour_maker.build import build  # noqa: E402
from harbour_maker.first_version import AS_OF, first_tables, write_first  # noqa: E402


@pytest.fixture(scope="module")
def harbour():
    return build(1, 900)


@pytest.fixture(scope="module")
def folder(harbour, tmp_path_factory):
    made = tmp_path_factory.mktemp("first") / "harbour"
    write_first(harbour, truths.truth(harbour), made)
    return made


def test_nothing_is_later_than_the_last_day(harbour):
    tables = first_tables(harbour.tables)
    for name, table in tables.items():
        for column in table.select_dtypes("datetime"):
            known = table[column].dropna()
            if column != "end_date":
                assert (known < AS_OF).all(), f"{name}.{column}"
    assert tables["markets"]["year"].max() == 2025 and not {"spend", "goals", "investments"} & set(tables)
    held = tables["contracts"]
    later = held[held["end_date"] >= AS_OF]
    terms = zip(later["start_date"], later["period_months"], strict=True)
    signed = [start + pd.DateOffset(months=int(term)) for start, term in terms]
    assert (later["end_date"] < signed).all(), "nobody knew that it would end"
    lines = tables["transactions"]
    everything = harbour.tables["transactions"]
    assert len(lines) == (everything["date"] < AS_OF).sum() and lines["date"].min() == everything["date"].min()
    known = set(tables["customers"]["customer_id"])
    assert set(lines["customer_id"].dropna()) <= known and set(tables["survey"]["customer_id"].dropna()) <= known


def test_the_folder_can_be_read_and_its_decisions_too(folder):
    said = "\n".join(check_client(folder))
    assert "24 months" in said and "2025-08-31" in said
    decided = read_every_decision(folder)
    assert set(decided["03_form_groups"]) == {"all.way_in", "all.group_count", "all.groups"}
    days = [one.decided_on for entries in decided.values() for one in entries.values()]
    assert days and all(day.startswith("2025-11-") for day in days)
    anchors = [one for row in decided["03_form_groups"]["all.groups"].value.values() for one in row["anchors"]]
    lines = pd.read_csv(folder / "data" / "transactions.csv", dtype=str)
    assert len(anchors) >= 20 and set(anchors) <= set(lines["Account"])


def test_days_in_a_carried_value_are_a_year_earlier():
    value = {"by": "2027-03-31", "how": "by 2027", "all": [2026, "2026-01-01", None]}
    assert maker.earlier(value) == {"by": "2026-03-31", "how": "by 2026", "all": [2026, "2025-01-01", None]}


def test_of_the_secrets_those_are_carried_that_were_heard_by_then():
    old = {"learned_on": "2025-04-28", "what": "w", "status": "checked", "confirmed_by": "two yards in 2026"}
    new = {"learned_on": "2026-02-10", "what": "w", "status": "heard"}
    heard = maker.heard_by_then({"old": old, "new": new})
    assert heard == {"old": {"learned_on": "2025-04-28", "what": "w", "status": "heard"}}


@pytest.mark.long
@pytest.mark.timeout(1500)  # some ten runs of parts of thirteen steps
def test_it_runs_to_a_frozen_version(folder):
    assert maker.settle(folder, SAMPLES / "harbour_supplies", say=lambda line: None) > 0
    place = maker.freeze(folder, say=lambda line: None)
    assert read_version(folder, "v1").as_of == "2025-09-01"
    assert sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) < 3e6
    made, shipped = read_version(folder, "v1"), read_version(SAMPLES / "harbour_supplies", "v1")
    # what was learned is asked from the second version on; the kit that froze what is shipped asked at once
    assert set(shipped.decisions) - set(made.decisions) <= {"13.all.answers"}
    assert set(made.decisions) <= set(shipped.decisions)
    for step_id, names in kept_tables().items():
        for name in names:
            told, then = (without_words(one.table(step_id, name)) for one in (made, shipped))
            pd.testing.assert_frame_equal(told, then, rtol=1e-9, obj=f"{step_id}/{name}")


def without_words(table):
    """A table without what is only for reading: a later kit may say it in other words, and must reckon the same."""
    return table[[name for name in table if name != "title" and not name.endswith(("_name", "_words"))]]
