"""Triggers as columns: one, some and all of them are the same in words."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.playbook.fired import trigger_id
from needsseg.playbook.triggers import triggers
from tests.fixtures.accounts.triggers import BEGIN, PEERS, found, peer


def test_one_some_and_all_triggers_are_the_same_in_words() -> None:
    users = [peer(name, BEGIN) for name in "bcdefgh"]
    fired = triggers(found(peer("a"), peer("i"), peer("j"), *users), PEERS, BEGIN + 400)
    every = list(fired)
    assert len(every) == len(fired) == 3
    assert [fired[place] for place in range(3)] == every == fired[:]
    assert fired[-1] == every[-1]
    assert fired[1:] == every[1:]
    with pytest.raises(IndexError):
        fired[3]
    using, peers_of = fired.peer_counts
    assert [(one.peers_using, one.peers) for one in every] == list(zip(using.tolist(), peers_of.tolist(), strict=True))
    assert list(fired.taken(fired.accounts > 0)) == [one for one in every if one.account_id != "a"]
    ((own, block),) = fired.blocks()
    assert (own.start, block.trigger_ids) == (0, [one.id for one in every])


@given(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]), max_size=6)] * 4))
def test_an_id_is_a_hash_of_what_the_trigger_is(parts: tuple[str, str, str, str]) -> None:
    """Destinations know what they were sent by it, so that it must never change."""
    assert trigger_id(*parts) == sha256(repr(parts).encode()).hexdigest()[:16]
