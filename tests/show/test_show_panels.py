"""Panels: the same rows by several measures, lengths that can be compared, stacked where they do not fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.client.schema import schema
from helpers.errors import StepInputError
from helpers.show.encodings import NothingToDraw
from helpers.show.figure import figure_html
from helpers.show.kinds import draw, figure_of

PARTS = {"label": "rating_name", "values": ["part_of_customers", "part_of_revenue"]}
LONG = "Household cleaning, laundry, paper and foil products for kitchens, bathrooms, workshops and boats"


@pytest.fixture
def mix() -> pd.DataFrame:
    """Four ratings, and those who only bought before."""
    return pd.DataFrame(
        {
            "rating": ["A", "B", "C", "D", "dormant"],
            "rating_name": ["A", "B", "C", "D", "Bought before the window only"],
            "customers": pd.array([240, 360, 600, 1200, 204], dtype="Int64"),
            "part_of_customers": [0.1, 0.15, 0.25, 0.5, np.nan],
            "revenue": [600_000.0, 240_000.0, 120_000.0, 40_000.0, 0.0],
            "part_of_revenue": [0.6, 0.24, 0.12, 0.04, 0.0],
            "revenue_change": [-60_000.0, 5_000.0, 100.0, 0.0, 0.0],
        }
    )


def points_per_unit(axes) -> float:
    width = axes.figure.get_size_inches()[0] * 72
    low, high = axes.get_xlim()
    return axes.get_position().width * width / (high - low)


def lengths(axes) -> list[float]:
    return [round(bar.get_width() * points_per_unit(axes), 1) for bar in axes.patches]


@pytest.mark.parametrize("narrow", [False, True])
def test_two_parts_side_by_side_on_one_scale(narrow, mix, exhibit, working, layout):
    figure = figure_of(exhibit("panels", **PARTS, count="customers"), mix, schema("rating_mix"), working, narrow=narrow)
    texts = layout(figure)
    customers, revenue = figure.axes
    assert customers.get_position().x1 < revenue.get_position().x0
    assert customers.get_position().y0 == revenue.get_position().y0
    assert lengths(customers)[3] == pytest.approx(lengths(revenue)[0] * 0.5 / 0.6, abs=0.2)
    assert len(customers.patches) == 4  # no bar where nothing is known
    assert len(revenue.patches) == 5
    assert texts.count("–") == 1
    assert texts.count("60\u00a0%") == 1
    assert {"A", "Rating", "Customers", "1,200"} <= set(texts)
    assert texts.count("A") == 1  # both share the labels


def test_each_unit_has_its_own_scale_and_negatives_reach_left(mix, exhibit, working, layout):
    shown = exhibit("panels", label="rating_name", values=["customers", "revenue", "revenue_change"])
    figure = figure_of(shown, mix, schema("rating_mix"), working, narrow=False)
    texts = layout(figure)
    customers, revenue, change = figure.axes
    assert points_per_unit(revenue) == pytest.approx(points_per_unit(change))
    assert points_per_unit(revenue) != pytest.approx(points_per_unit(customers))
    assert change.patches[0].get_width() == -60
    assert change.get_xlim()[0] < -60 < 0 == revenue.get_xlim()[0]
    assert {"−60", "600", "1,200"} <= set(texts)
    assert "USD" in " ".join(texts)
    assert "thousand" in " ".join(texts)


def test_rows_keep_the_tables_order(mix, exhibit, working, layout):
    figure = figure_of(exhibit("panels", **PARTS), mix[::-1], schema("rating_mix"), working, narrow=False)
    texts = layout(figure)
    assert [text for text in texts if text in "ABCD"] == ["D", "C", "B", "A"]


def test_what_does_not_fit_side_by_side_is_stacked_with_its_labels(mix, exhibit, working, layout):
    columns = ["customers", "part_of_customers", "revenue", "part_of_revenue"]
    shown = exhibit("panels", label="rating_name", values=columns)
    wide = figure_of(shown, mix, schema("rating_mix"), working, narrow=False)
    assert len({axes.get_position().y0 for axes in wide.axes}) == 1
    narrow = figure_of(shown, mix, schema("rating_mix"), working, narrow=True)
    texts = layout(narrow)
    assert len({axes.get_position().y0 for axes in narrow.axes}) == 4
    assert texts.count("A") == 4
    assert points_per_unit(narrow.axes[1]) == pytest.approx(points_per_unit(narrow.axes[3]))


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize(
    "values",
    [
        [0.5],
        [0.0, 0.0],
        [-0.4, 0.3, -0.01],
        [-5.0, -3.0],
        [1e15, 1e-9, -3.0],
        [123456.78, np.nan, 0.004],
        [np.inf, 2.0],
        list(np.linspace(-3, 900, 40)),
        [1e300, 1.0],
    ],
)
def test_panels_of_any_size_fit(values, count, narrow, exhibit, working, layout):
    number = len(values)
    table = pd.DataFrame(
        {
            "rating_name": ([LONG, "x" * 120, "", "咖啡", "$5 & $6"] * 8)[:number],
            "part_of_revenue": values,
            "revenue": values,
            "revenue_change": values[::-1],
            "part_of_customers": 0.0,
            "customers": pd.array(range(number), dtype="Int64"),
        }
    )
    columns = ["part_of_revenue", "revenue", "part_of_customers", "revenue_change"][:count]
    shown = exhibit("panels", label="rating_name", values=columns, count="customers")
    texts = layout(figure_of(shown, table, schema("rating_mix"), working, narrow=narrow))
    assert ("… and 16 more rows in the table" in texts) == (number == 40)


def test_a_highlighted_row_says_so_in_words(exhibit, table_schema, working, layout, categories):
    table = categories.head(5)
    shown = exhibit(
        "panels",
        label="category",
        values=["customers", "revenue"],
        highlight="in_scope",
        highlight_label="in scope",
    )
    figure = figure_of(shown, table, table_schema, working, narrow=False)
    assert sum("in scope" in text for text in layout(figure)) == 3
    assert len({bar.get_facecolor() for bar in figure.axes[0].patches}) == 2


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ({"values": ["revenue"]}, "should be a list of two to four different columns"),
        ({"values": "revenue"}, "should be a list of two to four different columns"),
        ({"values": 3}, "should be a list of two to four different columns"),
        ({"values": ["revenue", "revenue"]}, "should be a list of two to four different columns"),
        ({"values": ["revenue", "custmers"]}, 'no column "custmers". Did you mean "customers"?'),
        ({"values": ["revenue", "rating"]}, 'values: "rating" holds no numbers but text'),
        ({}, "a panels also needs values"),
    ],
)
def test_a_wrong_encoding_is_refused_by_name(encoding, message, mix, exhibit, working):
    with pytest.raises(StepInputError) as caught:
        draw(exhibit("panels", label="rating_name", **encoding), mix, schema("rating_mix"), working, narrow=False)
    assert message in str(caught.value)


def test_a_column_that_the_table_lacks_is_named(mix, exhibit, working):
    with pytest.raises(StepInputError, match='lacks its column "part_of_revenue"'):
        draw(
            exhibit("panels", **PARTS),
            mix.drop(columns="part_of_revenue"),
            schema("rating_mix"),
            working,
            narrow=False,
        )


def test_nothing_to_draw_and_masks(mix, exhibit, working, client):
    unknown = mix.assign(part_of_customers=np.nan, part_of_revenue=np.nan)
    with pytest.raises(NothingToDraw, match="no value is known"):
        draw(exhibit("panels", **PARTS), unknown, schema("rating_mix"), working, narrow=False)
    few = mix.assign(customers=pd.array([240, 360, 600, 1200, 4], dtype="Int64"))
    page = figure_html(exhibit("panels", **PARTS), few, schema("rating_mix"), "x", client)
    assert "1 row with fewer than 10 customers is not shown alone." in page
    assert "Bought before" not in page


def test_the_same_bytes_for_the_same_rows(mix, exhibit, working):
    shown = exhibit("panels", **PARTS, count="customers")
    again = mix.set_axis([7, 7, 7, 7, 7])
    for narrow in (False, True):
        once = draw(shown, mix, schema("rating_mix"), working, narrow=narrow)
        assert once == draw(shown, again, schema("rating_mix"), working, narrow=narrow)


def test_the_alternative_text_holds_every_measure(alt_text, mix, exhibit, working):
    told = alt_text(exhibit("panels", **PARTS), mix, schema("rating_mix"), working)
    assert told.startswith("Bar charts side by side: Customer share by category. A: Part of active customers 10.0 %, ")
    assert "; B: Part of active customers 15.0 %, Part of revenue 24.0 %; C: " in told
    assert told.endswith("Bought before the window only: Part of revenue 0.0 %.")
