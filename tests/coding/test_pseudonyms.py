"""Pseudonyms: every name, address and number that tells who somebody is, and nothing that only looks like one."""

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg import transcripts
from needsseg.coding.pseudonyms import GENERIC, Found, Known, detect, pseudonyms, replaced
from tests.fixtures.samples import INTERVIEWS
from tests.fixtures.wording.matching import refuses

MAEVE = Known("person", "Maeve Gallagher", ("Mae", "mgal"))
WILL = Known("person", "Will O'Brien")
JOSE = Known("person", "José van der Berg")
ACME = Known("company", "Acme Tools, Inc.", ("ATI",))
SLACK = Known("company", "Slack")
TANAKA = Known("person", "田中 花子")
KNOWN = (MAEVE, WILL, JOSE, ACME, SLACK, TANAKA)


def _safe(text: str, *known: Known, extra: tuple[str, ...] = ()) -> str:
    return replaced(text, detect(text, known or KNOWN, extra), pseudonyms(known or KNOWN))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Maeve Gallagher said so, and Maeve agreed.", "Participant 1 said so, and Participant 1 agreed."),
        ("maeve’s plan, Gallagher's idea; MAEVE!", "Participant 1’s plan, Participant 1's idea; Participant 1!"),
        ("Gallagher, Maeve: yes", "Participant 1: yes"),
        ("maeve\n gallagher of ACME tools", "Participant 1 of Company A"),
        ("Will will see. Ask Will O’Brien, or O'Brien.", "Participant 2 will see. Ask Participant 2, or Participant 2."),
        ("We slack off; we use Slack, SLACK.", "We slack off; we use Company B, Company B."),
        ("Acme Tools, Inc. and ATI, not ati or Acmeish", "Company A and Company A, not ati or Acmeish"),
        ("Maevely, mgals, Slacker: nothing. Mae: yes", "Maevely, mgals, Slacker: nothing. Participant 1: yes"),
        ("Jose\u0301, JOSÉ, josé; Josés, von der Au", "Participant 3, Participant 3, Participant 3; Josés, von der Au"),
        ("🙂田中さんは👩‍👩‍👧Maeve🙂", "🙂Participant 4さんは👩‍👩‍👧Participant 1🙂"),
        ("هذا Maeve، قال", "هذا Participant 1، قال"),
    ],
)  # fmt: skip
def test_names_are_found_as_people_say_and_write_them(text: str, safe: str) -> None:
    assert _safe(text) == safe


def test_the_longest_is_taken_and_found_once() -> None:
    company = Known("company", "Maeve Gallagher Consulting Ltd")
    assert _safe("At Maeve Gallagher Consulting, Maeve leads.", MAEVE, company) == "At Company A, Participant 1 leads."


def test_a_name_that_two_people_share_stands_for_nobody_certain() -> None:
    text = "Anna Berg met Anna Lind; Anna laughed."
    found = detect(text, [Known("person", "Anna Berg"), Known("person", "Anna Lind")])
    assert [(each.words, each.stands_for) for each in found] == [
        ("Anna Berg", "Anna Berg"),
        ("Anna Lind", "Anna Lind"),
        ("Anna", ""),
    ]
    assert (
        replaced(text, found, pseudonyms([Known("person", "Anna Berg")]))
        == "Participant 1 met [person]; [person] laughed."
    )


def test_extra_words_are_removed_in_any_case() -> None:
    assert _safe("Project Falcon, falcon's dates, falconry", extra=("Falcon", " ")) == (
        "Project [removed], [removed]'s dates, falconry"
    )


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Write to maeve.g+work@acme-tools.co.uk.", "Write to [e-mail]."),
        ("<jürgen@büro.de>, ok?", "<[e-mail]>, ok?"),
        ("See https://acme.com/a?b=c), www.acme.de or acme.io/x.", "See [link]), [link] or [link]."),
        ("e.g. this.is done.Then, 3.com", "e.g. this.is done.Then, [link]"),
        ("Call +44 7700 900123 or (07700) 900 123.", "Call [phone] or [phone]."),
        ("+1 (415) 555-0132, 415-555-0132, (415) 555 0132; +4915112345678", "[phone], [phone], [phone]; [phone]"),
        ("0049 30 1234567, 030/123 45 67 89, 06 12 34 56 78, tel:07700900123", "[phone], [phone], [phone], tel:[phone]"),
        ("ring me on 555-0132 or 612 345 678", "ring me on [phone] or 612 345 678"),
        ("Phone no. 07700900123, tel nr 612 345 678", "Phone no. [phone], tel nr [phone]"),
        ("電話は03-1234-5678です", "電話は[phone]です"),
    ],
)  # fmt: skip
def test_addresses_and_numbers_are_found(text: str, safe: str) -> None:
    assert _safe(text) == safe


