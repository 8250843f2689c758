"""HubSpot: triggers as occurrences of a custom event of companies, and as notes for its import.

Custom events are not imported from files there: they are sent to the events API, which HubSpot's Enterprise editions have, as
occurrences of an event that was defined before. Notes can be imported in every edition, and cannot be changed by an import.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from needsseg.exchange.destinations.answers import SECONDS, answered, official, unanswered
from needsseg.exchange.destinations.delivery import Answer, Batch, Limits
from needsseg.exchange.destinations.destination import Contents, Destination, FileRequest, Rows
from needsseg.exchange.destinations.hubspot import HUBSPOT, RECORD_ID, error_message, refusal
from needsseg.exchange.tables import Cell, csv_text, write_text
from needsseg.exchange.triggers import EVENT, event_properties

EVENT_PLACE = "HUBSPOT_EVENT"
"""Stands for the event's full name, which is another in every HubSpot account, until one is given."""
# Fewer than HubSpot takes in one request; longer texts of properties are refused there.
LIMITS = Limits(count=100, bytes=900_000, item_bytes=100_000)
LONGEST_PROPERTY = 250
NOTES_HEADER = ("Note body", "Activity date")
_IDS = uuid.UUID("b9c2a8a4-6f5c-5d0e-9a63-1f0d6f1f7c11")  # names the ids made of triggers' own


def record(row: Mapping[str, Cell], message_id: str, key: str) -> Mapping[str, object]:
    """Return the occurrence of the event for a trigger, on the day on which it fired; its id is made of the trigger's.

    HubSpot takes an id once a year: what is sent again is not counted again.
    """
    texts = {name: _text(value) for name, value in event_properties(row).items() if name != "account_id"}
    return {
        "eventName": key,
        "objectId": str(row["account_id"]),
        "occurredAt": f"{row['fired_on']}T00:00:00.000Z",
        "uuid": str(uuid.uuid5(_IDS, message_id)),
        "properties": texts,
    }


def _text(value: Cell) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_PROPERTY else f"{text[: LONGEST_PROPERTY - 1]}…"


def event_name_refusal(key: str) -> str:
    """Return why a key cannot be the full name of a custom event of HubSpot, "" where it can."""
    if re.fullmatch(r"pe[0-9]+_[a-z][a-z0-9_]*", key):
        return ""
    given = "no event is named" if key == EVENT_PLACE else f"'{key}' is not the full name of a custom event of HubSpot"
    return (
        f"{given}; define one for companies there and name it as HubSpot shows it, such as pe1234567_account_triggered"
    )


def record_id_refusal(account_id: str, key: str) -> str:
    """Return why an account's id cannot be that of a company of HubSpot, whatever the event's name is."""
    return refusal(account_id, RECORD_ID)


def poster(secret: str, host: str, key: str) -> Callable[[Batch], Answer]:
    """Post batches of occurrences with the official client; retries are the caller's."""
    hubspot = official("hubspot", "hubspot-api-client")
    events = official("hubspot.events.send", "hubspot-api-client")
    urllib3 = official("urllib3", "urllib3")
    client = hubspot.Client.create(access_token=secret, host=host, retry=urllib3.Retry(total=0))
    calls = client.events.send.batch_api

    def post(batch: Batch) -> Answer:
        body = {"inputs": [item.record for item in batch.items]}
        try:
            response = calls.send(body, _preload_content=False, _request_timeout=SECONDS)
        except events.ApiException as error:
            if not error.status:
                return unanswered(error)
            return answered(int(error.status), error_message(error.body), dict(error.headers or {}))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return unanswered(error)
        return answered(int(response.status), "")

    return post


def notes_header(key: str, names: object = ()) -> list[str]:
    """Return the columns of the table of notes: the company's, then those of a note as HubSpot calls them."""
    return ["Record ID" if key == RECORD_ID else key, *NOTES_HEADER]


def notes(rows: Rows, request: FileRequest) -> Contents:
    """Return a CSV file of notes on companies, one for each trigger, for HubSpot's import."""
    columns = ("account_id", "note", "day")
    noted = [{"account_id": row["account_id"], "note": _note(row), "day": row["fired_on"]} for row in rows]
    text = csv_text(notes_header(request.key), noted, request.neutralise, columns)
    return Contents(lambda partial: write_text(partial, text))


def _note(row: Mapping[str, Cell]) -> str:
    """Return what a note says: what fired, the evidence, and the segment that the account goes by."""
    kind = str(row["kind"]).replace("_", " ")
    feature = f" ({row['feature']})" if row.get("feature") else ""
    segment = f". Segment: {row['needs_segment']}" if row.get("needs_segment") else ""
    return f"{EVENT}: {kind}{feature}: {row['evidence']}{segment}"


TRIGGERS = replace(
    HUBSPOT,
    name="hubspot-triggers",
    ending="jsonl",
    covers="triggers",
    key=EVENT_PLACE,
    key_refusal=event_name_refusal,
    refusal=record_id_refusal,
    id_hint="Events go to companies by their Record ID: import your accounts from HubSpot, or export hubspot-notes, which takes "
    "a property of yours.",
    fields=None,
    is_spreadsheet=False,
    file=None,
    limits=LIMITS,
    record=record,
    body=lambda records: {"inputs": records},
    post=poster,
)
NOTES = Destination(
    name="hubspot-notes",
    ending="csv",
    covers="triggers",
    key=RECORD_ID,
    refusal=refusal,
    fields=notes_header,
    is_spreadsheet=True,
    file=notes,
)
