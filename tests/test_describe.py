"""The texts made from the registry stand in README and notebooks as the registry has them now."""

from __future__ import annotations

import copy
import json

from helpers import describe
from helpers.steps import KIT, STEPS, Choice, Step, built_steps


def test_the_readme_has_the_registrys_table():
    readme = (KIT / "README.md").read_text(encoding="utf-8")
    assert readme.count(describe.START) == readme.count(describe.END) == 1
    assert describe.with_steps_table(readme) == readme, "run: workbook.py describe"


def test_the_table_has_each_step_and_its_state():
    lines = describe.steps_table().splitlines()[2:]
    assert len(lines) == len(STEPS)
    for line, step in zip(lines, STEPS, strict=True):
        assert line.startswith(f"| {step.number} ")
        assert step.title in line
        assert step.question in line
        assert ("built" in line.split("|")[-2]) == step.built


def test_a_table_replaces_the_old_one_and_nothing_else():
    text = f"before\n{describe.START}\nold\n{describe.END}\nafter\n"
    new = describe.with_steps_table(text)
    assert new.startswith(f"before\n{describe.START}\n| step |")
    assert new.endswith(f"{describe.END}\nafter\n")
    assert describe.with_steps_table(new) == new


def test_the_second_cell_says_reads_decides_publishes():
    step = Step(
        id="05_customer_share",
        title="T",
        question="Q?",
        acts="A",
        reads=("customer_summary",),
        reads_if_there=("markets",),
        needs=("03_form_groups",),
        better_with=("04_value_to_us",),
        decides=(Choice("scope", "Which?"), Choice("intent", "What?", per_group=True)),
        publishes=("customer_share",),
    )
    reads, decides, publishes = describe.reads_decides_publishes(step).split("  \n")
    assert reads == "**Reads** `customer_summary`, `03_form_groups`; says more with `markets`, `04_value_to_us`."
    assert decides == "**Decides** `all.scope`, `g1.intent`."
    assert publishes == "**Publishes** `customer_share`."
    nothing = Step(id="05_customer_share", title="T", question="Q?", acts="A")
    assert "**Decides** nothing." in describe.reads_decides_publishes(nothing)


def test_writing_again_changes_nothing_and_mends_what_was_changed(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    step = built_steps()[0]
    for name in ("README.md", f"notebooks/{step.notebook.name}"):
        (tmp_path / name).write_bytes((KIT / name).read_bytes())
    monkeypatch.setattr(describe, "KIT", tmp_path)
    monkeypatch.setattr("helpers.step_entry.NOTEBOOKS", tmp_path / "notebooks")
    describe.write_all()
    assert describe.write_all() == []
    path = tmp_path / "notebooks" / step.notebook.name
    before = path.read_bytes()
    notebook = json.loads(before)
    notebook["cells"][1]["source"] = ["wrong"]
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert describe.write_all() == [path]
    assert path.read_bytes() == before


def test_a_notebook_from_jupyterlab_is_tidied_and_its_own_words_and_ids_stay():
    clean = json.loads(built_steps()[0].notebook.read_text(encoding="utf-8"))
    assert describe.tidied(clean) == clean
    used = copy.deepcopy(clean)
    used["metadata"] = {"kernelspec": {"name": "mine"}, "language_info": {"name": "python", "version": "3.99"}}
    for place, cell in enumerate(used["cells"]):
        cell["metadata"]["collapsed"] = True
        if cell["cell_type"] == "code":
            cell |= {"outputs": [{"output_type": "stream"}], "execution_count": place}
    assert describe.tidied(used) == clean
    new = {"cell_type": "markdown", "metadata": {}, "source": ["\n", "New.\n", "\n"]}
    drawn = ("0b3c5d7e", "7f3e0a52-9f0c-4d6e-8a52-3b1c9d7e5f60")
    used["cells"][4:4] = [new | {"id": drawn[0]}, new | {"id": drawn[1]}]
    ids = [cell["id"] for cell in clean["cells"]]
    tidied = describe.tidied(used)
    assert [cell["id"] for cell in tidied["cells"]] == [*ids[:4], f"{ids[3]}_1", f"{ids[3]}_2", *ids[4:]]
    assert tidied["cells"][4]["source"] == ["New."]
    assert describe.tidied(copy.deepcopy(tidied)) == tidied
