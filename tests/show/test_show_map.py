"""Maps: each dot at its two values, its name beside it or its number, and nothing cut or covered at any width."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex

from helpers.client.schema import Column, TableSchema
from helpers.errors import StepInputError
from helpers.show.audience import audience_for
from helpers.show.encodings import NothingToDraw
from helpers.show.figure import figure_html
from helpers.show.kinds import draw, figure_of
from helpers.show.style import BRAND

LONG = "Household cleaning, laundry, paper and foil products for kitchens, bathrooms, workshops and boats"
SCHEMA = TableSchema(
    "drivers",
    "published",
    "one row per driver",
    "For tests.",
    (
        Column("driver", "text", "The driver.", title="Driver"),
        Column("importance", "share", "Its part.", title="Importance"),
        Column("importance_low", "share", "Lower end of the 90 % interval."),
        Column("importance_high", "share", "Upper end."),
        Column("advantage", "number", "Own less theirs.", unit="points", title="Advantage"),
        Column("advantage_low", "number", "Lower end of the 90 % interval."),
        Column("advantage_high", "number", "Upper end."),
        Column("value", "money", "Worth.", title="Value a customer"),
        Column("customers", "integer", "Who answered.", unit="customers", title="Customers"),
    ),
)
CUTS = {
    "cut_x": {"at": 0.25, "label": "an equal part"},
    "cut_y": {"at": 0, "label": "as good as the best alternative"},
    "corners": ["Over-served", "Win on", "Keep", "Fix first"],
}
INTERVALS = {
    f"{axis}_{end}": f"{name}_{end}"
    for axis, name in (("x", "importance"), ("y", "advantage"))
    for end in ("low", "high")
}


def drivers(*rows) -> pd.DataFrame:
    """Name, importance, advantage of each; intervals of a twentieth and half a point to each side."""
    table = pd.DataFrame(rows, columns=["driver", "importance", "advantage"]).astype(
        {"importance": float, "advantage": float}
    )
    for name, half in (("importance", 0.05), ("advantage", 0.5)):
        table[f"{name}_low"], table[f"{name}_high"] = table[name] - half, table[name] + half
    return table.assign(value=table["advantage"] * 1000, customers=pd.array([50] * len(table), dtype="Int64"))


FOUR = drivers(("Price", 0.4, -1.0), ("On time", 0.3, 1.5), ("Advice", 0.2, 0.2), ("Range", 0.1, -0.4))


@pytest.fixture
def shown(exhibit):
    def make(**more):
        return exhibit("map", label="driver", x="importance", y="advantage", **more)

    return make


def dots(figure) -> list[tuple[float, float]]:
    """The places of the dots, in the axes' units."""
    [line] = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    return [tuple(round(float(value), 6) for value in place) for place in zip(*line.get_data(), strict=True)]


def lines(figure, dashed: bool) -> list[list[list[float]]]:
    found = [line for line in figure.axes[0].lines if line.get_marker() != "o" and line.is_dashed() is dashed]
    return [[[round(float(value), 6) for value in end] for end in line.get_data()] for line in found]


@pytest.mark.parametrize("narrow", [False, True])
def test_each_dot_stands_at_its_values_with_its_name(narrow, shown, working, layout):
    figure = figure_of(shown(**CUTS, **INTERVALS), FOUR, SCHEMA, working, narrow=narrow)
    assert dots(figure) == [(40, -1), (30, 1.5), (20, 0.2), (10, -0.4)]
    crosses = lines(figure, dashed=False)
    assert [[35, 45], [-1, -1]] in crosses
    assert [[40, 40], [-1.5, -0.5]] in crosses
    assert len(crosses) == 8
    (cut_x, across), (low_high, cut_y) = lines(figure, dashed=True)
    assert (cut_x, cut_y) == ([25, 25], [0, 0])
    assert across[0] < -1.5
    assert low_high[1] > 45
    texts = layout(figure)
    assert {*CUTS["corners"], "an equal part", "↑ Advantage, points", "Importance →"} <= set(texts)
    assert {"Price", "On time", "Advice", "Range"} <= set(texts)
    assert "alternative" in " ".join(texts)
    assert figure.get_size_inches()[0] == pytest.approx(3.6 if narrow else 6.5)


