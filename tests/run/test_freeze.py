"""A final run freezes a version once all is done and decided, and never writes one again."""

from __future__ import annotations

import json
import shutil
import zipfile

import pytest

from helpers.answers import Amount
from helpers.client.decisions import Decision, write_decision
from helpers.client.file_hashes import folder_hashes
from helpers.client.results import read_manifest
from helpers.client.versions import read_version
from helpers.errors import RunError, StepInputError
from helpers.reading import StepReading, VersionSeen
from helpers.run.inspect import check_client
from helpers.run.status import client_status
from helpers.steps import Choice
from tests.client.test_versions import freeze as frozen
from tests.run.in_process import InProcess
from tests.run.toy import PUBLISH, SAYS

HURDLE = Choice("hurdle", "What must a customer be worth?", Amount())
DECIDES = 'step.propose("all.hurdle", 5.0, because="so")\nstep.decide("all.hurdle")\n'
LOOKS = """
from helpers.client.result_model import Finding, Value
then = step.version
name = then.name if then else "none"
step.find(Finding(id="03.then", text="It was {name:text}.", evidence="judged",
                  values={"name": Value(value=name, unit="text")}))
"""


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """Two steps: one with a judgement, one that looks back at versions."""
    made = InProcess(tmp_path, monkeypatch)
    made.write("01", DECIDES, SAYS, PUBLISH, decides=(HURDLE,))
    made.write("03", LOOKS, PUBLISH, reads_version=("03_form_groups/customer_groups",))
    return made


def decide(toy, value=5.0, reason="We earn it."):
    decision = Decision(id="all.hurdle", value=value, reason=reason, by="the board", decided_on="2026-07-02")
    write_decision(toy.client, toy.steps["01"], decision)


def later(toy, as_of="2026-08-01"):
    """The same client, a month later."""
    path = toy.client / "client.yaml"
    path.write_text(path.read_text().replace("as_of: 2026-07-01", f"as_of: {as_of}"))


def folders(toy):
    place = toy.client / "versions"
    return sorted(path.name for path in place.iterdir() if path.is_dir()) if place.exists() else []


def test_a_final_run_freezes_what_stands(toy):
    decide(toy)
    toy.again()
    assert folders(toy) == [], "a draft freezes nothing"
    outcome = toy.again(mode="final")[1]
    assert outcome.version == "v1" and any("Frozen as versions/v1: 2 steps, 0." in line for line in outcome.said)
    version = read_version(toy.client, "v1")
    assert (version.as_of, version.facts.decided_on) == ("2026-07-01", "2026-07-02")
    assert version.decisions["01.all.hurdle"].by == "the board"
    assert "code cells" in version.facts.steps["01_frame_engagement"]
    place = toy.client / "versions" / "v1"
    decisions = "decisions/01_frame_engagement.yaml"
    assert (place / decisions).read_bytes() == (toy.client / decisions).read_bytes()
    with zipfile.ZipFile(place / "report.zip") as packed:
        page = (toy.client / "report" / "working" / "index.html").read_bytes()
        assert packed.read("working/index.html") == page
    assert any(line.startswith("  v1   as of 2026-07-01, decided by 2026-07-02; 2 steps") for line in status(toy))


def status(toy):
    return client_status(toy.client).lines("x")


def test_the_same_again_is_no_new_version_and_another_decision_is_one(toy):
    decide(toy)
    toy.again(mode="final")
    first = folder_hashes(toy.client / "versions" / "v1")
    ran, outcome = toy.again(mode="final")
    assert ran == [] and outcome.version == "v1" and folders(toy) == ["v1"]
    assert any("No new version: nothing has changed since v1." in line for line in outcome.said)
    assert toy.again(mode="final", fresh=True)[1].version == "v1", "made anew and the same"
    decide(toy, 6.0, "We earn more.")
    assert toy.again(mode="final")[1].version == "v2"
    assert folders(toy) == ["v1", "v2"] and folder_hashes(toy.client / "versions" / "v1") == first


def test_no_number_is_given_twice_and_what_was_removed_is_told(toy):
    decide(toy)
    for value in (5.0, 6.0, 7.0):
        decide(toy, value, "We earn it.")
        toy.again(mode="final")
    assert folders(toy) == ["v1", "v2", "v3"] and not [line for line in status(toy) if "any more" in line]
    for name, left in (("v2", ["v1", "v3", "v4"]), ("v4", ["v1", "v3", "v5"])):
        shutil.rmtree(toy.client / "versions" / name)
        assert any(f"{name}" in line and "not in versions/ any more" in line for line in status(toy))
        assert any("not in versions/ any more" in line for line in check_client(toy.client))
        decide(toy, float(name[1:]), f"{name} was removed.")
        outcome = toy.again(mode="final")[1]
        assert outcome.version == left[-1] and folders(toy) == left
        assert any("not in versions/ any more" in line for line in outcome.said)


