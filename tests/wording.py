"""The wording of messages as tests know it: one place to follow when a message is reworded.

Tests match what matters in a message: the exception's type or exit code, and the names, numbers, files and commands
in it. Where only the sentence tells one message from another, its phrase stands below under a name.

Test modules import from here before pytest can rewrite the asserts below: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


def _squeezed(text: object) -> str:
    return " ".join(str(text).split()).casefold()


def _stands_in(text: str, what: object) -> bool:
    """Tell whether ``what`` stands in the text as whole words; a number also with its thousands separated."""
    wanted = [f"{what}", f"{what:,}"] if isinstance(what, int) and not isinstance(what, bool) else [str(what)]
    for each in map(_squeezed, wanted):
        before = r"(?<!\w)(?<!\d[.,])" if each[:1].isdigit() else r"(?<!\w)" if re.match(r"\w", each) else ""
        after = r"(?!\w)(?![.,]\d)" if each[-1:].isdigit() else r"(?!\w)" if re.search(r"\w$", each) else ""
        if each and re.search(before + re.escape(each) + after, text):
            return True
    return False


def mentions(text: object, *what: object) -> bool:
    """Tell whether every one of ``what`` (names, numbers, commands) stands in the text, however it is put."""
    squeezed = _squeezed(text)
    return all(_stands_in(squeezed, each) for each in what)


def says(text: object, *what: object) -> bool:
    """Assert that every one of ``what`` stands in the text: as whole words, in any case, on any lines; return True."""
    if not what:
        raise ValueError("Name what the text has to say.")
    missing = [each for each in what if not mentions(text, each)]
    assert not missing, f"{missing!r} not in: {text}"
    return True


@contextmanager
def refuses(
    kind: type[BaseException], *what: object, hint: bool = True
) -> Iterator[pytest.ExceptionInfo[BaseException]]:
    """Like ``pytest.raises``: expect an error of this kind whose message and hint say every one of ``what``.

    Errors that carry a hint need one that is not empty; ``hint=False`` is for the few that say it all in the message.
    """
    with pytest.raises(kind) as caught:
        yield caught
    error = caught.value
    text = str(error)
    if hasattr(error, "hint"):
        text = f"{getattr(error, 'message', error)} {error.hint}"
        assert not hint or error.hint.strip(), f"an error without a hint: {error}"
    if what:
        says(text, *what)


# Anywhere
NO_SUCH = "There is no"

# 1 Transcripts: files, formats, warnings

# 2 Coding: passages, codes, agreement, pseudonyms

# 3 Discovery: runs, candidates, evidence

# 4 Segments: cards, questions, assigning

# 5 Accounts: sources, tiers, matching, stack

# 6 Decisions: survey, validation, triggers, interventions, RICE

# 7 Exchange: tables, destinations, REFI-QDA, the report

# The study: the file, history, memos, colleagues

# The doors: the command line and the app
