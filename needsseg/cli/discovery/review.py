"""question, answer, off-topic, leftover, pairs, and the group pair: together, apart, remove."""

from __future__ import annotations

import click

from needsseg.actions.discovery import needs, previews, questions
from needsseg.actions.discovery import review as actions
from needsseg.actions.discovery.questions import Choice, Question
from needsseg.actions.segments import segments
from needsseg.actions.transcripts.participant_names import participant_names
from needsseg.cli import shapes
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import PASSAGE, json_option, opened
from needsseg.errors import UsageError

OFF_TOPIC = "off-topic"
first_argument = click.argument("first", metavar="A", type=PASSAGE)
second_argument = click.argument("second", metavar="B", type=PASSAGE)


@click.command()
@click.option(
    "--skip", metavar="ID", multiple=True, type=PASSAGE, help="Leave this passage for later. May be repeated."
)
@click.option("--guess", is_flag=True, help="Show the program's guess, and the similarity of each choice.")
@json_option
@click.pass_obj
def question(session: Session, skip: tuple[int, ...], guess: bool, as_json: bool) -> None:
    """Show the passage whose decision would help most, why, and where it could belong."""
    with opened(session) as study:
        next_one = questions.next_question(study, skip)
        who = participant_names(study).of(next_one.passage) if next_one is not None else ""
    if as_json:
        print_object(shapes.question(next_one, guess, who))
    elif next_one is not None:
        _print_question(next_one, guess, who)
    if next_one is None:
        session.say("Nothing is left to decide.")
    else:
        session.say(
            f"{next_one.undecided} undecided. Answer: needsseg answer {next_one.passage.id} NEED|SEGMENT|{OFF_TOPIC}, "
            f"or needsseg answer {next_one.passage.id} --new-need NAME"
        )


def _print_question(current: Question, guess: bool, who: str) -> None:
    passage = current.passage
    print_text(f"{passage.id}  {who} ({passage.interview})\n   “{passage.quote}”")
    print_text(f"   Asked because it {current.reason}.")
    header = ("choice", "what it is", "about", *(("nearness",) if guess else ()))
    print_table(
        header,
        [
            (_chosen_by(c), c.name + (" (need in view)" if c.need else ""), c.about, *((c.nearness,) if guess else ()))
            for c in current.choices
        ],
        wrap=("about",),
    )
    if guess and current.guess is not None:
        print_text(f"   The program would say: {current.guess.name} (strength {current.guess.strength:.2f})")


def _chosen_by(choice: Choice) -> str | int:
    """Return the argument that names a choice on the command line."""
    if choice.need is not None:
        return choice.name
    return OFF_TOPIC if choice.segment is None else choice.segment


@click.command()
@click.argument("passage", type=PASSAGE)
@click.argument("target", metavar="[NEED|SEGMENT|off-topic]", required=False)
@click.option("--new-need", metavar="NAME", help="Add a need of this name, and assign the passage to it.")
@click.option("--description", default="", metavar="TEXT", help="The description of the new need.")
@click.option("--by", default="", metavar="NAME", help="Who decides. Default: the coder in the settings.")
@json_option
@click.pass_obj
def answer(
    session: Session, passage: int, target: str | None, new_need: str | None, description: str, by: str, as_json: bool
) -> None:
    """Assign a passage to a need in view, a candidate or a segment, or mark it as off-topic.

    Every later run keeps this. It does not name a candidate: only a person does.
    """
    if (target is None) == (new_need is None):
        raise UsageError(
            "Say where the passage belongs, once.", f"Name a need, a segment or {OFF_TOPIC}, or give --new-need NAME."
        )
    with opened(session) as study:
        if new_need is not None:
            actions.answer_new_need(study, passage, new_need, description, by)
            target = new_need
        named = next((need for need in needs.listing(study) if need.name.casefold() == str(target).casefold()), None)
        segment = None if named is not None or target == OFF_TOPIC else segments.find(study, str(target))
        if new_need is None:
            actions.answer(study, passage, segment, by, need=named.id if named else None)
        if named is not None:
            segment = next(need.segment for need in needs.listing(study) if need.id == named.id)
    if as_json:
        print_object({"passage": passage, "segment": segment, "need": named.name if named else None})
    where = f"belongs to the need “{named.name}”" if named else f"lies in segment {segment}"
    session.say(f"Passage {passage} {'is off-topic' if segment is None else where}.")


