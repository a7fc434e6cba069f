"""What kind of file a delivered file is: its ending and its first bytes have to say the same."""

from __future__ import annotations

import zipfile
from pathlib import Path

from helpers.client.files.characters import UnreadableFile
from helpers.errors import Problem

KINDS = {".csv": "text", ".tsv": "text", ".txt": "text", ".xlsx": "sheet", ".xlsm": "sheet", ".parquet": "parquet"}
OTHER_SPREADSHEETS = (".xls", ".xlsb", ".ods", ".numbers")
ZIP, OLE, PARQUET, GZIP = b"PK", b"\xd0\xcf\x11\xe0", b"PAR1", b"\x1f\x8b"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the name of the part of an OLE file that holds a locked workbook
AS_XLSX = "Open it in Excel and save it as .xlsx (Excel workbook)."


def file_kind(path: Path) -> str:
    """`text`, `sheet` or `parquet`.

    Raises
    ------
    UnreadableFile
        If the ending is not known here, or the first bytes are those of another kind; with what to do about it.
    """
    ending = path.suffix.lower()
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] == GZIP:
        raise _refused("It is compressed (gzip).", "Unpack it and name the file inside.")
    if ending in OTHER_SPREADSHEETS:
        raise _refused(f"It is a spreadsheet of a kind that is not read here ({ending}).", AS_XLSX)
    if start == OLE:
        raise _old_or_locked(path)
    if ending not in KINDS:
        found = f'The ending "{ending}" is not known here.' if ending else "It has no ending."
        raise _refused(found, "Expected .csv, .tsv or .txt for text, .xlsx or .xlsm for Excel, or .parquet.")
    kind = KINDS[ending]
    found = _content(path, start)
    if found != kind and (start or kind == "sheet"):
        raise _other_content(kind, found, start)
    return kind


def _content(path: Path, start: bytes) -> str:
    if start[:2] == ZIP and (start[2:] in (b"\x03\x04", b"\x05\x06")):
        return "sheet" if path.suffix.lower() in (".xlsx", ".xlsm") or _is_workbook(path) else "zip"
    return "parquet" if start == PARQUET else "text"


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as package:
            return "xl/workbook.xml" in package.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def _other_content(kind: str, found: str, start: bytes) -> UnreadableFile:
    if not start:
        return _refused("It is empty.", "Export it again.")
    if found == "sheet":
        return _refused("Its content is that of an Excel file.", "Give it the ending .xlsx, in client.yaml too.")
    if found == "zip":
        return _refused("Its content is that of a zip file.", "Unpack it and name the file inside.")
    if found == "parquet":
        return _refused("Its content is Parquet.", "Give it the ending .parquet, in client.yaml too.")
    if kind == "parquet":
        return _refused("Its content is not Parquet.", "Name it .csv if it is text.")
    if start[:1] == b"<":
        return _refused("Its content is that of a web page or an XML file.", AS_XLSX)
    if min(start) < 9:
        return _refused("Its content is not that of an Excel file.", "Ask the sender what it is, or for an .xlsx file.")
    return _refused("Its content is that of a text file.", "Give it the ending .csv, in client.yaml too.")


def _old_or_locked(path: Path) -> UnreadableFile:
    if ENCRYPTED in path.read_bytes():
        remedy = "Open it in Excel, take the password off (File > Info > Protect Workbook) and save it."
        return _refused("It is protected by a password.", remedy)
    return _refused("Its content is that of an old Excel file (.xls).", AS_XLSX)


def _refused(found: str, remedy: str) -> UnreadableFile:
    return UnreadableFile(Problem("the file", found, remedy))
