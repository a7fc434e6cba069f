"""What each audience may see."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.show.audience import audience_for, mask_table


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
