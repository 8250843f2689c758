"""Options that choose passages: the same for lists of passages, quotes and matrices."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, get_args

import click

from needsseg.actions.coding.search_scope import PassageFilter
from needsseg.records import PassageStatus

_OPTIONS = (
    click.option("--interview", metavar="KEY", help="Only this interview."),
    click.option("--code", metavar="NAME", help="Only passages with this code."),
    click.option("--with-code", metavar="NAME", help="Only passages with this code, or one below it."),
    click.option("--segment", metavar="SEGMENT", help="Only passages of this segment, by id or name."),
    click.option("--participant", metavar="KEY", help="Only passages of this participant."),
    click.option(
        "--where",
        "conditions",
        multiple=True,
        metavar="ATTRIBUTE=VALUE",
        help="Only participants with this attribute; ~ matches a part of the value. May be repeated.",
    ),
    click.option("--coder", metavar="NAME", help="Only passages that this person decided on or coded."),
    click.option("--query", metavar="WORDS", help="Only passages with all these words."),
)


def passage_options(default: PassageStatus | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the options that choose passages, and pass them to it as ``wanted``; ``default`` is the status."""
    status = click.option(
        "--status",
        type=click.Choice(get_args(PassageStatus)),
        default=default,
        show_default=default is not None,
        help="Only passages with this status.",
    )

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_filter(*args: Any, **values: Any) -> Any:
            names = PassageFilter.__dataclass_fields__.keys() & values.keys()
            wanted = PassageFilter(**{name: values.pop(name) for name in names})
            return command(*args, wanted=wanted, **values)

        decorated: Callable[..., Any] = with_filter
        for option in reversed((_OPTIONS[0], status, *_OPTIONS[1:])):
            decorated = option(decorated)
        return decorated

    return decorate
