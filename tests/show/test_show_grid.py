"""Grids of shaded cells: one value a cell, what does not fit is said, every number can be read on its shade."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from helpers.client.schema import schema
from helpers.errors import StepInputError
from helpers.show.encodings import NothingToDraw
from helpers.show.figure import figure_html
from helpers.show.kinds import draw, figure_of
from helpers.show.style import contrast

COHORTS = {"row": "cohort", "column": "quarters_since", "value": "retention"}
WITH_COUNTS = COHORTS | {"count": "bought", "row_count": "customers"}
LONG = "Household cleaning, laundry, paper and foil products for kitchens, bathrooms, workshops and boats"


def cohorts(count: int, rate: float = 0.5, customers: int = 1204) -> pd.DataFrame:
    """Cohorts of which a part `rate` of those left comes back each quarter, as long as the data go."""
    rows = [(cohort, since) for cohort in range(count) for since in range(count - cohort)]
    quarters = pd.date_range("2016-01-01", periods=count, freq="QS")
    names = ["Before the data", *(f"Q{day.quarter} {day.year}" for day in quarters[1:])]
    retention = np.array([rate**since for _, since in rows])
    return pd.DataFrame(
        {
            "cohort": [names[cohort] for cohort, _ in rows],
            "quarters_since": pd.array([since for _, since in rows], dtype="Int64"),
            "quarter_start": [quarters[cohort + since] for cohort, since in rows],
            "customers": pd.array([customers] * len(rows), dtype="Int64"),
            "bought": pd.array((retention * customers).astype(int), dtype="Int64"),
            "retention": retention,
            "revenue": retention * 1e6,
        }
    )


def said(texts: list[str]) -> list[str]:
    return [text.replace("\u00a0", " ") for text in texts]


def test_a_triangle_of_cohorts(exhibit, working, layout):
    figure = figure_of(exhibit("grid", **WITH_COUNTS), cohorts(4), schema("cohorts"), working, narrow=False)
    texts = said(layout(figure))
    assert len(figure.axes[0].patches) == 10  # 4 + 3 + 2 + 1: what the table does not have stays empty
    assert [text for text in texts if text.endswith("%")] == [
        *("100 %", "50 %", "25 %", "13 %"),
        *("100 %", "50 %", "25 %", "100 %", "50 %", "100 %"),
    ]
    assert texts.count("Quarters since the first order") == 1
    assert texts.count("602") == 3
    assert {"First order", "Customers", "Before the data", "0", "3"} <= set(texts)
    assert texts.count("1,204") == 8  # beside each label, and in each cell of the first quarter


def test_shades_grow_with_the_value_and_a_column_that_is_the_same_does_not_set_them(exhibit, working):
    figure = figure_of(exhibit("grid", **COHORTS), cohorts(4), schema("cohorts"), working, narrow=False)
    darkness = [contrast(patch.get_facecolor(), "#ffffff") for patch in figure.axes[0].patches]
    # quarter 0 is 100 % in every row, so half of all is as dark; 25 % and 13 % are lighter, and none is like paper
    assert darkness[0] == darkness[1] > darkness[2] > darkness[3] > 1.05
    one_row = exhibit("grid", **COHORTS, where={"cohort": "Before the data"})
    figure = figure_of(one_row, cohorts(4), schema("cohorts"), working, narrow=False)
    darkness = [contrast(patch.get_facecolor(), "#ffffff") for patch in figure.axes[0].patches]
    assert darkness[0] > darkness[1] > darkness[2] > darkness[3]
    nothing = cohorts(3).assign(retention=0.0)
    figure = figure_of(exhibit("grid", **COHORTS), nothing, schema("cohorts"), working, narrow=False)
    assert all(1.05 < contrast(patch.get_facecolor(), "#ffffff") < 1.3 for patch in figure.axes[0].patches)


@pytest.mark.parametrize("narrow", [False, True])
def test_every_number_can_be_read_on_its_shade(narrow, exhibit, working):
    values = np.linspace(-1, 1, 120)
    table = pd.DataFrame({"cohort": np.repeat([f"Q{i}" for i in range(24)], 5), "retention": values})
    table["quarters_since"] = list(range(5)) * 24
    figure = figure_of(exhibit("grid", **COHORTS), table, schema("cohorts"), working, narrow=narrow)
    patches = figure.axes[0].patches
    numbers = [text for text in figure.findobj(Text) if text.get_text().endswith("%")]
    assert len(patches) == len(numbers) == 120
    for patch, text in zip(patches, numbers, strict=True):
        assert contrast(text.get_color(), patch.get_facecolor()) >= 4.5
        assert text.get_fontsize() >= 7


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("count", [1, 2, 9, 30])
@pytest.mark.parametrize("encoding", [COHORTS, WITH_COUNTS])
def test_any_number_of_cohorts_fits(encoding, count, narrow, exhibit, working, layout):
    figure = figure_of(exhibit("grid", **encoding), cohorts(count, 0.9), schema("cohorts"), working, narrow=narrow)
    texts = said(layout(figure))
    width, _ = figure.get_size_inches() * 72
    box = figure.axes[0].get_position()
    assert box.x1 * width <= width
    shown = max(patch.get_x() + patch.get_width() for patch in figure.axes[0].patches)
    assert shown <= box.width * width
    if count == 30:
        rest = " ".join(text for text in texts if "more" in text or "table" in text)
        assert "6 more rows in the table" in rest
        assert "to 29)" in rest
        assert sum(text.endswith("%") for text in texts) >= 24 * (5 if narrow else 10)


def test_what_is_left_out_is_counted(exhibit, working, layout):
    figure = figure_of(exhibit("grid", **COHORTS), cohorts(14, 0.9), schema("cohorts"), working, narrow=True)
    shown = round(len([text for text in layout(figure) if text.isdigit()]))
    assert f"… and {14 - shown} more columns ({shown} to 13) in the table" in layout(figure)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.0, 1.0, 0.001, 0.9999, 0.285], ["0 %", "100 %", "<1 %", ">99 %", "29 %"]),
        ([-0.4, -0.001, 2.5, -0.999, np.nan], ["−40 %", ">−1 %", "250 %", "<−99 %", "–"]),
        ([np.inf, 0.5, -np.inf, 0.5, 0.5], ["–", "50 %", "–", "50 %", "50 %"]),
    ],
)
def test_shares_are_whole_per_cent_and_never_say_nothing_or_all_of_what_is_not(
    values, texts, narrow, exhibit, working, layout
):
    table = pd.DataFrame({"cohort": list("abcde"), "quarters_since": 1, "retention": values})
    shown = said(layout(figure_of(exhibit("grid", **COHORTS), table, schema("cohorts"), working, narrow=narrow)))
    assert [text for text in shown if text.endswith("%") or text == "–"] == texts


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("largest", [0.004, 812.5, 123456.78, 1e15, 1e300])
def test_money_of_any_size_says_its_unit(largest, narrow, exhibit, working, layout):
    table = cohorts(5).assign(revenue=np.linspace(-largest / 3, largest, 15))
    shown = exhibit("grid", row="cohort", column="quarter_start", value="revenue", row_count="customers")
    texts = layout(figure_of(shown, table, schema("cohorts"), working, narrow=narrow))
    assert "cells: USD" in " ".join(texts)


@pytest.mark.parametrize("narrow", [False, True])
def test_nasty_labels_are_text_and_fit(narrow, exhibit, working, layout, table_schema):
    names = ["$5 & $6", "x" * 120, LONG, "", "咖啡", "a_^{b}"]
    table = pd.DataFrame([(row, column) for row in names for column in names], columns=["category", "band"])
    table["customer_share"] = np.linspace(0, 1, len(table))
    shown = exhibit("grid", row="category", column="band", value="customer_share")
    texts = layout(figure_of(shown, table, table_schema, working, narrow=narrow))
    assert "$5 & $6" in texts
    assert "(no name)" in texts
    assert "□" in figure_html(shown, table, table_schema, "x", working)


def test_counts_give_way_to_columns(exhibit, working, layout):
    table = cohorts(13, 0.9)
    large = table.assign(bought=pd.array([987654] * len(table), dtype="Int64"))
    shown = exhibit("grid", **(WITH_COUNTS | {"where": {"quarters_since": list(range(1, 13))}}))
    assert "987,654" not in layout(figure_of(shown, large, schema("cohorts"), working, narrow=False))
    assert "Second number in a cell" not in figure_html(shown, large, schema("cohorts"), "x", working, phone=False)
    fewer = exhibit("grid", **WITH_COUNTS)
    page = figure_html(fewer, cohorts(9), schema("cohorts"), "x", working, phone=False)
    assert f"Second number in a cell: {schema('cohorts').column('bought').heading}." in page


def test_names_over_columns_are_slim_on_a_narrow_screen(exhibit, working, layout):
    measure = "Spread of the gaps between orders"
    groups = ["Boatyards", "Engine workshops", "Fleet operators", "Chandlery resellers"]
    rows = pd.DataFrame({"group_id": groups, "group_name": groups, "measure": "gaps", "measure_name": measure})
    rows = rows.assign(place=[0.1, 0.4, 0.6, 0.9], median=1.0, customers=50)
    shown = exhibit("grid", row="measure_name", column="group_name", value="place")
    figure = figure_of(shown, rows, schema("group_behaviour"), working, narrow=True)
    texts = said(layout(figure))
    assert {"Fleet", "operators"} <= set(texts)  # in one line they would leave room for two columns
    assert len(figure.axes[0].patches) == 3
    wide = said(layout(figure_of(shown, rows, schema("group_behaviour"), working, narrow=False)))
    assert "Fleet operators" in wide


def test_columns_stand_in_order_and_rows_as_they_come(exhibit, working):
    shown = exhibit("grid", **WITH_COUNTS)
    table = cohorts(5)
    turned = table.iloc[np.lexsort((-table["quarters_since"].to_numpy(dtype=int), range(len(table))))]
    shuffled = pd.concat([table[table["cohort"] == name][::-1] for name in table["cohort"].unique()])
    given = [draw(shown, rows, schema("cohorts"), working, narrow=False) for rows in (table, turned, shuffled)]
    assert given[0] == given[1] == given[2]
    assert draw(shown, table[::-1], schema("cohorts"), working, narrow=False) != given[0]


def test_masked_cells_are_empty_and_said(exhibit, client, working):
    table = cohorts(3)
    table.loc[table.index[-1], "customers"] = 7
    shown = exhibit("grid", **COHORTS)
    figure = figure_of(shown, table, schema("cohorts"), client, narrow=False)
    assert len(figure.axes[0].patches) == 5
    page = figure_html(shown, table, schema("cohorts"), "x", client)
    assert "1 row with fewer than 10 customers is not shown alone." in page
    assert "Q3 2016" not in page
    one = table.assign(customers=pd.array([1204, 1204, 1204, 3, 1204, 1204], dtype="Int64"))
    figure = figure_of(shown, one, schema("cohorts"), client, narrow=True)
    assert len(figure.axes[0].patches) == 5  # one cell amid a row
    with pytest.raises(NothingToDraw, match="fewer than 10"):
        draw(shown, cohorts(3, customers=9), schema("cohorts"), client, narrow=False)


def test_what_a_grid_refuses(exhibit, working):
    table = cohorts(3)
    with pytest.raises(StepInputError, match="several rows share one cohort and quarters_since"):
        draw(exhibit("grid", **COHORTS), pd.concat([table, table]), schema("cohorts"), working, narrow=False)
    with pytest.raises(StepInputError, match='"bought" changes within the row "Before the data"'):
        draw(exhibit("grid", **COHORTS, row_count="bought"), table, schema("cohorts"), working, narrow=False)
    with pytest.raises(StepInputError, match="also needs column and value"):
        draw(exhibit("grid", row="cohort"), table, schema("cohorts"), working, narrow=False)
    with pytest.raises(NothingToDraw, match="no value is known"):
        draw(exhibit("grid", **COHORTS), table.assign(retention=np.nan), schema("cohorts"), working, narrow=False)


def test_the_alternative_text_holds_the_ends_of_each_row(alt_text, exhibit, working):
    told = alt_text(exhibit("grid", **COHORTS), cohorts(3), schema("cohorts"), working)
    assert told == (
        "Shaded grid: Customer share by category. Quarters since the first order 0 to 2; "
        "Before the data: 100.0 % at 0, 25.0 % at 2; Q2 2016: 100.0 % at 0, 50.0 % at 1; Q3 2016: 100.0 % at 0."
    )
    money = exhibit("grid", row="cohort", column="quarters_since", value="revenue")
    assert "1,000,000 USD at 0" in alt_text(money, cohorts(3), schema("cohorts"), working)
