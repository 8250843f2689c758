"""Send labelled accounts to another system: preview them, then send batches, each recorded before and after."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from needsseg.actions.accounts import accounts
from needsseg.actions.exchange.export import ExportPlan, batch_id, fitting_ids, plan, subjects_of
from needsseg.actions.exchange.export_columns import Chosen, chosen_columns, remember, rows_with
from needsseg.errors import EXIT_PARTLY, NeedssegError, UsageError
from needsseg.progress import Progress, silent
from needsseg.study.accounts import deliveries
from needsseg.study.accounts.deliveries import Delivered, DeliveryRow
from needsseg.study.connection import Study
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.exchange.destinations import Answer, Batch, Destination

FIRST = 2


@dataclass(frozen=True, slots=True)
class Outlook:
    """A preview of what would be sent: the destination, batches, first records, and accounts that are left out.

    ``unchanged`` accounts have the same facts as when last accepted (apart from the date), ``already`` were accepted
    exactly as they are, ``left_out`` cannot be sent (account to reason: too large, or an id the target cannot hold);
    ``unanswered`` batches of an earlier run are sent again under the same ids. ``chosen`` are the columns.
    """

    target: str
    host: str
    secret_name: str
    destination: str
    key: str
    batches: tuple[Batch, ...]
    deliveries: Mapping[str, Delivered]
    first: tuple[Mapping[str, object], ...]
    unchanged: int
    already: int
    left_out: Mapping[str, str]
    unanswered: int
    renamed: tuple[tuple[str, str, int], ...]
    chosen: Chosen | None = None

    @property
    def accounts(self) -> int:
        """The number of accounts that would be sent."""
        return sum(len(batch.items) for batch in self.batches)


@dataclass(frozen=True, slots=True)
class SendReport:
    """The result of sending: the number of accepted accounts, and rejected accounts with the reasons."""

    accepted: int
    rejected: Mapping[str, str]
    batches: int
    tries: int


def listing(study: Study) -> list[DeliveryRow]:
    """List every batch that was sent and every file that was exported, oldest first."""
    return deliveries.listing(study)


def outlook(
    study: Study,
    target: str,
    as_of: date,
    *,
    changed_only: bool = False,
    key: str = "",
    columns: str = "",
    progress: Progress = silent,
    engine: str | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Outlook:
    """Preview what would be sent; makes no request, stores nothing and looks up no secret.

    ``columns`` as ``export.export`` takes them; ``send`` keeps them for the next time.
    """
    from needsseg.exchange.destinations import packed, subject_id

    receiver = _receiver(target)
    host = _host(receiver, environ)
    field = key or receiver.key
    destination = " ".join(filter(None, (target, host, field)))
    subjects = subjects_of(study, target, as_of, progress, engine)
    chosen = chosen_columns(study, target, columns)
    fitting, refused = fitting_ids(accounts.profiles(study, as_of, progress, engine), target, key)
    all_rows = rows_with(study, fitting, chosen.columns, as_of, engine)
    planned = plan(study, destination, fitting, changed_only, subjects, refused, all_rows)
    delivered = deliveries.delivered_rows(study, destination)
    open_rows = {
        each.account_id: each
        for each in planned.deliveries
        if each.account_id not in delivered or delivered[each.account_id].row_sha256 != each.row_sha256
    }
    rows = [row for row in planned.rows if subject_id(row) in open_rows]
    ids = {each.account_id: each.message_id for each in open_rows.values()}
    batches = packed(receiver, rows, ids, field)
    first = tuple(item.record for batch in batches.batches[:1] for item in batch.items[:FIRST])
    return Outlook(
        target, host, receiver.secret_name, destination, field, batches.batches, open_rows, first, planned.left_out,
        _unchanged_count(planned, open_rows), {**refused, **batches.refused}, _unanswered(study, destination),
        planned.renamed, chosen,
    )  # fmt: skip


def send(
    study: Study,
    look: Outlook,
    *,
    progress: Progress = silent,
    wait: Callable[[float], None] = time.sleep,
    chance: Callable[[], float] = random.random,
    environ: Mapping[str, str] = os.environ,
) -> SendReport:
    """Send what was previewed, batch by batch; record each as started before it is sent, and with its answer after.

    A refused batch does not stop the others; its accounts are reported. Raises NeedssegError where the destination does
    not answer or still throttles after all tries, or refuses the key; sending again resumes there, with the same message
    ids.
    """
    from needsseg.exchange.destinations import deliver
    from needsseg.exchange.destinations.posting import posting

    if look.chosen is not None:
        remember(study, look.target, look.chosen)
    post = posting(_receiver(look.target), _secret(look, environ), look.host, look.key)
    deliveries.close_open(study, look.destination)
    rejected = dict(look.left_out)
    accepted = tries = done = 0
    for batch in look.batches:
        progress("sending", done, len(look.batches))
        sent = [look.deliveries[item.account_id] for item in batch.items]
        row = deliveries.start(study, look.destination, batch_id(sent), [each.account_id for each in sent])
        answer = deliver(batch, post, wait, chance)
        accepted_rows = _accepted(sent, answer)
        refused = {each.account_id: answer.words for each in sent} if answer.status == "refused" else answer.rejected
        words = "; ".join(filter(None, (answer.words, f"{answer.tries} tries" if answer.tries > 1 else "")))
        deliveries.finish(
            study,
            row,
            answer.status,
            answer.code,
            words,
            len(sent) - len(accepted_rows),
            look.destination,
            accepted_rows,
        )
        accepted, tries, done = accepted + len(accepted_rows), tries + answer.tries, done + 1
        if answer.status == "failed" or answer.fatal:
            raise _send_error(look, answer, accepted)
        rejected |= refused
    progress("sending", done, max(done, 1))
    return SendReport(accepted, rejected, len(look.batches), tries)


def _accepted(sent: Sequence[Delivered], answer: Answer) -> list[Delivered]:
    if answer.status not in ("accepted", "partly"):
        return []
    return [each for each in sent if each.account_id not in answer.rejected]


def _send_error(look: Outlook, answer: Answer, accepted: int) -> NeedssegError:
    code = f" ({answer.code})" if answer.code is not None else ""
    accepted_words = f"{accepted} of {format_count(look.accounts, 'account')} were accepted."
    if answer.fatal and answer.code in (401, 403):
        message, hint = (
            f"{look.host} refused the key{code}. {accepted_words}",
            f"Check {look.secret_name}, then send again.",
        )
    elif answer.fatal:
        message, hint = (
            f"{look.host}: {answer.words}{code}. {accepted_words}",
            f"Check {_receiver(look.target).host_name}.",
        )
    else:
        reason = answer.words or "no reason given"
        message = f"{look.host} did not accept a batch after {answer.tries} tries{code}: {reason}. {accepted_words}"
        hint = "Send again later; sending resumes where it stopped."
    return NeedssegError(message, hint, EXIT_PARTLY if accepted else None)


def _unchanged_count(planned: ExportPlan, open_rows: Mapping[str, Delivered]) -> int:
    return len(planned.deliveries) - len(open_rows)


def _unanswered(study: Study, destination: str) -> int:
    return sum(row.status == "started" and row.destination == destination for row in deliveries.listing(study))


def _receiver(target: str) -> Destination:
    from needsseg.exchange.destinations import DESTINATIONS

    senders = {each.name: each for each in DESTINATIONS.values() if each.post is not None}
    if target not in senders:
        raise UsageError(f"{target} is written as a file and cannot be sent.", f"You can send to {', '.join(senders)}.")
    return senders[target]


def _host(receiver: Destination, environ: Mapping[str, str]) -> str:
    from needsseg.exchange.destinations.hosts import checked_host

    return checked_host(receiver.host_name, environ.get(receiver.host_name) or receiver.host)


def _secret(look: Outlook, environ: Mapping[str, str]) -> str:
    """The secret from the environment, else from the keyring if that package is installed."""
    if from_environment := environ.get(look.secret_name, "").strip():
        return from_environment
    try:
        import importlib

        keyring = importlib.import_module("keyring")
    except ImportError:
        from_keyring = None
    else:
        try:
            from_keyring = keyring.get_password("needsseg", look.secret_name)
        except keyring.errors.KeyringError as error:
            raise NeedssegError(
                f"The keyring cannot be read: {type(error).__name__}.", f"Set {look.secret_name}."
            ) from error
    if not from_keyring:
        raise NeedssegError(
            f"There is no key for {look.target}.",
            f"Set {look.secret_name} in the environment, or store it: keyring set needsseg {look.secret_name}",
        )
    return str(from_keyring)
