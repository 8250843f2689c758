"""Merging a colleague's study: their marks come in beside ours, each with its coder; one action, so that undo takes it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from needsseg.actions.coding import pseudonym_decisions
from needsseg.actions.transcripts.likeness import much_alike, words_sha256
from needsseg.progress import Progress, silent
from needsseg.records import Passage
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.merge import codes as merging_codes
from needsseg.study.merge import colleague_copy, people
from needsseg.study.merge import marks as merging_marks
from needsseg.study.merge import merge as merging
from needsseg.study.merge import passages as merging_passages
from needsseg.study.merge.merge import Joined
from needsseg.study.transcripts import interviews, pseudonyms
from needsseg.text import format_count, plural

How = Literal["same text", "same words", "edited text", "new"]
Places = dict[tuple[str, str, str], dict[int, tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class MergedInterview:
    """An interview of theirs: its key there, its key here, and how the two were found to be one (or that it is new)."""

    theirs: str
    key: str
    how: How


@dataclass(frozen=True, slots=True)
class MergeReport:
    """The result of a merge, done or previewed.

    Passages: ``joined`` were decided alike, ``added`` are new here, ``decided`` were undecided here and took their decision,
    ``beside`` are decided differently and stand next to ours; ``seconded`` counts decisions that
    somebody else here had made alike. ``codes`` are new here, ``renamed`` took the name they have there. ``marks`` are codes that
    came with their coders, ``marks_joined`` were here. ``attributes`` filled what was empty about participants, ``pins`` are
    of codes, ``pseudonyms`` decisions about words. ``unplaced``
    passages came without a place, since the text here does not hold their words. ``left`` says what both sides contradict
    each other in; it stayed as it was here. ``not_merged`` counts what stays there. ``turns_read`` is no part of the action.
    """

    file: str
    coders: tuple[str, ...]
    interviews: tuple[MergedInterview, ...]
    joined: int
    added: int
    decided: int
    beside: int
    seconded: int
    codes: int
    renamed: int
    marks: int
    marks_joined: int
    memos: int
    memos_continued: int
    statements: int
    statements_continued: int
    off_topic: int
    needs: int
    answers: int
    pairs: int
    pins: int
    attributes: int
    pseudonyms: int
    turns_read: int
    unplaced: tuple[Passage, ...]
    left: tuple[str, ...]
    not_merged: dict[str, int]
    dry_run: bool

    @property
    def sentence(self) -> str:
        """The report in a sentence."""
        new = sum(row.how == "new" for row in self.interviews)
        both = len(self.interviews) - new
        memos, statements = self.memos + self.memos_continued, self.statements + self.statements_continued
        counted = [
            f"{format_count(both, 'interview')} in both, {new} new",
            f"{format_count(self.joined, 'passage')} alike, {self.added} added, {self.decided} decided by it, "
            f"{self.beside} beside ours",
            f"{format_count(self.marks, 'code')} on passages added, {self.marks_joined} here already",
        ]
        others = [
            (self.seconded, "decisions seconded"),
            (self.codes, plural(self.codes, "new code")),
            (self.renamed, f"{plural(self.renamed, 'code')} renamed as there"),
            (memos, plural(memos, "memo")),
            (statements, plural(statements, "job statement")),
            (self.off_topic, "off-topic"),
            (self.needs, "needs in view"),
            (self.answers, "answers"),
            (self.pairs, "pairs"),
            (self.pins, "pinned codes"),
            (self.attributes, "attributes of participants"),
            (self.pseudonyms, "decisions about words to replace or keep"),
            (len(self.unplaced), "without a place"),
        ]
        return "; ".join([*counted, *(f"{number} {label}" for number, label in others if number)]) + "."


class _OnlyLookedError(Exception):
    """Raised to end the transaction of a previewed merge; carries its report."""

    def __init__(self, report: MergeReport) -> None:
        super().__init__()
        self.report = report


def merge(study: Study, path: Path, *, dry_run: bool = False, progress: Progress = silent) -> MergeReport:
    """Bring the work in the study at ``path`` into this one, as one action; that file is only read.

    Interviews are one where their text is, else their words, else where an edited text has the same key or file: passages
    then follow their words. Others come in whole. Segments, runs and account data stay there. Merging again changes nothing.
    With ``dry_run`` nothing is kept. Which turns were read comes too, and stays when the action is undone. Raise StudyError
    for a file that is not a sound study, UsageError for this study itself.
    """
    with colleague_copy.colleague_copy(study, path) as other:
        earlier_places: Places = {}
        _ = study.db, other.db  # loaded before the study is locked
        matched = _matched(study, other)
        for number, match in enumerate(matched):  # the long part, without the lock
            progress("comparing", number, len(matched))
            _places(study, other, match, earlier_places)
        try:
            with study.action("merge study") as action:
                report, read = _merged(study, other, path.name, earlier_places, dry_run, progress)
                action.summary = f"merged {path.name}: {report.sentence}"
                if dry_run:
                    raise _OnlyLookedError(report)
        except _OnlyLookedError as looked:
            return looked.report
        people.keep_read(study, read)
        return report


def _merged(
    study: Study, other: Study, file: str, earlier_places: Places, dry_run: bool, progress: Progress
) -> tuple[MergeReport, list[people.Read]]:
    """Join everything, by what the study holds now: others may have written since."""
    joined = Joined()
    matched = _matched(study, other)
    ours, theirs = merging.interview_ids(study), merging.interview_ids(other)
    merging_codes.join_codebook(study, other, joined)
    # Interviews that both have come first: they tell who is whom.
    for match in (match for match in matched if match.how != "new"):
        merging.same_interview(study, other, theirs[match.theirs], ours[match.key], joined)
    for number, match in enumerate(matched):
        progress("merging", number, len(matched))
        if match.how == "new":
            merging.new_interview(study, other, theirs[match.theirs], match.key, joined)
        else:
            places = _places(study, other, match, earlier_places)
            merging_passages.join_passages(study, other, theirs[match.theirs], places, joined)
    for join in (
        merging_marks.join_codings,
        merging_marks.join_memos,
        merging_marks.join_statements,
        merging_marks.join_off_topic,
        merging_marks.join_needs,
        merging_marks.join_pairs,
        people.join_attributes,
    ):
        join(study, other, joined)
    decisions = pseudonyms.listing(other)
    if decisions:  # to know all names takes a while
        joined.counted["pseudonyms"], pseudonym_conflicts = pseudonym_decisions.take(study, decisions)
        joined.conflicts += pseudonym_conflicts
    read = people.turns_read(study, other, joined)
    joined.counted["turns_read"] = len(read)
    progress("merging", len(matched), len(matched))
    return _report(study, other, file, matched, joined, dry_run), read


def _report(
    study: Study, other: Study, file: str, matched: list[MergedInterview], joined: Joined, dry_run: bool
) -> MergeReport:
    counted = joined.counted
    return MergeReport(
        file=file,
        coders=tuple(merging.coders(other)),
        interviews=tuple(matched),
        unplaced=tuple(passages.listing(study, ids=joined.unplaced)),
        left=tuple(joined.conflicts),
        not_merged=merging.not_merged(other),
        dry_run=dry_run,
        **{
            name: counted[name]
            for name in (
                "joined", "added", "decided", "beside", "seconded", "codes", "renamed", "marks", "marks_joined",
                "memos",
                "memos_continued", "statements", "statements_continued", "off_topic", "needs", "answers", "pairs", "pins",
                "attributes", "pseudonyms", "turns_read",
            )
        },
    )  # fmt: skip


def _matched(study: Study, other: Study) -> list[MergedInterview]:
    """Match each of their interviews to one of ours, each of ours once; a new one gets an unused key."""
    ours, theirs = interviews.text_sha256(study), interviews.text_sha256(other)
    matches: dict[str, tuple[str, How]] = {}
    for pairs in (_by_text(ours, theirs), _by_words(study, other, matches), _by_name(study, other, matches)):
        for their, our, how in pairs:
            if their not in matches and our not in {key for key, _ in matches.values()}:
                matches[their] = our, how
    used_keys, matched = set(ours), []
    for key in theirs:
        our_key, how = matches[key] if key in matches else (_unused(key, used_keys), "new")
        used_keys.add(our_key)
        matched.append(MergedInterview(key, our_key, how))
    return matched


def _by_text(ours: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[tuple[str, str, How]]:
    yield from ((key, key, "same text") for key, text in theirs.items() if ours.get(key) == text)
    yield from ((key, our, "same text") for key, text in theirs.items() for our in ours if ours[our] == text)


def _by_words(study: Study, other: Study, matches: Mapping[str, object]) -> Iterator[tuple[str, str, How]]:
    unmatched = [key for key in interviews.keys(other) if key not in matches]
    if not unmatched:
        return
    keys_by_words: dict[str, list[str]] = {}
    for key in interviews.keys(study):
        keys_by_words.setdefault(words_sha256(interviews.turn_words(study, key)), []).append(key)
    for key in unmatched:
        for our in sorted(
            keys_by_words.get(words_sha256(interviews.turn_words(other, key)), []), key=lambda our: our != key
        ):
            yield key, our, "same words"


def _by_name(study: Study, other: Study, matches: Mapping[str, object]) -> Iterator[tuple[str, str, How]]:
    """Versions of one conversation under the same key, else from files of the same name."""
    our_keys, files = set(interviews.keys(study)), interviews.by_file(study)
    named = {key: file for file, (key, _) in interviews.by_file(other).items()}
    for key in interviews.keys(other):
        if key in matches:
            continue
        for our in dict.fromkeys([key, files.get(named.get(key, ""), ("", ""))[0]]):
            if our in our_keys and much_alike(interviews.transcript(other, key), interviews.transcript(study, our)):
                yield key, our, "edited text"


def _unused(key: str, used_keys: set[str]) -> str:
    number, unused = 2, key
    while unused in used_keys:
        unused, number = f"{key}-{number}", number + 1
    return unused


def _places(
    study: Study, other: Study, match: MergedInterview, earlier_places: Places
) -> dict[int, tuple[int, int]] | None:
    """Return the spans of their passages in our text, each within one turn; None where the text is the same."""
    if match.how in ("same text", "new"):
        return None
    new, old = interviews.transcript(study, match.key), interviews.transcript(other, match.theirs)
    about = (match.theirs, old.text, new.text)
    if about not in earlier_places:
        from needsseg.coding.anchoring import anchor

        spans = merging_passages.anchored_spans(other, match.theirs)
        anchors = zip(spans, anchor(old.text, new.text, list(spans.values())), strict=True)
        earlier_places[about] = {
            passage: (at.start, at.end)
            for passage, at in anchors
            if at is not None and any(turn.start <= at.start and at.end <= turn.end for turn in new.turns)
        }
    return earlier_places[about]


__all__ = ["MergeReport", "MergedInterview", "merge"]
