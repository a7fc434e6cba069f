"""The anatomy of a notebook: what a reader may count on finding, and where."""

from __future__ import annotations

import ast
import io
import re
import statistics
import tokenize

import nbformat
import pytest

from helpers.describe import DRAWN, reads_decides_publishes
from helpers.steps import STEPS, built_steps

BUILT = built_steps()
each_step = pytest.mark.parametrize("step", BUILT, ids=[step.id for step in BUILT])
TAGS = {"parameters", "setup", "input", "compute", "findings", "exhibit", "decide", "checks", "publish", "working"}
TIDY = "run: python3 workbook.py describe"
MOST_LINES, MEDIAN_LINES, MOST_EXHIBITS, MOST_PARAMETERS = 8, 4, 9, 4
BANNED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda, ast.With, ast.Try)
BANNED_IN_CELLS = (*BANNED, ast.Import, ast.ImportFrom, ast.Global, ast.Delete, ast.If)


def cells(step, kind=None, tag=None):
    found = nbformat.read(step.notebook, as_version=4).cells
    return [cell for cell in found if kind in (None, cell.cell_type) and (tag is None or tag in tags(cell))]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def tokens(cell):
    return list(tokenize.generate_tokens(io.StringIO(cell.source).readline))


def place(step, tag):
    found = [at for at, cell in enumerate(cells(step)) if tag in tags(cell)]
    assert found, f"{step.id} has no cell tagged {tag}"
    return found


@each_step
def test_it_is_a_valid_notebook_as_it_is_committed(step):
    notebook = nbformat.read(step.notebook, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}, f"metadata of somebody's own JupyterLab; {TIDY}"
    assert notebook.metadata.language_info == {"name": "python"}, f"a version here changes with each machine; {TIDY}"
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags"}, f"{cell.id} holds more than tags; {TIDY}"
        assert tags(cell) <= TAGS, f"{cell.id}: unknown tag {tags(cell) - TAGS}; known are {sorted(TAGS)}"
        assert cell.cell_type in ("markdown", "code")
        assert cell.source == cell.source.strip("\n"), f"{cell.id} begins or ends with an empty line; {TIDY}"
        if cell.cell_type == "code":
            assert not cell.outputs, f"{cell.id} is committed with its output; {TIDY}"
            assert cell.execution_count is None, f"{cell.id} is committed with its number; {TIDY}"
            kinds = sorted(TAGS - {"working"})
            assert len(tags(cell) - {"working"}) == 1, f"{cell.id}: one tag says what a code cell is, of {kinds}"
    text = step.notebook.read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert "\r" not in text


@each_step
def test_ids_are_there_unique_and_not_made_by_chance(step):
    ids = [cell.id for cell in cells(step)]
    assert len(set(ids)) == len(ids)
    assert not [name for name in ids if DRAWN.fullmatch(name)], f"ids that a tool drew; {TIDY}"


@each_step
def test_the_first_cell_is_the_clients_question_and_who_acts(step):
    first = cells(step)[0]
    assert first.cell_type == "markdown"
    heading, _, rest = first.source.partition("\n")
    assert heading == f"# {step.number} {step.title}", "number and title are those of helpers/steps.py"
    asked = rest.strip().startswith(f"**{step.question}**")
    assert asked, f"then the question of helpers/steps.py, in bold: {step.question}"
    assert step.acts.lower() in rest.lower(), f'then who acts, as in helpers/steps.py: "{step.acts}"'
    texts = "\n".join(cell.source for cell in cells(step, "markdown"))
    assert len(re.findall(r"^# ", texts, re.MULTILINE)) == 1, "a page has one # heading"


@each_step
def test_the_second_cell_is_what_the_registry_says(step):
    assert cells(step)[1].source == reads_decides_publishes(step), TIDY


