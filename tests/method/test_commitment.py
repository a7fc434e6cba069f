"""Commitments: net present values by hand, chances against draws, and what a board reads of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.client.schema import schema
from helpers.client.tables import read_table, write_table
from helpers.errors import StepInputError
from helpers.method.commitment import Flows, project_values
from helpers.method.commitment_closing import commitment_assumptions, commitment_cannot_say, commitment_checks
from helpers.method.commitment_findings import commitment_findings
from helpers.method.commitment_groups import commitment_npv, sum_of_projects
from tests.method.builders import sentences

AS_OF = "2027-01-01"
GROUPS = pd.DataFrame(
    {"customer_id": ["c1", "c2", "c3", "c4", "c5"], "group_id": ["g1", "g1", "g1", "g1", "g2"],
     "group_name": ["Refit"] * 4 + ["Yards"]}
)  # fmt: skip
# three years at 10 %: out 100 + 10/1.1 + 10/1.21, in 44/1.1 + 60.5/1.21 + 66.55/1.331
OUT, IN = [100.0, 10.0, 10.0], [44.0, 60.5, 66.55]
NPV = 40 + 50 + 50 - 100 - 10 / 1.1 - 10 / 1.21


def project(name, group, out, expected, low=0.5, high=1.2, first=2027, **more):
    """A project from year to year; low and high as parts of what is expected, None where nobody said."""
    expected = np.asarray(expected, dtype=float)
    ends = {
        f"margin_{end}": np.nan if part is None else part * expected for end, part in (("low", low), ("high", high))
    }
    years = range(first, first + len(expected))
    base = {"customer_group": group, "project": name, "year": years, "investment": out, "expected_margin": expected}
    return pd.DataFrame(base | ends | more)


def sold(*rows, quarter="2026-10-01"):
    table = pd.DataFrame(rows, columns=["customer_id", "category", "revenue"])
    return table.assign(quarter_start=pd.Timestamp(quarter))


def valued(*parts, groups=GROUPS, quarters=None, as_of=AS_OF, discount=0.10):
    table = pd.concat(parts, ignore_index=True)
    return commitment_npv(table, groups, quarters, annual_discount=discount, as_of=as_of)


def test_one_group_by_hand():
    """The spread of one standard deviation is half of the discounted margins, 140 / 2 / 1.645."""
    whole, one = valued(project("Desk", "refit", OUT, IN)).iloc[:2].to_dict("records")
    assert one["npv"] == pytest.approx(NPV, abs=1e-4)
    assert (one["invested"], one["margin"]) == (120, 171.05)
    fall, rise = 70 / 1.6448536, 28 / 1.6448536
    assert one["npv_low"] == pytest.approx(NPV - 1.2815516 * fall, abs=1e-3)
    assert one["npv_middle"] == pytest.approx(NPV, abs=1e-4)
    assert one["npv_high"] == pytest.approx(NPV + 1.2815516 * rise, abs=1e-3)
    draws = np.random.default_rng(1).standard_normal(200_000)
    assert one["chance"] == pytest.approx((NPV + np.where(draws < 0, fall, rise) * draws > 0).mean(), abs=0.004)
    assert one["chance"] == pytest.approx(0.7027, abs=1e-3) and one["status"] == "undecided"
    # after two years 40 + 50 - 100 - 9.09 is still below zero, after three it is not
    assert (one["payback_years"], one["first_year_result"]) == (3, -56)
    assert [whole[name] for name in ("npv", "chance", "npv_low", "payback_years")] == [
        one[name] for name in ("npv", "chance", "npv_low", "payback_years")
    ]


def test_the_range_of_the_low_side_decides_where_the_middle_pays_and_the_high_side_where_not():
    assert Flows(10.0, 5.0, 99.0).chance == pytest.approx(0.97725, abs=1e-5)
    assert Flows(-10.0, 99.0, 5.0).chance == pytest.approx(0.02275, abs=1e-5)
    assert (Flows(1.0, 0.0, 0.0).chance, Flows(-1.0, 0.0, 0.0).chance, Flows(0.0, 1.0, 1.0).chance) == (1, 0, 0.5)
    assert np.isnan(Flows(1.0, np.nan, 1.0).chance)


def test_what_counts_of_a_project():
    """Years that are over are sunk, a later start is discounted back, and five years count from each project's own."""
    old = project("Old", "g1", [500.0, 100.0], [0.0, 220.0], first=2026)
    late = project("Late", "g2", [0.0] * 6, [0.0, 0.0, 0.0, 0.0, 1.1**7, 1_000.0], first=2029)
    table = valued(old, late).set_index("project")
    assert (table.loc["Old", "npv"], table.loc["Old", "left_out"]) == (pytest.approx(100), 1)
    assert (table.loc["Late", "npv"], table.loc["Late", "left_out"]) == (pytest.approx(1), 1)
    assert table.loc["Late", "years"] == 5
    over = valued(old, as_of="2030-01-01").iloc[:2]
    assert over["why_not"].tolist() == ["no_flows", "no_flows"] and over["npv"].isna().all()
    gaps = [gap.question for gap in commitment_cannot_say(valued(old, as_of="2030-01-01"))]
    assert gaps[1] == "What will come of Old?"


