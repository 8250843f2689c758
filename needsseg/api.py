"""A study from Python: what the command line lists with ``--json``, as rows, and as Arrow or pandas tables on request."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from needsseg.actions.accounts import accounts as account_actions
from needsseg.actions.accounts.account_listing import listing
from needsseg.actions.accounts.revenue import revenue_as_of
from needsseg.actions.coding import memos as memo_actions
from needsseg.actions.coding import passages as passage_actions
from needsseg.actions.discovery import evidence
from needsseg.actions.segments.participant_needs import participant_needs
from needsseg.actions.study import history as history_actions
from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews as interview_actions
from needsseg.cli import shapes
from needsseg.errors import NeedssegError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from needsseg.actions.study import Study
    from needsseg.records import PassageStatus

Row = dict[str, Any]


class Rows(list[Row]):
    """Rows of a listing: a list of dictionaries with the same keys, those of docs/reference/json.md."""

    def arrow(self) -> Any:
        """Return the rows as a ``pyarrow.Table``.

        A column with a dictionary, or a list of lists or dictionaries, in any row becomes JSON texts in all rows.
        NeedssegError where pyarrow is not installed.
        """
        return _library("pyarrow").Table.from_pylist(self._flat())

    def pandas(self) -> Any:
        """Return the rows as a ``pandas.DataFrame``, nested values as in ``arrow``; NeedssegError without pandas."""
        return _library("pandas").DataFrame(self._flat())

    def _flat(self) -> list[Row]:
        nested = {name for row in self for name, value in row.items() if _is_nested(value)}
        return [{name: _flat_value(value, as_json=name in nested) for name, value in row.items()} for row in self]


def _is_nested(value: Any) -> bool:
    parts = value if isinstance(value, tuple | list) else ()
    return isinstance(value, dict) or any(isinstance(part, dict | tuple | list) for part in parts)


def _flat_value(value: Any, *, as_json: bool) -> Any:
    if as_json and value is not None:
        return json.dumps(value, ensure_ascii=False)
    return list(value) if isinstance(value, tuple) else value


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise NeedssegError(f"{name} is not installed.", f"Install it: pip install {name}") from error


class StudyReader:
    """An open study to read from; use it as a context manager, or call ``close``.

    Each method returns what the command of the same name prints with ``--json``. What a blind coder must not see yet is left
    out, as it is there.
    """

    def __init__(self, study: Study) -> None:
        self._study = study

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the study's file."""
        self._study.close()

    def interviews(self) -> Rows:
        """Return the interviews with their counts of turns, words, participants and passages."""
        return Rows(map(shapes.interview, interview_actions.listing(self._study)))

    def show(self, interview: str) -> Row:
        """Return one interview whole, by its key: its text, and its turns with offsets into the text in characters.

        NeedssegError where there is no such interview.
        """
        transcript = interview_actions.show(self._study, interview)
        return shapes.shown(interview, interview_actions.title(self._study, interview), transcript)

    def participants(self) -> Rows:
        """Return the participants with attributes, primary need, and account where accounts were imported."""
        needs = {need.participant: need for need in participant_needs(self._study, as_seen=True)}
        has_accounts = "accounts" in account_actions.sources(self._study)
        matches = {each.participant: each for each in account_actions.matches(self._study)} if has_accounts else {}
        return Rows(
            shapes.participant(who, needs[who.key], matches.get(who.key))
            for who in account_actions.participants(self._study)
        )

    def passages(
        self, interview: str | None = None, status: PassageStatus | None = None, code: str | None = None
    ) -> Rows:
        """Return the passages in the order of interviews and places.

        They are narrowed by an interview's key, by status (suggested, accepted or rejected) and by a code's name.
        NeedssegError where there is no such interview or code.
        """
        return Rows(map(shapes.passage, passage_actions.listing(self._study, interview, status, code)))

    def codes(self) -> Rows:
        """Return the codebook, the most used codes first."""
        return Rows(map(asdict, passage_actions.codebook(self._study)))

    def memos(self) -> Rows:
        """Return the memos on passages, interviews and codes, with their authors."""
        return Rows(map(asdict, memo_actions.listing(self._study)))

    def segments(self) -> Rows:
        """Return candidates and segments: first confirmed ones, then named ones, candidates, and those set aside."""
        return Rows(map(shapes.segment, evidence.listing(self._study)))

    def profile(self, as_of: date | str, engine: str | None = None, *, columns: Sequence[str] = ()) -> Rows:
        """Return every account's four tiers on a day (ISO where it is a text), with recommended actions.

        ``columns`` are names of further columns of the accounts to add. ``engine`` is duckdb, polars, spark, spark:MASTER or
        sc://HOST:PORT, by default the study's setting. NeedssegError where no accounts were imported, UsageError for an unknown
        column; ValueError where ``as_of`` is not a date.
        """
        day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        paid = revenue_as_of(self._study, day, engine)
        profiles = account_actions.profiles(self._study, day, engine=engine)
        listed = listing(self._study, profiles, tuple(columns), (), engine, as_of=day)
        return Rows(shapes.profile(row, paid) | shapes.own_cells(listed, row.account_id) for row in listed.profiles)

    def history(self) -> Rows:
        """Return what was done to the study and by whom, the newest first."""
        return Rows(map(asdict, history_actions.listing(self._study)))


def open_study(path: str | Path) -> StudyReader:
    """Open an existing study to read from it.

    One of an earlier version is brought up to date, as by every command. NeedssegError (its ``message`` says what is wrong,
    its ``hint`` what to do) where there is none, or where the file is damaged or of a newer version.
    """
    return StudyReader(studies.open_study(Path(path)))
