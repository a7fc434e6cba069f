"""A section whose exhibit its reader may not see has no place on the page: one line says so."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from helpers.report.redraw import _told
from helpers.report.step_page import StepPage
from helpers.show.audience import audience_for
from helpers.show.output import MIME
from tests.report.fake_report import result_05


def shown(kind: str, name: str):
    output = new_output("display_data", data={MIME: {"kind": kind, "id": name}})
    return new_code_cell("step.show(...)", outputs=[output], metadata={"tags": ["exhibit"]})


def page(audience: str) -> StepPage:
    return StepPage(result_05(), None, audience_for(audience, "EUR", {}), {})


HEAD = new_markdown_cell("# 05\nAll of it.")
PERSONS = [new_markdown_cell("## Whom do we call?\n\n**How to read it.** One row."), shown("exhibit", "05.headroom")]
GROUPS = [new_markdown_cell("## Which share?"), shown("exhibit", "05.share_by_category")]
NOTHING = [new_markdown_cell("## Proves nothing"), new_code_cell("step.show()", metadata={"tags": ["exhibit"]})]


def test_the_client_reads_one_line_in_place_of_a_list_of_persons():
    told = [cell.source for cell in _told([HEAD, *PERSONS, *GROUPS, *NOTHING], page("client"))]
    line = "*Whom do we call?* The list names persons, so it stands in the working papers and not here."
    assert told == [HEAD.source, line, *(cell.source for cell in GROUPS)]


def test_the_team_reads_it_all_but_what_proves_nothing():
    cells = [HEAD, *PERSONS, *GROUPS]
    assert _told([*cells, *NOTHING], page("working")) == cells


def test_a_judgement_keeps_its_section():
    asked = [*PERSONS, shown("decision", "05.all.scope")]
    assert _told([HEAD, *asked], page("client")) == [HEAD, *asked]


@pytest.mark.parametrize(("audience", "seen"), [("client", False), ("working", True)])
def test_an_exhibit_of_persons_is_the_teams_alone(audience, seen):
    assert page(audience).shows("05.headroom") is seen
    assert page(audience).shows("05.share_by_category")
