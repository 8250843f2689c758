"""Output that is kept while nothing changes: the same as computed again, after every change that there can be."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from needsseg.actions.accounts import kept_output
from needsseg.cli.gate import json_text
from needsseg.cli.output import print_array, print_columns
from needsseg.settings import shipped
from needsseg.text import safe
from tests.fixtures.cli_calls import Called, Caller

pytest_plugins = ["tests.fixtures.cli_calls"]
DAY = ("--as-of", "2026-07-01")
COMMANDS = (("profile", "--json"), ("triggers", "--since", "2026-06-20"))


@pytest.fixture
def kept(used: Caller, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """A study whose outputs are kept although it is small."""
    monkeypatch.setattr(kept_output, "LARGE_FILE", 0)
    return used


def folder_of(caller: Caller) -> Path:
    return caller.study.with_name(caller.study.name + ".stack") / ".results"


def outputs(caller: Caller) -> set[str]:
    return {path.name for path in folder_of(caller).glob("*.output")}


def afresh(caller: Caller, *words: object) -> Called:
    shutil.rmtree(folder_of(caller), ignore_errors=True)
    return caller.done(*words)


def own_rules(caller: Caller, name: str, old: str, new: str) -> None:
    prompts = caller.study.parent / "own"
    prompts.mkdir(exist_ok=True)
    text = (shipped("prompts") / name).read_text(encoding="utf-8")
    assert old in text
    (prompts / name).write_text(text.replace(old, new), encoding="utf-8")


def settle(caller: Caller, **values: object) -> None:
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in values.items()]
    caller.study.with_name("needsseg.toml").write_text("".join(lines), encoding="utf-8")


def add_events(caller: Caller) -> None:
    more = caller.study.with_name("more.csv")
    id_ = caller.done("accounts", "matches", "--json").json[0]["account_id"]
    more.write_text(f"event_id,account_id,event,timestamp\nnew1,{id_},login,2026-06-30T10:00:00Z\n", encoding="utf-8")
    caller.done("accounts", "import", more, "--kind", "events", "--add")


def rename(caller: Caller) -> None:
    caller.done("segment", "reopen", "Minder")
    caller.done("segment", "rename", "Minder", "Keeper")


def link_another(caller: Caller) -> None:
    rows = caller.done("profile", *DAY, "--json").json
    caller.done("accounts", "link", "ines-carvalho", rows[7]["account_id"])


CHANGES: dict[str, Callable[[Caller], object]] = {
    "a segment has another name": rename,
    "a segment is confirmed no more": lambda on: on.done("segment", "reopen", "Minder"),
    "a participant has another account": link_another,
    "an action is undone": lambda on: on.done("undo"),
    "subscriptions are added": lambda on: on.done("accounts", "amounts", "--terms", "add"),
    "the time zone is another": lambda on: settle(on, timezone="Asia/Tokyo"),
    "the engine is another": lambda on: settle(on, engine="polars"),
    "the money is another": lambda on: settle(on, currency="EUR"),
    "events are added": add_events,
}


@pytest.mark.parametrize("change", CHANGES)
def test_kept_output_is_never_stale(kept: Caller, change: str) -> None:
    if "undone" in change:
        rename(kept)
    for words in COMMANDS:
        first = kept.done(*words, *DAY)
        assert kept.done(*words, *DAY) == first
    before = outputs(kept)
    CHANGES[change](kept)
    for words in COMMANDS:
        changed = kept.done(*words, *DAY)
        assert outputs(kept) > before
        before = outputs(kept)
        replayed = kept.done(*words, *DAY)
        assert outputs(kept) == before and replayed == changed
    for words in COMMANDS:
        now = kept.done(*words, *DAY)
        assert afresh(kept, *words, *DAY) == now


def test_rules_dates_words_and_versions_are_told_apart(kept: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    (kept.study.parent / "own").mkdir()
    settle(kept, prompts=str(kept.study.parent / "own"))
    seen = {kept.done("triggers", *DAY).out}
    own_rules(kept, "triggers.toml", "silent_days = 7", "silent_days = 9")
    seen.add(kept.done("triggers", *DAY).out)
    seen.add(kept.done("triggers", "--as-of", "2026-05-01").out)
    seen.add(kept.done("triggers", *DAY, "--all").out)
    seen.add(kept.done("triggers", *DAY, "--kind", "team_growth").out)
    assert len(seen) == len(outputs(kept)) == 5
    monkeypatch.setattr(kept_output, "program_state", lambda: "0")
    kept.done("triggers", *DAY, "--kind", "team_growth")
    assert len(outputs(kept)) == 6


@pytest.mark.parametrize("damage", ["cut", "gone", "notes", "no notes"])
def test_damaged_output_is_computed_again(kept: Caller, damage: str) -> None:
    first = kept.done("rollup", *DAY)
    (output,) = folder_of(kept).glob("*.output")
    notes = output.with_suffix(".notes")
    if damage == "cut":
        output.write_bytes(output.read_bytes()[:-20])
    elif damage == "gone":
        output.unlink()
    else:
        notes.write_text("[1" if damage == "notes" else '{"bytes": 1}', encoding="utf-8")
    assert kept.done("rollup", *DAY) == first
    assert "\x1b" not in first.out


def test_foreign_output_steers_no_terminal(kept: Caller) -> None:
    kept.done("rollup", *DAY)
    (output,) = folder_of(kept).glob("*.output")
    output.write_bytes(b"\x1b[31mred" + output.read_bytes()[8:])
    assert "\x1b" not in kept.done("rollup", *DAY).out


def test_outputs_are_private_and_limited(kept: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.done("rollup", *DAY)
    files = list(folder_of(kept).iterdir())
    assert folder_of(kept).stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    size = max(path.stat().st_size for path in files)
    monkeypatch.setattr(kept_output, "MOST_BYTES", size + 10)
    for by in ("region", "industry", "plan"):
        kept.done("rollup", *DAY, "--by", by)
    assert sum(path.stat().st_size for path in folder_of(kept).glob("*.output")) <= size + 10
    monkeypatch.setattr(kept_output, "MOST_BYTES", 10)
    before = outputs(kept)
    kept.done("rollup", *DAY, "--by", "revenue")
    assert outputs(kept) <= before


def test_a_failing_command_keeps_nothing(kept: Caller) -> None:
    assert kept("profile", *DAY, "--account", "nobody").code == 1
    assert not outputs(kept)


def test_a_small_study_keeps_nothing(used: Caller) -> None:
    used.done("rollup", *DAY)
    assert not outputs(used)


def test_records_are_printed_as_objects_are(capsys: pytest.CaptureFixture[str]) -> None:
    keys = ("a", "b %s", "c")
    texts = ("x", 'quo"te\\', "→ ä\u0085\u202e", "line\nend\t%d", "\x7f", "\u2028", "👩\u200d👧")
    rows = [(text, value, None) for text in texts for value in (True, False, 0, -3, 1.5, [1, "a"], {"k": "v"})] * 80
    parts = [rows[start : start + 700] for start in range(0, len(rows), 700)]
    print_columns(keys, [list(zip(*part, strict=True)) for part in parts])
    fast = capsys.readouterr().out
    objects = [dict(zip(keys, row, strict=True)) for row in rows]
    assert fast == "[" + ",\n ".join(json_text(one) for one in objects) + "]\n"
    print_array(objects)
    assert fast == capsys.readouterr().out == safe(fast, tabs=True)
    assert [tuple(one.values()) for one in json.loads(fast)] == [(text, value, None) for text, value, _ in rows]
    print_columns(keys, [])
    assert capsys.readouterr().out == "[]\n"


@pytest.mark.parametrize("words", [("usage", "--json"), ("usage", "--by", "size"), ("patterns", "--json")])
def test_what_usage_and_patterns_print_is_kept_too(kept: Caller, words: tuple[str, ...]) -> None:
    first = kept.done(*words, *DAY)
    before = outputs(kept)
    assert before and kept.done(*words, *DAY) == first and outputs(kept) == before
    add_events(kept)
    changed = kept.done(*words, *DAY)
    assert outputs(kept) > before
    assert afresh(kept, *words, *DAY) == changed
