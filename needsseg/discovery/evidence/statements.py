"""Find clauses that state a job, and draft a job statement from one person's answer.

The three parts are those of a job story: situation, motivation, outcome. A part that is not said is missing, and words of
two people are never joined.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from needsseg.coding.linguistic_cues import straight
from needsseg.coding.sentences import sentence_spans
from needsseg.discovery.evidence.keywords import SPOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Kind = Literal["situation", "motivation", "outcome"]

FEWEST_WORDS, MOST_WORDS, USUAL_WORDS = 3, 20, 14
RANK_WEIGHT, FEWEST_PARTS = 0.6, 2
GAP_WEIGHT, LONGEST_GAP = 0.0015, 300
LEAST_WORTH = 0.4
ABSENT = "…"

_WHO = (
    r"(?:I|we|you|they|he|she|it|there|that's|this is|every(?:one|body|thing)|no(?:body|thing| one)|some(?:one|body))"
)
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_SPELL = rf"(?:day|morning|afternoon|evening|night|week|month|quarter|year|sprint|{_DAY})s?"
_THING = (
    r"(?:an?|the|my|our|your|their|his|her|each|every|all|some|more|one|no|everything|everybody|everyone|people"
    r"|it|them|him|this|these|those|there)"
)
_HEDGE = r"(?:(?:really|just|only|also|always|actually|simply|still|both|then|now|all|kind of|sort of) )*"
_SELF = r"(?<!if )\b(?:I|we)(?:'d|'ve|'m|'re| would| have| am| are| was| were)? "
# After these words a motivation is a courtesy to the interviewer, not a job.
_ASIDE = (
    r"(?!(?:say|tell you|add|mention|ask you|show you|be honest|admit|think|believe|hear|go|run|stop|talk)\b"
    r"(?! (?:it|what|who|something)\b))"
)
_NP = rf"(?={_THING}\b(?! (?:is|was|has|had|goes|leaves)\b))"


@dataclass(frozen=True, slots=True)
class _Cue:
    """The beginning of a clause of one kind, and its score.

    The clause comes after the cue, holds it ("when …"), or is it ("every Monday").
    """

    kind: Kind
    weight: float
    pattern: re.Pattern[str]
    clause: Literal["after", "holds", "is"]


def _cues(kind: Kind, clause: Literal["after", "holds", "is"], *patterns: tuple[float, str]) -> list[_Cue]:
    return [_Cue(kind, weight, re.compile(pattern, re.IGNORECASE), clause) for weight, pattern in patterns]


_CUES = (
    *_cues(
        "situation",
        "holds",
        (1.0, r"\b(?:when(?:ever)?|every time|each time|as soon as) (?!(?:did|do|does|is|are|was|were|will|can|to)\b)"),
        (0.95, r"(?<![\w-])if (?!(?:not|so|any|anything|possible|need be)\b|you (?:know|like|will|want|see)\b)"),
        (0.75, rf"\bonce (?=(?:{_WHO}|the)\b)"),
    ),
    *_cues(
        "situation",
        "is",
        (0.7, rf"(?<!of )\b(?:every|each) (?:\w+ ){{0,2}}?{_SPELL}\b(?!')(?: {_SPELL})?(?: at \w+)?"),
        (0.7, rf"\b(?:(?:on|at|by) the )?(?:end|start|last \w+ \w+) of (?:the|each|every|a) {_SPELL}\b(?!')"),
    ),
    *_cues(
        "motivation",
        "after",
        (1.0, rf"{_SELF}{_HEDGE}(?:want|wanted|need) to {_ASIDE}(?=\w)"),
        (1.0, rf"{_SELF}{_HEDGE}(?:like|love) to {_ASIDE}(?=\w)"),
        (0.9, rf"{_SELF}{_HEDGE}trying to {_ASIDE}(?=\w)"),
        (0.9, r"\bwhat (?:I|we)(?:'d)? (?:\w+ )?(?:want|need|like|love)(?:ed)? (?:is|was),? to (?=\w)"),
        (0.85, r"\bmiss being able to |\bwish (?:I|we) could "),
        (0.8, r"\bwhat (?:I|we) can't (?:yet |quite )?do (?:in \w+ )?(?:yet )?is (?:to )?(?=\w)"),
        (0.8, rf"{_SELF}{_HEDGE}(?:want|wanted|need|like|love) {_NP}"),
        (
            0.75,
            rf"\bwhat (?:I|we)(?:'d)? (?:want|need|like)(?:ed)?(?:, [^.!?]{{1,50}},)? (?:is|was),? (?:just,? )?{_NP}",
        ),
        (0.6, rf"{_SELF}{_HEDGE}(?:have|got|needed) to {_ASIDE}(?=\w)"),
    ),
    *_cues(
        "outcome",
        "after",
        (1.0, rf"\bso (?:that )?(?:now )?(?:I|we) {_HEDGE}(?:can|could) (?!not\b)"),
        (0.95, rf"\bso that {_HEDGE}(?=(?:{_WHO}|the)\b)"),
        (0.9, rf"\bso (?={_WHO} {_HEDGE}(?:can|could|don't have to|doesn't have to|won't|know|knows) (?!not\b))(?!no)"),
        (0.85, r"\b(?:now|then|and|(?:it|that|which) means(?: that)?) (?:I|we) (?:can|could) (?:just )?(?!not\b)"),
        (0.8, r"\blets (?:me|us) (?:just )?"),
        (0.75, r"(?<!so )(?<!that )(?=\b(?:I|we) (?:(?:don't|won't) (?:ever )?have to|no longer)\b)"),
        (0.5, r"(?<!so )(?<!that )(?<!what )(?<!now )(?<!and )\b(?:I|we) can (?!not\b|only\b|work\b)"),
    ),
    *_cues("outcome", "holds", (0.65, r"\b(?:otherwise|or else|because then)\b,? (?=\w)")),
)

# Possible ends of a clause: a break in speech, a new main clause, an aside.
_BREAK = re.compile(
    rf",?\s*(?:--+|[—–;\[(])|\s-\s|:\s|,\s+(?=(?:(?:and|but|so|or|then) )*{_WHO}\b)"
    r"|,\s+(?=(?:but|because|'cause|which|though|although|otherwise|okay|right|you know|like|and then|so that|if|when)\b)"
    r"|,\s+(?=to be (?:honest|fair)|and (?:the|my|our|a) (?:\w+ ){1,2}(?:is|are|was|were|has|have|goes|comes)\b)",
    re.IGNORECASE,
)
_COMMA = re.compile(r",\s+")
# "It" is an object as often as a subject, so only with a verb after it.
_NEW_SUBJECT = re.compile(
    rf"\s+(?=(?:(?:and|but|so|because|'cause) )?(?!it (?!is|was|has|goes|gets|takes|does|will|would|can|means)){_WHO}(?:'\w+)?\s)"
    r"|\s+(?=then\s)",
    re.IGNORECASE,
)
_NEW_CLAUSE = re.compile(rf"\s+(?=(?:(?:and|but|so|because|'cause|cause) (?:then )?{_WHO}|but the)\b)", re.IGNORECASE)
# A pronoun after these continues the clause.
_GOES_ON = re.compile(
    r"\b(?:what|that|which|who|how|where|when|if|why|because|than|as|whether|think|know|say|says|tell|see|hope|and|or|all"
    r"|thing|the|of|to|for|with|on|in|at|about|from|by|asks?|wants?|needs?|gives?|shows?|sends?|put|get|make|let|is|are|was|do|does)$",
    re.IGNORECASE,
)
_MAIN_FOLLOWS = re.compile(r"(?:^|,|\b(?:and|but|so|because|'cause|like|then|that|is|or|well|now))$", re.IGNORECASE)
# "What I want to use" and "the tools I can choose from" depend on the words before them, and are not clauses.
_SPOKEN_BY_SELF = re.compile(r"(?:I|we|otherwise|or else)\b", re.IGNORECASE)
_MAY_BEGIN = re.compile(
    r"(?:^|[,;:\-—–)\]]|\b(?:and|but|so|because|'cause|if|when|once|think|guess|know|then|like|well|now|okay|yeah|no"
    r"|although|though|sometimes|often|usually|today|\w+ly|I|we))\s*$",
    re.IGNORECASE,
)
_NO_SITUATION = re.compile(
    r"\b(?:know|knows|knew|see|sure|since|ask|asks|asked|tell|check|wonder|remember|as|even|only|that's|is it|say|about)$",
    re.IGNORECASE,
)
_NO_END = re.compile(
    r"\b(?:an?|the|my|our|your|their|and|or|but|so|because|if|when|that|than|as|is|are|was|were|be"
    r"|it's|I|we|they|I'm|says?|asks?|tells?|like|um|uh|er|erm)$",
    re.IGNORECASE,
)
_STRANDED = re.compile(r"\b(?:of|to|for|with|from|by|in|on|at|about)$", re.IGNORECASE)
_TRAILING = re.compile(r"(?:[\s.,;:!?…]|-+$)+$")
_FALTERS = re.compile(r"\b(?:um|uh|er|erm|hmm|you know|I mean|I don't know)\b|(?<!\w)like,|, like", re.IGNORECASE)
_BY_HAND = re.compile(r"\b(?:by hand|manually|retype|type it|apologi[sz]e|go back|ring|chase|redo)\b", re.IGNORECASE)
_PAST = re.compile(r"\b(?:was|were|had|did|went|came|said|(?:I|we|they|he|she|it) \w{3,}ed)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_EMPTY = SPOKEN | frozenset("that this they them there then than with what when from have been".split())  # noqa: SIM905
# Names known only to one participant, unlike days and months.
_NAMED = re.compile(rf"(?<=[a-z,] )(?!I\b|(?i:{_DAY}|{_MONTH})\b)[A-Z]\w*")
_POINTING = re.compile(r"(?:it|them|him|this|these|those)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StatementPart:
    """One part in a participant's own words: ``texts[index][start:end] == text``, never reworded."""

    kind: Kind
    text: str
    index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class JobStatement:
    """The parts of a statement, at most one of each kind, in the order situation, motivation, outcome."""

    parts: tuple[StatementPart, ...]

    @property
    def sentence(self) -> str:
        """ "When <situation>, I want to <motivation>, so I can <outcome>", with "…" for what nobody said.

        The words between give way where a part brings its own: "If …", "I want the …", "so they …", "otherwise …".
        """
        text_by_kind = {part.kind: part.text for part in self.parts}
        situation = text_by_kind.get("situation", f"When {ABSENT}")
        motivation, outcome = text_by_kind.get("motivation", ABSENT), text_by_kind.get("outcome", ABSENT)
        wish_opening = "I want" if re.match(rf"{_THING}\b", motivation, re.IGNORECASE) else "I want to"
        if re.match(r"(?:otherwise|or else|because)\b", outcome, re.IGNORECASE):
            outcome_phrase = outcome[0].lower() + outcome[1:]
        elif re.match(rf"(?:{_WHO}|the)\b", straight(outcome), re.IGNORECASE):
            outcome_phrase = f"so {outcome}"
        else:
            outcome_phrase = f"so I can {outcome}"
        return f"{situation[0].upper()}{situation[1:]}, {wish_opening} {motivation}, {outcome_phrase}"


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that states one part of a job: its ``words``, and all of it, from ``start`` on, with what it begins with.

    For "so I can see it" the words are "see it". ``worth`` is about 0 to 1: how plainly the part is said.
    """

    kind: Kind
    start: int
    words: int
    end: int
    worth: float


def job_statement(texts: Sequence[str], ranked: Sequence[int]) -> JobStatement:
    """A draft of a job statement from one of the answers ``ranked`` (indices into ``texts``, clearest first).

    All its parts are said in one text, near each other: a motivation, and a situation or an outcome at least; without such a
    text it has no parts. The answer that says most of them, plainly and clearly, is taken. The form is the job story of
    Klement (2013).
    """
    best, chosen = 0.0, tuple[StatementPart, ...]()
    for rank, index in enumerate(ranked):
        parts, worth = _best_parts(texts[index], index)
        worth -= RANK_WEIGHT * rank / len(ranked)
        # More parts outweigh any rank: a statement with a gap is worse.
        worth += 2.0 * len(parts)
        if len(parts) >= FEWEST_PARTS and worth > best:
            best, chosen = worth, parts
    return JobStatement(chosen)


def _best_parts(text: str, index: int) -> tuple[tuple[StatementPart, ...], float]:
    """Return the best combination of parts of one text, around the motivation; none without one."""
    clauses_by_kind: dict[Kind, list[Clause]] = {"situation": [], "motivation": [], "outcome": []}
    for clause in clauses(text):
        clauses_by_kind[clause.kind].append(clause)
    best, chosen = -1.0, tuple[Clause, ...]()
    for motivation in clauses_by_kind["motivation"]:
        # An ability before the motivation is not its outcome.
        later_outcomes = [each for each in clauses_by_kind["outcome"] if each.start > motivation.start]
        nearest = [_nearest(motivation, clauses_by_kind["situation"]), _nearest(motivation, later_outcomes)]
        supporting = [each for each in nearest if each is not None]
        if len(supporting) == 2 and _overlap(*supporting):
            supporting = supporting[:1]
        worth = motivation.worth + sum(
            1.0 + clause.worth - GAP_WEIGHT * _gap(clause, motivation) for clause in supporting
        )
        if worth > best:
            best, chosen = worth, (motivation, *supporting)
    order = ("situation", "motivation", "outcome")
    parts = tuple(
        StatementPart(clause.kind, text[clause.words : clause.end], index, clause.words, clause.end)
        for clause in sorted(chosen, key=lambda clause: order.index(clause.kind))
    )
    return parts, best


def _nearest(motivation: Clause, others: Sequence[Clause]) -> Clause | None:
    """Return the clause that fits a motivation best: plain, close by, and of other words."""
    fitting = [
        clause for clause in others if not _overlap(clause, motivation) and _gap(clause, motivation) <= LONGEST_GAP
    ]
    return max(fitting, key=lambda clause: clause.worth - GAP_WEIGHT * _gap(clause, motivation), default=None)


def _overlap(one: Clause, other: Clause) -> bool:
    return one.start < other.end and other.start < one.end


def _gap(one: Clause, other: Clause) -> int:
    return max(one.start - other.end, other.start - one.end, 0)


@lru_cache(maxsize=20_000)
def clauses(text: str) -> tuple[Clause, ...]:
    """Yield every clause of ``text`` that states a part of a job, in whole words and clauses."""
    return tuple(_clauses(text))


def _clauses(text: str) -> Iterator[Clause]:
    plain = straight(text)
    for start, end in sentence_spans(plain):
        sentence = plain[start:end]
        for cue in _CUES:
            for hit in cue.pattern.finditer(sentence):
                if _SPOKEN_BY_SELF.match(sentence, hit.start()) and not _MAY_BEGIN.search(sentence[: hit.start()]):
                    continue
                begin = hit.end() if cue.clause == "after" else hit.start()
                length = _length(sentence, begin, hit.end(), cue)
                clause = sentence[begin : begin + length]
                if length and _is_whole(sentence, begin, clause):
                    worth = cue.weight + _quality(clause, cue.kind)
                    if worth >= LEAST_WORTH:
                        yield Clause(cue.kind, start + hit.start(), start + begin, start + begin + length, worth)


def _length(sentence: str, begin: int, after: int, cue: _Cue) -> int:
    """Return the length of the clause that begins at ``begin``; 0 where its end is uncertain."""
    if cue.clause == "is":
        return after - begin
    if cue.kind == "situation":
        end = _end_of_situation(sentence, begin, after)
    else:
        ends = [_first(pattern, sentence, begin, after) for pattern in (_BREAK, _NEW_CLAUSE)]
        end = min((position for position in ends if position), default=len(sentence))
    return len(_TRAILING.sub("", sentence[begin:end])) if end else 0


def _end_of_situation(sentence: str, begin: int, after: int) -> int:
    """Return the end before a following main clause, else at the next break; 0 where it is ambiguous."""
    before = sentence[:begin].rstrip()
    if _NO_SITUATION.search(before):
        return 0
    breaks = [_first(pattern, sentence, begin, after) for pattern in (_BREAK, _COMMA)]
    ends = [end for end in breaks if end]
    subject = _first(_NEW_SUBJECT, sentence, begin, after)
    if subject and (not ends or subject < min(ends)):
        ends = [subject]
    if ends:
        parenthesis = re.match(r",\s+(?:is|was|are|were)\b", sentence[min(ends) :])
        return 0 if parenthesis else min(ends)
    return 0 if _MAIN_FOLLOWS.search(before) else len(sentence)


def _first(pattern: re.Pattern[str], sentence: str, begin: int, after: int) -> int | None:
    """Return the first end after enough words, past the cue and the subject of the clause."""
    for hit in pattern.finditer(sentence, after):
        before = sentence[begin : hit.start()]
        # "When the drawing we got …" has no verb yet.
        fewest = FEWEST_WORDS + bool(pattern is _NEW_SUBJECT and re.match(rf"\w+ {_THING} (?<!it )", before))
        if len(before.split()) >= fewest and not (pattern is _NEW_SUBJECT and _GOES_ON.search(before)):
            return hit.start()
    return None


def _is_whole(sentence: str, begin: int, clause: str) -> bool:
    """Whether a clause is of useful length, not broken off, no question, and not in somebody else's mouth."""
    rest = sentence[begin + len(clause) :].strip()
    is_quoted = sentence[:begin].count('"') % 2 or sentence[:begin].count("“") > sentence[:begin].count("”")
    is_torn = clause.count('"') % 2 or any(clause.count(a) != clause.count(b) for a, b in ("“”", "()", "[]"))
    is_unsure = rest.startswith(("?", "…", "...", "--", "—", "–")) and len(rest) <= 3
    length = len(clause.split())
    # "A place it came from" is whole, but only where the speaker stopped.
    is_stranded = _STRANDED.search(clause) and rest[:1] not in (".", ",", ";", "!")
    is_halting = re.match(r"\w+,", clause)
    return FEWEST_WORDS <= length <= MOST_WORDS and not (
        is_quoted or is_torn or is_stranded or is_unsure or is_halting or _NO_END.search(clause)
    )


def _quality(clause: str, kind: Kind) -> float:
    """What is to be taken off a clause for saying little, faltering, running on or being about the past."""
    words = _WORD.findall(clause.lower())
    telling = sum(len(word) > 3 and word not in _EMPTY for word in words)
    return -(
        0.15 * max(0, 3 - telling)
        + 0.04 * max(0, len(words) - USUAL_WORDS)
        + 0.12 * clause.count(",")
        + 0.1 * bool(_NAMED.search(clause))
        + 0.15 * (kind == "motivation" and bool(_POINTING.match(clause)))
        + 0.3 * len(_FALTERS.findall(clause))
        + 0.3 * (kind == "motivation" and bool(_BY_HAND.search(clause)))
        + 0.2 * (kind == "situation" and bool(_PAST.search(clause)))
    )
