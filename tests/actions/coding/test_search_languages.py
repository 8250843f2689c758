"""In any language a search by meaning looks at the windows that suggestions weigh, so that both share their vectors."""

from __future__ import annotations

from needsseg.actions.coding import meaning_search
from needsseg.actions.transcripts import importing
from needsseg.coding.linguistic_cues import cues_for
from needsseg.coding.suggestions import weigh
from needsseg.languages import speech
from needsseg.languages.detection import LANGUAGES, interview_language
from needsseg.settings import Settings
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews
from tests.fixtures.samples import DATA


def test_a_search_by_meaning_looks_at_the_windows_of_suggestions(study: Study) -> None:
    importing.import_transcripts(study, sorted((DATA / "languages").glob("*.txt")))
    searched = meaning_search.stretches(study, "participants")
    languages = set()
    for key in interviews.keys(study):
        transcript = interviews.transcript(study, key)
        languages.add(interview_language(transcript.text))
        cues = cues_for(Settings(), interview_language(transcript.text))
        found = [(row.start, row.end) for row, of in zip(searched.rows, searched.interviews, strict=True) if of == key]
        assert found == [window.span for window in weigh(transcript, cues)]
    assert languages == set(LANGUAGES) - {"en"}


def test_the_words_of_a_language_are_looked_for_once() -> None:
    speech._shipped.cache_clear()
    for _ in range(3):
        for language in LANGUAGES:
            speech.load_speech(language)
    assert speech._shipped.cache_info().misses == len(LANGUAGES)
