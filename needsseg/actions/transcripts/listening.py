"""Play a quote from its time in the recording, in the user's own player."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import TYPE_CHECKING

from needsseg.actions.transcripts import recordings
from needsseg.errors import Advice, Fix, NeedssegError
from needsseg.operating_system import start_detached
from needsseg.players import PlayCommand, format_seconds, play_command
from needsseg.settings import load
from needsseg.study.transcripts import interviews
from needsseg.text import format_clock

if TYPE_CHECKING:
    from needsseg.records import Passage
    from needsseg.study.connection import Study
    from needsseg.transcripts.turn_times import Basis, SpokenTime

TIMED_FORMATS = "WebVTT, SRT, LRC, TSV and JSON of transcription programs, and text with a time at each turn"
_SILENT_FAILURES = frozenset({"explorer"})
"""Openers whose exit code says nothing."""
_WORDS: dict[Basis, str] = {
    "quote": "where the quote begins",
    "turn": "the start of the turn",
    "earlier turn": "the last time before it, since its turn has none",
}


@dataclass(frozen=True, slots=True)
class Cue:
    """What is to be played: a recording from a time on, and the command that does it."""

    interview: str
    file: Path
    time: SpokenTime
    command: PlayCommand

    @property
    def words(self) -> str:
        """Say from when it plays, and what that time is the time of."""
        clock = format_clock(self.time.start_ms)
        if not self.command.starts_at_time:
            return f"opens {self.file.name} at its beginning: go to {clock}, {_WORDS[self.time.basis]}"
        return f"plays {self.file.name} from {clock}, {_WORDS[self.time.basis]}"


def cue(study: Study, interview: str, start: int) -> Cue:
    """Return how the words at a code point of an interview are played; an error that says what is missing."""
    file, time = _placed(study, interview, start)
    return Cue(interview, file, time, play_command(file, time.start_ms, load(study.path).player))


def cue_of(study: Study, passage: Passage) -> Cue:
    """Return how a passage is played; NeedssegError also where its words are no longer in the transcript."""
    file, time = placed(study, passage)
    return Cue(passage.interview, file, time, play_command(file, time.start_ms, load(study.path).player))


def placed(study: Study, passage: Passage) -> tuple[Path, SpokenTime]:
    """Return the recording of a passage and when it is heard there; errors as ``cue_of``."""
    if not passage.anchored:
        raise NeedssegError(
            f"The words of passage {passage.id} are no longer in the transcript.", "Place it first, then listen to it."
        )
    return _placed(study, passage.interview, passage.start)


def _placed(study: Study, interview: str, start: int) -> tuple[Path, SpokenTime]:
    # Imported here: it loads the readers of all formats, which the first screen does without.
    from needsseg.transcripts.turn_times import spoken_time

    file, offset_ms = recordings.required_file(study, interview)
    spoken = spoken_time(interviews.transcript(study, interview).turns, start)
    if spoken is None:
        raise NeedssegError(
            f"The transcript of {interview} has no time here by which its recording could be played.",
            f"Replace it by a transcript with times, and passages follow their words: {TIMED_FORMATS}.",
        )
    time = recordings.shifted(spoken, offset_ms)
    if time is None:
        raise NeedssegError(
            f"These words were said before the recording of {interview} begins, by its offset of "
            f"{format_seconds(offset_ms)} seconds.",
            Advice("Correct the offset: ", Fix.TIE_RECORDING.of(key=interview)),
        )
    return file, time


def play(cued: Cue) -> Popen[bytes]:
    """Start the player and return at once."""
    try:
        return start_detached(cued.command.arguments)
    except OSError as error:
        raise NeedssegError(
            f"{cued.command.player} cannot be started: {error.strerror}.",
            "Name another player in the setting 'player'.",
        ) from error


def failure(cued: Cue, player: Popen[bytes], seconds: float = 0) -> str:
    """Return what is wrong where the player has ended with an error within some seconds; empty where it has not."""
    try:
        code = player.wait(seconds) if seconds else player.poll()
    except TimeoutExpired:
        return ""
    if not code or cued.command.player in _SILENT_FAILURES:
        return ""
    return f"{cued.command.player} ended at once with code {code}; does it play {cued.file.name} by itself?"
