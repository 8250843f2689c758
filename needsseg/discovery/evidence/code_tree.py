"""Group codes into candidate needs by the similarity of their passages and their participants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.embedding.vectors import unit
from needsseg.errors import Advice, DiscoveryError, Fix

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Matrix

SPEAKERS_WEIGHT = 0.25
"""The weight of a code's participants relative to its passages in the cosine. Our own choice."""
FEWEST, MOST = 2, 7
"""The range of branches equals the recommended number of needs."""


@dataclass(frozen=True, slots=True)
class CodeNode:
    """A code, or a group of codes: their passages and participants, and the cosine of its two halves."""

    codes: tuple[str, ...]
    passages: int
    participants: int
    nearness: float | None
    children: tuple[CodeNode, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeTree:
    """The tree of all codes; ``branches`` are the candidate needs of its best cut.

    ``counts`` is the number of passages of each of ``participants`` with each of ``codes``, in tree order.
    """

    root: CodeNode
    branches: tuple[CodeNode, ...]
    codes: tuple[str, ...]
    participants: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def code_tree(rows: Matrix, codes: Sequence[Collection[str]], speakers: Sequence[str]) -> CodeTree:
    """Group codes from unit ``rows`` (n, d) of passages, the codes on each, and who speaks it.

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
    indices_by_code = [[index for index, indices in enumerate(codes) if name in indices] for name in names]
    means = unit(np.stack([rows[indices].mean(axis=0) for indices in indices_by_code]))
    count_by_person = np.array(
        [[Counter(speakers[i] for i in indices)[person] for person in people] for indices in indices_by_code],
        dtype=np.float64,
    )
    shares = unit(count_by_person)
    cosines = (means @ means.T + SPEAKERS_WEIGHT * shares @ shares.T) / (1 + SPEAKERS_WEIGHT)
    distances = np.round(np.clip(1 - cosines, 0, None), 9)
    np.fill_diagonal(distances, 0.0)
    joins = linkage(squareform((distances + distances.T) / 2, checks=False), method="average")
    nodes = [_node((name,), indices, speakers, None) for name, indices in zip(names, indices_by_code, strict=True)]
    members = [set(indices) for indices in indices_by_code]
    for first, second, height, _ in joins:
        larger_first = sorted((int(first), int(second)), key=lambda node: (-len(members[node]), nodes[node].codes))
        joined_members = members[larger_first[0]] | members[larger_first[1]]
        joined_codes = nodes[larger_first[0]].codes + nodes[larger_first[1]].codes
        children = (nodes[larger_first[0]], nodes[larger_first[1]])
        nodes.append(_node(joined_codes, joined_members, speakers, round(1 - float(height), 4), children))
        members.append(joined_members)
    root = nodes[-1]
    node = {name: position for position, name in enumerate(names)}
    counts = tuple(
        tuple(int(count_by_person[node[code], position]) for code in root.codes) for position in range(len(people))
    )
    return CodeTree(root, _cut(nodes, [float(join[2]) for join in joins]), root.codes, tuple(people), counts)


def rearranged(
    node: CodeNode, moved: Collection[str], under: CodeNode, passages: Mapping[str, Collection[tuple[int, str]]]
) -> CodeNode | None:
    """A tree in which the codes ``moved`` stand under the branch or code ``under``, and nowhere else; None where nothing is left.

    ``passages``: for each code the passages that carry it, each with who speaks it. How near the halves of a changed branch
    are is not known any more. Raises DiscoveryError where ``under`` would be moved into itself.
    """
    if set(under.codes) <= set(moved):
        raise DiscoveryError("The marked codes cannot be moved under themselves.", "Choose another branch or code.")
    if not node.children and node != under:
        return None if node.codes[0] in moved else node
    new_children = [rearranged(child, moved, under, passages) for child in node.children]
    children = [child for child in new_children if child is not None]
    if node == under:
        own_children = children or [node]
        children = [*own_children, *(_branch((code,), (), passages) for code in moved)]
    if len(children) < FEWEST:
        return children[0] if children else None
    codes = tuple(code for child in children for code in child.codes)
    return (
        node if codes == node.codes and tuple(children) == node.children else _branch(codes, tuple(children), passages)
    )


def _branch(
    codes: tuple[str, ...], children: tuple[CodeNode, ...], passages: Mapping[str, Collection[tuple[int, str]]]
) -> CodeNode:
    carriers = {passage for code in codes for passage in passages.get(code, ())}
    return CodeNode(codes, len(carriers), len({speaker for _, speaker in carriers}), None, children)


def _node(
    codes: tuple[str, ...],
    passages: Collection[int],
    speakers: Sequence[str],
    nearness: float | None,
    children: tuple[CodeNode, ...] = (),
) -> CodeNode:
    return CodeNode(codes, len(passages), len({speakers[i] for i in passages}), nearness, children)


def _cut(nodes: Sequence[CodeNode], heights: Sequence[float]) -> tuple[CodeNode, ...]:
    """Return the two to seven branches before the merge with the largest gap to the previous one."""
    count = len(heights) + 1
    heights_from_zero = [0.0, *heights]

    def gap(branches: int) -> float:
        return round(heights_from_zero[count - branches + 1] - heights_from_zero[count - branches], 9)

    branches = max(range(FEWEST, min(MOST, count) + 1), key=lambda number: (gap(number), -number))
    # The last merges are undone, from the top.
    cut_nodes = [nodes[-1]]
    for join in range(branches - 1):
        top = nodes[len(nodes) - 1 - join]
        cut_nodes.remove(top)
        cut_nodes += top.children
    order = nodes[-1].codes
    return tuple(sorted(cut_nodes, key=lambda node: order.index(node.codes[0])))
