"""The workbook command with toy steps in place of the kit's: `python -P command.py NOTEBOOKS run CLIENT`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.modules.setdefault("rfc3987_syntax", None)

import helpers.steps as registry  # noqa: E402
from helpers import step_entry  # noqa: E402

if __name__ == "__main__":
    notebooks = Path(sys.argv.pop(1))
    names = {"Step": registry.Step, "Choice": registry.Choice, "Headline": registry.Headline}
    toys = {step.id: step for step in eval((notebooks / "steps.txt").read_text(encoding="utf-8"), names)}  # noqa: S307
    step_entry.NOTEBOOKS = notebooks
    registry.STEPS = tuple(toys.get(step.id, step) for step in registry.STEPS)
    registry.BY_ID = {step.id: step for step in registry.STEPS}

    from helpers.cli import main

    sys.exit(main())
