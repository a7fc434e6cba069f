"""Whole reports from fake results: form, order, who sees what, and the same bytes each time."""

import json
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_notebook

from helpers.errors import RunError
from helpers.report.pages import make_report
from helpers.report.step_page import question_of
from helpers.show.audience import audience_for
from tests.report.fake_report import (
    HOSTILE,
    PERSONAL,
    PNG,
    SECRET,
    FakeClient,
    code,
    kit,
    make_fake_report,
    result_01,
    result_05,
    tables,
    text,
)
from tests.report.page_form import check_folder, check_page

STEP = "05_customer_share"


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Both audiences' reports, made once: {audience: {file: html}} and the folders."""
    folder = tmp_path_factory.mktemp("client")
    folders = {audience: make_fake_report(folder, audience) for audience in ("working", "client")}
    pages = {
        audience: {path.name: path.read_text(encoding="utf-8") for path in sorted(where.iterdir())}
        for audience, where in folders.items()
    }
    return SimpleNamespace(folders=folders, **pages)


def page_of(tmp_path, *cells, audience="working", **parts):
    """The page of step 05 made from a notebook of these cells."""
    client = FakeClient(tmp_path / "results", name="Client")
    folder = client.results_folder / STEP
    folder.mkdir(parents=True)
    nbformat.write(new_notebook(cells=list(cells)), folder / "notebook.ipynb")
    result = result_05().model_copy(update=parts.pop("result", {}))
    published = tables()
    make_report(
        client, {STEP: result}, {}, audience, tmp_path / "out", table=lambda step, name: published[name], **parts
    )
    html = (tmp_path / "out" / f"{STEP}.html").read_text(encoding="utf-8")
    assert check_page(html) == []
    return html


@pytest.mark.parametrize("audience", ["working", "client"])
def test_every_page_has_the_form_of_a_page(reports, audience):
    assert check_folder(reports.folders[audience]) == {}


def test_the_same_results_give_the_same_bytes(reports, tmp_path):
    again = make_fake_report(tmp_path, "working")
    assert {path.name: path.read_text(encoding="utf-8") for path in sorted(again.iterdir())} == reports.working


def test_one_page_for_each_finished_step_and_none_for_one_that_failed(reports, tmp_path):
    assert sorted(reports.working) == ["01_frame_engagement.html", f"{STEP}.html", "index.html"]
    stale = tmp_path / "out"
    stale.mkdir()
    for name in ("02_rate_customers.html", "notes.txt"):
        (stale / name).write_text("old", encoding="utf-8")
    make_report(FakeClient(tmp_path), {"01_frame_engagement": result_01()}, {}, "client", stale, table=None)
    assert sorted(path.name for path in stale.iterdir()) == ["01_frame_engagement.html", "index.html", "notes.txt"]


def test_the_first_sentence_of_the_report_is_the_answer(reports):
    body = reports.working["index.html"].split("</h1>")[1].lstrip()
    assert body.startswith('<p class="lead">We hold 34\u00a0% of what our buyers spend on household care')
    assert body.index('class="lead"') < body.index("A maker of") < body.index("The answer so far")


def test_the_overview_tells_where_each_step_stands(reports):
    team, client = reports.working["index.html"], reports.client["index.html"]
    assert "not run yet" in team and "not built yet" not in team
    assert "done, provisional, 1 check to look at" in team
    assert "failed: data/orders.csv: 3 rows are not dates" in team
    assert ">not finished</td>" in client
    assert "orders.csv" not in client
    assert "1 check to look at" not in client
    assert "What is our share where customers buy at other chains?" in client


def test_a_step_opens_with_title_provisional_banner_question_and_answer(reports):
    for html in (reports.working[f"{STEP}.html"], reports.client[f"{STEP}.html"]):
        order = (
            "<h1>05 Customer share</h1>",
            "Provisional.",
            "How much of what our customers spend",
            "What we found",
            "Terms",
        )
        places = [html.index(words) for words in order]
        assert places == sorted(places)
        assert "<title>05 Customer share - Harbour &amp; Sons &lt;img" in html
        assert "rests on 1 judgement that nobody has confirmed" in html
        assert "Which categories do we mean when we say our share of a customer? (step 05)" in html


