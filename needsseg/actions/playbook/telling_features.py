"""The features that tell needs-based segments apart, for rules that name one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from needsseg import accounts as room
from needsseg.accounts import AccountProfile, StackFiles
from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.actions.accounts.amounts import stack_rules
from needsseg.actions.accounts.result_cache import cached
from needsseg.playbook.telling import TellingFeature, telling_as_json, telling_features, telling_from_json
from needsseg.scorecard.usage_queries import Events, feature_use
from needsseg.settings import load
from needsseg.study.connection import Study


def features_of_segments(
    study: Study,
    files: StackFiles,
    as_of: date,
    segments: Mapping[str, str],
    backend: str,
    profiles: Callable[[], Iterable[AccountProfile]],
) -> dict[str, tuple[TellingFeature, ...]]:
    """Return the features that tell segments apart as of a date, among accounts that have not left, as ``usage`` counts them.

    ``segments`` is the segment of each labelled account, ``profiles`` gives at least theirs, without actions. None
    without usage or with fewer than two segments. What was computed is kept, as an account's page asks for it too.
    """
    events_file = files.events
    if events_file is None or len(set(segments.values())) < 2:
        return {}
    settings = load(study.path)
    event_rules = room.load_rules(settings).events

    def compute() -> dict[str, tuple[TellingFeature, ...]]:
        staying = {
            each.account_id: segments[each.account_id]
            for each in profiles()
            if each.account_id in segments and each.behaviour is not None and "churned" not in each.lifecycle_flags
        }
        merged = room.read_accounts(files.accounts, backend).merged
        events = Events(events_file, epoch_day(as_of), event_rules, settings.timezone, merged)
        with open_engine(backend, files.accounts.parent) as engine:
            return telling_features(feature_use(engine, events, staying), Counter(staying.values()))

    terms = files.subscriptions.name if files.subscriptions else ""
    key = (
        "telling features", files.accounts.name, events_file.name, terms, as_of, settings.timezone, stack_rules(study),
        sorted(segments.items()),
    )  # fmt: skip
    return cached(study, key, compute, telling_as_json, telling_from_json)
