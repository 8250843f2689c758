"""Make the long study and a colleague's copy of it, with needsseg's own actions."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.long_study.interviews import Sentences, write_interviews
from needsseg.actions.coding import codebook, memos, passages, statements, suggesting
from needsseg.actions.coding.embedding import embedded
from needsseg.actions.discovery import discovery
from needsseg.actions.study import Study, studies
from needsseg.actions.study.languages import study_model
from needsseg.actions.transcripts import importing, interviews
from needsseg.coding import load_probes
from needsseg.coding.windows import windows
from needsseg.embedding import exact_backend, text_sha256, vectors_key
from needsseg.languages.detection import interview_language
from needsseg.languages.speech import load_speech
from needsseg.records import JobParts
from needsseg.settings import load, prompt_file
from needsseg.study.segments import vectors

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Vectors

CODERS = ("Ada", "Ben", "Cleo")
BRANCHES = 10
COLLEAGUE = "Dora"
Span = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Size:
    """How large a study is made."""

    interviews: int = 100
    words: int = 20_000
    passages: int = 5_000
    codes: int = 300
    entries: int = 20_000


def tenth(size: Size) -> Size:
    """The size with a tenth of everything but an interview's length."""
    return Size(size.interviews // 10, size.words, size.passages // 10, size.codes // 10, size.entries // 10)


def make(folder: Path, size: Size, tell: Callable[[str], None]) -> None:
    """Make ``study.db`` and ``colleague.db`` in a folder: the same interviews, and work of different people."""
    files, base = folder / "interviews", folder / "base.db"
    write_interviews(files, size.interviews, size.words)
    began = time.perf_counter()
    with studies.init(base) as study:
        report = importing.import_transcripts(study, [files])
        assert len(report.added) == size.interviews, report
    tell(f"imported {size.interviews} interviews in {time.perf_counter() - began:.1f} s")
    for name, coders, seed in (("study.db", CODERS, 1), ("colleague.db", (COLLEAGUE,), 2)):
        shutil.copy(base, folder / name)
        with studies.open_study(folder / name) as study:
            began = time.perf_counter()
            work = _Work(study, coders, seed, size)
            work.run()
            tell(f"{name}: {work.entries:,} entries of history in {time.perf_counter() - began:.0f} s")
    with studies.open_study(folder / "study.db") as study:
        began = time.perf_counter()
        embedded(study, [passage.quote for passage in passages.listing(study)])
        tell(f"vectors of the passages in {time.perf_counter() - began:.0f} s")
        tell(f"vectors of {approximate_windows(study):,} windows, each the mean of its words'")
        began = time.perf_counter()
        discovery.discover(study)
        tell(f"first discovery in {time.perf_counter() - began:.1f} s")


class _Work:
    """What several coders do in a study, one action after the other, until the history has its length."""

    def __init__(self, study: Study, coders: tuple[str, ...], seed: int, size: Size) -> None:
        self._study, self._coders, self._size = study, coders, size
        self._chance = random.Random(seed)  # noqa: S311  # repeatable, not secret
        self._codes: list[str] = []
        self._passages: list[int] = []
        self.entries = 0

    def run(self) -> None:
        """Do it. The disk is not waited for: nothing of this has to outlive a loss of power."""
        self._study.execute("PRAGMA synchronous = OFF")
        for number in range(self._size.codes):
            self._create_code(number)
        spans = self._spans()
        self._chance.shuffle(spans)
        for span in spans[: self._size.passages]:
            self._actor()
            if self._chance.random() < 0.1:
                self._passages.append(suggesting.decide_window(self._study, *span, "rejected", 0.5, ("pain",)))
            else:
                self._passages.append(passages.mark_and_code(self._study, *span, self._code()))
            self.entries += 1
        kinds = (self._code_more, self._memo, self._decide, self._uncode, self._state_job, self._describe_code)
        while self.entries < self._size.entries:
            self._actor()
            self._chance.choices(kinds, (60, 12, 10, 8, 6, 4))[0]()
            self.entries += 1
        self._study.execute("PRAGMA synchronous = FULL")

    def _actor(self) -> None:
        self._study.actor = self._chance.choice(self._coders)

    def _code(self) -> str:
        """A code, the first ones far more often than the last."""
        return self._codes[int(len(self._codes) * self._chance.random() ** 2)]

    def _create_code(self, number: int) -> None:
        self._actor()
        parent = self._codes[number // BRANCHES - 1] if number >= BRANCHES else None
        self._codes.append(codebook.create(self._study, f"code {number + 1:03} of the tree", parent))
        self.entries += 1

    def _spans(self) -> list[Span]:
        """Windows of participants' speech, as many of each interview as there have to be."""
        spans: list[Span] = []
        for key in interviews.keys(self._study):
            own = windows(interviews.show(self._study, key))
            wanted = min(len(own), self._size.passages // self._size.interviews + 10)
            spans += [(key, start, end) for start, end in self._chance.sample(own, wanted)]
        return spans

    def _code_more(self) -> None:
        passages.code(self._study, [self._chance.choice(self._passages)], self._code())

    def _memo(self) -> None:
        passage = self._chance.choice(self._passages)
        memos.write(self._study, "passage", passage, f"See passage {passage} beside {self._code()} ({self.entries}).")

    def _decide(self) -> None:
        status = "accepted" if self._chance.random() < 0.8 else "rejected"
        passages.decide(self._study, [self._chance.choice(self._passages)], status)

    def _uncode(self) -> None:
        passages.uncode(self._study, [self._chance.choice(self._passages)], self._code())

    def _state_job(self) -> None:
        passage = passages.one(self._study, self._chance.choice(self._passages))
        statements.write(self._study, passage.id, JobParts(situation=passage.quote[:60], pain=f"{self.entries}"))

    def _describe_code(self) -> None:
        codebook.describe(self._study, self._code(), f"What people say of it, as described in step {self.entries}.")


def approximate_windows(study: Study) -> int:
    """Store a vector for each window of participants' speech that has none: the weighted mean of its words'.

    A word's vector is the mean of the sample sentences that hold it, which the model embeds. These are few and the windows many,
    so that this takes a minute and not an hour; where windows lie to each other is near enough to the truth for measuring time.
    """
    texts = {
        transcript.text[start:end]
        for transcript in (interviews.show(study, key) for key in interviews.keys(study))
        for start, end in windows(transcript, load_speech(interview_language(transcript.text)))
    }
    sums, counts = _word_vectors(study)
    settings = load(study.path)
    embedded(study, [probe.text for probe in load_probes(prompt_file("probes.toml", settings))])
    model = study_model(study)
    kept = {passage.quote for passage in passages.listing(study)}
    fresh = {}
    for text in texts - kept:
        row = np.sum([sums[word] / counts[word] ** 1.5 for word in text.split()], axis=0)
        fresh[text_sha256(text)] = (row / np.linalg.norm(row)).astype(np.float32)
    vectors.store(study, vectors_key(model, exact_backend(model, settings.backend)), fresh)
    return len(texts)


def _word_vectors(study: Study) -> tuple[dict[str, Vectors], Counter[str]]:
    """The sum of the vectors of the sentences that hold a word, and in how many it is."""
    samples = sorted({sentence for own in Sentences().answers for sentence in own})
    rows = embedded(study, samples)
    sums: dict[str, Vectors] = {}
    counts: Counter[str] = Counter()
    for sentence in samples:
        for word in set(sentence.split()):
            counts[word] += 1
            sums[word] = sums.get(word, 0.0) + rows[text_sha256(sentence)]
    return sums, counts
