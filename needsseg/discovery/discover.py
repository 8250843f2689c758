"""Discover candidate needs from passages, reproducibly and regardless of the order of the passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from needsseg.discovery import constraints
from needsseg.discovery.cluster import FEWEST, MOST, Clustering, cluster
from needsseg.discovery.code_constraints import pull_by_codes
from needsseg.discovery.evidence.keywords import keywords
from needsseg.discovery.needs_in_view import need_rows
from needsseg.discovery.question_selection import QuestionSelector
from needsseg.discovery.refine import centroids
from needsseg.discovery.separation import Separation, verdict
from needsseg.discovery.stability import RESAMPLES, stabilities
from needsseg.discovery.supervised import LearningInputs, Supervised
from needsseg.embedding import BUNDLED, encode, locate, model_for, text_sha256
from needsseg.embedding.vectors import unit
from needsseg.errors import DiscoveryError
from needsseg.languages.detection import languages_of
from needsseg.records import UNASSIGNED, Candidate, Decisions
from needsseg.text import format_count

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.embedding import Vectors
    from needsseg.embedding.vectors import Labels, Matrix


FEWEST_PASSAGES = 5
EXEMPLARS = 5
SMALLEST_UNNAMED = 3
UNSTABLE_BELOW, FEWEST_TO_TRUST = 0.6, 60
SINGLE_PRECISION_FROM = 40_000


@dataclass(frozen=True, slots=True)
class Discovery:
    """The result of one run: a label per text (-1 is unassigned), strengths in [0, 1], candidates, and warnings."""

    labels: tuple[int, ...]
    strengths: tuple[float, ...]
    candidates: tuple[Candidate, ...]
    warnings: tuple[str, ...]
    parameters: dict[str, object] = field(default_factory=dict)
    decided: frozenset[int] = frozenset()
    separate: bool | None = None
    separation_p: float | None = None
    question_selector: QuestionSelector | None = field(default=None, repr=False, compare=False)

    def questions(self, count: int) -> list[int]:
        """Indices of the texts whose decision would help most, most informative first, without those already decided."""
        return self.question_selector.questions(self.decided, count) if self.question_selector and count > 0 else []

    def left_out(self) -> dict[int, str | None]:
        """Return the name predicted for each text with a decision, without that decision (cross-validation).

        None is off-topic, "" a candidate that nobody has named.
        """
        return self.question_selector.left_out() if self.question_selector else {}


def discover(
    texts: Sequence[str],
    speakers: Sequence[str | None] | None = None,
    *,
    vectors: object | None = None,
    decisions: Decisions | None = None,
    needs: Sequence[tuple[str, str]] = (),
    codes: Sequence[Collection[str]] | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
    known_vectors: Mapping[str, Vectors] | None = None,
    separation: Separation | None = None,
) -> Discovery:
    """Cluster ``texts`` (at least five) into candidate needs; given ``vectors`` (n, d), nothing is embedded.

    ``needs`` are needs in view, each (name, description): they are training examples, and their candidates carry their names.
    ``codes`` are the names of the codes on each text; texts that share a code are moved a little towards each other.

    Labels do not depend on ``seed``; it only draws the ``resamples`` that stability is estimated from. With no resamples
    stability is 0, and separation is tested only where the labels depend on it. ``known_vectors`` (by text_sha256) are used
    for the texts of needs; ``separation`` is an earlier result for the same passages. Raises DiscoveryError for too few
    texts, vectors of a wrong shape, and decisions that contradict each other.
    """
    from threadpoolctl import threadpool_limits

    decisions = decisions or Decisions()
    speakers = None if speakers is None else list(speakers)
    _check(texts, speakers, codes)
    speaker_names = _speaker_names(speakers)
    constraints.check(decisions, len(texts))
    model = BUNDLED if vectors is not None else model_for(languages_of(texts, speakers))
    rows = _rows(texts, vectors, model)
    vectors_by_need = need_rows(needs, rows.shape[1], known_vectors or {}, model)
    # Imported first, because the limit applies only to libraries that are already loaded.
    import scipy.linalg  # noqa: F401

    if decisions != Decisions() or vectors_by_need:  # else nothing is learned, and scikit-learn takes a second to load
        from sklearn import linear_model  # noqa: F401

    # Float sums depend on their order; small products are also faster on one thread.
    with threadpool_limits(1):
        if separation is None and (resamples or vectors_by_need or decisions != Decisions()):
            separation = _separation(texts, speaker_names, rows)
        shaped_rows = pull_by_codes(rows, codes) if codes else rows
        return _discover(texts, speaker_names, shaped_rows, decisions, vectors_by_need, separation, seed, resamples)


def separated(texts: Sequence[str], speakers: Sequence[str | None] | None, vectors: object) -> Separation | None:
    """Run only the separation test, as in ``discover``; None below twenty distinct passages."""
    from threadpoolctl import threadpool_limits

    _check(texts, speakers, None)
    speaker_names, rows = _speaker_names(speakers), _rows(texts, vectors, BUNDLED)
    import scipy.linalg  # noqa: F401

    with threadpool_limits(1):
        return _separation(texts, speaker_names, rows)


def _speaker_names(speakers: Sequence[str | None] | None) -> list[str] | None:
    """Return one name per text, with unnamed speakers as one speaker; None where no speaker is named."""
    if speakers is None or all(speaker is None for speaker in speakers):
        return None
    return ["" if speaker is None else str(speaker) for speaker in speakers]


def _separation(texts: Sequence[str], speakers: Sequence[str] | None, rows: Matrix) -> Separation | None:
    first_indices = [group[0] for group in _distinct(texts, speakers, rows)]
    return verdict(rows[first_indices], [speakers[i] for i in first_indices] if speakers else None)


def _discover(
    texts: Sequence[str],
    speakers: Sequence[str] | None,
    rows: Matrix,
    decisions: Decisions,
    vectors_by_need: Mapping[str, Matrix],
    separation: Separation | None,
    seed: int,
    resamples: int,
) -> Discovery:
    import numpy as np

    duplicates = _distinct(texts, speakers, rows)
    first_indices = [group[0] for group in duplicates]
    distinct_rows = rows[first_indices]
    clustering = cluster(distinct_rows, [speakers[i] for i in first_indices] if speakers else None)
    row_of = np.empty(len(texts), dtype=np.int64)
    for row, group in enumerate(duplicates):
        row_of[list(group)] = row
    answers_by_text = constraints.answers(decisions, len(texts))
    answers = _answers_by_row(answers_by_text, row_of)
    inputs = LearningInputs(clustering, distinct_rows, separation is not None and separation.separate, vectors_by_need)
    learned = inputs.learn(answers) if answers or vectors_by_need else None
    labels = _majority_label_per_text(texts, (learned or clustering).labels[row_of])
    strengths = (learned or clustering).strengths[row_of]
    labels, names = _apply_decisions(labels, learned, clustering.rows[row_of], row_of, decisions)
    strengths[list(decisions.assigned)] = 1.0
    strengths[labels < 0] = 0.0
    labels, names = _largest_first(labels, names, texts)
    distinct_labels = np.array([max(labels[list(group)]) for group in duplicates], dtype=np.int64)
    stability = stabilities(clustering.rows, distinct_labels, clustering.resolution, seed, resamples)
    stability += [0.0] * (len(names) - len(stability))
    row_strengths = _assignment_strengths(learned, len(clustering.rows))
    candidates = _candidates(texts, speakers, rows, labels, strengths, names, stability)
    return Discovery(
        tuple(int(label) for label in labels),
        tuple(round(float(strength), 6) for strength in strengths),
        candidates,
        tuple(_warnings(texts, speakers, candidates, clustering)),
        {"seed": seed, "speakers": clustering.speaker_branch}
        | (asdict(clustering.resolution) if clustering.resolution else {}),
        frozenset(decisions.assigned),
        separation.separate if separation else None,
        separation.p if separation else None,
        QuestionSelector(inputs, row_strengths, duplicates, frozenset(answers_by_text), answers),
    )


def _assignment_strengths(supervised: Supervised | None, count: int) -> tuple[float, ...]:
    """Return the strength of each row's label; 0 before the first answer, so that the first questions cover all rows."""
    return (0.0,) * count if supervised is None else tuple(float(strength) for strength in supervised.strengths)


