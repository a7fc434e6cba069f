"""`workbook open` in a real JupyterLab: the start page, a working notebook run to its end, and nothing left behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import pandas as pd
import psutil
import pytest

from helpers.client.decisions import read_decisions
from helpers.client.results import group_names, read_manifest
from helpers.steps import find_step
from tests.cli.calling import COMMAND, workbook

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
WAIT = 90_000  # milliseconds; a first start on a busy machine
CHOSEN = """() => [...document.querySelectorAll('.jp-OutputArea input[type=radio], .jp-OutputArea option')]
    .map(one => Boolean(one.checked || one.selected))"""


@pytest.fixture(scope="module")
def client(run_sample, tmp_path_factory):
    """A client that was run once."""
    return shutil.copytree(run_sample("complete_journey").folder, tmp_path_factory.mktemp("lab") / "client")


@pytest.fixture(scope="module")
def lab(client):
    """The command, and the address that it prints."""
    said = client.parent / "said.txt"
    with opened(client, said) as (address, running):
        yield address, running, said


@contextmanager
def opened(client, said):
    """`workbook open` without a browser: its address and process; what it says goes to a file."""
    with said.open("w", encoding="utf-8") as out:
        running = subprocess.Popen([*COMMAND, "open", str(client), "--no-browser"], stdout=out, stderr=out)
    try:
        for _ in range(WAIT // 100):
            address = next((word for word in said.read_text(encoding="utf-8").split() if "://" in word), None)
            if address or _ended(running):
                break
        assert address, said.read_text(encoding="utf-8")
        yield address, running
    finally:
        running.terminate()
        running.wait(30)


def _ended(process):
    """Whether it has ended, after a tenth of a second in which it might."""
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return False
    return True


def test_from_the_start_page_to_a_published_step(client, lab, browser):
    address, _, _ = lab
    assert address.startswith("http://127.0.0.1:")
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(address)
    tab.get_by_role("heading", name="Maker 764 (Complete Journey)").wait_for(timeout=WAIT)
    tab.get_by_role("link", name="05 Customer share").click()
    tab.get_by_text("| Idle").wait_for(timeout=WAIT)
    tab.get_by_role("menuitem", name="Run", exact=True).click()
    tab.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    tab.get_by_text("tables published").wait_for(timeout=WAIT, state="attached")
    assert tab.locator(".jp-OutputArea-output img, .jp-OutputArea-output svg").count() >= 3, "figures are shown"
    tab.keyboard.press("Control+s")
    tab.wait_for_function("() => !document.querySelector('.jp-mod-dirty')", timeout=WAIT)
    strangers = [url for url in asked if not url.startswith((address.partition("/lab")[0], "data:", "blob:"))]
    assert strangers == [], "something outside this machine was asked"
    tab.close()
    saved = json.loads((client / "notebooks" / "05_customer_share.ipynb").read_text(encoding="utf-8"))
    assert any("tables published" in json.dumps(cell.get("outputs", [])) for cell in saved["cells"])
    assert (client / "results" / "interactive" / "05_customer_share" / "result.json").is_file()
    assert read_manifest(client / "results").steps["05_customer_share"].state == "done", "by hand never counts as a run"


def run_all(tab, address, notebook):
    """Open a working notebook, wait until its kernel can work, and run it to its last cell."""
    tab.goto(f"{address.partition('/lab')[0]}/lab/tree/notebooks/{notebook}.ipynb?reset")
    tab.get_by_text("| Idle").wait_for(timeout=WAIT)
    tab.get_by_role("menuitem", name="Run", exact=True).click()
    tab.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    tab.get_by_text("tables published").wait_for(timeout=WAIT, state="attached")


def entry_of(client):
    return read_decisions(client, find_step("02")).get("all.weights")


def test_a_judgement_made_with_the_form_is_found_again_by_people_and_by_a_run(client, lab, browser):
    """Weights: refused while they do not make a hundred, saved with a reason, there again after the kernel has gone."""
    address, _, _ = lab
    tab = browser.new_page(viewport={"width": 1280, "height": 1000})
    tab.goto(address)  # the token is given once
    run_all(tab, address, "02_rate_customers")
    worth = tab.get_by_label("worth", exact=True)
    worth.focus()
    for _ in range(5):
        tab.keyboard.press("ArrowUp")
    tab.get_by_text("Together 105 of 100 points.").wait_for(timeout=WAIT)
    tab.get_by_text("the points sum to 105. Expected 100 over all parts.").wait_for(timeout=WAIT)
    tab.get_by_label("Why").first.fill("Money decides in this trade.")
    tab.get_by_label("Decided by").first.fill("sales director")
    save = tab.locator(".jupyter-button", has_text="Save").first
    save.click()
    tab.get_by_text("Nothing was saved: see what is said above.").wait_for(timeout=WAIT)
    assert entry_of(client) is None

    trend = tab.get_by_label("trend", exact=True)
    trend.fill("9.95")
    trend.press("Tab")
    advocacy = tab.get_by_label("advocacy", exact=True)
    advocacy.fill("10.05")
    advocacy.press("Tab")
    tab.get_by_text("Together 100 of 100 points.").wait_for(timeout=WAIT)
    tab.get_by_text("change their letter").wait_for(timeout=WAIT)
    save.click()
    tab.get_by_text("Saved in decisions/02_rate_customers.yaml.").wait_for(timeout=WAIT)
    weights = {"worth": 40, "trend": 9.95, "engagement": 25, "friction": 15, "advocacy": 10.05}
    entry = entry_of(client)
    assert (entry.value, entry.by, entry.reason) == (weights, "sales director", "Money decides in this trade.")
    assert entry.seen

    for kernel in psutil.Process(lab[1].pid).children(recursive=True):
        if "ipykernel" in " ".join(kernel.cmdline()):
            kernel.kill()
    dead = tab.locator(".workbook-form.jupyter-widgets-disconnected").first
    dead.wait_for(timeout=WAIT)
    assert not save.is_visible(), "a form that would save nothing has no button"
    assert "saves nothing" in dead.evaluate("form => getComputedStyle(form, '::before').content")
    tab.close()
    tab = browser.new_page(viewport={"width": 1280, "height": 1000})
    tab.goto(address)
    run_all(tab, address, "02_rate_customers")
    assert tab.get_by_label("Why").first.input_value() == "Money decides in this trade."
    assert tab.get_by_label("Decided by").first.input_value() == "sales director"
    assert tab.get_by_label("worth", exact=True).input_value() == "40"
    assert tab.get_by_label("trend", exact=True).input_value() == "9.95", "a browser must not round what was saved"
    untouched = tab.locator(".jupyter-button", has_text="Save").first
    untouched.click()
    tab.get_by_text("Saved in decisions/02_rate_customers.yaml.").wait_for(timeout=WAIT)
    assert entry_of(client) == entry, "opening and saving changes nothing"
    tab.get_by_text("Decided.", exact=True).first.wait_for(timeout=WAIT)
    tab.close()

    done = workbook("run", client)
    assert done.returncode == 0, done.stderr
    still_open = next(line for line in done.stdout.splitlines() if "open or stale" in line)
    assert "02.all.weights" not in still_open, "a decided judgement is not open"
    assert "02.all.cuts" in still_open
    page = (client / "report" / "working" / "02_rate_customers.html").read_text(encoding="utf-8")
    assert "Money decides in this trade." in page
    assert "sales director" in page


def form_of(tab, question):
    """The first form that stands below this question, and the button that saves it."""
    form = tab.locator(f'.jp-OutputArea-child:has(.asked:text("{question}")) + .jp-OutputArea-child').first
    return form, form.locator("button.mod-primary")


def typed(form, label, words):
    """Fill the last control of this label, and leave it."""
    control = form.get_by_label(label, exact=True).last
    control.fill(words)
    control.press("Tab")


def signed(form, reason):
    typed(form, "Why", reason)
    typed(form, "Decided by", "Ana Lund")


def test_from_an_intent_to_a_tactic_and_back_on_another_day(client, lab, browser, tmp_path):
    """Intent, proposition and register: refused in words, saved, out and in as a sheet, and found again as decided."""
    address, _, _ = lab
    tab = browser.new_page(viewport={"width": 1280, "height": 1000})
    tab.goto(address)
    groups = group_names(client / "results", ["03_form_groups"])
    run_all(tab, address, "09_choose_intent")
    form, save = form_of(tab, "What do we intend with this group?")
    form.get_by_label("First").select_option("grow")
    form.get_by_label("Second, if any").select_option("retire")
    form.get_by_text("grow does not go with retire.").wait_for(timeout=WAIT)
    form.get_by_label("Second, if any").select_option("re_engineer")
    signed(form, "They order often, and little of each.")
    save.click()
    form.get_by_text("Saved in decisions/09_choose_intent.yaml.").wait_for(timeout=WAIT)
    assert read_decisions(client, find_step("09"))["g1.intent"].value == ["grow", "re_engineer"]

    run_all(tab, address, "10_value_propositions")
    form, save = form_of(tab, "What do we promise this group")
    typed(form, "Headline", "All of it on one morning")
    typed(form, "Barriers to exit, each with its driver", "one list a kitchen")
    form.get_by_text('"one list a kitchen" has no text beside it.').wait_for(timeout=WAIT)
    typed(form, "Barriers to exit, each with its driver", "one list a kitchen: range")
    signed(form, "A first draft.")
    save.click()
    form.get_by_text("Saved in decisions/10_value_propositions.yaml.").wait_for(timeout=WAIT)
    promised = read_decisions(client, find_step("10"))["g1.proposition"].value
    assert promised == {"headline": "All of it on one morning", "barriers": {"one list a kitchen": "range"}}

    sheet = tmp_path / "tactics.csv"
    columns = [column.name for column in find_step("11").choice("tactics").asks.columns]
    known = {"function": "delivery", "stage": "serve", "cost": 30}
    rows = {"bike": {"title": "A bike", "group": "g1"}, "boat": {"title": "A boat", "group": "g1"}}
    rows = {key: row | known for key, row in {**rows, "cart": {"title": "A cart", "group": "g3"}}.items()}
    pd.DataFrame.from_dict(rows, "index").reindex(columns=columns).to_csv(sheet, index_label="tactic")
    back = workbook("decisions", client, "--import", "11.all.tactics", sheet, "--by", "Bo", "--reason", "Filled in.")
    assert back.returncode == 0, back.stderr
    run_all(tab, address, "11_align_tactics")
    form, save = form_of(tab, "What do we do for which group")
    assert [form.get_by_label(label).input_value() for label in ("Decided by", "Why")] == ["Bo", "Filled in."]
    form.get_by_text("boat \N{EN DASH} A boat").click()
    shown = form.get_by_label("Cost", exact=True)
    shown.nth(1).wait_for(timeout=WAIT)  # the kernel opens the row, not the browser
    assert [shown.nth(at).is_visible() for at in range(3)] == [False, True, False], "each row opens by its title"
    chosen = form.get_by_label("Group", exact=True).nth(1).evaluate("one => one.selectedOptions[0].text")
    assert chosen.replace("\N{NO-BREAK SPACE}", " ") == groups["g1"]
    form.get_by_text("Add a tactic").click()
    # the last row is the new one only when the kernel has added it: until then it is another, folded one
    form.get_by_text("A new tactic").wait_for(timeout=WAIT)
    typed(form, "Short name (key)", "van")
    typed(form, "Tactic", "A van")
    form.get_by_label("Group", exact=True).last.select_option(groups["g2"])
    form.get_by_label("Function", exact=True).last.select_option("delivery")
    form.get_by_label("Stage", exact=True).last.select_option("serve")
    typed(form, "Cost", "about 900")
    form.get_by_text('van -> Cost: "about 900" is no number.').wait_for(timeout=WAIT)
    typed(form, "Cost", "900")
    # the message moves the button when it goes, also from under a click
    form.get_by_text('van -> Cost: "about 900" is no number.').wait_for(state="hidden", timeout=WAIT)
    signed(form, "The fourth is cheap.")
    save.click()
    form.get_by_text("Saved in decisions/11_align_tactics.yaml.").wait_for(timeout=WAIT)
    tab.close()
    tactics = read_decisions(client, find_step("11"))["all.tactics"].value
    assert list(tactics) == ["bike", "boat", "cart", "van"]
    assert tactics["van"] == {"title": "A van", "group": "g2", "function": "delivery", "stage": "serve", "cost": 900}
    assert tactics["boat"] == rows["boat"]
    said = workbook("decisions", client).stdout
    assert "decided: [grow, re_engineer]" in said
    assert "Ana Lund" in said


def test_the_keys_of_a_form_stay_in_the_form(client, lab, browser):
    """By keyboard alone: arrows choose in the form, and no single key inserts or deletes a cell."""
    address, _, _ = lab
    tab = browser.new_page(viewport={"width": 1280, "height": 1000})
    tab.goto(address)
    run_all(tab, address, "05_customer_share")
    # how many cells, and which is active: what they say is not compared, since JupyterLab empties cells out of sight
    cells = """() => {
        const all = [...document.querySelectorAll('.jp-Notebook .jp-Cell')];
        return [all.length, all.findIndex(cell => cell.matches('.jp-mod-active'))];
    }"""
    choice = tab.locator(".jp-OutputArea input[type=radio]:checked, .jp-OutputArea select").first
    choice.scroll_into_view_if_needed()
    choice.focus()
    were, before = tab.evaluate(cells), tab.evaluate(CHOSEN)
    assert were[0] > 20, "the whole notebook is counted"
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("b")
    assert tab.evaluate(CHOSEN) != before, "the arrow chooses in the form"
    save = tab.locator(".jupyter-button", has_text="Save").first
    save.focus()
    for key in "ddabx":
        tab.keyboard.press(key)
    assert tab.evaluate(cells) == were
    assert tab.evaluate("() => document.activeElement.innerText.trim()").startswith("Save")
    tab.close()


def test_a_stranger_without_the_token_sees_nothing(lab, browser):
    address, _, _ = lab
    tab = browser.new_page()
    answer = tab.goto(address.partition("/lab")[0] + "/api/contents/client.yaml")
    assert answer.status == 403
    tab.close()


def test_ending_it_leaves_no_process(lab):
    _, running, said = lab
    ended_by(signal.SIGINT, running, said)


@pytest.mark.skipif(os.name != "posix", reason="Windows has neither signal")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_being_told_to_end_leaves_no_process_either(client, tmp_path, name):
    with opened(client, tmp_path / "said.txt") as (_, running):
        ended_by(getattr(signal, name), running, tmp_path / "said.txt")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_being_killed_without_a_word_leaves_no_process_either(client, tmp_path):
    with opened(client, tmp_path / "said.txt") as (_, running):
        below = psutil.Process(running.pid).children(recursive=True)
        running.kill()
        running.wait(30)
        _, alive = psutil.wait_procs(below, timeout=30)
        assert below and alive == []


def ended_by(number, running, said):
    """Send it the signal; it ends well, with everything that it started."""
    below = psutil.Process(running.pid).children(recursive=True)
    assert below
    running.send_signal(number)
    assert running.wait(30) == 0
    _, alive = psutil.wait_procs(below, timeout=10)
    assert alive == []
    assert "Traceback" not in said.read_text(encoding="utf-8")
