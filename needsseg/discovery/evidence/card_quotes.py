"""Quotes for the parts of a card: clauses of one person, best first, never reworded or joined."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

from needsseg.coding.linguistic_cues import speech_of, straight
from needsseg.coding.sentences import sentence_spans
from needsseg.coding.statements import clause_spans
from needsseg.discovery.evidence.cued_quotes import cued_clauses, is_quotable, quality
from needsseg.discovery.evidence.statements import clauses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from needsseg.coding.linguistic_cues import CueGroup

Part = Literal["trigger", "pain", "workaround", "wish", "outcome", "not"]
PARTS: tuple[Part, ...] = get_args(Part)
_PART_OF_CLAUSE: dict[str, Part] = {"situation": "trigger", "motivation": "wish", "outcome": "outcome"}
_PART_OF_CUE: dict[str, Part] = {"struggle": "pain", "workaround": "workaround"}

MOST_PER_PART = 6
FEWEST_WORDS, USUAL_WORDS, MOST_WORDS = 6, 14, 24
RANK_WEIGHT, REPEATED_SPEAKER_WEIGHT = 0.5, 0.15
LEAST_WORTH = 0.5

_FALTERS = re.compile(
    r"\b(?:um|uh|er|erm|hmm|you know|I mean|kind of|sort of)\b|(?<!\w)like,|, like|\[|\]|--|…|\.\.\.", re.I
)
_ASKED = re.compile(r"\?[\"'”’]?$")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# A sentence that depends on the previous one is unclear alone.
_LEANS = re.compile(r"(?:that|this|it|which|those|these|he|she|they|so|and|but|yeah|yes|no|well|okay)\b", re.I)
# Unambiguous words of trouble.
_TROUBLE = re.compile(
    r"\b(?:(?:can|could|did|does|do)(?:n't| not)|cannot"
    r"|(?:nobody|no one|none of us) (?:knew|knows|told|tells|noticed|could|had|has|was|is|really)"
    r"|never knew|frustrat\w*|annoy\w*|tedious|cumbersome"
    r"|struggl\w*|problem|trouble|nightmare|stuck"
    r"|(?:hard|difficult|impossible|tricky) to|time[- ]consuming|too late|overwhelm\w*)\b",
    re.I,
)
# Negated trouble.
_NO_TROUBLE = re.compile(
    r"\b(?:(?:no|not an?|never an?|without|any) (?:\w+ )?(?:problem|trouble)"
    r"|(?:problem|trouble) (?:was|is|were) (?:never|not)|not stuck)\b",
    re.I,
)
# Negated actions.
_DENIED = re.compile(r"\b(?:can't|cannot|couldn't|don't|didn't|doesn't|won't|wouldn't|never|no longer)\b", re.I)
# A conjunction before a clause is not part of it, except a "so" of purpose.
_JOINER = re.compile(
    r"(?:(?:and|but|or|well|yeah|yes|okay|then|now)\b,?\s+|so,?\s+(?!that\b|(?:I|we|they|it|he|she|nobody) \w+))+", re.I
)
# Workarounds. The mention of a tool alone ("in the WhatsApp days") is not a workaround.
_TOOL = (
    r"(?:excel|spreadsheets?|whiteboards?|sticky notes?|post-?its?|notebooks?|google (?:sheets?|docs?)|powerpoint|slides?"
    r"|whatsapp|binders?|clipboards?|e-?mails?|paper|index cards?|word|notes?)"
)
_MAKESHIFT = re.compile(
    r"\b(?:by hand|manual(?:ly)?|(?:copy|copied|copying|paste|pasted|pasting|retyp\w+)|(?:end|ended|ending) up|from scratch"
    r"|work(?:s|ed|ing)? around|workarounds?|back and forth|(?:instead of|rather than) \w+ing|in my head"
    r"|(?:double|cross|spot)[- ]?check\w*|(?:my|our) own (?:little )?(?:list|sheet|file|notes?|spreadsheet|calendar|\w+ list)"
    r"|(?:call|ring|phone|ask|text|email)(?:ed|ing)? (?:round|around|everybody|everyone|each|them all)"
    rf"|(?:use|used|using|keep|kept|write|wrote|put|track|tracked|note|noted|log|logged|made|make|do|did|did it|do it|type|typed)"
    rf" (?:[\w']+ ){{0,6}}?{_TOOL})\b",
    re.I,
)
# Speech about oneself, as the one who acts or is affected.
_SELF = re.compile(r"\b(?:I|we|me|us|my|our|mine|ours|myself|ourselves)\b", re.I)
_SELF_ACTS = re.compile(r"\b(?:I|we)\b", re.I)
_OF_OTHERS = re.compile(r"(?:he|she|they|you|his|her|their|your|which|who|that's (?:why|how|when))\b", re.I)
# Hypothetical, joking or figurative speech.
_IMAGINED = re.compile(r"\b(?:(?:I|we)'d(?! (?:been|had|have))|would(?:n't)?)\b", re.I)
# Words before the beginning of a clause, at its beginning, and at the beginning of the next clause.
_BEFORE_CLAUSE = re.compile(
    r"(?:^|[,;:()—–]|\s-|--|\b(?:and|but|so|because|'cause|or|then|if|when|that|think|guess))\s*$", re.I
)
_OPENS_CLAUSE = re.compile(
    r"(?:and|but|so|because|'cause|or|if|when(?:ever)?|once|every|each|as soon as|otherwise|the (?:moment|minute|day))\b",
    re.I,
)
_NEXT_CLAUSE = re.compile(
    r"(?:$|[.,;:!)]|(?:and|but|so|because|'cause|or|then|when|if|which|while|until|unless|I|we|you|they|he|she|it|there|nobody|the)\b)",
    re.I,
)
_HANGS = re.compile(
    r"\b(?:an?|the|my|our|your|their|his|her|and|or|but|so|because|if|when|that|than|as|is|are|was|were|be|of|to|for|with"
    r"|from|I|we|they|like|um|uh|er|very|really|quite|just)$",
    re.I,
)
_TRAILING = re.compile(r"[\s,;:–—-]+$")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Words that could be a part: ``texts[index][start:end]``, with a score of about 0 to 1."""

    part: Part
    index: int
    start: int
    end: int
    worth: float


