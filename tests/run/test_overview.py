"""The page over all clients: which folders are meant, where the page may stand, and what it says of whom."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpers.errors import RunError
from helpers.report.batch_page import is_overview, overview_html
from helpers.report.run_report import ClientRun, Measure, StepEnd
from helpers.run.overview import distinct_clients, overview_place, write_overview
from helpers.steps import built_steps
from tests.report.page_form import check_page

HOSTILE = "<script>alert(1)</script> {0} javascript:alert(1) \u202e"
SECRET = "Frau Geheim, C0041"


def folder(path: Path) -> str:
    path.mkdir(parents=True)
    (path / "client.yaml").write_text("client: x\n", encoding="utf-8")
    return str(path)


# ---- which clients ---------------------------------------------------------------------------------------------------


def test_each_folder_is_run_once_and_in_order(tmp_path, monkeypatch):
    for name in ("beta", "Alpha", "gamma"):
        folder(tmp_path / name)
    (tmp_path / "link").symlink_to(tmp_path / "beta")
    monkeypatch.chdir(tmp_path)
    clients, notices = distinct_clients(
        ["gamma", "link", "./Alpha", "beta/", "beta", "nowhere", "gamma"], tmp_path / "index.html"
    )
    assert clients == ["./Alpha", "gamma", "link", "nowhere"], "under the name that came first"
    assert notices == [
        '"beta/" is the folder "link" once more; it is run once.',
        '"beta" is the folder "link" once more; it is run once.',
        '"gamma" is given twice; it is run once.',
    ]


def test_case_twins_are_two_clients_where_they_are_two_folders_and_said(tmp_path):
    twins = [folder(tmp_path / "Acme")]
    if (tmp_path / "acme").exists():
        pytest.skip("this disk takes capitals for the same")
    twins.append(folder(tmp_path / "acme"))
    clients, notices = distinct_clients(twins, tmp_path / "index.html")
    assert clients == twins
    assert len(notices) == 1 and "are two clients here" in notices[0]


def test_the_page_of_an_earlier_run_is_no_client(tmp_path):
    place = overview_place([folder(tmp_path / "a"), folder(tmp_path / "b")], None)
    write_overview(place, [])
    names = [str(path) for path in tmp_path.iterdir()]
    assert str(place) in names
    assert distinct_clients(names, overview_place(names, None)) == ([str(tmp_path / "a"), str(tmp_path / "b")], [])


# ---- where the page stands -------------------------------------------------------------------------------------------


def test_it_stands_in_the_folder_that_holds_all_clients(tmp_path):
    near, far = tmp_path / "north" / "a", tmp_path / "south" / "x" / "b"
    assert overview_place([near, tmp_path / "north" / "b"], None) == tmp_path / "north" / "index.html"
    assert overview_place([near, far], None) == tmp_path / "index.html"
    assert overview_place([near, far], tmp_path / "elsewhere.html") == tmp_path / "elsewhere.html"
    assert overview_place([near, far], tmp_path) == tmp_path / "index.html"


def test_the_root_is_no_folder_in_common():
    with pytest.raises(RunError, match="no folder in common.*--index PATH"):
        overview_place(["/one/a", "/two/b"], None)


@pytest.mark.parametrize("place", ["a/index.html", "a/report/all.html"])
def test_it_never_stands_in_a_clients_folder(tmp_path, place):
    clients = [folder(tmp_path / name) for name in "ab"]
    with pytest.raises(RunError, match="would name the others"):
        overview_place(clients, tmp_path / place)


def test_what_somebody_else_wrote_is_never_replaced(tmp_path):
    clients = [folder(tmp_path / name) for name in "ab"]
    (tmp_path / "index.html").write_text("<h1>My own page</h1>")
    with pytest.raises(RunError, match="was not made by this command"):
        overview_place(clients, None)
    (tmp_path / "index.html").unlink()
    write_overview(overview_place(clients, None), [])
    assert overview_place(clients, None) == tmp_path / "index.html", "its own it may"


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match="cannot be written"):
        write_overview(tmp_path / "file" / "index.html", [])


# ---- what it says ----------------------------------------------------------------------------------------------------


def runs(tmp_path: Path) -> list[ClientRun]:
    """Five clients: one done, four that are not, one of them under a hostile name."""
    share = Measure(title="Customer share", value=0.3367, low=0.3253, high=0.3481, unit="share", provisional=True)
    active = Measure(title="Active customers", value=1824, unit="count")
    revenue = Measure(title="Revenue", value=95018.62, unit="money")
    measures = {"02.answer/active": active, "05.answer/share": share, "01.data/revenue": revenue}
    inside = tmp_path / "clients"
    good = {"state": "done", "as_of": "2026-10-01", "currency": "EUR", "measures": measures}
    report = str(inside / "acme" / "report" / "working" / "index.html")
    failed = {"02_rate_customers": StepEnd(state="failed", reason=SECRET), "01_frame_engagement": StepEnd(state="done")}
    return [
        ClientRun(folder=str(inside / "acme"), client="Acme", report=report, provisional=["05.all.scope"], **good),
        ClientRun(folder=str(inside / HOSTILE), client=HOSTILE, log=str(inside / HOSTILE / "run.txt"), state="refused",
                  kind="a delivered table cannot be read without guessing", cause=SECRET),
        ClientRun(folder=str(inside / "fails"), client="Fails", state="failed", kind="1 step did not finish",
                  steps=failed, cause=SECRET),
        ClientRun(folder=str(inside / "late"), state="over_time", kind="it was stopped", cause=SECRET),
        ClientRun(folder=str(inside / "dead"), state="died", kind="the process that ran it died", cause=SECRET),
    ]  # fmt: skip


def page(tmp_path: Path, *clients: ClientRun) -> str:
    html = overview_html(clients or runs(tmp_path), tmp_path / "clients" / "index.html")
    # its links lead into the clients' folders, which the form of a report's page does not know
    assert [fault for fault in check_page(html) if not fault.startswith("the link './")] == []
    assert is_overview(html.encode())
    return html


def test_it_names_each_client_with_its_state_and_its_headlines(tmp_path):
    html = page(tmp_path).replace("\u00a0", " ")
    figures = ("34 %", "33 to 35 %", "1,824", "EUR 95,019", "as of 1 October 2026", "1 judgement open")
    ends = ("1 client of 5 is done", "not finished", "(02 Rate customers)", "stopped at its limit", "broken off")
    for words in figures + ends:
        assert words in html, words
    heads = [part.partition("<")[0] for part in html.split('<th scope="col" class="num">')[1:]]
    assert heads == ["Revenue", "Active customers", "Customer share"], "in the order of the registry"
    assert '<a href="./acme/report/working/index.html">Acme</a>' in html


def test_it_holds_no_message_that_may_quote_a_clients_data(tmp_path):
    assert "Geheim" not in page(tmp_path)


def test_a_hostile_name_is_text_and_its_link_leads_nowhere_else(tmp_path):
    html = page(tmp_path)
    assert "<script>" not in html and "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "\u202e" not in html, "a mark that turns the text around"
    links = [part.partition('"')[0] for part in html.split('href="')[1:]]
    ours = [link for link in links if link.startswith("./")]
    assert [link for link in ours if "script" in link] == [
        "./%3Cscript%3Ealert%281%29%3C/script%3E%20%7B0%7D%20javascript%3Aalert%281%29%20%E2%80%AE/run.txt"
    ]
    assert set(links) - set(ours) <= {"data:,", "#content", "index.html"}


def test_the_same_runs_give_the_same_bytes_whoever_ended_first(tmp_path):
    clients = runs(tmp_path)
    later = [run.model_copy(update={"seconds": 9.9}) for run in reversed(clients)]
    assert page(tmp_path, *clients) == page(tmp_path, *later)


def test_where_all_is_well_nothing_is_told_first(tmp_path):
    html = page(tmp_path, runs(tmp_path)[0])
    assert "All are done." in html and "<h2>Not done</h2>" not in html


@pytest.mark.skipif(os.name == "nt", reason="names that Windows has not")
def test_a_name_of_broken_bytes_can_be_told(tmp_path):
    name = os.fsdecode(b"caf\xe9")
    clients = [folder(tmp_path / "clients" / name), folder(tmp_path / "clients" / "b")]
    place = overview_place(clients, None)
    write_overview(place, [ClientRun(folder=one, state="done", report=f"{one}/report/x.html") for one in clients])
    assert "./caf%E9/report/x.html" in place.read_text(encoding="utf-8")


# ---- the headlines ---------------------------------------------------------------------------------------------------


def test_each_built_step_has_one_headline_or_two():
    for step in built_steps():
        assert 1 <= len(step.headlines) <= 2, (
            f"{step.id}: say in helpers/steps.py which of its numbers tell clients apart"
        )


def test_what_a_pattern_names_beside_the_clients_is_left_out_and_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("acme/client.yaml", "maker/make.py", "lost/data/orders.csv"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    (tmp_path / "unmounted").mkdir()
    named = ["acme", "lost", "maker", "unmounted", "mistyped"]
    clients, notices = distinct_clients(named, tmp_path / "index.html")
    assert clients == ["acme", "lost", "mistyped", "unmounted"], "whose client.yaml is lost must fail, and not be quiet"
    assert notices == ['"maker" is no client folder and left out: no client.yaml in it.']
    assert distinct_clients(["maker"], tmp_path / "index.html") == (["maker"], []), "alone it is what was asked for"
