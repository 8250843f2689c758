"""account: one account opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from needsseg.cli import shapes
from needsseg.cli.accounts.profiles import as_of_option, engine_option
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_table, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.text import date_of, format_count

if TYPE_CHECKING:
    from needsseg.actions.accounts import Series
    from needsseg.actions.accounts.account_page import AccountPage

BLOCKS = "▁▂▃▄▅▆▇█"
MOST_QUOTES = 6
MOST_RECORDS = 20
# The line of a week's figures → the signal of behaviour that the source may not give.
SIGNAL_OF_SERIES = {"users": "active_users", "logins": "logins", "features": "feature_breadth"}


@click.command()
@click.argument("account", metavar="ACCOUNT")
@as_of_option
@click.option(
    "--pseudonyms",
    "conceal",
    is_flag=True,
    help="Replace names, companies, e-mail addresses and phone numbers by pseudonyms.",
)
@engine_option
@json_option
@click.pass_obj
def account(session: Session, account: str, as_of: date, conceal: bool, engine: str | None, as_json: bool) -> None:
    """Show one account, by its id or its full name.

    Shows its profile, weekly use, subscription terms, the interviews and quotes behind its label, and recommended actions.
    """
    from needsseg.actions.accounts.account_page import account_page, concealed

    with opened(session) as study, session.progressing() as progress:
        page = account_page(study, account, as_of, progress, engine=engine)
        if conceal:
            page = concealed(study, page)
    if as_json:
        print_object(_shape(page))
    else:
        _print(page)


def sparkline(values: tuple[int, ...]) -> str:
    """One block a value, from nothing to the largest; a value above 0 is never as low as 0."""
    most = max(values, default=0)
    return "".join(BLOCKS[0] if not value else BLOCKS[max(1, round(value / most * 7))] for value in values)


def _print(page: AccountPage) -> None:
    from needsseg.actions.playbook.triggers import capped

    profile = page.profile
    print_text(f"{profile.name} ({profile.account_id}) as of {profile.as_of_date}\n{profile.sentence}")
    if profile.missing:
        print_text(f"Unknown: {', '.join(profile.missing)}. No action that depends on this is recommended.")
    _print_use(page)
    _print_lifecycle(page)
    _print_columns(page)
    _print_records(page)
    _print_need(page)
    if page.triggers:
        print_text("\nTriggers of the last twelve weeks")
    for row, more in capped(page.triggers):
        print_text(f"  {row.in_words}")
        if more:
            print_text(f"    and {more:,} more {row.trigger.kind.replace('_', ' ')} (--json lists all)")
    print_text("\nRecommended")
    for action in profile.actions:
        print_text(f"  → {action.text}\n    rule {action.rule}: {'; '.join(action.evidence)}")
    if not profile.actions:
        print_text("  nothing: no rule fired")


def _print_use(page: AccountPage) -> None:
    if page.series is None or page.profile.behaviour is None:
        return
    behaviour = page.profile.behaviour
    print_text(f"\nUse, by week, oldest first ({format_count(len(page.series.events), 'week')})")
    for name, values in _lines(page.series).items():
        if SIGNAL_OF_SERIES.get(name) in behaviour.unknown:
            continue
        figures = " ".join(f"{value:,}" for value in values)
        print_text(f"  {name:<9} {sparkline(values)}  {figures}")
    print_text(f"  30 days: {behaviour.in_words}")
    flags = "; ".join(f"{flag}: {why}" for flag, why in page.profile.behavioral_evidence.items())
    print_text(f"  segments by rules (the first is its segment): {flags}")


def _lines(series: Series) -> dict[str, tuple[int, ...]]:
    return {
        "events": series.events,
        "users": series.active_users,
        "logins": series.logins,
        "features": series.features,
    }


def _print_lifecycle(page: AccountPage) -> None:
    stage = page.profile.lifecycle
    print_text("\nLifecycle")
    for flag in stage.flags:
        print_text(f"  {flag.replace('_', ' ')}: {stage.evidence[flag]}")
    if page.pays:
        print_text(f"  pays {page.pays}")
    for note in page.revenue.notes if page.pays else ():
        print_text(f"    {note}")
    print_table(
        ("plan", "seats", "amount", "from", "to", "renewal", "running", "counts"),
        [
            (t.plan or None, t.seats, t.amount_words or None, t.start, t.end, t.renewal, "yes" if t.running else "no",
             "trial" if t.trial else "yes" if t.counts else "no")
            for t in page.terms
        ],
    )  # fmt: skip


def _print_columns(page: AccountPage) -> None:
    if page.own:
        print_text("\nFurther columns")
        print_table(("column", "value"), [(c.name, c.text) for c in page.own if c.value is not None], wrap=("value",))
        if empty := [cell.name for cell in page.own if cell.value is None]:
            print_text(f"  empty: {', '.join(empty)}")


def _print_records(page: AccountPage) -> None:
    lines = page.records.lines
    if lines:
        print_text("\nUsers, cancellations, tickets and scores")
    for line in lines[:MOST_RECORDS]:
        print_text(f"  {line}")
    if len(lines) > MOST_RECORDS:
        print_text(f"  and {len(lines) - MOST_RECORDS:,} more lines (--json lists all)")


def _print_need(page: AccountPage) -> None:
    print_text("\nNeed")
    for label in page.labels:
        sure = f"confirmed by {label.confirmed_by}" if label.confirmed_by else "unconfirmed"
        goes_by = " ← its label" if label.segment == page.profile.needs_segment else ""
        print_text(f"  {label.segment}: {label.source}, confidence {label.confidence:.2f}, {sure}{goes_by}")
    if page.profile.contested and not page.profile.needs_segment:
        print_text(f"  contested between {', '.join(page.profile.contested)}: no label until a person decides")
    if not page.labels:
        print_text("  no label")
    for voice in page.voices:
        keys = ", ".join(key for key, _ in voice.interviews)
        print_text(f"  heard: {voice.name or voice.participant} in {keys} ({voice.match.method}: {voice.match.why})")
    for match in page.maybe:
        print_text(f"  perhaps: {match.participant} ({match.method}: {match.why})")
    for quote in page.quotes[:MOST_QUOTES]:
        at = f"{quote.passage.interview} [{quote.passage.start}, {quote.passage.end})"
        print_text(
            f"  “{' '.join(quote.passage.quote.split())}”\n    {quote.segment}, {at}{', exemplar' * quote.exemplar}"
        )
    if len(page.quotes) > MOST_QUOTES:
        print_text(f"  and {len(page.quotes) - MOST_QUOTES} further passages (--json lists all)")
    if page.assigned is not None:
        undated = f", {page.assigned.undated} of them without a date" if page.assigned.undated else ""
        print_text(
            f"  {format_count(page.assigned.texts, 'text')} say {page.assigned.segment}{undated}; "
            f"{page.assigned.disagreement:.0%} of the weight of its texts says otherwise"
        )
    for text in page.texts[:MOST_QUOTES]:
        when = _day(_date(text.day)) or "without a date"
        print_text(
            f"  “{' '.join(text.excerpt.split())}”\n    {text.segment} {text.confidence:.2f}, {when}, {text.file}"
        )


def _shape(page: AccountPage) -> dict[str, Any]:
    """The page as JSON; keys are a contract."""
    stage = page.profile.lifecycle
    return {
        "profile": shapes.profile(page.profile, page.revenue),
        "lifecycle": {"evidence": stage.evidence, "days_to_renewal": stage.days_to_renewal, "plan": stage.plan,
                      "seats": stage.seats},
        "series": None if page.series is None else {k: v for k, v in asdict(page.series).items() if k != "account_id"},
        "terms": [
            asdict(term) | {name: _day(getattr(term, name)) for name in ("start", "end", "renewal")} for term in page.terms
        ],
        "amount": page.amount,
        "arr": page.arr,
        "pays": page.pays or None,
        "currency": page.revenue.currency or None,
        "interval": page.revenue.interval or None,
        "by_currency": page.revenue.of(page.profile.account_id),
        "money_notes": page.revenue.notes,
        "columns": {cell.name: cell.plain for cell in page.own},
        "labels": [asdict(label) for label in page.labels],
        "participants": [
            {"key": voice.participant, "name": voice.name, "interviews": [key for key, _ in voice.interviews],
             "match": asdict(voice.match)}
            for voice in page.voices
        ],
        "texts": [
            {"segment": text.segment, "confidence": text.confidence, "date": _day(_date(text.day)), "id": text.id,
             "file": text.file, "excerpt": text.excerpt, "evidence": list(text.evidence)}
            for text in page.texts
        ],
        "assigned": _assigned(page),
        "triggers": [
            row.trigger._asdict()
            | {"id": row.trigger.id, "fired_on": row.trigger.fired_on.isoformat(), "rank": row.rank,
               "used_on": _day(row.used_on)}
            for row in page.triggers
        ],
        "maybe": [asdict(match) for match in page.maybe],
        "quotes": [
            {"segment": quote.segment, "participant": quote.participant, "passage": quote.passage.id,
             "interview": quote.passage.interview, "start": quote.passage.start, "end": quote.passage.end,
             "quote": quote.passage.quote, "strength": quote.strength, "exemplar": quote.exemplar}
            for quote in page.quotes
        ],
        **{f"{noun}_columns": columns for noun, columns in page.records.columns_by_noun.items()},
        **{name: _records(getattr(page.records, name)) for name in ("users", "cancellations", "tickets", "scores")},
    }  # fmt: skip


def _assigned(page: AccountPage) -> dict[str, Any] | None:
    """Return what the account's texts say together; None where that is no label."""
    if page.assigned is None:
        return None
    return {
        "segment": page.assigned.segment, "confidence": page.assigned.confidence,
        "disagreement": page.assigned.disagreement, "texts": page.assigned.texts, "others": page.assigned.others,
        "undated": page.assigned.undated, "newest": _day(_date(page.assigned.newest_day)),
    }  # fmt: skip


def _records(rows: Sequence[Any] | None) -> list[dict[str, Any]] | None:
    """Return records with their days as dates; null where none of their kind were imported."""
    if rows is None:
        return None
    return [
        {
            {"day": "date", "own": "columns"}.get(name, name): _day(_date(value))
            if name in ("day", "created")
            else value
            for name, value in asdict(row).items()
        }
        for row in rows
    ]


def _date(day: int | None) -> date | None:
    return None if day is None else date_of(day)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
