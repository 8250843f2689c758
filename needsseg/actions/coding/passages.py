"""Suggest, decide, mark and code passages."""

from __future__ import annotations

from collections.abc import Sequence

from needsseg.actions.coding import blind as blindness
from needsseg.actions.coding.embedding import embedded
from needsseg.coding import cues_for, judge, probes_for, weigh
from needsseg.errors import Advice, Fix, NeedssegError, NotFoundError
from needsseg.languages.detection import interview_language
from needsseg.progress import Progress, silent
from needsseg.records import Passage, PassageStatus
from needsseg.settings import load
from needsseg.study.coding import blinding, passages
from needsseg.study.coding import codebook as book
from needsseg.study.coding.codebook import CodeRow
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews
from needsseg.text import format_count


def suggest(study: Study, keys: Sequence[str] = (), progress: Progress = silent) -> int:
    """Suggest passages where participants speak of a job, in some interviews or all; return the number of suggestions.

    Replaces undecided suggestions; what a person decided is unchanged.
    """
    settings = load(study.path)
    interview_keys = list(keys) or interviews.keys(study)
    if not interview_keys:
        raise NeedssegError("There are no interviews yet.", Advice("Import some: ", Fix.IMPORT))
    transcripts = {key: interviews.transcript(study, key) for key in interview_keys}
    language_by_key = {key: interview_language(transcript.text) for key, transcript in transcripts.items()}
    probes = {language: probes_for(settings, language) for language in dict.fromkeys(language_by_key.values())}
    weighed = {
        key: [
            window
            for window in weigh(transcript, cues_for(settings, language_by_key[key]))
            if window.within_reach(settings.suggest_threshold)
        ]
        for key, transcript in transcripts.items()
    }
    texts = [window.text for windows in weighed.values() for window in windows]
    vectors = embedded(study, texts + [probe.text for own in probes.values() for probe in own], progress)
    with study.action("suggest") as action:
        count = sum(
            passages.replace_suggestions(
                study, key, judge(windows, vectors, probes[language_by_key[key]], settings.suggest_threshold)
            )
            for key, windows in weighed.items()
        )
        action.summary = (
            f"suggested {format_count(count, 'passage')} in {format_count(len(interview_keys), 'interview')}"
        )
    return count


def listing(
    study: Study,
    interview: str | None = None,
    status: PassageStatus | None = None,
    code: str | None = None,
    query: str | None = None,
    ids: Sequence[int] | None = None,
    anchored: bool | None = None,
    coder: str | None = None,
    blind: bool | None = None,
) -> list[Passage]:
    """List passages by position, filtered by interview, status, code, words, ids, or whether they are anchored.

    ``coder`` selects those on which that person decided or put a code. A blind coder sees only their own work, unless
    ``blind`` is False.
    """
    if interview is not None:
        interviews.title(study, interview)
    if code is not None and code.strip():
        code = book.stored_name(study, code)
    if blindness.is_blind(study) if blind is None else blind:
        rows = blindness.own_view(study, passages.listing(study, interview, None, None, ids, query, anchored))
        rows = [p for p in rows if status in (None, p.status) and (code is None or code in p.codes)]
        return [p for p in rows if coder is None or (coder == study.actor and (p.coder == coder or p.codes))]
    rows = passages.listing(study, interview, status, code, ids, query, anchored)
    worked = None if coder is None else blinding.worked_on(study, coder)
    return rows if worked is None else [p for p in rows if p.id in worked]


def one(study: Study, passage: int) -> Passage:
    """One passage by its id; raises NotFoundError also for one that blind mode hides."""
    stored = passages.one(study, passage)
    if not blindness.is_blind(study):
        return stored
    visible = blindness.own_view(study, [stored])
    if not visible:
        raise NotFoundError(f"Passage {passage} is a colleague's.", Advice("Blind mode is on. End it: ", Fix.BLIND_OFF))
    return visible[0]


_DONE = {"accepted": "accepted", "rejected": "rejected", "suggested": "left open"}


def decide(study: Study, ids: Sequence[int], status: PassageStatus) -> int:
    """Accept, reject or reopen passages; return how many changed."""
    with study.action("decide", f"{_DONE[status]} {_named(ids)}"):
        own = blindness.own_rows(study, ids, status)
        changed = passages.decide(study, own, status)
        if status == "suggested" and blindness.is_blind(study):
            blinding.leave_to_others(study, own)
        return changed


def mark(study: Study, interview: str, start: int, end: int) -> int:
    """Mark a span of one turn as a passage; return its id."""
    with study.action("mark", f"marked a passage in {interview}"):
        return _mark(study, interview, start, end)


def mark_and_code(study: Study, interview: str, start: int, end: int, code: str) -> int:
    """Mark a span of one turn and code it, as one action; return the passage's id."""
    code = book.stored_name(study, code)
    with study.action("code", f"marked a passage in {interview} and coded it “{code}”"):
        passage = _mark(study, interview, start, end)
        book.add_code(study, [passage], code)
    return passage


def _mark(study: Study, interview: str, start: int, end: int) -> int:
    store = blinding.mark if blindness.is_blind(study) else passages.mark
    return store(study, interview, start, end)


def adjust(study: Study, passage: int, start: int, end: int) -> None:
    """Move the edges of a passage."""
    with study.action("adjust", f"moved the edges of passage {passage}"):
        for own in blindness.own_rows(study, [passage]):
            passages.adjust(study, own, start, end)


def unmark(study: Study, passage: int) -> None:
    """Remove a passage marked by hand, or make a decided suggestion undecided again."""
    with study.action("unmark", f"unmarked passage {passage}"):
        for own in blindness.own_rows(study, [passage], "suggested"):
            passages.unmark(study, own)
            if blindness.is_blind(study):
                blinding.leave_to_others(study, [own])


def code(study: Study, ids: Sequence[int], name: str) -> int:
    """Put a code on passages; return how many are newly coded."""
    name = book.stored_name(study, name)
    with study.action("code", f"coded {_named(ids)} “{name}”"):
        return book.add_code(study, blindness.own_rows(study, ids, "accepted"), name)


def uncode(study: Study, ids: Sequence[int], name: str) -> int:
    """Takes a code off passages; how many lost it."""
    name = book.stored_name(study, name)
    with study.action("uncode", f"added “{name}” off {_named(ids)}"):
        if blindness.is_blind(study):
            ids = blinding.coded_by_own(study, ids, name)
        return book.take_off(study, ids, name)


def codebook(study: Study) -> list[CodeRow]:
    """All codes, the most used first; for a blind coder, only their own marks are counted."""
    return book.listing(study, blindness.seen_coder(study))


def code_name(study: Study, name: str) -> str:
    """The stored name of a code, which may differ in case; for a new code, the name it would get."""
    return book.stored_name(study, name)


def code_ids(study: Study) -> dict[str, int]:
    """The id of each code by name; ids stay the same when codes are renamed."""
    return book.ids_by_name(study)


def codes_by_use(study: Study) -> tuple[list[CodeRow], dict[str, int], list[str]]:
    """Return the results of ``codebook``, ``code_ids`` and ``recent_codes`` together."""
    coder = blindness.seen_coder(study)
    return book.listing(study, coder), book.ids_by_name(study), book.recent(study, coder)


def recent_codes(study: Study) -> list[str]:
    """The codes used last, newest first; for a blind coder, only those they used."""
    return book.recent(study, blindness.seen_coder(study))


def _named(ids: Sequence[int]) -> str:
    return f"passage {ids[0]}" if len(ids) == 1 else format_count(len(ids), "passage")
