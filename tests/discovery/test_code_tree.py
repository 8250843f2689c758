"""Codes grouped into a tree: alike passages and the same people make a branch, whatever the order."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.discovery.evidence.code_tree import CodeNode, code_tree, rearranged
from needsseg.errors import DiscoveryError

NAMES = ["late", "unsure", "who has it", "builds", "breaks", "reports", "slides"]
GROUPS = [{"late", "unsure", "who has it"}, {"builds", "breaks"}, {"reports", "slides"}]


def _coded(seed: int = 0) -> tuple[np.ndarray, list[set[str]], list[str]]:
    """Passages of three needs, each under two or three codes and by three people of its own."""
    drawn = np.random.default_rng(seed)
    rows, codes, speakers = [], [], []
    for number, group in enumerate(GROUPS):
        for at in range(12):
            row = drawn.normal(0, 0.15, 24)
            row[number] += 1
            rows.append(row / np.linalg.norm(row))
            codes.append({sorted(group)[at % len(group)]})
            speakers.append(f"p{number}{at % 3}")
    return np.stack(rows), codes, speakers


def _nodes(node: CodeNode) -> list[CodeNode]:
    return [node, *(inner for child in node.children for inner in _nodes(child))]


def test_codes_of_one_need_make_a_branch() -> None:
    found = code_tree(*_coded())
    assert {frozenset(branch.codes) for branch in found.branches} == {frozenset(group) for group in GROUPS}
    assert [branch.passages for branch in found.branches] == [12, 12, 12]
    assert [branch.participants for branch in found.branches] == [3, 3, 3]


@given(st.integers(0, 1000))
def test_every_code_is_one_leaf_in_any_order_of_the_passages(seed: int) -> None:
    rows, codes, speakers = _coded(seed)
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    found = code_tree(rows, codes, speakers)
    again = code_tree(rows[order], [codes[i] for i in order], [speakers[i] for i in order])
    assert [node.codes for node in _nodes(again.root)] == [node.codes for node in _nodes(found.root)]
    assert again.counts == found.counts and again.branches == found.branches
    leaves = [node.codes[0] for node in _nodes(found.root) if not node.children]
    assert tuple(leaves) == found.codes == found.root.codes and sorted(leaves) == sorted(NAMES)
    for node in _nodes(found.root):
        if node.children:
            assert node.codes == node.children[0].codes + node.children[1].codes
    assert sorted(code for branch in found.branches for code in branch.codes) == sorted(leaves)
    assert sum(map(sum, found.counts)) == sum(map(len, codes))


def test_a_tree_takes_two_codes() -> None:
    with pytest.raises(DiscoveryError, match="takes two"):
        code_tree(np.eye(3), [{"a"}, set(), {"a"}], ["p", "q", "p"])
    found = code_tree(np.eye(3), [{"a"}, {"b"}, {"a", "b"}], ["p", "q", "p"])
    assert [branch.codes for branch in found.branches] == [("a",), ("b",)] and found.root.passages == 3


@pytest.mark.slow
@given(st.data())
def test_rearranged_every_code_is_one_leaf_and_what_was_moved_lies_where_it_was_put(data: st.DataObject) -> None:
    rows, codes, speakers = _coded()
    carrying = {name: {(i, speakers[i]) for i, mine in enumerate(codes) if name in mine} for name in NAMES}
    tree = code_tree(rows, codes, speakers).root
    for _ in range(3):
        under = data.draw(st.sampled_from(_nodes(tree)))
        moved = data.draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))
        if set(under.codes) <= set(moved):
            with pytest.raises(DiscoveryError, match="under themselves"):
                rearranged(tree, moved, under, carrying)
            continue
        found = rearranged(tree, moved, under, carrying)
        assert found is not None
        leaves = [node.codes[0] for node in _nodes(found) if not node.children]
        assert sorted(leaves) == sorted(NAMES) and tuple(leaves) == found.codes
        assert {*under.codes, *moved} in [set(node.codes) for node in _nodes(found)]
        for node in _nodes(found):
            assert len(node.children) != 1
            carried = {passage for code in node.codes for passage in carrying[code]}
            assert (node.passages, node.participants) == (len(carried), len({who for _, who in carried}))
        tree = found
