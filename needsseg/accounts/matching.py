"""Match participants to accounts by the most reliable evidence first, without choosing between two accounts."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING

from needsseg.accounts.ingest.cells import salesforce_18
from needsseg.records import Account, AccountMatch, Participant

if TYPE_CHECKING:
    from tldextract import TLDExtract

SIMILAR_ENOUGH = 85
MOST_CANDIDATES = 5

FREE_MAIL = frozenset(
    """
    gmail.com googlemail.com outlook.com outlook.de outlook.fr hotmail.com hotmail.co.uk hotmail.fr hotmail.de
    hotmail.it live.com live.co.uk live.nl live.fr msn.com yahoo.com yahoo.co.uk yahoo.co.in yahoo.co.jp yahoo.de
    yahoo.fr yahoo.es yahoo.it yahoo.ca yahoo.com.br yahoo.com.au ymail.com rocketmail.com aol.com icloud.com
    me.com mac.com proton.me protonmail.com pm.me tutanota.com tuta.io gmx.com gmx.de gmx.net gmx.at gmx.ch web.de
    t-online.de freenet.de posteo.de mailbox.org mail.com mail.ru yandex.ru yandex.com qq.com 163.com 126.com
    sina.com foxmail.com naver.com hanmail.net daum.net zoho.com zohomail.com fastmail.com fastmail.fm hey.com
    orange.fr wanadoo.fr free.fr sfr.fr laposte.net libero.it virgilio.it alice.it tin.it btinternet.com sky.com
    virginmedia.com comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net shaw.ca
    rogers.com telus.net bigpond.com optusnet.com.au uol.com.br bol.com.br terra.com.br rediffmail.com seznam.cz
    wp.pl onet.pl o2.pl interia.pl abv.bg ukr.net duck.com mailinator.com
    """.split()  # noqa: SIM905
)

# Legal forms at the end of a name, removed unless the name consists of them.
LEGAL_FORMS = frozenset(
    """
    inc incorporated corp corporation co company llc llp lp ltd limited plc gmbh ggmbh mbh ag kg kgaa ug gbr ohg ev eg se
    sa sas sarl sl slu spa srl bv nv cv ab as asa aps oy oyj kk pty pte pvt private group holding holdings sro zrt kft doo
    dac ltda eurl sprl
    """.split()  # noqa: SIM905
)
_NOT_AT_END = LEGAL_FORMS | {"and"}
_POLISH_FORM = re.compile(r"[\s,]+sp\.?\s*z\s*o\.?\s*o\.?\s*$")
_WORD = re.compile(r"\w+")
_DOTTED_FORM = re.compile(r"\b(?:[a-z]\.){2,}(?!\w)", re.IGNORECASE)


def match(
    participants: Sequence[Participant],
    accounts: Sequence[Account],
    confirmed: Mapping[str, str | None],
    merged: Mapping[str, str] | None = None,
) -> list[AccountMatch]:
    """Return one match for each participant: by hand, CRM id, e-mail domain, exact name; else similar names to confirm.

    ``confirmed`` maps a participant's key to an account id, or to None where a person confirmed that there is none;
    ``merged`` maps ids of merged CRM records to the account that remains. More than one account by domain or by name is
    ``ambiguous`` and similar names are only proposed: both carry candidates and no account.
    """
    index = _Index(participants, accounts, merged or {})
    return [
        _by_hand(person.key, confirmed[person.key], index.ids, merged or {})
        if person.key in confirmed
        else _match_one(person, index)
        for person in participants
    ]


class _Index:
    """Accounts by id, domain and name; each is computed when first needed, since most participants match earlier."""

    def __init__(
        self, participants: Sequence[Participant], accounts: Sequence[Account], merged: Mapping[str, str]
    ) -> None:
        self._participants, self._accounts, self._merged = participants, accounts, merged

    @cached_property
    def ids(self) -> set[str]:
        return {account.account_id for account in self._accounts}

    @cached_property
    def by_id(self) -> dict[str, str]:
        ids = {salesforce_18(id_): id_ for id_ in self.ids}
        return ids | {old: ids.get(new, new) for old, new in self._merged.items()}

    @cached_property
    def by_domain(self) -> dict[str, list[str]]:
        """The accounts of the domains that participants have; a host without one of them need not be taken apart."""
        domains = {email_domain(person) for person in self._participants} - {""} - FREE_MAIL
        if not domains:
            return {}
        mentions = re.compile("|".join(map(re.escape, sorted(domains)))).search
        ids_by_domain: dict[str, list[str]] = defaultdict(list)
        for account in self._accounts:
            # Domains in other scripts may be written with another full stop.
            if mentions(account.domain.casefold()) or not account.domain.isascii():
                ids_by_domain[registrable_domain(account.domain)].append(account.account_id)
        return ids_by_domain

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        ids_by_name: dict[str, list[str]] = defaultdict(list)
        for account in self._accounts:
            if name := normalised_name(account.name):
                ids_by_name[name].append(account.account_id)
        return ids_by_name

    @cached_property
    def near(self) -> _NearNames:
        return _NearNames(self.by_name)


class _NearNames:
    """Names by what a similar one has: nearly the same letters once its words are in order, or a word in common."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)
        self.in_order = [" ".join(sorted(name.split(" "))) for name in self.names]
        self._by_word: dict[str, list[str]] = defaultdict(list)
        self._with_repeats: list[str] = []
        for name in self.names:
            words = name.split(" ")
            distinct = set(words)
            for word in distinct:
                self._by_word[word].append(name)
            if len(distinct) < len(words):
                self._with_repeats.append(name)

    def with_common_words(self, name: str) -> list[str]:
        """Return the names that as sets of words may be more alike to one than as texts.

        Where no word is in common and none repeats, both are the same text.
        """
        words = name.split(" ")
        if len(set(words)) < len(words):
            return self.names
        return list({*self._with_repeats, *(each for word in words for each in self._by_word.get(word, ()))})


