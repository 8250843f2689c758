"""The model that marks names: the copy's files are the known ones, or it is not loaded; what it marks."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest

from needsseg.actions.coding import pseudonyms
from needsseg.actions.study import studies
from needsseg.actions.transcripts import importing
from needsseg.coding import name_model
from needsseg.coding.name_model import COPY, COPY_SHA256, COPY_VERSION, OFFICIAL, check_copy, load_name_model
from needsseg.errors import NeedssegError
from tests.fixtures.requirements import needs


def test_a_file_that_is_missing_or_another_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_model, "COPY_SHA256", {"ner/model": COPY_SHA256["ner/model"]})
    with pytest.raises(NeedssegError, match="ner/model of the model for names differs from the tested version"):
        check_copy(tmp_path)
    (tmp_path / "ner").mkdir()
    (tmp_path / "ner" / "model").write_bytes(b"another")
    with pytest.raises(NeedssegError, match="it was not loaded"):
        check_copy(tmp_path)


def test_nothing_is_loaded_where_the_extra_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_model, "find_spec", lambda name: None)
    assert load_name_model.__wrapped__() is None


def test_a_model_that_cannot_be_imported_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_model, "find_spec", lambda name: name != "en_core_web_sm")
    monkeypatch.setitem(sys.modules, COPY, None)
    with pytest.raises(NeedssegError, match="cannot be loaded") as raised:
        load_name_model.__wrapped__()
    assert "name_model = false" in str(raised.value.hint)


def test_the_copy_is_the_known_one_until_a_byte_changes(tmp_path: Path) -> None:
    needs("names")
    spec = find_spec(COPY)
    assert spec is not None and spec.origin is not None
    folder = Path(spec.origin).parent / f"{COPY}-{COPY_VERSION}"
    check_copy(folder)
    for file in COPY_SHA256:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(folder / file, tmp_path / file)
    with (tmp_path / "tokenizer").open("r+b") as stream:
        stream.write(b"\0")
    with pytest.raises(NeedssegError, match="^tokenizer"):
        check_copy(tmp_path)


@pytest.mark.slow
def test_the_model_marks_names_at_their_places_and_its_proposals_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs("names")
    monkeypatch.delenv("NEEDSSEG_NAME_MODEL")
    model = load_name_model()
    assert model is not None
    text = "We flew to Gothenburg with Hannah Lindgren of the Nimbus Corporation."
    marked, nothing = model.entities([text, ""])
    assert {(text[start:end], kind) for start, end, kind in marked} >= {
        ("Gothenburg", "other"),
        ("Hannah Lindgren", "person"),
    }
    assert nothing == []
    file = tmp_path / "talk.txt"
    file.write_text(f"Interviewer: And then?\n\nParticipant: {text}\n", encoding="utf-8")
    with studies.init(tmp_path / "study.db") as study:
        importing.import_transcripts(study, [file])
        survey = pseudonyms.survey(study)
    assert survey.finder.startswith("spaCy en_core_web_sm 3.")
    assert {"Hannah Lindgren", "Gothenburg"} <= {row.words for row in survey.rows if row.proposed}


class Pipeline:
    """A model that marks each word in capitals as what its first letter says."""

    meta: ClassVar[dict[str, str]] = {"version": "9.9"}
    labels: ClassVar[dict[str, str]] = {"P": "PERSON", "O": "ORG", "G": "GPE", "L": "LOC", "F": "FAC", "D": "DATE"}

    def pipe(self, texts: Iterable[str], batch_size: int) -> Iterator[SimpleNamespace]:
        for text in texts:
            assert len(text) <= name_model._LONGEST and batch_size
            marked = re.finditer(r"\b[A-Z]{3,}\b", text)
            yield SimpleNamespace(
                ents=[
                    SimpleNamespace(start_char=m.start(), end_char=m.end(), label_=self.labels[m[0][0]]) for m in marked
                ]
            )


def install(monkeypatch: pytest.MonkeyPatch, name: str, file: str = "") -> None:
    """Put a model under a name in the place of any that is installed."""
    load_name_model.cache_clear()
    monkeypatch.setattr(name_model, "find_spec", lambda asked: name if asked in ("spacy", name) else None)
    monkeypatch.setitem(sys.modules, name, SimpleNamespace(load=lambda exclude: Pipeline(), __file__=file))  # type: ignore[arg-type]


def test_names_are_marked_by_kind_and_place(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, OFFICIAL)
    model = load_name_model.__wrapped__()
    assert model is not None and model.name == f"spaCy {OFFICIAL} 9.9"
    assert model.entities(["PAULA met ORGA", "", "in GHENT or LAKES by FORTH on DAYS"]) == [
        [(0, 5, "person"), (10, 14, "company")],
        [],
        [(3, 8, "other"), (12, 17, "other"), (21, 26, "other")],
    ]
    monkeypatch.setattr(name_model, "_LONGEST", 10)
    assert model.entities(["PAULA met ORGA"]) == [[(0, 5, "person"), (10, 14, "company")]], "piece by piece"


def test_the_copy_is_checked_and_the_official_model_is_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, COPY, str(tmp_path / "__init__.py"))
    with pytest.raises(NeedssegError, match="differs from the tested version"):
        load_name_model.__wrapped__()
    monkeypatch.setattr(name_model, "check_copy", lambda folder: None)
    assert load_name_model.__wrapped__() is not None


@pytest.mark.parametrize(
    ("installed", "there"),
    [((), False), (("spacy",), False), ((OFFICIAL,), False), (("spacy", OFFICIAL), True), (("spacy", COPY), True)],
)
def test_a_model_needs_the_program_and_its_files(
    monkeypatch: pytest.MonkeyPatch, installed: tuple[str, ...], there: bool
) -> None:
    monkeypatch.setattr(name_model, "find_spec", lambda name: name if name in installed else None)
    assert name_model.is_installed() is there
