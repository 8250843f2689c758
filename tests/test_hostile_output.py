"""Nothing from a study, a file or an argument steers a terminal: every command, walked from click, and every screen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot

from needsseg.cli.gate import Gate, gated, json_text
from needsseg.cli.narration import Session, narrated
from needsseg.cli.program import program, run
from needsseg.embedding import encoding
from needsseg.errors import NeedssegError
from needsseg.tui.app import NeedssegApp
from needsseg.tui.study.gate import Gate as ScreenGate
from tests.fixtures.app.small_study import play, settled
from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import ROOT
from tests.fixtures.studies.hostile_study import CLIPBOARD, HOSTILE, Terminal, hostile_study, steering

INES, MAREK = "ines-carvalho", "marek-nowotny"
DAY = ("--as-of", "2026-07-01")
CODE, NEED, WHO = "{code}", "{need}", "{who}"
CALLS: dict[str, list[tuple[str, ...]]] = {
    "": [("--version",), ("--help",)],
    "init": [("--study", f"made{HOSTILE}.db"), ()],
    "status": [(), ("--json",)],
    "doctor": [(), ("--json",)],
    "app": [()],
    "demo": [("--dir", "study.db")],
    "history": [(), ("--json",)],
    "undo": [()],
    "redo": [()],
    "backup": [(f"copy{HOSTILE}.db",)],
    "check": [(), ("--json",)],
    "import": [("talk.txt", f"nowhere{HOSTILE}"), ("talk.txt", "--preview"), ("talk.txt", "--preview", "--json")],
    "reimport": [(MAREK, "talk.txt"), (MAREK, "talk.txt", "--json")],
    "merge": [("theirs.db", "--dry-run"), ("theirs.db", "--dry-run", "--json"), (f"no{HOSTILE}.db",)],
    "interviews": [(), ("--json",)],
    "show": [(MAREK,), (MAREK, "--json"), (MAREK, "--tagged"), (MAREK, "--tagged", "--original", "--json")],
    "search": [("week",), ("week", "--json"), ("week", "--with-code", CODE)],
    "recording": [(), ("--json",)],
    "recording tie": [(MAREK, f"no{HOSTILE}.wav"), (HOSTILE, "evil.csv"), ("--folder", f"no{HOSTILE}", "--json")],
    "recording untie": [(MAREK,), (HOSTILE,)],
    "listen": [("1",), ("1", "--dry-run", "--json"), ("--interview", HOSTILE, "--at", "0")],
    "role": [(MAREK, WHO, "other")],
    "speakers": [(), ("--json",)],
    "speaker merge": [(WHO, HOSTILE, "--interview", MAREK)],
    "speaker rename": [(WHO, HOSTILE, "--interview", MAREK)],
    "speaker same": [(MAREK, WHO, INES, WHO)],
    "turn delete": [(MAREK, "0", "1"), (MAREK, "0", "1", "--json")],
    "turn deleted": [(), ("--json",)],
    "turn give": [(MAREK, "0", "1", HOSTILE), (MAREK, "0", "1", WHO, "--json")],
    "turn join": [(MAREK, "600"), (MAREK, "600", "--json")],
    "backups": [(), ("--json",)],
    "restore": [("backup.db",), (HOSTILE,)],
    "rescue": [("rescued.db",), (HOSTILE, "--json")],
    "drafts": [(), ("--json",), ("--drop", "1")],
    "turn split": [(MAREK, "600"), (MAREK, "600", "--json")],
    "remove": [("strange",), (HOSTILE,)],
    "suggest": [(MAREK,), (INES, "--json")],
    "passages": [(), ("--json",), ("--pseudonyms",), ("--coder", HOSTILE), ("--lost",), ("--code", CODE)],
    "queue": [(), ("--json",), ("--reading",)],
    "decide": [("1", "--accept"), ("--all-suggested", "--reject", "--interview", MAREK)],
    "decide-window": [(MAREK, "0", "30", "--accept")],
    "embed": [("--participants",), ("--participants", "--json")],
    "mark": [(MAREK, "100", "160")],
    "adjust": [("1", "0", "99999")],
    "unmark": [("1",)],
    "code": [(CODE, "1", "2"), (CODE, "1", "--remove"), (HOSTILE, "1")],
    "pseudonyms": [(), ("--json",), ("--also", HOSTILE)],
    "pseudonym forget": [("Marek",), (HOSTILE,)],
    "pseudonym keep": [("Ines",), (HOSTILE,)],
    "pseudonym list": [("names.csv",), ("names.csv", "--json")],
    "pseudonym replace": [("Ines", "--by", HOSTILE)],
    "agreement": [(), ("--json",), ("--by", "sentence")],
    "saturation": [(), ("--json",)],
    "coverage": [(), ("--json",), ("--coder", HOSTILE)],
    "blind": [(), ("on",), ("off",)],
    "codes": [(), ("--json",)],
    "codebook": [(), ("--json",), ("--out", f"book{HOSTILE}.md"), ("--out", "book.csv", "--original", "--json")],
    "codebook create": [(HOSTILE,), ("fresh", "--under", CODE)],
    "codebook delete": [(CODE, "--dry-run"), (CODE, "--dry-run", "--json")],
    "codebook describe": [(CODE, HOSTILE)],
    "codebook merge": [(CODE, HOSTILE)],
    "codebook move": [(CODE, "--top"), (CODE, "--under", HOSTILE)],
    "codebook pin": [(CODE, "3")],
    "codebook recolour": [(CODE, "red")],
    "codebook rename": [(CODE, HOSTILE)],
    "memo": [("interview", MAREK, HOSTILE), ("code", CODE), ("code", CODE, "--json")],
    "memos": [(), ("--json",)],
    "job": [("6",), ("6", "--json"), ("6", "--pain", HOSTILE), ("6", "--prefill")],
    "jobs": [(), ("--json",)],
    "needs": [(), ("--json",)],
    "needs add": [(HOSTILE, HOSTILE), ("Fresh", HOSTILE, "--json")],
    "needs drop": [(NEED,), (HOSTILE,)],
    "needs edit": [(NEED, "--description", HOSTILE), (NEED, "--name", HOSTILE, "--json")],
    "needs learned": [(), ("--json",)],
    "needs move": [(NEED, "2"), (NEED, "1", "--json")],
    "needs take": [("codes", "--list"), ("codes", CODE, "--json"), ("segments", HOSTILE)],
    "needs tree": [(), ("--json",)],
    "discover": [("--by", "codes"), ("--by", "codes", "--json")],
    "runs": [(), ("--json",)],
    "compare": [("1", "2")],
    "sensitivity": [(), ("--json",)],
    "map": [(), ("--json",)],
    "leftover": [(), ("--json",)],
    "segments": [(), ("--json",)],
    "segment admit": [("1",)],
    "segment aside": [("1",), (HOSTILE,)],
    "segment card": [("1",), ("1", "--json")],
    "segment confirm": [("1", "--by", HOSTILE)],
    "segment decline": [("1",)],
    "segment describe": [("1", HOSTILE)],
    "segment lineage": [("1",), ("1", "--json")],
    "segment make": [(HOSTILE, "1")],
    "segment merge": [("1", HOSTILE)],
    "segment move": [("1", "7"), (HOSTILE, "7")],
    "segment need": [("1", HOSTILE), ("1", "What they need", "--json")],
    "segment order": [("1", "pain", "1", "2")],
    "segment pin": [("1", "pain", "1", "--words", HOSTILE)],
    "segment rename": [("1", HOSTILE), ("1", NEED)],
    "segment reopen": [("1",)],
    "segment show": [("1",), ("1", "--json"), (HOSTILE,)],
    "segment split": [("1", "--propose"), ("1", "1", "--name", HOSTILE)],
    "segment statement": [("1", HOSTILE), ("1", "--json")],
    "segment trim": [("1", "pain", HOSTILE)],
    "segment unpin": [("1", "pain")],
    "segment unsaid": [("1", "pain")],
    "question": [(), ("--guess", "--json")],
    "answer": [("6", HOSTILE), ("6", NEED, "--by", HOSTILE), ("6", "--new-need", HOSTILE, "--json")],
    "off-topic": [("7",), ("7", "--json")],
    "pair apart": [("1", "5"), ("1", "4", "--json")],
    "pair remove": [("1", "5")],
    "pair together": [("1", "5"), ("1", "3", "--json")],
    "pairs": [(), ("--json",)],
    "participants": [(), ("--json",)],
    "participant set": [(MAREK, f"plan={HOSTILE}"), (MAREK, f"{HOSTILE}=x")],
    "participant unset": [(MAREK, HOSTILE)],
    "accounts import": [
        ("evil.csv",),
        ("evil.csv", "--json"),
        (f"no{HOSTILE}.csv",),
        ("evil.csv", "--kind", HOSTILE),
        ("evil.csv", "--column-type", f"{HOSTILE}=text"),
        ("evil.csv", "--drop-column", HOSTILE),
    ],
    "accounts link": [(MAREK, HOSTILE), (HOSTILE, "a2")],
    "accounts amounts": [(), ("--json",)],
    "accounts mapping": [("evil.csv",), ("evil.csv", "--json")],
    "accounts matches": [(), ("--json",)],
    "accounts participants": [("people.csv",), ("people.csv", "--json")],
    "accounts rejects": [("accounts",), ("accounts", "--json"), (HOSTILE,)],
    "accounts sources": [(), ("--json",)],
    "accounts unlink": [(MAREK,), (HOSTILE,)],
    "assign": [("talk.txt",), ("evil.csv", "--text", HOSTILE), (f"no{HOSTILE}.csv",)],
    "assignments": [(), ("--json",)],
    "profile": [
        DAY,
        (*DAY, "--json"),
        ("--as-of", HOSTILE),
        (*DAY, "--account", HOSTILE),
        (*DAY, "--columns", HOSTILE),
        (*DAY, "--where", HOSTILE),
        (*DAY, "--where", f"{HOSTILE}=1"),
    ],
    "account": [("a2", *DAY), ("a2", *DAY, "--json"), (HOSTILE, *DAY)],
    "rollup": [DAY, (*DAY, "--who"), (*DAY, "--json"), (*DAY, "--out", f"out{HOSTILE}.csv"), (*DAY, "--by", HOSTILE)],
    "scorecard": [DAY, (*DAY, "--json"), (*DAY, "--by", HOSTILE), (*DAY, "--out", f"out{HOSTILE}.csv")],
    "usage": [DAY, (*DAY, "--json"), (*DAY, "--feature", HOSTILE), (*DAY, "--segment", HOSTILE)],
    "patterns": [DAY, (*DAY, "--json")],
    "rules": [(), ("--json",)],
    "rules definitions": [(), ("--json",)],
    "rules check": [("talk.txt",), (f"no{HOSTILE}.toml",)],
    "export": [
        ("csv", f"out{HOSTILE}.csv", *DAY),
        ("csv", "out.csv", *DAY, "--columns", HOSTILE),
        ("qdpx", f"out{HOSTILE}.qdpx"),
        (HOSTILE, "x.csv"),
    ],
    "deliveries": [(), ("--json",)],
    "triggers": [DAY, (*DAY, "--json")],
    "rice": [("backlog.csv", *DAY), ("backlog.csv", *DAY, "--json"), (f"no{HOSTILE}.csv", *DAY)],
    "survey accuracy": [(), ("--json",)],
    "survey build": [()],
    "survey edit": [("talk.txt",), (f"no{HOSTILE}.toml",)],
    "survey export": [("markdown", f"out{HOSTILE}.md"), ("markdown", f"no{HOSTILE}/out.md")],
    "survey route": [("evil.csv",), ("evil.csv", "--account", HOSTILE)],
    "survey show": [(), ("--json",), ("--version", HOSTILE)],
    "survey try": [("evil.csv",), ("evil.csv", "--json"), ("--version", HOSTILE)],
    "survey versions": [(), ("--json",)],
    "validate": [(*DAY, "--since", "2026-01-01"), (*DAY, "--since", "2026-01-01", "--json")],
    "clips": [(f"clips{HOSTILE}", "1"), ("clips", "--where", HOSTILE), ("clips", "1", "--json")],
    "readout": [(), ("--json",)],
    "report": [(f"out{HOSTILE}.md", *DAY), (f"out{HOSTILE}.pdf", *DAY)],
    "quotes": [
        (),
        ("--json",),
        ("--original",),
        (f"out{HOSTILE}.md",),
        ("out.csv", "--for", "miro"),
    ],
    "matrix": [
        ("code", "participant"),
        ("code", "segment", "--original", "--json"),
        ("code", HOSTILE),
        ("code", "code", "--out", f"out{HOSTILE}.csv"),
    ],
    "audit": [(f"audit{HOSTILE}.md",), ("audit.json", "--original", "--json")],
}
"""Calls of every command that have something of the study to print, or name something that is not there."""


def commands(group: click.Command = program, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that can be called, by its name."""
    if not isinstance(group, click.Group) or group.invoke_without_command:
        yield " ".join(path), group
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from commands(command, (*path, name))


