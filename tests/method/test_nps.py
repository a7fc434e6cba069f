"""The Net Promoter Score: known answers, what its interval holds, and whose answer counts."""

from math import comb

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.nps import latest_answers, net_promoter, nps_by_group, top_box

YEAR = {"start": "2026-01-01", "end": "2027-01-01"}


def survey(*rows):
    """Rows of customer_id, respondent_id, date, recommend."""
    table = pd.DataFrame(rows, columns=["customer_id", "respondent_id", "date", "recommend"])
    return table.assign(date=pd.to_datetime(table["date"]))


def held(answers: int, interval) -> tuple[float, float]:
    """Mean and least part of all possible samples whose interval holds the truth, over a grid of truths."""
    grid = np.arange(0.05, 0.96, 0.10)
    truths = [(p, d) for p in grid for d in grid if 1 - p - d > -1e-9]
    found = []
    for p, d in truths:
        middle, inside = max(1 - p - d, 0.0), 0.0
        for up in range(answers + 1):
            for down in range(answers + 1 - up):
                low, high = interval(up, answers - up - down, down)
                if low - 1e-12 <= p - d <= high + 1e-12:
                    ways = comb(answers, up) * comb(answers - up, down)
                    inside += ways * p**up * d**down * middle ** (answers - up - down)
        found.append(inside)
    return float(np.mean(found)), float(np.min(found))


def test_the_interval_holds_the_truth_as_often_as_it_says_and_the_plain_one_does_not():
    def adjusted(*counts):
        score = net_promoter(*counts)
        return score.low, score.high

    def plain(up, middle, down):
        score, n = net_promoter(up, middle, down), up + middle + down
        reach = 1.6449 * np.sqrt(score.variance / n)
        return score.score - reach, score.score + reach

    mean, least = held(10, adjusted)
    assert 0.88 <= mean <= 0.92
    assert least > 0.7
    assert held(10, plain)[0] < 0.85


def test_known_answers():
    found = net_promoter(3, 2, 1)
    assert (found.score, found.variance) == (pytest.approx(1 / 3), pytest.approx(5 / 9))
    # three answers are added: 3.75, 3.5 and 1.75 of nine
    middle, spread = 2 / 9, 5.5 / 9 - (2 / 9) ** 2
    assert (found.low, found.high) == pytest.approx(
        (middle - 1.6448536 * np.sqrt(spread / 9), middle + 1.6448536 * np.sqrt(spread / 9))
    )
    of_one_mind = net_promoter(10, 0, 0)
    assert of_one_mind.score == 1
    assert of_one_mind.low < 0.95
    assert (top_box(5, 10).score, top_box(5, 10).low + top_box(5, 10).high) == (0.5, pytest.approx(1))


@pytest.mark.parametrize("counts", [(0, 0, 0), (-1, 2, 2)])
def test_no_answer_has_no_score(counts):
    with pytest.raises(StepInputError, match="expected counts of zero or more and one answer"):
        net_promoter(*counts)


def test_a_person_counts_once_with_the_latest_answer():
    rows = survey(
        ("c1", "r1", "2026-02-01", 3),
        ("c1", "r1", "2026-08-01", 9),
        ("c1", "r2", "2026-02-01", 8),
        ("c2", None, None, 1),
        ("c2", None, "2026-03-01", 10),
        (None, None, "2026-03-01", 7),
        (None, None, "2026-03-01", 6),
        ("c3", "r9", "2025-12-31", 10),
        ("c3", "r9", "2027-01-01", 10),
    )
    found = latest_answers(rows, **YEAR)
    assert sorted(found["recommend"]) == [6, 7, 8, 9, 10]
    assert found["earlier"].sum() == 2
    shuffled = latest_answers(rows.sample(frac=1, random_state=1), **YEAR)
    pd.testing.assert_frame_equal(found, shuffled)


def test_groups_and_all_and_too_few_for_a_score():
    rows = [(f"c{number}", None, "2026-02-01", 10 if number < 25 else 2) for number in range(40)]
    groups = pd.DataFrame(
        {"customer_id": [f"c{number}" for number in range(38)], "group_id": ["g2"] * 8 + ["g10"] * 30}
    )
    found = nps_by_group(survey(*rows), groups, **YEAR).set_index("group_id")
    assert found.index.tolist() == ["all", "g2", "g10"]
    assert found.loc["all", ["n", "promoters", "detractors"]].tolist() == [40, 25, 15]
    assert found["nps"].round(2).tolist()[0] == 25.0
    assert np.isnan(found.loc["g2", "nps"])
    assert found.loc["g2", "top_box"] == 1
    assert found.loc["g10", "nps"] == pytest.approx(100 * (17 - 13) / 30)


def test_another_scale_has_a_top_box_and_no_nps():
    found = nps_by_group(survey(("c1", None, "2026-02-01", 5), ("c2", None, "2026-02-01", 3)), None, **YEAR)
    assert found.loc[0, ["measure", "top_box"]].tolist() == ["top_box", 0.5]
    assert found["nps"].isna().all()
    assert nps_by_group(None, None, **YEAR).empty
