"""Bytes to characters: which encoding a text file is written in, and whether what comes out is text.

The byte order mark decides, then client.yaml, else it is UTF-8; any other encoding is proposed and never taken.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from helpers.errors import Problem, counted, listed, quoted

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
CONTROL_BYTES = bytes(code for code in [*range(9), 11, 12, *range(14, 32), 127])
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is the first half of this one
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# what business software writes; without this list short files are taken for rarities
LIKELY = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "mac_roman",
    "cp850",
    "shift_jis",
    "gb18030",
    "big5",
    "euc_kr",
]
UMLAUT = "\u00e4".encode()  # one letter in UTF-8, two in every encoding that makes each byte a letter


class UnreadableFile(Exception):
    """A delivered file cannot be split into records. Never reaches the user: the intake reports its `problems`."""

    def __init__(self, *problems: Problem):
        super().__init__(len(problems))
        self.problems = list(problems)


def decoded(data: bytes, encoding: str | None) -> str:
    """The characters of a file with its line ends normalised to LF; UnreadableFile says on which line they fail."""
    marked = next((name for mark, name in BOMS if data.startswith(mark)), None)
    name = marked or encoding or "utf-8"
    if encoding and not marked:
        _refuse_hidden_utf8(data, encoding)
    if not encoding and not marked:
        _refuse_hidden_utf16(data)
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        line = _unified(data[: error.start].decode(name, "ignore")).count("\n") + 1
        found = f"byte 0x{data[error.start]:02X}, which is not {name.removesuffix('-sig').upper()}"
        raise UnreadableFile(not_characters(line, found, None if marked else _likely(data))) from None
    except (LookupError, UnicodeError):
        found = f"{quoted(name)} is not a text encoding known here."
        remedy = "Use its usual name, such as utf-8, cp1252 or utf-16."
        raise UnreadableFile(Problem("encoding in client.yaml", found, remedy)) from None
    return _unified(text.removeprefix("\ufeff"))


def _refuse_hidden_utf8(data: bytes, encoding: str) -> None:
    """A file in UTF-8 whose `encoding` takes each byte for a letter: it would pass with wrong letters in every name."""
    try:
        if data.isascii() or len(UMLAUT.decode(encoding, "replace")) != len(UMLAUT):
            return
        text = data.decode("utf-8")
    except (LookupError, UnicodeError):
        return
    first = re.search(r"[^\s,;|\"]*[^\x00-\x7f]\w*", text)
    line = _unified(text[: first.start()]).count("\n") + 1
    right = first.group()[:30]
    wrong = right.encode().decode(encoding, "replace")
    found = f"The file looks like UTF-8 (line {line:,}: {quoted(right)}, which {encoding} reads as {quoted(wrong)})."
    remedy = "Leave encoding out, or set encoding: utf-8."
    raise UnreadableFile(Problem("encoding in client.yaml", found, remedy))


def _refuse_hidden_utf16(data: bytes) -> None:
    """UTF-16 that has lost its mark: every second byte of ordinary text is empty."""
    start = data[:100_000]
    for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        empty = start[first::2].count(0)
        if empty > len(start) / 5 and not start[1 - first :: 2].count(0):
            found = f"Every second byte is empty, as in {name} without the mark that such files begin with."
            remedy = f"Set encoding: {name} in client.yaml, or save the file as UTF-8."
            raise UnreadableFile(Problem("the file", found, remedy))


def _unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def not_characters(line: int, found: str, likely: str | None) -> Problem:
    """The problem of a line whose bytes are no characters, with the most likely encoding where there is one."""
    advice = f"The file looks like {likely}: set encoding: {likely} in client.yaml and look whether names read well"
    advice = advice if likely else "Set encoding: in client.yaml to the one that the file was written in"
    return Problem(f"line {line:,}", f"It holds {found}.", f"{advice}, or save the file as UTF-8.")


def _likely(data: bytes) -> str | None:
    """The most likely encoding of bytes that are not UTF-8, from the lines that hold more than ASCII."""
    telling = [line for line in data.splitlines() if not line.isascii()][:500]
    best = from_bytes(b"\n".join(telling)[:100_000], cp_isolation=LIKELY).best()
    # Western letters fit half a dozen code pages; the one of Windows is by far the usual one
    western = best is not None and best.encoding in ("cp1250", "cp1254", "mac_roman", "cp850")
    if western and all(char.isprintable() for char in b"".join(telling).decode("cp1252", "replace") if char != "\t"):
        return "cp1252"
    return best.encoding if best else None


def refuse_control_characters(text: str) -> None:
    """Raise UnreadableFile if a text holds characters that no text holds, such as NUL."""
    # an all-ASCII look-up by bytes is several times faster than the expression and nearly always enough
    if text.isascii() and len(text.encode().translate(None, CONTROL_BYTES)) == len(text):
        return
    found = [match.start() for match in CONTROL.finditer(text)]
    if not found:
        return
    lines, at, line = [], 0, 1
    for position in found:
        line += text.count("\n", at, position)
        at = position
        if not lines or lines[-1] != f"{line}":
            lines.append(f"{line}")
    code = ord(text[found[0]])
    name = "NUL (empty bytes)" if code == 0 else f"U+{code:04X}"
    one = len(lines) == 1
    raise UnreadableFile(
        Problem(
            f"{'line' if one else 'lines'} {listed(lines)}",
            f"{counted(len(found), 'control character')} that no text holds (first: {name}).",
            "The file was damaged on its way, or its encoding is another one; export or send it again.",
        )
    )