@each_step
def test_parameters_are_typed_commented_literals_and_few(step):
    cell = cells(step)[2]
    assert tags(cell) == {"parameters"}, "the third cell holds the parameters and is tagged so"
    assert place(step, "parameters") == [2]
    code = ast.parse(cell.source)
    assert all(isinstance(node, ast.AnnAssign) for node in code.body), "NAME: type = value, and nothing else"
    names = [node.target.id for node in code.body]
    assert names[0] == "CLIENT", "the first parameter is the client folder"
    assert len(names) <= MOST_PARAMETERS, f"at most {MOST_PARAMETERS} parameters"
    for node in code.body:
        value = ast.literal_eval(node.value)
        assert node.target.id.isupper(), f"{node.target.id}: parameters are written in capitals"
        assert ast.unparse(node.annotation) == type(value).__name__, f"{node.target.id}: type and value differ"
    commented = {token.start[0] for token in tokens(cell) if token.type == tokenize.COMMENT}
    assert commented == {node.lineno for node in code.body}, "each parameter says on its line what it is"


@each_step
def test_the_client_of_a_notebook_opened_by_hand_is_there(step):
    client = ast.literal_eval(ast.parse(cells(step)[2].source).body[0].value)
    assert (step.notebook.parent / client / "client.yaml").is_file(), f"CLIENT: {client} is no client folder"


@each_step
def test_setup_opens_the_step_with_every_parameter(step):
    cell = cells(step)[3]
    assert tags(cell) == {"setup"}, "the fourth cell opens the step and is tagged setup"
    assert place(step, "setup") == [3]
    code = ast.parse(cell.source)
    assert not [node for node in ast.walk(code) if isinstance(node, BANNED)], "setup imports and opens the step"
    opened = code.body[-1]
    assert isinstance(opened, ast.Assign), "the last line of setup reads step = open_step(...)"
    assert ast.unparse(opened.targets[0]) == "step"
    call = opened.value
    assert call.func.id == "open_step"
    assert [ast.unparse(argument) for argument in call.args] == [repr(step.id), "CLIENT"]
    passed = {word.arg: ast.unparse(word.value) for word in call.keywords}
    names = [node.target.id for node in ast.parse(cells(step)[2].source).body][1:]
    assert passed == {name: name for name in names}, "a parameter that the result does not record"


@each_step
def test_code_cells_are_short_and_plain(step):
    counts = []
    for cell in cells(step, "code"):
        counts.append(len(lines(cell)))
        assert counts[-1] <= MOST_LINES, f"{cell.id} has {counts[-1]} lines, and {MOST_LINES} are the most"
        assert all(len(line) <= 120 for line in lines(cell)), f"{cell.id}: a line is longer than 120"
        assert not cell.source.lstrip().startswith(("%", "!")), f"{cell.id} holds a magic"
        if tags(cell) & {"setup", "parameters"}:
            continue
        found = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, BANNED_IN_CELLS)]
        assert not found, f"{cell.id}: {type(found[0]).__name__} belongs into helpers/method"
        assert ";" not in [token.string for token in tokens(cell)], f"{cell.id}: two statements on a line"
    median = statistics.median(counts)
    assert median <= MEDIAN_LINES, f"half the code cells are longer than {median} lines; the most is {MEDIAN_LINES}"


@each_step
def test_each_exhibit_is_explained_before_it_is_seen(step):
    everything = cells(step)
    exhibits = place(step, "exhibit")
    assert len(exhibits) <= MOST_EXHIBITS, f"{len(exhibits)} exhibits; a page bears {MOST_EXHIBITS}"
    for at in exhibits:
        before, cell = everything[at - 1], everything[at]
        assert before.cell_type == "markdown", f"{cell.id}: an exhibit without a text before it"
        assert "**How to read it.**" in before.source, f"{before.id}: an exhibit's text says **How to read it.**"
        assert before.source.startswith("## "), f"{cell.id}: an exhibit has a heading of its own"
        shown = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
        assert [ast.unparse(call.func) for call in shown].count("step.show") == 1, f"{cell.id}: one exhibit a cell"
    said = [cell.source for cell in cells(step, "code") if "step.show(" in cell.source]
    assert len(said) == len(exhibits), "an exhibit in a cell that is not tagged so"