def test_the_same_client_freezes_to_the_same_bytes(toy, tmp_path):
    decide(toy)
    toy.again(mode="final")
    first = folder_hashes(toy.client / "versions")
    for folder in ("versions", "results", "report"):
        shutil.rmtree(toy.client / folder)
    toy.again(mode="final")
    assert folder_hashes(toy.client / "versions") == first


def test_what_is_not_finished_is_told_and_not_frozen(toy):
    decide(toy)
    outcome = toy.again(mode="final", only=["01"])[1]
    assert folders(toy) == [] and any("No version was frozen: 03 is not done." in line for line in outcome.said)
    toy.again()
    outcome = toy.again(mode="final", only=["01"])[1]
    assert any("No version was frozen: 03 is a draft." in line for line in outcome.said)
    toy.fails = {"03"}
    outcome = toy.again(mode="final")[1]
    assert outcome.failed and folders(toy) == []


def test_what_changed_while_the_run_was_on_is_not_frozen(toy):
    decide(toy)
    orders = toy.client / "data" / "orders.csv"
    toy.during = lambda number: orders.write_text(orders.read_text() + "C9,2026-06-05,1.00\n")
    outcome = toy.again(mode="final")[1]
    assert outcome.changed and folders(toy) == [] and outcome.version == ""


def test_a_damaged_version_is_told_by_status_and_refused_by_a_run(toy):
    decide(toy)
    toy.again(mode="final")
    (toy.client / "versions" / "v1" / "client.yaml").write_text("client: Mine")
    before = toy.files("results", "versions", "report")
    for mode in ("draft", "final"):
        with pytest.raises(RunError, match="versions/v1 is not as it was frozen: client.yaml was changed"):
            toy.again(mode=mode)
    assert toy.files("results", "versions", "report") == before
    assert any("client.yaml was changed" in line for line in status(toy))


def test_a_step_looks_back_at_the_version_of_an_earlier_day(toy):
    decide(toy)
    toy.again(mode="final")
    assert toy.again()[0] == ["01", "03"], "only because it is a draft again"
    assert then(toy) == "none", "a version of the same day is not before it"
    later(toy)
    toy.again()
    assert then(toy) == "v1"


def then(toy):
    said = json.loads((toy.results / "03_form_groups" / "result.json").read_text())
    return said["findings"][0]["values"]["name"]["value"]


def test_only_a_step_that_looks_back_is_made_again_for_a_version(toy):
    later(toy)
    assert toy.again()[0] == ["01", "03"]
    frozen(toy.client, "v1", "2026-07-01")
    assert toy.again()[0] == ["03"]
    assert read_manifest(toy.results).steps["03_form_groups"].why == "version v1 is new"
    frozen(toy.client, "v2", "2026-08-01")
    assert toy.again()[0] == [], "a version of this run's own day is none before it"
    shutil.rmtree(toy.client / "versions" / "v1")
    assert toy.again()[0] == ["03"] and then(toy) == "none"


def test_two_clients_look_each_at_their_own(toy, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(toy.client, other)
    later(toy)
    frozen(other, "v1", "2026-06-01")
    toy.again()
    assert then(toy) == "none"


def test_no_step_sees_more_than_it_declares(toy):
    frozen(toy.client, "v1", "2025-07-01")
    seen = VersionSeen(read_version(toy.client, "v1"), toy.steps["03"])
    assert seen.table("03", "customer_groups")["customer_id"].tolist() == ["c1"]
    assert list(seen.decisions) == ["03.all.way_in"] and seen.result("3").step == "03_form_groups"
    with pytest.raises(StepInputError, match='does not declare that it looks back at "03_form_groups/group_centres"'):
        seen.table("03", "group_centres")
    with pytest.raises(StepInputError, match="does not declare"):
        seen.result("04")
    bare = VersionSeen(read_version(toy.client, "v1"), toy.steps["01"])
    assert bare.decisions == {}


def reading(toy, number):
    made = StepReading()
    from helpers.client.folder import open_client
    from helpers.client.tables_manifest import read_tables_manifest

    made.step, made.client, made.mode = toy.steps[number], open_client(toy.client), "draft"
    made.received = read_tables_manifest(made.client.tables_folder)
    return made


def test_a_version_in_another_currency_is_refused_and_undeclared_ones_too(toy):
    toy.again()
    assert reading(toy, "03").version is None and reading(toy, "03").decided_before("all.way_in") is None
    frozen(toy.client, "v1", "2025-07-01")
    assert reading(toy, "03").decided_before("all.way_in") == "behaviour"
    frozen(toy.client, "v2", "2025-08-01")
    both = reading(toy, "03")
    assert (both.first_version.name, both.version.name) == ("v1", "v2")
    frozen(toy.client, "v3", "2025-09-01", currency="USD")
    with pytest.raises(RunError, match="versions/v3 counts in USD, client.yaml in EUR"):
        _ = reading(toy, "03").version
    with pytest.raises(StepInputError, match="does not declare reads_version"):
        _ = reading(toy, "01").version
