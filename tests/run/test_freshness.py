"""What is run again when something changes: exactly what rests on it, with the reason in words, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from helpers.answers import Amount
from helpers.client.intent_rules_file import KITS_OWN
from helpers.client.results import finished_steps, read_manifest, read_result
from helpers.errors import RunError
from helpers.run import code_closure, freshness
from helpers.run.freshness import Kit, changes
from helpers.run.standing import NO_CHANGE
from helpers.run.status import client_status
from helpers.steps import Choice, built_steps
from tests.run.in_process import ONE, PART, THREE, TWO, InProcess
from tests.run.toy import ORDERS, PUBLISH, SAYS, toy_notebook, toy_step

FIRST, SECOND, THIRD, FIFTH = "01_frame_engagement", "02_rate_customers", "03_form_groups", "05_customer_share"
EVERY = ["01", "02", "03", "05"]
HURDLE = Choice("hurdle", "What must a customer be worth?", Amount())


@pytest.fixture
def quick(tmp_path, monkeypatch, made_once):
    """Four toy steps that have run well; run once, a copy for each test."""
    toy = InProcess(tmp_path, monkeypatch).chain()

    def make(folder):
        assert toy.again()[0] == EVERY
        shutil.copytree(toy.client, folder)

    finished, _ = made_once("four-that-ran", make)
    shutil.copytree(finished, toy.client, dirs_exist_ok=True)
    return toy


def why(toy, step_id):
    return read_manifest(toy.results).steps[step_id].why


def line(outcome, title):
    return next(words for words in outcome.said if words.split()[0] == title)


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def config(toy, old, new):
    edit(toy.client / "client.yaml", old, new)


def decide(toy, text, step=THIRD):
    (toy.client / "decisions").mkdir(exist_ok=True)
    (toy.client / "decisions" / f"{step}.yaml").write_text(f"format: 1\nstep: {step}\nchoices:\n{text}")


# ---- nothing to do ---------------------------------------------------------------------------------------------------


def test_nothing_to_do_does_nothing_and_says_so_of_each_thing(quick):
    before = {name: text for name, text in quick.files().items() if not name.endswith("manifest.json")}
    ran, outcome = quick.again()
    assert ran == []
    assert [words.split()[0] for words in outcome.said] == ["Data", *EVERY, "Pages"]
    assert all(words.endswith(NO_CHANGE) for words in outcome.said)
    assert outcome.report.is_file()
    assert {name: text for name, text in quick.files().items() if not name.endswith("manifest.json")} == before
    settled = quick.files()
    assert quick.again()[0] == []
    assert quick.files() == settled, "not even the manifest"


def test_fresh_makes_all_anew_and_chosen_steps_only(quick):
    assert quick.again(fresh=True)[0] == EVERY
    assert why(quick, SECOND) == "made anew, as asked"
    ran, outcome = quick.again(fresh=True, only=["03"])
    assert ran == ["03"]
    assert "made anew" in line(outcome, "Data")
    assert "made anew" in line(outcome, "Pages")


# ---- each part of what a step rests on -------------------------------------------------------------------------------


def code_of_the_second(toy):
    toy.write("02", TWO + "\n# said otherwise", SAYS, PUBLISH, needs=(FIRST,), publishes=("lorenz_curve",))


def code_of_the_first(toy):
    more = ONE.replace("*= PART", "*= PART * 3")
    toy.write("01", more, SAYS, PUBLISH, parameters=PART, reads=("customer_month",), publishes=("monthly_revenue",))


def parameter(toy):
    config(toy, "tables:", "parameters: {01: {PART: 0.25}}\ntables:")


def small_parameter(toy):
    config(toy, "tables:", "parameters: {01: {PART: 0.5001}}\ntables:")


def decision(toy):
    toy.write("03", THREE, SAYS, 'step.decide("all.hurdle")', PUBLISH, reads=("received_data",), decides=(HURDLE,))
    assert toy.again()[0] == ["03"]
    decide(toy, "  all.hurdle: {value: 12, reason: so, by: me, decided_on: 2026-11-22}\n")


def new_month(toy):
    """Customers are as they were, one month is not: who reads months runs, and who reads that, if it moves."""
    orders = toy.client / "data" / "orders.csv"
    orders.write_text(ORDERS.replace("C1,2026-04-05,100.00", "C1,2026-05-20,100.00"))


def another_customer(toy):
    (toy.client / "data" / "orders.csv").write_text(ORDERS + "C9,2026-06-05,900.00\n")


def correction(toy):
    (toy.client / "decisions").mkdir()
    (toy.client / "decisions" / "corrections.yaml").write_text(
        "format: 1\ncorrections:\n- {target: transactions, where: {customer_id: C3, date: 2026-06-05}, action: drop,\n"
        "   expect: {rows: 1}, reason: so, by: me, decided_on: 2026-11-22}\n"
    )


def own_notebook(toy):
    (toy.client / "notebooks").mkdir()
    shutil.copy(toy.notebooks / f"{THIRD}.ipynb", toy.client / "notebooks")
    config(toy, "tables:", "own_steps: [3]\ntables:")


def entry(toy):
    toy.write("03", THREE, SAYS, PUBLISH, reads=("received_data",), reads_if_there=("goals",))


def result_gone(toy):
    (toy.results / SECOND / "lorenz_curve.parquet").unlink()


def result_changed(toy):
    edit(toy.results / THIRD / "result.json", '"We said', '"They said')


def method(toy):
    """Two modules of the method: 03 uses the one, which imports the other; nobody uses the third."""
    folder = toy.notebooks.parent / "method"
    toy.write("03", THREE, SAYS, PUBLISH, reads=("received_data",), uses=("upper",))
    (folder / "upper.py").write_text("from helpers.method import lower\n")
    for name in ("lower", "other"):
        (folder / f"{name}.py").write_text("ONE = 1\n")
    assert toy.again()[0] == ["03"]
    for name in ("lower", "other"):
        (folder / f"{name}.py").write_text("ONE = 2\n")


CHANGES = [
    (code_of_the_second, ["02"], {SECOND: "code cells changed"}),
    (code_of_the_first, ["01", "02", "05"], {FIRST: "code cells changed", SECOND: f"result of {FIRST} changed"}),
    (parameter, ["01", "02", "05"], {FIRST: "parameter PART was 0.5, is 0.25", FIFTH: f"result of {SECOND} changed"}),
    (small_parameter, ["01", "02"], {FIRST: "parameter PART was 0.5, is 0.5001", SECOND: f"result of {FIRST} changed"}),
    (decision, ["03"], {THIRD: "decision 03.all.hurdle is new"}),
    (new_month, ["01", "02"], {FIRST: "table customer_month changed", SECOND: f"result of {FIRST} changed"}),
    (another_customer, EVERY, {FIRST: "table customer_month changed", THIRD: "table received_data changed"}),
    (correction, EVERY, {FIRST: "table customer_month changed", THIRD: "table received_data changed"}),
    (own_notebook, ["03"], {THIRD: "notebook was the kit's, is the client's own"}),
    (entry, ["03"], {THIRD: "its entry in steps.py changed"}),
    (result_gone, ["02"], {SECOND: f"results/{SECOND} is not as the run left it"}),
    (result_changed, ["03"], {THIRD: f"results/{THIRD} is not as the run left it"}),
    (method, ["03"], {THIRD: "module lower changed"}),
]


@pytest.mark.parametrize(("change", "again", "reasons"), CHANGES, ids=[change.__name__ for change, _, _ in CHANGES])
def test_a_change_runs_what_rests_on_it_and_says_why(quick, monkeypatch, change, again, reasons):
    (quick.notebooks.parent / "method").mkdir()
    monkeypatch.setattr(code_closure, "FOLDER", quick.notebooks.parent / "method")
    change(quick)
    told = {one.step.number: one.state for one in client_status(quick.client).steps}
    ran, outcome = quick.again()
    assert ran == again
    for step_id, words in reasons.items():
        assert words in why(quick, step_id)
        assert words in line(outcome, step_id[:2])
    assert list(finished_steps(quick.results)) == [FIRST, SECOND, THIRD, FIFTH]
    assert {number for number, state in told.items() if state == "outdated"} >= set(again), "status told before"
    assert quick.again()[0] == []
    assert {one.state for one in client_status(quick.client).steps} == {"done"}


WHOLE = [
    ("client.yaml", "currency: EUR", "currency: USD", "currency in client.yaml was EUR, is USD"),
    ("client.yaml", "tables:", "source: The till.\ntables:", "source in client.yaml was not given, is The till."),
    ("client.yaml", "tables:", "supplier_name: us\ntables:", "supplier_name in client.yaml was not given, is us"),
    ("client.yaml", "as_of: 2026-07-01", "as_of: 2026-06-01", "as_of in client.yaml was 2026-07-01, is 2026-06-01"),
    ("client.yaml", "window_months: 4", "window_months: 2", "window_months in client.yaml was 4, is 2"),
    ("client.yaml", "orders.csv}", "orders.csv, date_format: '%Y-%m-%d'}", "date formats in client.yaml changed"),
]


@pytest.mark.parametrize(("file", "old", "new", "words"), WHOLE, ids=[words.split()[0] for *_, words in WHOLE])
def test_what_every_step_may_say_of_client_yaml_runs_every_step(quick, file, old, new, words):
    edit(quick.client / file, old, new)
    ran, outcome = quick.again()
    assert ran == EVERY
    assert words in why(quick, THIRD)
    of_tables = {"as_of": words, "window": words, "date": "tables.transactions in client.yaml changed"}
    assert of_tables.get(words.split("_m")[0].split()[0], NO_CHANGE) in line(outcome, "Data")


def test_a_window_that_moves_with_the_data_runs_every_step(quick):
    config(quick, "as_of: 2026-07-01\n", "")
    assert quick.again()[0] == EVERY
    orders = quick.client / "data" / "orders.csv"
    orders.write_text(orders.read_text() + "C1,2026-07-09,100.00\n")
    assert quick.again()[0] == EVERY
    assert "window changed" in why(quick, FIFTH)


def test_a_scale_that_is_stated_runs_every_step(quick):
    config(quick, "tables:", "tables:\n  survey: {file: data/survey.csv}")
    (quick.client / "data" / "survey.csv").write_text("respondent_id,recommend\nR1,4\n")
    assert quick.again()[0] == EVERY
    config(quick, "survey.csv}", "survey.csv, scale: [5, 1]}")
    ran, outcome = quick.again()
    assert ran == EVERY
    assert "scale of the survey in client.yaml is new" in why(quick, FIFTH)
    assert "tables.survey in client.yaml changed" in line(outcome, "Data")


ENVIRONMENT = [
    ("requirements.lock", "abc", "requirements.lock changed"),
    ("Python", "= 3.99", "is 3.99"),
    ("package pandas", "= 99.0", "is 99.0"),
]


@pytest.mark.parametrize(("part", "value", "words"), ENVIRONMENT, ids=[part for part, _, _ in ENVIRONMENT])
def test_another_environment_makes_everything_again(quick, monkeypatch, part, value, words):
    now = Kit().environment
    assert part in now
    monkeypatch.setattr(Kit, "environment", now | {part: value})
    ran, outcome = quick.again()
    assert ran == EVERY
    for title in ("Data", "01", "Pages"):
        assert words in line(outcome, title)


def test_a_final_run_makes_the_steps_of_a_draft_again(quick):
    assert quick.again(mode="final")[0] == EVERY
    assert why(quick, FIRST) == "mode was draft, is final"
    assert {one.state for one in client_status(quick.client).steps} == {"done"}, "a draft would be asked for"
    assert quick.again(mode="final")[0] == []


# ---- what runs no step -----------------------------------------------------------------------------------------------


def words_of_a_notebook(toy):
    path = toy.notebooks / f"{SECOND}.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"].insert(
        2, {"cell_type": "markdown", "id": "m", "metadata": {"tags": []}, "source": "New *words*."}
    )
    path.write_text(json.dumps(notebook))


def marks_of_a_cell(toy):
    path = toy.notebooks / f"{SECOND}.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][2]["metadata"]["tags"] = ["working"]
    path.write_text(json.dumps(notebook))


def name_of_the_client(toy):
    config(toy, "client: Toy", "client: The toy")


def page_changed(toy):
    edit(toy.client / "report" / "working" / f"{FIRST}.html", "<h1>", "<h1>My ")


def page_gone(toy):
    (toy.client / "report" / "working" / f"{FIRST}.html").unlink()


DRAWN = [
    (words_of_a_notebook, f"words of {SECOND} changed"),
    (marks_of_a_cell, f"words of {SECOND} changed"),
    (name_of_the_client, "client in client.yaml was Toy, is The toy"),
    (page_changed, "report/working is not as the run left it"),
    (page_gone, "report/working is not as the run left it"),
]


@pytest.mark.parametrize(("change", "words"), DRAWN, ids=[change.__name__ for change, _ in DRAWN])
def test_what_only_pages_show_is_drawn_again_and_nothing_is_run(quick, change, words):
    change(quick)
    older = client_status(quick.client).older
    assert [path.as_posix() for path in older] == ["report/working/index.html"]
    ran, outcome = quick.again()
    assert ran == []
    assert words in line(outcome, "Pages")
    assert line(outcome, "Data").endswith(NO_CHANGE)
    assert not client_status(quick.client).older


def test_edited_words_stand_on_the_page_beside_the_outputs_of_the_run(quick):
    words_of_a_notebook(quick)
    _, outcome = quick.again()
    page = (outcome.report.parent / f"{SECOND}.html").read_text(encoding="utf-8")
    assert "New <em>words</em>." in page
    assert "We said so." in page


def test_each_audience_has_pages_of_its_own_to_keep_fresh(quick):
    _, outcome = quick.again(audience="client")
    assert line(outcome, "Pages").split()[-1] == "s", "the first time needs no reason"
    quick.write("03", THREE, SAYS, PUBLISH, "pass", reads=("received_data",))
    assert quick.again()[0] == ["03"]
    older = [path.as_posix() for path in client_status(quick.client).older]
    assert older == ["report/client/index.html"]
    ran, outcome = quick.again(audience="client")
    assert ran == []
    assert f"result of {THIRD} changed" in line(outcome, "Pages")


def test_pages_count_the_rows_of_tables_that_move_no_result(tmp_path, monkeypatch):
    """A working page shows the first rows of an input and how many more there are."""
    toy = InProcess(tmp_path, monkeypatch)
    toy.write("03", THREE, SAYS, PUBLISH, reads=("received_data",))
    toy.again()
    made = toy.files(f"results/{THIRD}")
    another_customer(toy)
    ran, outcome = toy.again()
    assert ran == ["03"]
    assert toy.files(f"results/{THIRD}") == made
    assert "tables that pages show in part changed" in line(outcome, "Pages")


def test_what_is_only_compared_is_not_provisional_and_runs_again_all_the_same(quick):
    """02 now only holds itself against 01: an open judgement of 01 moves nothing that 02 or 05 say."""
    cells = (ONE, SAYS, 'step.decide("all.hurdle")', PUBLISH)
    declared = {"reads": ("customer_month",), "publishes": ("monthly_revenue",), "decides": (HURDLE,)}
    quick.write("01", *cells, parameters=PART, **declared)
    quick.write("02", TWO, SAYS, PUBLISH, checks_with=(FIRST,), publishes=("lorenz_curve",))
    ran, outcome = quick.again()
    assert ran == ["01", "02"] and outcome.provisional == ["01.all.hurdle"]
    said = {step: read_result(quick.results, step).provisional for step in (FIRST, SECOND, FIFTH)}
    assert said == {FIRST: ["01.all.hurdle"], SECOND: [], FIFTH: []}
    quick.write("01", *cells, parameters=PART.replace("0.5", "0.25"), **declared)
    assert quick.again()[0] == ["01", "02", "05"], "what it is compared with is part of what it rests on"


def test_a_judgement_that_is_made_reaches_what_rests_on_it_though_no_table_moves(quick):
    """Provisional is inherited: the tables of 02 stay, and its page no longer says that 01 is open."""
    cells, publishes = (ONE, SAYS, 'step.decide("all.hurdle")', PUBLISH), ("monthly_revenue",)
    quick.write("01", *cells, parameters=PART, reads=("customer_month",), publishes=publishes, decides=(HURDLE,))
    ran, outcome = quick.again()
    assert ran == ["01", "02", "05"]
    assert outcome.provisional == ["01.all.hurdle"]
    decide(quick, "  all.hurdle: {value: 12, reason: so, by: me, decided_on: 2026-11-22}\n", step=FIRST)
    ran, outcome = quick.again()
    assert ran == ["01", "02", "05"]
    assert outcome.provisional == []
    assert why(quick, FIFTH) == f"result of {SECOND} changed"


def test_what_says_the_same_changes_nothing(quick):
    """Quotes, a last line end, comments, a default that is spelt out, an entry that nobody has filled in."""
    config(quick, "client: Toy", "# a remark\nclient:   'Toy'")
    config(quick, "tables:", "parameters: {01: {PART: 0.5}}\ntables:")
    decide(quick, "  # later\n", step=FIFTH)
    ran, outcome = quick.again(settings=["01.part=0.50"])
    assert ran == []
    assert all(words.endswith(NO_CHANGE) for words in outcome.said)


def test_a_decision_that_only_looks_different_is_the_same(quick):
    decision(quick)
    assert quick.again()[0] == ["03"]
    path = quick.client / "decisions" / f"{THIRD}.yaml"
    path.write_text("# seen by the board\n" + path.read_text().replace("reason: so", 'reason:   "so"'))
    assert quick.again()[0] == []
    path.unlink()
    assert quick.again()[0] == ["03"]
    assert why(quick, THIRD) == "decision 03.all.hurdle is gone"


def test_rules_of_the_clients_own_count_for_the_step_that_reads_them_alone(quick):
    quick.write("03", THREE, SAYS, PUBLISH, reads=("received_data",), reads_intent_rules=True)
    assert quick.again()[0] == ["03"]
    own = quick.client / "intent_rules.yaml"
    shutil.copy(KITS_OWN, own)  # the same rules: yet a page says whose they are
    assert quick.again()[0] == ["03"] and why(quick, THIRD) == "intent rules changed"
    assert quick.again()[0] == []
    own.write_text(own.read_text(encoding="utf-8") + "# seen by the board\n", encoding="utf-8")
    assert quick.again()[0] == ["03"]


def test_a_step_that_fails_and_one_that_is_new_are_told_on_the_pages(quick):
    quick.write("03", THREE, SAYS, PUBLISH, "pass", reads=("received_data",))
    quick.fails = {"03"}
    _, outcome = quick.again()
    assert f"state of {THIRD} is new" in line(outcome, "Pages")
    quick.fails = set()
    quick.write("04")
    (quick.notebooks / "04_value_to_us.ipynb").rename(quick.notebooks / "kept")
    quick.again()
    (quick.notebooks / "kept").rename(quick.notebooks / "04_value_to_us.ipynb")
    ran, outcome = quick.again(only=["01"])
    assert ran == []
    assert "which steps are built changed" in line(outcome, "Pages")


# ---- delivered files -------------------------------------------------------------------------------------------------


def test_a_file_that_gives_equal_tables_runs_no_step(quick):
    orders = quick.client / "data" / "orders.csv"
    orders.write_text(ORDERS.replace("C1,2026-01-05,100.00", '"C1",2026-01-05,"100.0"'))
    assert client_status(quick.client).files.changed == ["file data/orders.csv changed"]
    ran, outcome = quick.again()
    assert ran == []
    assert "file data/orders.csv changed" in line(outcome, "Data")
    assert line(outcome, "Pages").endswith(NO_CHANGE)
    assert quick.again()[1].said[0].endswith(NO_CHANGE)


def test_a_file_that_was_only_touched_is_not_read(quick):
    os.utime(quick.client / "data" / "orders.csv", (1, 1))
    ran, outcome = quick.again()
    assert ran == []
    assert line(outcome, "Data").endswith(NO_CHANGE)


def test_a_file_with_its_old_size_and_date_and_other_bytes_is_noticed(quick):
    orders = quick.client / "data" / "orders.csv"
    os.utime(orders, (1_700_000_000, 1_700_000_000))
    quick.again()
    before = orders.stat()
    orders.write_text(ORDERS.replace("C1,2026-04-05,100.00", "C1,2026-04-05,999.00"))
    os.utime(orders, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (orders.stat().st_size, orders.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    ran, outcome = quick.again()
    assert ran == EVERY
    assert "file data/orders.csv changed" in line(outcome, "Data")


def test_a_file_that_has_not_changed_is_not_even_hashed(quick, monkeypatch):
    """Once it is older than a tick of the clock; a large delivery is read for its hash once."""
    from helpers.client import file_hashes

    monkeypatch.setattr(file_hashes, "TICK", 0)
    quick.again()
    hashed = []
    monkeypatch.setattr(file_hashes, "file_hash", lambda path: hashed.append(path.name) or "")
    assert line(quick.again()[1], "Data").endswith(NO_CHANGE)
    assert not {"orders.csv", "transactions.parquet"} & set(hashed)


def test_tables_that_somebody_touched_are_made_again_and_run_no_step(quick):
    (quick.results / "tables" / "customer_month.parquet").write_bytes(b"mine")
    assert client_status(quick.client).files.changed == ["results/tables is not as the run left it"]
    ran, outcome = quick.again()
    assert ran == []
    assert "results/tables is not as the run left it" in line(outcome, "Data")


# ---- a change while the run is on ------------------------------------------------------------------------------------


def test_a_delivery_during_the_run_is_told_and_makes_the_results_outdated(quick):
    def deliver(number):
        if number == "02":
            another_customer(quick)

    code_of_the_second(quick)
    quick.during = deliver
    ran, outcome = quick.again()
    assert ran == ["02"]
    assert not outcome.failed, "the results are right for what was there"
    assert outcome.changed == ["file data/orders.csv changed"]
    assert "While this ran, file data/orders.csv changed." in outcome.said[-1]
    assert {one.state for one in client_status(quick.client).steps} == {"outdated"}
    quick.during = lambda number: None
    assert quick.again()[0] == EVERY


def test_what_is_gone_after_a_run_does_not_count_when_it_comes_back(quick):
    """Nobody can tell whether the step has read it."""

    def somebody_withdraws(number):
        (quick.client / "decisions" / f"{THIRD}.yaml").unlink()

    decision(quick)
    decided = (quick.client / "decisions" / f"{THIRD}.yaml").read_text()
    quick.again()
    quick.write(
        "03", THREE, "# again", SAYS, 'step.decide("all.hurdle")', PUBLISH, reads=("received_data",), decides=(HURDLE,)
    )
    quick.during = somebody_withdraws
    assert "decision 03.all.hurdle is gone" in quick.again()[1].failed[THIRD]
    assert read_manifest(quick.results).steps[THIRD].rests_on["decision 03.all.hurdle"] == "unknown"
    quick.during = lambda number: None
    (quick.client / "decisions" / f"{THIRD}.yaml").write_text(decided)
    assert quick.again()[0] == ["03"]


def test_a_file_that_cannot_be_read_after_a_step_is_told_and_stops_nothing(quick, monkeypatch):
    broken = []

    def breaks(client):
        if broken:
            raise PermissionError(13, "Permission denied")
        return read_corrections(client)

    read_corrections = freshness.read_corrections
    monkeypatch.setattr(freshness, "read_corrections", breaks)
    code_of_the_second(quick)
    quick.during = broken.append
    ran, outcome = quick.again()
    assert ran == ["02"] and outcome.report.is_file()
    assert "cannot be read now" in outcome.changed[0]


def test_a_blocked_step_is_still_told_when_and_why_it_ran_last(quick):
    before = read_manifest(quick.results).steps[FIFTH]
    assert before.why and before.finished
    code_of_the_second(quick)
    quick.fails = {"02"}
    quick.again()
    now = read_manifest(quick.results).steps[FIFTH]
    assert (now.state, now.why, now.finished) == ("blocked", before.why, before.finished)
    words = client_status(quick.client, explain_why=True).lines("acme")
    after = words[next(place for place, text in enumerate(words) if text.startswith("  05 ")) :]
    assert f"because {before.why}" in next(text for text in after if text.startswith("    last:"))


def test_what_a_step_rests_on_that_changes_while_it_runs_makes_it_outdated(quick):
    def somebody_decides(number):
        if number == "03":
            decide(quick, "  all.hurdle: {value: 13, reason: so, by: me, decided_on: 2026-11-22}\n")

    decision(quick)
    quick.during = somebody_decides
    ran, outcome = quick.again()
    assert ran == ["03"]
    assert outcome.failed == {THIRD: "while it ran, decision 03.all.hurdle changed; run it again."}
    assert THIRD not in finished_steps(quick.results)
    assert not (outcome.report.parent / f"{THIRD}.html").exists()
    quick.during = lambda number: None
    decide(quick, "  all.hurdle: {value: 12, reason: so, by: me, decided_on: 2026-11-22}\n")
    assert quick.again()[0] == ["03"], "the first decision again, and nobody knows which of them was read"
    assert THIRD in finished_steps(quick.results)


def test_a_file_that_is_written_while_it_is_read_is_refused(quick, monkeypatch):
    from helpers.run import attempt

    really = attempt.take_in

    def take_in(client, into):
        received = really(client, into)
        another_customer(quick)
        return received

    monkeypatch.setattr(attempt, "take_in", take_in)
    new_month(quick)
    before = {name: text for name, text in quick.files("results").items() if "/." not in name}
    with pytest.raises(RunError, match="file data/orders.csv changed while it was being read. Wait until"):
        quick.run()
    assert {name: text for name, text in quick.files("results").items() if "/." not in name} == before


# ---- steps that are not chosen ---------------------------------------------------------------------------------------


def test_a_step_that_is_not_chosen_and_no_longer_right_is_left_out_with_the_reason(quick):
    code_of_the_first(quick)
    ran, outcome = quick.again(only=["01"])
    assert ran == ["01"]
    assert list(finished_steps(quick.results)) == [FIRST, THIRD]
    assert read_manifest(quick.results).steps[SECOND].reason == f"since then result of {FIRST} changed; run it again."
    assert not (outcome.report.parent / f"{SECOND}.html").exists()
    code_of_the_first(quick)
    quick.write("01", ONE, SAYS, PUBLISH, parameters=PART, reads=("customer_month",), publishes=("monthly_revenue",))
    assert quick.again(only=["01"])[0] == ["01"]
    assert list(finished_steps(quick.results)) == [FIRST, SECOND, THIRD, FIFTH], "as it was, all stands again"


def test_status_says_which_steps_wait_for_another(quick):
    code_of_the_second(quick)
    status = client_status(quick.client, explain_why=True)
    words = " ".join(" ".join(status.lines("x")).split())
    assert "02 Rate customers last: " in words
    assert "next: run again: code cells changed rests on" in words
    assert f"next: run again only if what it reads comes out different: result of {SECOND} does not stand" in words


# ---- an older manifest -----------------------------------------------------------------------------------------------


def test_a_manifest_of_an_older_kit_counts_as_never_run_in_words(quick):
    path = quick.results / "manifest.json"
    path.write_text('{"format": 1, "kit": "0.1", "steps": {"01_frame_engagement": {"state": "done"}}}')
    said = "results/manifest.json was written by another version of the kit, so no step counts as run"
    assert {(one.state, one.words) for one in client_status(quick.client).steps} == {("never", said)}
    ran, outcome = quick.again()
    assert ran == EVERY
    assert outcome.said[0].strip() == f"{said}."
    assert quick.again()[0] == []


def test_words_of_a_difference():
    before = {"mode": "= draft", "table a": "1" * 64, "b in client.yaml": "= " + "x" * 100, "same": "= 1"}
    now = {"mode": "= final", "table a": "2" * 64, "b in client.yaml": "= " + "y" * 100, "same": "= 1", "c": "3"}
    assert changes(before, now) == [
        "mode was draft, is final",
        "table a changed",
        "b in client.yaml changed",
        "c is new",
    ]
    assert changes(now, now) == []


def test_a_change_of_share_concerns_05_and_not_02():
    modules = {step.number: set(code_closure.calculations_of(step, step.notebook)) for step in built_steps()}
    assert "share" in modules["05"] - modules["02"]
    assert "rating" in modules["02"] - modules["05"]
    assert "intervals" in modules["05"], "imported by share, named by no one"
    assert all("" not in names for names in modules.values())


IPYTHON = {
    "a program": "files = !ls\nfrom helpers.method.bands import bands",
    "help": "from helpers.method import bands\nstep?",
    "a magic in a block": "if True:\n    %time\n    import helpers.method.bands as b",
    "several names": "%load_ext x\nfrom helpers.method import (\n    bands,\n)",
}


@pytest.mark.parametrize("source", IPYTHON.values(), ids=IPYTHON)
def test_lines_that_are_ipythons_own_hide_no_import(tmp_path, source):
    """Neither those of their cell nor those of another."""
    monthly = source.replace("bands", "intervals")
    toy_notebook(tmp_path / "n.ipynb", built_steps()[0], [monthly, "from helpers.method import share"], setup="")
    assert {"intervals", "share"} <= set(code_closure.calculations_of(toy_step("01"), tmp_path / "n.ipynb"))


# ---- the kit's own files ---------------------------------------------------------------------------------------------


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of helpers/ that a test may change."""
    shutil.copytree(freshness.HELPERS, tmp_path / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(freshness, "HELPERS", tmp_path / "helpers")
    return tmp_path / "helpers"


def rooms(path: Path) -> set[str]:
    """What must be made again when this file of helpers/ changes, besides what a step's own modules and schemas say."""
    room = path.parts[0]
    if path.match("client/schemas/*/*.yaml"):
        return {"reports"} if path.parts[2] == "published" else {"tables", "reports"}
    if room == "client" or path.name == "errors.py":
        return {"tables", "steps", "reports"}
    if path.as_posix() in freshness.SAYING or path.as_posix() == "__init__.py":
        return {"steps", "reports"}
    if room in ("answers.py", "step.py", "reading.py", "judgements.py"):
        return {"steps"}
    if room == "step_entry.py":
        return {"steps", "reports"}
    if room in ("show", "report", "ask") or room.startswith("steps"):
        return {"reports"}
    return {"tables"} if path.as_posix() == "method/summaries.py" else set()


KIT_FILES = [
    ("step.py", EVERY, "03", "the kit's carrying of steps changed"),
    ("show/bar.py", [], "Pages", "the kit's drawing of pages changed"),
    ("client/schemas/published/lorenz_curve.yaml", ["02", "05"], "05", "schemas of its tables changed"),
    ("method/summaries.py", [], "Data", "the kit's reading of tables changed"),
    ("method/share.py", [], "Pages", NO_CHANGE),
]


@pytest.mark.parametrize(("file", "again", "title", "words"), KIT_FILES, ids=[file for file, *_ in KIT_FILES])
def test_a_change_of_the_kit_runs_what_it_carries(quick, copied, file, again, title, words):
    assert quick.again()[0] == [], "the copy is the same kit"
    with (copied / file).open("a") as kept:
        kept.write("\n# changed\n")
    ran, outcome = quick.again()
    assert ran == again
    assert words in line(outcome, title)


def test_a_table_that_no_step_reads_is_still_one_of_those_delivered(quick):
    (quick.client / "data" / "goals.csv").write_text("goal,measure\nGrow,revenue\n")
    config(quick, "orders.csv}", "orders.csv}\n  goals: {file: data/goals.csv}")
    assert quick.again()[0] == EVERY
    assert "which tables were delivered changed" in why(quick, FIFTH)
    lines = (quick.client / "client.yaml").read_text().splitlines()
    (quick.client / "client.yaml").write_text("\n".join([*lines[:-2], lines[-1], lines[-2]]))
    assert "order of the tables in client.yaml changed" in line(quick.again()[1], "Data")


def test_each_file_of_the_kit_makes_again_what_it_makes(copied):
    files = [path for path in copied.rglob("*") if path.is_file()]
    assert len(files) > 100
    kit = Kit()
    before = {"tables": kit.of_tables, "steps": kit.of_steps, "reports": kit.of_reports}
    for path in files:
        text = path.read_bytes()
        path.write_bytes(text + b"\n# changed\n")
        kit = Kit()
        now = {"tables": kit.of_tables, "steps": kit.of_steps, "reports": kit.of_reports}
        moved = {name for name in now if now[name] != before[name]}
        assert moved == rooms(path.relative_to(copied)), path.relative_to(copied)
        path.write_bytes(text)
