"""What is embedded in advance: all that is compared later, piece by piece, and nothing else of the study is touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from needsseg.actions.coding import meaning_search, passages, searching, suggesting
from needsseg.actions.coding.search_scope import Filter
from needsseg.actions.discovery import code_tree, needs
from needsseg.actions.discovery.discovery import discover
from needsseg.actions.study import history, studies
from needsseg.actions.study.compared_texts import PASSAGES_STEP, TextsState
from needsseg.actions.study.embedding_ahead import AT_ONCE, EmbeddedAhead, embed_ahead
from needsseg.actions.transcripts import importing, interviews
from needsseg.embedding import encoding, locate, text_sha256
from needsseg.errors import NeedssegError, StudyError
from needsseg.study.connection import Study
from needsseg.study.fingerprint import fingerprint
from tests.fixtures.samples import DATA, ROOT
from tests.fixtures.vectors import MadeUpModel
from tests.fixtures.wording.discovery import NO_MODEL
from tests.fixtures.wording.matching import refuses
from tests.fixtures.wording.transcripts import NO_INTERVIEWS

TALKS = ROOT / "interviews" / "transcripts"
Tables = Callable[[Study], dict[str, list[tuple[object, ...]]]]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> MadeUpModel:
    """Stands in for every sentence model."""
    return MadeUpModel.instead(monkeypatch)


@pytest.fixture
def two_talks(study: Study) -> Study:
    """Two real interviews."""
    importing.import_transcripts(study, [TALKS / "ines-carvalho.vtt", TALKS / "marek-nowotny.docx"])
    return study


def stored(study: Study) -> set[str]:
    """The hashes of the texts that have a vector."""
    return {row[0] for row in study.rows("SELECT text_sha256 FROM vectors")}


def use_all(study: Study) -> None:
    """Whatever compares texts by meaning, except for the words of a query."""
    passages.suggest(study)
    queue = suggesting.queue(study, None)
    assert queue.unread == 0 and queue.items
    discover(study)
    code_tree.tree(study)
    first = passages.listing(study)[0].id
    for speech in ("participants", "all", "passages"):
        assert not searching.unready(study, first, speech)
        searching.like(study, first, Filter(speech=speech))


@pytest.mark.parametrize(("language", "words"), [("", "shipped"), ("de", "own"), ("it", "shipped"), ("", "own")])
def test_afterwards_nothing_is_left_to_embed(
    study: Study, model: MadeUpModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str, words: str
) -> None:
    """Neither in a study of one language nor of two, nor with words of one's own, also for what ends a sentence."""
    monkeypatch.setenv("NEEDSSEG_SUGGEST_THRESHOLD", "0")
    files = [TALKS / "ines-carvalho.vtt", TALKS / "marek-nowotny.docx"]
    importing.import_transcripts(study, [*files, *(DATA / "languages").glob(f"{language or 'none'}-*.txt")])
    if words == "own":
        own = tmp_path / "words"
        own.mkdir()
        (own / "probes.toml").write_text('motivation = ["I want it done."]\n', encoding="utf-8")
        speech = (ROOT / "prompts" / "speech.toml").read_text(encoding="utf-8")
        ends_no_sentence = speech.replace("abbreviations = [", "abbreviations = ['it', 'that', 'und', ")
        (own / "speech.toml").write_text(ends_no_sentence, encoding="utf-8")
        (study.path.parent / "needsseg.toml").write_text("prompts = 'words'\n", encoding="utf-8")
    needs.add(study, "Coordinator", "Knows who has what")
    marked = [
        passages.mark(study, key, turn.start, turn.end)
        for key in ("ines-carvalho", "marek-nowotny")
        for turn in [turn for turn in interviews.show(study, key).turns if turn.role == "participant"][::2]
    ]
    passages.code(study, marked, "late")
    passages.code(study, marked[::2], "rota")

    done = embed_ahead(study)
    assert done.embedded == done.texts == len(set(model.texts)) == len(model.texts), "each text once"
    model.texts.clear()
    use_all(study)
    assert model.texts == []
    assert embed_ahead(study) == EmbeddedAhead(done.texts, 0, done.model)


