"""Charts: the same bytes, nothing cut, nothing covered, whatever the client's data hold."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from helpers.client.schema import Column
from helpers.errors import StepInputError
from helpers.show.audience import audience_for
from helpers.show.encodings import NothingToDraw
from helpers.show.kinds import KINDS, draw, figure_of
from helpers.show.scales import scale_for
from helpers.show.style import BRAND
from helpers.steps import KIT

INTERVAL = {"value": "customer_share", "low": "share_low", "high": "share_high"}
LONG = "Household cleaning, laundry, paper and foil products for kitchens, bathrooms, workshops and boats of any size"
NASTY = [
    "$5 & $6",
    "a_^{b} \\frac{1}{2}",
    "Größe ☕ 🍵",
    "咖啡",
    "",
    "  ",
    "x" * 120,
    LONG,
    "<img src=x>",
    "line\nbreak\t\x07",
    "$",
    "قهوة",
]


def bars(labels, values, **more) -> pd.DataFrame:
    values = np.asarray(values, dtype=float)
    return pd.DataFrame({"category": labels, "revenue": values, "customer_share": values, **more})


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize(
    "values",
    [
        [0.5],
        [0.0, 0.0, 0.0],
        [-0.4, 0.3, -0.01],
        [-5.0, -3.0],
        [1e15, 1e-9, -3.0],
        [1e-9, 2e-9],
        [123456.78, 999.99, 0.004],
        [0.83, np.nan, 0.05],
        [np.inf, 2.0],
        list(np.linspace(-3, 900, 40)),
        [1e300, 1.0],
    ],
)
@pytest.mark.parametrize("value", ["customer_share", "revenue", "set_size", "customers"])
def test_bars_of_any_size_fit(values, value, narrow, exhibit, table_schema, working, layout):
    table = bars([f"Category {i}" for i in range(len(values))], values)
    table["set_size"] = table["revenue"]
    table["customers"] = table["revenue"].replace([np.inf], np.nan).round()
    if value == "customers" and max(values) > 1e16:
        pytest.skip("no such count of customers")
    shown = exhibit("bar", label="category", value=value)
    layout(figure_of(shown, table, table_schema, working, narrow=narrow))


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("kind", ["bar", "line", "panels"])
def test_nasty_labels_are_text_and_fit(kind, narrow, exhibit, table_schema, working, layout):
    table = bars(NASTY, np.linspace(0.1, 0.9, len(NASTY)), share_low=np.nan, share_high=np.nan)
    table["in_scope"] = pd.array([True, False, pd.NA] * 4, dtype="boolean")
    if kind == "bar":
        shown = exhibit("bar", label="category", **INTERVAL, highlight="in_scope", highlight_label="in $scope$")
    else:
        table = table if kind == "panels" else table.tail(4)
        times = [table.assign(quarter_start=day) for day in pd.date_range("2016-02-15", periods=9, freq="MS")]
        table = pd.concat(times, ignore_index=True)
        shown = exhibit("line", x="quarter_start", **INTERVAL, series="category", x_form="month")
    texts = layout(figure_of(shown, table, table_schema, working, narrow=narrow))
    if kind == "bar":
        assert "$5 & $6 (in $scope$)" in " ".join(texts)
        assert "a_^{b} \\frac{1}{2}" in " ".join(texts)
        assert "Größe ☕ □" in " ".join(texts)
    assert draw(shown, table, table_schema, working, narrow=narrow)


@pytest.mark.parametrize("narrow", [False, True])
def test_bars_with_everything(narrow, categories, exhibit, table_schema, working, layout):
    shown = exhibit(
        "bar",
        label="category",
        **INTERVAL,
        highlight="in_scope",
        highlight_label="in scope",
        top=12,
        reference=[
            {"at": 0.3, "label": "Win more below 30 %"},
            {"at": 0.31, "label": "Last year"},
            {"at": 1.4, "label": LONG},
        ],
    )
    texts = layout(figure_of(shown, categories, table_schema, working, narrow=narrow))
    assert "83\u00a0%" in texts
    assert "… and 5 more rows in the table" in texts
    assert "Cat food" not in texts


def test_bars_start_at_zero_in_order_of_value(categories, exhibit, table_schema, working):
    shown = exhibit("bar", label="category", value="customer_share", where={"category": ["Soup", "Beef", "Cheese"]})
    axes = figure_of(shown, categories, table_schema, working, narrow=False).axes[0]
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == sorted(widths, reverse=True)
    assert all(bar.get_x() == 0 for bar in axes.patches)
    as_given = exhibit("bar", label="category", value="customer_share", sort="none", top=3)
    axes = figure_of(as_given, categories[::-1], table_schema, working, narrow=False).axes[0]
    assert [round(bar.get_width(), 2) for bar in axes.patches] == [5.0, 9.88, 14.75]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("form", ["quarter", "month", "date"])
@pytest.mark.parametrize("periods", [1, 2, 8, 40])
def test_lines_of_any_length_fit(periods, form, narrow, exhibit, table_schema, working, layout):
    share = np.linspace(0.2, 0.6, periods)
    share[periods // 2] = np.nan if periods > 2 else share[periods // 2]
    table = pd.DataFrame(
        {
            "quarter_start": pd.date_range("2016-01-01", periods=periods, freq="QS"),
            "customer_share": share,
            "share_low": share - 0.02,
            "share_high": share + 0.02,
        }
    )
    shown = exhibit("line", x="quarter_start", **INTERVAL, x_form=form, reference=[{"at": 0.6, "label": LONG}])
    texts = layout(figure_of(shown, table, table_schema, working, narrow=narrow))
    first = {"quarter": "Q1\n2016", "month": "Jan\n2016", "date": "1 Jan\n2016"}[form]
    assert first in texts


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("count", [2, 4, 5, 15])
def test_more_than_four_lines_become_panels(count, narrow, quarters, exhibit, table_schema, working, layout):
    parts = [quarters.assign(group_name=f"Group number {i}", customer_share=0.3 + i / 1000) for i in range(count)]
    table = pd.concat(parts, ignore_index=True)
    reference = [{"at": 0.3, "label": "Win more below"}]
    shown = exhibit("line", x="quarter_start", **INTERVAL, series="group_name", x_form="quarter", reference=reference)
    figure = figure_of(shown, table, table_schema, working, narrow=narrow)
    texts = layout(figure)
    assert len(figure.axes) == (1 if count <= 4 else min(count, 12))
    assert ("… and 3 more in the table" in texts) == (count == 15)
    limits = {(axes.get_xlim(), axes.get_ylim()) for axes in figure.axes}
    assert len(limits) == 1
    assert limits.pop()[1][0] == 0


def test_an_axis_that_does_not_start_at_zero_says_so(quarters, exhibit, table_schema, working, layout):
    shown = exhibit(
        "line", x="quarter_start", value="revenue", zero=False, where={"revenue": list(quarters["revenue"][4:])}
    )
    texts = layout(figure_of(shown, quarters, table_schema, working, narrow=True))
    assert "USD thousand; the axis does not start at zero" in texts


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("x", ["customers", "category"])
def test_lines_over_numbers_and_words(x, narrow, categories, exhibit, table_schema, working, layout):
    shown = exhibit("line", x=x, value="revenue")
    layout(figure_of(shown, categories, table_schema, working, narrow=narrow))


def test_quarters_that_are_not_the_calendars_are_not_called_so(quarters, exhibit, table_schema, working, layout):
    quarters["quarter_start"] = quarters["quarter_start"] + pd.DateOffset(days=14)
    shown = exhibit("line", x="quarter_start", value="customer_share", x_form="quarter")
    assert "15 Jan\n2016" in layout(figure_of(shown, quarters, table_schema, working, narrow=False))


def test_rows_that_share_a_place_are_refused(quarters, exhibit, table_schema, working):
    table = pd.concat([quarters, quarters.assign(group_name="x")])
    with pytest.raises(StepInputError, match="several rows share one quarter_start"):
        draw(exhibit("line", x="quarter_start", value="revenue"), table, table_schema, working, narrow=False)


@pytest.mark.parametrize(
    ("kind", "encoding", "message"),
    [
        ("bra", {}, 'there is no kind "bra". Did you mean "bar"?'),
        ("bar", {"label": "category"}, "also needs value"),
        ("bar", {"label": "category", "value": "revenue", "hihg": "x"}, 'no part "hihg". Did you mean "high"?'),
        (
            "bar",
            {"label": "categry", "value": "revenue"},
            'no column "categry". Did you mean "category"',
        ),
        ("bar", {"label": "category", "value": "band"}, 'value: "band" holds no numbers but text'),
        ("bar", {"label": "category", "value": "revenue", "highlight": "band"}, "not a yes-or-no column"),
        ("bar", {"label": "category", "value": "revenue", "sort": "up"}, "should be one of value, none"),
        ("bar", {"label": "category", "value": "revenue", "top": 0}, "should be 1 or more"),
        (
            "bar",
            {"label": "category", "value": "revenue", "reference": [{"at": "3"}]},
            "should be a list of {at",
        ),
        ("bar", {"label": "category", "value": "revenue", "where": {"grp": 1}}, 'where: the table has no column "grp"'),
        ("line", {"x": "quarter_start", "value": "revenue", "x_form": "week"}, "quarter, month, date"),
        ("table", {"columns": ["revenu"]}, 'Did you mean "revenue"'),
        ("table", {"columns": "revenu"}, 'Did you mean "revenue"'),
    ],
)
def test_a_wrong_encoding_is_refused_by_name(kind, encoding, message, categories, exhibit, table_schema, working):
    with pytest.raises(StepInputError) as caught:
        draw(exhibit(kind, **encoding), categories, table_schema, working, narrow=False)
    assert "05.shares" in str(caught.value)
    assert message.rstrip("?") in str(caught.value)


def test_nothing_to_draw(categories, exhibit, table_schema, working, client):
    by_share = exhibit("bar", label="category", value="customer_share")
    with pytest.raises(NothingToDraw, match="no value is known"):
        draw(by_share, categories.assign(customer_share=np.nan), table_schema, working, narrow=False)
    with pytest.raises(NothingToDraw, match="the table is empty"):
        draw(by_share, categories.head(0), table_schema, working, narrow=False)
    nowhere = exhibit("bar", label="category", value="customer_share", where={"category": "no such"})
    with pytest.raises(NothingToDraw, match="no row"):
        draw(nowhere, categories, table_schema, working, narrow=False)
    with pytest.raises(NothingToDraw, match="fewer than 10"):
        draw(by_share, categories.assign(customers=3), table_schema, client, narrow=False)
    persons = pd.DataFrame({"customer_id": ["C1", "C2"], "revenue": [1.0, 2.0]})
    with pytest.raises(NothingToDraw, match="person"):
        draw(exhibit("bar", label="customer_id", value="revenue"), persons, table_schema, client, narrow=False)


SECOND_PROCESS = """
import hashlib, pandas as pd
from helpers.client.result_model import Exhibit
from helpers.client.schema import Column, TableSchema
from helpers.show.audience import audience_for
from helpers.show.kinds import draw
kinds = {"name": "text", "day": "date", "value": "share", "low": "share"}
columns = tuple(Column(name, kind, "x") for name, kind in kinds.items())
schema = TableSchema("t", "published", "x", "x", columns)
days = pd.date_range("2017-01-01", periods=3)
table = pd.DataFrame({"name": list("abc"), "day": days, "value": [.1, .2, .3], "low": [.0, .1, .2]})
parts = {"id": "05.t", "table": "t", "finding": "05.t", "subtitle": "", "source": "", "alt": ""}
bar = Exhibit(kind="bar", encoding={"label": "name", "value": "value", "low": "low", "high": "value"}, **parts)
line = Exhibit(kind="line", encoding={"x": "day", "value": "value", "low": "low", "high": "value"}, **parts)
grid = Exhibit(kind="grid", encoding={"row": "name", "column": "day", "value": "value"}, **parts)
panels = Exhibit(kind="panels", encoding={"label": "name", "values": ["value", "low"]}, **parts)
drawn, reader = (bar, line, grid, panels), audience_for("client", "EUR", {})
svgs = [draw(exhibit, table, schema, reader, narrow=narrow) for exhibit in drawn for narrow in (True, False)]
assert all(b"<dc:date>" not in svg and b"<text" not in svg for svg in svgs)
found = hashlib.sha256(b"".join(svgs)).hexdigest()
"""


def test_the_same_bytes_here_and_in_another_process():
    here: dict = {}
    exec(compile(SECOND_PROCESS, "here", "exec"), here)  # our own text, run twice
    again: dict = {}
    exec(compile(SECOND_PROCESS, "again", "exec"), again)
    assert here["found"] == again["found"]
    code = f"import sys; sys.path.insert(0, {str(KIT)!r})\n{SECOND_PROCESS}print(found)"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == here["found"]


def test_a_chart_leaves_the_notebooks_style_alone(categories, exhibit, table_schema, working):
    import matplotlib

    with matplotlib.rc_context({"text.parse_math": True, "font.size": 33}):
        before = dict(matplotlib.rcParams)
        draw(exhibit("bar", label="category", value="revenue"), categories, table_schema, working, narrow=False)
        assert dict(matplotlib.rcParams) == before


def contrast(colour: str) -> float:
    """WCAG's contrast with white."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True)) + 0.05)


