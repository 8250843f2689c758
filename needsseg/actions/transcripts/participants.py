"""Import participants' attributes from a CSV file, or change them one by one."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from needsseg.errors import Advice, Fix, NotFoundError, TableError, UsageError
from needsseg.records import Participant
from needsseg.study.accounts import accounts
from needsseg.study.connection import Study, plain_text
from needsseg.text import format_count

__all__ = ["FIELDS", "ParticipantsReport", "change", "import_participants"]

FIELDS = ("name", "email", "company", "crm_id")
COLUMNS = ("file", "participant", "email", "company", "crm_id")
_ALSO_CALLED = {
    "name": "participant",
    "interview": "file",
    "transcript": "file",
    "e-mail": "email",
    "mail": "email",
    "crm id": "crm_id",
}
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class ParticipantsReport:
    """The result of an import: participants updated, rows that match nobody, and rows that match several people."""

    updated: tuple[str, ...]
    unmatched: tuple[str, ...]
    conflicts: tuple[str, ...] = ()


def import_participants(study: Study, path: Path) -> ParticipantsReport:
    """Import participants' attributes from a CSV, matched by file or interview, name and e-mail.

    Needs a ``file``, ``participant`` or ``email`` column; other columns become attributes, empty cells change nothing.
    Refuses a row whose file, name and e-mail do not match exactly one participant, and a second row for one.
    """
    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name the file that was exported from the CRM.")
    rows = _csv_rows(path)
    participants = accounts.participants(study)
    files = {
        key: {_plain(part) for name in names for part in (name, PurePosixPath(name).name, PurePosixPath(name).stem)}
        for key, names in accounts.participant_files(study).items()
    }
    row_of: dict[str, int] = {}
    unmatched, conflicts = [], []
    with study.action("import participants") as action:
        for number, row in enumerate(rows, start=2):
            shown = row.get("participant") or row.get("file") or row.get("email")
            participant, reason = _participant(row, participants, files)
            if participant is None or (
                reason := f"row {row_of[participant.key]} is of {participant.key} already"
                if participant.key in row_of
                else ""
            ):
                if reason:
                    conflicts.append(f"row {number}: {shown}: {reason}")
                elif any(row.values()):
                    unmatched.append(f"row {number}: {shown}")
                continue
            attributes = {key: value for key, value in row.items() if key not in COLUMNS and value}
            accounts.update_participant(
                study,
                Participant(
                    participant.key,
                    row.get("participant") or participant.name,
                    row.get("email") or participant.email,
                    row.get("company") or participant.company,
                    row.get("crm_id") or participant.crm_id,
                    participant.attributes | attributes,
                ),
            )
            row_of[participant.key] = number
        action.summary = f"took attributes of {format_count(len(row_of), 'participant')} from {path.name}"
    return ParticipantsReport(tuple(row_of), tuple(unmatched), tuple(conflicts))


def change(study: Study, key: str, values: Mapping[str, str]) -> None:
    """Set a participant's name, email, company, crm_id and other attributes, as one action; an empty value removes one.

    Raises NotFoundError for an unknown participant or the removal of an unknown attribute, UsageError for an empty name
    or an invalid e-mail address.
    """
    participant = next((each for each in accounts.participants(study) if each.key == key), None)
    if participant is None:
        raise NotFoundError(f"There is no participant '{key}'.", Advice("List them with: ", Fix.PARTICIPANTS))
    fields, attributes = {}, dict(participant.attributes)
    for field, value in values.items():
        name, value = " ".join(plain_text(field).lower().split()), plain_text(value)
        name = {"participant": "name", "e-mail": "email", "mail": "email", "crm id": "crm_id"}.get(name, name)
        _check(name, value)
        if name in FIELDS:
            fields[name] = value
        elif value:
            attributes[name] = value
        elif attributes.pop(name, None) is None:
            has = ", ".join(sorted(attributes)) or "none"
            raise NotFoundError(f"{key} has no attribute '{name}'.", f"The attributes are: {has}.")
    changes = ", ".join(f"{name} = {value}" if value else f"no {name}" for name, value in values.items())
    with study.action("participant", f"{key}: {changes}"):
        accounts.update_participant(
            study,
            replace(
                participant,
                name=fields.get("name", participant.name),
                email=fields.get("email", participant.email),
                company=fields.get("company", participant.company),
                crm_id=fields.get("crm_id", participant.crm_id),
                attributes=attributes,
            ),
        )


def _check(name: str, value: str) -> None:
    if not name:
        raise UsageError("An attribute needs a name.", "For example: plan=Team")
    if name in ("key", "file"):
        raise UsageError(
            f"The {name} of a participant comes from the transcript and cannot be set.", "Set another attribute."
        )
    if name == "name" and not value:
        raise UsageError("A participant needs a name.", "Give another one: name=…")
    if name == "email" and value and not ("@" in value.strip("@") and " " not in value):
        raise UsageError(f"'{value}' is not an e-mail address.", "Write it as somebody@example.org.")
    if len(value) > _LONGEST or "\n" in value:
        raise UsageError(
            f"The {name} is too long, or more than one line.", f"At most {_LONGEST} characters are allowed."
        )


def _csv_rows(path: Path) -> list[dict[str, str]]:
    """Read the rows of a CSV of participants, with lower-case keys; separated by commas, semicolons or tabs."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise TableError(f"There is no file {path}.") from error
    except UnicodeDecodeError as error:
        raise TableError(f"{path.name}: not UTF-8 (byte {error.start}).", "Save it as UTF-8.") from error
    except OSError as error:
        raise TableError(f"{path.name} cannot be read: {error.strerror}.") from error
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        header = [name.strip().lower() for name in reader.fieldnames or []]
        names = {name: _ALSO_CALLED.get(name, name) for name in header}
        names |= {name: name for name, column in names.items() if column in header}
        if not {"file", "participant", "email"} & set(names.values()):
            raise TableError(
                f"{path.name}: there is no column file, participant or email.",
                f"Its columns are: {', '.join(header) or 'none'}.",
            )
        return [
            {
                names[key.strip().lower()]: plain_text(cell)
                for key, cell in row.items()
                if key and key.strip() and isinstance(cell, str)
            }
            for row in reader
        ]
    except csv.Error as error:
        raise TableError(f"{path.name}, line {reader.line_num}: not CSV: {error}.", "Save it as CSV again.") from error


