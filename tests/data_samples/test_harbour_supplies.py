"""The sample harbour_supplies: made again byte by byte, whole, clean at the workbook's door, true of other seeds too.

The generator stands beside the sample and is imported as its command does. Files are read with pandas only.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.client.decisions import read_every_decision
from helpers.client.schema import schema, table_names
from helpers.client.yaml_files import plain, read_yaml

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
CLIENT = SAMPLES / "harbour_supplies"
HELPERS = SAMPLES.parent / "helpers"
if str(SAMPLES) not in sys.path:
    sys.path.append(str(SAMPLES))

from harbour_maker import truth_contracts, truth_lifetime  # noqa: E402
from harbour_maker.build import Harbour, build  # noqa: E402
from harbour_maker.decisions import decisions  # noqa: E402
from harbour_maker.truth import Truth, out_of_band, truth  # noqa: E402
from harbour_maker.writing import HEADINGS, write  # noqa: E402
from harbour_maker.yaml_form import yaml_text  # noqa: E402

SEED, CUSTOMERS = 1, 900  # of the committed files
OTHER_SEEDS = range(2, 22)
MOST_BYTES = 10_000_000
ANSWERS = ("truth.yaml", "truth_customers.csv")
# a script finds the package beside it, as it does for a user
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
# columns that no table of Harbour holds: what is known without a category, or follows from others
LEFT_OUT = {"supplier_spend": {"category"}}


def files(folder: Path) -> dict[str, bytes]:
    """What the generator writes into a client folder: without what a run made of it, and without versions."""
    made = ("results", "report", "versions")
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in found}
    return {name: path.read_bytes() for name, path in names.items() if name.split("/")[0] not in made}


def make(folder: Path, *options: str, hash_seed: str = "0") -> subprocess.CompletedProcess:
    """The command, in a process of its own."""
    command = [sys.executable, str(SAMPLES / "make_harbour_supplies.py"), str(folder), *options]
    environment = ENVIRONMENT | {"PYTHONHASHSEED": hash_seed}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)


@cache
def delivered(name: str) -> pd.DataFrame:
    """A committed table with the kit's names, ids and dates as text."""
    back = {theirs: ours for ours, theirs in HEADINGS.get(name, {}).items()}
    ids = {"Account": str, "Order": str, "customer_id": str, "respondent_id": str, "prospect_id": str}
    return pd.read_csv(CLIENT / "data" / f"{name}.csv", dtype=ids).rename(columns=back)


@cache
def answers() -> pd.DataFrame:
    return pd.read_csv(CLIENT / "truth_customers.csv", dtype={"customer_id": str})


# ---- made again ------------------------------------------------------------------------------------------------------


def test_the_command_makes_the_committed_files_again(tmp_path):
    """In a process with another order of sets; that of the committed files was another again."""
    run = make(tmp_path / "again", hash_seed="4242")
    assert run.returncode == 0, run.stderr
    assert not run.stderr, "the generator warns"
    committed, again = files(CLIENT), files(tmp_path / "again")
    assert sorted(committed) == sorted(again)
    differ = [name for name in committed if committed[name] != again[name]]
    assert not differ, "data_samples/make_harbour_supplies.py data_samples/harbour_supplies makes them anew"


def test_another_seed_and_size_make_another_whole_client(tmp_path):
    run = make(tmp_path / "small", "--seed", "77", "--customers", "300")
    assert run.returncode == 0, run.stderr
    made = files(tmp_path / "small")
    assert sorted(made) == sorted(files(CLIENT))
    assert made["data/transactions.csv"] != files(CLIENT)["data/transactions.csv"]
    assert b"seed 77" in made["client.yaml"] and b"$" not in made["client.yaml"] + made["README.md"]
    told = {line.split(":")[0]: int(line.split()[1].replace(",", "")) for line in run.stdout.splitlines()}
    assert told == {name: text.count(b"\n") - 1 for name, text in made.items() if name.endswith(".csv")}