def proposals(
    texts: Sequence[str], cues: Sequence[CueGroup], speakers: Sequence[str] | None = None
) -> dict[Part, tuple[Proposal, ...]]:
    """Return for each part except "not" the quotes from ``texts`` (clearest first), best first, different speakers first.

    Trigger, wish and outcome are the clauses of a job; pain and workaround sentences or clauses with cues of such.
    """
    offers_by_part: dict[Part, list[Proposal]] = {part: [] for part in PARTS if part != "not"}
    for rank, text in enumerate(texts):
        rank_penalty = RANK_WEIGHT * rank / len(texts)
        for offer in _proposals_in(text, tuple(cues)):
            worth = round(offer.worth - rank_penalty, 6)
            offers_by_part[offer.part].append(Proposal(offer.part, rank, offer.start, offer.end, worth))
    return {part: _without_overlaps(offers, speakers) for part, offers in offers_by_part.items()}


def propose(
    offers: dict[Part, tuple[Proposal, ...]],
    speakers: Sequence[str] | None = None,
    used_quotes: Sequence[Proposal] = (),
) -> dict[Part, Proposal]:
    """Return one proposal for each part: no repeated words, none of ``used_quotes``, and preferably of a new speaker."""
    chosen: dict[Part, Proposal] = {}
    quoted_speakers = [_speaker_of(offer, speakers) for offer in used_quotes]
    for part in sorted(offers, key=lambda part: (len(offers[part]), PARTS.index(part))):
        unused = [
            offer
            for offer in offers[part]
            if not any(_overlap(offer, other) for other in (*used_quotes, *chosen.values()))
        ]
        if unused:
            best = max(
                unused,
                key=lambda offer: (
                    offer.worth - REPEATED_SPEAKER_WEIGHT * quoted_speakers.count(_speaker_of(offer, speakers))
                ),
            )
            chosen[part] = best
            quoted_speakers.append(_speaker_of(best, speakers))
    return {part: chosen[part] for part in PARTS if part in chosen}


