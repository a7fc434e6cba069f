"""The whole profile of a group: each number comes from its table, and what no table has stays empty."""

import pandas as pd

from helpers.client.schema import schema
from helpers.method.full_profiles import full_profiles, known_parts
from tests.method.exchange_builders import answered, grouped, important, people, two_sides, valued


def sides():
    value = valued(people("g1", 20, 15) + people("g2", 20, 5))
    ids = value["customer_id"].tolist()
    answers = answered(*[(one, (9, 9), (5, 5)) for one in ids], groups=grouped(g1=ids[:20], g2=ids[20:]))
    return two_sides(value, answers, {"all": "All", "g1": "Yards", "g2": "Owners"})


def test_every_part_comes_from_its_table():
    profiles = pd.DataFrame({"group_id": ["all", "g1", "g2"], "is_group": [False, True, True]})
    profiles = profiles.assign(description=["", "big", "small"], part_of_customers=[1, 0.5, 0.5])
    share = pd.DataFrame({"group_id": ["g2"], "customer_share": [0.3], "band": ["build"]})
    headroom = pd.DataFrame({"group_id": ["g1"], "headroom": [900.0], "winnable": [90.0]})
    advocacy = pd.DataFrame({"group_id": ["all", "g1"], "score": [0.1, 0.2], "advocates": [5, 3]})
    importance = important(all=(0.5, 0.5), g1=(0.2, 0.8), g2=(0.6, 0.4))
    importance.loc[importance["group_id"] == "g2", "borrowed_part"] = 1.0
    known = {"share": share, "headroom": headroom, "advocacy": advocacy, "importance": importance}
    found = full_profiles(sides(), profiles, **known)
    assert found["group_id"].tolist() == ["all", "g1", "g2"]
    assert found.columns.tolist() == schema("group_profiles_full").names
    rows = found.set_index("group_id")
    assert rows.loc["g1", ["description", "winnable", "score", "advocates", "needs"]].tolist() == [
        *("big", 90.0, 0.2, 3, "Range, Price")
    ]
    assert rows.loc["g2", ["customer_share", "band", "to_us"]].tolist() == [0.3, "build", 0.25]
    assert rows.loc["g2", ["winnable", "advocates", "needs"]].isna().all(), "a borrowed need is not the group's own"
    assert known_parts(found) == dict(worth=2, share=1, potential=1, promotion=1, needs=1, exchange=2)


def test_without_any_other_table_the_exchange_itself_is_left():
    found = full_profiles(sides(), None)
    assert found.columns.tolist() == schema("group_profiles_full").names
    assert not found["is_group"].any()
    assert found["position_name"].notna().all()
    assert known_parts(found) == {"worth": 1, "share": 0, "potential": 0, "promotion": 0, "needs": 0, "exchange": 1}
    empty = pd.DataFrame(columns=["group_id", "score"])
    assert full_profiles(sides(), None, advocacy=empty)["score"].isna().all()
