"""The account of how a source's words were read, as JSON, and people's choices for files of one shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from needsseg.records import LeftOut, Transcript
from needsseg.study.connection import now

if TYPE_CHECKING:
    from needsseg.study.connection import Study


def account_json(transcript: Transcript) -> str:
    """Return the account of how a transcript was read, as JSON for ``interviews.reading``; ``account_fields`` reads it."""
    account: dict[str, Any] = {
        "words_by_kind": dict(transcript.words_by_kind),
        "left_out": [[one.kind, one.words, one.first_lines] for one in transcript.left_out],
        "suspicions": transcript.suspicions,
        "title": transcript.title,
        "attributes": {speaker: dict(values) for speaker, values in transcript.attributes.items()},
    }
    return json.dumps({name: value for name, value in account.items() if value}, ensure_ascii=False)


def account_fields(text: str) -> dict[str, Any]:
    """The fields of a Transcript that ``account_json`` wrote."""
    account = json.loads(text)
    return {
        "words_by_kind": account.get("words_by_kind", {}),
        "left_out": tuple(LeftOut(kind, words, tuple(lines)) for kind, words, lines in account.get("left_out", ())),
        "suspicions": tuple(account.get("suspicions", ())),
        "title": account.get("title", ""),
        "attributes": account.get("attributes", {}),
    }


def choices_by_shape(study: Study) -> dict[str, dict[str, Any]]:
    """Return people's choices for files of each shape."""
    return {row[0]: json.loads(row[1]) for row in study.rows("SELECT shape, choices FROM import_choices ORDER BY id")}


def store_choices(study: Study, shape: str, choices: Mapping[str, Any]) -> None:
    """Remember what was chosen for files of one shape (inside an action); nothing chosen forgets what was chosen before."""
    if not choices:
        study.execute("DELETE FROM import_choices WHERE shape = ?", [shape])
        return
    text = json.dumps(dict(choices), ensure_ascii=False, sort_keys=True)
    changed = study.execute(
        "UPDATE import_choices SET choices = ?, chosen_by = ?, chosen_at = ? WHERE shape = ? AND choices <> ?",
        [text, study.actor, now(), shape, text],
    ).rowcount
    if not changed and study.row("SELECT 1 FROM import_choices WHERE shape = ?", [shape]) is None:
        study.insert("import_choices", {"shape": shape, "choices": text, "chosen_by": study.actor, "chosen_at": now()})
