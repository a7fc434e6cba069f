"""The years ahead, where they can be projected and where they cannot; tables are as their schemas say."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.client.schema import schema
from helpers.method.intent_projection import ahead_assumptions, ahead_cannot_say, proposed_rows, years_ahead
from helpers.method.intent_words import PAIRS
from helpers.steps import find_step

TABLES = {
    "projection": "portfolio_projection",
    "moves": "portfolio_moves",
    "holdout": "projection_holdout",
    "outlook": "goal_outlook",
}
NAMES = {"g1": "Yards", "g2": "Owners"}


def states(years):
    """Forty customers of g1, of whom a tenth falls silent each year and comes back."""
    ends = pd.to_datetime([f"{2026 - back}-01-01" for back in range(years, -1, -1)])
    rows = [
        (f"c{number}", end, "lapsing" if (number + place) % 10 == 0 else "g1")
        for number in range(40)
        for place, end in enumerate(ends)
    ]
    return pd.DataFrame(rows, columns=["customer_id", "year_end", "state"])


def ahead(years, **more):
    return years_ahead(states(years), NAMES, {"g1": ["grow"], "g2": ["retire"]}, as_of="2026-01-01", draws=60, **more)


@pytest.mark.parametrize("years", [None, 0, 1, 2])
def test_tables_are_as_their_schemas_say(years):
    made = years_ahead(None, NAMES, {}, as_of="2026-01-01") if years is None else ahead(years)
    assert made.years == years
    for name, published in TABLES.items():
        assert list(getattr(made, name)) == [column.name for column in schema(published).columns], published
    assert made.projection.empty == made.moves.empty == (not years) and made.holdout.empty == ((years or 0) < 2)


def test_what_people_judged_takes_the_place_of_what_is_proposed():
    row = {"group_id": "g1", "kind": "keep", "low": 0.5, "likely": 0.6, "high": 0.7}
    shifts = ahead(1, decided={"s1": row}).shifts
    assert shifts["likely"].tolist() == [0.6, 0.4] and shifts["proposed"].tolist() == [False, True]
    assert ahead(1).rates.set_index("group_id").loc["g1", "lapse_rate"] == pytest.approx(0.1, abs=0.05)


def test_a_proposal_never_repeats_what_people_answered():
    row = {"group_id": "g1", "kind": "keep", "low": 0.5, "likely": 0.6, "high": 0.7}
    gone = {**row, "group_id": "g7"}
    made = ahead(1, decided={"s1": row, "s2": gone})
    asked = proposed_rows(made, pd.DataFrame())["shifts"]["all"][0]
    assert asked == proposed_rows(ahead(1), pd.DataFrame())["shifts"]["all"][0] and asked["s1"]["likely"] == 0.1
    assert [gap.question for gap in ahead_cannot_say(made)][-1] == "What becomes of the shifts decided for g7?"
    assert ahead_assumptions(made)[-1].text.startswith("Owners, Retire")


def test_the_registry_names_the_same_pairs():
    assert find_step("09").choice("intent").asks.pairs == PAIRS


def test_the_rate_of_leaving_is_one_number_wherever_it_stands():
    """What is promised starts from it, and step 13 scores by the published moves: else nothing done is a change."""
    made = ahead(2)
    published = made.moves[made.moves["next_state"] == "lapsing"].set_index("state")["probability"]
    rates = made.rates.set_index("group_id")["lapse_rate"]
    assert published[rates.index].tolist() == pytest.approx(rates.tolist(), rel=1e-12) and 0 < rates["g1"] < 1
