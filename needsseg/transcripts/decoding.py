"""Decode the bytes of a transcript file to text with LF line ends."""

from __future__ import annotations

import codecs
import unicodedata

from needsseg.errors import TranscriptError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 500_000
PROTECTED = b"\xd0\xcf\x11\xe0"
_OTHER_KINDS = (
    (b"%PDF", "a PDF", "Save the transcript as .docx or plain text and import that."),
    (b"{\\rtf", "an RTF document", "Save it as .docx or plain text in a word processor."),
    (PROTECTED, "an old Word document (.doc) or one with a password", "Save it as .docx without a password."),
    (b"PK\x03\x04", "a zip archive or an office document", "Unpack it, or import it as docx if it is one."),
)
_COMMON_SIGNS = {
    "gb18030": frozenset("的一是不了我在有人这他们来个上大为和到说时要就以会可也你对生能那，。？：、！"),
    "big5": frozenset("的一是不了我在有人這他們來個上大為和到說時要就以會可也你對生能那，。？：、！"),
    "shift_jis": frozenset("のにはをたがでてとしれさいるなからもあこそまっんう、。"),
    "euc_jp": frozenset("のにはをたがでてとしれさいるなからもあこそまっんう、。"),
    "euc_kr": frozenset("이다는을에가고하지의를은그나어도아기서요니게한"),
}
_COMMON_SHARE = 0.25
_SAVE_AS_UTF8 = "Save the file as UTF-8 text, or export it from the meeting tool again."


def decoded(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the text of a file and a warning for every guess about its encoding.

    Tried in order: byte order marks, UTF-16 without a mark (by where the zero bytes lie), UTF-8, UTF-8 with a few
    broken bytes, Windows-1252, a statistical guess. Line ends become LF. Raises TranscriptError for binary content.
    """
    for start, kind, hint in _OTHER_KINDS:
        if data.startswith(start):
            raise TranscriptError(f"{name}: this is {kind}, not a text transcript.", hint)
    text, warnings = _decoded(data, name)
    if _looks_binary(text):
        raise TranscriptError(f"{name}: this is a binary file, not a transcript.", _SAVE_AS_UTF8)
    return text.replace("\r\n", "\n").replace("\r", "\n"), warnings


def _decoded(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding), ()
            except UnicodeDecodeError as error:
                if encoding == "utf-8":
                    break
                raise TranscriptError(f"{name}: broken {encoding} at byte {error.start}.", _SAVE_AS_UTF8) from error
    if b"\0" in data:
        return _utf16_without_mark(data, name)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        return _not_utf8(data, name, error.start)


def _utf16_without_mark(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    zeros_at_even, zeros_at_odd = data[0::2].count(0), data[1::2].count(0)
    encoding = "utf-16-le" if zeros_at_odd > zeros_at_even else "utf-16-be"
    if (zeros_at_even + zeros_at_odd) * 4 < len(data):
        try:
            return data.decode("utf-8"), ("The file holds NUL characters; they were removed.",)
        except UnicodeDecodeError:
            encoding = encoding if max(zeros_at_even, zeros_at_odd) >= 4 * min(zeros_at_even, zeros_at_odd) else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise TranscriptError(f"{name}: this is a binary file, not a transcript.", _SAVE_AS_UTF8) from error
    # Arbitrary bytes decode as UTF-16 more often than not, but hit unassigned code points and miss spaces.
    if not {" ", "\n"} & set(text) or any(unicodedata.category(char) in {"Cn", "Co"} for char in set(text)):
        raise TranscriptError(f"{name}: this is a binary file, not a transcript.", _SAVE_AS_UTF8)
    return text, (f"No byte order mark: read as {encoding.upper()}.",)


def _not_utf8(data: bytes, name: str, first: int) -> tuple[str, tuple[str, ...]]:
    repaired = data.decode("utf-8-sig", errors="replace")
    broken = repaired.count("\ufffd")
    if sum(char > "\x7f" for char in repaired) > 4 * broken:
        line = data.count(b"\n", 0, first) + 1
        return repaired, (f"{broken} broken bytes in UTF-8 were replaced by \ufffd, the first in line {line}.",)
    if _is_another_script(data):
        return _guessed(data, name)
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return _guessed(data, name)
    return text, ("Not UTF-8: read as Windows-1252. Check accents and quotation marks.",)


def _is_another_script(data: bytes) -> bool:
    """Return whether more than a third of the letters are not ASCII: Chinese, Cyrillic or Arabic in a legacy encoding."""
    sample = data[:_SAMPLE]
    high = sum(byte > 0x7F for byte in sample)
    letters = sum(65 <= byte <= 90 or 97 <= byte <= 122 for byte in sample)
    return high * 3 > high + letters


def _in_two_bytes(data: bytes) -> str:
    """Return the double-byte encoding that decodes the text without errors, chosen by common characters; "" for none."""
    best, most = "", 0.0
    for encoding, common in _COMMON_SIGNS.items():
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        non_ascii = [char for char in text[:_SAMPLE] if char > "\x7f"]
        share = sum(char in common for char in non_ascii) / max(len(non_ascii), 1)
        if share > most:
            best, most = encoding, share
    return best if most >= _COMMON_SHARE else ""


def _guessed(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    if encoding := _in_two_bytes(data):
        return data.decode(encoding), (f"Not UTF-8: read as {encoding}, a guess. Check the words.",)
    from charset_normalizer import from_bytes

    # Guessing tries dozens of encodings: a sample from the beginning suffices and bounds the time.
    best = from_bytes(data[:_SAMPLE]).best()
    if best is None:
        raise TranscriptError(f"{name}: the encoding is unknown, or the file is binary.", _SAVE_AS_UTF8)
    text = str(best) if len(data) <= _SAMPLE else data.decode(best.encoding, errors="replace")
    return text, (f"Not UTF-8: read as {best.encoding}, a guess. Check the words.",)


def _looks_binary(text: str) -> bool:
    head = text[:20_000]
    control_characters = sum(
        1 for char in head if (char < " " and char not in "\t\n\r\f\v\0") or "\x7f" <= char <= "\x9f"
    )
    return control_characters * 20 > len(head) or head.count("\0") * 20 > len(head)
