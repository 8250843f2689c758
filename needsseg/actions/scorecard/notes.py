"""How far a scorecard may be trusted, and what to do about it."""

from __future__ import annotations

from collections import Counter

from needsseg.accounts.tiers.zones import epoch_day
from needsseg.actions.scorecard.account_facts import Gathered
from needsseg.actions.survey.answers import responses
from needsseg.errors import Advice, Fix, Option
from needsseg.scorecard.correction import FALSE_SHARE
from needsseg.scorecard.dimensions import NEEDS
from needsseg.study.accounts import surveys
from needsseg.study.connection import Study
from needsseg.text import date_of, format_count
from needsseg.thresholds import FEWEST_ACCOUNTS_IN_CELL, FEWEST_COMPARED_ACCOUNTS

SOURCE_WORDS = {"interview": "interviews", "survey": "the survey", "assigned": "assigned texts"}


def notes_on(study: Study, data: Gathered, comparisons: int, findings: int) -> tuple[str | Advice, ...]:
    """Return notes on the labels, the money, the time to value, and the comparisons."""
    notes: list[str | Advice] = []
    if any(dimension.name == NEEDS for dimension in data.dimensions):
        notes += _on_labels(study, data)
    notes += _on_size(study, data)
    notes += [
        f"By {dimension.name} not everything is compared: {dimension.reason}."
        for dimension in data.dimensions
        if dimension.reason
    ]
    notes += [
        f"{dimension.name} is a column of the accounts as they were imported: where it was set after the outcome, "
        "as a reason for leaving is, a difference says nothing."
        for dimension in data.dimensions
        if dimension.is_own
    ]
    notes += _on_money(data)
    notes += _on_time(data)
    if comparisons and not findings:
        notes.append(
            f"None of {format_count(comparisons, 'difference')} between segments can be told from chance, given how many "
            "were compared."
        )
    elif comparisons:
        notes.append(
            f"{format_count(comparisons, 'difference')} between segments were compared; p is corrected for that number, and "
            f"at most 1 in {round(1 / FALSE_SHARE)} of the findings is expected to be chance."
        )
    return tuple(notes)


def _on_labels(study: Study, data: Gathered) -> list[str | Advice]:
    labelled = [facts for facts in data.facts if facts.source is not None]
    if not labelled:
        return []
    sources = Counter(SOURCE_WORDS[str(facts.source)] for facts in labelled)
    origins = ", ".join(f"{number:,} from {source}" for source, number in sources.most_common())
    confidences = [facts.confidence for facts in labelled if facts.confidence is not None]
    mean = f", mean confidence {sum(confidences) / len(confidences):.2f}" if confidences else ""
    unconfirmed = sum(not facts.confirmed for facts in labelled)
    sure = (
        "; nobody has confirmed these segments yet" if unconfirmed == len(labelled)
        else f"; the segments of {unconfirmed:,} are not confirmed yet" if unconfirmed else ""
    )  # fmt: skip
    notes: list[str | Advice] = [f"Needs: {format_count(len(labelled), 'label')}, {origins}{mean}{sure}."]
    if len(sources) > 1:
        notes.append(Advice("They come from several sources; choose one to see it alone", Option.SOURCE, "."))
    newer = _newer_than_start(study, data)
    customers = [facts for facts in labelled if facts.follow_up is not None]
    if customers and newer:
        notes.append(
            f"{newer:,} of {format_count(len(customers), 'label')} of customers are newer than {data.question.since}, or "
            "undated. Who left before could not be labelled, so shares that left are too low among labelled accounts: "
            "compare segments with each other, not with accounts without a segment."
        )
    return notes


def _newer_than_start(study: Study, data: Gathered) -> int:
    """Count the labels of customers that cannot be shown to be from before the first day of the follow-up."""
    known: dict[str, int] = {}
    if surveys.answers(study):
        for response in responses(study, data.question.as_of):
            if response.day is not None and response.segment is not None:
                known[response.account_id] = min(response.day, known.get(response.account_id, response.day))
    since = epoch_day(data.question.since)
    return sum(
        facts.source is not None
        and facts.follow_up is not None
        and not (facts.source == "survey" and known.get(facts.account_id, since) < since)
        for facts in data.facts
    )


def _on_size(study: Study, data: Gathered) -> list[str | Advice]:
    by = " and ".join(dimension.name for dimension in data.dimensions)
    counts = Counter(facts.segment for facts in data.facts if facts.segment)
    total = sum(counts.values())
    few = [name for name in data.names if counts[name] < FEWEST_ACCOUNTS_IN_CELL]
    if len(counts) > 1 and total >= FEWEST_COMPARED_ACCOUNTS and not few:
        return []
    if len(counts) < 2:
        known = f"{format_count(total, 'account')} in one segment alone" if total else "No account has a segment"
        words = f"{known} by {by}: there is nothing to compare."
    elif total < FEWEST_COMPARED_ACCOUNTS:
        words = f"{format_count(total, 'account')} by {by} are too few to compare segments: it takes "
        words += f"{FEWEST_COMPARED_ACCOUNTS}, and {FEWEST_ACCOUNTS_IN_CELL} in each."
    else:
        words = f"Too few to say anything (fewer than {FEWEST_ACCOUNTS_IN_CELL} accounts): {', '.join(few)}."
    if all(dimension.name != NEEDS for dimension in data.dimensions):
        return [words]
    survey = Fix.ROUTE_RESPONSES if surveys.listing(study) else Fix.DRAFT_SURVEY
    return [Advice(f"{words} To label more accounts, ask them in the survey: ", survey, ", or assign their texts: ",
                   Fix.ASSIGN)]  # fmt: skip


def _on_money(data: Gathered) -> list[str]:
    if not data.has_subscriptions:
        return ["There are no subscriptions: nothing is known of money, of who left and of who expanded."]
    priced, total = sum(facts.pays is not None for facts in data.facts), len(data.facts)
    if data.amounts.by_currency:
        codes = ", ".join(code or "no currency" for code in data.amounts.currencies)
        return [f"Accounts pay in several currencies ({codes}), which are not added: amounts are compared once there is a "
                "table of rates (the settings rates and currency)."]  # fmt: skip
    if not priced:
        return ["No amounts of running subscriptions are known."]
    coverage = f"known for {priced:,} of {format_count(total, 'account')}; the others are not counted as 0."
    if data.amounts.yearly is not None:
        in_currency = f" in {data.amounts.currency}" if data.amounts.currency else ""
        return [f"Money is ARR{in_currency}, {coverage}"]
    return [
        f"Money is the column “{data.amounts.column}”, {coverage} Its name does not say whether amounts are monthly or "
        "yearly, so it is not called ARR."
    ]


def _on_time(data: Gathered) -> list[str]:
    if data.first_event is None:
        return ["There is no usage: nothing is known of use and of time to value."]
    return [
        f"Time to value counts the {format_count(data.started_since, 'account')} that started since the first event, "
        f"{date_of(data.first_event)}: of earlier ones the beginning was not recorded."
    ]
