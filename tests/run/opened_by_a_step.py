"""`python -P opened_by_a_step.py CLIENT STEP FOLDER`: run a step's code cells here and print, as JSON, what was opened.

Every file that Python opens is told by the interpreter itself; what the database reads, by the one reader of tables.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

KIT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(KIT))

CLIENT, STEP, OUTPUT = Path(sys.argv[1]).resolve(), sys.argv[2], Path(sys.argv[3])
opened: set[str] = set()
asked: set[str] = set()


def note(path: object) -> None:
    """Keep a path below the client's folder, from there."""
    if isinstance(path, str | os.PathLike) and Path(os.fspath(path)).is_relative_to(CLIENT):
        opened.add(Path(os.fspath(path)).relative_to(CLIENT).as_posix())


def main() -> None:
    """Run the step and print what it opened, which settings it asked for, and which modules it loaded."""
    sys.addaudithook(lambda event, given: note(given[0]) if event == "open" else None)
    from helpers.client import tables
    from helpers.client.config import ClientConfig

    really = tables.read_table

    def read_table(path: Path, schema: object, **how: bool) -> object:
        note(path)
        return really(path, schema, **how)

    tables.read_table = read_table  # before those who use it import it
    from helpers.steps import find_step

    looked_up = ClientConfig.__getattribute__

    def look_up(config: ClientConfig, name: str) -> object:
        if name in ClientConfig.model_fields:
            asked.add(name)
        return looked_up(config, name)

    ClientConfig.__getattribute__ = look_up
    notebook = find_step(STEP).notebook
    os.environ |= {"WORKBOOK_OUTPUT": str(OUTPUT), "WORKBOOK_MODE": "draft", "WORKBOOK_NOTEBOOK": str(notebook)}
    names: dict[str, object] = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
            if "parameters" in cell["metadata"].get("tags", []):
                names["CLIENT"] = str(CLIENT)
    modules = sorted(name for name in sys.modules if name.startswith("helpers."))
    files = [Path(sys.modules[name].__file__).relative_to(KIT / "helpers").as_posix() for name in modules]
    print(json.dumps({"opened": sorted(opened), "asked": sorted(asked), "modules": files}))


if __name__ == "__main__":
    main()