def _distinct(texts: Sequence[str], speakers: Sequence[str] | None, rows: Matrix) -> tuple[tuple[int, ...], ...]:
    """Return the indices of identical texts of one speaker, one group per distinct passage, ordered by hash.

    Ties are broken by order, and only the first rows of a very large study are clustered; the order must not depend on input.
    """
    groups: dict[tuple[str, str, bytes], list[int]] = {}
    for index, text in enumerate(texts):
        key = (text_sha256(text), speakers[index] if speakers else "", rows[index].tobytes())
        groups.setdefault(key, []).append(index)
    return tuple(tuple(groups[key]) for key in sorted(groups))


def _answers_by_row(answers: dict[int, str | None], row_of: Labels) -> dict[int, str | None]:
    """Return the answer for each distinct passage, the most frequent one where duplicates differ."""
    names_by_row: dict[int, Counter[str | None]] = {}
    for index, name in answers.items():
        names_by_row.setdefault(int(row_of[index]), Counter())[name] += 1
    return {
        row: max(name_counts.items(), key=lambda item: (item[1], item[0] is not None, item[0] or ""))[0]
        for row, name_counts in sorted(names_by_row.items())
    }


def _apply_decisions(
    labels: Labels, supervised: Supervised | None, rows: Matrix, row_of: Labels, decisions: Decisions
) -> tuple[Labels, dict[int, str | None]]:
    """Return labels that follow every decision, numbered from 0 without gaps, and their names from decisions."""
    import numpy as np

    numbers = sorted({int(label) for label in labels if label >= 0})
    label_by_name: dict[str, int] = {}
    if supervised is not None:
        # A cluster without answers stays a candidate only while it is large enough.
        named_labels = set(supervised.names.values())
        numbers = [n for n in numbers if n in named_labels or int((labels == n).sum()) >= SMALLEST_UNNAMED]
    new_labels = {number: position for position, number in enumerate(numbers)}
    labels = np.array([new_labels.get(int(label), UNASSIGNED) for label in labels], dtype=np.int64)
    cosines = rows @ centroids(rows, labels).T if numbers else np.zeros((len(rows), 0))
    if supervised is not None:
        label_by_name = {name: new_labels[number] for name, number in supervised.names.items() if number in new_labels}
    labels, names = constraints.follow(labels, cosines, decisions, label_by_name, row_of.tolist())
    return labels, {
        label: names.get(label) for label in sorted({int(label_number) for label_number in labels if label_number >= 0})
    }


