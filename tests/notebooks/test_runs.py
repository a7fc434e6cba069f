"""Every built step on every sample, run for real: with a kernel, without one, twice, and for two audiences."""

from __future__ import annotations

import getpass
import json
import platform
import re
import subprocess
import sys
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import nbformat
import pandas as pd
import pytest

from helpers.client.derived import write_json
from helpers.client.folder import open_client
from helpers.client.result_model import Finding
from helpers.client.results import finished_steps, group_names, read_published, read_result
from helpers.client.schema import schema
from helpers.method.value_words import in_words, range_in_words
from helpers.report.strategy_page import STRATEGY, STRATEGY_PAGE
from helpers.report.strategy_tables import is_promise, is_result, is_tactic, is_worth
from helpers.run.kernels import kernel_environment
from helpers.show.audience import Audience, audience_for
from helpers.show.output import MIME
from helpers.show.sentences import say
from helpers.step import MODE, NOTEBOOK, OUTPUT
from helpers.steps import KIT, built_steps
from tests.conftest import SAMPLES
from tests.notebooks.conftest import CATEGORY, CLIENT_NAME, HOUSEHOLD, REASON
from tests.report.page_form import check_folder

BUILT = built_steps()
NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/client.yaml"))
ROWS = (is_tactic, is_result, is_worth, is_promise)  # what the document tells in tables
each_sample = pytest.mark.parametrize("sample", NAMES)
each_step = pytest.mark.parametrize("step", BUILT, ids=[step.id for step in BUILT])


def files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, but for the manifest and the logs, the only places that hold a clock."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != "manifest.json" and "logs" not in name}


def told_in_rows(finding: Finding, audience: Audience) -> list[set[str]]:
    """Each value of a sentence in the ways that a table may write it: as in the sentence, or as step 09 does."""
    ways = []
    for asked in re.findall(r"\{[^}]*\}", finding.text):
        said = {say(finding.model_copy(update={"text": asked}), audience)}
        value = finding.values[asked.strip("{}").split(":")[0]]
        if isinstance(value.value, (int, float)):
            said.add(in_words(float(value.value), value.unit, audience.currency))
        if value.low is not None and value.high is not None:
            said.add(range_in_words(value.low, value.high, value.unit, audience.currency))
        ways.append({squeezed(one) for one in said})
    return ways


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.words += [value for name, value in attrs if name == "alt" and value]

    def handle_data(self, data):
        self.words.append(data)


