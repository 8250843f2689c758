"""Find what people wrote elsewhere in the study that names somebody of an interview or repeats its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from needsseg.actions.coding import pseudonyms
from needsseg.actions.coding.known_names import SPEAKER
from needsseg.coding.pseudonyms import Known, detector, folded
from needsseg.study import readout
from needsseg.study.coding import codebook, memos
from needsseg.study.segments import needs, segments
from needsseg.study.transcripts import interviews

if TYPE_CHECKING:
    from needsseg.study.connection import Study

FEWEST_WORDS = 6
"""So many words in a row are hardly the same by chance."""
_WORD = re.compile(r"\w+(?:['’]\w+)*")


def texts_that_repeat(study: Study, interview: str) -> tuple[str, ...]:
    """Return where a participant of an interview is named, or six of their words in a row are repeated.

    A place is named as "the readout's summary". Looks in the readout, in needs, segments, codes and memos on codes: texts that
    stay where the interview is erased.
    """
    transcript = interviews.transcript(study, interview)
    turns = [transcript.words(turn) for turn in transcript.turns if turn.role == "participant"]
    spoken = {run for words in turns for run in _runs(words)}
    labels = {turn.speaker for turn in transcript.turns if turn.role == "participant"}
    present = pseudonyms.names(study).present.get(interview, {})
    people = [Known("person", name.removesuffix(SPEAKER)) for name, label in present.items() if label in labels]
    names_in = detector(people)

    def repeats(text: str) -> bool:
        named = any(each.kind == "person" for each in names_in(text))
        return named or any(run in spoken for run in _runs(text))

    return tuple(dict.fromkeys(place for place, text in _texts(study) if repeats(text)))


def _texts(study: Study) -> Iterator[tuple[str, str]]:
    """Yield the texts that people wrote, each with where it is."""
    for part, text in readout.load(study).items():
        if part != "needs":  # ids of segments
            yield f"the readout's {part}", text
    for need in needs.listing(study):
        yield f"need in view {need.id}", f"{need.name}\n{need.description}"
    for row in segments.listing(study):
        if row.status != "candidate":
            yield f"segment {row.id}", "\n".join((row.name, row.description, row.need, row.statement))
    for code in codebook.listing(study):
        yield f"code “{code.name}”", f"{code.name}\n{code.description}"
    for memo in memos.listing(study, "code"):
        yield f"the memo on code “{memo.of}”", memo.words


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = [folded(word) for word in _WORD.findall(text)]
    for start in range(len(words) - FEWEST_WORDS + 1):
        yield tuple(words[start : start + FEWEST_WORDS])
