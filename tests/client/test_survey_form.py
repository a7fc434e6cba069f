"""Scales and codes of a survey: what client.yaml says, and what steps then see."""

import pytest

from helpers.client.intake import take_in
from helpers.client.survey_form import KINDS, read_scale
from helpers.errors import ClientFileError, TableError

HEAD = "respondent_id,recommend,driver_speed,competitor_speed,importance_speed,competitor\n"


def survey(settings: str, *rows: str) -> dict:
    body = HEAD + "".join(f"{row}\n" for row in rows)
    return {"tables": f"  survey: {{file: data/survey.csv, {settings}}}\n", "files": {"survey.csv": body}}


def noted(read) -> dict[str, int]:
    frame = read("received_data")
    return dict(
        frame.loc[(frame["table"] == "survey") & (frame["outcome"] == "noted"), ["reason", "rows"]].values.tolist()
    )


def refusal(make_client, tmp_path, settings: str, *rows: str) -> str:
    with pytest.raises((TableError, ClientFileError)) as caught:
        take_in(make_client(**survey(settings, *rows)), tmp_path / "tables")
    return str(caught.value)


def test_one_pair_is_the_scale_of_every_question(taken):
    read = taken(**survey("scale: [0, 10]", "R1,10,0,7,5,Them"))
    assert read.manifest.scales == dict.fromkeys(KINDS, (0.0, 10.0))
    assert read("survey")[["recommend", "driver_speed"]].values.tolist() == [[10.0, 0.0]]


def test_where_the_lower_number_is_better_answers_are_turned_round(taken):
    scale = "scale: {recommend: [0, 10], driver: [5, 1], importance: [1, 4]}"
    read = taken(**survey(scale, "R1,9,1,5,4,Them", "R2,,2,,1,"))
    found = read("survey").set_index("respondent_id")
    asked = ["recommend", "driver_speed", "competitor_speed", "importance_speed"]
    assert found.loc["R1", asked].tolist() == [9, 5, 1, 4]
    assert found.loc["R2", "driver_speed"] == 4 and found["competitor_speed"].isna().tolist() == [False, True]
    assert found["competitor"].tolist()[0] == "Them"
    # as steps see them: the lower end first
    assert read.manifest.scales["driver"] == read.manifest.scales["competitor"] == (1.0, 5.0)
    note = "turned round, so that higher is better: driver and competitor (1 was the best answer)"
    assert noted(read)[note] == 0


def test_codes_that_are_no_answer_are_blank_and_counted(taken):
    settings = 'scale: [1, 5], not_applicable: [99, "n/a"]'
    read = taken(**survey(settings, "R1,99,N/A,4,3,", "R2,5,99.0,3,2,99", "R3,1,2,3,4,"))
    found = read("survey")
    assert found["recommend"].isna().tolist() == [True, False, False]
    assert found["driver_speed"].isna().tolist() == [True, True, False]
    assert found["competitor"].tolist()[1] == "99"  # a name, and no answer in points
    assert noted(read)['answers blank, as not_applicable says ("99" and "n/a")'] == 2


def test_codes_are_read_in_the_marks_of_the_file(taken):
    settings = 'scale: [1, 5], not_applicable: [99.5], decimal: ",", delimiter: ";"'
    files = survey(settings, "R1,x")["tables"]
    body = "respondent_id;driver_speed\nR1;99,5\nR2;4,5\n"
    assert taken(tables=files, files={"survey.csv": body})("survey")["driver_speed"].isna().tolist() == [True, False]


def test_without_a_scale_nothing_is_stated_and_nothing_refused(taken):
    read = taken(**survey("not_applicable: [none]", "R1,77,none,4,3,"))
    assert read.manifest.scales == {}
    assert read("survey")["recommend"].tolist() == [77.0] and read("survey")["driver_speed"].isna().all()


