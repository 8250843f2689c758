"""suggest, passages, decide, mark, adjust, unmark, code, codes."""

from __future__ import annotations

from dataclasses import asdict, replace

import click

from needsseg.actions.coding import codebook as book
from needsseg.actions.coding import passages as actions
from needsseg.actions.coding import pseudonyms as hiding
from needsseg.actions.coding.search_scope import PassageFilter, select
from needsseg.actions.study.languages import language_warning
from needsseg.cli import shapes
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import OFFSET, PASSAGE, json_option, opened
from needsseg.cli.passage_options import passage_options
from needsseg.errors import UsageError
from needsseg.records import PassageStatus
from needsseg.text import format_count


@click.command()
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@json_option
@click.pass_obj
def suggest(session: Session, keys: tuple[str, ...], as_json: bool) -> None:
    """Suggest passages in which participants describe a job, in the interviews named or in all. Decisions are kept."""
    with opened(session) as study, session.progressing() as progress:
        count = actions.suggest(study, keys, progress)
        if warning := language_warning(study):
            session.warn(warning)
    if as_json:
        print_object({"suggested": count})
    session.say(f"{format_count(count, 'suggestion')} stand. Next: needsseg decide, or needsseg discover")


@click.command()
@passage_options()
@click.option(
    "--pseudonyms",
    "conceal",
    is_flag=True,
    help="Replace names, companies, e-mail addresses and phone numbers by pseudonyms.",
)
@click.option("--lost", is_flag=True, help="Only passages whose words are no longer in the edited transcript.")
@json_option
@click.pass_obj
def passages(session: Session, wanted: PassageFilter, conceal: bool, lost: bool, as_json: bool) -> None:
    """List passages by interview and place."""
    with opened(session) as study:
        rows = select(study, replace(wanted, anchored=False if lost else None))
        if conceal:
            rows = hiding.concealed(study, rows)
            if warning := hiding.left_warning(study):
                session.warn(warning)
    if as_json:
        print_array(map(shapes.passage, rows))
        return
    print_table(
        ("id", "interview", "start", "end", "status", "score", "codes", "quote"),
        [(p.id, p.interview, p.start, p.end, p.status, p.score, p.codes, p.quote) for p in rows],
        wrap=("quote", "codes"),
    )
    if not rows:
        session.say("There are no such passages.")


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1, type=PASSAGE)
@click.option("--accept", is_flag=True, help="Accept them.")
@click.option("--reject", is_flag=True, help="Reject them.")
@click.option("--reopen", is_flag=True, help="Make them undecided again.")
@click.option("--all-suggested", is_flag=True, help="All undecided passages, instead of ids.")
@click.option("--interview", metavar="KEY", help="With --all-suggested: only this interview.")
@click.option("--min-score", type=click.FloatRange(0, 1), help="With --all-suggested: only scores of at least this.")
@click.pass_obj
def decide(
    session: Session,
    ids: tuple[int, ...],
    accept: bool,
    reject: bool,
    reopen: bool,
    all_suggested: bool,
    interview: str | None,
    min_score: float | None,
) -> None:
    """Accept, reject or reopen passages, by id or all undecided ones."""
    chosen: dict[PassageStatus, bool] = {"accepted": accept, "rejected": reject, "suggested": reopen}
    if sum(chosen.values()) != 1:
        raise UsageError("Give one of --accept, --reject and --reopen.", "See needsseg decide --help.")
    status = next(status for status, is_chosen in chosen.items() if is_chosen)
    if bool(ids) == all_suggested:
        raise UsageError("Name passages by id, or give --all-suggested.", "List them with: needsseg passages")
    if not all_suggested and (interview is not None or min_score is not None):
        raise UsageError("--interview and --min-score go with --all-suggested.", "Leave them out, or the ids.")
    if all_suggested and status == "suggested":
        raise UsageError("What is undecided is open already.", "Give --accept or --reject.")
    with opened(session) as study:
        if all_suggested:
            suggested = actions.listing(study, interview, "suggested")
            ids = tuple(p.id for p in suggested if min_score is None or (p.score or 0.0) >= min_score)
        changed = actions.decide(study, ids, status) if ids else 0
    done = {"accepted": "Accepted", "rejected": "Rejected", "suggested": "Left open"}[status]
    same = f"; {len(set(ids)) - changed} were so already" if len(set(ids)) > changed else ""
    session.say(f"{done}: {changed}{same}.")


@click.command()
@click.argument("key")
@click.argument("start", type=OFFSET)
@click.argument("end", type=OFFSET)
@click.pass_obj
def mark(session: Session, key: str, start: int, end: int) -> None:
    """Mark the words from START to END of an interview as a passage. Prints its id. Offsets are code points."""
    with opened(session) as study:
        number = actions.mark(study, key, start, end)
        quote = actions.one(study, number).quote
    print_text(str(number))
    session.say(f"Marked “{quote}”")


@click.command()
@click.argument("number", metavar="ID", type=PASSAGE)
@click.argument("start", type=OFFSET)
@click.argument("end", type=OFFSET)
@click.pass_obj
def adjust(session: Session, number: int, start: int, end: int) -> None:
    """Change where a passage starts and ends; it then counts as accepted."""
    with opened(session) as study:
        actions.adjust(study, number, start, end)
        quote = actions.one(study, number).quote
    session.say(f"Passage {number} is now “{quote}”")


@click.command()
@click.argument("number", metavar="ID", type=PASSAGE)
@click.pass_obj
def unmark(session: Session, number: int) -> None:
    """Remove a hand-marked passage, or make a decided suggestion undecided again."""
    with opened(session) as study:
        actions.unmark(study, number)
    session.say(f"Unmarked passage {number}.")


@click.command()
@click.argument("name")
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=PASSAGE)
@click.option("--remove", is_flag=True, help="Remove the code instead.")
@click.pass_obj
def code(session: Session, name: str, ids: tuple[int, ...], remove: bool) -> None:
    """Apply the code NAME to passages, which accepts them. A new name creates a code."""
    with opened(session) as study:
        for number in ids:
            actions.one(study, number)
        changed = actions.uncode(study, ids, name) if remove else actions.code(study, ids, name)
        name, doubles = actions.code_name(study, name), book.doubles(study)
    session.say(
        f"{'Took' if remove else 'Put'} “{name}” {'off' if remove else 'on'} {changed} of "
        f"{format_count(len(set(ids)), 'passage')}."
    )
    for words in doubles:
        session.warn(words)


@click.command()
@json_option
@click.pass_obj
def codes(session: Session, as_json: bool) -> None:
    """List the codebook, most used codes first."""
    with opened(session) as study:
        rows, doubles = actions.codebook(study), book.doubles(study)
    for words in doubles:
        session.warn(words)
    if as_json:
        print_array(asdict(row) for row in rows)
        return
    print_table(
        ("code", "passages", "parent", "description"),
        [(row.name, row.passages, row.parent, row.description) for row in rows],
        wrap=("description",),
    )
    if not rows:
        session.say("There are no codes yet. Put one on a passage: needsseg code NAME ID")
