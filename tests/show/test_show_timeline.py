"""Timelines: bars stand at their days, arrows go from what is needed, and nothing is cut or covered."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from helpers.client.schema import Column, TableSchema
from helpers.errors import StepInputError
from helpers.show.encodings import NothingToDraw
from helpers.show.figure import figure_html
from helpers.show.kinds import draw, drawing_of, figure_of, find_kind
from helpers.show.style import BRAND
from helpers.show.timeline import TIMELINE

SCHEMA = TableSchema(
    "shares",
    "published",
    "one row per tactic",
    "For tests.",
    (
        Column("tactic", "text", "Key."),
        Column("title", "text", "Its title.", title="Tactic"),
        Column("group_name", "text", "Its group.", title="Group"),
        Column("starts", "date", "First day.", title="Starts"),
        Column("ends", "date", "Last day.", title="Ends"),
        Column("needs", "text", "Keys."),
        Column("selected", "boolean", "Chosen.", title="Chosen"),
    ),
)
PLAN = [
    ("desk", "A desk of their own", "Boatyards", "2026-11-02", "2027-02-26", "", True),
    ("bay", "A fitting bay", "Boatyards", "2027-03-01", "2027-12-17", "desk", True),
    ("photo", "Order by photograph", "Workshops", "2027-01-11", "2027-05-28", "", False),
]
LONG = "What we do for customers who have bought for many years and whom nobody has asked what they would want of us"


def plan(rows) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=SCHEMA.names)
    days = {name: pd.to_datetime(table[name]) for name in ("starts", "ends")}
    return table.assign(**days).astype({"selected": "boolean"})


@pytest.fixture
def timeline(exhibit):
    def make(**more):
        told = {"label": "title", "start": "starts", "end": "ends", "group": "group_name", "key": "tactic"}
        return exhibit("timeline", **told, needs="needs", highlight="selected", highlight_label="chosen", **more)

    return make


def day(text: str) -> int:
    return (pd.Timestamp(text) - pd.Timestamp("1970-01-01")).days


@pytest.mark.parametrize("narrow", [False, True])
def test_bars_stand_at_their_days(narrow, timeline, working, layout):
    figure = figure_of(timeline(), plan(PLAN), SCHEMA, working, narrow=narrow)
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in figure.axes[0].patches if bar.get_height()]
    # the last day is worked as well
    assert bars[:3] == [(day(start), day(end) + 1) for _, _, _, start, end, *_ in PLAN]
    assert figure.axes[0].get_xlim() == (day("2026-11-01"), day("2028-01-01"))
    assert figure.get_size_inches()[0] == pytest.approx(3.6 if narrow else 6.5)
    assert {"Boatyards", "Workshops", "2026", "2027", "Nov"} <= set(layout(figure))


def test_what_is_not_chosen_is_grey(timeline, working):
    figure = figure_of(timeline(), plan(PLAN), SCHEMA, working, narrow=False)
    colours = [to_hex(bar.get_facecolor()) for bar in figure.axes[0].patches[:3]]
    assert colours == [BRAND.accent, BRAND.accent, BRAND.muted]
    drawing, _ = drawing_of(timeline(), plan(PLAN), SCHEMA, working)
    assert TIMELINE.notes(drawing) == ["Arrow: what must be done first.", "Grey: not chosen."]


def arrows(figure):
    return [(note.xyann[0], note.xy[0], note.arrow_patch.get_linestyle()) for note in figure.axes[0].texts]


def test_an_arrow_goes_from_the_end_of_what_is_needed(timeline, working):
    figure = figure_of(timeline(), plan(PLAN), SCHEMA, working, narrow=False)
    assert arrows(figure) == [(day("2027-02-27"), day("2027-03-01"), "-")]
    early = [PLAN[0], ("bay", "A fitting bay", "Boatyards", "2027-01-15", "2027-12-17", "desk; desk; none", True)]
    figure = figure_of(timeline(), plan(early), SCHEMA, working, narrow=False)
    assert {line for *_, line in arrows(figure)} == {"--"}
    drawing, _ = drawing_of(timeline(), plan(early), SCHEMA, working)
    assert "Broken arrow: it has not ended when the other starts." in TIMELINE.notes(drawing)


def test_blocks_keep_the_tables_order_and_the_earliest_comes_first(timeline, working):
    table = plan([PLAN[1], PLAN[2], PLAN[0]])
    drawing, _ = drawing_of(timeline(), table, SCHEMA, working)
    assert drawing.rows["tactic"].tolist() == ["desk", "bay", "photo"]
    moved = table.set_index(table.index + 7)
    first = draw(timeline(), table, SCHEMA, working, narrow=True)
    assert first == draw(timeline(), moved, SCHEMA, working, narrow=True)


SPANS = {
    "one day": ("2026-03-01", "2026-03-01"),
    "over new year": ("2026-12-31", "2027-01-01"),
    "forty years": ("2000-02-29", "2040-05-05"),
    "a leap day": ("2028-02-28", "2028-03-01"),
}


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("case", list(SPANS))
def test_any_span_fits(case, narrow, timeline, working, layout):
    rows = [("a", LONG, LONG, *SPANS[case], "b", True), ("b", "$5 & _x^{2} 咖啡", "", *SPANS[case], "a", False)]
    texts = layout(figure_of(timeline(), plan(rows), SCHEMA, working, narrow=narrow))
    assert "(no name)" in texts


@pytest.mark.parametrize("narrow", [False, True])
def test_many_rows_are_cut_with_a_word(narrow, timeline, working, layout):
    starts = pd.date_range("2026-01-05", periods=70, freq="7D").astype("str")
    rows = [(f"t{i}", f"Tactic number {i}", f"Group {i % 6}", start, "2028-01-31", f"t{i - 6}", i % 2 == 0)
            for i, start in enumerate(starts)]  # fmt: skip
    texts = layout(figure_of(timeline(), plan(rows), SCHEMA, working, narrow=narrow))
    assert "… and 10 more rows in the table" in texts


def test_rows_without_days_are_told_and_none_at_all_is_no_picture(timeline, working):
    rows = [*PLAN, ("x", "Some day", "Boatyards", None, None, "", True), ("y", "Upside down", "Boatyards", "2027-02-01",
            "2027-01-01", "", True)]  # fmt: skip
    drawing, _ = drawing_of(timeline(), plan(rows), SCHEMA, working)
    assert TIMELINE.notes(drawing)[-1] == "2 without a first and a last day in that order: in the table only."
    with pytest.raises(NothingToDraw, match="no row has a first and a last day"):
        figure_of(timeline(), plan(rows[3:]), SCHEMA, working, narrow=False)


def test_who_cannot_see_it_is_told_the_days(timeline, working):
    html = figure_html(timeline(), plan(PLAN), SCHEMA, "We are busy.", working)
    assert "A desk of their own from 2 November 2026 to 26 February 2027" in html.replace("\N{NO-BREAK SPACE}", " ")
    assert html.count("data:image/svg+xml") == 2


def test_a_slip_is_told(exhibit):
    wrong = exhibit("timeline", label="title", start="starts", stop="ends")
    with pytest.raises(StepInputError, match='has no part "stop".*also needs end'):
        find_kind(wrong, SCHEMA)
