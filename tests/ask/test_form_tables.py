"""Forms of tables: what can be chosen, what stands in grey, what is folded, and where a fault is shown."""

from helpers.ask.form import Form, Question
from helpers.client.result_model import DecisionUsed
from helpers.show.audience import Audience
from helpers.steps import find_step

NAMED = Audience("working", "EUR", {"g1": "Yards", "g2": "Clubs"})


def form_with_names(folder, step, name, **how):
    """The form of a choice as the registry asks for it, for a client with two groups."""
    choice = find_step(step).choice(name)
    used = DecisionUsed(id=f"{step}.all.{name}", state="missing", value=None)
    return Form(Question(folder, find_step(step), choice, used, audience=NAMED, **how))


def test_a_group_is_chosen_by_its_name_and_saved_by_its_id(tmp_path):
    form = form_with_names(tmp_path, "11", "tactics")
    group = {column.name: control for column, control in form.field._rows[0]._cells.items()}["group"]
    assert dict(group.options) == {"(none)": "(none)", "Yards": "g1", "Clubs": "g2", "All customers": "all"}
    group.value = "g2"
    assert form.field.value[""]["group"] == "g2"


def test_a_group_that_is_no_more_is_shown_and_stays(tmp_path):
    form = form_with_names(tmp_path, "11", "tactics")
    form.field.show({"van": {"title": "A van", "group": "g7"}})
    group = {column.name: control for column, control in form.field._rows[0]._cells.items()}["group"]
    assert (group.value, group.label) == ("g7", "g7 (saved, and no option)")
    assert form.field.value == {"van": {"title": "A van", "group": "g7"}}


def test_rows_of_few_columns_stand_beside_each_other_under_names_that_people_read(tmp_path):
    form = form_with_names(tmp_path, "09", "results", items=["g1.profit", "g2.portion"])
    titles, *rows = form.field._list.children
    assert [title.value for title in titles.children][:2] == ["<div>Result</div>", "<div>Owner</div>"]
    said = [row.children[0].value for row in rows]
    assert said == ["<div>Yards, Profit a year</div>", "<div>Clubs, Part of the portfolio&#x27;s customers</div>"]
    form.field.show({"g1.profit": {"low": 3, "likely": 2}})
    assert "Yards, Profit a year: the numbers are 3, 2." in form._faults.value


def test_long_rows_open_by_their_titles_which_follow_what_is_typed(tmp_path):
    form = form_with_names(tmp_path, "09", "shifts")
    row = {"group_id": "g1", "kind": "keep", "low": 0.1, "likely": 0.2, "high": 0.3}
    form.field.show({key: row for key in ("s1", "s2", "s3")})
    first = form.field._rows[0]
    assert (first._head.description, first._body.layout.display) == ("s1 \N{EN DASH} Yards, keep", "none")
    first._head.value = True
    assert first._body.layout.display is None
    next(control for column, control in first._cells.items() if column.name == "group_id").value = "g2"
    assert first._head.description == "s1 \N{EN DASH} Clubs, keep"
    form.field.show({"s1": row})
    assert form.field._rows[0]._body.layout.display is None, "one alone is open"


def test_money_is_asked_for_in_the_clients_currency(tmp_path):
    assert form_with_names(tmp_path, "11", "budget").field._typed.description == "Number (EUR)"


def cell(row, name):
    return next(control for column, control in row._cells.items() if column.name == name)


def at_fault(row):
    return {column.name for column, control in row._cells.items() if "workbook-fault" in control._dom_classes}


def test_a_folded_row_at_fault_is_opened_and_its_cell_marked_until_it_is_mended(tmp_path):
    form = form_with_names(tmp_path, "11", "tactics")
    known = {"title": "A van", "group": "g1", "function": "delivery", "stage": "serve", "cost": 30}
    form.field.show({key: known | {"cost": cost} for key, cost in {"bike": 1, "boat": "much", "cart": 3}.items()})
    rows = form.field._rows
    assert [row._head.value for row in rows] == [False, True, False]
    assert [at_fault(row) for row in rows] == [set(), {"cost"}, set()]
    rows[1].open(False)
    form.save()
    assert rows[1]._head.value, "a refused Save opens it again"
    cell(rows[1], "cost").value = "2"
    assert [at_fault(row) for row in rows] == [set(), set(), set()]
    rows[2]._name.value = "bike"
    marked = ["workbook-fault" in row._name._dom_classes for row in rows]
    assert marked == [True, False, True], "two rows of one name"


def test_in_a_blank_cell_stands_in_grey_what_is_proposed_there(tmp_path):
    choice, proposed = find_step("09").choice("results"), {"g1.profit": {"low": 3.0, "likely": 5, "owner": ""}}
    used = DecisionUsed(id="09.all.results", state="proposed", proposed=proposed, value=proposed)
    form = Form(Question(tmp_path, find_step("09"), choice, used, list(proposed), audience=NAMED))
    form.field.show({"g1.profit": {"owner": "Ana", "likely": 4}})
    row = form.field._rows[0]
    assert [cell(row, name).placeholder for name in ("low", "likely", "high", "owner")] == ["3", "5", "", ""]
    assert form.field.value == {"g1.profit": {"owner": "Ana", "likely": 4}}, "what is shown in grey is not saved"


def test_known_words_can_be_chosen_and_others_typed(tmp_path):
    form = form_with_names(tmp_path, "11", "channel_choice", known={"channel": ["phone", "web"]})
    channel = cell(form.field._rows[0], "channel")
    assert channel.options == ("phone", "web")
    channel.value = "a stall at the fair"
    assert form.field.value[""]["channel"] == "a stall at the fair"