COMMANDS = dict(commands())


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The hostile study in the working folder, with files to read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("USER", "tester")
    monkeypatch.delenv("NEEDSSEG_STUDY", raising=False)
    monkeypatch.setattr(encoding, "load", _no_model)
    path = hostile_study(tmp_path)
    shutil.copy(path, tmp_path / "theirs.db")
    talk = "Interviewer\x1b[31m: And?\n\nMai\u202e: I see\x1b[2J it\u2066.\n\nInterviewer\x1b[31m: Why?\n\nMai\u202e: Late.\n"
    (tmp_path / "talk.txt").write_text(talk * 9, encoding="utf-8")
    (tmp_path / "names.csv").write_text(f"words,kind\nMarek{CLIPBOARD},person\n{HOSTILE},person\n", encoding="utf-8")
    (tmp_path / "people.csv").write_text(
        f"file,participant,email,company\nmarek-nowotny.docx,{HOSTILE},x@{CLIPBOARD},{HOSTILE}\n{HOSTILE},a,b,c\n",
        encoding="utf-8",
        newline="",
    )
    return path


def _no_model(*_: object) -> object:
    raise NeedssegError(f"No model is loaded here{CLIPBOARD}.")


def printed(*calls: tuple[str, ...]) -> str:
    """What calls print to a terminal."""
    terminal = Terminal()
    with terminal.attached():
        for call in calls:
            run(["--progress", "none", *call])
    return terminal.text


