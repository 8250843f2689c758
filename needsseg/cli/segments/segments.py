"""segments, and the group segment: show, rename, describe, statement, merge, split, move, make, admit and decline what
a run proposes, aside, confirm, reopen, lineage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import click

from needsseg.actions.discovery import evidence, previews, review
from needsseg.actions.discovery.evidence import Evidence, SegmentSummary
from needsseg.actions.discovery.firmness import Verdict, verdict
from needsseg.actions.segments import lineage as lineage_actions
from needsseg.actions.segments import segment_accounts
from needsseg.actions.segments import segments as actions
from needsseg.actions.segments.cards import take_statement
from needsseg.actions.segments.segment_accounts import SegmentAccounts
from needsseg.cli import shapes
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import PASSAGE, json_option, opened
from needsseg.cli.segments import cards
from needsseg.errors import UsageError
from needsseg.text import format_count

segment_argument = click.argument("name_or_id", metavar="SEGMENT")
NOT_TESTED = "not tested yet: needsseg sensitivity"
passages_argument = click.argument("ids", metavar="PASSAGE...", nargs=-1, required=True, type=PASSAGE)


@click.command()
@json_option
@click.pass_obj
def segments(session: Session, as_json: bool) -> None:
    """List candidates and segments: first confirmed, then named, candidates, and set aside."""
    with opened(session) as study:
        rows, current_verdict = evidence.listing(study), verdict(study)
    if as_json:
        print_array(map(shapes.segment, rows))
    else:
        print_segments(rows)
    if not rows:
        session.say("There are no segments yet: needsseg discover, or needsseg segment make")
    say_verdict(session, current_verdict)


def say_verdict(session: Session, shown_verdict: Verdict) -> None:
    """Tell whether passages form groups at all, before anybody trusts one; nothing before the first run."""
    if shown_verdict.has_run:
        for line in shown_verdict.lines:
            session.say(line)


def print_segments(rows: Sequence[SegmentSummary]) -> None:
    """Segments for people, each with its keywords and its best exemplar."""
    for number, row in enumerate(rows):
        if number:
            print_text("")
        print_text(f"{row.id}  {row.name} ({_status(row)}): {_counted(row)}")
        print_text(f"   stability: {row.firmness or NOT_TESTED}")
        if row.keywords:
            print_text(f"   keywords: {', '.join(row.keywords)}")
        if row.exemplars:
            print_text(f"   “{row.exemplars[0].quote}” ({row.exemplars[0].interview})")
        if row.proposed:
            print_text(f"   + {row.proposed} proposed: needsseg segment show {row.id}")
        for warning in row.warnings:
            print_text(f"   ! {warning}")


def _status(row: SegmentSummary) -> str:
    """Return the status as shown: a candidate that represents a need in view is called that, since nobody named it yet."""
    return "need in view" if row.status == "candidate" and row.in_view else row.status


def _counted(row: SegmentSummary) -> str:
    return f"{format_count(row.size, 'passage')} of {row.people}"


@click.group(no_args_is_help=False)
def segment() -> None:
    """Review one segment, named by its id or its name."""


@segment.command()
@segment_argument
@json_option
@click.pass_obj
def show(session: Session, name_or_id: str, as_json: bool) -> None:
    """Show a segment's evidence: its passages, exemplars first, and who said them."""
    with opened(session) as study:
        shown = evidence.evidence(study, actions.find(study, name_or_id))
        accounts = segment_accounts.accounts_by_segment(study, session.warn).get(shown.summary.id)
        current_verdict = verdict(study)
    if as_json:
        print_object(shapes.evidence(shown, accounts))
    else:
        print_evidence(shown, accounts)
    say_verdict(session, current_verdict)
    for warning in shown.summary.warnings:
        session.warn(warning)
    if shown.without_vectors:
        session.say(
            f"{format_count(shown.without_vectors, 'passage')} have no vector: discover again to see its edge and "
            "its rival."
        )