def test_a_judgement_on_a_group_is_told_with_its_name():
    named, nameless = (audience_for("client", "EUR", groups) for groups in ({"g1": "Yards"}, {}))
    assert question_of("09.g1.intent", {}, named) == "What do we intend with this group? (step 09, Yards)"
    assert question_of("09.g1.intent", {}, nameless) == "What do we intend with this group? (step 09, group g1)"


def test_a_step_closes_with_what_its_notebook_did_not_show(reports):
    html = reports.working[f"{STEP}.html"]
    order = ("Limits</h", "<h2>What we cannot say</h2>", "<h2>What we assume</h2>", "How this page was made")
    places = [html.index(words) for words in order]
    assert places == sorted(places)
    assert "<h2>Checks</h2>" not in html, "they stand where the notebook shows them"
    assert html.count("Checks that hold: 1 of 2") == 1


def test_exhibits_are_drawn_again_once_and_with_an_alternative_text(reports):
    for html in (reports.working[f"{STEP}.html"], reports.client[f"{STEP}.html"]):
        assert html.count('id="05.share_by_category"') == 1
        assert 'alt="Bar chart of customer share by category' in html


def test_an_own_version_says_so(reports):
    assert 'class="own"' in reports.client["01_frame_engagement.html"]
    assert 'class="own"' not in reports.client[f"{STEP}.html"]


def test_the_client_sees_no_person_no_code_no_preview_and_no_foreign_output(reports):
    for name, html in reports.client.items():
        for words in [*PERSONAL, SECRET, "secret/folder", "CLIENT", "step.show", "<details class", "First rows of"]:
            assert words not in html, f"{words} in {name}"
        for words in ["foreign", "printed", "listened", "broken picture", "forged", "own code", "ValueError", PNG]:
            assert words not in html, f"{words} in {name}"
        assert "Checks that hold" not in html
        assert "the tiny group" not in html, "four customers are too few to be spoken of alone"
    assert "one customer" in reports.client[f"{STEP}.html"]


def test_the_team_sees_code_pictures_and_text_but_no_foreign_markup(reports):
    html = reports.working[f"{STEP}.html"]
    for words in [*PERSONAL, "secret/folder", "step.show", "C0042 as text", "broken picture", f"base64,{PNG}"]:
        assert words in html, words
    assert '<pre class="output" tabindex="0">printed &lt;b&gt;C0041&lt;/b&gt;</pre>' in html
    assert "ValueError: bad &lt;img" in html
    for words in ["foreign html", "foreign js", "foreign latex", "kit html", "<u>forged", "alert('widget')", "/home/"]:
        assert words not in html, words


@pytest.mark.parametrize("audience", ["working", "client"])
def test_hostile_words_stay_words(reports, audience):
    for html in getattr(reports, audience).values():
        assert HOSTILE not in html
        assert "<script" not in html.lower()
        assert "javascript:" not in html.lower()


def test_a_list_that_grows_in_a_notebook_is_shown_once_where_it_is_complete(tmp_path):
    html = page_of(tmp_path, text("# T\nQ?"), code("a", kit("checks")), text("between"), code("b", kit("checks")))
    assert html.count("Checks that hold") == 1
    assert html.index("between") < html.index("Checks that hold")


def test_the_notebooks_own_section_on_findings_moves_up_with_them(tmp_path):
    cells = [
        text("# T\nQ?"),
        text("## Method\nM."),
        text("## What we found\nEach with **its** number."),
        text("### End"),
    ]
    html = page_of(tmp_path, *cells, audience="client")
    assert html.count("What we found") == 1
    assert html.index("Each with <strong>its</strong> number.") < html.index("<h2>Method</h2>")
    assert "<h3>End</h3>" in html


def test_a_section_whose_exhibit_has_nothing_to_prove_is_left_out(tmp_path):
    silent = code("step.show(...)", tags=("exhibit",))
    shown = code("step.show(...)", kit("exhibit", id="05.scopes"), tags=("exhibit",))
    gone = [text("## Gone\n**How to read it.**"), silent, text("Its remark.")]
    cells = [text("# T\nQ?"), *gone, text("## Here\nH."), shown]
    html = page_of(tmp_path, *cells)
    assert "Gone" not in html and "Its remark." not in html
    assert "<h2>Here</h2>" in html
    assert "<h2>Gone</h2>" in page_of(tmp_path / "again", *cells[:2], text("No exhibit was meant."))


