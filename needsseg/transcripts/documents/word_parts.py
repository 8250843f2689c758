"""The parts of a Word file's package, found by their relationships (ECMA-376 part 2), and its relevant styles."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from needsseg.errors import TranscriptError

LARGEST_FILE = 200_000_000
LARGEST_CONTENT = 50_000_000
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_SAVE_AGAIN = "Open it in a word processor, save it again as .docx (or as plain text) and import that."
_WITHOUT_PASSWORD = "Open it in a word processor and save it without a password."  # noqa: S105
_OTHER_PROGRAMS = ("xl/", "ppt/", "visio/")
_LONGEST_CHAIN = 5
_CONTENTS_LIST = re.compile(r"toc (?:\d|heading)", re.IGNORECASE)
_HEADING = re.compile(
    r"(?:heading|title|subtitle|überschrift|titel|untertitel|titre|sous-titre|título|titulo|titolo|kop|nagłówek|"
    r"rubrik|overskrift|otsikko|заголовок|cabeçalho|encabezado)(?: ?\d)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WordStyles:
    """Ids of the styles of headings, tables of contents, numbered paragraphs and hidden text, and of numberings."""

    headings: frozenset[str]
    contents: frozenset[str]
    counting: frozenset[str]
    counting_styles: frozenset[str]
    hidden: frozenset[str]


@dataclass(frozen=True, slots=True)
class Parts:
    """An open package: its main part, and its related parts as (last word of the relationship type, part name)."""

    archive: zipfile.ZipFile
    main: Any
    names: tuple[tuple[str, str], ...]

    def related(self, kinds: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
        """Yield the root of each part whose relationship is in ``kinds``, with the value that ``kinds`` maps it to."""
        for relation, name in self.names:
            if relation in kinds:
                yield kinds[relation], parsed(self.archive, name)


@contextmanager
def opened_parts(path: Path) -> Iterator[Parts]:
    """Open the parts of a Word file; any failure while they are read is a TranscriptError that names the file."""
    from lxml.etree import LxmlError

    try:
        with zipfile.ZipFile(path) as archive:
            name = _main_name(archive)
            if not name:
                raise TranscriptError(f"{path}: this zip archive is not a Word document (.docx).", _SAVE_AGAIN)
            sizes = {part.filename: part.file_size for part in archive.infolist()}
            if sum(sizes.values()) > LARGEST_FILE or sizes[name] > LARGEST_CONTENT:
                raise _TooLargeError
            related = tuple(_relations(archive, name))
            yield Parts(archive, parsed(archive, name), related)
    except TranscriptError:
        raise
    except _TooLargeError as error:
        raise TranscriptError(f"{path}: it unpacks to more text than an interview can hold.", _SAVE_AGAIN) from error
    except NotImplementedError as error:
        raise TranscriptError(f"{path}: packed in a way that cannot be read: {error}.", _SAVE_AGAIN) from error
    except RecursionError as error:
        raise TranscriptError(f"{path}: damaged: its parts are nested too deeply.", _SAVE_AGAIN) from error
    except RuntimeError as error:
        raise TranscriptError(f"{path}: protected with a password: {error}.", _WITHOUT_PASSWORD) from error
    except (zipfile.BadZipFile, zlib.error, LxmlError, LookupError, ValueError, EOFError, OSError) as error:
        raise TranscriptError(f"{path}: damaged or not a Word document (.docx): {error}.", _SAVE_AGAIN) from error
    except (AttributeError, TypeError) as error:
        # Code trusts the parts' names; in a damaged file their content may be something else.
        raise TranscriptError(f"{path}: damaged: its parts are not those of a Word document.", _SAVE_AGAIN) from error


class _TooLargeError(Exception):
    """A part unpacks to more than its limit."""


def parsed(archive: zipfile.ZipFile, name: str) -> Any:
    """Return the root of a part, in the transitional namespace; no entity is expanded and nothing is fetched.

    The size in the archive's directory may be false, so no more than the limit is unpacked. Raises ValueError where
    the part declares a document type, as no Word document does.
    """
    from lxml import etree

    with archive.open(name) as part:
        data = part.read(LARGEST_CONTENT + 1)
    if len(data) > LARGEST_CONTENT:
        raise _TooLargeError
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(data, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError(f"{name} declares a document type, as no Word document does")
    if root.tag.startswith(_STRICT):
        _make_transitional(root)
    return root


def _make_transitional(root: Any) -> None:
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.startswith(_STRICT):
            element.tag = W + element.tag[len(_STRICT) :]
        for key in [key for key in element.attrib if key.startswith(_STRICT)]:
            element.attrib[W + key[len(_STRICT) :]] = element.attrib.pop(key)


def _main_name(archive: zipfile.ZipFile) -> str:
    """Return the name of the main part: by the package's relationships, the content types, or the usual names."""
    names = {name.casefold(): name for name in archive.namelist()}
    candidates: list[str] = []
    if "_rels/.rels" in names:
        candidates += [
            target
            for relation, target in _relations(archive, "")
            if relation == "officeDocument" and not target.startswith(_OTHER_PROGRAMS)
        ]
    if "[content_types].xml" in names:
        for override in parsed(archive, names["[content_types].xml"]).iter():
            if "wordprocessingml" in override.get("ContentType", "") and override.get("ContentType").endswith(
                ("document.main+xml", "template.main+xml", "documentMain+xml")
            ):
                candidates.append(override.get("PartName", "").lstrip("/"))
    candidates += sorted(name for name in names if re.fullmatch(r"word/document\d*\.xml", name))
    return next((names[name.casefold()] for name in candidates if name.casefold() in names), "")