def test_answers_off_the_scale_are_refused_with_rows_and_values(make_client, tmp_path):
    said = refusal(make_client, tmp_path, "scale: {driver: [5, 1]}", "R1,9,0,4,3,", "R2,9,5,6,3,", "R3,9,3,,3,")
    assert '"driver_speed": 1 of 3 rows is below 1 (line 2; first: "0").' in " ".join(said.split())
    assert '"competitor_speed": 1 of 3 rows is above 5 (line 3; first: "6").' in " ".join(said.split())
    assert "Correct scale in client.yaml, name codes that are no answer under not_applicable" in said
    assert "recommend" not in said  # whose scale nobody stated


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("scale: 10", "this is no scale"),
        ("scale: [0, 5, 10]", "this is no scale"),
        ("scale: [low, high]", "this is no scale"),
        ("scale: [5, 5]", "its two ends are both 5"),
        ("scale: {recomend: [0, 10]}", 'Did you mean "recommend"?'),
        ("scale: {driver: [1, 5], competitor: [0, 10]}", "driver and competitor have different scales"),
        ("not_applicable: [0]", '"0" may be an answer'),
        ("scale: [0, 10], not_applicable: [0]", '"0" is an answer on the scale of recommend'),
        ("not_applicable: 99", "cannot stand here"),
    ],
)
def test_what_is_no_scale_or_no_code_is_refused(make_client, tmp_path, settings, words):
    assert words in refusal(make_client, tmp_path, settings, "R1,9,4,4,3,")


def test_other_tables_have_no_scale(make_client, tmp_path):
    files = {"files": {"referrals.csv": "customer_id,referred_customer_id\nC1,C2\n"}}
    with pytest.raises(ClientFileError, match="only survey has answers"):
        make_client(tables="  referrals: {file: data/referrals.csv, scale: [0, 10]}\n", **files)


def test_a_pair_holds_for_us_and_the_competitor_unless_it_runs_the_other_way():
    assert read_scale({"competitor": [1, 5]})["driver"] == (1.0, 5.0)
    assert read_scale({"competitor": [1, 5], "driver": [5, 1]}) == {"driver": (5.0, 1.0), "competitor": (1.0, 5.0)}


NARROW = "answers all within a shorter scale than the one stated: ask on which they were given"


@pytest.mark.parametrize(
    ("scale", "answers", "said"),
    [
        ("[0, 10]", [1, 5, 3] * 10, "(recommend fits 1 to 5, and 0 (worst) to 10 (best) is stated)"),
        ("[10, 0]", [1, 5, 3] * 10, "(recommend fits 1 to 5, and 10 (worst) to 0 (best) is stated)"),
        ("[0, 10]", [1, 7, 3] * 10, "(recommend fits 1 to 7, and 0 (worst) to 10 (best) is stated)"),
        ("[0, 100]", [0, 7, 10] * 10, "(recommend fits 0 to 10, and 0 (worst) to 100 (best) is stated)"),
        ("[0, 10]", [1, 5, 3] * 9, None),  # too few to tell
        ("[0, 10]", [1, 5, 3] * 10 + [8], None),
        ("[0, 10]", [5, 9, 10] * 10, None),  # nobody unhappy
        ("[1, 5]", [1, 5, 3] * 10, None),
        ("[5, 1]", [4, 5, 3] * 10, None),
    ],
)
def test_answers_that_fit_a_shorter_scale_are_noted(taken, scale, answers, said):
    read = taken(**survey(f"scale: {{recommend: {scale}}}", *(f"R{n},{one},,,," for n, one in enumerate(answers))))
    notes = {note: rows for note, rows in noted(read).items() if note.startswith("answers all")}
    assert notes == ({f"{NARROW} {said}": len(answers)} if said else {})


def test_we_and_the_competitor_are_on_one_scale(taken):
    rows = [f"R{n},,3,{5 if n else 9},,Them" for n in range(40)]
    assert not any(note.startswith("answers all") for note in noted(taken(**survey("scale: [0, 10]", *rows))))
    notes = noted(taken(**survey("scale: [0, 10]", *(row.replace(",9,", ",4,") for row in rows))))
    assert notes[f"{NARROW} (driver fits 1 to 5, and 0 (worst) to 10 (best) is stated)"] == 80