def seen(page: Path) -> str:
    """What a reader reads on a page, alternative texts included, with single spaces."""
    parser = _Words()
    parser.feed(page.read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", " ".join(parser.words))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


# ---- one run ---------------------------------------------------------------------------------------------------------


@each_sample
def test_a_sample_runs_to_its_end(run_sample, sample):
    run = run_sample(sample)
    assert not run.failed
    assert set(finished_steps(run.results)) == {step.id for step in BUILT}
    assert (run.report / "index.html").is_file()
    assert not [path.name for path in run.results.iterdir() if path.name.startswith(".")], "left behind by a swap"


@each_sample
@each_step
def test_a_result_is_whole(run_sample, sample, step):
    results = run_sample(sample).results
    result = read_result(results, step.id)
    assert result.mode == "draft"
    assert set(result.tables) == set(step.publishes)
    for name, entry in result.tables.items():
        frame = read_published(results, step.id, name)
        assert len(frame) == entry.rows
        assert list(frame.columns)[: len(schema(name).columns)] == schema(name).names
        assert not frame.duplicated(list(schema(name).key)).any(), f"{name}: {schema(name).grain}"
    assert result.checks
    assert [check.id for check in result.checks if check.verdict == "fail"] == []
    flags = [check.id for check in result.checks if check.verdict == "flag"]
    # a wallet below our own revenue is planted in Harbour Supplies
    assert flags == (["05.conflicts"] if (sample, step.number) == ("harbour_supplies", "05") else [])
    for said in (result.findings, result.checks, result.exhibits, result.assumptions):
        assert len({one.id for one in said}) == len(said)
    assert {exhibit.finding for exhibit in result.exhibits} <= {finding.id for finding in result.findings}
    assert {exhibit.table for exhibit in result.exhibits} <= set(result.tables)
    asked = {f"{step.number}.{choice.example}" for choice in step.decides if choice.always}
    assert asked <= {used.id for used in result.decisions}
    assert {used.id.rpartition(".")[2] for used in result.decisions} <= {choice.name for choice in step.decides}
    assert set(result.provisional) >= {used.id for used in result.decisions if used.state != "decided"}


@each_sample
@each_step
def test_a_result_is_written_in_the_one_form(run_sample, sample, step, tmp_path):
    results = run_sample(sample).results
    write_json(tmp_path / "again.json", read_result(results, step.id))
    assert (tmp_path / "again.json").read_bytes() == (results / step.id / "result.json").read_bytes()


@each_sample
@each_step
def test_the_executed_notebook_is_the_kits_and_clean(run_sample, sample, step):
    ran = nbformat.read(run_sample(sample).results / step.id / "notebook.ipynb", as_version=4)
    nbformat.validate(ran)
    source = nbformat.read(step.notebook, as_version=4)
    assert [cell.source for cell in ran.cells if cell.id != "injected-parameters"] == [c.source for c in source.cells]
    injected = [cell.source for cell in ran.cells if cell.id == "injected-parameters"]
    assert injected == ['# Parameters\nCLIENT = "."\n']
    for cell in ran.cells:
        assert "papermill" not in cell.metadata
        for output in cell.get("outputs", []):
            assert output.output_type == "display_data", f"{cell.id} says something that is not the kit's: {output}"
            assert MIME in output.data


@each_sample
@each_step
def test_each_finding_and_exhibit_stands_on_the_page(run_sample, sample, step):
    run = run_sample(sample)
    result, page = read_result(run.results, step.id), run.report / f"{step.id}.html"
    client = open_client(run.folder)
    words, html = squeezed(seen(page)), page.read_text(encoding="utf-8")
    if step.id == STRATEGY:  # its chapters have a page of their own
        words += squeezed(seen(run.report / STRATEGY_PAGE))
    names = group_names(run.results, finished_steps(run.results))
    for finding in result.findings:
        sentence = say(finding, audience_for("working", client.currency, names))
        assert "{" not in sentence
        if step.id == STRATEGY and any(is_row(finding) for is_row in ROWS):
            for ways in told_in_rows(finding, audience_for("working", client.currency, names)):
                assert any(way in words for way in ways), f"{finding.id}: {ways}"
        else:
            assert squeezed(sentence) in words, finding.id
    for exhibit in result.exhibits:
        figures = re.findall(rf'<figure [^>]*id="{re.escape(exhibit.id)}".*?</figure>', html, re.DOTALL)
        assert len(figures) == 1, exhibit.id
        if not len(read_published(run.results, step.id, exhibit.table)):
            continue  # nothing to show, and the page says so
        written = {"table": "<table", "cards": '<article class="card"'}.get(exhibit.kind)
        drawn = written in figures[0] if written else figures[0].count("data:image/svg") == 2
        assert drawn, f"{exhibit.id} is empty"


@each_sample
def test_nothing_derived_names_this_machine(run_sample, client_pages, sample):
    run = run_sample(sample)
    words = {str(run.folder), run.folder.name, str(KIT), str(Path.home()), sys.prefix}
    words |= {name for name in (platform.node(), getpass.getuser()) if len(name) > 5}  # a short one stands anywhere
    for folder in (run.results, run.report, client_pages(run)):
        for name, content in files(folder).items():
            for word in words:
                assert word.encode() not in content, f"{name} names {word}"


# ---- the same again --------------------------------------------------------------------------------------------------


@each_sample
def test_two_runs_give_the_same_bytes(run_sample, client_pages, sample):
    first, again = run_sample(sample), run_sample(sample, turn="again-elsewhere")
    pairs = [(first.results, again.results), (first.report, again.report), (client_pages(first), client_pages(again))]
    for one, other in pairs:
        one, other = files(one), files(other)
        assert one.keys() == other.keys()
        assert [name for name in one if one[name] != other[name]] == []
    assert len(files(first.results)) > 10


PLAIN = """
import json, sys
sys.path.insert(0, sys.argv[2])
cells = json.load(open(sys.argv[1], encoding="utf-8"))["cells"]
space = {"__name__": "__main__"}
for cell in cells:
    if cell["cell_type"] == "code":
        exec(compile("".join(cell["source"]), cell["id"], "exec"), space)
        if "parameters" in cell["metadata"].get("tags", []):
            space["CLIENT"] = "."
loaded = [name for name in ("ipykernel", "papermill", "jupyter_client", "nbconvert") if name in sys.modules]
print(json.dumps(loaded))
"""


@each_sample
@each_step
def test_a_step_runs_as_plain_python_and_says_the_same(run_sample, sample, step, tmp_path):
    """The runner is replaceable: without papermill, without a kernel, the same result.json and the same tables."""
    run = run_sample(sample)
    out = tmp_path / "out"
    out.mkdir()
    told = {OUTPUT: str(out), MODE: "draft", NOTEBOOK: str(step.notebook)}
    before = files(run.folder)
    done = subprocess.run(
        [sys.executable, "-P", "-c", PLAIN, str(step.notebook), str(KIT)],
        cwd=run.folder,
        env=kernel_environment(tmp_path / "state", told),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [], "a notebook shows nothing but through the step"
    ran = files(run.results / step.id)
    ran.pop("notebook.ipynb")
    assert files(out) == ran
    assert files(run.folder) == before, "a step wrote into the client's folder"


# ---- the pages -------------------------------------------------------------------------------------------------------


@each_sample
def test_pages_have_the_right_form_for_both_audiences(run_sample, client_pages, sample):
    run = run_sample(sample)
    assert check_folder(run.report) == {}
    assert check_folder(client_pages(run)) == {}


@each_sample
def test_the_clients_pages_hold_no_machinery_and_no_person(run_sample, client_pages, sample):
    run = run_sample(sample)
    pages = client_pages(run)
    client = open_client(run.folder)
    personal = set()
    for name, entry in json.loads((run.results / "tables" / "tables.json").read_text())["tables"].items():
        if "customer_id" in entry["columns"] and name in ("transactions", "wallets"):
            path = run.results / "tables" / entry["file"]
            personal |= {
                row[0] for row in duckdb.sql(f"select distinct customer_id from '{path}'").fetchall() if row[0]
            }
    assert len(personal) > 1
    for page in pages.glob("*.html"):
        html = page.read_text(encoding="utf-8")
        for word in ("step.keep", "step.show", "open_step", "<code", "CLIENT", 'class="code"'):
            assert word not in html, f"{page.name} shows code: {word}"
        parser = _Words()
        parser.feed(html)
        assert "pre" not in parser.tags
        cells = {part.strip() for part in parser.words}
        assert not {"customer_id", "Customer id"} & cells, f"{page.name} has a column of customers"
        # an id alone in a cell; short ids may be counts, so they tell nothing
        assert not {name for name in personal if len(name) > 4} & cells
    assert client.name in seen(pages / "index.html")


@each_sample
def test_whom_to_call_is_for_the_team_alone(run_sample, client_pages, sample):
    run = run_sample(sample)
    calls = read_published(run.results, "02_rate_customers", "call_list")
    assert len(calls) > 10
    for folder, drawn in ((run.report, True), (client_pages(run), False)):
        html = (folder / "02_rate_customers.html").read_text(encoding="utf-8")
        figure = re.search(r'<figure [^>]*id="02.call_list".*?</figure>', html, re.DOTALL)
        assert bool(figure) == drawn
        assert ("The list names persons, so it stands in the working papers" in html) == (not drawn)
        shown = [name for name in calls["customer_id"].head(10) if f">{name}</th>" in html]
        assert len(shown) == (10 if drawn else 0)


@each_sample
def test_the_teams_pages_show_the_code(run_sample, sample):
    run = run_sample(sample)
    for step in BUILT:
        assert "step.publish()" in seen(run.report / f"{step.id}.html")


# ---- known answers of one sample -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def raw():
    """The delivered files of complete_journey, corrected by hand: lines and wallets, read without the kit."""
    data = SAMPLES / "complete_journey" / "data"
    lines = pd.read_csv(data / "transactions.csv", dtype=str, keep_default_na=False)
    lines["sales_value"] = lines["sales_value"].astype(float)
    return lines, duckdb.sql(f"from read_parquet('{data / 'wallets.parquet'}')").df().astype({"wallet": float})


@pytest.fixture(scope="module")
def journey(run_sample):
    return run_sample("complete_journey")


def values(run, step_id, finding):
    return {f.id: f for f in read_result(run.results, step_id).findings}[finding].values


def test_customers_and_revenue_are_those_of_the_delivered_file(journey, raw):
    lines, _ = raw
    assert lines["household_id"].nunique() == 1_827
    kept = lines[(lines["product_category"] != "") & ~lines["household_id"].isin(["542", "1009", "1549"])]
    assert kept["household_id"].nunique() == 1_824
    assert round(lines["sales_value"].sum() - kept["sales_value"].sum(), 2) == 3.79
    said = values(journey, "01_frame_engagement", "01.data")
    assert said["customers"].value == 1_824
    assert said["revenue"].value == round(kept["sales_value"].sum(), 2) == 95_018.62
    assert "1,824" in seen(journey.report / "01_frame_engagement.html")
    assert "95,018.62" in seen(journey.report / "01_frame_engagement.html")


@pytest.mark.parametrize(
    ("scope", "expected"), [("all_categories", 0.2145), ("main_categories", 0.3367), ("largest_category", 0.8334)]
)
def test_shares_are_three_lines_of_pandas(journey, raw, scope, expected):
    lines, wallets = raw
    lines = lines[lines["product_category"] != ""]
    by_category = lines.groupby("product_category")["sales_value"].sum().sort_values(ascending=False)
    main = by_category[by_category >= 0.01 * by_category.sum()]
    inside = {"all_categories": by_category, "main_categories": main, "largest_category": main[:1]}[scope].index
    ours = (
        lines[lines["product_category"].isin(inside)].groupby("household_id")["sales_value"].sum().loc[lambda s: s > 0]
    )
    theirs = wallets[wallets["category"].isin(inside) & wallets["customer_id"].isin(ours.index)]["wallet"].sum()
    assert ours.sum() / theirs == pytest.approx(expected, abs=5e-5)
    table = read_published(journey.results, "05_customer_share", "share_by_scope").set_index("scope")
    assert table.loc[scope, "customer_share"] == pytest.approx(ours.sum() / theirs, rel=1e-9)


# ---- a client that means harm ----------------------------------------------------------------------------------------


def test_hostile_names_are_shown_as_they_are_written(hostile_run, client_pages):
    assert not hostile_run.failed
    pages = client_pages(hostile_run)
    assert check_folder(hostile_run.report) == {}
    assert check_folder(pages) == {}
    for page in (*hostile_run.report.glob("*.html"), *pages.glob("*.html")):
        words = seen(page)
        assert CLIENT_NAME in words, page
        if page.stem in ("index", "05_customer_share"):
            assert squeezed(CATEGORY) in squeezed(words), page
    for step in ("02_rate_customers", "05_customer_share"):
        assert squeezed(HOUSEHOLD) in squeezed(seen(hostile_run.report / f"{step}.html"))
    assert squeezed(REASON) in squeezed(seen(hostile_run.report / "01_frame_engagement.html"))


def test_a_hostile_household_is_not_on_the_clients_pages(hostile_run, client_pages):
    for page in client_pages(hostile_run).glob("*.html"):
        assert "onerror" not in page.read_text(encoding="utf-8"), page.name


def test_hostile_names_change_no_number(hostile_run, journey):
    for step in BUILT:
        one, other = (read_result(run.results, step.id).findings for run in (journey, hostile_run))
        assert [finding.id for finding in one] == [finding.id for finding in other]
        for here, there in zip(one, other, strict=True):
            numbers = [
                {n: v.value for n, v in f.values.items() if isinstance(v.value, int | float)} for f in (here, there)
            ]
            # another order of customers is another order of additions
            assert numbers[0] == pytest.approx(numbers[1], rel=1e-9), here.id


def test_every_page_of_the_hostile_run_parses_to_the_same_tags(hostile_run, journey):
    """Not one tag more than on the page of the harmless sample, whose words differ and nothing else."""
    for page in journey.report.glob("*.html"):
        counts = []
        for folder in (journey.report, hostile_run.report):
            parser = _Words()
            parser.feed((folder / page.name).read_text(encoding="utf-8"))
            counts.append({tag: parser.tags.count(tag) for tag in set(parser.tags)})
        assert counts[0] == counts[1], page.name


def test_the_hash_of_a_table_is_that_of_its_file(journey):
    for step in BUILT:
        for entry in read_result(journey.results, step.id).tables.values():
            assert sha256((journey.results / step.id / entry.file).read_bytes()).hexdigest() == entry.sha256
