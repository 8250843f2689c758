"""The report's sections on accounts: who is labelled and how sure, what they pay by segment, and who stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, cast

from needsseg.accounts.tiers.firmographic import UNKNOWN
from needsseg.accounts.tiers.lifecycle import STAGES
from needsseg.accounts.tiers.rollups import rollup as roll_up
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.engines import engine_for, open_session
from needsseg.actions.accounts.revenue import revenue_as_of
from needsseg.actions.coding.pseudonyms import Cover
from needsseg.actions.exchange.report.gathered import covered_error
from needsseg.actions.validation import retention
from needsseg.errors import NeedssegError
from needsseg.exchange.report.content import Block, Bullets, Head, Missing, Section, Text
from needsseg.exchange.report.pictures import Curves, Point
from needsseg.exchange.report.table import Table
from needsseg.progress import Progress
from needsseg.records import LabelSource
from needsseg.study.connection import Study
from needsseg.study.segments import segments
from needsseg.symbols import glyphs
from needsseg.text import format_count, format_list

if TYPE_CHECKING:
    from needsseg.accounts import AccountProfile
    from needsseg.accounts.tiers.revenue import Revenue
    from needsseg.accounts.tiers.rollups import Cell, Rollup
    from needsseg.validation.retention import Validation
    from needsseg.validation.survival import Curve

LISTED = 300
_SOURCES = {"interview": "from interviews", "survey": "from survey answers", "assigned": "from assigned texts"}
BY = ("size", "lifecycle_stage", "industry")


@dataclass(frozen=True, slots=True)
class AccountData:
    """Every account's profile, and what each account pays."""

    profiles: tuple[AccountProfile, ...]
    amounts: Revenue
    as_of: date

    def labelled(self, name: str) -> list[str]:
        """The ids of the accounts that carry a segment."""
        return [profile.account_id for profile in self.profiles if profile.needs_segment == name]

    def at_risk(self, name: str) -> list[str]:
        """The ids of the accounts that carry a segment and whose stage is at risk."""
        rows = [profile for profile in self.profiles if profile.needs_segment == name]
        return [profile.account_id for profile in rows if profile.lifecycle_stage == "at_risk"]

    def stages(self, name: str) -> dict[str, int]:
        """The number of accounts that carry a segment by lifecycle stage, in the order of stages."""
        counts = Counter(p.lifecycle_stage or UNKNOWN for p in self.profiles if p.needs_segment == name)
        return {
            stage.replace("_", " "): counts[stage]
            for stage in (*STAGES, *sorted(set(counts) - set(STAGES)))
            if counts[stage]
        }

    def amount(self, ids: Sequence[str]) -> float:
        """What accounts pay together, to order by; amounts in several currencies are counted one to one."""
        return sum(self.amounts.total(ids).values())

    def sum_of(self, ids: Sequence[str]) -> str:
        """What accounts pay together in words, and of how many it is known; "–" for no account."""
        known = [each for each in ids if self.amounts.of(each)]
        if not known:
            return "not known" if ids else "–"
        of = "" if len(known) == len(ids) else f", known of {len(known)} of {len(ids)}"
        return f"{self.amounts.words(self.amounts.total(known))}{of}"

    def paid(self, name: str) -> str:
        """What the accounts that carry a segment pay together, in words."""
        return self.sum_of(self.labelled(name))

    def of_segment(self, name: str) -> list[tuple[str, str]]:
        """Rows (label, text) on the accounts with a segment: number, mean confidence and amount paid."""
        profiles = [profile for profile in self.profiles if profile.needs_segment == name]
        confidences = [p.needs_segment_confidence for p in profiles if p.needs_segment_confidence is not None]
        mean = f", mean confidence {sum(confidences) / len(confidences):.2f}" if confidences else ""
        money = self.sum_of([profile.account_id for profile in profiles])
        return [("accounts labelled with it", f"{len(profiles)}{mean}"), (self.amount_label, money)]

    @property
    def amount_label(self) -> str:
        """The label for amounts: ARR only if the interval of their column is known."""
        currency = f", {self.amounts.currency}" if self.amounts.currency else ""
        if self.amounts.yearly is not None:
            return f"ARR{currency}"
        return f"paid (column “{self.amounts.column or 'amount'}”{currency}; period unknown)"


@dataclass(frozen=True, slots=True)
class Stack:
    """The report's sections on accounts; ``data`` is None without account data, ``doubts`` list what is missing."""

    data: AccountData | None
    in_short: str
    sections: tuple[Section, ...]
    doubts: tuple[str, ...]

    @property
    def has_labels(self) -> bool:
        """Whether any account carries a need."""
        return self.data is not None and any(profile.needs_segment for profile in self.data.profiles)


