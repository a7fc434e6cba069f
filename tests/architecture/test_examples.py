"""Examples in docstrings are true, all of them: a reader trusts them more than the words around."""

from __future__ import annotations

import doctest
import importlib

import pytest

from helpers.steps import KIT

MODULES = [path for path in sorted((KIT / "helpers").rglob("*.py")) if ">>> " in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", MODULES, ids=[path.relative_to(KIT).as_posix() for path in MODULES])
def test_the_examples_are_true(path):
    module = importlib.import_module(".".join(path.relative_to(KIT).with_suffix("").parts))
    tried = doctest.testmod(module)
    assert tried.attempted, "an example that is in no docstring is never tried"
    assert not tried.failed, "what the docstring shows is not what comes out; see above"