@pytest.mark.parametrize(
    "text",
    [
        "from 2019-2020, in 2019, 2020 and 2021; on 2024-03-12, 12.03.2024, 03/12/2024 10",
        "$1,200,000 or € 12 345 678 or 1.500.000 EUR, $4155550132; 1 000 000 users",
        "at 10:30-11:45, 00:01:23.450 --> 00:01:25.000, 10.30 to 12.15",
        "ticket 4711-0815-22, order 0123456789, id 07700900123, #0770-0900-123, 12345678",
        "500-1000 people, 99.999999%, version 10.12.200.4001, 192.168.100.101",
        "we reach 2 000 000 people and called 3 000 000 times",
        "ISBN978-3-16-148410-0 and A-0123-456789",
        "a@b, @maeve_x, me @ home",
    ],
)
def test_years_prices_times_and_ids_are_no_way_to_reach_anyone(text: str) -> None:
    assert [each.words for each in detect(text, ()) if each.kind != "other"] == []


def test_pseudonyms_are_distinct_stable_and_no_known_name() -> None:
    known = [Known("person", f"P{n} Q{n}") for n in range(30)] + [Known("company", f"C{n}") for n in range(30)]
    names = pseudonyms(known)
    assert len(set(names.values())) == 60
    assert (names["P0 Q0"], names["P29 Q29"], names["C0"], names["C25"], names["C26"]) == (
        "Participant 1",
        "Participant 30",
        "Company A",
        "Company Z",
        "Company AA",
    )
    assert pseudonyms(known[:40]).items() <= names.items()
    assert pseudonyms([Known("company", "Company A"), Known("company", "Beta")]) == {
        "Company A": "Company B",
        "Beta": "Company C",
    }


def test_with_numbers_a_name_has_the_pseudonym_of_its_number_and_without_one_none() -> None:
    maeve = Known("person", "Maeve", known_as="Maeve Gallagher")
    known = [MAEVE, maeve, WILL, ACME, SLACK, Known("company", "Company AB")]
    numbers = {"Maeve Gallagher": 7, "Acme Tools, Inc.": 27, "Slack": 28, "Company AB": 1}
    assert pseudonyms(known, numbers) == {
        "Maeve Gallagher": "Participant 7",
        "Acme Tools, Inc.": "Company AA",
        "Slack": "Company AB *",
        "Company AB": "Company A",
    }
    assert pseudonyms(known, {}) == {}
    assert pseudonyms([MAEVE, maeve, WILL]) == {"Maeve Gallagher": "Participant 1", "Will O'Brien": "Participant 2"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+12345678", True),
        ("+123456", False),
        ("+123456789012345", True),
        ("+1234567890123456", False),
        ("00 4412345", True),
        ("00 441234", False),
        ("004412345678", False),
        ("020 123 456", True),
        ("020 123 45", False),
        ("0201234567", True),
        ("020123456789", False),
        ("0201 2345 6789", True),
        ("0201 2345 67890", False),
        ("call 1234567", True),
        ("call 123456", False),
        ("call 1234000", False),
        ("sold 1234567", False),
        ("ticket 020 123 456", False),
        ("call me, ticket 020 123 456", True),
        ("212 555 0199", True),
        ("112 555 0199", False),
        ("call 2024-05-06", False),
    ],
)
def test_which_groups_of_digits_are_phone_numbers(text: str, found: bool) -> None:
    assert [each.words for each in detect(text, ())] == (re.findall(r"[+\d][+\d -]*", text) if found else [])


def test_a_text_that_is_not_the_one_searched_is_refused() -> None:
    with refuses(ValueError, "Maeve", "[3, 8)"):
        replaced("So Ruth said", [Found(3, 8, "person", "Maeve", "Maeve Gallagher")], {})


SAID = """Maeve gallagher Gallagher will Will O’Brien Acme Tools Slack a@b.io +447700900123 the 🙂 田中 さん שלום José
acme.com 's , . 2019 Falcon Gallagher,"""
words = st.sampled_from(SAID.split())
texts = st.lists(st.tuples(words, st.sampled_from([" ", "", "\n", "\t"])), max_size=25).map(
    lambda parts: "".join(word + space for word, space in parts)
)


@given(texts)
def test_found_words_are_where_they_are_said_to_be_and_gone_when_replaced(text: str) -> None:
    found = detect(text, KNOWN, ["Falcon"])
    assert all(each.words == text[each.start : each.end] and each.start < each.end for each in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))
    names = pseudonyms(KNOWN)
    # Put together from what is between: nothing else changed, and in no place are the words still there.
    place, rebuilt, safe = 0, "", replaced(text, found, names)
    for each in found:
        new = names.get(each.stands_for) or GENERIC[each.kind]
        rebuilt += text[place : each.start]
        assert safe[len(rebuilt) : len(rebuilt) + len(new)] == new != each.words
        rebuilt, place = rebuilt + new, each.end
    assert safe == rebuilt + text[place:]


@pytest.mark.slow
def test_the_sample_interviews_hold_no_full_name_or_address_once_replaced() -> None:
    with (INTERVIEWS.parent / "participants.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = [Known("person", row["participant"]) for row in rows] + [Known("company", row["company"]) for row in rows]
    names = pseudonyms(known)
    count = 0
    for row in rows:
        text = transcripts.read(INTERVIEWS / row["file"]).text
        found = detect(text, known)
        count += len(found)
        safe = replaced(text, found, names).lower()
        assert all(each.name.lower() not in safe for each in known)
        assert not {each.kind for each in found} & {"phone"}
    assert count > 100
