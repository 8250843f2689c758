"""Discovery: from passages to candidate needs, the same every time and in any order of the passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from needsseg.discovery import constraints as decided
from needsseg.discovery.cluster import FEWEST, MOST, Clustering, cluster
from needsseg.discovery.code_constraints import drawn_together
from needsseg.discovery.evidence.keywords import keywords
from needsseg.discovery.needs_in_view import need_rows
from needsseg.discovery.question_selection import Asking
from needsseg.discovery.refine import centroids
from needsseg.discovery.separation import Separation, verdict
from needsseg.discovery.stability import RESAMPLES, stabilities
from needsseg.discovery.supervised import Lesson, Taught
from needsseg.embedding import encode, locate, text_sha256
from needsseg.embedding.vectors import unit
from needsseg.errors import DiscoveryError
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
SHAKY, FEWEST_TO_TRUST = 0.6, 60
SINGLE_PRECISION_FROM = 40_000


@dataclass(frozen=True, slots=True)
class Discovery:
    """What one run found: a label per text (-1 is unassigned), strengths in [0, 1], candidates, and warnings."""

    labels: tuple[int, ...]
    strengths: tuple[float, ...]
    candidates: tuple[Candidate, ...]
    warnings: tuple[str, ...]
    parameters: dict[str, object] = field(default_factory=dict)
    decided: frozenset[int] = frozenset()
    separate: bool | None = None
    separation_p: float | None = None
    asking: Asking | None = field(default=None, repr=False, compare=False)

    def questions(self, count: int) -> list[int]:
        """Indices of the texts whose decision would help most, the most telling first; none that is decided."""
        return self.asking.questions(self.decided, count) if self.asking and count > 0 else []

    def left_out(self) -> dict[int, str | None]:
        """For each text people placed, the name it would be given had nobody done so (cross-validation).

        None is off-topic, "" a candidate that nobody has named.
        """
        return self.asking.left_out() if self.asking else {}


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
    """Clusters ``texts`` (five at least) into candidate needs; ``vectors`` (n, d) saves embedding them.

    ``needs`` are needs in view, (name, description) each: they teach, and a candidate that stands for one carries its name.
    ``codes`` are the names of the codes on each text: those with the same code are drawn together, softly.

    Labels do not depend on ``seed``: only the ``resamples`` do that stability is estimated from (0 leave it out, as 0; and
    the verdict on separate groups too where nothing rests on it). ``known_vectors`` (by text_sha256) saves embedding what is
    said of needs; ``separation`` is the verdict, where it is known from before. Raises DiscoveryError for too few texts,
    vectors that do not fit, and decisions that contradict each other.
    """
    from threadpoolctl import threadpool_limits

    decisions = decisions or Decisions()
    speakers = None if speakers is None else list(speakers)
    _check(texts, speakers, codes)
    voices = _voices(speakers)
    decided.check(decisions, len(texts))
    rows = _rows(texts, vectors)
    stated = need_rows(needs, rows.shape[1], known_vectors or {})
    # Imported first: the limit holds for the libraries that are loaded when it is set.
    import hdbscan  # noqa: F401
    import scipy.linalg  # noqa: F401
    from sklearn import linear_model  # noqa: F401

    # Sums in another order differ in their last bits; one thread also spares small products the waiting for each other.
    with threadpool_limits(1):
        if separation is None and (resamples or stated or decisions != Decisions()):
            separation = _separation(texts, voices, rows)
        drawn = drawn_together(rows, codes) if codes else rows
        return _discovered(texts, voices, drawn, decisions, stated, separation, seed, resamples)


def separated(texts: Sequence[str], speakers: Sequence[str | None] | None, vectors: object) -> Separation | None:
    """The verdict on separate groups alone, as ``discover`` gives it; None below twenty distinct passages."""
    from threadpoolctl import threadpool_limits

    _check(texts, speakers, None)
    voices, rows = _voices(speakers), _rows(texts, vectors)
    import hdbscan  # noqa: F401
    import scipy.linalg  # noqa: F401

    with threadpool_limits(1):
        return _separation(texts, voices, rows)


def _voices(speakers: Sequence[str | None] | None) -> list[str] | None:
    """Who is not named is one speaker among others; where nobody is, speakers are not known."""
    if speakers is None or all(speaker is None for speaker in speakers):
        return None
    return ["" if speaker is None else str(speaker) for speaker in speakers]


def _separation(texts: Sequence[str], speakers: Sequence[str] | None, rows: Matrix) -> Separation | None:
    first = [same[0] for same in _distinct(texts, speakers, rows)]
    return verdict(rows[first], [speakers[i] for i in first] if speakers else None)


def _discovered(
    texts: Sequence[str],
    speakers: Sequence[str] | None,
    rows: Matrix,
    decisions: Decisions,
    stated: Mapping[str, Matrix],
    separation: Separation | None,
    seed: int,
    resamples: int,
) -> Discovery:
    import numpy as np

    behind = _distinct(texts, speakers, rows)
    first = [same[0] for same in behind]
    distinct = rows[first]
    found = cluster(distinct, [speakers[i] for i in first] if speakers else None)
    row_of = np.empty(len(texts), dtype=np.int64)
    for row, same in enumerate(behind):
        row_of[list(same)] = row
    placed = decided.answers(decisions, len(texts))
    answers = _by_row(placed, row_of)
    lesson = Lesson(found, distinct, separation is not None and separation.separate, stated)
    taught = lesson.taught(answers) if answers or stated else None
    labels = _alike_where_identical(texts, (taught or found).labels[row_of])
    strengths = (taught or found).strengths[row_of]
    labels, names = _obeyed(labels, taught, found.rows[row_of], row_of, decisions)
    strengths[list(decisions.assigned)] = 1.0
    strengths[labels < 0] = 0.0
    labels, names = _largest_first(labels, names, texts)
    shown = np.array([max(labels[list(same)]) for same in behind], dtype=np.int64)
    stability = stabilities(found.rows, shown, found.resolution, seed, resamples)
    stability += [0.0] * (len(names) - len(stability))
    candidates = _candidates(texts, speakers, rows, labels, strengths, names, stability)
    return Discovery(
        tuple(int(label) for label in labels),
        tuple(round(float(strength), 6) for strength in strengths),
        candidates,
        tuple(_warnings(texts, speakers, candidates, found)),
        {"seed": seed, "speakers": found.voices} | (asdict(found.resolution) if found.resolution else {}),
        frozenset(decisions.assigned),
        separation.separate if separation else None,
        separation.p if separation else None,
        Asking(lesson, _held(taught, len(found.rows)), behind, frozenset(placed), answers),
    )


def _held(taught: Taught | None, count: int) -> tuple[float, ...]:
    """How firmly rows are held; before the first answer all are in doubt, so that the first questions look everywhere."""
    return (0.0,) * count if taught is None else tuple(float(held) for held in taught.strengths)


def _distinct(texts: Sequence[str], speakers: Sequence[str] | None, rows: Matrix) -> tuple[tuple[int, ...], ...]:
    """The texts behind each distinct passage of one speaker, in an order that is the passages' own.

    Ties are broken by order, and the first so many stand for all where there are very many: hence by hash.
    """
    same: dict[tuple[str, str, bytes], list[int]] = {}
    for index, text in enumerate(texts):
        key = (text_sha256(text), speakers[index] if speakers else "", rows[index].tobytes())
        same.setdefault(key, []).append(index)
    return tuple(tuple(same[key]) for key in sorted(same))


def _by_row(answers: dict[int, str | None], row_of: Labels) -> dict[int, str | None]:
    """What to learn from each distinct passage: where its repeats were placed differently, the place of most."""
    said: dict[int, Counter[str | None]] = {}
    for index, name in answers.items():
        said.setdefault(int(row_of[index]), Counter())[name] += 1
    return {
        row: max(places.items(), key=lambda item: (item[1], item[0] is not None, item[0] or ""))[0]
        for row, places in sorted(said.items())
    }


def _obeyed(
    labels: Labels, taught: Taught | None, rows: Matrix, row_of: Labels, decisions: Decisions
) -> tuple[Labels, dict[int, str | None]]:
    """Labels that obey every decision, numbered from 0 without gaps, and the name of each where a decision gave one."""
    import numpy as np

    numbers = sorted({int(label) for label in labels if label >= 0})
    known: dict[str, int] = {}
    if taught is not None:
        # What nobody has spoken of is a candidate of its own only while it is large enough to be one.
        kept = set(taught.names.values())
        numbers = [n for n in numbers if n in kept or int((labels == n).sum()) >= SMALLEST_UNNAMED]
    place = {number: at for at, number in enumerate(numbers)}
    labels = np.array([place.get(int(label), UNASSIGNED) for label in labels], dtype=np.int64)
    nearness = rows @ centroids(rows, labels).T if numbers else np.zeros((len(rows), 0))
    if taught is not None:
        known = {name: place[number] for name, number in taught.names.items() if number in place}
    labels, names = decided.follow(labels, nearness, decisions, known, row_of.tolist())
    return labels, {label: names.get(label) for label in sorted({int(one) for one in labels if one >= 0})}


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


def _rows(texts: Sequence[str], vectors: object | None) -> Matrix:
    import numpy as np

    if vectors is None:
        known = encode(texts, locate())
        vectors = [known[text_sha256(text)] for text in texts]
    single = len(texts) >= SINGLE_PRECISION_FROM
    try:
        rows: Matrix = np.asarray(vectors, dtype=np.float32 if single else np.float64)
    except (TypeError, ValueError) as error:
        raise DiscoveryError(
            f"Vectors are no table of numbers of one length: {error}.", "Embed all texts with one model."
        ) from error
    if rows.ndim != 2 or len(rows) != len(texts) or not rows.shape[1]:
        raise DiscoveryError(f"Vectors have the shape {rows.shape}; {len(texts)} rows of one length are needed.")
    broken = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(broken):
        raise DiscoveryError(f"The vector of passage {broken[0]} is not finite.", "Embed it again.")
    return unit(rows)


def _alike_where_identical(texts: Sequence[str], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Gives passages that are the same word for word the label that most of them have."""
    import numpy as np

    same: dict[str, Counter[int]] = {}
    for text, label in zip(texts, labels, strict=True):
        same.setdefault(text, Counter())[int(label)] += 1
    chosen = {text: max(counted.items(), key=lambda item: (item[1], -item[0]))[0] for text, counted in same.items()}
    return np.array([chosen[text] for text in texts], dtype=np.int64)