def test_years_may_count_from_as_of():
    counted = project("Desk", "g1", OUT, IN).assign(year=[1, 2, 3])
    pd.testing.assert_frame_equal(valued(counted), valued(project("Desk", "g1", OUT, IN)))
    with pytest.raises(StepInputError, match="3 rows count their year from as_of .such as 1., the others are years"):
        valued(counted, project("Other", "g1", OUT, IN))


def test_projects_together_have_luck_of_their_own():
    one, other = project("A", "g1", OUT, IN), project("B", "g1", 2 * np.array(OUT), 2 * np.array(IN))
    whole = valued(one, other).iloc[0]
    assert whole["npv"] == pytest.approx(3 * NPV, abs=1e-3) and whole["projects"] == 2
    rng = np.random.default_rng(5)
    luck = rng.standard_normal((2, 200_000))
    draws = sum(part * (NPV + np.where(z < 0, 70, 28) / 1.6448536 * z) for part, z in zip((1, 2), luck, strict=True))
    assert whole["npv_low"] == pytest.approx(np.quantile(draws, 0.1), abs=1.0)
    assert whole["npv_high"] == pytest.approx(np.quantile(draws, 0.9), abs=1.0)
    assert whole["chance"] == pytest.approx((draws > 0).mean(), abs=0.01)
    sums = sum_of_projects([Flows(3.0, 2.0, 2.0), Flows(1.0, 1.0, 1.0)])
    assert (sums.mean(), sums.std()) == pytest.approx((4, np.sqrt(5)), abs=0.02)


def test_what_the_next_twelve_months_get_wrong():
    pays = project("Pays", "g1", [100.0, 0.0], [0.0, 242.0], low=0.9)
    trap = project("Trap", "g1", [10.0, 500.0], [50.0, 60.0], low=0.9)
    good = project("Good", "g1", [10.0, 0.0], [50.0, 60.0], low=0.9)
    unsure = project("Unsure", "g1", [100.0, 0.0], [0.0, 125.0])
    untold = project("Untold", "g1", [100.0, 0.0], [0.0, 242.0], low=None)
    table = valued(pays, trap, good, unsure, untold).set_index("project")
    assert table.loc[table["level"] == "project", "twelve_month_mistake"].to_dict() == {
        "Pays": "refuses_what_pays",
        "Trap": "accepts_what_does_not",
        "Good": "none",
        "Unsure": "none",
        "Untold": "refuses_what_pays",
    }
    assert table.loc["Untold", ["status", "why_not"]].tolist() == ["not_tested", "no_range"]
    text = sentences(commitment_findings(table.reset_index()))
    assert text["08.twelve_months"] == (
        "A view of the next twelve months would refuse Pays and Untold, which should pay over the years, and accept "
        "Trap, which should not."
    )
    assert text["08.commitment"] == (
        "Of 5 projects 2 should pay, with a chance of 80 % or more; "
        "Pays for Refit is worth most, EUR 100.00 more than it costs (in eight cases of "
        "ten between EUR 84.42 and EUR 131.17); 1 could go either way; 1 should be refused: Trap for "
        "Refit, which is expected to lose EUR 369.50; for 1 nobody has said how low or high the margins may be."
    )


