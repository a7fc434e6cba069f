"""Groups by behaviour: measured by hand, found where they are planted, refused where there are none."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from helpers.errors import StepInputError
from helpers.method.group_clusters import assign, centres_table, fit_centres, frozen_centres
from helpers.method.group_evidence import adjusted_rand, choose_clusters, confidence, groups_are_real
from helpers.method.group_features import NAMES, group_features, standing
from helpers.method.group_scale import feature_scale, scaled
from helpers.method.share import UNGROUPED

AS_OF = "2026-01-01"
DAYS = ["customer_id", "date", "orders", "positive_lines", "revenue", "returned", "list_revenue"]
NONE = pd.DataFrame(
    {"customer_id": [], "quarter_start": pd.to_datetime([]), "category": [], "channel": [], "revenue": [], "orders": []}
)


def history(*rows) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=DAYS)
    return table.assign(date=pd.to_datetime(table["date"]))


def planted(groups: bool = True, rows: int = 240, seed: int = 3) -> pd.DataFrame:
    """Features of three kinds of customers, or of one long cloud."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 3, rows)
    centre = np.array([[3.0, 4.0], [25.0, 60.0], [10.0, 900.0]])
    logs = np.log(centre)[kind] if groups else np.log([8.0, 60.0]) + rng.normal(size=(rows, 1)) * [0.7, 1.2]
    values = np.exp(logs + rng.normal(size=(rows, 2)) * [0.25, 0.3])
    table = pd.DataFrame(np.nan, index=range(rows), columns=["customer_id", *NAMES])
    table["customer_id"] = [f"c{number:04d}" for number in range(rows)]
    return table.assign(frequency=values[:, 0], money_per_order=values[:, 1], kind=kind)


def test_features_by_hand():
    days = history(
        ("c1", "2025-03-01", 1, 1, 100.0, 0.0, 125.0),
        ("c1", "2025-05-10", 2, 2, 50.0, 0.0, 50.0),
        ("c1", "2025-05-20", 0, 0, -30.0, 30.0, -30.0),
        ("c1", "2025-12-22", 1, 1, 60.0, 0.0, 75.0),
        ("c1", "2024-02-01", 1, 1, 999.0, 0.0, 999.0),
        ("once", "2025-06-01", 1, 1, 5.0, 0.0, 5.0),
        ("gone", "2023-06-01", 1, 1, 5.0, 0.0, 5.0),
        ("gone", "2024-06-01", 1, 1, 5.0, 0.0, 5.0),
    )
    found = group_features(days, NONE, NONE, end=AS_OF)
    assert found["customer_id"].tolist() == ["c1"], "one order and none of late show no habit"
    row = found.iloc[0]
    assert (row["recency"], row["frequency"], row["money_per_order"]) == (10, 4, 45)
    assert row["discount_rate"] == pytest.approx(40 / 250), "a return gives back what was paid"
    assert row["return_rate"] == pytest.approx(30 / 210)
    gaps = np.array([70, 226])
    assert row["regularity"] == pytest.approx(gaps.std(ddof=1) / gaps.mean())
    assert row["trend"] == pytest.approx((60 - 120) / 90)


def test_who_came_in_the_second_half_of_the_year_has_no_trend():
    bought = [(name, day, 1, 1, 10.0, 0.0, 10.0) for name, day in (("new", "2025-07-01"), ("old", "2025-06-30"))]
    again = [(name, "2025-12-01", *rest) for name, _, *rest in bought]
    found = group_features(history(*bought, *again), NONE, NONE, end=AS_OF)
    assert found.set_index("customer_id")["trend"].to_dict() == {"new": pytest.approx(np.nan, nan_ok=True), "old": 0.0}