def call_of(name: str, call: tuple[str, ...], stored: dict[str, str]) -> tuple[str, ...]:
    """A call with the study's own names in the place of signs for them."""
    given = tuple(stored.get(word, word) for word in call)
    return (*name.split(), *given) if "--study" in call else ("--study", "study.db", *name.split(), *given)


def names_in(study: Path) -> dict[str, str]:
    """Names as the hostile study holds them, by their signs."""
    from needsseg.actions.coding import codebook
    from needsseg.actions.discovery import needs
    from needsseg.actions.study import studies
    from needsseg.actions.transcripts import interviews

    with studies.open_study(study) as opened:
        return {
            CODE: codebook.tree(opened)[0].code.name,
            NEED: needs.listing(opened)[0].name,
            WHO: next(row.label for row in interviews.speakers(opened, MAREK)),
        }


def test_every_command_is_called_here() -> None:
    assert set(CALLS) == set(COMMANDS)


@pytest.mark.slow
def test_no_command_steers_the_terminal(hostile: Path) -> None:
    """Whatever the study holds, in lists, tables, JSON, reports of what was done and errors."""
    stored = names_in(hostile)
    for name, calls in CALLS.items():
        for call in calls:
            text = printed(call_of(name, call, stored))
            assert not steering(text), f"{name} {call!r}: {text!r}"