def _relations(archive: zipfile.ZipFile, part_name: str) -> Iterator[tuple[str, str]]:
    """Yield the last word of each relationship's type and the name of its target, for parts that exist."""
    folder, base = posixpath.split(part_name)
    names = {name.casefold(): name for name in archive.namelist()}
    relations_file = names.get(posixpath.join(folder, "_rels", f"{base}.rels").casefold())
    if relations_file is None:
        return
    for relation in parsed(archive, relations_file).iter():
        target = relation.get("Target", "")
        if not target or relation.get("TargetMode") == "External":
            continue
        inside = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        if name := names.get(inside.casefold()):
            yield relation.get("Type", "").rpartition("/")[2], name


def styles_in(parts: Parts) -> WordStyles:
    """Return the relevant styles and numberings of a document.

    Word translates the ids of styles, but not the names of built-in styles; other programs translate these too.
    """
    style_parts = list(parts.related({"styles": "", "numbering": "numbering"}))
    counting = frozenset(number for kind, root in style_parts if kind for number in _counting(root))
    styles = [style for kind, root in style_parts if not kind for style in root.iter(f"{W}style")]
    names = {_ident(style): _value(style, "name") for style in styles}
    based = {_ident(style): _value(style, "basedOn") for style in styles if _is_of_paragraphs(style)}
    headings = {ident for ident, name in names.items() if _HEADING.match(name)}
    headings |= {
        _ident(style)
        for style in styles
        if (level := style.find(f"{W}pPr/{W}outlineLvl")) is not None and level.get(f"{W}val", "9") in "012345678"
    }
    # A custom style derived from a heading is a heading; chains of derived styles are short.
    for _ in range(_LONGEST_CHAIN):
        headings |= {ident for ident, base in based.items() if base in headings}
    return WordStyles(
        frozenset(headings),
        frozenset(ident for ident, name in names.items() if _CONTENTS_LIST.match(name)),
        counting,
        frozenset(
            _ident(style)
            for style in styles
            if (number := style.find(f"{W}pPr/{W}numPr/{W}numId")) is not None and number.get(f"{W}val") in counting
        ),
        frozenset(_ident(style) for style in styles if style.find(f"{W}rPr/{W}vanish") is not None),
    )


def _ident(style: Any) -> str:
    return str(style.get(f"{W}styleId", ""))


def _is_of_paragraphs(style: Any) -> bool:
    return bool(style.get(f"{W}type", "paragraph") == "paragraph")


def _value(style: Any, name: str) -> str:
    element = style.find(f"{W}{name}")
    return str(element.get(f"{W}val", "")) if element is not None else ""


def _counting(root: Any) -> Iterator[str]:
    """Yield the ids of numberings whose first level is numbered, which distinguish numbered questions from bullets."""
    counting_ids = {
        abstract.get(f"{W}abstractNumId")
        for abstract in root.iter(f"{W}abstractNum")
        for level in abstract.iterfind(f"{W}lvl[@{W}ilvl='0']/{W}numFmt")
        if level.get(f"{W}val") not in {"bullet", "none"}
    }
    for number in root.iter(f"{W}num"):
        if any(link.get(f"{W}val") in counting_ids for link in number.iter(f"{W}abstractNumId")):
            yield number.get(f"{W}numId", "")
