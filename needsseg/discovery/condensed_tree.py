"""Choose the best set of non-nested clusters of each size from HDBSCAN's condensed tree.

HDBSCAN's own rule (excess of mass, Campello et al. 2013) chooses freely how many; a product team can act on three to
five. Dynamic programming over the tree finds the most stable choice of exactly k clusters for every k at once.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from needsseg.embedding.vectors import Matrix

_LOOKING_UP = Lock()


def single_linkage(distances: Matrix, min_samples: int) -> Matrix:
    """HDBSCAN's hierarchy of rows under mutual reachability, (n - 1, 4), from their distances (n, n).

    Several condensed trees are cut from one hierarchy; ``hdbscan.HDBSCAN`` would compute it, and flat labels, for each.
    """
    import numpy as np

    linkage = _compiled("_hdbscan_linkage")
    nearest = min(min_samples, len(distances) - 1)
    core = np.partition(distances, nearest, axis=0)[nearest]
    reachability = np.maximum(np.maximum(distances, core), core[:, None])
    edges = linkage.mst_linkage_core(reachability)
    hierarchy: Matrix = linkage.label(edges[np.argsort(edges[:, 2])])
    return hierarchy


def condensed(linkage: Matrix, min_cluster_size: int) -> NDArray[Any]:
    """HDBSCAN's condensed tree of a hierarchy: records (parent, child, lambda_val, child_size)."""
    tree: NDArray[Any] = _compiled("_hdbscan_tree").condense_tree(linkage, min_cluster_size)
    return tree


def _compiled(name: str) -> ModuleType:
    """One of hdbscan's compiled modules, which need NumPy alone.

    Importing ``hdbscan`` itself loads its estimators with scikit-learn and scipy.stats, which takes longer than discovering
    candidates. So its modules are looked up in its folder, by a package of that name that holds nothing else.
    """
    found = sys.modules.get(f"hdbscan.{name}")
    if found is not None:
        return found
    with _LOOKING_UP:
        if "hdbscan" in sys.modules:
            return import_module(f"hdbscan.{name}")
        spec = find_spec("hdbscan")
        if spec is None:
            raise ModuleNotFoundError("No module named 'hdbscan'", name="hdbscan")
        folder = ModuleType("hdbscan")
        folder.__path__ = list(spec.submodule_search_locations or ())
        sys.modules["hdbscan"] = folder
        try:
            return import_module(f"hdbscan.{name}")
        finally:
            del sys.modules["hdbscan"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A set of clusters: their total stability, the clusters (node ids of the tree), and the rows of each."""

    stability: float
    nodes: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]


def choices(tree: NDArray[Any], most: int) -> dict[int, Choice]:
    """The most stable choice of k clusters for each possible k from 2 to ``most``, from HDBSCAN's raw condensed tree."""
    children: dict[int, list[int]] = defaultdict(list)
    points: dict[int, list[tuple[int, float]]] = defaultdict(list)
    births: dict[int, float] = {}
    root = int(tree["parent"].min())
    births[root] = 0.0
    stability: dict[int, float] = defaultdict(float)
    for parent, child, level, size in tree.tolist():
        stability[parent] += (level - births[parent]) * size
        if child >= root:
            births[child] = level
            children[parent].append(child)
        else:
            points[parent].append((child, level))
    best = _best(root, children, stability, most)
    return {
        count: Choice(
            value,
            nodes,
            tuple(tuple(sorted(_rows(node, children, points))) for node in nodes),
        )
        for count, (value, nodes) in best.items()
        if count >= 2
    }


def _best(
    root: int, children: dict[int, list[int]], stability: dict[int, float], most: int
) -> dict[int, tuple[float, tuple[int, ...]]]:
    """For each k, the most stable antichain of k nodes below (or at) every node, from the leaves up."""
    best: dict[int, dict[int, tuple[float, tuple[int, ...]]]] = {}
    order = [root]
    for node in order:
        order += children.get(node, [])
    for node in reversed(order):
        choices_below: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
        for child in children.get(node, []):
            merged: dict[int, tuple[float, tuple[int, ...]]] = {}
            for count, (value, nodes) in choices_below.items():
                for added_count, (added_stability, added_nodes) in best[child].items():
                    merged_count = count + added_count
                    if merged_count <= most and (
                        merged_count not in merged or value + added_stability > merged[merged_count][0]
                    ):
                        merged[merged_count] = (value + added_stability, nodes + added_nodes)
            choices_below = merged
        if node != root and (1 not in choices_below or stability[node] > choices_below[1][0]):
            choices_below[1] = (stability[node], (node,))
        choices_below[0] = (0.0, ())
        best[node] = choices_below
    return {count: choice for count, choice in best[root].items() if count > 0}


def _rows(node: int, children: dict[int, list[int]], points: dict[int, list[tuple[int, float]]]) -> list[int]:
    rows = [row for row, _ in points.get(node, [])]
    for child in children.get(node, []):
        rows += _rows(child, children, points)
    return rows
