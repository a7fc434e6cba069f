"""CSV text: bytes to characters, lines to records; and the place of whatever is wrong."""

import csv
import io

import pytest

from helpers.client.files.delimited import UnreadableFile, read_delimited


@pytest.fixture
def read(tmp_path):
    def reader(content: bytes | str, **options):
        path = tmp_path / "file.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_delimited(path, **options)

    return reader


def first_problem(read, content, **options):
    with pytest.raises(UnreadableFile) as caught:
        read(content, **options)
    problem = caught.value.problems[0]
    return problem.where, problem.found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_is_honoured_and_cut_off(read, encoding):
    text = read("naïve,b\n1,2\n".encode(encoding))
    assert text.header == ("naïve", "b")
    assert text.records == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_are_one(read, end):
    text = read(f"a,b{end}1,2{end}3,4{end}")
    assert [record for _, record in text.numbered()] == [["1", "2"], ["3", "4"]]


def test_records_that_span_lines_keep_the_lines_of_the_file(read):
    text = read('a,b\n1,"x\ny"\n\n2,z\n"3","q ""q"""')
    assert list(text.numbered()) == [(2, ["1", "x\ny"]), (5, ["2", "z"]), (6, ["3", 'q "q"'])]
    assert text.lines_of([3, 1]) == [2, 6]
    assert text.records_at([5, 3]) == [2]
    assert not text.ends_with_newline


def test_a_header_may_span_lines(read):
    text = read('"a\nb",c\n1,2\n')
    assert text.header == ("a\nb", "c")
    assert text.lines_of([1]) == [3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", '"'])
def test_rows_without_any_text_are_blank_as_in_a_sheet(read, delimiter, mark, tmp_path):
    rows = [["a", "b"], ["1", f"{mark}2{mark}"], ["", " "], ["3", ""], ["", ""], ["", ""], [""]]
    text = read("".join(f"{delimiter.join(row)}\n" for row in rows).encode())
    assert text.records == 2
    assert text.lines_of([1, 2]) == [2, 4]
    text.write_body(tmp_path / "body")
    assert (tmp_path / "body").read_text() == f"1{delimiter}2\n3{delimiter}\n"


def test_blank_lines_inside_are_counted_and_those_at_the_end_are_not(read):
    text = read("a,b\n1,2\n\n \n3,4\n\n\n")
    assert (text.records, text.blank_lines) == (2, 2)
    assert text.lines_of([2]) == [5]


@pytest.mark.parametrize(("content", "delimiter"), [("a;b\n1;2\n", ";"), ("a\tb\n1\t2\n", "\t"), ("a|b\n1|2\n", "|")])
def test_the_delimiter_is_the_one_that_splits_the_header(read, content, delimiter):
    assert read(content).delimiter == delimiter


@pytest.mark.parametrize(("given", "better"), [(",", '";"'), ("\t", '";"'), ("tabs", '";"')])
def test_a_delimiter_that_does_not_split_the_header_is_refused(read, given, better):
    with pytest.raises(UnreadableFile) as caught:
        read("a;b\n1,5;2\n", delimiter=given)
    (problem,) = caught.value.problems
    assert problem.found.startswith("The header is one field when split by")
    assert problem.remedy == f"Set delimiter: {better} in client.yaml, or leave delimiter out."


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "iso-8859-15", "cp1251"])
def test_utf8_is_not_read_letter_by_byte(read, encoding):
    where, found = first_problem(read, 'a,b\n1,x\n2,"Café Müller"\n', encoding=encoding)
    assert where == "encoding in client.yaml"
    assert found.startswith('The file looks like UTF-8 (line 3: "Café", which ')


@pytest.mark.parametrize("encoding", ["cp1252", "gb18030", "utf-8", "utf-16", "cp1251", "shift_jis"])
def test_an_encoding_that_is_the_files_own_is_taken(read, encoding):
    name = {"gb18030": "联通", "cp1251": "Рога и копыта", "shift_jis": "東京"}.get(encoding, "Café")
    assert list(read(f"a,b\n{name},1\n".encode(encoding), encoding=encoding).numbered())[0][1] == [name, "1"]
    assert read("a,b\nx,1\n".encode(encoding), encoding=encoding).records == 1


