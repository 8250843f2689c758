"""The JSON layouts of transcription services: one entry per layout, with the paths to its turns and their fields."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JsonLayout:
    """The paths to the turns of one service's JSON.

    ``turns`` is the path to the turns, ``parts`` the path from a turn to its sentences or words (empty where the turn has
    the words itself). ``words``, ``speaker``, ``start`` and ``end`` are paths from a part, then from its turn; the first
    that leads to a value counts. A path is keys with dots; ``[]`` is every item of a list, ``[0]`` or ``[-1]`` one item.

    ``unit`` is the unit of numbers: ``s``, ``ms``, ``ticks`` (100 ns) or ``samples`` (1/16,000 s), "" where it
    is inferred from the numbers; ``lasts`` is the path to a turn's duration, where it has no end. ``by_word`` means that
    parts are single words; ``needs_speaker`` that the layout fits only where four of five parts name a speaker other than
    0. ``whole`` is the path to all words, of which the turns must hold at least 45%. ``speakers_by_start`` leads to
    objects that name speakers by the start of a word.
    """

    service: str
    turns: str
    words: tuple[str, ...]
    parts: str = ""
    speaker: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    unit: str = ""
    lasts: tuple[str, ...] = ()
    by_word: bool = False
    needs_speaker: bool = False
    whole: str = ""
    speakers_by_start: str = ""


_AWS = JsonLayout(
    "Amazon Transcribe",
    "results.items[]",
    ("alternatives[0].content",),
    speaker=("speaker_label", "channel_label"),
    start=("start_time",),
    end=("end_time",),
    unit="s",
    by_word=True,
    speakers_by_start="results.speaker_labels.segments[].items[]",
)
_DEEPGRAM = "results.channels[].alternatives[0]"
_START, _END = ("start",), ("end",)

JSON_LAYOUTS: tuple[JsonLayout, ...] = (
    JsonLayout(
        "whisper.cpp",
        "transcription[]",
        ("text",),
        speaker=("speaker", "speaker_id"),
        start=("offsets.from", "timestamps.from"),
        end=("offsets.to", "timestamps.to"),
        unit="ms",
    ),
    JsonLayout(
        "Deepgram utterances",
        "results.utterances[]",
        ("transcript",),
        speaker=("speaker",),
        start=_START,
        end=_END,
        unit="s",
    ),
    JsonLayout(
        "Deepgram paragraphs",
        f"{_DEEPGRAM}.paragraphs.paragraphs[]",
        ("text",),
        parts="sentences[]",
        speaker=("speaker",),
        start=_START,
        end=_END,
        unit="s",
    ),
    JsonLayout(
        "Deepgram words",
        f"{_DEEPGRAM}.words[]",
        ("punctuated_word", "word"),
        speaker=("speaker",),
        start=_START,
        end=_END,
        unit="s",
        by_word=True,
    ),
    JsonLayout(
        "Amazon Transcribe segments",
        "results.audio_segments[]",
        ("transcript",),
        speaker=("speaker_label", "channel_label"),
        start=("start_time",),
        end=("end_time",),
        unit="s",
    ),
    JsonLayout(
        "Amazon Transcribe channels",
        "results.channel_labels.channels[]",
        _AWS.words,
        parts="items[]",
        speaker=("channel_label",),
        start=("start_time",),
        end=("end_time",),
        unit="s",
        by_word=True,
    ),
    _AWS,
    JsonLayout(
        "Rev AI",
        "monologues[]",
        ("value",),
        parts="elements[]",
        speaker=("speaker_info.display_name", "speaker_name", "speaker"),
        start=("ts",),
        end=("end_ts",),
        unit="s",
        by_word=True,
    ),
    JsonLayout(
        "Google with speakers",
        "results[].alternatives[0].words[]",
        ("word",),
        speaker=("speakerTag", "speakerLabel", "speaker_tag", "speaker_label"),
        start=("startTime", "startOffset", "start_time", "start_offset"),
        end=("endTime", "endOffset", "end_time", "end_offset"),
        unit="s",
        by_word=True,
        needs_speaker=True,
    ),
    JsonLayout(
        "Google, speakers in the last result",
        "results[-1].alternatives[0].words[]",
        ("word",),
        speaker=("speakerTag", "speakerLabel", "speaker_tag", "speaker_label"),
        start=("startTime", "startOffset", "start_time", "start_offset"),
        end=("endTime", "endOffset", "end_time", "end_offset"),
        unit="s",
        by_word=True,
        needs_speaker=True,
        whole="results[].alternatives[0].words[]",
    ),
    JsonLayout(
        "Speechmatics",
        "results[]",
        ("alternatives[0].content",),
        speaker=("alternatives[0].speaker", "channel"),
        start=("start_time",),
        end=("end_time",),
        unit="s",
        by_word=True,
    ),
    JsonLayout(
        "Google",
        "results[]",
        ("alternatives[0].transcript",),
        speaker=("channelTag",),
        start=("alternatives[0].words[0].startTime", "alternatives[0].words[0].startOffset"),
        end=("resultEndTime", "resultEndOffset"),
        unit="s",
    ),
    JsonLayout(
        "Azure batch",
        "recognizedPhrases[]",
        ("nBest[0].display", "nBest[0].lexical"),
        speaker=("speaker", "channel"),
        start=("offsetMilliseconds", "offset"),
        unit="ms",
        lasts=("durationMilliseconds", "duration"),
    ),
    JsonLayout(
        "Azure fast",
        "phrases[]",
        ("text",),
        speaker=("speaker", "channel"),
        start=("offsetMilliseconds",),
        unit="ms",
        lasts=("durationMilliseconds",),
    ),
    JsonLayout(
        "YouTube captions (json3)",
        "events[]",
        ("utf8",),
        parts="segs[]",
        start=("tStartMs",),
        unit="ms",
        lasts=("dDurationMs",),
        by_word=True,
    ),
    JsonLayout(
        "Fireflies API, one call",
        "data.transcript.sentences[]",
        ("text", "raw_text"),
        speaker=("speaker_name", "speaker_id"),
        start=("start_time",),
        end=("end_time",),
        unit="s",
    ),
    JsonLayout(
        "Fireflies API, several calls",
        "data.transcripts[].sentences[]",
        ("text", "raw_text"),
        speaker=("speaker_name", "speaker_id"),
        start=("start_time",),
        end=("end_time",),
        unit="s",
    ),
    JsonLayout(
        "Gong",
        "callTranscripts[].transcript[]",
        ("text",),
        parts="sentences[]",
        speaker=("speakerName", "speakerId"),
        start=_START,
        end=_END,
        unit="ms",
    ),
    JsonLayout(
        "Otter",
        "speech.transcripts[]",
        ("transcript",),
        speaker=("speaker_name", "speaker_id", "label"),
        start=("start_offset",),
        end=("end_offset",),
        unit="samples",
    ),
    JsonLayout(
        "Teams stream",
        "entries[]",
        ("text",),
        speaker=("speakerDisplayName", "speakerId"),
        start=("startOffset",),
        end=("endOffset",),
    ),
    JsonLayout(
        "Read AI",
        "transcript.speaker_blocks[]",
        ("words",),
        speaker=("speaker.name", "speaker"),
        start=("start_time",),
        end=("end_time",),
        unit="ms",
    ),
)
"""Tried in this order; other JSON is read by the keys of its list of objects with the most words."""

WORDS_KEYS = (
    "text", "transcript", "words", "sentence", "utterance", "content", "punctuated_word", "word", "display", "value",
    "message", "body", "caption", "transcription", "transcript_text", "transcriptText", "raw_text", "rawText", "said",
    "speech", "dialogue", "dialog", "snippet", "line", "paragraph", "phrase", "display_text", "displayText", "quote",
    "alternatives[0].content", "alternatives[0].transcript", "alternatives[0].text", "nBest[0].display", "token",
)  # fmt: skip
SPEAKER_KEYS = (
    "speaker_name", "speakerName", "speaker_display_name", "speakerDisplayName", "speakerDesignation", "display_name",
    "displayName", "participant_name", "participantName", "user_name", "userName", "speaker", "speaker_label",
    "speakerLabel", "speaker_id", "speakerId", "speakerID", "speakerTag", "speaker_tag", "participant", "participantId",
    "participant_id", "spk", "speaker_tag", "role", "author", "sender", "who", "name", "from", "user", "attributedTo",
    "actor", "channel_label", "sprecher", "locuteur", "spid",
)  # fmt: skip
SURE_SPEAKER_KEYS = (*SPEAKER_KEYS[: SPEAKER_KEYS.index("author")], "attributedTo", "spid", "channel_label")
"""Keys that name a speaker also on enclosing objects, where ``name`` or ``user`` would be the file's owner."""
START_KEYS = (
    "start_ms", "startMs", "start_time_ms", "startTimeMs", "offsetMilliseconds", "start", "start_time", "startTime",
    "start_timestamp", "startTimestamp", "startOffset", "start_offset", "begin", "from", "ts", "offset", "offsets.from",
    "timestamps.from", "timestamp[0]", "timestamps[0]", "timestamp.start", "timestamps.start", "timestamp", "time",
    "data_start", "time_start", "snippet_time", "starttime", "words[0].start", "words[0].start_time", "words[0].startTime",
    "words[0].start_timestamp",
)  # fmt: skip
END_KEYS = (
    "end_ms", "endMs", "end_time_ms", "endTimeMs", "end", "end_time", "endTime", "end_timestamp", "endTimestamp",
    "endOffset", "end_offset", "stop", "to", "end_ts", "offsets.to", "timestamps.to", "timestamp[1]", "timestamps[1]",
    "timestamp.end", "timestamps.end", "data_end", "time_end", "words[-1].end", "words[-1].end_time", "words[-1].endTime",
    "words[-1].end_timestamp",
)  # fmt: skip
NAME_KEYS = (
    "name", "display_name", "displayName", "speaker_name", "speakerName", "full_name", "fullName", "label", "title",
    "username", "email", "emailAddress",
)  # fmt: skip
ID_KEYS = (
    "id",
    "speaker_id",
    "speakerId",
    "speaker",
    "spid",
    "user_id",
    "userId",
    "participant_id",
    "key",
    "label",
    "index",
)
PEOPLE_KEYS = frozenset({
    "speakers", "parties", "participants", "people", "attendees", "users", "members", "speaker_names", "speakerNames",
    "speaker_map", "speakerMap", "speaker_labels", "profiles", "speakerProfiles",
})  # fmt: skip
INTERVIEW_KEYS = (
    "transcript_id", "transcriptId", "interview_id", "interviewId", "interview", "interview_key", "session_id", "sessionId",
    "session", "conversation_id", "conversationId", "dialogue_id", "dialog_id", "call_id", "callId", "meeting_id",
    "meetingId", "recording_id", "recordingId", "document_id", "documentId", "doc_id", "file", "filename", "file_name",
    "group", "focus_group",
)  # fmt: skip
VAGUE_INTERVIEW_KEYS = ("id", "name", "title")
CONTAINERS = frozenset({
    "interviews", "transcripts", "sessions", "conversations", "calls", "meetings", "documents", "recordings", "data",
    "records", "items", "files", "dialogues", "dialogs", "groups", "focus_groups", "callTranscripts", "episodes",
})  # fmt: skip
"""Lists under these keys hold interviews, so an ``id`` or ``title`` of their objects names one."""
TITLE_KEYS = ("title", "meeting_title", "meetingTitle", "topic", "subject", "name", "meeting_name", "meetingName")
ROLE_KEYS = ("affiliation", "role", "speaker_role", "speakerRole", "participant_role", "type")
