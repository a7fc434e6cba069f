"""A waterfall for each group: one scale, shared labels, and a group that must not be seen left out whole."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.client.result_model import Exhibit
from helpers.client.schema import schema
from helpers.errors import StepInputError
from helpers.show.audience import audience_for
from helpers.show.encodings import NothingToDraw
from helpers.show.figure import figure_html
from helpers.show.kinds import draw, figure_of

SCHEMA = schema("profit_ladder")
LONG = "Customers who had bought in both halves of the window and spent considerably more than before on everything"
NAMES = {"all": "All customers", "g1": "Boatyards", "g2": "Refit regulars", "g3": "Fleets"}


def ladder(parts: dict[str, list[tuple[str, float, bool]]], customers: dict[str, int] | None = None) -> pd.DataFrame:
    """The rows of each group: rung, amount, whether it is a total."""
    rows = [(group, *row) for group, own in parts.items() for row in own]
    table = pd.DataFrame(rows, columns=["group_id", "rung_name", "amount", "is_total"])
    table["group_name"] = table["group_id"].map(NAMES).fillna(table["group_id"])
    table["customers"] = table["group_id"].map(customers or {}).fillna(50).astype("Int64")
    table["amount"] = table["amount"].astype(float)
    return table.astype({"is_total": "boolean"}).assign(rung="revenue", part_of_revenue=table["amount"] / 100)


def steps(revenue: float, goods: float, service: float) -> list[tuple[str, float, bool]]:
    margin = revenue - goods
    ends = [("Gross margin", margin, True), ("Service", -service, False), ("Profit", margin - service, True)]
    return [("Revenue", revenue, True), ("Goods", -goods, False), *ends]


THREE = {"all": steps(100, 60, 20), "g1": steps(100, 50, 10), "g2": steps(100, 80, 30)}


def picture(**more) -> Exhibit:
    encoding = {"label": "rung_name", "value": "part_of_revenue", "total": "is_total", "series": "group_name"}
    parts = {"id": "04.ladder", "table": "profit_ladder", "finding": "04.group_profit", "source": "Own data."}
    return Exhibit(
        kind="waterfall", encoding=encoding | more, subtitle="Ladder", alt="Waterfall chart: ladder", **parts
    )


def bars(axes) -> list[tuple[float, float]]:
    return [(round(bar.get_x(), 6), round(bar.get_x() + bar.get_width(), 6)) for bar in axes.patches]


def points_per_unit(axes) -> float:
    low, high = axes.get_xlim()
    return axes.get_position().width * axes.figure.get_size_inches()[0] * 72 / (high - low)


@pytest.mark.parametrize("narrow", [False, True])
def test_three_groups_worked_by_hand(narrow, working, layout):
    figure = figure_of(picture(count="customers"), ladder(THREE), SCHEMA, working, narrow=narrow)
    assert [bars(axes) for axes in figure.axes] == [
        [(0, 100), (40, 100), (0, 40), (20, 40), (0, 20)],
        [(0, 100), (50, 100), (0, 50), (40, 50), (0, 40)],
        [(0, 100), (20, 100), (0, 20), (-10, 20), (-10, 0)],
    ]
    assert len({round(points_per_unit(axes), 6) for axes in figure.axes}) == 1
    texts = [text.replace("\u00a0", " ") for text in layout(figure)]
    assert {"All customers", "Boatyards", "Refit regulars", "100 %", "−60 %", "−10 %"} <= set(texts)
    assert texts.count("50 customers") == 3
    lines = len({round(axes.get_position().y0, 6) for axes in figure.axes})
    assert texts.count("Gross margin") == lines  # the labels stand once at the left of each line of panels


@pytest.mark.parametrize("narrow", [False, True])
def test_many_groups_wrap_and_the_rest_is_counted(narrow, working, layout):
    table = ladder({f"g{place} {LONG[: place * 7]}": steps(90 + place, 50, 3 * place) for place in range(14)})
    figure = figure_of(picture(value="amount", count="customers"), table, SCHEMA, working, narrow=narrow)
    assert len(figure.axes) == 12
    assert "… and 2 more panels in the table" in layout(figure)
    across = {round(axes.get_position().x0, 6) for axes in figure.axes}
    assert len(across) > (0 if narrow else 1)


def test_a_part_that_one_group_has_more_stands_at_its_place(working, layout):
    more = [("Revenue", 100, True), ("Unknown", -30, False), ("Goods", -50, False), ("Gross margin", 20, True)]
    table = ladder({"g1": [*steps(100, 60, 20)], "g2": [*more, ("Service", -5, False), ("Profit", 15, True)]})
    figure = figure_of(picture(), table, SCHEMA, working, narrow=False)
    middles = [[round(bar.get_y(), 3) for bar in axes.patches] for axes in figure.axes]
    assert len(middles[0]) == 5
    assert middles[0] == [middles[1][0], *middles[1][2:]]
    heights = {text.get_text(): text.get_position()[1] for text in figure.texts}
    assert heights["Revenue"] > heights["Unknown"] > heights["Goods"]
    assert layout(figure)


def test_panels_that_disagree_are_refused(working):
    turned = [("Gross margin", 40, True), ("Service", -40, False), ("Revenue", 0, True)]
    with pytest.raises(StepInputError, match='"Revenue" stands in "Refit regulars" at another place'):
        draw(picture(), ladder({"g1": steps(100, 60, 20), "g2": turned}), SCHEMA, working, narrow=False)
    twice = [("Revenue", 100, True), ("Revenue", 100, True)]
    with pytest.raises(StepInputError, match='"Revenue" stands in "Boatyards" twice'):
        draw(picture(), ladder({"g1": twice}), SCHEMA, working, narrow=False)
    wrong = [("Revenue", 100, True), ("Goods", -60, False), ("Gross margin", 41, True)]
    with pytest.raises(StepInputError, match="a difference of"):
        draw(picture(), ladder({"g1": steps(100, 60, 20), "g2": wrong}), SCHEMA, working, narrow=False)


def test_a_group_whose_value_is_not_known_is_named(working):
    unknown = [("Revenue", 100, True), ("Goods", math.nan, False), ("Gross margin", 40, True)]
    nothing = [("Revenue", math.nan, True), ("Goods", math.nan, False)]
    table = ladder({"g1": steps(100, 60, 20), "g2": unknown, "g3": nothing})
    assert len(figure_of(picture(), table, SCHEMA, working, narrow=False).axes) == 1
    page = figure_html(picture(), table, SCHEMA, "x", working)
    assert "Not in the picture, because a value is not known: Refit regulars and Fleets." in page
    with pytest.raises(NothingToDraw, match="no value is known"):
        draw(picture(), ladder({"g2": unknown}), SCHEMA, working, narrow=False)


def test_a_group_of_few_is_left_out_whole_for_the_client(client, working):
    table = ladder(THREE | {"g3": steps(80, 60, 20)}, {"g1": 9, "all": 900})
    assert len(figure_of(picture(), table, SCHEMA, working, narrow=False).axes) == 4
    assert len(figure_of(picture(), table, SCHEMA, client, narrow=False).axes) == 3
    page = figure_html(picture(), table, SCHEMA, "x", client)
    assert "Boatyards is not shown: fewer than 10 customers stand behind it." in page
    assert "<td" in page
    assert ">Boatyards<" not in page
    both = ladder(THREE, {"g1": 9, "g2": 3, "all": 900})
    said = figure_html(picture(), both, SCHEMA, "x", client)
    assert "Boatyards and Refit regulars are not shown: fewer than 10 customers stand behind each." in said
    one_row = ladder(THREE)
    one_row.loc[one_row.index[7], "customers"] = 4
    assert len(figure_of(picture(), one_row, SCHEMA, client, narrow=False).axes) == 2


@settings(derandomize=True, max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(*[st.integers(-(10**8), 10**8)] * 3), min_size=1, max_size=9),
    st.booleans(),
    st.sampled_from(["g", LONG, "咖啡", "$5 & $6", "x" * 90]),
)
def test_any_amounts_fit(layout, amounts, narrow, name):
    table = ladder({f"{place} {name}": steps(*(cents / 100 for cents in own)) for place, own in enumerate(amounts)})
    figure = figure_of(picture(value="amount"), table, SCHEMA, audience_for("working", "USD", {}), narrow=narrow)
    assert layout(figure)
    assert np.ptp([points_per_unit(axes) for axes in figure.axes]) < 1e-9 * points_per_unit(figure.axes[0])


def test_the_alternative_text_tells_the_totals_of_each_group(alt_text, working):
    told = alt_text(picture(), ladder(THREE), SCHEMA, working)
    assert told.startswith("Waterfall chart: ladder. All customers: Revenue 100.0 %, Profit 20.0 %; Boatyards: Revenue")


def test_the_same_bytes(working):
    for narrow in (False, True):
        first = draw(picture(), ladder(THREE), SCHEMA, working, narrow=narrow)
        assert first == draw(picture(), ladder(THREE).set_axis([3] * 15), SCHEMA, working, narrow=narrow)
