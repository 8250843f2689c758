"""Every command with the module that holds it and its one line of help: static, so that help imports no command."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """Where a command lives, under which heading help lists it, and what help says of it."""

    module: str
    attribute: str
    section: str
    help: str


def _entry(module: str, attribute: str, section: str, text: str) -> Entry:
    return Entry(f"needsseg.cli.{module}", attribute, section, text)


_STUDY, _TALK, _CODING = "The study", "1 Interviews", "2 Passages"
_NEEDS, _SEGMENTS, _ACCOUNTS = "3 Discovery", "4 Segments", "5 Accounts"

COMMANDS: dict[str, Entry] = {
    "init": _entry("study.study", "init", _STUDY, "Make a new study."),
    "status": _entry("study.study", "status", _STUDY, "The study in numbers, and what comes next."),
    "app": _entry("study.study", "app", _STUDY, "Open the app (as needsseg alone does)."),
    "demo": _entry("study.study", "demo", _STUDY, "Walk the sample study from transcripts to exports."),
    "history": _entry("study.history", "history", _STUDY, "What was done and by whom, newest first."),
    "undo": _entry("study.history", "undo", _STUDY, "Undo your newest action."),
    "redo": _entry("study.history", "redo", _STUDY, "Do again what you undid last."),
    "drafts": _entry("coding.drafts", "drafts", _STUDY, "List what you wrote in the app and did not save."),
    "backup": _entry("study.study", "backup", _STUDY, "Copy the whole study to a file."),
    "backups": _entry("study.study", "backups", _STUDY, "List the study's backups."),
    "restore": _entry("study.study", "restore", _STUDY, "Put a backup in the study's place."),
    "rescue": _entry("study.study", "rescue", _STUDY, "Save what is readable of a damaged study."),
    "check": _entry("study.study", "check", _STUDY, "Check that the study's file is sound."),
    "import": _entry("transcripts.importing", "import_", _TALK, "Import transcripts: files and folders."),
    "reimport": _entry(
        "transcripts.interviews", "reimport", _TALK, "Put an edited transcript in place of an interview's text."
    ),
    "merge": _entry("study.merging", "merge", _TALK, "Bring a colleague's work on the same transcripts in."),
    "interviews": _entry("transcripts.interviews", "interviews", _TALK, "List the interviews."),
    "show": _entry("transcripts.interviews", "show", _TALK, "Show one interview's turns with their offsets."),
    "search": _entry("coding.searching", "search", _TALK, "Find what was said, by words or by meaning."),
    "role": _entry("transcripts.interviews", "role", _TALK, "Say what a speaker is."),
    "speakers": _entry("transcripts.speakers", "speakers", _TALK, "List who speaks where, in which role, how much."),
    "speaker": _entry(
        "transcripts.speakers", "speaker", _TALK, "Merge or rename speakers, or say that two are one person."
    ),
    "turn": _entry("transcripts.turns", "turn", _TALK, "Split, join, give or delete turns, without editing the file."),
    "remove": _entry("transcripts.interviews", "remove", _TALK, "Take an interview out of the study."),
    "suggest": _entry("coding.passages", "suggest", _CODING, "Mark where participants speak of a job."),
    "passages": _entry("coding.passages", "passages", _CODING, "List passages."),
    "queue": _entry("coding.suggesting", "queue", _CODING, "What to decide next, by what was decided."),
    "decide": _entry("coding.passages", "decide", _CODING, "Accept, reject or reopen passages."),
    "decide-window": _entry("coding.suggesting", "decide_window", _CODING, "Accept or reject a place of the queue."),
    "embed": _entry("coding.suggesting", "embed", _CODING, "Let the queue reach all participant speech."),
    "mark": _entry("coding.passages", "mark", _CODING, "Mark a passage by hand."),
    "adjust": _entry("coding.passages", "adjust", _CODING, "Move the edges of a passage."),
    "unmark": _entry("coding.passages", "unmark", _CODING, "Remove a mark, or take a decision back."),
    "code": _entry("coding.passages", "code", _CODING, "Put a code on passages, or take it off."),
    "pseudonyms": _entry(
        "coding.pseudonyms", "pseudonyms", _CODING, "What tells who people are, and what stands for it."
    ),
    "pseudonym": _entry("coding.pseudonyms", "pseudonym", _CODING, "Replace words by a pseudonym, or keep them."),
    "agreement": _entry("coding.measures", "agreement", _CODING, "How far coders agree, and where they do not."),
    "saturation": _entry("coding.measures", "saturation", _CODING, "Whether further interviews still bring new codes."),
    "coverage": _entry("coding.measures", "coverage", _CODING, "How much was read, coded and skipped."),
    "blind": _entry("study.merging", "blind", _CODING, "Hide what other coders marked, or show it."),
    "codes": _entry("coding.passages", "codes", _CODING, "List the codebook."),
    "codebook": _entry("coding.codebook", "codebook", _CODING, "The codebook's tree, and changes to it."),
    "memo": _entry("coding.memos", "memo", _CODING, "Write a memo on a passage, an interview or a code."),
    "memos": _entry("coding.memos", "memos", _CODING, "List the memos."),
    "job": _entry("coding.memos", "job", _CODING, "Write the job statement of a passage."),
    "jobs": _entry("coding.memos", "jobs", _CODING, "List the job statements of passages."),
    "needs": _entry("discovery.needs", "needs_", _NEEDS, "The needs in view, and what answers taught."),
    "discover": _entry("discovery.discovery", "discover", _NEEDS, "Cluster passages into candidate needs."),
    "runs": _entry("discovery.discovery", "runs", _NEEDS, "List the runs with all it takes to repeat them."),
    "compare": _entry("discovery.comparing", "compare", _NEEDS, "What became of one run's candidates in another."),
    "sensitivity": _entry("discovery.comparing", "sensitivity", _NEEDS, "What small changes of the study do to it."),
    "map": _entry("discovery.comparing", "map_", _NEEDS, "Place passages in two dimensions."),
    "leftover": _entry("discovery.review", "leftover", _NEEDS, "List what lies in no segment."),
    "segments": _entry("segments.segments", "segments", _SEGMENTS, "List candidates and segments with their evidence."),
    "segment": _entry("segments.segments", "segment", _SEGMENTS, "Review one: show, rename, merge, split, confirm …"),
    "question": _entry("discovery.review", "question", _SEGMENTS, "The passage to decide next, and why."),
    "answer": _entry("discovery.review", "answer", _SEGMENTS, "Say where a passage belongs: which need or candidate."),
    "off-topic": _entry("discovery.review", "off_topic", _SEGMENTS, "Say that passages speak of no need."),
    "pair": _entry("discovery.review", "pair", _SEGMENTS, "Keep two passages together or apart."),
    "pairs": _entry("discovery.review", "pairs", _SEGMENTS, "List the passages kept together or apart."),
    "participants": _entry(
        "transcripts.participants", "participants", _SEGMENTS, "List participants with their primary needs."
    ),
    "participant": _entry("transcripts.participants", "participant", _SEGMENTS, "Set what is known of a participant."),
    "accounts": _entry("accounts.accounts", "accounts", _ACCOUNTS, "Import account data and match participants to it."),
    "assign": _entry("segments.assigning", "assign", _ACCOUNTS, "Put new texts to confirmed segments."),
    "assignments": _entry(
        "segments.assigning", "assignments", _ACCOUNTS, "List the files of texts that were assigned."
    ),
    "profile": _entry("accounts.profiles", "profile", _ACCOUNTS, "The four tiers of every account as of a date."),
    "account": _entry(
        "accounts.account_page", "account", _ACCOUNTS, "Open one account: weeks, quotes, rules, actions."
    ),
    "rollup": _entry("accounts.rollups", "rollup", _ACCOUNTS, "Count accounts and money by two of their tiers."),
    "patterns": _entry("accounts.patterns", "patterns", _ACCOUNTS, "Cluster accounts by how they use the product."),
    "rules": _entry("playbook.rules", "rules", _ACCOUNTS, "The rules from which actions follow, and their file."),
    "export": _entry("exchange.refi", "export", _ACCOUNTS, "Write labelled accounts to a file, or send them."),
    "deliveries": _entry(
        "exchange.export", "deliveries", _ACCOUNTS, "List what was exported and sent, and the answers."
    ),
    "triggers": _entry("playbook.triggers", "triggers", "6 Decisions", "When accounts asked for something, and why."),
    "rice": _entry("playbook.rice", "rice", "6 Decisions", "Score a backlog, plain and weighted by ARR."),
    "survey": _entry("survey", "survey", "6 Decisions", "Five questions that route new users to segments."),
    "validate": _entry("validation", "validate", "6 Decisions", "Whether segments add anything about who stays."),
    "report": _entry("exchange.report", "report", "6 Decisions", "Write a report that people read and forward."),
}
