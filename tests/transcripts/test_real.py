"""Whole files in the layouts of real exports: Zoom calls, Otter and Whisper interviews in six formats, AI-led ones."""

from __future__ import annotations

import csv
import json
import re
from html import escape
from pathlib import Path

import docx
import pytest

from needsseg.records import Transcript
from needsseg.transcripts import read, read_all, transcript_files
from needsseg.transcripts.subtitles.cues import cues_in
from tests.fixtures.samples import DATA
from tests.fixtures.transcripts.documents import odt_file

MEETINGS = DATA / "meetings"
TOOL_LIBRARY = MEETINGS / "tool_library" / "Tool library - Nia Okello.vtt"
AI_LED = sorted((DATA / "gold").glob("*[0-9].md"))


def words_of(transcript: Transcript) -> list[str]:
    return [word for turn in transcript.turns for word in transcript.words(turn).split()]


def roles_of(transcript: Transcript) -> dict[str, str]:
    return {turn.speaker: turn.role for turn in transcript.turns}


def test_every_file_reads_and_its_offsets_hold() -> None:
    files = transcript_files(MEETINGS)
    assert len(files) == 19
    for path in [*files, *AI_LED]:
        transcript = read(path)
        end = 0
        for turn in transcript.turns:
            assert end <= turn.start < turn.end <= len(transcript.text)
            end = turn.end


def test_one_interview_in_six_formats_has_the_same_words() -> None:
    suffixes = ("vtt", "srt", "txt", "text", "lrc", "tsv")
    found = {suffix: read(TOOL_LIBRARY.with_suffix(f".{suffix}")) for suffix in suffixes}
    assert {suffix: one.format for suffix, one in found.items()} == {
        "vtt": "vtt",
        "srt": "srt",
        "txt": "timed-text",
        "text": "text",
        "lrc": "lrc",
        "tsv": "tsv",
    }
    words = words_of(found["vtt"])
    assert words == TOOL_LIBRARY.with_suffix(".text").read_text(encoding="utf-8").split() and len(words) > 600
    assert all(words_of(one) == words for one in found.values())
    assert all(len(one.turns) < 15 for one in found.values()), "the 84 lines are put together to turns"
    assert found["lrc"].turns[-1].end_ms == found["srt"].turns[-1].end_ms > 3_600_000


def test_the_same_interview_as_tables_and_documents_has_the_same_words(tmp_path: Path) -> None:
    cues, _ = cues_in(TOOL_LIBRARY.read_text(encoding="utf-8").split("\n"))
    rows = [{"start": cue.start_ms, "end": cue.end_ms, "text": "\n".join(cue.lines)} for cue in cues]
    with (tmp_path / "a.csv").open("w", encoding="utf-16", newline="") as file:
        writer = csv.DictWriter(file, ["start", "end", "text"], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    lines = [json.dumps(row | {"start": row["start"] / 1000, "end": row["end"] / 1000}) for row in rows]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "a.json").write_text(json.dumps({"segments": rows}, indent=1), encoding="utf-8")
    written = docx.Document()
    paragraphs = "".join(f"<text:p>{escape(row['text'])}</text:p>" for row in rows)
    odt_file(tmp_path / "a.odt", paragraphs)
    for row in rows:
        written.add_paragraph(row["text"])
    written.save(str(tmp_path / "a.docx"))
    expected = read(TOOL_LIBRARY)
    found = {suffix: read(tmp_path / f"a.{suffix}") for suffix in ("csv", "jsonl", "json", "odt", "docx")}
    assert {suffix: one.format for suffix, one in found.items()} == {suffix: suffix for suffix in found}
    assert all(words_of(one) == words_of(expected) for one in found.values())
    timed = [(turn.start_ms, turn.end_ms) for turn in expected.turns]
    for suffix in ("csv", "jsonl", "json"):
        assert [(turn.start_ms, turn.end_ms) for turn in found[suffix].turns] == timed


