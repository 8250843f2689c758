"""Report transcripts whose language has no words of its own."""

from __future__ import annotations

from collections.abc import Sequence

from needsseg.languages.detection import language_of, seems_english


def count_foreign(texts: Sequence[str]) -> int:
    """Count the texts that seem to be neither English nor in another language that has words of its own."""
    return sum(not seems_english(text) and not language_of(text) for text in texts)


def language_warning(foreign_count: int, total: int) -> tuple[str, ...]:
    """Return the warning about ``foreign_count`` of ``total`` transcripts in one file; none where all seem English."""
    if not foreign_count:
        return ()
    subject = "This does not seem" if total == 1 else f"{foreign_count} of {total} interviews do not seem"
    return (f"{subject} to be English: suggestions and the sentence model are made for English.",)
