"""What has the team decided after two weeks? The files under decisions/."""

from __future__ import annotations

from pathlib import Path
from string import Template

from harbour_maker.goals import PORTFOLIO_GOALS
from harbour_maker.yaml_form import flow

TEXTS = Path(__file__).parent / "texts" / "decisions"
FILES = (
    "01_frame_engagement.yaml",
    "02_rate_customers.yaml",
    "03_form_groups.yaml",
    "04_value_to_us.yaml",
    "05_customer_share.yaml",
    "06_value_to_them.yaml",
    "07_value_exchange.yaml",
    "08_face_of_future.yaml",
    "09_choose_intent.yaml",
    "10_value_propositions.yaml",
    "11_align_tactics.yaml",
    "12_customer_strategy.yaml",
    "13_scoreboard.yaml",
)
SAID = {
    "yards": "Repair and fit boats for others; they buy across the range, often, and by the phone or the rep.",
    "workshops": "Mend engines; they order a few kinds of parts, often and in small lots.",
    "fleets": "Run charter boats; few large orders, planned ahead.",
    "chandlers": "Sell on what they buy from us; they ask for discount and send back what does not sell.",
    "owners": "Clubs and people with a boat of their own; small orders, by the web, in the season.",
}


def decisions(said: dict[str, dict], groups: dict[str, dict]) -> dict[str, str]:
    """The files under decisions/ by name. Beliefs and the customers that stand for each group are written in."""
    lines = [f"      {leader}: {flow(answers)}" for leader, answers in said.items()]
    goals = [f"      {goal}: {portfolio}" for goal, portfolio in PORTFOLIO_GOALS.items()]
    named = [_group_row(f"g{number}", SAID[key], row) for number, (key, row) in enumerate(groups.items(), 1)]
    marks = {"beliefs": "\n".join(lines), "portfolio_goals": "\n".join(goals), "groups": "\n".join(named)}
    read = {name: (TEXTS / name).read_text(encoding="utf-8") for name in FILES}
    return {name: Template(text).substitute(marks) for name, text in read.items()}


def _group_row(group_id: str, said: str, row: dict) -> str:
    """A group as it stands in the file: its name, the customers that stand for it, and what is true of it."""
    anchors = flow(row["customers"])
    return (
        f"      {group_id}:\n        name: {row['name']}\n        anchors: {anchors}\n        description: {flow(said)}"
    )
