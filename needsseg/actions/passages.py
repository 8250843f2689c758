"""Suggesting, deciding, marking and coding passages."""

from __future__ import annotations

from collections.abc import Sequence

from needsseg.actions.embedding import embedded
from needsseg.coding import judge, load_cues, load_probes, weigh
from needsseg.embedding import Progress, silent
from needsseg.errors import NeedssegError
from needsseg.records import Passage, PassageStatus
from needsseg.settings import load, prompt_file
from needsseg.study import codebook as book
from needsseg.study import interviews, passages
from needsseg.study.codebook import CodeRow
from needsseg.study.connection import Study

__all__ = [
    "CodeRow",
    "adjust",
    "code",
    "codebook",
    "decide",
    "listing",
    "mark",
    "mark_and_code",
    "one",
    "recent_codes",
    "suggest",
    "uncode",
    "unmark",
]


def suggest(study: Study, keys: Sequence[str] = (), progress: Progress = silent) -> int:
    """Marks where participants speak of a job, in some interviews or all; how many suggestions stand then.

    Undecided suggestions are replaced; what a person decided is left as it is.
    """
    settings = load(study.path)
    cues, probes = load_cues(prompt_file("cues.toml", settings)), load_probes(prompt_file("probes.toml", settings))
    wanted = list(keys) or interviews.keys(study)
    if not wanted:
        raise NeedssegError(
            "There are no interviews yet.", "Import some (i among the interviews; needsseg import FOLDER)."
        )
    weighed = {
        key: [w for w in weigh(interviews.transcript(study, key), cues) if w.within_reach(settings.suggest_threshold)]
        for key in wanted
    }
    texts = [window.text for windows in weighed.values() for window in windows] + [probe.text for probe in probes]
    vectors = embedded(study, texts, progress)
    with study.action("suggest") as action:
        count = sum(
            passages.replace_suggestions(study, key, judge(windows, vectors, probes, settings.suggest_threshold))
            for key, windows in weighed.items()
        )
        action.summary = f"suggested {count} passages in {len(wanted)} interview{'s' if len(wanted) != 1 else ''}"
    return count


def listing(
    study: Study,
    interview: str | None = None,
    status: PassageStatus | None = None,
    code: str | None = None,
    query: str | None = None,
    ids: Sequence[int] | None = None,
    anchored: bool | None = None,
) -> list[Passage]:
    """Passages by place, narrowed by interview, status, code, words, ids, or whether their text still holds them."""
    if interview is not None:
        interviews.title(study, interview)
    return passages.listing(study, interview, status, code, ids, query, anchored)


def one(study: Study, passage: int) -> Passage:
    """One passage by its id."""
    return passages.one(study, passage)


_DONE = {"accepted": "accepted", "rejected": "rejected", "suggested": "left open"}


def decide(study: Study, ids: Sequence[int], status: PassageStatus) -> int:
    """Accepts, rejects or leaves open; how many changed."""
    with study.action("decide", f"{_DONE[status]} {_named(ids)}"):
        return passages.decide(study, ids, status)


def mark(study: Study, interview: str, start: int, end: int) -> int:
    """Marks a span of one turn as a passage; its id."""
    with study.action("mark", f"marked a passage in {interview}"):
        return passages.mark(study, interview, start, end)


def mark_and_code(study: Study, interview: str, start: int, end: int, code: str) -> int:
    """Marks a span of one turn and puts a code on it, as one action; the passage's id."""
    with study.action("code", f"marked a passage in {interview} and coded it “{code.strip()}”"):
        made = passages.mark(study, interview, start, end)
        book.put(study, [made], code)
    return made


def adjust(study: Study, passage: int, start: int, end: int) -> None:
    """Moves the edges of a passage."""
    with study.action("adjust", f"moved the edges of passage {passage}"):
        passages.adjust(study, passage, start, end)


def unmark(study: Study, passage: int) -> None:
    """Removes a passage marked by hand, or makes a decided suggestion undecided again."""
    with study.action("unmark", f"unmarked passage {passage}"):
        passages.unmark(study, passage)


def code(study: Study, ids: Sequence[int], name: str) -> int:
    """Puts a code on passages; how many got it."""
    with study.action("code", f"coded {_named(ids)} “{name.strip()}”"):
        return book.put(study, ids, name)


def uncode(study: Study, ids: Sequence[int], name: str) -> int:
    """Takes a code off passages; how many lost it."""
    with study.action("uncode", f"took “{name}” off {_named(ids)}"):
        return book.take_off(study, ids, name)


def codebook(study: Study) -> list[CodeRow]:
    """All codes, the most used first."""
    return book.listing(study)


def recent_codes(study: Study) -> list[str]:
    """The codes used last, newest first."""
    return book.recent(study)


def _named(ids: Sequence[int]) -> str:
    return f"passage {ids[0]}" if len(ids) == 1 else f"{len(ids)} passages"
