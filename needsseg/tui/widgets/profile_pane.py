"""The pane of one account's profile: its sentence, its label's source, flags, and actions with rule and evidence."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from needsseg.actions.accounts import AccountProfile, Revenue
from needsseg.records import AccountMatch
from needsseg.symbols import Sign
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.widgets.symbols import symbol_content
from needsseg.tui.words import lines, plain

METHODS = {
    "crm_id": "CRM id", "email_domain": "e-mail domain", "name": "name", "similar_name": "similar name", "by_hand": "a person",
    "ambiguous": "several fit", "unmatched": "nothing fits",
}  # fmt: skip


class ProfilePane(VerticalScroll, can_focus=False):
    """The pane beside or below the list of accounts."""

    DEFAULT_CLASSES = "pane"
    BORDER_TITLE = "Profile"
    DEFAULT_CSS = """
    ProfilePane { background: $surface; padding: 0 1;
      & Static { height: auto; }
    }
    """

    def compose(self) -> ComposeResult:
        """Yield one text."""
        yield Static(id="profile", markup=False)

    def show(
        self, profile: AccountProfile | None, people: Sequence[AccountMatch], paid: str = "", sign: Sign | None = None
    ) -> None:
        """Show a profile, with the account's participants and what it pays."""
        self.query_one("#profile", Static).update(described(profile, people, paid, sign) if profile else "")
        self.scroll_home(animate=False)


def need_words(profile: AccountProfile) -> str:
    """Return the need with its source and confidence, or “contested” or “–”."""
    if not profile.needs_segment:
        return "contested" if profile.contested else "–"
    confidence = f" {profile.needs_segment_confidence:.2f}" if profile.needs_segment_confidence is not None else ""
    unconfirmed = "" if profile.needs_segment_confirmed_by else " (unconfirmed)"
    return f"{profile.needs_segment} · {profile.needs_segment_source}{confidence}{unconfirmed}"


def paid_words(amounts: Revenue, account_id: str) -> str:
    """Return what an account pays, with currency and period."""
    return amounts.pays(account_id) or "not known"


def described(
    profile: AccountProfile, people: Sequence[AccountMatch], paid: str = "", sign: Sign | None = None
) -> Content:
    """Return a profile as text."""
    parts = [
        plain(profile.name or profile.account_id, "bold"),
        plain(profile.account_id, "dim"),
        plain(profile.sentence),
        plain(""),
    ]
    symbol = (symbol_content(sign[0]), " ") if sign else ()
    parts.append(Content.assemble(plain("need  ", "dim"), *symbol, plain(need_words(profile))))
    if profile.needs_segment_confirmed_by:
        parts.append(_named("confirmed by", profile.needs_segment_confirmed_by))
    if profile.contested:
        parts.append(_named("contested by", ", ".join(profile.contested)))
    if profile.needs_segment:
        parts.append(plain(with_keys("{accounts.open} opens the account with the quotes behind it"), "dim"))
    if paid:
        parts.append(_named("pays", paid))
    if profile.behaviour is not None:
        parts.append(_named("30 days", profile.behaviour.in_words))
    evidence = profile.lifecycle.evidence
    parts += [_named(flag.replace("_", " "), evidence.get(flag, "")) for flag in profile.lifecycle_flags]
    if profile.missing:
        parts.append(_named("not known", ", ".join(profile.missing)))
    for action in profile.actions:
        parts += [plain(""), plain(f"→ {action.text}", "bold"), _named("rule", action.rule)]
        parts += [plain(f"  {line}", "dim") for line in action.evidence]
    if people:
        parts += [plain(""), plain("participants", "bold")]
        parts += [plain(f"{match.participant}, by {METHODS[match.method]}") for match in people]
    return lines(parts)


def _named(name: str, value: str) -> Content:
    return Content.assemble(plain(f"{name}  ", "dim"), plain(value))