def test_reuse_is_who_else_in_the_group_bought_it_of_late():
    quay = project("Quay", "g1", OUT, IN, category="Shore power", requested_by="c1")
    desk = project("Desk", "g1", OUT, IN, category=" deck  HARDWARE")
    new = project("New", "g1", OUT, IN, category="Moon travel")
    blank = project("Blank", "g2", OUT, IN)
    bought = sold(
        *(
            ("c1", "Shore power", 9.0),
            ("c2", "Shore power", 0.0),
            ("c3", "Shore power", -4.0),
            ("c5", "Shore power", 7.0),
        ),
        *((one, "Deck hardware", 1.0) for one in ("c1", "c2", "c3", "c3", "c5", None)),
    )
    earlier = sold(("c4", "Shore power", 5.0), quarter="2025-10-01")
    table = valued(quay, desk, new, blank, quarters=pd.concat([bought, earlier])).set_index("project")
    assert table.loc[["Quay", "Desk"], "reuse"].tolist() == [0, 3]
    assert table.loc[["Quay", "Desk"], "one_hit_risk"].tolist() == [True, False]
    assert table.loc[["New", "Blank"], ["reuse", "one_hit_risk"]].isna().all(axis=None)
    text = sentences(commitment_findings(table.reset_index()))
    assert text["08.one_hit"] == (
        "May serve one customer only: Quay, which one customer asked for and whose category nobody else of Refit "
        "bought in the last year."
    )
    assert "Who else would use New and Blank?" in {gap.question for gap in commitment_cannot_say(table.reset_index())}
    everybody = valued(quay.assign(customer_group="all"), quarters=bought)
    assert everybody.set_index("project").loc["Quay", "reuse"] == 1, "for all customers those of every group count"


def test_groups_are_known_by_id_or_name_and_strangers_are_told():
    table = valued(project("A", "g1", OUT, IN), project("B", " REFIT", OUT, IN), project("C", "Barges", OUT, IN))
    assert table[["group_id", "level", "project"]].fillna("").values.tolist() == [
        *(["g1", "group", ""], ["g1", "project", "A"], ["g1", "project", "B"], ["g2", "group", ""]),
        ["no_group", "project", "C"],
    ]
    assert table["customer_group"].dropna().tolist() == ["Barges"]
    yards = table[table["group_id"] == "g2"].iloc[0]
    assert (yards["why_not"], yards["projects"], yards["status"]) == ("no_project", 0, "not_tested")
    questions = [gap.question for gap in commitment_cannot_say(table)]
    assert questions[:2] == [
        "What would it take to follow Yards, and would it pay?",
        "To which of our groups do the projects for Barges belong?",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"margin_low": 99.0}, 'project "Desk" of g1 has a margin outside its own range.*2027.*3 rows'),
        ({"expected_margin": np.nan}, "a range without an expected margin"),
        ({"year": 2027}, "stands more than once in the year 2027 .2 rows like it."),
    ],
)
def test_what_contradicts_itself_is_refused(change, message):
    with pytest.raises(StepInputError, match=message):
        valued(project("Desk", "refit", OUT, IN).assign(**change))
    with pytest.raises(StepInputError, match="stands more than once"):
        valued(project("Desk", "refit", OUT, IN), project("Desk", "g1", OUT, IN))
    with pytest.raises(StepInputError, match="annual_discount is -0.1"):
        valued(project("Desk", "g1", OUT, IN), discount=-0.1)


