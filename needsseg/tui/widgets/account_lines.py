"""The lines of the account list: columns, header, and one line an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from needsseg.symbols import Sign
from needsseg.tui.words import SEGMENT_GLYPHS, row

if TYPE_CHECKING:
    from needsseg.actions.accounts import AccountProfile

COLUMNS = {
    "Account": 18, "Lifecycle": 11, "Need": 20, "Source": 9, "Firmographic": 15, "Behaviour": 14, "Pays": 11, "Action": 60,
}  # fmt: skip


def columns(sort: str) -> tuple[str, ...]:
    """Return the columns from left to right; the column that rows are sorted by must be visible."""
    first = ("Account", "Pays") if sort == "amount" else ("Account",)
    return (*first, *(name for name in COLUMNS if name not in first))


def header(shown: Sequence[str], *, by_year: bool) -> str:
    """Return the header: the names of the columns; ``by_year`` where amounts are known to be a year's."""
    pays = ("Pays/year" if by_year else "Pays").rjust(COLUMNS["Pays"] - 1)
    names = (pays if name == "Pays" else name for name in shown)
    return row(names, (COLUMNS[name] for name in shown)).plain


def line(profile: AccountProfile, paid: str, shown: Sequence[str], signs: Mapping[str, Sign] | None = None) -> str:
    """Return an account's line, as wide as the header; ``paid`` is its amount in words, ``signs`` the segments' symbols."""
    values = _values(profile, paid, signs or {})
    return row((values[name] for name in shown), (COLUMNS[name] for name in shown)).plain


def _values(profile: AccountProfile, paid: str, signs: Mapping[str, Sign]) -> dict[str, str]:
    """Return an account's values by column; the need's symbol shows whether a person confirmed it."""
    segment_sign = signs.get(profile.needs_segment or "")
    sign = (segment_sign[0] if segment_sign else "") + SEGMENT_GLYPHS[
        "confirmed" if profile.needs_segment_confirmed_by else "named"
    ]
    confidence = f" {profile.needs_segment_confidence:.2f}" if profile.needs_segment_confidence is not None else ""
    need = (
        f"{sign} {profile.needs_segment}{confidence}"
        if profile.needs_segment
        else "contested"
        if profile.contested
        else "–"
    )
    return {
        "Account": profile.name or profile.account_id,
        "Lifecycle": profile.lifecycle_stage.replace("_", " "),
        "Need": need,
        "Source": profile.needs_segment_source or "–",
        "Firmographic": profile.firmographic_tier.replace("_", " "),
        "Behaviour": profile.behavioral_segment.replace("_", " ") or "–",
        "Pays": f"{paid or '–':>{COLUMNS['Pays'] - 1}}",
        "Action": profile.recommended_action or "–",
    }