@pytest.mark.slow
def test_no_hostile_argument_steers_the_terminal(hostile: Path) -> None:
    """Click's own errors name what was given: each argument, each option's value, an unknown option, one too many."""
    for name, command in COMMANDS.items():
        start = ("--study", "study.db", *name.split())
        wrong = [(f"--{HOSTILE}",), (HOSTILE,) * 9, (f"-{HOSTILE}",)]
        wrong += [
            (option.opts[-1], HOSTILE)
            for option in command.params
            if isinstance(option, click.Option) and not option.is_flag and option.name not in ("study", "progress")
        ]
        text = printed(*((*start, *call) for call in wrong if name or call[0].startswith("-")))
        assert not steering(text), f"{name}: {text!r}"
    assert not steering(printed((HOSTILE,), ("--study", HOSTILE, "status"), ("--progress", HOSTILE)))


def test_progress_and_tracebacks_do_not_steer_it(tmp_path: Path) -> None:
    terminal = Terminal()

    def work() -> None:
        with session.progressing() as progress:
            progress(f"reading{CLIPBOARD}\u202e", 1, 2)
            print(f"said{CLIPBOARD}\x9b")
            session.warn(f"beware{CLIPBOARD}")
        raise RuntimeError(HOSTILE)

    session = Session()
    session.debug = True
    with terminal.attached(), gated():
        narrated(session, work)
    told = terminal.text
    assert "reading" in told and "said" in told and "RuntimeError" in told
    assert "\x1b]" not in told and not {"\x07", "\x9b", "\u202e", "\u2066"} & set(told)


