"""Records shared by several rooms: frozen dataclasses without behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["interviewer", "participant", "other"]
PassageStatus = Literal["suggested", "accepted", "rejected"]
PassageOrigin = Literal["program", "hand"]
LabelSource = Literal["interview", "survey", "assigned"]

WORD_KINDS = ("speech", "label", "time", "heading", "note", "metadata", "markup", "repeated", "unread")
"""The kinds of words in a transcript's source; ``unread`` words were not recognised by any rule."""
UNASSIGNED = -1
PROFILE_COLUMNS = (
    "account_id",
    "as_of_date",
    "firmographic_tier",
    "needs_segment",
    "needs_segment_source",
    "needs_segment_confidence",
    "needs_segment_confirmed_by",
    "behavioral_segment",
    "lifecycle_stage",
    "recommended_action",
    "segmentation_version",
)
"""The columns of labelled accounts in listings and exports, on which external programs rely."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One uninterrupted stretch by one speaker; offsets are code points into the transcript, half-open."""

    speaker: str
    role: Role
    start: int
    end: int
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Words of a source that did not become speech: their kind, their number, and their first lines."""

    kind: str
    words: int
    first_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """The text of one interview, fixed at import: Unicode, LF line ends; ``text[turn.start:turn.end]`` was said.

    ``words_by_kind`` counts the words of the source by kind (WORD_KINDS), empty where the text came from elsewhere;
    ``left_out`` are the kinds that a person should check. ``suspicions`` are doubts about the speakers, each with its
    line, and are also in ``warnings``. ``attributes`` are a table's data about its speakers, by speaker.
    """

    text: str
    turns: tuple[Turn, ...]
    format: str
    warnings: tuple[str, ...] = ()
    words_by_kind: Mapping[str, int] = field(default_factory=dict, hash=False)
    left_out: tuple[LeftOut, ...] = ()
    suspicions: tuple[str, ...] = ()
    title: str = ""
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)

    @property
    def speakers(self) -> tuple[str, ...]:
        """Speaker labels in order of first appearance."""
        return tuple(dict.fromkeys(turn.speaker for turn in self.turns))

    def words(self, turn: Turn) -> str:
        """Return the words of a turn."""
        return self.text[turn.start : turn.end]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A span in which a participant may speak of a job, with its score in [0, 1] and reasons."""

    start: int
    end: int
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of one participant's words, as stored in the study; ``quote`` is exactly ``text[start:end]``.

    Where ``anchored`` is False, an edited transcript no longer has the words: the quote and its span are from before.
    ``coder`` decided on it, "" until then; ``also_decided_by`` are coders with the same decision in merged studies.
    """

    id: int
    interview: str
    speaker: str
    start: int
    end: int
    quote: str
    status: PassageStatus
    origin: PassageOrigin
    score: float | None = None
    reasons: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    anchored: bool = True
    coder: str = ""
    also_decided_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JobParts:
    """The parts of one passage's job statement in words; "" for missing parts."""

    situation: str = ""
    motivation: str = ""
    outcome: str = ""
    pain: str = ""
    workaround: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cluster of one run, proposed as a segment; ``exemplars`` and ``members`` are indices of its texts."""

    label: int
    size: int
    speakers: int
    members: tuple[int, ...]
    exemplars: tuple[int, ...]
    keywords: tuple[str, ...]
    stability: float
    name: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decisions:
    """A person's decisions about texts: their segment (``None`` is off-topic), and pairs that belong together or apart."""

    assigned: dict[int, str | None] = field(default_factory=dict)
    together: tuple[tuple[int, int], ...] = ()
    apart: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PersonaName:
    """A suggested name for a candidate, from the archetypes in ``prompts/``, with its similarity."""

    name: str
    score: float
    description: str


@dataclass(frozen=True, slots=True)
class PrimaryNeed:
    """The segment that carries most of one participant's passages, or ``segment=None`` for undecided, and why."""

    participant: str
    segment: str | None
    share: float
    counts: dict[str, int]
    why: str


@dataclass(frozen=True, slots=True)
class Participant:
    """A person interviewed, with attributes and at most one account."""

    key: str
    name: str
    email: str = ""
    company: str = ""
    crm_id: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """A customer organisation as the CRM knows it; empty strings where the source has nothing."""

    account_id: str
    name: str
    domain: str = ""
    employees: str = ""
    revenue: str = ""
    industry: str = ""
    country: str = ""
    region: str = ""
    tech_stack: str = ""


@dataclass(frozen=True, slots=True)
class AccountMatch:
    """How a participant was matched to an account: ``account_id`` is None without a match, or with several."""

    participant: str
    account_id: str | None
    method: Literal["crm_id", "email_domain", "name", "similar_name", "by_hand", "ambiguous", "unmatched"]
    candidates: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """Account × segment, with source, confidence and who confirmed the segment."""

    account_id: str
    segment: str
    source: LabelSource
    confidence: float
    confirmed_by: str = ""
