"""A study whose every text would steer a terminal, as a study made by another program can be; and a terminal to print to."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest import mock

from tui_desk import built_once
from tui_full_desk import full_study
from tui_survey_desk import hand_survey

from needsseg.actions import accounts, pseudonym_decisions, segments, studies
from needsseg.actions import survey as surveys

CLIPBOARD = "\x1b]52;c;aG9zdGlsZQ==\x07"
"""Puts a word into the clipboard of many terminals."""
HOSTILE = f"{CLIPBOARD}\x9b2J\x1b[31m\u202egnp\u2066\r\x08\x7f\x85"
TITLE = "\x1b]0;hostile\x07"
"""Renames the window; it stands in names that are told from each other."""
_SAME_LENGTH = {" the ": " \x1b\x9b\u202e ", " and ": " \x07\x90\u2067 "}
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

NAMES = {
    "codes": ("name", "description", "color"),
    "participants": ("name", "email", "company", "crm_id"),
    "speakers": ("label",),
    "interviews": ("title", "file_name"),
    "segments": ("name", "description", "statement", "need"),
    "needs": ("name", "description", "stated_by"),
    "memos": ("words", "written_by"),
    "job_statements": ("situation", "motivation", "outcome", "pain", "workaround", "written_by"),
    "pseudonyms": ("words", "replacement", "decided_by"),
    "passage_codes": ("coded_by",),
    "passages": ("decided_by",),
    "seconded": ("coder",),
    "passage_pairs": ("decided_by",),
    "history": ("summary", "actor"),
    "sources": ("file_name",),
}
"""Texts that people, files and other studies bring, by table and column."""


def steering(text: str) -> list[str]:
    """What of a text a terminal would obey."""
    return _STEERING.findall(text)


@built_once
def hostile_study(folder: Path) -> Path:
    """The full study with a survey, then everything in it made hostile, past what the program checks."""
    path = full_study(folder)
    (folder / "evil.csv").write_text(
        f'account_id,name,domain,employees,industry,"{TITLE}"\na1{CLIPBOARD},"{HOSTILE}",evil.example,12,"{HOSTILE}",x\n'
        f'a2,"{HOSTILE}",pulsara-medical.pl,nobody{CLIPBOARD},Devices,x\n,"{HOSTILE}",,,,\n',
        encoding="utf-8",
        newline="",
    )
    with mock.patch.dict(os.environ, {"USER": "tester"}), studies.open_study(path) as study:
        for row in segments.listing(study):
            segments.confirm(study, row.id, "tester", undecided=True)
        surveys.save(study, hand_survey(study))
        accounts.import_source(study, folder / "evil.csv")
        pseudonym_decisions.replace_words(study, "Marek", "Milan")
    with closing(sqlite3.connect(path)) as held, held:
        _make_hostile(held)
    return path


def _make_hostile(held: sqlite3.Connection) -> None:
    guards = held.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'interviews'"
    ).fetchall()
    for name, _ in guards:
        held.execute(f"DROP TRIGGER {name}")
    _write_everywhere(held)
    for _, guard in guards:
        held.execute(guard)


def _write_everywhere(held: sqlite3.Connection) -> None:
    for table, columns in NAMES.items():
        for column in columns:
            held.execute(f"UPDATE {table} SET {column} = ? || {column} || ? WHERE {column} <> ''", [HOSTILE, TITLE])
    held.execute("UPDATE participants SET attributes = ?", [json.dumps({f"plan{TITLE}": HOSTILE, "role": HOSTILE})])
    held.execute("UPDATE interviews SET warnings = ?", [json.dumps([HOSTILE])])
    held.execute("UPDATE passages SET reasons = ? WHERE origin = 'program'", [json.dumps([HOSTILE])])
    for number, text in held.execute("SELECT id, text FROM interviews").fetchall():
        for words, others in _SAME_LENGTH.items():
            text = text.replace(words, others)
        held.execute("UPDATE interviews SET text = ? WHERE id = ?", [text, number])
        for table, column in (("turns", "words"), ("passages", "quote")):
            places = held.execute(f'SELECT id, start, "end" FROM {table} WHERE interview_id = ?', [number]).fetchall()
            for row, start, end in places:
                held.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", [text[start:end], row])
    body = held.execute("SELECT id, body FROM surveys").fetchone()
    made = json.loads(body[1])
    for question in made["question"]:
        question["words"] += HOSTILE
        for option in question["option"]:
            option["words"] += HOSTILE
    held.execute("UPDATE surveys SET body = ? WHERE id = ?", [json.dumps(made), body[0]])


class Terminal:
    """A pseudo-terminal that takes the place of stdout and stderr, and keeps what it is sent."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave, termios.TCSANOW)
        self._read = bytearray()
        self._reader = threading.Thread(target=self._keep, daemon=True)
        self._reader.start()

    def _keep(self) -> None:
        with contextlib.suppress(OSError):  # how Linux says that the other end was closed
            while piece := os.read(self.master, 65536):
                self._read += piece

    @contextmanager
    def attached(self) -> Iterator[None]:
        """Sends stdout and stderr there, and ends it afterwards."""
        with (
            open(self._slave, "w", encoding="utf-8", errors="strict") as stream,  # noqa: PTH123  # a descriptor
            mock.patch.object(sys, "stdout", stream),
            mock.patch.object(sys, "stderr", stream),
        ):
            yield
            stream.flush()
        self._reader.join(timeout=10)
        os.close(self.master)

    @property
    def text(self) -> str:
        """What was sent, once it is over."""
        return self._read.decode("utf-8")