def test_files_of_other_names_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    small = build(5, 300)
    known = truth(small)
    write(small, known, tmp_path)
    once = files(tmp_path)
    write(small, known, tmp_path)
    assert files(tmp_path) == once
    assert once["notes.txt"] == b"mine" and set(once) == {*files(CLIENT), "notes.txt"}


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--seed", "-1", "expected a whole number from 0"),
        ("--seed", "one", "expected a whole number from 0"),
        ("--customers", "20", "expected one from 200 to 20,000"),
        ("--without", "customers", "invalid choice"),
    ],
)
def test_the_command_says_what_it_expects(tmp_path, option, value, words):
    run = make(tmp_path / "none", f"{option}={value}")
    assert run.returncode == 2
    assert words in run.stderr and "Traceback" not in run.stderr
    assert not (tmp_path / "none").exists()


# ---- whole and clean -------------------------------------------------------------------------------------------------


def test_the_sample_is_under_ten_megabytes():
    """Its first version, of which git keeps every byte for good, under three of them."""
    frozen = sum(path.stat().st_size for path in (CLIENT / "versions").rglob("*") if path.is_file())
    assert frozen < 3_000_000
    assert sum(len(content) for content in files(CLIENT).values()) + frozen < MOST_BYTES


def test_every_table_and_column_of_the_method_is_there():
    assert sorted(path.stem for path in (CLIENT / "data").glob("*.csv")) == sorted(table_names("delivered"))
    for name in table_names("delivered"):
        table = delivered(name)
        absent = set(schema(name).names) - set(table.columns)
        assert absent == LEFT_OUT.get(name, set()), f"{name} lacks columns"
        assert len(table) and table.notna().any().all(), f"{name} has an empty column"
    columns = delivered("survey").columns
    assert all(sum(column.startswith(kind) for column in columns) == 8 for kind in ("driver_", "importance_"))
    assert sum(column.startswith("competitor_") for column in columns) == 8


def test_files_are_plain_text_with_unix_line_ends():
    for name, content in files(CLIENT).items():
        content.decode("utf-8")
        assert b"\r" not in content and content.endswith(b"\n"), name


def test_the_workbook_has_nothing_to_mend(tmp_path):
    """`check` reads all of it; what it notes are facts of the business."""
    from helpers.run.inspect import check_client

    folder = Path(shutil.copytree(CLIENT, tmp_path / "client", ignore=shutil.ignore_patterns("results", "report")))
    said = check_client(folder)
    assert "The data can be used. Nothing was changed." in said
    assert len([line for line in said if line.split()[:1] == ["received"]]) == len(table_names("delivered"))
    for words in ("mended", "set aside"):
        counts = [line.split(words)[1].split()[0] for line in said if line.strip().startswith(words)]
        assert counts and set(counts) == {"0"}, f"rows were {words}"
    noted = {line.split("note: ")[1].split(" (")[0] for line in said if "note: " in line}
    assert noted <= {
        "lines without a customer",
        "revenue below zero: returns, credits and corrections",
        "quantity below zero",
        "before the window",
        "customers without a line in transactions",
        "wallets below our own revenue of the same days: listed as conflicts, not raised",
    }


def test_amounts_agree_between_files():
    """Orders of nobody but the counter lack a customer; whoever stands in a file stands in customers."""
    known = set(delivered("customers")["customer_id"])
    for name in ("transactions", "contracts", "service_events", "wallets", "supplier_spend", "survey", "referrals"):
        assert set(delivered(name)["customer_id"].dropna()) <= known, name
    lines = delivered("transactions")
    assert set(lines.loc[lines["customer_id"].isna(), "channel"]) == {"counter"}
    assert (lines["list_revenue"].abs() >= lines["revenue"].abs()).all()
    assert set(delivered("service_events")["activity"]) == set(delivered("activity_costs")["activity"])
    assert set(lines["category"]) == set(delivered("categories")["category"])
    assert set(delivered("wallets")["category"]) <= set(lines["category"])
    assert set(delivered("investments")["requested_by"].dropna()) <= known
    assert not set(delivered("prospects")["name"]) & set(delivered("customers")["name"])


