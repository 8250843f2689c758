"""Post batches with a destination's client, and remove the secret from its answers."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace

from needsseg.exchange.destinations.delivery import Answer, Batch
from needsseg.exchange.destinations.destination import Destination

_LONGEST = 200


def posting(destination: Destination, secret: str, host: str, key: str) -> Callable[[Batch], Answer]:
    """Return the function that posts batches to a destination; its answers are shortened and the secret is removed.

    NeedssegError where the official client is not installed, ValueError for a destination that nothing is sent to.
    """
    if destination.post is None:
        raise ValueError(f"nothing is sent to {destination.name}")
    post = destination.post(secret, host, key)
    hidden = [secret, base64.b64encode(f"{secret}:".encode()).decode()]

    def clean(words: str) -> str:
        for secret_form in hidden:
            words = words.replace(secret_form, "•••")
        return " ".join(words.split())[:_LONGEST]

    def posted(batch: Batch) -> Answer:
        answer = post(batch)
        rejected = {account: clean(reason) for account, reason in answer.rejected.items()}
        return replace(answer, words=clean(answer.words), rejected=rejected)

    return posted
