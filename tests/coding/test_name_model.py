"""The model that marks names: the copy's files are the known ones, or it is not loaded; what it marks."""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from needsseg.actions.coding import pseudonyms
from needsseg.actions.study import studies
from needsseg.actions.transcripts import importing
from needsseg.coding import name_model
from needsseg.coding.name_model import COPY, COPY_SHA256, COPY_VERSION, check_copy, load_name_model
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