def _participant(
    row: Mapping[str, str], participants: Sequence[Participant], files: Mapping[str, set[str]]
) -> tuple[Participant | None, str]:
    """Return the one participant that a row matches; else None, and the reason if it matches several."""
    file, name, email = (_plain(row.get(column, "")) for column in ("file", "participant", "email"))
    parts = PurePosixPath(file.replace("\\", "/")).parts
    # The longest part of the path that names an interview: "anna/index.md" is not another folder's index.md.
    tails = ["/".join(parts[start:]) for start in range(len(parts))]
    of_file = ([person for person in participants if tail in files.get(person.key, ())] for tail in tails)
    candidates = {
        "file": next((fitting for fitting in of_file if fitting), []),
        "name": [person for person in participants if name and _plain(person.name) == name],
        "e-mail": [person for person in participants if email and _plain(person.email) == email],
    }
    candidates = {by: fitting for by, fitting in candidates.items() if fitting}
    if not candidates:
        return None, ""
    common = [person for person in participants if all(person in fitting for fitting in candidates.values())]
    if len(common) == 1:
        return common[0], ""
    if not common:
        return None, "; ".join(f"its {by} is of {_keys(fitting)}" for by, fitting in candidates.items())
    return None, f"matches {_keys(common)}; give the file or name of one"


def _keys(people: Sequence[Participant]) -> str:
    shown = [person.key for person in people[:4]] + ([f"{len(people) - 4} more"] if len(people) > 4 else [])
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold()
