"""Mixpanel: group profiles (POST /groups), and events of the past for triggers (POST /import)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from needsseg.exchange.destinations.answers import SECONDS, answered, official, unanswered
from needsseg.exchange.destinations.delivery import Answer, Batch, Item, Limits
from needsseg.exchange.destinations.destination import Destination
from needsseg.exchange.tables import Cell
from needsseg.exchange.triggers import EVENT, event_properties

# 2,000 profiles and 1 MB per call.
LIMITS = Limits(count=2_000, bytes=950_000, item_bytes=900_000)
TOKEN_PLACE = "MIXPANEL_TOKEN"  # noqa: S105 - in files the place of the token, which is put in when sending


def record(row: Mapping[str, Cell], message_id: str, key: str) -> Mapping[str, object]:
    """Return a $set of the account's group profile; values no longer known are null."""
    return {
        "$token": TOKEN_PLACE,
        "$group_key": key,
        "$group_id": str(row["account_id"]),
        "$set": {name: value for name, value in row.items() if name != "account_id"},
    }


def trigger_record(row: Mapping[str, Cell], message_id: str, key: str) -> Mapping[str, object]:
    """Return an event for a trigger, on the day on which it fired, of no user; its group is the account."""
    fired = datetime.fromisoformat(str(row["fired_on"])).replace(tzinfo=UTC)
    identity = {"distinct_id": "", "$insert_id": message_id, "time": int(fired.timestamp())}
    return {"event": EVENT, "properties": {**event_properties(row), **identity, key: str(row["account_id"])}}


def size(item: Item) -> int:
    """Return an item's size as sent: form-encoded JSON, where most marks take three bytes, with room for the token."""
    return len(quote_plus(json.dumps(item.record))) + 40


def poster(secret: str, host: str, key: str) -> Callable[[Batch], Answer]:
    """Post batches of group profiles, each with the project's token."""

    def send(consumer: Any, items: Sequence[Item]) -> None:
        consumer.send("groups", json.dumps([dict(item.record) | {"$token": secret} for item in items]))

    return _posting(host, send)


def event_poster(secret: str, host: str, key: str) -> Callable[[Batch], Answer]:
    """Post batches of events, which may lie long in the past, with the project's API secret."""

    def send(consumer: Any, items: Sequence[Item]) -> None:
        consumer.send("imports", json.dumps([item.record for item in items]), api_secret=secret)

    return _posting(host, send)


def _posting(host: str, send: Callable[[Any, Sequence[Item]], None]) -> Callable[[Batch], Answer]:
    """Post batches with the official client's consumer; the caller retries, and gets the requested waiting time."""
    mixpanel = official("mixpanel", "mixpanel")
    consumer = mixpanel.Consumer(
        groups_url=f"{host}/groups", import_url=f"{host}/import", request_timeout=SECONDS, retry_limit=0
    )
    responses: list[Any] = []
    consumer._session.hooks["response"].append(lambda response, *_, **__: responses.append(response))

    def post(batch: Batch) -> Answer:
        responses.clear()
        failure: Exception | None = None
        try:
            send(consumer, batch.items)
        except (mixpanel.MixpanelException, KeyError, TypeError) as error:  # the latter two from an unexpected response
            failure = error
        if not responses:
            return unanswered(failure) if failure else Answer("failed", None, "no answer")
        response = responses[0]
        if 300 <= response.status_code < 400:
            return Answer("refused", response.status_code, "the host sends elsewhere (redirect)", fatal=True)
        answer_given = answered(response.status_code, "" if failure is None else str(failure)[:300], response.headers)
        if failure is not None and answer_given.status == "accepted":  # 200, and the body says no
            return Answer("refused", response.status_code, str(failure)[:300])
        return answer_given

    return post


MIXPANEL = Destination(
    name="mixpanel",
    ending="jsonl",
    key="account_id",
    limits=LIMITS,
    record=record,
    size=size,
    host="https://api.mixpanel.com",
    host_name="NEEDSSEG_MIXPANEL_HOST",
    secret_name=TOKEN_PLACE,
    post=poster,
)
TRIGGERS = replace(
    MIXPANEL,
    name="mixpanel-triggers",
    covers="triggers",
    record=trigger_record,
    secret_name="MIXPANEL_API_SECRET",  # noqa: S106 - the name under which it is looked up
    post=event_poster,
)