# ---- the answers stay out of sight -----------------------------------------------------------------------------------


def test_no_step_can_read_the_answers():
    config = (CLIENT / "client.yaml").read_text(encoding="utf-8")
    assert not any(name in config or name.split(".")[0] in config for name in ANSWERS)
    for path in HELPERS.rglob("*.py"):
        if "teach" in path.relative_to(HELPERS).parts:
            continue  # exercises are judged by the truth
        texts = [node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if is_text(node)]
        assert not [text for text in texts if any(name in text for name in ANSWERS)], f"{path} names the answers"


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def area_under_curve(score: pd.Series, truly: pd.Series) -> tuple[float, float]:
    """The probability that a true one has the higher score, and the standard error that chance gives it."""
    ranks, truly = score.rank(), truly.astype(bool)
    hits, misses = int(truly.sum()), int((~truly).sum())
    area = (ranks[truly].sum() - hits * (hits + 1) / 2) / (hits * misses)
    return area, np.sqrt((hits + misses + 1) / (12 * hits * misses))


def labels(table: pd.DataFrame) -> dict[str, pd.Series]:
    """What a leak could tell, as yes and no."""
    kinds = {f"is {group}": table["group"] == group for group in sorted(table["group"].dropna().unique())}
    columns = ("is_mover", "alive", "satisfied_leaver", "first_choice")
    kinds |= {name: table[name].astype(bool) for name in columns if name in table}
    kinds["hard to serve"] = table["hard_to_serve"] > table["hard_to_serve"].quantile(0.8)
    kinds["valuable"] = table["expected_clv"] > table["expected_clv"].quantile(0.8)
    return {name: kind for name, kind in kinds.items() if 8 <= kind.sum() <= len(kind) - 8}


def digits(ids: pd.Series) -> pd.Series:
    return ids.str.replace(r"\D", "", regex=True).astype(int)


def assert_chance(scores: dict[str, pd.Series], kinds: dict[str, pd.Series]) -> None:
    for reader, score in scores.items():
        for name, kind in kinds.items():
            area, error = area_under_curve(score, kind)
            assert abs(area - 0.5) < 4 * error, f"{reader} tells {name}: area under the curve {area:.2f}"


def test_account_numbers_and_names_tell_nothing():
    table = delivered("customers").reset_index(names="row").merge(answers(), on="customer_id", validate="one_to_one")
    number = digits(table["customer_id"])
    readers = {"row": table["row"], "account number": number, "its last digit": number % 10, "odd": number % 2}
    readers |= {"length of name": table["name"].str.len(), "first letter": table["name"].str[0].map(ord)}
    readers |= {"last word": table["name"].str.split().str[-1].rank(method="dense")}
    assert_chance(readers, labels(table))


def test_who_never_bought_is_not_known_by_number():
    table = delivered("customers")
    never = ~table["customer_id"].isin(delivered("transactions")["customer_id"])
    assert never.sum() >= 8
    assert_chance({"account number": digits(table["customer_id"])}, {"never bought": never})


def test_order_numbers_tell_the_day_and_nothing_else():
    lines = delivered("transactions").dropna(subset="customer_id")
    orders = lines[lines["revenue"] > 0].drop_duplicates("order_id").reset_index(drop=True)
    number = digits(orders["order_id"])
    assert number.is_monotonic_increasing
    of_day = number.groupby(orders["date"]).rank(pct=True)  # the place within the day; days tell what they tell
    kinds = labels(answers().set_index("customer_id").loc[orders["customer_id"]].reset_index())
    # orders of one customer are not independent of each other, so a customer's mean place is what is compared
    means = of_day.groupby(orders["customer_id"]).mean()
    kinds = {name: kind.groupby(orders["customer_id"]).first() for name, kind in kinds.items()}
    assert_chance({"place within the day": means, "gap": (number % 10).groupby(orders["customer_id"]).mean()}, kinds)


