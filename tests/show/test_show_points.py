"""Marked points on lines, lines to compare with, and shares along the bottom: the Lorenz curve."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.lines import Line2D

from helpers.client.result_model import Exhibit
from helpers.client.schema import schema
from helpers.errors import StepInputError
from helpers.show.figure import figure_html
from helpers.show.kinds import draw, figure_of
from helpers.show.layout import drawable, text_width, wrapped
from helpers.show.point_labels import FAR, boxes_beside, write_beside
from helpers.show.style import BRAND, new_figure

SCHEMA = schema("lorenz_curve")
SAYS = "21 customers bring 80\u00a0% of the revenue"
LONG = "Twenty-one of all the customers who bought anything at all in the current half bring four fifths of the revenue"
WIDTHS = pytest.mark.parametrize("narrow", [False, True])


def curve(spends, label=SAYS, marked=(0.8,)) -> pd.DataFrame:
    """The curve of these customers, marked where these parts of the revenue are reached, and the straight line."""
    sizes = np.sort(np.asarray(spends, dtype=float))[::-1]
    part = np.round(np.append(0, np.cumsum(sizes)) / sizes.sum(), 9)
    customers = np.arange(len(part))
    table = pd.DataFrame({"line": "Our customers", "customers": customers, "part_of_customers": customers / len(sizes)})
    table["part_of_revenue"] = part
    table["point"] = np.isin(customers, [np.argmax(part >= level) for level in marked])
    table["point_label"] = np.where(table["point"], label, None)
    alike = table.assign(line="If all bought alike", part_of_revenue=table["part_of_customers"], point=False)
    both = pd.concat([table, alike.assign(point_label=None)], ignore_index=True)
    return both.assign(revenue=np.nan).astype({"point": "boolean", "customers": "Int64"})


def lorenz(**more) -> Exhibit:
    encoding = {"x": "part_of_customers", "value": "part_of_revenue", "series": "line", "point": "point"}
    encoding |= {"point_label": "point_label", "compare": "If all bought alike"} | more
    encoding = {key: value for key, value in encoding.items() if value is not None}
    parts = {"id": "02.lorenz", "table": "lorenz_curve", "finding": "02.lorenz", "source": "Own data."}
    return Exhibit(kind="line", encoding=encoding, subtitle="Revenue", alt="Line chart: revenue", **parts)


UNEQUAL = 1 / np.arange(1, 301)
SPENDS = {
    "unequal": UNEQUAL,
    "alike": np.full(200, 3.0),
    "one customer": [5.0],
    "five": [90, 4, 3, 2, 1],
    "refunds": np.append(UNEQUAL, np.full(40, -0.02)),
}


@WIDTHS
@pytest.mark.parametrize("spends", list(SPENDS))
@pytest.mark.parametrize("label", [SAYS, LONG, "$5 & <b> 咖啡"])
def test_the_label_of_a_point_fits_and_covers_nothing(label, spends, narrow, working, layout):
    figure = figure_of(lorenz(), curve(SPENDS[spends], label), SCHEMA, working, narrow=narrow)
    texts = layout(figure)
    assert drawable(label)[:4].replace("\u00a0", " ") in " ".join(texts).replace("\u00a0", " ")
    if label == SAYS:
        assert SAYS in " ".join(texts), "never cut"


@WIDTHS
def test_both_axes_go_from_nothing_to_all(narrow, working, layout):
    figure = figure_of(lorenz(), curve(UNEQUAL), SCHEMA, working, narrow=narrow)
    axes = figure.axes[0]
    layout(figure)
    across, up = ([text.get_text() for text in side.get_ticklabels()] for side in (axes.xaxis, axes.yaxis))
    assert (across[0], across[-1].split("\n")) == ("0", ["100\u00a0%", "Part of customers"])
    assert (up[0], up[-1]) == ("0", "100\u00a0%")
    assert axes.get_ylim() == (0, 100)
    low, high = axes.get_xlim()
    assert low < 0
    assert 100 < high < 110 + 10 * narrow
    assert "Part of revenue" in [text.get_text() for text in figure.texts]


def test_shares_along_the_bottom_count_from_zero_in_round_steps(working):
    table = curve(UNEQUAL)
    few = table[table["part_of_customers"].between(0.08, 0.31)]
    axes = figure_of(lorenz(), few, SCHEMA, working, narrow=False).axes[0]
    assert axes.get_xticklabels()[0].get_text() == "0"
    assert axes.get_xticks()[-1] >= 31


def test_the_line_to_compare_with_is_quiet(working):
    def lines(**more):
        figure = figure_of(lorenz(**more), curve(UNEQUAL), SCHEMA, working, narrow=False)
        return figure, [line for line in figure.axes[0].lines if len(line.get_xdata()) > 100]

    figure, (loud, quiet) = lines()
    assert (loud.get_color(), loud.get_linewidth(), loud.get_linestyle()) == (BRAND.series[0], 2, "-")
    assert (quiet.get_color(), quiet.get_linewidth(), quiet.get_linestyle()) == (BRAND.muted, 1, "--")
    said = {text.get_text(): text.get_color() for text in figure.texts}
    assert (said["Our customers"], said["If all bought alike"]) == (BRAND.accent_text, BRAND.quiet)
    _, both = lines(compare=None)
    assert [line.get_color() for line in both] == [BRAND.series[0], BRAND.series[1]]


def test_a_label_that_stands_off_is_tied_to_its_point(working, layout):
    figure = figure_of(lorenz(), curve(UNEQUAL, LONG), SCHEMA, working, narrow=True)
    layout(figure)
    assert len([line for line in figure.artists + figure.lines if isinstance(line, Line2D)]) == 1


@WIDTHS
@pytest.mark.parametrize("count", [2, 4, 30])
def test_many_points_do_not_cover_each_other(count, narrow, working, layout):
    table = curve(UNEQUAL, marked=np.linspace(0.2, 0.97, count))
    figure = figure_of(lorenz(), table, SCHEMA, working, narrow=narrow)
    texts = layout(figure)
    if count == 2:
        assert " ".join(texts).count("21 customers") == 2
    dots = [line for line in figure.axes[0].lines if line.get_markersize() == 9]
    assert len(dots[0].get_xdata()) == table["point"].sum()


@WIDTHS
def test_small_panels_have_dots_and_the_line_to_compare_with(narrow, quarters, exhibit, table_schema, working, layout):
    parts = [quarters.assign(group_name=f"Group {i}", customer_share=0.3 + i / 100) for i in range(6)]
    table = pd.concat(parts, ignore_index=True)
    table["in_scope"] = pd.array([i % 8 == 3 for i in range(len(table))], dtype="boolean")
    encoding = {"x": "quarter_start", "value": "customer_share", "series": "group_name", "compare": "Group 5"}
    shown = exhibit("line", **encoding, point="in_scope", point_label="group_id")
    figure = figure_of(shown, table, table_schema, working, narrow=narrow)
    texts = layout(figure)
    assert len(figure.axes) == 5
    assert "dashed: Group 5" in texts
    for axes in figure.axes:
        assert [line.get_linestyle() for line in axes.lines].count("--") == 1
        assert [line.get_markersize() for line in axes.lines].count(9) == 1


def test_points_without_words_unknown_points_and_unknown_values(working, layout):
    table = curve(UNEQUAL, label=None)
    assert layout(figure_of(lorenz(point_label=None), table, SCHEMA, working, narrow=False))
    table["point"] = pd.array([pd.NA] * len(table), dtype="boolean")
    assert layout(figure_of(lorenz(), table, SCHEMA, working, narrow=False))
    gone = curve(UNEQUAL)
    gone.loc[gone["point"], "part_of_revenue"] = np.nan
    texts = layout(figure_of(lorenz(), gone, SCHEMA, working, narrow=False))
    assert SAYS not in " ".join(texts)


def test_the_alt_text_says_the_point_and_leaves_the_comparison_out(alt_text, working, client):
    said = alt_text(lorenz(), curve(UNEQUAL), SCHEMA, working)
    assert said.startswith(
        "Line chart: revenue. 21 customers bring 80 % of the revenue; Our customers, 0.0 % 0.0 %; Our customers, 100"
    )
    assert "alike" not in said
    assert SAYS.replace("\u00a0", " ") in alt_text(lorenz(), curve(UNEQUAL), SCHEMA, client)
    html = figure_html(lorenz(), curve(UNEQUAL, "<img src=x>咖"), SCHEMA, "x", working)
    assert "<img src=x>" not in html
    assert "□ in the picture stands for" in html


def test_the_same_bytes(working):
    first = draw(lorenz(), curve(UNEQUAL), SCHEMA, working, narrow=True)
    assert first == draw(lorenz(), curve(UNEQUAL[::-1]), SCHEMA, working, narrow=True)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"compare": "If all boght alike"},
            'no line "If all boght alike" to compare with. Did you mean "If all bought',
        ),
        ({"compare": 3}, "compare: 3 should be a value of the series"),
        ({"series": None}, "compare says nothing without series"),
        ({"point": None}, "point_label says nothing without point"),
        ({"point": "customers"}, 'point: "customers" is not a yes-or-no column'),
        ({"point_label": "label"}, 'the table has no column "label"'),
    ],
)
def test_a_wrong_encoding_is_refused(wrong, message, working):
    with pytest.raises(StepInputError) as caught:
        draw(lorenz(**wrong), curve(UNEQUAL), SCHEMA, working, narrow=False)
    assert message in str(caught.value)


PLACES = st.tuples(st.floats(0, 300), st.floats(0, 200))


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(PLACES, min_size=1, max_size=8), st.lists(PLACES, max_size=40))
def test_boxes_stay_inside_and_apart(points, obstacles):
    sizes = [[(80.0, 22.0), (50.0, 33.0)]] * len(points)
    bounds = (0.0, 0.0, 300.0, 200.0)
    found = boxes_beside(points, sizes, np.array(obstacles).reshape(-1, 2), bounds)
    boxes = [spot[1] for spot in found if spot is not None]
    for number, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0 <= top
        assert right <= 300.000001
        assert bottom <= 200.000001
        assert not any(left < x < right and top < y < bottom for x, y in points)
        for other in boxes[number + 1 :]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top


def test_a_free_place_is_preferred_to_a_nearer_one():
    wall = np.column_stack([np.full(200, 40.0), np.arange(200.0)])
    [(_, box)] = boxes_beside([(30, 100)], [[(20, 8)]], wall, (0, 0, 300, 200))
    assert box[2] < 37
    [(_, nearest)] = boxes_beside([(30, 100)], [[(20, 8)]], np.empty((0, 2)), (0, 0, 300, 200))
    assert nearest[0] == 37


def test_a_number_keeps_its_unit_on_its_line():
    width = text_width("19 % of customers bring 80") + 1
    assert wrapped("19 % of customers bring 80 % of all", width, 3) == [
        "19\u00a0% of customers bring",
        "80\u00a0% of all",
    ]
    assert drawable("80\u00a0% \n of") == "80\u00a0% of"


def test_a_label_that_may_not_stand_off_covers_as_little_as_it_can():
    figure = new_figure(200, 200)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, 200)
    axes.set_ylim(0, 200)
    # a cross through the point, and a wall at the right: the label goes where only the cross's end is near
    courses = [(np.array([60.0, 140.0]), np.array([100.0, 100.0])), (np.array([112.0, 112.0]), np.array([0.0, 200.0]))]
    (apart,) = write_beside(axes, [(100.0, 100.0, "Yards", "#000000")], courses, near=True)
    (text,) = figure.texts
    assert apart < FAR and text.get_text() == "Yards"
    assert text.get_ha() == "right" and text.get_position()[0] * 200 < 112  # left of the wall
    assert abs(text.get_position()[1] * 200 - 100) > 5  # over or under the cross
