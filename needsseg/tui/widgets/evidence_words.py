"""Evidence in words: a summary of a few lines, all details, and quotes with their participants."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from needsseg.actions.discovery.evidence import Evidence, SegmentSummary
from needsseg.actions.discovery.previews import LeftOver
from needsseg.actions.segments.cards import Card, CardQuote
from needsseg.actions.segments.segment_accounts import SegmentAccounts
from needsseg.records import Passage
from needsseg.symbols import Sign
from needsseg.text import format_count, safe
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.widgets.symbols import symbol_content
from needsseg.tui.words import GLYPHS, SEGMENT_GLYPHS, SEGMENT_WORDS, lines, one_line, plain, state

MOST_VOICES, MOST_WORDS, MOST_WARNINGS = 8, 4, 2
BAR = 20
FIGURES = (
    "strength: how firmly the run assigned a passage, from 0 to 1; 1 if a person assigned it",
    "nearest: how similar two segments are (cosine of their centroids); 1 means identical",
    "evenly, uneven: how passages are distributed over participants; 1 is the same number from each, 0 all from one",
    "words: phrases that clearly more of its participants use than others do; often there are none",
    "names that fit: how much closer its passages are to an archetype than usual, in standard deviations",
)
"""Explanations of the figures on the screen, a line each."""
NOT_TESTED = "not tested yet: {segments.sensitivity} tests it"


def bar(share: float, width: int = BAR) -> str:
    """Return a share in [0, 1] as a bar of characters."""
    full = min(max(round(share * width), 0), width)
    return "█" * full + "░" * (width - full)


def accounts_words(segment_accounts: SegmentAccounts | None) -> str:
    """Return the number of accounts behind a segment and what they pay, if known."""
    if segment_accounts is None or not segment_accounts.accounts:
        return ""
    text = f"{format_count(len(segment_accounts.accounts), 'account')}"
    return f"{text} paying {segment_accounts.pays}" if segment_accounts.pays else text


def next_step(segment: SegmentSummary, card: Card | None) -> str:
    """Return the next step towards confirming a segment, its key first; empty if there is none."""
    if segment.status == "set_aside" or (segment.status == "candidate" and card is None):
        return ""
    if segment.status == "confirmed":
        return (
            "" if segment.added else with_keys("{segments.back} goes to the list, {segments.down} goes to the next one")
        )
    if card is not None and not card.need:
        return with_keys("{segments.card} opens its card: what it needs, and a quote for each part")
    if segment.status == "candidate":
        return with_keys("{segments.rename} names it")
    return (
        with_keys("{segments.confirm} confirms it")
        if segment.decided
        else with_keys("{segments.next} goes to the quotes, {segments.keep} keeps one")
    )


def summary(
    evidence: Evidence, segment_accounts: SegmentAccounts | None = None, width: int = 0, sign: Sign | None = None
) -> Content:
    """Return the summary to read before the quotes, a line each, cut to ``width`` cells if given."""
    segment = evidence.summary
    status = SEGMENT_WORDS[segment.status]
    if segment.confirmed_by:
        status += f" by {segment.confirmed_by}, {(segment.confirmed_at or '')[:10]}"
    size = f"{format_count(segment.size, 'passage')} of {segment.people}"
    figures = [size, accounts_words(segment_accounts)]
    figures += [f"+ {segment.new} new"] if segment.new else []
    figures += [f"{segment.proposed} proposed"] if segment.proposed else []
    parts = [
        Content.assemble(
            *((symbol_content(sign[0]), " ") if sign else ()),
            plain(f"{SEGMENT_GLYPHS[segment.status]} {segment.name}", "bold"),
            plain(f"  {status}"),
        ),
        plain(" · ".join(filter(None, figures))),
    ]
    # Never cut: a figure's qualification is at its end.
    never_cut = [Content.assemble(plain("stability  ", "dim"), plain(segment.firmness or with_keys(NOT_TESTED)))]
    if segment.firm is not None and segment.firm.against:
        never_cut.append(plain(f"! {segment.firm.against}", "$text-warning"))
    parts += never_cut
    if segment.keywords:
        parts.append(Content.assemble(plain("words   ", "dim"), plain(", ".join(segment.keywords))))
    parts += [Content.assemble(plain("nearest ", "dim"), plain(_rival(evidence)))] if evidence.rival else []
    if evidence.voices:
        parts.append(Content.assemble(plain("people  ", "dim"), plain(_voices(evidence))))
    other_warnings = [
        warning for warning in segment.warnings if segment.firm is None or warning != segment.firm.against
    ]
    shown_warnings = other_warnings if len(other_warnings) <= MOST_WARNINGS else other_warnings[: MOST_WARNINGS - 1]
    hidden_count = len(other_warnings) - len(shown_warnings)
    if evidence.without_vectors:
        shown_warnings.append(with_keys("discover again ({segments.discover}) to see edge and rival"))
    parts += [plain(f"! {warning}", "$text-warning") for warning in shown_warnings]
    parts += (
        [plain(f"! and {format_count(hidden_count, 'warning')} more: {key_of('segments.details')}", "$text-warning")]
        if hidden_count > 0
        else []
    )
    fitted = [part.truncate(width, ellipsis=True) if width and part not in never_cut else part for part in parts]
    fitted += [plain(text, "italic") for text in (segment.need, segment.statement, segment.description) if text]
    return lines(fitted)


def _rival(evidence: Evidence, most: int = MOST_WORDS) -> str:
    rival = evidence.rival
    if rival is None:
        return ""
    own_words, rival_words = ", ".join(rival.apart[:most]), ", ".join(rival.rival_apart[:most])
    parts = [f"here {own_words}"] * bool(own_words) + [f"there {rival_words}"] * bool(rival_words)
    return f"“{rival.name}” {rival.nearness:.2f}" + (f": {' | '.join(parts)}" if parts else "")


def _voices(evidence: Evidence) -> str:
    total = sum(count for _, count in evidence.voices) or 1
    # A participant with one passage does not count for a segment yet.
    several = [(name, count) for name, count in evidence.voices if count > 1]
    single_count = len(evidence.voices) - len(several)
    shares = [f"{name} {count} ({count / total:.0%})" for name, count in several[:MOST_VOICES]]
    hidden_count = max(len(several) - MOST_VOICES, 0)
    shares += [f"{single_count} with one passage"] if single_count else []
    evenly = f"{evidence.evenness_word}: " if evidence.evenness_word else ""
    return evenly + ", ".join(shares) + (f", and {hidden_count} more" if hidden_count > 0 else "")


def names_that_fit(evidence: Evidence) -> Content:
    """Return the suggested names with their scores."""
    fits = ", ".join(f"{name.name} {name.score:.2f}" for name in evidence.summary.suggested_names)
    return Content.assemble(
        plain("names that fit  ", "dim"), plain(fits), plain(with_keys("  {segments.rename} names it"), "dim")
    )


def details(evidence: Evidence, segment_accounts: SegmentAccounts | None, companies: Mapping[str, str]) -> list[str]:
    """Return all details of a segment except its quotes, a line each; ``companies`` are accounts' names by id."""
    segment = evidence.summary
    rows = [f"{format_count(segment.size, 'passage')} of {segment.people}, {SEGMENT_WORDS[segment.status]}"]
    rows.append(f"Stability: {segment.firmness or with_keys(NOT_TESTED)}")
    rows += [f"! {warning}" for warning in segment.warnings]
    rows += ["", f"Participants: {evidence.evenness_word or 'unknown'}" + _figure(evidence.evenness)]
    total = sum(count for _, count in evidence.voices) or 1
    rows += [
        f"  {bar(count / total)} {count:>3}  {name}{': one passage' if count == 1 else ''}"
        for name, count in evidence.voices
    ]
    rows += ["", *_money(segment_accounts, companies)]
    if segment.keywords:
        rows += ["", f"Words: {', '.join(segment.keywords)}"]
    if evidence.rival:
        rows += ["", f"Nearest: {_rival(evidence, most=99)}"]
    if evidence.edge:
        rows += ["On the edge towards it:", *(f"  ~ {_attributed(passage, evidence)}" for passage in evidence.edge)]
    if evidence.without_vectors:
        missing = format_count(evidence.without_vectors, "passage has", "passages have")
        rows += [
            "",
            f"Edge and nearest rival unknown: {missing} no vector. Press {key_of('segments.discover')} to discover "
            "again and see them.",
        ]
    if segment.statement:
        rows += ["", f"Job statement: {segment.statement}"]
    elif evidence.sentence:
        part = evidence.stated[0]
        rows += [
            "",
            f"Draft of a job statement, from what {part.participant} said in passage {part.passage} "
            f"({key_of('segments.statement')} takes it):",
        ]
        rows += [f"  {evidence.sentence}"]
    if segment.suggested_names:
        rows += ["", "Names that fit:"]
        rows += [f"  {name.score:.2f}  {name.name}: {name.description}" for name in segment.suggested_names]
    return [*rows, "", "What the figures mean:", *(f"  {line}" for line in FIGURES)]