def clearest_sentence(text: str, cues: Sequence[CueGroup]) -> tuple[int, int] | None:
    """Return the span of the sentence that says most about the speaker's own job; None where none does plainly."""
    plain = straight(text)
    job_cues = [group for group in cues if group.kind not in ("beside", "empty")]
    worth_by_span = {}
    speech = speech_of(cues)
    if speech.language != "en":
        for span in sentence_spans(plain, speech=speech):
            words = plain[slice(*span)]
            cue_count = sum(bool(group.pattern.search(words)) for group in job_cues)
            if cue_count and is_quotable(words, speech) and speech.of_self.search(words):
                worth_by_span[span] = cue_count + quality(words, speech)
        return max(worth_by_span, key=lambda span: (worth_by_span[span], -span[0]), default=None)
    for start, end in sentence_spans(plain):
        span = _after_joiner(plain, start, end), end
        words = plain[slice(*span)]
        cue_count = sum(bool(group.pattern.search(words)) for group in job_cues)
        if cue_count and _fits(words) and _speaks_of_self(words, words) and not _IMAGINED.search(words):
            worth_by_span[span] = cue_count + _quality(words)
    return max(worth_by_span, key=lambda span: (worth_by_span[span], -span[0]), default=None)


@lru_cache(maxsize=20_000)
def _proposals_in(text: str, cues: tuple[CueGroup, ...]) -> tuple[Proposal, ...]:
    """Return the proposals of one text, with index 0; cached, since cards are shown repeatedly."""
    groups = {_PART_OF_CUE[group.kind]: group for group in cues if group.kind in _PART_OF_CUE}
    speech = speech_of(cues)
    if speech.language != "en":
        part_of = _PART_OF_CLAUSE | _PART_OF_CUE
        others = (
            Proposal(part_of[kind], 0, start, end, worth)
            for kind, start, end, worth in cued_clauses(text, cues, speech)
        )
        return tuple(offer for offer in others if offer.worth >= LEAST_WORTH)
    beside = next((group for group in cues if group.kind == "beside"), None)
    offers = (*_stated_clauses(text, 0), *_cued_clauses(text, 0, groups, beside))
    return tuple(offer for offer in offers if offer.worth >= LEAST_WORTH)


def _stated_clauses(text: str, index: int) -> Iterator[Proposal]:
    plain = straight(text)
    sentences = sentence_spans(plain)
    for clause in clauses(text):
        start = _after_joiner(plain, clause.start, clause.end)
        words = plain[start : clause.end]
        sentence = next((span for span in sentences if span[0] <= start and clause.end <= span[1]), None)
        if sentence is None or not _fits(words) or not _is_clause(plain, sentence, start, clause.end):
            continue
        # A situation may be about others if the rest of the sentence is about the speaker.
        if _speaks_of_self(words, plain[slice(*sentence)] if clause.kind == "situation" else words):
            yield Proposal(_PART_OF_CLAUSE[clause.kind], index, start, clause.end, clause.worth)


def _cued_clauses(text: str, index: int, groups: dict[Part, CueGroup], beside: CueGroup | None) -> Iterator[Proposal]:
    plain = straight(text)
    for span in sentence_spans(plain):
        if beside is not None and beside.pattern.search(plain[slice(*span)]):
            continue
        is_sentence = _fits(plain[slice(*span)])
        for start, end in [span] if is_sentence else clause_spans(plain, span):
            start = _after_joiner(plain, start, end)
            end = start + len(_TRAILING.sub("", plain[start:end]))
            words = plain[start:end]
            if not _fits(words) or not _speaks_of_self(words, words) or not _is_clause(plain, span, start, end):
                continue
            for part, group in groups.items():
                worth = _plainness(words, part, group)
                if worth:
                    yield Proposal(part, index, start, end, worth + _quality(words) - 0.2 * (not is_sentence))


