"""Fields of users, cancellations, tickets and scores, with their usual column names, best first."""

from __future__ import annotations

ACCOUNT_ID = (
    "account_id", "AccountId", "company_id", "customer_id", "org_id", "organization_id", "group_id", "account", "company",
    "customer",
)  # fmt: skip

USER_EMAILS = (
    "requester_email", "reporter_email", "contact_email", "respondent_email", "customer_email", "user_email", "email",
    "email_address", "e_mail",
)  # fmt: skip
"""Columns that name a user where there is no id: surveys' and help desks' exports often have the address alone."""

TERM_ID = ("subscription_id", "term_id", "contract_id")
USER_ID = (
    "user_id",
    "userId",
    "uid",
    "requester_id",
    "requester",
    "reporter_id",
    "contact_id",
    "ContactId",
    "respondent",
    "respondent_id",
    *USER_EMAILS,
)
JOINED_KINDS = ("churn", "tickets", "nps")
"""Kinds that may have a user or a subscription in place of an account; then they are joined to accounts, as usage is."""

FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "users": {
        "account_id": ACCOUNT_ID,
        "user_id": ("user_id", "userId", "uid", "member_id", "contact_id", "person_id", "ContactId", "id", *USER_EMAILS),
        "device_id": ("device_id", "deviceId", "device", "anonymousId", "anonymous_id"),
        "email": ("email", "e_mail", "email_address", "user_email", "mail"),
        "role": ("role", "user_role", "title", "job_title", "permission"),
        "created": ("created_at", "created", "CreatedDate", "signup_date", "signed_up_at", "joined_at", "invited_at"),
    },
    "churn": {
        "account_id": ACCOUNT_ID,
        "date": ("churn_date", "churned_at", "cancellation_date", "cancelled_at", "canceled_at", "cancel_date",
                 "cancelled_on", "canceled_on", "date"),
        "reason": ("reason_code", "churn_reason", "cancellation_reason", "cancel_reason", "reason", "reason_category"),
        "text": ("feedback_text", "feedback", "free_text", "comment", "comments", "cancellation_comment", "notes", "text"),
        "id": ("churn_event_id", "churn_id", "cancellation_id", "event_id", "id"),
        "user_id": USER_ID,
        "term_id": TERM_ID,
    },
    "tickets": {
        "account_id": ACCOUNT_ID,
        "date": ("submitted_at", "created_at", "opened_at", "CreatedDate", "created", "opened", "date", "timestamp"),
        "subject": ("subject", "title", "summary", "topic"),
        "category": ("category", "ticket_type", "type", "issue_type", "reason", "tag", "product_area"),
        "status": ("status", "state", "ticket_status"),
        "priority": ("priority", "severity", "urgency"),
        "id": ("ticket_id", "case_id", "CaseNumber", "case_number", "ticket_number", "id"),
        "user_id": USER_ID,
        "term_id": TERM_ID,
    },
    "nps": {
        "account_id": ACCOUNT_ID,
        "user_id": USER_ID,
        "date": ("responded_at", "submitted_at", "response_date", "answered_at", "created_at", "date", "timestamp"),
        "score": ("nps_score", "nps", "score", "rating"),
        "comment": ("comment", "comments", "feedback", "verbatim", "text", "answer"),
        "id": ("response_id", "survey_response_id", "id"),
        "term_id": TERM_ID,
    },
}  # fmt: skip

# What a row of a kind is called where its kind does not say it in the singular.
NOUNS = {"churn": "cancellation", "nps": "score"}

TENURE = "tenure"
"""What a file is imported as that has a customer a row, with a tenure and who left: accounts and subscriptions at once."""

NEEDED = {
    "users": ("account_id", "user_id"),
    "churn": ("account_id", "date"),
    "tickets": ("account_id", "date"),
    "nps": ("account_id", "date", "score"),
}
DATES = {"users": ("created",), "churn": ("date",), "tickets": ("date",), "nps": ("date",)}

# Columns by which a file of a kind is known, of which it has at least one; a name alone such as date is in many files.
_KNOWN_BY = {
    "users": ("userid", "uid", "memberid", "contactid", "personid"),
    "churn": ("churndate", "churnedat", "cancellationdate", "canceldate", "cancelledon", "canceledon", "reasoncode",
              "churnreason", "cancellationreason", "cancelreason", "churneventid"),
    "tickets": ("ticketid", "caseid", "casenumber", "ticketnumber", "ticketstatus", "priority", "severity", "subject"),
    "nps": ("npsscore", "nps"),
}  # fmt: skip
# Fields that only other kinds have, by which a file is not of a kind.
_OTHERS = {
    "users": ("event", "eventname", "eventtype", "timestamp", "eventtime", "employees", "numberofemployees", "revenue",
              "industry", "annualrevenue", "startdate", "plan", "score", "npsscore", "nps", "ticketid", "text", "feature",
              "featurename", "usagecount", "subject", "churndate"),
    "churn": ("startdate", "start", "plan", "seats", "mrr", "amount", "event", "eventname", "employees", "industry"),
    "tickets": ("startdate", "plan", "event", "eventname", "employees", "revenue", "seats"),
    "nps": ("startdate", "plan", "event", "eventname", "employees", "revenue", "seats"),
}  # fmt: skip


def noun(kind: str) -> str:
    """Return what one row of a kind of source is called."""
    return NOUNS.get(kind, kind.removesuffix("s"))


def rows_of_kind(kind: str) -> str:
    """Return what the rows of a kind of source are called."""
    return f"{NOUNS[kind]}s" if kind in NOUNS else kind


def known_kind(keys: set[str]) -> str:
    """Return which of FIELDS a file is by the keys of its columns (without case and punctuation); "" where it is none.

    A file needs an account (or what is joined to one), a column that only this kind has, and none that only another has.
    """
    has_account = _has_any(ACCOUNT_ID, keys)
    for kind in ("nps", "churn", "tickets", "users"):
        is_owned = has_account or (kind in JOINED_KINDS and _has_any((*USER_ID, *TERM_ID), keys))
        if is_owned and keys & set(_KNOWN_BY[kind]) and not keys & set(_OTHERS[kind]):
            return kind
    return ""


def _has_any(names: tuple[str, ...], keys: set[str]) -> bool:
    return any(name.replace("_", "").lower() in keys for name in names)