def _figure(value: float | None) -> str:
    return f" ({value:.2f})" if value is not None else ""


def _money(segment_accounts: SegmentAccounts | None, companies: Mapping[str, str]) -> list[str]:
    if segment_accounts is None or not segment_accounts.accounts:
        return ["Accounts: none known"]
    rows = [f"Accounts: {', '.join(companies.get(key) or key for key in segment_accounts.accounts)}"]
    rows.append(f"  {format_count(segment_accounts.participants, 'participant')} matched to an account")
    when = f", as of {segment_accounts.as_of}" if segment_accounts.as_of else ""
    priced = f"{format_count(segment_accounts.priced, 'account')} with a known price{when}"
    rows.append(
        f"  paying {segment_accounts.pays} ({priced})" if segment_accounts.pays else "  what they pay is not known"
    )
    return rows


def _attributed(passage: Passage, evidence: Evidence) -> str:
    return f"“{one_line(passage.quote, 120)}” {evidence.names.of(passage)}"


def card_line(quote: CardQuote, width: int = 0) -> Content:
    """Return one quote of the card with its participant, cut to ``width`` cells if given; ● is pinned, ○ proposed."""
    quoted_part = Content.assemble(
        plain(f"{'●' if quote.pinned else '○'} {quote.part:<10} ", "dim"),
        plain(f"“{one_line(quote.quote)}”", "" if quote.pinned else "italic"),
    )
    participant = plain(f"  {quote.participant}", "dim")
    room = width - participant.cell_length
    return Content.assemble(
        quoted_part.truncate(room, ellipsis=True) if 10 < room < quoted_part.cell_length else quoted_part, participant
    )


