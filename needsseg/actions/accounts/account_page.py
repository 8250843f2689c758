"""One account opened: its profile, its weeks, its terms, the people and words behind its label, and what follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from needsseg import accounts as room
from needsseg.accounts import AccountProfile
from needsseg.accounts.assign.labels import AssignedLabel, LabelledText
from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.tiers.intervals import interval_of_name, interval_words
from needsseg.accounts.tiers.lifecycle import Subscription
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.accounts.tiers.series import WEEKS, Series, empty_series, weekly
from needsseg.accounts.tiers.terms import counted_terms
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.account_records import AccountRecords, records_of
from needsseg.actions.accounts.amounts import money_rules
from needsseg.actions.accounts.engines import engine_for, open_session
from needsseg.actions.accounts.own_columns import OwnCell, columns_of_records, own_cells
from needsseg.actions.accounts.revenue import revenue_as_of
from needsseg.actions.coding import pseudonyms
from needsseg.actions.coding.blind import seen_members, veiled
from needsseg.actions.playbook.triggers import TriggerRow, fired_of
from needsseg.actions.segments import assigned
from needsseg.actions.survey.answers import AccountResponse, responses
from needsseg.actions.transcripts.participant_names import participant_names
from needsseg.progress import Progress, silent
from needsseg.records import AccountMatch, Label, Passage
from needsseg.settings import load
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import segments
from needsseg.study.transcripts import interviews
from needsseg.text import date_of, format_money


@dataclass(frozen=True, slots=True)
class Term:
    """One subscription in days of the calendar; ``end`` None means it continues, ``running`` that it had begun and not ended."""

    plan: str
    seats: int | None
    amount: float | None
    start: date
    end: date | None
    renewal: date | None
    running: bool
    id: str = ""
    replaces: str = ""
    currency: str = ""
    interval: str = ""
    trial: bool = False
    counts: bool = False
    """Whether it is among the terms whose amounts are added: running, and not replaced by another."""

    @property
    def amount_words(self) -> str:
        """The amount with currency and period, "" where there is none."""
        if self.amount is None:
            return ""
        return " ".join(filter(None, (format_money(self.amount, self.currency), interval_words(self.interval))))


@dataclass(frozen=True, slots=True)
class Voice:
    """One participant of the account: how they were matched, their interviews, and whether the match is settled."""

    participant: str
    name: str
    match: AccountMatch
    interviews: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage of one of the account's participants in a kept segment; offsets are code points into the transcript."""

    segment: str
    participant: str
    passage: Passage
    strength: float
    exemplar: bool
    name: str
    """What the participant is called everywhere."""


@dataclass(frozen=True, slots=True)
class AccountPage:
    """All there is about one account as of a date; ``series`` is None without a usage file, ``amount`` and ``arr`` if not known.

    ``amount`` is in ``revenue.currency`` per ``revenue.interval``; ``pays`` says it in words, in each currency.

    ``texts`` are the newest labelled texts of the account, ``assigned`` what they say together, None where that is no label,
    ``near`` the passages closest to them by id; ``responses`` are its answers to the survey. ``own`` are the cells of the
    team's own columns, empty ones included.

    ``labels`` are all of the account, whichever its profile goes by. ``quotes`` stand by segment (the profile's own first), the
    segment's exemplars before others, the firmest first. ``triggers`` fired in the weeks of the series. ``records`` are its
    users, cancellations, tickets and scores, and how many of its users and subscriptions have which value.
    """

    profile: AccountProfile
    series: Series | None
    terms: tuple[Term, ...]
    amount: float | None
    arr: float | None
    amount_column: str
    labels: tuple[Label, ...]
    voices: tuple[Voice, ...]
    maybe: tuple[AccountMatch, ...]
    quotes: tuple[Quote, ...]
    triggers: tuple[TriggerRow, ...]
    texts: tuple[LabelledText, ...] = ()
    assigned: AssignedLabel | None = None
    near: dict[int, Passage] = field(default_factory=dict)
    responses: tuple[AccountResponse, ...] = ()
    pays: str = ""
    revenue: Revenue = field(default_factory=Revenue)
    own: tuple[OwnCell, ...] = ()
    records: AccountRecords = field(default_factory=AccountRecords)