def test_colours_stand_out_from_white():
    assert all(contrast(colour) >= 4.5 for colour in (BRAND.accent_text, BRAND.ink, BRAND.quiet, *BRAND.series[1:]))
    assert all(contrast(colour) >= 3 for colour in (BRAND.accent, BRAND.muted, *BRAND.series))


def test_every_part_of_every_kind_is_explained():
    assert {"bar", "line", "grid", "panels", "waterfall", "table"} <= set(KINDS)
    for kind in KINDS.values():
        assert kind.words, f"{kind.name}: a reader who cannot see the picture is told what it is"
        for name, part in kind.parts.items():
            assert part.meaning, f"{kind.name}: say what its part {name} means"


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("value", ["customer_share", "revenue"])
def test_the_axis_of_bars_names_zero_and_its_unit(value, narrow, categories, exhibit, table_schema, working, layout):
    texts = layout(
        figure_of(exhibit("bar", label="category", value=value), categories, table_schema, working, narrow=narrow)
    )
    assert "0" in texts
    assert ("USD" in texts) == (value == "revenue")


def test_a_value_is_not_read_as_the_end_of_its_range(categories, exhibit, table_schema, working):
    """With intervals the values stand before the bars, else each at the end of its bar."""
    ends = {}
    for more in ({}, INTERVAL):
        shown = exhibit("bar", label="category", **({"value": "customer_share"} | more))
        figure = figure_of(shown, categories, table_schema, working, narrow=False)
        values = [text for text in figure.texts if text.get_text().endswith("%") and text.get_position()[0] > 0]
        left = figure.axes[0].get_position().x0
        ends[bool(more)] = [text.get_position()[0] < left for text in values]
    assert all(ends[True])
    assert not any(ends[False])


def test_small_shares_have_one_decimal():
    share = Column("growth", "share", "x")
    reader = audience_for("client", "EUR", {})
    small, large = scale_for(share, [0.081, -0.018, 0.0001, 0.0], reader), scale_for(share, [0.5, 0.081], reader)
    told = [small.label(value).replace("\u00a0", " ") for value in (0.081, -0.018, 0.0001, 0.0)]
    assert told == ["8.1 %", "−1.8 %", "<0.1 %", "0.0 %"]
    assert large.label(0.081) == "8\u00a0%"
