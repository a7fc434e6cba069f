"""What each audience may see."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.client.result_model import Exhibit
from helpers.client.schema import schema, table_names
from helpers.errors import StepInputError
from helpers.show.audience import audience_for
from helpers.show.encodings import NothingToDraw
from helpers.show.figure import figure_html
from helpers.show.kinds import drawing_of
from helpers.show.masking import mask_table

OF_PERSONS = [
    *(
        "beliefs",
        "beliefs_and_facts",
        "call_list",
        "customer_groups",
        "customer_loyalty",
        "customer_ratings",
        "customer_share",
    ),
    *("customer_value", "group_features", "headroom", "lookalikes", "satisfied_leavers", "secret_candidates"),
    "wallet_estimates",
]


def test_an_unknown_audience_names_the_nearest():
    with pytest.raises(StepInputError, match='There is no audience "clint". Did you mean "client"?'):
        audience_for("clint", "EUR", {})


def test_the_team_sees_everything(categories, table_schema, working):
    masked, notes = mask_table(categories, table_schema, working)
    assert masked is categories
    assert notes == []


def test_the_client_sees_no_small_row_alone(categories, table_schema, client):
    masked, notes = mask_table(categories, table_schema, client)
    assert list(masked["customers"]) == [count for count in categories["customers"] if count != 9]
    assert notes == ["1 row with fewer than 10 customers is not shown alone."]
    assert mask_table(masked, table_schema, client)[1] == []


def test_notes_are_in_the_right_number(categories, table_schema, client):
    categories["customers"] = pd.array([1] * 2 + [pd.NA] + [10] * 14, dtype="Int64")
    masked, notes = mask_table(categories, table_schema, client)
    assert len(masked) == 15
    assert notes == ["2 rows with fewer than 10 customers are not shown alone."]


def test_personal_columns_are_dropped_for_the_client(table_schema, client):
    table = pd.DataFrame({"customer_id": ["C1"], "revenue": [1.0]})
    masked, notes = mask_table(table, table_schema, client)
    assert list(masked.columns) == ["revenue"]
    assert notes == []


def test_counts_that_are_held_back(working, client):
    assert [client.holds_back(count) for count in (None, 0, 1, 9, 10)] == [False, False, True, True, False]
    assert not working.holds_back(1)


def one_row(name):
    """A row of a published table, its texts all the same, and an exhibit of it as a table."""
    kinds = {"date": pd.Timestamp("2026-01-01"), "boolean": True}
    row = {
        column.name: "K-4711" if column.type in ("id", "text") else kinds.get(column.type, 1)
        for column in schema(name).columns
    }
    shown = Exhibit(
        id="02.shown", kind="table", table=name, finding="02.found", subtitle="All of it", source="Tests", alt="A table"
    )
    return pd.DataFrame([row]), shown


def test_tables_of_persons_are_those_whose_key_is_personal():
    found = [
        name for name in table_names("published") if any(schema(name).column(key).personal for key in schema(name).key)
    ]
    assert sorted(found) == OF_PERSONS


@pytest.mark.parametrize("name", OF_PERSONS)
def test_a_table_of_persons_is_drawn_for_the_team_alone(name, working, client):
    """Without its column of ids it would still show one person a row, and whoever knows one finds it."""
    table, shown = one_row(name)
    with pytest.raises(NothingToDraw, match="each row stands for a person, and persons are not shown here"):
        drawing_of(shown, table, schema(name), client)
    page = figure_html(shown, table, schema(name), "The finding.", client)
    assert "K-4711" not in page
    assert "<table" not in page
    assert "Nothing to draw: each row stands for a person" in page
    assert "K-4711" in figure_html(shown, table, schema(name), "The finding.", working)


def test_a_table_of_groups_is_drawn_for_both(working, client):
    table, shown = one_row("rating_measures")
    for audience in (working, client):
        assert "K-4711" in figure_html(shown, table, schema("rating_measures"), "The finding.", audience)


def test_a_running_count_shows_no_step_of_few_customers(working, client):
    """Two points of a curve differ by what the customers between them bring, so these must be ten or more."""
    counts = [0, 1, 5, 10, 11, 19, 20, 33, 55, 60]
    lines = [
        {"line": name, "customers": count, "part_of_revenue": count / 60}
        for name in ("Ours", "Alike")
        for count in counts
    ]
    table, described = pd.DataFrame(lines), schema("lorenz_curve")
    shown, notes = mask_table(table, described, client)
    assert shown.groupby("line", sort=False)["customers"].apply(list).to_dict() == {
        "Ours": [0, 10, 20, 33, 60],
        "Alike": [0, 10, 20, 33, 60],
    }
    assert notes == ["10 rows with fewer than 10 customers are not shown alone."]
    assert mask_table(shown, described, client)[0].equals(shown)
    assert len(mask_table(table, described, working)[0]) == len(table)


def test_the_point_that_is_marked_stays_and_its_neighbours_give_way(client):
    """The point is what the curve is there to show; one that rests on too few customers goes all the same."""
    described = schema("lorenz_curve")
    tens = list(range(0, 61, 10))
    for point, expected in ((27, [0, 10, 27, 40, 50, 60]), (7, tens), (55, tens)):
        counts = sorted({*range(0, 61, 10), point})
        table = pd.DataFrame({"line": "Ours", "customers": counts, "point": [count == point for count in counts]})
        assert mask_table(table, described, client)[0]["customers"].tolist() == expected


def test_the_curves_of_the_kit_are_known_to_run():
    running = {name for name in table_names("published") for column in schema(name).columns if column.running}
    assert running == {"lorenz_curve", "headroom_curve", "whale_curve"}
