"""Every command with the module that holds it and its one line of help: static, so that help imports no command."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One command: its module, the heading under which help lists it, and its line of help."""

    module: str
    attribute: str
    section: str
    help: str


def _entry(module: str, attribute: str, section: str, text: str) -> Entry:
    return Entry(f"needsseg.cli.{module}", attribute, section, text)


_STUDY, _TALK, _CODING = "The study", "1 Interviews", "2 Passages"
_NEEDS, _SEGMENTS, _ACCOUNTS = "3 Discovery", "4 Segments", "5 Accounts"

COMMANDS: dict[str, Entry] = {
    "init": _entry("study.study", "init", _STUDY, "Create a new study."),
    "status": _entry("study.study", "status", _STUDY, "Show the study in numbers, and the next step."),
    "app": _entry("study.study", "app", _STUDY, "Open the app (as needsseg alone does)."),
    "demo": _entry("study.study", "demo", _STUDY, "Run the sample study from transcripts to exports."),
    "history": _entry("study.history", "history", _STUDY, "List what was done and by whom, newest first."),
    "undo": _entry("study.history", "undo", _STUDY, "Undo your latest action."),
    "redo": _entry("study.history", "redo", _STUDY, "Redo what you last undid."),
    "drafts": _entry("coding.drafts", "drafts", _STUDY, "List unsaved text from the app."),
    "backup": _entry("study.study", "backup", _STUDY, "Copy the whole study to a file."),
    "backups": _entry("study.study", "backups", _STUDY, "List the study's backups."),
    "restore": _entry("study.study", "restore", _STUDY, "Replace the study with a backup."),
    "rescue": _entry("study.study", "rescue", _STUDY, "Save the readable parts of a damaged study."),
    "check": _entry("study.study", "check", _STUDY, "Check the study's file for damage."),
    "doctor": _entry("study.doctor", "doctor", _STUDY, "Show what is installed, its size, and the model."),
    "import": _entry("transcripts.importing", "import_", _TALK, "Import transcripts from files and folders."),
    "reimport": _entry(
        "transcripts.interviews", "reimport", _TALK, "Replace an interview's text with an edited transcript."
    ),
    "merge": _entry("study.merging", "merge", _TALK, "Merge a colleague's work on the same transcripts."),
    "interviews": _entry("transcripts.interviews", "interviews", _TALK, "List the interviews."),
    "show": _entry("transcripts.interviews", "show", _TALK, "Show one interview's turns with their offsets."),
    "search": _entry("coding.searching", "search", _TALK, "Search what was said, by words or by meaning."),
    "role": _entry("transcripts.interviews", "role", _TALK, "Set a speaker's role."),
    "speakers": _entry("transcripts.speakers", "speakers", _TALK, "List speakers with their roles and word counts."),
    "speaker": _entry("transcripts.speakers", "speaker", _TALK, "Merge or rename speakers, or link two as one person."),
    "turn": _entry("transcripts.turns", "turn", _TALK, "Split, join, reassign or delete turns of a transcript."),
    "recording": _entry("transcripts.recordings", "recording", _TALK, "List recordings of interviews, or tie one."),
    "listen": _entry("transcripts.recordings", "listen", _TALK, "Play a passage from its time in the recording."),
    "remove": _entry("transcripts.interviews", "remove", _TALK, "Remove an interview from the study."),
    "suggest": _entry("coding.passages", "suggest", _CODING, "Suggest passages in which participants describe a job."),
    "passages": _entry("coding.passages", "passages", _CODING, "List passages."),
    "queue": _entry("coding.suggesting", "queue", _CODING, "List what to decide next, likeliest first."),
    "decide": _entry("coding.passages", "decide", _CODING, "Accept, reject or reopen passages."),
    "decide-window": _entry(
        "coding.suggesting", "decide_window", _CODING, "Accept or reject a span that the queue lists."
    ),
    "embed": _entry("coding.suggesting", "embed", _CODING, "Compute all vectors in advance, so that nothing waits."),
    "mark": _entry("coding.passages", "mark", _CODING, "Mark a passage by hand."),
    "adjust": _entry("coding.passages", "adjust", _CODING, "Change where a passage starts and ends."),
    "unmark": _entry("coding.passages", "unmark", _CODING, "Remove a hand-marked passage, or reset a decision."),
    "code": _entry("coding.passages", "code", _CODING, "Apply a code to passages, or remove it."),
    "pseudonyms": _entry("coding.pseudonyms", "pseudonyms", _CODING, "List identifying details and their pseudonyms."),
    "pseudonym": _entry(
        "coding.pseudonyms", "pseudonym", _CODING, "Replace identifying words by pseudonyms, or keep them."
    ),
    "agreement": _entry("coding.measures", "agreement", _CODING, "Show how far coders agree, and where they differ."),
    "saturation": _entry(
        "coding.measures", "saturation", _CODING, "Show whether further interviews still bring new codes."
    ),
    "coverage": _entry("coding.measures", "coverage", _CODING, "Show how much was read, coded and skipped."),
    "blind": _entry("study.merging", "blind", _CODING, "Hide or show other coders' work."),
    "codes": _entry("coding.passages", "codes", _CODING, "List the codebook."),
    "codebook": _entry("coding.codebook", "codebook", _CODING, "List the codebook as a tree, or edit it."),
    "memo": _entry("coding.memos", "memo", _CODING, "Write a memo on a passage, an interview or a code."),
    "memos": _entry("coding.memos", "memos", _CODING, "List the memos."),
    "job": _entry("coding.memos", "job", _CODING, "Write the job statement of a passage."),
    "jobs": _entry("coding.memos", "jobs", _CODING, "List the job statements of passages."),
    "needs": _entry("discovery.needs", "needs_", _NEEDS, "List or edit the needs in view."),
    "discover": _entry("discovery.discovery", "discover", _NEEDS, "Cluster passages into candidate needs."),
    "runs": _entry("discovery.discovery", "runs", _NEEDS, "List the runs, with what is needed to repeat them."),
    "compare": _entry("discovery.comparing", "compare", _NEEDS, "Compare two discovery runs."),
    "sensitivity": _entry("discovery.comparing", "sensitivity", _NEEDS, "Test how stable the results are."),
    "map": _entry("discovery.comparing", "map_", _NEEDS, "Map passages in two dimensions."),
    "leftover": _entry("discovery.review", "leftover", _NEEDS, "List passages that belong to no segment."),
    "segments": _entry("segments.segments", "segments", _SEGMENTS, "List candidates and segments with their evidence."),
    "segment": _entry("segments.segments", "segment", _SEGMENTS, "Review one segment: show, rename, merge, confirm …"),
    "question": _entry("discovery.review", "question", _SEGMENTS, "Show the passage to decide next, and why."),
    "answer": _entry("discovery.review", "answer", _SEGMENTS, "Assign a passage to a need, segment or candidate."),
    "off-topic": _entry("discovery.review", "off_topic", _SEGMENTS, "Mark passages as off-topic: about no need."),
    "pair": _entry("discovery.review", "pair", _SEGMENTS, "Keep two passages together or apart."),
    "pairs": _entry("discovery.review", "pairs", _SEGMENTS, "List the passages kept together or apart."),
    "participants": _entry(
        "transcripts.participants", "participants", _SEGMENTS, "List participants with their primary needs."
    ),
    "participant": _entry("transcripts.participants", "participant", _SEGMENTS, "Set a participant's attributes."),
    "accounts": _entry("accounts.accounts", "accounts", _ACCOUNTS, "Import account data and match participants to it."),
    "assign": _entry("segments.assigning", "assign", _ACCOUNTS, "Assign new texts to confirmed segments."),
    "assignments": _entry("segments.assigning", "assignments", _ACCOUNTS, "List the files of assigned texts."),
    "profile": _entry("accounts.profiles", "profile", _ACCOUNTS, "Show the four tiers of every account as of a date."),
    "account": _entry(
        "accounts.account_page", "account", _ACCOUNTS, "Show one account: weeks, quotes, rules, actions."
    ),
    "rollup": _entry("accounts.rollups", "rollup", _ACCOUNTS, "Count accounts and money by two tiers."),
    "patterns": _entry("accounts.patterns", "patterns", _ACCOUNTS, "Cluster accounts by how they use the product."),
    "scorecard": _entry(
        "scorecard.scorecard", "scorecard", _ACCOUNTS, "Compare segments: money, who leaves, time to value."
    ),
    "usage": _entry("scorecard.usage", "usage", _ACCOUNTS, "Compare how segments use every feature."),
    "rules": _entry("playbook.rules", "rules", _ACCOUNTS, "Show the rules that recommend actions, and their file."),
    "export": _entry("exchange.refi", "export", _ACCOUNTS, "Write labelled accounts to a file, or send them."),
    "deliveries": _entry(
        "exchange.export", "deliveries", _ACCOUNTS, "List exports and deliveries, with the responses."
    ),
    "triggers": _entry("playbook.triggers", "triggers", "6 Decisions", "List triggered accounts."),
    "rice": _entry("playbook.rice", "rice", "6 Decisions", "Score a backlog by RICE, plain and weighted by ARR."),
    "survey": _entry("survey", "survey", "6 Decisions", "Build the five questions that route users to segments."),
    "validate": _entry("validation", "validate", "6 Decisions", "Test whether segments help to predict who stays."),
    "clips": _entry("exchange.clips", "clips", "6 Decisions", "Cut chosen quotes out of their recordings."),
    "readout": _entry("exchange.report", "readout", "6 Decisions", "Show or write the text that opens the report."),
    "quotes": _entry(
        "exchange.quotes", "quotes", "6 Decisions", "List quotes with all about them, or write them to a file."
    ),
    "matrix": _entry(
        "exchange.matrix", "matrix", "6 Decisions", "Cross codes with codes, people, segments, attributes."
    ),
    "audit": _entry("exchange.audit", "audit", "6 Decisions", "Write who decided what when, for a method's appendix."),
    "report": _entry("exchange.report", "report", "6 Decisions", "Write a report to read and forward."),
}
