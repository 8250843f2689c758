"""Words that may be names: what capitals, lists and the study's own words propose, and what they leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from needsseg.coding.name_finder import Entity, GuessedKind, name_finder
from needsseg.coding.name_lists import load_name_lists
from needsseg.errors import UsageError
from needsseg.settings import Settings

LISTS = load_name_lists()


def _found(
    *texts: str, others: Sequence[tuple[str, str]] = (), people: Sequence[str] = (), marked: Sequence[Entity] = ()
) -> dict[str, str]:
    """What is found in the last text, by words; each text is an interview of its own."""
    said = [(str(n), text) for n, text in enumerate(texts)]
    find = name_finder(
        LISTS, said, others, people, (lambda text: marked if text == texts[-1] else ()) if marked else None
    )
    found = find(texts[-1])
    for each in found:
        assert texts[-1][each.start : each.end] == each.words
    assert all(one.end <= two.start for one, two in zip(found, found[1:], strict=False))
    return {each.words: each.kind for each in found}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Yesterday Ngozi rang me twice.", {"Ngozi": "person"}),
        ("Ngozi rang me twice.", {"Ngozi": "person"}),
        ("I sent it to Jörg Wendelmuth in the morning.", {"Jörg Wendelmuth": "person"}),
        ("We asked Anna van Dijk about it.", {"Anna van Dijk": "person"}),
        ("Then Wendelmuth said it was too late.", {"Wendelmuth": "person"}),
        ("I wrote to Mr. Wendelmuth and to Dr Cook.", {"Wendelmuth": "person", "Cook": "person"}),
        ("My boss Mark likes it.", {"Mark": "person"}),
        ("Mark says it works.", {"Mark": "person"}),
        ("It was Tomasz's idea, and Sam'll do it.", {"Tomasz": "person", "Sam": "person"}),
        ("I work for Brinkwater in the north.", {"Brinkwater": "company"}),
        ("They are from Tidal Logistics and Brink & Sons.", {"Tidal Logistics": "company", "Brink & Sons": "company"}),
        ("I asked the Brink Fisheries and Tidal Commission.", {"Brink Fisheries and Tidal Commission": "company"}),
        ("We moved from Leeds to Rio de Janeiro.", {"Leeds": "other", "Rio de Janeiro": "other"}),
        ("The flat is on Elderflower Street.", {"Elderflower Street": "other"}),
        ("I saw the Old Elderflower Street.", {"Old Elderflower Street": "other"}),
        ("Elderflower Street is loud.", {}),
        ("Tidal Logistics called us.", {}),
        ("I asked Dr Anna Cook today.", {"Anna Cook": "person"}),
        ("Then Florence Wendelmuth came.", {"Florence Wendelmuth": "person"}),
        ("I live in Florence.", {"Florence": "other"}),
        ("Then Anna Monday came.", {"Anna": "person"}),
    ],
)  # fmt: skip
def test_names_are_proposed(text: str, found: dict[str, str]) -> None:
    assert _found(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "On Monday the Audience asked a Question in English.",
        "I'm sure I've said it, and I'd say it in Excel or PowerPoint.",
        "We put it on Slack, then the CEO, the VP and HR read the PDF.",
        "Mark the row, grant access, and hope for the best.",
        "It is in Photoshop's menu, near Generative Fill, says the Product Owner.",
        "Every Christmas the Marketing Team rebuilds the Board.",
        "WHAT they want is NOT clear.",
        "nobody here writes capitals, not even for monday or for poland.",
        "",
    ],
)
def test_ordinary_words_roles_days_and_software_are_no_names(text: str) -> None:
    assert _found(text) == {}


def test_a_word_the_study_writes_small_is_ordinary_and_a_name_once_told_is_found_at_the_beginning_too() -> None:
    assert _found("the flurble was late", "We saw the Flurble again.") == {}
    assert _found("Then Wendelmuth said no.", "Wendelmuth. The other one.") == {"Wendelmuth": "person"}
    assert _found("Wendelmuth. The other one.") == {}


def test_a_surname_is_found_alone_where_it_followed_a_given_name() -> None:
    assert _found("I met Ngozi Wendelmuth.", "With Wendelmuth it is easy.") == {"Wendelmuth": "person"}


def test_what_most_interviews_speak_of_is_the_product() -> None:
    said = ("We use Flurble daily.", "When Flurble came I left.", "I like Flurble.")
    assert _found(*said) == {}
    assert _found(said[0]) == {"Flurble": "other"}
    assert _found(*said[:2]) == {"Flurble": "other"}, "two interviews may have a colleague in common"
    assert _found(*said[:2], others=[("0", "How is Flurble?"), ("2", "And Flurble?")]) == {}


@pytest.mark.parametrize(
    ("full", "short"),
    [("Katarzyna Nowak", "Kasia"), ("Kasia", "Katarzyna"), ("Sebastian Roth", "Basti"), ("Margaret", "Peggy")],
)
def test_short_forms_of_people_who_are_known_are_found(full: str, short: str) -> None:
    assert short.casefold() in LISTS.forms_of(full.split()[0].casefold())
    assert _found(f"You can ask {short} too.", people=[full]) == {short: "person"}


def test_what_a_model_marks_is_taken_without_articles_and_without_no_names() -> None:
    text = "At the Lighthouse we use Slack; the Excel of Ergon is ours. Blimey."
    marks: list[Entity] = [
        (text.index(word), text.index(word) + len(word), kind)
        for word, kind in [
            ("the Lighthouse", "company"),
            ("Slack", "company"),
            ("Excel", "person"),
            ("Blimey", "person"),
        ]
    ]
    assert _found(text, marked=marks) == {"Lighthouse": "company", "Ergon": "other"}


@pytest.mark.parametrize(
    ("words", "kind", "within", "at_the_beginning"),
    [
        ("the Blue Lighthouse", "company", {"Blue Lighthouse": "company"}, {"Blue Lighthouse": "company"}),
        ("Blue", "company", {"Blue": "company"}, {}),
        ("Excel Lighthouse", "company", {}, {}),
        ("Lighthouse", "person", {"Lighthouse": "person"}, {}),
        ("Blimey Lighthouse", "person", {"Blimey Lighthouse": "person"}, {"Blimey Lighthouse": "person"}),
    ],
)
def test_what_a_model_marks_is_checked_by_its_words_and_where_it_stands(
    words: str, kind: GuessedKind, within: dict[str, str], at_the_beginning: dict[str, str]
) -> None:
    assert _found(f"Well, {words} is ours.", marked=[(6, 6 + len(words), kind)]) == within
    assert _found(f"{words} is ours.", marked=[(0, len(words), kind)]) == at_the_beginning


@pytest.mark.parametrize(
    ("word", "is_ordinary"),
    [
        ("plan", True),
        ("plans", True),
        ("planned", True),
        ("planning", True),
        ("plan's", True),
        ("stored", True),
        ("stores", True),
        ("storing", True),
        ("studies", True),
        ("studied", True),
        ("goes", False),
        ("plant", False),
        ("plananing", False),
        ("plaed", False),
        ("studs", False),
    ],
)
def test_words_are_ordinary_by_their_stems(word: str, is_ordinary: bool) -> None:
    lists = replace(LISTS, ordinary_words=frozenset({"plan", "store", "study", "go"}))
    assert lists.is_ordinary(word) == is_ordinary


def test_lists_of_ones_own_stand_in_for_single_files(tmp_path: Path) -> None:
    (tmp_path / "names").mkdir()
    (tmp_path / "names" / "given_names.txt").write_text("# ours\nFlurbina\n", encoding="utf-8")
    lists = load_name_lists(Settings(prompts=str(tmp_path)))
    assert (lists.given_names, lists.places) == ({"flurbina"}, LISTS.places)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("short_forms.txt", b"anna anka", "no colon"),
        ("no_names.toml", b"software = [1]", "“software” is not a text"),
        ("no_names.toml", b"software = ", "no_names.toml"),
        ("given_names.txt", b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_bad_list_is_named(tmp_path: Path, file: str, content: bytes, message: str) -> None:
    (tmp_path / "names").mkdir()
    (tmp_path / "names" / file).write_bytes(content)
    with pytest.raises(UsageError, match=message) as raised:
        load_name_lists(Settings(prompts=str(tmp_path)))
    assert file in str(raised.value)