@each_step
def test_what_comes_after_what(step):
    everything = cells(step)
    setup, publish = place(step, "setup")[0], place(step, "publish")
    findings, exhibits, checks = place(step, "findings"), place(step, "exhibit"), place(step, "checks")
    order = [setup, *(place(step, tag)[0] for tag in ("input", "compute", "findings"))]
    assert order == sorted(order), "first setup, then input, compute, findings"
    assert findings[-1] < exhibits[0], "an exhibit is titled by a finding"
    assert checks[-1] < publish[0], "checks come before publishing"
    assert len(publish) == 1, "one cell publishes"
    codes = [at for at, cell in enumerate(everything) if cell.cell_type == "code"]
    assert publish[0] == codes[-1], "nothing runs after publishing"
    assert everything[publish[0]].source == "step.publish()", "the last code cell holds this line alone"
    if step.decides:
        decide = place(step, "decide")
        assert decide[0] > exhibits[-1], "people decide after they have seen"
        assert decide[-1] < checks[0], "checks come after what people decide"
        before = everything[decide[0] - 1]
        assert before.source.startswith("## Decide"), (
            f"{before.id}: a text that begins with ## Decide says what is meant"
        )
    else:
        assert not [cell for cell in everything if "decide" in tags(cell)], "helpers/steps.py declares no decision"


@each_step
def test_the_last_cell_says_limits_next_and_references(step):
    last = cells(step)[-1]
    assert last.source.startswith("## Limits, next, references"), f"{last.id}: the heading of the last cell"
    paragraphs = [part for part in last.source.split("\n\n")[1:] if part.strip()]
    assert len(paragraphs) >= 3, "limits, next and references, a paragraph each"
    if step is not STEPS[-1]:
        assert [part for part in paragraphs if part.startswith("Next: ")], 'a paragraph begins with "Next: "'


@each_step
def test_it_is_as_long_as_a_reader_bears(step):
    exhibits = len(place(step, "exhibit"))
    most = 20 + 4 * (exhibits - 1)
    assert 14 <= len(cells(step)) <= most, f"{len(cells(step))} cells; with {exhibits} exhibits from 14 to {most}"


@each_step
def test_the_parts_a_reader_looks_for_have_headings(step):
    text = "\n".join(cell.source for cell in cells(step, "markdown"))
    for heading in ("## The words we use", "## What we start from", "## Method", "## What we found"):
        assert heading in text, heading
    for cell in cells(step, "markdown"):
        levels = [len(mark) for mark in re.findall(r"^(#+) ", cell.source, re.MULTILINE)]
        assert all(level <= 3 for level in levels), f"{cell.id}: headings go down to ###"
        assert not re.search(r"<[a-zA-Z/!]", re.sub(r"`[^`]*`", "", cell.source)), f"{cell.id}: HTML in a text"
        assert "![" not in cell.source, f"{cell.id}: a picture that no audience could have drawn anew"


@each_step
def test_links_lead_to_steps_of_the_registry(step):
    known = {f"{other.id}.ipynb": other for other in STEPS}
    for cell in cells(step, "markdown"):
        for words, target in re.findall(r"\[([^\]]+)\]\(([^)]+)\)", cell.source):
            if re.match(r"[a-z]+://|#", target):
                assert target.startswith("https://"), f"{cell.id}: {target}"
                continue
            assert target in known, f"{cell.id}: {target} is no step's notebook"
            assert words == f"{known[target].number} {known[target].title}", f"{cell.id}: {words}"


@each_step
def test_terms_in_bold_are_those_of_the_tables(step):
    """A word that is explained is the word that the tables and functions use, so that a reader can search for it."""
    from helpers.client.schema import schema

    terms = next(cell.source for cell in cells(step, "markdown") if cell.source.startswith("## The words we use"))
    bold = re.findall(r"\*\*([^*]+)\*\*", terms)
    assert bold, "the words are explained in bold"
    tables = [schema(name) for name in (*step.reads, *step.reads_if_there, *step.publishes)]
    columns = {column.name for table in tables for column in table.columns}
    written = [word for word in bold if "_" in word]
    unknown = set(written) - columns - {"as_of"} - set(step.reads + step.publishes)
    assert not unknown, f"no table that the step reads or publishes has {unknown}"