def test_another_year_is_measured_by_the_same_function():
    spent = {2023: 10.0, 2024: 20.0, 2025: 30.0}
    rows = [("c1", f"{year}-{month}-05", 1, 1, money, 0.0, 40.0) for year, money in spent.items() for month in (2, 8)]
    days = history(*rows)
    now, then = (group_features(days, NONE, NONE, end=end).iloc[0] for end in (AS_OF, "2025-01-01"))
    assert (now["money_per_order"], then["money_per_order"]) == (30, 20)
    moved = group_features(days.sample(frac=1, random_state=1), NONE, NONE, end=AS_OF).iloc[0]
    assert moved.equals(now)


def test_standing_of_each_active_customer():
    days = history(
        ("twice", "2025-02-01", 1, 1, 9.0, 0.0, 9.0), ("twice", "2024-02-01", 1, 1, 9.0, 0.0, 9.0),
        ("once", "2025-02-01", 1, 1, 9.0, 0.0, 9.0), ("late", "2024-02-01", 1, 1, 9.0, 0.0, 9.0),
    )  # fmt: skip
    summary = pd.DataFrame({"customer_id": ["twice", "once", "late", "held", "old"], "order_days": [2, 1, 1, 0, 0]})
    summary["status"] = ["active"] * 4 + ["dormant"]
    found = standing(summary, days, as_of=AS_OF).set_index("customer_id")["standing"].to_dict()
    assert found == {"twice": "clustered", "once": "one_order", "late": "lapsing", "held": "contract_only"}


def test_planted_groups_are_found_and_real():
    table = planted()
    scale, said = feature_scale(table)
    points = scaled(table, scale)
    k, evidence = choose_clusters(points, np.ones(len(table)))
    assert k == 3
    assert evidence.loc[evidence["chosen"], "k"].tolist() == [3]
    assert groups_are_real(points, k).real
    label = assign(table, fit_centres(table, scale, k))["label"]
    assert adjusted_rand_score(label, table["kind"]) > 0.95
    assert set(scale.names) == {"frequency", "money_per_order"}
    assert len(said) == len(NAMES), "each feature is said, used or not"


def test_a_cloud_without_groups_is_refused():
    table = planted(groups=False)
    scale, _ = feature_scale(table)
    points = scaled(table, scale)
    found = groups_are_real(points, 3)
    assert not found.real
    assert found.why_not


def test_labels_depend_on_neither_rows_nor_ids_nor_the_currency():
    table = planted()
    scale, _ = feature_scale(table)
    first = assign(table, fit_centres(table, scale, 3)).set_index("customer_id")["label"]
    mixed = table.sample(frac=1, random_state=5)
    renamed = mixed.assign(customer_id="x" + mixed["customer_id"], money_per_order=mixed["money_per_order"] * 100)
    other, _ = feature_scale(renamed)
    again = assign(renamed, fit_centres(renamed, other, 3)).set_index("customer_id")["label"]
    assert again[[f"x{one}" for one in first.index]].tolist() == first.tolist()


def test_centres_are_kept_and_later_customers_are_assigned_to_them():
    table = planted()
    scale, _ = feature_scale(table)
    centres = fit_centres(table, scale, 3)
    kept, ids = frozen_centres(centres_table(centres, ["g1", "g2", "g3"]))
    assert ids == ["g1", "g2", "g3"]
    later = planted(seed=9)
    pd.testing.assert_frame_equal(assign(later, kept), assign(later, centres))
    sure = confidence(scaled(table, scale), centres.points)
    assert sure.min() >= 0 and np.median(sure) == 1


def test_too_few_and_identical_customers():
    few = planted(rows=40)
    scale, _ = feature_scale(few)
    k, evidence = choose_clusters(scaled(few, scale), np.ones(40))
    assert k is None and evidence.empty
    assert not groups_are_real(scaled(few, scale), 3).real
    same = few.assign(frequency=3.0, money_per_order=9.0)
    scale, _ = feature_scale(same)
    assert scale.names == ()
    with pytest.raises(StepInputError, match="3 groups were asked for"):
        fit_centres(planted(rows=1), feature_scale(planted())[0], 3)
    assert UNGROUPED == "ungrouped"


