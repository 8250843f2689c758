"""queue, decide-window, embed."""

from __future__ import annotations

from dataclasses import asdict

import click

from needsseg.actions.coding import ENOUGH
from needsseg.actions.coding import suggesting as actions
from needsseg.actions.study import embedding_ahead
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_table, print_text
from needsseg.cli.parameters import OFFSET, json_option, opened
from needsseg.errors import UsageError
from needsseg.text import format_count


@click.command()
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Show at most this many.")
@click.option("--reading", is_flag=True, help="List in reading order, not likeliest first.")
@json_option
@click.pass_obj
def queue(session: Session, limit: int, reading: bool, as_json: bool) -> None:
    """List undecided suggestions of the whole study, likeliest to be accepted first.

    The order learns from every decision. After ten decisions, some of each kind, probabilities are shown, and all
    participant speech that has vectors is included (needsseg embed).
    """
    with opened(session) as study:
        rows_and_outlook = actions.queue(study, limit, reading=reading)
    if as_json:
        print_object(
            {
                "learned": rows_and_outlook.learned,
                "decisions": rows_and_outlook.decisions,
                "outlook": _outlook(rows_and_outlook),
                "unread": rows_and_outlook.unread,
                "items": [_item(item) for item in rows_and_outlook.items],
            }
        )
        return
    print_table(
        ("chance", "id", "interview", "start", "end", "quote", "reasons"),
        [
            (
                "" if item.chance is None else f"{item.chance:.0%}",
                item.passage,
                item.interview,
                item.start,
                item.end,
                item.quote,
                item.reasons,
            )
            for item in rows_and_outlook.items
        ],
        wrap=("quote", "reasons"),
    )
    for line in outlook_lines(rows_and_outlook):
        session.say(line)


def _item(item: actions.QueueItem) -> dict[str, object]:
    """An item as printed; the interviewer's question is under the key ``asked``."""
    values = asdict(item)
    question = values.pop("interviewer_question")
    return values | {"asked": question}


def _outlook(current_queue: actions.Queue) -> dict[str, object]:
    """The outlook, without forecasts while they are not known yet."""
    unknown = {} if current_queue.learned else {"left": None, "coming": None}
    return {**asdict(current_queue.outlook), **unknown}


def outlook_lines(current_queue: actions.Queue) -> list[str]:
    """The queue's outlook in words."""
    outlook = current_queue.outlook
    if not outlook.undecided:
        return ["Nothing is undecided. Suggest passages first (needsseg suggest), or go on: needsseg discover"]
    if not current_queue.learned:
        lines = [
            f"How many are worth it is not known yet. The program learns from every decision and forecasts from {ENOUGH} "
            f"decisions on, some accepted and some rejected; there are {current_queue.decisions} so far."
        ]
    elif outlook.unlikely:
        lines = [
            f"Further suggestions are unlikely to be accepted: {outlook.lately or 0:.0%} of the last decisions were, "
            f"{outlook.coming:.0%} of the next are expected to be. Next: needsseg discover"
        ]
    else:
        lines = [
            f"Learned from {format_count(current_queue.decisions, 'decision')}: of {outlook.undecided} undecided, about "
            f"{outlook.left:.0f} are "
            f"acceptable; {outlook.coming:.0%} of the next."
        ]
    if current_queue.unread:
        lines.append(
            f"Without further speech of {format_count(current_queue.unread, 'interview')}. To have it: needsseg embed"
        )
    return lines


@click.command(name="decide-window")
@click.argument("key")
@click.argument("start", type=OFFSET)
@click.argument("end", type=OFFSET)
@click.option("--accept", is_flag=True, help="Accept it.")
@click.option("--reject", is_flag=True, help="Reject it.")
@click.pass_obj
def decide_window(session: Session, key: str, start: int, end: int, accept: bool, reject: bool) -> None:
    """Accept or reject what the queue lists from START to END of an interview. Prints the passage's id."""
    if accept == reject:
        raise UsageError("Give one of --accept and --reject.", "See needsseg decide-window --help.")
    with opened(session) as study:
        number = actions.decide_place(study, key, start, end, "accepted" if accept else "rejected")
    print_text(str(number))
    session.say(f"{'Accepted' if accept else 'Rejected'} passage {number}.")


@click.command()
@click.option(
    "--participants", is_flag=True, help="Leave out what interviewers say, which only a search of all speech needs."
)
@json_option
@click.pass_obj
def embed(session: Session, participants: bool, as_json: bool) -> None:
    """Compute all vectors in advance, so that suggest, queue, discover and search --meaning do not have to.

    Each of them computes what it lacks, so that this is never needed: it takes the same time, when you choose. Every vector is
    stored as it is computed: Ctrl+C keeps those, and a second call goes on from there.
    """
    with opened(session) as study, session.progressing() as progress:
        done = embedding_ahead.embed_ahead(study, progress, everybody=not participants)
    if as_json:
        print_object(asdict(done))
    new = "all of them before" if not done.embedded else f"{done.embedded:,} of them new"
    session.say(f"{format_count(done.texts, 'text has', 'texts have')} a vector, {new}.")