def test_json_for_programs_is_exact(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    called = Caller(hostile, capsys)
    (code,) = (row["name"] for row in called.done("codes", "--json").json if "hand-over" in row["name"])
    assert code.startswith(HOSTILE)
    assert not steering(called.done("codes", "--json").out)
    assert called("--progress", "json", "code", HOSTILE, 99_999).err.isprintable() is False
    assert json.loads(json_text({HOSTILE: [HOSTILE, "日本 🙂 \u200f"]})) == {HOSTILE: [HOSTILE, "日本 🙂 \u200f"]}
    assert "日本 🙂 \u200f" in json_text("日本 🙂 \u200f")


def test_the_gate_lets_no_bytes_past(capsys: pytest.CaptureFixture[str]) -> None:
    gate = Gate(sys.stdout)
    assert not hasattr(gate, "buffer")
    assert gate.write(f"a\tb{CLIPBOARD}\n") == len(f"a\tb{CLIPBOARD}\n")
    gate.writelines(iter(["\x9b", "c\n"]))
    assert capsys.readouterr().out == "a\tb�]52;c;aG9zdGlsZQ==�\n�c\n"


def test_the_program_itself_in_a_terminal(hostile: Path) -> None:
    """As people start it, not from within a test."""
    terminal = Terminal()
    with terminal.attached():
        for call in (["code", HOSTILE, "1"], ["codes"]):
            subprocess.run(
                [sys.executable, "-m", "needsseg.cli", "--study", str(hostile), *call],
                stdout=sys.stdout, stderr=sys.stderr, env=os.environ | {"PYTHONPATH": str(ROOT)},
                check=False,
            )  # fmt: skip
    assert "hand-over" in terminal.text and not steering(terminal.text)


def test_no_screen_steers_the_terminal(hostile: Path) -> None:
    """Every line of every screen as it is drawn, and a toast."""
    drawn: dict[str, str] = {}

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        for key in ("f1", "f2", "f3", "f4", "f5", "f6"):
            await pilot.press(key)
            await settled(app, pilot)
            app.notify(HOSTILE, title=HOSTILE, markup=False)
            await pilot.pause()
            drawn[key] = "".join(strip.text for strip in app.screen._compositor.render_strips())

    play(hostile, scenes, (120, 40), draws=True)
    assert sum("]52;c;" in text for text in drawn.values()) >= 4, "what was hostile is shown"
    assert not [key for key, text in drawn.items() if steering(text)]


def test_the_gate_of_the_screen_keeps_a_line_as_long_as_it_is() -> None:
    style = Style(link=f"https://example.org/{CLIPBOARD}", bold=True)
    line = [Segment("plain"), Segment(f"a{HOSTILE}\tb\u2028"), Segment("linked", style)]
    clean = ScreenGate().apply(line, Color(0, 0, 0))
    assert not steering("".join(segment.text for segment in clean))
    assert Segment.get_line_length(clean) == Segment.get_line_length(line)
    assert clean[0] is line[0] and clean[2].style is not None and clean[2].style.link is None and clean[2].style.bold
    assert ScreenGate().apply(line[:1], Color(0, 0, 0)) == line[:1]
