"""Arguments and options that several commands share, with messages that name the value given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from needsseg.actions.study import studies
from needsseg.cli.narration import Session
from needsseg.errors import NeedssegError

if TYPE_CHECKING:
    from needsseg.actions.study import Study

LARGEST = 2**63 - 1  # the largest number a study can hold
PASSAGE = click.IntRange(1, LARGEST)
OFFSET = click.IntRange(0, LARGEST)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def day(ctx: click.Context, option: click.Parameter, value: str) -> date:
    """The calendar day written YYYY-MM-DD; anything else is a usage error that names the value."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise click.BadParameter(f"'{value}' is not a date written YYYY-MM-DD.", ctx, option)
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"'{value}' is not a day of the calendar.", ctx, option) from error


@contextmanager
def opened(session: Session) -> Iterator[Study]:
    """The study that the session names, closed afterwards.

    An unexpected error is reported as the study's fault if its file contains data that needsseg does not write.
    """
    with studies.open_study(Path(session.path)) as study:
        for warning in studies.warnings(study):
            session.warn(warning)
        notices_told = len(study.notices)
        try:
            yield study
        except (NeedssegError, click.ClickException, click.exceptions.Exit, OSError):
            raise
        except Exception as error:
            if (fault := studies.faults_of(study, error)) is None:
                raise
            raise fault from error
        finally:
            for notice in study.notices[notices_told:]:
                session.warn(notice)
