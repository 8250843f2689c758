"""What the app's tests share: a small real study, a pilot, the screen as text, and texts that break terminals."""

from __future__ import annotations

import re
import shutil
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory

import tui_waiting
from textual.pilot import Pilot
from textual.widgets import Input
from tui_pictures import words

from needsseg.actions import accounts, importing, interviews, passages, segments, studies
from needsseg.actions.studies import Study
from needsseg.tui import child
from needsseg.tui.app import NeedssegApp
from tests.vectors import RecordedModel

SMALL, LARGE = (80, 24), (120, 40)
ROOT = Path(__file__).resolve().parents[1]
TEXTS = (
    "[laughs] we were [/end] of it",
    "[bold red]not markup[/] and [link=x]neither[/link]",
    "[[nested]] [ unclosed",
    "$text-error $primary @click=app.quit",
    "emoji 👩‍👩‍👧 and ❤️ and 🇩🇪 flags",
    "日本語のテキストがここにあります。長い行が続く。",
    "עברית ו-العربية beside English",
    "zalgo: e\u0301 a\u0308 o\u0327",
    "a very" + "long" * 40 + "word",
    "tabs\tand \x1b[31mescapes\x1b[0m and \x07bells",
)
STRANGE_TALK = "Interviewer: What did you do?\n\nMai [PM]: " + " ".join(f"{text}." for text in TEXTS) + "\n"
Play = Callable[[NeedssegApp, "Pilot[int]"], Awaitable[None]]


def built_once(build: Callable[[Path], Path]) -> Callable[[Path], Path]:
    """``build`` makes a study in a folder: done once a process, and copied to each folder with all that lies beside it."""
    made: list[tuple[TemporaryDirectory[str], Path]] = []

    @wraps(build)
    def copied(folder: Path) -> Path:
        if not made:
            template = TemporaryDirectory(prefix="needsseg-tui-")
            made.append((template, build(Path(template.name))))
        template, path = made[0]
        shutil.copytree(template.name, folder, dirs_exist_ok=True)
        return folder / path.relative_to(template.name)

    return copied


@built_once
def small_study(folder: Path) -> Path:
    """Two real interviews with ten suggestions and a code, and one interview of strange texts."""
    strange = folder / "strange.txt"
    strange.write_text(STRANGE_TALK, encoding="utf-8")
    real = ROOT / "interviews" / "transcripts"
    with studies.init(folder / "study.db") as study:
        importing.import_transcripts(study, [real / "ines-carvalho.vtt", real / "marek-nowotny.docx", strange])
        for key in ("ines-carvalho", "marek-nowotny"):
            for start, end in participant_sentences(study, key, 5):
                passages.decide(study, [passages.mark(study, key, start, end)], "suggested")
        first = passages.listing(study, "marek-nowotny")[0]
        passages.code(study, [first.id], "hand-over")
    strange.unlink()
    return folder / "study.db"


def participant_sentences(study: Study, key: str, number: int) -> list[tuple[int, int]]:
    """The first sentence of each of the participant's first longer turns."""
    transcript = interviews.show(study, key)
    turns = [t for t in transcript.turns if t.role == "participant" and t.end - t.start > 120]
    return [interviews.sentences(transcript, t.start, t.end)[0] for t in turns[:number]]


def with_segments(study: Study) -> tuple[int, int]:
    """Two hand-made segments of five passages each; their ids."""
    by_key = {key: [p.id for p in passages.listing(study, key)] for key in ("ines-carvalho", "marek-nowotny")}
    one = segments.make(study, "Coordinator", by_key["ines-carvalho"])
    return one, segments.make(study, "Builder [draft]", by_key["marek-nowotny"])


def with_accounts(study: Study, folder: Path) -> None:
    """Three accounts with a little usage; one participant belongs to the first, the other fits two of them."""
    (folder / "accounts.csv").write_text(
        "account_id,name,domain,employees,industry\n"
        "a1,Lindenhof [Care],lindenhof-care.de,120,Health\n"
        "a2,Pulsara Medical,pulsara-medical.pl,900,Devices\n"
        "a3,Pulsara Medical,pulsara.example,90,Devices\n",
        encoding="utf-8",
    )
    rows = [f"e{n},a{1 + n % 2},u{n % 3},task_completed,2026-06-{1 + n % 28:02}T10:00:00Z" for n in range(60)]
    (folder / "events.csv").write_text(
        "event_id,account_id,user_id,event,timestamp\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    (folder / "participants.csv").write_text(
        "file,participant,email,company\nines-carvalho.vtt,Ines Carvalho,ines@lindenhof-care.de,Lindenhof Care\n"
        "marek-nowotny.docx,Marek Nowotny,,Pulsara Medical\n",
        encoding="utf-8",
    )
    accounts.import_participants(study, folder / "participants.csv")
    accounts.import_source(study, folder / "accounts.csv")
    accounts.import_source(study, folder / "events.csv")


def play(path: Path, scenes: Play, size: tuple[int, int] = SMALL, *, draws: bool = False) -> None:
    """Opens the app on a study and plays some keys; without ``draws``, draws only what is looked at."""

    async def run() -> None:
        with studies.open_study(path) as study:
            app = NeedssegApp(study)
            app.animation_level = "none"
            async with app.run_test(size=size, notifications=True) as pilot:
                await pilot.pause()
                await scenes(app, pilot)

    tui_waiting.run(run(), draws=draws)


def command_with_recorded_vectors(app: NeedssegApp, *arguments: str) -> list[str]:
    """In place of ``NeedssegApp.command``: the same program, which takes recorded vectors and loads no model.

    Where vectors are being recorded it is the program itself: what this process has added, another does not have yet.
    """
    real = child.command(app.study.path, *arguments)
    if RecordedModel.recording:
        return real
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from needsseg import embedding\n"
        "from tests import vectors\n"
        "embedding._load = vectors.stand_in(embedding._load)\n"
        "from needsseg.cli import main\n"
        "main()\n"
    )
    return [real[0], "-c", script, *real[3:]]


async def settled(app: NeedssegApp, pilot: Pilot[int]) -> None:
    """Waits for workers and short delays, and for what they tell the screen."""
    await pilot.pause()
    await tui_waiting.settled(app)


async def typed(pilot: Pilot[int], words: str) -> None:
    """Types words into the line that is asked for, and enter."""
    line = pilot.app.screen.query(Input).first()
    line.insert_text_at_cursor(words)
    await pilot.pause()
    await pilot.press("enter")
    await pilot.pause()


def seen(app: NeedssegApp) -> str:
    """The screen as text, a line a line."""
    return words(app)


def flat(text: str) -> str:
    """Text with its line breaks, frames and runs of blanks as one blank."""
    return " ".join(re.sub(r"[│╭╮╰╯─▊▎▔▁▂▃▄▅▆▇█]", " ", text).split())