def test_without_interviewers_suggestions_and_the_queue_still_have_all(two_talks: Study, model: MadeUpModel) -> None:
    some = embed_ahead(two_talks, everybody=False)
    model.texts.clear()
    passages.suggest(two_talks)
    assert (suggesting.queue(two_talks).unread, model.texts) == (0, [])
    assert embed_ahead(two_talks).embedded == len(model.texts) > 0
    assert embed_ahead(two_talks).texts == some.texts + len(model.texts)


def test_it_is_no_action_and_changes_nothing_but_vectors(two_talks: Study, model: MadeUpModel, tables: Tables) -> None:
    rows, print_before = tables(two_talks), fingerprint(two_talks)
    entries, places = history.listing(two_talks), two_talks.rows("SELECT * FROM places")
    embed_ahead(two_talks)
    assert tables(two_talks) == rows
    assert fingerprint(two_talks) == print_before
    assert history.listing(two_talks) == entries
    assert two_talks.rows("SELECT * FROM places") == places
    assert studies.backups(two_talks.path) == [], "a cache is no change that is worth a copy"


@pytest.mark.parametrize("pieces", [0, 1, 3])
def test_what_was_embedded_before_it_was_cancelled_is_kept(
    two_talks: Study, model: MadeUpModel, tables: Tables, pieces: int
) -> None:
    rows = tables(two_talks)

    def cancel(doing: str, done: int, _total: int) -> None:
        if done == pieces * AT_ONCE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed_ahead(two_talks, cancel)
    assert len(stored(two_talks)) == pieces * AT_ONCE
    assert studies.check(two_talks) == []
    assert tables(two_talks) == rows
    rest = embed_ahead(two_talks)
    assert rest.embedded == rest.texts - pieces * AT_ONCE
    assert len(model.texts) == len(set(model.texts)), "nothing is embedded again"


def test_two_programs_embed_at_once(two_talks: Study, model: MadeUpModel) -> None:
    """Neither fails, and none embeds what the other has stored already."""
    others: list[EmbeddedAhead] = []

    def beside(_doing: str, done: int, _total: int) -> None:
        if done == 2 * AT_ONCE and not others:
            with studies.open_study(two_talks.path) as other:
                others.append(embed_ahead(other))

    own = embed_ahead(two_talks, beside)
    assert own.texts == others[0].texts == len(stored(two_talks))
    assert (own.embedded, others[0].embedded) == (2 * AT_ONCE, own.texts - 2 * AT_ONCE)
    assert len(model.texts) == len(set(model.texts))


