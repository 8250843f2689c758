"""Rich text (.rtf): its paragraphs, decoded by striprtf; deleted text, notes and headers become asides."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from needsseg.errors import TranscriptError
from needsseg.transcripts.documents.marks import aside, headed, row, without_signs
from needsseg.transcripts.lines.labels import words
from needsseg.transcripts.spoken import NUMBERED

_SAVE_AGAIN = "Open it in a word processor, save it as .docx (or as plain text) and import that."
_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}]+)", re.DOTALL
)
_DEEPEST = 10_000
_PART = 20_000
_END = "\\par "
# Signs that pass through striprtf unchanged: private-use characters that no transcript contains.
_SIGNS = tuple(chr(0xF8E0 + number) for number in range(7))
_BESIDE, _TALK, _CELL, _ROW, _LINE, _HEADING, _NUMBER = _SIGNS
_SPACES = dict.fromkeys(map(ord, _SIGNS), " ")
_KINDS = ("markup", "note", "heading")
# Destinations whose words are outside the dialogue, with the kind of these words.
_BESIDE_WORDS = {
    **dict.fromkeys(("footnote", "annotation", "shptxt"), "note"),
    **dict.fromkeys(("header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"), "heading"),
}
# Destinations without words; skipping pictures and field instructions saves time.
_NO_WORDS = words(
    "pict object objdata fldinst stylesheet colortbl info listtable listoverridetable rsidtbl themedata datastore "
    "latentstyles xmlnstbl generator filetbl revtbl atnid atnauthor atndate atnref bkmkstart bkmkend pntext pnseclvl "
    "template colorschememapping fonttbl nonshppict sp shpinst listtext ftnsep ftnsepc ftncn aftnsep aftnsepc "
    "aftncn"
)
_KNOWN_CHARSETS = frozenset({0, 42, 77, 128, 129, 130, 134, 136, 161, 162, 163, 177, 178, 186, 204, 222, 238, 254, 255})
_HEADING_STYLE = re.compile(
    r"\{[^{}]{0,40}?\\s(\d{1,5})\b[^{}]{0,600}?[ \d](?:heading|title|subtitle|überschrift|titel|titre|título|titolo)"
    r"(?: \d)?;\}",
    re.IGNORECASE,
)
# The number before a paragraph of a numbered list, as opposed to a bullet.
_COUNTED = re.compile(r"(?:\\[a-z]+-?\d* ?|\s){0,40}\(?\d{1,3}[.)]")
_FONT = re.compile(r"\\f(\d{1,6})|\\fcharset(\d{1,3})")


def rtf_pieces(data: bytes, name: str) -> list[str]:
    """Return the pieces of a rich-text file in order: paragraphs, table rows, asides (``marks.aside``).

    Deleted and hidden text, comments, footnotes, headers and footers are asides; headings begin with HEADED.
    Raises TranscriptError where the file is damaged.
    """
    from striprtf.striprtf import rtf_to_text

    try:
        source = data.decode(_code_page(data), errors="replace").translate(dict.fromkeys(map(ord, (*_SIGNS, "\0"))))
        source = source[max(source.find("{\\rtf"), 0) :]
        page = _code_page(data)
        parts = [rtf_to_text(part, encoding=page, errors="replace") for part in _Marker(source).parts()]
        text = _whole_characters("".join(parts))
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        raise TranscriptError(f"{name}: this RTF document is damaged: {error}.", _SAVE_AGAIN) from error
    return list(_pieces(text))


def _code_page(data: bytes) -> str:
    """Return the encoding declared at the head of the file, Windows-1252 where it is missing or unknown."""
    head = data[:4_096]
    if match := re.search(rb"\\ansicpg(\d{1,6})", head):
        page = f"cp{match[1].decode()}"
        try:
            return codecs.lookup("utf-8" if page in {"cp65001", "cp0"} else page).name
        except LookupError:
            return "cp1252"
    for word, page in ((rb"\\mac\b", "mac_roman"), (rb"\\pca\b", "cp850"), (rb"\\pc\b", "cp437")):
        if re.search(word, head):
            return page
    return "cp1252"


def _whole_characters(text: str) -> str:
    """Return text with surrogate pairs joined to one character; a lone surrogate becomes a question mark."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@dataclass(frozen=True, slots=True)
class _Group:
    """The formatting state of a group: whether its words are deleted or hidden, their kind, whether it has words at all,
    the font, and how many fallback characters follow one Unicode character."""

    deleted: bool = False
    hidden: bool = False
    beside: str = ""
    skipped: bool = False
    font: str = ""
    fallback: str = "1"

    @property
    def kind(self) -> str:
        return self.beside or ("markup" if self.deleted or self.hidden else "")


