"""Freeze version 1 of the sample client harbour_supplies, from its first 24 months.

    python make_harbour_first_version.py FOLDER

makes the client folder of a year before in FOLDER, runs it with this kit, confirms what the rules propose in the name
of the team of then, and freezes FOLDER/versions/v1. Copy that folder into data_samples/harbour_supplies/versions/.

What no rule proposes, and the intents and what follows from them, is taken from the decisions of today with its dates
a year earlier, of the customer secrets only those heard by then; where there is none, the program stops and names it.
The same kit gives the same bytes. It needs the kit's own environment: it runs the kit, and decides nothing by itself.
"""

import argparse
import re
import sys
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent
sys.path[:0] = [str(SAMPLES), str(SAMPLES.parent)]

BY, ON = "Maren Holt, managing director", "2025-11-25"
REASON = "The first round: we follow the rule where nobody knows better, and look again when a year has passed."
# what nobody could decide then as it is decided today: value, reason, who and on which day
THEN = {
    "01.all.hurdle": (
        300,
        "A guess, until we know what the work is that no record explains.",
        "Ada Quist, finance director",
        "2025-11-16",
    ),
    "13.all.answers": (
        {
            "yard_share": {
                "answered_on": "2025-11-20",
                "answer": "Paint and ropes; engine parts nobody asked about yet.",
            }
        },
        "Asked for the first time.",
        "Maren Holt, managing director",
        "2025-11-25",
    ),
}
# the border stays, so that customers can be seen to move; and from step 09 on one judgement is made for the other
STAYS = re.compile(r"04\.all\.value_cuts|(09|1[0-3])\..*")
RESULTS, SECRETS = "09.all.results", "06.all.secrets"
ROUNDS = 20  # of confirming and running: a step asks on what earlier steps have said


def settle(folder, today, say=print):
    """Run and decide until nothing is open; gives the number of judgements decided. `today` is the folder of now."""
    from helpers.client.decisions import read_every_decision
    from helpers.errors import DecisionError
    from helpers.run.judgement_list import judgements_now
    from helpers.run.runner import run_client

    known = {
        f"{step_id[:2]}.{name}": carried(f"{step_id[:2]}.{name}", entry)
        for step_id, entries in read_every_decision(today).items()
        for name, entry in entries.items()
        if entry.decided
    } | THEN
    settled = 0
    for _ in range(ROUNDS):
        outcome = run_client(folder, say=say)
        if outcome.failed:
            raise SystemExit(f"Steps failed: {outcome.failed}")
        asked = [one for one in judgements_now(folder) if one.state != "decided" and one.used is not None]
        if not asked:
            return settled
        for one in asked:
            try:
                decide(folder, one, known)
            except DecisionError:
                break  # it rests on what was decided just now: known after a run
            settled += 1
    raise SystemExit(f"After {ROUNDS} rounds something is still open.")


def carried(name, entry):
    """What is decided today as it would have been a year before: value, reason, who and on which day."""
    from harbour_maker.first_version import a_year_back

    value = heard_by_then(entry.value) if name == SECRETS else earlier(entry.value)
    return value, a_year_back(entry.reason), entry.by, a_year_back(str(entry.decided_on))


def earlier(value):
    """A decided value with every day and year in its texts a year earlier."""
    from harbour_maker.first_version import a_year_back

    if isinstance(value, dict):
        return {key: earlier(part) for key, part in value.items()}
    if isinstance(value, list):
        return [earlier(part) for part in value]
    return a_year_back(value) if isinstance(value, str) else value


def heard_by_then(secrets):
    """Of the customer secrets those learned by then; nobody had asked a second customer yet."""
    there = {key: row for key, row in secrets.items() if str(row["learned_on"]) < ON}
    later = {"confirmed_by", "status"}
    return {
        key: {name: part for name, part in row.items() if name not in later} | {"status": "heard"}
        for key, row in there.items()
    }


def decide(folder, one, known):
    """Decide one judgement: as it is decided today where that must stay or nothing is proposed, else by the rule."""
    from helpers.client.decisions import Decision, write_decision
    from helpers.run.judgement_list import confirm

    if one.state != "missing" and not (one.id in known and STAYS.fullmatch(one.id)):
        confirm(folder, one.id, by=BY, on=ON, reason=REASON)
        return
    if one.id not in known:
        raise SystemExit(f"{one.id}: nothing is proposed, and nobody decides it today either. Add it to THEN.")
    value, reason, by, day = known[one.id]
    if one.id == RESULTS:
        value = {name: row for name, row in value.items() if name in expected(folder)}
    kept = {"value": value, "reason": reason, "by": by, "decided_on": day, "seen": one.used.seen}
    write_decision(folder, one.step, Decision(id=one.name, **kept), expected=None)


def expected(folder):
    """The results that step 09 expects, by group and measure: today others may be expected."""
    from helpers.client.results import read_published

    table = read_published(folder / "results", "09_choose_intent", "expected_results")
    return {f"{row.group_id}.{row.measure}" for row in table.itertuples()}


def freeze(folder, say=print):
    """The folder of the frozen version."""
    from helpers.run.runner import run_client

    version = run_client(folder, mode="final", say=say).version
    if not version:
        raise SystemExit("Nothing was frozen; what was said above tells why.")
    return folder / "versions" / version


def main():
    """Read the command line, make the folder, run it and freeze it."""
    parser = argparse.ArgumentParser(description="Freeze version 1 of harbour_supplies from its first 24 months.")
    parser.add_argument("folder", type=Path, help="where to make the client folder of then; a new one")
    words = "the client folder whose decisions are carried over (default harbour_supplies)"
    parser.add_argument("--today", type=Path, default=SAMPLES / "harbour_supplies", help=words)
    asked = parser.parse_args()
    folder = asked.folder

    from harbour_maker.build import build
    from harbour_maker.first_version import write_first
    from harbour_maker.truth import truth
    from make_harbour_supplies import CUSTOMERS, SEED

    harbour = build(SEED, CUSTOMERS)
    write_first(harbour, truth(harbour), folder)
    print(f"{settle(folder, asked.today)} judgements decided")
    print(freeze(folder))


if __name__ == "__main__":
    main()