def test_without_projects_nothing_is_zero():
    for investments in (None, project("A", "g1", OUT, IN).iloc[:0]):
        table = commitment_npv(investments, GROUPS, annual_discount=0.1, as_of=AS_OF)
        assert table["why_not"].tolist() == ["no_project"] * 2 and table["npv"].isna().all()
        assert commitment_findings(table) == [] and commitment_checks(table, investments) == []
        assert [gap.question for gap in commitment_cannot_say(table)] == [
            "What would it take to follow our groups, and would it pay?"
        ]
        assert commitment_assumptions(table, annual_discount=0.1) == []
    assert commitment_npv(None, None, annual_discount=0.1, as_of=AS_OF).empty
    assert project_values(None, annual_discount=0.1, as_of=AS_OF).empty


def test_checks_bite():
    delivered = pd.concat([project("A", "g1", OUT, IN, requested_by="c9"), project("B", "x", OUT, IN)])
    table = valued(delivered)
    verdicts = {check.id: check.verdict for check in commitment_checks(table, delivered, ["c1"])}
    assert verdicts.pop("08.project_askers") == "flag" and verdicts.pop("08.project_groups") == "flag"
    assert set(verdicts.values()) == {"pass"} and len(verdicts) == 4
    table.loc[0, "npv"] += 1
    broken = {check.id: check.verdict for check in commitment_checks(table[table["project"] != "B"], delivered)}
    names = ("project_rows", "project_outlays", "project_sums")
    assert [broken[f"08.{name}"] for name in names] == ["fail"] * 3
    assert {one.id: one.value for one in commitment_assumptions(table, annual_discount=0.1)} == {
        "08.project_discount": 0.1, "08.project_years": 5, "08.project_luck": 2
    }  # fmt: skip


def test_row_order_names_and_currency_change_nothing():
    parts = [project(name, "g1", np.array(OUT) * part, IN) for name, part in (("A", 1.0), ("B", 0.8), ("C", 1.3))]
    rows = pd.concat(parts, ignore_index=True)
    table = valued(rows)
    pd.testing.assert_frame_equal(table, valued(rows.sample(frac=1, random_state=2)))
    numbers = ["npv_low", "npv_middle", "npv_high", "chance"]
    renamed = valued(rows.replace({"project": {"A": "Z", "C": "B", "B": "C"}}))
    assert np.array_equal(renamed.loc[0, numbers], table.loc[0, numbers])
    money = ["investment", "expected_margin", "margin_low", "margin_high"]
    other = valued(rows.assign(**{name: rows[name] * 1_000 for name in money}))
    assert other["chance"].tolist() == pytest.approx(table["chance"].tolist(), nan_ok=True)
    assert other["npv"].dropna().tolist() == pytest.approx((table["npv"].dropna() * 1_000).tolist(), rel=1e-4)


def test_the_table_is_what_its_schema_says(tmp_path):
    table = valued(project("A", "g1", OUT, IN), project("", "g1", OUT, IN), project("C", "Barges", OUT, IN))
    described = schema("commitment_npv")
    write_table(table, tmp_path / "t.parquet", described)
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.parquet", described), table, check_dtype=False)
    assert not table.duplicated(list(described.key)).any()
    for column in described.columns:
        if column.allowed:
            assert set(table[column.name].dropna()) - {""} <= set(column.allowed)
    nameless = sentences(commitment_findings(valued(project("", "g1", OUT, IN))))
    assert nameless["08.commitment"] == (
        "The one project, the project for Refit, could go either way: in eight cases of ten its margins less its "
        "outlays are worth between EUR −31.89 and EUR 44.46 today."
    )