def test_a_table_of_interviews_reads_as_their_files_do(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["transcript_id", "text"])
        for path in AI_LED:
            writer.writerow([path.stem, path.read_text(encoding="utf-8").split("\n---\n", 1)[1].strip()])
    found = read_all(tmp_path / "a.csv")
    assert [key for key, _ in found] == [path.stem for path in AI_LED]
    for path, (_, transcript) in zip(AI_LED, found, strict=True):
        alone = read(path)
        assert (transcript.text, transcript.turns) == (alone.text, alone.turns)


@pytest.mark.slow
def test_no_file_is_taken_for_another_language_than_english() -> None:
    files = [*transcript_files(MEETINGS), *AI_LED]
    assert not [path for path in files if any("English" in one for one in read(path).warnings)]


def test_ai_led_interviews_keep_their_labels_and_have_two_roles() -> None:
    assert len(AI_LED) == 6
    for path in AI_LED:
        transcript = read(path)
        assert roles_of(transcript) == {"Assistant": "interviewer", "User": "participant", "AI": "interviewer"}
        body = path.read_text(encoding="utf-8").split("\n---\n", 1)[1]
        raw = re.sub(r"^(?:Assistant|AI|User):", "", body, flags=re.MULTILINE).split()
        assert [word for word in words_of(transcript) if word != "---"] == [word for word in raw if word != "---"]


def test_dialogue_pasted_by_a_user_stays_the_users() -> None:
    transcript = read(DATA / "gold" / "00670.md")
    pasted = next(turn for turn in transcript.turns if "Chosen AI:" in transcript.words(turn))
    assert pasted.speaker == "User"


@pytest.mark.parametrize("path", sorted((MEETINGS / "zoom").glob("*.vtt")), ids=lambda path: path.stem)
def test_zoom_calls_keep_every_word_and_every_speaker(path: Path) -> None:
    transcript = read(path)
    assert transcript.format == "zoom-vtt"
    payload = [line for line in path.read_text(encoding="utf-8").splitlines() if re.match(r"^[^:]{1,63}: ", line)]
    assert sorted({line.split(": ", 1)[0] for line in payload}) == sorted(transcript.speakers)
    assert sorted(words_of(transcript)) == sorted(word for line in payload for word in line.split(": ", 1)[1].split())
    assert sum(role == "participant" for role in roles_of(transcript).values()) >= 3


def test_otter_interviews_have_an_interviewer_and_a_participant() -> None:
    files = sorted((MEETINGS / "otter").glob("*/*/*.md"))
    assert len(files) == 4
    for path in files:
        transcript = read(path)
        assert transcript.format == "otter"
        known = {label: role for label, role in roles_of(transcript).items() if label != "Unknown Speaker"}
        assert known.pop("Ingmar Ryland") == "interviewer"
        assert list(known.values()) == ["participant"]
        assert "otter.ai" not in transcript.text
        assert transcript.turns[-1].start_ms is not None


def test_teams_layout() -> None:
    transcript = read(MEETINGS / "layouts" / "teams_layout.vtt")
    assert transcript.format == "teams-vtt"
    assert transcript.speakers == ("Rowan Example", "Sample, Dana", "Farías, Carla (Guest)")
    whole = "It’s the locale. Every month I lose, like, half a day on it, and I would rather not have to think about"
    assert whole in transcript.text
    assert roles_of(transcript)["Rowan Example"] == "interviewer"


def test_quotations_below_headings_and_timed_lines_of_one_participant() -> None:
    quoted = read(MEETINGS / "layouts" / "quoted_excerpt.md")
    assert roles_of(quoted) == {"Tessa": "interviewer", "P3": "participant"}
    assert "Dashboard" not in quoted.text
    timed = read(MEETINGS / "layouts" / "timed_excerpt.md")
    assert timed.format == "timed-text"
    assert "[Redacted PII], so is it fine" in timed.text
    assert timed.turns[0].start_ms == 15_000
