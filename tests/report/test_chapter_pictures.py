"""A chapter shows the exhibit of an earlier step, once as drawn there and once through the queue; else nothing."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from helpers.client.result_model import Exhibit, NotebookUsed, Result, TableFile
from helpers.report.chapter_pictures import PICTURES, chapter_picture
from helpers.report.figures import FigureQueue
from helpers.show.audience import audience_for
from helpers.steps import STEPS

READER = audience_for("working", "EUR", {"g1": "Yards"})
STEP = "11_align_tactics"


@pytest.fixture
def plan() -> pd.DataFrame:
    days = [pd.Timestamp("2027-02-01"), pd.Timestamp("2027-06-30")]
    rows = [("desk", "A refit desk", "g1", "Yards", *days, "", True)]
    columns = ["tactic", "title", "group_id", "group_name", "starts", "ends", "needs", "selected"]
    return pd.DataFrame(rows, columns=columns)


def results(*, exhibit: bool = True, table: bool = True) -> dict[str, Result]:
    encoding = {"label": "title", "start": "starts", "end": "ends", "group": "group_name", "key": "tactic",
                "needs": "needs", "highlight": "selected", "highlight_label": "chosen"}  # fmt: skip
    shown = Exhibit(id="11.plan", kind="timeline", table="tactics", finding="11.answer", encoding=encoding,
                    subtitle="Tactics by customer group", source="A test.", alt="Tactics")  # fmt: skip
    files = {"tactics": TableFile(file="tactics.parquet", rows=1, sha256="b" * 64)} if table else {}
    used = NotebookUsed(origin="kit", sha256="0")
    return {STEP: Result(step=STEP, kit="1", mode="draft", as_of="2027-01-01", notebook=used, tables=files,
                         exhibits=[shown] if exhibit else [])}  # fmt: skip


def source(plan, figures=None):
    return SimpleNamespace(table=lambda step, name: plan, figures=figures)


def test_a_chapter_shows_its_exhibit_under_what_it_is_about(plan):
    html = chapter_picture("tactics", source(plan), results(), READER)
    assert html.startswith('<figure class="exhibit" id="11.plan">')
    assert '<p class="title">Tactics by customer group</p>' in html and "A refit desk" in html
    queue = FigureQueue()
    assert chapter_picture("tactics", source(plan, queue), results(), READER) == html
    queue.close()


def test_a_chapter_without_a_picture_a_step_an_exhibit_or_a_table_shows_nothing(plan):
    assert chapter_picture("who", source(plan), results(), READER) == ""
    assert chapter_picture("tactics", source(plan), {}, READER) == ""
    assert chapter_picture("tactics", source(plan), results(exhibit=False), READER) == ""
    assert chapter_picture("tactics", source(plan), results(table=False), READER) == ""


def test_each_picture_is_of_a_step_before_the_document():
    numbers = {step.number for step in STEPS}
    assert all(name[:2] in numbers and name[:2] < "12" for name in PICTURES.values())