def test_each_cell_has_its_own_pasted_pictures(tmp_path):
    cells = [text("# T"), text("![one](attachment:image.png)"), text("![two](attachment:image.png)")]
    for cell, picture in zip(cells[1:], ("AAAA", "BBBB"), strict=True):
        cell["attachments"] = {"image.png": {"image/png": picture}}
    html = page_of(tmp_path, *cells)
    assert 'base64,AAAA" alt="one"' in html
    assert 'base64,BBBB" alt="two"' in html


def test_what_a_notebook_forgot_stands_at_the_end(tmp_path):
    html = page_of(tmp_path, text("Words without a heading."))
    order = ("<h1>05 Customer share", "What we found", "Further exhibits", "What we cannot say", "What we assume")
    places = [html.index(words) for words in (*order, "<h2>Checks", "<h2>Judgements")]
    assert places == sorted(places)


def test_a_notebook_without_text_and_a_step_without_notebook_still_make_a_page(tmp_path):
    html = page_of(tmp_path, code("1 + 1"), audience="client")
    assert html.index("<h1>05 Customer share") < html.index("What we found")
    client = FakeClient(tmp_path / "elsewhere")
    make_report(client, {STEP: result_05()}, {}, "client", tmp_path / "b", table=lambda step, name: tables()[name])
    assert check_folder(tmp_path / "b") == {}


def test_a_damaged_notebook_is_named(tmp_path):
    folder = tmp_path / STEP
    folder.mkdir()
    (folder / "notebook.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(RunError, match=f"results/{STEP}/notebook.ipynb is not a notebook"):
        make_report(FakeClient(tmp_path), {STEP: result_05()}, {}, "client", tmp_path / "out", table=None)


def test_an_older_notebook_format_without_cell_ids_is_read(tmp_path, recwarn):
    folder = tmp_path / "results" / STEP
    folder.mkdir(parents=True)
    cells = [{"cell_type": "markdown", "metadata": {}, "source": ["# 05 Old\n", "Words."]}]
    old = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}
    (folder / "notebook.ipynb").write_text(json.dumps(old), encoding="utf-8")
    client = FakeClient(tmp_path / "results")
    make_report(client, {STEP: result_05()}, {}, "working", tmp_path / "out", table=lambda step, name: tables()[name])
    assert "<h1>05 Old</h1>" in (tmp_path / "out" / f"{STEP}.html").read_text(encoding="utf-8")
    assert not recwarn.list


def test_as_many_first_rows_of_an_input_as_the_notebook_showed_are_drawn_as_a_table(tmp_path):
    frame = pd.DataFrame({"customer_id": ["first one", "second one", "third one"]})
    output = kit("preview", table="customer_summary", rows=2)
    html = page_of(tmp_path, text("# T"), code("look", output), input_table=lambda table: frame)
    assert "<caption>First rows of customer_summary" in html
    assert "second one" in html
    assert "third one" not in html


def test_inherited_judgements_are_asked_in_the_words_of_their_step(tmp_path):
    html = page_of(tmp_path, text("# T"), result={"provisional": ["03.g2.nothing_known", "01.all.hurdle"]})
    assert "rests on 2 judgements that nobody has confirmed" in html
    assert "What must a customer be worth over the horizon to be worth serving? (step 01)" in html
    assert "03.g2.nothing_known (step 03, group g2)" in html


def test_a_report_without_any_result_is_still_a_report(tmp_path):
    make_report(FakeClient(tmp_path), {}, {}, "client", tmp_path / "out", table=None)
    assert check_folder(tmp_path / "out") == {}


def test_templates_of_the_same_name_in_other_folders_are_not_used(tmp_path):
    """By default nbconvert looks into the current folder and the user's home before our own folder."""
    decoy = tmp_path / "here" / "report"
    decoy.mkdir(parents=True)
    (decoy / "index.html.j2").write_text("DECOY", encoding="utf-8")
    from tests.report import fake_report

    kit_root = str(fake_report.__file__).rsplit("tests", 1)[0]
    program = (
        f"import sys; sys.path.insert(0, {kit_root!r})\n"
        "from pathlib import Path\nfrom tests.report.fake_report import make_fake_report\n"
        f"make_fake_report(Path({str(tmp_path)!r}))"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path / "here", check=True, timeout=120)
    html = (tmp_path / "report" / "working" / f"{STEP}.html").read_text(encoding="utf-8")
    assert "DECOY" not in html
    assert "How to read it" in html
