"""Which modules of helpers/method a step rests on: those it uses and all that these import, read from the source.

Nothing is imported to find out, so a module that does not even load is still told apart from its last version.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from helpers.client.notebook_file import code_of
from helpers.steps import KIT, Step

METHOD = "helpers.method."
FOLDER = KIT / "helpers" / "method"


def calculations_of(step: Step, notebook: Path) -> dict[str, str]:
    """The name and a hash of each module of helpers/method that the step's result may rest on, by name.

    Those that the registry names under `uses`, those that the notebook's code cells import (an own copy may use more),
    and what these import, wherever the import stands. A module that is named and not there has an empty hash.
    """
    waiting, found = {*step.uses}.union(*map(_imported, code_of(notebook))), {}
    while waiting:
        name = waiting.pop()
        path = FOLDER / f"{name}.py"
        text = path.read_bytes() if path.is_file() else b""
        found[name] = sha256(text).hexdigest() if text else ""
        waiting |= _imported(text.decode(errors="replace")) - set(found)
    return dict(sorted(found.items()))


@lru_cache(maxsize=512)
def _imported(source: str) -> frozenset[str]:
    """The modules of helpers/method that some code imports.

    What is no Python may still run: a cell with IPython's own lines does. There every module that is named counts.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return frozenset(_named(source))
    names = {name.removeprefix(METHOD).partition(".")[0] for name in _names(tree) if name.startswith(METHOD)}
    return frozenset(name for name in names if name)


def _named(source: str) -> Iterator[str]:
    """The modules of helpers/method whose names a text holds behind the name of their folder."""
    yield from re.findall(r"helpers\.method\.(\w+)", source)
    for listed in re.findall(r"helpers\.method\s+import\s+(\([^)]*|(?:[^\n]*\\\n)*[^\n]*)", source):
        yield from (name for name in re.findall(r"\w+", listed) if (FOLDER / f"{name}.py").is_file())


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield f"{node.module}."
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
