"""Step 11 tells a few strong sentences: the order, and what another sentence holds already."""

from __future__ import annotations

from itertools import permutations

from helpers.client.result_model import Finding
from helpers.method.aligned_findings import ORDER, SUMMED_UP, aligned_findings


def finding(name):
    return Finding(id=f"11.{name}", text="So.", evidence="judged")


def test_the_answer_comes_first_whatever_the_order_of_the_parts():
    for names in permutations(("best_below", "answer", "orphans", "reactive")):
        told = [one.id for one in aligned_findings(map(finding, names))]
        assert told == ["11.answer", "11.orphans", "11.reactive", "11.best_below"]


def test_each_group_is_told_apart_only_where_nothing_is_true_of_all():
    links = [finding("weakest_link.g1"), finding("weakest_link.g2")]
    assert aligned_findings(links) == links
    assert [one.id for one in aligned_findings([*links, finding("weakest_function")])] == ["11.weakest_function"]


def test_what_has_no_place_is_told_last_and_never_lost():
    assert [one.id for one in aligned_findings([finding("new"), finding("answer")])] == ["11.answer", "11.new"]


def test_what_sums_up_is_told_itself():
    for summed, by in SUMMED_UP.items():
        told = aligned_findings([finding(summed), *map(finding, by)])
        assert told, summed
        assert summed not in {one.id.split(".")[1] for one in told}
        assert set(by) & set(ORDER), f"{summed} is summed up by nothing that has a place"


def test_nothing_said_is_nothing_told():
    assert aligned_findings([]) == []
