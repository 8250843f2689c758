"""Read the texts of a project with their selections: text sources, transcripts of recordings, the text of a PDF."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import replace

from needsseg.errors import NeedssegError, TranscriptError
from needsseg.exchange.refi.archive import Archive, DamagedMemberError
from needsseg.exchange.refi.parsing import Dropped, Node
from needsseg.exchange.refi.records import Coding, Selection, Source, Value
from needsseg.files import private_folder

_KINDS = {"picturesource": "picture", "pdfsource": "PDF", "audiosource": "audio", "videosource": "video"}
_RECORDINGS = frozenset({"audiosource", "videosource"})
_LONGEST_MS = 1_000_000_000
"""The latest moment of a recording (eleven days); later ones are invalid."""


def read_sources(root: Node, archive: Archive, dropped: list[Dropped]) -> list[Source]:
    """Return all texts, with the file's positions; sources without text are listed with the number of their selections.

    A recording whose transcript is a text source as well adds its selections and moments to that one.
    """
    source_by_id: dict[str, Source] = {}
    for number, node in enumerate(root.within("Sources")):
        is_text = node.tag == "textsource"
        texts = [node] if is_text else list(node.all("Transcript")) if node.tag in _RECORDINGS else []
        if node.tag == "pdfsource":
            texts = list(node.all("Representation"))[:1]
        lost_parts: list[Dropped] = []
        read = 0
        for text in texts:
            source = _source(text, node, () if is_text else (node.id(),), archive, lost_parts)
            if source is None:
                continue
            read += 1
            if read > 1:
                source = replace(source, name=f"{source.name} ({read})")
            shared = text.get("plainTextPath").casefold() or f"{number} {read}"
            source_by_id[shared] = _joined(source_by_id[shared], source) if shared in source_by_id else source
        if is_text or read:
            dropped += lost_parts
        if not is_text:
            _tell_lost(node, bool(read), lost_parts[0].why if lost_parts else "only texts are imported", dropped)
        _tell_codes_on_all(node, dropped)
    return list(source_by_id.values())


def _joined(first: Source, second: Source) -> Source:
    """Merge two sources of the same text, keeping the name of the first."""
    return replace(
        first,
        selections=(*first.selections, *second.selections),
        notes=tuple(dict.fromkeys([*first.notes, *second.notes])),
        values=tuple(dict.fromkeys([*first.values, *second.values])),
        description=first.description or second.description,
        also=(*first.also, second.guid, *second.also),
        times=first.times or second.times,
    )


def _tell_lost(node: Node, is_read: bool, reason: str, dropped: list[Dropped]) -> None:
    """List a source of another kind without text, or its selections outside the text."""
    kind, name = _KINDS.get(node.tag, node.tag), node.get("name") or node.id()
    count = sum(1 for _ in _selections_in(node, not is_read))
    if not is_read:
        dropped.append(Dropped(kind, name, reason + (f"; selections lost with it: {count}" if count else "")))
    elif count:
        marked_parts = "areas of pages" if node.tag == "pdfsource" else "moments of the recording"
        dropped.append(Dropped("selections", name, f"mark {marked_parts}, not words; lost: {count}"))


def _selections_in(node: Node, deep: bool) -> Iterator[Node]:
    for child in node.all():
        if child.tag.endswith("selection"):
            yield child
        elif deep:
            yield from _selections_in(child, deep)


def _tell_codes_on_all(node: Node, dropped: list[Dropped]) -> None:
    name = node.get("name") or node.id()
    kind, reason = "code on a whole source", "only passages are coded"
    dropped += [Dropped(kind, name, f"{reason} ({coding.id()})") for coding in node.all("Coding")]


def _source(node: Node, owner: Node, also: tuple[str, ...], archive: Archive, dropped: list[Dropped]) -> Source | None:
    """Return one text with its selections; ``owner`` is its recording or PDF, or the text itself."""
    name = owner.get("name") or node.get("name") or owner.id()
    text, rich = _plain_or_rich(node, archive, name, dropped)
    points = {point.id(): (point.number("position"), point.number("timeStamp")) for point in node.all("SyncPoint")}
    raw = [selection_of(each, name, dropped) for each in node.all("PlainTextSelection")]
    raw += [_between(each, points, name, dropped) for each in node.all("TranscriptSelection")]
    if text is None or not text.strip():
        if text is not None:
            dropped.append(Dropped("source", name, "holds no text"))
        if raw and node is owner:
            dropped.append(Dropped("selections", name, f"lost with the source: {len(raw)}"))
        return None
    owners = () if node is owner else (owner,)
    notes = [guid for each in (node, *owners) for guid in each.targets("NoteRef")]
    values = [value for each in (node, *owners) for value in values_of(each)]
    described = [words for each in (node, *owners) if (words := words_of(each))]
    times = sorted(
        (position, at)
        for position, at in points.values()
        if position is not None and at is not None and 0 <= at < _LONGEST_MS
    )
    return Source(
        node.id() or owner.id(), name, text, tuple(each for each in raw if each is not None), "\n\n".join(described),
        tuple(dict.fromkeys(notes)), tuple(dict.fromkeys(values)),
        node.id("creatingUser") or owner.id("creatingUser"),
        node.get("creationDateTime") or owner.get("creationDateTime"), also, tuple(times), rich,
    )  # fmt: skip


def _plain_or_rich(node: Node, archive: Archive, name: str, dropped: list[Dropped]) -> tuple[str | None, bool]:
    """Return the text of a source, and whether it is from its formatted document, as there is no plain one."""
    without_plain: list[Dropped] = []
    text = text_of(node, archive, "source", without_plain, name)
    without_rich: list[Dropped] = []
    if node.get("richTextPath") and (text is None or not text.strip()):
        rich_text = _rich_text(node.get("richTextPath"), archive, name, without_rich)
        if rich_text is not None:
            return rich_text, True
    dropped += without_plain or without_rich
    return (None if without_rich else text), False


def text_of(node: Node, archive: Archive, kind: str, dropped: list[Dropped], name: str = "") -> str | None:
    """Return the text with LF line ends and without byte order mark; None where it is missing, which is listed."""
    name = name or node.get("name") or node.id()
    text, reason = node.words("PlainTextContent"), ""
    path = node.get("plainTextPath")
    if path and not text:
        try:
            data = archive.content(path)
        except DamagedMemberError as error:
            data, reason = None, error.message.removeprefix(f"{archive.path}: ").rstrip(".")
        decoded = None if data is None else _decoded(data)
        if data is None:
            reason = reason or f"its text {path} is not in the archive"
        elif decoded is None:
            reason = "its text is neither UTF-8 nor UTF-16, or is binary"
        text = decoded or ""
    if reason:
        dropped.append(Dropped(kind, name, reason))
        return None
    return _with_line_feeds(text)


def _with_line_feeds(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str | None:
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if utf16 else "utf-8")
    except UnicodeDecodeError:
        return None
    # Text has no NUL, and a study cannot store one.
    return None if "\0" in text else text


def _rich_text(path: str, archive: Archive, name: str, dropped: list[Dropped]) -> str | None:
    """Return the paragraphs of a formatted document, one per line; None where it cannot be read, which is listed."""
    from needsseg.transcripts.contents import contents_of

    suffix = path[path.rfind(".") :].casefold() if "." in path else ""
    try:
        data = archive.content(path)
        if data is None:
            raise TranscriptError(f"{path} is not in the archive.")
        if suffix not in (".docx", ".odt"):
            raise TranscriptError(f"{path} is not a Word document (.docx).")
        with private_folder(None, "source") as folder:
            file = folder / f"source{suffix}"
            file.write_bytes(data)
            lines = contents_of(file).lines
    except (NeedssegError, OSError) as error:
        message = error.message if isinstance(error, NeedssegError) else str(error)
        reason = f"its text is there only as a formatted document (rich text), which cannot be read: {message}"
        dropped.append(Dropped("source", name, reason))
        return None
    # A sign before a paragraph marks its style and is not part of its words.
    text = "\n".join(line.lstrip("\x1d\x1e") for line in lines)
    return None if "\0" in text else _with_line_feeds(text)


def selection_of(node: Node, source: str, dropped: list[Dropped]) -> Selection | None:
    """Return a selection of words; None where it has no position, which is listed."""
    start, end = node.number("startPosition"), node.number("endPosition")
    if start is None or end is None:
        dropped.append(Dropped("selection", node.get("name") or node.id(), f"has no position in “{source}”"))
        return None
    return _selection(node, start, end)


def _between(
    node: Node, points: dict[str, tuple[int | None, int | None]], source: str, dropped: list[Dropped]
) -> Selection | None:
    """Return a selection between two moments of a recording, by their positions in its transcript."""
    start = points.get(node.id("fromSyncPoint"), (None, None))[0]
    end = points.get(node.id("toSyncPoint"), (None, None))[0]
    if start is None or end is None:
        problem = f"begins or ends at an unknown moment of “{source}”"
        dropped.append(Dropped("selection", node.get("name") or node.id(), problem))
        return None
    return _selection(node, start, end)


def _selection(node: Node, start: int, end: int) -> Selection:
    return Selection(
        node.id(), start, end, node.id("creatingUser"), node.get("creationDateTime"), words_of(node),
        tuple(
            Coding(coding.id(), target, coding.id("creatingUser"), coding.get("creationDateTime"))
            for coding in node.all("Coding")
            for target in coding.targets("CodeRef")
        ),
        node.targets("NoteRef"), node.get("name"),
    )  # fmt: skip


def words_of(node: Node) -> str:
    """Return an element's description without indentation, "" where it is blank."""
    words = node.words("Description")
    return words.strip() if not words.strip() or (words[0] == "\n" and words[-1].isspace()) else words


def values_of(node: Node) -> tuple[Value, ...]:
    """Return the non-empty variable values of a case or source."""
    values = []
    for value in node.all("VariableValue"):
        variable = next(iter(value.targets("VariableRef")), "")
        text = next(("".join(each.element.itertext()) for each in value.all() if each.tag.endswith("value")), "")
        if variable and text.strip():
            values.append(Value(variable, text.strip()))
    return tuple(values)