def test_corners_stand_outside_the_plot(shown, working):
    figure = figure_of(shown(**CUTS), FOUR, SCHEMA, working, narrow=False)
    frame = figure.axes[0].get_position()
    heights = {text.get_text(): text.get_position()[1] for text in figure.texts}
    assert heights["Over-served"] > frame.y1 < heights["Win on"]
    assert heights["Keep"] < frame.y0 > heights["Fix first"]
    sides = {text.get_text(): text.get_position()[0] for text in figure.texts}
    assert sides["Over-served"] < sides["Win on"]
    assert sides["Keep"] < sides["Fix first"]


@pytest.mark.parametrize("narrow", [False, True])
def test_two_on_one_place_stand_side_by_side_each_with_its_name(narrow, shown, working, layout):
    table = drivers(("Price", 0.4, -1.0), ("Terms", 0.4, -1.0), ("Range", 0.1, 0.4))
    figure = figure_of(shown(), table, SCHEMA, working, narrow=narrow)
    (first, level), (second, same), alone = dots(figure)
    assert alone == (10, 0.4) and level == same == -1
    assert first < 40 < second and first + second == pytest.approx(80)
    at = figure.axes[0].transData.transform([(first, -1), (second, -1)])[:, 0] / figure.dpi * 72
    assert at[1] - at[0] == pytest.approx(8, abs=0.01)  # wider than a dot
    texts = layout(figure)
    assert {"Price", "Terms"} <= set(texts)
    assert any(text.startswith("Dots that fall on one place") for text in texts)


def test_many_on_one_place_are_one_dot_with_all_names(shown, working, layout):
    table = drivers(*((name, 0.4, -1.0) for name in ("Price", "Terms", "Range", "Advice")), ("Help", 0.1, 0.4))
    figure = figure_of(shown(), table, SCHEMA, working, narrow=False)
    assert dots(figure) == [(40, -1), (10, 0.4)]
    assert "Price, Terms, Range, Advice" in " ".join(layout(figure))


@pytest.mark.parametrize("narrow", [False, True])
def test_a_crowd_is_numbered_and_the_numbers_are_told_below(narrow, shown, working, layout):
    generator = np.random.default_rng(5)
    rows = [(f"Driver {chr(65 + row)} {LONG[:40]}", *generator.normal([0.2, 0], [0.01, 0.05])) for row in range(12)]
    figure = figure_of(shown(**CUTS, **INTERVALS), drivers(*rows), SCHEMA, working, narrow=narrow)
    texts = layout(figure)
    assert {str(number) for number in range(1, 13)} <= set(", ".join(texts).split(", "))
    assert sum(text.startswith(("1  Driver A", "12  Driver L")) for text in texts) == 2
    roomy = figure_of(shown(**CUTS), FOUR, SCHEMA, working, narrow=narrow)
    assert "1" not in layout(roomy)


@settings(derandomize=True, max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.floats(-1e6, 1e9), st.floats(-100, 100)), min_size=1, max_size=14),
    st.booleans(),
    st.sampled_from(["x", LONG, "咖啡", "$5 & $6", "Ordering is easy"]),
)
def test_any_dots_fit(shown, layout, places, narrow, name):
    table = drivers(*((f"{name} {row}", x / 100, y) for row, (x, y) in enumerate(places)))
    figure = figure_of(shown(**CUTS, **INTERVALS), table, SCHEMA, audience_for("working", "USD", {}), narrow=narrow)
    assert layout(figure)
    low, high = figure.axes[0].get_xlim()
    assert all(low <= x <= high for x, _ in dots(figure))


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("values", [[0.0], [7.0, 7.0], [1e12, -3.0], [1e-9, 2e-9]])
def test_money_of_any_size_fits(values, narrow, exhibit, working, layout):
    table = drivers(*((f"Group {row}", 0.2, 0.0) for row in range(len(values)))).assign(value=values)
    cut = {"at": values[0], "label": "middle of all customers, " * 6}
    corners = [LONG, LONG, LONG, LONG]
    picture = exhibit(
        "map", label="driver", x="value", y="customers", cut_x=cut, cut_y={"at": 50, "label": LONG}, corners=corners
    )
    texts = layout(figure_of(picture, table, SCHEMA, working, narrow=narrow))
    assert any(text.startswith("Value a customer, USD") and text.endswith("→") for text in texts)