def gather_stack(
    study: Study, over: Cover, as_of: date | None, since: date | None, progress: Progress, engine: str | None
) -> Stack:
    """Gather accounts, roll-ups and curves as of a day; without accounts or a day, a section that says so."""
    if "accounts" not in accounts.sources(study):
        return _without_accounts(
            "No account data is imported, so the report has nothing on accounts, revenue and retention."
        )
    if as_of is None:
        return _without_accounts("There are accounts but no usage events, so a day has to be named to look from.")
    backend = engine_for(study, engine)
    with open_session(backend, account_sources.stack_files(study).accounts.parent):
        rows = tuple(accounts.profiles(study, as_of, progress, backend))
        data = AccountData(rows, revenue_as_of(study, as_of, backend), as_of)
    labelled = [row for row in rows if row.needs_segment]
    stays, doubts = _retention(study, over, data, since, progress, engine)
    if len(labelled) < len(rows):
        doubts = (
            f"{len(rows) - len(labelled)} of {format_count(len(rows), 'account')} are not labelled: their need is not known.",
            *doubts,
        )
    paid = roll_up(rows, data.amounts).total if rows else None
    if paid is not None and paid.priced < paid.accounts:
        doubts = (
            *doubts,
            f"What they pay is known for {paid.priced} of {format_count(paid.accounts, 'account')}; the others are "
            "left out, not counted as 0.",
        )
    return Stack(
        data,
        _labels_in_short(rows, labelled, as_of),
        (
            Section("accounts", "Accounts and their segments", _labels(over, data, labelled)),
            Section("rollups", "Accounts and money by tier", _rollups(data)),
            Section("curves", "Who stays", stays),
        ),
        doubts,
    )


def _labels_in_short(rows: Sequence[AccountProfile], labelled: Sequence[AccountProfile], as_of: date) -> str:
    """How many accounts are labelled and where the labels come from, in words."""
    counts = Counter(row.needs_segment_source for row in labelled)
    sources = format_list([f"{count} {_SOURCES.get(name, name)}" for name, count in counts.most_common()])
    whence = f": {sources}" if sources else ""
    return f"{len(labelled)} of {format_count(len(rows), 'account')} are labelled with a need as of {as_of}{whence}."


def _without_accounts(reason: str) -> Stack:
    return Stack(None, "", (Section("accounts", "Accounts", (Missing(reason),)),), (reason,))


def _labels(over: Cover, data: AccountData, labelled: Sequence[AccountProfile]) -> tuple[Block, ...]:
    """Where labels come from and how sure they are, by segment; single accounts only with the names of the study."""
    if not labelled:
        return (
            Missing("No account carries a needs segment: no participant with a decided first need is matched to one."),
        )
    contested = sum(bool(row.contested) and not row.needs_segment for row in data.profiles)
    unconfirmed = sum(not row.needs_segment_confirmed_by for row in labelled)
    sources = sorted({row.needs_segment_source for row in labelled})
    rows = []
    for name in sorted({row.needs_segment for row in labelled}):
        of_segment = [row for row in labelled if row.needs_segment == name]
        counts = Counter(row.needs_segment_source for row in of_segment)
        rows.append(
            (name, *(str(counts[source]) for source in sources), str(len(of_segment)), _mean_confidence(of_segment))
        )
    blocks: list[Block] = [
        Text(f"{unconfirmed} labels rest on a segment nobody confirmed; {contested} accounts are contested and left open."),
        Table("Labelled accounts by where the label comes from", ("segment", *sources, "all", "mean confidence"), tuple(rows)),
    ]  # fmt: skip
    if over.original:
        blocks.append(_each_label(data, labelled))
    return tuple(blocks)


def _mean_confidence(rows: Sequence[AccountProfile]) -> str:
    known = [row.needs_segment_confidence for row in rows if row.needs_segment_confidence is not None]
    return f"{sum(known) / len(known):.2f}" if known else "–"


def _each_label(data: AccountData, labelled: Sequence[AccountProfile]) -> Table:
    shown = sorted(labelled, key=lambda row: (row.needs_segment, -(row.needs_segment_confidence or 0), row.account_id))
    rows = tuple(_label(data, row) for row in shown[:LISTED])
    header = ("name", "segment", "source", "confidence", "confirmed by", "lifecycle", data.amount_label)
    more = f" The first {LISTED} of {len(shown)}; the export lists all of them." if len(shown) > LISTED else ""
    return Table(f"Labelled accounts, and how sure each label is.{more}", header, rows, folded=True)


