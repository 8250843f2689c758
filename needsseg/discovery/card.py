"""What a card can quote: for each part, clauses that one person said, best first. Nothing is reworded or joined."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

from needsseg.coding.cues import straight
from needsseg.coding.sentences import sentence_spans
from needsseg.coding.statements import clause_spans
from needsseg.discovery.statement import clauses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from needsseg.coding.cues import CueGroup

Part = Literal["trigger", "pain", "workaround", "wish", "outcome", "not"]
PARTS: tuple[Part, ...] = get_args(Part)
_STATED: dict[str, Part] = {"situation": "trigger", "motivation": "wish", "outcome": "outcome"}
_CUED: dict[str, Part] = {"struggle": "pain", "workaround": "workaround"}

EACH = 6
FEWEST_WORDS, USUAL_WORDS, MOST_WORDS = 5, 14, 24
RANK_WEIGHT, HEARD_WEIGHT = 0.5, 0.15
LEAST_WORTH = 0.5

_FALTERS = re.compile(
    r"\b(?:um|uh|er|erm|hmm|you know|I mean|kind of|sort of)\b|(?<!\w)like,|, like|\[|\]|--|…|\.\.\.", re.I
)
_ASKED = re.compile(r"\?[\"'”’]?$")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# A sentence that leans on the one before says little by itself.
_LEANS = re.compile(r"(?:that|this|it|which|those|these|he|she|they|so|and|but|yeah|yes|no|well|okay)\b", re.I)
# Words of trouble that hardly ever mean anything else.
_TROUBLE = re.compile(
    r"\b(?:(?:can|could|did|does|do)(?:n't| not)|cannot|nobody|no one|never knew|frustrat\w*|annoy\w*|tedious|cumbersome"
    r"|struggl\w*|problem|trouble|nightmare|stuck"
    r"|(?:hard|difficult|impossible|tricky) to|time[- ]consuming|too late|overwhelm\w*)\b",
    re.I,
)
_TRAILING = re.compile(r"[\s,;:–—-]+$")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Words that could stand for a part: ``texts[index][start:end]``, and how well they do, about 0 to 1."""

    part: Part
    index: int
    start: int
    end: int
    worth: float


def proposals(
    texts: Sequence[str], cues: Sequence[CueGroup], speakers: Sequence[str] | None = None
) -> dict[Part, tuple[Proposal, ...]]:
    """For each part but "not" what can be quoted from ``texts`` (clearest first), best first, different speakers first.

    Trigger, wish and outcome are the clauses of a job; pain and workaround sentences or clauses with cues of such.
    """
    found: dict[Part, list[Proposal]] = {part: [] for part in PARTS if part != "not"}
    for rank, text in enumerate(texts):
        late = RANK_WEIGHT * rank / len(texts)
        for made in _offers(text, tuple(cues)):
            worth = round(made.worth - late, 6)
            found[made.part].append(Proposal(made.part, rank, made.start, made.end, worth))
    return {part: _told_apart(offers, speakers) for part, offers in found.items()}


def propose(
    offers: dict[Part, tuple[Proposal, ...]], speakers: Sequence[str] | None = None, taken: Sequence[Proposal] = ()
) -> dict[Part, Proposal]:
    """One proposal for each part that has any: no words twice, none of those ``taken``, and rather of somebody not quoted yet."""
    chosen: dict[Part, Proposal] = {}
    heard = [_who(each, speakers) for each in taken]
    for part in sorted(offers, key=lambda part: (len(offers[part]), PARTS.index(part))):
        free = [each for each in offers[part] if not any(_overlap(each, other) for other in (*taken, *chosen.values()))]
        if free:
            best = max(free, key=lambda each: each.worth - HEARD_WEIGHT * heard.count(_who(each, speakers)))
            chosen[part] = best
            heard.append(_who(best, speakers))
    return {part: chosen[part] for part in PARTS if part in chosen}


