"""Step 03 against the version before, on Harbour: customers are assigned, ids and names stay, and a refit is anew."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.method.group_before import GroupsBefore, channel_checks
from helpers.method.group_clusters import centres_table, frozen_centres
from helpers.method.group_forming import behaviour_found, drift_of, form_groups

SUMMARIES = ("customer_summary", "customer_days", "customer_quarter", "customer_channel")


@pytest.fixture(scope="module")
def told(harbour):
    seed = harbour(2)
    return [seed.table(name) for name in SUMMARIES], seed.halves["as_of"]


@pytest.fixture(scope="module")
def first(told):
    tables, as_of = told
    found = behaviour_found(*tables, as_of=as_of)
    return found, form_groups(found, *tables[:2], None, as_of=as_of, way_in="behaviour")


def before(formed, groups=None, centres=None):
    groups = formed.customer_groups if groups is None else groups
    return GroupsBefore("v1", "2025-09-01", groups, formed.centres if centres is None else centres, formed.cuts)


def again(told, kept, **how):
    tables, as_of = told
    found = behaviour_found(*tables, as_of=as_of, kept=kept)
    return form_groups(found, *tables[:2], None, as_of=as_of, way_in="behaviour", kept=kept, **how)


def test_the_same_customers_are_assigned_to_the_same_groups(told, first):
    _, formed = first
    kept = again(told, before(formed))
    assert kept.kept and not formed.kept and kept.scopes == []
    pd.testing.assert_frame_equal(kept.customer_groups, formed.customer_groups)
    pd.testing.assert_frame_equal(
        kept.centres.reset_index(drop=True), formed.centres.reset_index(drop=True), check_dtype=False
    )
    tables, as_of = told
    assert drift_of(*tables, as_of=as_of, before=before(formed)) == 1.0


def test_ids_and_names_are_those_of_the_version(told, first):
    found, formed = first
    swap = {group: f"g{int(group[1:]) + 10}" for group in formed.centres["group_id"].unique()}
    made, ids = frozen_centres(formed.centres)
    groups = formed.customer_groups.replace({"group_id": swap})
    formerly = groups["group_id"].isin(swap.values())
    groups["group_name"] = groups["group_name"].mask(formerly, "Named " + groups["group_id"])
    centres = centres_table(made, [swap[group] for group in ids])
    kept = again(told, before(formed, groups, centres), decided={"g11": {"name": "Boatyards"}})
    pd.testing.assert_series_equal(kept.customer_groups["group_id"], groups["group_id"])
    names = groups["group_name"].replace("Named g11", "Boatyards")
    pd.testing.assert_series_equal(kept.customer_groups["group_name"], names)


def test_a_kept_group_that_nobody_is_near_stays_empty(told, first):
    _, formed = first
    far = formed.centres[formed.centres["group_id"] == "g1"].assign(group_id="g9", centre=30.0)
    kept = again(told, before(formed, centres=pd.concat([formed.centres, far], ignore_index=True)))
    assert "g9" not in set(kept.customer_groups["group_id"]) and "g9" in set(kept.centres["group_id"])
    assert set(kept.proposal) == set(formed.proposal)


def test_a_channel_that_has_another_name_is_flagged(told, first):
    """All customers seemed to have left it, and those who "moved" were told without a doubt."""
    tables, as_of = told
    kept = before(first[1])
    found = behaviour_found(*tables, as_of=as_of, kept=kept)
    assert [one.verdict for one in channel_checks(kept, found.features)] == ["pass"]
    renamed = [*tables[:3], tables[3].assign(channel="by " + tables[3]["channel"].astype("str"))]
    found = behaviour_found(*renamed, as_of=as_of, kept=kept)
    check = channel_checks(kept, found.features)[0]
    assert (check.verdict, check.found, check.expected) == ("flag", f'none through "{kept.channel}"', kept.channel)
    assert channel_checks(None, found.features) == []


def test_another_way_in_keeps_nothing_and_scores_keep_their_cuts(told, first):
    tables, as_of = told
    found, formed = first
    how = {"as_of": as_of, "way_in": "rfm"}
    free = form_groups(found, *tables[:2], None, **how)
    assert not form_groups(found, *tables[:2], None, **how, kept=before(formed)).kept
    lower = free.cuts.assign(from_value=free.cuts["from_value"] / 2)
    kept = form_groups(
        found, *tables[:2], None, **how, kept=GroupsBefore("v1", as_of, free.customer_groups, formed.centres, lower)
    )
    assert kept.kept and kept.cuts is lower
    assert (kept.customer_groups["group_id"] != free.customer_groups["group_id"]).any()
