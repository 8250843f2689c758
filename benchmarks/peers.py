"""needsseg and its peers, each as it comes: from the same unit vectors to a label per text, -1 for unassigned."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from benchmarks.labelled import Draw, Labels
from needsseg.discovery import discover

SMALLEST = 10
ABOUT = 4
MOST_MEANS = 8
SEED = 0


@dataclass(frozen=True, slots=True)
class Peer:
    """A method by its name in the tables, and the modules it needs."""

    name: str
    labels: Callable[[Draw], Labels]
    needs: tuple[str, ...] = ()

    @property
    def installed(self) -> bool:
        """Whether all it needs is installed."""
        return all(find_spec(module) for module in self.needs)


def ours(draw: Draw) -> Labels:
    """`needsseg.discovery.discover` as it comes."""
    return np.array(discover(draw.texts, draw.speakers, vectors=draw.rows).labels)


def raw_hdbscan(draw: Draw) -> Labels:
    """HDBSCAN on the vectors, smallest cluster 10, all else as it comes."""
    from hdbscan import HDBSCAN

    return np.asarray(HDBSCAN(min_cluster_size=SMALLEST).fit_predict(draw.rows))


def raw_fast_hdbscan(draw: Draw) -> Labels:
    """fast_hdbscan on the vectors, smallest cluster 10, all else as it comes."""
    from fast_hdbscan import HDBSCAN

    return np.asarray(HDBSCAN(min_cluster_size=SMALLEST).fit_predict(draw.rows))


def bertopic(draw: Draw) -> Labels:
    """BERTopic as it comes: its own UMAP (to 5 dimensions) with a fixed seed, its own HDBSCAN; the vectors are given."""
    from bertopic import BERTopic
    from umap import UMAP

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # BERTopic's own settings; only the seed is ours, without which no two runs agree.
        flat = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=SEED, n_jobs=1)
        topics, _ = BERTopic(umap_model=flat).fit_transform(draw.texts, embeddings=draw.rows)
    return np.asarray(topics)


def evoc(draw: Draw) -> Labels:
    """EVoC asked for about four clusters, seed fixed, all else as it comes."""
    from evoc import EVoC

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(EVoC(approx_n_clusters=ABOUT, random_state=SEED).fit_predict(draw.rows.astype(np.float32)))


def means_by_silhouette(draw: Draw) -> Labels:
    """k-means, k from 2 to 8 by cosine silhouette."""
    from sklearn.metrics import silhouette_score

    tried = [means(draw, k) for k in range(2, MOST_MEANS + 1)]
    return max(tried, key=lambda labels: silhouette_score(draw.rows, labels, metric="cosine"))


def means_told(draw: Draw) -> Labels:
    """k-means told the true number of themes, which nobody knows outside a benchmark."""
    return means(draw, draw.themes)


def means(draw: Draw, k: int) -> Labels:
    """k-means with five starts."""
    from sklearn.cluster import KMeans

    return np.asarray(KMeans(k, n_init=5, random_state=SEED).fit_predict(draw.rows))


PEERS = (
    Peer("needsseg", ours),
    Peer("HDBSCAN, raw", raw_hdbscan, ("hdbscan",)),
    Peer("fast_hdbscan, raw", raw_fast_hdbscan, ("fast_hdbscan",)),
    Peer("BERTopic", bertopic, ("bertopic", "umap")),
    Peer("EVoC, about 4", evoc, ("evoc",)),
    Peer("k-means, silhouette", means_by_silhouette),
    Peer("k-means, told k", means_told),
)
MISSING = "not installed, left out: {}; `pip install needsseg[bench]` brings them\n"


def present() -> tuple[Peer, ...]:
    """The peers that are installed; the others are named on the screen."""
    absent = [peer.name for peer in PEERS if not peer.installed]
    if absent:
        print(MISSING.format("; ".join(absent)), flush=True)
    return tuple(peer for peer in PEERS if peer.installed)
