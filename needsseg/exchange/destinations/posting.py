"""Which client posts a target's batches."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace

from needsseg.exchange.destinations import amplitude, hubspot, mixpanel, segment
from needsseg.exchange.destinations.delivery import Answer, Batch

_POSTERS: dict[str, Callable[[str, str, str], Callable[[Batch], Answer]]] = {
    "segment": segment.poster,
    "segment-users": segment.poster,
    "mixpanel": mixpanel.poster,
    "amplitude": amplitude.poster,
    "hubspot": hubspot.poster,
}
SENDERS = tuple(_POSTERS)
_LONGEST = 200


def posting(target: str, secret: str, host: str, key: str) -> Callable[[Batch], Answer]:
    """Post batches to a target; whatever it answers is shortened and freed of the secret before anybody sees it.

    NeedssegError where the official client is not installed.
    """
    post = _POSTERS[target](secret, host, key)
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