def _check(
    texts: Sequence[str], speakers: Sequence[str | None] | None, codes: Sequence[Collection[str]] | None
) -> None:
    if len(texts) < FEWEST_PASSAGES:
        raise DiscoveryError(
            f"There are {len(texts)} passages; candidates need at least {FEWEST_PASSAGES}.",
            "Import more interviews, or accept more passages.",
        )
    if speakers is not None and len(speakers) != len(texts):
        raise DiscoveryError(f"There are {len(texts)} passages but {len(speakers)} speakers.")
    if codes is not None and len(codes) != len(texts):
        raise DiscoveryError(f"There are {len(texts)} passages but {len(codes)} sets of codes.")
    blank = [index for index, text in enumerate(texts) if not text.strip()]
    if blank:
        raise DiscoveryError(f"Passage {blank[0]} is empty.", "Leave empty passages out.")


def _rows(texts: Sequence[str], vectors: object | None, model: str) -> Matrix:
    import numpy as np

    if vectors is None:
        vectors_by_hash = encode(texts, locate(model))
        vectors = [vectors_by_hash[text_sha256(text)] for text in texts]
    single_precision = len(texts) >= SINGLE_PRECISION_FROM
    try:
        rows: Matrix = np.asarray(vectors, dtype=np.float32 if single_precision else np.float64)
    except (TypeError, ValueError) as error:
        raise DiscoveryError(
            f"The vectors are not a table of numbers of one length: {error}.", "Embed all texts with one model."
        ) from error
    if rows.ndim != 2 or len(rows) != len(texts) or not rows.shape[1]:
        raise DiscoveryError(f"Vectors have the shape {rows.shape}; {len(texts)} rows of one length are needed.")
    not_finite = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(not_finite):
        raise DiscoveryError(f"The vector of passage {not_finite[0]} is not finite.", "Embed it again.")
    return unit(rows)