def account_page(
    study: Study,
    account_id: str,
    as_of: date,
    progress: Progress = silent,
    *,
    engine: str | None = None,
    profile: AccountProfile | None = None,
    show: Callable[[AccountPage], None] | None = None,
) -> AccountPage:
    """Open one account, named as ``accounts.find_account`` takes it.

    ``engine`` as in ``accounts.profiles``; ``profile`` is its profile as of that date where the caller has it. ``show`` gets
    the page without triggers, which the first time take long with very many accounts.
    """
    backend = engine_for(study, engine)
    with open_session(backend, account_sources.stack_files(study).accounts.parent):
        account_id = accounts.find_account(study, account_id)
        given = accounts.labels(study, as_of)
        if profile is None:
            progress("computing the profile", 0, 1)
            profile = accounts.profile_of(study, account_id, as_of, backend, given)
        page = _page(study, profile, as_of, backend, given)
        if show is not None:
            show(page)
        return with_triggers(study, page, backend, given)


def with_triggers(
    study: Study, page: AccountPage, engine: str | None = None, given: Sequence[Label] | None = None
) -> AccountPage:
    """Return a page with the triggers of the weeks of its series; ``given`` are all labels, where the caller has them."""
    as_of = page.profile.as_of_date
    fired = fired_of(study, page.profile.account_id, as_of, as_of - timedelta(weeks=WEEKS), engine, given)
    return replace(page, triggers=fired)


def _page(study: Study, profile: AccountProfile, as_of: date, backend: str, given: Sequence[Label]) -> AccountPage:
    account_id = profile.account_id
    files = account_sources.stack_files(study)
    contents = room.read_accounts(files.accounts, backend, {account_id})
    merged, own_ids = contents.merged, contents.all_ids
    day = epoch_day(as_of)
    terms = room.read_subscriptions(files.subscriptions, backend, own_ids) if files.subscriptions is not None else []
    paid = revenue_as_of(study, as_of, backend, account_id)
    matches = accounts.matches(study)
    voices = _voices(study, [match for match in matches if match.account_id == account_id])
    texts = assigned.texts(study, sorted(own_ids), as_of)
    from_texts = {label.account_id: label for label in assigned.assigned_labels(study, as_of, merged)}
    return AccountPage(
        profile,
        _series(study, account_id, day, merged, backend),
        _terms(study, terms, day),
        paid.amounts.get(account_id),
        paid.arr(paid.amounts.get(account_id)),
        paid.column,
        tuple(label for label in given if merged.get(label.account_id, label.account_id) == account_id),
        voices,
        tuple(match for match in matches if match.account_id is None and account_id in match.candidates),
        _quotes(study, voices, profile.needs_segment),
        (),
        tuple(texts),
        from_texts.get(account_id),
        {
            p.id: p
            for p in veiled(study, passages.listing(study, ids={near for text in texts for near in text.evidence}))
        },
        tuple(one for one in responses(study, as_of) if merged.get(one.account_id, one.account_id) == account_id),
        paid.pays(account_id),
        paid,
        own_cells(study, account_id, backend),
        records_of(files, day, own_ids, columns_of_records(study)),
    )