def _label(data: AccountData, row: AccountProfile) -> tuple[str, ...]:
    confidence = row.needs_segment_confidence
    return (
        row.name or row.account_id, row.needs_segment, row.needs_segment_source,
        "–" if confidence is None else f"{confidence:.2f}", row.needs_segment_confirmed_by or "nobody",
        row.lifecycle_stage or "unknown",
        data.amounts.pays(row.account_id) or "?",
    )  # fmt: skip


def _rollups(data: AccountData) -> tuple[Block, ...]:
    if not data.profiles:
        return (Text("There are no accounts."),)
    blocks: list[Block] = [
        Text(
            f"A cell shows accounts, their share of the row, and what they pay: {data.amount_label}. * marks fewer than "
            "five accounts, of which a share says little."
        ),
        *([Bullets(data.amounts.notes)] if data.amounts.notes else []),
    ]
    for by in BY:
        table = roll_up(data.profiles, data.amounts, "needs_segment", by)
        words = by.replace("_", " ")
        header = ("segment", *(column.replace("_", " ") for column in table.columns), "all")
        rows = [
            (row.name, *(_cell(data, row.cells[column]) for column in table.columns), _cell(data, row.total))
            for row in table.rows
        ]
        totals = ("all", *(_cell(data, table.totals[column]) for column in table.columns), _cell(data, table.total))
        blocks += [Head(f"By {words}", f"by-{by.replace('_', '-')}"), _table(words, header, (*rows, totals), table)]
    return tuple(blocks)


def _table(words: str, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], rollup: Rollup) -> Table:
    return Table(f"{format_count(rollup.total.accounts, 'account')} by segment and {words}", header, rows)


def _cell(data: AccountData, cell: Cell) -> str:
    if not cell.accounts:
        return "–"
    sums = data.amounts.sums(cell.by_currency)
    money = f" · {sums}" if sums else ""
    return f"{cell.accounts}{'*' if cell.small else ''} ({cell.share_of_row:.0%}){money}"


def _retention(
    study: Study, over: Cover, data: AccountData, since: date | None, progress: Progress, engine: str | None
) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The retention curves with their verdict, and what they leave open; or the reason that there are none.

    Labels of several sources are not mixed: those of the source with most labels are followed.
    """
    counts = Counter(row.needs_segment_source for row in data.profiles if row.needs_segment)
    source = cast(LabelSource, counts.most_common(1)[0][0]) if len(counts) > 1 else None
    try:
        validation = retention.validate(study, data.as_of, since, source=source, progress=progress, engine=engine)
    except NeedssegError as error:
        reason = covered_error(study, over, error)
        return (Missing(f"Who stays cannot be shown. {reason}"),), (f"Who stays, by segment: not shown. {reason}",)
    verdict = validation.verdict
    blocks: list[Block] = [
        Text(verdict.sentence, lead=True),
        *([Text(f"Followed are accounts whose label comes from: {source}.")] if source else []),
        Bullets((*verdict.reasons, f"What to do: {verdict.advice}", *(f"To know more: {each}." for each in verdict.needed))),
        _curves(validation, data.as_of, _symbols(study)),
        Table(
            "Who stays, by segment", ("segment", "accounts", "left", "stayed to the end", "95% interval", "half left by day"),
            tuple(_curve(curve) for curve in validation.curves),
        ),
    ]  # fmt: skip
    if validation.warnings:
        blocks.append(Bullets(tuple(f"Caution: {warning}" for warning in validation.warnings)))
    return tuple(blocks), (verdict.sentence,) if verdict.word != "adds something" else ()


def _symbols(study: Study) -> dict[str, str]:
    """Return the symbol of each segment by its name."""
    rows = segments.listing(study)
    signs = glyphs([row.id for row in rows])
    return {row.name: signs[row.id][0] for row in rows}


def _curves(validation: Validation, as_of: date, symbols: Mapping[str, str]) -> Curves:
    starts = f"since {validation.design.since}" if validation.design.since else "since each one's interview"
    caption = (
        f"{format_count(validation.accounts, 'account')} followed {starts}, {validation.events} left, as of {as_of}. Bands "
        "are 95% intervals."
    )
    lines = tuple(
        (curve.segment, tuple(Point(s.day, s.survival, s.low, s.high) for s in curve.steps))
        for curve in validation.curves
    )
    return Curves("Share of accounts that stay, by days since the start", caption, lines, symbols)


def _curve(curve: Curve) -> tuple[str, ...]:
    last = curve.steps[-1]
    between = "–" if last.low is None or last.high is None else f"{last.low:.0%} to {last.high:.0%}"
    half = "not reached" if curve.median is None else str(curve.median)
    return (
        curve.segment,
        str(curve.accounts),
        str(curve.events),
        f"{last.survival:.0%} at day {last.day}",
        between,
        half,
    )