class _Marker:
    """Inserts signs where words of another kind, cells, rows and headings begin, and drops groups without words."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._headings = {match[1] for match in _HEADING_STYLE.finditer(_group_at(source, "\\stylesheet"))}
        self._groups: list[_Group] = []
        self._now = _Group()
        self._kind = ""
        self._heading = self._headed = self._in_table = False
        self._default_font = ""
        self._written = ("", "1")

    def parts(self) -> Iterator[str]:
        """Yield the marked tokens as separate documents of some thousand characters each: striprtf's time grows with the
        square of the length."""
        fonts = _fonts(_group_at(self._source, "\\fonttbl"))
        tokens: list[str] = []
        length = 0
        for token in self._marked():
            tokens.append(token)
            length += len(token)
            # A part ends with a paragraph, or in a very long one after plain words, but never within a character.
            plain_words = length >= _PART * 10 and token != "" and not token.startswith(("\\", "{"))
            if (length >= _PART and token == _END) or plain_words:
                yield f"{{\\rtf1 {fonts}{''.join(tokens)}}}"
                tokens = [f"\\uc{self._now.fallback} ", f"\\f{self._now.font} " if self._now.font else ""]
                self._written = (self._now.font, self._now.fallback)
                length = 0
        yield f"{{\\rtf1 {fonts}{''.join(tokens)}}}"

    def _marked(self) -> Iterator[str]:
        """Yield the remaining tokens of the file in order, with signs between them and without groups."""
        position, source = 0, self._source
        while match := _TOKEN.match(source, position):
            position = match.end()
            word, argument, code, sign, brace, text = match.groups()
            if brace:
                self._brace(brace)
                # A group ends the fallback of a Unicode character.
                yield "" if self._now.skipped else "{}"
                if not self._groups:
                    break
            elif word == "bin" and argument:
                position += max(int(argument), 0)
            elif sign == "*":
                self._pass_over(position)
            elif word:
                self._change(word, argument)
                if word == "listtext" and not self._now.kind:
                    yield _NUMBER if _COUNTED.match(source, position) else ""
                if not self._now.skipped:
                    # Letters that follow must not become part of the control word.
                    yield from self._control_word(word, argument, match[0].rstrip(" ") + " ")
            elif sign in {"\r", "\n"}:
                yield from self._control_word("par", None, _END)
            elif not self._now.skipped:
                yield from self._before_words()
                yield match[0] if code or sign else without_signs(text.replace("\r", "").replace("\n", ""))

    def _brace(self, brace: str) -> None:
        if brace == "{":
            if len(self._groups) >= _DEEPEST:
                raise ValueError("its groups are nested too deeply")
            self._groups.append(self._now)
        elif self._groups:
            self._now = self._groups.pop()

    def _pass_over(self, position: int) -> None:
        """Process an optional destination: keep its words where its kind is known, else drop them."""
        match = _TOKEN.match(self._source, position)
        if match is None or match[1] not in {*_BESIDE_WORDS, "shppict", "fldrslt"}:
            self._now = replace(self._now, skipped=True)

    def _change(self, word: str, argument: str | None) -> None:
        """Apply a control word to the state of the current group."""
        off = argument == "0"
        if word in _NO_WORDS:
            self._now = replace(self._now, skipped=True)
        elif word == "f" and argument:
            self._now = replace(self._now, font=argument.lstrip("-"))
        elif word == "deff" and argument:
            self._now = replace(self._now, font=argument.lstrip("-"))
            self._default_font = self._now.font
        elif word == "uc":
            self._now = replace(self._now, fallback=(argument or "1").lstrip("-"))
        elif word in _BESIDE_WORDS:
            self._now = replace(self._now, beside=_BESIDE_WORDS[word], skipped=False)
            self._kind = ""
        elif word == "deleted":
            self._now = replace(self._now, deleted=not off)
        elif word == "v":
            self._now = replace(self._now, hidden=not off)
        elif word == "plain":
            self._now = replace(self._now, deleted=False, hidden=False, font=self._default_font)
        elif self._now.skipped or self._now.beside:
            return
        elif word == "pard":
            self._heading = self._in_table = False
        elif word == "s" and argument:
            self._heading = argument in self._headings
        elif word == "outlinelevel" and argument and len(argument) == 1:
            self._heading = argument != "9"
        elif word == "intbl":
            self._in_table = True

    def _control_word(self, word: str, argument: str | None, token: str) -> Iterator[str]:
        """Yield a control word in the form that striprtf needs."""
        if word in {"par", "sect", "page"} and (self._now.kind or self._in_table):
            # The end of a paragraph in a footnote or a cell does not end a paragraph of the dialogue.
            yield from self._sign_of_kind()
            yield " " if self._now.kind else _LINE
        elif word in {"par", "sect", "page"}:
            self._headed = False
            yield token
        elif word in {"cell", "nestcell", "row", "nestrow"}:
            # A cell also ends where its words are deleted.
            yield _TALK if self._kind else ""
            self._kind = ""
            yield _CELL if word.endswith("cell") else _ROW
        elif word == "line":
            yield from self._sign_of_kind()
            yield _LINE
        elif word == "u":
            yield from self._before_words()
            yield token if argument and -0x8000 <= int(argument) <= 0xFFFF else ""
        elif word == "tab" or word in _CHARACTERS:
            yield from self._before_words()
            yield token

    def _before_words(self) -> Iterator[str]:
        """Yield the signs and control words that the following words need."""
        yield from self._sign_of_kind()
        if (self._now.font, self._now.fallback) != self._written:
            self._written = (self._now.font, self._now.fallback)
            yield f"\\uc{self._now.fallback} "
            yield f"\\f{self._now.font} " if self._now.font else ""

    def _sign_of_kind(self) -> Iterator[str]:
        """Yield a sign where the following words are of another kind than those before."""
        kind = self._now.kind
        if kind != self._kind:
            self._kind = kind
            yield f"{_BESIDE}{_KINDS.index(kind)}" if kind else _TALK
        if self._heading and not kind and not self._headed:
            self._headed = True
            yield _HEADING


_CHARACTERS = words("emdash endash emspace enspace qmspace bullet lquote rquote ldblquote rdblquote")


def _group_at(source: str, word: str) -> str:
    """Return the group that begins with a control word; "" where there is none."""
    start = source.find(word)
    if start < 0:
        return ""
    depth = 1
    for brace in re.compile(r"\\[{}\\]|[{}]").finditer(source, start):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0:
            return source[start : brace.end()]
    return ""


def _fonts(table: str) -> str:
    """Return a font table reduced to the character set of each font, one line each."""
    charsets: dict[str, int] = {}
    font = ""
    for match in _FONT.finditer(table):
        if match[1]:
            font = match[1]
        elif font and int(match[2]) in _KNOWN_CHARSETS:
            charsets.setdefault(font, int(match[2]))
    fonts = "\n".join(f"{{\\f{font}\\fcharset{charset} x;}}" for font, charset in charsets.items())
    return f"{{\\fonttbl\n{fonts}}}" if fonts else ""


def _pieces(text: str) -> Iterator[str]:
    """Yield paragraphs and rows from text with signs, then the asides."""
    words_beside: list[tuple[str, str]] = []
    cells: list[str] = []
    kind = ""
    for line in text.split("\n"):
        talk: list[str] = []
        for part in re.split(f"([{_TALK}]|{_BESIDE}[0-2])", line):
            if part.startswith((_TALK, _BESIDE)):
                kind = _KINDS[int(part[1])] if part.startswith(_BESIDE) else ""
            elif kind:
                words_beside.append((kind, part))
            else:
                talk.append(part)
        heading = _HEADING in line
        remaining = "".join(talk).replace(_HEADING, "").replace("\xad", "").replace(_LINE, "\n")
        while _ROW in remaining or _CELL in remaining:
            cut = min(position for position in (remaining.find(_ROW), remaining.find(_CELL)) if position >= 0)
            if remaining[cut] == _CELL:
                cells.append(remaining[:cut])
            elif cells:
                yield row([cell.replace(_NUMBER, "").strip() for cell in cells])
                cells = []
            remaining = remaining[cut + 1 :]
        if cells:
            cells[-1:] = [*cells[-1:], remaining] if remaining.strip() else cells[-1:]
        else:
            remaining = remaining.replace(_NUMBER, NUMBERED, 1).replace(_NUMBER, "")
            yield headed(remaining.lstrip(NUMBERED)) if heading else remaining
    if cells:
        yield row([cell.replace(_NUMBER, "").strip() for cell in cells])
    for kind in _KINDS:
        kind_words = " ".join(
            " ".join(part for part_kind, part in words_beside if part_kind == kind).translate(_SPACES).split()
        )
        if kind_words:
            yield aside(kind, kind_words)
