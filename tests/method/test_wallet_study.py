"""Hiding known wallets: what the study counts, and what it finds on the panel of the sample."""

from pathlib import Path

import pytest

from helpers.client.folder import open_client
from helpers.client.intake import take_in
from helpers.client.schema import schema
from helpers.client.tables import read_table
from helpers.errors import StepInputError
from helpers.method.share import customer_share
from helpers.method.share_scope import categories_in_scope
from helpers.method.share_wallets import wallet_states
from helpers.method.wallet_inputs import wallet_inputs
from helpers.method.wallet_study import wallet_study, wallet_study_summary
from tests.method.wallet_builders import drawn, told

SAMPLE = Path(__file__).resolve().parents[2] / "data_samples" / "complete_journey"
NAMES = ("customer_category", "wallet_revenue", "customer_quarter", "customer_days", "customers")


def test_half_of_the_known_are_hidden_each_time_and_found_again():
    inputs = drawn(customers=500, known=300)
    study = wallet_study(inputs, times=5)
    assert study["time"].tolist() == [1, 2, 3, 4, 5] and set(study["hidden"]) == {150}
    known = inputs[inputs["wallet"].notna()]
    assert study["share_measured"].tolist() == pytest.approx(
        [known["wallet_revenue"].sum() / known["wallet"].sum()] * 5
    )
    assert study["coverage"].nunique() > 1, "each time another half"
    inside = (study["modelled_low"] <= study["share_measured"]) & (study["share_measured"] <= study["modelled_high"])
    assert study["inside"].tolist() == inside.tolist()
    said = wallet_study_summary(study)
    assert (said.times, said.hidden) == (5, 150)
    assert said.coverage == pytest.approx(study["coverage"].mean()) and 0.8 <= said.coverage <= 0.97
    assert said.difference == pytest.approx((study["share_modelled"] - study["share_measured"]).abs().mean())
    assert said.difference < 0.05


def test_the_order_of_rows_and_the_names_of_customers_make_no_difference():
    inputs = drawn(customers=200, known=100).drop(columns="true_wallet")
    study = wallet_study(inputs, times=2)
    other = inputs.assign(customer_id=[f"k{name[::-1]}" for name in inputs["customer_id"]])
    again = wallet_study(other.sample(frac=1, random_state=2), times=2)
    for name in ("coverage", "median_ratio", "difference"):
        assert again[name].tolist() == pytest.approx(study[name].tolist())


def test_fewer_than_sixty_known_wallets_are_not_halved():
    rows = [(f"c{n:02d}", 10.0 + n, 40.0 + 3 * n) for n in range(60)]
    assert len(wallet_study(told(*rows), times=1)) == 1
    study = wallet_study(told(*rows[1:]))
    assert study.empty and "coverage" in study and wallet_study_summary(study) is None


def test_no_times_is_refused():
    with pytest.raises(StepInputError, match="times is 0; expected 1 or more"):
        wallet_study(drawn(), times=0)


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    """The tables of complete_journey, where the wallet of every buyer is known."""
    into = tmp_path_factory.mktemp("panel")
    received = take_in(open_client(SAMPLE), into)
    tables = {name: read_table(into / received.tables[name].file, schema(name)) for name in NAMES}
    return tables, {"window_start": received.window_start, "as_of": received.as_of}


@pytest.mark.parametrize("scope", [pytest.param("all_categories", marks=pytest.mark.long), "main_categories"])
def test_the_panels_wallets_are_found_again(panel, scope):
    """Twenty times: coverage .87 to .93, the share within 3 points, median high / low at most 9."""
    tables, window = panel
    inside = {"scope_categories": categories_in_scope(tables["customer_category"], scope)}
    at = {"as_of": window["as_of"]} | inside
    shares = customer_share(tables["customer_category"], tables["wallet_revenue"], **at)
    states = wallet_states(tables["wallet_revenue"], tables["customer_category"], **at)
    rest = (tables[name] for name in ("customer_quarter", "customer_days", "customers"))
    inputs = wallet_inputs(shares, states, *rest, **window, **inside)
    assert not inputs["scaled"].any() and inputs["wallet"].notna().all()
    said = wallet_study_summary(wallet_study(inputs))
    assert said.times == 20
    assert 0.87 <= said.coverage <= 0.93
    assert said.difference <= 0.03
    assert said.median_ratio <= 9
    assert said.inside >= 0.8
