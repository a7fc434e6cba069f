"""Control charts: four measures at most, each on its own scale, signals told without colour, nothing cut or covered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.client.result_model import Exhibit
from helpers.client.schema import schema
from helpers.errors import StepInputError
from helpers.method.scoreboard import scoreboard
from helpers.show.control import panels_of
from helpers.show.encodings import NothingToDraw
from helpers.show.kinds import KINDS, draw, drawing_of, figure_of

SCHEMA = schema("scoreboard")
ENCODING = {
    "x": "period_start", "x_form": "month", "series": "title", "value": "value", "unit": "unit", "centre": "centre",
    "lower": "lower", "upper": "upper", "signal": "in_signal", "dashed": "provisional",
}  # fmt: skip


def measure(name: str, unit: str, values, group: str = "all", customers: int = 40) -> pd.DataFrame:
    starts = pd.date_range("2024-01-01", periods=len(values), freq="MS")
    return pd.DataFrame(
        {"group_id": group, "name": name, "unit": unit, "period": "month", "period_start": starts,
         "period_end": starts, "label": "", "customers": customers, "value": np.asarray(values, dtype=float)}
    )  # fmt: skip


@pytest.fixture(scope="module")
def points() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    calm = rng.normal(0.3, 0.01, 30)
    jumped = np.concatenate([rng.normal(150_000, 9_000, 24), [400_000.0, 150_000.0]])
    rows = [measure("revenue", "money", jumped), measure("gross_margin_rate", "share", calm)]
    rows += [
        measure("referred_buyers", "count", rng.poisson(2, 30)),
        measure("lapse_rate", "share", calm[:9] / 10, "g2"),
    ]
    return scoreboard(rows, {"g2": "Refit regulars and other customers with a very long name"}, as_of="2026-07-01")[0]


def exhibit(**more) -> Exhibit:
    facts = {
        "id": "13.portfolio",
        "table": "scoreboard",
        "finding": "13.answer",
        "subtitle": "Measures",
        "source": "Ours.",
    }
    return Exhibit(kind="control", encoding=ENCODING | more, caption="", alt="Measures", place="main", **facts)


@pytest.mark.parametrize("narrow", [False, True])
def test_points_limits_and_signals_stand_where_they_are(narrow, points, working, layout):
    figure = figure_of(exhibit(), points, SCHEMA, working, narrow=narrow)
    texts = layout(figure)
    assert len(figure.axes) == 4 and "Revenue" in texts
    assert "USD thousand; the axis does not start at zero" in texts
    revenue = figure.axes[0]
    own = points[points["name"] == "revenue"]
    levels = [line.get_ydata()[0] for line in revenue.lines[:3]]
    assert levels == pytest.approx(own[["lower", "upper", "centre"]].iloc[0].to_numpy() / 1000)
    marks = {line.get_marker(): line for line in revenue.lines}
    # a signal is another shape, not only another colour
    assert marks["D"].get_ydata().tolist() == [400.0] and len(marks["o"].get_ydata()) == 25
    # provisional limits are dashed, the centre is not
    styles = [line.get_linestyle() for line in figure.axes[-1].lines[:2]]
    assert "--" in styles and "--" not in [line.get_linestyle() for line in revenue.lines[:3]]
    beside = {round(axes.get_position().x0, 3) for axes in figure.axes}
    assert len(beside) == (1 if narrow else 2)


def test_the_notes_and_the_words_for_who_cannot_see_it(points, working):
    drawing, _ = drawing_of(exhibit(), points, SCHEMA, working)
    control = KINDS["control"]
    notes = " ".join(control.notes(drawing))
    assert "Diamonds" in notes and "provisional" in notes
    said = control.pairs(drawing)
    assert said[0].startswith("Revenue: latest 150 USD thousand, centre ") and said[0].endswith(", 1 signal")
    calm, _ = drawing_of(exhibit(where={"name": "gross_margin_rate"}), points.assign(in_signal=False), SCHEMA, working)
    assert "Diamonds" not in " ".join(control.notes(calm)) and "provisional" not in " ".join(control.notes(calm))
    assert " 0 signals" in control.pairs(calm)[0]


def test_a_measure_without_limits_is_points_alone(points, working, layout):
    bare = points.assign(centre=np.nan, lower=np.nan, upper=np.nan, in_signal=False)
    figure = figure_of(exhibit(where={"name": "revenue"}), bare, SCHEMA, working, narrow=False)
    layout(figure)
    assert len(figure.axes) == 1 and all(len(line.get_xdata()) != 2 for line in figure.axes[0].lines)


def test_too_many_measures_and_two_rows_at_one_place_are_refused(points, working):
    fifth = points[points["name"] == "revenue"].assign(title="Another")
    with pytest.raises(StepInputError, match="5 measures are more than a picture"):
        figure_of(exhibit(), pd.concat([points, fifth], ignore_index=True), SCHEMA, working, narrow=False)
    with pytest.raises(StepInputError, match="share one place in time"):
        figure_of(exhibit(), pd.concat([points, points], ignore_index=True), SCHEMA, working, narrow=False)
    with pytest.raises(NothingToDraw):
        figure_of(exhibit(), points.assign(value=np.nan), SCHEMA, working, narrow=False)


def test_few_customers_are_not_shown_to_the_client(points, client):
    few = points.assign(customers=np.where(points["name"] == "revenue", 5, 40))
    drawing, notes = drawing_of(exhibit(), few, SCHEMA, client)
    assert "revenue" not in set(drawing.rows["name"]) and notes


def test_the_same_bytes_for_the_same_points(points, working):
    shuffled = points.sample(frac=1, random_state=1).sort_values("title", key=lambda one: one.map(
        {title: place for place, title in enumerate(points["title"].unique())}), kind="stable")  # fmt: skip
    one, other = (draw(exhibit(), rows, SCHEMA, working, narrow=False) for rows in (points, shuffled))
    assert one == other


def test_all_money_of_a_picture_is_told_in_one_unit(working):
    rows = [measure("revenue", "money", [150_000.0, 180_000.0] * 8)]
    rows += [measure("profit", "money", [-1130.8, 900.0] * 8, "g2"), measure("gross_margin_rate", "share", [0.3] * 16)]
    points = scoreboard(rows, {"g2": "Clubs"}, as_of="2026-07-01")[0]
    drawing, _ = drawing_of(exhibit(), points, SCHEMA, working)
    shown = {one.name.split(":")[0]: one for one in panels_of(drawing)}
    units = {name: one.scale.unit for name, one in shown.items()}
    assert units == {"Revenue": "USD thousand", "Clubs": "USD thousand", "Gross margin rate": ""}
    # the small one keeps its digits, and is drawn where its axis says
    assert shown["Clubs"].last == "0.9" and shown["Clubs"].value[0] == pytest.approx(-1.1308)
    few = scoreboard(rows[1:], {"g2": "Clubs"}, as_of="2026-07-01")[0]
    assert panels_of(drawing_of(exhibit(), few, SCHEMA, working)[0])[-1].scale.unit == "USD"
