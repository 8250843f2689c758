"""What a study holds as it stands in a project that was written under its pseudonyms: so that the same is known as the same."""

from __future__ import annotations

from needsseg.actions.coding.pseudonyms import Cover
from needsseg.actions.exchange.refi.cases import company_of
from needsseg.actions.exchange.refi.pseudonymised import statement_words
from needsseg.study.coding import codebook, exchange, memos, passages, statements
from needsseg.study.coding.memos import MemoKind
from needsseg.study.connection import Study


class CoveredStudy:
    """A study's codes, memos, statements and facts under a cover, as they were when this was made."""

    def __init__(self, study: Study, over: Cover) -> None:
        self._over = over
        codes = exchange.codes(study)
        self._codes = {codebook.same(over.text(code.name)): code.name for code in reversed(codes)}
        self._descriptions = {code.name: over.text(code.description) for code in codes}
        where = {passage.id: passage.interview for passage in passages.listing(study)}
        self._memos: dict[tuple[MemoKind, int | str, str], str] = {}
        for memo in memos.listing(study):
            interview = str(memo.of) if memo.kind == "interview" else None
            if memo.kind == "passage":
                interview = where.get(int(memo.of))
            self._memos[memo.kind, memo.of, memo.written_by] = over.text(memo.words, interview)
        self._statements = {
            (each.passage, each.written_by): statement_words(each.parts, over, each.interview)
            for each in statements.listing(study)
        }

    def code(self, name: str) -> str:
        """The code here that is called so in the file; the name itself where there is none."""
        return self._codes.get(codebook.same(name), name)

    def is_description(self, code: str, words: str) -> bool:
        """Whether a description of a code is the one here."""
        return self._descriptions.get(code, "").strip() == words.strip()

    def is_memo(self, kind: MemoKind, of: int | str, writer: str, words: str) -> bool:
        """Whether a memo is the one that its writer has here."""
        return self._memos.get((kind, of, writer), "").strip() == words.strip()

    def is_statement(self, passage: int, writer: str, words: str) -> bool:
        """Whether a job statement is the one that its writer has here."""
        return self._statements.get((passage, writer), "").strip() == words.strip()

    def speaker(self, interview: str, label: str) -> str:
        """What stands for a speaker."""
        return self._over.speaker(interview, label)

    def is_fact(self, field: str, stored: str, text: str) -> bool:
        """Whether what a file says of a participant is what is known of them here."""
        return text in ((company_of(self._over, stored),) if field == "company" else (self._over.text(stored),))
