"""One decision is changed: what rests on it is made again and said anew, and everything else stands to the letter.

On a whole run of Harbour Supplies, with its decisions changed as a person changes them: in the text of a file.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers.client.results import finished_steps, group_names, read_published, read_result
from helpers.run.runner import run_client
from helpers.show.audience import audience_for
from helpers.show.sentences import say
from helpers.steps import find_step
from tests.conftest import SampleRun

pytestmark = pytest.mark.long
STRATEGY = "12_customer_strategy"


@dataclass
class Seen:
    """What stands after a run: the files of each step, each sentence of the strategy, and what it rests on."""

    files: dict[str, dict[str, bytes]]
    said: dict[str, str]
    rests: dict[str, set[str]]
    page: list[str]


def seen(folder: Path) -> Seen:
    results = folder / "results"
    standing = finished_steps(results)
    audience = audience_for("working", "EUR", group_names(results, standing))
    files = {
        find_step(step).number: {path.name: path.read_bytes() for path in (results / step).iterdir() if path.is_file()}
        for step in standing
    }
    table = read_published(results, STRATEGY, "strategy").set_index("sentence_id")
    places = (table["source"].fillna("") + "; " + table["chosen_by"].fillna("")).to_dict()
    html = (folder / "report" / "working" / "strategy.html").read_text(encoding="utf-8")
    text = re.sub(r"<img[^>]*>", "", html[html.index("<main") :])
    return Seen(
        files,
        {finding.id: say(finding, audience) for finding in read_result(results, STRATEGY).findings},
        {name: {place.strip() for place in told.split(";") if place.strip()} for name, told in places.items()},
        [line.strip() for line in re.split(r"<[^>]+>", text) if line.strip()],
    )


@dataclass
class Chain:
    """A client folder whose decisions are changed one after the other."""

    folder: Path
    now: Seen

    def change(self, step: str, old: str, new: str) -> tuple[Seen, Seen, set[str]]:
        """Change one text of a decision file and run; gives what stood, what stands and the steps that ran."""
        (path,) = (self.folder / "decisions").glob(f"{step}_*.yaml")
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is to stand once in {path.name}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        outcome = run_client(self.folder, say=lambda line: None)
        assert not outcome.failed
        before, self.now = self.now, seen(self.folder)
        ran = {find_step(name).number for name in outcome.ran}
        for number, files in before.files.items():
            if number not in ran:
                assert self.now.files[number] == files, f"step {number} did not run, and its files moved"
        return before, self.now, ran


def moved(before: Seen, after: Seen) -> set[str]:
    """The sentences of the strategy that are other words now."""
    return {name for name in before.said.keys() | after.said.keys() if before.said.get(name) != after.said.get(name)}


def check_the_page(before: Seen, after: Seen) -> None:
    """A line of the document that stands no longer, or is new, is no sentence that is said as before."""
    kept = {words for name, words in before.said.items() if after.said.get(name) == words}
    for gone in set(before.page) ^ set(after.page):
        assert gone not in kept, gone


@pytest.fixture(scope="module")
def chain(run_sample, tmp_path_factory) -> Chain:
    run: SampleRun = run_sample("harbour_supplies")
    folder = tmp_path_factory.mktemp("one-decision") / "client"
    shutil.copytree(run.folder, folder)
    outcome = run_client(folder, say=lambda line: None)
    assert not outcome.ran, "nothing has changed yet"
    return Chain(folder, seen(folder))


def test_an_answer_of_a_loop_moves_the_scoreboard_alone(chain):
    before, after, ran = chain.change("13", "changed: Nothing yet\n", "changed: The plan of the visits\n")
    assert ran == {"13"}
    assert not moved(before, after) and before.page == after.page
    name = "learning_loop.parquet"
    assert before.files["13"][name] != after.files["13"][name], "the answer did arrive"


def test_the_cost_of_a_tactic_moves_what_counts_it_and_nothing_of_other_tactics(chain):
    before, after, ran = chain.change("11", "cost: 14000", "cost: 14700")
    assert {"11", "12"} <= ran <= {"11", "12", "13"}
    names = moved(before, after)
    assert "12.in_tactics_yard_desk" in names
    others = {name for name in before.said if re.match(r"12\.in_tactics_(?!11_|yard_desk$)", name)}
    assert len(others) == 10, "one sentence for each other tactic that is chosen"
    assert {name: (before.said.get(name), after.said.get(name)) for name in names & others} == {}
    for name in names:  # nothing that rests on neither the register, its best set nor a finding of step 11
        rests = before.rests.get(name, set()) | after.rests.get(name, set())
        assert any(place.startswith(("tactic", "11", "strategy", "all.tactics")) for place in rests), (name, rests)
    check_the_page(before, after)


def test_a_headline_moves_no_sentence_on_anything_else(chain):
    long, short = "headline: A full shelf in July, with one delivery a week", "headline: A full shelf in July"
    before, after, ran = chain.change("10", long, short)
    assert {"10", "12"} <= ran <= {"10", "11", "12", "13"}
    for name in moved(before, after):
        rests = before.rests.get(name, set()) | after.rests.get(name, set())
        assert any("g4" in place or "proposition" in place for place in rests), (name, rests)
    check_the_page(before, after)
    assert before.files["10"]["value_propositions.parquet"] != after.files["10"]["value_propositions.parquet"]
