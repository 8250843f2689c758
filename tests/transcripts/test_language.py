"""Other languages import just as well; those without words of their own are reported once."""

from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.languages.detection import seems_english
from needsseg.transcripts import read, read_all
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.transcripts import NOT_ENGLISH

DANISH = (
    "Jeg synes at det er svært at finde tid til at skrive det hele ned, og så har jeg ikke noget overblik. Men vi "
    "prøver at have en liste, og for det meste er det godt for os alle, at den hænger her i køkkenet."
)
GERMAN = (
    "Ich schreibe eine Liste und hänge sie an den Kühlschrank, aber das hilft mir nicht immer, weil die Kinder sie "
    "abnehmen und dann weiß keiner mehr, was zu tun ist, und wir streiten uns, wer den Einkauf vergessen hat."
)
FRENCH = (
    "On a fait une liste et on la met sur le frigo, mais au bout de deux jours on ne la regarde plus, et puis il faut "
    "tout refaire, alors on abandonne et on fait comme avant, sans rien noter du tout."
)
POLISH = (
    "Zawsze robię listę na lodówce, ale po dwóch dniach nikt na nią nie patrzy i potem muszę wszystko robić od nowa, "
    "więc już tego nie robię, bo nie mam na to czasu ani siły, a dzieci też tego nie czytają."
)
RUSSIAN = "Я пишу список и вешаю его на холодильник, но через два дня на него никто не смотрит."
CHINESE = "我把清单写在纸上，然后贴在冰箱上，但是两天以后就没有人看了，所以我又得重新开始，每个星期都是这样，真的很烦。"
TERSE = (
    "So basically every Monday I export the report, fix the dates by hand, and email it round. Takes half a day. "
    "Nobody reads it, probably. I'd rather have something automatic, but our IT people said no budget, so here we are."
)


@pytest.mark.parametrize("words", [DANISH, POLISH, RUSSIAN, CHINESE], ids=lambda words: words[:12])
def test_other_languages_are_read_whole_and_reported_once(tmp_path: Path, words: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"Ada: {words}?\n\nBo: {words}\n", encoding="utf-8")
    transcript = read(path)
    assert [transcript.words(turn) for turn in transcript.turns] == [f"{words}?", words]
    (warning,) = transcript.warnings
    assert says(warning, NOT_ENGLISH)


def test_a_language_with_words_of_its_own_is_not_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"Ada: {GERMAN}?\n\nBo: {GERMAN}\n", encoding="utf-8")
    assert read(path).warnings == ()


def test_english_and_what_is_too_short_to_tell_are_not_reported() -> None:
    assert seems_english(TERSE)
    assert seems_english("Nein.")
    assert not seems_english(f"{GERMAN} {GERMAN}")


def test_a_table_reports_its_language_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [
        f'{key},"Ada: Ja?\n\nBo: {words}"\n'
        for key, words in (("a", DANISH), ("b", TERSE), ("c", POLISH), ("d", FRENCH))
    ]
    path.write_text("transcript_id,text\n" + "".join(rows), encoding="utf-8")
    warnings = [warning for _, transcript in read_all(path) for warning in transcript.warnings]
    (warning,) = warnings
    assert says(warning, "2 of 4 interviews", NOT_ENGLISH)


@pytest.mark.parametrize(
    ("asks", "answers"),
    [
        ("Interviewerin: Wie?", "Frau Müller: So."),
        ("Enquêtrice : Comment ?", "Marie : Ainsi."),
        ("Entrevistadora: ¿Cómo?", "Carla: Así."),
        ("Интервьюер: Как?", "Ольга: Так."),
        ("采访者：怎么？", "李雷：这样。"),
        ("المحاور: كيف؟", "سارة: هكذا."),
    ],
)
def test_whoever_interviews_is_known_in_other_languages(tmp_path: Path, asks: str, answers: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"{asks}\n\n{answers}\n", encoding="utf-8")
    assert [turn.role for turn in read(path).turns] == ["interviewer", "participant"]
