"""The house's habits, read from the source: who may import whom, what may not be called, how long a module may be."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from helpers.client.schema import schema, schemas
from helpers.steps import KIT, STEPS, Step, built_steps

HELPERS = KIT / "helpers"
MODULES = sorted(path for path in HELPERS.rglob("*.py"))
NOTEBOOKS = sorted((KIT / "notebooks").rglob("*.ipynb"))
# From the top down; a layer may import itself and what stands below it. Two names on a line do not know each other.
ORDER = (
    "cli",
    "describe test_command published",
    "teach",
    "run",
    "report",
    "step",
    "reading",
    "judgements ask",
    "show",
    "method",
    "client",
    "steps",
    "steps_of_today steps_of_choice steps_of_action",
    "step_entry",
    "answers",
    "errors",
)
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names.split()}
# The SQL of the summaries is method, and the intake runs it: text only, so the module imports nothing at all.
SQL_TEXTS = "helpers.method.summaries"
ONLY_IN = {
    "papermill": "run/",
    "nbclient": "run/",
    "jupyter_client": "run/",
    "nbconvert": "report/",
    "ipywidgets": ("ask/", "teach/"),
    "duckdb": "client/tables.py",
    "python_calamine": "client/files/spreadsheet.py",
    "xlsxwriter": "client/rows_files.py",
    "ruamel": "client/yaml_files.py",
    "typer": "cli.py",
    "matplotlib": "show/",
    "seaborn": "show/",
}
NEVER = {"yaml", "pyarrow", "plotly", "altair", "pandera", "pickle", "shelve", "requests", "urllib.request", "http"}
PURE = {"__future__", "ast", "collections", "dataclasses", "enum", "functools", "itertools", "math", "operator", "re"}
PURE |= {"statistics", "textwrap", "types", "typing", "unicodedata", "decimal", "fractions", "numbers", "datetime"}
MOST_LINES = 400


def ids(paths: list[Path]) -> list[str]:
    return [path.relative_to(KIT).as_posix() for path in paths]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def cells(notebook: Path, kind: str = "code") -> list[str]:
    found = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in found if cell["cell_type"] == kind]


def imports(code: ast.AST) -> Iterator[str]:
    """The full names of all modules that code imports, wherever the import stands; a name out of one counts too.

    What is imported for type checkers only is not imported when the kit runs.
    """
    guarded = [
        node for node in ast.walk(code) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    left_out = {id(node) for block in guarded for part in block.body for node in ast.walk(part)}
    for node in ast.walk(code):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(name: str) -> str | None:
    """The module of ours that an imported name is or stands in; None for other people's."""
    if name != "helpers" and not name.startswith("helpers."):
        return None
    parts = name.split(".")
    while parts:
        path = KIT.joinpath(*parts)
        if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file():
            return ".".join(parts)
        parts.pop()
    raise AssertionError(f"{name} is imported and does not exist")


