"""Segment: one group call per account, or identify call per user, in batches (HTTP Tracking API, POST /v1/batch)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from needsseg.exchange.destinations.answers import SECONDS, answered, official, unanswered
from needsseg.exchange.destinations.delivery import Answer, Batch, Limits
from needsseg.exchange.destinations.destination import Destination
from needsseg.exchange.tables import Cell
from needsseg.exchange.triggers import EVENT, event_properties
from needsseg.version import __version__

# 2,500 events and 500 KB per request, 32 KB per event, including the client's name and the envelope.
LIMITS = Limits(count=2_500, bytes=480_000, item_bytes=31_000)


def record(row: Mapping[str, Cell], message_id: str, key: str) -> Mapping[str, object]:
    """Return a group call, with an anonymous user for the account, since Segment requires a user."""
    account = str(row["account_id"])
    traits = {name: value for name, value in row.items() if name != "account_id"}
    identity = {"groupId": account, "anonymousId": f"needsseg-{account}"}
    return {"type": "group", **identity, "traits": traits, **_envelope(row, message_id)}


def user_record(row: Mapping[str, Cell], message_id: str, key: str) -> Mapping[str, object]:
    """Return an identify call with the account's facts and id as traits of one of its users (``user_id`` of the row)."""
    traits = {name: value for name, value in row.items() if name != "user_id"}
    return {"type": "identify", "userId": str(row["user_id"]), "traits": traits, **_envelope(row, message_id)}


def trigger_record(row: Mapping[str, Cell], message_id: str, key: str) -> Mapping[str, object]:
    """Return a track call for a trigger, on the day on which it fired; its group is the account."""
    account = str(row["account_id"])
    envelope = _envelope({"as_of_date": row["fired_on"]}, message_id)
    context = {**dict(envelope["context"]), "groupId": account}  # type: ignore[call-overload]
    identity = {"event": EVENT, "anonymousId": f"needsseg-{account}", "properties": event_properties(row)}
    return {"type": "track", **identity, **envelope, "context": context}


def _envelope(row: Mapping[str, Cell], message_id: str) -> dict[str, object]:
    return {
        "timestamp": f"{row['as_of_date']}T00:00:00.000+00:00",
        "messageId": message_id,
        "integrations": {},
        "context": {"library": {"name": "needsseg", "version": __version__}},
    }


def poster(secret: str, host: str, key: str) -> Callable[[Batch], Answer]:
    """Post batches with the official client, which checks each message; retries are the caller's."""
    client_module = official("segment.analytics.client", "segment-analytics-python")
    request = official("segment.analytics.request", "segment-analytics-python")
    requests = official("requests", "requests")
    logging.getLogger("segment").setLevel(logging.CRITICAL)  # it would log bodies, which contain the key
    client = client_module.Client(secret, host=host, send=False)

    def post(batch: Batch) -> Answer:
        messages = [_message(client, item.record) for item in batch.items]
        try:
            answer = request.post(secret, host, timeout=SECONDS, batch=messages)
        except request.APIError as error:
            headers = error.response.headers if error.response is not None else {}
            return answered(int(error.status), str(error.message), headers)
        except requests.RequestException as error:
            return unanswered(error)
        if answer.history:
            return Answer("refused", answer.history[0].status_code, "the host sends elsewhere (redirect)", fatal=True)
        try:
            answer_body = answer.json()
        except ValueError:
            answer_body = None
        if isinstance(answer_body, dict) and answer_body.get("success") is False:
            return Answer(
                "refused",
                answer.status_code,
                str(answer_body.get("message") or answer_body.get("code") or "not accepted"),
            )
        return answered(answer.status_code, "")

    return post


def _message(client: Any, record: Mapping[str, Any]) -> object:
    fields = {
        "timestamp": datetime.fromisoformat(record["timestamp"]),
        "message_id": record["messageId"],
    }
    if record["type"] == "track":
        group = {"groupId": record["context"]["groupId"]}
        _, message = client.track(
            anonymous_id=record["anonymousId"], event=record["event"], properties=dict(record["properties"]), context=group,
            **fields,
        )  # fmt: skip
        return message
    traits = dict(record["traits"])
    if record["type"] == "identify":
        _, message = client.identify(user_id=record["userId"], traits=traits, **fields)
    else:
        _, message = client.group(
            anonymous_id=record["anonymousId"], group_id=record["groupId"], traits=traits, **fields
        )
    return message


ACCOUNTS = Destination(
    name="segment",
    ending="jsonl",
    limits=LIMITS,
    record=record,
    body=lambda records: {"batch": records},
    host="https://api.segment.io",
    host_name="NEEDSSEG_SEGMENT_HOST",
    secret_name="SEGMENT_WRITE_KEY",  # noqa: S106 - the name under which it is looked up
    post=poster,
)
USERS = replace(ACCOUNTS, name="segment-users", covers="users", record=user_record)
TRIGGERS = replace(ACCOUNTS, name="segment-triggers", covers="triggers", record=trigger_record)