def test_responses_and_prospects_are_numbered_at_random():
    facts = plain(read_yaml(CLIENT / "truth.yaml"))
    survey = delivered("survey").merge(answers(), on="customer_id", how="inner")
    assert_chance({"respondent number": digits(survey["respondent_id"])}, labels(survey))
    secret = delivered("survey")["respondent_id"].isin(every_id(facts["needs"], "R-"))
    assert secret.sum() >= 15
    assert_chance({"respondent number": digits(delivered("survey")["respondent_id"])}, {"secret": secret})
    prospects = delivered("prospects")
    best = prospects["prospect_id"].isin(facts["future"]["prospects_like_the_best"]["value"])
    readers = {"number": digits(prospects["prospect_id"]), "row": pd.Series(prospects.index)}
    assert_chance(readers | {"length of name": prospects["name"].str.len()}, {"best": best})


def every_id(value: object, start: str) -> set[str]:
    """All texts in a nested value that begin so."""
    if isinstance(value, dict):
        return set().union(*(every_id(part, start) for part in value.values()))
    if isinstance(value, list):
        return set().union(*(every_id(part, start) for part in value))
    return {value} if isinstance(value, str) and value.startswith(start) else set()


def test_round_numbers_tell_nothing():
    """Cents of order lines are as round for one customer as for another, whatever is planted in it."""
    lines = delivered("transactions").dropna(subset="customer_id")
    lines = lines[lines["revenue"] > 5]
    known = answers().set_index("customer_id")
    kinds = labels(known.reset_index())
    for column in ("revenue", "list_revenue", "cost_of_goods"):
        cents = (lines[column] * 100).round().astype("int64")
        for round_to in (10, 100, 1000):
            is_round = cents % round_to == 0
            for name, kind in kinds.items():
                of = lines["customer_id"].map(kind.set_axis(known.index))
                apart = is_round[of].mean() - is_round[~of].mean()
                error = np.sqrt(is_round.mean() * (1 / of.sum() + 1 / (~of).sum()))
                assert abs(apart) < 4 * error, f"{column} in whole {round_to} cents tells {name}"
    cost = delivered("customers").merge(known.reset_index(), on="customer_id")
    assert_chance({"last digit of the cost to win": cost["acquisition_cost"] % 10}, labels(cost))


# ---- the story holds -------------------------------------------------------------------------------------------------


def told(facts: dict) -> list[str]:
    """Each fact out of its band."""
    named = [(f"{subject}.{name}", fact) for subject, part in facts.items() for name, fact in part.items()]
    return [f"{name}: {words}" for name, fact in named for words in out_of_band(fact)]


def check_facts(made: Harbour, known: Truth, folder: Path) -> None:
    """Facts lie in their bands, decisions can be read, and there is a row of truth for each customer that bought."""
    assert not told(known.facts)
    assert sorted(known.customers["customer_id"]) == sorted(made.population["customer_id"])
    (folder / "decisions").mkdir()
    for name, text in decisions(known.beliefs, known.facts["groups"]["anchors"]["value"]).items():
        (folder / "decisions" / name).write_text(text, encoding="utf-8")
    read = read_every_decision(folder)
    assert read["01_frame_engagement"]["all.beliefs"].value == plain(known.beliefs)
    assert read["05_customer_share"]["all.scope"].decided and "all.cuts" not in read["02_rate_customers"]
    rights = [right for leader in known.facts["beliefs"]["beliefs"]["value"].values() for right in leader.values()]
    assert 3 <= sum(rights) <= len(rights) - 5, "some beliefs hold, and some do not"


@pytest.mark.parametrize("seed", OTHER_SEEDS)
def test_planted_facts_lie_in_their_bands(seed, tmp_path, monkeypatch):
    for module in (truth_lifetime, truth_contracts):
        monkeypatch.setattr(module, "DRAWS", 20)  # bands are about values; draws serve the oracles' intervals only
    made = build(seed, CUSTOMERS)
    check_facts(made, truth(made), tmp_path)