def _majority_label_per_text(texts: Sequence[str], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give passages with the same text the label that most of them have."""
    import numpy as np

    counts_by_text: dict[str, Counter[int]] = {}
    for text, label in zip(texts, labels, strict=True):
        counts_by_text.setdefault(text, Counter())[int(label)] += 1
    label_by_text = {
        text: max(label_counts.items(), key=lambda item: (item[1], -item[0]))[0]
        for text, label_counts in counts_by_text.items()
    }
    return np.array([label_by_text[text] for text in texts], dtype=np.int64)


def _largest_first(
    labels: Labels, names: dict[int, str | None], texts: Sequence[str]
) -> tuple[Labels, dict[int, str | None]]:
    """Renumber labels by falling size, then by first text and name, so that numbers do not depend on the input order."""
    import numpy as np

    sizes = Counter(int(label) for label in labels if label >= 0)
    first_texts: dict[int, str] = {}
    for text, label in zip(texts, labels, strict=True):
        first_texts[int(label)] = min(text, first_texts.get(int(label), text))
    order = sorted(sizes, key=lambda label: (-sizes[label], first_texts[label], names.get(label) or ""))
    new_labels = {old: new for new, old in enumerate(order)} | {UNASSIGNED: UNASSIGNED}
    renumbered = np.array([new_labels[int(label)] for label in labels], dtype=np.int64)
    return renumbered, {new_labels[old]: names.get(old) for old in order}


def _candidates(
    texts: Sequence[str],
    speakers: Sequence[str] | None,
    rows: Matrix,
    labels: NDArray[np.int64],
    strengths: NDArray[np.float64],
    names: dict[int, str | None],
    stability: Sequence[float],
) -> tuple[Candidate, ...]:
    import numpy as np

    phrases_by_label = keywords(texts, [int(label) for label in labels], speakers)
    candidates = []
    for label in range(len(stability)):
        members = [int(index) for index in np.flatnonzero(labels == label)]
        speaker_counts = Counter(speakers[index] for index in members) if speakers else Counter()
        centroid = unit(rows[members].mean(axis=0, keepdims=True))[0]
        # The best examples are near the centroid and far from other candidates.
        clarity = {i: float(rows[i] @ centroid) * float(strengths[i]) for i in members}
        nearest_members = sorted(
            members,
            key=lambda i: (-round(clarity[i], 9), texts[i], speakers[i] if speakers else "", i),
        )
        candidates.append(
            Candidate(
                label,
                len(members),
                len(speaker_counts),
                tuple(members),
                tuple(_spread_over_speakers(nearest_members, speakers)),
                phrases_by_label[label],
                round(stability[label], 4),
                names.get(label),
                tuple(_candidate_warnings(speaker_counts, len(members), stability[label])),
            )
        )
    return tuple(candidates)


def _spread_over_speakers(nearest_members: Sequence[int], speakers: Sequence[str] | None) -> list[int]:
    """Return the nearest members, first one per speaker, then the next of each."""
    if speakers is None:
        return list(nearest_members[:EXEMPLARS])
    count_by_speaker: Counter[str] = Counter()
    ranking = []
    for rank, index in enumerate(nearest_members):
        ranking.append((count_by_speaker[speakers[index]], rank, index))
        count_by_speaker[speakers[index]] += 1
    return [index for _, _, index in sorted(ranking)[:EXEMPLARS]]


def _candidate_warnings(speaker_counts: Counter[str], size: int, stability: float) -> list[str]:
    warnings = []
    if 0 < stability < UNSTABLE_BELOW:
        warnings.append(f"unstable: only {stability:.0%} similar when resampled")
    if not speaker_counts:
        return warnings
    if len(speaker_counts) < 3:
        warnings.append(f"rests on {format_count(len(speaker_counts), 'participant')} only")
    top_speaker, count = max(speaker_counts.items(), key=lambda item: (item[1], item[0]))
    if count * 2 > size:
        warnings.append(f"{top_speaker} supplies {count} of its {size} passages")
    return warnings


def _warnings(
    texts: Sequence[str], speakers: Sequence[str] | None, candidates: Sequence[Candidate], clustering: Clustering
) -> list[str]:
    warnings = []
    if len(texts) < FEWEST_TO_TRUST:
        warnings.append(
            f"{len(texts)} passages are few: candidates from fewer than {FEWEST_TO_TRUST} are a first guess."
        )
    if len(candidates) < FEWEST:
        warnings.append(
            f"The passages yield {format_count(len(candidates), 'candidate')}: no three to five stand apart as clearly."
        )
    if len(candidates) > MOST:
        warnings.append(
            f"There are {len(candidates)} candidates, more than a team can act on; no three to five stand apart as clearly."
        )
    if speakers is not None and len(set(speakers)) == 1:
        warnings.append("All passages come from one participant; these are themes of one person, not segments.")
    if clustering.speaker_branch == "nested":
        warnings.append(
            "Candidates follow the participants: each consists mostly of the words of one person, "
            "so need and person cannot be separated. Check who is in each."
        )
    repeated = len(texts) - len(set(texts))
    if repeated:
        warnings.append(f"{format_count(repeated, 'passage repeats', 'passages repeat')} another word for word.")
    unassigned = len(texts) - sum(candidate.size for candidate in candidates)
    if unassigned * 2 > len(texts):
        warnings.append(f"{unassigned} of {len(texts)} passages fit no candidate.")
    return warnings