def name_of(path: Path) -> str:
    parts = path.relative_to(KIT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def used(path: Path) -> set[str]:
    """Our modules that a module imports; a package counts only where the package itself is meant."""
    ours = {module for name in imports(tree(path)) if (module := module_of(name))}
    return {module for module in ours if not any(other.startswith(f"{module}.") for other in ours)}


def calls(code: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(code):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


# ---- who knows whom --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=ids(MODULES))
def test_imports_go_down_only(path):
    layer = path.relative_to(HELPERS).parts[0].removesuffix(".py")
    if layer == "__init__":
        assert not used(path)
        return
    assert layer in RANK, f"say in ORDER where {layer} stands"
    for module in used(path) - {"helpers", SQL_TEXTS}:
        below = module.split(".")[1]
        assert below == layer or RANK[below] > RANK[layer], (
            f"{name_of(path)} imports {module}, which stands above it; helpers/README.md has the order of the rooms"
        )


def test_no_module_imports_itself_in_a_circle():
    graph = {name_of(path): used(path) for path in MODULES}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"a circle: {' -> '.join((*trail, name))}"
        if name not in done:
            for other in graph.get(name, set()):
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", MODULES, ids=ids(MODULES))
def test_outside_libraries_come_in_by_one_door(path):
    here = path.relative_to(HELPERS).as_posix()
    for name in imports(tree(path)):
        package = name.split(".")[0]
        assert name not in NEVER, f"{here} imports {name}"
        assert package not in NEVER, f"{here} imports {name}"
        doors = ONLY_IN.get(package, "")
        assert here.startswith(doors), f"{here} imports {package}; only {doors} may"


METHOD = sorted((HELPERS / "method").glob("*.py"))


@pytest.mark.parametrize("path", METHOD, ids=ids(METHOD))
def test_method_is_pure(path):
    """No file, no clock, no chance without a seed, no state: equal tables give equal answers."""
    allowed = ("helpers.errors", "helpers.client.result_model", "helpers.method.")
    for name in imports(tree(path)):
        fits = name.startswith(allowed) or name.split(".")[0] in PURE | {"numpy", "pandas", "scipy", "sklearn"}
        fits = fits or name in ("helpers.client", "statsmodels")
        assert fits, (
            f"{name_of(path)} imports {name}; a method imports errors, result_model, other methods, numpy, pandas"
        )
    banned = r"(open|print|input|exec|eval|.*\.(now|today|utcnow|read_csv|read_parquet|to_csv|to_parquet)"
    banned += r"|np\.random\.(?!default_rng|Generator).*|time\..*|.*\.sample)"
    for name, call in calls(tree(path)):
        assert not re.fullmatch(banned, name), f"{name_of(path)}:{call.lineno} calls {name}; tables in, tables out"
        if name.endswith("default_rng"):
            assert call.args or call.keywords, f"{name_of(path)}:{call.lineno} draws without a seed"
    for node in ast.walk(tree(path)):
        assert not isinstance(node, ast.Global | ast.Nonlocal), f"{name_of(path)}:{node.lineno} holds state"
    for node in tree(path).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        for target in targets:
            held = value.keys if isinstance(value, ast.Dict) else getattr(value, "elts", None)
            empty = isinstance(value, ast.List | ast.Dict | ast.Set) and not held
            assert not (isinstance(target, ast.Name) and empty), f"{name_of(path)}: {target.id} is a global to fill"
            if isinstance(target, ast.Name):
                assert target.id.lstrip("_").isupper(), (
                    f"{name_of(path)}: the global {target.id} is no constant; constants are written in capitals"
                )


def test_the_sql_texts_import_nothing():
    assert not list(imports(tree(HELPERS / "method" / "summaries.py")))


def test_packages_are_no_modules():
    """`method/__init__.py` is empty, so that one changed calculation does not run every step again."""
    for path in HELPERS.rglob("__init__.py"):
        if path.parent != HELPERS:
            assert not path.read_text(encoding="utf-8").strip(), path


# ---- form ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=ids(MODULES))
def test_a_module_is_short_and_says_what_it_is(path):
    text = path.read_text(encoding="utf-8")
    here = path.relative_to(KIT).as_posix()
    assert text.count("\n") <= MOST_LINES, f"{here} has {len(text.splitlines())} lines; part it before {MOST_LINES}"
    assert path.stem not in ("utils", "util", "misc", "common", "tools"), f"{here}: name it after what it answers"
    code = tree(path)
    if not text.strip():
        return
    assert ast.get_docstring(code), f"{here} has no docstring at its top"
    for node in code.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{here}: {node.name} has no docstring"
            for part in node.body if isinstance(node, ast.ClassDef) else []:
                if isinstance(part, ast.FunctionDef) and not part.name.startswith("_"):
                    small = len(part.body) == 1  # a name that says it all
                    assert ast.get_docstring(part) or small, f"{here}: {node.name}.{part.name} has no docstring"


def fault_of(name: str, call: ast.Call) -> str | None:
    """Why this call is banned: it hides a warning, runs text, or puts a client's text on a page unescaped."""
    last = name.split(".")[-1]
    first = call.args[0] if call.args else None
    if last in ("filterwarnings", "simplefilter") and isinstance(first, ast.Constant) and first.value == "ignore":
        return None if len(call.args) + len(call.keywords) > 1 else "hides every warning"
    if name in ("eval", "exec", "compile", "__import__", "os.system") or last in ("query", "eval"):
        return "runs text"
    if last == "to_html":
        return "writes HTML outside helpers/show/tables.py"
    if last in ("HTML", "Markdown", "Javascript", "Styler") or name.endswith(".style.format"):
        return "puts raw text on the page"
    if any(word.arg == "shell" for word in call.keywords):
        return "starts a shell"
    return None


SOURCES = [*MODULES, *NOTEBOOKS]


@pytest.mark.parametrize("path", SOURCES, ids=ids(SOURCES))
def test_no_banned_call(path):
    codes = [tree(path)] if path.suffix == ".py" else [ast.parse(cell) for cell in cells(path)]
    for code in codes:
        for name, call in calls(code):
            fault = fault_of(name, call)
            if (path.name, name) == ("fields.py", "widgets.HTML"):
                continue  # the one door of the forms: its text comes from `says`, which escapes
            assert fault is None, f"{path.name}:{call.lineno} {name} {fault}"


@pytest.mark.parametrize(
    "code",
    [
        'warnings.filterwarnings("ignore")',
        "eval(text)",
        "exec(text)",
        "frame.query(text)",
        "frame.to_html(escape=False)",
        'Markdown(f"**{name}**")',
        'display(HTML(f"<b>{name}</b>"))',
        "Styler(frame)",
        "subprocess.run(text, shell=True)",
    ],
)
def test_the_ban_bites(code):
    assert any(fault_of(name, call) for name, call in calls(ast.parse(code)))


SQL_BANNED = (
    r"\b(stddev\w*|var_\w+|variance|corr|covar_\w+|any_value|first|last|arg_max|arg_min|max_by|min_by|mode)\s*\("
)


def texts(path: Path) -> list[tuple[int, str]]:
    """The string literals of a module that are not docstrings, f-strings included."""
    code = tree(path)
    docs = {id(node.body[0].value) for node in ast.walk(code) if hasattr(node, "body") and isinstance(node.body, list)
            and node.body and isinstance(node.body[0], ast.Expr)}  # fmt: skip
    found = [node for node in ast.walk(code) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [(node.lineno, node.value) for node in found if id(node) not in docs]


def test_sql_that_may_differ_on_two_threads_is_not_written():
    for path in [HELPERS / "method" / "summaries.py", *sorted((HELPERS / "client").rglob("*.py"))]:
        for line, text in texts(path):
            found = re.search(SQL_BANNED, text, re.IGNORECASE)
            assert not found, f"{path.name}:{line} {found}"
            assert not re.search(r"\bavg\s*\([^)]*double", text, re.IGNORECASE), f"{path.name}:{line} avg of double"


def test_each_column_of_a_summary_has_its_sql():
    from helpers.method.summaries import SUMMARIES, WALLET_REVENUE

    for name, text in {**SUMMARIES, "wallet_revenue": WALLET_REVENUE}.items():
        absent = [column for column in schema(name).names if not re.search(rf"\b{column}\b", text)]
        assert not absent, (
            f"{name}.yaml describes {absent}, and its SQL in helpers/method/summaries.py gives no such column"
        )


def test_every_order_by_ends_in_a_key():
    """Rows in an order that is not complete come in any order: the last word of an order is the key of its rows."""
    from helpers.method.summaries import SUMMARIES, WALLET_REVENUE

    for name, text in {**SUMMARIES, "wallet_revenue": WALLET_REVENUE}.items():
        order = re.split(r"\border by\b", text, flags=re.IGNORECASE)[-1]
        words = [word.split()[0].split(".")[-1] for word in order.split(",")]
        key = {"first_day" if column in ("month_start", "quarter_start") else column for column in schema(name).key}
        assert key <= set(words), f"{name} is ordered by {words}"


# ---- what must not be in the repository ------------------------------------------------------------------------------

SKIPPED = {".git", ".venv", ".pytest_cache", ".ruff_cache", ".hypothesis", "__pycache__", "results", "report.old"}
TEXTS = {".py", ".md", ".toml", ".yml", ".yaml", ".ipynb", ".lock", ".txt", ".css", ".html", ".j2", ".json", ".csv", ""}
# written in two parts, so that this file does not hold them
HOSTS = [
    f"{name}.{end}"
    for name, end in (("pypi", "org"), ("python" + "hosted", "org"), ("anaconda", "org"), ("conda", "io"))
]
SECRETS = [f"..{'/'}shared", f"/{'work'}/", f"/{'tmp'}/dev", f"/{'root'}/"]
HOME = re.compile(rf"/{'home'}/(?!(someone|user)?/?[\"'`])[a-z]+/|/{'Users'}/[A-Za-z]+/|C:\\+{'Users'}", re.ASCII)


def committed() -> list[Path]:
    """What a commit would hold, without asking git, which is not there in a download."""
    found = []
    for path in sorted(KIT.rglob("*")):
        parts = path.relative_to(KIT).parts
        derived = len(parts) > 2 and parts[0] in ("data_samples", "templates") and parts[2] in ("results", "report")
        skipped = derived or SKIPPED & set(parts) or any(part.endswith(".egg-info") for part in parts)
        if path.is_file() and not skipped and path.suffix in TEXTS and path.stat().st_size < 2_000_000:
            found.append(path)
    return found


def test_nothing_names_this_machine_or_a_package_host():
    for path in committed():
        text = path.read_text(encoding="utf-8", errors="replace")
        for word in [*SECRETS, *HOSTS]:
            assert word not in text, f"{path.relative_to(KIT)} names {word}"
        if path.parent.name != "report" or "tests" not in path.parts:  # its tests look for such a path on a page
            assert not HOME.search(text), f"{path.relative_to(KIT)} names a home folder"


def test_comments_hold_no_loose_ends():
    for path in MODULES:
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
            if token.type == tokenize.COMMENT:
                assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", token.string), f"{path.name}:{token.start[0]}"


# ---- the schemas and the registry ------------------------------------------------------------------------------------

KINDS = ("delivered", "summaries", "published")
SCHEMAS = [(kind, name) for kind in KINDS for name in schemas(kind)]


@pytest.mark.parametrize(("kind", "name"), SCHEMAS, ids=[name for _, name in SCHEMAS])
def test_a_schema_is_whole(kind, name):
    from helpers.client.yaml_files import plain, read_yaml

    raw = plain(read_yaml(HELPERS / "client" / "schemas" / kind / f"{name}.yaml"))
    assert set(raw) <= {"grain", "meaning", "key", "columns", "further"}, f"{name}.yaml has a part that nobody reads"
    table = schema(name)
    assert table.grain.startswith("one row per "), f'{name}.yaml: a grain begins with "one row per "'
    assert len(set(table.names)) == len(table.names), f"{name}.yaml describes a column twice"
    assert set(table.key) <= set(table.names), f"{name}.yaml: the key {table.key} is not among its columns"
    if kind != "delivered":
        assert table.key, f"{name}.yaml: key says which columns make a row one of its kind"
    for column in (*table.columns, *table.further):
        sentence = column.meaning.rstrip().endswith((".", "?"))
        assert sentence, f"{name}.{column.name}: a meaning is a sentence, with its full stop"
        if column.type == "money":
            assert column.unit.startswith("currency"), f"{name}.{column.name} is money; add unit: currency"
        if column.type == "share":
            said = column.unit in ("share", "points") or kind == "delivered"
            assert said, f"{name}.{column.name} is a share; add unit: share, or unit: points for a difference of two"
    if kind != "published":
        personal = all(column.personal for column in table.columns if column.name == "customer_id")
        assert personal, f"{name}.customer_id: add personal: true"


def test_a_customer_is_personal_wherever_it_is_published():
    for name, table in schemas("published").items():
        for column in table.columns:
            if column.name in ("customer_id", "respondent_id", "verbatim"):
                assert column.personal, f"{name}.{column.name}: add personal: true"


def test_table_names_are_unique_over_the_kit():
    published = [table for step in STEPS for table in step.publishes]
    everything = [*published, *schemas("delivered"), *schemas("summaries")]
    twice = {name for name in everything if everything.count(name) > 1}
    assert not twice, f"{sorted(twice)}: two tables of one name"
    unused = set(schemas("published")) - set(published)
    assert not unused, f"{sorted(unused)}: a schema under published/ that no step of helpers/steps.py publishes"


def test_the_registry_names_things_that_exist():
    known = {step.id for step in STEPS}
    assert all(re.fullmatch("[0-9]{2}_[a-z0-9_]+", name) for name in known), "an id is two digits, then words"
    numbers = [step.number for step in STEPS]
    assert numbers == sorted(set(numbers)), "steps stand in the order of their numbers, no number twice"
    for place, step in enumerate(STEPS):
        earlier = {other.id for other in STEPS[:place]}
        assert set(step.needs) <= earlier, f"{step.id} needs a later step"
        late = set(step.better_with + step.checks_with) - earlier
        assert not late, f"{step.id} is better with a later step: what stands could not settle"
        assert len(set(step.builds_on)) == len(step.builds_on), f"{step.id} names an earlier step twice"
        assert not set(step.reads) & set(step.reads_if_there), f"{step.id} reads a table both always and if there"
        assert step.question.endswith("?"), f"{step.id}: a question ends with its mark"
        names = [choice.name for choice in step.decides]
        assert len(set(names)) == len(names), f"{step.id} declares a decision twice"
        asked = all(choice.question.endswith("?") for choice in step.decides)
        assert asked, f"{step.id}: the question of a decision ends with its mark"
    unknown = {path.stem for path in NOTEBOOKS if path.parent.name == "notebooks"} - known
    assert not unknown, f"{sorted(unknown)}: a notebook that helpers/steps.py does not have"


def file_of(module: str) -> Path:
    return KIT.joinpath(*module.split(".")).with_suffix(".py")


def calculations_of(step: Step) -> set[str]:
    """The modules of helpers/method that a step rests on: those it names, and those they import."""
    found, waiting = set(), [f"helpers.method.{name}" for name in step.uses]
    while waiting:
        module = waiting.pop()
        assert file_of(module).is_file(), f"{step.id} uses {module}, which does not exist"
        if module not in found:
            found.add(module)
            waiting += [other for other in used(file_of(module)) if other.startswith("helpers.method.")]
    return found


@pytest.mark.parametrize("step", built_steps(), ids=lambda step: step.id)
def test_a_built_step_is_declared_in_full(step):
    inputs = {*schemas("delivered"), *schemas("summaries")}
    unknown = {*step.reads, *step.reads_if_there} - inputs
    assert not unknown, f"{step.id} reads {sorted(unknown)}, which no schema under delivered/ or summaries/ describes"
    unknown = set(step.publishes) - set(schemas("published"))
    assert not unknown, f"{step.id} publishes {sorted(unknown)}, which no schema under published/ describes"
    assert step.uses, f"{step.id}: name under uses the modules of helpers/method that its notebook imports"
    closure = calculations_of(step)
    asked = [module_of(name) for cell in cells(step.notebook) for name in imports(ast.parse(cell))]
    calculations = {module for module in asked if module and module.startswith("helpers.method.")}
    unknown = calculations - closure
    assert not unknown, f"{step.id}: name {sorted(unknown)} under uses, so that a change of it runs the step again"
    others = set(asked) - closure - {None, "helpers.method", "helpers.step"}
    assert not others, f"{step.id} imports {sorted(others)}; a notebook knows helpers.method and helpers.step only"


@pytest.mark.parametrize("step", built_steps(), ids=lambda step: step.id)
def test_an_exhibit_has_a_finding_that_may_title_it(step):
    """Without its finding an exhibit is left out in silence, so a slip in the name would never be seen."""
    said = {text for module in calculations_of(step) for _, text in texts(file_of(module))}
    for name, call in calls(ast.parse("\n".join(cells(step.notebook)))):
        if name == "step.show":
            named = {word.arg: word.value.value for word in call.keywords if word.arg == "finding"}
            finding = named.get("finding", call.args[0].value)
            wanted = f"{step.number}.{finding}"
            assert {finding, wanted} & said, (
                f"{step.id}: no method says {wanted}, which titles an exhibit (finding=...)"
            )


@pytest.mark.parametrize("step", built_steps(), ids=lambda step: step.id)
def test_a_notebook_reads_and_publishes_what_the_registry_says(step):
    code = ast.parse("\n".join(cells(step.notebook)))
    said = {}
    for name, call in calls(code):
        if name.startswith("step.") and call.args and isinstance(call.args[0], ast.Constant):
            said.setdefault(name.removeprefix("step."), set()).add(call.args[0].value)
    differ = said.get("keep", set()) ^ set(step.publishes)
    assert not differ, f"{step.id}: {sorted(differ)} is kept and not declared under publishes, or the other way round"
    read = said.get("table", set()) | said.get("look", set())
    unknown = read - {*step.publishes, *step.reads, *step.reads_if_there}
    assert not unknown, f"{step.id} reads {sorted(unknown)}, which the registry does not declare"
    unread = set(step.reads) - read
    assert not unread, f"{step.id} declares that it reads {sorted(unread)}, and never does"
    decided = {choice.rpartition(".")[2] for choice in said.get("decide", set())} | said.get("decide_each", set())
    differ = decided ^ {choice.name for choice in step.decides}
    assert not differ, f"{step.id}: {sorted(differ)} is decided and not declared, or the other way round"
