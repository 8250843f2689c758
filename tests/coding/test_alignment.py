"""Alignment: which tokens of one text are those of another, checked against counting by brute force."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.coding.alignment import ENOUGH, WORD, align, tokens

texts = st.lists(st.sampled_from(["we", "ship", "weekly", "but", "nobody", "reads", ",", ".", "\n", "語"]), max_size=40)


def _aligned(old: str, new: str) -> list[tuple[str, str]]:
    """Each block's words in the old and in the new text."""
    before, after = tokens(old), tokens(new)
    return [
        (
            old[before.spans[i][0] : before.spans[i + n - 1][1]],
            new[after.spans[j][0] : after.spans[j + n - 1][1]],
        )
        for i, j, n in align(before, after)
    ]


@pytest.mark.parametrize(
    ("text", "keys", "weights"),
    [
        ("We don’t, Ann.", ("we", "don't", ",", "ann", "."), (0, WORD, 2 * WORD, 2 * WORD, 3 * WORD, 3 * WORD)),
        ("語は🙂", ("語", "は", "🙂"), (0, WORD // 2, WORD, WORD)),
        ("“e\u0301t\u00e9”", ('"', "\u00e9t\u00e9", '"'), (0, 0, WORD, WORD)),
        ("", (), (0,)),
    ],
)
def test_tokens_compare_by_their_letters_and_weigh_as_words(
    text: str, keys: tuple[str, ...], weights: tuple[int, ...]
) -> None:
    found = tokens(text)
    assert (found.keys, found.weights) == (keys, weights)
    assert "".join(found.words(token) for token in range(len(keys))) == "".join(text.split())
    assert found.weight(0, len(keys)) == weights[-1]


@given(texts, texts)
def test_blocks_are_equal_in_order_apart_and_whole(old_words: list[str], new_words: list[str]) -> None:
    old, new = tokens(" ".join(old_words)), tokens(" ".join(new_words))
    blocks = align(old, new)
    assert all(n > 0 and old.keys[i : i + n] == new.keys[j : j + n] for i, j, n in blocks)
    for (i, j, n), (next_i, next_j, _) in pairwise(blocks):
        assert next_i >= i + n and next_j >= j + n
        assert (next_i, next_j) != (i + n, j + n)


def test_blocks_that_meet_become_one_wherever_they_stand() -> None:
    old = tokens("one two three four five six seven was here eight nine ten eleven twelve thirteen red green")
    new = tokens("one two three four five six seven is eight nine ten eleven twelve thirteen blue red green red")
    assert align(old, new) == [(0, 0, 7), (9, 8, 6), (15, 15, 2)]


@given(texts)
def test_a_text_is_aligned_with_itself_in_one_block(words: list[str]) -> None:
    text = tokens(" ".join(words))
    assert align(text, text) == ([(0, 0, len(text.keys))] if text.keys else [])


@given(texts, texts, st.integers(0, 40))
def test_what_was_only_put_in_leaves_every_old_token_aligned(old_words: list[str], more: list[str], at: int) -> None:
    old = tokens(" ".join(old_words))
    new = tokens(" ".join([*old_words[:at], *more, *old_words[at:]]))
    assert sum(n for _, _, n in align(old, new)) == len(old.keys)


@given(st.permutations(range(6)), st.integers(ENOUGH // WORD, 14))
def test_of_stretches_in_another_order_the_most_that_keep_theirs_are_aligned(order: list[int], length: int) -> None:
    stretches = [" ".join(f"s{number}w{word}" for word in range(length)) for number in range(len(order))]
    parted = " ".join(f"{stretches[number]} parted{number}" for number in order)
    blocks = align(tokens(" ".join(stretches)), tokens(parted))
    most = max(
        size
        for size in range(1, len(order) + 1)
        for chosen in combinations(order, size)
        if all(low < high for low, high in pairwise(chosen))
    )
    assert sum(n for _, _, n in blocks) == most * length


@pytest.mark.parametrize("words", range(1, 8))
@pytest.mark.parametrize("around", [3, 20])
def test_a_few_words_between_larger_edits_are_chance(words: int, around: int) -> None:
    """Of fewer than five words in common, those are kept that the edits around them do not outweigh."""
    common = " ".join(f"common{number}" for number in range(words))
    old, new = (
        " ".join([*[f"{side}{n}" for n in range(around)], common, *[f"{side}b{n}" for n in range(around)]])
        for side in "ab"
    )
    assert _aligned(old, new) == ([(common, common)] if words >= min(around, 5) else [])


@pytest.mark.parametrize("repeats", [1, 2, 5])
def test_a_stretch_that_is_said_again_is_aligned_where_its_neighbours_are(repeats: int) -> None:
    refrain = "and so it goes every single week for us "
    verses = [f"verse{n} has words{n} that no{n} other{n} verse{n} says{n} ever{n} " for n in range(repeats + 1)]
    old = "".join(verse + refrain for verse in verses)
    new = "".join(verse + refrain for verse in verses[1:])
    assert _aligned(old, new) == [(old[len(verses[0] + refrain) :].strip(), new.strip())]
