"""`workbook compare`: lines for people, JSON and nothing else for programs, and refusals in words."""

from __future__ import annotations

import json

import pytest

from tests.cli.calling import workbook
from tests.client.test_versions import changed, freeze
from tests.run.toy import toy_client


@pytest.fixture
def client(tmp_path):
    made = toy_client(tmp_path / "acme")
    freeze(made)
    freeze(made, "v2", "2026-01-01", group="g2")
    return made


def test_lines_and_json(client, tmp_path):
    done = workbook("compare", "acme", "v1", "v2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Toy: v1 (as of 2025-09-01) and v2 (as of 2026-01-01)\n")
    assert "    Yards -> Yards: 1: c1\n" in done.stdout
    page = tmp_path / "acme" / "report" / "compare_v1_v2.html"
    assert (
        done.stdout.endswith(f"Page: {page}\n") and "c1" not in page.read_text(encoding="utf-8").partition("<main")[2]
    )
    first = page.read_bytes()
    workbook("compare", "acme", "v1", "v2", cwd=tmp_path)
    assert page.read_bytes() == first and not list((tmp_path / "acme" / "versions").glob("*.html"))
    done = workbook("compare", "acme", "v1", "v2", "--json", "--audience", "client", cwd=tmp_path)
    said = json.loads(done.stdout)
    assert said["sortings"][0]["held_back"] == 1 and "c1" not in done.stdout


def test_refusals(client, tmp_path):
    changed(client / "versions" / "v2")
    done = workbook("compare", "acme", "v1", "v2", cwd=tmp_path)
    assert not (tmp_path / "acme" / "report").exists()
    assert done.returncode == 1 and "versions/v2 is not as it was frozen" in done.stderr and not done.stdout
    assert "There is no version v9" in workbook("compare", "acme", "v9", cwd=tmp_path).stderr
    assert workbook("compare", "acme", cwd=tmp_path).returncode == 2


def test_a_version_that_was_removed_is_told(client, tmp_path):
    freeze(client, "v4", "2026-02-01")
    done = workbook("compare", "acme", "v1", "v4", cwd=tmp_path)
    assert done.returncode == 0 and "v3 is not in versions/ any more" in done.stdout
    done = workbook("compare", "acme", "v1", "v3", cwd=tmp_path)
    assert done.returncode == 1 and "There is no version v3 of this client. v3 is not in versions/" in done.stderr