def _plainness(words: str, part: Part, group: CueGroup) -> float:
    """Return how plainly words express a pain or workaround, 0 where they do not.

    A cue may occur by chance ("late", "I'd yell", "in the WhatsApp days"): words of trouble or workaround are required.
    """
    if _IMAGINED.search(words) or (_NO_TROUBLE if part == "pain" else _DENIED).search(words):
        return 0.0
    hits = min(len({hit.group().casefold() for hit in group.pattern.finditer(words)}), 3)
    sure_words = {hit.group().casefold() for hit in (_TROUBLE if part == "pain" else _MAKESHIFT).finditer(words)}
    if not hits or not sure_words:
        return 0.0
    return 0.4 + 0.15 * hits + 0.1 * min(len(sure_words), 2)


def _after_joiner(plain: str, start: int, end: int) -> int:
    joined = _JOINER.match(plain, start, end)
    return joined.end() if joined else start


def _speaks_of_self(words: str, context: str) -> bool:
    """Return whether ``context`` is about the speaker, and the words do not begin with others' actions."""
    opening = _OPENS_CLAUSE.match(words)
    subject = words[opening.end() :].lstrip() if opening else words
    acts = bool(_SELF_ACTS.search(context)) or bool(_SELF.search(context) and not _OF_OTHERS.match(subject))
    return acts and not (_OF_OTHERS.match(words) and not _SELF_ACTS.search(words))


def _is_clause(plain: str, sentence: tuple[int, int], start: int, end: int) -> bool:
    """Return whether ``plain[start:end]`` begins and ends at clause boundaries of its sentence, not broken off."""
    before, after = plain[sentence[0] : start], plain[end : sentence[1]]
    begins = _BEFORE_CLAUSE.search(before) or _OPENS_CLAUSE.match(plain, start, end)
    ends = plain[end - 1] in '.!"”’)' or (_NEXT_CLAUSE.match(after.lstrip()) and not _HANGS.search(plain[start:end]))
    return bool(begins and ends)


def _fits(words: str) -> bool:
    """Return whether words can be a separate quote: of suitable length, not a question, not reported speech."""
    count = len(_WORD.findall(words))
    is_torn = '"' in words or any(words.count(a) != words.count(b) for a, b in ("“”", "()", "[]"))
    return (
        FEWEST_WORDS <= count <= MOST_WORDS
        and not is_torn
        and not _ASKED.search(words)
        and len(_FALTERS.findall(words)) < 2
    )


def _quality(words: str) -> float:
    """Return the penalty for length, disfluency and dependence on previous words."""
    count = len(_WORD.findall(words))
    return -(
        0.03 * max(0, count - USUAL_WORDS)
        + 0.2 * len(_FALTERS.findall(words))
        + 0.15 * bool(_LEANS.match(words))
        + 0.15 * ('"' in words or "“" in words)
    )


def _without_overlaps(offers: Sequence[Proposal], speakers: Sequence[str] | None) -> tuple[Proposal, ...]:
    """Return the best offers without overlaps with better ones, the best of each speaker first."""
    ordered: list[Proposal] = []
    for offer in sorted(offers, key=lambda offer: (-offer.worth, offer.index, offer.start, offer.end)):
        if not any(_overlap(offer, other) for other in ordered):
            ordered.append(offer)
    ranking, count_by_speaker = [], dict[str, int]()
    for rank, offer in enumerate(ordered):
        speaker = _speaker_of(offer, speakers)
        ranking.append((count_by_speaker.get(speaker, 0), rank, offer))
        count_by_speaker[speaker] = count_by_speaker.get(speaker, 0) + 1
    best = sorted(ranking, key=lambda turn: turn[:2])[:MOST_PER_PART]
    return tuple(offer for _, _, offer in sorted(best, key=lambda turn: (-turn[2].worth, turn[1])))


def _speaker_of(proposal: Proposal, speakers: Sequence[str] | None) -> str:
    return str(proposal.index) if speakers is None else speakers[proposal.index]


def _overlap(one: Proposal, other: Proposal) -> bool:
    return one.index == other.index and one.start < other.end and other.start < one.end
