"""A study's data as a pseudonymised project of it has them, to recognise what is already stored."""

from __future__ import annotations

from needsseg.actions.coding.pseudonyms import Cover
from needsseg.actions.exchange.refi.cases import company_of
from needsseg.actions.exchange.refi.pseudonymised import statement_words
from needsseg.study.coding import codebook, exchange, memos, passages, statements
from needsseg.study.coding.memos import MemoKind
from needsseg.study.connection import Study


class CoveredStudy:
    """A snapshot of a study's codes, memos, statements and facts under pseudonyms."""

    def __init__(self, study: Study, over: Cover) -> None:
        self._over = over
        codes = exchange.codes(study)
        self._codes = {codebook.same(over.text(code.name)): code.name for code in reversed(codes)}
        self._descriptions = {code.name: over.text(code.description) for code in codes}
        interview_of = {passage.id: passage.interview for passage in passages.listing(study)}
        self._memos: dict[tuple[MemoKind, int | str, str], str] = {}
        for memo in memos.listing(study):
            interview = str(memo.of) if memo.kind == "interview" else None
            if memo.kind == "passage":
                interview = interview_of.get(int(memo.of))
            self._memos[memo.kind, memo.of, memo.written_by] = over.text(memo.words, interview)
        self._statements = {
            (each.passage, each.written_by): statement_words(each.parts, over, each.interview)
            for each in statements.listing(study)
        }

    def code(self, name: str) -> str:
        """The study's code with this name in the file; the name itself if there is none."""
        return self._codes.get(codebook.same(name), name)

    def is_description(self, code: str, words: str) -> bool:
        """Whether a description of a code equals the study's."""
        return self._descriptions.get(code, "").strip() == words.strip()

    def is_memo(self, kind: MemoKind, of: int | str, writer: str, words: str) -> bool:
        """Whether a memo equals the one its writer has in the study."""
        return self._memos.get((kind, of, writer), "").strip() == words.strip()

    def is_statement(self, passage: int, writer: str, words: str) -> bool:
        """Whether a job statement equals the one its writer has in the study."""
        return self._statements.get((passage, writer), "").strip() == words.strip()

    def speaker(self, interview: str, label: str) -> str:
        """The pseudonym of a speaker."""
        return self._over.speaker(interview, label)

    def is_fact(self, field: str, stored: str, text: str) -> bool:
        """Whether a file's value of a participant's field equals the stored one under pseudonyms."""
        return text in ((company_of(self._over, stored),) if field == "company" else (self._over.text(stored),))