def test_a_quoted_delimiter_in_the_header_does_not_count(read):
    assert read('"Net, EUR";b\n1;2\n').header == ("Net, EUR", "b")


def test_a_file_of_one_column_needs_no_delimiter(read):
    text = read("a\n1\n2\n")
    assert (text.header, text.records) == (("a",), 2)


def test_what_is_written_reads_the_same(read, tmp_path):
    text = read('a,b,c\n5" pipe,  "x",\n"1,2","a\nb","q""q"\n\n,,\n')
    text.write_body(tmp_path / "body.csv")
    written = list(csv.reader(io.StringIO((tmp_path / "body.csv").read_text()), strict=True))
    assert written == [record for _, record in text.numbered()]


@pytest.mark.parametrize(
    ("content", "where", "found"),
    [
        (b"", "the file", "It is empty."),
        (b"\n\n", "the file", "It is empty."),
        (b"\na;b\n", "line 1", "It is blank."),
        (b"\na,b\n1,2\n", "line 1", 'It is blank; the headings seem to stand in line 2: "a" and "b".'),
        (b"a,b\r\n1,2\r\n3,\xe9\r\n", "line 3", "It holds byte 0xE9, which is not UTF-8."),
        (b"a,b\n1,\x01\n2,\x00\n", "lines 2 and 3", "2 control characters that no text holds (first: U+0001)."),
        ("a,b\n1,\u0085\n".encode(), "line 2", "1 control character that no text holds (first: U+0085)."),
        (b"a,,b\n1,2,3\n", "line 1", "Column 2 of 3 has no name."),
        (b"a,b,a\n1,2,3\n", "line 1", '"a" stands there twice.'),
        (b"a,b;c;d\n", "line 1", "The header can be split by comma (2 columns) or by semicolon (3 columns)."),
        (
            b"a,b\n1,2\n3\n4,5,6\n",
            "lines 3 and 4",
            "2 of 3 rows do not have the 2 fields of the header (the first has 1).",
        ),
        (b'a,b\n"x\ny",2\n"3\n', "line 4", "A quotation mark opens here and is never closed."),
        (b'a,b\n1,"x\ny"z\n', "line 2", "A quotation mark opens here and text follows the one that closes it."),
        (b'"a,b\n1,2\n', "line 1", "A quotation mark in the header is not closed."),
        (b"a,b\n1," + b"x" * 500_000 + b"\n", "line 2", "It holds 500,002 characters, more than any row of a table."),
    ],
)
def test_what_is_wrong_is_named_with_its_line(read, content, where, found):
    assert first_problem(read, content) == (where, found)


def test_a_delimiter_in_client_yaml_settles_it(read):
    assert read("a,b;c;d\n1;2;3\n", delimiter=";").header == ("a,b", "c", "d")


def test_the_likely_encoding_is_proposed_and_then_used(read):
    content = "Kunde,Ort\n1,Würzburg\n2,Göttingen\n".encode("cp1252")
    with pytest.raises(UnreadableFile) as caught:
        read(content)
    assert "set encoding: cp1252" in caught.value.problems[0].remedy
    assert [record[1] for _, record in read(content, encoding="cp1252").numbered()] == ["Würzburg", "Göttingen"]


def test_half_a_character_is_no_traceback(read, tmp_path):
    text = read("a,b\n1,\\ud800\n", encoding="unicode_escape")
    with pytest.raises(UnreadableFile):
        text.write_body(tmp_path / "body.csv")


def test_an_unknown_encoding_is_said(read):
    assert first_problem(read, "a,b\n1,2\n", encoding="hex")[1] == '"hex" is not a text encoding known here.'


