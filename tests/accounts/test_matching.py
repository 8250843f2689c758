from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from needsseg.accounts import match, normalised_name, registrable_domain
from needsseg.records import Account, Participant
from tests.fixtures.wording.accounts import MERGED_SINCE, NOT_AMONG_ACCOUNTS
from tests.fixtures.wording.matching import says

ACCOUNTS = [
    Account("001A0000006Vm9rIAC", "Hale & Mercer, LLP", "https://www.halemercer.co.uk/"),
    Account("n1", "Nordlicht GmbH", "nordlicht.de"),
    Account("n2", "Nordlicht Studio", "nordlicht.de"),
    Account("t1", "Tidewater Museum of Science", ""),
    Account("d1", "Delta Inc.", ""),
    Account("d2", "DELTA Ltd", ""),
    Account("g1", "Gmail Fans", "gmail.com"),
]


def one(**fields: str) -> tuple[str, str | None, tuple[str, ...]]:
    (found,) = match([Participant("p", "P", **fields)], ACCOUNTS, {})
    return found.method, found.account_id, found.candidates


def test_the_crm_id_wins_in_either_length() -> None:
    hale = ("001A0000006Vm9rIAC",)
    assert one(crm_id="001A0000006Vm9r", email="x@nordlicht.de") == ("crm_id", hale[0], hale)
    assert one(crm_id="001A0000006Vm9rIAC") == ("crm_id", hale[0], hale)


def test_the_id_of_a_merged_record_means_the_account_that_remains() -> None:
    person = Participant("p", "P", crm_id="001A0000006Vm9s")
    (found,) = match([person], ACCOUNTS, {}, {"001A0000006Vm9sIAC": "n1"})
    assert (found.method, found.account_id) == ("crm_id", "n1")


def test_the_registrable_domain_is_compared() -> None:
    assert one(email="Ann@rd.halemercer.co.uk")[:2] == ("email_domain", "001A0000006Vm9rIAC")
    assert registrable_domain("https://shop.example.com.au/path?x=1") == "example.com.au"
    assert registrable_domain("a@b.github.io") == "b.github.io"
    assert registrable_domain("localhost") == registrable_domain("") == ""


def test_free_mail_is_no_domain_even_where_an_account_claims_it() -> None:
    assert one(email="someone@gmail.com")[:2] == ("unmatched", None)


def test_a_domain_of_two_accounts_is_shown_and_not_picked() -> None:
    assert one(email="a@nordlicht.de", company="Nordlicht GmbH") == ("ambiguous", None, ("n1", "n2"))
    assert one(company="delta") == ("ambiguous", None, ("d1", "d2"))


def test_exact_names_match_without_legal_form_and_similar_ones_are_only_proposed() -> None:
    assert one(company="Hale and Mercer")[:2] == ("name", "001A0000006Vm9rIAC")
    assert one(company="The Tidewater Museum") == ("similar_name", None, ("t1",))
    assert one(company="Hale & Mercr")[0] == "similar_name"
    assert one(company="Something Else") == ("unmatched", None, ())


def test_what_a_person_confirmed_wins() -> None:
    people = [Participant(key, key, email="a@nordlicht.de") for key in ("yes", "none", "open")]
    found = match(people, ACCOUNTS, {"yes": "n2", "none": None})
    assert [(row.method, row.account_id) for row in found] == [
        ("by_hand", "n2"),
        ("by_hand", None),
        ("ambiguous", None),
    ]


@pytest.mark.parametrize(
    ("one_way", "other_way"),
    [
        ("Acme, Inc.", "ACME"),
        ("Ampersand & Sons B.V.", "Ampersand and Sons"),
        ("Müller GmbH & Co. KG", "muller"),
        ("Sol S.p.A.", "sol"),
        ("O'Neil Ltd.", "oneil limited"),
    ],
)
def test_names_that_are_one(one_way: str, other_way: str) -> None:
    assert normalised_name(one_way) == normalised_name(other_way)


def test_a_name_that_is_only_a_legal_form_keeps_it() -> None:
    assert normalised_name("SE") == "se"
    assert normalised_name("Limited") == "limited"


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("Lindenhof Care gGmbH", "lindenhof care"),
        ("Elmwick Offshore Sp. z o.o.", "elmwick offshore"),
        ("Pulsara Sp.z o.o", "pulsara"),
        ("Sp. z o.o.", "sp z oo"),
        ("Bauer & Sohn OHG", "bauer and sohn"),
    ],
)
def test_legal_forms_that_crms_hold(name: str, normal: str) -> None:
    assert normalised_name(name) == normal


def test_an_account_that_a_person_confirmed_is_followed_when_the_crm_merges_it() -> None:
    (found,) = match([Participant("p", "P")], ACCOUNTS, {"p": "old"}, {"old": "n1"})
    assert (found.method, found.account_id, found.candidates) == ("by_hand", "n1", ("n1",))
    assert says(found.why, "old", MERGED_SINCE)
    (gone,) = match([Participant("p", "P")], ACCOUNTS, {"p": "old"}, {"old": "gone"})
    assert gone.account_id == "old" and says(gone.why, NOT_AMONG_ACCOUNTS)


WORDS = st.sampled_from(
    ["tidewater", "tidewatr", "museum", "of", "science", "sciences", "northwind", "labs", "lab", "東京"]
)
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


@given(NAMES, st.lists(NAMES, max_size=12, unique=True))
def test_a_similar_name_is_found_as_if_it_were_compared_with_every_other(name: str, others: list[str]) -> None:
    others = [other for other in others if other != name]
    scores = {
        other: max(fuzz.token_sort_ratio(name, other), 0.9 * fuzz.token_set_ratio(name, other)) for other in others
    }
    best = sorted((other for other in others if scores[other] >= 85), key=lambda other: (-scores[other], other))
    accounts = [Account(f"id of {other}", other) for other in others]
    (found,) = match([Participant("P01", "Ada", company=name)], accounts, {})
    assert list(found.candidates) == [f"id of {other}" for other in best][:5]
