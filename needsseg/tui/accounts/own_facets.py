"""The segments of own columns that the account list is filtered by, read once for each state of the accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from needsseg.actions.accounts.own_columns import own_columns, own_facets
from needsseg.errors import NeedssegError
from needsseg.tui.loading import read_in_background, result_or_error

if TYPE_CHECKING:
    from needsseg.actions.accounts.account_filters import Own
    from needsseg.actions.study import Study
    from needsseg.tui.accounts.context import AccountsContext
    from needsseg.tui.accounts.profiles import Computed


class OwnFacets:
    """Reads the segments of own columns in the background, and keeps those of the current accounts."""

    def __init__(self, context: AccountsContext) -> None:
        self._context = context
        self._computed: Computed | None = None
        self._segments: dict[str, Own] = {}

    def names(self) -> list[str]:
        """Return the names of the own columns, in the order of their file."""
        return [column.name for column in own_columns(self._context.study)]

    async def of(self, facets: Sequence[str], computed: Computed | None) -> Own | NeedssegError:
        """Return the segments of the columns behind ``facets``; those that are gone are left out."""
        if computed is not self._computed:
            self._computed, self._segments = computed, {}
        missing = [facet for facet in facets if facet not in self._segments]
        if missing:

            def read(study: Study) -> dict[str, Own]:
                found = own_facets(study, missing)
                return {facet: {facet: found[facet]} if facet in found else {} for facet in missing}

            result = await result_or_error(read_in_background(self._context.study.path, read))
            if isinstance(result, NeedssegError):
                return result
            self._segments |= result
        return {facet: segments for asked in facets for facet, segments in self._segments[asked].items()}
