"""Exhibits that were drawn ahead are the exhibits that a page would have drawn."""

from __future__ import annotations

from threading import Event

import pytest

from helpers.errors import RunError
from helpers.report.figures import FigureQueue
from helpers.report.pages import draw_ahead
from helpers.show import figure as figure_module
from tests.report.fake_report import FakeClient, make_fake_report, result_01, result_05, tables

RESULTS = {result.step: result for result in (result_05(), result_01())}


@pytest.fixture
def queue():
    figures = FigureQueue()
    yield figures
    figures.close()


@pytest.fixture
def drawn(monkeypatch):
    """The ids of the exhibits that were drawn, in order."""
    ids: list[str] = []
    draw = figure_module.figure_html
    monkeypatch.setattr(figure_module, "figure_html", lambda exhibit, *a: ids.append(exhibit.id) or draw(exhibit, *a))
    return ids


def pages(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def table(step_id, name):
    return tables()[name]


@pytest.mark.parametrize("audience", ["working", "client"])
def test_pages_from_figures_drawn_ahead_are_the_same_bytes(tmp_path, queue, drawn, audience):
    draw_ahead(FakeClient(tmp_path), RESULTS, audience, queue, table=table)
    ahead = pages(make_fake_report(tmp_path / "ahead", audience, figures=queue))
    once = sorted(drawn)
    every = [exhibit for result in RESULTS.values() for exhibit in result.exhibits]
    # the rows of this one are persons, so nobody asks for it on behalf of the client
    seen = [exhibit.id for exhibit in every if audience == "working" or exhibit.table != "headroom"]
    assert once == sorted(seen)
    assert pages(make_fake_report(tmp_path / "later", audience)) == ahead


def test_what_differs_is_drawn_again(tmp_path, queue, drawn):
    """Another audience sees other rows, and another table other numbers: what was drawn before is not taken for it."""
    make_fake_report(tmp_path, "working", figures=queue)
    one_audience = len(drawn)
    assert one_audience > 0
    client = pages(make_fake_report(tmp_path, "client", figures=queue))
    assert drawn[one_audience:] == [one for one in drawn[:one_audience] if one != "05.headroom"]
    assert client == pages(make_fake_report(tmp_path / "alone", "client"))
    result = result_05()
    entry = result.tables[result.exhibits[0].table]
    moved = {result.exhibits[0].table: entry.model_copy(update={"sha256": "0" * 64})}
    changed = result.model_copy(update={"tables": result.tables | moved})
    before = len(drawn)
    draw_ahead(FakeClient(tmp_path), {changed.step: changed}, "working", queue, table=table)
    make_fake_report(tmp_path, "working", figures=queue)  # asks for what is drawn by now, behind the others
    assert set(drawn[before:]) == {one.id for one in result.exhibits if one.table == result.exhibits[0].table}


def test_a_figure_that_cannot_be_drawn_is_told_when_the_page_needs_it(tmp_path, queue):
    def gone(step_id, name):
        raise RunError(f"{name} is not there")

    draw_ahead(FakeClient(tmp_path), RESULTS, "working", queue, table=gone)
    queue.ahead(lambda: 1 / 0)
    with pytest.raises(RunError, match="is not there"):
        make_fake_report(tmp_path, figures=queue, table=gone)


def test_what_nobody_needs_any_more_is_not_drawn(queue, drawn, tmp_path):
    waits, goes_on = Event(), Event()
    queue.ahead(lambda: (waits.set(), goes_on.wait(60)))
    draw_ahead(FakeClient(tmp_path), RESULTS, "working", queue, table=table)
    assert waits.wait(60)
    queue._thread.shutdown(wait=False, cancel_futures=True)
    goes_on.set()
    queue.close()
    assert drawn == []