def test_the_committed_truth_lies_in_its_bands():
    facts = plain(read_yaml(CLIENT / "truth.yaml"))
    assert not told({name: part for name, part in facts.items() if isinstance(part, dict) and name != "made_with"})
    banded = [fact for part in facts.values() if isinstance(part, dict) for fact in part.values() if is_banded(fact)]
    assert len(banded) >= 40
    assert all(fact["what"].endswith((".", ")")) for fact in banded)


def is_banded(fact: object) -> bool:
    return isinstance(fact, dict) and "band" in fact


def test_a_value_outside_its_band_is_told():
    assert out_of_band({"value": 3, "band": [1, 2]}) == ["value is 3, and should lie from 1 to 2"]
    assert out_of_band({"value": {"a": 0, "b": 3}, "band": {"b": [1, 2]}}) == ["b is 3, and should lie from 1 to 2"]
    assert out_of_band({"value": {"a": 0.5, "b": float("nan")}, "band": [0, 1]})
    assert not out_of_band({"value": 3}) and not out_of_band({"value": 1, "band": [1, 2]})


def test_the_categories_of_a_wallet_add_up_to_it():
    """But for the rounding of each to two digits; and whoever forgot nothing is below our revenue in no category."""
    made = build(6, 300)
    yearly, lines = made.yearly_wallets, made.tables["transactions"].dropna(subset="customer_id")
    known = ["customer_id", "period_start", "wallet_source"]
    parts = made.tables["wallets"].groupby(known)["wallet"].sum()
    whole = yearly.set_index(known)["wallet"]
    assert sorted(parts.index) == sorted(whole.index)
    assert ((parts / whole - 1).abs() < 0.05).all()
    for start, rows in made.tables["wallets"].groupby("period_start"):
        year = lines[(lines["date"] >= start) & (lines["date"] < start + pd.DateOffset(months=12))]
        ours = year.groupby("customer_id")["revenue"].sum()
        honest = yearly[
            (yearly["period_start"] == start) & (yearly["wallet"] >= yearly["customer_id"].map(ours).fillna(0))
        ]
        ours = year.groupby(["customer_id", "category"])["revenue"].sum().rename("ours").reset_index()
        beside = rows.merge(honest[known], on=known).merge(ours, on=["customer_id", "category"])
        assert len(beside) > 50
        assert (beside["wallet"] >= beside["ours"] - 0.005).all()


def test_worlds_in_which_there_is_nothing_to_find():
    still = build(5, 300, movers=False)
    assert not still.population["is_mover"].any() and build(5, 300).population["is_mover"].any()
    alike = build(5, 300, groups=False)
    assert set(alike.tables) == set(still.tables)
    known = truth(alike)
    assert known.customers["customer_id"].is_unique
    assert not [fact for part in known.facts.values() for fact in part.values() if is_banded(fact)]
    assert known.facts["groups"]["groups"]["value"] == 0


def test_yaml_is_written_as_it_is_read(tmp_path):
    value = {"a b": 0.1234567, "n": 12, "list": ["x: y", "no", 'quo"te', None], "deep": {"t": True, "d": {"k": "v #1"}}}
    path = tmp_path / "value.yaml"
    path.write_text(yaml_text(value), encoding="utf-8")
    assert plain(read_yaml(path)) == value | {"a b": 0.123457}


def test_the_page_for_trainees_keeps_the_answers():
    page = (CLIENT / "README.md").read_text(encoding="utf-8")
    facts = plain(read_yaml(CLIENT / "truth.yaml"))
    assert not re.search(r"\bH\d{5}\b", page), "it names a customer"
    for word in ("downturn", "one_hit", "loss-making", facts["future"]["one_hit"]["value"], "LMG"):
        assert word not in page, f"it says {word}"
