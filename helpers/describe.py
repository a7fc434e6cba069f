"""Texts made from the registry, so that they cannot disagree with it: README's table, a notebook's second cell."""

from __future__ import annotations

import json
from pathlib import Path

from helpers.steps import KIT, STEPS, Step, built_steps

START, END = "<!-- steps: made by `workbook.py describe` -->", "<!-- end of steps -->"


def steps_table() -> str:
    """The thirteen steps as a Markdown table for the README."""
    lines = ["| step | the client's question | state |", "|---|---|---|"]
    for step in STEPS:
        state = "built" if step.built else "to come"
        lines.append(f"| {step.number} {step.title} | {step.question} | {state} |")
    return "\n".join(lines)


def with_steps_table(readme: str) -> str:
    """The README's text with its table of steps as the registry has it now."""
    before, _, rest = readme.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{steps_table()}\n{END}{after}"


def reads_decides_publishes(step: Step) -> str:
    """The second cell of a step's notebook."""

    def names(words: tuple[str, ...], otherwise: str = "nothing") -> str:
        return ", ".join(f"`{word}`" for word in words) or otherwise

    reads = names(step.reads + step.needs)
    more = step.reads_if_there + step.better_with
    lines = [f"**Reads** {reads}" + (f"; says more with {names(more)}" if more else "") + "."]
    lines.append(f"**Decides** {names(tuple(choice.example for choice in step.decides))}.")
    lines.append(f"**Publishes** {names(step.publishes)}.")
    return "  \n".join(lines)


def write_all() -> list[Path]:
    """Bring README and the notebooks in line with the registry; gives the files that changed."""
    changed = []
    readme = KIT / "README.md"
    changed += _replace(readme, with_steps_table(readme.read_text(encoding="utf-8")))
    for step in built_steps():
        notebook = json.loads(step.notebook.read_text(encoding="utf-8"))
        notebook["cells"][1]["source"] = reads_decides_publishes(step).splitlines(keepends=True)
        changed += _replace(step.notebook, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
    return changed


def _replace(path: Path, text: str) -> list[Path]:
    if path.read_text(encoding="utf-8") == text:
        return []
    path.write_text(text, encoding="utf-8", newline="\n")
    return [path]