def print_evidence(shown: Evidence, accounts: SegmentAccounts | None) -> None:
    """All that speaks for one segment and against it, for people."""
    row = shown.summary
    print_text(f"{row.id} {row.name} ({_status(row)}): {_counted(row)}")
    if row.need:
        print_text(f"need: {row.need}")
    if row.description:
        print_text(row.description)
    if row.confirmed_by:
        print_text(f"confirmed by {row.confirmed_by} at {row.confirmed_at}")
    if row.keywords:
        print_text(f"keywords: {', '.join(row.keywords)}")
    if row.suggested_names:
        near = ", ".join(f"{name.name} ({name.score:.2f})" for name in row.suggested_names)
        print_text(f"nearest archetypes: {near}")
    against = f"; {row.firm.against}" if row.firm is not None and row.firm.against else ""
    print_text(f"stability: {row.firmness or NOT_TESTED}{against}")
    if row.statement:
        print_text(f"job statement: {row.statement}")
    carried = f" ({shown.evenness_word})" if shown.evenness_word else ""
    print_text("voices: " + ", ".join(f"{who} {'one passage' if n == 1 else n}" for who, n in shown.voices) + carried)
    if accounts is not None:
        print_text(f"accounts: {_accounts_in_words(accounts)}")
    if shown.rival is not None:
        print_text(f"nearest rival: {shown.rival.name} (nearness {shown.rival.nearness:.2f})")
        print_text(
            f"   said here: {', '.join(shown.rival.apart) or '–'}; there: {', '.join(shown.rival.rival_apart) or '–'}"
        )
    if shown.edge:
        print_text("at the edge: " + ", ".join(str(passage.id) for passage in shown.edge))
    print_text("")
    edge = {passage.id for passage in shown.edge or ()}
    print_table(
        ("passage", "interview", "participant", "strength", "", "quote"),
        [
            (p.id, p.interview, shown.names.of(p), strength, _marks(p.id in shown.new, p.id in edge, False), p.quote)
            for p, strength in shown.passages
        ]
        + [
            (p.id, p.interview, shown.names.of(p), strength, _marks(p.id in shown.new, False, True), p.quote)
            for p, strength in shown.proposed
        ],
        wrap=("quote",),
    )
    if shown.sentence and not row.statement:
        of = shown.stated[0]
        print_text(f"\ndraft of a job statement, from what {of.participant} said in passage {of.passage}:")
        print_text(f"   {shown.sentence}")


def _marks(new: bool, edge: bool, proposed: bool) -> str:
    return ", ".join(word for word, holds in (("proposed", proposed), ("new", new), ("edge", edge)) if holds)


def _accounts_in_words(accounts: SegmentAccounts) -> str:
    money = f" paying {accounts.pays}" if accounts.pays else ""
    basis = f" (of {accounts.priced} of them, as of {accounts.as_of})" if money else ""
    return f"{len(accounts.accounts)} of {format_count(accounts.participants, 'participant')}{money}{basis}"


@segment.command()
@segment_argument
@click.argument("name")
@click.pass_obj
def rename(session: Session, name_or_id: str, name: str) -> None:
    """Name a segment. Later runs keep a named candidate."""
    with opened(session) as study:
        number = actions.find(study, name_or_id)
        actions.rename(study, number, name)
    session.say(f"Segment {number} is called “{name.strip()}”.")


@segment.command()
@segment_argument
@click.argument("text")
@click.pass_obj
def describe(session: Session, name_or_id: str, text: str) -> None:
    """Describe what a segment's people want."""
    with opened(session) as study:
        number = actions.find(study, name_or_id)
        actions.describe(study, number, text)
    session.say(f"Described segment {number}.")


@segment.command()
@segment_argument
@click.argument("text", required=False)
@click.option("--take", is_flag=True, help="Use the draft as it is; segment card shows it.")
@json_option
@click.pass_obj
def statement(session: Session, name_or_id: str, text: str | None, take: bool, as_json: bool) -> None:
    """Write a segment's job statement: When …, I want to …, so I can …"""
    if take == (text is not None):
        raise UsageError("Write a statement, or take the draft.", "needsseg segment statement ID TEXT, or ID --take")
    with opened(session) as study:
        number = actions.find(study, name_or_id)
        if text is None:
            text = take_statement(study, number)
        else:
            actions.write_statement(study, number, text)
    if as_json:
        print_object({"segment": number, "statement": text.strip()})
    session.say(f"Wrote the job statement of segment {number}.")


@segment.command()
@segment_argument
@json_option
@click.pass_obj
def lineage(session: Session, name_or_id: str, as_json: bool) -> None:
    """Show where a segment came from. Lists what was done to it, by whom and when, oldest first."""
    with opened(session) as study:
        events = lineage_actions.lineage(study, actions.find(study, name_or_id))
    if as_json:
        print_array(asdict(event) for event in events)
        return
    print_table(("when", "who", "what"), [(e.at, e.actor, e.what) for e in events], wrap=("what",))


@segment.command()
@passages_argument
@json_option
@click.pass_obj
def admit(session: Session, ids: tuple[int, ...], as_json: bool) -> None:
    """Accept proposed passages into their segments. A confirmed segment must then be confirmed again."""
    chosen = list(dict.fromkeys(ids))
    with opened(session) as study:
        before = {row.id: row.added for row in evidence.listing(study)}
        review.admit(study, chosen)
        changed = [row for row in evidence.listing(study) if row.added != before.get(row.id)]
    if as_json:
        print_object({"passages": chosen})
    for row in changed:
        session.warn(f"“{row.name}”: {row.warnings[0]}")
    session.say(f"Admitted {format_count(len(chosen), 'passage')}.")


@segment.command()
@passages_argument
@json_option
@click.pass_obj
def decline(session: Session, ids: tuple[int, ...], as_json: bool) -> None:
    """Decline proposed passages for good. No run proposes them for that segment again."""
    chosen = list(dict.fromkeys(ids))
    with opened(session) as study:
        review.decline(study, chosen)
    if as_json:
        print_object({"passages": chosen})
    session.say(f"Declined {format_count(len(chosen), 'passage')}.")


