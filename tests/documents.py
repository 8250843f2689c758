"""Writers of small documents for tests: Word parts by hand, PDF pages of lines.

Test modules import from here before pytest can rewrite the asserts below: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from needsseg.records import Transcript

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def relations(targets: Mapping[str, str], base: str = OFFICE) -> str:
    """A part of relations: target by the last word of the relation's type."""
    found = "".join(
        f'<Relationship Id="r{number}" Type="{base}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items())
    )
    return f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}">{found}</Relationships>'


def word_file(
    path: Path,
    body: str,
    *,
    main: str = "word/document.xml",
    namespace: str = W,
    parts: Mapping[str, tuple[str, str]] | None = None,
    head: str = "",
) -> Path:
    """A Word file of a body; ``parts`` are (relation, XML inside the root) by the name of the part in ``word/``."""
    folder, _, base = main.rpartition("/")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", relations({"officeDocument": f"/{main}"}))
        archive.writestr(
            main, f'<?xml version="1.0"?>{head}<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>'
        )
        found = parts or {}
        archive.writestr(f"{folder}/_rels/{base}.rels", relations({kind: name for name, (kind, _) in found.items()}))
        for name, (kind, inside) in found.items():
            archive.writestr(f"{folder}/{name}", f'<w:{kind} xmlns:w="{namespace}">{inside}</w:{kind}>')
    return path


def paragraph(*lines: str, style: str = "") -> str:
    """A paragraph of lines with line breaks between."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    runs = "<w:br/>".join(f'<w:t xml:space="preserve">{escaped(line)}</w:t>' for line in lines)
    return f"<w:p>{properties}<w:r>{runs}</w:r></w:p>"


def table(*rows: Sequence[str]) -> str:
    """A table of rows of cells; a line feed in a cell parts its paragraphs."""
    found = "".join(
        "<w:tr>" + "".join(f"<w:tc>{''.join(map(paragraph, cell.split(chr(10))))}</w:tc>" for cell in cells) + "</w:tr>"
        for cells in rows
    )
    return f"<w:tbl>{found}</w:tbl>"


def escaped(text: str) -> str:
    """Text as XML has it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def pdf_file(path: Path, *pages: Sequence[str], picture: bool = False) -> Path:
    """A PDF of pages of lines in Helvetica; with ``picture`` each page shows one, too."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    objects.append(
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray /Length 1 >>\n"
        "stream\n0\nendstream"
    )
    kids: list[str] = []
    for lines in pages:
        drawn = "\n".join(
            f"({line.replace(chr(40), chr(92) + chr(40)).replace(chr(41), chr(92) + chr(41))}) '" for line in lines
        )
        shown = "q 100 0 0 100 50 50 cm /I Do Q\n" if picture else ""
        packed = zlib.compress(f"{shown}BT /F 11 Tf 14 TL 50 800 Td\n{drawn}\nET".encode("cp1252")).decode("latin-1")
        objects.append(f"<< /Filter /FlateDecode /Length {len(packed)} >>\nstream\n{packed}\nendstream")
        resources = "<< /Font << /F 3 0 R >> /XObject << /I 4 0 R >> >>" if picture else "<< /Font << /F 3 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R /Resources {resources} >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>"
    data = "%PDF-1.4\n"
    offsets: list[int] = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n"
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    data += "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    data += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    path.write_bytes(data.encode("latin-1"))
    return path


def said(transcript: Transcript) -> list[tuple[str, str]]:
    """Who said what, in order."""
    return [(turn.speaker, transcript.words(turn)) for turn in transcript.turns]


def times(transcript: Transcript) -> list[int | None]:
    """When the turns begin, in milliseconds."""
    return [turn.start_ms for turn in transcript.turns]


def is_accounted(transcript: Transcript, unread: int = 0) -> bool:
    """Assert that the words of the turns are those counted as speech, and how many words are unread; return True."""
    spoken = sum(len(transcript.words(turn).split()) for turn in transcript.turns)
    counts = transcript.words_by_kind
    assert counts["speech"] == spoken, counts
    assert counts["unread"] == unread, counts
    return True
