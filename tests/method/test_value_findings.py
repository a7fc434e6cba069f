"""What step 04 says of the time ahead, from tables whose numbers are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.method.value_findings import value_findings
from tests.method.builders import sentences
from tests.method.value_builders import DAYS, SENT, held_out, referrals, survey, value_tables


def said(**given) -> dict:
    """The findings by id without the step; each of them can be said."""
    findings = value_findings(value_tables(**given))
    sentences(findings)
    return {finding.id.removeprefix("04."): finding for finding in findings}


def numbers(finding) -> dict:
    return {name: value.value for name, value in finding.values.items()}


def test_the_answer_by_hand():
    found = said()
    # ten of 100 and ten of -5; one of twenty (b0, served for 40) costs more than it brings
    assert numbers(found["answer"]) == {
        "customers": 20, "months": 36, "equity": 950.0, "low": 855.0, "high": 1045.0, "losing": 0.05,
    }  # fmt: skip
    assert (found["answer"].evidence, found["answer"].n) == ("modelled", 20)
    assert said(basis="assumed_rate")["answer"].evidence == "assumed"


def test_without_a_cost_there_is_revenue_ahead_and_without_a_model_nothing():
    nothing = {"g1": np.nan, "g2": np.nan, "dormant": np.nan, "all": np.nan}
    bare = {"worth": nothing, "basis": "expected_revenue"}
    found = said(days=DAYS.assign(cost_of_goods=np.nan), **bare)
    revenue = found["answer"].values["revenue"]
    assert (revenue.value, revenue.low, revenue.high) == (1800.0, 1600.0, 1980.0) and "equity" not in found[
        "answer"
    ].values
    assert numbers(found["revenue_ahead"])["revenue"] == 1800.0 and "clv_by_group" not in found


def test_where_equity_lies_and_where_we_will_lose():
    found = said()["clv_by_group"]
    values = numbers(found)
    assert (values["group"], values["clv"], values["worst"], values["loss"]) == ("g1", 1000.0, "g2", 50.0)
    assert (found.values["clv"].low, found.values["clv"].high, found.smallest) == (900.0, 1100.0, 10)
    # more than the whole, so no part of it is said
    assert "part" not in values
    part = numbers(said(worth={"g1": 100.0, "g2": 25.0, "dormant": 0.0, "all": 62.5})["clv_by_group"])
    assert (part["part"], part["customers"], "worst" in part) == (pytest.approx(0.8), 0.5, False)
    sunk = said(worth={"g1": -1.0, "g2": -5.0, "dormant": 0.0, "all": -3.0})["clv_by_group"]
    assert numbers(sunk)["clv"] in (10.0, -10.0) and "part" not in numbers(sunk)
    assert "clv_by_group" not in said(groups=None)


def test_a_model_that_foresaw_and_one_that_did_not():
    found = said(hold=held_out())
    # forty bought twice each: 88 foretold of 80, 160 carried forward
    assert numbers(found["validation"]) == {
        "error": pytest.approx(0.1),
        "actual": 80,
        "naive_error": pytest.approx(1.0),
    }
    assert numbers(found["validation_miss"]) == {"miss": pytest.approx(0.2), "naive": 2.0}
    failed = said(hold=held_out(predicted=2.6), simple=123.0)["validation"]
    assert (numbers(failed)["allowed"], numbers(failed)["simple"]) == (0.2, 123.0) and "it fails" in failed.text
    worse = said(hold=held_out(predicted=2.2, naive=2.1))["validation"]
    assert "it fails" in worse.text and "simple" not in worse.values, "the total is near, the customers are not"
    assert "it fails" not in found["validation"].text
    few = said(hold=held_out(predicted=1.9, naive=1.0))["validation"]
    assert few.text.count("too few") == 2
    assert {"validation", "validation_miss"}.isdisjoint(said())


def test_what_rests_on_a_single_order():
    values = numbers(said()["one_order"])
    assert values["part"] == pytest.approx(100 / 950) and values["once"] == 1
    assert numbers(said(check_part=-0.2)["one_order"])["other"] == pytest.approx(0.2)
    assert "other" not in said(check_part=0.1)["one_order"].values, "a tenth is not worth a word"


@pytest.mark.parametrize(("rank", "word"), [(0.31, "more"), (-0.4, "less"), (0.3, None), (-0.1, None)])
def test_dependence_is_said_above_three_tenths(rank, word):
    found = said(independence=(rank, rank - 0.1, rank + 0.1))
    assert ("dependence" in found) == (word is not None)
    if word:
        assert f"spends {word} a time" in found["dependence"].text
        assert numbers(found["dependence"])["rank"] == rank


def won(ratio: float = 3.0, high: float = 4.0, customers: int = 12) -> pd.DataFrame:
    """acquisition: all cohorts, and a channel with this ratio."""
    row = {"customers": 30, "acquisition_cost": 20.0, "newborn_clv": 60.0, "clv_low": 50.0, "clv_high": 70.0}
    row |= {"value_per_cost": 3.0, "ratio_high": 3.5}
    web = row | {"scope": "channel", "value_per_cost": ratio, "ratio_high": high, "customers": customers}
    return pd.DataFrame([row | {"scope": "all"}, web])


def test_what_a_new_customer_costs_and_is_worth():
    found = said(acquisition=won())["acquisition"]
    assert numbers(found) == {"cost": 20.0, "worth": 60.0, "ratio": 3.0} and found.n == 30
    assert numbers(said(acquisition=won(0.5, 0.9))["acquisition"])["short"] == 1
    # a channel that may earn its cost, or has nine customers, is not named
    for unsure in (won(0.5, 1.1), won(0.5, 0.9, customers=9)):
        assert "short" not in said(acquisition=unsure)["acquisition"].values
    assert "acquisition" not in said(acquisition=won().assign(value_per_cost=np.nan))


def test_answers_and_those_who_speak_for_us():
    many = survey({f"a{n}": 10.0 for n in range(10)} | {f"b{n}": 0.0 for n in range(4)})
    many = pd.concat([many, many.assign(customer_id=[f"x{n}" for n in range(14)])], ignore_index=True)
    more = pd.concat([many, survey({"y1": 8.0, "y2": 8.0})], ignore_index=True)
    found = said(answers=more, sent=referrals(*SENT))
    # twenty promoters and eight detractors of thirty
    assert found["advocacy"].n == 30 and 40 in numbers(found["advocacy"]).values()
    counts = [values["advocates"] for one in found.values() if "advocates" in (values := numbers(one))]
    assert 1 in counts, "a0 is a promoter whose two friends bought"
    few = said(answers=many.head(3))
    assert "advocacy" not in few, "three answers make no score"
    other = said(answers=survey({f"a{n}": 5.0 if n < 6 else 1.0 for n in range(10)}))["advocacy"]
    assert numbers(other)["score"] == pytest.approx(0.6) and "top of the scale" in other.text


def test_whose_worth_lies_in_whom_they_sent():
    found = said(sent=referrals(*SENT))
    told = next(one for one in found.values() if "champions" in one.values)
    brought = value_tables(sent=referrals(*SENT)).customer_value["referral_value"].sum()
    assert (numbers(told)["champions"], numbers(told)["advocates"]) == (1, 1)
    assert numbers(told)["brought"] == pytest.approx(brought, abs=1e-3) and told.n == 20
    assert not [one for one in said().values() if "champions" in one.values]