def quoted(
    passage: Passage,
    about: str,
    *,
    marked: bool = False,
    words: str = "",
    name: str = "",
    around: tuple[str, str] = ("", ""),
) -> Content:
    """Return a quote with its participant's ``name``, after ``words`` on its status.

    The sentences ``around`` it, before and after, are shown in grey.
    """
    speaker = name or passage.speaker or "unnamed speaker"
    # A file is mostly named after its participant: repeating the name would cost a line.
    same = speaker.casefold().replace(" ", "-") == passage.interview.casefold() or speaker.endswith(
        f"· {passage.interview}"
    )
    interview = "" if same else f" · {passage.interview}"
    codes = "".join(f" #{code}" for code in passage.codes)
    return Content.assemble(
        plain("■ " if marked else "", "bold"),
        plain(f"{words} · " if words else "", "bold"),
        plain(f"{GLYPHS[state(passage)]} {speaker}{interview} · {about}{codes}", "dim"),
        "\n",
        plain(f"{safe(around[0])} " if around[0] else "", "dim"),
        plain(safe(passage.quote), "reverse" if marked else ""),
        plain(f" {safe(around[1])}" if around[1] else "", "dim"),
        "\n",
    )


def loose(row: LeftOver, *, marked: bool) -> Content:
    """Return a passage in no segment, with the nearest segment."""
    if row.off_topic:
        return quoted(
            row.passage,
            with_keys("{segments.keep} undoes that"),
            words="× off-topic",
            marked=marked,
            name=row.participant,
        )
    nearest = f"nearest “{row.name}” {row.nearness:.2f}" if row.nearest is not None and row.nearness is not None else ""
    return quoted(row.passage, nearest or "nearest unknown", marked=marked, name=row.participant)


def quote_signs(evidence: Evidence) -> Mapping[int, str]:
    """Return signs and words by passage id, for exemplars, edge passages and new ones."""
    exemplars = {passage.id for passage in evidence.summary.exemplars}
    edge = {passage.id for passage in evidence.edge or ()}
    signs = ((exemplars, "★ exemplar"), (edge, "~ edge"), (evidence.new, "+ new"))
    return {
        passage: " ".join(word for ids, word in signs if passage in ids)
        for passage in {*exemplars, *edge, *evidence.new}
    }
