"""suggest, passages, decide, mark, adjust, unmark, code, codes."""

from __future__ import annotations

from dataclasses import asdict
from typing import get_args

import click

from needsseg.actions.coding import codebook as book
from needsseg.actions.coding import passages as actions
from needsseg.actions.coding import pseudonyms as hiding
from needsseg.cli import shapes
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import OFFSET, PASSAGE, json_option, opened
from needsseg.errors import UsageError
from needsseg.records import PassageStatus


@click.command()
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@json_option
@click.pass_obj
def suggest(session: Session, keys: tuple[str, ...], as_json: bool) -> None:
    """Mark where participants speak of a job, in the interviews named or in all; decisions are left as they are."""
    with opened(session) as study, session.progressing() as progress:
        count = actions.suggest(study, keys, progress)
    if as_json:
        print_object({"suggested": count})
    session.say(f"{count} suggestions stand. Next: needsseg decide, or needsseg discover")


@click.command()
@click.option("--interview", metavar="KEY", help="Of this interview only.")
@click.option("--status", type=click.Choice(get_args(PassageStatus)), help="With this status only.")
@click.option("--code", metavar="NAME", help="With this code only.")
@click.option("--query", metavar="WORDS", help="Whose quotes hold all these words.")
@click.option("--pseudonyms", "conceal", is_flag=True, help="With names, companies, e-mail and phone replaced.")
@click.option("--coder", metavar="NAME", help="On which this person decided or put a code.")
@click.option("--lost", is_flag=True, help="Only those whose words an edited transcript no longer holds.")
@json_option
@click.pass_obj
def passages(
    session: Session,
    interview: str | None,
    status: PassageStatus | None,
    code: str | None,
    query: str | None,
    conceal: bool,
    coder: str | None,
    lost: bool,
    as_json: bool,
) -> None:
    """List passages by interview and place."""
    with opened(session) as study:
        words = (query or "").strip() or None
        rows = actions.listing(study, interview, status, code, words, anchored=False if lost else None, coder=coder)
        if conceal:
            rows = hiding.concealed(study, rows)
            if left := hiding.left_warning(study):
                session.warn(left)
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
@click.option("--reopen", is_flag=True, help="Leave them open again.")
@click.option("--all-suggested", is_flag=True, help="All that is undecided, instead of ids.")
@click.option("--interview", metavar="KEY", help="With --all-suggested: of this interview only.")
@click.option("--min-score", type=click.FloatRange(0, 1), help="With --all-suggested: with this score at least.")
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
    """Accept, reject or reopen passages, by id or all that is undecided."""
    chosen: dict[PassageStatus, bool] = {"accepted": accept, "rejected": reject, "suggested": reopen}
    if sum(chosen.values()) != 1:
        raise UsageError("Say one of --accept, --reject and --reopen.", "needsseg decide --help tells how.")
    status = next(status for status, said in chosen.items() if said)
    if bool(ids) == all_suggested:
        raise UsageError("Name passages by id, or say --all-suggested.", "List them with: needsseg passages")
    if not all_suggested and (interview is not None or min_score is not None):
        raise UsageError("--interview and --min-score go with --all-suggested.", "Leave them out, or the ids.")
    if all_suggested and status == "suggested":
        raise UsageError("What is undecided is open already.", "Say --accept or --reject.")
    with opened(session) as study:
        if all_suggested:
            held = actions.listing(study, interview, "suggested")
            ids = tuple(p.id for p in held if min_score is None or (p.score or 0.0) >= min_score)
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
    """Mark the words from START to END of an interview as a passage; prints its id. Offsets are code points."""
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
    """Move the edges of a passage; it then counts as accepted."""
    with opened(session) as study:
        actions.adjust(study, number, start, end)
        quote = actions.one(study, number).quote
    session.say(f"Passage {number} is now “{quote}”")


@click.command()
@click.argument("number", metavar="ID", type=PASSAGE)
@click.pass_obj
def unmark(session: Session, number: int) -> None:
    """Remove a passage marked by hand, or make a decided suggestion undecided again."""
    with opened(session) as study:
        actions.unmark(study, number)
    session.say(f"Unmarked passage {number}.")


@click.command()
@click.argument("name")
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=PASSAGE)
@click.option("--remove", is_flag=True, help="Take the code off instead.")
@click.pass_obj
def code(session: Session, name: str, ids: tuple[int, ...], remove: bool) -> None:
    """Put the code NAME on passages, which accepts them; a new name makes a new code."""
    with opened(session) as study:
        for number in ids:
            actions.one(study, number)
        changed = actions.uncode(study, ids, name) if remove else actions.code(study, ids, name)
        name, doubles = actions.code_name(study, name), book.doubles(study)
    session.say(
        f"{'Took' if remove else 'Put'} “{name}” {'off' if remove else 'on'} {changed} of {len(set(ids))} passages."
    )
    for words in doubles:
        session.warn(words)


@click.command()
@json_option
@click.pass_obj
def codes(session: Session, as_json: bool) -> None:
    """List the codebook, the most used code first."""
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
