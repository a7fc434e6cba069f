"""The text files of a client's folder: what a word means, what a fault says, what a write keeps."""

from __future__ import annotations

import os
import stat
import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.yaml_files import MOST_BYTES, line_of, plain, read_yaml, write_yaml
from helpers.errors import ClientFileError, DecisionError

EXACT = settings(derandomize=True, deadline=None, max_examples=200)

# what a decision may hold: any text that a file can carry, numbers, true and false, nothing
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
scalars = st.one_of(
    texts,
    st.sampled_from(
        ["2026-10-01", "2026-13-45", "yes", "on", "null", "0042", "1e3", "- a", "a: b", "#", " x ", "a\n b\n", "'"]
    ),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


def read(tmp_path, text):
    path = tmp_path / "some.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path)


def fault(tmp_path, text):
    with pytest.raises(ClientFileError) as caught:
        read(tmp_path, text)
    return str(caught.value)


@pytest.mark.parametrize(
    "word", ["2026-10-01", "2026-13-45", "yes", "no", "on", "12:30", "0x1F", "1_000", ".inf", "1e999"]
)
def test_bare_words_stay_text(tmp_path, word):
    assert plain(read(tmp_path, f"a: {word}")) == {"a": word}


def test_numbers_remember_how_they_were_written(tmp_path):
    data = read(tmp_path, "id: 0042\namount: 1250310.550\ntrue: true\n04: x\n")
    assert plain(data) == {"id": 42, "amount": 1250310.55, "true": True, "04": "x"}
    assert plain(data, numbers_as_text=True) == {"id": "0042", "amount": "1250310.550", "true": True, "04": "x"}


def test_plain_gives_ordinary_types(tmp_path):
    found = plain(read(tmp_path, "a: 1\nb: 1.5\nc: 'x'\nd: [1]\ne: {f: null}\n"))
    assert [type(value) for value in found.values()] == [int, float, str, list, dict]


@pytest.mark.parametrize("text", ["", "\n", "# only a remark\n", "---\n", "\ufeff"])
def test_an_empty_file_is_an_empty_mapping(tmp_path, text):
    assert read(tmp_path, text) == {}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\na: 2", "line 2, column 1", 'the key "a" stands here a second time'),
        ("a:\n\tb: 1", "line 2, column 1", "a tab"),
        ('b: 1\na: "x', "line 2, column 4", "a quote is opened here"),
        ("a: [1, 2\nb: 1", "line 1, column 4", "the bracket opened here"),
        ("a: b: c", "line 1, column 5", "a second colon"),
        ("a: &x 1", "line 1, column 4", "anchors and aliases"),
        ("a: *x", "line 1, column 4", "anchors and aliases"),
        ("a: !!python/object:os.system x", "line 1, column 4", "tags"),
        ("? [a]\n: 1", "line 1, column 3", "a name is expected"),
        ("a: 1\n---\nb: 2", "line 2, column 1", "a second document"),
        ("a: " + "[" * 500, "line 1, column 43", "nested more than"),
        ("- 1", "line 1", "does not begin with an entry"),
        (b"a: 1\nb: caf\xe9", "line 2", "the byte 0xe9 is not UTF-8"),
        ("a: x\0y", "line 1, column 5", "control character (code 0)"),
        ("a: x\x1by", "line 1, column 5", "control character (code 27)"),
        (b"a: 1\n" + b"#" * MOST_BYTES, "this file", "larger than 500 kB"),
    ],
)
def test_a_damaged_file_is_told_with_its_place(tmp_path, text, place, words):
    message = fault(tmp_path, text)
    assert message.startswith("some.yaml - 1 problem in ")
    assert f"  1. {place}: " in message
    assert words in message


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    with pytest.raises(ClientFileError, match="it is not there"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(DecisionError, match="it cannot be opened"):
        read_yaml(tmp_path, error=DecisionError)


def test_the_deepest_known_line_is_found(tmp_path):
    data = read(tmp_path, "a: 1\nb:\n  c:\n    - x\n    - y\n  d: {e: 1}\n")
    found = [line_of(data, loc) for loc in [("a",), ("b", "c", 1), ("b", "d", "e"), ("b", "gone", "x"), ("gone",), ()]]
    assert found == [1, 5, 6, 2, None, None]


@given(st.dictionaries(texts, values, max_size=5))
@EXACT
def test_what_is_written_reads_back(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("yaml") / "a.yaml"
    write_yaml(path, data)
    first = path.read_bytes()
    found = read_yaml(path)
    assert plain(found) == plain(data)
    write_yaml(path, found)
    assert path.read_bytes() == first


@given(st.text(st.sampled_from("ab1:-?#&*!|>'\"%@`{}[],\t\n\r .~<=\\0\ufeff\x85é"), max_size=60))
@EXACT
def test_no_text_gives_anything_but_a_mapping_or_one_error(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("yaml") / "a.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    message = "a.yaml - 1 problem in "
    try:
        assert isinstance(plain(read_yaml(path)), dict)
    except ClientFileError as error:
        message = str(error)
    assert message.startswith("a.yaml - 1 problem in ")


def test_a_write_keeps_comments_dates_and_amounts(tmp_path):
    path = tmp_path / "a.yaml"
    text = (
        "# head\na: 2026-10-01  # beside\n\n# above\nb: {rows: 6, revenue: 1250310.550}\nc: x\nd:\n  - e: 0042\n# end\n"
    )
    path.write_text(text)
    data = read_yaml(path)
    data["c"] = "y"
    write_yaml(path, data)
    assert path.read_text() == text.replace("c: x", "c: y")  # 2026-10-01, 0042 and 1250310.550 stay as they were


def test_a_write_keeps_remarks_of_a_file_without_entries(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("# decide here\n")
    data = read_yaml(path)
    data["a"] = Decimal("1.50")
    write_yaml(path, data)
    assert path.read_text() == "# decide here\na: 1.50\n"


def test_a_write_keeps_windows_line_ends(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"# head\r\na: 1\r\n")
    write_yaml(path, read_yaml(path) | {"b": 2})
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n")


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX systems")
def test_a_write_keeps_the_mode_and_follows_links(tmp_path):
    target, link = tmp_path / "shared" / "real.yaml", tmp_path / "a.yaml"
    target.parent.mkdir()
    target.write_text("a: 1\n")
    target.chmod(0o640)
    link.symlink_to(target)
    write_yaml(link, {"a": 2})
    assert link.is_symlink()
    assert target.read_text() == "a: 2\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert [path.name for path in target.parent.iterdir()] == ["real.yaml"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ClientFileError, match="No space left on device"):
        write_yaml(path, {"a": 2})
    assert path.read_text() == "a: 1\n"
    assert [found.name for found in tmp_path.iterdir()] == ["a.yaml"]


def test_what_would_not_read_back_is_not_written(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n")
    with pytest.raises(ClientFileError, match="would not read back the same"):
        write_yaml(path, {"a": float("nan")})
    assert path.read_text() == "a: 1\n"
