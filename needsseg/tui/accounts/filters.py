"""The filters and the order of the account list: their choices with counts, their words, and how they are remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from needsseg.actions.accounts import PREFIX, account_filters
from needsseg.text import format_count
from needsseg.tui.keys.hints import key_of
from needsseg.tui.widgets.prompt import Choice

if TYPE_CHECKING:
    from needsseg.actions.accounts.account_filters import AccountIndex, AccountRows

NAMES = {
    "size": "size", "revenue": "revenue", "industry": "industry", "region": "region", "icp": "ICP",
    "needs_segment": "need", "needs_source": "need from", "needs_confirmed": "need", "contested": "contested by",
    "behavioral_segment": "behaviour", "behavioral_flags": "behaviour flag", "lifecycle_stage": "lifecycle",
    "lifecycle_flags": "lifecycle flag", "plan": "plan", "missing": "nothing known of",
}  # fmt: skip
SORTS = {
    "need": "need, labelled first", "name": "name", "amount": "amount, largest first",
    "size": "size, small first", "behaviour": "behaviour", "lifecycle": "lifecycle",
    "confidence": "confidence, highest first",
}  # fmt: skip
_VALUES = {"icp": "in it", "not_icp": "not in it", "icp_unknown": "not known", "unlabelled": "none"}
# Values that people named are shown as they are.
_NAMED_BY_PEOPLE = ("industry", "needs_segment", "plan", "contested")
BETWEEN = "\t"


@dataclass(frozen=True, slots=True)
class Filters:
    """Words, values by facet, accounts chosen elsewhere (by a pattern), and the order; ``turned`` reverses it."""

    words: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    only_named: str = ""
    sort: str = "need"
    turned: bool = False

    @property
    def any(self) -> bool:
        """Whether any filter is set."""
        return bool(self.words or self.chosen or self.only_named)

    def cleared(self) -> Filters:
        """Return no filters, in the same order."""
        return Filters(sort=self.sort, turned=self.turned)

    def toggled(self, facet: str, value: str) -> Filters:
        """Return the filters with a value added, or removed if it was chosen."""
        values = self.chosen.get(facet, ())
        new_values = tuple(v for v in values if v != value) if value in values else (*values, value)
        rest = {name: other_values for name, other_values in self.chosen.items() if name != facet}
        return replace(self, chosen=rest | ({facet: new_values} if new_values else {}))

    def sorted_by(self, sort: str) -> Filters:
        """Return the filters in another order; asking for the same order reverses it."""
        return replace(self, sort=sort, turned=sort == self.sort and not self.turned)

    @property
    def own_facets(self) -> tuple[str, ...]:
        """The facets chosen that are own columns of the accounts."""
        return tuple(facet for facet in self.chosen if facet not in account_filters.FACETS)

    def rows(self, index: AccountIndex, own: account_filters.Own | None = None) -> AccountRows:
        """Return the accounts that fit, in order; ``own`` are the segments of own columns, those that are gone do not filter."""
        only = self.only if self.only_named else None
        chosen = self._known(own or {})
        return index.rows(chosen, own, words=self.words, only=only, by=self.sort, backwards=self.turned)

    def counts(self, index: AccountIndex, own: account_filters.Own | None = None) -> dict[str, dict[str, int]]:
        """Return how many accounts each value of each tier would show."""
        return index.counts(self._known(own or {}), own)

    def _known(self, own: account_filters.Own) -> dict[str, tuple[str, ...]]:
        return {facet: values for facet, values in self.chosen.items() if facet in (*account_filters.FACETS, *own)}

    def in_words(self) -> str:
        """Return the filters and the order in words; empty for the defaults."""
        conditions = [f"“{self.words}”"] * bool(self.words)
        conditions += [f"{named(f)} {' or '.join(worded(f, value) for value in vs)}" for f, vs in self.chosen.items()]
        conditions += [self.only_named] * bool(self.only_named)
        parts = [f"filter {', '.join(conditions)} ({key_of('accounts.unfilter')} clears)"] * bool(conditions)
        if (self.sort, self.turned) != ("need", False):
            parts.append(f"by {self.sort}{', reversed' if self.turned else ''}")
        return " · ".join(parts)

    def to_remember(self) -> dict[str, object]:
        """Return what the study remembers of the filters, for ``filters_from``."""
        chosen = {name: list(values) for name, values in self.chosen.items()}
        return {"words": self.words, "chosen": chosen, "sort": self.sort, "turned": self.turned}


def filters_from(remembered: dict[str, object]) -> Filters:
    """Return remembered filters; values that are no longer valid are dropped."""
    stored = remembered.get("chosen")
    chosen = {
        str(name): tuple(map(str, values))
        for name, values in (stored.items() if isinstance(stored, dict) else ())
        if account_filters.is_facet(str(name)) and isinstance(values, list) and values
    }
    sort = str(remembered.get("sort", ""))
    valid_sort = sort if sort in account_filters.SORTS else "need"
    return Filters(str(remembered.get("words", "")), chosen, sort=valid_sort, turned=remembered.get("turned") is True)


def named(facet: str) -> str:
    """Return what a facet is called; an own column by its name."""
    return NAMES.get(facet, facet.removeprefix(PREFIX))


def worded(facet: str, value: str) -> str:
    """Return a value in words."""
    if value in _VALUES and facet in ("icp", "needs_segment"):
        return _VALUES[value]
    return value if facet in _NAMED_BY_PEOPLE or facet not in NAMES else value.replace("_", " ")


def choices(
    index: AccountIndex,
    filters: Filters,
    own: account_filters.Own | None = None,
    columns: Sequence[str] = (),
) -> list[Choice]:
    """Return all values of all tiers with the number of accounts each would show; chosen values come first.

    ``own`` are the segments of own columns whose values are offered; of those called ``columns`` only the column is, last.
    """
    own = own or {}
    counts = filters.counts(index, own)
    rows = []
    for facet, count_by_value in counts.items():
        values = [*count_by_value, *(value for value in filters.chosen.get(facet, ()) if value not in count_by_value)]
        for value in values:
            is_chosen = value in filters.chosen.get(facet, ())
            label = f"{named(facet)}: {worded(facet, value)}"
            about = format_count(count_by_value.get(value, 0), "account")
            rows.append(
                (
                    not is_chosen,
                    Choice(
                        f"{facet}{BETWEEN}{value}", ("✓ " if is_chosen else "") + label, about + " · off" * is_chosen
                    ),
                )
            )
    more = [
        Choice(f"{PREFIX}{name}{BETWEEN}", f"{name} …", "a column of the accounts")
        for name in columns
        if f"{PREFIX}{name}" not in own
    ]
    return [*(choice for _, choice in sorted(rows, key=lambda row: row[0])), *more]


def column_choices(index: AccountIndex, filters: Filters, own: account_filters.Own) -> list[Choice]:
    """Return the values of the own columns alone, as ``choices`` does."""
    return [choice for choice in choices(index, filters, own) if choice.value.partition(BETWEEN)[0] in own]
