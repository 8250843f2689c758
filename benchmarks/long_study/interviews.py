"""Interviews of two hours, put together from the sentences of the project's own sample interviews."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from needsseg.coding.sentences import count_words, sentence_spans
from needsseg.settings import shipped
from needsseg.transcripts.reading import read

WORDS_PER_MINUTE = 167
"""Two hours are 20,000 words at this pace."""
WORDS_PER_SECOND = WORDS_PER_MINUTE / 60
NAMES = ("Ada", "Bela", "Carla", "Dario", "Elif", "Farah", "Goran", "Hana", "Ivo", "Jana")
FAMILIES = ("Arnold", "Brandt", "Costa", "Dvorak", "Evans", "Fischer", "Greco", "Horvat", "Ito", "Jensen")
OWN_SHARE = 0.7
"""The share of sentences that come from the two sample interviews that a speaker resembles."""


class Sentences:
    """The sentences of the sample interviews: of each participant, and all questions."""

    def __init__(self) -> None:
        self.answers: list[list[str]] = []
        self.questions: list[str] = []
        for file in sorted((shipped("interviews") / "transcripts").iterdir()):
            transcript = read(file)
            own: list[str] = []
            for turn in transcript.turns:
                spans = sentence_spans(transcript.text, turn.start, turn.end)
                texts = [" ".join(transcript.text[start:end].split()) for start, end in spans]
                (own if turn.role == "participant" else self.questions).extend(texts)
            self.answers.append(own)


def speaker_name(number: int) -> str:
    """The name of the participant of one interview; a hundred differ."""
    return f"{NAMES[number % 10]} {FAMILIES[number // 10 % 10]}"


def interview_text(sentences: Sentences, number: int, words: int) -> str:
    """One interview as plain text with times: questions of one or two sentences, answers of three to nine."""
    chance = random.Random(number)  # noqa: S311  # repeatable, not secret
    own = chance.sample(range(len(sentences.answers)), 2)
    lines, said = list[str](), 0
    while said < words:
        question = " ".join(chance.sample(sentences.questions, chance.randint(1, 2)))
        answer = " ".join(_answer(sentences, own, chance))
        for speaker, text in (("Interviewer", question), (speaker_name(number), answer)):
            seconds = int(said / WORDS_PER_SECOND)
            time = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
            lines.append(f"[{time}] {speaker}: {text}\n")
            said += count_words(text)
    return "\n".join(lines)


def _answer(sentences: Sentences, own: list[int], chance: random.Random) -> Iterator[str]:
    """Sentences of one answer: neighbours of the samples, some of them joined from the halves of two."""
    length = chance.randint(3, 9)
    while length > 0:
        source = sentences.answers[
            chance.choice(own) if chance.random() < OWN_SHARE else chance.randrange(len(sentences.answers))
        ]
        at = chance.randrange(len(source))
        for sentence in source[at : at + chance.randint(1, 3)]:
            yield _joined(sentence, chance.choice(source)) if chance.random() < 0.3 else sentence
            length -= 1


def _joined(first: str, second: str) -> str:
    """The first half of one sentence and the second of another, so that most windows of a study are said once."""
    ahead, behind = first.split(), second.split()
    return " ".join([*ahead[: len(ahead) // 2 + 1], *behind[len(behind) // 2 :]])


def write_interviews(folder: Path, count: int, words: int) -> None:
    """Write ``count`` interviews of ``words`` words each as text files."""
    sentences = Sentences()
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        text = interview_text(sentences, number, words)
        (folder / f"interview-{number + 1:03}.txt").write_text(text, encoding="utf-8")
