"""Amplitude: group properties (Group Identify)."""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from needsseg.exchange.destinations.answers import answered, official, unanswered
from needsseg.exchange.destinations.delivery import Answer, Batch, Item, Limits
from needsseg.exchange.destinations.destination import Contents, Destination, FileRequest, Rows
from needsseg.exchange.tables import Cell, csv_text, write_text
from needsseg.exchange.triggers import EVENT, event_properties

# 1,024 groups and 1 MB per call.
LIMITS = Limits(count=1_024, bytes=950_000, item_bytes=900_000)


def record(row: Mapping[str, Cell], message_id: str, key: str) -> Mapping[str, object]:
    """Return the group's properties: known ones are set and unknown ones unset, which removes an old label."""
    facts = {name: value for name, value in row.items() if name != "account_id"}
    operations: dict[str, object] = {"$set": {name: value for name, value in facts.items() if value is not None}}
    if unknown := {name: "-" for name, value in facts.items() if value is None}:
        operations["$unset"] = unknown
    return {"group_type": key, "group_value": str(row["account_id"]), "group_properties": operations}


def trigger_record(row: Mapping[str, Cell], message_id: str, key: str) -> Mapping[str, object]:
    """Return an event for a trigger, on the day on which it fired; its group is the account."""
    account = str(row["account_id"])
    return {
        "event_type": EVENT,
        "device_id": f"needsseg-{account}",
        "groups": {key: account},
        "insert_id": message_id,
        "time": _milliseconds(str(row["fired_on"])),
        "event_properties": event_properties(row),
    }


def size(item: Item) -> int:
    """Return an item's size as sent: the client adds its name, an id and a time."""
    return len(json.dumps(item.record)) + 300


def poster(secret: str, host: str, key: str) -> Callable[[Batch], Answer]:
    """Post batches as the official client's group identify events; retries are the caller's.

    Where the answer names events that are wrong, none was taken: the others are posted again at once without them.
    """
    amplitude = official("amplitude", "amplitude-analytics")
    event_module = official("amplitude.event", "amplitude-analytics")
    client = official("amplitude.http_client", "amplitude-analytics").HttpClient
    logging.getLogger("amplitude").setLevel(logging.CRITICAL)

    def once(items: tuple[Item, ...]) -> tuple[Answer, set[int]]:
        events = [_event(amplitude, event_module, item) for item in items]
        payload = json.dumps({"api_key": secret, "events": events}, sort_keys=True).encode("utf-8")
        try:
            response = client.post(f"{host}/2/httpapi", payload)
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
            return unanswered(error), set()
        if response.code == -1:
            return Answer("failed", None, "no answer"), set()
        body = response.body if isinstance(response.body, dict) else {}
        wrong = {n for n in response.invalid_or_silenced_index() if isinstance(n, int) and 0 <= n < len(items)}
        accepted_count = body.get("events_ingested", len(items))
        if 200 <= response.code < 300 and accepted_count != len(items) - len(wrong):
            return Answer("failed", response.code, f"took {accepted_count} of {len(items)}"), set()
        answer = answered(response.code, str(body.get("error", "")))
        if "api_key" in answer.words.lower().replace(" ", "_"):  # a wrong key is a 400 here
            answer = Answer("refused", 401, answer.words, fatal=True)
        return answer, wrong

    def post(batch: Batch) -> Answer:
        rejected: dict[str, str] = {}
        items = batch.items
        while items:
            answer, wrong = once(items)
            if not wrong or answer.fatal or answer.status == "failed":
                break
            rejected |= {items[n].account_id: answer.words or "silenced" for n in wrong}
            items = tuple(item for n, item in enumerate(items) if n not in wrong)
            if answer.status == "accepted":
                break
        if answer.status == "accepted" and rejected:
            return Answer("partly", answer.code, f"{len(rejected)} rejected", rejected)
        return answer

    return post


def _event(amplitude: Any, events: Any, item: Item) -> Any:
    if "event_type" in item.record:
        return amplitude.BaseEvent(**item.record).get_event_body()
    operations: Any = item.record["group_properties"]
    identify = events.Identify()
    for name, value in operations["$set"].items():
        identify.set(name, value)
    for name in operations.get("$unset", {}):
        identify.unset(name)
    event = amplitude.GroupIdentifyEvent(
        groups={item.record["group_type"]: item.record["group_value"]},
        group_properties=identify.user_properties,
        device_id=f"needsseg-{item.record['group_value']}",  # insert ids are deduplicated per device
        insert_id=item.message_id,
        time=_milliseconds(operations["$set"]["as_of_date"]),
    )
    return event.get_event_body()


def _milliseconds(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


def _cohort(rows: Rows, request: FileRequest) -> Contents:
    """Return the ids, one per line without a header, for uploading a cohort."""
    text = csv_text(["account_id"], rows, False, ["account_id"]).split("\n", 1)[1]
    return Contents(lambda partial: write_text(partial, text))


GROUPS = Destination(
    name="amplitude",
    ending="jsonl",
    key="account",
    limits=LIMITS,
    record=record,
    size=size,
    body=lambda records: {"api_key": "AMPLITUDE_API_KEY", "identification": records},
    host="https://api2.amplitude.com",
    host_name="NEEDSSEG_AMPLITUDE_HOST",
    secret_name="AMPLITUDE_API_KEY",  # noqa: S106 - the name under which it is looked up
    post=poster,
)
TRIGGERS = replace(
    GROUPS,
    name="amplitude-triggers",
    covers="triggers",
    record=trigger_record,
    body=lambda records: {"api_key": "AMPLITUDE_API_KEY", "events": records},
)
COHORT = Destination(name="amplitude-cohort", ending="csv", covers="segment", file=_cohort)
