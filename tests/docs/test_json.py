"""The page on JSON names the keys that commands print, and the changelog knows the version."""

import json
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.coding import memos, passages, statements
from needsseg.actions.discovery import evidence, previews, review
from needsseg.actions.discovery import needs as needs_in_view
from needsseg.actions.segments import assigning, segments
from needsseg.actions.study import studies
from needsseg.actions.survey import survey as surveys
from needsseg.actions.transcripts import recordings, transcript_edits
from needsseg.cli.program import run
from needsseg.records import JobParts, Passage
from needsseg.study.connection import Study
from needsseg.study.segments import constraints
from needsseg.survey.formats import as_toml
from tests.fixtures.app.survey_study import worded
from tests.fixtures.recordings import tone
from tests.fixtures.samples import INTERVIEWS, ROOT
from tests.fixtures.studies.built_studies import BuiltStudies

JSON_ROWS = re.findall(
    r"(?m)^\| `needsseg ([^`]+)` \| (array|object) \| (.*?) \|$",
    (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8"),
)

pytest_plugins = ["tests.fixtures.ffmpeg"]
FILLED_IN = {
    "KEY": "tom-ashdown",
    "WORDS": "whiteboard",
    "ID": "Builder",
    "DATE": "2026-07-01",
    "RUN": "1",
}
FILLED_IN |= {"NAME": "late", "ACCOUNT": "Ninefold Pictures K.K."}
FILLED_IN |= {"BACKLOG": str(ROOT / "interviews" / "accounts" / "backlog.csv")}
FILLED_IN |= {"NEED": "Hand-overs", "SAID": "Knows who has what"}
RECORDED = ("recording", "listen", "clips")
"""Commands that a recording is made for."""
FILLED_IN |= {"TEXT": "When it slips, I want to know, so I can act"}


@pytest.fixture(scope="session")
def documented(demo_folder: Path, built_studies: BuiltStudies) -> Callable[[str], Path]:
    """A study in which every command has something to print: what ``assign`` and ``survey`` need comes on top of it."""

    def of_all(folder: Path) -> None:
        shutil.copy(demo_folder / "needsseg.db", folder / "needsseg.db")
        shutil.copytree(demo_folder / "needsseg.db.stack", folder / "needsseg.db.stack")
        with studies.open_study(folder / "needsseg.db") as opened:
            _write(opened)
            _import_records(opened, folder)

    def of_assign(folder: Path) -> None:
        shutil.copytree(built_studies.get("documented", of_all), folder, dirs_exist_ok=True)
        with studies.open_study(folder / "needsseg.db") as opened:
            _confirm(opened)
            texts = folder / "texts.csv"
            texts.write_text("text\nI walk from desk to desk and ask who has what\n", encoding="utf-8")
            assigning.assign_file(opened, texts)

    def of_survey(folder: Path) -> None:
        shutil.copytree(built_studies.get("documented", of_all), folder, dirs_exist_ok=True)
        with studies.open_study(folder / "needsseg.db") as opened:
            _confirm(opened)
            saved = surveys.save(opened, worded(surveys.build(opened)))
            (folder / "survey.toml").write_text(as_toml(saved), encoding="utf-8")
            answers = ",".join(question.options[0].key for question in saved.asked)
            (folder / "answers.csv").write_text(f"account_id,{','.join(saved.chosen)}\nA,{answers}\n", encoding="utf-8")

    builds = {"assign": of_assign, "survey": of_survey}

    def built(command: str) -> Path:
        for name, build in builds.items():
            if command.startswith(name):
                return built_studies.get(f"documented-{name}", build)
        return built_studies.get("documented", of_all)

    return built


def _import_records(study: Study, folder: Path) -> None:
    """Import a user, a cancellation, a ticket and a score of the account that is shown."""
    account = accounts.find_account(study, FILLED_IN["ACCOUNT"])
    rows = {
        "users": f"user_id,account_id,email,role,created_at\nu1,{account},a@example.com,admin,2026-01-02\n",
        "churn": f"churn_id,account_id,churn_date,reason,feedback\nc1,{account},2026-05-01,price,Too dear\n",
        "tickets": "ticket_id,account_id,created_at,subject,category,status,priority\n"
        f"t1,{account},2026-05-01,Sync,bug,open,high\n",
        "nps": f"response_id,account_id,user_id,date,nps,comment\nr1,{account},u1,2026-05-01,9,Good\n",
    }
    for kind, text in rows.items():
        file = folder / f"{kind}.csv"
        file.write_text(text, encoding="utf-8")
        assert account_sources.import_source(study, file).kind == kind


def _write(study: Study) -> None:
    """Codes of two coders, a memo, a job statement, a proposal, a pair."""
    study.actor = "tester"
    passages.code(study, [1], "late")
    study.actor = "Ben"
    passages.code(study, [1, 2], "late")
    memos.write(study, "passage", 1, "as the week before")
    statements.write(study, 1, JobParts("when it slips", pain="nobody knew"))
    loose = _loose(study)
    with study.action("propose"):
        constraints.replace_proposals(study, 1, {1: [(loose[0], 0.5)]})
    review.together(study, loose[3], loose[4])


def _confirm(study: Study) -> None:
    study.actor = "Ben"
    for row in evidence.listing(study):
        segments.confirm(study, row.id, undecided=True)


def _loose(study: Study) -> list[int]:
    return [row.passage.id for row in previews.left_over(study)][:5]


@pytest.mark.usefixtures("real_ffmpeg")
@pytest.mark.parametrize(("command", "shape", "told"), JSON_ROWS)
def test_json_is_as_documented(
    command: str,
    shape: str,
    told: str,
    demo_folder: Path,
    documented: Callable[[str], Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(documented(command), tmp_path, dirs_exist_ok=True)
    study = tmp_path / "needsseg.db"
    if command.startswith("import"):
        (tmp_path / "codes.qdc").write_text("<CodeBook><Sets><Set name='late'/></Sets></CodeBook>", encoding="utf-8")
    with studies.open_study(study) as opened:
        recorded = _record(opened, command, tmp_path)
        loose = [str(passage) for passage in _loose(opened)]
        if command == "needs":
            needs_in_view.add(opened, "Hand-overs", "Knows who has what")
        if command == "needs tree":
            passages.code(opened, [3], "unsure")
        start, end = _last_word(passages.listing(opened, "tom-ashdown"))
        if command.startswith("turn deleted"):
            transcript_edits.delete_words(opened, "tom-ashdown", start, end)
        edited = _edited(passages.listing(opened, "tom-ashdown"), tmp_path / "edited.txt")
    filled = (
        FILLED_IN
        | {"TEXTS": str(tmp_path / "texts.csv")}
        | {"SURVEY": str(tmp_path / "survey.toml"), "ANSWERS": str(tmp_path / "answers.csv")}
        | {"PROJECT": str(tmp_path / "made.qdpx"), "CODEBOOK": str(tmp_path / "codes.qdc")}
        | {"START": str(start), "END": str(end)}
        | {"BOOK": str(tmp_path / "book.md"), "QUOTES": str(tmp_path / "quotes.csv")}
        | {"MATRIX": str(tmp_path / "matrix.csv"), "TRAIL": str(tmp_path / "audit.md")}
        | {"FILE": str(edited), "STUDY": str(demo_folder / "needsseg.db")}
        | dict(zip(("PROPOSED", "PASSAGE", "OTHER", "LEFT", "RIGHT"), loose, strict=True))
    )
    filled |= recorded
    monkeypatch.setenv("NEEDSSEG_PLAYER", f'"{sys.executable}" --from={{start}} {{file}}')
    words = [filled.get(word, word) for word in shlex.split(command)]
    capsys.readouterr()
    assert run(["--study", str(study), *words, "--json"]) == 0, capsys.readouterr().err
    printed = json.loads(capsys.readouterr().out)
    assert isinstance(printed, list if shape == "array" else dict)
    first = printed[0] if isinstance(printed, list) and printed else printed
    names = _documented_keys(told)
    assert command == "check" or names
    missing = names - _keys(first)
    assert not missing, f"documented, but not printed: {missing}"
    beyond = set(first) - names if isinstance(first, dict) else set()
    assert not beyond, f"printed, but not documented: {beyond}"


def _record(study: Study, command: str, folder: Path) -> dict[str, str]:
    """Tie one interview to a recording, where a command is about recordings; what to fill in."""
    if command.startswith(RECORDED):
        recordings.tie(study, "astrid-solheim", tone(folder / "astrid-solheim.wav", seconds=1200))
    heard = str(passages.listing(study, "astrid-solheim")[0].id)
    return {
        "HEARD": heard,
        "RECORDING": str(folder / "astrid-solheim.wav"),
        "CLIPS": str(folder / "clips"),
        "DIR": str(folder),
    }


def _documented_keys(told: str) -> set[str]:
    """The keys that a row names, and those of the command it refers to as ``the keys of ...``."""
    names = {word for group in re.findall("`([^`]+)`", told) for word in group.split()}
    for other in re.findall("the keys of `needsseg ([^`]+)`", told):
        names -= {"needsseg", *other.split()}
        names |= next(_documented_keys(row) for command, _, row in JSON_ROWS if command == other)
    return names


def _edited(held: list[Passage], file: Path) -> Path:
    """Tom Ashdown's transcript with one word in the midst of one passage changed."""
    text = (INTERVIEWS / "tom-ashdown.txt").read_text(encoding="utf-8")
    inner = [word for passage in held for word in passage.quote.split()[5:-5]]
    word = next(word for word in inner if len(word) > 6 and text.count(word) == 1)
    file.write_text(text.replace(word, "something"), encoding="utf-8")
    return file


def _last_word(held: list[Passage]) -> tuple[int, int]:
    """The offsets of the last word of a passage of many."""
    passage = max(held, key=lambda one: len(one.quote.split()))
    return passage.start + passage.quote.rindex(" ") + 1, passage.end


def _keys(value: object) -> set[str]:
    """All keys in a value, however deep."""
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in _keys(inner)}
    return {key for inner in value for key in _keys(inner)} if isinstance(value, list) else set()


def test_every_listing_is_documented() -> None:
    assert len(JSON_ROWS) == 96


def test_the_changelog_knows_the_version() -> None:
    import needsseg

    assert f"## {needsseg.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0" and project["requires-python"] == ">=3.11,<3.14"
