"""Working notebooks are made once, in step order, and never written again; the start page says where things stand."""

import json
import shutil

import pytest

from helpers.client.folder import open_client
from helpers.errors import RunError
from helpers.run.lab import quiet_keys
from helpers.run.parameters import declared_parameters
from helpers.run.start_page import write_start_page
from helpers.run.working_notebooks import working_notebooks
from helpers.steps import built_steps
from tests.conftest import copy_sample


@pytest.fixture
def client(tmp_path):
    return open_client(copy_sample("cdnow", tmp_path / "client"))


def test_one_copy_of_each_built_step_in_order_with_the_clients_parameters(tmp_path):
    folder = copy_sample("cdnow", tmp_path / "client")
    with (folder / "client.yaml").open("a", encoding="utf-8") as file:
        file.write("parameters: {05_customer_share: {MIN_PART: 0.02}}\n")
    copies = working_notebooks(open_client(folder))
    assert [one.step for one in copies] == built_steps()
    assert all(one.made and not one.moved_on and not one.own for one in copies)
    share = folder / "notebooks" / "05_customer_share.ipynb"
    assert declared_parameters(share)["MIN_PART"] == 0.02
    first = next(line for line in share.read_text(encoding="utf-8").split("\n") if "CLIENT: str" in line)
    assert r"CLIENT: str = \"..\"  # client folder" in first


def test_what_people_did_to_a_copy_stays_and_a_new_version_of_the_kit_is_told(client):
    path = working_notebooks(client)[0].path
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"].append({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "My own thought."})
    notebook["metadata"]["workbook"]["code"] = "0" * 64  # as a copy of an older kit says
    path.write_text(json.dumps(notebook), encoding="utf-8")
    before = path.read_bytes()
    again = working_notebooks(client)
    assert (again[0].made, again[0].moved_on) == (False, True)
    assert not any(one.moved_on for one in again[1:])
    assert path.read_bytes() == before
    page = write_start_page(client, again, "client").read_text(encoding="utf-8")
    assert "the kit's notebook has changed since this copy was made. A run executes the kit's." in page


def given(folder, minimum):
    """The sample's client.yaml with a parameter of step 05."""
    path = folder / "client.yaml"
    kept = path.read_text(encoding="utf-8").partition("parameters:")[0]
    path.write_text(f"{kept}parameters: {{05_customer_share: {{MIN_PART: {minimum}}}}}\n", encoding="utf-8")
    return open_client(folder)


def test_a_parameter_that_changed_after_the_copy_was_made_is_told_and_the_copy_stays(tmp_path):
    folder = copy_sample("cdnow", tmp_path / "client")
    copies = working_notebooks(given(folder, 0.02))
    assert not any(one.differs for one in copies)
    share = folder / "notebooks" / "05_customer_share.ipynb"
    before = share.read_bytes()
    client = given(folder, 0.03)
    told = [line for one in working_notebooks(client) for line in one.differs]
    assert len(told) == 1
    assert told[0].startswith("MIN_PART is 0.02 in notebooks/05_customer_share.ipynb and 0.03 by client.yaml")
    page = write_start_page(client, working_notebooks(client), "client").read_text(encoding="utf-8")
    assert "0\\.03 by client\\.yaml, with which a run works" in page
    assert share.read_bytes() == before


def test_a_parameters_cell_that_cannot_be_compared_is_told(client):
    path = working_notebooks(client)[0].path
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(one for one in notebook["cells"] if "parameters" in one["metadata"].get("tags", []))
    cell["source"] = "CLIENT: str = ("
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert "cannot be compared with those of a run" in working_notebooks(client)[0].differs[0]


def test_every_key_that_jupyterlab_takes_from_a_form_is_given_to_cells_alone():
    keys = quiet_keys()
    off = [one for one in keys if one.get("disabled")]
    on = [one for one in keys if not one.get("disabled")]
    taken = {(one["command"], *one["keys"]) for one in off}
    assert taken >= {("notebook:delete-cell", "D", "D"), ("notebook:move-cursor-down", "ArrowDown")}
    assert taken == {(one["command"], *one["keys"]) for one in on}
    assert all(one["selector"].endswith(" :focus") for one in off)
    assert all(one["selector"].endswith(" .jp-Cell:focus") for one in on)


def test_a_copy_that_is_no_notebook_is_told_and_left(client):
    path = working_notebooks(client)[0].path
    path.write_text("{half", encoding="utf-8")
    with pytest.raises(RunError, match=r"notebooks/01_frame_engagement\.ipynb is not readable as a notebook"):
        working_notebooks(client)
    assert path.read_text(encoding="utf-8") == "{half"


def test_the_start_page_says_what_stands_and_what_is_open(run_sample, tmp_path):
    folder = shutil.copytree(run_sample("complete_journey").folder, tmp_path / "client")
    text = (folder / "client.yaml").read_text(encoding="utf-8")
    odd = text.replace("client: Maker 764 (Complete Journey)", "client: '<b>A|B</b> *C*'")
    assert odd != text
    (folder / "client.yaml").write_text(odd, encoding="utf-8")
    client = open_client(folder)
    page = write_start_page(client, working_notebooks(client), "client").read_text(encoding="utf-8")
    assert page.startswith("# \\<b\\>A\\|B\\</b\\> \\*C\\*\n"), "a client's text is shown, not rendered"
    assert "[05 Customer share](../notebooks/05_customer_share.ipynb)" in page
    assert "**05\\.all\\.scope** is proposed" in page
    following = next(line for line in page.split("\n") if line.startswith("**Next:**"))
    assert following.startswith(
        "**Next:** decide 01\\.all\\.values: open [01 Frame the engagement](../notebooks/01_frame"
    )
    assert "--final" not in following
    assert "decisions/" not in following
    assert "- transactions: 17,506 rows" in page


def test_before_the_first_run_it_says_what_to_do_first(client):
    page = write_start_page(client, working_notebooks(client), "client").read_text(encoding="utf-8")
    assert r"**Next:** python3 workbook\.py check client, then python3 workbook\.py run client" in page
    assert "No run has read the client's files yet." in page
    assert page.count("| never |") == len(built_steps())
