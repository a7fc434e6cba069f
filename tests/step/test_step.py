"""The object a notebook talks to: it hands over what is declared, keeps what is published, and refuses the rest."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from helpers.answers import Pick
from helpers.client.result_model import Check, Finding, Value
from helpers.client.results import read_published, read_result
from helpers.errors import DecisionMissing, RunError, StepInputError
from helpers.judgements import Judgements
from helpers.step import MODE, NOTEBOOK, OUTPUT, open_step
from helpers.steps import Choice, Step, find_step

STEP = "05_customer_share"


@pytest.fixture(scope="module")
def client(run_sample):
    return run_sample("complete_journey").folder


@pytest.fixture
def opened(client, tmp_path, monkeypatch):
    """A function (mode) -> the step 05, opened as a run does, and nothing done with it yet."""

    def open_it(mode="draft", **parameters):
        (tmp_path / "out").mkdir(exist_ok=True)
        monkeypatch.setenv(OUTPUT, str(tmp_path / "out"))
        monkeypatch.setenv(MODE, mode)
        monkeypatch.setenv(NOTEBOOK, str(find_step(STEP).notebook))
        return open_step(STEP, client, **parameters)

    return open_it


@pytest.fixture
def step(opened):
    return opened(MIN_PART=0.01)


def finding(name="05.said", **values):
    said = {"what": Value(value="so", unit="text")} | values
    return Finding(id=name, text="We said {what:text}.", values=said, evidence="judged")


def test_every_finding_so_far_can_be_read_as_a_sentence(step):
    few = finding("05.few").model_copy(update={"smallest": 3})
    step.find(finding())
    told = step.sentences([finding("05.more", what=Value(value="more", unit="text")), few])
    assert (told["05.said"], told["05.more"], told["05.few"]) == ("We said so.", "We said more.", "")
    earlier = {number for number, _, _ in (name.partition(".") for name in told)}
    assert earlier == {other[:2] for other in step.step.builds_on} | {"05"}


def test_it_hands_over_declared_tables_in_the_types_of_their_schema(step):
    summary = step.table("customer_summary")
    assert summary["revenue"].dtype == "float64"
    assert summary["orders"].dtype == "Int64"
    assert summary["customer_id"].dtype == "str"
    assert len(summary[summary["status"] == "active"]) == 1_824
    assert step.table("markets") is not None


@pytest.mark.parametrize("name", ["transactions", "customer_month", "nonsense", ""])
def test_an_undeclared_table_is_refused_even_if_it_exists(step, name):
    with pytest.raises(StepInputError, match=r"helpers/steps.py"):
        step.table(name)


@pytest.mark.parametrize(("other", "table"), [("04_value_to_us", "customer_value"), ("01", "data_health")])
def test_an_undeclared_result_is_refused_even_if_it_exists(step, other, table):
    with pytest.raises(StepInputError, match="does not declare that it builds on"):
        step.result(other, table)


def test_a_result_it_can_do_without_is_none_where_there_is_none(step, monkeypatch):
    monkeypatch.setattr("helpers.reading.finished_steps", lambda folder: {})
    assert step.result("03_form_groups", "customer_groups") is None
    assert step.groups is None


def test_the_window_is_that_of_the_data_and_not_the_clock(step):
    assert step.as_of == "2018-01-01"
    assert "2017" in step.window
    assert set(step.delivered) == {"transactions", "customers", "wallets", "supplier_spend", "markets"}


def test_a_kept_table_comes_back_as_every_later_reader_will_see_it(step):
    columns = ["customer_id", "revenue", "headroom", "x"]
    with pytest.raises(StepInputError):
        step.keep("headroom", pd.DataFrame({name: ["1"] for name in columns}))
    with pytest.raises(StepInputError, match="does not publish"):
        step.keep("customer_ratings", pd.DataFrame())


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (finding("04.said"), "another step's"),
        (Finding(id="05.said", text="We hold 34 %.", evidence="judged"), "a typed digit"),
        (Finding(id="05.said", text="We hold {share:pct}.", evidence="judged"), "no such value"),
    ],
)
def test_a_finding_that_is_none(step, said, why):
    with pytest.raises(StepInputError):
        step.find(said)


def test_a_finding_is_said_once(step):
    step.find(finding())
    with pytest.raises(StepInputError, match="taken"):
        step.find(finding())


def test_an_exhibit_needs_a_kept_table(step):
    with pytest.raises(StepInputError, match="before it is shown"):
        step.show("group_share", "bar", "Words", label="group_name", value="customer_share")


def test_an_exhibit_without_its_finding_is_left_out_but_its_encoding_is_looked_at(step):
    step.keep("group_share", read_published(step.client.results_folder, STEP, "group_share"))
    step.show("group_share", "bar", "Words", label="group_name", value="customer_share")
    assert not step.said.exhibits
    with pytest.raises(StepInputError, match='there is no kind "bars"'):
        step.show("group_share", "bars", "Words", label="group_name", value="customer_share")
    with pytest.raises(StepInputError, match='no part "lable". Did you mean "label"'):
        step.show("group_share", "bar", "Words", lable="group_name", value="customer_share")


@pytest.mark.parametrize("name", ["g1.scope", "scope", "all.scpoe", "", "."])
def test_a_decision_that_the_registry_does_not_know(step, name):
    for use in (step.choice, step.decide, lambda name: step.propose(name, 1, because="so")):
        with pytest.raises(StepInputError):
            use(name)


def test_a_proposal_holds_until_somebody_decides(step):
    assert step.choice("all.scope") is None
    step.propose("all.scope", "all_categories", because="It is whole.")
    assert step.choice("all.scope") == "all_categories"
    step.decide("all.scope")
    assert step.said.decisions[0].state == "proposed"
    assert step.said.provisional == ["05.all.scope"]


COMPARED = Choice("compared", "With what?", Pick(own=True), options=("halves", "year_before"))


@pytest.fixture
def comparing(client):
    """The judgements of a step that declares options."""
    return Judgements(Step(id="99_compare", title="", question="", acts="", decides=(COMPARED,)), client)


@pytest.mark.parametrize("value", ["yearly", ["halves", "yearly"], {"halves": 1}, 3])
def test_a_proposal_that_the_decision_file_would_refuse_is_refused(comparing, value):
    with pytest.raises(StepInputError, match="99_compare: all.compared offers .* is no option"):
        comparing.propose("all.compared", value, because="so")
    assert comparing.value("all.compared") is None


@pytest.mark.parametrize("value", ["year_before", ["halves", "year_before"]])
def test_a_proposal_among_the_options_stands_and_they_are_told(comparing, value):
    comparing.propose("all.compared", value, because="so")
    used = comparing.used("all.compared", {})
    assert (used.state, used.value, used.options) == ("proposed", value, ["halves", "year_before"])


def test_what_the_data_allow_narrows_the_options(comparing):
    comparing.propose("all.compared", "halves", because="so")
    assert comparing.used("all.compared", {}, options=["halves"]).options == ["halves"]
    with pytest.raises(StepInputError, match='offers "halves", which is no option'):
        comparing.used("all.compared", {}, options=["year_before"])
    with pytest.raises(StepInputError, match="Nothing can be chosen for this client"):
        comparing.used("all.compared", {}, options=[])
    with pytest.raises(StepInputError, match='offers "years", which is no option'):
        comparing.used("all.compared", {}, options=["halves", "years"])


def test_publishing_refuses_a_step_that_forgot_something(step):
    step.find(finding())
    with pytest.raises(StepInputError) as caught:
        step.publish()
    for name in (*find_step(STEP).publishes, "scope"):
        assert name in str(caught.value)


def test_who_decided_is_known_whatever_the_rule_proposes(client, tmp_path):
    folder = tmp_path / "decided"
    (folder / "decisions").mkdir(parents=True)
    lines = ["format: 1", "step: 08_face_of_future", "choices:"]
    for group, value in (("g1", "{reprice: {place: 1}}"), ("g2", "")):
        lines += [f"  {group}.transition:", f"    value: {value}", "    reason: so", "    by: Ana"]
        lines += ["    decided_on: 2026-11-23"]
    (folder / "decisions" / "08_face_of_future.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    judged = Judgements(find_step("08"), folder)
    assert judged.decided_of("transition") == {"g1"}, "an entry without a value decides nothing"
    assert judged.decided_of("workshop") == set()
    assert Judgements(find_step("08"), client).decided_of("transition") == set()
    with pytest.raises(StepInputError, match='has no decision "transit"'):
        judged.decided_of("transit")


def test_what_was_decided_for_a_group_that_nothing_asks_of_is_told(tmp_path):
    """An intent for a group that is gone was once left out without a word."""
    folder = tmp_path / "over"
    (folder / "decisions").mkdir(parents=True)
    lines = ["format: 1", "step: 09_choose_intent", "choices:"]
    for name in ("g1.intent", "g2.intent", "g9.intent"):
        lines += [f"  {name}: {{value: [grow], reason: so, by: Ana, decided_on: 2026-11-23}}"]
    (folder / "decisions" / "09_choose_intent.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    judged, names = Judgements(find_step("09"), folder), {"g1": "Yards", "g2": "Shops"}
    asked = [judged.used("g1.intent", {})]
    calm, gone = judged.left_out(asked, names)
    assert calm.question.startswith("Shops: ") and "today it is not asked of this one" in calm.because
    assert gone.question == 'g9: "What do we intend with this group?"'
    assert gone.because == 'No group "g9" stands today. What was decided is left out.'
    assert "g9.intent struck out of decisions/09_choose_intent.yaml" in gone.unlocked_by
    every = [*asked, judged.used("g2.intent", {}), judged.used("g9.intent", {})]
    assert judged.left_out(every, names) == []


def test_proposals_for_several_groups_give_what_is_in_force(client):
    judged = Judgements(find_step("08"), client)
    path, other = {"reprice": {"place": 1}}, {"end": {"place": 1}}
    assert judged.propose_each("transition", {"g1": (path, "so"), "g9": (other, "so")}) == {"g1": path, "g9": other}
    assert judged.propose_each("transition", {}) == {}
    assert [judged.used(f"{group}.transition", {}).state for group in ("g1", "g9", "g2")] == [
        *("proposed", "proposed", "missing"),
    ]


def test_a_final_run_refuses_everything_that_is_open_at_once(client):
    step = find_step("01")
    judged = Judgements(step, client)
    judged.propose("all.hurdle", 400, because="It is the median.")
    used = [judged.used(name, {}) for name in ("all.values", "all.hurdle")]
    assert [one.state for one in used] == ["missing", "proposed"]
    with pytest.raises(DecisionMissing) as caught:
        judged.refuse_open(used)
    block = str(caught.value)
    for words in ("all.values:", "all.hurdle:", "value: 400", "decided_on: ''", "decisions/01_frame_engagement.yaml"):
        assert words in block


def test_parameters_and_the_notebook_are_recorded(step):
    assert step.said.parameters == {"MIN_PART": 0.01}
    assert step.said.notebook.origin == "kit"


def test_a_check_that_fails_is_shown_and_kept(step):
    step.check([Check(id="05.sum", sentence="It adds up.", found=1, expected=2, verdict="fail")])
    assert step.said.checks[0].verdict == "fail"


def test_without_a_run_it_says_what_to_do(tmp_path, client, monkeypatch):
    monkeypatch.setenv(MODE, "draft")
    shutil.copytree(client, tmp_path / "new", ignore=shutil.ignore_patterns("results", "report"))
    with pytest.raises(RunError, match="python3 workbook.py run CLIENT"):
        open_step(STEP, tmp_path / "new")


def test_by_hand_it_publishes_beside_the_results_and_is_not_taken_for_a_run(client, tmp_path, monkeypatch):
    """In JupyterLab nothing is set: the mode is interactive, and the results of runs stay as they are."""
    from helpers.client.results import finished_steps

    for name in (OUTPUT, MODE, NOTEBOOK):
        monkeypatch.delenv(name, raising=False)
    mine = tmp_path / "mine"
    shutil.copytree(client, mine)
    before = (mine / "results" / STEP / "result.json").read_bytes()
    notebook = json.loads(find_step(STEP).notebook.read_text(encoding="utf-8"))
    space: dict = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            code = "".join(cell["source"])
            # a cell of the kit's own notebook, as JupyterLab would run it
            exec(compile(code, cell["id"], "exec"), space)
            if "parameters" in cell["metadata"].get("tags", []):
                space["CLIENT"] = str(mine)
    by_hand = read_result(mine / "results" / "interactive", STEP)
    assert by_hand.mode == "interactive"
    assert (mine / "results" / STEP / "result.json").read_bytes() == before
    assert read_result(mine / "results", STEP).mode == "draft"
    assert STEP in finished_steps(mine / "results")
    assert finished_steps(mine / "results")[STEP].mode == "draft"


def test_only_a_step_that_declares_it_reads_the_intent_rules(opened):
    with pytest.raises(StepInputError, match="does not declare reads_intent_rules"):
        opened().intent_rules()
