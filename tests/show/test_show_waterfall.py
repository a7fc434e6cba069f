"""Waterfalls: they add up or are not drawn, and whatever the amounts, nothing is cut or covered."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

from helpers.client.result_model import Exhibit
from helpers.client.schema import schema
from helpers.errors import StepInputError
from helpers.show.audience import audience_for
from helpers.show.encodings import NothingToDraw
from helpers.show.figure import figure_html
from helpers.show.kinds import draw, drawing_of, figure_of
from helpers.show.style import BRAND
from helpers.show.waterfall_sums import TOGETHER, ends_of

SCHEMA = schema("revenue_bridge")
LONG = "Customers who had bought in both halves of the window and spent considerably more than before on everything"
BRIDGE = [
    ("Prior half", 48211.5, True, 1204),
    ("New customers", 12030.25, False, 611),
    ("Reactivated", 3100.0, False, 88),
    ("Expanded", 9800.1, False, 402),
    ("Contracted", -11250.6, False, 380),
    ("Lost", -21500.0, False, 502),
    ("Unchanged", 0.0, False, 14),
    ("No customer", -120.5, False, None),
    ("Current half", 40270.75, True, 1101),
]


def bridge(rows) -> pd.DataFrame:
    """A table of parts: name, amount, whether it is a total, customers."""
    table = pd.DataFrame(rows, columns=["part_name", "amount", "is_total", "customers"])
    types = {"amount": "float64", "is_total": "boolean", "customers": "Int64"}
    return table.astype(types).assign(part="x", prior_revenue=1.0, current_revenue=1.0)


def waterfall(**more) -> Exhibit:
    encoding = {"label": "part_name", "value": "amount", "total": "is_total", "count": "customers", **more}
    parts = {"id": "02.bridge", "table": "revenue_bridge", "finding": "02.bridge", "source": "Own data."}
    return Exhibit(kind="waterfall", encoding=encoding, subtitle="Revenue", alt="Waterfall chart: revenue", **parts)


def bars(figure) -> list[tuple[float, float, str]]:
    """Left end, right end and colour of each bar."""
    patches = figure.axes[0].patches
    return [(bar.get_x(), bar.get_x() + bar.get_width(), to_hex(bar.get_facecolor())) for bar in patches]


def test_a_bridge_worked_by_hand(working, layout):
    table = bridge([("Before", 100, True, 5), ("Won", 30, False, 2), ("Lost", -50, False, 1), ("After", 80, True, 6)])
    figure = figure_of(waterfall(), table, SCHEMA, working, narrow=False)
    total, up, down = BRAND.quiet, BRAND.accent, BRAND.series[1]
    assert bars(figure) == [(0, 100, total), (100, 130, up), (80, 130, down), (0, 80, total)]
    texts = layout(figure)
    assert {"100", "+30", "−50", "80", "5 customers", "1 customer", "USD"} <= set(texts)
    lines = [lines for lines in figure.axes[0].collections if isinstance(lines, LineCollection)]
    assert [segment[0][0] for line in lines for segment in line.get_segments()] == [100, 130, 80]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("factor", [1, 1000 / 7, 1e6])
def test_a_whole_bridge_fits(factor, narrow, working, layout):
    table = bridge([(name, amount * factor, total, customers) for name, amount, total, customers in BRIDGE])
    figure = figure_of(waterfall(), table, SCHEMA, working, narrow=narrow)
    texts = layout(figure)
    assert {"1,204 customers", "0"} <= set(texts)
    assert figure.get_size_inches()[0] == pytest.approx(3.6 if narrow else 6.5)
    if factor == 1:
        assert {"48,212", "+12,030", "−21,500", "USD"} <= set(texts)
    if factor == 1e6:
        assert {"48.2", "+12.0", "−21.5", "USD billion"} <= set(texts)


CASES = {
    "below zero": [-5000, "+2000", "-9000", "+20000", 8000],
    "nothing but zeros": [0, "+0", 0],
    "one step": [0.05, "+0.02"],
    "one total": [17],
    "only steps": ["+3", "-8", "+1"],
    "a flood": [10, "+1e6", "-3", 1000007],
    "all lost": [1e6, "+3", "-3", "-999000", 1000],
    "to nothing": [500, "-500", 0],
    "large": [1e15, "+1e-3", "-5e14"],
    "not known": [100, None, "+20", 120],
    "down to loss": [-2, "-3e5", "-4e5", "+10", -699992],
}


def parts_of(case) -> pd.DataFrame:
    rows = [
        (f"Part number {i}", math.nan if v is None else float(v), not isinstance(v, (str, type(None))), i)
        for i, v in enumerate(case)
    ]
    return bridge(rows)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("case", list(CASES))
def test_amounts_of_any_size_fit(case, narrow, working, layout):
    texts = layout(figure_of(waterfall(), parts_of(CASES[case]), SCHEMA, working, narrow=narrow))
    assert ("not known" in texts) == (case == "not known")


@pytest.mark.parametrize("narrow", [False, True])
def test_twelve_parts_with_nasty_names_fit(narrow, working, layout):
    names = [
        LONG,
        "x" * 120,
        "$5 & $6",
        "咖啡",
        "",
        "<img src=x>",
        "a_^{b}",
        "Größe ☕",
        LONG[:40],
        "line\nbreak",
        "قهوة",
        "z",
    ]
    rows = [(name, (-1) ** i * i * 7.25, False, i * 10**i) for i, name in enumerate(names)]
    texts = layout(figure_of(waterfall(), bridge([(LONG, 100, True, None), *rows]), SCHEMA, working, narrow=narrow))
    assert "(no name)" in texts
    assert layout(figure_of(waterfall(), bridge(rows[:3]), SCHEMA, working, narrow=narrow))


def test_the_smallest_step_is_seen(working):
    figure = figure_of(waterfall(), parts_of(CASES["a flood"]), SCHEMA, working, narrow=True)
    down = [line for line in figure.axes[0].collections if to_hex(line.get_color()[0]) == BRAND.series[1]]
    assert [line.get_linewidth()[0] for line in down] == [1.2]


def test_parts_keep_the_tables_order_and_the_same_bytes(working):
    table = bridge(BRIDGE)
    drawing, _ = drawing_of(waterfall(), table, SCHEMA, working)
    assert list(drawing.rows["part_name"]) == [name for name, *_ in BRIDGE]
    first = draw(waterfall(), table, SCHEMA, working, narrow=True)
    assert first == draw(waterfall(), table.set_index(table.index + 7), SCHEMA, working, narrow=True)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=12), st.integers(-(10**9), 10**9))
def test_each_step_starts_where_the_last_one_ended(steps, first):
    cents = [first, *steps, first + sum(steps)]
    rows = [("x", cent / 100, i in (0, len(cents) - 1), None) for i, cent in enumerate(cents)]
    audience = audience_for("working", "USD", {})
    drawing, _ = drawing_of(waterfall(), bridge(rows), SCHEMA, audience)
    starts, ends = ends_of(drawing)
    assert (starts[[0, -1]] == 0).all()
    assert (starts[1:-1] == ends[:-2]).all()
    assert np.allclose(ends, np.append(np.cumsum(cents[:-1]), cents[-1]) / 100, atol=1e-6, rtol=0)


def test_what_does_not_add_up_is_refused_in_words(working):
    rows = [*BRIDGE[:-1], ("Current half", 40270.76, True, 1101)]
    with pytest.raises(StepInputError) as caught:
        draw(waterfall(), bridge(rows), SCHEMA, working, narrow=False)
    said = str(caught.value)
    assert not isinstance(caught.value, NothingToDraw)
    for part in ("revenue_bridge", '"Current half"', "40,270.76", "40,270.75", "a difference of 0.01", "is_total"):
        assert part in said
    within = [*BRIDGE[:-1], ("Current half", 40270.7549, True, 1101)]
    assert draw(waterfall(), bridge(within), SCHEMA, working, narrow=False)


def test_a_total_in_the_middle_is_checked_too(working):
    parts_of_a_ladder = [100, "-40", 60, "-10", 50]
    assert draw(waterfall(), parts_of(parts_of_a_ladder), SCHEMA, working, narrow=False)
    with pytest.raises(
        StepInputError, match='"Part number 2" is 61.00 in amount, but the rows before it add up to 60.00'
    ):
        draw(waterfall(), parts_of([100, "-40", 61, "-10", 51]), SCHEMA, working, narrow=False)


def test_without_an_unknown_part_there_is_no_sum(working):
    table = bridge([("Before", 100, True, 5), ("Won", math.nan, False, 2), ("After", 180, True, 6)])
    with pytest.raises(NothingToDraw, match='the value of "Won" is not known, and "After" is not the sum'):
        draw(waterfall(), table, SCHEMA, working, narrow=False)
    with pytest.raises(NothingToDraw, match="no value is known"):
        draw(waterfall(), table.assign(amount=math.nan), SCHEMA, working, narrow=False)
    with pytest.raises(NothingToDraw, match="41 parts are too many"):
        draw(waterfall(), parts_of(["+1"] * 41), SCHEMA, working, narrow=False)


def test_small_parts_are_joined_for_the_client(client, working):
    rows = [(n, a, t, {"Reactivated": 4, "Unchanged": 3, "Expanded": 12}.get(n, c)) for n, a, t, c in BRIDGE]
    drawing, notes = drawing_of(waterfall(), bridge(rows), SCHEMA, client)
    assert list(drawing.rows["part_name"]) == [
        *("Prior half", "New customers", TOGETHER, "Contracted", "Lost", "No customer", "Current half")
    ]
    joined = drawing.rows[drawing.rows["part_name"] == TOGETHER].iloc[0]
    assert (joined["amount"], joined["customers"]) == (pytest.approx(12900.1), 19)
    assert pd.isna(joined["prior_revenue"])
    assert notes == [
        "Reactivated, Expanded and Unchanged are shown together, "
        "because at least one of them rests on fewer than 10 customers."
    ]
    assert draw(waterfall(), bridge(rows), SCHEMA, client, narrow=False)
    assert len(drawing_of(waterfall(), bridge(rows), SCHEMA, working)[0].rows) == len(rows)
    html = figure_html(waterfall(), bridge(rows), SCHEMA, "x", client)
    assert ">Reactivated<" not in html
    assert ">Reactivated<" in figure_html(waterfall(), bridge(rows), SCHEMA, "x", working)


def test_joining_stays_between_two_totals(client):
    ladder = [
        ("A", 100, True, 50),
        ("b", -10, False, 4),
        ("c", -20, False, 6),
        ("D", 70, True, 50),
        ("e", -5, False, 30),
        ("F", 65, True, 50),
    ]
    drawing, _ = drawing_of(waterfall(), bridge(ladder), SCHEMA, client)
    assert list(drawing.rows["part_name"]) == ["A", TOGETHER, "D", "e", "F"]
    assert ends_of(drawing)[1].tolist() == [100, 70, 70, 65, 65]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("A", 100, True, 50), ("b", -10, False, 4), ("C", 90, True, 50)], "a part rests on fewer than 10 customers"),
        ([("A", 100, True, 4), ("b", -10, False, 40), ("C", 90, True, 50)], "a part rests on fewer than 10 customers"),
        ([("A", 100, True, 50), ("b", 0, False, 4), ("c", -10, False, None), ("D", 90, True, 50)], "do not add up"),
    ],
)
def test_what_cannot_be_joined_is_not_drawn(rows, said, client):
    with pytest.raises(NothingToDraw, match=said):
        draw(waterfall(), bridge(rows), SCHEMA, client, narrow=False)
    assert "Nothing to draw" in figure_html(waterfall(), bridge(rows), SCHEMA, "x", client)


def test_alt_text_tells_the_totals_then_the_largest_steps(alt_text, working):
    said = alt_text(waterfall(), bridge(BRIDGE), SCHEMA, working)
    assert said == (
        "Waterfall chart: revenue. Prior half 48,212 USD; Current half 40,271 USD; Lost −21,500 USD; "
        "New customers +12,030 USD; Contracted −11,251 USD; 4 more in the table."
    )
    plain = waterfall().model_copy(update={"alt": "Revenue by part, as in the flowchart"})
    assert alt_text(plain, bridge(BRIDGE), SCHEMA, working).startswith("Waterfall chart: Revenue by part, as in the")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"total": "amount"}, 'total: "amount" is not a yes-or-no column'),
        ({"value": "part_name"}, '"part_name" holds no numbers'),
        ({"count": "custmers"}, 'Did you mean "customers"'),
        ({"sort": "none"}, 'a waterfall has no part "sort"'),
    ],
)
def test_a_wrong_encoding_is_refused(wrong, message, working):
    with pytest.raises(StepInputError) as caught:
        draw(waterfall(**wrong), bridge(BRIDGE), SCHEMA, working, narrow=False)
    assert message in str(caught.value)