@click.command(OFF_TOPIC)
@click.argument("ids", metavar="PASSAGE...", nargs=-1, required=True, type=PASSAGE)
@click.option("--undo", "back", is_flag=True, help="Make them undecided again.")
@json_option
@click.pass_obj
def off_topic(session: Session, ids: tuple[int, ...], back: bool, as_json: bool) -> None:
    """Mark passages as off-topic: they leave their segments, and no run assigns them."""
    with opened(session) as study:
        changed = (actions.on_topic if back else actions.off_topic)(study, list(dict.fromkeys(ids)))
    if as_json:
        print_object({"changed": changed})
    session.say(f"{'Left open again' if back else 'Off-topic'}: {changed} of {len(set(ids))}.")


@click.command()
@json_option
@click.pass_obj
def leftover(session: Session, as_json: bool) -> None:
    """List the passages of the newest run that belong to no segment, with the nearest segment and its similarity."""
    with opened(session) as study:
        rows = previews.left_over(study)
    if as_json:
        print_array(map(shapes.left_over, rows))
        return
    print_table(
        ("passage", "interview", "nearest", "nearness", "quote"),
        [
            (r.passage.id, r.passage.interview, OFF_TOPIC if r.off_topic else r.name, r.nearness, r.passage.quote)
            for r in rows
        ],
        wrap=("quote",),
    )
    if not rows:
        session.say("Nothing is left over, or nothing was discovered yet: needsseg discover")


@click.command()
@json_option
@click.pass_obj
def pairs(session: Session, as_json: bool) -> None:
    """List the passages kept together or apart, and pairs that no run can satisfy."""
    with opened(session) as study:
        rows = actions.pairs(study)
    if as_json:
        print_array(map(shapes.pair, rows))
        return
    print_table(
        ("first", "second", "kept", "by", "quotes", "not obeyed"),
        [
            (r.first.id, r.second.id, r.kind, r.decided_by, f"“{r.first.quote}” / “{r.second.quote}”", r.unused or None)
            for r in rows
        ],
        wrap=("quotes", "not obeyed"),
    )
    if not rows:
        session.say("There are no pairs yet: needsseg pair together A B, or needsseg pair apart A B")


@click.group(no_args_is_help=False)
def pair() -> None:
    """Keep two passages together or apart in every run, or remove that pair."""


@pair.command()
@first_argument
@second_argument
@json_option
@click.pass_obj
def together(session: Session, first: int, second: int, as_json: bool) -> None:
    """Record that two passages express the same need."""
    with opened(session) as study:
        actions.together(study, first, second)
    _paired(session, first, second, "together", as_json)


@pair.command()
@first_argument
@second_argument
@json_option
@click.pass_obj
def apart(session: Session, first: int, second: int, as_json: bool) -> None:
    """Record that two passages express different needs."""
    with opened(session) as study:
        actions.apart(study, first, second)
    _paired(session, first, second, "apart", as_json)


def _paired(session: Session, first: int, second: int, kind: str, as_json: bool) -> None:
    if as_json:
        print_object({"first": first, "second": second, "kind": kind})
    session.say(f"Passages {first} and {second} are kept {kind}. Next: needsseg discover")


@pair.command()
@first_argument
@second_argument
@json_option
@click.pass_obj
def remove(session: Session, first: int, second: int, as_json: bool) -> None:
    """Remove a pair of passages kept together or apart."""
    with opened(session) as study:
        actions.unpair(study, first, second)
    if as_json:
        print_object({"first": first, "second": second, "kind": None})
    session.say(f"Passages {first} and {second} are no pair any more.")