def clearest_sentence(text: str, cues: Sequence[CueGroup]) -> tuple[int, int] | None:
    """The span of the sentence of a text that says most of a job, of useful length; None where there is none."""
    plain = straight(text)
    spans = [span for span in sentence_spans(plain) if _fits(plain[slice(*span)])]
    told = [group for group in cues if group.kind != "beside"]
    worth = {span: sum(bool(group.pattern.search(plain, *span)) for group in told) for span in spans}
    return max(spans, key=lambda span: (worth[span] + _quality(plain[slice(*span)]), -span[0]), default=None)


@lru_cache(maxsize=20_000)
def _offers(text: str, cues: tuple[CueGroup, ...]) -> tuple[Proposal, ...]:
    """What one text offers, its index left 0; kept, since a card is looked at again and again."""
    groups = {_CUED[group.kind]: group for group in cues if group.kind in _CUED}
    beside = next((group for group in cues if group.kind == "beside"), None)
    found = (*_stated(text, 0), *_cued(text, 0, groups, beside))
    return tuple(made for made in found if made.worth >= LEAST_WORTH)


def _stated(text: str, index: int) -> Iterator[Proposal]:
    for clause in clauses(text):
        # A moment ("every Monday") tells little without what happens then, so it is the last to be taken.
        short = 0.25 * (len(_WORD.findall(text[clause.start : clause.end])) < FEWEST_WORDS)
        yield Proposal(_STATED[clause.kind], index, clause.start, clause.end, clause.worth - short)


def _cued(text: str, index: int, groups: dict[Part, CueGroup], beside: CueGroup | None) -> Iterator[Proposal]:
    plain = straight(text)
    for span in sentence_spans(plain):
        if beside is not None and beside.pattern.search(plain[slice(*span)]):
            continue
        whole = _fits(plain[slice(*span)])
        for start, end in [span] if whole else clause_spans(plain, span):
            end = start + len(_TRAILING.sub("", plain[start:end]))
            words = plain[start:end]
            if not whole and not _fits(words):
                continue
            for part, group in groups.items():
                hits = min(len({hit.group().casefold() for hit in group.pattern.finditer(words)}), 3)
                if hits:
                    # One word of trouble ("late", "wrong") is in many a sentence that complains of nothing.
                    plainly = 0.45 + 0.2 * hits
                    if part == "pain":
                        plainly = 0.2 + 0.25 * hits + 0.2 * bool(_TROUBLE.search(words))
                    worth = plainly + _quality(words) - 0.2 * (not whole)
                    yield Proposal(part, index, start, end, worth)


def _fits(words: str) -> bool:
    """Whether words can stand alone as a quote: neither too short nor too long, no question, nothing torn."""
    count = len(_WORD.findall(words))
    torn = words.count('"') % 2 or any(words.count(a) != words.count(b) for a, b in ("“”", "()", "[]"))
    return FEWEST_WORDS <= count <= MOST_WORDS and not torn and not _ASKED.search(words)


def _quality(words: str) -> float:
    """What is to be taken off for running on, faltering and leaning on what was said before."""
    count = len(_WORD.findall(words))
    return -(
        0.03 * max(0, count - USUAL_WORDS)
        + 0.2 * len(_FALTERS.findall(words))
        + 0.15 * bool(_LEANS.match(words))
        + 0.15 * ('"' in words or "“" in words)
    )


def _told_apart(offers: Sequence[Proposal], speakers: Sequence[str] | None) -> tuple[Proposal, ...]:
    """The best offers without those that share words with a better one, the best of each speaker first."""
    ordered: list[Proposal] = []
    for each in sorted(offers, key=lambda each: (-each.worth, each.index, each.start, each.end)):
        if not any(_overlap(each, other) for other in ordered):
            ordered.append(each)
    turns, heard = [], dict[str, int]()
    for rank, each in enumerate(ordered):
        who = _who(each, speakers)
        turns.append((heard.get(who, 0), rank, each))
        heard[who] = heard.get(who, 0) + 1
    first = sorted(turns, key=lambda turn: turn[:2])[:EACH]
    return tuple(each for _, _, each in sorted(first, key=lambda turn: (-turn[2].worth, turn[1])))


def _who(each: Proposal, speakers: Sequence[str] | None) -> str:
    return str(each.index) if speakers is None else speakers[each.index]


def _overlap(one: Proposal, other: Proposal) -> bool:
    return one.index == other.index and one.start < other.end and other.start < one.end