def _by_hand(key: str, account_id: str | None, account_ids: set[str], merged: Mapping[str, str]) -> AccountMatch:
    if account_id is None:
        return AccountMatch(key, None, "by_hand", why="a person confirmed: no account")
    if account_id not in account_ids and (now := merged.get(account_id)) in account_ids:
        return AccountMatch(key, now, "by_hand", (now,), f"a person confirmed {account_id}, since merged into it")
    if account_id not in account_ids:
        return AccountMatch(key, account_id, "by_hand", why="a person confirmed; not in the accounts file")
    return AccountMatch(key, account_id, "by_hand", (account_id,), "a person confirmed")


def _match_one(person: Participant, index: _Index) -> AccountMatch:
    if (crm_id := salesforce_18(person.crm_id)) and crm_id in index.by_id:
        account_id = index.by_id[crm_id]
        return AccountMatch(person.key, account_id, "crm_id", (account_id,), f"CRM id {crm_id}")
    notes = [f"CRM id {crm_id} is not an account"] if crm_id else []
    domain = email_domain(person)
    if domain in FREE_MAIL:
        notes.append(f"{domain} is a free-mail provider")
    elif domain:
        if account_ids := index.by_domain.get(domain):
            return _exactly_one(person.key, account_ids, "email_domain", f"e-mail domain {domain}")
        notes.append(f"no account has the domain {domain}")
    name = normalised_name(person.company)
    if not name:
        return AccountMatch(person.key, None, "unmatched", why="; ".join([*notes, "no company given"]))
    if account_ids := index.by_name.get(name):
        return _exactly_one(person.key, account_ids, "name", f"name '{name}'")
    notes.append(f"no account is named '{name}'")
    candidates = _similar(name, index)
    if candidates:
        return AccountMatch(
            person.key, None, "similar_name", candidates, "; ".join([*notes, "similar names to confirm"])
        )
    return AccountMatch(person.key, None, "unmatched", why="; ".join(notes))


def _exactly_one(key: str, account_ids: Sequence[str], method: str, reason: str) -> AccountMatch:
    distinct = tuple(sorted(set(account_ids)))
    if len(distinct) > 1:
        return AccountMatch(key, None, "ambiguous", distinct, f"{len(distinct)} accounts share the {reason}")
    if method == "name":
        return AccountMatch(key, distinct[0], "name", distinct, reason)
    return AccountMatch(key, distinct[0], "email_domain", distinct, reason)


def _similar(name: str, index: _Index) -> tuple[str, ...]:
    from rapidfuzz import fuzz, process

    # By spelling, then by words: "Tidewater Museum" is within "Tidewater Museum of Science".
    scores: dict[str, float] = {}
    near, in_order = index.near, " ".join(sorted(name.split(" ")))
    for _, score, place in process.extract(
        in_order, near.in_order, scorer=fuzz.ratio, score_cutoff=SIMILAR_ENOUGH, limit=None
    ):
        scores[near.names[place]] = score
    choices = near.with_common_words(name)
    for other, score, _ in process.extract(
        name, choices, scorer=fuzz.token_set_ratio, score_cutoff=SIMILAR_ENOUGH, limit=None
    ):
        scores[other] = max(scores.get(other, 0.0), 0.9 * score)
    ordered = sorted(
        (other for other in scores if scores[other] >= SIMILAR_ENOUGH), key=lambda other: (-scores[other], other)
    )
    ids = [account_id for other in ordered for account_id in sorted(set(index.by_name[other]))]
    return tuple(dict.fromkeys(ids))[:MOST_CANDIDATES]


@cache
def _extractor() -> TLDExtract:
    import tldextract

    # No download and no cache: the library's bundled public-suffix list. Private suffixes (github.io, myshopify.com)
    # count as suffixes, since the organisations below them are unrelated.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def email_domain(person: Participant) -> str:
    """Return the registrable domain of a participant's e-mail address, "" without one."""
    return registrable_domain(person.email) if "@" in person.email else ""


def registrable_domain(address: str) -> str:
    """Return the registrable domain (``example.co.uk``) of an e-mail address, a web address or a host name, else ""."""
    host = address.strip().casefold()
    if "@" in host and "://" not in host:
        host = host.rsplit("@", 1)[1].rstrip(">")
    extracted = _extractor()(host)
    return f"{extracted.domain}.{extracted.suffix}" if extracted.domain and extracted.suffix else ""


def normalised_name(name: str) -> str:
    """Return a company's name without case, accents, punctuation and legal form, with ``&`` as "and"."""
    simplified = name.casefold()
    if name.isascii() and "sp" not in simplified and simplified.replace(" ", "").isalnum():
        return _without_form(simplified.split())
    if not name.isascii():
        simplified = unicodedata.normalize("NFKD", name).casefold()
        simplified = "".join(letter for letter in simplified if not unicodedata.combining(letter))
    if "." in simplified or "sp" in simplified:
        simplified = _POLISH_FORM.sub("", simplified)
        simplified = _DOTTED_FORM.sub(lambda dotted: dotted.group().replace(".", ""), simplified)
    simplified = simplified.replace("&", " and ").replace("'", "").replace("’", "")
    return _without_form(_WORD.findall(simplified))


def _without_form(words: list[str]) -> str:
    while len(words) > 1 and words[-1] in _NOT_AT_END:
        words.pop()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return " ".join(words)