def _largest_first(
    labels: Labels, names: dict[int, str | None], texts: Sequence[str]
) -> tuple[Labels, dict[int, str | None]]:
    """Renumbers labels by falling size, then by first text and name, so that numbers do not depend on the method's own."""
    import numpy as np

    sizes = Counter(int(label) for label in labels if label >= 0)
    said: dict[int, str] = {}
    for text, label in zip(texts, labels, strict=True):
        said[int(label)] = min(text, said.get(int(label), text))
    order = sorted(sizes, key=lambda label: (-sizes[label], said[label], names.get(label) or ""))
    number = {old: new for new, old in enumerate(order)} | {UNASSIGNED: UNASSIGNED}
    renumbered = np.array([number[int(label)] for label in labels], dtype=np.int64)
    return renumbered, {number[old]: names.get(old) for old in order}


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

    words = keywords(texts, [int(label) for label in labels], speakers)
    found = []
    for label in range(len(stability)):
        members = [int(index) for index in np.flatnonzero(labels == label)]
        voices = Counter(speakers[index] for index in members) if speakers else Counter()
        centroid = unit(rows[members].mean(axis=0, keepdims=True))[0]
        # A passage shows a candidate best when it lies near its middle and far from the others.
        clear = {i: float(rows[i] @ centroid) * float(strengths[i]) for i in members}
        near = sorted(
            members,
            key=lambda i: (-round(clear[i], 9), texts[i], speakers[i] if speakers else "", i),
        )
        found.append(
            Candidate(
                label,
                len(members),
                len(voices),
                tuple(members),
                tuple(_different_voices(near, speakers)),
                words[label],
                round(stability[label], 4),
                names.get(label),
                tuple(_candidate_warnings(voices, len(members), stability[label])),
            )
        )
    return tuple(found)