def concealed(study: Study, page: AccountPage) -> AccountPage:
    """A page with pseudonyms for its people, its company, their interviews and in their words; ids of accounts stay."""
    over = pseudonyms.cover(study)

    def match(original: AccountMatch) -> AccountMatch:
        return replace(original, participant=over.participant(original.participant), why=over.text(original.why))

    return replace(
        page,
        profile=replace(page.profile, name=over.text(page.profile.name)),
        voices=tuple(
            Voice(
                over.participant(voice.participant),
                over.name(voice.participant, voice.name),
                match(voice.match),
                tuple((over.interview(key), over.interview(key)) for key, _ in voice.interviews),
            )
            for voice in page.voices
        ),
        maybe=tuple(match(original) for original in page.maybe),
        quotes=tuple(
            replace(
                quote,
                participant=over.participant(quote.participant),
                passage=over.passage(quote.passage),
                name=over.name(quote.participant, quote.name),
            )
            for quote in page.quotes
        ),
        own=tuple(
            replace(cell, value=over.text(cell.value)) if isinstance(cell.value, str) else cell for cell in page.own
        ),
        texts=tuple(replace(text, excerpt=over.text(text.excerpt)) for text in page.texts),
        responses=tuple(
            replace(
                one,
                respondent=over.text(one.respondent),
                answers=tuple((over.text(question), over.text(answer)) for question, answer in one.answers),
            )
            for one in page.responses
        ),
        near={id_: over.passage(passage) for id_, passage in page.near.items()},
        records=page.records.covered(over.text),
    )


def _series(study: Study, account_id: str, day: int, merged: dict[str, str], backend: str) -> Series | None:
    events = account_sources.stack_files(study).events
    if events is None:
        return None
    settings = load(study.path)
    with open_engine(backend, events.parent) as engine:
        rules = room.load_rules(settings).events
        series_by_account = weekly(engine, events, day, rules, settings.timezone, merged, account_id)
    return series_by_account.get(account_id, empty_series(account_id))


def _terms(study: Study, terms: Sequence[Subscription], day: int) -> tuple[Term, ...]:
    rules = money_rules(study)
    default_interval = rules.interval or interval_of_name(rules.column)
    counted = counted_terms([term for term in terms if term.start_day < day], day, overlap=rules.overlap)
    return tuple(
        replace(
            _term(term, day),
            currency=term.currency or rules.currency,
            interval=term.interval or default_interval,
            counts=any(term is one for one in counted),
        )
        for term in terms
    )


def _term(term: Subscription, day: int) -> Term:
    running = term.start_day < day and (term.end_day is None or term.end_day >= day)
    end = None if term.end_day is None else date_of(term.end_day)
    renewal = None if term.renewal_day is None else date_of(term.renewal_day)
    return Term(
        term.plan, term.seats, term.amount, date_of(term.start_day), end, renewal, running, term.id, term.replaces,
        trial=term.trial,
    )  # fmt: skip


def _voices(study: Study, account_matches: Sequence[AccountMatch]) -> tuple[Voice, ...]:
    people = {who.key: who for who in accounts.participants(study)}
    titles = {row.key: row.title for row in interviews.listing(study)}
    speakers = [(row.participant, row.interview) for row in interviews.speakers(study) if row.participant]
    return tuple(
        Voice(
            match.participant,
            people[match.participant].name,
            match,
            tuple(
                (key, titles[key]) for key in dict.fromkeys(key for who, key in speakers if who == match.participant)
            ),
        )
        for match in account_matches
    )


def _quotes(study: Study, voices: Sequence[Voice], own: str) -> tuple[Quote, ...]:
    who = {(row.interview, row.label): row.participant for row in interviews.speakers(study) if row.participant}
    called = participant_names(study)
    participants = {voice.participant for voice in voices}
    members = seen_members(study)
    kept_segments = [row for row in segments.listing(study) if row.status in ("named", "confirmed")]
    placed = [(row.name, member) for row in kept_segments for member in members.get(row.id, [])]
    passages_by_id = {
        p.id: p for p in veiled(study, passages.listing(study, ids=[member.passage for _, member in placed]))
    }
    quotes = []
    for name, member in placed:
        passage = passages_by_id[member.passage]
        participant = who.get((passage.interview, passage.speaker))
        if participant in participants:
            quotes.append(
                Quote(name, participant, passage, member.strength, member.exemplar is not None, called.of(passage))
            )
    return tuple(sorted(quotes, key=lambda q: (q.segment != own, q.segment, not q.exemplar, -q.strength, q.passage.id)))
