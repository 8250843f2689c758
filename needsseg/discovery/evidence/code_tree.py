"""Codes grouped into candidate needs: which codes stand on passages that are alike and come from the same people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.errors import Advice, DiscoveryError, Fix

if TYPE_CHECKING:
    from needsseg.discovery.vector_shaping import Matrix

SPEAKERS_WEIGHT = 0.25
"""What who speaks of a code counts beside what is said under it, as a share of the cosine (ours)."""
FEWEST, MOST = 2, 7
"""As many branches are proposed as needs are advised."""


@dataclass(frozen=True, slots=True)
class CodeNode:
    """A code, or several that hang together: their passages and participants, and how near its two halves are (cosine)."""

    codes: tuple[str, ...]
    passages: int
    participants: int
    nearness: float | None
    children: tuple[CodeNode, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeTree:
    """The tree of all codes; ``branches`` are the candidate needs it is best cut into.

    ``counts`` tells for each of ``participants`` how many passages carry each of ``codes``, which are in the tree's order.
    """

    root: CodeNode
    branches: tuple[CodeNode, ...]
    codes: tuple[str, ...]
    participants: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def code_tree(rows: Matrix, codes: Sequence[Collection[str]], speakers: Sequence[str]) -> CodeTree:
    """Groups codes from unit ``rows`` (n, d) of passages, the codes on each, and who speaks it.

    A code's vector is the mean of its passages' vectors beside its share of each participant; codes are joined by average
    linkage on the cosine (Sokal and Michener 1958), and cut where the next join is farthest from the last, into two to seven
    branches. Raises DiscoveryError where fewer than two codes are on passages.
    """
    import numpy as np

    names = sorted(set().union(*codes))
    if len(names) < FEWEST:
        raise DiscoveryError(
            f"{len(names)} codes are on passages; a tree takes two.",
            Advice("Code passages first: ", Fix.CODE),
        )
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    people = sorted(set(speakers))
    of = [[index for index, mine in enumerate(codes) if name in mine] for name in names]
    means = _unit(np.stack([rows[mine].mean(axis=0) for mine in of]))
    spoken = np.array([[Counter(speakers[i] for i in mine)[who] for who in people] for mine in of], dtype=np.float64)
    shares = _unit(spoken)
    cosines = (means @ means.T + SPEAKERS_WEIGHT * shares @ shares.T) / (1 + SPEAKERS_WEIGHT)
    apart = np.round(np.clip(1 - cosines, 0, None), 9)
    np.fill_diagonal(apart, 0.0)
    joins = linkage(squareform((apart + apart.T) / 2, checks=False), method="average")
    nodes = [_node((name,), mine, speakers, None) for name, mine in zip(names, of, strict=True)]
    held = [set(mine) for mine in of]
    for first, second, height, _ in joins:
        pair = sorted((int(first), int(second)), key=lambda at: (-len(held[at]), nodes[at].codes))
        together = held[pair[0]] | held[pair[1]]
        joined = nodes[pair[0]].codes + nodes[pair[1]].codes
        children = (nodes[pair[0]], nodes[pair[1]])
        nodes.append(_node(joined, together, speakers, round(1 - float(height), 4), children))
        held.append(together)
    root = nodes[-1]
    at = {name: number for number, name in enumerate(names)}
    counts = tuple(tuple(int(spoken[at[code], number]) for code in root.codes) for number in range(len(people)))
    return CodeTree(root, _cut(nodes, [float(join[2]) for join in joins]), root.codes, tuple(people), counts)


def rearranged(
    node: CodeNode, moved: Collection[str], under: CodeNode, passages: Mapping[str, Collection[tuple[int, str]]]
) -> CodeNode | None:
    """A tree in which the codes ``moved`` stand under the branch or code ``under``, and nowhere else; None where nothing is left.

    ``passages``: for each code the passages that carry it, each with who speaks it. How near the halves of a changed branch
    are is not known any more. Raises DiscoveryError where ``under`` would be moved into itself.
    """
    if set(under.codes) <= set(moved):
        raise DiscoveryError("What is marked cannot be put under itself.", "Go to another branch or code.")
    if not node.children and node != under:
        return None if node.codes[0] in moved else node
    found = [rearranged(child, moved, under, passages) for child in node.children]
    children = [child for child in found if child is not None]
    if node == under:
        kept = children or [node]
        children = [*kept, *(_branch((code,), (), passages) for code in moved)]
    if len(children) < FEWEST:
        return children[0] if children else None
    codes = tuple(code for child in children for code in child.codes)
    return (
        node if codes == node.codes and tuple(children) == node.children else _branch(codes, tuple(children), passages)
    )


def _branch(
    codes: tuple[str, ...], children: tuple[CodeNode, ...], passages: Mapping[str, Collection[tuple[int, str]]]
) -> CodeNode:
    carrying = {passage for code in codes for passage in passages.get(code, ())}
    return CodeNode(codes, len(carrying), len({who for _, who in carrying}), None, children)


def _node(
    codes: tuple[str, ...],
    passages: Collection[int],
    speakers: Sequence[str],
    nearness: float | None,
    children: tuple[CodeNode, ...] = (),
) -> CodeNode:
    return CodeNode(codes, len(passages), len({speakers[i] for i in passages}), nearness, children)


def _cut(nodes: Sequence[CodeNode], heights: Sequence[float]) -> tuple[CodeNode, ...]:
    """The branches before the join that is farthest from the one before it, two to seven of them."""
    count = len(heights) + 1
    steps = [0.0, *heights]

    def gap(branches: int) -> float:
        return round(steps[count - branches + 1] - steps[count - branches], 9)

    branches = max(range(FEWEST, min(MOST, count) + 1), key=lambda number: (gap(number), -number))
    # The last joins are taken apart again, from the top.
    found = [nodes[-1]]
    for join in range(branches - 1):
        top = nodes[len(nodes) - 1 - join]
        found.remove(top)
        found += top.children
    order = nodes[-1].codes
    return tuple(sorted(found, key=lambda node: order.index(node.codes[0])))


def _unit(rows: Matrix) -> Matrix:
    import numpy as np

    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Matrix = rows / np.where(lengths == 0, 1.0, lengths)
    return found
