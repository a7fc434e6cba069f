"""What has the team decided after two weeks? The files under decisions/."""

from __future__ import annotations

from pathlib import Path
from string import Template

from harbour_maker.goals import PORTFOLIO_GOALS
from harbour_maker.yaml_form import flow

TEXTS = Path(__file__).parent / "texts" / "decisions"
FILES = ("01_frame_engagement.yaml", "02_rate_customers.yaml", "05_customer_share.yaml")


def decisions(said: dict[str, dict]) -> dict[str, str]:
    """The files under decisions/ by name. The beliefs are written in; all else is the same for every Harbour."""
    lines = [f"      {leader}: {flow(answers)}" for leader, answers in said.items()]
    goals = [f"      {goal}: {portfolio}" for goal, portfolio in PORTFOLIO_GOALS.items()]
    marks = {"beliefs": "\n".join(lines), "portfolio_goals": "\n".join(goals)}
    read = {name: (TEXTS / name).read_text(encoding="utf-8") for name in FILES}
    return {name: Template(text).substitute(marks) for name, text in read.items()}
