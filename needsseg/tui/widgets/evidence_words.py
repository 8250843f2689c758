"""Evidence in words: a summary of a few lines, all of it, and a quote with who said it."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from needsseg.actions.discovery.evidence import Evidence, SegmentSummary
from needsseg.actions.discovery.previews import LeftOver
from needsseg.actions.segments.cards import Card, CardQuote
from needsseg.actions.segments.segment_accounts import Backing
from needsseg.records import Passage
from needsseg.text import format_count, safe
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.widgets.symbols import Sign, symbol_content
from needsseg.tui.words import GLYPHS, SEGMENT_GLYPHS, SEGMENT_WORDS, lines, one_line, plain, state

MOST_VOICES, MOST_WORDS, MOST_WARNINGS = 8, 4, 2
BAR = 20
FIGURES = (
    "strength: how firmly the run put a passage here, from 0 to 1; 1 too where a person put it",
    "nearest: how alike two segments are on the whole (cosine of their middles); 1 would be the same",
    "evenly, uneven: how passages are spread over participants; 1 is the same number from each, 0 all from one",
    "words: phrases that clearly more of its participants use than of the others; often there are none",
    "names that fit: how much nearer its passages are to an archetype than usual, in standard deviations",
)
"""What the figures on the screen mean, a line each."""
NOT_TESTED = "not tested yet: {segments.sensitivity} tests it"


def bar(share: float, width: int = BAR) -> str:
    """A share in [0, 1] as a bar of characters."""
    full = min(max(round(share * width), 0), width)
    return "█" * full + "░" * (width - full)


def amount(value: float) -> str:
    """An amount of money in round figures."""
    return f"{value:,.0f}"


def backed(backing: Backing | None) -> str:
    """The accounts behind a segment and what they pay, as far as it is known."""
    if backing is None or not backing.accounts:
        return ""
    known = f"{format_count(len(backing.accounts), 'account')}"
    if backing.arr is not None:
        return f"{known}, ARR {amount(backing.arr)}"
    return known + (f" paying {amount(backing.amount)}" if backing.amount is not None else "")


def next_step(of: SegmentSummary, card: Card | None) -> str:
    """What to do next with a segment on its way to being confirmed, each key before what it does."""
    if of.status == "set_aside" or (of.status == "candidate" and card is None):
        return ""
    if of.status == "confirmed":
        return "" if of.added else with_keys("{segments.back} goes to the list, {segments.down} goes to the next one")
    if card is not None and not card.need:
        return with_keys("{segments.card} opens its card: what it needs, and a quote for each part")
    if of.status == "candidate":
        return with_keys("{segments.rename} names it")
    return (
        with_keys("{segments.confirm} confirms it")
        if of.decided
        else with_keys("press {segments.next} to go to the quotes, {segments.keep} keeps one")
    )


def summary(evidence: Evidence, backing: Backing | None = None, width: int = 0, sign: Sign | None = None) -> Content:
    """What one must know before reading the quotes, a line each, cut to ``width`` cells where it is given."""
    of = evidence.summary
    status = SEGMENT_WORDS[of.status]
    if of.confirmed_by:
        status += f" by {of.confirmed_by}, {(of.confirmed_at or '')[:10]}"
    size = f"{format_count(of.size, 'passage')} of {of.people}"
    known = [size, backed(backing)]
    known += [f"+ {of.new} new"] if of.new else []
    known += [f"{of.proposed} proposed"] if of.proposed else []
    parts = [
        Content.assemble(
            *((symbol_content(sign[0]), " ") if sign else ()),
            plain(f"{SEGMENT_GLYPHS[of.status]} {of.name}", "bold"),
            plain(f"  {status}"),
        ),
        plain(" · ".join(filter(None, known))),
    ]
    # Never cut: what qualifies a figure stands behind it.
    whole = [Content.assemble(plain("stability  ", "dim"), plain(of.firmness or with_keys(NOT_TESTED)))]
    if of.firm is not None and of.firm.against:
        whole.append(plain(f"! {of.firm.against}", "$text-warning"))
    parts += whole
    if of.keywords:
        parts.append(Content.assemble(plain("words   ", "dim"), plain(", ".join(of.keywords))))
    parts += [Content.assemble(plain("nearest ", "dim"), plain(_rival(evidence)))] if evidence.rival else []
    if evidence.voices:
        parts.append(Content.assemble(plain("voices  ", "dim"), plain(_voices(evidence))))
    others = [said for said in of.warnings if of.firm is None or said != of.firm.against]
    warned = others if len(others) <= MOST_WARNINGS else others[: MOST_WARNINGS - 1]
    rest = len(others) - len(warned)
    if evidence.without_vectors:
        warned.append(with_keys("discover again ({segments.discover}) to see edge and rival"))
    parts += [plain(f"! {warning}", "$text-warning") for warning in warned]
    parts += (
        [plain(f"! and {format_count(rest, 'warning')} more: {key_of('segments.details')}", "$text-warning")]
        if rest > 0
        else []
    )
    fitted = [part.truncate(width, ellipsis=True) if width and part not in whole else part for part in parts]
    fitted += [plain(text, "italic") for text in (of.need, of.statement, of.description) if text]
    return lines(fitted)


def _rival(evidence: Evidence, most: int = MOST_WORDS) -> str:
    rival = evidence.rival
    if rival is None:
        return ""
    here, there = ", ".join(rival.apart[:most]), ", ".join(rival.rival_apart[:most])
    told = (
        f": {' | '.join(filter(None, (here and f'here {here}', there and f'there {there}')))}" if here or there else ""
    )
    return f"“{rival.name}” {rival.nearness:.2f}{told}"


def _voices(evidence: Evidence) -> str:
    total = sum(count for _, count in evidence.voices) or 1
    # Who said one passage only does not count for a segment yet.
    several = [(name, count) for name, count in evidence.voices if count > 1]
    once = len(evidence.voices) - len(several)
    shares = [f"{name} {count} ({count / total:.0%})" for name, count in several[:MOST_VOICES]]
    rest = max(len(several) - MOST_VOICES, 0)
    shares += [f"{once} with one passage"] if once else []
    evenly = f"{evidence.evenness_word}: " if evidence.evenness_word else ""
    return evenly + ", ".join(shares) + (f", and {rest} more" if rest > 0 else "")


def names_that_fit(evidence: Evidence) -> Content:
    """The suggested names with their scores: the last thing to read."""
    fits = ", ".join(f"{name.name} {name.score:.2f}" for name in evidence.summary.suggested_names)
    return Content.assemble(
        plain("names that fit  ", "dim"), plain(fits), plain(with_keys("  {segments.rename} names it"), "dim")
    )


def details(evidence: Evidence, backing: Backing | None, companies: Mapping[str, str]) -> list[str]:
    """All that is known of a segment but its quotes, a line each; ``companies`` names accounts as participants do."""
    of = evidence.summary
    said = [f"{format_count(of.size, 'passage')} of {of.people}, {SEGMENT_WORDS[of.status]}"]
    said.append(f"Stability: {of.firmness or with_keys(NOT_TESTED)}")
    said += [f"! {warning}" for warning in of.warnings]
    said += ["", f"Who carries it: {evidence.evenness_word or 'unknown'}" + _figure(evidence.evenness)]
    total = sum(count for _, count in evidence.voices) or 1
    said += [
        f"  {bar(count / total)} {count:>3}  {name}{': one passage' if count == 1 else ''}"
        for name, count in evidence.voices
    ]
    said += ["", *_money(backing, companies)]
    if of.keywords:
        said += ["", f"Words: {', '.join(of.keywords)}"]
    if evidence.rival:
        said += ["", f"Nearest: {_rival(evidence, most=99)}"]
    if evidence.edge:
        said += ["On the edge towards it:", *(f"  ~ {_attributed(passage, evidence)}" for passage in evidence.edge)]
    if evidence.without_vectors:
        missing = format_count(evidence.without_vectors, "passage has", "passages have")
        said += [
            "",
            f"Edge and nearest rival unknown: {missing} no vector. Discover again to see it "
            f"({key_of('segments.discover')}).",
        ]
    if of.statement:
        said += ["", f"Job statement: {of.statement}"]
    elif evidence.sentence:
        part = evidence.stated[0]
        said += [
            "",
            f"Draft of a job statement, from what {part.participant} said in passage {part.passage} "
            f"({key_of('segments.statement')} takes it):",
        ]
        said += [f"  {evidence.sentence}"]
    if of.suggested_names:
        said += ["", "Names that fit:"]
        said += [f"  {name.score:.2f}  {name.name}: {name.description}" for name in of.suggested_names]
    return [*said, "", "What the figures mean:", *(f"  {line}" for line in FIGURES)]


def _figure(value: float | None) -> str:
    return f" ({value:.2f})" if value is not None else ""


def _money(backing: Backing | None, companies: Mapping[str, str]) -> list[str]:
    if backing is None or not backing.accounts:
        return ["Accounts behind it: none known"]
    said = [f"Accounts behind it: {', '.join(companies.get(key) or key for key in backing.accounts)}"]
    said.append(f"  {format_count(backing.participants, 'participant')} matched to an account")
    if backing.arr is not None:
        when = f", as of {backing.as_of}" if backing.as_of else ""
        said.append(
            f"  ARR {amount(backing.arr)} of {format_count(backing.priced, 'account')} with a known price{when}"
        )
    elif backing.amount is not None:
        of = f"{format_count(backing.priced, 'account')} with a known price, as of {backing.as_of}"
        said.append(f"  paying {amount(backing.amount)} ({of}; whether a month or a year is not said)")
    else:
        said.append("  ARR unknown")
    return said


def _attributed(passage: Passage, evidence: Evidence) -> str:
    return f"“{one_line(passage.quote, 120)}” {evidence.names.of(passage)}"


def card_line(quote: CardQuote, width: int = 0) -> Content:
    """One quote of the card with who said it, cut to ``width`` cells where it is given; ● is pinned, ○ proposed."""
    said = Content.assemble(
        plain(f"{'●' if quote.pinned else '○'} {quote.part:<10} ", "dim"),
        plain(f"“{one_line(quote.quote)}”", "" if quote.pinned else "italic"),
    )
    by = plain(f"  {quote.participant}", "dim")
    room = width - by.cell_length
    return Content.assemble(said.truncate(room, ellipsis=True) if 10 < room < said.cell_length else said, by)


def quoted(
    passage: Passage,
    about: str,
    *,
    marked: bool = False,
    words: str = "",
    name: str = "",
    around: tuple[str, str] = ("", ""),
) -> Content:
    """A quote with who said it, by the ``name`` they have everywhere, after words for what it is besides.

    The sentences ``around`` it, before and after, stand in grey.
    """
    who = name or passage.speaker or "unnamed speaker"
    # A file is mostly named after the one who speaks: to say it twice would cost a line.
    same = who.casefold().replace(" ", "-") == passage.interview.casefold() or who.endswith(f"· {passage.interview}")
    where = "" if same else f" · {passage.interview}"
    codes = "".join(f" #{code}" for code in passage.codes)
    return Content.assemble(
        plain("■ " if marked else "", "bold"),
        plain(f"{words} · " if words else "", "bold"),
        plain(f"{GLYPHS[state(passage)]} {who}{where} · {about}{codes}", "dim"),
        "\n",
        plain(f"{safe(around[0])} " if around[0] else "", "dim"),
        plain(safe(passage.quote), "reverse" if marked else ""),
        plain(f" {safe(around[1])}" if around[1] else "", "dim"),
        "\n",
    )


def loose(row: LeftOver, *, marked: bool) -> Content:
    """A passage in no segment, and how near the nearest one is."""
    if row.off_topic:
        return quoted(
            row.passage,
            with_keys("{segments.keep} undoes that"),
            words="× off-topic",
            marked=marked,
            name=row.participant,
        )
    near = f"nearest “{row.name}” {row.nearness:.2f}" if row.nearest is not None and row.nearness is not None else ""
    return quoted(row.passage, near or "nearest unknown", marked=marked, name=row.participant)


def quote_signs(evidence: Evidence) -> Mapping[int, str]:
    """For passages that are more than members: signs and words for what they are."""
    exemplars = {passage.id for passage in evidence.summary.exemplars}
    edge = {passage.id for passage in evidence.edge or ()}
    signs = ((exemplars, "★ exemplar"), (edge, "~ edge"), (evidence.new, "+ new"))
    return {
        passage: " ".join(word for there, word in signs if passage in there)
        for passage in {*exemplars, *edge, *evidence.new}
    }