@segment.command()
@click.argument("into", metavar="INTO")
@click.argument("others", metavar="OTHER...", nargs=-1, required=True)
@click.pass_obj
def merge(session: Session, into: str, others: tuple[str, ...]) -> None:
    """Merge other segments into the first."""
    with opened(session) as study:
        target = actions.find(study, into)
        merged = list(dict.fromkeys(actions.find(study, other) for other in others))
        actions.merge(study, target, merged)
    session.say(f"Merged {', '.join(map(str, merged))} into segment {target}.")


@segment.command()
@segment_argument
@click.argument("ids", metavar="[PASSAGE]...", nargs=-1, type=PASSAGE)
@click.option("--name", default="", help="The name of the new segment.")
@click.option("--propose", is_flag=True, help="Suggest two halves; change nothing.")
@json_option
@click.pass_obj
def split(session: Session, name_or_id: str, ids: tuple[int, ...], name: str, propose: bool, as_json: bool) -> None:
    """Split passages off into a new segment. Prints its id; --propose suggests two halves instead."""
    if propose == bool(ids):
        raise UsageError("Name the passages to split off, or say --propose.", "needsseg segment show lists them.")
    if propose:
        _propose_split(session, name_or_id, as_json)
        return
    with opened(session) as study:
        number = actions.find(study, name_or_id)
        new_segment = actions.split(study, number, list(dict.fromkeys(ids)), name)
    if as_json:
        print_object({"segment": new_segment, "split_from": number})
    else:
        print_text(str(new_segment))
    session.say(f"Split {format_count(len(set(ids)), 'passage')} off segment {number} into segment {new_segment}.")


def _propose_split(session: Session, name_or_id: str, as_json: bool) -> None:
    with opened(session) as study:
        number = actions.find(study, name_or_id)
        proposal = previews.proposed_split(study, number)
    if as_json:
        print_object(shapes.proposed_split(proposal))
        return
    for part, words in ((proposal.larger, proposal.larger_words), (proposal.smaller, proposal.smaller_words)):
        print_text(f"{format_count(len(part), 'passage')}, told apart by: {', '.join(words) or '–'}")
        for passage in part[:3]:
            print_text(f"   {passage.id}  “{passage.quote}” ({passage.interview})")
    ids = " ".join(str(passage.id) for passage in proposal.smaller)
    session.say(f"Nothing was changed. To split: needsseg segment split {number} {ids}")


@segment.command()
@click.argument("target", metavar="SEGMENT|none")
@passages_argument
@click.pass_obj
def move(session: Session, target: str, ids: tuple[int, ...]) -> None:
    """Move passages into a segment or out of all segments."""
    with opened(session) as study:
        number = None if target == "none" else actions.find(study, target)
        actions.move(study, list(dict.fromkeys(ids)), number)
    session.say(
        f"Moved {format_count(len(set(ids)), 'passage')} to {'no segment' if number is None else f'segment {number}'}."
    )


@segment.command()
@click.argument("name")
@passages_argument
@click.pass_obj
def make(session: Session, name: str, ids: tuple[int, ...]) -> None:
    """Create a segment by hand. Prints its id."""
    with opened(session) as study:
        new_segment = actions.make(study, name, list(dict.fromkeys(ids)))
    print_text(str(new_segment))
    session.say(f"Made segment {new_segment} of {format_count(len(set(ids)), 'passage')}.")


@segment.command()
@segment_argument
@click.pass_obj
def aside(session: Session, name_or_id: str) -> None:
    """Set a segment aside. It is not a need, and is not proposed again."""
    with opened(session) as study:
        number = actions.find(study, name_or_id)
        actions.set_aside(study, number)
    session.say(f"Set segment {number} aside.")


@segment.command()
@segment_argument
@click.option("--by", default="", metavar="NAME", help="Who confirms. Default: the coder in the settings.")
@click.option(
    "--undecided-too", is_flag=True, help="Confirm it even though nobody decided on its passages; this is recorded."
)
@click.pass_obj
def confirm(session: Session, name_or_id: str, by: str, undecided_too: bool) -> None:
    """Confirm a segment. This stores its present evidence, so read that first: needsseg segment show."""
    with opened(session) as study:
        number = actions.find(study, name_or_id)
        actions.confirm(study, number, by, undecided=undecided_too)
        summary = evidence.evidence(study, number).summary
    for warning in summary.warnings:
        session.warn(warning)
    session.say(f"Confirmed segment {number} “{summary.name}” by {summary.confirmed_by}.")


@segment.command()
@segment_argument
@click.pass_obj
def reopen(session: Session, name_or_id: str) -> None:
    """Reopen a confirmed segment, or one set aside, for changes."""
    with opened(session) as study:
        number = actions.find(study, name_or_id)
        actions.reopen(study, number)
    session.say(f"Reopened segment {number}.")


for command in (cards.card, cards.need, cards.pin, cards.unpin, cards.unsaid, cards.trim, cards.order):
    segment.add_command(command)