def test_a_feature_that_is_the_same_for_everybody_changes_no_proof():
    """A frozen scale counts a channel; once nobody ordered through it any more, the proof ended in a traceback."""
    points = scaled(planted(), feature_scale(planted())[0])
    same = np.column_stack([points, np.zeros(len(points))])
    found, without = groups_are_real(same, 3), groups_are_real(points, 3)
    assert found.real and found.agreement == without.agreement
    assert 0 < found.null_agreement < found.agreement


def test_agreement_is_the_adjusted_rand_index():
    rng = np.random.default_rng(2)
    one, other = rng.integers(0, 4, 300), rng.integers(0, 4, 300)
    other[:150] = one[:150]
    ours = float(np.ravel(adjusted_rand(one[None, :], other[None, :], 4))[0])
    assert ours == pytest.approx(adjusted_rand_score(one, other))


# ---- planted truth ---------------------------------------------------------------------------------------------------


def agreement(made) -> tuple[float, float, int | None, bool]:
    """The found groups' agreement with the true ones, the oracle's, the k by the rule, and whether they are real."""
    tables = [made.table(name) for name in ("customer_days", "customer_quarter", "customer_channel")]
    features = group_features(*tables, end=made.halves["as_of"])
    scale, _ = feature_scale(features)
    points = scaled(features, scale)
    revenue = made.table("customer_summary").set_index("customer_id")["revenue"].reindex(features["customer_id"])
    k, _ = choose_clusters(points, revenue.fillna(0.0).to_numpy())
    real = bool(k) and groups_are_real(points, k).real
    if not made.groups or not k:
        return 0.0, 0.0, k, real
    label = assign(features, fit_centres(features, scale, k))["label"]
    true = made.harbour.population.set_index("customer_id")["group"].reindex(features["customer_id"])
    return adjusted_rand_score(label, true), made.truth.facts["groups"]["groups_found"]["oracle"], k, real


def test_harbours_groups_are_found_and_a_harbour_without_any_is_refused(harbour):
    found, oracle, k, real = agreement(harbour(2))
    assert real
    assert found >= 0.75 * oracle, k
    assert not agreement(harbour(2, groups=False))[3]


@pytest.mark.long
def test_groups_over_forty_seeds(harbour):
    """The median agreement is .9 of the oracle's or more, and that of four seeds in five; no groups are found in none.

    The seeds below have two kinds in one group, or one in two: how many groups come back as surely is a close call.
    """
    said = [agreement(harbour(seed)) for seed in range(1, 41)]
    ratio = np.array([found / oracle for found, oracle, _, _ in said])
    refused = sum(not agreement(harbour(seed, groups=False))[3] for seed in range(1, 41))
    ks = pd.Series([k for _, _, k, _ in said]).value_counts().to_dict()
    print(f"ARI / oracle: mean {ratio.mean():.3f}, median {np.median(ratio):.3f}, {(ratio >= 0.9).sum()} of 40 at .9")
    print(f"k {ks}, real {sum(real for *_, real in said)} of 40, without groups refused {refused} of 40")
    assert np.median(ratio) >= 0.9 and (ratio >= 0.9).mean() >= 0.8
    assert refused >= 36


def test_of_numbers_of_groups_as_sure_as_the_best_the_largest_is_taken():
    surest, taken = [], []
    for seed in range(1, 7):
        features = planted(groups=False, rows=70, seed=seed)
        k, table = choose_clusters(scaled(features, feature_scale(features)[0]), np.ones(70))
        allowed = table[table["allowed"]]
        best = allowed.loc[allowed["agreement"].idxmax()]
        near = allowed[allowed["agreement"] >= best["agreement"] - best["agreement_error"]]
        assert k == near["k"].max() and table.loc[table["chosen"], "k"].tolist() == [k]
        surest.append(int(best["k"]))
        taken.append(k)
    assert taken != surest, "in some of these the surest number is not the one taken"
