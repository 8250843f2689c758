"""Receivers on the loopback that stand for the systems accounts are sent to: they check limits and answer as told."""

from __future__ import annotations

import base64
import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

Request = dict[str, Any]
Reply = tuple[int, object, dict[str, str]] | None  # None cuts the connection


class Receiver:
    """What came in, and how the next requests are answered: one reply each, then as ``normal`` says."""

    def __init__(self, key: str, normal: Callable[[Request], Reply]) -> None:
        self.key = key
        self.normal = normal
        self.script: list[Reply] = []
        self.requests: list[Request] = []
        self.url = ""

    def answer(self, request: Request) -> Reply:
        """Recorded with whether it was accepted; the limits are checked also where the script says no."""
        self.requests.append(request)
        reply = self.script.pop(0) if self.script else self.normal(request)
        request["accepted"] = reply is not None and reply[0] < 300
        return reply

    def accepted(self) -> list[Any]:
        """The bodies that were answered with success."""
        return [request["body"] for request in self.requests if request["accepted"]]


@contextmanager
def receiving(key: str, normal: Callable[[Request], Reply]) -> Iterator[Receiver]:
    """A receiver at ``url`` while the block runs."""
    receiver = Receiver(key, normal)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                raw = gzip.decompress(raw)
            form = "urlencoded" in self.headers.get("Content-Type", "")
            body = json.loads(parse_qs(raw.decode())["data"][0]) if form else json.loads(raw)
            reply = receiver.answer({"path": self.path, "headers": self.headers, "body": body, "bytes": len(raw)})
            if reply is None:
                self.close_connection = True
                return
            code, said, headers = reply
            text = json.dumps(said).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def segment(key: str) -> Callable[[Request], Reply]:
    """Segment's limits: 400 above 500 KB, 401 with another key, 200 and a loss above 2,500 events (which fails here)."""

    def normal(request: Request) -> Reply:
        sent = base64.b64decode(request["headers"]["Authorization"].removeprefix("Basic ")).decode()
        if sent != f"{key}:":
            return 401, {"code": "unauthorized", "message": f"no such key {sent}"}, {}
        batch = request["body"]["batch"]
        assert request["path"] == "/v1/batch"
        assert len(batch) <= 2_500
        assert all(len(json.dumps(event)) <= 32_768 for event in batch)
        for event in batch:
            assert event["messageId"]
            assert event["userId"] if event["type"] == "identify" else event["groupId"] and event["anonymousId"]
        return (
            (200, {"success": True}, {}) if request["bytes"] <= 512_000 else (400, {"code": "x", "message": "big"}, {})
        )

    return normal


def mixpanel(key: str) -> Callable[[Request], Reply]:
    """Mixpanel's limits: 2,000 profiles and 1 MB; another token is answered with 200 and status 0."""

    def normal(request: Request) -> Reply:
        assert request["path"] == "/groups"
        assert len(request["body"]) <= 2_000
        assert request["bytes"] <= 1_048_576
        if any(record["$token"] != key for record in request["body"]):
            return 200, {"status": 0, "error": f"token, missing or empty, not {request['body'][0]['$token']}"}, {}
        return 200, {"status": 1, "error": None}, {}

    return normal


def amplitude(key: str) -> Callable[[Request], Reply]:
    """Amplitude's limits: 1 MB and 2,000 events; a wrong key is a 400 that names the field."""

    def normal(request: Request) -> Reply:
        events = request["body"]["events"]
        assert request["path"] == "/2/httpapi"
        assert len(events) <= 2_000
        assert request["bytes"] <= 1_048_576
        assert all(
            event["event_type"] == "$groupidentify" and event["insert_id"] and event["groups"] for event in events
        )
        if request["body"]["api_key"] != key:
            return 400, {"code": 400, "error": f"Invalid API key: {request['body']['api_key']}"}, {}
        return 200, {"code": 200, "events_ingested": len(events)}, {}

    return normal


def hubspot(key: str) -> Callable[[Request], Reply]:
    """HubSpot's limits: 100 companies; updates by record id, or upserts that name a property."""

    def normal(request: Request) -> Reply:
        inputs = request["body"]["inputs"]
        assert request["path"].endswith(("/companies/batch/update", "/companies/batch/upsert"))
        assert ("idProperty" in inputs[0]) == request["path"].endswith("upsert")
        assert all(set(each) >= {"id", "properties"} for each in inputs)
        if request["headers"]["Authorization"] != f"Bearer {key}":
            return 401, {"status": "error", "message": f"no {request['headers']['Authorization']}"}, {}
        if len(inputs) > 100:
            return 400, {"message": "too many"}, {}
        return 200, {"status": "COMPLETE", "results": [{"id": each["id"]} for each in inputs]}, {}

    return normal
