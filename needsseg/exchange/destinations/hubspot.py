"""HubSpot companies: an import table, and batches for the companies API."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from needsseg.exchange.destinations.answers import SECONDS, answered, official, unanswered
from needsseg.exchange.destinations.delivery import Answer, Batch, Limits
from needsseg.exchange.destinations.destination import Contents, Destination, FileRequest, Rows
from needsseg.exchange.tables import Cell, csv_text, write_text
from needsseg.records import PROFILE_COLUMNS

RECORD_ID = "hs_object_id"
# 100 companies per call.
LIMITS = Limits(count=100, bytes=2_900_000, item_bytes=2_900_000)


def record(row: Mapping[str, Cell], message_id: str, key: str) -> Mapping[str, object]:
    """Return one input of a batch; an empty property clears the old value."""
    facts = {name: _property(value) for name, value in row.items() if name != "account_id"}
    return {"idProperty": key, "id": str(row["account_id"]), "properties": facts}


def _property(value: Cell) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def header(key: str, names: Sequence[str] = PROFILE_COLUMNS) -> list[str]:
    """Return the import table's column names: HubSpot's own for its record ids, ours for the properties."""
    return ["Record ID" if key == RECORD_ID else key, *names[1:]]


def table(rows: Rows, request: FileRequest) -> Contents:
    """Return a CSV file for HubSpot's import of companies."""
    text = csv_text(header(request.key, request.names), rows, request.neutralise, request.names)
    return Contents(lambda partial: write_text(partial, text))


def poster(secret: str, host: str, key: str) -> Callable[[Batch], Answer]:
    """Post batches with the official client: an update by record id, or an upsert by a unique property of yours.

    Retries are the caller's. An answer of 207 says which inputs were not taken.
    """
    hubspot = official("hubspot", "hubspot-api-client")
    companies = official("hubspot.crm.companies", "hubspot-api-client")
    urllib3 = official("urllib3", "urllib3")
    client = hubspot.Client.create(access_token=secret, host=host, retry=urllib3.Retry(total=0))
    calls = client.crm.companies.batch_api
    request_options = {"_preload_content": False, "_request_timeout": SECONDS}

    def post(batch: Batch) -> Answer:
        try:
            if key == RECORD_ID:
                inputs = [{"id": item.record["id"], "properties": item.record["properties"]} for item in batch.items]
                response = calls.update({"inputs": inputs}, **request_options)
            else:
                response = calls.upsert({"inputs": [item.record for item in batch.items]}, **request_options)
        except companies.ApiException as error:
            if not error.status:
                return unanswered(error)
            return answered(int(error.status), error_message(error.body), dict(error.headers or {}))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return unanswered(error)
        return _answer_of(batch, response.status, response.data)

    return post


def error_message(body: object) -> str:
    """Return what HubSpot says in the body of an error, "" where it says nothing."""
    try:
        body_json = json.loads(body) if isinstance(body, str | bytes) else {}
    except ValueError:
        return ""
    return str(body_json.get("message", "")) if isinstance(body_json, dict) else ""


def _answer_of(batch: Batch, code: int, body: bytes) -> Answer:
    try:
        body_json: Any = json.loads(body)
        errors = body_json.get("errors") or []
        rejected = {
            str(record_id): str(error.get("message", ""))
            for error in errors
            for record_id in (error.get("context") or {}).get("ids", [])
        }
    except (ValueError, AttributeError, TypeError):
        return Answer("failed", code, "an answer that is no JSON object")
    sent = {item.account_id for item in batch.items}
    if errors and not rejected.keys() & sent:  # an account was refused, but not named
        return Answer("refused", code, str(errors[0].get("message", "")) or "not accepted")
    named_rejections = {account: reason for account, reason in rejected.items() if account in sent}
    return (
        Answer("partly", code, f"{len(named_rejections)} rejected", named_rejections)
        if named_rejections
        else answered(code, "")
    )


def refusal(account_id: str, key: str) -> str:
    """Return why an id cannot identify a company of HubSpot by the key; a Record ID is a number."""
    if key == RECORD_ID and not re.fullmatch(r"[1-9][0-9]{0,18}", account_id):
        return "not a Record ID of HubSpot, which is a number"
    return ""


HUBSPOT = Destination(
    name="hubspot",
    ending="csv",
    key=RECORD_ID,
    refusal=refusal,
    fields=header,
    is_spreadsheet=True,
    file=table,
    limits=LIMITS,
    record=record,
    host="https://api.hubapi.com",
    host_name="NEEDSSEG_HUBSPOT_HOST",
    secret_name="HUBSPOT_ACCESS_TOKEN",  # noqa: S106 - the name under which it is looked up
    post=poster,
)