def _different_voices(near: Sequence[int], speakers: Sequence[str] | None) -> list[int]:
    """The nearest members, one per speaker first, then the next of each."""
    if speakers is None:
        return list(near[:EXEMPLARS])
    heard: Counter[str] = Counter()
    turns = []
    for rank, index in enumerate(near):
        turns.append((heard[speakers[index]], rank, index))
        heard[speakers[index]] += 1
    return [index for _, _, index in sorted(turns)[:EXEMPLARS]]


def _candidate_warnings(voices: Counter[str], size: int, stability: float) -> list[str]:
    warnings = []
    if 0 < stability < SHAKY:
        warnings.append(f"unstable: drawn again, it comes back {stability:.0%} alike")
    if not voices:
        return warnings
    if len(voices) < 3:
        warnings.append(f"rests on {format_count(len(voices), 'participant')} only")
    loudest, count = max(voices.items(), key=lambda item: (item[1], item[0]))
    if count * 2 > size:
        warnings.append(f"{loudest} supplies {count} of its {size} passages")
    return warnings


def _warnings(
    texts: Sequence[str], speakers: Sequence[str] | None, candidates: Sequence[Candidate], found: Clustering
) -> list[str]:
    warnings = []
    if len(texts) < FEWEST_TO_TRUST:
        warnings.append(f"{len(texts)} passages are few: candidates of fewer than {FEWEST_TO_TRUST} are a first guess.")
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
    if found.voices == "nested":
        warnings.append(
            "Candidates follow the participants: what sets people apart here is what sets candidates apart, "
            "so need and person cannot be told from each other. Read who carries each."
        )
    repeated = len(texts) - len(set(texts))
    if repeated:
        warnings.append(f"{format_count(repeated, 'passage repeats', 'passages repeat')} another word for word.")
    left = len(texts) - sum(candidate.size for candidate in candidates)
    if left * 2 > len(texts):
        warnings.append(f"{left} of {len(texts)} passages fit no candidate.")
    return warnings