def test_a_row_without_a_place_is_named_below(shown, working):
    table = FOUR.assign(advantage=[-1.0, np.nan, 0.2, np.inf])
    page = figure_html(shown(**INTERVALS), table, SCHEMA, "x", working)
    assert "Not in the picture, because one of the two values is not known: On time and Range." in page
    assert page.count("Thin lines: 90 % interval.") == 1
    assert len(dots(figure_of(shown(), table, SCHEMA, working, narrow=False))) == 2
    with pytest.raises(NothingToDraw, match="no row has a value in both directions"):
        draw(shown(), FOUR.assign(advantage=np.nan), SCHEMA, working, narrow=False)


def test_a_cross_needs_both_ends(shown, working):
    table = FOUR.assign(importance_low=[np.nan, 0.2, 0.1, 0.05])
    figure = figure_of(shown(**INTERVALS), table, SCHEMA, working, narrow=False)
    assert len(lines(figure, dashed=False)) == 7
    assert {to_hex(line.get_color()) for line in figure.axes[0].lines} == {BRAND.accent, BRAND.muted}


def test_more_than_can_be_told_apart_is_counted(shown, working, layout):
    rows = [(f"Driver {row}", row / 100, row % 7 - 3) for row in range(43)]
    texts = layout(figure_of(shown(), drivers(*rows), SCHEMA, working, narrow=False))
    assert "… and 3 more rows in the table" in texts


def test_small_groups_are_held_back_from_the_client(shown, client, working):
    few = FOUR.assign(customers=pd.array([50, 50, 50, 9], dtype="Int64"))
    assert len(dots(figure_of(shown(), few, SCHEMA, client, narrow=False))) == 3
    assert len(dots(figure_of(shown(), few, SCHEMA, working, narrow=False))) == 4
    assert "1 row with fewer than 10 customers is not shown alone." in figure_html(shown(), few, SCHEMA, "x", client)


def test_the_alternative_text_says_both_values(alt_text, shown, working):
    told = alt_text(shown(**CUTS), FOUR, SCHEMA, working)
    assert told.startswith(
        "Map of dots: Customer share by category. Price: Importance 40.0 %, Advantage −1.00; On time: "
    )


def test_the_same_bytes_for_the_same_rows(shown, working):
    picture = shown(**CUTS, **INTERVALS)
    for narrow in (False, True):
        once = draw(picture, FOUR, SCHEMA, working, narrow=narrow)
        assert once == draw(picture, FOUR.set_axis([7, 7, 7, 7]), SCHEMA, working, narrow=narrow)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"cut_x": 0.25}, "cut_x: 0.25 should be {at: number, label: text}"),
        ({"cut_y": {"at": "0", "label": "x"}}, "should be {at: number, label: text}"),
        ({"cut_y": {"at": float("nan"), "label": "x"}}, "should be {at: number, label: text}"),
        ({"corners": ["a", "b", "c", "d"]}, "corners says nothing without cut_x"),
        ({**CUTS, "corners": ["a", "b"]}, "should be four names: top left, top right, bottom left, bottom right"),
        ({"x_low": "importance_low"}, "x_low says nothing without x_high"),
        ({"y": "driver"}, '"driver" holds no numbers but text'),
        ({"sort": "none"}, 'a map has no part "sort"'),
    ],
)
def test_a_wrong_encoding_is_refused(wrong, message, exhibit, working):
    picture = exhibit("map", **{"label": "driver", "x": "importance", "y": "advantage", **wrong})
    with pytest.raises(StepInputError) as caught:
        draw(picture, FOUR, SCHEMA, working, narrow=False)
    assert message in str(caught.value)