def test_nothing_stays_of_an_interview_that_is_erased_meanwhile(
    two_talks: Study, model: MadeUpModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it is erased between the embedding of a piece and its storing."""
    erased: list[object] = []
    rows = MadeUpModel._rows

    def erase_first(made_up: MadeUpModel, texts: list[str]) -> object:
        if "marek-nowotny" in interviews.keys(two_talks) and len(made_up.texts) > 2 * AT_ONCE:
            with studies.open_study(two_talks.path) as other:
                erased.append(importing.forget_interview(other, "marek-nowotny"))
        return rows(made_up, texts)

    monkeypatch.setattr(MadeUpModel, "_rows", erase_first)
    done = embed_ahead(two_talks)
    assert erased
    assert len(stored(two_talks)) == done.texts
    model.texts.clear()
    assert embed_ahead(two_talks).texts == done.texts and not model.texts


def test_the_last_interview_may_go_meanwhile(talk: Study, model: MadeUpModel, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = MadeUpModel._rows

    def remove_first(made_up: MadeUpModel, texts: list[str]) -> object:
        if interviews.keys(talk):
            with studies.open_study(talk.path) as other:
                importing.remove_interview(other, "anna")
        return rows(made_up, texts)

    monkeypatch.setattr(MadeUpModel, "_rows", remove_first)
    assert embed_ahead(talk).embedded == len(stored(talk))


def test_texts_that_were_erased_while_they_were_embedded_are_not_stored_by_other_commands_either(
    two_talks: Study, model: MadeUpModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = MadeUpModel._rows

    def erase_first(made_up: MadeUpModel, texts: list[str]) -> object:
        if "marek-nowotny" in interviews.keys(two_talks):
            with studies.open_study(two_talks.path) as other:
                importing.forget_interview(other, "marek-nowotny")
        return rows(made_up, texts)

    monkeypatch.setattr(MadeUpModel, "_rows", erase_first)
    searching.make_ready(two_talks, "whiteboard")
    assert stored(two_talks) == set()


def test_an_interview_that_is_imported_meanwhile_is_embedded_too(two_talks: Study, model: MadeUpModel) -> None:
    def import_one(_doing: str, done: int, _total: int) -> None:
        if done == AT_ONCE:
            with studies.open_study(two_talks.path) as other:
                importing.import_transcripts(other, [TALKS / "priyanka-rao.md"])

    done = embed_ahead(two_talks, import_one)
    assert done.texts == len(stored(two_talks)) == len(set(model.texts))
    transcript = interviews.show(two_talks, "priyanka-rao")
    assert any(text in transcript.text for text in model.texts)
    assert done.embedded == done.texts


def test_progress_counts_what_is_lacking(two_talks: Study, model: MadeUpModel) -> None:
    steps: list[tuple[str, int, int]] = []
    done = embed_ahead(two_talks, lambda *step: steps.append(step))
    assert steps[0] == ("loading the sentence model", 0, done.texts)
    assert [step[1] for step in steps[1:]] == [*range(AT_ONCE, done.texts, AT_ONCE), done.texts]
    assert {step[2] for step in steps} == {done.texts}
    steps.clear()
    embed_ahead(two_talks, lambda *step: steps.append(step))
    assert steps == [], "no model is loaded where nothing is lacking"


def test_a_study_that_can_only_be_read_is_refused(two_talks: Study, model: MadeUpModel) -> None:
    two_talks.unwritable = "its disk is read-only"
    with refuses(StudyError, two_talks.path, "its disk is read-only", "vectors could not be kept"):
        embed_ahead(two_talks)
    assert model.texts == []


def test_before_the_first_interview_there_is_nothing_to_embed(study: Study, model: MadeUpModel) -> None:
    with refuses(NeedssegError, NO_INTERVIEWS, "needsseg import"):
        embed_ahead(study)
    assert model.texts == []


def test_a_broken_model_is_named(two_talks: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.setenv("NEEDSSEG_MODEL", str(tmp_path / "mine"))
    with refuses(NeedssegError, NO_MODEL, tmp_path / "mine"):
        embed_ahead(two_talks)
    assert stored(two_talks) == set()


def test_the_state_of_the_texts_differs_after_what_brings_new_texts(
    talk: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [TextsState.of(talk)]
    file = tmp_path / "ben.txt"
    file.write_text(
        "Interviewer: And you?\n\nBen: I walk from desk to desk and ask who has what today.\n", encoding="utf-8"
    )
    importing.import_transcripts(talk, [file])
    states.append(TextsState.of(talk))
    first = passages.mark(talk, "anna", 47, 60)
    assert TextsState.of(talk) == states[-1], "one passage is no reason"
    for number in range(PASSAGES_STEP):
        passages.mark(talk, "anna", 47, 61 + number)
    states.append(TextsState.of(talk))
    passages.decide(talk, [first], "rejected")
    assert TextsState.of(talk) == states[-1]
    importing.forget_interview(talk, "ben")
    states.append(TextsState.of(talk))
    monkeypatch.setenv("NEEDSSEG_MODEL", str(tmp_path))
    states.append(TextsState.of(talk))
    assert all(state not in states[:number] for number, state in enumerate(states))


@pytest.mark.model
def test_the_real_model_gives_the_same_vectors_in_pieces(talk: Study) -> None:
    embed_ahead(talk)
    texts = [row.words for row in meaning_search.stretches(talk, "all").rows]
    alone = encoding.encode(texts, locate())
    kept = {row[0]: bytes(row[1]) for row in talk.rows("SELECT text_sha256, vector FROM vectors")}
    assert {key: kept[key] for key in map(text_sha256, texts)} == {key: row.tobytes() for key, row in alone.items()}
