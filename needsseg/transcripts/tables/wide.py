"""Tables with people as columns: a grid of questions by participants, or a column of words for each speaker."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from needsseg.transcripts.lines.labels import like_a_name
from needsseg.transcripts.moments import is_time
from needsseg.transcripts.roles import role_from_label
from needsseg.transcripts.tables.columns import Columns, is_time_name, plain_name

_ASKS = re.compile(r"[?？؟]\s*$")
_QUESTIONS = frozenset(
    {"question", "questions", "prompt", "frage", "fragen", "pregunta", "preguntas", "pergunta", "domanda", "vraag"}
)
_TOPICS = frozenset({"topic", "topics", "theme", "themes", "thema", "themen", "tema", "temas", "thème", "task", "item"})
_NUMBERS = frozenset({"", "no", "nr", "num", "id", "row", "order", "q", "question no", "question id", "column 1"})
_FEWEST_PEOPLE = 2
_RUNNING_WORDS = 2.5
_FEWEST_ROWS = 4
_ONE_A_ROW = 0.7
PERSON, ANSWER = "participant", "answer"
"""Names of the columns of an unfolded grid, beside that of its questions."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid of questions (or topics) by participants: the column of these, whether they are questions, the participants."""

    question_column: str
    questions: bool
    people: tuple[str, ...]

    @property
    def columns(self) -> Columns:
        """The columns of the unfolded rows."""
        voices = ((self.question_column, "Interviewer"),) if self.questions else ()
        return Columns(voices=(*voices, (ANSWER, "Participant")), key=PERSON)

    def unfold(self, cells: Mapping[str, str]) -> list[dict[str, str]]:
        """Unfold a row to one row per participant: the participant, the question, the answer; empty cells give no row."""
        return [
            {PERSON: person, self.question_column: cells.get(self.question_column, ""), ANSWER: cells[person]}
            for person in self.people
            if cells.get(person, "").strip()
        ]


def grid_of(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Grid | None:
    """Return the table as a grid, or None: its first columns are numbers and questions, the others participants."""
    question_column = ""
    for column_index, name in enumerate(names):
        cells = [cell for row in rows if (cell := row.get(name, "").strip())]
        folded_name = plain_name(name)
        asks = sum(bool(_ASKS.search(cell)) for cell in cells) * 2 > len(cells)
        if folded_name in _QUESTIONS | _TOPICS or (asks and role_from_label(name) is None):
            question_column = name
        elif folded_name not in _NUMBERS and not all(cell.rstrip(".)").isdecimal() for cell in cells):
            break
        if question_column:
            people = tuple(names[column_index + 1 :])
            questions = asks or folded_name in _QUESTIONS
            return Grid(question_column, questions, people) if len(rows) > 1 and _are_people(people, rows) else None
    return None


def _are_people(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bool:
    if len(names) < _FEWEST_PEOPLE:
        return False
    word_counts = [len(cell.split()) for name in names for row in rows if (cell := row.get(name, "").strip())]
    running = sum(word_counts) >= _RUNNING_WORDS * max(len(word_counts), 1)
    roles = [role_from_label(name) for name in names]
    coded = all(role == "participant" or _has_number(name) for name, role in zip(names, roles, strict=True))
    full = all(like_a_name(name) and " " in name.strip() for name in names)
    return running and "interviewer" not in roles and (coded or full)


def _has_number(name: str) -> bool:
    return re.fullmatch(r"[^\W\d_]{1,14}[ _#-]?\d{1,3}", name.strip()) is not None


def speaker_columns(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Columns | None:
    """Return the columns of words named like people, one filled per row, beside only times and numbers; else None."""
    people: list[str] = []
    start = end = ""
    for name in names:
        cells = [cell for row in rows if (cell := row.get(name, "").strip())]
        if is_time_name(name) or (cells and all(is_time(cell) for cell in cells)):
            start, end = (start, end or name) if start else (name, "")
        elif plain_name(name) not in _NUMBERS and cells:
            people.append(name)
    are_people_names = all(like_a_name(name) or role_from_label(name) for name in people)
    filled_per_row = [sum(bool(row.get(name, "").strip()) for name in people) for row in rows]
    words = sum(len(row.get(name, "").split()) for row in rows for name in people)
    if (
        len(people) < _FEWEST_PEOPLE
        or not are_people_names
        or len(rows) < _FEWEST_ROWS
        or sum(count == 1 for count in filled_per_row) < _ONE_A_ROW * len(rows)
        or words < _RUNNING_WORDS * len(rows)
    ):
        return None
    return Columns(start=start, end=end, voices=tuple((name, name.strip()) for name in people))