TITLE = 'Orders, first quarter\n\nBy:;"sales;\n'
TITLED = f'{TITLE}Order No;Customer;Net\n1001;C1;120\n1002;"C2\nLtd";80\n\nTotal;;200\nend of report\n'


def test_what_stands_above_the_header_and_below_the_data_is_left_out(read, tmp_path):
    text = read(TITLED, header_row=4, footer_rows=2)
    assert text.header == ("Order No", "Customer", "Net")
    assert list(text.numbered()) == [(5, ["1001", "C1", "120"]), (6, ["1002", "C2\nLtd", "80"])]
    assert text.footer == ((9, ["Total", "", "200"]), (10, ["end of report"]))
    assert (text.records, text.blank_lines, text.ends_with_newline) == (2, 0, True)
    text.write_body(tmp_path / "body.csv")
    assert (tmp_path / "body.csv").read_text() == '1001;C1;120\n1002;"C2\nLtd";80\n'


def test_lines_are_those_of_the_file_whatever_stands_above(read):
    text = read("title\n\na,b\n1,2\n\n3,4\n", header_row=3)
    assert text.lines_of([1, 2]) == [4, 6]
    assert text.records_at([6]) == [2]
    assert first_problem(read, "title\na,b\n1,2\n3\n4,5\n", header_row=2)[0] == "line 4"


def test_more_footer_rows_than_rows_leave_none(read):
    text = read("a,b\n1,2\n3,4\n", footer_rows=5)
    assert (text.records, [line for line, _ in text.footer]) == (0, [2, 3])


@pytest.mark.parametrize(
    ("content", "row", "found"),
    [
        ("Orders of 2026\na,b\n1,2\n", 2, 'It holds a title ("Orders of 2026")'),
        ("Orders of 2026,\n,\na,b\n1,2\n3,4\n", 3, 'It holds a title ("Orders of 2026")'),
        ("Orders, 2026, EUR\na;b;c\n1;2;3\n", 2, 'It holds a title ("Orders, 2026, EUR")'),
        ('"Orders\na,b\n1,2\n', 2, 'It holds a title ("Orders")'),
        ("\n\na\tb\n1\t2\n", 3, "It is blank"),
    ],
)
def test_a_title_is_recognised_and_the_line_of_the_headings_named(read, content, row, found):
    with pytest.raises(UnreadableFile) as caught:
        read(content)
    (problem,) = caught.value.problems
    assert problem.where == "line 1"
    assert problem.found.startswith(f"{found}; the headings seem to stand in line {row}: ")
    assert problem.remedy == f"Set header_row: {row} in client.yaml. What stands above is then left out."
    assert read(content, header_row=row).records > 0


@pytest.mark.parametrize(
    "content",
    [
        "name,city\nMiller, Inc,Ulm\nHeld,Bonn\nKern,Kiel\n",  # a field too many is no header
        "a,b\n1,2\n3\n4,5\n",
        "Orders\n1,2\n3,4\n",  # numbers are no headings
    ],
)
def test_without_a_title_the_fault_itself_is_told(read, content):
    with pytest.raises(UnreadableFile) as caught:
        read(content)
    assert "headings" not in caught.value.problems[0].found


def test_records_of_another_width_at_the_end_may_be_a_footer(read):
    with pytest.raises(UnreadableFile) as caught:
        read("a,b\n1,2\n3,4\n\nTotal 6\nprinted by Ada\n")
    (problem,) = caught.value.problems
    assert problem.where == "lines 5 and 6"
    assert "set footer_rows: 2 in client.yaml" in problem.remedy


@pytest.mark.parametrize("row", [9, 1000])
def test_a_header_row_behind_the_end_is_said(read, row):
    assert first_problem(read, "a,b\n1,2\n", header_row=row)[0] == "header_row in client.yaml"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_named(read, encoding):
    content = "Kunde,Ort\n1,Würzburg\n2,Ōsaka 大阪\n".encode(encoding)
    where, found = first_problem(read, content)
    assert (where, encoding in found) == ("the file", True)
    assert read(content, encoding=encoding).records == 2
